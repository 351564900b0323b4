/* audit_text_priv.h: a text while it is read: characters made alike, numbers found, parts and runs. */
#ifndef AUDIT_TEXT_PRIV_H
#define AUDIT_TEXT_PRIV_H

#include "audit_units.h"
#include "shuxiao/audit_text.h"

/* References that a reader gives to texts beside a page: said of the result RESULT, no number above a limit; the words of some drawing. */
#define SX_REF_SAID     "said:"
#define SX_REF_LIMIT    "limit:"
#define SX_REF_DRAWING  "figure:"
#define SX_REF_DRAWINGS "figure:*"

/* What stands behind the beginning of a reference, NULL where it begins otherwise (or is NULL). */
const char *sx_audit__reference_of(const char *reference, const char *begin);
bool sx_audit__ends_with(const char *text, const char *end); /* text: or NULL */
bool sx_audit__one_of(const char *text, const char *const *list, size_t n);
#define SX_ONE_OF(text, list) sx_audit__one_of(text, list, sizeof(list) / sizeof *(list))

/* A chart of a Word file: its XML and the workbook behind it, as they stand in the archive. */
typedef struct sx_text_chart {
  const char *xml, *book;
  size_t n_xml, n_book;
} sx_text_chart;

/* A property of a Word file whose name is the key of a number. */
typedef struct sx_text_property {
  const char *key, *value; /* value: what a field of it shows when it is brought up to date */
  bool shown;              /* by some field */
} sx_text_property;

/* References of Word's own: what a bookmark _Ref_NAME encloses, what a field shows of it, a number by which captions are counted. */
typedef enum sx_link_kind { SX_LINK_TARGET, SX_LINK_REFERENCE, SX_LINK_COUNT, SX_LINK_SAID } sx_link_kind;
typedef struct sx_text_link {
  sx_link_kind kind;
  const char
      *name; /* of the bookmark; of a count what is counted: "Figure"; of words that follow from a number their key */
  const char *text;
  size_t part, at; /* the bytes of the part's text from `at` on */
} sx_text_link;

struct sx_audit_text {
  sx_ctx ctx;
  sx_arena *arena, *scratch; /* scratch: of the part whose numbers are found; empty between parts */
  const char *name;
  sx_text_form form;
  sx_text_part *parts;
  size_t n_parts, cap_parts;
  sx_text_mark *marks;
  sx_audit_unit *units;        /* beside marks */
  const sx_audit_word **rules; /* beside marks: the qualifying word; NULL */
  size_t n_marks, cap_marks, cap_units, cap_rules;
  sx_text_chart *charts; /* the arena's */
  size_t n_charts, cap_charts;
  sx_text_property *properties; /* of a .docx: its bound numbers; the arena's */
  size_t n_properties, cap_properties;
  struct sx_long_keys *long_keys; /* of a .docx; NULL */
  sx_text_link *links;            /* of a .docx, in order; the arena's */
  size_t n_links, cap_links;
  sx_text_link
      *said; /* words that follow from numbers, in the bookmarks "_sxw_KEY_N" of the run; in order of their ends */
  size_t n_said, cap_said;
  const char *panel; /* of a page: the data behind its numbers, from the arena; NULL */
  size_t n_panel, panel_line;
  sx_audit_text
      *beside; /* what stands outside the text: heads of pages, comments, words of drawings, attributes; NULL */
};

/* ---- reading a document: parts are opened, filled and closed in order (audit_text.c) ---- */

typedef struct sx_part_maker {
  sx_audit_text *text;
  sx_buf buf;
  sx_text_run *runs;
  size_t n_runs, cap_runs;
  sx_text_part part; /* of the part at hand */
  size_t paragraph, table, row, column;
  const char *within;           /* of parts beside the text; the arena's */
  struct sx_part_maker *beside; /* of text->beside, once there is something beside the text */
  sx_error *err;
} sx_part_maker;
void sx_audit__text_maker_init(sx_part_maker *m, sx_audit_text *text, sx_error *err);
void sx_audit__text_maker_clear(sx_part_maker *m);
/* A run begins here: what is added next stands at line, column. Attributes are copied. */
sx_status sx_audit__text_run(sx_part_maker *m, size_t line, size_t column, const sx_text_run *attributes) SX_NODISCARD;
/* Closes the part: blanks at its ends go, its numbers are found; an empty one is dropped. */
sx_status sx_audit__text_close(sx_part_maker *m, sx_part_kind kind, int level) SX_NODISCARD;
/* The maker of what stands beside the text, at a place of its own: "word/header1.xml", "alt". */
sx_status sx_audit__text_beside(sx_part_maker **out, sx_part_maker *m, const char *within) SX_NODISCARD;
/* One text as a part of its own. run: NULL, or what is said of it. */
sx_status sx_audit__text_one(sx_part_maker *m, sx_part_kind kind, const char *text, size_t n, size_t line,
                             size_t column, const sx_text_run *run) SX_NODISCARD;
