/* study_account_words.c: what an account says beyond its tree: ratios, adjustments, periods, prices; groups, comparisons, small areas,
 * sensitivity. docs/study-file.md, "Accounts". */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/estimate_area.h"
#include "study_load.h"
#include "study_names.h"

const char *const study__node_keys[] = {"id",     "parent", "label",       "population", "penetration", "spend",
                                        "total",  "scope",  "codes",       "coverage",   "overlap",     "double",
                                        "adjust", "factor", "price_index", NULL};
const char *const study__account_keys[] = {
    "label",       "unit",    "format",  "benchmark", "scopes",      "nodes",  "tree",  "leaf",   "scale", "factor",
    "price_index", "domains", "compare", "area",      "sensitivity", "change", "min_n", "max_cv", NULL};

static st_formula formula_of(st_load *l, const sx_node *node, const char *what) {
  const char *text = study__scalar(l, node, what);
  return (st_formula){.value = text ? study__expr_of(l, node, text) : (st_expr){node, NULL}};
}

/* ---- numbers from outside --------------------------------------------------------------------------------------------- */

/* Its plain number, NaN where it is a formula. */
static double plain_number(const st_given *g) {
  double out = (double)NAN;
  return g->value.value.node && sx_node_number(&out, g->value.value.node) ? out : (double)NAN;
}

static st_given given_of(st_load *l, const sx_node *node, const char *key, const char *number) {
  st_given g = {.node = node, .df = (double)INFINITY};
  if (!node) return g;
  if (node->kind == SX_NODE_SCALAR) {
    g.value = formula_of(l, node, key);
    return g;
  }
  if (!study__is_map(l, node, key)) return g;
  const sx_node *value = sx_node_get(node, number);
  if (!value) {
    study__problem(l, node, "%s needs its number: '%s: {%s: ..., se: ..., why: ...}'", key, key, number);
    return g;
  }
  g.value = formula_of(l, value, number);
  g.se = study__number(l, node, "se", 0);
  g.df = study__number(l, node, "df", (double)INFINITY);
  g.why = study__text2(l, node, "why");
  g.assumed = study__bool(l, node, "assumed", false);
  if (g.se < 0) study__problem(l, sx_node_get(node, "se"), "a standard error is not negative");
  if (g.df <= 0) study__problem(l, sx_node_get(node, "df"), "degrees of freedom are above 0");
  if (isnan(plain_number(&g)) && sx_node_get(node, "se"))
    study__problem(l, sx_node_get(node, "se"), "a formula brings its own error: leave 'se' out, or write a number");
  return g;
}

st_given study__given(st_load *l, const sx_node *map, const char *key, const char *number) {
  return given_of(l, sx_node_get(map, key), key, number);
}

static void above_zero(st_load *l, const st_given *g, const char *what) {
  if (plain_number(g) <= 0) study__problem(l, g->value.value.node, "%s is above 0", what);
}

/* factor: {value: 2, se: 0, what: annual, why: ...}; price_index: {value: 1.02, base: ..., why: ...}; or a number, or a formula. */
static st_given read_period(st_load *l, const sx_node *map) {
  static const char *const periods[] = {"month", "quarter", "half_year", "annual"};
  static const sx_text2 words[] = {{"月", "month"}, {"季度", "quarter"}, {"半年", "half-year"}, {"年", "year"}};
  const sx_node *node = sx_node_get(map, "factor");
  st_given g = study__given(l, map, "factor", "value");
  if (node && node->kind == SX_NODE_MAP) {
    size_t at = SIZE_MAX;
    ST_KEYS(l, node, "value", "se", "df", "what", "why", "assumed");
    if (study__choice(&at, l, node, "what", periods, 4, "period") && at < 4) g.what = words[at];
  }
  above_zero(l, &g, "a factor");
  return g;
}

static st_given read_price(st_load *l, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "price_index");
  st_given g = study__given(l, map, "price_index", "value");
  if (node && node->kind == SX_NODE_MAP) {
    ST_KEYS(l, node, "value", "se", "df", "base", "why", "assumed");
    g.what = study__text2(l, node, "base");
  }
  above_zero(l, &g, "a price index");
  return g;
}

/* ---- leaves -------------------------------------------------------------------------------------------------------------- */

/* {ratio: EXPR, of: NODE} under spend or total. */
static bool read_ratio(st_load *l, st_node *n, const sx_node *node, const char *key, sx_account_base base) {
  if (!node || node->kind != SX_NODE_MAP) return false;
  ST_KEYS(l, node, "ratio", "of");
  n->ratio_node = sx_node_get(node, "of");
  n->ratio_to = study__text(l, node, "of");
  n->ratio_base = base;
  n->ratio.value = study__expr(l, node, "ratio");
  if (!n->ratio.value.node || !n->ratio_to)
    study__problem(l, node, "%s by a ratio is '%s: {ratio: EXPRESSION, of: NODE}'", key, key);
  return true;
}

