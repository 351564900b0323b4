/* publish_docx_revise_span.c: words in bookmarks and signs behind numbers, put in place of those that another run wrote. Where a person changed them they
 * stay, and are listed where the run says otherwise. */
#include "publish_docx_revise_priv.h"
#include "publish_docx_scan.h"

#include <stdio.h>
#include <string.h>

/* ---- can it be moved --------------------------------------------------------------------------------------------- */

static bool has(const char *xml, size_t n, const char *word) {
  const size_t k = strlen(word);
  for (size_t i = 0; i + k <= n; i++)
    if (xml[i] == *word && memcmp(xml + i, word, k) == 0) return true;
  return false;
}

/* Nothing in it leads to another part, or belongs to what is around it. */
static bool can_come(const char *xml, size_t n) {
  return !has(xml, n, " r:") && !has(xml, n, "<w:p>") && !has(xml, n, "footnoteReference") && !has(xml, n, "NOTEREF");
}

/* ---- what comes -------------------------------------------------------------------------------------------------- */

/* A bookmark under a number of its own. */
static void put_bookmark(sx_buf *out, sx_reviser *v, const char *xml, const sx_docx_tag *tag, size_t base,
                         sx_buf *value) {
  size_t id = 0;
  int64_t number = 0;
  if (sx_publish__tag_attribute(value, xml, tag, "w:id") && sx_text_to_int64(&number, value->data, value->n))
    id = base + (size_t)number;
  if (id >= v->next_mark) v->next_mark = id + 1;
  if (sx_publish__tag_is(tag, "w:bookmarkEnd")) {
    sx_buf_printf(out, "<w:bookmarkEnd w:id=\"%zu\"/>", id);
  } else if (sx_publish__tag_attribute(value, xml, tag, "w:name")) {
    const char *last = strrchr(value->data, '_');
    const int n = last ? (int)(last - value->data) : (int)value->n;
    sx_buf_printf(out, "<w:bookmarkStart w:id=\"%zu\" w:name=\"%.*s_%zu\"/>", id, n, value->data, id);
  }
}

/* Properties that words which come now rest on. */
static sx_status need(sx_reviser *v, const char *name) {
  int32_t code;
  if (sx_dict_find(v->then, name, strlen(name)) >= 0 || sx_dict_find(v->now.names, name, strlen(name)) < 0)
    return SX_OK;
  return sx_dict_add(&code, v->added, name, strlen(name), v->r.err);
}

static sx_status need_all(sx_reviser *v, const sx_said_text *t, const sx_said_span *span) {
  char name[64];
  for (size_t i = 0; i < t->n_numbers; i++) {
    const sx_said_number *number = &t->numbers[i];
    if (number->at <= span->from || number->at > span->to) continue;
    SX_TRY(need(v, number->name));
    for (unsigned k = 1; strlen(number->name) < 32 && k < 100; k++) { /* the pieces of a long key */
      (void)snprintf(name, sizeof name, "%.31s.%u", number->name, k);
      if (sx_dict_find(v->now.names, name, strlen(name)) < 0) break;
      SX_TRY(need(v, name));
    }
  }
  for (size_t i = 0; i < t->n_spans; i++) {
    if (!sx_publish__said_within(&t->spans[i], span)) continue;
    (void)snprintf(name, sizeof name, SX_SAID_PROPERTY "%s", t->spans[i].key);
    SX_TRY(need(v, name));
  }
  return SX_OK;
}

/* XML of the run, its bookmarks numbered anew. */
static sx_status fresh_xml(const char **out, sx_reviser *v, const char *xml, size_t n) {
  const size_t base = v->next_mark;
  sx_docx_tag tag;
  size_t at = 0, from = 0;
  sx_buf text, value;
  sx_buf_init(&text, &v->r.ctx);
  sx_buf_init(&value, &v->r.ctx);
  sx_buf_add(&text, "");
  while (sx_publish__next_tag(&tag, xml, n, &at)) {
    if (!sx_publish__tag_is(&tag, "w:bookmarkStart") && !sx_publish__tag_is(&tag, "w:bookmarkEnd")) continue;
    sx_buf_add_n(&text, xml + from, tag.from - from);
    put_bookmark(&text, v, xml, &tag, base, &value);
    from = tag.to;
  }
  sx_buf_add_n(&text, xml + from, n - from);
  sx_status status = sx_buf_status(&text, v->r.err);
  *out = status == SX_OK ? sx_arena_strdup(v->r.arena, text.data) : NULL;
  if (status == SX_OK && !*out) status = sx_error_memory(v->r.err);
  sx_buf_clear(&text);
  sx_buf_clear(&value);
  return status;
}

