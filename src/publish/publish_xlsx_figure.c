/* publish_xlsx_figure.c: a figure of the report as a sheet: its values with their intervals as a table, and beside it a chart of Excel's own over
 * those cells (heat tables and tiles: shaded cells, publish_xlsx_shades.c). Intervals are drawn from two columns of formulas, what the upper end lies
 * above and the lower end below; a waterfall's floating columns are formulas over its steps, what opinions are drawn from stands in
 * publish_xlsx_opinions.c. */
#include <math.h>
#include <string.h>

#include "publish_package.h"
#include "publish_xlsx.h"
#include "shuxiao/draw_chart.h"

enum {
  STUB = 30,
  OTHERS = 13,
  MARKS = 30,
  PAGE = 130,
  SPREAD = 190
}; /* characters: widths of columns, of what is seen at once, of a page
* that is printed at two thirds of its size */

typedef struct fig {
  xl *x;
  const sx_document_figure *f;
  const sx_chart *c;
  size_t sheet, head, n_out; /* head: row of the heads */
  size_t series_at, each;    /* first column of series 0; columns per series */
  bool intervals, crosses;   /* crosses: the steps of a waterfall lead below zero */
  size_t n_floats;           /* columns that a waterfall's columns float by; 0: not one */
  size_t n_sides;            /* columns that opinions are drawn from; 0: none */
  bool marks;                /* a column more, right of them all: what is to be said of the values of a row */
  xl_shape shape;            /* of all values */
  bool shaped;
  const char **heads;
} fig;

/* What the columns of a waterfall are made of. Excel stacks what is above zero upwards and what is below it downwards, each from zero, so a step that
 * crosses zero has a part on either side, held up (or down) by a part that is not drawn. Formulas: o the end before, n the end, v the value. */
typedef struct float_part {
  const char *words[2];
  const char *step, *whole;
  bool below;    /* under zero */
  size_t colour; /* as the report draws them: blue rises, orange falls, grey levels; 0: not drawn */
} float_part;
static const float_part floats[] = {{{"累计", "end"}, "o+v", "v", false, 0},
                                    {{"起点", "base"}, "MAX(0,MIN(o,n))", "0*v", false, 0},
                                    {{"起点（零下）", "base below zero"}, "MIN(0,MAX(o,n))", "0*v", true, 0},
                                    {{"水平", "level"}, "0*v", "v", false, 7},
                                    {{"增加", "rise"}, "MAX(MAX(n,0)-MAX(o,0),0)", "0*v", false, 1},
                                    {{"增加（零下）", "rise below zero"}, "MIN(MIN(o,0)-MIN(n,0),0)", "0*v", true, 1},
                                    {{"减少", "fall"}, "MAX(MAX(o,0)-MAX(n,0),0)", "0*v", false, 2},
                                    {{"减少（零下）", "fall below zero"}, "MIN(MIN(n,0)-MIN(o,0),0)", "0*v", true, 2}};
enum { N_FLOATS = sizeof floats / sizeof *floats };

static const sx_document_point *point_at(const fig *g, size_t category, size_t series) {
  return &g->f->points[category * g->c->n_series + series];
}

static bool is_whole(const fig *g, size_t category) {
  return g->c->whole && g->c->whole[category];
}

/* Characters across the table. */
static double breadth(const fig *g) {
  return STUB + OTHERS * (double)(g->n_out - 1) + (g->marks ? MARKS : 0);
}

static xl_place place_of(const fig *g) {
  double shaded;
  const bool any = sx_publish__shaded_columns(&shaded, g->c) > 0, below = any && breadth(g) + shaded > SPREAD;
  return (xl_place){.sheet = g->sheet,
                    .head = g->head,
                    .series_at = g->series_at,
                    .each = g->each,
                    .shade_row = below ? g->head + g->c->n_categories + 2 : g->head,
                    .shade_column = below ? 0 : g->n_out + g->marks + 1,
                    .below = below,
                    .shape = g->shape};
}

static bool has_intervals(const fig *g) {
  for (size_t i = 0; g->c->interval && i < g->c->n_categories * g->c->n_series; i++) {
    if (isfinite(g->f->points[i].low) && isfinite(g->f->points[i].high)) return true;
  }
  return false;
}

