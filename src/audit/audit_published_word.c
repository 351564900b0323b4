/* audit_published_word.c: a Word file against the one that was published: every paragraph, cell and note in its place, words of drawings, descriptions, charts; words
 * of a sentence are the editor's, the numbers among them are not. Where a program saved the file anew, what that writes in its own way is left out; where the
 * published file cannot be made again byte for byte, numbers are held against those of the sentence with the same words (audit_published_alike.c). */
#include <string.h>

#include "audit_published.h"

typedef struct words {
  sx_published *p;
  const sx_audit_text *text; /* as it was published */
  const sx_audit_text *have;
  sx_shown_list list;
  const sx_shown_list *published; /* beside list */
  size_t i, j;                    /* of both lists: places are compared up to here */
  bool loose;                     /* more or fewer stand right before than were published there */
  bool saved;                     /* by a program */
  bool moved;                     /* cells came or went */
} words;

static bool is_cell(const sx_text_part *part) {
  return part->table > 0;
}

/* A text without what programs write one way or the other: blanks that do not break, numbers of pages. */
static sx_status plain_text(const char **out, size_t *n, const words *w, const sx_text_part *part) {
  const bool margin = part->within && sx_audit__docx_margin(part->within);
  char *copy = sx_arena_alloc(w->p->arena, part->n + 1, 1);
  size_t used = 0;
  if (!copy) return sx_error_memory(w->p->t->err);
  for (size_t r = 0, i = 0; r < part->n_runs; r++) {
    const size_t to = r + 1 < part->n_runs ? part->runs[r + 1].at : part->n;
    const bool counted = margin && part->runs[r].exempt && strcmp(part->runs[r].exempt, "field") == 0;
    for (i = part->runs[r].at; i < to && !counted; i++) {
      const bool blank = i + 1 < to && memcmp(part->text + i, "\xC2\xA0", 2) == 0;
      copy[used++] = blank ? ' ' : part->text[i];
      i += blank;
    }
  }
  copy[used] = '\0';
  *out = copy;
  *n = used;
  return SX_OK;
}

/* within: of parts at such places alone; NULL: of all. A text that stands there twice (a picture's) is one. */
static sx_status list_parts(words *w, const sx_audit_text *text, bool (*within)(const char *place)) {
  for (size_t i = 0; i < sx_audit_text_n_parts(text); i++) {
    const sx_text_part *part = sx_audit_text_part(text, i), *before = i ? part - 1 : NULL;
    const char *shown = part->text;
    size_t n = part->n;
    if (within && (!part->within || !within(part->within))) continue;
    if (within && before && before->within && strcmp(before->within, part->within) == 0 && before->n == n &&
        memcmp(before->text, shown, n) == 0)
      continue;
    if (w->saved) SX_TRY(plain_text(&shown, &n, w, part));
    SX_TRY(sx_audit__shown_add(&w->list, w->p->arena, shown, n, i, part->kind == SX_PART_ITEM, w->p->t->err));
    sx_shown *last = &w->list.items[w->list.n - 1];
    SX_TRY(sx_audit__published_like(&last->like, &last->n_like, w->p, part));
  }
  return SX_OK;
}

/* A title with a number that Word counts: "Table 2  Users". */
static bool is_caption(const sx_text_part *part) {
  enum { WORD_MAX = 16 };
  const sx_text_run *run = part->runs;
  return part->n_runs > 1 && run[1].at < WORD_MAX && !run[0].exempt && !run[0].reference && run[1].exempt &&
         (strcmp(run[1].exempt, "field") == 0 || strcmp(run[1].exempt, "section") == 0);
}

/* ---- places beside the text ---- */

static bool is_head(const char *place) {
  return sx_audit__reference_of(place, "word/header") != NULL;
}

static bool is_foot(const char *place) {
  return sx_audit__reference_of(place, "word/footer") != NULL;
}

static bool is_described(const char *place) {
  return sx_audit__ends_with(place, "alternative text");
}

