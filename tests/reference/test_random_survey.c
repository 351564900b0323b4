/* test_random_survey.c: two hundred random designs against R survey, run now: random_survey.R draws them and estimates, and so does this.
 * SX_SEED in the environment draws others. Skipped without R and its survey package. */
#define _GNU_SOURCE
#include <unistd.h>

#include "ref_csv.h"

#include "est_help.h"

#ifdef __SANITIZE_ADDRESS__
enum { DESIGNS = 48 };
#else
enum { DESIGNS = 200 };
#endif

static sx_table *data, *info, *answers;
static size_t first_answer[DESIGNS + 2], checked, without, below_first;

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) eh_die(name);
  return c;
}

static double number(const sx_table *t, const char *name, size_t row) {
  return sx_column_number(col(t, name), row);
}

static const char *text(const sx_table *t, const char *name, size_t row) {
  const sx_column *c = col(t, name);
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

/* ---- R's side ------------------------------------------------------------------------------------------------------ */

static sx_table *read_part(const char *dir, const char *name) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  sx_table *t = ref_table(path);
  (void)remove(path);
  return t;
}

static void run_r(void) {
  char dir[] = "/tmp/random_survey.XXXXXX", command[512];
  const char *seed = getenv("SX_SEED");
  if (system("Rscript -e 'library(survey)' >/dev/null 2>&1") != 0)
    SXT_SKIP("Rscript with the survey package is not here");
  REQUIRE(mkdtemp(dir));
  snprintf(command, sizeof command, "Rscript tests/reference/random_survey.R %s %d %d 2>/dev/null", dir,
           seed ? atoi(seed) : 20251122, (int)DESIGNS);
  REQUIRE(system(command) == 0);
  data = read_part(dir, "data.csv");
  info = read_part(dir, "info.csv");
  answers = read_part(dir, "answers.csv");
  (void)rmdir(dir);
  REQUIRE(data && info && answers && sx_table_rows(info) == DESIGNS);
  size_t at = 0;
  for (size_t k = 1; k <= DESIGNS + 1; k++) {
    while (at < sx_table_rows(answers) && number(answers, "design", at) < (double)k) at++;
    first_answer[k] = at;
  }
}

/* The answer of design k to a job: false where R was not asked. */
static bool answer(double v[3], size_t k, const char *job) {
  for (size_t i = first_answer[k]; i < first_answer[k + 1]; i++) {
    if (strcmp(text(answers, "job", i), job) != 0) continue;
    v[0] = number(answers, "est", i);
    v[1] = number(answers, "se", i);
    v[2] = number(answers, "more", i);
    return true;
  }
  return false;
}

static void same(size_t k, const char *job, const char *what, double got, double want, double rel, double size) {
  if (isnan(want)) { /* a quantile's limit beyond the data, an error without degrees of freedom */
    without++;
    return;
  }
  checked++;
  if (!(fabs(got - want) <= rel * fabs(want) + 1e-12 * size))
    SXT_FAIL("design %zu (kind %g) %s %s: %.17g, R %.17g", k, number(info, "kind", k - 1), job, what, got, want);
}

static void expect(size_t k, const char *job, const sx_est_row *row) {
  double v[3];
  if (!answer(v, k, job)) {
    SXT_FAIL("design %zu: R has no %s", k, job);
    return;
  }
  same(k, job, "estimate", row->estimate, v[0], 1e-10, fabs(v[0]));
  same(k, job, "se", row->est ? sx_est_se(row->est) : (double)NAN, v[1], 1e-8, fabs(v[0]));
}

/* ---- ours ------------------------------------------------------------------------------------------------------------ */

