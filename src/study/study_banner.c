/* study_banner.c: banner tables of a study: `tables: - {id, rows, cols, stats, net, sig, where}`. Each is a step of its own, whose rows are the cells
 * and whose payload is the finished block, so that an unchanged table is copied. docs/banner.md. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/synth.h"
#include "study_banner.h"
#include "study_disclosure.h"
#include "study_names.h"

bool study__is_banner(const st_block *block) {
  return !block->figure && sx_node_get(block->node, "cols");
}

/* ---- the words -------------------------------------------------------------------------------------------------------------------- */

static sx_status wrong(const sx_study *s, const sx_node *node, const char *message, sx_error *err) {
  const sx_status st = sx_error_set(err, SX_E_ARGUMENT, NULL, "%s", message);
  study__add_place(err, s, node);
  return st;
}

/* A scalar, or a list of scalars with `between`. */
static sx_status words(const char **out, const sx_study *s, const sx_node *node, const char *between, sx_arena *arena,
                       sx_error *err) {
  *out = NULL;
  if (!node) return SX_OK;
  if (node->kind == SX_NODE_SCALAR) {
    *out = node->text;
    return SX_OK;
  }
  const char *text = "";
  if (node->kind != SX_NODE_LIST) return wrong(s, node, "a text or a list of texts is wanted", err);
  for (size_t k = 0; k < node->n; k++) {
    if (node->items[k]->kind != SX_NODE_SCALAR) return wrong(s, node->items[k], "a text is wanted", err);
    text = sx_arena_printf(arena, "%s%s%s", text, k ? between : "", node->items[k]->text);
    if (!text) return sx_error_memory(err);
  }
  *out = text;
  return SX_OK;
}

static sx_status read_nets(sx_banner_request *r, const sx_study *s, const sx_node *map, sx_arena *arena,
                           sx_error *err) {
  if (!map) return SX_OK;
  if (map->kind != SX_NODE_MAP) return wrong(s, map, "nets are {name: [1, 2], other: [3]}", err);
  sx_banner_net *net = sx_arena_zalloc(arena, map->n, sizeof *net);
  if (!net) return sx_error_memory(err);
  for (size_t k = 0; k < map->n; k++) {
    const sx_node *list = map->items[k];
    if (list->kind != SX_NODE_LIST || list->n == 0) return wrong(s, list, "a net is a list of levels", err);
    const char **level = sx_arena_alloc(arena, list->n, sizeof *level);
    if (!level) return sx_error_memory(err);
    for (size_t v = 0; v < list->n; v++) {
      if (list->items[v]->kind != SX_NODE_SCALAR) return wrong(s, list->items[v], "a level is wanted", err);
      level[v] = list->items[v]->text;
    }
    net[k] = (sx_banner_net){map->keys[k]->text, level, list->n};
  }
  r->nets = net;
  r->n_nets = map->n;
  return SX_OK;
}

static sx_status read_sig(sx_banner_sig *sig, const sx_study *s, const sx_node *node, sx_arena *arena, sx_error *err) {
  sx_status st = sx_banner_sig_parse(sig, node && node->kind == SX_NODE_SCALAR ? node->text : "spss", err);
  if (st == SX_OK && node && node->kind == SX_NODE_LIST) st = wrong(s, node, "sig is a text or a map", err);
  const bool map = node && node->kind == SX_NODE_MAP;
  for (int profile = 1; map && profile >= 0; profile--) /* the profile first, whatever the order */
    for (size_t k = 0; st == SX_OK && k < node->n; k++) {
      const char *value = NULL, *word = node->keys[k]->text;
      if ((strcmp(word, "profile") == 0) != (profile == 1)) continue;
      st = words(&value, s, node->items[k], "+", arena, err);
      if (st == SX_OK) st = sx_banner_sig_set(sig, word, value ? value : "", err);
    }
  if (st == SX_OK) st = sx_banner_sig_check(sig, err);
  if (st != SX_OK && st != SX_E_MEMORY) study__add_place(err, s, node);
  return st;
}

