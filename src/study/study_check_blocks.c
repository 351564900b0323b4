/* study_check_blocks.c: tables, figures, narrative: every reference must be a row that the run will make. */
#include "study_balance.h"
#include "study_banner.h"
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"
#include "shuxiao/draw_chart.h"
#include "shuxiao/publish.h"

#include <stdio.h>
#include <string.h>

static void check_reference_text(st_load *l, const sx_node *node, const char *text, const char *format) {
  sx_reference ref;
  sx_error err = SX_ERROR_INIT;
  char message[256] = "";
  if (sx_reference_parse(&ref, text, strlen(text), &err) != SX_OK) {
    study__error_problem(l, node, &err);
    return;
  }
  study__check_reference(l->s, &ref, message);
  if (!message[0]) study__change_format(l->s, &ref, format, message);
  if (!message[0]) study__unit_format(l->s, &ref, format, message);
  if (message[0]) study__problem(l, node, "'%s': %s", text, message);
}

static void check_format_text(st_load *l, const sx_node *map) {
  const char *format = study__text(l, map, "format");
  if (!format) return;
  sx_buf buf;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&buf, &l->s->ctx);
  if (sx_report_format(&buf, 0.5, format, SX_LANG_ZH, &err) != SX_OK)
    study__error_problem(l, sx_node_get(map, "format"), &err);
  sx_buf_clear(&buf);
}

/* ---- full forms: as docs/dev/blocks.md ------------------------------------------------------------------------ */

/* of_column: the format of its column, for a cell that has none. */
static void check_cell(st_load *l, const sx_node *cell, const char *of_column) {
  if (cell->kind == SX_NODE_NULL) return;
  if (!study__is_map(l, cell, "a cell")) return;
  ST_KEYS(l, cell, "ref", "text", "value", "format");
  const char *ref = study__text(l, cell, "ref");
  const char *own = study__text(l, cell, "format");
  if (ref) check_reference_text(l, sx_node_get(cell, "ref"), ref, own ? own : of_column);
  if (!ref && !sx_node_get(cell, "text") && !sx_node_get(cell, "value")) {
    study__problem(l, cell, "a cell is {ref: ...}, {text: ...} or {value: ...}");
  }
  check_format_text(l, cell);
}

static void check_full_table(st_load *l, const sx_node *map) {
  const sx_node *columns = sx_node_get(map, "columns"), *rows = sx_node_get(map, "rows");
  if (!study__is_list(l, columns, "columns") || !study__is_list(l, rows, "rows")) {
    study__problem(l, map, "a table is columns and rows, or indicators, or an account, a balance, or published");
    return;
  }
  for (size_t i = 0; i < columns->n; i++) {
    if (!study__is_map(l, columns->items[i], "a column")) continue;
    ST_KEYS(l, columns->items[i], "label", "format", "group");
    check_format_text(l, columns->items[i]);
  }
  for (size_t i = 0; i < rows->n; i++) {
    if (!study__is_map(l, rows->items[i], "a row")) continue;
    ST_KEYS(l, rows->items[i], "label", "indent", "cells");
    const sx_node *cells = sx_node_get(rows->items[i], "cells");
    if (!study__is_list(l, cells, "cells")) continue;
    if (cells->n > columns->n) study__problem(l, cells, "%zu cells for %zu columns", cells->n, columns->n);
    for (size_t k = 0; k < cells->n; k++) {
      const sx_node *column = k < columns->n ? columns->items[k] : NULL;
      const bool known = column && column->kind == SX_NODE_MAP;
      check_cell(l, cells->items[k], known ? study__scalar_of(column, "format") : NULL);
    }
  }
}

