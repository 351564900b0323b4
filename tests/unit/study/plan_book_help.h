/* plan_book_help.h: small plans as workbooks: sheets, rows and cells written as text. */
#ifndef PLAN_BOOK_HELP_H
#define PLAN_BOOK_HELP_H

#include <stdlib.h>
#include <string.h>

#include "shuxiao/publish_sheets.h"

/* "=study" begins a sheet; a line is a row, cells are separated by |; a cell that is a number is one, unless ' stands before it, and \n in it breaks
 * its line. An empty line is an empty row. */
static inline sx_status plan_book(sx_buf *out, const char *text, sx_error *err) {
  enum { SHEETS = 16, CELLS = 4000 };
  char *copy = malloc(strlen(text) + 1);
  sx_sheet sheets[SHEETS];
  sx_sheet_cell *cells = calloc(CELLS, sizeof *cells);
  size_t n = 0, used = 0, row = 0;
  sx_status status = copy && cells ? SX_OK : sx_error_memory(err);
  if (copy) memcpy(copy, text, strlen(text) + 1);
  for (char *line = copy, *next; status == SX_OK && line && *line; line = next) {
    char *end = strchr(line, '\n');
    next = end ? end + 1 : NULL;
    if (end) *end = '\0';
    if (*line == '=' && n < SHEETS) {
      sheets[n++] = (sx_sheet){.name = line + 1, .cells = cells + used};
      row = 0;
      continue;
    }
    row++;
    size_t column = 0;
    for (char *cell = line, *after; n && cell; cell = after) {
      char *bar = strchr(cell, '|');
      after = bar ? bar + 1 : NULL;
      if (bar) *bar = '\0';
      column++;
      double value;
      if (!*cell || used == CELLS) continue;
      const bool number = sx_text_to_double(&value, cell, strlen(cell)) && value - value == 0;
      for (char *p = cell; (p = strstr(p, "\\n")) != NULL;) {
        *p = '\n';
        memmove(p + 1, p + 2, strlen(p + 1));
      }
      cells[used++] = number ? (sx_sheet_cell){row, column, NULL, value, SX_SHEET_PLAIN}
                             : (sx_sheet_cell){row, column, cell + (*cell == '\''), 0, SX_SHEET_PLAIN};
      sheets[n - 1].n++;
    }
  }
  if (status == SX_OK) status = sx_publish_sheets(out, NULL, "plan", sheets, n, err);
  free(cells);
  free(copy);
  return status;
}

#endif
