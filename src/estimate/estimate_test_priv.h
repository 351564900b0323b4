/* estimate_test_priv.h: what the tests of tables share. */
#ifndef SX_ESTIMATE_TEST_PRIV_H
#define SX_ESTIMATE_TEST_PRIV_H

#include "estimate_priv.h"

typedef struct est_cells {
  sx_ctx ctx;
  size_t rows, k; /* cases; cells */
  int32_t *group; /* [rows] cell, or -1 */
  double *total;  /* [k] */
  double *z;      /* [k][length] carriers of the totals */
  size_t length, n;
  double population, df;
} est_cells;
sx_status sx_estimate__cells_totals(est_cells *cells, const sx_design *design, const sx_est_options *options,
                                    sx_error *err) SX_NODISCARD;
void sx_estimate__cells_cov(double *v, const sx_design *design, const double *z, const double *centre, size_t k);
void sx_estimate__cells_clear(est_cells *cells);

/* estimate_test_tail.c. lambda [m]: the eigenvalues of den^-1 num, both symmetric m*m and overwritten; false where den is
 * singular. */
bool sx_estimate__generalised(double *lambda, double *num, double *den, size_t m) SX_NODISCARD;
/* *out = y' v^-1 y, v overwritten, work [m]; false where v is singular. */
bool sx_estimate__quadratic(double *out, double *v, const double *y, double *work, size_t m) SX_NODISCARD;
/* P(sum lambda_i chi^2_1 > x chi^2_d2/d2). */
double sx_estimate__saddlepoint(double x, const double *lambda, size_t m, double d2);

#endif
