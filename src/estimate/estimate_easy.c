/* estimate_easy.c: names and expressions turned into requests of the estimators, and their rows given names. */
#include "shuxiao/estimate_easy.h"

#include <string.h>

typedef struct job {
  const sx_design *design;
  const sx_table *table;
  const sx_easy_request *request;
  sx_groups *groups;
  uint8_t *where;
  sx_column *own[2]; /* of the variable at hand, where it is an expression */
  sx_easy *out;
  size_t cap_rows, cap_sets;
} job;

void sx_easy_free(sx_easy *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  for (size_t i = 0; i < result->n_sets; i++) sx_est_set_free(result->sets[i]);
  sx_mem_free(&ctx, result->sets);
  sx_mem_free(&ctx, result->rows);
  sx_arena_free(result->arena);
  sx_mem_free(&ctx, result);
}

/* ---- lists of names ----------------------------------------------------------------------------------------------- */

/* The next piece up to a comma that stands in no bracket or quote; NULL at the end. Blanks around it are left out. */
static const char *next_piece(size_t *n, const char **at) {
  const char *p = *at;
  char quote = '\0';
  int depth = 0;
  if (!*p) return NULL;
  const char *start = p;
  for (; *p; p++) {
    if (quote) {
      if (*p == quote) quote = '\0';
    } else if (strchr("\"'`", *p)) {
      quote = *p;
    } else if (*p == '(' || *p == '[') {
      depth++;
    } else if (*p == ')' || *p == ']') {
      depth--;
    } else if (*p == ',' && depth <= 0) {
      break;
    }
  }
  *at = *p ? p + 1 : p;
  while (start < p && *start == ' ') start++;
  while (p > start && p[-1] == ' ') p--;
  *n = (size_t)(p - start);
  return start;
}

static sx_status split(const char ***out, size_t *n, sx_arena *arena, const char *text, sx_error *err) {
  size_t most = 1, length = 0;
  for (const char *c = text; *c; c++) most += *c == ',';
  const char **names = sx_arena_alloc(arena, most, sizeof *names);
  if (!names) return sx_error_memory(err);
  *n = 0;
  for (const char *at = text, *piece; (piece = next_piece(&length, &at)) != NULL;) {
    if (length == 0) return sx_error_set(err, SX_E_ARGUMENT, "", "a name is missing in '%s'", text);
    names[*n] = sx_arena_strndup(arena, piece, length);
    if (!names[(*n)++]) return sx_error_memory(err);
  }
  if (*n == 0) return sx_error_set(err, SX_E_ARGUMENT, "", "no variable is named");
  *out = names;
  return SX_OK;
}

/* ---- columns ------------------------------------------------------------------------------------------------------ */

/* A variable by its exact name, else an expression; *own is then the column, and *logical whether it is a condition. */
static sx_status column_of(const sx_column **out, sx_column **own, bool *logical, const job *j, const char *text,
                           sx_error *err) {
  *logical = false;
  *out = sx_table_find(j->table, text);
  if (*out) return SX_OK;
  sx_expr *expr = NULL;
  SX_TRY(sx_expr_parse(&expr, &j->out->ctx, text, err));
  const sx_status status = sx_expr_eval(own, expr, j->table, text, err);
  sx_expr_free(expr);
  if (status != SX_OK) return status;
  *out = *own;
  *logical = (*own)->type == SX_INTEGER;
  return SX_OK;
}

static void forget_columns(job *j) {
  for (size_t i = 0; i < 2; i++) {
    sx_column_free(sx_table_ctx(j->table), j->own[i]);
    j->own[i] = NULL;
  }
}

/* "a/b": the slash that has a variable or an expression on both sides; a variable's own name may hold one. */
static sx_status ratio_of(const sx_column **y, const sx_column **x, job *j, const char *text, sx_error *err) {
  bool logical = false;
  const char *slash = strchr(text, '/');
  if (!slash) return sx_error_set(err, SX_E_ARGUMENT, text, "a ratio is NUMERATOR/DENOMINATOR");
  size_t n = (size_t)(slash - text);
  while (n > 0 && text[n - 1] == ' ') n--;
  const char *top = sx_arena_strndup(j->out->arena, text, n), *bottom = slash + 1 + strspn(slash + 1, " ");
  if (!top) return sx_error_memory(err);
  SX_TRY(column_of(y, &j->own[0], &logical, j, top, err));
  return column_of(x, &j->own[1], &logical, j, bottom, err);
}

/* ---- rows --------------------------------------------------------------------------------------------------------- */

static const char *domain_of(const job *j, size_t group) {
  const sx_groups *g = j->groups;
  const char *text = sx_arena_strdup(j->out->arena, "");
  for (size_t k = 0; g && text && k < g->n_keys; k++) {
    const size_t level = (size_t)g->key_level[group * g->n_keys + k];
    text = sx_arena_printf(j->out->arena, "%s%s%s=%s", text, k ? ", " : "", g->key_name[k], g->level_text[k][level]);
  }
  return text;
}

static const char *variable_of(const job *j, const char *name, const sx_est_set *set, const sx_est_row *row) {
  if (row->level < 0 || !set->level_text) return name;
  return sx_arena_printf(j->out->arena, j->request->probs ? "%s p=%s" : "%s=%s", name, set->level_text[row->level]);
}

