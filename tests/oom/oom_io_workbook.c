/* Workbooks with each of our allocations failing once (those of libzip and expat cannot be reached). */
#include "shuxiao/io.h"
#include "oom/oom.h"

static sx_status call_sheet(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.sheet = "Mixed";
  const sx_status st = sx_io_read(&t, ctx, data, &o, err);
  CHECK((t != NULL) == (st == SX_OK));
  sx_table_free(t);
  return st;
}

static void test_xlsx(void) {
  static char path[] = "tests/unit/io/books/openpyxl.xlsx";
  CHECK(oom_run("xlsx", call_sheet, path) > 10);
}
static void test_xls(void) {
  static char path[] = "tests/unit/io/books/calc.xls";
  CHECK(oom_run("xls", call_sheet, path) > 10);
}

SXT_MAIN(SXT_CASE(test_xlsx), SXT_CASE(test_xls))
