/* release_attack.c: the attack test, apart from the search: for every suppressed cell the least and the greatest value that everything
 * published allows. Columns are the suppressed cells as deviations from their values (published cells do not move), in units of the cell asked
 * about; nothing is cut off, so a cell may be unbounded. No deviation at all is always a solution: a program that is told to have none has come
 * to grief over its numbers, and is put once more with less room for every cell. What is reached in less room can be reached in all of it, so
 * that no cell is called safe that is not. */
#include <math.h>

#include "release_priv.h"

static const double SHORT = 2e-6;   /* of a protection level: what the simplex method's tolerance may take */
static const double ROOM = 1000;    /* units that a cell may move where a program is put once more, as in the search */
static const double ROUNDED = 1e-9; /* of the largest suppressed value: a smaller one is a 0 that sums left */

typedef struct attack {
  sx_release_attacked *out;
  const sx_release_problem *p;
  sx_arena *arena;
  uint32_t *col_of; /* [n_cells] UINT32_MAX: published */
  size_t *cell;     /* [n] */
  size_t n, n_rows;
  double size; /* the largest suppressed value; 1 where all are 0 */
  double *low, *high, *cost, *row_low, *row_high, *unit_low, *unit_high, *unit_row_low, *unit_row_high;
  size_t *start;
  uint32_t *col;
  double *coef;
  sx_lp *lp;
} attack;

void sx_release_attacked_free(sx_release_attacked *a) {
  if (!a) return;
  const sx_ctx ctx = a->ctx;
  sx_mem_free(&ctx, a->cells);
  sx_mem_free(&ctx, a->unions);
  sx_mem_free(&ctx, a);
}

static bool is_suppressed(const sx_release_cell *c) {
  return c->mark == SX_RELEASE_PRIMARY || c->mark == SX_RELEASE_SECONDARY || c->mark == SX_RELEASE_UNKNOWN;
}

static sx_status take_cells(attack *a, sx_error *err) {
  const size_t n = a->p->n_cells;
  double **const arrays[] = {&a->low, &a->high, &a->cost, &a->unit_low, &a->unit_high};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    *arrays[i] = sx_arena_zalloc(a->arena, n, sizeof(double));
    if (!*arrays[i]) return sx_error_memory(err);
  }
  a->col_of = sx_arena_alloc(a->arena, n, sizeof *a->col_of);
  a->cell = sx_arena_alloc(a->arena, n, sizeof *a->cell);
  if (!a->col_of || !a->cell) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const sx_release_cell *c = &a->p->cells[i];
    a->col_of[i] = UINT32_MAX;
    if (!is_suppressed(c)) continue;
    a->col_of[i] = (uint32_t)a->n;
    a->cell[a->n] = i;
    a->size = fmax(a->size, fabs(c->value));
    a->low[a->n] = c->low - c->value;
    a->high[a->n++] = c->high - c->value;
  }
  if (a->size == 0) a->size = 1;
  return SX_OK;
}

static sx_status take_relations(attack *a, sx_error *err) {
  const sx_release_problem *p = a->p;
  size_t n_terms = 0;
  for (size_t r = 0; r < p->n_relations; r++) n_terms += p->relations[r].n_terms;
  double **const arrays[] = {&a->row_low, &a->row_high, &a->unit_row_low, &a->unit_row_high};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    *arrays[i] = sx_arena_alloc(a->arena, p->n_relations, sizeof(double));
    if (!*arrays[i]) return sx_error_memory(err);
  }
  a->start = sx_arena_zalloc(a->arena, p->n_relations + 1, sizeof *a->start);
  a->col = sx_arena_alloc(a->arena, n_terms, sizeof *a->col);
  a->coef = sx_arena_alloc(a->arena, n_terms, sizeof *a->coef);
  if (!a->start || !a->col || !a->coef) return sx_error_memory(err);
  size_t at = 0;
  for (size_t r = 0; r < p->n_relations; r++) {
    const sx_release_relation *rel = &p->relations[r];
    double sum = 0;
    for (size_t k = 0; k < rel->n_terms; k++) {
      sum += rel->terms[k].coef * p->cells[rel->terms[k].cell].value;
      if (a->col_of[rel->terms[k].cell] == UINT32_MAX) continue;
      a->col[at] = a->col_of[rel->terms[k].cell];
      a->coef[at++] = rel->terms[k].coef;
    }
    if (at == a->start[a->n_rows]) continue;
    a->row_low[a->n_rows] = rel->low == rel->high ? 0 : fmin(0, rel->low - sum);
    a->row_high[a->n_rows] = rel->low == rel->high ? 0 : fmax(0, rel->high - sum);
    a->start[++a->n_rows] = at;
  }
  return SX_OK;
}

