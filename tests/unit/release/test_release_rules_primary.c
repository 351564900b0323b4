/* Primary rules by hand; bad problems; sums that a relation gives away; printed shares as relations. */
#include "sxt.h"

#include "shuxiao/release_disclosure.h"

static sx_release_cell cell(const char *key, double value, double n, const double *top, size_t n_top) {
  sx_release_cell c = SX_RELEASE_CELL_INIT;
  c.key = key;
  c.value = value;
  c.n = n;
  c.top = top;
  c.n_top = n_top;
  return c;
}

static void test_levels(void) {
  static const double top[] = {60, 25, 10}, even[] = {20, 20, 20};
  sx_release_cell cells[] = {cell("a", 100, 5, top, 3), cell("b", 100, 5, even, 3), cell("c", 100, 2, even, 2),
                             cell("d", 0, 0, NULL, 0)};
  sx_release_problem p = {cells, 4, NULL, 0};
  sx_release_rules rules = SX_RELEASE_RULES_INIT;
  size_t n = 0;
  rules.p = 40; /* a: 100 - 85 = 15 < 0.4 * 60 = 24 */
  REQUIRE_OK(sx_release_primary(&n, &p, &rules, err));
  CHECK_INT(n, 1);
  CHECK_INT(cells[0].mark, SX_RELEASE_PRIMARY);
  CHECK_STR(cells[0].reason, "p%");
  CHECK_NEAR(cells[0].upper, 9, 1e-12);
  CHECK_NEAR(cells[0].lower, 9, 1e-12);
  cells[0] = cell("a", 100, 5, top, 3);
  rules.p = 0;
  rules.dominance = 80;
  rules.dominance_n = 2; /* 85 > 80: 85 / 0.8 - 100 */
  REQUIRE_OK(sx_release_primary(&n, &p, &rules, err));
  CHECK_INT(n, 1);
  CHECK_NEAR(cells[0].upper, 6.25, 1e-12);
  cells[0] = cell("a", 100, 5, top, 3);
  rules.dominance = 0;
  rules.pq_p = 20;
  rules.pq_q = 50; /* 60 * 0.4 - 15 */
  rules.min_n = 3;
  rules.width = 0.2;
  REQUIRE_OK(sx_release_primary(&n, &p, &rules, err));
  CHECK_INT(n, 2);
  CHECK_NEAR(cells[0].upper, 9, 1e-12);
  CHECK_STR(cells[2].reason, "threshold");
  CHECK_NEAR(cells[2].upper, 20, 1e-12);
  CHECK_INT(cells[3].mark, SX_RELEASE_OPEN); /* empty */
  rules.min_n = -1;
  CHECK_FAILS(sx_release_primary(&n, &p, &rules, err), SX_E_ARGUMENT, "min_n", "from 0");
  rules.min_n = 3;
  rules.pq_q = 10;
  CHECK_FAILS(sx_release_primary(&n, &p, &rules, err), SX_E_ARGUMENT, "pq", "p < q");
  cells[1].n = (double)NAN;
  rules.pq_q = 50;
  CHECK_FAILS(sx_release_primary(&n, &p, &rules, err), SX_E_DATA, "b", "number of contributors");
  cells[1].n = 5;
  cells[1].n_top = 1;
  CHECK_FAILS(sx_release_primary(&n, &p, &rules, err), SX_E_DATA, "b", "2 largest");
}

static void test_bad_problems(void) {
  sx_release_cell cells[] = {cell("t", 30, 9, NULL, 0), cell("a", 10, 3, NULL, 0), cell("b", 20, 6, NULL, 0)};
  sx_release_term terms[] = {{0, 1}, {1, -1}, {2, -1}};
  sx_release_relation rel = {"t = a + b", terms, 3, 0, 0};
  sx_release_problem p = {cells, 3, &rel, 1};
  CHECK_OK(sx_release_check(&p, 1e-9, err));
  p.n_cells = 0;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "", "the table is empty");
  p.n_cells = 3;
  cells[1].value = 11;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "t = a + b", "do not add up: off by 1 ");
  cells[1].value = -10;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "a", "negative");
  cells[1].value = 10;
  cells[1].key = "b";
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "b", "two cells");
  cells[1].key = "a";
  terms[2].cell = 0;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "t = a + b", "names t twice");
  terms[2].cell = 7;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "t = a + b", "cell 8 of 3");
  terms[2].cell = 2;
  cells[1].value = (double)NAN;
  CHECK_FAILS(sx_release_check(&p, 1e-9, err), SX_E_DATA, "a", "no value");
  cells[1].value = 10;
  cells[1].mark = SX_RELEASE_PRIMARY;
  cells[1].upper = cells[1].lower = 5;
  cells[1].high = 12; /* known beforehand to be 12 at most */
  sx_release_result *r = NULL;
  CHECK_FAILS(sx_release_suppress(&r, NULL, &p, NULL, NULL, err), SX_E_DATA, "a",
              "known beforehand to be between 0 and 12");
  cells[1].high = (double)INFINITY;
  cells[0].mark = cells[2].mark = SX_RELEASE_KEEP;
  CHECK_FAILS(sx_release_suppress(&r, NULL, &p, NULL, NULL, err), SX_E_DATA, "a", "it can move up by 0");
  CHECK(r == NULL);
}

