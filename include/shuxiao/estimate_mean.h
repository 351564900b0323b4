/* estimate_mean.h: means other than the arithmetic one, standardised estimates, and what is said about a mean besides its error. */
#ifndef SX_ESTIMATE_MEAN_H
#define SX_ESTIMATE_MEAN_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- geometric, harmonic, trimmed and winsorised means (docs/methods/means.md) ----------------------------------- */

typedef enum sx_mean_kind {
  SX_MEAN_GEOMETRIC, /* exp(sum w log y / sum w) */
  SX_MEAN_HARMONIC,  /* sum w / sum (w / y) */
  SX_MEAN_TRIMMED,   /* the mean of what lies between the tails of the weighted distribution */
  SX_MEAN_WINSORISED /* the mean with the tails moved to the nearest value that is kept */
} sx_mean_kind;
SX_API const char *sx_mean_name(sx_mean_kind kind); /* "geometric" "harmonic" "trimmed" "winsorised" */
SX_API sx_status sx_mean_parse(sx_mean_kind *out, const char *text, sx_error *err) SX_NODISCARD; /* by that name */

typedef struct sx_mean_spec {
  uint32_t version;
  sx_mean_kind kind;
  double lower, upper; /* TRIMMED, WINSORISED: shares of the population in the two tails, >= 0, together below 1 */
} sx_mean_spec;
#define SX_MEAN_SPEC_INIT                                                                                              \
  { 1, SX_MEAN_GEOMETRIC, 0.05, 0.05 }

/* Rows as of sx_estimate_run for SX_STAT_MEAN; request: y (number or integer), where, by. The interval of a geometric mean is made
 * on the scale of logs, that of a harmonic mean on the scale of reciprocals (high is NaN where that interval reaches 0); options->ci
 * SX_CI_WALD gives the symmetric ones. deff of both is that of the mean of logs or reciprocals. Expected: as sx_estimate_run;
 * SX_E_DATA for a value of 0 or less in a geometric or harmonic mean (names the case); SX_E_ARGUMENT for tails outside their range.
 * Cost: a pass for the logs and one sx_estimate_run; trimmed and winsorised means as sx_estimate_statistic. */
SX_API sx_status sx_estimate_mean(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                                  const sx_est_request *request, const sx_est_options *options,
                                  sx_error *err) SX_NODISCARD;
/* Many variables at once, in parallel; out [n]. Results do not depend on the thread count. */
SX_API sx_status sx_estimate_mean_many(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                                       const sx_est_request *requests, size_t n, const sx_est_options *options,
                                       sx_error *err) SX_NODISCARD;

/* ---- direct standardisation (docs/methods/standardisation.md) ----------------------------------------------------- */

/* The standard population: a share for every group of `cells` (age groups, or a crossing), scaled to sum to 1. */
typedef struct sx_standard {
  uint32_t version;
  const sx_groups *cells;
  const double *share; /* [cells->n_groups], >= 0, not all 0 */
  double missing;      /* share of standard cells that no case of the data has; above 0 every estimate is missing */
} sx_standard;
#define SX_STANDARD_INIT                                                                                               \
  { 1, NULL, NULL, 0.0 }

/* Shares of the cells of *standard from names: a level's text or label, those of a crossing joined by '/', in the order of the keys.
 * Fills share [cells->n_groups], which the caller keeps, and sets standard->share and missing. SX_E_ARGUMENT, where "standard": a level
 * that no case has (the nearest is named), a cell named twice, a cell of the data without a share, a share below 0 or not finite. */
SX_API sx_status sx_estimate_standard_shares(sx_standard *standard, double *share, const char *const *names,
                                             const double *given, size_t n, sx_error *err) SX_NODISCARD;

/* sum over the cells c of share_c * theta_{d,c} for every domain d, theta the mean, proportion or ratio that the request asks for:
 * R's svystandardize. Rows as of sx_estimate_run. A domain without an answer in a cell of positive share has no value:
 * SX_NA_EMPTY_CELL. Cases without a cell are outside the base; n counts the base; deff and n_eff are NaN. Expected: as
 * sx_estimate_run; SX_E_ARGUMENT for totals and counts, and for shares that are negative, not finite or all 0. */
SX_API sx_status sx_estimate_standardized(sx_est_set **out, const sx_design *design, const sx_est_request *request,
                                          const sx_standard *standard, const sx_est_options *options,
                                          sx_error *err) SX_NODISCARD;

/* ---- beside a mean or a total ---------------------------------------------------------------------------------- */

/* Share of the sum of |w y| that the largest `top` of the n cases with a non-zero weight hold, per domain of the request (y, where,
 * by); the case at the border counts in part, so that top n need not be whole. share [domains]; NaN where the sum is 0 or the domain
 * empty, and everywhere for a variable of 0 and 1 alone, of which the few that have it hold all as a matter of course. An estimate above SX_TAIL_HEAVY at top = SX_TAIL_TOP is heavy-tailed: its error is itself unsteady and its interval misses
 * more often than said (docs/methods/heavy-tails.md). Expected: as sx_estimate_run; top outside (0, 1) SX_E_ARGUMENT.
 * Cost: a pass and a selection per domain. */
#define SX_TAIL_TOP   0.01
#define SX_TAIL_HEAVY 0.2
SX_API sx_status sx_estimate_tail_share(double *share, const sx_design *design, const sx_est_request *request,
                                        double top, sx_error *err) SX_NODISCARD;

/* Who a total is made of, for disclosure control: in each domain of the request (its y, where and by; no y: cases), with w the weights,
 *   weight [domains] = sum w,   sum [domains] = sum w y,   n [domains] cases with w != 0
 *   top [domains * k]: the k largest contributions to sum w |y| of the estimated population, in which a case of weight w > 1 stands for w units of
 *   |y| each (of weight 1 and less: for one unit of w |y|); units that are filled in part are. Hundepool et al. (2012), p. 151: the rule of
 *   tau-ARGUS for samples. amount [domains]: y is other than 0 and 1 somewhere in the domain.
 * Every array is the caller's; top NULL where k is 0. Expected: as sx_estimate_run; a y that is no number SX_E_ARGUMENT. */
typedef struct sx_contributions {
  double *weight, *sum, *top;
  size_t *n;
  bool *amount;
} sx_contributions;
SX_API sx_status sx_estimate_contributions(sx_contributions *out, const sx_design *design,
                                           const sx_est_request *request, size_t k, sx_error *err) SX_NODISCARD;
/* The k largest units of one cell, as above, of the cases where in [rows] is 1; y [rows], NaN: none. top [k]. */
SX_API void sx_estimate_largest(double *top, size_t k, const double *weights, const double *y, const uint8_t *in,
                                size_t rows);

/* Replaces deff by its form without replacement, V / ((1 - n/N) S^2/n) with N the sum of the base's weights: R's deff = TRUE. set is
 * what sx_estimate_run made of this request (mean, total, prop, ratio). n_eff stays n / deff with replacement. NaN where the weights
 * do not sum to more than n. docs/methods/deff.md. */
SX_API sx_status sx_estimate_deff_wor(sx_est_set *set, const sx_design *design, const sx_est_request *request,
                                      sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
