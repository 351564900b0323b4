/* test_estimate_statistic.c: means and ratios given as value and score must equal the engine's own, on every kind of design; the
 * order of the cases; reasons of missing rows; what the functions return. */
#include "shuxiao/estimate_statistic.h"

#include "est_help.h"

/* A column of the test's own table, to be changed. */
static sx_column *column_of(const sx_table *t, const char *name) {
  return (sx_column *)(uintptr_t)sx_table_find(t, name);
}

typedef struct pair {
  const double *y, *x;
} pair;

/* Two values: the mean of y and the ratio of y to x. */
static sx_status pair_value(double *value, sx_na *na, const sx_cases *c, const void *data, sx_error *err) {
  const pair *p = data;
  double w = 0, wy = 0, wx = 0;
  (void)na;
  (void)err;
  for (size_t i = 0; i < c->n; i++) {
    w += c->w[i];
    wy += c->w[i] * p->y[c->row[i]];
    wx += c->w[i] * p->x[c->row[i]];
  }
  value[0] = wy / w;
  value[1] = wx != 0 ? wy / wx : (double)NAN;
  return SX_OK;
}

static sx_status pair_score(double *score, const double *value, const sx_cases *c, const void *data, sx_error *err) {
  const pair *p = data;
  double w = 0, wx = 0;
  (void)err;
  for (size_t i = 0; i < c->n; i++) {
    w += c->w[i];
    wx += c->w[i] * p->x[c->row[i]];
  }
  for (size_t i = 0; i < c->n; i++) {
    const size_t row = c->row[i];
    score[i] = (p->y[row] - value[0]) / w;
    score[c->n + i] = (p->y[row] - value[1] * p->x[row]) / wx;
  }
  return SX_OK;
}

static const char *const pair_text[] = {"mean", "ratio"};

static sx_statistic pair_of(const pair *p) {
  return (sx_statistic){1, "pair", 2, pair_text, false, p, pair_value, pair_score};
}

static sx_est_set *ask(const sx_design *d, const sx_statistic *s, const sx_statistic_request *r) {
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_statistic(&set, d, s, r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static void same(const sx_est_row *a, const sx_est_row *b, bool deff) {
  CHECK(a->na == b->na);
  CHECK(a->n == b->n && a->group == b->group);
  if (isnan(b->estimate)) return;
  CHECK_NEAR(a->estimate, b->estimate, 1e-13);
  CHECK_NEAR(a->se, b->se, 1e-11);
  CHECK_NEAR(a->low, b->low, 1e-11);
  CHECK_NEAR(a->df, b->df, 0);
  if (deff) CHECK_NEAR(a->deff, b->deff, 1e-10);
}

/* Against the engine, by group and within a condition. */
static void compare(sx_table *t, const sx_design *d) {
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x");
  const pair p = {y->data.f64, x->data.f64};
  const sx_statistic s = pair_of(&p);
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  uint8_t *where = malloc(y->n);
  for (size_t i = 0; i < y->n; i++) where[i] = i % 5 != 2;
  const sx_column *columns[] = {y, x};
  sx_statistic_request r = SX_STATISTIC_REQUEST_INIT;
  r.columns = columns;
  r.n_columns = 2;
  r.where = where;
  r.by = g;
  uint8_t *both = malloc(y->n);
  for (size_t i = 0; i < y->n; i++) both[i] = where[i] && !sx_column_missing(y, i) && !sx_column_missing(x, i);
  const sx_est_request mean = {SX_STAT_MEAN, y, NULL, false, both, g}, ratio = {SX_STAT_RATIO, y, x, false, both, g};
  sx_est_set *set = ask(d, &s, &r), *means = eh_ask(d, &mean), *ratios = eh_ask(d, &ratio);
  REQUIRE(set->n_rows == 2 * g->n_groups && means->n_rows == g->n_groups);
  CHECK_STR(set->level_text[1], "ratio");
  const bool linearised = sx_design_replicates(d) == 0;
  for (size_t k = 0; k < g->n_groups; k++) {
    same(&set->rows[2 * k], &means->rows[k], linearised);
    same(&set->rows[2 * k + 1], &ratios->rows[k], linearised);
    CHECK(set->rows[2 * k + 1].level == 1);
  }
  CHECK_NEAR(sx_est_cov(set->rows[0].est, ratios->rows[1].est), sx_est_cov(means->rows[0].est, ratios->rows[1].est),
             1e-10);
  sx_est_set_free(set);
  sx_est_set_free(means);
  sx_est_set_free(ratios);
  sx_groups_free(g);
  free(where);
  free(both);
}

static void test_designs(void) {
  eh_state = 77;
  sx_table *t = eh_sample(400, 4, 5);
  sx_column *y = column_of(t, "y");
  for (size_t i = 0; i < y->n; i += 17) REQUIRE_OK(sx_column_set_missing(NULL, y, i, SX_MISS_SYSTEM, err));
  column_of(t, "w")->data.f64[11] = 0;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  const char *cluster = "psu";
  spec.weights = "w";
  spec.strata = "h";
  sx_design *elements = eh_design(NULL, t, &spec);
  spec.clusters = &cluster;
  spec.n_clusters = 1;
  spec.fpc = "N";
  sx_design *clusters = eh_design(NULL, t, &spec), *raked = NULL, *jkn = NULL;
  const char *a = "a", *b = "b";
  const char *const cells_a[3][1] = {{"0"}, {"1"}, {"2"}}, *const cells_b[4][1] = {{"0"}, {"1"}, {"2"}, {"3"}};
  const char *const *la[3] = {cells_a[0], cells_a[1], cells_a[2]};
  const char *const *lb[4] = {cells_b[0], cells_b[1], cells_b[2], cells_b[3]};
  const double ta[] = {300, 400, 300}, tb[] = {200, 300, 200, 300};
  const sx_target targets[] = {{&a, 1, la, ta, 3, "a"}, {&b, 1, lb, tb, 4, "b"}};
  REQUIRE_OK(sx_weighting_rake(&raked, elements, t, targets, 2, NULL, NULL, err));
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&jkn, clusters, &make, err));
  compare(t, elements);
  compare(t, clusters);
  compare(t, raked);
  compare(t, jkn);
  sx_design_free(elements);
  sx_design_free(clusters);
  sx_design_free(raked);
  sx_design_free(jkn);
  sx_table_free(t);
}

