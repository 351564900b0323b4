/* Two frames: closed forms of two simple random samples, no bias over repeated samples, the three compositions, what is refused. */
#include "est_help.h"
#include "shuxiao/weighting_frame.h"

/* n cases: frame "A" for the first n_a, overlap, y; weights by frame. */
static sx_table *stacked(size_t n_a, size_t n_b, double w_a, double w_b) {
  const size_t n = n_a + n_b;
  sx_table *t = eh_table(NULL, n);
  double *y = eh_number(t, "y", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  double *ab = eh_number(t, "ab", NULL)->data.f64, *o = eh_number(t, "other", NULL)->data.f64;
  const char **frame = malloc(n * sizeof *frame);
  for (size_t i = 0; i < n; i++) {
    frame[i] = i < n_a ? "A" : "B";
    ab[i] = eh_uniform() < (i < n_a ? 0.6 : 0.4);
    y[i] = 3 + 2 * ab[i] + eh_uniform();
    w[i] = i < n_a ? w_a : w_b;
    o[i] = i < n_a ? w_b : w_a;
  }
  eh_text(t, "frame", SX_TEXT, frame);
  free(frame);
  return t;
}

static sx_design *design_of(const sx_table *t, const char *strata) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = strata;
  return eh_design(NULL, t, &s);
}

static sx_frame_spec spec_of(sx_composition method, double lambda) {
  sx_frame_spec s = SX_FRAME_SPEC_INIT;
  s.frame = "frame";
  s.overlap = "ab";
  s.method = method;
  s.lambda = lambda;
  s.other = "other";
  return s;
}

/* V = N_A^2 s^2(y f)/n_A + N_B^2 s^2(y f)/n_B, f the factor of the case: samples with replacement, N_A = n_A w_A. */
static void test_closed_form(void) {
  enum { A = 120, B = 200 };
  eh_state = 5;
  sx_table *t = stacked(A, B, 25, 40);
  sx_design *d = design_of(t, "frame"), *c = NULL;
  const double *y = sx_table_find(t, "y")->data.f64, *ab = sx_table_find(t, "ab")->data.f64;
  static const sx_composition methods[] = {SX_COMPOSITION_FIXED, SX_COMPOSITION_EFFECTIVE, SX_COMPOSITION_SINGLE_FRAME};
  size_t over[2] = {0, 0};
  for (size_t i = 0; i < A + B; i++) over[i >= A] += ab[i] == 1;
  for (int m = 0; m < 3; m++) {
    const sx_frame_spec s = spec_of(methods[m], 0.3);
    sx_frame_report r;
    REQUIRE_OK(sx_weighting_frames(&c, d, t, &s, &r, err));
    /* equal weights: effective sizes are counts. Single frame: 1/(1/25 + 1/40) = 15.3846.. of 25 */
    const double lambda = m == 0 ? 0.3 : m == 1 ? (double)over[0] / (double)(over[0] + over[1]) : 40.0 / 65;
    if (m < 2) CHECK_NEAR(r.lambda, lambda, 1e-14);
    CHECK(r.n_overlap[0] == over[0] && r.n_only[1] == B - over[1]);
    CHECK_NEAR(r.overlap_total[1], 40.0 * (double)over[1], 1e-14);
    double sum[2] = {0, 0}, square[2] = {0, 0};
    for (size_t i = 0; i < A + B; i++) {
      const size_t k = i >= A;
      const double f = ab[i] == 1 ? (k ? 1 - lambda : lambda) : 1, v = f * y[i] * (k ? 40 : 25);
      CHECK_NEAR(sx_design_weights(c)[i], f * (k ? 40 : 25), 1e-13);
      sum[k] += v;
      square[k] += v * v;
    }
    const double va = A / (A - 1.0) * (square[0] - sum[0] * sum[0] / A),
                 vb = B / (B - 1.0) * (square[1] - sum[1] * sum[1] / B);
    sx_est *e = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
    CHECK_NEAR(sx_est_value(e), sum[0] + sum[1], 1e-13);
    CHECK_NEAR(sx_est_variance(e), va + vb, 1e-11);
    sx_est_free(e);
    sx_design_free(c);
  }
  sx_design_free(d);
  sx_table_free(t);
}

/* 2,000 pairs of samples from a population of 300 a, 500 ab, 400 b: the mean of the estimates within four standard errors, and the
 * mean of the variance estimates near the variance. */
