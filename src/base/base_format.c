/* base_format.c: the plain conversions of printf, which are nine of ten that texts are made with: the C library's own way to them costs several times what they do. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base_priv.h"

typedef struct piece {
  const char *text;
  size_t n;
  char digits[24];
} piece;

static void put_digits(piece *p, unsigned long long value, bool minus) {
  char *at = p->digits + sizeof p->digits;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  if (minus) *--at = '-';
  p->text = at;
  p->n = (size_t)(p->digits + sizeof p->digits - at);
}

static void put_signed(piece *p, long long value) {
  put_digits(p, value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value, value < 0);
}

static bool put_text(piece *p, const char *text, int most) {
  p->text = text;
  if (text) p->n = most < 0 ? strlen(text) : strnlen(text, (size_t)most);
  return text != NULL;
}

/* %.0f of a whole number that a long long holds; minus zero has its sign, and is none of them. */
static bool put_whole(piece *p, double value) {
  static const double most = 1e15;
  if (!(value > -most && value < most) || (double)(long long)value != value || value == 0) return false;
  put_signed(p, (long long)value);
  return true;
}

/* The conversion behind a '%': the bytes of the format that it has; 0: it is another one. */
static size_t convert(piece *p, const char *fmt, va_list *args) {
  switch (*fmt) {
  case 's':
    return put_text(p, va_arg(*args, const char *), -1) ? 1 : 0;
  case 'd':
    put_signed(p, va_arg(*args, int));
    return 1;
  case 'u':
    put_digits(p, va_arg(*args, unsigned), false);
    return 1;
  case '%':
    return put_text(p, "%", -1) ? 1 : 0;
  case 'z':
    if (fmt[1] != 'u') return 0;
    put_digits(p, va_arg(*args, size_t), false);
    return 2;
  case 'l':
    if (fmt[1] != 'l' || fmt[2] != 'd') return 0;
    put_signed(p, va_arg(*args, long long));
    return 3;
  case '.':
    if (fmt[1] == '0' && fmt[2] == 'f') return put_whole(p, va_arg(*args, double)) ? 3 : 0;
    if (fmt[1] != '*' || fmt[2] != 's') return 0;
    const int most = va_arg(*args, int);
    return put_text(p, va_arg(*args, const char *), most) ? 3 : 0;
  default:
    return 0;
  }
}

static int plainly(char *out, size_t room, const char *fmt, va_list *args) {
  size_t n = 0;
  while (*fmt) {
    const char *mark = strchr(fmt, '%');
    piece p = {.text = fmt, .n = mark ? (size_t)(mark - fmt) : strlen(fmt)};
    size_t step = p.n;
    if (!step) {
      const size_t used = convert(&p, fmt + 1, args);
      if (!used) return -1;
      step = 1 + used;
    }
    if (p.n >= room - n || p.n >= (size_t)INT_MAX - n) return -1;
    memcpy(out + n, p.text, p.n);
    n += p.n;
    fmt += step;
  }
  out[n] = '\0';
  return (int)n;
}

int sx_base__format(char *out, size_t room, const char *fmt, va_list args) {
  va_list again;
  va_copy(again, args);
  const int n = plainly(out, room, fmt, &again);
  va_end(again);
  return n < 0 ? vsnprintf(out, room, fmt, args) : n;
}
