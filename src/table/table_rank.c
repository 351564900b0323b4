/* table_rank.c: the rank of each row's key among the distinct keys: the engine under levels and groups.
 *
 * Where the keys span a small range a table of all values is marked and counted (two passes, no hashing). Otherwise the distinct
 * keys are collected in an open-addressing hash table and only they are sorted, by a least-significant-digit radix sort of 16-bit
 * digits that skips digits in which all keys agree. Cost O(rows + distinct); the answer does not depend on the order of rows. */
#include "table_priv.h"

#include <stdlib.h>

enum { RADIX_BITS = 16, RADIX = 1 << RADIX_BITS, SMALL_SORT = 4096 };

typedef struct item {
  uint64_t key;
  int32_t id;
} item;

static uint64_t mix(uint64_t x) {
  x ^= x >> 32;
  x *= UINT64_C(0xD6E8FEB86659FD93);
  x ^= x >> 32;
  x *= UINT64_C(0xD6E8FEB86659FD93);
  return x ^ x >> 32;
}

static int by_key(const void *a, const void *b) {
  const item *x = a, *y = b;
  return (x->key > y->key) - (x->key < y->key);
}

/* One stable pass on the digit at `shift`; false where all keys share it. */
static bool radix_pass(item *to, const item *from, size_t n, unsigned shift, size_t *count) {
  memset(count, 0, RADIX * sizeof *count);
  for (size_t i = 0; i < n; i++) count[from[i].key >> shift & (RADIX - 1)]++;
  if (count[from[0].key >> shift & (RADIX - 1)] == n) return false;
  for (size_t d = 0, sum = 0; d < RADIX; d++) {
    const size_t here = count[d];
    count[d] = sum;
    sum += here;
  }
  for (size_t i = 0; i < n; i++) to[count[from[i].key >> shift & (RADIX - 1)]++] = from[i];
  return true;
}

static sx_status sort_items(item **items, size_t n, const sx_ctx *ctx, sx_error *err) {
  if (n <= SMALL_SORT) {
    if (n) qsort(*items, n, sizeof **items, by_key);
    return SX_OK;
  }
  item *other = sx_mem_alloc(ctx, n, sizeof *other);
  size_t *count = sx_mem_alloc(ctx, RADIX, sizeof *count);
  if (!other || !count) {
    sx_mem_free(ctx, other);
    sx_mem_free(ctx, count);
    return sx_error_memory(err);
  }
  for (unsigned shift = 0; shift < 64; shift += RADIX_BITS) {
    if (!radix_pass(other, *items, n, shift, count)) continue;
    item *swap = *items;
    *items = other;
    other = swap;
  }
  sx_mem_free(ctx, other);
  sx_mem_free(ctx, count);
  return SX_OK;
}

/* The distinct keys in order of appearance; row[] receives their positions. */
typedef struct collection {
  item *items;
  size_t n, cap;
  int32_t *slots;
  size_t n_slots;
} collection;

static sx_status grow_slots(collection *c, const sx_ctx *ctx, sx_error *err) {
  const size_t n_slots = c->n_slots ? c->n_slots * 4 : 1024;
  int32_t *slots = sx_mem_alloc(ctx, n_slots, sizeof *slots);
  if (!slots) return sx_error_memory(err);
  memset(slots, 0xFF, n_slots * sizeof *slots);
  for (size_t i = 0; i < c->n; i++) {
    size_t s = (size_t)mix(c->items[i].key) & (n_slots - 1);
    while (slots[s] >= 0) s = (s + 1) & (n_slots - 1);
    slots[s] = (int32_t)i;
  }
  sx_mem_free(ctx, c->slots);
  c->slots = slots;
  c->n_slots = n_slots;
  return SX_OK;
}

static sx_status add_key(int32_t *id, collection *c, uint64_t key, const sx_ctx *ctx, sx_error *err) {
  if (c->n >= c->n_slots / 2) SX_TRY(grow_slots(c, ctx, err));
  size_t s = (size_t)mix(key) & (c->n_slots - 1);
  for (; c->slots[s] >= 0; s = (s + 1) & (c->n_slots - 1)) {
    if (c->items[c->slots[s]].key != key) continue;
    *id = c->slots[s];
    return SX_OK;
  }
  if (c->n >= INT32_MAX) return sx_error_set(err, SX_E_LIMIT, NULL, "more than 2147483647 distinct values");
  void *items = c->items;
  if (!sx_mem_grow(ctx, &items, &c->cap, c->n + 1, sizeof *c->items)) return sx_error_memory(err);
  c->items = items;
  c->items[c->n] = (item){key, (int32_t)c->n};
  *id = c->slots[s] = (int32_t)c->n++;
  return SX_OK;
}

