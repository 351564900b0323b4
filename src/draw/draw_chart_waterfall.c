/* draw_chart_waterfall.c: steps that add up: each bar begins where the one before ended, levels stand on zero. One row per step, its
 * label to the left (or above, when narrow), the value to the right of all that is drawn in the row.
 *
 *   end of step i = end of step i-1 + value i; a level begins anew at 0. The interval of a step lies around its end: what is drawn
 *   is the step's own error, not that of the sum so far.
 *
 * Where the levels dwarf the steps the axis begins near them; the bars of the levels bear the mark of a break, and a line below says so. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

enum { LABEL_GAP = 12, VALUE_GAP = 7, LABEL_LINES = 12, MARK = 18 };
enum {
  RISE = 0,
  FALL = 1,
  LEVEL = 2
}; /* colours: blue, orange, near-black; told apart in grey too, and the sign is printed */

static const double BROKEN = 0.25,
                    ROOM = 0.5; /* of the height and of all that moves: when the axis is broken, and where it begins */

typedef struct step {
  double from, to, low, high; /* low, high: NaN without an interval */
  bool whole;
} step;

typedef struct fall {
  sx_drawing *d;
  const sx_chart *chart;
  bool narrow, broken;
  double label_width;
  sx_draw_scale scale;
} fall;

/* The step at hand; *run is the end of the one before, and becomes its own. */
static step next_step(const sx_chart *chart, size_t i, double *run) {
  const sx_chart_cell *c = sx_chart_at(chart, i, 0);
  step s = {.whole = chart->whole && chart->whole[i], .low = (double)NAN, .high = (double)NAN};
  s.from = s.whole ? 0 : *run;
  s.to = isfinite(c->value) ? s.from + c->value : s.from;
  if (chart->interval && isfinite(c->value) && isfinite(c->low) && isfinite(c->high)) {
    s.low = s.from + c->low;
    s.high = s.from + c->high;
  }
  if (!s.whole || isfinite(c->value)) *run = s.to;
  return s;
}

double sx_chart_axis_start(const sx_chart *chart) {
  double lo = (double)INFINITY, hi = -(double)INFINITY, run = 0;
  bool level = false;
  if (chart->type != SX_CHART_WATERFALL || chart->n_series != 1) return 0;
  for (size_t i = 0; i < chart->n_categories; i++) {
    const step s = next_step(chart, i, &run);
    const double from = s.whole ? s.to : s.from;
    if (s.whole && !isfinite(sx_chart_at(chart, i, 0)->value)) return 0;
    level = level || s.whole;
    lo = fmin(lo, fmin(from, s.to));
    hi = fmax(hi, fmax(from, s.to));
    if (isfinite(s.low)) lo = fmin(lo, s.low), hi = fmax(hi, s.high);
  }
  if (!level || !(lo > 0) || !(hi > lo) || hi - lo >= BROKEN * hi) return 0;
  return fmax(0, lo - ROOM * (hi - lo));
}

static void make_scale(fall *f) {
  double lo = 0, hi = 0, run = 0;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    const step s = next_step(f->chart, i, &run);
    lo = fmin(lo, fmin(s.from, s.to));
    hi = fmax(hi, fmax(s.from, s.to));
    if (isfinite(s.low)) lo = fmin(lo, s.low), hi = fmax(hi, s.high);
  }
  if (!(hi > lo)) hi = lo + 1;
  const double start = sx_chart_axis_start(f->chart);
  sx_draw__scale(&f->scale, start > 0 ? start : lo, hi, &f->chart->numbers, f->narrow ? 3 : 5);
  f->broken = start > 0 && f->scale.lo > 0;
}

static void make_layout(fall *f) {
  const double width = f->d->width, most = f->narrow ? width : 0.38 * width;
  double widest = 0, value = 0;
  for (size_t i = 0; i < f->chart->n_categories; i++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, f->chart->categories[i], SX_CHART_TEXT, most, LABEL_LINES);
    widest = fmax(widest, lines.width);
    const char *text = sx_chart_at(f->chart, i, 0)->text;
    if (text) value = fmax(value, sx_draw_text_width(text, strlen(text), SX_CHART_TEXT));
  }
  f->label_width = f->narrow ? width : fmin(widest, most);
  f->scale.from = f->narrow ? 1 : f->label_width + LABEL_GAP;
  f->scale.to = fmax(width - value - VALUE_GAP - 2, f->scale.from + 40);
}

