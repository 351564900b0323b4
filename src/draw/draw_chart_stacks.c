/* draw_chart_stacks.c: the parts of a row one after the other along a scale: from 0 on, falling parts to its left (stacked); or opinions, those
 * of one side to the left of the middle, those of the other to its right, what lies between on the middle itself (likert). The value stands in its
 * part where it has room, its interval below it. */
#include <string.h>

#include "draw_chart_priv.h"

enum { BAR = 34, GAP = 12, LABEL_GAP = 12 };

typedef struct stacks {
  sx_drawing *d;
  const sx_chart *chart;
  bool narrow, flush;
  size_t below, between; /* likert: series of the lower side, and the one on the middle */
  sx_draw_style *styles; /* [n_series] */
  double label_width;
  sx_draw_scale scale;
} stacks;

static double value_of(const stacks *t, size_t category, size_t s) {
  const double v = sx_chart_at(t->chart, category, s)->value;
  if (!isfinite(v)) return 0;
  return t->chart->type == SX_CHART_LIKERT ? fabs(v) : v;
}

/* Where the first part of a row begins, and how far the row reaches to either side. */
static void reach(const stacks *t, size_t category, double *lo, double *hi) {
  *lo = *hi = 0;
  for (size_t s = 0; s < t->chart->n_series; s++) {
    const double v = value_of(t, category, s);
    if (t->chart->type != SX_CHART_LIKERT) {
      *(v < 0 ? lo : hi) += v;
    } else if (s < t->below) {
      *lo -= v;
    } else if (s < t->below + t->between) {
      *lo -= v / 2;
      *hi += v / 2;
    } else {
      *hi += v;
    }
  }
}

/* The step of an opinion's colour: the stronger, the darker. */
static size_t step_of(const sx_chart *chart, size_t s) {
  const size_t below = sx_draw__below(chart), from_end = chart->n_series - 1 - s;
  const size_t weaker = below == 1; /* a side of one is not of the darkest */
  if (s < below) return s + weaker;
  return from_end < below ? SX_INK_SCALE_COUNT - 1 - from_end - weaker : SX_INK_SCALE_COUNT / 2;
}

sx_ink sx_chart_part_ink(const sx_chart *chart, size_t series) {
  enum { DARKEST = SX_INK_HEAT_COUNT - 2, LIGHTEST = 1, GREY = 6 };
  const size_t n = chart->n_ordered;
  if (chart->type == SX_CHART_LIKERT) return (sx_ink)(SX_INK_SCALE_0 + step_of(chart, series));
  if (chart->type != SX_CHART_STACKED || !n) return sx_ink_series(series);
  if (series >= n) return sx_ink_series(GREY);
  return (sx_ink)(SX_INK_HEAT_0 + DARKEST - (n > 1 ? (DARKEST - LIGHTEST) * series / (n - 1) : 0));
}

static void make_styles(stacks *t) {
  for (size_t s = 0; s < t->chart->n_series; s++) {
    const size_t ordered = t->chart->n_ordered;
    sx_draw_style style = {.fill = sx_chart_part_ink(t->chart, s)};
    if (t->chart->type == SX_CHART_LIKERT) {
      style = sx_draw__scale_style(step_of(t->chart, s));
    } else if (ordered && s >= ordered) { /* beside the scale: each with another pattern */
      style.hatch = (sx_draw_hatch)((s - ordered) % SX_HATCH_COUNT);
      style.hatch_ink = SX_INK_PAPER;
    } else if (!ordered) {
      style = sx_draw_series_style(s);
    }
    style.stroke = SX_INK_PAPER;
    style.stroke_width = 1.5;
    t->styles[s] = style;
  }
}

