/* test_estimate_set.c: multiple response, rankings and boxes against sums by hand and slow twins. */
#include "est_help.h"
#include "shuxiao/estimate_set.h"

static const double none = (double)NAN;

static sx_design *weighted(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  return eh_design(NULL, t, &s);
}

static char *member_names[] = {(char[]){"a"}, (char[]){"b"}, (char[]){"c"}};

static char set_name[] = "goods";

static sx_mrset dichotomies(void) {
  return (sx_mrset){.name = set_name, .dichotomous = true, .counted = 1, .variables = member_names, .n_variables = 3};
}

static sx_est_set *set_of(const sx_design *d, const sx_table *t, const sx_set_request *r) {
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_set(&set, d, t, r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

/* Six cases: one chose nothing, one was not asked (all missing), one left a gap. */
static sx_table *six(void) {
  sx_table *t = eh_table(NULL, 6);
  const double w[] = {1, 2, 3, 4, 5, 6};
  const double a[] = {1, 1, 0, 0, none, 1}, b[] = {0, 1, 1, 0, none, none}, c[] = {0, 1, 0, 2, none, 1};
  const double g[] = {1, 1, 2, 2, 2, 1};
  eh_number(t, "w", w);
  eh_number(t, "a", a);
  eh_number(t, "b", b);
  eh_number(t, "c", c);
  eh_number(t, "g", g);
  return t;
}

static void test_bases(void) {
  sx_table *t = six();
  sx_design *d = weighted(t);
  const sx_mrset of = dichotomies();
  sx_set_request r = SX_SET_REQUEST_INIT;
  r.set = &of;
  sx_est_set *set = set_of(d, t, &r); /* chose something: 1 2 3 6, weight 12 */
  CHECK_NEAR(set->rows[0].estimate, 9 / 12.0, 1e-15);
  CHECK_NEAR(set->rows[1].estimate, 5 / 12.0, 1e-15);
  CHECK_NEAR(set->rows[2].estimate, 8 / 12.0, 1e-15);
  CHECK_INT(set->rows[1].n, 4);
  CHECK_INT(set->rows[2].level, 2);
  CHECK_STR(set->level_text[2], "c");
  CHECK(set->rows[0].low > 0 && set->rows[0].high < 1); /* an interval of shares */
  sx_est_set_free(set);
  r.base = SX_SET_BASE_VALID; /* and the fourth, weight 16 */
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 9 / 16.0, 1e-15);
  sx_est_set_free(set);
  r.base = SX_SET_BASE_ALL;
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 9 / 21.0, 1e-15);
  sx_est_set_free(set);
  const uint8_t asked[] = {1, 1, 1, 1, 1, 2}; /* not known: outside */
  r.asked = asked;
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 3 / 15.0, 1e-15);
  sx_est_set_free(set);
  r.asked = NULL;
  r.of = SX_SET_OF_ANSWERS; /* 9 + 5 + 8 of 22 answers, whatever the base */
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 9 / 22.0, 1e-15);
  CHECK_NEAR(set->rows[0].estimate + set->rows[1].estimate + set->rows[2].estimate, 1, 1e-15);
  /* the shares of answers sum to 1, so their covariances sum to 0 along a row */
  double sum = 0;
  for (size_t k = 0; k < 3; k++) sum += sx_est_cov(set->rows[0].est, set->rows[k].est);
  CHECK(fabs(sum) < 1e-16);
  sx_est_set_free(set);
  sx_groups *by = NULL;
  const char *g = "g";
  REQUIRE_OK(sx_groups_new(&by, t, &g, 1, err));
  r.by = by;
  r.of = SX_SET_OF_CASES;
  r.base = SX_SET_BASE_CHOSEN;
  set = set_of(d, t, &r);
  REQUIRE(set->n_rows == 6);
  CHECK_NEAR(set->rows[2].estimate, 8 / 9.0, 1e-15); /* group 1, c: 2 + 6 of 9 */
  CHECK_NEAR(set->rows[4].estimate, 1, 0);           /* group 2, b: the third alone */
  CHECK_INT(set->rows[4].group, 1);
  sx_est_set_free(set);
  const uint8_t nobody[6] = {0};
  r.where = nobody;
  set = set_of(d, t, &r);
  CHECK(isnan(set->rows[0].estimate) && set->rows[0].na == SX_NA_EMPTY_DOMAIN);
  sx_est_set_free(set);
  sx_groups_free(by);
  sx_design_free(d);
  sx_table_free(t);
}

