/* estimate_inequality_zenga.c: the index of Zenga (2007), Statistica & Applicazioni 5:3-27, the mean over u of
 * Z(u) = 1 - (mean of the poorest u)/(mean of the others) = 1/u - (1 - u)/(u (1 - L(u))), with L linear between cases.
 *
 * On the segment of case k, with C = C_{k-1}, B = T_{k-1}, A = x_k C - B, T the total and N = sum w,
 *
 *   integral of Z = A/(T + A) log(C_k/C) + [T/(N x_k) - T/(T + A)] log((T - B)/(T - T_k)),
 *
 * the first term 0 at k = 1, the second at k = n. Langel & Tille (2012) JRSS A 175:1149-1168 give the same sum. The score is
 * its gradient: the partial derivatives by C_k, T_k, N and T, summed backwards, for C_k and T_k hold every w_l with l <= k.
 *
 * R's convey has the step form 1 - sum w_k (N - C_k) B_k/(N C_k K_k), K_k = T - B_k, of Barabesi, Diana & Perri (2016)
 * Statistics 50:1161-1172, which depends on the order of equal amounts. With a_k = w_k (1/C_k - 1/N) its gradient is
 * -(1/C_k - 1/N) B_k/K_k - sum w B/K / N^2 - x_k sum a/K + sum_{j >= k} w B/(C^2 K) + x_k T sum_{j <= k} a/K^2. */
#include <stdio.h>

#include "estimate_inequality_priv.h"

/* Partial derivatives of the sum, by C_k and T_k [n], N and T. */
typedef struct zenga_slopes {
  double *by_cum, *by_amount;
  double by_weight, by_total;
} zenga_slopes;

static double first_term(zenga_slopes *s, const ineq_view *v, size_t k, double a) {
  if (k == 0) return 0;
  const double t = v->total, sum = t + a, log_c = log(v->cum[k] / v->cum[k - 1]);
  if (s) {
    const double by_a = t / (sum * sum) * log_c;
    s->by_cum[k] += a / sum / v->cum[k];
    s->by_cum[k - 1] += by_a * v->x[k] - a / sum / v->cum[k - 1];
    s->by_amount[k - 1] -= by_a;
    s->by_total -= a / (sum * sum) * log_c;
  }
  return a / sum * log_c;
}

/* above: T - T_k, more than 0. */
static double second_term(zenga_slopes *s, const ineq_view *v, size_t k, double a, double above) {
  const double t = v->total, sum = t + a, nx = v->weight * v->x[k], before = above + v->w[k] * v->x[k];
  const double factor = t / nx - t / sum, log_t = log(before / above);
  if (s) {
    const double by_a = t / (sum * sum) * log_t;
    s->by_total += (1 / nx - a / (sum * sum)) * log_t + factor * (1 / before - 1 / above);
    s->by_weight -= t / (nx * v->weight) * log_t;
    s->by_amount[k] += factor / above;
    if (k) {
      s->by_cum[k - 1] += by_a * v->x[k];
      s->by_amount[k - 1] -= by_a + factor / before;
    }
  }
  return factor * log_t;
}

static double zenga_sum(zenga_slopes *s, const ineq_view *v) {
  double sum = 0, above = 0;
  for (size_t k = v->n; k-- > 0;) {
    const double a = k ? v->x[k] * v->cum[k - 1] - v->amount[k - 1] : 0;
    sum += first_term(s, v, k, a);
    if (k + 1 < v->n) sum += second_term(s, v, k, a, above);
    above += v->w[k] * v->x[k];
  }
  return sum;
}

/* The step form; above [n] is scratch. */
static double step_form(double *score, double *above, const ineq_view *v) {
  const double n = v->weight, t = v->total;
  double sum = 0, by_n = 0, by_t = 0, after = 0, before = 0;
  for (size_t k = v->n; k-- > 0;) above[k] = (after += v->w[k] * v->x[k]); /* K_k */
  for (size_t k = 0; k < v->n; k++) {
    const double below = k ? v->amount[k - 1] : 0, a = v->w[k] * (1 / v->cum[k] - 1 / n);
    sum += a * below / above[k];
    by_n += v->w[k] * below / above[k];
    by_t += a / above[k];
    before += a / (above[k] * above[k]);
    if (score) score[k] = v->x[k] * t * before - (1 / v->cum[k] - 1 / n) * below / above[k];
  }
  double upwards = 0;
  for (size_t k = v->n; score && k-- > 0;) {
    upwards += v->w[k] * (k ? v->amount[k - 1] : 0) / (v->cum[k] * v->cum[k] * above[k]);
    score[k] += upwards - by_n / (n * n) - v->x[k] * by_t;
  }
  return 1 - sum;
}

/* Its logarithms are of sums of weights. */
static sx_status check_weights(const ineq_view *v, sx_error *err) {
  for (size_t k = 0; v->negative && k < v->n; k++) {
    if (!(v->w[k] < 0)) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%s: case %zu", v->job->request->y->name, (size_t)v->row[k] + 1);
    return sx_error_set(err, SX_E_DATA, where,
                        "its weight is %g: Zenga's index needs weights above 0 (calibrate with --bounds)", v->w[k]);
  }
  return SX_OK;
}

sx_status sx_estimate__ineq_zenga(double *value, double *score, sx_na *na, const ineq_view *v, sx_error *err) {
  (void)na;
  SX_TRY(sx_estimate__ineq_least(v, 0, true, (double)INFINITY, "Zenga's index", err));
  SX_TRY(check_weights(v, err));
  if (v->job->options->form == SX_INEQUALITY_CONVEY) {
    *value = step_form(score, v->u, v);
    return SX_OK;
  }
  if (!score) {
    *value = zenga_sum(NULL, v);
    return SX_OK;
  }
  zenga_slopes s = {sx_mem_zalloc(&v->job->ctx, v->n, sizeof(double)),
                    sx_mem_zalloc(&v->job->ctx, v->n, sizeof(double)), 0, 0};
  sx_status st = SX_OK;
  if (!s.by_cum || !s.by_amount) {
    st = sx_error_memory(err);
    goto done;
  }
  *value = zenga_sum(&s, v);
  double by_cum = s.by_weight, by_amount = s.by_total;
  for (size_t k = v->n; k-- > 0;) {
    by_cum += s.by_cum[k];
    by_amount += s.by_amount[k];
    score[k] = by_cum + v->x[k] * by_amount;
  }
done:
  sx_mem_free(&v->job->ctx, s.by_cum);
  sx_mem_free(&v->job->ctx, s.by_amount);
  return st;
}
