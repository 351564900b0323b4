/* study_waves_load.c: an earlier wave as a study of its own: the study's tree with the wave's parts in place, restricted to what is
 * followed and what that rests on; loaded and checked like any study. And which changes stand across a break. */
#include "study_names.h"
#include "study_waves.h"

#include <string.h>

/* ---- what is followed rests on -------------------------------------------------------------------------------------- */

typedef struct closure {
  const sx_study *s;
  const st_wave *w;
  bool *indicator, *account, *group; /* wanted */
  bool *left, *left_account;         /* without: the wave does not give them */
} closure;

static void want_indicator(closure *c, size_t i);
static void want_account(closure *c, size_t i);

static void want_domain(closure *c, const st_domain *d) {
  for (size_t i = 0; i < d->n; i++) c->group[d->terms[i].group] = true;
}

static void want_formula(closure *c, const st_formula *f) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    want_domain(c, &op->domain);
    if (op->kind == ST_OPERAND_INDICATOR) want_indicator(c, op->index);
    if (op->kind == ST_OPERAND_ACCOUNT) want_account(c, op->index);
  }
}

static void want_indicator(closure *c, size_t i) {
  const st_indicator *ind = &c->s->indicators[i];
  if (c->indicator[i]) return;
  c->indicator[i] = true;
  for (size_t k = 0; k < ind->n_by; k++) want_domain(c, &ind->by[k]);
  for (size_t k = 0; k < ind->n_gaps; k++) {
    want_domain(c, &ind->gaps[k].of);
    want_domain(c, &ind->gaps[k].to);
  }
  want_formula(c, &ind->formula);
}

static bool is_word(char ch) {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' ||
         (unsigned char)ch >= 0x80;
}

/* Every name in the texts of an account: its formulas may stand in any of its keys. */
static void want_words(closure *c, const sx_node *node) {
  for (size_t i = 0; node && node->kind != SX_NODE_SCALAR && i < node->n; i++) want_words(c, node->items[i]);
  if (!node || node->kind != SX_NODE_SCALAR) return;
  for (const char *at = node->text; *at;) {
    size_t n = 0;
    while (is_word(at[n])) n++;
    const size_t i = n ? study__find_indicator(c->s, at, n) : ST_NONE;
    const size_t a = n ? study__find_account(c->s, at, n) : ST_NONE, g = n ? study__find_group(c->s, at, n) : ST_NONE;
    if (i != ST_NONE) want_indicator(c, i);
    if (a != ST_NONE) want_account(c, a);
    if (g != ST_NONE) c->group[g] = true;
    at += n ? n : 1;
  }
}

static void want_account(closure *c, size_t i) {
  if (c->account[i]) return;
  c->account[i] = true;
  want_words(c, c->s->accounts[i].node);
}

/* What rests on something that the wave does not give is not given either. */
static bool uses_left(const closure *c) {
  for (size_t i = 0; i < c->s->n_indicators; i++)
    if (c->indicator[i] && c->left[i]) return true;
  for (size_t i = 0; i < c->s->n_accounts; i++)
    if (c->account[i] && c->left_account[i]) return true;
  return false;
}

static bool listed(const st_list *list, const char *name) {
  for (size_t i = 0; i < list->n; i++)
    if (strcmp(list->items[i], name) == 0) return true;
  return false;
}

static bool closure_init(st_load *l, closure *c, const st_wave *w) {
  const sx_study *s = l->s;
  c->s = s;
  c->w = w;
  c->indicator = study__take(l, s->n_indicators, 1);
  c->account = study__take(l, s->n_accounts, 1);
  c->group = study__take(l, s->n_groups, 1);
  c->left = study__take(l, s->n_indicators, 1);
  c->left_account = study__take(l, s->n_accounts, 1);
  if (study__stop(l)) return false;
  for (size_t i = 0; i < s->n_indicators; i++) c->left[i] = listed(&w->without, s->indicators[i].id);
  for (size_t i = 0; i < s->n_accounts; i++) c->left_account[i] = listed(&w->without, s->accounts[i].id);
  return true;
}

static void clear_wants(closure *c) {
  memset(c->indicator, 0, c->s->n_indicators);
  memset(c->account, 0, c->s->n_accounts);
  memset(c->group, 0, c->s->n_groups);
}

