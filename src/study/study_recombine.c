/* study_recombine.c: whether outside figures that are given for groups and for the whole are those of one whole.
 *
 * Amounts and counts of groups that part the whole add up to it. Published ones need not (per head in town and country from a survey, times
 * people counted otherwise): shares of the groups are then of their own totals and do not average to the share of the whole, which is told. */
#include "study_account.h"
#include "study_load.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPERANDS = 16, DEPTH = 32 };
static const double apart_from = 0.005; /* of the whole: rounded figures come closer */

/* ---- values of a formula of outside figures ------------------------------------------------------------------------ */

static double benchmark_value(const st_benchmark *b, const char *domain) {
  for (size_t k = 0; domain && k < b->n_by; k++) {
    if (strcmp(b->by[k].domain, domain) == 0) return b->by[k].value;
  }
  return domain ? (double)NAN : b->value;
}

static sx_status value_in(double *out, const sx_study *s, const st_formula *f, const char *domain, int depth,
                          sx_error *err) {
  const char *names[OPERANDS];
  sx_est *values[OPERANDS] = {NULL}, *made = NULL;
  const sx_est *given[OPERANDS];
  sx_status status = SX_OK;
  *out = (double)NAN;
  if (!f->value.expr || f->n > OPERANDS || depth >= DEPTH) return SX_OK;
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    double x = (double)NAN;
    if (op->kind == ST_OPERAND_BENCHMARK) {
      x = benchmark_value(&s->benchmarks[op->index], domain);
    } else if (op->kind == ST_OPERAND_INDICATOR && !op->fixed && study__is_formula(&s->indicators[op->index])) {
      SX_TRY_GOTO(status, value_in(&x, s, &s->indicators[op->index].formula, domain, depth + 1, err), done);
    }
    if (!isfinite(x)) goto done;
    names[i] = op->name;
    SX_TRY_GOTO(status, sx_est_constant(&values[i], &s->ctx, x, err), done);
    given[i] = values[i];
  }
  SX_TRY_GOTO(status, sx_est_formula(&made, &s->ctx, f->value.expr, names, given, f->n, err), done);
  *out = sx_est_value(made);
done:
  for (size_t i = 0; i < OPERANDS; i++) sx_est_free(values[i]);
  sx_est_free(made);
  return status;
}

/* ---- groups that part the whole ------------------------------------------------------------------------------------- */

/* The variable whose values part people into the domain: of "sex:f" that of the group, of "urban" the one in VARIABLE == VALUE. Its length; 0: no such. */
static size_t parted_by(const char **variable, const sx_study *s, const char *domain) {
  const char *colon = strchr(domain, ':');
  const size_t g =
      strchr(domain, '*') ? ST_NONE : study__find_group(s, domain, colon ? (size_t)(colon - domain) : strlen(domain));
  if (g == ST_NONE) return 0;
  if (s->groups[g].by) {
    *variable = s->groups[g].by;
    return strlen(*variable);
  }
  const char *text = s->groups[g].where.expr ? sx_expr_text(s->groups[g].where.expr) : "";
  *variable = text + strspn(text, " ");
  const size_t n = strcspn(*variable, " =<>!()+-*/\"'");
  const char *rest = *variable + n + strspn(*variable + n, " ");
  if (!n || strncmp(rest, "==", 2) != 0) return 0;
  rest += 2 + strspn(rest + 2, " ");
  const bool quoted = *rest == '"' || *rest == '\'';
  const char *end = quoted ? strchr(rest + 1, *rest) : rest + strcspn(rest, " ");
  if (!end || end == rest) return 0;
  end += quoted;
  return end[strspn(end, " ")] ? 0 : n;
}

static bool same_variable(const sx_study *s, const char *a, const char *b) {
  const char *x = NULL, *y = NULL;
  const size_t n = parted_by(&x, s, a), k = parted_by(&y, s, b);
  const bool levels = strchr(a, ':') != NULL; /* two groups with levels may cut one variable alike */
  if (!n || n != k || memcmp(x, y, n) != 0 || levels != (strchr(b, ':') != NULL)) return false;
  return !levels || (strcspn(a, ":") == strcspn(b, ":") && memcmp(a, b, strcspn(a, ":")) == 0);
}

/* Every level that the study file labels is there. */
static bool all_levels(const sx_study *s, const st_recombined *r) {
  const char *first = r->domains[0], *colon = strchr(first, ':');
  const size_t g = colon ? study__find_group(s, first, (size_t)(colon - first)) : ST_NONE;
  const sx_node *levels = g == ST_NONE ? NULL : s->groups[g].levels;
  if (!levels || levels->kind != SX_NODE_MAP) return false;
  for (size_t i = 0; i < levels->n; i++) {
    bool there = false;
    for (size_t k = 0; k < r->n; k++)
      there = there || strcmp(strchr(r->domains[k], ':') + 1, levels->keys[i]->text) == 0;
    if (!there) return false;
  }
  return true;
}

/* Some outside figure of the formula adds up over the groups to its whole: they are all of it. */
static bool adds_up(const sx_study *s, const st_formula *f, const st_recombined *r, int depth) {
  bool found = false;
  for (size_t i = 0; i < f->n && !found && depth < DEPTH; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_INDICATOR && study__is_formula(&s->indicators[op->index]))
      found = adds_up(s, &s->indicators[op->index].formula, r, depth + 1);
    if (op->kind != ST_OPERAND_BENCHMARK) continue;
    const st_benchmark *b = &s->benchmarks[op->index];
    double sum = 0;
    for (size_t k = 0; k < r->n; k++) sum += benchmark_value(b, r->domains[k]);
    found = fabs(sum - b->value) <= apart_from * fabs(b->value);
  }
  return found;
}