/* Whether the chart draws them, from two columns of differences: shades have their table alone. */
static bool shows_intervals(sx_chart_type type) {
  return type != SX_CHART_HEAT && type != SX_CHART_TILES;
}

/* A waterfall whose steps are all known floats. */
static void find_floats(fig *g) {
  double end = 0;
  if (g->c->type != SX_CHART_WATERFALL || g->c->n_series != 1) return;
  for (size_t i = 0; i < g->c->n_categories; i++) {
    const double value = g->f->points[i].value;
    if (!g->f->points[i].present || !isfinite(value)) return;
    end = is_whole(g, i) ? value : end + value;
    if (end < 0) g->crosses = true;
  }
  for (size_t k = 0; k < N_FLOATS; k++) g->n_floats += g->crosses || !floats[k].below;
}

/* ---- cells ------------------------------------------------------------------------------------------------------------- */

static sx_status put_difference(fig *g, size_t row, size_t column, size_t from, size_t to, double value,
                                sx_error *err) {
  sx_buf formula;
  sx_buf_init(&formula, &g->x->run.ctx);
  sx_buf_add_char(&formula, '=');
  sx_publish__cell_name(&formula, row, from, false);
  sx_buf_add_char(&formula, '-');
  sx_publish__cell_name(&formula, row, to, false);
  const sx_status status = sx_buf_status(&formula, err);
  pub_style style = g->shape.style;
  style.soft = true;
  if (status == SX_OK) sx_publish__cell_formula(g->x->book, g->sheet, row, column, formula.data, value, NULL, &style);
  sx_buf_clear(&formula);
  return status;
}

static sx_status put_point(fig *g, size_t row, size_t column, const sx_document_point *p, unsigned *symbols,
                           sx_buf *marks, sx_error *err) {
  if (!p->present || !p->node) return SX_OK;
  const sx_document_number *number = p->node->as.number;
  SX_TRY(sx_publish__put_number(g->x, g->sheet, row, column, number, XL_MAIN, symbols, marks, err));
  if (!g->intervals || !isfinite(p->low) || !isfinite(p->high) || !isfinite(p->value)) return SX_OK;
  xl_shape shape;
  sx_publish__shape(&shape, number);
  SX_TRY(sx_publish__put_traced(g->x, g->sheet, row, column + 1, p->low * shape.factor, &shape, number->result, "low",
                                err));
  SX_TRY(sx_publish__put_traced(g->x, g->sheet, row, column + 2, p->high * shape.factor, &shape, number->result, "high",
                                err));
  if (g->each == 3) return SX_OK;
  SX_TRY(put_difference(g, row, column + 3, column, column + 1, (p->value - p->low) * shape.factor, err));
  return put_difference(g, row, column + 4, column + 2, column, (p->high - p->value) * shape.factor, err);
}

/* What the formula of a part gives. */
static double float_gives(size_t part, bool whole, double o, double n, double v) {
  if (part == 0) return n;
  if (whole) return part == 3 ? v : 0;
  switch (part) {
  case 1:
    return fmax(0, fmin(o, n));
  case 2:
    return fmin(0, fmax(o, n));
  case 4:
    return fmax(fmax(n, 0) - fmax(o, 0), 0);
  case 5:
    return fmin(fmin(o, 0) - fmin(n, 0), 0);
  case 6:
    return fmax(fmax(o, 0) - fmax(n, 0), 0);
  case 7:
    return fmin(fmin(n, 0) - fmin(o, 0), 0);
  default:
    return 0;
  }
}

/* Formula of a part with the cells put in: step i in its row, its end in column `at`. */
static void float_formula(sx_buf *out, const fig *g, const char *text, size_t row, size_t at, bool first) {
  sx_buf_add_char(out, '=');
  for (const char *t = text; *t; t++) {
    if (*t == 'o' && first)
      sx_buf_add_char(out, '0');
    else if (*t == 'o')
      sx_publish__cell_name(out, row - 1, at, false);
    else if (*t == 'n')
      sx_publish__cell_name(out, row, at, false);
    else if (*t == 'v')
      sx_publish__cell_name(out, row, g->series_at, false);
    else
      sx_buf_add_char(out, *t);
  }
}

