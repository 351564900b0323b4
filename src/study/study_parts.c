/* study_parts.c: the parts of a study about its data: tables, joins, derived variables, design, weighting. */
#include "study_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- data ------------------------------------------------------------------------------------------------- */

static void read_fixed(st_load *l, st_table *t, const sx_node *map) {
  if (!study__is_map(l, map, "fixed")) return;
  t->fixed = study__take(l, map->n, sizeof *t->fixed);
  for (size_t i = 0; t->fixed && i < map->n; i++) {
    unsigned long a = 0, b = 0;
    int used = 0;
    const char *text = study__scalar(l, map->items[i], "a field");
    if (!text) continue;
    if (sscanf(text, "%lu-%lu%n", &a, &b, &used) != 2 || text[used] != '\0' || a == 0 || b < a || b > 1000000) {
      study__problem(l, map->items[i], "a field is FIRST-LAST in bytes, beginning at 1: 'level: 4-4'");
      continue;
    }
    t->fixed[t->n_fixed++] = (sx_fixed_field){map->keys[i]->text, a, b};
  }
}

static void read_generate(st_load *l, st_table *t, const sx_node *map) {
  if (!study__is_map(l, map, "generate")) return;
  ST_KEYS(l, map, "model", "n", "seed");
  t->model = study__text(l, map, "model");
  if (!t->model) study__problem(l, map, "generate needs a model: {model: model.yaml, n: 30000, seed: 1}");
  const double n = study__number(l, map, "n", 10000), seed = study__number(l, map, "seed", 1);
  if (!(n >= 1 && n <= 1e9 && n == floor(n))) study__problem(l, map, "n is a whole number from 1 to 1e9");
  if (!(seed >= 0 && seed <= 9e15 && seed == floor(seed)))
    study__problem(l, map, "seed is a whole number, not negative");
  t->n = n >= 1 && n <= 1e9 ? (uint64_t)n : 1;
  t->seed = seed >= 0 && seed <= 9e15 ? (uint64_t)seed : 1;
}

static void check_added(st_load *l, const st_table *t) {
  for (size_t i = 0; t->add && i < t->add->n; i++) {
    const sx_node *values = t->add->items[i];
    if (!study__is_list(l, values, "an added column")) continue;
    if (values->n != t->files.n) {
      study__problem(l, values, "%zu values for %zu files: give one value per file", values->n, t->files.n);
    }
    for (size_t k = 0; k < values->n; k++) (void)study__scalar(l, values->items[k], "a value");
  }
}

static void read_table(st_load *l, st_table *t, const char *id, const sx_node *map) {
  t->id = id;
  t->node = map;
  if (!study__is_map(l, map, "a table")) return;
  ST_KEYS(l, map, "file", "files", "generate", "missing", "text", "fixed", "add", "where", "unit");
  t->files = study__list(l, map, sx_node_get(map, "files") ? "files" : "file");
  if (t->files.n == 0) study__problem(l, map, "the table '%s' has no file", id);
  t->missing = study__list(l, map, "missing");
  t->text = study__list(l, map, "text");
  t->where = study__expr(l, map, "where");
  t->unit = study__bool(l, map, "unit", false);
  read_fixed(l, t, sx_node_get(map, "fixed"));
  read_generate(l, t, sx_node_get(map, "generate"));
  if (t->model && t->files.n > 1) study__problem(l, map, "a generated table has one file");
  const sx_node *add = sx_node_get(map, "add");
  if (study__is_map(l, add, "add")) t->add = add;
  check_added(l, t);
}

