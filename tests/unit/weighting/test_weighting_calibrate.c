/* Calibration: totals hit, closed forms, a published example, what is enforced and what is refused with its place. The
 * numbers of docs/methods/calibration.md are checked here. */
#include "est_help.h"

static sx_table *table;
static sx_design *design;

static void setup(void) {
  eh_state = 11;
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

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const ab_name[] = {"a", "b"};
static const char *const v0[] = {"0"}, *const v1[] = {"1"}, *const v2[] = {"2"}, *const v9[] = {"9"};

static double *values(const char *name) {
  return sx_table_find(table, name)->data.f64;
}

static double weighted(const sx_design *d, const char *name, const double *in, double level) {
  double sum = 0;
  for (size_t i = 0; i < sx_table_rows(table); i++)
    if (!in || in[i] == level) sum += sx_design_weights(d)[i] * (name ? values(name)[i] : 1);
  return sum;
}

static sx_design *calibrated(const sx_control *c, size_t n, const sx_calibrate_options *o, sx_calibrate_report *r) {
  sx_design *out = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_weighting_calibrate(&out, design, table, c, n, o, r, &err) != SX_OK)
    SXT_FAIL("%s: %s", err.where, err.message);
  return out;
}

/* Shares of a, a domain's total of x and the total of y: moderately away from the sample's. */
static sx_control moved[4];
static void set_moved(void) {
  const double n = weighted(design, NULL, NULL, 0);
  moved[0] = (sx_control){NULL, NULL, 0, NULL, 1.02 * n, 0};
  moved[1] = (sx_control){a_name, v1, 1, NULL, 1.1 * weighted(design, NULL, values("a"), 1), 0};
  moved[2] = (sx_control){b_name, v2, 1, "x", 0.95 * weighted(design, "x", values("b"), 2), 0};
  moved[3] = (sx_control){NULL, NULL, 0, "y", 1.05 * weighted(design, "y", NULL, 0), 0};
}

static void check_hits(const sx_design *d, double tolerance) {
  CHECK_NEAR(weighted(d, NULL, NULL, 0), moved[0].total, tolerance);
  CHECK_NEAR(weighted(d, NULL, values("a"), 1), moved[1].total, tolerance);
  CHECK_NEAR(weighted(d, "x", values("b"), 2), moved[2].total, tolerance);
  CHECK_NEAR(weighted(d, "y", NULL, 0), moved[3].total, tolerance);
}

/* Every distance: totals hit, known without error, g as the distance says, bounds kept to the last bit. */
static void test_distances(void) {
  setup();
  set_moved();
  const struct {
    sx_distance distance;
    double lower, upper;
  } cases[] = {{SX_DISTANCE_LINEAR, -(double)INFINITY, (double)INFINITY},
               {SX_DISTANCE_RAKING, -(double)INFINITY, (double)INFINITY},
               {SX_DISTANCE_LOGIT, 0.7, 1.5},
               {SX_DISTANCE_LINEAR, 0.85, 1.25},
               {SX_DISTANCE_RAKING, 0.85, 1.25},
               {SX_DISTANCE_RAKING, 0, 1.25}};
  for (size_t k = 0; k < 6; k++) {
    sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
    o.distance = cases[k].distance;
    o.lower = cases[k].lower;
    o.upper = cases[k].upper;
    sx_calibrate_report r = {.n_negative = 9};
    sx_design *c = calibrated(moved, 4, &o, &r);
    REQUIRE(c != NULL);
    check_hits(c, 1e-11);
    CHECK(r.n_negative == 0 && r.n_dropped == 0 && r.weights.iterations > 0);
    double least = (double)INFINITY, most = 0;
    for (size_t i = 0; i < 400; i++) {
      const double g = sx_design_weights(c)[i] / sx_design_weights(design)[i];
      least = fmin(least, g);
      most = fmax(most, g);
    }
    CHECK(least >= o.lower * (1 - 1e-15) && most <= o.upper * (1 + 1e-15));
    if (k >= 3) CHECK(r.weights.n_at_bound > 0);
    CHECK_NEAR(r.weights.min_factor, least, 1e-14);
    CHECK_NEAR(r.weights.kish_deff, sx_weighting_kish_deff(sx_design_weights(c), 400), 1e-15);
    sx_est *known = eh_one(c, SX_STAT_TOTAL, sx_table_find(table, "y"), NULL, NULL);
    CHECK_NEAR(sx_est_value(known), moved[3].total, 1e-11);
    CHECK(sx_est_se(known) < 1e-7 * moved[3].total);
    sx_est_free(known);
    sx_design_free(c);
  }
  teardown();
}

