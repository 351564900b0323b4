/* report_page.h: what the parts of a report share while its tree is made: the blocks, the store, warnings, bound numbers. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report_format.h"
#include "report_words.h"
#include "shuxiao/io.h"
#include "shuxiao/report_document.h"
#include "shuxiao/table.h"

typedef enum sx_block_kind {
  SX_BLOCK_DOCUMENT,
  SX_BLOCK_TEXT,
  SX_BLOCK_FIGURE,
  SX_BLOCK_TABLE,
  SX_BLOCK_ANNEX,
  SX_BLOCK_BOX /* of a text: kept by the page, not by the store */
} sx_block_kind;

typedef struct sx_block {
  sx_block_kind kind;
  char *id; /* "" when it has none */
  sx_doc *doc;
  const sx_node *root;
  const char *file, *markdown; /* of a text or annex, macros written out; markdown NULL: the page leaves it out */
  size_t number;               /* of a figure, table or box; 0 while not numbered */
  bool placed;                 /* by a text */
  sx_document_node *node;      /* of a figure, table or box, once it is made */
} sx_block;

typedef struct sx_mention {
  sx_document_node *node;
  const sx_block *block;
} sx_mention;

typedef struct sx_page {
  sx_ctx ctx;
  sx_lang lang;
  sx_store *store;
  int64_t run;
  sx_arena *arena; /* the document's: the tree, and texts that its making needs */
  sx_block *blocks;
  size_t n_blocks, cap_blocks;
  const sx_node *document;
  const char *synthetic;   /* in the page's language; NULL when the data are real */
  sx_style style;          /* of numbers */
  sx_report_macro *macros; /* of the study */
  size_t n_macros;
  bool own_language; /* some text block has the page's language: blocks of the other language alone are left out */
  const sx_document_node **headings;
  size_t n_headings, cap_headings;
  sx_mention *mentions; /* resolved when every figure and table is made */
  size_t n_mentions, cap_mentions;
  size_t counter[3];         /* of headings */
  bool in_annex, provenance; /* provenance: an annex tells it, the page need not */
  int annex_level;           /* of the first heading of the annexes: it counts as the first */
  size_t n_sections, n_footnotes, n_anchors, n_figures, n_tables, n_boxes;
  int heading_level; /* of the last heading; 0 before the first */
  sx_block **boxes;  /* [n_places] of the texts, in their order; next_box: the one that is built next */
  size_t n_places, cap_places, next_box, n_opened;
  sx_report_warning *warnings;
  size_t n_warnings, cap_warnings;
  const char **names; /* every name of the run, for suggestions; filled at the first need */
  size_t n_names, cap_names;
  sx_document_node *root, *at; /* at: where the next node goes */
  sx_document_node lost;       /* stands for a node that there was no memory for */
  sx_document_cell lost_cell;
  struct sx_seen_result **seen; /* [n_seen] report_results.c: what was bound, */
  sx_dict *seen_names;          /* under these names: a code is a place */
  size_t n_seen, cap_seen;
  const char *definitions_anchor;                /* of the annex's heading */
  bool failed;                                   /* some node was lost: nothing more is added */
  size_t n_suppressed, n_missing;                /* numbers held back and not available so far */
  size_t n_no_error;                             /* whose errors are held back */
  const char *unreliable_sign, *unreliable_word; /* where the study has criteria of quality; NULL: none */
  size_t n_unreliable;                           /* estimates that bear the sign so far */
  size_t n_inapplicable;                         /* cells that no number belongs to, marked so far */
  sx_document_condition *conditions;             /* branches that are paragraphs */
  size_t n_conditions, cap_conditions;
} sx_page;

/* ---- blocks ---- */
sx_status sx_report__load(sx_page *page, sx_error *err) SX_NODISCARD;
void sx_report__unload(sx_page *page);
sx_block *sx_report__block(sx_page *page, sx_block_kind kind, const char *id, size_t n);
/* The word for a figure, table or box: "图"; the same for errors and references: "figure". */
sx_word sx_report__block_word(sx_block_kind kind);
const char *sx_report__block_name(sx_block_kind kind);
/* err with the place of a block: "figure f1". */
sx_status sx_report__block_error(const sx_block *block, sx_error *err, const char *fmt, ...) SX_PRINTF(3, 4);
/* A text of a block in the page's language, the other one standing in; NULL when there is none. Borrowed. */
const char *sx_report__text(const sx_page *page, const sx_node *node);
bool sx_report__has_language(const sx_page *page, const sx_node *node);
sx_status sx_report__warn(sx_page *page, const char *where, sx_error *err, const char *fmt, ...)
    SX_PRINTF(4, 5) SX_NODISCARD;