/* One at a time first: a formula of an indicator that is left is left with it. */
static void close_over(closure *c) {
  const struct st_series *series = c->s->series;
  for (size_t i = 0; i < c->s->n_indicators; i++) {
    clear_wants(c);
    want_indicator(c, i);
    c->left[i] = c->left[i] || uses_left(c);
  }
  for (size_t i = 0; i < c->s->n_accounts; i++) {
    clear_wants(c);
    want_account(c, i);
    c->left_account[i] = c->left_account[i] || uses_left(c);
  }
  clear_wants(c);
  for (size_t i = 0; i < c->s->n_indicators; i++)
    if (series->followed[i] && !c->left[i]) want_indicator(c, i);
  for (size_t i = 0; i < c->s->n_accounts; i++)
    if (series->followed_account[i] && !c->left_account[i]) want_account(c, i);
}

/* ---- the tree of the wave -------------------------------------------------------------------------------------------- */

typedef struct tree {
  const sx_node **keys, **items;
  size_t n;
} tree;

static bool tree_init(st_load *l, tree *t, size_t cap) {
  t->n = 0;
  t->keys = study__take(l, cap, sizeof *t->keys);
  t->items = study__take(l, cap, sizeof *t->items);
  return t->keys && t->items;
}

static void tree_put(tree *t, const sx_node *key, const sx_node *item) {
  for (size_t i = 0; i < t->n; i++) {
    if (strcmp(t->keys[i]->text, key->text) != 0) continue;
    t->items[i] = item;
    return;
  }
  t->keys[t->n] = key;
  t->items[t->n++] = item;
}

static const sx_node *tree_node(st_load *l, const tree *t, const sx_node *like) {
  sx_node *node = study__take(l, 1, sizeof *node);
  if (!node) return NULL;
  *node = *like;
  node->kind = SX_NODE_MAP;
  node->n = t->n;
  node->keys = (const sx_node *const *)t->keys;
  node->items = (const sx_node *const *)t->items;
  return node;
}

/* The parts of `base` with those of `more` put in place or added. */
static const sx_node *merged(st_load *l, const sx_node *base, const sx_node *more) {
  tree t;
  if (!base || base->kind != SX_NODE_MAP) return more;
  if (!more || more->kind != SX_NODE_MAP || !tree_init(l, &t, base->n + more->n)) return base;
  for (size_t i = 0; i < base->n; i++) tree_put(&t, base->keys[i], base->items[i]);
  for (size_t i = 0; i < more->n; i++) tree_put(&t, more->keys[i], more->items[i]);
  return tree_node(l, &t, base);
}

/* Parts by name that are wanted; find gives their index in the study. */
static const sx_node *wanted(st_load *l, const sx_node *map, const bool *want, const char *kind) {
  tree t;
  if (!map || map->kind != SX_NODE_MAP || !tree_init(l, &t, map->n)) return map;
  for (size_t i = 0; i < map->n; i++) {
    const char *id = map->keys[i]->text;
    const size_t at = *kind == 'i'   ? study__find_indicator(l->s, id, strlen(id))
                      : *kind == 'a' ? study__find_account(l->s, id, strlen(id))
                                     : study__find_group(l->s, id, strlen(id));
    if (at != ST_NONE && want[at]) tree_put(&t, map->keys[i], map->items[i]);
  }
  return tree_node(l, &t, map);
}

static const sx_node *wave_root(st_load *l, const closure *c) {
  static const char *const whole[] = {"study", "level", "ci", "df", "deff"},
                           *const part[] = {"data", "derived", "benchmarks"},
                           *const other[] = {"join", "design", "weighting"};
  const sx_node *root = sx_doc_root(l->s->doc), *own = c->w->node;
  tree t;
  if (!tree_init(l, &t, root->n + own->n)) return NULL;
  for (size_t i = 0; i < root->n; i++) {
    const char *key = root->keys[i]->text;
    const sx_node *item = NULL;
    for (size_t k = 0; k < 5; k++)
      if (strcmp(key, whole[k]) == 0) item = root->items[i];
    for (size_t k = 0; k < 3; k++)
      if (strcmp(key, part[k]) == 0) item = merged(l, root->items[i], sx_node_get(own, key));
    for (size_t k = 0; k < 3; k++)
      if (strcmp(key, other[k]) == 0) item = sx_node_get(own, key) ? sx_node_get(own, key) : root->items[i];
    if (strcmp(key, "groups") == 0) item = wanted(l, root->items[i], c->group, "g");
    if (strcmp(key, "indicators") == 0) item = wanted(l, root->items[i], c->indicator, "i");
    if (strcmp(key, "accounts") == 0) item = wanted(l, root->items[i], c->account, "a");
    if (item) tree_put(&t, root->keys[i], item);
  }
  for (size_t i = 0; i < own->n; i++) { /* parts that the study itself has not */
    const char *key = own->keys[i]->text;
    bool known = strcmp(key, "wave") == 0;
    for (size_t k = 0; k < 3; k++) known = known || strcmp(key, part[k]) == 0 || strcmp(key, other[k]) == 0;
    if (known && (!sx_node_get(root, key) || strcmp(key, "wave") == 0)) tree_put(&t, own->keys[i], own->items[i]);
  }
  return study__stop(l) ? NULL : tree_node(l, &t, root);
}

