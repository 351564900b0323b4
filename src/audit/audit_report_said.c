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
  const char *texts[20];
  size_t n;
  const char *id; /* the indicator of a result; NULL */
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

/* What may be said of a result: all that its row and its indicator say. */
static sx_status sources(said *s, sx_tracer *t, const char *name) {
  sx_store_indicator indicator = {.id = NULL};
  sx_store_row row;
  bool found = false, known = false;
  char field[32];
  if (!*name) return SX_OK;
  SX_TRY(sx_audit__look_up(&found, &row, field, t, name, strlen(name)));
  s->texts[s->n++] = name;
  if (found) {
    s->id = row.indicator;
    const char *const of_row[] = {row.method,    row.step,      row.quality, row.na_reason,
                                  row.indicator, row.statistic, row.unit};
    for (size_t i = 0; i < sizeof of_row / sizeof *of_row; i++) s->texts[s->n++] = of_row[i];
  }
  SX_TRY(sx_audit__indicator(&known, &indicator, t, found ? row.indicator : name));
  if (!known) return SX_OK;
  add_text2(s, &indicator.label);
  add_text2(s, &indicator.question);
  add_text2(s, &indicator.base);
  return SX_OK;
}

static bool is_label(const sx_tracer *t, const char *digits, size_t n) {
  for (size_t i = 0; i < t->n_labels; i++)
    if (has_digits(t->labels[i], digits, n)) return true;
  return false;
}

/* In what this name stands for; all: or every one. */
static bool is_definition(const sx_tracer *t, const char *name, const char *digits, size_t n, bool all) {
  for (size_t i = 0; i + 1 < t->n_defined; i += 2) {
    const char *whose = t->defined[i];
    if (((all && !*whose) || strcmp(whose, name) == 0) && has_digits(t->defined[i + 1], digits, n)) return true;
  }
  return false;
}

sx_status sx_audit__said_wrongly(const char **out, sx_tracer *t, const char *name, const char *text, bool labels) {
  said s = {.n = 0};
  *out = NULL;
  SX_TRY(sources(&s, t, name));
  for (const char *c = text; *c && !*out;) {
    const size_t n = strspn(c, "0123456789");
    const bool there =
        !n || is_said(&s, c, n) || is_definition(t, s.id ? s.id : name, c, n, labels) || (labels && is_label(t, c, n));
    if (!there) *out = sx_arena_strndup(t->out->arena, c, n);
    if (!there && !*out) return sx_error_memory(t->err);
    c += n ? n : 1;
  }
  return SX_OK;
}

sx_status sx_audit__said(sx_tracer *t, const sx_text_part *part) {
  const char *name = part->runs[0].reference + strlen(SX_REF_SAID), *wrong = NULL;
  sx_audit_trace trace = {.verdict = SX_TRACE_EXEMPT,
                          .line = part->runs[0].line,
                          .column = part->runs[0].column,
                          .reason = "said of a result"};
  SX_TRY(sx_audit__said_wrongly(&wrong, t, name, part->text, true));
  if (!wrong) return sx_audit__trace(t, &trace, part->text, part->n);
  trace.verdict = SX_TRACE_DIFFERS;
  trace.reference = name;
  trace.reason = "the run does not say so of this result";
  return sx_audit__trace(t, &trace, wrong, strlen(wrong));
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
