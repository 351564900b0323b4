/* table_meta.c: metadata of the file as a whole, and multiple-response sets. */
#include "table_priv.h"

sx_status sx_table_set_meta(sx_table *table, const char *key, const char *value, sx_error *err) {
  if (!table || !key || !*key || !value)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_set_meta: an argument is NULL or the key is empty");
  char *copy = sx_mem_strdup(&table->ctx, value);
  if (!copy) return sx_error_memory(err);
  for (size_t i = 0; i < table->n_meta; i++) {
    if (strcmp(table->meta[i].key, key) != 0) continue;
    sx_mem_free(&table->ctx, table->meta[i].value);
    table->meta[i].value = copy;
    return SX_OK;
  }
  char *name = sx_mem_strdup(&table->ctx, key);
  void *meta = table->meta;
  if (!name || !sx_mem_grow(&table->ctx, &meta, &table->cap_meta, table->n_meta + 1, sizeof *table->meta)) {
    sx_mem_free(&table->ctx, name);
    sx_mem_free(&table->ctx, copy);
    return sx_error_memory(err);
  }
  table->meta = meta;
  table->meta[table->n_meta++] = (sx_table__pair){name, copy};
  return SX_OK;
}

const char *sx_table_meta(const sx_table *table, const char *key) {
  if (!table || !key) return NULL;
  for (size_t i = 0; i < table->n_meta; i++)
    if (strcmp(table->meta[i].key, key) == 0) return table->meta[i].value;
  return NULL;
}

size_t sx_table_metas(const sx_table *table) {
  return table ? table->n_meta : 0;
}

const char *sx_table_meta_at(const sx_table *table, size_t i, const char **key) {
  if (!table || i >= table->n_meta) return NULL;
  if (key) *key = table->meta[i].key;
  return table->meta[i].value;
}

void sx_table__mrset_clear(const sx_ctx *ctx, sx_mrset *set) {
  for (size_t i = 0; i < set->n_variables; i++) sx_mem_free(ctx, set->variables[i]);
  sx_mem_free(ctx, set->variables);
  sx_mem_free(ctx, set->name);
  sx_mem_free(ctx, set->label);
  sx_mem_free(ctx, set->counted_text);
  *set = (sx_mrset){0};
}

static bool copy_set(const sx_ctx *ctx, sx_mrset *to, const sx_mrset *from) {
  *to = (sx_mrset){.dichotomous = from->dichotomous, .counted = from->counted};
  to->name = sx_mem_strdup(ctx, from->name);
  to->label = sx_mem_strdup(ctx, from->label ? from->label : "");
  if (from->counted_text) to->counted_text = sx_mem_strdup(ctx, from->counted_text);
  to->variables = sx_mem_zalloc(ctx, from->n_variables, sizeof *to->variables);
  if (!to->name || !to->label || !to->variables || (from->counted_text && !to->counted_text)) return false;
  for (size_t i = 0; i < from->n_variables; i++) {
    to->variables[i] = sx_mem_strdup(ctx, from->variables[i]);
    to->n_variables = i + 1;
    if (!to->variables[i]) return false;
  }
  return true;
}

/* Members must exist and be comparable with the counted value. */
static sx_status check_set(const sx_table *table, const sx_mrset *set, sx_error *err) {
  if (!set->name || !*set->name || !sx_utf8_valid(set->name, strlen(set->name), NULL))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a multiple-response set needs a name in valid UTF-8");
  if (sx_table_find_mrset(table, set->name))
    return sx_error_set(err, SX_E_ARGUMENT, set->name, "the table already has a set of this name");
  if (!set->n_variables) return sx_error_set(err, SX_E_ARGUMENT, set->name, "the set has no variables");
  for (size_t i = 0; i < set->n_variables; i++) {
    const sx_column *c = NULL;
    const sx_status st = sx_table_need(&c, table, set->variables[i], err);
    if (st != SX_OK) {
      sx_error_add_where(err, "set %s", set->name);
      return st;
    }
    if (!set->dichotomous) continue;
    if (sx_table__is_coded(c->type) != (set->counted_text != NULL))
      return sx_error_set(err, SX_E_ARGUMENT, set->name, "'%s' is a %s column: the counted value must be a %s", c->name,
                          sx_type_name(c->type), sx_table__is_coded(c->type) ? "text" : "number");
  }
  return SX_OK;
}

sx_status sx_table_add_mrset(sx_table *table, const sx_mrset *set, sx_error *err) {
  if (!table || !set) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_table_add_mrset: an argument is NULL");
  SX_TRY(check_set(table, set, err));
  void *sets = table->sets;
  if (!sx_mem_grow(&table->ctx, &sets, &table->cap_sets, table->n_sets + 1, sizeof *table->sets))
    return sx_error_memory(err);
  table->sets = sets;
  sx_mrset copy;
  if (!copy_set(&table->ctx, &copy, set)) {
    sx_table__mrset_clear(&table->ctx, &copy);
    return sx_error_memory(err);
  }
  table->sets[table->n_sets++] = copy;
  return SX_OK;
}

size_t sx_table_mrsets(const sx_table *table) {
  return table ? table->n_sets : 0;
}

const sx_mrset *sx_table_mrset(const sx_table *table, size_t i) {
  return table && i < table->n_sets ? &table->sets[i] : NULL;
}

const sx_mrset *sx_table_find_mrset(const sx_table *table, const char *name) {
  if (!table || !name) return NULL;
  for (size_t i = 0; i < table->n_sets; i++)
    if (strcmp(table->sets[i].name, name) == 0) return &table->sets[i];
  return NULL;
}

static void forget_in_set(const sx_ctx *ctx, sx_mrset *set, const char *name) {
  size_t n = 0;
  for (size_t i = 0; i < set->n_variables; i++) {
    if (strcmp(set->variables[i], name) == 0)
      sx_mem_free(ctx, set->variables[i]);
    else
      set->variables[n++] = set->variables[i];
  }
  set->n_variables = n;
}

void sx_table__forget_member(sx_table *table, const char *name) {
  size_t n = 0;
  for (size_t i = 0; i < table->n_sets; i++) {
    sx_mrset *set = &table->sets[i];
    forget_in_set(&table->ctx, set, name);
    if (set->n_variables)
      table->sets[n++] = *set;
    else
      sx_table__mrset_clear(&table->ctx, set);
  }
  table->n_sets = n;
}

sx_status sx_table__copy_meta(sx_table *table, const sx_table *from, sx_error *err) {
  for (size_t i = 0; i < from->n_meta; i++)
    SX_TRY(sx_table_set_meta(table, from->meta[i].key, from->meta[i].value, err));
  for (size_t i = 0; i < from->n_sets; i++)
    if (!sx_table_find_mrset(table, from->sets[i].name)) SX_TRY(sx_table_add_mrset(table, &from->sets[i], err));
  return SX_OK;
}
