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
    CHECK(fabs(a->low - low) <= 1e-6 * c->value && (a->high == high || fabs(a->high - high) <= 1e-6 * c->value));
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

SXT_MAIN(SXT_CASE(test_brute_force), SXT_CASE(test_sets), SXT_CASE(test_methods))
