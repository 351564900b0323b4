/* num_qr.c: an orthonormal basis of the columns of a matrix, found with column pivoting.
 *
 * Modified Gram-Schmidt: at every step the column with the largest remaining norm, relative to its scale, is orthogonalised a second
 * time against the basis so far ("twice is enough", Giraud, Langou & Rozloznik 2005, Comput. Math. Appl. 50:1069-1075), normalised
 * and subtracted from the columns that are left. Bjorck (1996) Numerical Methods for Least Squares Problems, sec. 2.4. */
#include "num_priv.h"

/* x -= d q; the squared norm of what is left. Four at a time, which the compiler makes wide. */
static double subtract(double *restrict x, const double *restrict q, double d, size_t m) {
  double s[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= m; i += 4) {
    for (size_t k = 0; k < 4; k++) {
      x[i + k] -= d * q[i + k];
      s[k] += x[i + k] * x[i + k];
    }
  }
  for (; i < m; i++) {
    x[i] -= d * q[i];
    s[0] += x[i] * x[i];
  }
  return (s[0] + s[1]) + (s[2] + s[3]);
}

typedef struct qr {
  double *a, *r, *norm, *scale; /* norm, scale [n] in pivot order */
  size_t *piv;
  size_t m, n;
} qr;

static void swap_columns(qr *f, size_t k, size_t j) {
  if (k == j) return;
  double *x = f->a + k * f->m, *y = f->a + j * f->m;
  for (size_t i = 0; i < f->m; i++) {
    const double t = x[i];
    x[i] = y[i];
    y[i] = t;
  }
  for (size_t i = 0; i < k; i++) {
    const double t = f->r[i + k * f->n];
    f->r[i + k * f->n] = f->r[i + j * f->n];
    f->r[i + j * f->n] = t;
  }
  const size_t p = f->piv[k];
  f->piv[k] = f->piv[j];
  f->piv[j] = p;
  const double s = f->scale[k];
  f->scale[k] = f->scale[j];
  f->scale[j] = s;
  f->norm[j] = f->norm[k];
}

/* Orthogonalises column k against the basis before it once more; its norm. */
static double settle(qr *f, size_t k) {
  double *q = f->a + k * f->m;
  double s = sx_num__dot(q, q, f->m);
  for (size_t i = 0; i < k; i++) {
    const double d = sx_num__dot(f->a + i * f->m, q, f->m);
    f->r[i + k * f->n] += d;
    if (d != 0) s = subtract(q, f->a + i * f->m, d, f->m);
  }
  return sqrt(s);
}

static size_t best_column(const qr *f, size_t k) {
  size_t best = f->n;
  double most = 0;
  for (size_t j = k; j < f->n; j++) {
    const double rest = f->scale[j] > 0 ? f->norm[j] / f->scale[j] : 0;
    if (rest > most) {
      most = rest;
      best = j;
    }
  }
  return best;
}

sx_status sx_num_qr_pivot(double *a, size_t m, size_t n, const double *scale, double tol, double *r, size_t *piv,
                          size_t *rank, double *work, const sx_ctx *ctx, sx_error *err) {
  qr f = {a, r, work, work + n, piv, m, n};
  for (size_t i = 0; i < n * n; i++) r[i] = 0;
  for (size_t j = 0; j < n; j++) {
    piv[j] = j;
    f.norm[j] = sqrt(sx_num__dot(a + j * m, a + j * m, m));
    f.scale[j] = scale ? scale[j] : f.norm[j];
    if (!isfinite(f.norm[j]))
      return sx_error_set(err, SX_E_NUMERIC, NULL, "the matrix holds a value that is not finite");
  }
  size_t k = 0;
  while (k < n && k < m) {
    SX_TRY(sx_ctx_poll(ctx, err));
    const size_t best = best_column(&f, k);
    if (best == n || !(f.norm[best] > tol * f.scale[best])) break;
    swap_columns(&f, k, best);
    const double s = settle(&f, k);
    if (!(s > tol * f.scale[k])) { /* it was rounding: aside with it, it stands among the dropped */
      f.norm[k] = 0;
      continue;
    }
    r[k + k * n] = s;
    for (size_t i = 0; i < m; i++) a[i + k * m] /= s;
    for (size_t j = k + 1; j < n; j++) {
      double *x = a + j * m;
      const double d = sx_num__dot(a + k * m, x, m);
      r[k + j * n] = d;
      if (d == 0) continue;
      f.norm[j] = sqrt(subtract(x, a + k * m, d, m));
    }
    k++;
  }
  *rank = k;
  return SX_OK;
}

void sx_num_qr_forward(double *x, const double *r, size_t n, size_t rank) {
  for (size_t i = 0; i < rank; i++) {
    double s = x[i];
    for (size_t k = 0; k < i; k++) s -= r[k + i * n] * x[k];
    x[i] = s / r[i + i * n];
  }
}

void sx_num_qr_back(double *x, const double *r, size_t n, size_t rank) {
  for (size_t i = rank; i-- > 0;) {
    x[i] /= r[i + i * n];
    for (size_t k = 0; k < i; k++) x[k] -= r[k + i * n] * x[i];
  }
}
