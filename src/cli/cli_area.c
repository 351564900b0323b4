/* cli_area.c: small areas by the model of Fay and Herriot, from direct estimates or from a survey. */
#include "cli_area.h"

#include <math.h>
#include <string.h>

static const cli_option area_options[] = {
    {"estimate", "VAR", "direct estimates are given: their column (missing: none)",
     "已有直接估计：估计值列（缺失即无）"},
    {"se", "VAR", "with --estimate: the column of their standard errors", "与 --estimate 同用：标准误列"},
    {"n", "VAR", "with --estimate: the column of their cases", "与 --estimate 同用：样本量列"},
    {"area", "VAR", "with --estimate: the column that names the areas", "与 --estimate 同用：地区名列"},
    {"areas", "FILE", "with a survey: a row per area, its name in the column of --by, its covariates",
     "由调查估计时：每个地区一行，含 --by 同名列和协变量"},
    {"covariates", "X,Y", "what is known of every area: columns or expressions; texts are categories",
     "各地区的辅助变量：列或表达式；文本为类别"},
    {"factor", "X,Y", "covariates in numbers that are categories", "作为类别的数值协变量"},
    {"no-intercept", NULL, "leave the intercept out", "不含截距"},
    {"method", "NAME", "variance between areas: reml, ml, fh, pr (reml)", "地区间方差的估计：reml（默认）、ml、fh、pr"},
    {"smooth", NULL, "sampling variances smoothed to c/n, c the mean of n * variance",
     "抽样方差平滑为 c/n，c 为 n 与方差之积的均值"},
    {"benchmark", "ratio|difference", "adjusted so that the areas agree with --total",
     "按比例（ratio）或差额（difference）调整，使各地区与 --total 一致"},
    {"share", "VAR", "with --benchmark: the areas' populations; without it the areas are added up",
     "与 --benchmark 同用：各地区人口；不给则直接相加"},
    {"total", "T", "with --benchmark: the figure of the whole (a survey's own)",
     "与 --benchmark 同用：总体数值（默认调查自身的估计）"},
    {"stat", "mean|total", "with a survey: what is estimated (mean; of a condition, its share)",
     "由调查估计时：均值（默认；条件则为占比）或总量"},
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom of the direct estimates", "直接估计的自由度"},
};

static sx_status read_method(area_call *c, sx_error *err) {
  const cli_args *args = c->job.args;
  const char *method = cli_value(args, "method"), *benchmark = cli_value(args, "benchmark");
  c->request = (sx_area_request)SX_AREA_REQUEST_INIT;
  c->request.no_intercept = cli_flag(args, "no-intercept");
  if (method) {
    const sx_status st = sx_area_method_parse(&c->request.method, method, err);
    if (st != SX_OK) sx_error_add_where(err, "--method");
    SX_TRY(st);
  }
  if (benchmark && strcmp(benchmark, "ratio") == 0)
    c->request.benchmark = SX_AREA_RATIO;
  else if (benchmark && strcmp(benchmark, "difference") == 0)
    c->request.benchmark = SX_AREA_DIFFERENCE;
  else if (benchmark)
    return sx_error_set(err, SX_E_ARGUMENT, "--benchmark", "'%s' is not ratio or difference", benchmark);
  if (!benchmark && (cli_value(args, "total") || cli_value(args, "share")))
    return sx_error_set(err, SX_E_ARGUMENT, "--benchmark", "--total and --share need it: ratio or difference");
  if (!cli_number(&c->request.total, c->job.app, args, "total"))
    return sx_error_set(err, SX_E_ARGUMENT, "--total", "give a number");
  return SX_OK;
}

static sx_status run_job(area_call *c, sx_error *err) {
  SX_TRY(read_method(c, err));
  SX_TRY(cli_area_read(c, err));
  sx_area_request *r = &c->request;
  r->n = c->n;
  r->direct = c->direct;
  r->variance = c->variance;
  r->n_covariates = c->n_covariates;
  r->covariates = c->covariate;
  r->names = c->name;
  r->covariate_names = c->covariate_name;
  r->share = c->share;
  r->ci_level = c->job.options.ci_level;
  if (r->benchmark != SX_AREA_NO_BENCHMARK && isnan(r->total))
    return sx_error_set(err, SX_E_ARGUMENT, "--total", "give the figure of the whole that the areas are adjusted to");
  SX_TRY(sx_estimate_area(&c->fit, &c->job.app->ctx, r, err));
  return cli_area_print(c, err);
}

static int run_area(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  area_call c = {.job = {.app = app, .args = args}};
  const sx_status status = run_job(&c, &err);
  sx_area_free(c.fit);
  sx_groups_free(c.groups);
  if (c.own_areas) sx_table_free(c.areas);
  cli_job_clear(&c.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_area_command = {
    .name = "area",
    .synopsis = "FILE [VAR] [options]",
    .summary_en = "small areas: direct estimates and covariates combined by the Fay-Herriot model",
    .summary_zh = "小区域估计：用 Fay-Herriot 模型结合直接估计与辅助变量",
    .detail_en =
        "FILE holds direct estimates, a row per area (--estimate, --se, --area), or is a survey whose VAR is "
        "estimated\n"
        "in the groups of --by, with the areas' covariates in --areas FILE. The result is model-based: the weight of\n"
        "the direct estimate is gamma, the rest is the regression on the covariates, rmse the root of the estimated\n"
        "mean squared error under the model. Areas without a direct estimate get the regression alone.\n"
        "docs/methods/small-areas.md has the formulas.",
    .detail_zh =
        "FILE 可以是直接估计，每个地区一行（--estimate、--se、--area）；也可以是调查数据，此时在 --by 的各组中\n"
        "估计 VAR，各地区的辅助变量取自 --areas FILE。结果是基于模型的估计：gamma 为直接估计所占的权重，\n"
        "其余来自辅助变量的回归；rmse 为模型下均方误差估计值的平方根。没有直接估计的地区只用回归值。\n"
        "公式见 docs/methods/small-areas.md。",
    .example = "shuxiao area interviews.sav amt_goods --by province --weights base_weight --strata province",
    .options = area_options,
    .n_options = sizeof area_options / sizeof *area_options,
    .min_words = 1,
    .max_words = 2,
    .run = run_area};
