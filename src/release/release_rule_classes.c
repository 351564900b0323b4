/* release_rule_classes.c: rows that agree in several columns, by splitting classes column after column: the new class of a row is the number of the
 * pair (old class, value) in order of first appearance, found in a table of open addressing. */
#include <string.h>

#include "release_rule_priv.h"

typedef struct pair {
  uint64_t bits;
  uint32_t class, id; /* id 0: free, else the class + 1 */
  bool gone;
} pair;

static uint64_t bits_of(const sx_column *c, size_t row) {
  uint64_t bits = 0;
  if (c->dict) return (uint64_t)(uint32_t)c->data.code[row];
  const double value = c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
  const double plain = value == 0 ? 0.0 : value; /* no minus zero */
  memcpy(&bits, &plain, sizeof bits);
  return bits;
}

static size_t place(const pair *key, size_t mask) {
  uint64_t h = key->bits * 0x9E3779B97F4A7C15u ^ ((uint64_t)key->class << 1 | key->gone) * 0xC2B2AE3D27D4EB4Fu;
  h ^= h >> 31;
  h *= 0x9E3779B97F4A7C15u;
  return (size_t)(h >> 20) & mask;
}

sx_status sx_release__classes_new(sx_release__classes *out, const sx_ctx *ctx, size_t rows, sx_error *err) {
  *out = (sx_release__classes){NULL, rows ? 1 : 0, NULL};
  if (rows > UINT32_MAX / 4) return sx_error_set(err, SX_E_LIMIT, NULL, "more than a thousand million rows");
  out->of = sx_mem_zalloc(ctx, rows + 1, sizeof *out->of);
  out->gone = sx_mem_zalloc(ctx, rows + 1, sizeof *out->gone);
  if (out->of && out->gone) return SX_OK;
  sx_release__classes_clear(out, ctx);
  return sx_error_memory(err);
}

sx_status sx_release__classes_split(sx_release__classes *c, const sx_ctx *ctx, const sx_release__value *by, size_t rows,
                                    sx_error *err) {
  size_t size = 16;
  while (size < 2 * rows) size *= 2;
  pair *table = sx_mem_zalloc(ctx, size, sizeof *table);
  uint32_t n = 0;
  if (!table) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) {
    const size_t row = sx_release__row(by, i);
    pair key = {0, c->of[i], 0, sx_column_missing(by->column, row)};
    if (!key.gone) key.bits = bits_of(by->column, row);
    size_t at = place(&key, size - 1);
    while (table[at].id && (table[at].bits != key.bits || table[at].class != key.class || table[at].gone != key.gone))
      at = (at + 1) & (size - 1);
    if (!table[at].id) {
      key.id = ++n;
      table[at] = key;
    }
    c->of[i] = table[at].id - 1;
    if (key.gone) c->gone[i] = 1;
  }
  c->n = n;
  sx_mem_free(ctx, table);
  return SX_OK;
}

void sx_release__classes_clear(sx_release__classes *c, const sx_ctx *ctx) {
  sx_mem_free(ctx, c->of);
  sx_mem_free(ctx, c->gone);
  *c = (sx_release__classes){NULL, 0, NULL};
}

sx_status sx_release__classes_by(sx_release__classes *out, const sx_release__call *c, const sx_rule_tree *by) {
  const size_t rows = sx_table_rows(c->table);
  const bool several = by && (sx_release__is_call(by, "list") || sx_release__is_call(by, "c"));
  const sx_rule_tree *const *trees = several ? (const sx_rule_tree *const *)by->args : &by;
  sx_release__value *columns = NULL;
  size_t n = 0;
  SX_TRY(sx_release__classes_new(out, c->ctx, rows, c->err));
  sx_status status = !by ? SX_OK : sx_release__call_columns(&columns, &n, c, trees, several ? by->n : 1);
  for (size_t i = 0; i < n && status == SX_OK; i++)
    status = sx_release__classes_split(out, c->ctx, &columns[i], rows, c->err);
  sx_mem_free(c->ctx, columns);
  if (status != SX_OK) sx_release__classes_clear(out, c->ctx);
  return status;
}
