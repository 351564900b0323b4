/* publish_docx_said_read.c: a part of an edited .docx read for the words that follow from numbers: paragraphs, the bookmarks around such words, fields of
 * numbers and the signs behind them, each with its place in the XML. */
#include "publish_docx_said.h"
#include "publish_docx_scan.h"

#include <stdlib.h>
#include <string.h>

#include "publish_symbols.h"

enum { FIELDS_MAX = 16, CODE_MAX = 1200, ID_MAX = 24, OPEN_MAX = 32, TABLES_MAX = 8 };

typedef enum field_kind { FIELD_OTHER, FIELD_NUMBER, FIELD_REFERENCE, FIELD_NOTE, FIELD_CONTENTS } field_kind;

typedef struct field {
  field_kind kind;
  bool shown;
  size_t n;
  char code[CODE_MAX];
} field;

/* The cell that is read of a table; next: the column of the one behind it. */
typedef struct table_place {
  size_t row, column, next;
} table_place;

typedef struct reader {
  sx_said_text *t;
  const char *xml;
  size_t n;
  field *fields;               /* [FIELDS_MAX] */
  size_t n_fields, deep, skip; /* skip: depth of what is not read */
  size_t tables;               /* depth of those that are open */
  table_place places[TABLES_MAX + 1];
  char ids[OPEN_MAX][ID_MAX];
  size_t open[OPEN_MAX], n_open; /* spans that have begun */
  bool raised;                   /* the run at hand is set high */
  char sign_id[ID_MAX];          /* of the bookmark of a sign that has begun; "" none */
  char sign_hash[SX_SAID_HASH];  /* of what the run wrote there */
  size_t n_signs;                /* length of the signs before it */
  bool fresh;                    /* nothing stands behind the last number but its signs */
  sx_buf value;
  sx_error *err;
} reader;

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void put(sx_said_text *t, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char c = text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
    const char last = t->text.n ? t->text.data[t->text.n - 1] : '\n';
    if (c != ' ' || (last != ' ' && last != '\n')) sx_buf_add_char(&t->text, c);
  }
}

/* The field whose result is shown in another form; NULL: none is open. */
static bool in_field(const reader *r) {
  for (size_t i = 0; i < r->n_fields; i++) {
    const field *f = &r->fields[i];
    if (!f->shown || (f->kind != FIELD_OTHER && f->kind != FIELD_CONTENTS)) return true;
  }
  return false;
}

/* The next sign of those that stand behind numbers; 0: something else. */
static size_t sign_at(const char *text) {
  static const char *const signs[] = {"†", "‡", "×", "*"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (strncmp(text, signs[i], strlen(signs[i])) == 0) return strlen(signs[i]);
  for (int scheme = 0; scheme <= SX_SYMBOLS_DESTATIS; scheme++) {
    for (int lang = 0; lang < 2; lang++) {
      const char *word, *sign = sx_symbols_unreliable(&word, (sx_symbols)scheme, (sx_lang)lang);
      if (*sign && strncmp(text, sign, strlen(sign)) == 0) return strlen(sign);
    }
  }
  return 0;
}

static bool all_signs(const char *text) {
  size_t k;
  if (!*text) return false;
  for (; *text; text += k)
    if ((k = sign_at(text)) == 0) return false;
  return true;
}

/* Signs behind the number that was read last: in a bookmark of the run, or a person's. */
static sx_status put_signs(reader *r, const char *text, size_t at) {
  sx_said_number *last = &r->t->numbers[r->t->n_numbers - 1];
  const char **signs = *r->sign_id ? &last->marks : &last->others;
  if (!*r->sign_id && !**signs) last->others_from = at;
  *signs = sx_arena_printf(r->t->arena, "%s%s", *signs, text);
  return *signs ? SX_OK : sx_error_memory(r->err);
}

static sx_status put_text(reader *r, size_t from, size_t to) {
  sx_buf_reset(&r->value);
  sx_buf_add(&r->value, "");
  sx_publish__add_plain(&r->value, r->xml + from, to - from);
  SX_TRY(sx_buf_status(&r->value, r->err));
  if (in_field(r)) return SX_OK;
  if (r->raised && r->fresh && all_signs(r->value.data)) return put_signs(r, r->value.data, from);
  if (r->value.n) r->fresh = false;
  put(r->t, r->value.data, r->value.n);
  return sx_buf_status(&r->t->text, r->err);
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static void open_field(reader *r) {
  if (r->n_fields == FIELDS_MAX) {
    r->deep++;
    return;
  }
  field *f = &r->fields[r->n_fields++];
  f->kind = FIELD_OTHER;
  f->shown = false;
  f->n = 0;
  f->code[0] = '\0';
}

static void add_code(reader *r, const char *text, size_t n) {
  field *f = r->n_fields && !r->deep ? &r->fields[r->n_fields - 1] : NULL;
  if (!f || f->shown || n >= CODE_MAX - f->n) return;
  memcpy(f->code + f->n, text, n);
  f->code[f->n += n] = '\0';
}

/* The name between quotation marks, to the beginning of the code. */
static void keep_name(field *f) {
  const char *p = strchr(f->code, '"');
  size_t n = 0;
  char name[CODE_MAX];
  for (p = p ? p + 1 : ""; *p && *p != '"'; p++) {
    if (*p == '\\' && p[1]) p++;
    name[n++] = *p;
  }
  memcpy(f->code, name, n);
  f->code[n] = '\0';
}

static void show_field(reader *r) {
  static const struct {
    const char *word;
    field_kind kind;
  } known[] = {
      {"DOCPROPERTY", FIELD_NUMBER}, {"REF", FIELD_REFERENCE}, {"NOTEREF", FIELD_NOTE}, {"TOC", FIELD_CONTENTS}};
  field *f = r->n_fields && !r->deep ? &r->fields[r->n_fields - 1] : NULL;
  if (!f || f->shown) return;
  f->shown = true;
  const char *code = f->code + strspn(f->code, " ");
  const size_t n = strcspn(code, " \\\"");
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].word) == n && memcmp(code, known[i].word, n) == 0) f->kind = known[i].kind;
  if (f->kind == FIELD_NUMBER) keep_name(f);
}