void study__read_leaf(st_load *l, st_node *n, const sx_node *map) {
  const sx_node *spend = sx_node_get(map, "spend"), *total = sx_node_get(map, "total");
  const bool product = sx_node_get(map, "population") || sx_node_get(map, "penetration") || spend;
  const bool all = sx_node_get(map, "population") && sx_node_get(map, "penetration") && spend;
  if ((product && !all) || (product && total))
    study__problem(l, map, "a leaf is population, penetration and spend, all three, or total alone");
  n->leaf = product || total;
  n->population.value = study__expr(l, map, "population");
  n->penetration.value = study__expr(l, map, "penetration");
  if (!read_ratio(l, n, spend, "spend", SX_ACCOUNT_OF_SPEND)) n->spend.value = study__expr(l, map, "spend");
  if (!read_ratio(l, n, total, "total", SX_ACCOUNT_OF_LEVEL)) n->total.value = study__expr(l, map, "total");
  n->period = read_period(l, map);
  n->price = read_price(l, map);
}

/* ---- adjustments ------------------------------------------------------------------------------------------------------------ */

typedef struct form { /* a key of a node, with the word of its number */
  const char *key, *number, *suffix, *zh, *en;
  sx_account_adjustment kind;
} form;
static const form forms[] = {
    {"coverage", "share", "coverage", "未覆盖的部分", "not covered", SX_ACCOUNT_COVERAGE},
    {"overlap", "share", "overlap", "重复计算的部分", "counted twice", SX_ACCOUNT_OVERLAP},
    {"double", "amount", "double", "重复计算的金额", "amount counted twice", SX_ACCOUNT_AMOUNT},
    {"adjust", "factor", "adjust", "修正", "correction", SX_ACCOUNT_FACTOR},
};
enum { N_FORMS = sizeof forms / sizeof *forms };

/* What a share, amount or factor may be, where it is a plain number. */
static void check_range(st_load *l, const st_given *g, sx_account_adjustment kind) {
  const double v = plain_number(g);
  const sx_node *at = g->value.value.node;
  if (isnan(v)) return;
  if (kind == SX_ACCOUNT_COVERAGE && !(v > 0 && v <= 1))
    study__problem(l, at, "the share that is covered is above 0 and at most 1, not %g", v);
  if (kind == SX_ACCOUNT_OVERLAP && !(v >= 0 && v < 1))
    study__problem(l, at, "the share that is counted twice is at least 0 and below 1, not %g", v);
  if (kind == SX_ACCOUNT_AMOUNT && v < 0) study__problem(l, at, "an amount is not negative");
  if (kind == SX_ACCOUNT_FACTOR && v <= 0) study__problem(l, at, "a factor is above 0");
}

static sx_text2 adjustment_label(st_load *l, const st_node *n, const form *f) {
  const char *zh = n->label.zh ? n->label.zh : n->label.en, *en = n->label.en ? n->label.en : n->label.zh;
  sx_text2 out = {sx_arena_printf(l->s->arena, "%s：%s", zh, f->zh), sx_arena_printf(l->s->arena, "%s: %s", en, f->en)};
  if (!out.zh || !out.en) l->oom = true;
  return out;
}

static void read_adjustment(st_load *l, st_account *a, const st_node *n, const form *f, const sx_node *map) {
  if (!study__is_map(l, map, f->key)) return;
  ST_KEYS(l, map, f->number, "se", "df", "why", "assumed", "label", "id");
  st_node out = {.node = map, .parent = n->id, .adjustment = true, .kind = f->kind};
  out.given = given_of(l, map, f->key, f->number);
  check_range(l, &out.given, f->kind);
  out.id = study__text(l, map, "id");
  if (!out.id) out.id = sx_arena_printf(l->s->arena, "%s_%s", n->id, f->suffix);
  out.label = study__text2(l, map, "label");
  if (!out.label.zh && !out.label.en) out.label = adjustment_label(l, n, f);
  if (!out.id) l->oom = true;
  if (!out.given.why.zh && !out.given.why.en)
    study__warning(l, map, "the adjustment '%s' says no 'why': the annex can give no reason", out.id ? out.id : "");
  st_node *kept = out.id ? study__add_node(l, a) : NULL;
  if (kept) *kept = out;
}

