/* publish_docx_revise_blocks.c: every paragraph of an edited document against the record of those that were written and those that the run has now. One that
 * comes must be among the document's words, one that is gone must not; what is not so is listed, and stays on record until it is. Words in bookmarks and
 * numbers are left to others. */
#include "publish_docx_revise_priv.h"

#include <stdio.h>
#include <string.h>

/* How often the words of a hash occur. */
typedef struct tally {
  size_t was, was_full, awaited, unwanted; /* on record */
  size_t now, now_full;                    /* in the run */
  size_t here, told;                       /* in the document */
  size_t at;                               /* where it stands there last */
} tally;

typedef struct net {
  sx_reviser *v;
  sx_said_blocks now, here;
  sx_block_record then;
  sx_dict *hashes; /* the code is a place in: */
  tally *tallies;
  size_t cap;
  bool *missing; /* [now.n] the document does not say it yet */
  bool *listed;  /* [here.n] */
  sx_buf words;  /* of the document, as they are compared; empty: not asked for yet */
} net;

static sx_status tally_of(tally **out, net *w, const char *hash) {
  int32_t code;
  const size_t known = sx_dict_count(w->hashes);
  SX_TRY(sx_dict_add(&code, w->hashes, hash, SX_BLOCK_HASH - 1, w->v->r.err));
  if ((size_t)code == known) {
    if (!sx_arena_grow(w->v->r.arena, (void **)&w->tallies, &w->cap, known + 1, sizeof *w->tallies))
      return sx_error_memory(w->v->r.err);
    w->tallies[code] = (tally){.was = 0};
  }
  *out = &w->tallies[code];
  return SX_OK;
}

/* Of a hash that is counted. */
static tally *known(const net *w, const char *hash) {
  return &w->tallies[sx_dict_find(w->hashes, hash, SX_BLOCK_HASH - 1)];
}

static sx_status count(net *w) {
  tally *t;
  for (size_t i = 0; i < w->then.n; i++) {
    const sx_block_entry *e = &w->then.items[i];
    SX_TRY(tally_of(&t, w, e->hash));
    t->was += e->kind == SX_BLOCK_SAID;
    t->was_full += e->kind == SX_BLOCK_FULL;
    t->awaited += e->kind == SX_BLOCK_AWAITED;
    t->unwanted += e->kind == SX_BLOCK_UNWANTED;
  }
  for (size_t i = 0; i < w->now.n; i++) {
    SX_TRY(tally_of(&t, w, w->now.items[i].full));
    t->now_full++;
    if (!*w->now.items[i].own) continue;
    SX_TRY(tally_of(&t, w, w->now.items[i].own));
    t->now++;
  }
  for (size_t i = 0; i < w->here.n; i++) {
    SX_TRY(tally_of(&t, w, w->here.items[i].full));
    if (!*w->here.items[i].own) continue;
    SX_TRY(tally_of(&t, w, w->here.items[i].own));
    t->here++;
    t->at = i;
  }
  return SX_OK;
}

static const char *shown(const net *w, const sx_said_block *b, size_t most) {
  const sx_said_paragraph *p = &b->text->paragraphs[b->paragraph];
  return sx_revise__shown(w->v, b->text->text.data + p->from, p->to - p->from, most);
}

/* ---- what the run says no more ----------------------------------------------------------------------------------- */

/* Told once, however it was found. */
static bool is_listed(const net *w, const char *stands, const char *says) {
  const sx_refill *out = w->v->r.out;
  for (size_t i = 0; i < out->n_words; i++) {
    if (stands && *stands && strcmp(out->words[i].stands, stands) == 0) return true;
    if (says && *says && strcmp(out->words[i].says, says) == 0) return true;
  }
  return false;
}

static sx_status list_stale(net *w, size_t i) {
  const sx_said_block *b = &w->here.items[i];
  const char *stands = shown(w, b, 400);
  w->listed[i] = true;
  if (stands && is_listed(w, stands, NULL)) return SX_OK;
  return sx_revise__list(w->v, SX_SAID_BLOCKS, sx_revise__place(w->v, b->text, b->paragraph), stands, "");
}

