/* audit_help.h: audit files in a test: figures as "id value unit [word=..]" lines. */
#ifndef AUDIT_HELP_H
#define AUDIT_HELP_H

#include "sxt.h"

#include "shuxiao/audit.h"

/* The audit of a YAML text; NULL and a failure when it does not load. */
static inline sx_audit *audit_of(const char *yaml) {
  sx_audit *audit = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_audit_load_memory(&audit, NULL, "t.yaml", yaml, strlen(yaml), NULL, 0, &err) != SX_OK)
    SXT_FAIL("%s: %s", err.where, err.message);
  return audit;
}

typedef struct audited {
  sx_audit *audit;
  sx_audit_report *report;
} audited;

static inline audited run_of(const char *yaml) {
  audited a = {audit_of(yaml), NULL};
  sx_error err = SX_ERROR_INIT;
  if (a.audit && sx_audit_run(&a.report, a.audit, NULL, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return a;
}

static inline void done_with(audited *a) {
  sx_audit_report_free(a->report);
  sx_audit_free(a->audit);
}

/* The finding of one identity. */
static inline const sx_audit_finding *finding_of(const audited *a, const char *id) {
  for (size_t i = 0; a->report && i < sx_audit_identities(a->audit); i++) {
    if (strcmp(sx_audit_identity_at(a->audit, i)->id, id) == 0) return sx_audit_finding_at(a->report, i);
  }
  return NULL;
}

/* The repair of figure `id` in a list: its value, "" for none, NULL when it is not listed. */
static inline const char *repair_of(const audited *a, const sx_audit_repair *repairs, size_t n, const char *id) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(sx_audit_figure_at(a->audit, repairs[i].figure)->id, id) == 0) return repairs[i].value;
  }
  return NULL;
}

static inline void check_verdict(const audited *a, const char *id, sx_audit_verdict want) {
  const sx_audit_finding *f = finding_of(a, id);
  if (!f || f->verdict != want)
    SXT_FAIL("%s: %s, not %s", id, f ? sx_audit_verdict_name(f->verdict, false) : "(none)",
             sx_audit_verdict_name(want, false));
}

#endif
