/* estimate_inequality_priv.h: the weighted cases of a measure as plain arrays, and one kernel per family of measures. */
#ifndef SX_ESTIMATE_INEQUALITY_PRIV_H
#define SX_ESTIMATE_INEQUALITY_PRIV_H

#include "estimate_priv.h"
#include "shuxiao/estimate_inequality.h"
#include "shuxiao/estimate_statistic.h"

/* What the callbacks of one statistic know. */
typedef struct ineq_job {
  sx_ctx ctx;
  const sx_inequality_request *request;
  const sx_inequality_options *options;
  bool inside; /* domains are parts of the cases: where and the groups first .. first + n_domains - 1 say which */
  size_t first, n_domains; /* with inside */
} ineq_job;

/* n > 0 cases in ascending order of x, weights w, C_k = w_1 + .. + w_k and T_k = w_1 x_1 + .. + w_k x_k. */
typedef struct ineq_view {
  const ineq_job *job;
  const uint32_t *row;
  const double *w;
  double *x, *cum, *amount, *u; /* [n]; u is scratch */
  uint8_t *in;                  /* [n] in the domain, or NULL: all are */
  double line, *dt;             /* poverty: the threshold and its score [n]; dt NULL where no scores are wanted */
  size_t n, n_in;
  bool negative;                       /* some weight is below 0: C_k falls there */
  double weight, total, mean;          /* C_n, T_n, T_n/C_n of all cases */
  double in_weight, in_total, in_mean; /* of those in the domain */
  double bandwidth;                    /* of the kernel, where densities are by one */
} ineq_view;

/* A kernel writes value [n_values] and, where score is not NULL, score [n_values][n]: docs of sx_statistic. A value that does not
 * exist is NaN, *na where the reason is not SX_NA_ZERO_DENOMINATOR. */
typedef sx_status (*ineq_kernel)(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_gini(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_entropy(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_atkinson(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_zenga(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_share_ratio(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_palma(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_part(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_lorenz(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__ineq_quantile_ratio(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__pov_line(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__pov_fgt(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__pov_median(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__pov_watts(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);
sx_status sx_estimate__pov_sen(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err);

/* estimate_inequality_names.c: SX_E_ARGUMENT where the measure or a parameter is out of range. */
sx_status sx_estimate__ineq_check_measure(const sx_inequality_measure *m, sx_error *err);
sx_status sx_estimate__ineq_check_threshold(const sx_poverty_threshold *t, sx_error *err);

/* estimate_inequality_view.c */
sx_status sx_estimate__ineq_view(ineq_view *out, const ineq_job *job, const sx_cases *cases, bool scores,
                                 sx_error *err);
void sx_estimate__ineq_view_clear(ineq_view *v);
/* Makes the job's domain of that number the one that the view is of. */
void sx_estimate__ineq_enter(ineq_view *v, size_t domain);
/* estimate_poverty.c: v->line and v->dt. */
void sx_estimate__pov_threshold(ineq_view *v);
/* The first x with C_k >= p C_n. */
double sx_estimate__ineq_quantile(const ineq_view *v, double p);
/* The median of the cases in the domain with x <= t; NaN where there are none. */
double sx_estimate__ineq_median_upto(const ineq_view *v, double t);
/* Density at x of all cases, or of those in the domain; p their share at or below x, NaN: to be found. INFINITY where nothing
 * varies. */
double sx_estimate__ineq_density(const ineq_view *v, double x, double p, bool in_domain);
/* out [n] = d Q(p) / d w_k = -(1(x_k <= q) - p) / (C_n f(q)), q = Q(p). */
void sx_estimate__ineq_quantile_score(double *out, const ineq_view *v, double q, double p);
/* Fails where a case of the domain with x <= upto lies below least (or at it: with open). */
sx_status sx_estimate__ineq_least(const ineq_view *v, double least, bool open, double upto, const char *what,
                                  sx_error *err);
static inline bool ineq_in(const ineq_view *v, size_t k) {
  return !v->in || v->in[k];
}

#endif
