/* report_hash.c: the hash of a document: of everything that a back end may read of it, so that two documents with one hash give the same files.
 * Texts are followed by their NUL, lists by their lengths, so that no two trees run together. Whoever adds a member to a payload adds it here: the sizes at the
 * end of the file hold that. */
#include <string.h>

#include "shuxiao/report_document.h"

static void put(sx_buf *out, const void *data, size_t n) {
  sx_buf_add_n(out, data, n);
}
static void put_text(sx_buf *out, const char *text) {
  sx_buf_add_char(out, text ? 'T' : '0');
  if (text) put(out, text, strlen(text) + 1);
}
static void put_count(sx_buf *out, size_t n) {
  const uint64_t count = n;
  put(out, &count, sizeof count);
}
static void put_int(sx_buf *out, int value) {
  put(out, &value, sizeof value);
}
static void put_value(sx_buf *out, double value) {
  put(out, &value, sizeof value);
}

static void put_texts(sx_buf *out, const char *const *texts, size_t n) {
  put_count(out, texts ? n : 0);
  for (size_t i = 0; texts && i < n; i++) put_text(out, texts[i]);
}

static void put_number(sx_buf *out, const sx_document_number *n) {
  put_text(out, n->reference);
  put_text(out, n->result);
  put_text(out, n->field);
  put_text(out, n->exempt);
  put_value(out, n->value);
  put_value(out, n->high);
  const int numbers[] = {
      n->scale,       n->decimals,      n->zeros,          n->sign,         n->style.separators, n->style.minus,
      n->style.range, n->style.missing, n->style.per_cent, n->style.points, n->style.between,    n->chinese,
      n->grouped,     n->bare};
  put(out, numbers, sizeof numbers);
  put_text(out, n->prefix);
  put_text(out, n->unit);
  put_text(out, n->what);
  put_text(out, n->tip);
}

/* How the scale prints is a function; what it does with two numbers tells the house styles apart. */
static void put_numbers(sx_buf *out, const sx_chart_numbers *n) {
  static const double tried[] = {-1234567.125, 0.5};
  put_int(out, n->shift);
  put_int(out, n->decimals);
  put_int(out, n->percent);
  put_text(out, n->unit);
  for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
    for (int form = 0; n->put && form < 4; form++) n->put(n->data, out, tried[i], form - 1, form % 2 == 1, form > 1);
    if (n->trace) n->trace(n->data, out, tried[i]);
  }
}

static void put_chart(sx_buf *out, const sx_chart *c) {
  const int numbers[] = {(int)c->type, (int)c->lang, c->interval, c->has_centre};
  put(out, numbers, sizeof numbers);
  put_count(out, c->n_categories);
  put_texts(out, c->categories, c->n_categories);
  put_texts(out, c->series, c->n_series);
  put_texts(out, c->groups, c->n_categories);
  put_texts(out, c->codes, c->n_categories);
  for (size_t i = 0; i < c->n_categories * c->n_series; i++) {
    const sx_chart_cell *cell = &c->cells[i];
    put_int(out, cell->present);
    put_value(out, cell->value);
    put_value(out, cell->low);
    put_value(out, cell->high);
    put_text(out, cell->text);
    put_text(out, cell->interval_text);
    put_text(out, cell->trace);
    put_text(out, cell->interval_trace);
  }
  put_value(out, c->ci_level);
  put_numbers(out, &c->numbers);
  for (size_t i = 0; c->whole && i < c->n_categories; i++) put_int(out, c->whole[i]);
  put_value(out, c->centre);
  put_text(out, c->centre_text);
  put_text(out, c->centre_trace);
  put_count(out, c->n_below);
  put_count(out, c->n_ordered);
  put_text(out, c->notice);
}

