/* base_utf8.c: strict UTF-8 as in the Unicode standard, table 3-7 (well-formed byte sequences). utf8proc is used here and
 * nowhere else, for the width of a character. */
#include "shuxiao/base.h"

#include <string.h>
#include <utf8proc.h>

static bool is_tail(unsigned char c) {
  return (c & 0xC0u) == 0x80u;
}

size_t sx_utf8_next(uint32_t *code, const char *text, size_t n) {
  if (!n) return 0;
  const unsigned char *s = (const unsigned char *)text;
  const unsigned char c = s[0];
  if (c < 0x80u) {
    *code = c;
    return 1;
  }
  if (c < 0xC2u || c > 0xF4u) return 0;
  if (c < 0xE0u) {
    if (n < 2 || !is_tail(s[1])) return 0;
    *code = (c & 0x1Fu) << 6 | (s[1] & 0x3Fu);
    return 2;
  }
  if (c < 0xF0u) {
    if (n < 3 || !is_tail(s[1]) || !is_tail(s[2])) return 0;
    if ((c == 0xE0u && s[1] < 0xA0u) || (c == 0xEDu && s[1] > 0x9Fu)) return 0;
    *code = (c & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    return 3;
  }
  if (n < 4 || !is_tail(s[1]) || !is_tail(s[2]) || !is_tail(s[3])) return 0;
  if ((c == 0xF0u && s[1] < 0x90u) || (c == 0xF4u && s[1] > 0x8Fu)) return 0;
  *code = (c & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
  return 4;
}

/* Length of the ASCII run at the start, eight bytes at a time. */
static size_t ascii_run(const char *text, size_t n) {
  size_t i = 0;
  for (; n - i >= 8; i += 8) {
    uint64_t word;
    memcpy(&word, text + i, 8);
    if (word & UINT64_C(0x8080808080808080)) break;
  }
  while (i < n && (unsigned char)text[i] < 0x80u) i++;
  return i;
}

bool sx_utf8_valid(const char *text, size_t n, size_t *bad) {
  size_t i = 0;
  while (i < n) {
    i += ascii_run(text + i, n - i);
    if (i == n) break;
    uint32_t code;
    const size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) {
      if (bad) *bad = i;
      return false;
    }
    i += step;
  }
  return true;
}

size_t sx_utf8_count(const char *text, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; count++) {
    uint32_t code;
    const size_t step = sx_utf8_next(&code, text + i, n - i);
    i += step ? step : 1; /* a faulty byte counts as one */
  }
  return count;
}

size_t sx_utf8_width(const char *text, size_t n) {
  size_t width = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code;
    const size_t step = sx_utf8_next(&code, text + i, n - i);
    const int columns = step ? utf8proc_charwidth((utf8proc_int32_t)code) : 1;
    width += columns > 0 ? (size_t)columns : 0;
    i += step ? step : 1;
  }
  return width;
}

size_t sx_utf8_cut(const char *text, size_t n, size_t max) {
  if (max >= n) max = n;
  if (max == n) {
    /* The text itself may have been cut inside a character. */
    size_t start = n;
    while (start > 0 && n - start < 3 && is_tail((unsigned char)text[start - 1])) start--;
    if (start == 0) return n;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t want = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : lead >= 0xC0u ? 2 : 1;
    return want > n - start + 1 ? start - 1 : n;
  }
  size_t end = max;
  while (end > 0 && max - end < 3 && is_tail((unsigned char)text[end])) end--;
  return is_tail((unsigned char)text[end]) ? max : end;
}