/* A set of categories has the shares of the set of dichotomies with the same answers, named by category. */
static void test_categories(void) {
  sx_table *t = eh_table(NULL, 4);
  const double w[] = {1, 2, 3, 4};
  const char *const first[] = {"tea", "milk", "tea", NULL}, *const second[] = {"milk", NULL, "tea", NULL},
                    *const third[] = {NULL, "wine", NULL, NULL};
  eh_number(t, "w", w);
  eh_text(t, "a", SX_TEXT, first);
  eh_text(t, "b", SX_TEXT, second);
  eh_text(t, "c", SX_TEXT, third);
  sx_design *d = weighted(t);
  sx_mrset of = dichotomies();
  of.dichotomous = false;
  sx_set_request r = SX_SET_REQUEST_INIT;
  r.set = &of;
  sx_est_set *set = set_of(d, t, &r);
  REQUIRE(set->n_levels == 3);
  CHECK_STR(set->level_text[0], "tea");
  CHECK_STR(set->level_text[2], "wine");
  CHECK_NEAR(set->rows[0].estimate, 4 / 6.0, 1e-15); /* tea twice in the third case counts once */
  CHECK_NEAR(set->rows[1].estimate, 3 / 6.0, 1e-15);
  sx_est_set_free(set);
  r.of = SX_SET_OF_ANSWERS;
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 4 / 9.0, 1e-15);
  CHECK_NEAR(set->rows[2].estimate, 2 / 9.0, 1e-15);
  sx_est_set_free(set);
  /* counted texts */
  of.dichotomous = true;
  of.counted_text = (char[]){"tea"};
  r.of = SX_SET_OF_CASES;
  set = set_of(d, t, &r);
  CHECK_NEAR(set->rows[0].estimate, 1, 0);
  CHECK_NEAR(set->rows[1].estimate, 3 / 4.0, 1e-15);
  CHECK_NEAR(set->rows[2].estimate, 0, 0);
  sx_est_set_free(set);
  of.counted_text = NULL;
  CHECK_FAILS(sx_estimate_set(&set, d, t, &r, NULL, err), SX_E_ARGUMENT, "a",
              "it is text, and the set 'goods' counts a number");
  r.asked = (const uint8_t[]){1, 1, 1, 1};
  CHECK_FAILS(sx_estimate_set(&set, d, t, &r, NULL, err), SX_E_ARGUMENT, "asked", "declared base");
  r.asked = NULL;
  of.n_variables = 0;
  CHECK_FAILS(sx_estimate_set(&set, d, t, &r, NULL, err), SX_E_ARGUMENT, "goods", "no variables");
  of.n_variables = 3;
  of.dichotomous = false;
  of.variables = (char *[]){(char[]){"a"}, (char[]){"B"}, (char[]){"c"}};
  CHECK_FAILS(sx_estimate_set(&set, d, t, &r, NULL, err), SX_E_ARGUMENT, "goods", "B");
  sx_design_free(d);
  sx_table_free(t);
}