/* Vectors stay where they are, or give way to their pictures. */
static bool is_vector(const char *place) {
  return strstr(place, ".svg") != NULL;
}

/* ---- in its place ---- */

sx_status sx_audit__published_place(const char **place, const sx_published *p, const sx_audit_text *text, size_t part) {
  const sx_text_run *run = sx_audit_text_part(text, part)->runs;
  const sx_text_mark here = {.part = part, .line = run ? run->line : 0, .column = run ? run->column : 0};
  const size_t k = strlen(sx_audit_text_name(text));
  sx_buf where;
  sx_buf_init(&where, &p->t->ctx);
  sx_audit_text_where(&where, text, &here);
  sx_status status = sx_buf_status(&where, p->t->err);
  if (status == SX_OK) {
    const char *behind = where.data + k + (where.data[k] == ':' ? 1 : 0);
    *place = sx_arena_strdup(p->arena, behind + strspn(behind, " "));
    if (!*place) status = sx_error_memory(p->t->err);
  }
  sx_buf_clear(&where);
  return status;
}

static sx_status tell(words *w, sx_trace_verdict verdict, const sx_shown *want, const sx_shown *have, size_t part,
                      const char *reason) {
  sx_difference d = {.verdict = verdict, .reason = reason};
  SX_TRY(sx_audit__published_place(&d.place, w->p, w->have, part));
  sx_audit__published_texts(&d, want, have);
  return sx_audit__published_tell(w->p, &d);
}

/* Named at the place where it was published. */
static sx_status tell_gone(words *w, const sx_shown *want, const sx_shown *have) {
  sx_difference d = {.verdict = SX_TRACE_DIFFERS, .reason = "what was published here is gone"};
  SX_TRY(sx_audit__published_place(&d.place, w->p, w->text, want->at));
  sx_audit__published_texts(&d, want, have);
  return sx_audit__published_tell(w->p, &d);
}

/* The sum of a file: a document that was filled anew keeps those of its first run. */
static bool is_sum(const sx_shown *shown) {
  size_t n = 0;
  while (n < shown->n && strchr("0123456789abcdef", shown->text[n])) n++;
  return n == shown->n && n == SX_HASH_TEXT - 1;
}

/* What a field will show, the name of its result with it: a refill writes the amount in the scale word of the field. */
static bool is_property(const sx_text_part *part) {
  static const char head[] = "docProps/custom.xml, ";
  return part->within && strncmp(part->within, head, strlen(head)) == 0;
}

