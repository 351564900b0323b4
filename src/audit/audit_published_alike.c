/* audit_published_alike.c: a Word file whose published bytes are not to be had, against what this program makes of the store: sentences with the same words, whatever numbers
 * are in them, must have the same numbers where no result decides them (dates, levels, numbers of figures), and their results in the same order. */
#include <string.h>

#include "audit_published.h"

typedef struct sentence {
  const sx_text_part *part;
  const char *words;   /* without numbers */
  const char *free;    /* numbers that are no results, one behind the other */
  const char *results; /* names of results in their order */
} sentence;

typedef struct alike {
  sx_published *p;
  const sx_audit_text *text;
  sentence *items;
  sx_shown_list list;
} alike;

/* Word counts it itself. */
static bool is_counted(const sx_audit_text *text, size_t part, const sx_text_run *run) {
  for (size_t i = 0; i < text->n_links; i++) {
    const sx_text_link *l = &text->links[i];
    if (l->part == part && l->kind != SX_LINK_TARGET && run->at >= l->at && run->at < l->at + strlen(l->text))
      return true;
  }
  return false;
}

/* Of a field the name of its result; of other runs their words and numbers. */
static sx_status read_part(sentence *out, const sx_published *p, const sx_audit_text *text, size_t at) {
  const sx_text_part *part = sx_audit_text_part(text, at);
  sx_buf words, digits, results;
  sx_buf *const bufs[] = {&words, &digits, &results};
  for (size_t i = 0; i < 3; i++) sx_buf_init(bufs[i], &p->t->ctx);
  for (size_t r = 0; r < part->n_runs; r++) {
    const sx_text_run *run = &part->runs[r];
    const size_t to = r + 1 < part->n_runs ? part->runs[r + 1].at : part->n;
    if (run->reference) {
      sx_buf_add(&words, "#");
      sx_buf_printf(&results, "%s; ", run->reference);
    } else if (is_counted(text, at, run)) {
      sx_buf_add(&words, "#");
    } else {
      sx_buf_add_n(&words, part->text + run->at, to - run->at);
      sx_buf_add_n(&digits, part->text + run->at, to - run->at);
      sx_buf_add(&digits, " ");
    }
  }
  const sx_shown own = {.text = digits.n ? digits.data : "", .n = digits.n};
  sx_status status = SX_OK;
  for (size_t i = 0; i < 3 && status == SX_OK; i++) status = sx_buf_status(bufs[i], p->t->err);
  if (status == SX_OK) {
    out->part = part;
    out->words = sx_audit__published_mask(p->arena, words.n ? words.data : "", words.n);
    out->free = sx_audit__published_numbers(p->arena, own.text, own.n);
    out->results = sx_arena_strndup(p->arena, results.n ? results.data : "", results.n);
    if (!out->words || !out->free || !out->results) status = sx_error_memory(p->t->err);
  }
  for (size_t i = 0; i < 3; i++) sx_buf_clear(bufs[i]);
  return status;
}

static sx_status read_text(alike *a, sx_published *p, const sx_audit_text *text) {
  const size_t n = sx_audit_text_n_parts(text);
  *a = (alike){.p = p, .text = text};
  a->items = sx_arena_zalloc(p->arena, n + 1, sizeof *a->items);
  if (!a->items) return sx_error_memory(p->t->err);
  for (size_t i = 0; i < n; i++) {
    sentence *s = &a->items[i];
    SX_TRY(read_part(s, p, text, i));
    SX_TRY(sx_audit__shown_add(&a->list, p->arena, s->words, strlen(s->words), i, s->part->table > 0, p->t->err));
  }
  return SX_OK;
}

/* ---- one against the other ---- */

typedef struct walk {
  const alike *want, *have;
  size_t i, j; /* where the lists were alike up to */
} walk;

static sx_status one_pair(const walk *w, size_t i, size_t j) {
  const sentence *was = &w->want->items[i], *is = &w->have->items[j];
  const bool numbers = strcmp(was->free, is->free) != 0;
  const bool order = !is->part->table && strcmp(was->results, is->results) != 0;
  if (!numbers && !order) return SX_OK;
  const sx_shown want = {.text = was->part->text, .n = was->part->n}, have = {.text = is->part->text, .n = is->part->n};
  sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                     .reason = numbers ? "not the number that the run's report has in this sentence"
                                       : "not the results that the run's report has in this sentence"};
  SX_TRY(sx_audit__published_place(&d.place, w->have->p, w->have->text, j));
  sx_audit__published_texts(&d, &want, &have);
  return sx_audit__published_tell(w->have->p, &d);
}

/* The stretch before this one, in which both have the same words. */
static sx_status same_words(walk *w, size_t i) {
  for (; w->i < i; w->i++, w->j++) SX_TRY(one_pair(w, w->i, w->j));
  return SX_OK;
}

static sx_status differ(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  walk *w = data;
  (void)have;
  if (want) SX_TRY(same_words(w, (size_t)(want - w->want->list.items)));
  w->i += n_want;
  w->j += n_have;
  return SX_OK;
}

sx_status sx_audit__published_alike(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  alike a, b;
  walk w = {.want = &a, .have = &b};
  SX_TRY(read_text(&a, p, want));
  SX_TRY(read_text(&b, p, have));
  SX_TRY(sx_audit__shown_compare(&a.list, &b.list, differ, &w));
  return same_words(&w, a.list.n);
}
