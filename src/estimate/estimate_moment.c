/* estimate_moment.c: variances, covariances and correlations, as formulas of means of centred products:
 *
 *   c = n/(n-1) (mean(dy dx) - mean(dy) mean(dx)),   dy = y - ybar, dx = x - xbar of the domain
 *   r = (m_yx - m_y m_x) / sqrt((m_yy - m_y^2) (m_xx - m_x^2))
 *
 * The m_y, m_x are 0 up to rounding in the full sample, but not under replicate weights. R's svyvar; Sarndal, Swensson & Wretman
 * (1992) sec. 5.9. docs/methods/moments.md. */
#include <string.h>

#include "estimate_priv.h"

enum { MEANS = 5 }; /* dy dx, dy, dx, dy^2, dx^2 */
static const char *const names[MEANS] = {"p", "a", "b", "q", "r"};

typedef struct moment_run {
  const sx_design *design;
  const sx_est_request *request;
  const sx_est_options *options;
  sx_moment moment;
  const sx_column *y, *x;
  uint8_t *in;           /* [rows] */
  double *space;         /* [MEANS*rows] */
  sx_est_set *of[MEANS]; /* the means */
  sx_est_set *set;
} moment_run;

const char *sx_moment_name(sx_moment moment) {
  static const char *const list[] = {"variance", "covariance", "correlation"};
  return (unsigned)moment < sizeof list / sizeof *list ? list[moment] : "unknown";
}

static sx_status check_number(const sx_column *c, const char *role, size_t rows, sx_error *err) {
  if (!c) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the statistic needs %s", role);
  if (c->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "the variable has %zu cases, the design %zu", c->n, rows);
  if (c->type != SX_NUMBER && c->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "it is %s: this statistic needs a number", sx_type_name(c->type));
  return SX_OK;
}

/* Fills the centred columns; ybar, xbar are the rows of the first pass. */
static void centre(moment_run *m, const sx_est_set *ybar, const sx_est_set *xbar) {
  const size_t rows = m->y->n;
  const sx_groups *by = m->request->by;
  for (size_t i = 0; i < rows; i++) {
    const int32_t g = by ? by->group[i] : 0;
    double dy = 0, dx = 0;
    if (m->in[i] && g >= 0 && ybar->rows[g].est) {
      dy = sx_column_number(m->y, i) - ybar->rows[g].estimate;
      dx = sx_column_number(m->x, i) - xbar->rows[g].estimate;
    }
    const double v[MEANS] = {dy * dx, dy, dx, dy * dy, dx * dx};
    for (size_t k = 0; k < MEANS; k++) m->space[k * rows + i] = v[k];
  }
}

static sx_status means(moment_run *m, sx_error *err) {
  const sx_est_request *r = m->request;
  const sx_est_request both[] = {{SX_STAT_MEAN, m->y, NULL, false, m->in, r->by},
                                 {SX_STAT_MEAN, m->x, NULL, false, m->in, r->by}};
  sx_est_set *bar[2] = {NULL, NULL};
  SX_TRY(sx_estimate_run_many(bar, m->design, both, 2, NULL, err));
  centre(m, bar[0], bar[1]);
  sx_est_set_free(bar[0]);
  sx_est_set_free(bar[1]);
  sx_column columns[MEANS];
  sx_est_request requests[MEANS];
  for (size_t k = 0; k < MEANS; k++) {
    columns[k] = sx_estimate__column_like(m->y, SX_NUMBER);
    columns[k].data.f64 = m->space + k * m->y->n;
    requests[k] = (sx_est_request){SX_STAT_MEAN, &columns[k], NULL, false, m->in, r->by};
  }
  const size_t n = m->moment == SX_MOMENT_CORRELATION ? MEANS : 3;
  return sx_estimate_run_many(m->of, m->design, requests, n, NULL, err);
}

/* Fisher (1921): atanh r has a nearly constant variance. */
static void fisher(sx_est_row *row, const sx_est_options *o) {
  const double r = row->estimate;
  if (o->ci == SX_CI_WALD || isnan(row->se) || !(fabs(r) < 1)) return;
  const double t = sx_num_t_quantile((1 + row->ci_level) / 2, row->df), half = t * row->se / (1 - r * r);
  row->low = tanh(atanh(r) - half);
  row->high = tanh(atanh(r) + half);
}

/* No case has an answer: is there one at all? */
static sx_na why_nothing(const moment_run *m, size_t g) {
  const sx_est_request *r = m->request;
  for (size_t i = 0; i < m->y->n; i++)
    if ((!r->where || r->where[i] == 1) && (r->by ? r->by->group[i] : 0) == (int32_t)g) return SX_NA_ALL_MISSING;
  return SX_NA_EMPTY_DOMAIN;
}

