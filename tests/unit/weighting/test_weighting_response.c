/* Base weights, unknown eligibility, nonresponse: sums kept, what every case owes a total against the numerical derivative, and
 * everything that is refused. */
#include "est_help.h"
#include "shuxiao/weighting_response.h"

enum { N = 240 };
static const char *const by_a[] = {"a"}, *const by_ab[] = {"a", "b"}, *const covariates[] = {"x", "a"};
static const char *const factor_a[] = {"a"};

/* A sample with a status: unknown, ineligible, and respondents by a logistic rule. */
static uint8_t status[N];
static sx_table *sample(void) {
  eh_state = 41;
  sx_table *t = eh_sample(N, 4, 15);
  const double *x = sx_table_find(t, "x")->data.f64, *a = sx_table_find(t, "a")->data.f64;
  for (size_t i = 0; i < N; i++) {
    const double v = eh_uniform(), p = 1 / (1 + exp(1.5 - 0.6 * x[i] - 0.4 * a[i]));
    status[i] = v < 0.08           ? SX_RESPONSE_UNKNOWN
                : v < 0.18         ? SX_RESPONSE_INELIGIBLE
                : eh_uniform() < p ? SX_RESPONSE_RESPONDENT
                                   : SX_RESPONSE_NONRESPONDENT;
  }
  return t;
}

static sx_design *plain(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  return eh_design(NULL, t, &s);
}

static double sum_where(const sx_design *d, const sx_table *t, const char *name, double value, unsigned mask) {
  double sum = 0;
  for (size_t i = 0; i < N; i++)
    if ((!name || sx_table_find(t, name)->data.f64[i] == value) && (mask >> status[i] & 1U))
      sum += sx_design_weights(d)[i];
  return sum;
}
enum { R = 1, NR = 2, IN = 4, UN = 8, ALL = 15 };

static void test_base(void) {
  const double p1[] = {0.5, 0.1, 0.25}, p2[] = {0.2, 1, 0.5}, k[] = {2, 5, 1}, lines[] = {1, 2, 4};
  sx_table *t = eh_table(NULL, 3);
  eh_number(t, "p1", p1);
  double *second = eh_number(t, "p2", p2)->data.f64;
  eh_number(t, "k", k);
  double *l = eh_number(t, "l", lines)->data.f64;
  const char *const probs[] = {"p1", "p2"}, *const absent[] = {"p3"};
  sx_base_spec s = SX_BASE_SPEC_INIT;
  s.prob = probs;
  s.n_prob = 2;
  s.persons = "k";
  s.lines = "l";
  double w[3] = {-1, -1, -1};
  REQUIRE_OK(sx_weighting_base(w, t, &s, err));
  CHECK_NEAR(w[0], 2 / 0.1, 1e-15);
  CHECK_NEAR(w[1], 5 / 0.1 / 2, 1e-15);
  CHECK_NEAR(w[2], 1 / 0.125 / 4, 1e-15);
  s.max_persons = 4;
  s.max_lines = 3;
  REQUIRE_OK(sx_weighting_base(w, t, &s, err));
  CHECK_NEAR(w[1], 4 / 0.1 / 2, 1e-15);
  CHECK_NEAR(w[2], 8.0 / 3, 1e-15);
  second[2] = 1.5;
  w[0] = 7;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_DATA, "p2: case 3", "inclusion probability is 1.5");
  CHECK(w[0] == 7);
  second[2] = 0;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_DATA, "p2: case 3", "above 0");
  second[2] = (double)NAN;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_DATA, "p2: case 3", "missing");
  second[2] = 0.5;
  l[1] = 0;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_DATA, "l: case 2", "at least 1");
  s.prob = absent;
  s.n_prob = 1;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_ARGUMENT, "", "p3");
  s = (sx_base_spec)SX_BASE_SPEC_INIT;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_ARGUMENT, "", "name an inclusion probability");
  s.lines = "l";
  s.max_lines = 0.5;
  CHECK_FAILS(sx_weighting_base(w, t, &s, err), SX_E_ARGUMENT, "", "at least 1");
  sx_table_free(t);
}

