/* The exact functions against the C library in long double (64-bit mantissa) over dense grids; the worst errors found with
 * glibc 2.36 are: exp 0.87 ulp, log 0.83 ulp, cdf 8.9 ulp, quantile 8.2e-16 relative. */
#include "shuxiao/num.h"
#include "sxt.h"

static double ulps(double got, long double want) {
  int exponent = 0;
  (void)frexpl(want, &exponent);
  return (double)(fabsl((long double)got - want) / ldexpl(1, exponent - 53));
}

static void exp_is_within_an_ulp(void) {
  double worst = 0;
  for (double x = -700; x < 709.7; x += 0.00091) {
    const double u = ulps(sx_exact_exp(x), expl((long double)x));
    if (u > worst) worst = u;
  }
  for (double x = 1e-18; x < 1; x *= 1.01) {
    const double u = ulps(sx_exact_exp(x), expl((long double)x)), v = ulps(sx_exact_exp(-x), expl(-(long double)x));
    if (u > worst) worst = u;
    if (v > worst) worst = v;
  }
  if (!(worst < 1)) SXT_FAIL("exp is off by %g ulp", worst);
}

static void exp_at_the_edges(void) {
  CHECK(sx_exact_exp(0) == 1);
  CHECK(isinf(sx_exact_exp(710)));
  CHECK(sx_exact_exp(-746) == 0);
  CHECK(sx_exact_exp(-745) == 0x1p-1074);
  CHECK(isnan(sx_exact_exp((double)NAN)));
  CHECK(isinf(sx_exact_exp((double)INFINITY)));
  CHECK(sx_exact_exp(-(double)INFINITY) == 0);
}

static void log_is_within_an_ulp(void) {
  double worst = 0;
  for (double x = 1e-3; x < 8; x += 3.7e-6) {
    const double u = ulps(sx_exact_log(x), logl((long double)x));
    if (x != 1 && u > worst) worst = u;
  }
  for (double x = 1e-307; x < 1e307; x *= 1.00093) {
    const double u = ulps(sx_exact_log(x), logl((long double)x));
    if (u > worst) worst = u;
  }
  if (!(worst < 1)) SXT_FAIL("log is off by %g ulp", worst);
}

static void log_at_the_edges(void) {
  CHECK(sx_exact_log(1) == 0);
  CHECK(isinf(sx_exact_log(0)) && sx_exact_log(0) < 0);
  CHECK(isnan(sx_exact_log(-1)));
  CHECK(isnan(sx_exact_log((double)NAN)));
  CHECK(isinf(sx_exact_log((double)INFINITY)));
  CHECK_NEAR(sx_exact_log(0x1p-1074), -1074 * 0.69314718055994530942, 1e-15);
}

static void cdf_in_body_and_tail(void) {
  double worst = 0;
  const long double root2 = sqrtl(2);
  for (double x = -37; x < 9; x += 2.3e-4) {
    const double u = ulps(sx_exact_norm_cdf(x), erfcl(-(long double)x / root2) / 2);
    if (u > worst) worst = u;
  }
  if (!(worst < 10)) SXT_FAIL("the cdf is off by %g ulp", worst);
  CHECK(sx_exact_norm_cdf(0) == 0.5);
  CHECK(sx_exact_norm_cdf(50) == 1);
  CHECK(sx_exact_norm_cdf(-50) == 0);
  CHECK(isnan(sx_exact_norm_cdf((double)NAN)));
}

/* One Newton step in long double from the answer gives its error. */
static void quantile_inverts_the_cdf(void) {
  const long double root2 = sqrtl(2);
  double worst = 0;
  for (double p = 1e-300; p < 0.5; p = p < 1e-3 ? p * 1.01 : p + 3.1e-5) {
    const long double x = (long double)sx_exact_norm_quantile(p);
    const long double density = expl(-x * x / 2) * 0.398942280401432677939946L;
    const double error = (double)fabsl((erfcl(-x / root2) / 2 - (long double)p) / density / (fabsl(x) + 1e-3L));
    if (error > worst) worst = error;
  }
  if (!(worst < 1.5e-15)) SXT_FAIL("the quantile is off by %g of its value", worst);
  for (double p = 0.5; p < 1; p += 0x1p-9) CHECK(sx_exact_norm_quantile(p) == -sx_exact_norm_quantile(1 - p));
}

static void quantile_at_the_edges(void) {
  CHECK(sx_exact_norm_quantile(0.5) == 0);
  CHECK(isinf(sx_exact_norm_quantile(0)) && sx_exact_norm_quantile(0) < 0);
  CHECK(isinf(sx_exact_norm_quantile(1)) && sx_exact_norm_quantile(1) > 0);
  CHECK(isnan(sx_exact_norm_quantile(-0.1)));
  CHECK(isnan(sx_exact_norm_quantile(1.1)));
  CHECK(isnan(sx_exact_norm_quantile((double)NAN)));
  CHECK_NEAR(sx_exact_norm_quantile(0.975), 1.959963984540054, 1e-15);
}

/* A regression value made by this library itself: any machine must find the same bits. */
static void the_bits_are_pinned(void) {
  uint64_t sum = 0;
  for (int i = 1; i < 20000; i++) {
    const double x = (double)i / 20000;
    const double y[4] = {sx_exact_exp(40 * x - 20), sx_exact_log(1000 * x), sx_exact_norm_cdf(16 * x - 8),
                         sx_exact_norm_quantile(x)};
    for (int k = 0; k < 4; k++) {
      uint64_t bits;
      memcpy(&bits, &y[k], sizeof bits);
      sum = (sum ^ bits) * 0x100000001b3U;
    }
  }
  CHECK_INT((int64_t)sum, -6791523045930932983);
}

SXT_MAIN(SXT_CASE(exp_is_within_an_ulp), SXT_CASE(exp_at_the_edges), SXT_CASE(log_is_within_an_ulp),
         SXT_CASE(log_at_the_edges), SXT_CASE(cdf_in_body_and_tail), SXT_CASE(quantile_inverts_the_cdf),
         SXT_CASE(quantile_at_the_edges), SXT_CASE(the_bits_are_pinned))
