/* accounts_balance_bounds.c: the shortest z on the identities within the bounds of the figures, by the dual active-set method.
 *
 * Goldfarb & Idnani (1983) Math. Program. 27:1-33, for the objective |z|^2: from the solution without bounds the most violated one is
 * added; its normal is split into the part d that the held constraints leave free and the rest N u; z moves along d while the multipliers
 * of the held bounds stay >= 0, and the one that would turn negative is let go. The dual objective grows with every bound added, so no set
 * comes back and it ends after finitely many, degenerate or not; a bound with d = 0 and nothing to let go proves that there is no
 * solution. Identities are never let go, so that normals are projected on their complement once (Q) and the small triangle is of the held
 * bounds alone. */
#include <stdio.h>
#include <string.h>

#include "accounts_balance_priv.h"

typedef struct dual {
  bal *b;
  double *d;                     /* [r] free part of the entering normal */
  double *tri;                   /* [cap*cap] triangle of the held normals, column-major with leading dimension cap */
  double *multiplier, *coef, *u; /* [cap] of the held; of the entering in the basis; in the held normals */
  size_t cap;
} dual;

/* The bounds of figure j on F_j'z. */
static double limit_of(const bal *b, size_t j, int side) {
  const sx_balance_figure *f = &b->q->figures[j];
  const double v = side < 0 ? f->lower : f->upper;
  if (isinf(v) || b->q->distance == SX_BALANCE_ABSOLUTE || !(b->se[j] > 0)) return v - b->x[j];
  if (v <= 0) return side < 0 ? -(double)INFINITY : v - b->x[j]; /* below 0 the logarithm has no bound */
  return b->x[j] * log(v / b->x[j]);
}

static double slack(const bal *b, size_t j, double bound, double value) {
  return 1e-11 * (b->se[j] + fabs(b->x[j]) + fabs(value) + (isfinite(bound) ? fabs(bound) : 0));
}

bool sx_accounts__all_within(const bal *b) {
  for (size_t j = 0; j < b->n; j++) {
    const sx_balance_figure *f = &b->q->figures[j];
    if (b->y[j] < f->lower - slack(b, j, f->lower, b->y[j]) || b->y[j] > f->upper + slack(b, j, f->upper, b->y[j]))
      return false;
  }
  return true;
}

/* The figure furthest outside its bounds in its own errors, or n; *gap < 0 what is missing, *side which bound. */
static size_t most_violated(const bal *b, int *side, double *gap) {
  size_t worst = b->n;
  double most = 0;
  for (size_t j = 0; j < b->n; j++) {
    const sx_balance_figure *f = &b->q->figures[j];
    if (b->side[j] || (isinf(f->lower) && isinf(f->upper))) continue;
    const double v = sx_accounts__factor_dot(b, j, b->z);
    for (int which = -1; which <= 1; which += 2) {
      const double bound = limit_of(b, j, which);
      const double miss = which < 0 ? v - bound : bound - v; /* below 0: outside */
      if (miss >= -slack(b, j, bound, v)) continue;
      const double size = b->se[j] > 0 ? -miss / b->se[j] : (double)INFINITY;
      if (worst < b->n && size <= most) continue;
      worst = j;
      most = size;
      *side = which;
      *gap = miss;
    }
  }
  return worst;
}

static sx_status room(dual *w, sx_error *err) {
  bal *b = w->b;
  if (b->n_hold + 1 < w->cap) return SX_OK;
  const size_t cap = 2 * w->cap + 8, old = w->cap;
  double *hold = sx_accounts__take(b, cap * b->r, sizeof *hold, err);
  double *tri = hold ? sx_accounts__take(b, cap * cap, sizeof *tri, err) : NULL;
  double *three = tri ? sx_accounts__take(b, 3 * cap, sizeof *three, err) : NULL;
  size_t *held = three ? sx_accounts__take(b, cap, sizeof *held, err) : NULL;
  if (!held) return SX_E_MEMORY;
  for (size_t k = 0; k < b->n_hold; k++) {
    memcpy(hold + k * b->r, b->hold + k * b->r, b->r * sizeof *hold);
    memcpy(tri + k * cap, w->tri + k * old, old * sizeof *tri);
    three[k] = w->multiplier[k];
    held[k] = b->held[k];
  }
  b->hold = hold;
  b->held = held;
  w->tri = tri;
  w->multiplier = three;
  w->coef = three + cap;
  w->u = three + 2 * cap;
  w->cap = b->cap_hold = cap;
  return SX_OK;
}

/* The normal of the entering bound: its free part in d, its coordinates u in the held normals. False where nothing is free. */
static bool split(dual *w, size_t j, int side) {
  bal *b = w->b;
  memset(w->d, 0, b->r * sizeof *w->d);
  memset(w->coef, 0, w->cap * sizeof *w->coef);
  sx_accounts__factor_add(w->d, b, j, side < 0 ? 1 : -1);
  const double whole = sqrt(sx_accounts__dot(w->d, w->d, b->r));
  for (int pass = 0; pass < 2; pass++) {
    sx_accounts__project(w->d, b, false);
    for (size_t k = 0; k < b->n_hold; k++) {
      const double c = sx_accounts__dot(b->hold + k * b->r, w->d, b->r);
      w->coef[k] += c;
      for (size_t i = 0; i < b->r; i++) w->d[i] -= c * b->hold[i + k * b->r];
    }
  }
  memcpy(w->u, w->coef, b->n_hold * sizeof *w->u);
  sx_num_qr_back(w->u, w->tri, w->cap, b->n_hold);
  return sqrt(sx_accounts__dot(w->d, w->d, b->r)) > 1e-2 * b->tol * whole + 1e-9 * whole;
}

