/* draw_chart_lines.c: lines over periods in order, with bands for the intervals; each line's last value and name at its end, and its first value at its
 * beginning where there are few periods and the value has room. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

enum { PLOT_HEIGHT = 280, NAME_LINES = 3, MOST_NAMES = 8, FEW_PERIODS = 8, FIRST_HEIGHT = 17 };

typedef struct lines {
  sx_drawing *d;
  const sx_chart *chart;
  sx_draw_scale scale;
  sx_draw_point *points;         /* room for a band */
  sx_draw_tag names[MOST_NAMES]; /* at the ends of the lines */
  size_t n_names;
  double left, right, top, bottom, name_width;
  double inset; /* of the first period: the first values stand there; 0: none do */
} lines;

static double x_of(const lines *l, size_t category) {
  const size_t n = l->chart->n_categories;
  if (n < 2) return (l->left + l->right) / 2;
  return l->left + l->inset + (l->right - l->left - l->inset) * (double)category / (double)(n - 1);
}

static double y_of(const lines *l, double value) {
  return l->bottom - (sx_draw__at(&l->scale, value) - l->scale.from);
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
  sx_draw__scale(&l->scale, lo, hi, &l->chart->numbers, 4);
}

/* Bands over each stretch without gaps. */
static void draw_band(lines *l, size_t s) {
  const size_t n = l->chart->n_categories;
  const sx_draw_style style = {.fill = sx_ink_series(s), .opacity = 0.16};
  for (size_t i = 0; i < n;) {
    size_t end = i, k = 0;
    while (end < n && has_interval(l, sx_chart_at(l->chart, end, s))) end++;
    if (end - i >= 2) {
      for (size_t at = i; at < end; at++, k++)
        l->points[k] = (sx_draw_point){x_of(l, at), y_of(l, sx_chart_at(l->chart, at, s)->high), at == i};
      for (size_t at = end; at-- > i; k++)
        l->points[k] = (sx_draw_point){x_of(l, at), y_of(l, sx_chart_at(l->chart, at, s)->low), false};
      sx_draw_path(l->d, l->points, k, true, &style);
    }
    i = end > i ? end : i + 1;
  }
}

static void draw_line(lines *l, size_t s) {
  const sx_draw_style style = {
      .stroke = sx_ink_series(s), .stroke_width = 2.25, .round_joins = true, .dash = sx_draw_series_dash(s)};
  bool open = false;
  size_t k = 0;
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const double v = sx_chart_at(l->chart, i, s)->value;
    if (isfinite(v)) l->points[k++] = (sx_draw_point){x_of(l, i), y_of(l, v), !open};
    open = isfinite(v);
  }
  sx_draw_path(l->d, l->points, k, false, &style);
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const double v = sx_chart_at(l->chart, i, s)->value;
    if (isfinite(v) && (l->chart->n_categories <= 16)) sx_draw_marker(l->d, x_of(l, i), y_of(l, v), 4, s);
  }
}

static void draw_axes(lines *l) {
  for (int i = 0; i <= 40; i++) {
    const double value = l->scale.lo + i * l->scale.step;
    if (value > l->scale.hi + l->scale.step / 2) break;
    const double y = y_of(l, value);
    sx_draw__stroke(l->d, l->left, y, l->right, y, i == 0 ? SX_INK_AXIS : SX_INK_RULE, 1, SX_DASH_SOLID);
    sx_draw__tick_text(l->d, l->chart, &l->scale, value, l->left - 12, y + 4, SX_ANCHOR_END);
  }
  double last = -(double)INFINITY;
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    sx_draw_lines name;
    sx_draw_wrap(&name, l->chart->categories[i], SX_CHART_SMALL, fmax(0.45 * l->d->width, 2 * l->left), 1);
    const double half = name.width / 2, x = fmin(x_of(l, i), l->d->width - half);
    if (x - half < last + 8) continue;
    sx_draw_block(l->d, x, l->bottom + 20 - 0.35 * SX_CHART_SMALL, SX_ANCHOR_MIDDLE, SX_CHART_SMALL, SX_INK_SOFT,
                  &name);
    last = x + half;
  }
}

/* ---- names at the ends ------------------------------------------------------------------------------------------- */

/* The last value of each line, with its name. Returns the height that they need. */
static double collect_names(lines *l, bool with_names) {
  const bool several = l->chart->n_series > 1;
  double needed = 0;
  for (size_t s = 0; s < l->chart->n_series && l->n_names < MOST_NAMES; s++) {
    for (size_t i = l->chart->n_categories; i-- > 0;) {
      const sx_chart_cell *c = sx_chart_at(l->chart, i, s);
      if (!isfinite(c->value)) continue;
      sx_draw_tag *name = &l->names[l->n_names++];
      *name = (sx_draw_tag){.series = s, .cell = c};
      if (several && with_names) {
        sx_draw_wrap(&name->lines, l->chart->series[s], SX_CHART_SMALL, l->name_width, NAME_LINES);
      }
      name->height = 19 + 1.35 * SX_CHART_SMALL * (double)name->lines.n;
      needed += name->height + 3;
      break;
    }
  }
  return needed;
}