sx_status sx_release__unanswered(const sx_release_problem *p, size_t cell, sx_error *err) {
  double largest = 0;
  for (size_t i = 0; i < p->n_cells; i++) largest = fmax(largest, fabs(p->cells[i].value));
  return sx_error_set(
      err, SX_E_NUMERIC, p->cells[cell].key,
      "whether this hidden number can be worked out from the published ones could not be computed, as "
      "the numbers that hang together with it differ too much in size (it is %.6g, the largest is %.6g). "
      "Merge small groups or answers, publish fewer of them in one table, or choose another min_n",
      p->cells[cell].value, largest);
}

static bool answered(sx_lp_answer answer) {
  return answer == SX_LP_OPTIMAL || answer == SX_LP_UNBOUNDED;
}

/* The range of sum cost z in the scale of `unit`, no cell moving by more than `room` of it; *low and *high where it is answered. */
static sx_status range_in(double *low, double *high, sx_lp_answer *answer, attack *a, double unit, double room,
                          sx_error *err) {
  for (size_t j = 0; j < a->n; j++) {
    a->unit_low[j] = fmax(a->low[j] / unit, -room);
    a->unit_high[j] = fmin(a->high[j] / unit, room);
  }
  for (size_t r = 0; r < a->n_rows; r++) {
    a->unit_row_low[r] = fmax(a->row_low[r] / unit, -room * room);
    a->unit_row_high[r] = fmin(a->row_high[r] / unit, room * room);
  }
  SX_TRY(sx_lp_set_bounds(a->lp, a->unit_low, a->unit_high, err));
  SX_TRY(sx_lp_set_rows(a->lp, a->unit_row_low, a->unit_row_high, err));
  SX_TRY(sx_lp_set_cost(a->lp, a->cost, err));
  *answer = SX_LP_OPTIMAL;
  for (int up = 0; up < 2 && answered(*answer); up++) {
    SX_TRY(sx_lp_solve(answer, a->lp, up, err));
    double *end = up ? high : low;
    if (*answer == SX_LP_UNBOUNDED) *end = up ? (double)INFINITY : -(double)INFINITY;
    if (*answer == SX_LP_OPTIMAL) *end = sx_lp_objective(a->lp) * unit;
  }
  return SX_OK;
}

/* The range of sum z over the columns, in the unit's scale. */
static sx_status range(double *low, double *high, attack *a, const uint32_t *cols, size_t n, double unit,
                       sx_error *err) {
  const double by = unit > 0 ? unit : 1;
  sx_lp_answer answer = SX_LP_UNDECIDED;
  for (size_t j = 0; j < a->n; j++) a->cost[j] = 0;
  for (size_t k = 0; k < n; k++) a->cost[cols[k]] = 1;
  SX_TRY(range_in(low, high, &answer, a, by, (double)INFINITY, err));
  if (!answered(answer)) SX_TRY(range_in(low, high, &answer, a, by, ROOM, err));
  if (answered(answer)) return SX_OK;
  return sx_release__unanswered(a->p, a->cell[cols[0]], err);
}

/* Scale of the question: what must be protected, else the size of the cell; of one of 0 that nobody protects, the size of the others: the level
 * of a 0 is a millionth of the smallest of them, in which the largest can be more than the simplex method bears. */
static double unit_of(const attack *a, const sx_release_cell *c, double lower, double upper) {
  const double unit = fmax(lower, upper), value = fabs(c->value);
  if (c->mark != SX_RELEASE_PRIMARY && value <= ROUNDED * a->size) return a->size;
  return unit > 1e-6 * value ? unit : value;
}

