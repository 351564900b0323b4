/* report_prepare.c: bindings looked up, mentions of figures and tables resolved, footnotes taken out, all before md4c sees the text,
 * so that Markdown's own rules never touch a number. */
#include "report_prepare.h"

#include <stdio.h>
#include <string.h>

#include "report_branch.h"
#include "report_expand.h"
#include "report_macro_say.h"

typedef struct maker {
  sx_prepared *out;
  sx_page *page;
  const char *file;
  sx_branches branches;
  const char *said[SX_BRANCH_DEPTH]; /* the key of a branch that is marked in its line; NULL */
} maker;

static sx_status add_item(maker *m, sx_buf *text, const sx_item *item, sx_error *err) {
  sx_prepared *out = m->out;
  void *p = out->items;
  const bool grown = sx_mem_grow(&m->page->ctx, &p, &out->cap_items, out->n_items + 1, sizeof *out->items);
  out->items = p;
  if (!grown) return sx_error_memory(err);
  out->items[out->n_items] = *item;
  const bool block = item->kind == SX_ITEM_BLOCK || item->kind >= SX_ITEM_BOX;
  sx_buf_printf(text, "%s" SX_ITEM_OPEN "%zu" SX_ITEM_CLOSE "%s", block ? "\n\n" : "", out->n_items,
                block ? "\n\n" : "");
  out->n_items++;
  return SX_OK;
}

/* ---- mentions: [@figure ID], [@box ID] -------------------------------------------------------------------------------------- */

static sx_status mention(maker *m, sx_buf *text, const char *at, size_t n, size_t *used, sx_error *err) {
  const sx_block_kind kinds[] = {SX_BLOCK_FIGURE, SX_BLOCK_TABLE, SX_BLOCK_BOX};
  const char *const words[] = {"[@figure ", "[@table ", "[@box "};
  *used = 0;
  for (size_t i = 0; i < 3; i++) {
    const size_t k = strlen(words[i]);
    const char *end = n > k && memcmp(at, words[i], k) == 0 ? memchr(at, ']', n) : NULL;
    if (!end) continue;
    const size_t n_id = (size_t)(end - at) - k;
    sx_item item = {.kind = SX_ITEM_MENTION, .source = at, .n_source = (size_t)(end - at) + 1};
    item.block = sx_report__block(m->page, kinds[i], at + k, n_id);
    if (!item.block) {
      const char *name = sx_report__block_name(kinds[i]);
      return sx_error_set(err, SX_E_DATA, m->file, "[@%s %.*s] mentions a %s that does not exist%s", name,
                          (int)(n_id < 100 ? n_id : 100), at + k, name,
                          kinds[i] == SX_BLOCK_BOX ? " or has no number: {{box id=... title=\"...\"}}" : "");
    }
    *used = item.n_source;
    return add_item(m, text, &item, err);
  }
  return SX_OK;
}

/* Text between bindings: mentions resolved, stray placeholder characters made harmless. */
static sx_status copy_text(maker *m, sx_buf *text, const char *from, size_t n, sx_error *err) {
  for (size_t i = 0; i < n;) {
    size_t used = 0, lines, columns;
    if (from[i] == '[') SX_TRY(mention(m, text, from + i, n - i, &used, err));
    if (used) {
      i += used;
    } else if ((used = sx_report__mark(&lines, &columns, from + i, n - i)) > 0) {
      i += used;
    } else if (n - i >= 3 && memcmp(from + i, "\xEE\x80", 2) == 0) {
      sx_buf_add(text, "\xEF\xBF\xBD");
      i += 3;
    } else {
      sx_buf_add_char(text, from[i++]);
    }
  }
  return SX_OK;
}

/* ---- bindings ---------------------------------------------------------------------------------------------------- */

static void place_of(char where[300], const maker *m, const sx_binding *b) {
  char place[64];
  sx_report__place(place, sizeof place, b->line, b->column);
  (void)snprintf(where, 300, "%s:%s", m->file, place);
}

