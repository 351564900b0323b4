/* study_parts.c: the parts of a study about its data: tables, joins, derived variables. */
#include "study_data.h"
#include "study_names.h"
#include "study_variables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- data ------------------------------------------------------------------------------------------------- */

static const double MAX_INTERVIEWS = 1e9, MAX_SEED = 9e15;

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

/* A whole number from `least` to `most`; `least` where it is none, with a problem noted. */
static uint64_t whole(st_load *l, const sx_node *map, const char *key, double otherwise, double least, double most) {
  const double x = study__number(l, map, key, otherwise);
  if (x >= least && x <= most && x == floor(x)) return (uint64_t)x;
  study__problem(l, map, "%s is a whole number from %.0f to %g", key, least, most);
  return (uint64_t)least;
}

static double share_of(st_load *l, const sx_node *map, const char *key, double otherwise) {
  const double x = study__number(l, map, key, otherwise);
  if (x >= 0 && x <= 1) return x;
  study__problem(l, map, "%s is between 0 and 1", key);
  return otherwise;
}

/* Persons of an earlier sample, interviewed again. */
static void read_panel(st_load *l, st_table *t, const sx_node *map) {
  if (!study__is_map(l, map, "panel")) return;
  ST_KEYS(l, map, "seed", "n", "share", "stay");
  t->sample.panel = (sx_synth_panel){.seed = whole(l, map, "seed", -1, 0, MAX_SEED),
                                     .n = (size_t)whole(l, map, "n", (double)t->sample.n, 1, MAX_INTERVIEWS),
                                     .share = share_of(l, map, "share", 0.5),
                                     .stay = share_of(l, map, "stay", 0.5)};
  if (t->sample.panel.seed == t->sample.seed)
    study__problem(l, map, "the panel's seed is that of the sample itself: it is the one of the earlier sample");
}

static void read_generate(st_load *l, st_table *t, const sx_node *map) {
  if (!study__is_map(l, map, "generate")) return;
  ST_KEYS(l, map, "model", "n", "seed", "wave", "panel");
  t->model = study__text(l, map, "model");
  if (!t->model) study__problem(l, map, "generate needs a model: {model: model.yaml, n: 30000, seed: 1}");
  t->wave = study__text(l, map, "wave");
  t->sample.n = (size_t)whole(l, map, "n", 10000, 1, MAX_INTERVIEWS);
  t->sample.seed = whole(l, map, "seed", 1, 0, MAX_SEED);
  read_panel(l, t, sx_node_get(map, "panel"));
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

/* Formats by name, and the files beside the one that is read: with one file only. */
static void read_format(st_load *l, st_table *t, const sx_node *map) {
  size_t n = 0;
  const sx_io_format *formats = sx_io_formats(&n);
  t->format = study__text(l, map, "format");
  t->labels = study__text(l, map, "labels");
  t->data_file = study__text(l, map, "data");
  size_t i = 0;
  while (t->format && i < n && strcmp(formats[i].name, t->format) != 0) i++;
  if (i == n)
    study__problem(l, sx_node_get(map, "format"), "no format is called '%.60s': wjx, sss, csv, xlsx, sav, ...",
                   t->format);
  if ((t->labels || t->data_file) && t->files.n > 1)
    study__problem(l, sx_node_get(map, t->labels ? "labels" : "data"),
                   "'%s' belongs to one file: make a table of each file", t->labels ? "labels" : "data");
}

static void read_table(st_load *l, st_table *t, const char *id, const sx_node *map) {
  t->id = id;
  t->node = map;
  if (!study__is_map(l, map, "a table")) return;
  ST_KEYS(l, map, "file", "files", "generate", "missing", "text", "sheet", "format", "labels", "data", "fixed", "add",
          "where", "unit", "variables");
  t->files = study__list(l, map, sx_node_get(map, "files") ? "files" : "file");
  if (t->files.n == 0) study__problem(l, map, "the table '%s' has no file", id);
  t->missing = study__list(l, map, "missing");
  t->text = study__list(l, map, "text");
  t->where = study__expr(l, map, "where");
  t->unit = study__bool(l, map, "unit", false);
  t->sheet = study__text(l, map, "sheet");
  read_format(l, t, map);
  study__read_variables(l, t, sx_node_get(map, "variables"));
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

void study__sample_spec(sx_buf *out, const st_table *t) {
  const sx_synth_sample *x = &t->sample;
  sx_buf_printf(out, "%zu %llu %s\n", x->n, (unsigned long long)x->seed, t->wave ? t->wave : "");
  if (x->panel.n)
    sx_buf_printf(out, "panel %zu %llu %.17g %.17g\n", x->panel.n, (unsigned long long)x->panel.seed, x->panel.share,
                  x->panel.stay);
}
