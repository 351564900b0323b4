/* publish_docx_revise_look.c: words of the run that no bookmark of the document holds, looked for in its text: in a document made before there were such
 * bookmarks, in a paragraph that was typed again, and conditions that are paragraphs. */
#include "publish_docx_revise_priv.h"

#include <stdio.h>
#include <string.h>

enum { BINS = 2048, NEAR = 8, LEAST_WORDS = 6 };

/* ---- which paragraph --------------------------------------------------------------------------------------------- */

/* How often groups of three bytes occur. */
typedef struct profile {
  uint16_t counts[BINS];
  size_t n;
} profile;

static void take(profile *p, const char *text, size_t n) {
  memset(p, 0, sizeof *p);
  for (size_t i = 0; i + 3 <= n; i++) {
    const unsigned char *c = (const unsigned char *)text + i;
    uint16_t *count = &p->counts[(c[0] * 961u + c[1] * 31u + c[2]) % BINS];
    if (*count == UINT16_MAX) continue;
    ++*count;
    p->n++;
  }
}

/* 1: the same words; 0: none of them. */
static double alike(const profile *a, const profile *b) {
  size_t same = 0;
  for (size_t i = 0; i < BINS; i++) same += a->counts[i] < b->counts[i] ? a->counts[i] : b->counts[i];
  return a->n + b->n ? 2.0 * (double)same / (double)(a->n + b->n) : 0;
}

typedef struct place {
  const sx_said_text *text; /* NULL: nothing like it is there */
  size_t paragraph;
} place;

/* The paragraph of the document that is most like one of the run's; of a note, one that begins like it. */
static place find_place(const sx_said_text *parts, size_t n_parts, const char *text, size_t n, bool note) {
  static const double least = 0.4;
  profile wanted, here;
  place best = {NULL, 0};
  double most = least;
  take(&wanted, text, n);
  for (size_t k = 0; k < n_parts; k++) {
    for (size_t i = 0; i < parts[k].n_paragraphs; i++) {
      const sx_said_paragraph *p = &parts[k].paragraphs[i];
      const size_t length = p->to - p->from;
      const char *theirs = parts[k].text.data + p->from;
      if (p->contents || length > 4 * n || n > 4 * length) continue;
      if (note && (n < 3 || length < 3 || memcmp(theirs, text, 3) != 0)) continue; /* "Note:" */
      take(&here, theirs, length);
      const double score = alike(&wanted, &here);
      if (score <= most) continue;
      most = score;
      best = (place){&parts[k], i};
    }
  }
  return best;
}

/* ---- are its words there ----------------------------------------------------------------------------------------- */

static const char *find(const char *text, size_t n, const char *words, size_t k) {
  for (size_t i = 0; i + k <= n; i++)
    if (memcmp(text + i, words, k) == 0) return text + i;
  return NULL;
}

static bool is_anywhere(const sx_said_text *parts, size_t n_parts, const char *words, size_t k) {
  for (size_t i = 0; i < n_parts; i++)
    if (find(parts[i].text.data, parts[i].text.n, words, k)) return true;
  return false;
}

/* Bytes that are compared before (or behind) a place of a paragraph: a few letters, or the number that ends (begins) there. */
static size_t near_before(const char *text, size_t from, size_t at) {
  size_t k = at - from < NEAR ? at - from : NEAR;
  if (at > from && text[at - 1] == '}') {
    while (at > from && text[--at] != '{') k = 0;
    return at;
  }
  while (k && ((unsigned char)text[at - k] & 0xC0) == 0x80) k--;
  for (size_t i = k; i > 0; i--)
    if (text[at - i] == '}') k = i - 1;
  return at - k;
}

static size_t near_behind(const char *text, size_t at, size_t to) {
  const char *end = at < to && text[at] == '{' ? memchr(text + at, '}', to - at) : NULL;
  if (end) return (size_t)(end - text) + 1;
  size_t k = to - at < NEAR ? to - at : NEAR;
  while (k && at + k < to && ((unsigned char)text[at + k] & 0xC0) == 0x80) k--;
  for (size_t i = 0; i < k; i++)
    if (text[at + i] == '{') k = i;
  return at + k;
}

/* A span of the run whose words a paragraph of the document has with what stands beside them. */
static bool says_so(const place *at, const sx_said_text *now, const sx_said_span *s) {
  const sx_said_paragraph *mine = &now->paragraphs[s->paragraph], *theirs = &at->text->paragraphs[at->paragraph];
  const char *text = now->text.data;
  const size_t from = near_before(text, mine->from, s->from);
  const size_t to = s->to > s->from ? s->to : near_behind(text, s->to, mine->to);
  return find(at->text->text.data + theirs->from, theirs->to - theirs->from, text + from, to - from) != NULL;
}

static size_t count_key(const sx_said_text *parts, size_t n_parts, const char *key) {
  size_t n = 0;
  for (size_t k = 0; k < n_parts; k++)
    for (size_t i = 0; i < parts[k].n_spans; i++)
      n += parts[k].spans[i].shut && strcmp(parts[k].spans[i].key, key) == 0;
  return n;
}

