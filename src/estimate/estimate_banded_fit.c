/* estimate_banded_fit.c: the maximum of sum_c w_c log P_theta(c) over the distinct answers c of positive amounts.
 *
 * Scoring: B = sum w s s' (Berndt, Hall, Hall & Hausman 1974) stands for the information while it brings progress, then Newton's
 * method with the derivative of the score by central differences of order 6; both damped by Marquardt's factor until the
 * likelihood rises, so that no step goes down. Starting values climb a ladder: moments of the logarithm, then each family from
 * the one inside it (Fisk, Singh-Maddala or Dagum, GB2), so that the likelihood of the wider is never below.
 * A fit is refused (SX_NA_NO_FIT) when a parameter runs out of its range, where the family has gone over into a limit of its
 * own, when the gradient has not vanished after EB_STEPS, and when the information is singular there. */
#include <string.h>

#include "estimate_banded_priv.h"

enum { EB_STEPS = 120 };
static const double EB_RANGE_A = 9,
                    EB_RANGE_PQ = 5; /* of their logarithms: beyond, the shape changes no more in what bands can tell */
static const double EB_DECREMENT =
    1e-22; /* g' H^-1 g at the solution: the error of theta is 1e-11 of its standard error at n = 1 */
static const double EB_SINGULAR = 1e-9; /* least pivot of the information scaled to a diagonal of 1 */

typedef struct eb_work {
  const eb_family *family;
  const eb_cells *cells;
  double positive;
} eb_work;

static bool is_positive(const eb_cells *c, size_t k) {
  return c->w[k] != 0 && c->high[k] > 0;
}

/* Mean log-likelihood; gradient [n] and B [n*n] over the free parameters, either NULL. */
static double evaluate(const eb_work *e, const double *theta, double *gradient, double *b) {
  const size_t n = e->family->n;
  double sum = 0, s[EB_MAX];
  eb_shape shape;
  sx_estimate__eb_prepare(&shape, e->family, theta);
  if (gradient) memset(gradient, 0, n * sizeof *gradient);
  if (b) memset(b, 0, n * n * sizeof *b);
  for (size_t k = 0; k < e->cells->n; k++) {
    if (!is_positive(e->cells, k)) continue;
    const double w = e->cells->w[k] / e->positive;
    sum += w * sx_estimate__eb_log_of(&shape, e->cells->low[k], e->cells->high[k], gradient ? s : NULL);
    for (size_t i = 0; gradient && i < n; i++) {
      gradient[i] += w * s[e->family->place[i]];
      for (size_t j = 0; b && j < n; j++) b[i * n + j] += w * s[e->family->place[i]] * s[e->family->place[j]];
    }
  }
  return isnan(sum) ? -(double)INFINITY : sum;
}

/* Minus the derivative of the gradient, symmetric. */
static void information(const eb_work *e, const double *theta, double *out) {
  static const double weight[] = {0.75, -0.15, 1.0 / 60};
  const size_t n = e->family->n;
  double h[EB_MAX], full[EB_MAX * EB_MAX], up[EB_MAX], down[EB_MAX], at[EB_MAX];
  sx_estimate__eb_steps(e->family, theta, h);
  for (size_t j = 0; j < n; j++) {
    const size_t place = e->family->place[j];
    for (size_t i = 0; i < n; i++) full[j * n + i] = 0;
    for (int k = 1; k <= 3; k++) {
      memcpy(at, theta, sizeof at);
      at[place] = theta[place] + k * h[place];
      evaluate(e, at, up, NULL);
      at[place] = theta[place] - k * h[place];
      evaluate(e, at, down, NULL);
      for (size_t i = 0; i < n; i++) full[j * n + i] -= weight[k - 1] * (up[i] - down[i]) / h[place];
    }
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) out[i * n + j] = 0.5 * (full[i * n + j] + full[j * n + i]);
}

/* Inverse of a symmetric positive definite matrix, by Gauss and Jordan on the matrix scaled to a diagonal of 1, where every pivot
 * is between 0 and 1. False where one falls to `least`. */
