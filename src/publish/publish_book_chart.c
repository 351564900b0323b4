/* publish_book_chart.c: charts of a workbook that Excel draws itself, and cells shaded by their values. */
#include <math.h>
#include <string.h>

#include "publish_book_priv.h"
#include "shuxiao/draw.h"

static void range_text(sx_buf *out, const pub_book *book, const pub_range *r) {
  sx_publish__cell_reference(out, book, r->sheet, r->row, r->column);
  sx_buf_add_char(out, ':');
  sx_publish__cell_name(out, r->row + r->n - 1, r->column, true);
}

/* The cells as a text of the arena; NULL: out of memory, which the book keeps. */
static const char *range_copy(pub_book *book, const pub_range *r) {
  sx_buf text;
  sx_buf_init(&text, &book->ctx);
  range_text(&text, book, r);
  const char *copy = text.failed ? NULL : sx_arena_strdup(book->arena, text.data);
  sx_buf_clear(&text);
  if (!copy) sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  return copy;
}

/* What the library leaves out of a series is put in at the end. */
static void keep_bars(pub_book *book, size_t series, const pub_series *from, lxw_color_t ink) {
  pub_bars kept = {.chart = book->n_charts, .series = series};
  if (from->plus.n && from->minus.n) {
    kept.plus = range_copy(book, &from->plus);
    kept.minus = range_copy(book, &from->minus);
    if (!kept.plus || !kept.minus) return;
  }
  if (from->shown) {
    pub_shown *shown = sx_arena_zalloc(book->arena, 1, sizeof *shown);
    const char *cells = range_copy(book, &from->shown_in);
    if (!shown || !cells) {
      sx_publish__book_fail(book, SX_E_MEMORY, "", "");
      return;
    }
    *shown = (pub_shown){cells, from->shown, from->label_hidden, from->values.n, ink};
    kept.shown = shown;
  }
  if (!kept.plus && !kept.shown) return;
  void *bars = book->bars;
  const bool grown = sx_mem_grow(&book->ctx, &bars, &book->cap_bars, book->n_bars + 1, sizeof *book->bars);
  book->bars = bars;
  if (grown)
    book->bars[book->n_bars++] = kept;
  else
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
}

enum {
  BAR_GAP = 50, /* of a bar's height between bars: those of many categories are then as high as the labels in them */
  NAME_CHARACTERS = 48, /* of a series in the legend: its whole name is in the table and in the chart's words */
};

/* Okabe and Ito's colours, told apart by the colour-blind; their greys differ as well. */
static const lxw_color_t colours[] = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x595959, 0xF0E442};

static lxw_color_t colour_of(const pub_series *from, size_t i) {
  if (from->ink) return sx_ink_rgb((sx_ink)from->ink);
  return colours[(from->colour ? from->colour - 1 : i) % (sizeof colours / sizeof *colours)];
}

static void style_series(const pub_chart *chart, const pub_series *from, lxw_chart_series *series, size_t i) {
  const lxw_color_t colour = colour_of(from, i);
  lxw_chart_fill fill = {.color = colour}, none = {.none = LXW_TRUE};
  lxw_chart_line line = {.color = colour, .width = 2}, no_line = {.none = LXW_TRUE};
  if (chart->kind == PUB_CHART_LINES) {
    chart_series_set_line(series, from->marks_only ? &no_line : &line);
    chart_series_set_marker_type(series, (uint8_t)(LXW_CHART_MARKER_SQUARE + i % 3));
    chart_series_set_marker_size(series, 7);
    chart_series_set_marker_fill(series, &fill);
    chart_series_set_marker_line(series, &(lxw_chart_line){.color = colour});
  } else {
    chart_series_set_fill(series, from->hidden ? &none : &fill);
    if (from->hidden) chart_series_set_line(series, &no_line);
  }
}

/* Black or white: what is read on the fill. */
static lxw_color_t label_ink(const pub_series *from, size_t i) {
  const lxw_color_t colour = colour_of(from, i);
  const bool inside = from->label == PUB_LABEL_BASE || from->label == PUB_LABEL_CENTRE;
  const bool dark = from->ink ? sx_ink_on((sx_ink)from->ink) == SX_INK_PAPER : colour == 0x0072B2 || colour == 0x595959;
  return inside && dark ? LXW_COLOR_WHITE : 0x1D2733;
}