/* Two slanting strokes across a bar, and nothing between them. */
static void draw_break(fall *f, double middle) {
  const double x = f->scale.from + 12, top = middle - MARK / 2.0 - 3, bottom = middle + MARK / 2.0 + 3;
  const sx_draw_point gap[] = {{x + 4, top, true}, {x + 9, top, false}, {x + 1, bottom, false}, {x - 4, bottom, false}};
  sx_draw_polygon(f->d, gap, 4, &(sx_draw_style){.fill = SX_INK_PAPER});
  sx_draw__stroke(f->d, x + 4, top, x - 4, bottom, SX_INK_AXIS, 1.25, SX_DASH_SOLID);
  sx_draw__stroke(f->d, x + 9, top, x + 1, bottom, SX_INK_AXIS, 1.25, SX_DASH_SOLID);
}

static void say_broken(fall *f) {
  const char *text =
      f->chart->lang == SX_LANG_ZH ? "横轴有断开，不从零起。" : "The axis is broken: it does not begin at zero.";
  const double x = f->narrow ? 0 : f->scale.from;
  sx_draw_lines lines;
  sx_draw_wrap(&lines, text, SX_CHART_SMALL, f->d->width - x, 3);
  const double height = 1.35 * SX_CHART_SMALL * (double)lines.n;
  sx_draw_block(f->d, x, f->d->height + height / 2, SX_ANCHOR_START, SX_CHART_SMALL, SX_INK_SOFT, &lines);
  f->d->height += height + 3;
}

static void draw_step(fall *f, size_t i, const step *s, double middle) {
  const sx_chart_cell *c = sx_chart_at(f->chart, i, 0);
  const double from = sx_draw__at(&f->scale, f->broken ? fmax(s->from, f->scale.lo) : s->from),
               to = sx_draw__at(&f->scale, s->to);
  double right = fmax(from, to);
  if (!c->present) return;
  if (isfinite(c->value)) {
    const size_t colour = s->whole ? LEVEL : c->value < 0 ? FALL : RISE;
    sx_draw__bar(f->d, from, middle - MARK / 2.0, to - from, MARK, sx_ink_series(colour));
    if (f->broken && s->whole) draw_break(f, middle);
    if (isfinite(s->low)) {
      const double low = sx_draw__at(&f->scale, s->low), high = sx_draw__at(&f->scale, s->high);
      sx_draw_whisker(f->d, low, high, middle, false, s->whole ? SX_INK_AXIS : SX_INK_TEXT);
      right = fmax(right, high);
    }
  }
  f->d->attributes = c->trace;
  sx_draw_text(f->d, right + VALUE_GAP, middle + 0.35 * SX_CHART_TEXT, SX_ANCHOR_START, SX_CHART_TEXT,
               isfinite(c->value) ? SX_INK_TEXT : SX_INK_SOFT, s->whole || isfinite(c->value), c->text,
               strlen(c->text));
  f->d->attributes = NULL;
}

static double draw_row(fall *f, size_t i, double *run, double *joint, double y) {
  sx_draw_lines lines;
  sx_draw_wrap(&lines, f->chart->categories[i], SX_CHART_TEXT, f->label_width, LABEL_LINES);
  const double label = 1.35 * SX_CHART_TEXT * (double)lines.n, row = MARK + 4;
  const double height = f->narrow ? label + 3 + row : fmax(label, row), before = *run;
  const double middle = f->narrow ? y + label + 3 + row / 2 : y + height / 2;
  const step s = next_step(f->chart, i, run);
  if (f->narrow) sx_draw__grid(f->d, &f->scale, y + label + 3, y + height);
  if (isfinite(*joint)) { /* from the end of the step before */
    const double x = sx_draw__at(&f->scale, before);
    sx_draw__stroke(f->d, x, *joint, x, middle - MARK / 2.0, SX_INK_AXIS, 1, SX_DASH_FINE);
  }
  *joint = middle + MARK / 2.0;
  sx_draw_block(f->d, f->narrow ? 0 : f->label_width, f->narrow ? y + label / 2 : middle,
                f->narrow ? SX_ANCHOR_START : SX_ANCHOR_END, SX_CHART_TEXT, SX_INK_TEXT, &lines);
  draw_step(f, i, &s, middle);
  return y + height + (f->narrow ? 10 : 12);
}

void sx_draw__waterfall(sx_drawing *d, const sx_chart *chart) {
  fall f = {.d = d, .chart = chart, .narrow = d->width < SX_CHART_NARROW};
  make_scale(&f);
  make_layout(&f);
  const size_t behind = d->n_items;
  double y = 10, run = 0, joint = (double)NAN;
  for (size_t i = 0; i < chart->n_categories; i++) y = draw_row(&f, i, &run, &joint, y);
  sx_draw__rows_end(d, chart, &f.scale, behind, f.narrow, 4, y);
  if (f.broken) say_broken(&f);
}
