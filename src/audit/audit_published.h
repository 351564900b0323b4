/* audit_published.h: a file against the one that the run published: that is found again or made again (audit_published.c, audit_published_make.c), and both are
 * compared by what they show: a page tag by tag (_page), a workbook cell by cell (_book, _format), a Word file paragraph by paragraph (_word), other parts
 * of office files node by node (_part). */
#ifndef AUDIT_PUBLISHED_H
#define AUDIT_PUBLISHED_H

#include "audit_report_priv.h"
#include "shuxiao/io_archive.h"

#define SX_SAID_OTHERWISE "not the words that follow from the number here"

typedef struct sx_published {
  sx_tracer *t;
  sx_arena *arena; /* of the comparison at hand */
  const char *have, *want;
  size_t n_have, n_want;
  bool certain;       /* want is byte for byte what the run wrote down */
  bool counting;      /* differences are counted, not told */
  size_t n;           /* differences */
  size_t before;      /* traces of the file that were there before: what they name is not told again */
  const char *within; /* of a file within the file: "chart 3: "; "" */
} sx_published;

/* ---- one list against another (audit_published_diff.c) ---- */

/* One thing that a file shows. */
typedef struct sx_shown {
  const char *text;
  size_t n;
  size_t at;        /* the caller's */
  bool other;       /* of another kind than a neighbour with the same text */
  const char *like; /* what is compared in the place of the text; NULL: the text */
  size_t n_like;
} sx_shown;
typedef struct sx_shown_list {
  sx_shown *items;
  size_t n, cap;
} sx_shown_list;
sx_status sx_audit__shown_add(sx_shown_list *list, sx_arena *arena, const char *text, size_t n, size_t at, bool other,
                              sx_error *err) SX_NODISCARD;
/* The same but for white space. */
bool sx_audit__shown_same(const char *a, size_t n_a, const char *b, size_t n_b);
/* As the lists are compared. */
bool sx_audit__shown_alike(const sx_shown *a, const sx_shown *b);
/* Calls fn with every stretch in which the lists differ: items [n_want] of the one stand where items [n_have] of the other do. */
typedef sx_status (*sx_shown_fn)(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have);
sx_status sx_audit__shown_compare(const sx_shown_list *want, const sx_shown_list *have, sx_shown_fn fn,
                                  void *data) SX_NODISCARD;

/* ---- what is told (audit_published.c) ---- */

typedef struct sx_difference {
  sx_trace_verdict verdict;
  const char *place;             /* behind the file's name; NULL: line and column */
  size_t line, column;           /* of a page */
  size_t last_line, last_column; /* of its end */
  const char *want, *have;       /* NULL: nothing */
  size_t n_want, n_have;
  const char *reason, *reference; /* reference: NULL */
} sx_difference;
/* What was published, and what stands there; NULL: nothing. */
void sx_audit__published_texts(sx_difference *d, const sx_shown *want, const sx_shown *have);
/* Adds a trace; texts that are long are cut to where they differ. */
sx_status sx_audit__published_tell(sx_published *p, const sx_difference *d) SX_NODISCARD;

/* ---- the files ---- */

/* The file of this name as the run made it, of the store alone; *data NULL: it cannot be made. *certain: it has the hash. */
sx_status sx_audit__published_make(char **data, size_t *n, bool *certain, const sx_published *p, const char *name,
                                   const char *record, size_t n_record, const char *hash) SX_NODISCARD;
sx_status sx_audit__published_page(sx_published *p) SX_NODISCARD;
sx_status sx_audit__published_lines(sx_published *p) SX_NODISCARD; /* Markdown: lines, cells of their tables */
sx_status sx_audit__published_book(sx_published *p) SX_NODISCARD;
sx_status sx_audit__published_word(sx_published *p) SX_NODISCARD;

/* ---- a Word file ---- */

/* Where a part stands, behind the file's name: "table 1, row 2, column 3"; the arena's. */
sx_status sx_audit__published_place(const char **place, const sx_published *p, const sx_audit_text *text,
                                    size_t part) SX_NODISCARD;
