/* cli_area_read.c: the areas of one call: names, direct estimates with their variances, covariates, shares. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli_area.h"

/* ---- columns of the table of areas -------------------------------------------------------------------------------- */

/* A column of the table of areas, or an expression over it that becomes one. */
static sx_status area_column(const sx_column **out, area_call *c, const char *text, sx_error *err) {
  *out = sx_table_find(c->areas, text);
  if (*out) return SX_OK;
  const sx_ctx *ctx = &c->job.app->ctx;
  sx_expr *expr = NULL;
  sx_column *column = NULL;
  sx_status st = sx_expr_parse(&expr, ctx, text, err);
  if (st == SX_OK)
    st = sx_expr_eval(&column, expr, c->areas, text, err);
  else
    sx_error_add_where(err, "%s", text);
  sx_expr_free(expr);
  SX_TRY(st);
  st = sx_table_take(c->areas, column, err);
  if (st != SX_OK) {
    sx_column_free(ctx, column);
    return st;
  }
  *out = sx_table_find(c->areas, text);
  return SX_OK;
}

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

/* The numbers of a column, NaN where missing, into an array of the arena. */
static sx_status area_numbers(double **out, area_call *c, const char *option, const char *text, sx_error *err) {
  const sx_column *column = NULL;
  SX_TRY(area_column(&column, c, text, err));
  if (!is_number(column))
    return sx_error_set(err, SX_E_ARGUMENT, option, "%s is %s, not a number", text, sx_type_name(column->type));
  *out = sx_arena_alloc(c->job.arena, c->n, sizeof **out);
  if (!*out) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++)
    (*out)[i] = sx_column_missing(column, i) ? (double)NAN : sx_column_number(column, i);
  return SX_OK;
}

/* ---- covariates --------------------------------------------------------------------------------------------------- */

static bool is_factor(const area_call *c, const char *name, const sx_column *column) {
  if (!is_number(column)) return true;
  const char *list = cli_value(c->job.args, "factor");
  const size_t n = strlen(name);
  while (list && *list) {
    const size_t k = strcspn(list, ",");
    if (k == n && strncmp(list, name, n) == 0) return true;
    list += k + (list[k] == ',');
  }
  return false;
}

/* Room for k more covariates; their first column. */
static sx_status more_covariates(size_t *first, area_call *c, size_t k, sx_error *err) {
  const size_t old = c->n_covariates, now = old + k;
  double *x = sx_arena_alloc(c->job.arena, c->n * now, sizeof *x);
  const char **names = sx_arena_alloc(c->job.arena, now, sizeof *names);
  if (!x || !names) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++)
    for (size_t j = 0; j < old; j++) x[i * now + j] = c->covariate[i * old + j];
  for (size_t j = 0; j < old; j++) names[j] = c->covariate_name[j];
  *first = old;
  c->covariate = x;
  c->covariate_name = names;
  c->n_covariates = now;
  return SX_OK;
}

/* An indicator of every level but the first. */
static sx_status add_factor(area_call *c, const char *name, sx_error *err) {
  sx_groups *g = NULL;
  size_t first = 0;
  SX_TRY(sx_groups_new(&g, c->areas, &name, 1, err));
  sx_status st = SX_OK;
  for (size_t i = 0; st == SX_OK && i < c->n; i++)
    if (g->group[i] < 0) st = sx_error_set(err, SX_E_DATA, c->name[i], "%s is missing: every area needs it", name);
  if (st == SX_OK && g->n_groups < 2) st = sx_error_set(err, SX_E_DATA, name, "it has one category: leave it out");
  if (st == SX_OK) st = more_covariates(&first, c, g->n_groups - 1, err);
  for (size_t k = 1; st == SX_OK && k < g->n_groups; k++) {
    const size_t at = first + k - 1;
    for (size_t i = 0; i < c->n; i++) c->covariate[i * c->n_covariates + at] = g->group[i] == (int32_t)k;
    c->covariate_name[at] = sx_arena_printf(c->job.arena, "%s=%s", name, g->level_text[0][(size_t)g->key_level[k]]);
    if (!c->covariate_name[at]) st = sx_error_memory(err);
  }
  sx_groups_free(g);
  return st;
}

