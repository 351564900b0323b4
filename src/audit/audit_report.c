/* audit_report.c: the numbers of a run's own pages, each traced to its result, exempt for a reason, or neither. */
#include <string.h>

#include "audit_report_priv.h"

const char *sx_trace_verdict_name(sx_trace_verdict verdict) {
  static const char *const names[] = {"agrees", "exempt", "differs", "unbound"};
  return (size_t)verdict < sizeof names / sizeof *names ? names[verdict] : "unknown";
}

/* ---- what is exempt ---------------------------------------------------------------------------------------------- */

const char *sx_audit__own_word(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  for (size_t i = 0; i < t->n_exempt; i++) {
    const size_t k = strlen(t->exempt[i]);
    for (size_t at = m->at + m->n > k ? m->at + m->n - k : 0; at <= m->at && at + k <= part->n; at++) {
      if (at + k >= m->at + m->n && memcmp(part->text + at, t->exempt[i], k) == 0) return t->exempt[i];
    }
  }
  /* the number alone, without its unit */
  for (size_t i = 0; i < t->n_exempt; i++) {
    const size_t k = strlen(t->exempt[i]);
    if (k <= m->n && memcmp(part->text + m->at, t->exempt[i], k) == 0) {
      const char next = k < m->n ? part->text[m->at + k] : ' ';
      if (!(next >= '0' && next <= '9') && next != '.' && next != ',') return t->exempt[i];
    }
  }
  return NULL;
}

/* Labels head rows, columns, series and categories; elsewhere a label's words are no excuse. */
static bool may_be_label(const sx_text_part *part) {
  return part->kind == SX_PART_HEAD || part->kind == SX_PART_FIGURE || part->kind == SX_PART_ITEM;
}

static const char *typed_where(sx_tracer *t, const char *piece, size_t n) {
  sx_typed *list = t->typed[t->lang];
  for (size_t i = 0; i < t->n_typed[t->lang]; i++) {
    if (list[i].used || strlen(list[i].piece) != n || memcmp(list[i].piece, piece, n) != 0) continue;
    list[i].used = true;
    return list[i].where;
  }
  return NULL;
}

/* The text around a run that is exempt for the same reason. */
static const char *exempt_text(size_t *n, const sx_text_part *part, const sx_text_run *run) {
  const sx_text_run *next = run + 1, *end = part->runs + part->n_runs;
  while (next < end && next->exempt && strcmp(next->exempt, run->exempt) == 0) next++;
  while (run > part->runs && run[-1].exempt && strcmp(run[-1].exempt, run->exempt) == 0) run--;
  *n = (next < end ? next->at : part->n) - run->at;
  while (*n && part->text[run->at + *n - 1] == ' ') --*n;
  return part->text + run->at;
}

/* "2.1" of a section, "12" of a figure, "4" of a note: no unit, no long numbers. text ends where the exempt text does. */
static bool is_numbering(const char *text, size_t n) {
  size_t digits = 0;
  for (size_t i = 0; i < n; i++) {
    const bool digit = sx_is_digit((unsigned char)text[i]);
    digits = digit ? digits + 1 : 0;
    if (digits > 3 || (!digit && text[i] != '.' && text[i] != ' ')) return false;
  }
  return true;
}

/* Whether a heading of the document, or a caption (which Word counts), has the number: then the contents may print it. */
static bool in_heading(const sx_audit_text *page, const sx_text_part *part, const char *piece, size_t n) {
  for (size_t i = 0; page && i < sx_audit_text_n_parts(page); i++) {
    const sx_text_part *p = sx_audit_text_part(page, i);
    bool heads = p->kind == SX_PART_HEADING;
    if (p == part) continue;
    for (size_t r = 0; r < p->n_runs && !heads; r++)
      heads = p->runs[r].exempt && strcmp(p->runs[r].exempt, "field") == 0;
    for (size_t at = 0; heads && at + n <= p->n; at++)
      if (memcmp(p->text + at, piece, n) == 0) return true;
  }
  return false;
}

