/* banner_priv.h: what the files of the banner room share.
 *
 * A request becomes a plan: the columns (a mask of the cases each) and the questions. A question becomes lines (a code per case, outside of its
 * base none) and items (a number per code: 1 where the case is in a row, the value in a mean). The value of an item in a column is the mean
 * of these numbers over the cases of the base in the column. */
#ifndef BANNER_PRIV_H
#define BANNER_PRIV_H

#include "shuxiao/banner.h"

/* The public book and the arenas of the tasks that made its tables. */
typedef struct banner_own {
  sx_banner_book book;
  sx_arena **arenas; /* [n_arenas] */
  size_t n_arenas;
} banner_own;

/* ---- columns (banner_columns.c) ---- */

/* Domain 0 is everyone; the columns follow, the total being domain 0 again. */
typedef struct banner_domains {
  size_t n, n_columns;
  uint8_t **mask;    /* [n] of [rows]: 1 in the column; NULL for domain 0 */
  size_t *of_column; /* [n_columns] */
} banner_domains;
/* Columns and the masks, in the arena; rows outside of `in` (NULL: none) are outside every column but not of its head. */
sx_status sx_banner__columns(sx_banner_columns **out, banner_domains *domains, const sx_table *table, const char *text,
                             sx_arena *arena, sx_error *err) SX_NODISCARD;
const char *sx_banner__letter(sx_arena *arena, size_t i); /* "A" ... "Z", "AA" ...; NULL: no memory */
/* 1 where a case chose a member of a set; the names and labels of the members. */
typedef struct banner_members {
  size_t n;
  uint8_t **mask;             /* [n] of [rows] */
  const char **text, **label; /* [n] */
  uint8_t *base;              /* [rows] at least one chosen */
} banner_members;
sx_status sx_banner__members(banner_members *out, const sx_table *table, const sx_mrset *set, sx_arena *arena,
                             sx_error *err) SX_NODISCARD;
const sx_mrset *sx_banner__find_set(const sx_table *table, const char *name); /* with or without '$'; NULL: none */
/* The variables and sets that columns name, in the order of the first place. */
sx_status sx_banner__column_names(const char ***out, size_t *n, const sx_table *table, const char *text,
                                  sx_arena *arena, sx_error *err) SX_NODISCARD;
/* A mask of the rows with a value of each of a variable's levels. */
enum { BANNER_MAX_LEVELS = 1000 };

/* ---- statistics asked for (banner_words.c) ---- */

enum {
  BANNER_TOP2 = SX_BANNER_MEASURES, /* after the measures */
  BANNER_BOTTOM2,
  BANNER_SE,
  BANNER_STATS,
  BANNER_SHARE = BANNER_STATS /* of rows alone: share(...) */
};
/* bits [1 << stat]; *any_mean: said, else amounts have means by default. */
sx_status sx_banner__stats(uint32_t *bits, const char *text, sx_error *err) SX_NODISCARD;
static inline bool sx_banner__has(uint32_t bits, int stat) {
  return (bits >> stat & 1U) != 0;
}

/* ---- rows (banner_rows.c) ---- */

typedef enum banner_kind {
  BANNER_CATEGORIES, /* a variable with levels */
  BANNER_AMOUNT,     /* a number: mean, median */
  BANNER_SET,
  BANNER_GRID, /* items by the levels of their scale */
  BANNER_ITEMS /* one statistic of several variables, a row each */
} banner_kind;

typedef struct banner_stub {
  banner_kind kind;
  int stat;                 /* ITEMS: SX_BANNER_MEAN, SX_BANNER_MEDIAN, BANNER_TOP2, BANNER_BOTTOM2, BANNER_SHARE */
  const char *name, *id;    /* as asked for; unique in the book */
  const sx_column **column; /* [n] */
  size_t n;
  const sx_mrset *set;
  const sx_banner_net *net; /* of the question itself, before those of the request */
  size_t n_nets;
} banner_stub;
sx_status sx_banner__rows(banner_stub **out, size_t *n, const sx_table *table, const char *text, sx_arena *arena,
                          sx_error *err) SX_NODISCARD;

bool sx_banner__is_amount(const sx_column *column); /* a number without levels, of many values */

/* ---- questions (banner_question.c) ---- */

