/* estimate_banded.c: banded amounts from request to result: which statistics there are, the engine's run of them, and how well the fit
 * lies, by domain.
 *
 * The test of the fit: D_k = observed less fitted share of band k, V its covariance (design and estimated parameters, from the carriers),
 *   X^2 = n sum D_k^2/F_k,  A = n diag(1/F) V,  scale = tr(A^2)/tr(A),  df1 = tr(A)^2/tr(A^2),
 * X^2/(scale df1) referred to F(df1, df1 df): the second-order correction of Rao & Scott (1981), JASA 76:221-230. */
#include <stdio.h>
#include <string.h>

#include "estimate_banded_priv.h"
#include "estimate_priv.h"

enum { EB_FIXED = 4, EB_TEST_BANDS = 50 };

/* ---- names ------------------------------------------------------------------------------------------------------- */

static const char *const fit_names[] = {"lognormal", "gb2",    "singh-maddala", "dagum",
                                        "fisk",      "pareto", "rpme",          "midpoint"};
enum { N_FITS = sizeof fit_names / sizeof *fit_names };

const char *const *sx_banded_fit_names(size_t *n) {
  *n = N_FITS;
  return fit_names;
}

const char *sx_banded_fit_name(sx_banded_fit fit) {
  return (unsigned)fit < N_FITS ? fit_names[fit] : "unknown";
}

sx_status sx_banded_fit_parse(sx_banded_fit *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < N_FITS; k++) {
    if (strcmp(text, fit_names[k]) != 0) continue;
    *out = (sx_banded_fit)k;
    return SX_OK;
  }
  const char *near = sx_text_nearest(text, fit_names, N_FITS);
  if (near) return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is no fit: did you mean '%s'?", text, near);
  return sx_error_set(err, SX_E_ARGUMENT, NULL,
                      "'%s' is not one of lognormal, gb2, singh-maddala, dagum, fisk, pareto, rpme, midpoint", text);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

typedef struct eb_run {
  const sx_design *design;
  const sx_banded_request *request;
  const sx_est_options *options;
  eb_answers answers;
  eb_model model;
  char **text; /* [n_values] */
  uint32_t *row;
  size_t *start; /* [n_domains+1] of row */
  double *w;     /* [cells] */
  double *case_w;
  sx_banded_result *result;
} eb_run;

static sx_status check_request(const sx_banded_request *r, sx_error *err) {
  if ((unsigned)r->fit >= N_FITS) return sx_error_set(err, SX_E_ARGUMENT, "fit", "there is no fit %d", (int)r->fit);
  for (size_t k = 0; k < r->n_probs; k++)
    if (!(r->probs[k] > 0 && r->probs[k] < 1))
      return sx_error_set(err, SX_E_ARGUMENT, "probs", "%g is no probability between 0 and 1", r->probs[k]);
  if (r->tail_bands < 2)
    return sx_error_set(err, SX_E_ARGUMENT, "tail_bands", "a Pareto tail rests on 2 bands or more, not %zu",
                        r->tail_bands);
  if (!(r->open_factor >= 1) || isinf(r->open_factor))
    return sx_error_set(err, SX_E_ARGUMENT, "open_factor",
                        "the open band counts 1 or more times its lower limit, not %g", r->open_factor);
  return SX_OK;
}

static bool is_open(const eb_answers *a) {
  return a->n_bands > 0 && isinf(a->bands[a->n_bands - 1].high);
}

/* Whether the bands hold a Pareto tail of m of them. */
static bool has_tail(const eb_answers *a, size_t m) {
  return is_open(a) && a->n_bands >= m && a->bands[a->n_bands - m].low > 0;
}

static sx_status check_bands(const eb_run *r, sx_error *err) {
  const eb_answers *a = &r->answers;
  const sx_banded_request *q = r->request;
  const eb_family *family = sx_estimate__eb_family(q->fit);
  const char *where = a->known.name, *name = sx_banded_fit_name(q->fit);
  if (family && q->codes && !q->exact && a->n_bands <= family->n)
    return sx_error_set(err, SX_E_ARGUMENT, where,
                        "the %s fit has %zu parameters and needs at least %zu bands of positive amounts: there are %zu",
                        name, family->n, family->n + 1, a->n_bands);
  if (q->fit != SX_BANDED_PARETO && q->fit != SX_BANDED_RPME) return SX_OK;
  if (a->n_bands == 0)
    return sx_error_set(err, SX_E_ARGUMENT, where, "the %s method needs bands that stand side by side", name);
  if (is_open(a) && !has_tail(a, q->tail_bands))
    return sx_error_set(err, SX_E_ARGUMENT, where,
                        "a Pareto tail of %zu bands must begin above 0: the bands above the first are %zu",
                        q->tail_bands, a->n_bands - 1);
  if (!is_open(a))
    return sx_error_set(err, SX_E_ARGUMENT, where,
                        "the %s method is for an open band, and the last one is not: use midpoint", name);
  return SX_OK;
}

