/* cli_inequality.c: measures of inequality and of poverty on a file: two commands over one list of measures. */
#include "cli_inequality.h"

#include <math.h>
#include <string.h>

#define SPREAD_OPTIONS                                                                                                 \
  CLI_DESIGN_OPTIONS, CLI_DOMAIN_OPTIONS, CLI_WEIGHTING_OPTIONS,                                                       \
      {"form", "plain|convey", "plain does not depend on the scale of the weights; convey gives R convey's numbers",   \
       "plain 不随权数尺度变化（默认）；convey 与 R convey 的数值一致"},                                               \
      {"bandwidth", "H", "densities at quantiles by a normal kernel (plain: by quantiles; convey: sd * N^-0.2)",       \
       "分位数处密度改用正态核，H 为带宽（plain 默认用分位数间距；convey 默认 sd * N^-0.2）"},                         \
      {"level", "P", "confidence level (0.95)", "置信水平（0.95）"}, {                                                 \
    "df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"                      \
  }

static const cli_option inequality_options[] = {
    {"of", "M,M",
     "gini, theil, mld, ge:2, atkinson:0.5, zenga, qsr, palma, top:0.1, bottom:0.4, p90/p10, lorenz (gini)",
     "指标：gini、theil、mld、ge:2、atkinson:0.5、zenga、qsr、palma、top:0.1、bottom:0.4、p90/p10、lorenz（默认 "
     "gini）"},
    {"probs", "P,P", "where the Lorenz curve is wanted (0.1,0.2,...,0.9)", "洛伦兹曲线的取值点（默认 0.1 至 0.9）"},
    {"svg", "FILE", "the Lorenz curve as a picture", "把洛伦兹曲线画成 SVG 图"},
    SPREAD_OPTIONS,
};

static const cli_option poverty_options[] = {
    {"of", "M,M", "arpt, arpr, fgt0, fgt1, fgt2, fgt:A, poormed, rmpg, watts, sen, sst (arpt,arpr,rmpg)",
     "指标：arpt、arpr、fgt0、fgt1、fgt2、fgt:A、poormed、rmpg、watts、sen、sst（默认 arpt,arpr,rmpg）"},
    {"threshold", "T",
     "an amount, or a fraction of a quantile or the mean: 0.6*median, 0.5*q0.4, 0.6*mean (0.6*median)",
     "贫困线：金额，或 0.6*median、0.5*q0.4、0.6*mean（默认 0.6*median）"},
    {"threshold-of", "all|domain", "whose median or mean: of all cases of the file, or of each domain (all)",
     "贫困线取自全部样本（all，默认）还是各子总体（domain）"},
    SPREAD_OPTIONS,
};

