/* audit_document_docx.c: Word's .docx: an archive of XML (expat, for the namespaces that io_archive.h leaves off matter here). Paragraphs, tables and notes are read; deleted text, codes of fields and fallback copies are not.
 * A field of a property whose name is the key of a number (report_number_key.h) says which result its text is, and bookmarks "_sxe_WORD_N" what is exempt; bookmarks "_sxw_KEY_N"
 * (publish_docx_said.h) enclose words that follow from a number. An archive that unpacks beyond reason, a document type declaration (the door of expanding entities) and malformed XML are refused. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_text_priv.h"
#include "shuxiao/io_archive.h"
#include "shuxiao/report_long_key.h"
#include "shuxiao/report_number_key.h"

/* PART_MAX: one part of a document may unpack to this much. */
enum { PART_MAX = 64 * 1024 * 1024, STYLES_MAX = 256, ID_MAX = 64 };
enum {
  FIELDS_MAX = 16,
  CODE_MAX = 1200,
  EXEMPTS_MAX = 16,
  CODE = -1,
  MARKS_MAX = 16,
  MARK_NAME = 64,
  COLUMNS_MAX = 63
};

/* A piece of the paragraph at hand: from byte `at` of part number `part` on. */
typedef struct stretch {
  size_t part, at;
} stretch;

/* A field that is open: its code, then what it shows. */
typedef struct field {
  char code[CODE_MAX];
  size_t n;
  bool shown, bound, counts; /* counts: Word's own, of pages, headings, captions, dates */
  bool links;                /* it shows a reference or counts captions */
  sx_link_kind link;
  char name[MARK_NAME]; /* of what it refers to or counts */
  stretch from;
  sx_number_key key;
  const char *key_text; /* the arena's */
} field;

/* A bookmark around what references name, or around words that follow from a number. */
typedef struct target {
  char id[16], name[MARK_NAME];
  stretch from;
} target;

typedef struct exempt {
  char id[16], word[24], name[40]; /* the name of its bookmark */
} exempt;

typedef struct style {
  char id[ID_MAX];
  int level;
} style;

typedef struct word {
  sx_part_maker *m;
  sx_audit_text *text_of; /* whose properties the fields show */
  XML_Parser parser;
  const char *file; /* "word/document.xml" */
  style *styles;    /* [STYLES_MAX] headings; of code: level CODE */
  size_t n_styles;
  char style_id[ID_MAX]; /* of the style that is being read */
  bool notes;
  int level;           /* of the paragraph at hand */
  size_t tables, skip; /* depth of tables; of what is left out */
  size_t span;         /* columns more than one of the cell at hand */
  bool text, superscript, put_superscript, first_row;
  bool code, put_code;                          /* set in a style of code */
  bool item;                                    /* the paragraph at hand is one of a list */
  bool in_run, unseen, filled_run, filled_cell; /* unseen: hidden, or white where nothing is filled behind it */
  bool struck;                                  /* through: taken back */
  bool instruction, fresh;                      /* inside the code of a field; a run is due */
  field *fields;                                /* [FIELDS_MAX] */
  size_t n_fields, deep;                        /* deep: fields beyond that */
  exempt exempts[EXEMPTS_MAX];
  size_t n_exempts;
  target targets[MARKS_MAX];
  size_t n_targets;
  sx_status status;
} word;

/* ---- names ------------------------------------------------------------------------------------------------------- */

/* Local name of an element or attribute of WordprocessingML; NULL for others. */
static const char *local(const char *name) {
  const char *bar = strrchr(name, '|');
  if (!bar || !strstr(name, "wordprocessingml")) return NULL;
  return bar + 1;
}

static const char *value_of(const char **attributes, const char *key) {
  for (size_t i = 0; attributes[i]; i += 2) {
    const char *name = local(attributes[i]);
    if (name && strcmp(name, key) == 0) return attributes[i + 1];
  }
  return NULL;
}

static bool is(const char *name, const char *what) {
  return strcmp(name, what) == 0;
}

