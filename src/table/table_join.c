/* table_join.c: columns of another table brought in by key, and sums of its rows spread into columns. */
#include "table_priv.h"

/* ---- left join ----------------------------------------------------------------------------------------- */

/* The row of `right` that each row of `table` meets, or -1. */
static sx_status match_rows(int64_t *match, const sx_table *table, const sx_table *right, const char *const *keys,
                            size_t n_keys, sx_error *err) {
  sx_table__keys a = {0}, b = {0};
  sx_table__index index = {0};
  size_t duplicate = SIZE_MAX;
  sx_status st = SX_OK;
  SX_TRY(sx_table__keys_init(&a, &b, table, right, keys, n_keys, err));
  SX_TRY_GOTO(st, sx_table__index_init(&index, NULL, &duplicate, &table->ctx, &b, err), done);
  if (duplicate != SIZE_MAX) {
    const int64_t before = sx_table__index_find(&index, &b, &b, duplicate);
    char key[160];
    sx_table__key_text(key, sizeof key, right, keys, n_keys, duplicate);
    st = sx_error_set(err, SX_E_DATA, NULL, "the key %s stands twice in the joined table, in rows %lld and %zu", key,
                      (long long)before + 1, duplicate + 1);
    goto done;
  }
  for (size_t i = 0; i < table->n_rows; i++) match[i] = sx_table__index_find(&index, &b, &a, i);
done:
  sx_table__index_clear(&table->ctx, &index);
  sx_table__keys_clear(&table->ctx, &a);
  sx_table__keys_clear(&table->ctx, &b);
  return st;
}

static sx_status joined_column(sx_column **out, const sx_table *table, const sx_column *src, const int64_t *match,
                               sx_error *err) {
  const sx_ctx *ctx = &table->ctx;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  bool unmatched = false;
  SX_TRY(sx_table__column_like(&c, ctx, src, src->name, table->n_rows, err));
  for (size_t i = 0; i < c->n && !unmatched; i++) unmatched = match[i] < 0;
  if (src->miss || unmatched) SX_TRY_GOTO(st, sx_table__need_miss(ctx, c, err), failed);
  for (size_t i = 0; i < c->n; i++) {
    if (match[i] >= 0)
      sx_table__copy_row(c, i, src, (size_t)match[i]);
    else
      SX_TRY_GOTO(st, sx_column_set_missing(ctx, c, i, SX_MISS_SYSTEM, err), failed);
  }
  *out = c;
  return SX_OK;
failed:
  sx_column_free(ctx, c);
  return st;
}

/* Takes the first n of columns[] into the table, all or none; those taken are set to NULL. */
static sx_status take_all(sx_table *table, sx_column **columns, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    const sx_status st = sx_table_take(table, columns[i], err);
    if (st != SX_OK) {
      while (i-- > 0) { /* drop frees the column */
        if (sx_table_drop(table, table->columns[table->n - 1]->name, NULL) != SX_OK) break;
      }
      return st;
    }
    columns[i] = NULL;
  }
  return SX_OK;
}

sx_status sx_table_join(sx_table *table, const sx_table *right, const char *const *keys, size_t n_keys,
                        const char *const *columns, size_t n_columns, sx_error *err) {
  if (!table || !right || !keys || !n_keys || (n_columns && !columns))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_join: an argument is NULL or there is no key");
  const sx_ctx *ctx = &table->ctx;
  sx_status st = SX_OK;
  int64_t *match = sx_mem_alloc(ctx, table->n_rows, sizeof *match);
  sx_column **made = sx_mem_zalloc(ctx, n_columns, sizeof *made);
  if (!match || !made) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, match_rows(match, table, right, keys, n_keys, err), done);
  for (size_t i = 0; i < n_columns; i++) {
    const sx_column *src = NULL;
    SX_TRY_GOTO(st, sx_table_need(&src, right, columns[i], err), done);
    SX_TRY_GOTO(st, joined_column(&made[i], table, src, match, err), done);
  }
  st = take_all(table, made, n_columns, err);
done:
  for (size_t i = 0; made && i < n_columns; i++) sx_column_free(ctx, made[i]);
  sx_mem_free(ctx, made);
  sx_mem_free(ctx, match);
  return st;
}

/* ---- pivot --------------------------------------------------------------------------------------------- */

typedef struct pivot {
  sx_table *table;
  const sx_column *code, *value;
  sx_table__levels levels;
  int64_t *match;    /* [rows of right] the first row of table with the key, or -1 */
  int64_t *first;    /* [rows of table] the first row with the same key, or -1 */
  sx_column **made;  /* [n_made] */
  int32_t *of_level; /* [levels.n] index into made, or -1 */
  size_t n_made;
} pivot;

static sx_status match_pivot(pivot *p, const sx_table *right, const char *key, sx_error *err) {
  const sx_ctx *ctx = &p->table->ctx;
  sx_table__keys a = {0}, b = {0};
  sx_table__index index = {0};
  size_t duplicate = 0;
  sx_status st = SX_OK;
  SX_TRY(sx_table__keys_init(&a, &b, p->table, right, &key, 1, err));
  SX_TRY_GOTO(st, sx_table__index_init(&index, p->first, &duplicate, ctx, &a, err), done);
  for (size_t i = 0; i < right->n_rows; i++) p->match[i] = sx_table__index_find(&index, &a, &b, i);
done:
  sx_table__index_clear(ctx, &index);
  sx_table__keys_clear(ctx, &a);
  sx_table__keys_clear(ctx, &b);
  return st;
}