/* Why the run has not what a page calls exempt (code that its texts set as code, its files and their sums, where it comes from); NULL: it has. */
static const char *not_of_run(const sx_tracer *t, const sx_text_part *part, const sx_text_run *run,
                              const sx_text_mark *m) {
  size_t n;
  const char *text = exempt_text(&n, part, run);
  if (strcmp(run->exempt, "field") == 0 || strcmp(run->exempt, "contents") == 0) /* Word's own */
    return is_numbering(part->text + m->at, m->n) || in_heading(t->page, part, part->text + m->at, m->n)
               ? NULL
               : "neither the number of a page, a section, a figure or a table, nor in a heading";
  if (strcmp(run->exempt, "axis") == 0) return "no tick of an axis"; /* a tick says which number it stands for */
  if (strcmp(run->exempt, "code") == 0) return sx_audit__is_code(t, text, n) ? NULL : "no code of the run";
  if (strcmp(run->exempt, "file") == 0) return sx_audit__is_file(t, text, n) ? NULL : "no file of the run";
  if (strcmp(run->exempt, "hash") == 0) return sx_audit__is_hash(t, text, n) ? NULL : "no sum of a file of the run";
  if (strcmp(run->exempt, "provenance") == 0)
    return sx_audit__is_provenance(t, text, n) ? NULL : "the run does not say so of where it comes from";
  if (strcmp(run->exempt, "section") == 0 || strcmp(run->exempt, "note") == 0)
    return is_numbering(part->text + m->at,
                        text + n < part->text + m->at + m->n ? (size_t)(text + n - part->text) - m->at : m->n)
               ? NULL
               : "no number of a section or a note";
  if (strcmp(run->exempt, "notes") == 0) /* "Notes 10–14" of a section of them */
    return strncmp(part->text, "Notes ", 6) == 0 || strncmp(part->text, "注", 3) == 0 ? NULL : "no notes";
  if (strcmp(run->exempt, "unit") == 0) { /* 亿元 in English */
    const char *unit = part->text + m->at;
    return strncmp(unit, "100 million", 11) == 0 || strncmp(unit, "10 thousand", 11) == 0 ? NULL : "no unit";
  }
  return "no reason that a run gives";
}

/* A cell that says the same in two languages. */
static bool is_pair(const sx_text_part *part) {
  size_t letters = 0, wide = 0;
  for (size_t i = 0; i < part->n; i++) {
    letters += sx_is_latin((unsigned char)part->text[i]);
    wide += (unsigned char)part->text[i] >= 0xE4;
  }
  return (part->kind == SX_PART_CELL || part->kind == SX_PART_HEAD) && letters > 2 && wide > 0;
}

/* Whether the run says so: the number with what stands before it, or behind it, in one of its texts; a number alone, in any of them. */
static sx_status is_quotation(bool *is, sx_tracer *t, const sx_text_part *part, const sx_text_run *run,
                              const sx_text_mark *m) {
  enum { CONTEXT = 12 };
  size_t n, first = m->at;
  const char *text = exempt_text(&n, part, run), *end = text + n;
  while (first < m->at + m->n && !sx_is_digit((unsigned char)part->text[first])) first++;
  if (first == m->at + m->n) first = m->at;
  const char *from = part->text + first, *to = part->text + m->at + m->n;
  if (from < text || to > end || (from == text && to == end) || t->both || is_pair(part)) {
    *is = m->kind != SX_MARK_QUANTITY || sx_audit__is_label(t, part, m) ||
          sx_audit__is_typed(t, part->text + m->at, m->n);
    return SX_OK;
  }
  const char *before = from - text > CONTEXT ? from - CONTEXT : text, *behind = end - to > CONTEXT ? to + CONTEXT : end;
  while (before > text && sx_is_digit((unsigned char)*before) && sx_is_digit((unsigned char)before[-1])) before--;
  while (behind < end && sx_is_digit((unsigned char)behind[-1]) && sx_is_digit((unsigned char)*behind)) behind++;
  *is = false;
  if (to < end) SX_TRY(sx_audit__quoted(is, t, from, (size_t)(behind - from)));
  if (!*is && from > text) SX_TRY(sx_audit__quoted(is, t, before, (size_t)(to - before)));
  return *is ? SX_OK : sx_audit__is_level(is, t, m); /* of words that are the run's own */
}