sx_status sx_table__rank(uint64_t **distinct, size_t *n, int32_t *row, const uint64_t *key, size_t n_rows,
                         const sx_ctx *ctx, sx_error *err) {
  collection c = {0};
  int32_t *rank = NULL;
  uint64_t *sorted = NULL;
  sx_status st = SX_OK;
  for (size_t i = 0; i < n_rows; i++)
    if (row[i] >= 0) SX_TRY_GOTO(st, add_key(&row[i], &c, key[i], ctx, err), done);
  sx_mem_free(ctx, c.slots);
  c.slots = NULL;
  SX_TRY_GOTO(st, sort_items(&c.items, c.n, ctx, err), done);
  rank = sx_mem_alloc(ctx, c.n, sizeof *rank);
  sorted = sx_mem_alloc(ctx, c.n, sizeof *sorted);
  if (!rank || !sorted) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < c.n; i++) {
    rank[c.items[i].id] = (int32_t)i;
    sorted[i] = c.items[i].key;
  }
  for (size_t i = 0; i < n_rows; i++)
    if (row[i] >= 0) row[i] = rank[row[i]];
  *distinct = sorted;
  *n = c.n;
  sorted = NULL;
done:
  sx_mem_free(ctx, c.items);
  sx_mem_free(ctx, c.slots);
  sx_mem_free(ctx, rank);
  sx_mem_free(ctx, sorted);
  return st;
}

/* Ranking by a table, in pieces of the rows. */
enum { PIECE_ROWS = 131072, MAX_SPAN = 65536 };

typedef struct dense {
  int32_t *row, *rank; /* rank [span + 1]: place 0 takes the missing rows */
  size_t n_rows, step, span;
  uint8_t *seen; /* [pieces][span + 1] */
} dense;

static sx_status mark_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const dense *d = data;
  uint8_t *seen = d->seen + piece * (d->span + 1);
  const size_t from = piece * d->step, end = d->n_rows - from < d->step ? d->n_rows : from + d->step;
  for (size_t i = from; i < end; i++) seen[d->row[i] + 1] = 1;
  return SX_OK;
}

static sx_status map_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const dense *d = data;
  const size_t from = piece * d->step, end = d->n_rows - from < d->step ? d->n_rows : from + d->step;
  for (size_t i = from; i < end; i++) d->row[i] = d->rank[d->row[i] + 1];
  return SX_OK;
}

sx_status sx_table__rank_dense(uint64_t **distinct, size_t *n, int32_t *row, size_t n_rows, size_t span,
                               const sx_ctx *ctx, sx_error *err) {
  const sx_ctx quiet = sx_ctx_quiet(ctx);
  const size_t step = span <= MAX_SPAN ? PIECE_ROWS : n_rows + 1, pieces = n_rows / step + 1;
  size_t count = 0, marks = 0;
  uint64_t *sorted = NULL;
  sx_status st = SX_OK;
  dense d = {row, NULL, n_rows, step, span, NULL};
  d.rank = sx_mem_zalloc(ctx, span + 1, sizeof *d.rank);
  d.seen = sx_size_mul(&marks, pieces, span + 1) ? sx_mem_zalloc(ctx, marks, 1) : NULL;
  if (!d.rank || !d.seen) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, mark_piece, &d, err), done);
  for (size_t p = 0; p < pieces; p++)
    for (size_t k = 1; k <= span; k++) d.rank[k] |= d.seen[p * (span + 1) + k];
  for (size_t k = 1; k <= span; k++) count += (size_t)d.rank[k];
  sorted = sx_mem_alloc(ctx, count, sizeof *sorted);
  if (!sorted) {
    st = sx_error_memory(err);
    goto done;
  }
  d.rank[0] = -1;
  int32_t next = 0;
  for (size_t k = 1; k <= span; k++) {
    if (!d.rank[k]) continue;
    sorted[next] = k - 1;
    d.rank[k] = next++;
  }
  if (count < span)
    SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, map_piece, &d, err), done); /* else they are ranks */
  *distinct = sorted;
  *n = count;
  sorted = NULL;
done:
  sx_mem_free(ctx, d.rank);
  sx_mem_free(ctx, d.seen);
  sx_mem_free(ctx, sorted);
  return st;
}