static sx_status add_covariate(area_call *c, const char *name, sx_error *err) {
  const sx_column *column = NULL;
  double *numbers = NULL;
  size_t at = 0;
  SX_TRY(area_column(&column, c, name, err));
  if (is_factor(c, name, column)) return add_factor(c, name, err);
  SX_TRY(area_numbers(&numbers, c, "--covariates", name, err));
  SX_TRY(more_covariates(&at, c, 1, err));
  for (size_t i = 0; i < c->n; i++) c->covariate[i * c->n_covariates + at] = numbers[i];
  c->covariate_name[at] = name;
  return SX_OK;
}

static sx_status read_covariates(area_call *c, sx_error *err) {
  const char *text = cli_value(c->job.args, "covariates");
  const char *const *names = NULL;
  size_t n = 0;
  if (!text) return SX_OK;
  SX_TRY(cli_job_names(&names, &n, &c->job, text, err));
  for (size_t k = 0; k < n; k++) SX_TRY(add_covariate(c, names[k], err));
  return SX_OK;
}

/* ---- names and direct estimates ----------------------------------------------------------------------------------- */

static sx_status arrays_new(area_call *c, sx_error *err) {
  sx_arena *a = c->job.arena;
  c->name = sx_arena_alloc(a, c->n, sizeof *c->name);
  c->label = sx_arena_alloc(a, c->n, sizeof *c->label);
  c->direct = sx_arena_alloc(a, c->n, sizeof *c->direct);
  c->variance = sx_arena_alloc(a, c->n, sizeof *c->variance);
  c->cases = sx_arena_alloc(a, c->n, sizeof *c->cases);
  if (!c->name || !c->label || !c->direct || !c->variance || !c->cases) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) c->direct[i] = c->variance[i] = c->cases[i] = (double)NAN;
  return SX_OK;
}

/* Names of the areas of the table from its column, once each; without one, their numbers. */
static sx_status name_areas(area_call *c, const char *column, sx_error *err) {
  c->n = sx_table_rows(c->areas);
  SX_TRY(arrays_new(c, err));
  if (column) SX_TRY(sx_groups_new(&c->groups, c->areas, &column, 1, err));
  for (size_t i = 0; i < c->n; i++) {
    const int32_t g = column ? c->groups->group[i] : 0;
    if (g < 0) return sx_error_set(err, SX_E_DATA, column, "case %zu has no name", i + 1);
    const size_t level = column ? (size_t)c->groups->key_level[g] : 0;
    c->name[i] = column ? c->groups->level_text[0][level] : sx_arena_printf(c->job.arena, "%zu", i + 1);
    c->label[i] = column ? c->groups->level_label[0][level] : c->name[i];
    if (!c->name[i]) return sx_error_memory(err);
  }
  if (column && c->groups->n_groups < c->n)
    return sx_error_set(err, SX_E_DATA, column, "%zu rows name %zu areas: give a row for each", c->n,
                        c->groups->n_groups);
  return SX_OK;
}

