/* Secondary suppression against brute force: on tiny linked tables every pattern of suppressed cells is tried, each against an attacker written
 * here, by values and not by deviations, on GLPK itself. Then three of the sets of bench/bench_release.sh. */
#include "sxt.h"

#include <glpk.h>

#include "../bench/release_sets.h"

/* ---- the other attacker ---------------------------------------------------------------------------------------------------- */

/* Least or greatest value of sum of the cells, given which are suppressed. */
static double extreme(const sx_release_problem *p, const bool *hidden, const size_t *cell, size_t n, bool up) {
  glp_prob *lp = glp_create_prob();
  glp_smcp how;
  int index[RS_CELLS + 1];
  double value[RS_CELLS + 1], out = up ? HUGE_VAL : -HUGE_VAL;
  (void)glp_term_out(GLP_OFF);
  glp_add_cols(lp, (int)p->n_cells);
  for (size_t i = 0; i < p->n_cells; i++) {
    const sx_release_cell *c = &p->cells[i];
    if (!hidden[i])
      glp_set_col_bnds(lp, (int)i + 1, GLP_FX, c->value, c->value);
    else if (isinf(c->high))
      glp_set_col_bnds(lp, (int)i + 1, GLP_LO, c->low, 0);
    else
      glp_set_col_bnds(lp, (int)i + 1, c->low < c->high ? GLP_DB : GLP_FX, c->low, c->high);
  }
  glp_add_rows(lp, (int)p->n_relations);
  for (size_t r = 0; r < p->n_relations; r++) {
    const sx_release_relation *rel = &p->relations[r];
    for (size_t k = 0; k < rel->n_terms; k++) {
      index[k + 1] = (int)rel->terms[k].cell + 1;
      value[k + 1] = rel->terms[k].coef;
    }
    glp_set_mat_row(lp, (int)r + 1, (int)rel->n_terms, index, value);
    glp_set_row_bnds(lp, (int)r + 1, rel->low == rel->high ? GLP_FX : GLP_DB, rel->low, rel->high);
  }
  for (size_t k = 0; k < n; k++) glp_set_obj_coef(lp, (int)cell[k] + 1, 1);
  glp_set_obj_dir(lp, up ? GLP_MAX : GLP_MIN);
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  glp_adv_basis(lp, 0);
  if (glp_simplex(lp, &how) == 0 && glp_get_status(lp) == GLP_OPT) out = glp_get_obj_val(lp);
  glp_delete_prob(lp);
  return out;
}

static bool all_protected(const sx_release_problem *p, const bool *hidden) {
  for (size_t i = 0; i < p->n_cells; i++) {
    const sx_release_cell *c = &p->cells[i];
    if (c->mark != SX_RELEASE_PRIMARY) continue;
    if (extreme(p, hidden, &i, 1, true) < c->value + c->upper * (1 - 1e-6)) return false;
    if (extreme(p, hidden, &i, 1, false) > c->value - c->lower * (1 - 1e-6)) return false;
  }
  return true;
}

/* The least cost over all patterns; INFINITY where none protects. */
static double brute(const sx_release_problem *p, size_t *n_tried) {
  size_t open[16], n = 0;
  bool hidden[RS_CELLS];
  double best = (double)INFINITY;
  for (size_t i = 0; i < p->n_cells; i++)
    if (p->cells[i].mark == SX_RELEASE_OPEN && n < 16) open[n++] = i;
  for (size_t pattern = 0; pattern < (size_t)1 << n; pattern++) {
    double cost = 0;
    for (size_t i = 0; i < p->n_cells; i++) hidden[i] = p->cells[i].mark == SX_RELEASE_PRIMARY;
    for (size_t k = 0; k < n; k++) {
      if (!(pattern >> k & 1)) continue;
      hidden[open[k]] = true;
      cost += p->cells[open[k]].value;
    }
    if (cost >= best) continue;
    ++*n_tried;
    if (all_protected(p, hidden)) best = cost;
  }
  return best;
}

/* ---- tiny tables -------------------------------------------------------------------------------------------------------------- */

/* Two to four tables of two or three levels; everything but 11 cells, and those that must be hidden, is known to be as it is. */
static void tiny(rs_set *s, uint64_t number) {
  sx_rng rng;
  rs_make(s, number, 2, 2 + number % 2);
  sx_rng_init(&rng, 7, number);
  for (size_t i = 0; i < s->n_cells; i++) { /* protection by declared levels: not what the rule gives */
    s->cell[i].mark = s->cell[i].value > 0 ? SX_RELEASE_OPEN : SX_RELEASE_KEEP;
    s->cell[i].high = sx_rng_below(&rng, 8) ? (double)INFINITY : 1.5 * s->cell[i].value;
    s->cell[i].low = sx_rng_below(&rng, 8) ? 0 : 0.5 * s->cell[i].value;
  }
  for (size_t k = 0; k < 2; k++) {
    sx_release_cell *c = &s->cell[s->n_cells - 1 - sx_rng_below(&rng, s->n_cells / 2)];
    if (c->mark != SX_RELEASE_OPEN) continue;
    c->mark = SX_RELEASE_PRIMARY;
    c->lower = 0.1 * c->value;
    c->upper = (0.1 + 0.2 * sx_rng_uniform(&rng)) * c->value;
  }
  size_t n = 0;
  for (size_t i = s->n_cells; i-- > 0;) {
    if (s->cell[i].mark == SX_RELEASE_OPEN && ++n > 11) s->cell[i].mark = SX_RELEASE_KEEP;
  }
}

