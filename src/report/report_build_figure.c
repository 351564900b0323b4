/* report_build_figure.c: a figure block into nodes: caption, what is drawn and its words, the data behind it, note and source. */
#include <math.h>
#include <string.h>

#include "report_figure.h"

/* ---- what is drawn, as data -------------------------------------------------------------------------------------- */

/* Numbers of the figure as nodes that stand below no other. */
static const sx_document_node *loose_number(sx_figure *f, const sx_bound *bound, const sx_spec *spec, bool bare) {
  sx_page *page = f->page;
  sx_document_node *const at = page->at, *const holder = sx_tree__detached(page, SX_DOC_RUN);
  if (page->failed) return NULL;
  page->at = holder;
  sx_tree__cell_number(page, bound, &f->format, spec, bare);
  page->at = at;
  return page->failed ? NULL : holder->first;
}

static void put_points(sx_figure *f) {
  const size_t n = f->chart.n_categories * f->chart.n_series;
  const bool bare = strcmp(f->spec.unit, "%") != 0;
  sx_document_point *points = sx_tree__payload(f->page, n, sizeof *points);
  for (size_t i = 0; points && i < n; i++) {
    const sx_chart_cell *c = &f->cells[i];
    const sx_spec spec = sx_report__figure_spec(f, i);
    points[i] = (sx_document_point){c->present, NULL, c->value, c->low, c->high, f->bounds[i].ci_level};
    if (c->present) points[i].node = loose_number(f, &f->bounds[i], &spec, bare);
  }
  f->drawn->points = points;
  if (f->chart.has_centre) f->drawn->centre = loose_number(f, &f->centre, &f->spec, bare);
}

static sx_document_figure *describe_figure(sx_figure *f) {
  sx_page *page = f->page;
  sx_document_figure *d = sx_tree__payload(page, 1, sizeof *d);
  sx_chart *chart = sx_tree__payload(page, 1, sizeof *chart);
  if (!d || !chart) return NULL;
  *chart = f->chart;
  *d = (sx_document_figure){.number = f->block->number,
                            .id = f->block->id,
                            .title = sx_tree__plain(page, sx_report__text(page, sx_node_get(f->block->root, "title"))),
                            .unit = sx_tree__clean(page, f->spec.unit, strlen(f->spec.unit)),
                            .chart = chart};
  f->drawn = d;
  put_points(f);
  return d;
}

static void put_drawing(sx_figure *f) {
  sx_document_node *drawing = sx_tree__add(f->page, SX_DOC_DRAWING);
  sx_buf words;
  sx_buf_init(&words, &f->page->ctx);
  sx_chart_text(&words, &f->chart);
  drawing->text = sx_tree__clean_buf(f->page, &words);
  drawing->as.figure = f->drawn;
  sx_buf_clear(&words);
}

static void put_unit(sx_figure *f) {
  const char *unit = f->spec.unit + (f->spec.unit[0] == ' ');
  if (!unit[0] || strcmp(unit, "%") == 0) return;
  (void)sx_tree__open(f->page, SX_DOC_UNIT_LINE);
  sx_tree__word(f->page, W_UNIT);
  sx_tree__text(f->page, unit, strlen(unit));
  sx_tree__close(f->page);
}

/* ---- the data behind the drawing --------------------------------------------------------------------------------- */

static void word_cell(sx_figure *f, sx_word word, size_t column) {
  (void)sx_tree__cell(f->page, SX_DOC_SCOPE_COLUMN, column ? SX_DOC_ALIGN_END : SX_DOC_ALIGN_START, column, 1);
  sx_tree__word(f->page, word);
  sx_tree__close(f->page);
}

static void put_data_head(sx_figure *f) {
  sx_page *page = f->page;
  sx_tree__open(page, SX_DOC_ROW)->as.row.role = SX_DOC_ROW_HEAD;
  word_cell(f, W_ITEM, 0);
  (void)sx_tree__cell(f->page, SX_DOC_SCOPE_COLUMN, SX_DOC_ALIGN_END, 1, 1);
  sx_tree__word(page, W_ESTIMATE);
  if (f->spec.unit[0]) {
    const char *unit = f->spec.unit + (f->spec.unit[0] == ' ');
    sx_tree__word(page, W_OPEN);
    sx_tree__text(page, unit, strlen(unit));
    sx_tree__word(page, W_CLOSE);
  }
  sx_tree__close(page);
  word_cell(f, W_SE, 2);
  (void)sx_tree__cell(f->page, SX_DOC_SCOPE_COLUMNS, SX_DOC_ALIGN_END, 3, 2);
  sx_tree__interval_name(page, f->ci_level, W_INTERVAL);
  sx_tree__close(page);
  word_cell(f, W_BASE, 5);
  sx_tree__close(page);
}