static void stop(word *w, sx_status status) {
  if (w->status == SX_OK) w->status = status;
  if (w->status != SX_OK) XML_StopParser(w->parser, XML_FALSE);
}

static void copy_id(char out[ID_MAX], const char *text) {
  const size_t n = sx_utf8_cut(text, strlen(text), ID_MAX - 1);
  memcpy(out, text, n);
  out[n] = '\0';
}

/* ---- headings: which styles are ---------------------------------------------------------------------------------- */

static void XMLCALL style_start(void *data, const char *name, const char **attributes) {
  word *w = data;
  const char *tag = local(name), *text;
  if (!tag) return;
  if (is(tag, "style") && (text = value_of(attributes, "styleId")) != NULL) copy_id(w->style_id, text);
  if (!is(tag, "name") || !w->style_id[0] || (text = value_of(attributes, "val")) == NULL) return;
  const bool heading = strncmp(text, "heading ", 8) == 0 || strncmp(text, "Heading ", 8) == 0;
  const bool title = is(text, "Title") || is(text, "title");
  const bool code = is(text, "代码") || is(text, "HTML Code") || is(text, "Verbatim Char");
  if ((heading || title || code) && w->n_styles < STYLES_MAX) {
    style *s = &w->styles[w->n_styles++];
    memcpy(s->id, w->style_id, ID_MAX);
    s->level = code ? CODE : title ? 1 : text[8] >= '1' && text[8] <= '9' ? text[8] - '0' : 1;
  }
  w->style_id[0] = '\0';
}

static int level_of(const word *w, const char *id) {
  for (size_t i = 0; i < w->n_styles; i++) {
    if (is(w->styles[i].id, id)) return w->styles[i].level < 0 ? 0 : w->styles[i].level;
  }
  if (strncmp(id, "Heading", 7) == 0 && id[7] >= '1' && id[7] <= '9' && !id[8]) return id[7] - '0';
  return 0;
}

