#include "shuxiao/num.h"
#include "sxt.h"

/* Two margins of 3 and 2 cells: 5 columns of rank 4. */
static void test_margins(void) {
  enum { N = 12, P = 5 };
  double a[P * P] = {0}, keep[P * P], truth[P] = {1, -2, 0.5, 3, 0}, b[P] = {0}, work[P];
  for (size_t i = 0; i < N; i++) {
    const size_t c[2] = {i % 3, 3 + (i / 3) % 2};
    const double d = 1 + (double)i;
    for (size_t k = 0; k < 2; k++)
      for (size_t l = 0; l < 2; l++) a[c[k] + c[l] * P] += d;
  }
  memcpy(keep, a, sizeof a);
  for (size_t i = 0; i < P; i++)
    for (size_t j = 0; j < P; j++) b[i] += a[i + j * P] * truth[j];
  size_t piv[P], rank = 0;
  CHECK_OK(sx_num_chol_pivot(a, P, piv, &rank, 1e-11, err));
  CHECK_INT(rank, 4);
  double rhs[P];
  memcpy(rhs, b, sizeof b);
  sx_num_chol_solve(a, P, piv, rank, b, work);
  for (size_t i = 0; i < P; i++) { /* any solution has the same fitted values */
    double fit = 0;
    for (size_t j = 0; j < P; j++) fit += keep[i + j * P] * b[j];
    CHECK_NEAR(fit, rhs[i], 1e-13);
  }
}

static void test_full_rank(void) {
  double a[9] = {4, 2, 1, 2, 5, 3, 1, 3, 6}, b[3] = {4 + 4 + 3, 2 + 10 + 9, 1 + 6 + 18}, work[3];
  size_t piv[3], rank = 0;
  CHECK_OK(sx_num_chol_pivot(a, 3, piv, &rank, 1e-12, err));
  CHECK_INT(rank, 3);
  sx_num_chol_solve(a, 3, piv, rank, b, work);
  for (size_t i = 0; i < 3; i++) CHECK_NEAR(b[i], (double)(i + 1), 1e-14);
  double bad[1] = {(double)NAN};
  CHECK_FAILS(sx_num_chol_pivot(bad, 1, piv, &rank, 0, err), SX_E_NUMERIC, "", "finite");
  double zero[4] = {0};
  CHECK_OK(sx_num_chol_pivot(zero, 2, piv, &rank, 1e-12, err));
  CHECK_INT(rank, 0);
}

static void test_rank(void) {
  double a[12] = {1, 2, 3, 4, 2, 4, 6, 8, 0, 1, 0, 1}; /* the second column is twice the first */
  size_t rank = 0;
  CHECK_OK(sx_num_rank(&rank, a, 4, 3, 1e-7, NULL, err));
  CHECK_INT(rank, 2);
  double near[4] = {1, 0, 1, 1e-6}; /* nearly parallel: what counts is the tolerance */
  CHECK_OK(sx_num_rank(&rank, near, 2, 2, 1e-5, NULL, err));
  CHECK_INT(rank, 1);
  double again[4] = {1, 0, 1, 1e-6};
  CHECK_OK(sx_num_rank(&rank, again, 2, 2, 1e-8, NULL, err));
  CHECK_INT(rank, 2);
  double wide[6] = {1, 0, 0, 1, 1, 1};
  CHECK_OK(sx_num_rank(&rank, wide, 2, 3, 1e-7, NULL, err));
  CHECK_INT(rank, 2);
}

SXT_MAIN(SXT_CASE(test_margins), SXT_CASE(test_full_rank), SXT_CASE(test_rank))
