/* report_page.h: what the parts of a report share while it is made: the blocks, the store, warnings, bound numbers, escaping. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report_format.h"
#include "report_words.h"
#include "shuxiao/io.h"
#include "shuxiao/report.h"

typedef enum sx_block_kind {
  SX_BLOCK_DOCUMENT,
  SX_BLOCK_TEXT,
  SX_BLOCK_FIGURE,
  SX_BLOCK_TABLE,
  SX_BLOCK_ANNEX
} sx_block_kind;

typedef struct sx_block {
  sx_block_kind kind;
  char *id; /* "" when it has none */
  sx_doc *doc;
  const sx_node *root;
  size_t number; /* of a figure or table; 0 while not numbered */
  bool placed;   /* by a text */
} sx_block;

typedef struct sx_heading {
  int level;          /* 1 chapter, 2 section, ... */
  const char *number; /* "2.1", "" when the author numbers */
  const char *html;   /* inline HTML of its text */
  size_t id;          /* anchor s<id> */
} sx_heading;

typedef struct sx_page {
  sx_ctx ctx;
  sx_lang lang;
  sx_store *store;
  int64_t run;
  sx_arena *arena; /* texts that live as long as the page is made */
  sx_block *blocks;
  size_t n_blocks, cap_blocks;
  const sx_node *document;
  const char *synthetic; /* in the page's language; NULL when the data are real */
  bool own_language;     /* some text block has the page's language: blocks of the other language alone are left out */
  sx_heading *headings;
  size_t n_headings, cap_headings;
  size_t counter[3];         /* of headings */
  bool in_annex, provenance; /* provenance: an annex tells it, the page need not */
  int annex_level;           /* of the first heading of the annexes: it counts as the first */
  size_t n_footnotes, n_anchors, n_figures, n_tables;
  sx_report_warning *warnings;
  size_t n_warnings, cap_warnings;
  const char **names; /* every name of the run, for suggestions; filled at the first need */
  size_t n_names, cap_names;
  sx_buf body;
} sx_page;

/* ---- blocks ---- */
sx_status sx_report__load(sx_page *page, sx_error *err) SX_NODISCARD;
void sx_report__unload(sx_page *page);
sx_block *sx_report__block(sx_page *page, sx_block_kind kind, const char *id, size_t n);
/* err with the place of a block: "figure f1". */
sx_status sx_report__block_error(const sx_block *block, sx_error *err, const char *fmt, ...) SX_PRINTF(3, 4);
/* A text of a block in the page's language, the other one standing in; NULL when there is none. Borrowed. */
const char *sx_report__text(const sx_page *page, const sx_node *node);
bool sx_report__has_language(const sx_page *page, const sx_node *node);
sx_status sx_report__warn(sx_page *page, const char *where, sx_error *err, const char *fmt, ...)
    SX_PRINTF(4, 5) SX_NODISCARD;
const char *sx_report__w(const sx_page *page, sx_word word);

/* ---- bound numbers ---- */
typedef struct sx_bound {
  double value; /* of the field asked for */
  bool main;    /* the field is the estimate: the rest is its error */
  bool count;   /* the field is n */
  bool measure; /* the field is in the estimate's unit: estimate, se, low, high */
  double estimate, se, low, high, ci_level;
  int64_t n;
  const char *reason;    /* why it is missing, in the page's language; NULL */
  const char *reference; /* its name; NULL for a number from outside */
  const char *base;      /* the same without the field */
  bool across_break;     /* a change across a break of its series: printed with a dagger */
  bool p;                /* a p value: never printed as 0 */
  bool one_sided;        /* a change from a figure without an error: printed with a double dagger */
} sx_bound;
/* where: the place for the error. A name that does not exist: SX_E_DATA with the nearest. */
sx_status sx_report__bind(sx_bound *out, sx_page *page, const char *text, size_t n, const char *where,
                          sx_error *err) SX_NODISCARD;
/* "95% 置信区间" */
void sx_report__interval_name(sx_buf *out, const sx_page *page, double level, sx_word word);
/* The words of the tooltip, unescaped. */
void sx_report__tip(sx_buf *out, const sx_page *page, const sx_bound *bound, const sx_format *format);
/* The attributes that say which result a number is, for the audit of the page: data-ref="NAME[.FIELD]", data-unit where the number is printed
 * without its unit, data-zeros for zeros that are rounding. field: "" for the bound field itself, "se", "low", "high", "n", "interval" (low, then high). */
/* The limit that a p value lies below where it would print as 0: "< 0.001"; 0 for other numbers. */
double sx_report__below(const sx_bound *bound, const sx_spec *spec);
void sx_report__trace(sx_buf *out, const sx_bound *bound, const char *field, const sx_spec *spec, bool bare);
/* The same for a number that is no result: data-ref="=VALUE" data-exempt="WHY". */
void sx_report__trace_outside(sx_buf *out, double value, const char *why, const sx_spec *spec, bool bare);
/* The daggers that stand after a number; their words are in its tooltip. */
void sx_report__marks(sx_buf *out, const sx_bound *bound);
/* <span class="num" title="...">957 million people</span> */
void sx_report__number(sx_buf *out, const sx_page *page, const sx_bound *bound, const sx_format *format);

/* ---- HTML ---- */
void sx_report__escape(sx_buf *out, const char *text, size_t n); /* for text and quoted attributes */
/* The same for visible text: on an English page runs of Han are marked with their language. */
void sx_report__visible(sx_buf *out, const sx_page *page, const char *text, size_t n);
bool sx_report__is_han(uint32_t code);
/* A label of a block as visible text; a few inline marks of Markdown are honoured: **strong**, *emphasis*, `code`. */
void sx_report__label(sx_buf *out, const sx_page *page, const char *text);
/* The same label as plain text. */
void sx_report__plain(sx_buf *out, const char *text);

/* ---- parts ---- */
sx_status sx_report__markdown(sx_page *page, const sx_block *block, sx_error *err) SX_NODISCARD;
/* Goes through the figures and tables that a text places: first marks them (number false), then numbers them in order. */
sx_status sx_report__scan(sx_page *page, const sx_block *block, bool number, sx_error *err) SX_NODISCARD;
sx_status sx_report__figure(sx_page *page, const sx_block *block, sx_error *err) SX_NODISCARD;
sx_status sx_report__table(sx_page *page, const sx_block *block, sx_error *err) SX_NODISCARD;
/* Caption and foot that figures and tables share. */
void sx_report__caption(sx_page *page, const sx_block *block, const char *tag);
void sx_report__foot(sx_page *page, const sx_block *block, const char *extra);
/* Numbers typed by hand in a sentence that has bound ones. text: Markdown; file: for the place. */
sx_status sx_report__check_numbers(sx_page *page, const char *file, const char *text, size_t n,
                                   sx_error *err) SX_NODISCARD;
/* The text of a text or annex block in the page's language and its file; NULL where the page leaves it out. */
const char *sx_report__markdown_of(const sx_page *page, const sx_block *block, const char **file);
extern const char *const sx_report__style[]; /* lines, NULL at the end */

#endif
