/* audit_published_word.c: a Word file against the one that was published. As it was written: every paragraph, cell, note and word of a drawing in its place; words
 * of a sentence are the editor's, the numbers among them are not. Saved anew by a program, or of a file that cannot be made again byte for byte: for
 * every number of a table the labels of its row and column. */
#include <stdlib.h>
#include <string.h>

#include "audit_published.h"

enum { LABEL_MAX = 400 };

typedef struct words {
  sx_published *p;
  const sx_audit_text *text;
  sx_shown_list list;
  sx_audit_text *whole;
  const sx_audit_text *have; /* the list's own text, beside ones too */
  sx_buf where;
} words;

static bool is_cell(const sx_text_part *part) {
  return part->table > 0;
}

static sx_status list_parts(words *w, const sx_audit_text *text) {
  for (size_t i = 0; i < sx_audit_text_n_parts(text); i++) {
    const sx_text_part *part = sx_audit_text_part(text, i);
    SX_TRY(
        sx_audit__shown_add(&w->list, w->p->arena, part->text, part->n, i, part->kind == SX_PART_ITEM, w->p->t->err));
  }
  return SX_OK;
}

/* ---- sentences ---- */

/* A digit of any script at i; '\0': none. */
static char digit_at(size_t *step, const char *text, size_t n, size_t i) {
  uint32_t c = 0;
  *step = i < n ? sx_utf8_next(&c, text + i, n - i) : 0;
  if (!*step) *step = 1;
  c = sx_audit__text_alike(c);
  return sx_is_digit(c) ? (char)c : '\0';
}

/* The numbers of a text, each behind a blank and without its sign and unit; *n numbers. */
static const char *numbers_of(size_t *n, sx_arena *arena, const char *text, size_t n_text) {
  char *out = sx_arena_alloc(arena, 2 * n_text + 1, 1);
  size_t used = 0, step, next;
  bool open = false;
  *n = 0;
  for (size_t i = 0; out && i < n_text; i += step) {
    const char digit = digit_at(&step, text, n_text, i);
    if (digit) {
      if (!open) out[used++] = ' ';
      *n += !open;
      out[used++] = digit;
      open = true;
    } else if (open && strchr(".,", text[i]) && digit_at(&next, text, n_text, i + 1)) {
      if (text[i] == '.') out[used++] = '.';
    } else {
      open = false;
    }
  }
  if (out) out[used] = '\0';
  return out;
}

/* As many numbers as were published, and not the same: one was changed. */
static sx_status number_changed(bool *changed, const sx_published *p, const sx_shown *want, const sx_shown *have) {
  size_t n_want, n_have;
  const char *a = numbers_of(&n_want, p->arena, want->text, want->n),
             *b = numbers_of(&n_have, p->arena, have->text, have->n);
  if (!a || !b) return sx_error_memory(p->t->err);
  *changed = n_want == n_have && n_want && strcmp(a, b) != 0;
  return SX_OK;
}

/* A title with a number that Word counts: "Table 2  Users". */
static bool is_caption(const sx_text_part *part) {
  enum { WORD_MAX = 16 };
  const sx_text_run *run = part->runs;
  return part->n_runs > 1 && run[1].at < WORD_MAX && !run[0].exempt && !run[0].reference && run[1].exempt &&
         (strcmp(run[1].exempt, "field") == 0 || strcmp(run[1].exempt, "section") == 0);
}

/* ---- in its place ---- */

static sx_status place_of(const char **place, words *w, size_t part) {
  const sx_text_run *run = sx_audit_text_part(w->have, part)->runs;
  const sx_text_mark here = {.part = part, .line = run ? run->line : 0, .column = run ? run->column : 0};
  const size_t k = strlen(sx_audit_text_name(w->have));
  sx_buf_reset(&w->where);
  sx_audit_text_where(&w->where, w->have, &here);
  SX_TRY(sx_buf_status(&w->where, w->p->t->err));
  *place = w->where.data + k + (w->where.data[k] == ':' ? 1 : 0);
  *place += strspn(*place, " ");
  return SX_OK;
}

static sx_status tell(words *w, sx_trace_verdict verdict, const sx_shown *want, const sx_shown *have, size_t part,
                      const char *reason) {
  sx_difference d = {.verdict = verdict, .reason = reason};
  SX_TRY(place_of(&d.place, w, part));
  sx_audit__published_texts(&d, want, have);
  return sx_audit__published_tell(w->p, &d);
}

/* The sum of a file: a document that was filled anew keeps those of its first run. */
static bool is_sum(const sx_shown *shown) {
  size_t n = 0;
  while (n < shown->n && strchr("0123456789abcdef", shown->text[n])) n++;
  return n == shown->n && n == SX_HASH_TEXT - 1;
}

/* A cell may hold sentences: a report in two languages has them side by side. */
static bool is_sentence(const sx_shown *shown) {
  static const char *const ends[] = {".", "!", "?", ";", ":", "。", "！", "？", "；", "："};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    const size_t n = strlen(ends[i]);
    if (shown->n > n && memcmp(shown->text + shown->n - n, ends[i], n) == 0) return true;
  }
  return false;
}