enum { BANNER_OUTSIDE = UINT16_MAX };
typedef struct banner_line {
  size_t n_codes;
  uint16_t *code;      /* [rows] in file order; BANNER_OUTSIDE: not in the base */
  const double *y;     /* [rows] or NULL; then code is 0 in the base and the items are the mean of y */
  const sx_column *of; /* whose levels, or numbers, these are; NULL: of members */
  const char *const *text, *const *label; /* [n_codes] of levels; NULL: it has none */
} banner_line;

/* The levels of a scale, rising. */
typedef struct banner_scale {
  size_t n;
  double *value;
} banner_scale;

/* What letters and arrows compare of a median: itself; of a scale of few values, the one interpolated within its level (banner_scale.c); of an amount
 * whose values are heaped, that of the mid-distribution (banner_heaped.c). */
typedef enum banner_compared { BANNER_ITSELF, BANNER_WITHIN_LEVEL, BANNER_MID_DISTRIBUTION } banner_compared;

typedef struct banner_item {
  sx_banner_row_kind kind;
  sx_banner_measure measure; /* COL_PCT, MEAN or MEDIAN */
  sx_banner_text label;
  const char *key;
  size_t line;
  double *coef;             /* [n_codes]; NULL: the line's y */
  const sx_column *median;  /* MEDIAN: of this variable, over the base of the line */
  banner_compared compared; /* MEDIAN */
  banner_scale scale;       /* WITHIN_LEVEL */
} banner_item;

typedef struct banner_question {
  const banner_stub *stub;
  const char *title;
  sx_banner_text question, base;
  banner_line *line;
  size_t n_lines, base_line; /* the bases are those of base_line */
  banner_item *item;
  size_t n_items;
  /* GRID: cell (i, v) is the share of item i's base in level v; items are n_scale for each row */
  size_t n_scale;
  const char **scale_text, **scale_label;
  sx_banner_text *note;
  size_t n_notes;
} banner_question;

/* The request, made ready. */
typedef struct banner_plan {
  const sx_ctx *ctx;
  const sx_design *design;
  const sx_table *table;
  const sx_banner_request *request;
  sx_arena *arena; /* of the book */
  uint32_t stats;
  bool means_asked; /* stats were given */
  uint8_t *in;      /* [rows] 1 in the tables */
  sx_banner_columns *columns;
  banner_domains domains;
  banner_stub *stub;
  size_t n_stubs;
  size_t (*pair)[2];   /* [n_pairs] domains of two columns of one span */
  size_t *pair_column; /* [n_pairs][2] their columns */
  size_t n_pairs;
  const sx_banner_wave *wave; /* of an earlier wave's plan; else NULL */
} banner_plan;
/* Everything in the task's arena. */
sx_status sx_banner__question(banner_question *out, const banner_plan *plan, const banner_stub *stub, sx_arena *arena,
                              sx_error *err) SX_NODISCARD;
/* Lines and items of one kind (banner_question.c and banner_items.c). */
sx_status sx_banner__add_note(banner_question *q, sx_arena *arena, const char *zh, const char *en,
                              sx_error *err) SX_NODISCARD;
const char *sx_banner__label_of(const sx_column *column); /* its label, or its name */
/* Levels of a variable that occur: codes and texts. */
typedef struct banner_levels {
  size_t n;
  int32_t *code; /* [rows], -1 missing */
  const char **text, **label;
  double *value; /* [n] as numbers, or NULL where one is none */
} banner_levels;
sx_status sx_banner__levels(banner_levels *out, const sx_table *table, const sx_column *column, sx_arena *arena,
                            sx_error *err) SX_NODISCARD;
/* in [levels]: in the two highest or lowest of the scale; false where it has no order or too few levels. */
sx_banner_text sx_banner__level_text(const char *label); /* an empty text is a level as any other: it is called so */
bool sx_banner__box(uint8_t *in, const banner_levels *levels, const sx_column *column, bool top);

/* ---- values and tests ---- */

typedef struct banner_value {
  double value, variance, df, n_eff;
  sx_na na;
} banner_value;

/* What the engines fill for a question; D domains, items by domains. In the task's arena. */
typedef struct banner_result {
  size_t n_domains;
  banner_value *value;   /* [items][D] shares of columns, means, medians */
  banner_value *inner;   /* [items][D] of medians that are not compared as they are: what is; NULL: there are none */
  banner_value *row_pct; /* [items][D] or NULL: not asked for */
  banner_value *total_pct, *count;
  double *cases;                     /* [items][D] cases in the row and the domain (shares) */
  double *base_n, *base_w, *base_w2; /* [lines][D] */
  double *p;                         /* [items][pairs], NaN: not tested */
  double *p_items;                   /* GRID: [n_scale][pairs of items], or NULL */
  double *p_rest;                    /* [items][D], or NULL */
  double *rest;                      /* [items][D] the value of everyone else */
  double *p_wave;                    /* [items][D], or NULL */
  double *wave;                      /* [items][D] the earlier value */
  struct banner_apart *apart;        /* what could not be compared with it; NULL: there is no earlier wave */
} banner_result;
sx_status sx_banner__result_new(banner_result *out, const banner_plan *plan, const banner_question *q, sx_arena *arena,
                                sx_error *err) SX_NODISCARD;