/* "$std" is the banner of that name, where the study has one. */
static sx_status read_columns(const char **out, const sx_study *s, const sx_node *cols, sx_arena *arena,
                              sx_error *err) {
  const sx_node *banners = sx_node_get(sx_doc_root(s->doc), "banner");
  SX_TRY(words(out, s, cols, " + ", arena, err));
  if (!*out || **out != '$' || !banners) return SX_OK;
  const sx_node *own = sx_node_get(banners, *out + 1);
  return own ? words(out, s, own, " + ", arena, err) : SX_OK;
}

sx_status study__banner_request(sx_banner_request *r, const sx_study *s, const sx_node *map, sx_arena *arena,
                                sx_error *err) {
  *r = (sx_banner_request)SX_BANNER_REQUEST_INIT;
  SX_TRY(words(&r->rows, s, sx_node_get(map, "rows"), ", ", arena, err));
  SX_TRY(read_columns(&r->columns, s, sx_node_get(map, "cols"), arena, err));
  SX_TRY(words(&r->stats, s, sx_node_get(map, "stats"), ", ", arena, err));
  SX_TRY(words(&r->where, s, sx_node_get(map, "where"), " and ", arena, err));
  SX_TRY(read_nets(r, s, sx_node_get(map, "net"), arena, err));
  SX_TRY(read_sig(&r->sig, s, sx_node_get(map, "sig"), arena, err));
  if (!r->rows || !r->columns) return wrong(s, map, "a banner table has rows and cols", err);
  if (r->sig.compare & SX_BANNER_PREVIOUS_WAVE && study__bw_pair(s) == ST_NONE)
    return wrong(s, sx_node_get(map, "sig"),
                 "arrows against the wave before want 'waves:' in the study, with the data of that wave", err);
  return SX_OK;
}

/* What the arrows of a table rest on: study__check_categories compares their categories. */
static sx_status keep_arrow_names(sx_study *s, const sx_table *unit, const sx_banner_request *r, sx_error *err) {
  const char *const *name = NULL;
  size_t n = 0;
  if (!(r->sig.compare & SX_BANNER_PREVIOUS_WAVE)) return SX_OK;
  SX_TRY(sx_banner_variables(&name, &n, unit, r, s->arena, err));
  const char **all = sx_arena_alloc(s->arena, s->n_arrow_names + n, sizeof *all);
  if (!all) return sx_error_memory(err);
  for (size_t k = 0; k < s->n_arrow_names; k++) all[k] = s->arrow_names[k];
  for (size_t k = 0; k < n; k++) all[s->n_arrow_names + k] = name[k];
  s->arrow_names = all;
  s->n_arrow_names += n;
  return SX_OK;
}

/* The names, against the variables of the unit table with the derived ones. */
void study__check_banner_names(st_load *l, const sx_table *unit) {
  for (size_t k = 0; unit && k < l->s->n_blocks && !study__stop(l); k++) {
    const sx_node *map = l->s->blocks[k].node;
    sx_banner_request r;
    sx_error err = SX_ERROR_INIT;
    if (!study__is_banner(&l->s->blocks[k]) || study__banner_request(&r, l->s, map, l->s->arena, &err) != SX_OK)
      continue;
    if (sx_banner_check(unit, &r, &err) == SX_OK) {
      if (keep_arrow_names(l->s, unit, &r, &err) == SX_E_MEMORY) l->oom = true;
      continue;
    }
    const char *key = strncmp(err.where, "columns", 7) == 0 ? "cols"
                      : strncmp(err.where, "stats", 5) == 0 ? "stats"
                                                            : "rows";
    const sx_node *at = sx_node_get(map, key);
    if (err.status == SX_E_MEMORY)
      study__expr_problem(l, at ? at : map, &err);
    else
      study__problem(l, at ? at : map, "%s: %s", err.where, err.message);
  }
}

