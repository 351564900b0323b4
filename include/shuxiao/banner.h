/* banner.h: banner tables: many questions by one head of columns, with letters from design-based tests.
 *
 *   rows     q1, q2 ... with their categories, nets and means        -> tables of a book, stub rows of a table
 *   columns  total + sex + age5 + (urban > age3)                     -> columns, in spans that are compared within themselves
 *
 * How the grammar reads: docs/banner.md. What is tested and how: docs/methods/banner.md. */
#ifndef SX_BANNER_H
#define SX_BANNER_H

#include "shuxiao/estimate_change.h"
#include "shuxiao/release_quality.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what comes out: the book ------------------------------------------------------------------------------------------------ */

/* A text of ours in both languages; texts of the file are the same in both. Never NULL. */
typedef struct sx_banner_text {
  const char *zh, *en;
} sx_banner_text;

/* What the cells of a row hold. Shares are between 0 and 1. */
typedef enum sx_banner_measure {
  SX_BANNER_COL_PCT,   /* share of the column's base that is in the row; the letters compare these */
  SX_BANNER_ROW_PCT,   /* share of the row that is in the column */
  SX_BANNER_TOTAL_PCT, /* share of the table's base that is in the row and the column */
  SX_BANNER_COUNT,     /* population in the row and the column */
  SX_BANNER_CASES,     /* cases in the row and the column, unweighted */
  SX_BANNER_MEAN,
  SX_BANNER_MEDIAN,
  SX_BANNER_BASE_CASES,     /* base of the column: cases with a weight above 0 */
  SX_BANNER_BASE_WEIGHTED,  /* base of the column: sum of weights */
  SX_BANNER_BASE_EFFECTIVE, /* base of the column: (sum w)^2 / sum w^2 */
  SX_BANNER_MEASURES
} sx_banner_measure;
SX_API const char *sx_banner_measure_name(sx_banner_measure measure); /* "col_pct" ... "n_unw" "n_w" "n_eff" */
SX_API sx_banner_text sx_banner_measure_label(sx_banner_measure measure);

typedef enum sx_banner_row_kind {
  SX_BANNER_ROW_BASE,
  SX_BANNER_ROW_CATEGORY, /* a level of a question */
  SX_BANNER_ROW_MEMBER,   /* of a multiple-response set */
  SX_BANNER_ROW_NET,      /* several levels or members together */
  SX_BANNER_ROW_BOX,      /* the top or bottom two levels of a scale */
  SX_BANNER_ROW_STATISTIC,
  SX_BANNER_ROW_ITEM /* of a grid: a variable */
} sx_banner_row_kind;

enum {
  SX_BANNER_NOT_TESTED = 1, /* of a cell: 0% or 100%, no error, or a small base: in no comparison; printed as a dash */
  SX_BANNER_SMALL_BASE = 2, /* the column's base is below the minimum; printed as an asterisk at the base */
  SX_BANNER_NO_WAVE =
      4 /* not compared with the earlier wave: the table's notes say why; where nothing else is compared,
                               NOT_TESTED too */
};

typedef struct sx_banner_cell {
  double value;  /* NaN: na says why */
  double se, df; /* NaN where there is none: bases, cases, and where na says so */
  double n_eff;  /* effective number of cases behind a share or mean; NaN else */
  const char *
      letters; /* the columns of its span (in a grid, the items) that it is significantly larger than: "BcE"; "" for none */
  sx_na na;
  int8_t versus_rest; /* against everyone else in the table: 1 significantly larger, -1 smaller, 0 not or not tested */
  int8_t versus_wave; /* against the earlier wave, likewise */
  uint8_t flags;
  double
      interpolated; /* a median of a scale or of an amount that people round: the one between the values, which letters and arrows compare; NaN elsewhere */
  const char
      *quality; /* marks of reliability (sx_quality_judge), "" or NULL for none; where the request has criteria */
} sx_banner_cell;

/* Who a cell is made of, for disclosure control. */
typedef struct sx_banner_who {
  double base_n, base_w; /* cases and weight of the row's base in the column */
  double cases;          /* of them in the row; of a mean those of the base */
  double value;          /* the share of the base, or the mean: value * base_w is the cell's total */
  const double *top; /* [n_top] of an amount: its largest contributions (sx_estimate_largest); NULL: not of an amount */
} sx_banner_who;

typedef struct sx_banner_row {
  sx_banner_row_kind kind;
  sx_banner_measure measure;
  sx_banner_text label; /* "非常满意", "Top 2", "Mean" */
  const char *key;      /* the level as text, the net's or the variable's name */
  bool continued;       /* another measure of the row above: its label is not repeated */
  bool tested;          /* its cells have letters */
  const char *letter;   /* of an item of a grid, which the cells of the other items name: "A" ...; else "" or NULL */
  const sx_banner_cell *cell; /* [columns of the table] */
  const sx_banner_who *who;   /* [columns + 1], the last of everyone in the table; NULL: not asked for, or bases */
} sx_banner_row;

