/* test_accounts_survey.c: contributions, decompositions and shift-share, values and errors, against R survey 4.1-1 (accounts.R,
 * accounts.csv): a stratified sample, two stages with fpc, and jackknife replicates; Oaxaca-Blinder against lm(). */
#include "accounts_help.h"
#include "ref_csv.h"

#define DATA "../shared/reference/data/"

static sx_table *expected;

static bool want(double out[2], const char *id) {
  const sx_column *ids = sx_table_find(expected, "id");
  for (size_t i = 0; i < ids->n; i++) {
    if (strcmp(sx_dict_get(ids->dict, ids->data.code[i], NULL), id) != 0) continue;
    out[0] = sx_column_number(sx_table_find(expected, "estimate"), i);
    out[1] = sx_column_number(sx_table_find(expected, "se"), i);
    return true;
  }
  return false;
}

static size_t compared;

/* Rows that R does not have (replicates without a cell) are passed over, and counted. */
static void compare(const char *tag, const char *id, const sx_est *est) {
  char name[80];
  double w[2];
  snprintf(name, sizeof name, "%s.%s", tag, id);
  if (!est) SXT_FAIL("%s: no estimate", name);
  if (!est || !want(w, name)) return;
  const int before = sxt_failures;
  CHECK_NEAR(sx_est_value(est), w[0], 1e-10);
  if (!isnan(w[1])) CHECK_NEAR(sx_est_se(est), w[1], 1e-9);
  if (sxt_failures > before) fprintf(stderr, "in %s\n", name);
  compared++;
}

/* Group 0: sch.wide No, 1: Yes. Types E, H, M. */
static const char *const types[] = {"E", "H", "M"};
typedef struct cells {
  sx_est *n[2][3], *p[2][3], *s[2][3]; /* schools, share with 650 or more, pupils per school with one */
  sx_est *share[2][3], *mean[2][3];    /* of the group's schools; mean of api00 */
  sx_est *region[3][2], *whole[3][2];  /* totals of api99 and api00: schools with sch.wide Yes, all */
} cells;

static bool text_is(const sx_table *t, const char *column, size_t i, const char *value) {
  const sx_column *c = sx_table_find(t, column);
  return strcmp(sx_dict_get(c->dict, c->data.code[i], NULL), value) == 0;
}

static sx_est *ask(ah_pool *pool, const sx_design *d, sx_stat stat, const sx_column *y, const uint8_t *where) {
  const sx_est_request r = {stat, y, NULL, false, where, NULL};
  sx_est_set *set = NULL;
  if (sx_estimate_run(&set, d, &r, NULL, NULL) != SX_OK) abort();
  sx_est *est = ah_keep(pool, sx_est_ref(set->rows[0].est));
  sx_est_set_free(set);
  return est;
}

static void fill_cell(cells *c, ah_pool *pool, const sx_design *d, sx_table *t, size_t g, size_t k) {
  uint8_t group[REF_MAX_ROWS], cell[REF_MAX_ROWS], won[REF_MAX_ROWS], type[REF_MAX_ROWS];
  double *is_type = sx_table_find(t, "is_type")->data.f64, *high = sx_table_find(t, "high")->data.f64;
  const sx_column *api99 = sx_table_find(t, "api99"), *api00 = sx_table_find(t, "api00");
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    type[i] = text_is(t, "stype", i, types[k]);
    group[i] = text_is(t, "sch.wide", i, g ? "Yes" : "No");
    cell[i] = group[i] && type[i];
    high[i] = api00->data.f64[i] >= 650;
    won[i] = cell[i] && high[i] > 0;
    is_type[i] = type[i];
  }
  c->n[g][k] = ask(pool, d, SX_STAT_COUNT, NULL, cell);
  c->p[g][k] = ask(pool, d, SX_STAT_MEAN, sx_table_find(t, "high"), cell);
  c->s[g][k] = ask(pool, d, SX_STAT_MEAN, sx_table_find(t, "api.stu"), won);
  c->share[g][k] = ask(pool, d, SX_STAT_MEAN, sx_table_find(t, "is_type"), group);
  c->mean[g][k] = ask(pool, d, SX_STAT_MEAN, api00, cell);
  if (!g) return;
  c->region[k][0] = ask(pool, d, SX_STAT_TOTAL, api99, cell);
  c->region[k][1] = ask(pool, d, SX_STAT_TOTAL, api00, cell);
  c->whole[k][0] = ask(pool, d, SX_STAT_TOTAL, api99, type);
  c->whole[k][1] = ask(pool, d, SX_STAT_TOTAL, api00, type);
}