void sx_report__free_warnings(const sx_ctx *ctx, sx_report_warning *warnings, size_t n);
const char *sx_report__w(const sx_page *page, sx_word word);

/* The spec of a format in the page's language and style: of one number, */
void sx_report__page_spec(sx_spec *out, const sx_format *format, double magnitude, const sx_page *page);
/* of all numbers that a table or a figure prints in it. */
void sx_report__page_spec_of(sx_spec *out, const sx_format *format, const sx_extent *extent, const sx_page *page);

/* ---- bound numbers ---- */
typedef struct sx_bound {
  double value; /* of the field asked for */
  bool main;    /* the field is the estimate: the rest is its error */
  bool count;   /* the field is n */
  bool measure; /* the field is in the estimate's unit: estimate, se, low, high */
  double estimate, se, low, high, ci_level;
  int64_t n;
  const char *reason;                    /* why it is missing, in the page's language; NULL */
  const char *reference;                 /* its name; NULL for a number from outside */
  const char *base;                      /* the same without the field */
  const char *indicator, *method, *step; /* of its row; "" */
  bool across_break;                     /* a change across a break of its series: printed with a dagger */
  bool p;                                /* a p value: never printed as 0 */
  bool suppressed;                       /* not published: printed with a cross */
  bool no_error;                         /* its error is not published: it would tell what is held back */
  bool one_sided;                        /* a change from a figure without an error: printed with a double dagger */
  bool unreliable;                       /* of low reliability (sx_quality_is_low) */
  const char *marks;                     /* the row's, ';' between them; NULL: none */
  bool model;                            /* a small-area estimate stands in somewhere below: printed with an asterisk */
} sx_bound;
/* Whether a number bears the sign of low reliability: an estimate, that there is, where the study has criteria. */
bool sx_report__is_unreliable(const sx_page *page, const sx_bound *bound);
/* where: the place for the error. A name that does not exist: SX_E_DATA with the nearest. */
sx_status sx_report__bind(sx_bound *out, sx_page *page, const char *text, size_t n, const char *where,
                          sx_error *err) SX_NODISCARD;
/* "users.age:young", backquoted where it has to be; statistic NULL: none is written. */
void sx_report__put_reference(sx_buf *out, const char *indicator, const sx_store_term *terms, size_t n_terms,
                              const char *statistic);
/* "95% 置信区间" */
void sx_report__interval_name(sx_buf *out, const sx_page *page, double level, sx_word word);
/* The limit that a p value lies below where it would print as 0: "< 0.001"; 0 for other numbers. */
double sx_report__below(const sx_bound *bound, const sx_spec *spec);

/* ---- HTML, for the drawings ---- */
/* The attributes of a printed number: which result it is; field "" for the bound field itself. */
void sx_report__trace(sx_buf *out, const char *name, const char *field, const sx_spec *spec, bool bare);
/* The same for a number that is no result: its value and why. */
void sx_report__trace_outside(sx_buf *out, double value, const char *why, const sx_spec *spec, bool bare);

/* ---- texts ---- */
bool sx_report__is_han(uint32_t code);
/* "&mdash;", "&#8212;" as UTF-8; its length, 0 for a name that is not known. */
size_t sx_report__entity(char out[8], const char *text, size_t n);
/* A label of a block as plain text: its inline marks of Markdown are left out. */
void sx_report__plain(sx_buf *out, const char *text);
/* A text of the store in the page's language, the other one standing in; `otherwise` where there is neither. */
const char *sx_report__in_language(const sx_page *page, const sx_text2 *text, const char *otherwise);
/* Goes through the figures and tables that a text places: first marks them (number false), then numbers them in order. */
sx_status sx_report__scan(sx_page *page, const sx_block *block, bool number, sx_error *err) SX_NODISCARD;
/* Numbers typed by hand in a sentence that has bound ones. text: Markdown; file: for the place. */
sx_status sx_report__check_numbers(sx_page *page, const char *file, const char *text, size_t n,
                                   sx_error *err) SX_NODISCARD;

#endif
