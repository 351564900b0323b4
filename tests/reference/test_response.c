/* test_response.c: nonresponse, unknown eligibility, two frames, outcome rates and estimated totals against response.R (R 4.2.2, survey
 * 4.1-1): the linearised error through svytotal of the score, and jackknife replicates that R adjusts one by one. */
#include "ref_csv.h"

#include "est_help.h"
#include "shuxiao/estimate_response.h"
#include "shuxiao/weighting_frame.h"
#include "shuxiao/weighting_response.h"

static sx_table *table, *expected;
static sx_design *linear, *jackknife;
static uint8_t *disposition, *status;

static double want(const char *id, const char *what) {
  const sx_column *ids = sx_table_find(expected, "id");
  for (size_t i = 0; i < ids->n; i++)
    if (strcmp(sx_dict_get(ids->dict, ids->data.code[i], NULL), id) == 0)
      return sx_column_number(sx_table_find(expected, what), i);
  SXT_FAIL("no row %s", id);
  return (double)NAN;
}

static void setup(void) {
  if (table) return;
  table = ref_table("tests/reference/response_data.csv");
  expected = ref_table("tests/reference/response.csv");
  if (!table || !expected) eh_die("read the reference: run from the source root");
  const char *const psu = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  linear = eh_design(NULL, table, &s);
  const sx_make_spec make = SX_MAKE_SPEC_INIT;
  const size_t n = sx_table_rows(table);
  disposition = malloc(n);
  status = malloc(n);
  if (sx_design_make_replicates(&jackknife, linear, &make, NULL) != SX_OK ||
      sx_disposition_read(disposition, sx_table_find(table, "code"), NULL, 0, NULL) != SX_OK)
    eh_die("make the designs");
  memcpy(status, disposition, n);
  sx_response_status(status, n, false);
}

static void check(const char *id, const sx_design *d, bool replicates) {
  const sx_column *y = sx_table_find(table, "y");
  sx_est *total = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL), *mean = eh_one(d, SX_STAT_MEAN, y, NULL, NULL);
  const double tolerance = 1e-8;
  CHECK_NEAR(sx_est_value(total), want(id, "total"), tolerance);
  CHECK_NEAR(sx_est_se(total), want(id, replicates ? "jk.se" : "se"), tolerance);
  if (!isnan(want(id, "mean"))) {
    CHECK_NEAR(sx_est_value(mean), want(id, "mean"), tolerance);
    CHECK_NEAR(sx_est_se(mean), want(id, replicates ? "jkmean.se" : "mean.se"), tolerance);
  }
  double least = (double)INFINITY, most = 0;
  for (size_t i = 0; i < sx_design_rows(d); i++) {
    if (sx_design_weights(d)[i] != 0) least = fmin(least, sx_design_weights(d)[i]);
    most = fmax(most, sx_design_weights(d)[i]);
  }
  CHECK_NEAR(least, want(id, "wmin"), tolerance);
  CHECK_NEAR(most, want(id, "wmax"), tolerance);
  sx_est_free(total);
  sx_est_free(mean);
}

static void test_nonresponse(void) {
  static const char *const region[] = {"region"}, *const both[] = {"region", "age5"},
                           *const covariates[] = {"age", "urban", "region"};
  setup();
  for (int replicates = 0; replicates < 2; replicates++) {
    sx_design *e = NULL, *n = NULL;
    sx_class_options o = SX_CLASS_OPTIONS_INIT;
    o.variables = region;
    o.n_variables = 1;
    REQUIRE_OK(sx_weighting_eligibility(&e, replicates ? jackknife : linear, table, status, &o, NULL, err));
    o.variables = both;
    o.n_variables = 2;
    REQUIRE_OK(sx_weighting_nonresponse(&n, e, table, status, &o, NULL, err));
    check("classes", n, replicates);
    sx_design_free(n);
    sx_propensity_options p = SX_PROPENSITY_OPTIONS_INIT;
    p.covariates = covariates;
    p.n_covariates = 3;
    p.factors = region;
    p.n_factors = 1;
    REQUIRE_OK(sx_weighting_propensity(&n, e, table, status, &p, NULL, err));
    check("propensity", n, replicates);
    sx_design_free(n);
    p.max_factor = 1.7;
    REQUIRE_OK(sx_weighting_propensity(&n, e, table, status, &p, NULL, err));
    check("cut", n, replicates);
    sx_design_free(n);
    sx_design_free(e);
  }
}

static void test_frames(void) {
  setup();
  sx_frame_spec s = SX_FRAME_SPEC_INIT;
  const size_t n = sx_table_rows(table);
  const char **frame = malloc(n * sizeof *frame);
  double *both = malloc(n * sizeof *both);
  for (size_t i = 0; i < n; i++) {
    frame[i] = sx_column_number(sx_table_find(table, "h"), i) <= 3 ? "landline" : "mobile";
    both[i] = fmod(sx_column_number(sx_table_find(table, "age5"), i), 2) == 1;
  }
  eh_text(table, "frame", SX_TEXT, frame);
  eh_number(table, "both", both);
  free(frame);
  free(both);
  s.frame = "frame";
  s.overlap = "both";
  s.lambda = 0.35;
  sx_design *d = NULL;
  REQUIRE_OK(sx_weighting_frames(&d, linear, table, &s, NULL, err));
  check("frames.0.35", d, false);
  sx_design_free(d);
  s.method = SX_COMPOSITION_EFFECTIVE;
  REQUIRE_OK(sx_weighting_frames(&d, linear, table, &s, NULL, err));
  check("frames.0.50", d, false);
  sx_design_free(d);
}

static void test_rates(void) {
  setup();
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_response_rates(&set, linear, disposition, NULL, NULL, NULL, NULL, err));
  static const size_t at[] = {1, 2, 3};
  static const char *const id[] = {"rr2", "rr3", "rr4"};
  for (int k = 0; k < 3; k++) {
    CHECK_NEAR(set->rows[at[k]].estimate, want(id[k], "total"), 1e-12);
    CHECK_NEAR(set->rows[at[k]].se, want(id[k], "se"), 1e-10);
  }
  sx_est_set_free(set);
}

static void test_estimated(void) {
  setup();
  double n = 0, age = 0;
  for (size_t i = 0; i < sx_table_rows(table); i++) {
    const double w = sx_design_weights(linear)[i];
    n += w;
    age += w * sx_column_number(sx_table_find(table, "age"), i);
  }
  const sx_control c[] = {{NULL, NULL, 0, NULL, 1.03 * n, 0}, {NULL, NULL, 0, "age", 1.04 * age, 0}};
  const double cov[] = {0, 0, 0, 2500.0 * 2500};
  sx_design *d = NULL;
  REQUIRE_OK(sx_weighting_calibrate_estimated(&d, linear, table, c, 2, cov, (double)INFINITY, NULL, NULL, err));
  check("estimated", d, false);
  sx_design_free(d);
}

SXT_MAIN(SXT_CASE(test_nonresponse), SXT_CASE(test_frames), SXT_CASE(test_rates), SXT_CASE(test_estimated))