static sx_status put_float(fig *g, size_t i, double *end, sx_error *err) {
  const size_t row = g->head + 1 + i, at = g->n_out - g->n_floats;
  const bool whole = is_whole(g, i);
  const double value = point_at(g, i, 0)->value * g->shape.factor, before = *end,
               after = whole ? value : before + value;
  pub_style style = g->shape.style;
  style.soft = true;
  sx_buf formula;
  sx_buf_init(&formula, &g->x->run.ctx);
  sx_status status = SX_OK;
  for (size_t k = 0, column = at; k < N_FLOATS && status == SX_OK; k++) {
    if (floats[k].below && !g->crosses) continue;
    sx_buf_reset(&formula);
    float_formula(&formula, g, whole ? floats[k].whole : floats[k].step, row, at, i == 0);
    status = sx_buf_status(&formula, err);
    if (status == SX_OK)
      sx_publish__cell_formula(g->x->book, g->sheet, row, column++, formula.data,
                               float_gives(k, whole, before, after, value), NULL, &style);
  }
  sx_buf_clear(&formula);
  *end = after;
  return status;
}

/* The values of a category, and what is to be said of them, by series. */
static sx_status put_values(fig *g, size_t i, unsigned *symbols, sx_error *err) {
  const size_t row = g->head + 1 + i;
  sx_buf all, own;
  sx_status status = SX_OK;
  sx_buf_init(&all, &g->x->run.ctx);
  sx_buf_init(&own, &g->x->run.ctx);
  for (size_t k = 0; k < g->c->n_series && status == SX_OK; k++) {
    const char *series = g->c->series[k];
    sx_buf_reset(&own);
    status = put_point(g, row, g->series_at + k * g->each, point_at(g, i, k), symbols, &own, err);
    if (own.n) sx_buf_printf(&all, "%s%s%s%.*s", all.n ? "; " : "", series, *series ? ": " : "", (int)own.n, own.data);
  }
  if (status == SX_OK) status = sx_buf_status(&own, err);
  if (status == SX_OK) status = sx_buf_status(&all, err);
  if (status == SX_OK && g->marks && all.n)
    sx_publish__cell_text(g->x->book, g->sheet, row, g->n_out, all.data, &(pub_style){.top = true});
  sx_buf_clear(&all);
  sx_buf_clear(&own);
  return status;
}

static sx_status put_cells(fig *g, unsigned *symbols, sx_error *err) {
  double end = 0;
  for (size_t i = 0; i < g->c->n_categories; i++) {
    const pub_style style = {.wrap = true};
    sx_publish__put_wrapped(g->x, g->sheet, g->head + 1 + i, 0, g->c->categories[i], STUB, &style);
    SX_TRY(put_values(g, i, symbols, err));
    if (g->n_floats) SX_TRY(put_float(g, i, &end, err));
  }
  const xl_place at = place_of(g);
  return g->n_sides ? sx_publish__opinion_cells(g->x, g->f, &at, g->n_out - g->n_sides, err) : SX_OK;
}

/* ---- heads ------------------------------------------------------------------------------------------------------------- */

static sx_status make_heads(fig *g, sx_error *err) {
  static const char *const parts[][2] = {
      {"下限", "lower"}, {"上限", "upper"}, {"向下", "downwards"}, {"向上", "upwards"}};
  xl *x = g->x;
  g->n_out = 1 + g->c->n_series * g->each + g->n_floats + g->n_sides;
  g->heads = sx_arena_zalloc(x->arena, g->n_out + 1, sizeof *g->heads);
  if (!g->heads) return sx_error_memory(err);
  const char *unit = g->f->unit && *g->f->unit ? g->f->unit : "";
  size_t n = 0;
  g->heads[n++] = sx_publish__say(x, "类别", "Category");
  for (size_t k = 0; k < g->c->n_series; k++) {
    const char *name = g->c->series[k] && *g->c->series[k] ? g->c->series[k] : sx_publish__say(x, "估计值", "Estimate");
    g->heads[n++] =
        *unit ? sx_arena_printf(x->arena, x->lang == SX_LANG_ZH ? "%s（%s）" : "%s (%s)", name, unit) : name;
    for (size_t i = 0; i + 1 < g->each; i++)
      g->heads[n++] = sx_arena_printf(x->arena, "%s: %s", name, parts[i][x->lang]);
  }
  for (size_t i = 0; g->n_floats && i < N_FLOATS; i++) {
    if (g->crosses || !floats[i].below) g->heads[n++] = floats[i].words[x->lang];
  }
  for (size_t i = 0; i < n; i++) {
    if (!g->heads[i]) return sx_error_memory(err);
  }
  if (g->n_sides) SX_TRY(sx_publish__opinion_heads(g->heads + n, x, g->c, err));
  n += g->n_sides;
  if (g->marks) g->heads[n++] = sx_publish__say(x, "标记", "Marks");
  return sx_publish__unique_heads(g->heads, n, x->arena) ? SX_OK : sx_error_memory(err);
}