static sx_status read_form(sx_inequality_options *o, const cli_job *j, sx_error *err) {
  const char *form = cli_value(j->args, "form");
  if (form && strcmp(form, "convey") == 0)
    o->form = SX_INEQUALITY_CONVEY;
  else if (form && strcmp(form, "plain") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--form", "'%s' is not plain or convey", form);
  if (!cli_number(&o->bandwidth, j->app, j->args, "bandwidth"))
    return sx_error_set(err, SX_E_ARGUMENT, "--bandwidth", "give a number");
  return SX_OK;
}

static sx_status read_threshold(sx_poverty_threshold *t, const cli_job *j, sx_error *err) {
  const char *text = cli_value(j->args, "threshold"), *of = cli_value(j->args, "threshold-of");
  if (of && strcmp(of, "domain") != 0 && strcmp(of, "all") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--threshold-of", "'%s' is not all or domain", of);
  t->of_domain = of && strcmp(of, "domain") == 0;
  const sx_status st = text ? sx_poverty_threshold_parse(t, text, err) : SX_OK;
  if (st != SX_OK) sx_error_add_where(err, "--threshold");
  return st;
}

static sx_status read_measures(sx_inequality_measure **out, size_t *n, const cli_job *j, bool poverty, sx_error *err) {
  const char *text = cli_value(j->args, "of");
  const char *const *pieces = NULL;
  SX_TRY(cli_split(&pieces, n, j->arena, text ? text : poverty ? "arpt,arpr,rmpg" : "gini", ',', err));
  sx_inequality_measure *list = sx_arena_alloc(j->arena, *n, sizeof *list);
  if (!list) return sx_error_memory(err);
  for (size_t k = 0; k < *n; k++) {
    const sx_status st = sx_inequality_parse(&list[k], pieces[k], err);
    if (st != SX_OK) {
      sx_error_add_where(err, "--of");
      return st;
    }
    if (sx_inequality_is_poverty(list[k].stat) != poverty)
      return sx_error_set(err, SX_E_ARGUMENT, "--of", "'%s' belongs to 'shuxiao %s'", pieces[k],
                          poverty ? "inequality" : "poverty");
  }
  *out = list;
  return SX_OK;
}

static sx_status add_rows(cli_job *j, const char *indicator, const sx_est_set *set, const sx_inequality_measure *m,
                          sx_error *err) {
  char text[SX_INEQUALITY_TEXT_MAX];
  const char *name = sx_arena_strdup(j->arena, sx_inequality_statistic(text, m));
  if (!name || !indicator) return sx_error_memory(err);
  for (size_t i = 0; i < set->n_rows; i++) {
    const sx_est_row *row = &set->rows[i];
    const char *statistic =
        set->level_text ? sx_arena_printf(j->arena, "%s_%s", name, set->level_text[row->level]) : name;
    if (!statistic) return sx_error_memory(err);
    SX_TRY(cli_job_row(j, indicator, statistic, row, err));
  }
  return SX_OK;
}

typedef struct spread {
  cli_job job;
  bool poverty;
  sx_inequality_options options;
  sx_inequality_measure *measures;
  size_t n_measures;
  double *probs;
  size_t n_probs;
} spread;

static sx_status add_variable(spread *s, const char *text, sx_error *err) {
  cli_job *j = &s->job;
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  bool logical = false;
  SX_TRY(cli_job_column(&r.y, &logical, j, text, err));
  r.where = j->where;
  r.by = j->groups;
  r.probs = s->probs;
  r.n_probs = s->n_probs;
  const char *indicator = sx_arena_strdup(j->arena, text);
  for (size_t k = 0; k < s->n_measures; k++) {
    sx_est_set *set = NULL;
    r.measure = s->measures[k];
    SX_TRY(sx_estimate_inequality(&set, j->design, &r, &s->options, err));
    const sx_status st = add_rows(j, indicator, set, &r.measure, err);
    sx_est_set_free(set);
    SX_TRY(st);
  }
  const char *svg = s->poverty ? NULL : cli_value(j->args, "svg");
  return svg ? cli_lorenz_svg(j, r.y, indicator, &s->options, svg, err) : SX_OK;
}

/* What the numbers rest on besides the design stands with the method. */
static sx_status name_method(spread *s, sx_error *err) {
  cli_job *j = &s->job;
  const char *text = cli_value(j->args, "threshold");
  const sx_poverty_threshold *t = &s->options.threshold;
  if (s->poverty)
    j->method = sx_arena_printf(j->arena, "%s; threshold %s%s", j->method, text ? text : "0.6*median",
                                t->kind == SX_POVERTY_ABSOLUTE ? ""
                                : t->of_domain                 ? " of each domain"
                                                               : " of all cases");
  if (j->method && s->options.form == SX_INEQUALITY_CONVEY)
    j->method = sx_arena_printf(j->arena, "%s; form of R convey", j->method);
  return j->method ? SX_OK : sx_error_memory(err);
}

static sx_status run_job(spread *s, sx_error *err) {
  cli_job *j = &s->job;
  SX_TRY(cli_job_open(j, err));
  s->options = (sx_inequality_options)SX_INEQUALITY_OPTIONS_INIT;
  s->options.est = j->options;
  SX_TRY(read_form(&s->options, j, err));
  if (s->poverty) SX_TRY(read_threshold(&s->options.threshold, j, err));
  SX_TRY(read_measures(&s->measures, &s->n_measures, j, s->poverty, err));
  if (!s->poverty) SX_TRY(cli_job_probs(&s->probs, &s->n_probs, j, "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9", err));
  SX_TRY(name_method(s, err));
  size_t variables = 0;
  for (size_t w = 1; w < j->args->n_words; w++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[w], err));
    if ((variables += n) > 1 && !s->poverty && cli_value(j->args, "svg"))
      return sx_error_set(err, SX_E_ARGUMENT, "--svg", "one picture shows one variable: name one");
    for (size_t i = 0; i < n; i++) SX_TRY(add_variable(s, names[i], err));
  }
  return cli_job_print(j, err);
}

