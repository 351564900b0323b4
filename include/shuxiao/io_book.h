/* io_book.h: the cells of an Excel workbook as they stand, sheet by sheet, for those who read a form and not a table of cases. */
#ifndef SX_IO_BOOK_H
#define SX_IO_BOOK_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_cell_kind { SX_CELL_TEXT, SX_CELL_NUMBER, SX_CELL_LOGICAL } sx_cell_kind;
/* A cell that is not empty. Numbers stand as the shortest text that gives them, logical values as true and false, dates as the text
 * 2025-06-30; a formula is the value that was kept with it. */
typedef struct sx_book_cell {
  size_t row, column; /* from 1 */
  const char *text;
  sx_cell_kind kind;
} sx_book_cell;
typedef struct sx_book_sheet {
  const char *name;
  bool hidden;
  const sx_book_cell *cells; /* [n], row by row, left to right */
  size_t n;
} sx_book_sheet;
typedef struct sx_book {
  sx_arena *arena;
  const sx_book_sheet *sheets;
  size_t n;
} sx_book;

/* The workbook (.xlsx) in data[n]; name is for messages. names_only: the sheets without their cells. Expected: SX_E_SUPPORT (not an .xlsx),
 * SX_E_PARSE (damaged), SX_E_DATA (a cell with an error value, "plan.xlsx: Sheet1!C14"), SX_E_LIMIT (more than a million cells). */
SX_API sx_status sx_book_parse(sx_book **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                               bool names_only, sx_error *err) SX_NODISCARD;
SX_API void sx_book_free(sx_book *book); /* NULL ok */

/* "C14" of row 14, column 3. */
enum { SX_BOOK_CELL_NAME = 16 };
SX_API void sx_book_cell_name(char out[SX_BOOK_CELL_NAME], size_t row, size_t column);

#ifdef __cplusplus
}
#endif
#endif
