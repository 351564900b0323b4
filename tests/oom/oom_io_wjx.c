/* Exports of answers with each allocation failing once: alone, by texts, and as a pair. */
#include "oom/oom.h"
#include "shuxiao/io.h"

typedef struct files {
  const char *path, *labels;
} files;

static sx_status call_read(const sx_ctx *ctx, void *data, sx_error *err) {
  const files *f = data;
  sx_table *t = NULL;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.labels_from = f->labels;
  const sx_status st = sx_io_read(&t, ctx, f->path, &o, err);
  CHECK((t != NULL) == (st == SX_OK));
  sx_table_free(t);
  return st;
}

#define DIR "tests/unit/io/wjx/"
static void test_codes(void) {
  files f = {DIR "codes.csv", NULL};
  CHECK(oom_run("wjx codes", call_read, &f) > 100);
}
static void test_texts(void) {
  files f = {DIR "texts.csv", NULL};
  CHECK(oom_run("wjx texts", call_read, &f) > 100);
}
static void test_pair(void) {
  files f = {DIR "codes.csv", DIR "texts.csv"};
  CHECK(oom_run("wjx pair", call_read, &f) > 100);
}

SXT_MAIN(SXT_CASE(test_codes), SXT_CASE(test_texts), SXT_CASE(test_pair))
