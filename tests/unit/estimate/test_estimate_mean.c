/* test_estimate_mean.c: other means, standardisation, the share of the largest and the finite design effect against closed forms,
 * printed numbers and slow twins. */
#include "est_help.h"
#include "shuxiao/estimate_mean.h"

static const double none = (double)NAN;

static sx_design *plain_design(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  return eh_design(NULL, t, &s);
}

static sx_design *clustered(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  return eh_design(NULL, t, &s);
}

static sx_est_set *mean_of(const sx_design *d, sx_mean_kind kind, double lower, double upper, const sx_column *y,
                           const uint8_t *where, const sx_groups *by, const sx_est_options *o) {
  const sx_mean_spec spec = {1, kind, lower, upper};
  const sx_est_request r = {SX_STAT_MEAN, y, NULL, false, where, by};
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_mean(&set, d, &spec, &r, o, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

/* What Stata's manual prints for its command ameans, example 1. */
static void test_printed(void) {
  sx_table *t = eh_table(NULL, 3);
  const double x[] = {5, 4, 7};
  const sx_column *y = eh_number(t, "x", x);
  sx_design *d = plain_design(t);
  sx_est_set *g = mean_of(d, SX_MEAN_GEOMETRIC, 0, 0, y, NULL, NULL, NULL),
             *h = mean_of(d, SX_MEAN_HARMONIC, 0, 0, y, NULL, NULL, NULL);
  CHECK_NEAR(g->rows[0].estimate, 5.192494, 1e-7);
  CHECK_NEAR(g->rows[0].low, 2.57899, 1e-6);
  CHECK_NEAR(g->rows[0].high, 10.45448, 1e-6);
  CHECK_NEAR(h->rows[0].estimate, 5.060241, 1e-7);
  CHECK_NEAR(h->rows[0].low, 3.023008, 2e-7);
  CHECK_NEAR(h->rows[0].high, 15.5179, 1e-6);
  CHECK_INT(g->rows[0].n, 3);
  CHECK_NEAR(g->rows[0].df, 2, 0);
  CHECK_NEAR(g->rows[0].cv, g->rows[0].se / g->rows[0].estimate, 1e-15);
  sx_est_set_free(g);
  sx_est_set_free(h);
  /* symmetric intervals where they are asked for; one limit may not exist on the scale of reciprocals */
  sx_est_options o = SX_EST_OPTIONS_INIT;
  o.ci = SX_CI_WALD;
  g = mean_of(d, SX_MEAN_GEOMETRIC, 0, 0, y, NULL, NULL, &o);
  CHECK_NEAR(g->rows[0].high - g->rows[0].estimate, g->rows[0].estimate - g->rows[0].low, 1e-12);
  sx_est_set_free(g);
  o.ci = SX_CI_DEFAULT;
  o.ci_level = 0.999;
  h = mean_of(d, SX_MEAN_HARMONIC, 0, 0, y, NULL, NULL, &o);
  CHECK(isnan(h->rows[0].high) && h->rows[0].low > 0 && h->rows[0].se > 0 && h->rows[0].na == SX_NA_NONE);
  sx_est_set_free(h);
  sx_design_free(d);
  sx_table_free(t);
}

/* The carrier: a formula over the mean of logs gives the same variance and covariances, on linearised and replicate designs, for
 * long carriers kept as terms (row PSUs) and short ones. */
static void check_formula(const sx_design *d, sx_table *t, const sx_groups *by) {
  const sx_column *y = sx_table_find(t, "y"), *logs = sx_table_find(t, "logs");
  const sx_est_request r = {SX_STAT_MEAN, logs, NULL, false, NULL, by};
  sx_est_set *l = eh_ask(d, &r), *g = mean_of(d, SX_MEAN_GEOMETRIC, 0, 0, y, NULL, by, NULL);
  sx_est *x = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL);
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, "exp(m)", err));
  REQUIRE(g->n_rows == l->n_rows);
  for (size_t i = 0; i < g->n_rows; i++) {
    const char *const name[] = {"m"};
    const sx_est *const value[] = {l->rows[i].est};
    sx_est *f = NULL;
    REQUIRE_OK(sx_est_formula(&f, NULL, e, name, value, 1, err));
    CHECK_NEAR(g->rows[i].estimate, sx_est_value(f), 1e-14);
    CHECK_NEAR(g->rows[i].se, sx_est_se(f), 1e-10);
    CHECK_NEAR(sx_est_cov(g->rows[i].est, x), sx_est_cov(f, x), 1e-9);
    CHECK_NEAR(sx_est_df(g->rows[i].est), sx_est_df(f), 0);
    CHECK_NEAR(g->rows[i].deff, l->rows[i].deff, 1e-14);
    CHECK_INT(g->rows[i].n, l->rows[i].n);
    sx_est_free(f);
  }
  sx_expr_free(e);
  sx_est_free(x);
  sx_est_set_free(l);
  sx_est_set_free(g);
}

