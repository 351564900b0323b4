/* estimate_statistic.h: any statistic of weighted cases as an estimate: on linearised, replicate and calibrated designs, in
 * domains, with its carrier. The estimators of means, inequality and banded amounts are written with it. */
#ifndef SX_ESTIMATE_STATISTIC_H
#define SX_ESTIMATE_STATISTIC_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The cases of one domain under one set of weights: row[i] is a row of the design, w[i] != 0 its weight. In ascending order of the
 * request's `sort` (ties by row), or of the row. */
typedef struct sx_cases {
  const uint32_t *row;
  const double *w;
  size_t n;
} sx_cases;

/* A function of the weights, theta(w), with n_values values at once (a row of the result each; row.level is the value's index).
 * Both functions are called from several threads with the same data and must not write to it. */
typedef struct sx_statistic {
  uint32_t version;
  const char *name; /* for messages */
  size_t n_values;
  const char *const *value_text; /* [n_values], or NULL where there is one value */
  bool is_prop;                  /* intervals as for proportions */
  const void *data;
  /* value [n_values], at n > 0 cases; NaN: has no value there (the row's na is *na, SX_NA_ZERO_DENOMINATOR where left alone). */
  sx_status (*value)(double *value, sx_na *na, const sx_cases *cases, const void *data, sx_error *err);
  /* score [n_values][n]: the derivative of each value by the weight of each case, where value has one: linearised designs only.
   * V(theta) is the variance of the total of the scores: Deville (1999), Survey Methodology 25, 193-203. */
  sx_status (*score)(double *score, const double *value, const sx_cases *cases, const void *data, sx_error *err);
} sx_statistic;

typedef struct sx_statistic_request {
  uint32_t version;
  const sx_column *const *columns; /* [n_columns] a case with a missing one is outside the base */
  size_t n_columns;
  const sx_column *sort; /* number or integer, never missing in the base; NULL: by row */
  const uint8_t *where;  /* as in sx_est_request */
  const sx_groups *by;
} sx_statistic_request;
#define SX_STATISTIC_REQUEST_INIT                                                                                      \
  { 1, NULL, 0, NULL, NULL, NULL }

/* Rows by group, then by value. deff is V over the variance of the scores under simple random sampling with replacement of n; NaN
 * on replicate designs. A replicate without a value leaves the estimate without an error (SX_NA_TOO_FEW_PSU). Expected:
 * SX_E_ARGUMENT for columns of another length or a sort that is no number, SX_E_DATA for a sort value that is not finite (names
 * the case), and what the functions return. Cost: a sort, one call of value per domain and set of weights, one of score per
 * domain. */
SX_API sx_status sx_estimate_statistic(sx_est_set **out, const sx_design *design, const sx_statistic *statistic,
                                       const sx_statistic_request *request, const sx_est_options *options,
                                       sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
