/* audit_report_bound.c: a printed number that names its result, held against the store. It agrees when the result rounds to it: |printed - result| <= u/2, u one unit of
 * the last printed digit (of the last one that is not rounding, where the page says how many zeros are). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_match_priv.h"
#include "audit_report_priv.h"

/* A hair above one half: the result is rounded as the decimal that it prints as, which binary cannot hold. */
static const double HALF = 0.5 + 1e-6;

bool sx_audit__rounds_to(const sx_printed *p, double value, bool magnitude) {
  if (!isfinite(value)) return false;
  const double slack = HALF * p->unit + 1e-12 * fabs(value);
  return fabs(p->value - (magnitude ? fabs(value) : value)) <= slack;
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static sx_status copied(const char **out, sx_tracer *t, const char *text) {
  *out = text ? sx_arena_strdup(t->out->arena, text) : NULL;
  return text && !*out ? sx_error_memory(t->err) : SX_OK;
}

sx_status sx_audit__trace(sx_tracer *t, const sx_audit_trace *what, const char *printed, size_t n) {
  sx_audit_traces *out = t->out;
  sx_audit_trace trace = *what;
  void *p = out->items;
  trace.file = t->file;
  trace.printed = sx_arena_strndup(out->arena, printed, n);
  SX_TRY(copied(&trace.reference, t, what->reference));
  SX_TRY(copied(&trace.expected, t, what->expected));
  SX_TRY(copied(&trace.reason, t, what->reason));
  SX_TRY(copied(&trace.place, t, t->place));
  const bool grown = sx_mem_grow(&out->ctx, &p, &out->cap, out->n + 1, sizeof *out->items);
  out->items = p;
  if (!grown || !trace.printed) return sx_error_memory(t->err);
  out->items[out->n++] = trace;
  size_t *const counts[] = {&out->n_agree, &out->n_exempt, &out->n_differ, &out->n_unbound}; /* by verdict */
  *counts[trace.verdict] += trace.times ? trace.times : 1;
  return SX_OK;
}

/* ---- what the store says ----------------------------------------------------------------------------------------- */

struct sx_answer {
  bool found;
  sx_store_row row;
  char field[32];
};

/* The row is in out's arena. */
static sx_status ask_store(bool *found, sx_store_row *row, char field[32], const sx_tracer *t, const char *name,
                           size_t n) {
  sx_store_row lent;
  sx_reference r;
  *found = false;
  if (sx_reference_parse(&r, name, n, NULL) != SX_OK) return SX_OK;
  memcpy(field, r.field, sizeof r.field);
  sx_status status = sx_reference_find(found, &lent, t->store, t->run, &r, t->err);
  if (status == SX_OK && *found) status = sx_store_row_copy(row, t->out->arena, &lent, t->err);
  return status;
}

/* The pages of two languages, and a drawing's numbers time and again, ask for the same results. */
sx_status sx_audit__look_up(bool *found, sx_store_row *row, char field[32], sx_tracer *t, const char *name, size_t n) {
  sx_arena *arena = t->out->arena;
  int32_t code = 0;
  if (!t->asked) SX_TRY(sx_dict_new(&t->asked, &t->ctx, t->err));
  const size_t known = sx_dict_count(t->asked);
  if (!sx_arena_grow(arena, (void **)&t->answers, &t->cap_answers, known + 1, sizeof *t->answers))
    return sx_error_memory(t->err);
  SX_TRY(sx_dict_add(&code, t->asked, name, n, t->err));
  struct sx_answer *answer = &t->answers[code];
  if ((size_t)code == known) {
    *answer = (struct sx_answer){.found = false};
    SX_TRY(ask_store(&answer->found, &answer->row, answer->field, t, name, n));
  }
  *found = answer->found;
  *row = answer->row;
  memcpy(field, answer->field, sizeof answer->field);
  return SX_OK;
}

static bool ends_with(const char *text, const char *end) {
  const size_t n = strlen(text), k = strlen(end);
  return n > k && strcmp(text + n - k, end) == 0;
}

sx_status sx_audit__wanted(double out[2], size_t *n, sx_store_row *row, bool *found, sx_tracer *t,
                           const char *reference) {
  char field[32] = "";
  *n = 0;
  *found = false;
  if (reference[0] == '=') {
    *n = sx_text_to_double(&out[0], reference + 1, strlen(reference + 1));
    return SX_OK;
  }
  const bool interval = ends_with(reference, ".interval");
  const size_t k = strlen(reference) - (interval ? strlen(".interval") : 0);
  SX_TRY(sx_audit__look_up(found, row, field, t, reference, k));
  if (!*found) return SX_OK;
  out[0] = interval ? row->low : sx_reference_field(row, field);
  out[1] = row->high;
  *n = interval ? 2 : 1;
  return SX_OK;
}

static void say(char *out, size_t cap, const sx_printed *p, double value, const char *unit) {
  char text[SX_FIXED_TEXT_MAX];
  const size_t n = sx_text_fixed(text, value / p->scale, p->decimals);
  (void)snprintf(out, cap, "%.*s%s", (int)(n < 100 ? n : 100), text, unit ? unit : p->scale < 0.5 ? "%" : "");
  out[sx_utf8_cut(out, strlen(out), cap - 1)] = '\0';
}

/* ---- one bound element ------------------------------------------------------------------------------------------- */

/* Whether a number of a tooltip is one of the row's, printed at that scale; zeros at its end may be rounding, and a 0 hides how many. */
static bool of_row(const sx_printed *p, double scale, int most, const sx_store_row *row) {
  const double values[] = {row->estimate, row->se, row->low, row->high};
  sx_printed q = *p;
  q.value = p->value / p->scale * scale;
  for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
    q.unit = p->unit / p->scale * scale;
    for (int z = 0; z <= (p->value == 0 ? most : p->zeros); z++, q.unit *= 10) {
      if (sx_audit__rounds_to(&q, values[k], false)) return true;
    }
  }
  return sx_audit__rounds_to(p, (double)row->n, false);
}