static sx_status one_differs(words *w, const sx_shown *want, const sx_shown *have) {
  const sx_text_part *part = sx_audit_text_part(w->have, have->at);
  bool changed = false;
  if (is_sum(want) && is_sum(have)) return SX_OK;
  if (want->other != have->other)
    return tell(w, SX_TRACE_DIFFERS, want, have, have->at, "a number of a list was put before it, or taken away");
  if ((is_cell(part) && !(is_sentence(want) && is_sentence(have))) || part->within || is_caption(part)) {
    const bool margin = part->within && sx_audit__docx_margin(part->within);
    if (!margin) return tell(w, SX_TRACE_DIFFERS, want, have, have->at, "not what was published here");
  }
  SX_TRY(number_changed(&changed, w->p, want, have));
  return tell(w, changed ? SX_TRACE_DIFFERS : SX_TRACE_EXEMPT, want, have, have->at,
              changed ? "not the number that was published here" : SX_REWORDED);
}

static sx_status differ(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  words *w = data;
  if (n_want == n_have) {
    for (size_t i = 0; i < n_have; i++) {
      if (want[i].other != have[i].other || !sx_audit__shown_same(want[i].text, want[i].n, have[i].text, have[i].n))
        SX_TRY(one_differs(w, &want[i], &have[i]));
    }
    return SX_OK;
  }
  /* paragraphs may come and go; cells may not */
  for (size_t i = 0; i < n_have; i++) {
    if (is_cell(sx_audit_text_part(w->have, have[i].at)))
      return tell(w, SX_TRACE_DIFFERS, n_want ? want : NULL, &have[i], have[i].at, "not what was published here");
  }
  for (size_t i = 0; i < n_want && sx_audit_text_n_parts(w->have); i++) {
    const size_t last = have > w->list.items ? have[-1].at : 0;
    if (is_cell(sx_audit_text_part(w->text, want[i].at)))
      return tell(w, SX_TRACE_DIFFERS, &want[i], n_have ? have : NULL, n_have ? have->at : last,
                  "what was published here is gone");
  }
  return SX_OK;
}

static sx_status in_place(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  words a = {.p = p}, b = {.p = p, .text = want, .have = have};
  if (!want || !have) return SX_OK;
  sx_buf_init(&b.where, &p->t->ctx);
  sx_status status = list_parts(&a, want);
  if (status == SX_OK) status = list_parts(&b, have);
  if (status == SX_OK) status = sx_audit__shown_compare(&a.list, &b.list, differ, &b);
  sx_buf_clear(&b.where);
  return status == SX_OK ? in_place(p, want->beside, have->beside) : status;
}

/* ---- labels of numbers ---- */

typedef struct labelled {
  const char *reference, *unit, *row, *column;
  size_t part;
} labelled;

typedef struct label_list {
  labelled *items;
  size_t n, cap;
} label_list;

static const char *joined(sx_arena *arena, const char *a, const sx_text_part *part) {
  return sx_arena_printf(arena, "%s%s%.*s", a, *a ? " " : "", (int)(part->n < LABEL_MAX ? part->n : LABEL_MAX),
                         part->text);
}

static bool has_number(const sx_audit_text *text, size_t table, size_t row, size_t from) {
  for (size_t i = from; i < text->n_parts && text->parts[i].table == table && text->parts[i].row == row; i++)
    for (size_t r = 0; r < text->parts[i].n_runs; r++)
      if (text->parts[i].runs[r].reference) return true;
  return false;
}

/* Heads are the rows of a table before the first with a number; the label of a row is its first cell. */
static sx_status list_labels(label_list *list, const sx_published *p, const sx_audit_text *text) {
  enum { COLUMNS = 64 };
  const char *heads[COLUMNS], *row = "";
  size_t table = 0, last_row = 0;
  bool body = false;
  for (size_t i = 0; i < text->n_parts; i++) {
    const sx_text_part *part = &text->parts[i];
    if (!part->table) continue;
    if (part->table != table) {
      table = part->table;
      last_row = 0;
      body = false;
      for (size_t c = 0; c < COLUMNS; c++) heads[c] = "";
    }
    if (part->row != last_row) {
      row = "";
      body = body || has_number(text, table, part->row, i);
    }
    last_row = part->row;
    if (!body && part->column && part->column <= COLUMNS) {
      heads[part->column - 1] = joined(p->arena, heads[part->column - 1], part);
      if (!heads[part->column - 1]) return sx_error_memory(p->t->err);
    }
    if (body && part->column == 1) row = joined(p->arena, row, part);
    if (!row) return sx_error_memory(p->t->err);
    for (size_t r = 0; body && part->column > 1 && part->column <= COLUMNS && r < part->n_runs; r++) {
      const sx_text_run *run = &part->runs[r];
      if (!run->reference || run->reference[0] == '=') continue;
      if (!sx_arena_grow(p->arena, (void **)&list->items, &list->cap, list->n + 1, sizeof *list->items))
        return sx_error_memory(p->t->err);
      list->items[list->n++] = (labelled){run->reference, run->unit ? run->unit : "", row, heads[part->column - 1], i};
    }
  }
  return SX_OK;
}

