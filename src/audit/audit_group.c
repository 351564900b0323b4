/* audit_group.c: identities that share figures as one linear program, and the part of it that cannot hold.
 *
 * A figure is a column z: its value is (its low end) + z * 10^g, g the finer exponent of its two ends, so that bounds are whole numbers from
 * 0 and every coefficient is a whole number: what GLPK's exact simplex needs. Floating point finds candidates; a group is said to fail only
 * after exact arithmetic agreed, with open ends open. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "audit_group.h"

sx_status sx_audit__solver_new(au_solver *s, sx_audit_report *report, sx_error *err) {
  const size_t n = report->audit->n_figures;
  *s = (au_solver){.report = report, .moved = UINT32_MAX};
  SX_TRY(sx_arena_new(&s->arena, &report->ctx, err));
  s->column = sx_mem_alloc(&report->ctx, n + 1, sizeof *s->column);
  s->freed = sx_mem_zalloc(&report->ctx, n + 1, 1);
  s->as_is = sx_mem_zalloc(&report->ctx, n + 1, 1);
  if (!s->column || !s->freed || !s->as_is) {
    sx_audit__solver_clear(s);
    return sx_error_memory(err);
  }
  for (size_t i = 0; i < n; i++) s->column[i] = UINT32_MAX;
  return SX_OK;
}

void sx_audit__solver_clear(au_solver *s) {
  if (!s->report) return;
  sx_mem_free(&s->report->ctx, s->column);
  sx_mem_free(&s->report->ctx, s->freed);
  sx_mem_free(&s->report->ctx, s->as_is);
  sx_arena_free(s->arena);
  memset(s, 0, sizeof *s);
}

double sx_audit__seconds_left(const sx_audit_report *report) {
  struct timespec t;
  if (!(report->deadline > 0)) return 1e6;
  if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) return 1;
  return report->deadline - ((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

/* ---- building -------------------------------------------------------------------------------------------------------- */

typedef struct column_scale {
  int32_t g;
  au_num base; /* the low end: z is measured from it */
} column_scale;

static au_range range_of(const au_solver *s, uint32_t figure) {
  const au_figure *f = &s->report->audit->figures[figure];
  if (figure == s->moved) return s->moved_to;
  return s->freed[figure] ? sx_audit__whole_range(f) : f->range;
}

static bool is_cap(au_num end) {
  return end.e >= AU_CAP_EXPONENT;
}

static column_scale scale_of(const au_solver *s, uint32_t figure) {
  const au_range range = range_of(s, figure);
  const au_range printed = s->report->audit->figures[figure].range;
  column_scale out = {.g = INT32_MAX};
  const au_num ends[4] = {range.lo, range.hi, printed.lo, printed.hi};
  for (int i = 0; i < 4; i++) {
    if (!is_cap(ends[i]) && ends[i].m && ends[i].e < out.g) out.g = ends[i].e;
  }
  if (out.g == INT32_MAX) out.g = 0;
  out.base = !is_cap(range.lo) ? range.lo : !is_cap(range.hi) ? range.hi : (au_num){0, 0};
  return out;
}

/* a - base in units of 10^g. */
static double in_units(au_num a, const column_scale *c) {
  au_num difference;
  if (!sx_audit__num_add(&difference, a, (au_num){-c->base.m, c->base.e}))
    return (double)((sx_audit__num_value(a) - sx_audit__num_value(c->base)) /
                    (c->g < 0 ? 1 / sx_audit__ten(-c->g) : sx_audit__ten(c->g)));
  return (double)(difference.e >= c->g ? (long double)difference.m * sx_audit__ten(difference.e - c->g)
                                       : (long double)difference.m / sx_audit__ten(c->g - difference.e));
}

typedef struct builder {
  au_solver *s;
  au_program *out;
  column_scale *scale;
} builder;