static void test_unbiased(void) {
  enum { PA = 300, PAB = 500, PB = 400, A = 80, B = 90, RUNS = 2000 };
  static double y[PA + PAB + PB];
  eh_state = 11;
  double truth = 0;
  for (size_t i = 0; i < PA + PAB + PB; i++) {
    y[i] = 1 + 4 * eh_uniform() + (i >= PA && i < PA + PAB ? 2 : 0);
    truth += y[i];
  }
  sx_table *t = stacked(A, B, (PA + PAB) / (double)A, (PAB + PB) / (double)B);
  double *ty = NULL, *tab = NULL;
  for (size_t j = 0; j < sx_table_columns(t); j++) {
    if (strcmp(sx_table_get(t, j)->name, "y") == 0) ty = sx_table_get(t, j)->data.f64;
    if (strcmp(sx_table_get(t, j)->name, "ab") == 0) tab = sx_table_get(t, j)->data.f64;
  }
  for (int m = 0; m < 2; m++) {
    const sx_frame_spec s = spec_of(m ? SX_COMPOSITION_SINGLE_FRAME : SX_COMPOSITION_FIXED, 0.45);
    double sum = 0, square = 0, variance = 0;
    for (int run = 0; run < RUNS; run++) {
      for (size_t i = 0; i < A + B; i++) { /* with replacement */
        const size_t at = i < A ? eh_below(PA + PAB) : PA + eh_below(PAB + PB);
        ty[i] = y[at];
        tab[i] = at >= PA && at < PA + PAB;
      }
      sx_design *d = design_of(t, "frame"), *c = NULL;
      REQUIRE_OK(sx_weighting_frames(&c, d, t, &s, NULL, err));
      sx_est *e = eh_one(c, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
      sum += sx_est_value(e);
      square += sx_est_value(e) * sx_est_value(e);
      variance += sx_est_variance(e) / RUNS;
      sx_est_free(e);
      sx_design_free(c);
      sx_design_free(d);
    }
    const double mean = sum / RUNS, v = (square - sum * mean) / (RUNS - 1);
    CHECK(fabs(mean - truth) < 4 * sqrt(v / RUNS));
    CHECK_NEAR(variance, v, 0.12);
  }
  sx_table_free(t);
}

static void test_refused(void) {
  eh_state = 5;
  sx_table *t = stacked(30, 40, 25, 40);
  sx_design *d = design_of(t, "frame"), *mixed = design_of(t, NULL), *out = NULL;
  sx_frame_spec s = spec_of(SX_COMPOSITION_FIXED, 1.2);
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_ARGUMENT, "lambda", "between 0 and 1");
  s.lambda = 0.5;
  CHECK_FAILS(sx_weighting_frames(&out, mixed, t, &s, NULL, err), SX_E_DATA, "case 31", "both frames");
  s.frame = NULL;
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_ARGUMENT, "", "name the variable of the frame");
  s.frame = "y";
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_DATA, "y", "70 values");
  s.frame = "frame";
  s.overlap = "y";
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_DATA, "y: case 1", "else 0");
  s.overlap = "ab";
  s.method = SX_COMPOSITION_SINGLE_FRAME;
  s.other = NULL;
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_ARGUMENT, "", "from the other frame");
  s.other = "ab"; /* 1 in the overlap is a weight; make one less */
  for (size_t j = 0; j < sx_table_columns(t); j++)
    if (strcmp(sx_table_get(t, j)->name, "other") == 0) sx_table_get(t, j)->data.f64[69] = 0.5;
  s.other = "other";
  double *ab = NULL;
  for (size_t j = 0; j < sx_table_columns(t); j++)
    if (strcmp(sx_table_get(t, j)->name, "ab") == 0) ab = sx_table_get(t, j)->data.f64;
  ab[69] = 1;
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_DATA, "other: case 70", "at least 1");
  for (size_t i = 0; i < 30; i++) ab[i] = 0;
  s.method = SX_COMPOSITION_FIXED;
  CHECK_FAILS(sx_weighting_frames(&out, d, t, &s, NULL, err), SX_E_DATA, "ab", "'A' has no case in the overlap");
  sx_design_free(mixed);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_closed_form), SXT_CASE(test_unbiased), SXT_CASE(test_refused))