void study__check_banner(st_load *l, const sx_node *map) {
  sx_banner_request r;
  sx_error err = SX_ERROR_INIT;
  ST_KEYS(l, map, "id", "title", "note", "source", "rows", "cols", "stats", "net", "sig", "where", "in");
  if (study__banner_request(&r, l->s, map, l->s->arena, &err) != SX_OK) study__error_problem(l, map, &err);
}

/* ---- the plan ----------------------------------------------------------------------------------------------------------------------- */

sx_status study__plan_banner(st_build *b, size_t block, sx_error *err) {
  const sx_study *s = b->s;
  const sx_node *banners = sx_node_get(sx_doc_root(s->doc), "banner");
  sx_banner_request request;
  size_t step = 0;
  SX_TRY(study__banner_request(&request, s, s->blocks[block].node, b->arena, err));
  SX_TRY(study__plan_step(&step, b, ST_STEP_BANNER, block, "banner", s->blocks[block].id, err));
  SX_TRY(study__plan_dep(b, step, b->design, err));
  for (size_t k = 0; k < s->n_derived; k++) SX_TRY(study__plan_dep(b, step, b->derive[k], err));
  sx_node_to_json(&b->spec, s->blocks[block].node);
  if (banners) sx_node_to_json(&b->spec, banners);
  for (size_t k = 0; k < s->n_groups; k++) /* the words of heads */
    if (s->groups[k].by) sx_node_to_json(&b->spec, s->groups[k].node);
  for (size_t k = 0; k < b->plan->n; k++) /* and those of the model */
    if (b->plan->steps[k].kind == ST_STEP_GENERATE) SX_TRY(study__plan_dep(b, step, k, err));
  const sx_node *quality = sx_node_get(sx_doc_root(s->doc), "quality");
  if (quality) sx_node_to_json(&b->spec, quality);
  sx_buf_printf(&b->spec, "words 6\nwave %s\n", s->wave ? s->wave : "");
  if (request.sig.compare & SX_BANNER_PREVIOUS_WAVE) SX_TRY(study__bw_plan(b, step, err));
  study__plan_spec_contributors(b);
  return study__plan_seal(b, step, err);
}

/* ---- rows of the store -------------------------------------------------------------------------------------------------------------- */

enum { MAX_BREAKS = 4 };
typedef struct writer {
  st_run *r;
  const char *step;
  const st_block *block;
  const sx_banner_request *request;
  const sx_banner_book *book;
  const sx_banner_table *table;
  const char *indicator;                  /* "T1/q1" */
  sx_buf *out, *scratch, *layout, *words; /* layout: of the book; words: of the questions, behind the block */
  size_t n_rows;
  bool waves;                   /* there is an earlier wave */
  const sx_text2 *broken_where; /* why the condition is another one there */
  const sx_text2 *breaks[MAX_BREAKS];
  size_t n_breaks;
} writer;

/* Why a cell is not that of the earlier wave: its question, an item of a grid, or a variable of its column has changed. */
static const sx_text2 *broken_cell(const writer *w, const sx_banner_table *t, const sx_banner_row *row, size_t column) {
  const sx_study *s = w->r->s;
  const sx_text2 *why = w->broken_where ? w->broken_where : study__bw_break(s, t->id);
  if (!why && row->kind == SX_BANNER_ROW_ITEM) why = study__bw_break(s, row->key);
  for (size_t h = t->columns->column[column].head; !why && h != SIZE_MAX; h = t->columns->head[h].parent)
    if (*t->columns->head[h].variable) why = study__bw_break(s, t->columns->head[h].variable);
  return why;
}

static int arrow_of(const writer *w, const sx_banner_row *row, size_t column) {
  const int arrow = w->waves ? row->cell[column].versus_wave : 0;
  return arrow && !broken_cell(w, w->table, row, column) ? arrow : 0;
}

enum { MAX_TERMS = 4 };