/* A number of the text. What the study's criteria mark is printed with their sign, as in tables, and told: a text that leans on it had better say so. */
static sx_status add_number(maker *m, sx_buf *text, const sx_item *item, const sx_binding *b, sx_error *err) {
  char where[300];
  if (sx_report__is_unreliable(m->page, &item->bound)) {
    place_of(where, m, b);
    SX_TRY(sx_report__warn(m->page, where, err,
                           "%s is of low reliability (%s): it is printed with %s; say so in the sentence, or leave the "
                           "number out",
                           item->bound.reference ? item->bound.reference : "the number",
                           item->bound.marks ? item->bound.marks : "", m->page->unreliable_sign));
  }
  return add_item(m, text, item, err);
}

static sx_status bind(maker *m, sx_buf *text, const sx_binding *b, const char *source, sx_error *err) {
  char where[300];
  place_of(where, m, b);
  sx_item item = {.source = source, .n_source = b->end - b->at};
  if (b->kind != SX_BIND_VALUE) {
    item.kind = SX_ITEM_BLOCK;
    item.block =
        sx_report__block(m->page, b->kind == SX_BIND_FIGURE ? SX_BLOCK_FIGURE : SX_BLOCK_TABLE, b->name, b->n_name);
    return item.block ? add_item(m, text, &item, err) : sx_error_set(err, SX_E_INTERNAL, where, "unplaced block");
  }
  item.kind = SX_ITEM_NUMBER;
  SX_TRY(sx_report__bind(&item.bound, m->page, b->name, b->n_name, where, err));
  const sx_status status = sx_report__format_parse(&item.format, b->format, b->n_format, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%s", where);
    return status;
  }
  return add_number(m, text, &item, b, err);
}

/* ---- words that follow from numbers ------------------------------------------------------------------------------ */

/* Where they begin or end; the key is the same in every run of the same text. */
static sx_status mark_said(maker *m, sx_buf *text, sx_item_kind kind, const char *key, sx_error *err) {
  const sx_item item = {.kind = kind, .source = "", .title = key};
  return key ? add_item(m, text, &item, err) : SX_OK;
}

/* A mark at [from, to) goes behind the blanks that follow: where they begin a line, Markdown takes no notice of them. A
 * blank that the words bring is not set where the author's own stands before them. */
static void put_behind_blanks(sx_buf *text, size_t from, size_t to) {
  size_t blanks = 0;
  if (text->failed) return;
  if (from && text->data[from - 1] == ' ' && to < text->n && text->data[to] == ' ') {
    memmove(text->data + to, text->data + to + 1, text->n - to);
    text->n--;
  }
  while (to + blanks < text->n && text->data[to + blanks] == ' ') blanks++;
  memmove(text->data + from + blanks, text->data + from, to - from);
  memset(text->data + from, ' ', blanks);
}

/* What {{ci}} leaves where it prints nothing: the author's blank, or comma, before it, where a blank or the same comma follows. A comma that is followed
 * by a full stop stands there for the author to see. */
static void close_gap(sx_buf *text, size_t from, const char *rest) {
  static const char *const signs[] = {",",  "，", "、", ";", "；", ".", "。", ":",
                                      "：", "!",  "！", "?", "？", ")", "）"};
  size_t gone = 0;
  for (size_t i = 0; i < sizeof signs / sizeof *signs && !gone && !text->failed; i++) {
    const size_t n = strlen(signs[i]);
    if (strncmp(rest, signs[i], n) != 0) continue;
    if (from > 0 && text->data[from - 1] == ' ')
      gone = 1;
    else if (from > n && i < 5 && memcmp(text->data + from - n, signs[i], n) == 0)
      gone = n;
  }
  if (!gone && from > 0 && !text->failed && text->data[from - 1] == ' ' && *rest == ' ') gone = 1;
  if (gone >= from || text->data[from - gone - 1] == '\n') return; /* what begins a line is Markdown's */
  memmove(text->data + from - gone, text->data + from, text->n - from);
  text->n -= gone;
}

/* Behind an {{end}} come no words of its line (of its cell); or what begins only behind a blank. */
static bool ends_words(const char *rest) {
  for (;;) {
    rest += strspn(rest, " \t");
    if (strncmp(rest, "{{end}}", strlen("{{end}}")) != 0) break;
    rest += strlen("{{end}}");
  }
  return !*rest || strchr("\r\n|_", *rest) != NULL;
}

