/* Inequality and poverty against values by hand, closed forms, finite differences of the weights, other estimators of the same thing
 * and replicates; names; what is refused. */
#include "est_help.h"
#include "estimate/estimate_inequality_priv.h"

static sx_est_set *ask(const sx_design *d, const char *measure, const sx_inequality_request *rest,
                       const sx_inequality_options *o) {
  sx_inequality_request r = *rest;
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_inequality_parse(&r.measure, measure, &err) != SX_OK ||
      sx_estimate_inequality(&set, d, &r, o, &err) != SX_OK) {
    fprintf(stderr, "%s: %s: %s\n", measure, err.where, err.message);
    exit(1);
  }
  return set;
}

static double value(const sx_design *d, const char *measure, const sx_column *y, const sx_inequality_options *o) {
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  r.y = y;
  sx_est_set *set = ask(d, measure, &r, o);
  const double estimate = set->rows[0].estimate;
  sx_est_set_free(set);
  return estimate;
}

static sx_design *weighted(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  return eh_design(NULL, t, &s);
}

/* ---- by hand ------------------------------------------------------------------------------------------------------ */

typedef struct expected {
  const char *measure;
  double value;
} expected;

static void check_all(const sx_design *d, const sx_column *y, const expected *list, size_t n, double rel,
                      const sx_inequality_options *o) {
  for (size_t k = 0; k < n; k++) {
    const int before = sxt_failures;
    CHECK_NEAR(value(d, list[k].measure, y, o), list[k].value, rel);
    if (sxt_failures != before) fprintf(stderr, "  in %s\n", list[k].measure);
  }
}

/* Amounts 1, 2, 3, 4 with weights 4, 3, 2, 1: N = 10, T = 20, mean 2, variance 1. */
static void test_by_hand(void) {
  static const double y[] = {3, 1, 4, 2}, w[] = {2, 4, 1, 3};
  sx_table *t = eh_table(NULL, 4);
  eh_number(t, "w", w);
  const sx_column *c = eh_number(t, "y", y);
  sx_design *d = weighted(t);
  /* sum over pairs |x - x'| w w' = 2 (12 + 16 + 12 + 6 + 6 + 2) = 108; qsr: 4 above Q(.8) = 3, 4 up to Q(.2) = 1 */
  const double root = 0.4 + 0.3 * sqrt(2) + 0.2 * sqrt(3) + 0.1 * 2, inverse = 0.4 + 0.3 / 2 + 0.2 / 3 + 0.1 / 4;
  const expected list[] = {
      {"gini", 108.0 / 400},
      {"theil", 0.4 * 0.5 * log(0.5) + 0.2 * 1.5 * log(1.5) + 0.1 * 2 * log(2)},
      {"mld", -(0.4 * log(0.5) + 0.2 * log(1.5) + 0.1 * log(2))},
      {"ge:2", 0.5 * 1 / 4},
      {"ge:-1", (inverse * 2 - 1) / 2},
      {"atkinson", 1 - pow(2, 0.3) * pow(3, 0.2) * pow(4, 0.1) / 2},
      {"atkinson:0.5", 1 - root * root / 2},
      {"atkinson:2", 1 - 1 / inverse / 2},
      {"qsr", 1},
      {"top:0.1", 0.2},
      {"bottom:0.4", 0.2},
      {"bottom:0.5", 0.3},
      {"palma", 1},
      {"p90/p10", 3},
  };
  check_all(d, c, list, sizeof list / sizeof *list, 1e-14, NULL);
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  /* 0.6 times the median 2 is 1.2: four of ten poor, each short by a sixth; pairs with a poor person: 1 - 0.6^2 */
  const expected poverty[] = {{"arpt", 1.2},      {"arpr", 0.4},       {"fgt:1", 0.4 / 6},
                              {"fgt2", 0.4 / 36}, {"poormed", 1},      {"rmpg", 1 / 6.0},
                              {"sen", 0.4 / 6},   {"sst", 0.64 / 6.0}, {"watts", 0.4 * log(1.2)}};
  check_all(d, c, poverty, sizeof poverty / sizeof *poverty, 1e-14, &o);
  o.threshold.kind = SX_POVERTY_OF_MEAN;
  o.threshold.fraction = 1; /* 2: those at it are poor and short by 0 */
  static const expected mean[] = {{"arpt", 2}, {"arpr", 0.7}, {"fgt1", 0.2}, {"poormed", 1}, {"rmpg", 0.5}};
  check_all(d, c, mean, sizeof mean / sizeof *mean, 1e-14, &o);
  /* all poor: Sen = SST = gap + (1 - gap) Gini */
  o.threshold = (sx_poverty_threshold){SX_POVERTY_ABSOLUTE, 4, 0, 0, false};
  static const expected absolute[] = {{"arpt", 4},   {"fgt0", 1},    {"fgt1", 0.5}, {"poormed", 2},
                                      {"rmpg", 0.5}, {"sen", 0.635}, {"sst", 0.635}};
  check_all(d, c, absolute, sizeof absolute / sizeof *absolute, 1e-14, &o);
  sx_design_free(d);
  sx_table_free(t);
}

