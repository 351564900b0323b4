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

/* ---- general calibration (docs/methods/calibration.md) ---------------------------------------------------- */

/* A population total: of a variable (NULL: of 1, a count), over the cases that have every given level (none: over all). */
typedef struct sx_control {
  const char *const *factors; /* [n_factors] variables, 0..4 of them */
  const char *const *levels;  /* [n_factors] level as text (value or label) */
  size_t n_factors;
  const char *variable; /* numeric, or NULL */
  double total;
  double slack; /* 0: exact. Else soft: the penalty is sum(d)/2 (miss / (slack total))^2 */
} sx_control;

/* G in sum d G(g)/q: (g-1)^2/2; g log g - g + 1; Deville & Sarndal's logit, which needs both bounds. */
typedef enum sx_distance { SX_DISTANCE_LINEAR, SX_DISTANCE_RAKING, SX_DISTANCE_LOGIT } sx_distance;

typedef struct sx_calibrate_options {
  uint32_t version;
  sx_distance distance;
  double lower, upper;   /* bounds of g: kept exactly; -INFINITY and INFINITY for none */
  const char *q;         /* column of positive q (1/variance of the model), or NULL: 1 */
  const char *aggregate; /* column of households or PSUs whose cases get one g: the values are the means of the unit */
  size_t max_iterations; /* default 100 */
  double tolerance;      /* largest |miss| / (|total| + sum d|x|); default 1e-12 */
} sx_calibrate_options;
#define SX_CALIBRATE_OPTIONS_INIT                                                                                      \
  { 1, SX_DISTANCE_LINEAR, -(double)INFINITY, (double)INFINITY, NULL, NULL, 100, 1e-12 }

typedef struct sx_calibrate_report {
  sx_weight_report weights; /* worst_cell: the control with the largest miss */
  size_t n_negative;
  size_t n_dropped;  /* controls that the others imply */
  char dropped[256]; /* their names */
  double
      *achieved; /* the caller's [n_controls] or NULL; also filled with the nearest feasible totals on SX_E_NUMERIC */
} sx_calibrate_report;

/* g = F(q x'l) with sum d g x = t by Newton's method with step halving; the variance is that of the d-weighted residuals.
 * Replicate designs are calibrated replicate by replicate. Expected: SX_E_ARGUMENT for options that contradict themselves;
 * SX_E_DATA for a control without a case, a missing or infinite value (names the case), totals that contradict each other,
 * weights that differ within a unit of `aggregate`; SX_E_NUMERIC where no weights meet the totals: it names those that are
 * missed and the nearest feasible. report may be NULL. Cost per iteration O(rows * margins^2 + controls^3). */
SX_API sx_status sx_weighting_calibrate(sx_design **out, const sx_design *design, const sx_table *table,
                                        const sx_control *controls, size_t n_controls,
                                        const sx_calibrate_options *options, sx_calibrate_report *report,
                                        sx_error *err) SX_NODISCARD;

/* Weights cut to lower..upper (0 and INFINITY for none); what is cut is shared equally among the weights inside, as R's
 * trimWeights does. strict repeats until none is outside. The factors count as known in the variance. SX_E_DATA where the
 * mean weight lies outside. */
SX_API sx_status sx_weighting_trim(sx_design **out, const sx_design *design, double lower, double upper, bool strict,
                                   size_t *n_trimmed, sx_error *err) SX_NODISCARD;
/* 1 + cv^2 of the n weights that are not 0: Kish (1965) sec. 11.7. NaN where there are none. */
SX_API double sx_weighting_kish_deff(const double *w, size_t n);

#ifdef __cplusplus
}
#endif
#endif
