/* study_disclosure_check.c: what a study with `disclosure` may not ask for, because nothing here could protect it: tables of a part of the cases beside
 * those of all, indicators that are groups in disguise, members of sets. */
#include "study_disclosure.h"
#include "study_kind.h"
#include "study_names.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 16 }; /* derived from derived */

static const sx_expr *made_from(const sx_study *s, const char *name) {
  const size_t at = study__find_derived(s, name);
  return at == ST_NONE ? NULL : s->derived[at].value.expr;
}

static bool rests_on(const sx_study *s, const char *name, const char *variable, int depth) {
  const sx_expr *e = made_from(s, name);
  if (strcmp(name, variable) == 0) return true;
  for (size_t i = 0; e && depth < DEEPEST && i < sx_expr_names(e); i++)
    if (rests_on(s, sx_expr_name(e, i), variable, depth + 1)) return true;
  return false;
}

/* Made of one variable. */
static bool common(const sx_study *s, const char *a, const char *b, int depth) {
  const sx_expr *e = made_from(s, a);
  if (depth > DEEPEST || rests_on(s, b, a, 0)) return true;
  for (size_t i = 0; e && i < sx_expr_names(e); i++)
    if (common(s, sx_expr_name(e, i), b, depth + 1)) return true;
  return false;
}

static bool expr_uses(const sx_study *s, const st_expr *e, const char *variable) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++)
    if (common(s, sx_expr_name(e->expr, i), variable, 0)) return true;
  return false;
}

bool study__dc_uses(const sx_study *s, const st_indicator *ind, const char *variable) {
  for (size_t k = 0; k < ind->n_measures; k++)
    if (expr_uses(s, &ind->measures[k].e, variable)) return true;
  return expr_uses(s, &ind->base, variable) || expr_uses(s, &ind->where, variable);
}

bool study__dc_plain(const st_measure *m) {
  const sx_expr *e = m->e.expr;
  return e && sx_expr_names(e) == 1 && strcmp(sx_expr_name(e, 0), sx_expr_text(e)) == 0;
}

/* ---- groups in disguise ----------------------------------------------------------------------------------------------------------- */

/* level: groups are its levels; else a condition names it, and a plain amount of it is none. */
static void check_variable(st_load *l, const st_indicator *ind, const char *variable, bool level) {
  const sx_study *s = l->s;
  bool yes = expr_uses(s, &ind->base, variable) || expr_uses(s, &ind->where, variable);
  for (size_t k = 0; k < ind->n_measures && !yes; k++) {
    const st_measure *m = &ind->measures[k];
    if (!m->e.expr) continue;
    yes = study__dc_plain(m) ? level && rests_on(s, sx_expr_name(m->e.expr, 0), variable, 0)
                             : expr_uses(s, &m->e, variable);
  }
  if (yes)
    study__problem(
        l, ind->node,
        "the indicator '%s' is made of '%s', which groups or columns are made of: beside 'disclosure' it would "
        "print groups that are held back; ask for the groups with 'by'",
        ind->id, variable);
}

static bool in_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Every name in the columns of a banner table. */
static bool check_words(st_load *l, const st_indicator *ind, const sx_node *node) {
  const size_t before = l->problems->n;
  if (!node) return true;
  for (size_t i = 0; i < node->n && l->problems->n == before; i++) (void)check_words(l, ind, node->items[i]);
  if (node->kind != SX_NODE_SCALAR) return l->problems->n == before;
  for (const char *c = node->text; *c && l->problems->n == before;) {
    size_t n = 0;
    while (in_name(c[n])) n++;
    if (n) {
      const char *word = sx_arena_strndup(l->s->arena, c, n);
      if (!word) {
        l->oom = true;
        return false;
      }
      check_variable(l, ind, word, true);
    }
    c += n ? n : 1;
  }
  return l->problems->n == before;
}

/* Who is poor hangs on a line that all cases make: neither those below it nor those just above it are known to be many. */
static bool of_poverty(const st_indicator *ind) {
  return ind->kind == &study__kind_poverty || ind->kind == &study__kind_arpt || ind->kind == &study__kind_arpr ||
         ind->kind == &study__kind_rmpg;
}

/* Groups and columns that the names of the expression are made of. */
static void check_leaf(st_load *l, const st_account *a, const st_node *n) {
  const sx_study *s = l->s;
  const st_indicator as = {.id = a->id, .node = a->node, .base = n->data_total};
  const char *found = NULL;
  for (size_t g = 0; g < s->n_groups && !found; g++) {
    const sx_expr *where = s->groups[g].where.expr;
    if (s->groups[g].by && study__dc_uses(s, &as, s->groups[g].by)) found = s->groups[g].by;
    for (size_t i = 0; where && i < sx_expr_names(where) && !found; i++)
      if (study__dc_uses(s, &as, sx_expr_name(where, i))) found = sx_expr_name(where, i);
  }
  if (found)
    study__problem(l, a->node,
                   "the account '%s' has leaves made of '%s', which groups are made of: beside 'disclosure' it would "
                   "print groups that are held back; make an indicator of the amount and ask for the groups with 'by'",
                   a->id, found);
}

static void check_account(st_load *l, const st_account *a) {
  const size_t before = l->problems->n;
  for (size_t k = 0; k < a->n_nodes && l->problems->n == before; k++)
    if (a->nodes[k].data_total.expr) check_leaf(l, a, &a->nodes[k]);
}

static void check_indicator(st_load *l, const st_indicator *ind) {
  const sx_study *s = l->s;
  const size_t before = l->problems->n;
  if (of_poverty(ind)) {
    study__problem(l, ind->node,
                   "beside 'disclosure' '%s' is not published: few may be below its line; publish a proportion below a "
                   "line of your own, as in 'prop: income < 12000', whose cases are counted",
                   ind->kind->word);
    return;
  }
  for (size_t k = 0; k < ind->n_measures; k++)
    if (ind->measures[k].type == ST_SET) {
      study__problem(l, ind->node,
                     "beside 'disclosure' the members of a set are published in a banner table ('rows', 'cols'), whose "
                     "cells are protected one by one");
      return;
    }
  for (size_t g = 0; g < s->n_groups && l->problems->n == before; g++) {
    const sx_expr *where = s->groups[g].where.expr;
    if (s->groups[g].by) check_variable(l, ind, s->groups[g].by, true);
    for (size_t i = 0; where && i < sx_expr_names(where) && l->problems->n == before; i++)
      check_variable(l, ind, sx_expr_name(where, i), false);
  }
  for (size_t i = 0; i < s->n_blocks && l->problems->n == before; i++)
    if (study__is_banner(&s->blocks[i]) && !check_words(l, ind, sx_node_get(s->blocks[i].node, "cols"))) return;
}

void study__check_disclosure(st_load *l) {
  const sx_study *s = l->s;
  if (!s->disclosure) return;
  for (size_t i = 0; i < s->n_blocks; i++) {
    const sx_node *where = study__is_banner(&s->blocks[i]) ? sx_node_get(s->blocks[i].node, "where") : NULL;
    if (where)
      study__problem(
          l, where,
          "beside 'disclosure' a banner table has no 'where': a table of some cases gives away what tables of "
          "others or of all hold back; make the condition columns of one table ('cols')");
  }
  for (size_t i = 0; i < s->n_indicators && !study__stop(l); i++)
    if (!study__is_formula(&s->indicators[i])) check_indicator(l, &s->indicators[i]);
  for (size_t i = 0; i < s->n_accounts && !study__stop(l); i++) check_account(l, &s->accounts[i]);
}
