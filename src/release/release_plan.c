/* release_plan.c: rules and options as YAML. */
#include <math.h>
#include <string.h>

#include "shuxiao/release_tables.h"

const char *const sx_release_rule_words[] = {"min_n", "width", "zero_width", "dominance",   "p",       "pq",
                                             "zeros", "cost",  "secondary",  "max_attacks", "seconds", NULL};

/* The number under a key; absent leaves *out. */
static sx_status number(double *out, const sx_doc *doc, const sx_node *map, const char *key, double least, double most,
                        sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  double value = 0;
  if (!node) return SX_OK;
  if (!sx_node_number(&value, node) || !(value >= least && value <= most))
    return sx_node_error(err, doc, node, "%s is a number from %g to %g", key, least, most);
  *out = value;
  return SX_OK;
}

/* One of the words under a key, by its place. */
static sx_status word(int *out, const sx_doc *doc, const sx_node *map, const char *key, const char *const *words,
                      size_t n, sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  if (!node) return SX_OK;
  for (size_t i = 0; i < n && node->kind == SX_NODE_SCALAR; i++) {
    if (strcmp(node->text, words[i]) != 0) continue;
    *out = (int)i;
    return SX_OK;
  }
  const char *near = node->kind == SX_NODE_SCALAR ? sx_text_nearest(node->text, words, n) : NULL;
  return sx_node_error(err, doc, node, "%s is %s, %s or %s%s%s", key, words[0], words[1], words[2],
                       near ? "; did you mean " : "", near ? near : "");
}

static sx_status pair(double *first, double *second, const sx_doc *doc, const sx_node *map, const char *key,
                      const char *const names[2], const double most[2], sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  if (!node) return SX_OK;
  if (node->kind != SX_NODE_MAP || !sx_node_get(node, names[0]) || !sx_node_get(node, names[1]))
    return sx_node_error(err, doc, node, "%s is {%s: NUMBER, %s: NUMBER}", key, names[0], names[1]);
  SX_TRY(sx_node_keys(doc, node, names, 2, err));
  SX_TRY(number(first, doc, node, names[0], 0, most[0], err));
  return number(second, doc, node, names[1], 0, most[1], err);
}

sx_status sx_release_rules_read(sx_release_rules *rules, sx_release_options *options, const sx_doc *doc,
                                const sx_node *map, sx_error *err) {
  static const char *const secondary[] = {"optimal", "greedy", "none"}, *const cost[] = {"value", "count", "n"};
  static const char *const dominance[] = {"n", "k"}, *const pq[] = {"p", "q"};
  static const double most_dominance[] = {1000, 100}, most_pq[] = {100, 100};
  int method = (int)options->method, by = (int)options->cost;
  double n = (double)rules->dominance_n, attacks = (double)options->max_attacks;
  SX_TRY(number(&rules->min_n, doc, map, "min_n", 0, 1e9, err));
  SX_TRY(number(&rules->width, doc, map, "width", 0, 10, err));
  SX_TRY(number(&rules->zero_width, doc, map, "zero_width", 0, 1e15, err));
  SX_TRY(pair(&n, &rules->dominance, doc, map, "dominance", dominance, most_dominance, err));
  SX_TRY(number(&rules->p, doc, map, "p", 0, 100, err));
  SX_TRY(pair(&rules->pq_p, &rules->pq_q, doc, map, "pq", pq, most_pq, err));
  const sx_node *zeros = sx_node_get(map, "zeros");
  if (zeros && !sx_node_bool(&rules->zeros, zeros)) return sx_node_error(err, doc, zeros, "zeros is true or false");
  SX_TRY(word(&method, doc, map, "secondary", secondary, 3, err));
  SX_TRY(word(&by, doc, map, "cost", cost, 3, err));
  SX_TRY(number(&attacks, doc, map, "max_attacks", 0, 1e12, err));
  SX_TRY(number(&options->seconds, doc, map, "seconds", 0, 1e6, err));
  rules->dominance_n = (size_t)n;
  options->method = (sx_release_method)method;
  options->cost = (sx_release_cost)by;
  options->max_attacks = (size_t)attacks;
  return SX_OK;
}

/* ---- hierarchies ------------------------------------------------------------------------------------------------------------ */

static sx_status texts(const char *const **out, size_t *n, sx_arena *arena, const sx_doc *doc, const sx_node *node,
                       const char *what, sx_error *err) {
  if (node->kind != SX_NODE_LIST || node->n == 0) return sx_node_error(err, doc, node, "%s is a list of names", what);
  const char **list = sx_arena_alloc(arena, node->n, sizeof *list);
  if (!list) return sx_error_memory(err);
  for (size_t i = 0; i < node->n; i++) {
    if (node->items[i]->kind != SX_NODE_SCALAR)
      return sx_node_error(err, doc, node->items[i], "%s is a list of names", what);
    list[i] = node->items[i]->text;
    for (size_t k = 0; k < i; k++) {
      if (strcmp(list[k], list[i]) == 0) return sx_node_error(err, doc, node->items[i], "'%s' stands twice", list[i]);
    }
  }
  *out = list;
  *n = node->n;
  return SX_OK;
}

