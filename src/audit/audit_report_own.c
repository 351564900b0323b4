/* audit_report_own.c: a field of an edited .docx that shows a number of what the run itself writes (report_own.h): it must be what the run's report has there,
 * character for character. */
#include <string.h>

#include "audit_report_priv.h"
#include "shuxiao/report_own.h"

/* The numbers of the run's report in a language; NULL where it has none. */
static sx_status numbers_of(const sx_own_numbers **out, sx_tracer *t, int lang) {
  const sx_report_options options = {1, lang == 1 ? SX_LANG_EN : SX_LANG_ZH, NULL};
  sx_document *document = NULL;
  sx_error err = SX_ERROR_INIT;
  *out = t->own[lang];
  if (t->has_own[lang]) return SX_OK;
  t->has_own[lang] = true;
  const sx_status status = lang == 2 ? sx_report_document_pair(&document, t->store, t->run, &err)
                                     : sx_report_document(&document, t->store, t->run, &options, &err);
  if (status == SX_E_MEMORY) return sx_error_memory(t->err);
  if (status != SX_OK) return SX_OK;
  const sx_status listed = sx_own_numbers_new(&t->own[lang], document, t->err);
  sx_document_free(document);
  *out = t->own[lang];
  return listed;
}

sx_status sx_audit__own_number(bool *is, sx_tracer *t, const sx_text_part *part, const sx_text_run *run, size_t to) {
  const sx_own_numbers *numbers = NULL;
  int lang = 0;
  *is = sx_own_number_is(&lang, run->reference);
  if (!*is) return SX_OK;
  SX_TRY(numbers_of(&numbers, t, lang));
  const char *printed = part->text + run->at, *wanted = sx_own_numbers_find(numbers, run->reference);
  size_t n = to - run->at;
  while (n && printed[n - 1] == ' ') n--;
  sx_audit_trace trace = {
      .verdict = SX_TRACE_AGREES, .line = run->line, .column = run->column, .reference = run->reference};
  if (!wanted || strlen(wanted) != n || memcmp(wanted, printed, n) != 0) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.expected = wanted;
    trace.reason = wanted ? "not what the run says there" : "the run has no such sentence";
  }
  return sx_audit__trace(t, &trace, printed, n);
}

void sx_audit__own_clear(sx_tracer *t) {
  for (size_t i = 0; i < 3; i++) {
    sx_own_numbers_free(t->own[i]);
    t->own[i] = NULL;
    t->has_own[i] = false;
  }
}