static void read_join(st_load *l, st_join *j, const sx_node *map) {
  j->node = map;
  j->from = ST_NONE;
  if (!study__is_map(l, map, "a join")) return;
  ST_KEYS(l, map, "from", "by", "columns", "pivot", "sum", "prefix");
  const char *from = study__text(l, map, "from");
  char near[160];
  if (from) j->from = study__find_table(l->s, from);
  if (!from) {
    study__problem(l, map, "a join needs 'from: TABLE'");
  } else if (j->from == ST_NONE) {
    study__problem(l, sx_node_get(map, "from"), "unknown table '%s'%s", from, study__near(l->s, near, from, "t"));
  } else if (j->from == l->s->unit) {
    study__problem(l, sx_node_get(map, "from"), "'%s' is the unit table itself: other tables are joined onto it", from);
  }
  j->by = study__list(l, map, "by");
  if (j->by.n == 0) study__problem(l, map, "a join needs its key: 'by: [NAME]'");
  j->columns = study__list(l, map, "columns");
  j->pivot = study__text(l, map, "pivot");
  j->sum = study__text(l, map, "sum");
  j->prefix = study__text(l, map, "prefix");
  if (j->pivot && (!j->sum || !j->prefix)) study__problem(l, map, "a pivot needs 'sum: NAME' and 'prefix: TEXT'");
  if (j->pivot && j->by.n > 1) study__problem(l, map, "a pivot is joined by one key");
  if (!j->pivot && j->columns.n == 0) study__problem(l, map, "a join needs 'columns: [...]' or 'pivot: NAME'");
}

static void read_cut(st_load *l, st_derived *d, const sx_node *map) {
  d->cut = true;
  d->value = study__expr(l, map, "cut");
  const sx_node *breaks = sx_node_get(map, "breaks"), *labels = sx_node_get(map, "labels");
  if (!study__is_list(l, breaks, "breaks")) {
    if (!breaks) study__problem(l, map, "cut needs 'breaks: [20, 30, ...]'");
    return;
  }
  d->breaks = study__take(l, breaks->n, sizeof *d->breaks);
  d->labels = study__take(l, breaks->n + 1, sizeof *d->labels);
  if (!d->breaks || !d->labels) return;
  d->n_breaks = breaks->n;
  for (size_t i = 0; i < breaks->n; i++) {
    if (!sx_node_number(&d->breaks[i], breaks->items[i])) {
      study__problem(l, breaks->items[i], "a break is a number");
    } else if (i > 0 && !(d->breaks[i] > d->breaks[i - 1])) {
      study__problem(l, breaks->items[i], "breaks grow: %g follows %g", d->breaks[i], d->breaks[i - 1]);
    }
  }
  if (!study__is_list(l, labels, "labels") || labels->n != breaks->n + 1) {
    study__problem(l, labels ? labels : map, "%zu breaks make %zu classes: give as many labels", breaks->n,
                   breaks->n + 1);
    d->labels = NULL;
    return;
  }
  bool good = true;
  for (size_t i = 0; i < labels->n; i++) {
    d->labels[i] = study__text2_of(l, labels->items[i]);
    const bool empty = !d->labels[i].en && !d->labels[i].zh;
    if (empty) study__problem(l, labels->items[i], "an empty label");
    for (size_t k = 0; good && !empty && k < i; k++) {
      if (strcmp(study__cut_level(d, k), study__cut_level(d, i)) != 0) continue;
      study__problem(l, labels->items[i], "the label '%s' stands twice", study__cut_level(d, i));
      good = false;
    }
    good = good && !empty;
  }
  if (!good) d->labels = NULL;
}

static void read_derived(st_load *l, st_derived *d, const char *id, const sx_node *node) {
  d->id = id;
  d->node = node;
  if (node->kind == SX_NODE_SCALAR) {
    d->value = study__expr_of(l, node, node->text);
    return;
  }
  if (!study__is_map(l, node, "a derived variable")) {
    if (node->kind == SX_NODE_NULL) study__problem(l, node, "the derived variable '%s' is empty", id);
    return;
  }
  ST_KEYS(l, node, "value", "label", "cut", "breaks", "labels");
  d->label = study__text2(l, node, "label");
  if (sx_node_get(node, "cut")) {
    read_cut(l, d, node);
  } else if (sx_node_get(node, "value")) {
    d->value = study__expr(l, node, "value");
  } else {
    study__problem(l, node, "the derived variable '%s' needs 'value: EXPRESSION' or 'cut: EXPRESSION'", id);
  }
}