/* The median position's value: it depends on the order, and fails where that is not ascending. */
static sx_status order_value(double *value, sx_na *na, const sx_cases *c, const void *data, sx_error *err) {
  const double *y = data;
  *na = SX_NA_OUTSIDE;
  for (size_t i = 1; i < c->n; i++)
    if (y[c->row[i - 1]] > y[c->row[i]] || (y[c->row[i - 1]] == y[c->row[i]] && c->row[i - 1] >= c->row[i]))
      return sx_error_set(err, SX_E_INTERNAL, "order", "case %zu is out of order", i);
  *value = y[c->row[c->n / 2]] > 1e6 ? (double)NAN : y[c->row[c->n / 2]];
  return SX_OK;
}

static sx_status order_score(double *score, const double *value, const sx_cases *c, const void *data, sx_error *err) {
  (void)value;
  (void)data;
  (void)err;
  for (size_t i = 0; i < c->n; i++) score[i] = 0;
  return SX_OK;
}

static void test_order_and_reasons(void) {
  eh_state = 5;
  sx_table *t = eh_sample(60, 3, 4);
  sx_column *y = column_of(t, "y");
  for (size_t i = 0; i < 30; i++) y->data.f64[i] = floor(y->data.f64[i]);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  sx_design *d = eh_design(NULL, t, &spec);
  sx_statistic s = {1, "order", 1, NULL, false, y->data.f64, order_value, order_score};
  sx_statistic_request r = SX_STATISTIC_REQUEST_INIT;
  const sx_column *columns[] = {y};
  r.columns = columns;
  r.n_columns = 1;
  r.sort = y;
  sx_est_set *set = ask(d, &s, &r);
  CHECK(set->n_rows == 1 && set->rows[0].na == SX_NA_NONE && set->rows[0].n == 60);
  CHECK(set->rows[0].level == -1 && set->rows[0].se == 0);
  sx_est_set_free(set);

  uint8_t where[60] = {0};
  r.where = where;
  set = ask(d, &s, &r);
  CHECK(set->rows[0].na == SX_NA_EMPTY_DOMAIN && !set->rows[0].est && isnan(set->rows[0].estimate));
  sx_est_set_free(set);

  where[3] = where[4] = 1;
  REQUIRE_OK(sx_column_set_missing(NULL, y, 3, SX_MISS_SYSTEM, err));
  REQUIRE_OK(sx_column_set_missing(NULL, y, 4, SX_MISS_SYSTEM, err));
  set = ask(d, &s, &r);
  CHECK(set->rows[0].na == SX_NA_ALL_MISSING);
  sx_est_set_free(set);

  where[5] = 1;
  y->data.f64[5] = 1e7;
  set = ask(d, &s, &r);
  CHECK(set->rows[0].na == SX_NA_OUTSIDE && set->rows[0].n == 1);
  sx_est_set_free(set);
  sx_design_free(d);
  sx_table_free(t);
}

static sx_status failing(double *value, sx_na *na, const sx_cases *c, const void *data, sx_error *err) {
  (void)value;
  (void)na;
  (void)data;
  return sx_error_set(err, SX_E_NUMERIC, "fit", "no value for %zu cases", c->n);
}

static void test_errors(void) {
  eh_state = 6;
  sx_table *t = eh_sample(40, 2, 4), *other = eh_sample(30, 2, 4);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  sx_design *d = eh_design(NULL, t, &spec);
  sx_column *y = column_of(t, "y");
  const sx_column *short_one = sx_table_find(other, "y");
  sx_statistic s = {1, "fit", 1, NULL, false, NULL, failing, order_score};
  sx_statistic_request r = SX_STATISTIC_REQUEST_INIT;
  sx_est_set *set = NULL;
  CHECK_FAILS(sx_estimate_statistic(&set, d, &s, &r, NULL, err), SX_E_NUMERIC, "fit", "no value for 40 cases");
  r.columns = &short_one;
  r.n_columns = 1;
  CHECK_FAILS(sx_estimate_statistic(&set, d, &s, &r, NULL, err), SX_E_ARGUMENT, "y", "30 cases");
  r.n_columns = 0;
  r.sort = y;
  y->data.f64[7] = (double)INFINITY;
  CHECK_FAILS(sx_estimate_statistic(&set, d, &s, &r, NULL, err), SX_E_DATA, "y: case 8", "not finite");
  s.n_values = 2;
  CHECK_FAILS(sx_estimate_statistic(&set, d, &s, &r, NULL, err), SX_E_ARGUMENT, "fit", "names each");
  CHECK(set == NULL);
  sx_design_free(d);
  sx_table_free(t);
  sx_table_free(other);
}

SXT_MAIN(SXT_CASE(test_designs), SXT_CASE(test_order_and_reasons), SXT_CASE(test_errors))
