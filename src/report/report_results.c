/* report_results.c: the results behind the numbers of a document, with the definitions of what they measure. Rows are kept as they are bound, each
 * name once; at the end the terms of formulas are looked up beside them, in the result's own domain, else of the whole. A row that is hidden from the reader of
 * the store has no value here either. */
#include "report_results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_tree.h"

struct sx_seen_result {
  sx_document_result result;
  const char *indicator;
  const sx_node *terms; /* of its formula; NULL */
  size_t place;         /* among those seen */
  size_t n_terms;
  const char *variable[4], *level[4];
};
typedef struct sx_seen_result seen;

/* ---- what was seen ------------------------------------------------------------------------------------------------ */

static const char *copy(sx_page *page, const char *text) {
  return text && *text ? sx_tree__clean(page, text, strlen(text)) : "";
}

static const char *unit_of(const sx_page *page, const char *unit) {
  const char *noun = page->lang == SX_LANG_EN && unit ? sx_report__noun(unit) : NULL;
  return noun ? noun : unit;
}

/* "Age: 20-29; Residence: rural", and how the study defines these groups. */
static void put_domain(seen *s, sx_page *page, const sx_store_row *row) {
  const sx_node *groups = sx_node_get(sx_node_get(page->document, "definitions"), "groups");
  sx_buf words, definition;
  sx_buf_init(&words, &page->ctx);
  sx_buf_init(&definition, &page->ctx);
  for (size_t i = 0; i < row->n_terms && i < 4; i++) {
    const sx_store_term *t = &row->terms[i];
    const sx_node *group = sx_node_get(groups, t->variable);
    const char *name = sx_report__in_language(page, &t->variable_label, t->variable);
    const char *level = sx_report__in_language(page, &t->level_label, strcmp(t->level, "1") == 0 ? NULL : t->level);
    s->variable[i] = sx_arena_strdup(page->arena, t->variable);
    s->level[i] = sx_arena_strdup(page->arena, t->level);
    if (!s->variable[i] || !s->level[i]) page->failed = true;
    s->n_terms++;
    if (words.n) sx_buf_add(&words, sx_report__w(page, W_SEMICOLON));
    sx_buf_add(&words, name);
    if (level && *level && strcmp(level, name) != 0) sx_buf_printf(&words, "%s%s", sx_report__w(page, W_COLON), level);
    if (!group || !group->text) continue;
    if (definition.n) sx_buf_add(&definition, "; ");
    sx_buf_add(&definition, group->text);
  }
  s->result.domain = words.n ? sx_tree__clean_buf(page, &words) : "";
  s->result.group = definition.n ? sx_tree__clean_buf(page, &definition) : "";
  if (words.failed || definition.failed) page->failed = true;
  sx_buf_clear(&words);
  sx_buf_clear(&definition);
}

static const sx_node *item_of(const sx_page *page, const char *id) {
  return sx_node_get(sx_node_get(sx_node_get(page->document, "definitions"), "items"), id);
}

static const char *text_of(const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  return node && node->kind == SX_NODE_SCALAR && node->text && *node->text ? node->text : NULL;
}

/* The terms of a result's formula. A node's formula is that of its level, not of its shares; a gap or a change of an indicator has the formula of what it
 * is a gap of. */
static const sx_node *terms_of(const sx_page *page, const seen *s) {
  const sx_node *item = item_of(page, s->indicator), *list = sx_node_get(item, "terms");
  const char *kind = text_of(item, "kind");
  if (kind && strcmp(kind, "account") == 0 && strcmp(s->result.statistic, "level") != 0) return NULL;
  return list && list->kind == SX_NODE_LIST && list->n ? list : NULL;
}

