/* estimate_banded_family.c: the distributions of positive amounts.
 *
 *   lognormal  F(x) = Phi(z), z = (log x - mu)/sigma
 *   GB2        F(x) = I_u(p, q), u = 1/(1 + exp(-t)), t = a (log x - log b); I the incomplete beta function ratio
 *              density of log x: g(x) = a exp(p t - (p + q) log(1 + e^t)) / B(p, q)
 *              mean b B(p + 1/a, q - 1/a)/B(p, q), which exists where a q > 1
 * Singh-Maddala has p = 1, Dagum q = 1, Fisk both. The first moment distribution of a lognormal is a lognormal with mu + sigma^2, of a
 * GB2 a GB2 with p + 1/a, q - 1/a. McDonald (1984), Econometrica 52:647-663; Kleiber & Kotz (2003), ch. 6.
 * The derivatives of I by p and q have no closed form: they are central differences of order 6, exact to about 1e-12. */
#include "estimate_banded_priv.h"

static const double log_root_2pi = 0.91893853320467274178;

static const eb_family families[] = {
    {SX_BANDED_LOGNORMAL, 2, {0, 1}, {"mu", "sigma"}},
    {SX_BANDED_GB2, 4, {0, 1, 2, 3}, {"b", "a", "p", "q"}},
    {SX_BANDED_SINGH_MADDALA, 3, {0, 1, 3}, {"b", "a", "q"}},
    {SX_BANDED_DAGUM, 3, {0, 1, 2}, {"b", "a", "p"}},
    {SX_BANDED_FISK, 2, {0, 1}, {"b", "a"}},
};

const eb_family *sx_estimate__eb_family(sx_banded_fit fit) {
  for (size_t k = 0; k < sizeof families / sizeof *families; k++)
    if (families[k].fit == fit) return &families[k];
  return NULL;
}

static bool is_lognormal(const eb_family *family) {
  return family->fit == SX_BANDED_LOGNORMAL;
}

void sx_estimate__eb_natural(const eb_family *family, const double *theta, double *natural, double *derivative) {
  for (size_t j = 0; j < family->n; j++) {
    const size_t at = family->place[j];
    const bool same = is_lognormal(family) && at == 0;
    natural[j] = same ? theta[at] : exp(theta[at]);
    if (derivative) derivative[j] = same ? 1 : natural[j];
  }
}

void sx_estimate__eb_theta(const eb_family *family, const double *natural, double *theta) {
  for (size_t j = 0; j < EB_MAX; j++) theta[j] = 0;
  for (size_t j = 0; j < family->n; j++) {
    const size_t at = family->place[j];
    theta[at] = is_lognormal(family) && at == 0 ? natural[j] : log(natural[j]);
  }
}

void sx_estimate__eb_steps(const eb_family *family, const double *theta, double *h) {
  const double spread = is_lognormal(family) ? exp(theta[1]) : exp(-theta[1]);
  for (size_t j = 0; j < EB_MAX; j++) h[j] = 0.01;
  h[0] *= spread;
}

/* ---- lognormal --------------------------------------------------------------------------------------------------- */

static double lognormal_log(const eb_shape *shape, double low, double high, double *gradient) {
  const double sigma = shape->a, *theta = shape->theta;
  const double z1 = (log(low) - theta[0]) / sigma, z2 = (log(high) - theta[0]) / sigma;
  if (low == high) {
    if (gradient) {
      gradient[0] = z1 / sigma;
      gradient[1] = z1 * z1 - 1;
    }
    return -0.5 * z1 * z1 - log_root_2pi - theta[1] - log(low);
  }
  const double p = sx_num_norm_log_interval(z1, z2);
  if (!gradient) return p;
  const double f1 = isinf(z1) ? 0 : exp(-0.5 * z1 * z1 - log_root_2pi - p);
  const double f2 = isinf(z2) ? 0 : exp(-0.5 * z2 * z2 - log_root_2pi - p);
  gradient[0] = (f1 - f2) / sigma;
  gradient[1] = (isinf(z1) ? 0 : z1 * f1) - (isinf(z2) ? 0 : z2 * f2);
  return p;
}

/* ---- GB2 --------------------------------------------------------------------------------------------------------- */

/* The probability between two logits, from the tail that both lie nearer to. */
static double beta_between(double t1, double t2, double p, double q, bool upper) {
  return upper ? sx_num_beta_logit(t1, p, q, true) - sx_num_beta_logit(t2, p, q, true)
               : sx_num_beta_logit(t2, p, q, false) - sx_num_beta_logit(t1, p, q, false);
}

