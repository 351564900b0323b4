/* The algebra: formulas on carriers, outside figures, several sources, bytes and back. */
#include "est_help.h"

#include "shuxiao/estimate_change.h"

static sx_expr *parse(const char *text) {
  sx_expr *e = NULL;
  if (sx_expr_parse(&e, NULL, text, NULL) != SX_OK) eh_die(text);
  return e;
}

static sx_est *f(const char *text, const sx_est *a, const sx_est *b) {
  static const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {a, b};
  sx_expr *e = parse(text);
  sx_est *out = NULL;
  CHECK_OK(sx_est_formula(&out, NULL, e, names, values, b ? 2 : 1, err));
  sx_expr_free(e);
  return out;
}

static void test_outside(void) {
  sx_est *a = NULL, *b = NULL, *c = NULL;
  REQUIRE_OK(sx_est_outside(&a, NULL, 100, 3, 10, err));
  REQUIRE_OK(sx_est_outside(&b, NULL, 50, 4, 20, err));
  REQUIRE_OK(sx_est_constant(&c, NULL, 2, err));
  sx_est *sum = f("a + b", a, b), *twice = f("a + a", a, NULL), *nothing = f("a - a", a, NULL),
         *product = f("a * b", a, b);
  CHECK_NEAR(sx_est_se(sum), 5, 1e-15);
  CHECK_NEAR(sx_est_se(twice), 6, 1e-15); /* the same figure twice is not two figures */
  CHECK_NEAR(sx_est_se(nothing), 0, 0);
  CHECK_NEAR(sx_est_variance(product), 50 * 50 * 9 + 100 * 100 * 16.0, 1e-15);
  CHECK_NEAR(sx_est_cov(sum, a), 9, 1e-15);
  CHECK_NEAR(sx_est_cov(a, b), 0, 0);
  /* Satterthwaite: 25^2 / (9^2/10 + 16^2/20) */
  CHECK_NEAR(sx_est_df(sum), 625 / (8.1 + 12.8), 1e-14);
  CHECK_NEAR(sx_est_df(a), 10, 0);
  CHECK(isinf(sx_est_df(c)));
  CHECK_NEAR(sx_est_se(c), 0, 0);
  sx_est *bad = NULL;
  CHECK_FAILS(sx_est_outside(&bad, NULL, 1, -1, 1, err), SX_E_ARGUMENT, "", "standard error");
  CHECK_FAILS(sx_est_outside(&bad, NULL, (double)NAN, 1, 1, err), SX_E_ARGUMENT, "", "finite");
  CHECK_FAILS(sx_est_outside(&bad, NULL, 1, 1, 0, err), SX_E_ARGUMENT, "", "degrees");
  CHECK_FAILS(sx_est_constant(&bad, NULL, (double)INFINITY, err), SX_E_ARGUMENT, "", "finite");
  const double nan = (double)NAN;
  const sx_est *const one[] = {a};
  CHECK_FAILS(sx_est_linear(&bad, NULL, &nan, one, 1, err), SX_E_ARGUMENT, "", "coefficient 1");
  sx_est *all[] = {a, b, c, sum, twice, nothing, product};
  for (size_t k = 0; k < 7; k++) sx_est_free(all[k]);
}

static void test_missing_operand(void) {
  sx_est *a = NULL, *zero = NULL;
  REQUIRE_OK(sx_est_constant(&a, NULL, 1, err));
  REQUIRE_OK(sx_est_constant(&zero, NULL, 0, err));
  sx_est *q = f("a / b", a, zero);
  CHECK(isnan(sx_est_value(q)) && isnan(sx_est_se(q)));
  CHECK_INT(sx_est_na(q), SX_NA_ZERO_DENOMINATOR);
  sx_est *next = f("a + b", a, q);
  CHECK_INT(sx_est_na(next), SX_NA_ZERO_DENOMINATOR); /* the operand's reason */
  const sx_est *const values[] = {a, NULL};
  sx_est *none = NULL;
  REQUIRE_OK(sx_est_linear(&none, NULL, NULL, values, 2, err));
  CHECK_INT(sx_est_na(none), SX_NA_OPERAND);
  CHECK(isnan(sx_est_cov(none, a)));
  sx_est_row row;
  REQUIRE_OK(sx_est_describe(&row, none, true, NULL, err));
  CHECK(isnan(row.estimate) && isnan(row.se) && isnan(row.low));
  CHECK_INT(row.na, SX_NA_OPERAND);
  sx_est_free(row.est);
  sx_est *all[] = {a, zero, q, next, none};
  for (size_t k = 0; k < 5; k++) sx_est_free(all[k]);
}

/* Identities that hold only when covariances are right; on a short design (expanded carriers), a long one (compact), a
 * raked one and a replicate one. */