static void put_figure(sx_buf *out, const sx_document_figure *f) {
  put_count(out, f->number);
  put_text(out, f->id);
  put_text(out, f->title);
  put_text(out, f->unit);
  sx_buf_add_char(out, f->chart ? 'C' : '0');
  if (f->chart) put_chart(out, f->chart);
  for (size_t i = 0; f->chart && f->points && i < f->chart->n_categories * f->chart->n_series; i++) {
    const sx_document_point *p = &f->points[i];
    put_int(out, p->present);
    put_value(out, p->value);
    put_value(out, p->low);
    put_value(out, p->high);
    put_value(out, p->ci_level);
    if (p->node) put_text(out, p->node->text);
    if (p->node && p->node->kind == SX_DOC_NUMBER) put_number(out, p->node->as.number);
  }
  if (f->centre && f->centre->kind == SX_DOC_NUMBER) put_number(out, f->centre->as.number);
}

static void put_cell(sx_buf *out, const sx_document_cell *c) {
  const int numbers[] = {(int)c->scope, (int)c->align, c->indent, c->own_unit, c->interval, c->hash};
  put(out, numbers, sizeof numbers);
  put_count(out, c->column);
  put_count(out, c->column_span);
  put_count(out, c->row_span);
}

static void put_table(sx_buf *out, const sx_document_table *t) {
  put_int(out, (int)t->role);
  put_count(out, t->number);
  put_text(out, t->id);
  put_text(out, t->title);
  put_count(out, t->n_rows);
  put_count(out, t->n_head_rows);
  put_count(out, t->n_columns);
}

static void put_payload(sx_buf *out, const sx_document_node *n) {
  switch ((int)n->kind) {
  case SX_DOC_HEADING:
    put_int(out, n->as.heading.level);
    put_text(out, n->as.heading.number);
    return;
  case SX_DOC_PARAGRAPH:
    put_int(out, n->as.paragraph.tight);
    return;
  case SX_DOC_LIST:
    put_int(out, n->as.list.ordered);
    put_count(out, n->as.list.start);
    return;
  case SX_DOC_CAPTION:
    put_text(out, n->as.caption.word);
    put_count(out, n->as.caption.number);
    return;
  case SX_DOC_BOX:
    put_int(out, (int)n->as.box.kind);
    put_count(out, n->as.box.number);
    put_int(out, n->as.box.level);
    return;
  case SX_DOC_ROW:
    put_int(out, (int)n->as.row.role);
    return;
  case SX_DOC_LINK:
    put_text(out, n->as.link.href);
    return;
  case SX_DOC_FOOTNOTE:
    put_count(out, n->as.footnote.number);
    return;
  case SX_DOC_FOOTNOTE_REF:
    put_count(out, n->as.footnote_ref.number);
    put_count(out, n->as.footnote_ref.ordinal);
    put_text(out, n->as.footnote_ref.note ? n->as.footnote_ref.note->anchor : NULL);
    return;
  case SX_DOC_MENTION:
    put_text(out, n->as.mention.word);
    put_count(out, n->as.mention.number);
    put_text(out, n->as.mention.target ? n->as.mention.target->anchor : NULL);
    return;
  case SX_DOC_SAID:
    put_text(out, n->as.said.key);
    put_int(out, n->as.said.end);
    return;
  case SX_DOC_NUMBER:
    put_number(out, n->as.number);
    return;
  case SX_DOC_TABLE:
    put_table(out, n->as.table);
    return;
  case SX_DOC_CELL:
    put_cell(out, n->as.cell);
    return;
  case SX_DOC_FIGURE:
  case SX_DOC_DRAWING:
    put_figure(out, n->as.figure);
    return;
  default:
    return;
  }
}

static void put_node(sx_buf *out, const sx_document_node *node) {
  sx_buf_add_char(out, '(');
  put_int(out, (int)node->kind);
  put_int(out, (int)node->lang);
  put_text(out, node->text);
  put_text(out, node->anchor);
  put_text(out, node->exempt);
  put_payload(out, node);
  for (const sx_document_node *child = node->first; child; child = child->next) put_node(out, child);
  sx_buf_add_char(out, ')');
}