/* ---- the chart --------------------------------------------------------------------------------------------------------- */

static pub_range column_range(const fig *g, size_t column) {
  return (pub_range){g->sheet, g->head + 1, column, g->c->n_categories};
}

static void value_series(const fig *g, pub_series *out, bool marks_only) {
  for (size_t k = 0; k < g->c->n_series; k++) {
    const size_t at = g->series_at + k * g->each;
    out[k] = (pub_series){.name = g->c->n_series > 1 || *g->c->series[k] ? g->c->series[k] : "",
                          .values = column_range(g, at),
                          .ink = g->c->n_ordered ? sx_chart_part_ink(g->c, k) : SX_INK_NONE,
                          .colour = g->c->type == SX_CHART_TORNADO && g->c->n_series > 1 ? 2 - k : 0, /* as drawn */
                          .marks_only = marks_only};
    if (g->intervals && g->c->type != SX_CHART_SHARES && g->c->type != SX_CHART_STACKED)
      out[k].minus = column_range(g, at + 3), out[k].plus = column_range(g, at + 4);
  }
}

/* One bar made of its categories: a series each. */
static void part_series(const fig *g, pub_series *out) {
  for (size_t i = 0; i < g->c->n_categories; i++)
    out[i] = (pub_series){.name = g->c->categories[i], .values = {g->sheet, g->head + 1 + i, g->series_at, 1}};
}

/* Every part but the end, which is a help for the others. */
static void float_series(const fig *g, pub_series *out) {
  const size_t at = g->n_out - g->n_floats;
  for (size_t k = 1, n = 0; k < N_FLOATS; k++) {
    if (floats[k].below && !g->crosses) continue;
    out[n] = (pub_series){.name = g->heads[at + 1 + n],
                          .values = column_range(g, at + 1 + n),
                          .hidden = floats[k].colour == 0,
                          .unlisted = floats[k].below,
                          .colour = floats[k].colour};
    n++;
  }
}

/* Which of Excel's charts it is; SIZE_MAX: none of them. */
static size_t native_kind(const fig *g) {
  switch (g->c->type) {
  case SX_CHART_BARS:
  case SX_CHART_GROUPED:
  case SX_CHART_TORNADO:
    return PUB_CHART_BARS;
  case SX_CHART_SHARES:
  case SX_CHART_STACKED:
  case SX_CHART_LIKERT:
    return PUB_CHART_STACKED;
  case SX_CHART_DOTS:
  case SX_CHART_LINES:
  case SX_CHART_SLOPES:
    return PUB_CHART_LINES;
  case SX_CHART_WATERFALL:
    return g->n_floats ? (size_t)PUB_CHART_COLUMNS_STACKED : SIZE_MAX;
  case SX_CHART_HEAT:
  case SX_CHART_TILES:
  case SX_CHART_TYPES:
    break;
  }
  return SIZE_MAX;
}

/* The axis of a waterfall is one of levels: its steps alone have a sign. */
static const char *axis_format(const fig *g) {
  const char *format = g->shape.style.number, *zero = strrchr(format, ';');
  return g->n_floats && format[0] == '+' && zero ? zero + 1 : format;
}

