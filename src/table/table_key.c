/* table_key.c: rows of two tables as tuples of 64-bit words that can be compared, and an index over them. */
#include "table_priv.h"

#include <stdio.h>

void sx_table__int_text(char out[32], int64_t v) {
  (void)snprintf(out, 32, "%lld", (long long)v);
}

/* Numbers and integers meet as doubles where the integer is exact in one; texts meet as codes of the left dictionary. */
static bool comparable(sx_type a, sx_type b) {
  if (a == b) return true;
  if (sx_table__is_coded(a) && sx_table__is_coded(b)) return true;
  return (a == SX_NUMBER || a == SX_INTEGER) && (b == SX_NUMBER || b == SX_INTEGER);
}

static uint64_t word_of_double(double v) {
  v += 0.0;
  uint64_t w;
  memcpy(&w, &v, 8);
  return w;
}

/* The word of one cell; false where it is missing or can equal nothing. as_double: the other side is a number. */
static bool cell_word(uint64_t *word, const sx_column *c, size_t row, bool as_double, const int32_t *map) {
  if (sx_column_missing(c, row)) return false;
  if (sx_table__is_coded(c->type)) {
    const int32_t code = c->data.code[row], mapped = code < 0 || !map ? code : map[code];
    *word = mapped >= 0 ? (uint64_t)mapped : UINT64_C(1) << 32 | (uint64_t)(uint32_t)code; /* a word of its own */
    return code >= 0;
  }
  if (c->type == SX_NUMBER) {
    *word = word_of_double(c->data.f64[row]);
    return !isnan(c->data.f64[row]);
  }
  const int64_t v = c->data.i64[row];
  if (!as_double) {
    *word = (uint64_t)v;
    return true;
  }
  const double d = (double)v;
  *word = word_of_double(d);
  return d < 9223372036854775808.0 && (int64_t)d == v; /* no number equals an integer that no double holds */
}

static void fill_words(sx_table__keys *keys, size_t k, const sx_column *c, bool as_double, const int32_t *map) {
  for (size_t i = 0; i < keys->n_rows; i++) {
    uint64_t w = 0;
    if (!cell_word(&w, c, i, as_double, map)) keys->missing[i] = 1;
    keys->word[i * keys->n_keys + k] = w;
  }
}

static sx_status alloc_keys(sx_table__keys *keys, const sx_ctx *ctx, size_t n_rows, size_t n_keys, sx_error *err) {
  size_t n = 0;
  *keys = (sx_table__keys){.n_rows = n_rows, .n_keys = n_keys};
  if (!sx_size_mul(&n, n_rows, n_keys)) return sx_error_set(err, SX_E_LIMIT, NULL, "too many rows");
  keys->word = sx_mem_alloc(ctx, n, sizeof *keys->word);
  keys->missing = sx_mem_zalloc(ctx, n_rows, 1);
  return keys->word && keys->missing ? SX_OK : sx_error_memory(err);
}

static sx_status key_column(sx_table__keys *left, sx_table__keys *right, size_t k, const sx_column *a,
                            const sx_column *b, const sx_ctx *ctx, sx_error *err) {
  if (!comparable(a->type, b->type))
    return sx_error_set(err, SX_E_DATA, a->name, "the key is %s in one table and %s in the other",
                        sx_type_name(a->type), sx_type_name(b->type));
  const bool as_double = a->type != b->type;
  int32_t *map = NULL;
  if (a->dict && a->dict != b->dict) {
    map = sx_mem_alloc(ctx, sx_dict_count(b->dict), sizeof *map);
    if (!map) return sx_error_memory(err);
    sx_table__dict_map(map, b->dict, a->dict);
  }
  fill_words(left, k, a, as_double, NULL);
  fill_words(right, k, b, as_double, map);
  sx_mem_free(ctx, map);
  return SX_OK;
}

sx_status sx_table__keys_init(sx_table__keys *left, sx_table__keys *right, const sx_table *left_table,
                              const sx_table *right_table, const char *const *names, size_t n_names, sx_error *err) {
  const sx_ctx *ctx = &left_table->ctx;
  sx_status st = SX_OK;
  *left = *right = (sx_table__keys){0};
  SX_TRY_GOTO(st, alloc_keys(left, ctx, left_table->n_rows, n_names, err), failed);
  SX_TRY_GOTO(st, alloc_keys(right, ctx, right_table->n_rows, n_names, err), failed);
  for (size_t k = 0; k < n_names; k++) {
    const sx_column *a = NULL, *b = NULL;
    SX_TRY_GOTO(st, sx_table_need(&a, left_table, names[k], err), failed);
    SX_TRY_GOTO(st, sx_table_need(&b, right_table, names[k], err), failed);
    SX_TRY_GOTO(st, key_column(left, right, k, a, b, ctx, err), failed);
  }
  return SX_OK;
failed:
  sx_table__keys_clear(ctx, left);
  sx_table__keys_clear(ctx, right);
  return st;
}

