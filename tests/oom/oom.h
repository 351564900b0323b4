/* oom.h: makes every allocation of a call fail once.
 *
 *   static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
 *     sx_table *t = NULL;
 *     sx_status st = sx_table_new(&t, ctx, err);      // everything that the call makes it also frees
 *     if (st == SX_OK) st = sx_table_add_column(...);
 *     sx_table_free(t);
 *     return st;
 *   }
 *   static void test_table(void) { oom_run("table", call, NULL); }
 *
 * The call runs with allocation k failing, for k = 1, 2, ... until it succeeds with nothing left to fail; then
 * once more with every allocation from k on failing. Each time: the status is SX_E_MEMORY or SX_OK (a call may do without
 * the memory), the error agrees with the status, and nothing is alive afterwards. The old sizes handed to the allocator
 * are checked too. Give small inputs that reach every branch: the cost is quadratic in the number of allocations.
 *
 * Sanitized builds are ten times slower: there, after the first OOM_ALL allocations every OOM_EVERY-th fails, said in the output; plain
 * builds, which CI runs too, fail each one. SX_OOM_EVERY=1 in the environment makes a sanitized build fail each one, another number as
 * many fewer in any build. */
#ifndef OOM_H
#define OOM_H

#include "shuxiao/base.h"
#include "sxt.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct oom {
  atomic_long left;  /* allocations until the failing one; negative after it */
  atomic_long live;  /* blocks */
  atomic_long n;     /* allocations asked for */
  atomic_long wrong; /* calls with a wrong old size */
  bool for_good;     /* all after the failing one fail too */
} oom;

typedef sx_status (*oom_call)(const sx_ctx *ctx, void *data, sx_error *err);

enum { OOM_HEADER = 16, OOM_TRIES_MAX = 100000, OOM_ALL = 150 };
#ifdef SX_SANITIZED
enum { OOM_EVERY = 11 }; /* odd: those that fail once and those that fail for good take turns */
#else
enum { OOM_EVERY = 1 };
#endif

static long oom_every(void) {
  const char *text = getenv("SX_OOM_EVERY");
  const long every = text ? strtol(text, NULL, 10) : 0;
  return every > 0 ? every : OOM_EVERY;
}

/* The allocation that fails after allocation k, the first one having been `from`. */
static inline long oom_next(long k, long from) {
  return k + (k - from < OOM_ALL ? 1 : oom_every());
}

static inline void oom_say(const char *name) {
  if (oom_every() > 1)
    printf("%s: all of the first %d allocations fail once, then every %ldth; SX_OOM_EVERY=1: each\n", name,
           (int)OOM_ALL, oom_every());
}

static void *oom_resize(void *ctx, void *ptr, size_t old_size, size_t new_size) {
  oom *o = ctx;
  char *block = ptr ? (char *)ptr - OOM_HEADER : NULL;
  size_t known = 0;
  if (block) memcpy(&known, block, sizeof known);
  if (known != old_size) atomic_fetch_add(&o->wrong, 1);
  if (!new_size) {
    if (block) atomic_fetch_sub(&o->live, 1);
    free(block);
    return NULL;
  }
  atomic_fetch_add(&o->n, 1);
  const long left = atomic_fetch_sub(&o->left, 1);
  if (left == 1 || (o->for_good && left < 1)) return NULL;
  char *moved = realloc(block, new_size + OOM_HEADER);
  if (!moved) return NULL;
  memcpy(moved, &new_size, sizeof new_size);
  if (!block) {
    atomic_fetch_add(&o->live, 1);
    memset(moved + OOM_HEADER, 0xA5, new_size); /* nobody may count on zeros */
  }
  return moved + OOM_HEADER;
}

/* One run with allocation k failing; true when the call succeeded and the failure never came. */
static bool oom_try(const char *name, oom_call call, void *data, int n_threads, long k, bool for_good) {
  oom o = {.for_good = for_good};
  atomic_init(&o.left, k);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.alloc = (sx_alloc){oom_resize, &o};
  ctx.n_threads = n_threads;
  sx_error err = SX_ERROR_INIT;
  const sx_status st = call(&ctx, data, &err);
  const bool came = atomic_load(&o.n) >= k;
  if (came ? st != SX_OK && st != SX_E_MEMORY : st != SX_OK)
    SXT_FAIL("%s, allocation %ld: status %s at '%s': %s", name, k, sx_status_name(st), err.where, err.message);
  if (st != SX_OK && (err.status != st || !err.message[0]))
    SXT_FAIL("%s, allocation %ld: returned %s, but the error says %s", name, k, sx_status_name(st),
             sx_status_name(err.status));
  if (atomic_load(&o.live)) SXT_FAIL("%s, allocation %ld: %ld blocks leaked", name, k, atomic_load(&o.live));
  if (atomic_load(&o.wrong)) SXT_FAIL("%s, allocation %ld: wrong old size given", name, k);
  return !came;
}

/* Returns the number of allocations of the successful call, in sanitized builds up to OOM_EVERY more. */
static long oom_run_threads(const char *name, oom_call call, void *data, int n_threads) {
  long k = 1;
  const int before = sxt_failures;
  oom_say(name);
  while (k < OOM_TRIES_MAX && !oom_try(name, call, data, n_threads, k, false)) {
    oom_try(name, call, data, n_threads, k, true);
    if (sxt_failures > before + 20) return k; /* one defect is enough to look at */
    k = oom_next(k, 1);
  }
  if (k >= OOM_TRIES_MAX) SXT_FAIL("%s: still failing after %d allocations", name, OOM_TRIES_MAX);
  return k - 1;
}

/* The same with one thread, which makes the order of allocations fixed. */
static inline long oom_run(const char *name, oom_call call, void *data) {
  return oom_run_threads(name, call, data, 1);
}

#endif
