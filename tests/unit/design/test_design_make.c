/* Replicates made from a design: the replicate variance of a total equals the linearised one exactly where theory says
 * so, the quadratic form of successive differences, the bootstraps' factors and expectation, the same whatever the
 * threads, bad input. The faults that other packages shipped are each shut out here: the row of ones used for a stratum,
 * one scale for all strata in JKn, factors of successive differences multiplied, no centring on request. */
#include "est_help.h"

static const char *const psu_name[] = {"psu"};

static sx_design *clustered(const sx_ctx *ctx, const sx_table *t, const char *fpc) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu_name;
  s.n_clusters = 1;
  s.fpc = fpc;
  return eh_design(ctx, t, &s);
}

static sx_design *made(const sx_design *d, sx_make method, size_t reps, double rho, bool mse) {
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  spec.method = method;
  spec.n_reps = reps;
  spec.rho = rho;
  spec.mse = mse;
  sx_design *out = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_design_make_replicates(&out, d, &spec, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return out;
}

static double total_variance(const sx_design *d, const sx_table *t, const char *y) {
  sx_est *e = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, y), NULL, NULL);
  const double v = sx_est_variance(e);
  sx_est_free(e);
  return v;
}

/* Totals of y by group, and their covariance with the first group's. */
static void same_totals(const sx_design *a, const sx_design *b, const sx_table *t) {
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, false, NULL, g};
  sx_est_set *sa = eh_ask(a, &r), *sb = eh_ask(b, &r);
  for (size_t k = 0; k < sa->n_rows; k++) {
    CHECK_NEAR(sb->rows[k].estimate, sa->rows[k].estimate, 1e-13);
    CHECK_NEAR(sb->rows[k].se, sa->rows[k].se, 1e-10);
    const double ca = sx_est_cov(sa->rows[0].est, sa->rows[k].est), cb = sx_est_cov(sb->rows[0].est, sb->rows[k].est);
    CHECK(fabs(ca - cb) <= 1e-9 * sa->rows[0].se * sa->rows[k].se);
  }
  sx_est_set_free(sa);
  sx_est_set_free(sb);
  sx_groups_free(g);
}

static void test_jackknife(void) {
  eh_state = 11;
  sx_table *t = eh_sample(200, 3, 5), *one = eh_sample(90, 1, 9);
  for (int k = 0; k < 4; k++) {
    const char *fpc = k % 2 ? "N" : NULL;
    sx_design *d = clustered(NULL, t, fpc), *jkn = made(d, SX_MAKE_JKN, 0, 0, k > 1);
    CHECK_INT(sx_design_replicates(jkn), 15);
    CHECK_INT(sx_design_rep_type(jkn), SX_REP_JKN);
    CHECK_NEAR(sx_design_rep_rscales(jkn)[0], 0.8 * (fpc ? 1 - 5.0 / 15 : 1), 1e-15); /* not 14/15 */
    CHECK_NEAR(sx_design_df(jkn), 12, 0);
    same_totals(d, jkn, t);
    sx_design_free(jkn);
    sx_design_free(d);
    d = clustered(NULL, one, fpc);
    sx_design *jk1 = made(d, SX_MAKE_JK1, 9, 0, k > 1);
    CHECK_NEAR(sx_design_rep_scale(jk1), 8.0 / 9 * (fpc ? 1 - 9.0 / 27 : 1), 1e-15);
    CHECK_NEAR(sx_design_df(jk1), 8, 0);
    same_totals(d, jk1, one);
    sx_design_free(jk1);
    sx_design_free(d);
  }
  sx_table_free(t);
  sx_table_free(one);
}