/* In the order in which they stand under the node. */
void study__read_adjustments(st_load *l, st_account *a, const st_node *n) {
  const st_node node = *n; /* adding moves the nodes */
  for (size_t i = 0; i < node.node->n; i++) {
    for (size_t k = 0; k < N_FORMS; k++) {
      if (strcmp(node.node->keys[i]->text, forms[k].key) != 0) continue;
      const sx_node *value = node.node->items[i];
      const size_t count = value->kind == SX_NODE_LIST ? value->n : 1;
      for (size_t j = 0; j < count; j++)
        read_adjustment(l, a, &node, &forms[k], value->kind == SX_NODE_LIST ? value->items[j] : value);
    }
  }
}

/* ---- groups and comparisons ---------------------------------------------------------------------------------------------------- */

static void read_domains(st_load *l, st_account *a, const sx_node *map) {
  const st_list list = study__list(l, map, "domains");
  a->domains = study__take(l, list.n, sizeof *a->domains);
  for (size_t i = 0; a->domains && i < list.n; i++) {
    st_domain d;
    if (!study__domain(l, &d, list.nodes[i], list.items[i])) continue;
    bool levels = false;
    for (size_t k = 0; k < d.n; k++) levels = levels || (l->s->groups[d.terms[k].group].by && !d.terms[k].level);
    if (d.n == 0) {
      study__problem(l, list.nodes[i], "the account stands for the whole by itself: name groups");
    } else if (!levels || !l->s->follower) { /* an earlier wave gives no level of a group: only the whole is followed */
      a->domains[a->n_domains++] = d;
    }
  }
}

/* One group: a `by` group names a level. */
static bool one_group(st_load *l, const st_account *a, st_domain *out, const sx_node *node) {
  const char *text = study__scalar(l, node, "a group");
  if (!text || !study__domain(l, out, node, text)) return false;
  for (size_t i = 0; i < out->n; i++) {
    const st_group *g = &l->s->groups[out->terms[i].group];
    if (!g->by || out->terms[i].level) continue;
    study__problem(l, node, "the group '%s' has levels: name one, '%s:LEVEL'", g->id, g->id);
    return false;
  }
  bool there = out->n == 0;
  for (size_t i = 0; i < a->n_domains; i++) there = there || study__covers(&a->domains[i], out);
  if (!there) study__problem(l, node, "the account is not made for '%s': add it to its 'domains'", text);
  return there;
}

static void read_decompose(st_load *l, st_compare *c, const sx_node *map) {
  static const char *const effects[] = {"population", "penetration", "spend", "price", "adjustment"};
  static const char *const weightings[] = {"averaged", "at_before"};
  enum { N_EFFECTS = sizeof effects / sizeof *effects };
  const sx_node *node = sx_node_get(map, "decompose");
  size_t at = 0;
  if (study__choice(&at, l, map, "weighting", weightings, 2, "weighting")) c->weighting = (sx_account_weighting)at;
  if (!node) return;
  if (node->kind == SX_NODE_SCALAR) {
    c->decompose = study__bool(l, map, "decompose", false);
    return;
  }
  const st_list list = study__list(l, map, "decompose");
  c->decompose = list.n > 0;
  for (size_t i = 0; i < list.n; i++) {
    const char *near = sx_text_nearest(list.items[i], effects, N_EFFECTS);
    if (near && strcmp(near, list.items[i]) == 0) continue;
    study__problem(l, list.nodes[i], "unknown effect '%s'%s%s%s", list.items[i], near ? ", did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
  }
}

static void read_compare(st_load *l, st_account *a, const sx_node *map) {
  st_compare c = {.node = map, .with = ST_NONE, .pair = ST_NONE, .suffix = "", .weighting = SX_ACCOUNT_AVERAGED};
  if (!study__is_map(l, map, "a comparison")) return;
  ST_KEYS(l, map, "from", "to", "with", "wave", "decompose", "weighting");
  const sx_node *from = sx_node_get(map, "from"), *to = sx_node_get(map, "to"), *with = sx_node_get(map, "with");
  const sx_node *wave = sx_node_get(map, "wave");
  if ((with || wave) ? from || to || (with && wave) : !from || !to) {
    study__problem(l, map, "a comparison is {from: GROUP, to: GROUP}, {with: ACCOUNT} or {wave: previous}");
    return;
  }
  if (with || wave) {
    const char *name = study__scalar(l, with ? with : wave, with ? "with" : "wave");
    if (!name) return;
    c.suffix = name; /* looked up when all accounts and the waves are known */
    if (wave) c.wave = name;
  } else if (!one_group(l, a, &c.from, from) || !one_group(l, a, &c.to, to)) {
    return;
  } else if (study__same_domain(&c.from, &c.to)) {
    study__problem(l, map, "the two groups are the same");
    return;
  } else if (c.from.n) {
    c.suffix = from->text;
  }
  read_decompose(l, &c, map);
  if (*c.suffix) c.suffix = sx_arena_printf(l->s->arena, "_%s", c.suffix);
  if (!c.suffix) {
    l->oom = true;
    return;
  }
  a->compares[a->n_compares++] = c;
}

static void read_compares(st_load *l, st_account *a, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "compare");
  if (!node || node->kind == SX_NODE_NULL) return;
  const size_t n = node->kind == SX_NODE_LIST ? node->n : 1;
  a->compares = study__take(l, n, sizeof *a->compares);
  for (size_t i = 0; a->compares && i < n; i++) read_compare(l, a, node->kind == SX_NODE_LIST ? node->items[i] : node);
}

