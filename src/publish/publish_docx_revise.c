/* publish_docx_revise.c: an edited .docx and what another run says, word against word: what the document records of the run that wrote it, what the run says
 * now, and the edits that follow from both. */
#include "publish_docx_revise_priv.h"
#include "publish_docx_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CUSTOM[] = "docProps/custom.xml", DOCUMENT[] = "word/document.xml";

/* ---- what the document records ----------------------------------------------------------------------------------- */

/* fn is called with each property of text: its name, and where its value stands. */
typedef sx_status (*property_fn)(sx_reviser *v, const char *name, const char *xml, size_t from, size_t to);

static sx_status each_property(sx_reviser *v, const sx_package_part *part, property_fn fn) {
  size_t at = 0;
  sx_docx_tag tag;
  sx_buf name;
  sx_status status = SX_OK;
  sx_buf_init(&name, &v->r.ctx);
  while (status == SX_OK && sx_publish__next_tag(&tag, part->data, part->n, &at)) {
    const bool value = sx_publish__tag_is(&tag, "vt:lpwstr") || sx_publish__tag_is(&tag, "vt:lpstr");
    if (sx_publish__tag_is(&tag, "property") && !tag.closing) {
      if (!sx_publish__tag_attribute(&name, part->data, &tag, "name")) sx_buf_reset(&name);
    } else if (value && !tag.closing && !tag.empty && name.n) {
      const char *end = memchr(part->data + tag.to, '<', part->n - tag.to);
      if (end) status = fn(v, name.data, part->data, tag.to, (size_t)(end - part->data));
    }
  }
  sx_buf_clear(&name);
  return status;
}

static sx_status keep_property(sx_reviser *v, const char *name, const char *xml, size_t from, size_t to) {
  int32_t code;
  const size_t known = sx_dict_count(v->then);
  sx_buf value;
  SX_TRY(sx_dict_add(&code, v->then, name, strlen(name), v->r.err));
  if ((size_t)code < known) return SX_OK;
  if (!sx_arena_grow(v->r.arena, (void **)&v->then_values, &v->cap_then, known + 1, sizeof *v->then_values))
    return sx_error_memory(v->r.err);
  sx_buf_init(&value, &v->r.ctx);
  sx_buf_add(&value, "");
  sx_publish__add_plain(&value, xml + from, to - from);
  v->then_values[code] = value.failed ? NULL : sx_arena_strdup(v->r.arena, value.data);
  sx_buf_clear(&value);
  if (strncmp(name, SX_SAID_PROPERTY, strlen(SX_SAID_PROPERTY)) == 0) v->recorded = true;
  return v->then_values[code] ? SX_OK : sx_error_memory(v->r.err);
}

static const char *nothing(void) {
  static const char hash[] = "e3b0c44298"; /* of no words: SHA-256 of the empty text */
  return hash;
}

const char *sx_revise__then(const sx_reviser *v, const char *key) {
  char name[40];
  const int n = snprintf(name, sizeof name, SX_SAID_PROPERTY "%s", key);
  const int32_t code = n > 0 ? sx_dict_find(v->then, name, (size_t)n) : -1;
  if (code < 0) return v->recorded ? nothing() : NULL;
  const char *value = v->then_values[code];
  return strchr(value, ',') ? sx_arena_strndup(v->r.arena, value, strcspn(value, ",")) : value;
}

bool sx_revise__was_written(const sx_reviser *v, const char *key, const char *hash) {
  char name[40];
  const int n = snprintf(name, sizeof name, SX_SAID_PROPERTY "%s", key);
  const int32_t code = n > 0 ? sx_dict_find(v->then, name, (size_t)n) : -1;
  const char *since = code >= 0 ? strchr(v->then_values[code], ',') : NULL;
  return since && strstr(since, hash) != NULL;
}

const char *sx_revise__now(const sx_reviser *v, const char *key) {
  char name[40];
  const int n = snprintf(name, sizeof name, SX_SAID_PROPERTY "%s", key);
  const int32_t code = n > 0 ? sx_dict_find(v->now.names, name, (size_t)n) : -1;
  return code >= 0 ? v->now.properties[code].value : nothing();
}