static void put_cell(sx_figure *f, size_t column, const sx_bound *bound, const char *field, double value,
                     const sx_spec *spec) {
  (void)sx_tree__cell(f->page, SX_DOC_SCOPE_NONE, SX_DOC_ALIGN_END, column, 1);
  if (isnan(value) && column == 1 && bound->suppressed)
    sx_tree__cell_number(f->page, bound, &f->format, spec, true);
  else if (!isnan(value) || column == 1)
    (void)sx_tree__field(f->page, bound, field, value, spec);
  if (column == 1) sx_tree__unreliable(f->page, bound);
  sx_tree__close(f->page);
}

static void put_data_row(sx_figure *f, size_t i, const sx_spec *finer) {
  sx_page *page = f->page;
  const char *category = f->chart.categories[i / f->chart.n_series], *series = f->chart.series[i % f->chart.n_series];
  const sx_bound *b = &f->bounds[i];
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  sx_spec plain, unsigned_spec = *finer;
  unsigned_spec.sign = 0;
  if (f->format.automatic) sx_report__spec_shows(&unsigned_spec, b->se, SX_SHOWS_ALWAYS);
  sx_report__page_spec(&plain, &count, 0, page);
  plain.group_from_four = true; /* alike down the column */
  sx_tree__open(page, SX_DOC_ROW)->as.row.role = SX_DOC_ROW_BODY;
  (void)sx_tree__cell(f->page, SX_DOC_SCOPE_ROW, SX_DOC_ALIGN_START, 0, 1);
  sx_tree__text(page, category, strlen(category));
  if (f->chart.n_series > 1) {
    sx_tree__text(page, " · ", strlen(" · "));
    sx_tree__text(page, series, strlen(series));
  }
  sx_tree__close(page);
  put_cell(f, 1, b, "", f->cells[i].value, finer);
  put_cell(f, 2, b, "se", b->main ? b->se : (double)NAN, &unsigned_spec);
  put_cell(f, 3, b, "low", f->cells[i].low, finer);
  put_cell(f, 4, b, "high", f->cells[i].high, finer);
  put_cell(f, 5, b, "n", b->n >= 0 ? (double)b->n : (double)NAN, &plain);
  sx_tree__close(page);
}

static void put_data(sx_figure *f) {
  sx_page *page = f->page;
  sx_document_node *node = sx_tree__open(page, SX_DOC_TABLE);
  sx_document_table *table = sx_tree__payload(page, 1, sizeof *table);
  sx_spec finer = f->spec;
  if (!table) return;
  if (finer.decimals) finer.decimals++;
  *table = (sx_document_table){.role = SX_DOC_TABLE_DATA,
                               .id = f->block->id,
                               .title = sx_report__w(page, W_DATA),
                               .n_rows = 1,
                               .n_head_rows = 1,
                               .n_columns = 6};
  node->as.table = table;
  put_data_head(f);
  for (size_t i = 0; i < f->chart.n_categories * f->chart.n_series; i++) {
    if (!f->cells[i].present) continue;
    table->n_rows++;
    put_data_row(f, i, &finer);
  }
  sx_tree__close(page);
}

/* ---- the figure -------------------------------------------------------------------------------------------------- */

/* What the intervals of a drawing are. */
static sx_word interval_note(sx_chart_type type) {
  switch (type) {
  case SX_CHART_LINES:
    return W_BAND_NOTE;
  case SX_CHART_SHARES:
    return W_LIST_NOTE;
  case SX_CHART_STACKED:
  case SX_CHART_LIKERT:
  case SX_CHART_HEAT:
  case SX_CHART_TILES:
    return W_SMALL_NOTE;
  case SX_CHART_BARS:
  case SX_CHART_GROUPED:
  case SX_CHART_DOTS:
  case SX_CHART_WATERFALL:
  case SX_CHART_TORNADO:
  case SX_CHART_SLOPES:
  case SX_CHART_TYPES:
    break;
  }
  return W_WHISKER_NOTE;
}