static int by_reference(const void *x, const void *y) {
  const labelled *a = x, *b = y;
  const int order = strcmp(a->reference, b->reference);
  return order ? order : strcmp(a->unit, b->unit);
}

static bool alike(const char *a, const char *b) {
  return sx_audit__shown_same(a, strlen(a), b, strlen(b));
}

/* Published with such labels, or in no table (*known false). */
static const labelled *published_as(bool *right, const label_list *want, const labelled *have) {
  const labelled *first = want->n ? bsearch(have, want->items, want->n, sizeof *want->items, by_reference) : NULL;
  *right = !first;
  if (!first) return NULL;
  while (first > want->items && by_reference(first - 1, have) == 0) first--;
  const labelled *end = want->items + want->n, *best = first;
  for (const labelled *l = first; l < end && by_reference(l, have) == 0; l++) {
    const bool row = alike(l->row, have->row), column = alike(l->column, have->column);
    if (row && column) *right = true;
    if (row || column) best = l;
  }
  return best;
}

static sx_status compare_labels(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  label_list a = {.n = 0}, b = {.n = 0};
  words w = {.p = p, .have = have};
  SX_TRY(list_labels(&a, p, want));
  SX_TRY(list_labels(&b, p, have));
  if (a.n) qsort(a.items, a.n, sizeof *a.items, by_reference);
  sx_buf_init(&w.where, &p->t->ctx);
  sx_status status = SX_OK;
  for (size_t i = 0; i < b.n && status == SX_OK; i++) {
    bool right = false;
    const labelled *was = published_as(&right, &a, &b.items[i]);
    if (right) continue;
    const bool row = !alike(was->row, b.items[i].row);
    const char *from = row ? was->row : was->column, *to = row ? b.items[i].row : b.items[i].column;
    sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                       .reference = b.items[i].reference,
                       .want = from,
                       .n_want = strlen(from),
                       .have = to,
                       .n_have = strlen(to),
                       .reason = row ? "the number was published in the row of another label"
                                     : "the number was published in the column of another label"};
    status = place_of(&d.place, &w, b.items[i].part);
    if (status == SX_OK) status = sx_audit__published_tell(p, &d);
  }
  sx_buf_clear(&w.where);
  return status;
}

/* ---- charts, lists ---- */

static bool is_other(const char *part) {
  static const char charts[] = "word/charts/";
  return strncmp(part, charts, sizeof charts - 1) == 0 || strcmp(part, "word/numbering.xml") == 0 ||
         strcmp(part, "word/_rels/document.xml.rels") == 0;
}

static sx_status compare_charts(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  for (size_t i = 0; i < want->n_charts && i < have->n_charts; i++) {
    sx_published inner = *p;
    inner.want = want->charts[i].book;
    inner.n_want = want->charts[i].n_book;
    inner.have = have->charts[i].book;
    inner.n_have = have->charts[i].n_book;
    inner.within = sx_arena_printf(p->arena, "chart %zu: ", i + 1);
    if (!inner.within) return sx_error_memory(p->t->err);
    if (inner.n_want == inner.n_have && memcmp(inner.want, inner.have, inner.n_want) == 0) continue;
    const sx_status status = sx_audit__published_book(&inner);
    p->n = inner.n;
    SX_TRY(status);
  }
  return SX_OK;
}

static sx_status compare(sx_published *p, const sx_audit_text *want, const sx_audit_text *have, sx_archive *published,
                         sx_archive *now) {
  const sx_part_rule rule = {is_other, NULL, NULL};
  bool ours = false;
  SX_TRY(sx_audit__published_ours(&ours, p, published, now));
  if (!ours || !p->certain) return compare_labels(p, want, have);
  SX_TRY(in_place(p, want, have));
  SX_TRY(sx_audit__published_parts(p, published, now, &rule));
  return compare_charts(p, want, have);
}

sx_status sx_audit__published_word(sx_published *p) {
  sx_audit_text *want = NULL, *have = NULL;
  sx_archive *published = NULL, *now = NULL;
  sx_error *err = p->t->err;
  const sx_ctx *ctx = &p->t->ctx;
  sx_status status = sx_audit_text_parse(&want, ctx, SX_TEXT_DOCX, p->want, p->n_want, p->t->file, err);
  if (status == SX_OK) status = sx_audit_text_parse(&have, ctx, SX_TEXT_DOCX, p->have, p->n_have, p->t->file, err);
  if (status == SX_OK) status = sx_archive_open(&published, ctx, p->t->file, p->want, p->n_want, err);
  if (status == SX_OK) status = sx_archive_open(&now, ctx, p->t->file, p->have, p->n_have, err);
  if (status == SX_OK) status = compare(p, want, have, published, now);
  sx_archive_close(now);
  sx_archive_close(published);
  sx_audit_text_free(have);
  sx_audit_text_free(want);
  return status;
}