/* ---- loading ------------------------------------------------------------------------------------------------------------- */

static sx_study *child_new(st_load *l, const st_wave *w) {
  const sx_study *s = l->s;
  sx_study *child = sx_mem_zalloc(&s->ctx, 1, sizeof *child);
  if (!child || sx_arena_new(&child->arena, &s->ctx, NULL) != SX_OK) {
    sx_mem_free(&s->ctx, child);
    l->oom = true;
    return NULL;
  }
  child->ctx = s->ctx;
  child->doc = s->doc;
  child->source = s->source;
  child->n_source = s->n_source;
  child->path = s->path;
  child->data_dir = s->data_dir;
  child->skipped = s->skipped;
  child->follower = s;
  child->as_wave = w;
  child->unit_ids = w->independent ? (st_list){NULL, NULL, 0} : s->series->unit;
  return child;
}

static void mark_followed(const sx_study *of, sx_study *s) {
  const struct st_series *series = of->series;
  for (size_t i = 0; i < of->n_indicators; i++) {
    const size_t at = study__find_indicator(s, of->indicators[i].id, strlen(of->indicators[i].id));
    if (series->followed[i] && at != ST_NONE) s->indicators[at].followed = true;
  }
  for (size_t i = 0; i < of->n_accounts; i++) {
    const size_t at = study__find_account(s, of->accounts[i].id, strlen(of->accounts[i].id));
    if (series->followed_account[i] && at != ST_NONE) s->accounts[at].followed = true;
  }
}

static void load_wave(st_load *l, st_wave *w) {
  closure c;
  if (!closure_init(l, &c, w)) return;
  close_over(&c);
  const sx_node *root = wave_root(l, &c);
  if (!root || !(w->study = child_new(l, w))) return;
  st_load inner = {.s = w->study, .problems = l->problems, .wave = w->id, .kept = l->kept, .again = l->again};
  study__read_whole(&inner, root);
  l->oom = l->oom || inner.oom;
  mark_followed(l->s, w->study);
}

void study__waves_free(sx_study *s) {
  for (size_t i = 0; s->series && i < s->series->n; i++) sx_study_free(s->series->waves[i].study);
}

/* ---- breaks ---------------------------------------------------------------------------------------------------------------- */

/* The break that a name stands for: a mapping that says so, or the list; ST_NONE none. Index: maps, then breaks. */
static size_t break_of_variable(const st_wave *w, const char *name) {
  for (size_t i = 0; i < w->n_maps; i++)
    if (w->maps[i].breaks && strcmp(w->maps[i].variable, name) == 0) return i;
  for (size_t i = 0; i < w->n_breaks; i++)
    if (listed(&w->breaks[i].variables, name)) return w->n_maps + i;
  return ST_NONE;
}

/* In an expression any category may be meant. */
static size_t break_in_expr(const st_wave *w, const char *name) {
  const size_t own = break_of_variable(w, name);
  return own != ST_NONE ? own : study__merge_of(w, name);
}

static size_t break_of_expr(const sx_study *s, const st_wave *w, const st_expr *e, size_t depth) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr) && depth < 64; i++) {
    const char *name = sx_expr_name(e->expr, i);
    const size_t own = break_in_expr(w, name), d = study__find_derived(s, name);
    if (own != ST_NONE) return own;
    const size_t deeper = d == ST_NONE ? ST_NONE : break_of_expr(s, w, &s->derived[d].value, depth + 1);
    if (deeper != ST_NONE) return deeper;
  }
  return ST_NONE;
}