static bool invert(double *out, const double *a, size_t n, double least) {
  double m[EB_MAX * EB_MAX], scale[EB_MAX];
  for (size_t i = 0; i < n; i++) {
    if (!(a[i * n + i] > 0) || isinf(a[i * n + i])) return false;
    scale[i] = 1 / sqrt(a[i * n + i]);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) m[i * n + j] = a[i * n + j] * scale[i] * scale[j];
  for (size_t k = 0; k < n; k++) {
    const double pivot = m[k * n + k];
    if (!(pivot > least)) return false;
    m[k * n + k] = 1;
    for (size_t j = 0; j < n; j++) m[k * n + j] /= pivot;
    for (size_t i = 0; i < n; i++) {
      if (i == k) continue;
      const double factor = m[i * n + k];
      m[i * n + k] = 0;
      for (size_t j = 0; j < n; j++) m[i * n + j] -= factor * m[k * n + j];
    }
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) out[i * n + j] = m[i * n + j] * scale[i] * scale[j];
  return true;
}

/* step = (a + damp diag a)^-1 g, no parameter by more than its bound; returns g' step, or -1. */
static double step_of(double *step, const eb_work *e, const double *theta, const double *a, const double *g,
                      double damp) {
  const size_t n = e->family->n;
  double m[EB_MAX * EB_MAX], inverse[EB_MAX * EB_MAX], h[EB_MAX], largest = 1, decrement = 0;
  for (size_t i = 0; i < n * n; i++) m[i] = a[i];
  for (size_t i = 0; i < n; i++) m[i * n + i] *= 1 + damp;
  if (!invert(inverse, m, n, 1e-14)) return -1;
  sx_estimate__eb_steps(e->family, theta, h);
  for (size_t i = 0; i < n; i++) {
    step[i] = 0;
    for (size_t j = 0; j < n; j++) step[i] += inverse[i * n + j] * g[j];
    decrement += g[i] * step[i];
    largest = fmax(largest, fabs(step[i]) / (100 * h[e->family->place[i]])); /* one spread, or a factor of e */
  }
  for (size_t i = 0; i < n; i++) step[i] /= largest;
  return decrement;
}

static bool in_range(const eb_family *family, const double *theta) {
  for (size_t j = 1; j < EB_MAX; j++)
    if (!(fabs(theta[j]) < (j == 1 ? EB_RANGE_A : EB_RANGE_PQ))) return false;
  return isfinite(theta[0]) && family->n > 0;
}

/* Climbs from theta; false where it does not arrive. */
static bool climb(eb_fit *fit, const eb_work *e, double *theta) {
  const size_t n = e->family->n;
  double g[EB_MAX], b[EB_MAX * EB_MAX], step[EB_MAX], damp = 0;
  bool newton = false;
  double value = evaluate(e, theta, g, b);
  for (unsigned k = 0; k < EB_STEPS && isfinite(value); k++, fit->iterations++) {
    if (newton) information(e, theta, b);
    double decrement = step_of(step, e, theta, b, g, damp);
    if (decrement < 0 && newton) { /* not concave here: back to scoring */
      evaluate(e, theta, g, b);
      decrement = step_of(step, e, theta, b, g, damp);
    }
    for (; decrement < 0 && damp < 1e6; decrement = step_of(step, e, theta, b, g, damp)) damp = fmax(1e-4, 10 * damp);
    if (decrement < 0) return false;
    double next[EB_MAX];
    memcpy(next, theta, sizeof next);
    for (size_t i = 0; i < n; i++) next[e->family->place[i]] += step[i];
    const double there = evaluate(e, next, NULL, NULL);
    fit->loglik = value;
    if (decrement <= EB_DECREMENT && damp <= 1e-3) return true;
    if (there >= value - 1e-15 * fabs(value) && in_range(e->family, next)) {
      const double gain = there - value;
      memcpy(theta, next, sizeof next);
      value = evaluate(e, theta, g, b);
      damp = damp < 1e-6 ? 0 : damp / 10;
      newton = newton || gain < 1e-7 || k >= 12; /* scoring slows down near the solution */
    } else {
      if (damp > 1e8) return in_range(e->family, next) && decrement <= 1e-16;
      damp = fmax(1e-4, 10 * damp);
    }
  }
  return false;
}

