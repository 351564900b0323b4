/* weighting.h: post-stratification and raking. Each returns a new design; the old one is untouched. */
#ifndef SX_WEIGHTING_H
#define SX_WEIGHTING_H

#include "shuxiao/design.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Named population totals of one margin, by the crossing of 1..4 variables. */
typedef struct sx_target {
  const char *const *variables;
  size_t n_variables;
  const char *const *const *levels; /* [n_cells][n_variables]: level as text (value or label) */
  const double *totals;             /* [n_cells] */
  size_t n_cells;
  const char *name; /* for messages: "province x residence" or the totals' file */
} sx_target;

typedef struct sx_rake_options {
  uint32_t version;
  size_t max_iterations;  /* default 500 */
  double tolerance;       /* largest |achieved/target - 1| over all cells; default 1e-12 */
  double lower, upper;    /* bounds on the adjustment factor g; 0 and INFINITY for none */
  double total_tolerance; /* margins may disagree in their grand total by this relative amount; default 1e-9 */
} sx_rake_options;
#define SX_RAKE_OPTIONS_INIT                                                                                           \
  { 1, 500, 1e-12, 0.0, (double)INFINITY, 1e-9 }

typedef struct sx_weight_report {
  size_t iterations;
  double worst;         /* achieved largest relative miss */
  char worst_cell[256]; /* its margin and category */
  double min_weight, max_weight, min_factor, max_factor;
  double kish_deff; /* 1 + cv^2 of the weights: Kish (1965), n sum w^2 / (sum w)^2 */
  size_t n_at_bound;
} sx_weight_report;

/* Expected: SX_E_DATA where a margin category is absent from the sample (names it), a row has a missing margin variable (names the case),
 * margins disagree in total (names both totals); SX_E_NUMERIC on non-convergence (names the worst cell). Deming & Stephan (1940);
 * Deville, Sarndal & Sautory (1993). Replicate designs are recalibrated replicate by replicate. report may be NULL. */
SX_API sx_status sx_weighting_rake(sx_design **out, const sx_design *design, const sx_table *table,
                                   const sx_target *targets, size_t n_targets, const sx_rake_options *options,
                                   sx_weight_report *report, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_weighting_poststratify(sx_design **out, const sx_design *design, const sx_table *table,
                                           const sx_target *target, sx_weight_report *report,
                                           sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
