/* test_twophase.c: designs of two phases beside R: twophase_expected.csv, made by twophase.R (R 4.2.2, survey 4.1.1), and the subcohort of the
 * National Wilms Tumor Study (case L02 of the reference table, R survey). */
#include "ref_csv.h"
#include "shuxiao/design_twophase.h"
#include "shuxiao/estimate.h"
#include "sxt.h"

static sx_table *data, *want;
static uint8_t in2[300], inp[300];

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) {
    fprintf(stderr, "no column %s\n", name);
    exit(1);
  }
  return c;
}

static const char *text_at(const sx_column *c, size_t row) {
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

static void load(void) {
  if (data) return;
  data = ref_table("tests/reference/twophase_data.csv");
  want = ref_table("tests/reference/twophase_expected.csv");
  if (!data || !want) {
    fprintf(stderr, "the data cannot be read\n");
    exit(1);
  }
  for (size_t i = 0; i < sx_table_rows(data); i++) {
    in2[i] = sx_column_number(col(data, "in2"), i) == 1;
    inp[i] = sx_column_number(col(data, "inp"), i) == 1;
  }
}

static void expect(const char *id, const char *statistic, const sx_est_row *row) {
  for (size_t i = 0; i < sx_table_rows(want); i++) {
    if (strcmp(text_at(col(want, "case"), i), id) || strcmp(text_at(col(want, "statistic"), i), statistic)) continue;
    const double value = sx_column_number(col(want, "value"), i), se = sx_column_number(col(want, "se"), i);
    if (!(fabs(row->estimate - value) <= 1e-12 * fabs(value)))
      SXT_FAIL("%s %s: %.14g, not %.14g", id, statistic, row->estimate, value);
    if (!(fabs(row->se - se) <= 1e-10 * se)) SXT_FAIL("%s %s: se %.14g, not %.14g", id, statistic, row->se, se);
    return;
  }
  SXT_FAIL("no row %s %s", id, statistic);
}

static void compare(const char *id, const sx_twophase_spec *spec) {
  sx_design *d = NULL;
  REQUIRE_OK(sx_design_twophase_new(&d, NULL, data, spec, err));
  const sx_column *y = col(data, "y"), *x = col(data, "x");
  const char *by = "dom";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, data, &by, 1, err));
  const sx_est_request requests[] = {{SX_STAT_TOTAL, y, NULL, false, NULL, NULL},
                                     {SX_STAT_MEAN, y, NULL, false, NULL, NULL},
                                     {SX_STAT_RATIO, y, x, false, NULL, NULL},
                                     {SX_STAT_MEAN, y, NULL, false, NULL, g}};
  static const char *const names[] = {"total", "mean", "ratio", "domain"};
  sx_est_set *set[4];
  REQUIRE_OK(sx_estimate_run_many(set, d, requests, 4, NULL, err));
  const size_t a = strcmp(g->level_text[0][g->key_level[0]], "a") == 0 ? 0 : 1;
  for (size_t k = 0; k < 4; k++) {
    expect(id, names[k], &set[k]->rows[k == 3 ? a : 0]);
    /* the carrier says the same */
    CHECK_NEAR(sx_est_se(set[k]->rows[0].est), set[k]->rows[0].se, 1e-13);
    sx_est_set_free(set[k]);
  }
  sx_groups_free(g);
  sx_design_free(d);
}

static const char *g2 = "g2";

static sx_twophase_spec spec_of(const char *strata, const char *fpc) {
  sx_twophase_spec s = SX_TWOPHASE_SPEC_INIT;
  load();
  s.in = in2;
  s.strata = strata;
  s.strata2 = &g2;
  s.n_strata2 = 1;
  s.fpc = fpc;
  s.unweighted = fpc == NULL;
  return s;
}

static void test_full(void) {
  sx_twophase_spec s = spec_of(NULL, NULL);
  compare("plain", &s);
  s = spec_of(NULL, "Nall");
  compare("fpc", &s);
  s = spec_of("h", "N");
  compare("strata", &s);
  s = spec_of("u", "Nu");
  compare("uneven", &s);
  s.in = inp;
  s.n_strata2 = 0;
  s.prob2 = "p2";
  compare("poisson", &s);
  s = spec_of("h", "Nc");
  s.cluster = "c";
  compare("clusters", &s);
  s.nest = true;
  compare("clusters", &s);
  s = spec_of(NULL, NULL);
  s.unweighted = false;
  s.weights = "w";
  s.cluster = "c";
  compare("weights", &s);
  s.strata = "h";
  compare("weights-clusters", &s);
  s.strata = "u";
  s.cluster = NULL;
  compare("weights-strata", &s);
  s = spec_of("h", NULL);
  compare("cohort-strata", &s);
}

static double total_se(const sx_table *t, const sx_twophase_spec *s) {
  sx_design *d = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_design_twophase_new(&d, NULL, t, s, &err) != SX_OK) return (double)NAN;
  const sx_est_request r = {SX_STAT_TOTAL, col(t, "y"), NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  const double se = sx_estimate_run(&set, d, &r, NULL, &err) == SX_OK ? set->rows[0].se : (double)NAN;
  sx_est_set_free(set);
  sx_design_free(d);
  return se;
}