/* With variance proportional to x (q = 1/x) and the total of x alone, linear calibration is the ratio estimator. */
static void test_ratio(void) {
  setup();
  const double *x = values("x");
  double *q = eh_number(table, "q", NULL)->data.f64;
  for (size_t i = 0; i < 400; i++) q[i] = 1 / x[i];
  const sx_control c = {NULL, NULL, 0, "x", 5000, 0};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.q = "q";
  sx_design *d = calibrated(&c, 1, &o, NULL);
  REQUIRE(d != NULL);
  const double g = 5000 / weighted(design, "x", NULL, 0);
  for (size_t i = 0; i < 400; i++) CHECK_NEAR(sx_design_weights(d)[i], g * sx_design_weights(design)[i], 1e-13);
  sx_est *total = eh_one(d, SX_STAT_TOTAL, sx_table_find(table, "y"), NULL, NULL);
  sx_est *ratio = eh_one(design, SX_STAT_RATIO, sx_table_find(table, "y"), sx_table_find(table, "x"), NULL);
  CHECK_NEAR(sx_est_value(total), 5000 * sx_est_value(ratio), 1e-13);
  CHECK_NEAR(sx_est_se(total), 5000 * sx_est_se(ratio), 1e-12);
  sx_est_free(total);
  sx_est_free(ratio);
  sx_design_free(d);
  q[7] = 0;
  sx_design *none = NULL;
  CHECK_FAILS(sx_weighting_calibrate(&none, design, table, &c, 1, &o, NULL, err), SX_E_DATA, "q: case 8", "above 0");
  teardown();
}

/* Counts only, raking distance: the weights and the errors of sx_weighting_rake, which knows the design weights too. */
static void test_like_rake(void) {
  setup();
  const char *const *const a_levels[] = {v0, v1, v2};
  const char *const v3[] = {"3"};
  const char *const *const b_levels[] = {v0, v1, v2, v3};
  const double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  const sx_target t[] = {{a_name, 1, a_levels, ta, 3, NULL}, {b_name, 1, b_levels, tb, 4, NULL}};
  sx_control c[7];
  for (size_t k = 0; k < 3; k++) c[k] = (sx_control){a_name, a_levels[k], 1, NULL, ta[k], 0};
  for (size_t k = 0; k < 4; k++) c[3 + k] = (sx_control){b_name, b_levels[k], 1, NULL, tb[k], 0};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  sx_calibrate_report r = {.n_negative = 0};
  sx_design *d = calibrated(c, 7, &o, &r), *raked = NULL;
  REQUIRE(d != NULL);
  REQUIRE_OK(sx_weighting_rake(&raked, design, table, t, 2, NULL, NULL, err));
  CHECK(r.n_dropped == 1); /* the shared total, and said */
  CHECK(strstr(r.dropped, "a=") || strstr(r.dropped, "b="));
  for (size_t i = 0; i < 400; i++) CHECK_NEAR(sx_design_weights(d)[i], sx_design_weights(raked)[i], 1e-10);
  sx_est *e = eh_one(d, SX_STAT_MEAN, sx_table_find(table, "y"), NULL, NULL),
         *f = eh_one(raked, SX_STAT_MEAN, sx_table_find(table, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_value(e), sx_est_value(f), 1e-11);
  CHECK_NEAR(sx_est_se(e), sx_est_se(f), 1e-10);
  sx_est_free(e);
  sx_est_free(f);
  sx_design_free(d);
  sx_design_free(raked);
  raked = d = NULL;
  /* the same, contradicting itself by one person */
  c[6].total = 401;
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 7, &o, NULL, err), SX_E_DATA, "=", "contradict each other");
  teardown();
}

