/* banner_help.h: random surveys with questions for the tests of banner tables. */
#ifndef BANNER_HELP_H
#define BANNER_HELP_H

#include "est_help.h"
#include "shuxiao/banner.h"

enum { BH_KINDS = 9 };

static inline sx_column *bh_column(sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  return (sx_column *)(uintptr_t)c;
}

static inline void bh_label(sx_table *t, const char *name, double value, const char *label) {
  if (sx_column_add_label(sx_table_ctx(t), bh_column(t, name), value, NULL, 0, label, NULL) != SX_OK) eh_die("label");
}

/* Questions: q1 (4 levels, labelled), q2 (3, some missing), q3 (scale 1..5), amount (with missing), m1..m4 as the set $m; columns: sex,
 * age (4), a, b (margins). Some weights are 0 where `zeros`. */
static inline sx_table *bh_survey(size_t rows, size_t strata, size_t psus, bool zeros) {
  sx_table *t = eh_sample(rows, strata, psus);
  static const char *const labels[] = {"North", "East|West", "=South()", "<b>Centre</b>"};
  double *fraction = eh_number(t, "F", NULL)->data.f64;
  double *q1 = eh_number(t, "q1", NULL)->data.f64, *sex = eh_number(t, "sex", NULL)->data.f64;
  double *age = eh_number(t, "age", NULL)->data.f64, *w = bh_column(t, "w")->data.f64;
  double *q2 = malloc(rows * sizeof *q2), *q3 = malloc(rows * sizeof *q3), *amount = malloc(rows * sizeof *amount);
  double *m[4];
  if (!q2 || !q3 || !amount) eh_die("allocate");
  for (size_t k = 0; k < 4; k++)
    if (!(m[k] = malloc(rows * sizeof **m))) eh_die("allocate");
  for (size_t i = 0; i < rows; i++) {
    sex[i] = 1 + (double)eh_below(2);
    fraction[i] = 0.1 + 0.1 * bh_column(t, "h")->data.f64[i];
    age[i] = 1 + (double)eh_below(4);
    q1[i] = 1 + (double)eh_below(eh_uniform() < 0.3 * sex[i] ? 2 : 4);
    q2[i] = eh_uniform() < 0.15 ? (double)NAN : (double)eh_below(3);
    q3[i] = eh_uniform() < 0.05 ? (double)NAN : 1 + (double)eh_below(age[i] > 2 ? 5 : 4);
    amount[i] = eh_uniform() < 0.1 ? (double)NAN : floor(-100 * age[i] * log(eh_uniform()));
    for (size_t k = 0; k < 4; k++) m[k][i] = eh_uniform() < 0.05 ? (double)NAN : eh_uniform() < 0.15 + 0.1 * (double)k;
    if (zeros && eh_uniform() < 0.05) w[i] = 0;
  }
  eh_number(t, "q2", q2);
  eh_number(t, "q3", q3);
  eh_number(t, "amount", amount);
  char *names[] = {(char[]){"m1"}, (char[]){"m2"}, (char[]){"m3"}, (char[]){"m4"}};
  for (size_t k = 0; k < 4; k++) {
    eh_number(t, names[k], m[k]);
    free(m[k]);
  }
  free(q2);
  free(q3);
  free(amount);
  for (size_t k = 0; k < 4; k++) bh_label(t, "q1", 1 + (double)k, labels[k]);
  bh_label(t, "sex", 1, "Men");
  bh_label(t, "sex", 2, "Women");
  const sx_mrset set = {.name = (char[]){"$m"},
                        .label = (char[]){"Goods"},
                        .dichotomous = true,
                        .counted = 1,
                        .variables = names,
                        .n_variables = 4};
  if (sx_table_add_mrset(t, &set, NULL) != SX_OK) eh_die("add a set");
  return t;
}

static inline sx_design *bh_raked(const sx_ctx *ctx, sx_design *d, const sx_table *t) {
  static const char *const va[] = {"a"}, *const vb[] = {"b"};
  static const char *const l0[] = {"0"}, *const l1[] = {"1"}, *const l2[] = {"2"}, *const l3[] = {"3"};
  const char *const *const la[] = {l0, l1, l2}, *const *const lb[] = {l0, l1, l2, l3};
  const double ta[] = {300, 420, 280}, tb[] = {200, 250, 250, 300};
  const sx_target target[] = {{va, 1, la, ta, 3, "a"}, {vb, 1, lb, tb, 4, "b"}};
  sx_design *out = NULL;
  sx_error err = SX_ERROR_INIT;
  (void)ctx;
  if (sx_weighting_rake(&out, d, t, target, 2, NULL, NULL, &err) != SX_OK) eh_die(err.message);
  sx_design_free(d);
  return out;
}

static inline sx_design *bh_calibrated(sx_design *d, const sx_table *t) {
  static const char *const fa[] = {"a"}, *const l0[] = {"0"}, *const l1[] = {"1"};
  const sx_control control[] = {{NULL, NULL, 0, NULL, 1000, 0},
                                {fa, l0, 1, NULL, 320, 0},
                                {fa, l1, 1, NULL, 330, 0},
                                {NULL, NULL, 0, "x", 3100, 0}};
  sx_design *out = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_weighting_calibrate(&out, d, t, control, 4, NULL, NULL, &err) != SX_OK) eh_die(err.message);
  sx_design_free(d);
  return out;
}

