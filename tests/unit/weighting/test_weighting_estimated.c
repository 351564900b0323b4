/* Calibration to totals that are estimates: V + b'V_t b with b by finite differences, the calibrated control's own error, sources that
 * two samples share, replicates, and what is refused. */
#include "est_help.h"
#include "shuxiao/weighting_response.h"

enum { N = 300 };
static const char *const g_name[] = {"g"}, *const one[] = {"1"};

static sx_control controls[3]; /* a count, an amount, a category */
static sx_table *sample(uint64_t seed) {
  eh_state = seed;
  sx_table *t = eh_sample(N, 6, 10);
  double n = 0, x = 0, g = 0;
  for (size_t i = 0; i < N; i++) {
    const double w = sx_table_find(t, "w")->data.f64[i];
    n += w;
    x += w * sx_table_find(t, "x")->data.f64[i];
    if (sx_table_find(t, "g")->data.f64[i] == 1) g += w;
  }
  if (seed == 3) {
    controls[0] = (sx_control){NULL, NULL, 0, NULL, 1.02 * n, 0};
    controls[1] = (sx_control){NULL, NULL, 0, "x", 1.03 * x, 0};
    controls[2] = (sx_control){g_name, one, 1, NULL, 0.98 * g, 0};
  }
  return t;
}

static sx_design *plain(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *const psu = "psu";
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  return eh_design(NULL, t, &s);
}

