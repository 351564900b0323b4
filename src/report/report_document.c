/* report_document.c: the document tree seen from outside: kinds, walking, the plain text of a node, a dump in lines, release. */
#include "shuxiao/report_document.h"

#include <math.h>
#include <string.h>

#include "report_page.h"

static const struct {
  const char *name;
  bool block;
} kinds[SX_DOC_KINDS] = {
#define SX_DOCUMENT_ROW(name, block) {#name, block},
    SX_DOCUMENT_KIND_LIST(SX_DOCUMENT_ROW)
#undef SX_DOCUMENT_ROW
};

const char *sx_document_kind_name(sx_document_kind kind) {
  return (unsigned)kind < SX_DOC_KINDS ? kinds[kind].name : "unknown";
}

bool sx_document_is_block(sx_document_kind kind) {
  return (unsigned)kind < SX_DOC_KINDS && kinds[kind].block;
}

/* ---- walking ----------------------------------------------------------------------------------------------------- */

const sx_document_node *sx_document_next(const sx_document_node *root, const sx_document_node *node) {
  if (node->first) return node->first;
  while (node != root && !node->next) node = node->parent;
  return node == root ? NULL : node->next;
}

const sx_document_node *sx_document_child(const sx_document_node *node, sx_document_kind kind) {
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->kind == kind) return child;
  }
  return NULL;
}

const char *sx_document_exempt(const sx_document_node *node) {
  while (node && !node->exempt) node = node->parent;
  return node ? node->exempt : NULL;
}

void sx_document_plain(sx_buf *out, const sx_document_node *node) {
  const size_t before = out->n;
  for (const sx_document_node *n = node; n; n = sx_document_next(node, n)) {
    if (n != node && sx_document_is_block(n->kind) && out->n > before) sx_buf_add_char(out, ' ');
    if (n->kind == SX_DOC_TEXT) sx_buf_add(out, n->text);
    if (n->kind == SX_DOC_LINE_BREAK || n->kind == SX_DOC_SOFT_BREAK) sx_buf_add_char(out, ' ');
  }
}

/* ---- dump -------------------------------------------------------------------------------------------------------- */

/* On one line: '\n' as "\n". */
static void dump_text(sx_buf *out, const char *name, const char *text) {
  if (!text) return;
  sx_buf_printf(out, " %s\"", name);
  for (const char *p = text; *p; p++) {
    if (*p == '\n')
      sx_buf_add(out, "\\n");
    else
      sx_buf_add_char(out, *p);
  }
  sx_buf_add_char(out, '"');
}

static void dump_value(sx_buf *out, const char *name, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (isnan(value)) return;
  const size_t n = sx_text_from_double(text, value);
  sx_buf_printf(out, " %s%.*s", name, (int)n, text);
}

static void dump_number(sx_buf *out, const sx_document_number *n) {
  dump_text(out, "reference=", n->reference);
  dump_text(out, "exempt=", n->exempt);
  dump_value(out, "value=", n->value);
  dump_value(out, "high=", n->high);
  sx_buf_printf(out, " scale=%d decimals=%d zeros=%d", n->scale, n->decimals, n->zeros);
  if (n->sign) sx_buf_printf(out, " sign=%d", n->sign);
  if (n->bare) sx_buf_add(out, " bare");
  if (n->prefix[0]) dump_text(out, "prefix=", n->prefix);
  if (n->unit[0]) dump_text(out, "unit=", n->unit);
}

static void dump_cell(sx_buf *out, const sx_document_cell *c) {
  static const char *const scopes[] = {"", " scope=column", " scope=columns", " scope=row", " scope=rows"};
  static const char *const aligns[] = {"start", "end", "centre"};
  sx_buf_printf(out, " at=%zu%s align=%s", c->column, scopes[c->scope], aligns[c->align]);
  if (c->column_span > 1) sx_buf_printf(out, " columns=%zu", c->column_span);
  if (c->row_span > 1) sx_buf_printf(out, " rows=%zu", c->row_span);
  if (c->indent) sx_buf_printf(out, " indent=%d", c->indent);
}