/* The words of a tooltip: estimate, error, interval, n; each must be one of the row's numbers. The first has the unit of all, or none has
 * one and it is the cell's. */
static sx_status check_tip(const char **wrong, sx_tracer *t, const sx_store_row *row, const sx_text_run *run) {
  sx_printed p[16];
  size_t n = 0;
  double own = 1;
  int most = 0;
  *wrong = NULL;
  const sx_text_run plain = {.zeros = 0};
  SX_TRY(sx_audit__printed(p, &n, 16, t, run->tip, strlen(run->tip), &plain));
  if (run->unit) SX_TRY(sx_audit__unit_scale(&own, t, run->unit));
  const double scale = n ? p[0].scale : 1;
  for (size_t i = 0; i < n && i < 16; i++) most = p[i].zeros > most ? p[i].zeros : most;
  for (size_t i = 0; i < n && i < 16; i++) {
    const bool bare = scale > 0.9 && scale < 1.1;
    if (p[i].at >= 4 && memcmp(run->tip + p[i].at - 4, "n = ", 4) == 0) {
      if (p[i].value != (double)row->n) *wrong = "the cases of its tooltip are not the result's";
      continue;
    }
    if (of_row(&p[i], scale, most, row) || (bare && of_row(&p[i], own, most, row))) continue;
    *wrong = "a number of its tooltip is not the result's";
  }
  return SX_OK;
}

/* "高出 {{... sign:none}}" of a negative gap says the opposite of the result. */
static bool opposite(const sx_audit_text *page, const sx_text_part *part, size_t from, const sx_printed *p,
                     double value, bool magnitude) {
  if (!magnitude) return false;
  for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
    const sx_text_mark *m = sx_audit_text_mark(page, i);
    if (m->at <= from && from < m->at + m->n) return sx_audit__opposite(m, p->unit, value);
  }
  return false;
}

/* "more of them paying −115", "增加−5": a word of the clause that a sign before the number contradicts. Words of mere difference leave the
 * sign to speak. text [n]: what stands before the number. */