static sx_design *staged(const sx_table *t, size_t kind, size_t variant, sx_lonely lonely) {
  static const char *const two[] = {"p"}, *const three[] = {"p", "q"};
  static const char *const fpc1[] = {"N1"}, *const fpc2[] = {"N1", "N2e"}, *const fpc3[] = {"N1", "N2", "N3"},
                           *const fpc2h[] = {"N1", "N2h"}, *const strata2[] = {"h2"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = kind == 6 ? (variant > 0 ? "l" : NULL) : "h";
  s.clusters = kind == 4 || kind == 5 ? three : two;
  s.n_clusters = kind == 0 ? 0 : kind == 4 || kind == 5 ? 2 : 1;
  s.fpcs = kind == 2 ? fpc1 : kind == 3 ? fpc2 : fpc3;
  s.n_fpcs = kind == 2 ? 1 : kind == 3 ? 2 : kind == 4 || kind == 5 ? 3 : 0;
  if (kind == 3 && variant == 2) {
    s.fpcs = fpc2h;
    s.later_strata = strata2;
    s.n_later_strata = 1;
  }
  s.lonely = lonely;
  return eh_design(NULL, t, &s);
}

static sx_design *adjusted(const sx_table *t, const sx_design *d, size_t k, size_t variant) {
  static const char *const s[] = {"s"}, *const tt[] = {"t"}, *const male = "m";
  static const char *const v[][1] = {{"m"}, {"f"}, {"k"}, {"l"}, {"o"}};
  static const char *const *const ls[] = {v[0], v[1]}, *const *const lt[] = {v[2], v[3], v[4]};
  const double all = number(info, "T0", k - 1), m = number(info, "Tm", k - 1), l = number(info, "Tl", k - 1),
               o = number(info, "To", k - 1);
  const double ts[] = {m, all - m}, ttot[] = {all - l - o, l, o};
  const sx_target targets[] = {{s, 1, ls, ts, 2, NULL}, {tt, 1, lt, ttot, 3, NULL}};
  const sx_control controls[] = {
      {NULL, NULL, 0, NULL, all, 0}, {s, &male, 1, NULL, m, 0}, {NULL, NULL, 0, "x", number(info, "Tx", k - 1), 0}};
  sx_design *out = NULL;
  if (variant == 0)
    CHECK_OK(sx_weighting_rake(&out, d, t, targets, 2, NULL, NULL, err));
  else if (variant == 1)
    CHECK_OK(sx_weighting_calibrate(&out, d, t, controls, 3, NULL, NULL, err));
  else
    CHECK_OK(sx_weighting_poststratify(&out, d, t, &targets[1], NULL, err));
  return out;
}

static sx_est *ask(const sx_design *d, size_t k, const char *job, sx_stat stat, const sx_column *y, const sx_column *x,
                   const uint8_t *where, double *df) {
  sx_est_set *s = eh_ask(d, &(sx_est_request){stat, y, x, false, where, NULL});
  expect(k, job, &s->rows[0]);
  if (df) *df = s->rows[0].df;
  sx_est *e = s->rows[0].est ? sx_est_ref(s->rows[0].est) : NULL;
  sx_est_set_free(s);
  return e;
}

static void whole(const sx_table *t, const sx_design *d, size_t k) {
  double v[3];
  const sx_column *y = col(t, "y"), *x = col(t, "x");
  sx_est_free(ask(d, k, "total", SX_STAT_TOTAL, y, NULL, NULL, NULL));
  sx_est_free(ask(d, k, "ratio", SX_STAT_RATIO, y, x, NULL, NULL));
  sx_est_set *m = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, y, NULL, false, NULL, NULL});
  expect(k, "mean", &m->rows[0]);
  if (answer(v, k, "mean") && !isnan(m->rows[0].deff)) same(k, "mean", "deff", m->rows[0].deff, v[2], 1e-8, 1);
  if (answer(v, k, "df")) same(k, "mean", "df", m->rows[0].df, v[0], 0, 0);
  if (answer(v, k, "mean.ci")) {
    same(k, "mean", "low", m->rows[0].low, v[0], 1e-8, 1);
    same(k, "mean", "high", m->rows[0].high, v[1], 1e-8, 1);
    CHECK(m->rows[0].se == sx_est_se(m->rows[0].est)); /* what is printed is what the carrier says */
  }
  sx_est_set_free(m);
  sx_est_set *p = eh_ask(d, &(sx_est_request){SX_STAT_PROP, col(t, "t"), NULL, false, NULL, NULL});
  for (size_t i = 0; i < p->n_rows; i++) {
    char job[32];
    snprintf(job, sizeof job, "prop.%s", p->level_text[i]);
    expect(k, job, &p->rows[i]);
  }
  sx_est_set_free(p);
  sx_est_set *s = NULL;
  const sx_est_request r = {SX_STAT_MEAN, y, NULL, false, NULL, NULL};
  REQUIRE_OK(sx_estimate_moment(&s, d, SX_MOMENT_VARIANCE, &r, NULL, err));
  expect(k, "var", &s->rows[0]);
  sx_est_set_free(s);
  const sx_est_request both = {SX_STAT_MEAN, y, x, false, NULL, NULL};
  REQUIRE_OK(sx_estimate_moment(&s, d, SX_MOMENT_COVARIANCE, &both, NULL, err));
  expect(k, "cov", &s->rows[0]);
  sx_est_set_free(s);
  REQUIRE_OK(sx_estimate_moment(&s, d, SX_MOMENT_CORRELATION, &both, NULL, err));
  if (answer(v, k, "cor")) same(k, "cor", "estimate", s->rows[0].estimate, v[0], 1e-10, 1);
  sx_est_set_free(s);
}

