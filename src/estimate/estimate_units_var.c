/* estimate_units_var.c: frames and variances from the sums of a pass (the formulas: estimate_units.c). */
#include <string.h>

#include "estimate_units.h"

/* Of a sum of squares less than this is left after a mean is taken off: its digits are not good enough. */
static const double CANCELLED = 1e-4;

static const double *cell_at(const pass_one *one, size_t unit, size_t code) {
  return one->cells + (unit * one->n_codes + code) * one->doubles;
}

static void add(double *sum, double *comp, double x) {
  const double a = *sum, s = a + x;
  *comp += fabs(a) >= fabs(x) ? (a - s) + x : (x - s) + a;
  *sum = s;
}

/* Sums of a domain over the units. */
typedef struct domain_sums {
  double w, p, q, pd, pg, qg; /* weights; w d, w g; w d^2, w d g, w g^2 */
  size_t n;
} domain_sums;

static domain_sums sums_of(const est_pass *p, const pass_one *one, size_t code) {
  domain_sums out = {0, 0, 0, 0, 0, 0, 0};
  double w = 0, wc = 0, v[5] = {0}, c[5] = {0};
  for (size_t u = 0; u < p->units.n_units; u++) {
    const double *t = cell_at(one, u, code);
    if (t[0] == 0) continue;
    out.n += (size_t)t[0];
    add(&w, &wc, t[0] * p->shift[u] + t[1]);
    if (one->kind == CELLS_VALUES) continue;
    const bool two = one->kind == CELLS_TWO;
    add(&v[0], &c[0], t[2]);
    add(&v[1], &c[1], two ? t[3] : 0);
    add(&v[2], &c[2], two ? t[10] : t[3]);
    add(&v[3], &c[3], two ? t[11] : 0);
    add(&v[4], &c[4], two ? t[12] : 0);
  }
  out.w = w + wc;
  out.p = v[0] + c[0];
  out.q = v[1] + c[1];
  out.pd = v[2] + c[2];
  out.pg = v[3] + c[3];
  out.qg = v[4] + c[4];
  return out;
}

/* sum w (y - m)^2, or w (y - R x)^2, from the sums about the shifts; false where too much cancels. */
static bool residual_of(double *out, const pass_one *one, const domain_sums *s, double y, double x) {
  *out = 0;
  if (one->kind == CELLS_ONE) {
    const double m = y / s->w - one->shift_y;
    *out = s->pd - 2 * m * s->p + m * m * s->w;
    return *out >= CANCELLED * s->pd;
  }
  if (x == 0) return true;
  /* y - R x = k + d - R g, k being the shifts' share */
  const double r = y / x, k = one->shift_y - r * one->shift_x;
  *out = k * k * s->w + 2 * k * (s->p - r * s->q) + s->pd - 2 * r * s->pg + r * r * s->qg;
  return *out >= CANCELLED * (k * k * s->w + s->pd + r * r * s->qg);
}

static bool fill_frame(const est_pass *p, pass_one *one) {
  est_frame *f = &one->frame;
  for (size_t g = 0; g < f->n_domains; g++) {
    f->n[g] = 0;
    for (size_t v = 0; v < f->n_values; v++) {
      const domain_sums s = sums_of(p, one, g * f->n_values + v);
      f->sum_w[1 + g * f->n_values + v] = s.w;
      f->n[g] += s.n;
      if (one->kind == CELLS_VALUES || s.n == 0) continue;
      f->sum_y[g] = s.p + one->shift_y * s.w;
      f->sum_x[g] = one->kind == CELLS_TWO ? s.q + one->shift_x * s.w : 0;
      if (!isfinite(s.w) || !isfinite(f->sum_y[g]) || !isfinite(f->sum_x[g]) || !isfinite(s.pd)) return false;
      if (!residual_of(&f->residual[g], one, &s, f->sum_y[g], f->sum_x[g])) return false;
    }
  }
  return true;
}

/* Cases of each domain before missing answers, needed for the reason of an empty base only. */
static void count_in(const est_pass *p, est_frame *f) {
  const est_domains *d = f->basis->domains;
  const double *w = sx_design_weights(p->design);
  bool empty = false;
  for (size_t g = 0; g < f->n_domains; g++) empty = empty || f->n[g] == 0;
  for (size_t i = 0; empty && i < p->rows; i++) {
    const size_t g = d ? d->of_row[i] : 0;
    if (g < f->n_domains && w[i] > 0) f->n_in[g]++;
  }
}

sx_status sx_estimate__pass_frame(bool *served, est_frame *frame, est_pass *p, size_t i, sx_error *err) {
  pass_one *one = &p->one[i];
  *served = false;
  if (one->st != SX_OK) {
    if (err) *err = one->err;
    return one->st;
  }
  if (!one->suits || !fill_frame(p, one)) return SX_OK;
  count_in(p, &one->frame);
  *frame = one->frame;
  memset(&one->frame, 0, sizeof one->frame);
  *served = true;
  return SX_OK;
}

