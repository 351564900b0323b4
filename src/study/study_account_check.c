/* study_account_check.c: an account of a study file held against the rules of the accounts room and against the study: formulas, the tree,
 * groups, comparisons, references. */
#include <stdio.h>
#include <string.h>

#include "study_account.h"
#include "study_names.h"
#include "study_waves.h"

/* ---- formulas ------------------------------------------------------------------------------------------------------------ */

st_formula *study__account_formula(const st_account *a, size_t i, bool *domains) {
  enum { OF_NODE = 8, OF_ACCOUNT = 5, MADE_ANEW = 5 };
  st_account *own = (st_account *)(uintptr_t)a;
  if (i < a->n_nodes * OF_NODE) {
    st_node *n = &own->nodes[i / OF_NODE];
    st_formula *const list[OF_NODE] = {&n->population, &n->penetration, &n->spend,        &n->total,
                                       &n->ratio,      &n->given.value, &n->period.value, &n->price.value};
    *domains = i % OF_NODE < MADE_ANEW;
    return list[i % OF_NODE];
  }
  i -= a->n_nodes * OF_NODE;
  if (i >= OF_ACCOUNT) return NULL;
  st_formula *const list[OF_ACCOUNT] = {&own->benchmark, &own->scale, &own->area.per, &own->period.value,
                                        &own->price.value};
  *domains = i < 3;
  return list[i];
}

void study__need_account(st_load *l, const st_account *a) {
  const st_formula *f = NULL;
  bool domains = false;
  for (size_t i = 0; (f = study__account_formula(a, i, &domains)) != NULL; i++) {
    if (f != &a->benchmark) {
      study__pass_operands(l, f, domains ? a->domains : NULL, domains ? a->n_domains : 0);
      continue;
    }
    study__need_operands(l, f, NULL, 0);
    for (size_t k = 0; k < a->n_domains; k++) {
      if (study__formula_has(l->s, f, &a->domains[k])) study__need_operands(l, f, &a->domains[k], 1);
    }
  }
}

/* ---- the tree -------------------------------------------------------------------------------------------------------------- */

/* A node has its own scopes, or those of the nearest node above that names some. */
static bool in_scope(const st_account *a, const st_node *n) {
  for (size_t depth = 0; n && depth <= a->n_nodes; depth++) {
    if (n->scopes.n || sx_node_get(n->node, "scope")) return true; /* an unknown one was told already */
    const size_t up = n->parent ? study__find_node(a, n->parent) : ST_NONE;
    n = up == ST_NONE ? NULL : &a->nodes[up];
  }
  return false;
}

/* Two nodes of one id: with two parents, or plainly twice. */
static void check_twice(st_load *l, const st_account *a) {
  for (size_t i = 0; i < a->n_nodes; i++) {
    const st_node *n = &a->nodes[i];
    const size_t first = study__find_node(a, n->id);
    if (first >= i) continue;
    const char *other = a->nodes[first].parent;
    if (n->parent && other && strcmp(n->parent, other) != 0) {
      study__problem(l, n->node, "the node '%s' is a child of '%s' and of '%s': each amount belongs to one parent",
                     n->id, other, n->parent);
    } else {
      study__problem(l, n->node, "the node '%s' occurs twice in the account: give each an id of its own", n->id);
    }
  }
}

static sx_status add_stand_in(sx_account *account, const st_node *n, const sx_est *one, sx_error *err) {
  if (n->adjustment) {
    return n->parent ? sx_account_adjust(account, n->id, n->parent, SX_ACCOUNT_FACTOR, one, err) : SX_OK;
  }
  const bool spend = n->ratio_base == SX_ACCOUNT_OF_SPEND, product = n->population.value.node != NULL;
  sx_account_leaf leaf = {.total = product || n->ratio_to ? NULL : one};
  if (product) leaf.population = leaf.penetration = one;
  if (product && !n->ratio_to) leaf.spend = one;
  if (n->ratio_to) leaf.ratio = one;
  leaf.ratio_to = n->ratio_to;
  leaf.ratio_base = spend ? SX_ACCOUNT_OF_SPEND : SX_ACCOUNT_OF_LEVEL;
  SX_TRY(sx_account_add(account, n->id, n->parent, n->scopes.items, n->scopes.n, n->leaf ? &leaf : NULL, err));
  return n->codes.n ? sx_account_set_codes(account, n->id, n->codes.items, n->codes.n, err) : SX_OK;
}

