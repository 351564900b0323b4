/* test_means.c: other means, standardised rates, sets, boxes and the share of the largest against R (means.R, means.csv: R survey
 * 4.1-1 and base R 4.2.2) on the data of R's survey package. */
#include "ref_csv.h"

#include "shuxiao/estimate_mean.h"
#include "shuxiao/estimate_set.h"
#include "shuxiao/weighting.h"
#include "sxt.h"

#define DATA "../shared/reference/data/"

static sx_table *expected;

static double want(const char *id, const char *what) {
  const sx_column *ids = sx_table_find(expected, "id");
  for (size_t i = 0; i < ids->n; i++)
    if (strcmp(sx_dict_get(ids->dict, ids->data.code[i], NULL), id) == 0)
      return sx_column_number(sx_table_find(expected, what), i);
  SXT_FAIL("no row %s", id);
  return (double)NAN;
}

static void compare(const char *id, const sx_est_row *row, double tolerance) {
  const double got[] = {row->estimate, row->se, row->low, row->high};
  static const char *const what[] = {"estimate", "se", "low", "high"};
  const int before = sxt_failures;
  for (size_t k = 0; k < 4; k++) {
    const double w = want(id, what[k]);
    if (k == 0 || !isnan(w)) CHECK_NEAR(got[k], w, tolerance);
  }
  if (sxt_failures > before) fprintf(stderr, "in %s\n", id);
}

static sx_table *load(const char *name) {
  char path[200];
  snprintf(path, sizeof path, DATA "%s.csv", name);
  sx_table *t = ref_table(path);
  if (!t) exit(1);
  return t;
}

static sx_design *design_of(const sx_table *t, const char *weights, const char *strata, const char *cluster,
                            const char *fpc) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = weights;
  s.strata = strata;
  s.clusters = &cluster;
  s.n_clusters = cluster ? 1 : 0;
  s.fpc = fpc;
  s.nest = true;
  sx_design *d = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_design_new(&d, NULL, t, &s, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return d;
}

static sx_design *replicates_of(const sx_design *d, sx_make method) {
  sx_make_spec s = SX_MAKE_SPEC_INIT;
  s.method = method;
  sx_design *r = NULL;
  if (sx_design_make_replicates(&r, d, &s, NULL) != SX_OK) exit(1);
  return r;
}

/* One estimate per domain; ids[g] is the row of the expectations. */
static void check_mean(const char *const *ids, const sx_design *d, const sx_table *t, sx_mean_spec spec,
                       const sx_groups *by, double tolerance) {
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "enroll"), NULL, false, NULL, by};
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_mean(&set, d, &spec, &r, NULL, err));
  for (size_t i = 0; i < set->n_rows; i++) compare(ids[i], &set->rows[i], tolerance);
  sx_est_set_free(set);
}
#define ONE(id)                                                                                                        \
  (const char *const[]) {                                                                                              \
    id                                                                                                                 \
  }

static const sx_mean_spec geometric = {1, SX_MEAN_GEOMETRIC, 0, 0}, harmonic = {1, SX_MEAN_HARMONIC, 0, 0};