/* Numbers stand by their value, whichever column has them first, each with its own share. */
static void test_order_of_categories(void) {
  sx_table *t = eh_table(NULL, 4);
  const double w[] = {1, 2, 3, 4}, a[] = {1, 99, 1, NAN}, b[] = {12, NAN, 1, 2}, c[] = {NAN, 12, NAN, NAN};
  eh_number(t, "w", w);
  eh_number(t, "a", a);
  eh_number(t, "b", b);
  eh_number(t, "c", c);
  sx_design *d = weighted(t);
  sx_mrset of = dichotomies();
  of.dichotomous = false;
  sx_set_request r = SX_SET_REQUEST_INIT;
  r.set = &of;
  sx_est_set *set = set_of(d, t, &r);
  const char *const texts[] = {"1", "2", "12", "99"};
  const double tenths[] = {4, 4, 3, 2};
  REQUIRE(set->n_levels == 4);
  for (size_t m = 0; m < 4; m++) {
    CHECK_STR(set->level_text[m], texts[m]);
    CHECK_NEAR(set->rows[m].estimate, tenths[m] / 10, 1e-15);
  }
  sx_est_set_free(set);
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- rankings --------------------------------------------------------------------------------------------------------- */

static sx_est_set *rank_of(const sx_design *d, const sx_column *const *columns, bool places, sx_rank_stat stat,
                           size_t top) {
  const sx_rank_request r = {1, columns, 3, places, stat, top, NULL, NULL};
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_rank(&set, d, &r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static void test_rank(void) {
  sx_table *t = eh_table(NULL, 4);
  const double w[] = {1, 2, 3, 4};
  const double a[] = {1, 2, none, none}, b[] = {2, 1, 1, none}, c[] = {3, none, 2, none};
  const char *const p1[] = {"A", "B", "B", NULL}, *const p2[] = {"B", "A", "C", NULL},
                    *const p3[] = {"C", NULL, NULL, NULL};
  eh_number(t, "w", w);
  const sx_column *ranks[] = {eh_number(t, "a", a), eh_number(t, "b", b), eh_number(t, "c", c)};
  const sx_column *places[] = {eh_text(t, "p1", SX_TEXT, p1), eh_text(t, "p2", SX_TEXT, p2),
                               eh_text(t, "p3", SX_TEXT, p3)};
  sx_design *d = weighted(t);
  static const char *const names[2][3] = {{"a", "b", "c"}, {"A", "B", "C"}};
  static const double mean[] = {5 / 3.0, 7 / 6.0, 9 / 4.0}, first[] = {1 / 6.0, 5 / 6.0, 0}, two[] = {0.5, 1, 0.5},
                      borda[] = {(3 + 4) / 6.0, (2 + 6 + 9) / 6.0, (1 + 6) / 6.0};
  for (int form = 0; form < 2; form++) { /* the same answers in both forms */
    const sx_column *const *columns = form ? places : ranks;
    sx_est_set *m = rank_of(d, columns, form, SX_RANK_MEAN, 1), *f = rank_of(d, columns, form, SX_RANK_TOP, 1),
               *u = rank_of(d, columns, form, SX_RANK_TOP, 2), *s = rank_of(d, columns, form, SX_RANK_BORDA, 1);
    REQUIRE(m->n_rows == 3 && s->n_rows == 3);
    for (size_t k = 0; k < 3; k++) {
      CHECK_NEAR(m->rows[k].estimate, mean[k], 1e-15);
      CHECK_NEAR(f->rows[k].estimate, first[k], 1e-15);
      CHECK_NEAR(u->rows[k].estimate, two[k], 1e-15);
      CHECK_NEAR(s->rows[k].estimate, borda[k], 1e-15);
      CHECK_INT(f->rows[k].n, 3); /* the fourth ranked nothing */
      CHECK_STR(m->level_text[k], names[form][k]);
    }
    CHECK_INT(m->rows[0].n, 2);
    sx_est_set_free(m);
    sx_est_set_free(f);
    sx_est_set_free(u);
    sx_est_set_free(s);
  }
  sx_est_set *set = NULL;
  sx_rank_request r = {1, ranks, 3, false, SX_RANK_TOP, 4, NULL, NULL};
  CHECK_FAILS(sx_estimate_rank(&set, d, &r, NULL, err), SX_E_ARGUMENT, "top", "best 4 of 3 places");
  r.n_columns = 0;
  CHECK_FAILS(sx_estimate_rank(&set, d, &r, NULL, err), SX_E_ARGUMENT, "", "has 1 to");
  r.n_columns = 2;
  r.top = 1;
  CHECK_OK(sx_estimate_rank(&set, d, &r, NULL, err));
  sx_est_set_free(set);
  r.columns = ranks + 1; /* c holds a 3 */
  CHECK_FAILS(sx_estimate_rank(&set, d, &r, NULL, err), SX_E_DATA, "c: case 1", "the rank is 3: ranks of 2 items");
  r.columns = places;
  CHECK_FAILS(sx_estimate_rank(&set, d, &r, NULL, err), SX_E_ARGUMENT, "p1", "columns that hold the items are places");
  sx_design_free(d);
  sx_table_free(t);
}

/* ---- boxes ---------------------------------------------------------------------------------------------------------- */

static double box_of(const sx_design *d, const sx_box_request *r) {
  sx_est_set *set = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_box(&set, d, r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  const double value = set->rows[0].estimate;
  sx_est_set_free(set);
  return value;
}

static void test_box(void) {
  sx_table *t = eh_table(NULL, 6);
  const double w[] = {1, 2, 3, 4, 5, 5};
  const double sat[] = {1, 2, 3, 4, 2, none};
  eh_number(t, "w", w);
  sx_column *y = eh_number(t, "sat", sat);
  sx_design *d = weighted(t);
  sx_box_request r = SX_BOX_REQUEST_INIT;
  r.y = y;
  CHECK_NEAR(box_of(d, &r), 7 / 15.0, 1e-15); /* 4 and 3, the highest that occur */
  r.box = SX_BOX_NET;
  CHECK_NEAR(box_of(d, &r), 7 / 15.0 - 8 / 15.0, 1e-15);
  /* a fifth level that nobody chose, but that has a label, is the top of the scale */
  static const char *const label[] = {"very bad", "bad", "so so", "good", "very good"};
  for (int k = 0; k < 5; k++) REQUIRE_OK(sx_column_add_label(NULL, y, k + 1, NULL, 0, label[k], err));
  r.box = SX_BOX_TOP;
  CHECK_NEAR(box_of(d, &r), 4 / 15.0, 1e-15);
  r.box = SX_BOX_BOTTOM;
  r.n_bottom = 1;
  CHECK_NEAR(box_of(d, &r), 1 / 15.0, 1e-15);
  /* named, by value and by label; the net score is their difference with its covariance */
  static const char *const top[] = {"4", "very good"}, *const bottom[] = {"1", "bad"}, *const wrong[] = {"goood"};
  r.top = top;
  r.bottom = bottom;
  r.n_top = r.n_bottom = 2;
  sx_est_set *set[3];
  for (size_t k = 0; k < 3; k++) {
    r.box = (sx_box)k;
    REQUIRE_OK(sx_estimate_box(&set[k], d, &r, NULL, err));
  }
  CHECK_NEAR(set[2]->rows[0].estimate, 4 / 15.0 - 8 / 15.0, 1e-15);
  const double v = sx_est_variance(set[0]->rows[0].est) + sx_est_variance(set[1]->rows[0].est) -
                   2 * sx_est_cov(set[0]->rows[0].est, set[1]->rows[0].est);
  CHECK_NEAR(set[2]->rows[0].se, sqrt(v), 1e-12);
  CHECK_INT(set[2]->rows[0].n, 5);
  for (size_t k = 0; k < 3; k++) sx_est_set_free(set[k]);
  r.top = wrong;
  r.n_top = 1;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "sat", "no case has the level 'goood'");
  r.top = bottom;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "sat", "named at both ends");
  r.top = r.bottom = NULL;
  r.n_top = r.n_bottom = 3;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "sat", "at both ends of the scale");
  r.n_top = 6;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "sat", "highest 6 of a scale");
  const char *const words[] = {"a", "b", "a", "b", "a", "a"};
  r.y = eh_text(t, "word", SX_TEXT, words);
  r.n_top = 1;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "word", "texts have no order");
  r.y = NULL;
  CHECK_FAILS(sx_estimate_box(set, d, &r, NULL, err), SX_E_ARGUMENT, "", "needs a variable");
  /* an ordered category has the order of its levels */
  r.y = eh_text(t, "grade", SX_CATEGORY, words);
  r.box = SX_BOX_TOP;
  CHECK_NEAR(box_of(d, &r), 6 / 20.0, 1e-15);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_bases), SXT_CASE(test_categories), SXT_CASE(test_order_of_categories), SXT_CASE(test_rank),
         SXT_CASE(test_box))