/* What the accounts room finds only in the tree as a whole, at the node that it names. */
static void check_whole(st_load *l, const st_account *a, const sx_account *account) {
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_account_check(account, &err);
  if (status == SX_OK) return;
  if (status == SX_E_MEMORY) l->oom = true;
  const size_t at = study__find_node(a, err.where);
  const sx_node *node = at == ST_NONE ? a->node : a->nodes[at].ratio_node ? a->nodes[at].ratio_node : a->nodes[at].node;
  study__problem(l, node, "%s", err.message);
}

/* The structure, by building the account from stand-ins: its own rules find leaves with children, shared codes, rings of ratios. */
static void check_tree(st_load *l, const st_account *a) {
  sx_study *s = l->s;
  sx_account *account = NULL;
  sx_est *one = NULL;
  sx_error err = SX_ERROR_INIT;
  bool sound = true;
  if (sx_account_new(&account, &s->ctx, &err) != SX_OK || sx_est_constant(&one, &s->ctx, 1, &err) != SX_OK) {
    study__error_problem(l, a->node, &err);
    goto done;
  }
  for (size_t i = 0; i < a->n_nodes && !study__stop(l); i++) {
    const st_node *n = &a->nodes[i];
    if (study__find_node(a, n->id) < i) { /* told by check_twice */
      sound = false;
      continue;
    }
    const sx_status status = add_stand_in(account, n, one, &err);
    if (status != SX_OK) study__problem(l, n->node, "%s", err.message);
    sound = sound && status == SX_OK;
    l->oom = l->oom || status == SX_E_MEMORY;
    bool parent = n->adjustment;
    for (size_t k = 0; k < a->n_nodes; k++)
      parent = parent || (a->nodes[k].parent && !a->nodes[k].adjustment && strcmp(a->nodes[k].parent, n->id) == 0);
    if (!n->leaf && !parent) study__problem(l, n->node, "the node '%s' has neither an amount nor children", n->id);
    sound = sound && (n->leaf || parent);
    if (n->leaf && a->scopes.n && a->tree == ST_NONE && !in_scope(a, n)) {
      study__warning(l, n->node, "the leaf '%s' names no scope and is in none: only the whole account counts it",
                     n->id);
    }
  }
  if (sound && a->n_nodes && !study__stop(l)) check_whole(l, a, account);
done:
  sx_est_free(one);
  sx_account_free(account);
}

/* ---- groups ------------------------------------------------------------------------------------------------------------------- */

/* A number of people is not the same in every group: a benchmark in its place has a value for each. So has one in a rate, unless the figure
 * of the whole is meant and named: population.total. */
static void check_benchmarks(st_load *l, const st_account *a, const st_formula *f, bool rate) {
  for (size_t k = 0; k < a->n_domains; k++) {
    if (study__formula_has(l->s, f, &a->domains[k])) continue;
    const char *group = study__domain_text(l->s, &a->domains[k], l->s->arena);
    char message[400];
    if (!group) {
      l->oom = true;
      return;
    }
    const st_operand *first = NULL; /* that lacks it */
    for (size_t i = 0; i < f->n && !first; i++) {
      const st_formula one = {.operands = &f->operands[i], .n = 1};
      if (!study__formula_has(l->s, &one, &a->domains[k])) first = &f->operands[i];
    }
    if (!first) continue;
    (void)snprintf(message, sizeof message,
                   "%s'%.80s' has no value for the group '%.60s': give it 'by: {%.60s: ...}'%s",
                   first->kind == ST_OPERAND_BENCHMARK ? "the benchmark " : "a benchmark of ", first->name, group,
                   group, rate ? ", or write NAME.total where the figure of the whole is meant" : "");
    study__name_problem(l, &f->value, first->name, message);
    return;
  }
}