/* A lognormal population as its own quantiles: Aitchison & Brown (1957); s = 0.8. */
static void test_lognormal(void) {
  enum { N = 20000 };
  const double s = 0.8;
  double *y = malloc(N * sizeof *y), *w = malloc(N * sizeof *w);
  for (size_t i = 0; i < N; i++) {
    y[i] = exp(9 + s * sx_num_norm_quantile(((double)i + 0.5) / N));
    w[i] = 3;
  }
  sx_table *t = eh_table(NULL, N);
  eh_number(t, "w", w);
  const sx_column *c = eh_number(t, "y", y);
  sx_design *d = weighted(t);
  const expected list[] = {{"gini", 2 * sx_num_t_cdf(s / sqrt(2), (double)INFINITY) - 1},
                           {"theil", s * s / 2},
                           {"mld", s * s / 2},
                           {"ge:2", (exp(s * s) - 1) / 2}, /* the farthest tail is cut */
                           {"atkinson:0.5", 1 - exp(-0.25 * s * s)},
                           {"atkinson", 1 - exp(-0.5 * s * s)},
                           {"p90/p10", exp(2 * s * sx_num_norm_quantile(0.9))},
                           {"bottom:0.2", sx_num_t_cdf(sx_num_norm_quantile(0.2) - s, (double)INFINITY)},
                           {"top:0.1", 1 - sx_num_t_cdf(sx_num_norm_quantile(0.9) - s, (double)INFINITY)},
                           {"arpr", sx_num_t_cdf(log(0.6) / s, (double)INFINITY)}};
  check_all(d, c, list, sizeof list / sizeof *list, 5e-3, NULL);
  /* Zenga by the integral of 1 - L(u)(1-u)/(u(1-L(u))), midpoints */
  double sum = 0;
  for (size_t i = 0; i < N; i++) {
    const double u = ((double)i + 0.5) / N, l = sx_num_t_cdf(sx_num_norm_quantile(u) - s, (double)INFINITY);
    sum += 1 - l * (1 - u) / (u * (1 - l));
  }
  CHECK_NEAR(value(d, "zenga", c, NULL), sum / N, 1e-3);
  sx_design_free(d);
  sx_table_free(t);
  free(y);
  free(w);
}

/* ---- scores are derivatives --------------------------------------------------------------------------------------- */

enum { SMALL = 60 };
typedef struct sandbox {
  sx_column y;
  sx_inequality_request request;
  sx_inequality_options options;
  ineq_job job;
  double x[SMALL], w[SMALL];
  uint32_t row[SMALL];
  uint8_t where[SMALL];
} sandbox;

static void sandbox_fill(sandbox *s) {
  eh_state = 8;
  memset(s, 0, sizeof *s);
  double at = 2;
  for (size_t i = 0; i < SMALL; i++) {
    if (i % 5) at += 0.1 + eh_uniform(); /* ties of two */
    s->x[i] = at;
    s->w[i] = 0.5 + eh_uniform();
    s->row[i] = (uint32_t)i;
    s->where[i] = i % 3 != 0;
  }
  s->y = (sx_column){.name = (char *)(uintptr_t) "y", .type = SX_NUMBER, .n = SMALL};
  s->y.data.f64 = s->x;
  s->request = (sx_inequality_request)SX_INEQUALITY_REQUEST_INIT;
  s->request.y = &s->y;
  s->options = (sx_inequality_options)SX_INEQUALITY_OPTIONS_INIT;
  s->job = (ineq_job){SX_CTX_INIT, &s->request, &s->options, false, 0, 1};
}

