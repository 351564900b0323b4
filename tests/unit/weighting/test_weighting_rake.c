/* Raking and post-stratification: every margin hit, bounds, and what is refused with its place. */
#include "est_help.h"

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const ab_name[] = {"a", "b"};
static const char *const v0[] = {"0"}, *const v1[] = {"1"}, *const v2[] = {"2"}, *const v3[] = {"3"},
                         *const v9[] = {"9"};
static const char *const *const a_levels[] = {v0, v1, v2, v9};
static const char *const *const b_levels[] = {v0, v1, v2, v3};

static sx_table *table;
static sx_design *design;

static void setup(void) {
  eh_state = 7;
  table = eh_sample(400, 5, 8);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  design = eh_design(NULL, table, &s);
}
static void teardown(void) {
  sx_design_free(design);
  sx_table_free(table);
}

static sx_target target(const char *const *names, const char *const *const *levels, const double *totals, size_t n) {
  return (sx_target){names, 1, levels, totals, n, NULL};
}

static double achieved(const sx_design *d, const char *name, double value) {
  const sx_column *c = sx_table_find(table, name);
  double sum = 0;
  for (size_t i = 0; i < c->n; i++)
    if (c->data.f64[i] == value) sum += sx_design_weights(d)[i];
  return sum;
}

static void test_hits(void) {
  setup();
  const double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  const sx_target t[] = {target(a_name, a_levels, ta, 3), target(b_name, b_levels, tb, 4)};
  sx_design *raked = NULL;
  sx_weight_report r;
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, NULL, &r, err));
  for (size_t k = 0; k < 3; k++) CHECK_NEAR(achieved(raked, "a", (double)k), ta[k], 2e-12);
  for (size_t k = 0; k < 4; k++) CHECK_NEAR(achieved(raked, "b", (double)k), tb[k], 2e-12);
  CHECK(r.worst <= 1e-12 && r.iterations > 0 && r.n_at_bound == 0);
  /* what raking means: log g = alpha(a) + beta(b), so cross ratios of g are 1 */
  double g[3][4] = {{0}};
  const double *a = sx_table_find(table, "a")->data.f64, *b = sx_table_find(table, "b")->data.f64;
  double least = 1e9, most = 0, sum = 0, sum2 = 0;
  for (size_t i = 0; i < 400; i++) {
    const double w = sx_design_weights(raked)[i], f = w / sx_design_weights(design)[i];
    g[(size_t)a[i]][(size_t)b[i]] = f;
    least = fmin(least, f);
    most = fmax(most, f);
    sum += w;
    sum2 += w * w;
  }
  for (size_t k = 1; k < 3; k++)
    for (size_t l = 1; l < 4; l++) CHECK_NEAR(g[0][0] * g[k][l] / (g[0][l] * g[k][0]), 1, 1e-12);
  CHECK_NEAR(r.min_factor, least, 1e-15);
  CHECK_NEAR(r.max_factor, most, 1e-15);
  CHECK_NEAR(r.kish_deff, 400 * sum2 / (sum * sum), 1e-13);
  CHECK(strstr(sx_design_describe(raked), "raked to 2 margins") != NULL);
  /* a raked margin is known: the error of its total is nothing */
  uint8_t in[400];
  for (size_t i = 0; i < 400; i++) in[i] = a[i] == 1;
  sx_est *known = eh_one(raked, SX_STAT_COUNT, NULL, NULL, in);
  CHECK_NEAR(sx_est_value(known), 500, 1e-11);
  CHECK(sx_est_se(known) < 1e-10);
  sx_est_free(known);
  sx_design_free(raked);
  teardown();
}