static bool is_code_style(const word *w, const char *id) {
  for (size_t i = 0; i < w->n_styles; i++) {
    if (w->styles[i].level == CODE && is(w->styles[i].id, id)) return true;
  }
  return is(id, "SxCode");
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

sx_text_run sx_audit__key_run(const sx_number_key *key, char unit[SX_KEY_UNIT_MAX]) {
  _Static_assert(sizeof key->prefix + sizeof key->unit <= SX_KEY_UNIT_MAX, "a unit has no room");
  (void)snprintf(unit, SX_KEY_UNIT_MAX, "%s%s", key->prefix, key->unit);
  return (sx_text_run){.reference = key->reference,
                       .unit = key->bare && unit[0] ? unit : NULL,
                       .zeros = key->zeros,
                       .magnitude = key->sign < 0,
                       .exempt = key->exempt[0] ? key->exempt : NULL};
}

static void fresh_run(word *w, bool note) {
  const char *why = w->n_exempts ? w->exempts[w->n_exempts - 1].word : NULL;
  bool counts = false;
  for (size_t i = 0; i < w->n_fields; i++) counts = counts || w->fields[i].counts;
  sx_text_run run = {.exempt = note ? "note" : w->code ? "code" : why ? why : counts ? "field" : NULL};
  char unit[SX_KEY_UNIT_MAX];
  const field *f = NULL;
  for (size_t i = 0; i < w->n_fields; i++)
    if (w->fields[i].bound) f = &w->fields[i];
  if (f) {
    run = sx_audit__key_run(&f->key, unit);
    run.key = f->key_text;
  }
  stop(w, sx_audit__text_run(w->m, 0, 0, &run));
  w->put_superscript = note;
  w->put_code = w->code;
  w->fresh = false;
}

static bool hidden(const word *w) {
  return w->n_fields && !w->fields[w->n_fields - 1].shown;
}

/* In the place of numbers that nobody sees. */
static void unread(const char **text, size_t *n) {
  static const char gap[] = "…";
  for (size_t i = 0; i < *n; i++) {
    if (!sx_is_digit((unsigned char)(*text)[i])) continue;
    *text = gap;
    *n = sizeof gap - 1;
    return;
  }
  *n = 0;
}

static void put(word *w, const char *text, size_t n) {
  if (hidden(w)) return;
  if (w->struck || (w->unseen && !w->filled_run && !w->filled_cell)) unread(&text, &n);
  if (!w->m->buf.n || w->fresh || w->superscript != w->put_superscript || w->code != w->put_code)
    fresh_run(w, w->superscript);
  for (size_t i = 0; i < n; i++) {
    const char c = text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : text[i];
    if (c == ' ' && !w->m->buf.n) continue;
    sx_buf_add_char(&w->m->buf, c);
  }
}

static void end_paragraph(word *w) {
  const bool cell = w->tables > 0;
  const sx_part_kind kind = cell       ? (w->m->row == 1 || w->m->column == 1 ? SX_PART_HEAD : SX_PART_CELL)
                            : w->notes ? SX_PART_NOTE
                            : w->level ? SX_PART_HEADING
                            : w->item  ? SX_PART_ITEM
                                       : SX_PART_PARAGRAPH;
  stop(w, sx_audit__text_close(w->m, kind, cell ? 0 : w->level));
  w->level = 0;
  w->superscript = w->item = false;
}

/* ---- fields and bookmarks ---------------------------------------------------------------------------------------- */

/* DOCPROPERTY "KEY": the field is bound where its key is that of a number. */
static void bind(word *w, field *f) {
  static const char name[] = "DOCPROPERTY";
  char text[CODE_MAX];
  size_t n = 0;
  const char *p = f->code + strspn(f->code, " ");
  if (strncmp(p, name, sizeof name - 1) != 0) return;
  p += sizeof name - 1;
  p += strspn(p, " ");
  if (*p != '"') return;
  for (p++; *p && *p != '"'; p++) {
    if (*p == '\\' && p[1]) p++;
    text[n++] = *p;
  }
  const char *key = NULL;
  text[n] = '\0';
  stop(w, sx_long_keys_get(&key, w->text_of->long_keys, text, w->m->err));
  if (!key) key = text;
  f->bound = sx_number_key_parse(&f->key, key, strlen(key), NULL) == SX_OK;
  if (!f->bound) return;
  sx_audit__docx_shown(w->text_of, key);
  f->key_text = sx_arena_strdup(w->text_of->arena, key);
  if (!f->key_text) stop(w, sx_error_memory(w->m->err));
}

/* A field that Word itself computes of the document; what others show (QUOTE, =, HYPERLINK) is text. */
static bool is_counted(const char *code) {
  static const char *const words[] = {"PAGE",     "NUMPAGES", "SECTION",  "SECTIONPAGES", "PAGEREF",   "SEQ",
                                      "REF",      "NOTEREF",  "STYLEREF", "TOC",          "DATE",      "TIME",
                                      "SAVEDATE", "LISTNUM",  "AUTONUM",  "PRINTDATE",    "CREATEDATE"};
  code += strspn(code, " ");
  const size_t n = strcspn(code, " \\\"");
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == n && memcmp(words[i], code, n) == 0) return true;
  return false;
}

static void open_field(word *w) {
  if (w->n_fields == FIELDS_MAX) {
    w->deep++;
    return;
  }
  field *f = &w->fields[w->n_fields++];
  f->n = 0;
  f->code[0] = '\0';
  f->shown = f->bound = f->counts = f->links = false;
  w->fresh = true;
}

static void add_code(word *w, const char *text, size_t n) {
  field *f = w->n_fields ? &w->fields[w->n_fields - 1] : NULL;
  if (!f || f->shown || n >= CODE_MAX - f->n) return;
  memcpy(f->code + f->n, text, n);
  f->code[f->n += n] = '\0';
}

/* What is put next begins here. */
static stretch from_here(const word *w) {
  return (stretch){w->m->text->n_parts, w->m->buf.n};
}

