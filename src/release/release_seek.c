/* release_seek.c: how far can the attacker be kept from a target? max v'z / need over the attacker's room at x. Told in units of the target's
 * need, and with nothing further than ROOM needs away, so that amounts of any size are one kind of number to the simplex method. */
#include <math.h>

#include "release_priv.h"

static const double ROOM =
    1000; /* needs: more room than any cell takes to move another by one need in tables of totals */

sx_status sx_release__seek_open(rl_seek *s, const rl_model *m, sx_lp_env *env, sx_error *err) {
  *s = (rl_seek){.m = m};
  s->low = sx_arena_zalloc(m->arena, m->n, sizeof(double));
  s->high = sx_arena_zalloc(m->arena, m->n, sizeof(double));
  s->v = sx_arena_zalloc(m->arena, m->n, sizeof(double));
  s->z = sx_arena_zalloc(m->arena, m->n, sizeof(double));
  s->dual = sx_arena_zalloc(m->arena, m->n_rows, sizeof(double));
  s->row_low = sx_arena_zalloc(m->arena, m->n_rows, sizeof(double));
  s->row_high = sx_arena_zalloc(m->arena, m->n_rows, sizeof(double));
  if (!s->low || !s->high || !s->v || !s->z || !s->dual || !s->row_low || !s->row_high) return sx_error_memory(err);
  const sx_lp_spec spec = {.n_cols = m->n,
                           .n_rows = m->n_rows,
                           .col_low = s->low,
                           .col_high = s->high,
                           .row_low = m->row_low,
                           .row_high = m->row_high,
                           .start = m->start,
                           .col = m->col,
                           .coef = m->coef};
  return sx_lp_new(&s->lp, env, &spec, err);
}

void sx_release__seek_close(rl_seek *s) {
  sx_lp_free(s->lp);
  s->lp = NULL;
}

sx_status sx_release__seek(double *out, rl_seek *s, const rl_target *t, const double *x, bool tight, sx_error *err) {
  const rl_model *m = s->m;
  const double most = tight ? 1 : ROOM;
  for (size_t j = 0; j < m->n; j++) {
    s->low[j] = -fmin(m->down[j] / t->need, most) * x[j];
    s->high[j] = fmin(m->up[j] / t->need, most) * x[j];
  }
  for (size_t k = 0; k < t->n; k++) s->v[t->col[k]] = t->sign;
  sx_lp_answer answer = SX_LP_UNDECIDED;
  sx_status status = sx_lp_set_bounds(s->lp, s->low, s->high, err);
  for (size_t r = 0; r < m->n_rows && m->ranged; r++) {
    s->row_low[r] = m->row_low[r] / t->need;
    s->row_high[r] = m->row_high[r] / t->need;
  }
  if (status == SX_OK && m->ranged) status = sx_lp_set_rows(s->lp, s->row_low, s->row_high, err);
  if (status == SX_OK) status = sx_lp_set_cost(s->lp, s->v, err);
  if (status == SX_OK) status = sx_lp_solve(&answer, s->lp, true, err);
  for (size_t k = 0; k < t->n; k++) s->v[t->col[k]] = 0;
  SX_TRY(status);
  s->n_attacks++;
  if (answer != SX_LP_OPTIMAL) return sx_release__unanswered(m->p, t->cell, err);
  sx_lp_solution(s->lp, s->z, s->dual);
  *out = sx_lp_objective(s->lp);
  return SX_OK;
}