/* Blanks at the end of a branch are its own; where they end a line, Markdown takes no notice of them if they stand behind the mark. */
static sx_status mark_end(maker *m, sx_buf *text, const char *key, const char *rest, sx_error *err) {
  size_t blanks = 0;
  while (ends_words(rest) && !text->failed && blanks < text->n && text->data[text->n - 1 - blanks] == ' ') blanks++;
  text->n -= blanks;
  SX_TRY(mark_said(m, text, SX_ITEM_SAID_END, key, err));
  for (; blanks; blanks--) sx_buf_add_char(text, ' ');
  return SX_OK;
}

/* An {{if}} whose branches stand in a line of other words is marked there. Of others it is kept what they print. */
static sx_status open_branch(maker *m, sx_buf *text, const sx_binding *b, const char *whole, sx_holds holds,
                             sx_error *err) {
  sx_page *page = m->page;
  const size_t depth = m->branches.depth - 1;
  const bool live = m->branches.at[depth].outer;
  sx_branch_text t;
  m->said[depth] = NULL;
  if (!live || !sx_report__branch_text(&t, whole, b)) return SX_OK;
  const char *key = sx_report__said_key(page, whole + b->at, t.end - b->at);
  if (!key) return sx_error_memory(err);
  if (t.within) {
    m->said[depth] = key;
    return mark_said(m, text, SX_ITEM_SAID, key, err);
  }
  void *p = page->conditions;
  const bool grown =
      sx_arena_grow(page->arena, &p, &page->cap_conditions, page->n_conditions + 1, sizeof *page->conditions);
  page->conditions = p;
  if (!grown) return sx_error_memory(err);
  const bool first = holds == SX_HOLDS, withheld = holds == SX_HOLDS_WITHHELD;
  const size_t dead = !withheld ? first : t.n_words[1] > t.n_words[0];
  const char *const words[2] = {withheld ? "" : sx_arena_strndup(page->arena, t.words[!first], t.n_words[!first]),
                                sx_arena_strndup(page->arena, t.words[dead], t.n_words[dead])};
  if (!words[0] || !words[1]) return sx_error_memory(err);
  page->conditions[page->n_conditions++] = (sx_document_condition){key, words[0], words[1]};
  return SX_OK;
}

/* Words go into the Markdown as they are, numbers as placeholders. */
static sx_status say(maker *m, sx_buf *text, const sx_said *said, const sx_binding *b, const char *source,
                     sx_error *err) {
  sx_buf_add(text, said->before);
  if (said->level) {
    sx_report__interval_name(text, m->page, said->bound[0].ci_level, W_INTERVAL);
    sx_buf_add_char(text, ' ');
  }
  for (size_t i = 0; i < said->n; i++) {
    const sx_item item = {.kind = SX_ITEM_NUMBER,
                          .source = source,
                          .n_source = b->end - b->at,
                          .bound = said->bound[i],
                          .format = said->format[i],
                          .magnitude = said->magnitude};
    if (i && m->page->style.between)
      sx_buf_add(text, m->page->lang == SX_LANG_ZH ? "—" : "–");
    else if (i)
      sx_buf_add(text, sx_report__w(m->page, W_TO));
    SX_TRY(add_number(m, text, &item, b, err));
  }
  sx_buf_add(text, said->after);
  return SX_OK;
}

/* The boxes of a text come in the order in which they were numbered. */
static sx_status bind_box(maker *m, sx_buf *text, const sx_binding *b, const sx_macro *macro, const char *source,
                          sx_error *err) {
  sx_page *page = m->page;
  sx_item item = {.kind = SX_ITEM_BOX, .source = source, .n_source = b->end - b->at, .box = macro->box};
  if (page->next_box >= page->n_places) return sx_error_set(err, SX_E_INTERNAL, m->file, "a box that is not numbered");
  item.block = page->boxes[page->next_box++];
  item.title = sx_arena_strdup(page->arena, macro->title);
  return item.title ? add_item(m, text, &item, err) : sx_error_memory(err);
}

