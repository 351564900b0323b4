/* release_model.c: the problem as columns (cells that may move), rows (relations) and targets. */
#include <math.h>
#include <string.h>

#include "release_priv.h"

static double cost_of(const sx_release_cell *c, sx_release_cost how) {
  if (!isnan(c->cost)) return c->cost;
  if (how == SX_RELEASE_COST_COUNT) return 1;
  if (how == SX_RELEASE_COST_N) return isnan(c->n) ? 1 : c->n;
  return fabs(c->value);
}

static sx_status columns(rl_model *m, sx_release_cost how, sx_error *err) {
  const sx_release_problem *p = m->p;
  m->cell = sx_arena_alloc(m->arena, p->n_cells, sizeof *m->cell);
  m->col_of = sx_arena_alloc(m->arena, p->n_cells, sizeof *m->col_of);
  m->forced = sx_arena_zalloc(m->arena, p->n_cells, sizeof *m->forced);
  m->up = sx_arena_alloc(m->arena, p->n_cells, sizeof *m->up);
  m->down = sx_arena_alloc(m->arena, p->n_cells, sizeof *m->down);
  m->cost = sx_arena_alloc(m->arena, p->n_cells, sizeof *m->cost);
  if (!m->cell || !m->col_of || !m->forced || !m->up || !m->down || !m->cost) return sx_error_memory(err);
  for (size_t i = 0; i < p->n_cells; i++) {
    const sx_release_cell *c = &p->cells[i];
    m->col_of[i] = UINT32_MAX;
    if (c->mark == SX_RELEASE_KEEP || c->low == c->high) continue;
    const size_t j = m->n++;
    m->col_of[i] = (uint32_t)j;
    m->cell[j] = i;
    m->forced[j] = c->mark == SX_RELEASE_PRIMARY || c->mark == SX_RELEASE_UNKNOWN;
    m->up[j] = c->high - c->value;
    m->down[j] = c->value - c->low;
    m->cost[j] = cost_of(c, how);
  }
  return SX_OK;
}

/* Rows without a cell that moves say nothing. A total that is off by rounding holds exactly for the deviations. */
static sx_status rows(rl_model *m, sx_error *err) {
  const sx_release_problem *p = m->p;
  size_t n_terms = 0;
  for (size_t r = 0; r < p->n_relations; r++) n_terms += p->relations[r].n_terms;
  m->start = sx_arena_alloc(m->arena, p->n_relations + 1, sizeof *m->start);
  m->row_low = sx_arena_alloc(m->arena, p->n_relations, sizeof *m->row_low);
  m->row_high = sx_arena_alloc(m->arena, p->n_relations, sizeof *m->row_high);
  m->col = sx_arena_alloc(m->arena, n_terms, sizeof *m->col);
  m->coef = sx_arena_alloc(m->arena, n_terms, sizeof *m->coef);
  if (!m->start || !m->row_low || !m->row_high || !m->col || !m->coef) return sx_error_memory(err);
  size_t at = 0;
  m->start[0] = 0;
  for (size_t r = 0; r < p->n_relations; r++) {
    const sx_release_relation *rel = &p->relations[r];
    double sum = 0;
    for (size_t k = 0; k < rel->n_terms; k++) {
      sum += rel->terms[k].coef * p->cells[rel->terms[k].cell].value;
      const uint32_t j = m->col_of[rel->terms[k].cell];
      if (j == UINT32_MAX) continue;
      m->col[at] = j;
      m->coef[at++] = rel->terms[k].coef;
    }
    if (at == m->start[m->n_rows]) continue;
    const bool total = rel->low == rel->high;
    m->ranged = m->ranged || !total;
    m->row_low[m->n_rows] = total ? 0 : fmin(0, rel->low - sum);
    m->row_high[m->n_rows] = total ? 0 : fmax(0, rel->high - sum);
    m->start[++m->n_rows] = at;
  }
  return SX_OK;
}

static void add_target(rl_model *m, size_t n, const uint32_t *col, double sign, double need, size_t cell) {
  if (need > 0) m->targets[m->n_targets++] = (rl_target){n, col, sign, need, cell};
}

static sx_status targets(rl_model *m, const sx_release_rules *rules, sx_error *err) {
  const sx_release_problem *p = m->p;
  uint32_t *own = sx_arena_alloc(m->arena, m->n, sizeof *own);
  m->targets = sx_arena_alloc(m->arena, 2 * (p->n_cells + m->n_unions), sizeof *m->targets);
  if (!own || !m->targets) return sx_error_memory(err);
  const double zero = sx_release__zero(p, rules);
  for (size_t i = 0; i < p->n_cells; i++) {
    const sx_release_cell *c = &p->cells[i];
    if (c->mark != SX_RELEASE_PRIMARY) continue;
    const uint32_t j = m->col_of[i];
    if (j == UINT32_MAX)
      return sx_error_set(err, SX_E_DATA, c->key,
                          "it is sensitive, and its bounds say that it is known beforehand to be %g: give it wider "
                          "ones (low, high), or publish it (mark keep)",
                          c->value);
    own[j] = j;
    if (isnan(c->upper) || isnan(c->lower))
      return sx_error_set(err, SX_E_DATA, c->key,
                          "it is sensitive and has no protection levels: give them, or the rules");
    double lower = 0, upper = 0;
    sx_release__levels(&lower, &upper, c, zero);
    if (upper > m->up[j] || lower > m->down[j])
      return sx_error_set(
          err, SX_E_DATA, c->key,
          "it cannot be protected: it is known beforehand to be between %g and %g, which is closer than its "
          "protection, %g below and %g above %g. Give it wider bounds, a smaller %s, or publish it (mark keep)",
          c->low, c->high, lower, upper, c->value, c->value == 0 ? "zero_width" : "width");
    add_target(m, 1, &own[j], 1, upper, i);
    add_target(m, 1, &own[j], -1, lower, i);
  }
  for (size_t u = 0; u < m->n_unions; u++) {
    rl_union *un = &m->unions[u];
    uint32_t *col = sx_arena_alloc(m->arena, un->n, sizeof *col);
    if (!col) return sx_error_memory(err);
    double down = 0;
    for (size_t k = 0; k < un->n; k++) {
      col[k] = m->col_of[un->cell[k]];
      down += m->down[col[k]];
    }
    add_target(m, un->n, col, 1, un->need, un->cell[0]);
    add_target(m, un->n, col, -1, fmin(un->need, down), un->cell[0]);
  }
  return SX_OK;
}

sx_status sx_release__model(rl_model *out, const sx_ctx *ctx, sx_arena *arena, const sx_release_problem *p,
                            const sx_release_rules *rules, sx_release_cost cost, sx_error *err) {
  rl_model m = {.ctx = ctx, .arena = arena, .p = p};
  SX_TRY(columns(&m, cost, err));
  SX_TRY(rows(&m, err));
  SX_TRY(sx_release__unions(&m.unions, &m.n_unions, arena, p, rules, err));
  SX_TRY(targets(&m, rules, err));
  *out = m;
  return SX_OK;
}