/* A stratum taken for sure adds nothing and costs no replicate; strata of uneven size; a lonely stratum. */
static void test_certainty(void) {
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", (const double[]){1, 1, 1, 2, 2, 3, 3, 3});
  eh_number(t, "h", (const double[]){1, 1, 1, 2, 2, 3, 3, 4});
  eh_number(t, "y", (const double[]){3, 1, 4, 1, 5, 9, 2, 6});
  eh_number(t, "f", (const double[]){1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25});
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.fpc = "f";
  const sx_lonely policies[] = {SX_LONELY_REMOVE, SX_LONELY_CERTAINTY, SX_LONELY_AVERAGE};
  for (size_t k = 0; k < 3; k++) {
    s.lonely = policies[k];
    sx_design *d = eh_design(NULL, t, &s), *r = made(d, SX_MAKE_JKN, 0, 0, k == 1);
    CHECK_INT(sx_design_replicates(r), 4);
    CHECK_NEAR(total_variance(r, t, "y"), total_variance(d, t, "y"), 1e-12);
    sx_design_free(r);
    sx_design_free(d);
  }
  s.lonely = SX_LONELY_ADJUST;
  sx_design *d = eh_design(NULL, t, &s), *none = NULL;
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  CHECK_FAILS(sx_design_make_replicates(&none, d, &spec, err), SX_E_SUPPORT, "replicates", "'adjust' has no jackknife");
  sx_design_free(d);
  sx_table_free(t);
}

static void test_half_samples(void) {
  eh_state = 12;
  for (size_t strata = 1; strata <= 20; strata += strata < 4 ? 1 : 8) {
    sx_table *t = eh_sample(160, strata, 2);
    sx_design *d = clustered(NULL, t, NULL);
    const size_t order = sx_num_hadamard_order(strata + 1);
    for (int k = 0; k < 3; k++) {
      sx_design *r = made(d, k ? SX_MAKE_FAY : SX_MAKE_BRR, k == 2 ? 24 : 0, k ? 0.3 : 0, k == 1);
      const size_t reps = k == 2 ? 24 : order;
      CHECK_INT(sx_design_replicates(r), reps);
      CHECK_NEAR(sx_design_rep_scale(r), 1 / ((double)reps * (k ? 0.49 : 1)), 1e-15);
      CHECK_NEAR(sx_design_df(r), (double)(strata < reps - 1 ? strata : reps - 1), 0);
      same_totals(d, r, t);
      /* the row of ones would keep a PSU whole in every replicate: each has the mean factor 1 */
      for (size_t i = 0; i < sx_design_rows(r); i++) {
        double sum = 0;
        for (size_t j = 0; j < reps; j++) sum += sx_design_repweights(r)[i * reps + j];
        CHECK_NEAR(sum, (double)reps * sx_design_weights(r)[i], 1e-12);
      }
      sx_design_free(r);
    }
    sx_design_free(d);
    sx_table_free(t);
  }
}

/* V = 1/2 (z_1^2 + sum (z_k - z_{k-1})^2 + z_n^2) while n <= R - 2: rows of the matrix are orthogonal. */
static void test_successive(void) {
  eh_state = 13;
  enum { N = 17 };
  double y[N], w[N], want = 0, h[N];
  for (size_t i = 0; i < N; i++) {
    y[i] = 10 * eh_uniform();
    w[i] = 1 + eh_uniform();
    h[i] = (double)(i % 2);
  }
  want = pow(w[0] * y[0], 2) + pow(w[N - 1] * y[N - 1], 2);
  for (size_t i = 1; i < N; i++) want += pow(w[i] * y[i] - w[i - 1] * y[i - 1], 2);
  sx_table *t = eh_table(NULL, N);
  eh_number(t, "y", y);
  eh_number(t, "w", w);
  eh_number(t, "h", h);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h"; /* the order is the file's, not the strata's */
  sx_design *d = eh_design(NULL, t, &s);
  for (size_t reps = 20; reps <= 80; reps += 20) {
    sx_design *r = made(d, SX_MAKE_SDR, reps == 80 ? 0 : reps, 0, reps > 40);
    CHECK_INT(sx_design_replicates(r), reps);
    CHECK_NEAR(sx_design_rep_scale(r), 4.0 / (double)reps, 1e-15);
    CHECK_NEAR(total_variance(r, t, "y"), want / 2, 1e-12);
    for (size_t k = 0; k < N * reps; k++) { /* 1, 1 + 2^-1/2 or 1 - 2^-1/2 */
      const double f = sx_design_repweights(r)[k] / w[k / reps] - 1;
      CHECK(fabs(f) < 1e-12 || fabs(fabs(f) - sqrt(0.5)) < 1e-12);
    }
    sx_design_free(r);
  }
  sx_design_free(d);
  sx_table_free(t);
}

