/* Writing delimited text: what stands in the file, round trips, batches, full disks, nothing left behind. */
#include "io_csv_help.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void) {
  (void)snprintf(folder, sizeof folder, "/tmp/sx-csv-XXXXXX");
  if (!mkdtemp(folder)) perror(folder), exit(1);
}

static const char *in_folder(const char *name) {
  static char path[4][160];
  static int k;
  char *p = path[k++ & 3];
  (void)snprintf(p, sizeof path[0], "%s/%s", folder, name);
  return p;
}

/* Files in the folder; removes them. */
static int clean_folder(void) {
  int n = 0;
  DIR *d = opendir(folder);
  for (const struct dirent *e; (e = readdir(d));) {
    if (e->d_name[0] == '.') continue;
    n++;
    (void)unlink(in_folder(e->d_name));
  }
  (void)closedir(d);
  return n;
}

static void check_file(int line, const char *path, const char *want) {
  char *text = NULL;
  size_t n;
  sx_error err = SX_ERROR_INIT;
  if (sx_file_read(&text, &n, NULL, path, &err) != SX_OK)
    SXT_FAIL("line %d: %s: %s", line, err.where, err.message);
  else if (n != strlen(want) || strcmp(text, want) != 0)
    SXT_FAIL("line %d: got\n%s, not\n%s", line, text, want);
  sx_mem_free(NULL, text);
}

static sx_status put_text(sx_column *c, size_t row, const char *text, sx_error *err) {
  return sx_dict_add(&c->data.code[row], c->dict, text, strlen(text), err);
}

