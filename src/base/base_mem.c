/* base_mem.c: allocation through the context's hook, every size checked.
 *
 * Layout of a block: a 16-byte header that holds the payload size, then the payload. The header keeps the payload
 * 16-byte aligned and lets free and resize tell the hook the old size. */
#include "shuxiao/base.h"

#include <stdlib.h>
#include <string.h>

typedef struct header {
  size_t size; /* bytes of payload asked for */
  size_t pad;
} header;
enum { HEADER = 16 };
_Static_assert(sizeof(header) == HEADER, "the payload must stay 16-byte aligned");

bool sx_size_add(size_t *out, size_t a, size_t b) {
  size_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return false;
  *out = sum;
  return true;
}

bool sx_size_mul(size_t *out, size_t a, size_t b) {
  size_t product;
  if (__builtin_mul_overflow(a, b, &product)) return false;
  *out = product;
  return true;
}

/* Payload and block size of n elements; false on overflow or above the context's limit. */
static bool block_size(size_t *payload, size_t *block, const sx_ctx *ctx, size_t n, size_t size) {
  size_t bytes, total;
  if (!sx_size_mul(&bytes, n, size)) return false;
  if (!sx_size_add(&total, bytes ? bytes : 1, HEADER) || total > PTRDIFF_MAX) return false;
  if (ctx && ctx->memory_limit && bytes > ctx->memory_limit) return false;
  *payload = bytes;
  *block = total;
  return true;
}

static size_t block_size_of(const header *h) {
  return HEADER + (h->size ? h->size : 1);
}

static void *raw_resize(const sx_ctx *ctx, void *block, size_t old_size, size_t new_size) {
  if (ctx && ctx->alloc.resize) return ctx->alloc.resize(ctx->alloc.ctx, block, old_size, new_size);
  if (new_size) return realloc(block, new_size);
  free(block);
  return NULL;
}

static void *payload_of(header *h, size_t size) {
  h->size = size;
  h->pad = 0;
  return (char *)h + HEADER;
}

static header *header_of(void *ptr) {
  return (header *)(void *)((char *)ptr - HEADER);
}

void *sx_mem_alloc(const sx_ctx *ctx, size_t n, size_t size) {
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  header *h = raw_resize(ctx, NULL, 0, total);
  return h ? payload_of(h, bytes) : NULL;
}

void *sx_mem_zalloc(const sx_ctx *ctx, size_t n, size_t size) {
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  if (ctx && ctx->alloc.resize) {
    header *h = raw_resize(ctx, NULL, 0, total);
    if (!h) return NULL;
    memset(h, 0, total);
    return payload_of(h, bytes);
  }
  header *h = calloc(1, total); /* fresh pages come zeroed without being touched */
  return h ? payload_of(h, bytes) : NULL;
}

void *sx_mem_resize(const sx_ctx *ctx, void *ptr, size_t n, size_t size) {
  if (!ptr) return sx_mem_alloc(ctx, n, size);
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  header *h = header_of(ptr);
  header *moved = raw_resize(ctx, h, block_size_of(h), total);
  return moved ? payload_of(moved, bytes) : NULL;
}

void sx_mem_free(const sx_ctx *ctx, void *ptr) {
  if (!ptr) return;
  header *h = header_of(ptr);
  (void)raw_resize(ctx, h, block_size_of(h), 0);
}

char *sx_mem_strndup(const sx_ctx *ctx, const char *text, size_t n) {
  size_t total;
  if (!sx_size_add(&total, n, 1)) return NULL;
  char *copy = sx_mem_alloc(ctx, total, 1);
  if (!copy) return NULL;
  if (n) memcpy(copy, text, n);
  copy[n] = '\0';
  return copy;
}

char *sx_mem_strdup(const sx_ctx *ctx, const char *text) {
  return sx_mem_strndup(ctx, text, strlen(text));
}

bool sx_mem_grow(const sx_ctx *ctx, void **ptr, size_t *cap, size_t need, size_t size) {
  enum { FIRST = 8 };
  if (need <= *cap && *ptr) return true;
  size_t wanted = *cap > SIZE_MAX / 2 ? need : *cap * 2;
  if (wanted < need) wanted = need;
  if (wanted < FIRST) wanted = FIRST;
  void *moved = sx_mem_resize(ctx, *ptr, wanted, size);
  if (!moved && wanted > need) { /* doubling may have crossed the limit where the need does not */
    wanted = need;
    moved = sx_mem_resize(ctx, *ptr, wanted, size);
  }
  if (!moved) return false;
  *ptr = moved;
  *cap = wanted;
  return true;
}
