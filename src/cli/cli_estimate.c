/* cli_estimate.c: mean, total, prop and ratio on a file, one engine behind four commands. */
#include "cli_estimate.h"

#include <math.h>
#include <string.h>

#define CLI_ESTIMATE_OPTIONS                                                                                           \
  CLI_DESIGN_OPTIONS, CLI_DOMAIN_OPTIONS, CLI_WEIGHTING_OPTIONS,                                                       \
      {"gap", "overall|LEVEL", "with --by: each group minus the whole, or minus that level, with its covariance",      \
       "与 --by 同用：各组减整体，或减某一水平，含协方差"},                                                            \
      {"deff", "replace|wor", "design effect against sampling with or without replacement (replace)",                  \
       "设计效应的比较基准：replace 放回（默认）或 wor 不放回"},                                                       \
      {"level", "P", "confidence level (0.95)", "置信水平（0.95）"}, {                                                 \
    "df", "N", "degrees of freedom (those of the domain)", "自由度（默认按子总体计）"                      \
  }
#define CI_OF_MEAN                                                                                                     \
  {                                                                                                                    \
    "ci", "METHOD", "wald; logit where the estimate is a share, between 0 and 1 (wald, with t)",                       \
        "区间方法：wald；估计值为 0 到 1 之间的占比时可用 logit（默认 wald，用 t 分布）"    \
  }
#define CLI_STANDARD_OPTIONS                                                                                           \
  {"standardize", "VARS", "rates standardised by these variables: with --standard",                                    \
   "按这些变量直接标准化，与 --standard 同用"},                                                                        \
  {                                                                                                                    \
    "standard", "'a=3, b=2'|FILE", "the standard population: a share per level (';' where levels hold ',')",           \
        "标准人口：各水平的份额（水平名含逗号时以 ; 分隔），或文件"                         \
  }
static const cli_option mean_options[] = {
    CLI_ESTIMATE_OPTIONS,
    CI_OF_MEAN,
    {"kind", "KIND", "arithmetic, geometric, harmonic, trimmed, winsorised (arithmetic)",
     "均值种类：arithmetic 算术、geometric 几何、harmonic 调和、trimmed 截尾、winsorised 缩尾（默认 arithmetic）"},
    {"tails", "L,U", "shares cut off below and above, with trimmed and winsorised (0.05,0.05)",
     "截尾、缩尾的下、上比例（默认 0.05,0.05）"},
    {"rank", "mean|borda", "of rank(a,b) and places(a,b): the mean rank, or points (mean)",
     "排序题 rank(a,b)、places(a,b)：mean 平均名次（默认）或 borda 得分"},
    CLI_STANDARD_OPTIONS,
};
static const cli_option total_options[] = {CLI_ESTIMATE_OPTIONS,
                                           {"ci", "wald",
                                            "the estimate -/+ t standard errors: all that a total has (wald)",
                                            "总量的区间只有 wald（默认），用 t 分布"}};