/* Names that are no fields of a row (n, n_eff), for references. */
static const char *statistic_of(const sx_banner_row *row) {
  switch (row->measure) {
  case SX_BANNER_BASE_CASES:
    return "base_cases";
  case SX_BANNER_BASE_WEIGHTED:
    return "base_weighted";
  case SX_BANNER_BASE_EFFECTIVE:
    return "base_effective";
  case SX_BANNER_COL_PCT:
  case SX_BANNER_ROW_PCT:
  case SX_BANNER_TOTAL_PCT:
  case SX_BANNER_COUNT:
  case SX_BANNER_CASES:
  case SX_BANNER_MEAN:
  case SX_BANNER_MEDIAN:
  case SX_BANNER_MEASURES:
    break;
  }
  return sx_banner_measure_name(row->measure);
}

/* The row's term, then the levels above the column from the outermost on. */
static size_t terms_of(sx_store_term terms[MAX_TERMS + 1], const writer *w, const sx_banner_row *row, size_t column) {
  const sx_banner_columns *c = w->table->columns;
  sx_store_term from_leaf[MAX_TERMS + 1];
  size_t n = 0, levels = 0;
  if (row->kind != SX_BANNER_ROW_BASE && row->kind != SX_BANNER_ROW_STATISTIC)
    terms[n++] = (sx_store_term){"row", row->key, {"", ""}, {row->label.zh, row->label.en}};
  for (size_t h = c->column[column].head; h != SIZE_MAX; h = c->head[h].parent) {
    const sx_banner_head *head = &c->head[h];
    if (!sx_banner_is_level(c, h) || levels > MAX_TERMS) continue;
    const char *variable = *head->variable ? head->variable : "level"; /* of a grid's scale */
    from_leaf[levels++] = (sx_store_term){variable, head->level, {"", ""}, {head->text.zh, head->text.en}};
  }
  while (levels > 0 && n <= MAX_TERMS) terms[n++] = from_leaf[--levels];
  return n;
}

static void json_comma(sx_buf *out, bool first) {
  if (!first) sx_buf_add_char(out, ',');
}

static sx_status put_cell(writer *w, const sx_banner_row *row, size_t column, sx_error *err) {
  const sx_banner_cell *cell = &row->cell[column];
  sx_store_term terms[MAX_TERMS + 1];
  const size_t n = terms_of(terms, w, row, column);
  if (n > MAX_TERMS) {
    const sx_status st =
        sx_error_set(err, SX_E_LIMIT, w->block->id, "columns of a study's table are nested at most three deep");
    study__add_place(err, w->r->s, w->block->node);
    return st;
  }
  const bool base = row->kind == SX_BANNER_ROW_BASE || row->measure == SX_BANNER_CASES;
  const sx_store_row out = {.wave = w->r->s->wave,
                            .indicator = w->indicator,
                            .statistic = statistic_of(row),
                            .terms = terms,
                            .n_terms = n,
                            .estimate = cell->value,
                            .se = cell->se,
                            .low = (double)NAN,
                            .high = (double)NAN,
                            .ci_level = (double)NAN,
                            .df = cell->df,
                            .n = base ? -1 : (int64_t)w->table->row[0].cell[column].value,
                            .n_eff = cell->n_eff,
                            .deff = (double)NAN,
                            .cv = (double)NAN,
                            .unit = "",
                            .quality = cell->quality ? cell->quality : "",
                            .na_reason = sx_na_text(cell->na),
                            .method = sx_design_describe(w->r->design)};
  SX_TRY(sx_store_put_row(NULL, w->r->store, w->step, &out, err));
  sx_buf_reset(w->scratch);
  sx_buf_printf(w->scratch, "`%s`.", w->indicator);
  if (!n) sx_buf_add(w->scratch, "total");
  for (size_t k = 0; k < n; k++) {
    if (k) sx_buf_add_char(w->scratch, '*');
    study__quote_name(w->scratch, terms[k].variable);
    sx_buf_add_char(w->scratch, ':');
    study__quote_name(w->scratch, terms[k].level);
  }
  sx_buf_printf(w->scratch, ".%s", out.statistic);
  return sx_buf_status(w->scratch, err);
}

