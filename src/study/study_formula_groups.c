/* study_formula_groups.c: formulas that are made in groups, before anything runs: every operand has a value in every group, or names the
 * domain that it is taken in. The figure of the whole never stands in for a group unsaid. */
#include <stdio.h>
#include <string.h>

#include "study_load.h"
#include "study_names.h"

/* Why the operand has no value in the domain; NULL: it has one, or is told of elsewhere. */
static const char *lacks(const sx_study *s, const st_operand *op, const st_domain *d) {
  if (op->kind == ST_OPERAND_BENCHMARK && !op->fixed && !study__benchmark_has(&s->benchmarks[op->index], d, s))
    return "the benchmark has no value there (its 'by')";
  if (op->kind != ST_OPERAND_ACCOUNT || !op->own) return NULL;
  const st_account *a = &s->accounts[op->index];
  for (size_t k = 0; k < a->n_domains; k++)
    if (study__covers(&a->domains[k], d)) return NULL;
  return "the account is not made there (its 'domains')";
}

static void check_formula(st_load *l, const char *id, const st_formula *f, const st_domain *by, size_t n_by,
                          bool accounts_only) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (accounts_only && op->kind != ST_OPERAND_ACCOUNT) continue;
    for (size_t k = 0; k < n_by; k++) {
      const char *why = lacks(l->s, op, &by[k]), *group = NULL;
      if (!why) continue;
      char message[500];
      if (!(group = study__domain_text(l->s, &by[k], l->s->arena))) {
        l->oom = true;
        return;
      }
      (void)snprintf(message, sizeof message,
                     "'%.80s' is made in the group '%.60s', where '%.80s' has no value: %s; give it one, or write "
                     "'%.80s.total' where the figure of the whole is meant",
                     id, group, op->name, why, op->name);
      study__name_problem(l, &f->value, op->name, message);
      break;
    }
  }
}

void study__check_formula_groups(st_load *l) {
  const sx_study *s = l->s;
  for (size_t i = 0; i < s->n_indicators && !study__stop(l); i++) {
    const st_indicator *ind = &s->indicators[i];
    check_formula(l, ind->id, &ind->formula, ind->by, ind->n_by, false);
  }
  for (size_t i = 0; i < s->n_accounts && !study__stop(l); i++) {
    const st_account *a = &s->accounts[i];
    const st_formula *f = NULL;
    bool domains = false;
    for (size_t k = 0; (f = study__account_formula(a, k, &domains)) != NULL; k++) {
      if (f != &a->benchmark && domains) check_formula(l, a->id, f, a->domains, a->n_domains, true);
    }
  }
}
