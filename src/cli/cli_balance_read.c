/* cli_balance_read.c: figures from a CSV, identities from a YAML, covariances from a matrix or from pairs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli_balance.h"

const char *cli_cell_text(const sx_column *column, size_t row, sx_arena *arena) {
  if (sx_column_missing(column, row)) return "";
  if (column->dict) return sx_dict_get(column->dict, column->data.code[row], NULL);
  char text[SX_DOUBLE_TEXT_MAX];
  sx_text_from_double(text, sx_column_number(column, row));
  return sx_arena_strdup(arena, text);
}

/* ---- figures ------------------------------------------------------------------------------------------------------- */

static sx_status column_texts(const char ***out, balance_call *c, const sx_table *t, const char *name, sx_error *err) {
  const sx_column *column = sx_table_find(t, name);
  *out = sx_arena_zalloc(c->arena, c->n, sizeof **out);
  if (!*out) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) {
    (*out)[i] = column ? sx_arena_strdup(c->arena, cli_cell_text(column, i, c->arena)) : "";
    if (!(*out)[i]) return sx_error_memory(err);
  }
  return SX_OK;
}

static double number_at(const sx_column *column, size_t row, double otherwise) {
  return column && !sx_column_missing(column, row) ? sx_column_number(column, row) : otherwise;
}

static sx_status fill_figures(balance_call *c, const sx_table *t, sx_error *err) {
  const char **id = NULL;
  const sx_column *value = NULL, *se = NULL, *unused = NULL;
  SX_TRY(sx_table_need(&unused, t, "id", err));
  SX_TRY(sx_table_need(&value, t, "value", err));
  if (!cli_value(c->args, "covariance")) SX_TRY(sx_table_need(&se, t, "se", err));
  const sx_column *lower = sx_table_find(t, "lower"), *upper = sx_table_find(t, "upper");
  c->n = sx_table_rows(t);
  if (c->n == 0) return sx_error_set(err, SX_E_DATA, "", "the file has no figures");
  SX_TRY(column_texts(&id, c, t, "id", err));
  SX_TRY(column_texts(&c->label, c, t, "label", err));
  SX_TRY(column_texts(&c->unit, c, t, "unit", err));
  c->figures = sx_arena_zalloc(c->arena, c->n, sizeof *c->figures);
  if (!c->figures) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) {
    c->figures[i] = (sx_balance_figure){id[i], number_at(value, i, (double)NAN), number_at(se, i, (double)NAN),
                                        number_at(lower, i, -(double)INFINITY), number_at(upper, i, (double)INFINITY)};
    if (isnan(c->figures[i].value) || (se && isnan(c->figures[i].se))) {
      char place[32];
      (void)snprintf(place, sizeof place, "line %zu", i + 2);
      return sx_error_set(err, SX_E_DATA, place, "figure '%s' has no %s: give it (a fixed figure has the se 0)", id[i],
                          isnan(c->figures[i].value) ? "value" : "se");
    }
  }
  return SX_OK;
}

/* The file twice: which columns it has, then with those that must be numbers, so that a text there is named with its place. */
static sx_status read_table(sx_table **out, const balance_call *c, const char *path, const char *const *texts,
                            const char *const *numbers, size_t n, sx_error *err) {
  enum { MOST = 4 };
  const char *has[2][MOST];
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *t = NULL;
  SX_TRY(sx_io_read(&t, &c->app->ctx, path, &o, err));
  for (size_t k = 0; k < n && k < MOST; k++) {
    if (texts[k] && sx_table_find(t, texts[k])) has[0][o.n_as_text++] = texts[k];
    if (numbers[k] && sx_table_find(t, numbers[k])) has[1][o.n_as_number++] = numbers[k];
  }
  sx_table_free(t);
  o.as_text = has[0];
  o.as_number = has[1];
  return sx_io_read(out, &c->app->ctx, path, &o, err);
}

static sx_status read_figures(balance_call *c, sx_error *err) {
  static const char *const texts[] = {"id", "label", "unit", NULL}, *const numbers[] = {"value", "se", "lower",
                                                                                        "upper"};
  sx_table *t = NULL;
  SX_TRY(read_table(&t, c, c->args->words[0], texts, numbers, 4, err));
  const sx_status status = fill_figures(c, t, err);
  if (status != SX_OK) sx_error_add_where(err, "%s", c->args->words[0]);
  sx_table_free(t);
  return status;
}

/* ---- identities ----------------------------------------------------------------------------------------------------- */

static const char *scalar(const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  return node && node->kind == SX_NODE_SCALAR ? node->text : NULL;
}

static size_t find_figure(const balance_call *c, const char *id) {
  for (size_t j = 0; j < c->n; j++)
    if (strcmp(c->figures[j].id, id) == 0) return j;
  return SIZE_MAX;
}