/* Some property was published that shows the same result in the same way, though not at this place. */
static bool was_published(const words *w, const sx_shown *have) {
  bool found = false;
  for (size_t i = 0; have->like && i < w->published->n && !found; i++) {
    const sx_shown *other = &w->published->items[i];
    found = other->like && is_property(sx_audit_text_part(w->text, other->at)) && sx_audit__shown_alike(other, have);
  }
  return found;
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

/* The contents, in which a program has put the numbers of pages: "1.1  Users" and "1.1  Users 12". */
static bool is_paged(const sx_text_part *part, const sx_shown *want, const sx_shown *have) {
  const char *exempt = part->runs[0].exempt;
  size_t n = have->n;
  if (!exempt || strcmp(exempt, "contents") != 0) return false;
  while (n && sx_is_digit((unsigned char)have->text[n - 1])) n--;
  while (n && have->text[n - 1] == ' ') n--;
  return n < have->n && sx_audit__shown_same(want->text, want->n, have->text, n);
}

/* A part without what Word counts in it, and which captions and references that is. */
static sx_status uncounted(const char **text, const char **names, const words *w, const sx_audit_text *from,
                           size_t part) {
  const sx_text_part *own = sx_audit_text_part(from, part);
  char *copy = sx_arena_strndup(w->p->arena, own->text, own->n);
  *names = "";
  for (size_t i = 0; i < from->n_links && copy && *names; i++) {
    const sx_text_link *l = &from->links[i];
    const size_t n = strlen(l->text);
    if (l->part != part || l->kind == SX_LINK_TARGET || l->at > own->n || n > own->n - l->at) continue;
    memset(copy + l->at, ' ', n);
    *names = sx_arena_printf(w->p->arena, "%s%d %s; ", *names, (int)l->kind, l->name);
  }
  *text = copy;
  return copy && *names ? SX_OK : sx_error_memory(w->p->t->err);
}

/* A program counted its figures anew: the words are the same, and so is what is counted; whether it was counted rightly, audit_report_link.c says. */
static sx_status counted_anew(bool *is, const words *w, size_t want, size_t have) {
  const char *a, *b, *x, *y;
  SX_TRY(uncounted(&a, &x, w, w->text, want));
  SX_TRY(uncounted(&b, &y, w, w->have, have));
  *is = w->saved && *x && strcmp(x, y) == 0 && sx_audit__shown_same(a, strlen(a), b, strlen(b));
  return SX_OK;
}

static sx_status one_differs(words *w, const sx_shown *want, const sx_shown *have) {
  const sx_text_part *was = sx_audit_text_part(w->text, want->at), *part = sx_audit_text_part(w->have, have->at);
  const bool margin = part->within && sx_audit__docx_margin(part->within);
  bool changed = false, same = true, anew = false, other = false, lost = false;
  if (is_sum(want) && is_sum(have)) return SX_OK;
  if (w->saved && is_paged(part, want, have)) return SX_OK;
  if (is_property(was) && is_property(part) && sx_audit__published_amounts(w->text, was, w->have, part)) return SX_OK;
  if (is_property(part) && was_published(w, have)) return SX_OK;
  if (want->other != have->other)
    return tell(w, SX_TRACE_DIFFERS, want, have, have->at, "a number of a list was put before it, or taken away");
  if (!part->within) SX_TRY(counted_anew(&anew, w, want->at, have->at));
  if (anew) return tell(w, SX_TRACE_EXEMPT, want, have, have->at, SX_REWORDED);
  if ((is_cell(part) && !(is_sentence(want) && is_sentence(have))) || part->within || is_caption(part)) {
    if (!margin) return tell(w, SX_TRACE_DIFFERS, want, have, have->at, "not what was published here");
  }
  SX_TRY(sx_audit__published_number(&changed, w->p, w->text, was, w->have, part));
  if (margin && !sx_audit__published_digits(&same, w->p->arena, want, have)) return sx_error_memory(w->p->t->err);
  changed = changed || !same;
  if (!part->within) SX_TRY(sx_audit__published_bound(&other, &lost, w->p, w->text, want->at, w->have, have->at));
  if (lost) return tell(w, SX_TRACE_DIFFERS, want, have, have->at, SX_SAID_OTHERWISE);
  if (other && !changed) return SX_OK; /* told with all such words */
  return tell(w, changed ? SX_TRACE_DIFFERS : SX_TRACE_EXEMPT, want, have, have->at,
              changed ? "not the number that was published here" : SX_REWORDED);
}

/* A picture is described twice where a program saved it: one of the descriptions was changed. */
static sx_status twice_described(words *w, const sx_shown *have, size_t n_have) {
  const sx_shown *first = w->list.items, *end = first ? first + w->list.n : NULL;
  for (size_t j = 0; j < n_have; j++) {
    const char *own = sx_audit_text_part(w->have, have[j].at)->within;
    const sx_shown *other = &have[j] > first ? &have[j] - 1 : NULL;
    const char *place = other ? sx_audit_text_part(w->have, other->at)->within : NULL;
    if (!own || !is_described(own)) continue;
    if (!place || strcmp(place, own) != 0) other = &have[j] + 1 < end ? &have[j] + 1 : NULL;
    place = other ? sx_audit_text_part(w->have, other->at)->within : NULL;
    if (place && strcmp(place, own) == 0)
      SX_TRY(tell(w, SX_TRACE_DIFFERS, other, &have[j], have[j].at, "not the description that was published"));
  }
  return SX_OK;
}

/* Paragraphs that came and went, among them one with the words of a published one and other numbers. */
static sx_status same_words(words *w, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  enum { MOST = 200 };
  sx_arena *arena = w->p->arena;
  const char **masks = sx_arena_zalloc(arena, n_want + 1, sizeof *masks);
  if (!masks) return sx_error_memory(w->p->t->err);
  if (n_want > MOST || n_have > MOST) return SX_OK;
  for (size_t i = 0; i < n_want; i++)
    if ((masks[i] = sx_audit__published_mask(arena, want[i].text, want[i].n)) == NULL)
      return sx_error_memory(w->p->t->err);
  for (size_t j = 0; j < n_have; j++) {
    const char *mask = sx_audit__published_mask(arena, have[j].text, have[j].n);
    const sx_shown *found = NULL;
    if (!mask) return sx_error_memory(w->p->t->err);
    for (size_t i = 0; i < n_want && strchr(mask, '#'); i++) {
      if (strcmp(masks[i], mask) != 0) continue;
      const bool same = sx_audit__shown_alike(&want[i], &have[j]);
      if (!found || same) found = &want[i];
      if (same) break;
    }
    if (found && !sx_audit__shown_alike(found, &have[j])) SX_TRY(one_differs(w, found, &have[j]));
  }
  return SX_OK;
}

/* ---- cells, by their place in the row ---- */

enum { OTHER_TABLE = -1 };

static long rows_below(const sx_text_part *above, const sx_text_part *part) {
  return above->table == part->table ? (long)(part->row - above->row) : OTHER_TABLE;
}

static sx_status tell_place(words *w, const sx_text_part *was, const sx_shown *have, const char *reason) {
  const char *place = sx_arena_printf(w->p->arena, "row %zu, column %zu", was->row, was->column);
  if (!place) return sx_error_memory(w->p->t->err);
  const sx_shown want = {.text = place, .n = strlen(place)};
  return tell(w, SX_TRACE_DIFFERS, &want, have, have->at, reason);
}

/* Two cells with the same text: beside empty ones, which are no parts, the text can stand in another column or row. Cells behind one that is moved are not
 * told again; nor are they where the row has more or fewer texts than were published. A program may put in rows that are empty. */
static sx_status same_place(words *w) {
  const sx_shown *want = &w->published->items[w->i], *have = &w->list.items[w->j];
  const sx_text_part *was = sx_audit_text_part(w->text, want->at), *is = sx_audit_text_part(w->have, have->at);
  const sx_text_part *a = w->i ? sx_audit_text_part(w->text, want[-1].at) : NULL;
  const sx_text_part *b = w->j ? sx_audit_text_part(w->have, have[-1].at) : NULL;
  const long below = a ? rows_below(a, was) : OTHER_TABLE, now = b ? rows_below(b, is) : OTHER_TABLE;
  if (!is_cell(was) || !is_cell(is)) return SX_OK;
  if (w->loose && (!below || !now)) return SX_OK;
  if (!w->loose && (w->saved ? !below != !now : below != now))
    return tell_place(w, was, have, "not the row in which it was published");
  const bool shifted = !w->loose && !below && is->column + a->column == b->column + was->column;
  if (is->column == was->column || shifted) return SX_OK;
  return tell_place(w, was, have, "not the column in which it was published");
}

/* Up to item `i` of those that were published both lists have the same texts. */
static sx_status same_places(words *w, size_t i) {
  for (; w->i < i; w->i++, w->j++) {
    SX_TRY(same_place(w));
    w->loose = false;
  }
  return SX_OK;
}

/* As many stand there as were published. */
static sx_status pairs_differ(words *w, const sx_shown *want, const sx_shown *have, size_t n) {
  for (size_t k = 0; k < n; k++, w->i++, w->j++) {
    const bool other = want[k].other != have[k].other;
    if (other || !sx_audit__shown_alike(&want[k], &have[k]))
      SX_TRY(one_differs(w, &want[k], &have[k]));
    else
      SX_TRY(same_place(w));
    w->loose = false;
  }
  return SX_OK;
}

static sx_status differ(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  words *w = data;
  if (want) SX_TRY(same_places(w, (size_t)(want - w->published->items)));
  if (n_want == n_have) return pairs_differ(w, want, have, n_have);
  w->i += n_want;
  w->j += n_have;
  w->loose = true;
  SX_TRY(twice_described(w, have, n_have));
  /* paragraphs may come and go, and cells in a program; others may not */
  const bool moved = w->saved && (!n_want || !n_have);
  for (size_t i = 0; i < n_have && moved; i++) w->moved = w->moved || is_cell(sx_audit_text_part(w->have, have[i].at));
  for (size_t i = 0; i < n_want && moved; i++) w->moved = w->moved || is_cell(sx_audit_text_part(w->text, want[i].at));
  for (size_t i = 0; i < n_have && !moved; i++) {
    if (is_cell(sx_audit_text_part(w->have, have[i].at)))
      return tell(w, SX_TRACE_DIFFERS, n_want ? want : NULL, &have[i], have[i].at, "not what was published here");
  }
  for (size_t i = 0; i < n_want && !moved; i++) {
    if (is_cell(sx_audit_text_part(w->text, want[i].at))) return tell_gone(w, &want[i], n_have ? have : NULL);
  }
  return same_words(w, want, n_want, have, n_have);
}

/* One text against the other. within: parts at such places alone; NULL: all. */
static sx_status compare_texts(bool *moved, sx_published *p, const sx_audit_text *want, const sx_audit_text *have,
                               bool saved, bool (*within)(const char *place)) {
  words a = {.p = p, .saved = saved}, b = {.p = p, .text = want, .have = have, .saved = saved};
  if (!want || !have) return SX_OK;
  SX_TRY(list_parts(&a, want, within));
  SX_TRY(list_parts(&b, have, within));
  b.published = &a.list;
  SX_TRY(sx_audit__shown_compare(&a.list, &b.list, differ, &b));
  SX_TRY(same_places(&b, a.list.n));
  if (!within) SX_TRY(sx_audit__published_bounds(p, want, have));
  *moved = *moved || b.moved;
  return SX_OK;
}

static sx_status in_place(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  bool moved = false;
  for (; want && have; want = want->beside, have = have->beside)
    SX_TRY(compare_texts(&moved, p, want, have, false, NULL));
  return SX_OK;
}

/* ---- saved anew ---- */

static bool has_any(const sx_audit_text *text, bool (*within)(const char *place)) {
  for (size_t i = 0; i < sx_audit_text_n_parts(text); i++)
    if (within(sx_audit_text_part(text, i)->within)) return true;
  return false;
}

static sx_status compare_saved(sx_published *p, const sx_audit_text *want, const sx_audit_text *have,
                               sx_archive *published, sx_archive *now) {
  static bool (*const places[])(const char *) = {is_head, is_foot, is_described, is_vector};
  static const char document[] = "word/document.xml";
  bool moved = false;
  SX_TRY(compare_texts(&moved, p, want, have, true, NULL));
  if (moved) SX_TRY(sx_audit__published_labels(p, want, have));
  for (size_t i = 0; want->beside && have->beside && i < sizeof places / sizeof *places; i++)
    if (has_any(have->beside, places[i])) SX_TRY(compare_texts(&moved, p, want->beside, have->beside, true, places[i]));
  SX_TRY(sx_audit__published_title(p, published, now));
  SX_TRY(sx_audit__published_lists(p, published, now));
  return sx_audit__published_charts(p, "", published, document, now, document);
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
  if (ours && p->certain) {
    SX_TRY(in_place(p, want, have));
    SX_TRY(sx_audit__published_parts(p, published, now, &rule));
    return compare_charts(p, want, have);
  }
  if (p->certain) return compare_saved(p, want, have, published, now);
  SX_TRY(sx_audit__published_alike(p, want, have));
  return sx_audit__published_labels(p, want, have);
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
