/* draw_chart.h: charts: the numbers of a chart (sx_chart), what is drawn of them (sx_chart_draw), what they say in words (sx_chart_text).
 * The numbers are public, so that the native charts of a workbook or a Word file can be made of the same. */
#ifndef SX_DRAW_CHART_H
#define SX_DRAW_CHART_H

#include "shuxiao/draw.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_chart_type {
  SX_CHART_BARS,    /* a bar per category */
  SX_CHART_GROUPED, /* a bar per category and series */
  SX_CHART_SHARES, /* parts of a whole: one series: one bar and the list of its parts (the categories); several: a full bar per category */
  SX_CHART_DOTS,      /* points with intervals */
  SX_CHART_LINES,     /* categories are periods in order, a line per series */
  SX_CHART_WATERFALL, /* categories are steps from the end of the one before, or levels */
  SX_CHART_TORNADO,   /* categories are inputs; series 0 at its lower end, series 1 at its upper */
  SX_CHART_STACKED,   /* a bar per category, the series one after the other, along a scale */
  SX_CHART_LIKERT, /* the same for answers from one opinion to the opposite: the middle of the bar lies on the middle of the answers */
  SX_CHART_SLOPES, /* categories are two to six periods, a line per series, named at both ends */
  SX_CHART_HEAT,   /* a table whose cells are shaded by their value: categories down, series across */
  SX_CHART_TILES,  /* one series over the 31 provinces of mainland China, a tile each, near its place */
  SX_CHART_TYPES
} sx_chart_type;
SX_API const char *sx_chart_type_name(sx_chart_type type); /* "bars"; the words of a study file; never NULL */
SX_API const char *sx_chart_type_word(sx_chart_type type, sx_lang lang); /* "Bar chart" */
SX_API bool sx_chart_type_find(sx_chart_type *out, const char *name);

typedef struct sx_chart_cell {
  bool present;                       /* an estimate, or a missing one, stands there */
  double value;                       /* NaN: missing */
  double low, high;                   /* NaN: no interval */
  const char *text;                   /* as printed beside the mark; NULL: by the chart's numbers */
  const char *interval_text;          /* "5.90 – 6.14"; NULL: none is printed */
  const char *trace, *interval_trace; /* attributes that say which result the texts are (sx_draw_item); NULL */
} sx_chart_cell;

/* How the numbers of a chart are printed. Zeros: values in full, no unit. */
typedef struct sx_chart_numbers {
  int shift;    /* the printed number is value * 10^shift: 2 for per cent, -8 for 亿 */
  int decimals; /* of a value's text */
  bool
      percent; /* values are parts of one: ticks have the sign, and a stack that adds to less than one leaves the rest of its bar empty */
  const char *unit; /* "%", "亿元", " billion yuan"; NULL: none */
  /* NULL: the number with U+2212 for the minus, and the unit unless bare. decimals < 0: those of the chart's values. */
  void (*put)(const void *data, sx_buf *out, double value, int decimals, bool bare, bool with_sign);
  /* Attributes of a number on the scale; NULL: none. */
  void (*trace)(const void *data, sx_buf *out, double value);
  const void *data;
} sx_chart_numbers;

typedef struct sx_chart {
  sx_chart_type type;
  sx_lang lang;
  const char *const *categories; /* [n_categories] plain text */
  const char *const *series;     /* [n_series] */
  const char *const *
      groups; /* [n_categories] a heading stands above the first of each run of equal ones; "" none; NULL: no headings */
  const char *const
      *codes; /* tiles: [n_categories] the province of each (sx_province_find); NULL: its label is its name */
  size_t n_categories, n_series;
  const sx_chart_cell *cells; /* [n_categories * n_series] */
  bool interval;              /* intervals are drawn, or printed where a drawing has no place for them */
  double ci_level;            /* of the intervals, for the words; 0: not said */
  sx_chart_numbers numbers;
  const bool *whole; /* waterfall: [n_categories] a level, drawn from 0, not a step; NULL: all are steps */
  double centre;     /* tornado: where the bars begin; heat: where the colours part, when `has_centre` */
  bool has_centre;
  const char *centre_text; /* tornado: printed above it; NULL: nothing */
  const char *centre_trace;
  size_t
      n_below; /* likert: series of the lower opinion; the same number at the end is the upper, what is between is neither. 0: half */
  const char *notice; /* said first in the words ("Synthetic data"); NULL: nothing */
  size_t
      n_ordered; /* stacked: that many series from the first are steps of one scale, the others stand beside it. 0: no scale */
} sx_chart;

