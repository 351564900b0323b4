/* weighting_response.h: weights from selection to response: base weights, unknown eligibility, nonresponse. Each adjustment returns
 * a new design over all sampled cases, in which those who did not respond have the weight 0; errors account for the adjustment. */
#ifndef SX_WEIGHTING_RESPONSE_H
#define SX_WEIGHTING_RESPONSE_H

#include "shuxiao/design_response.h"
#include "shuxiao/weighting.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- base weights (docs/methods/base-weights.md) ----------------------------------------------------------- */

/* w = persons / (prob_1 ... prob_k lines): one of `persons` eligible in a household reached by `lines` telephone lines or
 * listings. A name is a numeric column; NULL: 1. */
typedef struct sx_base_spec {
  uint32_t version;
  const char *const *prob; /* inclusion probability of every stage given the one before, each in (0, 1] */
  size_t n_prob;
  const char *persons, *lines;   /* at least 1 */
  double max_persons, max_lines; /* counts above are cut to these; INFINITY: none */
} sx_base_spec;
#define SX_BASE_SPEC_INIT                                                                                              \
  { 1, NULL, 0, NULL, NULL, (double)INFINITY, (double)INFINITY }
/* w [rows]. Expected: SX_E_ARGUMENT for a name that the table lacks or that is no number, or nothing given; SX_E_DATA for a missing
 * value, a probability outside (0, 1] or a count below 1 (names the case). */
SX_API sx_status sx_weighting_base(double *w, const sx_table *table, const sx_base_spec *spec,
                                   sx_error *err) SX_NODISCARD;

/* ---- unknown eligibility and nonresponse (docs/methods/nonresponse.md) --------------------------------------- */

/* Weighting classes: the crossing of the variables. A class with fewer than min_respondents, or whose factor is above max_factor,
 * is merged with a neighbour: of the same levels in as many leading variables as can be, and among these the one whose response
 * rate is nearest. The classes are those of the full sample in every replicate. */
typedef struct sx_class_options {
  uint32_t version;
  const char *const *variables; /* [n_variables], 0..8: none is one class */
  size_t n_variables;
  size_t min_respondents; /* default 1 */
  double max_factor;      /* default INFINITY */
} sx_class_options;
#define SX_CLASS_OPTIONS_INIT                                                                                          \
  { 1, NULL, 0, 1, (double)INFINITY }

typedef struct sx_response_report {
  size_t n_respondents, n_nonrespondents; /* with a weight above 0 before */
  size_t n_classes, n_merged;             /* classes in use; merged away */
  double min_factor, max_factor;          /* of the respondents */
  double sum_before, sum_after;           /* of weights */
  double kish_deff;                       /* after */
  size_t n_parameters, iterations;        /* propensity model; 0 for classes */
} sx_response_report;

/* Known cases take up the weight of the unknown of their class: factor = sum of w over all / sum over the known. status [rows].
 * Known are respondents, nonrespondents and ineligible cases. Ineligible cases keep their weight until the nonresponse step.
 * Expected: SX_E_DATA for a class variable that is missing (names the case), no known case at all, or none in a replicate. */
SX_API sx_status sx_weighting_eligibility(sx_design **out, const sx_design *design, const sx_table *table,
                                          const uint8_t *status, const sx_class_options *options,
                                          sx_response_report *report, sx_error *err) SX_NODISCARD;
/* Respondents take up the weight of the nonrespondents of their class; ineligible cases get the weight 0. SX_E_DATA as above, and
 * for a case of unknown eligibility whose weight is not 0: adjust for that first. The score of a total is that of a total
 * post-stratified to the sample's own class totals: Sarndal & Lundstrom (2005) ch. 11; Oh & Scheuren (1983). */
SX_API sx_status sx_weighting_nonresponse(sx_design **out, const sx_design *design, const sx_table *table,
                                          const uint8_t *status, const sx_class_options *options,
                                          sx_response_report *report, sx_error *err) SX_NODISCARD;

/* Response propensity: weighted logistic regression on the covariates over respondents and nonrespondents (text and categories are
 * factors, numbers are numbers unless listed in `factors`), by iteratively reweighted least squares. */
typedef struct sx_propensity_options {
  uint32_t version;
  const char *const *covariates; /* [n_covariates] */
  size_t n_covariates;
  const char *const *factors; /* [n_factors] numeric covariates to be read as categories */
  size_t n_factors;
  size_t strata;         /* 0: factor 1/p. k > 0: weighting classes of k equal shares of cases by p (5: quintiles) */
  double max_factor;     /* 1/p is cut to this; default INFINITY. The cut counts as known */
  size_t max_iterations; /* default 50 */
  double tolerance;      /* largest change of a fitted log-odds; default 1e-10 */
} sx_propensity_options;
#define SX_PROPENSITY_OPTIONS_INIT                                                                                     \
  { 1, NULL, 0, NULL, 0, 0, (double)INFINITY, 50, 1e-10 }
/* The score of 1/p weights has the term of the estimated coefficients: Beaumont (2005) Survey Methodology 31:227-231; Kim & Kim (2007) Can. J.
 * Stat. 35:501-514. Strata count as given on linearised designs and are formed anew in every replicate.
 * Expected: SX_E_DATA for a missing covariate (names the case), for separation (names the covariate or level whose coefficient grows
 * without bound, and says what to do), for no respondent or no nonrespondent; SX_E_NUMERIC where the iteration does not end. */
SX_API sx_status sx_weighting_propensity(sx_design **out, const sx_design *design, const sx_table *table,
                                         const uint8_t *status, const sx_propensity_options *options,
                                         sx_response_report *report, sx_error *err) SX_NODISCARD;

/* ---- totals that are estimates (docs/methods/estimated-totals.md) ------------------------------------------- */

/* sx_weighting_calibrate to totals with the covariance cov [n_controls * n_controls, symmetric], independent of the sample. On
 * linearised designs V gains b' cov b, b the coefficients of the score on the controls, as outside figures that covariances and
 * formulas know of: estimates of designs calibrated to the same totals (name, total, covariance) share them. On replicate designs the
 * totals move from replicate to replicate, by the seed of the design's context, so that the replicate covariance of the calibrated
 * controls is cov. Fuller (1998) Statistica Sinica 8:1153-1164; Dever & Valliant (2010) Survey Methodology 36:45-56; Opsomer &
 * Erciulescu (2021) Survey Methodology 47:265-277. df: of the totals' errors; INFINITY where it is not known.
 * Expected: what sx_weighting_calibrate has; SX_E_ARGUMENT for soft totals or a covariance that is not one; SX_E_SUPPORT where the
 * replicates are no more than the totals with an error. */
SX_API sx_status sx_weighting_calibrate_estimated(sx_design **out, const sx_design *design, const sx_table *table,
                                                  const sx_control *controls, size_t n_controls, const double *cov,
                                                  double df, const sx_calibrate_options *options,
                                                  sx_calibrate_report *report, sx_error *err) SX_NODISCARD;

/* The totals of the controls (their own `total` is not read) and their covariance as another sample estimates them: total
 * [n_controls], cov [n_controls * n_controls], for the function above; df is sx_design_df(design). Expected: what the controls of
 * sx_weighting_calibrate have; SX_E_SUPPORT where that sample was itself calibrated to estimated totals. */
SX_API sx_status sx_weighting_estimate_totals(double *total, double *cov, const sx_design *design,
                                              const sx_table *table, const sx_control *controls, size_t n_controls,
                                              sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
