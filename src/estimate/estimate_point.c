/* estimate_point.c: point estimates of one domain and their linearised scores.
 *
 *   total  sum w y          u = y
 *   count  sum w            u = 1
 *   mean   sum w y / N      u = (y - mean) / N,  N = sum w
 *   prop   a mean of the indicator of a level
 *   ratio  Y / X            u = (y - R x) / X
 * all times the indicator of the domain's base. Binder (1983), ISR 51:279-292; Sarndal, Swensson & Wretman (1992) ch. 5. */
#include "estimate_priv.h"

void sx_estimate__add_residuals(double *residual, const est_frame *f, size_t from, size_t to) {
  const est_basis *b = f->basis;
  const double *w = sx_design_position_weights(f->design);
  for (size_t k = from; k < to; k++) {
    const uint32_t code = sx_codes_at(&b->codes, k);
    if (code == 0) continue;
    const size_t g = code - 1; /* one value per domain */
    const double e = b->x ? b->y[k] - f->sum_y[g] / f->sum_x[g] * b->x[k] : b->y[k] - f->sum_y[g] / f->sum_w[code];
    residual[g] += w[k] * e * e;
  }
}

void sx_estimate__residuals(double *residual, const est_frame *f) {
  for (size_t g = 0; g < f->n_domains; g++) residual[g] = f->residual ? f->residual[g] : 0;
  if (f->basis->y && !f->residual) sx_estimate__add_residuals(residual, f, 0, sx_design_rows(f->design));
}

/* Discrete numeric: total and sum of squares about the mean from the weights of the values. */
static void moments(double *total, double *square, const est_frame *f, const double *w, double n_hat) {
  *total = *square = 0;
  for (size_t v = 0; v < f->n_values; v++) *total += w[v] * f->values[v];
  const double mean = *total / n_hat;
  for (size_t v = 0; v < f->n_values; v++) *square += w[v] * (f->values[v] - mean) * (f->values[v] - mean);
}

void sx_estimate__point(est_point *out, double *a, const est_frame *f, size_t g, size_t level, const double *residual) {
  const sx_stat stat = f->request->stat;
  const size_t values = f->n_values;
  const double *w = f->sum_w + 1 + g * values;
  const double n = (double)f->n[g];
  *out = (est_point){(double)NAN, 0, 0, (double)NAN, SX_NA_NONE};
  if (f->n[g] == 0) {
    out->na = f->n_in[g] > 0 ? SX_NA_ALL_MISSING : SX_NA_EMPTY_DOMAIN;
    return;
  }
  double n_hat = 0, total = f->sum_y[g], square = 0;
  for (size_t v = 0; v < values; v++) n_hat += w[v];
  for (size_t v = 0; v < values; v++) a[v] = 0;
  if (stat == SX_STAT_TOTAL || stat == SX_STAT_MEAN) {
    if (f->continuous)
      square = residual[g];
    else
      moments(&total, &square, f, w, n_hat);
  }
  switch (stat) {
  case SX_STAT_TOTAL:
    out->value = total;
    out->b = 1;
    for (size_t v = 0; v < values && !f->continuous; v++) a[v] = f->values[v];
    out->srs = n_hat * square / (n - 1);
    break;
  case SX_STAT_COUNT:
    out->value = n_hat;
    a[0] = 1;
    break;
  case SX_STAT_MEAN: {
    const double mean = total / n_hat;
    out->value = mean;
    out->b = 1 / n_hat;
    for (size_t v = 0; v < values; v++) a[v] = ((f->continuous ? 0 : f->values[v]) - mean) / n_hat;
    out->srs = square / n_hat / (n - 1);
    break;
  }
  case SX_STAT_PROP: {
    const double p = w[level] / n_hat;
    out->value = p;
    for (size_t v = 0; v < values; v++) a[v] = ((v == level ? 1 : 0) - p) / n_hat;
    out->srs = p * (1 - p) / (n - 1);
    break;
  }
  case SX_STAT_RATIO: {
    const double x = f->sum_x[g];
    if (x == 0) {
      out->na = SX_NA_ZERO_DENOMINATOR;
      return;
    }
    out->value = total / x;
    out->b = 1 / x;
    out->c = -out->value / x;
    out->srs = n_hat * residual[g] / (x * x) / (n - 1);
    break;
  }
  }
}
