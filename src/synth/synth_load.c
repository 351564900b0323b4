/* synth_load.c: a model file to a model: header, population, cells, strata, sampling, sets. Variables: synth_parse.c. */
#include <stdlib.h>

#include "synth_priv.h"

void *sx_synth__alloc(sx_synth_loader *l, size_t n, size_t size) {
  void *p = sx_arena_zalloc(l->m->arena, n ? n : 1, size);
  if (!p) (void)sx_error_memory(l->err);
  return p;
}

const sx_node *sx_synth__part(const sx_synth_loader *l, const char *key) {
  const sx_node *own = sx_node_get(l->wave, key);
  return own ? own : sx_node_get(sx_doc_root(l->doc), key);
}

size_t sx_synth__find(const sx_synth_model *m, const char *name) {
  for (size_t i = 0; i < m->n_vars; i++)
    if (strcmp(m->vars[i].name, name) == 0) return i;
  return SIZE_MAX;
}

sx_status sx_synth__need(size_t *out, sx_synth_loader *l, const sx_node *name) {
  if (!name || name->kind != SX_NODE_SCALAR) return sx_node_error(l->err, l->doc, name, "expected a variable's name");
  const size_t i = sx_synth__find(l->m, name->text);
  if (i != SIZE_MAX) {
    *out = i;
    return SX_OK;
  }
  const char **names = sx_synth__alloc(l, l->m->n_vars, sizeof *names);
  if (!names) return SX_E_MEMORY;
  for (size_t k = 0; k < l->m->n_vars; k++) names[k] = l->m->vars[k].name;
  const char *near = sx_text_nearest(name->text, names, l->m->n_vars);
  if (near) return sx_node_error(l->err, l->doc, name, "no variable '%s'; did you mean '%s'?", name->text, near);
  return sx_node_error(l->err, l->doc, name, "no variable '%s' in this model", name->text);
}

const char *sx_synth__keep(sx_synth_loader *l, const char *text) {
  const char *copy = sx_arena_strdup(l->m->arena, text);
  if (!copy) (void)sx_error_memory(l->err);
  return copy;
}

sx_status sx_synth__text(sx_synth_text *out, sx_synth_loader *l, const sx_node *node) {
  sx_synth_text t = {NULL, NULL};
  if (node && node->kind == SX_NODE_SCALAR) {
    t.zh = t.en = sx_synth__keep(l, node->text);
    if (!t.zh) return SX_E_MEMORY;
  } else if (node) {
    static const char *const keys[] = {"zh", "en"};
    SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
    const sx_node *zh = sx_node_get(node, "zh"), *en = sx_node_get(node, "en");
    if ((zh && zh->kind != SX_NODE_SCALAR) || (en && en->kind != SX_NODE_SCALAR))
      return sx_node_error(l->err, l->doc, node, "expected text, or {zh: ..., en: ...}");
    if (zh && !(t.zh = sx_synth__keep(l, zh->text))) return SX_E_MEMORY;
    if (en && !(t.en = sx_synth__keep(l, en->text))) return SX_E_MEMORY;
  }
  *out = t;
  return SX_OK;
}

sx_status sx_synth__number(double *out, sx_synth_loader *l, const sx_node *node, double lo, double hi) {
  double x = 0;
  if (!node || !sx_node_number(&x, node)) return sx_node_error(l->err, l->doc, node, "expected a number here");
  if (!(x >= lo && x <= hi)) return sx_node_error(l->err, l->doc, node, "%s is outside %g to %g", node->text, lo, hi);
  *out = x;
  return SX_OK;
}

/* ---- tables beside the model ---- */

static sx_status note_input(sx_synth_loader *l, const char *path) {
  sx_synth_model *m = l->m;
  for (size_t i = 0; i < m->n_inputs; i++)
    if (strcmp(m->inputs[i], path) == 0) return SX_OK;
  const char **more = sx_synth__alloc(l, m->n_inputs + 1, sizeof *more);
  const char *copy = sx_synth__keep(l, path);
  if (!more || !copy) return SX_E_MEMORY;
  if (m->n_inputs) memcpy(more, m->inputs, m->n_inputs * sizeof *more);
  more[m->n_inputs++] = copy;
  m->inputs = more;
  return SX_OK;
}

