/* audit_report_panel.c: what a page's panel shows behind its numbers: the JSON in the page, each result in full precision against its row of the store, each
 * benchmark and every number in what is said of a result against the run's own words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit_report_priv.h"

enum { R_NAME, R_DEFINITION, R_STATISTIC, R_DOMAIN, R_GROUP, R_ESTIMATE, R_N = 10, R_TEXTS = 14, R_REASON = 18 };

typedef struct panel {
  sx_tracer *t;
  const sx_audit_text *page;
  const char *begin; /* before the name of what is at hand in the JSON */
} panel;

/* The line of the page where a name's part of the JSON begins; the JSON's own where it is not found. */
static size_t line_of(const panel *p, const char *name) {
  const char *text = p->page->panel, *end = text + p->page->n_panel;
  const size_t b = strlen(p->begin), n = strlen(name);
  size_t line = p->page->panel_line;
  for (const char *c = text; (size_t)(end - c) > b + n; c++) {
    line += *c == '\n';
    if (memcmp(c, p->begin, b) == 0 && memcmp(c + b, name, n) == 0 && c[b + n] == '"') return line;
  }
  return p->page->panel_line;
}

static sx_status tell(const panel *p, sx_trace_verdict verdict, const char *printed, const char *reference,
                      const char *expected, const char *reason) {
  const bool wrong = verdict == SX_TRACE_DIFFERS && reference;
  const sx_audit_trace trace = {.verdict = verdict,
                                .line = wrong ? line_of(p, reference) : p->page->panel_line,
                                .column = 1,
                                .reference = reference,
                                .expected = expected,
                                .reason = reason};
  p->t->place = sx_arena_printf(p->t->out->arena, "%s:%zu:1 (panel)", p->t->file, trace.line);
  if (!p->t->place) return sx_error_memory(p->t->err);
  const sx_status status = sx_audit__trace(p->t, &trace, printed, strlen(printed));
  p->t->place = NULL;
  return status;
}

static bool same(const sx_node *node, double value) {
  double shown = 0;
  if (node->kind != SX_NODE_SCALAR || !sx_text_to_double(&shown, node->text, strlen(node->text)))
    return !isfinite(value);
  return isfinite(value) && fabs(shown - value) <= 1e-12 * fabs(value);
}

/* Numbers of one result: estimate, error, interval, level, then n, effective n, design effect, degrees of freedom. */
static sx_status numbers(const panel *p, const sx_node *row, const sx_store_row *stored, const char *field) {
  const double n = stored->n >= 0 ? (double)stored->n : (double)NAN;
  const double values[] = {sx_reference_field(stored, field),
                           stored->se,
                           stored->low,
                           stored->high,
                           stored->ci_level,
                           n,
                           stored->n_eff,
                           stored->deff,
                           stored->df};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    const sx_node *node = row->items[R_ESTIMATE + i];
    char expected[SX_DOUBLE_TEXT_MAX] = "";
    if (same(node, values[i])) continue;
    if (isfinite(values[i])) expected[sx_text_from_double(expected, values[i])] = '\0';
    SX_TRY(tell(p, SX_TRACE_DIFFERS, node->text ? node->text : "", row->items[R_NAME]->text, expected,
                "the panel has another number than the run"));
  }
  return SX_OK;
}

/* What is said of a result in words, in one language or a list of both. */
static sx_status words(const panel *p, const sx_node *node, const char *name, bool labels) {
  if (node->kind == SX_NODE_LIST) {
    for (size_t i = 0; i < node->n; i++) SX_TRY(words(p, node->items[i], name, labels));
    return SX_OK;
  }
  if (node->kind != SX_NODE_SCALAR || !node->quoted || !strpbrk(node->text, "0123456789")) return SX_OK;
  const char *wrong = NULL;
  SX_TRY(sx_audit__said_wrongly(&wrong, p->t, name, node->text, labels));
  return wrong ? tell(p, SX_TRACE_DIFFERS, wrong, name, NULL, "the run does not say so of this result") : SX_OK;
}