/* ---- variances ------------------------------------------------------------------------------------------------------ */

/* z = a w + b p + c q in a cell, a being the score at the shifts: its mean and its sum of squares about it. */
typedef struct cell_score {
  double n, mean, squares, raw;
} cell_score;

static double centred(double ab, double a, double b, double n) {
  return ab - a * b / n;
}

static cell_score score_cell(const double *t, cells_kind kind, double shift, double a, double b, double c) {
  cell_score out = {t[0], 0, 0, 0};
  const double n = t[0];
  out.mean = a * (shift + t[1] / n);
  if (kind == CELLS_VALUES) {
    const double see = centred(t[2], t[1], t[1], n);
    out.squares = a * a * (see > 0 ? see : 0);
    return out;
  }
  if (kind == CELLS_ONE) {
    out.mean += b * (t[2] / n);
    out.squares = a * a * centred(t[4], t[1], t[1], n) + 2 * a * b * centred(t[5], t[1], t[2], n) +
                  b * b * centred(t[6], t[2], t[2], n);
    out.raw = a * a * t[4] + b * b * t[6];
    return out;
  }
  out.mean += b * (t[2] / n) + c * (t[3] / n);
  out.squares = a * a * centred(t[4], t[1], t[1], n) + b * b * centred(t[7], t[2], t[2], n) +
                c * c * centred(t[9], t[3], t[3], n) +
                2 * (a * b * centred(t[5], t[1], t[2], n) + a * c * centred(t[6], t[1], t[3], n) +
                     b * c * centred(t[8], t[2], t[3], n));
  out.raw = a * a * t[4] + b * b * t[7] + c * c * t[9];
  return out;
}

static bool over_strata(est_unit_var *out, const est_pass *p, const pass_one *one, size_t domain, const sx_score *s,
                        const double *a) {
  const size_t *start = sx_design_stratum_start(p->design);
  double total = 0, raw = 0, cases = 0, strata = 0;
  for (size_t h = 0; h < p->units.n_units; h++) {
    const double all = (double)(start[h + 1] - start[h]);
    double n = 0, sum = 0, squares = 0, raw_h = 0;
    for (size_t v = 0; v < s->n; v++) {
      const double *t = cell_at(one, h, domain * s->n + v);
      if (t[0] == 0) continue;
      const cell_score c = score_cell(t, one->kind, p->shift[h], a[v], s->b, s->c);
      n += c.n;
      sum += c.n * c.mean;
      squares += c.squares;
      raw_h += c.raw;
    }
    cases += n;
    strata += n > 0;
    if (p->units.factor[h] <= 0 || n == 0) continue;
    const double mean = sum / all;
    for (size_t v = 0; v < s->n; v++) {
      const double *t = cell_at(one, h, domain * s->n + v);
      if (t[0] == 0) continue;
      const double e = score_cell(t, one->kind, p->shift[h], a[v], s->b, s->c).mean - mean;
      squares += t[0] * e * e;
    }
    squares += (all - n) * mean * mean;
    total += p->units.factor[h] * squares;
    raw += p->units.factor[h] * raw_h;
  }
  out->variance = total * p->units.scale;
  out->df = isnan(p->units.df) ? cases - strata : p->units.df;
  return total >= CANCELLED * raw;
}

static void over_psus(est_unit_var *out, const est_pass *p, const pass_one *one, size_t domain, const sx_score *s,
                      const double *a) {
  memset(out->bits, 0, sx_design_bitmap_bytes(p->design));
  for (size_t u = 0; u < p->units.n_units; u++) {
    double z = 0;
    for (size_t v = 0; v < s->n; v++) {
      const double *t = cell_at(one, u, domain * s->n + v);
      if (t[0] == 0) continue;
      z += a[v] * t[1];
      if (one->kind != CELLS_VALUES) z += s->b * t[2];
      if (one->kind == CELLS_TWO) z += s->c * t[3];
      out->bits[u / 8] |= (uint8_t)(1U << (u % 8));
    }
    out->z[u] = z;
  }
  out->variance = sx_design_cov(p->design, out->z, out->z, 0, 0);
  out->df = sx_design_df_of(p->design, out->bits);
}

bool sx_estimate__pass_variance(est_unit_var *out, const est_pass *p, size_t i, size_t domain, const sx_score *s) {
  const pass_one *one = &p->one[i];
  const double shifted = s->a[0] + s->b * one->shift_y + s->c * one->shift_x;
  const double *a = one->kind == CELLS_VALUES ? s->a : &shifted;
  if (p->units.strata) return over_strata(out, p, one, domain, s, a);
  over_psus(out, p, one, domain, s, a);
  return true;
}

bool sx_estimate__pass_is_strata(const est_pass *p) {
  return p->units.strata;
}
