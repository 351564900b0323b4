/* fuzz_csv.c: the reader of delimited text. The first two bytes choose options, the rest is the file. Whatever the bytes, the
 * quick index in small blocks by several threads and the plain way must agree: the same error, or the same table. */
#include "shuxiao/io.h"
#include "../../src/io/io_csv_priv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool same_column(const sx_column *a, const sx_column *b) {
  if (a->type != b->type || a->n != b->n || strcmp(a->name, b->name) != 0 || !a->miss != !b->miss) return false;
  if (a->n && memcmp(a->data.i64, b->data.i64, a->n * (a->dict ? 4 : 8)) != 0) return false;
  if (a->miss && a->n && memcmp(a->miss, b->miss, a->n) != 0) return false;
  if (sx_dict_count(a->dict) != sx_dict_count(b->dict)) return false;
  for (size_t i = 0; i < sx_dict_count(a->dict); i++) {
    size_t n, m;
    const char *x = sx_dict_get(a->dict, (int32_t)i, &n), *y = sx_dict_get(b->dict, (int32_t)i, &m);
    if (n != m || memcmp(x, y, n) != 0) return false;
  }
  return true;
}

static bool same_table(const sx_table *a, const sx_table *b) {
  if (sx_table_columns(a) != sx_table_columns(b) || sx_table_rows(a) != sx_table_rows(b)) return false;
  for (size_t i = 0; i < sx_table_columns(a); i++) {
    if (!same_column(sx_table_get(a, i), sx_table_get(b, i))) return false;
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static const char *const missing[] = {"NA", "-9"};
  static const char delimiters[] = {0, ',', ';', '\t'};
  if (n < 2) return 0;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.delimiter = delimiters[data[0] & 3];
  o.no_header = data[0] & 4;
  if (data[0] & 8) o.missing = missing, o.n_missing = 2;
  if (data[0] & 16) o.encoding = "GB18030";
  sx_ctx one = SX_CTX_INIT, two = SX_CTX_INIT;
  one.n_threads = 1;
  two.n_threads = 1 + (data[0] >> 7);
  sx_error e = SX_ERROR_INIT, f = SX_ERROR_INIT;
  const sx_io__source a = {.ctx = &one, .name = "f", .data = data + 2, .n = n - 2};
  const sx_io__source b = {.ctx = &two, .name = "f", .data = data + 2, .n = n - 2};
  sx_table *t = NULL, *u = NULL;
  const sx_status st = sx_io__csv_read(&t, &a, &o, 0, 0, &e);
  const sx_status su = sx_io__csv_read(&u, &b, &o, 0, 64 + data[1] % 64u, &f);
  if (st != su || strcmp(e.where, f.where) != 0 || strcmp(e.message, f.message) != 0) abort();
  if (st == SX_OK && !same_table(t, u)) abort();
  sx_table_free(t);
  sx_table_free(u);
  return 0;
}
