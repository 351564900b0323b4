/* table_core.c: a table: columns of one length, found by name through a hash index. */
#include "table_priv.h"

enum { FIRST_SLOTS = 16 };

sx_status sx_table_new(sx_table **out, const sx_ctx *ctx, size_t n_rows, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_new: out is NULL");
  const sx_ctx own = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  sx_table *table = sx_mem_zalloc(&own, 1, sizeof *table);
  if (!table) return sx_error_memory(err);
  table->ctx = own;
  table->n_rows = n_rows;
  *out = table;
  return SX_OK;
}

void sx_table_free(sx_table *table) {
  if (!table) return;
  const sx_ctx ctx = table->ctx;
  for (size_t i = 0; i < table->n; i++) sx_column_free(&ctx, table->columns[i]);
  for (size_t i = 0; i < table->n_meta; i++) {
    sx_mem_free(&ctx, table->meta[i].key);
    sx_mem_free(&ctx, table->meta[i].value);
  }
  for (size_t i = 0; i < table->n_sets; i++) sx_table__mrset_clear(&ctx, &table->sets[i]);
  sx_mem_free(&ctx, table->columns);
  sx_mem_free(&ctx, table->slots);
  sx_mem_free(&ctx, table->meta);
  sx_mem_free(&ctx, table->sets);
  sx_mem_free(&ctx, table);
}

const sx_ctx *sx_table_ctx(const sx_table *table) {
  return &table->ctx;
}
void sx_table_set_ctx(sx_table *table, const sx_ctx *ctx) {
  table->ctx = *ctx;
}
size_t sx_table_rows(const sx_table *table) {
  return table ? table->n_rows : 0;
}
size_t sx_table_columns(const sx_table *table) {
  return table ? table->n : 0;
}

const sx_column *sx_table_get(const sx_table *table, size_t i) {
  return table && i < table->n ? table->columns[i] : NULL;
}

/* The slot that holds name, or the empty slot where it belongs. */
static size_t slot_of(const sx_table *table, const char *name) {
  const size_t mask = table->n_slots - 1;
  size_t s = (size_t)sx_table__hash(name, strlen(name)) & mask;
  while (table->slots[s] >= 0 && strcmp(table->columns[table->slots[s]]->name, name) != 0) s = (s + 1) & mask;
  return s;
}

const sx_column *sx_table_find(const sx_table *table, const char *name) {
  if (!table || !name || !table->n_slots) return NULL;
  const int32_t at = table->slots[slot_of(table, name)];
  return at < 0 ? NULL : table->columns[at];
}

sx_status sx_table__unknown(const sx_table *table, const char *name, bool sets_too, const char *where, sx_error *err) {
  const size_t n_sets = sets_too ? table->n_sets : 0;
  const char **names = sx_mem_alloc(&table->ctx, table->n + n_sets + 1, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t i = 0; i < table->n; i++) names[i] = table->columns[i]->name;
  for (size_t i = 0; i < n_sets; i++) names[table->n + i] = table->sets[i].name;
  const char *near = sx_text_nearest(name, names, table->n + n_sets);
  const char *kind = sets_too ? "variable or set" : "variable";
  if (near)
    (void)sx_error_set(err, SX_E_ARGUMENT, where, "no %s called '%s': did you mean '%s'", kind, name, near);
  else
    (void)sx_error_set(err, SX_E_ARGUMENT, where, "no %s called '%s' among the %zu of the data", kind, name,
                       table->n + n_sets);
  sx_mem_free(&table->ctx, names);
  return SX_E_ARGUMENT;
}

sx_status sx_table_need(const sx_column **out, const sx_table *table, const char *name, sx_error *err) {
  if (!out || !table || !name) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_need: an argument is NULL");
  const sx_column *c = sx_table_find(table, name);
  if (!c) return sx_table__unknown(table, name, false, NULL, err);
  *out = c;
  return SX_OK;
}

static void fill_index(sx_table *table) {
  for (size_t i = 0; i < table->n_slots; i++) table->slots[i] = -1;
  for (size_t i = 0; i < table->n; i++) table->slots[slot_of(table, table->columns[i]->name)] = (int32_t)i;
}

/* Makes room for one more column. */
static sx_status reserve_one(sx_table *table, sx_error *err) {
  if (table->n >= INT32_MAX / 4) return sx_error_set(err, SX_E_LIMIT, NULL, "too many columns");
  void *columns = table->columns;
  if (!sx_mem_grow(&table->ctx, &columns, &table->cap, table->n + 1, sizeof *table->columns))
    return sx_error_memory(err);
  table->columns = columns;
  if (table->n + 1 <= table->n_slots / 2) return SX_OK;
  const size_t n_slots = table->n_slots ? table->n_slots * 2 : FIRST_SLOTS;
  int32_t *slots = sx_mem_alloc(&table->ctx, n_slots, sizeof *slots);
  if (!slots) return sx_error_memory(err);
  sx_mem_free(&table->ctx, table->slots);
  table->slots = slots;
  table->n_slots = n_slots;
  fill_index(table);
  return SX_OK;
}

sx_status sx_table_take(sx_table *table, sx_column *column, sx_error *err) {
  if (!table || !column) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_take: an argument is NULL");
  if (column->n != table->n_rows)
    return sx_error_set(err, SX_E_ARGUMENT, column->name, "the column has %zu rows, the table %zu", column->n,
                        table->n_rows);
  if (sx_table_find(table, column->name))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table already has a variable called '%s'", column->name);
  SX_TRY(reserve_one(table, err));
  table->slots[slot_of(table, column->name)] = (int32_t)table->n;
  table->columns[table->n++] = column;
  return SX_OK;
}

sx_status sx_table_add(sx_column **out, sx_table *table, const char *name, sx_type type, sx_error *err) {
  if (!out || !table) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_add: an argument is NULL");
  sx_column *c = NULL;
  SX_TRY(sx_column_new(&c, &table->ctx, name, type, table->n_rows, err));
  const sx_status st = sx_table_take(table, c, err);
  if (st != SX_OK) {
    sx_column_free(&table->ctx, c);
    return st;
  }
  *out = c;
  return SX_OK;
}

sx_status sx_table_drop(sx_table *table, const char *name, sx_error *err) {
  if (!table || !name) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_drop: an argument is NULL");
  if (!sx_table_find(table, name)) return sx_table__unknown(table, name, false, NULL, err);
  const size_t at = (size_t)table->slots[slot_of(table, name)];
  sx_column *gone = table->columns[at];
  sx_table__forget_member(table, name);
  memmove(&table->columns[at], &table->columns[at + 1], (table->n - at - 1) * sizeof *table->columns);
  table->n--;
  fill_index(table);
  sx_column_free(&table->ctx, gone);
  return SX_OK;
}
