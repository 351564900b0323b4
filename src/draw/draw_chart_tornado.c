/* draw_chart_tornado.c: what a result becomes when its inputs move one at a time: a bar per input from the result to what it is with the
 * input at its lower end (first series) and at its upper end (second), both printed at the bar's ends. One series with the centre at 0:
 * signed effects. The order of the rows is the block's. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

enum { LABEL_GAP = 12, VALUE_GAP = 7, LABEL_LINES = 12, MARK = 18, SIDES = 2 };

typedef struct tornado {
  sx_drawing *d;
  const sx_chart *chart;
  bool narrow;
  size_t sides; /* series drawn: 1 or 2 */
  double label_width;
  sx_draw_scale scale;
} tornado;

static const sx_chart_cell *cell(const tornado *t, size_t category, size_t side) {
  return sx_chart_at(t->chart, category, side);
}

static void make_scale(tornado *t) {
  double lo = t->chart->centre, hi = lo;
  for (size_t i = 0; i < t->chart->n_categories; i++) {
    for (size_t s = 0; s < t->sides; s++) {
      const double v = cell(t, i, s)->value;
      if (isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
    }
  }
  if (!(hi > lo)) hi = lo + (lo != 0 ? fabs(lo) : 1);
  sx_draw__scale(&t->scale, lo, hi, &t->chart->numbers, t->narrow ? 3 : 5);
}

static void make_layout(tornado *t) {
  const double width = t->d->width, most = t->narrow ? width : 0.38 * width;
  double widest = 0, value = 0;
  for (size_t i = 0; i < t->chart->n_categories; i++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, t->chart->categories[i], SX_CHART_TEXT, most, LABEL_LINES);
    widest = fmax(widest, lines.width);
    for (size_t s = 0; s < t->sides; s++) {
      const char *text = cell(t, i, s)->text;
      if (text) value = fmax(value, sx_draw_text_width(text, strlen(text), SX_CHART_SMALL + 1));
    }
  }
  value += VALUE_GAP + 2;
  t->label_width = t->narrow ? width : fmin(widest, most);
  t->scale.from = (t->narrow ? 0 : t->label_width + LABEL_GAP) + value;
  t->scale.to = fmax(width - value, t->scale.from + 40);
}

static void put_value(tornado *t, const sx_chart_cell *c, double x, bool left, double middle) {
  const double size = SX_CHART_SMALL + 1;
  t->d->attributes = c->trace;
  sx_draw_text(t->d, left ? x - VALUE_GAP : x + VALUE_GAP, middle + 0.35 * size, left ? SX_ANCHOR_END : SX_ANCHOR_START,
               size, isfinite(c->value) ? SX_INK_TEXT : SX_INK_SOFT, isfinite(c->value), c->text, strlen(c->text));
  t->d->attributes = NULL;
}

/* The two ends of one input. Where both lie on one side of the centre only the farther one is printed: the nearer lies inside its bar. */
static void draw_ends(tornado *t, size_t i, double middle) {
  const double centre = sx_draw__at(&t->scale, t->chart->centre);
  const sx_chart_cell *farthest[SIDES] = {NULL, NULL}; /* to the left, to the right */
  bool any = false;
  for (size_t s = 0; s < t->sides; s++) {
    const sx_chart_cell *c = cell(t, i, s);
    if (!c->present || !isfinite(c->value)) continue;
    const double x = sx_draw__at(&t->scale, c->value);
    const size_t side = x < centre ? 0 : 1;
    sx_draw__bar(t->d, centre, middle - MARK / 2.0, x - centre, MARK, sx_ink_series(s == 0 && t->sides > 1));
    if (!farthest[side] || fabs(c->value - t->chart->centre) > fabs(farthest[side]->value - t->chart->centre))
      farthest[side] = c;
    any = true;
  }
  for (size_t side = 0; side < SIDES; side++) {
    if (farthest[side]) put_value(t, farthest[side], sx_draw__at(&t->scale, farthest[side]->value), side == 0, middle);
  }
  if (!any && cell(t, i, 0)->present) put_value(t, cell(t, i, 0), centre, false, middle);
}

static double draw_row(tornado *t, size_t i, double y) {
  sx_draw_lines lines;
  sx_draw_wrap(&lines, t->chart->categories[i], SX_CHART_TEXT, t->label_width, LABEL_LINES);
  const double label = 1.35 * SX_CHART_TEXT * (double)lines.n, row = MARK + 4;
  const double height = t->narrow ? label + 3 + row : fmax(label, row);
  const double middle = t->narrow ? y + label + 3 + row / 2 : y + height / 2;
  const double x = sx_draw__at(&t->scale, t->chart->centre);
  if (t->narrow) sx_draw__grid(t->d, &t->scale, y + label + 3, y + height);
  sx_draw_block(t->d, t->narrow ? 0 : t->label_width, t->narrow ? y + label / 2 : middle,
                t->narrow ? SX_ANCHOR_START : SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT, &lines);
  draw_ends(t, i, middle);
  sx_draw__stroke(t->d, x, middle - row / 2 - 3, x, middle + row / 2 + 3, SX_INK_TEXT, 1.5, SX_DASH_SOLID);
  return y + height + (t->narrow ? 10 : 8);
}

static double draw_centre(tornado *t, double y) {
  const char *text = t->chart->centre_text;
  if (!text || !*text) return y;
  const double half = sx_draw_text_width(text, strlen(text), SX_CHART_SMALL + 1) / 2;
  const double x = fmin(fmax(sx_draw__at(&t->scale, t->chart->centre), half), t->d->width - half);
  t->d->attributes = t->chart->centre_trace;
  sx_draw_text(t->d, x, y + 14, SX_ANCHOR_MIDDLE, SX_CHART_SMALL + 1, SX_INK_TEXT, true, text, strlen(text));
  t->d->attributes = NULL;
  return y + 22;
}

/* The legend has the colours of the bars: the lower end orange, the upper blue. */
static double draw_legend(tornado *t) {
  if (t->sides < 2) return 0;
  double x = 0, y = 0;
  for (size_t s = 0; s < t->sides; s++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, t->chart->series[s], SX_CHART_TEXT, t->d->width - 18, 3);
    const double height = fmax(1, (double)lines.n) * 1.35 * SX_CHART_TEXT + 3;
    if (x > 0 && x + 18 + lines.width > t->d->width) x = 0, y += 22;
    sx_draw__swatch(t->d, x, y + height / 2 - 6, 12, &(sx_draw_style){.fill = sx_ink_series(s == 0)});
    sx_draw_block(t->d, x + 18, y + height / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT, &lines);
    x = lines.n > 1 ? t->d->width : x + 18 + lines.width + 20;
    if (lines.n > 1) y += height - 22;
  }
  return y + 30;
}

void sx_draw__tornado(sx_drawing *d, const sx_chart *chart) {
  tornado t = {.d = d, .chart = chart, .narrow = d->width < SX_CHART_NARROW};
  t.sides = chart->n_series < SIDES ? chart->n_series : SIDES;
  make_scale(&t);
  make_layout(&t);
  const double top = draw_centre(&t, draw_legend(&t));
  const size_t behind = d->n_items;
  double y = top + 6;
  for (size_t i = 0; i < chart->n_categories; i++) y = draw_row(&t, i, sx_draw__heading(d, chart, i, y));
  sx_draw__rows_end(d, chart, &t.scale, behind, t.narrow, top, y);
}
