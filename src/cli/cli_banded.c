/* cli_banded.c: means, totals and quantiles of an amount that was asked in bands, and how well the fitted distribution lies. */
#include "shuxiao/estimate_banded.h"

#include <math.h>
#include <string.h>

#include "cli_banded.h"
#include "cli_job.h"

static const cli_option banded_options[] = {
    CLI_DESIGN_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    {"bands", "'1=0, 2=0..100, 3=100..'|labels", "what the codes stand for; labels: as the value labels say (labels)",
     "各编码的区间；labels 表示按值标签（默认 labels）"},
    {"lower", "A", "with --upper, in place of VAR: variables with the limits of each answer",
     "与 --upper 同用，代替 VAR：各答案的下限变量"},
    {"upper", "B", "missing where the band is open", "上限变量，开口区间为缺失"},
    {"exact", "AMOUNT", "a variable with the amount where it was told; it goes before the band",
     "准确金额变量，有值时优先于区间"},
    {"fit", "NAME", "lognormal, gb2, singh-maddala, dagum, fisk, pareto, rpme, midpoint (lognormal)",
     "分布：lognormal、gb2、singh-maddala、dagum、fisk、pareto、rpme、midpoint（默认 lognormal）"},
    {"of", "mean,total,...",
     "mean, total, median, quantile_P, share_zero, mean_positive, open_share, parameters, bands, all",
     "结果：mean、total、median、quantile_P、share_zero、mean_positive、open_share、parameters、bands、all"},
    {"tail-bands", "M", "bands that the Pareto index rests on, the open one among them (2)",
     "帕累托指数所依据的区间数（默认 2）"},
    {"open-factor", "F", "midpoint: the open band counts F times its lower limit (1.5)",
     "midpoint：开口区间按下限的 F 倍计（默认 1.5）"},
    {"svg", "FILE", "a picture of the fitted density over the bands, without --by",
     "把区间直方图与拟合密度画成 SVG 文件"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"},
};

typedef struct banded {
  cli_job job;
  sx_bands *bands;
  sx_banded_result *result;
  const char *name; /* of the indicator */
  const char *const *of;
  size_t n_of;
  double *probs;
  size_t n_probs;
} banded;

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static sx_status read_of(banded *b, sx_error *err) {
  const char *text = cli_value(b->job.args, "of");
  const size_t room = text ? strlen(text) + 1 : 8;
  SX_TRY(cli_split(&b->of, &b->n_of, b->job.arena, text ? text : "mean,total,median,share_zero,open_share,comparison",
                   ',', err));
  b->probs = sx_arena_alloc(b->job.arena, room, sizeof *b->probs);
  if (!b->probs) return sx_error_memory(err);
  for (size_t k = 0; k < b->n_of; k++) {
    const char *of = b->of[k];
    double p = 0.5;
    const bool quantile = strncmp(of, "quantile_", 9) == 0;
    if (quantile && (!sx_text_to_double(&p, of + 9, strlen(of + 9)) || !(p > 0 && p < 1)))
      return sx_error_set(err, SX_E_ARGUMENT, "--of", "'%s': a quantile is quantile_P with P between 0 and 1", of);
    if (!quantile && strcmp(of, "median") != 0 && strcmp(of, "all") != 0) continue;
    bool known = false;
    for (size_t i = 0; i < b->n_probs; i++) known = known || b->probs[i] == p;
    if (!known) b->probs[b->n_probs++] = p;
  }
  return SX_OK;
}

static sx_status read_number(double *out, const banded *b, const char *option, double least, sx_error *err) {
  if (!cli_number(out, b->job.app, b->job.args, option))
    return sx_error_set(err, SX_E_ARGUMENT, option, "give a number");
  if (!(*out >= least) || isinf(*out))
    return sx_error_set(err, SX_E_ARGUMENT, option, "%g is not a number of %g or more", *out, least);
  return SX_OK;
}

static sx_status column_of(const sx_column **out, banded *b, const char *option, sx_error *err) {
  const char *text = cli_value(b->job.args, option);
  bool logical = false;
  return text ? cli_job_column(out, &logical, &b->job, text, err) : SX_OK;
}

static sx_status read_amount(sx_banded_request *r, banded *b, sx_error *err) {
  const cli_args *args = b->job.args;
  SX_TRY(column_of(&r->lower, b, "lower", err));
  SX_TRY(column_of(&r->upper, b, "upper", err));
  SX_TRY(column_of(&r->exact, b, "exact", err));
  if (args->n_words < 2) {
    if (!r->lower && !r->exact)
      return sx_error_set(err, SX_E_ARGUMENT, args->words[0],
                          "name the variable with the bands, or give --lower and --upper");
    b->name = r->lower ? cli_value(args, "lower") : cli_value(args, "exact");
    return SX_OK;
  }
  bool logical = false;
  b->name = args->words[1];
  SX_TRY(cli_job_column(&r->codes, &logical, &b->job, b->name, err));
  const char *bands = cli_value(args, "bands");
  if (bands && strcmp(bands, "labels") != 0) {
    const sx_status st = sx_bands_parse(&b->bands, &b->job.app->ctx, bands, err);
    if (st != SX_OK) sx_error_add_where(err, "--bands");
    SX_TRY(st);
  } else {
    SX_TRY(sx_bands_of_labels(&b->bands, &b->job.app->ctx, r->codes, err));
  }
  r->bands = b->bands;
  return SX_OK;
}

static sx_status read_request(sx_banded_request *r, banded *b, sx_error *err) {
  const cli_args *args = b->job.args;
  const char *fit = cli_value(args, "fit");
  double tail = 2;
  sx_status st = fit ? sx_banded_fit_parse(&r->fit, fit, err) : SX_OK;
  if (st != SX_OK) sx_error_add_where(err, "--fit");
  SX_TRY(st);
  SX_TRY(read_number(&tail, b, "tail-bands", 2, err));
  SX_TRY(read_number(&r->open_factor, b, "open-factor", 1, err));
  r->tail_bands = (size_t)fmin(tail, 1e6);
  SX_TRY(read_of(b, err));
  SX_TRY(read_amount(r, b, err));
  r->probs = b->probs;
  r->n_probs = b->n_probs;
  r->where = b->job.where;
  r->by = b->job.groups;
  return SX_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bool starts(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool is_parameter(const sx_banded_result *r, const char *statistic) {
  for (size_t j = 0; j < r->n_parameters; j++)
    if (strcmp(r->parameter_name[j], statistic) == 0) return true;
  return strcmp(statistic, "tail_index") == 0;
}

/* Whether the word asks for the statistic. */
static bool asks(const sx_banded_result *r, const char *of, const char *statistic) {
  const bool compared = strcmp(statistic, "mean_midpoint") == 0 || strcmp(statistic, "mean_rpme") == 0;
  if (strcmp(of, "all") == 0) return true;
  if (strcmp(of, "comparison") == 0) return compared;
  if (strcmp(of, "parameters") == 0) return is_parameter(r, statistic);
  if (strcmp(of, "median") == 0) return strcmp(statistic, "quantile_0.5") == 0;
  if (strcmp(of, "bands") == 0) return starts(statistic, "misfit_");
  return strcmp(of, statistic) == 0;
}

static sx_status check_of(const banded *b, sx_error *err) {
  static const char *const words[] = {"mean",       "total",         "median",     "share_zero",  "mean_positive",
                                      "open_share", "parameters",    "comparison", "bands",       "all",
                                      "tail_index", "mean_midpoint", "mean_rpme",  "quantile_0.5"};
  for (size_t k = 0; k < b->n_of; k++) {
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known = known || strcmp(words[i], b->of[k]) == 0;
    if (known || sx_banded_find(b->result, b->of[k]) != SIZE_MAX) continue;
    const char *near = sx_text_nearest(b->of[k], words, sizeof words / sizeof *words);
    return sx_error_set(err, SX_E_ARGUMENT, "--of",
                        near ? "there is no result '%s': did you mean '%s'?"
                             : "there is no result '%s': see shuxiao banded --help",
                        b->of[k], near);
  }
  return SX_OK;
}

/* The shares of a band, which have no error of their own here: the difference has. */
static sx_status add_shares(banded *b, size_t g, size_t k, sx_error *err) {
  const sx_banded_domain *d = &b->result->domain[g];
  const double share[] = {d->observed[k], d->fitted[k]};
  static const char *const names[] = {"observed_", "fitted_"};
  for (size_t i = 0; i < 2; i++) {
    sx_est_row row = {.group = g, .level = -1, .estimate = share[i], .n = d->n, .na = d->na};
    row.se = row.low = row.high = row.df = row.cv = row.n_eff = row.deff = (double)NAN;
    row.ci_level = b->job.options.ci_level;
    const char *name = sx_arena_printf(b->job.arena, "%s%s", names[i], b->result->band[k].code);
    if (!name) return sx_error_memory(err);
    if (!isnan(share[i])) row.na = SX_NA_NONE;
    SX_TRY(cli_job_row(&b->job, b->name, name, &row, err));
  }
  return SX_OK;
}

static sx_status add_rows(banded *b, sx_error *err) {
  const sx_est_set *set = b->result->set;
  SX_TRY(check_of(b, err));
  for (size_t i = 0; i < set->n_rows; i++) {
    const size_t level = i % set->n_levels, g = i / set->n_levels;
    const char *text = set->level_text[level];
    bool wanted = false;
    for (size_t k = 0; k < b->n_of; k++) wanted = wanted || asks(b->result, b->of[k], text);
    if (!wanted) continue;
    const char *statistic = sx_arena_strdup(b->job.arena, text);
    if (!statistic) return sx_error_memory(err);
    if (starts(text, "misfit_")) SX_TRY(add_shares(b, g, level - (set->n_levels - b->result->n_bands), err));
    SX_TRY(cli_job_row(&b->job, b->name, statistic, &set->rows[i], err));
  }
  return SX_OK;
}

/* ---- how the fit lies, for eyes ---------------------------------------------------------------------------------- */

static const char *domain_name(const banded *b, size_t g) {
  const sx_groups *by = b->job.groups;
  const char *name = "";
  for (size_t k = 0; by && k < by->n_keys && name; k++)
    name = sx_arena_printf(b->job.arena, "%s%s%s=%s", name, k ? ", " : "", by->key_name[k],
                           by->level_label[k][by->key_level[g * by->n_keys + k]]);
  return name ? cli_clean(b->job.arena, name, 60) : "";
}

static double of_domain(const banded *b, size_t g, const char *statistic) {
  const size_t at = sx_banded_find(b->result, statistic);
  return at == SIZE_MAX ? (double)NAN : b->result->set->rows[g * b->result->set->n_levels + at].estimate;
}

static void say_fit(const banded *b, size_t g) {
  const sx_banded_result *r = b->result;
  const sx_banded_domain *d = &r->domain[g];
  const cli_app *app = b->job.app;
  const char *name = domain_name(b, g);
  printf("%s%s%s: %s", cli_text(app, "Fit", "拟合"), *name ? " " : "", name ? name : "", sx_banded_fit_name(r->fit));
  for (size_t j = 0; j < r->n_parameters && d->na == SX_NA_NONE; j++) {
    const sx_est_row *row = &r->set->rows[g * r->set->n_levels + sx_banded_find(r, r->parameter_name[j])];
    printf(", %s %.5g (%.3g)", r->parameter_name[j], row->estimate, row->se);
  }
  if (sx_banded_find(r, "tail_index") != SIZE_MAX && !isnan(of_domain(b, g, "tail_index")))
    printf(", %s %.4g", cli_text(app, "tail index", "尾指数"), of_domain(b, g, "tail_index"));
  if (d->na != SX_NA_NONE) printf(": %s", sx_na_text(d->na));
  printf("\n");
  if (!isnan(d->p))
    printf("  %s: F = %.4g, df %.4g, %.4g, p = %.4g\n",
           cli_text(app, "Test of the fit (Rao-Scott)", "拟合检验（Rao-Scott）"), d->chisq / (d->scale * d->df1),
           d->df1, d->df2, d->p);
}

static void say_notes(const banded *b, size_t g) {
  const sx_banded_domain *d = &b->result->domain[g];
  const cli_app *app = b->job.app;
  const double open = of_domain(b, g, "open_share"), mean = of_domain(b, g, "mean");
  if (d->na == SX_NA_NO_FIT)
    printf("  %s\n",
           cli_text(app, "note: the likelihood has no maximum inside the family: take one with fewer parameters",
                    "注意：似然函数在该分布族内没有最大值，请改用参数较少的分布"));
  else if (d->na == SX_NA_NONE && isnan(mean))
    printf("  %s\n", cli_text(app, "note: the fitted tail has no mean: quantiles and --fit rpme remain",
                              "注意：拟合的尾部没有均值，可用分位数或 --fit rpme"));
  if (open > 0.2 && app->chinese)
    printf("  注意：均值的 %.0f%% 落在开口区间，取决于假定的尾部\n", 100 * open);
  else if (open > 0.2)
    printf("  note: %.0f%% of the mean lies in the open band and rests on the assumed tail\n", 100 * open);
  double worst = 0;
  size_t at = 0;
  for (size_t k = 0; k < b->result->n_bands; k++) {
    if (!(fabs(d->misfit_z[k]) > worst)) continue;
    worst = fabs(d->misfit_z[k]);
    at = k;
  }
  if (worst > 3 && app->chinese)
    printf("  注意：区间 %s 与拟合相差 %.1f 个标准误\n", b->result->band[at].code, worst);
  else if (worst > 3)
    printf("  note: band %s differs from the fit by %.1f standard errors\n", b->result->band[at].code, worst);
}

static sx_status say_bands(const banded *b, size_t g, sx_error *err) {
  const sx_banded_result *r = b->result;
  const sx_banded_domain *d = &r->domain[g];
  cli_grid grid;
  cli_grid_init(&grid, b->job.arena, 5);
  static const char *const heads[] = {"band", "amount", "observed", "fitted", "misfit z"};
  for (size_t k = 0; k < 5; k++) cli_grid_add(&grid, heads[k]);
  for (size_t k = 0; k < r->n_bands; k++) {
    const sx_band *band = &r->band[k];
    cli_grid_add(&grid, cli_clean(b->job.arena, band->code, 30));
    cli_grid_add(&grid,
                 sx_arena_printf(b->job.arena, isinf(band->high) ? "%.10g.." : "%.10g..%.10g", band->low, band->high));
    cli_grid_add(&grid, sx_arena_printf(b->job.arena, "%.2f%%", 100 * d->observed[k]));
    cli_grid_add(&grid, isnan(d->fitted[k]) ? "" : sx_arena_printf(b->job.arena, "%.2f%%", 100 * d->fitted[k]));
    cli_grid_add(&grid, isnan(d->misfit_z[k]) ? "" : sx_arena_printf(b->job.arena, "%.2f", d->misfit_z[k]));
  }
  return cli_grid_print(&grid, stdout, b->job.app->format, err);
}

static sx_status print_all(banded *b, sx_error *err) {
  SX_TRY(cli_job_print(&b->job, err));
  if (cli_is_machine(b->job.app)) return SX_OK;
  for (size_t g = 0; g < b->result->n_domains; g++) {
    if (b->result->domain[g].n == 0) continue;
    printf("\n");
    say_fit(b, g);
    if (b->result->n_bands && b->result->n_domains <= 4) SX_TRY(say_bands(b, g, err));
    say_notes(b, g);
  }
  return SX_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static sx_status run_job(banded *b, sx_error *err) {
  sx_banded_request request = SX_BANDED_REQUEST_INIT;
  const char *svg = cli_value(b->job.args, "svg");
  SX_TRY(cli_job_open(&b->job, err));
  SX_TRY(read_request(&request, b, err));
  if (svg && request.by)
    return sx_error_set(err, SX_E_ARGUMENT, "--svg", "a picture shows one fit: leave --by out, or use --where");
  SX_TRY(sx_estimate_banded(&b->result, b->job.design, &request, &b->job.options, err));
  SX_TRY(add_rows(b, err));
  if (svg) SX_TRY(cli_banded_svg(b->job.app, b->result, b->name, svg, err));
  return print_all(b, err);
}

static int run_banded(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  banded b = {.job = {.app = app, .args = args}};
  const sx_status status = run_job(&b, &err);
  sx_banded_result_free(b.result);
  sx_bands_free(b.bands);
  cli_job_clear(&b.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_banded_command = {
    .name = "banded",
    .synopsis = "FILE [VAR] [options]",
    .summary_en = "means, totals and medians of amounts that were asked in bands",
    .summary_zh = "由分档金额估计均值、总量和中位数",
    .detail_en =
        "A distribution is fitted to the bands by weighted maximum likelihood; those who spent nothing are a share\n"
        "apart. Errors are design-based. The table below the results shows how well the fit lies; mean_midpoint and\n"
        "mean_rpme are the two simple methods for comparison. docs/methods/banded-amounts.md has the formulas.",
    .detail_zh = "用加权极大似然法对各档拟合分布；没有花费的人单列为一个占比。误差按抽样设计计算。\n"
                 "结果下方的表说明拟合的好坏；mean_midpoint 与 mean_rpme 是供对照的两种简单方法。\n"
                 "公式见 docs/methods/banded-amounts.md。",
    .example =
        "shuxiao banded interviews.sav band_takeaway --exact amt_takeaway --weights base_weight --strata province",
    .options = banded_options,
    .n_options = sizeof banded_options / sizeof *banded_options,
    .min_words = 1,
    .max_words = 2,
    .run = run_banded};
