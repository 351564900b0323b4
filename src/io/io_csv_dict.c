/* io_csv_dict.c: the distinct texts of one column in one chunk, open addressing with linear probing. Texts stay where
 * they are in the file; merging in chunk order (io_csv_pass.c) gives levels in order of first appearance. */
#include "io_csv_priv.h"

/* Multiply-and-fold over eight bytes at a time: quick, and spread well enough for a table that is rebuilt per chunk. */
static uint32_t hash_text(const char *text, size_t n) {
  const uint64_t k = 0x9E3779B97F4A7C15u;
  uint64_t h = (uint64_t)n * k;
  for (; n >= 8; n -= 8, text += 8) {
    uint64_t w;
    memcpy(&w, text, 8);
    h = (h ^ w) * k;
    h ^= h >> 32;
  }
  uint64_t w = 0;
  for (size_t i = 0; i < n; i++) w |= (uint64_t)(unsigned char)text[i] << (8 * i);
  h = (h ^ w) * k;
  return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

static bool rehash(csv_dict *dict, const sx_ctx *ctx) {
  enum { FIRST = 64 };
  const size_t n_slots = dict->n_slots ? dict->n_slots * 2 : FIRST;
  uint32_t *slots = sx_mem_zalloc(ctx, n_slots, sizeof *slots);
  if (!slots) return false;
  for (size_t i = 0; i < dict->n; i++) {
    size_t s = dict->entries[i].hash & (n_slots - 1);
    while (slots[s]) s = (s + 1) & (n_slots - 1);
    slots[s] = (uint32_t)(i + 1);
  }
  sx_mem_free(ctx, dict->slots);
  dict->slots = slots;
  dict->n_slots = n_slots;
  return true;
}

int32_t sx_io__csv_dict_code(csv_dict *dict, const sx_ctx *ctx, sx_arena **arena, const char *text, size_t n,
                             bool copy) {
  if (dict->n * 2 >= dict->n_slots && !rehash(dict, ctx)) return -1;
  const uint32_t hash = hash_text(text, n);
  size_t s = hash & (dict->n_slots - 1);
  for (; dict->slots[s]; s = (s + 1) & (dict->n_slots - 1)) {
    const csv_entry *e = &dict->entries[dict->slots[s] - 1];
    if (e->hash == hash && e->n == n && memcmp(e->text, text, n) == 0) return (int32_t)(dict->slots[s] - 1);
  }
  if (dict->n >= INT32_MAX) return -1;
  void *entries = dict->entries;
  if (!sx_mem_grow(ctx, &entries, &dict->cap, dict->n + 1, sizeof *dict->entries)) return -1;
  dict->entries = entries;
  if (copy) {
    if (!*arena && sx_arena_new(arena, ctx, NULL) != SX_OK) return -1;
    text = sx_arena_strndup(*arena, text, n);
    if (!text) return -1;
  }
  dict->entries[dict->n] = (csv_entry){text, n, hash, -1};
  dict->slots[s] = (uint32_t)++dict->n;
  return (int32_t)(dict->n - 1);
}

void sx_io__csv_dict_clear(csv_dict *dict, const sx_ctx *ctx) {
  sx_mem_free(ctx, dict->entries);
  sx_mem_free(ctx, dict->slots);
  *dict = (csv_dict){0};
}