/* ---- what the run says ------------------------------------------------------------------------------------------- */

/* 0 Chinese, 1 English, 2 both: by the names that the run gave to things of its own; else by its letters. */
static int language_of(const sx_package *package) {
  static const struct {
    const char *word;
    int lang;
  } signs[] = {{"name=\"@zh-en.", 2}, {"name=\"@en.", 1}, {"name=\"@zh.", 0},
               {"figure:zh+en:", 2},  {"figure:en:", 1},  {"figure:zh:", 0}};
  const sx_package_part *custom = sx_publish__package_get(package, CUSTOM);
  const sx_package_part *text = sx_publish__package_get(package, DOCUMENT);
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    const sx_package_part *part = i < 3 ? custom : text;
    if (part && strstr(part->data, signs[i].word)) return signs[i].lang;
  }
  size_t han = 0;
  for (size_t i = 0; text && i < text->n; i++) han += (unsigned char)text->data[i] >= 0xE4;
  return text && han > text->n / 200 ? 0 : 1;
}

static bool has_charts(const sx_package *package) {
  for (size_t i = 0; i < package->n; i++)
    if (strncmp(package->parts[i].name, "word/charts/", strlen("word/charts/")) == 0) return true;
  return false;
}

static sx_status keep_span(sx_reviser *v, const sx_said_span *span, int part) {
  int32_t code;
  const size_t known = sx_dict_count(v->now_keys);
  SX_TRY(sx_dict_add(&code, v->now_keys, span->key, strlen(span->key), v->r.err));
  if ((size_t)code < known) return SX_OK;
  if (!sx_arena_grow(v->r.arena, (void **)&v->now_spans, &v->cap_spans, known + 1, sizeof *v->now_spans) ||
      !sx_arena_grow(v->r.arena, (void **)&v->now_parts, &v->cap_parts, known + 1, sizeof *v->now_parts))
    return sx_error_memory(v->r.err);
  v->now_spans[code] = span;
  v->now_parts[code] = part;
  return SX_OK;
}

static sx_status keep_number(sx_reviser *v, const sx_said_number *number, int part) {
  int32_t code;
  const size_t known = sx_dict_count(v->now_numbers);
  SX_TRY(sx_dict_add(&code, v->now_numbers, number->name, strlen(number->name), v->r.err));
  if ((size_t)code < known) return SX_OK;
  if (!sx_arena_grow(v->r.arena, (void **)&v->now_marked, &v->cap_marked, known + 1, sizeof *v->now_marked) ||
      !sx_arena_grow(v->r.arena, (void **)&v->now_marked_parts, &v->cap_marked_parts, known + 1,
                     sizeof *v->now_marked_parts))
    return sx_error_memory(v->r.err);
  v->now_marked[code] = number;
  v->now_marked_parts[code] = part;
  return SX_OK;
}

static sx_status hear(bool *heard, sx_reviser *v) {
  sx_document *document = NULL;
  SX_TRY(sx_publish__redraw_document(&document, v->r.redraw, language_of(v->r.package)));
  *heard = document != NULL;
  if (!document) return SX_OK;
  v->has_now = true;
  SX_TRY(sx_publish__docx_words(&v->now, document, has_charts(v->r.package), v->r.err));
  v->now_xml[0] = &v->now.body;
  v->now_xml[1] = &v->now.notes;
  for (int part = 0; part < SX_REVISE_PARTS; part++) {
    sx_buf_add(part ? &v->now.notes : &v->now.body, "");
    SX_TRY(sx_buf_status(v->now_xml[part], v->r.err));
    SX_TRY(sx_publish__said_read(&v->now_text[part], &v->r.ctx, v->now_xml[part]->data, v->now_xml[part]->n, v->r.err));
    const sx_said_text *t = &v->now_text[part];
    for (size_t i = 0; i < t->n_spans; i++) SX_TRY(keep_span(v, &t->spans[i], part));
    for (size_t i = 0; i < t->n_numbers; i++) SX_TRY(keep_number(v, &t->numbers[i], part));
  }
  return SX_OK;
}