static sx_status one_domain(moment_run *m, size_t g, const sx_expr *formula, sx_error *err) {
  sx_est_row *row = &m->set->rows[g];
  const sx_est_row *mean = &m->of[0]->rows[g];
  const sx_ctx *ctx = sx_design_ctx(m->design);
  *row = (sx_est_row){.group = g, .level = -1, .estimate = (double)NAN, .ci_level = m->options->ci_level};
  row->n = mean->n;
  row->na = mean->est ? SX_NA_ZERO_DENOMINATOR : mean->na == SX_NA_EMPTY_DOMAIN ? why_nothing(m, g) : mean->na;
  row->se = row->low = row->high = row->cv = row->df = row->n_eff = row->deff = (double)NAN;
  if (!mean->est || mean->n < 2) return SX_OK;
  const sx_est *values[MEANS];
  for (size_t k = 0; k < MEANS; k++) values[k] = m->of[k] ? m->of[k]->rows[g].est : m->of[0]->rows[g].est;
  sx_est *est = NULL, *scaled = NULL;
  const double factor = m->moment == SX_MOMENT_CORRELATION ? 1 : (double)mean->n / ((double)mean->n - 1);
  SX_TRY(sx_est_formula(&est, ctx, formula, names, values, m->moment == SX_MOMENT_CORRELATION ? MEANS : 3, err));
  const sx_est *const raw[] = {est};
  sx_est_row described;
  sx_status st = sx_est_linear(&scaled, ctx, &factor, raw, 1, err);
  if (st == SX_OK) st = sx_est_describe(&described, scaled, false, m->options, err);
  if (st == SX_OK) {
    described.group = g;
    described.n = mean->n;
    if (m->moment == SX_MOMENT_CORRELATION) fisher(&described, m->options);
    *row = described;
  }
  sx_est_free(est);
  sx_est_free(scaled);
  return st;
}

static sx_status run_moment(moment_run *m, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(m->design);
  const size_t rows = sx_design_rows(m->design);
  const sx_est_request *r = m->request;
  const size_t domains = r->by ? r->by->n_groups : 1;
  size_t size = 0;
  m->in = sx_mem_alloc(ctx, rows, 1);
  m->space = sx_size_mul(&size, rows, MEANS) ? sx_mem_alloc(ctx, size, sizeof *m->space) : NULL;
  m->set = sx_mem_zalloc(ctx, 1, sizeof *m->set);
  if (m->set) m->set->ctx = *ctx;
  if (!m->in || !m->space || !m->set) return sx_error_memory(err);
  m->set->rows = sx_mem_zalloc(ctx, domains, sizeof *m->set->rows);
  if (!m->set->rows) return sx_error_memory(err);
  m->set->n_rows = domains;
  for (size_t i = 0; i < rows; i++)
    m->in[i] = (!r->where || r->where[i] == 1) && !sx_column_missing(m->y, i) && !sx_column_missing(m->x, i);
  SX_TRY(means(m, err));
  sx_expr *formula = NULL;
  SX_TRY(sx_expr_parse(
      &formula, ctx, m->moment == SX_MOMENT_CORRELATION ? "(p - a * b) / sqrt((q - a * a) * (r - b * b))" : "p - a * b",
      err));
  sx_status st = SX_OK;
  for (size_t g = 0; st == SX_OK && g < domains; g++) st = one_domain(m, g, formula, err);
  sx_expr_free(formula);
  return st;
}

sx_status sx_estimate_moment(sx_est_set **out, const sx_design *design, sx_moment moment, const sx_est_request *request,
                             const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  const size_t rows = sx_design_rows(design);
  moment_run m;
  memset(&m, 0, sizeof m);
  m.design = design;
  m.request = request;
  m.options = options ? options : &plain;
  m.moment = moment;
  m.y = request->y;
  m.x = moment == SX_MOMENT_VARIANCE ? request->y : request->x;
  if (!(m.options->ci_level > 0 && m.options->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1",
                        m.options->ci_level);
  SX_TRY(check_number(m.y, "a variable", rows, err));
  SX_TRY(check_number(m.x, "a second variable", rows, err));
  if (request->by && request->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", request->by->n_rows,
                        rows);
  const sx_status st = run_moment(&m, err);
  const sx_ctx *ctx = sx_design_ctx(design);
  if (st == SX_OK) {
    *out = m.set;
    m.set = NULL;
  }
  sx_mem_free(ctx, m.in);
  sx_mem_free(ctx, m.space);
  for (size_t k = 0; k < MEANS; k++) sx_est_set_free(m.of[k]);
  sx_est_set_free(m.set);
  return st;
}
