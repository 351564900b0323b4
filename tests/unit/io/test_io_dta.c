/* Stata .dta: our writer and reader through ReadStat; tagged missing, dates, labels, truncation. */
#include <unistd.h>

#include "shuxiao/io.h"
#include "same_table.h"

static char path[64];

static sx_table *stata_table(void) {
  sx_table *t = NULL;
  sx_column *c = NULL;
  CHECK_OK(sx_table_new(&t, NULL, 4, err));
  if (!t) return NULL;
  CHECK_OK(sx_table_add(&c, t, "income", SX_NUMBER, err));
  const double v[4] = {0.1, -5, 1e300, 7};
  memcpy(c->data.f64, v, sizeof v);
  CHECK_OK(sx_column_set_label(NULL, c, "月收入", err));
  CHECK_OK(sx_column_set_format(NULL, c, "%9.2f", err));
  CHECK_OK(sx_column_set_missing(NULL, c, 1, 'a', err));
  CHECK_OK(sx_column_set_missing(NULL, c, 3, 'z', err));
  CHECK_OK(sx_column_set_missing(NULL, c, 2, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_column_add_label(NULL, c, -2, NULL, 0, "minus two", err));
  CHECK_OK(sx_column_add_label(NULL, c, 1, NULL, 0, "一", err));
  CHECK_OK(sx_column_add_label(NULL, c, 0, NULL, 'a', "拒答", err));
  CHECK_OK(sx_table_add(&c, t, "day", SX_DATE, err));
  const int64_t d[4] = {0, 20082, -3653, 5};
  memcpy(c->data.i64, d, sizeof d);
  CHECK_OK(sx_column_set_format(NULL, c, "%td", err));
  CHECK_OK(sx_column_set_missing(NULL, c, 3, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_table_add(&c, t, "city", SX_TEXT, err));
  const char *city[4] = {"北京", NULL, "x y", "北京"};
  for (int i = 0; i < 4; i++) {
    if (city[i])
      CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, city[i], strlen(city[i]), err));
    else
      CHECK_OK(sx_column_set_missing(NULL, c, (size_t)i, SX_MISS_SYSTEM, err));
  }
  CHECK_OK(sx_column_set_format(NULL, c, "%6s", err));
  CHECK_OK(sx_table_set_meta(t, "title", "title 标题", err));
  CHECK_OK(sx_table_set_meta(t, "notes", "one note", err));
  CHECK_OK(sx_table_set_meta(t, "weight", "income", err));
  return t;
}

static void name_file(void) {
  snprintf(path, sizeof path, "/tmp/sxt-dta-%ld.dta", (long)getpid());
}

static void test_round_trip(void) {
  sx_table *t = stata_table(), *back = NULL;
  REQUIRE(t);
  name_file();
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_io_read(&back, NULL, path, NULL, err));
  if (back) same_table(back, t);
  sx_table_free(back);
  sx_table_free(t);
  remove(path);
}

/* Declared missing values become tags with their labels, so that nobody computes with a refusal. */
static void test_declared(void) {
  sx_table *t = NULL, *back = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 4, err));
  REQUIRE_OK(sx_table_add(&c, t, "q1", SX_NUMBER, err));
  const double v[4] = {1, 98, 99, 2};
  memcpy(c->data.f64, v, sizeof v);
  CHECK_OK(sx_column_add_label(NULL, c, 99, NULL, 0, "refused", err));
  CHECK_OK(sx_column_add_range(NULL, c, 98, 98, NULL, err));
  CHECK_OK(sx_column_add_range(NULL, c, 99, 99, NULL, err));
  REQUIRE_OK(sx_table_add(&c, t, "half", SX_PERIOD, err));
  for (int i = 0; i < 4; i++) CHECK(sx_period_make(&c->data.i64[i], 'S', 2025, 1 + i % 2));
  CHECK_OK(sx_table_set_meta(t, "synthetic", "model.yaml", err));
  name_file();
  CHECK_OK(sx_io_write(t, path, err));
  REQUIRE_OK(sx_io_read(&back, NULL, path, NULL, err));
  const sx_column *q = sx_table_find(back, "q1"), *half = sx_table_find(back, "half");
  REQUIRE(q && half && q->miss);
  CHECK_INT(q->miss[0], 0);
  CHECK_INT(q->miss[1], 'a');
  CHECK_INT(q->miss[2], 'b');
  CHECK_INT(q->n_labels, 1);
  CHECK_INT(q->labels[0].tag, 'b');
  CHECK_STR(q->labels[0].label, "refused");
  CHECK_INT(half->type, SX_TEXT);
  CHECK_STR(sx_dict_get(half->dict, half->data.code[1], NULL), "2025-S2");
  CHECK_STR(sx_table_meta(back, "synthetic"), "model.yaml");
  CHECK(strncmp(sx_table_meta(back, "title"), "SYNTHETIC DATA", 14) == 0);
  sx_table_free(back);
  sx_table_free(t);
  remove(path);
}