static bool against_sign(const char *text, size_t n, bool negative) {
  static const char *const up[] = {"more ", "rose by", "grew by", "increased by", "gained", "增加",
                                   "增长",  "提高",    "上升",    "扩大",         "增多",   "多出"};
  static const char *const down[] = {"fewer ", "less ", "fell by", "declined by", "dropped by", "lost",
                                     "减少",   "下降",  "降低",    "缩小",        "回落",       "少了"};
  static const char *const neutral[] = {"chang", "differ", "gap", "变动", "变化", "相差", "差", "影响"};
  static const char *const ends[] = {",", ";", ".", ":", "(", ")", " and ", "，", "。", "；", "：", "（", "）", "、"};
  enum { BEFORE = 32 };
  char clause[BEFORE + 1];
  const size_t take = n < BEFORE ? n : BEFORE;
  memcpy(clause, text + n - take, take);
  clause[take] = '\0';
  const char *from = clause;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    for (const char *at = strstr(from, ends[i]); at; at = strstr(from, ends[i])) from = at + strlen(ends[i]);
  }
  for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++) {
    if (strstr(from, neutral[i])) return false;
  }
  const size_t words = negative ? sizeof up / sizeof *up : sizeof down / sizeof *down;
  for (size_t i = 0; i < words; i++) {
    const char *word = negative ? up[i] : down[i], *at = strstr(from, word);
    if (at && (at == from || at[-1] == ' ' || (unsigned char)word[0] >= 0x80)) return true;
  }
  return false;
}

/* Why a number that says its own value is no tick, no limit below which p is not printed, no size of a file and no number of the run's blocks. */
static const char *not_literal(const sx_tracer *t, const sx_text_part *part, const sx_text_run *run, double value) {
  const char *why = run->exempt ? run->exempt : "outside";
  if (strcmp(why, "axis") == 0) return part->kind == SX_PART_FIGURE && t->n_drawings ? NULL : "no tick of an axis";
  if (strcmp(why, "threshold") == 0) {
    const double digits = value > 0 ? -log10(value) : 0;
    return digits >= 1 && fabs(digits - nearbyint(digits)) < 1e-9 ? NULL : "no limit of a p value";
  }
  if (strcmp(why, "bytes") == 0 || strcmp(why, "outside") == 0)
    return sx_audit__is_value(t, value) ? NULL : "no number of the run's blocks";
  return "no reason that a run gives";
}

/* A result in a unit of its own that is printed in per cent: 50.6 yuan as "5,062.5%" rounds rightly and says something else. Shares of amounts, growth and
 * the like have units of other kinds. */
static bool wrong_per_cent(const sx_store_row *row, const sx_text_run *run, const sx_printed *p, const char *text,
                           size_t n) {
  static const char *const per_cent[] = {"%", "\xEF\xBC\x85", "pp", "百分点"};
  static const char *const others[] = {"relative", "ratio", "share", "growth", "contribution", "difference"};
  if (!row->unit || !row->unit[0] || strncmp(row->statistic, "p_", 2) == 0 || ends_with(run->reference, ".cv"))
    return false;
  for (size_t i = 0; i < sizeof per_cent / sizeof *per_cent; i++)
    if (strncmp(row->unit, per_cent[i], strlen(per_cent[i])) == 0) return false;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strstr(row->statistic, others[i])) return false;
  return fabs(p->scale - 0.01) < 1e-9 && (memchr(text, '%', n) || (run->unit && strchr(run->unit, '%')));
}