/* The map of named parts under `key`; *n is 0 where there is none. */
static const sx_node *parts(st_load *l, const sx_node *root, const char *key, size_t *n) {
  const sx_node *map = sx_node_get(root, key);
  *n = 0;
  if (!study__is_map(l, map, key)) return NULL;
  *n = map->n;
  return map;
}

void study__read_data(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  size_t n = 0;
  const sx_node *data = parts(l, root, "data", &n);
  if (!data || n == 0)
    study__problem(l, sx_node_get(root, "data"), "the study has no data: 'data: {NAME: {file: ...}}'");
  s->tables = study__take(l, n, sizeof *s->tables);
  for (size_t i = 0; s->tables && i < n; i++) {
    study__id(l, data->keys[i], data->keys[i]->text, "the table");
    read_table(l, &s->tables[s->n_tables++], data->keys[i]->text, data->items[i]);
    if (s->tables[i].unit) s->unit = i;
  }
  const sx_node *joins = sx_node_get(root, "join");
  if (study__is_list(l, joins, "join")) {
    s->joins = study__take(l, joins->n, sizeof *s->joins);
    for (size_t i = 0; s->joins && i < joins->n; i++) read_join(l, &s->joins[s->n_joins++], joins->items[i]);
  }
  study__read_derived(l, root);
}

void study__read_derived(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  size_t n = 0;
  const sx_node *derived = parts(l, root, "derived", &n);
  s->derived = study__take(l, n, sizeof *s->derived);
  for (size_t i = 0; s->derived && i < n; i++) {
    study__id(l, derived->keys[i], derived->keys[i]->text, "the derived variable");
    read_derived(l, &s->derived[s->n_derived++], derived->keys[i]->text, derived->items[i]);
  }
}

/* ---- design ------------------------------------------------------------------------------------------------ */

static bool parse_choice(st_load *l, const sx_node *node, const char *const *names, size_t n, const char *what,
                         size_t *out) {
  const char *text = study__scalar(l, node, what);
  if (!text) return false;
  for (size_t i = 0; i < n; i++) {
    if (strcmp(names[i], text) == 0) {
      *out = i;
      return true;
    }
  }
  char all[200] = "";
  for (size_t i = 0, used = 0; i < n && used < sizeof all; i++) {
    used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
  }
  const char *near = sx_text_nearest(text, names, n);
  study__problem(l, node, "unknown %s '%s'%s%s%s: one of %s", what, text, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "", all);
  return false;
}

enum { MAX_RANGE = 10000 };

/* How many names a pattern stands for: 1 for a plain name, 0 where it is none (then a problem is noted). */
static size_t count_names(st_load *l, sx_name_range *range, const char *pattern, const sx_node *node) {
  if (!strchr(pattern, '[')) return 1;
  if (sx_name_range_parse(range, pattern) && range->last - range->first < MAX_RANGE)
    return (size_t)(range->last - range->first) + 1;
  if (node) study__problem(l, node, "a pattern of names is NAME[01-44]");
  return 0;
}

static void expand_names(st_load *l, st_list *out, const st_list *patterns) {
  sx_name_range range = {.first = 0};
  size_t total = 0;
  for (size_t i = 0; i < patterns->n; i++) total += count_names(l, &range, patterns->items[i], patterns->nodes[i]);
  out->items = study__take(l, total, sizeof *out->items);
  out->nodes = study__take(l, total, sizeof *out->nodes);
  if (!out->items || !out->nodes) return;
  size_t at = 0;
  for (size_t i = 0; i < patterns->n; i++) {
    const size_t n = count_names(l, &range, patterns->items[i], NULL);
    const bool many = strchr(patterns->items[i], '[') != NULL;
    for (size_t k = 0; k < n; k++) {
      const char *name = many ? sx_name_range_at(&range, range.first + (int64_t)k, l->s->arena) : patterns->items[i];
      if (!name) {
        l->oom = true;
        return;
      }
      out->nodes[at] = patterns->nodes[i];
      out->items[at++] = name;
    }
  }
  out->n = at;
}

