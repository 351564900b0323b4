/* study_rows.h: all rows of the newest run of a store in memory, and the comparison of two such runs, for the tests of whole studies. */
#ifndef STUDY_ROWS_H
#define STUDY_ROWS_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/store.h"

enum { V_ESTIMATE, V_SE, V_LOW, V_HIGH, V_LEVEL, V_DF, V_CV, V_NEFF, V_DEFF, N_V };

typedef struct srow {
  char indicator[100], statistic[60], domain[120]; /* domain: "total", "z:1", "age:20-29", "scope:narrow" */
  char unit[60], quality[60], na_reason[60], method[60];
  double v[N_V];
  int64_t n;
} srow;

typedef struct rows {
  srow *items;
  size_t n, cap;
  int64_t run;
  char synthetic[600];
} rows;

static inline void rows_text(char *out, size_t cap, const char *text) {
  (void)snprintf(out, cap, "%s", text ? text : "");
}

static inline sx_status rows_add(void *data, const sx_store_row *from, sx_error *err) {
  rows *r = data;
  if (r->n == r->cap) {
    r->cap = r->cap ? 2 * r->cap : 512;
    srow *grown = realloc(r->items, r->cap * sizeof *grown);
    if (!grown) return sx_error_memory(err);
    r->items = grown;
  }
  srow *row = &r->items[r->n++];
  memset(row, 0, sizeof *row); /* the digest reads every byte */
  rows_text(row->indicator, sizeof row->indicator, from->indicator);
  rows_text(row->statistic, sizeof row->statistic, from->statistic);
  rows_text(row->domain, sizeof row->domain, "total");
  for (size_t i = 0; i < from->n_terms; i++) {
    const size_t used = i ? strlen(row->domain) : 0;
    (void)snprintf(row->domain + used, sizeof row->domain - used, "%s%s:%s", i ? "*" : "", from->terms[i].variable,
                   from->terms[i].level);
  }
  rows_text(row->unit, sizeof row->unit, from->unit);
  rows_text(row->quality, sizeof row->quality, from->quality);
  rows_text(row->na_reason, sizeof row->na_reason, from->na_reason);
  rows_text(row->method, sizeof row->method, from->method);
  const double v[N_V] = {from->estimate, from->se, from->low,   from->high, from->ci_level,
                         from->df,       from->cv, from->n_eff, from->deff};
  memcpy(row->v, v, sizeof v);
  row->n = from->n;
  return SX_OK;
}

static inline void rows_free(rows *r) {
  free(r->items);
  r->items = NULL;
  r->n = r->cap = 0;
}

/* False, and why on stderr, where there is no finished run to read. */
static inline bool rows_read(rows *r, const char *path) {
  sx_error err = SX_ERROR_INIT;
  sx_store *store = NULL;
  sx_store_run run;
  memset(r, 0, sizeof *r);
  sx_status status = sx_store_open(&store, NULL, path, SX_STORE_READ, &err);
  if (status == SX_OK) status = sx_store_latest(&run, store, &err);
  if (status == SX_OK) {
    r->run = run.id;
    rows_text(r->synthetic, sizeof r->synthetic, run.synthetic);
    status = sx_store_each_row(store, run.id, NULL, rows_add, r, &err);
  }
  sx_store_close(store);
  if (status != SX_OK) {
    fprintf(stderr, "%s: %s: %s\n", path, err.where, err.message);
    rows_free(r);
  }
  return status == SX_OK;
}

static inline const srow *rows_find(const rows *r, const char *indicator, const char *statistic, const char *domain) {
  for (size_t i = 0; i < r->n; i++) {
    const srow *row = &r->items[i];
    if (strcmp(row->indicator, indicator) == 0 && strcmp(row->statistic, statistic) == 0 &&
        strcmp(row->domain, domain) == 0)
      return row;
  }
  return NULL;
}

/* |a - b| over the largest of |a|, |b| and scale. NaN agrees with NaN only. */
static inline double rows_distance(double a, double b, double scale) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0 : (double)INFINITY;
  return a == b ? 0 : fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), scale);
}

/* Raking fixes some totals: their standard error is zero but for rounding. */
static inline bool rows_fixed(const srow *x) {
  return x->v[V_SE] <= 1e-9 * fabs(x->v[V_ESTIMATE]);
}

/* The largest distance of two rows' numbers. A difference (a gap near zero) is measured in units of its standard error where that is
 * larger; of a fixed total only the estimate has digits. */
static inline double rows_row_distance(const srow *x, const srow *y) {
  const double scale = isfinite(x->v[V_SE]) ? x->v[V_SE] : 0;
  const bool moved = strcmp(x->statistic, "moved_se") == 0; /* in standard errors: 1e-5 of one has few digits */
  if (moved || strncmp(x->statistic, "p_", 2) == 0)         /* a p of 1e-113 has none */
    return rows_distance(x->v[V_ESTIMATE], y->v[V_ESTIMATE], 1);
  if (rows_fixed(x) && rows_fixed(y)) return rows_distance(x->v[V_ESTIMATE], y->v[V_ESTIMATE], 0);
  double worst = 0;
  for (size_t k = 0; k < N_V; k++) {
    if (k == V_CV && fabs(x->v[V_ESTIMATE]) < scale) continue; /* se over nearly nothing */
    const bool level = k == V_ESTIMATE || k == V_LOW || k == V_HIGH;
    worst = fmax(worst, rows_distance(x->v[k], y->v[k], level ? scale : 0));
  }
  return worst;
}

static inline bool rows_same_texts(const srow *x, const srow *y) {
  return strcmp(x->unit, y->unit) == 0 && strcmp(x->quality, y->quality) == 0 &&
         strcmp(x->na_reason, y->na_reason) == 0 && strcmp(x->method, y->method) == 0 && x->n == y->n;
}

/* How many rows differ by more than rel; 0 asks for the same bits. The first few are said on stderr. The rows may stand in another order. */
static inline size_t rows_differ(const rows *a, const rows *b, double rel, double *worst) {
  size_t off = a->n > b->n ? a->n - b->n : b->n - a->n;
  *worst = 0;
  if (off) fprintf(stderr, "%zu rows and %zu\n", a->n, b->n);
  for (size_t i = 0; i < a->n; i++) {
    const srow *x = &a->items[i], *y = rows_find(b, x->indicator, x->statistic, x->domain);
    const bool known = y && rows_same_texts(x, y);
    const double d = known ? rows_row_distance(x, y) : (double)INFINITY;
    *worst = fmax(*worst, d);
    if (known && (rel > 0 ? d <= rel : memcmp(x->v, y->v, sizeof x->v) == 0)) continue;
    if (++off <= 5)
      fprintf(stderr, "%s %s %s: %.17g (se %.17g) and %.17g (se %.17g): off by %.3g\n", x->indicator, x->statistic,
              x->domain, x->v[V_ESTIMATE], x->v[V_SE], y ? y->v[V_ESTIMATE] : (double)NAN, y ? y->v[V_SE] : (double)NAN,
              d);
  }
  return off;
}

#endif
