/* draw_chart_priv.h: what the drawings of the charts share: scales, legends, rows. */
#ifndef DRAW_CHART_PRIV_H
#define DRAW_CHART_PRIV_H

#include <math.h>

#include "shuxiao/draw_chart.h"

enum { SX_CHART_TEXT = 14, SX_CHART_SMALL = 12, SX_CHART_TINY = 10, SX_CHART_LABEL_LINES = 12, SX_CHART_KEY = 32 };

/* Each draws a checked chart into d, whose width decides between the wide layout and the narrow one; sets d->height. */
void sx_draw__rows(sx_drawing *d, const sx_chart *chart); /* bars, grouped, dots */
void sx_draw__shares(sx_drawing *d, const sx_chart *chart);
void sx_draw__lines(sx_drawing *d, const sx_chart *chart);
void sx_draw__waterfall(sx_drawing *d, const sx_chart *chart);
void sx_draw__tornado(sx_drawing *d, const sx_chart *chart);
void sx_draw__stacks(sx_drawing *d, const sx_chart *chart); /* stacked, likert */
void sx_draw__slopes(sx_drawing *d, const sx_chart *chart);
void sx_draw__heat(sx_drawing *d, const sx_chart *chart);
void sx_draw__tiles(sx_drawing *d, const sx_chart *chart);

/* A chart that can be drawn: checked, labels cleaned, every cell with its texts. Its memory is the arena's or the chart's. */
sx_status sx_draw__prepare(sx_chart *out, const sx_chart *chart, sx_arena *arena, double width,
                           sx_error *err) SX_NODISCARD;
/* How many parts of a likert chart are of the lower opinion. */
size_t sx_draw__below(const sx_chart *chart);
/* The place of each category of a tile chart, or NULL (an unknown name, or one that comes twice: *other is the first). */
const sx_province *sx_draw__province(const sx_chart *chart, size_t category);

/* ---- marks ---- */
static inline bool sx_draw__narrow(const sx_drawing *d) {
  return d->width < SX_CHART_NARROW;
}
static inline void sx_draw__bar(sx_drawing *d, double x, double y, double width, double height, sx_ink ink) {
  sx_draw_rect(d, x, y, width, height, 0, &(sx_draw_style){.fill = ink});
}
static inline void sx_draw__swatch(sx_drawing *d, double x, double y, double size, const sx_draw_style *style) {
  sx_draw_rect(d, x, y, size, size, 2, style);
}
static inline void sx_draw__stroke(sx_drawing *d, double x0, double y0, double x1, double y1, sx_ink ink, double width,
                                   sx_draw_dash dash) {
  sx_draw_line(d, x0, y0, x1, y1, &(sx_draw_style){.stroke = ink, .stroke_width = width, .dash = dash});
}

/* ---- numbers ---- */
void sx_draw__put(sx_buf *out, const sx_chart_numbers *numbers, double value, int decimals, bool bare, bool with_sign);
static inline bool sx_draw__has_interval(const sx_chart *chart, const sx_chart_cell *c) {
  return chart->interval && isfinite(c->value) && isfinite(c->low) && isfinite(c->high);
}

typedef struct sx_draw_scale {
  double lo, hi;      /* of values */
  double from, to;    /* of pixels */
  double step;        /* between ticks, in values */
  double first, last; /* tick: lo and hi, unless the scale is cut to its values */
  int decimals;       /* that a tick needs, on the scaled value */
  bool magnitude;     /* ticks without a sign: both directions count from the middle */
} sx_draw_scale;
/* Widens lo..hi to round ticks, about `n` of them. */
void sx_draw__scale(sx_draw_scale *out, double lo, double hi, const sx_chart_numbers *numbers, int n);
/* Cuts a scale to the values lo..hi that it was made for: where room is dear and no axis stands at its end. */
void sx_draw__tighten(sx_draw_scale *scale, double lo, double hi);
double sx_draw__at(const sx_draw_scale *scale, double value);
/* The tick's number, bare. */
void sx_draw__tick(char *out, size_t cap, const sx_chart *chart, const sx_draw_scale *scale, double value);
/* The numbers of the scale below the rows, those that have room. */
void sx_draw__ticks(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, double bottom);
/* Light upright lines at the ticks, that at 0 darker. */
void sx_draw__grid(sx_drawing *d, const sx_draw_scale *scale, double top, double bottom);
/* The rows of a drawing decide its height, and its scale lies behind them: once they are drawn (the items from `rows` on), puts the grid from
 * `top` (not where narrow) to `y` and the numbers below it behind them. */
