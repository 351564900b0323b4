/* publish_docx_said.h: words of a Word document that follow from numbers: verbs of changes, branches of conditions, orders, notes of figures and tables.
 * A bookmark "_sxw_KEY_N" stands around each, and the property "sxw_KEY" holds a hash of what the run wrote there, so that it can be told whether a person
 * changed it and whether another run says otherwise. Keys of notes begin with "n", those of cells of words with "t" and the
 * name of their table with its heads, for which there is a property "sxw_hNAME". Of conditions that are paragraphs there is the property alone, "sxw_pKEY".
 * A bookmark "_sxs_HASH_N" stands around each sign behind a number, with a hash of the sign: another one there is a person's. */
#ifndef PUBLISH_DOCX_SAID_H
#define PUBLISH_DOCX_SAID_H

#include "publish_docx_priv.h"

#define SX_SAID_BOOKMARK "_sxw_"
#define SX_SAID_PROPERTY "sxw_"
#define SX_SIGN_BOOKMARK "_sxs_"
#define SX_SIGN_PROPERTY "sxs_signs" /* the document has such bookmarks wherever the run set a sign */
#define SX_SAID_NOTE     '\x02'      /* stands in read text for a footnote's number */
enum { SX_SAID_KEY = 16, SX_SAID_HASH = 12, SX_SAID_HEADS = 5 };

/* ---- writing ---- */
sx_status sx_publish__docx_begin_said(sx_docx *w, const char *key) SX_NODISCARD;
sx_status sx_publish__docx_end_said(sx_docx *w, const char *key) SX_NODISCARD;
/* Whether a node is a note that the run may word otherwise another time, and its key. */
bool sx_publish__said_note(char key[SX_SAID_KEY], const sx_document_node *node);
/* Of the note of a "figure", a "table" of that id, or what the cover says "about" signs. */
void sx_publish__said_name(char key[SX_SAID_KEY], const char *kind, const char *id);
sx_status sx_publish__docx_conditions(sx_docx *w) SX_NODISCARD;
/* The bookmark of a sign; sx_publish__docx_end_mark ends it. */
sx_status sx_publish__docx_begin_sign(sx_docx *w, size_t *id, const sx_document_node *mark) SX_NODISCARD;
sx_status sx_publish__docx_record_heads(sx_docx *w, const char *name) SX_NODISCARD;

/* ---- reading ---- */

typedef struct sx_said_span {
  char key[SX_SAID_KEY];
  size_t from, to;               /* of the text */
  size_t open, inner, end, shut; /* of the XML: where the first tag begins and ends, where the last does */
  size_t paragraph;
  bool whole; /* begins and ends in one paragraph, and nothing is amiss */
} sx_said_span;

/* A field that shows a number, and the signs behind it: those of the run, and others. */
typedef struct sx_said_number {
  const char *name;            /* of its property */
  const char *marks, *others;  /* "" none */
  size_t at, behind;           /* of the text and the XML: behind the field */
  size_t marks_from, marks_to; /* of the XML: the bookmarks of the signs */
  size_t others_from;          /* of the XML */
  size_t paragraph;
  bool odd; /* something else stands between the run's signs, or in their place */
} sx_said_number;

typedef struct sx_said_paragraph {
  size_t from, to;    /* of the text */
  bool contents;      /* an entry of a list that Word makes of the document */
  bool cell;          /* in a table */
  size_t row, column; /* of the innermost table, from 1 */
} sx_said_paragraph;

/* What is read in a part: numbers as {NAME}, references as @, footnotes as SX_SAID_NOTE, blanks of all kinds as one; signs behind numbers are left out. */
typedef struct sx_said_text {
  sx_ctx ctx;
  sx_arena *arena;
  sx_buf text;
  sx_said_span *spans; /* in the order of their beginnings */
  sx_said_number *numbers;
  sx_said_paragraph *paragraphs;
  size_t n_spans, cap_spans, n_numbers, cap_numbers, n_paragraphs, cap_paragraphs;
} sx_said_text;

sx_status sx_publish__said_read(sx_said_text *out, const sx_ctx *ctx, const char *xml, size_t n,
                                sx_error *err) SX_NODISCARD;
void sx_publish__said_clear(sx_said_text *text);
/* The words of [from, to) with [KEY] for those of spans inside it, without blanks around; `own`: the span itself, SIZE_MAX for none. */
void sx_publish__said_words(sx_buf *out, const sx_said_text *t, size_t from, size_t to, size_t own);
/* Of such words. */
void sx_publish__said_hash(char out[SX_SAID_HASH], const char *words, size_t n);
bool sx_publish__said_within(const sx_said_span *inner, const sx_said_span *outer);

#endif