/* A number of the part is the result of this level. */
static bool has_level(const sx_text_part *part, const char *level) {
  const size_t n = strlen(level);
  for (size_t r = 0; r < part->n_runs; r++)
    for (const char *at = part->runs[r].reference; at && (at = strchr(at, ':')) != NULL;) {
      at += at[1] == '`' ? 2 : 1;
      if (strncmp(at, level, n) == 0 && strspn(at + n, "`.*") + (at[n] == '\0')) return true;
    }
  return false;
}

/* A name that {{rank}} or {{parts}} put into a sentence: "iPhone 16位居第一". The label stands there whole, over the digits of the number; one
 * of digits alone is a level of a result of the sentence. */
static const char *named_level(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  bool lists = false;
  size_t from = m->at, to;
  for (size_t i = 0; i < t->n_quotes && !lists; i++)
    lists = strstr(t->quotes[i], "{{rank") || strstr(t->quotes[i], "{{parts");
  while (from < m->at + m->n && !sx_is_digit((unsigned char)part->text[from])) from++;
  for (to = from; to < m->at + m->n && strchr("0123456789.,%", part->text[to]);) to++;
  if (!lists || from == to) return NULL;
  for (size_t i = 0; i < t->n_labels; i++) {
    const char *label = t->labels[i];
    const size_t k = strlen(label);
    if (k < to - from || (strspn(label, "0123456789.,%") == k && !has_level(part, label))) continue;
    if (sx_audit__stands_over(part, label, from, to)) return label;
  }
  return NULL;
}

/* "< 0.001" alone: a limit below which p values are not printed, a power of ten. */
static bool is_limit(const sx_text_part *part, const sx_text_mark *m) {
  size_t ones = 0;
  if (part->text[0] != '<' || m->at + m->n != part->n) return false;
  for (size_t i = m->at; i < part->n; i++) {
    ones += part->text[i] == '1';
    if (!strchr("01.", part->text[i])) return false;
  }
  return ones == 1 && part->text[part->n - 1] == '1';
}

/* Of the signs that stand for numbers (publish_symbols.c): "[low] = less than half the last digit shown"; the same by Destatis, "0 = ...", and the 0. */
static bool is_legend(const sx_text_part *part, const sx_text_mark *m) {
  const bool nought = part->text[m->at] == '0' && (m->n == 1 || part->text[m->at + 1] == ' ');
  const char *behind = part->text + m->at + 1;
  if (nought) return strncmp(behind, " = ", 3) == 0 || part->n == 1;
  return m->decimals < 0 && (strstr(part->text, "] = ") || strstr(part->text, "0 = "));
}

