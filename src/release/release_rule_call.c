/* release_rule_call.c: a function over whole columns is called: its arguments by name and place, as R matches them, and what its kernel asks for. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "release_rule_priv.h"

const sx_release__function *sx_release__find_function(const char *name) {
  const sx_release__function *const lists[] = {sx_release__sums, sx_release__keys, sx_release__matches};
  for (size_t l = 0; l < 3; l++)
    for (size_t i = 0; lists[l][i].name; i++)
      if (strcmp(lists[l][i].name, name) == 0) return &lists[l][i];
  return NULL;
}

sx_status sx_release__call_error(const sx_release__call *c, const char *fmt, ...) {
  char message[SX_ERROR_MESSAGE_MAX];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(c->err, SX_E_ARGUMENT, NULL, "%s(): %s", c->name, message);
}

/* ---- arguments ------------------------------------------------------------------------------------------------------------------------ */

/* The place of a key in a list "x,na.rm" ("..." has none); SIZE_MAX where it is not there. */
static size_t place_of(const char *list, const char *key) {
  size_t at = 0;
  for (const char *word = list; word; at++) {
    const char *end = strchr(word, ',');
    const size_t n = end ? (size_t)(end - word) : strlen(word);
    const bool dots = n == 3 && memcmp(word, "...", 3) == 0;
    if (!dots && key && strlen(key) == n && memcmp(word, key, n) == 0) return at;
    if (dots) at--;
    word = end ? end + 1 : NULL;
  }
  return key ? SIZE_MAX : at; /* no key: how many there are */
}

static sx_status match_args(sx_release__call *c, const sx_release__function *f, const sx_rule_tree *t) {
  const bool many = strncmp(f->list, "...", 3) == 0;
  const size_t places = place_of(f->list, NULL);
  c->rest = sx_arena_zalloc(c->bound->arena, t->n + 1, sizeof *c->rest);
  if (!c->rest) return sx_error_memory(c->err);
  for (size_t i = 0; i < t->n; i++) {
    const char *key = t->keys ? t->keys[i] : NULL;
    const size_t at = key ? place_of(f->list, key) : SIZE_MAX;
    if (!key) continue;
    if (at == SIZE_MAX && many) continue;
    if (at == SIZE_MAX) return sx_release__call_error(c, "it has no argument '%s' (it has %s)", key, f->list);
    if (c->slot[at]) return sx_release__call_error(c, "two arguments are called '%s'", key);
    c->slot[at] = t->args[i];
  }
  size_t next = 0;
  for (size_t i = 0; i < t->n; i++) {
    const char *key = t->keys ? t->keys[i] : NULL;
    if (key && place_of(f->list, key) != SIZE_MAX) continue;
    if (many) {
      c->rest[c->n_rest++] = t->args[i];
      continue;
    }
    while (next < places && c->slot[next]) next++;
    if (next >= places) return sx_release__call_error(c, "too many arguments (it has %s)", f->list);
    c->slot[next] = t->args[i];
  }
  for (size_t k = 0; k < places; k++) /* x = NULL says that there is none */
    if (c->slot[k] && c->slot[k]->kind == NODE_NAME && strcmp(c->slot[k]->text, "NULL") == 0) c->slot[k] = NULL;
  return SX_OK;
}

sx_status sx_release__call_truth(bool *out, const sx_release__call *c, const sx_rule_tree *t) {
  if (!t) return SX_OK;
  const bool letter = t->kind == NODE_NAME && (strcmp(t->text, "T") == 0 || strcmp(t->text, "F") == 0);
  if (t->kind != NODE_TRUTH && !letter)
    return sx_release__call_error(c, "an argument is TRUE or FALSE, in these words");
  *out = letter ? t->text[0] == 'T' : t->number != 0;
  return SX_OK;
}

sx_status sx_release__call_number(double *out, const sx_release__call *c, const sx_rule_tree *t) {
  if (!t || sx_release__tree_number(out, t)) return SX_OK;
  return sx_release__call_error(c, "an argument is a plain number");
}

sx_status sx_release__call_text(const char **out, const sx_release__call *c, const sx_rule_tree *t) {
  if (t && t->kind != NODE_TEXT) return sx_release__call_error(c, "an argument is a text in quotes");
  if (t) *out = t->text;
  return SX_OK;
}

sx_status sx_release__call_value(sx_release__value *out, const sx_release__call *c, const sx_rule_tree *t) {
  return sx_release__eval(out, c->bound, t, c->err);
}

sx_status sx_release__call_columns(sx_release__value **out, size_t *n, const sx_release__call *c,
                                   const sx_rule_tree *const *trees, size_t n_trees) {
  const size_t all = sx_table_columns(c->table);
  size_t most = 0, used = 0;
  sx_status status = SX_OK;
  for (size_t i = 0; i < n_trees; i++)
    most += trees[i]->kind == NODE_NAME && strcmp(trees[i]->text, ".") == 0 ? all : 1;
  sx_release__value *columns = sx_mem_zalloc(c->ctx, most + 1, sizeof *columns);
  if (!columns) return sx_error_memory(c->err);
  for (size_t i = 0; i < n_trees && status == SX_OK; i++) {
    const bool dot = trees[i]->kind == NODE_NAME && strcmp(trees[i]->text, ".") == 0;
    for (size_t k = 0; dot && k < all; k++) columns[used++] = (sx_release__value){sx_table_get(c->table, k), false};
    if (!dot) status = sx_release__call_value(&columns[used++], c, trees[i]);
  }
  if (status != SX_OK) {
    sx_mem_free(c->ctx, columns);
    return status;
  }
  *out = columns;
  *n = used;
  return SX_OK;
}

/* ---- results -------------------------------------------------------------------------------------------------------------------------- */

sx_status sx_release__call_result(const sx_release__call *c, size_t row, double value) {
  sx_column *out = c->out;
  if (isnan(value)) return sx_column_set_missing(c->ctx, out, row, SX_MISS_SYSTEM, c->err);
  if (out->type == SX_NUMBER)
    out->data.f64[row] = value;
  else
    out->data.i64[row] = (int64_t)value;
  return SX_OK;
}

sx_status sx_release__call_retype(sx_release__call *c, sx_type type) {
  sx_column *other = NULL;
  if (type == c->out->type) return SX_OK;
  SX_TRY(sx_column_new(&other, c->ctx, c->out->name, type, c->out->n, c->err));
  sx_column_free(c->ctx, c->out);
  c->out = other;
  return SX_OK;
}

sx_status sx_release__call_run(sx_column **out, sx_release__bound *b, const sx_release__function *f,
                               const sx_rule_tree *tree, sx_error *err) {
  sx_release__call c = {.ctx = b->ctx, .table = b->table, .bound = b, .name = f->name, .err = err};
  if (b->inside && f->scalar)
    return sx_release__call_error(
        &c, "no number of a whole column has a place in the condition of exists_any() or exists_one()");
  SX_TRY(sx_column_new(&c.out, b->ctx, "value", f->type, f->scalar ? 1 : sx_table_rows(b->table), err));
  const bool before = b->inside;
  b->inside = before || strncmp(f->name, "exists_", 7) == 0;
  sx_status status = match_args(&c, f, tree);
  if (status == SX_OK) status = f->run(&c);
  b->inside = before;
  if (status == SX_OK)
    *out = c.out;
  else
    sx_column_free(b->ctx, c.out);
  return status;
}
