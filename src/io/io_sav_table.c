/* io_sav_table.c: tables like the schema that a .sav dictionary gave. */
#include "io_sav_priv.h"

static sx_status copy_column(sx_table *table, const sx_column *from, sx_error *err) {
  const sx_ctx *ctx = sx_table_ctx(table);
  sx_column *c = NULL;
  SX_TRY(sx_table_add(&c, table, from->name, from->type, err));
  SX_TRY(sx_column_set_label(ctx, c, from->label, err));
  SX_TRY(sx_column_set_format(ctx, c, from->format, err));
  c->measure = from->measure;
  for (size_t i = 0; i < from->n_labels; i++) {
    const sx_label *l = &from->labels[i];
    SX_TRY(sx_column_add_label(ctx, c, l->value, l->text, l->tag, l->label, err));
  }
  for (size_t i = 0; from->dict && i < sx_dict_count(from->dict); i++) { /* declared levels; a dictionary of its own */
    int32_t code = 0;
    size_t n = 0;
    const char *text = sx_dict_get(from->dict, (int32_t)i, &n);
    SX_TRY(sx_dict_add(&code, c->dict, text, n, err));
  }
  return SX_OK;
}

sx_status sx_io__sav_copy_ranges(sx_table *table, const sx_table *schema, sx_error *err) {
  for (size_t i = 0; i < sx_table_columns(schema); i++) {
    const sx_column *from = sx_table_get(schema, i);
    sx_column *c = (sx_column *)(uintptr_t)sx_table_get(table, i); /* the table is being made here */
    for (size_t k = 0; k < from->n_ranges; k++) {
      const sx_missing_range *r = &from->ranges[k];
      SX_TRY(sx_column_add_range(sx_table_ctx(table), c, r->lo, r->hi, r->text, err));
    }
  }
  return SX_OK;
}

sx_status sx_io__sav_like(sx_table **out, const sx_table *schema, size_t n, sx_error *err) {
  sx_table *t = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_table_new(&t, sx_table_ctx(schema), n, err));
  for (size_t i = 0; i < sx_table_columns(schema); i++)
    SX_TRY_GOTO(st, copy_column(t, sx_table_get(schema, i), err), done);
  for (size_t i = 0; i < sx_table_mrsets(schema); i++)
    SX_TRY_GOTO(st, sx_table_add_mrset(t, sx_table_mrset(schema, i), err), done);
  for (size_t i = 0; i < sx_table_metas(schema); i++) {
    const char *key = NULL;
    const char *value = sx_table_meta_at(schema, i, &key);
    SX_TRY_GOTO(st, sx_table_set_meta(t, key, value, err), done);
  }
  *out = t;
  t = NULL;
done:
  sx_table_free(t);
  return st;
}
