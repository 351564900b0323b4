/* test_design_twophase.c: bad input and what is not supported on designs of two phases; the slow twin of the variance. The numbers of R are in
 * tests/reference/test_twophase.c. */
#include "est_help.h"
#include "shuxiao/design_twophase.h"

enum { ROWS = 90 };
static uint8_t in[ROWS];
static const char *g = "g";

/* h of 3, psu of 15, g of 3, in about half. */
static sx_table *table(void) {
  eh_state = 3;
  sx_table *t = eh_sample(ROWS, 3, 5);
  for (size_t i = 0; i < ROWS; i++) in[i] = i % 2 == 0 || i % 7 == 0;
  return t;
}

static sx_twophase_spec spec(void) {
  sx_twophase_spec s = SX_TWOPHASE_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.cluster = "psu";
  s.fpc = "N";
  s.in = in;
  s.strata2 = &g;
  s.n_strata2 = 1;
  return s;
}

static sx_status make(const sx_table *t, const sx_twophase_spec *s, sx_error *err) {
  sx_design *d = NULL;
  const sx_status st = sx_design_twophase_new(&d, NULL, t, s, err);
  sx_design_free(d);
  return st;
}

/* The double sum over all pairs, from the columns. */
static void test_slow_twin(void) {
  sx_table *t = table();
  const sx_twophase_spec s = spec();
  sx_design *d = NULL;
  REQUIRE_OK(sx_design_twophase_new(&d, NULL, t, &s, err));
  const double *h = sx_table_find(t, "h")->data.f64, *psu = sx_table_find(t, "psu")->data.f64,
               *N = sx_table_find(t, "N")->data.f64, *w = sx_table_find(t, "w")->data.f64,
               *b = sx_table_find(t, "g")->data.f64, *y = sx_table_find(t, "y")->data.f64;
  double drawn[3] = {0, 0, 0}, all[3] = {0, 0, 0}, total = 0, v = 0;
  for (size_t i = 0; i < ROWS; i++) {
    drawn[(int)b[i]] += in[i];
    all[(int)b[i]]++;
  }
  for (size_t i = 0; i < ROWS; i++) {
    const double pi = drawn[(int)b[i]] / all[(int)b[i]], xi = in[i] * w[i] / pi * y[i];
    total += xi;
    for (size_t j = 0; j < ROWS; j++) {
      const double pj = drawn[(int)b[j]] / all[(int)b[j]], xj = in[j] * w[j] / pj * y[j], left = 1 - 5 / N[i];
      const double d1 = psu[i] == psu[j] ? left : h[i] == h[j] ? -left / 4 : 0;
      const double d2 = i == j ? 1 - pi : b[i] == b[j] ? -(1 - pi) / (drawn[(int)b[i]] - 1) : 0;
      v += (d1 * (1 - d2) + d2) * xi * xj;
    }
  }
  sx_est *est = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_value(est), total, 1e-13);
  CHECK_NEAR(sx_est_variance(est), v, 1e-11);
  CHECK_NEAR(sx_design_df(d), drawn[0] + drawn[1] + drawn[2] - 3, 0);
  sx_est_free(est);
  sx_design_free(d);
  sx_table_free(t);
}

/* The fpc of the second phase given as its counts, and as its fractions, is the one that is counted. */
static void test_given_fpc(void) {
  sx_table *t = table();
  const double *b = sx_table_find(t, "g")->data.f64;
  double drawn[3] = {0, 0, 0}, all[3] = {0, 0, 0}, variance[3], *n = eh_number(t, "n2", NULL)->data.f64,
         *f = eh_number(t, "f2", NULL)->data.f64;
  for (size_t i = 0; i < ROWS; i++) {
    drawn[(int)b[i]] += in[i];
    all[(int)b[i]]++;
  }
  for (size_t i = 0; i < ROWS; i++) {
    n[i] = all[(int)b[i]];
    f[i] = drawn[(int)b[i]] / all[(int)b[i]];
  }
  static const char *const names[] = {NULL, "n2", "f2"};
  for (size_t k = 0; k < 3; k++) {
    sx_twophase_spec s = spec();
    sx_design *d = NULL;
    s.fpc2 = names[k];
    REQUIRE_OK(sx_design_twophase_new(&d, NULL, t, &s, err));
    sx_est *est = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
    variance[k] = sx_est_variance(est);
    sx_est_free(est);
    sx_design_free(d);
  }
  CHECK_NEAR(variance[1], variance[0], 1e-13);
  CHECK_NEAR(variance[2], variance[0], 1e-13);
  sx_twophase_spec s = spec();
  s.fpc2 = "n2";
  for (size_t i = 0; i < ROWS; i++)
    if (b[i] == 2) n[i] = 2;
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "n2", "the fpc of 2 is below the");
  sx_table_free(t);
}

