/* base_mem.c: allocation through the context's hook, every size checked.
 *
 * Layout of a block: a 16-byte header that holds the payload size, then the payload. The header keeps the payload
 * 16-byte aligned and lets free and resize tell the hook the old size.
 *
 * Without a hook, and where the system is known, big blocks are mappings of their own: what a column or a design takes goes back when
 * it is freed, whatever was taken after it, and large pages spare most of the faults of fresh memory. */
#if defined(__linux__) && !defined(SX_SANITIZED)
#define _GNU_SOURCE /* mremap */
#endif
#include "shuxiao/base.h"

#include <stdlib.h>
#include <string.h>
#if defined(__linux__) && !defined(SX_SANITIZED)
#include <sys/mman.h>
#define MAPPINGS 1
#else
#define MAPPINGS 0
#endif

typedef struct header {
  size_t size; /* bytes of payload asked for */
  size_t mapped;
} header;
enum { HEADER = 16 };
static const size_t BIG = (size_t)32 << 20;
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

/* ---- mappings ------------------------------------------------------------------------------------------------------- */

#if MAPPINGS
enum { PAGE = 4096, LARGE_PAGE = 2 << 20 };

/* From the page of the header on; false where it is too long. */
static bool map_length(size_t *out, size_t total) {
  if (!sx_size_add(out, total, 2 * PAGE - HEADER - 1)) return false;
  *out = *out / PAGE * PAGE;
  return true;
}

/* Payloads of a few large pages begin at one, so that the header, on the page before, touches none of them. */
static header *map_new(size_t total) {
  const size_t lead = total >= 2 * LARGE_PAGE ? LARGE_PAGE : 0;
  size_t length, bytes;
  if (!map_length(&length, total) || !sx_size_add(&bytes, length, lead)) return NULL;
  char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return NULL;
  if (lead) {
    const size_t skip = (LARGE_PAGE - ((uintptr_t)at + PAGE) % LARGE_PAGE) % LARGE_PAGE;
    if (skip) (void)munmap(at, skip);
    at += skip;
    if (skip < lead) (void)munmap(at + length, lead - skip);
    (void)madvise(at, length, MADV_HUGEPAGE); /* may be refused: then the pages are small */
  }
  return (header *)(void *)(at + PAGE - HEADER);
}

static header *map_resize(header *h, size_t old_total, size_t total) {
  size_t before, length;
  if (!map_length(&before, old_total) || !map_length(&length, total)) return NULL;
  char *at = mremap((char *)h + HEADER - PAGE, before, length, MREMAP_MAYMOVE);
  return at == MAP_FAILED ? NULL : (header *)(void *)(at + PAGE - HEADER);
}

static void map_free(header *h, size_t total) {
  size_t length;
  if (map_length(&length, total)) (void)munmap((char *)h + HEADER - PAGE, length);
}
#else
static header *map_new(size_t total) {
  (void)total;
  return NULL;
}
static header *map_resize(header *h, size_t old_total, size_t total) {
  (void)h;
  (void)old_total;
  (void)total;
  return NULL;
}
static void map_free(header *h, size_t total) {
  (void)h;
  (void)total;
}
#endif

static bool is_big(const sx_ctx *ctx, size_t total) {
  return MAPPINGS && total >= BIG && !(ctx && ctx->alloc.resize);
}

/* ---- blocks --------------------------------------------------------------------------------------------------------- */

static void *raw_resize(const sx_ctx *ctx, void *block, size_t old_size, size_t new_size) {
  if (ctx && ctx->alloc.resize) return ctx->alloc.resize(ctx->alloc.ctx, block, old_size, new_size);
  if (new_size) return realloc(block, new_size);
  free(block);
  return NULL;
}

static void *payload_of(header *h, size_t size, bool mapped) {
  h->size = size;
  h->mapped = mapped;
  return (char *)h + HEADER;
}

static header *header_of(void *ptr) {
  return (header *)(void *)((char *)ptr - HEADER);
}

void *sx_mem_alloc(const sx_ctx *ctx, size_t n, size_t size) {
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  const bool big = is_big(ctx, total);
  header *h = big ? map_new(total) : raw_resize(ctx, NULL, 0, total);
  return h ? payload_of(h, bytes, big) : NULL;
}

void *sx_mem_zalloc(const sx_ctx *ctx, size_t n, size_t size) {
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  if (is_big(ctx, total)) return sx_mem_alloc(ctx, n, size); /* fresh pages are zero */
  if (ctx && ctx->alloc.resize) {
    header *h = raw_resize(ctx, NULL, 0, total);
    if (!h) return NULL;
    memset(h, 0, total);
    return payload_of(h, bytes, false);
  }
  header *h = calloc(1, total); /* fresh pages come zeroed without being touched */
  return h ? payload_of(h, bytes, false) : NULL;
}

/* Between the two kinds of blocks: a new one, with what was in the old. */
static void *change_kind(const sx_ctx *ctx, void *ptr, size_t n, size_t size) {
  const header *h = header_of(ptr);
  void *moved = sx_mem_alloc(ctx, n, size);
  if (!moved) return NULL;
  memcpy(moved, ptr, h->size < n * size ? h->size : n * size);
  sx_mem_free(ctx, ptr);
  return moved;
}

void *sx_mem_resize(const sx_ctx *ctx, void *ptr, size_t n, size_t size) {
  if (!ptr) return sx_mem_alloc(ctx, n, size);
  size_t bytes, total;
  if (!block_size(&bytes, &total, ctx, n, size)) return NULL;
  header *h = header_of(ptr);
  const bool big = is_big(ctx, total);
  if (big != (h->mapped != 0)) return change_kind(ctx, ptr, n, size);
  header *moved = big ? map_resize(h, block_size_of(h), total) : raw_resize(ctx, h, block_size_of(h), total);
  return moved ? payload_of(moved, bytes, big) : NULL;
}

void sx_mem_free(const sx_ctx *ctx, void *ptr) {
  if (!ptr) return;
  header *h = header_of(ptr);
  if (h->mapped)
    map_free(h, block_size_of(h));
  else
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
