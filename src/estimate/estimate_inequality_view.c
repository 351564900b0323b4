/* estimate_inequality_view.c: the cases of a measure of inequality or poverty as arrays; quantiles and densities of them.
 *
 * The density at x = Q(p) is that of a window of quantiles, f = [F(b) - F(a)]/(b - a), a = Q(p - d), b = Q(p + d), F the share of
 * the weights at or below. With n cases, u = Phi^-1(p),
 *
 *   d = n^(-1/3) z^(2/3) [1.5 phi(u)^2/(2 u^2 + 1)]^(1/3), z = Phi^-1(0.975), at most 0.8 min(p, 1 - p):
 *
 * Hall & Sheather (1988) JRSS B 50:381-391; Siddiqui (1960) J. Res. NBS 64B:145-150. Scales of weights and amounts have no part in it.
 * Where a and b are one value the window takes its neighbours on either side.
 *
 * As in R's convey, and with a bandwidth h that is given: (1/(N h)) sum_k w_k phi((x - x_k)/h), N = sum w, h = s N^(-1/5), s the
 * weighted standard deviation of all cases: Osier (2009), Survey Research Methods 3:167-195, sec. 3.2. */
#include "estimate_inequality_priv.h"

#include <stdio.h>
#include <string.h>

void sx_estimate__ineq_view_clear(ineq_view *v) {
  const sx_ctx *ctx = &v->job->ctx;
  sx_mem_free(ctx, v->x);
  sx_mem_free(ctx, v->cum);
  sx_mem_free(ctx, v->amount);
  sx_mem_free(ctx, v->u);
  sx_mem_free(ctx, v->dt);
  sx_mem_free(ctx, v->in);
}

void sx_estimate__ineq_enter(ineq_view *v, size_t domain) {
  const sx_inequality_request *r = v->job->request;
  v->n_in = 0;
  for (size_t k = 0; k < v->n; k++) {
    const size_t row = v->row[k];
    v->in[k] = (!r->where || r->where[row] == 1) && (!r->by || r->by->group[row] == (int32_t)domain);
    v->u[k] = v->in[k] ? v->w[k] : 0;
    v->n_in += v->in[k];
  }
  v->in_weight = sx_num_sum(v->u, v->n);
  v->in_total = sx_num_dot(v->u, v->x, v->n);
  v->in_mean = v->in_total / v->in_weight;
}

static double bandwidth_of(ineq_view *v) {
  if (!isnan(v->job->options->bandwidth)) return v->job->options->bandwidth;
  for (size_t k = 0; k < v->n; k++) v->u[k] = (v->x[k] - v->mean) * (v->x[k] - v->mean);
  const double variance = sx_num_dot(v->w, v->u, v->n) / v->weight;
  return variance > 0 ? sqrt(variance) * pow(v->weight, -0.2) : 0;
}

sx_status sx_estimate__ineq_view(ineq_view *out, const ineq_job *job, const sx_cases *cases, bool scores,
                                 sx_error *err) {
  const bool poverty = sx_inequality_is_poverty(job->request->measure.stat);
  const sx_column *y = job->request->y;
  const size_t n = cases->n;
  ineq_view v = {.job = job, .row = cases->row, .w = cases->w, .n = n};
  v.x = sx_mem_alloc(&job->ctx, n, sizeof *v.x);
  v.cum = sx_mem_alloc(&job->ctx, n, sizeof *v.cum);
  v.amount = sx_mem_alloc(&job->ctx, n, sizeof *v.amount);
  v.u = sx_mem_alloc(&job->ctx, n, sizeof *v.u);
  v.in = job->inside ? sx_mem_alloc(&job->ctx, n, 1) : NULL;
  v.dt = poverty && scores ? sx_mem_alloc(&job->ctx, n, sizeof *v.dt) : NULL;
  if (!v.x || !v.cum || !v.amount || !v.u || (job->inside && !v.in) || (poverty && scores && !v.dt)) {
    sx_estimate__ineq_view_clear(&v);
    return sx_error_memory(err);
  }
  double sum = 0;
  for (size_t k = 0; k < n; k++) {
    v.x[k] = y->type == SX_NUMBER ? y->data.f64[v.row[k]] : (double)y->data.i64[v.row[k]];
    v.amount[k] = sum += v.w[k] * v.x[k];
  }
  v.negative = sx_estimate__cumulate(v.cum, v.w, n);
  v.weight = sx_num_sum(v.w, n);
  v.total = sx_num_dot(v.w, v.x, n);
  v.mean = v.total / v.weight;
  v.n_in = n;
  v.in_weight = v.weight;
  v.in_total = v.total;
  v.in_mean = v.mean;
  v.bandwidth = bandwidth_of(&v);
  if (poverty) sx_estimate__pov_threshold(&v);
  *out = v;
  return SX_OK;
}

double sx_estimate__ineq_quantile(const ineq_view *v, double p) {
  const est_view all = {v->x, v->w, v->cum, v->n, v->negative};
  return sx_estimate__quantile(SX_QRULE_MATH, &all, p);
}

