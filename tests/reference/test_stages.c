/* test_stages.c: designs with an fpc at every stage and with unequal probabilities without replacement, beside R survey:
 * ref_stages*.csv, made by ref_stages.R (R survey 4.1-1 on R 4.2.2). Nested ids, uneven sizes, missing answers, rows out of
 * order, post-stratification, single units at the second stage. */
#include "ref_csv.h"
#include "shuxiao/estimate.h"
#include "shuxiao/weighting.h"
#include "sxt.h"

#define DIR "tests/reference/ref_stages"

static sx_table *want;

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) {
    fprintf(stderr, "no column %s\n", name);
    exit(1);
  }
  return c;
}

static const char *text_at(const sx_column *c, size_t row) {
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

static void expect(const char *id, const char *quantity, double got) {
  for (size_t i = 0; i < sx_table_rows(want); i++) {
    if (strcmp(text_at(col(want, "case"), i), id) || strcmp(text_at(col(want, "quantity"), i), quantity)) continue;
    const double value = sx_column_number(col(want, "value"), i);
    if (!(fabs(got - value) <= 1e-10 * fabs(value))) SXT_FAIL("%s, %s: %.17g, not %.17g", id, quantity, got, value);
    return;
  }
  SXT_FAIL("no row %s, %s", id, quantity);
}

static sx_est_set *ask(const sx_design *d, sx_stat stat, const sx_column *y, const sx_groups *by) {
  const sx_est_request r = {stat, y, NULL, false, NULL, by};
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_run(&set, d, &r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static void compare_design(const char *id, const sx_design *d, const sx_table *t) {
  sx_est_set *total = ask(d, SX_STAT_TOTAL, col(t, "x"), NULL), *mean = ask(d, SX_STAT_MEAN, col(t, "y"), NULL);
  expect(id, "total x", total->rows[0].estimate);
  expect(id, "se total x", total->rows[0].se);
  expect(id, "mean y", mean->rows[0].estimate);
  expect(id, "se mean y", mean->rows[0].se);
  expect(id, "degf", sx_design_df(d));
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  sx_est_set *groups = ask(d, SX_STAT_TOTAL, col(t, "x"), g);
  for (size_t k = 0; k < groups->n_rows; k++) {
    char q[40];
    snprintf(q, sizeof q, "se total x %s", g->level_text[0][k]);
    expect(id, q, groups->rows[k].se);
  }
  sx_est_set_free(total);
  sx_est_set_free(mean);
  sx_est_set_free(groups);
  sx_groups_free(g);
}

static void compare(const char *id, const sx_table *t, const sx_design_spec *s) {
  sx_design *d = NULL;
  REQUIRE_OK(sx_design_new(&d, NULL, t, s, err));
  compare_design(id, d, t);
  sx_design_free(d);
}

static sx_design_spec staged(size_t stages) {
  static const char *const clusters[] = {"p", "q", "id"}, *const fpcs[] = {"N1", "N2", "N3"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.strata = "h";
  s.clusters = clusters;
  s.n_clusters = stages;
  s.fpcs = fpcs;
  s.n_fpcs = stages;
  return s;
}

static void test_stages(void) {
  sx_table *t = ref_table(DIR "_data.csv"), *some = NULL;
  REQUIRE(t != NULL);
  sx_design_spec s = staged(3);
  compare("three", t, &s);
  s.n_clusters = 2; /* the last stage as cases */
  compare("three", t, &s);
  static const char *const by[] = {"s"}, *const u[] = {"u"}, *const v[] = {"v"};
  static const char *const *const levels[] = {u, v};
  static const double totals[] = {400, 600};
  const sx_target target = {by, 1, levels, totals, 2, NULL};
  sx_design *d = NULL, *post = NULL;
  REQUIRE_OK(sx_design_new(&d, NULL, t, &s, err));
  REQUIRE_OK(sx_weighting_poststratify(&post, d, t, &target, NULL, err));
  compare_design("post", post, t);
  sx_design_free(post);
  sx_design_free(d);
  s = staged(2);
  compare("two", t, &s);
  /* PSUs 11 and 12 reduced to their first case: one unit at stage 2 */
  uint8_t *keep = malloc(sx_table_rows(t));
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    const double p = sx_column_number(col(t, "p"), i);
    keep[i] = (p != 11 && p != 12) || sx_column_number(col(t, "first"), i) == 1;
  }
  REQUIRE_OK(sx_table_select(&some, t, keep, err));
  free(keep);
  s.lonely = SX_LONELY_REMOVE;
  compare("lonely", some, &s);
  sx_table_free(some);
  sx_table_free(t);
}

static void test_pps(void) {
  sx_table *t = ref_table(DIR "_data.csv"), *one = NULL;
  REQUIRE(t != NULL);
  static const char *const clusters[] = {"p", "q"}, *const f2 = "f2";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.prob = "pi1";
  s.pps = SX_PPS_BREWER;
  s.clusters = clusters;
  s.n_clusters = 2;
  s.fpcs = &f2;
  s.n_fpcs = 1;
  compare("brewer2", t, &s); /* R on sorted rows: on these it mixes the PSUs' probabilities up (ref_stages.R) */
  uint8_t *keep = malloc(sx_table_rows(t));
  for (size_t i = 0; i < sx_table_rows(t); i++) keep[i] = sx_column_number(col(t, "first"), i) == 1;
  REQUIRE_OK(sx_table_select(&one, t, keep, err));
  free(keep);
  double joint[15 * 15];
  char *text = ref_read_text(DIR "_joint.csv"), *p = text;
  REQUIRE(text != NULL);
  for (size_t k = 0; k < 225; k++) {
    const size_t n = strcspn(p, ",\n");
    REQUIRE(sx_text_to_double(&joint[k], p, n));
    p += n + 1;
  }
  free(text);
  static const char *const names[] = {"", "brewer", "overton", "hr", "ht", "yg"};
  for (int k = 1; k <= 5; k++) {
    s = (sx_design_spec)SX_DESIGN_SPEC_INIT;
    s.prob = "pi1";
    s.pps = (sx_pps)k;
    s.joint = k >= 4 ? joint : NULL;
    s.n_joint = 15;
    compare(names[k], one, &s);
  }
  sx_table_free(one);
  sx_table_free(t);
}

int main(void) {
  want = ref_table(DIR ".csv");
  if (!want) return 1;
  test_stages();
  test_pps();
  sx_table_free(want);
  return sxt_failures != 0;
}