sx_status sx_audit__bound(sx_tracer *t, const sx_audit_text *page, const sx_text_part *part, const sx_text_run *run,
                          size_t from, size_t to) {
  sx_printed p[4];
  double values[2] = {0, 0};
  size_t n = 0, k = 0;
  sx_store_row row;
  bool found = false;
  char expected[160] = "";
  sx_audit_trace trace = {
      .verdict = SX_TRACE_AGREES, .line = run->line, .column = run->column, .reference = run->reference};
  SX_TRY(sx_audit__printed_part(p, &n, 4, t, part, from, to, run));
  SX_TRY(sx_audit__wanted(values, &k, &row, &found, t, run->reference));
  const bool literal = run->reference[0] == '=';
  if (!n && k) return SX_OK; /* a unit, a word: no number */
  if (!k) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = "the run has no such result";
  } else if (n != k) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = "not the one number of this result";
  }
  for (size_t i = 0; i < k && trace.verdict == SX_TRACE_AGREES; i++) {
    const bool agrees = sx_audit__rounds_to(&p[i], values[i], run->magnitude);
    const bool plus = part->text[from] == '+';
    const bool prose = (part->kind == SX_PART_PARAGRAPH || part->kind == SX_PART_ITEM) && !run->magnitude &&
                       (p[i].negative || plus) && values[i] != 0;
    const bool wrong_word = agrees && (opposite(page, part, from, &p[i], values[i], run->magnitude) ||
                                       (prose && against_sign(part->text, from, p[i].negative)));
    if (agrees && !wrong_word) continue;
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = agrees ? SX_OPPOSITE : "not the result at the printed precision";
    say(expected, sizeof expected, &p[i], values[i], run->unit);
    trace.expected = expected;
  }
  if (trace.verdict == SX_TRACE_AGREES && found && wrong_per_cent(&row, run, &p[0], part->text + from, to - from)) {
    (void)snprintf(expected, sizeof expected, "%.60s", row.unit);
    trace.verdict = SX_TRACE_DIFFERS;
    trace.expected = expected;
    trace.reason = "printed in per cent, and the result is in a unit of its own";
  }
  if (trace.verdict == SX_TRACE_AGREES && run->tip && found) {
    const char *wrong;
    SX_TRY(check_tip(&wrong, t, &row, run));
    if (wrong) {
      trace.verdict = SX_TRACE_DIFFERS;
      trace.reason = wrong;
    }
  }
  const char *wrong_reason = literal ? not_literal(t, part, run, values[0]) : NULL;
  if (trace.verdict == SX_TRACE_AGREES && wrong_reason) {
    trace.verdict = SX_TRACE_UNBOUND;
    trace.reason = wrong_reason;
    trace.reference = NULL;
  }
  if (trace.verdict == SX_TRACE_AGREES && literal) {
    trace.verdict = SX_TRACE_EXEMPT;
    trace.reason = run->exempt ? run->exempt : "outside";
    trace.reference = NULL;
  }
  return sx_audit__trace(t, &trace, part->text + from, to - from);
}

/* ---- the description of a drawing -------------------------------------------------------------------------------- */

static const sx_traced_drawing *drawing(const sx_tracer *t, const char *id) {
  for (size_t i = 0; i < t->n_drawings; i++) {
    if (strcmp(t->drawings[i].id, id) == 0) return &t->drawings[i];
  }
  return NULL;
}

/* The result that a drawing shows; *found false: the run has none. */
static sx_status drawn(bool *found, double *value, sx_store_row *row, sx_tracer *t, const char *reference) {
  char field[32];
  SX_TRY(sx_audit__look_up(found, row, field, t, reference, strlen(reference)));
  if (*found) *value = sx_reference_field(row, field);
  return SX_OK;
}

/* Values of a drawing's results, each with the ends of its interval. */
typedef struct sx_drawn {
  double *values; /* NULL: not asked yet */
  size_t n;
} drawn_values;

static sx_status ask_shown(drawn_values *out, sx_tracer *t, const sx_traced_drawing *d) {
  double *values = sx_arena_alloc(t->out->arena, 3 * d->n + 1, sizeof *values);
  if (!values) return sx_error_memory(t->err);
  for (size_t i = 0; i < d->n; i++) {
    sx_store_row row;
    bool found = false;
    double value = 0;
    SX_TRY(drawn(&found, &value, &row, t, d->references[i]));
    if (!found) continue;
    values[out->n++] = value;
    values[out->n++] = row.low;
    values[out->n++] = row.high;
  }
  out->values = values;
  return SX_OK;
}

