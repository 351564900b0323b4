/* audit_products.c: products, shares, bases, growth and ratios of positive figures judged together, in logarithms.
 *
 * An identity a x1 x2 ... = b y1 y2 ... between positive figures (and 1 + growth, where the kind says so) is linear in their logarithms, an interval of a figure an
 * interval of its logarithm: identities that share figures are one linear program, beside those that say that two figures are one or that
 * one is at most another. Logarithms are no whole numbers, so the program is solved in floating point, with every end moved outwards by
 * MARGIN: ten times the tolerance of the simplex, so that what it refuses fails by more than a millionth. A figure that stands both as
 * itself and as 1 + itself is two columns: less is then seen, nothing is made up. One that is taken to be wrong stays above 0, as the
 * others of its identity let it. */
#include <math.h>
#include <string.h>

#include "audit_group.h"

static const long double MARGIN = 1e-6L;
enum { MOST = 1000, SHIFTS = 2 }; /* identities of one program */

/* ---- which identities ---------------------------------------------------------------------------------------------------- */

/* a x1 x2 ... - b y1 y2 ... : two terms of opposite sign, of figures and figures + 1. */
static bool two_terms(const au_identity *identity) {
  if (!identity->exact || identity->num.n != 2 || identity->has_within || identity->n_factors) return false;
  if (identity->relation == AU_LE && identity->den.n) return false;
  const au_term *a = &identity->num.terms[0], *b = &identity->num.terms[1];
  if (!a->coef.m || !b->coef.m || (a->coef.m < 0) == (b->coef.m < 0)) return false;
  for (size_t v = 0; v < identity->n_vars; v++) {
    if (identity->vars[v].figure == AU_TOLERANCE || identity->vars[v].shift < 0 || identity->vars[v].shift >= SHIFTS)
      return false;
  }
  return true;
}

/* Every figure is 0 or more; a growth rate, and what a power is taken of, more than -1. */
static bool positive(const sx_audit *audit, const au_identity *identity) {
  const bool rate = identity->kind == AU_GROWTH || identity->kind == AU_CAGR;
  for (size_t i = 0; i < identity->n_args && rate; i++) {
    const au_num low = audit->figures[identity->args[i]].range.lo;
    if (i == 0 ? sx_audit__num_value(low) <= -1 : low.m < 0) return false;
  }
  for (size_t i = 0; i < identity->pub.n_figures && !rate; i++) {
    if (audit->figures[identity->pub.figures[i]].range.lo.m < 0) return false;
  }
  return true;
}

static bool of_products(const sx_audit *audit, const au_identity *identity) {
  const bool chain =
      (identity->kind == AU_SAME || identity->kind == AU_ORDER || identity->kind == AU_GROWTH) && !identity->has_within;
  return !identity->points_mixed && !*identity->pub.unstated && (chain || two_terms(identity)) &&
         positive(audit, identity);
}

static bool settled(const sx_audit_report *report, size_t i) {
  const au_identity *identity = &report->audit->identities[i];
  return of_products(report->audit, identity) && !sx_audit__base_open(report->audit, identity) &&
         !sx_audit__period_open(report->audit, identity);
}

static bool joins(const sx_audit_report *report, size_t i) {
  return report->findings[i].verdict == SX_AUDIT_AGREES && settled(report, i);
}

bool sx_audit__is_product(const sx_audit_report *report, size_t i) {
  return report->findings[i].verdict != SX_AUDIT_CANNOT_TELL && settled(report, i);
}

/* ---- the program ------------------------------------------------------------------------------------------------------------ */

typedef struct program {
  au_solver *s;
  au_lp lp;
  uint32_t *figure, *shift; /* [n_cols] */
  uint32_t *identity;       /* [n_rows] place in ids */
  uint32_t *column[SHIFTS]; /* [n_figures] UINT32_MAX between calls */
} program;

static double log_end(au_num end, uint32_t shift, int outwards) {
  const long double v = sx_audit__num_value(end) + shift;
  if (end.e >= AU_CAP_EXPONENT) return outwards * HUGE_VAL;
  return v > 0 ? (double)(logl(v) + outwards * MARGIN) : -HUGE_VAL;
}

