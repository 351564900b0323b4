/* accounts_balance_solve.c: the shortest z with which the identities hold.
 *
 * With M = F S A' = Q R P' (column pivoting; dependent identities stand last) and c the gap of the identities at z = 0, the shortest z
 * with M'z = c is Q R^-T P'c. Nothing is squared: a total measured a million times better than its parts is no harm. Under the relative
 * distance the identities are made linear at y and solved again until y stands (Gauss-Newton). */
#include <stdio.h>
#include <string.h>

#include "accounts_balance_priv.h"

/* Identities whose imbalances are this close to dependent, relative to the size of their terms, are taken for it. Exact for a diagonal V;
 * the factor of a dense one has the square root of rounding. */
static const double DEPENDENT_DIAGONAL = 1e-11, DEPENDENT_DENSE = 1e-7;
/* Relative distance: y stands when no logarithm moves by more. */
static const double STILL = 1e-13, NEARLY_STILL = 1e-9;

double sx_accounts__dot(const double *x, const double *y, size_t n) {
  double s[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t k = 0; k < 4; k++) s[k] += x[i + k] * y[i + k];
  for (; i < n; i++) s[0] += x[i] * y[i];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

double sx_accounts__factor_dot(const bal *b, size_t j, const double *v) {
  return b->factor ? sx_accounts__dot(b->factor + j * b->r, v, b->r) : b->se[j] * v[j];
}

void sx_accounts__factor_add(double *v, const bal *b, size_t j, double c) {
  if (!b->factor) {
    v[j] += c * b->se[j];
    return;
  }
  const double *f = b->factor + j * b->r;
  for (size_t i = 0; i < b->r; i++) v[i] += c * f[i];
}

static void off(double *v, const double *q, size_t r) {
  const double d = sx_accounts__dot(q, v, r);
  if (d == 0) return;
  for (size_t i = 0; i < r; i++) v[i] -= d * q[i];
}

void sx_accounts__project(double *v, const bal *b, bool bounds) {
  for (size_t k = 0; k < b->rank; k++) off(v, b->basis + k * b->r, b->r);
  for (size_t k = 0; bounds && k < b->n_hold; k++) off(v, b->hold + k * b->r, b->r);
}

double sx_accounts__identity_sum(double *size, const bal *b, size_t k, const double *y) {
  double sum = 0, comp = 0, all = fabs(b->q->identities[k].constant);
  for (size_t e = b->start[k]; e < b->start[k + 1]; e++) {
    const double t = b->coef[e] * y[b->figure[e]], s = sum + t;
    comp += fabs(sum) >= fabs(t) ? (sum - s) + t : (t - s) + sum;
    sum = s;
    all += fabs(t);
  }
  if (size) *size = all;
  return sum + comp;
}

static sx_status factor_identities(bal *b, sx_error *err) {
  memset(b->basis, 0, b->r * b->n_ids * sizeof *b->basis);
  for (size_t k = 0; k < b->n_ids; k++) {
    b->scale[k] = 0;
    for (size_t e = b->start[k]; e < b->start[k + 1]; e++) {
      const size_t j = b->figure[e];
      b->scale[k] += fabs(b->coef[e] * b->s[j]) * b->se[j];
      sx_accounts__factor_add(b->basis + k * b->r, b, j, b->coef[e] * b->s[j]);
    }
  }
  b->tol = b->diagonal ? DEPENDENT_DIAGONAL : DEPENDENT_DENSE;
  return sx_num_qr_pivot(b->basis, b->r, b->n_ids, b->scale, b->tol, b->tri, b->piv, &b->rank, b->work, b->ctx, err);
}

/* z += Q R^-T P'gap, gap_k = constant - A_k base: of the kept identities. */
static void step(double *z, const bal *b, const double *base) {
  double *t = b->work;
  for (size_t i = 0; i < b->rank; i++)
    t[i] = b->q->identities[b->piv[i]].constant - sx_accounts__identity_sum(NULL, b, b->piv[i], base);
  sx_num_qr_forward(t, b->tri, b->n_ids, b->rank);
  for (size_t k = 0; k < b->rank; k++) {
    const double *q = b->basis + k * b->r;
    for (size_t i = 0; i < b->r; i++) z[i] += t[k] * q[i];
  }
}

static void set_linear(bal *b) {
  for (size_t j = 0; j < b->n; j++) b->y[j] = b->x[j] + sx_accounts__factor_dot(b, j, b->z);
}

static sx_status solve_absolute(bal *b, bool bounds, sx_error *err) {
  if (bounds) {
    SX_TRY(sx_accounts__balance_bounds(b, err));
    set_linear(b);
    return SX_OK;
  }
  for (size_t j = 0; j < b->n; j++) b->s[j] = 1;
  SX_TRY(factor_identities(b, err));
  memset(b->z, 0, b->r * sizeof *b->z);
  step(b->z, b, b->x);
  set_linear(b);
  step(b->z, b, b->y); /* what rounding left */
  set_linear(b);
  return sx_accounts__balance_verify(b, err);
}

/* ---- relative distance -------------------------------------------------------------------------------------------- */

static bool moves(const bal *b, size_t j) {
  return b->se[j] > 0;
}

/* y from z; the largest move of a logarithm against the y before. */
static double set_relative(bal *b) {
  double most = 0;
  for (size_t j = 0; j < b->n; j++) {
    if (!moves(b, j)) continue;
    const double y = b->x[j] * exp(sx_accounts__factor_dot(b, j, b->z) / b->x[j]);
    most = fmax(most, fabs(log(y / b->y[j])));
    b->y[j] = y;
    b->s[j] = y / b->x[j];
  }
  return most;
}

/* One step, `share` of the way. */
static sx_status one_relative(double *moved, bal *b, bool bounds, double share, double *base, double *last,
                              sx_error *err) {
  memcpy(last, b->z, b->r * sizeof *last);
  for (size_t j = 0; j < b->n; j++) base[j] = b->y[j] - b->s[j] * sx_accounts__factor_dot(b, j, b->z);
  SX_TRY(factor_identities(b, err));
  memset(b->z, 0, b->r * sizeof *b->z);
  step(b->z, b, base);
  if (bounds) SX_TRY(sx_accounts__balance_bounds(b, err));
  double most = 0;
  for (size_t i = 0; i < b->r; i++) last[i] -= b->z[i];
  for (size_t j = 0; j < b->n; j++)
    if (moves(b, j)) most = fmax(most, fabs(sx_accounts__factor_dot(b, j, last) / b->x[j]));
  if (most * share > 1) share = 1 / most; /* far away: no logarithm moves by more than 1 at once */
  for (size_t i = 0; share < 1 && i < b->r; i++) b->z[i] += (1 - share) * last[i];
  *moved = set_relative(b);
  return SX_OK;
}

static sx_status solve_relative(bal *b, bool bounds, sx_error *err) {
  double *base = sx_accounts__take(b, b->n, sizeof *base, err);
  double *last = base ? sx_accounts__take(b, b->r, sizeof *last, err) : NULL;
  double moved = (double)INFINITY;
  if (!last) return SX_E_MEMORY;
  if (!bounds) {
    for (size_t j = 0; j < b->n; j++) {
      b->y[j] = b->x[j];
      b->s[j] = 1;
    }
    memset(b->z, 0, b->r * sizeof *b->z);
  }
  size_t i = 0, rank = 0;
  double share = 1; /* less where whole steps overshoot and come back */
  for (; i < b->q->max_iterations && moved > STILL; i++) {
    const double before = moved;
    SX_TRY(one_relative(&moved, b, bounds, share, base, last, err));
    if (i == 0) rank = b->rank;
    if (moved < NEARLY_STILL && moved >= before) break; /* rounding */
    share = moved > 0.9 * before ? share / 2 : fmin(1, 1.2 * share);
  }
  b->iterations += i;
  if (moved <= NEARLY_STILL) return sx_accounts__balance_verify(b, err);
  return sx_error_set(
      err, SX_E_NUMERIC, "",
      "the relative adjustment did not settle in %zu steps (a figure still moves by %.2g of itself): %s; "
      "try the absolute distance",
      i, moved,
      rank != b->rank ? "an identity holds among the figures by construction; leave one of them out"
                      : "the identities may have no positive solution");
}

sx_status sx_accounts__balance_solve(bal *b, bool bounds, sx_error *err) {
  return b->q->distance == SX_BALANCE_RELATIVE ? solve_relative(b, bounds, err) : solve_absolute(b, bounds, err);
}

/* ---- contradictions ------------------------------------------------------------------------------------------------- */

/* "'a', 'b'": the kept identities of which the one at position pos is made. */
static void name_others(char out[200], const bal *b, size_t pos) {
  double *c = b->work;
  size_t used = 0, named = 0;
  out[0] = '\0';
  for (size_t i = 0; i < b->rank; i++) c[i] = b->tri[i + pos * b->n_ids];
  sx_num_qr_back(c, b->tri, b->n_ids, b->rank);
  for (size_t i = 0; i < b->rank && used < 150; i++) {
    if (fabs(c[i]) * b->scale[b->piv[i]] <= 1e-6 * b->scale[b->piv[pos]]) continue;
    if (named++ == 4) {
      (void)snprintf(out + used, 200 - used, " and others");
      return;
    }
    const int k = snprintf(out + used, 200 - used, "%s'%.40s'", used ? ", " : "", b->q->identities[b->piv[i]].id);
    used += k > 0 ? (size_t)k : 0;
  }
}

static sx_status contradiction(const bal *b, size_t pos, double sum, sx_error *err) {
  const sx_balance_identity *id = &b->q->identities[b->piv[pos]];
  const double miss = sum - id->constant;
  char others[200];
  if (!(b->scale[b->piv[pos]] > 0))
    return sx_error_set(err, SX_E_DATA, b->at_identity[b->piv[pos]],
                        "the identity holds only fixed figures and is off by %.10g: they give %.10g, not %.10g", miss,
                        sum, id->constant);
  name_others(others, b, pos);
  if (!*others)
    return sx_error_set(err, SX_E_DATA, b->at_identity[b->piv[pos]],
                        "the identity is off by %.10g and cannot be met: the errors of its figures cancel in it, so "
                        "that no adjustment moves it",
                        miss);
  return sx_error_set(err, SX_E_DATA, b->at_identity[b->piv[pos]],
                      "the identity contradicts %s: where they hold and fixed figures stay, it is off by %.10g", others,
                      miss);
}

sx_status sx_accounts__balance_verify(const bal *b, sx_error *err) {
  for (size_t pos = b->n_ids; pos-- > 0;) { /* the dropped first */
    const size_t k = b->piv[pos];
    double size = 0;
    const double sum = sx_accounts__identity_sum(&size, b, k, b->y);
    if (fabs(sum - b->q->identities[k].constant) <= b->q->tolerance * size) continue;
    if (pos >= b->rank) return contradiction(b, pos, sum, err);
    return sx_error_set(err, SX_E_NUMERIC, b->at_identity[k],
                        "the identity is still off by %.3g after the adjustment: its figures' errors differ too much "
                        "in size",
                        sum - b->q->identities[k].constant);
  }
  return SX_OK;
}
