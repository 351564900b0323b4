/* estimate_mean_trim.c: trimmed and winsorised means of the weighted distribution.
 *
 * Cases in ascending order, W = sum w, Q(t) the value at cumulated weight t, A = a W and B = (1 - b) W the cuts, q1 = Q(A+) and
 * q2 = Q(B-) the least and the largest value kept, G = integral of Q over [A, B] (a case at a cut counts with the part of its weight
 * between the cuts), c = 1 - a - b:
 *
 *   trimmed     T = G / (c W)                  dT/dw_k = (v_k - M) / (c W)
 *   winsorised  M = (A q1 + G + (W - B) q2)/W  dM/dw_k = (v_k - M + a d1_k + b d2_k) / W
 *
 * with v_k = y_k held to [q1, q2] and d_k the influence of a quantile, (F(q) - [y_k <= q]) / f(q): Huber & Ronchetti (2009), Robust
 * Statistics, sec. 3.3; Hampel (1974), JASA 69:383-393. The quantiles of the trimmed mean cancel, those of the winsorised mean do not.
 * f(q) is a difference quotient of the weighted quantiles over p -+ d (Siddiqui 1960) with the width d of Hall & Sheather (1988),
 * JRSS B 50:381-391, at the effective number of cases. Where the cut lies within a heap of equal values the quotient is infinite:
 * the quantile does not move with the weights, and its term is 0. docs/methods/means.md. */
#include <stdio.h>
#include <string.h>

#include "estimate_mean_priv.h"
#include "shuxiao/estimate_statistic.h"

/* Cumulated weights that differ by less, relative to their sum, are one cut: sums of rounded weights miss it by a few ulp. */
static const double SAME_CUT = 1e-12;
/* The width of the difference quotient leaves this part of the tail untouched. */
static const double WIDEST = 0.75;

typedef struct trim {
  const sx_column *y;
  const sx_mean_spec *spec;
} trim;

typedef struct cuts {
  double total, low, high;     /* W, A, B */
  double q_low, q_high, inner; /* q1, q2, G */
  double kish;                 /* (sum w)^2 / sum w^2 */
} cuts;

static double at(const trim *t, const sx_cases *c, size_t k) {
  return sx_column_number(t->y, c->row[k]);
}

static void add(double *sum, double *comp, double x) {
  const double a = *sum, s = a + x;
  *comp += fabs(a) >= fabs(x) ? (a - s) + x : (x - s) + a;
  *sum = s;
}

static sx_status find_cuts(cuts *out, const trim *t, const sx_cases *c, sx_error *err) {
  double total = 0, comp = 0, square = 0;
  for (size_t k = 0; k < c->n; k++) {
    if (!(c->w[k] > 0)) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %u", t->y->name, c->row[k] + 1U);
      return sx_error_set(err, SX_E_DATA, where,
                          "its weight is %g: a %s mean needs weights above 0 (calibrate with --bounds)", c->w[k],
                          sx_mean_name(t->spec->kind));
    }
    add(&total, &comp, c->w[k]);
    square += c->w[k] * c->w[k];
  }
  total += comp;
  cuts r = {.total = total, .low = t->spec->lower * total, .high = (1 - t->spec->upper) * total};
  r.kish = total * total / square;
  const double slack = SAME_CUT * total;
  double cum = 0, cum_comp = 0, inner = 0, inner_comp = 0, before = 0;
  bool began = false;
  for (size_t k = 0; k < c->n; k++) {
    add(&cum, &cum_comp, c->w[k]);
    const double now = cum + cum_comp, y = at(t, c, k);
    const bool last = now >= r.high - slack || k + 1 == c->n;
    if (now > r.low + slack || last) {
      if (!began) r.q_low = y;
      const double part = !began && last ? r.high - r.low : !began ? now - r.low : last ? r.high - before : c->w[k];
      add(&inner, &inner_comp, part * y);
      began = true;
    }
    if (last) {
      r.q_high = y;
      break;
    }
    before = now;
  }
  r.inner = inner + inner_comp;
  *out = r;
  return SX_OK;
}

