/* Unequal probabilities without replacement: the double sums written out, what an equal-probability sample gives, bad
 * input. */
#include "est_help.h"

enum { N = 7 };
static const double prob[N] = {0.2, 0.5, 0.35, 0.6, 0.15, 0.4, 0.3};
static const double y[N] = {3, 8, 4, 11, 2, 5, 7}, h[N] = {1, 1, 1, 1, 2, 2, 2};

static sx_table *sample(void) {
  sx_table *t = eh_table(NULL, N);
  eh_number(t, "pi", prob);
  eh_number(t, "y", y);
  eh_number(t, "h", h);
  return t;
}

static double se2(const sx_table *t, const sx_design_spec *s) {
  sx_design *d = eh_design(NULL, t, s);
  sx_est *e = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  const double v = sx_est_variance(e);
  sx_est_free(e);
  sx_design_free(d);
  return v;
}

/* sum_ij d_ij z_i z_j over one stratum's rows lo..hi-1. */
static double double_sum(size_t lo, size_t hi, sx_pps method, double psum) {
  const double n = (double)(hi - lo);
  double v = 0, mean = 0;
  for (size_t i = lo; i < hi; i++) mean += prob[i] / n;
  const double s = isnan(psum) ? mean : psum / n;
  for (size_t i = lo; i < hi; i++) {
    for (size_t j = lo; j < hi; j++) {
      const double sum = prob[i] + prob[j];
      const double off = method == SX_PPS_OVERTON ? 1 - (n - sum / 2) / (n - 1) : 1 - (n - sum + s) / (n - 1);
      v += (i == j ? 1 - prob[i] : off) * y[i] / prob[i] * y[j] / prob[j];
    }
  }
  return v;
}

static void test_formulas(void) {
  sx_table *t = sample();
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "pi";
  s.pps = SX_PPS_OVERTON;
  CHECK_NEAR(se2(t, &s), double_sum(0, N, s.pps, (double)NAN), 1e-13);
  s.pps = SX_PPS_HR;
  CHECK_NEAR(se2(t, &s), double_sum(0, N, s.pps, (double)NAN), 1e-13);
  s.psum = 2.2;
  CHECK_NEAR(se2(t, &s), double_sum(0, N, s.pps, 2.2), 1e-13);
  s.psum = (double)NAN;
  s.strata = "h";
  CHECK_NEAR(se2(t, &s), double_sum(0, 4, s.pps, (double)NAN) + double_sum(4, N, s.pps, (double)NAN), 1e-13);
  s.pps = SX_PPS_BREWER;
  double v = 0;
  for (size_t k = 0; k < 2; k++) {
    const size_t lo = k ? 4 : 0, hi = k ? N : 4;
    const double n = (double)(hi - lo);
    double mean = 0;
    for (size_t i = lo; i < hi; i++) mean += y[i] / prob[i] / n;
    for (size_t i = lo; i < hi; i++) v += (1 - prob[i]) * n / (n - 1) * pow(y[i] / prob[i] - mean, 2);
  }
  CHECK_NEAR(se2(t, &s), v, 1e-13);
  sx_table_free(t);
}

/* Simple random sampling, 7 of 20: pi = 0.35, pi_ij = 7*6/(20*19). Every method must give N^2 (1-f) S^2/n. */
static void test_equal(void) {
  sx_table *t = sample();
  double equal[N], joint[N * N], mean = 0, square = 0;
  for (size_t i = 0; i < N; i++) {
    equal[i] = 0.35;
    mean += y[i] / N;
    for (size_t j = 0; j < N; j++) joint[i * N + j] = i == j ? 0.35 : 42.0 / 380;
  }
  for (size_t i = 0; i < N; i++) square += (y[i] - mean) * (y[i] - mean) / 6;
  const double want = 400 * 0.65 * square / 7;
  eh_number(t, "equal", equal);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "equal";
  s.pps = SX_PPS_BREWER;
  CHECK_NEAR(se2(t, &s), want, 1e-13);
  s.pps = SX_PPS_HR;
  s.psum = 20 * 0.35 * 0.35; /* Hartley and Rao's form is exact to the order 1/N; here d = -(1-f)/(n-1) */
  CHECK_NEAR(se2(t, &s), want, 1e-13);
  s.psum = (double)NAN;
  s.joint = joint;
  s.n_joint = N;
  s.pps = SX_PPS_HT;
  CHECK_NEAR(se2(t, &s), want, 1e-13);
  s.pps = SX_PPS_YG;
  CHECK_NEAR(se2(t, &s), want, 1e-13);
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_STR(sx_design_describe(d), "unstratified, 7 PSUs, unequal probabilities without replacement (Yates-Grundy)");
  CHECK_NEAR(sx_design_weights(d)[3], 1 / 0.35, 1e-15);
  sx_design_free(d);
  sx_table_free(t);
}