/* ---- which of its places ---------------------------------------------------------------------------------------- */

/* How the first run of some XML looks. */
static void put_look(sx_buf *out, sx_buf *value, const char *xml, size_t n) {
  static const char *const kept[] = {"w:rStyle", "w:b", "w:i", "w:color", "w:sz", "w:vertAlign"};
  sx_docx_tag tag;
  size_t at = 0;
  bool in = false;
  sx_buf_reset(out);
  sx_buf_add(out, "");
  while (sx_publish__next_tag(&tag, xml, n, &at)) {
    if (sx_publish__tag_is(&tag, "w:rPr") && !tag.closing && !tag.empty) in = true;
    if (sx_publish__tag_is(&tag, "w:rPr") && (tag.closing || tag.empty)) return;
    for (size_t i = 0; in && i < sizeof kept / sizeof *kept; i++) {
      if (!sx_publish__tag_is(&tag, kept[i]) || tag.closing) continue;
      const bool valued = sx_publish__tag_attribute(value, xml, &tag, "w:val");
      sx_buf_printf(out, "%s=%s;", kept[i], valued ? value->data : "");
    }
  }
}

/* Words of one key may stand in several places of the run, bold in one: those that look like the ones that stand, else those of the place in their order. */
static sx_status choose(const sx_said_span **out, int *part, sx_reviser *v, const sx_said_text *t, const char *xml,
                        size_t at) {
  const sx_said_span *s = &t->spans[at];
  size_t before = 0, order = 0;
  int best = -1;
  sx_buf stands, comes, value;
  sx_buf *const bufs[] = {&stands, &comes, &value};
  *out = NULL;
  for (size_t i = 0; i < 3; i++) sx_buf_init(bufs[i], &v->r.ctx);
  for (size_t i = 0; i < at; i++) before += strcmp(t->spans[i].key, s->key) == 0;
  put_look(&stands, &value, xml + s->inner, s->end > s->inner ? s->end - s->inner : 0);
  for (int k = 0; k < SX_REVISE_PARTS; k++) {
    for (size_t i = 0; i < v->now_text[k].n_spans && !comes.failed && !stands.failed; i++) {
      const sx_said_span *now = &v->now_text[k].spans[i];
      if (strcmp(now->key, s->key) != 0) continue;
      put_look(&comes, &value, v->now_xml[k]->data + now->inner, now->end - now->inner);
      const bool alike = s->end > s->inner && !comes.failed && !stands.failed && strcmp(comes.data, stands.data) == 0;
      const int score = 2 * alike + (order++ == before);
      if (score <= best) continue;
      best = score;
      *out = now;
      *part = k;
    }
  }
  sx_status status = SX_OK;
  for (size_t i = 0; i < 3; i++) {
    if (status == SX_OK) status = sx_buf_status(bufs[i], v->r.err);
    sx_buf_clear(bufs[i]);
  }
  return status;
}

/* ---- one span ---------------------------------------------------------------------------------------------------- */

/* The words of a span and of those in it are what was written. */
static sx_status unedited(bool *yes, sx_reviser *v, const sx_said_text *t, size_t at) {
  sx_buf words;
  sx_buf_init(&words, &v->r.ctx);
  *yes = true;
  for (size_t i = at; i < t->n_spans && *yes && !words.failed; i++) {
    char hash[SX_SAID_HASH];
    const sx_said_span *s = &t->spans[i];
    if (i != at && !sx_publish__said_within(s, &t->spans[at])) continue;
    const char *then = sx_revise__then(v, s->key);
    sx_buf_reset(&words);
    sx_publish__said_words(&words, t, s->from, s->to, i);
    sx_publish__said_hash(hash, words.data, words.n);
    *yes = then && (strcmp(hash, then) == 0 || sx_revise__was_written(v, s->key, hash));
  }
  const sx_status status = sx_buf_status(&words, v->r.err);
  sx_buf_clear(&words);
  return status;
}

