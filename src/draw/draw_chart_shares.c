/* draw_chart_shares.c: parts of a whole as one stacked bar with a list of its parts, or several stacked bars with a legend. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

enum { BAR = 34, LABEL_LINES = 12 };

static double sum_of(const sx_chart *chart, size_t first, size_t n, size_t stride) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const double v = chart->cells[first + i * stride].value;
    if (isfinite(v) && v > 0) sum += v;
  }
  return sum;
}

/* Shares that add to less than one leave the rest of the bar empty; levels fill it. */
static double whole_of(const sx_chart *chart, double sum) {
  return chart->numbers.percent && sum > 0 && sum < 1 ? 1 : sum;
}

/* Of several bars intervals stand in the parts that have room, for no list names them. */
static void stack(sx_drawing *d, const sx_chart *chart, size_t first, size_t n, size_t stride, double x0, double x1,
                  double y) {
  const double whole = whole_of(chart, sum_of(chart, first, n, stride));
  double x = x0;
  d->on_mark = true;
  sx_draw__bar(d, x0, y, x1 - x0, BAR, SX_INK_EMPTY);
  for (size_t i = 0; i < n && whole > 0; i++) {
    const sx_chart_cell *c = &chart->cells[first + i * stride];
    if (!(c->value > 0) || !isfinite(c->value)) continue;
    const double width = c->value / whole * (x1 - x0);
    sx_draw_style style = sx_draw_series_style(i);
    style.stroke = SX_INK_PAPER;
    style.stroke_width = 1.5;
    sx_draw_rect(d, x, y, width, BAR, 0, &style);
    const double room = width - 10;
    const bool two = chart->n_series > 1 && sx_draw__has_interval(chart, c) && c->interval_text &&
                     sx_draw__text_width_of(c->interval_text, SX_CHART_TINY) < room;
    if (sx_draw__text_width_of(c->text, SX_CHART_TEXT) < room)
      sx_draw__cell_texts(d, c, x + width / 2, y + (two ? 16 : BAR / 2.0 + 5), SX_CHART_TEXT, two, &style);
    x += width;
  }
  d->on_mark = false;
}

/* The parts below the bar: swatch, name, value at the right edge. */
static double list_parts(sx_drawing *d, const sx_chart *chart, double y) {
  const double swatch = 12, indent = 20;
  double widest = 0, between = 0;
  for (size_t i = 0; i < chart->n_categories; i++) {
    const char *text = chart->cells[i].text, *range = chart->interval ? chart->cells[i].interval_text : NULL;
    if (text) widest = fmax(widest, sx_draw_text_width(text, strlen(text), SX_CHART_TEXT));
    if (range) between = fmax(between, 18 + sx_draw_text_width(range, strlen(range), SX_CHART_SMALL));
  }
  for (size_t i = 0; i < chart->n_categories; i++) {
    const sx_chart_cell *c = &chart->cells[i];
    sx_draw_lines lines;
    sx_draw_wrap(&lines, chart->categories[i], SX_CHART_TEXT, d->width - indent - widest - between - 16, LABEL_LINES);
    const double height = fmax(1, (double)lines.n) * 1.35 * SX_CHART_TEXT + 9;
    const double middle = y + height / 2;
    const sx_draw_style style = sx_draw_series_style(i);
    sx_draw__swatch(d, 0, middle - swatch / 2, swatch, &style);
    sx_draw_block(d, indent, middle, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT, &lines);
    if (c->present) {
      sx_draw__value_text(d, c, d->width, middle + 5, SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT);
      if (chart->interval && c->interval_text) {
        sx_draw__interval_text(d, c, d->width - widest - 18, middle + 5, SX_ANCHOR_END, SX_CHART_SMALL, SX_INK_SOFT);
      }
    }
    y += height;
    sx_draw__stroke(d, 0, y, d->width, y, SX_INK_RULE, 1, SX_DASH_SOLID);
  }
  return y;
}

static double draw_bars(sx_drawing *d, const sx_chart *chart, double y) {
  const bool narrow = d->width < SX_CHART_NARROW;
  double widest = 0;
  sx_draw_lines lines;
  for (size_t i = 0; i < chart->n_categories; i++) {
    sx_draw_wrap(&lines, chart->categories[i], SX_CHART_TEXT, narrow ? d->width : 0.32 * d->width, LABEL_LINES);
    widest = fmax(widest, lines.width);
  }
  const double left = narrow ? 0 : widest + 12;
  for (size_t i = 0; i < chart->n_categories; i++) {
    sx_draw_wrap(&lines, chart->categories[i], SX_CHART_TEXT, narrow ? d->width : widest, LABEL_LINES);
    const double label = 1.35 * SX_CHART_TEXT * (double)lines.n;
    if (narrow) {
      sx_draw_block(d, 0, y + label / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT, &lines);
      y += label + 3;
      stack(d, chart, i * chart->n_series, chart->n_series, 1, left, d->width, y);
      y += BAR + 12;
    } else {
      const double height = fmax(label, BAR);
      sx_draw_block(d, widest, y + height / 2, SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT, &lines);
      stack(d, chart, i * chart->n_series, chart->n_series, 1, left, d->width, y + (height - BAR) / 2);
      y += height + 12;
    }
  }
  return y;
}

void sx_draw__shares(sx_drawing *d, const sx_chart *chart) {
  if (chart->n_series == 1) {
    stack(d, chart, 0, chart->n_categories, 1, 0, d->width, 2);
    d->height = list_parts(d, chart, BAR + 14) + 2;
    return;
  }
  d->height = draw_bars(d, chart, sx_draw__legend(d, chart, 0, false) + 4);
}
