/* Hidden cells of 0 that nobody protects beside cells that must be protected: tables of answers by two groups with a small level, as a study with a
 * common head of banner tables has them. Every sensitive cell is attacked and held to its level, and the ends are those of another attacker: cells as
 * values and not as deviations, on GLPK's exact arithmetic. */
#include "sxt.h"

#include <glpk.h>

#include "shuxiao/num.h"
#include "shuxiao/release_disclosure.h"

enum { REGIONS = 4, SEXES = 3, ANSWERS = 5, CELLS = (REGIONS + 1) * (SEXES + 1) * ANSWERS, MOST = 300, KEY = 24 };

typedef struct head {
  sx_release_cell cell[CELLS];
  char key[CELLS][KEY];
  sx_release_relation relation[MOST];
  sx_release_term term[MOST][8];
  size_t n;
  double cases[REGIONS + 1][SEXES + 1];
  sx_release_problem problem;
} head;

/* Level REGIONS and level SEXES are everyone. */
static size_t at(size_t region, size_t sex, size_t answer) {
  return (region * (SEXES + 1) + sex) * ANSWERS + answer;
}

static void relate(head *h, const size_t *cells, size_t n, double first, double is) {
  for (size_t k = 0; k < n; k++) h->term[h->n][k] = (sx_release_term){cells[k], k == 0 ? first : 1};
  h->relation[h->n] = (sx_release_relation){"adds up", h->term[h->n], n, is, is};
  h->n++;
}

static void relations(head *h) {
  size_t list[8];
  h->n = 0;
  for (size_t a = 0; a < ANSWERS; a++) {
    for (size_t r = 0; r <= REGIONS; r++) {
      list[0] = at(r, SEXES, a);
      for (size_t s = 0; s < SEXES; s++) list[s + 1] = at(r, s, a);
      relate(h, list, SEXES + 1, -1, 0);
    }
    for (size_t s = 0; s <= SEXES; s++) {
      list[0] = at(REGIONS, s, a);
      for (size_t r = 0; r < REGIONS; r++) list[r + 1] = at(r, s, a);
      relate(h, list, REGIONS + 1, -1, 0);
    }
  }
  for (size_t r = 0; r <= REGIONS; r++) {
    for (size_t s = 0; s <= SEXES; s++) { /* the bases of regions and of sexes are published, not those of both */
      double base = 0;
      if (r < REGIONS && s < SEXES) continue;
      for (size_t a = 0; a < ANSWERS; a++) base += h->cell[list[a] = at(r, s, a)].value;
      relate(h, list, ANSWERS, 1, base);
    }
  }
}

/* 1,200 cases with weights; the last sex is a fiftieth of them. */
static void make(head *h, uint64_t seed, double least, double zero) {
  static const double sexes[] = {0.49, 0.98}, answers[] = {0.1, 0.35, 0.7, 0.9};
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  sx_rng rng;
  sx_rng_init(&rng, 5, seed);
  memset(h, 0, sizeof *h);
  for (size_t i = 0; i < CELLS; i++) {
    (void)snprintf(h->key[i], KEY, "cell %zu", i);
    h->cell[i] = none;
    h->cell[i].key = h->key[i];
    h->cell[i].n = 0;
  }
  for (size_t i = 0; i < 1200; i++) {
    const double u = sx_rng_uniform(&rng), v = sx_rng_uniform(&rng);
    const size_t r = (size_t)sx_rng_below(&rng, REGIONS), s = (size_t)(u > sexes[0]) + (u > sexes[1]);
    const double w = round(5000 * exp(0.4 * sx_rng_normal(&rng))) / 100;
    size_t a = 0;
    while (a < 4 && v > answers[a]) a++;
    const size_t all[] = {at(r, s, a), at(REGIONS, s, a), at(r, SEXES, a), at(REGIONS, SEXES, a)};
    for (size_t k = 0; k < 4; k++) {
      h->cell[all[k]].value += w;
      h->cell[all[k]].n += 1;
      h->cases[all[k] / ANSWERS / (SEXES + 1)][all[k] / ANSWERS % (SEXES + 1)] += 1;
    }
  }
  for (size_t i = 0; i < CELLS; i++) {
    sx_release_cell *c = &h->cell[i];
    const bool small = h->cases[i / ANSWERS / (SEXES + 1)][i / ANSWERS % (SEXES + 1)] < least;
    if (c->value > 0 && (small || c->n < least)) c->mark = SX_RELEASE_PRIMARY;
    if (c->value == 0) c->mark = zero > 0 ? SX_RELEASE_PRIMARY : SX_RELEASE_UNKNOWN;
    c->upper = c->value > 0 ? 0.1 * c->value : zero;
    c->lower = 0.1 * c->value;
  }
  relations(h);
  h->problem = (sx_release_problem){h->cell, CELLS, h->relation, h->n};
}