/* What is compared of a cell: its value, or the interpolated median. */
const banner_value *sx_banner__compared(const banner_question *q, const banner_result *r, size_t item, size_t domain);
/* May be compared: a value with an error, neither 0 nor 1 where it is a share, on enough cases. */
bool sx_banner__testable(const banner_plan *plan, const banner_question *q, const banner_result *r, size_t item,
                         size_t domain);
double sx_banner__p(double difference, double variance, double df); /* NaN where there is no test */
/* 0 where the variance of an estimate, or of the difference of estimates, of that size is what rounding leaves. */
double sx_banner__variance(double variance, double size);

/* The fast engine (banner_kernel.c, banner_sums.c): one pass per line, for linearised designs without outside figures. */
typedef struct banner_kernel banner_kernel;
/* *out NULL where the design does not suit it. */
sx_status sx_banner__kernel_new(banner_kernel **out, const banner_plan *plan, sx_error *err) SX_NODISCARD;
void sx_banner__kernel_free(banner_kernel *kernel);
typedef struct banner_scratch banner_scratch;
banner_scratch *sx_banner__scratch_new(const sx_ctx *ctx) SX_NODISCARD;
void sx_banner__scratch_free(banner_scratch *scratch);
/* *done false where the sums of the question would take too much memory. */
sx_status sx_banner__fast(bool *done, banner_result *r, const banner_plan *plan, const banner_question *q,
                          const banner_kernel *kernel, banner_scratch *scratch, sx_error *err) SX_NODISCARD;
/* The slow and obvious one (banner_slow.c): an estimate of the engine per cell, comparisons by sx_est_linear. parts: what of it. */
enum { BANNER_ALL = 1, BANNER_MEDIANS = 2, BANNER_WAVES = 4, BANNER_GRIDS = 8 };
/* earlier: the plan of the earlier wave, or NULL. */
sx_status sx_banner__slow(banner_result *r, const banner_plan *plan, const banner_question *q, unsigned parts,
                          const banner_plan *earlier, const sx_link *link, sx_arena *arena, sx_error *err) SX_NODISCARD;

/* The earlier wave's rows and columns (banner_wave.c): what answers to what, and what could not be compared, for the notes. */
enum {
  BANNER_APART_COLUMN, /* the earlier wave has no such column */
  BANNER_APART_ROW,    /* nor such a row */
  BANNER_APART_CODE,   /* its code has another label */
  BANNER_APART_SCALE,  /* its scale has other levels */
  BANNER_APART_BASE,   /* too few cases there */
  BANNER_APART_KINDS
};
typedef struct banner_apart {
  sx_banner_text *name[BANNER_APART_KINDS];
  size_t n[BANNER_APART_KINDS], cap[BANNER_APART_KINDS];
} banner_apart;
/* The row of `then` that is compared with item i of `now`, or the column with column c; n_items, n_columns where there is none, told in apart. */
sx_status sx_banner__earlier_item(size_t *out, banner_apart *apart, const banner_plan *earlier,
                                  const banner_question *now, size_t i, const banner_question *then, sx_arena *arena,
                                  sx_error *err) SX_NODISCARD;
sx_status sx_banner__earlier_column(size_t *out, banner_apart *apart, const banner_plan *earlier,
                                    const banner_plan *now, size_t c, sx_arena *arena, sx_error *err) SX_NODISCARD;
/* Column c has too few cases in the earlier wave; the earlier wave has no such question. */
sx_status sx_banner__apart_base(banner_apart *apart, const banner_plan *now, size_t c, sx_arena *arena,
                                sx_error *err) SX_NODISCARD;
sx_status sx_banner__apart_question(banner_apart *apart, const banner_question *now, sx_arena *arena,
                                    sx_error *err) SX_NODISCARD;
sx_status sx_banner__apart_notes(banner_question *notes, const banner_apart *apart, sx_arena *arena,
                                 sx_error *err) SX_NODISCARD;
