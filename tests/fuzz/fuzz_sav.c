/* fuzz_sav.c: the .sav and .zsav reader on any bytes: it ends, reads only what it was given, and what it calls a table is one. */
#include "shuxiao/io.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void check_column(const sx_column *c, size_t n_rows) {
  must(c->n == n_rows && sx_utf8_valid(c->name, strlen(c->name), NULL) &&
       sx_utf8_valid(c->label, strlen(c->label), NULL));
  for (size_t i = 0; i < n_rows; i++) {
    const uint8_t miss = c->miss ? c->miss[i] : SX_MISS_NONE;
    must(miss <= SX_MISS_USER);
    if (!c->dict) continue;
    must(c->data.code[i] >= -1 && c->data.code[i] < (int32_t)sx_dict_count(c->dict));
    must((c->data.code[i] < 0) == (miss == SX_MISS_SYSTEM));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 1;
  ctx.memory_limit = (size_t)1 << 26;
  sx_read_options options = SX_READ_OPTIONS_INIT;
  options.format = "sav";
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_status st = sx_io_read_memory(&t, &ctx, "fuzz.sav", data, n, &options, &err);
  must((st == SX_OK) == (t != NULL) && st != SX_E_INTERNAL);
  must(st == SX_OK || st == SX_E_MEMORY || (err.where[0] && err.message[0]));
  for (size_t i = 0; t && i < sx_table_columns(t); i++) check_column(sx_table_get(t, i), sx_table_rows(t));
  options.first_rows = 1; /* finds whatever reading all of it finds */
  sx_table *first = NULL;
  const sx_status same = sx_io_read_memory(&first, &ctx, "fuzz.sav", data, n, &options, &err);
  must(same == st || st == SX_E_LIMIT || st == SX_E_MEMORY);
  must(!first || !t || sx_table_rows(first) == (sx_table_rows(t) ? 1 : 0));
  for (size_t i = 0; first && i < sx_table_columns(first); i++)
    check_column(sx_table_get(first, i), sx_table_rows(first));
  sx_table_free(first);
  sx_table_free(t);
  return 0;
}
