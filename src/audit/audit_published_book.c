/* audit_published_book.c: a workbook against the one that was published: names of sheets, what every cell shows (its text, or its number as its format shows
 * it), formulas, names of cells, number formats of conditions; then charts, drawings and heads of tables as parts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_published.h"

enum { PART_MAX = 256 << 20 };

typedef struct cell {
  uint64_t place; /* row, column */
  const char *at, *shown, *formula;
  bool number, unseen;
} cell;

typedef struct sheet {
  const char *name, *id, *part;
  bool hidden;
  cell *cells;
  size_t n, cap;
} sheet;

typedef struct named {
  const char *name, *target;
} named;

typedef struct format {
  long id;
  const char *code;
} format;

/* How cells of a style look. */
typedef struct look {
  long format;
  bool white; /* white on no fill */
} look;

typedef struct book {
  sx_published *p;
  sx_archive *archive;
  sheet *sheets;
  size_t n_sheets, cap_sheets;
  const char **shared;
  size_t n_shared, cap_shared;
  format *formats;
  size_t n_formats, cap_formats;
  look *styles; /* of cells */
  size_t n_styles, cap_styles;
  bool *white; /* fonts that nobody sees on paper */
  size_t n_white, cap_white;
  const char **conditions; /* number format of a differential style, or that its letters are white; NULL */
  size_t n_conditions, cap_conditions;
  named *names;
  size_t n_names, cap_names;
  named *renamed; /* sheets: what formulas call them, what those of the published book do */
  size_t n_renamed, cap_renamed;
  named *parts; /* which sheet shows a part */
  size_t n_parts, cap_parts;
  const char *owner_now;
  /* of the part at hand */
  sheet *now;
  sx_buf text, code;
  bool take, skip, in_code, in_styles, in_conditions, in_fonts;
  bool in_font, white_now, filled_now; /* of the differential style at hand */
  const char *name;
  char at[24], type[16];
  const char *ranges; /* of a condition */
  size_t style;
} book;

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

static sx_arena *arena_of(const book *b) {
  return b->p->arena;
}

#define GROW(b, list, n, cap) sx_arena_grow(arena_of(b), (void **)&(b)->list, &(b)->cap, (b)->n + 1, sizeof *(b)->list)

static sx_status take_text(void *data, const char *text, size_t n, sx_error *err) {
  book *b = data;
  (void)err;
  if (b->take && !b->skip) sx_buf_add_n(b->in_code ? &b->code : &b->text, text, n);
  return SX_OK;
}

/* ---- the book's own parts ---- */

static sx_status book_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  book *b = data;
  const char *own = sx_xml_attribute(attributes, "name"), *id = sx_xml_attribute(attributes, "id");
  b->take = is(name, "definedName") && own;
  if (b->take) {
    sx_buf_reset(&b->text);
    b->name = sx_arena_strdup(arena_of(b), own);
    if (!b->name) return sx_error_memory(err);
  }
  if (!is(name, "sheet") || !own || !id) return SX_OK;
  if (!GROW(b, sheets, n_sheets, cap_sheets)) return sx_error_memory(err);
  sheet *s = &b->sheets[b->n_sheets++];
  *s = (sheet){.name = sx_arena_strdup(arena_of(b), own), .id = sx_arena_strdup(arena_of(b), id)};
  own = sx_xml_attribute(attributes, "state");
  s->hidden = own && strstr(own, "idden");
  return s->name && s->id ? SX_OK : sx_error_memory(err);
}

/* Without what programs write one way or the other. */
static const char *plain_code(const book *b, const char *code) {
  char *copy = sx_arena_strdup(arena_of(b), code), *to = copy;
  for (const char *c = code; copy && *c; c++)
    if (!strchr("$' ", *c)) *to++ = *c;
  if (copy) *to = '\0';
  return copy;
}

static sx_status book_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  if (!is(name, "definedName") || !b->take) return SX_OK;
  b->take = false;
  SX_TRY(sx_buf_status(&b->text, err));
  if (strncmp(b->name, "_xlnm", 5) == 0 || !b->text.n) return SX_OK;
  if (!GROW(b, names, n_names, cap_names)) return sx_error_memory(err);
  named *n = &b->names[b->n_names++];
  *n = (named){b->name, plain_code(b, b->text.data)};
  return n->target ? SX_OK : sx_error_memory(err);
}

