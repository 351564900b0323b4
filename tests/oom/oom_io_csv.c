/* Every allocation of reading and writing delimited and fixed-column text fails once. */
#include "oom.h"
#include "shuxiao/io.h"
#include "io/io_csv_priv.h"

#include <unistd.h>

static const char *const MISSING[] = {"NA", "-9", "2020-02-02"};

typedef struct input {
  const char *text;
  size_t n, block;
  sx_read_options options;
} input;

static sx_status read_blocks(const sx_ctx *ctx, void *data, sx_error *err) {
  const input *in = data;
  const sx_io__source source = {.ctx = ctx, .name = "t.csv", .data = (const unsigned char *)in->text, .n = in->n};
  sx_table *t = NULL;
  const sx_status st = sx_io__csv_read(&t, &source, &in->options, 0, in->block, err);
  sx_table_free(t);
  return st;
}

/* All kinds of columns, quotes with doubled quotes, misfits behind the sample, missing values of each class. */
static char *long_text(void) {
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "i,\"n \"\"q\"\"\",d,t,late,big\n");
  for (int r = 0; r < 560; r++)
    sx_buf_printf(&text, "%d,%d.5,2020-02-%02d,\"w %d \"\"\nx\",%s,%s\n", r % 7 ? r : -9, r, r % 28 + 1, r % 90,
                  r < 540 ? "4" : "4x", r == 550 ? "99999999999999999999" : "NA");
  return sx_buf_take(&text);
}

static void test_read(void) {
  char *text = long_text();
  input in = {text, strlen(text), 0, SX_READ_OPTIONS_INIT};
  in.options.missing = MISSING;
  in.options.n_missing = 3;
  CHECK(oom_run("read", read_blocks, &in) > 40);
  in.block = 5000;
  CHECK(oom_run("read in chunks", read_blocks, &in) > 40);
  oom_run_threads("read in chunks by threads", read_blocks, &in, 3);
  sx_mem_free(NULL, text);
}

static void test_read_odd(void) {
  static const char stray[] = "a,b\n5\" x,1\n\"y\n\",2\n5\" z,3\n", gb[] = "a,b\n\xB1\xB1\xBE\xA9,1\n";
  static const char utf16[] = "\xFF\xFE"
                              "a\0,\0b\0\n\0"
                              "1\0,\0"
                              "2\0\n";
  input in = {stray, sizeof stray - 1, 64, SX_READ_OPTIONS_INIT};
  oom_run("stray quotes", read_blocks, &in);
  in = (input){gb, sizeof gb - 1, 0, SX_READ_OPTIONS_INIT};
  oom_run("GB18030", read_blocks, &in);
  in = (input){utf16, sizeof utf16, 0, SX_READ_OPTIONS_INIT};
  oom_run("UTF-16", read_blocks, &in);
}

static sx_status read_path(const sx_ctx *ctx, void *data, sx_error *err) {
  const input *in = data;
  sx_table *t = NULL;
  const sx_status st = sx_io_read(&t, ctx, in->text, &in->options, err);
  sx_table_free(t);
  return st;
}

static sx_status read_batches(const sx_ctx *ctx, void *data, sx_error *err) {
  const input *in = data;
  sx_reader *r = NULL;
  SX_TRY(sx_reader_open(&r, ctx, in->text, &in->options, err));
  sx_status st;
  sx_table *t = NULL;
  do {
    sx_table_free(t);
    t = NULL;
    st = sx_reader_next(&t, r, 100, err);
  } while (st == SX_OK && t);
  sx_table_free(t);
  sx_reader_close(r);
  return st;
}

static sx_status write_path(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  sx_column *a, *b, *c;
  SX_TRY(sx_table_new(&t, ctx, 5000, err));
  sx_status st;
  SX_TRY_GOTO(st, sx_table_add(&a, t, "number", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_table_add(&b, t, "text", SX_TEXT, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, t, "date", SX_DATE, err), done);
  for (size_t r = 0; r < 5000; r++) a->data.f64[r] = (double)r / 3;
  SX_TRY_GOTO(st, sx_dict_add(&b->data.code[7], b->dict, "x,\"y\"", 5, err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(ctx, c, 3, 'a', err), done);
  SX_TRY_GOTO(st, sx_table_set_meta(t, "synthetic", "made up,\nall of it", err), done);
  st = sx_io_write(t, data, err);
done:
  sx_table_free(t);
  return st;
}

static void test_files(void) {
  char folder[] = "/tmp/sx-oom-XXXXXX", plain[64], packed[64], fixed[64];
  REQUIRE(mkdtemp(folder) != NULL);
  (void)snprintf(plain, sizeof plain, "%s/a.csv", folder);
  (void)snprintf(packed, sizeof packed, "%s/a.csv.gz", folder);
  (void)snprintf(fixed, sizeof fixed, "%s/a.dat", folder);
  CHECK(oom_run("write", write_path, plain) > 10);
  CHECK(oom_run("write .gz", write_path, packed) > 10);
  input in = {plain, 0, 0, SX_READ_OPTIONS_INIT};
  in.options.missing = MISSING;
  in.options.n_missing = 3;
  oom_run("read a file", read_path, &in);
  static const char *const columns[] = {"number"};
  in.options.columns = in.options.as_number = columns;
  in.options.n_columns = in.options.n_as_number = 1;
  in.options.as_text = MISSING; /* none: the list is copied all the same */
  in.options.encoding = "UTF-8";
  in.options.format = "csv";
  oom_run("batches", read_batches, &in);
  in = (input){packed, 0, 0, SX_READ_OPTIONS_INIT};
  oom_run("read .gz", read_path, &in);
  const sx_fixed_field fields[] = {{"a", 1, 2}, {"b", 3, 6}};
  CHECK_OK(sx_file_write(NULL, fixed, " 1\xB1\xB1\xBE\xA9\n 2NA  \n", 14, err));
  in.text = fixed;
  in.options.fields = fields;
  in.options.n_fields = 2;
  in.options.missing = MISSING;
  in.options.n_missing = 3;
  oom_run("fixed columns", read_path, &in);
  oom_run("fixed columns in batches", read_batches, &in);
  (void)unlink(plain);
  (void)unlink(packed);
  (void)snprintf(fixed, sizeof fixed, "%s/a.csv.meta", folder);
  (void)unlink(fixed);
  (void)snprintf(fixed, sizeof fixed, "%s/a.csv.gz.meta", folder);
  (void)unlink(fixed);
  (void)snprintf(fixed, sizeof fixed, "%s/a.dat", folder);
  (void)unlink(fixed);
  CHECK_INT(rmdir(folder), 0); /* no temporary file is left of any failed attempt */
}

SXT_MAIN(SXT_CASE(test_read), SXT_CASE(test_read_odd), SXT_CASE(test_files))