/* A number that names no result. */
sx_status sx_audit__free_number(sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  const sx_text_run *run = sx_audit__text_run_at(part, m->at);
  const char *piece = part->text + m->at, *word;
  sx_audit_trace trace = {.verdict = SX_TRACE_EXEMPT, .line = m->line, .column = m->column};
  const bool quotes = run->exempt && (strcmp(run->exempt, "quoted") == 0 || strcmp(run->exempt, "input") == 0);
  const char *nothing;
  bool said = true;
  SX_TRY(sx_audit__names_nothing(&nothing, t, part, m));
  if (quotes) SX_TRY(is_quotation(&said, t, part, run, m));
  if (!said) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = "not a number that the run quotes";
  } else if (nothing) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = nothing;
  } else if (m->kind != SX_MARK_QUANTITY) {
    trace.reason = sx_mark_kind_name(m->kind, SX_LANG_EN);
  } else if (quotes) {
    trace.reason = run->exempt;
  } else if (run->exempt && strcmp(run->exempt, "label") == 0 && sx_audit__is_label(t, part, m)) {
    trace.reason = "label";
  } else if (run->exempt && strcmp(run->exempt, "label") == 0 && (word = sx_audit__own_word(t, part, m)) != NULL) {
    trace.reason = sx_arena_printf(t->out->arena, "study: %s", word);
    if (!trace.reason) return sx_error_memory(t->err);
  } else if (run->exempt && not_of_run(t, part, run, m)) {
    trace.verdict = SX_TRACE_UNBOUND;
    trace.reason = not_of_run(t, part, run, m);
  } else if (run->exempt) {
    trace.reason = run->exempt;
  } else if ((word = sx_audit__own_word(t, part, m)) != NULL) {
    trace.reason = sx_arena_printf(t->out->arena, "study: %s", word);
    if (!trace.reason) return sx_error_memory(t->err);
  } else if (may_be_label(part) && sx_audit__is_label(t, part, m)) {
    trace.reason = "label";
  } else if (named_level(t, part, m)) {
    trace.reason = "label";
  } else if (part->within && sx_audit__is_quality(t, part, m)) {
    trace.reason = "quality";
  } else if (part->within && is_legend(part, m)) {
    trace.reason = "legend";
  } else if (part->within && is_limit(part, m)) {
    trace.reason = "threshold";
  } else {
    trace.verdict = SX_TRACE_UNBOUND;
    trace.source = typed_where(t, piece, m->n);
  }
  return sx_audit__trace(t, &trace, piece, m->n);
}

/* ---- a page ------------------------------------------------------------------------------------------------------ */

static bool same_element(const sx_text_run *a, const sx_text_run *b) {
  return a->reference && b->reference && strcmp(a->reference, b->reference) == 0 &&
         ((a->unit != NULL) == (b->unit != NULL)) && ((a->tip != NULL) == (b->tip != NULL)) &&
         (!a->tip || strcmp(a->tip, b->tip) == 0);
}

/* A part that is the sum of a file, with or without a number in it. */
sx_status sx_audit__sum(sx_tracer *t, const sx_text_part *part) {
  const sx_audit_trace wrong = {.verdict = SX_TRACE_DIFFERS,
                                .line = part->runs[0].line,
                                .column = part->runs[0].column,
                                .reason = "no sum of a file of the run"};
  if (part->n != SX_HASH_TEXT - 1 || strspn(part->text, "0123456789abcdef") < part->n) return SX_OK;
  return sx_audit__is_hash(t, part->text, part->n) ? SX_OK : sx_audit__trace(t, &wrong, part->text, part->n);
}

/* Runs in turn: those of one bound element together, numbers between them one by one. */
sx_status sx_audit__page_part(sx_tracer *t, const sx_audit_text *page, size_t at) {
  const sx_text_part *part = sx_audit_text_part(page, at);
  const char *reference = part->runs[0].reference;
  SX_TRY(sx_audit__sum(t, part));
  if (sx_audit__reference_of(reference, SX_REF_DRAWING)) return sx_audit__described(t, page, at);
  if (part->within && sx_audit__reference_of(reference, SX_REF_SAID)) return sx_audit__said(t, part);
  if (part->within && sx_audit__reference_of(reference, SX_REF_LIMIT)) return sx_audit__limited(t, part);
  for (size_t r = 0; r < part->n_runs;) {
    const sx_text_run *run = &part->runs[r];
    size_t next = r + 1;
    while (next < part->n_runs && same_element(run, &part->runs[next])) next++;
    const size_t from = run->at, to = next < part->n_runs ? part->runs[next].at : part->n;
    if (run->reference) {
      SX_TRY(sx_audit__bound(t, page, part, run, from, to));
    } else {
      for (size_t i = part->first_mark; i < part->first_mark + part->n_marks; i++) {
        const sx_text_mark *m = sx_audit_text_mark(page, i);
        if (m->at < from || m->at >= to) continue;
        SX_TRY(sx_audit__free_number(t, part, m));
      }
    }
    r = next;
  }
  return SX_OK;
}

