/* Limits of inequality, poverty and banded amounts: inside the range of the measure, by the scale said; those of a rate of 0 or 1 by
 * the cases of its own domain. */
#include "est_help.h"
#include "shuxiao/estimate_banded.h"
#include "shuxiao/estimate_inequality.h"

static sx_est_set *ask(const sx_design *d, const char *measure, const sx_inequality_request *rest,
                       const sx_inequality_options *o) {
  sx_inequality_request r = *rest;
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_inequality_parse(&r.measure, measure, &err) != SX_OK || sx_estimate_inequality(&set, d, &r, o, &err) != SX_OK)
    eh_die(measure);
  return set;
}

static double t_of(const sx_est_row *row) {
  return sx_num_t_quantile(0.975, row->df);
}

/* ---- rates of 0 and 1 --------------------------------------------------------------------------------------------- */

/* 1,000 cases in 100 clusters; the last 20 of them are a group of which nobody is poor (all are, with high). */
static void fill(sx_table *t, bool high) {
  double *y = eh_number(t, "y", NULL)->data.f64, *k = eh_number(t, "k", NULL)->data.f64,
         *w = eh_number(t, "w", NULL)->data.f64, *psu = eh_number(t, "psu", NULL)->data.f64;
  eh_state = 9;
  for (size_t i = 0; i < 1000; i++) {
    k[i] = i < 980 ? 1 : 2;
    w[i] = 1;
    psu[i] = (double)(i % 100);
    y[i] = i < 980 ? 100 * exp(sx_num_norm_quantile(eh_uniform())) : high ? 1 + eh_uniform() : 5000 + eh_uniform();
  }
}

/* Clopper & Pearson with n* = 20 (t_19/t_df)^2: 1 - 0.025^(1/n*), 0.15 at 99 df. */
static void check_extreme(const sx_est_row *row, bool high) {
  const double ratio = sx_num_t_quantile(0.975, 19) / t_of(row), miss = 1 - pow(0.025, 1 / (20 * ratio * ratio));
  CHECK_INT(row->n, 20);
  CHECK_NEAR(row->estimate, high, 0);
  CHECK_NEAR(miss, 0.153, 0.02);
  CHECK_NEAR(row->low, high ? 1 - miss : 0, 1e-12);
  CHECK_NEAR(row->high, high ? 1 : miss, 1e-12);
}

static void check_domain(bool high) {
  sx_table *t = eh_table(NULL, 1000);
  fill(t, high);
  static const char *const psu = "psu", *const by = "k";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.clusters = &psu;
  s.n_clusters = 1;
  sx_design *d[3] = {eh_design(NULL, t, &s), NULL, NULL};
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&d[1], d[0], &make, err));
  make.method = SX_MAKE_RAOWU;
  make.n_reps = 100;
  REQUIRE_OK(sx_design_make_replicates(&d[2], d[0], &make, err));
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  uint8_t where[1000];
  for (size_t i = 0; i < 1000; i++) where[i] = i >= 980;
  static const char *const measures[] = {"arpr", "fgt0"};
  for (size_t k = 0; k < 3; k++)
    for (size_t m = 0; m < 2; m++) {
      sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
      r.y = sx_table_find(t, "y");
      r.by = g;
      sx_est_set *a = ask(d[k], measures[m], &r, NULL);
      check_extreme(&a->rows[1], high);
      CHECK(a->rows[0].low > 0 && a->rows[0].high < 1);
      sx_est_set_free(a);
      r.by = NULL;
      r.where = where;
      a = ask(d[k], measures[m], &r, NULL);
      check_extreme(&a->rows[0], high);
      sx_est_set_free(a);
    }
  for (size_t k = 0; k < 3; k++) sx_design_free(d[k]);
  sx_groups_free(g);
  sx_table_free(t);
}

