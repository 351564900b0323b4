/* fuzz_audit.c: an audit file and its figures, read and judged. The input is the YAML; behind a line "%%%" the CSV that `figures:` names. */
#include "shuxiao/audit.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  const char *text = (const char *)data, *csv = NULL;
  size_t n_yaml = n, n_csv = 0;
  for (size_t i = 0; i + 4 <= n; i++) {
    if (memcmp(text + i, "%%%\n", 4) != 0) continue;
    n_yaml = i;
    csv = text + i + 4;
    n_csv = n - i - 4;
    break;
  }
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  sx_audit_options options = SX_AUDIT_OPTIONS_INIT;
  options.time_limit = 0.2;
  if (sx_audit_load_memory(&audit, NULL, "fuzz.yaml", text, n_yaml, csv, n_csv, NULL) != SX_OK) return 0;
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  if (sx_audit_run(&report, audit, &options, NULL) == SX_OK) {
    for (size_t i = 0; i < sx_audit_identities(audit); i++) sx_audit_say(&buf, audit, i, i % 2);
  }
  (void)!sx_audit_discover(&buf, audit, 20, NULL);
  sx_buf_clear(&buf);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  return 0;
}
