/* base_loop.c: a loop begun early. One counter hands out the indices in order to the thread aside and, at the end, to the caller: when index i fails every
 * lower one has been taken already and runs to its end. */
#include "shuxiao/base.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { POLL_NS = 20 * 1000 * 1000 }; /* how often who waits asks whether it is cancelled: not felt, and costs nothing */

/* The lowest failure that one of the two threads saw. */
typedef struct slot {
  size_t bad_index;
  sx_error error;
} slot;

struct sx_loop {
  sx_ctx ctx;
  sx_ctx aside; /* of the thread aside */
  sx_task task;
  void *data;
  size_t n;
  atomic_size_t next, lowest_bad; /* indices above it need not run */
  atomic_bool stop;
  pthread_t caller, thread;
  pthread_mutex_t lock; /* of `done` */
  pthread_cond_t more;
  bool tried, started, done;
  slot slots[2]; /* the caller's, and that aside */
};

static bool stopped(void *data) {
  const sx_loop *loop = data;
  return atomic_load(&loop->stop);
}

static void take(sx_loop *loop, slot *own, const sx_ctx *ctx) {
  for (;;) {
    if (atomic_load(&loop->stop)) return;
    const size_t i = atomic_fetch_add(&loop->next, 1);
    if (i >= loop->n || i > atomic_load(&loop->lowest_bad)) return;
    sx_status st = sx_ctx_poll(ctx, &own->error);
    if (st == SX_OK) st = loop->task(loop->data, i, &own->error);
    if (st == SX_OK) continue;
    own->error.status = st;
    own->bad_index = i;
    size_t seen = atomic_load(&loop->lowest_bad);
    while (i < seen && !atomic_compare_exchange_weak(&loop->lowest_bad, &seen, i)) {
    }
    return; /* later indices of this thread would be higher */
  }
}

static void *work_aside(void *arg) {
  sx_loop *loop = arg;
  take(loop, &loop->slots[1], &loop->aside);
  (void)pthread_mutex_lock(&loop->lock);
  loop->done = true;
  (void)pthread_cond_broadcast(&loop->more);
  (void)pthread_mutex_unlock(&loop->lock);
  return NULL;
}

sx_status sx_loop_new(sx_loop **out, const sx_ctx *ctx, size_t n, sx_task task, void *data, sx_error *err) {
  static const sx_ctx standard = SX_CTX_INIT;
  sx_loop *loop = sx_mem_zalloc(ctx, 1, sizeof *loop);
  if (!loop) return sx_error_memory(err);
  loop->ctx = ctx ? *ctx : standard;
  loop->aside = loop->ctx;
  loop->aside.n_threads = 1;
  loop->aside.data = loop;
  loop->aside.cancelled = stopped;
  loop->aside.progress = NULL;
  loop->aside.note = NULL;
  loop->task = task;
  loop->data = data;
  loop->n = n;
  atomic_init(&loop->next, 0);
  atomic_init(&loop->lowest_bad, SIZE_MAX);
  atomic_init(&loop->stop, false);
  loop->caller = pthread_self();
  loop->slots[0].bad_index = loop->slots[1].bad_index = SIZE_MAX;
  if (pthread_mutex_init(&loop->lock, NULL) != 0) {
    sx_mem_free(ctx, loop);
    return sx_error_memory(err);
  }
  if (pthread_cond_init(&loop->more, NULL) != 0) {
    (void)pthread_mutex_destroy(&loop->lock);
    sx_mem_free(ctx, loop);
    return sx_error_memory(err);
  }
  *out = loop;
  return SX_OK;
}

void sx_loop_begin(sx_loop *loop) {
  if (loop->tried || sx_ctx_threads(&loop->ctx) <= 1) return;
  loop->tried = true;
  loop->started = pthread_create(&loop->thread, NULL, work_aside, loop) == 0;
}

/* Until the thread aside has ended; SX_E_CANCELLED where the caller was interrupted meanwhile. */
static sx_status wait_for(sx_loop *loop, sx_error *err) {
  sx_status st = SX_OK;
  (void)pthread_mutex_lock(&loop->lock);
  while (!loop->done) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += POLL_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_cond_timedwait(&loop->more, &loop->lock, &until) != ETIMEDOUT || st != SX_OK) continue;
    (void)pthread_mutex_unlock(&loop->lock);
    st = sx_ctx_poll(&loop->ctx, err);
    if (st != SX_OK) atomic_store(&loop->stop, true);
    (void)pthread_mutex_lock(&loop->lock);
  }
  (void)pthread_mutex_unlock(&loop->lock);
  return st;
}

static void join(sx_loop *loop) {
  if (loop->started) (void)pthread_join(loop->thread, NULL);
  loop->started = false;
}

sx_status sx_loop_end(sx_loop *loop, sx_error *err) {
  sx_status st = sx_ctx_poll(&loop->ctx, err);
  if (st != SX_OK) return st;
  if (loop->n > 1) sx_loop_begin(loop);
  take(loop, &loop->slots[0], &loop->ctx);
  if (loop->slots[0].error.status == SX_E_CANCELLED) atomic_store(&loop->stop, true);
  if (loop->started) st = wait_for(loop, err);
  join(loop);
  if (st != SX_OK) return st;
  const slot *first = loop->slots[1].bad_index < loop->slots[0].bad_index ? &loop->slots[1] : &loop->slots[0];
  if (loop->slots[0].error.status == SX_E_CANCELLED) first = &loop->slots[0];
  st = first->error.status;
  if (st != SX_OK && err) *err = first->error;
  return st;
}

void sx_loop_free(sx_loop *loop) {
  if (!loop) return;
  const sx_ctx ctx = loop->ctx;
  atomic_store(&loop->stop, true);
  join(loop);
  (void)pthread_cond_destroy(&loop->more);
  (void)pthread_mutex_destroy(&loop->lock);
  sx_mem_free(&ctx, loop);
}

bool sx_loop_aside(const sx_loop *loop) {
  return !pthread_equal(loop->caller, pthread_self());
}

const sx_ctx *sx_loop_ctx(const sx_loop *loop) {
  return &loop->aside;
}