/* Texts in two languages beside each other: some English part stands between Chinese ones. */
static bool has_both(const sx_audit_text *page) {
  size_t changes = 0;
  for (size_t i = 1; i < sx_audit_text_n_parts(page); i++)
    changes += sx_audit_text_part(page, i)->language[0] != sx_audit_text_part(page, i - 1)->language[0];
  return changes >= 3;
}

void sx_audit__languages(sx_tracer *t, const sx_audit_text *page) {
  size_t zh = 0, en = 0;
  for (size_t i = 0; i < sx_audit_text_n_parts(page); i++) {
    const sx_text_part *part = sx_audit_text_part(page, i);
    if (part->kind == SX_PART_CELL || part->kind == SX_PART_FIGURE) continue;
    *(part->language[0] == 'z' ? &zh : &en) += part->n;
  }
  t->lang = zh > en ? SX_LANG_ZH : SX_LANG_EN;
  t->both = 5 * zh > en && 5 * en > zh && has_both(page);
}

sx_status sx_audit__page(sx_tracer *t, const char *path, const sx_audit_text *page) {
  sx_status status = SX_OK;
  sx_audit__languages(t, page);
  t->page = page;
  t->file = sx_arena_strdup(t->out->arena, path);
  if (!t->file) status = sx_error_memory(t->err);
  for (size_t i = 0; i < sx_audit_text_n_parts(page) && status == SX_OK; i++) status = sx_audit__page_part(t, page, i);
  if (status == SX_OK) status = sx_audit__beside(t, page->beside);
  if (status == SX_OK) status = sx_audit__panel(t, page);
  t->page = NULL;
  return status;
}

sx_status sx_audit__tracer_begin(sx_tracer *t, sx_store *store, int64_t run, sx_error *err) {
  const sx_ctx *ctx = sx_store_ctx(store);
  *t = (sx_tracer){.ctx = *ctx, .store = store, .run = run, .err = err};
  t->out = sx_mem_zalloc(ctx, 1, sizeof *t->out);
  if (!t->out) return sx_error_memory(err);
  t->out->ctx = *ctx;
  SX_TRY(sx_arena_new(&t->out->arena, ctx, err));
  SX_TRY(sx_store_which_run(&t->run, store, err));
  SX_TRY(sx_store_keep_rows(store, t->run, err)); /* asked thousands of times, by pages side by side */
  return sx_audit__facts(t);
}

sx_status sx_audit__tracer_end(sx_audit_traces **out, sx_tracer *t, sx_status status) {
  sx_audit__facts_clear(t);
  if (status == SX_OK)
    *out = t->out;
  else
    sx_audit_traces_free(t->out);
  return status;
}

sx_status sx_audit_made(sx_audit_traces **out, sx_store *store, int64_t run, const sx_file_parts *files, size_t n_files,
                        sx_error *err) {
  sx_tracer t;
  SX_TRY(sx_store_hold(store, err));
  sx_status status = sx_audit__tracer_begin(&t, store, run, err);
  if (status == SX_OK) status = sx_audit__trace_files(&t, files, n_files);
  sx_store_let(store);
  return sx_audit__tracer_end(out, &t, status);
}

sx_status sx_audit_outputs(sx_audit_traces **out, sx_store *store, int64_t run, const char *const *files,
                           size_t n_files, sx_error *err) {
  const sx_ctx *ctx = sx_store_ctx(store);
  sx_file_parts *parts = sx_mem_zalloc(ctx, n_files, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  for (size_t i = 0; i < n_files; i++) parts[i].path = files[i];
  const sx_status status = sx_audit_made(out, store, run, parts, n_files, err);
  sx_mem_free(ctx, parts);
  return status;
}

void sx_audit_traces_free(sx_audit_traces *traces) {
  while (traces) {
    sx_audit_traces *const more = traces->more;
    const sx_ctx ctx = traces->ctx;
    sx_arena_free(traces->arena);
    sx_mem_free(&ctx, traces->items);
    sx_mem_free(&ctx, traces);
    traces = more;
  }
}