/* A node of the head. Heads of one depth stand in one line, from left to right; a column's own head is the deepest. */
typedef struct sx_banner_head {
  sx_banner_text text;
  const char *variable, *level; /* "" for the total and, of level, for the head that names a variable */
  size_t parent;                /* SIZE_MAX at the top */
  size_t depth;                 /* 0 at the top */
  size_t first, n;              /* columns below it */
} sx_banner_head;
typedef struct sx_banner_column {
  size_t head;        /* its own */
  size_t span;        /* columns of one span are compared with one another; spans are numbered from 0 */
  const char *letter; /* within its span: "A" ... "Z", "AA" ...; "" where its span has one column */
  const char *key;    /* "total", "sex=1", "urban=1,age3=2" */
  bool total;         /* everyone */
} sx_banner_column;
typedef struct sx_banner_columns {
  size_t n_heads, n_columns, n_spans, depth; /* depth: lines of heads */
  const sx_banner_head *head;
  const sx_banner_column *column;
} sx_banner_columns;
/* Whether a head stands for a level, which may have no name, and not for a variable or the total. */
SX_API bool sx_banner_is_level(const sx_banner_columns *columns, size_t head);

typedef struct sx_banner_table {
  const char *id;       /* "q1", the set's name, "grid(q7_1-q7_5)"; unique in the book */
  const char *title;    /* label of the question, or its name */
  const char *title_en; /* of a study that says it in English too; NULL: the title in both */
  sx_banner_text
      question; /* where it differs from the title (members of a set, items of a grid): what they share; else "" */
  sx_banner_text base;              /* "Base: all who answered q1, if age >= 18" */
  const sx_banner_columns *columns; /* the book's, or the scale of a grid */
  size_t n_rows;
  const sx_banner_row *row; /* bases first */
  size_t n_cases;           /* in the base of the table */
  const sx_banner_text *note;
  size_t n_notes; /* "median: not tested", "no case has an answer", ... */
} sx_banner_table;

typedef struct sx_banner_book {
  sx_ctx ctx;
  sx_arena *arena;                           /* owns everything below */
  const char *design, *filter, *rows, *spec; /* as described and as asked for; filter "" without */
  bool show_se;
  const sx_banner_columns *columns;
  size_t n_tables;
  const sx_banner_table *table;
  sx_banner_text legend;                     /* what was tested and how, for under every table; "" where nothing was */
  const char *marks_rest[2], *marks_wave[2]; /* larger, smaller: "↑" "↓", "▲" "▼" */
  const char *
      mark_low; /* behind cells of low reliability (sx_quality_is_low): "[u]"; NULL: the writer has a sign of its own */
} sx_banner_book;
SX_API void sx_banner_book_free(sx_banner_book *book); /* NULL: nothing */

/* ---- what goes in ------------------------------------------------------------------------------------------------------------ */

enum { SX_BANNER_WITHIN_SPAN = 1, SX_BANNER_VERSUS_REST = 2, SX_BANNER_PREVIOUS_WAVE = 4 };

/* Below `upper` a letter is a capital, below `lower` (0: no second level) a small one; arrows are at `arrow`. */
typedef struct sx_banner_sig {
  uint32_t version;
  const char *profile; /* its name, for the legend; "" for none */
  unsigned compare;    /* SX_BANNER_WITHIN_SPAN | ...; 0: nothing is tested */
  double upper, lower, arrow;
  /* Of the p of one family: the pairs of one row and span; the columns of one row and span against the rest, or against the
   * earlier wave. */
  sx_adjust_p adjust;
  size_t min_base; /* cases; columns below it are not tested */
} sx_banner_sig;
#define SX_BANNER_SIG_INIT                                                                                             \
  { 1, "", SX_BANNER_WITHIN_SPAN, 0.05, 0.10, 0.05, SX_ADJUST_P_BONFERRONI, 30 }
/* A profile by name: "spss" (0.05 / 0.10, Bonferroni), "displayr" (0.001 / 0.05, BH), "waves" (arrows against the earlier wave, 0.05, no
 * adjustment), "none"; then words that change it, separated by commas: "spss, adjust=holm, upper=0.01, lower=0, min_base=50,
 * compare=within_span+versus_rest". Expected: SX_E_ARGUMENT with the nearest word. */
SX_API sx_status sx_banner_sig_parse(sx_banner_sig *out, const char *text, sx_error *err) SX_NODISCARD;
/* The words, for callers with a tree instead of a text: one of profile, adjust, upper, lower, level, min_base, compare. */
SX_API sx_status sx_banner_sig_set(sx_banner_sig *sig, const char *word, const char *value, sx_error *err) SX_NODISCARD;
/* After the last word (sx_banner_sig_parse does it itself). Expected: SX_E_ARGUMENT where `lower` is not 0 and not above `upper`. */
SX_API sx_status sx_banner_sig_check(const sx_banner_sig *sig, sx_error *err) SX_NODISCARD;

/* Several levels of a question together; for a set, several members. By value text or label. */
typedef struct sx_banner_net {
  const char *name;
  const char *const *level;
  size_t n_levels;
} sx_banner_net;
/* "{常用: [1, 2], Rarely: [3, 4]}"; texts live in the arena. Expected: SX_E_PARSE with the column. */
SX_API sx_status sx_banner_nets_parse(sx_banner_net **out, size_t *n, sx_arena *arena, const char *text,
                                      sx_error *err) SX_NODISCARD;