static void place_values(eb_run *r) {
  eb_model *m = &r->model;
  const eb_answers *a = &r->answers;
  const sx_banded_request *q = r->request;
  m->answers = a;
  m->family = sx_estimate__eb_family(q->fit);
  m->rule = (eb_grid_rule){q->fit, a->bands, a->n_bands, q->tail_bands, q->open_factor};
  m->probs = q->probs;
  m->n_probs = q->n_probs;
  m->tail = m->family ? q->fit != SX_BANDED_LOGNORMAL : q->fit != SX_BANDED_MIDPOINT;
  m->open = is_open(a);
  m->midpoint = m->family != NULL;
  m->rpme = m->family && has_tail(a, q->tail_bands);
  size_t at = EB_FIXED;
  m->at_tail = at;
  m->at_open = at += m->tail;
  m->at_parameters = at += m->open;
  m->at_probs = at += m->family ? m->family->n : 0;
  m->at_compare = at += m->n_probs;
  m->at_misfit = at += (size_t)m->midpoint + m->rpme;
  m->n_values = at + (m->family ? a->n_bands : 0);
}

static sx_status name_value(eb_run *r, size_t at, const char *prefix, const char *rest, sx_error *err) {
  sx_buf b;
  const sx_ctx *ctx = sx_design_ctx(r->design);
  sx_buf_init(&b, ctx);
  sx_buf_add(&b, prefix);
  sx_buf_add(&b, rest);
  r->text[at] = sx_buf_take(&b);
  return r->text[at] ? SX_OK : sx_error_memory(err);
}

static sx_status name_values(eb_run *r, sx_error *err) {
  static const char *const fixed[EB_FIXED] = {"mean", "total", "share_zero", "mean_positive"};
  const eb_model *m = &r->model;
  r->text = sx_mem_zalloc(sx_design_ctx(r->design), m->n_values, sizeof *r->text);
  if (!r->text) return sx_error_memory(err);
  for (size_t k = 0; k < EB_FIXED; k++) SX_TRY(name_value(r, k, fixed[k], "", err));
  if (m->tail) SX_TRY(name_value(r, m->at_tail, "tail_index", "", err));
  if (m->open) SX_TRY(name_value(r, m->at_open, "open_share", "", err));
  for (size_t j = 0; m->family && j < m->family->n; j++)
    SX_TRY(name_value(r, m->at_parameters + j, m->family->name[j], "", err));
  for (size_t k = 0; k < m->n_probs; k++) {
    char text[SX_DOUBLE_TEXT_MAX];
    sx_text_from_double(text, m->probs[k]);
    SX_TRY(name_value(r, m->at_probs + k, "quantile_", text, err));
  }
  if (m->midpoint) SX_TRY(name_value(r, m->at_compare, "mean_midpoint", "", err));
  if (m->rpme) SX_TRY(name_value(r, m->at_compare + m->midpoint, "mean_rpme", "", err));
  for (size_t k = 0; m->family && k < r->answers.n_bands; k++)
    SX_TRY(name_value(r, m->at_misfit + k, "misfit_", r->answers.bands[k].code, err));
  return SX_OK;
}

/* ---- cases of each domain ---------------------------------------------------------------------------------------- */

static int32_t domain_of(const eb_run *r, size_t i) {
  const sx_banded_request *q = r->request;
  if (r->answers.known.miss[i] || (q->where && q->where[i] != 1)) return -1;
  return q->by ? q->by->group[i] : 0;
}

static size_t domains_of(const eb_run *r) {
  return r->request->by ? r->request->by->n_groups : 1;
}

