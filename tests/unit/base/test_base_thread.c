#include "shuxiao/base.h"
#include "sxt.h"

#include <stdatomic.h>
#include <time.h>

enum { N = 1000 };
static atomic_int runs[N];

static sx_status count(void *data, size_t i, sx_error *err) {
  (void)data, (void)err;
  atomic_fetch_add(&runs[i], 1);
  return SX_OK;
}

static void test_each_once(void) {
  for (int threads = 1; threads <= 8; threads *= 2) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = threads;
    for (size_t i = 0; i < N; i++) atomic_store(&runs[i], 0);
    REQUIRE_OK(sx_parallel_for(&ctx, N, count, NULL, err));
    for (size_t i = 0; i < N; i++) CHECK_INT(atomic_load(&runs[i]), 1);
  }
  CHECK_OK(sx_parallel_for(NULL, 0, count, NULL, err));
  CHECK_OK(sx_parallel_for(NULL, 1, count, NULL, err));
}

/* Fails at 500 at once and at 37 after a while: 37 must win. */
static sx_status fail_late(void *data, size_t i, sx_error *err) {
  (void)data;
  if (i == 37) {
    const struct timespec wait = {0, 2000000};
    nanosleep(&wait, NULL);
    return sx_error_set(err, SX_E_DATA, "slot 37", "the lower one");
  }
  if (i >= 38) return sx_error_set(err, SX_E_NUMERIC, "later", "number %zu", i);
  return SX_OK;
}

static void test_lowest_failure(void) {
  for (int threads = 1; threads <= 8; threads++)
    for (int round = 0; round < 20; round++) {
      sx_ctx ctx = SX_CTX_INIT;
      ctx.n_threads = threads;
      CHECK_FAILS(sx_parallel_for(&ctx, N, fail_late, NULL, err), SX_E_DATA, "slot 37", "the lower one");
    }
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 4;
  CHECK_INT(sx_parallel_for(&ctx, N, fail_late, NULL, NULL), SX_E_DATA);
}

static sx_status bare_status(void *data, size_t i, sx_error *err) {
  (void)data, (void)err;
  return i == 3 ? SX_E_LIMIT : SX_OK;
}

/* After a failure the rest is skipped. */
static sx_status fail_first(void *data, size_t i, sx_error *err) {
  atomic_fetch_add((atomic_int *)data, 1);
  return i == 0 ? sx_error_set(err, SX_E_DATA, NULL, "first") : SX_OK;
}

static void test_skips_rest(void) {
  atomic_int ran;
  atomic_init(&ran, 0);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 1;
  CHECK_FAILS(sx_parallel_for(&ctx, N, fail_first, &ran, err), SX_E_DATA, "", "first");
  CHECK_INT(atomic_load(&ran), 1);
  ctx.n_threads = 2;
  CHECK_INT(sx_parallel_for(&ctx, N, bare_status, NULL, NULL), SX_E_LIMIT);
}

static atomic_int polls;
static bool after_ten(void *data) {
  (void)data;
  return atomic_fetch_add(&polls, 1) >= 10;
}

static void test_cancel(void) {
  for (int threads = 1; threads <= 4; threads *= 4) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = threads;
    ctx.cancelled = after_ten;
    atomic_store(&polls, 10);
    CHECK_FAILS(sx_parallel_for(&ctx, N, count, NULL, err), SX_E_CANCELLED, "", "interrupted");
  }
}

/* ---- a loop begun early ---- */

typedef struct early {
  sx_loop *loop;
  atomic_int aside, cancelled;
} early;

static void nap(long ms) {
  const struct timespec wait = {0, ms * 1000000};
  nanosleep(&wait, NULL);
}

static sx_status count_early(void *data, size_t i, sx_error *err) {
  early *e = data;
  (void)err;
  if (sx_loop_aside(e->loop)) atomic_fetch_add(&e->aside, 1);
  atomic_fetch_add(&runs[i], 1);
  return SX_OK;
}