/* The example of the icarus package, a raking of SAS's CALMAR kind on 15 rows: its sum w movies / 300 is 2.471917. */
static void test_icarus(void) {
  static const double rows[15][6] = {{10, 1, 1, 1, 1000, 1},  {10, 2, 2, 1, 1100, 2}, {10, 2, 2, 2, 1500, 4},
                                     {10, 3, 1, 2, 2300, 15}, {10, 1, 1, 2, 1000, 2}, {10, 1, 2, 1, 500, 3},
                                     {10, 2, 2, 2, 1000, 1},  {20, 3, 2, 1, 2000, 0}, {20, 1, 1, 1, 2100, 0},
                                     {20, 2, 1, 2, 2000, 3},  {20, 1, 2, 2, 3200, 6}, {20, 1, 2, 1, 1800, 0},
                                     {20, 2, 1, 1, 2800, 0},  {20, 3, 1, 1, 1100, 1}, {20, 1, 2, 2, 2500, 1}};
  static const double raking[15] = {5.33742695752, 5.11847436701, 9.98823685342, 24.5141562145, 9.23039467376,
                                    2.7920318299,  8.58843168726, 15.7534988531, 14.8808201295, 38.1883072167,
                                    21.8244600224, 8.26885305504, 28.1165498756, 19.7323449324, 17.6660133319};
  static const char *const names[] = {"weight", "category", "sex", "department", "salary", "movies"};
  table = eh_table(NULL, 15);
  for (size_t j = 0; j < 6; j++) {
    double *x = eh_number(table, names[j], NULL)->data.f64;
    for (size_t i = 0; i < 15; i++) x[i] = rows[i][j];
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "weight";
  design = eh_design(NULL, table, &s);
  const char *const category[] = {"category"}, *const sex[] = {"sex"}, *const dep[] = {"department"},
                    *const three[] = {"3"};
  const sx_control c[] = {{category, v1, 1, NULL, 80, 0},    {category, v2, 1, NULL, 90, 0},
                          {category, three, 1, NULL, 60, 0}, {sex, v1, 1, NULL, 140, 0},
                          {sex, v2, 1, NULL, 90, 0},         {dep, v1, 1, NULL, 100, 0},
                          {dep, v2, 1, NULL, 130, 0},        {NULL, NULL, 0, "salary", 470000, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  sx_calibrate_report r = {.n_negative = 0};
  sx_design *d = calibrated(c, 8, &o, &r);
  REQUIRE(d != NULL);
  CHECK(r.n_dropped == 2 && r.n_negative == 0);
  for (size_t i = 0; i < 15; i++) CHECK_NEAR(sx_design_weights(d)[i], raking[i], 2e-11);
  CHECK_NEAR(weighted(d, NULL, NULL, 0), 230, 1e-12);
  CHECK_NEAR(weighted(d, "movies", NULL, 0) / 300, 2.47191674298842, 1e-12);
  sx_design_free(d);
  o.distance = SX_DISTANCE_LINEAR; /* one negative weight, which is told */
  d = calibrated(c, 8, &o, &r);
  REQUIRE(d != NULL);
  CHECK(r.n_negative == 1);
  CHECK_NEAR(r.weights.min_weight, -0.708370777691, 1e-11);
  CHECK_NEAR(weighted(d, "movies", NULL, 0) / 300, 2.24927579653464, 1e-12);
  sx_design *again = NULL;
  CHECK_FAILS(sx_weighting_calibrate(&again, d, table, c, 8, &o, NULL, err), SX_E_SUPPORT, "case ", "negative");
  sx_design_free(d);
  sx_design_free(design);
  sx_table_free(table);
}

/* Infeasible bounds: which total, by how much, and the nearest that can be met, which is itself feasible. */
static void test_infeasible(void) {
  setup();
  const double n = weighted(design, NULL, NULL, 0), a1 = weighted(design, NULL, values("a"), 1);
  const sx_control c[] = {{NULL, NULL, 0, NULL, n, 0}, {a_name, v1, 1, NULL, 1.3 * a1, 0}};
  const sx_distance distances[] = {SX_DISTANCE_LINEAR, SX_DISTANCE_RAKING, SX_DISTANCE_LOGIT};
  for (size_t k = 0; k < 3; k++) {
    sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
    o.distance = distances[k];
    o.lower = 0.8;
    o.upper = 1.1;
    double achieved[2] = {0, 0};
    sx_calibrate_report r = {.achieved = achieved};
    sx_design *d = NULL;
    CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 2, &o, &r, err), SX_E_NUMERIC, "a=1",
                "no factors within 0.8 to 1.1 meet the totals");
    CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 2, &o, &r, err), SX_E_NUMERIC, "", "a=1");
    /* every g of a=1 at 1.1 is all that can be had, and the rest can keep the population */
    CHECK_NEAR(achieved[1], 1.1 * a1, 2e-3);
    CHECK_NEAR(achieved[0], n, 2e-3);
    CHECK(d == NULL);
    sx_control near[2] = {c[0], c[1]};
    near[0].total = achieved[0];
    near[1].total = a1 * 1.0999;
    d = calibrated(near, 2, &o, NULL);
    CHECK(d != NULL);
    sx_design_free(d);
  }
  /* no bounds, but positive weights cannot reach it: a mean of y above its largest value */
  double top = 0;
  for (size_t i = 0; i < 400; i++) top = fmax(top, values("y")[i]);
  const sx_control high[] = {{NULL, NULL, 0, NULL, n, 0}, {NULL, NULL, 0, "y", 1.2 * top * n, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  sx_design *d = NULL;
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, high, 2, &o, NULL, err), SX_E_NUMERIC, "",
              "no positive weights meet the totals");
  teardown();
}

