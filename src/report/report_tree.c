/* report_tree.c: nodes and texts of the document tree: how they are hung in, cleaned, and parted by language. */
#include "report_tree.h"

#include <string.h>

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

sx_document_node *sx_tree__detached(sx_page *page, sx_document_kind kind) {
  sx_document_node *node = page->failed ? NULL : sx_arena_zalloc(page->arena, 1, sizeof *node);
  if (!node) {
    page->failed = true;
    node = &page->lost;
    *node = (sx_document_node){.parent = node};
  }
  node->kind = kind;
  node->lang = page->lang;
  return node;
}

static void hang(sx_page *page, sx_document_node *node) {
  sx_document_node *at = page->at;
  if (page->failed) return;
  node->parent = at;
  if (at->last)
    at->last->next = node;
  else
    at->first = node;
  at->last = node;
}

sx_document_node *sx_tree__add(sx_page *page, sx_document_kind kind) {
  sx_document_node *node = sx_tree__detached(page, kind);
  hang(page, node);
  return node;
}

sx_document_node *sx_tree__open(sx_page *page, sx_document_kind kind) {
  sx_document_node *node = sx_tree__add(page, kind);
  if (!page->failed) page->at = node;
  return node;
}

void sx_tree__attach(sx_page *page, sx_document_node *node) {
  hang(page, node);
  if (!page->failed) page->at = node;
}

void sx_tree__close(sx_page *page) {
  if (!page->failed) page->at = page->at->parent;
}

void sx_tree__exempt(sx_page *page, const char *why) {
  if (!page->failed) page->at->exempt = why;
}

sx_status sx_tree__status(const sx_page *page, sx_error *err) {
  return page->failed ? sx_error_memory(err) : SX_OK;
}

void *sx_tree__payload(sx_page *page, size_t n, size_t size) {
  void *p = page->failed ? NULL : sx_arena_zalloc(page->arena, n ? n : 1, size);
  if (!p) page->failed = true;
  return p;
}

sx_document_cell *sx_tree__cell(sx_page *page, sx_document_scope scope, sx_document_align align, size_t column,
                                size_t span) {
  sx_document_node *node = sx_tree__open(page, SX_DOC_CELL);
  sx_document_cell *cell = sx_tree__payload(page, 1, sizeof *cell);
  if (!cell) cell = &page->lost_cell;
  *cell = (sx_document_cell){.scope = scope, .align = align, .column = column, .column_span = span, .row_span = 1};
  node->as.cell = cell;
  return cell;
}

/* ---- clean text -------------------------------------------------------------------------------------------------- */

/* Bytes from `at` on that are a character as it should be; 0: none, a control character or no UTF-8. */
static size_t good(const char *text, size_t n, size_t at) {
  const unsigned char c = (unsigned char)text[at];
  uint32_t code;
  if (c < 0x80) return (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t' ? 1 : 0;
  return sx_utf8_next(&code, text + at, n - at);
}

const char *sx_tree__clean(sx_page *page, const char *text, size_t n) {
  static const char instead[] = "\xEF\xBF\xBD";
  const size_t width = sizeof instead - 1;
  size_t bad = 0;
  for (size_t i = 0, k; i < n; i += k ? k : 1) {
    k = good(text, n, i);
    bad += k == 0;
  }
  char *out = n && !page->failed ? sx_arena_alloc(page->arena, n + bad * (width - 1) + 1, 1) : NULL, *to = out;
  if (n && !out) page->failed = true;
  if (!out) return "";
  if (!bad) memcpy(out, text, n);
  if (!bad) to += n;
  for (size_t i = 0, k; bad && i < n; i += k ? k : 1) {
    k = good(text, n, i);
    memcpy(to, k ? text + i : instead, k ? k : width);
    to += k ? k : width;
  }
  *to = '\0';
  return out;
}

const char *sx_tree__clean_buf(sx_page *page, const sx_buf *text) {
  if (text->failed) page->failed = true;
  return sx_tree__clean(page, text->n ? text->data : "", text->failed ? 0 : text->n);
}

const char *sx_tree__name(sx_page *page, const char *name, size_t number) {
  const char *text = page->failed ? NULL : sx_arena_printf(page->arena, "%s%zu", name, number);
  if (!text) page->failed = true;
  return text ? text : "";
}

/* ---- texts by language ------------------------------------------------------------------------------------------- */

bool sx_report__is_han(uint32_t code) {
  return (code >= 0x2E80 && code <= 0x2FDF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0x20000 && code <= 0x323AF);
}

/* Chinese punctuation stays inside a run. */
static bool continues_han(uint32_t code) {
  return sx_report__is_han(code) || (code >= 0x3000 && code <= 0x303F) || (code >= 0xFF00 && code <= 0xFFEF);
}

static void add_run(sx_page *page, const char *text, size_t n, sx_lang lang) {
  if (!n) return;
  sx_document_node *node = sx_tree__add(page, SX_DOC_TEXT);
  node->text = sx_tree__clean(page, text, n);
  node->lang = lang;
}

void sx_tree__text(sx_page *page, const char *text, size_t n) {
  bool inside = false;
  size_t from = 0;
  for (size_t i = 0; page->lang == SX_LANG_EN && i < n;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) code = 0, k = 1;
    if (inside ? !continues_han(code) : sx_report__is_han(code)) {
      add_run(page, text + from, i - from, inside ? SX_LANG_ZH : SX_LANG_EN);
      from = i;
      inside = !inside;
    }
    i += k;
  }
  add_run(page, text + from, n - from, inside ? SX_LANG_ZH : page->lang);
}

