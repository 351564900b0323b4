#include "shuxiao/num.h"
#include "sxt.h"

static void test_cancellation(void) {
  const double x[] = {1e16, 1, -1e16, 1, 1e-8, -1e-8};
  CHECK_NEAR(sx_num_sum(x, 6), 2, 0); /* a plain sum gives 1 */
  CHECK_NEAR(sx_num_sum(x, 0), 0, 0);
  const double a[] = {1e8 + 1, 1e8, -1e16}, b[] = {1e8 - 1, 0, 1}; /* (1e8+1)(1e8-1) = 1e16 - 1, not a double */
  CHECK_NEAR(sx_num_dot(a, b, 3), -1, 0);
}

static void test_harmonic(void) {
  enum { N = 100000 };
  static double x[N], y[N];
  for (size_t i = 0; i < N; i++) {
    x[i] = 1.0 / (double)(i + 1);
    y[N - 1 - i] = x[i];
  }
  /* H_100000 = ln n + gamma + 1/2n - 1/12n^2 */
  const double h = log(1e5) + 0.57721566490153286 + 0.5e-5 - 1e-10 / 12;
  CHECK_NEAR(sx_num_sum(x, N), h, 2e-16);
  CHECK_NEAR(sx_num_sum(x, N), sx_num_sum(y, N), 0);
  const double inf[] = {(double)INFINITY, 1};
  CHECK(isinf(sx_num_sum(inf, 2)));
}

SXT_MAIN(SXT_CASE(test_cancellation), SXT_CASE(test_harmonic))
