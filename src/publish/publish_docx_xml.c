/* publish_docx_xml.c: text, runs and fields of WordprocessingML (ECMA-376 part 1, 17.3 and 17.16). */
#include "publish_docx_priv.h"

#include <string.h>

/* ---- text -------------------------------------------------------------------------------------------------------- */

static bool allowed(uint32_t c) {
  return c >= 0x20 && c != 0x7F && c != 0xFFFE && c != 0xFFFF && !(c >= 0x80 && c < 0xA0);
}

/* Marks that turn the direction of what follows: in a label they could make one number read as another. */
static bool turns_direction(uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the text's beginning that stand for themselves. */
static size_t plain(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && text[i] >= 0x20 && text[i] < 0x7F && text[i] != '&' && text[i] != '<' && text[i] != '>' &&
         text[i] != '"')
    i++;
  return i;
}

void sx_publish__xml(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    uint32_t c;
    const size_t run = plain(text + i, n - i);
    if (run) {
      sx_buf_add_n(out, text + i, run);
      i += run;
      continue;
    }
    const size_t k = sx_utf8_next(&c, text + i, n - i);
    if (!k) {
      sx_buf_add(out, "\xEF\xBF\xBD");
      i++;
      continue;
    }
    if (c == '&')
      sx_buf_add(out, "&amp;");
    else if (c == '<')
      sx_buf_add(out, "&lt;");
    else if (c == '>')
      sx_buf_add(out, "&gt;");
    else if (c == '"')
      sx_buf_add(out, "&quot;");
    else if (c == '\t' || c == '\n' || c == '\r')
      sx_buf_add_char(out, ' ');
    else if (!allowed(c))
      sx_buf_add(out, "\xEF\xBF\xBD");
    else if (!turns_direction(c))
      sx_buf_add_n(out, text + i, k);
    i += k;
  }
}

void sx_publish__xml_text(sx_buf *out, const char *text) {
  sx_publish__xml(out, text, strlen(text));
}

bool sx_publish__is_rtl(uint32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFE) ||
         (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

/* Blanks, digits and marks have no direction of their own. */
static bool neutral(uint32_t c) {
  return c < 'A' || (c > 'Z' && c < 'a') || (c > 'z' && c < 0xC0) || (c >= 0x2000 && c <= 0x206F);
}

bool sx_publish__starts_rtl(const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    uint32_t c;
    const size_t k = sx_utf8_next(&c, text + i, n - i);
    if (!k) return false;
    if (!neutral(c)) return sx_publish__is_rtl(c);
    i += k;
  }
  return false;
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static void look_xml(sx_buf *out, const sx_docx_look *look, bool chinese, bool rtl) {
  sx_buf_add(out, "<w:rPr>");
  if (look->style) sx_buf_printf(out, "<w:rStyle w:val=\"%s\"/>", look->style);
  if (chinese) sx_buf_add(out, "<w:rFonts w:hint=\"eastAsia\"/>"); /* quotation marks are Chinese ones */
  if (look->strong) sx_buf_add(out, rtl ? "<w:b/><w:bCs/>" : "<w:b/>");
  if (look->emphasis) sx_buf_add(out, rtl ? "<w:i/><w:iCs/>" : "<w:i/>");
  if (look->color) sx_buf_printf(out, "<w:color w:val=\"%s\"/>", look->color);
  if (look->size) sx_buf_printf(out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", look->size, look->size);
  if (look->superscript) sx_buf_add(out, "<w:vertAlign w:val=\"superscript\"/>");
  if (rtl) sx_buf_add(out, "<w:rtl/>");
  sx_buf_add(out, "</w:rPr>");
}

static void one_run(sx_buf *out, const sx_docx_look *look, bool chinese, bool rtl, const char *text, size_t n) {
  sx_buf_add(out, "<w:r>");
  look_xml(out, look, chinese, rtl);
  sx_buf_add(out, "<w:t xml:space=\"preserve\">");
  sx_publish__xml(out, text, n);
  sx_buf_add(out, "</w:t></w:r>");
}

/* Bytes of the next piece of one direction; what has none belongs to the piece before it. */
static size_t piece(bool *rtl, const char *text, size_t n) {
  size_t i = 0;
  bool known = false;
  *rtl = false;
  while (i < n) {
    uint32_t c;
    size_t k = sx_utf8_next(&c, text + i, n - i);
    if (!k) c = 0xFFFD, k = 1;
    if (!neutral(c)) {
      const bool now = sx_publish__is_rtl(c);
      if (known && now != *rtl) return i;
      known = true;
      *rtl = now;
    }
    i += k;
  }
  return i;
}

void sx_publish__docx_run(sx_buf *out, const sx_docx_look *look, bool chinese, const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    bool rtl;
    const size_t k = piece(&rtl, text + i, n - i);
    one_run(out, look, chinese, rtl, text + i, k);
    i += k;
  }
}

static void mark(sx_buf *out, const sx_docx_look *look, bool chinese, const char *type) {
  sx_buf_add(out, "<w:r>");
  look_xml(out, look, chinese, false);
  sx_buf_printf(out, "<w:fldChar w:fldCharType=\"%s\"/></w:r>", type);
}

void sx_publish__docx_field(sx_buf *out, const sx_docx_look *look, bool chinese, const char *code, const char *shown,
                            size_t n) {
  mark(out, look, chinese, "begin");
  sx_buf_add(out, "<w:r>");
  look_xml(out, look, chinese, false);
  sx_buf_add(out, "<w:instrText xml:space=\"preserve\"> ");
  sx_publish__xml_text(out, code);
  sx_buf_add(out, " </w:instrText></w:r>");
  mark(out, look, chinese, "separate");
  sx_publish__docx_run(out, look, chinese, shown, n);
  mark(out, look, chinese, "end");
}