static sx_status put_chart(fig *g, const sx_document_node *node, sx_error *err) {
  xl *x = g->x;
  const sx_document_node *drawing = sx_document_child(node, SX_DOC_DRAWING);
  const size_t kind = native_kind(g);
  const bool one_bar = g->c->type == SX_CHART_SHARES && g->c->n_series == 1;
  if (kind == SIZE_MAX) return SX_OK;
  const size_t n = one_bar       ? g->c->n_categories
                   : g->n_floats ? g->n_floats - 1
                   : g->n_sides  ? sx_publish__opinion_series(g->c)
                                 : g->c->n_series;
  const xl_place at = place_of(g);
  pub_series *series = sx_arena_zalloc(x->arena, n + 1, sizeof *series);
  if (!series) return sx_error_memory(err);
  pub_chart chart = {.kind = (pub_chart_kind)kind,
                     .title = g->f->title && !x->untitled ? g->f->title : "",
                     .axis = g->f->unit && strcmp(g->f->unit, "%") != 0 ? g->f->unit : "",
                     .number = axis_format(g),
                     .words = drawing && drawing->text ? drawing->text : "",
                     .categories = one_bar ? (pub_range){g->sheet, g->head, g->series_at, 1} : column_range(g, 0),
                     .series = series,
                     .n_series = n,
                     .both_sides = g->n_sides > 0,
                     .overlapping = kind == PUB_CHART_STACKED || g->c->type == SX_CHART_TORNADO || g->n_floats,
                     .crossing = (double)NAN};
  if (one_bar)
    part_series(g, series);
  else if (g->n_floats)
    float_series(g, series);
  else if (g->n_sides)
    SX_TRY(sx_publish__opinion_parts(series, x, g->f, &at, g->n_out - g->n_sides, err));
  else
    value_series(g, series, g->c->type == SX_CHART_DOTS);
  if (g->c->type == SX_CHART_TORNADO && g->f->centre) chart.crossing = g->f->centre->as.number->value * g->shape.factor;
  sx_publish__chart_ends(&chart.low, &chart.high, g->f, g->shape.factor);
  if (g->n_floats && chart.low > 0) { /* said where the axis is named */
    const char *said = sx_publish__say(x, "纵轴有断开，不从零起", "axis broken, not from zero");
    chart.axis = *chart.axis
                     ? sx_arena_printf(x->arena, x->lang == SX_LANG_ZH ? "%s（%s）" : "%s (%s)", chart.axis, said)
                     : said;
    if (!chart.axis) return sx_error_memory(err);
  }
  SX_TRY(sx_publish__chart_labels(series, x->arena, g->f, one_bar, g->intervals, err));
  /* beside the table, or below one that is broader than a page: from the second column on, for the first is printed again on each page, a slice of the chart with it */
  const size_t beside = g->n_out + g->marks;
  const bool below = breadth(g) > PAGE;
  sx_publish__chart(x->book, g->sheet, below ? g->head + g->c->n_categories + 2 : g->head, below ? 1 : beside + 1,
                    &chart);
  return SX_OK;
}

/* ---- the sheet --------------------------------------------------------------------------------------------------------- */

static void find_shape(fig *g) {
  for (size_t i = 0; !g->shaped && i < g->c->n_categories * g->c->n_series; i++) {
    if (!g->f->points[i].present || !g->f->points[i].node) continue;
    sx_publish__shape(&g->shape, g->f->points[i].node->as.number);
    g->shaped = true;
  }
}