/* Words that stand in the document as an earlier run wrote them, copies of them too. */
static sx_status look_for_stale(net *w) {
  for (size_t i = 0; i < w->here.n; i++) {
    const sx_said_block *b = &w->here.items[i];
    if (!*b->own) continue; /* of words in bookmarks those tell */
    tally *t = known(w, b->own);
    const bool gone = (t->unwanted && !t->now_full) || t->was + t->awaited > t->now;
    const bool copy = !sx_publish__said_mixed(b) && t->was_full && !t->now_full;
    if (!(gone || copy) || t->here - t->told <= t->now) continue;
    t->told++;
    SX_TRY(list_stale(w, i));
  }
  return SX_OK;
}

/* The words on record that the document and the run have once, next to a place of the record; SIZE_MAX: none. */
static size_t anchor(const net *w, size_t from, bool before) {
  for (size_t i = from; before ? i-- > 0 : ++i < w->then.n;) {
    const sx_block_entry *e = &w->then.items[i];
    const tally *t = known(w, e->hash);
    if (e->kind == SX_BLOCK_SAID && t->was == 1 && t->here == 1 && t->now == 1) return t->at;
  }
  return SIZE_MAX;
}

static bool is_own_words(const net *w, const sx_said_block *b) {
  if (!*b->own) return false;
  const tally *t = known(w, b->own), *full = known(w, b->full);
  return !t->was && !t->awaited && !t->unwanted && !t->now && !full->was_full && !full->now_full;
}

/* Words that are gone and stand nowhere: a person deleted them, or wrote others in their place. Those that stand between the neighbours of the old ones and
 * are nobody's are listed. */
static sx_status look_for_edited(net *w) {
  for (size_t k = 0; k < w->then.n; k++) {
    const sx_block_entry *e = &w->then.items[k];
    const tally *t = known(w, e->hash);
    if (e->kind != SX_BLOCK_SAID || t->was <= t->now || t->here > t->now) continue;
    const size_t before = anchor(w, k, true), behind = anchor(w, k, false);
    const size_t to = behind == SIZE_MAX ? w->here.n : behind;
    for (size_t i = before == SIZE_MAX ? 0 : before + 1; i < to; i++)
      if (!w->listed[i] && is_own_words(w, &w->here.items[i])) SX_TRY(list_stale(w, i));
  }
  return SX_OK;
}

/* ---- what the run says now --------------------------------------------------------------------------------------- */

/* Words with their numbers as they are printed, as they are compared, a line each. */
static sx_status put_words(sx_buf *out, const net *w, const sx_said_block *b) {
  const char *text = shown(w, b, SIZE_MAX - 1);
  if (!text) return sx_error_memory(w->v->r.err);
  sx_buf_add_char(out, '\n');
  sx_publish__said_bare(out, text, strlen(text));
  sx_buf_add_char(out, '\n');
  return sx_buf_status(out, w->v->r.err);
}

/* The document has them otherwise: with typed numbers, or inside another paragraph. */
static sx_status is_said(bool *yes, net *w, const sx_said_block *b) {
  enum { LONG = 12 }; /* bytes of words that are no chance */
  sx_buf words;
  for (size_t i = 0; i < w->here.n && !(i == 0 && w->words.n); i++) SX_TRY(put_words(&w->words, w, &w->here.items[i]));
  sx_buf_init(&words, &w->v->r.ctx);
  sx_status status = put_words(&words, w, b);
  if (status == SX_OK) {
    const bool part = words.n > LONG && !b->text->paragraphs[b->paragraph].cell;
    if (part) words.data[words.n - 1] = '\0';
    *yes = w->words.n && strstr(w->words.data, words.data + part) != NULL;
  }
  sx_buf_clear(&words);
  return status;
}