static void test_sums(void) {
  sx_table *t = sample();
  sx_design *d = plain(t), *e = NULL, *n = NULL, *p = NULL, *q = NULL;
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  o.variables = by_ab;
  o.n_variables = 2;
  sx_response_report r;
  REQUIRE_OK(sx_weighting_eligibility(&e, d, t, status, &o, &r, err));
  CHECK_NEAR(sum_where(e, t, NULL, 0, ALL), sum_where(d, t, NULL, 0, ALL), 1e-13);
  for (int k = 0; k < 3; k++) CHECK_NEAR(sum_where(e, t, "a", k, R | NR | IN), sum_where(d, t, "a", k, ALL), 1e-13);
  CHECK(sum_where(e, t, NULL, 0, UN) == 0 && r.n_classes == 12 && r.n_merged == 0 && r.min_factor >= 1);
  CHECK_NEAR(r.sum_before, r.sum_after, 1e-13);
  CHECK(strstr(sx_design_describe(e), "adjusted for unknown eligibility in 12 classes") != NULL);
  o.n_variables = 1;
  REQUIRE_OK(sx_weighting_nonresponse(&n, e, t, status, &o, &r, err));
  for (int k = 0; k < 3; k++) CHECK_NEAR(sum_where(n, t, "a", k, R), sum_where(e, t, "a", k, R | NR), 1e-13);
  CHECK(sum_where(n, t, NULL, 0, NR | IN | UN) == 0 && r.n_classes == 3);
  /* one factor in a class */
  for (size_t i = 0; i < N; i++) {
    const double *a = sx_table_find(t, "a")->data.f64;
    if (status[i] != SX_RESPONSE_RESPONDENT) continue;
    CHECK_NEAR(sx_design_weights(n)[i] / sx_design_weights(e)[i],
               sum_where(e, t, "a", a[i], R | NR) / sum_where(e, t, "a", a[i], R), 1e-13);
  }
  /* a saturated propensity model is weighting classes */
  sx_propensity_options po = SX_PROPENSITY_OPTIONS_INIT;
  po.covariates = factor_a;
  po.n_covariates = 1;
  po.factors = factor_a;
  po.n_factors = 1;
  REQUIRE_OK(sx_weighting_propensity(&p, e, t, status, &po, &r, err));
  for (size_t i = 0; i < N; i++) CHECK_NEAR(sx_design_weights(p)[i], sx_design_weights(n)[i], 1e-11);
  CHECK(r.n_parameters == 4 && r.iterations > 2);
  /* ... with the same errors */
  const sx_column *y = sx_table_find(t, "y");
  sx_est *one = eh_one(n, SX_STAT_TOTAL, y, NULL, NULL), *two = eh_one(p, SX_STAT_TOTAL, y, NULL, NULL);
  CHECK_NEAR(sx_est_se(two), sx_est_se(one), 1e-9);
  sx_est_free(one);
  sx_est_free(two);
  /* strata of p keep the sum */
  po.covariates = covariates;
  po.n_covariates = 2;
  po.factors = NULL;
  po.n_factors = 0;
  po.strata = 5;
  REQUIRE_OK(sx_weighting_propensity(&q, e, t, status, &po, &r, err));
  CHECK_NEAR(sum_where(q, t, NULL, 0, R), sum_where(e, t, NULL, 0, R | NR), 1e-13);
  CHECK(r.n_classes == 5 && strstr(sx_design_describe(q), "5 propensity strata"));
  sx_design_free(q);
  sx_design_free(p);
  sx_design_free(n);
  sx_design_free(e);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- what a case owes a total ------------------------------------------------------------------------------- */

enum { CLASSES, PROPENSITY, CUT, CHAIN, TRIMMED, KINDS };

static double known(const sx_table *t, const char *name) {
  double sum = 0;
  for (size_t i = 0; i < N; i++) sum += (name ? sx_table_find(t, name)->data.f64[i] : 1) * 2;
  return sum;
}

/* The whole chain from the weights in column w. */
static sx_design *chain(const sx_table *t, int kind, double cut) {
  sx_design *d[6] = {plain(t), NULL, NULL, NULL, NULL, NULL};
  size_t n = 1;
  sx_error err = SX_ERROR_INIT;
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  o.variables = by_a;
  o.n_variables = 1;
  sx_propensity_options p = SX_PROPENSITY_OPTIONS_INIT;
  p.covariates = covariates;
  p.n_covariates = 2;
  p.factors = factor_a;
  p.n_factors = 1;
  if (kind == CUT) p.max_factor = cut;
  sx_status st = SX_OK;
  if (kind == CHAIN || kind == TRIMMED) { /* a calibration before, as of a frame's count */
    const sx_control frame[] = {{NULL, NULL, 0, NULL, known(t, NULL), 0}, {NULL, NULL, 0, "x", known(t, "x"), 0}};
    st = sx_weighting_calibrate(&d[n], d[n - 1], t, frame, 2, NULL, NULL, &err);
    n++;
  }
  if (st == SX_OK) st = sx_weighting_eligibility(&d[n], d[n - 1], t, status, &o, NULL, &err);
  n++;
  if (st == SX_OK)
    st = kind == CLASSES ? sx_weighting_nonresponse(&d[n], d[n - 1], t, status, &o, NULL, &err)
                         : sx_weighting_propensity(&d[n], d[n - 1], t, status, &p, NULL, &err);
  n++;
  if (st == SX_OK && kind == TRIMMED) { /* known factors */
    double *w = malloc(N * sizeof *w);
    for (size_t i = 0; i < N; i++) w[i] = sx_design_weights(d[n - 1])[i] * (i % 3 == 0 ? 0.8 : 1.1);
    st = sx_design_reweight(&d[n], d[n - 1], w, NULL, NULL, 0, "known factors", &err);
    free(w);
    n++;
  }
  if (st == SX_OK && (kind == CHAIN || kind == TRIMMED)) {
    const sx_control c[] = {{NULL, NULL, 0, NULL, 500, 0}, {NULL, NULL, 0, "u", 300, 0}};
    st = sx_weighting_calibrate(&d[n], d[n - 1], t, c, 2, NULL, NULL, &err);
    n++;
  }
  if (st != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  for (size_t k = 0; k + 1 < n; k++) sx_design_free(d[k]);
  return d[n - 1];
}

static double total(const sx_design *d, const double *u) {
  double sum = 0;
  for (size_t i = 0; i < N; i++) sum += sx_design_weights(d)[i] * u[i];
  return sum;
}

static void test_derivative(void) {
  sx_table *t = sample();
  double *w = NULL;
  for (size_t j = 0; j < sx_table_columns(t); j++)
    if (strcmp(sx_table_get(t, j)->name, "w") == 0) w = sx_table_get(t, j)->data.f64;
  const double *y = sx_table_find(t, "y")->data.f64;
  for (int kind = 0; kind < KINDS; kind++) {
    sx_design *d = chain(t, kind, 1.6);
    double *z = calloc(sx_design_carrier_length(d), sizeof *z);
    double *scratch = calloc(sx_design_scratch_length(d), sizeof *scratch), sum = 0;
    sx_design_carry(z, d, y, scratch);
    for (size_t i = 0; i < N; i += 5) {
      const double old = w[i], h = 1e-4;
      w[i] = old * (1 + h);
      sx_design *up = chain(t, kind, 1.6);
      w[i] = old * (1 - h);
      sx_design *down = chain(t, kind, 1.6);
      w[i] = old;
      const double slope = (total(up, y) - total(down, y)) / (2 * h), got = z[sx_design_psu_of_row(d)[i]];
      if (fabs(slope - got) > 2e-5 * (1 + fabs(slope)))
        SXT_FAIL("kind %d, case %zu of status %d: owes %.10g, the derivative is %.10g", kind, i + 1, (int)status[i],
                 got, slope);
      sum += fabs(got);
      sx_design_free(up);
      sx_design_free(down);
    }
    CHECK(sum > 1);
    free(z);
    free(scratch);
    sx_design_free(d);
  }
  sx_table_free(t);
}

/* Replicates are adjusted one by one: by hand for two of them, and the error near the linearised one. */
static void test_replicates(void) {
  sx_table *t = sample();
  sx_design *d = plain(t), *jk = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&jk, d, &make, err));
  const sx_column *y = sx_table_find(t, "y");
  const double *a = sx_table_find(t, "a")->data.f64;
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  o.variables = by_a;
  o.n_variables = 1;
  sx_propensity_options p = SX_PROPENSITY_OPTIONS_INIT;
  p.covariates = covariates;
  p.n_covariates = 2;
  for (int kind = 0; kind < 3; kind++) {
    sx_design *e[2] = {NULL, NULL}, *n[2] = {NULL, NULL};
    double se[2];
    p.strata = kind == 2 ? 4 : 0;
    for (int k = 0; k < 2; k++) {
      REQUIRE_OK(sx_weighting_eligibility(&e[k], k ? jk : d, t, status, &o, NULL, err));
      if (kind == 0)
        REQUIRE_OK(sx_weighting_nonresponse(&n[k], e[k], t, status, &o, NULL, err));
      else
        REQUIRE_OK(sx_weighting_propensity(&n[k], e[k], t, status, &p, NULL, err));
      sx_est *mean = eh_one(n[k], SX_STAT_MEAN, y, NULL, NULL);
      se[k] = sx_est_se(mean);
      sx_est_free(mean);
    }
    CHECK_NEAR(se[1], se[0], kind == 2 ? 0.25 : 0.03); /* strata are formed anew: more */
    for (size_t i = 0; i < N; i++) CHECK_NEAR(sx_design_weights(n[1])[i], sx_design_weights(n[0])[i], 1e-14);
    if (kind == 0) {
      static const size_t some[] = {0, 37};
      double before[N], after[N];
      for (int s = 0; s < 2; s++) {
        double all[3] = {0}, takers[3] = {0};
        sx_design_replicate(before, e[1], some[s]);
        sx_design_replicate(after, n[1], some[s]);
        for (size_t i = 0; i < N; i++) {
          if (status[i] > SX_RESPONSE_NONRESPONDENT) continue;
          all[(size_t)a[i]] += before[i];
          if (status[i] == SX_RESPONSE_RESPONDENT) takers[(size_t)a[i]] += before[i];
        }
        for (size_t i = 0; i < N; i++)
          CHECK_NEAR(after[i],
                     status[i] == SX_RESPONSE_RESPONDENT ? before[i] * all[(size_t)a[i]] / takers[(size_t)a[i]] : 0,
                     1e-13);
      }
    }
    for (int k = 0; k < 2; k++) {
      sx_design_free(n[k]);
      sx_design_free(e[k]);
    }
  }
  sx_design_free(jk);
  sx_design_free(d);
  sx_table_free(t);
}