/* A text without parts, to be filled by a maker. */
sx_status sx_audit__text_new(sx_audit_text **out, const sx_ctx *ctx, sx_text_form form, const char *name,
                             sx_error *err) SX_NODISCARD;
/* The run that holds a byte of a part. */
const sx_text_run *sx_audit__text_run_at(const sx_text_part *part, size_t at);
/* Forms. data is valid UTF-8 for the first three. */
sx_status sx_audit__text_plain(sx_part_maker *m, const char *data, size_t n) SX_NODISCARD;
sx_status sx_audit__text_markdown(sx_part_maker *m, const char *data, size_t n) SX_NODISCARD;
sx_status sx_audit__text_html(sx_part_maker *m, const char *data, size_t n) SX_NODISCARD;
sx_status sx_audit__text_drawing(sx_part_maker *m, const char *data, size_t n) SX_NODISCARD; /* SVG of ours */
sx_status sx_audit__text_docx(sx_part_maker *m, const void *data, size_t n) SX_NODISCARD;
struct sx_archive;
/* The run of a number with this key; unit: where its unit is put. */
struct sx_number_key;
enum { SX_KEY_UNIT_MAX = 80 };
sx_text_run sx_audit__key_run(const struct sx_number_key *key, char unit[SX_KEY_UNIT_MAX]);
/* Heads and feet of pages, comments: paragraphs beside the text. */
bool sx_audit__docx_margin(const char *part);
/* A link whose text is what was put since byte `at` of the part at hand, number `part` (audit_document_link.c). */
sx_status sx_audit__text_link(sx_part_maker *m, sx_link_kind kind, const char *name, size_t part,
                              size_t at) SX_NODISCARD;
/* The bookmark or the captions of which a field (its code) tells; false: no such field. */
bool sx_audit__field_link(sx_link_kind *kind, char name[64], const char *code);
/* The properties of a Word file that are keys of numbers, by key (audit_document_chart.c); a field shows one of them. */
sx_status sx_audit__docx_properties(sx_audit_text *text, struct sx_archive *archive, sx_error *err) SX_NODISCARD;
void sx_audit__docx_shown(sx_audit_text *text, const char *key);
/* Charts of a Word file with a workbook behind them (audit_document_chart.c). */
sx_status sx_audit__docx_charts(sx_audit_text *text, struct sx_archive *archive, sx_error *err) SX_NODISCARD;

/* Texts of a part of an office file that are no paragraphs or cells, as parts beside the text at the place `within` (audit_document_office.c). */
enum {
  SX_OFFICE_ATTRIBUTES = 1 /* attributes alone */,
  SX_OFFICE_FIGURES = 2 /* its drawings are counted as figures */
};
sx_status sx_audit__office_texts(sx_part_maker *m, struct sx_archive *archive, const char *part, const char *within,
                                 unsigned how) SX_NODISCARD;
bool sx_audit__office_silent(const char *part);
/* The relationships of a part (ECMA-376 part 2, 9.3): each with its Id and Type (NULL: it has none) and the part that its target names. Editing keeps them while
 * it may rename the parts. needed: it is an error where the archive has no list of them. */
typedef sx_status (*sx_relation_fn)(void *data, const char *id, const char *type, const char *target, sx_error *err);
sx_status sx_audit__relations(const sx_ctx *ctx, struct sx_archive *archive, const char *part, bool needed,
                              sx_relation_fn fn, void *data, sx_error *err) SX_NODISCARD;
/* Heads and feet of pages, comments, drawings and their words, charts, properties of a Word file (audit_document_beside.c). */
sx_status sx_audit__docx_beside(sx_part_maker *m, struct sx_archive *archive) SX_NODISCARD;

/* ---- one part while its numbers are found ---- */

/* A character made alike: full-width letters, digits and marks are ASCII, blanks of all kinds ' ', the dashes kept. */
typedef struct sx_glyph {
  uint32_t c;
  uint32_t at, nat; /* bytes into the part's text, into the text made alike */
} sx_glyph;

typedef struct sx_found {
  size_t from, to, number_to; /* glyphs: number and unit; end of the numeral itself */
  sx_mark_kind kind;
  double value;
  int decimals, zeros, sign, direction;
  sx_mark_range range;
  sx_mark_move move;
  sx_audit_unit unit;
  bool has_unit, has_noun;
  double scale;
  const char *word, *qualifier; /* canonical unit and qualifier; "" */
  const sx_audit_word *rule;    /* the qualifying word in the table; NULL */
} sx_found;

