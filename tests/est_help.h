/* est_help.h: small tables for the tests of design, weighting and estimate. */
#ifndef EST_HELP_H
#define EST_HELP_H

#include "shuxiao/estimate.h"
#include "shuxiao/weighting.h"
#include "sxt.h"

static uint64_t eh_state = 1;
/* Uniform in (0,1): SplitMix64. */
static inline double eh_uniform(void) {
  uint64_t x = (eh_state += 0x9e3779b97f4a7c15U);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  x ^= x >> 31;
  return ((double)(x >> 11) + 0.5) / 9007199254740992.0;
}
static inline size_t eh_below(size_t n) {
  return (size_t)(eh_uniform() * (double)n);
}

static inline void eh_die(const char *what) {
  fprintf(stderr, "cannot %s\n", what);
  exit(1);
}

static inline sx_table *eh_table(const sx_ctx *ctx, size_t rows) {
  sx_table *t = NULL;
  if (sx_table_new(&t, ctx, rows, NULL) != SX_OK) eh_die("make a table");
  return t;
}

static inline sx_column *eh_number(sx_table *t, const char *name, const double *values) {
  sx_column *c = NULL;
  if (sx_table_add(&c, t, name, SX_NUMBER, NULL) != SX_OK) eh_die("add a column");
  for (size_t i = 0; i < c->n; i++) {
    c->data.f64[i] = values ? values[i] : 0;
    if (values && isnan(values[i]) && sx_column_set_missing(sx_table_ctx(t), c, i, SX_MISS_SYSTEM, NULL) != SX_OK)
      eh_die("set missing");
  }
  return c;
}

static inline sx_column *eh_text(sx_table *t, const char *name, sx_type type, const char *const *values) {
  sx_column *c = NULL;
  if (sx_table_add(&c, t, name, type, NULL) != SX_OK) eh_die("add a column");
  for (size_t i = 0; i < c->n; i++) {
    if (!values[i]) {
      if (sx_column_set_missing(sx_table_ctx(t), c, i, SX_MISS_SYSTEM, NULL) != SX_OK) eh_die("set missing");
    } else if (sx_dict_add(&c->data.code[i], c->dict, values[i], strlen(values[i]), NULL) != SX_OK) {
      eh_die("add a level");
    }
  }
  return c;
}

static inline sx_design *eh_design(const sx_ctx *ctx, const sx_table *t, const sx_design_spec *spec) {
  sx_design *d = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_design_new(&d, ctx, t, spec, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return d;
}

static inline sx_est_set *eh_ask(const sx_design *d, const sx_est_request *r) {
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_run(&set, d, r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

/* The carrier of one estimate of the whole, caller frees. */
static inline sx_est *eh_one(const sx_design *d, sx_stat stat, const sx_column *y, const sx_column *x,
                             const uint8_t *where) {
  const sx_est_request r = {stat, y, x, false, where, NULL};
  sx_est_set *set = eh_ask(d, &r);
  sx_est *e = sx_est_ref(set->rows[0].est);
  sx_est_set_free(set);
  return e;
}

/* A random stratified clustered sample: h (stratum), psu, w, y, x, g (3 groups), a, b (margins of 3 and 4), N (fpc). */
static inline sx_table *eh_sample(size_t rows, size_t strata, size_t psus_per_stratum) {
  sx_table *t = eh_table(NULL, rows);
  double *h = eh_number(t, "h", NULL)->data.f64, *p = eh_number(t, "psu", NULL)->data.f64;
  double *w = eh_number(t, "w", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64;
  double *x = eh_number(t, "x", NULL)->data.f64, *g = eh_number(t, "g", NULL)->data.f64;
  double *a = eh_number(t, "a", NULL)->data.f64, *b = eh_number(t, "b", NULL)->data.f64;
  double *f = eh_number(t, "N", NULL)->data.f64, *u = eh_number(t, "u", NULL)->data.f64;
  for (size_t i = 0; i < rows; i++) {
    const size_t unit = i % (strata * psus_per_stratum); /* every PSU has rows when rows >= PSUs */
    h[i] = (double)(unit % strata);
    p[i] = (double)unit;
    w[i] = 0.5 + 3 * eh_uniform();
    x[i] = 1 + 4 * eh_uniform();
    y[i] = h[i] + 2 * x[i] - 3 * log(eh_uniform()) + 0.3 * (double)(unit % 7);
    g[i] = (double)eh_below(3);
    a[i] = (double)eh_below(3);
    b[i] = (double)eh_below(4);
    f[i] = (double)psus_per_stratum * 3 + h[i];
    u[i] = eh_uniform() < 0.3 + 0.1 * g[i];
  }
  return t;
}

#endif
