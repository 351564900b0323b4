/* fuzz_audit_results.c: the results of a run as CSV, held against a small store. What comes back must hang together: every number has its
 * place in the file, and the counts are those of the list. */
#include <stdint.h>

#include "unit/audit/audit_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static sx_store *the_store(void) {
  static sx_store *store;
  char path[64];
  if (store) return store;
  (void)snprintf(path, sizeof path, "/tmp/sx_fuzz_results_%ld.db", (long)getpid());
  if (audit_store(&store, NULL, path, "x", "x", NULL, NULL) != SX_OK) __builtin_trap();
  (void)remove(path); /* it stays open */
  return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  char path[64];
  const char *const files[] = {path};
  sx_audit_traces *traces = NULL;
  (void)snprintf(path, sizeof path, "/tmp/sx_fuzz_results_%ld.csv", (long)getpid());
  FILE *f = fopen(path, "wb");
  if (!f) return 0;
  const bool written = (!n || fwrite(data, 1, n, f) == n) && fclose(f) == 0;
  if (written && sx_audit_outputs(&traces, the_store(), -1, files, 1, NULL) == SX_OK) {
    must(traces->n == traces->n_agree + traces->n_differ && !traces->n_unbound && !traces->n_exempt);
    for (size_t i = 0; i < traces->n; i++) {
      const sx_audit_trace *t = &traces->items[i];
      must(t->line > 1 && t->column > 0 && t->printed && t->reference);
      must(t->verdict == SX_TRACE_AGREES || (t->verdict == SX_TRACE_DIFFERS && t->reason));
    }
    sx_audit_traces_free(traces);
  }
  (void)remove(path);
  return 0;
}