/* {sum: total, of: [a, b]} as "`total` == `a` + `b`"; the arena's. */
static sx_status sum_text(const char **out, balance_call *c, const sx_node *node, sx_error *err) {
  const sx_node *sum = sx_node_get(node, "sum"), *of = sx_node_get(node, "of");
  if (sum->kind != SX_NODE_SCALAR || !of || of->kind != SX_NODE_LIST || of->n == 0)
    return sx_node_error(err, c->doc, node,
                         "an identity is {sum: total, of: [part, part]} or {formula: \"a == b + c\"}");
  sx_buf text;
  sx_buf_init(&text, &c->app->ctx);
  double number = 0; /* a total that is a number, unless a figure has that for its id */
  const bool given = find_figure(c, sum->text) == SIZE_MAX && sx_node_number(&number, sum);
  sx_buf_printf(&text, given ? "%s" : "`%s`", sum->text);
  for (size_t i = 0; i < of->n; i++) {
    if (of->items[i]->kind != SX_NODE_SCALAR) {
      sx_buf_clear(&text);
      return sx_node_error(err, c->doc, of->items[i], "a part is the id of a figure");
    }
    bool twice = strcmp(of->items[i]->text, sum->text) == 0;
    for (size_t k = 0; k < i && !twice; k++) twice = strcmp(of->items[i]->text, of->items[k]->text) == 0;
    if (twice) {
      sx_buf_clear(&text);
      return sx_node_error(err, c->doc, of->items[i], "'%s' is named twice: a part counts once", of->items[i]->text);
    }
    sx_buf_printf(&text, "%s`%s`", i ? " + " : " == ", of->items[i]->text);
  }
  const sx_status status = sx_buf_status(&text, err);
  *out = status == SX_OK ? sx_arena_strdup(c->arena, text.data) : NULL;
  sx_buf_clear(&text);
  return status == SX_OK && !*out ? sx_error_memory(err) : status;
}

/* All figures of an identity are in one unit, as far as units are given. */
static sx_status check_units(const balance_call *c, size_t k, sx_error *err) {
  const sx_balance_identity *id = &c->identities[k];
  const char *any = scalar(c->nodes[k], "units");
  size_t first = SIZE_MAX;
  for (size_t e = 0; e < id->n_terms && !(any && strcmp(any, "any") == 0); e++) {
    const size_t j = id->terms[e].figure;
    if (!*c->unit[j]) continue;
    if (first == SIZE_MAX) first = j;
    if (strcmp(c->unit[first], c->unit[j]) != 0)
      return sx_node_error(
          err, c->doc, c->nodes[k],
          "identity '%s' mixes units: '%s' is in %s, '%s' in %s; convert one, or say 'units: any' where "
          "the coefficients do",
          id->id, c->figures[first].id, c->unit[first], c->figures[j].id, c->unit[j]);
  }
  return SX_OK;
}

static sx_status read_identity(balance_call *c, size_t k, const sx_node *node, sx_error *err) {
  static const char *const keys[] = {"id", "sum", "of", "formula", "units", "why", "label"};
  if (node->kind != SX_NODE_MAP) return sx_node_error(err, c->doc, node, "an identity is a map with an id");
  SX_TRY(sx_node_keys(c->doc, node, keys, sizeof keys / sizeof *keys, err));
  const char *id = scalar(node, "id"), *text = scalar(node, "formula");
  const sx_node *sum = sx_node_get(node, "sum");
  if (!id) return sx_node_error(err, c->doc, node, "the identity has no id");
  if (!text == !sum) return sx_node_error(err, c->doc, node, "identity '%s' has either sum and of, or formula", id);
  if (!text) SX_TRY(sum_text(&text, c, node, err));
  sx_balance_identity *out = &c->identities[k];
  out->id = id;
  c->nodes[k] = node;
  sx_error own = SX_ERROR_INIT;
  const sx_status status =
      sx_balance_parse(&c->terms[k], &out->n_terms, &out->constant, &c->app->ctx, text, c->figures, c->n, &own);
  if (status == SX_E_MEMORY) return sx_error_memory(err);
  if (status != SX_OK) {
    (void)sx_node_error(err, c->doc, node, "identity '%s': %s", id, own.message);
    if (err) err->status = status;
    return status;
  }
  out->terms = c->terms[k];
  return check_units(c, k, err);
}

static sx_status read_identities(balance_call *c, sx_error *err) {
  SX_TRY(sx_doc_read_yaml(&c->doc, &c->app->ctx, c->args->words[1], err));
  const sx_node *root = sx_doc_root(c->doc);
  const sx_node *list = root && root->kind == SX_NODE_MAP ? sx_node_get(root, "identities") : root;
  if (!list || list->kind != SX_NODE_LIST || list->n == 0)
    return sx_node_error(err, c->doc, root, "the file is a list of identities, or has one under 'identities'");
  c->identities = sx_arena_zalloc(c->arena, list->n, sizeof *c->identities);
  c->nodes = sx_arena_zalloc(c->arena, list->n, sizeof *c->nodes);
  c->terms = sx_arena_zalloc(c->arena, list->n, sizeof *c->terms);
  if (!c->identities || !c->nodes || !c->terms) return sx_error_memory(err);
  c->n_ids = list->n;
  for (size_t k = 0; k < list->n; k++) SX_TRY(read_identity(c, k, list->items[k], err));
  return SX_OK;
}

