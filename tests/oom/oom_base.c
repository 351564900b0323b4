/* Every function of base that allocates, with each allocation failing once. */
#include "oom/oom.h"

#include <stdio.h>
#include <unistd.h>

static sx_status memory_unless(bool ok, sx_error *err) {
  return ok ? SX_OK : sx_error_memory(err);
}

static sx_status call_mem(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_status st = SX_E_MEMORY;
  size_t cap = 0;
  void *grown = NULL;
  char *copy = NULL, *part = NULL;
  int *zeros = sx_mem_zalloc(ctx, 10, sizeof *zeros);
  int *plain = sx_mem_alloc(ctx, 3, sizeof *plain);
  if (!zeros || !plain) goto done;
  CHECK_INT(zeros[9], 0);
  plain[0] = 7;
  int *more = sx_mem_resize(ctx, plain, 1000, sizeof *plain);
  CHECK_INT(plain ? (more ? more : plain)[0] : 0, 7); /* kept by both outcomes */
  if (more) plain = more;
  copy = sx_mem_strdup(ctx, "text");
  part = sx_mem_strndup(ctx, "text", 2);
  if (!more || !copy || !part) goto done;
  CHECK_STR(part, "te");
  for (size_t need = 1; need < 200; need += 50)
    if (!sx_mem_grow(ctx, &grown, &cap, need, 8)) goto done;
  st = SX_OK;
done:
  sx_mem_free(ctx, zeros);
  sx_mem_free(ctx, plain);
  sx_mem_free(ctx, copy);
  sx_mem_free(ctx, part);
  sx_mem_free(ctx, grown);
  return memory_unless(st == SX_OK, err);
}

static sx_status call_arena(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_arena *arena = NULL;
  const sx_status st = sx_arena_new(&arena, ctx, err);
  if (st != SX_OK) {
    CHECK(!arena);
    return st;
  }
  bool ok = sx_arena_strdup(arena, "one") && sx_arena_printf(arena, "%d", 5) && sx_arena_zalloc(arena, 100, 8);
  const sx_arena_mark mark = sx_arena_get_mark(arena);
  for (size_t i = 0; ok && i < 5; i++) {
    ok = sx_arena_alloc(arena, 3000, 1) && sx_arena_strndup(arena, "abc", 2) && sx_arena_alloc(arena, 100000, 1);
    if (i == 2) sx_arena_release(arena, mark);
  }
  sx_arena_free(arena);
  return memory_unless(ok, err);
}

static sx_status call_buf(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_buf buf;
  sx_buf_init(&buf, ctx);
  for (int i = 0; i < 100; i++) {
    sx_buf_add(&buf, "some text, ");
    sx_buf_add_char(&buf, 'c');
    sx_buf_printf(&buf, "%d", i);
  }
  const sx_status st = sx_buf_status(&buf, err);
  char *text = sx_buf_take(&buf);
  CHECK((text != NULL) == (st == SX_OK));
  sx_mem_free(ctx, text);
  sx_buf_init(&buf, ctx);
  char *empty = sx_buf_take(&buf);
  const bool ok = empty != NULL;
  sx_mem_free(ctx, empty);
  sx_buf_clear(&buf);
  return st != SX_OK ? st : memory_unless(ok, err);
}

static sx_status call_file(const sx_ctx *ctx, void *data, sx_error *err) {
  const char *path = data;
  char hash[SX_HASH_TEXT], *text = NULL, *beside = NULL;
  size_t n = 0;
  sx_status st = sx_file_write(ctx, path, "content", 7, err);
  if (st == SX_OK) st = sx_file_read(&text, &n, ctx, path, err);
  if (st == SX_OK) CHECK_STR(text, "content");
  if (st == SX_OK) st = sx_hash_file(hash, ctx, path, err);
  if (st == SX_OK) {
    beside = sx_path_beside(ctx, path, "other");
    st = memory_unless(beside != NULL, err);
  }
  sx_mem_free(ctx, beside);
  sx_mem_free(ctx, text);
  return st;
}

static sx_status square(void *data, size_t i, sx_error *err) {
  (void)err;
  ((size_t *)data)[i] = i * i;
  return SX_OK;
}

static sx_status call_threads(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  size_t out[20] = {0};
  const sx_status st = sx_parallel_for(ctx, 20, square, out, err);
  if (st == SX_OK) CHECK_INT(out[19], 361);
  return st;
}

static sx_status call_loop(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  size_t out[20] = {0};
  sx_loop *loop = NULL;
  sx_status st = sx_loop_new(&loop, ctx, 20, square, out, err);
  if (st != SX_OK) return st;
  sx_loop_begin(loop);
  st = sx_loop_end(loop, err);
  sx_loop_free(loop);
  if (st == SX_OK) CHECK_INT(out[19], 361);
  return st;
}

static void test_mem(void) {
  CHECK(oom_run("mem", call_mem, NULL) > 6);
}
static void test_arena(void) {
  CHECK(oom_run("arena", call_arena, NULL) > 4);
}
static void test_buf(void) {
  CHECK(oom_run("buf", call_buf, NULL) > 4);
}
static void test_file(void) {
  char path[] = "/tmp/sx_oom_XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  close(fd);
  CHECK(oom_run("file", call_file, path) > 4);
  unlink(path);
}
static void test_threads(void) {
  CHECK_INT(oom_run_threads("threads", call_threads, NULL, 4), 1);
  CHECK_INT(oom_run_threads("loop", call_loop, NULL, 4), 1);
}

SXT_MAIN(SXT_CASE(test_mem), SXT_CASE(test_arena), SXT_CASE(test_buf), SXT_CASE(test_file), SXT_CASE(test_threads))
