/* study_figures.c: benchmarks, groups and indicators as the study file writes them. */
#include "study_kind.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* by: {rural: 1, "age:20-29": {value: 2, se: 0.1}}: its value in groups. The names are held against the groups when those are read. */
static void read_benchmark_parts(st_load *l, st_benchmark *b, const sx_node *map) {
  if (!map || !study__is_map(l, map, "by")) return;
  b->by = study__take(l, map->n, sizeof *b->by);
  for (size_t i = 0; b->by && i < map->n; i++) {
    const sx_node *own = map->items[i];
    st_benchmark_part part = {map->keys[i]->text, (double)NAN, 0, (double)INFINITY};
    if (own->kind == SX_NODE_MAP) {
      ST_KEYS(l, own, "value", "se", "df", "source");
      part.value = study__number(l, own, "value", (double)NAN);
      part.se = study__number(l, own, "se", 0);
      part.df = study__number(l, own, "df", (double)INFINITY);
    } else if (!sx_node_number(&part.value, own)) {
      part.value = (double)NAN;
    }
    if (isnan(part.value)) {
      study__problem(l, own, "a benchmark in a group is a number, or {value: ..., se: ...}");
      continue;
    }
    if (part.se < 0) study__problem(l, sx_node_get(own, "se"), "a standard error is not negative");
    b->by[b->n_by++] = part;
  }
}

static void read_benchmark(st_load *l, st_benchmark *b, const char *id, const sx_node *node) {
  b->id = id;
  b->node = node;
  b->value = (double)NAN;
  b->df = (double)INFINITY;
  if (node->kind == SX_NODE_SCALAR) {
    if (!sx_node_number(&b->value, node)) study__problem(l, node, "a benchmark is a number, or {value: ..., se: ...}");
    return;
  }
  if (!study__is_map(l, node, "a benchmark")) return;
  ST_KEYS(l, node, "value", "se", "df", "unit", "format", "source", "label", "by");
  b->value = study__number(l, node, "value", (double)NAN);
  b->se = study__number(l, node, "se", 0);
  b->df = study__number(l, node, "df", (double)INFINITY);
  b->unit = study__text(l, node, "unit");
  b->format = study__text(l, node, "format");
  b->label = study__text2(l, node, "label");
  b->source = study__text2(l, node, "source");
  read_benchmark_parts(l, b, sx_node_get(node, "by"));
  if (!sx_node_get(node, "value")) study__problem(l, node, "the benchmark '%s' has no value", id);
  if (b->se < 0) study__problem(l, sx_node_get(node, "se"), "a standard error is not negative");
}

static void read_group(st_load *l, st_group *g, const char *id, const sx_node *node) {
  g->id = id;
  g->node = node;
  const bool waves = sx_node_get(sx_doc_root(l->s->doc), "waves") != NULL;
  if (strcmp(id, "total") == 0 || strcmp(id, "scope") == 0 || (waves && strcmp(id, "wave") == 0)) {
    study__problem(l, node, "'%s' has a meaning of its own: give the group another name", id);
  }
  if (!study__is_map(l, node, "a group")) {
    if (node->kind != SX_NODE_LIST)
      study__problem(l, node, "a group is {label: ..., where: CONDITION} or {by: VARIABLE}");
    return;
  }
  ST_KEYS(l, node, "label", "where", "by", "levels");
  g->label = study__text2(l, node, "label");
  g->where = study__expr(l, node, "where");
  g->by = study__text(l, node, "by");
  if ((sx_node_get(node, "where") != NULL) == (g->by != NULL)) {
    study__problem(l, node, "the group '%s' is either 'where: CONDITION' or 'by: VARIABLE'", id);
  }
  g->levels = sx_node_get(node, "levels");
  if (g->levels && study__is_map(l, g->levels, "levels")) {
    for (size_t i = 0; i < g->levels->n; i++) (void)study__text2_of(l, g->levels->items[i]);
  }
}

/* ---- how estimates are made ---------------------------------------------------------------------------------- */