/* d/d log p (or q) of the above, by differences of order 6. */
static double beta_slope(double t1, double t2, double p, double q, bool upper, bool of_q) {
  static const double weight[] = {0.75, -0.15, 1.0 / 60};
  double sum = 0;
  for (int k = 1; k <= 3; k++) {
    const double up = exp(0.01 * k), down = exp(-0.01 * k);
    sum += weight[k - 1] * (beta_between(t1, t2, of_q ? p : p * up, of_q ? q * up : q, upper) -
                            beta_between(t1, t2, of_q ? p : p * down, of_q ? q * down : q, upper));
  }
  return sum / 0.01;
}

/* log of the density of t at t. */
static double logit_density(const eb_shape *shape, double t) {
  return shape->p * t - (shape->p + shape->q) * sx_num_log1p_exp(t) - shape->log_beta;
}

static double gb2_point(const eb_shape *shape, double x, double *gradient) {
  const eb_family *family = shape->family;
  const double a = shape->a, p = shape->p, q = shape->q, log_x = log(x), t = a * (log_x - shape->theta[0]);
  const double e = exp(-fabs(t)), soft = (t > 0 ? t : 0) + log1p(e);
  if (gradient) {
    const double u = t > 0 ? 1 / (1 + e) : e / (1 + e), slope = p - (p + q) * u;
    gradient[0] = -a * slope;
    gradient[1] = 1 + t * slope;
    gradient[2] = p * (t - soft - shape->psi_p + shape->psi_both);
    gradient[3] = q * (-soft - shape->psi_q + shape->psi_both);
    if (family->fit == SX_BANDED_SINGH_MADDALA || family->fit == SX_BANDED_FISK) gradient[2] = 0;
    if (family->fit == SX_BANDED_DAGUM || family->fit == SX_BANDED_FISK) gradient[3] = 0;
  }
  return shape->theta[1] + p * t - (p + q) * soft - shape->log_beta - log_x;
}

