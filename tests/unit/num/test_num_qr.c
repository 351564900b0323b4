/* test_num_qr.c: the factors multiply to the matrix, Q is orthonormal, dependent columns are found at every scale. */
#include "shuxiao/num.h"
#include "sxt.h"

enum { M = 12, N = 8 };

static double draw(sx_rng *rng) {
  return sx_rng_normal(rng);
}

static void check_factors(const double *a, const double *q, const double *r, const size_t *piv, size_t rank) {
  for (size_t i = 0; i < rank; i++)
    for (size_t j = 0; j <= i; j++) {
      double d = 0;
      for (size_t m = 0; m < M; m++) d += q[m + i * M] * q[m + j * M];
      CHECK(fabs(d - (i == j)) < 1e-14);
    }
  for (size_t j = 0; j < N; j++)
    for (size_t m = 0; m < M; m++) {
      double x = 0, size = 0;
      for (size_t k = 0; k < rank && (k <= j || j >= rank); k++) x += q[m + k * M] * r[k + j * N];
      for (size_t k = 0; k < M; k++) size = fmax(size, fabs(a[k + piv[j] * M]));
      CHECK(fabs(x - a[m + piv[j] * M]) <= 1e-13 * size);
    }
}

static void factors(void) {
  sx_rng rng;
  sx_rng_init(&rng, 7, 0);
  for (int trial = 0; trial < 100; trial++) {
    const size_t independent = 1 + (size_t)sx_rng_below(&rng, N);
    double a[M * N], q[M * N], r[N * N], work[2 * N];
    size_t piv[N], rank = 0;
    for (size_t j = 0; j < N; j++) {
      const double scale = pow(10, 3 * draw(&rng));
      double c[N];
      for (size_t k = 0; k < independent; k++) c[k] = draw(&rng);
      for (size_t m = 0; m < M; m++) {
        a[m + j * M] = j < independent ? scale * draw(&rng) : 0;
        for (size_t k = 0; j >= independent && k < independent; k++) a[m + j * M] += c[k] * a[m + k * M];
      }
    }
    memcpy(q, a, sizeof q);
    REQUIRE_OK(sx_num_qr_pivot(q, M, N, NULL, 1e-10, r, piv, &rank, work, NULL, err));
    CHECK_INT(rank, independent);
    check_factors(a, q, r, piv, rank);
    /* R'y = x and R y = x */
    double x[N], y[N];
    for (size_t i = 0; i < rank; i++) y[i] = x[i] = draw(&rng);
    sx_num_qr_back(y, r, N, rank);
    for (size_t i = 0; i < rank; i++) {
      double s = 0, size = 0;
      for (size_t k = i; k < rank; k++) {
        s += r[i + k * N] * y[k];
        size += fabs(r[i + k * N] * y[k]);
      }
      CHECK(fabs(s - x[i]) <= 1e-13 * (size + 1));
    }
    memcpy(y, x, sizeof y);
    sx_num_qr_forward(y, r, N, rank);
    for (size_t i = 0; i < rank; i++) {
      double s = 0, size = 0;
      for (size_t k = 0; k <= i; k++) {
        s += r[k + i * N] * y[k];
        size += fabs(r[k + i * N] * y[k]);
      }
      CHECK(fabs(s - x[i]) <= 1e-13 * (size + 1));
    }
  }
}

/* The scale says what counts as nothing: a column that is small beside its terms is dropped, one that is small altogether is not. */
static void scales(void) {
  double a[] = {1, 0, 1e-12, 0, 0, 1e-12}, r[9], work[6];
  const double scale[] = {1, 1, 1e-12};
  size_t piv[3], rank = 0;
  REQUIRE_OK(sx_num_qr_pivot(a, 2, 3, scale, 1e-9, r, piv, &rank, work, NULL, err));
  CHECK_INT(rank, 2);
  CHECK((piv[0] == 0 && piv[1] == 2) || (piv[0] == 2 && piv[1] == 0));
  double zero[] = {0, 0, 0, 0};
  REQUIRE_OK(sx_num_qr_pivot(zero, 2, 2, NULL, 1e-9, r, piv, &rank, work, NULL, err));
  CHECK_INT(rank, 0);
  double bad[] = {1, (double)INFINITY};
  CHECK_FAILS(sx_num_qr_pivot(bad, 2, 1, NULL, 1e-9, r, piv, &rank, work, NULL, err), SX_E_NUMERIC, "", "not finite");
}

SXT_MAIN(SXT_CASE(factors), SXT_CASE(scales))
