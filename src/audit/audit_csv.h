/* audit_csv.h: CSV whose every field keeps its place in the file. */
#ifndef SX_AUDIT_CSV_H
#define SX_AUDIT_CSV_H

#include "shuxiao/base.h"

enum { AU_CSV_COLUMNS = 256 };

/* RFC 4180 in place: fields end as NUL-terminated texts of the buffer. */
typedef struct au_csv {
  char *at, *end;
  size_t line;   /* of what comes next, from 1 */
  size_t column; /* of the field that was read last, in characters: of its first one, inside quotes too */
  size_t passed; /* characters of the line before the next field */
  bool quoted;   /* it stood in quotes */
  bool bad;      /* a quote that is not closed, or text behind one */
} au_csv;

/* text[n + 1], NUL behind it; a byte order mark is passed over. */
au_csv sx_audit__csv(char *text, size_t n);
/* The next field; *last: its row ends with it. */
char *sx_audit__csv_field(au_csv *in, bool *last);

#endif
