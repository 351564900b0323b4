/* study_check_figure.c: whether a figure can be drawn, as far as the study file and the head of the data say it: how many rows and series it has, and
 * what its type wants of them. The limits are those of the drawing (sx_chart_check). */
#include "study_blocks.h"
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
