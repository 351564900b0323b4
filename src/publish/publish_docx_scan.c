/* publish_docx_scan.c: the XML of an edited .docx read where it stands, by the places of its tags. Each part is known to be well-formed before it is scanned. */
#include "publish_docx_scan.h"

#include <string.h>

/* ---- XML as it stands -------------------------------------------------------------------------------------------- */

/* No strstr here, nor strcspn below: checked strictly, a sanitizer measures the rest of the document at each of them. */
const char *sx_publish__docx_find(const char *text, size_t n, size_t at, const char *mark) {
  const size_t k = strlen(mark);
  while (at < n) {
    const char *hit = memchr(text + at, *mark, n - at);
    if (!hit || n - (size_t)(hit - text) < k) return NULL;
    if (memcmp(hit, mark, k) == 0) return hit;
    at = (size_t)(hit - text) + 1;
  }
  return NULL;
}

static size_t skip_to(const char *text, size_t n, size_t at, const char *end) {
  const char *found = sx_publish__docx_find(text, n, at, end);
  return found ? (size_t)(found - text) + strlen(end) : n;
}

static bool ends_name(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' || c == '>' || c == '\0';
}

/* What is neither an element nor its end: comments, CDATA, instructions. Whether *at is behind one. */
static bool passed(const char *text, size_t n, size_t *at, size_t open) {
  const char *tag = text + open;
  if (tag[1] == '?')
    *at = skip_to(text, n, open, "?>");
  else if (strncmp(tag, "<!--", 4) == 0)
    *at = skip_to(text, n, open, "-->");
  else if (strncmp(tag, "<![CDATA[", 9) == 0)
    *at = skip_to(text, n, open, "]]>");
  else
    return false;
  return true;
}

/* The next tag from *at on; comments and the like are passed over. */
bool sx_publish__next_tag(sx_docx_tag *t, const char *text, size_t n, size_t *at) {
  while (*at < n) {
    const char *open = memchr(text + *at, '<', n - *at);
    if (!open) return false;
    size_t i = (size_t)(open - text);
    if ((open[1] == '!' || open[1] == '?') && passed(text, n, at, i)) continue;
    t->from = i++;
    t->closing = text[i] == '/';
    if (t->closing) i++;
    t->name = text + i;
    t->n_name = 0;
    while (i + t->n_name < n && !ends_name(t->name[t->n_name])) t->n_name++;
    i += t->n_name;
    char quote = 0;
    for (; i < n && (quote || text[i] != '>'); i++) {
      if (quote ? text[i] == quote : text[i] == '"' || text[i] == '\'') quote = quote ? 0 : text[i];
    }
    if (i >= n) return false;
    t->empty = text[i - 1] == '/';
    t->to = *at = i + 1;
    return true;
  }
  return false;
}

static size_t utf8(char out[4], uint32_t c) {
  if (c < 0x80) return out[0] = (char)c, 1;
  if (c < 0x800) return out[0] = (char)(0xC0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3F)), 2;
  if (c < 0x10000)
    return out[0] = (char)(0xE0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 0x3F)), out[2] = (char)(0x80 | (c & 0x3F)),
           3;
  out[0] = (char)(0xF0 | (c >> 18 & 7));
  out[1] = (char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (char)(0x80 | (c & 0x3F));
  return 4;
}

static void add_reference(sx_buf *out, const char *name, size_t n) {
  static const struct {
    const char *name, *text;
  } known[] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strlen(known[i].name) == n && memcmp(name, known[i].name, n) == 0) sx_buf_add(out, known[i].text);
  }
  if (n < 2 || name[0] != '#') return;
  uint32_t c = 0;
  const bool hex = name[1] == 'x';
  for (size_t i = hex ? 2 : 1; i < n && c < 0x110000; i++) {
    const char d = name[i];
    const uint32_t v = d >= '0' && d <= '9' ? (uint32_t)(d - '0') : (uint32_t)((d | 0x20) - 'a' + 10);
    c = c * (hex ? 16 : 10) + (v & 0xF);
  }
  char bytes[4];
  sx_buf_add_n(out, bytes, utf8(bytes, c < 0x110000 ? c : 0xFFFD));
}

/* Text or the value of an attribute, its references resolved. */
void sx_publish__add_plain(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    const char *sign = memchr(text + i, '&', n - i), *end = sign ? memchr(sign, ';', n - (size_t)(sign - text)) : NULL;
    const size_t plain = end ? (size_t)(sign - text) : n; /* one that never ends stands for itself */
    sx_buf_add_n(out, text + i, plain - i);
    if (end) add_reference(out, sign + 1, (size_t)(end - sign) - 1);
    i = end ? (size_t)(end - text) + 1 : n;
  }
}

/* The value of an attribute of a tag, plain; false where it has none. */
bool sx_publish__tag_attribute(sx_buf *out, const char *text, const sx_docx_tag *t, const char *name) {
  const size_t k = strlen(name);
  sx_buf_reset(out);
  for (size_t i = t->from; i + k + 2 < t->to; i++) {
    const bool edge = text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r';
    if (!edge || memcmp(text + i + 1, name, k) != 0 || text[i + 1 + k] != '=') continue;
    const char quote = text[i + 2 + k];
    const char *from = text + i + 3 + k, *end = memchr(from, quote, t->to - i - 3 - k);
    if (!end) return false;
    sx_buf_add(out, "");
    sx_publish__add_plain(out, from, (size_t)(end - from));
    return !out->failed;
  }
  return false;
}
