/* table_groups.c: rows indexed by the crossing of several columns.
 *
 * Each key becomes level numbers (table_levels.c); the crossing is read as a number in mixed radix, most significant key first, so
 * that ranking those numbers gives groups in lexicographic order. Where the radix grows beyond a table's worth, the keys met
 * so far are replaced by their rank before the next is taken in, and ranking goes through hashing. */
#include "table_priv.h"

typedef struct work {
  const sx_column *column[SX_TABLE_MAX_KEYS];
  sx_table__levels levels[SX_TABLE_MAX_KEYS];
  size_t n;
} work;

/* group = group * n_levels + level of key k, ranked. */
static sx_status cross(sx_groups *g, const sx_table__levels *l, sx_error *err) {
  uint64_t *distinct = NULL;
  size_t n = 0;
  const size_t limit = sx_table__dense_limit(g->n_rows);
  size_t span = 0;
  sx_status st = SX_OK;
  if (!sx_size_mul(&span, g->n_groups, l->n)) return sx_error_set(err, SX_E_LIMIT, NULL, "too many groups");
  if (span <= limit) {
    const int32_t radix = (int32_t)l->n;
    for (size_t i = 0; i < g->n_rows; i++)
      g->group[i] = g->group[i] < 0 || l->row[i] < 0 ? -1 : g->group[i] * radix + l->row[i];
    st = sx_table__rank_dense(&distinct, &n, g->group, g->n_rows, span, &g->ctx, err);
  } else {
    uint64_t *key = sx_mem_alloc(&g->ctx, g->n_rows, sizeof *key);
    if (!key) return sx_error_memory(err);
    for (size_t i = 0; i < g->n_rows; i++) {
      if (l->row[i] < 0) g->group[i] = -1;
      key[i] = g->group[i] < 0 ? 0 : (uint64_t)g->group[i] * l->n + (uint64_t)l->row[i];
    }
    st = sx_table__rank(&distinct, &n, g->group, key, g->n_rows, &g->ctx, err);
    sx_mem_free(&g->ctx, key);
  }
  sx_mem_free(&g->ctx, distinct);
  if (st == SX_OK) g->n_groups = n;
  return st;
}

static sx_status cross_all(sx_groups *g, work *w, sx_error *err) {
  if (w->n == 0) {
    g->n_groups = g->n_rows > 0;
    memset(g->group, 0, g->n_rows * sizeof *g->group);
    return SX_OK;
  }
  if (w->n == 1) { /* the groups are the levels */
    int32_t *unused = g->group;
    g->group = w->levels[0].row;
    w->levels[0].row = unused;
  } else {
    memcpy(g->group, w->levels[0].row, g->n_rows * sizeof *g->group);
  }
  g->n_groups = w->levels[0].n;
  for (size_t k = 1; k < w->n; k++) SX_TRY(cross(g, &w->levels[k], err));
  return SX_OK;
}

/* Any row of a group tells its levels. */
static sx_status fill_levels(sx_groups *g, const work *w, sx_error *err) {
  size_t places = 0;
  if (!sx_size_mul(&places, g->n_groups, w->n)) return sx_error_set(err, SX_E_LIMIT, NULL, "too many groups");
  g->key_level = sx_mem_alloc(&g->ctx, places, sizeof *g->key_level);
  for (size_t j = 0; w->n == 1 && g->key_level && j < g->n_groups; j++) g->key_level[j] = (int32_t)j;
  if (w->n == 1 && g->key_level) return SX_OK;
  size_t *row = sx_mem_alloc(&g->ctx, g->n_groups, sizeof *row);
  if (!g->key_level || !row) {
    sx_mem_free(&g->ctx, row);
    return sx_error_memory(err);
  }
  for (size_t i = 0; i < g->n_rows; i++)
    if (g->group[i] >= 0) row[g->group[i]] = i;
  for (size_t j = 0; j < g->n_groups; j++)
    for (size_t k = 0; k < w->n; k++) g->key_level[j * w->n + k] = w->levels[k].row[row[j]];
  sx_mem_free(&g->ctx, row);
  return SX_OK;
}

