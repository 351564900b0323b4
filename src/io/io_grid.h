/* io_grid.h: sheets of workbooks. A sheet becomes delimited text, one line a row of the sheet, which the reader of delimited text takes
 * from there: types, missing values and names are the same as those of the CSV file that the sheet would be saved as. */
#ifndef SX_IO_GRID_H
#define SX_IO_GRID_H

#include "io_priv.h"

/* What takes cells as they stand, in the place of a table; type as the workbook says it: n number, b logical, else text. */
typedef sx_status (*sx_io__take_cell)(void *data, size_t row, size_t column, char type, const char *text, size_t n,
                                      sx_error *err);

enum { SX_GRID_MAX_ROWS = 1048576, SX_GRID_MAX_COLUMNS = 16384, SX_CELL_NAME_MAX = 16 };

/* A sheet as it is filled: rows and the cells in them come in order; what is left out is empty. */
typedef struct sx_io__grid {
  const char *name; /* of the file, for messages */
  char *sheet;      /* its name; owned */
  sx_ctx ctx;
  sx_buf text;         /* fields of the rows so far, without the padding to the full width */
  size_t *row_end;     /* [rows] byte of text behind each row; owned */
  uint32_t *row_cells; /* [rows] fields in it; owned */
  size_t rows, cap_ends, cap_cells, columns;
  size_t cells;          /* fields in the row at hand */
  size_t first_column;   /* no cell stands before it */
  sx_io__take_cell take; /* NULL: into text */
  void *taker;
  char type; /* of the cell at hand, for take */
} sx_io__grid;

/* Every sheet of an .xlsx in its order (io_xlsx.c): `sheet` is called before the cells of each, which `take` gets; NULL: names alone. */
typedef struct sx_io__visitor {
  void *data;
  sx_status (*sheet)(void *data, const char *name, bool hidden, sx_error *err);
  sx_io__take_cell take;
} sx_io__visitor;
sx_status sx_io__xlsx_visit(const sx_io__source *source, const sx_io__visitor *visitor, sx_error *err) SX_NODISCARD;
bool sx_io__is_xlsx(const sx_io__source *source);

sx_status sx_io__grid_init(sx_io__grid *grid, const sx_ctx *ctx, const char *name, const char *sheet,
                           sx_error *err) SX_NODISCARD;
void sx_io__grid_clear(sx_io__grid *grid);
/* A cell, both from 0, row by row and left to right. SX_E_DATA for one that comes too late, SX_E_LIMIT beyond the sizes of Excel. */
sx_status sx_io__grid_cell(sx_io__grid *grid, size_t row, size_t column, const char *text, size_t n,
                           sx_error *err) SX_NODISCARD;
/* As a table through the reader of delimited text; places in errors become those of cells. */
sx_status sx_io__grid_read(sx_table **out, sx_io__grid *grid, const sx_read_options *options,
                           sx_error *err) SX_NODISCARD;

void sx_io__cell_name(char out[SX_CELL_NAME_MAX], size_t row, size_t column); /* 0, 0: "A1" */
/* A day number of a workbook as 2025-06-30, with T08:30:00 where it has a time; false where it is no day since 1900 (1904 where said). */
bool sx_io__cell_date(char out[32], double serial, bool since_1904);
/* True for a number format that shows a date, or a time of day: [h]:mm is none, it shows a length of time. */
bool sx_io__format_is_date(const char *code);
/* The same of the built-in formats, those of East Asia with them (ECMA-376 part 1, 18.8.30); 45 to 47 are lengths of time. */
bool sx_io__built_in_date(unsigned long id);
/* Chooses among sheets: the one that is asked for, else the first that is not hidden. SX_E_DATA with the nearest name. */
sx_status sx_io__sheet_choose(size_t *out, const char *const *names, const bool *hidden, size_t n, const char *wanted,
                              const char *file, sx_error *err) SX_NODISCARD;

#endif
