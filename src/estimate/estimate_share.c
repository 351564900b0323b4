/* estimate_share.c: confidence intervals of a proportion p with variance V on df degrees of freedom, t = t_df(1 - alpha/2):
 *
 *   wald        p -+ t se
 *   logit       expit(logit p -+ t se/(p(1-p)))
 *   asin        sin^2(asin sqrt p -+ t se/(2 sqrt(p(1-p)))); an angle below 0 is folded back, as R's svyciprop does, unless it
 *               would pass p itself: then the limit is 0 (or 1)
 *   wilson      the roots of (p - x)^2 = t^2 x(1-x)/m,  m = p(1-p)/V
 *   beta        B(alpha/2; a, m'-a+1) and B(1-alpha/2; a+1, m'-a), a = m' p, m' = m (t_{n-1}/t_df)^2
 *   likelihood  the x with 2 m (n-1)/n (p ln(p/x) + (1-p) ln((1-p)/(1-x))) = t^2
 *
 * Korn & Graubard (1998) Survey Methodology 24 (beta); Kott & Carr (1997) JOS 13 (wilson); Rao & Scott (1984) Ann. Stat. 12:46-60
 * (the likelihood scaled by the design effect). docs/methods/proportions.md. */
#include <string.h>

#include "estimate_priv.h"

static void by_logit(double *low, double *high, double p, double half) {
  const double at = log(p / (1 - p));
  *low = 1 / (1 + exp(-(at - half / (p * (1 - p)))));
  *high = 1 / (1 + exp(-(at + half / (p * (1 - p)))));
}

static void by_asin(double *low, double *high, double p, double half) {
  const double at = asin(sqrt(p)), step = half / (2 * sqrt(p * (1 - p))), right = 2 * atan(1.0);
  const double a = at - step, b = at + step;
  *low = a < -at ? 0 : sin(a) * sin(a);
  *high = b > 2 * right - at ? 1 : sin(b) * sin(b);
}

static void by_wilson(double *low, double *high, double p, double m, double t) {
  const double t2 = t * t / m, centre = (p + t2 / 2) / (1 + t2), half = sqrt(t2 * p * (1 - p) + t2 * t2 / 4) / (1 + t2);
  *low = centre - half;
  *high = centre + half;
}

static void by_beta(double *low, double *high, const est_share *s, double m) {
  const double alpha = 1 - s->level;
  if (s->n > 1) {
    const double ratio = sx_num_t_quantile(1 - alpha / 2, s->n - 1) / s->t;
    m *= ratio * ratio;
  }
  *low = sx_num_beta_quantile(alpha / 2, m * s->p, m * (1 - s->p) + 1);
  *high = sx_num_beta_quantile(1 - alpha / 2, m * s->p + 1, m * (1 - s->p));
}

/* The root on the side of `edge` (0 or 1): the divergence grows from 0 at p to infinity at the edge; halving is enough. */
static double likelihood_root(double p, double edge, double target) {
  double inside = p, outside = edge;
  for (int k = 0; k < 200; k++) {
    const double x = inside + (outside - inside) / 2;
    if (x == inside || x == outside) break;
    if (p * log(p / x) + (1 - p) * log((1 - p) / (1 - x)) < target)
      inside = x;
    else
      outside = x;
  }
  return inside;
}

/* (n-1)/n is the inverse of the dispersion that a quasi-binomial fit of p has. */
static void by_likelihood(double *low, double *high, const est_share *s, double m) {
  if (s->n > 1) m *= (s->n - 1) / s->n;
  *low = likelihood_root(s->p, 0, s->t * s->t / (2 * m));
  *high = likelihood_root(s->p, 1, s->t * s->t / (2 * m));
}

void sx_estimate__share(double *low, double *high, sx_ci method, const est_share *s) {
  const double p = s->p, half = s->t * sqrt(s->variance), m = p * (1 - p) / s->variance;
  const bool inside = p > 0 && p < 1;
  if (method == SX_CI_WALD || (inside && s->variance == 0)) {
    *low = p - half;
    *high = p + half;
    return;
  }
  *low = *high = (double)NAN;
  if (!inside) return;
  switch (method) {
  case SX_CI_ASIN:
    by_asin(low, high, p, half);
    break;
  case SX_CI_WILSON:
    by_wilson(low, high, p, m, s->t);
    break;
  case SX_CI_BETA:
    by_beta(low, high, s, m);
    break;
  case SX_CI_LIKELIHOOD:
    by_likelihood(low, high, s, m);
    break;
  case SX_CI_DEFAULT:
  case SX_CI_WALD:
  case SX_CI_LOGIT:
  case SX_CI_XLOGIT:
    by_logit(low, high, p, half);
    break;
  }
}

static const char *const ci_names[] = {"default", "wald", "logit", "xlogit", "wilson", "beta", "asin", "likelihood"};

const char *sx_ci_name(sx_ci ci) {
  return (unsigned)ci < sizeof ci_names / sizeof *ci_names ? ci_names[ci] : "unknown";
}

sx_status sx_ci_parse(sx_ci *out, const char *text, sx_error *err) {
  enum { N = sizeof ci_names / sizeof *ci_names };
  for (size_t k = 0; k < N; k++)
    if (strcmp(ci_names[k], text) == 0) {
      *out = (sx_ci)k;
      return SX_OK;
    }
  return sx_error_set(err, SX_E_ARGUMENT, NULL,
                      "'%s' is not an interval: wald, logit, xlogit, wilson, beta, asin or likelihood", text);
}
