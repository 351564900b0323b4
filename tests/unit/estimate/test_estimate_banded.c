/* test_estimate_banded.c: banded amounts: closed forms, degenerate answers, replicates, a known population, bad input. The numbers
 * of R are in tests/reference/test_banded.c. */
#include "est_help.h"
#include "shuxiao/estimate_banded.h"

static sx_bands *bands_of(const char *text) {
  sx_bands *b = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_bands_parse(&b, NULL, text, &err) != SX_OK) eh_die(err.message);
  return b;
}

/* A table with codes given by counts, all weights w. */
static sx_table *counts(const size_t *count, size_t n, double w) {
  size_t rows = 0, at = 0;
  for (size_t k = 0; k < n; k++) rows += count[k];
  sx_table *t = eh_table(NULL, rows);
  double *code = eh_number(t, "code", NULL)->data.f64, *weight = eh_number(t, "w", NULL)->data.f64;
  for (size_t k = 0; k < n; k++)
    for (size_t i = 0; i < count[k]; i++, at++) {
      code[at] = (double)k + 1;
      weight[at] = w;
    }
  return t;
}

static sx_design *plain(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  return eh_design(NULL, t, &s);
}

static sx_banded_result *fit(const sx_design *d, const sx_table *t, const sx_bands *b, sx_banded_fit which) {
  static const double half[] = {0.5, 0.9};
  sx_banded_request r = SX_BANDED_REQUEST_INIT;
  sx_banded_result *out = NULL;
  sx_error err = SX_ERROR_INIT;
  r.codes = sx_table_find(t, "code");
  r.bands = b;
  r.fit = which;
  r.probs = half;
  r.n_probs = 2;
  if (sx_estimate_banded(&out, d, &r, NULL, &err) != SX_OK) eh_die(err.message);
  return out;
}

static const sx_est_row *row_of(const sx_banded_result *r, size_t domain, const char *statistic) {
  static const sx_est_row none = {.estimate = -1};
  const size_t at = sx_banded_find(r, statistic);
  if (at == SIZE_MAX) {
    SXT_FAIL("no statistic %s", statistic);
    return &none;
  }
  return &r->set->rows[domain * r->set->n_levels + at];
}
static double value_of(const sx_banded_result *r, const char *statistic) {
  return row_of(r, 0, statistic)->estimate;
}

/* ---- closed forms ------------------------------------------------------------------------------------------------ */

/* Two limits and two parameters: log x = mu + sigma Phi^-1(share below x), both exactly. */
static void test_lognormal_solves(void) {
  const size_t n[] = {60, 31, 47, 22};
  sx_table *t = counts(n, 4, 2.5);
  sx_design *d = plain(t);
  sx_bands *b = bands_of("1=0, 2=0..100, 3=100..500, 4=500..");
  sx_banded_result *r = fit(d, t, b, SX_BANDED_LOGNORMAL);
  const double z1 = sx_num_norm_quantile(0.31), z2 = sx_num_norm_quantile(0.78);
  const double sigma = log(5) / (z2 - z1), mu = log(100) - sigma * z1;
  CHECK_NEAR(value_of(r, "mu"), mu, 1e-12);
  CHECK_NEAR(value_of(r, "sigma"), sigma, 1e-12);
  CHECK_NEAR(value_of(r, "mean"), 100.0 / 160 * exp(mu + sigma * sigma / 2), 1e-12);
  CHECK_NEAR(value_of(r, "total"), 250 * exp(mu + sigma * sigma / 2), 1e-12);
  CHECK_NEAR(value_of(r, "share_zero"), 60.0 / 160, 1e-15);
  CHECK_NEAR(value_of(r, "quantile_0.5"), exp(mu + sigma * sx_num_norm_quantile((0.5 - 0.375) / 0.625)), 1e-12);
  CHECK(fabs(value_of(r, "misfit_3")) < 1e-12);
  CHECK(isnan(r->domain[0].p) && isnan(r->domain[0].misfit_z[0]));
  CHECK_INT(r->domain[0].n_zero, 60);
  CHECK_INT(r->n_bands, 3);
  CHECK_NEAR(sx_banded_cdf(r, 0, 500), 0.78, 1e-12);
  CHECK_NEAR(sx_banded_cdf(r, 0, 0), 0, 1e-12);
  /* the density is the slope of the distribution function */
  CHECK_NEAR(sx_banded_density(r, 0, 200), (sx_banded_cdf(r, 0, 200.01) - sx_banded_cdf(r, 0, 199.99)) / 0.02, 1e-7);
  /* delta method by hand: theta is a function of the two shares */
  const double n_pos = 100, f1 = exp(-z1 * z1 / 2) / sqrt(2 * acos(-1)), f2 = exp(-z2 * z2 / 2) / sqrt(2 * acos(-1));
  const double v1 = 0.31 * 0.69 / n_pos, v2 = 0.78 * 0.22 / n_pos, c = 0.31 * 0.22 / n_pos;
  const double s1 = sigma / (z2 - z1) / f1, s2 = -sigma / (z2 - z1) / f2; /* d sigma / d shares */
  CHECK_NEAR(row_of(r, 0, "sigma")->se, sqrt((s1 * s1 * v1 + s2 * s2 * v2 + 2 * s1 * s2 * c) * 160 / 159), 1e-9);
  sx_banded_result_free(r);
  sx_bands_free(b);
  sx_design_free(d);
  sx_table_free(t);
}