static void put_listed(sx_buf *out, const sx_document_node *const *nodes, size_t n) {
  put_count(out, n);
  for (size_t i = 0; i < n; i++) {
    put_text(out, sx_document_exempt(nodes[i]));
    put_node(out, nodes[i]);
  }
}

/* ---- what stands behind the numbers ------------------------------------------------------------------------------ */

static void put_result(sx_buf *out, const sx_document_result *r) {
  const char *const texts[] = {r->name,    r->statistic, r->domain, r->group, r->unit,
                               r->quality, r->method,    r->step,   r->reason};
  const double numbers[] = {r->estimate, r->se, r->low, r->high, r->ci_level, r->df, r->n_eff, r->deff};
  put_texts(out, texts, sizeof texts / sizeof *texts);
  put(out, numbers, sizeof numbers);
  put(out, &r->n, sizeof r->n);
  put_count(out, r->definition);
  put_count(out, r->n_terms);
  for (size_t i = 0; i < r->n_terms; i++) put_count(out, r->terms[i]);
}

static void put_definition(sx_buf *out, const sx_document_definition *d) {
  const char *const texts[] = {d->id,    d->label,   d->question,  d->base,  d->kind, d->of,
                               d->where, d->formula, d->variables, d->files, d->unit, d->source};
  put_texts(out, texts, sizeof texts / sizeof *texts);
  put_value(out, d->value);
  put_value(out, d->se);
}

static void put_behind(sx_buf *out, const sx_document *document) {
  const char *const texts[] = {document->design, document->program, document->inputs, document->definitions_anchor};
  put_texts(out, texts, sizeof texts / sizeof *texts);
  put_count(out, document->n_results);
  for (size_t i = 0; i < document->n_results; i++) put_result(out, &document->results[i]);
  put_count(out, document->n_conditions);
  for (size_t i = 0; i < document->n_conditions; i++) {
    const sx_document_condition *c = &document->conditions[i];
    put_texts(out, (const char *const[]){c->key, c->live, c->dead}, 3);
  }
  put_count(out, document->n_definitions);
  for (size_t i = 0; i < document->n_definitions; i++) put_definition(out, &document->definitions[i]);
}

sx_status sx_document_hash(char out[SX_HASH_TEXT], const sx_document *document, sx_document_part part, sx_error *err) {
  const sx_document_node *cover = sx_document_child(document->root, SX_DOC_COVER);
  sx_buf all;
  sx_buf_init(&all, &document->ctx);
  put_int(&all, (int)document->lang);
  put_text(&all, document->study);
  put_text(&all, document->wave);
  put_text(&all, document->title);
  put_text(&all, document->synthetic);
  if (part == SX_DOCUMENT_WHOLE) {
    put_node(&all, document->root);
    put_behind(&all, document);
    if (document->second) put_behind(&all, document->second);
  } else if (cover) {
    put_node(&all, cover);
  }
  if (part == SX_DOCUMENT_TABLES) {
    put_listed(&all, document->tables, document->n_tables);
    put_listed(&all, document->figures, document->n_figures);
  }
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(out, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

#if defined __x86_64__ && defined __LP64__
_Static_assert(sizeof(sx_document_number) == 112 && sizeof(sx_document_table) == 56 && sizeof(sx_document_cell) == 40 &&
                   sizeof(sx_document_figure) == 56 && sizeof(sx_document_point) == 48 &&
                   sizeof(sx_document_node) == 96 && sizeof(sx_chart) == 192 && sizeof(sx_chart_cell) == 64 &&
                   sizeof(sx_chart_numbers) == 48 && sizeof(sx_document_definition) == 112 &&
                   sizeof(sx_document_result) == 168 && sizeof(sx_document) == 304,
               "a member was added: hash it above");
#endif
