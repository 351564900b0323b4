/* study_kind_set.c: shares of a multiple-response set, of the file or made from variables: `share_of_set: $goods`, `[a, b]`, `multi(a, b)`. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/estimate_set.h"
#include "study_kind.h"

typedef struct set_share {
  sx_set_of of;
  sx_set_base base;
  const sx_node *members; /* NULL: all that are known */
  const char *counted;    /* of a made set; NULL: not said */
  const sx_node *counted_node;
  const sx_mrset *made; /* from the measures; NULL: a set of the file, the measure is its name */
} set_share;

/* [a, b], or "multi(a, b)": a measure for each variable; false for any other text. */
static bool read_multi(st_load *l, st_indicator *ind, const sx_node *node) {
  for (size_t k = 0; node->kind == SX_NODE_LIST && k < node->n; k++) {
    if (!study__measure(l, ind, node->items[k], ST_ANY)) return true;
  }
  if (node->kind == SX_NODE_LIST && node->n) return true;
  const char *text = node->kind == SX_NODE_SCALAR ? node->text : "", *at = text + strlen("multi(");
  const size_t length = strlen(text);
  if (strncmp(text, "multi(", strlen("multi(")) != 0 || text[length - 1] != ')') return false;
  while (*at) {
    at += strspn(at, " ");
    const size_t n = strcspn(at, ",)");
    size_t end = n;
    while (end && at[end - 1] == ' ') end--;
    const char *name = end ? sx_arena_strndup(l->s->arena, at, end) : NULL;
    if (end == 0)
      study__problem(l, node, "a set is made of variables: '[a, b]' or 'multi(a, b)'");
    else if (!name)
      l->oom = true;
    if (!study__measure_text(l, ind, node, name, ST_ANY)) break;
    at += n + 1;
  }
  return true;
}

static void read_set(st_load *l, st_indicator *ind, const sx_node *node) {
  static const char *const shares[] = {"cases", "answers"}, *const bases[] = {"chosen", "valid", "all"};
  const bool map = node->kind == SX_NODE_MAP;
  const sx_node *of_node = map ? sx_node_get(node, "of") : node;
  set_share *s = study__take(l, 1, sizeof *s);
  if (!of_node)
    study__problem(l, node, "share_of_set needs its set: '{of: $goods, ...}', or '{of: [a, b], ...}'");
  else if (!read_multi(l, ind, of_node))
    (void)study__measure(l, ind, of_node, ST_SET);
  if (!s) return;
  ind->of_kind = s;
  if (!map) return;
  ST_KEYS(l, node, "of", "share", "among", "members", "counted");
  size_t of = SX_SET_OF_CASES, base = SX_SET_BASE_CHOSEN;
  (void)study__choice(&of, l, node, "share", shares, 2, "share");
  (void)study__choice(&base, l, node, "among", bases, 3, "base of a set");
  s->of = (sx_set_of)of;
  s->base = (sx_set_base)base;
  s->members = sx_node_get(node, "members");
  s->counted_node = sx_node_get(node, "counted");
  if (s->counted_node) s->counted = study__scalar(l, s->counted_node, "the value that counts");
}

static bool is_coded(const sx_column *c) {
  return c->type == SX_CATEGORY || c->type == SX_TEXT;
}

/* The variable that a measure names, its backquotes taken off. */
static char *variable_of(st_load *l, const st_measure *m) {
  const size_t n = strlen(m->name);
  const bool quoted = n > 2 && m->name[0] == '`' && m->name[n - 1] == '`';
  char *name = sx_arena_strndup(l->s->arena, m->name + quoted, n - 2 * quoted);
  l->oom = l->oom || !name;
  return name;
}

/* As in the commands: numbers count 1, or what is said; texts are categories, or count what is said. */
static const sx_mrset *make_set(st_load *l, const sx_table *unit, const st_indicator *ind, const set_share *s) {
  sx_mrset *set = study__take(l, 1, sizeof *set);
  char **variables = study__take(l, ind->n_measures, sizeof *variables);
  if (!set || !variables) return NULL;
  for (size_t k = 0; k < ind->n_measures; k++) {
    variables[k] = variable_of(l, &ind->measures[k]);
    if (!variables[k]) return NULL;
    if (sx_table_find(unit, variables[k])) continue;
    study__problem(l, ind->measures[k].e.node, "'%s' is no variable: a set is made of variables", variables[k]);
    return NULL;
  }
  const bool coded = is_coded(sx_table_find(unit, variables[0]));
  set->name = study__copy(l, "multi");
  set->label = set->name;
  set->variables = variables;
  set->n_variables = ind->n_measures;
  set->counted = 1;
  set->dichotomous = s->counted || !coded;
  if (s->counted && coded)
    set->counted_text = study__copy(l, s->counted);
  else if (s->counted && !sx_text_to_double(&set->counted, s->counted, strlen(s->counted)))
    study__problem(l, s->counted_node, "'%s' is not a number, and %s holds numbers", s->counted, variables[0]);
  return l->oom ? NULL : set;
}

/* The statistics of dichotomies are the variables; those of categories the levels that are known, or listed. */
static void check_set(st_load *l, const sx_table *unit, st_indicator *ind) {
  set_share *s = (set_share *)(uintptr_t)ind->of_kind;
  const bool made = ind->n_measures && ind->measures[0].type != ST_SET;
  if (!ind->n_measures) return; /* told already */
  if (made) s->made = make_set(l, unit, ind, s);
  const sx_mrset *set = made ? s->made : sx_table_find_mrset(unit, ind->measures[0].name);
  if (!set) return;
  if (!made && s->counted)
    study__problem(l, s->counted_node, "the set '%s' of the file says itself what counts", set->name);
  const char *const *names = (const char *const *)set->variables;
  if (!set->dichotomous) {
    if (s->members)
      study__listed_stats(l, unit, ind, names, set->n_variables, "prop", s->members);
    else
      (void)study__level_stats(l, unit, ind, names, set->n_variables, "prop", "list them, as 'members: [tea, milk]'");
    return;
  }
  if (s->members)
    study__problem(l, s->members, "members are of sets of categories: those of this set are its variables");
  sx_text2 *words = study__take(l, set->n_variables, sizeof *words);
  for (size_t k = 0; words && k < set->n_variables; k++) {
    const sx_column *c = sx_table_find(unit, set->variables[k]);
    const char *label = study__copy(l, c && c->label && *c->label ? c->label : set->variables[k]);
    words[k] = (sx_text2){label, label};
  }
  study__set_stats(l, ind, names, set->n_variables);
  ind->stat_words = words;
}

static sx_status run_set(sx_est_set **out, const st_job *job, sx_error *err) {
  const set_share *s = job->ind->of_kind;
  sx_est_set *set = NULL;
  sx_set_request request = SX_SET_REQUEST_INIT;
  request.set = s->made ? s->made : sx_table_find_mrset(job->unit, job->ind->measures[0].name);
  request.of = s->of;
  request.base = s->base;
  request.where = job->where;
  request.by = job->by;
  if (request.set->dichotomous) return sx_estimate_set(out, job->design, job->unit, &request, job->options, err);
  SX_TRY(sx_estimate_set(&set, job->design, job->unit, &request, job->options, err));
  return study__place_levels(out, job, set, "prop",
                             "is no member that is known before the data are read: list all under 'members'", err);
}

const st_kind study__kind_share_of_set = {
    .word = "share_of_set", .format = "% 1", .shares = true, .read = read_set, .check = check_set, .run = run_set};
