/* Writing .sav and .zsav: a table with everything comes back the same; ReadStat reads the same cells, labels and declared missing
 * values; what SPSS cannot hold is refused with the place. */
#include <readstat.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "shuxiao/io.h"
#include "same_table.h"

static char path[64];

static void add_number(sx_table *t) {
  const sx_ctx *ctx = sx_table_ctx(t);
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, t, "income", SX_NUMBER, err));
  const double v[6] = {1234.5678901234567, -0.0, 99999, -7, 1e300, 0.1};
  memcpy(c->data.f64, v, sizeof v);
  CHECK_OK(sx_column_set_label(ctx, c, "月收入（元）", err));
  CHECK_OK(sx_column_set_format(ctx, c, "F12.3", err));
  c->measure = SX_MEASURE_SCALE;
  CHECK_OK(sx_column_add_range(ctx, c, -(double)INFINITY, -1, NULL, err));
  CHECK_OK(sx_column_add_range(ctx, c, 99999, 99999, NULL, err));
  CHECK_OK(sx_column_set_missing(ctx, c, 5, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_column_add_label(ctx, c, 99999, NULL, 0, "拒答", err));
  CHECK_OK(sx_column_add_label(ctx, c, 0.5, NULL, 0, "", err));
}

static void add_whole(sx_table *t) {
  const sx_ctx *ctx = sx_table_ctx(t);
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, t, "persons", SX_INTEGER, err));
  const int64_t v[6] = {0, -99, 151, 152, INT64_C(1) << 52, 3};
  memcpy(c->data.i64, v, sizeof v);
  CHECK_OK(sx_column_set_format(ctx, c, "F8", err));
  CHECK_OK(sx_column_add_range(ctx, c, 1, 1, NULL, err));
  CHECK_OK(sx_column_add_range(ctx, c, 2, 2, NULL, err));
  CHECK_OK(sx_column_add_range(ctx, c, 3, 3, NULL, err));
  REQUIRE_OK(sx_table_add(&c, t, "day", SX_DATE, err));
  const int64_t d[6] = {0, 20082, -141428, 1, 2, 3};
  memcpy(c->data.i64, d, sizeof d);
  CHECK_OK(sx_column_set_format(ctx, c, "SDATE10", err));
  CHECK_OK(sx_column_add_range(ctx, c, 20082, 20083, NULL, err));
  REQUIRE_OK(sx_table_add(&c, t, "wave", SX_PERIOD, err));
  for (int i = 0; i < 6; i++) CHECK(sx_period_make(&c->data.i64[i], 'S', 2020 + i, 1));
  CHECK_OK(sx_column_set_missing(ctx, c, 2, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_column_set_format(ctx, c, "A8", err));
  CHECK_OK(sx_column_add_label(ctx, c, (double)c->data.i64[0], NULL, 0, "first", err));
}

static void set_codes(sx_column *c, const char *const *texts) {
  for (int i = 0; i < 6; i++) {
    if (!texts[i])
      CHECK_OK(sx_column_set_missing(NULL, c, (size_t)i, SX_MISS_SYSTEM, err));
    else
      CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, texts[i], strlen(texts[i]), err));
  }
}

static void add_texts(sx_table *t, char *wide, size_t width) {
  const sx_ctx *ctx = sx_table_ctx(t);
  sx_column *c = NULL;
  char format[16];
  int32_t code = 0;
  REQUIRE_OK(sx_table_add(&c, t, "residence", SX_CATEGORY, err));
  CHECK_OK(sx_dict_add(&code, c->dict, "urban", 5, err)); /* an order that is not that of appearance */
  CHECK_OK(sx_dict_add(&code, c->dict, "never", 5, err));
  set_codes(c, (const char *const[]){"rural", "urban", NULL, "it's", "rural", "urban"});
  c->measure = SX_MEASURE_NOMINAL;
  CHECK_OK(sx_column_set_format(ctx, c, "A5", err));
  CHECK_OK(sx_column_add_label(ctx, c, 0, "rural", 0, "农村", err));
  CHECK_OK(sx_column_add_range(ctx, c, 0, 0, "it's", err));
  REQUIRE_OK(sx_table_add(&c, t, "城市名称与编号", SX_TEXT, err));
  set_codes(c, (const char *const[]){"北京", "a", "呼和浩特市", NULL, "x y", "北京"});
  CHECK_OK(sx_column_set_format(ctx, c, "A40", err));
  CHECK_OK(sx_column_add_label(ctx, c, 0, "呼和浩特市", 0, "首府", err));
  CHECK_OK(sx_column_add_range(ctx, c, 0, 0, "a", err));
  REQUIRE_OK(sx_table_add(&c, t, "answer", SX_TEXT, err));
  memset(wide, 'q', width);
  for (size_t i = 0; i < width; i += 7) wide[i] = (char)('a' + i % 26);
  wide[width] = 0;
  set_codes(c, (const char *const[]){wide, "short", NULL, wide + width / 2, wide + 1, wide + width - 1});
  snprintf(format, sizeof format, "A%zu", width);
  CHECK_OK(sx_column_set_format(ctx, c, format, err));
  char label[900] = "";
  for (int i = 0; i < 20; i++) strcat(label, "这是一个很长的问题：");
  CHECK_OK(sx_column_set_label(ctx, c, label, err));
}

