/* Estimators against hand computation, their options, and what is refused. */
#include "est_help.h"

static sx_table *small(void) {
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", (const double[]){1, 2, 1, 2, 3, 1, 2, 2});
  eh_number(t, "y", (const double[]){3, 1, 4, 1, 5, 9, (double)NAN, 6});
  eh_number(t, "x", (const double[]){1, 2, 2, 1, 2, 3, 1, 0});
  eh_text(t, "c", SX_TEXT, (const char *const[]){"a", "b", "a", "b", "a", "c", "a", NULL});
  return t;
}

static sx_design *unstratified(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  return eh_design(NULL, t, &s);
}

/* Variance of a total of z over n PSUs. */
static double by_hand(const double *z, size_t n) {
  double mean = 0, v = 0;
  for (size_t i = 0; i < n; i++) mean += z[i] / (double)n;
  for (size_t i = 0; i < n; i++) v += (z[i] - mean) * (z[i] - mean);
  return v * (double)n / (double)(n - 1);
}

static void test_statistics(void) {
  sx_table *t = small();
  sx_design *d = unstratified(t);
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x"), *c = sx_table_find(t, "c");
  const double w[] = {1, 2, 1, 2, 3, 1, 0, 2}, v[] = {3, 1, 4, 1, 5, 9, 0, 6};
  double total = 0, n_hat = 12, z[8], ss = 0;
  for (size_t i = 0; i < 8; i++) total += w[i] * v[i];
  CHECK_NEAR(total, 47, 0);
  sx_est_set *s = eh_ask(d, &(sx_est_request){SX_STAT_TOTAL, y, NULL, false, NULL, NULL});
  CHECK_NEAR(s->rows[0].estimate, 47, 1e-15);
  for (size_t i = 0; i < 8; i++) z[i] = w[i] * v[i];
  CHECK_NEAR(s->rows[0].se, sqrt(by_hand(z, 8)), 1e-14);
  CHECK_INT(s->rows[0].n, 7);
  CHECK_NEAR(s->rows[0].df, 6, 0); /* the PSU without an answer is not in the base */
  sx_est_set_free(s);
  s = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, NULL, NULL});
  const double mean = 47.0 / 12;
  for (size_t i = 0; i < 8; i++) {
    z[i] = w[i] * (v[i] - mean) / n_hat;
    ss += w[i] * (v[i] - mean) * (v[i] - mean);
  }
  const double variance = by_hand(z, 8), srs = ss / 12 / 6; /* S^2/n, S^2 = 7/6 ss/12 */
  CHECK_NEAR(s->rows[0].estimate, mean, 1e-15);
  CHECK_NEAR(s->rows[0].se, sqrt(variance), 1e-14);
  CHECK_NEAR(s->rows[0].deff, variance / srs, 1e-13);
  CHECK_NEAR(s->rows[0].n_eff, 7 * srs / variance, 1e-13);
  CHECK_NEAR(s->rows[0].cv, sqrt(variance) / mean, 1e-14);
  const double half = sx_num_t_quantile(0.975, 6) * sqrt(variance);
  CHECK_NEAR(s->rows[0].low, mean - half, 1e-13);
  CHECK_NEAR(s->rows[0].high, mean + half, 1e-13);
  sx_est_set_free(s);
  s = eh_ask(d, &(sx_est_request){SX_STAT_RATIO, y, x, false, NULL, NULL});
  CHECK_NEAR(s->rows[0].estimate, 47.0 / 18, 1e-15);
  for (size_t i = 0; i < 8; i++) z[i] = w[i] * (v[i] - 47.0 / 18 * (i == 6 ? 0 : x->data.f64[i])) / 18;
  CHECK_NEAR(s->rows[0].se, sqrt(by_hand(z, 8)), 1e-14);
  sx_est_set_free(s);
  s = eh_ask(d, &(sx_est_request){SX_STAT_PROP, c, NULL, false, NULL, NULL});
  CHECK_INT(s->n_rows, 3);
  CHECK_STR(s->level_text[1], "b");
  CHECK_NEAR(s->rows[0].estimate, 7.0 / 12, 1e-15);
  CHECK_NEAR(s->rows[1].estimate, 4.0 / 12, 1e-15);
  CHECK_NEAR(s->rows[2].estimate, 1.0 / 12, 1e-15);
  const double at = log(7.0 / 5), slope = s->rows[0].se / (7.0 / 12 * 5 / 12) * sx_num_t_quantile(0.975, 6);
  CHECK_NEAR(s->rows[0].low, 1 / (1 + exp(-at + slope)), 1e-14);
  CHECK_NEAR(s->rows[0].high, 1 / (1 + exp(-at - slope)), 1e-14);
  sx_est_set_free(s);
  s = eh_ask(d, &(sx_est_request){SX_STAT_COUNT, NULL, NULL, false, (const uint8_t[]){1, 1, 0, 0, 2, 1, 0, 0}, NULL});
  CHECK_NEAR(s->rows[0].estimate, 4, 0);
  CHECK_INT(s->rows[0].n, 3);
  CHECK(isnan(s->rows[0].deff));
  sx_est_set_free(s);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_missing_estimates(void) {
  sx_table *t = small();
  sx_design *d = unstratified(t);
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x");
  const uint8_t none[8] = {0}, only7[8] = {0, 0, 0, 0, 0, 0, 1, 0}, only8[8] = {0, 0, 0, 0, 0, 0, 0, 1};
  const struct {
    sx_est_request r;
    sx_na na;
    const char *text;
  } cases[] = {{{SX_STAT_MEAN, y, NULL, false, none, NULL}, SX_NA_EMPTY_DOMAIN, "empty domain"},
               {{SX_STAT_MEAN, y, NULL, false, only7, NULL}, SX_NA_ALL_MISSING, "all missing"},
               {{SX_STAT_RATIO, y, x, false, only8, NULL}, SX_NA_ZERO_DENOMINATOR, "zero denominator"}};
  for (size_t k = 0; k < 3; k++) {
    sx_est_set *s = eh_ask(d, &cases[k].r);
    CHECK_INT(s->rows[0].na, cases[k].na);
    CHECK_STR(sx_na_text(s->rows[0].na), cases[k].text);
    CHECK(isnan(s->rows[0].estimate) && isnan(s->rows[0].se) && s->rows[0].est == NULL);
    sx_est_set_free(s);
  }
  sx_est_set *s = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, only8, NULL});
  CHECK_NEAR(s->rows[0].estimate, 6, 0); /* one PSU: a value without an error */
  CHECK_INT(s->rows[0].na, SX_NA_TOO_FEW_PSU);
  CHECK(isnan(s->rows[0].se) && isnan(s->rows[0].low) && s->rows[0].est != NULL);
  sx_est_set_free(s);
  /* groups that a condition empties stay, with their reason */
  sx_groups *g = NULL;
  const char *c = "c";
  REQUIRE_OK(sx_groups_new(&g, t, &c, 1, err));
  const uint8_t in[8] = {1, 1, 1, 1, 1, 0, 1, 1};
  s = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, in, g});
  CHECK_INT(s->n_rows, 3);
  CHECK_INT(s->rows[2].na, SX_NA_EMPTY_DOMAIN);
  CHECK_NEAR(s->rows[0].estimate, (3 + 4 + 15) / 5.0, 1e-15);
  sx_est_set_free(s);
  sx_groups_free(g);
  sx_design_free(d);
  sx_table_free(t);
}