static void add_columns(builder *b, const au_identity *identity) {
  au_lp *lp = &b->out->lp;
  for (size_t i = 0; i < identity->pub.n_figures; i++) {
    const uint32_t figure = (uint32_t)identity->pub.figures[i];
    if (b->s->column[figure] != UINT32_MAX) continue;
    const size_t c = lp->n_cols++;
    const au_range range = range_of(b->s, figure);
    b->s->column[figure] = (uint32_t)c;
    b->out->figure[c] = figure;
    b->scale[c] = scale_of(b->s, figure);
    lp->col_low[c] = is_cap(range.lo) ? -HUGE_VAL : in_units(range.lo, &b->scale[c]);
    lp->col_high[c] = is_cap(range.hi) ? HUGE_VAL : in_units(range.hi, &b->scale[c]);
    lp->low_open[c] = range.lo_open;
    lp->high_open[c] = range.hi_open;
    lp->as_is[c] = b->s->as_is[figure];
  }
}

/* low <= sum of coef * figure <= high (in base units), as a row in whole numbers. NULL ends: none. */
static void add_row(builder *b, size_t n, const au_num *coef, const uint32_t *figure, const au_num *low,
                    const au_num *high, size_t position) {
  au_lp *lp = &b->out->lp;
  int32_t g = INT32_MAX;
  long double moved = 0;
  size_t at = lp->start[lp->n_rows];
  for (size_t i = 0; i < n; i++) {
    const int32_t e = coef[i].e + b->scale[b->s->column[figure[i]]].g;
    if (coef[i].m && e < g) g = e;
  }
  for (size_t i = 0; i < n; i++) {
    const uint32_t c = b->s->column[figure[i]];
    if (!coef[i].m) continue;
    lp->col[at] = c;
    lp->coef[at++] = (double)((long double)coef[i].m * sx_audit__ten(coef[i].e + b->scale[c].g - g));
    moved += sx_audit__num_value(coef[i]) * 1.0L * sx_audit__num_value(b->scale[c].base);
  }
  /* moved in units of 10^g, exactly where the integers fit */
  au_num sum = {0, g};
  bool exact = true;
  for (size_t i = 0; i < n && exact; i++) {
    au_num part;
    exact =
        sx_audit__num_mul(&part, coef[i], b->scale[b->s->column[figure[i]]].base) && sx_audit__num_add(&sum, sum, part);
  }
  const long double unit = g < 0 ? 1 / sx_audit__ten(-g) : sx_audit__ten(g);
  const long double shift = exact ? (sum.e >= g ? (long double)sum.m * sx_audit__ten(sum.e - g)
                                                : (long double)sum.m / sx_audit__ten(g - sum.e))
                                  : moved / unit;
  const long double zero_low = low ? sx_audit__num_value(*low) / unit : 0,
                    zero_high = high ? sx_audit__num_value(*high) / unit : 0;
  lp->row_low[lp->n_rows] = low ? (double)(zero_low - shift) : -HUGE_VAL;
  lp->row_high[lp->n_rows] = high ? (double)(zero_high - shift) : HUGE_VAL;
  b->out->identity[lp->n_rows] = (uint32_t)position;
  lp->start[++lp->n_rows] = at;
}

static void add_chain(builder *b, const au_identity *identity, size_t position) {
  const au_num coef[2] = {{1, 0}, {-1, 0}};
  const au_num most = identity->has_within ? identity->within : (au_num){0, 0};
  const au_num least = {-most.m, most.e};
  const bool order = identity->kind == AU_ORDER;
  for (size_t i = 1; i < identity->n_args; i++) {
    const uint32_t figure[2] = {identity->args[order ? i - 1 : 0], identity->args[i]};
    add_row(b, 2, coef, figure, &least, order ? NULL : &most, position);
  }
}