const sx_said_span *sx_revise__span(const sx_reviser *v, const char *key, int *part) {
  const int32_t code = sx_dict_find(v->now_keys, key, strlen(key));
  if (code < 0) return NULL;
  *part = v->now_parts[code];
  return v->now_spans[code];
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static const char *value_of(const sx_reviser *v, const char *name, size_t n) {
  int32_t code = sx_dict_find(v->now.names, name, n);
  if (code >= 0) return v->now.properties[code].value;
  code = sx_dict_find(v->then, name, n);
  return code >= 0 ? v->then_values[code] : "…";
}

const char *sx_revise__shown(const sx_reviser *v, const char *text, size_t n, size_t most) {
  sx_buf out;
  sx_buf_init(&out, &v->r.ctx);
  sx_buf_add(&out, "");
  for (size_t i = 0; i < n && out.n <= most; i++) {
    const char *end = text[i] == '{' ? memchr(text + i, '}', n - i) : NULL;
    if (end) {
      sx_buf_add(&out, value_of(v, text + i + 1, (size_t)(end - text) - i - 1));
      i = (size_t)(end - text);
    } else if (text[i] == '@') {
      sx_buf_add(&out, "…");
    } else if (text[i] == SX_SAID_NOTE) {
      sx_buf_add(&out, "[^]");
    } else {
      sx_buf_add_char(&out, text[i]);
    }
  }
  const char *copy = NULL;
  if (!out.failed && out.n > most) {
    const size_t cut = sx_utf8_cut(out.data, out.n, most);
    copy = sx_arena_printf(v->r.arena, "%.*s…", (int)cut, out.data);
  } else if (!out.failed) {
    copy = sx_arena_strdup(v->r.arena, out.data);
  }
  sx_buf_clear(&out);
  return copy;
}

/* The caption above a note, or right above the table of a cell; NULL: none is there. */
static const sx_said_paragraph *caption_of(const sx_said_text *t, size_t paragraph) {
  static const char *const words[] = {"Table ", "Figure ",   "Box ",       "表 ",      "图 ",
                                      "专栏 ",  "表 Table ", "图 Figure ", "专栏 Box "};
  for (size_t i = paragraph + 1; i-- > 0;) {
    const sx_said_paragraph *p = &t->paragraphs[i];
    for (size_t k = 0; k < sizeof words / sizeof *words && !p->contents; k++) {
      const size_t n = strlen(words[k]);
      if (p->to - p->from <= n || memcmp(t->text.data + p->from, words[k], n) != 0) continue;
      if (strchr("0123456789", t->text.data[p->from + n])) return p;
    }
    if (t->paragraphs[paragraph].cell && !p->cell && p->to > p->from) return NULL; /* a table without one */
  }
  return NULL;
}

const char *sx_revise__place(const sx_reviser *v, const sx_said_text *t, size_t paragraph) {
  enum { SHORT = 40 };
  if (paragraph >= t->n_paragraphs) return "";
  const sx_said_paragraph *p = &t->paragraphs[paragraph];
  const char *begin = sx_revise__shown(v, t->text.data + p->from, p->to - p->from, 60);
  const bool note = strncmp(t->text.data + p->from, "Note", 4) == 0 || strncmp(t->text.data + p->from, "注", 3) == 0;
  const sx_said_paragraph *caption = note || (p->cell && p->to - p->from < SHORT) ? caption_of(t, paragraph) : NULL;
  if (!caption || caption == p || !begin) return begin;
  const char *of = sx_revise__shown(v, t->text.data + caption->from, caption->to - caption->from, 60);
  if (of && p->cell && p->row)
    return sx_arena_printf(v->r.arena, "%s, row %zu, column %zu%s%s", of, p->row, p->column, *begin ? ": " : "", begin);
  return of ? sx_arena_printf(v->r.arena, "%s%s%s", of, *begin ? ": " : "", begin) : NULL;
}

sx_status sx_revise__list(sx_reviser *v, const char *key, const char *place, const char *stands, const char *says) {
  sx_refill *out = v->r.out;
  int32_t code;
  const sx_refill_word word = {sx_arena_strdup(v->r.arena, place ? place : ""),
                               sx_arena_strdup(v->r.arena, stands ? stands : ""),
                               sx_arena_strdup(v->r.arena, says ? says : "")};
  if (!place || !stands || !says || !word.place || !word.stands || !word.says) return sx_error_memory(v->r.err);
  SX_TRY(sx_dict_add(&code, v->left, key, strlen(key), v->r.err));
  if (!sx_arena_grow(v->r.arena, (void **)&out->words, &out->cap_words, out->n_words + 1, sizeof *out->words))
    return sx_error_memory(v->r.err);
  out->words[out->n_words++] = word;
  return SX_OK;
}

/* ---- edits ------------------------------------------------------------------------------------------------------- */

sx_status sx_revise__edit(sx_reviser *v, size_t from, size_t to, const char *xml) {
  void *p = v->edits;
  const bool grown = sx_mem_grow(&v->r.ctx, &p, &v->cap_edits, v->n_edits + 1, sizeof *v->edits);
  v->edits = p;
  if (!grown || !xml) return sx_error_memory(v->r.err);
  v->edits[v->n_edits++] = (sx_revise_edit){from, to, xml};
  return SX_OK;
}

static int by_place(const void *a, const void *b) {
  const sx_revise_edit *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return x->to < y->to ? -1 : x->to > y->to;
}

static sx_status apply(sx_reviser *v, const char *name) {
  const sx_package_part *part = sx_publish__package_get(v->r.package, name);
  size_t at = 0;
  sx_buf out;
  if (!v->n_edits) return SX_OK;
  sx_buf_init(&out, &v->r.ctx);
  qsort(v->edits, v->n_edits, sizeof *v->edits, by_place);
  for (size_t i = 0; i < v->n_edits; i++) {
    if (v->edits[i].from < at) continue;
    sx_buf_add_n(&out, part->data + at, v->edits[i].from - at);
    sx_buf_add(&out, v->edits[i].xml);
    at = v->edits[i].to;
  }
  sx_buf_add_n(&out, part->data + at, part->n - at);
  v->n_edits = 0;
  sx_status status = sx_buf_status(&out, v->r.err);
  if (status == SX_OK) status = sx_publish__package_take(v->r.package, name, &out, v->r.err);
  sx_buf_clear(&out);
  return status;
}

static bool is_block_record(const char *name) {
  return strncmp(name, SX_SAID_PROPERTY SX_SAID_BLOCKS, strlen(SX_SAID_PROPERTY SX_SAID_BLOCKS)) == 0;
}

/* Some words of a key are left: those that are written anew are no person's, whatever the next run says. */
static sx_status record_since(sx_reviser *v, const char *xml, size_t from, size_t to, const char *now) {
  enum { MOST = 20 }; /* hashes of a property */
  const char *old = sx_arena_strndup(v->r.arena, xml + from, to - from);
  if (!old) return sx_error_memory(v->r.err);
  if (!*old || strstr(old, now) || strlen(old) > MOST * SX_SAID_HASH) return SX_OK;
  return sx_revise__edit(v, from, to, sx_arena_printf(v->r.arena, "%s,%s", old, now));
}

/* What is recorded of words that now stand as the run says them is what it says. */
static sx_status record_anew(sx_reviser *v, const char *name, const char *xml, size_t from, size_t to) {
  const size_t k = strlen(SX_SAID_PROPERTY);
  if (strncmp(name, SX_SAID_PROPERTY, k) != 0) return SX_OK;
  const char *now = sx_revise__now(v, name + k);
  if (sx_dict_find(v->left, name + k, strlen(name + k)) >= 0) return record_since(v, xml, from, to, now);
  if (is_block_record(name) && now == nothing()) now = ""; /* a shorter record */
  if (to - from == strlen(now) && memcmp(xml + from, now, to - from) == 0) return SX_OK;
  return sx_revise__edit(v, from, to, now);
}

static size_t digits(const char *text) {
  size_t n = 0;
  while (text[n] >= '0' && text[n] <= '9') n++;
  return n;
}

/* Properties that the words rest on which came; those of the run that the document never had are recorded too, or they would count as words of nothing. */
static sx_status add_properties(sx_reviser *v) {
  const sx_package_part *part = sx_publish__package_get(v->r.package, CUSTOM);
  const char *end = part ? strstr(part->data, "</Properties>") : NULL;
  int64_t pid = 1, one;
  sx_buf out;
  for (size_t i = 0; v->recorded && i < v->now.n_properties; i++) {
    const char *name = v->now.properties[i].name;
    const size_t k = strlen(SX_SAID_PROPERTY);
    int32_t code;
    if (is_block_record(name) && !v->has_blocks) continue;
    if (strncmp(name, SX_SAID_PROPERTY, k) == 0 && sx_dict_find(v->left, name + k, strlen(name + k)) < 0 &&
        sx_dict_find(v->then, name, strlen(name)) < 0)
      SX_TRY(sx_dict_add(&code, v->added, name, strlen(name), v->r.err));
  }
  if (!end || !sx_dict_count(v->added)) return SX_OK;
  const char *p = part->data;
  while ((p = sx_publish__docx_find(part->data, part->n, (size_t)(p - part->data) + 1, " pid=\"")) != NULL)
    if (sx_text_to_int64(&one, p + 6, digits(p + 6)) && one > pid && one < 1000000) pid = one;
  sx_buf_init(&out, &v->r.ctx);
  sx_buf_add_n(&out, part->data, (size_t)(end - part->data));
  for (size_t i = 0; i < v->now.n_properties; i++) {
    const sx_docx_property *property = &v->now.properties[i];
    if (sx_dict_find(v->added, property->name, strlen(property->name)) < 0) continue;
    sx_buf_printf(&out, "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"%d\" name=\"", (int)++pid);
    sx_publish__xml_text(&out, property->name);
    sx_buf_add(&out, "\"><vt:lpwstr>");
    sx_publish__xml_text(&out, property->value);
    sx_buf_add(&out, "</vt:lpwstr></property>\n");
  }
  sx_buf_add(&out, end);
  sx_status status = sx_buf_status(&out, v->r.err);
  if (status == SX_OK) status = sx_publish__package_take(v->r.package, CUSTOM, &out, v->r.err);
  sx_buf_clear(&out);
  return status;
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

/* Beyond every number of a bookmark that the document has. */
static void count_marks(sx_reviser *v, const sx_package_part *part) {
  static const char start[] = "<w:bookmarkStart ";
  const char *p = part->data;
  while ((p = sx_publish__docx_find(part->data, part->n, (size_t)(p - part->data) + 1, start)) != NULL) {
    const char *end = memchr(p, '>', part->n - (size_t)(p - part->data));
    const char *id = end ? sx_publish__docx_find(p, (size_t)(end - p), 0, "w:id=\"") : NULL;
    int64_t number = 0;
    if (id && sx_text_to_int64(&number, id + 6, digits(id + 6)) && number >= 0 && (size_t)number >= v->next_mark)
      v->next_mark = (size_t)number + 1;
  }
}

static bool holds_words(const char *name) {
  return strcmp(name, DOCUMENT) == 0 || strcmp(name, "word/footnotes.xml") == 0;
}

static sx_status revise_part(sx_reviser *v, const char *name) {
  const sx_package_part *part = sx_publish__package_get(v->r.package, name);
  sx_said_text text;
  SX_TRY(sx_publish__said_read(&text, &v->r.ctx, part->data, part->n, v->r.err));
  sx_status status = sx_revise__part(v, &text, part->data);
  if (status == SX_OK) status = sx_revise__marks(v, &text);
  sx_publish__said_clear(&text);
  return status == SX_OK ? apply(v, name) : status;
}

/* A property of a number that stood in words which went, and that no field shows now, goes too. */
static sx_status drop_gone(sx_reviser *v, const sx_said_text *parts, size_t n_parts) {
  const sx_package_part *custom = sx_publish__package_get(v->r.package, CUSTOM);
  sx_dict *shown = NULL;
  sx_status status = sx_dict_new(&shown, &v->r.ctx, v->r.err);
  for (size_t k = 0; k < n_parts && status == SX_OK; k++) {
    for (size_t i = 0; i < parts[k].n_numbers && status == SX_OK; i++) {
      int32_t code;
      const char *name = parts[k].numbers[i].name;
      status = sx_dict_add(&code, shown, name, strlen(name), v->r.err);
    }
  }
  size_t at = 0, from = 0;
  sx_docx_tag tag;
  sx_buf name;
  bool goes = false;
  sx_buf_init(&name, &v->r.ctx);
  while (status == SX_OK && custom && sx_publish__next_tag(&tag, custom->data, custom->n, &at)) {
    if (!sx_publish__tag_is(&tag, "property")) continue;
    if (tag.closing && goes) {
      const bool line = custom->data[tag.to] == '\n';
      status = sx_revise__edit(v, from, tag.to + line, "");
    }
    goes = false;
    if (tag.closing || !sx_publish__tag_attribute(&name, custom->data, &tag, "name")) continue;
    const size_t n = strncmp(name.data, "sx_", 3) == 0 ? strcspn(name.data, ".") : name.n; /* pieces of a long key */
    goes = sx_dict_find(v->gone, name.data, n) >= 0 && sx_dict_find(shown, name.data, n) < 0;
    from = tag.from;
  }
  sx_buf_clear(&name);
  sx_dict_free(shown);
  return status == SX_OK ? apply(v, CUSTOM) : status;
}

/* What stands there now, for words that no bookmark holds. */
static sx_status look_over(sx_reviser *v) {
  sx_said_text parts[SX_REVISE_PARTS];
  size_t n = 0;
  sx_status status = SX_OK;
  for (size_t i = 0; i < v->r.package->n && status == SX_OK && n < SX_REVISE_PARTS; i++) {
    const sx_package_part *part = &v->r.package->parts[i];
    if (!holds_words(part->name)) continue;
    status = sx_publish__said_read(&parts[n], &v->r.ctx, part->data, part->n, v->r.err);
    if (status == SX_OK) n++;
  }
  if (status == SX_OK) status = sx_revise__look(v, parts, n);
  if (status == SX_OK) status = sx_revise__blocks(v, parts, n);
  if (status == SX_OK && !v->r.only_look) status = drop_gone(v, parts, n);
  for (size_t i = 0; i < n; i++) sx_publish__said_clear(&parts[i]);
  return status;
}

static sx_status whole(sx_reviser *v) {
  const sx_package_part *custom = sx_publish__package_get(v->r.package, CUSTOM);
  bool heard = false;
  sx_dict **const dicts[] = {&v->now_keys, &v->now_numbers, &v->then, &v->left, &v->added, &v->gone};
  for (size_t i = 0; i < sizeof dicts / sizeof *dicts; i++) SX_TRY(sx_dict_new(dicts[i], &v->r.ctx, v->r.err));
  if (custom) SX_TRY(each_property(v, custom, keep_property));
  v->has_blocks = sx_dict_find(v->then, SX_SAID_PROPERTY SX_SAID_BLOCKS "1", strlen(SX_SAID_PROPERTY) + 2) >= 0;
  SX_TRY(hear(&heard, v));
  if (!heard) return SX_OK;
  v->next_mark = 1;
  for (size_t i = 0; i < v->r.package->n; i++)
    if (holds_words(v->r.package->parts[i].name)) count_marks(v, &v->r.package->parts[i]);
  for (size_t i = 0; i < v->r.package->n; i++)
    if (holds_words(v->r.package->parts[i].name)) SX_TRY(revise_part(v, v->r.package->parts[i].name));
  SX_TRY(look_over(v));
  custom = sx_publish__package_get(v->r.package, CUSTOM);
  if (v->r.only_look || !custom) return SX_OK;
  SX_TRY(each_property(v, custom, record_anew));
  SX_TRY(apply(v, CUSTOM));
  return add_properties(v);
}

sx_status sx_publish__revise(const sx_revise *r) {
  sx_reviser v = {.r = *r};
  const sx_status status = whole(&v);
  for (int part = 0; part < SX_REVISE_PARTS; part++)
    if (v.now_text[part].arena) sx_publish__said_clear(&v.now_text[part]);
  if (v.has_now) sx_publish__docx_clear(&v.now);
  sx_dict *const dicts[] = {v.now_keys, v.now_numbers, v.then, v.left, v.added, v.gone};
  for (size_t i = 0; i < sizeof dicts / sizeof *dicts; i++) sx_dict_free(dicts[i]);
  sx_mem_free(&r->ctx, v.edits);
  return status;
}
