/* publish_xlsx.h: what the sheets of the publication workbook share while it is made. */
#ifndef PUBLISH_XLSX_H
#define PUBLISH_XLSX_H

#include "publish_book.h"
#include "publish_symbols.h"
#include "shuxiao/report_document.h"
#include "shuxiao/table.h"

/* Where a number stands and which result it is: a line of the sheet of checks. */
typedef struct xl_trace {
  size_t sheet, row, column;
  const char *reference; /* "users.total.se"; NULL: a number from outside */
  double factor;         /* the cell holds the result times this */
  double value;          /* what the cell holds */
} xl_trace;

typedef struct xl_entry { /* a line of the contents */
  size_t sheet;
  const char *title;
} xl_entry;

typedef struct xl_note {
  const char *text, *sheet;
} xl_note;

typedef struct xl {
  pub_run run;
  sx_lang lang;
  const sx_document *document;
  sx_arena *arena; /* the run's */
  pub_book *book;
  const pub_symbols *symbols;
  xl_trace *traces;
  size_t n_traces, cap_traces;
  sx_dict *traced; /* references of the traces; of who makes the book */
  xl_entry *entries;
  size_t n_entries, cap_entries;
  xl_note *notes;
  size_t n_notes, cap_notes;
  bool untitled; /* charts have no title: it stands in the text around them */
} xl;

/* A text by the workbook's language. */
const char *sx_publish__say(const xl *x, const char *zh, const char *en);
const char *sx_publish__plain(const xl *x, const sx_document_node *node); /* arena; "" for NULL; NULL: out of memory */
/* The lines above a table: title, the shorthand that it uses, its notes and source as [note n]. Gives the first free row. */
sx_status sx_publish__above(size_t *row, xl *x, size_t sheet, const sx_document_node *node, const char *title,
                            unsigned symbols, sx_error *err) SX_NODISCARD;
/* A wrapped text with a row high enough for it. */
void sx_publish__put_wrapped(xl *x, size_t sheet, size_t row, size_t column, const char *text, double width,
                             const pub_style *style);
sx_status sx_publish__entry(xl *x, size_t sheet, const char *title, sx_error *err) SX_NODISCARD;

/* How a number of the tree stands in a cell: value * factor with this format. */
typedef struct xl_shape {
  double factor;
  pub_style style;
} xl_shape;
void sx_publish__shape(xl_shape *out, const sx_document_number *number);
/* Which of a number's values a cell holds. */
typedef enum xl_part { XL_MAIN, XL_LOW, XL_HIGH } xl_part;
/* Writes the number, its trace and, for the estimate itself, its name. Missing: the symbol. *symbols: those used so far. marks: what is to be said
 * about it (may be NULL). */
sx_status sx_publish__put_number(xl *x, size_t sheet, size_t row, size_t column, const sx_document_number *number,
                                 xl_part part, unsigned *symbols, sx_buf *marks, sx_error *err) SX_NODISCARD;
/* A value of a figure, in the shape of its number. suffix: "low" or "high" of the reference. */
sx_status sx_publish__put_traced(xl *x, size_t sheet, size_t row, size_t column, double value, const xl_shape *shape,
                                 const char *reference, const char *field, sx_error *err) SX_NODISCARD;
/* The symbols that a table will use, before its first row is known. */
sx_status sx_publish__symbols_of(unsigned *symbols, xl *x, const sx_document_node *node, sx_error *err) SX_NODISCARD;

/* Where the values of a figure stand: series k of category i in row head + 1 + i, column series_at + k * each. */
typedef struct xl_place {
  size_t sheet, head, series_at, each;
  size_t shade_row, shade_column; /* where shaded cells begin: beside the table, */
  bool below;                     /* or below it, in columns as wide as its own */
  xl_shape shape;
} xl_place;
/* Columns that the shaded cells of a figure take, and their width together; 0: none are made. */
size_t sx_publish__shaded_columns(double *width, const sx_chart *chart);
/* A heat table or the tiles of the provinces as shaded cells beside or below the table, each a formula that gives its value. Other charts: nothing. */
sx_status sx_publish__shaded_cells(xl *x, const sx_document_figure *figure, const xl_place *at,
                                   sx_error *err) SX_NODISCARD;

sx_status sx_publish__table_sheet(xl *x, const sx_document_node *node, sx_error *err) SX_NODISCARD;
sx_status sx_publish__figure_sheet(xl *x, const sx_document_node *node, sx_error *err) SX_NODISCARD;
/* A figure as a workbook of its own with its checks, and its chart's XML, which refers to that workbook; *chart is empty where Excel has no chart of
 * that kind. Both are appended. For the chart of a Word document (publish_docx_chart.c). */
sx_status sx_publish__figure_book(sx_buf *book, sx_buf *chart, const sx_document *document,
                                  const sx_document_node *figure, sx_error *err) SX_NODISCARD;
sx_status sx_publish__checks_sheet(xl *x, sx_error *err) SX_NODISCARD;

/* publish_xlsx_opinions.c: opinions on both sides of a middle: columns of formulas (from `column` on) that the parts to the left and the halves of the answer
 * between are drawn from, and the series of the chart. Columns: 0 for other charts. */
size_t sx_publish__opinion_columns(const sx_chart *chart);
sx_status sx_publish__opinion_heads(const char **heads, const xl *x, const sx_chart *chart, sx_error *err) SX_NODISCARD;
sx_status sx_publish__opinion_cells(xl *x, const sx_document_figure *figure, const xl_place *at, size_t column,
                                    sx_error *err) SX_NODISCARD;
size_t sx_publish__opinion_series(const sx_chart *chart);
sx_status sx_publish__opinion_parts(pub_series *out, xl *x, const sx_document_figure *figure, const xl_place *at,
                                    size_t column, sx_error *err) SX_NODISCARD;
void sx_publish__opinion_reach(double *low, double *high, const sx_document_figure *figure);

/* Round ends of the values' axis that hold the intervals too, bars on 0; both 0 where the program chooses. factor: from values to cells. */
void sx_publish__chart_ends(double *low, double *high, const sx_document_figure *figure, double factor);
/* publish_xlsx_labels.c: which values of a native chart stand beside their marks: those with room. one_bar: a series a category. */
sx_status sx_publish__chart_labels(pub_series *series, sx_arena *arena, const sx_document_figure *figure, bool one_bar,
                                   bool intervals, sx_error *err) SX_NODISCARD;

#endif