static void show_field(word *w) {
  field *f = w->n_fields ? &w->fields[w->n_fields - 1] : NULL;
  if (!f || f->shown || w->deep) return;
  f->shown = true;
  f->counts = is_counted(f->code);
  f->links = sx_audit__field_link(&f->link, f->name, f->code);
  f->from = from_here(w);
  bind(w, f);
  w->fresh = true;
}

static void close_field(word *w) {
  if (w->deep) {
    w->deep--;
  } else if (w->n_fields) {
    const field *f = &w->fields[--w->n_fields];
    if (f->links) stop(w, sx_audit__text_link(w->m, f->link, f->name, f->from.part, f->from.at));
  }
  w->fresh = true;
}

static void start_field(word *w, const char *tag, const char **attributes) {
  const char *text;
  if (is(tag, "fldChar") && (text = value_of(attributes, "fldCharType")) != NULL) {
    if (is(text, "begin")) open_field(w);
    if (is(text, "separate")) show_field(w);
    if (is(text, "end")) close_field(w);
  } else if (is(tag, "fldSimple")) {
    open_field(w);
    text = value_of(attributes, "instr");
    if (text) add_code(w, text, strlen(text));
    show_field(w);
  } else if (is(tag, "instrText")) {
    w->instruction = true;
  }
}

/* LibreOffice saves a bookmark that encloses paragraphs as two of its name, and ends the second alone: they are one. */
static bool goes_on(word *w, const char *name, const char *id) {
  for (size_t i = 0; i < w->n_exempts; i++) {
    if (!is(w->exempts[i].name, name)) continue;
    (void)snprintf(w->exempts[i].id, sizeof w->exempts[i].id, "%s", id);
    return true;
  }
  return false;
}

/* The key of "_sxw_KEY_N" between the signs; *n 0: it encloses no such words (of notes and tables keys begin with a letter beyond f). */
static const char *said_key(size_t *n, const char *name) {
  static const char begin[] = "_sxw_";
  const char *key = strncmp(name, begin, sizeof begin - 1) == 0 ? name + sizeof begin - 1 : "";
  *n = strspn(key, "0123456789abcdef");
  if (key[*n] != '_') *n = 0;
  return key;
}

/* Of a figure or a table, or of words; nested in any order, as programs write them. */
static void start_target(word *w, const char *tag, const char *id, const char *name) {
  size_t n = 0;
  if (is(tag, "bookmarkStart") && name && strlen(name) < MARK_NAME && w->n_targets < MARKS_MAX) {
    if (strncmp(name, "_Ref_", 5) != 0 && (said_key(&n, name), n == 0)) return;
    target *t = &w->targets[w->n_targets++];
    (void)snprintf(t->id, sizeof t->id, "%s", id);
    (void)snprintf(t->name, sizeof t->name, "%s", name);
    t->from = from_here(w);
  } else if (is(tag, "bookmarkEnd")) {
    for (size_t i = 0; i < w->n_targets; i++) {
      if (!is(w->targets[i].id, id)) continue;
      target *t = &w->targets[i];
      const char *key = said_key(&n, t->name);
      if (n) memmove(t->name, key, n), t->name[n] = '\0';
      stop(w, sx_audit__text_link(w->m, n ? SX_LINK_SAID : SX_LINK_TARGET, t->name, t->from.part, t->from.at));
      w->targets[i] = w->targets[--w->n_targets];
      return;
    }
  }
}