/* ---- the block ---------------------------------------------------------------------------------------------------------------------- */

/* Means have as many decimals as their row wants, `least`, and a cell more where that would leave nothing of it. */
static void format_of(char out[16], const writer *w, const sx_banner_row *row, size_t column, int least) {
  switch (row->measure) {
  case SX_BANNER_COL_PCT:
  case SX_BANNER_ROW_PCT:
  case SX_BANNER_TOTAL_PCT:
    (void)snprintf(out, 16, "%% 1");
    return;
  case SX_BANNER_MEAN:
  case SX_BANNER_MEDIAN:
    (void)snprintf(out, 16, "plain %d", sx_banner_decimals(row, &row->cell[column], least, w->book->show_se));
    return;
  case SX_BANNER_COUNT:
  case SX_BANNER_CASES:
  case SX_BANNER_BASE_CASES:
  case SX_BANNER_BASE_WEIGHTED:
  case SX_BANNER_BASE_EFFECTIVE:
  case SX_BANNER_MEASURES:
    break;
  }
  (void)snprintf(out, 16, "plain 0");
}

static sx_status row_label(const writer *w, const sx_banner_row *row, size_t indent, sx_error *err) {
  const sx_banner_text measure = sx_banner_measure_label(row->measure);
  json_comma(w->out, w->n_rows == 0);
  sx_buf_add(w->out, "{\"label\":");
  sx_banner_text label = row->continued ? measure : row->label;
  if (row->letter && *row->letter)
    label = (sx_banner_text){sx_arena_printf(w->r->arena, "%s (%s)", label.zh, row->letter),
                             sx_arena_printf(w->r->arena, "%s (%s)", label.en, row->letter)};
  if (!label.zh || !label.en) return sx_error_memory(err);
  study__text2_json(w->out, label.zh, label.en);
  sx_buf_printf(w->out, ",\"indent\":%zu,\"cells\":[", indent + row->continued);
  return SX_OK;
}

static sx_status numbers(writer *w, const sx_banner_row *row, size_t indent, sx_error *err) {
  SX_TRY(row_label(w, row, indent, err));
  study__bb_row(w->layout, w->table, row);
  const int least = sx_banner_row_decimals(row, w->table->columns->n_columns);
  for (size_t c = 0; c < w->table->columns->n_columns; c++) {
    json_comma(w->out, c == 0);
    SX_TRY(put_cell(w, row, c, err));
    sx_buf_add(w->out, "{\"ref\":");
    sx_json_string(w->out, w->scratch->data);
    sx_banner_cell shown = row->cell[c];
    shown.versus_wave = (int8_t)arrow_of(w, row, c);
    study__bb_cell(w->layout, c == 0, &shown, w->scratch->data);
    char format[16];
    format_of(format, w, row, c, least);
    sx_buf_printf(w->out, ",\"format\":\"%s\"}", format);
  }
  sx_buf_add(w->out, "]}");
  w->n_rows++;
  return SX_OK;
}

/* Letters, arrows and marks stand in a line of their own below the numbers, where there are any. */
static void marks_of(char out[64], const writer *w, const sx_banner_row *row, size_t column) {
  const sx_banner_cell *cell = &row->cell[column];
  const int wave = arrow_of(w, row, column);
  const bool small =
      cell->flags & SX_BANNER_SMALL_BASE && (row->measure == SX_BANNER_BASE_CASES || row->kind == SX_BANNER_ROW_ITEM);
  (void)snprintf(out, 64, "%.40s%s%s%s%s%s%s", row->tested ? cell->letters : "", cell->versus_rest ? " " : "",
                 cell->versus_rest ? w->book->marks_rest[cell->versus_rest < 0] : "", wave ? " " : "",
                 wave ? w->book->marks_wave[wave < 0] : "",
                 row->tested && cell->flags & SX_BANNER_NOT_TESTED ? " -" : "", small ? " *" : "");
}