static sx_status close_field(reader *r, size_t behind) {
  sx_said_text *t = r->t;
  if (r->deep) {
    r->deep--;
    return SX_OK;
  }
  if (!r->n_fields) return SX_OK;
  const field *f = &r->fields[--r->n_fields];
  if (in_field(r)) return SX_OK;
  if (f->kind == FIELD_REFERENCE) put(t, "@", 1);
  if (f->kind == FIELD_NOTE) put(t, &(const char){SX_SAID_NOTE}, 1);
  if (f->kind == FIELD_REFERENCE) r->fresh = false;
  if (f->kind != FIELD_NUMBER) return sx_buf_status(&t->text, r->err);
  sx_buf_printf(&t->text, "{%s}", f->code);
  if (!sx_arena_grow(t->arena, (void **)&t->numbers, &t->cap_numbers, t->n_numbers + 1, sizeof *t->numbers))
    return sx_error_memory(r->err);
  sx_said_number *number = &t->numbers[t->n_numbers++];
  *number = (sx_said_number){.name = sx_arena_strdup(t->arena, f->code),
                             .marks = "",
                             .others = "",
                             .at = t->text.n,
                             .behind = behind,
                             .paragraph = t->n_paragraphs ? t->n_paragraphs - 1 : 0};
  r->fresh = true;
  r->sign_id[0] = '\0';
  return number->name ? sx_buf_status(&t->text, r->err) : sx_error_memory(r->err);
}

/* ---- bookmarks --------------------------------------------------------------------------------------------------- */

/* The bookmark of a sign; the name is in the reader's value. */
static sx_status begin_sign(reader *r, const sx_docx_tag *tag) {
  const char *hash = r->value.data + strlen(SX_SIGN_BOOKMARK);
  const size_t n = strcspn(hash, "_");
  if (!r->fresh || n >= SX_SAID_HASH) return SX_OK; /* behind no number, or not as the run names them */
  memcpy(r->sign_hash, hash, n);
  r->sign_hash[n] = '\0';
  if (!sx_publish__tag_attribute(&r->value, r->xml, tag, "w:id") || r->value.n >= ID_MAX)
    return sx_buf_status(&r->value, r->err);
  sx_said_number *last = &r->t->numbers[r->t->n_numbers - 1];
  if (*r->sign_id || (last->marks_to && last->marks_to != tag->from)) last->odd = true;
  if (!last->marks_to) last->marks_from = tag->from;
  r->n_signs = strlen(last->marks);
  memcpy(r->sign_id, r->value.data, r->value.n + 1);
  return SX_OK;
}

