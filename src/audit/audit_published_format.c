/* audit_published_format.c: what a number format of a workbook shows of a number (ECMA-376 part 1, 18.8.31): sections, places for digits, thousands,
 * per cent, scaling commas, texts. Dates, fractions, powers and conditions are not rendered. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_published.h"

typedef struct section {
  const char *at;
  size_t n;
} section;

/* Behind a quoted, escaped or bracketed piece that begins at i; i where none does. */
static size_t piece_end(const char *code, size_t n, size_t i) {
  const char c = code[i];
  if (c == '"') {
    for (i++; i < n && code[i] != '"';) i++;
    return i < n ? i + 1 : n;
  }
  if (c == '[') {
    while (i < n && code[i] != ']') i++;
    return i < n ? i + 1 : n;
  }
  if (c == '\\' || c == '_' || c == '*') {
    i++;
    if (i < n) i++;
    while (i < n && ((unsigned char)code[i] & 0xC0) == 0x80) i++; /* the rest of a character */
  }
  return i;
}

static size_t sections(section out[4], const char *code) {
  const size_t n = strlen(code);
  size_t k = 0, from = 0;
  for (size_t i = 0; i <= n && k < 4;) {
    if (i == n || code[i] == ';') {
      out[k++] = (section){code + from, i - from};
      from = ++i;
      continue;
    }
    const size_t end = piece_end(code, n, i);
    i = end > i ? end : i + 1;
  }
  return k;
}

typedef struct layout {
  size_t whole, decimals, needed; /* places: before and behind the point; zeros behind it */
  size_t least;                   /* zeros before it */
  int scale;                      /* powers of ten */
  bool thousands, point, digits;
} layout;

static bool is_place(char c) {
  return c == '0' || c == '#' || c == '?';
}

static void put_literal(sx_buf *out, const char *code, size_t from, size_t end) {
  switch (code[from]) {
  case '"':
    sx_buf_add_n(out, code + from + 1, end - from - 1 - (end - from > 1 && code[end - 1] == '"'));
    break;
  case '\\':
    sx_buf_add_n(out, code + from + 1, end - from - 1);
    break;
  case '_':
    sx_buf_add_char(out, ' ');
    break;
  case '[': /* [$¥-804]: the sign */
    if (end - from > 2 && code[from + 1] == '$') sx_buf_add_n(out, code + from + 2, strcspn(code + from + 2, "-]"));
    break;
  default:
    break;
  }
}

/* The number's places; false: something that is not rendered. From the first place to behind the last. */
static bool lay_out(layout *l, size_t *from, size_t *to, const section *s) {
  bool done = false;
  *l = (layout){.whole = 0};
  *from = *to = s->n;
  for (size_t i = 0; i < s->n;) {
    const char c = s->at[i];
    const size_t end = piece_end(s->at, s->n, i);
    if (end > i) {
      if (c == '[' && end - i > 1 && strchr("<>=hmsHMS", s->at[i + 1])) return false;
      done = done || l->digits;
      i = end;
      continue;
    }
    if (is_place(c) || (c == '.' && !l->point) || (c == ',' && l->digits && !done)) {
      if (done) return false; /* texts between the digits */
      if (!l->digits) *from = i;
      l->digits = true;
      *to = i + 1;
      if (c == '.') l->point = true;
      if (is_place(c) && l->point) l->decimals++;
      if (is_place(c) && l->point && c != '#') l->needed = l->decimals;
      if (is_place(c) && !l->point) l->whole++;
      if (is_place(c) && !l->point && c != '#') l->least++;
      if (c == ',') {
        size_t k = i;
        while (k < s->n && s->at[k] == ',') k++;
        if (k < s->n && is_place(s->at[k]))
          l->thousands = true;
        else
          l->scale -= 3;
      }
    } else if (c == '%') {
      l->scale += 2;
      done = done || l->digits;
    } else if (c == '@' || c == '/' || strchr("yYmMdDhHsSeEgGbBaA", c)) {
      return false;
    } else {
      done = done || l->digits;
    }
    i++;
  }
  return true;
}

/* The digits of a number that is not negative. */
static void put_digits(sx_buf *out, const layout *l, double value) {
  char text[SX_FIXED_TEXT_MAX];
  const int decimals = l->decimals > 17 ? 17 : (int)l->decimals;
  size_t n = sx_text_fixed(text, value, decimals);
  text[n] = '\0';
  const size_t whole = strcspn(text, ".");
  if (decimals) {
    while (n > whole + 1 + l->needed && text[n - 1] == '0') n--;
  }
  const bool none = whole == 1 && text[0] == '0' && !l->least;
  for (size_t k = l->least; k > whole; k--) sx_buf_add_char(out, '0');
  for (size_t i = none ? 1 : 0; i < whole; i++) {
    sx_buf_add_char(out, text[i]);
    if (l->thousands && whole - i > 1 && (whole - i) % 3 == 1) sx_buf_add_char(out, ',');
  }
  if (l->point) sx_buf_add_char(out, '.');
  if (n > whole + 1) sx_buf_add_n(out, text + whole + 1, n - whole - 1);
}

static bool put_section(sx_buf *out, const section *s, double value) {
  layout l;
  size_t from, to;
  if (!lay_out(&l, &from, &to, s)) return false;
  for (size_t i = 0; i < s->n;) {
    const size_t end = piece_end(s->at, s->n, i);
    if (i == from) {
      put_digits(out, &l, value * pow(10, l.scale));
      i = to;
    } else if (end > i) {
      put_literal(out, s->at, i, end);
      i = end;
    } else {
      sx_buf_add_char(out, s->at[i++]);
    }
  }
  return true;
}

bool sx_audit__number_shown(sx_buf *out, double value, const char *code) {
  section s[4];
  const size_t n = sections(s, code);
  if (!isfinite(value) || strchr(code, '@')) return false;
  if (!*code || strcmp(code, "General") == 0) {
    sx_buf_printf(out, "%.10g", value);
    return true;
  }
  const size_t start = out->n;
  const section *chosen = &s[value < 0 && n > 1 ? 1 : value == 0 && n > 2 ? 2 : 0];
  if (value < 0 && n == 1) sx_buf_add_char(out, '-');
  if (put_section(out, chosen, fabs(value))) return true;
  out->n = start;
  if (out->data) out->data[start] = '\0';
  return false;
}
