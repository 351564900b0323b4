#include "shuxiao/base.h"
#include "sxt.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void test_sizes(void) {
  size_t out = 5;
  CHECK(!sx_size_add(&out, SIZE_MAX, 1));
  CHECK_INT(out, 5);
  CHECK(!sx_size_mul(&out, SIZE_MAX / 2, 3));
  CHECK_INT(out, 5);
  CHECK(sx_size_add(&out, 2, 3) && out == 5);
  CHECK(sx_size_mul(&out, 4, 3) && out == 12);
  CHECK(sx_size_mul(&out, 0, SIZE_MAX) && out == 0);
}

static void test_blocks(void) {
  CHECK(!sx_mem_alloc(NULL, SIZE_MAX, 2));
  CHECK(!sx_mem_alloc(NULL, SIZE_MAX, 1));
  CHECK(!sx_mem_zalloc(NULL, SIZE_MAX - 8, 1));
  void *nothing = sx_mem_alloc(NULL, 0, 8);
  CHECK(nothing != NULL);
  CHECK((uintptr_t)nothing % 16 == 0);
  nothing = sx_mem_resize(NULL, nothing, 100, 8);
  REQUIRE(nothing != NULL);
  CHECK((uintptr_t)nothing % 16 == 0);
  memset(nothing, 1, 800);
  CHECK(!sx_mem_resize(NULL, nothing, SIZE_MAX, 8));
  CHECK_INT(((char *)nothing)[799], 1);
  sx_mem_free(NULL, nothing);
  sx_mem_free(NULL, NULL);
  char *copy = sx_mem_strndup(NULL, "数消", 3);
  CHECK_STR(copy, "数");
  sx_mem_free(NULL, copy);
  copy = sx_mem_strdup(NULL, "");
  CHECK_STR(copy, "");
  sx_mem_free(NULL, copy);
}

static void test_limit(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 1000;
  CHECK(!sx_mem_alloc(&ctx, 1001, 1));
  CHECK(!sx_mem_zalloc(&ctx, 101, 10));
  void *p = sx_mem_alloc(&ctx, 1000, 1);
  CHECK(p != NULL);
  CHECK(!sx_mem_resize(&ctx, p, 1001, 1));
  sx_mem_free(&ctx, p);
  /* Doubling 600 would cross the limit; what is needed does not. */
  size_t cap = 600;
  void *grown = sx_mem_alloc(&ctx, cap, 1);
  CHECK(sx_mem_grow(&ctx, &grown, &cap, 700, 1));
  CHECK(cap >= 700 && cap <= 1000);
  const size_t before = cap;
  CHECK(!sx_mem_grow(&ctx, &grown, &cap, 1001, 1));
  CHECK_INT(cap, before);
  sx_mem_free(&ctx, grown);
}

/* Blocks of all sizes turn into one another and keep what they hold. */
static void test_large_blocks(void) {
  static const size_t mib[] = {1, 9, 7, 40, 50, 45, 5, 33, 3};
  const size_t unit = (size_t)1 << 20;
  unsigned char *p = sx_mem_alloc(NULL, 100, 1);
  REQUIRE(p != NULL);
  for (size_t i = 0; i < 100; i++) p[i] = (unsigned char)i;
  for (size_t k = 0; k < sizeof mib / sizeof *mib; k++) {
    p = sx_mem_resize(NULL, p, mib[k] * unit + k, 1);
    REQUIRE(p != NULL);
    CHECK((uintptr_t)p % 16 == 0);
    CHECK(!sx_mem_resize(NULL, p, SIZE_MAX / 2, 1));
    if (k) CHECK_INT(p[unit - 1], 77);
    for (size_t i = 0; i < 100; i++) CHECK_INT(p[i], i);
    p[unit - 1] = 77;
    if (k) p[mib[k] * unit + k - 1] = 78;           /* the last byte is there */
    if (k == 3) CHECK_INT(p[7 * unit + 2 - 1], 78); /* and what was the last one before */
  }
  sx_mem_free(NULL, p);
  for (size_t n = 30; n < 36; n++) {
    p = sx_mem_zalloc(NULL, n * unit, 1);
    REQUIRE(p != NULL);
    size_t not_zero = 0;
    for (size_t i = 0; i < n * unit; i++) not_zero += p[i] != 0;
    CHECK_INT(not_zero, 0);
    sx_mem_free(NULL, p);
  }
}

