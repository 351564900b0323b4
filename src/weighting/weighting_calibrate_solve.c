/* weighting_calibrate_solve.c: calibrated weights w = d g by Newton's method on the dual.
 *
 *   minimise sum d G(g)/q  subject to  sum d g x = t,   so  g = F(u), u = q x'l, F the inverse of G'
 *   linear F = 1 + u; raking F = exp(u); both cut to [L, U]
 *   logit  F = (L(U-1) + U(1-L) e^{Au}) / (U-1 + (1-L) e^{Au}),  A = (U-L)/((1-L)(U-1))
 *
 * l minimises the convex function D(l) = sum d/q P(u) - t'l + sum r_k l_k^2 / 2, P' = F, whose gradient is
 * -(t - sum d g x - r l): Deville & Sarndal (1992) JASA 87:376-382. r_k is 0 for an exact total, and the ridge of a soft
 * one: Bardsley & Chambers (1984) Appl. Stat. 33:290-299. Steps are halved until D falls enough (Armijo) or, where D has
 * no digits left, until the misses fall. The Hessian sum d q F'(u) x x' + r is factored by pivoted Cholesky; columns that
 * the others imply are dropped, after their totals were found to agree.
 *
 * Where no weights meet the totals, the nearest that can be met are those of the same problem with every total soft and
 * the ridge brought down to (almost) 0: they minimise the sum of squared relative misses. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { MAX_HALVINGS = 40 };
static const double pivot_tolerance = 1e-11;
/* A stalled iteration that misses by less is a matter of rounding; more is reported as infeasible. */
static const double stalled_tolerance = 1e-10;
/* Totals of collinear columns agree within this part of their size. */
static const double agree_tolerance = 1e-9;
static const double armijo = 1e-4;
/* Nearest totals that miss by less than this (what the last ridge leaves) count as met: then it was not the totals. */
static const double reachable = 1e-4;

typedef struct solver {
  const wt_model *m;
  const double *d;
  const sx_calibrate_options *o;
  const char *who;
  double logit_a, low_u, high_u;
  double *lambda, *trial, *sum, *comp, *res, *step, *work, *ridge, *size, *target; /* [controls] */
  double *hess, *base;                                                             /* [controls^2] */
  size_t *piv;
  size_t base_rank;
  double dual;
  double *g; /* [rows] */
} solver;

static double column_scale(const solver *s, size_t k) {
  return s->m->scale[s->m->margin_of[k]];
}

double sx_weighting__ridge(const wt_model *m, size_t k, const double *d) {
  const sx_control *c = &m->controls[k];
  if (!(c->slack > 0)) return 0;
  double sum_d = 0;
  for (size_t i = 0; i < m->n_rows; i++)
    if (m->part[i]) sum_d += d[i];
  const double allowed = c->slack * (c->total != 0 ? fabs(c->total) : sum_d) / m->scale[m->margin_of[k]];
  return allowed * allowed / sum_d;
}

/* ---- distances --------------------------------------------------------------------------------------------- */

static double logit_part(const solver *s, double u) { /* (1-L)e^{Au} / (U-1 + (1-L)e^{Au}) without overflow */
  const double up = s->o->upper - 1, low = 1 - s->o->lower;
  return 1 / (1 + up / low * exp(-s->logit_a * u));
}

static double factor_at(const solver *s, double u) {
  double g = 0;
  switch (s->o->distance) {
  case SX_DISTANCE_LOGIT:
    g = s->o->lower + (s->o->upper - s->o->lower) * logit_part(s, u);
    break;
  case SX_DISTANCE_RAKING:
    g = exp(u);
    break;
  case SX_DISTANCE_LINEAR:
    g = 1 + u;
    break;
  }
  return g < s->o->lower ? s->o->lower : g > s->o->upper ? s->o->upper : g;
}

static double slope_at(const solver *s, double u) {
  if (s->o->distance == SX_DISTANCE_LOGIT) {
    const double p = logit_part(s, u);
    return (s->o->upper - s->o->lower) * s->logit_a * p * (1 - p);
  }
  if (u <= s->low_u || u >= s->high_u) return 0;
  return s->o->distance == SX_DISTANCE_RAKING ? exp(u) : 1;
}

