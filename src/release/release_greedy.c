/* release_greedy.c: a protection, target by target. The cheapest way to move the cells so that the target moves by its need,
 *   min sum w_i |z_i| / min(1, room_i)   with   M z = 0,  v'z = 1,  |z_i| within the room,
 * tells which cells to suppress (Kelly, Golden and Assad 1992, Networks 22:397; Fischetti and Salazar 2001, sec. 6); what is suppressed already
 * costs nothing. Every target then has a witness, a z that meets it. At the end each secondary cell, dearest first, is published again where
 * all targets whose witness used it can be met without it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "release_priv.h"

static const double MOVED = 1e-7; /* of the need: a cell that moves less does not move */
static const double FREE = 1e-6;  /* weight of what costs nothing: the shortest way is taken all the same */

sx_status sx_release__greedy_open(rl_greedy *g, const rl_model *m, sx_lp_env *env, rl_seek *seek, sx_error *err) {
  *g = (rl_greedy){.m = m, .env = env, .seek = seek};
  size_t n = 0;
  if (!sx_size_mul(&n, m->n_targets, m->n)) return sx_error_memory(err);
  g->witness = sx_arena_zalloc(m->arena, n, sizeof *g->witness);
  g->trial = sx_arena_alloc(m->arena, m->n, sizeof *g->trial);
  g->order = sx_arena_alloc(m->arena, m->n_targets, sizeof *g->order);
  g->by_cost = sx_arena_alloc(m->arena, m->n, sizeof *g->by_cost);
  return g->witness && g->trial && g->order && g->by_cost ? SX_OK : sx_error_memory(err);
}

double sx_release__cost(const rl_model *m, const double *x) {
  double sum = 0;
  for (size_t j = 0; j < m->n; j++) sum += m->forced[j] ? 0 : m->cost[j] * (x[j] > 0.5);
  return sum;
}

static sx_status impossible(const rl_model *m, const rl_target *t, double reached, sx_error *err) {
  const sx_release_cell *c = &m->p->cells[t->cell];
  return sx_error_set(err, SX_E_DATA, c->key,
                      "it cannot be protected: with everything suppressed that may be, it can move %s by %g, and its "
                      "protection is %g. Let more cells be suppressed, merge levels, or lower the protection",
                      t->sign > 0 ? "up" : "down", reached * t->need, t->need);
}

/* ---- one target ------------------------------------------------------------------------------------------------------------ */

typedef struct move { /* columns: z+ then z-; rows: relations, then the target */
  double *high, *cost, *row_low, *row_high, *coef, *x;
  double *low;
  size_t *start;
  uint32_t *col;
} move;

static sx_status move_alloc(move *w, const rl_model *m, sx_arena *arena, size_t n_terms, sx_error *err) {
  w->low = sx_arena_zalloc(arena, 2 * m->n, sizeof(double));
  w->high = sx_arena_alloc(arena, 2 * m->n, sizeof(double));
  w->cost = sx_arena_alloc(arena, 2 * m->n, sizeof(double));
  w->x = sx_arena_alloc(arena, 2 * m->n, sizeof(double));
  w->row_low = sx_arena_alloc(arena, m->n_rows + 1, sizeof(double));
  w->row_high = sx_arena_alloc(arena, m->n_rows + 1, sizeof(double));
  w->start = sx_arena_alloc(arena, m->n_rows + 2, sizeof *w->start);
  w->col = sx_arena_alloc(arena, 2 * n_terms, sizeof *w->col);
  w->coef = sx_arena_alloc(arena, 2 * n_terms, sizeof *w->coef);
  return w->low && w->high && w->cost && w->x && w->row_low && w->row_high && w->start && w->col && w->coef
             ? SX_OK
             : sx_error_memory(err);
}

static void move_fill(move *w, const rl_model *m, const rl_target *t, const double *x, const double *weight) {
  size_t at = 0;
  for (size_t j = 0; j < m->n; j++) {
    w->high[j] = m->up[j] / t->need;
    w->high[m->n + j] = m->down[j] / t->need;
    const double each = x[j] > 0.5 ? FREE : weight[j] + FREE;
    w->cost[j] = each / fmax(1e-6, fmin(1, w->high[j]));
    w->cost[m->n + j] = each / fmax(1e-6, fmin(1, w->high[m->n + j]));
  }
  w->start[0] = 0;
  for (size_t r = 0; r < m->n_rows; r++) {
    for (size_t k = m->start[r]; k < m->start[r + 1]; k++) {
      w->col[at] = m->col[k];
      w->coef[at++] = m->coef[k];
      w->col[at] = m->col[k] + (uint32_t)m->n;
      w->coef[at++] = -m->coef[k];
    }
    w->row_low[r] = m->row_low[r] / t->need;
    w->row_high[r] = m->row_high[r] / t->need;
    w->start[r + 1] = at;
  }
  for (size_t k = 0; k < t->n; k++) {
    w->col[at] = t->col[k];
    w->coef[at++] = t->sign;
    w->col[at] = t->col[k] + (uint32_t)m->n;
    w->coef[at++] = -t->sign;
  }
  w->row_low[m->n_rows] = w->row_high[m->n_rows] = 1;
  w->start[m->n_rows + 1] = at;
}

