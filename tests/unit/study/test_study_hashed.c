/* Hashes of data files that are known from the load: of the same file alone. */
#include "sxt.h"

#include "study/study_hashed.h"

#include <fcntl.h>
#include <sys/stat.h>

static void put(const char *path, const char *text) {
  sx_error err = SX_ERROR_INIT;
  CHECK(sx_file_write(NULL, path, text, strlen(text), &err) == SX_OK);
}

static void test_known_while_the_same(void) {
  char path[300], first[SX_HASH_TEXT], again[SX_HASH_TEXT], own[SX_HASH_TEXT];
  const char *build = getenv("SX_BUILD");
  sx_error err = SX_ERROR_INIT;
  sx_study s = {.ctx = SX_CTX_INIT};
  struct stat before;
  int64_t bytes = 0;
  (void)snprintf(path, sizeof path, "%s/hashed.csv", build ? build : "/tmp");
  REQUIRE(sx_arena_new(&s.arena, &s.ctx, &err) == SX_OK);
  REQUIRE(study__hash_begin(&s));
  put(path, "a,b\n1,2\n");
  CHECK(study__hash_file(first, &s, path, &err) == SX_OK && sx_hash_file(own, NULL, path, &err) == SX_OK);
  CHECK_STR(first, own);
  CHECK(study__hash_again(again, &bytes, &s, path, &err) == SX_OK && bytes == 8);
  CHECK_STR(again, own);

  /* the same size, and the time of the first put back: it is another file all the same */
  REQUIRE(stat(path, &before) == 0);
  put(path, "a,b\n1,3\n");
  const struct timespec times[] = {before.st_atim, before.st_mtim};
  REQUIRE(utimensat(AT_FDCWD, path, times, 0) == 0);
  CHECK(study__hash_again(again, &bytes, &s, path, &err) == SX_OK && sx_hash_file(own, NULL, path, &err) == SX_OK);
  CHECK_STR(again, own);
  CHECK(strcmp(again, first) != 0);

  /* an earlier wave asks the study that follows it */
  sx_study wave = {.ctx = SX_CTX_INIT, .arena = s.arena, .follower = &s};
  CHECK(study__hash_file(again, &wave, path, &err) == SX_OK);
  CHECK_STR(again, own);
  CHECK(study__hash_again(again, &bytes, &s, path, &err) == SX_OK);
  CHECK_STR(again, own);
  CHECK(study__hash_file(again, &s, "/there/is/none", &err) == SX_E_IO);
  (void)remove(path);
  sx_arena_free(s.arena);
}

SXT_MAIN(SXT_CASE(test_known_while_the_same))
