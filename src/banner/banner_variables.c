/* banner_variables.c: what can be told of a request without the cases: that its words and names are good, and which variables it rests on. */
#include <string.h>

#include "banner_priv.h"

typedef struct names {
  sx_arena *arena;
  const char **item;
  size_t n, cap;
} names;

static sx_status add(names *l, const char *name, sx_error *err) {
  for (size_t k = 0; k < l->n; k++)
    if (strcmp(l->item[k], name) == 0) return SX_OK;
  if (!sx_arena_grow(l->arena, (void **)&l->item, &l->cap, l->n + 1, sizeof *l->item)) return sx_error_memory(err);
  l->item[l->n] = sx_arena_strdup(l->arena, name);
  return l->item[l->n++] ? SX_OK : sx_error_memory(err);
}

static sx_status add_set(names *l, const sx_mrset *set, sx_error *err) {
  for (size_t k = 0; k < set->n_variables; k++) SX_TRY(add(l, set->variables[k], err));
  return SX_OK;
}

/* A variable, or the members of a set. */
static sx_status add_name(names *l, const sx_table *table, const char *name, sx_error *err) {
  const sx_mrset *set = sx_table_find(table, name) ? NULL : sx_banner__find_set(table, name);
  return set ? add_set(l, set, err) : add(l, name, err);
}

static sx_status add_where(names *l, const sx_table *table, const char *where, sx_error *err) {
  sx_expr *expr = NULL;
  if (!where) return SX_OK;
  sx_status st = sx_expr_parse(&expr, sx_table_ctx(table), where, err);
  for (size_t k = 0; st == SX_OK && k < sx_expr_names(expr); k++) st = add_name(l, table, sx_expr_name(expr, k), err);
  if (st != SX_OK) sx_error_add_where(err, "where");
  sx_expr_free(expr);
  return st;
}

static sx_status add_rows_and_columns(names *l, const sx_table *table, const sx_banner_request *request,
                                      sx_error *err) {
  const char **column = NULL;
  banner_stub *stub = NULL;
  uint32_t stats = 0;
  size_t n = 0;
  SX_TRY(sx_banner__stats(&stats, request->stats, err));
  SX_TRY(sx_banner__column_names(&column, &n, table, request->columns ? request->columns : "total", l->arena, err));
  for (size_t k = 0; k < n; k++) SX_TRY(add_name(l, table, column[k], err));
  SX_TRY(sx_banner__rows(&stub, &n, table, request->rows, l->arena, err));
  for (size_t k = 0; k < n; k++) {
    for (size_t i = 0; i < stub[k].n; i++) SX_TRY(add(l, stub[k].column[i]->name, err));
    if (stub[k].set) SX_TRY(add_set(l, stub[k].set, err));
  }
  return SX_OK;
}

sx_status sx_banner_variables(const char *const **out, size_t *n, const sx_table *table,
                              const sx_banner_request *request, sx_arena *arena, sx_error *err) {
  names l = {arena, NULL, 0, 0};
  SX_TRY(add_rows_and_columns(&l, table, request, err));
  SX_TRY(add_where(&l, table, request->where, err));
  *out = l.item;
  *n = l.n;
  return SX_OK;
}

sx_status sx_banner_check(const sx_table *table, const sx_banner_request *request, sx_error *err) {
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, sx_table_ctx(table), err));
  names l = {arena, NULL, 0, 0};
  const sx_status st = add_rows_and_columns(&l, table, request, err);
  sx_arena_free(arena);
  return st;
}
