/* report_escape.c: text into HTML. Everything that comes from outside passes through here. */
#include "report_page.h"
#include "shuxiao/draw.h"

#include <string.h>

void sx_report__escape(sx_buf *out, const char *text, size_t n) {
  sx_draw_escape(out, text, n);
}

bool sx_report__is_han(uint32_t code) {
  return (code >= 0x2E80 && code <= 0x2FDF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0x20000 && code <= 0x323AF);
}

/* Chinese punctuation stays inside a run. */
static bool continues_han(uint32_t code) {
  return sx_report__is_han(code) || (code >= 0x3000 && code <= 0x303F) || (code >= 0xFF00 && code <= 0xFFEF);
}

void sx_report__visible(sx_buf *out, const sx_page *page, const char *text, size_t n) {
  if (page->lang == SX_LANG_ZH) {
    sx_report__escape(out, text, n);
    return;
  }
  bool inside = false;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) code = 0, k = 1;
    if (!inside && sx_report__is_han(code)) {
      sx_buf_add(out, "<span lang=\"zh-CN\">");
      inside = true;
    } else if (inside && !continues_han(code)) {
      sx_buf_add(out, "</span>");
      inside = false;
    }
    sx_report__escape(out, text + i, k);
    i += k;
  }
  if (inside) sx_buf_add(out, "</span>");
}

/* The end of a span of `mark` that opens at `at`, or n. */
static size_t span_end(const char *text, size_t n, size_t at, const char *mark) {
  const size_t k = strlen(mark);
  for (size_t i = at + k; i + k <= n; i++) {
    if (memcmp(text + i, mark, k) == 0 && i > at + k) return i;
  }
  return n;
}

static const struct { const char *mark, *tag; } marks[] = {{"**", "strong"}, {"*", "em"}, {"`", "code"}};

void sx_report__label(sx_buf *out, const sx_page *page, const char *text) {
  const size_t n = strlen(text);
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
      const size_t k = strlen(marks[m].mark);
      if (strncmp(text + i, marks[m].mark, k) != 0) continue;
      const size_t end = span_end(text, n, i, marks[m].mark);
      if (end == n) continue;
      sx_report__visible(out, page, text + from, i - from);
      sx_buf_printf(out, "<%s>", marks[m].tag);
      sx_report__visible(out, page, text + i + k, end - i - k);
      sx_buf_printf(out, "</%s>", marks[m].tag);
      from = end + k;
      i = from - 1;
      break;
    }
  }
  sx_report__visible(out, page, text + from, n - from);
}

void sx_report__plain(sx_buf *out, const char *text) {
  const size_t n = strlen(text);
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
      const size_t k = strlen(marks[m].mark);
      if (strncmp(text + i, marks[m].mark, k) != 0) continue;
      const size_t end = span_end(text, n, i, marks[m].mark);
      if (end == n) continue;
      sx_buf_add_n(out, text + from, i - from);
      sx_buf_add_n(out, text + i + k, end - i - k);
      from = end + k;
      i = from - 1;
      break;
    }
  }
  sx_buf_add_n(out, text + from, n - from);
}