static void add_sets(sx_table *t) {
  sx_column *c = NULL;
  char name[8], *md[3], *mc[2] = {(char[]){"income"}, (char[]){"m1"}}, names[3][8];
  for (int k = 0; k < 3; k++) {
    snprintf(name, sizeof name, "m%d", k);
    REQUIRE_OK(sx_table_add(&c, t, name, SX_NUMBER, err));
    for (int i = 0; i < 6; i++) c->data.f64[i] = (i >> k) & 1;
    CHECK_OK(sx_column_set_format(sx_table_ctx(t), c, "F1", err));
    md[k] = strcpy(names[k], name);
  }
  sx_mrset set = {.name = (char[]){"$media"},
                  .label = (char[]){"使用 媒体"},
                  .dichotomous = true,
                  .counted = 1,
                  .variables = md,
                  .n_variables = 3};
  CHECK_OK(sx_table_add_mrset(t, &set, err));
  char *texts[1] = {(char[]){"residence"}};
  sx_mrset text = {.name = (char[]){"$text"},
                   .label = (char[]){""},
                   .dichotomous = true,
                   .counted_text = (char[]){"rural"},
                   .variables = texts,
                   .n_variables = 1};
  CHECK_OK(sx_table_add_mrset(t, &text, err));
  sx_mrset kinds = {.name = (char[]){"$类别"}, .label = (char[]){"c"}, .variables = mc, .n_variables = 2};
  CHECK_OK(sx_table_add_mrset(t, &kinds, err));
}

static sx_table *rich(size_t width) {
  static char wide[33000];
  sx_table *t = NULL;
  CHECK_OK(sx_table_new(&t, NULL, 6, err));
  if (!t) return NULL;
  add_number(t);
  add_whole(t);
  add_texts(t, wide, width);
  add_sets(t);
  CHECK_OK(sx_table_set_meta(t, "title", "2025年上半年：一个比六十四个字节要长的标题，所以文件标签里放不下", err));
  CHECK_OK(sx_table_set_meta(t, "notes", "one\n\nthree 三", err));
  CHECK_OK(sx_table_set_meta(t, "synthetic", "model.yaml seed 1", err));
  CHECK_OK(sx_table_set_meta(t, "weight", "income", err));
  return t;
}

static void name_file(const char *extension) {
  snprintf(path, sizeof path, "/tmp/sxt-write-%ld%s", (long)getpid(), extension);
}

static void round_trip(const char *extension, size_t width) {
  sx_table *t = rich(width), *back = NULL;
  REQUIRE(t);
  name_file(extension);
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_io_read(&back, NULL, path, NULL, err));
  if (back) same_table(back, t);
  sx_table_free(back);
  sx_table_free(t);
  remove(path);
}

static void test_round_trip(void) {
  static const size_t widths[] = {252, 255, 256, 300, 504, 505, 506, 510, 511, 1000, 5000, 32767};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    const int before = sxt_failures;
    round_trip(".sav", widths[i]);
    round_trip(".zsav", widths[i]);
    if (sxt_failures != before) SXT_FAIL("width %zu", widths[i]);
  }
}