static sx_status make_column(pivot *p, const char *prefix, const char *text, const char *label, sx_error *err) {
  const sx_ctx *ctx = &p->table->ctx;
  sx_buf name;
  sx_buf_init(&name, ctx);
  sx_buf_add(&name, prefix);
  sx_buf_add(&name, text);
  sx_status st = sx_buf_status(&name, err);
  if (st == SX_OK) st = sx_column_new(&p->made[p->n_made], ctx, name.data, SX_NUMBER, p->table->n_rows, err);
  if (st == SX_OK) st = sx_column_set_label(ctx, p->made[p->n_made++], label ? label : "", err);
  sx_buf_clear(&name);
  return st;
}

/* One column per wanted code, in the order wanted; or per level that occurs. */
static sx_status make_columns(pivot *p, const char *prefix, const char *const *codes, size_t n_codes, sx_error *err) {
  const sx_ctx *ctx = &p->table->ctx;
  const size_t n = codes ? n_codes : p->levels.n;
  p->made = sx_mem_zalloc(ctx, n, sizeof *p->made);
  p->of_level = sx_mem_alloc(ctx, p->levels.n, sizeof *p->of_level);
  if (!p->made || !p->of_level) return sx_error_memory(err);
  for (size_t k = 0; codes && k < n; k++) SX_TRY(make_column(p, prefix, codes[k], NULL, err));
  for (size_t i = 0; i < p->levels.n; i++) {
    char *text = sx_table__level_text(ctx, p->code, &p->levels, i);
    if (!text) return sx_error_memory(err);
    const char *label = sx_table__level_label(p->code, &p->levels, i);
    sx_status st = SX_OK;
    p->of_level[i] = -1;
    if (!codes) {
      p->of_level[i] = (int32_t)p->n_made;
      st = make_column(p, prefix, text, label, err);
    }
    for (size_t k = 0; codes && k < n && st == SX_OK && p->of_level[i] < 0; k++) {
      if (strcmp(codes[k], text) != 0) continue;
      p->of_level[i] = (int32_t)k;
      if (label) st = sx_column_set_label(ctx, p->made[k], label, err);
    }
    sx_mem_free(ctx, text);
    SX_TRY(st);
  }
  return SX_OK;
}

/* Sums into the first row of each key, in the order of right's rows, then copies to further rows of the same key. */
static sx_status add_up(pivot *p, size_t n_right, sx_error *err) {
  const sx_ctx *ctx = &p->table->ctx;
  for (size_t i = 0; i < n_right; i++) {
    const int32_t level = p->levels.row[i];
    if (p->match[i] < 0 || level < 0 || p->of_level[level] < 0) continue;
    sx_column *c = p->made[p->of_level[level]];
    const size_t row = (size_t)p->match[i];
    const double v = sx_column_number(p->value, i);
    if (isnan(v))
      SX_TRY(sx_column_set_missing(ctx, c, row, SX_MISS_SYSTEM, err));
    else
      c->data.f64[row] += v; /* NaN stays NaN where a part was missing */
  }
  for (size_t k = 0; k < p->n_made; k++)
    for (size_t i = 0; i < p->table->n_rows; i++)
      if (p->first[i] >= 0 && (size_t)p->first[i] != i)
        sx_table__copy_row(p->made[k], i, p->made[k], (size_t)p->first[i]);
  return SX_OK;
}

sx_status sx_table_pivot_sum(sx_table *table, const sx_table *right, const char *key, const char *code,
                             const char *value, const char *prefix, const char *const *codes, size_t n_codes,
                             sx_error *err) {
  if (!table || !right || !key || !code || !value || !prefix)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_pivot_sum: an argument is NULL");
  const sx_ctx *ctx = &table->ctx;
  pivot p = {.table = table};
  sx_status st = SX_OK;
  SX_TRY(sx_table_need(&p.code, right, code, err));
  SX_TRY(sx_table_need(&p.value, right, value, err));
  if (p.value->type != SX_NUMBER && p.value->type != SX_INTEGER)
    return sx_error_set(err, SX_E_DATA, value, "a %s column cannot be summed", sx_type_name(p.value->type));
  p.match = sx_mem_alloc(ctx, right->n_rows, sizeof *p.match);
  p.first = sx_mem_alloc(ctx, table->n_rows, sizeof *p.first);
  if (!p.match || !p.first) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, match_pivot(&p, right, key, err), done);
  SX_TRY_GOTO(st, sx_table__levels_init(&p.levels, ctx, p.code, err), done);
  SX_TRY_GOTO(st, make_columns(&p, prefix, codes, n_codes, err), done);
  SX_TRY_GOTO(st, add_up(&p, right->n_rows, err), done);
  st = take_all(table, p.made, p.n_made, err);
done:
  for (size_t i = 0; p.made && i < p.n_made; i++) sx_column_free(ctx, p.made[i]);
  sx_mem_free(ctx, p.made);
  sx_mem_free(ctx, p.of_level);
  sx_mem_free(ctx, p.match);
  sx_mem_free(ctx, p.first);
  sx_table__levels_clear(ctx, &p.levels);
  return st;
}