static void test_same_bytes(void) {
  char *a = NULL, *b = NULL;
  size_t n_a = 0, n_b = 0;
  sx_table *t = stata_table();
  name_file();
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_file_read(&a, &n_a, NULL, path, err));
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_file_read(&b, &n_b, NULL, path, err));
  CHECK(n_a == n_b && memcmp(a, b, n_a) == 0);
  sx_mem_free(NULL, a);
  sx_mem_free(NULL, b);
  sx_table_free(t);
  remove(path);
}

static void test_truncated(void) {
  char *data = NULL;
  size_t n = 0;
  sx_table *t = stata_table();
  name_file();
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_file_read(&data, &n, NULL, path, err));
  remove(path);
  const char *rows = NULL;
  for (size_t i = 0; i + 7 < n && !rows; i++)
    if (memcmp(data + i, "</data>", 7) == 0) rows = data + i;
  REQUIRE(rows);
  for (size_t k = 0; k < (size_t)(rows - data); k++) {
    sx_error err = SX_ERROR_INIT;
    sx_table *cut = NULL;
    char *copy = malloc(k + 1);
    memcpy(copy, data, k);
    const sx_read_options o = {.version = 1, .format = "dta"};
    const sx_status st = sx_io_read_memory(&cut, NULL, "cut.dta", copy, k, &o, &err);
    if (st == SX_OK || strncmp(err.where, "cut.dta", 7) != 0 || !err.message[0])
      SXT_FAIL("%zu of %zu bytes: %s '%s' '%s'", k, n, sx_status_name(st), err.where, err.message);
    sx_table_free(cut);
    free(copy);
  }
  sx_mem_free(NULL, data);
  sx_table_free(t);
}

static void test_refused(void) {
  sx_table *t = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 1, err));
  REQUIRE_OK(sx_table_add(&c, t, "two words", SX_NUMBER, err));
  name_file();
  CHECK_FAILS(sx_io_write(t, path, err), SX_E_ARGUMENT, "two words", "Stata does not accept");
  CHECK(access(path, F_OK) != 0);
  sx_table_free(t);
}

static void test_columns(void) {
  const char *want[] = {"city"}, *wrong[] = {"cty"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *t = stata_table(), *back = NULL;
  name_file();
  CHECK_OK(sx_io_write(t, path, err));
  o.columns = want;
  o.n_columns = 1;
  CHECK_OK(sx_io_read(&back, NULL, path, &o, err));
  if (back) {
    CHECK_INT(sx_table_columns(back), 1);
    const sx_column *c = sx_table_get(back, 0);
    CHECK_STR(sx_dict_get(c->dict, c->data.code[2], NULL), "x y");
  }
  sx_table_free(back);
  back = NULL;
  o.columns = wrong;
  CHECK_FAILS(sx_io_read(&back, NULL, path, &o, err), SX_E_DATA, path, "'city'");
  sx_table_free(t);
  remove(path);
}

SXT_MAIN(SXT_CASE(test_round_trip), SXT_CASE(test_declared), SXT_CASE(test_same_bytes), SXT_CASE(test_truncated),
         SXT_CASE(test_refused), SXT_CASE(test_columns))