static void test_collinear(void) {
  setup();
  double *x2 = eh_number(table, "x2", NULL)->data.f64;
  for (size_t i = 0; i < 400; i++) x2[i] = 3 * values("x")[i] - 2;
  const double n = weighted(design, NULL, NULL, 0), x = 1.1 * weighted(design, "x", NULL, 0);
  sx_control c[] = {{NULL, NULL, 0, NULL, n, 0}, {NULL, NULL, 0, "x", x, 0}, {NULL, NULL, 0, "x2", 3 * x - 2 * n, 0}};
  sx_calibrate_report r = {.n_negative = 0};
  sx_design *three = calibrated(c, 3, NULL, &r), *two = calibrated(c, 2, NULL, NULL);
  REQUIRE(three && two);
  CHECK(r.n_dropped == 1 && r.dropped[0]);
  for (size_t i = 0; i < 400; i++) CHECK_NEAR(sx_design_weights(three)[i], sx_design_weights(two)[i], 1e-10);
  sx_est *e = eh_one(three, SX_STAT_MEAN, sx_table_find(table, "y"), NULL, NULL),
         *f = eh_one(two, SX_STAT_MEAN, sx_table_find(table, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_se(e), sx_est_se(f), 1e-10);
  sx_est_free(e);
  sx_est_free(f);
  sx_design_free(three);
  sx_design_free(two);
  c[2].total *= 1.001;
  sx_design *d = NULL;
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 3, NULL, NULL, err), SX_E_DATA, "",
              "combination of the others");
  teardown();
}

