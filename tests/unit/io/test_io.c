/* The door to every format: files, .gz, recognising formats, batches. */
#include "io_csv_help.h"
#include "io/io_priv.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[64];

static const char *in_folder(const char *name) {
  static char path[4][160];
  static int k;
  char *p = path[k++ & 3];
  (void)snprintf(p, sizeof path[0], "%s/%s", folder, name);
  return p;
}

static void put(const char *name, const void *data, size_t n) {
  CHECK_OK(sx_file_write(NULL, in_folder(name), data, n, err));
}

static void test_formats(void) {
  size_t n = 0;
  const sx_io_format *f = sx_io_formats(&n);
  CHECK(n >= 9);
  CHECK(f[n].name == NULL); /* also ends by itself */
  bool csv = false;
  for (size_t i = 0; i < n; i++) {
    CHECK(f[i].name && f[i].title &&
          (f[i].extensions[0] == '.' || (!f[i].extensions[0] && !f[i].writes)) /* none: by content */);
    if (strcmp(f[i].name, "csv") == 0) csv = f[i].reads && f[i].writes;
  }
  CHECK(csv);
}

static void check_path(int line, const char *name, const sx_read_options *o, const char *want) {
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_io_read(&t, NULL, in_folder(name), o, &err) != SX_OK) {
    SXT_FAIL("line %d: %s: %s", line, err.where, err.message);
    return;
  }
  char *got = dump(t);
  if (strcmp(got, want) != 0) SXT_FAIL("line %d: got\n%s", line, got);
  sx_mem_free(NULL, got);
  sx_table_free(t);
}

static void test_recognised(void) {
  const char *want = "a,b text: 1,2 {1,2}\nc integer: 3\n";
  put("x.tsv", "a,b\tc\n1,2\t3\n", 12);
  check_path(__LINE__, "x.tsv", NULL, want);
  put("x.TAB", "a,b\tc\n1,2\t3\n", 12);
  check_path(__LINE__, "x.TAB", NULL, want);
  put("noname", "a;c\n1;3\n", 8);
  check_path(__LINE__, "noname", NULL, "a integer: 1\nc integer: 3\n");
  const sx_fixed_field f[] = {{"a", 1, 1}};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.fields = f;
  o.n_fields = 1;
  check_path(__LINE__, "noname", &o, "a text: a|1 {a,1}\n");
  sx_table *t = NULL;
  put("noname", "\1\0\2\3\4", 5);
  CHECK_FAILS(sx_io_read(&t, NULL, in_folder("noname"), NULL, err), SX_E_SUPPORT, "noname", "give the format");
  CHECK_FAILS(sx_io_read(&t, NULL, in_folder("absent.csv"), NULL, err), SX_E_IO, "absent.csv",
              "cannot be opened: No such file");
  CHECK_FAILS(sx_io_read(&t, NULL, folder, NULL, err), SX_E_IO, folder, "directory");
  put("empty.csv", "", 0);
  CHECK_FAILS(sx_io_read(&t, NULL, in_folder("empty.csv"), NULL, err), SX_E_PARSE, "empty.csv", "file is empty");
  CHECK_FAILS(sx_io_read(NULL, NULL, "x", NULL, err), SX_E_ARGUMENT, "", "NULL");
}

/* Sizes around a page: nothing behind the mapping may be read. */
static void test_page_sizes(void) {
  char *text = malloc(3 * 4096 + 64);
  for (size_t n = 4096 - 40; n <= 4096 + 8; n++) {
    for (int feed = 0; feed < 2; feed++) {
      size_t k = (size_t)sprintf(text, "a,b\n");
      while (k + 4 < n) memcpy(text + k, "7,8\n", 4), k += 4;
      while (k < n) text[k++] = feed ? '\n' : '5';
      put("page.csv", text, n);
      sx_table *t = NULL;
      const sx_status st = sx_io_read(&t, NULL, in_folder("page.csv"), NULL, NULL);
      CHECK_INT(st, feed ? SX_OK : SX_E_PARSE); /* fives alone are a short row, line feeds alone no row */
      if (st == SX_OK) CHECK_INT(sx_table_rows(t), (n - 5) / 4);
      sx_table_free(t);
    }
  }
  free(text);
}

/* ---- gzip ------------------------------------------------------------------------------------------------------------- */

static size_t deflate_text(unsigned char *out, size_t room, const char *text) {
  z_stream z = {0};
  if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  char *copy = strdup(text);
  z.next_in = (unsigned char *)copy;
  z.avail_in = (unsigned)strlen(text);
  z.next_out = out;
  z.avail_out = (unsigned)room;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  (void)deflateEnd(&z);
  free(copy);
  return room - z.avail_out;
}

