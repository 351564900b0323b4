/* Moments and tests of tables: closed forms, identities, what is left out and refused. */
#include "est_help.h"

static sx_est_set *moment(const sx_design *d, sx_moment m, const sx_column *y, const sx_column *x,
                          const sx_groups *by) {
  const sx_est_request r = {SX_STAT_MEAN, y, x, false, NULL, by};
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_moment(&set, d, m, &r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static double value_of(const sx_design *d, sx_moment m, const sx_column *y, const sx_column *x) {
  sx_est_set *set = moment(d, m, y, x, NULL);
  const double v = set->rows[0].estimate;
  sx_est_set_free(set);
  return v;
}

static sx_design *clustered(const sx_table *t) {
  static const char *const psu[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = 1;
  return eh_design(NULL, t, &s);
}

static void test_moments(void) {
  eh_state = 3;
  sx_table *t = eh_sample(120, 3, 4);
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x");
  double sum[120], line[120], w[120];
  for (size_t i = 0; i < 120; i++) {
    sum[i] = y->data.f64[i] + x->data.f64[i];
    line[i] = 7 - 3 * y->data.f64[i];
    w[i] = sx_table_find(t, "w")->data.f64[i];
  }
  const sx_column *s = eh_number(t, "s", sum), *l = eh_number(t, "l", line);
  y = sx_table_find(t, "y");
  x = sx_table_find(t, "x");
  sx_design *d = clustered(t);
  /* by hand */
  double n_hat = 0, my = 0, mx = 0, c = 0;
  for (size_t i = 0; i < 120; i++) n_hat += w[i];
  for (size_t i = 0; i < 120; i++) {
    my += w[i] * y->data.f64[i] / n_hat;
    mx += w[i] * x->data.f64[i] / n_hat;
  }
  for (size_t i = 0; i < 120; i++) c += w[i] * (y->data.f64[i] - my) * (x->data.f64[i] - mx) / n_hat;
  const double cov = value_of(d, SX_MOMENT_COVARIANCE, y, x), vy = value_of(d, SX_MOMENT_VARIANCE, y, NULL),
               vx = value_of(d, SX_MOMENT_VARIANCE, x, NULL);
  CHECK_NEAR(cov, c * 120 / 119, 1e-12);
  CHECK_NEAR(value_of(d, SX_MOMENT_COVARIANCE, x, y), cov, 1e-13);
  CHECK_NEAR(value_of(d, SX_MOMENT_VARIANCE, s, NULL), vy + vx + 2 * cov, 1e-12);
  CHECK_NEAR(value_of(d, SX_MOMENT_CORRELATION, y, x), cov / sqrt(vy * vx), 1e-12);
  CHECK_NEAR(value_of(d, SX_MOMENT_CORRELATION, y, l), -1, 1e-12);
  /* the error of a variance is that of the mean of squared deviations */
  double square[120];
  for (size_t i = 0; i < 120; i++) square[i] = pow(y->data.f64[i] - my, 2) * 120 / 119;
  const sx_column *q = eh_number(t, "q", square);
  sx_est *mean = eh_one(d, SX_STAT_MEAN, q, NULL, NULL);
  sx_est_set *var = moment(d, SX_MOMENT_VARIANCE, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(var->rows[0].se, sx_est_se(mean), 1e-11);
  CHECK_INT(var->rows[0].n, 120);
  sx_est_free(mean);
  sx_est_set_free(var);
  /* Fisher's interval lies inside (-1, 1) and is symmetric in z */
  sx_est_set *r = moment(d, SX_MOMENT_CORRELATION, sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
  CHECK(r->rows[0].low > -1 && r->rows[0].high < 1);
  CHECK_NEAR(atanh(r->rows[0].high) + atanh(r->rows[0].low), 2 * atanh(r->rows[0].estimate), 1e-12);
  sx_est_set_free(r);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_moment_reasons(void) {
  sx_table *t = eh_table(NULL, 5);
  eh_number(t, "w", (const double[]){1, 1, 2, 2, 1});
  eh_number(t, "y", (const double[]){1, 4, 2, (double)NAN, 5});
  eh_number(t, "x", (const double[]){3, 3, 3, 1, (double)NAN});
  eh_number(t, "g", (const double[]){1, 1, 1, 2, 3});
  eh_text(t, "c", SX_TEXT, (const char *const[]){"a", "b", "a", "b", "a"});
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x"), *c = sx_table_find(t, "c");
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  sx_groups *g = NULL;
  const char *by = "g";
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_est_set *set = moment(d, SX_MOMENT_VARIANCE, y, NULL, g);
  CHECK_INT(set->rows[1].na, SX_NA_ALL_MISSING); /* its one case has no answer */
  CHECK_INT(set->rows[2].na, SX_NA_ZERO_DENOMINATOR);
  CHECK(isnan(set->rows[2].estimate) && !isnan(set->rows[0].estimate));
  sx_est_set_free(set);
  set = moment(d, SX_MOMENT_CORRELATION, y, x, NULL); /* x does not vary where both are known */
  CHECK_INT(set->rows[0].na, SX_NA_ZERO_DENOMINATOR);
  CHECK_INT(set->rows[0].n, 3);
  sx_est_set_free(set);
  set = NULL;
  const sx_est_request bad = {SX_STAT_MEAN, y, c, false, NULL, NULL};
  CHECK_FAILS(sx_estimate_moment(&set, d, SX_MOMENT_COVARIANCE, &bad, NULL, err), SX_E_ARGUMENT, "c", "needs a number");
  sx_groups_free(g);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- tests of tables ----------------------------------------------------------------------------------------------- */

/* 60 cases in a 2 x 3 table, every case with weight 1: Delta is n/(n-1) times the identity. */
static sx_table *plain_table(void) {
  static const size_t count[2][3] = {{12, 8, 10}, {5, 15, 10}};
  const char *a[60], *b[60];
  static const char *const an[] = {"p", "q"}, *const bn[] = {"u", "v", "w"};
  size_t n = 0;
  for (size_t i = 0; i < 2; i++)
    for (size_t j = 0; j < 3; j++)
      for (size_t k = 0; k < count[i][j]; k++) {
        a[n] = an[i];
        b[n++] = bn[j];
      }
  sx_table *t = eh_table(NULL, 60);
  eh_text(t, "a", SX_TEXT, a);
  eh_text(t, "b", SX_TEXT, b);
  return t;
}

static void test_simple_random(void) {
  sx_table *t = plain_table();
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s);
  static const double count[2][3] = {{12, 8, 10}, {5, 15, 10}}, col[] = {17, 23, 20};
  double x2 = 0;
  for (size_t i = 0; i < 2; i++)
    for (size_t j = 0; j < 3; j++) x2 += pow(count[i][j] - 30 * col[j] / 60, 2) / (30 * col[j] / 60);
  sx_test_result r;
  REQUIRE_OK(sx_estimate_independence(&r, d, sx_table_find(t, "a"), sx_table_find(t, "b"), NULL, SX_TEST_F, NULL, err));
  CHECK_NEAR(r.pearson, x2, 1e-13);
  CHECK_NEAR(r.statistic, x2 * 59 / 60 / 2, 1e-12);
  CHECK_NEAR(r.df1, 2, 1e-12);
  CHECK_NEAR(r.df2, 2 * 59, 1e-12);
  CHECK_NEAR(r.p, sx_num_f_upper(x2 * 59 / 60 / 2, 2, 118), 1e-10);
  REQUIRE_OK(
      sx_estimate_independence(&r, d, sx_table_find(t, "b"), sx_table_find(t, "a"), NULL, SX_TEST_CHISQ, NULL, err));
  CHECK_NEAR(r.scale, 60.0 / 59, 1e-12);
  CHECK_NEAR(r.p, exp(-x2 * 59 / 60 / 2), 1e-10); /* chi-square on 2 df */
  /* Wald does not depend on which row and column are left out: turn the table round */
  sx_test_result w;
  REQUIRE_OK(
      sx_estimate_independence(&r, d, sx_table_find(t, "a"), sx_table_find(t, "b"), NULL, SX_TEST_WALD, NULL, err));
  REQUIRE_OK(
      sx_estimate_independence(&w, d, sx_table_find(t, "b"), sx_table_find(t, "a"), NULL, SX_TEST_WALD, NULL, err));
  CHECK_NEAR(w.statistic, r.statistic, 1e-11);
  REQUIRE_OK(
      sx_estimate_independence(&w, d, sx_table_find(t, "a"), sx_table_find(t, "b"), NULL, SX_TEST_ADJWALD, NULL, err));
  CHECK_NEAR(w.statistic, r.statistic * 58 / 59, 1e-12);
  CHECK_NEAR(w.df2, 58, 0);
  /* goodness of fit of the margin of b against its own shares is 0 */
  static const char *const level[] = {"u", "v", "w"};
  const sx_given_shares own = {level, col, 3}, two = {level, col, 2};
  REQUIRE_OK(sx_estimate_goodness(&r, d, sx_table_find(t, "b"), &own, NULL, err));
  CHECK_NEAR(r.statistic, 0, 1e-13);
  CHECK_NEAR(r.p, 1, 1e-12);
  CHECK_FAILS(sx_estimate_goodness(&r, d, sx_table_find(t, "b"), &two, NULL, err), SX_E_ARGUMENT, "b",
              "'w' occurs but has no given share");
  static const double negative[] = {1, -1, 1};
  const sx_given_shares wrong = {level, negative, 3};
  CHECK_FAILS(sx_estimate_goodness(&r, d, sx_table_find(t, "b"), &wrong, NULL, err), SX_E_ARGUMENT, "v", "not above 0");
  sx_design_free(d);
  sx_table_free(t);
}

/* A domain without a column drops it before the df are counted; with one row left there is nothing to test. */
static void test_dropped_levels(void) {
  sx_table *t = plain_table();
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s);
  const sx_column *a = sx_table_find(t, "a"), *b = sx_table_find(t, "b");
  uint8_t in[60];
  for (size_t i = 0; i < 60; i++) in[i] = b->data.code[i] != 2;
  sx_test_result r;
  REQUIRE_OK(sx_estimate_independence(&r, d, a, b, in, SX_TEST_F, NULL, err));
  CHECK_INT(r.n_cols, 2);
  CHECK_INT(r.n, 40);
  CHECK_NEAR(r.df1, 1, 1e-12);
  for (size_t i = 0; i < 60; i++) in[i] = a->data.code[i] == 1;
  CHECK_FAILS(sx_estimate_independence(&r, d, a, b, in, SX_TEST_F, NULL, err), SX_E_DATA, "a", "one category");
  memset(in, 0, sizeof in);
  CHECK_FAILS(sx_estimate_independence(&r, d, a, b, in, SX_TEST_F, NULL, err), SX_E_DATA, "a", "no case");
  sx_test_stat stat;
  CHECK_FAILS(sx_test_parse(&stat, "G2", err), SX_E_ARGUMENT, "", "'G2' is not a test");
  sx_design_free(d);
  sx_table_free(t);
}

/* Two PSUs: one degree of freedom cannot carry a Wald test of two; the reason is said. Doubling every weight changes no test. */
static void test_few_units(void) {
  eh_state = 8;
  sx_table *t = eh_sample(80, 2, 6);
  double two[80], w2[80];
  for (size_t i = 0; i < 80; i++) {
    two[i] = (double)(i % 2);
    w2[i] = 2 * sx_table_find(t, "w")->data.f64[i];
  }
  eh_number(t, "two", two);
  eh_number(t, "w2", w2);
  const char *cluster = "two", *psu = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.clusters = &cluster;
  s.n_clusters = 1;
  sx_design *d = eh_design(NULL, t, &s);
  sx_test_result r, r2;
  const sx_column *a = sx_table_find(t, "a"), *b = sx_table_find(t, "b");
  REQUIRE_OK(sx_estimate_independence(&r, d, a, b, NULL, SX_TEST_WALD, NULL, err));
  CHECK_INT(r.na, SX_NA_TOO_FEW_PSU);
  CHECK(isnan(r.p));
  sx_design_free(d);
  s.clusters = &psu;
  d = eh_design(NULL, t, &s);
  s.weights = "w2";
  sx_design *d2 = eh_design(NULL, t, &s);
  for (int k = SX_TEST_F; k <= SX_TEST_SADDLEPOINT; k++) {
    REQUIRE_OK(sx_estimate_independence(&r, d, a, b, NULL, (sx_test_stat)k, NULL, err));
    REQUIRE_OK(sx_estimate_independence(&r2, d2, a, b, NULL, (sx_test_stat)k, NULL, err));
    CHECK_NEAR(r2.p, r.p, 1e-9);
    CHECK(r.p > 0 && r.p <= 1);
  }
  sx_design_free(d);
  sx_design_free(d2);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_moments), SXT_CASE(test_moment_reasons), SXT_CASE(test_simple_random),
         SXT_CASE(test_dropped_levels), SXT_CASE(test_few_units))