static void add_rows(builder *b, const au_identity *identity, size_t position, au_num *coef, uint32_t *figure) {
  if (identity->kind == AU_SAME || identity->kind == AU_ORDER) {
    add_chain(b, identity, position);
    return;
  }
  size_t n = 0;
  const au_num most = identity->has_within ? identity->within : (au_num){0, 0};
  const au_num least = {-most.m, most.e};
  au_num low = least, high = most;
  for (size_t i = 0; i < identity->num.n; i++) {
    const au_term *term = &identity->num.terms[i];
    if (term->n == 0) { /* a number: to the other side */
      (void)sx_audit__num_add(&low, low, (au_num){-term->coef.m, term->coef.e});
      (void)sx_audit__num_add(&high, high, (au_num){-term->coef.m, term->coef.e});
      continue;
    }
    const au_var *var = &identity->vars[term->vars[0]];
    if (var->figure == AU_TOLERANCE) continue;
    coef[n] = term->coef;
    figure[n++] = (uint32_t)identity->pub.figures[var->figure];
  }
  add_row(b, n, coef, figure, identity->relation == AU_LE ? NULL : &low, &high, position);
}

sx_status sx_audit__program(au_program *out, au_solver *s, const uint32_t *ids, size_t n, sx_error *err) {
  const sx_audit *audit = s->report->audit;
  size_t cols = 0, rows = 0, entries = 0, most = 1;
  for (size_t i = 0; i < n; i++) {
    const au_identity *identity = &audit->identities[ids[i]];
    const bool chain = identity->kind == AU_SAME || identity->kind == AU_ORDER;
    cols += identity->pub.n_figures;
    rows += chain ? identity->n_args - 1 : 1;
    entries += chain ? 2 * identity->n_args : identity->num.n;
    if (identity->pub.n_figures > most) most = identity->pub.n_figures;
  }
  memset(out, 0, sizeof *out);
  au_lp *lp = &out->lp;
  builder b = {s, out, sx_arena_alloc(s->arena, cols, sizeof *b.scale)};
  out->figure = sx_arena_alloc(s->arena, cols, sizeof *out->figure);
  out->identity = sx_arena_alloc(s->arena, rows, sizeof *out->identity);
  lp->col_low = sx_arena_alloc(s->arena, cols, sizeof *lp->col_low);
  lp->col_high = sx_arena_alloc(s->arena, cols, sizeof *lp->col_high);
  lp->low_open = sx_arena_alloc(s->arena, cols, sizeof *lp->low_open);
  lp->high_open = sx_arena_alloc(s->arena, cols, sizeof *lp->high_open);
  lp->as_is = sx_arena_alloc(s->arena, cols, sizeof *lp->as_is);
  lp->row_low = sx_arena_alloc(s->arena, rows, sizeof *lp->row_low);
  lp->row_high = sx_arena_alloc(s->arena, rows, sizeof *lp->row_high);
  lp->start = sx_arena_zalloc(s->arena, rows + 1, sizeof *lp->start);
  lp->col = sx_arena_alloc(s->arena, entries, sizeof *lp->col);
  lp->coef = sx_arena_alloc(s->arena, entries, sizeof *lp->coef);
  au_num *coef = sx_arena_alloc(s->arena, most, sizeof *coef);
  uint32_t *figure = sx_arena_alloc(s->arena, most, sizeof *figure);
  if (!b.scale || !out->figure || !out->identity || !lp->col_low || !lp->col_high || !lp->low_open || !lp->high_open ||
      !lp->as_is || !lp->row_low || !lp->row_high || !lp->start || !lp->col || !lp->coef || !coef || !figure)
    return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) add_columns(&b, &audit->identities[ids[i]]);
  for (size_t i = 0; i < n; i++) add_rows(&b, &audit->identities[ids[i]], i, coef, figure);
  for (size_t c = 0; c < lp->n_cols; c++) s->column[out->figure[c]] = UINT32_MAX;
  return SX_OK;
}

/* ---- the irreducible part ------------------------------------------------------------------------------------------------ */