static void letters(writer *w, const sx_banner_row *row) {
  const size_t n = w->table->columns->n_columns;
  char text[64];
  bool any = false;
  for (size_t c = 0; c < n && !any; c++) {
    marks_of(text, w, row, c);
    any = text[0] != '\0';
  }
  if (!any) return;
  sx_buf_add(w->out, ",{\"label\":{\"zh\":\"\",\"en\":\"\"},\"cells\":[");
  for (size_t c = 0; c < n; c++) {
    json_comma(w->out, c == 0);
    marks_of(text, w, row, c);
    const char *own = text[0] == ' ' ? text + 1 : text;
    sx_buf_add(w->out, "{\"text\":");
    study__text2_json(w->out, own, own);
    sx_buf_add_char(w->out, '}');
  }
  sx_buf_add(w->out, "]}");
}

static sx_status question(writer *w, const sx_banner_table *t, sx_error *err) {
  const bool many = w->book->n_tables > 1;
  w->table = t;
  study__bb_table(w->layout, w->book, t);
  w->indicator = sx_arena_printf(w->r->arena, "%s/%s", w->block->id, t->id);
  if (!w->indicator) return sx_error_memory(err);
  const sx_store_indicator words_of = {
      .id = w->indicator, .label = {t->title, t->title_en}, .base = {t->base.zh, t->base.en}, .unit = "", .scale = 1.0};
  SX_TRY(sx_store_put_indicator(w->r->store, &words_of, err));
  study__bw_words(w->words, &words_of);
  if (many) {
    json_comma(w->out, w->n_rows == 0);
    sx_buf_add(w->out, "{\"label\":");
    study__text2_json(w->out, t->title, t->title_en);
    sx_buf_add(w->out, ",\"cells\":[]}");
    w->n_rows++;
  }
  for (size_t k = 0; k < t->n_rows; k++) {
    SX_TRY(numbers(w, &t->row[k], many, err));
    letters(w, &t->row[k]);
  }
  return SX_OK;
}

static void heads(const writer *w, const sx_banner_columns *c) {
  sx_buf_add(w->out, "\"columns\":[");
  for (size_t k = 0; k < c->n_columns; k++) {
    json_comma(w->out, k == 0);
    sx_buf_reset(w->scratch);
    sx_banner_column_text(w->scratch, c, k, true);
    sx_buf_add(w->out, "{\"label\":{\"zh\":");
    sx_json_string(w->out, w->scratch->data ? w->scratch->data : "");
    sx_buf_reset(w->scratch);
    sx_banner_column_text(w->scratch, c, k, false);
    sx_buf_add(w->out, ",\"en\":");
    sx_json_string(w->out, w->scratch->data ? w->scratch->data : "");
    sx_buf_add(w->out, "}}");
  }
  sx_buf_printf(w->out, "],\"errors\":%s,\"bases\":false,", w->book->show_se ? "true" : "false");
}

/* Why there are no arrows, where the series breaks. */
static void find_breaks(writer *w) {
  for (size_t k = 0; w->waves && k < w->book->n_tables; k++) {
    const sx_banner_table *t = &w->book->table[k];
    for (size_t i = 0; i < t->n_rows; i++)
      for (size_t c = 0; c < t->columns->n_columns && w->n_breaks < MAX_BREAKS; c++) {
        const sx_text2 *why = broken_cell(w, t, &t->row[i], c);
        bool known = !why;
        for (size_t b = 0; b < w->n_breaks; b++) known = known || w->breaks[b] == why;
        if (!known) w->breaks[w->n_breaks++] = why;
      }
  }
}

static void break_words(sx_buf *out, const writer *w, bool en) {
  for (size_t b = 0; b < w->n_breaks; b++)
    sx_buf_printf(out, en ? "Series breaks, no arrow against the earlier wave: %s. " : "与上期口径不同，不标箭头：%s。",
                  en ? w->breaks[b]->en : w->breaks[b]->zh);
}

