/* publish_book_priv.h: the workbook behind publish_book.h as its two files share it: publish_book.c (sheets, cells, tables, names) and publish_book_chart.c
 * (charts, shades). They are the only files that include libxlsxwriter. */
#ifndef PUBLISH_BOOK_PRIV_H
#define PUBLISH_BOOK_PRIV_H

#include <xlsxwriter.h>

#include "publish_book.h"
#include "publish_book_bars.h"
#include "shuxiao/table.h"

typedef struct kept_style {
  pub_style style;
  lxw_format *format;
} kept_style;

typedef struct kept_sheet {
  lxw_worksheet *sheet;
  char name[PUB_SHEET_NAME];
} kept_sheet;

/* A name of a cell, which the library is told at the end. */
typedef struct kept_name {
  const char *name, *formula;
} kept_name;

struct pub_book {
  sx_ctx ctx;
  sx_arena *arena; /* names */
  lxw_workbook *workbook;
  int fd;
  kept_sheet *sheets;
  size_t n_sheets, cap_sheets;
  kept_style *styles;
  size_t n_styles, cap_styles;
  sx_dict *names; /* of tables and cells: one space; in small letters */
  kept_name *cells;
  size_t n_cells, cap_cells;
  pub_bars *bars; /* intervals of charts, put in at the end */
  size_t n_bars, cap_bars, n_charts;
  sx_error error; /* the first */
};

/* The first failure of a book stays. */
bool sx_publish__book_failed(const pub_book *book);
void sx_publish__book_fail(pub_book *book, sx_status status, const char *where, const char *message);
void sx_publish__book_check(pub_book *book, lxw_error code, const char *where);
/* The sheet, when it has that cell; NULL: the book has failed. */
lxw_worksheet *sx_publish__book_sheet(pub_book *book, size_t sheet, size_t row, size_t column);
/* The text as the library takes it: no control characters, at most so many UTF-16 units. False: out of memory. */
bool sx_publish__book_clean(sx_buf *out, const char *text, size_t units, bool in_cell);

#endif
