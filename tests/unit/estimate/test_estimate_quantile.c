/* Quantiles against a slow twin, closed forms and simulated coverage; what is refused; intervals of a share. */
#include "est_help.h"

#include "estimate/estimate_priv.h"

static sx_est_set *ask(const sx_design *d, const sx_quantile_request *r, const sx_quantile_options *o) {
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_quantile(&set, d, r, o, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static sx_design *clustered(const sx_table *t) {
  static const char *const psu[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = 1;
  return eh_design(NULL, t, &s);
}

/* ---- the slow twin: for every case the weight at or below it, by a double loop ------------------------------------- */

static double slow_share(const sx_table *t, const uint8_t *in, double at) {
  const double *y = sx_table_find(t, "y")->data.f64, *w = sx_table_find(t, "w")->data.f64;
  double below = 0, all = 0;
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    if (!in[i]) continue;
    all += w[i];
    if (y[i] <= at) below += w[i];
  }
  return below / all;
}

static double slow_quantile(const sx_table *t, const uint8_t *in, double p) {
  const double *y = sx_table_find(t, "y")->data.f64;
  double best = (double)INFINITY;
  for (size_t i = 0; i < sx_table_rows(t); i++)
    if (in[i] && y[i] < best && slow_share(t, in, y[i]) >= p - 1e-13) best = y[i];
  return best;
}

static void test_twin(void) {
  eh_state = 77;
  sx_table *t = eh_sample(240, 3, 5);
  sx_design *d = clustered(t);
  double *y = sx_table_find(t, "y")->data.f64; /* heaped in part */
  for (size_t i = 0; i < 240; i += 3) y[i] = round(y[i] / 4) * 4;
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  const double probs[] = {0.1, 0.5, 0.85};
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  o.centre = SX_QCENTRE_AT_SHARE;
  sx_est_set *set = ask(d, &(sx_quantile_request){sx_table_find(t, "y"), probs, 3, NULL, g}, &o);
  CHECK_INT(set->n_rows, 9);
  for (size_t i = 0; i < 9; i++) {
    const sx_est_row *row = &set->rows[i];
    uint8_t in[240];
    sx_column *at = NULL;
    for (size_t k = 0; k < 240; k++) in[k] = g->group[k] == (int32_t)row->group;
    const double q = slow_quantile(t, in, probs[i % 3]);
    CHECK_NEAR(row->estimate, q, 0);
    CHECK_INT(row->level, (int)(i % 3));
    /* Woodruff by hand: the share's error from the engine, the limits from the slow inverse */
    REQUIRE_OK(sx_column_new(&at, NULL, "at", SX_INTEGER, 240, err));
    for (size_t k = 0; k < 240; k++) at->data.i64[k] = y[k] <= q;
    sx_est *share = eh_one(d, SX_STAT_MEAN, at, NULL, in);
    const double f = sx_est_value(share), t975 = sx_num_t_quantile(0.975, sx_est_df(share)),
                 half = t975 * sx_est_se(share);
    CHECK_NEAR(f, slow_share(t, in, q), 1e-14);
    CHECK_NEAR(row->low, slow_quantile(t, in, f - half), 0);
    CHECK_NEAR(row->high, slow_quantile(t, in, f + half), 0);
    CHECK_NEAR(row->se, (row->high - row->low) / (2 * t975), 1e-14);
    CHECK_NEAR(sx_est_se(row->est), row->se, 1e-12);
    CHECK_NEAR(row->df, sx_est_df(share), 0);
    sx_est_free(share);
    sx_column_free(NULL, at);
    /* one group alone gives the same */
    sx_est_set *alone = ask(d, &(sx_quantile_request){sx_table_find(t, "y"), &probs[i % 3], 1, in, NULL}, &o);
    CHECK_NEAR(alone->rows[0].low, row->low, 0);
    CHECK_NEAR(alone->rows[0].se, row->se, 0);
    sx_est_set_free(alone);
  }
  /* a gap between the medians of two groups knows both errors */
  const sx_est *pair[] = {set->rows[1].est, set->rows[4].est};
  sx_est *gap = NULL;
  REQUIRE_OK(sx_est_linear(&gap, NULL, (const double[]){1, -1}, pair, 2, err));
  CHECK_NEAR(sx_est_value(gap), set->rows[1].estimate - set->rows[4].estimate, 1e-14);
  CHECK_NEAR(sx_est_variance(gap),
             sx_est_variance(pair[0]) + sx_est_variance(pair[1]) - 2 * sx_est_cov(pair[0], pair[1]), 1e-12);
  sx_est_free(gap);
  sx_est_set_free(set);
  sx_groups_free(g);
  sx_design_free(d);
  sx_table_free(t);
}

/* Weights times a thousand and another order of rows change nothing; negative values and zeros sort. */
static void test_invariance(void) {
  eh_state = 5;
  enum { N = 90 };
  double y[N], w[N], y2[N], w2[N];
  for (size_t i = 0; i < N; i++) {
    y[i] = round(40 * eh_uniform()) - 20 + (double)(i % 2) / 4;
    w[i] = 1 + floor(3 * eh_uniform());
    y2[(i * 37) % N] = y[i];
    w2[(i * 37) % N] = 1000 * w[i];
  }
  const double probs[] = {0, 0.3, 0.5, 0.9, 1};
  for (int rule = SX_QRULE_MATH; rule <= SX_QRULE_SHAHVAISH_SCALED; rule++) {
    /* R's shahvaish depends on the scale; it and the rules that draw lines on which of equal values comes first */
    if (rule == SX_QRULE_SHAHVAISH || (rule >= SX_QRULE_HF4 && rule <= SX_QRULE_HF9) ||
        rule == SX_QRULE_SHAHVAISH_SCALED)
      continue;
    sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
    o.rule = (sx_qrule)rule;
    sx_est_set *set[2];
    for (size_t k = 0; k < 2; k++) {
      sx_table *t = eh_table(NULL, N);
      eh_number(t, "w", k ? w2 : w);
      sx_column *c = eh_number(t, "y", k ? y2 : y);
      sx_design_spec s = SX_DESIGN_SPEC_INIT;
      s.weights = "w";
      sx_design *d = eh_design(NULL, t, &s);
      set[k] = ask(d, &(sx_quantile_request){c, probs, 5, NULL, NULL}, &o);
      sx_design_free(d);
      sx_table_free(t);
    }
    for (size_t p = 0; p < 5; p++) {
      CHECK_NEAR(set[1]->rows[p].estimate, set[0]->rows[p].estimate, 1e-12);
      CHECK_NEAR(set[1]->rows[p].low, set[0]->rows[p].low, 1e-9);
      CHECK_NEAR(set[1]->rows[p].se, set[0]->rows[p].se, 1e-9);
    }
    CHECK(set[0]->rows[0].estimate <= set[0]->rows[1].estimate && set[0]->rows[3].estimate <= set[0]->rows[4].estimate);
    for (size_t k = 0; k < 2; k++) sx_est_set_free(set[k]);
  }
}

/* Values that differ in their last bits only, in reverse and mixed with others: every order statistic is where it belongs. */
static void test_close_values(void) {
  enum { N = 3000 };
  double *y = malloc(N * sizeof *y), *sorted = malloc(N * sizeof *sorted), probs[3] = {0.2, 0.5, 0.93};
  eh_state = 31;
  for (int spread = 0; spread < 3; spread++) {
    for (size_t i = 0; i < N; i++) {
      sorted[i] = spread == 0   ? 1 + (double)i * 0x1p-50
                  : spread == 1 ? (double)i - 1500
                                : 1e3 * ((double)i - 100) * 0x1p-45;
    }
    for (size_t i = 0; i < N; i++) y[spread == 0 ? N - 1 - i : (i * 1013) % N] = sorted[i];
    sx_table *t = eh_table(NULL, N);
    const sx_column *c = eh_number(t, "y", y);
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.unweighted = true;
    sx_design *d = eh_design(NULL, t, &s);
    sx_est_set *set = ask(d, &(sx_quantile_request){c, probs, 3, NULL, NULL}, NULL);
    for (size_t p = 0; p < 3; p++) CHECK_NEAR(set->rows[p].estimate, sorted[(size_t)(probs[p] * N + 0.5) - 1], 0);
    sx_est_set_free(set);
    sx_design_free(d);
    sx_table_free(t);
  }
  free(y);
  free(sorted);
}

/* Long files are sorted in pieces: the same bits for any number of threads, with domains, ties, runs that only the last bits tell
 * apart, and missing cases; the first case that is not finite is named. */
static void test_threads(void) {
  enum { N = 100003 };
  static const double probs[] = {0.001, 0.25, 0.5, 0.9999};
  double *y = malloc(N * sizeof *y), *w = malloc(N * sizeof *w), *by = malloc(N * sizeof *by);
  for (size_t i = 0; i < N; i++) {
    const size_t k = i * 7919 % N;
    y[i] = i % 3 == 0 ? 1 + (double)k * 0x1p-50 : i % 3 == 1 ? (double)(k % 50) - 20 : exp((double)k / N * 9);
    w[i] = i % 17 == 0 ? 0 : 1 + (double)(k % 101) / 7;
    by[i] = (double)(k % 5);
  }
  sx_table *t = eh_table(NULL, N);
  sx_column *c = eh_number(t, "y", y);
  eh_number(t, "w", w);
  eh_number(t, "by", by);
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, (const char *const[]){"by"}, 1, err));
  for (int grouped = 0; grouped < 2; grouped++) {
    const sx_quantile_request r = {c, probs, 4, NULL, grouped ? g : NULL};
    sx_est_set *first = NULL;
    for (int threads = 1; threads <= 4; threads++) {
      sx_ctx ctx = SX_CTX_INIT;
      ctx.n_threads = threads;
      sx_design_spec s = SX_DESIGN_SPEC_INIT;
      s.weights = "w";
      sx_design *d = eh_design(&ctx, t, &s);
      sx_est_set *set = ask(d, &r, NULL);
      for (size_t i = 0; first && i < set->n_rows; i++) {
        CHECK_NEAR(set->rows[i].estimate, first->rows[i].estimate, 0);
        CHECK_NEAR(set->rows[i].low, first->rows[i].low, 0);
        CHECK_NEAR(set->rows[i].high, first->rows[i].high, 0);
      }
      if (threads == 4 && grouped) {
        sx_est_set *none = NULL;
        c->data.f64[N - 5] = c->data.f64[70000] = (double)INFINITY;
        CHECK_FAILS(sx_estimate_quantile(&none, d, &r, NULL, err), SX_E_DATA, "y: case 70001", "not finite");
      }
      if (first)
        sx_est_set_free(set);
      else
        first = set;
      sx_design_free(d);
    }
    sx_est_set_free(first);
  }
  sx_groups_free(g);
  sx_table_free(t);
  free(y);
  free(w);
  free(by);
}