static void set_bounds(program *p, size_t c) {
  const uint32_t figure = p->figure[c];
  const au_figure *f = &p->s->report->audit->figures[figure];
  const au_range range = figure == p->s->moved ? p->s->moved_to
                         : p->s->freed[figure] ? sx_audit__whole_range(f)
                                               : f->range;
  p->lp.col_low[c] = log_end(range.lo, p->shift[c], -1);
  p->lp.col_high[c] = log_end(range.hi, p->shift[c], 1);
}

static size_t column_of(program *p, uint32_t figure, uint32_t shift) {
  uint32_t *c = &p->column[shift][figure];
  if (*c != UINT32_MAX) return *c;
  *c = (uint32_t)p->lp.n_cols++;
  p->figure[*c] = figure;
  p->shift[*c] = shift;
  set_bounds(p, *c);
  return *c;
}

static void put(program *p, size_t column, double coef) {
  size_t *end = &p->lp.start[p->lp.n_rows + 1];
  for (size_t k = p->lp.start[p->lp.n_rows]; k < *end; k++) {
    if (p->lp.col[k] != column) continue;
    p->lp.coef[k] += coef;
    return;
  }
  p->lp.col[*end] = (uint32_t)column;
  p->lp.coef[(*end)++] = coef;
}

static void open_row(program *p, double low, double high, size_t place) {
  p->lp.start[p->lp.n_rows + 1] = p->lp.start[p->lp.n_rows];
  p->lp.row_low[p->lp.n_rows] = low;
  p->lp.row_high[p->lp.n_rows] = high;
  p->identity[p->lp.n_rows] = (uint32_t)place;
}

static void add_rows(program *p, const au_identity *identity, size_t place) {
  if (identity->kind == AU_SAME || identity->kind == AU_ORDER) {
    for (size_t i = 1; i < identity->n_args; i++) {
      open_row(p, identity->kind == AU_SAME ? 0 : -HUGE_VAL, 0, place);
      put(p, column_of(p, identity->args[i], 0), 1);
      put(p, column_of(p, identity->args[i - 1], 0), -1);
      p->lp.n_rows++;
    }
    return;
  }
  if (identity->kind == AU_GROWTH) { /* (1 + F1) F2 = F3 */
    open_row(p, 0, 0, place);
    put(p, column_of(p, identity->args[0], 1), 1);
    put(p, column_of(p, identity->args[1], 0), 1);
    put(p, column_of(p, identity->args[2], 0), -1);
    p->lp.n_rows++;
    return;
  }
  const au_term *terms = identity->num.terms;
  const int plus = terms[0].coef.m > 0 ? 0 : 1; /* the positive term is at most, or equal to, the negative one */
  const double bound = (double)(logl(fabsl(sx_audit__num_value(terms[1 - plus].coef))) -
                                logl(fabsl(sx_audit__num_value(terms[plus].coef))));
  open_row(p, identity->relation == AU_LE ? -HUGE_VAL : bound, bound, place);
  for (int t = 0; t < 2; t++) {
    for (uint32_t k = 0; k < terms[t].n; k++) {
      const au_var *v = &identity->vars[terms[t].vars[k]];
      put(p, column_of(p, (uint32_t)identity->pub.figures[v->figure], (uint32_t)v->shift),
          (t == plus ? 1.0 : -1.0) * v->power);
    }
  }
  p->lp.n_rows++;
}

static void forget(program *p) {
  for (size_t c = 0; c < p->lp.n_cols; c++) p->column[p->shift[c]][p->figure[c]] = UINT32_MAX;
}

