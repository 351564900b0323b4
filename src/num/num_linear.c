/* num_linear.c: small dense systems in our own fixed-order code, so that the same input gives the same bits whatever number
 * of threads a BLAS would use. Sizes are those of calibration margins (hundreds), where nothing faster is needed.
 *
 * Pivoted Cholesky: P'AP = L L' with the largest remaining diagonal as the next pivot. Higham (2002) Accuracy and Stability of
 * Numerical Algorithms, sec. 10.3. Rank: Gram-Schmidt with column pivoting and reorthogonalisation. */
#include "num_priv.h"

#include <string.h>

/* Right-looking on the lower triangle; the factor L overwrites it, its rows and columns in pivot order. */
sx_status sx_num_chol_pivot(double *a, size_t n, size_t *piv, size_t *rank, double tol, sx_error *err) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    const double d = a[i + i * n];
    if (!isfinite(d)) return sx_error_set(err, SX_E_NUMERIC, NULL, "the matrix holds a value that is not finite");
    if (d > largest) largest = d;
    piv[i] = i;
  }
  size_t k = 0;
  for (; k < n; k++) {
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
      if (a[i + i * n] > a[best + best * n]) best = i;
    const double pivot = a[best + best * n];
    if (!(pivot > tol * largest) || !(pivot > 0)) break;
    if (best != k) { /* swap rows and columns k and best of the symmetric matrix */
      const size_t t = piv[k];
      piv[k] = piv[best];
      piv[best] = t;
      for (size_t j = 0; j < n; j++) {
        const double x = a[k + j * n];
        a[k + j * n] = a[best + j * n];
        a[best + j * n] = x;
      }
      for (size_t i = 0; i < n; i++) {
        const double x = a[i + k * n];
        a[i + k * n] = a[i + best * n];
        a[i + best * n] = x;
      }
    }
    double *lk = a + k * n;
    const double d = sqrt(pivot);
    lk[k] = d;
    for (size_t i = k + 1; i < n; i++) lk[i] /= d;
    for (size_t j = k + 1; j < n; j++) {
      const double f = lk[j];
      if (f == 0) continue;
      double *col = a + j * n;
      for (size_t i = k + 1; i < n; i++) col[i] -= lk[i] * f; /* whole column: swaps read both triangles */
    }
  }
  *rank = k;
  return SX_OK;
}

void sx_num_chol_solve(const double *a, size_t n, const size_t *piv, size_t rank, double *b, double *work) {
  for (size_t i = 0; i < rank; i++) work[i] = b[piv[i]];
  for (size_t k = 0; k < rank; k++) { /* L y = b, by columns */
    const double *lk = a + k * n;
    const double y = work[k] / lk[k];
    work[k] = y;
    if (y == 0) continue;
    for (size_t i = k + 1; i < rank; i++) work[i] -= lk[i] * y;
  }
  for (size_t k = rank; k-- > 0;) { /* L' x = y, by columns of L, four partial sums */
    const double *lk = a + k * n;
    double s[4] = {0, 0, 0, 0};
    size_t i = k + 1;
    for (; i + 4 <= rank; i += 4)
      for (size_t j = 0; j < 4; j++) s[j] += lk[i + j] * work[i + j];
    for (; i < rank; i++) s[0] += lk[i] * work[i];
    work[k] = (work[k] - ((s[0] + s[1]) + (s[2] + s[3]))) / lk[k];
  }
  memset(b, 0, n * sizeof *b);
  for (size_t i = 0; i < rank; i++) b[piv[i]] = work[i];
}

sx_status sx_num_rank(size_t *rank, double *a, size_t m, size_t n, double tol, const sx_ctx *ctx, sx_error *err) {
  double *norm = sx_mem_alloc(ctx, n, sizeof *norm); /* squared norm of what remains of each unit column */
  if (!norm) return sx_error_memory(err);
  sx_status st = SX_OK;
  size_t found = 0;
  for (size_t j = 0; j < n; j++) {
    const double s = sqrt(sx_num__dot(a + j * m, a + j * m, m));
    if (!isfinite(s)) {
      st = sx_error_set(err, SX_E_NUMERIC, NULL, "the matrix holds a value that is not finite");
      goto done;
    }
    for (size_t i = 0; i < m; i++) a[i + j * m] = s > 0 ? a[i + j * m] / s : 0;
    norm[j] = s > 0 ? 1 : 0;
  }
  for (; found < n && found < m; found++) {
    SX_TRY_GOTO(st, sx_ctx_poll(ctx, err), done);
    size_t best = found;
    for (size_t j = found + 1; j < n; j++)
      if (norm[j] > norm[best]) best = j;
    if (!(sqrt(norm[best]) > tol)) break;
    if (best != found) {
      for (size_t i = 0; i < m; i++) {
        const double x = a[i + found * m];
        a[i + found * m] = a[i + best * m];
        a[i + best * m] = x;
      }
      norm[best] = norm[found];
    }
    double *q = a + found * m;
    const double s = sqrt(sx_num__dot(q, q, m));
    for (size_t i = 0; i < m; i++) q[i] /= s;
    for (size_t j = found + 1; j < n; j++) {
      double *x = a + j * m;
      const double d = sx_num__dot(q, x, m);
      for (size_t i = 0; i < m; i++) x[i] -= d * q[i];
      norm[j] = sx_num__dot(x, x, m);
    }
  }
  *rank = found;
done:
  sx_mem_free(ctx, norm);
  return st;
}
