/* study_blocks.c: tables and figures of the study as the blocks of docs/dev/blocks.md; the short forms are written out here. */
#include "study_balance.h"
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

void study__text2_json(sx_buf *out, const char *zh, const char *en) {
  sx_buf_add(out, "{\"zh\":");
  sx_json_string(out, zh ? zh : en ? en : "");
  sx_buf_add(out, ",\"en\":");
  sx_json_string(out, en ? en : zh ? zh : "");
  sx_buf_add_char(out, '}');
}

static void join(sx_buf *out, const char *a, const char *between, const char *b) {
  sx_buf_add(out, a ? a : "");
  if (b && b[0]) sx_buf_printf(out, "%s%s", between ? between : "", b);
}

void study__text2_join(sx_buf *out, sx_text2 a, sx_text2 between, sx_text2 b) {
  sx_buf zh, en;
  sx_buf_init(&zh, out->ctx);
  sx_buf_init(&en, out->ctx);
  join(&zh, a.zh ? a.zh : a.en, between.zh, b.zh ? b.zh : b.en);
  join(&en, a.en ? a.en : a.zh, between.en, b.en ? b.en : b.zh);
  study__text2_json(out, zh.data, en.data);
  out->failed = out->failed || zh.failed || en.failed;
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
}

static const char *scalar(const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  return node && node->kind == SX_NODE_SCALAR ? node->text : NULL;
}

/* ---- domains of a short form ----------------------------------------------------------------------------------- */

typedef st_shown_domain shown_domain;
typedef st_shown shown;