static size_t break_of_name(const sx_study *s, const st_wave *w, const char *name) {
  const size_t own = break_of_variable(w, name), d = study__find_derived(s, name);
  if (own != ST_NONE || d == ST_NONE) return own;
  return break_of_expr(s, w, &s->derived[d].value, 0);
}

size_t study__break_of_name(const sx_study *s, const st_wave *w, const char *name) {
  const size_t own = break_in_expr(w, name);
  return own != ST_NONE ? own : break_of_name(s, w, name);
}

static size_t break_of_indicator(const sx_study *s, const st_wave *w, const st_indicator *ind) {
  size_t found = ST_NONE;
  for (size_t i = 0; i < w->n_breaks; i++)
    if (listed(&w->breaks[i].indicators, ind->id)) return w->n_maps + i;
  for (size_t i = 0; i < ind->n_measures && found == ST_NONE; i++) {
    found = study__is_levels(ind) ? break_of_name(s, w, ind->measures[i].name) /* study__merge_of_shares has the rest */
                                  : break_of_expr(s, w, &ind->measures[i].e, 0);
    if (found == ST_NONE && ind->measures[i].type == ST_SET) found = break_of_variable(w, ind->measures[i].name);
  }
  if (found == ST_NONE) found = break_of_expr(s, w, &ind->base, 0);
  return found == ST_NONE ? break_of_expr(s, w, &ind->where, 0) : found;
}

static size_t break_of_domain(const sx_study *s, const st_wave *w, const st_domain *d) {
  for (size_t i = 0; i < d->n; i++) {
    const size_t g = d->terms[i].group;
    const char *by = s->groups[g].by, *level = d->terms[i].level;
    if (w->broken_group[g] != ST_NONE) return w->broken_group[g];
    const size_t merged = by && level ? study__merge_of_level(w, by, level, strlen(level)) : ST_NONE;
    if (merged != ST_NONE) return merged;
  }
  return ST_NONE;
}

static void break_formula(const sx_study *s, const st_wave *w, size_t *out, const st_formula *f) {
  for (size_t i = 0; i < f->n && *out == ST_NONE; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_INDICATOR) *out = w->broken[op->index];
    if (op->kind == ST_OPERAND_INDICATOR && *out == ST_NONE)
      *out = study__merge_of_shares(w, &s->indicators[op->index], NULL);
    if (op->kind == ST_OPERAND_ACCOUNT) *out = w->broken_account[op->index];
    if (*out == ST_NONE && op->fixed) *out = break_of_domain(s, w, &op->domain);
  }
}

/* An account is broken where anything in it is. */
static void break_account(const sx_study *s, st_wave *w, size_t i) {
  const st_account *a = &s->accounts[i];
  for (size_t k = 0; k < w->n_breaks && w->broken_account[i] == ST_NONE; k++)
    if (listed(&w->breaks[k].accounts, a->id)) w->broken_account[i] = w->n_maps + k;
  const st_formula *f = NULL;
  bool domains = false;
  for (size_t k = 0; (f = study__account_formula(a, k, &domains)) != NULL; k++)
    break_formula(s, w, &w->broken_account[i], f);
  for (size_t k = 0; k < a->n_nodes && w->broken_account[i] == ST_NONE; k++)
    if (a->nodes[k].data_total.expr) w->broken_account[i] = break_of_expr(s, w, &a->nodes[k].data_total, 0);
}

void study__find_breaks(const sx_study *s, st_wave *w) {
  for (size_t g = 0; g < s->n_groups; g++) {
    const st_group *group = &s->groups[g];
    w->broken_group[g] = group->by ? break_of_name(s, w, group->by) : break_of_expr(s, w, &group->where, 0);
    for (size_t k = 0; k < w->n_breaks && w->broken_group[g] == ST_NONE; k++)
      if (listed(&w->breaks[k].groups, group->id)) w->broken_group[g] = w->n_maps + k;
  }
  for (size_t i = 0; i < s->n_indicators; i++) w->broken[i] = break_of_indicator(s, w, &s->indicators[i]);
  for (size_t i = 0; i < s->n_accounts; i++) w->broken_account[i] = ST_NONE;
  for (size_t i = 0; i < s->n_formula_order; i++) {
    const size_t at = s->formula_order[i];
    if (at < s->n_indicators)
      break_formula(s, w, &w->broken[at], &s->indicators[at].formula);
    else if (at < s->n_indicators + s->n_accounts)
      break_account(s, w, at - s->n_indicators);
  }
}

