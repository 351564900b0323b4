/* release_round.c: rounding in place of suppression. Controlled rounding is the integer program
 *   min sum |r_i - a_i|,  r_i = base * (floor(a_i / base) + u_i),  u_i in {0, 1},  sum coef_i r_i = sum_i coef_i a_i for every total,
 * multiples of the base kept (zero-restricted). Cox (1987), JASA 82:520; Salazar-Gonzalez (2005), Mathematical Programming 105:583. */
#include <math.h>

#include "release_priv.h"
#include "shuxiao/num.h"

static const double WHOLE = 1e-9; /* of the base: this near to a multiple is a multiple */

static uint64_t hash_text(const char *text) { /* FNV-1a */
  uint64_t h = 1469598103934665603ull;
  for (; *text; text++) h = (h ^ (unsigned char)*text) * 1099511628211ull;
  return h;
}

static double uniform_of(uint64_t seed, const char *text) {
  sx_rng rng;
  sx_rng_init(&rng, seed, hash_text(text));
  return sx_rng_uniform(&rng);
}

double sx_release_record_key(uint64_t seed, const char *id) {
  return uniform_of(seed, id);
}

/* Which multiples the value lies between: *low * base <= value; false where it is one. */
static bool between(double *low, double *share, double value, double base) {
  const double q = value / base, near = round(q);
  *low = fabs(q - near) < WHOLE ? near : floor(q);
  *share = fabs(q - near) < WHOLE ? 0 : q - *low;
  return *share > 0;
}

typedef struct controlled {
  const sx_release_problem *p;
  double base;
  uint32_t *var_of; /* [n_cells]; UINT32_MAX: a multiple */
  double *low;      /* [n_cells] multiples below */
  size_t n, max_nodes;
} controlled;

static sx_status no_cuts(void *data, sx_lp_node *node, sx_error *err) {
  (void)data;
  (void)node;
  (void)err;
  return SX_OK;
}

static bool enough(void *data, size_t n_nodes) {
  const controlled *c = data;
  return c->max_nodes > 0 && n_nodes > c->max_nodes;
}

/* Rows of the totals: sum coef u = what the multiples below leave. */
static sx_status rounding_rows(sx_lp_spec *spec, const controlled *c, sx_arena *arena, sx_error *err) {
  const sx_release_problem *p = c->p;
  size_t n_terms = 0, at = 0;
  for (size_t r = 0; r < p->n_relations; r++) n_terms += p->relations[r].n_terms;
  double *right = sx_arena_alloc(arena, p->n_relations, sizeof *right),
         *coef = sx_arena_alloc(arena, n_terms, sizeof *coef);
  size_t *start = sx_arena_zalloc(arena, p->n_relations + 1, sizeof *start);
  uint32_t *col = sx_arena_alloc(arena, n_terms, sizeof *col);
  if (!right || !coef || !start || !col) return sx_error_memory(err);
  for (size_t r = 0; r < p->n_relations; r++) {
    const sx_release_relation *rel = &p->relations[r];
    double rest = rel->low / c->base;
    if (rel->low != rel->high) continue;
    for (size_t k = 0; k < rel->n_terms; k++) {
      const size_t i = rel->terms[k].cell;
      rest -= rel->terms[k].coef * c->low[i];
      if (c->var_of[i] == UINT32_MAX) continue;
      col[at] = c->var_of[i];
      coef[at++] = rel->terms[k].coef;
    }
    if (at == start[spec->n_rows]) {
      if (fabs(rest) > 1e-6)
        return sx_error_set(err, SX_E_DATA, rel->id, "its cells are multiples of %g and do not add up", c->base);
      continue;
    }
    right[spec->n_rows] = fabs(rest - round(rest)) < 1e-6 ? round(rest) : rest;
    start[++spec->n_rows] = at;
  }
  spec->row_low = spec->row_high = right;
  spec->start = start;
  spec->col = col;
  spec->coef = coef;
  return SX_OK;
}

