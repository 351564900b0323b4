/* report_reference.h: the {{...}} of a Markdown text, one after the other. */
#ifndef REPORT_REFERENCE_H
#define REPORT_REFERENCE_H

#include "shuxiao/report.h"

typedef enum sx_binding_kind { SX_BIND_VALUE, SX_BIND_FIGURE, SX_BIND_TABLE, SX_BIND_MACRO } sx_binding_kind;

/* Zeroed before the first call; name and format point into the text. */
typedef struct sx_binding {
  sx_binding_kind kind;
  const char *name, *format; /* reference, id or macro (report_macro.h); format "" when there is none */
  size_t n_name, n_format;
  size_t at, end;      /* bytes of the text, braces and all */
  size_t line, column; /* 1-based, column in code points */
} sx_binding;

/* The next binding outside code; false at the end, or with *status set where {{ is not closed. */
bool sx_report__next_binding(sx_binding *b, const char *text, size_t n, sx_status *status, sx_error *err);
/* "line:column" */
void sx_report__place(char *out, size_t cap, size_t line, size_t column);
/* Puts "file:" before a place. */
void sx_report__in_file(sx_error *err, const char *file);

#endif
