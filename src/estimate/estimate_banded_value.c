/* estimate_banded_value.c: the statistic of banded amounts: its values and their derivatives by the weight of a case.
 *
 * Pseudo-maximum likelihood, Binder (1983), International Statistical Review 51:279-292: sum_i w_i s_i(theta) = 0 gives
 *   d theta / d w_i = H^-1 s_i,   H = - sum_j w_j d s_j / d theta,
 * s_i the gradient of log P of the case's answer. With z_i = 1 where nothing was spent, W = sum w and p0 the share of nothing,
 *   d p0 / d w_i = (z_i - p0)/W,  mean = (1 - p0) m(theta),  total = W mean,
 *   quantile x of probability p > p0: G_theta(x) = r = (p - p0)/(1 - p0),  dx = (dr - G_theta' d theta)/g(x).
 * Every case of one answer has one score: they are computed per answer. */
#include <string.h>

#include "estimate_banded_priv.h"

enum { AT_MEAN, AT_TOTAL, AT_ZERO, AT_POSITIVE };

/* What the values of one domain rest on. */
typedef struct eb_state {
  const eb_model *m;
  eb_cells cells;
  double weight, zero; /* W, p0 */
  double positive;     /* W (1 - p0) */
  eb_fit fit;
  eb_grid grid[3];  /* the request's; for comparison: midpoint, RPME */
  double *observed; /* [n_bands] */
  double *value;    /* [n_values] */
} eb_state;

void sx_estimate__eb_sum(double *w, const sx_cases *cases, const eb_answers *answers) {
  memset(w, 0, answers->n * sizeof *w);
  for (size_t i = 0; i < cases->n; i++) w[answers->cell[cases->row[i]]] += cases->w[i];
}

static eb_grid_rule rule_of(const eb_model *m, size_t which) {
  eb_grid_rule rule = m->rule;
  if (which > 0) rule.fit = which == 1 ? SX_BANDED_MIDPOINT : SX_BANDED_RPME;
  return rule;
}

static bool is_zero(const eb_state *s, size_t c) {
  return !(s->cells.high[c] > 0);
}

static void shares(eb_state *s) {
  const eb_answers *a = s->m->answers;
  memset(s->observed, 0, a->n_bands * sizeof *s->observed);
  for (size_t c = 0; c < a->n; c++) {
    s->weight += s->cells.w[c];
    if (is_zero(s, c)) s->zero += s->cells.w[c];
    if (a->band[c] >= 0) s->observed[a->band[c]] += s->cells.w[c];
  }
  s->positive = s->weight - s->zero;
  s->zero /= s->weight;
  for (size_t k = 0; k < a->n_bands; k++) s->observed[k] /= s->weight;
}

/* ---- values by midpoints ----------------------------------------------------------------------------------------- */

static double grid_mean(const eb_state *s, const eb_grid *g) {
  double sum = 0;
  if (g->na == SX_NA_FEW_BANDS) return (double)NAN;
  for (size_t c = 0; c < s->cells.n; c++)
    if (s->cells.w[c] != 0) sum += s->cells.w[c] * sx_estimate__eb_amount(g, s->cells.low[c], s->cells.high[c]);
  return sum / s->weight;
}

/* The bands hold their shares evenly, whatever was known exactly inside them. */
static double grid_quantile(const eb_state *s, const eb_grid *g, double p) {
  const eb_answers *a = s->m->answers;
  double below = s->zero;
  if (p <= s->zero) return 0;
  for (size_t k = 0; k < a->n_bands; k++) {
    const sx_band *b = &a->bands[k];
    const double share = s->observed[k];
    if (share > 0 && p <= below + share * (1 + 1e-15)) {
      const double r = fmin(1, (p - below) / share);
      if (!isinf(b->high)) return b->low + r * (b->high - b->low);
      return b->low * exp(-log1p(-r) / g->alpha);
    }
    below += share;
  }
  return (double)NAN;
}

static double open_part(const eb_state *s, const eb_grid *g, double mean) {
  double sum = 0;
  for (size_t c = 0; c < s->cells.n; c++)
    if (s->cells.low[c] >= g->open && s->cells.w[c] != 0)
      sum += s->cells.w[c] * sx_estimate__eb_amount(g, s->cells.low[c], s->cells.high[c]);
  return sum / s->weight / mean;
}