static sx_status look_for_missing(net *w) {
  for (size_t i = 0; i < w->now.n; i++) {
    const sx_said_block *b = &w->now.items[i];
    bool said = false;
    if (!*b->own) continue;
    const tally *t = known(w, b->own);
    if (t->now <= t->was || t->here >= t->now) continue;
    const size_t there = t->here > t->was ? t->here : t->was;
    size_t later = 0; /* the last of them are those that come */
    for (size_t k = i + 1; k < w->now.n; k++) later += strcmp(w->now.items[k].own, b->own) == 0;
    if (later >= t->now - there) continue;
    SX_TRY(is_said(&said, w, b));
    if (said) continue;
    w->missing[i] = true;
    const char *says = shown(w, b, 400);
    if (says && is_listed(w, NULL, says)) continue;
    const char *place = i && w->now.items[i - 1].text == b->text ? shown(w, &w->now.items[i - 1], 60) : "";
    SX_TRY(sx_revise__list(w->v, SX_SAID_BLOCKS, place, "", says));
  }
  return SX_OK;
}

/* ---- the record -------------------------------------------------------------------------------------------------- */

static sx_status renew(net *w) {
  sx_reviser *v = w->v;
  sx_block_record record = {.n = 0};
  for (size_t i = 0; i < w->now.n; i++) {
    const sx_said_block *b = &w->now.items[i];
    const sx_block_kind kind = w->missing[i] ? SX_BLOCK_AWAITED : SX_BLOCK_SAID;
    if (*b->own) SX_TRY(sx_publish__block_add(&record, v->r.arena, kind, b->own, v->r.err));
    if (sx_publish__said_mixed(b)) SX_TRY(sx_publish__block_add(&record, v->r.arena, SX_BLOCK_FULL, b->full, v->r.err));
  }
  for (size_t i = 0; i < w->here.n; i++)
    if (w->listed[i])
      SX_TRY(sx_publish__block_add(&record, v->r.arena, SX_BLOCK_UNWANTED, w->here.items[i].own, v->r.err));
  return sx_publish__block_write(&v->now, &record);
}

static sx_status read_record(net *w) {
  char name[40];
  for (unsigned k = 1;; k++) {
    const int n = snprintf(name, sizeof name, SX_SAID_PROPERTY SX_SAID_BLOCKS "%u", k);
    const int32_t code = n > 0 ? sx_dict_find(w->v->then, name, (size_t)n) : -1;
    if (code < 0) return SX_OK;
    SX_TRY(sx_publish__block_read(&w->then, w->v->r.arena, w->v->then_values[code], w->v->r.err));
  }
}

static sx_status whole(net *w, const sx_said_text *parts, size_t n_parts) {
  sx_reviser *v = w->v;
  SX_TRY(sx_dict_new(&w->hashes, &v->r.ctx, v->r.err));
  SX_TRY(read_record(w));
  for (size_t k = 0; k < SX_REVISE_PARTS; k++)
    SX_TRY(sx_publish__said_blocks(&w->now, v->r.arena, &v->now_text[k], v->r.err));
  for (size_t k = 0; k < n_parts; k++) SX_TRY(sx_publish__said_blocks(&w->here, v->r.arena, &parts[k], v->r.err));
  w->missing = sx_arena_zalloc(v->r.arena, w->now.n + 1, sizeof *w->missing);
  w->listed = sx_arena_zalloc(v->r.arena, w->here.n + 1, sizeof *w->listed);
  if (!w->missing || !w->listed) return sx_error_memory(v->r.err);
  SX_TRY(count(w));
  SX_TRY(look_for_stale(w));
  SX_TRY(look_for_edited(w));
  SX_TRY(look_for_missing(w));
  return v->r.only_look ? SX_OK : renew(w);
}

sx_status sx_revise__blocks(sx_reviser *v, const sx_said_text *parts, size_t n_parts) {
  net w = {.v = v};
  if (!v->has_blocks) return SX_OK;
  sx_buf_init(&w.words, &v->r.ctx);
  const sx_status status = whole(&w, parts, n_parts);
  sx_buf_clear(&w.words);
  sx_dict_free(w.hashes);
  return status;
}
