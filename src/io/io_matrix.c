/* io_matrix.c: a square matrix of numbers from a text file. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/io.h"

static const char separators[] = ",; \t\r\n";

typedef struct numbers {
  const sx_ctx *ctx;
  double *items;
  size_t n, cap, first_row; /* numbers in the first line that has any */
} numbers;

static sx_status add_number(numbers *list, const char *text, size_t n, const char *path, size_t line, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  if (!sx_mem_grow(list->ctx, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
    return sx_error_memory(err);
  if (sx_text_to_double(&list->items[list->n], text, n)) {
    list->n++;
    return SX_OK;
  }
  (void)snprintf(where, sizeof where, "%s:%zu", path, line);
  return sx_error_set(err, SX_E_DATA, where, "'%.*s' is not a number: a matrix is numbers alone, without a head",
                      (int)(n < 40 ? n : 40), text);
}

static sx_status take_numbers(numbers *list, const char *text, const char *path, sx_error *err) {
  size_t line = 1;
  for (const char *p = text; *p;) {
    if (*p == '\n') {
      if (list->first_row == 0) list->first_row = list->n;
      line++;
    }
    if (strchr(separators, *p)) {
      p++;
      continue;
    }
    const size_t length = strcspn(p, separators);
    SX_TRY(add_number(list, p, length, path, line, err));
    p += length;
  }
  if (list->first_row == 0) list->first_row = list->n;
  return SX_OK;
}

sx_status sx_io_read_matrix(double **out, size_t *order, const sx_ctx *ctx, const char *path, sx_error *err) {
  if (!out || !order || !path) return sx_error_set(err, SX_E_ARGUMENT, "", "out, order and path are needed");
  char *text = NULL;
  size_t bytes = 0;
  numbers list = {.ctx = ctx};
  SX_TRY(sx_file_read(&text, &bytes, ctx, path, err));
  sx_status status = take_numbers(&list, text, path, err);
  if (status == SX_OK && (list.n == 0 || list.n != list.first_row * list.first_row)) {
    status = sx_error_set(err, SX_E_DATA, path, "%zu numbers, %zu in the first line: a square matrix is needed", list.n,
                          list.first_row);
  }
  sx_mem_free(ctx, text);
  if (status != SX_OK) {
    sx_mem_free(ctx, list.items);
    return status;
  }
  *out = list.items;
  *order = list.first_row;
  return SX_OK;
}
