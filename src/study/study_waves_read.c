/* study_waves_read.c: the section `waves` of a study file as it is written; what needs the data is in study_waves_load.c. */
#include "study_banner.h"
#include "study_data.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t study__find_wave(const struct st_series *series, const char *id, size_t n) {
  for (size_t i = 0; i < series->n; i++) {
    if (strlen(series->waves[i].id) == n && memcmp(series->waves[i].id, id, n) == 0) return i;
  }
  return ST_NONE;
}

const char *study__versus_name(st_versus versus) {
  return versus == ST_YEAR ? "yoy" : "change";
}

/* ---- mappings and breaks --------------------------------------------------------------------------------------- */

/* `break: true`, or {why: ...}. */
static bool read_why(st_load *l, sx_text2 *why, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "break");
  bool plain = false;
  *why = (sx_text2){"问题或分类有变化", "the question or its categories changed"};
  if (!node) return false;
  if (sx_node_bool(&plain, node)) return plain;
  if (!study__is_map(l, node, "a break")) return true;
  ST_KEYS(l, node, "why");
  const sx_text2 own = study__text2(l, node, "why");
  if (own.zh || own.en) *why = own;
  return true;
}

static void check_codes(st_load *l, const char *variable, const sx_node *codes) {
  for (size_t i = 0; i < codes->n; i++) {
    const sx_node *to = codes->items[i];
    if (to->kind == SX_NODE_LIST) {
      study__problem(
          l, to,
          "a category cannot be split: '%s' of '%s' would become %zu; give it one common category, and merge "
          "these in a derived variable of the study",
          codes->keys[i]->text, variable, to->n);
    } else if (to->kind == SX_NODE_MAP) {
      study__problem(l, to, "a common category is one word");
    }
  }
}

static void read_recode(st_load *l, st_recode *r, const char *variable, const sx_node *node) {
  *r = (st_recode){.variable = variable, .from = variable, .node = node};
  if (node->kind == SX_NODE_SCALAR) {
    r->from = node->text;
    return;
  }
  if (!study__is_map(l, node, "a mapping")) return;
  static const char *const others[] = {"error", "keep", "missing"};
  size_t other = 0;
  ST_KEYS(l, node, "from", "codes", "other", "absent", "same", "break");
  const char *from = study__text(l, node, "from");
  if (from) r->from = from;
  const sx_node *codes = sx_node_get(node, "codes");
  if (codes && study__is_map(l, codes, "codes")) {
    r->codes = codes;
    check_codes(l, variable, codes);
  }
  if (study__choice(&other, l, node, "other", others, 3, "way with other codes")) r->other = (st_other)other;
  r->absent = study__bool(l, node, "absent", false);
  r->same = study__bool(l, node, "same", false);
  r->breaks = read_why(l, &r->why, node);
  if (r->absent && (from || codes))
    study__problem(l, node, "'%s' is absent from the wave: 'from' and 'codes' have nothing to map", variable);
  if (sx_node_get(node, "other") && !codes) study__problem(l, node, "'other' goes with 'codes'");
}

static void read_map(st_load *l, st_wave *w, const sx_node *map) {
  if (!map || !study__is_map(l, map, "map")) return;
  w->maps = study__take(l, map->n, sizeof *w->maps);
  for (size_t i = 0; w->maps && i < map->n; i++)
    read_recode(l, &w->maps[w->n_maps++], map->keys[i]->text, map->items[i]);
}

static void read_breaks(st_load *l, st_wave *w, const sx_node *list) {
  if (!list || !study__is_list(l, list, "breaks")) return;
  w->breaks = study__take(l, list->n, sizeof *w->breaks);
  for (size_t i = 0; w->breaks && i < list->n; i++) {
    const sx_node *node = list->items[i];
    st_break *b = &w->breaks[w->n_breaks];
    if (!study__is_map(l, node, "a break")) continue;
    ST_KEYS(l, node, "variables", "groups", "indicators", "accounts", "why");
    *b = (st_break){.node = node,
                    .variables = study__list(l, node, "variables"),
                    .groups = study__list(l, node, "groups"),
                    .indicators = study__list(l, node, "indicators"),
                    .accounts = study__list(l, node, "accounts"),
                    .why = study__text2(l, node, "why")};
    w->n_breaks++;
    if (b->variables.n + b->groups.n + b->indicators.n + b->accounts.n == 0)
      study__problem(l, node, "a break names what it breaks: 'variables', 'groups', 'indicators' or 'accounts'");
    if (!b->why.zh && !b->why.en) study__problem(l, node, "a break says why: 'why: {zh: ..., en: ...}'");
  }
}

