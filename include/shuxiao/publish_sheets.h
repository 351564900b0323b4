/* publish_sheets.h: a workbook of plain cells, for forms that people fill in. */
#ifndef SX_PUBLISH_SHEETS_H
#define SX_PUBLISH_SHEETS_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_sheet_style { SX_SHEET_PLAIN, SX_SHEET_HEAD, SX_SHEET_NOTE } sx_sheet_style;
typedef struct sx_sheet_cell {
  size_t row, column; /* from 1 */
  const char *text;   /* a text cell, whatever it begins with; NULL: a number */
  double number;
  sx_sheet_style style;
} sx_sheet_cell;
typedef struct sx_sheet {
  const char *name; /* made one that Excel allows */
  const sx_sheet_cell *cells;
  size_t n;
  const double *widths; /* [n_widths] of the first columns, in characters */
  size_t n_widths;
  size_t frozen; /* rows above that stay in sight */
} sx_sheet;

/* The whole file is appended; the same sheets give the same bytes. Expected: SX_E_LIMIT for a text of more than 32,767 units, which a cell
 * does not hold. */
SX_API sx_status sx_publish_sheets(sx_buf *out, const sx_ctx *ctx, const char *title, const sx_sheet *sheets, size_t n,
                                   sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