/* Blocks of a .zsav are 4,190,208 bytes: several of them, cells across their borders. */
static void test_many_blocks(void) {
  enum { N = 90001, K = 13 };
  sx_table *t = NULL, *back = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, N, err));
  for (int k = 0; k < K; k++) {
    char name[8];
    snprintf(name, sizeof name, "v%d", k);
    REQUIRE_OK(sx_table_add(&c, t, name, SX_NUMBER, err));
    CHECK_OK(sx_column_set_format(sx_table_ctx(t), c, "F8.2", err));
    for (int i = 0; i < N; i++) c->data.f64[i] = k == 3 ? i % 200 : ((unsigned)i * 2654435761u % 1000003u) / 7.0 + k;
  }
  name_file(".zsav");
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_io_read(&back, NULL, path, NULL, err));
  if (back) same_table(back, t);
  sx_table_free(back);
  sx_table_free(t);
  remove(path);
}

/* Rows in pieces, their dictionaries their own; the same bytes as in one. */
static void test_pieces(void) {
  char other[80], *a = NULL, *b = NULL;
  size_t n_a = 0, n_b = 0;
  sx_table *t = rich(300);
  sx_writer *w = NULL;
  REQUIRE(t);
  name_file(".sav");
  CHECK_OK(sx_io_write(t, path, err));
  snprintf(other, sizeof other, "/tmp/sxt-write-%ld-pieces.sav", (long)getpid());
  REQUIRE_OK(sx_writer_open(&w, NULL, other, t, 6, err));
  for (int i = 0; i < 3; i++) {
    uint8_t keep[6] = {0};
    sx_table *part = NULL;
    keep[2 * i] = keep[2 * i + 1] = 1;
    CHECK_OK(sx_table_select(&part, t, keep, err));
    CHECK_OK(sx_writer_add(w, part, err));
    sx_table_free(part);
  }
  CHECK_OK(sx_writer_close(w, err));
  CHECK_OK(sx_file_read(&a, &n_a, NULL, path, err));
  CHECK_OK(sx_file_read(&b, &n_b, NULL, other, err));
  CHECK(n_a == n_b && memcmp(a, b, n_a) == 0);
  sx_mem_free(NULL, a);
  sx_mem_free(NULL, b);
  sx_table_free(t);
  remove(path);
  remove(other);
}

/* Numbers on both sides of those that have a byte of their own: rows that are written together as one by one, and the values themselves. */
static void test_rows_together(void) {
  enum { N = 333 };
  char other[80], *a = NULL, *b = NULL;
  size_t n_a = 0, n_b = 0;
  sx_table *t = NULL, *back = NULL;
  sx_column *number = NULL, *half = NULL, *whole = NULL, *day = NULL;
  sx_writer *w = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, N, err));
  REQUIRE_OK(sx_table_add(&number, t, "number", SX_NUMBER, err));
  REQUIRE_OK(sx_table_add(&half, t, "half", SX_NUMBER, err));
  REQUIRE_OK(sx_table_add(&whole, t, "whole", SX_INTEGER, err));
  REQUIRE_OK(sx_table_add(&day, t, "day", SX_DATE, err));
  CHECK_OK(sx_column_set_format(sx_table_ctx(t), number, "F8.2", err));
  CHECK_OK(sx_column_set_format(sx_table_ctx(t), half, "F8.2", err));
  CHECK_OK(sx_column_set_format(sx_table_ctx(t), whole, "F8", err));
  CHECK_OK(sx_column_set_format(sx_table_ctx(t), day, "SDATE10", err));
  for (int i = 0; i < N; i++) {
    number->data.f64[i] = i == 170 ? -0.0 : i - 166;
    half->data.f64[i] = (i - 166) / 2.0;
    whole->data.i64[i] = i - 166;
    day->data.i64[i] = i - 141428;
    if (i % 7 == 0) CHECK_OK(sx_column_set_missing(sx_table_ctx(t), number, (size_t)i, SX_MISS_SYSTEM, err));
    if (i % 9 == 0) CHECK_OK(sx_column_set_missing(sx_table_ctx(t), whole, (size_t)i, SX_MISS_SYSTEM, err));
  }
  name_file(".sav");
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_io_read(&back, NULL, path, NULL, err));
  if (back) same_table(back, t);
  snprintf(other, sizeof other, "/tmp/sxt-write-%ld-rows.sav", (long)getpid());
  REQUIRE_OK(sx_writer_open(&w, NULL, other, t, N, err));
  for (int i = 0; i < N; i++) {
    uint8_t keep[N] = {0};
    sx_table *part = NULL;
    keep[i] = 1;
    REQUIRE_OK(sx_table_select(&part, t, keep, err));
    CHECK_OK(sx_writer_add(w, part, err));
    sx_table_free(part);
  }
  CHECK_OK(sx_writer_close(w, err));
  CHECK_OK(sx_file_read(&a, &n_a, NULL, path, err));
  CHECK_OK(sx_file_read(&b, &n_b, NULL, other, err));
  CHECK(n_a == n_b && memcmp(a, b, n_a) == 0);
  sx_mem_free(NULL, a);
  sx_mem_free(NULL, b);
  sx_table_free(back);
  sx_table_free(t);
  remove(path);
  remove(other);
}