static sx_status name_levels(sx_groups *g, const work *w, size_t k, sx_error *err) {
  const sx_table__levels *l = &w->levels[k];
  g->key_name[k] = sx_mem_strdup(&g->ctx, w->column[k]->name);
  g->level_text[k] = sx_mem_zalloc(&g->ctx, l->n, sizeof **g->level_text);
  g->level_label[k] = sx_mem_zalloc(&g->ctx, l->n, sizeof **g->level_label);
  if (!g->key_name[k] || !g->level_text[k] || !g->level_label[k]) return sx_error_memory(err);
  g->n_levels[k] = l->n;
  for (size_t i = 0; i < l->n; i++) {
    char *text = sx_table__level_text(&g->ctx, w->column[k], l, i);
    g->level_text[k][i] = text;
    if (!text) return sx_error_memory(err);
    const char *label = sx_table__level_label(w->column[k], l, i);
    g->level_label[k][i] = sx_mem_strdup(&g->ctx, label ? label : text);
    if (!g->level_label[k][i]) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status fill_names(sx_groups *g, const work *w, sx_error *err) {
  g->n_levels = sx_mem_zalloc(&g->ctx, w->n, sizeof *g->n_levels);
  g->key_name = sx_mem_zalloc(&g->ctx, w->n, sizeof *g->key_name);
  g->level_text = sx_mem_zalloc(&g->ctx, w->n, sizeof *g->level_text);
  g->level_label = sx_mem_zalloc(&g->ctx, w->n, sizeof *g->level_label);
  if (!g->n_levels || !g->key_name || !g->level_text || !g->level_label) return sx_error_memory(err);
  for (size_t k = 0; k < w->n; k++) SX_TRY(name_levels(g, w, k, err));
  return SX_OK;
}

static sx_status find_columns(work *w, const sx_table *table, const char *const *names, size_t n, sx_error *err) {
  if (n > SX_TABLE_MAX_KEYS)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "groups take up to %d variables, not %zu", SX_TABLE_MAX_KEYS, n);
  for (size_t k = 0; k < n; k++) {
    SX_TRY(sx_table_need(&w->column[k], table, names[k], err));
    for (size_t j = 0; j < k; j++)
      if (w->column[j] == w->column[k])
        return sx_error_set(err, SX_E_ARGUMENT, NULL, "the variable '%s' is named twice", names[k]);
  }
  w->n = n;
  return SX_OK;
}

sx_status sx_groups_new(sx_groups **out, const sx_table *table, const char *const *names, size_t n, sx_error *err) {
  if (!out || !table || (n && !names))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_groups_new: an argument is NULL");
  work w = {0};
  sx_status st = SX_OK;
  SX_TRY(find_columns(&w, table, names, n, err));
  sx_groups *g = sx_mem_zalloc(&table->ctx, 1, sizeof *g);
  if (!g) return sx_error_memory(err);
  g->ctx = table->ctx;
  g->n_rows = table->n_rows;
  g->n_keys = n;
  g->group = sx_mem_alloc(&g->ctx, g->n_rows, sizeof *g->group);
  if (!g->group) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < n; k++)
    SX_TRY_GOTO(st, sx_table__levels_init(&w.levels[k], &table->ctx, w.column[k], err), done);
  SX_TRY_GOTO(st, cross_all(g, &w, err), done);
  SX_TRY_GOTO(st, fill_levels(g, &w, err), done);
  SX_TRY_GOTO(st, fill_names(g, &w, err), done);
  *out = g;
  g = NULL;
done:
  for (size_t k = 0; k < n; k++) sx_table__levels_clear(&table->ctx, &w.levels[k]);
  sx_groups_free(g);
  return st;
}

static void free_texts(const sx_ctx *ctx, char **texts, size_t n) {
  for (size_t i = 0; texts && i < n; i++) sx_mem_free(ctx, texts[i]);
  sx_mem_free(ctx, texts);
}

void sx_groups_free(sx_groups *g) {
  if (!g) return;
  const sx_ctx ctx = g->ctx;
  for (size_t k = 0; k < g->n_keys; k++) {
    const size_t n = g->n_levels ? g->n_levels[k] : 0;
    if (g->key_name) sx_mem_free(&ctx, g->key_name[k]);
    if (g->level_text) free_texts(&ctx, g->level_text[k], n);
    if (g->level_label) free_texts(&ctx, g->level_label[k], n);
  }
  sx_mem_free(&ctx, g->n_levels);
  sx_mem_free(&ctx, g->key_name);
  sx_mem_free(&ctx, g->level_text);
  sx_mem_free(&ctx, g->level_label);
  sx_mem_free(&ctx, g->key_level);
  sx_mem_free(&ctx, g->group);
  sx_mem_free(&ctx, g);
}