/* A log-logistic through two points: logit F = a (log x - log b). Mean b (pi/a)/sin(pi/a). */
static void test_fisk_solves(void) {
  const size_t n[] = {25, 50, 25};
  sx_table *t = counts(n, 3, 1);
  sx_design *d = plain(t);
  sx_bands *b = bands_of("1=0..100; 2=100..400; 3=400..");
  sx_banded_result *r = fit(d, t, b, SX_BANDED_FISK);
  const double a = 2 * log(3) / log(4);
  CHECK_NEAR(value_of(r, "a"), a, 1e-12);
  CHECK_NEAR(value_of(r, "b"), 200, 1e-12);
  CHECK_NEAR(value_of(r, "quantile_0.5"), 200, 1e-12);
  CHECK_NEAR(value_of(r, "quantile_0.9"), 200 * pow(9, 1 / a), 1e-12);
  CHECK_NEAR(value_of(r, "tail_index"), a, 1e-12);
  CHECK_NEAR(value_of(r, "mean"), 200 * (acos(-1) / a) / sin(acos(-1) / a), 1e-11);
  sx_banded_result_free(r);
  sx_bands_free(b);
  sx_design_free(d);
  sx_table_free(t);
}

/* Exact amounts only: the maximum likelihood of a lognormal is the mean and deviation of the logarithm. */
static void test_exact_amounts(void) {
  static const double x[] = {0, 3, 17, 250, 42, 8, 0, 99, 1200, 5}, w[] = {1, 2, 1, 3, 1, 2, 4, 1, 1, 2};
  sx_table *t = eh_table(NULL, 10);
  eh_number(t, "x", x);
  eh_number(t, "w", w);
  sx_design *d = plain(t);
  sx_banded_request q = SX_BANDED_REQUEST_INIT;
  sx_banded_result *r = NULL;
  q.exact = sx_table_find(t, "x");
  REQUIRE_OK(sx_estimate_banded(&r, d, &q, NULL, err));
  double sum = 0, n = 0, square = 0;
  for (size_t i = 0; i < 10; i++)
    if (x[i] > 0) {
      n += w[i];
      sum += w[i] * log(x[i]);
    }
  for (size_t i = 0; i < 10; i++)
    if (x[i] > 0) square += w[i] * (log(x[i]) - sum / n) * (log(x[i]) - sum / n);
  CHECK_NEAR(value_of(r, "mu"), sum / n, 1e-12);
  CHECK_NEAR(value_of(r, "sigma"), sqrt(square / n), 1e-12);
  CHECK_NEAR(value_of(r, "share_zero"), 5.0 / 18, 1e-15);
  CHECK(sx_banded_find(r, "open_share") == SIZE_MAX && sx_banded_find(r, "mean_rpme") == SIZE_MAX);
  /* midpoints of exact amounts are the amounts: the mean as ever, with its error */
  sx_est *mean = eh_one(d, SX_STAT_MEAN, q.exact, NULL, NULL);
  CHECK_NEAR(value_of(r, "mean_midpoint"), sx_est_value(mean), 1e-14);
  CHECK_NEAR(row_of(r, 0, "mean_midpoint")->se, sx_est_se(mean), 1e-13);
  sx_est_free(mean);
  sx_banded_result_free(r);
  sx_design_free(d);
  sx_table_free(t);
}

