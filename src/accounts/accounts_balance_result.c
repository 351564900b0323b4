/* accounts_balance_result.c: rows, checks and estimates of a solved balancing problem.
 *
 *   V(y) = S F'(I - QQ') F S, so that no variance comes out below 0;  V - V(y) = S F'QQ'F S;  chi-square = |z|^2.
 *   y_i  = s_i X_i + sum_k g_ik (b_k - sum_j a_kj s_j X_j), g_i = R^-1 Q'F_i s_i: the map of the estimates (s = 1 but for the relative
 *          distance, where it is the map's derivative), whose error is then the algebra's. */
#include "accounts_balance_priv.h"

#include <string.h>

/* A figure that the identities determine to this part of its variance has it computed without cancellation. */
static const double CANCELS = 1e-6;

/* ---- variances --------------------------------------------------------------------------------------------------------- */

/* v = (I - QQ' - the held) F_j; its length is the standard error over s_j. */
static double rest(double *v, const bal *b, size_t j, bool bounds) {
  memset(v, 0, b->r * sizeof *v);
  sx_accounts__factor_add(v, b, j, 1);
  sx_accounts__project(v, b, bounds);
  sx_accounts__project(v, b, bounds);
  const double length = sqrt(sx_accounts__dot(v, v, b->r));
  return length > 1e-13 * b->se[j] ? length : 0;
}

/* removed[j] += |Q'F_j|^2, Q of n columns: the variance that they take away, over s_j^2. */
static void removed_variance(double *removed, const bal *b, const double *basis, size_t n) {
  for (size_t k = 0; k < n; k++) {
    for (size_t j = 0; j < b->n; j++) {
      const double d = sx_accounts__factor_dot(b, j, basis + k * b->r);
      removed[j] += d * d;
    }
  }
}

static double se_after(double *v, const bal *b, size_t j, double removed, bool bounds) {
  const double whole = b->se[j] * b->se[j];
  if (whole - removed > CANCELS * whole) return b->s[j] * sqrt(whole - removed);
  return whole > 0 ? b->s[j] * rest(v, b, j, bounds) : 0;
}

static sx_status fill_covariance(sx_balance_result *out, bal *b, sx_error *err) {
  const size_t n = b->n;
  size_t cells = 0, all = 0;
  if (!sx_size_mul(&cells, n, n) || !sx_size_mul(&all, b->r, n)) return sx_error_memory(err);
  out->covariance = sx_mem_alloc(&out->ctx, cells, sizeof *out->covariance);
  if (!out->covariance) return sx_error_memory(err);
  double *t = sx_accounts__take(b, all, sizeof *t, err);
  if (!t) return SX_E_MEMORY;
  for (size_t j = 0; j < n; j++) {
    double *v = t + j * b->r;
    (void)rest(v, b, j, false);
    for (size_t i = 0; i < b->r; i++) v[i] *= b->s[j];
    for (size_t i = 0; i <= j; i++) {
      const double c = sx_accounts__dot(t + i * b->r, v, b->r);
      out->covariance[i + j * n] = out->covariance[j + i * n] = c;
    }
  }
  return SX_OK;
}

/* ---- estimates ---------------------------------------------------------------------------------------------------------- */

/* The imbalances as estimates: -sum_j a_kj s_j X_j, k = piv[i], i < rank. */
static sx_status imbalances(sx_est **out, bal *b, sx_error *err) {
  size_t longest = 1;
  for (size_t k = 0; k < b->n_ids; k++)
    if (b->start[k + 1] - b->start[k] > longest) longest = b->start[k + 1] - b->start[k];
  double *c = sx_accounts__take(b, longest, sizeof *c, err);
  const sx_est **x = c ? sx_accounts__take(b, longest, sizeof *x, err) : NULL;
  if (!x) return SX_E_MEMORY;
  for (size_t i = 0; i < b->rank; i++) {
    const size_t k = b->piv[i];
    size_t n = 0;
    for (size_t e = b->start[k]; e < b->start[k + 1]; e++) {
      c[n] = -b->coef[e] * b->s[b->figure[e]];
      x[n++] = b->q->estimates[b->figure[e]];
    }
    SX_TRY(sx_est_linear(&out[i], b->ctx, c, x, n, err));
  }
  return SX_OK;
}