void sx_draw__rows_end(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, size_t rows, bool narrow,
                       double top, double y);
/* A tick's number, drawn with the value that it stands for. */
void sx_draw__tick_text(sx_drawing *d, const sx_chart *chart, const sx_draw_scale *scale, double value, double x,
                        double baseline, sx_anchor anchor);

/* ---- texts ---- */
/* A cell's printed value with its trace. */
void sx_draw__value_text(sx_drawing *d, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                         double size, sx_ink ink);
void sx_draw__interval_text(sx_drawing *d, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                            double size, sx_ink ink);
/* Texts centred in a marked area, the value and, below it, the interval where `two`: a pattern is kept away from them. */
void sx_draw__cell_texts(sx_drawing *d, const sx_chart_cell *cell, double middle, double baseline, double size,
                         bool two, const sx_draw_style *area);
/* Swatches and names, wrapped; returns the y below. */
double sx_draw__legend(sx_drawing *d, const sx_chart *chart, double y, bool markers);
double sx_draw__legend_of(sx_drawing *d, const sx_chart *chart, double y, const sx_draw_style *styles); /* [n_series] */
/* The greatest size from `most` down to SX_CHART_TINY at which the text has room; 0 where it has none. */
double sx_draw__fit(const char *text, double most, double room);
/* The label of a row: beside the marks, ending at `width`, or above them where narrow (from `y` on, within `width`). */
typedef struct sx_draw_label {
  sx_draw_lines lines;
  double height;
} sx_draw_label;
void sx_draw__label(sx_draw_label *out, const char *text, double width);
/* Width of the column of labels: of the widest, at most `share` of the drawing. *flush: some are long, and all read better from the left edge. */
double sx_draw__label_column(const sx_drawing *d, const sx_chart *chart, double share, bool *flush);
/* A row's label beside its marks, around `middle`. */
void sx_draw__row_label(sx_drawing *d, const sx_draw_label *label, double width, bool flush, double middle);
/* Labels in order of height on the page are moved so that none lies on another: down from `top`, then up again where they leave `bottom`. */
typedef struct sx_draw_tag {
  double y, height, wanted; /* middle; where it belongs */
  size_t series;
  const sx_chart_cell *cell;
  sx_draw_lines lines;
} sx_draw_tag;
void sx_draw__spread(sx_draw_tag *tags, size_t n, double top, double bottom);

/* ---- shades ---- */
/* Values as shades: light to dark, or orange to blue from a centre. */
typedef struct sx_draw_shades {
  sx_draw_scale scale;
  bool parted;
  double centre;
} sx_draw_shades;
void sx_draw__shades(sx_draw_shades *out, const sx_chart *chart);
sx_draw_style sx_draw__shade(const sx_draw_shades *shades, double value); /* NaN: SX_INK_EMPTY */
/* Their key: boxes from the least to the greatest with both numbers, `width` wide; returns the y below. */
double sx_draw__shade_key(sx_drawing *d, const sx_chart *chart, const sx_draw_shades *shades, double x, double y,
                          double width);
/* Step i of the colours of opinions, 0..SX_INK_SCALE_COUNT-1; those below the middle bear a pattern. */
sx_draw_style sx_draw__scale_style(size_t step);
/* The heading of the group that begins with a category; returns the y below, which is y where none does. */
double sx_draw__heading(sx_drawing *d, const sx_chart *chart, size_t category, double y);
double sx_draw__text_width_of(const char *text, double size); /* 0 for NULL */

#endif