/* An exact amount on a limit counts in the band that names it. */
static void test_on_limit(void) {
  static const double x[] = {50, 100, 100, 200, 300, 700, 40, 250};
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "x", x);
  double *code = eh_number(t, "code", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t i = 0; i < 8; i++) {
    code[i] = 1;
    w[i] = 1;
  }
  sx_design *d = plain(t);
  for (int below = 0; below < 2; below++) {
    sx_bands *b = bands_of("1=0..100,2=100..300,3=300..");
    b->limit_below = below;
    sx_banded_request q = SX_BANDED_REQUEST_INIT;
    sx_banded_result *r = NULL;
    q.codes = sx_table_find(t, "code");
    q.bands = b;
    q.exact = sx_table_find(t, "x");
    REQUIRE_OK(sx_estimate_banded(&r, d, &q, NULL, err));
    CHECK_NEAR(r->domain[0].observed[0], (below ? 4 : 2) / 8.0, 1e-15);
    CHECK_NEAR(r->domain[0].observed[1], (below ? 3 : 4) / 8.0, 1e-15);
    CHECK_NEAR(r->domain[0].observed[2], (below ? 1 : 2) / 8.0, 1e-15);
    sx_banded_result_free(r);
    sx_bands_free(b);
  }
  sx_design_free(d);
  sx_table_free(t);
}

/* A Pareto tail of ratio 0.1 a decade has the index 1: no mean, but a harmonic one. */
static void test_heavy_tail(void) {
  const size_t n[] = {30, 40, 18, 2};
  sx_table *t = counts(n, 4, 1);
  sx_design *d = plain(t);
  sx_bands *b = bands_of("1=0,2=0..100,3=100..1000,4=1000..");
  sx_banded_result *r = fit(d, t, b, SX_BANDED_PARETO), *h = fit(d, t, b, SX_BANDED_RPME),
                   *m = fit(d, t, b, SX_BANDED_MIDPOINT);
  CHECK_NEAR(value_of(r, "tail_index"), 1, 1e-12);
  CHECK(isnan(value_of(r, "mean")) || value_of(r, "mean") > 1e6); /* 1 up to rounding */
  const double sum = 40 * 50 + 18 * 550;
  CHECK_NEAR(value_of(h, "mean"), (sum + 2 * 2000) / 90, 1e-11);
  CHECK_NEAR(value_of(h, "open_share"), 4000 / (sum + 4000), 1e-11);
  CHECK_NEAR(value_of(m, "mean"), (sum + 2 * 1500) / 90, 1e-14);
  CHECK_NEAR(value_of(h, "quantile_0.5"), 100 * (45 - 30) / 40.0, 1e-13);
  sx_banded_result_free(r);
  sx_banded_result_free(h);
  sx_banded_result_free(m);
  sx_design_free(d);
  sx_table_free(t);
  const size_t heavy[] = {30, 40, 8, 12}; /* index log(20/12)/log 10 < 1 */
  t = counts(heavy, 4, 1);
  d = plain(t);
  r = fit(d, t, b, SX_BANDED_PARETO);
  CHECK_NEAR(value_of(r, "tail_index"), log(20.0 / 12) / log(10), 1e-12);
  CHECK(isnan(value_of(r, "mean")) && row_of(r, 0, "mean")->na == SX_NA_NO_MEAN);
  CHECK_NEAR(value_of(r, "quantile_0.9"), 1000 * pow(0.1 / (12.0 / 90), -log(10) / log(20.0 / 12)), 1e-11);
  sx_banded_result_free(r);
  r = fit(d, t, b, SX_BANDED_FISK);
  CHECK(value_of(r, "tail_index") < 1 && isnan(value_of(r, "mean")) && isnan(value_of(r, "total")));
  CHECK(row_of(r, 0, "total")->na == SX_NA_NO_MEAN && value_of(r, "quantile_0.5") > 0);
  CHECK(row_of(r, 0, "quantile_0.5")->se > 0);
  sx_banded_result_free(r);
  sx_bands_free(b);
  sx_design_free(d);
  sx_table_free(t);
}