/* A sign that a person deleted may leave its bookmark; one that was typed behind it may have come into it. */
static sx_status end_sign(reader *r, const sx_docx_tag *tag) {
  sx_said_number *last = &r->t->numbers[r->t->n_numbers - 1];
  const char *sign = last->marks + r->n_signs;
  size_t n = 0, k = 0;
  for (; sign[n]; n += sign_at(sign + n)) {
    char hash[SX_SAID_HASH];
    sx_publish__said_hash(hash, sign, n + sign_at(sign + n));
    if (strcmp(hash, r->sign_hash) == 0) k = n + sign_at(sign + n);
  }
  last->marks_to = tag->to;
  r->sign_id[0] = '\0';
  if (r->fresh && k == n) return SX_OK;
  last->odd = true;
  last->others = sx_arena_printf(r->t->arena, "%s%s", last->others, sign + k);
  last->marks = sx_arena_strndup(r->t->arena, last->marks, r->n_signs + k);
  return last->others && last->marks ? SX_OK : sx_error_memory(r->err);
}

static sx_status begin_span(reader *r, const sx_docx_tag *tag) {
  sx_said_text *t = r->t;
  const size_t k = strlen(SX_SAID_BOOKMARK);
  if (!sx_publish__tag_attribute(&r->value, r->xml, tag, "w:name")) return sx_buf_status(&r->value, r->err);
  if (strncmp(r->value.data, SX_SIGN_BOOKMARK, strlen(SX_SIGN_BOOKMARK)) == 0) return begin_sign(r, tag);
  if (strncmp(r->value.data, SX_SAID_BOOKMARK, k) != 0) return SX_OK;
  const size_t n = strcspn(r->value.data + k, "_");
  if (!n || n >= SX_SAID_KEY || r->n_open == OPEN_MAX) return SX_OK;
  if (!sx_arena_grow(t->arena, (void **)&t->spans, &t->cap_spans, t->n_spans + 1, sizeof *t->spans))
    return sx_error_memory(r->err);
  sx_said_span *span = &t->spans[t->n_spans];
  *span = (sx_said_span){.from = t->text.n,
                         .to = t->text.n,
                         .open = tag->from,
                         .inner = tag->to,
                         .paragraph = t->n_paragraphs ? t->n_paragraphs - 1 : 0};
  memcpy(span->key, r->value.data + k, n);
  if (!sx_publish__tag_attribute(&r->value, r->xml, tag, "w:id") || r->value.n >= ID_MAX)
    return sx_buf_status(&r->value, r->err);
  memcpy(r->ids[r->n_open], r->value.data, r->value.n + 1);
  r->open[r->n_open++] = t->n_spans++;
  return SX_OK;
}

static sx_status end_span(reader *r, const sx_docx_tag *tag) {
  size_t i = 0;
  if (!r->n_open && !*r->sign_id) return SX_OK;
  if (!sx_publish__tag_attribute(&r->value, r->xml, tag, "w:id")) return sx_buf_status(&r->value, r->err);
  if (*r->sign_id && strcmp(r->sign_id, r->value.data) == 0) return end_sign(r, tag);
  while (i < r->n_open && strcmp(r->ids[i], r->value.data) != 0) i++;
  if (i == r->n_open) return SX_OK;
  sx_said_span *span = &r->t->spans[r->open[i]];
  span->to = r->t->text.n;
  span->end = tag->from;
  span->shut = tag->to;
  span->whole = span->paragraph == (r->t->n_paragraphs ? r->t->n_paragraphs - 1 : 0);
  r->n_open--;
  for (; i < r->n_open; i++) {
    memcpy(r->ids[i], r->ids[i + 1], ID_MAX);
    r->open[i] = r->open[i + 1];
  }
  return SX_OK;
}

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

static bool in_contents(const reader *r) {
  for (size_t i = 0; i < r->n_fields; i++)
    if (r->fields[i].kind == FIELD_CONTENTS) return true;
  return false;
}