static sx_status read_direct(area_call *c, sx_error *err) {
  const cli_args *args = c->job.args;
  const char *se = cli_value(args, "se"), *cases = cli_value(args, "n"), *area = cli_value(args, "area");
  if (args->n_words > 1 || cli_value(args, "by") || cli_value(args, "areas") || cli_value(args, "weights"))
    return sx_error_set(err, SX_E_ARGUMENT, "--estimate",
                        "with it FILE holds a row per area: VAR, --by, --areas and --weights belong to a survey");
  if (!se) return sx_error_set(err, SX_E_ARGUMENT, "--se", "give the column of the standard errors");
  SX_TRY(cli_read_table(&c->areas, c->job.app, args, args->words[0], err));
  c->own_areas = true;
  c->key = area ? area : "area";
  SX_TRY(name_areas(c, area, err));
  double *errors = NULL;
  SX_TRY(area_numbers(&c->direct, c, "--estimate", c->what, err));
  SX_TRY(area_numbers(&errors, c, "--se", se, err));
  if (cases) SX_TRY(area_numbers(&c->cases, c, "--n", cases, err));
  for (size_t i = 0; i < c->n; i++) {
    if (errors[i] < 0) return sx_error_set(err, SX_E_DATA, c->name[i], "its standard error is %g", errors[i]);
    c->variance[i] = errors[i] * errors[i];
    if (isnan(errors[i])) c->direct[i] = (double)NAN;
  }
  c->job.method = "";
  if (cli_synthetic(c->areas)) c->job.method = "synthetic data";
  return SX_OK;
}

/* The row of the areas for group g of the survey. */
static sx_status match_area(size_t *out, const area_call *c, const sx_groups *by, size_t g, sx_error *err) {
  const size_t level = (size_t)by->key_level[g];
  const char *text = by->level_text[0][level], *label = by->level_label[0][level];
  for (size_t i = 0; i < c->n; i++) {
    if (strcmp(c->name[i], text) != 0 && strcmp(c->name[i], label) != 0) continue;
    *out = i;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_DATA, "--areas", "no row has %s '%s'", by->key_name[0], text);
}

/* The areas are the groups themselves. */
static sx_status groups_as_areas(area_call *c, const sx_groups *by, sx_error *err) {
  c->n = by->n_groups;
  SX_TRY(arrays_new(c, err));
  for (size_t g = 0; g < c->n; g++) {
    const size_t level = (size_t)by->key_level[g];
    c->name[g] = by->level_text[0][level];
    c->label[g] = by->level_label[0][level];
  }
  return SX_OK;
}

/* The estimate of the whole, for a benchmark without a total. */
static sx_status whole_of(area_call *c, sx_est_request request, sx_error *err) {
  sx_est_set *set = NULL;
  request.by = NULL;
  SX_TRY(sx_estimate_run(&set, c->job.design, &request, &c->job.options, err));
  c->request.total = set->rows[0].estimate;
  sx_est_set_free(set);
  return SX_OK;
}

static sx_status direct_of_survey(area_call *c, sx_error *err) {
  cli_job *j = &c->job;
  const char *stat = cli_value(j->args, "stat");
  sx_est_request request = {.where = j->where, .by = j->groups};
  bool logical = false;
  if (stat && strcmp(stat, "mean") != 0 && strcmp(stat, "total") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--stat", "'%s' is not mean or total", stat);
  SX_TRY(cli_job_column(&request.y, &logical, j, c->what, err));
  const bool total = stat && strcmp(stat, "total") == 0;
  request.stat = total ? SX_STAT_TOTAL : logical ? SX_STAT_PROP : SX_STAT_MEAN;
  request.prop_of_one = request.stat == SX_STAT_PROP;
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_run(&set, j->design, &request, &j->options, err));
  sx_status st = SX_OK;
  for (size_t g = 0; st == SX_OK && g < set->n_rows; g++) {
    const sx_est_row *row = &set->rows[g];
    size_t at = g;
    if (c->areas) st = match_area(&at, c, j->groups, g, err);
    if (st != SX_OK || isnan(row->estimate) || isnan(row->se)) continue;
    c->direct[at] = row->estimate;
    c->variance[at] = row->se * row->se;
    c->cases[at] = (double)row->n;
  }
  sx_est_set_free(set);
  SX_TRY(st);
  if (c->request.benchmark != SX_AREA_NO_BENCHMARK && isnan(c->request.total)) SX_TRY(whole_of(c, request, err));
  return SX_OK;
}