/* R's df of a share is that of the whole design here, as nothing is missing in u. */
static void shares(const sx_table *t, const sx_design *d, size_t k) {
  static const struct {
    const char *job;
    sx_ci ci;
  } kinds[] = {{"ci.xlogit", SX_CI_LOGIT}, {"ci.beta", SX_CI_BETA}};
  for (size_t i = 0; i < 2; i++) {
    double v[3];
    sx_est_options o = SX_EST_OPTIONS_INIT;
    o.ci = kinds[i].ci;
    sx_est_set *s = NULL;
    sx_column whole_numbers = *col(t, "u");
    whole_numbers.type = SX_INTEGER;
    whole_numbers.data.i64 = malloc(whole_numbers.n * sizeof(int64_t));
    for (size_t j = 0; j < whole_numbers.n; j++) whole_numbers.data.i64[j] = (int64_t)col(t, "u")->data.f64[j];
    const sx_est_request r = {SX_STAT_PROP, &whole_numbers, NULL, true, NULL, NULL};
    REQUIRE_OK(sx_estimate_run(&s, d, &r, &o, err));
    REQUIRE(answer(v, k, kinds[i].job));
    const bool extreme = !(s->rows[0].estimate > 0 && s->rows[0].estimate < 1); /* ours has limits there, R has not */
    if (!extreme) same(k, kinds[i].job, "low", s->rows[0].low, v[0], 1e-7, 1);
    if (!extreme) same(k, kinds[i].job, "high", s->rows[0].high, v[1], 1e-7, 1);
    sx_est_set_free(s);
    free(whole_numbers.data.i64);
  }
}

static void formula(size_t k, const char *job, const char *expression, const sx_est *a, const sx_est *b) {
  static const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {a, b};
  sx_expr *e = NULL;
  sx_est *est = NULL;
  sx_est_row row;
  REQUIRE_OK(sx_expr_parse(&e, NULL, expression, err));
  REQUIRE_OK(sx_est_formula(&est, NULL, e, names, values, 2, err));
  REQUIRE_OK(sx_est_describe(&row, est, false, NULL, err));
  expect(k, job, &row);
  sx_est_free(row.est);
  sx_est_free(est);
  sx_expr_free(e);
}

static void domains(const sx_table *t, const sx_design *d, size_t k) {
  static const char *const levels[] = {"a", "b", "c", "one", "none"};
  uint8_t *in = malloc(sx_table_rows(t));
  sx_est *mean[2] = {NULL, NULL};
  for (size_t l = 0; l < 5; l++) {
    char job[32];
    double v[3], df = 0;
    for (size_t i = 0; i < sx_table_rows(t); i++) in[i] = strcmp(text(t, "g", i), levels[l]) == 0;
    snprintf(job, sizeof job, "none.%s", levels[l]);
    if (answer(v, k, job)) { /* nobody: no estimate, and the reason */
      sx_est_set *s = eh_ask(d, &(sx_est_request){SX_STAT_MEAN, col(t, "y"), NULL, false, in, NULL});
      CHECK(isnan(s->rows[0].estimate) && (s->rows[0].na == SX_NA_ALL_MISSING || s->rows[0].na == SX_NA_EMPTY_DOMAIN));
      sx_est_set_free(s);
      checked++;
      continue;
    }
    snprintf(job, sizeof job, "mean.%s", levels[l]);
    sx_est *e = ask(d, k, job, SX_STAT_MEAN, col(t, "y"), NULL, in, &df);
    if (answer(v, k, job)) same(k, job, "df", df, v[2], 0, 0);
    if (l < 2)
      mean[l] = e;
    else
      sx_est_free(e);
    snprintf(job, sizeof job, "total.%s", levels[l]);
    sx_est_free(ask(d, k, job, SX_STAT_TOTAL, col(t, "y"), NULL, in, NULL));
  }
  double v[3];
  if (mean[0] && mean[1] && answer(v, k, "gap")) {
    formula(k, "gap", "a - b", mean[0], mean[1]);
    formula(k, "quotient", "a / b", mean[0], mean[1]);
  }
  sx_est_free(mean[0]);
  sx_est_free(mean[1]);
  free(in);
}