static double potential_inside(const solver *s, double u) {
  return s->o->distance == SX_DISTANCE_RAKING ? exp(u) - 1 : u + u * u / 2;
}

static double potential_at(const solver *s, double u) {
  if (s->o->distance == SX_DISTANCE_LOGIT) { /* L u + (U-L)/A log((U-1) + (1-L) e^{Au}) */
    const double up = s->o->upper - 1, low = 1 - s->o->lower, au = s->logit_a * u;
    const double log_sum = au > 0 ? au + log(low + up * exp(-au)) : log(up + low * exp(au));
    return s->o->lower * u + (s->o->upper - s->o->lower) / s->logit_a * log_sum;
  }
  if (u < s->low_u) return potential_inside(s, s->low_u) + s->o->lower * (u - s->low_u);
  if (u > s->high_u) return potential_inside(s, s->high_u) + s->o->upper * (u - s->high_u);
  return potential_inside(s, u);
}

static void set_limits(solver *s) {
  const double lower = s->o->lower, upper = s->o->upper;
  s->low_u = -(double)INFINITY;
  s->high_u = (double)INFINITY;
  if (s->o->distance == SX_DISTANCE_LOGIT) {
    s->logit_a = (upper - lower) / ((1 - lower) * (upper - 1));
  } else if (s->o->distance == SX_DISTANCE_RAKING) {
    if (lower > 0) s->low_u = log(lower);
    if (isfinite(upper)) s->high_u = log(upper);
  } else {
    s->low_u = lower - 1;
    s->high_u = upper - 1;
  }
}

/* ---- sums over the rows ------------------------------------------------------------------------------------- */

static double score(const solver *s, const double *lambda, size_t i) {
  const wt_model *m = s->m;
  double u = 0;
  for (size_t a = 0; a < m->n_margins; a++) {
    const int32_t k = m->col[a * m->n_rows + i];
    if (k >= 0) u += lambda[k] * sx_weighting__x(m, a, i);
  }
  return m->q ? m->q[i] * u : u;
}

static void add_to(double *sum, double *comp, double x) { /* Neumaier's compensated sum */
  const double a = *sum, t = a + x;
  *comp += fabs(a) >= fabs(x) ? (a - t) + x : (x - t) + a;
  *sum = t;
}

/* Largest miss at lambda in its unit-free form; g, sums, residuals and the dual are left in s. */
static double evaluate(solver *s, const double *lambda, size_t *worst) {
  const wt_model *m = s->m;
  const size_t p = m->n_controls;
  double dual = 0, dual_comp = 0, most = 0;
  memset(s->sum, 0, p * sizeof *s->sum);
  memset(s->comp, 0, p * sizeof *s->comp);
  for (size_t i = 0; i < m->n_rows; i++) {
    s->g[i] = 0;
    if (!m->part[i] || s->d[i] <= 0) continue;
    const double u = score(s, lambda, i);
    s->g[i] = factor_at(s, u);
    add_to(&dual, &dual_comp, s->d[i] * potential_at(s, u) / (m->q ? m->q[i] : 1));
    for (size_t a = 0; a < m->n_margins; a++) {
      const int32_t k = m->col[a * m->n_rows + i];
      if (k >= 0) add_to(&s->sum[k], &s->comp[k], s->d[i] * s->g[i] * sx_weighting__x(m, a, i));
    }
  }
  *worst = 0;
  for (size_t k = 0; k < p; k++) {
    s->sum[k] += s->comp[k];
    s->res[k] = s->target[k] - s->sum[k] - s->ridge[k] * lambda[k];
    add_to(&dual, &dual_comp, s->ridge[k] * lambda[k] * lambda[k] / 2 - s->target[k] * lambda[k]);
    const double miss = s->size[k] > 0 ? fabs(s->res[k]) / s->size[k] : 0;
    if (miss <= most) continue;
    most = miss;
    *worst = k;
  }
  s->dual = dual + dual_comp;
  return isfinite(s->dual) ? most : (double)INFINITY;
}