static void check_domains(st_load *l, const st_account *a) {
  const bool wants = a->n_domains || a->n_compares || a->sensitivity.n;
  if (a->tree != ST_NONE && wants)
    study__problem(l, a->node, "an account from a table has no domains, comparisons or sensitivity");
  for (size_t k = 0; a->n_domains && k < a->n_nodes; k++) {
    const st_node *n = &a->nodes[k];
    check_benchmarks(l, a, &n->population, false);
    check_benchmarks(l, a, &n->total, false);
    check_benchmarks(l, a, &n->penetration, true);
    check_benchmarks(l, a, &n->spend, true);
    check_benchmarks(l, a, &n->ratio, true);
    if (n->adjustment && n->kind == SX_ACCOUNT_AMOUNT)
      study__problem(l, n->node, "an amount belongs to the whole, not to each group of 'domains': declare a share");
  }
  if (a->n_domains) check_benchmarks(l, a, &a->scale, true);
  for (size_t g = 0; a->sensitivity.n && g < l->s->n_groups; g++) {
    if (l->s->groups[g].id && strcmp(l->s->groups[g].id, "input") == 0)
      study__problem(l, l->s->groups[g].node, "'input' is taken: the sensitivity of accounts has a row for each input");
  }
}

/* The waves that changes are counted from: their samples are linked. */
static void check_wave(st_load *l, const st_account *a, st_compare *c) {
  const struct st_series *series = l->s->series;
  const sx_node *at = sx_node_get(c->node, "wave");
  const size_t own = (size_t)(a - l->s->accounts);
  const bool previous = strcmp(c->wave, "previous") == 0, year = strcmp(c->wave, "year") == 0;
  if (!series) {
    study__problem(l, at, "a comparison with an earlier wave needs one: the study has no 'waves' section");
    return;
  }
  for (size_t i = 0; i < series->n_pairs; i++) {
    const st_pair *p = &series->pairs[i];
    const bool named = strcmp(series->waves[p->earlier].id, c->wave) == 0;
    if (named || (previous && p->versus == ST_PREVIOUS) || (year && p->versus == ST_YEAR)) c->pair = i;
  }
  if (c->pair == ST_NONE && (previous || year || study__find_wave(series, c->wave, strlen(c->wave)) != ST_NONE)) {
    study__problem(l, at,
                   "no changes are counted from '%s': a comparison is with 'previous' or, where there is a wave of "
                   "a year before, 'year'",
                   c->wave);
  } else if (c->pair == ST_NONE) {
    study__problem(l, at, "the series has no wave '%s'", c->wave);
  } else if (!series->followed_account || !series->followed_account[own]) {
    study__problem(l, at, "the account '%s' is not followed over the waves: add it to 'changes'", a->id);
  } else {
    const st_wave *w = &series->waves[series->pairs[c->pair].earlier];
    bool without = !w->with_data;
    for (size_t i = 0; i < w->without.n; i++) without = without || strcmp(w->without.items[i], a->id) == 0;
    if (without)
      study__problem(l, at, "the wave '%s' has no data of the account '%s', only what was published", w->id, a->id);
  }
}

static void check_compares(st_load *l, st_account *a) {
  char near[160];
  for (size_t i = 0; i < a->n_compares; i++) {
    st_compare *c = &a->compares[i];
    const sx_node *with = sx_node_get(c->node, "with");
    if (c->wave) check_wave(l, a, c);
    if (!with) continue;
    c->with = study__find_account(l->s, with->text, strlen(with->text));
    if (c->with == ST_NONE)
      study__problem(l, with, "unknown account '%s'%s", with->text, study__near(l->s, near, with->text, "a"));
    if (c->with != ST_NONE && &l->s->accounts[c->with] == a)
      study__problem(l, with, "an account is not compared with itself");
  }
}