static sx_status name_part(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  book *b = data;
  (void)type;
  for (size_t i = 0; id && i < b->n_sheets; i++) {
    if (!is(b->sheets[i].id, id)) continue;
    b->sheets[i].part = sx_arena_strdup(arena_of(b), target);
    if (!b->sheets[i].part) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status shared_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  book *b = data;
  (void)attributes;
  (void)err;
  if (is(name, "si")) sx_buf_reset(&b->text);
  if (is(name, "rPh")) b->skip = true; /* how it is read aloud */
  b->take = is(name, "t");
  return SX_OK;
}

static sx_status shared_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  b->take = false;
  if (is(name, "rPh")) b->skip = false;
  if (!is(name, "si")) return SX_OK;
  SX_TRY(sx_buf_status(&b->text, err));
  if (!GROW(b, shared, n_shared, cap_shared)) return sx_error_memory(err);
  b->shared[b->n_shared] = sx_arena_strndup(arena_of(b), b->text.n ? b->text.data : "", b->text.n);
  return b->shared[b->n_shared++] ? SX_OK : sx_error_memory(err);
}

/* White, or the paper's colour of the theme. */
static bool is_white(const char *const *attributes) {
  const char *rgb = sx_xml_attribute(attributes, "rgb"), *theme = sx_xml_attribute(attributes, "theme");
  if (rgb) return sx_audit__ends_with(rgb, "FFFFFF") || sx_audit__ends_with(rgb, "ffffff");
  return theme && is(theme, "0") && !sx_xml_attribute(attributes, "tint");
}

static sx_status font_start(book *b, const char *name, const char *const *attributes) {
  if (is(name, "font")) {
    if (!GROW(b, white, n_white, cap_white)) return sx_error_memory(b->p->t->err);
    b->white[b->n_white++] = false;
  }
  if (is(name, "color") && b->n_white) b->white[b->n_white - 1] = is_white(attributes);
  return SX_OK;
}

static size_t index_of(const char *const *attributes, const char *name) {
  const char *text = sx_xml_attribute(attributes, name);
  return text ? (size_t)strtoul(text, NULL, 10) : 0;
}

static const char white_letters[] = "white letters";

/* Inside of a differential style: white letters on no fill of its own are seen by nobody. */
static void condition_start(book *b, const char *name, const char *const *attributes) {
  if (is(name, "dxf")) b->white_now = b->filled_now = b->in_font = false;
  if (is(name, "font")) b->in_font = true;
  if (is(name, "fill")) b->filled_now = true;
  if (is(name, "color") && b->in_font) b->white_now = is_white(attributes);
}

static void condition_end(book *b, const char *name) {
  if (is(name, "font")) b->in_font = false;
  if (is(name, "dxf") && b->n_conditions && b->white_now && !b->filled_now)
    b->conditions[b->n_conditions - 1] = white_letters;
}

static sx_status styles_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  book *b = data;
  const char *id = sx_xml_attribute(attributes, "numFmtId"), *code = sx_xml_attribute(attributes, "formatCode");
  if (is(name, "fonts")) b->in_fonts = true;
  if (is(name, "cellXfs")) b->in_styles = true;
  if (is(name, "dxfs")) b->in_conditions = true;
  if (b->in_fonts) return font_start(b, name, attributes);
  if (b->in_conditions) condition_start(b, name, attributes);
  if (is(name, "xf") && b->in_styles) {
    const size_t font = index_of(attributes, "fontId"), fill = index_of(attributes, "fillId");
    if (!GROW(b, styles, n_styles, cap_styles)) return sx_error_memory(err);
    b->styles[b->n_styles++] = (look){id ? strtol(id, NULL, 10) : 0, fill < 2 && font < b->n_white && b->white[font]};
  }
  if (is(name, "dxf") && b->in_conditions) {
    if (!GROW(b, conditions, n_conditions, cap_conditions)) return sx_error_memory(err);
    b->conditions[b->n_conditions++] = NULL;
  }
  if (!is(name, "numFmt") || !id || !code) return SX_OK;
  const char *copy = sx_arena_strdup(arena_of(b), code);
  if (!copy) return sx_error_memory(err);
  if (b->in_conditions) {
    if (b->n_conditions) b->conditions[b->n_conditions - 1] = copy;
    return SX_OK;
  }
  if (!GROW(b, formats, n_formats, cap_formats)) return sx_error_memory(err);
  b->formats[b->n_formats++] = (format){strtol(id, NULL, 10), copy};
  return SX_OK;
}

