/* audit_judge.c: the verdict of each identity by itself, how far it is from turning, and the smallest change of one printed figure after
 * which it holds. */
#include <math.h>
#include <string.h>

#include "audit_priv.h"

enum { MAX_REPAIRS = 64 }; /* candidates looked at in one identity */
static const int64_t MAX_STEPS = (int64_t)1 << 44;

void sx_audit__box(au_range *box, const sx_audit *audit, const au_identity *identity) {
  for (size_t i = 0; i < identity->pub.n_figures; i++) box[i] = audit->figures[identity->pub.figures[i]].range;
}

/* ---- repairs -------------------------------------------------------------------------------------------------------- */

typedef struct trial {
  au_work *work;
  const sx_audit *audit;
  const au_identity *identity;
  au_range *box;
  size_t which;      /* among the identity's figures */
  au_figure printed; /* that figure, to its last printed place: 9 for 10 is a change of one */
} trial;

static bool to_last_place(au_figure *figure) {
  for (; figure->step > 0; figure->step--) {
    if (__builtin_mul_overflow(figure->core, 10, &figure->core)) return false;
  }
  return true;
}

/* The answer when the figure's printed value is `steps` last digits away. False: no such value. */
static bool answer_at(au_answer *out, const trial *t, int64_t steps) {
  const au_figure *figure = &t->printed;
  const int64_t core = figure->core + steps;
  if (figure->unit.share == SX_AUDIT_LEVEL && figure->core >= 0 && core < 0) return false;
  if (!sx_audit__interval(&t->box[t->which], figure, core)) return false;
  *out = sx_audit__decide_for(t->work, t->identity, t->box, t->which);
  return *out != AU_UNDECIDED && *out != AU_EMPTY;
}

/* Fewest steps in one direction: galloping until the answer turns, then halving. 0: none. */
static int64_t gallop(const trial *t, au_answer start, int64_t direction) {
  int64_t near = 0, far = 1;
  au_answer answer = start;
  for (;; near = far, far *= 2) {
    if (far > MAX_STEPS || !answer_at(&answer, t, direction * far)) {
      if (far == 1) return 0;
      /* the last value that exists may be nearer: try the one between */
      if (far - near <= 1) return 0;
      int64_t low = near, high = far;
      while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        *(answer_at(&answer, t, direction * middle) ? &low : &high) = middle;
      }
      if (low == near || !answer_at(&answer, t, direction * low) || answer == start) return 0;
      far = low;
    }
    if (answer != start) break;
  }
  bool found = answer == AU_FEASIBLE;
  while (far - near > 1) {
    const int64_t middle = near + (far - near) / 2;
    if (!answer_at(&answer, t, direction * middle) && answer != AU_UNDECIDED) return 0;
    if (answer == start || answer == AU_UNDECIDED) { /* undecided: on the edge, the next one is taken */
      near = middle;
    } else {
      if (answer == AU_FEASIBLE) found = true;
      far = middle;
    }
  }
  return found && answer_at(&answer, t, direction * far) && answer == AU_FEASIBLE ? direction * far : 0;
}

static sx_status repair_one(sx_audit_repair *out, sx_arena *arena, trial *t, sx_error *err) {
  const size_t figure = t->identity->pub.figures[t->which];
  const au_figure *of = &t->printed;
  t->printed = t->audit->figures[figure];
  if (!to_last_place(&t->printed)) t->printed = t->audit->figures[figure];
  const au_range kept = t->box[t->which];
  const au_answer start = sx_audit__decide_for(t->work, t->identity, t->box, t->which);
  int64_t best = 0;
  if ((start == AU_TOO_LOW || start == AU_TOO_HIGH) && !of->no_value) {
    const int64_t up = gallop(t, start, 1), down = gallop(t, start, -1);
    best = !up ? down : !down ? up : up <= -down ? up : down;
  }
  t->box[t->which] = kept;
  *out = (sx_audit_repair){figure, "", (double)NAN};
  if (!best) return SX_OK;
  out->steps = (double)best;
  out->value = sx_audit__print(arena, of, of->core + best);
  return out->value ? SX_OK : sx_error_memory(err);
}

static double size_of(const sx_audit_repair *repair) {
  return isnan(repair->steps) ? HUGE_VAL : fabs(repair->steps);
}

static bool before(const sx_audit *audit, const sx_audit_repair *a, const sx_audit_repair *b) {
  const bool none_a = isnan(a->steps), none_b = isnan(b->steps);
  if (none_a != none_b) return none_b;
  const bool outside_a = audit->figures[a->figure].pub.added, outside_b = audit->figures[b->figure].pub.added;
  if (outside_a != outside_b) return outside_b;
  const double p = size_of(a), q = size_of(b);
  return p != q ? p < q : a->figure < b->figure;
}

void sx_audit__sort_repairs(const sx_audit *audit, sx_audit_repair *repairs, size_t n) {
  for (size_t i = 1; i < n; i++) { /* 64 at most */
    const sx_audit_repair moving = repairs[i];
    size_t k = i;
    for (; k > 0 && before(audit, &moving, &repairs[k - 1]); k--) repairs[k] = repairs[k - 1];
    repairs[k] = moving;
  }
}

static sx_status add_repairs(sx_audit_report *report, sx_audit_finding *out, trial *t, sx_error *err) {
  const size_t n = t->identity->pub.n_figures < MAX_REPAIRS ? t->identity->pub.n_figures : MAX_REPAIRS;
  sx_audit_repair *repairs = sx_arena_alloc(report->arena, n, sizeof *repairs);
  if (!repairs) return sx_error_memory(err);
  for (t->which = 0; t->which < n; t->which++) SX_TRY(repair_one(&repairs[t->which], report->arena, t, err));
  sx_audit__sort_repairs(report->audit, repairs, n);
  out->repairs = repairs;
  out->n_repairs = n;
  return SX_OK;
}