/* ---- covariances ------------------------------------------------------------------------------------------------------ */

static sx_status read_matrix(balance_call *c, const char *path, sx_error *err) {
  double *v = NULL;
  size_t order = 0;
  SX_TRY(sx_io_read_matrix(&v, &order, &c->app->ctx, path, err));
  if (order == c->n) {
    c->covariance = sx_arena_alloc(c->arena, order * order, sizeof *c->covariance);
    if (c->covariance) memcpy(c->covariance, v, order * order * sizeof *v);
  }
  sx_mem_free(&c->app->ctx, v);
  if (order != c->n)
    return sx_error_set(err, SX_E_DATA, path, "the matrix has %zu rows, the figures are %zu: a row and a column each",
                        order, c->n);
  return c->covariance ? SX_OK : sx_error_memory(err);
}

static sx_status one_pair(balance_call *c, const sx_table *t, size_t row, sx_error *err) {
  const sx_column *figure = NULL, *with = NULL, *r = NULL;
  char place[32];
  SX_TRY(sx_table_need(&figure, t, "figure", err));
  SX_TRY(sx_table_need(&with, t, "with", err));
  SX_TRY(sx_table_need(&r, t, "correlation", err));
  (void)snprintf(place, sizeof place, "line %zu", row + 2);
  const char *one = cli_cell_text(figure, row, c->arena), *other = cli_cell_text(with, row, c->arena);
  if (!one || !other) return sx_error_memory(err);
  const size_t i = find_figure(c, one), j = find_figure(c, other);
  const double rho = number_at(r, row, (double)NAN);
  if (i == SIZE_MAX || j == SIZE_MAX)
    return sx_error_set(err, SX_E_DATA, place, "there is no figure '%s'", i == SIZE_MAX ? one : other);
  if (i == j || !(fabs(rho) <= 1))
    return sx_error_set(err, SX_E_DATA, place, "the correlation of '%s' and '%s' is %g: two figures, -1 to 1", one,
                        other, rho);
  c->covariance[i + j * c->n] = c->covariance[j + i * c->n] = rho * c->figures[i].se * c->figures[j].se;
  return SX_OK;
}

static sx_status read_pairs(balance_call *c, const char *path, sx_error *err) {
  static const char *const texts[] = {"figure", "with", NULL}, *const numbers[] = {"correlation", NULL, NULL};
  sx_table *t = NULL;
  size_t cells = 0;
  if (!sx_size_mul(&cells, c->n, c->n)) return sx_error_memory(err);
  c->covariance = sx_arena_zalloc(c->arena, cells, sizeof *c->covariance);
  if (!c->covariance) return sx_error_memory(err);
  for (size_t j = 0; j < c->n; j++) c->covariance[j + j * c->n] = c->figures[j].se * c->figures[j].se;
  SX_TRY(read_table(&t, c, path, texts, numbers, 3, err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < sx_table_rows(t) && status == SX_OK; i++) status = one_pair(c, t, i, err);
  if (status != SX_OK) sx_error_add_where(err, "%s", path);
  sx_table_free(t);
  return status;
}

sx_status cli_balance_read(balance_call *c, sx_error *err) {
  const char *matrix = cli_value(c->args, "covariance"), *pairs = cli_value(c->args, "correlations");
  if (matrix && pairs)
    return sx_error_set(err, SX_E_ARGUMENT, "--covariance", "give either it or --correlations, not both");
  SX_TRY(read_figures(c, err));
  SX_TRY(read_identities(c, err));
  if (matrix) return read_matrix(c, matrix, err);
  /* a figure's error is checked before it goes into products */
  for (size_t j = 0; pairs && j < c->n; j++) {
    if (c->figures[j].se >= 0 && isfinite(c->figures[j].se)) continue;
    return sx_error_set(err, SX_E_DATA, c->args->words[0], "figure '%s': the standard error is %g", c->figures[j].id,
                        c->figures[j].se);
  }
  return pairs ? read_pairs(c, pairs, err) : SX_OK;
}

void cli_balance_place(const balance_call *c, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  if (strncmp(err->where, "figure ", 7) == 0) {
    const size_t j = find_figure(c, err->where + 7);
    if (j == SIZE_MAX) return;
    (void)snprintf(where, sizeof where, "%s:%zu: %s", c->args->words[0], j + 2, c->figures[j].id);
  } else if (strncmp(err->where, "identity ", 9) == 0) {
    size_t k = 0;
    while (k < c->n_ids && strcmp(c->identities[k].id, err->where + 9) != 0) k++;
    if (k == c->n_ids) return;
    (void)snprintf(where, sizeof where, "%s:%zu:%zu: %s", c->args->words[1], c->nodes[k]->line, c->nodes[k]->column,
                   c->identities[k].id);
  } else {
    return;
  }
  memcpy(err->where, where, sizeof where);
}