/* The likelihood of the wider family is never below that of a special case; fitted shares sum to 1. */
static void test_nested(void) {
  const size_t n[] = {120, 300, 260, 180, 90, 40, 10};
  sx_table *t = counts(n, 7, 1.5);
  sx_design *d = plain(t);
  sx_bands *b = bands_of("1=0..50,2=50..100,3=100..150,4=150..220,5=220..320,6=320..500,7=500..");
  sx_banded_result *r[4];
  static const sx_banded_fit order[] = {SX_BANDED_GB2, SX_BANDED_SINGH_MADDALA, SX_BANDED_DAGUM, SX_BANDED_FISK};
  for (size_t k = 0; k < 4; k++) r[k] = fit(d, t, b, order[k]);
  CHECK(r[0]->domain[0].na == SX_NA_NONE);
  for (size_t k = 1; k < 4; k++) CHECK(r[0]->domain[0].loglik >= r[k]->domain[0].loglik - 1e-12);
  CHECK(r[1]->domain[0].loglik >= r[3]->domain[0].loglik && r[2]->domain[0].loglik >= r[3]->domain[0].loglik);
  for (size_t k = 0; k < 4; k++) {
    double sum = 0;
    for (size_t j = 0; j < 7; j++) sum += r[k]->domain[0].fitted[j];
    CHECK_NEAR(sum, 1, 1e-12);
    sx_banded_result_free(r[k]);
  }
  sx_bands_free(b);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- a known population ------------------------------------------------------------------------------------------ */

/* 60 samples of 1500 from a GB2 (mean known) in nine bands: the error of the mean of the estimates, and the share of intervals that
 * hold the truth, within what 60 repetitions allow. */
static void test_recovers(void) {
  enum { REPS = 60, N = 1500 };
  const double a = 2, b = 300, p = 1.5, q = 1.5, zero = 0.3;
  const double mean =
      0.7 * b *
      exp(sx_num_log_gamma(p + 1 / a) + sx_num_log_gamma(q - 1 / a) - sx_num_log_gamma(p) - sx_num_log_gamma(q));
  static const double limit[] = {0, 50, 100, 200, 350, 600, 1000, 2000, 5000};
  sx_bands *bands =
      bands_of("0=0,1=0..50,2=50..100,3=100..200,4=200..350,5=350..600,6=600..1000,7=1000..2000,8=2000..5000,9=5000..");
  eh_state = 20250630;
  double sum = 0, error = 0;
  size_t covered = 0;
  sx_table *t = eh_table(NULL, N);
  double *code = eh_number(t, "code", NULL)->data.f64, *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t rep = 0; rep < REPS; rep++) {
    for (size_t i = 0; i < N; i++) {
      const double u = sx_num_beta_quantile(eh_uniform(), p, q), x = b * pow(u / (1 - u), 1 / a);
      code[i] = 0;
      w[i] = 0.5 + eh_uniform();
      for (size_t k = 1; k < 9 && x > limit[k - 1]; k++) code[i] = (double)k;
      if (x > 5000) code[i] = 9;
      if (eh_uniform() < zero) code[i] = 0;
    }
    sx_design *d = plain(t);
    sx_banded_result *r = fit(d, t, bands, SX_BANDED_SINGH_MADDALA);
    const sx_est_row *row = row_of(r, 0, "mean");
    sum += row->estimate;
    error += row->se * row->se;
    covered += row->low <= mean && mean <= row->high;
    sx_banded_result_free(r);
    sx_design_free(d);
  }
  const double se = sqrt(error / REPS);
  CHECK(fabs(sum / REPS - mean) < 3.5 * se / sqrt(REPS));
  CHECK(covered >= 51); /* 57 expected; 51 or fewer of 60 at 95% has a chance of 0.4% */
  sx_table_free(t);
  sx_bands_free(bands);
}

