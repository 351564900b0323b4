/* test_change.c: change between two waves against the published numbers of ReGenesees 2.4 (svyDelta, rho.STRAT = "Full") and the
 * full-overlap cases of R survey; and the answers that are known to be wrong (guard.tsv: waves stacked, or taken as independent)
 * must not come out. */
#include "ref_csv.h"

#include "shuxiao/estimate_change.h"
#include "sxt.h"

#define DATA "../shared/reference/data/"

typedef struct waves {
  sx_table *table[2];
  sx_design *design[2];
  sx_link *link;
} waves;

static sx_table *rows_of(const sx_table *t, size_t from, size_t to) {
  uint8_t keep[REF_MAX_ROWS];
  for (size_t i = 0; i < sx_table_rows(t); i++) keep[i] = i + 1 >= from && i + 1 <= to;
  sx_table *out = NULL;
  if (sx_table_select(&out, t, keep, NULL) != SX_OK) abort();
  return out;
}

static void join(waves *w, const char *weights, const char *strata, const char *const *id, size_t n_id) {
  const sx_column *ids[2][2];
  sx_link_side side[2];
  for (size_t k = 0; k < 2; k++) {
    sx_design_spec spec = SX_DESIGN_SPEC_INIT;
    spec.weights = weights;
    spec.strata = strata;
    REQUIRE_OK(sx_design_new(&w->design[k], NULL, w->table[k], &spec, err));
    for (size_t c = 0; c < n_id; c++) ids[k][c] = sx_table_find(w->table[k], id[c]);
    side[k] = (sx_link_side){w->design[k], ids[k], n_id};
  }
  REQUIRE_OK(sx_link_new(&w->link, &side[0], &side[1], NULL, err));
}

static void leave(waves *w) {
  sx_link_free(w->link);
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(w->design[k]);
    sx_table_free(w->table[k]);
  }
}

/* apistrat: wave 1 rows 1:140 with api99, wave 2 rows 61:200 with api00. */
static waves schools(void) {
  static const char *const id[] = {"stype", "snum"};
  waves w = {{NULL, NULL}, {NULL, NULL}, NULL};
  sx_table *all = ref_table(DATA "apistrat.csv");
  if (!all) SXT_SKIP("no reference data");
  w.table[0] = rows_of(all, 1, 140);
  w.table[1] = rows_of(all, 61, 200);
  sx_table_free(all);
  join(&w, "pw", "stype", id, 2);
  return w;
}