sx_status sx_publish__figure_sheet(xl *x, const sx_document_node *node, sx_error *err) {
  fig g = {.x = x, .f = node->as.figure, .c = node->as.figure->chart, .series_at = 1};
  const sx_document_node *caption = sx_document_child(node, SX_DOC_CAPTION);
  const char *word =
      caption && caption->as.caption.word ? caption->as.caption.word : sx_publish__say(x, "图", "Figure");
  const bool zh = x->lang == SX_LANG_ZH;
  unsigned symbols = 0;
  if (!g.c || !g.f->points) return SX_OK;
  find_shape(&g);
  if (!g.shaped || g.c->n_categories == 0) return SX_OK; /* the report says that it has no data */
  g.intervals = has_intervals(&g);
  g.each = !g.intervals ? 1 : shows_intervals(g.c->type) ? 5 : 3;
  find_floats(&g);
  g.n_sides = sx_publish__opinion_columns(g.c);
  const char *name = sx_arena_printf(x->arena, "%s%s%zu", word, zh ? "" : "_", g.f->number);
  const char *title =
      sx_arena_printf(x->arena, "%s%s%zu  %s", word, zh ? "" : " ", g.f->number, g.f->title ? g.f->title : "");
  const char *object = sx_arena_printf(x->arena, "figure_%s", g.f->id && *g.f->id ? g.f->id : "values");
  if (!name || !title || !object) return sx_error_memory(err);
  SX_TRY(sx_publish__symbols_of(&symbols, x, node, err));
  g.marks = symbols & 1u << PUB_SYMBOL_UNRELIABLE;
  SX_TRY(make_heads(&g, err));
  g.sheet = sx_publish__sheet(x->book, name);
  SX_TRY(sx_publish__entry(x, g.sheet, title, err));
  SX_TRY(sx_publish__above(&g.head, x, g.sheet, node, title, symbols, err));
  const pub_style head = {.bold = true, .wrap = true, .bottom = true};
  sx_publish__table(x->book, g.sheet, g.head, 0, g.c->n_categories, g.heads, g.n_out + g.marks, object, &head);
  SX_TRY(put_cells(&g, &symbols, err));
  double lines = 1;
  for (size_t i = 0; i < g.n_out; i++) lines = fmax(lines, sx_publish__lines(g.heads[i], i ? OTHERS : STUB));
  if (lines > 1) sx_publish__row_height(x->book, g.sheet, g.head, lines * PUB_LINE_POINTS);
  sx_publish__column_width(x->book, g.sheet, 0, 0, STUB);
  sx_publish__column_width(x->book, g.sheet, 1, g.n_out - 1, OTHERS);
  if (g.marks) sx_publish__column_width(x->book, g.sheet, g.n_out, g.n_out, MARKS);
  sx_publish__landscape(x->book, g.sheet);
  sx_publish__pages_wide(x->book, g.sheet, (size_t)ceil(breadth(&g) / SPREAD));
  SX_TRY(put_chart(&g, node, err));
  const xl_place at = place_of(&g);
  return sx_publish__shaded_cells(x, g.f, &at, err);
}

/* ---- a figure alone ---------------------------------------------------------------------------------------------------- */

static sx_status make_alone(sx_buf *book, xl *x, const sx_document_node *figure, sx_error *err) {
  SX_TRY(sx_arena_new(&x->run.arena, &x->run.ctx, err));
  x->arena = x->run.arena;
  SX_TRY(sx_publish__book_new(&x->book, &x->run.ctx, x->document->title, "", err));
  SX_TRY(sx_publish__figure_sheet(x, figure, err));
  if (!x->n_entries) return SX_OK; /* it has no data */
  SX_TRY(sx_publish__checks_sheet(x, err));
  return sx_publish__book_finish(book, x->book, err);
}

sx_status sx_publish__figure_book(sx_buf *book, sx_buf *chart, const sx_document *document,
                                  const sx_document_node *figure, sx_error *err) {
  xl x = {.run = {.ctx = document->ctx, .study = "", .wave = "", .version = ""},
          .lang = document->lang,
          .document = document,
          .symbols = sx_publish__symbols(SX_SYMBOLS_OF_LANGUAGE, document->lang),
          .untitled = true};
  sx_package parts;
  const size_t before = book->n;
  sx_publish__package_init(&parts, &document->ctx);
  sx_status status = make_alone(book, &x, figure, err);
  if (status == SX_OK && book->n > before)
    status = sx_publish__package_read(&parts, book->data + before, book->n - before, "workbook", err);
  const sx_package_part *made = status == SX_OK ? sx_publish__package_get(&parts, "xl/charts/chart1.xml") : NULL;
  if (made) sx_buf_add_n(chart, made->data, made->n);
  if (status == SX_OK) status = sx_buf_status(chart, err);
  sx_publish__package_clear(&parts);
  sx_dict_free(x.traced);
  sx_publish__book_free(x.book);
  sx_arena_free(x.run.arena);
  return status;
}