/* The groups disagree with the whole: they are more, or they are all of it and come to something else. Where the whole lies among them
 * they are means, which add up to nothing. */
static bool is_apart(st_recombined *r, const double *values, bool complete) {
  double largest = values[0];
  bool negative = false;
  r->sum = 0;
  for (size_t k = 0; k < r->n; k++) {
    r->sum += values[k];
    largest = values[k] > largest ? values[k] : largest;
    negative = negative || values[k] < 0;
  }
  if (negative || !(r->whole > largest)) return false;
  const double by = r->sum / r->whole - 1;
  return by > apart_from || (complete && by < -apart_from);
}

static const st_benchmark *with_groups(const sx_study *s, const st_formula *f, int depth) {
  for (size_t i = 0; i < f->n && depth < DEPTH; i++) {
    const st_operand *op = &f->operands[i];
    const st_benchmark *b = op->kind == ST_OPERAND_BENCHMARK ? &s->benchmarks[op->index] : NULL;
    if (!b && op->kind == ST_OPERAND_INDICATOR && study__is_formula(&s->indicators[op->index]))
      b = with_groups(s, &s->indicators[op->index].formula, depth + 1);
    if (b && b->n_by) return b;
  }
  return NULL;
}

/* The groups of one variable from the k-th on, and whether they are apart. f NULL: the figure itself. */
static sx_status try_groups(bool *apart, st_recombined *r, const sx_study *s, const st_benchmark *b,
                            const st_formula *f, size_t first, sx_error *err) {
  double values[ST_RECOMBINED];
  *apart = false;
  r->n = 0;
  for (size_t k = first; k < b->n_by && r->n < ST_RECOMBINED; k++) {
    const char *name = b->by[k].domain;
    if (!same_variable(s, b->by[first].domain, name) || (f && !study__formula_in(s, f, name))) continue;
    double x = b->by[k].value;
    if (f) SX_TRY(value_in(&x, s, f, name, 0, err));
    if (!isfinite(x)) return SX_OK;
    values[r->n] = x;
    r->domains[r->n++] = name;
  }
  r->whole = b->value;
  if (f) SX_TRY(value_in(&r->whole, s, f, NULL, 0, err));
  if (r->n < 2 || !isfinite(r->whole)) return SX_OK;
  *apart = is_apart(r, values, all_levels(s, r) || (f && adds_up(s, f, r, 0)));
  return SX_OK;
}

static sx_status recombined(st_recombined *out, const sx_study *s, const st_benchmark *b, const st_formula *f,
                            sx_error *err) {
  bool apart = false;
  for (size_t k = 0; b && k + 1 < b->n_by && !apart; k++) {
    bool done = false; /* with an earlier one */
    for (size_t i = 0; i < k; i++) done = done || same_variable(s, b->by[i].domain, b->by[k].domain);
    if (!done) SX_TRY(try_groups(&apart, out, s, b, f, k, err));
  }
  if (!apart) out->n = 0;
  return SX_OK;
}

sx_status study__recombined(st_recombined *out, const sx_study *s, const st_account *a, sx_error *err) {
  memset(out, 0, sizeof *out);
  if (!a->benchmark.value.expr || a->scale.value.node || !a->n_domains) return SX_OK; /* per head: adds up to nothing */
  return recombined(out, s, with_groups(s, &a->benchmark, 0), &a->benchmark, err);
}

/* ---- told ------------------------------------------------------------------------------------------------------------- */

static void tell(st_load *l, const sx_node *node, const char *what, const st_recombined *r, const char *then) {
  char names[160] = "";
  for (size_t k = 0; k < r->n && strlen(names) < 100; k++) {
    const size_t used = strlen(names);
    (void)snprintf(names + used, sizeof names - used, "%s%.40s", k ? ", " : "", r->domains[k]);
  }
  study__warning(l, node, "%s: the groups %s come to %.10g, %.1f %% %s than the whole, which is %.10g%s", what, names,
                 r->sum, fabs(r->sum / r->whole - 1) * 100, r->sum > r->whole ? "more" : "less", r->whole, then);
}

void study__check_recombined(st_load *l) {
  const sx_study *s = l->s;
  sx_error err = SX_ERROR_INIT;
  char what[160];
  st_recombined r;
  sx_status status = SX_OK;
  for (size_t i = 0; i < s->n_benchmarks && !l->wave && status == SX_OK; i++) {
    const st_benchmark *b = &s->benchmarks[i];
    if (!study__unit_counts(b->unit)) continue;
    memset(&r, 0, sizeof r);
    status = recombined(&r, s, b, NULL, &err);
    (void)snprintf(what, sizeof what, "the benchmark '%.80s'", b->id);
    if (status == SX_OK && r.n) tell(l, sx_node_get(b->node, "by"), what, &r, ": one of them is another number");
  }
  for (size_t i = 0; i < s->n_accounts && !l->wave && status == SX_OK; i++) {
    const st_account *a = &s->accounts[i];
    if (a->faulty) continue;
    status = study__recombined(&r, s, a, &err);
    (void)snprintf(what, sizeof what, "the benchmark of the account '%.80s'", a->id);
    if (status == SX_OK && r.n)
      tell(l, a->benchmark.value.node, what, &r, ": shares of the groups are of their own totals, and say so");
  }
  l->oom = l->oom || status == SX_E_MEMORY;
}