static sx_status ask(au_lp_answer *out, au_solver *s, const uint32_t *ids, size_t n, bool exactly, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  const double seconds = sx_audit__seconds_left(s->report);
  au_program program;
  *out = AU_LP_LATE;
  sx_status status = seconds > 0 ? sx_audit__program(&program, s, ids, n, err) : SX_OK;
  if (status == SX_OK && seconds > 0)
    status = exactly ? sx_audit__lp_exact(out, &program.lp, seconds, err)
                     : sx_audit__lp_feasible(out, &program.lp, seconds, err);
  sx_arena_release(s->arena, mark);
  return status;
}

/* Moves the identities of a proof of infeasibility to the front. */
static sx_status keep_proof(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t *n, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  au_program program;
  SX_TRY(sx_audit__program(&program, s, ids, *n, err));
  bool *proof = sx_arena_zalloc(s->arena, program.lp.n_rows, sizeof *proof);
  bool *used = sx_arena_zalloc(s->arena, *n, sizeof *used);
  sx_status status = proof && used ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) status = sx_audit__lp_proof(out, proof, &program.lp, sx_audit__seconds_left(s->report), err);
  if (status == SX_OK && *out == AU_LP_NO) {
    size_t kept = 0;
    for (size_t r = 0; r < program.lp.n_rows; r++) used[program.identity[r]] |= proof[r];
    for (size_t i = 0; i < *n; i++) {
      if (!used[i]) continue;
      const uint32_t id = ids[i];
      ids[i] = ids[kept];
      ids[kept++] = id;
    }
    if (kept) *n = kept;
  }
  sx_arena_release(s->arena, mark);
  return status;
}

/* Deletion filter: what can be left out without the rest becoming possible is left out. Swapped behind *n, never lost. */
static sx_status filter(au_solver *s, uint32_t *ids, size_t *n, bool exactly, sx_error *err) {
  for (size_t i = *n; i-- > 0 && *n > 1;) {
    au_lp_answer answer;
    const uint32_t out = ids[i];
    ids[i] = ids[*n - 1];
    ids[*n - 1] = out;
    SX_TRY(ask(&answer, s, ids, *n - 1, exactly, err));
    if (answer == AU_LP_NO) {
      --*n;
    } else {
      ids[*n - 1] = ids[i];
      ids[i] = out;
      if (answer == AU_LP_LATE) return SX_OK;
    }
  }
  return SX_OK;
}

/* ---- large groups -------------------------------------------------------------------------------------------------------- */

enum { LARGE = 1500 }; /* rows from which the simplex method is too slow to ask about everything at once */

/* Identities around the one that pulls hardest, joined through figures, the hard pulling first: near[n] gets distances in that order. */
static size_t neighbours(uint32_t *found, size_t most, const au_program *program, const double *weight, size_t n,
                         sx_arena *arena) {
  const au_lp *lp = &program->lp;
  size_t *at = sx_arena_zalloc(arena, lp->n_cols + 2, sizeof *at), n_found = 0;
  uint32_t *rows = sx_arena_alloc(arena, lp->start[lp->n_rows], sizeof *rows);
  bool *in = sx_arena_zalloc(arena, n, sizeof *in);
  double *pulls = sx_arena_zalloc(arena, n, sizeof *pulls);
  uint32_t *first = sx_arena_alloc(arena, n + 1, sizeof *first);
  if (!at || !rows || !in || !pulls || !first) return SIZE_MAX;
  for (size_t i = 0; i <= n; i++) first[i] = (uint32_t)lp->n_rows;
  for (size_t r = lp->n_rows; r-- > 0;) {
    first[program->identity[r]] = (uint32_t)r;
    if (weight[r] > pulls[program->identity[r]]) pulls[program->identity[r]] = weight[r];
  }
  for (size_t k = 0; k < lp->start[lp->n_rows]; k++) at[lp->col[k] + 1]++;
  for (size_t c = 0; c < lp->n_cols; c++) at[c + 1] += at[c];
  for (size_t r = 0; r < lp->n_rows; r++) {
    for (size_t k = lp->start[r]; k < lp->start[r + 1]; k++) rows[at[lp->col[k]]++] = (uint32_t)r;
  }
  for (size_t c = lp->n_cols; c > 0; c--) at[c] = at[c - 1];
  at[0] = 0;
  size_t best = 0;
  for (size_t i = 1; i < n; i++) {
    if (pulls[i] > pulls[best]) best = i;
  }
  found[n_found++] = (uint32_t)best;
  in[best] = true;
  for (size_t done = 0; done < n_found && n_found < most; done++) {
    for (size_t r = first[found[done]]; r < lp->n_rows && program->identity[r] == found[done]; r++) {
      for (size_t k = lp->start[r]; k < lp->start[r + 1] && n_found < most; k++) {
        for (size_t j = at[lp->col[k]]; j < at[lp->col[k] + 1] && n_found < most; j++) {
          const uint32_t i = program->identity[rows[j]];
          if (in[i]) continue;
          in[i] = true;
          found[n_found++] = i;
        }
      }
    }
  }
  return n_found;
}