static void remark(const writer *w) {
  const sx_node *own = sx_node_get(w->block->node, "note");
  if (!own && w->n_breaks == 0) return;
  sx_buf_add(w->out, ",\"remark\":{");
  for (int en = 0; en < 2; en++) {
    const sx_node *of = own && own->kind == SX_NODE_MAP ? sx_node_get(own, en ? "en" : "zh") : own;
    sx_buf_reset(w->scratch);
    if (of && of->kind == SX_NODE_SCALAR) sx_buf_printf(w->scratch, "%s%s", of->text, w->n_breaks ? " " : "");
    break_words(w->scratch, w, en);
    sx_buf_add(w->out, en ? ",\"en\":" : "\"zh\":");
    sx_json_string(w->out, w->scratch->data ? w->scratch->data : "");
  }
  sx_buf_add_char(w->out, '}');
}

/* A note that a table above has too; that nobody answered is said of each by its name. */
static bool said_before(const sx_banner_book *book, size_t table, const char *note) {
  for (size_t k = 0; k < table && book->table[table].n_cases > 0; k++)
    for (size_t j = 0; j < book->table[k].n_notes; j++)
      if (strcmp(book->table[k].note[j].en, note) == 0) return true;
  return false;
}

/* The study's own note, the bases, what is to be said of the tables, the legend. */
static sx_status note(const writer *w, sx_error *err) {
  const sx_node *own = sx_node_get(w->block->node, "note");
  const char *text[2];
  for (int en = 0; en < 2; en++) {
    const sx_node *of = own && own->kind == SX_NODE_MAP ? sx_node_get(own, en ? "en" : "zh") : own;
    sx_buf_reset(w->scratch);
    if (of && of->kind == SX_NODE_SCALAR) sx_buf_printf(w->scratch, "%s ", of->text);
    break_words(w->scratch, w, en);
    for (size_t k = 0; k < w->book->n_tables; k++) {
      const sx_banner_table *t = &w->book->table[k];
      if (k == 0) sx_buf_printf(w->scratch, en ? "%s. " : "%s。", en ? t->base.en : t->base.zh);
      if (w->book->n_tables > 1 && t->n_cases == 0) /* of which of them */
        sx_buf_printf(w->scratch, en ? "%s: " : "%s：", en && t->title_en ? t->title_en : t->title);
      for (size_t j = 0; j < t->n_notes; j++)
        if (!said_before(w->book, k, t->note[j].en))
          sx_buf_printf(w->scratch, en ? "%s. " : "%s。", en ? t->note[j].en : t->note[j].zh);
    }
    sx_buf_add(w->scratch, en ? w->book->legend.en : w->book->legend.zh);
    SX_TRY(sx_buf_status(w->scratch, err));
    text[en] = sx_arena_strdup(w->r->arena, w->scratch->data);
    if (!text[en]) return sx_error_memory(err);
  }
  sx_buf_add(w->out, "\"note\":");
  study__text2_json(w->out, text[0], text[1]);
  sx_buf_add(w->out, ",\"note_counts\":true,");
  return SX_OK;
}

/* Behind the block, on lines of their own: who its cells are made of. */
static sx_status who(writer *w, sx_error *err) {
  const char *stats = w->request->stats;
  for (size_t k = 0; k < w->book->n_tables; k++) {
    const sx_banner_table *t = &w->book->table[k];
    const st_banner_place place = {sx_arena_printf(w->r->arena, "%s/%s", w->block->id, t->id), w->book->filter, t,
                                   w->request->n_top,
                                   stats && (strstr(stats, "row_pct") || strstr(stats, "total_pct"))};
    if (!place.indicator) return sx_error_memory(err);
    study__bw_who(w->out, &place);
  }
  return SX_OK;
}

