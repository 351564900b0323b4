/* release_rule_expand.c: names that := has given a meaning, and groups of variables, taken out of a rule. A group stands for one rule per variable;
 * two groups for every pair of theirs. A group that was named is one group wherever it stands in the rule. */
#include <string.h>

#include "release_rule_priv.h"

enum { MAX_GROUPS = 8, MAX_RULES = 10000 };

void sx_release__substitute(sx_rule_tree **tree, const sx_release__names *known) {
  for (size_t i = known->n; (*tree)->kind == NODE_NAME && i-- > 0;) {
    if (strcmp(known->names[i], (*tree)->text) != 0) continue;
    *tree = known->trees[i];
    return; /* what it means has been gone through */
  }
  for (size_t i = 0; i < (*tree)->n; i++) sx_release__substitute(&(*tree)->args[i], known);
}

typedef struct groups {
  const sx_rule_tree *found[MAX_GROUPS];
  size_t at[MAX_GROUPS]; /* the variable at hand */
  size_t n;
} groups;

static bool find_groups(groups *g, const sx_rule_tree *t) {
  if (sx_release__is_call(t, "var_group")) {
    for (size_t k = 0; k < g->n; k++)
      if (g->found[k] == t) return true;
    if (g->n == MAX_GROUPS) return false;
    g->found[g->n++] = t;
    return true;
  }
  for (size_t i = 0; i < t->n; i++)
    if (!find_groups(g, t->args[i])) return false;
  return true;
}

static sx_status copy(sx_rule_tree **out, const groups *g, sx_arena *arena, const sx_rule_tree *t, sx_error *err) {
  for (size_t k = 0; k < g->n; k++)
    if (g->found[k] == t) t = t->args[g->at[k]];
  sx_rule_tree *own = sx_arena_zalloc(arena, 1, sizeof *own);
  if (!own) return sx_error_memory(err);
  *own = *t;
  own->args = sx_arena_zalloc(arena, t->n + 1, sizeof *own->args);
  if (!own->args) return sx_error_memory(err);
  for (size_t i = 0; i < t->n; i++) SX_TRY(copy(&own->args[i], g, arena, t->args[i], err));
  *out = own;
  return SX_OK;
}

static sx_status mark(const char **out, const groups *g, sx_arena *arena, sx_error *err) {
  const char *text = "";
  for (size_t k = 0; k < g->n && text; k++)
    text = sx_arena_printf(arena, "%s%s%s", text, k ? ", " : "", g->found[k]->args[g->at[k]]->text);
  *out = text;
  return text ? SX_OK : sx_error_memory(err);
}

sx_status sx_release__groups(sx_rule_tree ***out, const char ***marks, size_t *n, sx_arena *arena, sx_rule_tree *tree,
                             sx_error *err) {
  groups g = {.n = 0};
  size_t all = 1;
  if (!find_groups(&g, tree))
    return sx_error_set(err, SX_E_PARSE, NULL, "more than %d groups of variables", MAX_GROUPS);
  for (size_t k = 0; k < g.n; k++) {
    for (size_t i = 0; i < g.found[k]->n; i++)
      if (g.found[k]->args[i]->kind != NODE_NAME)
        return sx_error_set(err, SX_E_PARSE, NULL, "var_group() holds names of variables");
    all *= g.found[k]->n;
    if (!all || all > MAX_RULES)
      return sx_error_set(err, SX_E_PARSE, NULL, "its groups of variables make %s",
                          all ? "more than 10000 rules" : "no rule");
  }
  *out = sx_arena_zalloc(arena, all, sizeof **out);
  *marks = sx_arena_zalloc(arena, all, sizeof **marks);
  if (!*out || !*marks) return sx_error_memory(err);
  for (size_t i = 0; i < all; i++) {
    size_t rest = i;
    for (size_t k = 0; k < g.n; k++) { /* the first group changes fastest */
      g.at[k] = rest % g.found[k]->n;
      rest /= g.found[k]->n;
    }
    SX_TRY(copy(&(*out)[i], &g, arena, tree, err));
    if (g.n) SX_TRY(mark(&(*marks)[i], &g, arena, err));
  }
  *n = all;
  return SX_OK;
}
