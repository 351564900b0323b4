/* study_balance_operand.c: balanced figures in formulas of indicators, accounts and other balances. A formula takes the adjusted
 * estimates with their carriers, so that what is made of several has their joint covariance. */
#include "study_balance.h"
#include "study_names.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------------------------------------- */

const char *study__balance_id(const sx_study *s, size_t balance, const sx_node **node) {
  *node = s->balances[balance].node;
  return s->balances[balance].id;
}

const st_formula *study__balance_figure_formula(const sx_study *s, size_t balance, size_t figure) {
  const struct st_balance *b = &s->balances[balance];
  return figure < b->n_figures ? &b->figures[figure].value : NULL;
}

const char *study__balance_unit(const sx_study *s, const st_operand *op) {
  const struct st_balance *b = &s->balances[op->index];
  const char *own = b->figures[op->node].unit;
  return own ? own : b->unit;
}

bool study__balance_operand(st_load *l, st_operand *op, const sx_reference *ref, bool fixed, char message[256]) {
  const sx_study *s = l->s;
  const char *slash = strchr(ref->indicator, '/');
  const size_t balance = study__find_balance(s, ref->indicator, (size_t)(slash - ref->indicator));
  const struct st_balance *b = &s->balances[balance];
  size_t figure = 0;
  while (figure < b->n_figures && strcmp(b->figures[figure].id, slash + 1) != 0) figure++;
  if (figure == b->n_figures) {
    (void)snprintf(message, 256, "the balance '%.60s' has no figure '%.60s'", b->id, slash + 1);
    return false;
  }
  if (ref->statistic[0] && strcmp(ref->statistic, study__balance_stats[0]) != 0) {
    (void)snprintf(message, 256, "a formula takes a balanced figure itself, not its '%.40s'", ref->statistic);
    return false;
  }
  op->kind = ST_OPERAND_BALANCE;
  op->index = balance;
  op->node = figure;
  op->fixed = fixed && ref->n_terms > 0;
  if (!study__reference_groups(s, &op->domain, ref, message)) return false;
  for (size_t i = 0; i < op->domain.n; i++) {
    if (op->domain.terms[i].level) op->domain.terms[i].level = study__copy(l, op->domain.terms[i].level);
  }
  if (op->domain.n && !(b->figures[figure].grouped && study__covers(&b->figures[figure].by, &op->domain))) {
    (void)snprintf(message, 256, "the balanced figure '%.80s' is not made for that group", ref->indicator);
    return false;
  }
  return true;
}

/* ---- who asks -------------------------------------------------------------------------------------------------------------- */

bool study__level_asked(const sx_study *s, const st_domain *levels, const char *domain) {
  const char *at = domain;
  for (size_t i = 0; i < levels->n; i++) {
    const st_group *g = &s->groups[levels->terms[i].group];
    const size_t n = strlen(g->id), word = strcspn(at, ":*"), whole = strcspn(at, "*");
    if (word != n || memcmp(at, g->id, n) != 0) return false;
    const char *level = levels->terms[i].level;
    if (level &&
        (whole <= word || strlen(level) != whole - word - 1 || memcmp(at + word + 1, level, whole - word - 1) != 0))
      return false;
    at += whole;
    if (i + 1 < levels->n && *at++ != '*') return false;
  }
  return *at == '\0';
}

typedef struct asking {
  const sx_study *s;
  size_t balance, figure;
  const char *domain;
} asking;

static bool asks(const st_formula *f, const asking *a) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_BALANCE || op->index != a->balance || op->node != a->figure) continue;
    if (!a->domain || !op->fixed || study__level_asked(a->s, &op->domain, a->domain)) return true;
  }
  return false;
}

bool study__balance_asked(const sx_study *s, size_t balance, size_t figure, const char *domain) {
  const asking a = {s, balance, figure, domain};
  const st_formula *f = NULL;
  bool domains = false;
  for (size_t i = 0; i < s->n_indicators; i++)
    if (asks(&s->indicators[i].formula, &a)) return true;
  for (size_t i = 0; i < s->n_accounts; i++)
    for (size_t k = 0; (f = study__account_formula(&s->accounts[i], k, &domains)) != NULL; k++)
      if (asks(f, &a)) return true;
  for (size_t i = 0; (f = study__balance_formula(s, i)) != NULL; i++)
    if (asks(f, &a)) return true;
  return false;
}

/* ---- checking ---------------------------------------------------------------------------------------------------------------- */

