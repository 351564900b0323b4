/* weighting_propensity_logit.c: weighted logistic regression of response on factors and numbers.
 *
 * Pseudo maximum likelihood sum d (r - p) x = 0, p = 1/(1 + exp(-x'b)): Binder (1983) ISR 51:279-292. Newton's method (here the same
 * as iteratively reweighted least squares), a step halved until the deviance does not rise. A factor has a column per level; what the
 * intercept implies is dropped by pivoting, which leaves the fit as it is. Numbers are standardised. A maximum does not exist where
 * covariates separate respondents from nonrespondents: Albert & Anderson (1984) Biometrika 71:1-10. */
#include <stdio.h>
#include <string.h>

#include "weighting_response_priv.h"

enum { MAX_COLUMNS = 2000, MAX_HALVINGS = 30 };
static const double pivot_tolerance = 1e-11;
/* A fitted log-odds beyond this is a probability that differs from 0 or 1 by 3e-11: no data of a survey say so. */
static const double separated = 24;

void sx_weighting__logit_clear(wt_logit *m) {
  for (size_t t = 0; m->terms && t < m->n_terms; t++) {
    sx_groups_free(m->terms[t].groups);
    sx_mem_free(m->ctx, m->terms[t].x);
  }
  sx_mem_free(m->ctx, m->terms);
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

static sx_status missing(const char *name, size_t row, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.100s: case %zu", name, row + 1);
  return sx_error_set(err, SX_E_DATA, where,
                      "the covariate is missing: it must be known for respondents and nonrespondents");
}

static sx_status separates(const char *name, const char *level, const char *how, sx_error *err) {
  return sx_error_set(err, SX_E_DATA, name,
                      "%s%s%s: the propensity model has no finite fit: merge levels or leave the covariate out",
                      level ? "of the level '" : "", level ? level : "", how);
}

/* Every level that occurs needs both. */
static sx_status check_levels(const wt_term *t, const wt_logit *m, const uint8_t *role, sx_error *err) {
  const sx_groups *g = t->groups;
  sx_status st = SX_OK;
  size_t *n = sx_mem_zalloc(m->ctx, 2 * g->n_groups, sizeof *n);
  if (!n) return sx_error_memory(err);
  for (size_t i = 0; i < m->n_rows; i++) {
    if (role[i] == WT_OUT) continue;
    if (g->group[i] < 0) {
      st = missing(t->name, i, err);
      goto done;
    }
    n[2 * (size_t)g->group[i] + (role[i] == WT_TAKER)]++;
  }
  for (size_t k = 0; k < g->n_groups; k++) {
    if (n[2 * k] + n[2 * k + 1] == 0 || (n[2 * k] && n[2 * k + 1])) continue;
    char text[128];
    const char *level = g->level_text[0][g->key_level[k]];
    (void)snprintf(text, sizeof text, "' %s %zu cases responded", n[2 * k] ? "none of" : "all",
                   n[2 * k] + n[2 * k + 1]);
    st = separates(t->name, level, text, err);
    goto done;
  }
done:
  sx_mem_free(m->ctx, n);
  return st;
}

/* Standardised over the rows that take part; a number that tells all respondents from the others is separation. */
static sx_status standardise(wt_term *t, const wt_logit *m, const sx_column *c, const uint8_t *role, sx_error *err) {
  double sum = 0, square = 0, n = 0, low[2] = {(double)INFINITY, (double)INFINITY},
         high[2] = {-(double)INFINITY, -(double)INFINITY};
  t->x = sx_mem_zalloc(m->ctx, m->n_rows, sizeof *t->x);
  if (!t->x) return sx_error_memory(err);
  for (size_t i = 0; i < m->n_rows; i++) {
    if (role[i] == WT_OUT) continue;
    const double x = t->x[i] = sx_column_number(c, i);
    if (!isfinite(x)) return missing(t->name, i, err);
    const size_t r = role[i] == WT_TAKER;
    low[r] = fmin(low[r], x);
    high[r] = fmax(high[r], x);
    sum += x;
    n++;
  }
  if ((low[1] >= high[0] || low[0] >= high[1]) && fmin(low[0], low[1]) < fmax(high[0], high[1]))
    return separates(t->name, NULL, "a threshold of the covariate separates respondents from nonrespondents", err);
  const double mean = sum / n;
  for (size_t i = 0; i < m->n_rows; i++)
    if (role[i] != WT_OUT) square += (t->x[i] - mean) * (t->x[i] - mean);
  const double sd = sqrt(square / n);
  for (size_t i = 0; i < m->n_rows; i++) t->x[i] = role[i] != WT_OUT && sd > 0 ? (t->x[i] - mean) / sd : 0;
  return SX_OK;
}

static bool is_factor(const sx_column *c, const sx_propensity_options *o) {
  for (size_t k = 0; k < o->n_factors; k++)
    if (strcmp(o->factors[k], c->name) == 0) return true;
  return c->type != SX_NUMBER && c->type != SX_INTEGER;
}

static sx_status add_term(wt_logit *m, const sx_table *table, const char *name, const uint8_t *role,
                          const sx_propensity_options *o, sx_error *err) {
  const sx_column *c = NULL;
  SX_TRY(sx_table_need(&c, table, name, err));
  wt_term *t = &m->terms[m->n_terms];
  *t = (wt_term){name, m->n_columns, 1, NULL, NULL};
  m->n_terms++;
  if (is_factor(c, o)) {
    SX_TRY(sx_groups_new(&t->groups, table, &name, 1, err));
    t->n_levels = t->groups->n_groups;
    SX_TRY(check_levels(t, m, role, err));
  } else {
    SX_TRY(standardise(t, m, c, role, err));
  }
  m->n_columns += t->n_levels;
  if (m->n_columns > MAX_COLUMNS)
    return sx_error_set(err, SX_E_LIMIT, name, "the propensity model has more than %d columns", (int)MAX_COLUMNS);
  return SX_OK;
}

static sx_status check_both(const uint8_t *role, size_t n, sx_error *err) {
  bool giver = false;
  for (size_t i = 0; i < n && !giver; i++) giver = role[i] == WT_GIVER;
  return giver ? SX_OK
               : sx_error_set(err, SX_E_DATA, "propensity", "every eligible case responded: there is nothing to model");
}

sx_status sx_weighting__logit_new(wt_logit *out, const sx_ctx *ctx, const sx_table *table, const uint8_t *role,
                                  const sx_propensity_options *o, sx_error *err) {
  wt_logit m = {ctx, sx_table_rows(table), 1, 1, NULL, o->tolerance, o->max_iterations};
  if (!(o->tolerance > 0) || o->max_iterations == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "propensity", "tolerance %g and %zu iterations: both are above 0",
                        o->tolerance, o->max_iterations);
  SX_TRY(check_both(role, m.n_rows, err));
  m.terms = sx_mem_zalloc(ctx, o->n_covariates + 1, sizeof *m.terms);
  if (!m.terms) return sx_error_memory(err);
  m.terms[0] = (wt_term){"(intercept)", 0, 1, NULL, NULL};
  for (size_t k = 0; k < o->n_covariates; k++) {
    const sx_status st = add_term(&m, table, o->covariates[k], role, o, err);
    if (st == SX_OK) continue;
    sx_weighting__logit_clear(&m);
    return st;
  }
  *out = m;
  return SX_OK;
}

/* ---- the fit ------------------------------------------------------------------------------------------------- */

typedef struct fit {
  const wt_logit *m;
  const uint8_t *role;
  const double *d;
  double *hess, *grad, *trial, *work; /* [columns^2], [columns] each */
  double *eta, *next;                 /* [rows] */
  size_t *piv;
} fit;

static void log_odds(double *eta, const fit *f, const double *beta) {
  const wt_logit *m = f->m;
  for (size_t i = 0; i < m->n_rows; i++) {
    eta[i] = 0;
    if (f->role[i] == WT_OUT) continue;
    for (size_t t = 0; t < m->n_terms; t++) {
      double x = 1;
      const size_t j = sx_weighting__at(&x, &m->terms[t], i);
      if (j != SIZE_MAX) eta[i] += beta[j] * x;
    }
  }
}

/* sum d log(1 + exp(-s eta)), s = 1 for respondents and -1 else. */
static double deviance(const fit *f, const double *eta) {
  double sum = 0;
  for (size_t i = 0; i < f->m->n_rows; i++) {
    if (f->role[i] == WT_OUT || !(f->d[i] > 0)) continue;
    const double v = f->role[i] == WT_TAKER ? -eta[i] : eta[i];
    sum += f->d[i] * (v > 0 ? v + log1p(exp(-v)) : log1p(exp(v)));
  }
  return sum;
}

static void derivatives(const fit *f) {
  const wt_logit *m = f->m;
  const size_t c = m->n_columns;
  memset(f->hess, 0, c * c * sizeof *f->hess);
  memset(f->grad, 0, c * sizeof *f->grad);
  for (size_t i = 0; i < m->n_rows; i++) {
    if (f->role[i] == WT_OUT || !(f->d[i] > 0)) continue;
    const double p = 1 / (1 + exp(-f->eta[i])), v = f->d[i] * p * (1 - p);
    const double r = f->d[i] * ((f->role[i] == WT_TAKER ? 1 : 0) - p);
    for (size_t t = 0; t < m->n_terms; t++) {
      double x = 1, y = 1;
      const size_t j = sx_weighting__at(&x, &m->terms[t], i);
      if (j == SIZE_MAX) continue;
      f->grad[j] += r * x;
      for (size_t s = 0; s < m->n_terms; s++) {
        const size_t k = sx_weighting__at(&y, &m->terms[s], i);
        if (k != SIZE_MAX) f->hess[j + k * c] += v * x * y;
      }
    }
  }
}

/* The covariate whose part of the log-odds is largest, for the message. */
static const char *culprit(const fit *f, const double *beta, size_t row) {
  const wt_logit *m = f->m;
  const char *name = m->terms[0].name;
  double most = -1;
  for (size_t t = m->n_terms > 1 ? 1 : 0; t < m->n_terms; t++) {
    double x = 1;
    const size_t j = sx_weighting__at(&x, &m->terms[t], row);
    if (j == SIZE_MAX || fabs(beta[j] * x) <= most) continue;
    most = fabs(beta[j] * x);
    name = m->terms[t].name;
  }
  return name;
}

static sx_status check_separation(const fit *f, const double *beta, sx_error *err) {
  for (size_t i = 0; i < f->m->n_rows; i++)
    if (f->role[i] != WT_OUT && f->d[i] > 0 && fabs(f->eta[i]) > separated)
      return separates(culprit(f, beta, i), NULL,
                       "together with the other covariates it separates respondents from nonrespondents", err);
  return SX_OK;
}

/* One step; *change is the largest change of a log-odds. */
static sx_status newton(double *beta, double *change, double *dev, const fit *f, sx_error *err) {
  const size_t c = f->m->n_columns, n = f->m->n_rows;
  size_t rank = 0;
  derivatives(f);
  SX_TRY(sx_num_chol_pivot(f->hess, c, f->piv, &rank, pivot_tolerance, err));
  sx_num_chol_solve(f->hess, c, f->piv, rank, f->grad, f->work);
  double scale = 1, now = 0;
  for (size_t k = 0;; k++, scale /= 2) {
    for (size_t j = 0; j < c; j++) f->trial[j] = beta[j] + scale * f->grad[j];
    log_odds(f->next, f, f->trial);
    now = deviance(f, f->next);
    if (now <= *dev * (1 + 1e-14) || k == MAX_HALVINGS) break;
  }
  *change = 0;
  for (size_t i = 0; i < n; i++) {
    if (f->d[i] > 0) *change = fmax(*change, fabs(f->next[i] - f->eta[i]));
    f->eta[i] = f->next[i];
  }
  memcpy(beta, f->trial, c * sizeof *beta);
  *dev = now;
  return SX_OK;
}

static sx_status iterate(double *beta, size_t *iterations, const fit *f, sx_error *err) {
  log_odds(f->eta, f, beta);
  double dev = deviance(f, f->eta), change = (double)INFINITY;
  for (*iterations = 0; change > f->m->tolerance; ++*iterations) {
    SX_TRY(check_separation(f, beta, err));
    if (*iterations == f->m->max_iterations)
      return sx_error_set(err, SX_E_NUMERIC, "propensity",
                          "the model did not converge in %zu iterations: a log-odds still moves by %.3g", *iterations,
                          change);
    SX_TRY(newton(beta, &change, &dev, f, err));
  }
  return check_separation(f, beta, err);
}

sx_status sx_weighting__logit_fit(double *p, double *beta, size_t *iterations, const wt_logit *m, const uint8_t *role,
                                  const double *d, const char *who, sx_error *err) {
  sx_status st = SX_OK;
  const size_t c = m->n_columns;
  fit f = {m, role, d, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
  f.hess = sx_mem_alloc(m->ctx, c * c, sizeof *f.hess);
  f.grad = sx_mem_alloc(m->ctx, 3 * c, sizeof *f.grad);
  f.eta = sx_mem_alloc(m->ctx, 2 * m->n_rows, sizeof *f.eta);
  f.piv = sx_mem_alloc(m->ctx, c, sizeof *f.piv);
  if (!f.hess || !f.grad || !f.eta || !f.piv) {
    st = sx_error_memory(err);
    goto done;
  }
  f.trial = f.grad + c;
  f.work = f.trial + c;
  f.next = f.eta + m->n_rows;
  st = iterate(beta, iterations, &f, err);
  if (st != SX_OK && st != SX_E_MEMORY && who[0]) sx_error_add_where(err, "%s", who);
  for (size_t i = 0; st == SX_OK && i < m->n_rows; i++) p[i] = role[i] == WT_OUT ? 1 : 1 / (1 + exp(-f.eta[i]));
done:
  sx_mem_free(m->ctx, f.hess);
  sx_mem_free(m->ctx, f.grad);
  sx_mem_free(m->ctx, f.eta);
  sx_mem_free(m->ctx, f.piv);
  return st;
}