static void test_bad_input(void) {
  sx_table *t = table();
  sx_twophase_spec s = spec();
  s.in = NULL;
  CHECK_FAILS(make(t, &s, err), SX_E_ARGUMENT, "phase2", "which cases are in the second phase");
  s = spec();
  in[16] = 2;
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "phase2", "case 17 is neither in the second phase nor out");
  in[16] = 1;
  s.weights = NULL;
  s.fpc = NULL;
  CHECK_FAILS(make(t, &s, err), SX_E_ARGUMENT, "weights", "no weights");
  s.weights = "w";
  s.unweighted = true;
  CHECK_FAILS(make(t, &s, err), SX_E_ARGUMENT, "weights", "both 'w' and unweighted");
  s = spec();
  s.fpc = "u"; /* 0 and 1 */
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "u", "the fpc is missing, infinite or not above 0");
  s.fpc = "x";
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "x", "fpc");
  s = spec();
  s.strata = "a";
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "psu", "its cluster lies in another stratum too");
  s = spec();
  s.fpc2 = "N";
  s.prob2 = "u";
  CHECK_FAILS(make(t, &s, err), SX_E_ARGUMENT, "phase2", "not both");
  s.fpc2 = NULL;
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "u", "probability of the second phase is missing or outside (0, 1]");
  s = spec();
  s.method = SX_TWOPHASE_APPROX;
  CHECK_FAILS(make(t, &s, err), SX_E_SUPPORT, "phase2", "without clusters");
  s = spec();
  s.lonely = SX_LONELY_ADJUST;
  CHECK_FAILS(make(t, &s, err), SX_E_SUPPORT, "lonely", "fail, remove and certainty");
  s = spec();
  s.weights = "wieght";
  CHECK_FAILS(make(t, &s, err), SX_E_ARGUMENT, "", "wieght");
  /* a stratum of the second phase without a case, and with one */
  const double *b = sx_table_find(t, "g")->data.f64;
  size_t one = ROWS;
  s = spec();
  for (size_t i = 0; i < ROWS; i++) {
    if (b[i] != 1) continue;
    in[i] = 0;
    if (one == ROWS) one = i;
  }
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "g", "no case of the second phase is in the stratum of case");
  in[one] = 1;
  CHECK_FAILS(make(t, &s, err), SX_E_DATA, "g", "one case of the second phase is in the stratum of case");
  s.lonely = SX_LONELY_REMOVE;
  CHECK_OK(make(t, &s, err));
  sx_table_free(t);
}

static void test_unsupported(void) {
  sx_table *t = table();
  const sx_twophase_spec s = spec();
  sx_design *d = NULL, *e = NULL;
  REQUIRE_OK(sx_design_twophase_new(&d, NULL, t, &s, err));
  sx_make_spec reps = SX_MAKE_SPEC_INIT;
  CHECK_FAILS(sx_design_make_replicates(&e, d, &reps, err), SX_E_SUPPORT, "replicates", "two phases");
  CHECK_FAILS(sx_design_reweight(&e, d, sx_design_weights(d), NULL, NULL, 0, "trimmed", err), SX_E_SUPPORT, "weights",
              "two phases cannot be adjusted");
  static const char *const a[] = {"a"};
  static const char *const v[3][1] = {{"0"}, {"1"}, {"2"}};
  static const char *const *const levels[3] = {v[0], v[1], v[2]};
  static const double totals[] = {300, 500, 200};
  const sx_target target = {a, 1, levels, totals, 3, NULL};
  sx_weight_report report;
  CHECK_FAILS(sx_weighting_rake(&e, d, t, &target, 1, NULL, &report, err), SX_E_SUPPORT, "weights", "two phases");
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_slow_twin), SXT_CASE(test_given_fpc), SXT_CASE(test_bad_input), SXT_CASE(test_unsupported))