static sx_status say_list(maker *m, sx_buf *text, const sx_said_list *said, const sx_binding *b, const char *source,
                          sx_error *err) {
  for (size_t i = 0; i < said->n; i++) {
    const sx_item item = {.kind = SX_ITEM_NUMBER,
                          .source = source,
                          .n_source = b->end - b->at,
                          .bound = said->pieces[i].bound,
                          .format = said->pieces[i].format};
    sx_buf_add(text, said->pieces[i].before);
    SX_TRY(add_number(m, text, &item, b, err));
  }
  sx_buf_add(text, said->after);
  return SX_OK;
}

static sx_status say_marked(maker *m, sx_buf *text, const sx_macro *macro, const sx_binding *b, const char *source,
                            const char *where, sx_error *err) {
  sx_said said;
  if (macro->kind == SX_MACRO_RANK || macro->kind == SX_MACRO_PARTS) {
    sx_said_list list;
    SX_TRY(sx_report__say_list(&list, m->page, macro, where, err));
    return say_list(m, text, &list, b, source, err);
  }
  SX_TRY(macro->kind == SX_MACRO_CHANGE  ? sx_report__say_change(&said, m->page, macro, where, err)
         : macro->kind == SX_MACRO_VALUE ? sx_report__say_value(&said, m->page, macro, where, err)
         : macro->kind == SX_MACRO_CI    ? sx_report__say_ci(&said, m->page, macro, where, err)
                                         : sx_report__say_word(&said, m->page, macro, where, err));
  return say(m, text, &said, b, source, err);
}

static sx_status follow(maker *m, sx_buf *text, const sx_binding *b, const char *whole, sx_error *err) {
  char where[300];
  const char *source = whole + b->at;
  sx_macro macro;
  sx_holds holds = SX_HOLDS_NOT;
  place_of(where, m, b);
  const bool in_box = sx_report__in_box(&m->branches);
  sx_status status = sx_report__macro_parse(&macro, b, err);
  if (status == SX_OK && macro.kind == SX_MACRO_IF && sx_report__live(&m->branches))
    SX_TRY(sx_report__holds(&holds, m->page, &macro, where, err));
  if (status == SX_OK && macro.kind <= SX_MACRO_END) status = sx_report__branch(&m->branches, &macro, b, holds, err);
  if (status != SX_OK) sx_error_add_where(err, "%s", where);
  if (status == SX_OK && macro.kind == SX_MACRO_BOX) return bind_box(m, text, b, &macro, source, err);
  if (status == SX_OK && macro.kind == SX_MACRO_END && in_box) {
    const sx_item item = {.kind = SX_ITEM_BOX_END, .source = source, .n_source = b->end - b->at};
    return add_item(m, text, &item, err);
  }
  if (status == SX_OK && macro.kind == SX_MACRO_IF) return open_branch(m, text, b, whole, holds, err);
  if (status == SX_OK && macro.kind == SX_MACRO_END)
    return mark_end(m, text, m->said[m->branches.depth], whole + b->end, err);
  if (status != SX_OK || macro.kind <= SX_MACRO_END || !sx_report__live(&m->branches)) return status;
  const bool fixed = macro.kind == SX_MACRO_VALUE || macro.kind == SX_MACRO_PARTS; /* its words hold for any numbers */
  const char *key = fixed ? NULL : sx_report__said_key(m->page, source, b->end - b->at);
  if (!fixed && !key) return sx_error_memory(err);
  const size_t begin = text->n;
  SX_TRY(mark_said(m, text, SX_ITEM_SAID, key, err));
  const size_t behind = text->n;
  SX_TRY(say_marked(m, text, &macro, b, source, where, err));
  if (text->n == behind)
    close_gap(text, begin, whole + b->end);
  else
    put_behind_blanks(text, begin, behind);
  return mark_said(m, text, SX_ITEM_SAID_END, key, err);
}

static sx_status bind_all(maker *m, sx_buf *text, const char *source, sx_error *err) {
  const size_t n = strlen(source);
  sx_binding b = {0};
  sx_status status = SX_OK;
  size_t from = 0;
  while (sx_report__next_binding(&b, source, n, &status, err)) {
    const bool live = sx_report__live(&m->branches);
    if (live) SX_TRY(copy_text(m, text, source + from, b.at - from, err));
    if (status == SX_OK) status = sx_report__place_outside(&m->branches, &b, err);
    if (status != SX_OK) break;
    if (b.kind == SX_BIND_MACRO)
      SX_TRY(follow(m, text, &b, source, err));
    else if (live)
      SX_TRY(bind(m, text, &b, source + b.at, err));
    from = b.end;
  }
  if (status == SX_OK) status = sx_report__branches_closed(&m->branches, err);
  if (status != SX_OK) {
    sx_report__in_file(err, m->file);
    return status;
  }
  return copy_text(m, text, source + from, n - from, err);
}