static sx_status styles_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  (void)err;
  if (b->in_conditions) condition_end(b, name);
  if (is(name, "fonts")) b->in_fonts = false;
  if (is(name, "cellXfs")) b->in_styles = false;
  if (is(name, "dxfs")) b->in_conditions = false;
  return SX_OK;
}

/* The formats that every program knows by number (18.8.30); those of dates and times as their numbers. */
static const char *format_of(const book *b, size_t style) {
  static const struct {
    long id;
    const char *code;
  } known[] = {{0, "General"},
               {1, "0"},
               {2, "0.00"},
               {3, "#,##0"},
               {4, "#,##0.00"},
               {9, "0%"},
               {10, "0.00%"},
               {37, "#,##0 ;(#,##0)"},
               {38, "#,##0 ;[Red](#,##0)"},
               {39, "#,##0.00;(#,##0.00)"},
               {40, "#,##0.00;[Red](#,##0.00)"},
               {49, "@"}};
  const long id = style < b->n_styles ? b->styles[style].format : 0;
  for (size_t i = 0; i < b->n_formats; i++)
    if (b->formats[i].id == id) return b->formats[i].code;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].id == id) return known[i].code;
  return sx_arena_printf(arena_of(b), "@%ld", id);
}

/* ---- cells ---- */

/* 0: no cell. */
static uint64_t place_of(const char *at) {
  uint64_t column = 0, row = 0;
  for (; *at >= 'A' && *at <= 'Z' && column < 1U << 16; at++) column = column * 26 + (uint64_t)(*at - 'A' + 1);
  for (; *at >= '0' && *at <= '9' && row < 1U << 30; at++) row = row * 10 + (uint64_t)(*at - '0');
  return *at || !column || !row ? 0 : row << 24 | column;
}

static sx_status add_cell(book *b, const cell *c) {
  sheet *s = b->now;
  if (!sx_arena_grow(arena_of(b), (void **)&s->cells, &s->cap, s->n + 1, sizeof *s->cells))
    return sx_error_memory(b->p->t->err);
  s->cells[s->n++] = *c;
  return c->at && c->shown ? SX_OK : sx_error_memory(b->p->t->err);
}

/* A rule that shows numbers by a format of its own stands as a cell behind all others. */
static sx_status condition(book *b, const char *const *attributes) {
  const char *id = sx_xml_attribute(attributes, "dxfId");
  const size_t at = id ? (size_t)strtoul(id, NULL, 10) : SIZE_MAX;
  if (at >= b->n_conditions || !b->conditions[at]) return SX_OK;
  const cell c = {.place = UINT64_MAX >> 1,
                  .at = b->ranges,
                  .shown = b->conditions[at],
                  .unseen = b->conditions[at] == white_letters};
  return add_cell(b, &c);
}

/* Rows and columns that nobody sees stand as cells: "6" of column 0, "F" of row 0. */
static sx_status hidden_range(book *b, const char *name, const char *const *attributes) {
  enum { COLUMNS = 256, HEIGHT_MIN = 2 };
  static const char words[] = "hidden";
  const bool row = is(name, "row");
  const char *hidden = sx_xml_attribute(attributes, words), *size = sx_xml_attribute(attributes, row ? "ht" : "width");
  const size_t from = index_of(attributes, row ? "r" : "min"), last = row ? from : index_of(attributes, "max");
  double width = HEIGHT_MIN;
  if (size && !sx_text_to_double(&width, size, strlen(size))) width = HEIGHT_MIN;
  const bool unseen = (hidden && (is(hidden, "1") || is(hidden, "true"))) || width < (row ? HEIGHT_MIN : 1);
  if (!unseen || !from || from > 1048576) return SX_OK;
  for (size_t i = from; i <= last && i < from + COLUMNS; i++) {
    char at[24];
    if (row)
      (void)snprintf(at, sizeof at, "%zu", i);
    else if (i <= 26)
      (void)snprintf(at, sizeof at, "%c", (char)('A' + i - 1));
    else
      (void)snprintf(at, sizeof at, "%c%c", (char)('A' + (i - 1) / 26 - 1), (char)('A' + (i - 1) % 26));
    const cell c = {.place = row ? i << 24 : i, .at = sx_arena_strdup(arena_of(b), at), .shown = words, .unseen = true};
    SX_TRY(add_cell(b, &c));
  }
  return SX_OK;
}