/* A total of 0: of deviations from a mean it is met exactly; of cases, with positive weights, they get the weight 0. */
static void test_zero_totals(void) {
  setup();
  double *dev = eh_number(table, "dev", NULL)->data.f64;
  for (size_t i = 0; i < 400; i++) dev[i] = values("x")[i] - 3.1;
  const double n = weighted(design, NULL, NULL, 0);
  const sx_control c[] = {{NULL, NULL, 0, NULL, n, 0}, {NULL, NULL, 0, "dev", 0, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  for (size_t k = 0; k < 2; k++) {
    o.distance = k ? SX_DISTANCE_RAKING : SX_DISTANCE_LINEAR;
    sx_design *d = calibrated(c, 2, &o, NULL);
    REQUIRE(d != NULL);
    CHECK(fabs(weighted(d, "dev", NULL, 0)) <= 1e-11 * n);
    CHECK_NEAR(weighted(d, "x", NULL, 0), 3.1 * n, 1e-11);
    sx_design_free(d);
  }
  const sx_control none[] = {{NULL, NULL, 0, NULL, n, 0}, {a_name, v1, 1, NULL, 0, 0}};
  sx_design *d = calibrated(none, 2, &o, NULL);
  REQUIRE(d != NULL);
  CHECK_NEAR(weighted(d, NULL, values("a"), 1), 0, 0);
  CHECK_NEAR(weighted(d, NULL, NULL, 0), n, 1e-12);
  sx_design_free(d);
  teardown();
}

/* One g per PSU; the oracle is R survey 4.1-1, calibrate(aggregate.stage = 1), see the reference tests for its numbers. */
static void test_units(void) {
  eh_state = 5;
  table = eh_sample(300, 4, 6);
  double *w = values("w");
  for (size_t i = 0; i < 300; i++) w[i] = 2 + values("psu")[i] / 10; /* equal within a PSU */
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  design = eh_design(NULL, table, &s);
  const double n = weighted(design, NULL, NULL, 0);
  const sx_control c[] = {{NULL, NULL, 0, NULL, 1.01 * n, 0},
                          {a_name, v1, 1, NULL, 1.03 * weighted(design, NULL, values("a"), 1), 0},
                          {NULL, NULL, 0, "y", 1.01 * weighted(design, "y", NULL, 0), 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.aggregate = "psu";
  sx_design *d = calibrated(c, 3, &o, NULL);
  REQUIRE(d != NULL);
  CHECK_NEAR(weighted(d, NULL, NULL, 0), c[0].total, 1e-11);
  CHECK_NEAR(weighted(d, NULL, values("a"), 1), c[1].total, 1e-11);
  CHECK_NEAR(weighted(d, "y", NULL, 0), c[2].total, 1e-11);
  for (size_t i = 1; i < 300; i++)
    for (size_t j = 0; j < i; j++)
      if (values("psu")[i] == values("psu")[j]) CHECK_NEAR(sx_design_weights(d)[i], sx_design_weights(d)[j], 1e-15);
  sx_design_free(d);
  d = NULL;
  w[11] *= 1.5;
  sx_design_free(design);
  design = eh_design(NULL, table, &s);
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 3, &o, NULL, err), SX_E_DATA, "case ", "equal weights");
  teardown();
}

/* A soft total is met the better the less slack it has; the exact ones stay exact. */
static void test_soft(void) {
  setup();
  set_moved();
  double last = (double)INFINITY;
  for (double slack = 1; slack > 1e-4; slack /= 10) {
    sx_control c[4];
    memcpy(c, moved, sizeof c);
    c[1].slack = slack;
    sx_design *d = calibrated(c, 4, NULL, NULL);
    REQUIRE(d != NULL);
    CHECK_NEAR(weighted(d, NULL, NULL, 0), moved[0].total, 1e-11);
    CHECK_NEAR(weighted(d, "y", NULL, 0), moved[3].total, 1e-11);
    const double miss = fabs(weighted(d, NULL, values("a"), 1) / moved[1].total - 1);
    CHECK(miss < last && miss > 0);
    last = miss;
    sx_design_free(d);
  }
  CHECK(last < 1e-4);
  teardown();
}

/* Calibrating a calibrated design: the last is projected out first; a naive regression says the same. */
static void test_stacked(void) {
  setup();
  set_moved();
  sx_design *one = calibrated(moved, 3, NULL, NULL), *two = NULL;
  REQUIRE(one != NULL);
  REQUIRE_OK(sx_weighting_calibrate(&two, one, table, moved + 3, 1, NULL, NULL, err));
  const double *d0 = sx_design_weights(design), *d1 = sx_design_weights(one), *w = sx_design_weights(two);
  const double *x = values("x"), *y = values("y"), *a = values("a"), *b = values("b"), *h = values("h");
  double e[400], num = 0, den = 0;
  for (size_t i = 0; i < 400; i++) {
    num += d1[i] * y[i] * x[i];
    den += d1[i] * y[i] * y[i];
  }
  for (size_t i = 0; i < 400; i++) e[i] = x[i] - num / den * y[i]; /* u = x, off y */
  double m[9] = {0}, r[3] = {0}, work[3];
  size_t piv[3], rank = 0;
  for (size_t i = 0; i < 400; i++) {
    const double z[3] = {1, a[i] == 1, b[i] == 2 ? x[i] : 0};
    for (size_t j = 0; j < 3; j++) {
      r[j] += d0[i] * z[j] * e[i];
      for (size_t k = 0; k < 3; k++) m[j + 3 * k] += d0[i] * z[j] * z[k];
    }
  }
  REQUIRE_OK(sx_num_chol_pivot(m, 3, piv, &rank, 1e-14, err));
  sx_num_chol_solve(m, 3, piv, rank, r, work);
  double sum[5] = {0}, sum2[5] = {0}, count[5] = {0}, v = 0;
  for (size_t i = 0; i < 400; i++) {
    const double z = w[i] * (e[i] - r[0] - r[1] * (a[i] == 1) - r[2] * (b[i] == 2 ? x[i] : 0));
    sum[(size_t)h[i]] += z;
    sum2[(size_t)h[i]] += z * z;
    count[(size_t)h[i]]++;
  }
  for (size_t k = 0; k < 5; k++) v += count[k] / (count[k] - 1) * (sum2[k] - sum[k] * sum[k] / count[k]);
  sx_est *est = eh_one(two, SX_STAT_TOTAL, sx_table_find(table, "x"), NULL, NULL);
  CHECK_NEAR(sx_est_variance(est), v, 1e-9);
  sx_est_free(est);
  sx_design_free(one);
  sx_design_free(two);
  teardown();
}

static void test_replicates(void) {
  eh_state = 3;
  table = eh_sample(200, 4, 10);
  static char names[6][24];
  const char *list[6];
  const double *w = values("w");
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
  const sx_control c[] = {{a_name, v1, 1, NULL, 500, 0}, {NULL, NULL, 0, "y", 9000, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  sx_design *d = calibrated(c, 2, &o, NULL);
  REQUIRE(d != NULL);
  for (size_t r = 0; r < 6; r++) {
    double a = 0, y = 0;
    for (size_t i = 0; i < 200; i++) {
      const double v = sx_design_repweights(d)[i * 6 + r];
      a += values("a")[i] == 1 ? v : 0;
      y += v * values("y")[i];
    }
    CHECK_NEAR(a, 500, 1e-11);
    CHECK_NEAR(y, 9000, 1e-11);
  }
  sx_est *known = eh_one(d, SX_STAT_TOTAL, sx_table_find(table, "y"), NULL, NULL);
  CHECK(sx_est_se(known) < 1e-6);
  sx_est_free(known);
  sx_design *trimmed = NULL;
  size_t n = 0;
  const double mean = weighted(d, NULL, NULL, 0) / 200;
  REQUIRE_OK(sx_weighting_trim(&trimmed, d, 0, 2.5 * mean, true, &n, err));
  CHECK_NEAR(weighted(trimmed, NULL, NULL, 0), weighted(d, NULL, NULL, 0), 1e-12);
  for (size_t i = 0; i < 1200; i++) CHECK(sx_design_repweights(trimmed)[i] <= 2.5 * mean);
  sx_design_free(trimmed);
  sx_design_free(d);
  d = NULL;
  double *r3 = values("r3");
  for (size_t i = 0; i < 200; i++)
    if (values("a")[i] == 1) r3[i] = 0;
  sx_design_free(design);
  design = eh_design(NULL, table, &s);
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, 2, &o, NULL, err), SX_E_DATA, "a=1", "replicate 4: ");
  teardown();
}

static void test_trim(void) {
  setup();
  sx_design *d = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_weighting_trim(&d, design, 0, 2.5, true, &n, err));
  CHECK_NEAR(weighted(d, NULL, NULL, 0), weighted(design, NULL, NULL, 0), 1e-12);
  size_t at = 0;
  for (size_t i = 0; i < 400; i++) {
    CHECK(sx_design_weights(d)[i] <= 2.5);
    at += sx_design_weights(d)[i] == 2.5;
  }
  CHECK(at == n && n > 0);
  CHECK(sx_weighting_kish_deff(sx_design_weights(d), 400) < sx_weighting_kish_deff(sx_design_weights(design), 400));
  sx_design_free(d);
  d = NULL;
  CHECK_FAILS(sx_weighting_trim(&d, design, 0, 1.01, true, NULL, err), SX_E_DATA, "bounds", "mean weight");
  CHECK_FAILS(sx_weighting_trim(&d, design, 3, 2, true, NULL, err), SX_E_ARGUMENT, "bounds", "lower < upper");
  const double two[] = {1, 3, 0};
  CHECK_NEAR(sx_weighting_kish_deff(two, 3), 2 * 10.0 / 16, 1e-15);
  CHECK(isnan(sx_weighting_kish_deff(two + 2, 1)));
  teardown();
}

/* A long design estimates eight domains in one pass: the same as each carrier by itself. */
static void test_bulk(void) {
  eh_state = 29;
  table = eh_sample(2400, 3, 600);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  design = eh_design(NULL, table, &s);
  set_moved();
  sx_design *c = calibrated(moved, 4, NULL, NULL), *trimmed = NULL;
  REQUIRE(c != NULL);
  REQUIRE_OK(sx_weighting_trim(&trimmed, c, 0.6, 3.2, true, NULL, err));
  const char *const by[] = {"b", "g"};
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, table, by, 2, err));
  double *u = malloc(2400 * sizeof *u), *z = malloc(2400 * sizeof *z);
  double *scratch = malloc(sx_design_scratch_length(trimmed) * sizeof *scratch);
  REQUIRE(u && z && scratch);
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(table, "x"), NULL, false, NULL, g};
  sx_est_set *set = eh_ask(trimmed, &r);
  CHECK(set->n_rows == 12);
  for (size_t k = 0; k < set->n_rows; k++) {
    for (size_t i = 0; i < 2400; i++) u[i] = g->group[i] == (int32_t)k ? values("x")[i] : 0;
    sx_design_carry(z, trimmed, u, scratch);
    CHECK_NEAR(set->rows[k].se, sqrt(sx_design_cov(trimmed, z, z, 0, 0)), 1e-11);
  }
  sx_est_set_free(set);
  sx_groups_free(g);
  free(u);
  free(z);
  free(scratch);
  sx_design_free(trimmed);
  sx_design_free(c);
  teardown();
}