/* No fpc is the limit of a large one, with clusters and strata or without; and the strata tell. */
static void test_limit(void) {
  load();
  const size_t n = sx_table_rows(data);
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, n, err));
  static const char *const names[] = {"w", "h", "u", "c", "g2", "y", "big"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    sx_column *c = NULL;
    REQUIRE_OK(sx_table_add(&c, t, names[k], SX_NUMBER, err));
    for (size_t i = 0; i < n; i++) c->data.f64[i] = k == 6 ? 1e10 : sx_column_number(col(data, names[k]), i);
  }
  static const char *const strata[] = {NULL, "h", "u", "h"}, *const cluster[] = {NULL, NULL, NULL, "c"};
  double without[4];
  for (size_t k = 0; k < 4; k++) {
    for (int approximate = 0; approximate <= (cluster[k] ? 0 : 1); approximate++) {
      sx_twophase_spec s = spec_of(strata[k], NULL);
      s.unweighted = false;
      s.weights = "w";
      s.cluster = cluster[k];
      s.method = approximate ? SX_TWOPHASE_APPROX : SX_TWOPHASE_FULL;
      const double se = total_se(t, &s);
      s.fpc = "big";
      CHECK_NEAR(total_se(t, &s), se, 1e-7);
      if (!approximate) without[k] = se;
    }
  }
  CHECK(fabs(without[1] / without[0] - 1) > 1e-4 && fabs(without[2] / without[0] - 1) > 1e-4);
  sx_table_free(t);
}

static void test_approximate(void) {
  sx_twophase_spec s = spec_of(NULL, NULL);
  s.method = SX_TWOPHASE_APPROX;
  compare("plain-approx", &s);
  s = spec_of(NULL, "Nall");
  s.method = SX_TWOPHASE_APPROX;
  compare("fpc-approx", &s);
  s = spec_of("h", "N");
  s.method = SX_TWOPHASE_APPROX;
  compare("strata-approx", &s);
  s = spec_of("u", NULL);
  s.unweighted = false;
  s.weights = "w";
  s.method = SX_TWOPHASE_APPROX;
  compare("weights-strata-approx", &s);
}

/* All of the first phase in the second: the design of the first alone. */
static void test_whole(void) {
  uint8_t all[300];
  memset(all, 1, sizeof all);
  sx_twophase_spec s = spec_of("u", "Nu");
  s.in = all;
  s.n_strata2 = 0;
  sx_design_spec one = SX_DESIGN_SPEC_INIT;
  const char *fpc = "Nu";
  one.strata = "u";
  one.fpcs = &fpc;
  one.n_fpcs = 1;
  for (int k = 0; k < 4; k++) {
    sx_design *d = NULL, *e = NULL;
    if (k == 2) { /* without fpc */
      s.fpc = NULL;
      s.weights = one.weights = "w";
      one.n_fpcs = 0;
    }
    s.method = k % 2 ? SX_TWOPHASE_APPROX : SX_TWOPHASE_FULL;
    REQUIRE_OK(sx_design_twophase_new(&d, NULL, data, &s, err));
    REQUIRE_OK(sx_design_new(&e, NULL, data, &one, err));
    const sx_est_request r = {SX_STAT_TOTAL, col(data, "y"), NULL, false, NULL, NULL};
    sx_est_set *x = NULL, *y = NULL;
    REQUIRE_OK(sx_estimate_run(&x, d, &r, NULL, err));
    REQUIRE_OK(sx_estimate_run(&y, e, &r, NULL, err));
    CHECK_NEAR(x->rows[0].estimate, y->rows[0].estimate, 1e-13);
    CHECK_NEAR(x->rows[0].se, y->rows[0].se, 1e-10);
    sx_est_set_free(x);
    sx_est_set_free(y);
    sx_design_free(d);
    sx_design_free(e);
  }
}

/* Case L02: twophase(id = list(~seqno, ~seqno), strata = list(NULL, ~interaction(rel, instit)), subset = ~I(subcohort | rel)). */
static void test_subcohort(void) {
  sx_table *t = ref_table("../shared/reference/data/nwtco_subcohort.csv");
  if (!t) SXT_SKIP("there is no ../shared/reference/data/nwtco_subcohort.csv");
  const size_t n = sx_table_rows(t);
  uint8_t *in = malloc(n);
  REQUIRE(in != NULL);
  for (size_t i = 0; i < n; i++)
    in[i] = sx_column_number(col(t, "subcohort"), i) == 1 || sx_column_number(col(t, "rel"), i) == 1;
  static const char *const strata2[] = {"rel", "instit"};
  sx_twophase_spec s = SX_TWOPHASE_SPEC_INIT;
  s.unweighted = true;
  s.in = in;
  s.strata2 = strata2;
  s.n_strata2 = 2;
  sx_design *d = NULL;
  REQUIRE_OK(sx_design_twophase_new(&d, NULL, t, &s, err));
  CHECK_STR(sx_design_describe(d), "stratified, 4 strata, 4028 PSUs, two phases: 1062 cases in the second");
  const sx_est_request r[] = {{SX_STAT_MEAN, col(t, "age"), NULL, false, NULL, NULL},
                              {SX_STAT_TOTAL, col(t, "rel"), NULL, false, NULL, NULL}};
  sx_est_set *set[2];
  REQUIRE_OK(sx_estimate_run_many(set, d, r, 2, NULL, err));
  CHECK_NEAR(set[0]->rows[0].estimate, 43.925043368618837, 1e-12);
  CHECK_NEAR(set[0]->rows[0].se, 1.476028075766967, 1e-10);
  CHECK_NEAR(set[1]->rows[0].estimate, 571, 1e-12);
  CHECK_NEAR(set[1]->rows[0].se, 23.895606290697042, 1e-10);
  CHECK_INT(set[0]->rows[0].n, 1062);
  CHECK_NEAR(sx_design_df(d), 1058, 0);
  sx_est_set_free(set[0]);
  sx_est_set_free(set[1]);
  sx_design_free(d);
  free(in);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_full), SXT_CASE(test_limit), SXT_CASE(test_approximate), SXT_CASE(test_whole),
         SXT_CASE(test_subcohort))
