/* Replicates raked and calibrated all at once beside the slow way: each replicate's weights as a design of its own. */
#include "est_help.h"

enum { ROWS = 900, REPS = 21 };

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const ag_name[] = {"a", "g"};
static const char *const value[] = {"0", "1", "2", "3"};
static const char *const *const single[] = {&value[0], &value[1], &value[2], &value[3]};
static const char *pair[9][2];
static const char *const *pairs[9];
static double total_a[3], total_b[4], total_ag[9];

static sx_table *table;
static sx_design *reps;

/* Margins of the sample, moved, all of one sum. */
static void setup(sx_make method, bool clusters) {
  static const char *const psu[] = {"psu"};
  table = eh_sample(ROWS, 5, 12);
  double *w = sx_table_find(table, "w")->data.f64;
  const double *a = sx_table_find(table, "a")->data.f64, *b = sx_table_find(table, "b")->data.f64;
  const double *g = sx_table_find(table, "g")->data.f64;
  for (size_t i = 0; i < ROWS; i += 31) w[i] = 0;
  memset(total_a, 0, sizeof total_a);
  memset(total_b, 0, sizeof total_b);
  memset(total_ag, 0, sizeof total_ag);
  for (size_t i = 0; i < ROWS; i++) {
    total_b[(size_t)b[i]] += w[i] * (1 + 0.1 * sin(b[i]));
    total_ag[(size_t)a[i] * 3 + (size_t)g[i]] += w[i] * (1 + 0.1 * cos(3 * a[i] + g[i]));
  }
  double sb = 0, sag = 0;
  for (size_t k = 0; k < 4; k++) sb += total_b[k];
  for (size_t k = 0; k < 9; k++) sag += total_ag[k];
  for (size_t k = 0; k < 4; k++) total_b[k] *= sag / sb;
  for (size_t k = 0; k < 9; k++) {
    total_a[k / 3] += total_ag[k];
    pair[k][0] = value[k / 3];
    pair[k][1] = value[k % 3];
    pairs[k] = pair[k];
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = clusters;
  sx_design *d = eh_design(NULL, table, &s);
  const sx_make_spec spec = {1, method, REPS, 0, false};
  reps = NULL;
  if (sx_design_make_replicates(&reps, d, &spec, NULL) != SX_OK) eh_die("make replicates");
  sx_design_free(d);
}

static void teardown(void) {
  sx_design_free(reps);
  sx_table_free(table);
}

/* A linearised design whose weights are those of replicate r, where the full weight is above 0. */
static sx_design *alone(const sx_design *d, size_t r, const char *name) {
  sx_column *c = eh_number(table, name, NULL);
  sx_design_replicate(c->data.f64, d, r);
  const double *w = sx_design_weights(d);
  for (size_t i = 0; i < ROWS; i++)
    if (w[i] == 0) c->data.f64[i] = 0;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = name;
  return eh_design(NULL, table, &s);
}

typedef sx_status (*adjuster)(sx_design **out, const sx_design *d, sx_error *err);

static sx_status rake(sx_design **out, const sx_design *d, sx_error *err) {
  const sx_target t[] = {{ag_name, 2, pairs, total_ag, 9, NULL}, {b_name, 1, single, total_b, 4, NULL}};
  return sx_weighting_rake(out, d, table, t, 2, NULL, NULL, err);
}

static sx_status rake_bounded(sx_design **out, const sx_design *d, sx_error *err) {
  const sx_target t[] = {{a_name, 1, single, total_a, 3, NULL}, {b_name, 1, single, total_b, 4, NULL}};
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  o.lower = 0.3;
  o.upper = 1.9;
  return sx_weighting_rake(out, d, table, t, 2, &o, NULL, err);
}

static sx_status poststratify(sx_design **out, const sx_design *d, sx_error *err) {
  const sx_target t = {ag_name, 2, pairs, total_ag, 9, NULL};
  return sx_weighting_poststratify(out, d, table, &t, NULL, err);
}

/* Few patterns of categories and of a variable of three values: kept by cells. */
static sx_status calibrate(sx_design **out, const sx_design *d, sx_error *err) {
  const sx_control c[] = {{a_name, &value[1], 1, NULL, total_a[1], 0},
                          {b_name, &value[2], 1, NULL, total_b[2], 0},
                          {NULL, NULL, 0, "g", (total_ag[1] + 2 * total_ag[2]) * 3.1, 0},
                          {NULL, NULL, 0, NULL, total_a[0] + total_a[1] + total_a[2], 0}};
  return sx_weighting_calibrate(out, d, table, c, 4, NULL, NULL, err);
}

/* A continuous variable: a factor per case. */
static sx_status calibrate_x(sx_design **out, const sx_design *d, sx_error *err) {
  const double n = total_a[0] + total_a[1] + total_a[2];
  const sx_control c[] = {{NULL, NULL, 0, NULL, n, 0}, {NULL, NULL, 0, "x", 3.05 * n, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = SX_DISTANCE_RAKING;
  return sx_weighting_calibrate(out, d, table, c, 2, &o, NULL, err);
}

static sx_status trim(sx_design **out, const sx_design *d, sx_error *err) {
  return sx_weighting_trim(out, d, 0.2, 14, true, NULL, err);
}

/* Estimates with the weights written out as full ones are the same. */
static void same_as_full(const sx_design *d) {
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = sx_design_weights(d);
  a.repw = sx_design_repweights(d);
  sx_design *full = NULL;
  sx_groups *by = NULL;
  static const char *const g[] = {"g"};
  REQUIRE_OK(sx_design_adjust(&full, d, &a, err));
  REQUIRE_OK(sx_groups_new(&by, table, g, 1, err));
  const sx_column *y = sx_table_find(table, "y"), *x = sx_table_find(table, "x"), *c = sx_table_find(table, "b");
  const sx_est_request requests[] = {
      {SX_STAT_MEAN, y, NULL, false, NULL, by}, {SX_STAT_TOTAL, y, NULL, false, NULL, by},
      {SX_STAT_RATIO, y, x, false, NULL, by},   {SX_STAT_PROP, c, NULL, false, NULL, by},
      {SX_STAT_MEAN, c, NULL, false, NULL, by}, {SX_STAT_COUNT, NULL, NULL, false, NULL, by}};
  for (size_t k = 0; k < sizeof requests / sizeof *requests; k++) {
    sx_est_set *p = eh_ask(d, &requests[k]), *q = eh_ask(full, &requests[k]);
    CHECK_INT(p->n_rows, q->n_rows);
    for (size_t i = 0; i < p->n_rows; i++) {
      CHECK_NEAR(p->rows[i].estimate, q->rows[i].estimate, 1e-13);
      /* an error that is rounding alone (a total that is calibrated to) has no digits to compare */
      if (q->rows[i].se > 1e-9 * fabs(q->rows[i].estimate)) CHECK_NEAR(p->rows[i].se, q->rows[i].se, 1e-11);
    }
    sx_est_set_free(p);
    sx_est_set_free(q);
  }
  const double half = 0.5;
  const sx_quantile_request quantile = {y, &half, 1, NULL, by};
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  o.interval = SX_QINTERVAL_REPLICATE;
  sx_est_set *p = NULL, *q = NULL;
  CHECK_OK(sx_estimate_quantile(&p, d, &quantile, &o, err));
  CHECK_OK(sx_estimate_quantile(&q, full, &quantile, &o, err));
  for (size_t i = 0; p && q && i < p->n_rows; i++) CHECK_NEAR(p->rows[i].se, q->rows[i].se, 1e-11);
  sx_est_set_free(p);
  sx_est_set_free(q);
  sx_groups_free(by);
  sx_design_free(full);
}

/* Every replicate as the design made of it alone; then once more on the result. */
static void check(adjuster first, adjuster second, double tolerance) {
  const sx_design *from = reps;
  sx_design *got[2] = {NULL, NULL};
  static int serial;
  for (int step = 0; step < 2; step++) {
    const adjuster f = step ? second : first;
    REQUIRE_OK(f(&got[step], from, err));
    for (size_t r = 0; r < REPS; r++) {
      char name[32];
      double w[ROWS];
      (void)snprintf(name, sizeof name, "alone%d", serial++);
      sx_design *d = alone(from, r, name), *one = NULL;
      REQUIRE_OK(f(&one, d, err));
      sx_design_replicate(w, got[step], r);
      double worst = 0;
      for (size_t i = 0; i < ROWS; i++) {
        const double want = sx_design_weights(one)[i], off = fabs(w[i] - want) / (want != 0 ? fabs(want) : 1);
        if (!(off <= worst)) worst = off;
      }
      if (!(worst <= tolerance)) SXT_FAIL("step %d, replicate %zu is off by %.3g", step, r + 1, worst);
      sx_design_free(one);
      sx_design_free(d);
    }
    same_as_full(got[step]);
    from = got[step];
  }
  sx_design_free(got[0]);
  sx_design_free(got[1]);
}

static void test_twins(void) {
  static const sx_make methods[] = {SX_MAKE_BOOTSTRAP, SX_MAKE_RAOWU, SX_MAKE_PRESTON};
  eh_state = 3;
  for (size_t k = 0; k < 3; k++) {
    setup(methods[k], k != 0);
    check(rake, poststratify, 2e-11);
    check(poststratify, rake_bounded, 2e-11);
    check(calibrate, rake, 2e-11);
    check(calibrate_x, rake, 2e-11);
    teardown();
  }
  setup(SX_MAKE_RAOWU, true);
  check(trim, rake, 2e-11);
  check(rake, trim, 2e-11);
  teardown();
}

/* More cells than half the rows: each replicate is raked on its rows. */
static void test_many_cells(void) {
  eh_state = 4;
  setup(SX_MAKE_RAOWU, true);
  double *own = eh_number(table, "own", NULL)->data.f64;
  static double total[300];
  static char text[300][8];
  static const char *names[300];
  static const char *const *levels[300];
  static const char *const own_name[] = {"own"};
  const double *w = sx_design_weights(reps);
  double sum = 0;
  for (size_t k = 0; k < 300; k++) total[k] = 0;
  for (size_t i = 0; i < ROWS; i++) {
    own[i] = (double)(i * 7 % 300);
    total[i * 7 % 300] += w[i];
    sum += w[i];
  }
  for (size_t k = 0; k < 300; k++) {
    (void)snprintf(text[k], sizeof text[k], "%zu", k);
    names[k] = text[k];
    levels[k] = &names[k];
    total[k] *= (total_a[0] + total_a[1] + total_a[2]) / sum;
  }
  const sx_target t[] = {{own_name, 1, levels, total, 300, NULL}, {a_name, 1, single, total_a, 3, NULL}};
  sx_design *raked = NULL;
  REQUIRE_OK(sx_weighting_rake(&raked, reps, table, t + 1, 1, NULL, NULL, err)); /* one margin: by cells */
  sx_design_free(raked);
  raked = NULL;
  sx_error e = SX_ERROR_INIT;
  const sx_status st = sx_weighting_rake(&raked, reps, table, t, 2, NULL, NULL, &e);
  if (st == SX_OK) {
    double v[ROWS];
    for (size_t r = 0; r < REPS; r++) {
      double got[300] = {0};
      sx_design_replicate(v, raked, r);
      for (size_t i = 0; i < ROWS; i++) got[i * 7 % 300] += v[i];
      for (size_t k = 0; k < 300; k++) CHECK_NEAR(got[k], total[k], 1e-11);
    }
    same_as_full(raked);
  } else { /* a replicate without a case of some category: said with its name */
    CHECK(st == SX_E_DATA && strstr(e.message, "replicate ") && strstr(e.message, "no case with a weight above 0"));
    CHECK(strncmp(e.where, "own: '", 6) == 0);
  }
  sx_design_free(raked);
  teardown();
}

static void test_refused(void) {
  eh_state = 12;
  setup(SX_MAKE_BOOTSTRAP, true);
  /* replicate 5 loses category 2 of b; the last replicates are raked beside it */
  double factor[2 * REPS];
  uint32_t cell[ROWS];
  const double *b = sx_table_find(table, "b")->data.f64;
  for (size_t k = 0; k < 2 * REPS; k++) factor[k] = k == REPS + 4 ? 0 : 1;
  for (size_t i = 0; i < ROWS; i++) cell[i] = b[i] == 2;
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = sx_design_weights(reps);
  a.rep_cell = cell;
  a.rep_factor = factor;
  a.n_rep_cells = 2;
  sx_design *lost = NULL, *none = NULL;
  REQUIRE_OK(sx_design_adjust(&lost, reps, &a, err));
  CHECK_FAILS(rake(&none, lost, err), SX_E_DATA, "b: '2'", "replicate 5: the category has no case");
  sx_design_free(lost);
  factor[REPS + 4] = -1;
  REQUIRE_OK(sx_design_adjust(&lost, reps, &a, err));
  CHECK_FAILS(rake(&none, lost, err), SX_E_SUPPORT, "replicate 5", "has a negative weight, which cannot be raked");
  CHECK_FAILS(calibrate(&none, lost, err), SX_E_SUPPORT, "replicate 5",
              "has a negative weight, which cannot be calibrated");
  sx_design_free(lost);
  /* contradicting margins: the general solver says which, and the nearest that can be met */
  const sx_rake_options few = {1, 4, 1e-12, 0.0, (double)INFINITY, 1e-9};
  const sx_target t[] = {{ag_name, 2, pairs, total_ag, 9, NULL}, {a_name, 1, single, total_b, 3, NULL}};
  total_b[0] = total_a[0] * 1.01;
  total_b[1] = total_a[1];
  total_b[2] = total_a[2] - 0.01 * total_a[0];
  CHECK_FAILS(sx_weighting_rake(&none, reps, table, t, 2, &few, NULL, err), SX_E_NUMERIC, "a=2",
              "the nearest that can be met: a=2 593.97989 for 589.23542");
  CHECK(none == NULL);
  teardown();
}

SXT_MAIN(SXT_CASE(test_twins), SXT_CASE(test_many_cells), SXT_CASE(test_refused))
