/* io_csv_priv.h: what the files of the delimited-text reader share.
 *
 * A file is read in these steps:
 *   1. decode     UTF-8 as it is, anything else through iconv (io_csv_open.c)
 *   2. index      rows are counted and cut into chunks of about a megabyte, in parallel (io_csv_index.c)
 *   3. header     names, delimiter, the plan of the columns (io_csv_header.c)
 *   4. guess      the kind of each column from a sample of rows of every chunk (io_csv_kind.c)
 *   5. parse      all chunks in parallel straight into the columns (io_csv_parse.c); a value that its column's kind
 *                 cannot hold marks the column
 *   6. settle     marked columns only: classify every value, fix the kind, parse again (io_csv_pass.c)
 * Chunks depend on the content alone, and every result is put together in chunk order: the table is the same whatever
 * the number of threads. */
#ifndef SX_IO_CSV_PRIV_H
#define SX_IO_CSV_PRIV_H

#include "io_priv.h"

#include <string.h>

/* Bytes that may be read (and are ignored) behind the end of any chunk. */
enum { CSV_PAD = 64 };

typedef enum csv_kind { CSV_SKIP, CSV_INTEGER, CSV_NUMBER, CSV_DATE, CSV_TEXT } csv_kind;

/* What kinds of values a column has, a bit each. Missing values have none. */
enum {
  CSV_HAS_INTEGER = 1, /* canonical: no leading zero, fits 64 bits */
  CSV_HAS_NUMBER = 2,  /* point, exponent or negative zero */
  CSV_HAS_BIG = 4,     /* written as an integer, too long for 64 bits */
  CSV_HAS_DATE = 8,
  CSV_HAS_TEXT = 16
};

/* A missing value in the parsed data, before the class bytes are set: NaN, this, or code -1. Never a real value: the
 * smallest 64-bit integer is taken for a CSV_HAS_BIG. */
#define CSV_NO_INTEGER INT64_MIN

/* What is wrong and where, kept cheap in the loops; sx_io__csv_fault_error puts it into words. */
typedef enum csv_fault_kind {
  CSV_FINE,
  CSV_RAGGED,     /* at: first byte of the row; number: fields found */
  CSV_UNCLOSED,   /* at: the opening quote */
  CSV_AFTER_QUOTE /* at: the byte behind the closing quote */
} csv_fault_kind;
typedef struct csv_fault {
  csv_fault_kind kind;
  const char *at;
  size_t number;
} csv_fault;

/* One field of a row. text excludes the quotes; `doubled` says that it still holds doubled quotes. */
typedef struct csv_field {
  const char *text;
  size_t n;
  bool quoted, doubled;
} csv_field;

typedef enum csv_after { CSV_AFTER_FIELD, CSV_AFTER_ROW, CSV_AFTER_FAULT } csv_after;

/* Whole rows: end[-1] is a line feed, CSV_PAD bytes behind end are readable. */
typedef struct csv_chunk {
  const char *begin, *end;
  size_t n_rows;
} csv_chunk;

typedef struct csv_column {
  char *name;
  csv_kind kind;
  bool fixed_text;     /* options->as_text */
  bool fixed_number;   /* options->as_number */
  bool open_text;      /* text on the sample only because of long integers: settle */
  const char *culprit; /* the first value that made a mostly numeric column text, or NULL */
} csv_column;

typedef struct csv_file {
  const sx_ctx *ctx;
  const sx_read_options *options;
  const char *name;
  const char *text; /* [n] decoded, without BOM */
  size_t n;
  char *decoded; /* owned, when text is not the source's own */
  char *tail;    /* owned: padded copy of the last chunk */
  const char *tail_origin;
  size_t tail_n;
  char delimiter;
  size_t block; /* bytes counted at a time, at least 64 */
  bool exact;   /* rows were found by the full state machine, not by counting quotes */
  csv_column *columns;
  size_t n_columns;
  csv_chunk *chunks;
  size_t n_chunks, cap_chunks, n_rows;
} csv_file;

/* ---- io_csv_field.c: one field, the slow and complete way ------------------------------------------------ */

/* Reads the field at *p; *p moves behind its delimiter or line end. Text that ends without a line end is a row. */
csv_after sx_io__csv_field(csv_field *out, const char **p, const char *end, char delimiter, csv_fault *fault);
/* The kind of an unquoted or quoted field's text: 0 for blank, else one CSV_HAS_ bit; the values where they apply. */
unsigned sx_io__csv_classify(const char *text, size_t n, int64_t *integer, double *number);
/* The same, 0 too where the text is among options->missing. */
unsigned sx_io__csv_classify_field(const csv_file *file, const csv_field *field, int64_t *integer, double *number);
bool sx_io__csv_is_missing_text(const sx_read_options *options, const char *text, size_t n);
/* Declares options->missing on a filled column: texts on a text column, those that are numbers (dates) on the others. Rows
 * with them become SX_MISS_USER and keep their value. */
sx_status sx_io__csv_declare_missing(const sx_ctx *ctx, const sx_read_options *options, sx_column *column,
                                     sx_error *err) SX_NODISCARD;
void sx_io__csv_trim(const char **text, size_t *n);             /* blanks (space, tab) at both ends */
size_t sx_io__csv_undouble(char *out, const csv_field *field);  /* out has field->n bytes; returns the length */
csv_kind sx_io__csv_kind_of(unsigned has);                      /* the kind of a column with these values */
const char *sx_io__csv_find_end(const char *p, char delimiter); /* first delimiter or line feed at or after p */
sx_status sx_io__csv_fault_error(const csv_file *file, const csv_fault *fault, sx_error *err);
/* err with where = "name:line:column" (or "name:line") of a byte in the file or in its tail copy. */
sx_status sx_io__csv_error(const csv_file *file, sx_status status, const char *at, bool with_column, sx_error *err,
                           const char *fmt, ...) SX_PRINTF(6, 7);