/* Without mse the centre is the replicates' mean, with it the estimate: they differ by the squared shift. */
static void test_centre(void) {
  eh_state = 14;
  sx_table *t = eh_sample(120, 4, 3);
  sx_design *d = clustered(NULL, t, NULL);
  sx_design *a = made(d, SX_MAKE_BOOTSTRAP, 60, 0, false), *b = made(d, SX_MAKE_BOOTSTRAP, 60, 0, true);
  double full = 0, mean = 0, square = 0;
  for (size_t i = 0; i < 120; i++) full += sx_design_weights(a)[i] * sx_column_number(sx_table_find(t, "y"), i);
  for (size_t r = 0; r < 60; r++) {
    double sum = 0;
    for (size_t i = 0; i < 120; i++)
      sum += sx_design_repweights(a)[i * 60 + r] * sx_column_number(sx_table_find(t, "y"), i);
    mean += (sum - full) / 60;
    square += (sum - full) * (sum - full);
  }
  CHECK(memcmp(sx_design_repweights(a), sx_design_repweights(b), 7200 * sizeof(double)) == 0);
  CHECK_NEAR(sx_design_rep_scale(a), 1.5 / 59, 1e-15); /* three PSUs in every stratum */
  CHECK_NEAR(sx_design_rep_scale(b), 1.5 / 60, 1e-15);
  CHECK_NEAR(total_variance(a, t, "y"), 1.5 / 59 * (square - 60 * mean * mean), 1e-10);
  CHECK_NEAR(total_variance(b, t, "y"), 1.5 / 60 * square, 1e-10);
  CHECK(fabs(mean) > 1e-6 * full);
  sx_design_free(a);
  sx_design_free(b);
  sx_design_free(d);
  sx_table_free(t);
}

static sx_table *two_stage(void) {
  enum { N = 192 };
  static double h[N], p[N], y[N], n1[N], n2[N];
  for (size_t i = 0; i < N; i++) {
    h[i] = (double)(i / 96);
    p[i] = (double)(i / 16);
    n1[i] = 12;
    n2[i] = 20 + (double)(i / 96) * 60;
    y[i] = 30 * eh_uniform() + (double)(i / 16 % 4);
  }
  sx_table *t = eh_table(NULL, N);
  eh_number(t, "h", h);
  eh_number(t, "psu", p);
  eh_number(t, "y", y);
  eh_number(t, "N1", n1);
  eh_number(t, "N2", n2);
  return t;
}

/* Factors add up to n_h in every replicate and stratum; over many replicates the variance is near the linearised one.
 * The draws are those of the seed, so that this is no matter of chance. */
