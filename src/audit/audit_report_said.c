/* audit_report_said.c: what a page says of a result beside its number (data-what: label, question, base, method, step, name), digit by digit against
 * the run, and tooltips of limits: "< 0.001" over a p value that may not be above it. */
#include <string.h>

#include "audit_report_priv.h"

/* Whether a text has the digits as a whole: 20 in "20-29", not in "2025". */
static bool has_digits(const char *text, const char *digits, size_t n) {
  for (const char *at = text; (at = strchr(at, digits[0])) != NULL; at++) {
    if (strncmp(at, digits, n) != 0) continue;
    if ((at == text || !sx_is_digit((unsigned char)at[-1])) && !sx_is_digit((unsigned char)at[n])) return true;
  }
  return false;
}

typedef struct said {
  const char *texts[16];
  size_t n;
} said;

static void add_text2(said *s, const sx_text2 *text) {
  s->texts[s->n++] = text->zh;
  s->texts[s->n++] = text->en;
}

static bool is_said(const said *s, const char *digits, size_t n) {
  for (size_t i = 0; i < s->n; i++) {
    if (s->texts[i] && has_digits(s->texts[i], digits, n)) return true;
  }
  return false;
}

sx_status sx_audit__said(sx_tracer *t, const sx_text_part *part) {
  const char *name = part->runs[0].reference + strlen(SX_REF_SAID);
  sx_store_indicator indicator = {.id = NULL};
  sx_store_row row;
  bool found = false, known = false;
  char field[32];
  said s = {.n = 0};
  SX_TRY(sx_audit__look_up(&found, &row, field, t, name, strlen(name)));
  if (found) SX_TRY(sx_store_get_indicator(&known, &indicator, t->store, t->run, row.indicator, t->err));
  s.texts[s.n++] = name;
  if (found) s.texts[s.n++] = row.method;
  if (found) s.texts[s.n++] = row.step;
  if (known) {
    add_text2(&s, &indicator.label);
    add_text2(&s, &indicator.question);
    add_text2(&s, &indicator.base);
  }
  sx_audit_trace trace = {.verdict = SX_TRACE_EXEMPT,
                          .line = part->runs[0].line,
                          .column = part->runs[0].column,
                          .reason = "said of a result"};
  for (size_t i = 0; i < part->n; i++) {
    size_t n = 0;
    while (i + n < part->n && sx_is_digit((unsigned char)part->text[i + n])) n++;
    if (!n) continue;
    if (!is_said(&s, part->text + i, n)) {
      sx_audit_trace wrong = trace;
      wrong.verdict = SX_TRACE_DIFFERS;
      wrong.reference = name;
      wrong.reason = "the run does not say so of this result";
      SX_TRY(sx_audit__trace(t, &wrong, part->text + i, n));
    }
    i += n;
  }
  return sx_audit__trace(t, &trace, part->text, part->n);
}

sx_status sx_audit__limited(sx_tracer *t, const sx_text_part *part) {
  const char *text = part->runs[0].reference + strlen(SX_REF_LIMIT);
  double limit = 0;
  sx_printed p[4];
  size_t n = 0;
  SX_TRY(sx_audit__printed(p, &n, 4, t, part->text, part->n, &(sx_text_run){.zeros = 0}));
  if (!sx_text_to_double(&limit, text, strlen(text))) n = 0;
  for (size_t i = 0; i < n && i < 4; i++) {
    const bool within = p[i].value <= limit;
    const sx_audit_trace trace = {.verdict = within ? SX_TRACE_EXEMPT : SX_TRACE_DIFFERS,
                                  .line = part->runs[0].line,
                                  .column = part->runs[0].column,
                                  .reason = within ? "threshold" : "above the limit that the page prints"};
    SX_TRY(sx_audit__trace(t, &trace, part->text, part->n));
  }
  return SX_OK;
}
