/* report_shares.c: parts of a whole as one stacked bar with a list of its parts, or several stacked bars with a legend. */
#include <math.h>
#include <string.h>

#include "report_chart.h"

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
  const bool percent = strcmp(chart->spec.unit, "%") == 0;
  return percent && sum > 0 && sum < 1 ? 1 : sum;
}

static void stack(sx_svg *svg, const sx_chart *chart, size_t first, size_t n, size_t stride, double x0, double x1,
                  double y) {
  const double whole = whole_of(chart, sum_of(chart, first, n, stride));
  double x = x0;
  svg->on_mark = true;
  sx_svg__rect(svg, x0, y, x1 - x0, BAR, "#eef1f4", "");
  for (size_t i = 0; i < n && whole > 0; i++) {
    const sx_chart_cell *c = &chart->cells[first + i * stride];
    if (!(c->value > 0) || !isfinite(c->value)) continue;
    const double width = c->value / whole * (x1 - x0);
    sx_svg__rect(svg, x, y, width, BAR, sx_svg__colour(i), " stroke=\"#fff\" stroke-width=\"1.5\"");
    const size_t len = strlen(c->text);
    if (sx_svg__text_width(c->text, len, SX_CHART_TEXT) + 10 < width) {
      sx_chart__value_text(svg, c, x + width / 2, y + BAR / 2.0 + 5, SX_ANCHOR_MIDDLE, SX_CHART_TEXT,
                           sx_svg__on_colour(i));
    }
    x += width;
  }
  svg->on_mark = false;
}

/* The parts below the bar: swatch, name, value at the right edge. */
static double list_parts(sx_svg *svg, const sx_chart *chart, double y) {
  const double swatch = 12, indent = 20;
  double widest = 0, between = 0;
  for (size_t i = 0; i < chart->n_categories; i++) {
    const char *text = chart->cells[i].text, *range = chart->interval ? chart->cells[i].interval_text : NULL;
    if (text) widest = fmax(widest, sx_svg__text_width(text, strlen(text), SX_CHART_TEXT));
    if (range) between = fmax(between, 18 + sx_svg__text_width(range, strlen(range), SX_CHART_SMALL));
  }
  for (size_t i = 0; i < chart->n_categories; i++) {
    const sx_chart_cell *c = &chart->cells[i];
    sx_svg_lines lines;
    sx_svg__wrap(&lines, chart->categories[i], SX_CHART_TEXT, svg->width - indent - widest - between - 16, LABEL_LINES);
    const double height = fmax(1, (double)lines.n) * 1.35 * SX_CHART_TEXT + 9;
    const double middle = y + height / 2;
    sx_svg__rect(svg, 0, middle - swatch / 2, swatch, swatch, sx_svg__colour(i), " rx=\"2\"");
    sx_svg__block(svg, indent, middle, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK, &lines);
    if (c->present) {
      sx_chart__value_text(svg, c, svg->width, middle + 5, SX_ANCHOR_END, SX_CHART_TEXT, SX_INK);
      if (chart->interval && c->interval_text) {
        svg->trace = c->interval_trace;
        sx_svg__text(svg, svg->width - widest - 18, middle + 5, SX_ANCHOR_END, SX_CHART_SMALL, SX_SOFT, false,
                     c->interval_text, strlen(c->interval_text));
        svg->trace = NULL;
      }
    }
    y += height;
    sx_svg__line(svg, 0, y, svg->width, y, SX_RULE, 1, "");
  }
  return y;
}

static double draw_bars(sx_svg *svg, const sx_chart *chart, double y) {
  const bool narrow = svg->width < SX_CHART_NARROW;
  double widest = 0;
  sx_svg_lines lines;
  for (size_t i = 0; i < chart->n_categories; i++) {
    sx_svg__wrap(&lines, chart->categories[i], SX_CHART_TEXT, narrow ? svg->width : 0.32 * svg->width, LABEL_LINES);
    widest = fmax(widest, lines.width);
  }
  const double left = narrow ? 0 : widest + 12;
  for (size_t i = 0; i < chart->n_categories; i++) {
    sx_svg__wrap(&lines, chart->categories[i], SX_CHART_TEXT, narrow ? svg->width : widest, LABEL_LINES);
    const double label = 1.35 * SX_CHART_TEXT * (double)lines.n;
    if (narrow) {
      sx_svg__block(svg, 0, y + label / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK, &lines);
      y += label + 3;
      stack(svg, chart, i * chart->n_series, chart->n_series, 1, left, svg->width, y);
      y += BAR + 12;
    } else {
      const double height = fmax(label, BAR);
      sx_svg__block(svg, widest, y + height / 2, SX_ANCHOR_END, SX_CHART_TEXT, SX_INK, &lines);
      stack(svg, chart, i * chart->n_series, chart->n_series, 1, left, svg->width, y + (height - BAR) / 2);
      y += height + 12;
    }
  }
  return y;
}

void sx_chart__shares(sx_svg *svg, const sx_chart *chart) {
  if (chart->n_series == 1) {
    stack(svg, chart, 0, chart->n_categories, 1, 0, svg->width, 2);
    svg->height = list_parts(svg, chart, BAR + 14) + 2;
    return;
  }
  svg->height = draw_bars(svg, chart, sx_chart__legend(svg, chart, 0, false) + 4);
}