static void check_full_figure(st_load *l, const sx_node *map) {
  const sx_node *series = sx_node_get(map, "series"), *categories = sx_node_get(map, "categories");
  const sx_node *cells = sx_node_get(map, "cells");
  if (!study__is_list(l, series, "series") || !study__is_list(l, categories, "categories") ||
      !study__is_list(l, cells, "cells")) {
    study__problem(l, map, "a figure is series, categories and cells, or indicators, or an account");
    return;
  }
  if (cells->n != categories->n)
    study__problem(l, cells, "%zu lines of cells for %zu categories", cells->n, categories->n);
  for (size_t i = 0; i < cells->n; i++) {
    if (!study__is_list(l, cells->items[i], "a line of cells")) continue;
    if (cells->items[i]->n != series->n)
      study__problem(l, cells->items[i], "%zu cells for %zu series", cells->items[i]->n, series->n);
    for (size_t k = 0; k < cells->items[i]->n; k++) {
      const sx_node *ref = cells->items[i]->items[k];
      const char *text = ref->kind == SX_NODE_NULL ? NULL : study__scalar(l, ref, "a cell");
      if (text) check_reference_text(l, ref, text, study__scalar_of(map, "format"));
    }
  }
  const char *centre = study__text(l, map, "centre");
  if (centre) check_reference_text(l, sx_node_get(map, "centre"), centre, NULL);
}

/* ---- short forms ------------------------------------------------------------------------------------------------ */

/* indicators x domains: at least one of the indicators must be estimated in each domain. */
static void check_indicator_form(st_load *l, const sx_node *map) {
  static const char *const shown[] = {"estimate", "se", "ci", "n", "low", "high", "n_eff", "deff", "cv", "df", "gap"};
  sx_study *s = l->s;
  const st_list indicators = study__list(l, map, "indicators"), domains = study__list(l, map, "domains");
  const st_list show = study__list(l, map, "show");
  char near[160];
  for (size_t i = 0; i < indicators.n; i++) {
    if (study__find_indicator(s, indicators.items[i], strlen(indicators.items[i])) != ST_NONE) continue;
    study__problem(l, indicators.nodes[i], "unknown indicator '%s'%s", indicators.items[i],
                   study__near(s, near, indicators.items[i], "i"));
  }
  for (size_t k = 0; k < domains.n; k++) {
    st_domain d;
    if (!study__domain(l, &d, domains.nodes[k], domains.items[k]) || d.n == 0) continue;
    bool found = false;
    for (size_t i = 0; i < indicators.n; i++) {
      const size_t at = study__find_indicator(s, indicators.items[i], strlen(indicators.items[i]));
      for (size_t b = 0; at != ST_NONE && b < s->indicators[at].n_by; b++) {
        found = found || study__covers(&s->indicators[at].by[b], &d);
      }
    }
    if (!found)
      study__problem(l, domains.nodes[k], "no indicator of this list is estimated by '%s': add it to their 'by'",
                     domains.items[k]);
  }
  for (size_t i = 0; i < indicators.n && domains.n; i++) {
    const size_t at = study__find_indicator(s, indicators.items[i], strlen(indicators.items[i]));
    bool shown_somewhere = at == ST_NONE;
    for (size_t k = 0; k < domains.n && !shown_somewhere; k++) {
      st_domain d = {.n = 0};
      shown_somewhere = !study__domain(l, &d, domains.nodes[k], domains.items[k]) || d.n == 0;
      for (size_t b = 0; !shown_somewhere && b < s->indicators[at].n_by; b++)
        shown_somewhere = study__covers(&s->indicators[at].by[b], &d);
    }
    if (!shown_somewhere)
      study__warning(l, indicators.nodes[i], "'%s' is estimated in none of these groups: its row stays blank",
                     indicators.items[i]);
  }
  for (size_t i = 0; i < show.n; i++) {
    const size_t n = sizeof shown / sizeof *shown;
    if (study__is_extra(show.items[i])) {
      if (!s->series)
        study__problem(l, show.nodes[i], "'%s' needs an earlier wave: the study has no 'waves' section", show.items[i]);
      continue;
    }
    const char *best = sx_text_nearest(show.items[i], shown, n);
    if (best && strcmp(best, show.items[i]) == 0) continue;
    study__problem(l, show.nodes[i], "unknown field '%s'%s%s%s", show.items[i], best ? ", did you mean '" : "",
                   best ? best : "", best ? "'?" : "");
  }
}