static sx_status sheet_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  book *b = data;
  const char *text;
  (void)err;
  if (is(name, "c")) {
    (void)snprintf(b->at, sizeof b->at, "%s", (text = sx_xml_attribute(attributes, "r")) != NULL ? text : "");
    (void)snprintf(b->type, sizeof b->type, "%s", (text = sx_xml_attribute(attributes, "t")) != NULL ? text : "n");
    b->style = (text = sx_xml_attribute(attributes, "s")) != NULL ? (size_t)strtoul(text, NULL, 10) : 0;
    sx_buf_reset(&b->text);
    sx_buf_reset(&b->code);
  }
  if (is(name, "conditionalFormatting")) {
    text = sx_xml_attribute(attributes, "sqref");
    b->ranges = sx_arena_strdup(arena_of(b), text ? text : "");
  }
  if (is(name, "cfRule")) return condition(b, attributes);
  if (is(name, "row") || is(name, "col")) return hidden_range(b, name, attributes);
  if (is(name, "rPh")) b->skip = true;
  b->in_code = is(name, "f");
  b->take = is(name, "v") || is(name, "t") || b->in_code;
  return SX_OK;
}

static const char *shown_number(book *b) {
  double value = 0;
  sx_buf out;
  const char *code = format_of(b, b->style), *copy = NULL;
  if (!code || !sx_text_to_double(&value, b->text.data, b->text.n))
    return code ? sx_arena_strndup(arena_of(b), b->text.data, b->text.n) : NULL;
  sx_buf_init(&out, &b->p->t->ctx);
  if (!sx_audit__number_shown(&out, value, code)) sx_buf_printf(&out, "%.10g (%s)", value, code);
  if (!out.failed) copy = sx_arena_strndup(arena_of(b), out.n ? out.data : "", out.n);
  sx_buf_clear(&out);
  return copy;
}

static const char *shown_text(const book *b) {
  int64_t at = -1;
  if (is(b->type, "s") && sx_text_to_int64(&at, b->text.data, b->text.n) && at >= 0 && (size_t)at < b->n_shared)
    return b->shared[at];
  return sx_arena_strndup(arena_of(b), b->text.data, b->text.n);
}

static sx_status sheet_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  b->take = b->in_code = false;
  if (is(name, "rPh")) b->skip = false;
  if (!is(name, "c")) return SX_OK;
  SX_TRY(sx_buf_status(&b->text, err));
  SX_TRY(sx_buf_status(&b->code, err));
  if ((!b->text.n && !b->code.n) || !place_of(b->at)) return SX_OK;
  const bool number = is(b->type, "n");
  cell c = {.place = place_of(b->at), .at = sx_arena_strdup(arena_of(b), b->at), .number = number};
  c.shown = !b->text.n ? "" : number ? shown_number(b) : shown_text(b);
  c.unseen = b->style < b->n_styles && b->styles[b->style].white;
  c.formula = b->code.n ? plain_code(b, b->code.data) : "";
  if (!c.formula) return sx_error_memory(err);
  return c.shown && !*c.shown && !*c.formula ? SX_OK : add_cell(b, &c);
}

static int by_place(const void *x, const void *y) {
  const cell *a = x, *b = y;
  return (a->place > b->place) - (a->place < b->place);
}

