/* audit_published_bound.c: words of a Word file that follow from numbers, against those that were published: the verb of a change, "significant", a short branch of a
 * condition. They are values as the numbers are. The run wrote them into bookmarks with a key (publish_docx_said.h). What a test says stays as it is to the letter; other
 * words may be put differently ("went up" for "rose"), and may not say the opposite: go the other way, or deny what was not denied. A branch that is a sentence of its
 * own, or more, is the editor's as sentences are. */
#include <string.h>

#include "audit_published.h"

enum { WORD_BYTES = 64, BEFORE = 12, BEHIND = 6 };

/* A word or a few, no sentence. */
static bool is_word(const sx_text_link *said) {
  static const char *const ends[] = {". ", "!", "?", ";", ":", "。", "！", "？", "；", "："};
  const size_t n = strlen(said->text);
  bool one = n > 0 && n <= WORD_BYTES && said->text[n - 1] != '.';
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) one = one && !strstr(said->text, ends[i]);
  return one;
}

/* Without its numbers, which are held against their results. */
static sx_status words_of(const char **out, const sx_published *p, const char *text, size_t n) {
  *out = sx_audit__published_mask(p->arena, text, n);
  return *out ? SX_OK : sx_error_memory(p->t->err);
}

/* "not", 不: what another outcome would say. */
static bool denies(const char *text) {
  static const char *const words[] = {"不", "没", "未", "无", "not ", "n't", "no ", "without", "hardly", "never"};
  static const char *const others[] = {"不断", "不仅", "不但", "不少", "未来", "无论"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    for (const char *at = text; (at = strstr(at, words[i])) != NULL; at++) {
      bool other = false;
      for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        other = other || strncmp(at, others[k], strlen(others[k])) == 0;
      if (!other) return true;
    }
  }
  return false;
}

static sx_status contradicts(bool *yes, const sx_published *p, const char *then, const char *now) {
  const char *was, *is;
  SX_TRY(words_of(&was, p, then, strlen(then)));
  SX_TRY(words_of(&is, p, now, strlen(now)));
  const bool verdict = strstr(then, "显著") || strstr(then, "significant");
  const bool opposite = sx_audit__text_way(then) * sx_audit__text_way(now) < 0 || denies(then) != denies(now);
  *yes = strcmp(was, is) != 0 && (verdict || opposite);
  return SX_OK;
}

/* Does a bookmark contradict all that was published under its key? *first: what was; NULL: nothing, or more than words. */
static sx_status is_other(bool *yes, const sx_text_link **first, const sx_published *p, const sx_audit_text *want,
                          const sx_text_link *said) {
  *yes = true;
  *first = NULL;
  for (size_t i = 0; i < want->n_said && *yes; i++) {
    const sx_text_link *l = &want->said[i];
    if (strcmp(l->name, said->name) != 0 || !is_word(l)) continue;
    if (!*first) *first = l;
    SX_TRY(contradicts(yes, p, l->text, said->text));
  }
  *yes = *yes && *first;
  return SX_OK;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* The bookmark is gone: between what stood around it, are there other words? */
static sx_status replaced(bool *yes, const sx_published *p, const sx_text_part *was, const sx_text_link *said,
                          const sx_text_part *is) {
  const char *text = was->text + said->at;
  const size_t n = strlen(said->text), left = was->n - said->at - n;
  size_t before = least(said->at, BEFORE), behind = sx_utf8_cut(text + n, left, least(left, BEHIND));
  while (before && ((unsigned char)text[-(ptrdiff_t)before] & 0xC0) == 0x80) before--;
  const char *start = sx_arena_strndup(p->arena, text - before, before);
  const char *end = sx_arena_strndup(p->arena, text + n, behind);
  if (!start || !end) return sx_error_memory(p->t->err);
  const char *from = before ? strstr(is->text, start) : is->text;
  if (!from) return SX_OK;
  from += before;
  const char *to = behind ? strstr(from, end) : is->text + is->n;
  if (!to || to == from || to - from > WORD_BYTES) return SX_OK;
  const char *now = sx_arena_strndup(p->arena, from, (size_t)(to - from));
  return now ? contradicts(yes, p, said->text, now) : sx_error_memory(p->t->err);
}

sx_status sx_audit__published_bound(bool *other, bool *lost, const sx_published *p, const sx_audit_text *want,
                                    size_t was, const sx_audit_text *have, size_t is) {
  *other = *lost = false;
  for (size_t i = 0; i < have->n_said && !*other; i++) {
    const sx_text_link *first;
    if (have->said[i].part == is) SX_TRY(is_other(other, &first, p, want, &have->said[i]));
  }
  for (size_t i = 0; i < want->n_said && !*lost; i++) {
    const sx_text_link *said = &want->said[i];
    bool kept = false;
    if (said->part != was || !is_word(said)) continue;
    for (size_t k = 0; k < have->n_said && !kept; k++)
      kept = have->said[k].part == is && strcmp(have->said[k].name, said->name) == 0;
    if (!kept) SX_TRY(replaced(lost, p, sx_audit_text_part(want, was), said, sx_audit_text_part(have, is)));
  }
  return SX_OK;
}

sx_status sx_audit__published_bounds(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) {
  for (size_t i = 0; i < have->n_said; i++) {
    const sx_text_link *said = &have->said[i], *first;
    bool yes = false;
    SX_TRY(is_other(&yes, &first, p, want, said));
    if (!yes) continue;
    sx_difference d = {.verdict = SX_TRACE_DIFFERS, .reason = SX_SAID_OTHERWISE};
    const sx_shown was = {.text = first->text, .n = strlen(first->text)},
                   now = {.text = said->text, .n = strlen(said->text)};
    SX_TRY(sx_audit__published_place(&d.place, p, have, said->part));
    sx_audit__published_texts(&d, &was, &now);
    SX_TRY(sx_audit__published_tell(p, &d));
  }
  return SX_OK;
}
