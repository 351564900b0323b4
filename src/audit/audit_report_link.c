/* audit_report_link.c: the numbers of figures, tables and chapters in a Word file: a reference shows what its bookmark encloses, captions are counted one by one,
 * and a figure that a sentence names by a typed number is there. */
#include <stdlib.h>
#include <string.h>

#include "audit_report_priv.h"

static size_t trimmed(const char **text) {
  *text += strspn(*text, " ");
  size_t n = strlen(*text);
  while (n && (*text)[n - 1] == ' ') n--;
  return n;
}

/* The same but for blanks at the ends, and blanks that do not break. */
static bool same(const char *a, const char *b) {
  const size_t n_a = trimmed(&a), n_b = trimmed(&b);
  size_t i = 0, j = 0;
  while (i < n_a && j < n_b) {
    const bool x = strncmp(a + i, "\xC2\xA0", 2) == 0, y = strncmp(b + j, "\xC2\xA0", 2) == 0;
    if ((x ? ' ' : a[i]) != (y ? ' ' : b[j])) return false;
    i += 1 + (size_t)x;
    j += 1 + (size_t)y;
  }
  return i >= n_a && j >= n_b;
}

/* Side by side a caption has the words of both languages, "图 Figure 1", and a reference those of its own: "Figure 1". */
static bool is_of(const char *reference, const char *target) {
  char word[32];
  const size_t n = trimmed(&reference), k = trimmed(&target);
  size_t number = n, own = k;
  while (number && sx_is_digit((unsigned char)reference[number - 1])) number--;
  while (own && sx_is_digit((unsigned char)target[own - 1])) own--;
  size_t end = number;
  while (end && (reference[end - 1] == ' ' || (end > 1 && memcmp(reference + end - 2, "\xC2\xA0", 2) == 0)))
    end -= reference[end - 1] == ' ' ? 1 : 2;
  if (number == n || n - number != k - own || memcmp(reference + number, target + own, n - number) != 0) return false;
  if (!end || end >= sizeof word) return false;
  memcpy(word, reference, end);
  word[end] = '\0';
  return strstr(target, word) != NULL;
}

static const sx_text_link *target_of(const sx_audit_text *text, const char *name) {
  for (size_t i = 0; i < text->n_links; i++)
    if (text->links[i].kind == SX_LINK_TARGET && strcmp(text->links[i].name, name) == 0) return &text->links[i];
  return NULL;
}

static sx_status tell(sx_tracer *t, const sx_audit_text *text, const sx_text_link *link, const char *expected,
                      const char *reason) {
  const sx_text_mark here = {.part = link->part};
  const sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS, .expected = expected, .reason = reason};
  sx_buf where;
  sx_buf_init(&where, &t->ctx);
  sx_audit_text_where(&where, text, &here);
  sx_status status = sx_buf_status(&where, t->err);
  t->place = where.data;
  if (status == SX_OK) status = sx_audit__trace(t, &trace, link->text, strlen(link->text));
  t->place = NULL;
  sx_buf_clear(&where);
  return status;
}

/* Captions are counted 1, 2, 3; where some were taken out they may keep the numbers of their bookmarks: "_Ref_f12" around "Figure 12". */
static bool is_counted(const sx_audit_text *text, const sx_text_link *count, size_t ordinal) {
  const char *digits = count->text;
  const size_t n = trimmed(&digits);
  int64_t value = 0;
  if (!sx_text_to_int64(&value, digits, n)) return true; /* of a kind that is compared as text */
  if (value == (int64_t)ordinal) return true;
  for (size_t i = 0; i < text->n_links; i++) {
    const sx_text_link *around = &text->links[i];
    if (around->kind != SX_LINK_TARGET || around->part != count->part) continue;
    const char *own = around->name + strcspn(around->name, "0123456789");
    if (strlen(own) == n && memcmp(own, digits, n) == 0) return true;
  }
  return false;
}

static size_t counted(const sx_audit_text *text, const char *name, const sx_text_link *end) {
  size_t n = 0;
  for (const sx_text_link *l = text->links; l < end; l++) n += l->kind == SX_LINK_COUNT && strcmp(l->name, name) == 0;
  return n;
}