static void start_bookmark(word *w, const char *tag, const char **attributes) {
  static const char begin[] = "_sxe_";
  const char *id = value_of(attributes, "id"), *name = value_of(attributes, "name");
  if (!id || strlen(id) >= sizeof w->exempts->id) return;
  start_target(w, tag, id, name);
  if (is(tag, "bookmarkStart") && name && strncmp(name, begin, sizeof begin - 1) == 0 && w->n_exempts < EXEMPTS_MAX) {
    exempt *e = &w->exempts[w->n_exempts];
    if (strlen(name) >= sizeof e->name || goes_on(w, name, id)) return;
    (void)snprintf(e->name, sizeof e->name, "%s", name);
    name += sizeof begin - 1;
    const size_t n = strcspn(name, "_");
    if (!n || n >= sizeof e->word) return;
    memcpy(e->word, name, n);
    e->word[n] = '\0';
    (void)snprintf(e->id, sizeof e->id, "%s", id);
    w->n_exempts++;
    w->fresh = true;
  } else if (is(tag, "bookmarkEnd")) {
    size_t i = 0;
    while (i < w->n_exempts && !is(w->exempts[i].id, id)) i++;
    if (i == w->n_exempts) return;
    memmove(&w->exempts[i], &w->exempts[i + 1], (w->n_exempts - i - 1) * sizeof *w->exempts);
    w->n_exempts--;
    w->fresh = true;
  }
}

static void start_table(word *w, const char *tag, const char **attributes) {
  const char *value = value_of(attributes, "val");
  const size_t columns = value && w->tables == 1 ? strtoul(value, NULL, 10) : 0;
  if (is(tag, "tbl") && w->tables++ == 0) {
    w->m->table++;
    w->m->row = 0;
  } else if (is(tag, "tr") && w->tables == 1) {
    w->m->row++;
    w->m->column = 0;
  } else if (is(tag, "tc") && w->tables == 1) {
    w->m->column++;
  } else if (is(tag, "gridSpan") && columns > 1 && columns <= COLUMNS_MAX) {
    w->span = columns - 1;
  } else if (is(tag, "gridBefore") && columns <= COLUMNS_MAX) {
    w->m->column += columns; /* left free at the beginning of a row */
  }
}

/* Looks by which nobody sees a text: it is not read. */
static void start_look(word *w, const char *tag, const char **attributes) {
  const char *value = value_of(attributes, "val"), *fill = value_of(attributes, "fill");
  if (is(tag, "r")) {
    w->in_run = true;
    w->unseen = w->filled_run = w->struck = false;
  }
  if (is(tag, "tc")) w->filled_cell = false;
  if (is(tag, "vanish") && w->in_run) w->unseen = !value || !(is(value, "0") || is(value, "false"));
  if (is(tag, "color") && w->in_run && value) w->unseen = w->unseen || is(value, "FFFFFF") || is(value, "ffffff");
  if (is(tag, "highlight") && w->in_run) w->filled_run = true;
  if ((is(tag, "strike") || is(tag, "dstrike")) && w->in_run)
    w->struck = w->struck || !value || !(is(value, "0") || is(value, "false") || is(value, "off"));
  if (!is(tag, "shd") || !fill || is(fill, "auto") || is(fill, "FFFFFF") || is(fill, "ffffff")) return;
  if (w->in_run)
    w->filled_run = true;
  else
    w->filled_cell = w->filled_cell || w->tables > 0;
}

/* A sign by its place in a font (ECMA-376 part 1, 17.3.3.30): fonts of signs have theirs at U+F000 above ASCII. */
static void put_symbol(word *w, const char *place) {
  unsigned long code = strtoul(place, NULL, 16);
  sx_buf sign;
  if (code >= 0xF000 && code <= 0xF0FF) code -= 0xF000;
  sx_buf_init(&sign, &w->m->text->ctx);
  sx_buf_add_code(&sign, code < 0x20 || code > 0x10FFFF ? ' ' : (uint32_t)code);
  if (sign.n) put(w, sign.data, sign.n);
  stop(w, sx_buf_status(&sign, w->m->err));
  sx_buf_clear(&sign);
}

