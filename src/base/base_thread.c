/* base_thread.c: parallel loops. An atomic counter hands out the indices in order, so when index i fails every lower
 * index has been taken already and runs to its end: the lowest failure is the same whatever the timing. */
#include "shuxiao/base.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct shared {
  sx_task task;
  void *data;
  size_t n;
  atomic_size_t next;
  atomic_size_t lowest_bad; /* indices above it need not run */
} shared;

/* A worker's own slot: status, message and index of the lowest failure that it saw. */
typedef struct worker {
  shared *all;
  const sx_ctx *ctx; /* polled; NULL off the calling thread */
  pthread_t thread;
  size_t bad_index;
  sx_error error;
} worker;

static void lower_to(atomic_size_t *lowest, size_t i) {
  size_t seen = atomic_load(lowest);
  while (i < seen && !atomic_compare_exchange_weak(lowest, &seen, i)) {
  }
}

static void fail(worker *w, size_t i, sx_status st) {
  w->error.status = st;
  w->bad_index = i;
  lower_to(&w->all->lowest_bad, i);
}

static void *work(void *arg) {
  worker *w = arg;
  shared *all = w->all;
  for (;;) {
    const size_t i = atomic_fetch_add(&all->next, 1);
    if (i >= all->n || i > atomic_load(&all->lowest_bad)) return NULL;
    sx_status st = sx_ctx_poll(w->ctx, &w->error);
    if (st == SX_OK) st = all->task(all->data, i, &w->error);
    if (st != SX_OK) {
      fail(w, i, st);
      return NULL; /* later indices of this worker would be higher */
    }
  }
}

static sx_status run_inline(const sx_ctx *ctx, size_t n, sx_task task, void *data, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    SX_TRY(sx_ctx_poll(ctx, err));
    SX_TRY(task(data, i, err));
  }
  return SX_OK;
}

sx_status sx_parallel_for(const sx_ctx *ctx, size_t n, sx_task task, void *data, sx_error *err) {
  size_t n_workers = (size_t)sx_ctx_threads(ctx);
  if (n_workers > n) n_workers = n;
  if (n_workers <= 1) return run_inline(ctx, n, task, data, err);
  SX_TRY(sx_ctx_poll(ctx, err)); /* short loops may end before this thread comes to its first poll */
  worker *workers = sx_mem_zalloc(ctx, n_workers, sizeof *workers);
  if (!workers) return sx_error_memory(err);
  shared all = {.task = task, .data = data, .n = n};
  atomic_init(&all.next, 0);
  atomic_init(&all.lowest_bad, SIZE_MAX);
  for (size_t k = 0; k < n_workers; k++) workers[k] = (worker){.all = &all, .bad_index = SIZE_MAX};
  workers[0].ctx = ctx;
  size_t started = 1; /* worker 0 is this thread; fewer threads than wanted only make it slower */
  while (started < n_workers && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) started++;
  (void)work(&workers[0]);
  const worker *first = &workers[0];
  for (size_t k = 1; k < started; k++) {
    (void)pthread_join(workers[k].thread, NULL);
    if (workers[k].bad_index < first->bad_index) first = &workers[k];
  }
  const sx_status st = first->error.status;
  if (st != SX_OK && err) *err = first->error;
  sx_mem_free(ctx, workers);
  return st;
}