static const cli_option ratio_options[] = {CLI_ESTIMATE_OPTIONS, CI_OF_MEAN, CLI_STANDARD_OPTIONS};
static const cli_option prop_options[] = {
    CLI_ESTIMATE_OPTIONS,
    {"ci", "METHOD", "wald, logit, xlogit, wilson, beta, asin, likelihood (logit)",
     "占比的区间方法：wald、logit、xlogit、wilson、beta、asin、likelihood（默认 logit）"},
    {"of", "cases|answers", "of a set: shares of the base, or of all answers (cases)",
     "多选题：cases 占人数（默认）或 answers 占应答数"},
    {"base", "chosen|valid|all|EXPR", "of a set: who chose any, who has any value, all, or who was asked (chosen)",
     "多选题的基数：chosen 选过任一项（默认）、valid 任一项有效、all 全部，或被问者的条件"},
    {"counted", "VALUE", "of multi(a,b): the value that means chosen (1; texts: every value is a category)",
     "multi(a,b) 中表示选中的取值（默认 1；文本则每个取值为一类）"},
    {"box", "top2|bottom2|net|nps", "of a scale: share of its top or bottom levels, their difference, net promoters",
     "量表：top2 高端占比、bottom2 低端占比、net 二者之差、nps 净推荐值"},
    {"top", "4,5", "with --box: the levels at the top, by value or label", "与 --box 同用：高端的水平，写值或标签"},
    {"bottom", "1,2", "with --box: the levels at the bottom", "与 --box 同用：低端的水平，写值或标签"},
    {"rank", "first|top3", "of rank(a,b) and places(a,b): the share ranked first, or among the best (first)",
     "排序题 rank(a,b)、places(a,b)：first 排第一（默认）或 top3 前三名的占比"},
    CLI_STANDARD_OPTIONS,
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

/* "variable", or "variable=level" where levels are named. */
static const char *indicator_of(const job *j, const cli_quantity *q, const sx_est_set *set, const sx_est_row *row) {
  if (!q->named_levels || row->level < 0 || !set->level_text) return sx_arena_strdup(j->arena, q->name);
  return sx_arena_printf(j->arena, "%s=%s", q->name, set->level_text[row->level]);
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
  sx_est_need_errors(gap, pair, 2);
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

static sx_status add_gaps(job *j, const cli_quantity *q, const sx_est_set *set, const char *to, sx_error *err) {
  sx_est_set *whole = NULL;
  sx_status status = SX_OK;
  if (strcmp(to, "overall") == 0) SX_TRY(q->run(&whole, q, j, NULL, err));
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) {
    const sx_est_row *row = &set->rows[i];
    if (!row->est) continue;
    const sx_est *base = gap_base(j, whole, set, row, to);
    if (!base) {
      status =
          sx_error_set(err, SX_E_ARGUMENT, "--gap", "no group has the level '%s' of %s", to, j->groups->key_name[0]);
    } else if (base != row->est) {
      const char *indicator = indicator_of(j, q, set, row);
      status = indicator ? add_gap(j, indicator, to, row, base, err) : sx_error_memory(err);
    }
  }
  sx_est_set_free(whole);
  return status;
}

/* Marks what a row asks care for. */
static sx_status add_row(job *j, const cli_quantity *q, const sx_est_set *set, const sx_est_row *row,
                         const double *tail, sx_error *err) {
  const char *indicator = indicator_of(j, q, set, row), *mark = tail ? cli_tail_mark(j, tail[row->group]) : "";
  if (!indicator || !mark) return sx_error_memory(err);
  SX_TRY(cli_job_row(j, indicator, q->statistic, row, err));
  j->rows[j->n_rows - 1].quality = mark;
  return SX_OK;
}

/* A category without a level has no rows: one that says so, for the whole or every group. */
static sx_status add_nothing(job *j, const cli_quantity *q, sx_error *err) {
  const double none = (double)NAN;
  const size_t groups = j->groups ? j->groups->n_groups : 1;
  const char *indicator = sx_arena_strdup(j->arena, q->name);
  sx_status status = indicator ? SX_OK : sx_error_memory(err);
  for (size_t g = 0; status == SX_OK && g < groups; g++) {
    const sx_est_row row = {.group = g,
                            .level = -1,
                            .estimate = none,
                            .se = none,
                            .low = none,
                            .high = none,
                            .ci_level = j->options.ci_level,
                            .df = none,
                            .n_eff = none,
                            .deff = none,
                            .cv = none,
                            .na = SX_NA_ALL_MISSING};
    status = cli_job_row(j, indicator, q->statistic, &row, err);
  }
  return status;
}

/* The logit interval is that of a share, also of one that is the mean of zeros and ones. */
static sx_status check_logit(const job *j, const cli_quantity *q, const sx_est_set *set, sx_error *err) {
  if (!cli_value(j->args, "ci") || j->options.ci != SX_CI_LOGIT) return SX_OK;
  for (size_t i = 0; i < set->n_rows; i++) {
    const double x = set->rows[i].estimate;
    if (isfinite(x) && (x < 0 || x > 1))
      return sx_error_set(err, SX_E_ARGUMENT, "--ci", "'logit' is an interval of shares, and the %s of %s is %.6g",
                          q->statistic, q->name, x);
  }
  return SX_OK;
}

static sx_status run_quantity(job *j, const cli_quantity *q, sx_error *err) {
  sx_est_set *set = NULL;
  double *tail = NULL;
  const char *to = cli_value(j->args, "gap");
  if (to && !j->groups) return sx_error_set(err, SX_E_ARGUMENT, "--gap", "it compares groups: give --by too");
  if (q->watch_tail) {
    sx_est_request request = q->request;
    request.by = j->groups;
    tail = sx_arena_alloc(j->arena, j->groups ? j->groups->n_groups : 1, sizeof *tail);
    if (!tail) return sx_error_memory(err);
    SX_TRY(sx_estimate_tail_share(tail, j->design, &request, SX_TAIL_TOP, err));
  }
  SX_TRY(q->run(&set, q, j, j->groups, err));
  sx_status status = set->n_rows == 0 ? add_nothing(j, q, err) : SX_OK;
  if (status == SX_OK) status = check_logit(j, q, set, err);
  for (size_t i = 0; status == SX_OK && i < set->n_rows; i++) status = add_row(j, q, set, &set->rows[i], tail, err);
  if (status == SX_OK && to) status = add_gaps(j, q, set, to, err);
  sx_est_set_free(set);
  return status;
}

static sx_status estimate_word(job *j, cli_wishes *w, const char *text, sx_error *err) {
  cli_quantity q = {.name = text};
  bool taken = false;
  SX_TRY(cli_set_quantity(&taken, &q, j, text, err));
  if (taken && (w->finite_deff || w->has_mean || w->has_standard))
    return sx_error_set(err, SX_E_ARGUMENT, text, "--%s is for variables",
                        w->has_mean       ? "kind"
                        : w->has_standard ? "standardize"
                                          : "deff wor");
  if (!taken) SX_TRY(cli_plain_quantity(&q, w, j, text, err));
  if (q.rank) w->used_rank = true;
  const sx_status status = run_quantity(j, &q, err);
  sx_groups_free((sx_groups *)(uintptr_t)q.levels);
  return status;
}

static sx_status run_words(job *j, cli_wishes *w, sx_error *err) {
  SX_TRY(cli_job_open(j, err));
  SX_TRY(read_ci(j, err));
  SX_TRY(cli_plain_wishes(w, j, err));
  for (size_t i = 1; i < j->args->n_words; i++) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_job_names(&names, &n, j, j->args->words[i], err));
    for (size_t k = 0; k < n; k++) SX_TRY(estimate_word(j, w, names[k], err));
  }
  if (cli_value(j->args, "rank") && !w->used_rank)
    return sx_error_set(err, SX_E_ARGUMENT, "--rank", "it belongs to rank(a,b) and places(a,b)");
  return cli_job_print(j, err);
}

