/* audit_report_docx.c: an edited .docx: its fields and charts against their results, and the numbers that stand in no field. */
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
  bool has, own;
  SX_TRY(sx_audit__own_number(&own, t, part, run, to));
  if (own) return SX_OK;
  if (run->at < to && part->text[run->at] == '<' && run->reference[0] != '=') return less_than(t, part, run, to);
  SX_TRY(sx_audit__bound(t, text, part, run, run->at, to));
  if (t->out->n > before) return SX_OK;
  SX_TRY(has_number(&has, &value, t, run->reference));
  if (!has) return SX_OK; /* a dash for a missing estimate */
  const sx_audit_trace none = {
      .verdict = SX_TRACE_DIFFERS, .reference = run->reference, .reason = "no number stands in its field"};
  return sx_audit__trace(t, &none, part->text + run->at, to - run->at);
}

static bool is_digit_at(const sx_text_part *part, size_t at) {
  return at < part->n && sx_is_digit((unsigned char)part->text[at]);
}

/* The typed numbers that begin in a run without a field, and digits typed right behind a field's. */
static sx_status typed_of(sx_tracer *t, const sx_audit_text *text, const sx_text_part *part, size_t r) {
  const sx_text_run *run = &part->runs[r];
  const size_t to = r + 1 < part->n_runs ? part->runs[r + 1].at : part->n;
  const bool joined =
      r && run[-1].reference && !run->exempt && is_digit_at(part, run->at - 1) &&
      (is_digit_at(part, run->at) || (strchr(".,", part->text[run->at]) && is_digit_at(part, run->at + 1)));
  if (joined) {
    const sx_audit_trace trace = {.verdict = SX_TRACE_UNBOUND};
    SX_TRY(sx_audit__trace(t, &trace, part->text + run[-1].at, to - run[-1].at));
  }
  for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
    const sx_text_mark *m = sx_audit_text_mark(text, i);
    if (m->at >= run->at && m->at < to) SX_TRY(sx_audit__free_number(t, part, m));
  }
  return SX_OK;
}

/* Fields, and in a document of ours what stands in none. The words of a drawing are those of what it shows. */
static sx_status numbers_of(sx_tracer *t, const sx_audit_text *text, size_t at, bool ours, sx_buf *where) {
  const sx_text_part *part = sx_audit_text_part(text, at);
  for (size_t r = 0; r < part->n_runs; r++) {
    const sx_text_run *run = &part->runs[r];
    const sx_text_mark here = {.part = at, .line = run->line, .column = run->column};
    if (!run->reference && (!ours || !part->n_marks)) continue;
    sx_buf_reset(where);
    sx_audit_text_where(where, text, &here);
    SX_TRY(sx_buf_status(where, t->err));
    t->place = where->data;
    if (sx_audit__reference_of(run->reference, SX_REF_DRAWING)) {
      if (ours) SX_TRY(sx_audit__described(t, text, at));
      return SX_OK;
    }
    if (run->reference)
      SX_TRY(one_field(t, text, part, run, r + 1 < part->n_runs ? part->runs[r + 1].at : part->n));
    else
      SX_TRY(typed_of(t, text, part, r));
  }
  return SX_OK;
}

/* Parts of a text that stand beside it, each with its place; what they say of themselves holds as on a page. */
sx_status sx_audit__beside(sx_tracer *t, const sx_audit_text *beside) {
  sx_buf where;
  sx_status status = SX_OK;
  if (!beside) return SX_OK;
  sx_buf_init(&where, &t->ctx);
  for (size_t i = 0; i < sx_audit_text_n_parts(beside) && status == SX_OK; i++) {
    const sx_text_run *run = sx_audit_text_part(beside, i)->runs;
    if (run->line) { /* of a page or a vector */
      sx_buf_reset(&where);
      sx_audit_text_where(&where, beside, &(sx_text_mark){.part = i, .line = run->line, .column = run->column});
      status = sx_buf_status(&where, t->err);
      t->place = where.data;
      if (status == SX_OK) status = sx_audit__page_part(t, beside, i);
    } else {
      status = numbers_of(t, beside, i, true, &where);
    }
  }
  t->place = NULL;
  sx_buf_clear(&where);
  return status == SX_OK ? sx_audit__beside(t, beside->beside) : status;
}

/* A number of the document that no field shows any more: it was typed over, or its sentence went. */
static sx_status lost_numbers(sx_tracer *t, const sx_audit_text *text) {
  t->place = sx_arena_printf(t->out->arena, "%s: docProps/custom.xml", t->file);
  if (!t->place) return sx_error_memory(t->err);
  for (size_t i = 0; i < text->n_properties; i++) {
    const sx_text_property *p = &text->properties[i];
    if (p->shown || p->key[0] == '#' || p->key[0] == '=') continue;
    const size_t n = strcspn(p->key, " ");
    const sx_audit_trace gone = {
        .verdict = SX_TRACE_EXEMPT, .reference = sx_arena_strndup(t->out->arena, p->key, n), .reason = SX_NOT_SHOWN};
    if (!gone.reference) return sx_error_memory(t->err);
    SX_TRY(sx_audit__trace(t, &gone, "", 0));
  }
  t->place = NULL;
  return SX_OK;
}

/* It has properties of numbers. */
static sx_status all_numbers(sx_tracer *t, const sx_audit_text *text) {
  const bool ours = text->n_properties > 0;
  sx_buf where;
  sx_status status = SX_OK;
  sx_buf_init(&where, &t->ctx);
  sx_audit__languages(t, text);
  t->page = text;
  t->file = sx_arena_strdup(t->out->arena, sx_audit_text_name(text));
  if (!t->file) status = sx_error_memory(t->err);
  for (size_t i = 0; i < sx_audit_text_n_parts(text) && status == SX_OK; i++)
    status = numbers_of(t, text, i, ours, &where);
  t->place = NULL;
  sx_buf_clear(&where);
  if (status == SX_OK && ours) status = sx_audit__links(t, text);
  if (status == SX_OK && ours) status = sx_audit__beside(t, text->beside);
  if (status == SX_OK) status = lost_numbers(t, text);
  t->page = NULL;
  return status == SX_OK ? sx_audit__charts(t, text) : status;
}

sx_status sx_audit__word_file(sx_tracer *t, const sx_file_parts *file) {
  sx_audit_text *text = NULL;
  SX_TRY(file->data ? sx_audit_text_parse(&text, &t->ctx, SX_TEXT_DOCX, file->data, file->n, file->path, t->err)
                    : sx_audit_text_read(&text, &t->ctx, file->path, t->err));
  const sx_status status = all_numbers(t, text);
  sx_audit_text_free(text);
  return status;
}

/* A page whose numbers say which results they are. */
static bool is_page(const sx_audit_text *text) {
  for (size_t i = 0; text->form == SX_TEXT_HTML && i < text->n_parts; i++)
    for (size_t r = 0; r < text->parts[i].n_runs; r++)
      if (text->parts[i].runs[r].reference) return true;
  return false;
}

sx_status sx_audit_text_bound(sx_audit_traces **out, const sx_audit_text *text, sx_store *store, int64_t run,
                              sx_error *err) {
  sx_tracer t;
  sx_status status = sx_audit__tracer_begin(&t, store, run, err);
  if (status == SX_OK)
    status = is_page(text) ? sx_audit__page(&t, sx_audit_text_name(text), text) : all_numbers(&t, text);
  return sx_audit__tracer_end(out, &t, status);
}
