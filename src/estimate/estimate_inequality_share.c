/* estimate_inequality_share.c: shares of the total, their ratios, ratios of quantiles. N = sum w, T = sum w x, q = Q(p) the first x with
 * C_k >= p N, 1_k = 1(x_k <= q):
 *
 *   L(p)   = [sum w (x - q) 1 + p N q]/T: the Lorenz curve, linear between cases, so that exactly p of the population counts
 *   z      = [(x_k - q) 1_k + p q - L x_k]/T;  Kovacevic & Binder (1997) J. Off. Stat. 13:41-58
 *   bottom L(a);  top 1 - L(1 - a);  palma (1 - L(.9))/L(.4)
 *
 *   share ratio  R = (T - B(1-a))/B(a), B(p) = sum w x 1: whole cases, as Eurostat's S80/S20
 *   z of B(p)  = x_k 1_k - s (1_k - p), s = q;  convey: s = sum w x phi((q - x)/h) / sum w phi((q - x)/h)
 *
 *   quantile ratio  Q(b)/Q(a), scores of quantiles by a density: estimate_inequality_view.c. Osier (2009) sec. 3.2-3.4. */
#include "estimate_inequality_priv.h"

static double ordinate(const ineq_view *v, double q, double p) {
  for (size_t k = 0; k < v->n; k++) v->u[k] = v->x[k] <= q ? v->x[k] - q : 0;
  return (sx_num_dot(v->w, v->u, v->n) + p * v->weight * q) / v->total;
}

/* value and, where asked for, score of L(p). */
static void lorenz_at(double *value, double *score, const ineq_view *v, double p) {
  const double q = sx_estimate__ineq_quantile(v, p);
  *value = p <= 0 ? 0 : p >= 1 ? 1 : ordinate(v, q, p);
  for (size_t k = 0; score && k < v->n; k++)
    score[k] = p <= 0 || p >= 1 ? 0 : ((v->x[k] <= q ? v->x[k] - q : 0) + p * q - *value * v->x[k]) / v->total;
}

sx_status sx_estimate__ineq_lorenz(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  const sx_inequality_request *r = v->job->request;
  for (size_t i = 0; i < r->n_probs; i++) {
    value[i] = (double)NAN;
    if (v->total > 0) lorenz_at(&value[i], score ? score + i * v->n : NULL, v, r->probs[i]);
  }
  return SX_OK;
}

sx_status sx_estimate__ineq_part(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  const sx_inequality_measure *m = &v->job->request->measure;
  *value = (double)NAN;
  if (!(v->total > 0)) return SX_OK;
  const bool top = m->stat == SX_INEQUALITY_TOP;
  lorenz_at(value, score, v, top ? 1 - m->a : m->a);
  if (top) *value = 1 - *value;
  for (size_t k = 0; top && score && k < v->n; k++) score[k] = -score[k];
  return SX_OK;
}

sx_status sx_estimate__ineq_palma(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  *value = (double)NAN;
  if (!(v->total > 0)) return SX_OK;
  double *low = score ? sx_mem_alloc(&v->job->ctx, v->n, sizeof *low) : NULL, bottom = 0, upto = 0;
  if (score && !low) return sx_error_memory(err);
  lorenz_at(&bottom, low, v, 0.4);
  lorenz_at(&upto, score, v, 0.9);
  if (bottom > 0) *value = (1 - upto) / bottom;
  for (size_t k = 0; score && k < v->n; k++) score[k] = (-score[k] - *value * low[k]) / bottom;
  sx_mem_free(&v->job->ctx, low);
  return SX_OK;
}

/* Sum of w x up to q, and what an amount q stands for in its score. */
static double total_upto(double *level, const ineq_view *v, double q) {
  for (size_t k = 0; k < v->n; k++) v->u[k] = v->x[k] <= q ? v->x[k] : 0;
  const double total = sx_num_dot(v->w, v->u, v->n);
  *level = q;
  if (v->job->options->form != SX_INEQUALITY_CONVEY || !(v->bandwidth > 0)) return total;
  double amount = 0, weight = 0;
  for (size_t k = 0; k < v->n; k++) {
    const double z = (q - v->x[k]) / v->bandwidth, kernel = fabs(z) < 40 ? v->w[k] * exp(-z * z / 2) : 0;
    amount += kernel * v->x[k];
    weight += kernel;
  }
  *level = amount / weight;
  return total;
}

sx_status sx_estimate__ineq_share_ratio(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  const double a = v->job->request->measure.a;
  const double low = sx_estimate__ineq_quantile(v, a), high = sx_estimate__ineq_quantile(v, 1 - a);
  double low_level = 0, high_level = 0;
  const double bottom = total_upto(&low_level, v, low), upto = total_upto(&high_level, v, high);
  *value = bottom > 0 ? (v->total - upto) / bottom : (double)NAN;
  if (isnan(*value)) return SX_OK;
  if (v->x[0] == v->x[v->n - 1] && v->job->options->form == SX_INEQUALITY_PLAIN) { /* equality: nobody above Q(1 - a) */
    *value = 1;
    for (size_t k = 0; score && k < v->n; k++) score[k] = 0;
    return SX_OK;
  }
  for (size_t k = 0; score && k < v->n; k++) {
    const double x = v->x[k], is_low = x <= low, is_upto = x <= high;
    const double of_bottom = x * is_low - low_level * (is_low - a);
    const double of_upto = x * is_upto - high_level * (is_upto - (1 - a));
    score[k] = (x - of_upto - *value * of_bottom) / bottom;
  }
  return SX_OK;
}

sx_status sx_estimate__ineq_quantile_ratio(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  const sx_inequality_measure *m = &v->job->request->measure;
  const double low = sx_estimate__ineq_quantile(v, m->a), high = sx_estimate__ineq_quantile(v, m->b);
  *value = low > 0 ? high / low : (double)NAN;
  if (!score || isnan(*value)) return SX_OK;
  sx_estimate__ineq_quantile_score(score, v, high, m->b);
  sx_estimate__ineq_quantile_score(v->u, v, low, m->a);
  for (size_t k = 0; k < v->n; k++) score[k] = (score[k] - *value * v->u[k]) / low;
  return SX_OK;
}