static void test_gzip(void) {
  unsigned char data[4096];
  size_t n = deflate_text(data, sizeof data, "a,b\n1,x\n2,y\n");
  const char *want = "a integer: 1|2\nb text: x|y {x,y}\n";
  put("z.csv.gz", data, n);
  check_path(__LINE__, "z.csv.gz", NULL, want);
  put("z.csv", data, n); /* by content too */
  check_path(__LINE__, "z.csv", NULL, want);
  sx_table *t = NULL;
  int damaged = 0;
  char at_end[64];
  (void)snprintf(at_end, sizeof at_end, "z.csv.gz: byte %zu", n - 3);
  for (size_t cut = 3; cut < n; cut++) {
    put("z.csv.gz", data, cut);
    CHECK_FAILS(sx_io_read(&t, NULL, in_folder("z.csv.gz"), NULL, err), SX_E_DATA, "z.csv.gz: byte ", "cut off");
  }
  put("z.csv.gz", data, n - 3);
  CHECK_FAILS(sx_io_read(&t, NULL, in_folder("z.csv.gz"), NULL, err), SX_E_DATA, at_end, "cut off");
  for (size_t i = 10; i < n - 4; i++) { /* any damaged byte is noticed: by the code or the checksum */
    data[i] ^= 0x10;
    put("z.csv.gz", data, n);
    const sx_status st = sx_io_read(&t, NULL, in_folder("z.csv.gz"), NULL, NULL);
    if (st == SX_OK)
      check_path(__LINE__, "z.csv.gz", NULL, want); /* padding bits */
    else
      CHECK_INT(st, SX_E_DATA);
    damaged += st != SX_OK;
    if (st == SX_OK) sx_table_free(t);
    data[i] ^= 0x10;
  }
  CHECK(damaged + 2 >= (int)n - 14);
  n += deflate_text(data + n, sizeof data - n, "3,z\n"); /* two members */
  put("z.csv.gz", data, n);
  check_path(__LINE__, "z.csv.gz", NULL, "a integer: 1|2|3\nb text: x|y|z {x,y,z}\n");
  data[n] = 'x';
  put("z.csv.gz", data, n + 1);
  CHECK_FAILS(sx_io_read(&t, NULL, in_folder("z.csv.gz"), NULL, err), SX_E_DATA, "z.csv.gz: byte", "not gzip");
}

static void test_gzip_bomb(void) {
  char *zeros = malloc(3000001);
  memset(zeros, '1', 3000000);
  zeros[3000000] = '\0';
  unsigned char data[8192];
  const size_t n = deflate_text(data, sizeof data, zeros);
  free(zeros);
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = 1000000;
  sx_table *t = NULL;
  CHECK_FAILS(sx_io_read_memory(&t, &ctx, "z.csv.gz", data, n, NULL, err), SX_E_LIMIT, "z.csv.gz",
              "memory limit of 1000000");
}

/* ---- batches ------------------------------------------------------------------------------------------------------------ */

/* All batches together are the whole. */
static void check_batches(const char *name, const sx_read_options *o, size_t step) {
  sx_reader *r = NULL;
  sx_table *all = NULL, *whole = NULL, *part = NULL;
  REQUIRE_OK(sx_reader_open(&r, NULL, in_folder(name), o, err));
  REQUIRE_OK(sx_io_read(&whole, NULL, in_folder(name), o, err));
  size_t rows = 0;
  for (;;) {
    REQUIRE_OK(sx_reader_next(&part, r, step, err));
    if (!part) break;
    rows += sx_table_rows(part);
    CHECK(sx_table_rows(part) == step || rows == sx_table_rows(whole));
    if (!all) {
      all = part;
    } else {
      CHECK_OK(sx_table_append(all, part, err));
      sx_table_free(part);
    }
  }
  part = all;
  REQUIRE_OK(sx_reader_next(&part, r, step, err)); /* and stays at the end */
  CHECK(part == NULL);
  sx_reader_close(r);
  char *want = dump(whole), *got = all ? dump(all) : NULL;
  if (all) CHECK(got && strcmp(got, want) == 0);
  sx_mem_free(NULL, want);
  sx_mem_free(NULL, got);
  sx_table_free(all);
  sx_table_free(whole);
}