static void grid_values(eb_state *s, sx_na *na) {
  const eb_model *m = s->m;
  const eb_grid *g = &s->grid[0];
  double *v = s->value;
  *na = g->na;
  v[AT_MEAN] = grid_mean(s, g);
  v[AT_TOTAL] = s->weight * v[AT_MEAN];
  v[AT_POSITIVE] = v[AT_MEAN] / (1 - s->zero);
  if (m->tail) v[m->at_tail] = g->alpha;
  if (m->open) v[m->at_open] = open_part(s, g, v[AT_MEAN]);
  for (size_t k = 0; k < m->n_probs; k++) v[m->at_probs + k] = grid_quantile(s, g, m->probs[k]);
}

/* ---- values of a fit --------------------------------------------------------------------------------------------- */

static double conditional(const eb_state *s, double p) {
  return (p - s->zero) / (1 - s->zero);
}

static void fit_values(eb_state *s, sx_na *na) {
  const eb_model *m = s->m;
  const eb_answers *a = m->answers;
  const double *theta = s->fit.theta;
  double *v = s->value;
  *na = s->fit.na;
  if (s->fit.na != SX_NA_NONE) return;
  v[AT_POSITIVE] = sx_estimate__eb_mean(m->family, theta, NULL);
  v[AT_MEAN] = (1 - s->zero) * v[AT_POSITIVE];
  v[AT_TOTAL] = s->weight * v[AT_MEAN];
  if (isnan(v[AT_MEAN])) *na = SX_NA_NO_MEAN;
  if (m->tail) v[m->at_tail] = sx_estimate__eb_tail_index(m->family, theta);
  if (m->open && !isnan(v[AT_MEAN]))
    v[m->at_open] = sx_estimate__eb_open_share(m->family, theta, a->bands[a->n_bands - 1].low, NULL);
  sx_estimate__eb_natural(m->family, theta, v + m->at_parameters, NULL);
  for (size_t k = 0; k < m->n_probs; k++)
    v[m->at_probs + k] =
        m->probs[k] <= s->zero ? 0 : sx_estimate__eb_quantile(m->family, theta, conditional(s, m->probs[k]));
  for (size_t k = 0; k < a->n_bands; k++)
    v[m->at_misfit + k] = s->observed[k] - (1 - s->zero) * exp(sx_estimate__eb_log(m->family, theta, a->bands[k].low,
                                                                                   a->bands[k].high, NULL));
}