static void make_scale(stacks *t) {
  double lo = 0, hi = 0;
  for (size_t i = 0; i < t->chart->n_categories; i++) {
    double a, b;
    reach(t, i, &a, &b);
    lo = fmin(lo, a);
    hi = fmax(hi, b);
  }
  if (!(hi > lo)) hi = lo + 1;
  sx_draw__scale(&t->scale, lo, hi, &t->chart->numbers, t->narrow ? 3 : 5);
  sx_draw__tighten(&t->scale, lo, hi);
  t->scale.magnitude = t->chart->type == SX_CHART_LIKERT;
  t->scale.from = t->narrow ? 1 : t->label_width + LABEL_GAP;
  t->scale.to = t->d->width - 1;
}

static void draw_texts(stacks *t, const sx_chart_cell *c, double x, double width, double y,
                       const sx_draw_style *style) {
  const double room = width - 5;
  const double size = sx_draw__fit(c->text, SX_CHART_TEXT, room);
  const bool two = sx_draw__has_interval(t->chart, c) && c->interval_text &&
                   sx_draw__text_width_of(c->interval_text, SX_CHART_TINY) <= room;
  if (size > 0) sx_draw__cell_texts(t->d, c, x + width / 2, y + (two ? 16 : BAR / 2.0 + 5), size, two, style);
}

static void draw_bar(stacks *t, size_t category, double y) {
  double lo, hi, at[2];
  reach(t, category, &lo, &hi);
  at[0] = 0;                                          /* falling parts go on to the left */
  at[1] = t->chart->type == SX_CHART_LIKERT ? lo : 0; /* opinions begin at the left */
  t->d->on_mark = true;
  for (size_t s = 0; s < t->chart->n_series; s++) {
    const sx_chart_cell *c = sx_chart_at(t->chart, category, s);
    const double v = value_of(t, category, s), end = at[v >= 0] + v;
    const double x0 = sx_draw__at(&t->scale, fmin(at[v >= 0], end)), x1 = sx_draw__at(&t->scale, fmax(at[v >= 0], end));
    at[v >= 0] = end;
    if (!c->present || x1 - x0 <= 0) continue;
    sx_draw_rect(t->d, x0, y, x1 - x0, BAR, 0, &t->styles[s]);
    draw_texts(t, c, x0, x1 - x0, y, &t->styles[s]);
  }
  t->d->on_mark = false;
}

static double draw_row(stacks *t, size_t i, double y) {
  sx_draw_label label;
  sx_draw__label(&label, t->chart->categories[i], t->narrow ? t->d->width : t->label_width);
  const double height = t->narrow ? label.height + 3 + BAR : fmax(label.height, BAR);
  const double top = t->narrow ? y + label.height + 3 : y + (height - BAR) / 2;
  if (t->narrow) sx_draw__grid(t->d, &t->scale, top, top + BAR);
  if (t->narrow)
    sx_draw__row_label(t->d, &label, t->label_width, true, y + label.height / 2);
  else
    sx_draw__row_label(t->d, &label, t->label_width, t->flush, y + height / 2);
  draw_bar(t, i, top);
  return y + height + GAP;
}

void sx_draw__stacks(sx_drawing *d, const sx_chart *chart) {
  stacks t = {.d = d, .chart = chart, .narrow = sx_draw__narrow(d)};
  t.below = chart->type == SX_CHART_LIKERT ? sx_draw__below(chart) : 0;
  t.between = chart->n_series - 2 * t.below;
  t.styles = sx_arena_alloc(d->arena, chart->n_series, sizeof *t.styles);
  if (!t.styles) {
    d->failed = true;
    return;
  }
  make_styles(&t);
  t.label_width = t.narrow ? d->width : sx_draw__label_column(d, chart, 0.32, &t.flush);
  make_scale(&t);
  const double top = sx_draw__legend_of(d, chart, 0, t.styles) + 4;
  const size_t rows = d->n_items;
  double y = top + 6;
  for (size_t i = 0; i < chart->n_categories; i++) y = draw_row(&t, i, sx_draw__heading(d, chart, i, y));
  sx_draw__rows_end(d, chart, &t.scale, rows, t.narrow, top, y);
}