void sx_table__keys_clear(const sx_ctx *ctx, sx_table__keys *keys) {
  sx_mem_free(ctx, keys->word);
  sx_mem_free(ctx, keys->missing);
  *keys = (sx_table__keys){0};
}

static size_t hash_of(const sx_table__keys *keys, size_t row) {
  return (size_t)sx_table__hash((const char *)&keys->word[row * keys->n_keys], keys->n_keys * sizeof *keys->word);
}

int64_t sx_table__index_find(const sx_table__index *index, const sx_table__keys *keys, const sx_table__keys *probe,
                             size_t row) {
  if (probe->missing[row]) return -1;
  const uint64_t *want = &probe->word[row * probe->n_keys];
  const size_t mask = index->n_slots - 1;
  for (size_t s = hash_of(probe, row) & mask; index->slots[s] >= 0; s = (s + 1) & mask) {
    const uint64_t *have = &keys->word[(size_t)index->slots[s] * keys->n_keys];
    if (memcmp(have, want, keys->n_keys * sizeof *have) == 0) return index->slots[s];
  }
  return -1;
}

sx_status sx_table__index_init(sx_table__index *out, int64_t *first, size_t *duplicate, const sx_ctx *ctx,
                               const sx_table__keys *keys, sx_error *err) {
  size_t n_slots = 16;
  while (n_slots / 2 < keys->n_rows)
    if (!sx_size_mul(&n_slots, n_slots, 2)) return sx_error_set(err, SX_E_LIMIT, NULL, "too many rows");
  sx_table__index index = {sx_mem_alloc(ctx, n_slots, sizeof *index.slots), n_slots};
  if (!index.slots) return sx_error_memory(err);
  memset(index.slots, 0xFF, n_slots * sizeof *index.slots);
  *duplicate = SIZE_MAX;
  for (size_t i = 0; i < keys->n_rows; i++) {
    if (first) first[i] = -1;
    if (keys->missing[i]) continue;
    int64_t at = sx_table__index_find(&index, keys, keys, i);
    if (at >= 0 && *duplicate == SIZE_MAX) *duplicate = i;
    if (at < 0) {
      size_t s = hash_of(keys, i) & (n_slots - 1);
      while (index.slots[s] >= 0) s = (s + 1) & (n_slots - 1);
      at = index.slots[s] = (int64_t)i;
    }
    if (first) first[i] = at;
  }
  *out = index;
  return SX_OK;
}

void sx_table__index_clear(const sx_ctx *ctx, sx_table__index *index) {
  sx_mem_free(ctx, index->slots);
  *index = (sx_table__index){0};
}

/* Ends the text before a code point that was cut in two. */
static void cut_whole(char *text) {
  size_t bad = 0;
  if (!sx_utf8_valid(text, strlen(text), &bad)) text[bad] = '\0';
}

static void cell_text(char *out, size_t size, const sx_column *c, size_t row) {
  char text[SX_DOUBLE_TEXT_MAX + 16] = "";
  switch (c->type) {
  case SX_CATEGORY:
  case SX_TEXT: {
    const char *word = sx_dict_get(c->dict, c->data.code[row], NULL);
    (void)snprintf(out, size, "%s", word ? word : "missing");
    cut_whole(out);
    return;
  }
  case SX_NUMBER:
    (void)sx_text_from_double(text, c->data.f64[row]);
    break;
  case SX_INTEGER:
    sx_table__int_text(text, c->data.i64[row]);
    break;
  case SX_DATE:
    (void)sx_date_text(text, c->data.i64[row]);
    break;
  case SX_PERIOD:
    (void)sx_period_text(text, c->data.i64[row]);
    break;
  }
  (void)snprintf(out, size, "%s", text);
}

void sx_table__key_text(char *out, size_t size, const sx_table *table, const char *const *names, size_t n, size_t row) {
  size_t at = 0;
  out[0] = '\0';
  for (size_t k = 0; k < n && at + 1 < size; k++) {
    char value[64];
    cell_text(value, sizeof value, sx_table_find(table, names[k]), row);
    const int wrote = snprintf(out + at, size - at, "%s%s = %s", k ? ", " : "", names[k], value);
    if (wrote < 0) return;
    at += (size_t)wrote < size - at ? (size_t)wrote : size - at - 1;
  }
  cut_whole(out);
}