static void test_carrier(void) {
  eh_state = 11;
  sx_table *t = eh_sample(1500, 4, 5);
  double *y = sx_table_find(t, "y")->data.f64, *logs = eh_number(t, "logs", NULL)->data.f64;
  for (size_t i = 0; i < 1500; i++) logs[i] = log(y[i]);
  sx_groups *g = NULL;
  const char *by = "g";
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_design *d = clustered(t), *rep = NULL, *rows = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&rep, d, &make, err));
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  rows = eh_design(NULL, t, &s);
  check_formula(d, t, g);
  check_formula(rep, t, g);
  check_formula(rows, t, g);
  sx_design_free(d);
  sx_design_free(rep);
  sx_design_free(rows);
  sx_groups_free(g);
  sx_table_free(t);
}

/* ---- trimmed and winsorised ------------------------------------------------------------------------------------- */

/* The slow obvious trimmed mean: every unit of weight a case of its own. */
static void test_trim_expanded(void) {
  sx_table *t = eh_table(NULL, 6);
  const double y[] = {9, 1, 4, 30, 2, 5}, w[] = {3, 5, 2, 1, 4, 5}; /* 20 units: 1x5 2x4 4x2 5x5 9x3 30 */
  const sx_column *c = eh_number(t, "y", y);
  eh_number(t, "w", w);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  sx_design *d = eh_design(NULL, t, &s);
  sx_est_set *a = mean_of(d, SX_MEAN_TRIMMED, 0.1, 0.1, c, NULL, NULL, NULL),
             *b = mean_of(d, SX_MEAN_WINSORISED, 0.1, 0.1, c, NULL, NULL, NULL),
             *whole = mean_of(d, SX_MEAN_TRIMMED, 0, 0, c, NULL, NULL, NULL),
             *median = mean_of(d, SX_MEAN_TRIMMED, 0.4999999, 0.4999999, c, NULL, NULL, NULL);
  /* two units off each end: 1x3 2x4 4x2 5x5 9x2 */
  CHECK_NEAR(a->rows[0].estimate, (3 + 8 + 8 + 25 + 18) / 16.0, 1e-15);
  CHECK_NEAR(b->rows[0].estimate, (5 + 8 + 8 + 25 + 27 + 9) / 20.0, 1e-15);
  const sx_est_request r = {SX_STAT_MEAN, c, NULL, false, NULL, NULL};
  sx_est_set *mean = eh_ask(d, &r);
  const sx_est_row m = mean->rows[0];
  CHECK_NEAR(whole->rows[0].estimate, m.estimate, 1e-15);
  CHECK_NEAR(whole->rows[0].se, m.se, 1e-13);
  CHECK_NEAR(whole->rows[0].deff, m.deff, 1e-12);
  CHECK_NEAR(median->rows[0].estimate, 4, 1e-12); /* the tenth of twenty units is a 4, the eleventh too */
  sx_est_set_free(mean);
  sx_est_set_free(a);
  sx_est_set_free(b);
  sx_est_set_free(whole);
  sx_est_set_free(median);
  sx_design_free(d);
  sx_table_free(t);
}