/* The format without the sign: one that has no part for numbers below zero gets itself there. NULL: none, or out of memory. */
static const char *number_format(pub_book *book, const pub_chart *chart) {
  const char *format = chart->number && *chart->number ? chart->number : NULL;
  if (!format || !chart->both_sides || strchr(format, ';')) return format;
  format = sx_arena_printf(book->arena, "%s;%s", format, format);
  if (!format) sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  return format;
}

/* Values beside their marks, in the format of the axis. */
static void label_series(pub_book *book, const pub_chart *chart, const pub_series *from, lxw_chart_series *series,
                         size_t i) {
  static const uint8_t places[] = {LXW_CHART_LABEL_POSITION_DEFAULT, LXW_CHART_LABEL_POSITION_INSIDE_BASE,
                                   LXW_CHART_LABEL_POSITION_OUTSIDE_END, LXW_CHART_LABEL_POSITION_CENTER,
                                   LXW_CHART_LABEL_POSITION_RIGHT};
  const size_t n = from->values.n;
  const char *number = number_format(book, chart);
  if (from->label == PUB_LABEL_NONE || from->shown) return;
  lxw_chart_font font = {.size = 9, .bold = LXW_EXPLICIT_FALSE, .color = label_ink(from, i)};
  lxw_chart_data_label *made = sx_arena_zalloc(book->arena, n + 1, sizeof *made);
  lxw_chart_data_label **labels = sx_arena_zalloc(book->arena, n + 1, sizeof *labels);
  if (!made || !labels) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
    return;
  }
  chart_series_set_labels(series);
  chart_series_set_labels_options(series, from->label_name ? LXW_TRUE : LXW_FALSE, LXW_FALSE, LXW_TRUE);
  chart_series_set_labels_position(series, places[from->label]);
  if (from->label_name) chart_series_set_labels_separator(series, LXW_CHART_LABEL_SEPARATOR_SPACE);
  if (number) chart_series_set_labels_num_format(series, number);
  chart_series_set_labels_font(series, &font);
  for (size_t k = 0; from->label_hidden && k < n; k++) {
    made[k].hide = from->label_hidden[k] ? LXW_TRUE : LXW_FALSE;
    labels[k] = &made[k];
  }
  if (from->label_hidden)
    sx_publish__book_check(book, chart_series_set_labels_custom(series, labels), "labels of a chart");
}

/* Bytes of the first `characters` of a text. */
static size_t bytes_of(const char *text, size_t characters) {
  size_t at = 0, n = 0;
  for (; text[at] && n <= characters; at++) {
    n += ((unsigned char)text[at] & 0xC0u) != 0x80u;
    if (n > characters) break;
  }
  return at;
}

/* A long name keeps its beginning and its end, which tell long names apart. */
static void put_name(sx_buf *out, const char *name) {
  sx_buf whole;
  sx_buf_init(&whole, out->ctx);
  sx_buf_add(&whole, "");
  (void)sx_publish__book_clean(&whole, name, SIZE_MAX, false);
  size_t n = 0;
  for (size_t i = 0; i < whole.n; i++) n += ((unsigned char)whole.data[i] & 0xC0u) != 0x80u;
  const size_t head = NAME_CHARACTERS * 2 / 3, tail = NAME_CHARACTERS - head - 1;
  if (n > NAME_CHARACTERS) {
    sx_buf_add_n(out, whole.data, bytes_of(whole.data, head));
    sx_buf_add(out, "\xE2\x80\xA6");
    sx_buf_add(out, whole.data + bytes_of(whole.data, n - tail));
  } else {
    sx_buf_add_n(out, whole.data, whole.n);
  }
  out->failed = out->failed || whole.failed;
  sx_buf_clear(&whole);
}

