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

SXT_MAIN(SXT_CASE(test_each_once), SXT_CASE(test_lowest_failure), SXT_CASE(test_skips_rest), SXT_CASE(test_cancel))
