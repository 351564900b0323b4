/* audit_report_kept.c: the verdict on a page that is published once more as it was: told in few lines, with the hash of what it rests on. */
#include <stdio.h>
#include <string.h>

#include "audit_report_priv.h"

/* ---- what it rests on ----------------------------------------------------------------------------------------------------- */

static void put(sx_buf *out, const char *text) {
  sx_buf_add_n(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void put_list(sx_buf *out, const char *name, const char *const *list, size_t n) {
  sx_buf_printf(out, "%s %zu\n", name, n);
  for (size_t i = 0; i < n; i++) put(out, list[i]);
}

static void put_numbers(sx_buf *out, const char *name, const double *list, size_t n) {
  sx_buf_printf(out, "%s %zu\n", name, n);
  for (size_t i = 0; i < n; i++) sx_buf_add_n(out, (const char *)&list[i], sizeof list[i]);
}

sx_status sx_audit__facts_hash(char out[SX_HASH_TEXT], const sx_tracer *t, sx_error *err) {
  sx_buf all;
  sx_buf_init(&all, &t->ctx);
  put(&all, t->plan);
  put_list(&all, "exempt", t->exempt, t->n_exempt);
  put_list(&all, "labels", t->labels, t->n_labels);
  put_list(&all, "codes", t->codes, t->n_codes);
  put_list(&all, "inputs", t->inputs, t->n_inputs);
  put_list(&all, "hashes", t->hashes, t->n_hashes);
  put_list(&all, "provenance", t->provenance, t->n_provenance);
  put_list(&all, "defined", t->defined, t->n_defined);
  put_list(&all, "quotes", t->quotes, t->n_quotes);
  put_numbers(&all, "definitions", t->definitions, t->n_definitions);
  put_numbers(&all, "values", t->values, t->n_values);
  for (size_t i = 0; i < t->n_drawings; i++)
    put_list(&all, t->drawings[i].id, t->drawings[i].references, t->drawings[i].n);
  for (int lang = 0; lang < 2; lang++) {
    sx_buf_printf(&all, "typed %zu\n", t->n_typed[lang]);
    for (size_t i = 0; i < t->n_typed[lang]; i++) {
      put(&all, t->typed[lang][i].piece);
      put(&all, t->typed[lang][i].where);
    }
  }
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(out, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

/* ---- in few lines --------------------------------------------------------------------------------------------------------- */

static bool alike(const sx_audit_trace *a, const sx_audit_trace *b) {
  return a->verdict == b->verdict && strcmp(a->reason ? a->reason : "", b->reason ? b->reason : "") == 0;
}

void sx_audit__put_verdict(sx_buf *out, const sx_audit_traces *found) {
  enum { KINDS = 64 };
  const sx_audit_trace *kinds[KINDS];
  size_t times[KINDS], n = 0;
  if (found->n_differ || found->n_unbound) return;
  for (size_t i = 0; i < found->n; i++) {
    const sx_audit_trace *trace = &found->items[i];
    size_t k = 0;
    while (k < n && !alike(kinds[k], trace)) k++;
    if (k == KINDS || (trace->reason && strchr(trace->reason, '\n'))) return; /* more than fits into few lines */
    if (k == n) {
      kinds[n] = trace;
      times[n++] = 0;
    }
    times[k] += trace->times ? trace->times : 1;
  }
  for (size_t k = 0; k < n; k++)
    sx_buf_printf(out, "%zu %s %s\n", times[k], sx_trace_verdict_name(kinds[k]->verdict),
                  kinds[k]->reason ? kinds[k]->reason : "");
}

/* "687 exempt date". */
static bool read_line(sx_audit_trace *out, char *line) {
  char *verdict = strchr(line, ' '), *reason = verdict ? strchr(verdict + 1, ' ') : NULL;
  int64_t times = 0;
  if (!reason || !sx_text_to_int64(&times, line, (size_t)(verdict - line)) || times < 1) return false;
  *verdict++ = '\0';
  *reason++ = '\0';
  *out = (sx_audit_trace){.times = (size_t)times, .reason = *reason ? reason : NULL};
  out->verdict = strcmp(verdict, sx_trace_verdict_name(SX_TRACE_AGREES)) == 0 ? SX_TRACE_AGREES : SX_TRACE_EXEMPT;
  return strcmp(verdict, sx_trace_verdict_name(out->verdict)) == 0;
}

sx_status sx_audit__take_verdict(sx_tracer *t, const char *path, const char *text, size_t n) {
  t->file = sx_arena_strdup(t->out->arena, path);
  if (!t->file) return sx_error_memory(t->err);
  if (!n) return sx_error_set(t->err, SX_E_PARSE, path, "an empty verdict on a page");
  for (const char *end = text + n; text < end;) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    char *line = sx_arena_strndup(t->out->arena, text, (size_t)((stop ? stop : end) - text));
    sx_audit_trace trace;
    if (!line) return sx_error_memory(t->err);
    if (!read_line(&trace, line)) return sx_error_set(t->err, SX_E_PARSE, path, "no verdict on a page: '%s'", line);
    SX_TRY(sx_audit__trace(t, &trace, "", 0));
    text = stop ? stop + 1 : end;
  }
  return SX_OK;
}