static void fails(const sx_control *c, size_t n, const sx_calibrate_options *o, sx_status code, const char *where,
                  const char *message) {
  sx_design *d = NULL;
  CHECK_FAILS(sx_weighting_calibrate(&d, design, table, c, n, o, NULL, err), code, where, message);
  CHECK(d == NULL);
}

/* Totals of 0 that leave no weights are refused; those of a part of the sample leave it with weights of exactly 0. */
static void test_nothing_left(void) {
  setup();
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  const double n = weighted(design, NULL, NULL, 0);
  const sx_control intercept = {NULL, NULL, 0, NULL, 0, 0};
  const sx_control both[] = {intercept, {NULL, NULL, 0, "x", 100, 0}};
  const sx_control every[] = {{a_name, v0, 1, NULL, 0, 0}, {a_name, v1, 1, NULL, 0, 0}, {a_name, v2, 1, NULL, 0, 0}};
  const sx_control part[] = {
      {NULL, NULL, 0, "x", 3.1 * n, 0}, {a_name, v0, 1, NULL, 0, 0}, {a_name, v1, 1, NULL, 900, 0}};
  for (size_t k = 0; k < 2; k++) {
    o.distance = k ? SX_DISTANCE_RAKING : SX_DISTANCE_LINEAR;
    fails(&intercept, 1, &o, SX_E_DATA, "(intercept)", "the weights would all be 0");
    fails(both, 2, &o, SX_E_DATA, "(intercept)", "the weights would all be 0");
    fails(every, 3, &o, SX_E_DATA, "a=0", "the weights would all be 0");
    sx_design *d = k ? calibrated(part, 3, &o, NULL) : calibrated(part + 1, 2, &o, NULL);
    REQUIRE(d != NULL);
    for (size_t i = 0; i < sx_table_rows(table); i++)
      if (values("a")[i] == 0) CHECK_NEAR(sx_design_weights(d)[i], 0, 0);
    CHECK_NEAR(weighted(d, NULL, values("a"), 1), 900, 1e-10);
    sx_design_free(d);
  }
  teardown();
}

