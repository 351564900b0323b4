/* estimate_area.h: small areas by the model of Fay & Herriot (1979): direct estimates and what is known of the areas, combined.
 * Model-based: the estimates have a mean squared error under the model and no carrier. docs/methods/small-areas.md. */
#ifndef SX_ESTIMATE_AREA_H
#define SX_ESTIMATE_AREA_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the variance between areas is estimated: restricted or full likelihood, the moment equation of Fay & Herriot, or the moments
 * of Prasad & Rao (1990), each with its own second-order mean squared error. */
typedef enum sx_area_method { SX_AREA_REML, SX_AREA_ML, SX_AREA_FH, SX_AREA_PR } sx_area_method;
SX_API const char *sx_area_method_name(sx_area_method method); /* "reml" "ml" "fh" "pr" */
SX_API sx_status sx_area_method_parse(sx_area_method *out, const char *text, sx_error *err) SX_NODISCARD;

/* RATIO multiplies every estimate by one factor, DIFFERENCE adds one amount, so that sum share * estimate = total. */
typedef enum sx_area_benchmark { SX_AREA_NO_BENCHMARK, SX_AREA_RATIO, SX_AREA_DIFFERENCE } sx_area_benchmark;

typedef struct sx_area_request {
  uint32_t version;
  size_t n;               /* areas */
  const double *direct;   /* [n] direct estimates; NaN: none */
  const double *variance; /* [n] their sampling variances, taken as known, above 0; not read where direct is NaN */
  size_t n_covariates;
  const double *covariates;           /* [n * n_covariates], areas in rows */
  const char *const *names;           /* [n] of the areas, for messages; NULL: numbers */
  const char *const *covariate_names; /* [n_covariates] or NULL */
  bool no_intercept;                  /* else 1 is the first covariate */
  sx_area_method method;
  sx_area_benchmark benchmark;
  const double *share; /* [n] weight of each area in the benchmark; unused without */
  double total;
  double ci_level; /* 0.95 */
} sx_area_request;
#define SX_AREA_REQUEST_INIT                                                                                           \
  { 1, 0, NULL, NULL, 0, NULL, NULL, NULL, false, SX_AREA_REML, SX_AREA_NO_BENCHMARK, NULL, (double)NAN, 0.95 }

typedef struct sx_area_row {
  double direct, direct_se; /* NaN: none */
  double synthetic;         /* x'beta */
  double gamma;             /* weight of the direct estimate, sigma2/(sigma2 + variance); 0 without one */
  double eblup;             /* gamma direct + (1 - gamma) synthetic */
  double mse, g1, g2, g3;   /* of eblup; without a direct estimate mse = sigma2 + g2 */
  double low, high;         /* estimate -+ z root mse */
  double estimate;          /* eblup, after benchmarking */
} sx_area_row;

typedef struct sx_area_fit {
  sx_ctx ctx;
  size_t n, n_direct, n_coefficients;
  sx_area_row *rows;        /* [n] */
  double *beta, *beta_se;   /* [n_coefficients], the intercept first */
  double sigma2, sigma2_se; /* variance between areas; 0 where the estimate lies on the boundary */
  double log_likelihood;    /* of the full likelihood at the estimates */
  size_t iterations;
  double adjustment; /* the benchmark's factor or amount; NaN without */
} sx_area_fit;

/* Expected: SX_E_ARGUMENT for no areas, a method, level or benchmark that does not exist; SX_E_DATA for a variance that is not above
 * 0, a covariate that is not finite (names area and covariate), no more direct estimates than coefficients, collinear covariates;
 * SX_E_NUMERIC where the equations have no solution in 200 steps. Cost: some passes over n areas with matrices of n_coefficients^2.
 * *out is freed with sx_area_free. */
SX_API sx_status sx_estimate_area(sx_area_fit **out, const sx_ctx *ctx, const sx_area_request *request,
                                  sx_error *err) SX_NODISCARD;
SX_API void sx_area_free(sx_area_fit *fit);

#ifdef __cplusplus
}
#endif
#endif