static void test_extreme_rates(void) {
  check_domain(false);
  check_domain(true);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------- */

/* Twelve amounts, one of them far above the others. */
static sx_table *few(void) {
  static const double y[] = {1, 2, 2, 3, 4, 4, 5, 6, 7, 9, 11, 90};
  sx_table *t = eh_table(NULL, 12);
  double *w = (eh_number(t, "y", y), eh_number(t, "w", NULL)->data.f64), *same = eh_number(t, "same", NULL)->data.f64;
  for (size_t i = 0; i < 12; i++) w[i] = 1;
  for (size_t i = 0; i < 12; i++) same[i] = 7;
  return t;
}

static void test_ranges(void) {
  static const char *const unit[] = {"gini", "atkinson:2", "atkinson:0.5", "zenga", "top:0.1", "bottom:0.4", "lorenz",
                                     "arpr", "fgt1",       "fgt2",         "rmpg",  "sen",     "sst"};
  static const char *const positive[] = {"theil", "mld",     "ge:2", "ge:-1",   "qsr",
                                         "palma", "p90/p10", "arpt", "poormed", "watts"};
  sx_table *t = few();
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  const double probs[] = {0, 0.5, 0.9, 1};
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  r.y = sx_table_find(t, "y");
  r.probs = probs;
  r.n_probs = 4;
  for (size_t k = 0; k < sizeof unit / sizeof *unit; k++) {
    sx_est_set *set = ask(d, unit[k], &r, NULL);
    const bool lorenz = strcmp(unit[k], "lorenz") == 0;
    const sx_est_row *row = &set->rows[lorenz ? 2 : 0];
    const double x = row->estimate, half = t_of(row) * row->se / (x * (1 - x)), at = log(x / (1 - x));
    const int before = sxt_failures;
    CHECK(x > 0 && x < 1 && row->se > 0);
    CHECK(row->low >= 0 && row->low < x && row->high > x && row->high <= 1);
    CHECK_NEAR(row->low, 1 / (1 + exp(half - at)), 1e-9);
    CHECK_NEAR(row->high, 1 / (1 + exp(-half - at)), 1e-9);
    if (sxt_failures != before) fprintf(stderr, "  in %s\n", unit[k]);
    if (lorenz) CHECK(set->rows[0].low == 0 && set->rows[0].high == 0 && set->rows[3].low == 1);
    sx_est_set_free(set);
  }
  sx_inequality_options wald = SX_INEQUALITY_OPTIONS_INIT;
  wald.est.ci = SX_CI_WALD;
  for (size_t k = 0; k < sizeof positive / sizeof *positive; k++) {
    sx_est_set *set = ask(d, positive[k], &r, NULL), *plain = ask(d, positive[k], &r, &wald);
    const sx_est_row *row = &set->rows[0];
    const double factor = exp(t_of(row) * row->se / row->estimate);
    const int before = sxt_failures;
    CHECK(row->estimate > 0 && row->se > 0 && row->low > 0);
    CHECK_NEAR(row->low, row->estimate / factor, 1e-9);
    CHECK_NEAR(row->high, row->estimate * factor, 1e-9);
    CHECK_NEAR(plain->rows[0].high, row->estimate + t_of(row) * row->se, 1e-12);
    if (sxt_failures != before) fprintf(stderr, "  in %s\n", positive[k]);
    sx_est_set_free(set);
    sx_est_set_free(plain);
  }
  /* everyone has the same: equality, and no error */
  r.y = sx_table_find(t, "same");
  sx_est_set *equal = ask(d, "qsr", &r, NULL);
  CHECK_NEAR(equal->rows[0].estimate, 1, 0);
  CHECK_NEAR(equal->rows[0].se, 0, 0);
  CHECK_NEAR(equal->rows[0].low, 1, 0);
  CHECK(isnan(equal->rows[0].deff));
  sx_est_set_free(equal);
  sx_design_free(d);
  sx_table_free(t);
}

/* Amounts below 0 may lead out of the range: then Student's limits stand. */
static void test_outside(void) {
  static const double y[] = {-9, -8, 1, 2, 3, 12}, w[] = {1, 1, 1, 1, 1, 1};
  sx_table *t = eh_table(NULL, 6);
  eh_number(t, "y", y);
  eh_number(t, "w", w);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  r.y = sx_table_find(t, "y");
  sx_est_set *set = ask(d, "gini", &r, NULL);
  const sx_est_row *row = &set->rows[0];
  CHECK(row->estimate > 1);
  CHECK_NEAR(row->low, row->estimate - t_of(row) * row->se, 1e-12);
  sx_est_set_free(set);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_banded(void) {
  static const size_t count[] = {6, 3, 2, 1};
  static const char *const positive[] = {"mean", "total", "mean_positive", "sigma", "quantile_0.5"};
  sx_table *t = eh_table(NULL, 12);
  double *code = eh_number(t, "code", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t k = 0, i = 0; k < 4; k++)
    for (size_t j = 0; j < count[k]; j++, i++) {
      code[i] = (double)k + 1;
      w[i] = 1;
    }
  sx_bands *b = NULL;
  REQUIRE_OK(sx_bands_parse(&b, NULL, "1=0..10,2=10..100,3=100..1000,4=1000..", err));
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  static const double half = 0.5;
  sx_banded_request r = SX_BANDED_REQUEST_INIT;
  r.codes = sx_table_find(t, "code");
  r.bands = b;
  r.fit = SX_BANDED_LOGNORMAL;
  r.probs = &half;
  r.n_probs = 1;
  sx_banded_result *out = NULL;
  REQUIRE_OK(sx_estimate_banded(&out, d, &r, NULL, err));
  for (size_t k = 0; k < sizeof positive / sizeof *positive; k++) {
    const size_t at = sx_banded_find(out, positive[k]);
    REQUIRE(at != SIZE_MAX);
    const sx_est_row *row = &out->set->rows[at];
    const double factor = exp(t_of(row) * row->se / row->estimate);
    CHECK_NEAR(row->low, row->estimate / factor, 1e-12);
    CHECK_NEAR(row->high, row->estimate * factor, 1e-12);
  }
  const sx_est_row *mu = &out->set->rows[sx_banded_find(out, "mu")];
  CHECK_NEAR(mu->low, mu->estimate - t_of(mu) * mu->se, 1e-12);
  sx_banded_result_free(out);
  sx_design_free(d);
  sx_bands_free(b);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_extreme_rates), SXT_CASE(test_ranges), SXT_CASE(test_outside), SXT_CASE(test_banded))