/* One factor per replicate, in their order. */
static void read_rscales(st_load *l, st_design *d, const sx_node *map) {
  const sx_node *list = sx_node_get(map, "rscales");
  if (!list || !study__is_list(l, list, "rscales")) return;
  if (list->n != d->replicates.n) {
    study__problem(l, list, "%zu factors for %zu replicates", list->n, d->replicates.n);
    return;
  }
  double *values = study__take(l, list->n, sizeof *values);
  for (size_t i = 0; values && i < list->n; i++) {
    if (!sx_node_number(&values[i], list->items[i]) || !(values[i] >= 0.0)) {
      study__problem(l, list->items[i], "a factor of the replicate variance is a number, not negative");
      return;
    }
  }
  d->rscales = values;
}

static void read_replicates(st_load *l, st_design *d, const sx_node *map) {
  if (!study__is_map(l, map, "replicates")) return;
  ST_KEYS(l, map, "weights", "type", "mse", "missing", "rho", "scale", "rscales", "df", "combined");
  const st_list patterns = study__list(l, map, "weights");
  if (patterns.n == 0) study__problem(l, map, "replicates need their weights: 'weights: \"WTREP[01-44]\"'");
  expand_names(l, &d->replicates, &patterns);
  size_t type = 0, n_types = 0;
  const char *const *types = sx_rep_type_names(&n_types) + 1; /* without "none" */
  if (!sx_node_get(map, "type")) {
    study__problem(l, map, "replicates need a type: brr, fay, jk1, jkn, bootstrap, sdr or other");
  } else if (parse_choice(l, sx_node_get(map, "type"), types, n_types - 1, "type of replicates", &type)) {
    d->rep_type = (sx_rep_type)(type + 1);
  }
  d->mse = study__bool(l, map, "mse", false);
  d->combined = study__bool(l, map, "combined", true);
  d->rho = study__number(l, map, "rho", 0);
  d->scale = study__number(l, map, "scale", (double)NAN);
  d->df = study__number(l, map, "df", (double)NAN);
  read_rscales(l, d, map);
  const char *missing = study__text(l, map, "missing");
  d->missing_zero = missing && strcmp(missing, "zero") == 0;
  if (missing && !d->missing_zero) study__problem(l, sx_node_get(map, "missing"), "missing is 'zero' or left out");
}

void study__read_design(st_load *l, const sx_node *root) {
  st_design *d = &l->s->design;
  d->scale = d->df = (double)NAN;
  d->combined = true;
  d->node = sx_node_get(root, "design");
  if (!study__is_map(l, d->node, "design")) {
    study__problem(l, d->node,
                   "the study has no design: 'design: {weights: NAME, strata: NAME, clusters: [NAME]}', or "
                   "'design: {weights: none}' for an unweighted one");
    return;
  }
  ST_KEYS(l, d->node, "weights", "strata", "clusters", "nest", "fpc", "lonely", "replicates");
  d->weights = study__text(l, d->node, "weights");
  d->nest = study__bool(l, d->node, "nest", false);
  if (!sx_node_get(d->node, "weights")) {
    study__problem(l, d->node,
                   "the design names no weights: 'weights: NAME', or 'weights: none' for unweighted estimates");
  }
  if (d->weights && strcmp(d->weights, "none") == 0) d->weights = NULL;
  d->strata = study__text(l, d->node, "strata");
  d->fpc = study__text(l, d->node, "fpc");
  d->clusters = study__list(l, d->node, "clusters");
  size_t policy = 0, n_policies = 0;
  const char *const *policies = sx_lonely_names(&n_policies);
  if (sx_node_get(d->node, "lonely") &&
      parse_choice(l, sx_node_get(d->node, "lonely"), policies, n_policies, "policy for strata of one PSU", &policy)) {
    d->lonely = (sx_lonely)policy;
  }
  read_replicates(l, d, sx_node_get(d->node, "replicates"));
}

/* ---- weighting ----------------------------------------------------------------------------------------------- */