static sx_status block_json(writer *w, sx_error *err) {
  static const char *const keys[] = {"id", "title", "source"};
  const sx_banner_book *book = w->book;
  for (size_t k = 0; k < book->n_tables; k++)
    if (book->table[k].columns != book->columns && book->n_tables > 1)
      return wrong(w->r->s, w->block->node, "a grid by its scale has columns of its own: give it a table of its own",
                   err);
  sx_buf_add_char(w->out, '{');
  for (size_t k = 0; k < 3; k++) {
    const sx_node *node = sx_node_get(w->block->node, keys[k]);
    if (!node && k != 1) continue;
    sx_buf_printf(w->out, "\"%s\":", keys[k]);
    if (node)
      sx_node_to_json(w->out, node);
    else
      study__text2_json(w->out, book->table[0].title, book->table[0].title_en);
    sx_buf_add_char(w->out, ',');
  }
  find_breaks(w);
  SX_TRY(note(w, err));
  heads(w, book->table[0].columns);
  study__bb_open(w->layout, book);
  sx_buf_add(w->out, "\"rows\":[");
  for (size_t k = 0; k < book->n_tables; k++) SX_TRY(question(w, &book->table[k], err));
  study__bb_close(w->layout);
  SX_TRY(sx_buf_status(w->layout, err));
  sx_buf_add_char(w->out, ']');
  if (study__banner_in(w->block) & ST_IN_BOOK) {
    sx_buf_add(w->out, ",\"book\":");
    sx_buf_add_n(w->out, w->layout->data, w->layout->n);
  }
  if (!(study__banner_in(w->block) & (ST_IN_REPORT | ST_IN_ANNEX))) sx_buf_add(w->out, ",\"hidden\":true");
  remark(w); /* `note` has the bases and the legend too */
  sx_buf_add_char(w->out, '}');
  sx_buf_add_char(w->out, '\n');
  SX_TRY(sx_buf_status(w->words, err));
  sx_buf_add_n(w->out, w->words->data, w->words->n);
  if (w->request->who) SX_TRY(who(w, err));
  return sx_buf_status(w->out, err);
}

/* ---- a table of a run ---------------------------------------------------------------------------------------------------------------------------- */

static void say_empty(st_run *r, const st_block *block, const sx_banner_book *book, const char *where) {
  for (size_t k = 0; k < book->n_tables; k++) {
    char text[SX_ERROR_MESSAGE_MAX];
    if (book->table[k].n_cases) continue;
    (void)snprintf(text, sizeof text, "'%s': no case has an answer%s%s: the table is empty", book->table[k].id,
                   where ? " where " : "", where ? where : "");
    study__say(r, SX_SEV_WARNING, block->id, text);
  }
}

sx_status study__banner_write(st_run *r, const st_banner_job *j, const sx_synth_model *model, sx_error *err) {
  const st_block *block = &r->s->blocks[j->step->index];
  sx_buf out, scratch, layout, words_of;
  SX_TRY(study__banner_words(j->book, r->s, model, err));
  if (j->before.table) SX_TRY(study__bw_legend(j->book, r->s, &j->request.sig, r->arena, err));
  say_empty(r, block, j->book, j->request.where);
  sx_buf_init(&out, &r->ctx);
  sx_buf_init(&scratch, &r->ctx);
  sx_buf_init(&layout, &r->ctx);
  sx_buf_init(&words_of, &r->ctx);
  writer w = {.r = r, .step = j->step->id, .block = block, .request = &j->request, .book = j->book};
  w.out = &out;
  w.scratch = &scratch;
  w.layout = &layout;
  w.words = &words_of;
  if (j->before.table) {
    w.waves = true;
    w.broken_where = study__bw_break_where(r->s, j->request.where);
  }
  sx_status st = block_json(&w, err);
  if (st == SX_OK) {
    r->banners[j->step->index] = sx_arena_strndup(r->arena, out.data, out.n);
    if (!r->banners[j->step->index]) st = sx_error_memory(err);
  }
  sx_buf_clear(&out);
  sx_buf_clear(&scratch);
  sx_buf_clear(&layout);
  sx_buf_clear(&words_of);
  return st;
}