/* ---- known figures ------------------------------------------------------------------------------------------------- */

static void known_problem(st_load *l, const st_known *k, const char *where, const char *message) {
  char text[400];
  (void)snprintf(text, sizeof text, "'%.120s': %.250s", k->reference, message);
  if (where)
    study__problem_at(l, false, where, text);
  else
    study__problem(l, k->node, "%s", text);
}

static void known_reference(st_load *l, const st_wave *w, st_known *k, const char *where, const char *unit, bool si) {
  sx_reference ref;
  sx_error err = SX_ERROR_INIT;
  char message[256] = "";
  if (sx_reference_parse(&ref, k->reference, strlen(k->reference), &err) != SX_OK) {
    (void)snprintf(message, sizeof message, "%.250s", err.message);
  } else {
    if (study__is_change(l->s, ref.statistic) || strcmp(ref.field, "estimate") != 0)
      (void)snprintf(message, sizeof message, "a figure of a wave is a level, a share or a gap of that wave");
    else
      study__check_reference(l->s, &ref, message);
  }
  if (message[0]) {
    known_problem(l, k, where, message);
    return;
  }
  k->indicator = study__copy(l, ref.indicator);
  k->statistic = study__copy(l, ref.statistic);
  k->domain = study__reference_domain(l->s, &ref, l->s->arena);
  if (!k->domain) l->oom = true;
  const size_t i =
      strchr(ref.indicator, '/') ? ST_NONE : study__find_indicator(l->s, ref.indicator, strlen(ref.indicator));
  const char *own = i == ST_NONE ? "level" : study__stat_name(&l->s->indicators[i]);
  if (strcmp(ref.statistic, own) == 0) k->statistic = "";
  if (!k->indicator || !k->statistic || !k->domain) {
    l->oom = true;
    k->domain = NULL;
    return;
  }
  study__check_known_unit(l->s, k, unit, si, message);
  if (!message[0] && study__known_before(w, k))
    (void)snprintf(message, sizeof message, "the wave '%.60s' gives this figure twice: leave one out", w->id);
  if (message[0]) known_problem(l, k, where, message);
}

static void read_inline(st_load *l, st_wave *w, const sx_node *list) {
  w->known = study__take(l, list->n, sizeof *w->known);
  for (size_t i = 0; w->known && i < list->n; i++) {
    const sx_node *node = list->items[i];
    st_known *k = &w->known[w->n_known];
    if (!study__is_map(l, node, "a published figure")) continue;
    ST_KEYS(l, node, "reference", "value", "unit", "se", "df", "source");
    const char *unit = study__text(l, node, "unit");
    const double scale = study__unit_scale(unit, NULL);
    *k = (st_known){.node = node,
                    .reference = study__text(l, node, "reference"),
                    .value = scale * study__number(l, node, "value", (double)NAN),
                    .se = scale * study__number(l, node, "se", (double)NAN),
                    .df = study__number(l, node, "df", (double)INFINITY)};
    if (!k->reference || isnan(k->value)) {
      study__problem(l, node, "a published figure is {reference: INDICATOR.DOMAIN, value: ..., unit: ...}");
      continue;
    }
    if (k->se < 0) study__problem(l, node, "a standard error is not negative");
    w->n_known++;
    known_reference(l, w, k, NULL, unit, false);
  }
}

/* The text of a cell; NULL where it is empty or there is no such column. */
static const char *cell(st_load *l, const sx_table *table, const char *name, size_t row) {
  const sx_column *c = sx_table_find(table, name);
  if (!c || sx_column_missing(c, row)) return NULL;
  const char *text = study__cell_text(c, row, l->s->arena);
  if (text) text = study__copy(l, text);
  if (!text) l->oom = true;
  return text && *text ? text : NULL;
}