void sx_io__csv_place(char *out, size_t size, const csv_file *file, const char *at, bool with_column);

/* ---- io_csv_index.c ---------------------------------------------------------------------------------------- */

/* Checks text (NUL bytes, UTF-8) and cuts it into chunks. *valid false: not UTF-8, nothing else done. */
sx_status sx_io__csv_index(csv_file *file, bool *valid, sx_error *err) SX_NODISCARD;
/* Again by the state machine, one thread; also after a parse that met a fault or lost count. */
sx_status sx_io__csv_index_exact(csv_file *file, sx_error *err) SX_NODISCARD;

/* ---- io_csv_header.c --------------------------------------------------------------------------------------- */

char sx_io__csv_find_delimiter(const char *text, size_t n, char fallback);
/* Names and plan of the columns; moves the first chunk behind the header. */
sx_status sx_io__csv_header(csv_file *file, sx_error *err) SX_NODISCARD;

/* ---- io_csv_kind.c ----------------------------------------------------------------------------------------- */

/* Guesses every open column's kind from a sample. */
sx_status sx_io__csv_guess(csv_file *file, sx_error *err) SX_NODISCARD;
/* Classifies every value of the columns with want[c] and sets their kinds, final. */
sx_status sx_io__csv_settle(csv_file *file, const bool *want, sx_error *err) SX_NODISCARD;

/* ---- io_csv_dict.c: the distinct texts of one column in one chunk ------------------------------------------ */

typedef struct csv_entry {
  const char *text; /* in the file or in the dictionary's arena */
  size_t n;
  uint32_t hash;
  int32_t code; /* in the column's dictionary, after merging */
} csv_entry;
typedef struct csv_dict {
  csv_entry *entries;
  size_t n, cap;
  uint32_t *slots; /* [n_slots], index + 1 */
  size_t n_slots;
} csv_dict;
/* The code of a text, added where new; copied into *arena (made when needed) if `copy`. -1: no memory. */
int32_t sx_io__csv_dict_code(csv_dict *dict, const sx_ctx *ctx, sx_arena **arena, const char *text, size_t n,
                             bool copy);
void sx_io__csv_dict_clear(csv_dict *dict, const sx_ctx *ctx);

/* ---- io_csv_parse.c ---------------------------------------------------------------------------------------- */

enum { CSV_COLUMN_MISSING = 1, CSV_COLUMN_MISFIT = 2 };

/* Parses up to max_rows rows from begin. */
typedef struct csv_job {
  const csv_file *file;
  const csv_kind *kinds; /* [n_columns] what to parse each column as in this pass */
  const char *begin, *end;
  size_t max_rows;
  void *const *out; /* [n_columns] column data, NULL to parse without keeping */
  size_t first_row; /* index into the column data of the first row */
  /* results */
  size_t n_rows;
  const char *stop;
  uint8_t *state;  /* [n_columns] CSV_COLUMN_ bits, zeroed by the caller */
  csv_dict *dicts; /* [n_columns] zeroed by the caller, filled for text columns; NULL without out */
  sx_arena *arena; /* texts with doubled quotes */
  csv_fault fault;
} csv_job;
sx_status sx_io__csv_parse(csv_job *job, sx_error *err) SX_NODISCARD;

/* ---- io_csv_open.c --------------------------------------------------------------------------------------------- */

/* Decode, index, header, guess. Delimiter: options->delimiter, else the one given here, else (0) found. block: bytes
 * counted at a time, 0 for the usual size; it changes no result. Nothing to close after a failure. */
sx_status sx_io__csv_open_file(csv_file *file, const sx_io__source *source, const sx_read_options *options,
                               char delimiter, size_t block, sx_error *err) SX_NODISCARD;
/* The rows again by the state machine, after a pass showed that the quotes misled. */
sx_status sx_io__csv_reopen(csv_file *file, sx_error *err) SX_NODISCARD;
void sx_io__csv_close_file(csv_file *file);

/* ---- io_csv_pass.c --------------------------------------------------------------------------------------------- */

/* Parses every chunk without keeping anything: afterwards the rows are known to be sound and the kinds are final. */
sx_status sx_io__csv_check(csv_file *file, sx_error *err) SX_NODISCARD;
/* io_csv_blanks.c: a warning where texts of a column differ in blanks at their ends alone; NULL and other types are passed over. */
sx_status sx_io__csv_tell_blanks(const sx_ctx *ctx, const char *name, const sx_column *c, sx_error *err) SX_NODISCARD;
/* Everything into a table. */
sx_status sx_io__csv_read_all(sx_table **out, csv_file *file, sx_error *err) SX_NODISCARD;
/* Opens, reads all, closes. */
sx_status sx_io__csv_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, char delimiter,
                          size_t block, sx_error *err) SX_NODISCARD;
/* After sx_io__csv_check: the rows of the jobs' chunks [n], each {begin, end, rows wanted}; stop[n] where each ended. */
sx_status sx_io__csv_read_some(sx_table **out, const csv_file *file, const csv_chunk *chunks, size_t n,
                               const char **stop, sx_error *err) SX_NODISCARD;

#endif