static void test_poststratify(void) {
  setup();
  static const char *lv[12][2];
  static const char *const *levels[12];
  double totals[12];
  static const char *const digits[] = {"0", "1", "2", "3"};
  for (size_t k = 0; k < 12; k++) {
    lv[k][0] = digits[k / 4];
    lv[k][1] = digits[k % 4];
    levels[k] = lv[k];
    totals[k] = 10 + (double)(k * k);
  }
  const sx_target t = {ab_name, 2, levels, totals, 12, "cells"};
  sx_design *post = NULL;
  REQUIRE_OK(sx_weighting_poststratify(&post, design, table, &t, NULL, err));
  const double *a = sx_table_find(table, "a")->data.f64, *b = sx_table_find(table, "b")->data.f64;
  double had[12] = {0};
  for (size_t i = 0; i < 400; i++) had[(size_t)(a[i] * 4 + b[i])] += sx_design_weights(design)[i];
  for (size_t i = 0; i < 400; i++) {
    const size_t c = (size_t)(a[i] * 4 + b[i]);
    CHECK_NEAR(sx_design_weights(post)[i], sx_design_weights(design)[i] * totals[c] / had[c], 1e-13);
  }
  sx_design_free(post);
  teardown();
}

static void test_bounds(void) {
  setup();
  double ta[3], tb[4];
  for (size_t k = 0; k < 3; k++) ta[k] = achieved(design, "a", (double)k);
  for (size_t k = 0; k < 4; k++) tb[k] = achieved(design, "b", (double)k);
  const double move = 0.15 * ta[0];
  ta[0] += move;
  ta[1] -= move;
  tb[3] += 0.12 * tb[3];
  tb[2] -= 0.12 / 1.12 * tb[3];
  const sx_target t[] = {target(a_name, a_levels, ta, 3), target(b_name, b_levels, tb, 4)};
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  sx_design *raked = NULL;
  sx_weight_report free_of, within;
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, &o, &free_of, err));
  sx_design_free(raked);
  o.upper = 1 + 0.97 * (free_of.max_factor - 1);
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, &o, &within, err));
  CHECK(within.max_factor <= o.upper && within.n_at_bound > 0);
  for (size_t k = 0; k < 3; k++) CHECK_NEAR(achieved(raked, "a", (double)k), ta[k], 2e-12);
  sx_design_free(raked);
  raked = NULL;
  o.upper = 1.05; /* category 0 of a needs 1.15 */
  CHECK_FAILS(sx_weighting_rake(&raked, design, table, t, 2, &o, NULL, err), SX_E_DATA, "a: '0'",
              "average factor of 1.15");
  o.upper = 0.5;
  CHECK_FAILS(sx_weighting_rake(&raked, design, table, t, 2, &o, NULL, err), SX_E_ARGUMENT, "bounds", "enclose 1");
  o = (sx_rake_options)SX_RAKE_OPTIONS_INIT;
  o.max_iterations = 1;
  CHECK_FAILS(sx_weighting_rake(&raked, design, table, t, 2, &o, NULL, err), SX_E_NUMERIC, ": '",
              "did not converge in 1 iterations");
  CHECK(raked == NULL);
  teardown();
}

static void fails(const sx_target *t, size_t n, sx_status code, const char *where, const char *message) {
  sx_design *raked = NULL;
  CHECK_FAILS(sx_weighting_rake(&raked, design, table, t, n, NULL, NULL, err), code, where, message);
  CHECK(raked == NULL);
}