/* The cells of words of a table in a document that has no bookmarks: all from the first to the last, as the run has them. */
static sx_status one_table(sx_reviser *v, const sx_said_text *parts, size_t n_parts, const sx_said_text *now,
                           const sx_said_span *first) {
  enum { TABLE_KEY = 1 + SX_SAID_HEADS };
  const sx_said_span *last = first;
  for (size_t i = 0; i < now->n_spans; i++) {
    const sx_said_span *s = &now->spans[i];
    if (strncmp(s->key, first->key, TABLE_KEY) != 0) continue;
    if (s->from < first->from || (s->from == first->from && s->open < first->open)) return SX_OK; /* it was looked at */
    if (s->to >= last->to) last = s;
  }
  const char *words = now->text.data + now->paragraphs[first->paragraph].from;
  const size_t n = (size_t)(now->text.data + last->to - words);
  if (is_anywhere(parts, n_parts, words, n)) return SX_OK;
  return sx_revise__list(v, first->key, sx_revise__place(v, now, first->paragraph), "",
                         sx_revise__shown(v, words, n, 400));
}

/* The paragraph of a span with what stands before it: "Rate" and "more" of a row. */
static bool is_there(const sx_said_text *parts, size_t n_parts, const sx_said_text *now, const sx_said_span *s) {
  const sx_said_paragraph *p = &now->paragraphs[s->paragraph];
  const size_t from = p->cell && s->paragraph ? p[-1].from : p->from;
  return is_anywhere(parts, n_parts, now->text.data + from, p->to - from);
}

static sx_status one_span(sx_reviser *v, const sx_said_text *parts, size_t n_parts, const sx_said_text *now,
                          const sx_said_span *s) {
  const char *then = sx_revise__then(v, s->key), *text = now->text.data;
  const bool cell = s->key[0] == 't', note = s->key[0] == 'n' || cell;
  if (then && strcmp(then, sx_revise__now(v, s->key)) == 0) return SX_OK;
  if (count_key(parts, n_parts, s->key) >= count_key(v->now_text, SX_REVISE_PARTS, s->key)) return SX_OK;
  if (cell && !v->recorded) return one_table(v, parts, n_parts, now, s);
  if (note && !cell && is_anywhere(parts, n_parts, text + s->from, s->to - s->from)) return SX_OK;
  if (s->paragraph >= now->n_paragraphs) return SX_OK;
  const sx_said_paragraph *p = &now->paragraphs[s->paragraph];
  const place at = cell ? (place){NULL, 0} : find_place(parts, n_parts, text + p->from, p->to - p->from, note);
  const bool most = 2 * (s->to - s->from) >= p->to - p->from; /* of its paragraph: with other words it is like none */
  if (at.text ? says_so(&at, now, s) : !note && (!most || is_there(parts, n_parts, now, s))) return SX_OK;
  const char *says = sx_revise__shown(v, text + s->from, s->to - s->from, 200);
  if (!at.text) return sx_revise__list(v, s->key, sx_revise__place(v, now, s->paragraph), "", says);
  const sx_said_paragraph *theirs = &at.text->paragraphs[at.paragraph];
  const char *stands = sx_revise__shown(v, at.text->text.data + theirs->from, theirs->to - theirs->from, 400);
  return sx_revise__list(v, s->key, sx_revise__place(v, at.text, at.paragraph), stands, says);
}

/* ---- conditions that are paragraphs ------------------------------------------------------------------------------ */

static const char *place_of(const sx_reviser *v, const sx_said_text *parts, size_t n_parts, const char *words) {
  for (size_t k = 0; k < n_parts; k++) {
    const sx_said_text *t = &parts[k];
    const char *at = find(t->text.data, t->text.n, words, strlen(words));
    for (size_t i = 0; at && i < t->n_paragraphs; i++)
      if ((size_t)(at - t->text.data) < t->paragraphs[i].to) return sx_revise__place(v, t, i);
  }
  return "";
}

static sx_status one_condition(sx_reviser *v, const sx_said_text *parts, size_t n_parts,
                               const sx_document_condition *c) {
  char key[40];
  (void)snprintf(key, sizeof key, "p%s", c->key);
  const char *then = sx_revise__then(v, key);
  const size_t n_dead = strlen(c->dead), n_live = strlen(c->live);
  if (then && strcmp(then, sx_revise__now(v, key)) == 0) return SX_OK;
  const bool dead = n_dead >= LEAST_WORDS && is_anywhere(parts, n_parts, c->dead, n_dead) &&
                    !is_anywhere(v->now_text, SX_REVISE_PARTS, c->dead, n_dead);
  const bool live = n_live < LEAST_WORDS || is_anywhere(parts, n_parts, c->live, n_live) ||
                    !is_anywhere(v->now_text, SX_REVISE_PARTS, c->live, n_live);
  if (!dead && live) return SX_OK;
  return sx_revise__list(v, key, dead ? place_of(v, parts, n_parts, c->dead) : "", dead ? c->dead : "", c->live);
}

sx_status sx_revise__look(sx_reviser *v, const sx_said_text *parts, size_t n_parts) {
  for (int part = 0; part < SX_REVISE_PARTS; part++) {
    const sx_said_text *now = &v->now_text[part];
    for (size_t i = 0; i < now->n_spans; i++) SX_TRY(one_span(v, parts, n_parts, now, &now->spans[i]));
  }
  /* a document that records its paragraphs is looked through by them */
  for (const sx_document *d = v->has_blocks ? NULL : v->now.document; d; d = d->second)
    for (size_t i = 0; i < d->n_conditions; i++) SX_TRY(one_condition(v, parts, n_parts, &d->conditions[i]));
  return SX_OK;
}
