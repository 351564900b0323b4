/* estimate_poverty.c: poverty at or below a threshold t. D is the domain, N_D its weights, 1_k = 1(x_k <= t), g a gap function, f_D the
 * density of D (estimate_inequality_view.c). t is a constant, c Q(p) or c times the mean of all cases; its score is dt.
 *
 *   rate, FGT(a)  H = sum_D w g / N_D, g = ((t - x)/t)^a 1.  z = 1(k in D)(g_k - H)/N_D + s dt_k,
 *                 s = f_D(t) for a = 0, else sum_D w a ((t - x)/t)^(a-1) (x/t^2) 1 / N_D
 *   Watts         g = log(t/x) 1, s = sum_D w 1 / (t N_D)
 *   median of the poor  m: the first x in D with half the weight of the poor of D at or below it.
 *                 z = [z_H/2 - 1(k in D)(1(x_k <= m) - H/2)/N_D]/f_D(m), z_H that of the rate
 *   median gap    1 - m/t
 *
 * dt reaches all cases, also those outside D. Osier (2009) Survey Research Methods 3:167-195; Deville (1999) Survey
 * Methodology 25:193-203; Foster, Greer & Thorbecke (1984) Econometrica 52:761-766; Watts (1968). */
#include <string.h>

#include "estimate_inequality_priv.h"

void sx_estimate__pov_threshold(ineq_view *v) {
  const sx_poverty_threshold *line = &v->job->options->threshold;
  v->line = line->value;
  if (line->kind == SX_POVERTY_OF_QUANTILE) {
    const double q = sx_estimate__ineq_quantile(v, line->order);
    v->line = line->fraction * q;
    if (v->dt) sx_estimate__ineq_quantile_score(v->dt, v, q, line->order);
  } else if (line->kind == SX_POVERTY_OF_MEAN) {
    v->line = line->fraction * v->mean;
  }
  for (size_t k = 0; v->dt && k < v->n; k++) {
    if (line->kind == SX_POVERTY_OF_QUANTILE) v->dt[k] *= line->fraction;
    if (line->kind == SX_POVERTY_OF_MEAN) v->dt[k] = line->fraction * (v->x[k] - v->mean) / v->weight;
    if (line->kind == SX_POVERTY_ABSOLUTE) v->dt[k] = 0;
  }
}

sx_status sx_estimate__pov_line(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  (void)err;
  *value = v->line;
  if (score) memcpy(score, v->dt, v->n * sizeof *score);
  return SX_OK;
}

/* True where a rate has a value: someone is there, and t is above 0. score then holds dt. */
static bool has_rate(double *value, double *score, sx_na *na, const ineq_view *v) {
  *value = (double)NAN;
  if (v->n_in == 0) *na = SX_NA_EMPTY_DOMAIN;
  const bool has = v->n_in > 0 && v->line > 0 && v->in_weight > 0;
  if (has && score) memcpy(score, v->dt, v->n * sizeof *score);
  return has;
}

static bool is_poor(const ineq_view *v, size_t k, double t) {
  return v->x[k] <= t && ineq_in(v, k);
}

/* s of the rate: nothing where the threshold is given. */
static double rate_slope(const ineq_view *v, double t) {
  if (v->job->options->threshold.kind == SX_POVERTY_ABSOLUTE) return 0;
  const double f = sx_estimate__ineq_density(v, t, (double)NAN, true);
  return isfinite(f) ? f : 0;
}

/* value and score of the mean of the gaps in v->u; score holds dt when called. */
static void mean_gap(double *value, double *score, const ineq_view *v, double slope) {
  *value = sx_num_dot(v->w, v->u, v->n) / v->in_weight;
  for (size_t k = 0; score && k < v->n; k++)
    score[k] = slope * score[k] + (ineq_in(v, k) ? (v->u[k] - *value) / v->in_weight : 0);
}

static void rate(double *value, double *score, const ineq_view *v, double t) {
  for (size_t k = 0; k < v->n; k++) v->u[k] = is_poor(v, k, t);
  mean_gap(value, score, v, score ? rate_slope(v, t) : 0);
}

sx_status sx_estimate__pov_fgt(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)err;
  const sx_inequality_measure *m = &v->job->request->measure;
  const double t = v->line;
  double slope = 0;
  if (!has_rate(value, score, na, v)) return SX_OK;
  if (m->stat == SX_POVERTY_RATE || m->a == 0) {
    rate(value, score, v, t);
    return SX_OK;
  }
  for (size_t k = 0; k < v->n; k++) v->u[k] = is_poor(v, k, t) ? pow(1 - v->x[k] / t, m->a - 1) * v->x[k] : 0;
  slope = m->a * sx_num_dot(v->w, v->u, v->n) / (t * t * v->in_weight);
  for (size_t k = 0; k < v->n; k++) v->u[k] = is_poor(v, k, t) ? pow(1 - v->x[k] / t, m->a) : 0;
  mean_gap(value, score, v, slope);
  return SX_OK;
}