typedef struct mapping {
  sx_est **imbalance; /* [rank] */
  double *g;          /* [rank] */
  double *c;          /* [rank + 2] */
  const sx_est **x;   /* [rank + 2] */
  sx_est *one;
} mapping;

static void gains(double *g, const bal *b, size_t j) {
  for (size_t k = 0; k < b->rank; k++) g[k] = b->s[j] * sx_accounts__factor_dot(b, j, b->basis + k * b->r);
  sx_num_qr_back(g, b->tri, b->n_ids, b->rank);
}

static sx_status map_figure(sx_est **out, mapping *m, const bal *b, size_t j, sx_error *err) {
  const sx_est *own = b->q->estimates[j];
  size_t n = 0;
  m->c[n] = b->s[j];
  m->x[n++] = own;
  double value = b->s[j] * sx_est_value(own);
  gains(m->g, b, j);
  for (size_t k = 0; k < b->rank; k++) {
    if (!(fabs(m->g[k]) * b->scale[b->piv[k]] > 1e-15 * b->se[j] * b->s[j])) continue;
    m->c[n] = m->g[k];
    m->x[n++] = m->imbalance[k];
    value += m->g[k] * sx_est_value(m->imbalance[k]);
  }
  if (n == 1 && b->s[j] == 1 && b->y[j] == sx_est_value(own)) {
    *out = sx_est_ref(own);
    return SX_OK;
  }
  m->c[n] = b->y[j] - value;
  m->x[n++] = m->one;
  return sx_est_linear(out, b->ctx, m->c, m->x, n, err);
}

static bool any_held(const bal *b) {
  bool any = false;
  for (size_t j = 0; b->q->held && j < b->n; j++) any = any || b->q->held[j];
  return any;
}

/* The errors of an identity's figures may cancel in it, as where every province is estimated as the nation is: an imbalance and an error of
 * rounding alone say nothing, and count neither in chi-square nor in its degrees of freedom. */
static bool cancels(const bal *b, size_t k, double se) {
  double size = 0;
  for (size_t e = b->start[k]; e < b->start[k + 1]; e++)
    size += fabs(b->coef[e]) * sqrt(sx_est_variance(b->q->estimates[b->figure[e]]));
  return !(se > 1e-10 * size);
}

/* chi-square = d' C^- d of the imbalances d, C their covariance as estimates: that of the held figures is in it. */
static sx_status test_imbalances(sx_balance_result *out, bal *b, sx_est *const *imbalance, sx_error *err) {
  const size_t n = b->rank;
  size_t cells = 0, used = 0;
  if (!sx_size_mul(&cells, n, n)) return sx_error_memory(err);
  double *c = sx_accounts__take(b, cells, sizeof *c, err);
  double *d = c ? sx_accounts__take(b, 2 * n, sizeof *d, err) : NULL;
  size_t *piv = d ? sx_accounts__take(b, n, sizeof *piv, err) : NULL;
  if (!piv) return SX_E_MEMORY;
  SX_TRY(sx_est_covariances(c, b->ctx, (const sx_est *const *)imbalance, n, err));
  for (size_t i = 0; i < n; i++) {
    const double se = sqrt(c[i + i * n]);
    if (cancels(b, b->piv[i], se)) c[i + i * n] = 0;
    d[i] = c[i + i * n] > 0 ? (b->q->identities[b->piv[i]].constant + sx_est_value(imbalance[i])) / se : 0;
  }
  for (size_t i = 0; i < n; i++) /* the diagonal last: it scales the others */
    for (size_t j = 0; j < n; j++)
      if (i != j)
        c[i + j * n] = c[i + i * n] > 0 && c[j + j * n] > 0 ? c[i + j * n] / sqrt(c[i + i * n] * c[j + j * n]) : 0;
  for (size_t i = 0; i < n; i++) c[i + i * n] = c[i + i * n] > 0 ? 1 : 0;
  SX_TRY(sx_num_chol_pivot(c, n, piv, &used, 1e-10, err));
  double *z = d + n;
  out->chi_square = 0;
  for (size_t i = 0; i < used; i++) { /* L z = d in the order of the pivots */
    z[i] = d[piv[i]];
    for (size_t k = 0; k < i; k++) z[i] -= c[i + k * n] * z[k];
    z[i] /= c[i + i * n];
    out->chi_square += z[i] * z[i];
  }
  out->df = used;
  out->p = used ? sx_num_chisq_upper(out->chi_square, (double)used) : (double)NAN;
  return SX_OK;
}