/* Least or greatest value of a cell; the relations with what is published put in, so that the bases are in their places to the last bit. */
static double extreme(const head *h, size_t cell, bool up) {
  glp_prob *lp = glp_create_prob();
  int index[9];
  double value[9], out = up ? HUGE_VAL : -HUGE_VAL;
  (void)glp_term_out(GLP_OFF);
  glp_add_cols(lp, CELLS);
  for (size_t i = 0; i < CELLS; i++) {
    const sx_release_cell *c = &h->cell[i];
    if (c->mark == SX_RELEASE_OPEN)
      glp_set_col_bnds(lp, (int)i + 1, GLP_FX, 0, 0);
    else
      glp_set_col_bnds(lp, (int)i + 1, GLP_LO, -c->value, 0);
  }
  glp_add_rows(lp, (int)h->n);
  for (size_t r = 0; r < h->n; r++) {
    for (size_t k = 0; k < h->relation[r].n_terms; k++) {
      index[k + 1] = (int)h->term[r][k].cell + 1;
      value[k + 1] = h->term[r][k].coef;
    }
    glp_set_mat_row(lp, (int)r + 1, (int)h->relation[r].n_terms, index, value);
    glp_set_row_bnds(lp, (int)r + 1, GLP_FX, 0, 0);
  }
  glp_set_obj_coef(lp, (int)cell + 1, 1);
  glp_set_obj_dir(lp, up ? GLP_MAX : GLP_MIN);
  glp_adv_basis(lp, 0);
  if (glp_exact(lp, NULL) == 0 && glp_get_status(lp) == GLP_OPT) out = glp_get_obj_val(lp);
  glp_delete_prob(lp);
  return h->cell[cell].value + out;
}

/* All hidden cells against the other attacker; the number of those that must be protected. wide: ends of so many levels are told at least. */
static size_t check_attack(const head *h, const sx_release_attacked *attacked, double wide) {
  size_t n = 0;
  for (size_t k = 0; k < attacked->n_cells; k++) {
    const sx_release_interval *a = &attacked->cells[k];
    const sx_release_cell *c = &h->cell[a->cell];
    const bool primary = c->mark == SX_RELEASE_PRIMARY;
    const double low = extreme(h, a->cell, false), high = extreme(h, a->cell, true);
    const double size =
        primary || c->value > 0 ? fmax(c->value, c->upper) : 1e4; /* of a 0 that nobody protects: the others' */
    const double told = fmin(high, c->value + wide * size);
    CHECK(fabs(a->low - low) <= 1e-6 * size);
    CHECK(a->high >= told - 1e-6 * fmax(size, fabs(told)) && a->high <= high * (1 + 1e-9) + 1e-6 * size);
    CHECK(a->safe);
    if (primary) CHECK(low <= c->value - c->lower * (1 - 1e-6) && high >= c->value + c->upper * (1 - 1e-6));
    n += primary;
  }
  return n;
}

static void test_zeros_beside(void) {
  static head h;
  size_t n_attacked = 0, n_zero = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    sx_release_options options = SX_RELEASE_OPTIONS_INIT;
    sx_release_result *r = NULL;
    options.method = SX_RELEASE_GREEDY;
    make(&h, seed, 10, 0);
    for (size_t i = 0; i < CELLS; i++) n_zero += h.cell[i].mark == SX_RELEASE_UNKNOWN;
    CHECK_OK(sx_release_suppress(&r, NULL, &h.problem, NULL, &options, err));
    if (!r) continue;
    CHECK_INT(r->attacked->n_open, 0);
    if (seed % 4 == 1) n_attacked += check_attack(&h, r->attacked, (double)INFINITY);
    sx_release_result_free(r);
  }
  CHECK(n_attacked > 150 && n_zero > 200);
}

/* Levels far below the other cells: programs that come to grief are put once more, and what is too little room is still told. */
static void test_tiny_levels(void) {
  static head h;
  size_t n_attacked = 0;
  for (uint64_t seed = 1; seed <= 24; seed++) {
    sx_release_options options = SX_RELEASE_OPTIONS_INIT;
    sx_release_result *r = NULL;
    sx_release_attacked *alone = NULL;
    options.method = SX_RELEASE_GREEDY;
    make(&h, seed, 10, seed % 2 ? 1e-7 : 1e-5);
    CHECK_OK(sx_release_suppress(&r, NULL, &h.problem, NULL, &options, err));
    if (!r) continue;
    CHECK_INT(r->attacked->n_open, 0);
    if (seed % 4 == 1) n_attacked += check_attack(&h, r->attacked, 1000);
    sx_release_result_free(r);
    make(&h, seed, 10, 1e-7); /* sensitive cells alone, with nothing hidden beside them */
    CHECK_OK(sx_release_attack(&alone, NULL, &h.problem, NULL, err));
    CHECK(alone && alone->n_open > 0);
    sx_release_attacked_free(alone);
  }
  CHECK(n_attacked > 100);
}

SXT_MAIN(SXT_CASE(test_zeros_beside), SXT_CASE(test_tiny_levels))