/* ---- the verdict ------------------------------------------------------------------------------------------------------ */

static void say(sx_audit_finding *out, const char *zh, const char *en) {
  out->reason[0] = zh;
  out->reason[1] = en;
}

/* One quantity printed twice, or at two times, is compared on the same base only: two stated bases that differ, or one that is not
 * stated beside one that is, leave the question open. */
bool sx_audit__base_open(const sx_audit *audit, const au_identity *identity) {
  const bool matters = identity->kind == AU_SAME || identity->kind == AU_CHANGE || identity->kind == AU_GROWTH ||
                       identity->kind == AU_CAGR;
  const size_t first = identity->kind == AU_SAME ? 0 : 1;
  if (!matters || identity->same_base) return false;
  for (size_t i = first + 1; i < identity->n_args; i++) {
    if (strcmp(audit->figures[identity->args[first]].pub.base, audit->figures[identity->args[i]].pub.base) != 0)
      return true;
  }
  return false;
}

static void open_question(sx_audit_finding *out, const sx_audit *audit, const au_identity *identity) {
  const char *what = identity->pub.unstated;
  if (strcmp(what, "definition") == 0) say(out, "定义未说明", "the definition is not stated");
  if (strcmp(what, "base") == 0) say(out, "基数未说明", "the base is not stated");
  if (strcmp(what, "period") == 0) say(out, "时期未说明", "the period is not stated");
  if (!*what && sx_audit__base_open(audit, identity))
    say(out, "基数不同或未说明", "the bases differ or are not stated");
  else if (!*what && sx_audit__period_open(audit, identity))
    say(out, "时期不同或未说明", "the periods differ or are not stated");
  if (*out->reason[0]) out->verdict = SX_AUDIT_CANNOT_TELL;
}

static void set_slack(sx_audit_finding *out, au_work *work, const sx_audit *audit, const au_identity *identity,
                      const au_range *box, bool agrees) {
  long double low, high;
  if (!sx_audit__residual(work, identity, box, &low, &high) && !sx_audit__branch_range(identity, box, &low, &high))
    return;
  const bool one_sided = identity->relation == AU_LE || identity->kind == AU_SAME || identity->kind == AU_ORDER;
  long double slack = one_sided || -low < high ? -low : high;
  if (agrees ? slack < 0
             : slack > 0) { /* an outer bound: of one that just touches 0, or too wide to say how far it is */
    if (!(fabsl(slack) <= 1e-6L * (high - low))) return;
    slack = 0;
  }
  out->slack = (double)slack;
  const bool measured = identity->kind != AU_FORMULA || identity->left->op == AU_FIG;
  if (measured) out->slack_digits = (double)(slack / sx_audit__digit(&audit->figures[identity->pub.figures[0]]));
}

static sx_status judge_one(sx_audit_report *report, au_work *work, size_t i, au_range *box, sx_error *err) {
  const sx_audit *audit = report->audit;
  const au_identity *identity = &audit->identities[i];
  sx_audit_finding *out = &report->findings[i];
  *out = (sx_audit_finding){.identity = i, .reason = {"", ""}};
  sx_audit__box(box, audit, identity);
  const au_answer answer = sx_audit__decide(work, identity, box);
  out->slack = out->slack_digits = (double)NAN;
  if (answer != AU_UNDECIDED) set_slack(out, work, audit, identity, box, answer == AU_FEASIBLE);
  if (work->failed) return sx_error_memory(err);
  if (answer == AU_UNDECIDED) {
    out->verdict = SX_AUDIT_CANNOT_TELL;
    if (sx_audit__divisor_may_be_zero(identity, box))
      say(out, "算不出定论：除数在印出的范围内可能为 0", "not decided: within what is printed a divisor may be 0");
    else
      say(out, "算不出定论：边界太近", "not decided: too close to the edge for the pieces that are looked at");
  } else if (answer != AU_FEASIBLE) {
    trial t = {.work = work, .audit = audit, .identity = identity, .box = box};
    out->verdict = SX_AUDIT_CONTRADICTS;
    if (!identity->points_mixed) SX_TRY(add_repairs(report, out, &t, err)); /* no value mends a unit */
    if (work->failed) return sx_error_memory(err);
    open_question(out, audit, identity);
  }
  if (identity->points_mixed && out->verdict != SX_AUDIT_CANNOT_TELL) {
    out->verdict = SX_AUDIT_CONTRADICTS;
    say(out, "百分数与百分点混用", "per cent and percentage points are mixed");
  }
  return SX_OK;
}

sx_status sx_audit__judge(sx_audit_report *report, au_work *work, sx_error *err) {
  const sx_audit *audit = report->audit;
  size_t most = 1;
  for (size_t i = 0; i < audit->n_identities; i++) {
    if (audit->identities[i].pub.n_figures > most) most = audit->identities[i].pub.n_figures;
  }
  au_range *box = sx_mem_alloc(&report->ctx, most, sizeof *box);
  if (!box) return sx_error_memory(err);
  sx_status status = SX_OK;
  for (size_t i = 0; status == SX_OK && i < audit->n_identities; i++) {
    if (i % 256 == 0) status = sx_ctx_poll(&report->ctx, err);
    if (status == SX_OK) status = judge_one(report, work, i, box, err);
  }
  sx_mem_free(&report->ctx, box);
  return status;
}