/* The set is the result's from here on, also on failure. */
static sx_status take_set(job *j, const char *name, sx_est_set *set, sx_error *err) {
  sx_easy *out = j->out;
  if (!sx_mem_grow(&out->ctx, (void **)&out->sets, &j->cap_sets, out->n_sets + 1, sizeof *out->sets)) {
    sx_est_set_free(set);
    return sx_error_memory(err);
  }
  out->sets[out->n_sets++] = set;
  if (!sx_mem_grow(&out->ctx, (void **)&out->rows, &j->cap_rows, out->n_rows + set->n_rows, sizeof *out->rows))
    return sx_error_memory(err);
  for (size_t i = 0; i < set->n_rows; i++) {
    sx_easy_row row = {.est = set->rows[i],
                       .statistic = j->request->probs ? "quantile" : sx_stat_name(j->request->stat)};
    row.variable = variable_of(j, name, set, &set->rows[i]);
    row.domain = domain_of(j, set->rows[i].group);
    if (!row.variable || !row.domain) return sx_error_memory(err);
    out->rows[out->n_rows++] = row;
  }
  return SX_OK;
}

static sx_status estimate(job *j, const char *name, sx_error *err) {
  const sx_easy_request *q = j->request;
  sx_est_request request = {.stat = q->stat, .where = j->where, .by = j->groups};
  sx_est_set *set = NULL;
  if (q->stat == SX_STAT_RATIO && !q->probs) {
    SX_TRY(ratio_of(&request.y, &request.x, j, name, err));
  } else {
    SX_TRY(column_of(&request.y, &j->own[0], &request.prop_of_one, j, name, err));
  }
  request.prop_of_one = request.prop_of_one && q->stat == SX_STAT_PROP;
  if (q->probs) {
    sx_quantile_options options = SX_QUANTILE_OPTIONS_INIT;
    options.ci_level = q->options.ci_level;
    options.df = q->options.df;
    const sx_quantile_request quantile = {request.y, q->probs, q->n_probs, j->where, j->groups};
    SX_TRY(sx_estimate_quantile(&set, j->design, &quantile, &options, err));
  } else {
    SX_TRY(sx_estimate_run(&set, j->design, &request, &q->options, err));
  }
  return take_set(j, name, set, err);
}

static sx_status prepare(job *j, sx_error *err) {
  const char *const *by = NULL;
  const char **names = NULL;
  size_t n = 0;
  if (j->request->by) {
    SX_TRY(split(&names, &n, j->out->arena, j->request->by, err));
    by = names;
    SX_TRY(sx_groups_new(&j->groups, j->table, by, n, err));
  }
  if (!j->request->where) return SX_OK;
  sx_expr *expr = NULL;
  SX_TRY(sx_expr_parse(&expr, &j->out->ctx, j->request->where, err));
  j->where = sx_mem_alloc(&j->out->ctx, sx_table_rows(j->table), 1);
  const sx_status status = j->where ? sx_expr_test(j->where, expr, j->table, err) : sx_error_memory(err);
  sx_expr_free(expr);
  return status;
}

sx_status sx_easy_run(sx_easy **out, const sx_design *design, const sx_table *table, const sx_easy_request *request,
                      sx_error *err) {
  if (!out || !design || !table || !request || !request->vars)
    return sx_error_set(err, SX_E_ARGUMENT, "", "out, design, table and variables are needed");
  const sx_ctx *ctx = sx_design_ctx(design);
  job j = {.design = design, .table = table, .request = request, .out = sx_mem_zalloc(ctx, 1, sizeof *j.out)};
  if (!j.out) return sx_error_memory(err);
  j.out->ctx = *ctx;
  const char **names = NULL;
  size_t n = 0;
  sx_status status = sx_arena_new(&j.out->arena, ctx, err);
  if (status == SX_OK) status = prepare(&j, err);
  if (status == SX_OK) status = split(&names, &n, j.out->arena, request->vars, err);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    status = estimate(&j, names[i], err);
    forget_columns(&j);
  }
  sx_groups_free(j.groups);
  sx_mem_free(ctx, j.where);
  if (status != SX_OK) {
    sx_easy_free(j.out);
    return status;
  }
  *out = j.out;
  return SX_OK;
}

static sx_status easy(sx_easy **out, const sx_design *design, const sx_table *table, sx_stat stat, const char *vars,
                      const char *by, sx_error *err) {
  sx_easy_request request = SX_EASY_REQUEST_INIT;
  request.stat = stat;
  request.vars = vars;
  request.by = by;
  return sx_easy_run(out, design, table, &request, err);
}

sx_status sx_easy_mean(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars, const char *by,
                       sx_error *err) {
  return easy(out, design, table, SX_STAT_MEAN, vars, by, err);
}
sx_status sx_easy_total(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars, const char *by,
                        sx_error *err) {
  return easy(out, design, table, SX_STAT_TOTAL, vars, by, err);
}
sx_status sx_easy_prop(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars, const char *by,
                       sx_error *err) {
  return easy(out, design, table, SX_STAT_PROP, vars, by, err);
}
sx_status sx_easy_ratio(sx_easy **out, const sx_design *design, const sx_table *table, const char *vars, const char *by,
                        sx_error *err) {
  return easy(out, design, table, SX_STAT_RATIO, vars, by, err);
}
