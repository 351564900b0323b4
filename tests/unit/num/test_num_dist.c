/* Expectations: closed forms, and R 4.2.2 (qt, qnorm, pt, qbeta, pf, pchisq) where none is short. */
#include "shuxiao/num.h"
#include "sxt.h"

static const double inf = (double)INFINITY;

static void test_quantiles(void) {
  CHECK_NEAR(sx_num_t_quantile(0.975, 1), 12.706204736174694, 1e-14); /* tan(0.475 pi) */
  CHECK_NEAR(sx_num_t_quantile(0.975, 2), 0.95 / sqrt(2 * 0.975 * 0.025), 1e-13);
  CHECK_NEAR(sx_num_t_quantile(0.01, 3), -4.5407028585681335, 1e-12);
  CHECK_NEAR(sx_num_t_quantile(0.975, 8), 2.3060041352041658, 1e-12);
  CHECK_NEAR(sx_num_t_quantile(0.975, 39), 2.0226909200367604, 1e-12);
  CHECK_NEAR(sx_num_t_quantile(0.975, 2.5), 3.5746548420036919, 1e-10);
  CHECK_NEAR(sx_num_t_quantile(0.975, 1e5), 1.9599877075346088, 1e-12);
  CHECK_NEAR(sx_num_t_quantile(0.975, inf), 1.9599639845400542, 1e-15);
  CHECK_NEAR(sx_num_t_quantile(0.5, 4), 0, 0);
  CHECK_NEAR(sx_num_norm_quantile(1e-10), -6.3613409024040557, 1e-14);
  CHECK_NEAR(sx_num_norm_quantile(0.3), -0.52440051270804067, 1e-14);
  CHECK_NEAR(sx_num_beta_quantile(0.025, 1, 20), 1 - pow(0.975, 1.0 / 20), 1e-13);
  CHECK_NEAR(sx_num_beta_quantile(0.975, 4.5, 1), pow(0.975, 1 / 4.5), 1e-14);
  CHECK_NEAR(sx_num_beta_quantile(0.025, 4, 179), 0.006019983244410736, 1e-10);
  CHECK_NEAR(sx_num_beta_quantile(0.5, 0.3, 0.7), 0.1587746869785015, 1e-10);
}

static void test_tails(void) {
  CHECK_NEAR(sx_num_t_cdf(2, 7), 0.95719033571851209, 1e-13);
  CHECK_NEAR(sx_num_t_cdf(-1.5, 3.3), 0.11125159835964576, 1e-12);
  CHECK_NEAR(sx_num_t_cdf(0, 5), 0.5, 0);
  CHECK_NEAR(sx_num_t_cdf(1, 1), 0.75, 1e-15);
  CHECK_NEAR(sx_num_f_upper(3.2, 2.5, 14), 0.063090414336657782, 1e-12);
  CHECK_NEAR(sx_num_f_upper(3.2, 2, inf), exp(-3.2), 1e-14);
  CHECK_NEAR(sx_num_chisq_upper(7.3, 3), 0.062926236459043175, 1e-13);
  CHECK_NEAR(sx_num_chisq_upper(7.3, 2), exp(-3.65), 1e-14);
}

/* Nothing here may end the process: GSL would. */
static void test_bad_arguments(void) {
  const double bad[] = {(double)NAN, -1, 2, inf, -inf};
  for (size_t i = 0; i < 5; i++) {
    CHECK(isnan(sx_num_t_quantile(bad[i], 3)));
    CHECK(isnan(sx_num_norm_quantile(bad[i])));
    CHECK(isnan(sx_num_beta_quantile(bad[i], 1, 1)));
  }
  CHECK(isnan(sx_num_t_quantile(0.9, 0)) && isnan(sx_num_t_quantile(0.9, (double)NAN)) &&
        isnan(sx_num_t_quantile(0.9, -2)));
  CHECK(isnan(sx_num_beta_quantile(0.5, 0, 1)) && isnan(sx_num_beta_quantile(0.5, 1, inf)));
  CHECK(isnan(sx_num_f_upper(1, 0, 1)) && isnan(sx_num_chisq_upper((double)NAN, 1)));
  CHECK(sx_num_t_quantile(0, 3) == -inf && sx_num_t_quantile(1, 3) == inf && sx_num_norm_quantile(1) == inf);
  CHECK_NEAR(sx_num_beta_quantile(1, 2, 2), 1, 0);
  CHECK_NEAR(sx_num_chisq_upper(-1, 3), 1, 0);
  CHECK_NEAR(sx_num_chisq_upper(inf, 3), 0, 0);
  CHECK(isfinite(sx_num_t_quantile(1e-12, 1.01)) && isfinite(sx_num_beta_quantile(1e-12, 1e-3, 1e3)));
}

SXT_MAIN(SXT_CASE(test_quantiles), SXT_CASE(test_tails), SXT_CASE(test_bad_arguments))