/* Rows by domain, by counting; weights beside them. */
static sx_status sort_cases(eb_run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const size_t rows = sx_design_rows(r->design), domains = domains_of(r);
  const double *weights = sx_design_weights(r->design);
  r->row = sx_mem_alloc(ctx, rows, sizeof *r->row);
  r->case_w = sx_mem_alloc(ctx, rows, sizeof *r->case_w);
  r->start = sx_mem_zalloc(ctx, domains + 2, sizeof *r->start);
  r->w = sx_mem_alloc(ctx, r->answers.n, sizeof *r->w);
  if (!r->row || !r->case_w || !r->start || !r->w) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++)
    if (domain_of(r, i) >= 0 && weights[i] != 0) r->start[domain_of(r, i) + 2]++;
  for (size_t g = 0; g < domains; g++) r->start[g + 2] += r->start[g + 1];
  for (size_t i = 0; i < rows; i++) {
    const int32_t g = domain_of(r, i);
    if (g < 0 || weights[i] == 0) continue;
    const size_t at = r->start[g + 1]++;
    r->row[at] = (uint32_t)i;
    r->case_w[at] = weights[i];
  }
  return SX_OK;
}

static sx_cases cases_between(const eb_run *r, size_t from, size_t to) {
  return (sx_cases){r->row + from, r->case_w + from, to - from};
}

/* Where every fit may begin: that of all cases. */
static void warm_start(eb_run *r) {
  eb_model *m = &r->model;
  if (!m->family) return;
  const sx_cases all = cases_between(r, 0, r->start[domains_of(r)]);
  eb_fit fit;
  sx_estimate__eb_sum(r->w, &all, &r->answers);
  const eb_cells cells = {r->answers.n, r->answers.low, r->answers.high, r->w};
  sx_estimate__eb_maximise(&fit, m->family, &cells, NULL, false);
  m->warm = fit.na == SX_NA_NONE;
  memcpy(m->start, fit.theta, sizeof m->start);
}

/* ---- how the fit lies -------------------------------------------------------------------------------------------- */

static void test_fit(sx_banded_domain *d, const eb_run *r, const sx_est_row *misfit) {
  const size_t n = r->answers.n_bands, parameters = r->model.family->n;
  double trace = 0, square = 0, chisq = 0;
  if (n < parameters + 2 || n > EB_TEST_BANDS) return;
  for (size_t i = 0; i < n; i++) {
    if (!misfit[i].est || isnan(misfit[i].se) || !(d->fitted[i] > 0)) return;
    chisq += (double)d->n * misfit[i].estimate * misfit[i].estimate / d->fitted[i];
    for (size_t j = 0; j < n; j++) {
      const double c = (double)d->n * sx_est_cov(misfit[i].est, misfit[j].est);
      if (i == j) trace += c / d->fitted[i];
      square += c * c / (d->fitted[i] * d->fitted[j]);
    }
  }
  if (!(trace > 0) || !(square > 0)) return;
  d->chisq = chisq;
  d->scale = square / trace;
  d->df1 = trace * trace / square;
  d->df2 = d->df1 * misfit[0].df;
  const double f = chisq / (d->scale * d->df1);
  d->p = isfinite(d->df2) ? sx_num_f_upper(f, d->df1, d->df2) : sx_num_chisq_upper(chisq / d->scale, d->df1);
}

/* Of the sums of weights in r->w at the parameters of the domain. */
static double loglik(const eb_run *r, const sx_banded_domain *d) {
  const eb_answers *a = &r->answers;
  double theta[EB_MAX], sum = 0, weight = 0;
  eb_shape shape;
  sx_estimate__eb_theta(r->model.family, d->parameter, theta);
  sx_estimate__eb_prepare(&shape, r->model.family, theta);
  for (size_t c = 0; c < a->n; c++) {
    if (r->w[c] == 0 || !(a->high[c] > 0)) continue;
    sum += r->w[c] * sx_estimate__eb_log_of(&shape, a->low[c], a->high[c], NULL);
    weight += r->w[c];
  }
  return sum / weight;
}

/* Shares have the intervals of proportions. */
static sx_status share_interval(const eb_run *r, sx_est_row *row, sx_error *err) {
  sx_est_row share;
  if (!row->est || isnan(row->se)) return SX_OK;
  SX_TRY(sx_est_describe(&share, row->est, true, r->options, err));
  row->low = share.low;
  row->high = share.high;
  sx_est_free(share.est);
  return SX_OK;
}

