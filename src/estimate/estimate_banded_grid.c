/* estimate_banded_grid.c: amounts by the middle of their bands, the open band by a Pareto tail.
 *
 * The tail: P(X > x | X > L) = (L/x)^alpha above the lower limit L of the first of the last m bands; alpha maximises
 * sum w log P(band | X > L). With m = 2 that is alpha = log((n_1 + n_2)/n_2)/log(L_2/L_1): Henson (1967), Parker & Fenwick (1983),
 * Social Forces 61:872-885. The open band counts the mean of its tail, L_m alpha/(alpha - 1), or the harmonic mean
 * L_m (1 + 1/alpha): von Hippel, Scarpino & Holas (2016), Sociological Methodology 46:212-251. */
#include <string.h>

#include "estimate_banded_priv.h"

/* log P(cell | X > L), L = from, with its first and second derivative by alpha. */
static double tail_log(double alpha, double from, double low, double high, double *slope, double *curve) {
  const double u = log(low / from);
  if (low == high) { /* density */
    *slope = 1 / alpha - u;
    *curve = -1 / (alpha * alpha);
    return log(alpha) - alpha * u - log(low);
  }
  *slope = -u;
  *curve = 0;
  if (isinf(high)) return -alpha * u;
  const double d = log(high / low), r = 1 / expm1(alpha * d); /* P = e^-alpha u (1 - e^-alpha d) */
  *slope += d * r;
  *curve = -d * d * r * (1 + r);
  return -alpha * u + log(-expm1(-alpha * d));
}

static double tail_gradient(const eb_cells *c, double alpha, double from, double *curve) {
  double sum = 0;
  *curve = 0;
  for (size_t k = 0; k < c->n; k++) {
    if (c->w[k] == 0 || !(c->low[k] >= from)) continue;
    double slope = 0, second = 0;
    (void)tail_log(alpha, from, c->low[k], c->high[k], &slope, &second);
    sum += c->w[k] * slope;
    *curve += c->w[k] * second;
  }
  return sum;
}

/* The log-likelihood is concave in alpha; Newton on log alpha, halving where it goes astray. NaN: at 0 or infinity. */
static double tail_index(const eb_cells *c, double from, double *curve) {
  double lo = log(1e-6), hi = log(1e6), x = log(2);
  if (!(tail_gradient(c, exp(lo), from, curve) > 0) || !(tail_gradient(c, exp(hi), from, curve) < 0))
    return (double)NAN;
  for (int k = 0; k < 200; k++) {
    const double alpha = exp(x), g = tail_gradient(c, alpha, from, curve);
    if (g == 0) break;
    *(g > 0 ? &lo : &hi) = x;
    const double next = x - g / (alpha * *curve + g);
    const bool inside = isfinite(next) && next > lo && next < hi;
    const double to = inside ? next : 0.5 * (lo + hi);
    if (fabs(to - x) <= 1e-16 * (1 + fabs(x))) break;
    x = to;
  }
  (void)tail_gradient(c, exp(x), from, curve);
  return exp(x);
}

void sx_estimate__eb_grid(eb_grid *out, const eb_grid_rule *rule, const eb_cells *cells) {
  *out = (eb_grid){.alpha = (double)NAN, .information = (double)NAN, .open_mean = (double)NAN, .factor = (double)NAN};
  const bool open = rule->n_bands > 0 && isinf(rule->band[rule->n_bands - 1].high);
  out->from = out->open = (double)INFINITY;
  if (rule->fit == SX_BANDED_MIDPOINT || !open) {
    out->factor = rule->open_factor;
    return;
  }
  const double low = out->open = rule->band[rule->n_bands - 1].low;
  if (rule->n_bands < rule->tail_bands) {
    out->na = SX_NA_FEW_BANDS;
    return;
  }
  out->from = rule->band[rule->n_bands - rule->tail_bands].low;
  double in_open = 0;
  for (size_t k = 0; k < cells->n; k++)
    if (cells->low[k] >= low) in_open += cells->w[k];
  if (in_open == 0) { /* nothing there to count */
    out->open_mean = low;
    return;
  }
  double curve = 0;
  out->alpha = tail_index(cells, out->from, &curve);
  if (isnan(out->alpha)) {
    out->na = SX_NA_FEW_BANDS;
    return;
  }
  out->information = -curve;
  const double alpha = out->alpha;
  if (rule->fit == SX_BANDED_RPME) {
    out->open_mean = low * (1 + 1 / alpha);
    out->open_slope = -low / (alpha * alpha);
  } else if (alpha > 1) {
    out->open_mean = low * alpha / (alpha - 1);
    out->open_slope = -low / ((alpha - 1) * (alpha - 1));
  } else {
    out->na = SX_NA_NO_MEAN;
  }
}

double sx_estimate__eb_amount(const eb_grid *grid, double low, double high) {
  if (low == high) return low;
  if (!isinf(high)) return low + (high - low) / 2;
  if (isnan(grid->factor)) return grid->open_mean;
  return low > 0 ? grid->factor * low : (double)NAN;
}

double sx_estimate__eb_alpha_score(const eb_grid *grid, double low, double high) {
  double slope = 0, curve = 0;
  if (isnan(grid->alpha) || !(low >= grid->from)) return 0;
  (void)tail_log(grid->alpha, grid->from, low, high, &slope, &curve);
  return slope / grid->information;
}

double sx_estimate__eb_below(const eb_grid *grid, double low, double high, double x, double *slope) {
  *slope = 0;
  if (x < low) return 0;
  if (x >= high) return 1;
  if (!isinf(high)) return (x - low) / (high - low);
  if (isnan(grid->alpha)) return (double)NAN;
  const double r = log(low / x), beyond = exp(grid->alpha * r);
  *slope = -r * beyond;
  return 1 - beyond;
}
