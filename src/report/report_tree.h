/* report_tree.h: nodes added to the document tree, in the order of reading. A node that there is no memory for sets page->failed, and
 * all that follows goes to page->lost: callers test once, at the end of a part, with sx_tree__status. */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "report_page.h"

/* A new last child of page->at. Never NULL. */
sx_document_node *sx_tree__add(sx_page *page, sx_document_kind kind);
/* The same, and what is added next goes into it, until sx_tree__close. */
sx_document_node *sx_tree__open(sx_page *page, sx_document_kind kind);
void sx_tree__close(sx_page *page);
/* A node that stands nowhere yet; sx_tree__attach makes it the last child of page->at and opens it. */
sx_document_node *sx_tree__detached(sx_page *page, sx_document_kind kind);
void sx_tree__attach(sx_page *page, sx_document_node *node);
/* Why numbers below page->at need not be results. */
void sx_tree__exempt(sx_page *page, const char *why);
sx_status sx_tree__status(const sx_page *page, sx_error *err) SX_NODISCARD;

/* Room for a payload, filled with 0; never NULL while page->failed is false. */
void *sx_tree__payload(sx_page *page, size_t n, size_t size);
/* The arena's copy with what no medium can show (bytes that are not UTF-8, control characters) replaced by U+FFFD. "" when memory fails. */
const char *sx_tree__clean(sx_page *page, const char *text, size_t n);
/* The same of a buffer; a failed one fails the page. */
const char *sx_tree__clean_buf(sx_page *page, const sx_buf *text);
/* "s3": a name and a number. */
const char *sx_tree__name(sx_page *page, const char *name, size_t number);
/* A label without its inline marks, clean; text may be NULL. */
const char *sx_tree__plain(sx_page *page, const char *text);

/* TEXTs: one by one where the language of the letters changes. n of 0 adds none. */
void sx_tree__text(sx_page *page, const char *text, size_t n);
void sx_tree__word(sx_page *page, sx_word word);
/* A label of a block: **strong**, *emphasis*, `code` are honoured. text may be NULL. */
void sx_tree__label(sx_page *page, const char *text);
/* A block node with a label in it; none where there is no text. */
sx_document_node *sx_tree__line(sx_page *page, sx_document_kind kind, const sx_node *text);
/* "95% confidence interval" as TEXT. */
void sx_tree__interval_name(sx_page *page, double level, sx_word word);

/* An open CELL of one row, alone in its columns or across `span`; what else it is can be set until it is closed. Never NULL. */
sx_document_cell *sx_tree__cell(sx_page *page, sx_document_scope scope, sx_document_align align, size_t column,
                                size_t span);

/* ---- numbers ---- */
/* A number in a sentence: its format's words, tip, marks. magnitude chooses the scale word (million, billion); 0: the value's own. */
void sx_tree__number(sx_page *page, const sx_bound *bound, const sx_format *format, double magnitude);
/* The same where the spec is a column's: bare where the head has the unit; format: for the tip. */
void sx_tree__cell_number(sx_page *page, const sx_bound *bound, const sx_format *format, const sx_spec *spec,
                          bool bare);
/* The sign of low reliability behind a number that was printed alone (a field): numbers bring theirs. */
void sx_tree__unreliable(sx_page *page, const sx_bound *bound);
/* What the sign means, said on the cover once all is built and some number bears it: a text has no foot of its own. */
void sx_report__cover_signs(sx_page *page);
/* "[u]: low reliability: large error or few cases." added to the foot of a table or figure. */
void sx_report__unreliable_note(sx_buf *out, const sx_page *page);
/* One field of a bound number without tip and unit: "" for the bound field itself, "se", "low", "high", "n". */
sx_document_node *sx_tree__field(sx_page *page, const sx_bound *bound, const char *field, double value,
                                 const sx_spec *spec);
/* Low and high as one number. */
void sx_tree__interval(sx_page *page, const sx_bound *bound, const sx_spec *spec);
/* A number that is no result; why: "outside", "bytes". tip may be NULL. */
void sx_tree__outside(sx_page *page, double value, const char *why, const char *tip, const sx_spec *spec, bool bare);

/* ---- parts: each adds its nodes at page->at ---- */
sx_status sx_report__build_text(sx_page *page, const sx_block *block, sx_error *err) SX_NODISCARD;
sx_status sx_report__build_float(sx_page *page, sx_block *block, sx_error *err) SX_NODISCARD; /* a figure or table */
sx_status sx_report__build_figure(sx_page *page, sx_block *block, sx_error *err) SX_NODISCARD;
sx_status sx_report__build_table(sx_page *page, sx_block *block, sx_error *err) SX_NODISCARD;
sx_status sx_report__build_cover(sx_page *page, sx_error *err) SX_NODISCARD;
sx_status sx_report__build_provenance(sx_page *page, sx_error *err) SX_NODISCARD;
/* Whether some cell of a figure or table is a result of made-up data: what holds outside figures alone bears no mark. */
bool sx_report__is_synthetic(const sx_page *page, const sx_block *block);
/* CAPTION of a figure or table; NOTE and SOURCE, `extra` at the note's end. */
void sx_report__build_caption(sx_page *page, const sx_block *block);
/* What stands under a table or figure beside its own note and source, in this order; NULL or "": nothing. */
typedef struct sx_foot {
  const char *intervals,
      *native; /* what the intervals are; the same where the figure is a chart of an office program */
  const char *extra;
  const char *names; /* of values, which the audit holds against the block, and a full stop */
} sx_foot;
void sx_report__build_foot(sx_page *page, const sx_block *block, const sx_foot *foot);
/* A HEADING that has just been closed gets its level (of its Markdown), number and anchor and enters the contents. */
sx_status sx_report__number_heading(sx_page *page, sx_document_node *heading, int level, sx_error *err) SX_NODISCARD;
sx_status sx_report__add_heading(sx_page *page, const sx_document_node *heading, sx_error *err) SX_NODISCARD;
/* A HEADING of our own, of the first level, without a number. */
sx_status sx_report__word_heading(sx_page *page, sx_word word, const char *anchor, sx_error *err) SX_NODISCARD;

#endif