static void test_bootstraps(void) {
  eh_state = 15;
  enum { R = 4000, ROWS = 84 };
  sx_table *t = eh_sample(ROWS, 3, 7);
  for (int k = 0; k < 6; k++) {
    const sx_make method = (sx_make)(SX_MAKE_BOOTSTRAP + k / 2);
    sx_design *d = clustered(NULL, t, k % 2 ? "N" : NULL), *r = made(d, method, R, 0, false);
    CHECK_NEAR(sx_design_df(r), 18, 0);
    const int32_t *psu = sx_design_psu_of_row(d);
    for (size_t j = 0; j < R; j += 37) {
      double sum[3] = {0, 0, 0};
      bool seen[21] = {false};
      for (size_t i = 0; i < ROWS; i++) {
        const double f = sx_design_repweights(r)[i * R + j] / sx_design_weights(r)[i];
        CHECK(f > -1e-12);
        if (method == SX_MAKE_BOOTSTRAP) CHECK(fabs(f - round(f)) < 1e-12 && (k % 2 == 0 || f < 4 + 1e-12));
        if (!seen[psu[i]]) sum[psu[i] / 7] += f;
        seen[psu[i]] = true;
      }
      for (size_t h = 0; h < 3; h++) CHECK_NEAR(sum[h], 7, 1e-12);
    }
    /* drawing from N_h copies has the divisor N_h - 1 */
    const double want = total_variance(d, t, "y") * (k == 1 ? 22.0 / 21 : 1);
    CHECK_NEAR(total_variance(r, t, "y"), want, 0.06);
    sx_design_free(r);
    sx_design_free(d);
  }
  sx_table_free(t);

  t = two_stage();
  static const char *const fpcs[] = {"N1", "N2"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.strata = "h";
  s.clusters = psu_name;
  s.n_clusters = 1;
  s.fpcs = fpcs;
  s.n_fpcs = 2;
  sx_design *d = eh_design(NULL, t, &s);
  sx_design *r = made(d, SX_MAKE_PRESTON, R, 0, false), *ultimate = made(d, SX_MAKE_RAOWU, R, 0, false);
  const double want = total_variance(d, t, "y");
  CHECK_NEAR(total_variance(r, t, "y"), want, 0.06);
  CHECK(total_variance(ultimate, t, "y") < 0.85 * want); /* the first stage alone leaves the second out */
  sx_design_free(r);
  sx_design_free(ultimate);
  sx_design_free(d);
  sx_table_free(t);
}

/* n(1 - n/N) S_c^2 n/(n - 1), S_c^2 the variance over N copies of which c_k are of unit k: the variance of R's bootstratum and of ours
 * once the copies are known; the mean of it over every choice of the N mod n units with one copy more. */
static double over_copies(const double *y, size_t n, size_t population) {
  double sum = 0, ways = 0;
  for (unsigned odd = 0; odd < 1u << n; odd++) {
    if ((size_t)__builtin_popcount(odd) != population % n) continue;
    double mean = 0, square = 0;
    for (size_t k = 0; k < n; k++) mean += (double)(population / n + (odd >> k & 1)) * y[k] / (double)population;
    for (size_t k = 0; k < n; k++) square += (double)(population / n + (odd >> k & 1)) * (y[k] - mean) * (y[k] - mean);
    sum += (double)n * (1 - (double)n / (double)population) * square / (double)(population - 1);
    ways++;
  }
  return sum / ways * (double)n / (double)(n - 1);
}

/* Canty and Davison's where N_h is no multiple of n_h: 40 strata of 10 with the same answers in other units, N of each ratio; near the linearised
 * variance, nearer what the copies let expect, (N/(N - 1))(1 - r(n - r)/(N^2 (n - 1))) of it. Copies that are drawn anew in every replicate
 * give 1.7 times it at 10 of 13. */
static void test_uneven_copies(void) {
  enum { H = 40, N = 10, ROWS = H * N, R = 500, SEEDS = 10 }; /* of one standard error 0.02 */
  static const double population[] = {11, 12, 13, 15, 19, 20, 27, 95};
  static double h[ROWS], y[ROWS], size[ROWS];
  const char *fpc = "N";
  for (size_t i = 0; i < ROWS; i++) {
    h[i] = (double)(i / N);
    y[i] = (double)(i % N * (i % N));
  }
  for (size_t k = 0; k < sizeof population / sizeof *population; k++) {
    for (size_t i = 0; i < ROWS; i++) size[i] = population[k];
    sx_table *t = eh_table(NULL, ROWS);
    eh_number(t, "h", h);
    eh_number(t, "y", y);
    eh_number(t, "N", size);
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.strata = "h";
    s.fpcs = &fpc;
    s.n_fpcs = 1;
    double linear = 0, got = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
      sx_ctx ctx = SX_CTX_INIT;
      ctx.seed = seed;
      sx_design *d = eh_design(&ctx, t, &s), *r = made(d, SX_MAKE_BOOTSTRAP, R, 0, false);
      linear = total_variance(d, t, "y");
      got += total_variance(r, t, "y") / SEEDS;
      sx_design_free(r);
      sx_design_free(d);
    }
    const double up = population[k] / N, rest = fmod(population[k], N);
    const double want = H * up * up * over_copies(y, N, (size_t)population[k]);
    const double over =
        population[k] / (population[k] - 1) * (1 - rest * (N - rest) / (pow(population[k], 2) * (N - 1)));
    CHECK_NEAR(want, linear * over, 1e-10);
    CHECK(over > 1 && over < 1.1);
    if (!(fabs(got / want - 1) < 0.06))
      SXT_FAIL("N %g: %g, expected %g, linearised %g", population[k], got, want, linear);
    sx_table_free(t);
  }
}