/* ---- footnotes --------------------------------------------------------------------------------------------------- */

/* "[^id]" at text: length of the id, 0 when it is none. */
static size_t footnote_id(const char *text, size_t n) {
  if (n < 4 || text[0] != '[' || text[1] != '^') return 0;
  size_t k = 2;
  while (k < n && text[k] != ']' && text[k] != ' ' && text[k] != '\n') k++;
  return k < n && text[k] == ']' ? k - 2 : 0;
}

static size_t line_length(const char *text, size_t n) {
  const char *end = memchr(text, '\n', n);
  return end ? (size_t)(end - text) + 1 : n;
}

static sx_status add_footnote(maker *m, const char *id, size_t n_id, const char *text, size_t n, sx_error *err) {
  sx_prepared *out = m->out;
  void *p = out->footnotes;
  const bool grown = sx_mem_grow(&m->page->ctx, &p, &out->cap_footnotes, out->n_footnotes + 1, sizeof *out->footnotes);
  out->footnotes = p;
  size_t at = 0;
  while (at < n && text[at] == ' ') at++;
  const bool source = n - at >= 7 && memcmp(text + at, "source:", 7) == 0; /* the word of the language stands for it */
  if (source) at += 7;
  while (source && at < n && text[at] == ' ') at++;
  sx_footnote note = {
      sx_arena_strndup(m->page->arena, id, n_id),
      source ? sx_arena_printf(m->page->arena, " %s%.*s", sx_report__w(m->page, W_SOURCE), (int)(n - at), text + at)
             : sx_arena_strndup(m->page->arena, text, n),
      0};
  if (!grown || !note.id || !note.text) return sx_error_memory(err);
  out->footnotes[out->n_footnotes++] = note;
  return SX_OK;
}

/* Takes the definitions out of `from`; the rest goes to `to`. A definition goes on over indented lines. */
static sx_status take_footnotes(maker *m, sx_buf *to, const char *from, size_t n, sx_error *err) {
  bool fenced = false;
  for (size_t i = 0; i < n;) {
    size_t line = line_length(from + i, n - i);
    const size_t id = fenced ? 0 : footnote_id(from + i, line);
    if (strncmp(from + i, "```", 3) == 0 || strncmp(from + i, "~~~", 3) == 0) fenced = !fenced;
    if (!id || id + 3 >= line || from[i + id + 3] != ':') {
      sx_buf_add_n(to, from + i, line);
      i += line;
      continue;
    }
    const size_t start = i + id + 4;
    size_t end = i + line;
    while (end < n && (from[end] == ' ' || from[end] == '\t')) end += line_length(from + end, n - end);
    SX_TRY(add_footnote(m, from + i + 2, id, from + start, end - start, err));
    i = end;
  }
  return SX_OK;
}

static sx_status number_footnotes(maker *m, sx_buf *to, const char *from, size_t n, sx_error *err) {
  for (size_t i = 0; i < n;) {
    const size_t id = from[i] == '[' ? footnote_id(from + i, n - i) : 0;
    size_t k = 0;
    while (id && k < m->out->n_footnotes &&
           (strlen(m->out->footnotes[k].id) != id || memcmp(m->out->footnotes[k].id, from + i + 2, id) != 0)) {
      k++;
    }
    if (!id) {
      sx_buf_add_char(to, from[i++]);
      continue;
    }
    if (k == m->out->n_footnotes) { /* who checks the texts tells it, with its place */
      sx_buf_add_char(to, from[i++]);
      continue;
    }
    if (!m->out->footnotes[k].number) m->out->footnotes[k].number = ++m->page->n_footnotes;
    char *source = sx_arena_strndup(m->page->arena, from + i, id + 3);
    if (!source) return sx_error_memory(err);
    const sx_item item = {.kind = SX_ITEM_FOOTNOTE, .source = source, .n_source = id + 3, .footnote = k};
    SX_TRY(add_item(m, to, &item, err));
    i += id + 3;
  }
  return SX_OK;
}

