/* weighting_propensity.c: nonresponse adjustment by estimated response propensities.
 *
 * w = d r f, f = min(1/p, M). With p from a logistic regression with the weights d, a case owes the total of u
 *   z = w u - d (r - p) x'b,   b = [sum d p (1-p) x x']^- sum over respondents not cut of d (1-p)/p x u
 * (Beaumont 2005; Kim & Kim 2007). As a record of design_estimated.c the columns are v x, v = p (respondents that are cut:
 * (1-p)/(M-1)), so that (w - d) v x = d (r - p) x, with q = (1-p)/(p v) on respondents not cut and q_hess = p (1-p)/v^2.
 * Strata of p: weighting classes, which count as given on linearised designs; replicates fit the model and form the strata anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weighting_response_priv.h"

static sx_status check_options(const sx_propensity_options *o, sx_error *err) {
  if (o->n_covariates == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "propensity", "name at least one covariate of response");
  if (!(o->max_factor > 1))
    return sx_error_set(err, SX_E_ARGUMENT, "propensity", "the largest factor is %g: it is above 1", o->max_factor);
  if (o->strata == 1 || o->strata > 1000)
    return sx_error_set(err, SX_E_ARGUMENT, "propensity", "%zu strata of the propensity: 2 to 1000, or 0 for none",
                        o->strata);
  for (size_t k = 0; k < o->n_factors; k++) {
    bool known = false;
    for (size_t j = 0; j < o->n_covariates; j++) known = known || strcmp(o->factors[k], o->covariates[j]) == 0;
    if (!known)
      return sx_error_set(err, SX_E_ARGUMENT, "propensity", "the factor '%s' is not among the covariates",
                          o->factors[k]);
  }
  return SX_OK;
}

typedef struct job {
  const sx_design *design;
  const wt_logit *model;
  const uint8_t *role;
  const sx_propensity_options *options;
  const double *start; /* [columns] coefficients of the full sample, where replicates begin */
  double *repw;
} job;

static double factor_of(double p, const sx_propensity_options *o) {
  return fmin(1 / p, o->max_factor);
}

/* ---- strata of the propensity -------------------------------------------------------------------------------------- */

typedef struct ranked {
  double p;
  size_t row;
} ranked;

