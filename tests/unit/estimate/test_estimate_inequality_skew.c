/* Errors that rest on a density at a quantile, where amounts have a long tail: against the spread of the estimates over samples, and
 * whatever the unit of the weights and of the amounts. */
#include "est_help.h"
#include "shuxiao/estimate_inequality.h"

enum { N = 1200, SAMPLES = 300 };
static const char *const measures[] = {"arpr", "arpt", "rmpg", "poormed", "p90/p10", "fgt1", "sen"};
enum { N_MEASURES = sizeof measures / sizeof *measures };

static sx_est_set *ask(const sx_table *t, const char *weights, const char *y, const char *measure,
                       const sx_inequality_options *o) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = weights;
  sx_design *d = eh_design(NULL, t, &s);
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  r.y = sx_table_find(t, y);
  if (sx_inequality_parse(&r.measure, measure, &err) != SX_OK || sx_estimate_inequality(&set, d, &r, o, &err) != SX_OK)
    eh_die(measure);
  sx_design_free(d);
  return set;
}

/* Simple random samples of a lognormal with sigma 1.5, as spending is: the mean error within 15% of the standard deviation of the
 * estimates, of 300 samples each (whose own is known to 4%). */
static void test_spread(void) {
  double sum[N_MEASURES] = {0}, square[N_MEASURES] = {0}, error[N_MEASURES] = {0};
  eh_state = 2026;
  sx_table *t = eh_table(NULL, N);
  double *y = eh_number(t, "y", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) w[i] = 1;
  for (size_t r = 0; r < SAMPLES; r++) {
    for (size_t i = 0; i < N; i++) y[i] = 100 * exp(1.5 * sx_num_norm_quantile(eh_uniform()));
    for (size_t k = 0; k < N_MEASURES; k++) {
      sx_est_set *set = ask(t, "w", "y", measures[k], NULL);
      sum[k] += set->rows[0].estimate;
      square[k] += set->rows[0].estimate * set->rows[0].estimate;
      error[k] += set->rows[0].se / SAMPLES;
      sx_est_set_free(set);
    }
  }
  for (size_t k = 0; k < N_MEASURES; k++) {
    const double sd = sqrt((square[k] - sum[k] * sum[k] / SAMPLES) / (SAMPLES - 1)), ratio = error[k] / sd;
    const bool good = ratio > 0.85 && ratio < 1.15;
    CHECK(good);
    if (!good || getenv("SXT_SHOW"))
      fprintf(stderr, "  %s: mean error %g, spread %g, ratio %.3f\n", measures[k], error[k], sd, ratio);
  }
  sx_table_free(t);
}

static void test_units(void) {
  static const char *const weights[] = {"w", "thousandth", "thousandfold"};
  eh_state = 5;
  sx_table *t = eh_table(NULL, N);
  double *y = eh_number(t, "y", NULL)->data.f64, *cents = eh_number(t, "cents", NULL)->data.f64,
         *w = eh_number(t, "w", NULL)->data.f64, *small = eh_number(t, "thousandth", NULL)->data.f64,
         *large = eh_number(t, "thousandfold", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) {
    y[i] = 100 * exp(1.5 * sx_num_norm_quantile(eh_uniform()));
    if (i % 3 == 0) y[i] = 50 * ceil(y[i] / 50); /* as people round */
    w[i] = 0.2 + eh_uniform();
    cents[i] = 100 * y[i];
    small[i] = 1e-4 * w[i];
    large[i] = 1e4 * w[i];
  }
  for (size_t k = 0; k < N_MEASURES; k++) {
    sx_est_set *a = ask(t, "w", "y", measures[k], NULL);
    CHECK(a->rows[0].se > 0);
    for (size_t i = 0; i < 3; i++) {
      sx_est_set *b = ask(t, weights[i], "y", measures[k], NULL), *c = ask(t, weights[i], "cents", measures[k], NULL);
      const double unit = strcmp(measures[k], "arpt") && strcmp(measures[k], "poormed") ? 1 : 100;
      CHECK_NEAR(b->rows[0].se, a->rows[0].se, 1e-12);
      CHECK_NEAR(c->rows[0].se, unit * a->rows[0].se, 1e-12);
      sx_est_set_free(b);
      sx_est_set_free(c);
    }
    sx_est_set_free(a);
  }
  /* the kernel, of R's convey or with a bandwidth, is another number */
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  sx_est_set *plain = ask(t, "w", "y", "arpt", &o);
  o.bandwidth = 10;
  sx_est_set *narrow = ask(t, "w", "y", "arpt", &o);
  o.bandwidth = (double)NAN;
  o.form = SX_INEQUALITY_CONVEY;
  sx_est_set *convey = ask(t, "w", "y", "arpt", &o), *scaled = ask(t, "thousandth", "y", "arpt", &o);
  CHECK_NEAR(narrow->rows[0].estimate, plain->rows[0].estimate, 0);
  CHECK(fabs(convey->rows[0].se / plain->rows[0].se - 1) > 0.2);
  CHECK(fabs(narrow->rows[0].se / convey->rows[0].se - 1) > 0.2);
  CHECK(fabs(scaled->rows[0].se / convey->rows[0].se - 1) > 0.2);
  sx_est_set_free(plain);
  sx_est_set_free(narrow);
  sx_est_set_free(convey);
  sx_est_set_free(scaled);
  sx_table_free(t);
}

/* Uniform amounts 1..n: any window of them has the density 1/n, so that the error of the median is sqrt(p(1-p)/(n-1)) n. With one
 * heap that holds the window the next values are its ends: 1, 2 (98 times), 3 has f(2) = 99/100/2. */
static void test_by_hand(void) {
  sx_table *t = eh_table(NULL, 100);
  double *y = eh_number(t, "y", NULL)->data.f64, *heap = eh_number(t, "heap", NULL)->data.f64,
         *same = eh_number(t, "same", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t i = 0; i < 100; i++) {
    y[i] = (double)i + 1;
    w[i] = 7;
    heap[i] = i == 0 ? 1 : i == 99 ? 3 : 2;
    same[i] = 5;
  }
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  o.threshold.fraction = 1;
  sx_est_set *a = ask(t, "w", "y", "arpt", &o), *b = ask(t, "w", "heap", "arpt", &o),
             *c = ask(t, "w", "same", "arpt", &o);
  CHECK_NEAR(a->rows[0].se, 100 * sqrt(0.25 / 99), 1e-12);
  CHECK_NEAR(b->rows[0].se, sqrt(0.99 * 0.01 / 99) / (0.99 / 2), 1e-12);
  CHECK_NEAR(c->rows[0].se, 0, 0);
  CHECK_NEAR(c->rows[0].estimate, 5, 0);
  sx_est_set_free(a);
  sx_est_set_free(b);
  sx_est_set_free(c);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_spread), SXT_CASE(test_units), SXT_CASE(test_by_hand))
