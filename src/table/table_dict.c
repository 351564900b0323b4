/* table_dict.c: dictionaries of distinct strings: an append-only list of words with an open-addressing index.
 *
 * Lookup is O(1); a word's code is its position. The index is at most half full and is probed linearly. */
#include "table_priv.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16, CHUNK_BYTES = 1 << 12, CHUNK_MAX = 1 << 20 };

/* FNV-1a over eight bytes at a time with a final mix; only equality of results for equal input matters. */
uint64_t sx_table__hash(const char *text, size_t n) {
  const uint64_t prime = UINT64_C(0x9E3779B97F4A7C15);
  uint64_t h = UINT64_C(0xCBF29CE484222325) ^ (uint64_t)n;
  while (n >= 8) {
    uint64_t word;
    memcpy(&word, text, 8);
    h = (h ^ word) * prime;
    h ^= h >> 29;
    text += 8;
    n -= 8;
  }
  uint64_t last = 0;
  for (size_t i = 0; i < n; i++) last = last << 8 | (unsigned char)text[i];
  h = (h ^ last) * prime;
  return h ^ h >> 32;
}

sx_status sx_dict_new(sx_dict **out, const sx_ctx *ctx, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_dict_new: out is NULL");
  const sx_ctx own = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  sx_dict *dict = sx_mem_zalloc(&own, 1, sizeof *dict);
  if (!dict) return sx_error_memory(err);
  dict->ctx = own;
  atomic_init(&dict->refs, 1);
  *out = dict;
  return SX_OK;
}

sx_dict *sx_dict_ref(sx_dict *dict) {
  if (dict) atomic_fetch_add_explicit(&dict->refs, 1, memory_order_relaxed);
  return dict;
}

void sx_dict_free(sx_dict *dict) {
  if (!dict || atomic_fetch_sub_explicit(&dict->refs, 1, memory_order_acq_rel) != 1) return;
  const sx_ctx ctx = dict->ctx;
  for (sx_table__chunk *c = dict->chunks, *next; c; c = next) {
    next = c->next;
    sx_mem_free(&ctx, c);
  }
  sx_mem_free(&ctx, dict->words);
  sx_mem_free(&ctx, dict->slots);
  sx_mem_free(&ctx, dict);
}

size_t sx_dict_count(const sx_dict *dict) {
  return dict ? dict->n : 0;
}

const char *sx_dict_get(const sx_dict *dict, int32_t code, size_t *n) {
  if (!dict || code < 0 || (size_t)code >= dict->n) {
    if (n) *n = 0;
    return NULL;
  }
  if (n) *n = dict->words[code].n;
  return dict->words[code].text;
}

static int32_t find_hashed(const sx_dict *dict, const char *text, size_t n, uint64_t hash) {
  if (!dict->n_slots) return -1;
  const size_t mask = dict->n_slots - 1;
  for (size_t s = (size_t)hash & mask;; s = (s + 1) & mask) {
    const int32_t code = dict->slots[s];
    if (code < 0) return -1;
    const sx_table__word *w = &dict->words[code];
    if (w->hash == hash && w->n == n && memcmp(w->text, text, n) == 0) return code;
  }
}

int32_t sx_dict_find(const sx_dict *dict, const char *text, size_t n) {
  if (!dict || !text) return -1;
  return find_hashed(dict, text, n, sx_table__hash(text, n));
}

static sx_status grow_index(sx_dict *dict, sx_error *err) {
  const size_t n_slots = dict->n_slots ? dict->n_slots * 2 : FIRST_SLOTS;
  int32_t *slots = sx_mem_alloc(&dict->ctx, n_slots, sizeof *slots);
  if (!slots) return sx_error_memory(err);
  for (size_t i = 0; i < n_slots; i++) slots[i] = -1;
  for (size_t i = 0; i < dict->n; i++) {
    size_t s = (size_t)dict->words[i].hash & (n_slots - 1);
    while (slots[s] >= 0) s = (s + 1) & (n_slots - 1);
    slots[s] = (int32_t)i;
  }
  sx_mem_free(&dict->ctx, dict->slots);
  dict->slots = slots;
  dict->n_slots = n_slots;
  return SX_OK;
}

/* A NUL-terminated copy in the newest chunk, or NULL. */
static const char *keep_text(sx_dict *dict, const char *text, size_t n) {
  size_t need = 0;
  if (!sx_size_add(&need, n, 1)) return NULL;
  sx_table__chunk *c = dict->chunks;
  if (!c || c->cap - c->used < need) {
    size_t cap = !c ? 256 : c->cap < CHUNK_BYTES ? CHUNK_BYTES : c->cap < CHUNK_MAX ? c->cap * 2 : CHUNK_MAX;
    if (cap < need) cap = need;
    size_t bytes = 0;
    if (!sx_size_add(&bytes, cap, sizeof *c)) return NULL;
    c = sx_mem_alloc(&dict->ctx, bytes, 1);
    if (!c) return NULL;
    *c = (sx_table__chunk){.next = dict->chunks, .used = 0, .cap = cap};
    dict->chunks = c;
  }
  char *copy = c->data + c->used;
  if (n) memcpy(copy, text, n);
  copy[n] = '\0';
  c->used += need;
  return copy;
}

sx_status sx_dict_add(int32_t *code, sx_dict *dict, const char *text, size_t n, sx_error *err) {
  if (!code || !dict || !text) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_dict_add: an argument is NULL");
  const uint64_t hash = sx_table__hash(text, n);
  const int32_t old = find_hashed(dict, text, n, hash);
  if (old >= 0) {
    *code = old;
    return SX_OK;
  }
  if (dict->n >= INT32_MAX) return sx_error_set(err, SX_E_LIMIT, NULL, "more than 2147483647 distinct texts");
  if (dict->n + 1 > dict->n_slots / 2) SX_TRY(grow_index(dict, err));
  void *words = dict->words;
  if (!sx_mem_grow(&dict->ctx, &words, &dict->cap, dict->n + 1, sizeof *dict->words)) return sx_error_memory(err);
  dict->words = words;
  const char *copy = keep_text(dict, text, n);
  if (!copy) return sx_error_memory(err);
  dict->words[dict->n] = (sx_table__word){copy, n, hash};
  size_t s = (size_t)hash & (dict->n_slots - 1);
  while (dict->slots[s] >= 0) s = (s + 1) & (dict->n_slots - 1);
  dict->slots[s] = (int32_t)dict->n;
  *code = (int32_t)dict->n++;
  return SX_OK;
}

sx_status sx_table__dict_copy(sx_dict **out, const sx_ctx *ctx, const sx_dict *dict, sx_error *err) {
  sx_dict *copy = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_dict_new(&copy, ctx, err));
  for (size_t i = 0; i < sx_dict_count(dict); i++) {
    int32_t code = 0;
    SX_TRY_GOTO(st, sx_dict_add(&code, copy, dict->words[i].text, dict->words[i].n, err), done);
  }
  *out = copy;
  copy = NULL;
done:
  sx_dict_free(copy);
  return st;
}

void sx_table__dict_map(int32_t *map, const sx_dict *from, const sx_dict *into) {
  for (size_t i = 0; i < from->n; i++)
    map[i] = from == into ? (int32_t)i : find_hashed(into, from->words[i].text, from->words[i].n, from->words[i].hash);
}
