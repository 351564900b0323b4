/* study_check_figure.c: whether a figure can be drawn, as far as the study file and the head of the data say it: how many rows and series it has, and
 * what its type wants of them. The limits are those of the drawing (sx_chart_check). */
#include "study_blocks.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"
#include "shuxiao/draw_chart.h"

#include <string.h>

/* How many there are: at least, as the cases say that were read; at most, with levels that are only named. */
typedef struct known_size {
  size_t least, most;
} known_size;

enum { FIRST_ROWS = 400 };

void study__note_levels(st_load *l, st_group *g, const sx_table *unit) {
  const sx_column *c = g->by && unit ? sx_table_find(unit, g->by) : NULL;
  g->n_seen = g->n_named = 0;
  if (!c || g->where.expr || study__find_derived(l->s, g->by) != ST_NONE) return;
  if (c->dict) {
    g->n_seen = sx_dict_count(c->dict) < c->n_ranges ? 0 : sx_dict_count(c->dict) - c->n_ranges;
    g->n_named = g->n_seen;
    return;
  }
  for (size_t k = 0; k < c->n_labels; k++) g->n_named += !sx_column_missing_label(c, &c->labels[k]);
  if (g->levels && g->levels->kind == SX_NODE_MAP && g->levels->n > g->n_named) g->n_named = g->levels->n;
  const size_t rows = c->n < FIRST_ROWS ? c->n : FIRST_ROWS;
  for (size_t i = 0; i < rows; i++) {
    bool before = sx_column_missing(c, i);
    for (size_t k = 0; k < i && !before; k++)
      before = !sx_column_missing(c, k) && sx_column_number(c, k) == sx_column_number(c, i);
    g->n_seen += !before;
  }
  if (g->n_named < g->n_seen) g->n_named = g->n_seen;
}

static known_size domains_of(st_load *l, const sx_node *map, bool restricted) {
  const st_list domains = study__list(l, map, "domains");
  known_size all = {0, 0};
  for (size_t k = 0; k < domains.n; k++) {
    st_domain d;
    if (!study__domain(l, &d, domains.nodes[k], domains.items[k])) return (known_size){0, 0};
    known_size one = {1, 1};
    for (size_t t = 0; t < d.n; t++) {
      const st_group *g = &l->s->groups[d.terms[t].group];
      if (!g->by || d.terms[t].level) continue;
      one.least = d.n == 1 && !restricted ? g->n_seen : 0;
      one.most *= g->n_named;
    }
    all.least += one.least;
    all.most += one.most;
  }
  return domains.n ? all : (known_size){1, 1};
}

/* Waves that a series shows. */
static size_t waves_of(const st_load *l, const sx_node *waves) {
  const bool all = waves->kind != SX_NODE_LIST && waves->text && strcmp(waves->text, "all") == 0;
  return all ? l->s->series->n + 1 : waves->kind == SX_NODE_LIST ? waves->n : 1;
}

/* Of a figure of indicators. */
static void sizes_of(st_load *l, const sx_node *map, sx_chart_type type, known_size *rows, known_size *series) {
  const st_list names = study__list(l, map, "indicators");
  const sx_node *waves = sx_node_get(map, "waves");
  bool restricted = false;
  for (size_t i = 0; i < names.n; i++) {
    const size_t at = study__find_indicator(l->s, names.items[i], strlen(names.items[i]));
    restricted = restricted || at == ST_NONE || l->s->indicators[at].base.expr || l->s->indicators[at].where.expr;
  }
  const known_size domains = domains_of(l, map, restricted), n = {names.n, names.n};
  if (waves && l->s->series) {
    const size_t periods = waves_of(l, waves);
    *rows = (known_size){periods, periods};
    *series = (known_size){domains.least * n.least, domains.most * n.most};
    return;
  }
  const bool parts = type == SX_CHART_STACKED || type == SX_CHART_LIKERT || type == SX_CHART_TILES;
  const bool across = parts || (names.n == 1 && domains.most > 1);
  *rows = across ? domains : n;
  *series = across ? n : domains;
}

static sx_status judge(sx_chart_type type, size_t rows, size_t series, size_t below, sx_error *err) {
  const sx_chart chart = {.type = type, .n_categories = rows, .n_series = series, .n_below = below};
  return rows && series ? sx_chart_check(&chart, err) : SX_OK;
}

/* The provinces of tiles that are written out. */
static const char **labels_of(st_load *l, const sx_node *list, const char *key) {
  const char **out = study__take(l, list->n + 1, sizeof *out);
  for (size_t i = 0; out && i < list->n; i++) {
    const sx_node *label = sx_node_get(list->items[i], key);
    if (label && label->kind == SX_NODE_MAP)
      label = sx_node_get(label, "zh") ? sx_node_get(label, "zh") : sx_node_get(label, "en");
    out[i] = label && label->kind == SX_NODE_SCALAR ? label->text : "";
  }
  return out;
}

/* ---- what the rows stand for ------------------------------------------------------------------------------------------------ */

/* A level as a tile would find its province: by itself, or by one of its words. */
static void check_province(st_load *l, const sx_node *node, const st_group *g, const char *level, const char *label) {
  const sx_node *own = sx_node_get(g->levels, level);
  const sx_node *zh = own && own->kind == SX_NODE_MAP ? sx_node_get(own, "zh") : own;
  const sx_node *en = own && own->kind == SX_NODE_MAP ? sx_node_get(own, "en") : NULL;
  const char *const names[] = {level, label, zh ? zh->text : NULL, en ? en->text : NULL};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i] && sx_province_find(names[i])) return;
  study__problem(l, node,
                 "'%s' of '%s' is none of the 31 provinces: a tile wants a name, a code or the letters of GB/T 2260",
                 label ? label : level, g->id);
}