/* On a uniform grid the variance of the winsorised mean, quantile terms included, is (a/2 + 2 (1/2 - a)^3 / 3)/n for equal tails a;
 * without them it would be far less. That of the trimmed mean is ((1 - 2a)^3/12 + 2 a (1/2 - a)^2) / (1 - 2a)^2 / n. */
static void test_uniform(void) {
  enum { N = 4000 };
  sx_table *t = eh_table(NULL, N);
  double *y = eh_number(t, "y", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) y[i] = ((double)((i * 1237) % N) + 0.5) / N;
  sx_design *d = plain_design(t);
  for (double a = 0.05; a < 0.3; a += 0.1) {
    sx_est_set *w = mean_of(d, SX_MEAN_WINSORISED, a, a, sx_table_find(t, "y"), NULL, NULL, NULL),
               *m = mean_of(d, SX_MEAN_TRIMMED, a, a, sx_table_find(t, "y"), NULL, NULL, NULL);
    const double c = 1 - 2 * a;
    CHECK_NEAR(w->rows[0].estimate, 0.5, 1e-12);
    CHECK_NEAR(N * w->rows[0].se * w->rows[0].se, a / 2 + 2 * pow(0.5 - a, 3) / 3, 2e-3);
    CHECK_NEAR(N * m->rows[0].se * m->rows[0].se, (c * c * c / 12 + 2 * a * pow(0.5 - a, 2)) / (c * c), 2e-3);
    sx_est_set_free(w);
    sx_est_set_free(m);
  }
  sx_design_free(d);
  sx_table_free(t);
}

/* Linearisation and bootstrap agree on unequal weights, strata and clusters; on heaped values too. */
static void test_bootstrap(void) {
  eh_state = 5;
  sx_table *t = eh_sample(2400, 6, 40);
  double *heap = eh_number(t, "heap", NULL)->data.f64;
  for (size_t i = 0; i < 2400; i++) heap[i] = 5 * round(sx_table_find(t, "y")->data.f64[i] / 5);
  sx_design *d = clustered(t), *rep = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_BOOTSTRAP;
  make.n_reps = 400;
  REQUIRE_OK(sx_design_make_replicates(&rep, d, &make, err));
  static const char *const names[] = {"y", "heap"};
  for (size_t k = 0; k < 4; k++) {
    const sx_mean_kind kind = k % 2 ? SX_MEAN_WINSORISED : SX_MEAN_TRIMMED;
    const sx_column *y = sx_table_find(t, names[k / 2]);
    sx_est_set *a = mean_of(d, kind, 0.1, 0.05, y, NULL, NULL, NULL),
               *b = mean_of(rep, kind, 0.1, 0.05, y, NULL, NULL, NULL);
    CHECK_NEAR(a->rows[0].estimate, b->rows[0].estimate, 1e-14);
    CHECK_NEAR(a->rows[0].se, b->rows[0].se,
               k == 3 ? 0.2 : 0.05); /* the cut jumps from heap to heap under replicates */
    sx_est_set_free(a);
    sx_est_set_free(b);
  }
  sx_design_free(d);
  sx_design_free(rep);
  sx_table_free(t);
}

/* ---- what is refused, what is missing ------------------------------------------------------------------------------ */