static void XMLCALL start(void *data, const char *name, const char **attributes) {
  word *w = data;
  const char *tag = local(name), *text;
  const char *bar = strrchr(name, '|');
  if (w->skip || (bar && is(bar + 1, "Fallback"))) {
    w->skip++;
    return;
  }
  if (bar && is(bar + 1, "t") && strstr(name, "/math|")) w->text = true;                    /* of an equation, */
  if (bar && is(bar + 1, "oMath") && strstr(name, "/math|") && w->m->buf.n) put(w, " ", 1); /* that stands apart */
  if (!tag) return;
  if (is(tag, "del") || is(tag, "moveFrom")) {
    w->skip = 1;
    return;
  }
  start_field(w, tag, attributes);
  start_bookmark(w, tag, attributes);
  start_table(w, tag, attributes);
  start_look(w, tag, attributes);
  if (is(tag, "p") && w->m->buf.n && !w->tables) end_paragraph(w); /* a text box inside a paragraph */
  if (is(tag, "p") && w->m->buf.n && w->tables) put(w, " ", 1);
  if (is(tag, "pStyle") && (text = value_of(attributes, "val")) != NULL) w->level = level_of(w, text);
  if (is(tag, "r")) w->superscript = w->code = false;
  if (is(tag, "rStyle") && (text = value_of(attributes, "val")) != NULL) w->code = is_code_style(w, text);
  if (is(tag, "vertAlign") && (text = value_of(attributes, "val")) != NULL) w->superscript = is(text, "superscript");
  if (is(tag, "numPr")) w->item = true;
  if (is(tag, "t")) w->text = true;
  if (is(tag, "tab") || is(tag, "br") || is(tag, "cr")) put(w, " ", 1);
  if (is(tag, "noBreakHyphen")) put(w, "-", 1);
  if (is(tag, "sym") && (text = value_of(attributes, "char")) != NULL) put_symbol(w, text);
}

static void XMLCALL end(void *data, const char *name) {
  word *w = data;
  const char *tag = local(name);
  if (w->skip) {
    w->skip--;
    return;
  }
  if (strstr(name, "/math|t")) w->text = false;
  if (!tag) return;
  if (is(tag, "t")) w->text = false;
  if (is(tag, "instrText")) w->instruction = false;
  if (is(tag, "fldSimple")) close_field(w);
  if (is(tag, "r")) w->superscript = w->code = w->in_run = w->unseen = w->filled_run = w->struck = false;
  if (is(tag, "p") && !w->tables) end_paragraph(w);
  if (is(tag, "tc") && w->tables == 1) {
    end_paragraph(w);
    w->m->column += w->span;
    w->span = 0;
  }
  if (is(tag, "tbl") && w->tables) w->tables--;
}

static void XMLCALL characters(void *data, const char *text, int n) {
  word *w = data;
  if (w->instruction && !w->skip && n > 0) add_code(w, text, (size_t)n);
  if (w->text && !w->skip && n > 0) put(w, text, (size_t)n);
}

static void XMLCALL doctype(void *data, const char *name, const char *system, const char *public_id, int internal) {
  word *w = data;
  (void)name;
  (void)system;
  (void)public_id;
  (void)internal;
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: %s", w->m->text->name, w->file);
  stop(w, sx_error_set(w->m->err, SX_E_PARSE, where,
                       "a Word file has no document type declaration: save it anew from Word"));
}

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static sx_status parse(word *w, const char *data, size_t n, bool styles) {
  w->parser = XML_ParserCreateNS(NULL, '|');
  if (!w->parser) return sx_error_memory(w->m->err);
  w->status = SX_OK;
  w->skip = w->tables = 0;
  w->text = w->superscript = w->put_superscript = w->instruction = w->fresh = w->code = w->put_code = w->item = false;
  w->n_fields = w->deep = w->n_exempts = w->n_targets = 0;
  w->in_run = w->unseen = w->filled_run = w->filled_cell = w->struck = false;
  XML_SetUserData(w->parser, w);
  XML_SetStartDoctypeDeclHandler(w->parser, doctype);
  if (styles) {
    XML_SetElementHandler(w->parser, style_start, NULL);
  } else {
    XML_SetElementHandler(w->parser, start, end);
    XML_SetCharacterDataHandler(w->parser, characters);
  }
  const enum XML_Status parsed = XML_Parse(w->parser, data, (int)n, XML_TRUE);
  sx_status status = w->status;
  if (status == SX_OK && parsed != XML_STATUS_OK) {
    char where[SX_ERROR_WHERE_MAX];
    const enum XML_Error code = XML_GetErrorCode(w->parser);
    (void)snprintf(where, sizeof where, "%s: %s:%lu:%lu", w->m->text->name, w->file,
                   (unsigned long)XML_GetCurrentLineNumber(w->parser),
                   (unsigned long)XML_GetCurrentColumnNumber(w->parser) + 1);
    status = code == XML_ERROR_NO_MEMORY
                 ? sx_error_memory(w->m->err)
                 : sx_error_set(w->m->err, SX_E_PARSE, where, "malformed XML: %s", XML_ErrorString(code));
  }
  XML_ParserFree(w->parser);
  w->parser = NULL;
  return status;
}