typedef struct sx_banner_request {
  uint32_t version;
  const char *rows, *columns;
  const char *stats; /* "col_pct, se, n_unw, n_eff": docs/banner.md; NULL: "col_pct, n_unw, n_w" and means of amounts */
  const sx_banner_net *nets; /* for every question that has all levels of the net; one at least */
  size_t n_nets;
  const char *where; /* a condition, for the tables: the design stays whole; NULL: all */
  sx_banner_sig sig;
  bool who; /* rows tell who their cells are made of */
  size_t n_top;
  bool keep_empty; /* a request with one question that no case has answered has its table all the same */
  const sx_quality_options
      *quality;         /* criteria that shares, means, medians and counts are judged by; NULL: they are not */
  const char *mark_low; /* the sign of cells below them, which the legend tells; NULL: neither */
} sx_banner_request;
#define SX_BANNER_REQUEST_INIT                                                                                         \
  { 1, NULL, NULL, NULL, NULL, 0, NULL, SX_BANNER_SIG_INIT, false, 0, false, NULL, NULL }

/* The earlier wave: the same words mean its own variables. Columns and rows are matched by their keys, codes and names of members; where one key
 * has two labels, or a scale other levels, nothing is compared and the table's notes say so (sx_table_take_codes helps before). A
 * condition whose variables have such a code is SX_E_DATA. link: of the earlier (first) and the present design (sx_link_new), or NULL:
 * independent samples. */
typedef struct sx_banner_wave {
  const sx_table *table;
  const sx_design *design;
  const sx_link *link;
  const char *const *same; /* [n_same] variables whose codes are the same whatever their labels say */
  size_t n_same;
} sx_banner_wave;

/* All tables of the request. Errors and tests are those of the algebra of estimates (difference of two domain estimates with their joint
 * covariance, t on the degrees of freedom of the PSUs in either base): sx_est_linear gives the same, only slower. earlier may be NULL.
 * Expected: SX_E_PARSE for rows or columns that cannot be read (where "columns: column 7"), SX_E_ARGUMENT for a name that the table has
 * not (the nearest is named), for a level of a net that no question has; SX_E_DATA for a question without an answer in any case of a
 * request with one question alone (else, and with keep_empty, its table says so); SX_E_LIMIT for more than SX_BANNER_MAX_COLUMNS columns.
 * Cost: one pass of the rows, in parallel over tables, where the design is linearised and its totals are known; else an estimate per cell. */
enum { SX_BANNER_MAX_COLUMNS = 1000 };
SX_API sx_status sx_banner_run(sx_banner_book **out, const sx_design *design, const sx_table *table,
                               const sx_banner_request *request, const sx_banner_wave *earlier,
                               sx_error *err) SX_NODISCARD;

/* Only what can be told without the cases: words, and names of variables and sets. table may have few rows or none. */
SX_API sx_status sx_banner_check(const sx_table *table, const sx_banner_request *request, sx_error *err) SX_NODISCARD;
/* The variables that rows, columns and condition rest on, members of sets among them; each once, in the arena with *out. Errors as of
 * sx_banner_check. */
SX_API sx_status sx_banner_variables(const char *const **out, size_t *n, const sx_table *table,
                                     const sx_banner_request *request, sx_arena *arena, sx_error *err) SX_NODISCARD;

/* ---- writing it -------------------------------------------------------------------------------------------------------------- */

/* A cell as text: "45.2% B", "45.2% (1.3) ↑ -", "3.41", "1204 *", "." where it is missing; with the book's standard error where it is shown. */
SX_API void sx_banner_cell_text(sx_buf *out, const sx_banner_book *book, const sx_banner_row *row,
                                const sx_banner_cell *cell);
/* Decimals of the means or medians of a row of n cells, as the largest of them wants: none from 1000 on, one from 10 on, else two. */
SX_API int sx_banner_row_decimals(const sx_banner_row *row, size_t n);
/* Decimals of a cell that are enough for its mean or median: at least `least`, two digits of the value that are not leading zeros, and where the error
 * stands beside it one digit of that; the error has the same. Other measures: `least`. */
SX_API int sx_banner_decimals(const sx_banner_row *row, const sx_banner_cell *cell, int least, bool errors);
/* The heads above a column and its letter: "Sex / Women (B)". */
SX_API void sx_banner_column_text(sx_buf *out, const sx_banner_columns *columns, size_t column, bool zh);
/* The label of a row, with its letter where it has one: "Shops (A)". */
SX_API void sx_banner_row_text(sx_buf *out, const sx_banner_row *row, bool zh);
/* zh: our own words in Chinese. Markdown: a table each with its legend. JSON: everything, typed. CSV: a line per cell. */
SX_API sx_status sx_banner_markdown(sx_buf *out, const sx_banner_book *book, bool zh, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_banner_json(sx_buf *out, const sx_banner_book *book, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_banner_csv(sx_buf *out, const sx_banner_book *book, bool zh, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