static void check_figure_type(st_load *l, const sx_node *map) {
  const char *type = study__text(l, map, "type"), *types[SX_CHART_TYPES];
  sx_chart_type known;
  char all[200] = "";
  for (size_t i = 0; i < SX_CHART_TYPES; i++) {
    const size_t at = strlen(all);
    types[i] = sx_chart_type_name((sx_chart_type)i);
    (void)snprintf(all + at, sizeof all - at, "%s%s", i ? ", " : "", types[i]);
  }
  if (!type) {
    study__problem(l, map, "a figure has a type: one of %s", all);
    return;
  }
  if (sx_chart_type_find(&known, type)) return;
  const char *best = sx_text_nearest(type, types, SX_CHART_TYPES);
  study__problem(l, sx_node_get(map, "type"), "unknown type '%s'%s%s%s: one of %s", type,
                 best ? ", did you mean '" : "", best ? best : "", best ? "'?" : "", all);
}

/* What the shapes of some charts want, as far as the short form says it. */
static void check_figure_shape(st_load *l, const sx_node *map) {
  const char *type = study__text(l, map, "type");
  const st_list indicators = study__list(l, map, "indicators");
  sx_chart_type chart;
  if (!type || !sx_chart_type_find(&chart, type)) return;
  if (chart == SX_CHART_TILES && indicators.n != 1)
    study__problem(l, map, "tiles show one indicator, not %zu", indicators.n);
  if (chart == SX_CHART_SLOPES && !sx_node_get(map, "waves"))
    study__problem(l, map, "slopes lead from wave to wave: 'waves: all', or a list");
  if (chart == SX_CHART_WATERFALL)
    study__problem(l, map,
                   "a waterfall has steps that add up, and indicators are levels: name an 'account' with 'node' or "
                   "'decompose', or write series, categories and cells; 'bars' compare levels");
  if (chart == SX_CHART_TORNADO && !sx_node_get(map, "centre"))
    study__problem(l, map,
                   "a tornado shows what one result becomes as its inputs move: name an 'account' with 'node', or a "
                   "'centre'; 'bars' compare levels");
  if (chart != SX_CHART_LIKERT) return;
  const char *text = study__text(l, map, "below");
  int64_t below = (int64_t)indicators.n / 2;
  if (text && (!sx_text_to_int64(&below, text, strlen(text)) || below < 1)) below = 0;
  const int64_t between = (int64_t)indicators.n - 2 * below;
  if (below < 1 || below > 3 || between < 0 || between > 1)
    study__problem(l, map,
                   "%zu answers, %lld of them below the middle: one to three on either side and at most one between "
                   "(put answers together)",
                   indicators.n, (long long)below);
}

/* ordered: 4: that many parts of a stack, from the first, are steps of one scale. */
static void check_ordered(st_load *l, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "ordered"), *type = sx_node_get(map, "type");
  const sx_node *parts = sx_node_get(map, "indicators") ? sx_node_get(map, "indicators") : sx_node_get(map, "series");
  const size_t n = parts && parts->kind == SX_NODE_LIST ? parts->n : 0;
  int64_t ordered = 0;
  if (!node) return;
  if (!type || !type->text || strcmp(type->text, "stacked") != 0)
    study__problem(l, node, "'ordered' is of a stacked figure: the colours of 'likert' are in order already");
  else if (!node->text || !sx_text_to_int64(&ordered, node->text, strlen(node->text)) || ordered < 2 ||
           ordered > (int64_t)n)
    study__problem(l, node, "ordered is how many of the %zu parts, from the first, are steps of one scale: 2 to %zu", n,
                   n);
}

