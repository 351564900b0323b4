/* fuzz_sss.c: Triple-S: a definition, a byte 1, its data. What comes back must hang together: sets of variables that are there, the choices
 * of bitstrings 0 or 1, codes in their dictionaries. */
#include "io/io_sss.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void look(const sx_table *t) {
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    const sx_column *c = sx_table_get(t, i);
    must(c->n == sx_table_rows(t) && sx_utf8_valid(c->name, strlen(c->name), NULL) &&
         sx_utf8_valid(c->label, strlen(c->label), NULL));
    for (size_t r = 0; r < c->n; r++)
      must(!c->dict || sx_column_missing(c, r) || (size_t)c->data.code[r] < sx_dict_count(c->dict));
  }
  for (size_t k = 0; k < sx_table_mrsets(t); k++) {
    const sx_mrset *set = sx_table_mrset(t, k);
    for (size_t i = 0; i < set->n_variables; i++) {
      const sx_column *c = sx_table_find(t, set->variables[i]);
      must(c && (c->type == SX_INTEGER || !set->dichotomous));
      for (size_t r = 0; set->dichotomous && r < c->n; r++)
        must(sx_column_missing(c, r) || c->data.i64[r] == 0 || c->data.i64[r] == 1);
    }
  }
}

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
    look(t);
  else
    must(err.status == status && err.message[0]);
  sx_table_free(t);
  return 0;
}