/* sum d q F' x x' (F' = 1 where lambda is NULL) + ridge. */
static void hessian(solver *s, double *out, const double *lambda) {
  const wt_model *m = s->m;
  const size_t p = m->n_controls;
  memset(out, 0, p * p * sizeof *out);
  for (size_t i = 0; i < m->n_rows; i++) {
    if (!m->part[i] || s->d[i] <= 0) continue;
    double h = s->d[i] * (m->q ? m->q[i] : 1);
    if (lambda) h *= slope_at(s, score(s, lambda, i));
    if (h == 0) continue;
    for (size_t a = 0; a < m->n_margins; a++) {
      const int32_t k = m->col[a * m->n_rows + i];
      if (k < 0) continue;
      double *column = out + (size_t)k * p;
      const double hx = h * sx_weighting__x(m, a, i);
      for (size_t b = 0; b < m->n_margins; b++) {
        const int32_t l = m->col[b * m->n_rows + i];
        if (l >= 0) column[l] += hx * sx_weighting__x(m, b, i);
      }
    }
  }
  for (size_t k = 0; k < p; k++) out[k + k * p] += s->ridge[k];
}

/* ---- before the first step ---------------------------------------------------------------------------------- */

static sx_status no_case(const solver *s, size_t k, sx_error *err) {
  char name[256];
  return sx_error_set(err, SX_E_DATA, sx_weighting__control_name(name, &s->m->controls[k]),
                      "%s%sthe total is %.15g, but no case with a weight above 0 can have a part in it", s->who,
                      s->who[0] ? ": " : "", s->m->controls[k].total);
}

static sx_status set_targets(solver *s, sx_error *err) {
  const wt_model *m = s->m;
  for (size_t k = 0; k < m->n_controls; k++) {
    const size_t a = m->margin_of[k];
    double sum = 0;
    for (size_t i = 0; i < m->n_rows; i++)
      if (m->col[a * m->n_rows + i] == (int32_t)k && s->d[i] > 0) sum += s->d[i] * fabs(sx_weighting__x(m, a, i));
    s->target[k] = m->controls[k].total / m->scale[a];
    s->size[k] = sum + fabs(s->target[k]);
    s->ridge[k] = sx_weighting__ridge(m, k, s->d);
    if (!(sum > 0) && m->controls[k].total != 0) return no_case(s, k, err);
    if (!(sum > 0)) s->size[k] = 0;
  }
  return SX_OK;
}

static void note_dropped(wt_result *r, const sx_control *c) {
  char name[256];
  const size_t used = strlen(r->dropped);
  sx_weighting__control_name(name, c);
  if (used < sizeof r->dropped)
    (void)snprintf(r->dropped + used, sizeof r->dropped - used, "%s%.100s", used ? ", " : "", name);
  r->n_dropped++;
}

/* Columns that are combinations of others: their totals must be that combination of the others' totals. */
static sx_status check_collinear(solver *s, wt_result *r, sx_error *err) {
  const wt_model *m = s->m;
  const size_t p = m->n_controls;
  hessian(s, s->base, NULL);
  memcpy(s->hess, s->base, p * p * sizeof *s->hess);
  SX_TRY(sx_num_chol_pivot(s->hess, p, s->piv, &s->base_rank, pivot_tolerance, err));
  for (size_t j = s->base_rank; j < p; j++) {
    const size_t k = s->piv[j];
    if (s->size[k] == 0) continue; /* nothing in it, nothing asked */
    memcpy(s->step, s->base + k * p, p * sizeof *s->step);
    sx_num_chol_solve(s->hess, p, s->piv, s->base_rank, s->step, s->work);
    double implied = 0;
    for (size_t l = 0; l < p; l++) implied += s->step[l] * s->target[l];
    if (fabs(implied - s->target[k]) > agree_tolerance * s->size[k] && s->ridge[k] == 0) {
      char name[256];
      return sx_error_set(err, SX_E_DATA, sx_weighting__control_name(name, &m->controls[k]),
                          "%s%sthe totals contradict each other: in the sample this one is a combination of the "
                          "others, which give it %.10g, not %.10g",
                          s->who, s->who[0] ? ": " : "", implied * column_scale(s, k), m->controls[k].total);
    }
    note_dropped(r, &m->controls[k]);
  }
  return SX_OK;
}

/* ---- Newton -------------------------------------------------------------------------------------------------- */

