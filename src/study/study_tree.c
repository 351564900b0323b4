/* study_tree.c: accounts, published figures, tables, figures and narrative as the study file writes them. */
#include "study_load.h"
#include "study_names.h"

#include <stdio.h>
#include <string.h>

static bool grow_nodes(st_load *l, st_account *a, size_t need) {
  if (need <= a->cap_nodes) return true;
  const size_t cap = need * 2 + 8;
  st_node *more = study__take(l, cap, sizeof *more);
  if (!more) return false;
  if (a->n_nodes) memcpy(more, a->nodes, a->n_nodes * sizeof *more);
  a->nodes = more;
  a->cap_nodes = cap;
  return true;
}

st_node *study__add_node(st_load *l, st_account *a) {
  return grow_nodes(l, a, a->n_nodes + 1) ? &a->nodes[a->n_nodes++] : NULL;
}

static st_formula read_formula(st_load *l, const sx_node *map, const char *key) {
  return (st_formula){.value = study__expr(l, map, key)};
}

static void check_keys(st_load *l, const sx_node *map, const char *const *keys) {
  size_t n = 0;
  while (keys[n]) n++;
  study__keys(l, map, keys, n);
}

static void read_node(st_load *l, st_account *a, const sx_node *map) {
  if (!study__is_map(l, map, "a node of an account")) {
    study__problem(l, map, "a node of an account is {id: ..., parent: ..., ...}");
    return;
  }
  check_keys(l, map, study__node_keys);
  const sx_node *parents = sx_node_get(map, "parent");
  st_node node = {.node = map, .id = study__text(l, map, "id")};
  if (node.id && parents && parents->kind == SX_NODE_LIST) {
    study__problem(l, parents,
                   "the node '%s' has %zu parents: each amount belongs to one, or it would be counted twice", node.id,
                   parents->n);
    a->faulty = true;
    return;
  }
  node.parent = study__text(l, map, "parent");
  if (!node.id) {
    study__problem(l, map, "a node of an account has an id");
    return;
  }
  node.label = study__text2(l, map, "label");
  if (!node.label.zh && !node.label.en) node.label.zh = node.label.en = node.id;
  node.codes = study__list(l, map, "codes");
  const char *scope = study__text(l, map, "scope");
  if (scope) {
    size_t at = 0;
    while (at < a->scopes.n && strcmp(a->scopes.items[at], scope) != 0) at++;
    if (at == a->scopes.n) {
      const char *near = sx_text_nearest(scope, a->scopes.items, a->scopes.n);
      study__problem(l, sx_node_get(map, "scope"), "unknown scope '%s'%s%s%s", scope, near ? ", did you mean '" : "",
                     near ? near : "", near ? "'?" : "");
    } else { /* a narrow scope belongs to the wider ones too */
      node.scopes = (st_list){a->scopes.items + at, a->scopes.nodes + at, a->scopes.n - at};
    }
  }
  study__read_leaf(l, &node, map);
  st_node *kept = study__add_node(l, a);
  if (!kept) return;
  *kept = node;
  study__read_adjustments(l, a, &node);
}

const char *study__near_node(st_load *l, char out[160], const st_account *a, const char *text) {
  const char **ids = study__take(l, a->n_nodes, sizeof *ids);
  size_t n = 0;
  for (size_t k = 0; ids && k < a->n_nodes; k++) {
    if (a->nodes[k].id) ids[n++] = a->nodes[k].id;
  }
  const char *near = ids ? sx_text_nearest(text, ids, n) : NULL;
  out[0] = '\0';
  if (near) (void)snprintf(out, 160, ", did you mean '%.120s'?", near);
  return out;
}

/* Parents before children, as the accounts room wants them; unknown parents and circles are problems. */
static void order_nodes(st_load *l, st_account *a) {
  st_node *sorted = study__take(l, a->n_nodes, sizeof *sorted);
  bool *done = study__take(l, a->n_nodes, sizeof *done);
  size_t n = 0;
  if (!sorted || !done) return;
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (!a->nodes[i].parent || study__find_node(a, a->nodes[i].parent) != ST_NONE) continue;
    char near[160];
    study__problem(l, sx_node_get(a->nodes[i].node, "parent"), "unknown parent '%s'%s", a->nodes[i].parent,
                   study__near_node(l, near, a, a->nodes[i].parent));
    a->nodes[i].parent = NULL;
    a->faulty = done[i] = true; /* left out of what follows */
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (size_t i = 0; i < a->n_nodes; i++) {
      if (done[i]) continue;
      bool ready = a->nodes[i].parent == NULL;
      for (size_t k = 0; !ready && k < n; k++) ready = strcmp(sorted[k].id, a->nodes[i].parent) == 0;
      if (!ready) continue;
      sorted[n++] = a->nodes[i];
      done[i] = moved = true;
    }
  }
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (!done[i] && study__find_node(a, a->nodes[i].parent) != ST_NONE) {
      study__problem(l, a->nodes[i].node, "the node '%s' is its own ancestor, or hangs under one that is",
                     a->nodes[i].id);
      a->faulty = true;
      break;
    }
  }
  a->nodes = sorted;
  a->n_nodes = n;
}

