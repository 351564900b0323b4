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
      {"tolerance", "T", "largest relative miss of a total (1e-12)", "总量的最大相对偏差（1e-12）"}, {                          \
    "trim", "L,U", "weights cut to L..U afterwards, the rest takes up what is cut", "随后把权数截到 L..U，余额均摊" \
  }

typedef struct cli_weighting_report {
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

#endif