/* What the signs that stand for a number mean. */
static void add_signs(sx_buf *out, const sx_figure *f) {
  const bool shorthand = f->page->style.missing == SX_STYLE_MISSING_SHORTHAND;
  bool held_back = false, missing = false, no_error = false;
  for (size_t i = 0; i < f->chart.n_categories * f->chart.n_series; i++) {
    const bool sign = f->cells[i].present && isnan(f->cells[i].value);
    held_back = held_back || (sign && f->bounds[i].suppressed);
    missing = missing || (sign && !f->bounds[i].suppressed);
    no_error = no_error || (f->chart.interval && f->bounds[i].no_error);
  }
  const char *const notes[] = {held_back ? sx_report__w(f->page, shorthand ? W_SUPPRESSED_SHORT : W_SUPPRESSED_NOTE)
                                         : "",
                               missing && shorthand ? sx_report__w(f->page, W_MISSING_SHORT) : "",
                               no_error ? sx_report__w(f->page, W_NO_ERROR_NOTE) : ""};
  for (size_t i = 0; i < 3; i++) {
    if (*notes[i] && out->n && f->page->lang == SX_LANG_EN) sx_buf_add_char(out, ' ');
    sx_buf_add(out, notes[i]);
  }
}

enum { NAMES_MAX = 6 };

/* Which values are of low reliability, by name: a label may have no room, and the charts of office programs have none for a sign. */
static void put_names(sx_buf *out, const sx_figure *f) {
  const bool english = f->page->lang == SX_LANG_EN;
  size_t n = 0;
  for (size_t i = 0; i < f->chart.n_categories * f->chart.n_series; i++) {
    const char *series = f->chart.series[i % f->chart.n_series];
    if (!f->cells[i].present || !sx_report__is_unreliable(f->page, &f->bounds[i])) continue;
    if (n++ >= NAMES_MAX) continue;
    sx_buf_add(out, n > 1 ? english ? ", " : "、" : english ? " (" : "（");
    sx_buf_printf(out, "%s%s%s", f->chart.categories[i / f->chart.n_series], *series ? " · " : "", series);
  }
  if (n > NAMES_MAX) sx_buf_add(out, english ? " and others" : "等");
  if (n) sx_buf_add(out, english ? ")" : "）");
}

/* Whether an office program draws them: as lines at bars and points, in no stacks, opinions, waterfalls and shades. */
static bool has_lines(sx_chart_type type) {
  return type == SX_CHART_BARS || type == SX_CHART_GROUPED || type == SX_CHART_DOTS || type == SX_CHART_LINES ||
         type == SX_CHART_SLOPES;
}

static void put_foot(sx_figure *f) {
  sx_buf intervals, native, extra, names;
  sx_buf *const all[] = {&intervals, &native, &extra, &names};
  bool failed = false;
  for (size_t i = 0; i < 4; i++) {
    sx_buf_init(all[i], &f->page->ctx);
    sx_buf_add(all[i], "");
  }
  if (f->chart.n_categories && f->chart.interval && !(f->chart.type == SX_CHART_SHARES && f->chart.n_series > 1)) {
    sx_report__interval_name(&intervals, f->page, f->ci_level, interval_note(f->chart.type));
    if (has_lines(f->chart.type)) sx_report__interval_name(&native, f->page, f->ci_level, W_WHISKER_NOTE);
  }
  add_signs(&extra, f);
  put_names(&names, f);
  if (names.n && !extra.failed) {
    sx_report__unreliable_note(&extra, f->page);
    extra.n -= f->page->lang == SX_LANG_EN ? 1 : strlen("。"); /* the names come before it */
    extra.data[extra.n] = '\0';
  }
  const bool blank = intervals.n && extra.n && f->page->lang == SX_LANG_EN;
  const char *more = blank ? sx_arena_printf(f->page->arena, " %s", extra.data) : extra.data;
  for (size_t i = 0; i < 4; i++) failed = failed || all[i]->failed;
  if (failed || !more)
    f->page->failed = true;
  else
    sx_report__build_foot(f->page, f->block, &(sx_foot){intervals.data, native.data, more, names.data});
  for (size_t i = 0; i < 4; i++) sx_buf_clear(all[i]);
}

sx_status sx_report__build_figure(sx_page *page, sx_block *block, sx_error *err) {
  sx_figure f = {.page = page, .block = block, .ci_level = 0.95};
  SX_TRY(sx_report__load_figure(&f, err));
  block->node = sx_tree__open(page, SX_DOC_FIGURE);
  block->node->anchor = sx_tree__name(page, "f", block->number);
  block->node->as.figure = describe_figure(&f);
  sx_report__build_caption(page, block);
  if (!f.chart.n_categories) {
    (void)sx_tree__open(page, SX_DOC_EMPTY);
    sx_tree__word(page, W_EMPTY_FIGURE);
    sx_tree__close(page);
  } else {
    put_unit(&f);
    put_drawing(&f);
    put_data(&f);
  }
  put_foot(&f);
  sx_tree__close(page);
  return sx_tree__status(page, err);
}