sx_status sx_synth__read_table(sx_table **out, sx_synth_loader *l, const sx_node *file) {
  if (!file || file->kind != SX_NODE_SCALAR)
    return sx_node_error(l->err, l->doc, file, "expected the name of a CSV file");
  char *path = sx_path_beside(&l->m->ctx, l->m->path, file->text);
  if (!path) return sx_error_memory(l->err);
  sx_status st = note_input(l, path);
  if (st == SX_OK) st = sx_io_read(out, &l->m->ctx, path, NULL, l->err);
  sx_mem_free(&l->m->ctx, path);
  return st;
}

/* The key of a row of a table as text; integers print without decimals. */
const char *sx_synth__key_text(char buf[SX_DOUBLE_TEXT_MAX], const sx_column *c, size_t row) {
  if (sx_column_missing(c, row)) return "";
  if (c->type == SX_TEXT || c->type == SX_CATEGORY) return sx_dict_get(c->dict, c->data.code[row], NULL);
  (void)sx_text_from_double(buf, c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row]);
  return buf;
}

size_t sx_synth__level(const sx_synth_levels *levels, const char *text) {
  for (size_t i = 0; i < levels->n; i++)
    if (strcmp(levels->text[i], text) == 0) return i;
  return SIZE_MAX;
}

static sx_status need_level(size_t *out, sx_synth_loader *l, size_t var, const sx_node *at, const char *text) {
  const sx_synth_var *v = &l->m->vars[var];
  const size_t i = sx_synth__level(&v->levels, text);
  if (i == SIZE_MAX) {
    const char *near = sx_text_nearest(text, v->levels.text, v->levels.n);
    if (near)
      return sx_node_error(l->err, l->doc, at, "'%s' has no level '%s'; did you mean '%s'?", v->name, text, near);
    return sx_node_error(l->err, l->doc, at, "'%s' has no level '%s'", v->name, text);
  }
  *out = i;
  return SX_OK;
}

/* ---- keyed tables ---- */

static sx_status parse_by(sx_synth_probs *p, sx_synth_loader *l, const sx_node *by) {
  p->n_by = 0;
  p->n_rows = 1;
  if (!by) return SX_OK;
  if (by->kind != SX_NODE_LIST || by->n == 0 || by->n > SX_SYNTH_MAX_BY)
    return sx_node_error(l->err, l->doc, by, "expected a list of one to %d variables", SX_SYNTH_MAX_BY);
  for (size_t i = 0; i < by->n; i++) {
    SX_TRY(sx_synth__need(&p->by[i], l, by->items[i]));
    if (l->m->vars[p->by[i]].levels.n == 0)
      return sx_node_error(l->err, l->doc, by->items[i],
                           "'%s' cannot key a table: only attributes and choices that stand before it can",
                           by->items[i]->text);
  }
  p->n_by = by->n;
  for (size_t i = by->n; i-- > 0;) {
    p->stride[i] = p->n_rows;
    if (!sx_size_mul(&p->n_rows, p->n_rows, l->m->vars[p->by[i]].levels.n) || p->n_rows > 10000000)
      return sx_node_error(l->err, l->doc, by, "the crossing of these variables is too large");
  }
  return SX_OK;
}

/* "a|b" to the row of the crossing. */
static sx_status parse_key(size_t *row, sx_synth_loader *l, const sx_synth_probs *p, const sx_node *key) {
  size_t at = 0;
  const char *text = key->text;
  for (size_t i = 0; i < p->n_by; i++) {
    const char *end = i + 1 < p->n_by ? strchr(text, '|') : text + strlen(text);
    if (!end) return sx_node_error(l->err, l->doc, key, "expected %zu levels divided by '|'", p->n_by);
    char *part = sx_arena_strndup(l->m->arena, text, (size_t)(end - text));
    if (!part) return sx_error_memory(l->err);
    size_t level = 0;
    SX_TRY(need_level(&level, l, p->by[i], key, part));
    at += level * p->stride[i];
    text = end + 1;
  }
  *row = at;
  return SX_OK;
}

