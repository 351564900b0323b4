/* study_plan_book.h: a study's plan as an Excel workbook (docs/plan-workbook.md). Its sheets become a tree of items whose keys are those of the
 * study file; the tree becomes YAML text, a line for a cell, which is read as every study file is. So there is one reader of studies, and an
 * error's line is the place of a cell.
 *
 * study_plan_book.c sheets -> items; study_plan_book_items.c the tree, its text, single cells; study_plan_book_words.c the names of sheets
 * and headings; study_plan_book_make.c a study file, or the template, -> a workbook. */
#ifndef STUDY_PLAN_BOOK_H
#define STUDY_PLAN_BOOK_H

#include "study_load.h"

/* ---- items ---------------------------------------------------------------------------------------------------------- */

typedef struct pb_item {
  const char *key;   /* NULL: of a list */
  const char *value; /* YAML on one line; NULL: children, or nothing */
  struct pb_item *first, *last, *next;
  bool list;              /* its children have no keys */
  sx_doc_place at, named; /* where its value stands, and its key */
} pb_item;

typedef struct pb {
  sx_ctx ctx;
  sx_arena *arena;
  const char *name; /* of the workbook, for messages */
  st_load *load;    /* takes every problem; NULL: the first is the error */
  sx_error *err;
  pb_item root;
  size_t n_problems;
  bool oom;
} pb;

/* Notes a problem at a place. */
void study__pb_problem(pb *b, const sx_doc_place *at, const char *fmt, ...) SX_PRINTF(3, 4);
/* The child of that key, made where it is not there; NULL: out of memory. */
pb_item *study__pb_child(pb *b, pb_item *of, const char *key, const sx_doc_place *named);
pb_item *study__pb_find(const pb_item *of, const char *key); /* NULL when absent */
pb_item *study__pb_append(pb *b, pb_item *list);             /* a new element of a list */
/* The item that a path leads to: words separated by points, "..." around a word that has one, [2] for an element of a list, [] for a new one.
 * NULL: noted. */
pb_item *study__pb_path(pb *b, pb_item *from, const char *path, const sx_doc_place *named);
/* Its value; noted where it has one, or children. */
void study__pb_set(pb *b, pb_item *item, const char *value, const sx_doc_place *at);

/* A cell as YAML. TEXT: words to be read, never taken apart; LIST: parts separated by , ; or 、, one part alone being itself; LISTS:
 * the same, one part being a list too; VALUE: a number, true, a text, or YAML in
 * brackets or quotes. NULL: noted. */
typedef enum pb_kind { PB_VALUE, PB_TEXT, PB_LIST, PB_LISTS } pb_kind;
const char *study__pb_cell(pb *b, pb_kind kind, const char *text, bool number, const sx_doc_place *at);
/* Scalars and nodes as YAML on one line. flow: inside brackets. */
void study__pb_scalar(sx_buf *out, const char *text, bool quoted, bool flow);
void study__pb_quoted(sx_buf *out, const char *text); /* always in quotes */
void study__pb_flow(sx_buf *out, const sx_node *node);
/* A text split as LIST has it: false at the end. */
bool study__pb_part(const char **part, size_t *n, const char **rest);

/* The text of the whole tree. places [*n] by line, of the arena: then keys stand on lines of their own. NULL: for people. */
void study__pb_text(sx_buf *out, pb *b, const sx_doc_place **places, size_t *n);

/* ---- words ---------------------------------------------------------------------------------------------------------- */

typedef enum pb_sheet {
  PB_STUDY,
  PB_DATA,
  PB_VARIABLES,
  PB_VALUES,
  PB_GROUPS,
  PB_BENCHMARKS,
  PB_MARGINS,
  PB_INDICATORS,
  PB_NODES,
  PB_BANNER,
  PB_TABLES,
  PB_FIGURES,
  PB_SHEETS
} pb_sheet;
typedef struct pb_sheet_words {
  const char *word, *zh; /* the name of the sheet */
  const char *also[3];   /* others that it is known by */
  const char *section;   /* of the study file: a map by id, or (list) a list; NULL: neither */
  bool list;
  const char *heads[18]; /* of the template: keys of the study file */
  const char *help[2];   /* by sx_lang */
} pb_sheet_words;
const pb_sheet_words *study__pb_sheet(size_t i); /* i < PB_SHEETS */
/* The sheet of a name, PB_SHEETS for none; *near: the nearest name, NULL none. */
pb_sheet study__pb_sheet_named(const char **near, const char *name);
/* The path of the study file that a heading (in the sheet `study`: a key) stands for: one of the known words, else the heading itself. */
const char *study__pb_heading(pb_sheet sheet, const char *heading, sx_arena *arena);
/* What a heading is called in the template. */
const char *study__pb_heading_zh(pb_sheet sheet, const char *path);
pb_kind study__pb_kind(const char *path);
pb_kind study__pb_kind_in(pb_sheet sheet, const char *path); /* in the rows of a sheet */
const char *study__pb_kind_word(const char *word); /* of an indicator: the study file's; itself where not known */

/* A study of a workbook: its text and its document. */
sx_status study__plan_book(sx_doc **doc, st_load *load, const char *path, const char *data, size_t n,
                           sx_error *err) SX_NODISCARD;
bool study__is_book(const char *data, size_t n);

#endif
