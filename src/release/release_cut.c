/* release_cut.c: capacity cuts. For any multipliers y of the relations and d = v - M'y,
 *   v'z = d'z + y'(M z) <= sum_i (d_i+ up_i + d_i- down_i) x_i + g,    g = sum_r y_r+ row_high_r - y_r- row_low_r,
 * so a target with `need` asks for sum_i c_i x_i >= 1, c_i = (d_i+ up_i + d_i- down_i) / (need - g). x is 0 or 1, so c_i may be cut to 1;
 * forced cells are taken to the right side and c_i cut once more. Fischetti and Salazar (2001), Management Science 47:1008, sec. 4. */
#include <math.h>

#include "release_priv.h"

static const double NOTHING = 1e-9; /* a coefficient of the multipliers' rounding */

sx_status sx_release__cuts_open(rl_cuts *cuts, const rl_model *m, sx_error *err) {
  *cuts = (rl_cuts){.m = m};
  cuts->d = sx_arena_zalloc(m->arena, m->n, sizeof *cuts->d);
  if (!cuts->d || !sx_mem_grow(m->ctx, (void **)&cuts->start, &cuts->cap, 2, sizeof *cuts->start))
    return sx_error_memory(err);
  cuts->start[0] = 0;
  return SX_OK;
}

void sx_release__cuts_close(rl_cuts *cuts) {
  if (!cuts->m) return;
  sx_mem_free(cuts->m->ctx, cuts->start);
  sx_mem_free(cuts->m->ctx, cuts->col);
  sx_mem_free(cuts->m->ctx, cuts->coef);
}

/* d = v - M'y; the room of the rows that y uses. Multipliers that lean on an end that is not there are left out. */
static double differences(rl_cuts *cuts, const rl_target *t, const double *dual) {
  const rl_model *m = cuts->m;
  double room = 0;
  for (size_t j = 0; j < m->n; j++) cuts->d[j] = 0;
  for (size_t k = 0; k < t->n; k++) cuts->d[t->col[k]] = t->sign;
  for (size_t r = 0; r < m->n_rows; r++) {
    double y = dual[r];
    if (fabs(y - round(y)) < 1e-7) y = round(y);
    const double end = y > 0 ? m->row_high[r] : m->row_low[r];
    if (fabs(y) < NOTHING || isinf(end)) continue;
    room += y * end;
    for (size_t k = m->start[r]; k < m->start[r + 1]; k++) cuts->d[m->col[k]] -= y * m->coef[k];
  }
  return room;
}

static double capacity(const rl_model *m, size_t j, double d, double need) {
  if (fabs(d) < NOTHING) return 0;
  return fmin(1, (d > 0 ? d * m->up[j] : -d * m->down[j]) / need);
}

sx_status sx_release__cut_from(bool *added, rl_cuts *cuts, const rl_target *t, const double *dual, sx_error *err) {
  const rl_model *m = cuts->m;
  const double need = t->need - differences(cuts, t, dual);
  *added = false;
  if (!(need > 0)) return SX_OK;
  double right = 1;
  for (size_t j = 0; j < m->n; j++) {
    cuts->d[j] = capacity(m, j, cuts->d[j], need);
    if (m->forced[j]) right -= cuts->d[j];
  }
  if (right <= 1e-7) return SX_OK;
  if (!sx_mem_grow(m->ctx, (void **)&cuts->start, &cuts->cap, cuts->n + 2, sizeof *cuts->start) ||
      !sx_mem_grow(m->ctx, (void **)&cuts->col, &cuts->cap_col, cuts->n_terms + m->n, sizeof *cuts->col) ||
      !sx_mem_grow(m->ctx, (void **)&cuts->coef, &cuts->cap_terms, cuts->n_terms + m->n, sizeof *cuts->coef))
    return sx_error_memory(err);
  for (size_t j = 0; j < m->n; j++) {
    const double c = fmin(1, cuts->d[j] / right);
    if (m->forced[j] || c < 1e-7) continue;
    cuts->col[cuts->n_terms] = (uint32_t)j;
    cuts->coef[cuts->n_terms++] = c;
  }
  cuts->start[++cuts->n] = cuts->n_terms;
  *added = true;
  return SX_OK;
}

double sx_release__cut_at(const rl_cuts *cuts, size_t k, const double *x) {
  double sum = 0;
  for (size_t i = cuts->start[k]; i < cuts->start[k + 1]; i++) sum += cuts->coef[i] * x[cuts->col[i]];
  return sum;
}