void sx_tree__word(sx_page *page, sx_word word) {
  const char *text = sx_report__w(page, word);
  sx_tree__text(page, text, strlen(text));
}

/* ---- labels ------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *mark;
  sx_document_kind kind;
} marks[] = {{"**", SX_DOC_STRONG}, {"*", SX_DOC_EMPHASIS}, {"`", SX_DOC_CODE}};

enum { NO_MARK = sizeof marks / sizeof *marks };

/* The end of a span of `mark` that opens at `at`, or n. */
static size_t span_end(const char *text, size_t n, size_t at, const char *mark) {
  const size_t k = strlen(mark);
  for (size_t i = at + k; i + k <= n; i++) {
    if (memcmp(text + i, mark, k) == 0 && i > at + k) return i;
  }
  return n;
}

/* Which mark opens a span at `at`, and where that ends. */
static size_t opens(const char *text, size_t n, size_t at, size_t *end) {
  for (size_t m = 0; m < NO_MARK; m++) {
    if (strncmp(text + at, marks[m].mark, strlen(marks[m].mark)) != 0) continue;
    *end = span_end(text, n, at, marks[m].mark);
    if (*end < n) return m;
  }
  return NO_MARK;
}

void sx_tree__label(sx_page *page, const char *text) {
  const size_t n = text ? strlen(text) : 0;
  size_t from = 0, end = 0;
  for (size_t i = 0; i < n; i++) {
    const size_t m = opens(text, n, i, &end);
    if (m == NO_MARK) continue;
    const size_t k = strlen(marks[m].mark);
    sx_tree__text(page, text + from, i - from);
    (void)sx_tree__open(page, marks[m].kind);
    sx_tree__text(page, text + i + k, end - i - k);
    sx_tree__close(page);
    from = end + k;
    i = from - 1;
  }
  sx_tree__text(page, n ? text + from : "", n - from);
}

void sx_report__plain(sx_buf *out, const char *text) {
  const size_t n = strlen(text);
  size_t from = 0, end = 0;
  for (size_t i = 0; i < n; i++) {
    const size_t m = opens(text, n, i, &end);
    if (m == NO_MARK) continue;
    const size_t k = strlen(marks[m].mark);
    sx_buf_add_n(out, text + from, i - from);
    sx_buf_add_n(out, text + i + k, end - i - k);
    from = end + k;
    i = from - 1;
  }
  sx_buf_add_n(out, text + from, n - from);
}

const char *sx_tree__plain(sx_page *page, const char *text) {
  sx_buf plain;
  sx_buf_init(&plain, &page->ctx);
  if (text) sx_report__plain(&plain, text);
  const char *copy = sx_tree__clean_buf(page, &plain);
  sx_buf_clear(&plain);
  return copy;
}

sx_document_node *sx_tree__line(sx_page *page, sx_document_kind kind, const sx_node *text) {
  const char *label = sx_report__text(page, text);
  if (!label) return NULL;
  sx_document_node *node = sx_tree__open(page, kind);
  sx_tree__label(page, label);
  sx_tree__close(page);
  return node;
}
