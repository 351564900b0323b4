/* cli_estimate.c: mean, total, prop and ratio on a file, one engine behind four commands. */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "cli_design.h"
#include "shuxiao/estimate.h"

static const cli_option estimate_options[] = {
    CLI_DESIGN_OPTIONS,
    {"by", "X,Y", "estimates for every combination of these variables", "按这些变量的每个组合分别估计"},
    {"where", "EXPR", "only cases for which the condition is true (a domain: the design stays whole)",
     "只对满足条件的样本估计（作为子总体，设计保持完整）"},
    {"gap", "overall|LEVEL", "with --by: each group minus the whole, or minus that level, with its covariance",
     "与 --by 同用：各组减整体，或减某一水平，含协方差"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
    {"ci", "wald|logit", "interval (logit for proportions, t otherwise)", "区间方法（比例用 logit，其余用 t）"},
};

/* Everything one call owns. */
typedef struct job {
  cli_app *app;
  const cli_args *args;
  sx_stat stat;
  sx_arena *arena;
  sx_table *table;
  sx_design *design;
  sx_groups *groups;
  uint8_t *where;
  sx_est_options options;
  sx_store_row *rows;
  size_t n_rows, cap_rows;
} job;

static sx_status read_options(job *j, sx_error *err) {
  j->options = (sx_est_options)SX_EST_OPTIONS_INIT;
  double level = 0.95, df = (double)NAN;
  if (!cli_number(&level, j->app, j->args, "level") || !cli_number(&df, j->app, j->args, "df")) {
    return sx_error_set(err, SX_E_ARGUMENT, "", "give --level and --df as numbers");
  }
  if (!(level > 0.0 && level < 1.0))
    return sx_error_set(err, SX_E_ARGUMENT, "--level", "%g is not between 0 and 1", level);
  j->options.ci_level = level;
  j->options.df = df;
  const char *ci = cli_value(j->args, "ci");
  if (ci && strcmp(ci, "wald") == 0) {
    j->options.ci = SX_CI_WALD;
  } else if (ci && strcmp(ci, "logit") == 0) {
    j->options.ci = SX_CI_LOGIT;
  } else if (ci) {
    return sx_error_set(err, SX_E_ARGUMENT, "--ci", "'%s' is not wald or logit", ci);
  }
  return SX_OK;
}

static sx_status read_domain(job *j, sx_error *err) {
  const char *by = cli_value(j->args, "by"), *where = cli_value(j->args, "where");
  if (by) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_split(&names, &n, j->arena, by, ',', err));
    SX_TRY(sx_groups_new(&j->groups, j->table, names, n, err));
  }
  if (where) {
    sx_expr *expr = NULL;
    SX_TRY(sx_expr_parse(&expr, &j->app->ctx, where, err));
    j->where = sx_mem_alloc(&j->app->ctx, sx_table_rows(j->table), 1);
    const sx_status status = j->where ? sx_expr_test(j->where, expr, j->table, err) : sx_error_memory(err);
    sx_expr_free(expr);
    if (status != SX_OK) sx_error_add_where(err, "--where");
    return status;
  }
  return SX_OK;
}

/* A variable of the file, or an expression that becomes a column of the table. */
static sx_status find_column(const sx_column **out, bool *logical, job *j, const char *text, sx_error *err) {
  *logical = false;
  *out = sx_table_find(j->table, text);
  if (*out) return SX_OK;
  sx_expr *expr = NULL;
  sx_column *column = NULL;
  SX_TRY(sx_expr_parse(&expr, &j->app->ctx, text, err));
  sx_status status = sx_expr_eval(&column, expr, j->table, text, err);
  sx_expr_free(expr);
  SX_TRY(status);
  *logical = column->type == SX_INTEGER;
  status = sx_table_take(j->table, column, err);
  if (status != SX_OK) {
    sx_column_free(&j->app->ctx, column);
    return status;
  }
  *out = sx_table_find(j->table, text);
  return SX_OK;
}

static sx_status set_terms(sx_store_row *row, const job *j, size_t group, sx_error *err) {
  if (!j->groups) return SX_OK;
  const size_t n = j->groups->n_keys;
  sx_store_term *terms = sx_arena_zalloc(j->arena, n, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    const size_t level = (size_t)j->groups->key_level[group * n + k];
    terms[k].variable = j->groups->key_name[k];
    terms[k].level = j->groups->level_text[k][level];
    terms[k].level_label.en = j->groups->level_label[k][level];
  }
  row->terms = terms;
  row->n_terms = n;
  return SX_OK;
}