/* Equal weights: R's quantile(type = 1..9) of 1, 2, 4, 8, 16 at 0.25 and 0.6, by hand from Hyndman & Fan's table. */
static void test_rules(void) {
  static const double values[] = {16, 1, 8, 2, 4}, probs[] = {0.25, 0.6};
  static const struct {
    sx_qrule rule;
    double want[2];
  } cases[] = {{SX_QRULE_HF1, {2, 4}},        {SX_QRULE_HF2, {2, 6}},
               {SX_QRULE_HF3, {2, 8}},        {SX_QRULE_HF4, {1.25, 4}},
               {SX_QRULE_HF5, {1.75, 6}},     {SX_QRULE_HF6, {1.5, 6.4}},
               {SX_QRULE_HF7, {2, 5.6}},      {SX_QRULE_HF8, {5.0 / 3, 92.0 / 15}},
               {SX_QRULE_HF9, {1.6875, 6.1}}, {SX_QRULE_SHAHVAISH_SCALED, {1, 4}}};
  sx_table *t = eh_table(NULL, 5);
  const sx_column *y = eh_number(t, "y", values);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
    o.rule = cases[k].rule;
    sx_est_set *set = ask(d, &(sx_quantile_request){y, probs, 2, NULL, NULL}, &o);
    for (size_t p = 0; p < 2; p++)
      if (!(fabs(set->rows[p].estimate - cases[k].want[p]) < 1e-12))
        SXT_FAIL("%s at %g: %.17g, not %.17g", sx_qrule_name(o.rule), probs[p], set->rows[p].estimate,
                 cases[k].want[p]);
    sx_est_set_free(set);
  }
  sx_design_free(d);
  sx_table_free(t);
}