static sx_status attack_cells(attack *a, const sx_release_rules *rules, sx_error *err) {
  const double zero = sx_release__zero(a->p, rules);
  for (size_t j = 0; j < a->n; j++) {
    const sx_release_cell *c = &a->p->cells[a->cell[j]];
    const uint32_t col = (uint32_t)j;
    double low = 0, high = 0, lower = 0, upper = 0;
    sx_release__levels(&lower, &upper, c, zero);
    SX_TRY(range(&low, &high, a, &col, 1, unit_of(a, c, lower, upper), err));
    sx_release_interval *i = &a->out->cells[a->out->n_cells++];
    const bool primary = c->mark == SX_RELEASE_PRIMARY;
    i->cell = a->cell[j];
    i->low = fmax(c->low, c->value + low); /* what is known beforehand, not a rounding beside it */
    i->high = fmin(c->high, c->value + high);
    i->safe = !primary || (-low >= lower * (1 - SHORT) && high >= upper * (1 - SHORT));
    a->out->n_open += !i->safe;
  }
  return SX_OK;
}

static sx_status attack_unions(attack *a, const sx_release_rules *rules, sx_error *err) {
  rl_union *unions = NULL;
  size_t n = 0;
  SX_TRY(sx_release__unions(&unions, &n, a->arena, a->p, rules, err));
  a->out->unions = sx_mem_zalloc(&a->out->ctx, n, sizeof *a->out->unions);
  if (!a->out->unions) return sx_error_memory(err);
  for (size_t u = 0; u < n; u++) {
    const rl_union *un = &unions[u];
    double low = 0, high = 0, down = 0;
    for (size_t k = 0; k < un->n; k++) {
      const sx_release_cell *c = &a->p->cells[un->cell[k]];
      down += c->value - c->low;
      un->cell[k] = a->col_of[un->cell[k]];
    }
    SX_TRY(range(&low, &high, a, un->cell, un->n, un->need, err));
    const bool safe = high >= un->need * (1 - SHORT) && -low >= fmin(un->need, down) * (1 - SHORT);
    a->out->unions[u] = (sx_release_union){un->relation, un->n, un->value, un->value + low, un->value + high, safe};
    a->out->n_open_unions += !safe;
  }
  a->out->n_unions = n;
  return SX_OK;
}

static sx_status attack_all(attack *a, const sx_release_rules *rules, sx_error *err) {
  sx_lp_env *env = NULL;
  SX_TRY(take_cells(a, err));
  SX_TRY(take_relations(a, err));
  a->out->cells = sx_mem_zalloc(&a->out->ctx, a->n, sizeof *a->out->cells);
  if (!a->out->cells) return sx_error_memory(err);
  SX_TRY(sx_lp_open(&env, &a->out->ctx, err));
  const sx_lp_spec spec = {.n_cols = a->n,
                           .n_rows = a->n_rows,
                           .col_low = a->low,
                           .col_high = a->high,
                           .row_low = a->row_low,
                           .row_high = a->row_high,
                           .start = a->start,
                           .col = a->col,
                           .coef = a->coef};
  sx_status status = sx_lp_new(&a->lp, env, &spec, err);
  if (status == SX_OK) status = attack_cells(a, rules, err);
  if (status == SX_OK) status = attack_unions(a, rules, err);
  sx_lp_free(a->lp);
  sx_lp_close(env);
  return status;
}

sx_status sx_release_attack(sx_release_attacked **out, const sx_ctx *ctx, const sx_release_problem *problem,
                            const sx_release_rules *rules, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  attack a = {.p = problem};
  SX_TRY(sx_release_check(problem, 1e-6, err));
  a.out = sx_mem_zalloc(ctx, 1, sizeof *a.out);
  if (!a.out) return sx_error_memory(err);
  a.out->ctx = ctx ? *ctx : standard;
  sx_status status = sx_arena_new(&a.arena, &a.out->ctx, err);
  if (status == SX_OK) status = attack_all(&a, rules, err);
  sx_arena_free(a.arena);
  if (status != SX_OK) {
    sx_release_attacked_free(a.out);
    return status;
  }
  *out = a.out;
  return SX_OK;
}