/* Both parts name the same results in the same order and give the same amounts, maybe in other scale words. */
bool sx_audit__published_amounts(const sx_audit_text *want, const sx_text_part *was, const sx_audit_text *have,
                                 const sx_text_part *is);
/* A text with a sign for each field that shows what the run has as its key says: the same for one that was published with other decimals or scale words. NULL: it has no such
 * field (audit_published_field.c). */
sx_status sx_audit__published_like(const char **like, size_t *n, const sx_published *p,
                                   const sx_text_part *part) SX_NODISCARD;
/* Both parts have such fields alone, of the same results in the same order. */
sx_status sx_audit__published_fields(bool *alike, const sx_published *p, const sx_text_part *was,
                                     const sx_text_part *is) SX_NODISCARD;
/* Whether a sentence gives other numbers than the one that was published (audit_published_number.c). */
sx_status sx_audit__published_number(bool *changed, const sx_published *p, const sx_audit_text *want,
                                     const sx_text_part *was, const sx_audit_text *have,
                                     const sx_text_part *is) SX_NODISCARD;
/* Whether both have the same numbers in digits; false: no memory. */
bool sx_audit__published_digits(bool *same, sx_arena *arena, const sx_shown *a, const sx_shown *b) SX_NODISCARD;
/* The numbers and numerals of a text, one behind the other. NULL: no memory. */
const char *sx_audit__published_numbers(sx_arena *arena, const char *text, size_t n_text);
/* Words that follow from numbers (a verb of a change, "significant"), in their bookmarks (audit_published_bound.c). *other: a sentence says otherwise in one that
 * it still has; *lost: in the place of one whose bookmark is gone. */
sx_status sx_audit__published_bound(bool *other, bool *lost, const sx_published *p, const sx_audit_text *want,
                                    size_t was, const sx_audit_text *have, size_t is) SX_NODISCARD;
/* Tells of each such bookmark whose words are not those that were published. */
sx_status sx_audit__published_bounds(sx_published *p, const sx_audit_text *want,
                                     const sx_audit_text *have) SX_NODISCARD;
/* The words of a text: a sign for each number, no blanks. NULL: no memory. */
const char *sx_audit__published_mask(sx_arena *arena, const char *text, size_t n_text);
/* For every number of a table the labels of its row and column (audit_published_label.c). */
sx_status sx_audit__published_labels(sx_published *p, const sx_audit_text *want,
                                     const sx_audit_text *have) SX_NODISCARD;
/* Numbers and results of sentences with the same words, where want is not byte for byte what was published (audit_published_alike.c). */
sx_status sx_audit__published_alike(sx_published *p, const sx_audit_text *want, const sx_audit_text *have) SX_NODISCARD;
/* What the charts show that a part holds, one after the other (audit_published_chart.c); owner: of a workbook its sheet, else "". */
sx_status sx_audit__published_charts(sx_published *p, const char *owner, sx_archive *want, const char *part_want,
                                     sx_archive *have, const char *part_have) SX_NODISCARD;

/* Parts of office files whose names `wanted` says yes to, node by node. owner: whose a part is; NULL: nobody's. */
typedef struct sx_part_rule {
  bool (*wanted)(const char *part);
  const char *(*owner)(void *data, const char *part);
  void *data;
} sx_part_rule;
sx_status sx_audit__published_parts(sx_published *p, sx_archive *want, sx_archive *have,
                                    const sx_part_rule *rule) SX_NODISCARD;
/* What the file says of itself: its title, subject, description, keywords. */
sx_status sx_audit__published_title(sx_published *p, sx_archive *want, sx_archive *have) SX_NODISCARD;
/* What the lists of a Word file print before their items: signs, and numbers that they begin with. */
sx_status sx_audit__published_lists(sx_published *p, sx_archive *want, sx_archive *have) SX_NODISCARD;
/* No program has saved the file anew: its list of parts, or its properties, are as they were published. */
sx_status sx_audit__published_ours(bool *ours, const sx_published *p, sx_archive *want, sx_archive *have) SX_NODISCARD;

/* What a cell with this number format (ECMA-376 part 1, 18.8.31) shows of a number; false: a format that is not rendered (dates, fractions, conditions). */
bool sx_audit__number_shown(sx_buf *out, double value, const char *code);

#endif