static void kernel_at(double *v, double *score, const sandbox *s, ineq_kernel kernel) {
  const sx_cases cases = {s->row, s->w, SMALL};
  ineq_view view;
  sx_na na = SX_NA_NONE;
  CHECK_OK(sx_estimate__ineq_view(&view, &s->job, &cases, score != NULL, err));
  if (s->job.inside) sx_estimate__ineq_enter(&view, 0);
  CHECK_OK(kernel(v, score, &na, &view, err));
  sx_estimate__ineq_view_clear(&view);
}

static void check_gradient(sandbox *s, const char *measure, ineq_kernel kernel) {
  double v = 0, score[SMALL];
  CHECK_OK(sx_inequality_parse(&s->request.measure, measure, err));
  kernel_at(&v, score, s, kernel);
  const int before = sxt_failures;
  for (size_t k = 0; k < SMALL; k++) {
    const double w = s->w[k], h = 1e-5;
    double up = 0, down = 0;
    s->w[k] = w + h;
    kernel_at(&up, NULL, s, kernel);
    s->w[k] = w - h;
    kernel_at(&down, NULL, s, kernel);
    s->w[k] = w;
    CHECK_NEAR((up - down) / (2 * h) + 1, score[k] + 1, 1e-7);
  }
  if (sxt_failures != before) fprintf(stderr, "  in %s\n", measure);
}

static void test_gradients(void) {
  sandbox s;
  sandbox_fill(&s);
  static const char *const words[] = {"gini",       "theil",    "mld",        "ge:2",     "ge:0.5",
                                      "ge:-1",      "zenga",    "palma",      "atkinson", "atkinson:0.5",
                                      "atkinson:2", "top:0.13", "bottom:0.37"};
  static const ineq_kernel kernels[] = {
      sx_estimate__ineq_gini,     sx_estimate__ineq_entropy,  sx_estimate__ineq_entropy,  sx_estimate__ineq_entropy,
      sx_estimate__ineq_entropy,  sx_estimate__ineq_entropy,  sx_estimate__ineq_zenga,    sx_estimate__ineq_palma,
      sx_estimate__ineq_atkinson, sx_estimate__ineq_atkinson, sx_estimate__ineq_atkinson, sx_estimate__ineq_part,
      sx_estimate__ineq_part};
  for (size_t k = 0; k < sizeof words / sizeof *words; k++) check_gradient(&s, words[k], kernels[k]);
  s.options.form = SX_INEQUALITY_CONVEY;
  check_gradient(&s, "gini", sx_estimate__ineq_gini);
  check_gradient(&s, "zenga", sx_estimate__ineq_zenga);
  /* poverty: whatever is smooth in the threshold, with the domain a part of the cases */
  static const char *const poor[] = {"fgt1", "fgt2", "fgt:3.5", "watts", "sst", "arpt"};
  static const ineq_kernel of_poor[] = {sx_estimate__pov_fgt,   sx_estimate__pov_fgt, sx_estimate__pov_fgt,
                                        sx_estimate__pov_watts, sx_estimate__pov_sen, sx_estimate__pov_line};
  s.job.inside = true;
  s.request.where = s.where;
  for (int kind = SX_POVERTY_OF_MEAN; kind <= SX_POVERTY_ABSOLUTE; kind++) {
    s.options.threshold = (sx_poverty_threshold){(sx_poverty_kind)kind, 14.2, 0.8, 0.5, false};
    for (size_t k = 0; k < sizeof poor / sizeof *poor; k++) check_gradient(&s, poor[k], of_poor[k]);
  }
  check_gradient(&s, "sen", sx_estimate__pov_sen); /* fixed threshold: no density */
  check_gradient(&s, "arpr", sx_estimate__pov_fgt);
}

/* ---- what must agree ---------------------------------------------------------------------------------------------- */

static sx_column *column_of(const sx_table *t, const char *name) {
  return (sx_column *)(uintptr_t)sx_table_find(t, name);
}