static char said[4096];
static void hear(void *data, sx_severity severity, const char *where, const char *message) {
  (void)data;
  (void)severity;
  const size_t n = strlen(said);
  snprintf(said + n, sizeof said - n, "%s: %s\n", where, message);
}

/* 20 cases: class 1 has one respondent of six, class 2 five of seven, class 3 two of seven. */
static void test_merge(void) {
  static const double cls[20] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3};
  uint8_t s[20];
  for (size_t i = 0; i < 20; i++) s[i] = SX_RESPONSE_NONRESPONDENT;
  static const size_t did[] = {0, 6, 7, 8, 9, 10, 13, 14};
  for (size_t k = 0; k < 8; k++) s[did[k]] = SX_RESPONSE_RESPONDENT;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.note = hear;
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_new(&t, &ctx, 20, err));
  double *c = eh_number(t, "cls", cls)->data.f64;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  sx_design *d = eh_design(&ctx, t, &spec), *n = NULL;
  const char *const by = "cls";
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  o.variables = &by;
  o.n_variables = 1;
  sx_response_report r;
  REQUIRE_OK(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err));
  CHECK(r.n_classes == 3 && r.max_factor == 6 && !said[0]);
  sx_design_free(n);
  o.min_respondents = 2; /* class 1 goes to class 3, whose rate 2/7 is nearest to 1/6 */
  REQUIRE_OK(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err));
  CHECK(r.n_classes == 2 && r.n_merged == 1);
  CHECK_NEAR(sx_design_weights(n)[0], 13.0 / 3, 1e-14);
  CHECK_NEAR(sx_design_weights(n)[6], 7.0 / 5, 1e-14);
  CHECK(strstr(said, "cls=1 (1 respondents, factor 6) is merged with cls=3") != NULL);
  sx_design_free(n);
  o.min_respondents = 1;
  o.max_factor = 3; /* 6 and then 13/3 are above it: all in one */
  REQUIRE_OK(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err));
  CHECK(r.n_classes == 1 && r.n_merged == 2);
  CHECK_NEAR(sx_design_weights(n)[0], 20.0 / 8, 1e-14);
  sx_design_free(n);
  s[0] = SX_RESPONSE_NONRESPONDENT; /* no respondent: merged whatever the least number */
  o = (sx_class_options)SX_CLASS_OPTIONS_INIT;
  o.variables = &by;
  o.n_variables = 1;
  REQUIRE_OK(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err));
  CHECK(r.n_classes == 2);
  sx_design_free(n);
  /* what is refused */
  o.max_factor = 1;
  CHECK_FAILS(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err), SX_E_ARGUMENT, "", "above 1");
  o.max_factor = 9;
  s[3] = SX_RESPONSE_UNKNOWN;
  CHECK_FAILS(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err), SX_E_DATA, "case 4", "eligibility first");
  s[3] = 7;
  CHECK_FAILS(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err), SX_E_ARGUMENT, "case 4", "status 7");
  s[3] = SX_RESPONSE_NONRESPONDENT;
  c[4] = (double)NAN;
  REQUIRE_OK(sx_column_set_missing(&ctx, (sx_column *)(uintptr_t)sx_table_find(t, "cls"), 4, SX_MISS_SYSTEM, err));
  CHECK_FAILS(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err), SX_E_DATA, "case 5", "weighting classes is missing");
  for (size_t i = 0; i < 20; i++) s[i] = SX_RESPONSE_NONRESPONDENT;
  CHECK_FAILS(sx_weighting_nonresponse(&n, d, t, s, &o, &r, err), SX_E_DATA, "nonresponse", "responded");
  for (size_t i = 0; i < 20; i++) s[i] = SX_RESPONSE_UNKNOWN;
  CHECK_FAILS(sx_weighting_eligibility(&n, d, t, s, &o, &r, err), SX_E_DATA, "eligibility", "of no case");
  /* a replicate without a respondent in a class */
  for (size_t i = 0; i < 20; i++) s[i] = i == 0 || i > 5 ? SX_RESPONSE_RESPONDENT : SX_RESPONSE_NONRESPONDENT;
  REQUIRE_OK(sx_column_set_missing(&ctx, (sx_column *)(uintptr_t)sx_table_find(t, "cls"), 4, SX_MISS_NONE, err));
  c[4] = 1;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_JK1;
  sx_design *jk = NULL;
  REQUIRE_OK(sx_design_make_replicates(&jk, d, &make, err));
  CHECK_FAILS(sx_weighting_nonresponse(&n, jk, t, s, &o, &r, err), SX_E_DATA, "cls=1", "replicate 1: the class has no");
  sx_design_free(jk);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_propensity_refused(void) {
  sx_table *t = sample();
  sx_design *d = plain(t), *e = NULL, *n = NULL;
  REQUIRE_OK(sx_weighting_eligibility(&e, d, t, status, NULL, NULL, err));
  double *z = eh_number(t, "z", NULL)->data.f64, *k = eh_number(t, "k", NULL)->data.f64;
  const double *x = sx_table_find(t, "x")->data.f64;
  for (size_t i = 0; i < N; i++) {
    z[i] = status[i] == SX_RESPONSE_RESPONDENT ? 5 + x[i] : x[i];
    k[i] = status[i] == SX_RESPONSE_RESPONDENT && i % 3 == 0 ? 2 : 1;
  }
  const char *one = "z";
  sx_propensity_options o = SX_PROPENSITY_OPTIONS_INIT;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_ARGUMENT, "", "at least one covariate");
  o.covariates = &one;
  o.n_covariates = 1;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_DATA, "z", "threshold");
  one = "k";
  o.factors = &one;
  o.n_factors = 1;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_DATA, "k", "level '2' all");
  /* together: x1 + x2 separates, neither alone does */
  double *x1 = eh_number(t, "x1", NULL)->data.f64, *x2 = eh_number(t, "x2", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) {
    x1[i] = eh_uniform();
    x2[i] = (status[i] == SX_RESPONSE_RESPONDENT ? 1.1 : 0.9) - x1[i];
  }
  const char *const two[] = {"x1", "x2"};
  o = (sx_propensity_options)SX_PROPENSITY_OPTIONS_INIT;
  o.covariates = two;
  o.n_covariates = 2;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_DATA, "x", "together with the other");
  o.factors = &one;
  o.n_factors = 1;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_ARGUMENT, "", "not among the covariates");
  o = (sx_propensity_options)SX_PROPENSITY_OPTIONS_INIT;
  one = "x";
  o.covariates = &one;
  o.n_covariates = 1;
  o.strata = 1;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_ARGUMENT, "", "2 to 1000");
  o.strata = 0;
  o.max_iterations = 2;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_NUMERIC, "", "2 iterations");
  REQUIRE_OK(sx_column_set_missing(NULL, (sx_column *)(uintptr_t)sx_table_find(t, "x"), 9, SX_MISS_SYSTEM, err));
  status[9] = SX_RESPONSE_RESPONDENT;
  CHECK_FAILS(sx_weighting_propensity(&n, e, t, status, &o, NULL, err), SX_E_DATA, "x: case 10", "missing");
  sx_design_free(e);
  sx_design_free(d);
  sx_table_free(t);
}

/* docs/methods/trimming.md */
static void test_trim_example(void) {
  static const double w[] = {1, 1, 2, 4, 12}, want[] = {2.5, 2.5, 3.5, 5.5, 6};
  sx_table *t = eh_table(NULL, 5);
  eh_number(t, "w", w);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s), *cut = NULL;
  size_t n = 0;
  CHECK_NEAR(sx_weighting_kish_deff(w, 5), 2.075, 1e-14);
  REQUIRE_OK(sx_weighting_trim(&cut, d, 1, 6, true, &n, err));
  CHECK_INT(n, 1);
  for (size_t i = 0; i < 5; i++) CHECK_NEAR(sx_design_weights(cut)[i], want[i], 1e-14);
  CHECK_NEAR(sx_weighting_kish_deff(sx_design_weights(cut), 5), 1.1375, 1e-14);
  sx_design_free(cut);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_base), SXT_CASE(test_trim_example), SXT_CASE(test_sums), SXT_CASE(test_derivative),
         SXT_CASE(test_replicates), SXT_CASE(test_merge), SXT_CASE(test_propensity_refused))