static sx_status related(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  book *b = data;
  (void)id;
  (void)type;
  if (!GROW(b, parts, n_parts, cap_parts)) return sx_error_memory(err);
  named *n = &b->parts[b->n_parts++];
  *n = (named){sx_arena_strdup(arena_of(b), target), b->owner_now};
  return n->name ? SX_OK : sx_error_memory(err);
}

static sx_status read_sheet(book *b, sheet *s) {
  const sx_xml_handler handler = {b, sheet_start, sheet_end, take_text};
  if (!s->part || !sx_archive_has(b->archive, s->part)) return SX_OK; /* which is told where its numbers are missed */
  b->now = s;
  b->owner_now = s->name;
  SX_TRY(sx_archive_xml(b->archive, s->part, PART_MAX, &handler, b->p->t->err));
  if (s->n) qsort(s->cells, s->n, sizeof *s->cells, by_place);
  const size_t first = b->n_parts;
  SX_TRY(sx_audit__relations(&b->p->t->ctx, b->archive, s->part, false, related, b, b->p->t->err));
  const size_t end = b->n_parts;
  for (size_t i = first; i < end; i++)
    SX_TRY(sx_audit__relations(&b->p->t->ctx, b->archive, b->parts[i].name, false, related, b, b->p->t->err));
  return SX_OK;
}

static sx_status read_parts(book *b) {
  const sx_xml_handler whole = {b, book_start, book_end, take_text}, shared = {b, shared_start, shared_end, take_text},
                       styles = {b, styles_start, styles_end, NULL};
  sx_error *err = b->p->t->err;
  SX_TRY(sx_archive_xml(b->archive, "xl/workbook.xml", PART_MAX, &whole, err));
  SX_TRY(sx_audit__relations(&b->p->t->ctx, b->archive, "xl/workbook.xml", true, name_part, b, err));
  if (sx_archive_has(b->archive, "xl/sharedStrings.xml"))
    SX_TRY(sx_archive_xml(b->archive, "xl/sharedStrings.xml", PART_MAX, &shared, err));
  if (sx_archive_has(b->archive, "xl/styles.xml"))
    SX_TRY(sx_archive_xml(b->archive, "xl/styles.xml", PART_MAX, &styles, err));
  for (size_t i = 0; i < b->n_sheets; i++) SX_TRY(read_sheet(b, &b->sheets[i]));
  return SX_OK;
}

static sx_status read_book(book *b, const char *data, size_t n) {
  sx_status status = sx_archive_open(&b->archive, &b->p->t->ctx, b->p->t->file, data, n, b->p->t->err);
  sx_buf_init(&b->text, &b->p->t->ctx);
  sx_buf_init(&b->code, &b->p->t->ctx);
  if (status == SX_OK) status = read_parts(b);
  sx_buf_clear(&b->text);
  sx_buf_clear(&b->code);
  return status;
}

/* ---- one against the other ---- */

static sx_status tell(const book *b, const char *place, const char *want, const char *have, const char *reason) {
  const sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                           .place = place,
                           .want = want,
                           .n_want = want ? strlen(want) : 0,
                           .have = have,
                           .n_have = have ? strlen(have) : 0,
                           .reason = reason};
  return place ? sx_audit__published_tell(b->p, &d) : sx_error_memory(b->p->t->err);
}

/* A formula or a name's target as the published book, in which sheets had other names, would say it; NULL: no memory. */
static const char *of_published(const book *b, const char *formula) {
  for (size_t i = 0; i < b->n_renamed && formula; i++) {
    const named *r = &b->renamed[i];
    const size_t n = strlen(r->name);
    sx_buf out;
    if (!strstr(formula, r->name)) continue;
    sx_buf_init(&out, &b->p->t->ctx);
    for (const char *c = formula; *c;) {
      const bool here = (c == formula || strchr("-+*/(,:", c[-1])) && strncmp(c, r->name, n) == 0;
      if (here)
        sx_buf_add(&out, r->target);
      else
        sx_buf_add_char(&out, *c);
      c += here ? n : 1;
    }
    formula = out.failed ? NULL : sx_arena_strndup(arena_of(b), out.data, out.n);
    sx_buf_clear(&out);
  }
  return formula;
}

