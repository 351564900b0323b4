/* accounts_balance_factor.c: the covariance of the figures as F with V = F'F.
 *
 * A diagonal V needs no F. Else the correlations are factored by pivoted Cholesky, so that figures of very different size do not
 * disturb each other; what is left when the pivots end must be 0 up to rounding, or V is not positive semidefinite.
 * Higham (2002) Accuracy and Stability of Numerical Algorithms, sec. 10.3. */
#include <string.h>

#include "accounts_balance_priv.h"

/* Variance below this part of a figure's own, given the other figures, is rounding; what is left over may be this far from 0. */
static const double FACTOR_TOL = 1e-13, REST_TOL = 1e-8;
/* An estimate whose error is below this part of it is fixed. */
static const double EXACT = 1e-12;

/* One estimate's value and variance. */
static sx_status from_estimate(double *x, double *v, const sx_est *e, const char *where, sx_error *err) {
  if (!e || isnan(sx_est_value(e)))
    return sx_error_set(err, SX_E_DATA, where, "the estimate is missing%s%s", e ? ": " : "",
                        e ? sx_na_text(sx_est_na(e)) : "");
  if (!(sx_est_df(e) >= 1) || !isfinite(sx_est_variance(e)))
    return sx_error_set(err, SX_E_DATA, where,
                        "the estimate has no error of its own (too few sampling units): it cannot be weighed against "
                        "the others");
  *x = sx_est_value(e);
  *v = sx_est_variance(e);
  if (*v < EXACT * EXACT * *x * *x) *v = 0; /* calibrated to a benchmark: what is left is rounding */
  return SX_OK;
}

static sx_status values(bal *b, sx_error *err) {
  const sx_balance_request *q = b->q;
  for (size_t j = 0; j < b->n; j++) {
    const sx_balance_figure *f = &q->figures[j];
    double v = f->se * f->se;
    if (q->estimates) {
      SX_TRY(from_estimate(&b->x[j], &v, q->estimates[j], b->at_figure[j], err));
    } else {
      b->x[j] = f->value;
      if (!isfinite(f->value))
        return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[j], "the value is %g: it must be finite", f->value);
      if (!q->covariance && (!(f->se >= 0) || !isfinite(f->se)))
        return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[j],
                            "the standard error is %g: it must be finite and 0 or more", f->se);
    }
    if (q->covariance) {
      v = q->covariance[j + j * b->n];
      if (!(v >= 0) || !isfinite(v))
        return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[j], "the variance is %g: it must be finite and 0 or more",
                            v);
    }
    b->se[j] = q->held && q->held[j] ? 0 : sqrt(v); /* a held figure is fixed for the adjustment, not for the errors */
    if (q->distance == SX_BALANCE_RELATIVE && b->se[j] > 0 && !(b->x[j] > 0))
      return sx_error_set(err, SX_E_DATA, b->at_figure[j],
                          "the value is %g: the relative distance is for positive figures, use the absolute one",
                          b->x[j]);
    if (q->distance == SX_BALANCE_RELATIVE && b->se[j] > 0 && !(f->upper > 0))
      return sx_error_set(err, SX_E_DATA, b->at_figure[j],
                          "the upper bound is %g: under the relative distance the figure stays positive", f->upper);
  }
  return SX_OK;
}

static sx_status check_pair(const bal *b, const double *v, size_t i, size_t j, sx_error *err) {
  const double a = v[i + j * b->n], c = v[j + i * b->n], size = b->se[i] * b->se[j];
  const char *other = b->q->figures[j].id;
  if (!isfinite(a) || fabs(a - c) > 1e-9 * (fabs(a) + fabs(c)))
    return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[i], "its covariance with '%s' is %g here and %g there", other,
                        a, c);
  if (size == 0 && a != 0)
    return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[i],
                        "it has a covariance of %g with '%s', but one of them has no variance", a, other);
  if (fabs(a) > size * (1 + 1e-9))
    return sx_error_set(err, SX_E_DATA, b->at_figure[i], "its correlation with '%s' is %.6g: beyond 1", other,
                        a / size);
  return SX_OK;
}

/* V of the request or of the carriers; *out NULL where it is diagonal. */
static sx_status matrix(double **out, bal *b, sx_error *err) {
  const sx_balance_request *q = b->q;
  const size_t n = b->n;
  size_t cells = 0;
  bool diagonal = true;
  *out = NULL;
  if (!q->covariance && !q->estimates) return SX_OK;
  if (!sx_size_mul(&cells, n, n)) return sx_error_memory(err);
  double *v = sx_accounts__take(b, cells, sizeof *v, err);
  if (!v) return SX_E_MEMORY;
  if (q->covariance)
    memcpy(v, q->covariance, cells * sizeof *v);
  else
    SX_TRY(sx_est_covariances(v, b->ctx, q->estimates, n, err));
  for (size_t j = 0; j < n; j++) {
    for (size_t i = 0; i < j; i++) {
      if (q->estimates && b->se[i] * b->se[j] == 0) v[i + j * n] = v[j + i * n] = 0; /* rounding of a fixed figure */
      SX_TRY(check_pair(b, v, i, j, err));
      diagonal = diagonal && v[i + j * n] == 0;
    }
  }
  if (!diagonal) *out = v;
  return SX_OK;
}

/* What the pivots left over: its diagonal and its cells are 0 up to rounding. */
static sx_status check_rest(const bal *b, const double *c, const size_t *piv, size_t rank, sx_error *err) {
  for (size_t j = rank; j < b->n; j++) {
    for (size_t i = rank; i <= j; i++) {
      if (fabs(c[i + j * b->n]) <= REST_TOL) continue;
      return sx_error_set(err, SX_E_DATA, b->at_figure[piv[j]],
                          "the covariances are not positive semidefinite: given the other figures, %s would be %.3g of "
                          "its own; check the correlations of this figure",
                          i == j ? "its variance" : "a covariance", c[i + j * b->n]);
    }
  }
  return SX_OK;
}

sx_status sx_accounts__balance_factor(bal *b, sx_error *err) {
  const size_t n = b->n;
  double *v = NULL;
  SX_TRY(values(b, err));
  SX_TRY(matrix(&v, b, err));
  b->diagonal = !v;
  b->r = n;
  if (!v) return SX_OK;
  size_t *piv = sx_accounts__take(b, n, sizeof *piv, err);
  if (!piv) return SX_E_MEMORY;
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < n; i++)
      v[i + j * n] = b->se[i] > 0 && b->se[j] > 0 ? (i == j ? 1 : v[i + j * n] / b->se[i] / b->se[j]) : 0;
  SX_TRY(sx_num_chol_pivot(v, n, piv, &b->r, FACTOR_TOL, err));
  SX_TRY(check_rest(b, v, piv, b->r, err));
  b->factor = sx_accounts__take(b, b->r * n, sizeof *b->factor, err);
  if (!b->factor) return SX_E_MEMORY;
  for (size_t i = 0; i < n; i++) /* row i of L belongs to figure piv[i] */
    for (size_t k = 0; k < b->r && k <= i; k++) b->factor[k + piv[i] * b->r] = v[i + k * n] * b->se[piv[i]];
  return SX_OK;
}