static sx_status shown_by(bool *shown, sx_tracer *t, const sx_traced_drawing *d, const sx_printed *p) {
  *shown = false;
  if (!d) return SX_OK;
  if (!t->shown) t->shown = sx_arena_zalloc(t->out->arena, t->n_drawings, sizeof *t->shown);
  if (!t->shown) return sx_error_memory(t->err);
  drawn_values *known = &t->shown[d - t->drawings];
  if (!known->values) SX_TRY(ask_shown(known, t, d));
  for (size_t i = 0; i < known->n && !*shown; i++) *shown = sx_audit__rounds_to(p, known->values[i], false);
  return SX_OK;
}

static bool is_bare(const sx_text_mark *m) {
  return !m->unit[0] && m->scale > 0.9 && m->scale < 1.1;
}

/* A number of a description; scale: the unit before it, for one that has none of its own. */
static sx_printed printed_mark(const sx_text_mark *m, double scale) {
  sx_printed p = {
      .decimals = m->decimals < 0 ? 0 : m->decimals, .scale = is_bare(m) ? scale : m->scale, .negative = m->sign < 0};
  p.value = (p.negative ? -1 : 1) * m->value * p.scale;
  p.unit = pow(10, -p.decimals) * p.scale;
  return p;
}

/* Which drawing a description is of that does not say so: the one that shows most of its numbers. */
static sx_status likeliest(const sx_traced_drawing **out, sx_tracer *t, const sx_audit_text *page,
                           const sx_text_part *part) {
  size_t most = 0;
  *out = t->n_drawings ? &t->drawings[0] : NULL;
  for (size_t d = 0; d < t->n_drawings; d++) {
    size_t n = 0;
    double scale = 1;
    for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
      const sx_text_mark *m = sx_audit_text_mark(page, i);
      bool shown = false;
      if (m->kind != SX_MARK_QUANTITY) continue;
      if (!is_bare(m)) scale = m->scale;
      const sx_printed p = printed_mark(m, scale);
      SX_TRY(shown_by(&shown, t, &t->drawings[d], &p));
      n += shown;
    }
    if (n > most) *out = &t->drawings[d];
    most = n > most ? n : most;
  }
  return SX_OK;
}

/* A level that lost its words where a workbook cuts a long description: other numbers of it are the same level. */
static bool is_cut_level(const sx_audit_text *page, const sx_text_part *part, const sx_text_mark *m) {
  if (m->at + m->n != part->n) return false;
  for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
    const sx_text_mark *other = sx_audit_text_mark(page, i);
    if (other->kind == SX_MARK_LEVEL && other->n == m->n &&
        memcmp(part->text + other->at, part->text + m->at, m->n) == 0)
      return true;
  }
  return false;
}

static bool rounds(const sx_printed *p, int zeros, double value) {
  sx_printed q = *p;
  for (int z = 0; z <= zeros; z++, q.unit *= 10)
    if (sx_audit__rounds_to(&q, value, false)) return true;
  return false;
}

/* "48.7% (95% interval 24.8 to 73.2)": the mark is the interval's lower end, and the three are no estimate of the drawing with its interval. */
static sx_status breaks_interval(bool *breaks, sx_tracer *t, const sx_traced_drawing *d, const sx_audit_text *page,
                                 const sx_text_part *part, size_t i, double scale) {
  *breaks = false;
  if (i < part->first_mark + 2 || i + 1 >= part->first_mark + part->n_marks) return SX_OK;
  const sx_text_mark *first = sx_audit_text_mark(page, i - 2), *level = sx_audit_text_mark(page, i - 1),
                     *low = sx_audit_text_mark(page, i), *high = sx_audit_text_mark(page, i + 1);
  if (level->kind != SX_MARK_LEVEL || level->at - first->at > 40 || high->at - low->at > 40) return SX_OK;
  const sx_printed p[] = {printed_mark(first, scale), printed_mark(low, scale), printed_mark(high, scale)};
  bool any = false;
  for (size_t k = 0; d && k < d->n; k++) {
    sx_store_row row;
    bool found = false;
    double value = 0;
    SX_TRY(drawn(&found, &value, &row, t, d->references[k]));
    if (!found || !rounds(&p[0], first->zeros, value)) continue;
    any = true;
    if (rounds(&p[1], low->zeros, row.low) && rounds(&p[2], high->zeros, row.high)) return SX_OK;
  }
  if (!any) SX_TRY(shown_by(&any, t, d, &p[0])); /* where the first is none of the drawing's, that was told */
  *breaks = any;
  return SX_OK;
}