static void read_margin(st_load *l, st_margin *m, const sx_node *map) {
  m->node = map;
  if (!study__is_map(l, map, "a margin")) {
    if (map->kind != SX_NODE_LIST) study__problem(l, map, "a margin is {by: [...], totals: ...}");
    return;
  }
  ST_KEYS(l, map, "by", "totals");
  m->by = study__list(l, map, "by");
  if (m->by.n == 0 || m->by.n > 4) study__problem(l, map, "a margin is by one to four variables");
  const sx_node *totals = sx_node_get(map, "totals");
  if (!totals || totals->kind != SX_NODE_MAP || totals->n == 0) {
    study__problem(l, totals ? totals : map,
                   "a margin needs totals: {file: CSV, value: COLUMN} or {LEVEL: TOTAL, ...}");
    return;
  }
  if (!sx_node_get(totals, "file")) {
    m->totals = totals;
    double value = 0;
    for (size_t i = 0; i < totals->n; i++) {
      if (!sx_node_number(&value, totals->items[i]) || !(value >= 0)) {
        study__problem(l, totals->items[i], "the total of '%s' is a number, not negative", totals->keys[i]->text);
      }
    }
    return;
  }
  ST_KEYS(l, totals, "file", "value", "where");
  m->file = study__text(l, totals, "file");
  m->value = study__text(l, totals, "value");
  m->where = study__expr(l, totals, "where");
  if (!m->value) study__problem(l, totals, "totals from a file need 'value: COLUMN'");
}

static void read_adjustment(st_load *l, st_weighting *w, const sx_node *map) {
  const sx_rake_options usual = SX_RAKE_OPTIONS_INIT;
  w->node = map;
  w->lower = usual.lower;
  w->upper = usual.upper;
  w->tolerance = usual.tolerance;
  w->total_tolerance = usual.total_tolerance;
  w->iterations = usual.max_iterations;
  if (!study__is_map(l, map, "a weighting step")) return;
  ST_KEYS(l, map, "rake", "poststratify", "bounds", "tolerance", "total_tolerance", "iterations");
  const sx_node *rake = sx_node_get(map, "rake"), *post = sx_node_get(map, "poststratify");
  w->rake = rake != NULL;
  const sx_node *margins = rake ? rake : post;
  if (!margins || (rake && post)) {
    study__problem(l, map, "a weighting step is either 'rake: [margins]' or 'poststratify: {by: ..., totals: ...}'");
    return;
  }
  const bool list = margins->kind == SX_NODE_LIST;
  const size_t n = list ? margins->n : 1;
  if (n == 0 || (!rake && n > 1))
    study__problem(l, margins, rake ? "raking needs margins" : "post-stratification has one margin");
  w->margins = study__take(l, n, sizeof *w->margins);
  for (size_t i = 0; w->margins && i < n; i++) {
    read_margin(l, &w->margins[w->n_margins++], list ? margins->items[i] : margins);
  }
  const sx_node *bounds = sx_node_get(map, "bounds");
  if (bounds && (bounds->kind != SX_NODE_LIST || bounds->n != 2 || !sx_node_number(&w->lower, bounds->items[0]) ||
                 !sx_node_number(&w->upper, bounds->items[1]) || !(w->lower >= 0 && w->lower < 1 && w->upper > 1))) {
    study__problem(l, bounds, "bounds are two numbers around 1: [0.2, 5]");
  }
  w->tolerance = study__number(l, map, "tolerance", w->tolerance);
  w->total_tolerance = study__number(l, map, "total_tolerance", w->total_tolerance);
  const double most = study__number(l, map, "iterations", (double)w->iterations);
  if (!(most >= 1 && most <= 1e6)) study__problem(l, map, "iterations is a whole number from 1 to 1e6");
  w->iterations = most >= 1 && most <= 1e6 ? (size_t)most : 1;
}

void study__read_weighting(st_load *l, const sx_node *root) {
  const sx_node *list = sx_node_get(root, "weighting");
  if (!study__is_list(l, list, "weighting")) return;
  l->s->weightings = study__take(l, list->n, sizeof *l->s->weightings);
  for (size_t i = 0; l->s->weightings && i < list->n; i++) {
    read_adjustment(l, &l->s->weightings[l->s->n_weightings++], list->items[i]);
  }
}