typedef struct large {
  au_program program;
  double *weight;
  uint32_t *near, *copy;
  bool *moved;
} large;

enum { SMALLEST = 24, LARGEST = 1200 };

/* A small part around the hardest pull that has no point: moved to the front, *n its size. */
static sx_status ask_around(au_lp_answer *out, au_solver *s, large *l, uint32_t *ids, size_t *n, sx_error *err) {
  const size_t all = *n;
  for (size_t size = SMALLEST; size <= LARGEST; size *= 7) {
    au_lp_answer answer;
    const size_t found = neighbours(l->near, size, &l->program, l->weight, all, s->arena);
    if (found == SIZE_MAX) return sx_error_memory(err);
    for (size_t i = 0; i < found; i++) l->copy[i] = ids[l->near[i]];
    SX_TRY(ask(&answer, s, l->copy, found, false, err));
    if (answer != AU_LP_NO) continue;
    size_t k = found;
    for (size_t i = 0; i < found; i++) l->moved[l->near[i]] = true;
    for (size_t i = 0; i < all; i++) {
      if (!l->moved[i]) l->copy[k++] = ids[i];
    }
    memcpy(ids, l->copy, all * sizeof *ids);
    *n = found;
    *out = AU_LP_NO;
    return SX_OK;
  }
  return SX_OK;
}

/* A point for all of them, or a small part that has none. LATE: neither was found. A short search is enough as a rule. */
static sx_status ask_large(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t *n, sx_error *err) {
  static const int rounds[] = {25, 400};
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  large l;
  SX_TRY(sx_audit__program(&l.program, s, ids, *n, err));
  l.weight = sx_arena_zalloc(s->arena, l.program.lp.n_rows, sizeof *l.weight);
  l.near = sx_arena_alloc(s->arena, LARGEST, sizeof *l.near);
  l.copy = sx_arena_alloc(s->arena, *n, sizeof *l.copy);
  l.moved = sx_arena_zalloc(s->arena, *n, sizeof *l.moved);
  sx_status status = l.weight && l.near && l.copy && l.moved ? SX_OK : sx_error_memory(err);
  *out = AU_LP_LATE;
  for (int k = 0; k < 2 && status == SX_OK && *out == AU_LP_LATE; k++) {
    const double left = sx_audit__seconds_left(s->report);
    if (!(left > 0)) break;
    status = sx_audit__lp_project(out, l.weight, &l.program.lp, &s->report->ctx, rounds[k], left, err);
    if (status == SX_OK && *out == AU_LP_LATE) status = ask_around(out, s, &l, ids, n, err);
  }
  sx_arena_release(s->arena, mark);
  return status;
}

enum { EXACT_UP_TO = 60 }; /* identities that exact arithmetic is asked about all at once */

