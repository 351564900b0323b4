/* cli_estimate.c: mean, total, prop and ratio on a file, one engine behind four commands. */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "cli_job.h"

static const cli_option estimate_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"gap", "overall|LEVEL", "with --by: each group minus the whole, or minus that level, with its covariance",
     "与 --by 同用：各组减整体，或减某一水平，含协方差"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
    {"ci", "METHOD", "wald, logit; for shares also xlogit, wilson, beta, asin, likelihood (logit; t for the rest)",
     "区间方法：wald、logit；比例另有 xlogit、wilson、beta、asin、likelihood（默认比例 logit，其余 t）"},
};

typedef cli_job job;

static sx_status read_ci(job *j, sx_error *err) {
  const char *ci = cli_value(j->args, "ci");
  if (!ci) return SX_OK;
  const sx_status status = sx_ci_parse(&j->options.ci, ci, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "--ci");
  } else if (j->options.ci > SX_CI_LOGIT && j->stat != SX_STAT_PROP) {
    return sx_error_set(err, SX_E_ARGUMENT, "--ci", "'%s' is an interval of shares: it belongs to 'shuxiao prop'", ci);
  }
  return status;
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
    status = name ? cli_job_row(j, indicator, name, &described, err) : sx_error_memory(err);
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
    status = indicator ? cli_job_row(j, indicator, sx_stat_name(j->stat), &set->rows[i], err) : sx_error_memory(err);
  }
  const char *to = cli_value(j->args, "gap");
  if (status == SX_OK && to && !j->groups)
    status = sx_error_set(err, SX_E_ARGUMENT, "--gap", "it compares groups: give --by too");
  if (status == SX_OK && to) status = add_gaps(j, name, request, set, to, err);
  sx_est_set_free(set);
  return status;
}

/* Names the first case whose text is no number, so that a stray word in a column of amounts is found. */
static sx_status not_a_number(const job *j, const char *name, const sx_column *column, sx_error *err) {
  for (size_t i = 0; i < column->n; i++) {
    size_t n = 0;
    double value = 0.0;
    if (sx_column_missing(column, i) || column->data.code[i] < 0) continue;
    const char *text = sx_dict_get(column->dict, column->data.code[i], &n);
    if (sx_text_to_double(&value, text, n)) continue;
    return sx_error_set(err, SX_E_ARGUMENT, j->args->words[0],
                        "%s: case %zu holds '%.40s', not a number: correct it, name it with --missing, or use 'shuxiao "
                        "prop' for shares",
                        name, i + 1, text);
  }
  return sx_error_set(err, SX_E_ARGUMENT, j->args->words[0],
                      "%s is %s, not a number: use 'shuxiao prop' for its shares", name, sx_type_name(column->type));
}

static sx_status estimate_variable(job *j, const char *text, sx_error *err) {
  sx_est_request request = {.stat = j->stat, .where = j->where, .by = j->groups};
  bool logical = false;
  if (j->stat == SX_STAT_RATIO) {
    const char *const *sides = NULL;
    size_t n = 0;
    SX_TRY(cli_split(&sides, &n, j->arena, text, '/', err));
    if (n != 2) return sx_error_set(err, SX_E_ARGUMENT, text, "a ratio is NUMERATOR/DENOMINATOR, two variables");
    SX_TRY(cli_job_column(&request.y, &logical, j, sides[0], err));
    SX_TRY(cli_job_column(&request.x, &logical, j, sides[1], err));
  } else {
    SX_TRY(cli_job_column(&request.y, &logical, j, text, err));
    request.prop_of_one = j->stat == SX_STAT_PROP && logical;
  }
  const bool wants_number = j->stat != SX_STAT_PROP;
  if (wants_number && (request.y->type == SX_CATEGORY || request.y->type == SX_TEXT)) {
    return not_a_number(j, text, request.y, err);
  }
  return run_request(j, text, &request, err);
}

static sx_status run_job(job *j, sx_error *err) {
  SX_TRY(cli_job_open(j, err));
  SX_TRY(read_ci(j, err));
  for (size_t w = 1; w < j->args->n_words; w++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[w], err));
    for (size_t i = 0; i < n; i++) SX_TRY(estimate_variable(j, names[i], err));
  }
  return cli_job_print(j, err);
}

static int run_stat(cli_app *app, const cli_args *args, sx_stat stat) {
  sx_error err = SX_ERROR_INIT;
  job j = {.app = app, .args = args, .stat = stat};
  const sx_status status = run_job(&j, &err);
  cli_job_clear(&j);
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
    .example = "shuxiao ratio interviews.sav amt_game/amt_av --weights base_weight --strata province",
    .options = estimate_options,
    .n_options = N_OPTIONS,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_ratio};