sx_status sx_audit__links(sx_tracer *t, const sx_audit_text *text) {
  for (size_t i = 0; i < text->n_links; i++) {
    const sx_text_link *link = &text->links[i];
    if (link->kind == SX_LINK_REFERENCE) {
      const sx_text_link *target = target_of(text, link->name);
      if (target && (same(target->text, link->text) || is_of(link->text, target->text))) continue;
      SX_TRY(tell(t, text, link, target ? target->text : NULL,
                  target ? "not the number of what it refers to" : "what it refers to is not in the document"));
    } else if (link->kind == SX_LINK_COUNT) {
      const size_t ordinal = counted(text, link->name, link) + 1;
      const char *expected = sx_arena_printf(t->out->arena, "%zu", ordinal);
      if (!expected) return sx_error_memory(t->err);
      if (!is_counted(text, link, ordinal)) SX_TRY(tell(t, text, link, expected, "not the number of this caption"));
    }
  }
  return SX_OK;
}

/* ---- typed numbers of figures and chapters --------------------------------------------------------------------------- */

static bool ends_in(const sx_text_part *part, size_t at, const char *word) {
  const size_t k = strlen(word);
  while (at && part->text[at - 1] == ' ') at--;
  if (at >= 2 && memcmp(part->text + at - 2, "\xC2\xA0", 2) == 0) at -= 2;
  return at >= k && memcmp(part->text + at - k, word, k) == 0;
}

/* Whether a heading of the document has the number, "4" or "4.7"; *any: some have one. */
static bool has_heading(bool *any, const sx_audit_text *text, const char *number, size_t n) {
  bool found = false;
  *any = false;
  for (size_t i = 0; i < text->n_parts; i++) {
    const sx_text_part *part = &text->parts[i];
    const char *exempt = part->kind == SX_PART_HEADING ? part->runs[0].exempt : NULL;
    if (!exempt || strcmp(exempt, "section") != 0) continue;
    const size_t own = part->n_runs > 1 ? part->runs[1].at : part->n;
    *any = *any || sx_is_digit((unsigned char)part->text[0]);
    found = found || (own == n && memcmp(part->text, number, n) == 0);
  }
  return found;
}

static bool is_chapter(const sx_text_part *part, const sx_text_mark *m, size_t end) {
  static const char *const before[] = {"Chapter", "chapter", "Section", "section"};
  static const char *const behind[] = {"章", "节", " 章", " 节"};
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    if (ends_in(part, m->at, before[i])) return true;
  for (size_t i = 0; i < sizeof behind / sizeof *behind && ends_in(part, m->at, "第"); i++)
    if (strncmp(part->text + end, behind[i], strlen(behind[i])) == 0) return true;
  return false;
}

sx_status sx_audit__names_nothing(const char **reason, sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) {
  enum { AROUND = 16 };
  const sx_audit_text *text = t->page;
  size_t end = m->at;
  bool quoted = false, any = false;
  int64_t value = 0;
  *reason = NULL;
  if (!text || !text->n_links || m->kind != SX_MARK_SECTION) return SX_OK;
  const sx_text_run *run = sx_audit__text_run_at(part, m->at);
  if (run->exempt) return SX_OK; /* Word counts it, or it is a heading's own */
  const size_t last = run + 1 < part->runs + part->n_runs ? run[1].at : part->n; /* the mark of a note may follow */
  while (end < last && (sx_is_digit((unsigned char)part->text[end]) ||
                        (part->text[end] == '.' && sx_is_digit((unsigned char)part->text[end + 1]))))
    end++;
  const bool whole = sx_text_to_int64(&value, part->text + m->at, end - m->at);
  for (size_t i = 0; i < text->n_links && end > m->at && !*reason; i++) {
    const sx_text_link *link = &text->links[i];
    if (link->kind != SX_LINK_COUNT || !ends_in(part, m->at, link->name)) continue;
    const bool there =
        !whole || (value >= 1 && (size_t)value <= counted(text, link->name, text->links + text->n_links));
    if (!there) *reason = "the document has no figure or table of this number";
  }
  if (!*reason && end > m->at && is_chapter(part, m, end) &&
      !has_heading(&any, text, part->text + m->at, end - m->at) && any)
    *reason = "the document has no chapter or section of this number";
  if (!*reason) return SX_OK;
  /* of another work, which the run names itself */
  const size_t from = m->at > AROUND ? sx_utf8_cut(part->text, part->n, m->at - AROUND) : 0;
  SX_TRY(sx_audit__quoted(&quoted, t, part->text + from, end - from));
  if (quoted) *reason = NULL;
  return SX_OK;
}