static sx_status add_row(job *j, const char *indicator, const char *statistic, const sx_est_row *from, sx_error *err) {
  if (!sx_mem_grow(&j->app->ctx, (void **)&j->rows, &j->cap_rows, j->n_rows + 1, sizeof *j->rows))
    return sx_error_memory(err);
  sx_store_row row = {.wave = "",
                      .indicator = indicator,
                      .statistic = statistic,
                      .estimate = from->estimate,
                      .se = from->se,
                      .low = from->low,
                      .high = from->high,
                      .ci_level = from->ci_level,
                      .df = from->df,
                      .n = (int64_t)from->n,
                      .n_eff = from->n_eff,
                      .deff = from->deff,
                      .cv = from->cv,
                      .unit = "",
                      .quality = "",
                      .na_reason = sx_na_text(from->na),
                      .method = sx_design_describe(j->design)};
  SX_TRY(set_terms(&row, j, from->group, err));
  j->rows[j->n_rows++] = row;
  return SX_OK;
}

/* "variable", or "variable=level" for a category. */
static const char *indicator_of(const job *j, const char *name, const sx_est_set *set, const sx_est_row *row) {
  if (row->level < 0 || !set->level_text) return sx_arena_strdup(j->arena, name);
  return sx_arena_printf(j->arena, "%s=%s", name, set->level_text[row->level]);
}

/* The carrier to compare with: the same level of the whole, or of the group whose first key has the asked level. */
static const sx_est *gap_base(const job *j, const sx_est_set *whole, const sx_est_set *set, const sx_est_row *row,
                              const char *to) {
  const sx_est_set *in = whole ? whole : set;
  for (size_t i = 0; i < in->n_rows; i++) {
    const sx_est_row *r = &in->rows[i];
    if (r->level != row->level || !r->est) continue;
    if (whole) return r->est;
    const size_t n = j->groups->n_keys;
    const size_t level = (size_t)j->groups->key_level[r->group * n];
    bool same = strcmp(j->groups->level_text[0][level], to) == 0 || strcmp(j->groups->level_label[0][level], to) == 0;
    for (size_t k = 1; same && k < n; k++) {
      same = j->groups->key_level[r->group * n + k] == j->groups->key_level[row->group * n + k];
    }
    if (same) return r->est;
  }
  return NULL;
}

static sx_status add_gap(job *j, const char *indicator, const char *to, const sx_est_row *row, const sx_est *base,
                         sx_error *err) {
  const sx_est *const pair[] = {row->est, base};
  const double sign[] = {1.0, -1.0};
  sx_est *gap = NULL;
  sx_est_row described = {.group = row->group, .level = -1};
  SX_TRY(sx_est_linear(&gap, &j->app->ctx, sign, pair, 2, err));
  sx_status status = sx_est_describe(&described, gap, false, &j->options, err);
  described.group = row->group;
  described.n = row->n;
  described.n_eff = described.deff = (double)NAN;
  if (status == SX_OK) {
    const char *name = strcmp(to, "overall") == 0 ? "gap" : sx_arena_printf(j->arena, "gap_%s", to);
    status = name ? add_row(j, indicator, name, &described, err) : sx_error_memory(err);
  }
  sx_est_free(described.est);
  sx_est_free(gap);
  return status;
}

static sx_status add_gaps(job *j, const char *name, const sx_est_request *request, const sx_est_set *set,
                          const char *to, sx_error *err) {
  sx_est_set *whole = NULL;
  sx_status status = SX_OK;
  if (strcmp(to, "overall") == 0) {
    sx_est_request all = *request;
    all.by = NULL;
    SX_TRY(sx_estimate_run(&whole, j->design, &all, &j->options, err));
  }
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) {
    const sx_est_row *row = &set->rows[i];
    if (!row->est) continue;
    const sx_est *base = gap_base(j, whole, set, row, to);
    if (!base) {
      status =
          sx_error_set(err, SX_E_ARGUMENT, "--gap", "no group has the level '%s' of %s", to, j->groups->key_name[0]);
    } else if (base != row->est) {
      const char *indicator = indicator_of(j, name, set, row);
      status = indicator ? add_gap(j, indicator, to, row, base, err) : sx_error_memory(err);
    }
  }
  sx_est_set_free(whole);
  return status;
}

static sx_status run_request(job *j, const char *name, const sx_est_request *request, sx_error *err) {
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_run(&set, j->design, request, &j->options, err));
  sx_status status = SX_OK;
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) {
    const char *indicator = indicator_of(j, name, set, &set->rows[i]);
    status = indicator ? add_row(j, indicator, sx_stat_name(j->stat), &set->rows[i], err) : sx_error_memory(err);
  }
  const char *to = cli_value(j->args, "gap");
  if (status == SX_OK && to && !j->groups)
    status = sx_error_set(err, SX_E_ARGUMENT, "--gap", "it compares groups: give --by too");
  if (status == SX_OK && to) status = add_gaps(j, name, request, set, to, err);
  sx_est_set_free(set);
  return status;
}