static void check_nodes_of(st_load *l, const st_account *a, const st_list *names) {
  char near[160];
  for (size_t i = 0; i < names->n; i++) {
    const size_t at = study__find_node(a, names->items[i]);
    if (at == ST_NONE) {
      study__problem(l, names->nodes[i], "the account '%s' has no node '%s'%s", a->id, names->items[i],
                     study__near_node(l, near, a, names->items[i]));
    } else if (a->nodes[at].adjustment) {
      study__problem(l, names->nodes[i], "'%s' is an adjustment: name the node that it adjusts", names->items[i]);
    }
  }
}

static void check_area(st_load *l, const st_account *a) {
  const sx_table *from = a->area.node && a->area.from != ST_NONE ? l->s->schemas[a->area.from] : NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_column *column = NULL;
  if (!from) return;
  if (a->area.key && sx_table_need(&column, from, a->area.key, &err) != SX_OK)
    study__problem(l, sx_node_get(a->area.node, "key"), "%s", err.message);
  for (size_t i = 0; i < a->area.columns.n; i++) {
    if (sx_table_need(&column, from, a->area.columns.items[i], &err) != SX_OK) {
      study__problem(l, a->area.columns.nodes[i], "%s", err.message);
    } else if (column->type != SX_NUMBER && column->type != SX_INTEGER) {
      study__problem(l, a->area.columns.nodes[i], "'%s' is %s, not a number", a->area.columns.items[i],
                     sx_type_name(column->type));
    }
  }
}

void study__check_account(st_load *l, st_account *a, const sx_table *unit) {
  st_formula *f = NULL;
  bool domains = false;
  for (size_t i = 0; (f = study__account_formula(a, i, &domains)) != NULL && !study__stop(l); i++)
    study__resolve_formula(l, f);
  if (a->faulty) return;
  for (size_t k = 0; unit && k < a->n_domains; k++) study__check_domain_level(l, unit, &a->domains[k]);
  for (size_t k = 0; unit && k < a->n_compares; k++) {
    study__check_domain_level(l, unit, &a->compares[k].from);
    study__check_domain_level(l, unit, &a->compares[k].to);
  }
  check_compares(l, a);
  if (study__stop(l)) return;
  check_domains(l, a);
  study__check_account_units(l, a);
  check_nodes_of(l, a, &a->sensitivity);
  check_area(l, a);
  check_twice(l, a);
  if (!study__stop(l)) check_tree(l, a);
}

/* ---- references ------------------------------------------------------------------------------------------------------------------ */

static void check_measure(const st_account *a, const st_node *n, const char *stat, char message[256]) {
  const bool priced = study__has_price(a), periods = study__has_period(a);
  for (int m = SX_ACCOUNT_LEVEL; m <= SX_ACCOUNT_MEASURE_LAST; m++) {
    if (strcmp(stat, sx_account_measure_name((sx_account_measure)m)) != 0) continue;
    if ((m == SX_ACCOUNT_SHARE_OF_PARENT || m == SX_ACCOUNT_SHARE_OF_TOTAL) && !n->parent)
      (void)snprintf(message, 256, "'%.60s' is the root of its account: it has no %s", n->id, stat);
    if (m == SX_ACCOUNT_SHARE_OF_BENCHMARK && !a->benchmark.value.node)
      (void)snprintf(message, 256, "the account '%.60s' has no benchmark", a->id);
    if (m == SX_ACCOUNT_MEASURED && !periods)
      (void)snprintf(message, 256, "the account '%.60s' has no factor: its level is what was measured", a->id);
    if ((m == SX_ACCOUNT_CONSTANT || m == SX_ACCOUNT_PRICE_EFFECT) && !priced)
      (void)snprintf(message, 256, "the account '%.60s' has no price_index", a->id);
    return;
  }
  if (strcmp(stat, "direct") == 0 && n->leaf && a->n_domains) return;
  (void)snprintf(message, 256, "an account has no statistic '%.60s'", stat);
}