/* ---- replicates, scale, weights ---------------------------------------------------------------------------------- */

static sx_table *clustered(size_t rows) {
  eh_state = 77;
  sx_table *t = eh_sample(rows, 4, 8);
  double *code = eh_number(t, "code", NULL)->data.f64;
  const double *x = sx_table_find(t, "y")->data.f64;
  for (size_t i = 0; i < rows; i++)
    code[i] = x[i] < 5 ? 1 : x[i] < 8 ? 2 : x[i] < 10 ? 3 : x[i] < 12 ? 4 : x[i] < 15 ? 5 : x[i] < 20 ? 6 : 7;
  return t;
}

/* JKn and the linearised error agree to first order; every statistic has both. */
static void test_replicates(void) {
  sx_table *t = clustered(960);
  static const char *const psu[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = 1;
  sx_design *d = eh_design(NULL, t, &s), *j = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&j, d, &make, err));
  sx_bands *b = bands_of("1=0,2=0..8,3=8..10,4=10..12,5=12..15,6=15..20,7=20..");
  static const sx_banded_fit fits[] = {SX_BANDED_LOGNORMAL, SX_BANDED_DAGUM, SX_BANDED_PARETO, SX_BANDED_RPME,
                                       SX_BANDED_MIDPOINT};
  for (size_t f = 0; f < 5; f++) {
    sx_banded_result *one = fit(d, t, b, fits[f]), *two = fit(j, t, b, fits[f]);
    for (size_t k = 0; k < one->set->n_rows; k++) {
      const sx_est_row *x = &one->set->rows[k], *y = &two->set->rows[k];
      CHECK_NEAR(y->estimate, x->estimate, 1e-9);
      if (x->se > 1e-8) CHECK_NEAR(y->se, x->se, 0.12);
    }
    sx_banded_result_free(one);
    sx_banded_result_free(two);
  }
  sx_bands_free(b);
  sx_design_free(j);
  sx_design_free(d);
  sx_table_free(t);
}

/* The amounts in another currency: means and quantiles in it, shapes and shares the same. And threads change nothing. */
static void test_scale(void) {
  sx_table *t = clustered(700);
  sx_ctx one = SX_CTX_INIT;
  one.n_threads = 1;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s), *e = eh_design(&one, t, &s);
  sx_bands *b = bands_of("1=0,2=0..8,3=8..10,4=10..12,5=12..15,6=15..20,7=20.."),
           *c = bands_of("1=0,2=0..8e6,3=8e6..1e7,4=1e7..1.2e7,5=1.2e7..1.5e7,6=1.5e7..2e7,7=2e7..");
  for (size_t f = 0; f < 8; f++) {
    sx_banded_result *x = fit(d, t, b, (sx_banded_fit)f), *y = fit(d, t, c, (sx_banded_fit)f),
                     *z = fit(e, t, b, (sx_banded_fit)f);
    if (!isnan(value_of(x, "mean"))) {
      CHECK_NEAR(value_of(y, "mean"), 1e6 * value_of(x, "mean"), 1e-7);
      CHECK_NEAR(row_of(y, 0, "mean")->se, 1e6 * row_of(x, 0, "mean")->se, 1e-5);
    }
    CHECK_NEAR(value_of(y, "share_zero"), value_of(x, "share_zero"), 1e-14);
    for (size_t k = 0; k < x->set->n_rows; k++) {
      CHECK_NEAR(z->set->rows[k].estimate, x->set->rows[k].estimate, 0);
      CHECK_NEAR(z->set->rows[k].se, x->set->rows[k].se, 0);
    }
    sx_banded_result_free(x);
    sx_banded_result_free(y);
    sx_banded_result_free(z);
  }
  sx_bands_free(b);
  sx_bands_free(c);
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
}