/* "500 values", where they are too many to be listed: how many of the drawing's results the run has. */
static sx_status is_count(bool *is, sx_tracer *t, const sx_traced_drawing *d, const sx_text_part *part,
                          const sx_text_mark *m) {
  static const char *const words[] = {"个数值", " values"};
  const char *behind = part->text + m->at;
  double n = 0;
  *is = false;
  while (sx_is_digit((unsigned char)*behind)) behind++;
  bool counts = false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    counts = counts || strncmp(behind, words[i], strlen(words[i])) == 0;
  for (size_t i = 0; counts && d && i < d->n; i++) {
    sx_store_row row;
    bool found = false;
    double value = 0;
    SX_TRY(drawn(&found, &value, &row, t, d->references[i]));
    n += found;
  }
  *is = counts && m->value == n;
  return SX_OK;
}

/* Each number of the description must be one that the drawing shows; those without a unit have the one before. */
sx_status sx_audit__described(sx_tracer *t, const sx_audit_text *page, size_t at) {
  const sx_text_part *part = sx_audit_text_part(page, at);
  const char *id = part->runs[0].reference + strlen(SX_REF_DRAWING);
  const sx_traced_drawing *d = drawing(t, id);
  double scale = 1;
  if (strcmp(id, "*") == 0) SX_TRY(likeliest(&d, t, page, part));
  for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
    const sx_text_mark *m = sx_audit_text_mark(page, i);
    sx_audit_trace trace = {
        .verdict = SX_TRACE_AGREES, .line = m->line, .column = m->column, .reference = part->runs[0].reference};
    const double before = scale;
    if (!is_bare(m) && m->kind == SX_MARK_QUANTITY) scale = m->scale;
    sx_printed p = printed_mark(m, scale);
    bool shown = false, breaks = false, count = false;
    if (m->kind != SX_MARK_LEVEL) SX_TRY(shown_by(&shown, t, d, &p));
    for (int z = 1; z <= m->zeros && !shown && m->kind == SX_MARK_QUANTITY; z++) {
      p.unit *= 10;
      SX_TRY(shown_by(&shown, t, d, &p));
    }
    if (!shown) SX_TRY(is_count(&count, t, d, part, m));
    if (shown) SX_TRY(breaks_interval(&breaks, t, d, page, part, i, scale));
    if (breaks) {
      trace.verdict = SX_TRACE_DIFFERS;
      trace.reason = "not the interval of the number before it";
    } else if (!shown && is_cut_level(page, part, m)) {
      trace.verdict = SX_TRACE_EXEMPT;
      trace.reason = sx_mark_kind_name(SX_MARK_LEVEL, SX_LANG_EN);
      trace.reference = NULL;
    } else if (count) {
      scale = before;
    } else if (!shown && (m->kind != SX_MARK_QUANTITY || sx_audit__is_label(t, part, m))) {
      scale = before; /* a label's unit is not that of the values behind it */
      trace.verdict = SX_TRACE_EXEMPT;
      trace.reason = m->kind != SX_MARK_QUANTITY ? sx_mark_kind_name(m->kind, SX_LANG_EN) : "label";
      trace.reference = NULL;
    } else if (!shown) {
      trace.verdict = SX_TRACE_DIFFERS;
      trace.reason = "not one of the numbers that the drawing shows";
    }
    SX_TRY(sx_audit__trace(t, &trace, part->text + m->at, m->n));
  }
  return SX_OK;
}
