/* audit_groups.c: the joint verdict. Linear identities that each hold and share figures are solved together; where they cannot hold, an
 * irreducible part is a group, with the smallest change of one printed figure that repairs it. Then products and ratios (audit_products.c). */
#include <math.h>
#include <string.h>

#include "audit_group.h"

enum { MAX_REPAIRS = 64 };

static bool joins(const sx_audit_report *report, size_t i) {
  const au_identity *identity = &report->audit->identities[i];
  return identity->linear && !identity->points_mixed && !*identity->pub.unstated &&
         !sx_audit__base_open(report->audit, identity) && !sx_audit__period_open(report->audit, identity) &&
         report->findings[i].verdict == SX_AUDIT_AGREES;
}

/* ---- repairs ------------------------------------------------------------------------------------------------------------ */

/* Exactly. */
static sx_status holds_at(bool *out, au_solver *s, void *state, const uint32_t *ids, size_t n, uint32_t which,
                          int64_t steps, sx_error *err) {
  (void)state;
  const au_figure *figure = &s->report->audit->figures[which];
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  au_program program;
  au_lp_answer answer = AU_LP_LATE;
  *out = false;
  if (figure->unit.share == SX_AUDIT_LEVEL && figure->core >= 0 && figure->core + steps < 0) return SX_OK;
  if (!sx_audit__interval(&s->moved_to, figure, figure->core + steps)) return SX_OK;
  s->moved = which;
  sx_status status = sx_audit__program(&program, s, ids, n, err);
  if (status == SX_OK)
    status = sx_audit__lp_exact(&answer, &program.lp, fmin(1, sx_audit__seconds_left(s->report)), err);
  s->moved = UINT32_MAX;
  sx_arena_release(s->arena, mark);
  *out = status == SX_OK && answer == AU_LP_YES;
  return status;
}

static sx_status room_of(bool *found, double *low, double *high, au_solver *s, void *state, const uint32_t *ids,
                         size_t n, uint32_t figure, sx_error *err) {
  (void)state;
  const sx_arena_mark mark = sx_arena_get_mark(s->arena);
  const au_figure *f = &s->report->audit->figures[figure];
  au_program program;
  size_t c = 0;
  s->freed[figure] = 1;
  sx_status status = sx_audit__program(&program, s, ids, n, err);
  s->freed[figure] = 0;
  au_lp_answer answer = AU_LP_LATE;
  if (status == SX_OK) {
    while (program.figure[c] != figure) c++;
    program.lp.col_low[c] = -HUGE_VAL;
    status = sx_audit__lp_range(&answer, low, high, &program.lp, c, sx_audit__seconds_left(s->report), err);
  }
  *found = status == SX_OK && answer == AU_LP_YES;
  if (*found) {
    /* back to base units, then to last digits from the printed value */
    const au_range whole = sx_audit__whole_range(f);
    int32_t g = INT32_MAX;
    const au_num ends[4] = {whole.lo, whole.hi, f->range.lo, f->range.hi};
    for (int i = 0; i < 4; i++) {
      if (ends[i].e < AU_CAP_EXPONENT && ends[i].m && ends[i].e < g) g = ends[i].e;
    }
    const long double unit = powl(10, g == INT32_MAX ? 0 : g), digit = sx_audit__digit(f);
    const long double base = whole.lo.e < AU_CAP_EXPONENT ? sx_audit__num_value(whole.lo) : 0;
    *low = (double)((base + (long double)*low * unit) / digit - (long double)f->core);
    *high = (double)((base + (long double)*high * unit) / digit - (long double)f->core);
  }
  sx_arena_release(s->arena, mark);
  return status;
}

/* The nearest value that reaches the room, made certain by asking around the estimate. */
static sx_status repair_one(sx_audit_repair *out, double *slack, const au_way *way, au_solver *s, void *state,
                            const uint32_t *ids, size_t n, uint32_t figure, sx_error *err) {
  const au_figure *f = &s->report->audit->figures[figure];
  bool found = false;
  double low = 0, high = 0;
  *out = (sx_audit_repair){figure, "", (double)NAN};
  *slack = (double)NAN;
  SX_TRY(way->room(&found, &low, &high, s, state, ids, n, figure, err));
  if (!found || f->no_value) return SX_OK;
  const double gap = low > 0 ? low : high < 0 ? high : 0;
  if (!(fabs(gap) < 1e15)) return SX_OK;
  const long double digit = sx_audit__digit(f), high_end = sx_audit__num_value(f->range.hi) / digit - f->core,
                    low_end = sx_audit__num_value(f->range.lo) / digit - f->core;
  *slack = -(double)(gap > 0 ? (long double)low - high_end : low_end - (long double)high) + 0.0;
  const int64_t guess = (int64_t)(gap > 0 ? ceil(gap - 0.5 - 1e-9) : floor(gap + 0.5 + 1e-9)), sign = gap > 0 ? 1 : -1;
  for (int64_t d = -2; d <= 3; d++) {
    const int64_t steps = guess + sign * d;
    bool holds = false;
    if (steps * sign <= 0) continue;
    SX_TRY(way->holds(&holds, s, state, ids, n, figure, steps, err));
    if (!holds) continue;
    out->steps = (double)steps * (f->step > 0 ? pow(10, f->step) : 1); /* of the last place */
    out->value = sx_audit__print(s->report->arena, f, f->core + steps);
    return out->value ? SX_OK : sx_error_memory(err);
  }
  return SX_OK;
}