static void test_refused(void) {
  setup();
  const double ta[] = {300, 500, 200, 10}, tb[] = {100, 250, 250, 400}, off[] = {100, 250, 250, 401};
  sx_target t[] = {target(a_name, a_levels, ta, 4), target(b_name, b_levels, tb, 4)};
  t[1].totals = tb;
  fails(t, 1, SX_E_DATA, "a: '9'", "no case in the sample"); /* category 9 */
  t[0].n_cells = 2;
  fails(t, 1, SX_E_DATA, "a: case ", "category '2' of the sample has no total");
  t[0].n_cells = 3;
  t[1].totals = off;
  fails(t, 2, SX_E_DATA, "b", "'a' sums to 1000, 'b' to 1001");
  const double negative[] = {300, -500, 200};
  t[0].totals = negative;
  fails(t, 1, SX_E_DATA, "a", "total of '1' is -500");
  const char *const *const twice[] = {v0, v1, v2, v1};
  const double four[] = {1, 1, 1, 1};
  t[0] = target(a_name, twice, four, 4);
  fails(t, 1, SX_E_DATA, "a", "'1' is given twice");
  const char *const wrong[] = {"aa"};
  t[0] = target(wrong, a_levels, ta, 3);
  fails(t, 1, SX_E_ARGUMENT, "", "aa");
  t[0] = target(a_name, a_levels, ta, 3);
  fails(t, 0, SX_E_ARGUMENT, "", "margin");
  fails(NULL, 1, SX_E_ARGUMENT, "targets", "the array is NULL");
  sx_design *none = NULL;
  CHECK_FAILS(sx_weighting_poststratify(&none, design, table, NULL, NULL, err), SX_E_ARGUMENT, "target", "NULL");
  sx_column *a = NULL; /* a missing margin variable */
  REQUIRE_OK(sx_table_add(&a, table, "am", SX_NUMBER, err));
  REQUIRE_OK(sx_column_set_missing(NULL, a, 4, SX_MISS_SYSTEM, err));
  const char *const am[] = {"am"};
  const double all[] = {1000};
  t[0] = target(am, a_levels, all, 1);
  fails(t, 1, SX_E_DATA, "am: case 5", "missing");
  teardown();
}

/* A target of 0 removes the category; a row of weight 0 needs no category. */
static void test_zero_target(void) {
  setup();
  const double ta[] = {300, 0, 200}, tb[] = {100, 150, 150, 100};
  const sx_target t[] = {target(a_name, a_levels, ta, 3), target(b_name, b_levels, tb, 4)};
  sx_design *raked = NULL;
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, NULL, NULL, err));
  CHECK_NEAR(achieved(raked, "a", 1), 0, 0);
  CHECK_NEAR(achieved(raked, "a", 0), 300, 2e-12);
  CHECK_NEAR(achieved(raked, "b", 3), 100, 2e-12);
  sx_design_free(raked);
  teardown();
}

/* Each replicate is raked by itself: its own margins hold. */
static void test_replicates(void) {
  eh_state = 3;
  table = eh_sample(200, 4, 10);
  static char names[6][24];
  const char *list[6];
  const double *w = sx_table_find(table, "w")->data.f64;
  for (size_t r = 0; r < 6; r++) {
    snprintf(names[r], sizeof names[r], "r%zu", r);
    list[r] = names[r];
    double *x = eh_number(table, names[r], NULL)->data.f64;
    for (size_t i = 0; i < 200; i++) x[i] = w[i] * 2 * eh_uniform();
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = 6;
  s.rep_type = SX_REP_BOOTSTRAP;
  design = eh_design(NULL, table, &s);
  const double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  const sx_target t[] = {target(a_name, a_levels, ta, 3), target(b_name, b_levels, tb, 4)};
  sx_design *raked = NULL;
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, NULL, NULL, err));
  const double *a = sx_table_find(table, "a")->data.f64, *repw = sx_design_repweights(raked);
  for (size_t r = 0; r < 6; r++) {
    double sum[3] = {0};
    for (size_t i = 0; i < 200; i++) sum[(size_t)a[i]] += repw[i * 6 + r];
    for (size_t k = 0; k < 3; k++) CHECK_NEAR(sum[k], ta[k], 2e-12);
  }
  sx_design_free(raked);
  raked = NULL;
  sx_design_free(design);
  double *r3 = sx_table_find(table, "r3")->data.f64; /* replicate 4 loses category 2 of b */
  const double *b = sx_table_find(table, "b")->data.f64;
  for (size_t i = 0; i < 200; i++)
    if (b[i] == 2) r3[i] = 0;
  design = eh_design(NULL, table, &s);
  CHECK_FAILS(sx_weighting_rake(&raked, design, table, t, 2, NULL, NULL, err), SX_E_DATA, "b: '2'",
              "replicate 4: the category has no case");
  teardown();
}

SXT_MAIN(SXT_CASE(test_hits), SXT_CASE(test_poststratify), SXT_CASE(test_bounds), SXT_CASE(test_refused),
         SXT_CASE(test_zero_target), SXT_CASE(test_replicates))
