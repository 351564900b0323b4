/* publish_sheets.c: a workbook of plain cells. */
#include "shuxiao/publish_sheets.h"

#include <string.h>

#include "publish_book.h"

static sx_status check_cells(const sx_sheet *s, sx_error *err) {
  enum { UNITS_MAX = 32767 };
  for (size_t i = 0; i < s->n; i++) {
    const sx_sheet_cell *c = &s->cells[i];
    if (!c->row || !c->column || c->row > PUB_ROWS_MAX || c->column > PUB_COLUMNS_MAX)
      return sx_error_set(err, SX_E_LIMIT, s->name, "a sheet has at most %d rows and %d columns", PUB_ROWS_MAX,
                          PUB_COLUMNS_MAX);
    if (c->text && sx_utf8_count(c->text, strlen(c->text)) > UNITS_MAX)
      return sx_error_set(err, SX_E_LIMIT, s->name, "row %zu, column %zu: a cell holds at most %d characters", c->row,
                          c->column, UNITS_MAX);
  }
  return SX_OK;
}

static void write_sheet(pub_book *book, const sx_sheet *s) {
  static const pub_style styles[] = {[SX_SHEET_PLAIN] = {.wrap = false},
                                     [SX_SHEET_HEAD] = {.bold = true, .bottom = true},
                                     [SX_SHEET_NOTE] = {.italic = true}};
  const size_t sheet = sx_publish__sheet(book, s->name);
  for (size_t i = 0; i < s->n_widths; i++) sx_publish__column_width(book, sheet, i, i, s->widths[i]);
  if (s->frozen) sx_publish__freeze(book, sheet, s->frozen, 0);
  for (size_t i = 0; i < s->n; i++) {
    const sx_sheet_cell *c = &s->cells[i];
    if (c->text)
      sx_publish__cell_text(book, sheet, c->row - 1, c->column - 1, c->text, &styles[c->style]);
    else
      sx_publish__cell_number(book, sheet, c->row - 1, c->column - 1, c->number, NULL);
  }
}

sx_status sx_publish_sheets(sx_buf *out, const sx_ctx *ctx, const char *title, const sx_sheet *sheets, size_t n,
                            sx_error *err) {
  pub_book *book = NULL;
  for (size_t i = 0; i < n; i++) SX_TRY(check_cells(&sheets[i], err));
  SX_TRY(sx_publish__book_new(&book, ctx, title, "", err));
  for (size_t i = 0; i < n; i++) write_sheet(book, &sheets[i]);
  const sx_status status = sx_publish__book_finish(out, book, err);
  sx_publish__book_free(book);
  return status;
}