/* Sums of weights in w [cells], shares in observed. All spent nothing: amounts are 0. */
static void solve(eb_state *s, sx_na *na, const double *start, bool information) {
  const eb_model *m = s->m;
  double *v = s->value;
  shares(s);
  for (size_t k = 0; k < m->n_values; k++) v[k] = (double)NAN;
  v[AT_ZERO] = s->zero;
  for (size_t k = 0; k < 3; k++) {
    const eb_grid_rule rule = rule_of(m, k);
    sx_estimate__eb_grid(&s->grid[k], &rule, &s->cells);
  }
  if (m->midpoint) v[m->at_compare] = grid_mean(s, &s->grid[1]);
  if (m->rpme) v[m->at_compare + m->midpoint] = grid_mean(s, &s->grid[2]);
  if (!(s->positive > 0)) {
    v[AT_MEAN] = v[AT_TOTAL] = 0;
    *na = SX_NA_FEW_BANDS;
    return;
  }
  if (!m->family) {
    grid_values(s, na);
    return;
  }
  sx_estimate__eb_maximise(&s->fit, m->family, &s->cells, start, information);
  fit_values(s, na);
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* d value / d w of the cell for all values, into out [n_values]. */
typedef struct eb_slopes { /* what does not depend on the cell */
  eb_shape shape;
  double mean[EB_MAX], open[EB_MAX], natural[EB_MAX];
  double (*quantile)[EB_MAX]; /* [n_probs] dG/dtheta at x, over g */
  double *density;            /* [n_probs] 1/g(x) */
  double (*misfit)[EB_MAX];   /* [n_bands] dP/dtheta */
  double *probability;        /* [n_bands] P */
} eb_slopes;

static void slopes_of(eb_slopes *d, const eb_state *s) {
  const eb_model *m = s->m;
  const eb_answers *a = m->answers;
  const double *theta = s->fit.theta;
  sx_estimate__eb_prepare(&d->shape, m->family, theta);
  (void)sx_estimate__eb_mean(m->family, theta, d->mean);
  double natural[EB_MAX];
  sx_estimate__eb_natural(m->family, theta, natural, d->natural);
  if (m->open && !isnan(s->value[AT_MEAN]))
    (void)sx_estimate__eb_open_share(m->family, theta, a->bands[a->n_bands - 1].low, d->open);
  for (size_t k = 0; k < m->n_probs; k++) {
    const double x = s->value[m->at_probs + k];
    d->density[k] = x > 0 ? 1 / sx_estimate__eb_density(m->family, theta, x) : 0;
    const bool lower = x > 0 && conditional(s, m->probs[k]) < 0.5;
    double g[EB_MAX] = {0, 0, 0, 0};
    const double p = !(x > 0) ? 0
                              : exp(lower ? sx_estimate__eb_log(m->family, theta, 0, x, g)
                                          : sx_estimate__eb_log(m->family, theta, x, (double)INFINITY, g));
    for (size_t j = 0; j < EB_MAX; j++) d->quantile[k][j] = (lower ? p : -p) * g[j] * d->density[k];
  }
  for (size_t k = 0; k < a->n_bands; k++) {
    d->probability[k] = exp(sx_estimate__eb_log(m->family, theta, a->bands[k].low, a->bands[k].high, d->misfit[k]));
    for (size_t j = 0; j < EB_MAX; j++) d->misfit[k][j] *= d->probability[k];
  }
}

static double along(const double *gradient, const double *step) {
  double sum = 0;
  for (size_t j = 0; j < EB_MAX; j++)
    if (step[j] != 0) sum += gradient[j] * step[j];
  return sum;
}

/* d theta / d w of a positive cell. */
static void theta_score(double *step, const eb_state *s, const eb_slopes *d, size_t c) {
  const eb_family *f = s->m->family;
  double g[EB_MAX];
  for (size_t j = 0; j < EB_MAX; j++) step[j] = 0;
  if (is_zero(s, c)) return;
  (void)sx_estimate__eb_log_of(&d->shape, s->cells.low[c], s->cells.high[c], g);
  for (size_t i = 0; i < f->n; i++) {
    for (size_t j = 0; j < f->n; j++) step[f->place[i]] += s->fit.inverse[i * f->n + j] * g[f->place[j]];
    step[f->place[i]] /= s->fit.positive;
  }
}

static void fit_scores(double *out, const eb_state *s, const eb_slopes *d, size_t c) {
  const eb_model *m = s->m;
  const eb_answers *a = m->answers;
  const double *v = s->value, dzero = ((is_zero(s, c) ? 1 : 0) - s->zero) / s->weight;
  double step[EB_MAX];
  theta_score(step, s, d, c);
  out[AT_POSITIVE] = along(d->mean, step);
  out[AT_MEAN] = (1 - s->zero) * out[AT_POSITIVE] - dzero * v[AT_POSITIVE];
  out[AT_TOTAL] = v[AT_MEAN] + s->weight * out[AT_MEAN];
  if (m->tail) out[m->at_tail] = v[m->at_tail] * (step[1] + step[3]);
  if (m->open) out[m->at_open] = along(d->open, step);
  for (size_t j = 0; j < m->family->n; j++) out[m->at_parameters + j] = d->natural[j] * step[m->family->place[j]];
  for (size_t k = 0; k < m->n_probs; k++) {
    const double dr = -dzero * (1 - m->probs[k]) / ((1 - s->zero) * (1 - s->zero));
    out[m->at_probs + k] = v[m->at_probs + k] > 0 ? dr * d->density[k] - along(d->quantile[k], step) : 0;
  }
  for (size_t k = 0; k < a->n_bands; k++)
    out[m->at_misfit + k] = ((a->band[c] == (int32_t)k ? 1 : 0) - s->observed[k]) / s->weight -
                            (1 - s->zero) * along(d->misfit[k], step) + dzero * d->probability[k];
}

static double open_weight(const eb_state *s, const eb_grid *g) {
  double sum = 0;
  for (size_t c = 0; c < s->cells.n; c++)
    if (s->cells.low[c] >= g->open && isinf(s->cells.high[c])) sum += s->cells.w[c];
  return sum;
}

static double grid_mean_score(const eb_state *s, const eb_grid *g, double mean, size_t c) {
  const double x = sx_estimate__eb_amount(g, s->cells.low[c], s->cells.high[c]);
  return ((x - mean) +
          open_weight(s, g) * g->open_slope * sx_estimate__eb_alpha_score(g, s->cells.low[c], s->cells.high[c])) /
         s->weight;
}

/* F(x) = sum of shares times what of each band lies below x: dx = -(dF at x)/F'(x). */
static double grid_quantile_score(const eb_state *s, const eb_grid *g, double p, double x, size_t c) {
  const eb_answers *a = s->m->answers;
  double in = is_zero(s, c) ? 1 : 0, slope = 0, density = (double)NAN;
  if (!(x > 0)) return 0;
  for (size_t k = 0; k < a->n_bands; k++) {
    const sx_band *b = &a->bands[k];
    double by_alpha = 0;
    const double below = sx_estimate__eb_below(g, b->low, b->high, x, &by_alpha);
    if (a->band[c] == (int32_t)k) in = below;
    slope += s->observed[k] * by_alpha;
    if (x > b->low && x <= b->high)
      density = s->observed[k] * (isinf(b->high) ? g->alpha / x * (1 - below) : 1 / (b->high - b->low));
  }
  return -((in - p) / s->weight + slope * sx_estimate__eb_alpha_score(g, s->cells.low[c], s->cells.high[c])) / density;
}

static void grid_scores(double *out, const eb_state *s, size_t c) {
  const eb_model *m = s->m;
  const eb_grid *g = &s->grid[0];
  const double *v = s->value, dzero = ((is_zero(s, c) ? 1 : 0) - s->zero) / s->weight;
  const double dalpha = sx_estimate__eb_alpha_score(g, s->cells.low[c], s->cells.high[c]);
  out[AT_MEAN] = grid_mean_score(s, g, v[AT_MEAN], c);
  out[AT_TOTAL] = v[AT_MEAN] + s->weight * out[AT_MEAN];
  out[AT_POSITIVE] = (out[AT_MEAN] + dzero * v[AT_POSITIVE]) / (1 - s->zero);
  if (m->tail) out[m->at_tail] = dalpha;
  if (m->open) { /* share = part/mean, part = sum over the open band / W */
    const double x = s->cells.low[c] >= g->open ? sx_estimate__eb_amount(g, s->cells.low[c], s->cells.high[c]) : 0;
    const double part = v[m->at_open] * v[AT_MEAN];
    const double dpart = (x - part + open_weight(s, g) * g->open_slope * dalpha) / s->weight;
    out[m->at_open] = (dpart - v[m->at_open] * out[AT_MEAN]) / v[AT_MEAN];
  }
  for (size_t k = 0; k < m->n_probs; k++)
    out[m->at_probs + k] = grid_quantile_score(s, g, m->probs[k], v[m->at_probs + k], c);
}

static void cell_scores(double *out, const eb_state *s, const eb_slopes *d, size_t c) {
  const eb_model *m = s->m;
  for (size_t k = 0; k < m->n_values; k++) out[k] = 0;
  out[AT_ZERO] = ((is_zero(s, c) ? 1 : 0) - s->zero) / s->weight;
  if (m->midpoint) out[m->at_compare] = grid_mean_score(s, &s->grid[1], s->value[m->at_compare], c);
  if (m->rpme)
    out[m->at_compare + m->midpoint] = grid_mean_score(s, &s->grid[2], s->value[m->at_compare + m->midpoint], c);
  if (!(s->positive > 0)) return;
  if (!m->family)
    grid_scores(out, s, c);
  else if (s->fit.na == SX_NA_NONE)
    fit_scores(out, s, d, c);
}

/* ---- as the engine asks ------------------------------------------------------------------------------------------ */

typedef struct eb_space {
  double *w, *observed, *value;
} eb_space;

static void space_clear(const sx_ctx *ctx, eb_space *p) {
  sx_mem_free(ctx, p->w);
  sx_mem_free(ctx, p->observed);
  sx_mem_free(ctx, p->value);
}

static sx_status state_of(eb_state *s, eb_space *p, const sx_cases *cases, const eb_model *m, sx_error *err) {
  const eb_answers *a = m->answers;
  memset(s, 0, sizeof *s);
  p->w = sx_mem_alloc(&a->ctx, a->n, sizeof *p->w);
  p->observed = sx_mem_alloc(&a->ctx, a->n_bands, sizeof *p->observed);
  p->value = sx_mem_alloc(&a->ctx, m->n_values, sizeof *p->value);
  if (!p->w || !p->observed || !p->value) {
    space_clear(&a->ctx, p);
    return sx_error_memory(err);
  }
  sx_estimate__eb_sum(p->w, cases, a);
  s->m = m;
  s->cells = (eb_cells){a->n, a->low, a->high, p->w};
  s->observed = p->observed;
  s->value = p->value;
  return SX_OK;
}

sx_status sx_estimate__eb_value(double *value, sx_na *na, const sx_cases *cases, const void *data, sx_error *err) {
  const eb_model *m = data;
  eb_state s;
  eb_space p = {NULL, NULL, NULL};
  SX_TRY(state_of(&s, &p, cases, m, err));
  solve(&s, na, m->warm ? m->start : NULL, false);
  memcpy(value, s.value, m->n_values * sizeof *value);
  space_clear(&m->answers->ctx, &p);
  return SX_OK;
}

static sx_status write_scores(double *score, const eb_state *s, const eb_slopes *d, const sx_cases *cases,
                              sx_error *err) {
  const eb_model *m = s->m;
  const eb_answers *a = m->answers;
  size_t n = 0;
  double *all = sx_size_mul(&n, a->n, m->n_values) ? sx_mem_alloc(&a->ctx, n, sizeof *all) : NULL;
  if (!all) return sx_error_memory(err);
  for (size_t c = 0; c < a->n; c++) {
    if (s->cells.w[c] != 0)
      cell_scores(all + c * m->n_values, s, d, c);
    else
      memset(all + c * m->n_values, 0, m->n_values * sizeof *all);
  }
  for (size_t k = 0; k < m->n_values; k++)
    for (size_t i = 0; i < cases->n; i++)
      score[k * cases->n + i] = all[(size_t)a->cell[cases->row[i]] * m->n_values + k];
  sx_mem_free(&a->ctx, all);
  return SX_OK;
}

sx_status sx_estimate__eb_score(double *score, const double *value, const sx_cases *cases, const void *data,
                                sx_error *err) {
  const eb_model *m = data;
  const sx_ctx *ctx = &m->answers->ctx;
  eb_state s;
  eb_space p = {NULL, NULL, NULL};
  sx_na na = SX_NA_NONE;
  SX_TRY(state_of(&s, &p, cases, m, err));
  sx_status st = SX_OK;
  double start[EB_MAX];
  const bool fitted = m->family && !isnan(value[m->at_parameters]);
  if (fitted) sx_estimate__eb_theta(m->family, value + m->at_parameters, start);
  eb_slopes d;
  memset(&d, 0, sizeof d);
  d.quantile = sx_mem_alloc(ctx, m->n_probs, sizeof *d.quantile);
  d.density = sx_mem_alloc(ctx, m->n_probs, sizeof *d.density);
  d.misfit = sx_mem_alloc(ctx, m->answers->n_bands, sizeof *d.misfit);
  d.probability = sx_mem_alloc(ctx, m->answers->n_bands, sizeof *d.probability);
  if (!d.quantile || !d.density || !d.misfit || !d.probability) {
    st = sx_error_memory(err);
    goto done;
  }
  solve(&s, &na, fitted ? start : NULL, true);
  if (m->family && s.positive > 0 && s.fit.na == SX_NA_NONE) slopes_of(&d, &s);
  st = write_scores(score, &s, &d, cases, err);
done:
  sx_mem_free(ctx, d.quantile);
  sx_mem_free(ctx, d.density);
  sx_mem_free(ctx, d.misfit);
  sx_mem_free(ctx, d.probability);
  space_clear(ctx, &p);
  return st;
}