static sx_est *estimate(const waves *w, size_t k, sx_stat stat, const char *y, const char *level) {
  const sx_est_request r = {stat, sx_table_find(w->table[k], y), NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  if (sx_estimate_run(&set, w->design[k], &r, NULL, NULL) != SX_OK) abort();
  size_t at = 0;
  while (level && strcmp(set->level_text[set->rows[at].level], level) != 0) at++;
  sx_est *e = sx_est_ref(set->rows[at].est);
  sx_est_set_free(set);
  return e;
}

typedef struct published {
  sx_change kind;
  double scale, estimate, v1, v2, rho, cov, se;
} published;

static void check(const waves *w, const sx_est *a, const sx_est *b, const published *p) {
  sx_est *change = NULL;
  sx_link_cov c;
  REQUIRE_OK(sx_est_change(&change, w->link, a, b, p->kind, err));
  REQUIRE_OK(sx_link_covariance(&c, w->link, a, b, err));
  CHECK_NEAR(p->scale * sx_est_value(change), p->estimate, 1e-9);
  CHECK_NEAR(p->scale * sx_est_se(change), p->se, 1e-9);
  CHECK_NEAR(c.rho, p->rho, 1e-9);
  /* of a ratio: the variances of the two terms, after / before linearised */
  const double g1 = p->kind == SX_CHANGE_DIFFERENCE ? p->scale : sx_est_value(b) / pow(sx_est_value(a), 2);
  const double g2 = p->kind == SX_CHANGE_DIFFERENCE ? p->scale : 1 / sx_est_value(a);
  CHECK_NEAR(g1 * g1 * c.v_first, p->v1, 1e-9);
  CHECK_NEAR(g2 * g2 * c.v_second, p->v2, 1e-9);
  CHECK_NEAR(g1 * g2 * c.cov, p->cov, 1e-9);
  sx_est_free(change);
}

static void test_partial_overlap(void) {
  waves w = schools();
  CHECK_INT(sx_link_overlap(w.link), SX_OVERLAP_PARTIAL);
  CHECK_INT(sx_link_units(w.link), 80);
  CHECK_INT(sx_link_psus(w.link), 80);
  const published mean = {SX_CHANGE_DIFFERENCE, 1,
                          30.7858452392295,     153.558279842616,
                          133.273961543237,     0.642292783906978,
                          91.8845125355941,     10.1520055316506};
  const published total = {SX_CHANGE_DIFFERENCE, 1,
                           -39795.4739398956,    3171819883.14216,
                           2432612030.34453,     0.642292783906979,
                           1784118623.01876,     45124.2137599002};
  const published share = {SX_CHANGE_DIFFERENCE, 100,
                           2.9880268566185,      17.9158966717306,
                           16.3930162598494,     0.61671336319703,
                           10.5689554757429,     3.62918750963548};
  const published ratio = {SX_CHANGE_RATIO,      1,
                           1.04896877247809,     0.000427498533194907,
                           0.000337195351226667, 0.642292783906978,
                           0.000243860324030991, 0.0166425129220197};
  sx_est *m1 = estimate(&w, 0, SX_STAT_MEAN, "api99", NULL), *m2 = estimate(&w, 1, SX_STAT_MEAN, "api00", NULL);
  sx_est *t1 = estimate(&w, 0, SX_STAT_TOTAL, "api99", NULL), *t2 = estimate(&w, 1, SX_STAT_TOTAL, "api00", NULL);
  sx_est *p1 = estimate(&w, 0, SX_STAT_PROP, "awards", "Yes"), *p2 = estimate(&w, 1, SX_STAT_PROP, "awards", "Yes");
  check(&w, m1, m2, &mean);
  check(&w, t1, t2, &total);
  check(&w, p1, p2, &share);
  check(&w, m1, m2, &ratio);
  sx_est *const all[] = {m1, m2, t1, t2, p1, p2};
  for (size_t k = 0; k < 6; k++) sx_est_free(all[k]);
  leave(&w);
}

/* ReGenesees' own example: 20 + 20 rows, 8 in common. */
static void test_delta_el(void) {
  static const char *const id[] = {"id"};
  waves w = {
      {ref_table(DATA "regenesees_delta_el_s1.csv"), ref_table(DATA "regenesees_delta_el_s2.csv")}, {NULL, NULL}, NULL};
  if (!w.table[0] || !w.table[1]) SXT_SKIP("no reference data");
  join(&w, "w", "strata", id, 1);
  CHECK_INT(sx_link_units(w.link), 8);
  sx_est *t1 = estimate(&w, 0, SX_STAT_TOTAL, "y", NULL), *t2 = estimate(&w, 1, SX_STAT_TOTAL, "y", NULL);
  sx_est *m1 = estimate(&w, 0, SX_STAT_MEAN, "y", NULL), *m2 = estimate(&w, 1, SX_STAT_MEAN, "y", NULL);
  sx_est *total = NULL, *mean = NULL, *relative = NULL;
  sx_link_cov c;
  REQUIRE_OK(sx_est_change(&total, w.link, t1, t2, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_est_change(&mean, w.link, m1, m2, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_est_change(&relative, w.link, t1, t2, SX_CHANGE_RELATIVE, err));
  REQUIRE_OK(sx_link_covariance(&c, w.link, t1, t2, err));
  CHECK_NEAR(sx_est_value(total), 484.238114787481, 1e-9);
  CHECK_NEAR(sx_est_se(total), 202.102381075077, 1e-9);
  CHECK_NEAR(c.v_first, 29866.0511479913, 1e-9);
  CHECK_NEAR(c.v_second, 21316.5201150254, 1e-9);
  CHECK_NEAR(c.rho, 0.204845212101794, 1e-9);
  CHECK_NEAR(sx_est_value(mean), 0.978726289334229, 1e-9);
  CHECK_NEAR(sx_est_se(mean), 0.406912539113493, 1e-9);
  CHECK_NEAR(sx_est_value(relative), 0.167133277995113, 1e-9);
  CHECK_NEAR(sx_est_se(relative), 0.0771271391419542, 1e-9);
  sx_est *const all[] = {t1, t2, m1, m2, total, mean, relative};
  for (size_t k = 0; k < 7; k++) sx_est_free(all[k]);
  leave(&w);
}

/* E01, E02: every unit in both waves is the paired comparison, exactly. */
static void full(const char *file, const char *strata, const char *cluster, const char *fpc, double difference,
                 double cov, double se) {
  sx_table *t = ref_table(file);
  if (!t) SXT_SKIP("no reference data");
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "pw";
  spec.strata = strata;
  spec.clusters = &cluster;
  spec.n_clusters = cluster ? 1 : 0;
  spec.fpc = fpc;
  waves w = {{t, t}, {NULL, NULL}, NULL};
  const sx_column *id = sx_table_find(t, cluster ? cluster : "cds");
  REQUIRE_OK(sx_design_new(&w.design[0], NULL, t, &spec, err));
  REQUIRE_OK(sx_design_new(&w.design[1], NULL, t, &spec, err));
  const sx_link_side side[] = {{w.design[0], &id, 1}, {w.design[1], &id, 1}};
  REQUIRE_OK(sx_link_new(&w.link, &side[0], &side[1], NULL, err));
  CHECK_INT(sx_link_overlap(w.link), SX_OVERLAP_FULL);
  sx_est *a = estimate(&w, 0, SX_STAT_MEAN, "api99", NULL), *b = estimate(&w, 1, SX_STAT_MEAN, "api00", NULL);
  sx_est *change = NULL;
  sx_link_cov c;
  REQUIRE_OK(sx_est_change(&change, w.link, a, b, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_link_covariance(&c, w.link, a, b, err));
  CHECK_NEAR(sx_est_value(change), difference, 1e-9);
  CHECK_NEAR(sx_est_se(change), se, 1e-9);
  CHECK_NEAR(c.cov, cov, 1e-9);
  CHECK_NEAR(sx_est_df(change), sx_est_df(a), 0);
  sx_est_free(a);
  sx_est_free(b);
  sx_est_free(change);
  w.table[1] = NULL;
  leave(&w);
}

static void test_full_overlap(void) {
  full(DATA "apistrat.csv", "stype", NULL, "fpc", 32.8925183753596, 91.800675345925626, 2.0511124077106051);
  full(DATA "apiclus1.csv", NULL, "dnum", "fpc", 37.191256830601105, 565.785631731595, 3.0851969668994608);
}

/* guard.tsv: the errors, the covariance and the error of the change of a stack must not come out. Its estimates are right: a
 * stack has the same means. */
static void test_guard(void) {
  char *text = ref_read_text("../shared/reference/guard.tsv");
  if (!text) SXT_SKIP("no guard.tsv");
  waves w = schools();
  sx_est *m1 = estimate(&w, 0, SX_STAT_MEAN, "api99", NULL), *m2 = estimate(&w, 1, SX_STAT_MEAN, "api00", NULL),
         *d = NULL;
  sx_link_cov c;
  REQUIRE_OK(sx_est_change(&d, w.link, m1, m2, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_link_covariance(&c, w.link, m1, m2, err));
  const struct {
    const char *name;
    double got;
    int right; /* the answer is right even in a stack */
  } answers[] = {{"est:1", sx_est_value(m1), 1},   {"est:2", sx_est_value(m2), 1}, {"est:contrast", sx_est_value(d), 1},
                 {"SE:1", sx_est_se(m1), 0},       {"SE:2", sx_est_se(m2), 0},     {"cov", c.cov, 0},
                 {"SE:contrast", sx_est_se(d), 0}, {"se_indep", sx_est_se(d), 0}};
  size_t seen = 0;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char *value = strrchr(line, '\t');
    if (!value) continue;
    *value++ = '\0';
    const char *quantity = strrchr(line, '\t');
    double wrong = 0;
    if (!quantity || !sx_text_to_double(&wrong, value, strcspn(value, "\r"))) continue;
    quantity++;
    size_t k = 0;
    while (k < sizeof answers / sizeof *answers && strcmp(answers[k].name, quantity) != 0) k++;
    if (k == sizeof answers / sizeof *answers) {
      SXT_FAIL("guard.tsv: unknown quantity %s", quantity);
      continue;
    }
    seen++;
    if (answers[k].right)
      CHECK_NEAR(answers[k].got, wrong, 1e-9);
    else if (fabs(answers[k].got - wrong) < 1e-4 * fabs(wrong)) /* the nearest right one is 0.1% away */
      SXT_FAIL("%s: %.17g is the wrong answer of guard.tsv", quantity, answers[k].got);
  }
  CHECK_INT(seen, 8);
  sx_est_free(m1);
  sx_est_free(m2);
  sx_est_free(d);
  free(text);
  leave(&w);
}

SXT_MAIN(SXT_CASE(test_partial_overlap), SXT_CASE(test_delta_el), SXT_CASE(test_full_overlap), SXT_CASE(test_guard))