static const st_balanced *figure_of(const sx_study *s, const st_operand *op) {
  return &s->balances[op->index].figures[op->node];
}

/* A figure by levels in a formula by groups: the groups are those levels. */
static void check_groups(st_load *l, const st_formula *f, const st_domain *by, size_t n_by) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_BALANCE || op->fixed || !figure_of(l->s, op)->grouped) continue;
    for (size_t k = 0; k < n_by; k++) {
      if (study__covers(&figure_of(l->s, op)->by, &by[k])) continue;
      char message[300];
      (void)snprintf(message, sizeof message, "the balanced figure '%.80s' is not made for the groups of this formula",
                     op->name);
      study__name_problem(l, &f->value, op->name, message);
      break;
    }
  }
}

enum { MAX_DEPTH = 32 };
static const st_operand *rests_on_balance(const sx_study *s, const st_formula *f, int depth);

static const st_operand *account_rests(const sx_study *s, const st_account *a, int depth) {
  const st_formula *f = NULL;
  const st_operand *found = NULL;
  bool domains = false;
  for (size_t k = 0; !found && (f = study__account_formula(a, k, &domains)) != NULL; k++)
    found = rests_on_balance(s, f, depth);
  return found;
}

static const st_operand *rests_on_balance(const sx_study *s, const st_formula *f, int depth) {
  const st_operand *found = NULL;
  for (size_t i = 0; i < f->n && !found && depth < MAX_DEPTH; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_BALANCE) return op;
    if (op->kind == ST_OPERAND_INDICATOR) found = rests_on_balance(s, &s->indicators[op->index].formula, depth + 1);
    if (op->kind == ST_OPERAND_ACCOUNT) found = account_rests(s, &s->accounts[op->index], depth + 1);
  }
  return found;
}

static void told_followed(st_load *l, const sx_node *node, const char *id, const st_operand *op) {
  if (op)
    study__problem(
        l, node,
        "'%s' is followed over the waves and rests on the balanced figure '%s', which earlier waves have not: "
        "leave it out of 'changes'",
        id, op->name);
}

void study__check_balanced_operands(st_load *l) {
  const sx_study *s = l->s;
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    check_groups(l, &ind->formula, ind->by, ind->n_by);
    if (study__is_followed(s, i, false)) told_followed(l, ind->node, ind->id, rests_on_balance(s, &ind->formula, 0));
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    const st_formula *f = NULL;
    bool domains = false;
    for (size_t k = 0; (f = study__account_formula(a, k, &domains)) != NULL; k++)
      check_groups(l, f, domains ? a->domains : NULL, domains ? a->n_domains : 0);
    if (study__is_followed(s, i, true)) told_followed(l, a->node, a->id, account_rests(s, a, 0));
  }
}

/* ---- values ------------------------------------------------------------------------------------------------------------------- */

static sx_status sum_of_levels(const sx_est **out, st_run *r, const char *id, const st_balanced *f, sx_error *err) {
  const char *name = sx_arena_printf(r->arena, "%s|total|%s", id, study__balance_stats[0]);
  st_where *where = NULL;
  size_t n = 0;
  sx_est *sum = NULL;
  if (!name) return sx_error_memory(err);
  const st_value *there = study__kept_value(r, name);
  if (there) {
    *out = there->est;
    return SX_OK;
  }
  SX_TRY(study__expand(&where, &n, r, &f->by, err));
  const sx_est **parts = sx_arena_alloc(r->arena, n, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) SX_TRY(study__value(&parts[i], r, id, study__balance_stats[0], where[i].name, err));
  SX_TRY(sx_est_linear(&sum, &r->ctx, NULL, parts, n, err));
  const sx_status status = study__keep_value(r, name, sum, err);
  if (status == SX_OK) *out = r->values[r->n_values - 1].est;
  sx_est_free(sum);
  return status;
}

sx_status study__balance_value(const sx_est **out, st_run *r, const st_operand *op, const char *domain, sx_error *err) {
  const struct st_balance *b = &r->s->balances[op->index];
  const st_balanced *f = &b->figures[op->node];
  const char *id = sx_arena_printf(r->arena, "%s/%s", b->id, f->id);
  const char *where = op->fixed ? study__domain_text(r->s, &op->domain, r->arena) : f->grouped ? domain : "total";
  if (!id || !where) return sx_error_memory(err);
  if (f->grouped && strcmp(where, "total") == 0) return sum_of_levels(out, r, id, f, err);
  return study__value(out, r, id, study__balance_stats[0], where, err);
}