enum { CLUSTERS, RAKED, JKN, N_DESIGNS };
static void designs_new(sx_design *d[N_DESIGNS], const sx_table *t) {
  static const char *const psu = "psu", *const a = "a";
  static const char *const cell[3][1] = {{"0"}, {"1"}, {"2"}};
  const char *const *levels[3] = {cell[0], cell[1], cell[2]};
  const double totals[] = {400, 500, 300};
  const sx_target target = {&a, 1, levels, totals, 3, "a"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  const sx_make_spec make = SX_MAKE_SPEC_INIT;
  d[CLUSTERS] = eh_design(NULL, t, &s);
  REQUIRE_OK(sx_weighting_rake(&d[RAKED], d[CLUSTERS], t, &target, 1, NULL, NULL, err));
  REQUIRE_OK(sx_design_make_replicates(&d[JKN], d[CLUSTERS], &make, err));
}

static void check_same(const sx_est_set *a, const sx_est_set *b, double rel) {
  REQUIRE(a->n_rows == b->n_rows);
  for (size_t i = 0; i < a->n_rows; i++) {
    CHECK_NEAR(a->rows[i].estimate, b->rows[i].estimate, rel);
    CHECK_NEAR(a->rows[i].se, b->rows[i].se, rel);
    CHECK_NEAR(a->rows[i].low, b->rows[i].low, 10 * rel);
    CHECK_NEAR(a->rows[i].df, b->rows[i].df, 0);
    CHECK_NEAR(a->rows[i].deff, b->rows[i].deff, 1e-9);
    CHECK_INT(a->rows[i].n, b->rows[i].n);
  }
}

/* On every design the rate at a fixed threshold is a proportion, and the threshold at the whole mean of a domain is its mean. */
static void test_other_estimators(void) {
  eh_state = 21;
  sx_table *t = eh_sample(600, 4, 6);
  const sx_column *y = sx_table_find(t, "y");
  sx_column *poor = eh_number(t, "poor", NULL);
  for (size_t i = 0; i < 600; i++) poor->data.f64[i] = y->data.f64[i] <= 9;
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_design *d[N_DESIGNS];
  designs_new(d, t);
  for (size_t k = 0; k < N_DESIGNS; k++) {
    sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
    sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
    r.y = y;
    r.by = g;
    o.threshold = (sx_poverty_threshold){SX_POVERTY_ABSOLUTE, 9, 0, 0, false};
    sx_est_set *rate = ask(d[k], "arpr", &r, &o);
    sx_est_set *share = eh_ask(d[k], &(sx_est_request){SX_STAT_PROP, poor, NULL, true, NULL, g});
    if (k == JKN)
      for (size_t i = 0; i < share->n_rows; i++) share->rows[i].deff = (double)NAN;
    check_same(rate, share, 1e-11);
    sx_est_set_free(rate);
    sx_est_set_free(share);
    o.threshold = (sx_poverty_threshold){SX_POVERTY_OF_MEAN, 0, 1, 0, true};
    sx_est_set *line = ask(d[k], "arpt", &r, &o),
               *mean = eh_ask(d[k], &(sx_est_request){SX_STAT_MEAN, y, NULL, false, NULL, g});
    if (k == JKN)
      for (size_t i = 0; i < mean->n_rows; i++) mean->rows[i].deff = (double)NAN;
    for (size_t i = 0; i < mean->n_rows; i++) { /* the line's limits are on the log scale */
      sx_est_row *m = &mean->rows[i];
      m->low = m->estimate * exp(-(m->estimate - m->low) / m->estimate);
    }
    check_same(line, mean, 1e-11);
    sx_est_set_free(line);
    sx_est_set_free(mean);
  }
  for (size_t k = 0; k < N_DESIGNS; k++) sx_design_free(d[k]);
  sx_groups_free(g);
  sx_table_free(t);
}

/* Sen's index by its definition: rate * [gap + (1 - gap) Gini of the poor]; SST: mean gap * (1 + Gini of the gaps of all). */
static void test_sen_by_parts(void) {
  eh_state = 3;
  sx_table *t = eh_sample(200, 2, 5);
  const sx_column *y = sx_table_find(t, "y");
  sx_column *gap = eh_number(t, "gap", NULL);
  sx_design *d = weighted(t);
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  o.threshold.fraction = 0.9;
  const double line = value(d, "arpt", y, &o), rate = value(d, "arpr", y, &o), gaps = value(d, "fgt1", y, &o);
  uint8_t poor[200];
  for (size_t i = 0; i < 200; i++) {
    poor[i] = y->data.f64[i] <= line;
    gap->data.f64[i] = poor[i] ? 1 - y->data.f64[i] / line : 0;
  }
  r.y = y;
  r.where = poor;
  sx_est_set *among = ask(d, "gini", &r, NULL);
  const double share = gaps / rate, inner = among->rows[0].estimate;
  CHECK_NEAR(value(d, "sen", y, &o), rate * (share + (1 - share) * inner), 1e-12);
  CHECK_NEAR(value(d, "sst", y, &o), gaps * (1 + value(d, "gini", gap, NULL)), 1e-12);
  sx_est_set_free(among);
  sx_design_free(d);
  sx_table_free(t);
}

/* Weights times a thousand, amounts times ten, another order and every case twice with half its weight change nothing. */
static void test_invariance(void) {
  static const char *const measures[] = {"gini",    "theil", "zenga", "qsr",  "top:0.07", "palma",
                                         "p90/p10", "arpr",  "rmpg",  "fgt2", "sen",      "lorenz"};
  enum { N = 300 };
  eh_state = 12;
  sx_table *t = eh_sample(N, 2, 5), *other = eh_table(NULL, 2 * N);
  const sx_column *y = sx_table_find(t, "y");
  double *y2 = eh_number(other, "y", NULL)->data.f64, *w2 = eh_number(other, "w", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) {
    y->data.f64[i] = round(4 * y->data.f64[i]) / 4 + 0.25;
    const size_t a = (i * 77) % N;
    y2[a] = y2[a + N] = 10 * y->data.f64[i];
    w2[a] = w2[a + N] = 500 * sx_table_find(t, "w")->data.f64[i];
  }
  sx_design *d = weighted(t), *e = weighted(other);
  const double probs[] = {0.2, 0.5, 0.9};
  for (size_t k = 0; k < sizeof measures / sizeof *measures; k++) {
    sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
    r.y = y;
    r.probs = probs;
    r.n_probs = 3;
    sx_est_set *a = ask(d, measures[k], &r, NULL);
    r.y = sx_table_find(other, "y");
    sx_est_set *b = ask(e, measures[k], &r, NULL);
    for (size_t i = 0; i < a->n_rows; i++) CHECK_NEAR(b->rows[i].estimate, a->rows[i].estimate, 1e-11);
    CHECK_INT(a->n_rows, strcmp(measures[k], "lorenz") == 0 ? 3 : 1);
    sx_est_set_free(a);
    sx_est_set_free(b);
  }
  /* the form of R's convey does depend on the scale: that is why it is not the default */
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  o.form = SX_INEQUALITY_CONVEY;
  CHECK(fabs(value(e, "gini", sx_table_find(other, "y"), &o) - value(d, "gini", y, &o)) > 1e-4);
  sx_design_free(d);
  sx_design_free(e);
  sx_table_free(t);
  sx_table_free(other);
}

/* Linearised errors against the spread of 400 rescaled bootstrap replicates, a group of its own and with the threshold of all:
 * scores of quantiles rest on a density, and those of the rate of a group reach beyond it. */
static void test_replicates(void) {
  static const char *const measures[] = {"gini", "ge:2", "zenga", "qsr",     "p90/p10", "palma", "arpt",
                                         "arpr", "fgt1", "sen",   "poormed", "rmpg",    "sst",   "watts"};
  eh_state = 40;
  sx_table *t = eh_sample(15000, 3, 60);
  const sx_column *y = sx_table_find(t, "y");
  for (size_t i = 0; i < y->n; i++)
    y->data.f64[i] = exp(1 + 0.6 * sx_num_norm_quantile(eh_uniform()) + 0.01 * y->data.f64[i]);
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_design *d[N_DESIGNS], *boot = NULL;
  designs_new(d, t);
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_RAOWU;
  make.n_reps = 400;
  REQUIRE_OK(sx_design_make_replicates(&boot, d[CLUSTERS], &make, err));
  for (size_t k = 0; k < sizeof measures / sizeof *measures; k++) {
    sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
    sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
    r.y = y;
    r.by = g;
    sx_est_set *a = ask(d[CLUSTERS], measures[k], &r, &o), *b = ask(boot, measures[k], &r, &o);
    const int before = sxt_failures;
    for (size_t i = 0; i < 3; i++) {
      CHECK_NEAR(b->rows[i].estimate, a->rows[i].estimate, 1e-12);
      CHECK_NEAR(b->rows[i].se, a->rows[i].se, 0.2);
      CHECK_INT(a->rows[i].n, b->rows[i].n);
    }
    if (sxt_failures != before) fprintf(stderr, "  in %s\n", measures[k]);
    sx_est_set_free(a);
    sx_est_set_free(b);
  }
  for (size_t k = 0; k < N_DESIGNS; k++) sx_design_free(d[k]);
  sx_design_free(boot);
  sx_groups_free(g);
  sx_table_free(t);
}

/* ---- names, reasons and refusals ---------------------------------------------------------------------------------- */

static void test_names(void) {
  static const char *const same[] = {
      "gini",    "theil",      "mld",     "ge:2",      "atkinson:0.5", "zenga", "qsr",  "qsr:0.1", "palma",
      "top:0.1", "bottom:0.4", "p90/p10", "p97.5/p50", "lorenz",       "arpt",  "arpr", "fgt0",    "fgt1",
      "fgt2",    "fgt:3",      "poormed", "rmpg",      "watts",        "sen",   "sst"};
  char text[SX_INEQUALITY_TEXT_MAX];
  sx_inequality_measure m = {SX_INEQUALITY_GINI, 0, 0};
  for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
    CHECK_OK(sx_inequality_parse(&m, same[k], err));
    CHECK_STR(sx_inequality_text(text, &m), same[k]);
    CHECK(sx_inequality_is_poverty(m.stat) == (k >= 14));
  }
  CHECK_OK(sx_inequality_parse(&m, "ge_1", err));
  CHECK_STR(sx_inequality_text(text, &m), "theil");
  CHECK_OK(sx_inequality_parse(&m, "atkinson", err));
  CHECK_STR(sx_inequality_text(text, &m), "atkinson:1");
  CHECK_OK(sx_inequality_parse(&m, "p90_p10", err));
  CHECK_NEAR(m.b, 0.9, 1e-15);
  CHECK_STR(sx_inequality_statistic(text, &m), "p90_p10");
  sx_poverty_threshold t = {SX_POVERTY_ABSOLUTE, 0, 0, 0, true};
  CHECK_OK(sx_poverty_threshold_parse(&t, "0.5*q0.4", err));
  CHECK(t.kind == SX_POVERTY_OF_QUANTILE && t.fraction == 0.5 && t.order == 0.4 && t.of_domain);
  CHECK_OK(sx_poverty_threshold_parse(&t, "0.7*median", err));
  CHECK(t.order == 0.5 && t.fraction == 0.7);
  CHECK_OK(sx_poverty_threshold_parse(&t, "1200", err));
  CHECK(t.kind == SX_POVERTY_ABSOLUTE && t.value == 1200);
  CHECK_FAILS(sx_poverty_threshold_parse(&t, "half", err), SX_E_ARGUMENT, "", "is no threshold");
  CHECK_FAILS(sx_poverty_threshold_parse(&t, "-3", err), SX_E_ARGUMENT, "threshold", "above 0");
  CHECK_FAILS(sx_inequality_parse(&m, "geni", err), SX_E_ARGUMENT, "geni", "not a measure");
  CHECK_FAILS(sx_inequality_parse(&m, "ge", err), SX_E_ARGUMENT, "ge", "ge:2");
  CHECK_FAILS(sx_inequality_parse(&m, "top:", err), SX_E_ARGUMENT, "top:", "not a number");
  CHECK_FAILS(sx_inequality_parse(&m, "gini:2", err), SX_E_ARGUMENT, "gini:2", "no parameter");
  CHECK_FAILS(sx_inequality_parse(&m, "ge:0.00001", err), SX_E_ARGUMENT, "ge:", "mld");
  CHECK_FAILS(sx_inequality_parse(&m, "atkinson:-1", err), SX_E_ARGUMENT, "atkinson", "above 0");
  CHECK_FAILS(sx_inequality_parse(&m, "qsr:0.6", err), SX_E_ARGUMENT, "qsr", "at most 0.5");
  CHECK_FAILS(sx_inequality_parse(&m, "p100/p10", err), SX_E_ARGUMENT, "p100", "between 0 and 100");
  CHECK_FAILS(sx_inequality_parse(&m, "fgt:0.5", err), SX_E_ARGUMENT, "fgt", "1 and above");
}

