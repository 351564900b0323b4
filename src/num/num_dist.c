/* num_dist.c: distribution functions and quantiles. GSL stands behind them; arguments are checked here first, because
 * GSL's default handler ends the process. That handler is switched off once, the only process-wide state of the library
 * (docs/dev/foreign.md). A quantile that GSL gives to fewer digits is polished by Newton steps on its own distribution
 * function. */
#include "shuxiao/num.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <pthread.h>

static void handler_off(void) {
  (void)gsl_set_error_handler_off();
}

static void gsl_quiet(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, handler_off);
}

static double edge(double p, double at0, double at1) {
  if (p == 0) return at0;
  if (p == 1) return at1;
  return (double)NAN;
}

double sx_num_norm_quantile(double p) {
  if (!(p > 0 && p < 1)) return edge(p, -(double)INFINITY, (double)INFINITY);
  gsl_quiet();
  double x = gsl_cdf_ugaussian_Pinv(p);
  for (int k = 0; k < 2; k++) {
    /* the smaller tail keeps the digits */
    const double miss = p < 0.5 ? gsl_cdf_ugaussian_P(x) - p : (1 - p) - gsl_cdf_ugaussian_Q(x);
    const double density = gsl_ran_ugaussian_pdf(x);
    if (!(density > 0)) break;
    x -= miss / density;
  }
  return x;
}

double sx_num_t_cdf(double x, double df) {
  if (isnan(x) || !(df > 0)) return (double)NAN;
  gsl_quiet();
  if (isinf(x)) return x > 0 ? 1 : 0;
  return df > 1e10 ? gsl_cdf_ugaussian_P(x) : gsl_cdf_tdist_P(x, df);
}

double sx_num_t_quantile(double p, double df) {
  if (isnan(df) || !(df > 0)) return (double)NAN;
  if (!(p > 0 && p < 1)) return edge(p, -(double)INFINITY, (double)INFINITY);
  if (df > 1e10) return sx_num_norm_quantile(p);
  if (p > 0.5) return -sx_num_t_quantile(1 - p, df);
  if (p == 0.5) return 0;
  gsl_quiet();
  double x = gsl_cdf_tdist_Pinv(p, df);
  if (!isfinite(x)) return x;
  for (int k = 0; k < 8; k++) {
    const double density = gsl_ran_tdist_pdf(x, df);
    if (!(density > 0)) break;
    const double step = (gsl_cdf_tdist_P(x, df) - p) / density;
    if (!isfinite(step) || fabs(step) > 0.5 * fabs(x) + 1e-300) break;
    x -= step;
    if (fabs(step) <= 1e-15 * fabs(x)) break;
  }
  return x;
}

/* Bisection with Newton steps that stay inside the bracket: 200 halvings are more than a double holds. */
double sx_num_beta_quantile(double p, double a, double b) {
  if (!(a > 0 && b > 0) || isinf(a) || isinf(b)) return (double)NAN;
  if (!(p > 0 && p < 1)) return edge(p, 0, 1);
  gsl_quiet();
  double lo = 0, hi = 1, x = a / (a + b);
  for (int k = 0; k < 200 && hi - lo > 4e-17 * hi; k++) {
    const double miss = gsl_cdf_beta_P(x, a, b) - p;
    if (miss == 0) break;
    if (miss > 0)
      hi = x;
    else
      lo = x;
    const double density = gsl_ran_beta_pdf(x, a, b);
    const double next = x - miss / density;
    const bool inside = density > 0 && isfinite(next) && next > lo && next < hi;
    if (inside && fabs(next - x) <= 1e-16 * x) break;
    x = inside ? next : lo > 0 ? sqrt(lo) * sqrt(hi) : hi / 2;
  }
  return x;
}

double sx_num_f_upper(double x, double df1, double df2) {
  if (isnan(x) || !(df1 > 0 && df2 > 0)) return (double)NAN;
  if (x <= 0) return 1;
  gsl_quiet();
  if (isinf(x)) return 0;
  return df2 > 1e10 ? gsl_cdf_chisq_Q(x * df1, df1) : gsl_cdf_fdist_Q(x, df1, df2);
}

double sx_num_chisq_upper(double x, double df) {
  if (isnan(x) || !(df > 0)) return (double)NAN;
  if (x <= 0) return 1;
  gsl_quiet();
  return isinf(x) ? 0 : gsl_cdf_chisq_Q(x, df);
}
