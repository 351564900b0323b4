/* base_arena.c: scratch memory. A stack of blocks, newest first; an allocation bumps a counter in the newest one, a release
 * pops blocks and resets the counter. One popped block is kept, so that a loop of mark and release at a block's
 * end does not allocate each time round.
 * Under AddressSanitizer everything outside a live allocation is poisoned and 16 bytes stay free behind each one. With
 * SX_ARENA_MALLOC every allocation is a block of its own, for tools that watch malloc. */
#include "base_priv.h"

#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   __asan_poison_memory_region(p, n)
#define UNPOISON(p, n) __asan_unpoison_memory_region(p, n)
enum { REDZONE = 16 };
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { REDZONE = 0 };
#endif

enum { ALIGN = 16, BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20 };

typedef struct block {
  struct block *below;
  size_t cap, used; /* bytes of payload */
  size_t pad;
} block;
_Static_assert(sizeof(block) % ALIGN == 0, "payloads must stay aligned");

struct sx_arena {
  sx_ctx ctx;
  block *top;
  block *spare;
};

static char *payload(block *b) {
  return (char *)b + sizeof *b;
}

static void block_free(sx_arena *arena, block *b) {
  if (!b) return;
  UNPOISON(payload(b), b->cap);
  sx_mem_free(&arena->ctx, b);
}

sx_status sx_arena_new(sx_arena **out, const sx_ctx *ctx, sx_error *err) {
  const sx_ctx none = SX_CTX_INIT;
  if (!ctx) ctx = &none;
  sx_arena *arena = sx_mem_zalloc(ctx, 1, sizeof *arena);
  if (!arena) return sx_error_memory(err);
  arena->ctx = *ctx;
  *out = arena;
  return SX_OK;
}

void sx_arena_free(sx_arena *arena) {
  if (!arena) return;
  sx_arena_release(arena, (sx_arena_mark){NULL, 0});
  block_free(arena, arena->spare);
  const sx_ctx ctx = arena->ctx;
  sx_mem_free(&ctx, arena);
}

/* Puts a block with at least `need` bytes of payload on top. */
static bool push_block(sx_arena *arena, size_t need) {
  block *b = arena->spare;
  if (b && b->cap >= need) {
    arena->spare = NULL;
  } else {
#ifdef SX_ARENA_MALLOC
    size_t cap = need;
#else
    size_t cap = arena->top ? arena->top->cap : BLOCK_MIN / 2;
    cap = cap < BLOCK_MAX / 2 ? cap * 2 : BLOCK_MAX;
    if (cap < need) cap = need;
#endif
    size_t total;
    if (!sx_size_add(&total, cap, sizeof *b)) return false;
    b = sx_mem_alloc(&arena->ctx, total, 1);
    if (!b) return false;
    b->cap = cap;
  }
  b->used = 0;
  b->below = arena->top;
  arena->top = b;
  POISON(payload(b), b->cap);
  return true;
}

void *sx_arena_alloc(sx_arena *arena, size_t n, size_t size) {
  size_t bytes, need;
  if (!sx_size_mul(&bytes, n, size)) return NULL;
  if (!sx_size_add(&need, bytes ? bytes : 1, ALIGN - 1 + REDZONE)) return NULL;
  need &= ~(size_t)(ALIGN - 1);
  block *b = arena->top;
#ifdef SX_ARENA_MALLOC
  b = NULL;
#endif
  if (!b || b->cap - b->used < need) {
    if (!push_block(arena, need)) return NULL;
    b = arena->top;
  }
  char *p = payload(b) + b->used;
  b->used += need;
  UNPOISON(p, bytes);
  return p;
}

void *sx_arena_zalloc(sx_arena *arena, size_t n, size_t size) {
  void *p = sx_arena_alloc(arena, n, size);
  if (p) memset(p, 0, n * size); /* the product was checked */
  return p;
}

char *sx_arena_strndup(sx_arena *arena, const char *text, size_t n) {
  size_t total;
  if (!sx_size_add(&total, n, 1)) return NULL;
  char *copy = sx_arena_alloc(arena, total, 1);
  if (!copy) return NULL;
  if (n) memcpy(copy, text, n);
  copy[n] = '\0';
  return copy;
}

char *sx_arena_strdup(sx_arena *arena, const char *text) {
  return sx_arena_strndup(arena, text, strlen(text));
}

char *sx_arena_printf(sx_arena *arena, const char *fmt, ...) {
  char *text = NULL, few[256];
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  const int n = sx_base__format(few, sizeof few, fmt, args);
  if (n >= 0) text = sx_arena_alloc(arena, (size_t)n + 1, 1);
  if (text && (size_t)n < sizeof few)
    memcpy(text, few, (size_t)n + 1);
  else if (text)
    vsnprintf(text, (size_t)n + 1, fmt, again);
  va_end(again);
  va_end(args);
  return text;
}

bool sx_arena_grow(sx_arena *arena, void **ptr, size_t *cap, size_t need, size_t size) {
  enum { FIRST = 16 };
  if (need <= *cap && *ptr) return true;
  size_t wanted = *cap > SIZE_MAX / 2 ? need : *cap * 2;
  if (wanted < need) wanted = need;
  if (wanted < FIRST) wanted = FIRST;
  void *more = sx_arena_alloc(arena, wanted, size);
  if (!more) return false;
  if (*ptr && *cap) memcpy(more, *ptr, *cap * size);
  *ptr = more;
  *cap = wanted;
  return true;
}

sx_arena_mark sx_arena_get_mark(const sx_arena *arena) {
  return (sx_arena_mark){arena->top, arena->top ? arena->top->used : 0};
}

void sx_arena_release(sx_arena *arena, sx_arena_mark mark) {
  while (arena->top && arena->top != mark.block) {
    block *b = arena->top;
    arena->top = b->below;
#ifdef SX_ARENA_MALLOC
    block_free(arena, b);
#else
    if (!arena->spare || arena->spare->cap < b->cap) {
      block_free(arena, arena->spare);
      arena->spare = b;
      POISON(payload(b), b->cap);
    } else {
      block_free(arena, b);
    }
#endif
  }
  if (!arena->top) return;
  POISON(payload(arena->top) + mark.used, arena->top->cap - mark.used);
  arena->top->used = mark.used;
}
