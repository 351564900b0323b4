/* Hashes of data files that are known from the load: of the same file alone. */
#include "sxt.h"

#include "study/study_hashed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What the run before read is hashed while the study is: as it is now, and of the same file alone. */
static void test_ahead(void) {
  char path[300], db[300], hash[SX_HASH_TEXT], own[SX_HASH_TEXT];
  const char *build = getenv("SX_BUILD");
  enum { BYTES = 3 << 20 };
  sx_error err = SX_ERROR_INIT;
  sx_store *store = NULL;
  int64_t run = 0, bytes = 0;
  char *text = sx_mem_alloc(NULL, BYTES + 1, 1);
  (void)snprintf(path, sizeof path, "%s/ahead.csv", build ? build : "/tmp");
  (void)snprintf(db, sizeof db, "%s/ahead.%ld.sqlite", build ? build : "/tmp", (long)getpid());
  (void)remove(db);
  REQUIRE(text != NULL);
  memset(text, 'a', BYTES);
  text[BYTES] = '\0';
  put(path, text);
  const sx_store_input inputs[] = {{"/there/is/none", "1", BYTES}, {path, "not believed", BYTES}};
  const sx_store_run info = {.study = "s", .version = "1", .options_json = "{}", .started = "2026"};
  REQUIRE(sx_store_open(&store, NULL, db, SX_STORE_WRITE, &err) == SX_OK);
  REQUIRE(sx_store_begin(&run, store, &info, inputs, 2, &err) == SX_OK && sx_store_finish(store, &err) == SX_OK);
  for (int changed = 0; changed < 2; changed++) {
    sx_study s = {.ctx = SX_CTX_INIT, .path = "study.yaml"};
    s.ctx.n_threads = 2;
    REQUIRE(sx_arena_new(&s.arena, &s.ctx, &err) == SX_OK && study__hash_begin(&s));
    study__hash_ahead(&s, store);
    study__hash_ahead(&s, store); /* once */
    sx_study wave = {.ctx = s.ctx, .arena = s.arena, .follower = &s};
    text[0] = 'b';
    if (changed) put(path, text);
    CHECK(study__hash_file(hash, changed ? &s : &wave, path, &err) == SX_OK);
    CHECK(sx_hash_file(own, NULL, path, &err) == SX_OK);
    CHECK_STR(hash, own);
    study__hash_end(&s);
    study__hash_end(&s);
    CHECK(study__hash_again(hash, &bytes, &s, path, &err) == SX_OK && bytes == BYTES);
    CHECK_STR(hash, own);
    sx_arena_free(s.arena);
  }
  sx_store_close(store);
  sx_mem_free(NULL, text);
  (void)remove(path);
  (void)remove(db);
}

SXT_MAIN(SXT_CASE(test_known_while_the_same), SXT_CASE(test_ahead))