static void read_account(st_load *l, st_account *a, const char *id, const sx_node *map) {
  a->id = id;
  a->node = map;
  a->tree = ST_NONE;
  if (!study__is_map(l, map, "an account")) return;
  check_keys(l, map, study__account_keys);
  a->label = study__text2(l, map, "label");
  a->unit = study__text(l, map, "unit");
  a->format = study__text(l, map, "format");
  if (!a->format) a->format = a->unit ? study__usual_format(l, a->unit) : "plain 2";
  a->scopes = study__list(l, map, "scopes");
  a->benchmark = read_formula(l, map, "benchmark");
  a->scale = read_formula(l, map, "scale");
  const sx_node *nodes = sx_node_get(map, "nodes"), *tree = sx_node_get(map, "tree");
  if ((nodes != NULL) == (tree != NULL)) {
    study__problem(l, map, "the account '%s' has either 'nodes: [...]' or 'tree: {from: TABLE, ...}'", id);
    a->faulty = true;
    return;
  }
  if (study__is_list(l, nodes, "nodes")) {
    for (size_t i = 0; i < nodes->n; i++) read_node(l, a, nodes->items[i]);
    order_nodes(l, a);
    if (nodes->n == 0) study__problem(l, nodes, "the account '%s' has no nodes", id);
    a->faulty = a->faulty || a->n_nodes == 0;
  }
  study__read_account_words(l, a, map);
  if (!study__is_map(l, tree, "tree")) return;
  ST_KEYS(l, tree, "from", "code", "level", "label", "where", "continues", "root");
  const char *from = study__text(l, tree, "from");
  char near[160];
  if (!from || !study__text(l, tree, "code") || !study__text(l, tree, "level")) {
    study__problem(l, tree, "a tree is {from: TABLE, code: NAME, level: NAME, label: NAME}");
  } else if ((a->tree = study__find_table(l->s, from)) == ST_NONE) {
    study__problem(l, sx_node_get(tree, "from"), "unknown table '%s'%s", from, study__near(l->s, near, from, "t"));
  }
  const sx_node *leaf = sx_node_get(map, "leaf");
  if (!study__is_map(l, leaf, "leaf") || !study__text(l, leaf, "total")) {
    study__problem(l, leaf ? leaf : map, "an account from a table needs 'leaf: {total: EXPRESSION with {code}}'");
  } else {
    ST_KEYS(l, leaf, "total");
  }
}

void study__read_accounts(st_load *l, const sx_node *root) {
  const sx_node *map = sx_node_get(root, "accounts");
  if (!study__is_map(l, map, "accounts")) return;
  sx_study *s = l->s;
  s->accounts = study__take(l, map->n, sizeof *s->accounts);
  for (size_t i = 0; s->accounts && i < map->n; i++) {
    study__id(l, map->keys[i], map->keys[i]->text, "the account");
    read_account(l, &s->accounts[s->n_accounts++], map->keys[i]->text, map->items[i]);
  }
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static void read_block_list(st_load *l, const sx_node *list, bool figure) {
  sx_study *s = l->s;
  for (size_t i = 0; list && i < list->n; i++) {
    st_block block = {.node = list->items[i], .figure = figure};
    if (!study__is_map(l, block.node, figure ? "a figure" : "a table")) continue;
    block.id = study__text(l, block.node, "id");
    if (!block.id) {
      study__problem(l, block.node, "a %s has an id: the text places it by {{%s ID}}", figure ? "figure" : "table",
                     figure ? "figure" : "table");
      continue;
    }
    for (size_t k = 0; k < s->n_blocks; k++) {
      if (s->blocks[k].figure == figure && strcmp(s->blocks[k].id, block.id) == 0) {
        study__problem(l, block.node, "the id '%s' stands twice", block.id);
      }
    }
    s->blocks[s->n_blocks++] = block;
  }
}

static void read_narrative(st_load *l, const sx_node *map) {
  sx_study *s = l->s;
  if (!study__is_map(l, map, "narrative")) return;
  ST_KEYS(l, map, "zh", "en");
  const st_list zh = study__list(l, map, "zh"), en = study__list(l, map, "en");
  const size_t n = zh.n > en.n ? zh.n : en.n;
  if (zh.n && en.n && zh.n != en.n) {
    study__problem(l, map, "%zu Chinese and %zu English texts: they go in pairs", zh.n, en.n);
  }
  s->narrative = study__take(l, n, sizeof *s->narrative);
  for (size_t i = 0; s->narrative && i < n; i++) {
    st_narrative *t = &s->narrative[s->n_narrative++];
    t->node = map;
    if (i < zh.n) {
      t->zh = zh.items[i];
      t->node = zh.nodes[i];
    }
    if (i < en.n) t->en = en.items[i];
  }
}

void study__read_blocks(st_load *l, const sx_node *root) {
  static const char *const annexes[] = {"assumptions", "definitions", "design", "provenance", "rules", "tables"};
  sx_study *s = l->s;
  const sx_node *published = sx_node_get(root, "published");
  if (study__is_map(l, published, "published")) {
    ST_KEYS(l, published, "file");
    s->published = (st_published){.node = published, .file = study__text(l, published, "file")};
    if (!s->published.file)
      study__problem(l, published, "published figures stand in a file: 'published: {file: published.csv}'");
  }
  const sx_node *tables = sx_node_get(root, "tables"), *figures = sx_node_get(root, "figures");
  const bool have_tables = study__is_list(l, tables, "tables"), have_figures = study__is_list(l, figures, "figures");
  s->blocks = study__take(l, (have_tables ? tables->n : 0) + (have_figures ? figures->n : 0), sizeof *s->blocks);
  if (s->blocks) {
    if (have_figures) read_block_list(l, figures, true);
    if (have_tables) read_block_list(l, tables, false);
  }
  read_narrative(l, sx_node_get(root, "narrative"));
  s->annex = study__list(l, root, "annex");
  for (size_t i = 0; i < s->annex.n; i++) {
    const char *near = sx_text_nearest(s->annex.items[i], annexes, sizeof annexes / sizeof *annexes);
    if (near && strcmp(near, s->annex.items[i]) == 0) continue;
    study__problem(l, s->annex.nodes[i],
                   "unknown annex '%s'%s%s%s: one of assumptions, definitions, design, provenance, rules, tables",
                   s->annex.items[i], near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
}
