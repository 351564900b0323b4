/* publish_book.h: a workbook as the formats of this room write it. publish_book.c and publish_book_chart.c are the only files that know the library
 * behind it (libxlsxwriter); they check everything before the library sees it, which would print to stderr.
 *
 * Failures stick, as those of sx_buf do: the calls return nothing, and sx_publish__book_finish tells the first. */
#ifndef PUBLISH_BOOK_H
#define PUBLISH_BOOK_H

#include "publish_priv.h"

typedef struct pub_book pub_book;

enum { PUB_ROWS_MAX = 1048576, PUB_COLUMNS_MAX = 16384, PUB_FORMAT_MAX = 96, PUB_SHEET_NAME = 31 * 4 + 1 };

typedef struct pub_style {
  char number[PUB_FORMAT_MAX]; /* "0.0%"; "" general */
  bool bold, italic, wrap, centre, right, link, top, bottom, soft;
  int size;   /* of the letters in points; 0 the usual */
  int indent; /* 0..15 */
} pub_style;

sx_status sx_publish__book_new(pub_book **out, const sx_ctx *ctx, const char *title, const char *author,
                               sx_error *err) SX_NODISCARD;
void sx_publish__book_free(pub_book *book); /* NULL ok */
/* The whole file. The book can only be freed afterwards. */
sx_status sx_publish__book_finish(sx_buf *out, pub_book *book, sx_error *err) SX_NODISCARD;

/* A new sheet. The name is what comes nearest to `wanted` among what Excel allows (31 characters, none of []:*?/\, not beginning or ending with
 * an apostrophe, none of that name before). */
size_t sx_publish__sheet(pub_book *book, const char *wanted);
const char *sx_publish__sheet_name(const pub_book *book, size_t sheet);
void sx_publish__column_width(pub_book *book, size_t sheet, size_t first, size_t last, double characters);
void sx_publish__row_height(pub_book *book, size_t sheet, size_t row, double points);
/* Lines that a wrapped text takes in a column of that width, a little generous: readers do not all find the height of a row themselves. */
double sx_publish__lines(const char *text, double characters);
enum { PUB_LINE_POINTS = 15 };
void sx_publish__freeze(pub_book *book, size_t sheet, size_t row, size_t column);
void sx_publish__landscape(pub_book *book, size_t sheet);
/* A sheet is printed on one page's width unless that would make it tiny: then on so many, its first column on each. */
void sx_publish__pages_wide(pub_book *book, size_t sheet, size_t pages);

/* Cells. style NULL: the usual. Text is a text cell whatever it begins with; control characters are shown as their pictures (U+2400...), text
 * beyond 32,767 units ends in an ellipsis. A number that is not finite is an error: the caller has a symbol for it. */
void sx_publish__cell_text(pub_book *book, size_t sheet, size_t row, size_t column, const char *text,
                           const pub_style *style);
void sx_publish__cell_number(pub_book *book, size_t sheet, size_t row, size_t column, double value,
                             const pub_style *style);
/* formula begins with "="; value or text: what it gives, for readers that do not compute. */
void sx_publish__cell_formula(pub_book *book, size_t sheet, size_t row, size_t column, const char *formula,
                              double value, const char *text, const pub_style *style);
/* A text that leads to cell A1 of a sheet. */
void sx_publish__cell_link(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                           const pub_style *style);
void sx_publish__cell_link_to(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                              size_t to_row, const pub_style *style);
void sx_publish__cell_merged(pub_book *book, size_t sheet, size_t row, size_t first, size_t last, const char *text,
                             const pub_style *style);

/* A table object over head and body, which is n_rows > 0 rows below it; heads [n_columns] must differ (sx_publish__unique_heads). The name is made
 * one that Excel allows. The library writes the heads. */
void sx_publish__table(pub_book *book, size_t sheet, size_t row, size_t column, size_t n_rows, const char *const *heads,
                       size_t n_columns, const char *name, const pub_style *head);
/* Texts of the arena, "a", "a (2)"; none empty, none longer than 255 characters. False: out of memory. */
bool sx_publish__unique_heads(const char **heads, size_t n, sx_arena *arena);

/* A name of the workbook for one cell. The name is made one that Excel allows and that is not there yet; it is returned (the book's). */
const char *sx_publish__define(pub_book *book, const char *wanted, size_t sheet, size_t row, size_t column);
/* "$C$7" and "C7"; "'Table 1'!$C$7" for formulas. */
void sx_publish__cell_name(sx_buf *out, size_t row, size_t column, bool absolute);
void sx_publish__cell_reference(sx_buf *out, const pub_book *book, size_t sheet, size_t row, size_t column);

/* ---- charts ---- */
typedef enum pub_chart_kind {
  PUB_CHART_BARS,
  PUB_CHART_STACKED,
  PUB_CHART_COLUMNS_STACKED,
  PUB_CHART_LINES
} pub_chart_kind;
typedef struct pub_range {
  size_t sheet, row, column, n; /* n cells downwards */
} pub_range;
typedef enum pub_label_place {
  PUB_LABEL_NONE,
  PUB_LABEL_BASE,
  PUB_LABEL_END,
  PUB_LABEL_CENTRE,
  PUB_LABEL_RIGHT
} pub_label_place;
typedef struct pub_series {
  const char *name;
  pub_label_place label;    /* where the values stand beside their marks */
  const bool *label_hidden; /* [values.n] those without room; NULL: none */
  bool label_name;          /* with the name of the series */
  const char *const
      *shown; /* [values.n] what the cells of shown_in say: the labels in place of the values; NULL: these */
  pub_range shown_in;
  pub_range values;
  pub_range plus, minus; /* n 0: no interval */
  bool hidden;           /* holds others up; not in the legend */
  bool unlisted;         /* not in the legend */
  size_t colour;         /* of the palette, from 1; 0: its place among the series */
  size_t ink;            /* a colour of the drawings (sx_ink) in place of the palette's; 0: none */
  bool marks_only;       /* of lines */
} pub_series;
typedef struct pub_chart {
  pub_chart_kind kind;
  const char *title, *axis, *number; /* number: format of the axis and of labels */
  const char *words;                 /* the alternative text */
  pub_range categories;
  const pub_series *series;
  size_t n_series;
  bool overlapping; /* bars of one category on top of one another */
  bool both_sides;  /* values below zero are lengths to the left: numbers have no sign */
  double crossing;  /* where bars begin; NaN: 0 */
  double low, high; /* ends of the axis; low not below high: as the program likes */
} pub_chart;
void sx_publish__chart(pub_book *book, size_t sheet, size_t row, size_t column, const pub_chart *chart);
/* Shades the numbers of a rectangle of cells, light for the least and dark for the greatest; with a centre orange below it, blue above it, and paler
 * the nearer (both ends as far from the centre as `far`). Black letters stand on every shade. centre NaN: none. */
void sx_publish__shade(pub_book *book, size_t sheet, size_t row, size_t column, size_t n_rows, size_t n_columns,
                       double centre, double far);

#endif