/* One column of each type, four rows; every kind of missing. */
static sx_status every_type(sx_table **out, const sx_ctx *ctx, sx_error *err) {
  sx_table *t = NULL;
  SX_TRY(sx_table_new(&t, ctx, 4, err));
  const sx_ctx *c = sx_table_ctx(t);
  sx_column *num, *integer, *text, *date, *period;
  sx_status st;
  SX_TRY_GOTO(st, sx_table_add(&num, t, "num", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_table_add(&integer, t, "int, \"n\"", SX_INTEGER, err), done);
  SX_TRY_GOTO(st, sx_table_add(&text, t, "文字", SX_TEXT, err), done);
  SX_TRY_GOTO(st, sx_table_add(&date, t, "date", SX_DATE, err), done);
  SX_TRY_GOTO(st, sx_table_add(&period, t, "period", SX_PERIOD, err), done);
  const double values[] = {0.1, -1e300, 12, -9};
  for (size_t r = 0; r < 4; r++) {
    num->data.f64[r] = values[r];
    integer->data.i64[r] = r ? -(int64_t)r : INT64_MIN;
    date->data.i64[r] = (int64_t)r * 10000;
    if (!sx_period_make(&period->data.i64[r], 'S', 2025, 1 + (r & 1))) st = SX_E_INTERNAL;
  }
  SX_TRY_GOTO(st, sx_column_add_range(c, num, -9, -9, NULL, err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(c, num, 2, SX_MISS_SYSTEM, err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(c, integer, 2, 'b', err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(c, date, 1, SX_MISS_SYSTEM, err), done);
  SX_TRY_GOTO(st, put_text(text, 0, "a,\"b\"\nc", err), done);
  SX_TRY_GOTO(st, put_text(text, 1, "", err), done);
  SX_TRY_GOTO(st, put_text(text, 2, " x ", err), done);
  SX_TRY_GOTO(st, sx_column_set_missing(c, text, 3, SX_MISS_SYSTEM, err), done);
done:
  if (st != SX_OK)
    sx_table_free(t);
  else
    *out = t;
  return st;
}

static void test_text(void) {
  sx_table *t = NULL;
  REQUIRE_OK(every_type(&t, NULL, err));
  CHECK_OK(sx_io_write(t, in_folder("a.csv"), err));
  check_file(__LINE__, in_folder("a.csv"),
             "num,\"int, \"\"n\"\"\",文字,date,period\n0.1,-9223372036854775808,\"a,\"\"b\"\"\nc\",1970-01-01,2025-S1\n"
             "-1e300,-1,\"\",,2025-S2\n,.b, x ,2024-10-04,2025-S1\n-9,-3,,2052-02-20,2025-S2\n");
  CHECK_OK(sx_io_write(t, in_folder("a.tsv"), err));
  check_file(__LINE__, in_folder("a.tsv"),
             "num\t\"int, "
             "\"\"n\"\"\"\t文字\tdate\tperiod\n0.1\t-9223372036854775808\t\"a,\"\"b\"\"\nc\"\t1970-01-01\t2025-S1\n"
             "-1e300\t-1\t\"\"\t\t2025-S2\n\t.b\t x \t2024-10-04\t2025-S1\n-9\t-3\t\t2052-02-20\t2025-S2\n");
  sx_table_free(t);
  CHECK_INT(clean_folder(), 2);
}

/* A table of random values of every type that delimited text can tell apart. */
static sx_table *random_table(uint64_t *s, size_t rows) {
  static const char *const words[] = {"x",    "",        "a,b", "\"q\"", "two\nlines", "\r",
                                      "北京", " blank ", "07",  "\t",    "z\r\n"};
  sx_table *t = NULL;
  sx_column *c[4];
  if (sx_table_new(&t, NULL, rows, NULL) != SX_OK || sx_table_add(&c[0], t, "n", SX_NUMBER, NULL) != SX_OK ||
      sx_table_add(&c[1], t, "i", SX_INTEGER, NULL) != SX_OK || sx_table_add(&c[2], t, "t", SX_TEXT, NULL) != SX_OK ||
      sx_table_add(&c[3], t, "d", SX_DATE, NULL) != SX_OK)
    abort();
  for (size_t r = 0; r < rows; r++) {
    uint64_t bits = (uint64_t)roll(s, 1u << 31) << 33 ^ (uint64_t)roll(s, 1u << 31) << 11 ^ roll(s, 2048);
    memcpy(&c[0]->data.f64[r], &bits, 8);
    if (!isfinite(c[0]->data.f64[r]) || roll(s, 2)) c[0]->data.f64[r] = (double)roll(s, 100000) / 100;
    c[1]->data.i64[r] = roll(s, 2) ? (int64_t)roll(s, 200) - 100 : (int64_t)(bits >> 1) - ((int64_t)1 << 62);
    c[3]->data.i64[r] = (int64_t)roll(s, 60000) - 20000;
    const char *word = words[roll(s, sizeof words / sizeof *words)];
    if (put_text(c[2], r, word, NULL) != SX_OK) abort();
    for (int k = 0; k < 4; k++)
      if (roll(s, 6) == 0 && sx_column_set_missing(NULL, c[k], r, SX_MISS_SYSTEM, NULL) != SX_OK) abort();
  }
  if (rows) { /* so that the kinds can be told */
    c[0]->data.f64[0] = 0.5;
    if (put_text(c[2], 0, "x", NULL) != SX_OK) abort();
    for (int k = 0; k < 4; k++)
      if (sx_column_set_missing(NULL, c[k], 0, SX_MISS_NONE, NULL) != SX_OK) abort();
  }
  return t;
}

/* The dump without the dictionary, whose order may differ. */
static char *dump_cells(const sx_table *t) {
  char *text = dump(t), *to = text;
  bool in = false;
  for (const char *p = text; *p; p++) {
    if (strncmp(p, " {", 2) == 0) in = true;
    if (!in) *to++ = *p;
    if (in && strncmp(p, "}\n", 2) == 0) in = false;
  }
  *to = '\0';
  return text;
}

static void test_round_trips(void) {
  uint64_t s = 9;
  static const char *const names[] = {"r.csv", "r.tsv", "r.csv.gz"};
  for (int i = 0; i < 150; i++) {
    sx_table *t = random_table(&s, 1 + roll(&s, 80)), *back = NULL;
    const char *path = in_folder(names[i % 3]);
    REQUIRE_OK(sx_io_write(t, path, err));
    REQUIRE_OK(sx_io_read(&back, NULL, path, NULL, err));
    char *want = dump_cells(t), *got = dump_cells(back);
    CHECK_STR(got, want);
    sx_mem_free(NULL, want);
    sx_mem_free(NULL, got);
    sx_table_free(t);
    sx_table_free(back);
  }
  CHECK_INT(clean_folder(), 3);
}

/* One column with missing values: an empty line is a row. */
static void test_one_column(void) {
  sx_table *t = NULL, *back = NULL;
  sx_column *c;
  REQUIRE_OK(sx_table_new(&t, NULL, 3, err));
  REQUIRE_OK(sx_table_add(&c, t, "a", SX_INTEGER, err));
  c->data.i64[0] = 5;
  REQUIRE_OK(sx_column_set_missing(NULL, c, 1, SX_MISS_SYSTEM, err));
  REQUIRE_OK(sx_column_set_missing(NULL, c, 2, SX_MISS_SYSTEM, err));
  REQUIRE_OK(sx_io_write(t, in_folder("one.csv"), err));
  check_file(__LINE__, in_folder("one.csv"), "a\n5\n\n\n");
  REQUIRE_OK(sx_io_read(&back, NULL, in_folder("one.csv"), NULL, err));
  CHECK_INT(sx_table_rows(back), 3);
  sx_table_free(t);
  sx_table_free(back);
  CHECK_INT(clean_folder(), 1);
}

/* The bytes depend on neither batches nor threads. */
static void test_batches(void) {
  uint64_t s = 3;
  sx_table *t = random_table(&s, 30000);
  REQUIRE_OK(sx_io_write(t, in_folder("all.csv"), err));
  char want[SX_HASH_TEXT], got[SX_HASH_TEXT];
  REQUIRE_OK(sx_hash_file(want, NULL, in_folder("all.csv"), err));
  static const int threads[] = {1, 2, 8};
  for (int k = 0; k < 3; k++) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = threads[k];
    sx_writer *w = NULL;
    sx_reader *r = NULL;
    REQUIRE_OK(sx_writer_open(&w, &ctx, in_folder("parts.csv"), t, k ? SIZE_MAX : 30000, err));
    REQUIRE_OK(sx_reader_open(&r, &ctx, in_folder("all.csv"), NULL, err));
    for (sx_table *part = NULL;;) {
      REQUIRE_OK(sx_reader_next(&part, r, 7001, err));
      if (!part) break;
      REQUIRE_OK(sx_writer_add(w, part, err));
      sx_table_free(part);
    }
    sx_reader_close(r);
    CHECK(!sx_file_exists(in_folder("parts.csv"))); /* only when complete */
    REQUIRE_OK(sx_writer_close(w, err));
    REQUIRE_OK(sx_hash_file(got, NULL, in_folder("parts.csv"), err));
    CHECK_STR(got, want);
    (void)unlink(in_folder("parts.csv"));
  }
  sx_table_free(t);
  CHECK_INT(clean_folder(), 1);
}

/* ---- failures ------------------------------------------------------------------------------------------------------- */

static void test_misuse(void) {
  uint64_t s = 1;
  sx_table *t = random_table(&s, 5), *other = NULL, *none = NULL;
  sx_column *c;
  sx_writer *w = NULL;
  REQUIRE_OK(sx_table_new(&other, NULL, 1, err));
  REQUIRE_OK(sx_table_add(&c, other, "n", SX_TEXT, err));
  REQUIRE_OK(sx_table_new(&none, NULL, 1, err));
  CHECK_FAILS(sx_io_write(t, in_folder("a.xyz"), err), SX_E_SUPPORT, "a.xyz", "no format that is written");
  CHECK_FAILS(sx_io_write(t, in_folder("a.por"), err), SX_E_SUPPORT, "a.por", "SPSS portable file is only read");
  CHECK_FAILS(sx_io_write(none, in_folder("a.csv"), err), SX_E_ARGUMENT, "a.csv", "without columns");
  CHECK_FAILS(sx_io_write(t, in_folder("no/such/a.csv"), err), SX_E_IO, "no/such/a.csv",
              "cannot be created: No such file");
  CHECK_FAILS(sx_io_write(t, folder, err), SX_E_SUPPORT, folder, "no format");
  REQUIRE_OK(sx_writer_open(&w, NULL, in_folder("a.csv"), t, 10, err));
  CHECK_FAILS(sx_writer_add(w, other, err), SX_E_ARGUMENT, "a.csv", "rows have 1 columns, the file has 4");
  CHECK_OK(sx_writer_add(w, t, err));
  CHECK_FAILS(sx_writer_close(w, err), SX_E_ARGUMENT, "a.csv", "10 rows were announced and 5 came");
  REQUIRE_OK(sx_writer_open(&w, NULL, in_folder("a.csv"), t, 4, err));
  CHECK_FAILS(sx_writer_add(w, t, err), SX_E_ARGUMENT, "a.csv", "more than the 4 rows");
  sx_writer_abandon(w);
  REQUIRE_OK(sx_writer_open(&w, NULL, in_folder("a.csv"), other, SIZE_MAX, err));
  CHECK_FAILS(sx_writer_add(w, t, err), SX_E_ARGUMENT, "a.csv", "rows have 4 columns");
  sx_writer_abandon(w);
  sx_writer_abandon(NULL);
  CHECK_INT(clean_folder(), 0); /* nothing is left of any of them */
  sx_table_free(t);
  sx_table_free(other);
  sx_table_free(none);
}

/* In a child, whose limit on file sizes stands in for a disk that fills up. */
static void write_small_disk(const char *path, const sx_table *t, size_t limit) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const struct rlimit small = {limit, limit};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) _exit(3);
    sx_error err = SX_ERROR_INIT;
    const sx_status st = sx_io_write(t, path, &err);
    _exit(st == SX_E_IO && strcmp(err.where, path) == 0 && strstr(err.message, "cannot be written, nothing was kept")
              ? 0
              : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_full_disk(void) {
  uint64_t s = 8;
  sx_table *t = random_table(&s, 40000);
  write_small_disk(in_folder("a.csv"), t, 300000); /* fails in the middle */
  write_small_disk(in_folder("a.csv"), t, 100);    /* fails at the first flush */
  write_small_disk(in_folder("a.csv.gz"), t, 100);
  CHECK_INT(clean_folder(), 0);
  sx_table *small = random_table(&s, 3); /* fails only at the end */
  write_small_disk(in_folder("b.csv"), small, 20);
  CHECK_INT(clean_folder(), 0);
  /* an older file stays as it was */
  CHECK_OK(sx_file_write(NULL, in_folder("a.csv"), "old\n", 4, err));
  write_small_disk(in_folder("a.csv"), t, 5000);
  check_file(__LINE__, in_folder("a.csv"), "old\n");
  CHECK_INT(clean_folder(), 1);
  if (sx_file_exists("/dev/full")) {
    char link[160];
    (void)snprintf(link, sizeof link, "%s/full.csv", folder);
    REQUIRE(symlink("/dev/full", link) == 0);
    CHECK_FAILS(sx_io_write(small, link, err), SX_E_IO, "full.csv", "No space left on device");
    CHECK_INT(clean_folder(), 1);
  }
  sx_table_free(small);
  sx_table_free(t);
}

static void test_replaces_and_keeps_mode(void) {
  uint64_t s = 8;
  sx_table *t = random_table(&s, 2);
  const char *path = in_folder("a.csv");
  REQUIRE_OK(sx_file_write(NULL, path, "old\n", 4, err));
  REQUIRE(chmod(path, 0640) == 0);
  REQUIRE_OK(sx_io_write(t, path, err));
  struct stat info;
  REQUIRE(stat(path, &info) == 0);
  CHECK_INT(info.st_mode & 0777, 0640);
  CHECK(info.st_size > 4);
  sx_table_free(t);
  CHECK_INT(clean_folder(), 1);
}

/* Metadata stand in FILE.meta and come back, whatever is in them, read whole or in batches; a failed write leaves none. */
static void test_metadata(void) {
  static const char value[] = "two: lines\nand a \\ backslash, 合成";
  sx_error fault = SX_ERROR_INIT;
  sx_table *t = NULL, *back = NULL;
  sx_column *c = NULL;
  const char *path = in_folder("m.csv");
  REQUIRE(sx_table_new(&t, NULL, 3, &fault) == SX_OK);
  CHECK_OK(sx_table_add(&c, t, "a", SX_INTEGER, err));
  CHECK_OK(sx_table_set_meta(t, "synthetic", value, err));
  CHECK_OK(sx_table_set_meta(t, "odd: key", "", err));
  CHECK_OK(sx_io_write(t, path, err));
  check_file(__LINE__, path, "a\n0\n0\n0\n");
  check_file(
      __LINE__, in_folder("m.csv.meta"),
      "# table metadata of the file beside this one (shuxiao)\nsynthetic: two: lines\\nand a \\\\ backslash, 合成\n"
      "odd\\c key: \n");
  CHECK_OK(sx_io_read(&back, NULL, path, NULL, err));
  CHECK_INT(sx_table_metas(back), 2);
  CHECK_STR(sx_table_meta(back, "synthetic"), value);
  CHECK_STR(sx_table_meta(back, "odd: key"), "");
  sx_table_free(back);
  back = NULL;
  sx_reader *r = NULL;
  REQUIRE(sx_reader_open(&r, NULL, path, NULL, &fault) == SX_OK);
  for (int k = 0; k < 3; k++) {
    REQUIRE(sx_reader_next(&back, r, 1, &fault) == SX_OK && back);
    CHECK_STR(sx_table_meta(back, "synthetic"), value);
    sx_table_free(back);
    back = NULL;
  }
  sx_reader_close(r);
  sx_writer *w = NULL; /* given up: neither rows nor mark */
  CHECK_OK(sx_writer_open(&w, NULL, in_folder("n.csv"), t, 3, err));
  sx_writer_abandon(w);
  CHECK(!sx_file_exists(in_folder("n.csv.meta")));
  sx_table_free(t);
  CHECK_INT(clean_folder(), 2);
}

static void remove_folder(void) {
  (void)clean_folder();
  CHECK_INT(rmdir(folder), 0);
}

static void first(void) {
  make_folder();
}
static void last(void) {
  remove_folder();
}

SXT_MAIN(SXT_CASE(first), SXT_CASE(test_text), SXT_CASE(test_round_trips), SXT_CASE(test_one_column),
         SXT_CASE(test_batches), SXT_CASE(test_misuse), SXT_CASE(test_full_disk),
         SXT_CASE(test_replaces_and_keeps_mode), SXT_CASE(test_metadata), SXT_CASE(last))