/* In the solver's arena. */
static sx_status build(program *p, const uint32_t *ids, size_t n, sx_error *err) {
  const sx_audit *audit = p->s->report->audit;
  sx_arena *arena = p->s->arena;
  size_t most = 0;
  for (size_t i = 0; i < n; i++) {
    const au_identity *identity = &audit->identities[ids[i]];
    most += 2 + 2 * (identity->n_args > identity->n_vars ? identity->n_args : identity->n_vars);
  }
  p->lp = (au_lp){.col_low = sx_arena_alloc(arena, most, sizeof(double)),
                  .col_high = sx_arena_alloc(arena, most, sizeof(double)),
                  .low_open = sx_arena_zalloc(arena, most, sizeof(bool)),
                  .high_open = sx_arena_zalloc(arena, most, sizeof(bool)),
                  .as_is = sx_arena_zalloc(arena, most, sizeof(bool)),
                  .row_low = sx_arena_alloc(arena, most, sizeof(double)),
                  .row_high = sx_arena_alloc(arena, most, sizeof(double)),
                  .start = sx_arena_zalloc(arena, most + 2, sizeof(size_t)),
                  .col = sx_arena_alloc(arena, most, sizeof(uint32_t)),
                  .coef = sx_arena_alloc(arena, most, sizeof(double))};
  p->figure = sx_arena_alloc(arena, most, sizeof *p->figure);
  p->shift = sx_arena_alloc(arena, most, sizeof *p->shift);
  p->identity = sx_arena_alloc(arena, most, sizeof *p->identity);
  const au_lp *lp = &p->lp;
  if (!lp->col_low || !lp->col_high || !lp->low_open || !lp->high_open || !lp->as_is || !lp->row_low || !lp->row_high ||
      !lp->start || !lp->col || !lp->coef || !p->figure || !p->shift || !p->identity)
    return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) add_rows(p, &audit->identities[ids[i]], i);
  return SX_OK;
}

static sx_status columns_of(program *p, au_solver *s, sx_error *err) {
  const size_t n = s->report->audit->n_figures;
  *p = (program){.s = s};
  for (size_t k = 0; k < SHIFTS; k++) {
    p->column[k] = sx_arena_alloc(s->arena, n, sizeof **p->column);
    if (!p->column[k]) return sx_error_memory(err);
    for (size_t i = 0; i < n; i++) p->column[k][i] = UINT32_MAX;
  }
  return SX_OK;
}

static double seconds(const au_solver *s) {
  return fmin(2, sx_audit__seconds_left(s->report));
}

static sx_status ask(au_lp_answer *out, program *p, const uint32_t *ids, size_t n, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(p->s->arena);
  sx_status status = build(p, ids, n, err);
  if (status == SX_OK) status = sx_audit__lp_feasible(out, &p->lp, seconds(p->s), err);
  forget(p);
  sx_arena_release(p->s->arena, mark);
  return status;
}

/* The identities behind the proof to the front: ids[0 .. *kept). */
static sx_status by_proof(size_t *kept, program *p, uint32_t *ids, size_t n, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(p->s->arena);
  au_lp_answer answer = AU_LP_LATE;
  sx_status status = build(p, ids, n, err);
  bool *proof = status == SX_OK ? sx_arena_zalloc(p->s->arena, p->lp.n_rows + 1, sizeof *proof) : NULL,
       *in = status == SX_OK ? sx_arena_zalloc(p->s->arena, n, sizeof *in) : NULL;
  if (status == SX_OK && (!proof || !in)) status = sx_error_memory(err);
  if (status == SX_OK) status = sx_audit__lp_proof(&answer, proof, &p->lp, seconds(p->s), err);
  *kept = n;
  if (status == SX_OK && answer == AU_LP_NO) {
    for (size_t r = 0; r < p->lp.n_rows; r++) in[p->identity[r]] |= proof[r];
    *kept = 0;
    for (size_t i = 0; i < n; i++) {
      if (!in[i]) continue;
      const uint32_t id = ids[i];
      ids[i] = ids[*kept];
      ids[(*kept)++] = id;
    }
    if (!*kept) *kept = n;
  }
  forget(p);
  sx_arena_release(p->s->arena, mark);
  return status;
}