/* Below the share of the smallest value R's step rules give the second (docs/methods/quantiles.md): ours is the smallest. */
static bool below_the_first(const sx_table *t, double ours, double r) {
  const double *y = col(t, "y")->data.f64, *w = col(t, "w")->data.f64;
  double first = (double)INFINITY, second = (double)INFINITY;
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    if (sx_column_missing(col(t, "y"), i) || w[i] == 0) continue;
    if (y[i] < first) {
      second = first;
      first = y[i];
    } else if (y[i] < second && y[i] > first) {
      second = y[i];
    }
  }
  return ours == first && r == second;
}

/* R centres the interval at the share at or below the estimate. */
static void quantiles(const sx_table *t, const sx_design *d, size_t k) {
  static const double probs[] = {0.25, 0.5, 0.9};
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  o.centre = SX_QCENTRE_AT_SHARE;
  const sx_quantile_request r = {col(t, "y"), probs, 3, NULL, NULL};
  sx_est_set *s = NULL;
  REQUIRE_OK(sx_estimate_quantile(&s, d, &r, &o, err));
  for (size_t i = 0; i < 3; i++) {
    double v[3];
    char job[32];
    snprintf(job, sizeof job, "q%zu", i + 1);
    REQUIRE(answer(v, k, job));
    same(k, job, "estimate", s->rows[i].estimate, v[0], 0, 0);
    if (below_the_first(t, s->rows[i].low, v[1]))
      below_first++;
    else
      same(k, job, "low", s->rows[i].low, v[1], 0, 0);
    same(k, job, "high", s->rows[i].high, v[2], 0, 0);
  }
  sx_est_set_free(s);
}

static void test_of_table(const sx_table *t, const sx_design *d, size_t k) {
  double v[3];
  sx_test_result r;
  if (!answer(v, k, "chisq") || !isfinite(v[0])) return;
  REQUIRE_OK(sx_estimate_independence(&r, d, col(t, "s"), col(t, "t"), NULL, SX_TEST_F, NULL, err));
  same(k, "chisq", "F", r.statistic, v[0], 1e-8, 1);
  same(k, "chisq", "df", r.df1, v[1], 1e-8, 1);
  same(k, "chisq", "p", r.p, v[2], 1e-7, 1);
}

static void jackknife(const sx_table *t, const sx_design *d, size_t k, size_t kind) {
  double v[3];
  if (!answer(v, k, "jk.mean")) return;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = kind == 6 ? SX_MAKE_JK1 : SX_MAKE_JKN;
  sx_design *j = NULL;
  REQUIRE_OK(sx_design_make_replicates(&j, d, &make, err));
  sx_est_free(ask(j, k, "jk.mean", SX_STAT_MEAN, col(t, "y"), NULL, NULL, NULL));
  sx_est_free(ask(j, k, "jk.total", SX_STAT_TOTAL, col(t, "u"), NULL, NULL, NULL));
  sx_design_free(j);
}

static void one_design(size_t k) {
  const size_t kind = (size_t)number(info, "kind", k - 1), variant = (size_t)number(info, "variant", k - 1);
  const char *const policy = text(info, "lonely", k - 1);
  const sx_lonely lonely = strcmp(policy, "remove") == 0      ? SX_LONELY_REMOVE
                           : strcmp(policy, "average") == 0   ? SX_LONELY_AVERAGE
                           : strcmp(policy, "certainty") == 0 ? SX_LONELY_CERTAINTY
                                                              : SX_LONELY_FAIL;
  uint8_t *keep = malloc(sx_table_rows(data));
  for (size_t i = 0; i < sx_table_rows(data); i++) keep[i] = number(data, "design", i) == (double)k;
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_select(&t, data, keep, err));
  free(keep);
  sx_design *d = staged(t, kind, variant, lonely);
  if (kind == 7) {
    sx_design *with = adjusted(t, d, k, variant);
    sx_design_free(d);
    d = with;
  }
  if (d) {
    whole(t, d, k);
    shares(t, d, k);
    domains(t, d, k);
    quantiles(t, d, k);
    test_of_table(t, d, k);
    jackknife(t, d, k, kind);
  }
  sx_design_free(d);
  sx_table_free(t);
}

static void test_all(void) {
  run_r();
  if (!answers) return;
  for (size_t k = 1; k <= DESIGNS; k++) one_design(k);
  printf("%zu numbers of %d designs compared; %zu where R has none; %zu quantile limits below the first case\n",
         checked, (int)DESIGNS, without, below_first);
  CHECK(below_first < DESIGNS / 5 && without < 2 * DESIGNS);
  CHECK(checked > 35 * (size_t)DESIGNS);
  sx_table_free(data);
  sx_table_free(info);
  sx_table_free(answers);
}

SXT_MAIN(SXT_CASE(test_all))