static sx_status estimate_variable(job *j, const char *text, sx_error *err) {
  sx_est_request request = {.stat = j->stat, .where = j->where, .by = j->groups};
  bool logical = false;
  if (j->stat == SX_STAT_RATIO) {
    const char *const *sides = NULL;
    size_t n = 0;
    SX_TRY(cli_split(&sides, &n, j->arena, text, '/', err));
    if (n != 2) return sx_error_set(err, SX_E_ARGUMENT, text, "a ratio is NUMERATOR/DENOMINATOR, two variables");
    SX_TRY(find_column(&request.y, &logical, j, sides[0], err));
    SX_TRY(find_column(&request.x, &logical, j, sides[1], err));
  } else {
    SX_TRY(find_column(&request.y, &logical, j, text, err));
    request.prop_of_one = j->stat == SX_STAT_PROP && logical;
  }
  const bool wants_number = j->stat != SX_STAT_PROP;
  if (wants_number && (request.y->type == SX_CATEGORY || request.y->type == SX_TEXT)) {
    return sx_error_set(err, SX_E_ARGUMENT, text, "it is %s, not a number: use 'shuxiao prop' for its shares",
                        sx_type_name(request.y->type));
  }
  return run_request(j, text, &request, err);
}

static sx_status run_job(job *j, sx_error *err) {
  SX_TRY(sx_arena_new(&j->arena, &j->app->ctx, err));
  SX_TRY(read_options(j, err));
  SX_TRY(cli_read_table(&j->table, j->app, j->args, j->args->words[0], err));
  SX_TRY(cli_read_design(&j->design, j->app, j->args, j->table, j->args->words[0], j->arena, err));
  SX_TRY(read_domain(j, err));
  for (size_t w = 1; w < j->args->n_words; w++) {
    const char *const *names = NULL;
    size_t n = 0;
    /* an expression may hold commas: only a plain list of names is split */
    const bool list = strpbrk(j->args->words[w], "()\"'`") == NULL;
    SX_TRY(cli_split(&names, &n, j->arena, j->args->words[w], list ? ',' : '\n', err));
    for (size_t i = 0; i < n; i++) SX_TRY(estimate_variable(j, names[i], err));
  }
  cli_progress_end(j->app);
  if (strcmp(j->app->format, "table") == 0) printf("%s\n\n", sx_design_describe(j->design));
  return cli_print_rows(j->app, j->rows, j->n_rows, err);
}

static int run_stat(cli_app *app, const cli_args *args, sx_stat stat) {
  sx_error err = SX_ERROR_INIT;
  job j = {.app = app, .args = args, .stat = stat};
  const sx_status status = run_job(&j, &err);
  sx_mem_free(&app->ctx, j.rows);
  sx_mem_free(&app->ctx, j.where);
  sx_groups_free(j.groups);
  sx_design_free(j.design);
  sx_table_free(j.table);
  sx_arena_free(j.arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

static int run_mean(cli_app *app, const cli_args *args) {
  return run_stat(app, args, SX_STAT_MEAN);
}
static int run_total(cli_app *app, const cli_args *args) {
  return run_stat(app, args, SX_STAT_TOTAL);
}
static int run_prop(cli_app *app, const cli_args *args) {
  return run_stat(app, args, SX_STAT_PROP);
}
static int run_ratio(cli_app *app, const cli_args *args) {
  return run_stat(app, args, SX_STAT_RATIO);
}

#define DETAIL                                                                                                         \
  "VARS are variables of the file, separated by blanks or commas, or expressions in quotes (\"age >= 60\").\n"         \
  "Missing answers drop out of that variable's base alone; n is the base. Weights are never guessed:\n"                \
  "give --weights, or --weights none for an unweighted estimate."
#define N_OPTIONS (sizeof estimate_options / sizeof *estimate_options)

const cli_command cli_mean_command = {
    .name = "mean",
    .synopsis = "FILE VARS [options]",
    .summary_en = "weighted means with their errors",
    .summary_zh = "加权均值及其误差",
    .detail_en = DETAIL,
    .example = "shuxiao mean interviews.sav amt_goods --weights base_weight --strata province --by residence",
    .options = estimate_options,
    .n_options = N_OPTIONS,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_mean};
const cli_command cli_total_command = {
    .name = "total",
    .synopsis = "FILE VARS [options]",
    .summary_en = "population totals with their errors",
    .summary_zh = "总体总量及其误差",
    .detail_en = DETAIL,
    .example = "shuxiao total interviews.sav digital_consumer --weights base_weight --strata province",
    .options = estimate_options,
    .n_options = N_OPTIONS,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_total};
const cli_command cli_prop_command = {
    .name = "prop",
    .synopsis = "FILE VARS [options]",
    .summary_en = "shares of every category with their errors",
    .summary_zh = "各类别占比及其误差",
    .detail_en = DETAIL,
    .example = "shuxiao prop interviews.sav genai --weights base_weight --strata province --where netizen==1",
    .options = estimate_options,
    .n_options = N_OPTIONS,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_prop};
const cli_command cli_ratio_command = {
    .name = "ratio",
    .synopsis = "FILE NUM/DEN ... [options]",
    .summary_en = "ratios of two totals with their errors",
    .summary_zh = "两个总量之比及其误差",
    .detail_en = DETAIL,
    .example = "shuxiao ratio interviews.sav amt_games/amt_total --weights base_weight --strata province",
    .options = estimate_options,
    .n_options = N_OPTIONS,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_ratio};