static double number(st_load *l, const sx_table *table, const char *name, size_t row, const char *where) {
  const char *text = cell(l, table, name, row);
  double out = (double)NAN;
  char message[160];
  if (!text || sx_text_to_double(&out, text, strlen(text))) return out;
  (void)snprintf(message, sizeof message, "%.40s is a number, not '%.80s'", name, text);
  study__problem_at(l, false, where, message);
  return (double)NAN;
}

static void known_row(st_load *l, st_wave *w, const sx_table *table, size_t row, const char *path) {
  char where[SX_ERROR_WHERE_MAX];
  st_known *k = &w->known[w->n_known];
  (void)snprintf(where, sizeof where, "%.400s: row %zu", path, row + 2);
  *k = (st_known){.node = w->published, .reference = cell(l, table, "reference", row), .df = (double)INFINITY};
  if (!k->reference) return; /* a figure that nothing of the study estimates */
  const double value = number(l, table, "value", row, where), si = number(l, table, "value_si", row, where);
  const double se = number(l, table, "se", row, where), df = number(l, table, "df", row, where);
  const char *unit = cell(l, table, "unit", row);
  const double scale = isfinite(si) && isfinite(value) && value != 0 ? si / value : study__unit_scale(unit, NULL);
  k->value = isfinite(si) ? si : value * scale;
  k->se = se * fabs(scale);
  if (df > 0) k->df = df;
  if (isnan(k->value)) {
    study__problem_at(l, false, where, "the figure has no value");
    return;
  }
  w->n_known++;
  known_reference(l, w, k, where, unit, isfinite(si));
}

static void read_known_file(st_load *l, st_wave *w) {
  sx_table *table = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *path = study__path(l->s, l->s->arena, w->file);
  static const char *const needed[] = {"reference", "value"};
  if (!path) {
    l->oom = true;
    return;
  }
  if (sx_io_read(&table, &l->s->ctx, path, NULL, &err) != SX_OK) {
    study__error_problem(l, w->published, &err);
    return;
  }
  w->known = study__take(l, sx_table_rows(table), sizeof *w->known);
  bool whole = w->known != NULL;
  for (size_t i = 0; i < 2; i++) {
    if (sx_table_find(table, needed[i])) continue;
    study__problem(l, w->published, "'%s' has no column '%s'", w->file, needed[i]);
    whole = false;
  }
  for (size_t row = 0; whole && row < sx_table_rows(table) && !study__stop(l); row++) known_row(l, w, table, row, path);
  sx_table_free(table);
}

static void read_published(st_load *l, st_wave *w, const sx_node *node) {
  if (!node) return;
  w->published = node;
  if (node->kind == SX_NODE_LIST) {
    read_inline(l, w, node);
  } else if (node->kind == SX_NODE_SCALAR) {
    w->file = node->text;
  } else if (study__is_map(l, node, "published")) {
    ST_KEYS(l, node, "file");
    w->file = study__text(l, node, "file");
    if (!w->file) study__problem(l, node, "published figures of a wave are {file: FILE} or a list of figures");
  }
  if (w->file && !l->s->skipped) read_known_file(l, w);
}

/* ---- waves ------------------------------------------------------------------------------------------------------------ */

/* Waves are named in references and steps. */
static bool is_wave_name(const char *text) {
  if (!*text) return false;
  for (const char *c = text; *c; c++) {
    const bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_' ||
                      *c == '-' || (unsigned char)*c >= 0x80;
    if (!word) return false;
  }
  return true;
}

static void read_wave(st_load *l, struct st_series *series, const sx_node *node) {
  if (!study__is_map(l, node, "a wave")) return;
  ST_KEYS(l, node, "wave", "label", "data", "join", "derived", "design", "weighting", "benchmarks", "map", "breaks",
          "without", "published", "independent", "carry_breaks");
  const char *id = study__text(l, node, "wave");
  if (!id || !is_wave_name(id)) {
    study__problem(l, node, "a wave has a name of letters, digits, '_' and '-': '{wave: 2024-S2, ...}'");
    return;
  }
  if (study__find_wave(series, id, strlen(id)) != ST_NONE || (l->s->wave && strcmp(l->s->wave, id) == 0)) {
    study__problem(l, sx_node_get(node, "wave"), "the wave '%s' stands twice: the study's own is not in the series",
                   id);
    return;
  }
  st_wave *w = &series->waves[series->n++];
  *w = (st_wave){.id = id, .node = node, .label = study__text2(l, node, "label")};
  if (!w->label.zh && !w->label.en) w->label = (sx_text2){id, id};
  w->with_data = sx_node_get(node, "data") != NULL;
  w->independent = study__bool(l, node, "independent", false);
  w->without = study__list(l, node, "without");
  read_map(l, w, sx_node_get(node, "map"));
  read_breaks(l, w, sx_node_get(node, "breaks"));
  read_published(l, w, sx_node_get(node, "published"));
  if (!w->with_data && !w->published)
    study__problem(l, node, "the wave '%s' has neither data nor published figures", id);
  if (!w->with_data && (w->n_maps || sx_node_get(node, "weighting") || sx_node_get(node, "design")))
    study__problem(l, node, "the wave '%s' has no data: nothing to map, design or weight", id);
}