/* The direction; cut-off rows can make the Hessian thinner than the columns, then it is filled up a little. */
static bool direction(solver *s, const double *lambda) {
  const size_t p = s->m->n_controls;
  size_t rank = 0;
  hessian(s, s->hess, lambda);
  if (sx_num_chol_pivot(s->hess, p, s->piv, &rank, pivot_tolerance, NULL) != SX_OK) return false;
  if (rank < s->base_rank) {
    hessian(s, s->hess, lambda);
    for (size_t k = 0; k < p * p; k++) s->hess[k] += 1e-4 * s->base[k];
    if (sx_num_chol_pivot(s->hess, p, s->piv, &rank, pivot_tolerance, NULL) != SX_OK) return false;
  }
  memcpy(s->step, s->res, p * sizeof *s->step);
  sx_num_chol_solve(s->hess, p, s->piv, rank, s->step, s->work);
  return true;
}

/* One step from s->lambda, where everything is evaluated; *miss and *worst are updated. */
static bool newton(solver *s, double *miss, size_t *worst) {
  const size_t p = s->m->n_controls;
  if (!direction(s, s->lambda)) return false;
  double slope = 0;
  for (size_t k = 0; k < p; k++) slope -= s->step[k] * s->res[k];
  const double from = s->dual, rounding = 1e-13 * (fabs(from) + 1);
  double scale = 1;
  for (size_t h = 0; h < MAX_HALVINGS; h++, scale /= 2) {
    for (size_t k = 0; k < p; k++) s->trial[k] = s->lambda[k] + scale * s->step[k];
    size_t at = 0;
    const double now = evaluate(s, s->trial, &at);
    if (!isfinite(now)) continue;
    const bool falls = s->dual <= from + armijo * scale * slope;
    if (!falls && !(now < *miss && s->dual <= from + rounding)) continue;
    if (!(now < *miss) && s->dual >= from - rounding) continue; /* neither moves any more */
    memcpy(s->lambda, s->trial, p * sizeof *s->lambda);
    *miss = now;
    *worst = at;
    return true;
  }
  return false;
}

static bool iterate(solver *s, wt_result *r) {
  r->worst_miss = evaluate(s, s->lambda, &r->worst);
  bool moved = true;
  for (r->iterations = 0; r->worst_miss > s->o->tolerance && r->iterations < s->o->max_iterations; r->iterations++) {
    moved = newton(s, &r->worst_miss, &r->worst);
    if (!moved) break;
  }
  r->worst_miss = evaluate(s, s->lambda, &r->worst); /* g and sums of the accepted lambda */
  return r->worst_miss <= s->o->tolerance || (!moved && r->worst_miss <= stalled_tolerance);
}

/* ---- no solution ---------------------------------------------------------------------------------------------- */

/* The nearest totals that can be met, into s->sum; false where the last problem did not converge. All distances of one range of
 * factors reach the same totals; the truncated linear one has no factors that overflow on the way. */
static bool nearest(solver *s) {
  const wt_model *m = s->m;
  const sx_calibrate_options *asked = s->o;
  sx_calibrate_options o = *asked;
  o.tolerance = 1e-9;
  if (o.max_iterations < 100) o.max_iterations = 100;
  if (o.distance == SX_DISTANCE_RAKING && !(o.lower > 0)) o.lower = 0;
  o.distance = SX_DISTANCE_LINEAR;
  s->o = &o;
  set_limits(s);
  bool found = false;
  const size_t p = m->n_controls;
  double sum_d = 0;
  for (size_t i = 0; i < m->n_rows; i++)
    if (m->part[i]) sum_d += s->d[i];
  memset(s->lambda, 0, p * sizeof *s->lambda);
  for (double kappa = 1; kappa > 5e-9; kappa /= 10) {
    for (size_t k = 0; k < p; k++) {
      const double of = s->target[k] != 0 ? s->target[k] : s->size[k];
      const double soft = kappa * of * of / sum_d, own = sx_weighting__ridge(m, k, s->d);
      s->ridge[k] = soft > own ? soft : own;
    }
    wt_result r;
    memset(&r, 0, sizeof r);
    found = iterate(s, &r);
  }
  s->o = asked;
  set_limits(s);
  return found;
}

static void bounds_text(char out[96], const sx_calibrate_options *o) {
  const bool low = isfinite(o->lower), high = isfinite(o->upper);
  if (low && high)
    (void)snprintf(out, 96, "no factors within %.6g to %.6g meet the totals", o->lower, o->upper);
  else if (o->distance == SX_DISTANCE_RAKING && !high)
    (void)snprintf(out, 96, "no positive weights meet the totals");
  else
    (void)snprintf(out, 96, "no weights were found that meet the totals");
}

