/* estimate_inequality_entropy.c: the Gini coefficient, generalised entropy and Atkinson's index. With weights w, N = sum w,
 * m = sum w x / N, r = x/m, the score z_k = d value / d w_k:
 *
 *   Gini   G = sum_i sum_j w_i w_j |x_i - x_j| / (2 N^2 m) = S/(N^2 m) - 1,  S = sum_i sum_j w_i w_j max(x_i, x_j)
 *          z = 2 (x_k C_k + T_n - T_k)/(N^2 m) - (G + 1)(1 + r_k)/N;  C_k, T_k the weights and amounts up to k
 *   GE(a)  (M - 1)/(a (a - 1)), M = sum w r^a / N;  z = [r_k^a - M - a M (r_k - 1)]/(N a (a - 1))
 *   GE(0)  L = -sum w log r / N;  z = [-log r_k - L + r_k - 1]/N
 *   GE(1)  T = sum w r log r / N;  z = [r_k log r_k - T - (T + 1)(r_k - 1)]/N
 *   A(e)   1 - U^(1/(1-e)), U = sum w r^(1-e) / N;  z = -U^(e/(1-e)) [(r_k^(1-e) - U)/(1-e) - U (r_k - 1)]/N
 *   A(1)   1 - exp(-L);  z = exp(-L) z_L
 *
 * Langel & Tille (2013) JRSS A 176:521-540 (Gini); Biewen & Jenkins (2006) Oxford Bull. Econ. Stat. 68:371-383 (GE, Atkinson). */
#include "estimate_inequality_priv.h"

/* In R's convey the Gini is (2 sum C_k w_k x_k - T)/(N T) - 1. */
static void gini_convey(double *value, double *score, const ineq_view *v) {
  const double n = v->weight, t = v->total;
  for (size_t k = 0; k < v->n; k++) v->u[k] = v->cum[k] * v->x[k];
  const double s = 2 * sx_num_dot(v->w, v->u, v->n) - t, ratio = s / (n * t);
  *value = ratio - 1;
  for (size_t k = 0; score && k < v->n; k++) {
    const double x = v->x[k], ds = 2 * (t - v->amount[k] + x * v->w[k] + v->cum[k] * x) - x;
    score[k] = ds / (n * t) - ratio * (x / t + 1 / n);
  }
}

sx_status sx_estimate__ineq_gini(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  const double n = v->weight, t = v->total;
  *value = (double)NAN;
  if (!(t > 0) || !(n > 0)) return SX_OK;
  if (v->job->options->form == SX_INEQUALITY_CONVEY) {
    gini_convey(value, score, v);
    return SX_OK;
  }
  for (size_t k = 0; k < v->n; k++) v->u[k] = v->x[k] * (2 * v->cum[k] - v->w[k]);
  *value = sx_num_dot(v->w, v->u, v->n) / (n * t) - 1;
  for (size_t k = 0; score && k < v->n; k++) {
    const double x = v->x[k];
    score[k] = 2 * (x * v->cum[k] + t - v->amount[k]) / (n * t) - (*value + 1) * (1 / n + x / t);
  }
  return SX_OK;
}

/* Mean of u over the weights. */
static double mean_u(const ineq_view *v) {
  return sx_num_dot(v->w, v->u, v->n) / v->weight;
}

static void mean_log(double *value, double *score, const ineq_view *v) {
  for (size_t k = 0; k < v->n; k++) v->u[k] = -log(v->x[k] / v->mean);
  *value = mean_u(v);
  for (size_t k = 0; score && k < v->n; k++) score[k] = (v->u[k] - *value + v->x[k] / v->mean - 1) / v->weight;
}

static void theil(double *value, double *score, const ineq_view *v) {
  for (size_t k = 0; k < v->n; k++) {
    const double r = v->x[k] / v->mean;
    v->u[k] = r > 0 ? r * log(r) : 0;
  }
  *value = mean_u(v);
  for (size_t k = 0; score && k < v->n; k++)
    score[k] = (v->u[k] - *value - (*value + 1) * (v->x[k] / v->mean - 1)) / v->weight;
}

sx_status sx_estimate__ineq_entropy(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  const double a = v->job->request->measure.a;
  SX_TRY(sx_estimate__ineq_least(v, 0, a <= 0, (double)INFINITY, "this entropy", err));
  *value = (double)NAN;
  if (!(v->mean > 0)) return SX_OK;
  if (a == 0) {
    mean_log(value, score, v);
  } else if (a == 1) {
    theil(value, score, v);
  } else {
    for (size_t k = 0; k < v->n; k++) v->u[k] = pow(v->x[k] / v->mean, a);
    const double m = mean_u(v), scale = a * (a - 1);
    *value = (m - 1) / scale;
    for (size_t k = 0; score && k < v->n; k++)
      score[k] = (v->u[k] - m - a * m * (v->x[k] / v->mean - 1)) / (v->weight * scale);
  }
  return SX_OK;
}

sx_status sx_estimate__ineq_atkinson(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  const double e = v->job->request->measure.a;
  SX_TRY(sx_estimate__ineq_least(v, 0, e >= 1, (double)INFINITY, "Atkinson's index", err));
  *value = (double)NAN;
  if (!(v->mean > 0)) return SX_OK;
  if (e == 1) {
    double l = 0;
    mean_log(&l, score, v);
    *value = 1 - exp(-l);
    for (size_t k = 0; score && k < v->n; k++) score[k] *= exp(-l);
    return SX_OK;
  }
  for (size_t k = 0; k < v->n; k++) v->u[k] = pow(v->x[k] / v->mean, 1 - e);
  const double m = mean_u(v), slope = pow(m, e / (1 - e));
  *value = 1 - pow(m, 1 / (1 - e));
  for (size_t k = 0; score && k < v->n; k++)
    score[k] = -slope * ((v->u[k] - m) / (1 - e) - m * (v->x[k] / v->mean - 1)) / v->weight;
  return SX_OK;
}