/* Mean and standard deviation of the logarithm of one amount per cell. */
static void start_lognormal(double *theta, const eb_work *e) {
  double sum = 0, square = 0;
  for (int pass = 0; pass < 2; pass++)
    for (size_t k = 0; k < e->cells->n; k++) {
      if (!is_positive(e->cells, k)) continue;
      const double low = e->cells->low[k], high = e->cells->high[k];
      const double x = isinf(high) ? (low > 0 ? 1.5 * low : 1) : low > 0 ? sqrt(low) * sqrt(high) : high / 2;
      const double d = log(x) - (pass ? sum : 0);
      *(pass ? &square : &sum) += e->cells->w[k] / e->positive * (pass ? d * d : d);
    }
  theta[0] = sum;
  theta[1] = 0.5 * log(fmax(square, 0.01));
  theta[2] = theta[3] = 0;
}

static bool climb_family(eb_fit *fit, const eb_work *e, sx_banded_fit which, double *theta) {
  eb_work inside = *e;
  inside.family = sx_estimate__eb_family(which);
  return climb(fit, &inside, theta);
}

/* theta to begin with for the family. Climbs that do not arrive are left where they were. */
static void start_of(double *theta, eb_fit *fit, const eb_work *e) {
  start_lognormal(theta, e);
  if (e->family->fit == SX_BANDED_LOGNORMAL) return;
  theta[1] = log(1.8137993642342178) - theta[1]; /* pi/sqrt(3) over sigma: the logistic of that standard deviation */
  if (e->family->fit == SX_BANDED_FISK) return;
  (void)climb_family(fit, e, SX_BANDED_FISK, theta);
  if (e->family->fit != SX_BANDED_GB2) return;
  double other[EB_MAX];
  memcpy(other, theta, sizeof other);
  (void)climb_family(fit, e, SX_BANDED_SINGH_MADDALA, theta);
  (void)climb_family(fit, e, SX_BANDED_DAGUM, other);
  if (evaluate(e, other, NULL, NULL) > evaluate(e, theta, NULL, NULL)) memcpy(theta, other, sizeof other);
}

/* Distinct answers that tell of theta: intervals one less than there are, a known amount each. */
static bool enough(const eb_work *e) {
  size_t n = 0, known = 0;
  for (size_t k = 0; k < e->cells->n; k++) {
    if (!is_positive(e->cells, k)) continue;
    n++;
    known += e->cells->low[k] == e->cells->high[k];
  }
  return n > e->family->n || known >= (e->family->n > 2 ? e->family->n + 1 : 2);
}

void sx_estimate__eb_maximise(eb_fit *out, const eb_family *family, const eb_cells *cells, const double *start,
                              bool wants_inverse) {
  eb_work e = {family, cells, 0};
  memset(out, 0, sizeof *out);
  out->loglik = (double)NAN;
  for (size_t k = 0; k < cells->n; k++)
    if (is_positive(cells, k)) e.positive += cells->w[k];
  out->positive = e.positive;
  out->na = SX_NA_FEW_BANDS;
  if (!(e.positive > 0) || !enough(&e)) return;
  bool arrived = false;
  if (start) {
    memcpy(out->theta, start, sizeof out->theta);
    arrived = climb(out, &e, out->theta);
  }
  if (!arrived) {
    start_of(out->theta, out, &e);
    arrived = climb(out, &e, out->theta);
  }
  out->na = arrived ? SX_NA_NONE : SX_NA_NO_FIT;
  if (!arrived) return;
  double h[EB_MAX * EB_MAX];
  if (wants_inverse || family->n > 2) {
    information(&e, out->theta, h);
    if (!invert(out->inverse, h, family->n, EB_SINGULAR)) out->na = SX_NA_NO_FIT;
  }
}
