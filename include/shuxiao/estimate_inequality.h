/* estimate_inequality.h: how unequally an amount is spread over a population, and poverty. Formulas and sources:
 * docs/methods/inequality.md, docs/methods/lorenz.md, docs/methods/poverty.md. */
#ifndef SX_ESTIMATE_INEQUALITY_H
#define SX_ESTIMATE_INEQUALITY_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_inequality_stat {
  SX_INEQUALITY_GINI,
  SX_INEQUALITY_GE,       /* generalised entropy of parameter a: 0 mean log deviation, 1 Theil, 2 half the squared cv */
  SX_INEQUALITY_ATKINSON, /* aversion a > 0 */
  SX_INEQUALITY_ZENGA,    /* Zenga (2007) */
  SX_INEQUALITY_SHARE_RATIO, /* total of those above Q(1-a) over that of those up to Q(a): S80/S20 at 0.2 */
  SX_INEQUALITY_PALMA,       /* share of the top 10% over that of the bottom 40% */
  SX_INEQUALITY_TOP,         /* share of the total that the top a of the population has */
  SX_INEQUALITY_BOTTOM,
  SX_INEQUALITY_QUANTILE_RATIO, /* Q(b)/Q(a): P90/P10 at 0.1, 0.9 */
  SX_INEQUALITY_LORENZ,         /* ordinates at the request's probs */
  SX_POVERTY_LINE,              /* the threshold itself (at-risk-of-poverty threshold) */
  SX_POVERTY_RATE,              /* share at or below it: at-risk-of-poverty rate */
  SX_POVERTY_FGT,        /* Foster, Greer & Thorbecke: mean of ((t - y)/t)^a at or below t; a is 0 or at least 1 */
  SX_POVERTY_MEDIAN,     /* median of those at or below the threshold */
  SX_POVERTY_MEDIAN_GAP, /* 1 - that median / threshold: relative median poverty gap */
  SX_POVERTY_WATTS,      /* mean of log(t/y) at or below t */
  SX_POVERTY_SEN,
  SX_POVERTY_SST /* Sen, Shorrocks & Thon */
} sx_inequality_stat;

typedef struct sx_inequality_measure {
  sx_inequality_stat stat;
  double a, b; /* parameters where the list above names them, else 0 */
} sx_inequality_measure;

/* "gini" "theil" "mld" "ge:2" "atkinson:0.5" "zenga" "qsr" "qsr:0.1" "palma" "top:0.1" "bottom:0.4" "p90/p10" "lorenz" "arpt" "arpr"
 * "fgt:1" (also "fgt0" "fgt1" "fgt2") "poormed" "rmpg" "watts" "sen" "sst". Expected: SX_E_ARGUMENT with the list, or for a parameter
 * outside its range. */
SX_API sx_status sx_inequality_parse(sx_inequality_measure *out, const char *text, sx_error *err) SX_NODISCARD;
enum { SX_INEQUALITY_TEXT_MAX = 96 };
/* The name as parse takes it, into text [SX_INEQUALITY_TEXT_MAX]; returns text. As results are called: with underscores
 * ("ge_2", "p90_p10"), which parse takes too. */
SX_API const char *sx_inequality_text(char *text, const sx_inequality_measure *measure);
SX_API const char *sx_inequality_statistic(char *text, const sx_inequality_measure *measure);
SX_API bool sx_inequality_is_poverty(sx_inequality_stat stat);

/* PLAIN does not depend on the scale of the weights, and its scores are the derivatives of its values. Densities, for errors
 * of quantiles, rates and medians, are by a window of quantiles. CONVEY gives the numbers of R convey 1.0.1 where they differ: densities
 * by a normal kernel, the Gini with rank 2 C_k - 1 in place of 2 C_k - w_k, the error of share ratios with the
 * quantile replaced by a ratio of kernel estimates, and Zenga's index as a sum of steps. */
typedef enum sx_inequality_form { SX_INEQUALITY_PLAIN, SX_INEQUALITY_CONVEY } sx_inequality_form;

typedef enum sx_poverty_kind {
  SX_POVERTY_OF_QUANTILE, /* fraction times the quantile of `order` */
  SX_POVERTY_OF_MEAN,     /* fraction times the mean */
  SX_POVERTY_ABSOLUTE     /* value */
} sx_poverty_kind;
typedef struct sx_poverty_threshold {
  sx_poverty_kind kind;
  double value, fraction, order;
  bool of_domain; /* of each domain; else of all cases of the design, whatever `where` and `by` say */
} sx_poverty_threshold;
/* "10000", "0.6*median", "0.5*q0.4", "0.6*mean" into *out, whose of_domain stays. Expected: SX_E_ARGUMENT. */
SX_API sx_status sx_poverty_threshold_parse(sx_poverty_threshold *out, const char *text, sx_error *err) SX_NODISCARD;

typedef struct sx_inequality_options {
  uint32_t version;
  sx_est_options est;
  sx_inequality_form form;
  sx_poverty_threshold threshold;
  double bandwidth; /* of densities by a normal kernel; NaN: PLAIN has none, CONVEY sd * (sum of weights)^(-1/5) */
} sx_inequality_options;
#define SX_INEQUALITY_OPTIONS_INIT                                                                                     \
  { 1, SX_EST_OPTIONS_INIT, SX_INEQUALITY_PLAIN, {SX_POVERTY_OF_QUANTILE, (double)NAN, 0.6, 0.5, false}, (double)NAN }

typedef struct sx_inequality_request {
  uint32_t version;
  sx_inequality_measure measure;
  const sx_column *y;  /* number or integer; missing drops out */
  const double *probs; /* LORENZ: [n_probs], each in 0..1 */
  size_t n_probs;
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_inequality_request;
#define SX_INEQUALITY_REQUEST_INIT                                                                                     \
  { 1, {SX_INEQUALITY_GINI, 0, 0}, NULL, NULL, 0, NULL, NULL }

/* Rows by group; LORENZ: then by probability (row.level is its index, set->level_text its text). A threshold of all cases is
 * estimated: its error enters the rates of every domain, whose scores then reach outside the domain; df are those of the design, n
 * that of the domain. A domain without poor has no median, gap, nor Sen index: SX_NA_ZERO_DENOMINATOR, as where a mean is not above 0.
 * Expected: SX_E_ARGUMENT for a variable that is no number, a parameter, probability, bandwidth or threshold out of range;
 * SX_E_DATA for a value that is not finite, or that the measure is not defined for (0 or below under logarithms, below 0 for
 * entropy, Atkinson and Zenga), naming variable and case. Cost: a sort and some passes over the cases; per domain where thresholds
 * are of all. */
SX_API sx_status sx_estimate_inequality(sx_est_set **out, const sx_design *design, const sx_inequality_request *request,
                                        const sx_inequality_options *options, sx_error *err) SX_NODISCARD;
/* Many at once, in parallel over ctx threads of the design; out [n]. */
SX_API sx_status sx_estimate_inequality_many(sx_est_set **out, const sx_design *design,
                                             const sx_inequality_request *requests, size_t n,
                                             const sx_inequality_options *options, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
