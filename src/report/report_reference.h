/* report_reference.h: the {{...}} of a Markdown text, one after the other. */
#ifndef REPORT_REFERENCE_H
#define REPORT_REFERENCE_H

#include "shuxiao/report.h"

typedef enum sx_binding_kind { SX_BIND_VALUE, SX_BIND_FIGURE, SX_BIND_TABLE, SX_BIND_MACRO } sx_binding_kind;

/* A place of a text, followed character by character over the marks of macros; {1, 1} at the beginning. */
typedef struct sx_position {
  size_t line, column; /* 1-based, column in code points */
  size_t skip;         /* bytes of a mark that are to come */
  bool inside;         /* of what a macro wrote out: the place stands still */
} sx_position;
/* Over text[from, to) of n bytes. */
void sx_report__walk(sx_position *p, const char *text, size_t n, size_t from, size_t to);

/* Zeroed before the first call; name and format point into the text. */
typedef struct sx_binding {
  sx_binding_kind kind;
  const char *name, *format; /* reference, id or macro (report_macro.h); format "" when there is none */
  size_t n_name, n_format;
  size_t at, end;      /* bytes of the text, braces and all */
  sx_position now;     /* at `at` */
  size_t line, column; /* 1-based, column in code points */
} sx_binding;

/* Bytes of the code span or fence that begins at `at` (or of backquotes that open none), where no mark counts; 0. */
size_t sx_report__code(const char *text, size_t n, size_t at);
/* The next binding outside code; false at the end, or with *status set where {{ is not closed. */
bool sx_report__next_binding(sx_binding *b, const char *text, size_t n, sx_status *status, sx_error *err);
/* The next word of text[*at, n), blanks inside backquotes and quotation marks belonging to it; its length, 0 at the end. */
size_t sx_report__next_word(const char *text, size_t n, size_t *at);
/* "line:column" */
void sx_report__place(char *out, size_t cap, size_t line, size_t column);
/* Puts "file:" before a place. */
void sx_report__in_file(sx_error *err, const char *file);

#endif