static void check_block(st_load *l, const st_block *block) {
  const sx_node *map = block->node;
  if (study__is_banner(block)) {
    (void)study__text2(l, map, "title");
    (void)study__text2(l, map, "note");
    (void)study__text2(l, map, "source");
    study__check_banner(l, map);
    study__check_banner_in(l, block);
    return;
  }
  (void)study__text2(l, map, "title");
  (void)study__text2(l, map, "note");
  (void)study__text2(l, map, "source");
  check_format_text(l, map);
  study__check_block_format(l, map);
  if (block->figure) {
    ST_KEYS(l, map, "id", "type", "title", "note", "source", "format", "series", "categories", "cells", "interval",
            "centre", "indicators", "domains", "account", "parent", "scope", "statistic", "node", "nodes", "decompose",
            "show", "move", "top", "waves", "below", "ordered");
    check_figure_type(l, map);
    check_ordered(l, map);
    if (!sx_node_get(map, "account")) study__check_one_scale(l, map);
  } else {
    ST_KEYS(l, map, "id", "title", "note", "source", "format", "columns", "rows", "bases", "errors", "interval",
            "indicators", "domains", "show", "account", "measures", "scope", "nodes", "decompose", "published", "tests",
            "waves", "balance", "by");
    study__check_block_tests(l, map);
  }
  study__check_block_waves(l, map);
  const size_t before = l->problems->n;
  if (sx_node_get(map, "indicators")) {
    check_indicator_form(l, map);
    if (block->figure) check_figure_shape(l, map);
    const char *centre = block->figure ? study__text(l, map, "centre") : NULL;
    if (centre) check_reference_text(l, sx_node_get(map, "centre"), centre, NULL);
  } else if (sx_node_get(map, "account")) {
    study__check_account_block(l, map, block->figure);
  } else if (!block->figure && sx_node_get(map, "balance")) {
    study__check_balance_form(l, map);
  } else if (!block->figure && study__bool(l, map, "published", false)) {
    if (!l->s->published.file) study__problem(l, map, "the study has no published figures: 'published: {file: ...}'");
  } else if (block->figure) {
    check_full_figure(l, map);
  } else {
    check_full_table(l, map);
  }
  if (block->figure && l->problems->n == before) study__check_figure_size(l, map);
}

/* ---- narrative ------------------------------------------------------------------------------------------------------ */

typedef struct text_check {
  st_load *l;
  const char *file;
  bool zh;
  bool *placed; /* [blocks] by the texts of the language so far */
} text_check;

static void text_problem(st_load *l, const char *file, size_t line, size_t column, const char *message) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.480s:%zu:%zu", file, line, column);
  study__problem_at(l, false, where, message);
}

static sx_status check_bound(void *data, const sx_reference *ref, const char *format, size_t line, size_t column,
                             sx_error *err) {
  (void)err;
  const text_check *c = data;
  char message[256] = "";
  study__check_reference(c->l->s, ref, message);
  if (!message[0]) study__change_format(c->l->s, ref, format, message);
  if (!message[0]) study__unit_format(c->l->s, ref, format, message);
  if (message[0]) text_problem(c->l, c->file, line, column, message);
  if (!format || !*format) return SX_OK;
  sx_buf buf;
  sx_error bad = SX_ERROR_INIT;
  sx_buf_init(&buf, &c->l->s->ctx);
  const sx_status status = sx_report_format(&buf, 0.5, format, SX_LANG_ZH, &bad);
  sx_buf_clear(&buf);
  if (status == SX_E_MEMORY) c->l->oom = true;
  if (status != SX_OK) text_problem(c->l, c->file, line, column, bad.message);
  return SX_OK;
}

static void check_leftover(void *data, size_t line, size_t column, bool error, const char *message) {
  const text_check *c = data;
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.480s:%zu:%zu", c->file, line, column);
  study__problem_at(c->l, !error, where, message);
}

/* Whether some narrative of the language has the box. */
static bool has_box(st_load *l, bool zh, const char *id, size_t n_id) {
  bool found = false;
  for (size_t i = 0; i < l->s->n_narrative && !found; i++) {
    const char *file = zh ? l->s->narrative[i].zh : l->s->narrative[i].en;
    const char *path = file ? study__path(l->s, l->s->arena, file) : NULL;
    char *text = NULL;
    size_t n = 0;
    if (!path || sx_file_read(&text, &n, &l->s->ctx, path, NULL) != SX_OK) continue;
    found = sx_report_has_box(text, n, id, n_id);
    sx_mem_free(&l->s->ctx, text);
  }
  return found;
}

/* ST_NONE: the report has none of this name. */
static size_t find_block(const st_load *l, bool figure, const char *id, size_t n_id) {
  for (size_t b = 0; b < l->s->n_blocks; b++) {
    const st_block *block = &l->s->blocks[b];
    if (block->figure == figure && strlen(block->id) == n_id && memcmp(block->id, id, n_id) == 0)
      return !study__is_banner(block) || study__banner_in(block) != ST_IN_BOOK ? b : ST_NONE;
  }
  return ST_NONE;
}