static sx_status one_row(double *p, sx_synth_loader *l, const sx_node *node, const char *const *outcome, size_t k) {
  if (node->kind == SX_NODE_LIST && node->n == k) {
    for (size_t j = 0; j < k; j++) SX_TRY(sx_synth__number(&p[j], l, node->items[j], 0, 1));
    return SX_OK;
  }
  if (node->kind != SX_NODE_MAP)
    return sx_node_error(l->err, l->doc, node, "expected %zu probabilities, or a map of outcome: probability", k);
  SX_TRY(sx_node_keys(l->doc, node, outcome, k, l->err));
  for (size_t j = 0; j < k; j++) {
    const sx_node *x = sx_node_get(node, outcome[j]);
    p[j] = 0;
    if (x) SX_TRY(sx_synth__number(&p[j], l, x, 0, 1));
  }
  return SX_OK;
}

/* A double of a table's numeric column; false where missing or text. */
bool sx_synth__cell_number(double *out, const sx_column *c, size_t row) {
  if (c->type == SX_TEXT || c->type == SX_CATEGORY || sx_column_missing(c, row)) return false;
  *out = c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
  return *out == *out;
}

static sx_status file_rows(sx_synth_probs *p, sx_synth_loader *l, const sx_node *file, const sx_table *t,
                           const char *const *outcome, uint8_t *seen) {
  const sx_column *key[SX_SYNTH_MAX_BY] = {NULL}, *col[SX_SYNTH_MAX_CODES] = {NULL};
  for (size_t i = 0; i < p->n_by; i++) SX_TRY(sx_table_need(&key[i], t, l->m->vars[p->by[i]].name, l->err));
  for (size_t j = 0; j < p->k; j++) SX_TRY(sx_table_need(&col[j], t, outcome[j], l->err));
  for (size_t r = 0; r < sx_table_rows(t); r++) {
    size_t at = 0;
    bool known = true;
    for (size_t i = 0; i < p->n_by && known; i++) {
      char buf[SX_DOUBLE_TEXT_MAX];
      const size_t level = sx_synth__level(&l->m->vars[p->by[i]].levels, sx_synth__key_text(buf, key[i], r));
      known = level != SIZE_MAX;
      if (known) at += level * p->stride[i];
    }
    if (!known || seen[at])
      return sx_node_error(l->err, l->doc, file, "%s: row %zu %s", file->text, r + 1,
                           known ? "repeats a key" : "has a key that the model does not have");
    seen[at] = 1;
    for (size_t j = 0; j < p->k; j++)
      if (!sx_synth__cell_number(&p->cum[at * p->k + j], col[j], r))
        return sx_node_error(l->err, l->doc, file, "%s: row %zu has no number under '%s'", file->text, r + 1,
                             outcome[j]);
  }
  return SX_OK;
}

static sx_status accumulate(sx_synth_probs *p, sx_synth_loader *l, const sx_node *node, const uint8_t *seen) {
  for (size_t r = 0; r < p->n_rows; r++) {
    double *x = p->cum + r * p->k;
    const double sum = sx_num_sum(x, p->k);
    if (!seen[r])
      return sx_node_error(l->err, l->doc, node, "row %zu of the crossing of its variables is not given", r + 1);
    for (size_t j = 0; j < p->k; j++)
      if (!(x[j] >= 0)) return sx_node_error(l->err, l->doc, node, "a probability is negative");
    if (!(sum > 0.999999 && sum < 1.000001))
      return sx_node_error(l->err, l->doc, node, "the probabilities of row %zu add to %g, not 1", r + 1, sum);
    double run = 0;
    for (size_t j = 0; j < p->k; j++) x[j] = run += x[j] / sum;
    x[p->k - 1] = 1;
  }
  return SX_OK;
}