static void test_brute_force(void) {
  static rs_set s;
  size_t n_solved = 0, n_impossible = 0, n_tried = 0;
  for (uint64_t k = 1; k <= 24; k++) {
    sx_error err = SX_ERROR_INIT;
    sx_release_result *r = NULL;
    tiny(&s, k);
    const double least = brute(&s.problem, &n_tried);
    const sx_status status = sx_release_suppress(&r, NULL, &s.problem, NULL, NULL, &err);
    if (isinf(least)) {
      CHECK_INT(status, SX_E_DATA);
      CHECK(strstr(err.message, "cannot be protected"));
      n_impossible++;
    } else {
      CHECK_INT(status, SX_OK);
      if (status != SX_OK) continue;
      CHECK_NEAR(r->cost, least, 1e-9);
      CHECK(r->proven && r->bound == r->cost);
      CHECK(r->greedy_cost >= r->cost);
      CHECK_INT(r->attacked->n_open, 0);
      n_solved++;
    }
    sx_release_result_free(r);
  }
  CHECK(n_solved >= 12 && n_impossible >= 1 && n_tried > 1000);
}

/* ---- sets ----------------------------------------------------------------------------------------------------------------------- */

static void check_attack(const rs_set *s, const sx_release_result *r) {
  bool hidden[RS_CELLS] = {false};
  for (size_t i = 0; i < s->n_cells; i++)
    hidden[i] = s->cell[i].mark == SX_RELEASE_PRIMARY || s->cell[i].mark == SX_RELEASE_SECONDARY;
  for (size_t k = 0; k < r->attacked->n_cells; k++) {
    const sx_release_interval *a = &r->attacked->cells[k];
    const sx_release_cell *c = &s->cell[a->cell];
    const double low = extreme(&s->problem, hidden, &a->cell, 1, false),
                 high = extreme(&s->problem, hidden, &a->cell, 1, true);
    const double size = fmax(c->value, 1); /* whole numbers and 0 */
    CHECK(fabs(a->low - low) <= 1e-6 * size && (a->high == high || fabs(a->high - high) <= 1e-6 * size));
    CHECK(a->safe);
    CHECK(a->low >= c->low && a->high <= c->high); /* exactly: no rounding beside what is known */
    if (c->mark == SX_RELEASE_PRIMARY)
      CHECK(low <= c->value - c->lower * (1 - 1e-5) && high >= c->value + c->upper * (1 - 1e-5));
  }
}

static void test_sets(void) {
  static const uint64_t numbers[] = {1, 10, 2, 9};
  static rs_set s;
  size_t n_dearer = 0;
  for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
    sx_release_result *r = NULL;
    size_t marked = 0;
    rs_make(&s, numbers[k], 3, 12);
    REQUIRE_OK(sx_release_primary(&marked, &s.problem, &s.rules, err));
    REQUIRE_OK(sx_release_suppress(&r, NULL, &s.problem, &s.rules, NULL, err));
    CHECK_INT(r->n_primary, marked);
    CHECK(r->proven && r->n_secondary > 0 && r->cost <= r->greedy_cost);
    CHECK_INT(r->attacked->n_open + r->attacked->n_open_unions, 0);
    check_attack(&s, r);
    n_dearer += r->greedy_cost > r->cost;
    sx_release_result_free(r);
  }
  CHECK(n_dearer >= 2); /* the search is worth its while */
}

/* The greedy way protects too; nothing protects nothing; a search cut short keeps the greedy solution and says its bound. */
static void test_methods(void) {
  static rs_set s;
  sx_release_options options = SX_RELEASE_OPTIONS_INIT;
  double cost[3];
  for (int m = 0; m < 3; m++) {
    sx_release_result *r = NULL;
    options.method = (sx_release_method)m;
    rs_make(&s, 10, 3, 12);
    REQUIRE_OK(sx_release_primary(NULL, &s.problem, &s.rules, err));
    REQUIRE_OK(sx_release_suppress(&r, NULL, &s.problem, &s.rules, &options, err));
    cost[m] = r->cost;
    CHECK((r->attacked->n_open > 0) == (m == SX_RELEASE_NONE));
    sx_release_result_free(r);
  }
  CHECK(cost[SX_RELEASE_OPTIMAL] <= cost[SX_RELEASE_GREEDY] && cost[SX_RELEASE_NONE] == 0);
  sx_release_result *r = NULL;
  options = (sx_release_options)SX_RELEASE_OPTIONS_INIT;
  options.max_attacks = 1;
  rs_make(&s, 2, 3, 12);
  REQUIRE_OK(sx_release_primary(NULL, &s.problem, &s.rules, err));
  REQUIRE_OK(sx_release_suppress(&r, NULL, &s.problem, &s.rules, &options, err));
  CHECK(!r->proven && r->bound <= r->cost && r->bound > 0 && r->cost == r->greedy_cost);
  CHECK_INT(r->attacked->n_open, 0);
  sx_release_result_free(r);
}