void study__read_estimation(st_load *l, sx_est_options *out, bool *deff_wor, const sx_node *map) {
  static const char *const deffs[] = {"replace", "wor"};
  enum { N_CI = SX_CI_LIKELIHOOD };
  const char *intervals[N_CI];
  for (int i = 0; i < N_CI; i++) intervals[i] = sx_ci_name((sx_ci)(i + 1));
  size_t ci = 0, deff = 0;
  if (sx_node_get(map, "ci") && study__choice(&ci, l, map, "ci", intervals, N_CI, "interval"))
    out->ci = (sx_ci)(ci + 1);
  if (sx_node_get(map, "deff") && study__choice(&deff, l, map, "deff", deffs, 2, "design effect"))
    *deff_wor = deff == 1;
  const double level = study__number(l, map, "level", out->ci_level), df = study__number(l, map, "df", out->df);
  if (level > 0 && level < 1) {
    out->ci_level = level;
  } else {
    study__problem(l, sx_node_get(map, "level"), "the level of intervals lies between 0 and 1: 'level: 0.95'");
  }
  if (sx_node_get(map, "df") && !(df > 0)) {
    study__problem(l, sx_node_get(map, "df"), "degrees of freedom are a number above 0");
  } else {
    out->df = df;
  }
}

static void read_own_estimation(st_load *l, st_indicator *ind, const sx_node *map) {
  ind->est = l->s->est;
  ind->deff_wor = l->s->deff_wor;
  study__read_estimation(l, &ind->est, &ind->deff_wor, map);
  const sx_node *ci = sx_node_get(map, "ci");
  if (ci && ind->est.ci > SX_CI_LOGIT && !ind->kind->shares)
    study__problem(l, ci, "'%s' is an interval of shares, not of a %s", sx_ci_name(ind->est.ci), ind->kind->word);
}

/* ---- indicators ------------------------------------------------------------------------------------------------ */

/* A domain in a list: "z", "z*rural", "age:20-29", or [z, rural] for the crossing. */
static bool read_domain(st_load *l, st_domain *out, const sx_node *node) {
  if (node->kind == SX_NODE_SCALAR) return study__domain(l, out, node, node->text);
  if (!study__is_list(l, node, "a crossing of groups")) return false;
  char text[400] = "";
  for (size_t i = 0, used = 0; i < node->n; i++) {
    const char *word = study__scalar(l, node->items[i], "a group");
    if (!word) return false;
    const int k = snprintf(text + used, sizeof text - used, "%s%s", i ? "*" : "", word);
    if (k < 0 || (size_t)k >= sizeof text - used) {
      study__problem(l, node, "the crossing is too long");
      return false;
    }
    used += (size_t)k;
  }
  return study__domain(l, out, node, text);
}

static void add_domain(st_load *l, st_indicator *ind, const st_domain *d) {
  if (d->n == 0) return;
  for (size_t i = 0; i < ind->n_by; i++) {
    if (study__same_domain(&ind->by[i], d)) {
      study__problem(l, d->node, "the group stands twice in the list");
      return;
    }
  }
  ind->by[ind->n_by++] = *d;
}

static void read_by(st_load *l, st_indicator *ind, const sx_node *node) {
  if (!node || node->kind == SX_NODE_NULL) return;
  if (node->kind == SX_NODE_MAP) {
    study__problem(l, node, "by is a list of groups: [z, age]");
    return;
  }
  const size_t n = node->kind == SX_NODE_LIST ? node->n : 1;
  ind->by = study__take(l, n, sizeof *ind->by);
  ind->cap_by = ind->by ? n : 0;
  for (size_t i = 0; ind->by && i < n; i++) {
    st_domain d;
    if (read_domain(l, &d, node->kind == SX_NODE_LIST ? node->items[i] : node)) add_domain(l, ind, &d);
  }
}

