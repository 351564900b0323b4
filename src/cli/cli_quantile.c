/* cli_quantile.c: quantiles of numeric variables on a file. */
#include <string.h>

#include "cli_job.h"

static const cli_option quantile_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"probs", "P,P", "probabilities (0.25,0.5,0.75)", "概率（默认 0.25,0.5,0.75）"},
    {"qrule", "RULE", "math, school, shahvaish, hf1 to hf9, shahvaish-scaled (math)",
     "分位数规则：math、school、shahvaish、hf1…hf9、shahvaish-scaled（默认 math）"},
    {"interval", "METHOD", "mean, score, beta, xlogit, asin; replicate: of the replicate estimates (mean)",
     "区间方法：mean、score、beta、xlogit、asin；replicate 用复制估计（默认 mean）"},
    {"centre", "auto|share|p", "where the interval is centred: at p on ties, always as R (share), always at p (auto)",
     "区间中心：auto 遇重复值取 p（默认）、share 同 R、p 总取 p"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
};

static sx_status read_method(sx_quantile_options *o, const cli_job *j, sx_error *err) {
  const char *rule = cli_value(j->args, "qrule"), *interval = cli_value(j->args, "interval"),
             *centre = cli_value(j->args, "centre");
  sx_status status = rule ? sx_qrule_parse(&o->rule, rule, err) : SX_OK;
  if (status != SX_OK) sx_error_add_where(err, "--qrule");
  SX_TRY(status);
  status = interval ? sx_qinterval_parse(&o->interval, interval, err) : SX_OK;
  if (status != SX_OK) sx_error_add_where(err, "--interval");
  SX_TRY(status);
  static const char *const centres[] = {"auto", "share", "p"};
  for (size_t k = 0; centre && k < 3; k++) {
    if (strcmp(centre, centres[k]) != 0) continue;
    o->centre = (sx_qcentre)k;
    return SX_OK;
  }
  return centre ? sx_error_set(err, SX_E_ARGUMENT, "--centre", "'%s' is not auto, share or p", centre) : SX_OK;
}

static sx_status add_variable(cli_job *j, const char *name, sx_quantile_request *request, const sx_quantile_options *o,
                              sx_error *err) {
  bool logical = false;
  SX_TRY(cli_job_column(&request->y, &logical, j, name, err));
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_quantile(&set, j->design, request, o, err));
  sx_status status = SX_OK;
  const char *indicator = sx_arena_strdup(j->arena, name);
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) {
    const char *statistic = sx_arena_printf(j->arena, "quantile_%s", set->level_text[set->rows[i].level]);
    status = statistic && indicator ? cli_job_row(j, indicator, statistic, &set->rows[i], err) : sx_error_memory(err);
  }
  sx_est_set_free(set);
  return status;
}

static sx_status run_job(cli_job *j, sx_error *err) {
  SX_TRY(cli_job_open(j, err));
  sx_quantile_options options = SX_QUANTILE_OPTIONS_INIT;
  options.ci_level = j->options.ci_level;
  options.df = j->options.df;
  SX_TRY(read_method(&options, j, err));
  sx_quantile_request request = {.where = j->where, .by = j->groups};
  double *probs = NULL;
  SX_TRY(cli_job_probs(&probs, &request.n_probs, j, "0.25,0.5,0.75", err));
  request.probs = probs;
  for (size_t w = 1; w < j->args->n_words; w++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[w], err));
    for (size_t i = 0; i < n; i++) SX_TRY(add_variable(j, names[i], &request, &options, err));
  }
  return cli_job_print(j, err);
}

static int run_quantile(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  cli_job j = {.app = app, .args = args};
  const sx_status status = run_job(&j, &err);
  cli_job_clear(&j);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_quantile_command = {
    .name = "quantile",
    .synopsis = "FILE VARS [options]",
    .summary_en = "medians and other quantiles with their errors",
    .summary_zh = "中位数及其他分位数及其误差",
    .detail_en =
        "The interval is Woodruff's by default: of the share at or below the estimate, turned back into values.\n"
        "It is centred at p where several cases share the estimated value, as in heaped answers (100, 200, 500);\n"
        "--centre share is what R prints, which is too short there. docs/methods/quantiles.md has the rules.",
    .detail_zh = "区间默认为 Woodruff 法：先求不高于估计值者占比的区间，再换算回变量的值。\n"
                 "若有多个样本恰等于估计值（如 100、200、500 这样的堆积回答），区间以 p 为中心；\n"
                 "--centre share 与 R 的结果相同，此时区间偏窄。各种规则见 docs/methods/quantiles.md。",
    .example = "shuxiao quantile interviews.sav amt_goods --weights base_weight --strata province --probs 0.5",
    .options = quantile_options,
    .n_options = sizeof quantile_options / sizeof *quantile_options,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_quantile};