/* Ten round amounts, 51% of the population at or below 50 and 75% at or below 100: the median is 50. R's interval misses it
 * whenever the sample's median is 100, where the share is far above one half; the default does not. */
static void test_heaped_coverage(void) {
  static const double value[] = {0, 10, 20, 50, 100, 200, 300, 500, 1000, 2000},
                      up_to[] = {0.1, 0.2, 0.3, 0.51, 0.75, 0.85, 0.9, 0.95, 0.98, 1};
  enum { N = 150, TIMES = 400 };
  sx_table *t = eh_table(NULL, N);
  sx_column *y = eh_number(t, "y", NULL);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s);
  const double half = 0.5;
  size_t hit[2] = {0, 0};
  eh_state = 20;
  for (size_t k = 0; k < TIMES; k++) {
    for (size_t i = 0; i < N; i++) {
      const double u = eh_uniform();
      size_t v = 0;
      while (u > up_to[v]) v++;
      y->data.f64[i] = value[v];
    }
    for (size_t c = 0; c < 2; c++) {
      sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
      o.centre = c ? SX_QCENTRE_AUTO : SX_QCENTRE_AT_SHARE;
      sx_est_set *set = ask(d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, &o);
      hit[c] += set->rows[0].low <= 50 && 50 <= set->rows[0].high;
      sx_est_set_free(set);
    }
  }
  if (!((double)hit[0] < 0.80 * TIMES && (double)hit[1] >= 0.935 * TIMES))
    SXT_FAIL("of %d samples the R-compatible interval covers in %zu, the default in %zu", TIMES, hit[0], hit[1]);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_score_and_replicates(void) {
  eh_state = 9;
  sx_table *t = eh_sample(60, 2, 5);
  sx_design *d = clustered(t);
  const sx_column *y = sx_table_find(t, "y");
  const double half = 0.5;
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  o.interval = SX_QINTERVAL_SCORE;
  sx_est_set *set = ask(d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, &o);
  /* the values that the test does not reject, one by one */
  double first = (double)INFINITY, last = -(double)INFINITY;
  for (size_t i = 0; i < 60; i++) {
    sx_column *at = NULL;
    REQUIRE_OK(sx_column_new(&at, NULL, "at", SX_INTEGER, 60, err));
    for (size_t k = 0; k < 60; k++) at->data.i64[k] = y->data.f64[k] <= y->data.f64[i];
    sx_est *f = eh_one(d, SX_STAT_MEAN, at, NULL, NULL);
    if (fabs(0.5 - sx_est_value(f)) <= sx_num_t_quantile(0.975, sx_est_df(f)) * sx_est_se(f)) {
      if (y->data.f64[i] < first) first = y->data.f64[i];
      if (y->data.f64[i] > last) last = y->data.f64[i];
    }
    sx_est_free(f);
    sx_column_free(NULL, at);
  }
  CHECK_NEAR(set->rows[0].low, first, 0);
  CHECK_NEAR(set->rows[0].high, last, 0);
  sx_est_set_free(set);
  sx_design_free(d);
  /* replicates: the quantile under every weight, some of them 0, against a design of that weight alone */
  enum { R = 4 };
  static const char *const names[] = {"r0", "r1", "r2", "r3"};
  for (size_t r = 0; r < R; r++) {
    double *w = eh_number(t, names[r], NULL)->data.f64;
    for (size_t i = 0; i < 60; i++) w[i] = (i + r) % 4 ? 1 + eh_uniform() : 0;
  }
  double values[R], mean = 0, v = 0;
  for (size_t r = 0; r < R; r++) {
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.weights = names[r];
    sx_design *one = eh_design(NULL, t, &s);
    sx_est_set *q = ask(one, &(sx_quantile_request){y, &half, 1, NULL, NULL}, NULL);
    values[r] = q->rows[0].estimate;
    mean += values[r] / R;
    sx_est_set_free(q);
    sx_design_free(one);
  }
  for (size_t r = 0; r < R; r++) v += (values[r] - mean) * (values[r] - mean);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = names;
  s.n_repweights = R;
  s.rep_type = SX_REP_BRR;
  d = eh_design(NULL, t, &s);
  o.interval = SX_QINTERVAL_REPLICATE;
  set = ask(d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, &o);
  CHECK_NEAR(set->rows[0].se, sqrt(v / R), 1e-13);
  CHECK_NEAR(set->rows[0].high - set->rows[0].estimate, sx_num_t_quantile(0.975, sx_design_df(d)) * sqrt(v / R), 1e-12);
  sx_est_set_free(set);
  /* Woodruff on replicates: the carrier has the printed error and the estimate's value */
  o.interval = SX_QINTERVAL_MEAN;
  set = ask(d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, &o);
  CHECK_NEAR(sx_est_value(set->rows[0].est), set->rows[0].estimate, 0);
  CHECK_NEAR(sx_est_se(set->rows[0].est), set->rows[0].se, 1e-12);
  sx_est_set_free(set);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_reasons_and_refusals(void) {
  sx_table *t = eh_table(NULL, 6);
  const sx_column *y = eh_number(t, "y", (const double[]){1, 2, 3, 4, 5, (double)NAN});
  const sx_column *bad = eh_number(t, "bad", (const double[]){1, 2, (double)INFINITY, 4, 5, 6});
  const sx_column *c = eh_text(t, "c", SX_TEXT, (const char *const[]){"a", "b", "a", "b", "a", "b"});
  eh_number(t, "w", (const double[]){1, 1, 1, 1, 1, 1});
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  const uint8_t none[6] = {0}, last[6] = {0, 0, 0, 0, 0, 1}, first[6] = {1, 0, 0, 0, 0, 0};
  const double half = 0.5, top = 0.99, wrong = 1.5;
  sx_est_set *set = ask(d, &(sx_quantile_request){y, &half, 1, none, NULL}, NULL);
  CHECK_INT(set->rows[0].na, SX_NA_EMPTY_DOMAIN);
  CHECK(isnan(set->rows[0].estimate) && !set->rows[0].est);
  sx_est_set_free(set);
  set = ask(d, &(sx_quantile_request){y, &half, 1, last, NULL}, NULL);
  CHECK_INT(set->rows[0].na, SX_NA_ALL_MISSING);
  sx_est_set_free(set);
  set = ask(d, &(sx_quantile_request){y, &half, 1, first, NULL}, NULL);
  CHECK_INT(set->rows[0].na, SX_NA_TOO_FEW_PSU);
  CHECK_NEAR(set->rows[0].estimate, 1, 0);
  CHECK(isnan(set->rows[0].se) && set->rows[0].est && isnan(sx_est_variance(set->rows[0].est)));
  sx_est_set_free(set);
  set = ask(d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, NULL);
  CHECK_INT(set->rows[0].na, SX_NA_OUTSIDE); /* five cases: the upper limit of the share at or below is above 1 */
  CHECK_STR(sx_na_text(set->rows[0].na), "interval beyond the data");
  CHECK(isnan(set->rows[0].high) && isnan(set->rows[0].se) && isnan(set->rows[0].low));
  sx_est_set_free(set);
  set = ask(d, &(sx_quantile_request){y, &top, 1, NULL, NULL}, NULL);
  CHECK_NEAR(set->rows[0].estimate, 5, 0); /* the largest: nothing is known beyond it, and R's se of 0 is not printed */
  CHECK_INT(set->rows[0].na, SX_NA_OUTSIDE);
  sx_est_set_free(set);
  sx_quantile_options as_r = SX_QUANTILE_OPTIONS_INIT;
  as_r.centre = SX_QCENTRE_AT_SHARE;
  set = ask(d, &(sx_quantile_request){y, &top, 1, NULL, NULL}, &as_r);
  CHECK_NEAR(set->rows[0].se, 0, 0);
  sx_est_set_free(set);
  set = NULL;
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  CHECK_FAILS(sx_estimate_quantile(&set, d, &(sx_quantile_request){y, &wrong, 1, NULL, NULL}, NULL, err), SX_E_ARGUMENT,
              "probs", "1.5 is not between 0 and 1");
  CHECK_FAILS(sx_estimate_quantile(&set, d, &(sx_quantile_request){c, &half, 1, NULL, NULL}, NULL, err), SX_E_ARGUMENT,
              "c", "needs a number");
  CHECK_FAILS(sx_estimate_quantile(&set, d, &(sx_quantile_request){bad, &half, 1, NULL, NULL}, NULL, err), SX_E_DATA,
              "bad: case 3", "not finite");
  CHECK_FAILS(sx_estimate_quantile(&set, d, &(sx_quantile_request){y, &half, 0, NULL, NULL}, NULL, err), SX_E_ARGUMENT,
              "probs", "at least one");
  o.interval = SX_QINTERVAL_REPLICATE;
  CHECK_FAILS(sx_estimate_quantile(&set, d, &(sx_quantile_request){y, &half, 1, NULL, NULL}, &o, err), SX_E_ARGUMENT,
              "interval", "replicate weights");
  CHECK_FAILS(sx_qrule_parse(&o.rule, "hf10", err), SX_E_ARGUMENT, "", "'hf10' is not a rule");
  CHECK_FAILS(sx_qinterval_parse(&o.interval, "wald", err), SX_E_ARGUMENT, "", "'wald' is not an interval");
  CHECK(set == NULL);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- intervals of a share ------------------------------------------------------------------------------------------ */

static void test_share_intervals(void) {
  enum { N = 50 };
  double v[N] = {0};
  for (size_t i = 0; i < 12; i++) v[i] = 1;
  sx_table *t = eh_table(NULL, N);
  sx_column *y = eh_number(t, "y", v);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  sx_design *d = eh_design(NULL, t, &spec);
  const sx_est_request r = {SX_STAT_PROP, y, NULL, true, NULL, NULL};
  const double p = 0.24, m = 49, t975 = sx_num_t_quantile(0.975, 49); /* V = pq/49: m = pq/V = n - 1 */
  for (int ci = SX_CI_WALD; ci <= SX_CI_LIKELIHOOD; ci++) {
    sx_est_options o = SX_EST_OPTIONS_INIT;
    o.ci = (sx_ci)ci;
    sx_est_set *set = NULL;
    REQUIRE_OK(sx_estimate_run(&set, d, &r, &o, err));
    const double low = set->rows[0].low, high = set->rows[0].high, at[] = {low, high};
    CHECK(low > 0 && low < p && p < high && high < 1);
    for (size_t k = 0; k < 2; k++) {
      const double x = at[k];
      if (ci == SX_CI_WILSON) CHECK_NEAR((p - x) * (p - x) / (x * (1 - x) / m), t975 * t975, 1e-10);
      if (ci == SX_CI_LIKELIHOOD)
        CHECK_NEAR(2 * m * 49 / 50 * (p * log(p / x) + (1 - p) * log((1 - p) / (1 - x))), t975 * t975, 1e-10);
      if (ci == SX_CI_ASIN) CHECK_NEAR(fabs(asin(sqrt(x)) - asin(sqrt(p))), t975 / (2 * sqrt(m)), 1e-10);
      if (ci == SX_CI_XLOGIT)
        CHECK_NEAR(fabs(log(x / (1 - x)) - log(p / (1 - p))), t975 / sqrt(m * p * (1 - p)), 1e-10);
    }
    if (ci == SX_CI_BETA) { /* df = n - 1, so n* = m; the limits are Clopper and Pearson's of 49 * 0.24 in 49 */
      CHECK_NEAR(low, sx_num_beta_quantile(0.025, m * p, m * (1 - p) + 1), 1e-10);
      CHECK_NEAR(high, sx_num_beta_quantile(0.975, m * p + 1, m * (1 - p)), 1e-10);
    }
    sx_est_set_free(set);
    for (size_t i = 0; i < N; i++) y->data.f64[i] = 0; /* none: one-sided, whatever the method */
    REQUIRE_OK(sx_estimate_run(&set, d, &r, &o, err));
    CHECK_NEAR(set->rows[0].low, 0, 0);
    CHECK_NEAR(set->rows[0].high, ci == SX_CI_WALD ? 0 : 1 - pow(0.025, 1.0 / N), 1e-12);
    sx_est_set_free(set);
    for (size_t i = 0; i < N; i++) y->data.f64[i] = v[i];
  }
  sx_ci ci = SX_CI_DEFAULT;
  CHECK_OK(sx_ci_parse(&ci, "wilson", err));
  CHECK_INT(ci, SX_CI_WILSON);
  CHECK_FAILS(sx_ci_parse(&ci, "exact", err), SX_E_ARGUMENT, "", "'exact' is not an interval");
  sx_design_free(d);
  sx_table_free(t);
}

/* Shares at 1 to 5 are 0.4, 0.2, 0.6, 1.2, 1: 0.3 is crossed more than once, and 0.5 inside the run of 2s counts for nothing. */
static void test_falling_shares(void) {
  const double x[] = {1, 2, 2, 3, 4, 5}, w[] = {4, 1, -3, 4, 6, -2};
  double cum[6];
  CHECK(sx_estimate__cumulate(cum, w, 6));
  CHECK(cum[1] == 5 && cum[2] == 2 && cum[4] == 12 && cum[5] == 10); /* shares 0.4 0.2 0.6 1.2 1 */
  const est_view v = {x, w, cum, 6, true};
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 0.1) == 1);
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 0.3) == 3);
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 0.45) == 3);
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 0.2) == 2);
  CHECK(sx_estimate__quantile(SX_QRULE_SCHOOL, &v, 0.2) == 2.5);
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 0.99) == 4);
  CHECK(sx_estimate__quantile(SX_QRULE_MATH, &v, 1) == 5);
  CHECK_NEAR(sx_estimate__quantile(SX_QRULE_HF4, &v, 0.3), 2.25, 1e-12);
  const double none[] = {1, -1};
  CHECK(sx_estimate__cumulate(cum, none, 2));
  const est_view nothing = {x, none, cum, 2, true};
  CHECK(isnan(sx_estimate__quantile(SX_QRULE_MATH, &nothing, 0.5)));
  const double plain[] = {1, 2, 0, 3};
  CHECK(!sx_estimate__cumulate(cum, plain, 4));
}

SXT_MAIN(SXT_CASE(test_twin), SXT_CASE(test_invariance), SXT_CASE(test_close_values), SXT_CASE(test_threads),
         SXT_CASE(test_rules), SXT_CASE(test_heaped_coverage), SXT_CASE(test_score_and_replicates),
         SXT_CASE(test_reasons_and_refusals), SXT_CASE(test_share_intervals), SXT_CASE(test_falling_shares))
