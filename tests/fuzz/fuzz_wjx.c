/* fuzz_wjx.c: exports of answers, alone and as a pair: what stands behind a byte 1 is the export by texts. What comes back must hang together:
 * sets of variables that are there, codes that were declared missing, and the same table twice. */
#include "io/io_wjx.h"

#include <stdint.h>
#include <string.h>

#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* All sets of an export are sets of choices. */
static void look(const sx_table *t) {
  must(sx_table_columns(t) > 0);
  must_hang_together(t);
  for (size_t k = 0; k < sx_table_mrsets(t); k++) must(sx_table_mrset(t, k)->dichotomous);
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