static bool listed(const sx_audit_repair *repairs, size_t n, size_t figure) {
  for (size_t i = 0; i < n; i++) {
    if (repairs[i].figure == figure) return true;
  }
  return false;
}

static sx_status add_group(const au_way *way, au_solver *s, const uint32_t *ids, size_t n, sx_error *err) {
  sx_audit_report *report = s->report;
  void *groups = report->groups;
  size_t *kept = sx_arena_alloc(report->arena, n, sizeof *kept);
  sx_audit_repair *repairs = sx_arena_alloc(report->arena, MAX_REPAIRS, sizeof *repairs);
  if (!kept || !repairs ||
      !sx_mem_grow(&report->ctx, &groups, &report->cap_groups, report->n_groups + 1, sizeof *report->groups))
    return sx_error_memory(err);
  report->groups = groups;
  double slack[MAX_REPAIRS], of_first = (double)NAN;
  size_t n_repairs = 0;
  void *state = NULL;
  if (way->begin) SX_TRY(way->begin(&state, s, err));
  for (size_t i = 0; i < n; i++) {
    const sx_audit_identity *identity = &report->audit->identities[ids[i]].pub;
    kept[i] = ids[i];
    for (size_t k = 0; k < identity->n_figures && n_repairs < MAX_REPAIRS; k++) {
      if (listed(repairs, n_repairs, identity->figures[k])) continue;
      SX_TRY(repair_one(&repairs[n_repairs], &slack[n_repairs], way, s, state, ids, n, (uint32_t)identity->figures[k],
                        err));
      n_repairs++;
    }
  }
  size_t order[MAX_REPAIRS];
  for (size_t i = 0; i < n_repairs; i++) order[i] = repairs[i].figure;
  sx_audit__sort_repairs(report->audit, repairs, n_repairs);
  for (size_t i = 0; i < n_repairs; i++) {
    if (order[i] == repairs[0].figure && *repairs[0].value) of_first = slack[i];
  }
  report->groups[report->n_groups++] = (sx_audit_group){kept, n, repairs, n_repairs, of_first};
  return SX_OK;
}

/* Disjoint groups of one component: what was found is set aside, the rest is asked again. */
static sx_status search(const au_way *way, au_solver *s, uint32_t *ids, size_t n, sx_error *err) {
  const sx_audit *audit = s->report->audit;
  if (way->known && way->known(audit, ids, n)) return SX_OK;
  while (n > 1) {
    au_lp_answer answer;
    size_t core;
    SX_TRY(sx_ctx_poll(&s->report->ctx, err));
    SX_TRY(way->joint(&answer, s, ids, n, &core, err));
    if (answer == AU_LP_LATE) s->report->undecided++;
    if (answer != AU_LP_NO) break;
    const sx_arena_mark mark = sx_arena_get_mark(s->arena);
    const bool known = way->known && way->known(audit, ids, core);
    const sx_status status = known ? SX_OK : add_group(way, s, ids, core, err);
    sx_arena_release(s->arena, mark);
    if (status != SX_OK) return status;
    memmove(ids, ids + core, (n - core) * sizeof *ids);
    n -= core;
  }
  return SX_OK;
}

sx_status sx_audit__judge_groups(sx_audit_report *report, const au_way *way, sx_error *err) {
  uint32_t *order = NULL;
  size_t *start = NULL, n = 0;
  au_solver s;
  SX_TRY(sx_audit__components(&order, &start, &n, report, way->joins, err));
  sx_status status = sx_audit__solver_new(&s, report, err);
  for (size_t k = 0; status == SX_OK && k < n; k++) {
    if (start[k + 1] - start[k] > 1) status = search(way, &s, order + start[k], start[k + 1] - start[k], err);
  }
  sx_audit__solver_clear(&s);
  sx_mem_free(&report->ctx, order);
  sx_mem_free(&report->ctx, start);
  return status;
}

sx_status sx_audit__find_groups(sx_audit_report *report, sx_error *err) {
  static const au_way linear = {.joins = joins, .joint = sx_audit__joint, .room = room_of, .holds = holds_at};
  au_lp_env env;
  SX_TRY(sx_audit__lp_open(&env, &report->ctx, err));
  sx_status status = sx_audit__judge_groups(report, &linear, err);
  if (status == SX_OK) status = sx_audit__find_products(report, err);
  sx_audit__lp_close(&env);
  return status;
}
