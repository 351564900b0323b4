/* draw_chart_slopes.c: how each series goes from one period to the next: a line with its points, its intervals upright, its name and its last value
 * at the right end, its first at the left. Names that would lie on one another are moved apart, a thin line leads to them. */
#include <string.h>

#include "draw_chart_priv.h"

enum { PLOT_HEIGHT = 300, NAME_LINES = 3, NAME_GAP = 14, VALUE_SIZE = 13 };

typedef struct slopes {
  sx_drawing *d;
  const sx_chart *chart;
  sx_draw_scale scale;
  sx_draw_tag *tags; /* [n_series] */
  double left, right, top, bottom, name_width;
  bool names_left, names_right; /* where there is room */
} slopes;

static double x_of(const slopes *l, size_t category, size_t s) {
  const double n = (double)l->chart->n_series;
  const double beside = n > 1 ? fmin(5, 20 / (n - 1)) * ((double)s - (n - 1) / 2) : 0; /* whiskers side by side */
  return l->left + (l->right - l->left) * (double)category / (double)(l->chart->n_categories - 1) + beside;
}

static double y_of(const slopes *l, double value) {
  return l->bottom - (sx_draw__at(&l->scale, value) - l->scale.from);
}

static void make_scale(slopes *l) {
  double lo = (double)INFINITY, hi = -(double)INFINITY;
  for (size_t i = 0; i < l->chart->n_categories * l->chart->n_series; i++) {
    const sx_chart_cell *c = &l->chart->cells[i];
    if (!isfinite(c->value)) continue;
    lo = fmin(lo, sx_draw__has_interval(l->chart, c) ? c->low : c->value);
    hi = fmax(hi, sx_draw__has_interval(l->chart, c) ? c->high : c->value);
  }
  if (!(lo <= hi)) lo = 0, hi = 1;
  sx_draw__scale(&l->scale, lo, hi, &l->chart->numbers, 4);
}

/* The texts beside one end: value and, with_names, the name. Returns the height that they need. */
static double make_tags(slopes *l, size_t category, bool with_names, size_t *n) {
  double needed = 0;
  *n = 0;
  for (size_t s = 0; s < l->chart->n_series; s++) {
    const sx_chart_cell *c = sx_chart_at(l->chart, category, s);
    if (!c->present || !isfinite(c->value)) continue;
    sx_draw_tag *tag = &l->tags[(*n)++];
    *tag = (sx_draw_tag){.series = s, .cell = c};
    if (with_names) sx_draw_wrap(&tag->lines, l->chart->series[s], SX_CHART_SMALL, l->name_width, NAME_LINES);
    tag->height = fmax(18, 1.35 * SX_CHART_SMALL * (double)tag->lines.n + 2);
    needed += tag->height + 3;
  }
  return needed;
}

static double widest_value(const slopes *l, size_t category) {
  double width = 0;
  for (size_t s = 0; s < l->chart->n_series; s++) {
    const sx_chart_cell *c = sx_chart_at(l->chart, category, s);
    if (c->present && isfinite(c->value)) width = fmax(width, sx_draw__text_width_of(c->text, VALUE_SIZE));
  }
  return width;
}

static void draw_tags(slopes *l, size_t category, bool right) {
  size_t n;
  const double needed = make_tags(l, category, right ? l->names_right : l->names_left, &n);
  const double value = widest_value(l, category), way = right ? 1 : -1;
  const sx_anchor anchor = right ? SX_ANCHOR_START : SX_ANCHOR_END;
  for (size_t i = 0; i < n; i++) l->tags[i].y = l->tags[i].wanted = y_of(l, l->tags[i].cell->value);
  sx_draw__spread(l->tags, n, l->top - 8, fmax(l->bottom + 8, l->top - 8 + needed));
  for (size_t i = 0; i < n; i++) {
    const sx_draw_tag *t = &l->tags[i];
    const double end = (right ? l->right : l->left) + way * 12, x = end + way * NAME_GAP;
    sx_draw__stroke(l->d, end, t->wanted, x - way * 3, t->y, SX_INK_AXIS, 0.75, SX_DASH_SOLID);
    sx_draw__value_text(l->d, t->cell, x, t->y + 0.35 * VALUE_SIZE, anchor, VALUE_SIZE, SX_INK_TEXT);
    sx_draw_block(l->d, x + way * (value + 8), t->y, anchor, SX_CHART_SMALL, SX_INK_SOFT, &t->lines);
    l->d->height = fmax(l->d->height, t->y + t->height / 2 + 6);
  }
}