static void test_loop_each_once(void) {
  for (int threads = 1; threads <= 4; threads++)
    for (int begin = 0; begin < 2; begin++) {
      sx_ctx ctx = SX_CTX_INIT;
      early e = {.loop = NULL};
      ctx.n_threads = threads;
      for (size_t i = 0; i < N; i++) atomic_store(&runs[i], 0);
      REQUIRE_OK(sx_loop_new(&e.loop, &ctx, N, count_early, &e, err));
      CHECK_INT(sx_ctx_threads(sx_loop_ctx(e.loop)), 1);
      if (begin) sx_loop_begin(e.loop);
      if (begin && threads > 1)
        while (atomic_load(&runs[N - 1]) == 0) nap(1); /* all of it without the caller */
      REQUIRE_OK(sx_loop_end(e.loop, err));
      sx_loop_free(e.loop);
      for (size_t i = 0; i < N; i++) CHECK_INT(atomic_load(&runs[i]), 1);
      if (threads == 1) CHECK_INT(atomic_load(&e.aside), 0);
      if (begin && threads > 1) CHECK_INT(atomic_load(&e.aside), N);
    }
}

static void test_loop_lowest_failure(void) {
  for (int threads = 1; threads <= 3; threads++)
    for (int round = 0; round < 20; round++) {
      sx_ctx ctx = SX_CTX_INIT;
      sx_loop *loop = NULL;
      ctx.n_threads = threads;
      REQUIRE_OK(sx_loop_new(&loop, &ctx, N, fail_late, NULL, err));
      sx_loop_begin(loop);
      if (round & 1) nap(1);
      CHECK_FAILS(sx_loop_end(loop, err), SX_E_DATA, "slot 37", "the lower one");
      sx_loop_free(loop);
    }
}

/* A task that works until it is told to stop, as long ones do between their pieces. */
static sx_status until_cancelled(void *data, size_t i, sx_error *err) {
  early *e = data;
  if (i > 0) return SX_OK;
  for (;;) {
    const sx_status st = sx_ctx_poll(sx_loop_ctx(e->loop), err);
    if (st == SX_E_CANCELLED) atomic_fetch_add(&e->cancelled, 1);
    if (st != SX_OK) return st;
    atomic_fetch_add(&e->aside, 1); /* it works */
    nap(1);
  }
}

static void test_loop_stops(void) {
  sx_ctx ctx = SX_CTX_INIT;
  early e = {.loop = NULL};
  ctx.n_threads = 2;
  REQUIRE_OK(sx_loop_new(&e.loop, &ctx, 3, until_cancelled, &e, err));
  sx_loop_begin(e.loop);
  while (atomic_load(&e.aside) == 0) nap(1);
  sx_loop_free(e.loop); /* never ended */
  CHECK_INT(atomic_load(&e.cancelled), 1);
  ctx.cancelled = after_ten; /* the caller is interrupted while it waits for the thread aside */
  atomic_store(&polls, 0);
  atomic_store(&e.aside, 0);
  REQUIRE_OK(sx_loop_new(&e.loop, &ctx, 3, until_cancelled, &e, err));
  sx_loop_begin(e.loop);
  while (atomic_load(&e.aside) == 0) nap(1);
  CHECK_FAILS(sx_loop_end(e.loop, err), SX_E_CANCELLED, "", "interrupted");
  CHECK_INT(atomic_load(&e.cancelled), 2);
  sx_loop_free(e.loop);
  sx_loop_free(NULL);
}

SXT_MAIN(SXT_CASE(test_each_once), SXT_CASE(test_lowest_failure), SXT_CASE(test_skips_rest), SXT_CASE(test_cancel),
         SXT_CASE(test_loop_each_once), SXT_CASE(test_loop_lowest_failure), SXT_CASE(test_loop_stops))