static void test_bad(void) {
  sx_table *t = eh_table(NULL, 5);
  const double y[] = {1, 2, 0, -4, none};
  const sx_column *c = eh_number(t, "spend", y);
  const char *const words[] = {"a", "b", "a", "b", "a"};
  const sx_column *text = eh_text(t, "kind", SX_TEXT, words);
  double g[] = {1, 1, 2, 3, 4};
  eh_number(t, "g", g);
  sx_design *d = plain_design(t);
  sx_est_set *set = NULL;
  sx_mean_spec m = SX_MEAN_SPEC_INIT;
  sx_est_request r = {SX_STAT_MEAN, c, NULL, false, NULL, NULL};
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_DATA, "spend: case 3", "geometric mean needs values");
  m.kind = SX_MEAN_HARMONIC;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_DATA, "spend: case 3", "harmonic mean needs values");
  m.kind = SX_MEAN_TRIMMED;
  m.lower = 0.6;
  m.upper = 0.4;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_ARGUMENT, "tails", "together they are below 1");
  m.lower = -0.1;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_ARGUMENT, "tails", "each is 0 or more");
  m.kind = SX_MEAN_GEOMETRIC;
  r.y = text;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_ARGUMENT, "kind", "needs a number");
  r.y = NULL;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_ARGUMENT, "", "needs a variable");
  m.kind = (sx_mean_kind)9;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_ARGUMENT, "", "unknown mean");
  CHECK_FAILS(sx_mean_parse(&m.kind, "median", err), SX_E_ARGUMENT, "", "'median' is not a mean");
  REQUIRE_OK(sx_mean_parse(&m.kind, "winsorised", err));
  CHECK_INT(m.kind, SX_MEAN_WINSORISED);
  CHECK_STR(sx_mean_name((sx_mean_kind)77), "unknown");
  /* a domain whose values are all missing, and one of a single case; values of 0 outside the domain do not matter */
  sx_groups *by = NULL;
  const char *name = "g";
  const uint8_t where[] = {1, 1, 0, 0, 1};
  REQUIRE_OK(sx_groups_new(&by, t, &name, 1, err));
  for (int k = SX_MEAN_GEOMETRIC; k <= SX_MEAN_WINSORISED; k++) {
    set = mean_of(d, (sx_mean_kind)k, 0.1, 0.1, c, where, by, NULL);
    CHECK_INT(set->n_rows, 4);
    CHECK_INT(set->rows[0].n, 2);
    CHECK(set->rows[0].estimate > 1.3 && set->rows[0].estimate < 1.6);
    CHECK_INT(set->rows[1].na, SX_NA_EMPTY_DOMAIN);
    CHECK_INT(set->rows[3].na, SX_NA_ALL_MISSING);
    CHECK(isnan(set->rows[1].estimate) && isnan(set->rows[3].se) && !set->rows[3].est);
    sx_est_set_free(set);
  }
  /* exp overflows: no number, and a reason */
  c->data.f64[0] = c->data.f64[1] = 1e308;
  set = mean_of(d, SX_MEAN_GEOMETRIC, 0, 0, c, where, NULL, NULL);
  CHECK_NEAR(set->rows[0].estimate, 1e308, 1e-12);
  sx_est_set_free(set);
  c->data.f64[1] = (double)INFINITY;
  r.y = c;
  r.where = where;
  m.kind = SX_MEAN_GEOMETRIC;
  CHECK_FAILS(sx_estimate_mean(&set, d, &m, &r, NULL, err), SX_E_DATA, "spend: case 2", "not finite");
  sx_groups_free(by);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- standardisation -------------------------------------------------------------------------------------------------- */

