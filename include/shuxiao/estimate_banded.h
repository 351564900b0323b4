/* estimate_banded.h: means, totals and quantiles of an amount that was asked in bands ("1 to 99", "5000 or more"), by weighted
 * interval-censored fits with design-based errors. docs/methods/banded-amounts.md has the formulas and their sources. */
#ifndef SX_ESTIMATE_BANDED_H
#define SX_ESTIMATE_BANDED_H

#include "shuxiao/estimate_statistic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bands ------------------------------------------------------------------------------------------------------- */

/* What a code of the answer stands for: low == high one amount (0: nothing spent), high INFINITY an open band, low NaN no answer.
 * An amount on a limit belongs to the band above it, unless the bands say otherwise. */
typedef struct sx_band {
  char *code; /* a value, a text or a value label of the variable */
  double low, high;
} sx_band;

typedef struct sx_bands {
  sx_ctx ctx;
  size_t n;
  sx_band *band;    /* [n] amounts ascending, then the codes of no answer */
  bool limit_below; /* an amount on a limit belongs to the band below it ("1-100", "101-500") */
} sx_bands;
/* "1=0, 2=0..100, 3=100..500, 4=500.., 9=missing": the code before '=', limits after it. Expected: SX_E_PARSE for what is not
 * CODE=LIMITS; SX_E_ARGUMENT for a negative limit, a lower one above the upper, a code given twice, bands that overlap or
 * leave a gap. */
SX_API sx_status sx_bands_parse(sx_bands **out, const sx_ctx *ctx, const char *text, sx_error *err) SX_NODISCARD;
/* The bands that the value labels (or the texts) of a variable spell: "0", "nothing", "1-99", "100 to 499", "under 100", "5000+",
 * "5000以上"; refusals and codes declared missing are no answer. "1-99" beside "100-499", and "1-100" beside "101-499", meet at
 * 100, which belongs to the band that names it. Expected: SX_E_DATA for a label that spells no band (names it), and what sx_bands_parse finds in the limits. */
SX_API sx_status sx_bands_of_labels(sx_bands **out, const sx_ctx *ctx, const sx_column *column,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_bands_free(sx_bands *bands);

/* ---- fits -------------------------------------------------------------------------------------------------------- */

typedef enum sx_banded_fit {
  SX_BANDED_LOGNORMAL,
  SX_BANDED_GB2,           /* generalised beta of the second kind (a, b, p, q): McDonald (1984) */
  SX_BANDED_SINGH_MADDALA, /* GB2 with p = 1 */
  SX_BANDED_DAGUM,         /* GB2 with q = 1 */
  SX_BANDED_FISK,          /* GB2 with p = q = 1: log-logistic */
  SX_BANDED_PARETO,        /* midpoints; the open band by a Pareto tail and its mean */
  SX_BANDED_RPME, /* midpoints; the harmonic mean of the Pareto tail, which always exists: von Hippel et al. (2016) */
  SX_BANDED_MIDPOINT /* midpoints; the open band counts open_factor times its lower limit */
} sx_banded_fit;
SX_API const char *sx_banded_fit_name(sx_banded_fit fit); /* "lognormal" "gb2" "singh-maddala" "dagum" ... */
SX_API sx_status sx_banded_fit_parse(sx_banded_fit *out, const char *text, sx_error *err) SX_NODISCARD;
SX_API const char *const *sx_banded_fit_names(size_t *n);

/* The amount: codes with bands, or lower and upper (the one missing: from 0, or open above; equal: known). `exact`, where
 * it is not missing, is the amount of that case and goes before its band. At least one of the three. */
typedef struct sx_banded_request {
  uint32_t version;
  const sx_column *codes; /* discrete */
  const sx_bands *bands;
  const sx_column *lower, *upper; /* number or integer */
  const sx_column *exact;         /* number or integer */
  sx_banded_fit fit;
  const double *probs; /* [n_probs] quantiles, each inside 0..1 */
  size_t n_probs;
  size_t tail_bands;    /* bands that the Pareto index rests on, the open one among them: 2 or more (2) */
  double open_factor;   /* 1.5 */
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_banded_request;
#define SX_BANDED_REQUEST_INIT                                                                                         \
  { 1, NULL, NULL, NULL, NULL, NULL, SX_BANDED_LOGNORMAL, NULL, 0, 2, 1.5, NULL, NULL }

/* How the fit of one domain lies. */
typedef struct sx_banded_domain {
  sx_na na;                             /* why there is no fit */
  size_t n, n_zero;                     /* cases in the base; those with nothing spent */
  double weight, zero;                  /* sum of weights; weighted share of nothing spent */
  double parameter[4];                  /* as in result->parameter_name */
  double loglik;                        /* mean weighted log-likelihood of the positive amounts */
  double *observed, *fitted, *misfit_z; /* [n_bands] shares in the base, their difference over its standard error */
  /* Rao and Scott's (1981) second-order test that all differences are 0: X^2 / scale refers to F(df1, df2) times df1. */
  double chisq, scale, df1, df2, p; /* NaN where no degree of freedom is left or no error is known */
} sx_banded_domain;

typedef struct sx_banded_result {
  sx_ctx ctx;
  sx_banded_fit fit;
  /* Rows by group, then by statistic (row.level; set->level_text): mean total share_zero mean_positive; tail_index (aq of a GB2,
   * alpha of a Pareto tail) and open_share (of the mean, by amounts above the lower limit of the open band) where the fit and the
   * bands have them; the parameters; quantile_P; for comparison mean_midpoint and mean_rpme; misfit_CODE, observed less fitted
   * share, per band. */
  sx_est_set *set;
  size_t n_parameters;
  const char *const *parameter_name; /* static */
  size_t n_bands;                    /* of positive amounts; 0 where lower and upper make no bands */
  sx_band *band;
  size_t n_domains;
  sx_banded_domain *domain; /* [n_domains] */
} sx_banded_result;
SX_API void sx_banded_result_free(sx_banded_result *result);
/* The statistic's place among those of a domain, or SIZE_MAX. */
SX_API size_t sx_banded_find(const sx_banded_result *result, const char *statistic);

/* One fit per domain and set of weights. In a domain whose cases lie in no more bands than the fit has parameters, or whose likelihood
 * has no maximum, the estimates are missing (SX_NA_FEW_BANDS, SX_NA_NO_FIT); where the fitted tail index is 1 or less the mean,
 * the total and open_share are (SX_NA_NO_MEAN). Errors: the derivative of the pseudo-maximum likelihood by the weights (Binder 1983), or a
 * fit per replicate. Expected: SX_E_ARGUMENT for a request that contradicts itself, fewer bands than the fit needs, a Pareto tail
 * without an open band; SX_E_DATA for a code that no band has, a lower limit above the upper, a negative amount (each names the
 * case). Memory: cases * statistics on linearised designs. */
SX_API sx_status sx_estimate_banded(sx_banded_result **out, const sx_design *design, const sx_banded_request *request,
                                    const sx_est_options *options, sx_error *err) SX_NODISCARD;
/* The fitted share of positive amounts up to x, and the density there; NaN without a fit of that domain. */
SX_API double sx_banded_cdf(const sx_banded_result *result, size_t domain, double x);
SX_API double sx_banded_density(const sx_banded_result *result, size_t domain, double x);

#ifdef __cplusplus
}
#endif
#endif