static sx_design *estimated(const sx_design *d, const sx_table *t, const double *cov, const sx_control *c) {
  sx_design *out = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_weighting_calibrate_estimated(&out, d, t, c, 3, cov, 25, NULL, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return out;
}

static const double cov[9] = {0, 0, 0, 0, 900, 120, 0, 120, 100};

static double value_of(const sx_design *d, const sx_table *t, sx_stat stat) {
  sx_est *e = eh_one(d, stat, sx_table_find(t, "y"), NULL, NULL);
  const double v = sx_est_value(e);
  sx_est_free(e);
  return v;
}

static void test_variance(void) {
  sx_table *t = sample(3);
  sx_design *d = plain(t), *c = estimated(d, t, cov, controls), *known = NULL;
  REQUIRE_OK(sx_weighting_calibrate(&known, d, t, controls, 3, NULL, NULL, err));
  for (size_t i = 0; i < N; i++) CHECK_NEAR(sx_design_weights(c)[i], sx_design_weights(known)[i], 1e-12);
  static const sx_stat stats[] = {SX_STAT_TOTAL, SX_STAT_MEAN};
  for (int s = 0; s < 2; s++) {
    double b[3] = {0}, add = 0;
    for (int k = 1; k < 3; k++) { /* d theta / d total */
      const double h = 1e-4 * controls[k].total;
      sx_control up[3], down[3];
      memcpy(up, controls, sizeof up);
      memcpy(down, controls, sizeof down);
      up[k].total += h;
      down[k].total -= h;
      sx_design *du = estimated(d, t, cov, up), *dd = estimated(d, t, cov, down);
      b[k] = (value_of(du, t, stats[s]) - value_of(dd, t, stats[s])) / (2 * h);
      sx_design_free(du);
      sx_design_free(dd);
    }
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) add += b[i] * cov[3 * i + j] * b[j];
    sx_est *e = eh_one(c, stats[s], sx_table_find(t, "y"), NULL, NULL),
           *k = eh_one(known, stats[s], sx_table_find(t, "y"), NULL, NULL);
    CHECK(add > 1e-3 * sx_est_variance(k));
    CHECK_NEAR(sx_est_variance(e), sx_est_variance(k) + add, 1e-6);
    CHECK(sx_est_df(e) > 25 && sx_est_df(e) < 80); /* Satterthwaite between 54 and 25 */
    sx_est_free(e);
    sx_est_free(k);
  }
  /* a control's own total has its own error, and their covariance */
  double is_one[N];
  for (size_t i = 0; i < N; i++) is_one[i] = sx_table_find(t, "g")->data.f64[i] == 1;
  eh_number(t, "is_one", is_one);
  sx_est *x = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL),
         *g = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "is_one"), NULL, NULL);
  CHECK_NEAR(sx_est_se(x), 30, 1e-8);
  CHECK_NEAR(sx_est_se(g), 10, 1e-8);
  CHECK_NEAR(sx_est_cov(x, g), 120, 1e-8);
  /* through the store's bytes and back */
  void *data = NULL;
  size_t n = 0;
  sx_est *again = NULL;
  REQUIRE_OK(sx_est_pack(&data, &n, NULL, x, err));
  REQUIRE_OK(sx_est_unpack(&again, NULL, data, n, c, err));
  CHECK_NEAR(sx_est_cov(again, g), 120, 1e-8);
  sx_mem_free(NULL, data);
  sx_est_free(again);
  sx_est_free(g);
  /* trimming and further calibration keep the figures */
  sx_design *trimmed = NULL;
  REQUIRE_OK(sx_weighting_trim(&trimmed, c, 0, 3.6, true, NULL, err));
  CHECK_INT(sx_design_figures(trimmed), 2);
  sx_design_free(trimmed);
  /* quantiles: the share's error has it too */
  const double half = 0.5;
  const sx_quantile_request q = {sx_table_find(t, "y"), &half, 1, NULL, NULL};
  sx_est_set *a = NULL, *b = NULL;
  REQUIRE_OK(sx_estimate_quantile(&a, c, &q, NULL, err));
  REQUIRE_OK(sx_estimate_quantile(&b, known, &q, NULL, err));
  CHECK(a->rows[0].high - a->rows[0].low >= b->rows[0].high - b->rows[0].low);
  sx_est_set_free(a);
  sx_est_set_free(b);
  /* another sample calibrated to the same totals: what is theirs cancels */
  sx_table *t2 = sample(4);
  sx_design *d2 = plain(t2), *c2 = estimated(d2, t2, cov, controls);
  sx_est *x2 = eh_one(c2, SX_STAT_TOTAL, sx_table_find(t2, "x"), NULL, NULL), *gap = NULL;
  const sx_est *const pair[] = {x, x2};
  const double sign[] = {1, -1};
  CHECK_NEAR(sx_est_se(x2), 30, 1e-8);
  REQUIRE_OK(sx_est_linear(&gap, NULL, sign, pair, 2, err));
  CHECK(sx_est_se(gap) < 1e-6);
  sx_est_free(gap);
  sx_est_free(x2);
  sx_est_free(x);
  sx_design_free(c2);
  sx_design_free(d2);
  sx_table_free(t2);
  sx_design_free(known);
  sx_design_free(c);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_replicates(void) {
  static const sx_make methods[] = {SX_MAKE_JKN, SX_MAKE_BOOTSTRAP};
  sx_table *t = sample(3);
  sx_design *d = plain(t), *lin = estimated(d, t, cov, controls);
  double is_one[N];
  for (size_t i = 0; i < N; i++) is_one[i] = sx_table_find(t, "g")->data.f64[i] == 1;
  eh_number(t, "is_one", is_one);
  for (int k = 0; k < 4; k++) {
    sx_make_spec make = SX_MAKE_SPEC_INIT;
    make.method = methods[k / 2];
    make.n_reps = k / 2 ? 400 : 0;
    make.mse = k % 2;
    sx_design *reps = NULL;
    REQUIRE_OK(sx_design_make_replicates(&reps, d, &make, err));
    sx_design *c = estimated(reps, t, cov, controls);
    sx_est *x = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL),
           *g = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "is_one"), NULL, NULL),
           *y = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL),
           *yl = eh_one(lin, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
    CHECK_NEAR(sx_est_se(x), 30, 1e-7);
    CHECK_NEAR(sx_est_se(g), 10, 1e-7);
    CHECK_NEAR(sx_est_cov(x, g), 120, 1e-6);
    CHECK_NEAR(sx_est_se(y), sx_est_se(yl), 0.12);
    sx_est_free(x);
    sx_est_free(g);
    sx_est_free(y);
    sx_est_free(yl);
    sx_design_free(c);
    sx_design_free(reps);
  }
  sx_design_free(lin);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_refused(void) {
  sx_table *t = sample(3);
  sx_design *d = plain(t), *out = NULL, *reps = NULL;
  double bad[9];
  memcpy(bad, cov, sizeof bad);
  bad[5] = 121;
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, controls, 3, bad, 10, NULL, NULL, err), SX_E_ARGUMENT, "g=1",
              "symmetric");
  memcpy(bad, cov, sizeof bad);
  bad[4] = -1;
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, controls, 3, bad, 10, NULL, NULL, err), SX_E_ARGUMENT, "x",
              "the variance of the total is -1");
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, controls, 3, NULL, 10, NULL, NULL, err), SX_E_ARGUMENT, "",
              "need their covariance");
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, controls, 3, cov, 0, NULL, NULL, err), SX_E_ARGUMENT, "",
              "degrees of freedom");
  /* pairwise within the variances, together not */
  const double no_cov[9] = {1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1};
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, controls, 3, no_cov, 10, NULL, NULL, err), SX_E_ARGUMENT, "",
              "negative variance");
  sx_control soft[3];
  memcpy(soft, controls, sizeof soft);
  soft[1].slack = 0.1;
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, d, t, soft, 3, cov, 10, NULL, NULL, err), SX_E_ARGUMENT, "x",
              "soft total has no standard error");
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_BOOTSTRAP;
  make.n_reps = 2;
  REQUIRE_OK(sx_design_make_replicates(&reps, d, &make, err));
  CHECK_FAILS(sx_weighting_calibrate_estimated(&out, reps, t, controls, 3, cov, 10, NULL, NULL, err), SX_E_SUPPORT,
              "replicates", "2 replicates cannot carry the errors of 2 totals");
  sx_design_free(reps);
  sx_design_free(d);
  sx_table_free(t);
}