/* ---- small areas ------------------------------------------------------------------------------------------------------------------ */

static void read_area(st_load *l, st_account *a, const sx_node *account) {
  static const char *const methods[] = {"reml", "ml", "fh", "pr"};
  const sx_node *map = sx_node_get(account, "area");
  char near[160];
  if (!map || !study__is_map(l, map, "area")) return;
  ST_KEYS(l, map, "group", "from", "key", "columns", "per", "method");
  st_area area = {.node = map, .group = ST_NONE, .from = ST_NONE, .key = study__text(l, map, "key")};
  const char *group = study__text(l, map, "group"), *from = study__text(l, map, "from");
  size_t method = 0;
  if (study__choice(&method, l, map, "method", methods, 4, "method")) area.method = (int)method;
  area.columns = study__list(l, map, "columns");
  area.per.value = study__expr(l, map, "per");
  if (!group || !area.per.value.node) {
    study__problem(l, map,
                   "small areas are 'area: {group: GROUP, per: POPULATION, from: TABLE, key: COLUMN, columns: [...]}'");
    return;
  }
  area.group = study__find_group(l->s, group, strlen(group));
  bool made = false;
  for (size_t i = 0; i < a->n_domains; i++)
    made =
        made || (a->domains[i].n == 1 && a->domains[i].terms[0].group == area.group && !a->domains[i].terms[0].level);
  if (area.group == ST_NONE) {
    study__problem(l, sx_node_get(map, "group"), "unknown group '%s'%s", group, study__near(l->s, near, group, "g"));
  } else if (!l->s->groups[area.group].by || !made) {
    study__problem(l, sx_node_get(map, "group"), "'%s' is not a group of levels among the account's 'domains'", group);
  }
  if (from && (area.from = study__find_table(l->s, from)) == ST_NONE)
    study__problem(l, sx_node_get(map, "from"), "unknown table '%s'%s", from, study__near(l->s, near, from, "t"));
  if ((area.columns.n > 0) != (from != NULL) || (from && !area.key))
    study__problem(l, map, "covariates are 'from: TABLE, key: COLUMN, columns: [...]', all three");
  a->area = area;
}

void study__read_account_words(st_load *l, st_account *a, const sx_node *map) {
  a->period = read_period(l, map);
  a->price = read_price(l, map);
  read_domains(l, a, map);
  if (!l->s->follower) {
    read_compares(l, a, map);
    read_area(l, a, map);
  }
  const sx_account_domain_options usual = SX_ACCOUNT_DOMAIN_OPTIONS_INIT;
  const double min_n = study__number(l, map, "min_n", (double)usual.min_n);
  a->max_cv = study__number(l, map, "max_cv", usual.max_cv);
  if (!(min_n >= 0 && min_n < 1e9)) study__problem(l, sx_node_get(map, "min_n"), "min_n is a number of interviews");
  if (!(a->max_cv > 0)) study__problem(l, sx_node_get(map, "max_cv"), "max_cv is above 0");
  a->min_n = min_n >= 0 && min_n < 1e9 ? (size_t)min_n : usual.min_n;
  const sx_node *sensitivity = sx_node_get(map, "sensitivity");
  if (l->s->follower) return;
  if (sensitivity && sensitivity->kind == SX_NODE_LIST) {
    a->sensitivity = study__list(l, map, "sensitivity");
  } else if (sensitivity && study__bool(l, map, "sensitivity", false) && a->n_nodes) {
    a->sensitivity.items = study__take(l, 1, sizeof *a->sensitivity.items);
    a->sensitivity.nodes = study__take(l, 1, sizeof *a->sensitivity.nodes);
    if (!a->sensitivity.items || !a->sensitivity.nodes) return;
    a->sensitivity.items[0] = a->nodes[0].id;
    a->sensitivity.nodes[0] = sensitivity;
    a->sensitivity.n = 1;
  }
}