static sx_status one_result(const panel *p, const sx_node *row) {
  sx_store_row stored;
  bool found = false;
  char field[32];
  if (row->kind != SX_NODE_LIST || row->n <= R_REASON || row->items[R_NAME]->kind != SX_NODE_SCALAR)
    return tell(p, SX_TRACE_DIFFERS, "", NULL, NULL, "no result of a panel");
  const char *name = row->items[R_NAME]->text;
  SX_TRY(sx_audit__look_up(&found, &stored, field, p->t, name, strlen(name)));
  if (!found) return tell(p, SX_TRACE_DIFFERS, name, name, NULL, "the run has no such result");
  const size_t before = p->t->out->n_differ;
  SX_TRY(numbers(p, row, &stored, field));
  for (size_t i = R_STATISTIC; i <= R_REASON; i++)
    if (i < R_ESTIMATE || i >= R_TEXTS) SX_TRY(words(p, row->items[i], name, true));
  if (p->t->out->n_differ > before) return SX_OK;
  return tell(p, SX_TRACE_AGREES, row->items[R_ESTIMATE]->text ? row->items[R_ESTIMATE]->text : "", name, NULL, NULL);
}

static sx_status one_definition(const panel *p, const sx_node *item) {
  const sx_node *id = sx_node_get(item, "id");
  static const char *const numeric[] = {"value", "se"};
  if (!id || id->kind != SX_NODE_SCALAR) return SX_OK;
  for (size_t i = 0; i < 2; i++) {
    const sx_node *node = sx_node_get(item, numeric[i]);
    double value = 0;
    if (node && sx_text_to_double(&value, node->text, strlen(node->text)) && !sx_audit__is_defined(p->t, value))
      SX_TRY(tell(p, SX_TRACE_DIFFERS, node->text, id->text, NULL, "the run defines no such number"));
  }
  for (size_t i = 0; i < item->n && item->kind == SX_NODE_MAP; i++) {
    const char *key = item->keys[i]->text;
    const bool exact =
        strcmp(key, "of") == 0 || strcmp(key, "where") == 0 || strcmp(key, "formula") == 0 || strcmp(key, "base") == 0;
    if (item->items[i] != id) SX_TRY(words(p, item->items[i], id->text, !exact));
  }
  return SX_OK;
}

static sx_status every(panel *p, const sx_node *root) {
  const sx_node *results = sx_node_get(root, "r"), *definitions = sx_node_get(root, "d"), *run = sx_node_get(root, "u");
  if (!results || results->kind != SX_NODE_LIST) return tell(p, SX_TRACE_DIFFERS, "", NULL, NULL, "no panel");
  p->begin = "[\"";
  for (size_t i = 0; i < results->n; i++) SX_TRY(one_result(p, results->items[i]));
  p->begin = "{\"id\":\"";
  for (size_t i = 0; definitions && definitions->kind == SX_NODE_LIST && i < definitions->n; i++)
    SX_TRY(one_definition(p, definitions->items[i]));
  const sx_node *design = run ? sx_node_get(run, "design") : NULL;
  return design ? words(p, design, "", true) : SX_OK;
}

sx_status sx_audit__panel(sx_tracer *t, const sx_audit_text *page) {
  panel p = {t, page, "\""};
  sx_doc *doc = NULL;
  if (!page->panel) return SX_OK;
  const sx_status parsed = sx_doc_parse_json(&doc, &t->ctx, "panel", page->panel, page->n_panel, NULL);
  if (parsed == SX_E_MEMORY) return sx_error_memory(t->err);
  if (parsed != SX_OK) return tell(&p, SX_TRACE_DIFFERS, "", NULL, NULL, "the panel's data cannot be read");
  const sx_status status = every(&p, sx_doc_root(doc));
  sx_doc_free(doc);
  return status;
}