static sx_status list_span(sx_reviser *v, const sx_said_text *t, const sx_said_span *s) {
  int part = 0;
  const sx_said_span *now = sx_revise__span(v, s->key, &part);
  const sx_said_text *from = &v->now_text[part];
  const char *stands = sx_revise__shown(v, t->text.data + s->from, s->to - s->from, 200);
  const char *says = now ? sx_revise__shown(v, from->text.data + now->from, now->to - now->from, 200) : "";
  return sx_revise__list(v, s->key, sx_revise__place(v, t, s->paragraph), stands, says);
}

/* Numbers of words that go: what no field shows any more needs no property. */
static sx_status note_gone(sx_reviser *v, const sx_said_text *t, const sx_said_span *span) {
  int32_t code;
  for (size_t i = 0; i < t->n_numbers; i++) {
    const sx_said_number *number = &t->numbers[i];
    if (number->behind > span->inner && number->behind <= span->end)
      SX_TRY(sx_dict_add(&code, v->gone, number->name, strlen(number->name), v->r.err));
  }
  return SX_OK;
}

/* Tags of bookmarks inside a span that another program wrote outside of it go with it. */
static sx_status drop_inner(sx_reviser *v, const sx_said_text *t, size_t at) {
  const sx_said_span *outer = &t->spans[at];
  for (size_t i = at + 1; i < t->n_spans; i++) {
    const sx_said_span *s = &t->spans[i];
    if (!sx_publish__said_within(s, outer)) continue;
    if (s->open < outer->inner) SX_TRY(sx_revise__edit(v, s->open, s->inner, ""));
    if (s->end >= outer->end) SX_TRY(sx_revise__edit(v, s->end, s->shut, ""));
  }
  return SX_OK;
}

/* The run has the table of a cell, with the same heads. */
static bool has_table(const sx_reviser *v, const char *key) {
  char name[40];
  const int n = snprintf(name, sizeof name, SX_SAID_PROPERTY "h%.*s", (int)SX_SAID_HEADS, key + 1);
  return n > 0 && sx_dict_find(v->now.names, name, (size_t)n) >= 0;
}

/* The run has what a note belongs to. */
static bool is_note_of(const sx_reviser *v, const char *key) {
  char name[SX_SAID_KEY];
  const sx_document *d = v->now.document;
  if (key[0] != 'n') return false;
  sx_publish__said_name(name, "about", "");
  bool found = strcmp(name, key) == 0;
  for (size_t i = 0; i < d->n_figures && !found; i++) {
    sx_publish__said_name(name, "figure", d->figures[i]->as.figure->id);
    found = strcmp(name, key) == 0;
  }
  for (size_t i = 0; i < d->n_tables && !found; i++) {
    sx_publish__said_name(name, "table", d->tables[i]->as.table->id);
    found = strcmp(name, key) == 0;
  }
  return found;
}

/* The words of the run come in the place of those of a span; *gone: it was so, else something there is not the run's. */
static sx_status write_anew(bool *gone, sx_reviser *v, const sx_said_text *t, const char *xml, size_t at,
                            const sx_said_span *fresh, int part) {
  const sx_said_span *s = &t->spans[at];
  const char *words = "", *text = NULL;
  sx_buf before, behind;
  sx_buf_init(&before, &v->r.ctx);
  sx_buf_init(&behind, &v->r.ctx);
  sx_buf_add(&before, "");
  sx_buf_add(&behind, "");
  sx_status status = sx_revise__can_go(gone, &before, &behind, v, t, at, xml);
  if (status == SX_OK && *gone && fresh)
    status = fresh_xml(&words, v, v->now_xml[part]->data + fresh->inner, fresh->end - fresh->inner);
  if (status == SX_OK && *gone && fresh) status = need_all(v, &v->now_text[part], fresh);
  if (status == SX_OK) status = sx_buf_status(&before, v->r.err);
  if (status == SX_OK) status = sx_buf_status(&behind, v->r.err);
  if (status == SX_OK && *gone) text = sx_arena_printf(v->r.arena, "%s%s%s", before.data, words, behind.data);
  sx_buf_clear(&before);
  sx_buf_clear(&behind);
  if (status != SX_OK || !*gone) return status;
  SX_TRY(sx_revise__edit(v, s->inner, s->end, text));
  SX_TRY(note_gone(v, t, s));
  SX_TRY(drop_inner(v, t, at));
  v->r.out->n_words_changed++;
  return SX_OK;
}

