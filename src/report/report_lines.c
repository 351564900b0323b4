/* report_lines.c: lines over periods in order, with bands for the intervals and each line named at its end. */
#include <math.h>
#include <string.h>

#include "report_chart.h"

enum { PLOT_HEIGHT = 280, NAME_LINES = 3 };

typedef struct lines {
  sx_svg *svg;
  const sx_chart *chart;
  sx_scale scale;
  double left, right, top, bottom, name_width;
} lines;

static double x_of(const lines *l, size_t category) {
  const size_t n = l->chart->n_categories;
  if (n < 2) return (l->left + l->right) / 2;
  return l->left + (l->right - l->left) * (double)category / (double)(n - 1);
}

static double y_of(const lines *l, double value) {
  return l->bottom - (sx_chart__at(&l->scale, value) - l->scale.from);
}

static bool has_interval(const lines *l, const sx_chart_cell *c) {
  return l->chart->interval && isfinite(c->value) && isfinite(c->low) && isfinite(c->high);
}

static void make_scale(lines *l) {
  double lo = (double)INFINITY, hi = -(double)INFINITY;
  for (size_t i = 0; i < l->chart->n_categories * l->chart->n_series; i++) {
    const sx_chart_cell *c = &l->chart->cells[i];
    if (!isfinite(c->value)) continue;
    lo = fmin(lo, has_interval(l, c) ? c->low : c->value);
    hi = fmax(hi, has_interval(l, c) ? c->high : c->value);
  }
  if (!(lo <= hi)) lo = 0, hi = 1;
  if (lo > 0 && lo < 0.5 * hi) lo = 0;
  sx_chart__scale(&l->scale, lo, hi, &l->chart->spec, 4);
}

/* A number as a coordinate pair of a path. */
static void point(sx_buf *out, char command, double x, double y) {
  sx_buf_add_char(out, command);
  sx_svg__number(out, x);
  sx_buf_add_char(out, ' ');
  sx_svg__number(out, y);
}

/* Bands over each stretch without gaps. */
static void draw_band(lines *l, size_t s) {
  const size_t n = l->chart->n_categories;
  for (size_t i = 0; i < n;) {
    size_t end = i;
    while (end < n && has_interval(l, sx_chart_at(l->chart, end, s))) end++;
    if (end - i >= 2) {
      sx_buf_add(&l->svg->body, "<path d=\"");
      for (size_t k = i; k < end; k++) {
        point(&l->svg->body, k == i ? 'M' : 'L', x_of(l, k), y_of(l, sx_chart_at(l->chart, k, s)->high));
      }
      for (size_t k = end; k-- > i;) {
        point(&l->svg->body, 'L', x_of(l, k), y_of(l, sx_chart_at(l->chart, k, s)->low));
      }
      sx_buf_printf(&l->svg->body, "Z\" fill=\"%s\" fill-opacity=\"0.16\"/>\n", sx_svg__colour(s));
    }
    i = end > i ? end : i + 1;
  }
}

static void draw_line(lines *l, size_t s) {
  static const char *const dashes[] = {"", " stroke-dasharray=\"7 3\"", " stroke-dasharray=\"2 3\"",
                                       " stroke-dasharray=\"9 3 2 3\""};
  bool open = false;
  sx_buf_add(&l->svg->body, "<path d=\"");
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const double v = sx_chart_at(l->chart, i, s)->value;
    if (isfinite(v)) point(&l->svg->body, open ? 'L' : 'M', x_of(l, i), y_of(l, v));
    open = isfinite(v);
  }
  sx_buf_printf(&l->svg->body, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.25\" stroke-linejoin=\"round\"%s/>\n",
                sx_svg__colour(s), dashes[s % 4]);
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const double v = sx_chart_at(l->chart, i, s)->value;
    if (isfinite(v) && (l->chart->n_categories <= 16)) sx_svg__marker(l->svg, x_of(l, i), y_of(l, v), 4, s);
  }
}

static void draw_axes(lines *l) {
  for (int i = 0; i <= 40; i++) {
    const double value = l->scale.lo + i * l->scale.step;
    if (value > l->scale.hi + l->scale.step / 2) break;
    const double y = y_of(l, value);
    sx_svg__line(l->svg, l->left, y, l->right, y, i == 0 ? SX_AXIS : SX_RULE, 1, "");
    sx_chart__tick_text(l->svg, l->chart, &l->scale, value, l->left - 12, y + 4, SX_ANCHOR_END);
  }
  double last = -(double)INFINITY;
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const char *name = l->chart->categories[i];
    const double half = sx_svg__text_width(name, strlen(name), SX_CHART_SMALL) / 2;
    const double x = fmin(x_of(l, i), l->svg->width - half);
    if (x - half < last + 8) continue;
    sx_svg__text(l->svg, x, l->bottom + 20, SX_ANCHOR_MIDDLE, SX_CHART_SMALL, SX_SOFT, false, name, strlen(name));
    last = x + half;
  }
}

/* ---- names at the ends ------------------------------------------------------------------------------------------- */