/* ---- no fit ------------------------------------------------------------------------------------------------------ */

static void test_degenerate(void) {
  sx_bands *b = bands_of("1=0,2=0..100,3=100..200,4=200..500,5=500..");
  const size_t few[] = {5, 0, 10, 12, 0}, none[] = {9, 0, 0, 0, 0}, all[] = {0, 0, 30, 0, 0};
  const size_t *const cases[] = {few, all, none};
  for (size_t k = 0; k < 3; k++) {
    sx_table *t = counts(cases[k], 5, 1);
    sx_design *d = plain(t);
    sx_banded_result *r = fit(d, t, b, SX_BANDED_LOGNORMAL);
    const sx_est_row *mean = row_of(r, 0, "mean"), *median = row_of(r, 0, "quantile_0.9");
    CHECK(isnan(median->estimate) && median->na == SX_NA_FEW_BANDS);
    CHECK(k == 2 ? mean->estimate == 0 : isnan(mean->estimate));
    CHECK_NEAR(value_of(r, "share_zero"), k == 0 ? 5.0 / 27 : k == 2, 1e-15);
    CHECK(r->domain[0].na == SX_NA_FEW_BANDS);
    CHECK_STR(sx_na_text(r->domain[0].na), "too few bands with cases for the fit");
    sx_banded_result_free(r);
    sx_design_free(d);
    sx_table_free(t);
  }
  /* bimodal shares run a GB2 out of its range or leave it: never a crash, and the reason is given */
  const size_t two[] = {0, 400, 1, 1, 398};
  sx_table *t = counts(two, 5, 1);
  sx_design *d = plain(t);
  for (size_t f = 0; f < 5; f++) {
    if (f == SX_BANDED_GB2) continue; /* four bands are too few for it: bad input, below */
    sx_banded_result *r = fit(d, t, b, (sx_banded_fit)f);
    CHECK(r->domain[0].na == SX_NA_NONE || r->domain[0].na == SX_NA_NO_FIT);
    if (r->domain[0].na == SX_NA_NO_FIT) CHECK(isnan(value_of(r, "mean")) && row_of(r, 0, "mean")->na == SX_NA_NO_FIT);
    sx_banded_result_free(r);
  }
  sx_design_free(d);
  sx_table_free(t);
  sx_bands_free(b);
}

/* ---- bands ------------------------------------------------------------------------------------------------------- */

static sx_status parse(const char *text, sx_error *err) {
  sx_bands *b = NULL;
  const sx_status st = sx_bands_parse(&b, NULL, text, err);
  sx_bands_free(b);
  return st;
}

static void test_parse(void) {
  sx_bands *b = bands_of(" 3 = 100..500 ;1=0, 2 =0 .. 100,9= missing, top=500..,");
  REQUIRE(b->n == 5);
  CHECK_STR(b->band[0].code, "1");
  CHECK(b->band[0].low == 0 && b->band[0].high == 0);
  CHECK_STR(b->band[3].code, "top");
  CHECK(b->band[3].low == 500 && isinf(b->band[3].high));
  CHECK(isnan(b->band[4].low));
  sx_bands_free(b);
  CHECK_FAILS(parse("1=0, 2=0..100, 3=90..200", err), SX_E_ARGUMENT, "bands", "2=0..100 and 3=90..200 overlap");
  CHECK_FAILS(parse("1=0, 2=0..100, 3=101..200", err), SX_E_ARGUMENT, "bands", "leave a gap");
  CHECK_FAILS(parse("1=0..100, 2=100.., 3=500..", err), SX_E_ARGUMENT, "bands", "overlap");
  CHECK_FAILS(parse("1=0..100, 1=100..", err), SX_E_ARGUMENT, "bands", "code '1' is given twice");
  CHECK_FAILS(parse("1=100..0", err), SX_E_ARGUMENT, "bands", "lower limit 100 above the upper, 0");
  CHECK_FAILS(parse("1=-5..10", err), SX_E_ARGUMENT, "bands", "begins at -5");
  CHECK_FAILS(parse("1=0", err), SX_E_ARGUMENT, "bands", "none of them is an interval");
  CHECK_FAILS(parse("", err), SX_E_ARGUMENT, "bands", "none of them");
  CHECK_FAILS(parse("1=0, 2", err), SX_E_PARSE, "bands", "'2' is no band");
  CHECK_FAILS(parse("1=a..b", err), SX_E_PARSE, "bands", "'1=a..b' is no band");
  CHECK_FAILS(parse("1=..", err), SX_E_PARSE, "bands", "is no band");
  CHECK_FAILS(parse("=1..2", err), SX_E_PARSE, "bands", "is no band");
}