/* 0 of n: [0, 1 - (alpha/2)^(1/n*)]. */
static void test_extreme_share(void) {
  enum { N = 20 };
  sx_table *t = eh_table(NULL, N);
  double one[N], zero[N] = {0};
  for (size_t i = 0; i < N; i++) one[i] = 1;
  eh_number(t, "w", one);
  const sx_column *none = eh_number(t, "none", zero), *all = eh_number(t, "all", one);
  sx_design *d = unstratified(t);
  sx_est_set *s = eh_ask(d, &(sx_est_request){SX_STAT_PROP, none, NULL, true, NULL, NULL});
  CHECK_NEAR(s->rows[0].estimate, 0, 0);
  CHECK_NEAR(s->rows[0].low, 0, 0);
  CHECK_NEAR(s->rows[0].high, 1 - pow(0.025, 1.0 / 20), 1e-13);
  sx_est_set_free(s);
  s = eh_ask(d, &(sx_est_request){SX_STAT_PROP, all, NULL, true, NULL, NULL});
  CHECK_NEAR(s->rows[0].low, pow(0.025, 1.0 / 20), 1e-13);
  CHECK_NEAR(s->rows[0].high, 1, 0);
  sx_est_set_free(s);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_refused(void) {
  sx_table *t = small(), *other = eh_table(NULL, 3);
  eh_number(other, "y", NULL);
  double inf[8] = {1, 2, (double)INFINITY, 0, 0, 0, 0, 0};
  eh_number(t, "inf", inf);
  sx_design *d = unstratified(t);
  const sx_column *y = sx_table_find(t, "y"), *c = sx_table_find(t, "c");
  sx_est_set *s = NULL;
  const struct {
    sx_est_request r;
    sx_status code;
    const char *where, *message;
  } cases[] = {
      {{SX_STAT_MEAN, NULL, NULL, false, NULL, NULL}, SX_E_ARGUMENT, "", "needs a variable"},
      {{SX_STAT_MEAN, c, NULL, false, NULL, NULL}, SX_E_ARGUMENT, "c", "needs a number"},
      {{SX_STAT_RATIO, y, NULL, false, NULL, NULL}, SX_E_ARGUMENT, "", "a denominator"},
      {{SX_STAT_PROP, c, NULL, true, NULL, NULL}, SX_E_ARGUMENT, "c", "needs a number"},
      {{SX_STAT_MEAN, sx_table_find(other, "y"), NULL, false, NULL, NULL}, SX_E_ARGUMENT, "y", "3 cases, the design 8"},
      {{SX_STAT_TOTAL, sx_table_find(t, "inf"), NULL, false, NULL, NULL}, SX_E_DATA, "inf: case 3", "not finite"},
      {{SX_STAT_RATIO, y, sx_table_find(t, "inf"), false, NULL, NULL}, SX_E_DATA, "inf: case 3", "not finite"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    CHECK_FAILS(sx_estimate_run(&s, d, &cases[k].r, NULL, err), cases[k].code, cases[k].where, cases[k].message);
  sx_est_options o = SX_EST_OPTIONS_INIT;
  o.ci_level = 95;
  CHECK_FAILS(sx_estimate_run(&s, d, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, NULL, NULL}, &o, err),
              SX_E_ARGUMENT, "ci_level", "between 0 and 1");
  CHECK(s == NULL);
  sx_design_free(d);
  sx_table_free(t);
  sx_table_free(other);
}

/* Replicates by hand: theta_r under each weight, centred at the mean or at theta. */
static void test_replicates(void) {
  sx_table *t = small();
  eh_number(t, "r1", (const double[]){2, 0, 2, 0, 6, 0, 4, 0});
  eh_number(t, "r2", (const double[]){0, 4, 0, 4, 0, 2, 0, 4});
  eh_number(t, "r3", (const double[]){1, 2, 0, 4, 3, 1, 2, 2});
  const char *const names[] = {"r1", "r2", "r3"};
  const double rscales[] = {1, 0.5, 0};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = names;
  s.n_repweights = 3;
  s.rep_type = SX_REP_OTHER;
  s.scale = 0.25;
  s.rscales = rscales;
  s.df = 2;
  const double theta[] = {(6.0 + 8 + 30) / 10, (4.0 + 4 + 18 + 24) / 14};
  const double full = 47.0 / 12, centre = (theta[0] + theta[1]) / 2; /* rscales 0 is not in the mean */
  for (int mse = 0; mse < 2; mse++) {
    s.mse = mse;
    sx_design *d = eh_design(NULL, t, &s);
    sx_est_set *set = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false, NULL, NULL});
    const double c = mse ? full : centre;
    CHECK_NEAR(set->rows[0].se * set->rows[0].se,
               0.25 * ((theta[0] - c) * (theta[0] - c) + 0.5 * (theta[1] - c) * (theta[1] - c)), 1e-13);
    CHECK_NEAR(set->rows[0].df, 2, 0);
    sx_est_set_free(set);
    /* a replicate without the domain has no estimate there: no error is printed */
    set = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false,
                                      (const uint8_t[]){1, 0, 1, 0, 0, 0, 0, 0}, NULL});
    CHECK_NEAR(set->rows[0].estimate, 3.5, 1e-15);
    CHECK_INT(set->rows[0].na, SX_NA_TOO_FEW_PSU);
    CHECK(isnan(set->rows[0].se));
    sx_est_set_free(set);
    sx_design_free(d);
  }
  sx_table_free(t);
}