/* A joint matrix goes with the PSUs in the order of the file, also where the engine sorts them. */
static void test_order(void) {
  sx_table *t = sample();
  double joint[N * N], z[N], ht = 0, yg = 0;
  eh_number(t, "mixed", (const double[]){2, 1, 2, 1, 2, 1, 1});
  for (size_t i = 0; i < N; i++) {
    z[i] = y[i] / prob[i];
    for (size_t j = 0; j < N; j++)
      joint[i * N + j] = i == j ? prob[i] : prob[i] * prob[j] * (0.8 + 0.01 * (double)(i + j));
  }
  for (size_t i = 0; i < N; i++) {
    for (size_t j = 0; j < N; j++) {
      const double x = joint[i * N + j], d = i == j ? 1 - x : (x - prob[i] * prob[j]) / x;
      ht += d * z[i] * z[j];
      yg -= 0.5 * d * (z[i] - z[j]) * (z[i] - z[j]);
    }
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "pi";
  s.strata = "mixed";
  s.joint = joint;
  s.n_joint = N;
  s.pps = SX_PPS_HT;
  CHECK_NEAR(se2(t, &s), ht, 1e-12);
  s.pps = SX_PPS_YG;
  CHECK_NEAR(se2(t, &s), yg, 1e-12);
  sx_table_free(t);
}

/* Brewer's first stage over a second with an fpc: V1 + sum pi_i V_i. */
static void test_two_stages(void) {
  sx_table *t = eh_table(NULL, 6);
  eh_number(t, "p", (const double[]){1, 1, 2, 2, 3, 3});
  eh_number(t, "pi", (const double[]){0.5, 0.5, 0.25, 0.25, 0.4, 0.4});
  eh_number(t, "M", (const double[]){4, 4, 4, 4, 2, 2});
  eh_number(t, "y", (const double[]){1, 2, 3, 5, 4, 4});
  static const char *const cluster = "p", *const fpc = "M";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "pi";
  s.pps = SX_PPS_BREWER;
  s.clusters = &cluster;
  s.n_clusters = 1;
  s.fpcs = &fpc;
  s.n_fpcs = 1;
  /* w 4 4 8 8 2.5 2.5; z 4 8 24 40 10 10; PSU totals 12 64 20, mean 32 */
  const double v1 = 1.5 * (0.5 * 400 + 0.75 * 1024 + 0.6 * 144);
  const double v2 = 0.5 * (0.5 * 2 * 8) + 0.25 * (0.5 * 2 * 128);
  CHECK_NEAR(se2(t, &s), v1 + v2, 1e-13);
  sx_table_free(t);
}

static void refuse(sx_table *t, const sx_design_spec *s, sx_status code, const char *where, const char *message) {
  sx_design *d = NULL;
  CHECK_FAILS(sx_design_new(&d, NULL, t, s, err), code, where, message);
  sx_design_free(d);
}

static void test_refused(void) {
  sx_table *t = sample();
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  double joint[N * N];
  for (size_t i = 0; i < N * N; i++) joint[i] = i % (N + 1) ? prob[i / N] * prob[i % N] : prob[i / N];
  s.prob = "pi";
  refuse(t, &s, SX_E_ARGUMENT, "pps", "probabilities are given without the method");
  s.pps = SX_PPS_HT;
  refuse(t, &s, SX_E_ARGUMENT, "pps", "needs a matrix of joint probabilities");
  s.joint = joint;
  s.n_joint = N - 1;
  refuse(t, &s, SX_E_DATA, "joint", "the matrix has 6 rows, the sample 7 PSUs");
  s.n_joint = N;
  joint[1] = 0.3;
  refuse(t, &s, SX_E_DATA, "joint: row 2, column 1", "not symmetric");
  joint[1] = joint[N] = 0.25;
  refuse(t, &s, SX_E_DATA, "joint: row 2, column 1", "at most the smaller of 0.5 and 0.2");
  joint[1] = joint[N] = 0.1;
  joint[0] = 0.19;
  refuse(t, &s, SX_E_DATA, "joint: row 1, column 1", "the diagonal is 0.19, the inclusion probability 0.2");
  s.pps = SX_PPS_BREWER;
  refuse(t, &s, SX_E_ARGUMENT, "pps", "belong to the methods ht and yg");
  s.joint = NULL;
  s.prob = NULL;
  refuse(t, &s, SX_E_ARGUMENT, "weights", "no weights");
  s.unweighted = true;
  refuse(t, &s, SX_E_ARGUMENT, "pps", "needs the inclusion probabilities");
  s.unweighted = false;
  s.prob = "pi";
  s.psum = 3;
  refuse(t, &s, SX_E_ARGUMENT, "pps", "is for hr");
  s.pps = SX_PPS_HR;
  s.strata = "h";
  refuse(t, &s, SX_E_ARGUMENT, "pps", "one sum of squared probabilities for 2 strata");
  s.psum = (double)NAN;
  s.fpc = "pi";
  refuse(t, &s, SX_E_ARGUMENT, "pps", "take the place of the fpc");
  s.fpc = NULL;
  static const char *const cluster = "h";
  s.strata = NULL;
  s.clusters = &cluster;
  s.n_clusters = 1;
  refuse(t, &s, SX_E_DATA, "pi: case 2", "varies within a PSU: 0.2 and 0.5");
  s.n_clusters = 0;
  eh_number(t, "bad", (const double[]){0.1, 0.2, 1.2, 0.1, 0.1, 0.1, 0.1});
  s.prob = "bad";
  refuse(t, &s, SX_E_DATA, "bad: case 3", "not in (0, 1]");
  sx_table_free(t);
}

/* R survey 4.1-1: svydesign(id = ~1, fpc = ~pi, pps = poisson_sampling(pi)), svytotal, svymean, svyratio, degf. */
static void test_poisson(void) {
  static const double x[N] = {1, 2, 2, 3, 1, 2, 3};
  sx_table *t = sample();
  double joint[N * N];
  eh_number(t, "x", x);
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) joint[i * N + j] = i == j ? prob[i] : prob[i] * prob[j];
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "pi";
  s.pps = SX_PPS_POISSON;
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_STR(sx_design_describe(d), "unstratified, 7 PSUs, unequal probabilities without replacement (Poisson)");
  CHECK_NEAR(sx_design_df(d), 6, 0);
  sx_est *e = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  sx_est *f = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL);
  sx_est *mean = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
  sx_est *ratio = eh_one(d, SX_STAT_RATIO, sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
  CHECK_NEAR(sx_est_cov(e, f), 447.504535147392, 1e-12);
  CHECK_NEAR(sqrt(sx_est_variance(ratio)), 0.187360998291755, 1e-12);
  CHECK_NEAR(sx_est_variance(e), 1153.31462585034, 1e-13);
  CHECK_NEAR(sqrt(sx_est_variance(mean)), 0.850788961524321, 1e-12);
  sx_est_free(ratio);
  sx_est_free(e);
  sx_est_free(f);
  sx_est_free(mean);
  sx_design_free(d);
  s.strata = "y"; /* a PSU each: not lonely, and the same variance */
  CHECK_NEAR(se2(t, &s), 1153.31462585034, 1e-13);
  s.strata = NULL;
  s.joint = joint;
  s.n_joint = N;
  refuse(t, &s, SX_E_ARGUMENT, "pps", "belong to the methods ht and yg");
  s.pps = SX_PPS_HT;
  CHECK_NEAR(se2(t, &s), 1153.31462585034, 1e-12);
  s.pps = SX_PPS_YG;
  refuse(t, &s, SX_E_DATA, "joint", "choose poisson");
  joint[1] = joint[N] = 0.9 * joint[1];
  CHECK(se2(t, &s) > 0);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_poisson), SXT_CASE(test_formulas), SXT_CASE(test_equal), SXT_CASE(test_order),
         SXT_CASE(test_two_stages), SXT_CASE(test_refused))
