/* release_union.c: sums of primary cells that a relation gives away.
 *
 * Where a relation's suppressed cells are primary ones alone, their sum follows from what is published; two cells of one contributor each are
 * then known to each other's contributor. The sum is judged as a cell of its own: contributors and largest contributions taken together (they
 * are taken to be different ones). Where it fails the rules it is a target like a cell. Hundepool et al. (2012), sec. 4.3.1 (singletons). */
#include <math.h>
#include <stdlib.h>

#include "release_priv.h"

static int by_size_down(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? 1 : x > y ? -1 : 0;
}

/* The primary cells of one sign; 0 where there are fewer than two, or of both signs. */
static size_t primaries(uint32_t *cell, const sx_release_problem *p, const sx_release_relation *r) {
  size_t n = 0;
  double sign = 0;
  if (r->low != r->high) return 0;
  for (size_t k = 0; k < r->n_terms; k++) {
    if (p->cells[r->terms[k].cell].mark != SX_RELEASE_PRIMARY) continue;
    if (n && r->terms[k].coef != sign) return 0;
    sign = r->terms[k].coef;
    cell[n++] = (uint32_t)r->terms[k].cell;
  }
  return n < 2 ? 0 : n;
}

static sx_status judge(rl_union *u, bool *fails, sx_arena *arena, const sx_release_problem *p,
                       const sx_release_rules *rules, double zero, sx_error *err) {
  sx_release_cell whole = SX_RELEASE_CELL_INIT;
  size_t n_top = 0;
  whole.n = 0;
  for (size_t k = 0; k < u->n; k++) n_top += p->cells[u->cell[k]].n_top;
  double *top = sx_arena_alloc(arena, n_top + 1, sizeof *top);
  if (!top) return sx_error_memory(err);
  for (size_t k = 0; k < u->n; k++) {
    const sx_release_cell *c = &p->cells[u->cell[k]];
    whole.value += c->value;
    whole.n += c->n;
    for (size_t i = 0; i < c->n_top; i++) top[whole.n_top++] = c->top[i];
  }
  qsort(top, n_top, sizeof *top, by_size_down);
  whole.top = top;
  const char *why = NULL;
  *fails = sx_release__fails(&u->need, &why, rules, &whole);
  u->need = fmax(u->need, sx_release__least(whole.value, zero));
  u->value = whole.value;
  return SX_OK;
}

sx_status sx_release__unions(rl_union **out, size_t *n, sx_arena *arena, const sx_release_problem *p,
                             const sx_release_rules *rules, sx_error *err) {
  *n = 0;
  *out = sx_arena_alloc(arena, rules ? p->n_relations : 0, sizeof **out);
  uint32_t *cell = sx_arena_alloc(arena, p->n_cells, sizeof *cell);
  if (!*out || !cell) return sx_error_memory(err);
  const double zero = sx_release__zero(p, rules);
  for (size_t r = 0; rules && r < p->n_relations; r++) {
    rl_union u = {.relation = r, .n = primaries(cell, p, &p->relations[r])};
    bool fails = false;
    if (!u.n) continue;
    u.cell = sx_arena_alloc(arena, u.n, sizeof *u.cell);
    if (!u.cell) return sx_error_memory(err);
    for (size_t k = 0; k < u.n; k++) u.cell[k] = cell[k];
    SX_TRY(judge(&u, &fails, arena, p, rules, zero, err));
    if (fails) (*out)[(*n)++] = u;
  }
  return SX_OK;
}