static sx_status part(word *w, sx_archive *archive, const char *file, bool needed) {
  char *data = NULL;
  size_t n = 0;
  w->file = file;
  if (!sx_archive_has(archive, file)) {
    if (!needed) return SX_OK;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%.300s: %s", w->m->text->name, file);
    return sx_error_set(w->m->err, SX_E_PARSE, where, "the archive holds no such part: this is no Word document");
  }
  SX_TRY(sx_archive_read(&data, &n, archive, file, PART_MAX, w->m->err));
  w->notes = strstr(file, "notes") != NULL;
  sx_status status = parse(w, data, n, strstr(file, "styles") != NULL);
  if (status == SX_OK) status = sx_audit__text_close(w->m, w->notes ? SX_PART_NOTE : SX_PART_PARAGRAPH, 0);
  sx_mem_free(&w->m->text->ctx, data);
  return status;
}

bool sx_audit__docx_margin(const char *part) {
  return sx_audit__reference_of(part, "word/header") || sx_audit__reference_of(part, "word/footer") ||
         sx_audit__reference_of(part, "word/comments");
}

static sx_status parts_beside(word *w, sx_archive *archive) {
  sx_part_maker *const m = w->m;
  sx_status status = SX_OK;
  const char *name;
  if (!m->text->n_properties) return SX_OK; /* somebody else's */
  for (size_t i = 0; status == SX_OK && (name = sx_archive_part(archive, i)) != NULL; i++) {
    if (!sx_audit__docx_margin(name) || !sx_audit__ends_with(name, ".xml")) continue;
    status = sx_audit__text_beside(&w->m, m, name);
    if (status == SX_OK) status = part(w, archive, name, true);
    w->m = m;
  }
  return status;
}

sx_status sx_audit__text_docx(sx_part_maker *m, const void *data, size_t n) {
  static const char *const files[] = {"word/styles.xml", "word/document.xml", "word/footnotes.xml",
                                      "word/endnotes.xml"};
  word w = {.m = m, .text_of = m->text, .file = "archive"};
  sx_archive *archive = NULL;
  sx_status status = SX_OK;
  w.styles = sx_mem_zalloc(&m->text->ctx, STYLES_MAX, sizeof *w.styles);
  w.fields = sx_mem_zalloc(&m->text->ctx, FIELDS_MAX, sizeof *w.fields);
  if (!w.styles || !w.fields) {
    status = sx_error_memory(m->err);
    goto done;
  }
  status = sx_archive_open(&archive, &m->text->ctx, m->text->name, data, n, m->err);
  if (status == SX_E_PARSE)
    status = sx_error_set(m->err, SX_E_PARSE, m->text->name, "not a .docx file: it is no zip archive");
  if (status == SX_OK) status = sx_audit__docx_properties(m->text, archive, m->err);
  for (size_t i = 0; i < sizeof files / sizeof *files && status == SX_OK; i++)
    status = part(&w, archive, files[i], i == 1);
  if (status == SX_OK) status = parts_beside(&w, archive);
  if (status == SX_OK) status = sx_audit__docx_beside(m, archive);
  if (status == SX_OK) status = sx_audit__docx_charts(m->text, archive, m->err);
done:
  sx_archive_close(archive);
  sx_mem_free(&m->text->ctx, w.styles);
  sx_mem_free(&m->text->ctx, w.fields);
  return status;
}
