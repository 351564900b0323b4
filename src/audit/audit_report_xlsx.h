/* audit_report_xlsx.h: a workbook while it is audited: shared by the files audit_report_xlsx*.c. */
#ifndef AUDIT_REPORT_XLSX_H
#define AUDIT_REPORT_XLSX_H

#include "audit_report_priv.h"
#include "shuxiao/io_archive.h"

typedef struct sx_book_line { /* a line of the checks */
  const char *sheet, *cell, *reference;
  double factor, published;
  size_t row; /* of the checks, from 1 */
  bool outside, seen;
} sx_book_line;

typedef struct sx_book_formula { /* a cell that computes */
  const char *sheet, *cell, *code, *value;
} sx_book_formula;

typedef struct sx_book_number {
  uint64_t place; /* sheet, row and column */
  double value;
  bool wrong; /* it was told */
} sx_book_number;

typedef struct sx_book {
  sx_tracer *t;
  sx_archive *archive;
  sx_arena *arena;
  const char *checks; /* name of the sheet */
  const char **names, **ids, **parts;
  const char *
      *were; /* [n_sheets] the name by which the checks call a sheet that was renamed, else NULL; NULL: none was */
  size_t n_sheets, cap_names, cap_ids, cap_parts;
  const char **shared;
  size_t n_shared, cap_shared;
  sx_book_line *items;
  size_t n, cap;
  bool of_chart; /* the workbook behind a chart of a document, which may be somebody's own */
  sx_book_formula *formulas;
  size_t n_formulas, cap_formulas;
  sx_book_number *numbers; /* every number that stands in a cell, checks too; by place once all are read */
  size_t n_numbers, cap_numbers;
  sx_audit_text *words; /* the texts of the book */
  sx_part_maker *maker; /* of them */
  bool *told;           /* [n_shared] shared texts that are among them */
  /* of the part at hand */
  sx_buf text;
  bool take, skip;
  /* of the sheet at hand */
  const char *sheet;
  bool is_checks, formula, in_cell, scanning; /* scanning: numbers are kept, nothing is judged */
  char cell[16], type[16];
  sx_buf code; /* of the formula at hand */
  bool in_code;
  sx_book_line line;
  size_t line_cells;
} sx_book;

/* audit_report_xlsx_texts.c */
/* A text of the book at its place: "Table_1!A3". */
sx_status sx_audit__book_text(sx_book *b, const char *sheet, const char *cell, const char *text, size_t n) SX_NODISCARD;
/* The texts of parts that are no sheets' cells; then all texts are traced. */
sx_status sx_audit__book_texts(sx_book *b) SX_NODISCARD;
uint64_t sx_audit__book_place(const sx_book *b, const char *sheet, const char *cell);
void sx_audit__book_sort(sx_book *b);
sx_book_number *sx_audit__book_number(const sx_book *b, uint64_t place);
/* What a formula of cells and numbers comes to, by + - * / MAX and MIN; false: another one, or one of a number that was told already. */
bool sx_audit__book_computed(double *out, const sx_book *b, const char *sheet, const char *code);
/* Formulas against what they keep, names against the results that they lead to. */
sx_status sx_audit__book_formulas(sx_book *b) SX_NODISCARD;
sx_status sx_audit__book_names(sx_book *b) SX_NODISCARD;
sx_book_line *sx_audit__book_line(const sx_book *b, const char *sheet, const char *cell);
sx_status sx_audit__book_tell(sx_book *b, sx_audit_trace *trace, const char *sheet, const char *cell,
                              const char *printed) SX_NODISCARD;

#endif