sx_status sx_estimate__pov_watts(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  const double t = v->line;
  if (!has_rate(value, score, na, v)) return SX_OK;
  SX_TRY(sx_estimate__ineq_least(v, 0, true, t, "Watts' index", err));
  for (size_t k = 0; k < v->n; k++) v->u[k] = is_poor(v, k, t);
  const double slope = sx_num_dot(v->w, v->u, v->n) / (t * v->in_weight);
  for (size_t k = 0; k < v->n; k++) v->u[k] = is_poor(v, k, t) ? log(t / v->x[k]) : 0;
  mean_gap(value, score, v, slope);
  return SX_OK;
}

sx_status sx_estimate__pov_median(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)err;
  const bool gap = v->job->request->measure.stat == SX_POVERTY_MEDIAN_GAP;
  const double t = v->line;
  double h = 0;
  if (!has_rate(value, score, na, v)) return SX_OK;
  const double m = sx_estimate__ineq_median_upto(v, t);
  if (isnan(m)) return SX_OK;
  *value = gap ? 1 - m / t : m;
  if (!score) return SX_OK;
  rate(&h, score, v, t);
  const double f = sx_estimate__ineq_density(v, m, h / 2, true);
  for (size_t k = 0; k < v->n; k++) {
    const double own = ineq_in(v, k) ? ((v->x[k] <= m) - h / 2) / v->in_weight : 0;
    score[k] = (score[k] / 2 - own) / f;
    if (gap) score[k] = -score[k] / t + m / (t * t) * v->dt[k];
  }
  return SX_OK;
}

/* Sen (1976) Econometrica 44:219-231 in the form that does not depend on n, and Shorrocks (1995) Econometrica 63:1225-1230. With
 * g_k = 1 - x_k/t of the poor of D, else 0, P the weights of the poor and C_k the weights of D up to k:
 *
 *   SST = sum_i sum_j in D w_i w_j max(g_i, g_j) / N_D^2 = mean gap * (1 + its Gini)
 *   Sen = the same sum over pairs of the poor / (N_D P) = rate * [gap + (1 - gap) Gini of the poor]
 *
 * With R = N_D or P, M_k = sum_{j <= k} w_j g_j + g_k (R - C_k) and B = sum w g:
 *   z_SST = 1(k in D) 2 (M_k/N_D - SST)/N_D + s dt_k,  z_Sen = 1(k in D)[1_k (2 M_k/(N_D P) - S/P) - S/N_D] + s dt_k,
 *   s = sum_i w_i (x_i/t^2)(2 (R - C_i) + w_i) / (N_D R) and, for Sen, N_D f_D(t) (2 B/(N_D P) - S/P), for those who become poor. */
sx_status sx_estimate__pov_sen(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)err;
  const bool sen = v->job->request->measure.stat == SX_POVERTY_SEN;
  const double t = v->line;
  double poor = 0, reach = v->in_weight, sum = 0, by_t = 0, upto = 0, gaps = 0;
  if (!has_rate(value, score, na, v)) return SX_OK;
  for (size_t k = 0; k < v->n && v->x[k] <= t; k++)
    if (ineq_in(v, k)) poor += v->w[k];
  if (sen) reach = poor;
  if (!(reach > 0)) return SX_OK;
  for (size_t k = 0; k < v->n; k++) {
    v->u[k] = gaps; /* beyond the poor: M_k */
    if (!is_poor(v, k, t)) continue;
    const double w = v->w[k], g = 1 - v->x[k] / t;
    upto += w;
    gaps += w * g;
    sum += w * g * (2 * (reach - upto) + w);
    by_t += w * v->x[k] / (t * t) * (2 * (reach - upto) + w);
    v->u[k] = gaps + g * (reach - upto);
  }
  const double n = v->in_weight, s = sum / (n * reach);
  double slope = by_t / (n * reach);
  if (sen && score) slope += n * rate_slope(v, t) * (2 * gaps / (n * poor) - s / poor);
  *value = s;
  for (size_t k = 0; score && k < v->n; k++) {
    score[k] *= slope;
    if (!ineq_in(v, k)) continue;
    if (!sen)
      score[k] += 2 * (v->u[k] / n - s) / n;
    else
      score[k] += (v->x[k] <= t ? 2 * v->u[k] / (n * poor) - s / poor : 0) - s / n;
  }
  return SX_OK;
}
