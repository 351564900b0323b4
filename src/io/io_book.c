/* io_book.c: a workbook's cells as they stand, on the reader of io_xlsx.c. */
#include "shuxiao/io_book.h"

#include <string.h>

#include "io_grid.h"

enum { CELLS_MAX = 1000000 };

typedef struct filling {
  sx_book *book;
  sx_book_sheet *sheets;
  sx_book_cell *cells; /* of the sheet at hand */
  size_t cap_sheets, cap_cells, total;
  const char *name;
} filling;

static sx_status begin_sheet(void *data, const char *name, bool hidden, sx_error *err) {
  filling *f = data;
  sx_book *b = f->book;
  void *p = f->sheets;
  if (!sx_arena_grow(b->arena, &p, &f->cap_sheets, b->n + 1, sizeof *f->sheets)) return sx_error_memory(err);
  b->sheets = f->sheets = p;
  f->sheets[b->n] = (sx_book_sheet){.name = sx_arena_strdup(b->arena, name), .hidden = hidden};
  f->cells = NULL;
  f->cap_cells = 0;
  return f->sheets[b->n++].name ? SX_OK : sx_error_memory(err);
}

static sx_status take_cell(void *data, size_t row, size_t column, char type, const char *text, size_t n,
                           sx_error *err) {
  filling *f = data;
  sx_arena *arena = f->book->arena;
  sx_book_sheet *sheet = &f->sheets[f->book->n - 1];
  char number[SX_DOUBLE_TEXT_MAX];
  sx_cell_kind kind = SX_CELL_TEXT;
  double value = 0;
  if (++f->total > CELLS_MAX)
    return sx_error_set(err, SX_E_LIMIT, f->name, "more than %d cells in the workbook", CELLS_MAX);
  if (type == 'b') {
    kind = SX_CELL_LOGICAL;
    text = n == 1 && text[0] == '0' ? "false" : "true";
    n = strlen(text);
  } else if (type == 'n' && sx_text_to_double(&value, text, n)) {
    kind = SX_CELL_NUMBER;
    n = sx_text_from_double(number, value);
    text = number;
  }
  void *p = f->cells;
  if (!sx_arena_grow(arena, &p, &f->cap_cells, sheet->n + 1, sizeof *f->cells)) return sx_error_memory(err);
  sheet->cells = f->cells = p;
  f->cells[sheet->n] = (sx_book_cell){row + 1, column + 1, sx_arena_strndup(arena, text, n), kind};
  return f->cells[sheet->n++].text ? SX_OK : sx_error_memory(err);
}

sx_status sx_book_parse(sx_book **out, const sx_ctx *ctx, const char *name, const void *data, size_t n, bool names_only,
                        sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  const sx_io__source source = {.ctx = ctx ? ctx : &standard, .name = name, .data = data, .n = n};
  sx_arena *arena = NULL;
  if (!out || !name || !data) return sx_error_set(err, SX_E_ARGUMENT, "", "out, name and data are needed");
  if (!sx_io__is_xlsx(&source))
    return sx_error_set(err, SX_E_SUPPORT, name, "it is no workbook of Excel: save it as .xlsx");
  SX_TRY(sx_arena_new(&arena, source.ctx, err));
  sx_book *book = sx_arena_zalloc(arena, 1, sizeof *book);
  sx_status status = book ? SX_OK : sx_error_memory(err);
  if (book) {
    filling f = {.book = book, .name = name};
    book->arena = arena;
    status = sx_io__xlsx_visit(&source, &(sx_io__visitor){&f, begin_sheet, names_only ? NULL : take_cell}, err);
  }
  if (status == SX_OK)
    *out = book;
  else
    sx_arena_free(arena);
  return status;
}

void sx_book_free(sx_book *book) {
  if (book) sx_arena_free(book->arena);
}

void sx_book_cell_name(char out[SX_BOOK_CELL_NAME], size_t row, size_t column) {
  sx_io__cell_name(out, row ? row - 1 : 0, column ? column - 1 : 0);
}
