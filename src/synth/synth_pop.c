/* synth_pop.c: the population behind a model: rows of persons, attributes, cells, strata, inclusion probabilities. */
#include <stdlib.h>

#include "synth_priv.h"

/* ---- attributes ---- */

static int compare_i64(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static sx_status integer_levels(sx_synth_loader *l, sx_synth_var *v, const sx_column *c) {
  const size_t n = l->m->n_rows;
  int64_t *x = sx_synth__alloc(l, n, sizeof *x), *u = sx_synth__alloc(l, n, sizeof *u);
  v->row_level = sx_synth__alloc(l, n, sizeof *v->row_level);
  if (!x || !u || !v->row_level) return SX_E_MEMORY;
  for (size_t i = 0; i < n; i++) {
    double value = 0;
    if (!sx_synth__cell_number(&value, c, i) || value != (double)(int64_t)value || value < -1e15 || value > 1e15)
      return sx_node_error(l->err, l->doc, v->node, "'%s' is not a whole number in row %zu of the population", v->name,
                           i + 1);
    x[i] = u[i] = (int64_t)value;
  }
  qsort(u, n, sizeof *u, compare_i64);
  size_t k = 0;
  for (size_t i = 0; i < n; i++)
    if (!i || u[i] != u[i - 1]) u[k++] = u[i];
  v->levels.text = sx_synth__alloc(l, k, sizeof *v->levels.text);
  if (!v->levels.text) return SX_E_MEMORY;
  v->levels.n = k;
  v->level_value = u;
  for (size_t i = 0; i < k; i++) {
    char buf[SX_DOUBLE_TEXT_MAX];
    (void)sx_text_from_double(buf, (double)u[i]);
    v->levels.text[i] = sx_synth__keep(l, buf);
    if (!v->levels.text[i]) return SX_E_MEMORY;
  }
  for (size_t i = 0; i < n; i++) {
    const int64_t *at = bsearch(&x[i], u, k, sizeof *u, compare_i64);
    v->row_level[i] = (int32_t)(at - u);
  }
  return SX_OK;
}

static sx_status text_levels(sx_synth_loader *l, sx_synth_var *v, const sx_column *c) {
  const size_t n = l->m->n_rows, k = sx_dict_count(c->dict);
  v->levels.text = sx_synth__alloc(l, k, sizeof *v->levels.text);
  v->row_level = sx_synth__alloc(l, n, sizeof *v->row_level);
  if (!v->levels.text || !v->row_level) return SX_E_MEMORY;
  v->levels.n = k;
  for (size_t i = 0; i < k; i++)
    if (!(v->levels.text[i] = sx_synth__keep(l, sx_dict_get(c->dict, (int32_t)i, NULL)))) return SX_E_MEMORY;
  for (size_t i = 0; i < n; i++) {
    if (sx_column_missing(c, i))
      return sx_node_error(l->err, l->doc, v->node, "'%s' is missing in row %zu of the population", v->name, i + 1);
    v->row_level[i] = c->data.code[i];
  }
  return SX_OK;
}

static sx_status from_column(sx_synth_loader *l, sx_synth_var *v, const sx_node *name) {
  const sx_column *c = NULL;
  if (name->kind != SX_NODE_SCALAR) return sx_node_error(l->err, l->doc, name, "expected a column of the population");
  if (sx_table_need(&c, l->population, name->text, l->err) != SX_OK) {
    sx_error_add_where(l->err, "%s:%zu:%zu", sx_doc_name(l->doc), name->line, name->column);
    return SX_E_DATA;
  }
  const bool coded = c->type == SX_TEXT || c->type == SX_CATEGORY;
  if (coded != (v->type == SX_TEXT))
    return sx_node_error(l->err, l->doc, name, "column '%s' of the population is %s, the variable's type %s", c->name,
                         sx_type_name(c->type), sx_type_name(v->type));
  return coded ? text_levels(l, v, c) : integer_levels(l, v, c);
}

static sx_status from_expression(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  sx_expr *e = NULL;
  sx_column *c = NULL;
  sx_status st = node->kind == SX_NODE_SCALAR ? sx_expr_parse(&e, &l->m->ctx, node->text, l->err) : SX_E_PARSE;
  if (st == SX_OK) st = sx_expr_eval(&c, e, l->population, v->name, l->err);
  if (st != SX_OK) sx_error_add_where(l->err, "%s:%zu:%zu", sx_doc_name(l->doc), node->line, node->column);
  if (st == SX_OK) st = integer_levels(l, v, c);
  if (st == SX_OK && !sx_table_find(l->population, v->name)) {
    st = sx_table_take(l->population, c, l->err);
    if (st == SX_OK) c = NULL;
  }
  if (c) sx_column_free(sx_table_ctx(l->population), c);
  sx_expr_free(e);
  return st;
}

/* {cut: age, breaks: [15, 20], labels: ["6-14", ...]}: the lower end of a class belongs to it. */
static sx_status from_cut(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  const sx_node *breaks = sx_node_get(node, "breaks"), *labels = sx_node_get(node, "labels");
  size_t of = 0;
  SX_TRY(sx_synth__need(&of, l, sx_node_get(node, "cut")));
  const sx_synth_var *x = &l->m->vars[of];
  if (!x->level_value)
    return sx_node_error(l->err, l->doc, node, "'%s' is not an integer attribute that stands before", x->name);
  if (v->type != SX_TEXT) return sx_node_error(l->err, l->doc, node, "a cut needs 'type: text'");
  if (!breaks || breaks->kind != SX_NODE_LIST || !labels || labels->kind != SX_NODE_LIST || labels->n != breaks->n + 1)
    return sx_node_error(l->err, l->doc, node, "a cut needs a list of breaks and one label more than breaks");
  double *at = sx_synth__alloc(l, breaks->n, sizeof *at);
  v->levels.text = sx_synth__alloc(l, labels->n, sizeof *v->levels.text);
  v->row_level = sx_synth__alloc(l, l->m->n_rows, sizeof *v->row_level);
  if (!at || !v->levels.text || !v->row_level) return SX_E_MEMORY;
  for (size_t i = 0; i < breaks->n; i++) SX_TRY(sx_synth__number(&at[i], l, breaks->items[i], -1e15, 1e15));
  v->levels.n = labels->n;
  for (size_t i = 0; i < labels->n; i++) {
    if (labels->items[i]->kind != SX_NODE_SCALAR)
      return sx_node_error(l->err, l->doc, labels->items[i], "expected a label");
    if (!(v->levels.text[i] = sx_synth__keep(l, labels->items[i]->text))) return SX_E_MEMORY;
  }
  for (size_t i = 0; i < l->m->n_rows; i++) {
    const double value = (double)x->level_value[x->row_level[i]];
    int32_t k = 0;
    while ((size_t)k < breaks->n && value >= at[k]) k++;
    v->row_level[i] = k;
  }
  return SX_OK;
}

/* {map: province, rows: {11: 1, ...}}: a code for every level of another attribute. */
static sx_status from_map(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  const sx_node *rows = sx_node_get(node, "rows");
  size_t of = 0;
  SX_TRY(sx_synth__need(&of, l, sx_node_get(node, "map")));
  const sx_synth_var *x = &l->m->vars[of];
  if (x->levels.n == 0 || !rows || rows->kind != SX_NODE_MAP || v->type == SX_TEXT)
    return sx_node_error(l->err, l->doc, node,
                         "expected {map: an attribute, rows: {level: code}} with whole numbers as codes");
  double *code = sx_synth__alloc(l, x->levels.n, sizeof *code);
  if (!code) return SX_E_MEMORY;
  for (size_t k = 0; k < x->levels.n; k++) {
    const sx_node *value = sx_node_get(rows, x->levels.text[k]);
    if (!value) return sx_node_error(l->err, l->doc, rows, "no code for level '%s'", x->levels.text[k]);
    SX_TRY(sx_synth__number(&code[k], l, value, -1e9, 1e9));
  }
  sx_column *c = NULL;
  SX_TRY(sx_column_new(&c, &l->m->ctx, v->name, SX_NUMBER, l->m->n_rows, l->err));
  for (size_t i = 0; i < l->m->n_rows; i++) c->data.f64[i] = code[x->row_level[i]];
  const sx_status st = integer_levels(l, v, c);
  sx_column_free(&l->m->ctx, c);
  return st;
}

static sx_status attribute(sx_synth_loader *l, sx_synth_var *v) {
  static const char *const keys[] = {"column", "expr", "cut", "breaks", "labels", "map", "rows"};
  const sx_node *node = sx_node_get(v->node, "attribute");
  if (node->kind == SX_NODE_SCALAR) return from_column(l, v, node);
  SX_TRY(sx_node_keys(l->doc, node, keys, 7, l->err));
  if (sx_node_get(node, "column")) return from_column(l, v, sx_node_get(node, "column"));
  if (sx_node_get(node, "expr")) return from_expression(l, v, sx_node_get(node, "expr"));
  if (sx_node_get(node, "cut")) return from_cut(l, v, node);
  if (sx_node_get(node, "map")) return from_map(l, v, node);
  return sx_node_error(l->err, l->doc, node, "an attribute is a column, an expr, a cut or a map");
}

/* ---- cells and strata ---- */

static sx_status cells(sx_synth_loader *l, const sx_node *list) {
  sx_synth_model *m = l->m;
  if (!list || list->kind != SX_NODE_LIST || list->n == 0 || list->n > SX_SYNTH_MAX_BY)
    return sx_node_error(l->err, l->doc, list, "'cells' lists one to %d attributes", SX_SYNTH_MAX_BY);
  m->n_cells = 1;
  for (size_t i = list->n; i-- > 0;) {
    SX_TRY(sx_synth__need(&m->cell_by[i], l, list->items[i]));
    if (!m->vars[m->cell_by[i]].row_level)
      return sx_node_error(l->err, l->doc, list->items[i], "'%s' is not an attribute", list->items[i]->text);
    m->cell_stride[i] = m->n_cells;
    if (!sx_size_mul(&m->n_cells, m->n_cells, m->vars[m->cell_by[i]].levels.n) || m->n_cells > 100000)
      return sx_node_error(l->err, l->doc, list, "too many cells");
  }
  m->n_cell_by = list->n;
  m->row_cell = sx_synth__alloc(l, m->n_rows, sizeof *m->row_cell);
  m->cell_size = sx_synth__alloc(l, m->n_cells, sizeof *m->cell_size);
  m->cell_name = sx_synth__alloc(l, m->n_cells, sizeof *m->cell_name);
  if (!m->row_cell || !m->cell_size || !m->cell_name) return SX_E_MEMORY;
  for (size_t i = 0; i < m->n_rows; i++) {
    size_t c = 0;
    for (size_t k = 0; k < m->n_cell_by; k++) c += (size_t)m->vars[m->cell_by[k]].row_level[i] * m->cell_stride[k];
    m->row_cell[i] = (int32_t)c;
    m->cell_size[c] += m->size[i];
  }
  for (size_t c = 0; c < m->n_cells; c++) {
    const char *name = "";
    for (size_t k = 0; k < m->n_cell_by && name; k++) {
      const sx_synth_levels *levels = &m->vars[m->cell_by[k]].levels;
      name = sx_arena_printf(m->arena, "%s%s%s", name, k ? "/" : "", levels->text[c / m->cell_stride[k] % levels->n]);
    }
    if (!name) return sx_error_memory(l->err);
    m->cell_name[c] = name;
  }
  return SX_OK;
}

static sx_status strata(sx_synth_loader *l, const sx_node *name) {
  sx_synth_model *m = l->m;
  SX_TRY(sx_synth__need(&m->strata_var, l, name));
  const sx_synth_var *v = &m->vars[m->strata_var];
  if (!v->row_level) return sx_node_error(l->err, l->doc, name, "'%s' is not an attribute", v->name);
  m->n_strata = v->levels.n;
  m->stratum_start = sx_synth__alloc(l, m->n_strata + 1, sizeof *m->stratum_start);
  m->stratum_size = sx_synth__alloc(l, m->n_strata, sizeof *m->stratum_size);
  m->order = sx_synth__alloc(l, m->n_rows, sizeof *m->order);
  size_t *next = sx_synth__alloc(l, m->n_strata, sizeof *next);
  if (!m->stratum_start || !m->stratum_size || !m->order || !next) return SX_E_MEMORY;
  for (size_t i = 0; i < m->n_rows; i++) {
    m->stratum_start[v->row_level[i] + 1]++;
    m->stratum_size[v->row_level[i]] += m->size[i];
  }
  for (size_t h = 0; h < m->n_strata; h++) m->stratum_start[h + 1] += next[h] = m->stratum_start[h];
  for (size_t i = 0; i < m->n_rows; i++) m->order[next[v->row_level[i]]++] = (int32_t)i;
  return SX_OK;
}

/* ---- sampling: measure of a row = persons x response x mean multiplicity ---- */

static sx_status response(double *measure, sx_synth_loader *l, const sx_node *list) {
  static const char *const keys[] = {"by", "rows"};
  if (!list) return SX_OK;
  if (list->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, list, "expected a list of {by, rows}");
  for (size_t i = 0; i < list->n; i++) {
    const sx_node *node = list->items[i], *by = sx_node_get(node, "by"), *rows = sx_node_get(node, "rows");
    size_t var = 0;
    SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
    SX_TRY(sx_synth__need(&var, l, by));
    const sx_synth_var *v = &l->m->vars[var];
    if (!v->row_level || !rows || rows->kind != SX_NODE_MAP)
      return sx_node_error(l->err, l->doc, node, "expected {by: an attribute, rows: {level: factor}}");
    double *f = sx_synth__alloc(l, v->levels.n, sizeof *f);
    if (!f) return SX_E_MEMORY;
    for (size_t k = 0; k < v->levels.n; k++) {
      const sx_node *value = sx_node_get(rows, v->levels.text[k]);
      if (!value) return sx_node_error(l->err, l->doc, rows, "no factor for '%s'", v->levels.text[k]);
      SX_TRY(sx_synth__number(&f[k], l, value, 0, 1e6));
    }
    for (size_t r = 0; r < l->m->n_rows; r++) measure[r] *= f[v->row_level[r]];
  }
  return SX_OK;
}

/* Multiplicity k has probability P(k) among persons, k P(k) / E k among those reached through one of their k numbers. */
static sx_status multiplicity(double *measure, sx_synth_loader *l) {
  sx_synth_model *m = l->m;
  m->phones = SIZE_MAX;
  for (size_t i = 0; i < m->n_vars; i++)
    if (m->vars[i].kind == SX_SYNTH_PHONES) {
      if (m->phones != SIZE_MAX)
        return sx_node_error(l->err, l->doc, m->vars[i].node, "a model has one variable of kind 'phones'");
      m->phones = i;
    }
  if (m->phones == SIZE_MAX) return SX_OK;
  sx_synth_var *v = &m->vars[m->phones];
  static const char *const outcome[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
  static const char *const keys[] = {"max", "p"};
  const sx_node *node = sx_node_get(v->node, "phones");
  double max = 0;
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  SX_TRY(sx_synth__number(&max, l, sx_node_get(node, "max"), 1, 8));
  const size_t k = (size_t)max;
  SX_TRY(sx_synth__probs(&m->phones_probs, l, sx_node_get(node, "p"), outcome, k));
  const sx_synth_probs *p = &m->phones_probs;
  for (size_t i = 0; i < p->n_by; i++)
    if (!m->vars[p->by[i]].row_level)
      return sx_node_error(l->err, l->doc, node, "'%s' is not an attribute", m->vars[p->by[i]].name);
  m->phones_draw = sx_synth__alloc(l, p->n_rows * k, sizeof *m->phones_draw);
  double *mean = sx_synth__alloc(l, p->n_rows, sizeof *mean);
  v->levels.text = sx_synth__alloc(l, k, sizeof *v->levels.text);
  if (!m->phones_draw || !mean || !v->levels.text) return SX_E_MEMORY;
  for (size_t j = 0; j < k; j++) v->levels.text[v->levels.n++] = outcome[j];
  for (size_t r = 0; r < p->n_rows; r++) {
    for (size_t j = 0; j < k; j++)
      m->phones_draw[r * k + j] = mean[r] += (double)(j + 1) * (p->cum[r * k + j] - (j ? p->cum[r * k + j - 1] : 0));
    for (size_t j = 0; j < k; j++) m->phones_draw[r * k + j] /= mean[r];
    m->phones_draw[r * k + k - 1] = 1;
  }
  for (size_t r = 0; r < m->n_rows; r++) {
    size_t at = 0;
    for (size_t i = 0; i < p->n_by; i++) at += (size_t)m->vars[p->by[i]].row_level[r] * p->stride[i];
    measure[r] *= mean[at];
  }
  return SX_OK;
}

static sx_status sampling(sx_synth_loader *l, const sx_node *node) {
  static const char *const keys[] = {"strata", "allocation", "response"}, *const inner[] = {"power", "minimum"};
  sx_synth_model *m = l->m;
  if (!node) return sx_node_error(l->err, l->doc, sx_doc_root(l->doc), "the model needs 'sampling'");
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  SX_TRY(strata(l, sx_node_get(node, "strata")));
  const sx_node *allocation = sx_node_get(node, "allocation");
  m->power = 1;
  if (allocation) {
    SX_TRY(sx_node_keys(l->doc, allocation, inner, 2, l->err));
    if (sx_node_get(allocation, "power"))
      SX_TRY(sx_synth__number(&m->power, l, sx_node_get(allocation, "power"), 0, 1));
    if (sx_node_get(allocation, "minimum"))
      SX_TRY(sx_synth__number(&m->minimum, l, sx_node_get(allocation, "minimum"), 0, 1e12));
  }
  double *w = sx_synth__alloc(l, m->n_rows, sizeof *w);
  m->measure = sx_synth__alloc(l, m->n_rows, sizeof *m->measure);
  if (!w || !m->measure) return SX_E_MEMORY;
  memcpy(w, m->size, m->n_rows * sizeof *w);
  SX_TRY(response(w, l, sx_node_get(node, "response")));
  SX_TRY(multiplicity(w, l));
  for (size_t h = 0; h < m->n_strata; h++) {
    double run = 0;
    for (size_t i = m->stratum_start[h]; i < m->stratum_start[h + 1]; i++) m->measure[i] = run += w[m->order[i]];
    if (!(run > 0))
      return sx_node_error(l->err, l->doc, node, "stratum '%s' has nobody who could be interviewed",
                           m->vars[m->strata_var].levels.text[h]);
    for (size_t i = m->stratum_start[h]; i < m->stratum_start[h + 1]; i++) m->measure[i] /= run;
    m->measure[m->stratum_start[h + 1] - 1] = 1;
  }
  return SX_OK;
}

/* ---- the table of rates: one row per cell ---- */

static sx_status rates(sx_synth_loader *l, const sx_node *node) {
  sx_synth_model *m = l->m;
  if (!node) return SX_OK;
  SX_TRY(sx_synth__read_table(&l->rates, l, node));
  const sx_column *key[SX_SYNTH_MAX_BY] = {NULL};
  l->rate_row = sx_synth__alloc(l, m->n_cells, sizeof *l->rate_row);
  if (!l->rate_row) return SX_E_MEMORY;
  for (size_t c = 0; c < m->n_cells; c++) l->rate_row[c] = -1;
  for (size_t k = 0; k < m->n_cell_by; k++)
    SX_TRY(sx_table_need(&key[k], l->rates, m->vars[m->cell_by[k]].name, l->err));
  for (size_t r = 0; r < sx_table_rows(l->rates); r++) {
    size_t c = 0;
    for (size_t k = 0; k < m->n_cell_by; k++) {
      char buf[SX_DOUBLE_TEXT_MAX];
      const char *text = sx_synth__key_text(buf, key[k], r);
      const size_t level = sx_synth__level(&m->vars[m->cell_by[k]].levels, text);
      if (level == SIZE_MAX)
        return sx_node_error(l->err, l->doc, node, "row %zu of the rates: '%s' has no level '%s'", r + 1, key[k]->name,
                             text);
      c += level * m->cell_stride[k];
    }
    if (l->rate_row[c] >= 0)
      return sx_node_error(l->err, l->doc, node, "cell %s stands twice in the rates", m->cell_name[c]);
    l->rate_row[c] = (int32_t)r;
  }
  for (size_t c = 0; c < m->n_cells; c++)
    if (l->rate_row[c] < 0) return sx_node_error(l->err, l->doc, node, "cell %s is not in the rates", m->cell_name[c]);
  return SX_OK;
}

static sx_status persons(sx_synth_loader *l, const sx_node *node) {
  static const char *const keys[] = {"file", "size"};
  sx_synth_model *m = l->m;
  if (!node) return sx_node_error(l->err, l->doc, sx_doc_root(l->doc), "the model needs 'population'");
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  const sx_node *file = sx_node_get(node, "file"), *size = sx_node_get(node, "size");
  SX_TRY(sx_synth__read_table(&l->population, l, file));
  if (!size || size->kind != SX_NODE_SCALAR)
    return sx_node_error(l->err, l->doc, node, "'size' names the column of persons");
  const sx_column *c = NULL;
  SX_TRY(sx_table_need(&c, l->population, size->text, l->err));
  m->n_rows = sx_table_rows(l->population);
  if (m->n_rows == 0 || m->n_rows > INT32_MAX)
    return sx_node_error(l->err, l->doc, file, "the population has no rows or too many");
  m->size = sx_synth__alloc(l, m->n_rows, sizeof *m->size);
  if (!m->size) return SX_E_MEMORY;
  for (size_t i = 0; i < m->n_rows; i++)
    if (!sx_synth__cell_number(&m->size[i], c, i) || !(m->size[i] >= 0))
      return sx_node_error(l->err, l->doc, file, "row %zu of the population has no valid number of persons", i + 1);
  return SX_OK;
}

sx_status sx_synth__population(sx_synth_loader *l) {
  const sx_node *root = sx_doc_root(l->doc);
  sx_synth_model *m = l->m;
  SX_TRY(persons(l, sx_node_get(root, "population")));
  for (size_t i = 0; i < m->n_vars; i++)
    if (m->vars[i].kind == SX_SYNTH_ATTRIBUTE) SX_TRY(attribute(l, &m->vars[i]));
  SX_TRY(cells(l, sx_node_get(root, "cells")));
  SX_TRY(sampling(l, sx_synth__part(l, "sampling")));
  return rates(l, sx_synth__part(l, "rates"));
}