static void test_labels(void) {
  static const char *const label[] = {"0",        "1-99",     "100\u2013499", "500 to 999", "1,000-4,999 yuan",
                                      "5000以上", "No answer"};
  static const double low[] = {0, 0, 100, 500, 1000, 5000}, high[] = {0, 100, 500, 1000, 5000, (double)INFINITY};
  sx_table *t = eh_table(NULL, 1);
  sx_column *c = eh_number(t, "spend", NULL);
  for (size_t k = 0; k < 7; k++)
    REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), c, (double)k + 1, NULL, 0, label[k], err));
  sx_bands *b = NULL;
  REQUIRE_OK(sx_bands_of_labels(&b, NULL, c, err));
  REQUIRE(b->n == 7);
  CHECK(!b->limit_below);
  for (size_t k = 0; k < 6; k++) {
    CHECK_NEAR(b->band[k].low, low[k], 0);
    CHECK(b->band[k].high == high[k]);
  }
  CHECK(isnan(b->band[6].low));
  sx_bands_free(b);
  static const char *const chinese[] = {"没有花过钱", "100元及以下", "101-300元",
                                        "301-1000元", "1000元以上",  "拒答/说不清"};
  sx_column *e = eh_number(t, "band", NULL);
  for (size_t k = 0; k < 6; k++)
    REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), e, (double)k, NULL, 0, chinese[k], err));
  REQUIRE_OK(sx_bands_of_labels(&b, NULL, e, err));
  REQUIRE(b->n == 6);
  CHECK(b->band[0].high == 0 && b->band[1].low == 0 && b->band[1].high == 100 && b->band[2].low == 100);
  CHECK(b->limit_below);
  CHECK(b->band[2].high == 300 && b->band[3].high == 1000 && isinf(b->band[4].high) && isnan(b->band[5].low));
  sx_bands_free(b);
  static const char *const texts[] = {"under 50"};
  sx_column *d = eh_text(t, "text", SX_TEXT, texts);
  REQUIRE_OK(sx_bands_of_labels(&b, NULL, d, err));
  CHECK(b->n == 1 && b->band[0].high == 50);
  sx_bands_free(b);
  REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), c, 9, NULL, 0, "about 70", err));
  CHECK_FAILS(sx_bands_of_labels(&b, NULL, c, err), SX_E_DATA, "spend",
              "the label 'about 70' of code '9' spells no band");
  sx_column *bare = eh_number(t, "bare", NULL);
  CHECK_FAILS(sx_bands_of_labels(&b, NULL, bare, err), SX_E_DATA, "bare", "no value labels");
  sx_table_free(t);
}

static sx_status ask(const sx_design *d, const sx_banded_request *q, sx_error *err) {
  sx_banded_result *r = NULL;
  const sx_status st = sx_estimate_banded(&r, d, q, NULL, err);
  sx_banded_result_free(r);
  return st;
}