static void hold(dual *w, size_t j, int side, double multiplier) {
  bal *b = w->b;
  const size_t k = b->n_hold++;
  const double norm = sqrt(sx_accounts__dot(w->d, w->d, b->r));
  for (size_t i = 0; i < b->r; i++) b->hold[i + k * b->r] = w->d[i] / norm;
  for (size_t i = 0; i < k; i++) w->tri[i + k * w->cap] = w->coef[i];
  w->tri[k + k * w->cap] = norm;
  w->multiplier[k] = multiplier;
  b->held[k] = j;
  b->side[j] = (int8_t)side;
}

/* Takes the held bound at position k out: its column leaves the triangle, rotations make it one again. */
static void let_go(dual *w, size_t k) {
  bal *b = w->b;
  b->side[b->held[k]] = 0;
  const size_t n = --b->n_hold;
  for (size_t c = k; c < n; c++) {
    memcpy(w->tri + c * w->cap, w->tri + (c + 1) * w->cap, (c + 2) * sizeof *w->tri);
    w->multiplier[c] = w->multiplier[c + 1];
    b->held[c] = b->held[c + 1];
  }
  for (size_t i = k; i < n; i++) {
    double *at = w->tri + i * w->cap;
    const double h = hypot(at[i], at[i + 1]), cs = h > 0 ? at[i] / h : 1, sn = h > 0 ? at[i + 1] / h : 0;
    for (size_t c = i; c < n; c++) {
      double *t = w->tri + c * w->cap;
      const double p = t[i], q = t[i + 1];
      t[i] = cs * p + sn * q;
      t[i + 1] = cs * q - sn * p;
    }
    double *p = b->hold + i * b->r, *q = p + b->r;
    for (size_t m = 0; m < b->r; m++) {
      const double x = p[m], y = q[m];
      p[m] = cs * x + sn * y;
      q[m] = cs * y - sn * x;
    }
  }
}

static sx_status no_solution(const dual *w, size_t j, int side, sx_error *err) {
  const bal *b = w->b;
  const sx_balance_figure *f = &b->q->figures[j];
  const double change = sx_accounts__factor_dot(b, j, b->z);
  const bool logs = b->q->distance == SX_BALANCE_RELATIVE && b->se[j] > 0;
  const double at = logs ? b->x[j] * exp(change / b->x[j]) : b->x[j] + change;
  char others[200] = "";
  size_t used = 0;
  for (size_t k = 0; k < b->n_hold && used < 120; k++) {
    if (fabs(w->u[k]) < 1e-9) continue;
    const int c = snprintf(others + used, sizeof others - used, "%s'%.40s'", used ? ", " : " and the bounds of ",
                           b->q->figures[b->held[k]].id);
    used += c > 0 ? (size_t)c : 0;
  }
  const char *what = side < 0 ? "at least" : "at most";
  const double bound = side < 0 ? f->lower : f->upper;
  if (!(b->se[j] > 0))
    return sx_error_set(err, SX_E_DATA, b->at_figure[j], "the figure is fixed at %.10g, its bound wants %s %.10g",
                        b->x[j], what, bound);
  return sx_error_set(err, SX_E_DATA, b->at_figure[j],
                      "the bounds cannot hold: the figure must be %s %.10g, but the identities%s leave it at %.10g",
                      what, bound, others, at);
}

/* Brings figure j to its bound. */
static sx_status enter(dual *w, size_t j, int side, double gap, sx_error *err) {
  bal *b = w->b;
  double own = 0;
  for (;;) {
    SX_TRY(room(w, err));
    if (++b->iterations > b->q->max_iterations)
      return sx_error_set(err, SX_E_NUMERIC, b->at_figure[j],
                          "the bounds were not settled in %zu steps: %zu figures are at one", b->q->max_iterations,
                          b->n_hold);
    const bool is_free = b->se[j] > 0 && split(w, j, side);
    size_t out = b->n_hold;
    double dual_step = (double)INFINITY;
    for (size_t k = 0; k < b->n_hold && b->se[j] > 0; k++) {
      if (!(w->u[k] > 1e-13) || w->multiplier[k] / w->u[k] >= dual_step) continue;
      dual_step = w->multiplier[k] / w->u[k];
      out = k;
    }
    const double whole = is_free ? -gap / sx_accounts__dot(w->d, w->d, b->r) : (double)INFINITY;
    if (!is_free && out == b->n_hold) return no_solution(w, j, side, err);
    const double t = fmin(whole, dual_step);
    for (size_t k = 0; k < b->n_hold; k++) w->multiplier[k] = fmax(w->multiplier[k] - t * w->u[k], 0);
    own += t;
    for (size_t i = 0; is_free && i < b->r; i++) b->z[i] += t * w->d[i];
    if (is_free) gap += t * sx_accounts__dot(w->d, w->d, b->r);
    if (whole <= dual_step) {
      hold(w, j, side, own);
      return SX_OK;
    }
    let_go(w, out);
  }
}

sx_status sx_accounts__balance_bounds(bal *b, sx_error *err) {
  dual w = {.b = b};
  int side = 0;
  double gap = 0;
  b->n_hold = 0;
  b->iterations = 0;
  memset(b->side, 0, b->n * sizeof *b->side);
  w.d = sx_accounts__take(b, b->r, sizeof *w.d, err);
  if (!w.d) return SX_E_MEMORY;
  for (size_t j = most_violated(b, &side, &gap); j < b->n; j = most_violated(b, &side, &gap)) {
    SX_TRY(sx_ctx_poll(b->ctx, err));
    SX_TRY(enter(&w, j, side, gap, err));
  }
  return SX_OK;
}