static void test_reasons(void) {
  static const double y[] = {-3, 0, 5, 6, 7, 9, NAN, 8}, w[] = {1, 1, 1, 1, 1, 1, 1, 1};
  static const double group[] = {1, 1, 1, 2, 2, 2, 3, 4};
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", w);
  const sx_column *c = eh_number(t, "y", y);
  eh_number(t, "g", group);
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_design *d = weighted(t);
  sx_inequality_request r = SX_INEQUALITY_REQUEST_INIT;
  sx_inequality_options o = SX_INEQUALITY_OPTIONS_INIT;
  r.y = c;
  r.by = g;
  sx_est_set *set = ask(d, "arpr", &r, &o); /* the median of all is 6, the threshold 3.6 */
  CHECK_NEAR(set->rows[0].estimate, 2.0 / 3, 1e-15);
  CHECK_NEAR(set->rows[1].estimate, 0, 0);
  CHECK_INT(set->rows[0].n, 3);
  CHECK(set->rows[2].na == SX_NA_ALL_MISSING && !set->rows[2].est);
  sx_est_set_free(set);
  set = ask(d, "rmpg", &r, &o);
  CHECK_NEAR(set->rows[0].estimate, 1 + 3 / 3.6, 1e-14); /* the lower of -3 and 0 */
  CHECK(set->rows[1].na == SX_NA_ZERO_DENOMINATOR);
  sx_est_set_free(set);
  uint8_t none[8] = {0};
  r.where = none;
  set = ask(d, "sen", &r, &o);
  CHECK(set->rows[0].na == SX_NA_EMPTY_DOMAIN);
  sx_est_set_free(set);
  r.where = NULL;
  set = ask(d, "gini", &r, &o); /* the mean of the first group is 2/3, of the last one case */
  CHECK_NEAR(set->rows[3].estimate, 0, 1e-15);
  CHECK(set->rows[0].na == SX_NA_NONE && set->rows[2].na == SX_NA_ALL_MISSING);
  sx_est_set_free(set);
  r.by = NULL;
  CHECK_OK(sx_inequality_parse(&r.measure, "theil", err));
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_DATA, "y: case 1", "(y >= 0)");
  CHECK_OK(sx_inequality_parse(&r.measure, "mld", err));
  r.where = (const uint8_t[]){0, 1, 1, 1, 1, 1, 1, 1};
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_DATA, "y: case 2", "(y > 0)");
  CHECK_OK(sx_inequality_parse(&r.measure, "watts", err));
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_DATA, "y: case 2", "Watts");
  CHECK_OK(sx_inequality_parse(&r.measure, "zenga", err));
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_DATA, "y: case 2", "(y > 0)");
  CHECK_OK(sx_inequality_parse(&r.measure, "lorenz", err));
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "probs", "at least one");
  const double bad = 1.5;
  r.probs = &bad;
  r.n_probs = 1;
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "probs", "1.5");
  CHECK_OK(sx_inequality_parse(&r.measure, "arpr", err));
  o.threshold.fraction = 0;
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "threshold", "above 0");
  o.threshold = (sx_poverty_threshold){SX_POVERTY_OF_QUANTILE, 0, 0.6, 1, false};
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "threshold", "order");
  o.threshold = (sx_poverty_threshold){SX_POVERTY_ABSOLUTE, -1, 0, 0, false};
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "threshold", "amount");
  o = (sx_inequality_options)SX_INEQUALITY_OPTIONS_INIT;
  o.bandwidth = 0;
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "bandwidth", "above 0");
  o.bandwidth = (double)NAN;
  r.y = NULL;
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_ARGUMENT, "", "needs a variable");
  r.y = c;
  column_of(t, "y")->data.f64[4] = (double)INFINITY;
  CHECK_FAILS(sx_estimate_inequality(&set, d, &r, &o, err), SX_E_DATA, "y: case 5", "not finite");
  sx_design_free(d);
  sx_groups_free(g);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_by_hand), SXT_CASE(test_lognormal), SXT_CASE(test_gradients), SXT_CASE(test_other_estimators),
         SXT_CASE(test_sen_by_parts), SXT_CASE(test_invariance), SXT_CASE(test_replicates), SXT_CASE(test_names),
         SXT_CASE(test_reasons))