/* The words of a span are what the run says; *gone: those in it went too. */
static sx_status one_span(bool *gone, sx_reviser *v, const sx_said_text *t, const char *xml, size_t at) {
  const sx_said_span *s = &t->spans[at];
  char here[SX_SAID_HASH];
  sx_buf words;
  int part = 0;
  *gone = false;
  sx_buf_init(&words, &v->r.ctx);
  sx_publish__said_words(&words, t, s->from, s->to, at);
  if (!words.failed) sx_publish__said_hash(here, words.data, words.n);
  const sx_status status = sx_buf_status(&words, v->r.err);
  sx_buf_clear(&words);
  if (status != SX_OK) return status;
  const char *then = sx_revise__then(v, s->key), *now = sx_revise__now(v, s->key);
  if (s->whole && strcmp(here, now) == 0) return SX_OK;
  /* a person's words, for what the run said and says */
  if (then && strcmp(then, now) == 0 && !sx_revise__was_written(v, s->key, here)) return SX_OK;
  const sx_said_span *fresh = NULL;
  bool own = false;
  SX_TRY(choose(&fresh, &part, v, t, xml, at));
  SX_TRY(unedited(&own, v, t, at));
  const bool emptied = !fresh && (is_note_of(v, s->key) || (s->key[0] == 't' && has_table(v, s->key)));
  if (!fresh && s->key[0] == 'n' && !emptied) return SX_OK; /* of a figure that the run does not have, which is told */
  const bool comes = fresh && can_come(v->now_xml[part]->data + fresh->inner, fresh->end - fresh->inner);
  if (s->whole && own && (comes || emptied) && !v->r.only_look) SX_TRY(write_anew(gone, v, t, xml, at, fresh, part));
  return *gone ? SX_OK : list_span(v, t, s);
}

sx_status sx_revise__part(sx_reviser *v, const sx_said_text *t, const char *xml) {
  const sx_said_span *over = NULL; /* the one whose words went */
  for (size_t i = 0; i < t->n_spans; i++) {
    bool gone;
    if (!t->spans[i].shut || (over && sx_publish__said_within(&t->spans[i], over))) continue;
    SX_TRY(one_span(&gone, v, t, xml, i));
    if (gone) over = &t->spans[i];
  }
  return SX_OK;
}

/* ---- signs behind numbers ---------------------------------------------------------------------------------------- */

bool sx_revise__knows_signs(const sx_reviser *v) {
  return sx_dict_find(v->then, SX_SIGN_PROPERTY, strlen(SX_SIGN_PROPERTY)) >= 0;
}

static bool in_edit(const sx_reviser *v, size_t at) {
  for (size_t i = 0; i < v->n_edits; i++)
    if (at > v->edits[i].from && at <= v->edits[i].to) return true;
  return false;
}

static sx_status one_mark(sx_reviser *v, const sx_said_text *t, const sx_said_number *number) {
  const int32_t code = sx_dict_find(v->now_numbers, number->name, strlen(number->name));
  const sx_said_number *now = code < 0 ? NULL : v->now_marked[code];
  const bool known = sx_revise__knows_signs(v);
  if (!now || in_edit(v, number->behind)) return SX_OK;
  if (!*number->marks && strcmp(number->others, now->marks) == 0) return SX_OK; /* typed again */
  if (strcmp(now->marks, number->marks) == 0 && (known || !*number->others)) return SX_OK;
  if (v->r.only_look || number->odd || (!known && *number->others)) {
    const char *sign = sx_arena_printf(v->r.arena, "%s%s", number->marks, number->others);
    const char *wanted = *now->marks ? now->marks : "—";
    return sx_revise__list(v, number->name, sx_revise__place(v, t, number->paragraph), sign && !*sign ? "—" : sign,
                           wanted);
  }
  const char *xml = v->now_xml[v->now_marked_parts[code]]->data + now->marks_from, *runs = NULL;
  SX_TRY(fresh_xml(&runs, v, xml, now->marks_to - now->marks_from));
  v->r.out->n_marks_changed++;
  return number->marks_to ? sx_revise__edit(v, number->marks_from, number->marks_to, runs)
                          : sx_revise__edit(v, number->behind, number->behind, runs);
}

sx_status sx_revise__marks(sx_reviser *v, const sx_said_text *t) {
  for (size_t i = 0; i < t->n_numbers; i++) SX_TRY(one_mark(v, t, &t->numbers[i]));
  return SX_OK;
}