static sx_status map_estimates(sx_balance_result *out, bal *b, sx_error *err) {
  mapping m = {NULL, NULL, NULL, NULL, NULL};
  sx_status status = SX_E_MEMORY;
  m.imbalance = sx_accounts__take(b, b->rank, sizeof *m.imbalance, err);
  m.g = m.imbalance ? sx_accounts__take(b, b->rank, sizeof *m.g, err) : NULL;
  m.c = m.g ? sx_accounts__take(b, b->rank + 2, sizeof *m.c, err) : NULL;
  m.x = m.c ? sx_accounts__take(b, b->rank + 2, sizeof *m.x, err) : NULL;
  if (!m.x) return SX_E_MEMORY;
  SX_TRY_GOTO(status, sx_est_constant(&m.one, b->ctx, 1, err), done);
  SX_TRY_GOTO(status, imbalances(m.imbalance, b, err), done);
  if (any_held(b)) SX_TRY_GOTO(status, test_imbalances(out, b, m.imbalance, err), done);
  for (size_t j = 0; j < b->n; j++) SX_TRY_GOTO(status, map_figure(&out->rows[j].est, &m, b, j, err), done);
  for (size_t j = 0; any_held(b) && j < b->n; j++) {
    sx_balance_row *row = &out->rows[j];
    row->se_after = row->se_at_bounds = sqrt(sx_est_variance(row->est));
    row->se_before = sqrt(sx_est_variance(b->q->estimates[j]));
    row->standardised = (double)NAN;
  }
done:
  for (size_t k = 0; k < b->rank; k++) sx_est_free(m.imbalance[k]);
  sx_est_free(m.one);
  return status;
}

/* The bounds move the value by a known amount; the carrier stays that of the identities. */
static sx_status shift_estimate(sx_balance_row *row, const sx_ctx *ctx, sx_error *err) {
  sx_est *shift = NULL, *moved = NULL;
  if (row->after == row->unbounded) return SX_OK;
  SX_TRY(sx_est_constant(&shift, ctx, row->after - row->unbounded, err));
  const sx_est *const both[] = {row->est, shift};
  const sx_status status = sx_est_linear(&moved, ctx, NULL, both, 2, err);
  sx_est_free(shift);
  if (status != SX_OK) return status;
  sx_est_free(row->est);
  row->est = moved;
  return SX_OK;
}

/* ---- the identities alone -------------------------------------------------------------------------------------------------- */

static sx_status fill_row(sx_balance_row *row, const bal *b, size_t j, double removed, double *v, sx_error *err) {
  const double move = b->y[j] - b->x[j], se = b->se[j];
  row->id = sx_mem_strdup(b->ctx, b->q->figures[j].id);
  if (!row->id) return sx_error_memory(err);
  row->before = b->x[j];
  row->se_before = se;
  row->unbounded = b->y[j];
  row->se_after = row->se_at_bounds = se_after(v, b, j, removed, false);
  const bool logs = b->q->distance == SX_BALANCE_RELATIVE && se > 0;
  const double own = logs ? b->x[j] * log(b->y[j] / b->x[j]) : move;
  row->standardised = removed > 1e-26 * se * se ? own / sqrt(removed) : (double)NAN;
  row->at = se > 0 ? SX_BALANCE_FREE : SX_BALANCE_FIXED;
  return SX_OK;
}