static inline const sx_chart_cell *sx_chart_at(const sx_chart *chart, size_t category, size_t series) {
  return &chart->cells[category * chart->n_series + series];
}

/* The same from rows, in any order: what a table, a result set or a study gives. Categories and series stand in the order in which they first
 * come; a cell that no row has is absent. Expected: SX_E_DATA where two rows have the same place. */
typedef struct sx_chart_row {
  const char *label, *group, *series, *code; /* group, series, code: NULL as "" */
  double estimate, low, high;                /* NaN: missing */
  const char *text;                          /* NULL: by the chart's numbers */
} sx_chart_row;
/* Fills chart's labels, groups, codes, sizes and cells; everything is the arena's or borrowed from rows. The rest of chart is left as it is. */
SX_API sx_status sx_chart_from_rows(sx_chart *chart, sx_arena *arena, const sx_chart_row *rows, size_t n,
                                    sx_error *err) SX_NODISCARD;

/* Below this width labels stand above the marks instead of beside them. */
enum { SX_CHART_NARROW = 500, SX_CHART_WIDE_WIDTH = 720, SX_CHART_NARROW_WIDTH = 358 };

/* The drawing of a chart at a width (at least 240). Labels may hold anything: control characters become blanks, what is no UTF-8 U+FFFD, and
 * a label that is too long ends in an ellipsis after 12 lines.
 * Expected: SX_E_DATA for no rows, an infinite value, a province that is none or named twice, a shape that the type has not (two series of
 * a waterfall); SX_E_LIMIT for more than fits (1,000 categories, 24 series, 12 columns of a heat table and so on): the message says
 * what to do. */
SX_API sx_status sx_chart_draw(sx_drawing **out, const sx_ctx *ctx, const sx_chart *chart, double width,
                               sx_error *err) SX_NODISCARD;

/* Whether it can be drawn as far as its sizes and labels say: what sx_chart_draw refuses before it looks at a cell, which may be absent. */
SX_API sx_status sx_chart_check(const sx_chart *chart, sx_error *err) SX_NODISCARD;

/* The colour of the parts of a series in a stack: a step of the opinions' colours (likert), of one hue from dark to light (ordered), grey beside a
 * scale, else the colour of the series. */
SX_API sx_ink sx_chart_part_ink(const sx_chart *chart, size_t series);
/* Where the axis of a waterfall begins whose steps would be dwarfed by its levels (all that moves takes less than a quarter of the height): somewhat
 * below the least end, and the drawing marks the axis as broken. 0: the axis begins at zero. */
SX_API double sx_chart_axis_start(const sx_chart *chart);

/* Alternative text, from the data: the kind of chart, then every value with its interval; above 150 values their number, the least and the
 * greatest and where they are. Plain text. */
SX_API void sx_chart_text(sx_buf *out, const sx_chart *chart);

/* ---- provinces --------------------------------------------------------------------------------------------------- */

enum { SX_PROVINCES = 31 };
typedef struct sx_province {
  int code;                      /* GB/T 2260: 11 Beijing */
  const char *letters;           /* of the same standard: "BJ" */
  const char *character;         /* "京" */
  const char *name_zh, *name_en; /* short: "北京", "Beijing" */
  int column, row;               /* of its tile */
} sx_province;
SX_API const sx_province *sx_province_get(size_t i); /* i < SX_PROVINCES, in the order of the codes; NULL beyond */
/* By code (11, 110000), letters, character, short or full name in either language; NULL when it is none. */
SX_API const sx_province *sx_province_find(const char *text);

#ifdef __cplusplus
}
#endif
#endif