static void means(const char *tag, const cells *c) {
  sx_account_group groups[3];
  sx_account_parts *parts = NULL;
  for (size_t k = 0; k < 3; k++)
    groups[k] = (sx_account_group){types[k], {c->share[0][k], c->share[1][k]}, {c->mean[0][k], c->mean[1][k]}};
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 3, SX_ACCOUNT_KITAGAWA, 0, err));
#define PART(id, name, component) compare(tag, id, ah_part(parts, name, SX_ACCOUNT_COMPONENT_##component)->est)
  PART("mean.total", NULL, TOTAL);
  PART("kitagawa.composition", NULL, COMPOSITION);
  PART("kitagawa.rate", NULL, RATE);
  PART("kitagawa.rate.H", "H", RATE);
  sx_account_parts_free(parts);
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 3, SX_ACCOUNT_THREEFOLD, 0, err));
  PART("threefold.composition", NULL, COMPOSITION);
  PART("threefold.rate", NULL, RATE);
  PART("threefold.interaction", NULL, INTERACTION);
  if (strcmp(tag, "strat") == 0) {
    compare("lm", "endowments", ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_COMPOSITION)->est);
    compare("lm", "interaction", ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_INTERACTION)->est);
  }
  sx_account_parts_free(parts);
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 3, SX_ACCOUNT_TWOFOLD, 0.25, err));
  PART("twofold.composition", NULL, COMPOSITION);
  PART("twofold.rate", NULL, RATE);
  sx_account_parts_free(parts);
  if (strcmp(tag, "strat") != 0) return;
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 3, SX_ACCOUNT_TWOFOLD, 1, err));
  compare("lm", "explained", ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_COMPOSITION)->est);
  compare("lm", "unexplained", ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_RATE)->est);
  sx_account_parts_free(parts);
}

static sx_account *account_of(const cells *c, size_t g) {
  sx_account *account = NULL;
  CHECK_OK(sx_account_new(&account, NULL, err));
  CHECK_OK(sx_account_add(account, "total", NULL, NULL, 0, NULL, err));
  for (size_t k = 0; k < 3; k++) {
    const sx_account_leaf leaf = {.population = c->n[g][k], .penetration = c->p[g][k], .spend = c->s[g][k]};
    CHECK_OK(sx_account_add(account, types[k], "total", NULL, 0, &leaf, err));
  }
  return account;
}

static void accounts(const char *tag, const cells *c) {
  sx_account *before = account_of(c, 0), *after = account_of(c, 1);
  sx_account_effects *e = NULL;
  sx_account_changes *d = NULL;
  static const sx_account_effect effect[] = {SX_ACCOUNT_EFFECT_POPULATION, SX_ACCOUNT_EFFECT_PENETRATION,
                                             SX_ACCOUNT_EFFECT_SPEND};
  CHECK_OK(sx_account_decompose(&e, before, after, NULL, SX_ACCOUNT_AVERAGED, err));
  for (size_t k = 0; e && k < 3; k++) {
    char id[60];
    const char *name = sx_account_effect_name(effect[k]);
    const sx_account_effect_row *row = ah_effect(e, "total", effect[k]);
    sx_est *part = NULL;
    snprintf(id, sizeof id, "effect.%s", name);
    compare(tag, id, row->est);
    snprintf(id, sizeof id, "effect.%s.contribution", name);
    CHECK_OK(sx_account_effect_contribution(&part, e, row, err));
    compare(tag, id, part);
    sx_est_free(part);
    snprintf(id, sizeof id, "effect.%s.share", name);
    compare(tag, id, row->share);
    snprintf(id, sizeof id, "effect.%s.M", name);
    compare(tag, id, ah_effect(e, "M", effect[k])->est);
  }
  sx_account_effects_free(e);
  e = NULL;
  CHECK_OK(sx_account_decompose(&e, before, after, NULL, SX_ACCOUNT_AT_BEFORE, err));
  compare(tag, "before.population", ah_effect(e, "total", SX_ACCOUNT_EFFECT_POPULATION)->est);
  compare(tag, "before.interaction", ah_effect(e, "total", SX_ACCOUNT_EFFECT_INTERACTION)->est);
  sx_account_effects_free(e);
  CHECK_OK(sx_account_contributions(&d, before, after, NULL, err));
  compare(tag, "difference", ah_change(d, "total", SX_ACCOUNT_DIFFERENCE));
  compare(tag, "growth", ah_change(d, "total", SX_ACCOUNT_GROWTH));
  compare(tag, "difference.H", ah_change(d, "H", SX_ACCOUNT_DIFFERENCE));
  compare(tag, "growth.H", ah_change(d, "H", SX_ACCOUNT_GROWTH));
  compare(tag, "contribution.H", ah_change(d, "H", SX_ACCOUNT_CONTRIBUTION));
  compare(tag, "share_of_change.H", ah_change(d, "H", SX_ACCOUNT_SHARE_OF_CHANGE));
  compare(tag, "structure.H", ah_change(d, "H", SX_ACCOUNT_STRUCTURE_DIFFERENCE));
  sx_account_changes_free(d);
  sx_account_free(before);
  sx_account_free(after);
}