/* ---- ReadStat as the oracle ------------------------------------------------------------------------------ */

typedef struct oracle {
  const sx_table *table;
  int cells, labels, notes;
} oracle;

static int on_variable(int index, readstat_variable_t *v, const char *set, void *data) {
  const sx_column *c = sx_table_get(((oracle *)data)->table, (size_t)index);
  (void)set;
  CHECK_STR(readstat_variable_get_name(v), c->name);
  if (strlen(c->label) < 256) CHECK_STR(readstat_variable_get_label(v) ? readstat_variable_get_label(v) : "", c->label);
  if (!c->dict && c->type != SX_PERIOD) {
    const char *format = readstat_variable_get_format(v);
    size_t n = strlen(format);
    if (n > 2 && strcmp(format + n - 2, ".0") == 0) n -= 2; /* F8.0 is our F8 */
    CHECK(strlen(c->format) == n && memcmp(format, c->format, n) == 0);
  }
  static const readstat_measure_t measure[] = {READSTAT_MEASURE_UNKNOWN, READSTAT_MEASURE_NOMINAL,
                                               READSTAT_MEASURE_ORDINAL, READSTAT_MEASURE_SCALE};
  CHECK_INT(readstat_variable_get_measure(v), measure[c->measure]);
  if (!c->dict) CHECK_INT(readstat_variable_get_missing_ranges_count(v), c->n_ranges);
  return READSTAT_HANDLER_OK;
}

static int on_value(int row, readstat_variable_t *v, readstat_value_t value, void *data) {
  oracle *o = data;
  const sx_column *c = sx_table_get(o->table, (size_t)readstat_variable_get_index(v));
  const int miss = c->miss ? c->miss[row] : 0;
  o->cells++;
  if (c->dict) {
    CHECK_STR(readstat_string_value(value),
              miss == SX_MISS_SYSTEM ? "" : sx_dict_get(c->dict, c->data.code[row], NULL));
  } else if (c->type != SX_PERIOD) {
    CHECK_INT(readstat_value_is_system_missing(value), miss == SX_MISS_SYSTEM);
    CHECK_INT(readstat_value_is_defined_missing(value, v), miss == SX_MISS_USER);
    const double x = c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
    if (miss != SX_MISS_SYSTEM)
      CHECK_NEAR(readstat_double_value(value), c->type == SX_DATE ? (x + 141428) * 86400 : x, 0);
  }
  return READSTAT_HANDLER_OK;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *data) {
  (void)set;
  (void)value;
  (void)label;
  ((oracle *)data)->labels++;
  return READSTAT_HANDLER_OK;
}

static int on_note(int index, const char *note, void *data) {
  static const char *const want[] = {"Synthetic data, not collected from people: model.yaml seed 1", "one", "",
                                     "three 三"};
  if (index < 4) CHECK_STR(note, want[index]);
  ((oracle *)data)->notes++;
  return READSTAT_HANDLER_OK;
}

static int on_metadata(readstat_metadata_t *m, void *data) {
  (void)data;
  CHECK_INT(readstat_get_row_count(m), 6);
  CHECK(strncmp(readstat_get_file_label(m), "SYNTHETIC DATA: 2025", 20) == 0);
  CHECK_STR(readstat_get_file_encoding(m), "UTF-8");
  return READSTAT_HANDLER_OK;
}

static void test_readstat_agrees(void) {
  static const char *const extensions[] = {".sav", ".zsav"};
  static const size_t widths[] = {255, 256, 300, 505, 1000};
  for (size_t i = 0; i < 10; i++) {
    sx_table *t = rich(widths[i / 2]);
    oracle o = {t, 0, 0, 0};
    name_file(extensions[i % 2]);
    CHECK_OK(sx_io_write(t, path, err));
    readstat_parser_t *p = readstat_parser_init();
    readstat_set_metadata_handler(p, on_metadata);
    readstat_set_variable_handler(p, on_variable);
    readstat_set_value_handler(p, on_value);
    readstat_set_value_label_handler(p, on_label);
    readstat_set_note_handler(p, on_note);
    CHECK_INT(readstat_parse_sav(p, path, &o), READSTAT_OK);
    readstat_parser_free(p);
    CHECK_INT(o.cells, 6 * 10);
    CHECK_INT(o.labels, 5);
    CHECK_INT(o.notes, 4);
    sx_table_free(t);
    remove(path);
  }
}