/* Suppresses what the cheapest move of the target needs; z is the move. */
static sx_status cheapest(bool *found, double *x, double *z, rl_greedy *g, const rl_target *t, const double *weight,
                          sx_error *err) {
  const rl_model *m = g->m;
  const sx_arena_mark mark = sx_arena_get_mark(m->arena);
  move w;
  sx_lp *lp = NULL;
  sx_lp_answer answer = SX_LP_UNDECIDED;
  sx_status status = move_alloc(&w, m, m->arena, m->start[m->n_rows] + t->n, err);
  if (status == SX_OK) {
    move_fill(&w, m, t, x, weight);
    const sx_lp_spec spec = {2 * m->n,  m->n_rows + 1, w.low,   w.high, w.cost, NULL,
                             w.row_low, w.row_high,    w.start, w.col,  w.coef};
    status = sx_lp_new(&lp, g->env, &spec, err);
  }
  if (status == SX_OK) status = sx_lp_solve(&answer, lp, false, err);
  *found = status == SX_OK && answer == SX_LP_OPTIMAL;
  if (*found) {
    sx_lp_solution(lp, w.x, NULL);
    for (size_t j = 0; j < m->n; j++) {
      z[j] = w.x[j] - w.x[m->n + j];
      if (fabs(z[j]) < MOVED) z[j] = 0;
      if (z[j] != 0) x[j] = 1;
    }
  }
  sx_lp_free(lp);
  sx_arena_release(m->arena, mark);
  return status;
}

static sx_status protect(double *x, rl_greedy *g, size_t k, const double *weight, sx_error *err) {
  const rl_model *m = g->m;
  const rl_target *t = &m->targets[k];
  double *z = g->witness + k * m->n, reached = 0;
  bool found = false;
  SX_TRY(sx_release__seek(&reached, g->seek, t, x, false, err));
  if (reached < RL_MET) {
    SX_TRY(cheapest(&found, x, z, g, t, weight, err));
    if (found) return SX_OK;
    for (size_t j = 0; j < m->n; j++) x[j] = 1; /* the last resort, and the question whether it can be done at all */
    SX_TRY(sx_release__seek(&reached, g->seek, t, x, false, err));
    if (reached < RL_MET) return impossible(m, t, reached, err);
  }
  memcpy(z, g->seek->z, m->n * sizeof *z);
  return SX_OK;
}

/* ---- what is not needed ------------------------------------------------------------------------------------------------------- */

/* Can cell j be published? Targets whose witness moves it are tried again; new witnesses stay, they hold for x too. */
static sx_status try_publish(bool *yes, double *x, rl_greedy *g, size_t j, sx_error *err) {
  const rl_model *m = g->m;
  x[j] = 0;
  *yes = true;
  for (size_t i = 0; i < m->n_targets && *yes; i++) {
    const size_t k = g->order[i];
    double *z = g->witness + k * m->n, reached = 0;
    if (fabs(z[j]) < MOVED) continue;
    SX_TRY(sx_release__seek(&reached, g->seek, &m->targets[k], x, false, err));
    *yes = reached >= RL_MET;
    if (*yes) memcpy(z, g->seek->z, m->n * sizeof *z);
    if (!*yes && i > 0) { /* the next cell asks it first */
      memmove(g->order + 1, g->order, i * sizeof *g->order);
      g->order[0] = (uint32_t)k;
    }
  }
  if (!*yes) x[j] = 1;
  return SX_OK;
}

static void sort_down(uint32_t *order, size_t n, const double *key) { /* stable; n is hundreds */
  for (size_t i = 1; i < n; i++) {
    const uint32_t item = order[i];
    size_t k = i;
    for (; k > 0 && key[order[k - 1]] < key[item]; k--) order[k] = order[k - 1];
    order[k] = item;
  }
}

static sx_status publish_again(double *x, rl_greedy *g, sx_error *err) {
  const rl_model *m = g->m;
  size_t n = 0;
  for (size_t j = 0; j < m->n; j++) {
    if (!m->forced[j] && x[j] > 0.5) g->by_cost[n++] = (uint32_t)j;
  }
  sort_down(g->by_cost, n, m->cost);
  for (size_t i = 0; i < n; i++) {
    bool yes = false;
    SX_TRY(sx_ctx_poll(m->ctx, err));
    SX_TRY(try_publish(&yes, x, g, g->by_cost[i], err));
  }
  return SX_OK;
}

sx_status sx_release__greedy(double *x, rl_greedy *g, const double *weight, sx_error *err) {
  const rl_model *m = g->m;
  const sx_arena_mark mark = sx_arena_get_mark(m->arena);
  double *need = sx_arena_alloc(m->arena, m->n_targets, sizeof *need);
  if (!need) return sx_error_memory(err);
  for (size_t j = 0; j < m->n; j++) x[j] = m->forced[j];
  for (size_t k = 0; k < m->n_targets; k++) {
    g->order[k] = (uint32_t)k;
    need[k] = m->targets[k].need;
  }
  sort_down(g->order, m->n_targets, need);
  sx_arena_release(m->arena, mark);
  for (size_t i = 0; i < m->n_targets; i++) {
    SX_TRY(sx_ctx_poll(m->ctx, err));
    SX_TRY(protect(x, g, g->order[i], weight, err));
  }
  return publish_again(x, g, err);
}