static void read_gap(st_load *l, st_indicator *ind, const sx_node *node) {
  st_gap gap = {.node = node, .statistic = "gap"};
  if (node->kind == SX_NODE_SCALAR) {
    if (!study__domain(l, &gap.of, node, node->text)) return;
  } else if (study__is_map(l, node, "a gap")) {
    ST_KEYS(l, node, "of", "to");
    const sx_node *of = sx_node_get(node, "of"), *to = sx_node_get(node, "to");
    if (!of || !to) {
      study__problem(l, node, "a gap between groups is {of: GROUP, to: GROUP}");
      return;
    }
    if (!read_domain(l, &gap.of, of) || !read_domain(l, &gap.to, to)) return;
    if (gap.to.n > 0 && to->kind == SX_NODE_SCALAR) {
      gap.statistic = sx_arena_printf(l->s->arena, "gap_%s", to->text);
      l->oom = l->oom || !gap.statistic;
    }
    for (size_t i = 0; i < gap.to.n; i++) {
      if (l->s->groups[gap.to.terms[i].group].by && !gap.to.terms[i].level) {
        study__problem(l, to, "a gap to a group with levels names one of them: 'age:20-29'");
      }
    }
  } else {
    return;
  }
  if (gap.of.n == 0) {
    study__problem(l, node, "the gap of the whole to itself is 0: name a group");
    return;
  }
  ind->gaps[ind->n_gaps++] = gap;
}

/* The estimates of both sides of a gap are needed: their domains join `by`. */
static void need_by(st_load *l, st_indicator *ind, const st_domain *d) {
  for (size_t i = 0; i < ind->n_by; i++) {
    if (study__covers(&ind->by[i], d)) return;
  }
  if (d->n == 0) return;
  if (ind->n_by == ind->cap_by) {
    st_domain *more = study__take(l, ind->cap_by * 2 + 4, sizeof *more);
    if (!more) return;
    if (ind->n_by) memcpy(more, ind->by, ind->n_by * sizeof *more);
    ind->by = more;
    ind->cap_by = ind->cap_by * 2 + 4;
  }
  ind->by[ind->n_by++] = *d;
}

static void read_gaps(st_load *l, st_indicator *ind, const sx_node *node) {
  if (!node || node->kind == SX_NODE_NULL) return;
  const size_t n = node->kind == SX_NODE_LIST ? node->n : 1;
  ind->gaps = study__take(l, n, sizeof *ind->gaps);
  for (size_t i = 0; ind->gaps && i < n; i++) read_gap(l, ind, node->kind == SX_NODE_LIST ? node->items[i] : node);
  for (size_t i = 0; i < ind->n_gaps; i++) {
    need_by(l, ind, &ind->gaps[i].of);
    need_by(l, ind, &ind->gaps[i].to);
  }
}

/* "total, mean, prop ..." */
static void list_kinds(char out[600]) {
  size_t used = 0;
  for (size_t i = 0; study__kind_at(i) && used < 560; i++)
    used += (size_t)snprintf(out + used, 600 - used, "%s%s", i ? ", " : "", study__kind_at(i)->word);
}

static void read_what(st_load *l, st_indicator *ind, const sx_node *map) {
  const sx_node *node = NULL;
  size_t found = 0;
  for (size_t k = 0; study__kind_at(k); k++) {
    const sx_node *given = sx_node_get(map, study__kind_at(k)->word);
    if (!given) continue;
    ind->kind = study__kind_at(k);
    node = given;
    found++;
  }
  if (found == 1) {
    ind->kind->read(l, ind, node);
    return;
  }
  char all[600];
  list_kinds(all);
  study__problem(l, map, "the indicator '%s' is exactly one of %s", ind->id, all);
}

const char *study__usual_format(st_load *l, const char *unit) {
  enum { NOUN_MAX = 40 }; /* that a format holds */
  if (!unit || !*unit || strlen(unit) > NOUN_MAX || strpbrk(unit, " \t|") || study__unit_scale(unit, NULL) != 1)
    return "auto plain";
  const char *format = sx_arena_printf(l->s->arena, "auto %s", unit);
  if (!format) l->oom = true;
  return format ? format : "auto plain";
}

/* The format an indicator is printed in where it names none: how large its results are nobody knows yet. */
static const char *usual_format(st_load *l, const st_indicator *ind) {
  return ind->kind->format ? ind->kind->format : study__usual_format(l, ind->unit);
}

/* The keys of an indicator: its own and the words of the kinds. */
static void check_keys(st_load *l, const sx_node *map) {
  static const char *const own[] = {"label", "question", "base", "base_label", "where", "unit", "format", "by",
                                    "gap",   "assumed",  "keep", "level",      "ci",    "df",   "deff",   "change"};
  enum { N_OWN = sizeof own / sizeof *own, MAX_KEYS = 100 };
  const char *keys[MAX_KEYS];
  size_t n = 0;
  for (; n < N_OWN; n++) keys[n] = own[n];
  for (size_t i = 0; study__kind_at(i) && n < MAX_KEYS; i++) keys[n++] = study__kind_at(i)->word;
  study__keys(l, map, keys, n);
}