static void test_refused(void) {
  setup();
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  sx_control c[2] = {{a_name, v1, 1, NULL, 500, 0}, {a_name, v1, 1, NULL, 500, 0}};
  fails(c, 0, &o, SX_E_ARGUMENT, "totals", "at least one");
  fails(NULL, 1, &o, SX_E_ARGUMENT, "controls", "the array is NULL");
  fails(c, 2, &o, SX_E_DATA, "a=1", "twice");
  c[0].levels = v9;
  fails(c, 1, &o, SX_E_DATA, "a=9", "no case");
  c[0].levels = v1;
  c[0].total = (double)NAN;
  fails(c, 1, &o, SX_E_DATA, "a=1", "finite");
  c[0] = (sx_control){NULL, NULL, 0, "nowhere", 1, 0};
  fails(c, 1, &o, SX_E_ARGUMENT, "", "nowhere");
  c[0] = (sx_control){NULL, NULL, 0, "x", 1000, 0};
  o.lower = 1.1;
  fails(c, 1, &o, SX_E_ARGUMENT, "bounds", "enclose 1");
  o = (sx_calibrate_options)SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_LOGIT;
  fails(c, 1, &o, SX_E_ARGUMENT, "bounds", "both sides of 1");
  o.distance = SX_DISTANCE_LINEAR;
  c[0].slack = -1;
  fails(c, 1, &o, SX_E_ARGUMENT, "x", "slack");
  c[0].slack = 0;
  sx_column *x = eh_number(table, "xm", values("x"));
  REQUIRE_OK(sx_column_set_missing(NULL, x, 4, SX_MISS_SYSTEM, err));
  c[0].variable = "xm";
  fails(c, 1, &o, SX_E_DATA, "xm: case 5", "missing");
  const sx_control crossed = {ab_name, (const char *const[]){"1", "7"}, 2, NULL, 10, 0};
  fails(&crossed, 1, &o, SX_E_DATA, "a=1*b=7", "no case");
  set_moved();
  o.distance = SX_DISTANCE_RAKING;
  o.max_iterations = 1;
  fails(moved, 4, &o, SX_E_NUMERIC, "", "1 iterations");
  teardown();
}

SXT_MAIN(SXT_CASE(test_distances), SXT_CASE(test_ratio), SXT_CASE(test_like_rake), SXT_CASE(test_icarus),
         SXT_CASE(test_infeasible), SXT_CASE(test_collinear), SXT_CASE(test_zero_totals), SXT_CASE(test_units),
         SXT_CASE(test_soft), SXT_CASE(test_stacked), SXT_CASE(test_replicates), SXT_CASE(test_trim),
         SXT_CASE(test_refused), SXT_CASE(test_nothing_left), SXT_CASE(test_bulk))