static void identities(const sx_table *t, const sx_design *d) {
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x"), *g = sx_table_find(t, "g");
  uint8_t *in = malloc(g->n), *not_in = malloc(g->n);
  for (size_t i = 0; i < g->n; i++) {
    in[i] = g->data.f64[i] == 1;
    not_in[i] = !in[i];
  }
  sx_est *ty = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL), *tx = eh_one(d, SX_STAT_TOTAL, x, NULL, NULL);
  sx_est *r = eh_one(d, SX_STAT_RATIO, y, x, NULL), *q = f("a / b", ty, tx);
  CHECK_NEAR(sx_est_value(q), sx_est_value(r), 1e-14);
  CHECK_NEAR(sx_est_se(q), sx_est_se(r), 1e-11);
  CHECK_NEAR(sx_est_cov(q, r), sx_est_variance(r), 1e-11);
  sx_est *y1 = eh_one(d, SX_STAT_TOTAL, y, NULL, in), *y0 = eh_one(d, SX_STAT_TOTAL, y, NULL, not_in),
         *sum = f("a + b", y1, y0);
  CHECK_NEAR(sx_est_value(sum), sx_est_value(ty), 1e-14);
  CHECK_NEAR(sx_est_se(sum), sx_est_se(ty), 1e-11);
  CHECK_NEAR(sx_est_variance(sum), sx_est_variance(y1) + sx_est_variance(y0) + 2 * sx_est_cov(y1, y0), 1e-11);
  CHECK_NEAR(sx_est_df(sum), sx_est_df(ty), 0); /* df over the union of PSUs */
  sx_est *m1 = eh_one(d, SX_STAT_MEAN, y, NULL, in), *m = eh_one(d, SX_STAT_MEAN, y, NULL, NULL),
         *gap = f("a - b", m1, m);
  CHECK_NEAR(sx_est_variance(gap), sx_est_variance(m1) + sx_est_variance(m) - 2 * sx_est_cov(m1, m), 1e-10);
  sx_est *back = f("a + b", gap, m); /* a formula of a formula */
  CHECK_NEAR(sx_est_se(back), sx_est_se(m1), 1e-11);
  /* many operands force the expanded form */
  const sx_est *many[8] = {ty, tx, y1, y0, m1, m, r, q};
  const double c[8] = {1, 0, -1, -1, 1, 0, 0, 0};
  sx_est *wide = NULL;
  REQUIRE_OK(sx_est_linear(&wide, NULL, c, many, 8, err));
  CHECK_NEAR(sx_est_value(wide), sx_est_value(m1), 1e-9);
  CHECK_NEAR(sx_est_se(wide), sx_est_se(m1), 1e-7);
  /* bytes and back */
  const sx_est *packed[] = {m1, gap, wide};
  for (size_t k = 0; k < 3; k++) {
    void *data = NULL;
    size_t n = 0;
    sx_est *again = NULL;
    REQUIRE_OK(sx_est_pack(&data, &n, NULL, packed[k], err));
    REQUIRE_OK(sx_est_unpack(&again, NULL, data, n, d, err));
    CHECK_NEAR(sx_est_value(again), sx_est_value(packed[k]), 0);
    CHECK_NEAR(sx_est_se(again), sx_est_se(packed[k]), 0);
    CHECK_NEAR(sx_est_df(again), sx_est_df(packed[k]), 0);
    CHECK_NEAR(sx_est_cov(again, m), sx_est_cov(packed[k], m), 1e-11);
    sx_est *none = NULL;
    for (size_t cut = 0; cut < n; cut += 1 + n / 13)
      CHECK_FAILS(sx_est_unpack(&none, NULL, data, cut, d, err), SX_E_DATA, "carrier", "damaged");
    CHECK_FAILS(sx_est_unpack(&none, NULL, data, n, NULL, err), SX_E_DATA, "carrier", "another design");
    sx_est_free(again);
    sx_mem_free(NULL, data);
  }
  sx_est *all[] = {ty, tx, r, q, y1, y0, sum, m1, m, gap, back, wide};
  for (size_t k = 0; k < 12; k++) sx_est_free(all[k]);
  free(in);
  free(not_in);
}

static sx_design *rake(const sx_table *t, const sx_design *d) {
  static const char *const a[] = {"a"}, *const b[] = {"b"};
  static const char *const v[4][1] = {{"0"}, {"1"}, {"2"}, {"3"}};
  static const char *const *const levels[4] = {v[0], v[1], v[2], v[3]};
  static const double ta[] = {3000, 5000, 2000}, tb[] = {1000, 2500, 2500, 4000};
  const sx_target targets[] = {{a, 1, levels, ta, 3, NULL}, {b, 1, levels, tb, 4, NULL}};
  sx_design *out = NULL;
  CHECK_OK(sx_weighting_rake(&out, d, t, targets, 2, NULL, NULL, err));
  return out;
}