static sx_status find_rounding(double *u, controlled *c, const sx_ctx *ctx, sx_arena *arena, const double *cost,
                               sx_error *err) {
  sx_lp_env *env = NULL;
  sx_lp *lp = NULL;
  sx_lp_found found = {.found = false};
  double *zero = sx_arena_zalloc(arena, c->n, sizeof *zero);
  bool *binary = sx_arena_alloc(arena, c->n, sizeof *binary);
  if (!zero || !binary) return sx_error_memory(err);
  for (size_t v = 0; v < c->n; v++) binary[v] = true;
  sx_lp_spec spec = {.n_cols = c->n, .col_low = zero, .col_high = zero, .cost = cost, .binary = binary};
  SX_TRY(rounding_rows(&spec, c, arena, err));
  if (c->n == 0) return SX_OK;
  SX_TRY(sx_lp_open(&env, ctx, err));
  const sx_lp_branch how = {1, c, no_cuts, NULL, enough, 0};
  sx_status status = sx_lp_new(&lp, env, &spec, err);
  if (status == SX_OK) status = sx_lp_search(&found, u, lp, &how, err);
  sx_lp_free(lp);
  sx_lp_close(env);
  SX_TRY(status);
  if (found.found) return SX_OK;
  return found.proven
             ? sx_error_set(err, SX_E_DATA, NULL,
                            "the linked tables cannot all be rounded to multiples of %g so that they add up: "
                            "use a smaller base, random rounding or suppression",
                            c->base)
             : sx_error_set(err, SX_E_LIMIT, NULL, "no controlled rounding was found in %zu nodes", c->max_nodes);
}

static sx_status round_controlled(double *out, controlled *c, const sx_ctx *ctx, sx_arena *arena, sx_error *err) {
  const sx_release_problem *p = c->p;
  c->var_of = sx_arena_alloc(arena, p->n_cells, sizeof *c->var_of);
  c->low = sx_arena_alloc(arena, p->n_cells, sizeof *c->low);
  double *cost = sx_arena_alloc(arena, p->n_cells, sizeof *cost), *u = sx_arena_zalloc(arena, p->n_cells, sizeof *u);
  if (!c->var_of || !c->low || !cost || !u) return sx_error_memory(err);
  for (size_t i = 0; i < p->n_cells; i++) {
    double share = 0;
    c->var_of[i] = UINT32_MAX;
    if (!between(&c->low[i], &share, p->cells[i].value, c->base)) continue;
    cost[c->n] = 1 - 2 * share; /* up costs 1 - share, down share */
    c->var_of[i] = (uint32_t)c->n++;
  }
  SX_TRY(find_rounding(u, c, ctx, arena, cost, err));
  for (size_t i = 0; i < p->n_cells; i++)
    out[i] = c->base * (c->low[i] + (c->var_of[i] == UINT32_MAX ? 0 : round(u[c->var_of[i]])));
  return SX_OK;
}

sx_status sx_release_round(double *out, const sx_ctx *ctx, const sx_release_problem *problem, sx_release_rounding how,
                           double base, uint64_t seed, size_t max_nodes, sx_error *err) {
  SX_TRY(sx_release_check(problem, 1e-6, err));
  if (!(base > 0) || isinf(base)) return sx_error_set(err, SX_E_ARGUMENT, "base", "a rounding base is above 0");
  if (how == SX_ROUND_CONTROLLED) {
    const sx_ctx standard = SX_CTX_INIT;
    sx_arena *arena = NULL;
    controlled c = {.p = problem, .base = base, .max_nodes = max_nodes};
    SX_TRY(sx_arena_new(&arena, ctx, err));
    const sx_status status = round_controlled(out, &c, ctx ? ctx : &standard, arena, err);
    sx_arena_free(arena);
    return status;
  }
  for (size_t i = 0; i < problem->n_cells; i++) {
    double low = 0, share = 0;
    const bool inside = between(&low, &share, problem->cells[i].value, base);
    const double limit = how == SX_ROUND_RANDOM ? 1 - uniform_of(seed, problem->cells[i].key) : 0.5;
    const bool away = problem->cells[i].value < 0 && how == SX_ROUND_CONVENTIONAL; /* halves away from zero */
    out[i] = base * (low + (inside && (away ? share > limit : share >= limit) ? 1 : 0));
    if (out[i] == 0) out[i] = 0; /* no -0 */
  }
  return SX_OK;
}