static bool add_series(pub_book *book, lxw_chart *made, const pub_chart *chart, size_t i) {
  const pub_series *from = &chart->series[i];
  sx_buf values, categories, name;
  sx_buf_init(&values, &book->ctx);
  sx_buf_init(&categories, &book->ctx);
  sx_buf_init(&name, &book->ctx);
  sx_buf_add_char(&values, '=');
  range_text(&values, book, &from->values);
  sx_buf_add_char(&categories, '=');
  range_text(&categories, book, &chart->categories);
  if (from->name && (from->name[0] == '=')) sx_buf_add_char(&name, ' '); /* a name is no formula */
  put_name(&name, from->name ? from->name : "");
  lxw_chart_series *series = NULL;
  if (!values.failed && !categories.failed && !name.failed)
    series = chart_add_series(made, categories.data, values.data);
  if (series) {
    if (name.n) chart_series_set_name(series, name.data);
    style_series(chart, from, series, i);
    label_series(book, chart, from, series, i);
    keep_bars(book, i, from, label_ink(from, i));
  }
  sx_buf_clear(&values);
  sx_buf_clear(&categories);
  sx_buf_clear(&name);
  return series != NULL;
}

/* The library turns bars by exchanging the axes: their values run along x. */
static lxw_chart_axis *value_axis(lxw_chart *made, const pub_chart *chart) {
  return chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED ? made->x_axis : made->y_axis;
}

static lxw_chart_axis *category_axis(lxw_chart *made, const pub_chart *chart) {
  return chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED ? made->y_axis : made->x_axis;
}

static void title_and_axes(pub_book *book, lxw_chart *made, const pub_chart *chart) {
  sx_buf title, axis;
  sx_buf_init(&title, &book->ctx);
  sx_buf_init(&axis, &book->ctx);
  if (chart->title[0] == '=') sx_buf_add_char(&title, ' ');
  if (chart->axis[0] == '=') sx_buf_add_char(&axis, ' ');
  if (sx_publish__book_clean(&title, chart->title, 250, false) &&
      sx_publish__book_clean(&axis, chart->axis, 100, false)) {
    lxw_chart_font font = {.size = 12, .bold = LXW_EXPLICIT_FALSE}, small = {.size = 9, .bold = LXW_EXPLICIT_FALSE};
    if (title.n) {
      chart_title_set_name(made, title.data);
      chart_title_set_name_font(made, &font);
    } else {
      chart_title_off(made);
    }
    if (axis.n) {
      chart_axis_set_name(value_axis(made, chart), axis.data);
      chart_axis_set_name_font(value_axis(made, chart), &small);
    }
  } else {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  }
  const char *number = number_format(book, chart);
  if (number) chart_axis_set_num_format(value_axis(made, chart), number);
  sx_buf_clear(&title);
  sx_buf_clear(&axis);
}

/* The library keeps 2079 bytes of a description, even of half a character: what is longer ends behind a whole item ("A: 1; B: 2 ..."). */
static void shorten(sx_buf *words) {
  const size_t max = LXW_MAX_ATTRIBUTE_LENGTH - 1 - strlen("\xE2\x80\xA6");
  if (words->n <= max) return;
  size_t end = sx_utf8_cut(words->data, words->n, max);
  for (size_t at = end; at > 3; at--) {
    const bool item = words->data[at - 1] == ';' || memcmp(words->data + at - 3, "\xEF\xBC\x9B", 3) == 0;
    if (!item) continue;
    end = at;
    break;
  }
  words->n = end;
  sx_buf_add(words, "\xE2\x80\xA6");
}

static void place_chart(pub_book *book, lxw_worksheet *s, size_t row, size_t column, lxw_chart *made,
                        const pub_chart *chart) {
  sx_buf words;
  sx_buf_init(&words, &book->ctx);
  const bool bars = chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED;
  const double height =
      bars ? fmin(900, fmax(260, 110 + 24.0 * (double)(chart->categories.n *
                                                       (chart->overlapping || chart->kind == PUB_CHART_STACKED
                                                            ? 1
                                                            : chart->n_series))))
           : 320;
  if (sx_publish__book_clean(&words, chart->words ? chart->words : chart->title, SIZE_MAX, false)) {
    shorten(&words);
    /* off the edge of its column: a column that is printed again on each page has no line of the chart's frame */
    lxw_chart_options options = {
        .x_offset = 8, .x_scale = 640.0 / 480.0, .y_scale = height / 288.0, .description = words.data};
    sx_publish__book_check(book, worksheet_insert_chart_opt(s, (lxw_row_t)row, (lxw_col_t)column, made, &options),
                           "chart");
  } else {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  }
  sx_buf_clear(&words);
}

