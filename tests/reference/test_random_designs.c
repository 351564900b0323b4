/* test_random_designs.c: fifty random designs (strata, clusters, fpc, domains, missing values, raking, JK1) against R survey
 * 4.1-1 on R 4.2.2: ref_random.R made ref_random_data.csv and ref_random.csv. */
#include "ref_csv.h"

#include "est_help.h"

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) eh_die(name);
  return c;
}

static sx_table *data, *answers;
static size_t checked;

static void expect(size_t design, const char *job, const sx_est_row *row) {
  for (size_t i = 0; i < sx_table_rows(answers); i++) {
    if (sx_column_number(col(answers, "design"), i) != (double)design) continue;
    if (strcmp(sx_dict_get(col(answers, "job")->dict, col(answers, "job")->data.code[i], NULL), job) != 0) continue;
    const double est = sx_column_number(col(answers, "est"), i), se = sx_column_number(col(answers, "se"), i);
    const double got = row->est ? sx_est_se(row->est) : (double)NAN;
    if (!(fabs(row->estimate - est) <= 1e-10 * fabs(est)) || !(fabs(got - se) <= 1e-9 * se + 1e-12 * fabs(est)))
      SXT_FAIL("design %zu %s: %.17g (%.17g), R %.17g (%.17g)", design, job, row->estimate, got, est, se);
    checked++;
    return;
  }
  SXT_FAIL("no answer for design %zu %s", design, job);
}

static void ask(const sx_design *d, size_t k, const char *job, sx_stat stat, const sx_column *y, const sx_column *x,
                const uint8_t *where) {
  sx_est_set *s = eh_ask(d, &(sx_est_request){stat, y, x, false, where, NULL});
  expect(k, job, &s->rows[0]);
  sx_est_set_free(s);
}

static sx_design *rake(const sx_table *t, const sx_design *d) {
  static const char *const a[] = {"a"}, *const b[] = {"b"};
  static const char *const v[3][1] = {{"0"}, {"1"}, {"2"}};
  static const char *const *const levels[3] = {v[0], v[1], v[2]};
  static const double ta[] = {600, 400}, tb[] = {350, 300, 350};
  const sx_target targets[] = {{a, 1, levels, ta, 2, NULL}, {b, 1, levels, tb, 3, NULL}};
  sx_design *out = NULL;
  CHECK_OK(sx_weighting_rake(&out, d, t, targets, 2, NULL, NULL, err));
  return out;
}

static sx_design *jk1(sx_table *t) {
  enum { MAX_PSU = 64 };
  static char names[MAX_PSU][24];
  const char *list[MAX_PSU];
  const double *psu = col(t, "psu")->data.f64, *w = col(t, "w")->data.f64;
  size_t n = 0;
  for (size_t i = 0; i < sx_table_rows(t); i++)
    if (psu[i] + 1 > (double)n) n = (size_t)psu[i] + 1;
  for (size_t r = 0; r < n; r++) {
    snprintf(names[r], sizeof names[r], "jk%zu", r);
    list[r] = names[r];
    double *out = eh_number(t, names[r], NULL)->data.f64;
    for (size_t i = 0; i < sx_table_rows(t); i++) out[i] = psu[i] == (double)r ? 0 : w[i] * (double)n / (double)(n - 1);
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = n;
  s.rep_type = SX_REP_JK1;
  return eh_design(NULL, t, &s);
}

static void one_design(size_t k) {
  const size_t all = sx_table_rows(data);
  uint8_t *keep = malloc(all);
  for (size_t i = 0; i < all; i++) keep[i] = sx_column_number(col(data, "design"), i) == (double)k;
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_select(&t, data, keep, err));
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = k % 2;
  s.fpc = k % 3 == 0 ? "N" : NULL;
  sx_design *d = eh_design(NULL, t, &s);
  if (k % 5 == 0) {
    sx_design *raked = rake(t, d);
    sx_design_free(d);
    d = raked;
  }
  const sx_column *y = col(t, "y");
  ask(d, k, "total", SX_STAT_TOTAL, y, NULL, NULL);
  ask(d, k, "mean", SX_STAT_MEAN, y, NULL, NULL);
  ask(d, k, "ratio", SX_STAT_RATIO, y, col(t, "x"), NULL);
  for (int g = 0; g < 2; g++) {
    for (size_t i = 0; i < sx_table_rows(t); i++) keep[i] = col(t, "g")->data.f64[i] == g;
    ask(d, k, g ? "mean1" : "mean0", SX_STAT_MEAN, y, NULL, keep);
    ask(d, k, g ? "prop1" : "prop0", SX_STAT_MEAN, col(t, "u"), NULL, keep);
  }
  if (k % 5) {
    sx_design *jk = jk1(t);
    ask(jk, k, "jk1mean", SX_STAT_MEAN, col(t, "y"), NULL, NULL);
    sx_design_free(jk);
  }
  sx_design_free(d);
  sx_table_free(t);
  free(keep);
}

static void test_all(void) {
  data = ref_table("tests/reference/ref_random_data.csv");
  answers = ref_table("tests/reference/ref_random.csv");
  REQUIRE(data && answers);
  for (size_t k = 1; k <= 50; k++) one_design(k);
  CHECK_INT(checked, sx_table_rows(answers));
  printf("%zu estimates of 50 designs\n", checked);
  sx_table_free(data);
  sx_table_free(answers);
}

SXT_MAIN(SXT_CASE(test_all))