/* Totals from another sample: their values, errors and covariance are those of its estimates, in both forms of design. */
static void test_from_sample(void) {
  sx_table *t = sample(3), *t2 = sample(4);
  sx_design *d = plain(t), *d2 = plain(t2), *jk = NULL, *c = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&jk, d2, &make, err));
  double is_one[N], ones[N], total[3], v[9];
  for (size_t i = 0; i < N; i++) {
    is_one[i] = sx_table_find(t2, "g")->data.f64[i] == 1;
    ones[i] = 1;
  }
  eh_number(t2, "is_one", is_one);
  eh_number(t2, "ones", ones);
  static const char *const names[] = {"ones", "x", "is_one"};
  for (int reps = 0; reps < 2; reps++) {
    const sx_design *other = reps ? jk : d2;
    sx_est *e[3];
    REQUIRE_OK(sx_weighting_estimate_totals(total, v, other, t2, controls, 3, err));
    for (size_t k = 0; k < 3; k++) {
      e[k] = eh_one(other, SX_STAT_TOTAL, sx_table_find(t2, names[k]), NULL, NULL);
      CHECK_NEAR(total[k], sx_est_value(e[k]), 1e-13);
      for (size_t j = 0; j <= k; j++) CHECK_NEAR(v[3 * k + j], sx_est_cov(e[k], e[j]), 1e-9);
    }
    for (size_t k = 0; k < 3; k++) sx_est_free(e[k]);
  }
  sx_control from[3];
  memcpy(from, controls, sizeof from);
  for (size_t k = 0; k < 3; k++) from[k].total = total[k];
  REQUIRE_OK(sx_weighting_calibrate_estimated(&c, d, t, from, 3, v, sx_design_df(d2), NULL, NULL, err));
  sx_est *x = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL);
  CHECK_NEAR(sx_est_value(x), total[1], 1e-11);
  CHECK_NEAR(sx_est_variance(x), v[4], 1e-8);
  sx_est_free(x);
  CHECK_FAILS(sx_weighting_estimate_totals(total, v, c, t, controls, 3, err), SX_E_SUPPORT, "totals",
              "itself calibrated");
  const sx_control absent = {NULL, NULL, 0, "nowhere", 0, 0};
  CHECK_FAILS(sx_weighting_estimate_totals(total, v, d, t, &absent, 1, err), SX_E_ARGUMENT, "", "nowhere");
  sx_design_free(c);
  sx_design_free(jk);
  sx_design_free(d2);
  sx_design_free(d);
  sx_table_free(t2);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_variance), SXT_CASE(test_replicates), SXT_CASE(test_from_sample), SXT_CASE(test_refused))