static void test_strat(void) {
  sx_table *t = load("apistrat");
  sx_design *d = design_of(t, "pw", "stype", NULL, "fpc"), *c = NULL;
  const char *by = "stype";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  check_mean(ONE("geometric.strat"), d, t, geometric, NULL, 1e-12);
  check_mean((const char *const[]){"geometric.by.E", "geometric.by.M", "geometric.by.H"}, d, t, geometric, g, 1e-12);
  check_mean(ONE("harmonic.strat"), d, t, harmonic, NULL, 1e-12);
  check_mean(ONE("trimmed.strat"), d, t, (sx_mean_spec){1, SX_MEAN_TRIMMED, .05, .1}, NULL, 1e-7);
  check_mean(ONE("winsorised.strat"), d, t, (sx_mean_spec){1, SX_MEAN_WINSORISED, .05, .1}, NULL, 1e-12);
  const sx_control to[] = {{NULL, NULL, 0, NULL, 6194, 0}, {NULL, NULL, 0, "api99", 3914069, 0}};
  const sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  REQUIRE_OK(sx_weighting_calibrate(&c, d, t, to, 2, &o, NULL, err));
  check_mean(ONE("geometric.calibrated"), c, t, geometric, NULL, 1e-10);
  check_mean(ONE("harmonic.calibrated"), c, t, harmonic, NULL, 1e-10);
  sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "enroll"), NULL, false, NULL, NULL};
  double share = 0;
  REQUIRE_OK(sx_estimate_tail_share(&share, d, &r, 0.01, err));
  CHECK_NEAR(share, want("tail.strat", "estimate"), 1e-14);
  sx_groups_free(g);
  sx_design_free(c);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_clus(void) {
  sx_table *t = load("apiclus1");
  sx_design *d = design_of(t, "pw", NULL, "dnum", "fpc"), *jk = replicates_of(d, SX_MAKE_JK1);
  const sx_mean_spec trimmed = {1, SX_MEAN_TRIMMED, .07, .07}, wins = {1, SX_MEAN_WINSORISED, .07, .07};
  check_mean(ONE("geometric.jk1"), jk, t, geometric, NULL, 1e-12);
  check_mean(ONE("harmonic.jk1"), jk, t, harmonic, NULL, 1e-12);
  check_mean(ONE("trimmed.clus"), d, t, trimmed, NULL, 1e-7);
  check_mean(ONE("trimmed.jk1"), jk, t, trimmed, NULL, 1e-12);
  check_mean(ONE("winsorised.jk1"), jk, t, wins, NULL, 1e-12);
  sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "enroll"), NULL, false, NULL, NULL};
  double share = 0;
  REQUIRE_OK(sx_estimate_tail_share(&share, d, &r, 0.01, err));
  CHECK_NEAR(share, want("tail.clus", "estimate"), 1e-14);
  sx_design_free(jk);
  sx_design_free(d);
  sx_table_free(t);
}

/* A tenth off each end of 200 equal weights is base R's mean(x, trim = 0.1); R's design has no fpc here. */
static void test_simple(void) {
  sx_table *t = load("apisrs");
  sx_design *d = design_of(t, "pw", NULL, NULL, NULL);
  check_mean(ONE("trimmed.srs"), d, t, (sx_mean_spec){1, SX_MEAN_TRIMMED, .1, .1}, NULL, 1e-12);
  check_mean(ONE("winsorised.srs"), d, t, (sx_mean_spec){1, SX_MEAN_WINSORISED, .1, .1}, NULL, 1e-12);
  sx_design_free(d);
  sx_table_free(t);
}

/* The four ages of R's example, in the order of the file's levels. */
static void us2000(double share[4], const sx_groups *ages) {
  for (size_t c = 0; c < 4; c++) {
    const char *age = ages->level_text[0][ages->key_level[c]];
    share[c] = age[1] == '0' ? 55901 : age[1] == '1' ? 77670 : age[1] == '3' ? 72816 : 45364;
  }
}