/* "Table_1!", "'Tab1'!": as formulas name a sheet, without blanks (plain_code). */
static const char *called_in_formulas(const book *b, const char *name) {
  bool plain = true;
  for (const char *c = name; *c; c++)
    plain = plain && (*c == '_' || (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z'));
  const char *whole = sx_arena_printf(arena_of(b), plain ? "%s!" : "'%s'!", name);
  return whole ? plain_code(b, whole) : NULL;
}

static sx_status note_renamed(book *have, const char *name, const char *published) {
  if (!GROW(have, renamed, n_renamed, cap_renamed)) return sx_error_memory(have->p->t->err);
  named *r = &have->renamed[have->n_renamed++];
  *r = (named){called_in_formulas(have, name), called_in_formulas(have, published)};
  return r->name && r->target ? SX_OK : sx_error_memory(have->p->t->err);
}

static sx_status cells_differ(const book *b, const sheet *s, const cell *want, const cell *have) {
  const char *place = sx_arena_printf(arena_of(b), "%s!%s", s->name, have ? have->at : want->at);
  const bool unseen = have && have->unseen && !(want && want->unseen);
  if (unseen) return tell(b, place, want ? want->shown : NULL, have->shown, "nobody sees it, and it was published");
  if (!want || !have)
    return tell(b, place, want ? want->shown : NULL, have ? have->shown : NULL, "not what was published in this cell");
  const bool left_out = !*have->shown && *want->formula; /* some programs leave it to Excel to compute */
  if (!left_out && !sx_audit__shown_same(want->shown, strlen(want->shown), have->shown, strlen(have->shown)))
    return tell(b, place, want->shown, have->shown,
                want->number && have->number ? "the cell shows another number than was published"
                                             : "not what was published in this cell");
  if (*have->formula) {
    const char *formula = of_published(b, have->formula);
    if (!formula) return sx_error_memory(b->p->t->err);
    if (!is(want->formula, formula))
      return tell(b, place, want->formula, have->formula, "not the formula that was published");
  }
  return SX_OK;
}

static sx_status compare_sheets(const book *b, const sheet *want, const sheet *have) {
  for (size_t i = 0, j = 0; i < want->n || j < have->n;) {
    const cell *a = i < want->n ? &want->cells[i] : NULL, *c = j < have->n ? &have->cells[j] : NULL;
    const bool left = a && (!c || a->place <= c->place), right = c && (!a || c->place <= a->place);
    SX_TRY(cells_differ(b, have, left ? a : NULL, right ? c : NULL));
    i += left;
    j += right;
  }
  return SX_OK;
}

static const sheet *sheet_called(const book *b, const char *name) {
  for (size_t i = 0; i < b->n_sheets; i++)
    if (is(b->sheets[i].name, name)) return &b->sheets[i];
  return NULL;
}

/* The sheet that has the place of the published one i, and a name that none was published under; NULL: none. */
static const sheet *renamed_sheet(const book *want, size_t i, const book *have) {
  const sheet *there = i < have->n_sheets ? &have->sheets[i] : NULL;
  return there && !sheet_called(have, want->sheets[i].name) && !sheet_called(want, there->name) ? there : NULL;
}

static sx_status find_renamed(const book *want, book *have) {
  for (size_t i = 0; i < want->n_sheets; i++) {
    const sheet *there = renamed_sheet(want, i, have);
    if (there) SX_TRY(note_renamed(have, there->name, want->sheets[i].name));
  }
  return SX_OK;
}

/* Of what one book alone has every cell is a difference, for which of several books this one was; it is told once. */
static sx_status tell_sheet(const book *b, const sheet *s, bool published) {
  if (b->p->counting) b->p->n += s->n;
  return published ? tell(b, s->name, s->name, NULL, "a sheet that was published is not there")
                   : tell(b, s->name, NULL, s->name, "a sheet that was not published");
}

static sx_status compare_all_sheets(const book *want, const book *have) {
  for (size_t i = 0; i < want->n_sheets; i++) {
    const sheet *own = sheet_called(have, want->sheets[i].name), *renamed = renamed_sheet(want, i, have);
    if (!own && !renamed) SX_TRY(tell_sheet(have, &want->sheets[i], true));
    if (renamed) {
      SX_TRY(
          tell(have, renamed->name, want->sheets[i].name, renamed->name, "the sheet was published under another name"));
      own = renamed;
    }
    if (own && own->hidden && !want->sheets[i].hidden)
      SX_TRY(tell(have, own->name, NULL, "hidden", "nobody sees it, and it was published"));
    if (own) SX_TRY(compare_sheets(have, &want->sheets[i], own));
  }
  for (size_t i = 0; i < have->n_sheets; i++) {
    const bool known =
        sheet_called(want, have->sheets[i].name) || (i < want->n_sheets && !sheet_called(have, want->sheets[i].name));
    if (!known) SX_TRY(tell_sheet(have, &have->sheets[i], false));
  }
  return SX_OK;
}

static const char *target_of(const book *b, const char *name) {
  for (size_t i = 0; i < b->n_names; i++)
    if (is(b->names[i].name, name)) return b->names[i].target;
  return NULL;
}

static sx_status compare_names(const book *want, const book *have) {
  for (size_t i = 0; i < want->n_names; i++) {
    const char *name = want->names[i].name, *target = target_of(have, name);
    if (target) target = of_published(have, target);
    if (!target || !is(target, want->names[i].target))
      SX_TRY(tell(have, sx_arena_printf(arena_of(have), "name!%s", name), want->names[i].target, target,
                  "the name leads to another cell than was published"));
  }
  for (size_t i = 0; i < have->n_names; i++) {
    if (!target_of(want, have->names[i].name))
      SX_TRY(tell(have, sx_arena_printf(arena_of(have), "name!%s", have->names[i].name), NULL, have->names[i].target,
                  "a name that was not published"));
  }
  return SX_OK;
}

/* ---- other parts ---- */

static bool is_other(const char *part) {
  static const char *const known[] = {"xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/calcChain.xml"};
  const char *folder = "xl/worksheets/sheet";
  if (strncmp(part, folder, strlen(folder)) == 0 || strncmp(part, "xl/theme/", 9) == 0 || SX_ONE_OF(part, known))
    return false;
  return strncmp(part, "xl/", 3) == 0 && (sx_audit__ends_with(part, ".xml") || sx_audit__ends_with(part, ".rels"));
}

static const char *owner_of(void *data, const char *part) {
  const book *b = data;
  for (size_t i = 0; i < b->n_parts; i++)
    if (is(b->parts[i].name, part)) return b->parts[i].target;
  return NULL;
}

/* The drawing of a sheet; NULL: none. */
static const char *drawing_of(const book *b, const char *sheet_name) {
  for (size_t i = 0; i < b->n_parts; i++)
    if (is(b->parts[i].target, sheet_name) && strncmp(b->parts[i].name, "xl/drawings/drawing", 19) == 0)
      return b->parts[i].name;
  return NULL;
}

/* Of a book that a program saved anew, sheet by sheet. */
static sx_status compare_charts(const book *want, const book *have) {
  for (size_t i = 0; i < have->n_sheets; i++) {
    const char *name = have->sheets[i].name, *a = drawing_of(want, name), *b = drawing_of(have, name);
    if (a && b) SX_TRY(sx_audit__published_charts(have->p, name, want->archive, a, have->archive, b));
  }
  return SX_OK;
}

static sx_status compare(book *want, book *have) {
  const sx_part_rule rule = {is_other, owner_of, have};
  bool ours = false;
  SX_TRY(read_book(want, have->p->want, have->p->n_want));
  SX_TRY(read_book(have, have->p->have, have->p->n_have));
  SX_TRY(find_renamed(want, have));
  SX_TRY(compare_all_sheets(want, have));
  SX_TRY(compare_names(want, have));
  SX_TRY(sx_audit__published_title(have->p, want->archive, have->archive));
  SX_TRY(sx_audit__published_ours(&ours, have->p, want->archive, have->archive));
  return ours ? sx_audit__published_parts(have->p, want->archive, have->archive, &rule) : compare_charts(want, have);
}

sx_status sx_audit__published_book(sx_published *p) {
  book want = {.p = p}, have = {.p = p};
  const sx_status status = compare(&want, &have);
  sx_archive_close(want.archive);
  sx_archive_close(have.archive);
  return status;
}
