/* fuzz_sss.c: Triple-S: a definition, a byte 1, its data. What comes back must hang together: sets of variables that are there, the choices
 * of bitstrings 0 or 1, codes in their dictionaries. */
#include "io/io_sss.h"

#include <stdint.h>
#include <string.h>

#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (!n || n > 20000) return 0;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.memory_limit = (size_t)64 << 20;
  ctx.n_threads = 1;
  const uint8_t *cut = memchr(data, 1, n);
  const size_t first = cut ? (size_t)(cut - data) : n;
  const sx_read_options o = SX_READ_OPTIONS_INIT;
  const sx_io__source definition = {.ctx = &ctx, .name = "d", .data = data, .n = first, .in_memory = true};
  const sx_io__source rows = {
      .ctx = &ctx, .name = "r", .data = cut ? cut + 1 : data, .n = cut ? n - first - 1 : 0, .in_memory = true};
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  (void)sx_io__sss.sniff(&definition);
  const sx_status status = sx_io__sss_make(&t, &definition, &rows, &o, &err);
  must((status == SX_OK) == (t != NULL));
  if (t)
    must_hang_together(t);
  else
    must(err.status == status && err.message[0]);
  sx_table_free(t);
  return 0;
}