static int run(cli_app *app, const cli_args *args, bool poverty) {
  sx_error err = SX_ERROR_INIT;
  spread s = {.job = {.app = app, .args = args}, .poverty = poverty};
  const sx_status status = run_job(&s, &err);
  cli_job_clear(&s.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

static int run_inequality(cli_app *app, const cli_args *args) {
  return run(app, args, false);
}
static int run_poverty(cli_app *app, const cli_args *args) {
  return run(app, args, true);
}

const cli_command cli_inequality_command = {
    .name = "inequality",
    .synopsis = "FILE VARS [options]",
    .summary_en = "Gini, Lorenz, Theil, share ratios and other measures of inequality, with their errors",
    .summary_zh = "基尼系数、洛伦兹曲线、泰尔指数、份额比等不平等指标及其误差",
    .detail_en =
        "gini; theil, mld, ge:A (entropy); atkinson:E; zenga; qsr (total of the top fifth over that of the bottom\n"
        "fifth; qsr:P for other parts); palma (top 10% over bottom 40%); top:P, bottom:P (share of the total);\n"
        "p90/p10 and the like; lorenz at --probs. Formulas: docs/methods/inequality.md and lorenz.md. Amounts of 0\n"
        "or below that a measure is not defined for are refused: leave them out with --where.",
    .detail_zh =
        "gini 基尼系数；theil 泰尔指数、mld 平均对数离差、ge:A 广义熵；atkinson:E 阿特金森指数；zenga；\n"
        "qsr 最高五分之一与最低五分之一的总量之比（其他比例用 qsr:P）；palma 帕尔马比（最高 10% 比最低 40%）；\n"
        "top:P、bottom:P 占总量的份额；p90/p10 等分位数比；lorenz 洛伦兹曲线在 --probs 各点的值。\n"
        "公式见 docs/methods/inequality.md 和 lorenz.md。指标对零或负的金额没有定义时拒绝计算：请用 --where 排除。",
    .example = "shuxiao inequality interviews.sav amt_goods --of gini,qsr,lorenz --where \"amt_goods > 0\" --weights "
               "base_weight --strata province --by residence --svg lorenz.svg",
    .options = inequality_options,
    .n_options = sizeof inequality_options / sizeof *inequality_options,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_inequality};

const cli_command cli_poverty_command = {
    .name = "poverty",
    .synopsis = "FILE VARS [options]",
    .summary_en = "poverty lines, rates and gaps, with the error of the line in them",
    .summary_zh = "贫困线、贫困发生率与贫困差距，误差计入贫困线自身的误差",
    .detail_en =
        "arpt (the threshold), arpr (share at or below it), fgt1, fgt2 (gap, squared gap), poormed (median of the\n"
        "poor), rmpg (relative median gap), watts, sen, sst. The threshold is that of all cases of the file unless\n"
        "--threshold-of domain is given, also under --where and --by; where it is estimated its error is part of the\n"
        "errors of the rates. docs/methods/poverty.md has the formulas.",
    .detail_zh =
        "arpt 贫困线；arpr 贫困发生率（不高于贫困线者的占比）；fgt1、fgt2 贫困差距与平方贫困差距；\n"
        "poormed 贫困者的中位数；rmpg 相对贫困差距中位数；watts、sen、sst 为 Watts、Sen、Sen-Shorrocks-Thon 指数。\n"
        "贫困线取自文件的全部样本，使用 --where 和 --by 时也是如此，除非给出 --threshold-of domain；\n"
        "贫困线由样本估计时，它的误差计入各贫困率的误差。公式见 docs/methods/poverty.md。",
    .example =
        "shuxiao poverty interviews.sav amt_goods --of arpt,arpr,fgt1 --weights base_weight --strata province --by "
        "residence",
    .options = poverty_options,
    .n_options = sizeof poverty_options / sizeof *poverty_options,
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_poverty};