/* message[0] '\0': it is there, and where it is placed, for the first time. */
static void check_place(char message[256], const text_check *c, bool figure, bool places, const char *id, size_t n_id) {
  const char *kind = figure ? "figure" : "table";
  const int shown = (int)(n_id < 100 ? n_id : 100);
  const size_t b = find_block(c->l, figure, id, n_id);
  if (b == ST_NONE)
    (void)snprintf(message, 256, "there is no %s '%.*s'", kind, shown, id);
  else if (places && c->placed[b])
    (void)snprintf(message, 256, "%s '%.*s' is placed a second time: refer to it with [@%s %.*s]", kind, shown, id,
                   kind, shown, id);
  else if (places)
    c->placed[b] = true;
}

/* {{figure ID}}, {{table ID}}, [@figure ID], [@table ID] must name blocks of the study, [@box ID] a numbered box of the texts; a page has each block once. */
static void check_places(const text_check *c, const char *text) {
  static const char *const openings[] = {"figure ", "table ", "[@figure ", "[@table ", "[@box "};
  size_t line = 1, column = 1;
  for (const char *at = text; *at; at++) {
    const bool opens = strncmp(at, "{{", 2) == 0 || *at == '[';
    for (size_t o = 0; opens && o < 5; o++) {
      const size_t k = strlen(openings[o]);
      const char *from = o < 2 && strncmp(at, "{{", 2) == 0 ? at + 2 + strspn(at + 2, " \t") : at;
      if ((o < 2 && from == at) || strncmp(from, openings[o], k) != 0) continue;
      const char *id = from + k + strspn(from + k, o < 2 ? " \t" : ""), *end = id + strcspn(id, o < 2 ? "}\n" : "]\n");
      while (end > id && end[-1] == ' ') end--;
      const size_t n_id = (size_t)(end - id);
      char message[256] = "";
      if (o < 4)
        check_place(message, c, o % 2 == 0, o < 2, id, n_id);
      else if (!has_box(c->l, c->zh, id, n_id))
        (void)snprintf(message, sizeof message, "there is no numbered box '%.*s'", (int)(n_id < 100 ? n_id : 100), id);
      if (message[0]) text_problem(c->l, c->file, line, column, message);
    }
    if (*at == '\n') {
      line++;
      column = 1;
    } else if (((unsigned char)*at & 0xC0) != 0x80) {
      column++;
    }
  }
}

/* The bytes of "[^ID]" at the begin of a line that defines a footnote; 0. */
static size_t defined_note(const char *line) {
  const size_t n = strncmp(line, "[^", 2) == 0 ? 2 + strcspn(line + 2, "] \n") : 0;
  return n > 2 && strncmp(line + n, "]:", 2) == 0 ? n + 1 : 0;
}

static bool is_used(const char *text, const char *note, size_t n) {
  for (const char *at = text; (at = strstr(at, "[^")) != NULL; at++)
    if (strncmp(at, note, n) == 0 && !((at == text || at[-1] == '\n') && at[n] == ':')) return true;
  return false;
}

/* Footnotes that the text, with its macros written out, never refers to. */
static void check_notes(const text_check *c, const char *text, const char *expanded) {
  size_t number = 1;
  bool fenced = false;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n', number++) {
    if (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0) fenced = !fenced;
    const size_t n = fenced ? 0 : defined_note(line);
    if (!n || is_used(expanded, line, n)) continue;
    char where[SX_ERROR_WHERE_MAX], message[160];
    (void)snprintf(where, sizeof where, "%.480s:%zu:1", c->file, number);
    (void)snprintf(message, sizeof message, "the footnote %.*s is never referred to and is left out",
                   (int)(n < 80 ? n : 80), line);
    study__problem_at(c->l, true, where, message);
  }
}