double sx_estimate__ineq_median_upto(const ineq_view *v, double t) {
  double sum = 0, at = 0, last = (double)NAN;
  for (size_t k = 0; k < v->n && v->x[k] <= t; k++)
    if (ineq_in(v, k)) sum += v->w[k];
  if (!(sum > 0)) return (double)NAN;
  const double half = sum * (0.5 - 1e-13);
  for (size_t k = 0; k < v->n && v->x[k] <= t; k++) {
    if (!ineq_in(v, k)) continue;
    at += v->w[k];
    last = v->x[k];
    if (at >= half) break;
  }
  return last;
}

static double by_kernel(const ineq_view *v, double x, bool in_domain) {
  const double h = v->bandwidth;
  if (!(h > 0)) return (double)INFINITY;
  double sum = 0;
  for (size_t k = 0; k < v->n; k++) {
    if (in_domain && !ineq_in(v, k)) continue;
    const double z = (x - v->x[k]) / h;
    if (fabs(z) < 40) sum += v->w[k] * exp(-z * z / 2);
  }
  return sum / sqrt(2 * 3.14159265358979323846) / ((in_domain ? v->in_weight : v->weight) * h);
}

static double half_window(double n, double p) {
  const double u = sx_num_norm_quantile(p), z = sx_num_norm_quantile(0.975);
  const double phi2 = exp(-u * u) / (2 * 3.14159265358979323846);
  const double d = cbrt(z * z / n * 1.5 * phi2 / (2 * u * u + 1)), most = 0.8 * (p < 0.5 ? p : 1 - p);
  return d < most ? d : most;
}

/* A value that occurs, and the weights up to and with it. */
typedef struct ineq_step {
  double x, sum;
  bool is;
} ineq_step;

/* The next value after those before *k that occurs in the population. */
static ineq_step next_step(size_t *k, double sum, const ineq_view *v, bool in_domain) {
  ineq_step out = {0, sum, false};
  for (; *k < v->n && (!out.is || v->x[*k] == out.x); (*k)++) {
    if (in_domain && !ineq_in(v, *k)) continue;
    out = (ineq_step){v->x[*k], out.sum + v->w[*k], true};
  }
  return out;
}

/* The value at which the share first is p; *before the one before it. */
static ineq_step step_at(ineq_step *before, size_t *k, const ineq_view *v, double p, double total, bool in_domain) {
  ineq_step at = {0, 0, false}, next = next_step(k, 0, v, in_domain);
  *before = at;
  while (next.is) {
    *before = at;
    at = next;
    if (at.sum >= (p - 1e-12) * total) break;
    next = next_step(k, at.sum, v, in_domain);
  }
  return at;
}

static double by_window(const ineq_view *v, double x, double p, bool in_domain) {
  const double n = (double)(in_domain ? v->n_in : v->n), total = in_domain ? v->in_weight : v->weight;
  ineq_step last = {0, 0, false}, before;
  if (!(n > 0) || !(total > 0)) return (double)INFINITY;
  if (isnan(p)) {
    size_t k = 0;
    for (ineq_step s = next_step(&k, 0, v, in_domain); s.is && s.x <= x; s = next_step(&k, s.sum, v, in_domain))
      last = s;
    p = last.sum / total;
    if (!last.is || (x > last.x && p >= 1 - 1e-12)) return 0; /* no one is near */
  }
  p = fmin(fmax(p, 0.5 / n), 1 - 0.5 / n);
  const double d = half_window(n, p);
  size_t k = 0;
  ineq_step a = step_at(&before, &k, v, p - d, total, in_domain), b = a;
  while (b.is && b.sum < (p + d - 1e-12) * total) {
    const ineq_step next = next_step(&k, b.sum, v, in_domain);
    if (!next.is) break;
    b = next;
  }
  bool wider = a.x == b.x; /* one heap: on either side of it */
  if (wider && before.is) a = before;
  for (; wider || !(b.sum > a.sum); wider = false) {
    const ineq_step next = next_step(&k, b.sum, v, in_domain);
    if (!next.is) break;
    b = next;
  }
  return b.x > a.x && b.sum > a.sum ? (b.sum - a.sum) / total / (b.x - a.x) : (double)INFINITY;
}

double sx_estimate__ineq_density(const ineq_view *v, double x, double p, bool in_domain) {
  const bool kernel = v->job->options->form == SX_INEQUALITY_CONVEY || !isnan(v->job->options->bandwidth);
  return kernel ? by_kernel(v, x, in_domain) : by_window(v, x, p, in_domain);
}

void sx_estimate__ineq_quantile_score(double *out, const ineq_view *v, double q, double p) {
  const double slope = 1 / (v->weight * sx_estimate__ineq_density(v, q, p, false));
  for (size_t k = 0; k < v->n; k++) out[k] = -slope * ((v->x[k] <= q) - p);
}

sx_status sx_estimate__ineq_least(const ineq_view *v, double least, bool open, double upto, const char *what,
                                  sx_error *err) {
  for (size_t k = 0; k < v->n && v->x[k] <= least && v->x[k] <= upto; k++) {
    if (!ineq_in(v, k) || (!open && v->x[k] == least)) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%s: case %zu", v->job->request->y->name, (size_t)v->row[k] + 1);
    return sx_error_set(err, SX_E_DATA, where,
                        "%s is not defined for %g: leave such cases out by a condition (%s %s %g)", what, v->x[k],
                        v->job->request->y->name, open ? ">" : ">=", least);
  }
  return SX_OK;
}
