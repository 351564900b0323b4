/* io_finish.c: what options ask of a table that a reader has made under names of its own. */
#include "io_csv_priv.h"

#include <string.h>

bool sx_io__listed(const char *const *list, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(list[i], name) == 0) return true;
  return false;
}

static sx_status check_names(const sx_table *table, const char *name, const sx_read_options *o, sx_error *err) {
  const size_t n = sx_table_columns(table);
  const sx_ctx *ctx = sx_table_ctx(table);
  const char **names = sx_mem_alloc(ctx, n, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) names[i] = sx_table_get(table, i)->name;
  const sx_status status = sx_io__check_columns(o, name, names, n, err);
  sx_mem_free(ctx, names);
  return status;
}

sx_status sx_io__finish(sx_table *table, const char *name, const sx_read_options *o, sx_error *err) {
  SX_TRY(check_names(table, name, o, err));
  for (size_t i = 0; i < o->n_as_number; i++)
    if (sx_table_find(table, o->as_number[i])->type == SX_TEXT)
      return sx_error_set(err, SX_E_DATA, name, "'%.200s' holds texts and must hold numbers", o->as_number[i]);
  for (size_t i = sx_table_columns(table); i-- > 0;) {
    const sx_column *c = sx_table_get(table, i);
    if (!sx_io__wants(o, c->name)) SX_TRY(sx_table_drop(table, c->name, err));
  }
  for (size_t i = 0; i < sx_table_columns(table); i++) {
    sx_column *c = (sx_column *)(uintptr_t)sx_table_get(table, i); /* the table is not handed out yet */
    SX_TRY(sx_io__csv_declare_missing(sx_table_ctx(table), o, c, err));
  }
  return SX_OK;
}
