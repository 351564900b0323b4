/* audit_run.c: a run over an audit file: single identities, then groups of linear ones, then the fewest figures that explain what fails. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "audit_priv.h"

const char *sx_audit_verdict_name(sx_audit_verdict verdict, bool chinese) {
  static const char *const names[3][2] = {{"agrees", "一致"}, {"contradicts", "矛盾"}, {"cannot tell", "无法判断"}};
  return (unsigned)verdict < 3 ? names[verdict][chinese] : "";
}

static double now(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

bool sx_audit__late(const sx_audit_report *report) {
  return report->deadline > 0 && now() > report->deadline;
}

static sx_status run(sx_audit_report *report, sx_error *err) {
  au_work work = {.ctx = &report->ctx};
  sx_status status = sx_audit__judge(report, &work, err);
  if (status == SX_OK) status = sx_audit__find_groups(report, err);
  if (status == SX_OK) status = sx_audit__explain(report, &work, err);
  sx_audit__work_clear(&work);
  for (size_t i = 0; i < report->audit->n_identities; i++) report->counts[report->findings[i].verdict]++;
  return status;
}

sx_status sx_audit_run(sx_audit_report **out, const sx_audit *audit, const sx_audit_options *options, sx_error *err) {
  static const sx_audit_options plain = SX_AUDIT_OPTIONS_INIT;
  if (!out || !audit) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out and audit must not be NULL");
  if (!options) options = &plain;
  sx_audit_report *report = sx_mem_zalloc(&audit->ctx, 1, sizeof *report);
  if (!report) return sx_error_memory(err);
  report->ctx = audit->ctx;
  report->audit = audit;
  report->proven = true;
  if (options->time_limit > 0) report->deadline = now() + options->time_limit;
  sx_status status = sx_arena_new(&report->arena, &report->ctx, err);
  if (status == SX_OK) {
    report->findings = sx_arena_zalloc(report->arena, audit->n_identities, sizeof *report->findings);
    status = report->findings ? run(report, err) : sx_error_memory(err);
  }
  if (status == SX_OK) {
    *out = report;
  } else {
    sx_audit_report_free(report);
  }
  return status;
}

void sx_audit_report_free(sx_audit_report *report) {
  if (!report) return;
  const sx_ctx ctx = report->ctx;
  sx_mem_free(&ctx, report->groups);
  sx_mem_free(&ctx, report->impossible);
  sx_arena_free(report->arena);
  sx_mem_free(&ctx, report);
}

const sx_audit_finding *sx_audit_finding_at(const sx_audit_report *report, size_t identity) {
  return identity < report->audit->n_identities ? &report->findings[identity] : NULL;
}

size_t sx_audit_groups(const sx_audit_report *report) {
  return report->n_groups;
}

const sx_audit_group *sx_audit_group_at(const sx_audit_report *report, size_t i) {
  return i < report->n_groups ? &report->groups[i] : NULL;
}

size_t sx_audit_impossible(const sx_audit_report *report) {
  return report->n_impossible;
}

const sx_audit_group *sx_audit_impossible_at(const sx_audit_report *report, size_t i) {
  return i < report->n_impossible ? &report->impossible[i] : NULL;
}

size_t sx_audit_undecided(const sx_audit_report *report) {
  return report->undecided;
}

size_t sx_audit_count(const sx_audit_report *report, sx_audit_verdict verdict) {
  return (unsigned)verdict < 3 ? report->counts[verdict] : 0;
}

const size_t *sx_audit_explanation(const sx_audit_report *report, size_t *n, size_t *bound, bool *proven) {
  if (n) *n = report->n_explanation;
  if (bound) *bound = report->bound;
  if (proven) *proven = report->proven;
  return report->explanation;
}