static void test_grow(void) {
  void *p = NULL;
  size_t cap = 0;
  for (size_t i = 1; i <= 1000; i++) {
    const size_t before = cap;
    REQUIRE(sx_mem_grow(NULL, &p, &cap, i, sizeof(int)));
    CHECK(cap >= i && (cap == before || cap >= 2 * before));
    ((int *)p)[i - 1] = (int)i;
  }
  for (int i = 0; i < 1000; i++) CHECK_INT(((int *)p)[i], i + 1);
  CHECK(!sx_mem_grow(NULL, &p, &cap, SIZE_MAX, sizeof(int)));
  sx_mem_free(NULL, p);
}

static void test_arena(void) {
  sx_arena *a = NULL;
  REQUIRE_OK(sx_arena_new(&a, NULL, err));
  const sx_arena_mark start = sx_arena_get_mark(a);
  char *one = sx_arena_strdup(a, "one");
  const sx_arena_mark mark = sx_arena_get_mark(a);
  for (int round = 0; round < 10; round++) {
    for (size_t n = 0; n < 3000; n += 7) {
      unsigned char *p = sx_arena_alloc(a, n, 1);
      REQUIRE(p != NULL);
      CHECK((uintptr_t)p % 16 == 0);
      if (n) memset(p, 0xFF, n);
    }
    const double *zeros = sx_arena_zalloc(a, 300, sizeof *zeros);
    REQUIRE(zeros != NULL);
    for (int i = 0; i < 300; i++) CHECK(zeros[i] == 0);
    CHECK(sx_arena_alloc(a, 3 << 20, 1) != NULL); /* larger than any standard block */
    sx_arena_release(a, mark);
  }
  CHECK_STR(one, "one");
  CHECK_STR(sx_arena_printf(a, "%s-%d", "x", 5), "x-5");
  CHECK_STR(sx_arena_strndup(a, "abcdef", 3), "abc");
  size_t cap = 0;
  int *list = NULL;
  for (int i = 0; i < 1000; i++) {
    REQUIRE(sx_arena_grow(a, (void **)&list, &cap, (size_t)i + 1, sizeof *list));
    list[i] = i;
  }
  for (int i = 0; i < 1000; i++) CHECK_INT(list[i], i);
  CHECK(cap >= 1000 && cap < 4000);
  int *const same = list;
  CHECK(!sx_arena_grow(a, (void **)&list, &cap, SIZE_MAX, sizeof *list));
  CHECK(list == same && cap >= 1000);
  CHECK(!sx_arena_alloc(a, SIZE_MAX, 2));
  CHECK(!sx_arena_alloc(a, SIZE_MAX, 1));
  CHECK(!sx_arena_strndup(a, "x", SIZE_MAX));
  sx_arena_release(a, start);
  CHECK(sx_arena_strdup(a, "again") != NULL);
  sx_arena_free(a);
  sx_arena_free(NULL);
}

static void test_buf(void) {
  sx_buf b;
  sx_buf_init(&b, NULL);
  CHECK_OK(sx_buf_status(&b, err));
  sx_buf_add(&b, "ab");
  sx_buf_add_char(&b, '\0');
  sx_buf_add_n(&b, "cdef", 2);
  sx_buf_printf(&b, "%05d", 42);
  CHECK_INT(b.n, 10);
  CHECK(memcmp(b.data, "ab\0cd00042", 11) == 0);
  sx_buf_reset(&b);
  CHECK_INT(b.n, 0);
  CHECK_STR(b.data, "");
  for (int i = 0; i < 10000; i++) sx_buf_add(&b, "数");
  CHECK_INT(b.n, 30000);
  CHECK_INT(strlen(b.data), 30000);
  char *text = sx_buf_take(&b);
  CHECK_INT(strlen(text), 30000);
  CHECK(!b.data && !b.n);
  sx_mem_free(NULL, text);
  text = sx_buf_take(&b);
  CHECK_STR(text, "");
  sx_mem_free(NULL, text);
}