sx_status sx_synth__probs(sx_synth_probs *out, sx_synth_loader *l, const sx_node *node, const char *const *outcome,
                          size_t k) {
  if (!node) return sx_node_error(l->err, l->doc, node, "probabilities are missing");
  static const char *const keys[] = {"by", "rows", "file"};
  sx_synth_probs p = {.k = k};
  const sx_node *by = sx_node_get(node, "by"), *rows = sx_node_get(node, "rows"), *file = sx_node_get(node, "file");
  if (by) SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  SX_TRY(parse_by(&p, l, by));
  size_t cells = 0;
  if (!sx_size_mul(&cells, p.n_rows, k)) return sx_error_memory(l->err);
  p.cum = sx_synth__alloc(l, cells, sizeof *p.cum);
  uint8_t *seen = sx_synth__alloc(l, p.n_rows, 1);
  if (!p.cum || !seen) return SX_E_MEMORY;
  if (!by) {
    SX_TRY(one_row(p.cum, l, node, outcome, k));
    seen[0] = 1;
  } else if (file) {
    sx_table *t = NULL;
    SX_TRY(sx_synth__read_table(&t, l, file));
    const sx_status st = file_rows(&p, l, file, t, outcome, seen);
    sx_table_free(t);
    if (st != SX_OK) return st;
  } else {
    if (!rows || rows->kind != SX_NODE_MAP)
      return sx_node_error(l->err, l->doc, node, "'by' needs 'rows' or 'file' beside it");
    for (size_t i = 0; i < rows->n; i++) {
      size_t at = 0;
      SX_TRY(parse_key(&at, l, &p, rows->keys[i]));
      SX_TRY(one_row(p.cum + at * k, l, rows->items[i], outcome, k));
      seen[at] = 1;
    }
  }
  SX_TRY(accumulate(&p, l, node, seen));
  *out = p;
  return SX_OK;
}

/* ---- values by cell ---- */