static sx_status add_shown(shown *list, const st_run *r, const char *name, sx_text2 label, sx_error *err) {
  for (size_t i = 0; i < list->n; i++) {
    if (strcmp(list->items[i].name, name) == 0) return SX_OK;
  }
  if (!sx_arena_grow(r->arena, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
    return sx_error_memory(err);
  list->items[list->n++] = (shown_domain){name, label};
  return SX_OK;
}

/* Whether the row's domain is one that the text asks for: "age" asks for every "age:...". */
static bool asked_for(const char *domain, const char *text) {
  const char *d = domain, *t = text;
  for (;;) {
    const size_t nd = strcspn(d, "*"), nt = strcspn(t, "*");
    const bool level = memchr(t, ':', nt) != NULL;
    const char *colon = memchr(d, ':', nd);
    const size_t n = level || !colon ? nd : (size_t)(colon - d);
    if (n != nt || memcmp(d, t, nt) != 0) return false;
    if (!d[nd] || !t[nt]) return !d[nd] && !t[nt];
    d += nd + 1;
    t += nt + 1;
  }
}

static bool is_listed(const char *const *names, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

sx_status study__shown_of(st_shown *list, const st_run *r, const sx_node *domains, const char *const *indicators,
                          size_t n_indicators, sx_error *err) {
  const size_t n = domains ? (domains->kind == SX_NODE_LIST ? domains->n : 1) : 0;
  if (n == 0) return add_shown(list, r, "total", (sx_text2){"总体", "All"}, err);
  for (size_t k = 0; k < n; k++) {
    const sx_node *node = domains->kind == SX_NODE_LIST ? domains->items[k] : domains;
    if (node->kind != SX_NODE_SCALAR) continue;
    if (strcmp(node->text, "total") == 0) {
      SX_TRY(add_shown(list, r, "total", (sx_text2){"总体", "All"}, err));
      continue;
    }
    const char *last = NULL; /* the rows of one indicator stand together, and share its name */
    bool mine = false;
    for (size_t i = 0; i < r->rows.n; i++) {
      const st_row *row = &r->rows.items[i];
      if (!row->main) continue;
      if (row->indicator != last) mine = is_listed(indicators, n_indicators, row->indicator);
      last = row->indicator;
      if (mine && asked_for(row->domain, node->text)) SX_TRY(add_shown(list, r, row->domain, row->label, err));
    }
  }
  return SX_OK;
}

static sx_status collect_domains(shown *list, const st_run *r, const sx_node *domains, const sx_node *indicators,
                                 sx_error *err) {
  const char **names = sx_arena_alloc(r->arena, indicators->n, sizeof *names);
  size_t n = 0;
  if (!names) return sx_error_memory(err);
  for (size_t j = 0; j < indicators->n; j++) {
    if (indicators->items[j]->kind == SX_NODE_SCALAR) names[n++] = indicators->items[j]->text;
  }
  return study__shown_of(list, r, domains, names, n, err);
}

/* ---- references -------------------------------------------------------------------------------------------------- */

/* A statistic is named after a level, which may be any text: it stands in backquotes unless it reads back without. */
static void add_statistic(sx_buf *out, const char *statistic) {
  sx_reference back;
  const size_t before = out->n;
  sx_buf_printf(out, ".%s", statistic);
  if (out->failed || strspn(statistic, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(statistic)) return;
  if (sx_reference_parse(&back, out->data, out->n, NULL) == SX_OK && strcmp(back.statistic, statistic) == 0) return;
  out->n = before;
  sx_buf_add_char(out, '.');
  sx_reference_put_name(out, statistic, strlen(statistic));
}

/* "indicator.domain[.statistic][.field]", or false where the store has no such row. */
static bool reference(sx_buf *out, const st_run *r, const char *indicator, const char *domain, const char *statistic,
                      const char *field) {
  if (!study__find_row(&r->rows, indicator, statistic, domain)) return false;
  sx_buf_reset(out);
  const char *slash = strchr(indicator, '/');
  if (slash) {
    sx_buf_printf(out, "`%s`", indicator);
  } else {
    study__quote_name(out, indicator);
  }
  sx_buf_add_char(out, '.');
  study__quote_domain(out, domain);
  if (statistic && *statistic) add_statistic(out, statistic);
  if (field && *field) sx_buf_printf(out, ".%s", field);
  return true;
}

static void reference_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                           const char *statistic, const char *field) {
  if (reference(scratch, r, indicator, domain, statistic, field)) {
    sx_json_string(out, scratch->data ? scratch->data : "");
  } else {
    sx_buf_add(out, "null");
  }
  if (scratch->failed) out->failed = true;
}

static void cell_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                      const char *statistic, const char *field, const char *format) {
  if (!reference(scratch, r, indicator, domain, statistic, field)) {
    sx_buf_add(out, "null");
    return;
  }
  sx_buf_add(out, "{\"ref\":");
  sx_json_string(out, scratch->data ? scratch->data : "");
  if (format) {
    sx_buf_add(out, ",\"format\":");
    sx_json_string(out, format);
  }
  sx_buf_add_char(out, '}');
  if (scratch->failed) out->failed = true;
}

/* ---- tables -------------------------------------------------------------------------------------------------------- */

bool study__shows(const sx_node *show, const char *field) {
  for (size_t i = 0; show && i < show->n; i++) {
    if (show->items[i]->kind == SX_NODE_SCALAR && strcmp(show->items[i]->text, field) == 0) return true;
  }
  return false;
}

/* Fields that get a column of their own; se, ci and n stand with the estimate. With a prefix: a field of another statistic. */
static const struct extra {
  const char *field, *zh, *en, *format, *prefix, *of;
} extra[] = {{"n_eff", "有效样本量", "Effective n", "plain 0", NULL, NULL},
             {"deff", "设计效应", "Design effect", "plain 2", NULL, NULL},
             {"cv", "变异系数", "CV", "% 1", NULL, NULL},
             {"df", "自由度", "df", "plain 0", NULL, NULL},
             {"low", "区间下限", "Lower limit", NULL, NULL, NULL},
             {"high", "区间上限", "Upper limit", NULL, NULL, NULL},
             {"gap", "与总体之差", "Gap to all", NULL, "gap", NULL},
             {"change", "比上期变动", "Change", NULL, "change", NULL},
             {"change_se", "变动的标准误", "SE of change", NULL, "change", "se"},
             {"change_relative", "比上期增长", "Growth", "% 1 sign:plus", "change_relative", NULL},
             {"p", "p 值", "p", "plain 3", "p_change", NULL},
             {"yoy", "同比变动", "Change on the year", NULL, "yoy", NULL},
             {"yoy_se", "同比变动的标准误", "SE of change on the year", NULL, "yoy", "se"},
             {"yoy_relative", "同比增长", "Growth on the year", "% 1 sign:plus", "yoy_relative", NULL},
             {"p_yoy", "同比 p 值", "p on the year", "plain 3", "p_yoy", NULL}};
enum { N_EXTRA = sizeof extra / sizeof *extra };

/* A column; under a head that it shares with its neighbours where there is one. */
static void column_json(sx_buf *out, bool first, const sx_text2 *group, const char *zh, const char *en) {
  sx_buf_add(out, first ? "{\"label\":" : ",{\"label\":");
  study__text2_json(out, zh, en);
  if (group) {
    sx_buf_add(out, ",\"group\":");
    study__text2_json(out, group->zh, group->en);
  }
  sx_buf_add_char(out, '}');
}

/* "Income: median", where an indicator has several statistics. */
static void row_label(sx_buf *out, const st_indicator *ind, size_t stat) {
  const sx_text2 own = ind->label;
  if (study__stat_count(ind) == 1) {
    study__text2_json(out, own.zh, own.en);
    return;
  }
  const char *name = study__stat_at(ind, stat);
  const sx_text2 word = ind->stat_words ? ind->stat_words[stat] : (sx_text2){name, name};
  study__text2_join(out, own, (sx_text2){"：", ": "}, word);
}

/* Gaps and changes of shares are in percentage points; a change bears its sign, its error none. */
static void extra_format(char out[120], const struct extra *x, const char *format, bool share) {
  const bool gap = strcmp(x->field, "gap") == 0, error = x->of != NULL;
  if (x->format)
    (void)snprintf(out, 120, "%s", x->format);
  else if (x->prefix && (gap ? format[0] == '%' : share))
    (void)snprintf(out, 120, "%s", error ? "pp 1 sign:none" : "pp 1");
  else
    (void)snprintf(out, 120, "%.100s%s", format, x->prefix && !gap && !error ? " sign:plus" : "");
}

static void extra_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *statistic,
                       const char *domain, const struct extra *x, const char *format) {
  char name[1100], own[120]; /* as long as a statistic of a reference may be */
  const bool share = x->prefix && study__is_share(r->s, indicator, statistic);
  (void)snprintf(name, sizeof name, "%s%s%s", x->prefix ? x->prefix : "", statistic ? "_" : "",
                 statistic ? statistic : "");
  extra_format(own, x, format, share);
  cell_json(out, scratch, r, indicator, domain, x->prefix ? name : statistic, x->prefix ? x->of : x->field, own);
}

static void indicator_row(sx_buf *out, sx_buf *scratch, const st_run *r, const st_indicator *ind, size_t stat,
                          const shown *domains, const sx_node *show, const char *format) {
  const char *statistic = stat ? study__stat_at(ind, stat) : NULL;
  sx_buf_add(out, "{\"label\":");
  row_label(out, ind, stat);
  sx_buf_add(out, ",\"cells\":[");
  for (size_t k = 0; k < domains->n; k++) {
    const char *domain = domains->items[k].name;
    if (k) sx_buf_add_char(out, ',');
    cell_json(out, scratch, r, ind->id, domain, statistic, NULL, format);
    for (size_t f = 0; f < N_EXTRA; f++) {
      if (!study__shows(show, extra[f].field)) continue;
      sx_buf_add_char(out, ',');
      extra_json(out, scratch, r, ind->id, statistic, domain, &extra[f], format);
    }
  }
  sx_buf_add(out, "]}");
}

/* A domain's estimate and what is shown beside it: under the name of the domain where there are several. */
static void indicator_columns(sx_buf *out, const shown *domains, const sx_node *show) {
  bool more = false;
  for (size_t f = 0; f < N_EXTRA; f++) more = more || study__shows(show, extra[f].field);
  sx_buf_add(out, "\"columns\":[");
  for (size_t k = 0; k < domains->n; k++) {
    const sx_text2 own = domains->items[k].label;
    const sx_text2 *group = more && domains->n > 1 ? &own : NULL;
    const bool whole = more && (group || strcmp(domains->items[k].name, "total") == 0);
    column_json(out, k == 0, group, whole ? "估计值" : own.zh, whole ? "Estimate" : own.en);
    for (size_t f = 0; f < N_EXTRA; f++) {
      if (study__shows(show, extra[f].field)) column_json(out, false, group, extra[f].zh, extra[f].en);
    }
  }
}

static sx_status indicator_table(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, sx_error *err) {
  const sx_node *indicators = sx_node_get(block->node, "indicators"), *show = sx_node_get(block->node, "show");
  const char *format = scalar(block->node, "format");
  shown domains = {NULL, 0, 0};
  SX_TRY(collect_domains(&domains, r, sx_node_get(block->node, "domains"), indicators, err));
  indicator_columns(out, &domains, show);
  sx_buf_printf(out, "],\"errors\":%s,\"interval\":%s,\"bases\":%s,\"rows\":[",
                study__shows(show, "se") ? "true" : "false", study__shows(show, "ci") ? "true" : "false",
                study__shows(show, "n") ? "true" : "false");
  bool first = true;
  for (size_t i = 0; i < indicators->n; i++) {
    const sx_node *name = indicators->items[i];
    const size_t at =
        name->kind == SX_NODE_SCALAR ? study__find_indicator(r->s, name->text, strlen(name->text)) : ST_NONE;
    if (at == ST_NONE) continue;
    const st_indicator *ind = &r->s->indicators[at];
    for (size_t stat = 0; stat < study__stat_count(ind); stat++) {
      if (!first) sx_buf_add_char(out, ',');
      first = false;
      indicator_row(out, scratch, r, ind, stat, &domains, show, format ? format : ind->format);
    }
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

static const struct {
  const char *field, *zh, *en;
} at_constant[] = {{"change", "不变价变动", "Change at constant prices"},
                   {"change_relative", "不变价增长", "Growth at constant prices"},
                   {"yoy", "不变价同比变动", "Change on the year at constant prices"},
                   {"yoy_relative", "不变价同比增长", "Growth on the year at constant prices"}};

bool study__change_measure(sx_text2 *word, char format[120], const st_account *a, const char *measure) {
  for (size_t i = 0; i < N_EXTRA; i++) {
    const char *field = strcmp(extra[i].field, "p") == 0 ? extra[i].prefix : extra[i].field; /* p_change, as rows say */
    const size_t n = strlen(field);
    if (!extra[i].prefix || strcmp(extra[i].prefix, "gap") == 0 || strncmp(measure, field, n) != 0 ||
        (measure[n] && measure[n] != '_'))
      continue;
    const bool share = strncmp(measure + n, "_share", 6) == 0, real = strcmp(measure + n, "_level_constant") == 0;
    if (measure[n] && !share && !real) continue;
    extra_format(format, &extra[i], a->format, share);
    *word = (sx_text2){extra[i].zh, extra[i].en};
    for (size_t k = 0; real && k < sizeof at_constant / sizeof *at_constant; k++) {
      if (strcmp(at_constant[k].field, extra[i].field) == 0) *word = (sx_text2){at_constant[k].zh, at_constant[k].en};
    }
    return true;
  }
  return false;
}

/* ---- figures --------------------------------------------------------------------------------------------------------- */

static void labels_json(sx_buf *out, const char *key, const sx_text2 *labels, size_t n) {
  sx_buf_printf(out, "\"%s\":[", key);
  for (size_t i = 0; i < n; i++) {
    sx_buf_add(out, i ? ",{\"label\":" : "{\"label\":");
    study__text2_json(out, labels[i].zh, labels[i].en);
    sx_buf_add_char(out, '}');
  }
  sx_buf_add(out, "],");
}

/* The level of "province:41", which says where a tile stands. */
static void codes_json(sx_buf *out, const shown *domains) {
  sx_buf_add(out, "\"categories\":[");
  for (size_t i = 0; i < domains->n; i++) {
    const char *colon = strchr(domains->items[i].name, ':');
    sx_buf_add(out, i ? ",{\"label\":" : "{\"label\":");
    study__text2_json(out, domains->items[i].label.zh, domains->items[i].label.en);
    if (colon) {
      sx_buf_add(out, ",\"code\":");
      sx_json_string(out, colon + 1);
    }
    sx_buf_add_char(out, '}');
  }
  sx_buf_add(out, "],");
}

/* Categories are the indicators and series the domains; one indicator in several domains, parts of a bar and tiles make the domains the
 * categories. */
static sx_status indicator_figure(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, sx_error *err) {
  const sx_node *names = sx_node_get(block->node, "indicators");
  const char *statistic = scalar(block->node, "statistic");
  shown domains = {NULL, 0, 0};
  SX_TRY(collect_domains(&domains, r, sx_node_get(block->node, "domains"), names, err));
  const st_indicator **inds = sx_arena_alloc(r->arena, names->n, sizeof *inds);
  sx_text2 *labels = sx_arena_alloc(r->arena, names->n, sizeof *labels);
  sx_text2 *where = sx_arena_alloc(r->arena, domains.n, sizeof *where);
  size_t n = 0;
  if (!inds || !labels || !where) return sx_error_memory(err);
  for (size_t i = 0; i < names->n; i++) {
    const size_t at = names->items[i]->kind == SX_NODE_SCALAR
                          ? study__find_indicator(r->s, names->items[i]->text, strlen(names->items[i]->text))
                          : ST_NONE;
    if (at == ST_NONE) continue;
    inds[n] = &r->s->indicators[at];
    labels[n++] = r->s->indicators[at].label;
  }
  for (size_t k = 0; k < domains.n; k++) where[k] = domains.items[k].label;
  const char *type = scalar(block->node, "type");
  const bool tiles = type && strcmp(type, "tiles") == 0;
  const bool parts = type && (strcmp(type, "stacked") == 0 || strcmp(type, "likert") == 0);
  const bool across = (n == 1 && domains.n > 1) || parts || tiles;
  if (!scalar(block->node, "format") && n) {
    const bool gap = statistic && strncmp(statistic, "gap", 3) == 0 && inds[0]->format[0] == '%';
    sx_buf_add(out, "\"format\":");
    sx_json_string(out, gap ? "pp 1" : inds[0]->format);
    sx_buf_add_char(out, ',');
  }
  labels_json(out, "series", across ? labels : where, across ? n : domains.n);
  if (tiles)
    codes_json(out, &domains);
  else
    labels_json(out, "categories", across ? where : labels, across ? domains.n : n);
  sx_buf_add(out, "\"cells\":[");
  for (size_t c = 0; c < (across ? domains.n : n); c++) {
    sx_buf_add(out, c ? ",[" : "[");
    for (size_t k = 0; k < (across ? n : domains.n); k++) {
      if (k) sx_buf_add_char(out, ',');
      reference_json(out, scratch, r, inds[across ? k : c]->id, domains.items[across ? c : k].name, statistic, NULL);
    }
    sx_buf_add_char(out, ']');
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

/* ---- for series and accounts ----------------------------------------------------------------------------------------- */

const char *study__scalar_of(const sx_node *map, const char *key) {
  return scalar(map, key);
}
void study__labels_json(sx_buf *out, const char *key, const sx_text2 *labels, size_t n) {
  labels_json(out, key, labels, n);
}

sx_status study__shown_domains(st_shown *list, const st_run *r, const sx_node *domains, const sx_node *indicators,
                               sx_error *err) {
  return collect_domains(list, r, domains, indicators, err);
}
void study__cell_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                      const char *statistic, const char *format) {
  cell_json(out, scratch, r, indicator, domain, statistic, NULL, format);
}
void study__reference_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                           const char *statistic) {
  reference_json(out, scratch, r, indicator, domain, statistic, NULL);
}
void study__extra_columns(sx_buf *out, const sx_node *show) {
  for (size_t f = 0; f < N_EXTRA; f++) {
    if (!extra[f].prefix || !study__shows(show, extra[f].field)) continue;
    sx_buf_add(out, ",{\"label\":");
    study__text2_json(out, extra[f].zh, extra[f].en);
    sx_buf_add_char(out, '}');
  }
}
void study__extra_cells(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *statistic,
                        const char *domain, const sx_node *show, const char *format) {
  for (size_t f = 0; f < N_EXTRA; f++) {
    if (!extra[f].prefix || !study__shows(show, extra[f].field)) continue;
    sx_buf_add_char(out, ',');
    extra_json(out, scratch, r, indicator, statistic, domain, &extra[f], format);
  }
}
bool study__is_extra(const char *field) {
  for (size_t f = 0; f < N_EXTRA; f++)
    if (extra[f].prefix && strcmp(extra[f].prefix, "gap") != 0 && strcmp(extra[f].field, field) == 0) return true;
  return false;
}

/* ---- one block --------------------------------------------------------------------------------------------------------- */

/* What stands in the study file as it is: title, note, columns ... without the keys of the short forms. */
static void own_keys(sx_buf *out, const sx_node *map, bool full, bool waves) {
  /* then the note is written with them, or with what the rows of the account are marked for */
  const bool tests = sx_node_get(map, "tests") || (sx_node_get(map, "account") && !sx_node_get(map, "type"));
  static const char *const always[] = {"id",     "title",    "note",  "source", "type",
                                       "format", "interval", "below", "ordered"};
  static const char *const whole[] = {"columns", "rows", "bases", "errors", "series", "categories", "cells", "centre"};
  for (size_t i = 0; i < map->n; i++) {
    bool keep = false;
    for (size_t k = 0; k < sizeof always / sizeof *always; k++)
      keep = keep || strcmp(map->keys[i]->text, always[k]) == 0;
    keep = keep && !((tests || waves) && strcmp(map->keys[i]->text, "note") == 0);
    keep = keep && (full || sx_node_get(map, "type") || strcmp(map->keys[i]->text, "interval") != 0); /* show says it */
    for (size_t k = 0; full && k < sizeof whole / sizeof *whole; k++)
      keep = keep || strcmp(map->keys[i]->text, whole[k]) == 0;
    keep = keep || (strcmp(map->keys[i]->text, "centre") == 0 && sx_node_get(map, "indicators")); /* of a heat table */
    if (!keep) continue;
    sx_json_string(out, map->keys[i]->text);
    sx_buf_add_char(out, ':');
    sx_node_to_json(out, map->items[i]);
    sx_buf_add_char(out, ',');
  }
}

sx_status study__block_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) {
  const sx_node *account = sx_node_get(block->node, "account");
  const bool indicators = sx_node_get(block->node, "indicators") != NULL;
  const bool published = !block->figure && sx_node_get(block->node, "published");
  sx_buf scratch;
  sx_buf_init(&scratch, &r->ctx);
  sx_status status = SX_OK;
  sx_buf_add_char(out, '{');
  const bool waves = study__block_waves(r->s, block->node);
  const struct st_balance *balance = block->figure ? NULL : study__block_balance(r->s, block->node);
  own_keys(out, block->node, !indicators && !account && !published && !balance, waves || balance);
  if (sx_node_get(block->node, "tests")) status = study__block_note(out, r, block, err);
  if (status == SX_OK && waves && !sx_node_get(block->node, "tests")) status = study__wave_note(out, r, block, err);
  if (status == SX_OK && balance) status = study__balance_note(out, r, block, balance, err);
  if (status != SX_OK) goto done;
  if (balance) {
    status = study__balance_table(out, &scratch, r, block, balance, err);
  } else if (sx_node_get(block->node, "waves")) {
    status = study__series_json(out, r, block, err);
  } else if (indicators) {
    status =
        block->figure ? indicator_figure(out, &scratch, r, block, err) : indicator_table(out, &scratch, r, block, err);
  } else if (account) {
    const st_account *a = &r->s->accounts[study__find_account(r->s, account->text, strlen(account->text))];
    const char *type = block->figure ? scalar(block->node, "type") : NULL;
    if (!block->figure) {
      status = study__account_table_json(out, &scratch, r, block, a, err);
    } else if (type && strcmp(type, "waterfall") == 0) {
      status = study__waterfall_json(out, &scratch, r, block, a, err);
    } else if (type && strcmp(type, "tornado") == 0) {
      status = study__tornado_json(out, &scratch, r, block, a, err);
    } else {
      status = study__account_figure_json(out, &scratch, r, block, a, err);
    }
  } else if (published) {
    status = study__published_json(out, r, block, err);
  } else if (out->n && out->data[out->n - 1] == ',') {
    out->data[--out->n] = '\0'; /* the comma after the last of the study's own keys */
  }
  sx_buf_add_char(out, '}');
  if (status == SX_OK && scratch.failed) status = sx_error_memory(err);
done:
  sx_buf_clear(&scratch);
  return status == SX_OK ? sx_buf_status(out, err) : status;
}

/* ---- all of them --------------------------------------------------------------------------------------------------------- */

static sx_status text_json(sx_buf *out, const st_run *r, const st_narrative *t, sx_error *err) {
  char *zh = NULL, *en = NULL;
  size_t n = 0;
  sx_status status = SX_OK;
  if (t->zh) {
    const char *path = study__path(r->s, r->arena, t->zh);
    status = path ? sx_file_read(&zh, &n, &r->ctx, path, err) : sx_error_memory(err);
  }
  if (status == SX_OK && t->en) {
    const char *path = study__path(r->s, r->arena, t->en);
    status = path ? sx_file_read(&en, &n, &r->ctx, path, err) : sx_error_memory(err);
  }
  if (status == SX_OK) {
    sx_buf_add(out, "{\"md\":");
    study__text2_json(out, zh, en);
    sx_buf_add(out, ",\"file\":");
    study__text2_json(out, t->zh, t->en);
    sx_buf_add_char(out, '}');
  }
  sx_mem_free(&r->ctx, zh);
  sx_mem_free(&r->ctx, en);
  return status == SX_OK ? sx_buf_status(out, err) : status;
}

static sx_status step_json(sx_buf *out, const char **kind, const char **id, st_run *r, const st_step *step,
                           sx_error *err) {
  const sx_study *s = r->s;
  switch (step->kind) {
  case ST_STEP_DOCUMENT:
    *kind = *id = "document";
    return study__document_json(out, r, err);
  case ST_STEP_TEXT:
    *kind = "text";
    *id = step->id + strlen("text:");
    return text_json(out, r, &s->narrative[step->index], err);
  case ST_STEP_BLOCK:
    *kind = s->blocks[step->index].figure ? "figure" : "table";
    *id = s->blocks[step->index].id;
    if (study__is_banner(&s->blocks[step->index])) return study__banner_json(out, r, step->index, err);
    return study__block_json(out, r, &s->blocks[step->index], err);
  case ST_STEP_ANNEX:
    *kind = "annex";
    *id = s->annex.items[step->index];
    return study__annex_json(out, r, *id, err);
  case ST_STEP_GENERATE:
  case ST_STEP_DATA:
  case ST_STEP_JOIN:
  case ST_STEP_DERIVE:
  case ST_STEP_DESIGN:
  case ST_STEP_WEIGHTING:
  case ST_STEP_INDICATOR:
  case ST_STEP_ACCOUNT:
  case ST_STEP_KNOWN:
  case ST_STEP_LINK:
  case ST_STEP_CHANGE:
  case ST_STEP_SIGNIFICANCE:
  case ST_STEP_BALANCE:
  case ST_STEP_RULES:
  case ST_STEP_BANNER:
  case ST_STEP_DISCLOSURE:
  case ST_STEP_PUBLISHED:
  case ST_STEP_REPORT:
  default:
    *kind = NULL;
    return SX_OK;
  }
}

/* A block is written anew into every run: it is small, and its key says whether anything of it changed. */
sx_status study__run_blocks(st_run *r, sx_error *err) {
  sx_buf json;
  sx_buf_init(&json, &r->ctx);
  sx_status status = SX_OK;
  int64_t order = 0;
  size_t n = 0, done = 0;
  for (size_t i = 0; i < r->plan->n; i++) n += r->plan->steps[i].kind == ST_STEP_BLOCK;
  for (size_t i = 0; i < r->plan->n && status == SX_OK; i++) {
    const char *kind = NULL, *id = NULL;
    sx_buf_reset(&json);
    if (r->plan->steps[i].kind == ST_STEP_BLOCK) sx_ctx_progress(&r->ctx, "tables and figures", done++, n);
    status = step_json(&json, &kind, &id, r, &r->plan->steps[i], err);
    if (status == SX_OK && kind) status = sx_store_put_block(r->store, order++, kind, id, json.data, err);
  }
  sx_buf_clear(&json);
  return status;
}