static void test_levels(void) {
  sx_table *t = small();
  sx_column *k = NULL;
  REQUIRE_OK(sx_table_add(&k, t, "k", SX_INTEGER, err));
  const int64_t values[] = {3, 1, 2, 3, 1, 1, 9, 2};
  memcpy(k->data.i64, values, sizeof values);
  REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), k, 1, NULL, 0, "low", err));
  REQUIRE_OK(sx_column_add_range(sx_table_ctx(t), k, 9, 9, NULL, err));
  sx_design *d = unstratified(t);
  sx_est_set *s = eh_ask(d, &(sx_est_request){SX_STAT_PROP, k, NULL, false, NULL, NULL});
  CHECK_INT(s->n_levels, 3);
  CHECK_STR(s->level_text[0], "1");
  CHECK_STR(s->level_label[0], "low");
  CHECK_STR(s->level_label[2], "3");
  CHECK_NEAR(s->rows[0].estimate, 6.0 / 12, 1e-15); /* the user-missing 9 is outside the base */
  CHECK_NEAR(s->rows[2].estimate, 3.0 / 12, 1e-15);
  sx_est_set_free(s);
  sx_design_free(d);
  sx_table_free(t);
}

/* A domain given by a mask is passed in blocks, one given as the only group row by row: the same bits of everything. */
static void check_one_domain(const sx_design *d, const sx_est_request *masked, const sx_groups *only) {
  sx_est_request grouped = *masked;
  grouped.where = NULL;
  grouped.by = only;
  sx_est_set *a = eh_ask(d, masked), *b = eh_ask(d, &grouped);
  REQUIRE(a->n_rows == b->n_rows);
  for (size_t i = 0; i < a->n_rows; i++) {
    const sx_est_row *x = &a->rows[i], *y = &b->rows[i];
    const double of_x[] = {x->estimate, x->se, x->low, x->high, x->df, x->deff, x->n_eff};
    const double of_y[] = {y->estimate, y->se, y->low, y->high, y->df, y->deff, y->n_eff};
    CHECK(x->n > 100 && x->n == y->n && x->na == y->na && x->se > 0);
    CHECK(memcmp(of_x, of_y, sizeof of_x) == 0);
    CHECK(sx_est_cov(x->est, y->est) == sx_est_variance(x->est));
  }
  sx_est_set_free(a);
  sx_est_set_free(b);
}