static void read_indicator(st_load *l, st_indicator *ind, const char *id, const sx_node *map) {
  ind->id = id;
  ind->node = map;
  ind->kind = study__kind_at(0);
  if (!study__is_map(l, map, "an indicator")) {
    if (map->kind != SX_NODE_LIST) study__problem(l, map, "an indicator is {label: ..., total: EXPRESSION, ...}");
    return;
  }
  check_keys(l, map);
  ind->label = study__text2(l, map, "label");
  if (!ind->label.zh && !ind->label.en) ind->label.zh = ind->label.en = id;
  ind->question = study__text2(l, map, "question");
  ind->base_label = study__text2(l, map, "base_label");
  ind->unit = study__text(l, map, "unit");
  read_what(l, ind, map);
  read_own_estimation(l, ind, map);
  if (sx_node_get(map, "base")) {
    if (ind->base.expr) {
      study__problem(l, sx_node_get(map, "base"),
                     "'count: CONDITION' names the base itself: use 'where' to restrict it");
    } else {
      ind->base = study__expr(l, map, "base");
    }
  }
  ind->where = study__expr(l, map, "where");
  if (ind->kind->formula && (sx_node_get(map, "base") || sx_node_get(map, "where"))) {
    study__problem(l, map, "a formula has no base of its own: its operands have theirs");
  }
  ind->format = study__text(l, map, "format");
  if (!ind->format) ind->format = usual_format(l, ind);
  ind->assumed = study__bool(l, map, "assumed", false);
  ind->keep = study__bool(l, map, "keep", false);
  read_by(l, ind, sx_node_get(map, "by"));
  read_gaps(l, ind, sx_node_get(map, "gap"));
  if (ind->kind->no_algebra && ind->n_gaps)
    study__problem(l, sx_node_get(map, "gap"), "a %s has no gap between groups", ind->kind->word);
}

static void name_benchmark_parts(st_load *l, st_benchmark *b) {
  const sx_node *map = sx_node_get(b->node, "by");
  for (size_t i = 0; i < b->n_by; i++) {
    const sx_node *at = map;
    for (size_t k = 0; map && k < map->n; k++) {
      if (strcmp(map->keys[k]->text, b->by[i].domain) == 0) at = map->keys[k];
    }
    st_domain d;
    if (!study__domain(l, &d, at, b->by[i].domain)) continue;
    const char *name = study__domain_text(l->s, &d, l->s->arena);
    if (name) b->by[i].domain = name;
    l->oom = l->oom || !name;
  }
}

void study__read_figures(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  const sx_node *map = sx_node_get(root, "benchmarks");
  if (study__is_map(l, map, "benchmarks") && (s->benchmarks = study__take(l, map->n, sizeof *s->benchmarks))) {
    for (size_t i = 0; i < map->n; i++) {
      study__id(l, map->keys[i], map->keys[i]->text, "the benchmark");
      read_benchmark(l, &s->benchmarks[s->n_benchmarks++], map->keys[i]->text, map->items[i]);
    }
  }
  map = sx_node_get(root, "groups");
  if (study__is_map(l, map, "groups") && (s->groups = study__take(l, map->n, sizeof *s->groups))) {
    for (size_t i = 0; i < map->n; i++) {
      study__id(l, map->keys[i], map->keys[i]->text, "the group");
      read_group(l, &s->groups[s->n_groups++], map->keys[i]->text, map->items[i]);
    }
  }
  for (size_t i = 0; i < s->n_benchmarks; i++) name_benchmark_parts(l, &s->benchmarks[i]);
  map = sx_node_get(root, "indicators");
  if (study__is_map(l, map, "indicators") && (s->indicators = study__take(l, map->n, sizeof *s->indicators))) {
    for (size_t i = 0; i < map->n; i++) {
      study__id(l, map->keys[i], map->keys[i]->text, "the indicator");
      read_indicator(l, &s->indicators[s->n_indicators++], map->keys[i]->text, map->items[i]);
    }
  }
}
