/* Triple-S with each of our allocations failing once (those of expat cannot be reached). */
#include "oom/oom.h"
#include "shuxiao/io.h"

static sx_status call_read(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  const sx_status st = sx_io_read(&t, ctx, data, NULL, err);
  CHECK((t != NULL) == (st == SX_OK));
  sx_table_free(t);
  return st;
}

static sx_status call_data_of(const sx_ctx *ctx, void *data, sx_error *err) {
  char *path = NULL;
  const sx_status st = sx_io_data_of(&path, ctx, data, err);
  CHECK((path != NULL) == (st == SX_OK));
  sx_mem_free(ctx, path);
  return st;
}

static void test_fixed(void) {
  static char path[] = "tests/unit/io/sss/panel.sss";
  CHECK(oom_run("sss", call_read, path) > 50);
}
static void test_csv(void) {
  static char path[] = "tests/unit/io/sss/panel_csv.xml";
  CHECK(oom_run("sss csv", call_read, path) > 50);
}
static void test_data_of(void) {
  static char fixed[] = "tests/unit/io/sss/panel.sss", csv[] = "tests/unit/io/sss/panel_csv.xml";
  CHECK(oom_run("sss data of", call_data_of, fixed) > 5);
  CHECK(oom_run("sss data of csv", call_data_of, csv) > 5);
}

SXT_MAIN(SXT_CASE(test_fixed), SXT_CASE(test_csv), SXT_CASE(test_data_of))