static void test_standardized(void) {
  eh_state = 23;
  sx_table *t = eh_sample(900, 3, 6);
  sx_design *d = clustered(t);
  sx_groups *by = NULL, *cells = NULL;
  const char *g = "g", *a = "a";
  REQUIRE_OK(sx_groups_new(&by, t, &g, 1, err));
  REQUIRE_OK(sx_groups_new(&cells, t, &a, 1, err));
  const double share[] = {5, 3, 2}; /* of 10: the scale of the shares does not matter */
  sx_standard s = SX_STANDARD_INIT;
  s.cells = cells;
  s.share = share;
  sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false, NULL, by};
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  for (size_t k = 0; k < set->n_rows; k++) { /* the sum by hand */
    double value = 0;
    size_t n = 0;
    const sx_est *part[3];
    sx_est_set *each[3];
    for (size_t c = 0; c < 3; c++) {
      uint8_t *in = calloc(900, 1);
      for (size_t i = 0; i < 900; i++) in[i] = by->group[i] == (int32_t)k && cells->group[i] == (int32_t)c;
      const sx_est_request one = {SX_STAT_MEAN, r.y, NULL, false, in, NULL};
      each[c] = eh_ask(d, &one);
      part[c] = each[c]->rows[0].est;
      value += share[c] / 10 * each[c]->rows[0].estimate;
      n += each[c]->rows[0].n;
      free(in);
    }
    double v = 0;
    for (size_t c = 0; c < 3; c++)
      for (size_t e = 0; e < 3; e++) v += share[c] * share[e] / 100 * sx_est_cov(part[c], part[e]);
    CHECK_NEAR(set->rows[k].estimate, value, 1e-14);
    CHECK_NEAR(set->rows[k].se, sqrt(v), 1e-12);
    CHECK_INT(set->rows[k].n, n);
    for (size_t c = 0; c < 3; c++) sx_est_set_free(each[c]);
  }
  sx_est_set_free(set);

  /* standardised to its own distribution an estimate is the plain one, though its error is that of fixed shares */
  r.by = NULL;
  double own[3];
  const sx_est_request sizes = {SX_STAT_COUNT, NULL, NULL, false, NULL, cells};
  sx_est_set *count = eh_ask(d, &sizes), *plain = eh_ask(d, &r);
  for (size_t c = 0; c < 3; c++) own[c] = count->rows[c].estimate;
  s.share = own;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK_NEAR(set->rows[0].estimate, plain->rows[0].estimate, 1e-14);
  sx_est_set_free(set);
  sx_est_set_free(count);
  sx_est_set_free(plain);
  r.stat = SX_STAT_RATIO;
  r.x = sx_table_find(t, "x");
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK(set->rows[0].se > 0 && set->n_rows == 1);
  sx_est_set_free(set);

  /* a cell without an answer: missing with its reason, unless its share is 0 */
  r.stat = SX_STAT_MEAN;
  uint8_t *in = malloc(900);
  for (size_t i = 0; i < 900; i++) in[i] = cells->group[i] != 1;
  r.where = in;
  r.by = by;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK(isnan(set->rows[0].estimate) && set->rows[0].na == SX_NA_EMPTY_CELL && !set->rows[0].est);
  CHECK_STR(sx_na_text(set->rows[0].na), "no answer in a cell of the standard");
  sx_est_set_free(set);
  own[1] = 0;
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK(set->rows[0].se > 0);
  sx_est_set_free(set);
  s.missing = 0.1; /* a cell of the standard that the file does not have at all */
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK_INT(set->rows[0].na, SX_NA_EMPTY_CELL);
  sx_est_set_free(set);
  memset(in, 0, 900);
  REQUIRE_OK(sx_estimate_standardized(&set, d, &r, &s, NULL, err));
  CHECK_INT(set->rows[0].na, SX_NA_EMPTY_DOMAIN);
  sx_est_set_free(set);
  own[1] = -1;
  CHECK_FAILS(sx_estimate_standardized(&set, d, &r, &s, NULL, err), SX_E_ARGUMENT, "standard", "share of cell 2 is -1");
  own[0] = own[1] = own[2] = 0;
  CHECK_FAILS(sx_estimate_standardized(&set, d, &r, &s, NULL, err), SX_E_ARGUMENT, "standard", "sum to 0");
  r.stat = SX_STAT_TOTAL;
  CHECK_FAILS(sx_estimate_standardized(&set, d, &r, &s, NULL, err), SX_E_ARGUMENT, "", "total is not standardised");
  free(in);
  sx_groups_free(by);
  sx_groups_free(cells);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- the largest, and the finite design effect --------------------------------------------------------------------- */