static inline sx_design *bh_replicates(sx_design *d) {
  const sx_make_spec make = SX_MAKE_SPEC_INIT;
  sx_design *out = NULL;
  if (sx_design_make_replicates(&out, d, &make, NULL) != SX_OK) eh_die("make replicates");
  sx_design_free(d);
  return out;
}

/* Kinds: 0 clusters, 1 clusters raked, 2 calibrated with a continuous total, 3 cases, 4 cases raked, 5 fpc, 6 a lonely PSU adjusted,
 * 7 replicates, 8 cases raked with a declared df and an fpc. */
static inline sx_design *bh_design(const sx_ctx *ctx, const sx_table *t, size_t kind) {
  static const char *const cluster[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = cluster;
  s.n_clusters = kind == 3 || kind == 4 || kind == 8 ? 0 : 1;
  if (kind == 5) s.fpc = "N";
  if (kind == 8) s.fpc = "F";
  if (kind == 8) s.df = 17;
  if (kind == 6) s.lonely = SX_LONELY_ADJUST;
  sx_design *d = eh_design(ctx, t, &s);
  if (kind == 1 || kind == 4 || kind == 8) d = bh_raked(ctx, d, t);
  if (kind == 2) d = bh_calibrated(d, t);
  return kind == 7 ? bh_replicates(d) : d;
}

/* A design as the scripts of R call it: cluster, fpc, case, raked, jkn. */
static inline sx_design *bh_named_design(const sx_table *t, const char *name) {
  static const char *const names[] = {"cluster", "raked", "case", "fpc", "jkn"};
  static const size_t kinds[] = {0, 1, 3, 5, 7};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    if (strcmp(name, names[k]) == 0) return bh_design(NULL, t, kinds[k]);
  eh_die(name);
  return NULL;
}

static inline sx_banner_book *bh_run(const sx_design *d, const sx_table *t, const sx_banner_request *r,
                                     const sx_banner_wave *earlier) {
  sx_banner_book *book = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_banner_run(&book, d, t, r, earlier, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return book;
}

static inline const sx_banner_row *bh_row(const sx_banner_table *t, sx_banner_measure measure, const char *key) {
  for (size_t r = 0; r < t->n_rows; r++)
    if (t->row[r].measure == measure && strcmp(t->row[r].key, key) == 0) return &t->row[r];
  return NULL;
}

static inline size_t bh_col(const sx_banner_columns *c, const char *key) {
  size_t k = 0;
  while (k < c->n_columns && strcmp(c->column[k].key, key) != 0) k++;
  return k;
}

/* ---- medians and their p, of tables with one question ------------------------------------------------------------------------- */

static inline sx_banner_book *bh_medians(const sx_design *d, const sx_table *t, const char *rows, const char *columns,
                                         unsigned compare, double level) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = rows;
  r.columns = columns;
  r.stats = "median";
  r.sig.compare = compare;
  r.sig.upper = r.sig.arrow = level;
  r.sig.lower = 0;
  r.sig.adjust = SX_ADJUST_P_NONE;
  r.sig.min_base = 0;
  return bh_run(d, t, &r, NULL);
}

static inline const sx_banner_cell *bh_median(const sx_banner_book *book, const char *key) {
  const sx_banner_table *t = &book->table[0];
  const sx_banner_row *row = bh_row(t, SX_BANNER_MEDIAN, "median");
  const size_t c = bh_col(t->columns, key);
  if (!row || c >= t->columns->n_columns) eh_die(key);
  return &row->cell[c];
}

/* A level that p is just below (`above`) or just above. */
static inline double bh_level(double p, bool above) {
  static const double near = 1e-7;
  return above ? p * (1 + near) : p * (1 - near);
}

/* That the p of the difference of column a from b, or from the "rest", is this one: at a level just above it the larger of the two has the letter of
 * the other, or a the arrow; just below it not. difference: its sign tells which is larger; 0: the printed medians do, and either arrow is one. */
static inline void bh_median_p(const sx_design *d, const sx_table *t, const char *rows, const char *columns,
                               const char *a, const char *b, double difference, double p) {
  const bool rest = strcmp(b, "rest") == 0;
  for (int above = 0; above < 2; above++) {
    sx_banner_book *book =
        bh_medians(d, t, rows, columns, rest ? SX_BANNER_VERSUS_REST : SX_BANNER_WITHIN_SPAN, bh_level(p, above == 1));
    bool found = false;
    if (rest) {
      const int arrow = bh_median(book, a)->versus_rest;
      found = difference == 0 ? arrow != 0 : arrow == (difference > 0 ? 1 : -1);
    } else {
      const sx_banner_columns *c = book->table[0].columns;
      const sx_banner_cell *one = bh_median(book, a), *two = bh_median(book, b);
      const bool first = difference == 0 ? one->value > two->value : difference > 0;
      found = strstr((first ? one : two)->letters, c->column[bh_col(c, first ? b : a)].letter) != NULL;
    }
    if (found != (above == 1)) SXT_FAIL("%s, %s, %s: p is not %.12g", rows, a, b, p);
    sx_banner_book_free(book);
  }
}

#endif