static sx_status rate_column(double *out, sx_synth_loader *l, const sx_node *name, double lo, double hi) {
  if (!l->rates)
    return sx_node_error(l->err, l->doc, name, "'%s' is no number, and the model has no table of rates", name->text);
  const sx_column *c = sx_table_find(l->rates, name->text);
  if (!c) {
    const size_t n = sx_table_columns(l->rates);
    const char **names = sx_synth__alloc(l, n, sizeof *names);
    if (!names) return SX_E_MEMORY;
    for (size_t i = 0; i < n; i++) names[i] = sx_table_get(l->rates, i)->name;
    const char *near = sx_text_nearest(name->text, names, n);
    return sx_node_error(l->err, l->doc, name, "the table of rates has no column '%s'%s%s%s", name->text,
                         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  for (size_t i = 0; i < l->m->n_cells; i++)
    if (!sx_synth__cell_number(&out[i], c, (size_t)l->rate_row[i]) || !(out[i] >= lo && out[i] <= hi))
      return sx_node_error(l->err, l->doc, name, "rate '%s' of cell %s is not between %g and %g", name->text,
                           l->m->cell_name[i], lo, hi);
  return SX_OK;
}

/* {by: [cell variables], rows: {...}}: multiplies into out. */
static sx_status keyed_values(double *out, sx_synth_loader *l, const sx_node *node, double lo, double hi) {
  static const char *const keys[] = {"by", "rows"};
  const sx_synth_model *m = l->m;
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  sx_synth_probs p = {.k = 1};
  const sx_node *by = sx_node_get(node, "by"), *rows = sx_node_get(node, "rows");
  if (!by || !rows || rows->kind != SX_NODE_MAP)
    return sx_node_error(l->err, l->doc, node, "expected {by: [...], rows: {...}}");
  SX_TRY(parse_by(&p, l, by));
  double *value = sx_synth__alloc(l, p.n_rows, sizeof *value);
  uint8_t *seen = sx_synth__alloc(l, p.n_rows, 1);
  if (!value || !seen) return SX_E_MEMORY;
  for (size_t i = 0; i < rows->n; i++) {
    size_t at = 0;
    SX_TRY(parse_key(&at, l, &p, rows->keys[i]));
    SX_TRY(sx_synth__number(&value[at], l, rows->items[i], lo, hi));
    seen[at] = 1;
  }
  for (size_t c = 0; c < m->n_cells; c++) {
    size_t at = 0;
    for (size_t i = 0; i < p.n_by; i++) {
      size_t k = 0;
      while (k < m->n_cell_by && m->cell_by[k] != p.by[i]) k++;
      if (k == m->n_cell_by)
        return sx_node_error(l->err, l->doc, by->items[i], "'%s' is not one of the model's cells", by->items[i]->text);
      at += c / m->cell_stride[k] % m->vars[p.by[i]].levels.n * p.stride[i];
    }
    if (!seen[at]) return sx_node_error(l->err, l->doc, rows, "no value for cell %s", m->cell_name[c]);
    out[c] *= value[at];
  }
  return SX_OK;
}

sx_status sx_synth__cell_values(double **out, sx_synth_loader *l, const sx_node *node, double lo, double hi) {
  const size_t n = l->m->n_cells;
  double *x = sx_synth__alloc(l, n, sizeof *x), c = 0;
  if (!x) return SX_E_MEMORY;
  if (!node) return sx_node_error(l->err, l->doc, node, "a rate is missing");
  for (size_t i = 0; i < n; i++) x[i] = 1;
  if (node->kind == SX_NODE_SCALAR && sx_node_number(&c, node)) {
    SX_TRY(sx_synth__number(&c, l, node, lo, hi));
    for (size_t i = 0; i < n; i++) x[i] = c;
  } else if (node->kind == SX_NODE_SCALAR) {
    SX_TRY(rate_column(x, l, node, lo, hi));
  } else if (node->kind == SX_NODE_LIST) {
    for (size_t i = 0; i < node->n; i++) SX_TRY(keyed_values(x, l, node->items[i], lo, hi));
  } else {
    SX_TRY(keyed_values(x, l, node, lo, hi));
  }
  *out = x;
  return SX_OK;
}

/* ---- sets and assumptions ---- */

static sx_status parse_sets(sx_synth_loader *l, const sx_node *list) {
  static const char *const keys[] = {"name", "zh", "en", "variables"};
  sx_synth_model *m = l->m;
  if (!list) return SX_OK;
  if (list->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, list, "expected a list of sets");
  m->sets = sx_synth__alloc(l, list->n, sizeof *m->sets);
  if (!m->sets) return SX_E_MEMORY;
  for (size_t i = 0; i < list->n; i++) {
    const sx_node *node = list->items[i];
    sx_synth_set *s = &m->sets[m->n_sets];
    SX_TRY(sx_node_keys(l->doc, node, keys, 4, l->err));
    const sx_node *name = sx_node_get(node, "name"), *vars = sx_node_get(node, "variables");
    sx_synth_text zh, en;
    if (!name || name->kind != SX_NODE_SCALAR || !vars || vars->kind != SX_NODE_LIST || vars->n == 0)
      return sx_node_error(l->err, l->doc, node, "a set needs a name and a list of variables");
    SX_TRY(sx_synth__text(&zh, l, sx_node_get(node, "zh")));
    SX_TRY(sx_synth__text(&en, l, sx_node_get(node, "en")));
    s->label = (sx_synth_text){zh.zh, en.en};
    s->name = sx_synth__keep(l, name->text);
    s->vars = sx_synth__alloc(l, vars->n, sizeof *s->vars);
    if (!s->name || !s->vars) return SX_E_MEMORY;
    for (size_t k = 0; k < vars->n; k++) {
      SX_TRY(sx_synth__need(&s->vars[k], l, vars->items[k]));
      if (!sx_synth__is_flag(&m->vars[s->vars[k]]))
        return sx_node_error(l->err, l->doc, vars->items[k], "'%s' is not a 0/1 variable", vars->items[k]->text);
    }
    s->n = vars->n;
    m->n_sets++;
  }
  return SX_OK;
}

/* Those about the model as a whole; there is room for them. */
static sx_status add_assumptions(sx_synth_loader *l, const sx_node *list) {
  static const char *const keys[] = {"name", "zh", "en"};
  sx_synth_model *m = l->m;
  for (size_t i = 0; list && i < list->n; i++) {
    const sx_node *node = list->items[i], *name = sx_node_get(node, "name");
    sx_synth_text zh, en;
    SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
    if (!name || name->kind != SX_NODE_SCALAR) return sx_node_error(l->err, l->doc, node, "an assumption needs a name");
    SX_TRY(sx_synth__text(&zh, l, sx_node_get(node, "zh")));
    SX_TRY(sx_synth__text(&en, l, sx_node_get(node, "en")));
    const char *copy = sx_synth__keep(l, name->text);
    if (!copy) return SX_E_MEMORY;
    m->assumptions[m->n_assumptions].var = SIZE_MAX;
    m->assumptions[m->n_assumptions].name = copy;
    m->assumptions[m->n_assumptions++].text = (sx_synth_text){zh.zh, en.en};
  }
  return SX_OK;
}

/* of_wave: further ones, of the wave. */
static sx_status parse_assumptions(sx_synth_loader *l, const sx_node *list, const sx_node *of_wave) {
  sx_synth_model *m = l->m;
  if (list && list->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, list, "expected a list");
  if (of_wave && of_wave->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, of_wave, "expected a list");
  const size_t n = (list ? list->n : 0) + (of_wave ? of_wave->n : 0);
  m->assumptions = sx_synth__alloc(l, n + m->n_vars, sizeof *m->assumptions);
  if (!m->assumptions) return SX_E_MEMORY;
  SX_TRY(add_assumptions(l, list));
  SX_TRY(add_assumptions(l, of_wave));
  for (size_t i = 0; i < m->n_vars; i++)
    if (m->vars[i].assumed) {
      m->assumptions[m->n_assumptions].var = i;
      m->assumptions[m->n_assumptions].name = m->vars[i].name;
      m->assumptions[m->n_assumptions++].text = m->vars[i].statement;
    }
  return SX_OK;
}

/* ---- the file as a whole ---- */

static sx_status parse_heaping(sx_synth_loader *l, const sx_node *node) {
  static const char *const keys[] = {"share", "steps"};
  sx_synth_model *m = l->m;
  m->steps[0] = (sx_synth_step){(double)INFINITY, 1};
  m->n_steps = 1;
  if (!node) return SX_OK;
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  SX_TRY(sx_synth__number(&m->heap_share, l, sx_node_get(node, "share"), 0, 1));
  const sx_node *steps = sx_node_get(node, "steps");
  if (!steps || steps->kind != SX_NODE_LIST || steps->n == 0 || steps->n > SX_SYNTH_MAX_STEPS)
    return sx_node_error(l->err, l->doc, steps ? steps : node, "expected a list of 1 to %d steps", SX_SYNTH_MAX_STEPS);
  for (size_t i = 0; i < steps->n; i++) {
    const sx_node *pair = steps->items[i];
    if (pair->kind != SX_NODE_LIST || pair->n != 2)
      return sx_node_error(l->err, l->doc, pair, "expected [below, step]");
    m->steps[i].below = (double)INFINITY;
    if (i + 1 < steps->n) SX_TRY(sx_synth__number(&m->steps[i].below, l, pair->items[0], 0, 1e15));
    SX_TRY(sx_synth__number(&m->steps[i].step, l, pair->items[1], 1e-6, 1e12));
    if (i && !(m->steps[i].below > m->steps[i - 1].below))
      return sx_node_error(l->err, l->doc, pair, "the steps must ascend");
  }
  m->n_steps = steps->n;
  return SX_OK;
}

static sx_status parse_model(sx_synth_loader *l, const sx_node *root) {
  static const char *const keys[] = {"model",  "title",     "synthetic", "language",    "population",
                                     "cells",  "rates",     "sampling",  "heaping",     "multipliers",
                                     "labels", "variables", "sets",      "assumptions", "waves"};
  sx_synth_model *m = l->m;
  SX_TRY(sx_node_keys(l->doc, root, keys, sizeof keys / sizeof *keys, l->err));
  const sx_node *name = sx_node_get(root, "model"), *language = sx_node_get(root, "language");
  if (!name || name->kind != SX_NODE_SCALAR)
    return sx_node_error(l->err, l->doc, root, "the model needs 'model: its name'");
  m->name =
      l->wave_name ? sx_arena_printf(m->arena, "%s, %s", name->text, l->wave_name) : sx_synth__keep(l, name->text);
  m->language = language && language->kind == SX_NODE_SCALAR ? sx_synth__keep(l, language->text) : "zh";
  if (!m->name || !m->language) return sx_error_memory(l->err);
  if (strcmp(m->language, "zh") != 0 && strcmp(m->language, "en") != 0)
    return sx_node_error(l->err, l->doc, language, "language is zh or en");
  SX_TRY(sx_synth__text(&m->title, l, sx_synth__part(l, "title")));
  SX_TRY(sx_synth__text(&m->synthetic, l, sx_node_get(root, "synthetic")));
  SX_TRY(parse_heaping(l, sx_node_get(root, "heaping")));
  SX_TRY(sx_synth__parse_variables(l));
  SX_TRY(parse_sets(l, sx_node_get(root, "sets")));
  return parse_assumptions(l, sx_node_get(root, "assumptions"), sx_node_get(l->wave, "assumptions"));
}

/* Every wave is checked for its keys; the one asked for is taken. */
static sx_status choose_wave(sx_synth_loader *l, const sx_node *waves, const char *wave) {
  static const char *const keys[] = {"title", "rates", "sampling", "variables", "assumptions"};
  if (waves && waves->kind != SX_NODE_MAP)
    return sx_node_error(l->err, l->doc, waves, "'waves' maps each wave to what is different in it");
  for (size_t i = 0; waves && i < waves->n; i++)
    SX_TRY(sx_node_keys(l->doc, waves->items[i], keys, sizeof keys / sizeof *keys, l->err));
  l->wave_name = wave;
  if (!wave) return SX_OK;
  l->wave = sx_node_get(waves, wave);
  if (l->wave) return SX_OK;
  return sx_node_error(l->err, l->doc, waves ? waves : sx_doc_root(l->doc), "the model declares no wave '%s'", wave);
}

sx_status sx_synth_load(sx_synth_model **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  return sx_synth_load_wave(out, ctx, path, NULL, err);
}

static sx_status load(sx_synth_model **out, const sx_ctx *ctx, const char *path, const char *wave, bool solve,
                      sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  if (!ctx) ctx = &standard;
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_synth_load: out and path are needed");
  sx_synth_loader l = {.err = err};
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, ctx, err));
  sx_status st = SX_E_MEMORY;
  l.m = sx_arena_zalloc(arena, 1, sizeof *l.m);
  if (!l.m) {
    sx_arena_free(arena);
    return sx_error_memory(err);
  }
  l.m->arena = arena;
  l.m->ctx = *ctx;
  l.m->path = sx_synth__keep(&l, path);
  if (!l.m->path) goto done;
  SX_TRY_GOTO(st, note_input(&l, path), done);
  SX_TRY_GOTO(st, sx_doc_read_yaml(&l.doc, &l.m->ctx, path, err), done);
  SX_TRY_GOTO(st, choose_wave(&l, sx_node_get(sx_doc_root(l.doc), "waves"), wave), done);
  SX_TRY_GOTO(st, parse_model(&l, sx_doc_root(l.doc)), done);
  if (solve) SX_TRY_GOTO(st, sx_synth__solve(&l), done);
  l.m->solved = solve;
  *out = l.m;
done:
  sx_table_free(l.population);
  sx_table_free(l.rates);
  sx_doc_free(l.doc);
  if (st != SX_OK) sx_arena_free(arena);
  return st;
}

sx_status sx_synth_load_wave(sx_synth_model **out, const sx_ctx *ctx, const char *path, const char *wave,
                             sx_error *err) {
  return load(out, ctx, path, wave, true, err);
}

sx_status sx_synth_load_words(sx_synth_model **out, const sx_ctx *ctx, const char *path, const char *wave,
                              sx_error *err) {
  return load(out, ctx, path, wave, false, err);
}

sx_status sx_synth__need_solved(const sx_synth_model *m, sx_error *err) {
  if (m->solved) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, m->path, "only the model's words were read: it has no probabilities to use");
}

void sx_synth_free(sx_synth_model *model) {
  if (model) sx_arena_free(model->arena);
}

void sx_synth_set_ctx(sx_synth_model *model, const sx_ctx *ctx) {
  model->ctx = *ctx;
}
