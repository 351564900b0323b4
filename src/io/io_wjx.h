/* io_wjx.h: exports of survey platforms (wjx.cn, 问卷星, and those that follow its form): from the table that the workbook or CSV file
 * is, to variables with labels, sets and declared missing values. What was seen of the form and what is assumed: docs/formats.md. */
#ifndef SX_IO_WJX_H
#define SX_IO_WJX_H

#include "io_csv_priv.h"

/* What a column of the export is. */
typedef enum wjx_role {
  WJX_PLAIN, /* kept under its own name */
  WJX_ID,
  WJX_TIME,     /* a moment: seconds since 1582-10-14, as .sav has it */
  WJX_DURATION, /* "123秒": seconds */
  WJX_KEPT,     /* of the system, kept as it is under a short name */
  WJX_QUESTION
} wjx_role;

typedef struct wjx_slot {
  const sx_column *from;
  wjx_role role;
  const char *name; /* of a column of the system; NULL otherwise */
  size_t number;    /* of the question, 0 for the others */
  const char *stem; /* question text */
  const char *sub;  /* option or row; "" where the header names none */
} wjx_slot;

/* The columns of one question, next to each other. A column that is none is one by itself, number 0. */
typedef struct wjx_question {
  size_t number, first, n;
  const char *stem;
} wjx_question;

typedef struct wjx_sheet {
  const sx_ctx *ctx;
  const char *name; /* file, and sheet where one was asked for */
  sx_arena *arena;
  size_t rows;
  wjx_slot *slots;
  size_t n_slots;
  wjx_question *questions;
  size_t n_questions;
  size_t *learnt;        /* counts texts of codes that a pair says */
  size_t *by_appearance; /* counts questions whose options could only be numbered as they first occur */
} wjx_sheet;

/* -3 and (跳过): the question was not put; -2 and (空): it was left empty. */
typedef enum wjx_state { WJX_VALUE, WJX_NOTHING, WJX_SKIPPED, WJX_EMPTY } wjx_state;
enum { WJX_SKIPPED_CODE = -3, WJX_EMPTY_CODE = -2 };
extern const char sx_io__wjx_skipped[], sx_io__wjx_empty[]; /* as texts */

typedef struct wjx_span {
  const char *text;
  size_t n;
} wjx_span;

typedef struct wjx_cell {
  wjx_state state;
  wjx_span all; /* without blanks around it */
} wjx_cell;

/* An answer among those of a cell: the option, and what was written beside it in 〖〗. */
typedef struct wjx_part {
  wjx_span option, fill;
  bool integer;
  int64_t code;
} wjx_part;

/* What the cells of one column are. */
typedef enum wjx_kind { WJX_CODES, WJX_NUMBERS, WJX_TEXTS, WJX_SEVERAL, WJX_ORDER } wjx_kind;
typedef struct wjx_column {
  const wjx_slot *slot;
  wjx_cell *cells; /* [rows] */
  wjx_kind kind;
  bool filled;           /* some cell has 〖〗 */
  const char *cut;       /* between answers, WJX_SEVERAL and WJX_ORDER */
  size_t n_twice, twice; /* orders that name an option twice, and the row of the first of them */
} wjx_column;

/* A text for a code, with the case that showed it. */
typedef struct wjx_label {
  int64_t code;
  wjx_span text;
  size_t row;
} wjx_label;
typedef struct wjx_labels {
  wjx_label *items;
  size_t n, cap;
} wjx_labels;

/* ---- io_wjx_header.c ------------------------------------------------------------------------------------------------- */

/* A header that is an export's: columns of the system by name and at least one numbered question. */
bool sx_io__wjx_recognised(const sx_table *raw);
/* Slots and questions of a table. SX_E_DATA: no question, or one in two places. */
sx_status sx_io__wjx_open(wjx_sheet *sheet, const sx_ctx *ctx, const char *name, const sx_table *raw, sx_arena *arena,
                          sx_error *err) SX_NODISCARD;

/* ---- io_wjx_cells.c -------------------------------------------------------------------------------------------------- */

sx_status sx_io__wjx_column(wjx_column *out, const wjx_sheet *sheet, size_t slot, sx_error *err) SX_NODISCARD;
/* The next answer of a cell; *at begins at 0. False after the last. */
bool sx_io__wjx_next(wjx_part *out, size_t *at, const wjx_column *column, size_t row);
bool sx_io__wjx_same(wjx_span a, wjx_span b);
/* An option stands in the cell more than once. */
bool sx_io__wjx_twice(const wjx_column *column, size_t row);
bool sx_io__wjx_only_digits(const char *text);       /* or nothing */
bool sx_io__wjx_seconds(double *out, wjx_span text); /* "123秒", "2分3秒", "1:02:03", "123" */
bool sx_io__wjx_moment(double *out, int64_t *day, wjx_span text);
/* where = "file: case 12 (row 13), column 'HEADER'". */
sx_status sx_io__wjx_error(const wjx_sheet *sheet, const wjx_slot *slot, size_t row, sx_error *err, const char *fmt,
                           ...) SX_PRINTF(5, 6);

/* ---- io_wjx_build.c -------------------------------------------------------------------------------------------------- */

/* Columns [n] of a question with the texts of their codes, from the export with texts; labels NULL or [n]. */
sx_status sx_io__wjx_build(sx_table *out, const wjx_sheet *sheet, const wjx_question *question, wjx_column *columns,
                           const wjx_labels *labels, const sx_read_options *options, sx_error *err) SX_NODISCARD;
/* All of several are 0 or 1 or missing, and some is 0: one choice each of a question with several. */
bool sx_io__wjx_dichotomies(const wjx_column *columns, size_t n, size_t rows);

/* ---- io_wjx_pair.c --------------------------------------------------------------------------------------------------- */

/* The cases are the same ones in the same order, the questions too. Questions without a text take that of the other. */
sx_status sx_io__wjx_match(wjx_sheet *codes, const wjx_sheet *texts, sx_error *err) SX_NODISCARD;
/* Texts of the codes of one question, every case checked: labels [n] zeroed, arena memory. Where a column is an option, its text
 * becomes the column's where the header has a number alone. */
sx_status sx_io__wjx_pair(wjx_labels *labels, wjx_sheet *codes, const wjx_question *question, const wjx_column *columns,
                          const wjx_sheet *texts, sx_error *err) SX_NODISCARD;

/* ---- io_wjx.c -------------------------------------------------------------------------------------------------------- */

/* The table of an export out of the table that its file is, with the other of a pair (NULL: alone); names are for messages, options as
 * they were given. */
sx_status sx_io__wjx_make(sx_table **out, const char *name, const sx_table *raw, const char *other_name,
                          const sx_table *other, const sx_read_options *options, sx_error *err) SX_NODISCARD;

#endif