/* Amounts, shapes and tail indices are above 0: all but shares, the mu of a lognormal and misfits. */
static void amount_intervals(const eb_run *r, sx_est_row *rows) {
  const eb_model *m = &r->model;
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  for (size_t k = 0; k < m->at_misfit; k++) {
    if (k == 2 || (m->open && k == m->at_open) || strcmp(r->text[k], "mu") == 0) continue;
    if (rows[k].est) sx_estimate__interval_in(&rows[k], EST_RANGE_POSITIVE, r->options ? r->options : &plain);
  }
}

static sx_status describe_domain(eb_run *r, size_t g, sx_error *err) {
  const eb_model *m = &r->model;
  const eb_answers *a = &r->answers;
  const sx_ctx *ctx = sx_design_ctx(r->design);
  sx_banded_domain *d = &r->result->domain[g];
  const sx_est_row *rows = &r->result->set->rows[g * m->n_values];
  const sx_cases cases = cases_between(r, r->start[g], r->start[g + 1]);
  d->n = cases.n;
  d->loglik = d->chisq = d->scale = d->df1 = d->df2 = d->p = d->zero = (double)NAN;
  for (size_t j = 0; j < EB_MAX; j++) d->parameter[j] = (double)NAN;
  double **const arrays[] = {&d->observed, &d->fitted, &d->misfit_z};
  for (size_t k = 0; k < 3; k++) {
    *arrays[k] = sx_mem_alloc(ctx, a->n_bands, sizeof(double));
    if (!*arrays[k]) return sx_error_memory(err);
    for (size_t j = 0; j < a->n_bands; j++) (*arrays[k])[j] = (double)NAN;
  }
  d->na = rows[0].na;
  if (cases.n == 0) return SX_OK;
  sx_estimate__eb_sum(r->w, &cases, a);
  for (size_t i = 0; i < cases.n; i++) d->n_zero += !(a->high[a->cell[cases.row[i]]] > 0);
  for (size_t k = 0; k < a->n_bands; k++) d->observed[k] = 0;
  for (size_t c = 0; c < a->n; c++) {
    d->weight += r->w[c];
    if (a->band[c] >= 0) d->observed[a->band[c]] += r->w[c];
  }
  for (size_t k = 0; k < a->n_bands; k++) d->observed[k] /= d->weight;
  d->zero = rows[2].estimate;
  d->na = SX_NA_NONE;
  if (!m->family) {
    d->na = rows[0].na;
    return SX_OK;
  }
  d->na = rows[m->at_parameters].na;
  if (isnan(rows[m->at_parameters].estimate)) return SX_OK;
  d->na = SX_NA_NONE;
  for (size_t j = 0; j < m->family->n; j++) d->parameter[j] = rows[m->at_parameters + j].estimate;
  d->loglik = loglik(r, d);
  for (size_t k = 0; k < a->n_bands; k++) {
    const sx_est_row *misfit = &rows[m->at_misfit + k];
    d->fitted[k] = d->observed[k] - misfit->estimate;
    if (misfit->se > 1e-9 * d->fitted[k]) d->misfit_z[k] = misfit->estimate / misfit->se;
  }
  test_fit(d, r, rows + m->at_misfit);
  return SX_OK;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static sx_status result_new(eb_run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  sx_banded_result *o = r->result = sx_mem_zalloc(ctx, 1, sizeof *o);
  if (!o) return sx_error_memory(err);
  o->ctx = *ctx;
  o->fit = r->request->fit;
  o->n_parameters = r->model.family ? r->model.family->n : 0;
  o->parameter_name = r->model.family ? r->model.family->name : NULL;
  o->domain = sx_mem_zalloc(ctx, domains_of(r), sizeof *o->domain);
  if (!o->domain) return sx_error_memory(err);
  o->n_domains = domains_of(r);
  o->band = sx_mem_zalloc(ctx, r->answers.n_bands, sizeof *o->band);
  if (!o->band) return sx_error_memory(err);
  for (size_t k = 0; k < r->answers.n_bands; k++) {
    const sx_band *b = &r->answers.bands[k];
    o->band[k] = (sx_band){sx_mem_strdup(ctx, b->code), b->low, b->high};
    if (!o->band[k].code) return sx_error_memory(err);
    o->n_bands = k + 1;
  }
  return SX_OK;
}

static sx_status run(eb_run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const sx_banded_request *q = r->request;
  const size_t rows = sx_design_rows(r->design);
  SX_TRY(check_request(q, err));
  if (q->by && q->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", q->by->n_rows, rows);
  SX_TRY(sx_estimate__eb_answers(&r->answers, ctx, rows, q, err));
  SX_TRY(check_bands(r, err));
  place_values(r);
  SX_TRY(name_values(r, err));
  SX_TRY(sort_cases(r, err));
  warm_start(r);
  SX_TRY(result_new(r, err));
  const sx_column *const columns[] = {&r->answers.known};
  const sx_statistic statistic = {.version = 1,
                                  .name = "banded",
                                  .n_values = r->model.n_values,
                                  .value_text = (const char *const *)r->text,
                                  .data = &r->model,
                                  .value = sx_estimate__eb_value,
                                  .score = sx_estimate__eb_score};
  sx_statistic_request request = SX_STATISTIC_REQUEST_INIT;
  request.columns = columns;
  request.n_columns = 1;
  request.where = q->where;
  request.by = q->by;
  SX_TRY(sx_estimate_statistic(&r->result->set, r->design, &statistic, &request, r->options, err));
  for (size_t g = 0; g < r->result->n_domains; g++) {
    sx_est_row *of = &r->result->set->rows[g * r->model.n_values];
    SX_TRY(share_interval(r, &of[2], err));
    amount_intervals(r, of);
    if (r->model.open) SX_TRY(share_interval(r, &of[r->model.at_open], err));
    SX_TRY(describe_domain(r, g, err));
  }
  return SX_OK;
}

sx_status sx_estimate_banded(sx_banded_result **out, const sx_design *design, const sx_banded_request *request,
                             const sx_est_options *options, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  eb_run r;
  memset(&r, 0, sizeof r);
  r.design = design;
  r.request = request;
  r.options = options;
  r.answers.ctx = *ctx;
  const sx_status st = run(&r, err);
  if (st == SX_OK) {
    *out = r.result;
    r.result = NULL;
  }
  for (size_t k = 0; r.text && k < r.model.n_values; k++) sx_mem_free(ctx, r.text[k]);
  sx_mem_free(ctx, r.text);
  sx_mem_free(ctx, r.row);
  sx_mem_free(ctx, r.case_w);
  sx_mem_free(ctx, r.start);
  sx_mem_free(ctx, r.w);
  sx_estimate__eb_answers_clear(&r.answers);
  sx_banded_result_free(r.result);
  return st;
}

void sx_banded_result_free(sx_banded_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  sx_est_set_free(result->set);
  for (size_t k = 0; k < result->n_bands; k++) sx_mem_free(&ctx, result->band[k].code);
  sx_mem_free(&ctx, result->band);
  for (size_t g = 0; g < result->n_domains; g++) {
    sx_mem_free(&ctx, result->domain[g].observed);
    sx_mem_free(&ctx, result->domain[g].fitted);
    sx_mem_free(&ctx, result->domain[g].misfit_z);
  }
  sx_mem_free(&ctx, result->domain);
  sx_mem_free(&ctx, result);
}

size_t sx_banded_find(const sx_banded_result *result, const char *statistic) {
  for (size_t k = 0; k < result->set->n_levels; k++)
    if (strcmp(result->set->level_text[k], statistic) == 0) return k;
  return SIZE_MAX;
}

static const eb_family *fitted(const sx_banded_result *result, size_t domain, double *theta) {
  const eb_family *family = sx_estimate__eb_family(result->fit);
  if (!family || domain >= result->n_domains || isnan(result->domain[domain].parameter[0])) return NULL;
  sx_estimate__eb_theta(family, result->domain[domain].parameter, theta);
  return family;
}

double sx_banded_cdf(const sx_banded_result *result, size_t domain, double x) {
  double theta[EB_MAX];
  const eb_family *family = fitted(result, domain, theta);
  if (!family || isnan(x)) return (double)NAN;
  return x > 0 ? exp(sx_estimate__eb_log(family, theta, 0, x, NULL)) : 0;
}

double sx_banded_density(const sx_banded_result *result, size_t domain, double x) {
  double theta[EB_MAX];
  const eb_family *family = fitted(result, domain, theta);
  return family ? sx_estimate__eb_density(family, theta, x) : (double)NAN;
}