static double gb2_log(const eb_shape *shape, double low, double high, double *gradient) {
  if (low == high) return gb2_point(shape, low, gradient);
  const eb_family *family = shape->family;
  const double a = shape->a, p = shape->p, q = shape->q;
  const double t1 = a * (log(low) - shape->theta[0]), t2 = a * (log(high) - shape->theta[0]);
  const bool upper = isinf(t1) ? false : isinf(t2) ? true : t1 + t2 > 0;
  const double probability = beta_between(t1, t2, p, q, upper);
  if (gradient) {
    const double g1 = isinf(t1) ? 0 : exp(logit_density(shape, t1)), g2 = isinf(t2) ? 0 : exp(logit_density(shape, t2));
    const bool of_p = family->fit == SX_BANDED_GB2 || family->fit == SX_BANDED_DAGUM;
    const bool of_q = family->fit == SX_BANDED_GB2 || family->fit == SX_BANDED_SINGH_MADDALA;
    gradient[0] = a * (g1 - g2) / probability;
    gradient[1] = ((isinf(t2) ? 0 : t2 * g2) - (isinf(t1) ? 0 : t1 * g1)) / probability;
    gradient[2] = of_p ? beta_slope(t1, t2, p, q, upper, false) / probability : 0;
    gradient[3] = of_q ? beta_slope(t1, t2, p, q, upper, true) / probability : 0;
  }
  return probability > 0 ? log(probability) : -(double)INFINITY;
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

void sx_estimate__eb_prepare(eb_shape *out, const eb_family *family, const double *theta) {
  *out = (eb_shape){.family = family, .theta = {theta[0], theta[1], theta[2], theta[3]}};
  out->a = exp(theta[1]);
  if (is_lognormal(family)) return;
  const double p = out->p = exp(theta[2]), q = out->q = exp(theta[3]);
  out->log_beta = sx_num_log_gamma(p) + sx_num_log_gamma(q) - sx_num_log_gamma(p + q);
  out->psi_p = sx_num_digamma(p);
  out->psi_q = sx_num_digamma(q);
  out->psi_both = sx_num_digamma(p + q);
}

double sx_estimate__eb_log_of(const eb_shape *shape, double low, double high, double *gradient) {
  if (gradient)
    for (size_t j = 0; j < EB_MAX; j++) gradient[j] = 0;
  return is_lognormal(shape->family) ? lognormal_log(shape, low, high, gradient) : gb2_log(shape, low, high, gradient);
}

double sx_estimate__eb_log(const eb_family *family, const double *theta, double low, double high, double *gradient) {
  eb_shape shape;
  sx_estimate__eb_prepare(&shape, family, theta);
  return sx_estimate__eb_log_of(&shape, low, high, gradient);
}

double sx_estimate__eb_tail_index(const eb_family *family, const double *theta) {
  return is_lognormal(family) ? (double)INFINITY : exp(theta[1] + theta[3]);
}

double sx_estimate__eb_mean(const eb_family *family, const double *theta, double *gradient) {
  if (gradient)
    for (size_t j = 0; j < EB_MAX; j++) gradient[j] = (double)NAN;
  if (is_lognormal(family)) {
    const double variance = exp(2 * theta[1]), mean = exp(theta[0] + variance / 2);
    if (gradient) {
      gradient[0] = mean;
      gradient[1] = mean * variance;
    }
    return isfinite(mean) ? mean : (double)NAN;
  }
  const double a = exp(theta[1]), p = exp(theta[2]), q = exp(theta[3]), up = p + 1 / a, down = q - 1 / a;
  if (!(down > 1e-9 * q)) return (double)NAN;
  const double mean =
      exp(theta[0] + sx_num_log_gamma(up) + sx_num_log_gamma(down) - sx_num_log_gamma(p) - sx_num_log_gamma(q));
  if (!isfinite(mean)) return (double)NAN;
  if (gradient) {
    const double psi_up = sx_num_digamma(up), psi_down = sx_num_digamma(down);
    gradient[0] = mean;
    gradient[1] = mean * (psi_down - psi_up) / a;
    gradient[2] = mean * p * (psi_up - sx_num_digamma(p));
    gradient[3] = mean * q * (psi_down - sx_num_digamma(q));
  }
  return mean;
}

static double open_share(const eb_family *family, const double *theta, double low) {
  if (is_lognormal(family)) {
    const double sigma = exp(theta[1]);
    return exp(sx_num_norm_log_upper((log(low) - theta[0]) / sigma - sigma));
  }
  const double a = exp(theta[1]);
  return sx_num_beta_logit(a * (log(low) - theta[0]), exp(theta[2]) + 1 / a, exp(theta[3]) - 1 / a, true);
}

double sx_estimate__eb_open_share(const eb_family *family, const double *theta, double low, double *gradient) {
  static const double weight[] = {0.75, -0.15, 1.0 / 60};
  double h[EB_MAX];
  sx_estimate__eb_steps(family, theta, h);
  const double index = sx_estimate__eb_tail_index(family, theta);
  for (size_t j = 0; gradient && j < EB_MAX; j++) {
    const double step = isinf(index) ? h[j] : h[j] * fmin(1, index - 1); /* the mean must exist beside theta too */
    double sum = 0;
    for (int k = 1; k <= 3; k++) {
      double up[EB_MAX], down[EB_MAX];
      for (size_t i = 0; i < EB_MAX; i++) up[i] = down[i] = theta[i];
      up[j] += k * step;
      down[j] -= k * step;
      sum += weight[k - 1] * (open_share(family, up, low) - open_share(family, down, low));
    }
    gradient[j] = sum / step;
  }
  return open_share(family, theta, low);
}

double sx_estimate__eb_density(const eb_family *family, const double *theta, double x) {
  return x > 0 ? exp(sx_estimate__eb_log(family, theta, x, x, NULL)) : (double)NAN;
}

/* Newton on the scale of log x with the bracket kept by halving; both tails by their own probabilities. */
double sx_estimate__eb_quantile(const eb_family *family, const double *theta, double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? 0 : p == 1 ? (double)INFINITY : (double)NAN;
  if (is_lognormal(family)) return exp(theta[0] + exp(theta[1]) * sx_num_norm_quantile(p));
  const double spread = exp(-theta[1]);
  double lo = theta[0] - spread, hi = theta[0] + spread;
  for (int k = 0; k < 60 && sx_estimate__eb_log(family, theta, 0, exp(lo), NULL) > log(p); k++)
    lo -= spread * ldexp(1, k);
  for (int k = 0; k < 60 && sx_estimate__eb_log(family, theta, exp(hi), (double)INFINITY, NULL) > log1p(-p); k++)
    hi += spread * ldexp(1, k);
  double y = 0.5 * (lo + hi);
  for (int k = 0; k < 200 && hi - lo > 1e-15 * (fabs(y) + spread); k++) {
    const double x = exp(y);
    const double miss = p < 0.5 ? exp(sx_estimate__eb_log(family, theta, 0, x, NULL)) - p
                                : (1 - p) - exp(sx_estimate__eb_log(family, theta, x, (double)INFINITY, NULL));
    if (miss == 0) break;
    *(miss > 0 ? &hi : &lo) = y;
    const double next = y - miss / (x * sx_estimate__eb_density(family, theta, x));
    const bool inside = isfinite(next) && next > lo && next < hi;
    if (inside && fabs(next - y) <= 1e-15 * (fabs(y) + spread)) break;
    y = inside ? next : 0.5 * (lo + hi);
  }
  return exp(y);
}