static sx_status run_job(job *j, sx_error *err) {
  cli_wishes w = {.cells = NULL};
  const sx_status status = run_words(j, &w, err);
  sx_groups_free(w.cells);
  return status;
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
#define DETAIL_ZH                                                                                                      \
  "VARS 是文件中的变量，以空格或逗号分隔；也可以是加引号的表达式（\"age >= 60\"）。\n"  \
  "缺失的回答只从该变量自己的基数中去掉，n 即为基数。权数从不猜测：\n"                  \
  "请给出 --weights；不加权的估计用 --weights none。"
#define DETAIL_LEVELS                                                                                                  \
  "\nText is read as a category: its mean is the share of every level, its total the count of every level\n"           \
  "(rows variable=level). Numbers are numbers unless --factor X says that they are categories."
#define DETAIL_LEVELS_ZH                                                                                                          \
  "\n文本按类别处理：均值为各类别的占比，总量为各类别的总体数（行名为“变量=类别”）。\n" \
  "数值按数值处理，除非用 --factor X 声明为类别。"
#define COUNT(options) (sizeof(options) / sizeof *(options))

const cli_command cli_mean_command = {
    .name = "mean",
    .synopsis = "FILE VARS [options]",
    .summary_en = "weighted means with their errors",
    .summary_zh = "加权均值及其误差",
    .detail_en = DETAIL DETAIL_LEVELS,
    .detail_zh = DETAIL_ZH DETAIL_LEVELS_ZH,
    .example = "shuxiao mean interviews.sav amt_goods --weights base_weight --strata province --by residence",
    .options = mean_options,
    .n_options = COUNT(mean_options),
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_mean};
const cli_command cli_total_command = {
    .name = "total",
    .synopsis = "FILE VARS [options]",
    .summary_en = "population totals with their errors",
    .summary_zh = "总体总量及其误差",
    .detail_en = DETAIL DETAIL_LEVELS,
    .detail_zh = DETAIL_ZH DETAIL_LEVELS_ZH,
    .example = "shuxiao total interviews.sav digital_consumer --weights base_weight --strata province",
    .options = total_options,
    .n_options = COUNT(total_options),
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_total};
const cli_command cli_prop_command = {
    .name = "prop",
    .synopsis = "FILE VARS [options]",
    .summary_en = "shares of every category with their errors",
    .summary_zh = "各类别占比及其误差",
    .detail_en = DETAIL,
    .detail_zh = DETAIL_ZH,
    .example = "shuxiao prop interviews.sav genai --weights base_weight --strata province --where netizen==1",
    .options = prop_options,
    .n_options = COUNT(prop_options),
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_prop};
const cli_command cli_ratio_command = {
    .name = "ratio",
    .synopsis = "FILE NUM/DEN ... [options]",
    .summary_en = "ratios of two totals with their errors",
    .summary_zh = "两个总量之比及其误差",
    .detail_en = DETAIL,
    .detail_zh = DETAIL_ZH,
    .example = "shuxiao ratio interviews.sav amt_game/amt_av --weights base_weight --strata province",
    .options = ratio_options,
    .n_options = COUNT(ratio_options),
    .min_words = 2,
    .max_words = CLI_MAX_WORDS,
    .run = run_ratio};