/* Can ids[n] hold together? NO: ids[0 .. *core) is a part of which nothing can be left out. */
sx_status sx_audit__products_joint(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t n, size_t *core,
                                   sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  program p;
  *out = AU_LP_YES;
  *core = n;
  if (n < 2) return SX_OK;
  if (n > MOST) {
    *out = AU_LP_LATE;
    return SX_OK;
  }
  sx_status status = columns_of(&p, s, err);
  if (status == SX_OK) status = ask(out, &p, ids, n, err);
  if (status == SX_OK && *out == AU_LP_NO) {
    size_t left = n;
    status = by_proof(&left, &p, ids, n, err);
    au_lp_answer answer = AU_LP_YES;
    if (status == SX_OK) status = ask(&answer, &p, ids, left, err);
    if (answer != AU_LP_NO) left = n;                                /* the proof left too much out */
    for (size_t i = left; status == SX_OK && i-- > 0 && left > 1;) { /* the last of ids[left] takes the place of i */
      const uint32_t id = ids[i];
      ids[i] = ids[left - 1];
      ids[left - 1] = id;
      status = ask(&answer, &p, ids, left - 1, err);
      if (answer == AU_LP_NO) left--;
    }
    *core = left;
  }
  sx_arena_release(s->arena, mark);
  return status;
}

/* ---- repairs ------------------------------------------------------------------------------------------------------------------- */

static sx_status holds_at(bool *out, au_solver *s, void *state, const uint32_t *ids, size_t n, uint32_t which,
                          int64_t steps, sx_error *err) {
  program *p = state;
  const au_figure *f = &s->report->audit->figures[which];
  au_lp_answer answer = AU_LP_LATE;
  *out = false;
  if (f->unit.share == SX_AUDIT_LEVEL && f->core + steps < 0) return SX_OK;
  if (!sx_audit__interval(&p->s->moved_to, f, f->core + steps)) return SX_OK;
  p->s->moved = which;
  const sx_status status = ask(&answer, p, ids, n, err);
  p->s->moved = UINT32_MAX;
  *out = status == SX_OK && answer == AU_LP_YES;
  return status;
}

/* Where the figure may be, in last digits from its printed value, when its own interval is lifted. */
static sx_status room_of(bool *found, double *low, double *high, au_solver *s, void *state, const uint32_t *ids,
                         size_t n, uint32_t figure, sx_error *err) {
  program *p = state;
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  const au_figure *f = &s->report->audit->figures[figure];
  au_lp_answer answer = AU_LP_LATE;
  s->freed[figure] = 1;
  sx_status status = build(p, ids, n, err);
  s->freed[figure] = 0;
  const uint32_t as_is = p->column[0][figure], grown = p->column[1][figure];
  const bool one = status == SX_OK && (as_is == UINT32_MAX) != (grown == UINT32_MAX);
  if (one)
    status = sx_audit__lp_range(&answer, low, high, &p->lp, as_is != UINT32_MAX ? as_is : grown, seconds(p->s), err);
  *found = one && answer == AU_LP_YES;
  if (*found) {
    const long double digit = sx_audit__digit(f), shift = as_is != UINT32_MAX ? 0 : 1;
    *low = (double)((expl((long double)*low) - shift) / digit - (long double)f->core);
    *high = (double)((expl((long double)*high) - shift) / digit - (long double)f->core);
  }
  forget(p);
  sx_arena_release(s->arena, mark);
  return status;
}

/* Linear groups were found before: a part that is one is left to them. */
static bool all_linear(const sx_audit *audit, const uint32_t *ids, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!audit->identities[ids[i]].linear) return false;
  }
  return true;
}

static sx_status begin(void **state, au_solver *s, sx_error *err) {
  program *p = sx_arena_alloc(s->arena, 1, sizeof *p);
  *state = p;
  return p ? columns_of(p, s, err) : sx_error_memory(err);
}

sx_status sx_audit__find_products(sx_audit_report *report, sx_error *err) {
  static const au_way products = {.joins = joins,
                                  .known = all_linear,
                                  .joint = sx_audit__products_joint,
                                  .begin = begin,
                                  .room = room_of,
                                  .holds = holds_at};
  return sx_audit__judge_groups(report, &products, err);
}
