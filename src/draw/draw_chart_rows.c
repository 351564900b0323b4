/* draw_chart_rows.c: bars, grouped bars and dots: one row per category, its label to the left (or above, when narrow), the values along
 * a common scale, the value printed beyond the interval so that nothing lies on anything. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

typedef struct rows {
  sx_drawing *d;
  const sx_chart *chart;
  bool narrow, dots, flush;        /* flush: labels from the left edge, when some are long */
  double label_width, left, right; /* of the plot */
  double value_size, mark;         /* font size of values, thickness of a bar */
  sx_draw_scale scale;
} rows;

enum { LABEL_GAP = 12, VALUE_GAP = 7, LABEL_LINES = 12, POINT = 6 }; /* POINT: half of a point */

/* ---- extent ------------------------------------------------------------------------------------------------------ */

static void extent(const sx_chart *chart, double *lo, double *hi) {
  *lo = (double)INFINITY;
  *hi = -(double)INFINITY;
  for (size_t i = 0; i < chart->n_categories * chart->n_series; i++) {
    const sx_chart_cell *c = &chart->cells[i];
    const double values[] = {c->value, chart->interval ? c->low : (double)NAN, chart->interval ? c->high : (double)NAN};
    for (size_t k = 0; k < 3; k++) {
      if (!isfinite(values[k])) continue;
      *lo = fmin(*lo, values[k]);
      *hi = fmax(*hi, values[k]);
    }
  }
}

/* Bars stand on zero; points may leave it when they lie far from it. */
static void make_scale(rows *r) {
  double lo, hi;
  extent(r->chart, &lo, &hi);
  if (!(lo <= hi)) lo = 0, hi = 1;
  const bool free_lo = r->dots && lo > 0.4 * hi, free_hi = r->dots && hi < 0.4 * lo;
  if (!free_lo) lo = fmin(lo, 0);
  if (!free_hi) hi = fmax(hi, 0);
  sx_draw__scale(&r->scale, lo, hi, &r->chart->numbers, r->narrow ? 3 : 5);
}

static double widest_value(const rows *r) {
  double width = 0;
  for (size_t i = 0; i < r->chart->n_categories * r->chart->n_series; i++) {
    const char *text = r->chart->cells[i].text;
    if (text) width = fmax(width, sx_draw_text_width(text, strlen(text), r->value_size));
  }
  return width;
}

static bool leftward(const sx_chart_cell *c) {
  return c->value < 0;
}

static bool any_leftward(const sx_chart *chart) {
  for (size_t i = 0; i < chart->n_categories * chart->n_series; i++) {
    if (leftward(&chart->cells[i])) return true;
  }
  return false;
}

static void make_layout(rows *r) {
  const double width = r->d->width, most = r->narrow ? width : 0.38 * width;
  double widest = 0;
  for (size_t i = 0; i < r->chart->n_categories; i++) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, r->chart->categories[i], SX_CHART_TEXT, most, LABEL_LINES);
    widest = fmax(widest, lines.width);
    r->flush = r->flush || lines.n > 2;
  }
  const double value = widest_value(r) + VALUE_GAP + (r->dots ? POINT : 2);
  r->label_width = r->narrow ? width : fmin(widest, most);
  r->left = (r->narrow ? 0 : r->label_width + LABEL_GAP) + (any_leftward(r->chart) ? value : r->narrow ? 1 : 0);
  r->right = width - value;
  if (r->right < r->left + 40) r->right = r->left + 40;
  r->scale.from = r->left;
  r->scale.to = r->right;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