/* What is written without the C library reads as it writes it: every plain conversion alone, in a row, beside others, and where the room ends. */
static void test_printf(void) {
  char want[1200];
  sx_buf b;
  sx_buf_init(&b, NULL);
  sx_arena *a = NULL;
  CHECK_OK(sx_arena_new(&a, NULL, err));
#define SAME(...)                                                                                                      \
  do {                                                                                                                 \
    const int n = snprintf(want, sizeof want, __VA_ARGS__);                                                            \
    for (size_t before = 0; before < 140; before++) {                                                                  \
      sx_buf_clear(&b);                                                                                                \
      for (size_t i = 0; i < before; i++) sx_buf_add_char(&b, 'x');                                                    \
      sx_buf_printf(&b, __VA_ARGS__);                                                                                  \
      CHECK_INT(b.n, before + (size_t)n);                                                                              \
      CHECK_STR(b.data + before, want);                                                                                \
    }                                                                                                                  \
    CHECK_STR(sx_arena_printf(a, __VA_ARGS__), want);                                                                  \
  } while (0)
  char long_text[1000];
  memset(long_text, 'y', sizeof long_text - 1);
  long_text[sizeof long_text - 1] = '\0';
  SAME("plain");
  SAME("100 %% of %s", "数");
  SAME("%s%s", long_text, "end");
  SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
  SAME("%u|%u", 0U, UINT_MAX);
  SAME("%zu,%zu", (size_t)0, SIZE_MAX);
  SAME("%lld %lld", LLONG_MIN, LLONG_MAX);
  SAME("[%.*s][%.*s][%.*s]", 2, "abc", 0, "abc", -1, "abc");
  SAME("%.0f %.0f %.0f %.0f", 1.0, -12345.0, 999999999999999.0, 1e15);
  SAME("%.0f %.0f %.0f %.0f %.0f", 0.0, -0.0, 0.5, 2.5, -0.4);
  SAME("%.0f %.0f %.0f", 1e300, (double)INFINITY, (double)NAN);
  SAME("%s %05d %s", "a", 42, "b");
  SAME("%d %6.2f %-8s|%x %c %ld %g", 7, 3.14159, "left", 255U, 'c', 5L, 0.1);
#undef SAME
  sx_buf_clear(&b);
  sx_buf_printf(&b, "%s", "");
  CHECK_STR(b.data, "");
  sx_buf_clear(&b);
  sx_arena_free(a);
}

/* A failure sticks: nothing is added later, and take gives nothing. */
static void test_buf_failed(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 64;
  sx_buf b;
  sx_buf_init(&b, &ctx);
  sx_buf_add(&b, "kept");
  sx_buf_printf(&b, "%0100d", 1);
  sx_buf_add(&b, "x");
  CHECK_STR(b.data, "kept");
  CHECK_FAILS(sx_buf_status(&b, err), SX_E_MEMORY, "", "memory");
  CHECK(!sx_buf_take(&b));
  CHECK_OK(sx_buf_status(&b, err));
  sx_buf_clear(&b);
}

SXT_MAIN(SXT_CASE(test_sizes), SXT_CASE(test_blocks), SXT_CASE(test_large_blocks), SXT_CASE(test_limit),
         SXT_CASE(test_grow), SXT_CASE(test_arena), SXT_CASE(test_buf), SXT_CASE(test_printf),
         SXT_CASE(test_buf_failed))
