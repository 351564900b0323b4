/* draw_text.c: how wide a text is, and where it breaks. The fonts are the reader's: ems by class of character, from the widest of the usual
 * sans-serif faces. */
#include "shuxiao/draw.h"

#include <string.h>

/* ---- width of text ----------------------------------------------------------------------------------------------- */

static double em(uint32_t code, const char *text, size_t n) {
  if (code < 0x80) {
    const char c = (char)code;
    if (c == ' ') return 0.29;
    if (strchr("ijl.,:;'|!()[]", c)) return 0.33;
    if (strchr("ftrI-/", c)) return 0.41;
    if (strchr("mwMW%@", c)) return 0.90;
    if (c >= 'A' && c <= 'Z') return 0.69;
    return 0.58;
  }
  const size_t columns = sx_utf8_width(text, n);
  if (columns == 0) return 0;
  if (code == 0xFFFD || columns >= 2 || code == 0x2014 || code == 0x2026 || (code >= 0x2018 && code <= 0x201D))
    return 1.0;
  return 0.62;
}

double sx_draw_text_width(const char *text, size_t n, double size) {
  double width = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) k = 1;
    width += em(code, text + i, k);
    i += k;
  }
  return width * size;
}

/* ---- wrapping ---------------------------------------------------------------------------------------------------- */

static bool one_of(uint32_t code, const uint32_t *set, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (set[i] == code) return true;
  }
  return false;
}

/* Marks that must not begin, and that must not end, a line. */
static bool no_start(uint32_t code) {
  static const uint32_t set[] = {0x3001, 0x3002, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF01, 0xFF1F, 0xFF09, 0x300B,
                                 0x300D, 0x300F, 0x3011, 0x3009, 0x3015, 0x3017, 0xFF3D, 0xFF5D, 0x201D, 0x2019,
                                 ')',    ']',    '}',    ',',    '.',    ':',    ';',    '!',    '?',    '%',
                                 0xFF05, 0x2026, 0x2030, 0x2103, 0x00B0, 0x00B7, 0x30FB, 0x3005, 0xFF5E, 0xFF0F};
  return one_of(code, set, sizeof set / sizeof *set);
}

static bool no_end(uint32_t code) {
  static const uint32_t set[] = {0xFF08, 0x300A, 0x300C, 0x300E, 0x3010, 0x3008, 0x3014, 0x3016, 0xFF3B,
                                 0xFF5B, 0x201C, 0x2018, '(',    '[',    '{',    '$',    0xA5,   0xFFE5};
  return one_of(code, set, sizeof set / sizeof *set);
}

static bool may_break(uint32_t before, uint32_t after, bool wide_before, bool wide_after) {
  if (before == ' ') return after != ' ';
  if (after == ' ' || no_start(after) || no_end(before)) return false;
  if (before == after && after == 0x2014) return false; /* the two halves of a Chinese dash */
  if (wide_before || wide_after) return true;
  return before == '-' || before == '/' || before == 0x2013;
}

static void add_line(sx_draw_lines *out, const char *text, size_t from, size_t to, double size) {
  while (to > from && text[to - 1] == ' ') to--;
  out->start[out->n] = text + from;
  out->length[out->n] = to - from;
  const double width = sx_draw_text_width(text + from, to - from, size);
  if (width > out->width) out->width = width;
  out->n++;
}

/* A word too long for its line is cut at `at`, or before it where a mark would begin the next line. */
static size_t cut(const char *text, size_t n, size_t from, size_t at) {
  for (size_t i = at; i > from;) {
    uint32_t code = 0;
    (void)sx_utf8_next(&code, text + i, n - i);
    if (!no_start(code)) return i;
    do i--;
    while (i > from && ((unsigned char)text[i] & 0xC0) == 0x80);
  }
  return at;
}

/* The end of the line that begins at `from`: the last break that fits, or as many characters as fit. */
static size_t line_end(const char *text, size_t n, size_t from, double size, double max_width) {
  double width = 0;
  size_t good = 0, i = from;
  uint32_t before = 0;
  bool wide_before = false;
  while (i < n) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) k = 1;
    const size_t columns = sx_utf8_width(text + i, k);
    const bool wide = columns >= 2, combining = columns == 0 && code >= 0x80;
    if (i > from && !combining && may_break(before, code, wide_before, wide)) good = i;
    width += em(code, text + i, k) * size;
    if (width > max_width + 1e-6 && code != ' ' && i > from) return good > from ? good : cut(text, n, from, i);
    before = code;
    wide_before = wide;
    i += k;
  }
  return n;
}

void sx_draw_wrap(sx_draw_lines *out, const char *text, double size, double max_width, size_t max_lines) {
  const size_t n = strlen(text);
  *out = (sx_draw_lines){.n = 0};
  if (max_lines > SX_DRAW_LINES) max_lines = SX_DRAW_LINES;
  for (size_t from = 0; from < n;) {
    size_t end = line_end(text, n, from, size, max_width);
    if (out->n + 1 == max_lines && end < n) {
      out->shortened = true;
      end = line_end(text, n, from, size, max_width - size);
      add_line(out, text, from, end, size);
      out->width = out->width + size < max_width ? out->width + size : max_width;
      return;
    }
    add_line(out, text, from, end, size);
    while (end < n && text[end] == ' ') end++;
    from = end;
  }
}