/* ---- emphasis beside Chinese punctuation ------------------------------------------------------------------------- */

/* CommonMark lets ** open or close only beside a blank where punctuation stands on the other side, but Chinese has no blanks: in
 * `比**“Z世代”**高` neither would count. A blank that is not printed is put there. */
static bool chinese_mark(const char *text, size_t n) {
  uint32_t code = 0;
  if (!sx_utf8_next(&code, text, n)) return false;
  return (code >= 0x3001 && code <= 0x301F) || (code >= 0xFF01 && code <= 0xFF0F) ||
         (code >= 0xFF1A && code <= 0xFF1F) || (code >= 0x2018 && code <= 0x201D) || code == 0x2014 || code == 0x2026;
}

static bool blank_or_mark(const char *text, size_t n) {
  return n == 0 || (unsigned char)text[0] <= ' ' || chinese_mark(text, n) ||
         ((unsigned char)text[0] < 0x80 && strchr("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\\", text[0]));
}

static size_t last_char(const char *text, size_t n) {
  size_t i = n;
  while (i > 0 && ((unsigned char)text[--i] & 0xC0) == 0x80) {
  }
  return i;
}

static void ease_emphasis(sx_buf *to, const char *from, size_t n) {
  bool open = false;
  for (size_t i = 0; i < n;) {
    size_t run = 0;
    while (i + run < n && from[i + run] == '*') run++;
    if (from[i] == '\n' && i + 1 < n && from[i + 1] == '\n') open = false;
    if (run < 1 || run > 3) {
      sx_buf_add_n(to, from + i, run ? run : 1);
      i += run ? run : 1;
      continue;
    }
    const size_t before = last_char(from, i), after = i + run;
    const bool line_start = i == 0 || from[i - 1] == '\n';
    if (!line_start && !open && chinese_mark(from + after, n - after) && !blank_or_mark(from + before, i - before)) {
      sx_buf_add(to, SX_ITEM_BLANK);
    }
    sx_buf_add_n(to, from + i, run);
    if (open && chinese_mark(from + before, i - before) && !blank_or_mark(from + after, n - after)) {
      sx_buf_add(to, SX_ITEM_BLANK);
    }
    if (!(line_start && after < n && from[after] == ' ')) open = !open; /* not the bullet of a list */
    i += run;
  }
}

sx_status sx_report__prepare(sx_prepared *out, sx_page *page, const char *file, const char *text, sx_error *err) {
  maker m = {.out = out, .page = page, .file = file};
  sx_buf bound, rest;
  *out = (sx_prepared){0};
  sx_buf_init(&out->text, &page->ctx);
  sx_buf_init(&bound, &page->ctx);
  sx_buf_init(&rest, &page->ctx);
  sx_buf_add(&bound, "");
  sx_buf_add(&rest, "");
  sx_buf_add(&out->text, "");
  sx_status status;
  SX_TRY_GOTO(status, bind_all(&m, &bound, text, err), done);
  SX_TRY_GOTO(status, sx_buf_status(&bound, err), done);
  SX_TRY_GOTO(status, take_footnotes(&m, &rest, bound.data, bound.n, err), done);
  SX_TRY_GOTO(status, sx_buf_status(&rest, err), done);
  sx_buf_reset(&bound);
  sx_buf_add(&bound, "");
  ease_emphasis(&bound, rest.data, rest.n);
  SX_TRY_GOTO(status, sx_buf_status(&bound, err), done);
  SX_TRY_GOTO(status, number_footnotes(&m, &out->text, bound.data, bound.n, err), done);
  status = sx_buf_status(&out->text, err);
done:
  sx_buf_clear(&bound);
  sx_buf_clear(&rest);
  if (status != SX_OK) sx_report__prepared_clear(out, &page->ctx);
  return status;
}

void sx_report__prepared_clear(sx_prepared *prepared, const sx_ctx *ctx) {
  sx_buf_clear(&prepared->text);
  sx_mem_free(ctx, prepared->items);
  sx_mem_free(ctx, prepared->footnotes);
  *prepared = (sx_prepared){0};
}