static void dump_payload(sx_buf *out, const sx_document_node *n) {
  static const char *const tables[] = {"results", "plain", "data", "files"}, *const rows[] = {"body", "head", "group"},
                           *const boxes[] = {"plain", "policy", "method", "case"};
  switch ((int)n->kind) { /* kinds without a payload say nothing more */
  case SX_DOC_HEADING:
    sx_buf_printf(out, " level=%d number=%s", n->as.heading.level, n->as.heading.number);
    break;
  case SX_DOC_PARAGRAPH:
    if (n->as.paragraph.tight) sx_buf_add(out, " tight");
    break;
  case SX_DOC_LIST:
    if (n->as.list.ordered) sx_buf_printf(out, " start=%u", n->as.list.start);
    break;
  case SX_DOC_TABLE:
    sx_buf_printf(out, " role=%s number=%zu rows=%zu head=%zu columns=%zu", tables[n->as.table->role],
                  n->as.table->number, n->as.table->n_rows, n->as.table->n_head_rows, n->as.table->n_columns);
    break;
  case SX_DOC_CAPTION:
    sx_buf_printf(out, " %s %zu", n->as.caption.word, n->as.caption.number);
    break;
  case SX_DOC_BOX:
    sx_buf_printf(out, " kind=%s number=%zu level=%d", boxes[n->as.box.kind], n->as.box.number, n->as.box.level);
    break;
  case SX_DOC_ROW:
    sx_buf_printf(out, " %s", rows[n->as.row.role]);
    break;
  case SX_DOC_CELL:
    dump_cell(out, n->as.cell);
    break;
  case SX_DOC_FIGURE:
    sx_buf_printf(out, " id=%s type=%s number=%zu categories=%zu series=%zu%s", n->as.figure->id,
                  sx_chart_type_name(n->as.figure->chart->type), n->as.figure->number,
                  n->as.figure->chart->n_categories, n->as.figure->chart->n_series,
                  n->as.figure->chart->interval ? " interval" : "");
    break;
  case SX_DOC_FOOTNOTE:
    sx_buf_printf(out, " number=%zu", n->as.footnote.number);
    break;
  case SX_DOC_FOOTNOTE_REF:
    sx_buf_printf(out, " number=%zu ordinal=%zu", n->as.footnote_ref.number, n->as.footnote_ref.ordinal);
    break;
  case SX_DOC_LINK:
    dump_text(out, "href=", n->as.link.href);
    break;
  case SX_DOC_MENTION:
    sx_buf_printf(out, " %s %zu%s%s", n->as.mention.word, n->as.mention.number, n->as.mention.target ? " -> " : "",
                  n->as.mention.target ? n->as.mention.target->anchor : "");
    break;
  case SX_DOC_SAID:
    sx_buf_printf(out, " %s %s", n->as.said.end ? "end" : "begin", n->as.said.key);
    break;
  case SX_DOC_NUMBER:
    dump_number(out, n->as.number);
    break;
  default:
    break;
  }
}

void sx_document_dump(sx_buf *out, const sx_document_node *node) {
  for (const sx_document_node *n = node; n; n = sx_document_next(node, n)) {
    for (const sx_document_node *p = n; p != node; p = p->parent) sx_buf_add(out, "  ");
    sx_buf_add(out, sx_document_kind_name(n->kind));
    dump_text(out, "", n->text);
    if (n->kind == SX_DOC_TEXT && n->parent && n->lang != n->parent->lang)
      sx_buf_add(out, n->lang == SX_LANG_ZH ? " zh" : " en");
    if (n->anchor) sx_buf_printf(out, " #%s", n->anchor);
    if (n->exempt) sx_buf_printf(out, " exempt=%s", n->exempt);
    dump_payload(out, n);
    sx_buf_add_char(out, '\n');
  }
}