static void test_standardized(void) {
  sx_table *t = load("nhanes");
  sx_design *d = design_of(t, "WTMEC2YR", "SDMVSTRA", "SDMVPSU", NULL), *jk = replicates_of(d, SX_MAKE_JKN);
  sx_groups *ages = NULL, *by = NULL;
  const char *age = "agecat", *const keys[] = {"race", "RIAGENDR"};
  REQUIRE_OK(sx_groups_new(&ages, t, &age, 1, err));
  REQUIRE_OK(sx_groups_new(&by, t, keys, 2, err));
  REQUIRE(ages->n_groups == 4);
  double share[4];
  us2000(share, ages);
  sx_standard standard = SX_STANDARD_INIT;
  standard.cells = ages;
  standard.share = share;
  sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "HI_CHOL"), NULL, false, NULL, by};
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &standard, NULL, err));
  REQUIRE(set->n_rows == 8);
  for (size_t g = 0; g < 8; g++) {
    char id[60];
    snprintf(id, sizeof id, "standard.%s.%s", by->level_text[0][by->key_level[2 * g]],
             by->level_text[1][by->key_level[2 * g + 1]]);
    compare(id, &set->rows[g], 1e-10);
  }
  sx_est_set_free(set);
  r.by = NULL;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &standard, NULL, err));
  compare("standard.all", &set->rows[0], 1e-10);
  sx_est_set_free(set);
  REQUIRE_OK(sx_estimate_standardized(&set, jk, &r, &standard, NULL, err));
  compare("standard.jkn", &set->rows[0], 1e-10);
  sx_est_set_free(set);
  /* the shares of both levels, each with its own interval */
  r.stat = SX_STAT_PROP;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &standard, NULL, err));
  REQUIRE(set->n_rows == 2);
  compare("standard.all", &set->rows[1], 1e-10);
  CHECK_NEAR(set->rows[0].estimate + set->rows[1].estimate, 1, 1e-14);
  sx_est_set_free(set);
  sx_groups_free(ages);
  sx_groups_free(by);
  sx_design_free(jk);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_set_and_box(void) {
  sx_table *t = load("apiclus1");
  sx_design *d = design_of(t, "pw", NULL, "dnum", "fpc");
  char *names[] = {(char[]){"yr.rnd"}, (char[]){"comp.imp"}, (char[]){"awards"}};
  const sx_mrset of = {.name = (char[]){"s"},
                       .dichotomous = true,
                       .counted_text = (char[]){"Yes"},
                       .variables = names,
                       .n_variables = 3};
  sx_set_request r = SX_SET_REQUEST_INIT;
  r.set = &of;
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_set(&set, d, t, &r, NULL, err));
  REQUIRE(set->n_rows == 3);
  compare("cases.a", &set->rows[0], 1e-12);
  compare("cases.b", &set->rows[1], 1e-12);
  compare("cases.c", &set->rows[2], 1e-12);
  CHECK_NEAR(sx_est_cov(set->rows[0].est, set->rows[2].est), want("cases.cov", "estimate"), 1e-11);
  CHECK_STR(set->level_text[1], "comp.imp");
  sx_est_set_free(set);
  r.of = SX_SET_OF_ANSWERS;
  REQUIRE_OK(sx_estimate_set(&set, d, t, &r, NULL, err));
  compare("answers.a", &set->rows[0], 1e-12);
  compare("answers.b", &set->rows[1], 1e-12);
  compare("answers.c", &set->rows[2], 1e-12);
  sx_est_set_free(set);

  sx_column *scale = NULL;
  REQUIRE_OK(sx_table_add(&scale, t, "scale", SX_INTEGER, err));
  for (size_t i = 0; i < scale->n; i++) {
    const double meals = sx_column_number(sx_table_find(t, "meals"), i);
    scale->data.i64[i] = meals >= 80 ? 5 : meals >= 60 ? 4 : meals >= 20 ? 3 : meals >= 10 ? 2 : 1;
  }
  sx_box_request b = SX_BOX_REQUEST_INIT;
  b.y = scale;
  static const char *const ids[] = {"box.top", "box.bottom", "box.net"};
  for (size_t k = 0; k < 3; k++) {
    b.box = (sx_box)k;
    REQUIRE_OK(sx_estimate_box(&set, d, &b, NULL, err));
    compare(ids[k], &set->rows[0], 1e-12);
    sx_est_set_free(set);
  }
  sx_design_free(d);
  sx_table_free(t);
}

int main(void) {
  expected = ref_table("tests/reference/means.csv");
  if (!expected) {
    fprintf(stderr, "cannot read tests/reference/means.csv\n");
    return 1;
  }
  sx_table *there = ref_table(DATA "apistrat.csv");
  if (!there) SXT_SKIP("the reference data are not beside the project");
  sx_table_free(there);
  test_strat();
  test_clus();
  test_simple();
  test_standardized();
  test_set_and_box();
  sx_table_free(expected);
  return sxt_failures != 0;
}