static double winsorised(const cuts *r) {
  return (r->low * r->q_low + r->inner + (r->total - r->high) * r->q_high) / r->total;
}

static sx_status value(double *out, sx_na *na, const sx_cases *cases, const void *data, sx_error *err) {
  const trim *t = data;
  cuts r;
  (void)na;
  SX_TRY(find_cuts(&r, t, cases, err));
  out[0] = t->spec->kind == SX_MEAN_TRIMMED ? r.inner / (r.high - r.low) : winsorised(&r);
  return SX_OK;
}

/* Value at cumulated share p, and for F(q) the share at or below q: one pass each. */
static double quantile_at(const trim *t, const sx_cases *c, double total, double p) {
  double cum = 0, comp = 0;
  for (size_t k = 0; k < c->n; k++) {
    add(&cum, &comp, c->w[k]);
    if (cum + comp >= p * total * (1 - SAME_CUT)) return at(t, c, k);
  }
  return at(t, c, c->n - 1);
}

static double share_to(const trim *t, const sx_cases *c, double total, double q) {
  double cum = 0, comp = 0;
  for (size_t k = 0; k < c->n && at(t, c, k) <= q; k++) add(&cum, &comp, c->w[k]);
  return (cum + comp) / total;
}

/* 1/f(q) at share p: 0 within a heap. */
static double sparsity(const trim *t, const sx_cases *c, const cuts *r, double p) {
  const double edge = p < 1 - p ? p : 1 - p, z = sx_num_norm_quantile(p), z95 = sx_num_norm_quantile(0.975);
  const double phi = exp(-z * z / 2) / sqrt(2 * M_PI);
  double d = cbrt(z95 * z95 * 1.5 * phi * phi / (2 * z * z + 1) / r->kish);
  if (d > WIDEST * edge) d = WIDEST * edge;
  return (quantile_at(t, c, r->total, p + d) - quantile_at(t, c, r->total, p - d)) / (2 * d);
}

static sx_status score(double *out, const double *estimate, const sx_cases *c, const void *data, sx_error *err) {
  const trim *t = data;
  const bool trimmed = t->spec->kind == SX_MEAN_TRIMMED;
  const double a = t->spec->lower, b = t->spec->upper;
  cuts r;
  (void)estimate;
  SX_TRY(find_cuts(&r, t, c, err));
  const double m = winsorised(&r), scale = trimmed ? r.high - r.low : r.total;
  const double s_low = trimmed || !(a > 0) ? 0 : a * sparsity(t, c, &r, a);
  const double s_high = trimmed || !(b > 0) ? 0 : b * sparsity(t, c, &r, 1 - b);
  const double f_low = s_low != 0 ? share_to(t, c, r.total, r.q_low) : 0;
  const double f_high = s_high != 0 ? share_to(t, c, r.total, r.q_high) : 0;
  for (size_t k = 0; k < c->n; k++) {
    const double y = at(t, c, k), v = y < r.q_low ? r.q_low : y > r.q_high ? r.q_high : y;
    const double d = s_low * (f_low - (y <= r.q_low)) + s_high * (f_high - (y <= r.q_high));
    out[k] = (v - m + d) / scale;
  }
  return SX_OK;
}

sx_status sx_estimate__trimmed(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                               const sx_est_request *request, const sx_est_options *options, sx_error *err) {
  const trim data = {request->y, spec};
  const sx_column *const columns[] = {request->y};
  sx_statistic statistic = {.version = 1, .name = sx_mean_name(spec->kind), .n_values = 1, .data = &data};
  statistic.value = value;
  statistic.score = score;
  sx_statistic_request ask = SX_STATISTIC_REQUEST_INIT;
  ask.columns = columns;
  ask.n_columns = 1;
  ask.sort = request->y;
  ask.where = request->where;
  ask.by = request->by;
  sx_est_options o = *options;
  o.ci = SX_CI_WALD;
  return sx_estimate_statistic(out, design, &statistic, &ask, &o, err);
}