static int falling(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

static void test_tail(void) {
  eh_state = 3;
  sx_table *t = eh_sample(1234, 3, 4);
  sx_design *d = clustered(t);
  double *y = sx_table_find(t, "y")->data.f64, *w = sx_table_find(t, "w")->data.f64, c[1234];
  for (size_t i = 0; i < 1234; i++) y[i] = exp(3 * y[i] / 5) * (i % 5 ? 1 : -1);
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, false, NULL, NULL};
  for (double top = 0.0004; top < 1; top = top * 3 + 0.01) {
    double share = 0, sum = 0, all = 0;
    for (size_t i = 0; i < 1234; i++) c[i] = fabs(w[i] * y[i]);
    qsort(c, 1234, sizeof *c, falling);
    const double want = top * 1234;
    for (size_t i = 0; i < 1234; i++) {
      all += c[i];
      sum += c[i] * fmax(0, fmin(1, want - (double)i));
    }
    REQUIRE_OK(sx_estimate_tail_share(&share, d, &r, top, err));
    CHECK_NEAR(share, sum / all, 1e-12);
  }
  /* by domain, with missing values and a domain that is empty */
  sx_groups *by = NULL;
  const char *g = "g";
  REQUIRE_OK(sx_groups_new(&by, t, &g, 1, err));
  uint8_t in[1234];
  for (size_t i = 0; i < 1234; i++) in[i] = by->group[i] != 2;
  sx_column *column = (sx_column *)(uintptr_t)r.y;
  for (size_t i = 0; i < 50; i++) REQUIRE_OK(sx_column_set_missing(NULL, column, i, SX_MISS_SYSTEM, err));
  double shares[3];
  const sx_est_request q = {SX_STAT_MEAN, r.y, NULL, false, in, by};
  REQUIRE_OK(sx_estimate_tail_share(shares, d, &q, 0.01, err));
  CHECK(shares[0] > 0.01 && shares[0] < 1 && shares[1] > 0.01 && isnan(shares[2]));
  uint8_t first[1234];
  for (size_t i = 0; i < 1234; i++) first[i] = by->group[i] == 0;
  double alone = 0;
  const sx_est_request p = {SX_STAT_MEAN, r.y, NULL, false, first, NULL};
  REQUIRE_OK(sx_estimate_tail_share(&alone, d, &p, 0.01, err));
  CHECK_NEAR(shares[0], alone, 1e-15);
  const sx_est_request yes = {SX_STAT_TOTAL, sx_table_find(t, "u"), NULL, false, NULL, NULL};
  REQUIRE_OK(sx_estimate_tail_share(&alone, d, &yes, 0.01, err)); /* 0 and 1 alone */
  CHECK(isnan(alone));
  CHECK_FAILS(sx_estimate_tail_share(&alone, d, &p, 1, err), SX_E_ARGUMENT, "top", "not between 0 and 1");
  sx_groups_free(by);
  sx_design_free(d);
  sx_table_free(t);
}