/* "gap_rural", "effect_spend_rural" in the domain of a comparison's `to`. */
static bool is_of_compare(const st_account *a, const st_domain *d, const char *stat) {
  const size_t n = strlen(stat);
  for (size_t i = 0; i < a->n_compares; i++) {
    const st_compare *c = &a->compares[i];
    const size_t k = strlen(c->suffix);
    if (!study__same_domain(&c->to, d) || n <= k || strcmp(stat + n - k, c->suffix) != 0) continue;
    if (study__change_word(stat, n - k, c->decompose)) return true;
  }
  return false;
}

static void check_group_reference(const sx_study *s, const st_account *a, const st_node *n, const sx_reference *ref,
                                  char message[256]) {
  st_domain d;
  if (!study__reference_groups(s, &d, ref, message)) return;
  if (ref->statistic[0] && is_of_compare(a, &d, ref->statistic)) return;
  bool made = d.n == 0;
  for (size_t i = 0; i < a->n_domains; i++) made = made || study__covers(&a->domains[i], &d);
  if (!made) {
    (void)snprintf(message, 256, "the account '%.60s' is not made for that group: add it to its 'domains'", a->id);
  } else if (ref->statistic[0]) {
    check_measure(a, n, ref->statistic, message);
  }
}

static void check_input_reference(const sx_study *s, const st_account *a, const st_node *n, const sx_reference *ref,
                                  char message[256]) {
  bool asked = false, known = ref->statistic[0] == '\0';
  for (size_t i = 0; i < a->sensitivity.n; i++) asked = asked || strcmp(a->sensitivity.items[i], n->id) == 0;
  for (size_t i = 0; i < ST_N_INPUT_STATISTICS; i++)
    known = known || strcmp(ref->statistic, study__input_statistics[i]) == 0;
  if (!asked) {
    (void)snprintf(message, 256, "the account '%.60s' has no sensitivity of '%.60s'", a->id, n->id);
  } else if (!study__is_input(s, a, ref->level[0])) {
    (void)snprintf(message, 256, "'%.60s' is no input of the account '%.60s'", ref->level[0], a->id);
  } else if (!known) {
    (void)snprintf(message, 256, "an input has no statistic '%.60s'", ref->statistic);
  }
}

void study__check_account_reference(const sx_study *s, const sx_reference *ref, const char *slash, char message[256]) {
  const size_t a = study__find_account(s, ref->indicator, (size_t)(slash - ref->indicator));
  if (a == ST_NONE) {
    (void)snprintf(message, 256, "unknown account in '%.120s'", ref->indicator);
    return;
  }
  const st_account *account = &s->accounts[a];
  if ((s->skipped && account->tree != ST_NONE) || account->faulty) return; /* its nodes are not known here */
  const size_t node = study__find_node(account, slash + 1);
  if (node == ST_NONE) {
    const char **names = sx_mem_alloc(&s->ctx, account->n_nodes, sizeof *names);
    for (size_t i = 0; names && i < account->n_nodes; i++) names[i] = account->nodes[i].id;
    const char *near = names ? sx_text_nearest(slash + 1, names, account->n_nodes) : NULL;
    (void)snprintf(message, 256, "the account '%.60s' has no node '%.60s'%s%.60s%s", account->id, slash + 1,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    sx_mem_free(&s->ctx, names);
    return;
  }
  const st_node *n = &account->nodes[node];
  const char *kind = ref->n_terms == 1 ? ref->variable[0] : "";
  if (strcmp(kind, "input") == 0) {
    check_input_reference(s, account, n, ref, message);
  } else if (strcmp(kind, "scope") == 0) {
    bool known = false;
    for (size_t i = 0; i < account->scopes.n; i++)
      known = known || strcmp(account->scopes.items[i], ref->level[0]) == 0;
    if (!known) (void)snprintf(message, 256, "the account '%.60s' has no scope '%.60s'", account->id, ref->level[0]);
    if (known && ref->statistic[0]) check_measure(account, n, ref->statistic, message);
  } else {
    check_group_reference(s, account, n, ref, message);
  }
}
