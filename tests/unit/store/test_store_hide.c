/* The view for release: hidden rows have no values, whatever else is asked for; the store keeps them. */
#include "sxt.h"

#include <unistd.h>

#include "shuxiao/store.h"

static const char path[] = "/tmp/sx-test-store-hide.db";

static sx_status put(sx_store *s, const char *indicator, const char *statistic, const char *level, double value,
                     sx_error *err) {
  const sx_store_term term = {"g", level ? level : "", {NULL, NULL}, {NULL, NULL}};
  sx_store_row row = {.indicator = indicator, .statistic = statistic, .terms = &term, .n_terms = level != NULL};
  row.estimate = row.se = row.low = row.high = row.df = row.n_eff = row.deff = row.cv = value;
  row.n = 7;
  return sx_store_put_row(NULL, s, NULL, &row, err);
}

static sx_status count(void *data, const sx_store_row *row, sx_error *err) {
  size_t *n = data;
  (void)err;
  n[0] += isnan(row->estimate) ? 1 : 0;
  const bool bare = row->n == -1 && isnan(row->se) && isnan(row->cv);
  n[1] += bare && row->quality && strcmp(row->quality, "suppressed") == 0 ? 1 : 0;
  return SX_OK;
}

static void test_hide(void) {
  sx_store *s = NULL;
  int64_t run = 0;
  const sx_store_run info = {
      .study = "t", .wave = "1", .title_zh = "t", .title_en = "t", .version = "1", .options_json = "{}", .started = ""};
  const sx_store_term a = {"g", "a", {NULL, NULL}, {NULL, NULL}};
  static const char list[] = "# 0 1 2 1 1\n*\t*\tg\ta\nx\ttotal\tg\tb\n";
  (void)unlink(path);
  REQUIRE_OK(sx_store_open(&s, NULL, path, SX_STORE_WRITE, err));
  REQUIRE_OK(sx_store_begin(&run, s, &info, NULL, 0, err));
  static const char *const levels[] = {NULL, "a", "b"}, *const names[] = {"x", "y"},
                           *const statistics[] = {"total", "gap"};
  for (int i = 0; i < 12; i++) REQUIRE_OK(put(s, names[i % 2], statistics[i / 2 % 2], levels[i / 4], i, err));
  REQUIRE_OK(sx_store_put_step(s, "disclosure", "k", list, sizeof list - 1, err));
  REQUIRE_OK(sx_store_finish(s, err));
  sx_store_row row;
  bool found = false;
  size_t n[2] = {0, 0};
  REQUIRE_OK(sx_store_each_row(s, run, NULL, count, n, err));
  CHECK(n[0] == 0 && n[1] == 0);
  REQUIRE_OK(sx_store_hide_run(s, -1, err));
  REQUIRE_OK(sx_store_each_row(s, run, NULL, count, n, err));
  CHECK(n[0] == 5 && n[1] == 5); /* four in a, and x's total in b */
  REQUIRE_OK(sx_store_find(&found, &row, s, run, "y", "gap", &a, 1, err));
  CHECK(found && isnan(row.estimate));
  CHECK_STR(row.na_reason, "suppressed");
  /* errors alone, and with the cases */
  REQUIRE_OK(sx_store_hide(s, "#\n~y\tgap\tg\ta\n~~x\t*\tg\ta\n", err));
  REQUIRE_OK(sx_store_find(&found, &row, s, run, "y", "gap", &a, 1, err));
  CHECK(found && row.estimate == 7 && row.n == 7 && isnan(row.se) && isnan(row.low) && isnan(row.high));
  CHECK(isnan(row.df) && isnan(row.n_eff) && isnan(row.deff) && isnan(row.cv));
  CHECK_STR(row.na_reason, SX_STORE_ERROR_SUPPRESSED);
  REQUIRE_OK(sx_store_find(&found, &row, s, run, "x", "gap", &a, 1, err));
  CHECK(found && row.estimate == 6 && row.n == -1 && isnan(row.se));
  REQUIRE_OK(sx_store_find(&found, &row, s, run, "y", "total", &a, 1, err));
  CHECK(found && isfinite(row.se) && row.n == 7);
  REQUIRE_OK(sx_store_hide(s, NULL, err));
  REQUIRE_OK(sx_store_find(&found, &row, s, run, "y", "gap", &a, 1, err));
  CHECK_NEAR(row.estimate, 7, 0);
  CHECK_FAILS(sx_store_hide(s, "x\n", err), SX_E_DATA, path, "damaged");
  sx_store_close(s);
  (void)unlink(path);
}

SXT_MAIN(SXT_CASE(test_hide))