/* In all replicates the units with one copy more are the same: of N = 14 of 10 four units come twice, the others never. */
static void test_copies_are_fixed(void) {
  enum { N = 10, R = 500 };
  static double size[N];
  const char *fpc = "N";
  for (size_t i = 0; i < N; i++) size[i] = 14;
  sx_table *t = eh_table(NULL, N);
  eh_number(t, "N", size);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.fpcs = &fpc;
  s.n_fpcs = 1;
  sx_design *d = eh_design(NULL, t, &s), *r = made(d, SX_MAKE_BOOTSTRAP, R, 0, false);
  size_t twice = 0;
  for (size_t i = 0; i < N; i++) {
    double most = 0;
    for (size_t j = 0; j < R; j++)
      most = fmax(most, round(sx_design_repweights(r)[i * R + j] / sx_design_weights(r)[i]));
    CHECK(most == 1 || most == 2);
    twice += most == 2;
  }
  CHECK_INT(twice, 4);
  sx_design_free(r);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_threads(void) {
  eh_state = 16;
  sx_table *t = eh_sample(300, 5, 6);
  sx_ctx ctx = SX_CTX_INIT;
  for (int k = 0; k < 3; k++) {
    const sx_make method = (sx_make)(SX_MAKE_BOOTSTRAP + k);
    ctx.n_threads = 1;
    ctx.seed = 7;
    sx_design *d1 = clustered(&ctx, t, "N");
    ctx.n_threads = 4;
    sx_design *d4 = clustered(&ctx, t, "N");
    ctx.seed = 8;
    sx_design *other = clustered(&ctx, t, "N");
    sx_design *a = made(d1, method, 50, 0, false), *b = made(d4, method, 50, 0, false);
    sx_design *more = made(d1, method, 80, 0, false), *seed = made(other, method, 50, 0, false);
    const double *wa = sx_design_repweights(a), *wm = sx_design_repweights(more);
    CHECK(memcmp(wa, sx_design_repweights(b), 15000 * sizeof *wa) == 0);
    CHECK(memcmp(wa, sx_design_repweights(seed), 15000 * sizeof *wa) != 0);
    for (size_t i = 0; i < 300; i++) CHECK(memcmp(wa + i * 50, wm + i * 80, 50 * sizeof *wa) == 0);
    CHECK(sx_design_fingerprint(a) == sx_design_fingerprint(b));
    sx_design *all[] = {d1, d4, other, a, b, more, seed};
    for (size_t j = 0; j < 7; j++) sx_design_free(all[j]);
  }
  sx_table_free(t);
}

static void refuse(const sx_design *d, sx_make method, size_t reps, double rho, sx_status code, const char *message) {
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  spec.method = method;
  spec.n_reps = reps;
  spec.rho = rho;
  sx_design *out = NULL;
  CHECK_FAILS(sx_design_make_replicates(&out, d, &spec, err), code, "replicates", message);
  CHECK(out == NULL);
  sx_design_free(out);
}

static void test_refused(void) {
  eh_state = 17;
  sx_table *t = eh_sample(60, 3, 2), *three = eh_sample(60, 2, 3);
  sx_design *d = clustered(NULL, t, NULL), *d3 = clustered(NULL, three, NULL), *post = NULL;
  refuse(d, SX_MAKE_JK1, 0, 0, SX_E_DATA, "JK1 is for a design without strata, this has 3");
  refuse(d, SX_MAKE_JKN, 5, 0, SX_E_ARGUMENT, "a replicate per PSU: 6 here, not 5");
  refuse(d, SX_MAKE_BRR, 6, 0, SX_E_ARGUMENT, "6 replicates do not fit");
  refuse(d, SX_MAKE_BRR, 2, 0, SX_E_ARGUMENT, "needs 4 or more");
  refuse(d, SX_MAKE_FAY, 0, 1, SX_E_ARGUMENT, "rho is 1");
  refuse(d3, SX_MAKE_BRR, 0, 0, SX_E_DATA, "two PSUs in every stratum, stratum 1 of 2 has 3");
  refuse(d, SX_MAKE_SDR, 10, 0, SX_E_ARGUMENT, "10 replicates do not fit");
  refuse(d, SX_MAKE_RAOWU, 1, 0, SX_E_ARGUMENT, "2 replicates or more");
  refuse(NULL, SX_MAKE_RAOWU, 1, 0, SX_E_ARGUMENT, "a design is needed");
  sx_design *r = made(d, SX_MAKE_BRR, 0, 0, false);
  refuse(r, SX_MAKE_BRR, 0, 0, SX_E_ARGUMENT, "has replicate weights already");
  static const char *const a[] = {"a"};
  static const char *const v[3][1] = {{"0"}, {"1"}, {"2"}};
  static const char *const *const levels[3] = {v[0], v[1], v[2]};
  static const double totals[] = {100, 100, 100};
  const sx_target target = {a, 1, levels, totals, 3, NULL};
  REQUIRE_OK(sx_weighting_poststratify(&post, d, t, &target, NULL, err));
  refuse(post, SX_MAKE_JKN, 0, 0, SX_E_SUPPORT, "make the replicates first, then calibrate");
  sx_design_free(post);
  /* the other way round works, and the margins are hit in every replicate */
  REQUIRE_OK(sx_weighting_poststratify(&post, r, t, &target, NULL, err));
  sx_est *e = eh_one(post, SX_STAT_COUNT, NULL, NULL, NULL);
  CHECK_NEAR(sx_est_value(e), 300, 1e-12);
  CHECK(sx_est_se(e) < 1e-9);
  sx_est_free(e);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "u2";
  double *u = eh_number(t, "u2", NULL)->data.f64;
  for (size_t i = 0; i < 60; i++) u[i] = 0.2;
  s.pps = SX_PPS_BREWER;
  sx_design *pps = eh_design(NULL, t, &s);
  refuse(pps, SX_MAKE_JKN, 0, 0, SX_E_SUPPORT, "unequal probabilities");
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 100000;
  sx_design *tight = clustered(&ctx, t, NULL);
  refuse(tight, SX_MAKE_RAOWU, 100000, 0, SX_E_LIMIT, "units by 100000 replicates");
  sx_design *all[] = {d, d3, r, post, pps, tight};
  for (size_t j = 0; j < 6; j++) sx_design_free(all[j]);
  sx_table_free(t);
  sx_table_free(three);
}

SXT_MAIN(SXT_CASE(test_jackknife), SXT_CASE(test_certainty), SXT_CASE(test_half_samples), SXT_CASE(test_successive),
         SXT_CASE(test_centre), SXT_CASE(test_bootstraps), SXT_CASE(test_uneven_copies),
         SXT_CASE(test_copies_are_fixed), SXT_CASE(test_threads), SXT_CASE(test_refused))