static void shifts(const char *tag, const cells *c) {
  sx_account_item items[3];
  sx_account_parts *parts = NULL;
  const sx_est *region[3][2], *whole[3][2];
  for (size_t k = 0; k < 3; k++) {
    for (size_t t = 0; t < 2; t++) {
      region[k][t] = c->region[k][t];
      whole[k][t] = c->whole[k][t];
    }
    items[k] = (sx_account_item){types[k], region[k], whole[k]};
  }
  REQUIRE_OK(sx_account_shift_share(&parts, NULL, items, 3, 2, SX_ACCOUNT_CLASSICAL, err));
  PART("shift.total", NULL, TOTAL);
  PART("shift.national", NULL, NATIONAL);
  PART("shift.mix", NULL, MIX);
  PART("shift.competitive", NULL, COMPETITIVE);
  sx_account_parts_free(parts);
  REQUIRE_OK(sx_account_shift_share(&parts, NULL, items, 3, 2, SX_ACCOUNT_ESTEBAN_MARQUILLAS, err));
  PART("shift.national", NULL, NATIONAL);
  PART("esteban.competitive", NULL, COMPETITIVE);
  PART("esteban.allocation", NULL, ALLOCATION);
  PART("esteban.allocation.H", "H", ALLOCATION);
  sx_account_parts_free(parts);
}

static void one_design(const char *tag, const sx_design *d, sx_table *t, size_t n) {
  ah_pool pool = {.n = 0};
  cells c;
  compared = 0;
  for (size_t g = 0; g < 2; g++)
    for (size_t k = 0; k < 3; k++) fill_cell(&c, &pool, d, t, g, k);
  means(tag, &c);
  accounts(tag, &c);
  shifts(tag, &c);
  CHECK_INT(compared, n);
  ah_clear(&pool);
}

static sx_table *load(const char *path) {
  sx_table *t = ref_table(path);
  sx_column *c = NULL;
  if (!t) SXT_SKIP("no reference data");
  if (!expected) expected = ref_table("tests/reference/accounts.csv");
  if (!expected) exit(1);
  if (sx_table_add(&c, t, "is_type", SX_NUMBER, NULL) != SX_OK || sx_table_add(&c, t, "high", SX_NUMBER, NULL) != SX_OK)
    abort();
  return t;
}

static void stratified(void) {
  sx_table *t = load(DATA "apistrat.csv");
  sx_design *d = NULL, *r = NULL;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  sx_make_spec jkn = SX_MAKE_SPEC_INIT;
  s.weights = "pw";
  s.strata = "stype";
  s.fpc = "fpc";
  REQUIRE_OK(sx_design_new(&d, NULL, t, &s, err));
  one_design("strat", d, t, 42);
  REQUIRE_OK(sx_design_make_replicates(&r, d, &jkn, err));
  one_design("jkn", r, t, 38);
  sx_design_free(r);
  sx_design_free(d);
  sx_table_free(t);
}

static void stages(void) {
  sx_table *t = load(DATA "apiclus2.csv");
  sx_design *d = NULL;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  static const char *const clusters[] = {"dnum", "snum"}, *const fpcs[] = {"fpc1", "fpc2"};
  s.clusters = clusters;
  s.n_clusters = 2;
  s.fpcs = fpcs;
  s.n_fpcs = 2;
  REQUIRE_OK(sx_design_new(&d, NULL, t, &s, err));
  one_design("stages", d, t, 38);
  sx_design_free(d);
  sx_table_free(t);
}

