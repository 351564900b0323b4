/* draw_chart_heat.c: a table whose cells are shaded by their value, the value in the cell, its interval below it where there is room. */
#include <string.h>

#include "draw_chart_priv.h"

enum { CELL = 30, CELL_TWO = 40, HEAD_LINES = 6, LABEL_GAP = 10, KEY = 180 };

typedef struct heat {
  sx_drawing *d;
  const sx_chart *chart;
  bool narrow, flush, two; /* two lines in a cell */
  double left, label_width, column;
  sx_draw_shades shades;
} heat;

/* Intervals are printed where most of them have room. */
static bool has_room(const heat *h) {
  size_t n = 0, fitting = 0;
  for (size_t i = 0; i < h->chart->n_categories * h->chart->n_series; i++) {
    const sx_chart_cell *c = &h->chart->cells[i];
    if (!sx_draw__has_interval(h->chart, c) || !c->interval_text) continue;
    n++;
    fitting += sx_draw__text_width_of(c->interval_text, SX_CHART_TINY) <= h->column - 6;
  }
  return n && fitting == n;
}

static double draw_heads(heat *h) {
  double deepest = 0;
  if (h->chart->n_series == 1 && !h->chart->series[0][0]) return 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t s = 0; s < h->chart->n_series; s++) {
      sx_draw_lines lines;
      sx_draw_wrap(&lines, h->chart->series[s], SX_CHART_SMALL, h->column - 6, HEAD_LINES);
      const double height = 1.35 * SX_CHART_SMALL * (double)lines.n;
      if (pass)
        sx_draw_block(h->d, h->left + h->column * ((double)s + 0.5), deepest - height / 2, SX_ANCHOR_MIDDLE,
                      SX_CHART_SMALL, SX_INK_TEXT, &lines);
      else
        deepest = fmax(deepest, height);
    }
  }
  return deepest + 6;
}

static void draw_cell(heat *h, const sx_chart_cell *c, double x, double y, double height) {
  sx_draw_style style = sx_draw__shade(&h->shades, c->present ? c->value : (double)NAN);
  style.stroke = SX_INK_PAPER;
  style.stroke_width = 2;
  sx_draw_rect(h->d, x, y, h->column, height, 0, &style);
  const double size = c->present ? sx_draw__fit(c->text, 13, h->column - 6) : 0;
  const bool two = h->two && sx_draw__has_interval(h->chart, c) && c->interval_text;
  if (size > 0) sx_draw__cell_texts(h->d, c, x + h->column / 2, y + height / 2 + (two ? -2 : 5), size, two, &style);
}

static double draw_row(heat *h, size_t i, double y) {
  sx_draw_label label;
  const double cell = h->two ? CELL_TWO : CELL;
  sx_draw__label(&label, h->chart->categories[i], h->narrow ? h->d->width : h->label_width);
  const double height = h->narrow ? cell : fmax(label.height + 6, cell);
  double top = y;
  if (h->narrow) {
    sx_draw__row_label(h->d, &label, 0, true, y + label.height / 2);
    top = y + label.height + 3;
  } else {
    sx_draw__row_label(h->d, &label, h->label_width, h->flush, y + height / 2);
  }
  h->d->on_mark = true;
  for (size_t s = 0; s < h->chart->n_series; s++)
    draw_cell(h, sx_chart_at(h->chart, i, s), h->left + h->column * (double)s, top, height);
  h->d->on_mark = false;
  return top + height + (h->narrow ? 8 : 0);
}

void sx_draw__heat(sx_drawing *d, const sx_chart *chart) {
  heat h = {.d = d, .chart = chart, .narrow = sx_draw__narrow(d)};
  sx_draw__shades(&h.shades, chart);
  h.label_width = h.narrow ? 0 : sx_draw__label_column(d, chart, 0.34, &h.flush);
  h.left = h.narrow ? 0 : h.label_width + LABEL_GAP;
  h.column = fmin((d->width - h.left) / (double)chart->n_series, 150);
  h.two = has_room(&h);
  double y = draw_heads(&h) + 2;
  for (size_t i = 0; i < chart->n_categories; i++) y = draw_row(&h, i, sx_draw__heading(d, chart, i, y));
  d->height = sx_draw__shade_key(d, chart, &h.shades, h.left, y + 10, fmin(KEY, d->width - h.left));
}