static void set_legend(pub_book *book, lxw_chart *made, const pub_chart *chart) {
  chart_legend_set_position(made, chart->n_series < 2 ? LXW_CHART_LEGEND_NONE : LXW_CHART_LEGEND_BOTTOM);
  int16_t *out = sx_arena_alloc(book->arena, chart->n_series + 1, sizeof *out);
  if (!out) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
    return;
  }
  size_t n = 0;
  for (size_t i = 0; i < chart->n_series && i < INT16_MAX; i++) {
    if (chart->series[i].hidden || chart->series[i].unlisted) out[n++] = (int16_t)i;
  }
  out[n] = -1;
  if (n > 0 && n < chart->n_series) sx_publish__book_check(book, chart_legend_delete_series(made, out), "chart");
}

void sx_publish__chart(pub_book *book, size_t sheet, size_t row, size_t column, const pub_chart *chart) {
  static const uint8_t types[] = {LXW_CHART_BAR, LXW_CHART_BAR_STACKED, LXW_CHART_COLUMN_STACKED, LXW_CHART_LINE};
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  if (!s || chart->n_series == 0 || chart->categories.n == 0) return;
  lxw_chart *made = workbook_add_chart(book->workbook, types[chart->kind]);
  if (!made) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
    return;
  }
  for (size_t i = 0; i < chart->n_series; i++) {
    if (!add_series(book, made, chart, i)) sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  }
  title_and_axes(book, made, chart);
  const bool bars = chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED;
  chart_axis_set_interval_unit(category_axis(made, chart), 1); /* every label */
  lxw_chart_line grid = {.color = 0xD9D9D9, .width = 0.5};
  chart_axis_major_gridlines_set_line(value_axis(made, chart), &grid);
  if (bars) {
    chart_axis_set_reverse(category_axis(made, chart));      /* the first category on top */
    chart_axis_set_crossing_max(category_axis(made, chart)); /* and the values below the last */
  }
  if (bars) chart_set_series_gap(made, BAR_GAP);
  if (chart->overlapping) chart_set_series_overlap(made, 100);
  if (chart->low < chart->high) { /* with the intervals: a program looks at the values alone */
    chart_axis_set_min(value_axis(made, chart), chart->low);
    chart_axis_set_max(value_axis(made, chart), chart->high);
  }
  if (isfinite(chart->crossing)) chart_axis_set_crossing(value_axis(made, chart), chart->crossing);
  chart_axis_set_label_position(category_axis(made, chart),
                                LXW_CHART_AXIS_LABEL_POSITION_LOW); /* clear of what falls */
  set_legend(book, made, chart);
  place_chart(book, s, row, column, made, chart);
  book->n_charts++;
}

/* ---- shades ------------------------------------------------------------------------------------------------------------ */

void sx_publish__shade(pub_book *book, size_t sheet, size_t row, size_t column, size_t n_rows, size_t n_columns,
                       double centre, double far) {
  if (n_rows == 0 || n_columns == 0) return;
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row + n_rows - 1, column + n_columns - 1);
  if (!s) return;
  lxw_conditional_format shades = {.type = LXW_CONDITIONAL_2_COLOR_SCALE,
                                   .min_color = sx_ink_rgb((sx_ink)(SX_INK_HEAT_0)),
                                   .max_color = sx_ink_rgb((sx_ink)(SX_INK_HEAT_0 + 5))};
  if (isfinite(centre)) {
    shades = (lxw_conditional_format){.type = LXW_CONDITIONAL_3_COLOR_SCALE,
                                      .min_color = sx_ink_rgb((sx_ink)(SX_INK_SCALE_0 + 1)),
                                      .mid_color = sx_ink_rgb((sx_ink)(SX_INK_SCALE_0 + 3)),
                                      .max_color = sx_ink_rgb((sx_ink)(SX_INK_SCALE_0 + 5)),
                                      .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                      .mid_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                      .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                      .min_value = centre - far,
                                      .mid_value = centre,
                                      .max_value = centre + far};
  }
  sx_publish__book_check(book,
                         worksheet_conditional_format_range(s, (lxw_row_t)row, (lxw_col_t)column,
                                                            (lxw_row_t)(row + n_rows - 1),
                                                            (lxw_col_t)(column + n_columns - 1), &shades),
                         "shades");
}