/* The three totals that the nearest feasible miss most; *told is false where they miss nothing worth telling. */
static sx_status infeasible(bool *told, solver *s, size_t iterations, sx_error *err) {
  const wt_model *m = s->m;
  char list[320] = "", name[256], first[256] = "", text[96];
  size_t used = 0;
  double largest = 0;
  const bool found = nearest(s);
  bounds_text(text, s->o);
  for (size_t k = 0; k < m->n_controls; k++)
    s->work[k] = s->size[k] > 0 ? fabs(s->target[k] - s->sum[k]) / s->size[k] : 0;
  for (size_t t = 0; t < 3 && used + 90 < sizeof list; t++) {
    size_t worst = 0;
    for (size_t k = 1; k < m->n_controls; k++)
      if (s->work[k] > s->work[worst]) worst = k;
    if (t > 0 && !(s->work[worst] > 1e-6)) break;
    if (t == 0) largest = s->work[worst];
    s->work[worst] = -1;
    sx_weighting__control_name(name, &m->controls[worst]);
    if (t == 0) memcpy(first, name, sizeof first);
    const double want = m->controls[worst].total, got = s->sum[worst] * column_scale(s, worst);
    const int n = snprintf(list + used, sizeof list - used, "%s%.40s %.8g for %.8g (%+.3g%%)", t ? ", " : "", name, got,
                           want, want != 0 ? 100 * (got / want - 1) : 0.0);
    used += n > 0 ? (size_t)n : 0;
  }
  *told = largest > reachable;
  if (!*told)
    return sx_error_set(
        err, SX_E_NUMERIC, first,
        "%s%sthe calibration did not converge in %zu iterations: the totals lie at the edge of what can "
        "be met, or more iterations are needed",
        s->who, s->who[0] ? ": " : "", iterations);
  return sx_error_set(err, SX_E_NUMERIC, first, "%s%s%s (%zu iterations); %s: %s", s->who, s->who[0] ? ": " : "", text,
                      iterations, found ? "the nearest that can be met" : "reached, not surely the nearest", list);
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

static sx_status alloc_solver(solver *s, sx_error *err) {
  const sx_ctx *ctx = s->m->ctx;
  const size_t p = s->m->n_controls;
  s->lambda = sx_mem_zalloc(ctx, p * 10, sizeof *s->lambda);
  s->hess = sx_mem_alloc(ctx, p * p, sizeof *s->hess);
  s->base = sx_mem_alloc(ctx, p * p, sizeof *s->base);
  s->piv = sx_mem_alloc(ctx, p, sizeof *s->piv);
  s->g = sx_mem_alloc(ctx, s->m->n_rows, sizeof *s->g);
  if (!s->lambda || !s->hess || !s->base || !s->piv || !s->g) return sx_error_memory(err);
  double **const parts[] = {&s->trial, &s->sum, &s->comp, &s->res, &s->step, &s->work, &s->ridge, &s->size, &s->target};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) *parts[k] = s->lambda + (k + 1) * p;
  return SX_OK;
}

/* 1 + u or e^u below this is 0 with the rounding of u. */
static const double nothing = 1e-11;

/* Where a total of 0 leaves nothing but rounding of a weight, the weight is 0: factors of linear calibration that cancel, and with
 * factors of 0 or more every case that adds to an exact total of 0. */
static void clear_rounding(const solver *s) {
  const wt_model *m = s->m;
  if (s->o->distance == SX_DISTANCE_LINEAR)
    for (size_t i = 0; i < m->n_rows; i++)
      if (fabs(s->g[i]) <= nothing) s->g[i] = 0;
  if (s->o->distance != SX_DISTANCE_RAKING && !(s->o->lower >= 0)) return;
  for (size_t k = 0; k < m->n_controls; k++) {
    const size_t a = m->margin_of[k];
    const int32_t *col = m->col + a * m->n_rows;
    bool one_sign = s->target[k] == 0 && !(s->ridge[k] > 0);
    for (size_t i = 0; i < m->n_rows && one_sign; i++)
      if (col[i] == (int32_t)k && s->g[i] > 0) one_sign = sx_weighting__x(m, a, i) >= 0;
    for (size_t i = 0; i < m->n_rows && one_sign; i++)
      if (col[i] == (int32_t)k && sx_weighting__x(m, a, i) > 0) s->g[i] = 0;
  }
}

