/* fuzz_wjx.c: exports of answers, alone and as a pair: what stands behind a byte 1 is the export by texts. What comes back must hang together:
 * sets of variables that are there, codes that were declared missing, and the same table twice. */
#include "io/io_wjx.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void look(const sx_table *t) {
  must(sx_table_columns(t) > 0);
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    const sx_column *c = sx_table_get(t, i);
    must(c->n == sx_table_rows(t) && sx_utf8_valid(c->name, strlen(c->name), NULL) && c->label);
    for (size_t r = 0; r < c->n; r++)
      must(!c->dict || sx_column_missing(c, r) || (size_t)c->data.code[r] < sx_dict_count(c->dict));
  }
  for (size_t k = 0; k < sx_table_mrsets(t); k++) {
    const sx_mrset *set = sx_table_mrset(t, k);
    for (size_t i = 0; i < set->n_variables; i++) {
      const sx_column *c = sx_table_find(t, set->variables[i]);
      must(c && c->type == SX_INTEGER);
      for (size_t r = 0; r < c->n; r++) must(sx_column_missing(c, r) || c->data.i64[r] == 0 || c->data.i64[r] == 1);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (!n || n > 20000) return 0;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = (size_t)256 << 20;
  ctx.n_threads = 1;
  const uint8_t *part = memchr(data, 1, n);
  const size_t first = part ? (size_t)(part - data) : n;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *codes = NULL, *texts = NULL, *t = NULL;
  sx_error err = SX_ERROR_INIT;
  o.format = "csv";
  sx_status status = sx_io_read_memory(&codes, &ctx, "a", data, first, &o, &err);
  if (status == SX_OK && part) status = sx_io_read_memory(&texts, &ctx, "b", part + 1, n - first - 1, &o, &err);
  o.format = "wjx";
  if (status == SX_OK) {
    status = sx_io__wjx_make(&t, "a", codes, "b", texts, &o, &err);
    must((status == SX_OK) == (t != NULL));
  }
  if (t)
    look(t);
  else
    must(err.status == status && err.message[0]);
  sx_table_free(t);
  sx_table_free(texts);
  sx_table_free(codes);
  return 0;
}