typedef struct sx_scan {
  sx_audit_text *text;
  sx_arena *scratch;
  const sx_text_part *part;
  sx_part_kind kind;
  sx_text_form form;
  bool chinese;
  const sx_glyph *g; /* [n + 1]: the last one ends the text */
  size_t n;
  const char *norm;
  size_t n_norm;
  sx_found *found; /* the scratch's */
  size_t n_found, cap_found;
  size_t run_glyph; /* where the run of the mark at hand begins */
  sx_error *err;
} sx_scan;

sx_status sx_audit__text_scan(sx_audit_text *text, size_t part, sx_error *err) SX_NODISCARD; /* audit_text_scan.c */
sx_status sx_audit__text_add(sx_scan *s, const sx_found *found) SX_NODISCARD;
/* A character made alike: digits, letters and signs of any width and script as ASCII's. */
uint32_t sx_audit__text_alike(uint32_t c);

static inline uint32_t sx_glyph_at(const sx_scan *s, size_t i) {
  return i < s->n ? s->g[i].c : 0;
}
static inline bool sx_is_digit(uint32_t c) {
  return c >= '0' && c <= '9';
}
static inline bool sx_is_latin(uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool sx_is_han(uint32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF);
}
static inline size_t sx_blanks(const sx_scan *s, size_t i) {
  size_t k = 0;
  while (sx_glyph_at(s, i + k) == ' ') k++;
  return k;
}
/* Glyphs of `word` where it stands at i; 0 when it does not. A Latin word must end there. ASCII without regard to case. */
size_t sx_audit__text_word(const sx_scan *s, size_t i, const char *word);
/* The same, ending before i (blanks are the caller's). */
size_t sx_audit__text_word_before(const sx_scan *s, size_t i, const char *word);
size_t sx_audit__text_any(const sx_scan *s, size_t i, const char *const *words, size_t n);
size_t sx_audit__text_any_before(const sx_scan *s, size_t i, const char *const *words, size_t n);
#define SX_ANY(s, i, words)        sx_audit__text_any(s, i, words, sizeof(words) / sizeof *(words))
#define SX_ANY_BEFORE(s, i, words) sx_audit__text_any_before(s, i, words, sizeof(words) / sizeof *(words))

/* ---- numerals (audit_text_number.c) ---- */

/* 1,234.5 at i: glyphs used, 0 when no digit stands there. */
size_t sx_audit__text_arabic(sx_found *out, const sx_scan *s, size_t i);
/* 三千二百万 at i: glyphs used; *digits: how many are figures and not powers of ten alone. */
size_t sx_audit__text_chinese(double *value, size_t *digits, const sx_scan *s, size_t i);
bool sx_audit__text_is_numeral(uint32_t c);
/* All Chinese numerals at i, with a point and figures: what is skipped where they are no quantity, so that no part of them is read as one. */
size_t sx_audit__text_numerals(const sx_scan *s, size_t i);
/* The same of an English number in words; 0. */
size_t sx_audit__text_spelled(const sx_scan *s, size_t i);
/* Chinese and English numbers in words that are quantities: *out is filled and true returned. */
bool sx_audit__text_in_words(sx_found *out, const sx_scan *s, size_t i);
/* A Chinese numeral that is no quantity but worth a mark: 第三, 二〇二五年. */
bool sx_audit__text_ordinal(sx_found *out, const sx_scan *s, size_t i);

/* ---- what surrounds a numeral ---- */

/* Whether the number out->from..number_to is no quantity; sets kind and to (audit_text_kind.c). */
bool sx_audit__text_no_quantity(sx_found *out, const sx_scan *s);
/* The unit behind it, a currency before it, words that qualify it (audit_text_unit.c). */
void sx_audit__text_unit(sx_found *out, const sx_scan *s);
void sx_audit__text_qualifier(sx_found *out, const sx_scan *s);
/* What a canonical unit is called; the arena's where it is not a constant; NULL: no memory. */
const char *sx_audit__text_unit_name(sx_arena *arena, const sx_audit_unit *unit, const char *as_printed, size_t n);
/* Lists, ranges and directions, once all numbers of the part are found (audit_text_chain.c). */
void sx_audit__text_chain(sx_scan *s);
void sx_audit__text_directions(sx_scan *s);
/* The way that the words of a text go: 1 up, -1 down, 0 neither or both. */
int sx_audit__text_way(const char *text);

#endif