static sx_status begin_paragraph(reader *r) {
  sx_said_text *t = r->t;
  if (t->text.n) sx_buf_add_char(&t->text, '\n');
  if (!sx_arena_grow(t->arena, (void **)&t->paragraphs, &t->cap_paragraphs, t->n_paragraphs + 1, sizeof *t->paragraphs))
    return sx_error_memory(r->err);
  const table_place at = r->tables && r->tables <= TABLES_MAX ? r->places[r->tables] : (table_place){.row = 0};
  t->paragraphs[t->n_paragraphs++] = (sx_said_paragraph){.from = t->text.n,
                                                         .to = t->text.n,
                                                         .contents = in_contents(r),
                                                         .cell = r->tables > 0,
                                                         .row = at.row,
                                                         .column = at.column};
  r->fresh = false;
  return sx_buf_status(&t->text, r->err);
}

static void end_paragraph(reader *r) {
  sx_said_text *t = r->t;
  if (!t->n_paragraphs) return;
  t->paragraphs[t->n_paragraphs - 1].to = t->text.n;
  t->paragraphs[t->n_paragraphs - 1].contents = t->paragraphs[t->n_paragraphs - 1].contents || in_contents(r);
  r->fresh = false;
}

/* ---- a part ------------------------------------------------------------------------------------------------------ */

static bool is(const sx_docx_tag *tag, const char *name) {
  return sx_publish__tag_is(tag, name);
}

static sx_status field_tag(reader *r, const sx_docx_tag *tag) {
  if (is(tag, "w:fldSimple")) {
    if (tag->closing) return close_field(r, tag->to);
    if (tag->empty) return SX_OK;
    open_field(r);
    if (sx_publish__tag_attribute(&r->value, r->xml, tag, "w:instr")) add_code(r, r->value.data, r->value.n);
    show_field(r);
    return sx_buf_status(&r->value, r->err);
  }
  if (!sx_publish__tag_attribute(&r->value, r->xml, tag, "w:fldCharType")) return sx_buf_status(&r->value, r->err);
  if (strcmp(r->value.data, "begin") == 0) open_field(r);
  if (strcmp(r->value.data, "separate") == 0) show_field(r);
  if (strcmp(r->value.data, "end") != 0) return SX_OK;
  const char *close = sx_publish__docx_find(r->xml, r->n, tag->to, "</w:r>"); /* the run that it stands in */
  return close_field(r, close ? (size_t)(close - r->xml) + strlen("</w:r>") : tag->to);
}

static sx_status text_tag(reader *r, const sx_docx_tag *tag) {
  const char *stop = memchr(r->xml + tag->to, '<', r->n - tag->to);
  const size_t to = stop ? (size_t)(stop - r->xml) : r->n;
  if (is(tag, "w:t")) return put_text(r, tag->to, to);
  sx_buf_reset(&r->value);
  sx_buf_add(&r->value, "");
  sx_publish__add_plain(&r->value, r->xml + tag->to, to - tag->to);
  if (!r->value.failed) add_code(r, r->value.data, r->value.n);
  return sx_buf_status(&r->value, r->err);
}

static sx_status run_tag(reader *r, const sx_docx_tag *tag) {
  if (is(tag, "w:r")) {
    r->raised = false;
  } else if (is(tag, "w:vertAlign") && sx_publish__tag_attribute(&r->value, r->xml, tag, "w:val")) {
    r->raised = strcmp(r->value.data, "superscript") == 0;
  }
  return sx_buf_status(&r->value, r->err);
}

/* What is no text of the document: deleted, moved away, or a copy for older programs. */
static bool unread(const sx_docx_tag *tag) {
  return is(tag, "w:del") || is(tag, "w:moveFrom") || is(tag, "mc:Fallback");
}

/* Which row and column of the innermost table is read. */
static sx_status table_tag(reader *r, const sx_docx_tag *tag) {
  if (is(tag, "w:tbl")) {
    if (!tag->closing)
      r->tables++;
    else if (r->tables)
      r->tables--;
    if (!tag->closing && r->tables <= TABLES_MAX) r->places[r->tables] = (table_place){.row = 0};
  }
  if (!r->tables || r->tables > TABLES_MAX || tag->closing) return SX_OK;
  table_place *at = &r->places[r->tables];
  if (is(tag, "w:tr")) *at = (table_place){.row = at->row + 1, .next = 1};
  if (is(tag, "w:tc")) at->column = at->next++;
  int64_t span;
  if (is(tag, "w:gridSpan") && sx_publish__tag_attribute(&r->value, r->xml, tag, "w:val") &&
      sx_text_to_int64(&span, r->value.data, r->value.n) && span > 1 && span < 64)
    at->next += (size_t)span - 1;
  return sx_buf_status(&r->value, r->err);
}