/* The estimated population written out, unit by unit: a case of weight 2.5 is two units and a half. */
static void test_contributions(void) {
  eh_state = 9;
  enum { ROWS = 60, K = 4 };
  sx_table *t = eh_sample(ROWS, 2, 3);
  sx_design *d = clustered(t);
  double *y = sx_table_find(t, "y")->data.f64, *w = sx_table_find(t, "w")->data.f64;
  for (size_t i = 0; i < ROWS; i++) y[i] = exp(y[i]) * (i % 7 ? 1 : -1);
  sx_groups *by = NULL;
  const char *g = "g";
  REQUIRE_OK(sx_groups_new(&by, t, &g, 1, err));
  double weight[3], sum[3], top[3 * K];
  size_t n[3];
  bool amount[3];
  sx_contributions c = {weight, sum, top, n, amount};
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, false, NULL, by};
  REQUIRE(by->n_groups <= 3);
  REQUIRE_OK(sx_estimate_contributions(&c, d, &r, K, err));
  for (size_t k = 0; k < by->n_groups; k++) {
    double all = 0, total = 0, pieces[20000];
    size_t cases = 0, m = 0;
    for (size_t i = 0; i < ROWS; i++) {
      if (by->group[i] != (int32_t)k) continue;
      all += w[i];
      total += w[i] * y[i];
      cases++;
      const double size = fabs(w[i] > 1 ? y[i] : w[i] * y[i]), copies = w[i] > 1 ? w[i] : 1;
      for (size_t p = 0; p < (size_t)(copies * 100 + 0.5) && m < 20000 && p < 1000; p++) pieces[m++] = size;
    }
    CHECK_NEAR(weight[k], all, 1e-12);
    CHECK_NEAR(sum[k], total, 1e-12);
    CHECK_INT(n[k], cases);
    CHECK(amount[k]);
    qsort(pieces, m, sizeof *pieces, falling);
    for (size_t u = 0; u < K; u++) { /* a unit is a hundred pieces */
      double unit = 0;
      for (size_t p = 100 * u; p < 100 * (u + 1) && p < m; p++) unit += pieces[p] / 100;
      CHECK_NEAR(top[k * K + u], unit, 0.02); /* weights to a hundredth */
    }
  }
  /* one cell by itself; whole weights are exact */
  const double weights[] = {2, 1, 0.5, 3}, values[] = {10, -30, 100, 7};
  const uint8_t in[] = {1, 1, 1, 1}, some[] = {1, 0, 0, 1};
  sx_estimate_largest(top, 4, weights, values, in, 4);
  CHECK(top[0] == 50 && top[1] == 30 && top[2] == 10 && top[3] == 10);
  sx_estimate_largest(top, 4, weights, values, some, 4);
  CHECK(top[0] == 10 && top[1] == 10 && top[2] == 7 && top[3] == 7);
  const sx_est_request cases_alone = {SX_STAT_COUNT, NULL, NULL, false, NULL, by};
  REQUIRE_OK(sx_estimate_contributions(&c, d, &cases_alone, 0, err));
  CHECK_NEAR(sum[0], weight[0], 1e-15);
  CHECK(!amount[0]);
  sx_table *shorter = eh_sample(30, 2, 3);
  const sx_est_request other = {SX_STAT_TOTAL, sx_table_find(shorter, "y"), NULL, false, NULL, NULL};
  CHECK_FAILS(sx_estimate_contributions(&c, d, &other, 1, err), SX_E_ARGUMENT, "y", "30 cases, the design 60");
  sx_table_free(shorter);
  sx_groups_free(by);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_deff(void) {
  eh_state = 31;
  sx_table *t = eh_sample(400, 2, 5);
  sx_design *d = clustered(t);
  const sx_column *w = sx_table_find(t, "w");
  double n_hat = 0;
  for (size_t i = 0; i < 400; i++) n_hat += w->data.f64[i];
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false, NULL, NULL};
  sx_est_set *a = eh_ask(d, &r), *b = eh_ask(d, &r);
  REQUIRE_OK(sx_estimate_deff_wor(b, d, &r, err));
  CHECK_NEAR(b->rows[0].deff, a->rows[0].deff / (1 - 400 / n_hat), 1e-14);
  CHECK_NEAR(b->rows[0].n_eff, a->rows[0].n_eff, 0);
  sx_est_set_free(a);
  sx_est_set_free(b);
  sx_design_free(d);
  d = plain_design(t); /* weights that sum to n: no population to sample from without replacement */
  b = eh_ask(d, &r);
  CHECK_NEAR(b->rows[0].deff, 1, 1e-12);
  REQUIRE_OK(sx_estimate_deff_wor(b, d, &r, err));
  CHECK(isnan(b->rows[0].deff));
  sx_est_set_free(b);
  const sx_est_request count = {SX_STAT_COUNT, NULL, NULL, false, NULL, NULL};
  CHECK_FAILS(sx_estimate_deff_wor(NULL, d, &count, err), SX_E_ARGUMENT, "", "no design effect");
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_printed), SXT_CASE(test_carrier), SXT_CASE(test_trim_expanded), SXT_CASE(test_uniform),
         SXT_CASE(test_bootstrap), SXT_CASE(test_bad), SXT_CASE(test_standardized), SXT_CASE(test_tail),
         SXT_CASE(test_contributions), SXT_CASE(test_deff))