/* ---- what is refused ------------------------------------------------------------------------------------- */

static sx_table *one_column(const char *name, sx_type type, size_t n) {
  sx_table *t = NULL;
  sx_column *c = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_table_new(&t, NULL, n, &err) != SX_OK || sx_table_add(&c, t, name, type, &err) != SX_OK)
    SXT_FAIL("%s", err.message);
  return t;
}

static void refused(sx_table *t, sx_status code, const char *where, const char *message) {
  name_file(".sav");
  CHECK_FAILS(sx_io_write(t, path, err), code, where, message);
  CHECK(access(path, F_OK) != 0);
  sx_table_free(t);
}

static void test_refused(void) {
  refused(one_column("two words", SX_NUMBER, 1), SX_E_ARGUMENT, ".sav", "'two words'");
  refused(one_column("1st", SX_NUMBER, 1), SX_E_ARGUMENT, ".sav", "begin with a letter");
  refused(one_column("by", SX_NUMBER, 1), SX_E_ARGUMENT, ".sav", "'by'");
  refused(one_column("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcde", SX_NUMBER, 1), SX_E_ARGUMENT,
          ".sav", "64 bytes");
  sx_table *t = one_column("age", SX_NUMBER, 1);
  sx_column *c = NULL;
  CHECK_OK(sx_table_add(&c, t, "AGE", SX_NUMBER, err));
  refused(t, SX_E_ARGUMENT, ".sav", "case alone");
  t = one_column("x", SX_NUMBER, 1);
  c = (sx_column *)(uintptr_t)sx_table_get(t, 0);
  for (int i = 0; i < 4; i++) CHECK_OK(sx_column_add_range(NULL, c, 10 + i, 10 + i, NULL, err));
  refused(t, SX_E_ARGUMENT, ".sav: x", "three values");
}

static void test_late_text(void) {
  sx_table *schema = one_column("word", SX_TEXT, 0), *rows = one_column("word", SX_TEXT, 2);
  sx_column *s = (sx_column *)(uintptr_t)sx_table_get(schema, 0), *c = (sx_column *)(uintptr_t)sx_table_get(rows, 0);
  sx_writer *w = NULL;
  CHECK_OK(sx_column_set_format(NULL, s, "A3", err));
  CHECK_OK(sx_dict_add(&c->data.code[0], c->dict, "abc", 3, err));
  CHECK_OK(sx_dict_add(&c->data.code[1], c->dict, "abcd", 4, err));
  name_file(".sav");
  REQUIRE_OK(sx_writer_open(&w, NULL, path, schema, 2, err));
  CHECK_FAILS(sx_writer_add(w, rows, err), SX_E_DATA, "case 2", "variable word: a text of 4 bytes does not fit its 3");
  sx_writer_abandon(w);
  CHECK(access(path, F_OK) != 0);
  sx_table_free(schema);
  sx_table_free(rows);
}

static void test_disk_full(void) {
  sx_table *t = one_column("x", SX_NUMBER, 200000);
  sx_column *c = (sx_column *)(uintptr_t)sx_table_get(t, 0);
  for (size_t i = 0; i < c->n; i++) c->data.f64[i] = (double)i / 3;
  struct rlimit old, small = {65536, 65536};
  name_file(".sav");
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  small.rlim_max = old.rlim_max;
  signal(SIGXFSZ, SIG_IGN);
  CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
  CHECK_FAILS(sx_io_write(t, path, err), SX_E_IO, path, "");
  CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
  CHECK(access(path, F_OK) != 0);
  CHECK_FAILS(sx_io_write(t, "/nonexistent-folder/x.sav", err), SX_E_IO, "x.sav", "");
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_round_trip), SXT_CASE(test_many_blocks), SXT_CASE(test_pieces), SXT_CASE(test_rows_together),
         SXT_CASE(test_readstat_agrees), SXT_CASE(test_refused), SXT_CASE(test_late_text), SXT_CASE(test_disk_full))