static void test_one_domain(void) {
  enum { ROWS = 1020 }; /* few enough for a design that sums over units to go row by row, too */
  static uint8_t where[ROWS];
  static int32_t group[ROWS];
  sx_table *t = eh_sample(ROWS, 3, 40);
  sx_column *y = eh_number(t, "few", NULL), *one = eh_number(t, "one", NULL), *k = NULL;
  REQUIRE_OK(sx_table_add(&k, t, "k", SX_INTEGER, err));
  double *w = eh_number(t, "zero", NULL)->data.f64;
  for (size_t i = 0; i < ROWS; i++) {
    where[i] = (uint8_t)(eh_below(4) ? 1 : eh_below(2) * 2); /* 2 is not known: outside */
    group[i] = where[i] == 1 ? 0 : -1;
    y->data.f64[i] = (double)eh_below(4) - 1.5;
    one->data.f64[i] = (double)eh_below(3);
    k->data.i64[i] = (int64_t)eh_below(3);
    w[i] = eh_below(10) ? 0.1 + eh_uniform() : 0;
    if (eh_below(9) == 0) REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), y, i, SX_MISS_SYSTEM, err));
    if (eh_below(9) == 0) REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), one, i, SX_MISS_SYSTEM, err));
    if (eh_below(9) == 0) REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), k, i, SX_MISS_USER, err));
  }
  const sx_groups only = {.n_rows = ROWS, .n_groups = 1, .group = group};
  const sx_column *number = sx_table_find(t, "y"), *x = sx_table_find(t, "x");
  const sx_est_request asks[] = {
      {SX_STAT_COUNT, NULL, NULL, false, where, NULL}, {SX_STAT_TOTAL, y, NULL, false, where, NULL},
      {SX_STAT_MEAN, y, NULL, false, where, NULL},     {SX_STAT_MEAN, number, NULL, false, where, NULL},
      {SX_STAT_TOTAL, k, NULL, false, where, NULL},    {SX_STAT_PROP, one, NULL, true, where, NULL},
      {SX_STAT_PROP, k, NULL, false, where, NULL},     {SX_STAT_RATIO, one, x, false, where, NULL}};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  s.weights = "zero";
  s.strata = "h";
  for (size_t clusters = 0; clusters < 2; clusters++) {
    s.clusters = &psu;
    s.n_clusters = clusters;
    sx_design *d = eh_design(NULL, t, &s), *rep = NULL;
    sx_make_spec make = SX_MAKE_SPEC_INIT;
    REQUIRE_OK(sx_design_make_replicates(&rep, d, &make, err));
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
      check_one_domain(d, &asks[i], &only);
      check_one_domain(rep, &asks[i], &only);
    }
    sx_design_free(rep);
    sx_design_free(d);
  }
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_one_domain), SXT_CASE(test_statistics), SXT_CASE(test_missing_estimates),
         SXT_CASE(test_extreme_share), SXT_CASE(test_refused), SXT_CASE(test_replicates), SXT_CASE(test_levels))
