/* cli_moment.c: variances, covariances and correlations of numeric variables on a file. */
#include <string.h>

#include "cli_job.h"

static const cli_option moment_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"of", "variance|covariance|correlation", "what is estimated (variance; of two variables: correlation)",
     "variance 方差、covariance 协方差、correlation 相关系数（默认方差；两个变量默认相关系数）"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
    {"ci", "wald", "symmetric limits of a correlation too (Fisher's z)", "相关系数也用对称区间（默认 Fisher z）"},
};

static sx_status read_moment(sx_moment *out, const cli_job *j, size_t n_variables, sx_error *err) {
  const char *of = cli_value(j->args, "of");
  *out = n_variables == 2 ? SX_MOMENT_CORRELATION : SX_MOMENT_VARIANCE;
  if (!of) return SX_OK;
  for (int k = SX_MOMENT_VARIANCE; k <= SX_MOMENT_CORRELATION; k++) {
    if (strcmp(of, sx_moment_name((sx_moment)k)) != 0) continue;
    *out = (sx_moment)k;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, "--of", "'%s' is not variance, covariance or correlation", of);
}

static sx_status add_moment(cli_job *j, sx_moment moment, const char *y, const char *x, sx_error *err) {
  sx_est_request request = {.where = j->where, .by = j->groups};
  bool logical = false;
  SX_TRY(cli_job_column(&request.y, &logical, j, y, err));
  if (x) SX_TRY(cli_job_column(&request.x, &logical, j, x, err));
  request.y = sx_table_find(j->table, y); /* the second may have moved the first */
  const char *indicator = x ? sx_arena_printf(j->arena, "%s*%s", y, x) : sx_arena_strdup(j->arena, y);
  if (!indicator) return sx_error_memory(err);
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_moment(&set, j->design, moment, &request, &j->options, err));
  sx_status status = SX_OK;
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++)
    status = cli_job_row(j, indicator, sx_moment_name(moment), &set->rows[i], err);
  sx_est_set_free(set);
  return status;
}

static sx_status run_job(cli_job *j, sx_error *err) {
  SX_TRY(cli_job_open(j, err));
  const char *ci = cli_value(j->args, "ci");
  if (ci && strcmp(ci, "wald") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--ci", "'%s' is not wald: that, or the default, is what a moment has", ci);
  if (ci) j->options.ci = SX_CI_WALD;
  const char **variables = sx_arena_alloc(j->arena, CLI_MAX_WORDS, sizeof *variables);
  size_t n_variables = 0;
  if (!variables) return sx_error_memory(err);
  for (size_t w = 1; w < j->args->n_words; w++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[w], err));
    for (size_t i = 0; i < n && n_variables < CLI_MAX_WORDS; i++) variables[n_variables++] = names[i];
  }
  sx_moment moment = SX_MOMENT_VARIANCE;
  SX_TRY(read_moment(&moment, j, n_variables, err));
  if (moment != SX_MOMENT_VARIANCE && n_variables != 2)
    return sx_error_set(err, SX_E_ARGUMENT, "--of", "a %s is of two variables, not %zu", sx_moment_name(moment),
                        n_variables);
  if (moment != SX_MOMENT_VARIANCE)
    SX_TRY(add_moment(j, moment, variables[0], variables[1], err));
  else
    for (size_t i = 0; i < n_variables; i++) SX_TRY(add_moment(j, moment, variables[i], NULL, err));
  return cli_job_print(j, err);
}

static int run_moment(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  cli_job j = {.app = app, .args = args};
  const sx_status status = run_job(&j, &err);
  cli_job_clear(&j);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_moment_command = {
    .name = "moment",
    .synopsis = "FILE VARS [options]",
    .summary_en = "variances, covariances and correlations with their errors",
    .summary_zh = "方差、协方差、相关系数及其误差",
    .detail_en =
        "One variable or several: the variance of each. Two: their correlation, or --of covariance. Cases without an\n"
        "answer to either are left out. docs/methods/moments.md has the formulas.",
    .detail_zh = "一个或多个变量：各变量的方差。两个变量：相关系数，或用 --of covariance 求协方差。\n"
                 "任一变量没有回答的样本不计入。公式见 docs/methods/moments.md。",
    .example =
        "shuxiao moment interviews.sav amt_goods amt_game --of correlation --weights base_weight --strata province",
    .options = moment_options,
    .n_options = sizeof moment_options / sizeof *moment_options,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_moment};