/* ---- cells of 0 ---------------------------------------------------------------------------------------------------------------- */

/* Tables some of whose cells are 0 with people in them: those who stand in these cells of the first table have nothing. */
static void with_zeros(rs_set *s, uint64_t number, size_t smallest, size_t largest) {
  sx_rng rng;
  sx_rng_init(&rng, 11, number);
  rs_frame(s, &rng, smallest, largest);
  const size_t most = s->dim[0] * s->dim[1];
  for (size_t k = 0; k < 3 * most; k++) {
    size_t at[RS_VARS] = {0};
    double x = ceil(exp(3 + 1.1 * sx_rng_normal(&rng)));
    for (size_t v = 0; v < RS_VARS; v++) {
      const double u = sx_rng_uniform(&rng);
      at[v] = (size_t)((double)s->dim[v] * u * sqrt(u));
    }
    if ((at[0] * 5 + at[1] * 3 + number) % 4 == 1) x = 0;
    rs_put(s, 0, x);
    for (size_t v = 0; v < RS_VARS; v++)
      if (s->dim[v]) rs_put(s, s->margin[v][at[v]], x);
    for (size_t t = 0; t < s->n_tables; t++) rs_put(s, s->inner[t][at[s->table[t][0]]][at[s->table[t][1]]], x);
  }
  rs_relations(s);
  rs_sensitive(s, &rng);
  s->rules.p = 0;
  s->rules.min_n = 4;
  s->problem = (sx_release_problem){s->cell, s->n_cells, s->relation, s->n_relations};
}

static size_t sensitive_zeros(const rs_set *s) {
  size_t n = 0;
  for (size_t i = 0; i < s->n_cells; i++) {
    if (s->cell[i].mark != SX_RELEASE_PRIMARY || s->cell[i].value != 0) continue;
    CHECK(s->cell[i].upper > 0 && s->cell[i].lower == 0);
    n++;
  }
  return n;
}

/* A cell of 0 that few stand in: the same least loss as by brute force, and the outcome holds against both attackers. */
static void test_zeros(void) {
  static rs_set s;
  size_t n_solved = 0, n_zeros = 0, n_tried = 0;
  for (uint64_t k = 1; k <= 60; k++) {
    sx_error why = SX_ERROR_INIT;
    sx_release_result *r = NULL;
    size_t n = 0;
    with_zeros(&s, k, 2, 2 + k % 2);
    CHECK_OK(sx_release_primary(NULL, &s.problem, &s.rules, err));
    for (size_t c = 0, i = s.inner[0][0][0]; c < s.n_cells; c++, i = (i + 1) % s.n_cells) { /* those beside the zeros */
      if (s.cell[i].mark == SX_RELEASE_OPEN && ++n > 9) s.cell[i].mark = SX_RELEASE_KEEP;
    }
    const size_t zeros = sensitive_zeros(&s);
    if (zeros == 0) continue;
    const double least = brute(&s.problem, &n_tried);
    const sx_status status = sx_release_suppress(&r, NULL, &s.problem, NULL, NULL, &why);
    CHECK_INT(status, isinf(least) ? SX_E_DATA : SX_OK);
    if (status != SX_OK) continue;
    CHECK_NEAR(r->cost, least, 1e-9);
    CHECK(r->proven);
    CHECK_INT(r->attacked->n_open, 0);
    check_attack(&s, r);
    n_solved++;
    n_zeros += zeros;
    sx_release_result_free(r);
  }
  CHECK(n_solved >= 15 && n_zeros >= 25 && n_tried > 5000);
}

/* Larger ones, by both methods and with sums that the rules look at. */
static void test_sets_with_zeros(void) {
  static rs_set s;
  sx_release_options options = SX_RELEASE_OPTIONS_INIT;
  for (uint64_t k = 1; k <= 12; k++) {
    sx_release_result *r = NULL;
    with_zeros(&s, k, 3, 5);
    REQUIRE_OK(sx_release_primary(NULL, &s.problem, &s.rules, err));
    CHECK(sensitive_zeros(&s) > 0);
    options.method = k % 2 ? SX_RELEASE_OPTIMAL : SX_RELEASE_GREEDY;
    options.max_attacks = 3000;
    REQUIRE_OK(sx_release_suppress(&r, NULL, &s.problem, &s.rules, &options, err));
    CHECK_INT(r->attacked->n_open + r->attacked->n_open_unions, 0);
    check_attack(&s, r);
    sx_release_result_free(r);
  }
}

SXT_MAIN(SXT_CASE(test_brute_force), SXT_CASE(test_sets), SXT_CASE(test_methods), SXT_CASE(test_zeros),
         SXT_CASE(test_sets_with_zeros))
