/* audit_report_docx.c: the fields of an edited .docx, and its charts, against their results. */
#include <math.h>
#include <string.h>

#include "audit_report_priv.h"
#include "shuxiao/report_number_key.h"

/* Whether the run has a number for a reference: then its field may not be without one. */
static sx_status has_number(bool *has, double *value, const sx_tracer *t, const char *reference) {
  sx_number_key key = {.decimals = 0};
  double high;
  const size_t n = strlen(reference), k = strlen(".interval");
  *has = false;
  if (n >= sizeof key.reference || reference[0] == '=') return SX_OK;
  memcpy(key.reference, reference, n + 1);
  key.interval = n > k && strcmp(reference + n - k, ".interval") == 0;
  SX_TRY(sx_number_key_look_up(has, value, &high, &key, t->store, t->run, t->err));
  *has = *has && isfinite(*value);
  return SX_OK;
}

/* "< 0.001" of a p value holds when the result is less. */
static sx_status less_than(sx_tracer *t, const sx_text_part *part, const sx_text_run *run, size_t to) {
  sx_audit_trace trace = {.verdict = SX_TRACE_AGREES, .reference = run->reference};
  sx_printed p;
  size_t n = 0;
  double value;
  bool has;
  SX_TRY(sx_audit__printed(&p, &n, 1, t, part->text + run->at, to - run->at, run));
  SX_TRY(has_number(&has, &value, t, run->reference));
  if (!has || n != 1 || !(value < p.value)) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = has ? "the result is not less" : "the run has no such result";
  }
  return sx_audit__trace(t, &trace, part->text + run->at, to - run->at);
}

static sx_status one_field(sx_tracer *t, const sx_audit_text *text, const sx_text_part *part, const sx_text_run *run,
                           size_t to) {
  const size_t before = t->out->n;
  double value;
  bool has;
  if (run->at < to && part->text[run->at] == '<' && run->reference[0] != '=') return less_than(t, part, run, to);
  SX_TRY(sx_audit__bound(t, text, part, run, run->at, to));
  if (t->out->n > before) return SX_OK;
  SX_TRY(has_number(&has, &value, t, run->reference));
  if (!has) return SX_OK; /* a dash for a missing estimate */
  const sx_audit_trace none = {
      .verdict = SX_TRACE_DIFFERS, .reference = run->reference, .reason = "no number stands in its field"};
  return sx_audit__trace(t, &none, part->text + run->at, to - run->at);
}

static sx_status fields_of(sx_tracer *t, const sx_audit_text *text, size_t at, sx_buf *where) {
  const sx_text_part *part = sx_audit_text_part(text, at);
  const sx_text_mark here = {.part = at};
  for (size_t r = 0; r < part->n_runs; r++) {
    const sx_text_run *run = &part->runs[r];
    if (!run->reference) continue;
    sx_buf_reset(where);
    sx_audit_text_where(where, text, &here);
    SX_TRY(sx_buf_status(where, t->err));
    t->place = where->data;
    SX_TRY(one_field(t, text, part, run, r + 1 < part->n_runs ? part->runs[r + 1].at : part->n));
  }
  return SX_OK;
}

static sx_status all_fields(sx_tracer *t, const sx_audit_text *text) {
  sx_buf where;
  sx_status status = SX_OK;
  sx_buf_init(&where, &t->ctx);
  t->file = sx_arena_strdup(t->out->arena, sx_audit_text_name(text));
  if (!t->file) status = sx_error_memory(t->err);
  for (size_t i = 0; i < sx_audit_text_n_parts(text) && status == SX_OK; i++) status = fields_of(t, text, i, &where);
  t->place = NULL;
  sx_buf_clear(&where);
  return status == SX_OK ? sx_audit__charts(t, text) : status;
}

sx_status sx_audit__word_file(sx_tracer *t, const char *path) {
  sx_audit_text *text = NULL;
  SX_TRY(sx_audit_text_read(&text, &t->ctx, path, t->err));
  const sx_status status = all_fields(t, text);
  sx_audit_text_free(text);
  return status;
}

sx_status sx_audit_text_bound(sx_audit_traces **out, const sx_audit_text *text, sx_store *store, int64_t run,
                              sx_error *err) {
  sx_tracer t;
  sx_status status = sx_audit__tracer_begin(&t, store, run, err);
  if (status == SX_OK) status = all_fields(&t, text);
  return sx_audit__tracer_end(out, &t, status);
}