/* "2025-S1" of "2024-S1": the same name but for the year that it begins with. */
static bool year_before(const char *later, const char *earlier) {
  unsigned long a = 0, b = 0;
  if (strlen(later) < 4 || strlen(later) != strlen(earlier) || strcmp(later + 4, earlier + 4) != 0) return false;
  return sscanf(later, "%4lu", &a) == 1 && sscanf(earlier, "%4lu", &b) == 1 && a > 1000 && a == b + 1;
}

/* Breaks of a later wave reach the older ones. */
static void chain_breaks(st_load *l, struct st_series *series) {
  for (size_t i = 0; i + 1 < series->n; i++) {
    st_wave *w = &series->waves[i];
    w->next = study__bool(l, w->node, "carry_breaks", true) ? &series->waves[i + 1] : NULL;
  }
}

static void find_pairs(st_load *l, struct st_series *series) {
  const sx_node *node = sx_node_get(series->node, "previous");
  const char *name = study__text(l, series->node, "previous");
  size_t previous = series->n ? series->n - 1 : ST_NONE, year = ST_NONE;
  if (name) {
    previous = study__find_wave(series, name, strlen(name));
    if (previous == ST_NONE) study__problem(l, node, "the series has no wave '%s'", name);
  }
  const bool half = study__bool(l, series->node, "same_half", true);
  for (size_t i = 0; half && l->s->wave && i < series->n; i++) {
    if (year_before(l->s->wave, series->waves[i].id)) year = i;
  }
  series->pairs = study__take(l, 2, sizeof *series->pairs);
  if (!series->pairs) return;
  if (previous != ST_NONE) series->pairs[series->n_pairs++] = (st_pair){ST_NONE, previous, ST_PREVIOUS};
  if (year != ST_NONE && year != previous) series->pairs[series->n_pairs++] = (st_pair){ST_NONE, year, ST_YEAR};
}

static void read_tests(st_load *l, struct st_series *series) {
  static const char *const families[] = {"all", "indicator"};
  const sx_node *node = sx_node_get(series->node, "significance");
  size_t family = 0;
  series->adjust = SX_ADJUST_P_HOLM;
  series->level = 0.05;
  if (!node) return;
  sx_error err = SX_ERROR_INIT;
  if (node->kind == SX_NODE_SCALAR) {
    if (sx_adjust_p_parse(&series->adjust, node->text, &err) != SX_OK) study__problem(l, node, "%s", err.message);
    return;
  }
  if (!study__is_map(l, node, "significance")) return;
  ST_KEYS(l, node, "adjust", "family", "level");
  const char *adjust = study__text(l, node, "adjust");
  if (adjust && sx_adjust_p_parse(&series->adjust, adjust, &err) != SX_OK)
    study__problem(l, sx_node_get(node, "adjust"), "%s", err.message);
  if (study__choice(&family, l, node, "family", families, 2, "family")) series->family = (st_family)family;
  series->level = study__number(l, node, "level", series->level);
  if (!(series->level > 0 && series->level < 1))
    study__problem(l, sx_node_get(node, "level"), "the level of tests lies between 0 and 1: 'level: 0.05'");
}

/* ---- what is followed ---------------------------------------------------------------------------------------------------- */