static void find_breaks(st_load *l, st_wave *w) {
  const sx_study *s = l->s;
  w->broken = study__take(l, s->n_indicators, sizeof *w->broken);
  w->broken_account = study__take(l, s->n_accounts, sizeof *w->broken_account);
  w->broken_group = study__take(l, s->n_groups, sizeof *w->broken_group);
  if (!study__stop(l)) study__find_breaks(s, w);
}

/* What can be seen of the files before a run; the run looks again. */
static void find_merges(st_load *l, st_wave *w) {
  const sx_study *s = l->s;
  const sx_table *own = s->n_tables && s->schemas ? s->schemas[s->unit] : NULL;
  sx_error err = SX_ERROR_INIT;
  if (!own) return;
  if (study__find_merges(s, w, own, false, &err) != SX_OK)
    study__error_problem(l, w->node, &err);
  else
    study__find_breaks(s, w);
}

static void check_break_names(st_load *l, const st_wave *w) {
  const sx_study *s = l->s;
  char near[160];
  for (size_t i = 0; i < w->n_breaks; i++) {
    const st_break *b = &w->breaks[i];
    for (size_t k = 0; k < b->indicators.n; k++)
      if (study__find_indicator(s, b->indicators.items[k], strlen(b->indicators.items[k])) == ST_NONE)
        study__problem(l, b->indicators.nodes[k], "unknown indicator '%s'%s", b->indicators.items[k],
                       study__near(s, near, b->indicators.items[k], "i"));
    for (size_t k = 0; k < b->accounts.n; k++)
      if (study__find_account(s, b->accounts.items[k], strlen(b->accounts.items[k])) == ST_NONE)
        study__problem(l, b->accounts.nodes[k], "unknown account '%s'%s", b->accounts.items[k],
                       study__near(s, near, b->accounts.items[k], "a"));
    for (size_t k = 0; k < b->groups.n; k++)
      if (study__find_group(s, b->groups.items[k], strlen(b->groups.items[k])) == ST_NONE)
        study__problem(l, b->groups.nodes[k], "unknown group '%s'%s", b->groups.items[k],
                       study__near(s, near, b->groups.items[k], "g"));
  }
}

/* ---- all of it ----------------------------------------------------------------------------------------------------------------- */

static void check_ids(st_load *l, const sx_study *s, const sx_node *at) {
  const sx_table *head = s->n_tables && s->schemas ? s->schemas[s->unit] : NULL;
  for (size_t i = 0; head && i < s->unit_ids.n; i++) {
    const sx_column *c = NULL;
    sx_error err = SX_ERROR_INIT;
    if (study__find_derived(s, s->unit_ids.items[i]) != ST_NONE) continue;
    if (sx_table_need(&c, head, s->unit_ids.items[i], &err) != SX_OK)
      study__problem(l, at, "%s%s%swhat links units ('unit'): %s", s->as_wave ? "wave " : "",
                     s->as_wave ? s->as_wave->id : "", s->as_wave ? ": " : "", err.message);
  }
}

void study__load_waves(st_load *l) {
  sx_study *s = l->s;
  struct st_series *series = s->series;
  if (!series || !series->followed || !series->followed_account) return;
  size_t bad = 0;
  for (size_t i = 0; i < l->problems->n; i++) bad += !l->problems->items[i].warning;
  s->unit_ids = series->unit;
  mark_followed(s, s);
  const sx_node *unit = sx_node_get(series->node, "unit");
  if (!bad) check_ids(l, s, unit);
  for (size_t i = 0; i < series->n && !study__stop(l); i++) {
    st_wave *w = &series->waves[i];
    check_break_names(l, w);
    find_breaks(l, w);
    if (study__stop(l) || !w->with_data) continue;
    load_wave(l, w);
    if (!study__stop(l) && w->study) check_ids(l, w->study, w->node);
    if (!study__stop(l) && w->study) study__check_categories(l, w);
    if (!study__stop(l) && w->study) find_merges(l, w);
  }
}