typedef struct end_name {
  double y, height;
  size_t series;
  const sx_chart_cell *cell;
  sx_svg_lines lines;
} end_name;

/* Sorted by height on the page, then pushed down, then the lot up again where it leaves the plot. */
static void spread(end_name *names, size_t n, double top, double bottom) {
  for (size_t i = 1; i < n; i++) {
    const end_name moving = names[i];
    size_t k = i;
    for (; k > 0 && names[k - 1].y > moving.y; k--) names[k] = names[k - 1];
    names[k] = moving;
  }
  double edge = top;
  for (size_t i = 0; i < n; i++) {
    if (names[i].y - names[i].height / 2 < edge) names[i].y = edge + names[i].height / 2;
    edge = names[i].y + names[i].height / 2 + 3;
  }
  edge = bottom;
  for (size_t i = n; i-- > 0;) {
    if (names[i].y + names[i].height / 2 > edge) names[i].y = edge - names[i].height / 2;
    edge = names[i].y - names[i].height / 2 - 3;
  }
}

static void name_lines(lines *l, bool with_names) {
  enum { MAX = 8 };
  end_name names[MAX];
  size_t n = 0;
  const bool several = l->chart->n_series > 1;
  double needed = 0;
  for (size_t s = 0; s < l->chart->n_series && n < MAX; s++) {
    for (size_t i = l->chart->n_categories; i-- > 0;) {
      const sx_chart_cell *c = sx_chart_at(l->chart, i, s);
      if (!isfinite(c->value)) continue;
      names[n] = (end_name){.y = y_of(l, c->value), .series = s, .cell = c};
      if (several && with_names) {
        sx_svg__wrap(&names[n].lines, l->chart->series[s], SX_CHART_SMALL, l->name_width, NAME_LINES);
      }
      names[n].height = 19 + 1.35 * SX_CHART_SMALL * (double)names[n].lines.n;
      needed += names[n].height + 3;
      n++;
      break;
    }
  }
  spread(names, n, l->top - 10, fmax(l->bottom + 10, l->top - 10 + needed));
  for (size_t i = 0; i < n; i++) {
    const double top = names[i].y - names[i].height / 2;
    sx_chart__value_text(l->svg, names[i].cell, l->right + 12, top + 14, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK);
    const double block = 1.35 * SX_CHART_SMALL * (double)names[i].lines.n;
    sx_svg__block(l->svg, l->right + 12, top + 19 + block / 2, SX_ANCHOR_START, SX_CHART_SMALL, SX_SOFT,
                  &names[i].lines);
    l->svg->height = fmax(l->svg->height, top + names[i].height + 4);
  }
}

static double widest_end(const sx_chart *chart) {
  double width = 0;
  for (size_t i = 0; i < chart->n_categories * chart->n_series; i++) {
    const char *text = chart->cells[i].text;
    if (text) width = fmax(width, sx_svg__text_width(text, strlen(text), SX_CHART_TEXT));
  }
  return width;
}

static double widest_name(const sx_chart *chart) {
  double width = 0;
  for (size_t s = 0; s < chart->n_series; s++) {
    width = fmax(width, sx_svg__text_width(chart->series[s], strlen(chart->series[s]), SX_CHART_SMALL));
  }
  return width;
}

static double widest_tick(const lines *l) {
  char text[64];
  double width = 0;
  for (int i = 0; i <= 40 && l->scale.lo + i * l->scale.step <= l->scale.hi + l->scale.step / 2; i++) {
    sx_chart__tick(text, sizeof text, l->chart, &l->scale, l->scale.lo + i * l->scale.step);
    width = fmax(width, sx_svg__text_width(text, strlen(text), SX_CHART_SMALL));
  }
  return width;
}

void sx_chart__lines(sx_svg *svg, const sx_chart *chart) {
  lines l = {.svg = svg, .chart = chart};
  const bool narrow = svg->width < SX_CHART_NARROW;
  const bool with_names = !narrow && chart->n_series > 1 && chart->n_series <= 8;
  make_scale(&l);
  l.name_width = with_names ? fmin(fmax(widest_name(chart), 60), 0.2 * svg->width) : 0;
  l.top = (with_names ? 8 : sx_chart__legend(svg, chart, 0, true)) + 10;
  l.bottom = l.top + (narrow ? 0.75 : 1) * PLOT_HEIGHT;
  const double first = chart->n_categories
                           ? sx_svg__text_width(chart->categories[0], strlen(chart->categories[0]), SX_CHART_SMALL) / 2
                           : 0;
  l.left = fmax(widest_tick(&l) + 12, first);
  l.right = svg->width - fmax(l.name_width, widest_end(chart)) - 16;
  l.scale.from = 0;
  l.scale.to = l.bottom - l.top;
  svg->height = l.bottom + 30;
  draw_axes(&l);
  for (size_t s = 0; s < chart->n_series; s++) draw_band(&l, s);
  for (size_t s = 0; s < chart->n_series; s++) draw_line(&l, s);
  name_lines(&l, with_names);
}