static int by_p(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

/* k strata of equal numbers of cases by p, equal p together. */
static sx_status form_strata(wt_classes *out, const wt_logit *m, const uint8_t *role, const double *d, const double *p,
                             size_t k, sx_error *err) {
  wt_classes c = {m->ctx, m->n_rows, k, 0, NULL, NULL, NULL};
  size_t n = 0;
  ranked *r = sx_mem_alloc(m->ctx, m->n_rows, sizeof *r);
  c.of = sx_mem_alloc(m->ctx, m->n_rows, sizeof *c.of);
  c.first = sx_mem_alloc(m->ctx, k, sizeof *c.first);
  if (!r || !c.of || !c.first) {
    sx_mem_free(m->ctx, r);
    sx_weighting__classes_clear(&c);
    return sx_error_memory(err);
  }
  for (size_t i = 0; i < m->n_rows; i++) {
    c.of[i] = -1;
    if (role[i] != WT_OUT && d[i] > 0) r[n++] = (ranked){p[i], i};
  }
  qsort(r, n, sizeof *r, by_p);
  for (size_t i = 0; i < n; i++) {
    const bool tied = i > 0 && r[i].p - r[i - 1].p <= 1e-12;
    c.of[r[i].row] = tied ? c.of[r[i - 1].row] : (int32_t)(i * k / n);
  }
  for (size_t j = 0; j < k; j++) c.first[j] = (int32_t)j;
  sx_mem_free(m->ctx, r);
  *out = c;
  return SX_OK;
}

static sx_status strata_weights(double *w, wt_classes *classes, const job *j, const double *d, const double *p,
                                const char *who, sx_error *err) {
  SX_TRY(form_strata(classes, j->model, j->role, d, p, j->options->strata, err));
  SX_TRY(sx_weighting__merge(classes, j->role, d, 1, j->options->max_factor, !who[0], err));
  return sx_weighting__class_factors(w, classes, j->role, d, who, err);
}

/* ---- replicates ---------------------------------------------------------------------------------------------------- */

static sx_status weights_of(double *w, const job *j, const double *d, const char *who, sx_error *err) {
  const wt_logit *m = j->model;
  sx_status st = SX_OK;
  size_t iterations = 0;
  wt_classes classes = {m->ctx, 0, 0, 0, NULL, NULL, NULL};
  double *p = sx_mem_alloc(m->ctx, m->n_rows, sizeof *p), *beta = sx_mem_alloc(m->ctx, m->n_columns, sizeof *beta);
  if (!p || !beta) {
    st = sx_error_memory(err);
    goto done;
  }
  memcpy(beta, j->start, m->n_columns * sizeof *beta);
  SX_TRY_GOTO(st, sx_weighting__logit_fit(p, beta, &iterations, m, j->role, d, who, err), done);
  if (j->options->strata) {
    st = strata_weights(w, &classes, j, d, p, who, err);
    goto done;
  }
  for (size_t i = 0; i < m->n_rows; i++)
    w[i] = j->role[i] == WT_TAKER && d[i] > 0 ? d[i] * factor_of(p[i], j->options) : 0;
done:
  sx_weighting__classes_clear(&classes);
  sx_mem_free(m->ctx, p);
  sx_mem_free(m->ctx, beta);
  return st;
}

static sx_status adjust_replicate(void *data, size_t r, sx_error *err) {
  const job *j = data;
  const size_t n = j->model->n_rows, reps = sx_design_replicates(j->design);
  sx_status st = SX_OK;
  char who[64];
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  double *d = sx_mem_alloc(j->model->ctx, n, sizeof *d), *w = sx_mem_alloc(j->model->ctx, n, sizeof *w);
  if (!d || !w) {
    st = sx_error_memory(err);
    goto done;
  }
  sx_design_replicate(d, j->design, r);
  SX_TRY_GOTO(st, weights_of(w, j, d, who, err), done);
  for (size_t i = 0; i < n; i++) j->repw[i * reps + r] = w[i];
done:
  sx_mem_free(j->model->ctx, d);
  sx_mem_free(j->model->ctx, w);
  return st;
}

/* ---- the record ------------------------------------------------------------------------------------------------------ */

typedef struct record {
  const sx_ctx *ctx;
  size_t n_margins;
  sx_margin *margins;
  int32_t *cell;  /* [margins][rows] */
  double **value; /* [margins][rows] */
  double *q, *q_hess, *total;
} record;

static void record_clear(record *r) {
  for (size_t a = 0; r->value && a < r->n_margins; a++) sx_mem_free(r->ctx, r->value[a]);
  sx_mem_free(r->ctx, r->value);
  sx_mem_free(r->ctx, r->margins);
  sx_mem_free(r->ctx, r->cell);
  sx_mem_free(r->ctx, r->q);
  sx_mem_free(r->ctx, r->q_hess);
  sx_mem_free(r->ctx, r->total);
}

static void record_row(record *r, const job *j, size_t i, double p) {
  const double f = factor_of(p, j->options);
  const bool taker = j->role[i] == WT_TAKER, cut = taker && f < 1 / p;
  const double v = cut ? (1 - p) / (f - 1) : p;
  r->q[i] = taker && !cut ? (1 - p) / (p * v) : 0;
  r->q_hess[i] = p * (1 - p) / (v * v);
  for (size_t t = 0; t < j->model->n_terms; t++) {
    const wt_term *term = &j->model->terms[t];
    double x = 1;
    const size_t column = sx_weighting__at(&x, term, i);
    r->cell[t * j->model->n_rows + i] = column == SIZE_MAX ? -1 : (int32_t)(column - term->first);
    r->value[t][i] = v * x;
  }
}

static sx_status record_fill(record *r, const job *j, const double *p, sx_error *err) {
  const wt_logit *m = j->model;
  const size_t n = m->n_rows, terms = m->n_terms;
  size_t size = 0;
  r->n_margins = terms;
  r->margins = sx_mem_zalloc(r->ctx, terms, sizeof *r->margins);
  r->cell = sx_size_mul(&size, terms, n) ? sx_mem_alloc(r->ctx, size, sizeof *r->cell) : NULL;
  r->value = sx_mem_zalloc(r->ctx, terms, sizeof *r->value);
  r->q = sx_mem_zalloc(r->ctx, n, sizeof *r->q);
  r->q_hess = sx_mem_zalloc(r->ctx, n, sizeof *r->q_hess);
  r->total = sx_mem_zalloc(r->ctx, m->n_columns, sizeof *r->total);
  if (!r->margins || !r->cell || !r->value || !r->q || !r->q_hess || !r->total) return sx_error_memory(err);
  for (size_t t = 0; t < terms; t++) {
    r->margins[t] = (sx_margin){m->terms[t].name, m->terms[t].n_levels, r->cell + t * n, r->total};
    r->value[t] = sx_mem_zalloc(r->ctx, n, sizeof **r->value);
    if (!r->value[t]) return sx_error_memory(err);
    for (size_t i = 0; i < n; i++) r->cell[t * n + i] = -1;
  }
  for (size_t i = 0; i < n; i++)
    if (j->role[i] != WT_OUT) record_row(r, j, i, p[i]);
  return SX_OK;
}

/* Strata: the record of weighting classes. */
static sx_status record_classes(record *r, const job *j, const wt_classes *c, sx_error *err) {
  const size_t n = c->n_rows;
  r->n_margins = 1;
  r->margins = sx_mem_zalloc(r->ctx, 1, sizeof *r->margins);
  r->q = sx_mem_zalloc(r->ctx, n, sizeof *r->q);
  r->total = sx_mem_zalloc(r->ctx, c->n, sizeof *r->total);
  if (!r->margins || !r->q || !r->total) return sx_error_memory(err);
  r->margins[0] = (sx_margin){"propensity", c->n, c->of, r->total};
  for (size_t i = 0; i < n; i++) r->q[i] = j->role[i] == WT_TAKER ? 1 : 0;
  return SX_OK;
}

static sx_status finish(sx_design **out, const job *j, const double *w, const record *r, const wt_classes *c,
                        sx_error *err) {
  const sx_ctx *ctx = j->model->ctx;
  const size_t n = j->model->n_rows, reps = sx_design_replicates(j->design);
  sx_status st = SX_OK;
  size_t size = 0;
  char note[128];
  job with = *j;
  if (reps) {
    with.repw = sx_size_mul(&size, n, reps) ? sx_mem_alloc(ctx, size, sizeof *with.repw) : NULL;
    if (!with.repw) return sx_error_memory(err);
    SX_TRY_GOTO(st, sx_parallel_for(ctx, reps, adjust_replicate, &with, err), done);
  }
  if (c)
    (void)snprintf(note, sizeof note, "adjusted for nonresponse in %zu propensity strata", c->n);
  else
    (void)snprintf(note, sizeof note, "adjusted for nonresponse by propensity (%zu covariates)",
                   j->options->n_covariates);
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  a.repw = with.repw;
  a.margins = r->margins;
  a.n_margins = r->n_margins;
  a.values = (const double *const *)r->value;
  a.q = r->q;
  a.q_hess = r->q_hess;
  a.estimated = true;
  a.note = note;
  st = sx_design_adjust(out, j->design, &a, err);
done:
  if (reps) sx_mem_free(ctx, with.repw);
  return st;
}

static sx_status propensity(sx_design **out, const sx_design *design, const wt_logit *m, const uint8_t *role,
                            const sx_propensity_options *o, sx_response_report *report, sx_error *err) {
  const sx_ctx *ctx = m->ctx;
  const double *d = sx_design_weights(design);
  sx_status st = SX_OK;
  size_t iterations = 0;
  record r = {ctx, 0, NULL, NULL, NULL, NULL, NULL, NULL};
  wt_classes c = {ctx, 0, 0, 0, NULL, NULL, NULL};
  double *p = sx_mem_alloc(ctx, m->n_rows, sizeof *p), *w = sx_mem_alloc(ctx, m->n_rows, sizeof *w);
  double *beta = sx_mem_zalloc(ctx, m->n_columns, sizeof *beta);
  const job j = {design, m, role, o, beta, NULL};
  if (!p || !w || !beta) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__logit_fit(p, beta, &iterations, m, role, d, "", err), done);
  if (o->strata) {
    SX_TRY_GOTO(st, strata_weights(w, &c, &j, d, p, "", err), done);
    SX_TRY_GOTO(st, record_classes(&r, &j, &c, err), done);
  } else {
    for (size_t i = 0; i < m->n_rows; i++) w[i] = role[i] == WT_TAKER ? d[i] * factor_of(p[i], o) : 0;
    SX_TRY_GOTO(st, record_fill(&r, &j, p, err), done);
  }
  SX_TRY_GOTO(st, finish(out, &j, w, &r, o->strata ? &c : NULL, err), done);
  if (report) {
    memset(report, 0, sizeof *report);
    report->n_classes = c.n;
    report->n_merged = c.n_merged;
    report->n_parameters = m->n_columns;
    report->iterations = iterations;
    sx_weighting__response_report(report, m->n_rows, role, d, w);
  }
done:
  record_clear(&r);
  sx_weighting__classes_clear(&c);
  sx_mem_free(ctx, p);
  sx_mem_free(ctx, w);
  sx_mem_free(ctx, beta);
  return st;
}

sx_status sx_weighting_propensity(sx_design **out, const sx_design *design, const sx_table *table,
                                  const uint8_t *status, const sx_propensity_options *options,
                                  sx_response_report *report, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  if (!options) return sx_error_set(err, SX_E_ARGUMENT, "propensity", "name at least one covariate of response");
  SX_TRY(check_options(options, err));
  sx_status st = SX_OK;
  wt_logit m;
  uint8_t *role = sx_mem_alloc(ctx, sx_design_rows(design), 1);
  if (!role) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_weighting__response_roles(role, design, table, status, err), done);
  SX_TRY_GOTO(st, sx_weighting__logit_new(&m, ctx, table, role, options, err), done);
  st = propensity(out, design, &m, role, options, report, err);
  sx_weighting__logit_clear(&m);
done:
  sx_mem_free(ctx, role);
  return st;
}
