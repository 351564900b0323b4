/* cli_weighting.h: weights adjusted by the options that `weight` and the estimating commands share. */
#ifndef SX_CLI_WEIGHTING_H
#define SX_CLI_WEIGHTING_H

#include "cli_design.h"
#include "shuxiao/weighting.h"

#define CLI_WEIGHTING_OPTIONS                                                                                                   \
  {"rake", "'sex: male=690, female=670'", "rake to a margin; give one --rake for each", "耙平到一个边际；可多次给出"},          \
      {"poststratify", "'sex,age: male 60+=120, ...'", "post-strata, crossed variables joined by commas",                       \
       "事后分层，交叉变量以逗号相连"},                                                                                         \
      {"calibrate", "METHOD", "linear, raking, logit or truncated, to --totals",                                                \
       "校准：linear、raking、logit、truncated，用 --totals 给出总量"},                                                         \
      {"totals", "'(intercept)=100, sex=f: 52, income=9e6'", "totals of counts, levels and amounts; 'T~0.01' is soft",          \
       "各总量：计数、类别、数量；“T~0.01”为软约束"},                                                                           \
      {"bounds", "L,U", "least and largest adjustment factor", "调整系数的下限和上限"},                                         \
      {"aggregate", "VAR", "with --calibrate: equal weights within a household or cluster",                                     \
       "与 --calibrate 同用：户内或群内权数相等"},                                                                              \
      {"q", "VAR", "with --calibrate: positive q weights (1/variance)", "与 --calibrate 同用：q 权（方差的倒数）"},             \
      {"totals-from", "STUDY.yaml", "the totals named by --totals are estimated from this study's sample",                      \
       "--totals 所列的总量由该研究的样本估计"},                                                                                \
      {"totals-df", "N", "degrees of freedom of the errors in --totals 'x=100±5' (many)",                                       \
       "--totals 'x=100±5' 中误差的自由度（默认视为很大）"},                                                                    \
      {"disposition", "VAR", "final disposition of every sampled case (AAPOR codes)", "最终处置代码（AAPOR）"},                 \
      {"codes", "'complete=1; refusal=2 3; ...'", "what its codes mean, where they are not AAPOR's",                            \
       "处置代码的含义（默认为 AAPOR 代码）"},                                                                                  \
      {"respondent", "EXPR", "in place of --disposition: true for those who responded",                                         \
       "代替 --disposition：是否回答的条件"},                                                                                   \
      {"eligible", "EXPR", "with --respondent: true, false, or missing where it is not known",                                  \
       "与 --respondent 同用：合格为真，不合格为假，未知为缺失"},                                                               \
      {"eligibility", "classes:A,B", "known cases take up the weight of cases of unknown eligibility",                          \
       "合格性未知的调整：权数转给合格性已知的样本"},                                                                           \
      {"nonresponse", "classes:A,B|propensity:A,B", "respondents take up the weight of nonrespondents",                         \
       "无回答调整：无回答者的权数转给回答者"},                                                                                 \
      {"min-respondents", "N", "classes with fewer are merged (1)", "少于此数的调整类合并（默认 1）"},                          \
      {"max-factor", "F", "classes with a larger factor are merged, propensities cut",                                          \
       "调整系数的上限：超过时合并调整类，或截断倾向得分"},                                                                     \
      {"propensity-strata", "K", "with propensity: classes of K equal parts by propensity", "按倾向得分分为 K 类"},             \
      {"factor", "A,B", "numbers that are categories: in a mean or total, and for the propensity model",                        \
       "作为类别的数值变量（均值、总量与倾向模型）"},                                                                           \
      {"tolerance", "T", "largest relative miss of a total (1e-12)", "总量的最大相对偏差（1e-12）"}, {                          \
    "trim", "L,U", "weights cut to L..U afterwards, the rest takes up what is cut", "随后把权数截到 L..U，余额均摊" \
  }

/* The weights after a step: texts are static. */
typedef struct cli_weighting_step {
  const char *name;
  size_t n_cases, n_changed; /* weight not 0; weight not that of the step before */
  double sum, min, max, kish_deff;
} cli_weighting_step;

enum { CLI_MAX_STEPS = 8 };
typedef struct cli_weighting_report {
  cli_weighting_step steps[CLI_MAX_STEPS];
  size_t n_steps; /* the first are the weights before; 1: nothing was adjusted */
  bool adjusted;
  sx_calibrate_report calibrated;
  bool trimmed;
  size_t n_trimmed;
} cli_weighting_report;

/* Replaces *design by the adjusted one where an option asks for it; else leaves it. */
sx_status cli_weighting_apply(sx_design **design, cli_weighting_report *report, const sx_table *table, sx_arena *arena,
                              const cli_app *app, const cli_args *args, sx_error *err);
/* What a user must know of the weights: negative ones, totals that others imply. With `all`, the whole report. */
void cli_weighting_say(const cli_app *app, const cli_weighting_report *report, bool all);

/* A table of the steps on stdout, in the format asked for. */
sx_status cli_weighting_print(const cli_app *app, const cli_weighting_report *report, sx_arena *arena, sx_error *err);

/* ---- cli_weighting_response.c ---- */

/* Weights made by --base-prob, --persons, --lines as a new column (NULL: none asked for), and strata within --frame. */
typedef struct cli_base {
  const char *weights, *strata;
  const char *scratch; /* a column that the table need not keep */
} cli_base;
sx_status cli_weighting_base(cli_base *out, sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err);
/* The dispositions of --disposition and --codes; who responded, by them or by --respondent and --eligible. The arena's. */
sx_status cli_dispositions(uint8_t **out, const sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err);
sx_status cli_weighting_status(uint8_t **out, const sx_table *table, sx_arena *arena, const cli_args *args,
                               sx_error *err);
sx_status cli_weighting_eligibility(sx_design **out, const sx_design *design, const sx_table *table,
                                    const uint8_t *status, sx_arena *arena, const cli_app *app, const cli_args *args,
                                    sx_error *err);
sx_status cli_weighting_nonresponse(sx_design **out, const sx_design *design, const sx_table *table,
                                    const uint8_t *status, sx_arena *arena, const cli_app *app, const cli_args *args,
                                    sx_error *err);
sx_status cli_weighting_frames(sx_design **out, const sx_design *design, const sx_table *table, const cli_app *app,
                               const cli_args *args, sx_error *err);

#endif