static void name_lines(lines *l) {
  for (size_t i = 0; i < l->n_names; i++) l->names[i].y = y_of(l, l->names[i].cell->value);
  sx_draw__spread(l->names, l->n_names, l->top - 10, l->bottom + 10);
  for (size_t i = 0; i < l->n_names; i++) {
    const sx_draw_tag *name = &l->names[i];
    const double top = name->y - name->height / 2, block = 1.35 * SX_CHART_SMALL * (double)name->lines.n;
    sx_draw__value_text(l->d, name->cell, l->right + 12, top + 14, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT);
    sx_draw_block(l->d, l->right + 12, top + 19 + block / 2, SX_ANCHOR_START, SX_CHART_SMALL, SX_INK_SOFT,
                  &name->lines);
    l->d->height = fmax(l->d->height, top + name->height + 4);
  }
}

/* The first value of a line that goes on; NULL. */
static const sx_chart_cell *first_of(const sx_chart *chart, size_t s) {
  bool more = false;
  for (size_t i = 1; i < chart->n_categories; i++) more = more || isfinite(sx_chart_at(chart, i, s)->value);
  const sx_chart_cell *c = sx_chart_at(chart, 0, s);
  return more && isfinite(c->value) ? c : NULL;
}

static double widest_first(const sx_chart *chart) {
  double width = 0;
  if (chart->n_categories > FEW_PERIODS || chart->n_series > MOST_NAMES) return 0;
  for (size_t s = 0; s < chart->n_series; s++) {
    const sx_chart_cell *c = first_of(chart, s);
    if (c) width = fmax(width, sx_draw__text_width_of(c->text, SX_CHART_TEXT));
  }
  return width;
}

/* One that would stand too far from its line is left out. */
static void label_firsts(lines *l) {
  sx_draw_tag tags[MOST_NAMES];
  size_t n = 0;
  for (size_t s = 0; l->inset > 0 && s < l->chart->n_series; s++) {
    const sx_chart_cell *c = first_of(l->chart, s);
    if (!c) continue;
    const double y = y_of(l, c->value);
    tags[n++] = (sx_draw_tag){.y = y, .wanted = y, .height = FIRST_HEIGHT, .series = s, .cell = c};
  }
  sx_draw__spread(tags, n, l->top - 10, l->bottom + 4);
  for (size_t i = 0; i < n; i++) {
    if (fabs(tags[i].y - tags[i].wanted) > FIRST_HEIGHT) continue;
    sx_draw__value_text(l->d, tags[i].cell, x_of(l, 0) - 9, tags[i].y + 5, SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT);
  }
}

static double widest_end(const sx_chart *chart) {
  double width = 0;
  for (size_t i = 0; i < chart->n_categories * chart->n_series; i++) {
    const char *text = chart->cells[i].text;
    if (text) width = fmax(width, sx_draw_text_width(text, strlen(text), SX_CHART_TEXT));
  }
  return width;
}

static double widest_name(const sx_chart *chart) {
  double width = 0;
  for (size_t s = 0; s < chart->n_series; s++) {
    width = fmax(width, sx_draw_text_width(chart->series[s], strlen(chart->series[s]), SX_CHART_SMALL));
  }
  return width;
}

static double widest_tick(const lines *l) {
  char text[64];
  double width = 0;
  for (int i = 0; i <= 40 && l->scale.lo + i * l->scale.step <= l->scale.hi + l->scale.step / 2; i++) {
    sx_draw__tick(text, sizeof text, l->chart, &l->scale, l->scale.lo + i * l->scale.step);
    width = fmax(width, sx_draw_text_width(text, strlen(text), SX_CHART_SMALL));
  }
  return width;
}

void sx_draw__lines(sx_drawing *d, const sx_chart *chart) {
  lines l = {.d = d, .chart = chart};
  const bool narrow = sx_draw__narrow(d);
  l.points = sx_arena_alloc(d->arena, 2 * chart->n_categories, sizeof *l.points);
  if (!l.points) {
    d->failed = true;
    return;
  }
  const bool with_names = !narrow && chart->n_series > 1 && chart->n_series <= MOST_NAMES;
  make_scale(&l);
  l.name_width = with_names ? fmin(fmax(widest_name(chart), 60), 0.2 * d->width) : 0;
  l.top = (with_names ? 8 : sx_draw__legend(d, chart, 0, true)) + 10;
  l.bottom = l.top + fmax((narrow ? 0.75 : 1) * PLOT_HEIGHT, collect_names(&l, with_names) - 20);
  sx_draw_lines period;
  sx_draw_wrap(&period, chart->categories[0], SX_CHART_SMALL, 0.45 * d->width, 1);
  const double first = period.width / 2;
  const double labels = widest_first(chart);
  l.left = fmax(widest_tick(&l) + 12, first);
  l.right = d->width - fmax(l.name_width, widest_end(chart)) - 16;
  if (labels > 0 && labels + 14 < (l.right - l.left) / 4) {
    l.inset = labels + 14;
    l.left = fmax(widest_tick(&l) + 12, first - l.inset);
  }
  l.scale.from = 0;
  l.scale.to = l.bottom - l.top;
  d->height = l.bottom + 30;
  draw_axes(&l);
  for (size_t s = 0; s < chart->n_series; s++) draw_band(&l, s);
  for (size_t s = 0; s < chart->n_series; s++) draw_line(&l, s);
  name_lines(&l);
  label_firsts(&l);
}