static sx_status fill_checks(sx_balance_result *out, const bal *b, double *v, sx_error *err) {
  for (size_t k = 0; k < b->n_ids; k++) {
    sx_balance_check *c = &out->checks[k];
    c->id = sx_mem_strdup(b->ctx, b->q->identities[k].id);
    if (!c->id) return sx_error_memory(err);
    c->imbalance = sx_accounts__identity_sum(NULL, b, k, b->x) - b->q->identities[k].constant;
    memset(v, 0, b->r * sizeof *v);
    double size = 0;
    for (size_t e = b->start[k]; e < b->start[k + 1]; e++) {
      sx_accounts__factor_add(v, b, b->figure[e], b->coef[e]);
      size += fabs(b->coef[e]) * b->se[b->figure[e]];
    }
    c->se = sqrt(sx_accounts__dot(v, v, b->r));
    if (!(c->se > b->tol * size)) c->se = 0;
    c->z = c->se > 0 ? c->imbalance / c->se : (double)NAN;
  }
  for (size_t i = b->rank; i < b->n_ids; i++) out->checks[b->piv[i]].redundant = true;
  return SX_OK;
}

sx_status sx_accounts__balance_identities(sx_balance_result *out, bal *b, sx_error *err) {
  double *removed = sx_accounts__take(b, b->n, sizeof *removed, err);
  double *v = removed ? sx_accounts__take(b, b->r, sizeof *v, err) : NULL;
  if (!v) return SX_E_MEMORY;
  out->rows = sx_mem_zalloc(b->ctx, b->n, sizeof *out->rows);
  out->checks = sx_mem_zalloc(b->ctx, b->n_ids, sizeof *out->checks);
  if (!out->rows || !out->checks) return sx_error_memory(err);
  out->n_rows = b->n;
  out->n_checks = b->n_ids;
  removed_variance(removed, b, b->basis, b->rank);
  for (size_t j = 0; j < b->n; j++) SX_TRY(fill_row(&out->rows[j], b, j, removed[j], v, err));
  SX_TRY(fill_checks(out, b, v, err));
  out->df = b->rank;
  out->chi_square = sx_accounts__dot(b->z, b->z, b->r);
  out->p = b->rank ? sx_num_chisq_upper(out->chi_square, (double)b->rank) : (double)NAN;
  out->n_iterations = b->iterations;
  if (b->q->with_covariance) SX_TRY(fill_covariance(out, b, err));
  return b->q->estimates ? map_estimates(out, b, err) : SX_OK;
}

/* ---- the bounds ------------------------------------------------------------------------------------------------------------- */

/* At a bound up to rounding: exactly there. */
static double settled(const bal *b, size_t j) {
  const sx_balance_figure *f = &b->q->figures[j];
  return b->side[j] < 0 ? f->lower : b->side[j] > 0 ? f->upper : b->y[j];
}

sx_status sx_accounts__balance_bounded(sx_balance_result *out, bal *b, sx_error *err) {
  double *v = sx_accounts__take(b, b->r, sizeof *v, err);
  double *removed = v ? sx_accounts__take(b, b->n, sizeof *removed, err) : NULL;
  if (!removed) return SX_E_MEMORY;
  if (b->n_hold) {
    removed_variance(removed, b, b->basis, b->rank);
    removed_variance(removed, b, b->hold, b->n_hold);
  }
  out->n_active = b->n_hold;
  out->n_iterations = b->iterations;
  for (size_t j = 0; j < b->n; j++) {
    sx_balance_row *row = &out->rows[j];
    row->after = settled(b, j);
    row->moved_se = row->se_before > 0 ? (row->after - row->before) / row->se_before : (double)NAN;
    if (b->side[j]) row->at = b->side[j] < 0 ? SX_BALANCE_AT_LOWER : SX_BALANCE_AT_UPPER;
    if (b->n_hold) row->se_at_bounds = se_after(v, b, j, removed[j], true);
    if (row->est) SX_TRY(shift_estimate(row, b->ctx, err));
  }
  for (size_t k = 0; k < b->n_ids; k++)
    out->checks[k].after = sx_accounts__identity_sum(NULL, b, k, b->y) - b->q->identities[k].constant;
  return SX_OK;
}
