/* release_key.c: cell keys. The cell key is the fractional part of the sum of its records' keys, so it is uniform and the same wherever the same
 * records make a cell. The noise of a count i is drawn by it from the distribution of largest entropy on
 *   { v : -D <= v <= D, i + v >= 0, i + v not in 1..js }  with mean 0 and variance V,
 * p_v = exp(a v + b v^2) / sum. (a, b) is the least of the convex log sum_v exp(a v + b (v^2 - V)), by Newton steps. Fraser and Wooton (2005),
 * UNECE work session on statistical data confidentiality, WP 35; Marley and Leaver (2011), 58th ISI, pp. 2192-2197. */
#include <math.h>
#include <string.h>

#include "release_priv.h"

enum { MOST_STEPS = 200, MOST_REACH = 100 };

double sx_release_cell_key(const double *keys, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += keys[i];
    sum -= floor(sum);
  }
  return sum;
}

typedef struct support {
  long v[2 * MOST_REACH + 1];
  size_t n;
} support;

static void allowed(support *s, const sx_release_ptable *t, uint64_t count) {
  const long reach = (long)t->reach;
  s->n = 0;
  for (long v = -reach; v <= reach; v++) {
    if (v < 0 && (uint64_t)-v > count) continue;
    const uint64_t to = v < 0 ? count - (uint64_t)-v : count + (uint64_t)v;
    if (to == 0 || to > t->js) s->v[s->n++] = v;
  }
}

/* Value, gradient and second derivatives of the dual at (a, b). */
static double dual_at(double g[2], double h[3], double *p, const support *s, double variance, double a, double b) {
  double most = -(double)INFINITY, sum = 0;
  for (size_t i = 0; i < s->n; i++) {
    const double v = (double)s->v[i];
    p[i] = a * v + b * (v * v - variance);
    most = fmax(most, p[i]);
  }
  for (size_t i = 0; i < s->n; i++) sum += p[i] = exp(p[i] - most);
  g[0] = g[1] = h[0] = h[1] = h[2] = 0;
  for (size_t i = 0; i < s->n; i++) {
    const double v = (double)s->v[i], w = v * v - variance;
    p[i] /= sum;
    g[0] += p[i] * v;
    g[1] += p[i] * w;
    h[0] += p[i] * v * v;
    h[1] += p[i] * v * w;
    h[2] += p[i] * w * w;
  }
  h[0] -= g[0] * g[0];
  h[1] -= g[0] * g[1];
  h[2] -= g[1] * g[1];
  return most + log(sum);
}

static bool solve(double *p, const support *s, double variance) {
  double a = 0, b = 0, g[2], h[3], other[2 * MOST_REACH + 1], g2[2], h2[3];
  for (int step = 0; step < MOST_STEPS; step++) {
    const double value = dual_at(g, h, p, s, variance, a, b);
    if (fabs(g[0]) < 1e-12 && fabs(g[1]) < 1e-12 * fmax(1, variance)) return true;
    const double ridge = 1e-14 * (h[0] + h[2]), det = (h[0] + ridge) * (h[2] + ridge) - h[1] * h[1];
    if (!(det > 0)) return false;
    const double da = -((h[2] + ridge) * g[0] - h[1] * g[1]) / det, db = -((h[0] + ridge) * g[1] - h[1] * g[0]) / det;
    double t = 1;
    while (t > 1e-10 && dual_at(g2, h2, other, s, variance, a + t * da, b + t * db) >
                            value + 1e-4 * t * (g[0] * da + g[1] * db) + 1e-15)
      t /= 2;
    a += t * da;
    b += t * db;
    if (!(fabs(a) < 1e4 && fabs(b) < 1e4)) return false;
  }
  return fabs(g[0]) < 1e-9 && fabs(g[1]) < 1e-9 * fmax(1, variance);
}

sx_status sx_release_ptable_row(double *probability, const sx_release_ptable *t, uint64_t count, sx_error *err) {
  support s;
  double p[2 * MOST_REACH + 1];
  if (t->reach == 0 || t->reach > MOST_REACH || !(t->variance > 0) || t->js >= t->reach)
    return sx_error_set(err, SX_E_ARGUMENT, "ptable", "reach is 1 to %d, variance above 0, js below reach", MOST_REACH);
  memset(probability, 0, (2 * t->reach + 1) * sizeof *probability);
  if (count == 0) { /* an empty cell stays empty */
    probability[t->reach] = 1;
    return SX_OK;
  }
  if (count > 2 * t->reach + t->js) count = 2 * t->reach + t->js; /* large counts share one distribution */
  allowed(&s, t, count);
  if (!solve(p, &s, t->variance))
    return sx_error_set(
        err, SX_E_ARGUMENT, "ptable",
        "no noise within +-%zu has mean 0 and variance %g for a count of %llu%s: choose another variance or "
        "reach",
        t->reach, t->variance, (unsigned long long)count, t->js ? " without small results" : "");
  for (size_t i = 0; i < s.n; i++) probability[(size_t)(s.v[i] + (long)t->reach)] = p[i];
  return SX_OK;
}

sx_status sx_release_perturb(int64_t *noise, const sx_release_ptable *table, uint64_t count, double cell_key,
                             sx_error *err) {
  double p[2 * MOST_REACH + 1], sum = 0;
  if (!(cell_key >= 0 && cell_key < 1)) return sx_error_set(err, SX_E_ARGUMENT, "key", "a cell key is in [0, 1)");
  SX_TRY(sx_release_ptable_row(p, table, count, err));
  int64_t last = 0;
  for (size_t i = 0; i <= 2 * table->reach; i++) {
    if (p[i] == 0) continue;
    sum += p[i];
    last = (int64_t)i - (int64_t)table->reach;
    if (cell_key < sum) break;
  }
  *noise = last;
  return SX_OK;
}