static void draw_value(rows *r, const sx_chart_cell *c, double y, size_t s) {
  const double zero = sx_draw__at(&r->scale, r->scale.lo > 0 ? r->scale.lo : r->scale.hi < 0 ? r->scale.hi : 0);
  const double baseline = y + 0.35 * r->value_size;
  if (isnan(c->value)) {
    sx_draw_text(r->d, zero + VALUE_GAP, baseline, SX_ANCHOR_START, r->value_size, SX_INK_SOFT, false, c->text,
                 strlen(c->text));
    return;
  }
  const bool interval = r->chart->interval && isfinite(c->low) && isfinite(c->high);
  const double at = sx_draw__at(&r->scale, c->value);
  double lo = interval ? sx_draw__at(&r->scale, c->low) : at, hi = interval ? sx_draw__at(&r->scale, c->high) : at;
  if (r->dots) {
    lo -= POINT;
    hi += POINT;
    if (interval)
      sx_draw_line(r->d, lo + POINT, y, hi - POINT, y,
                   &(sx_draw_style){.stroke = sx_ink_series(s), .stroke_width = 2.5, .round_caps = true});
    sx_draw_marker(r->d, at, y, 5.5, s);
  } else {
    const sx_draw_style style = sx_draw_series_style(s);
    sx_draw_rect(r->d, zero, y - r->mark / 2, at - zero, r->mark, 0, &style);
    if (interval) sx_draw_whisker(r->d, lo, hi, y, false, s == 2 ? SX_INK_AXIS : SX_INK_TEXT);
  }
  const bool left = leftward(c);
  sx_draw__value_text(r->d, c, left ? fmin(lo, at) - VALUE_GAP : fmax(hi, at) + VALUE_GAP, baseline,
                      left ? SX_ANCHOR_END : SX_ANCHOR_START, r->value_size, SX_INK_TEXT);
}

/* One category from y on; the y below it. Narrow: light lines only where there are marks, so that none crosses a label. */
static double draw_row(rows *r, size_t category, double y) {
  const double pitch = r->mark + (r->dots ? 8 : 4), gap = r->narrow ? 10 : 12;
  const double marks = pitch * (double)r->chart->n_series;
  sx_draw_lines lines;
  sx_draw_wrap(&lines, r->chart->categories[category], SX_CHART_TEXT, r->label_width, LABEL_LINES);
  const double label = 1.35 * SX_CHART_TEXT * (double)lines.n;
  double top = y;
  double height = marks;
  if (r->narrow) {
    sx_draw_block(r->d, 0, y + label / 2, SX_ANCHOR_START, SX_CHART_TEXT, SX_INK_TEXT, &lines);
    top = y + label + 3;
    height = label + 3 + marks;
    sx_draw__grid(r->d, &r->scale, top, top + marks);
  } else {
    height = fmax(label, marks);
    top = y + (height - marks) / 2;
    sx_draw_block(r->d, r->flush ? 0 : r->label_width, y + height / 2, r->flush ? SX_ANCHOR_START : SX_ANCHOR_END,
                  SX_CHART_TEXT, SX_INK_TEXT, &lines);
  }
  for (size_t s = 0; s < r->chart->n_series; s++) {
    const sx_chart_cell *c = sx_chart_at(r->chart, category, s);
    const double middle = top + pitch * ((double)s + 0.5);
    if (r->dots) sx_draw__stroke(r->d, r->left, middle, r->right, middle, SX_INK_RULE, 1, SX_DASH_DOTTED);
    if (c->present) draw_value(r, c, middle, s);
  }
  return y + height + gap;
}

void sx_draw__rows(sx_drawing *d, const sx_chart *chart) {
  rows r = {.d = d, .chart = chart, .narrow = d->width < SX_CHART_NARROW, .dots = chart->type == SX_CHART_DOTS};
  r.value_size = chart->n_series > 1 ? SX_CHART_SMALL + 1 : SX_CHART_TEXT;
  r.mark = chart->n_series > 1 ? (r.dots ? 12 : 14) : r.dots ? 16 : 20;
  make_scale(&r);
  make_layout(&r);
  const double top = sx_draw__legend(d, chart, 0, r.dots) + 4;
  const size_t behind = d->n_items;
  double y = top + 6;
  for (size_t i = 0; i < chart->n_categories; i++) y = draw_row(&r, i, sx_draw__heading(d, chart, i, y));
  sx_draw__rows_end(d, chart, &r.scale, behind, r.narrow, top, y);
}