static const sx_release_branch *branch_of(const sx_release_branch *b, size_t n, const char *dimension,
                                          const char *child) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(b[i].dimension, dimension) != 0) continue;
    for (size_t k = 0; k < b[i].n_children; k++)
      if (strcmp(b[i].children[k], child) == 0) return &b[i];
  }
  return NULL;
}

/* A level has one parent and is no part of itself. */
static sx_status check_branch(const sx_release_branch *all, size_t n, size_t i, const sx_doc *doc, const sx_node *node,
                              sx_error *err) {
  const sx_release_branch *b = &all[i];
  for (size_t k = 0; k < b->n_children; k++) {
    const sx_release_branch *other = branch_of(all, n, b->dimension, b->children[k]);
    if (other != b)
      return sx_node_error(err, doc, node->items[k], "'%s' is a part of '%s' already", b->children[k], other->parent);
  }
  const char *level = b->parent;
  for (size_t steps = 0; steps <= n; steps++) {
    const sx_release_branch *up = branch_of(all, n, b->dimension, level);
    if (!up) return SX_OK;
    level = up->parent;
    if (strcmp(level, b->parent) == 0) break;
  }
  return sx_node_error(err, doc, node, "the hierarchy of %s runs in a circle: '%s' is a part of itself", b->dimension,
                       b->parent);
}

static sx_status hierarchies(sx_release_plan *out, sx_arena *arena, const sx_doc *doc, const sx_node *map,
                             sx_error *err) {
  size_t n = 0, cap = 0;
  sx_release_branch *list = NULL;
  const sx_node **nodes = NULL;
  size_t cap_nodes = 0;
  if (map->kind != SX_NODE_MAP)
    return sx_node_error(err, doc, map, "hierarchies is {DIMENSION: {PARENT: [CHILD, CHILD]}}");
  for (size_t d = 0; d < map->n; d++) {
    const sx_node *tree = map->items[d];
    if (tree->kind != SX_NODE_MAP) return sx_node_error(err, doc, tree, "a hierarchy is {PARENT: [CHILD, CHILD]}");
    for (size_t i = 0; i < tree->n; i++) {
      if (!sx_arena_grow(arena, (void **)&list, &cap, n + 1, sizeof *list) ||
          !sx_arena_grow(arena, (void **)&nodes, &cap_nodes, n + 1, sizeof *nodes))
        return sx_error_memory(err);
      list[n] = (sx_release_branch){map->keys[d]->text, tree->keys[i]->text, NULL, 0};
      nodes[n] = tree->items[i];
      SX_TRY(texts(&list[n].children, &list[n].n_children, arena, doc, tree->items[i], "a parent's children", err));
      n++;
    }
  }
  for (size_t i = 0; i < n; i++) SX_TRY(check_branch(list, n, i, doc, nodes[i], err));
  out->branches = list;
  out->n_branches = n;
  return SX_OK;
}

static sx_status name(const char **out, const sx_doc *doc, const sx_node *map, const char *key, sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  if (node && node->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "%s is a name", key);
  if (node) *out = node->text;
  return SX_OK;
}

sx_status sx_release_plan_read(sx_release_plan *out, sx_arena *arena, const sx_doc *doc, const sx_node *map,
                               sx_error *err) {
  static const char *const own[] = {"value", "n", "top", "total", "hierarchies", "known", "keep_zeros"},
                           *const known[] = {"low", "high"};
  const char *keys[32];
  size_t n = 0;
  for (; n < sizeof own / sizeof *own; n++) keys[n] = own[n];
  for (size_t i = 0; sx_release_rule_words[i]; i++) keys[n++] = sx_release_rule_words[i];
  if (!map || map->kind != SX_NODE_MAP) return sx_node_error(err, doc, map, "the plan is a map: min_n, p, total, ...");
  SX_TRY(sx_node_keys(doc, map, keys, n, err));
  SX_TRY(name(&out->value, doc, map, "value", err));
  SX_TRY(name(&out->n, doc, map, "n", err));
  SX_TRY(name(&out->total, doc, map, "total", err));
  const sx_node *top = sx_node_get(map, "top"), *trees = sx_node_get(map, "hierarchies");
  const sx_node *range = sx_node_get(map, "known"), *zeros = sx_node_get(map, "keep_zeros");
  if (top) SX_TRY(texts(&out->top, &out->n_top, arena, doc, top, "top", err));
  if (trees) SX_TRY(hierarchies(out, arena, doc, trees, err));
  if (range) {
    if (range->kind != SX_NODE_MAP) return sx_node_error(err, doc, range, "known is {low: 0.5, high: 1.5}");
    SX_TRY(sx_node_keys(doc, range, known, 2, err));
    SX_TRY(number(&out->known_low, doc, range, "low", 0, 1, err));
    SX_TRY(number(&out->known_high, doc, range, "high", 1, 1e12, err));
  }
  if (zeros && !sx_node_bool(&out->keep_zeros, zeros))
    return sx_node_error(err, doc, zeros, "keep_zeros is true or false");
  return sx_release_rules_read(&out->rules, &out->options, doc, map, err);
}