static void test_identities(void) {
  eh_state = 11;
  const size_t sizes[] = {300, 3000};
  for (size_t k = 0; k < 2; k++) {
    sx_table *t = eh_sample(sizes[k], 6, 20);
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.weights = "w";
    s.strata = "h";
    sx_design *d = eh_design(NULL, t, &s), *raked = rake(t, d);
    identities(t, d);
    identities(t, raked);
    const char *psu = "psu";
    s.clusters = &psu;
    s.n_clusters = 1;
    sx_design *clustered = eh_design(NULL, t, &s);
    identities(t, clustered);
    /* a design and the design raked from it are one source */
    const sx_column *y = sx_table_find(t, "y");
    sx_est *before = eh_one(d, SX_STAT_MEAN, y, NULL, NULL), *after = eh_one(raked, SX_STAT_MEAN, y, NULL, NULL);
    const double cov = sx_est_cov(before, after);
    CHECK(cov > 0 && cov <= sqrt(sx_est_variance(before) * sx_est_variance(after)) * (1 + 1e-12));
    sx_est *other = eh_one(clustered, SX_STAT_MEAN, y, NULL, NULL);
    CHECK_NEAR(sx_est_cov(before, other), 0, 0); /* two designs: independent unless said otherwise */
    sx_est *diff = f("a - b", before, other);
    CHECK_NEAR(sx_est_variance(diff), sx_est_variance(before) + sx_est_variance(other), 1e-13);
    const double va = sx_est_variance(before), vb = sx_est_variance(other);
    CHECK_NEAR(sx_est_df(diff), (va + vb) * (va + vb) / (va * va / sx_est_df(before) + vb * vb / sx_est_df(other)),
               1e-12);
    sx_est *all[] = {before, after, other, diff};
    for (size_t j = 0; j < 4; j++) sx_est_free(all[j]);
    sx_design_free(d);
    sx_design_free(raked);
    sx_design_free(clustered);
    sx_table_free(t);
  }
}

/* Every reason goes through formulas, sums, and bytes. */
static void test_missing(void) {
  sx_est *one = NULL, *none = NULL;
  REQUIRE_OK(sx_est_constant(&one, NULL, 1, err));
  CHECK_FAILS(sx_est_missing(&none, NULL, SX_NA_NONE, err), SX_E_ARGUMENT, "", "has a reason");
  for (int na = SX_NA_EMPTY_DOMAIN; na <= SX_NA_LAST; na++) {
    sx_est *gone = NULL, *sum = NULL, *again = NULL;
    void *data = NULL;
    size_t n = 0;
    REQUIRE_OK(sx_est_missing(&gone, NULL, (sx_na)na, err));
    const sx_est *const values[] = {one, gone};
    REQUIRE_OK(sx_est_linear(&sum, NULL, NULL, values, 2, err));
    sx_est *ratio = f("a / b", one, gone);
    REQUIRE_OK(sx_est_pack(&data, &n, NULL, ratio, err));
    REQUIRE_OK(sx_est_unpack(&again, NULL, data, n, NULL, err));
    const sx_est *const all[] = {gone, sum, ratio, again};
    for (size_t i = 0; i < 4; i++) {
      CHECK(isnan(sx_est_value(all[i])) && isnan(sx_est_variance(all[i])));
      CHECK_INT(sx_est_na(all[i]), na);
    }
    sx_est_free(gone);
    sx_est_free(sum);
    sx_est_free(ratio);
    sx_est_free(again);
    sx_mem_free(NULL, data);
  }
  sx_est_free(one);
}