static void check_text(st_load *l, const sx_node *node, const char *file, bool zh, bool *placed) {
  if (!file) return;
  const char *path = study__path(l->s, l->s->arena, file);
  char *text = NULL;
  size_t n = 0;
  sx_error err = SX_ERROR_INIT;
  if (!path) {
    l->oom = true;
    return;
  }
  if (sx_file_read(&text, &n, &l->s->ctx, path, &err) != SX_OK) {
    study__error_problem(l, node, &err);
    return;
  }
  size_t bad = 0;
  text_check check = {l, path, zh, placed};
  if (!sx_utf8_valid(text, n, &bad)) {
    char message[80];
    (void)snprintf(message, sizeof message, "not valid UTF-8 at byte %zu: save the file as UTF-8", bad + 1);
    text_problem(l, path, 1, 1, message);
  } else {
    sx_buf whole;
    sx_buf_init(&whole, &l->s->ctx);
    sx_status status =
        sx_report_expand(&whole, text, n, l->s->macros, l->s->n_macros, zh ? SX_LANG_ZH : SX_LANG_EN, &err);
    if (status == SX_OK) status = sx_report_each_reference(whole.data, whole.n, check_bound, &check, &err);
    if (status == SX_OK) check_notes(&check, text, whole.data ? whole.data : "");
    sx_buf_clear(&whole);
    if (status == SX_E_MEMORY) l->oom = true;
    if (status != SX_OK && status != SX_E_MEMORY) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%.400s:%.100s", path, err.where);
      study__problem_at(l, false, where, err.message);
    }
    check_places(&check, text);
    sx_report_each_leftover(text, n, check_leftover, &check);
  }
  sx_mem_free(&l->s->ctx, text);
}

enum { MAX_KEY_FIGURES = 4 };

/* The figures that stand large on the cover. */
static void check_key(st_load *l, const sx_node *key) {
  if (!key || !study__is_list(l, key, "key")) return;
  if (key->n > MAX_KEY_FIGURES) study__problem(l, key, "the cover has room for %d figures", MAX_KEY_FIGURES);
  for (size_t i = 0; i < key->n; i++) {
    if (!study__is_map(l, key->items[i], "a key figure")) continue;
    ST_KEYS(l, key->items[i], "label", "ref", "format", "note");
    const char *ref = study__text(l, key->items[i], "ref");
    if (ref) {
      check_reference_text(l, sx_node_get(key->items[i], "ref"), ref, study__text(l, key->items[i], "format"));
    } else {
      study__problem(l, key->items[i], "a key figure needs 'ref: INDICATOR.DOMAIN'");
    }
    check_format_text(l, key->items[i]);
  }
}

/* Opened here, so that a run need not compute everything before it says that the template does not serve. */
static void check_template(st_load *l) {
  sx_study *s = l->s;
  if (!s->docx_template) return;
  sx_error err = SX_ERROR_INIT;
  const char *path = study__path(s, s->arena, s->docx_template);
  if (!path)
    l->oom = true;
  else if (sx_publish_docx_check(path, &s->ctx, &err) != SX_OK)
    study__error_problem(l, sx_node_get(s->publish, "template"), &err);
}

void study__check_blocks(st_load *l) {
  sx_study *s = l->s;
  check_key(l, s->key);
  for (size_t i = 0; i < s->n_blocks && !study__stop(l); i++) check_block(l, &s->blocks[i]);
  bool *placed[2] = {study__take(l, s->n_blocks, 1), study__take(l, s->n_blocks, 1)};
  for (size_t i = 0; i < s->n_narrative && !study__stop(l); i++) {
    check_text(l, s->narrative[i].node, s->narrative[i].zh, true, placed[0]);
    check_text(l, s->narrative[i].node, s->narrative[i].en, false, placed[1]);
  }
  if (s->published.file && !study__stop(l)) study__check_published(l);
  if (!study__stop(l)) check_template(l);
  bool banner = false;
  for (size_t i = 0; i < s->n_blocks; i++)
    banner = banner || (study__is_banner(&s->blocks[i]) && (study__banner_in(&s->blocks[i]) & ST_IN_BOOK));
  for (size_t i = 0; i < s->outputs.n && !banner; i++)
    if (strcmp(s->outputs.items[i], "banner") == 0)
      study__problem(l, s->outputs.nodes[i], "the study has no banner tables: 'tables: - {id, rows, cols}'");
}