sx_status sx_audit__joint(au_lp_answer *out, au_solver *s, uint32_t *ids, size_t n, size_t *n_core, sx_error *err) {
  const sx_audit *audit = s->report->audit;
  for (int round = 0; round < 8; round++) {
    *n_core = n;
    if (n > LARGE) {
      SX_TRY(ask_large(out, s, ids, n_core, err));
    } else {
      SX_TRY(ask(out, s, ids, n, false, err));
    }
    if (*out != AU_LP_NO) return SX_OK;
    SX_TRY(keep_proof(out, s, ids, n_core, err));
    const bool torn = *out == AU_LP_YES; /* floating point could not make up its mind: the line is very near */
    if (torn && *n_core > EXACT_UP_TO) *out = AU_LP_LATE;
    if (torn && *n_core <= EXACT_UP_TO) SX_TRY(ask(out, s, ids, *n_core, true, err));
    if (*out != AU_LP_NO) return SX_OK;
    SX_TRY(filter(s, ids, n_core, torn, err));
    SX_TRY(ask(out, s, ids, *n_core, true, err));
    if (*out != AU_LP_YES) return SX_OK;
    /* possible after all, by less than the ends were moved in: those ends are left as they are */
    for (size_t i = 0; i < *n_core; i++) {
      const sx_audit_identity *identity = &audit->identities[ids[i]].pub;
      for (size_t k = 0; k < identity->n_figures; k++) s->as_is[identity->figures[k]] = 1;
    }
  }
  *out = AU_LP_LATE;
  return SX_OK;
}

/* ---- components ----------------------------------------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *parent, uint32_t i) {
  while (parent[i] != i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

sx_status sx_audit__components(uint32_t **order, size_t **start, size_t *n_components, const sx_audit_report *report,
                               bool (*take)(const sx_audit_report *, size_t), sx_error *err) {
  const sx_audit *audit = report->audit;
  const size_t n = audit->n_figures, m = audit->n_identities;
  uint32_t *parent = sx_mem_alloc(&report->ctx, n + 1, sizeof *parent),
           *number = sx_mem_alloc(&report->ctx, n + 1, sizeof *number),
           *ids = sx_mem_alloc(&report->ctx, m + 1, sizeof *ids);
  size_t *at = sx_mem_zalloc(&report->ctx, m + 2, sizeof *at), k = 0;
  sx_status status = parent && number && ids && at ? SX_OK : sx_error_memory(err);
  if (status != SX_OK) goto done;
  for (size_t i = 0; i < n; i++) {
    parent[i] = (uint32_t)i;
    number[i] = UINT32_MAX;
  }
  for (size_t i = 0; i < m; i++) {
    const sx_audit_identity *identity = &audit->identities[i].pub;
    if (!take(report, i)) continue;
    const uint32_t first = root_of(parent, (uint32_t)identity->figures[0]);
    for (size_t j = 1; j < identity->n_figures; j++) parent[root_of(parent, (uint32_t)identity->figures[j])] = first;
  }
  for (int pass = 0; pass < 2; pass++) { /* count, then place */
    for (size_t i = 0; i < m; i++) {
      if (!take(report, i)) continue;
      const uint32_t root = root_of(parent, (uint32_t)audit->identities[i].pub.figures[0]);
      if (number[root] == UINT32_MAX) number[root] = (uint32_t)k++;
      if (pass == 0) {
        at[number[root] + 1]++;
      } else {
        ids[at[number[root]]++] = (uint32_t)i;
      }
    }
    for (size_t c = 0; pass == 0 && c < k; c++) at[c + 1] += at[c];
  }
  for (size_t c = k; c > 0; c--) at[c] = at[c - 1];
  at[0] = 0;
  *order = ids;
  *start = at;
  *n_components = k;
done:
  sx_mem_free(&report->ctx, parent);
  sx_mem_free(&report->ctx, number);
  if (status != SX_OK) {
    sx_mem_free(&report->ctx, ids);
    sx_mem_free(&report->ctx, at);
  }
  return status;
}