static sx_status read_survey(area_call *c, sx_error *err) {
  cli_job *j = &c->job;
  const char *file = cli_value(j->args, "areas");
  static const char *const others[] = {"se", "n", "area"};
  for (size_t k = 0; k < 3; k++)
    if (cli_value(j->args, others[k]))
      return sx_error_set(err, SX_E_ARGUMENT, others[k], "it belongs to direct estimates: give --estimate too");
  if (j->args->n_words < 2)
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "give direct estimates (--estimate, --se), or a survey and its variable");
  SX_TRY(cli_job_open(j, err));
  if (!j->groups || j->groups->n_keys != 1)
    return sx_error_set(err, SX_E_ARGUMENT, "--by", "give the one variable that names the areas");
  c->key = j->groups->key_name[0];
  if (file) {
    SX_TRY(cli_read_table(&c->areas, j->app, j->args, file, err));
    c->own_areas = true;
    if (!sx_table_find(c->areas, c->key))
      return sx_error_set(err, SX_E_ARGUMENT, file, "it has no column %s to name the areas", c->key);
    SX_TRY(name_areas(c, c->key, err));
  } else {
    if (cli_value(j->args, "covariates") || cli_value(j->args, "share"))
      return sx_error_set(err, SX_E_ARGUMENT, "--areas", "give the file of the areas that the covariates are in");
    SX_TRY(groups_as_areas(c, j->groups, err));
  }
  return direct_of_survey(c, err);
}

/* ---- the rest ----------------------------------------------------------------------------------------------------- */

/* psi_i = c/n_i with c the mean of n psi: what a common variance and design effect per case would give. */
static sx_status smooth(area_call *c, sx_error *err) {
  double sum = 0, m = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (isnan(c->direct[i])) continue;
    if (!(c->cases[i] > 0))
      return sx_error_set(err, SX_E_ARGUMENT, "--smooth", "it needs the cases of every direct estimate: give --n");
    sum += c->cases[i] * c->variance[i];
    m += 1;
  }
  for (size_t i = 0; i < c->n; i++)
    if (!isnan(c->direct[i])) c->variance[i] = sum / m / c->cases[i];
  return SX_OK;
}

/* Shares scaled to sum to 1; without --share the areas are added up. */
static sx_status read_shares(area_call *c, sx_error *err) {
  const char *share = cli_value(c->job.args, "share");
  if (c->request.benchmark == SX_AREA_NO_BENCHMARK) return SX_OK;
  if (share) {
    double sum = 0;
    SX_TRY(area_numbers(&c->share, c, "--share", share, err));
    for (size_t i = 0; i < c->n; i++) sum += c->share[i] > 0 ? c->share[i] : 0;
    for (size_t i = 0; i < c->n; i++) c->share[i] /= sum;
    return SX_OK;
  }
  const char *stat = cli_value(c->job.args, "stat");
  if (c->of_survey && !(stat && strcmp(stat, "total") == 0))
    return sx_error_set(err, SX_E_ARGUMENT, "--share", "give the areas' populations: means do not add up");
  c->share = sx_arena_alloc(c->job.arena, c->n, sizeof *c->share);
  if (!c->share) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) c->share[i] = 1;
  return SX_OK;
}

sx_status cli_area_read(area_call *c, sx_error *err) {
  const cli_args *args = c->job.args;
  c->what = cli_value(args, "estimate");
  c->of_survey = !c->what;
  if (c->of_survey) {
    c->what = args->n_words > 1 ? args->words[1] : "";
    SX_TRY(read_survey(c, err));
  } else {
    SX_TRY(sx_arena_new(&c->job.arena, &c->job.app->ctx, err));
    SX_TRY(cli_job_options(&c->job, err));
    SX_TRY(read_direct(c, err));
  }
  SX_TRY(read_covariates(c, err));
  if (cli_flag(args, "smooth")) SX_TRY(smooth(c, err));
  return read_shares(c, err);
}