static const char *label_of(const sx_column *c, const char *text) {
  for (size_t i = 0; i < c->n_labels; i++)
    if (c->labels[i].text && strcmp(c->labels[i].text, text) == 0) return c->labels[i].label;
  return NULL;
}

/* The levels that are known before the data are read: texts, labelled values. One that is no province is told. */
static void check_tiles(st_load *l, const sx_node *map) {
  const st_list domains = study__list(l, map, "domains");
  const sx_table *head = l->s->schemas && l->s->n_tables ? l->s->schemas[l->s->unit] : NULL;
  for (size_t k = 0; k < domains.n; k++) {
    st_domain d;
    if (!study__domain(l, &d, domains.nodes[k], domains.items[k]) || d.n != 1) continue;
    const st_group *g = &l->s->groups[d.terms[0].group];
    const sx_column *c = g->by && head ? sx_table_find(head, g->by) : NULL;
    const size_t before = l->problems->n;
    if (!c || study__find_derived(l->s, g->by) != ST_NONE || d.terms[0].level) continue;
    for (size_t i = 0; c->dict && i < sx_dict_count(c->dict) && l->problems->n == before; i++) {
      const char *level = sx_dict_get(c->dict, (int32_t)i, NULL);
      if (sx_column_find_range(c, 0, level) == c->n_ranges)
        check_province(l, domains.nodes[k], g, level, label_of(c, level));
    }
    for (size_t i = 0; !c->dict && i < c->n_labels && l->problems->n == before; i++) {
      char level[SX_DOUBLE_TEXT_MAX];
      level[sx_text_from_double(level, c->labels[i].value)] = '\0';
      if (!sx_column_missing_label(c, &c->labels[i])) check_province(l, domains.nodes[k], g, level, c->labels[i].label);
    }
  }
}

/* Rows of a chart of shares are parts of a whole: those of one indicator in groups are where it is a count or a total. */
static void check_parts(st_load *l, const sx_node *map, size_t rows) {
  static const char *const parts[] = {"total", "count", "shares", "formula"};
  const st_list names = study__list(l, map, "indicators");
  const size_t at = names.n == 1 ? study__find_indicator(l->s, names.items[0], strlen(names.items[0])) : ST_NONE;
  const char *word = at != ST_NONE && l->s->indicators[at].kind ? l->s->indicators[at].kind->word : NULL;
  bool adds = !word || rows < 2;
  for (size_t i = 0; i < sizeof parts / sizeof *parts && !adds; i++) adds = strcmp(word, parts[i]) == 0;
  if (!adds)
    study__warning(l, map,
                   "'%s' is no amount that groups share (%s): its values in groups are no parts of a whole, which a "
                   "chart of shares shows; take a total or a count, or 'type: bars'",
                   names.items[0], word);
  const st_list domains = study__list(l, map, "domains");
  for (size_t i = 0; names.n == 1 && domains.n > 1 && i < domains.n; i++)
    if (strcmp(domains.items[i], "total") == 0)
      study__problem(l, domains.nodes[i],
                     "'total' is the whole, and a chart of shares shows its parts: leave it out, or take 'type: bars'");
}

void study__check_figure_size(st_load *l, const sx_node *map) {
  const char *word = study__scalar_of(map, "type"), *text = study__scalar_of(map, "below");
  const sx_node *series = sx_node_get(map, "series"), *rows = sx_node_get(map, "categories");
  sx_chart_type type;
  sx_error err = SX_ERROR_INIT;
  int64_t below = 0;
  if (!word || !sx_chart_type_find(&type, word) || study__stop(l)) return;
  if (text && (!sx_text_to_int64(&below, text, strlen(text)) || below < 0)) below = 0;
  if (sx_node_get(map, "indicators")) {
    known_size n = {0, 0}, m = {0, 0};
    sizes_of(l, map, type, &n, &m);
    if (type == SX_CHART_TILES && !sx_node_get(map, "waves")) check_tiles(l, map);
    if (type == SX_CHART_SHARES && !sx_node_get(map, "waves")) check_parts(l, map, n.most);
    if (type == SX_CHART_LIKERT || type == SX_CHART_TILES) return; /* their shape is told by itself */
    if (judge(type, n.least, m.least, 0, &err) != SX_OK)
      study__problem(l, map, "%s", err.message);
    else if (judge(type, n.most, m.most, 0, &err) != SX_OK && (n.most != n.least || m.most != m.least))
      study__warning(l, map, "the run ends where all levels occur that are named: %s", err.message);
    return;
  }
  if (!rows || rows->kind != SX_NODE_LIST || !rows->n || !series || series->kind != SX_NODE_LIST) return;
  sx_chart chart = {.type = type, .n_categories = rows->n, .n_series = series->n, .n_below = (size_t)below};
  chart.categories = labels_of(l, rows, "label");
  chart.codes = labels_of(l, rows, "code");
  if (!chart.categories || !chart.codes) return;
  if (!chart.n_series) chart.n_series = 1;            /* one without a name */
  if (type == SX_CHART_TORNADO && chart.n_series > 2) /* as the report asks */
    study__problem(l, map, "a tornado has two series (each input at its lower and at its upper end) or one, not %zu",
                   chart.n_series);
  else if (sx_chart_check(&chart, &err) != SX_OK)
    study__problem(l, map, "%s", err.message);
}
