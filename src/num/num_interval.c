/* num_interval.c: probabilities of intervals on the log scale, where the difference of two distribution functions would lose
 * its digits, and what fits of interval-censored amounts need besides. GSL stands behind the special functions.
 *
 * Both ends in one tail: P = S(z1) - S(z2) with S the upper tail (or by symmetry the lower), so
 *   log P = log S(z1) + log(1 - exp(log S(z2) - log S(z1))),
 * with log S by the scaled error function, finite far beyond where S itself is 0.
 * The beta distribution is written by the logit t of its argument, u = 1/(1 + exp(-t)), so that u and 1 - u both keep their digits. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>

#include "shuxiao/num.h"

static const double log_half = -0.69314718055994530942, root_half = 0.70710678118654752440,
                    log_root_2pi = 0.91893853320467274178;

double sx_num_norm_log_upper(double z) {
  if (isnan(z)) return z;
  if (isinf(z)) return z > 0 ? -(double)INFINITY : 0;
  if (z < -1) return log1p(-0.5 * erfc(-z * root_half));
  gsl_sf_result r;
  (void)sx_num_norm_quantile(0.5); /* switches GSL's handler off */
  return gsl_sf_log_erfc_e(z * root_half, &r) == GSL_SUCCESS ? log_half + r.val : -(double)INFINITY;
}

/* log(1 - exp(x)), x < 0: Maechler (2012), "Accurately computing log(1 - exp(-|a|))". */
static double log_one_less_exp(double x) {
  return x > log_half ? log(-expm1(x)) : log1p(-exp(x));
}

double sx_num_norm_log_interval(double z1, double z2) {
  if (isnan(z1) || isnan(z2) || !(z1 < z2)) return (double)NAN;
  const double width = z2 - z1, middle = z1 + width / 2, m2 = middle * middle, w2 = width * width;
  if (width < 0.01 && fabs(middle) * width < 0.03) /* the density's own series: the terms left out are below 1e-14 */
    return log(width) - 0.5 * m2 - log_root_2pi + log1p(w2 / 24 * (m2 - 1) + w2 * w2 / 1920 * ((m2 - 6) * m2 + 3));
  if (z1 + z2 < 0) { /* into the upper tail */
    const double t = -z1;
    z1 = -z2;
    z2 = t;
  }
  if (z1 < -1) return log1p(-0.5 * (erfc(-z1 * root_half) + erfc(z2 * root_half)));
  const double s1 = sx_num_norm_log_upper(z1), s2 = sx_num_norm_log_upper(z2);
  return isinf(s1) ? s1 : s1 + log_one_less_exp(s2 - s1);
}

double sx_num_log1p_exp(double t) {
  return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

double sx_num_beta_logit(double t, double p, double q, bool upper) {
  if (isnan(t) || !(p > 0 && q > 0) || isinf(p) || isinf(q)) return (double)NAN;
  if (isinf(t)) return (t > 0) != upper ? 1 : 0;
  if (upper) return sx_num_beta_logit(-t, q, p, false);
  if (q == 1) return exp(-p * sx_num_log1p_exp(-t));
  if (p == 1) return -expm1(-q * sx_num_log1p_exp(t));
  gsl_sf_result r;
  (void)sx_num_norm_quantile(0.5);
  const double u = t > 0 ? 1 / (1 + exp(-t)) : exp(t) / (1 + exp(t)),
               v = t > 0 ? exp(-t) / (1 + exp(-t)) : 1 / (1 + exp(t));
  /* what is nearer to 0 is the argument */
  if (u <= 0.5) {
    if (u == 0) return 0;
    return gsl_sf_beta_inc_e(p, q, u, &r) == GSL_SUCCESS || r.val == 0 ? r.val : (double)NAN;
  }
  if (v == 0) return 1;
  return gsl_sf_beta_inc_e(q, p, v, &r) == GSL_SUCCESS || r.val == 0 ? 1 - r.val : (double)NAN;
}

double sx_num_log_gamma(double x) {
  gsl_sf_result r;
  if (!(x > 0) || isinf(x)) return (double)NAN;
  (void)sx_num_norm_quantile(0.5);
  return gsl_sf_lngamma_e(x, &r) == GSL_SUCCESS ? r.val : (double)NAN;
}

double sx_num_digamma(double x) {
  gsl_sf_result r;
  if (!(x > 0) || isinf(x)) return (double)NAN;
  (void)sx_num_norm_quantile(0.5);
  return gsl_sf_psi_e(x, &r) == GSL_SUCCESS ? r.val : (double)NAN;
}