/* A row of two cells of one contributor each: 100 + 100 of 200 + 500. Hiding both is not enough, for each of the two knows the other's. */
static void test_union(void) {
  static const double one[] = {100}, more[] = {90, 80, 70};
  sx_release_cell cells[] = {cell("t", 700, 12, more, 3), cell("a", 100, 1, one, 1), cell("b", 100, 1, one, 1),
                             cell("c", 500, 10, more, 3)};
  sx_release_term terms[] = {{0, 1}, {1, -1}, {2, -1}, {3, -1}};
  sx_release_relation rel = {"row", terms, 4, 0, 0};
  sx_release_problem p = {cells, 4, &rel, 1};
  sx_release_rules rules = SX_RELEASE_RULES_INIT;
  sx_release_attacked *a = NULL;
  sx_release_result *r = NULL;
  rules.p = 10;
  REQUIRE_OK(sx_release_primary(NULL, &p, &rules, err));
  REQUIRE_OK(sx_release_attack(&a, NULL, &p, &rules, err));
  CHECK_INT(a->n_open, 0); /* each lies between 0 and 200 */
  CHECK_INT(a->n_unions, 1);
  CHECK_INT(a->n_open_unions, 1);
  CHECK_NEAR(a->unions[0].value, 200, 1e-12);
  CHECK_NEAR(a->unions[0].low, 200, 1e-9);
  sx_release_attacked_free(a);
  REQUIRE_OK(sx_release_suppress(&r, NULL, &p, &rules, NULL, err));
  CHECK_INT(r->attacked->n_open_unions, 0);
  CHECK_INT(r->n_secondary, 1);
  CHECK_INT(cells[3].mark, SX_RELEASE_SECONDARY); /* 500 is cheaper than 700 */
  CHECK_NEAR(r->cost, 500, 1e-12);
  sx_release_result_free(r);
}

/* A share printed to one decimal beside its whole gives the suppressed part away to half a digit. */
static void test_share(void) {
  sx_release_cell cells[] = {cell("t", 1000, 50, NULL, 0), cell("a", 123, 4, NULL, 0), cell("b", 877, 46, NULL, 0)};
  sx_release_term sum[] = {{0, 1}, {1, -1}, {2, -1}}, high[] = {{1, 1}, {0, -0.1235}}, low[] = {{1, 1}, {0, -0.1225}};
  const double inf = (double)INFINITY;
  sx_release_relation rels[] = {
      {"sum", sum, 3, 0, 0}, {"share at most 12.35%", high, 2, -inf, 0}, {"share at least 12.25%", low, 2, 0, inf}};
  sx_release_problem p = {cells, 3, rels, 3};
  sx_release_attacked *a = NULL;
  sx_release_result *r = NULL;
  cells[1].mark = SX_RELEASE_PRIMARY;
  cells[1].lower = cells[1].upper = 12.3;
  cells[2].mark = SX_RELEASE_SECONDARY;
  REQUIRE_OK(sx_release_attack(&a, NULL, &p, NULL, err));
  CHECK_NEAR(a->cells[0].low, 122.5, 1e-9);
  CHECK_NEAR(a->cells[0].high, 123.5, 1e-9);
  CHECK_INT(a->n_open, 1);
  sx_release_attacked_free(a);
  cells[2].mark = SX_RELEASE_OPEN;
  REQUIRE_OK(sx_release_suppress(&r, NULL, &p, NULL, NULL, err)); /* the whole goes too */
  CHECK_INT(cells[0].mark, SX_RELEASE_SECONDARY);
  CHECK_INT(r->attacked->n_open, 0);
  sx_release_result_free(r);
}