static sx_status one_tag(reader *r, const sx_docx_tag *tag) {
  if (unread(tag) && !tag->empty) {
    if (!tag->closing) r->skip++;
    if (tag->closing && r->skip) r->skip--;
    return SX_OK;
  }
  if (r->skip) return SX_OK;
  SX_TRY(table_tag(r, tag));
  if (is(tag, "w:p") && !tag->closing) return begin_paragraph(r);
  if (is(tag, "w:p")) end_paragraph(r);
  if (is(tag, "w:r") || is(tag, "w:vertAlign")) return run_tag(r, tag);
  if ((is(tag, "w:fldChar") && !tag->closing) || is(tag, "w:fldSimple")) return field_tag(r, tag);
  if ((is(tag, "w:t") || is(tag, "w:instrText")) && !tag->closing && !tag->empty) return text_tag(r, tag);
  if ((is(tag, "w:br") || is(tag, "w:cr") || is(tag, "w:tab")) && !tag->closing && !in_field(r)) put(r->t, " ", 1);
  if (is(tag, "w:footnoteReference") && !tag->closing) put(r->t, &(const char){SX_SAID_NOTE}, 1);
  if (is(tag, "w:bookmarkStart") && !tag->closing) return begin_span(r, tag);
  if (is(tag, "w:bookmarkEnd") && !tag->closing) return end_span(r, tag);
  return sx_buf_status(&r->t->text, r->err);
}

static int by_place(const void *a, const void *b) {
  const sx_said_span *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  if (x->to != y->to) return x->to > y->to ? -1 : 1;
  return x->open < y->open ? -1 : x->open > y->open;
}

sx_status sx_publish__said_read(sx_said_text *out, const sx_ctx *ctx, const char *xml, size_t n, sx_error *err) {
  reader r = {.t = out, .xml = xml, .n = n, .err = err};
  size_t at = 0;
  sx_docx_tag tag;
  *out = (sx_said_text){.ctx = *ctx};
  sx_buf_init(&out->text, ctx);
  sx_buf_init(&r.value, ctx);
  sx_buf_add(&out->text, "");
  r.fields = sx_mem_zalloc(ctx, FIELDS_MAX, sizeof *r.fields);
  sx_status status = r.fields ? sx_arena_new(&out->arena, ctx, err) : sx_error_memory(err);
  while (status == SX_OK && sx_publish__next_tag(&tag, xml, n, &at)) status = one_tag(&r, &tag);
  if (status == SX_OK) status = sx_buf_status(&out->text, err);
  if (status == SX_OK && out->n_spans) qsort(out->spans, out->n_spans, sizeof *out->spans, by_place);
  sx_buf_clear(&r.value);
  sx_mem_free(ctx, r.fields);
  if (status != SX_OK) sx_publish__said_clear(out);
  return status;
}

void sx_publish__said_clear(sx_said_text *text) {
  sx_buf_clear(&text->text);
  sx_arena_free(text->arena);
  text->arena = NULL;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

bool sx_publish__said_within(const sx_said_span *inner, const sx_said_span *outer) {
  const bool same = inner->from == outer->from && inner->to == outer->to;
  return inner->whole && inner->from >= outer->from && inner->to <= outer->to && (!same || inner->open > outer->open);
}

void sx_publish__said_words(sx_buf *out, const sx_said_text *t, size_t from, size_t to, size_t own) {
  const sx_said_span *outer = own == SIZE_MAX ? NULL : &t->spans[own];
  const size_t before = out->n;
  sx_buf_add(out, "");
  while (from < to && t->text.data[from] == ' ') from++;
  for (size_t i = 0; i < t->n_spans && from <= to; i++) {
    const sx_said_span *s = &t->spans[i];
    if (i == own || s->from < from) continue;
    if (outer ? !sx_publish__said_within(s, outer) : !s->whole || s->to > to) continue;
    sx_buf_add_n(out, t->text.data + from, s->from - from);
    sx_buf_printf(out, "[%s]", s->key);
    from = s->to;
  }
  if (from < to) sx_buf_add_n(out, t->text.data + from, to - from);
  while (!out->failed && out->n > before && out->data[out->n - 1] == ' ') out->data[--out->n] = '\0';
}