static void test_batches(void) {
  uint64_t s = 5;
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "id,q,t,late\n");
  for (int i = 0; i < 90000; i++)
    sx_buf_printf(&text, "%d,\"%u\n,\",w%u,%s\n", i, roll(&s, 9), roll(&s, 50), i < 89999 ? "1" : "1.5");
  put("b.csv", text.data, text.n);
  static const char *const missing[] = {"w7"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.missing = missing;
  o.n_missing = 1;
  check_batches("b.csv", &o, 1000);
  check_batches("b.csv", &o, 89999);
  check_batches("b.csv", NULL, 90000);
  check_batches("b.csv", NULL, SIZE_MAX);
  sx_buf_reset(&text);
  for (int i = 0; i < 2000; i++) sx_buf_printf(&text, "%4d x%u\n", i, roll(&s, 9));
  put("f.dat", text.data, text.n);
  const sx_fixed_field f[] = {{"a", 1, 4}, {"b", 6, 7}};
  o.fields = f;
  o.n_fields = 2;
  check_batches("f.dat", &o, 333); /* a format without batches of its own */
  put("h.csv", "a,b\n", 4);
  check_batches("h.csv", NULL, 10);
  sx_buf_clear(&text);
  /* the options may be gone once the reader is open, and types come from the whole file */
  sx_reader *r = NULL;
  sx_table *part = NULL;
  {
    char list[] = "late", *columns[1] = {list};
    sx_read_options own = SX_READ_OPTIONS_INIT;
    own.columns = (const char *const *)columns;
    own.n_columns = 1;
    REQUIRE_OK(sx_reader_open(&r, NULL, in_folder("b.csv"), &own, err));
    memset(list, 'z', sizeof list - 1);
  }
  REQUIRE_OK(sx_reader_next(&part, r, 5, err));
  CHECK_INT(sx_table_columns(part), 1);
  CHECK_STR(sx_table_get(part, 0)->name, "late");
  CHECK_INT(sx_table_get(part, 0)->type, SX_NUMBER);
  sx_table_free(part);
  CHECK_FAILS(sx_reader_next(&part, r, 0, err), SX_E_ARGUMENT, "", "max_rows is 0");
  sx_reader_close(r);
  sx_reader_close(NULL);
  /* what is wrong anywhere is found at open */
  put("h.csv", "a,b\n1,2\n1\n", 10);
  CHECK_FAILS(sx_reader_open(&r, NULL, in_folder("h.csv"), NULL, err), SX_E_PARSE, "h.csv:3", "row has 1 field");
  CHECK_FAILS(sx_reader_open(&r, NULL, in_folder("absent.csv"), NULL, err), SX_E_IO, "absent.csv", "cannot be opened");
}

/* ---- pipes, progress ------------------------------------------------------------------------------------------------------ */

static void *feed(void *path) {
  FILE *f = fopen(path, "w");
  if (!f) return NULL;
  fputs("a,b\n1,2\n", f);
  (void)fclose(f);
  return NULL;
}

static void test_pipe(void) {
  char path[160];
  (void)snprintf(path, sizeof path, "%s/pipe.csv", folder);
  REQUIRE(mkfifo(path, 0600) == 0);
  pthread_t other;
  REQUIRE(pthread_create(&other, NULL, feed, path) == 0);
  check_path(__LINE__, "pipe.csv", NULL, "a integer: 1\nb integer: 2\n");
  (void)pthread_join(other, NULL);
}

static void on_progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  if (strncmp(stage, "reading t.csv", 13) == 0 && done == total) ++*(int *)data;
}

static void test_progress(void) {
  int n = 0;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.data = &n;
  ctx.progress = on_progress;
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", "a\n1\n", 4, NULL, err));
  CHECK(n > 0);
  sx_table_free(t);
}

static void first(void) {
  (void)snprintf(folder, sizeof folder, "/tmp/sx-io-XXXXXX");
  if (!mkdtemp(folder)) perror(folder), exit(1);
}

static void last(void) {
  static const char *const made[] = {"x.tsv", "x.TAB", "noname", "empty.csv", "page.csv", "z.csv.gz",
                                     "z.csv", "b.csv", "f.dat",  "h.csv",     "pipe.csv"};
  for (size_t i = 0; i < sizeof made / sizeof *made; i++) (void)unlink(in_folder(made[i]));
  CHECK_INT(rmdir(folder), 0);
}

SXT_MAIN(SXT_CASE(first), SXT_CASE(test_formats), SXT_CASE(test_recognised), SXT_CASE(test_page_sizes),
         SXT_CASE(test_gzip), SXT_CASE(test_gzip_bomb), SXT_CASE(test_batches), SXT_CASE(test_pipe),
         SXT_CASE(test_progress), SXT_CASE(last))
