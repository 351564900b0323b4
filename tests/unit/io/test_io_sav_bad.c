/* Damaged .sav and .zsav: every prefix of a good file is an error with a place, never a short table; single bytes changed
 * give an error or a table, never worse. */
#include <unistd.h>

#include "sav_bytes.h"
#include "shuxiao/io.h"
#include "sxt.h"

static sx_status read_copy(const unsigned char *p, size_t n, sx_error *err) {
  unsigned char *copy = malloc(n ? n : 1); /* its own block: reading behind it is caught by the sanitizer */
  sx_table *t = NULL;
  if (!copy) abort();
  memcpy(copy, p, n);
  const sx_status st =
      sx_io_read_memory(&t, NULL, "cut.sav", copy, n, &(sx_read_options){.version = 1, .format = "sav"}, err);
  if (st == SX_OK && sx_table_rows(t) > 1000000) SXT_FAIL("%zu rows out of %zu bytes", sx_table_rows(t), n);
  sx_table_free(t);
  free(copy);
  return st;
}

static void every_prefix(const unsigned char *p, size_t n) {
  for (size_t k = 0; k < n; k++) {
    sx_error err = SX_ERROR_INIT;
    const sx_status st = read_copy(p, k, &err);
    if (st != SX_E_PARSE || strncmp(err.where, "cut.sav: ", 9) != 0 || !err.message[0])
      SXT_FAIL("%zu of %zu bytes: %s, '%s', '%s'", k, n, sx_status_name(st), err.where, err.message);
    if (sxt_failures > 10) return;
  }
}

static void test_truncated(void) {
  for (int compression = 0; compression < 2; compression++) {
    const sav_sample o = {"UTF-8", "UTF-8", 65001, compression, false, 5};
    sav_bytes b;
    sav_sample_make(&b, &o);
    every_prefix(b.p, b.n);
    free(b.p);
  }
}

/* The case where the data stop is named. */
static void test_truncated_case(void) {
  const sav_sample o = {"UTF-8", "UTF-8", 65001, 0, false, 5}, unknown = {"UTF-8", "UTF-8", 65001, 0, false, -1};
  sav_bytes b;
  size_t at = sav_sample_make(&b, &o);
  CHECK_FAILS(read_copy(b.p, at + SAV_SAMPLE_SLOTS * 8 * 3, err), SX_E_PARSE, "cut.sav: case 4", "truncated");
  CHECK_FAILS(read_copy(b.p, at + SAV_SAMPLE_SLOTS * 8 * 3 + 5, err), SX_E_PARSE, "cut.sav: case 4", "of 5");
  free(b.p);
  at = sav_sample_make(&b, &unknown);
  CHECK_FAILS(read_copy(b.p, at + SAV_SAMPLE_SLOTS * 8 * 3 + 5, err), SX_E_PARSE, "cut.sav: case 4", "truncated");
  CHECK_OK(read_copy(b.p, at + SAV_SAMPLE_SLOTS * 8 * 3, err)); /* nobody can know: the file says no number */
  free(b.p);
}

static void test_zsav(void) {
  char path[64], *data = NULL;
  size_t n = 0;
  const sav_sample o = {"UTF-8", "UTF-8", 65001, 1, false, 5};
  sav_bytes b;
  sx_table *t = NULL;
  sav_sample_make(&b, &o);
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "a.sav", b.p, b.n, NULL, err));
  free(b.p);
  snprintf(path, sizeof path, "/tmp/sxt-bad-%ld.zsav", (long)getpid());
  CHECK_OK(sx_io_write(t, path, err));
  CHECK_OK(sx_file_read(&data, &n, NULL, path, err));
  remove(path);
  sx_table_free(t);
  every_prefix((unsigned char *)data, n);
  for (size_t i = 0; i < n; i++) { /* and every byte turned over */
    sx_error err = SX_ERROR_INIT;
    data[i] = (char)~data[i];
    (void)read_copy((unsigned char *)data, n, &err);
    data[i] = (char)~data[i];
  }
  sx_mem_free(NULL, data);
}

static void test_any_byte(void) {
  for (int compression = 0; compression < 2; compression++) {
    const sav_sample o = {"GBK", "GBK", 936, compression, false, 5};
    static const unsigned char values[] = {0x00, 0xFF, 0x7F, 0x80, 0x01};
    sav_bytes b;
    sav_sample_make(&b, &o);
    for (size_t i = 0; i < b.n; i++) {
      const unsigned char was = b.p[i];
      for (size_t k = 0; k < sizeof values; k++) {
        sx_error err = SX_ERROR_INIT;
        b.p[i] = values[k];
        const sx_status st = read_copy(b.p, b.n, &err);
        if (st != SX_OK && (!err.where[0] || !err.message[0])) SXT_FAIL("byte %zu = %u: no place", i, values[k]);
        if (st == SX_E_INTERNAL || st == SX_E_ARGUMENT)
          SXT_FAIL("byte %zu = %u: %s: %s", i, values[k], err.where, err.message);
      }
      b.p[i] = was;
    }
    free(b.p);
  }
}

static void test_messages(void) {
  const sav_sample o = {"UTF-8", "UTF-8", 65001, 0, false, 5};
  sav_bytes b;
  sav_sample_make(&b, &o);
  memcpy(b.p, "$FLX", 4);
  CHECK_FAILS(read_copy(b.p, b.n, err), SX_E_PARSE, "cut.sav: byte 0", "$FL2");
  memcpy(b.p, "$FL2", 4);
  b.p[72] = 7;
  CHECK_FAILS(read_copy(b.p, b.n, err), SX_E_SUPPORT, "cut.sav: byte 72", "compression 7");
  b.p[72] = 0;
  b.p[176] = 5; /* the first record's type */
  CHECK_FAILS(read_copy(b.p, b.n, err), SX_E_PARSE, "cut.sav: byte 176", "unknown type 5");
  b.p[176] = 2;
  b.p[80] = 6; /* one case more than there is */
  CHECK_FAILS(read_copy(b.p, b.n, err), SX_E_PARSE, "cut.sav: case 6", "of 6");
  memset(b.p + 80, 0x7F, 4); /* and two thousand million more: no memory is asked for */
  CHECK_FAILS(read_copy(b.p, b.n, err), SX_E_PARSE, "cut.sav: case 6", "truncated");
  free(b.p);
}

SXT_MAIN(SXT_CASE(test_truncated), SXT_CASE(test_truncated_case), SXT_CASE(test_zsav), SXT_CASE(test_any_byte),
         SXT_CASE(test_messages))
