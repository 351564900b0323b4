/* test_num_interval.c: against R 4.2.2 (pnorm, pbeta, lgamma, digamma), against direct differences, and in the far tails. */
#include "shuxiao/num.h"
#include "sxt.h"

static double phi(double z) {
  return 0.5 * erfc(-z / sqrt(2.0));
}

static void test_normal(void) {
  const double inf = (double)INFINITY;
  CHECK_NEAR(sx_num_norm_log_upper(40), -804.6084420137538, 1e-14); /* pnorm(40, lower = FALSE, log = TRUE) */
  CHECK_NEAR(sx_num_norm_log_upper(3), -6.6077262215103492, 1e-14);
  CHECK_NEAR(sx_num_norm_log_upper(-40), 0, 0);
  CHECK(isinf(sx_num_norm_log_upper(inf)) && sx_num_norm_log_upper(-inf) == 0 &&
        isnan(sx_num_norm_log_upper((double)NAN)));
  CHECK_NEAR(sx_num_norm_log_interval(3, 4), -6.6314677865382254, 1e-12); /* R's by a difference: it has lost digits */
  CHECK_NEAR(sx_num_norm_log_interval(-4, -3), -6.6314677865382254, 1e-12);
  CHECK_NEAR(sx_num_norm_log_interval(-2, 0.7), -0.30749544627860742, 1e-14);
  CHECK_NEAR(sx_num_norm_log_interval(-inf, 0), -log(2), 1e-15);
  CHECK_NEAR(sx_num_norm_log_interval(40, inf), sx_num_norm_log_upper(40), 1e-15);
  CHECK(sx_num_norm_log_interval(-inf, inf) == 0);
  CHECK(isnan(sx_num_norm_log_interval(1, 1)) && isnan(sx_num_norm_log_interval(2, 1)));
  /* an interval is its two halves, in the tail, at the centre and where the series begins */
  static const double at[] = {-30, -3, -0.4, 0, 0.6, 2.5, 20}, width[] = {1e-5, 0.009, 0.011, 0.5, 3};
  for (size_t i = 0; i < 7; i++)
    for (size_t j = 0; j < 5; j++) {
      const double a = at[i], c = a + width[j], b = (a + c) / 2, whole = sx_num_norm_log_interval(a, c);
      const double parts =
          log(exp(sx_num_norm_log_interval(a, b) - whole) + exp(sx_num_norm_log_interval(b, c) - whole));
      CHECK(fabs(parts) < 1e-14 / width[j] + 1e-13);
      if (fabs(a) <= 3 && width[j] >= 0.5) CHECK_NEAR(exp(whole), phi(c) - phi(a), 1e-12);
    }
}

static void test_beta(void) {
  const double inf = (double)INFINITY;
  CHECK_NEAR(sx_num_beta_logit(-3, 0.4, 2.5, false), 0.44841964840001042, 1e-13);
  CHECK_NEAR(sx_num_beta_logit(-2.5, 2.5, 0.4, false), 0.00040629016832497637, 1e-13);
  CHECK_NEAR(sx_num_beta_logit(30, 1.7, 0.2, true), 0.0028575162128797091, 1e-13); /* pbeta(plogis(-30), 0.2, 1.7) */
  CHECK_NEAR(sx_num_beta_logit(-3, 1.4, 1, false), 0.014009462396599006, 1e-14);
  CHECK_NEAR(sx_num_beta_logit(3, 1, 1.4, true), 0.014009462396599006, 1e-14);
  CHECK(sx_num_beta_logit(inf, 2, 3, false) == 1 && sx_num_beta_logit(-inf, 2, 3, false) == 0);
  CHECK(sx_num_beta_logit(-inf, 2, 3, true) == 1 && isnan(sx_num_beta_logit(0, -1, 3, true)));
  for (double t = -20; t <= 20; t += 2.5)
    for (double p = 0.3; p < 5; p += 0.7) {
      const double q = 3.1 / p;
      CHECK_NEAR(sx_num_beta_logit(t, p, q, false) + sx_num_beta_logit(t, p, q, true), 1, 1e-13);
      CHECK_NEAR(sx_num_beta_logit(t, p, 1, false), exp(-p * log1p(exp(-t))), 1e-13);
      /* I(p, q) - I(p + 1, q) = u^p (1 - u)^q/(p B(p, q)) */
      const double gap = exp(-p * sx_num_log1p_exp(-t) - q * sx_num_log1p_exp(t) + sx_num_log_gamma(p + q) -
                             sx_num_log_gamma(p + 1) - sx_num_log_gamma(q));
      CHECK(fabs(sx_num_beta_logit(t, p, q, false) - sx_num_beta_logit(t, p + 1, q, false) - gap) < 1e-13);
    }
}

static void test_gamma(void) {
  CHECK_NEAR(sx_num_log_gamma(0.3), 1.0957979948180756, 1e-14);
  CHECK_NEAR(sx_num_digamma(0.3), -3.5025242222001323, 1e-14);
  CHECK(isnan(sx_num_log_gamma(0)) && isnan(sx_num_digamma(-1)));
  CHECK_NEAR(sx_num_log1p_exp(-800), 0, 1e-300);
  CHECK_NEAR(sx_num_log1p_exp(800), 800, 0);
  CHECK_NEAR(sx_num_log1p_exp(0), log(2), 1e-15);
}

SXT_MAIN(SXT_CASE(test_normal), SXT_CASE(test_beta), SXT_CASE(test_gamma))