sx_status sx_report__keep_result(sx_page *page, const char *name, const sx_store_row *row, sx_error *err) {
  int32_t code;
  if (!page->seen_names) SX_TRY(sx_dict_new(&page->seen_names, &page->ctx, err));
  if (sx_dict_find(page->seen_names, name, strlen(name)) >= 0) return SX_OK;
  void *list = page->seen;
  const bool grown = sx_arena_grow(page->arena, &list, &page->cap_seen, page->n_seen + 1, sizeof *page->seen);
  page->seen = list;
  if (!grown) return sx_error_memory(err);
  seen *s = sx_arena_zalloc(page->arena, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  s->result = (sx_document_result){.name = copy(page, name),
                                   .statistic = copy(page, row->statistic),
                                   .unit = copy(page, unit_of(page, row->unit)),
                                   .quality = copy(page, row->quality),
                                   .method = copy(page, row->method),
                                   .step = copy(page, row->step),
                                   .estimate = row->estimate,
                                   .se = row->se,
                                   .low = row->low,
                                   .high = row->high,
                                   .ci_level = row->ci_level,
                                   .df = row->df,
                                   .n_eff = row->n_eff,
                                   .deff = row->deff,
                                   .n = row->n};
  if (row->na_reason && row->na_reason[0]) s->result.reason = copy(page, sx_report__reason(page->lang, row->na_reason));
  s->indicator = copy(page, row->indicator);
  s->terms = terms_of(page, s);
  put_domain(s, page, row);
  SX_TRY(sx_dict_add(&code, page->seen_names, name, strlen(name), err));
  s->place = page->n_seen;
  page->seen[page->n_seen++] = s;
  return page->failed ? sx_error_memory(err) : SX_OK;
}

/* ---- definitions ------------------------------------------------------------------------------------------------- */

const char *sx_report__formula(const sx_page *page, const char *indicator) {
  return text_of(item_of(page, indicator), "formula");
}

static const char *clean_text(sx_page *page, const char *text) {
  return text ? sx_tree__clean(page, text, strlen(text)) : NULL;
}

/* The items of a list, ", " between them; NULL for none. */
static const char *joined(sx_page *page, const sx_node *list) {
  sx_buf out;
  sx_buf_init(&out, &page->ctx);
  for (size_t i = 0; list && list->kind == SX_NODE_LIST && i < list->n; i++) {
    if (out.n) sx_buf_add(&out, ", ");
    if (list->items[i]->text) sx_buf_add(&out, list->items[i]->text);
  }
  const char *text = out.n || out.failed ? sx_tree__clean_buf(page, &out) : NULL;
  sx_buf_clear(&out);
  return text;
}

static double number_of(const sx_node *map, const char *key) {
  double value = (double)NAN;
  const sx_node *node = sx_node_get(map, key);
  return node && sx_node_number(&value, node) ? value : (double)NAN;
}

static sx_status define(sx_document_definition *out, sx_page *page, const char *id, sx_error *err) {
  const sx_node *item = item_of(page, id);
  sx_store_indicator indicator;
  bool found = false;
  *out = (sx_document_definition){.id = id,
                                  .kind = text_of(item, "kind") ? clean_text(page, text_of(item, "kind")) : "",
                                  .where = clean_text(page, text_of(item, "where")),
                                  .formula = clean_text(page, text_of(item, "formula")),
                                  .of = joined(page, sx_node_get(item, "of")),
                                  .variables = joined(page, sx_node_get(item, "variables")),
                                  .unit = clean_text(page, unit_of(page, text_of(item, "unit"))),
                                  .label = clean_text(page, sx_report__text(page, sx_node_get(item, "label"))),
                                  .source = clean_text(page, sx_report__text(page, sx_node_get(item, "source"))),
                                  .value = number_of(item, "value"),
                                  .se = number_of(item, "se")};
  if (out->variables || out->of)
    out->files = joined(page, sx_node_get(sx_node_get(page->document, "definitions"), "files"));
  const char *base = text_of(item, "base");
  SX_TRY(sx_store_get_indicator(&found, &indicator, page->store, page->run, id, err));
  if (found) {
    if (!out->label) out->label = clean_text(page, sx_report__in_language(page, &indicator.label, NULL));
    out->question = clean_text(page, sx_report__in_language(page, &indicator.question, NULL));
    const char *words = sx_report__in_language(page, &indicator.base, NULL);
    if (words && *words && base) {
      out->base = sx_arena_printf(page->arena, "%s (%s)", words, base);
      if (!out->base) return sx_error_memory(err);
      base = NULL;
      out->base = clean_text(page, out->base);
    } else if (words && *words) {
      out->base = clean_text(page, words);
    }
  }
  if (base) out->base = clean_text(page, base);
  return sx_tree__status(page, err);
}

/* ---- terms of formulas ------------------------------------------------------------------------------------------- */

/* "ID.DOMAIN" of a row. */
static const char *name_row(sx_page *page, const sx_store_row *row) {
  sx_buf name;
  sx_buf_init(&name, &page->ctx);
  sx_report__put_reference(&name, row->indicator, row->terms, row->n_terms, NULL);
  const char *text = sx_tree__clean_buf(page, &name);
  sx_buf_clear(&name);
  return text;
}

/* The row that a term is in the domain of a result, kept; *at its place + 1, 0 where the run has none. */
static sx_status find_term(size_t *at, sx_page *page, const seen *s, const char *term, sx_error *err) {
  sx_store_term terms[4];
  sx_store_row row;
  bool found = false;
  *at = 0;
  sx_reference reference;
  sx_error quiet = SX_ERROR_INIT;
  const char *id = term;
  size_t n = s->n_terms;
  for (size_t i = 0; i < n; i++) terms[i] = (sx_store_term){s->variable[i], s->level[i], {NULL, NULL}, {NULL, NULL}};
  if (!item_of(page, term)) { /* its domain is its own: "users.old" */
    if (sx_reference_parse(&reference, term, strlen(term), &quiet) != SX_OK) return SX_OK;
    id = reference.indicator;
    n = reference.n_terms;
    for (size_t i = 0; i < n; i++)
      terms[i] = (sx_store_term){reference.variable[i], reference.level[i], {NULL, NULL}, {NULL, NULL}};
  }
  SX_TRY(sx_store_find(&found, &row, page->store, page->run, id, NULL, terms, n, err));
  if (!found && n) SX_TRY(sx_store_find(&found, &row, page->store, page->run, id, NULL, terms, 0, err));
  if (!found) return SX_OK;
  const char *name = name_row(page, &row);
  if (page->failed) return sx_error_memory(err);
  SX_TRY(sx_report__keep_result(page, name, &row, err));
  *at = (size_t)sx_dict_find(page->seen_names, name, strlen(name)) + 1;
  return SX_OK;
}

static sx_status find_terms(size_t k, sx_page *page, sx_error *err) {
  seen *s = page->seen[k];
  const sx_node *list = s->terms;
  if (!list) return SX_OK;
  size_t *terms = sx_arena_zalloc(page->arena, list->n, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t i = 0; i < list->n; i++) {
    const char *term = list->items[i]->text;
    size_t at = 0;
    if (!term) continue;
    SX_TRY(find_term(&at, page, s, term, err));
    if (at) terms[s->result.n_terms++] = at - 1;
  }
  s->result.terms = terms;
  return SX_OK;
}

/* ---- the lists --------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) {
  const seen *const *x = a, *const *y = b;
  return strcmp((*x)->result.name, (*y)->result.name);
}

static int by_text(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

/* Indicators of the results and benchmarks that formulas name, each once, in order. */
static sx_status list_ids(const char ***out, size_t *n, sx_page *page, sx_error *err) {
  const sx_node *items = sx_node_get(sx_node_get(page->document, "definitions"), "items");
  const size_t n_items = items && items->kind == SX_NODE_MAP ? items->n : 0;
  const char **ids = sx_arena_zalloc(page->arena, page->n_seen + n_items + 1, sizeof *ids);
  if (!ids) return sx_error_memory(err);
  size_t k = 0;
  for (size_t i = 0; i < page->n_seen; i++) ids[k++] = page->seen[i]->indicator;
  for (size_t i = 0; i < n_items; i++) {
    const char *kind = text_of(items->items[i], "kind");
    if (kind && strcmp(kind, "benchmark") == 0) ids[k++] = copy(page, items->keys[i]->text);
  }
  if (k) qsort(ids, k, sizeof *ids, by_text);
  *n = 0;
  for (size_t i = 0; i < k; i++) {
    if (*n == 0 || strcmp(ids[*n - 1], ids[i]) != 0) ids[(*n)++] = ids[i];
  }
  *out = ids;
  return sx_tree__status(page, err);
}

static size_t find_id(const char *const *ids, size_t n, const char *id) {
  const char *const *at = n ? bsearch(&id, ids, n, sizeof *ids, by_text) : NULL;
  return at ? (size_t)(at - ids) : n;
}

/* Terms by their places among the sorted results, and benchmarks after them. */
static sx_status settle_terms(sx_document_result *out, sx_page *page, const seen *s, const size_t *place,
                              const char *const *ids, size_t n_ids, sx_error *err) {
  const sx_node *list = s->terms;
  const size_t n = list ? list->n : 0;
  if (!n) return SX_OK;
  size_t *terms = sx_arena_zalloc(page->arena, n + out->n_terms, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  size_t k = 0;
  for (size_t i = 0; i < out->n_terms; i++) terms[k++] = place[out->terms[i]];
  for (size_t i = 0; i < n && k < n + out->n_terms; i++) {
    const char *term = list->items[i]->text;
    const char *kind = term ? text_of(item_of(page, term), "kind") : NULL;
    if (kind && strcmp(kind, "benchmark") == 0 && find_id(ids, n_ids, term) < n_ids)
      terms[k++] = page->n_seen + find_id(ids, n_ids, term);
  }
  out->terms = terms;
  out->n_terms = k;
  return SX_OK;
}

static sx_status fill_lists(sx_document *document, sx_page *page, sx_error *err) {
  const char **ids = NULL;
  size_t n_ids = 0;
  SX_TRY(list_ids(&ids, &n_ids, page, err));
  sx_document_definition *definitions = sx_tree__payload(page, n_ids + 1, sizeof *definitions);
  sx_document_result *results = sx_tree__payload(page, page->n_seen + 1, sizeof *results);
  size_t *place = sx_tree__payload(page, page->n_seen + 1, sizeof *place);
  seen **sorted = sx_tree__payload(page, page->n_seen + 1, sizeof *sorted);
  if (!definitions || !results || !place || !sorted) return sx_tree__status(page, err);
  for (size_t i = 0; i < n_ids; i++) SX_TRY(define(&definitions[i], page, ids[i], err));
  memcpy(sorted, page->seen, page->n_seen * sizeof *sorted);
  qsort(sorted, page->n_seen, sizeof *sorted, by_name);
  for (size_t i = 0; i < page->n_seen; i++) place[sorted[i]->place] = i;
  for (size_t i = 0; i < page->n_seen; i++) {
    results[i] = sorted[i]->result;
    results[i].definition = find_id(ids, n_ids, sorted[i]->indicator);
    SX_TRY(settle_terms(&results[i], page, sorted[i], place, ids, n_ids, err));
  }
  document->results = results;
  document->n_results = page->n_seen;
  document->definitions = definitions;
  document->n_definitions = n_ids;
  return SX_OK;
}

/* The list begins with the plan's hash where there is one: it stands for the study file. */
static sx_status add_input(void *data, const sx_store_input *input, sx_error *err) {
  sx_buf *list = data;
  (void)err;
  if (list->n == SX_HASH_TEXT - 1)
    sx_buf_add_char(list, '\n');
  else
    sx_buf_printf(list, "%s\n", input->sha256 ? input->sha256 : "");
  return SX_OK;
}

/* One hash for all inputs. */
static sx_status hash_inputs(sx_document *document, sx_page *page, sx_error *err) {
  char hash[SX_HASH_TEXT] = "";
  sx_buf list;
  sx_buf_init(&list, &page->ctx);
  sx_status status = sx_store_plan_hash(hash, page->store, page->run, err);
  sx_buf_add(&list, hash);
  hash[0] = '\0';
  if (status == SX_OK) status = sx_store_each_input(page->store, page->run, add_input, &list, err);
  if (status == SX_OK) status = sx_buf_status(&list, err);
  if (status == SX_OK && list.n) sx_hash_bytes(hash, list.data, list.n);
  sx_buf_clear(&list);
  document->inputs = copy(page, hash);
  return status;
}

sx_status sx_report__list_results(sx_document *document, sx_page *page, sx_error *err) {
  const size_t bound = page->n_seen;
  for (size_t i = 0; i < bound; i++) SX_TRY(find_terms(i, page, err));
  if (page->n_seen) SX_TRY(fill_lists(document, page, err));
  const char *design = sx_report__text(page, sx_node_get(page->document, "design"));
  document->design = copy(page, design);
  document->definitions_anchor = page->definitions_anchor;
  SX_TRY(hash_inputs(document, page, err));
  return sx_tree__status(page, err);
}
