/* table_order.c: the order of levels: the declared one; of texts also by labels or by the number in each. */
#include "shuxiao/table_order.h"

#include <stdlib.h>
#include <string.h>

typedef struct place {
  double key;
  size_t at;
} place;

static int by_key(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->at < y->at ? -1 : 1;
}

/* Places in the declared order; false where it leaves a text out. */
static bool key_declared(place *to, const sx_column *c, const char *const *text, size_t n) {
  if (c->n_order < n) return false;
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < c->n_order && strcmp(c->order[k], text[i]) != 0) k++;
    if (k == c->n_order) return false;
    to[i] = (place){(double)k, i};
  }
  return true;
}

/* Places in the list of labels; false where a text has none. */
static bool key_labels(place *to, const sx_column *c, const char *const *text, size_t n) {
  if (c->n_labels < n) return false;
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < c->n_labels && !(c->labels[k].text && strcmp(c->labels[k].text, text[i]) == 0)) k++;
    if (k == c->n_labels) return false;
    to[i] = (place){(double)k, i};
  }
  return true;
}

/* Bytes that all texts begin with, no digit among the last of them: "Wave " of "Wave 11" and "Wave 12". */
static size_t same_words(const char *const *text, size_t n) {
  size_t same = n ? strcspn(text[0], "0123456789") : 0;
  for (size_t i = 1; i < n; i++) {
    size_t k = 0;
    while (k < same && text[i][k] == text[0][k]) k++;
    same = k;
  }
  return same;
}

static bool key_numbers(place *to, const char *const *text, size_t n) {
  const size_t from = same_words(text, n);
  for (size_t i = 0; i < n; i++) {
    const char *number = text[i] + from;
    const size_t digits = strspn(number, "0123456789");
    to[i].at = i;
    if (!digits || !sx_text_to_double(&to[i].key, number, digits)) return false;
  }
  return true;
}

/* Nothing to look for where a column that is no text has no declared order: its levels stand in order as they are. */
static bool find_keys(place *to, const sx_column *c, const char *const *text, size_t n) {
  if (key_declared(to, c, text, n)) return true;
  return c->type == SX_TEXT && (key_labels(to, c, text, n) || key_numbers(to, text, n));
}

/* Places of categories that several columns bring: numbers by their value, those of a dictionary in its order. */
static bool key_members(place *to, const sx_column *c, const char *const *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const size_t length = strlen(text[i]);
    const int32_t code = c->dict ? sx_dict_find(c->dict, text[i], length) : -1;
    to[i] = (place){code, i};
    if (c->type == SX_CATEGORY ? code < 0 : c->type == SX_TEXT || !sx_text_to_double(&to[i].key, text[i], length))
      return false;
  }
  return true;
}

static sx_status put_in_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text,
                              size_t n, bool members, sx_error *err) {
  for (size_t i = 0; i < n; i++) order[i] = i;
  if (n < 2) return SX_OK;
  place *to = sx_mem_alloc(ctx, n, sizeof *to);
  if (!to) return sx_error_memory(err);
  if (find_keys(to, column, text, n) || (members && key_members(to, column, text, n))) {
    qsort(to, n, sizeof *to, by_key);
    for (size_t i = 0; i < n; i++) order[i] = to[i].at;
  }
  sx_mem_free(ctx, to);
  return SX_OK;
}

sx_status sx_level_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text, size_t n,
                         sx_error *err) {
  return put_in_order(order, ctx, column, text, n, false, err);
}

sx_status sx_member_order(size_t *order, const sx_ctx *ctx, const sx_column *column, const char *const *text, size_t n,
                          sx_error *err) {
  return put_in_order(order, ctx, column, text, n, true, err);
}
