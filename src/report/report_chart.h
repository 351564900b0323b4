/* report_chart.h: the numbers of a figure, and the drawings that can be made of them. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report_svg.h"

typedef enum sx_chart_type {
  SX_CHART_BARS,
  SX_CHART_GROUPED,
  SX_CHART_SHARES,
  SX_CHART_DOTS,
  SX_CHART_LINES,
  SX_CHART_WATERFALL,
  SX_CHART_TORNADO,
  SX_CHART_TYPES
} sx_chart_type;

typedef struct sx_chart_cell {
  bool present;                       /* a reference stood there */
  double value;                       /* NaN: missing */
  double low, high;                   /* NaN: no interval */
  const char *text;                   /* as printed beside the mark */
  const char *interval_text;          /* "5.90 – 6.14"; NULL */
  const char *trace, *interval_trace; /* attributes that say which result the texts are; NULL */
} sx_chart_cell;

typedef struct sx_chart {
  sx_chart_type type;
  const char *const *categories; /* [n_categories] plain text */
  const char *const *series;     /* [n_series] */
  size_t n_categories, n_series;
  const sx_chart_cell *cells; /* [n_categories * n_series] */
  bool interval;
  sx_spec spec;            /* for the axis */
  const bool *whole;       /* waterfall: [n_categories] a level, drawn from 0, not a step; NULL: all are steps */
  double centre;           /* tornado: where the bars begin */
  const char *centre_text; /* printed above it; NULL: nothing */
  const char *centre_trace;
} sx_chart;

static inline const sx_chart_cell *sx_chart_at(const sx_chart *chart, size_t category, size_t series) {
  return &chart->cells[category * chart->n_series + series];
}

/* Draws into svg, whose width decides between the wide layout and the narrow one (below 500: labels above the marks);
 * sets svg->height. */
void sx_chart__draw(sx_svg *svg, const sx_chart *chart);
void sx_chart__rows(sx_svg *svg, const sx_chart *chart); /* bars, grouped, dots */
void sx_chart__shares(sx_svg *svg, const sx_chart *chart);
void sx_chart__lines(sx_svg *svg, const sx_chart *chart);
void sx_chart__waterfall(sx_svg *svg, const sx_chart *chart); /* of the first series */
void sx_chart__tornado(sx_svg *svg, const sx_chart *chart);   /* of the first two series */

typedef struct sx_scale {
  double lo, hi;   /* of values */
  double from, to; /* of pixels */
  double step;     /* between ticks, in values */
  int decimals;    /* that a tick needs, on the scaled value */
} sx_scale;
/* Widens lo..hi to round ticks, about `n` of them. */
void sx_chart__scale(sx_scale *out, double lo, double hi, const sx_spec *spec, int n);
double sx_chart__at(const sx_scale *scale, double value);
/* The tick's number, bare. */
void sx_chart__tick(char *out, size_t cap, const sx_chart *chart, const sx_scale *scale, double value);
/* The numbers of the scale below the rows, those that have room. */
void sx_chart__ticks(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, double bottom);
/* Light upright lines at the ticks, that at 0 darker. */
void sx_chart__grid(sx_svg *svg, const sx_scale *scale, double top, double bottom);
/* The rows of a drawing decide its height, and its scale lies behind them: they are drawn aside first. Between the two calls svg->body
 * is the rows alone; the second puts the grid from `top` (not where narrow) to `y`, the numbers below it, and the rows on them. */
sx_buf sx_chart__rows_begin(sx_svg *svg);
void sx_chart__rows_end(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, sx_buf behind, bool narrow,
                        double top, double y);
/* A tick's number, drawn with the value that it stands for. */
void sx_chart__tick_text(sx_svg *svg, const sx_chart *chart, const sx_scale *scale, double value, double x,
                         double baseline, sx_anchor anchor);
/* A cell's printed value with its trace. */
void sx_chart__value_text(sx_svg *svg, const sx_chart_cell *cell, double x, double baseline, sx_anchor anchor,
                          double size, const char *colour);
/* Swatches and names, wrapped; returns the y below. */
double sx_chart__legend(sx_svg *svg, const sx_chart *chart, double y, bool markers);

enum { SX_CHART_TEXT = 14, SX_CHART_SMALL = 12, SX_CHART_NARROW = 500 };

#endif
