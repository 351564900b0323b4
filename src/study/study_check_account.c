/* study_check_account.c: tables and figures of an account: every node, measure, group and comparison must be one that the run makes. */
#include <string.h>

#include "study_account.h"
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

static const char *const types[] = {"bars", "grouped", "shares", "dots", "stacked", "heat", "waterfall", "tornado"};
enum { N_TYPES = sizeof types / sizeof *types };

static bool is_type(const char *type, const char *name) {
  return type && strcmp(type, name) == 0;
}

static void check_nodes(st_load *l, const st_account *a, const sx_node *map, const char *key) {
  const st_list list = study__list(l, map, key);
  char near[160];
  if (l->s->skipped) return;
  for (size_t i = 0; i < list.n; i++) {
    if (study__find_node(a, list.items[i]) == ST_NONE)
      study__problem(l, list.nodes[i], "the account '%s' has no node '%s'%s", a->id, list.items[i],
                     study__near_node(l, near, a, list.items[i]));
  }
}

/* Statistics by the check of references: at a node that is no root, in a group where there is one. */
static void check_measures(st_load *l, const st_account *a, const sx_node *map, const char *key) {
  const st_list list = study__list(l, map, key);
  enum { MAX = 16 };
  const char *names[MAX];
  size_t n = 0;
  for (int m = SX_ACCOUNT_LEVEL; m <= SX_ACCOUNT_MEASURE_LAST && n + 1 < MAX; m++)
    names[n++] = sx_account_measure_name((sx_account_measure)m);
  names[n++] = "direct";
  for (size_t i = 0; i < list.n; i++) {
    if (study__is_change(l->s, list.items[i])) continue;
    const char *near = sx_text_nearest(list.items[i], names, n);
    if (!near || strcmp(near, list.items[i]) != 0) {
      study__problem(l, list.nodes[i], "unknown measure '%s'%s%s%s", list.items[i], near ? ", did you mean '" : "",
                     near ? near : "", near ? "'?" : "");
    } else if (strcmp(near, "share_of_benchmark") == 0 && !a->benchmark.value.node) {
      study__problem(l, list.nodes[i], "the account '%s' has no benchmark", a->id);
    } else if ((strcmp(near, "level_constant") == 0 || strcmp(near, "price_effect") == 0) && !study__has_price(a)) {
      study__problem(l, list.nodes[i], "the account '%s' has no price_index", a->id);
    } else if (strcmp(near, "level_measured") == 0 && !study__has_period(a)) {
      study__problem(l, list.nodes[i], "the account '%s' has no factor: its level is what was measured", a->id);
    }
  }
}

static void check_effects(st_load *l, const st_compare *c, const sx_node *map) {
  const st_list list = study__list(l, map, "measures");
  for (size_t i = 0; i < list.n; i++) {
    if (!study__change_word(list.items[i], strlen(list.items[i]), c->decompose))
      study__problem(l, list.nodes[i], "a comparison has no statistic '%s'%s", list.items[i],
                     strncmp(list.items[i], "effect", 6) == 0 && !c->decompose ? ": it says no 'decompose'" : "");
  }
}

static void check_decompose(st_load *l, const st_account *a, const sx_node *map, const char *type) {
  const sx_node *node = sx_node_get(map, "decompose");
  const st_compare *c = study__block_compare(l->s, a, node);
  if (!node) return;
  if (node->kind == SX_NODE_MAP) ST_KEYS(l, node, "from", "to", "with", "wave");
  if (!c) {
    study__problem(l, node,
                   "the account '%s' makes no such comparison: 'compare: [{from: GROUP, to: GROUP, decompose: true}]' "
                   "or '[{wave: previous, ...}]'",
                   a->id);
    return;
  }
  const char *show = study__text(l, map, "show");
  const bool effects = is_type(type, "waterfall") ? !is_type(show, "nodes") : false;
  if (effects && !c->decompose) study__problem(l, node, "the comparison says no 'decompose': its effects are not made");
  if (!type) check_effects(l, c, map);
}

static void check_domains(st_load *l, const st_account *a, const sx_node *map) {
  const st_list domains = study__list(l, map, "domains");
  for (size_t k = 0; k < domains.n; k++) {
    st_domain d;
    if (!study__domain(l, &d, domains.nodes[k], domains.items[k]) || d.n == 0) continue;
    bool made = false;
    for (size_t i = 0; i < a->n_domains; i++) made = made || study__covers(&a->domains[i], &d);
    if (!made)
      study__problem(l, domains.nodes[k], "the account '%s' is not made for '%s': add it to its 'domains'", a->id,
                     domains.items[k]);
  }
}

static void check_figure(st_load *l, const st_account *a, const sx_node *map) {
  static const char *const moves[] = {"se", "tenth"}, *const shows[] = {"effects", "nodes"};
  const char *type = study__text(l, map, "type"), *node = study__text(l, map, "node");
  size_t at = 0;
  bool known = type == NULL;
  for (size_t i = 0; i < N_TYPES; i++) known = known || strcmp(types[i], type) == 0;
  if (!known)
    study__problem(l, sx_node_get(map, "type"),
                   "an account is drawn as bars, grouped, shares, dots, stacked, heat, waterfall or tornado");
  check_nodes(l, a, map, "parent");
  check_nodes(l, a, map, "node");
  check_nodes(l, a, map, "nodes");
  const st_list statistic = study__list(l, map, "statistic");
  if (statistic.n) check_measures(l, a, map, "statistic");
  (void)study__choice(&at, l, map, "move", moves, 2, "move");
  (void)study__choice(&at, l, map, "show", shows, 2, "choice");
  check_decompose(l, a, map, type ? type : "");
  if (!is_type(type, "tornado")) return;
  bool asked = false;
  for (size_t i = 0; i < a->sensitivity.n && a->n_nodes; i++)
    asked = asked || strcmp(a->sensitivity.items[i], node ? node : a->nodes[0].id) == 0;
  if (!asked)
    study__problem(l, map, "the account '%s' has no sensitivity of '%s': 'sensitivity: true', or a list of nodes",
                   a->id,
                   node         ? node
                   : a->n_nodes ? a->nodes[0].id
                                : "");
}

void study__check_account_block(st_load *l, const sx_node *map, bool figure) {
  sx_study *s = l->s;
  const char *name = study__text(l, map, "account");
  if (!name) return;
  const size_t at = study__find_account(s, name, strlen(name));
  char near[160];
  if (at == ST_NONE) {
    study__problem(l, sx_node_get(map, "account"), "unknown account '%s'%s", name, study__near(s, near, name, "a"));
    return;
  }
  const st_account *a = &s->accounts[at];
  if (a->faulty) return;
  const char *scope = study__text(l, map, "scope");
  bool known = scope == NULL;
  for (size_t i = 0; i < a->scopes.n; i++) known = known || strcmp(a->scopes.items[i], scope) == 0;
  if (!known) study__problem(l, sx_node_get(map, "scope"), "the account '%s' has no scope '%s'", name, scope);
  if (scope && sx_node_get(map, "domains"))
    study__problem(l, sx_node_get(map, "scope"), "groups are made for the whole tree: leave 'scope' or 'domains' out");
  check_domains(l, a, map);
  if (figure) {
    check_figure(l, a, map);
    return;
  }
  if (!study__block_compare(s, a, sx_node_get(map, "decompose"))) check_measures(l, a, map, "measures");
  check_nodes(l, a, map, "nodes");
  check_decompose(l, a, map, NULL);
}