static void test_bad_input(void) {
  const size_t n[] = {5, 10, 12, 8};
  static const double low[] = {0, 5, 7}, high[] = {3, 4, 9}, negative[] = {1, -2, 3}, w[] = {1, 1, 1},
                      code[] = {1, 2, 3};
  static const char *const text[] = {"a", "b", "c"};
  sx_table *t = counts(n, 4, 1), *u = eh_table(NULL, 3);
  eh_number(u, "low", low);
  eh_number(u, "high", high);
  eh_number(u, "negative", negative);
  eh_number(u, "w", w);
  eh_number(u, "code", code);
  eh_text(u, "text", SX_TEXT, text);
  sx_design *d = plain(t), *e = plain(u);
  sx_bands *b = bands_of("1=0,2=0..100,3=100..200,4=200.."), *c = bands_of("1=0,2=0..100,3=100.."),
           *closed = bands_of("1=0,2=0..100,3=100..200,4=200..300");
  sx_banded_request q = SX_BANDED_REQUEST_INIT;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "", "codes with bands, limits, or exact amounts");
  q.codes = sx_table_find(t, "code");
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "code", "need bands");
  q.bands = c;
  CHECK_FAILS(ask(d, &q, err), SX_E_DATA, "code", "case 28 holds '4', which no band has");
  q.bands = b;
  q.fit = SX_BANDED_SINGH_MADDALA;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "code",
              "the singh-maddala fit has 3 parameters and needs at least 4 bands of positive amounts: there are 3");
  q.fit = SX_BANDED_PARETO;
  q.tail_bands = 3;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "code", "must begin above 0");
  q.tail_bands = 1;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "tail_bands", "2 bands or more");
  q.tail_bands = 2;
  q.bands = closed;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "code", "for an open band");
  q.fit = SX_BANDED_LOGNORMAL;
  q.bands = b;
  static const double one[] = {1};
  q.probs = one;
  q.n_probs = 1;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "probs", "1 is no probability");
  q.n_probs = 0;
  q.open_factor = 0.5;
  CHECK_FAILS(ask(d, &q, err), SX_E_ARGUMENT, "open_factor", "not 0.5");
  q.open_factor = 1.5;
  CHECK_FAILS(ask(e, &q, err), SX_E_ARGUMENT, "code", "the variable has 35 cases, the design 3");
  q.lower = sx_table_find(u, "low");
  q.codes = NULL;
  CHECK_FAILS(ask(e, &q, err), SX_E_ARGUMENT, "low", "a lower and an upper");
  q.upper = sx_table_find(u, "high");
  CHECK_FAILS(ask(e, &q, err), SX_E_DATA, "low", "case 2: the lower limit 5 lies above the upper, 4");
  q.codes = sx_table_find(u, "code");
  CHECK_FAILS(ask(e, &q, err), SX_E_ARGUMENT, "code", "not both");
  q.codes = NULL;
  q.lower = q.upper = NULL;
  q.exact = sx_table_find(u, "negative");
  CHECK_FAILS(ask(e, &q, err), SX_E_DATA, "negative", "case 2: the amount is -2");
  q.exact = sx_table_find(u, "text");
  CHECK_FAILS(ask(e, &q, err), SX_E_ARGUMENT, "text", "it is text: amounts and limits are numbers");
  q.exact = sx_table_find(u, "w");
  q.fit = SX_BANDED_RPME;
  CHECK_FAILS(ask(e, &q, err), SX_E_ARGUMENT, "w", "needs bands that stand side by side");
  sx_banded_fit which;
  CHECK_FAILS(sx_banded_fit_parse(&which, "lognorm", err), SX_E_ARGUMENT, "", "did you mean 'lognormal'");
  CHECK_FAILS(sx_banded_fit_parse(&which, "xyz", err), SX_E_ARGUMENT, "", "is not one of lognormal, gb2");
  CHECK_OK(sx_banded_fit_parse(&which, "dagum", err));
  CHECK_STR(sx_banded_fit_name(which), "dagum");
  sx_bands_free(b);
  sx_bands_free(c);
  sx_bands_free(closed);
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
  sx_table_free(u);
}

SXT_MAIN(SXT_CASE(test_lognormal_solves), SXT_CASE(test_fisk_solves), SXT_CASE(test_exact_amounts),
         SXT_CASE(test_on_limit), SXT_CASE(test_heavy_tail), SXT_CASE(test_nested), SXT_CASE(test_recovers),
         SXT_CASE(test_replicates), SXT_CASE(test_scale), SXT_CASE(test_degenerate), SXT_CASE(test_parse),
         SXT_CASE(test_labels), SXT_CASE(test_bad_input))
