/* Faults of ReadStat 1.1.8 that the library works around or that its users must know (docs/dev/foreign.md). Each case fails when
 * a later ReadStat no longer has the fault: then the page and the code can be simplified. Crashes happen in child processes. */
#include <readstat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sav_bytes.h"
#include "shuxiao/base.h"
#include "sxt.h"

static char path[64];

#ifndef SX_SANITIZED
/* The C library's own names, so that ReadStat's allocations can be made to fail; exported, or the library would not see them. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
static long left; /* allocations until the failing one; 0: none fails */
static bool fails(void) {
  return left && --left == 0;
}
SX_API void *malloc(size_t n) {
  return fails() ? NULL : __libc_malloc(n);
}
SX_API void *calloc(size_t n, size_t size) {
  return fails() ? NULL : __libc_calloc(n, size);
}
SX_API void *realloc(void *p, size_t n) {
  return fails() ? NULL : __libc_realloc(p, n);
}
#endif

static int on_variable(int index, readstat_variable_t *v, const char *set, void *ctx) {
  (void)index, (void)v, (void)set, (void)ctx;
  return READSTAT_HANDLER_OK;
}
static int on_value(int row, readstat_variable_t *v, readstat_value_t value, void *ctx) {
  (void)row, (void)v, (void)value, (void)ctx;
  return READSTAT_HANDLER_OK;
}

static void write_sample(void) {
  const sav_sample o = {"UTF-8", "UTF-8", 65001, 1, false, 5};
  sav_bytes b;
  sav_sample_make(&b, &o);
  snprintf(path, sizeof path, "/tmp/sxt-faults-%ld.sav", (long)getpid());
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(b.p, 1, b.n, f) != b.n || fclose(f) != 0) SXT_FAIL("cannot write %s", path);
  free(b.p);
}

/* In a child: how it ended, as waitpid says. */
static int parse_in_child(bool variables, long fail_at) {
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(3);
    readstat_parser_t *p = readstat_parser_init();
    readstat_set_value_handler(p, on_value);
    if (variables) readstat_set_variable_handler(p, on_variable);
#ifndef SX_SANITIZED
    left = fail_at;
#endif
    const readstat_error_t code = readstat_parse_sav(p, path, NULL);
#ifndef SX_SANITIZED
    if (fail_at && !left) _exit(2); /* the failure came and ReadStat lived */
#endif
    _exit(code == READSTAT_OK ? 0 : 2);
  }
  int status = 0;
  (void)fail_at;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  return status;
}

/* By a signal, or by the sanitizer's own exit. */
static bool crashed(int status) {
  return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

/* A value handler without a variable handler: a NULL pointer is followed. */
static void test_no_variable_handler(void) {
  write_sample();
  CHECK(crashed(parse_in_child(false, 0)));
  CHECK_INT(parse_in_child(true, 0), 0);
  remove(path);
}

/* Some failed allocations inside are not looked at. */
static void test_allocations(void) {
#ifdef SX_SANITIZED
  printf("note: the allocator cannot be replaced under the sanitizer\n");
#else
  int crashes = 0, tries = 0;
  write_sample();
  for (long k = 1; k < 400; k++, tries++) {
    const int status = parse_in_child(true, k);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    crashes += crashed(status);
  }
  printf("ReadStat 1.1.8, .sav: %d of %d failed allocations crash\n", crashes, tries);
  CHECK(crashes > 0 && crashes < tries);
  remove(path);
#endif
}

SXT_MAIN(SXT_CASE(test_no_variable_handler), SXT_CASE(test_allocations))
