/* test_known_bugs.c: mistakes that survey software has shipped, each shown not to be made here: the right number from a closed form or by
 * hand, and that the wrong one does not come out. */
#define _GNU_SOURCE
#include <unistd.h>

#include "shuxiao/io.h"

#include "est_help.h"

static const char *const psu_name = "psu";

static const sx_column *col(const sx_table *t, const char *name) {
  return sx_table_find(t, name);
}

static sx_column *change(const sx_table *t, const char *name) {
  return (sx_column *)(uintptr_t)sx_table_find(t, name);
}

static sx_design_spec clustered(void) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu_name;
  s.n_clusters = 1;
  return s;
}

static double se_of(const sx_design *d, sx_stat stat, const sx_column *y, const sx_column *x, const uint8_t *where) {
  sx_est *e = eh_one(d, stat, y, x, where);
  const double se = sx_est_se(e);
  sx_est_free(e);
  return se;
}

static sx_design *made(const sx_design *d, sx_make method, size_t reps, double rho) {
  sx_make_spec m = SX_MAKE_SPEC_INIT;
  sx_design *out = NULL;
  m.method = method;
  m.n_reps = reps;
  m.rho = rho;
  sx_error err = SX_ERROR_INIT;
  if (sx_design_make_replicates(&out, d, &m, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return out;
}

/* ---- replicates ---------------------------------------------------------------------------------------------------- */

/* The row of ones of a Hadamard matrix gives a stratum no variation. Fully balanced, the variance of a total is that of the
 * linearised design, whatever the number of strata. */
static void test_brr_leaves_the_row_of_ones_out(void) {
  for (size_t strata = 1; strata <= 9; strata++) {
    eh_state = strata;
    sx_table *t = eh_sample(40 * strata, strata, 2);
    const sx_design_spec s = clustered();
    sx_design *d = eh_design(NULL, t, &s), *brr = made(d, SX_MAKE_BRR, 0, 0), *fay = made(d, SX_MAKE_FAY, 0, 0.3);
    const double want = se_of(d, SX_STAT_TOTAL, col(t, "y"), NULL, NULL);
    CHECK_NEAR(se_of(brr, SX_STAT_TOTAL, col(t, "y"), NULL, NULL), want, 1e-12);
    CHECK_NEAR(se_of(fay, SX_STAT_TOTAL, col(t, "y"), NULL, NULL), want, 1e-12);
    sx_design_free(d);
    sx_design_free(brr);
    sx_design_free(fay);
    sx_table_free(t);
  }
}

/* A stratified sample whose strata have 2, 5 and 3 PSUs. */
static sx_table *uneven(void) {
  static const double counts[] = {2, 5, 3};
  sx_table *t = eh_table(NULL, 30);
  double *h = eh_number(t, "h", NULL)->data.f64, *p = eh_number(t, "psu", NULL)->data.f64,
         *w = eh_number(t, "w", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64,
         *x = eh_number(t, "x", NULL)->data.f64;
  size_t row = 0;
  for (size_t s = 0, unit = 0; s < 3; s++)
    for (size_t i = 0; i < (size_t)counts[s]; i++, unit++)
      for (size_t k = 0; k < 3; k++, row++) {
        h[row] = (double)s;
        p[row] = (double)unit;
        w[row] = 1 + eh_uniform();
        x[row] = 1 + eh_uniform();
        y[row] = (double)unit + 2 * x[row] - log(eh_uniform());
      }
  return t;
}

/* JKn takes (n_h - 1)/n_h stratum by stratum, not (R - 1)/R over all. */
static void test_jkn_scales_by_stratum(void) {
  eh_state = 3;
  sx_table *t = uneven();
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *jk = made(d, SX_MAKE_JKN, 0, 0);
  CHECK_NEAR(se_of(jk, SX_STAT_TOTAL, col(t, "y"), NULL, NULL), se_of(d, SX_STAT_TOTAL, col(t, "y"), NULL, NULL),
             1e-12);
  const double *r = sx_design_rep_rscales(jk);
  REQUIRE(sx_design_replicates(jk) == 10 && r);
  CHECK_NEAR(r[0], 1.0 / 2, 0);
  CHECK_NEAR(r[2], 4.0 / 5, 1e-15);
  CHECK_NEAR(r[9], 2.0 / 3, 1e-15);
  sx_design_free(d);
  sx_design_free(jk);
  sx_table_free(t);
}

static sx_design *read_replicates(sx_table *t, const double *repw, size_t reps, sx_rep_type type, double scale,
                                  bool mse) {
  static char names[1300][12];
  const char **list = malloc(reps * sizeof *list);
  for (size_t r = 0; r < reps; r++) {
    snprintf(names[r], sizeof names[r], "rw%zu", r);
    double *v = eh_number(t, names[r], NULL)->data.f64;
    for (size_t i = 0; i < sx_table_rows(t); i++) v[i] = repw[i * reps + r];
    list[r] = names[r];
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = reps;
  s.rep_type = type;
  s.scale = scale;
  s.mse = mse;
  sx_design *d = eh_design(NULL, t, &s);
  free(list);
  return d;
}

/* JK2: one replicate per pair, scale 1: the variance of a total is the sum of squared differences within pairs. */
static void test_jk2_has_scale_one(void) {
  eh_state = 9;
  enum { PAIRS = 4, ROWS = 16 };
  sx_table *t = eh_table(NULL, ROWS);
  double *w = eh_number(t, "w", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64, repw[ROWS * PAIRS];
  double want = 0, z[2 * PAIRS] = {0};
  for (size_t i = 0; i < ROWS; i++) {
    w[i] = 1 + eh_uniform();
    y[i] = 10 * eh_uniform();
    z[i % (2 * PAIRS)] += w[i] * y[i];
    for (size_t r = 0; r < PAIRS; r++) {
      const size_t unit = i % (2 * PAIRS);
      repw[i * PAIRS + r] = w[i] * (unit == 2 * r ? 0 : unit == 2 * r + 1 ? 2 : 1);
    }
  }
  for (size_t r = 0; r < PAIRS; r++) want += (z[2 * r] - z[2 * r + 1]) * (z[2 * r] - z[2 * r + 1]);
  sx_design *d = read_replicates(t, repw, PAIRS, SX_REP_OTHER, 1, true);
  CHECK_NEAR(se_of(d, SX_STAT_TOTAL, col(t, "y"), NULL, NULL), sqrt(want), 1e-12);
  sx_design_free(d);
  sx_table_free(t);
}

/* The two rows of an SDR factor are subtracted: 1 + 2^(-3/2) (h_a - h_b) is 1 or 1 +- 2^(-1/2). */
static void test_sdr_adds(void) {
  eh_state = 21;
  sx_table *t = eh_sample(24, 1, 24);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s), *sdr = made(d, SX_MAKE_SDR, 8, 0);
  const double *w = sx_design_weights(d);
  double rep[24];
  size_t seen[3] = {0, 0, 0};
  CHECK_NEAR(sx_design_rep_scale(sdr), 4.0 / 8, 0);
  for (size_t r = 0; r < sx_design_replicates(sdr); r++) {
    sx_design_replicate(rep, sdr, r);
    for (size_t i = 0; i < 24; i++) {
      const double f = rep[i] / w[i], off = fabs(f - 1);
      CHECK(off < 1e-12 || fabs(off - sqrt(0.5)) < 1e-12);
      seen[off < 1e-12 ? 0 : f > 1 ? 1 : 2]++;
    }
  }
  CHECK(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
  sx_design_free(d);
  sx_design_free(sdr);
  sx_table_free(t);
}

/* Centred at the full-sample estimate the squares are larger by R (mean - theta)^2. */
static void test_mse_is_centred_on_request(void) {
  eh_state = 33;
  sx_table *t = uneven();
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *jk = made(d, SX_MAKE_JKN, 0, 0);
  enum { REPS = 10 };
  double repw[30 * REPS], theta[REPS], w[30], mean = 0;
  const double *y = col(t, "y")->data.f64, *x = col(t, "x")->data.f64;
  for (size_t r = 0; r < REPS; r++) {
    double wy = 0, wx = 0;
    sx_design_replicate(w, jk, r);
    for (size_t i = 0; i < 30; i++) {
      repw[i * REPS + r] = w[i];
      wy += w[i] * y[i];
      wx += w[i] * x[i];
    }
    theta[r] = wy / wx;
    mean += theta[r] / REPS;
  }
  for (int mse = 0; mse < 2; mse++) {
    sx_table *u = NULL;
    uint8_t all[30];
    memset(all, 1, sizeof all);
    REQUIRE_OK(sx_table_select(&u, t, all, err));
    sx_design *read = read_replicates(u, repw, REPS, SX_REP_OTHER, 0.7, mse == 1);
    sx_est *e = eh_one(read, SX_STAT_RATIO, col(u, "y"), col(u, "x"), NULL);
    double want = 0;
    const double centre = mse ? sx_est_value(e) : mean;
    for (size_t r = 0; r < REPS; r++) want += 0.7 * (theta[r] - centre) * (theta[r] - centre);
    CHECK_NEAR(sx_est_variance(e), want, 1e-10);
    sx_est_free(e);
    sx_design_free(read);
    sx_table_free(u);
  }
  sx_design_free(d);
  sx_design_free(jk);
  sx_table_free(t);
}

static void test_many_replicate_columns(void) {
  eh_state = 12;
  enum { REPS = 1200, ROWS = 20 };
  sx_table *t = eh_table(NULL, ROWS);
  double *w = eh_number(t, "w", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64;
  double *repw = malloc(sizeof *repw * ROWS * REPS), theta[REPS], mean = 0, want = 0;
  for (size_t i = 0; i < ROWS; i++) {
    w[i] = 1;
    y[i] = (double)i;
  }
  for (size_t r = 0; r < REPS; r++) {
    theta[r] = 0;
    for (size_t i = 0; i < ROWS; i++) {
      repw[i * REPS + r] = eh_uniform() * 2;
      theta[r] += repw[i * REPS + r] * y[i];
    }
    mean += theta[r] / REPS;
  }
  for (size_t r = 0; r < REPS; r++) want += (theta[r] - mean) * (theta[r] - mean) / REPS;
  sx_design *d = read_replicates(t, repw, REPS, SX_REP_OTHER, 1.0 / REPS, false);
  CHECK_INT(sx_design_replicates(d), REPS);
  CHECK_NEAR(se_of(d, SX_STAT_TOTAL, col(t, "y"), NULL, NULL), sqrt(want), 1e-11);
  free(repw);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- domains, missing answers, degrees of freedom -------------------------------------------------------------------- */

static void test_df_are_the_domains(void) {
  eh_state = 3;
  sx_table *t = uneven();
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s);
  uint8_t where[30];
  for (size_t i = 0; i < 30; i++) where[i] = col(t, "h")->data.f64[i] == 1;
  sx_est *all = eh_one(d, SX_STAT_MEAN, col(t, "y"), NULL, NULL),
         *one = eh_one(d, SX_STAT_MEAN, col(t, "y"), NULL, where);
  CHECK_NEAR(sx_est_df(all), 10 - 3, 0);
  CHECK_NEAR(sx_est_df(one), 5 - 1, 0);
  sx_est_free(all);
  sx_est_free(one);
  sx_design_free(d);
  sx_table_free(t);
}

/* The same sample with 100 rows of weight 0 below it: nothing changes but the file. */
static void test_zero_weights_are_no_cases(void) {
  eh_state = 40;
  sx_table *t = eh_table(NULL, 150), *small = NULL;
  double *w = eh_number(t, "w", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64;
  uint8_t keep[150];
  for (size_t i = 0; i < 150; i++) {
    keep[i] = i < 50;
    w[i] = i < 50 ? 1 + eh_uniform() : 0;
    y[i] = eh_uniform();
  }
  REQUIRE_OK(sx_table_select(&small, t, keep, err));
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s), *e = eh_design(NULL, small, &s);
  sx_est_set *a = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, col(t, "y"), NULL, false, NULL, NULL}),
             *b = eh_ask(e, &(sx_est_request){SX_STAT_MEAN, col(small, "y"), NULL, false, NULL, NULL});
  CHECK_INT(a->rows[0].n, 50);
  CHECK_NEAR(a->rows[0].deff * 149 / 150 * 50 / 49, b->rows[0].deff, 1e-12); /* 150 sampling units, 100 of them empty */
  CHECK_NEAR(a->rows[0].n_eff, 50 / a->rows[0].deff, 1e-14);
  CHECK_NEAR(a->rows[0].df, 49, 0);
  sx_est_set_free(a);
  sx_est_set_free(b);
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
  sx_table_free(small);
}

/* Missing answers take a whole PSU out of the base. It stays in the design with a total of 0; without it the error is another. */
static void test_missing_rows_stay_in_the_design(void) {
  eh_state = 3;
  sx_table *t = uneven(), *dropped = NULL;
  sx_column *y = change(t, "y");
  uint8_t keep[30];
  for (size_t i = 0; i < 30; i++) {
    keep[i] = col(t, "psu")->data.f64[i] != 4;
    if (!keep[i]) REQUIRE_OK(sx_column_set_missing(NULL, y, i, SX_MISS_SYSTEM, err));
  }
  REQUIRE_OK(sx_table_select(&dropped, t, keep, err));
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *e = eh_design(NULL, dropped, &s);
  double z[10] = {0}, want = 0;
  for (size_t i = 0; i < 30; i++)
    if (keep[i]) z[(size_t)col(t, "psu")->data.f64[i]] += col(t, "w")->data.f64[i] * y->data.f64[i];
  static const size_t first[] = {0, 2, 7, 10};
  for (size_t h = 0; h < 3; h++) {
    const double n = (double)(first[h + 1] - first[h]);
    double mean = 0;
    for (size_t i = first[h]; i < first[h + 1]; i++) mean += z[i] / n;
    for (size_t i = first[h]; i < first[h + 1]; i++) want += n / (n - 1) * (z[i] - mean) * (z[i] - mean);
  }
  const double got = se_of(d, SX_STAT_TOTAL, y, NULL, NULL);
  CHECK_NEAR(got, sqrt(want), 1e-12);
  CHECK(fabs(se_of(e, SX_STAT_TOTAL, col(dropped, "y"), NULL, NULL) / got - 1) > 0.01);
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
  sx_table_free(dropped);
}

/* A share is a ratio: its residuals are I - p, not I. Adding a constant to a variable moves its mean and not its error. */
static void test_shares_and_means_are_ratios(void) {
  eh_state = 8;
  sx_table *t = eh_sample(200, 4, 5);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s);
  const sx_column *u = col(t, "u"), *y = col(t, "y");
  const double *w = col(t, "w")->data.f64;
  double n = 0;
  for (size_t i = 0; i < u->n; i++) n += w[i];
  double *one = eh_number(t, "one", NULL)->data.f64;
  for (size_t i = 0; i < u->n; i++) one[i] = 1;
  sx_est_set *p = eh_ask(d, &(sx_est_request){SX_STAT_PROP, u, NULL, false, NULL, NULL});
  const double se = sx_est_se(p->rows[1].est);
  CHECK_NEAR(se, se_of(d, SX_STAT_RATIO, u, col(t, "one"), NULL), 1e-12);
  CHECK_NEAR(se, sx_est_se(p->rows[0].est), 1e-12); /* both shares of a variable of two levels */
  CHECK(fabs(se_of(d, SX_STAT_TOTAL, u, NULL, NULL) / n / se - 1) > 0.01);
  const double before = se_of(d, SX_STAT_MEAN, y, NULL, NULL);
  for (size_t i = 0; i < u->n; i++) change(t, "y")->data.f64[i] += 1000;
  CHECK_NEAR(se_of(d, SX_STAT_MEAN, y, NULL, NULL), before, 1e-10);
  sx_est_set_free(p);
  sx_design_free(d);
  sx_table_free(t);
}

/* The limits of a quantile are the quantiles, by the same rule, at the limits of its share. */
static void test_limits_follow_the_rule(void) {
  eh_state = 50;
  sx_table *t = eh_sample(120, 3, 5);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s);
  const sx_column *y = col(t, "y");
  sx_column at = *y;
  for (sx_qrule rule = SX_QRULE_MATH; rule <= SX_QRULE_HF9; rule++) {
    static const double half = 0.5;
    sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
    o.rule = rule;
    o.centre = SX_QCENTRE_AT_SHARE;
    sx_quantile_request r = {y, &half, 1, NULL, NULL};
    sx_est_set *q = NULL, *ends = NULL;
    REQUIRE_OK(sx_estimate_quantile(&q, d, &r, &o, err));
    at.type = SX_INTEGER;
    at.data.i64 = malloc(y->n * sizeof(int64_t));
    for (size_t i = 0; i < y->n; i++) at.data.i64[i] = y->data.f64[i] <= q->rows[0].estimate;
    const sx_est_options wald = {1, 0.95, SX_CI_WALD, (double)NAN};
    const sx_est_request share = {SX_STAT_PROP, &at, NULL, true, NULL, NULL};
    sx_est_set *f = NULL;
    REQUIRE_OK(sx_estimate_run(&f, d, &share, &wald, err));
    const double limits[] = {f->rows[0].low, f->rows[0].high};
    r.probs = limits;
    r.n_probs = 2;
    REQUIRE_OK(sx_estimate_quantile(&ends, d, &r, &o, err));
    CHECK_NEAR(q->rows[0].low, ends->rows[0].estimate, 0);
    CHECK_NEAR(q->rows[0].high, ends->rows[1].estimate, 0);
    free(at.data.i64);
    sx_est_set_free(q);
    sx_est_set_free(f);
    sx_est_set_free(ends);
  }
  sx_design_free(d);
  sx_table_free(t);
}

static void test_lonely_units_are_said(void) {
  eh_state = 3;
  sx_table *t = uneven();
  change(t, "h")->data.f64[0] = change(t, "h")->data.f64[1] = change(t, "h")->data.f64[2] = 7;
  const sx_design_spec s = clustered();
  sx_design *d = NULL;
  CHECK_FAILS(sx_design_new(&d, NULL, t, &s, err), SX_E_DATA, "", "7");
  CHECK(d == NULL);
  sx_table_free(t);
}

/* ---- adjusted weights -------------------------------------------------------------------------------------------------- */

static const char *const margin_name = "g";
static const char *const texts[3][1] = {{"0"}, {"1"}, {"2"}};
static const char *const *const levels[3] = {texts[0], texts[1], texts[2]};

static sx_status rake(sx_design **out, const sx_design *d, const sx_table *t, const double *totals,
                      const sx_rake_options *o, sx_error *err) {
  const sx_target target = {&margin_name, 1, levels, totals, 3, "g"};
  return sx_weighting_rake(out, d, t, &target, 1, o, NULL, err);
}

/* One margin: the new weight is the design weight times target over weighted count. */
static void test_raking_starts_from_the_design_weights(void) {
  static const double totals[] = {100, 250, 150};
  eh_state = 60;
  sx_table *t = eh_sample(90, 3, 4);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *r = NULL;
  REQUIRE_OK(rake(&r, d, t, totals, NULL, err));
  const double *w = sx_design_weights(d), *v = sx_design_weights(r), *g = col(t, "g")->data.f64;
  double sum[3] = {0, 0, 0};
  for (size_t i = 0; i < 90; i++) sum[(size_t)g[i]] += w[i];
  for (size_t i = 0; i < 90; i++) CHECK_NEAR(v[i], w[i] * totals[(size_t)g[i]] / sum[(size_t)g[i]], 1e-12);
  sx_design_free(d);
  sx_design_free(r);
  sx_table_free(t);
}

static void test_bounds_and_iterations_hold(void) {
  static const double totals[] = {100, 250, 150};
  eh_state = 60;
  sx_table *t = eh_sample(90, 3, 4);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *r = NULL;
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  o.lower = 0.999;
  o.upper = 1.001;
  o.max_iterations = 3;
  sx_error err = SX_ERROR_INIT;
  CHECK(rake(&r, d, t, totals, &o, &err) != SX_OK);
  CHECK(r == NULL && strstr(err.message, "g"));
  sx_design_free(d);
  sx_table_free(t);
}

/* A target of 0 gives its cases the weight 0; the others are as if these were not there. */
static void test_a_total_of_zero(void) {
  static const double totals[] = {0, 250, 150};
  eh_state = 60;
  sx_table *t = eh_sample(90, 3, 4);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *r = NULL;
  REQUIRE_OK(rake(&r, d, t, totals, NULL, err));
  double sum[3] = {0, 0, 0};
  for (size_t i = 0; i < 90; i++) sum[(size_t)col(t, "g")->data.f64[i]] += sx_design_weights(r)[i];
  CHECK_NEAR(sum[0], 0, 0);
  CHECK_NEAR(sum[1], 250, 1e-12);
  CHECK_NEAR(sum[2], 150, 1e-12);
  sx_design_free(d);
  sx_design_free(r);
  sx_table_free(t);
}

static void test_an_empty_domain_of_a_raked_design(void) {
  static const double totals[] = {100, 250, 150};
  eh_state = 60;
  sx_table *t = eh_sample(90, 3, 4);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *r = NULL;
  REQUIRE_OK(rake(&r, d, t, totals, NULL, err));
  uint8_t nobody[90] = {0};
  sx_est_set *set = eh_ask(r, &(sx_est_request){SX_STAT_MEAN, col(t, "y"), NULL, false, nobody, NULL});
  CHECK(set->rows[0].na == SX_NA_EMPTY_DOMAIN && isnan(set->rows[0].estimate) && set->rows[0].n == 0);
  sx_est_set_free(set);
  sx_design_free(d);
  sx_design_free(r);
  sx_table_free(t);
}

/* What was calibrated to has no error, on a linearised design and on replicates. */
static void test_the_error_knows_the_calibration(void) {
  static const double totals[] = {100, 250, 150};
  eh_state = 60;
  sx_table *t = eh_sample(90, 3, 4);
  const sx_design_spec s = clustered();
  sx_design *d = eh_design(NULL, t, &s), *r = NULL, *jk = made(d, SX_MAKE_JKN, 0, 0), *rj = NULL, *bad = NULL;
  REQUIRE_OK(rake(&r, d, t, totals, NULL, err));
  REQUIRE_OK(rake(&rj, jk, t, totals, NULL, err));
  uint8_t where[90];
  for (size_t i = 0; i < 90; i++) where[i] = col(t, "g")->data.f64[i] == 1;
  CHECK(se_of(d, SX_STAT_COUNT, NULL, NULL, where) > 1);
  CHECK(se_of(r, SX_STAT_COUNT, NULL, NULL, where) < 1e-10);
  CHECK(se_of(rj, SX_STAT_COUNT, NULL, NULL, where) < 1e-10);
  const sx_make_spec m = SX_MAKE_SPEC_INIT; /* replicates of adjusted weights would repeat the adjustment */
  CHECK_FAILS(sx_design_make_replicates(&bad, r, &m, err), SX_E_SUPPORT, "", "replicates first");
  sx_design_free(d);
  sx_design_free(r);
  sx_design_free(jk);
  sx_design_free(rj);
  sx_table_free(t);
}

/* ---- the rest ------------------------------------------------------------------------------------------------------------ */

/* The same bits whatever the threads, run after run; text strata as well as numbers. */
static void test_last_digits_do_not_move(void) {
  eh_state = 70;
  sx_table *t = eh_sample(5000, 5, 40);
  const char *names[5] = {"east", "west", "north", "south", "middle"}, **stratum = malloc(5000 * sizeof *stratum);
  for (size_t i = 0; i < 5000; i++) stratum[i] = names[(size_t)col(t, "h")->data.f64[i]];
  (void)eh_text(t, "text_h", SX_TEXT, stratum);
  double first = 0, first_se = 0;
  for (int run = 0; run < 6; run++) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = 1 + run % 3;
    sx_design_spec s = clustered();
    if (run >= 3) s.strata = "text_h";
    sx_design *d = eh_design(&ctx, t, &s);
    sx_est *e = eh_one(d, SX_STAT_RATIO, col(t, "y"), col(t, "x"), NULL);
    if (run == 0) {
      first = sx_est_value(e);
      first_se = sx_est_se(e);
    }
    CHECK(sx_est_value(e) == first);
    if (run < 3)
      CHECK(sx_est_se(e) == first_se);
    else
      CHECK_NEAR(sx_est_se(e), first_se, 1e-14); /* the strata are in another order */
    sx_est_free(e);
    sx_design_free(d);
  }
  free(stratum);
  sx_table_free(t);
}

/* A remainder of 64 bits by 3 * 2^62 falls below 2^62 twice as often as it should. */
static void test_draws_are_unbiased(void) {
  sx_rng rng;
  sx_rng_init(&rng, 2025, 0);
  const uint64_t n = 3 * (UINT64_C(1) << 62);
  size_t below = 0;
  enum { DRAWS = 9000 };
  for (size_t i = 0; i < DRAWS; i++) below += sx_rng_below(&rng, n) < UINT64_C(1) << 62;
  CHECK(fabs((double)below / DRAWS - 1.0 / 3) < 0.02); /* four standard errors; a remainder gives 0.5 */
}

static void test_user_missing_codes_survive(void) {
  sx_table *t = eh_table(NULL, 4), *back = NULL;
  sx_column *c = eh_number(t, "spend", NULL);
  c->data.f64[0] = 120;
  c->data.f64[1] = -9;
  c->data.f64[2] = -8;
  REQUIRE_OK(sx_column_add_range(NULL, c, -9, -8, NULL, err));
  REQUIRE_OK(sx_column_add_label(NULL, c, -9, NULL, 0, "refused", err));
  REQUIRE_OK(sx_column_set_missing(NULL, c, 3, SX_MISS_SYSTEM, err));
  char path[] = "/tmp/known_bugs_XXXXXX.sav";
  const int fd = mkstemps(path, 4);
  REQUIRE(fd >= 0);
  close(fd);
  REQUIRE_OK(sx_io_write(t, path, err));
  REQUIRE_OK(sx_io_read(&back, NULL, path, NULL, err));
  const sx_column *b = col(back, "spend");
  CHECK(b->miss && b->miss[0] == SX_MISS_NONE && b->miss[1] == SX_MISS_USER && b->miss[2] == SX_MISS_USER &&
        b->miss[3] == SX_MISS_SYSTEM);
  CHECK_NEAR(b->data.f64[1], -9, 0);
  CHECK_STR(sx_column_value_label(b, -9), "refused");
  remove(path);
  sx_table_free(t);
  sx_table_free(back);
}

SXT_MAIN(SXT_CASE(test_brr_leaves_the_row_of_ones_out), SXT_CASE(test_jkn_scales_by_stratum),
         SXT_CASE(test_jk2_has_scale_one), SXT_CASE(test_sdr_adds), SXT_CASE(test_mse_is_centred_on_request),
         SXT_CASE(test_many_replicate_columns), SXT_CASE(test_df_are_the_domains),
         SXT_CASE(test_zero_weights_are_no_cases), SXT_CASE(test_missing_rows_stay_in_the_design),
         SXT_CASE(test_shares_and_means_are_ratios), SXT_CASE(test_limits_follow_the_rule),
         SXT_CASE(test_lonely_units_are_said), SXT_CASE(test_raking_starts_from_the_design_weights),
         SXT_CASE(test_bounds_and_iterations_hold), SXT_CASE(test_a_total_of_zero),
         SXT_CASE(test_an_empty_domain_of_a_raked_design), SXT_CASE(test_the_error_knows_the_calibration),
         SXT_CASE(test_last_digits_do_not_move), SXT_CASE(test_draws_are_unbiased),
         SXT_CASE(test_user_missing_codes_survive))