static void follow_named(st_load *l, struct st_series *series, const sx_node *node) {
  sx_study *s = l->s;
  char near[160];
  if (node->kind != SX_NODE_SCALAR) {
    study__problem(l, node, "what is followed is the name of an indicator or account");
    return;
  }
  const size_t i = study__find_indicator(s, node->text, strlen(node->text));
  const size_t a = study__find_account(s, node->text, strlen(node->text));
  if (i == ST_NONE && a == ST_NONE) {
    study__problem(l, node, "unknown indicator or account '%s'%s", node->text, study__near(s, near, node->text, "ia"));
  } else if (i != ST_NONE) {
    series->followed[i] = true;
  } else {
    series->followed_account[a] = true;
  }
}

static void read_follow(st_load *l, struct st_series *series) {
  sx_study *s = l->s;
  const sx_node *node = sx_node_get(series->node, "changes");
  series->followed = study__take(l, s->n_indicators, sizeof *series->followed);
  series->followed_account = study__take(l, s->n_accounts, sizeof *series->followed_account);
  if (!series->followed || !series->followed_account) return;
  const bool all = node && node->kind == SX_NODE_SCALAR && strcmp(node->text, "all") == 0;
  size_t n = 0;
  for (size_t i = 0; i < s->n_indicators; i++)
    n += series->followed[i] = study__bool(l, s->indicators[i].node, "change", all);
  for (size_t i = 0; i < s->n_accounts; i++)
    n += series->followed_account[i] = study__bool(l, s->accounts[i].node, "change", all);
  if (node && !all && node->kind == SX_NODE_LIST) {
    for (size_t i = 0; i < node->n; i++) follow_named(l, series, node->items[i]);
    n += node->n;
  } else if (node && !all) {
    study__problem(l, node, "changes is a list of indicators and accounts, or 'all'");
  }
  if (n == 0 && !study__bw_asked(s))
    study__problem(l, series->node,
                   "nothing is followed: 'changes: [NAME, ...]' here, or 'change: true' of an indicator");
}

static void check_without(st_load *l, const st_wave *w) {
  char near[160];
  for (size_t i = 0; i < w->without.n; i++) {
    const char *name = w->without.items[i];
    if (study__find_indicator(l->s, name, strlen(name)) != ST_NONE) continue;
    if (study__find_account(l->s, name, strlen(name)) != ST_NONE) continue;
    study__problem(l, w->without.nodes[i], "unknown indicator or account '%s'%s", name,
                   study__near(l->s, near, name, "ia"));
  }
}

void study__check_waves_left(st_load *l, const sx_node *root) {
  const sx_study *s = l->s;
  bool change = false;
  (void)root;
  if (l->wave) return;
  for (size_t i = 0; i < s->n_indicators; i++) {
    if (!study__bool(l, s->indicators[i].node, "change", false) || change) continue;
    study__problem(l, sx_node_get(s->indicators[i].node, "change"),
                   "a change needs an earlier wave: the study has no 'waves' section");
    change = true;
  }
}

void study__read_waves(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  const sx_node *node = sx_node_get(root, "waves");
  if (!node) {
    study__check_waves_left(l, root);
    return;
  }
  if (!study__is_map(l, node, "waves")) return;
  ST_KEYS(l, node, "label", "unit", "previous", "same_half", "significance", "changes", "series");
  struct st_series *series = study__take(l, 1, sizeof *series);
  const sx_node *list = sx_node_get(node, "series");
  if (!series) return;
  series->node = node;
  series->unit = study__list(l, node, "unit");
  series->own = study__text2(l, node, "label");
  if (!series->own.zh) series->own.zh = series->own.en ? series->own.en : s->wave;
  if (!series->own.en) series->own.en = series->own.zh;
  if (!s->wave) study__problem(l, node, "a study that follows waves names its own: 'wave: 2025-S1'");
  if (!study__is_list(l, list, "series") || list->n == 0) {
    study__problem(l, node, "waves needs its series: 'series: [{wave: 2024-S2, data: ...}]', the oldest first");
    return;
  }
  series->waves = study__take(l, list->n, sizeof *series->waves);
  if (!series->waves) return;
  s->series = series;
  read_follow(l, series);
  read_tests(l, series);
  for (size_t i = 0; i < list->n && !study__stop(l); i++) read_wave(l, series, list->items[i]);
  if (study__stop(l)) return;
  study__check_order(l, series);
  chain_breaks(l, series);
  find_pairs(l, series);
  for (size_t i = 0; i < series->n; i++) check_without(l, &series->waves[i]);
}