static void draw_series(slopes *l, size_t s) {
  const sx_draw_style style = {
      .stroke = sx_ink_series(s), .stroke_width = 2, .round_joins = true, .dash = sx_draw_series_dash(s)};
  sx_draw_point points[8];
  size_t k = 0;
  bool open = false;
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const sx_chart_cell *c = sx_chart_at(l->chart, i, s);
    if (isfinite(c->value)) points[k++] = (sx_draw_point){x_of(l, i, s), y_of(l, c->value), !open};
    open = isfinite(c->value);
  }
  sx_draw_path(l->d, points, k, false, &style);
  for (size_t i = 0; i < l->chart->n_categories; i++) {
    const sx_chart_cell *c = sx_chart_at(l->chart, i, s);
    if (!isfinite(c->value)) continue;
    if (sx_draw__has_interval(l->chart, c))
      sx_draw__stroke(l->d, x_of(l, i, s), y_of(l, c->low), x_of(l, i, s), y_of(l, c->high), sx_ink_series(s), 1.25,
                      SX_DASH_SOLID);
    sx_draw_marker(l->d, x_of(l, i, s), y_of(l, c->value), 4, s);
  }
}

/* The periods above their points, each within its share of the width; where that is small, the first and the last alone. */
static double draw_periods(slopes *l, double y) {
  const size_t n = l->chart->n_categories;
  const double between = (l->right - l->left) / (double)(n - 1), least = 3 * SX_CHART_SMALL;
  const bool all = between >= least;
  const double share = (all ? between : l->right - l->left) - 6;
  double deepest = 0;
  for (size_t i = 0; i < n; i += all ? 1 : n - 1) {
    const double x = l->left + between * (double)i;
    sx_draw_lines name;
    sx_draw_wrap(&name, l->chart->categories[i], SX_CHART_SMALL, 2 * fmin(share / 2, fmin(x, l->d->width - x)), 3);
    const double height = 1.35 * SX_CHART_SMALL * (double)name.n;
    sx_draw_block(l->d, x, y + 4 + height / 2, SX_ANCHOR_MIDDLE, SX_CHART_SMALL, SX_INK_TEXT, &name);
    deepest = fmax(deepest, height);
  }
  return y + 4 + deepest + 16;
}

/* Names stand at the right end, in wide drawings also at the left, where that leaves room for the lines; else a legend has them. */
static void make_layout(slopes *l) {
  enum { PLOT = 70, NAME = 44 };
  const double width = l->d->width, last = widest_value(l, l->chart->n_categories - 1), first = widest_value(l, 0);
  const double ends = 2 * (12 + NAME_GAP + 2) + first + last;
  double widest = 0;
  for (size_t s = 0; s < l->chart->n_series; s++)
    widest = fmax(widest, sx_draw__text_width_of(l->chart->series[s], SX_CHART_SMALL));
  l->names_left = !sx_draw__narrow(l->d) && l->chart->n_series > 1;
  const double columns = l->names_left ? 2 : 1;
  l->name_width = fmin(fmin(widest, (l->names_left ? 0.2 : 0.32) * width), (width - ends - PLOT) / columns - 8);
  l->names_right = l->name_width >= fmin(widest, NAME);
  if (!l->names_right) l->names_left = false, l->name_width = -8;
  l->left = 12 + NAME_GAP + first + (l->names_left ? 8 + l->name_width : 0) + 2;
  l->right = width - (12 + NAME_GAP + last + 8 + l->name_width + 2);
}

void sx_draw__slopes(sx_drawing *d, const sx_chart *chart) {
  slopes l = {.d = d, .chart = chart};
  size_t n;
  l.tags = sx_arena_alloc(d->arena, chart->n_series, sizeof *l.tags);
  if (!l.tags) {
    d->failed = true;
    return;
  }
  make_scale(&l);
  make_layout(&l);
  l.top = draw_periods(&l, l.names_right ? 0 : sx_draw__legend(d, chart, 0, true));
  const double needed =
      fmax(make_tags(&l, 0, l.names_left, &n), make_tags(&l, chart->n_categories - 1, l.names_right, &n));
  l.bottom = l.top + fmax(PLOT_HEIGHT, needed - 16);
  l.scale.from = 0;
  l.scale.to = l.bottom - l.top;
  d->height = l.bottom + 14;
  for (size_t i = 0; i < chart->n_categories; i++) {
    const double x = l.left + (l.right - l.left) * (double)i / (double)(chart->n_categories - 1);
    sx_draw__stroke(d, x, l.top - 6, x, l.bottom + 6, SX_INK_RULE, 1, SX_DASH_SOLID);
  }
  for (size_t s = 0; s < chart->n_series; s++) draw_series(&l, s);
  draw_tags(&l, 0, false);
  draw_tags(&l, chart->n_categories - 1, true);
}
