/* .sas7bdat, .xpt and .por: files written here by ReadStat, read by the library. */
#include <readstat.h>
#include <unistd.h>

#include "shuxiao/io.h"
#include "sxt.h"

typedef struct bytes {
  unsigned char data[1 << 20];
  size_t n;
} bytes;

static bytes file;

static ssize_t collect(const void *data, size_t n, void *ctx) {
  bytes *b = ctx;
  if (n > sizeof b->data - b->n) return -1;
  memcpy(b->data + b->n, data, n);
  b->n += n;
  return (ssize_t)n;
}

enum { SAS, XPT, POR, N_ROWS = 3 };
static const char *const NAMES[] = {"a.sas7bdat", "a.xpt", "a.por"};

static void add_rows(readstat_writer_t *w, int format, readstat_variable_t *const v[3]) {
  static const char *const text[N_ROWS] = {"alpha", "", "two words"};
  for (int i = 0; i < N_ROWS; i++) {
    CHECK_INT(readstat_begin_row(w), READSTAT_OK);
    if (i == 1 && format != POR)
      CHECK_INT(readstat_insert_tagged_missing_value(w, v[0], 'B'), READSTAT_OK);
    else if (i == 2)
      CHECK_INT(readstat_insert_missing_value(w, v[0]), READSTAT_OK);
    else
      CHECK_INT(readstat_insert_double_value(w, v[0], i ? -1 : 1234.5), READSTAT_OK);
    CHECK_INT(readstat_insert_double_value(w, v[1], format == POR ? 86400.0 * (141428 + i) : 3653 + i), READSTAT_OK);
    CHECK_INT(readstat_insert_string_value(w, v[2], text[i]), READSTAT_OK);
    CHECK_INT(readstat_end_row(w), READSTAT_OK);
  }
}

static void make(int format) {
  readstat_writer_t *w = readstat_writer_init();
  readstat_variable_t *v[3];
  file.n = 0;
  readstat_set_data_writer(w, collect);
  readstat_writer_set_file_label(w, "a title");
  v[0] = readstat_add_variable(w, "INCOME", READSTAT_TYPE_DOUBLE, 8);
  v[1] = readstat_add_variable(w, "DAY", READSTAT_TYPE_DOUBLE, 8);
  v[2] = readstat_add_variable(w, "WORD", READSTAT_TYPE_STRING, 12);
  readstat_variable_set_label(v[0], "monthly income");
  readstat_variable_set_format(v[1], format == POR ? "DATE11" : "DATE9");
  if (format == POR) {
    readstat_label_set_t *set = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "inc");
    readstat_label_double_value(set, -1, "refused");
    readstat_variable_set_label_set(v[0], set);
    readstat_variable_add_missing_double_value(v[0], -1);
    readstat_begin_writing_por(w, &file, N_ROWS);
  } else if (format == SAS) {
    readstat_begin_writing_sas7bdat(w, &file, N_ROWS);
  } else {
    readstat_begin_writing_xport(w, &file, N_ROWS);
  }
  add_rows(w, format, v);
  CHECK_INT(readstat_end_writing(w), READSTAT_OK);
  readstat_writer_free(w);
}

static void check_table(int format) {
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, NULL, NAMES[format], file.data, file.n, NULL, err));
  CHECK_INT(sx_table_rows(t), N_ROWS);
  CHECK_INT(sx_table_columns(t), 3);
  const sx_column *income = sx_table_find(t, "INCOME"), *day = sx_table_find(t, "DAY"),
                  *word = sx_table_find(t, "WORD");
  REQUIRE(income && day && word && income->miss && word->miss);
  CHECK_STR(income->label, "monthly income");
  CHECK_NEAR(income->data.f64[0], 1234.5, 0);
  CHECK_INT(income->miss[0], 0);
  CHECK_INT(income->miss[1], format == POR ? SX_MISS_USER : 'b');
  CHECK_INT(income->miss[2], SX_MISS_SYSTEM);
  CHECK_INT(day->type, SX_DATE);
  for (int i = 0; i < N_ROWS; i++) CHECK_INT(day->data.i64[i], i);
  CHECK_STR(sx_dict_get(word->dict, word->data.code[2], NULL), "two words");
  CHECK_INT(word->miss[1], SX_MISS_SYSTEM);
  if (format == POR) CHECK_STR(sx_column_value_label(income, -1), "refused");
  sx_table_free(t);
}

static void test_sas7bdat(void) {
  make(SAS);
  check_table(SAS);
}
static void test_xpt(void) {
  make(XPT);
  check_table(XPT);
}
static void test_por(void) {
  make(POR);
  check_table(POR);
}

/* Cut files: an error with the name; never a crash. A cut .xpt has no count of cases to miss. */
static void test_truncated(void) {
  for (int format = SAS; format <= POR; format++) {
    make(format);
    for (size_t k = 0; k < file.n; k += format == SAS ? 61 : 7) {
      sx_table *t = NULL;
      sx_error err = SX_ERROR_INIT;
      unsigned char *copy = malloc(k + 1);
      const sx_read_options o = {.version = 1, .format = NAMES[format] + 2};
      memcpy(copy, file.data, k);
      const sx_status st = sx_io_read_memory(&t, NULL, NAMES[format], copy, k, &o, &err);
      if (st == SX_OK && format == SAS) SXT_FAIL("%s: %zu of %zu bytes are a table", NAMES[format], k, file.n);
      if (st != SX_OK && strncmp(err.where, NAMES[format], strlen(NAMES[format])) != 0)
        SXT_FAIL("%s: %zu bytes: no place: '%s' %s", NAMES[format], k, err.where, err.message);
      sx_table_free(t);
      free(copy);
    }
  }
}

static void test_not_such_a_file(void) {
  sx_table *t = NULL;
  static const char junk[2000] = "x,y\n1,2\n";
  for (int format = SAS; format <= POR; format++) {
    const sx_read_options o = {.version = 1, .format = NAMES[format] + 2};
    CHECK_FAILS(sx_io_read_memory(&t, NULL, NAMES[format], junk, sizeof junk, &o, err), SX_E_PARSE, NAMES[format], "");
  }
}

SXT_MAIN(SXT_CASE(test_sas7bdat), SXT_CASE(test_xpt), SXT_CASE(test_por), SXT_CASE(test_truncated),
         SXT_CASE(test_not_such_a_file))