/* Two people who have nothing: a share of 0 protects nothing, so that the cell is told apart from the smallest one. */
static void test_zero(void) {
  enum { N = 4 };
  sx_release_term terms[] = {{0, 1}, {1, -1}, {2, -1}, {3, -1}};
  sx_release_relation rel = {"row", terms, 4, 0, 0};
  for (int given = 0; given < 3; given++) {
    sx_release_cell cells[N] = {cell("t", 70, 92, NULL, 0), cell("a", 0, 2, NULL, 0), cell("b", 30, 40, NULL, 0),
                                cell("c", 40, 50, NULL, 0)};
    sx_release_problem p = {cells, N, &rel, 1};
    sx_release_rules rules = SX_RELEASE_RULES_INIT;
    sx_release_result *r = NULL;
    sx_release_attacked *a = NULL;
    rules.min_n = 6;
    if (given == 1) rules.zero_width = 12;
    if (given == 2) { /* no level at all is given from outside */
      cells[1].mark = SX_RELEASE_PRIMARY;
      cells[1].lower = cells[1].upper = 0;
    }
    REQUIRE_OK(sx_release_primary(NULL, &p, &rules, err));
    CHECK_INT(cells[1].mark, SX_RELEASE_PRIMARY);
    CHECK_NEAR(cells[1].upper, given == 0 ? 3 : given == 1 ? 12 : 0, 1e-12);
    CHECK_NEAR(cells[1].lower, 0, 1e-12);
    REQUIRE_OK(sx_release_attack(&a, NULL, &p, &rules, err));
    CHECK_INT(a->n_open, 1);
    sx_release_attacked_free(a);
    REQUIRE_OK(sx_release_suppress(&r, NULL, &p, &rules, NULL, err));
    CHECK_INT(r->n_secondary, 1);
    CHECK_INT(cells[2].mark, SX_RELEASE_SECONDARY);
    CHECK_INT(r->attacked->n_open, 0);
    CHECK(r->proven);
    sx_release_result_free(r);
  }
}

/* Cells of 0 of one person each: their sum is no secret less than they are; where all is 0 the width is that of 1. */
static void test_zero_sums(void) {
  sx_release_cell cells[] = {cell("t", 50, 12, NULL, 0), cell("a", 0, 1, NULL, 0), cell("b", 0, 1, NULL, 0),
                             cell("c", 50, 10, NULL, 0)};
  sx_release_term terms[] = {{0, 1}, {1, -1}, {2, -1}, {3, -1}};
  sx_release_relation rel = {"row", terms, 4, 0, 0};
  sx_release_problem p = {cells, 4, &rel, 1};
  sx_release_rules rules = SX_RELEASE_RULES_INIT;
  sx_release_attacked *a = NULL;
  sx_release_result *r = NULL;
  rules.min_n = 3;
  REQUIRE_OK(sx_release_primary(NULL, &p, &rules, err));
  REQUIRE_OK(sx_release_attack(&a, NULL, &p, &rules, err)); /* 50 of 50: both are 0 */
  CHECK_INT(a->n_open, 2);
  CHECK_INT(a->n_open_unions, 1);
  sx_release_attacked_free(a);
  REQUIRE_OK(sx_release_suppress(&r, NULL, &p, &rules, NULL, err));
  CHECK_INT(r->attacked->n_open + r->attacked->n_open_unions, 0);
  CHECK_INT(r->n_secondary, 1);
  sx_release_result_free(r);
  for (size_t i = 0; i < 4; i++) cells[i] = cell(cells[i].key, 0, i % 3 ? 2 : 9, NULL, 0);
  REQUIRE_OK(sx_release_primary(NULL, &p, &rules, err));
  CHECK_NEAR(cells[1].upper, 0.1, 1e-12);
  REQUIRE_OK(sx_release_suppress(&r, NULL, &p, &rules, NULL, err));
  CHECK_INT(r->attacked->n_open + r->attacked->n_open_unions, 0);
  sx_release_result_free(r);
  cells[1] = cell("a", 0, 2, NULL, 0);
  cells[0].mark = cells[2].mark = cells[3].mark = SX_RELEASE_OPEN;
  cells[1].high = 0.05; /* closer than the width */
  REQUIRE_OK(sx_release_primary(NULL, &p, &rules, err));
  CHECK_FAILS(sx_release_suppress(&r, NULL, &p, &rules, NULL, err), SX_E_DATA, "a", "a smaller zero_width");
  cells[1].high = 0;
  CHECK_FAILS(sx_release_suppress(&r, NULL, &p, &rules, NULL, err), SX_E_DATA, "a", "known beforehand to be 0: give");
  rules.zero_width = -1;
  CHECK_FAILS(sx_release_primary(NULL, &p, &rules, err), SX_E_ARGUMENT, "zero_width", "above 0");
}

SXT_MAIN(SXT_CASE(test_zero), SXT_CASE(test_zero_sums), SXT_CASE(test_levels), SXT_CASE(test_bad_problems),
         SXT_CASE(test_union), SXT_CASE(test_share))