static void test_replicate_identities(void) {
  eh_state = 5;
  enum { R = 12 };
  sx_table *t = eh_sample(200, 4, 10);
  static char names[R][24];
  const char *list[R];
  const double *w = sx_table_find(t, "w")->data.f64;
  for (size_t r = 0; r < R; r++) {
    snprintf(names[r], sizeof names[r], "r%zu", r);
    list[r] = names[r];
    double *v = eh_number(t, names[r], NULL)->data.f64;
    for (size_t i = 0; i < 200; i++) v[i] = w[i] * (0.5 + eh_uniform());
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = R;
  s.rep_type = SX_REP_BOOTSTRAP;
  sx_design *d = eh_design(NULL, t, &s);
  identities(t, d);
  /* a nonlinear formula is mapped replicate by replicate: exp(log m) is m with exactly m's error */
  sx_est *m = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL), *same = f("exp(log(a))", m, NULL),
         *square = f("a * a", m, NULL);
  CHECK_NEAR(sx_est_se(same), sx_est_se(m), 1e-12);
  CHECK(fabs(sx_est_se(square) / (2 * sx_est_value(m) * sx_est_se(m)) - 1) > 1e-8); /* not the delta method */
  sx_est_free(m);
  sx_est_free(same);
  sx_est_free(square);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_describe(void) {
  sx_est *p = NULL, *over = NULL;
  REQUIRE_OK(sx_est_outside(&p, NULL, 0.2, 0.05, 8, err));
  REQUIRE_OK(sx_est_outside(&over, NULL, 1.2, 0.05, 8, err));
  sx_est_row row;
  REQUIRE_OK(sx_est_describe(&row, p, true, NULL, err));
  const double t = sx_num_t_quantile(0.975, 8), half = t * 0.05 / 0.16;
  CHECK_NEAR(row.low, 1 / (1 + exp(-log(0.25) + half)), 1e-14);
  CHECK_NEAR(row.cv, 0.25, 1e-15);
  CHECK_INT(row.n, 0);
  sx_est_free(row.est);
  REQUIRE_OK(sx_est_describe(&row, over, true, NULL, err)); /* outside (0,1): wald */
  CHECK_NEAR(row.low, 1.2 - t * 0.05, 1e-14);
  sx_est_free(row.est);
  sx_est_options o = SX_EST_OPTIONS_INIT;
  o.df = 3;
  o.ci = SX_CI_WALD;
  REQUIRE_OK(sx_est_describe(&row, p, true, &o, err));
  CHECK_NEAR(row.high, 0.2 + sx_num_t_quantile(0.975, 3) * 0.05, 1e-14);
  CHECK_NEAR(row.df, 3, 0);
  sx_est_free(row.est);
  sx_est_free(p);
  sx_est_free(over);
}

/* Group 9 lies within one PSU: what compares it with another group has a value and no error, and so has what is made of that, of
 * what is packed and unpacked; a sum has the error of the whole. */
static void test_no_error_of_its_own(void) {
  sx_table *t = eh_sample(40, 1, 10);
  const double *psu = sx_table_find(t, "psu")->data.f64;
  const char *cluster = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.clusters = &cluster;
  s.n_clusters = 1;
  sx_design *d = eh_design(NULL, t, &s);
  uint8_t in[40], rest[40];
  for (size_t i = 0; i < 40; i++) {
    in[i] = psu[i] == psu[0];
    rest[i] = !in[i];
  }
  sx_est *one = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, in),
         *others = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, rest);
  CHECK_NEAR(sx_est_df(one), 0, 0);
  const double sign[] = {1, -1}, want = sx_est_value(one) - sx_est_value(others);
  const sx_est *const pair[] = {one, others}, *const none[] = {NULL, others};
  sx_est *sum = NULL, *same = NULL;
  REQUIRE_OK(sx_est_linear(&sum, NULL, NULL, pair, 2, err));
  CHECK(sx_est_df(sum) >= 1 && sx_est_se(sum) > 0); /* not asked for: a plain sum */
  REQUIRE_OK(sx_est_linear(&same, NULL, sign, pair, 2, err));
  sx_est_need_errors(same, none, 2);
  CHECK(sx_est_df(same) >= 1);
  sx_est_need_errors(same, pair, 2);
  for (int kind = 0; kind < 3; kind++) {
    sx_est *change = NULL;
    sx_est_row row;
    REQUIRE_OK(sx_est_change(&change, NULL, others, one, (sx_change)kind, err));
    if (kind == 0) CHECK_NEAR(sx_est_value(change), want, 1e-14);
    REQUIRE_OK(sx_est_describe(&row, change, false, NULL, err));
    CHECK(!isnan(row.estimate) && isnan(row.se) && isnan(row.low) && isnan(row.high) && isnan(row.cv));
    CHECK_INT(row.na, SX_NA_TOO_FEW_PSU);
    CHECK(isnan(sx_est_p(change, 0, (double)NAN)));
    sx_est_free(row.est);
    sx_est_free(change);
  }
  void *data = NULL;
  size_t n = 0;
  sx_est *again = NULL;
  REQUIRE_OK(sx_est_pack(&data, &n, NULL, same, err));
  REQUIRE_OK(sx_est_unpack(&again, NULL, data, n, d, err));
  sx_mem_free(NULL, data);
  sx_est *twice = f("2 * a", same, NULL), *after = f("2 * a + b", again, others);
  CHECK_NEAR(sx_est_value(twice), 2 * want, 1e-14);
  CHECK_NEAR(sx_est_df(twice), 0, 0);
  CHECK_NEAR(sx_est_df(after), 0, 0);
  sx_est *all[] = {one, others, sum, same, again, twice, after};
  for (size_t k = 0; k < 7; k++) sx_est_free(all[k]);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_no_error_of_its_own), SXT_CASE(test_missing), SXT_CASE(test_outside),
         SXT_CASE(test_missing_operand), SXT_CASE(test_identities), SXT_CASE(test_replicate_identities),
         SXT_CASE(test_describe))