/* Two waves that share 80 schools: the change of a total and its error are those of ReGenesees 2.4 (test_change.c). */
static sx_design *wave(sx_table **t, size_t from, size_t to) {
  sx_table *all = load(DATA "apistrat.csv");
  uint8_t keep[REF_MAX_ROWS];
  sx_design *d = NULL;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "pw";
  s.strata = "stype";
  for (size_t i = 0; i < sx_table_rows(all); i++) keep[i] = i + 1 >= from && i + 1 <= to;
  if (sx_table_select(t, all, keep, NULL) != SX_OK || sx_design_new(&d, NULL, *t, &s, NULL) != SX_OK) abort();
  sx_table_free(all);
  return d;
}

static void waves(void) {
  ah_pool pool = {.n = 0};
  sx_table *t[2];
  sx_design *d[2] = {wave(&t[0], 1, 140), wave(&t[1], 61, 200)};
  sx_account *a[2] = {NULL, NULL};
  sx_account_changes *changes = NULL;
  sx_account_effects *effects = NULL;
  sx_link *link = NULL;
  sx_link_side side[2];
  const sx_column *ids[2][2];
  for (size_t k = 0; k < 2; k++) {
    ids[k][0] = sx_table_find(t[k], "stype");
    ids[k][1] = sx_table_find(t[k], "snum");
    side[k] = (sx_link_side){d[k], ids[k], 2};
    const sx_account_leaf leaf = {
        .total = ask(&pool, d[k], SX_STAT_TOTAL, sx_table_find(t[k], k ? "api00" : "api99"), NULL)};
    CHECK_OK(sx_account_new(&a[k], NULL, err));
    CHECK_OK(sx_account_add(a[k], "total", NULL, NULL, 0, NULL, err));
    CHECK_OK(sx_account_add(a[k], "leaf", "total", NULL, 0, &leaf, err));
  }
  REQUIRE_OK(sx_link_new(&link, &side[0], &side[1], NULL, err));
  CHECK_OK(sx_account_contributions(&changes, a[0], a[1], link, err));
  CHECK_OK(sx_account_decompose(&effects, a[0], a[1], link, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(sx_est_value(ah_change(changes, "total", SX_ACCOUNT_DIFFERENCE)), -39795.4739398956, 1e-12);
  CHECK_NEAR(sx_est_se(ah_change(changes, "total", SX_ACCOUNT_DIFFERENCE)), 45124.2137599002, 1e-12);
  CHECK_NEAR(sx_est_se(ah_effect(effects, "total", SX_ACCOUNT_EFFECT_LEVEL)->est), 45124.2137599002, 1e-12);
  sx_account_changes_free(changes);
  sx_account_effects_free(effects);
  sx_link_free(link);
  for (size_t k = 0; k < 2; k++) {
    sx_account_free(a[k]);
    sx_design_free(d[k]);
    sx_table_free(t[k]);
  }
  ah_clear(&pool);
}

/* Three times, numbers without errors. */
static void dynamic(void) {
  static const double r[3][3] = {{120, 80, 40}, {132, 70, 60}, {150, 66, 90}};
  static const double w[3][3] = {{1000, 900, 500}, {1050, 880, 610}, {1200, 860, 800}};
  ah_pool pool = {.n = 0};
  const sx_est *region[3][3], *whole[3][3];
  sx_account_item items[3];
  for (size_t i = 0; i < 3; i++) {
    for (size_t t = 0; t < 3; t++) {
      region[i][t] = ah_figure(&pool, r[t][i], 0);
      whole[i][t] = ah_figure(&pool, w[t][i], 0);
    }
    items[i] = (sx_account_item){types[i], region[i], whole[i]};
  }
  if (!expected) expected = ref_table("tests/reference/accounts.csv");
  for (int em = 0; em < 2; em++) {
    const char *tag = em ? "dynamic.esteban" : "dynamic.classical";
    sx_account_parts *parts = NULL;
    compared = 0;
    REQUIRE_OK(sx_account_shift_share(&parts, NULL, items, 3, 3, (sx_account_shift)em, err));
    CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_TOTAL)->est), 66.0, 1e-14);
    PART("national", NULL, NATIONAL);
    PART("mix", NULL, MIX);
    PART("competitive", NULL, COMPETITIVE);
    if (em) PART("allocation", NULL, ALLOCATION);
    CHECK_INT(compared, em ? 4 : 3);
    sx_account_parts_free(parts);
  }
  ah_clear(&pool);
}

SXT_MAIN(SXT_CASE(stratified), SXT_CASE(stages), SXT_CASE(waves), SXT_CASE(dynamic))