/* SX_E_DATA where a variable of the condition has a code with two labels. */
sx_status sx_banner__same_where(const banner_plan *now, const banner_plan *earlier, sx_error *err) SX_NODISCARD;

/* Medians of scales (banner_scale.c): levels that occur in the file, and labelled ones; the median interpolated within its level among the
 * cases where [rows]. y: a column of numbers to work in. */
sx_status sx_banner__scale(banner_scale *out, const sx_column *column, sx_arena *arena, sx_error *err) SX_NODISCARD;
sx_status sx_banner__interpolated(sx_est **out, const banner_plan *plan, const banner_item *item, const uint8_t *where,
                                  sx_column *y, sx_error *err) SX_NODISCARD;

/* Medians of amounts (banner_heaped.c): whether more cases share one of the values near the median of all in the tables than its error has room for (a quarter of the root of
 * their number); and the median of the mid-distribution among the cases where [rows]. */
sx_status sx_banner__is_heaped(bool *out, const banner_plan *plan, const sx_column *column, sx_error *err) SX_NODISCARD;
sx_status sx_banner__mid_median(sx_est **out, const banner_plan *plan, const sx_column *column, const uint8_t *where,
                                sx_column *y, sx_error *err) SX_NODISCARD;

/* p of the difference of two estimates; NaN where it has no variance that is more than rounding. */
sx_status sx_banner__compare(double *p, const banner_plan *plan, const sx_est *a, const sx_est *b,
                             sx_error *err) SX_NODISCARD;

/* Grids by their scale (banner_grid.c): items, 0 of other questions; pairs of them, 0 where there is nothing to compare. */
size_t sx_banner__grid_items(const banner_question *q);
size_t sx_banner__grid_pairs(const banner_question *q);
/* r->p_items by estimates of the engine, r->value being known. y: a column of numbers to work in. */
sx_status sx_banner__grid_tests(banner_result *r, const banner_plan *plan, const banner_question *q, sx_column *y,
                                sx_error *err) SX_NODISCARD;
/* Letters of the rows and cells [items][n_scale], and marks, where r has p_items. */
sx_status sx_banner__grid_letters(sx_banner_row *row, sx_banner_cell *const *cell, const banner_plan *plan,
                                  const banner_question *q, banner_result *r, sx_arena *arena,
                                  sx_error *err) SX_NODISCARD;

/* ---- the table (banner_table.c, banner_letters.c, banner_legend.c) ---- */

sx_status sx_banner__table(sx_banner_table *out, const banner_plan *plan, const banner_question *q,
                           banner_result *result, sx_arena *arena, sx_error *err) SX_NODISCARD;
/* Who the cells of a row are made of, where the request asks; items [n] of a grid's row, else [1]; *out NULL: not asked for. (banner_who.c) */
sx_status sx_banner__who(const sx_banner_who **out, const banner_plan *plan, const banner_question *q,
                         const banner_result *r, const size_t *items, size_t n, sx_arena *arena,
                         sx_error *err) SX_NODISCARD;
/* Letters, arrows and marks of one row's cells [columns]. */
sx_status sx_banner__letters(sx_banner_cell *cell, const banner_plan *plan, const banner_question *q,
                             banner_result *result, size_t item, sx_arena *arena, sx_error *err) SX_NODISCARD;
/* The cell's marks of reliability, where the request has criteria; n: cases behind it. (banner_quality.c) */
sx_status sx_banner__judge(sx_banner_cell *cell, const banner_plan *plan, sx_banner_measure measure, double n,
                           sx_arena *arena, sx_error *err) SX_NODISCARD;
/* "n<30, cv>0.3": the criteria in words, for the legend. */
void sx_banner__criteria(sx_buf *out, const sx_quality_options *options);
/* A letter more behind those of the cell. */
sx_status sx_banner__append_letter(sx_banner_cell *cell, const char *letter, bool upper, sx_arena *arena,
                                   sx_error *err) SX_NODISCARD;
sx_status sx_banner__legend(sx_banner_text *out, const banner_plan *plan, bool waves, sx_arena *arena,
                            sx_error *err) SX_NODISCARD;

/* For tests: the same request by the slow engine alone. */
sx_status sx_banner__run(sx_banner_book **out, const sx_design *design, const sx_table *table,
                         const sx_banner_request *request, const sx_banner_wave *earlier, bool slow,
                         sx_error *err) SX_NODISCARD;

#endif