/* The number of all cases can be met with 0 by no weights that estimate anything. */
static sx_status all_zero(const solver *s, size_t k, sx_error *err) {
  char name[256];
  return sx_error_set(err, SX_E_DATA, sx_weighting__control_name(name, &s->m->controls[k]),
                      "%s%sthe total is 0: the weights would all be 0 (or cancel to 0), and nothing could be estimated",
                      s->who, s->who[0] ? ": " : "");
}

static sx_status check_intercept(const solver *s, sx_error *err) {
  for (size_t k = 0; k < s->m->n_controls; k++) {
    const sx_control *c = &s->m->controls[k];
    if (c->n_factors == 0 && !c->variable && c->total == 0 && !(c->slack > 0)) return all_zero(s, k, err);
  }
  return SX_OK;
}

static sx_status check_weights(const solver *s, sx_error *err) {
  size_t zero = 0;
  for (size_t i = 0; i < s->m->n_rows; i++)
    if (s->g[i] != 0) return SX_OK;
  while (zero + 1 < s->m->n_controls && s->m->controls[zero].total != 0) zero++;
  return all_zero(s, zero, err);
}

static void fill_result(wt_result *r, const solver *s) {
  for (size_t k = 0; r->achieved && k < s->m->n_controls; k++) r->achieved[k] = s->sum[k] * column_scale(s, k);
}

static void free_solver(const solver *s) {
  const sx_ctx *ctx = s->m->ctx;
  sx_mem_free(ctx, s->lambda);
  sx_mem_free(ctx, s->hess);
  sx_mem_free(ctx, s->base);
  sx_mem_free(ctx, s->piv);
  sx_mem_free(ctx, s->g);
}

sx_status sx_weighting__calibrate_nearest(bool *found, const wt_model *m, const double *d,
                                          const sx_calibrate_options *o, size_t iterations, sx_error *err) {
  sx_status st = SX_OK;
  solver s;
  memset(&s, 0, sizeof s);
  s.m = m;
  s.d = d;
  s.o = o;
  s.who = "";
  *found = false;
  SX_TRY_GOTO(st, alloc_solver(&s, err), done);
  set_limits(&s);
  SX_TRY_GOTO(st, set_targets(&s, err), done);
  hessian(&s, s.base, NULL);
  memcpy(s.hess, s.base, m->n_controls * m->n_controls * sizeof *s.hess);
  SX_TRY_GOTO(st, sx_num_chol_pivot(s.hess, m->n_controls, s.piv, &s.base_rank, pivot_tolerance, err), done);
  st = infeasible(found, &s, iterations, err);
done:
  free_solver(&s);
  return st;
}

sx_status sx_weighting__calibrate(double *w, wt_result *result, const wt_model *m, const double *d,
                                  const sx_calibrate_options *o, const char *who, sx_error *err) {
  sx_status st = SX_OK;
  solver s;
  memset(&s, 0, sizeof s);
  s.m = m;
  s.d = d;
  s.o = o;
  s.who = who;
  wt_result r = *result;
  SX_TRY_GOTO(st, alloc_solver(&s, err), done);
  set_limits(&s);
  SX_TRY_GOTO(st, check_intercept(&s, err), done);
  SX_TRY_GOTO(st, set_targets(&s, err), done);
  SX_TRY_GOTO(st, check_collinear(&s, &r, err), done);
  if (!iterate(&s, &r)) {
    bool told = false;
    st = infeasible(&told, &s, r.iterations, err);
    fill_result(&r, &s);
    goto done;
  }
  clear_rounding(&s);
  SX_TRY_GOTO(st, check_weights(&s, err), done);
  for (size_t i = 0; i < m->n_rows; i++) {
    w[i] = d[i] * s.g[i];
    if (s.g[i] != 0 && (s.g[i] <= o->lower || s.g[i] >= o->upper)) r.n_at_bound++;
  }
  fill_result(&r, &s);
  *result = r;
done:
  free_solver(&s);
  return st;
}
