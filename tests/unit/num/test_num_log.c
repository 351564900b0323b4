/* test_num_log.c: logarithms of an array against long double, and the same bits wherever a value stands. */
#include <float.h>
#include <string.h>

#include "shuxiao/num.h"
#include "sxt.h"

static uint64_t state = 7;
static double uniform(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double ulps(double got, double x) {
  const long double want = logl((long double)x);
  const double near = (double)want, step = nextafter(fabs(near), (double)INFINITY) - fabs(near);
  return (double)fabsl((long double)got - want) / step;
}

static void test_accuracy(void) {
  enum { N = 1000 };
  static double x[N], y[N];
  double worst = 0;
  for (int round = 0; round < 400; round++) {
    for (int i = 0; i < N; i++) {
      const double u = uniform();
      if (round % 4 == 0) x[i] = 1 + (u - 0.5) * pow(10, -(round % 16)); /* near 1, where log is near 0 */
      if (round % 4 == 1) x[i] = exp(1400 * (u - 0.5));
      if (round % 4 == 2) x[i] = 1000 * u + DBL_MIN;
      if (round % 4 == 3)
        x[i] = sqrt(0.5) * ldexp(1 + (u - 0.5) * 1e-12, (int)(60 * uniform()) - 30); /* where k changes */
    }
    sx_num_log(y, x, N);
    for (int i = 0; i < N; i++) worst = fmax(worst, ulps(y[i], x[i]));
  }
  CHECK(worst < 1);
  if (!(worst < 1)) fprintf(stderr, "off by %g ulp\n", worst);
}

static void test_edges(void) {
  const double x[] = {1, 2, 0.5, DBL_MIN, DBL_MAX, 0, -0.0, -1, 5e-324, (double)INFINITY, (double)NAN, DBL_MIN / 2};
  enum { N = sizeof x / sizeof *x };
  double y[N];
  sx_num_log(y, x, N);
  CHECK_NEAR(y[0], 0, 0);
  CHECK_NEAR(y[1], 0x1.62e42fefa39efp-1, 0);
  CHECK_NEAR(y[2], -0x1.62e42fefa39efp-1, 0);
  CHECK(ulps(y[3], x[3]) < 1 && ulps(y[4], x[4]) < 1);
  CHECK(isinf(y[5]) && y[5] < 0 && isinf(y[6]) && isnan(y[7]));
  CHECK(ulps(y[8], x[8]) < 1 && isinf(y[9]) && y[9] > 0 && isnan(y[10]) && ulps(y[11], x[11]) < 1);
}

/* In place, at any offset, in any company. */
static void test_same_bits(void) {
  enum { N = 300 };
  double x[N], whole[N], part[N];
  for (int i = 0; i < N; i++) x[i] = exp(20 * (uniform() - 0.5));
  sx_num_log(whole, x, N);
  for (size_t from = 0; from < 70; from++) {
    for (size_t n = 1; from + n <= N; n += 37) {
      memcpy(part, x, sizeof x);
      if (n > 3) part[from + 1] = -1;
      sx_num_log(part + from, part + from, n);
      for (size_t i = from; i < from + n; i++) CHECK((n > 3 && i == from + 1) || memcmp(&part[i], &whole[i], 8) == 0);
    }
  }
  sx_num_log(NULL, NULL, 0);
}

SXT_MAIN(SXT_CASE(test_accuracy), SXT_CASE(test_edges), SXT_CASE(test_same_bits))
