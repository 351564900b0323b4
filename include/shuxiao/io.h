/* io.h: readers and writers behind one contract, one file per format (src/io/io_<format>.c). */
#ifndef SX_IO_H
#define SX_IO_H

#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_fixed_field {
  const char *name;
  size_t start, end;
} sx_fixed_field; /* 1-based, closed, in bytes */

typedef struct sx_read_options {
  uint32_t version;
  const char *
      format; /* NULL: by content, then extension ("csv","tsv","sav","zsav","por","dta","sas7bdat","xpt","xlsx","xls","wjx","sss","fixed") */
  const char *encoding; /* NULL: detect; "UTF-8", "GB18030" (what GBK, GB2312, CP936 are read as), ... */
  const char *const
      *missing; /* texts that stand for missing in delimited files, besides the empty field ("NA", "-99") */
  size_t n_missing;
  char delimiter;             /* 0: detect among , ; tab | */
  bool no_header;             /* columns are then V1, V2, ... */
  const char *const *columns; /* read these only; NULL means all */
  size_t n_columns;
  const char *const
      *as_text; /* columns kept as text whatever they look like (codes with leading zeros are kept anyway) */
  size_t n_as_text;
  const sx_fixed_field *fields; /* format "fixed" */
  size_t n_fields;
  /* delimited files: columns that must hold numbers; a text there is SX_E_DATA with its place (otherwise the column
   * becomes text, and a note says which value made it so) */
  const char *const *as_number;
  size_t n_as_number;
  const char *sheet; /* of a workbook, by name; NULL: the first that is not hidden */
  /* of a pair of exports of answers, by codes and by texts (format "wjx"): the other file, NULL where there is one alone */
  const char *labels_from;
  const char *data_file; /* format "sss": the data; NULL: as the definition says, else beside it under its name */
  /* of sx_io_read: only so many rows are kept, 0 all. The file is read to its end all the same: types, levels and errors are those of
   * the whole, only no memory is taken for what is not kept (.sav) */
  size_t first_rows;
} sx_read_options;
#define SX_READ_OPTIONS_INIT                                                                                           \
  { 1, NULL, NULL, NULL, 0, 0, false, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL, 0 }

/* Reads a whole file. Type inference for delimited text looks at every row of a column: integer, number, date
 * (YYYY-MM-DD), else text. Errors name file:line:column (csv) or file and case. `path` ending in .gz is inflated.
 * Expected: SX_E_IO, SX_E_PARSE, SX_E_DATA (duplicate column, wrong encoding), SX_E_SUPPORT, SX_E_LIMIT. */
SX_API sx_status sx_io_read(sx_table **out, const sx_ctx *ctx, const char *path, const sx_read_options *options,
                            sx_error *err) SX_NODISCARD;
/* The same from memory; name is for messages and for the extension. */
SX_API sx_status sx_io_read_memory(sx_table **out, const sx_ctx *ctx, const char *name, const void *data, size_t n,
                                   const sx_read_options *options, sx_error *err) SX_NODISCARD;

/* The data file that a Triple-S definition at `path` takes: *out is the caller's (sx_mem_free), NULL where the file is no such definition
 * or cannot be read. Expected: SX_E_MEMORY. */
SX_API sx_status sx_io_data_of(char **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;

/* Batches: the schema is known after open; sx_reader_next gives up to max_rows rows with full metadata, NULL at the end. */
typedef struct sx_reader sx_reader;
SX_API sx_status sx_reader_open(sx_reader **out, const sx_ctx *ctx, const char *path, const sx_read_options *options,
                                sx_error *err) SX_NODISCARD;
SX_API sx_status sx_reader_next(sx_table **out, sx_reader *reader, size_t max_rows, sx_error *err) SX_NODISCARD;
SX_API void sx_reader_close(sx_reader *reader);

/* Writers: by extension (.csv .tsv .csv.gz .sav .zsav .dta). Atomic: path appears only when complete. CSV writes values
 * (declared-missing codes as their code, system missing empty). `synthetic` and other table metadata go into the file's own
 * metadata (.sav/.dta: file label and notes); beside delimited text into PATH.meta, which reading PATH takes up again. */
typedef struct sx_writer sx_writer;
/* schema: a table of any number of rows whose columns, labels and metadata describe what will come. n_rows: total, where the
 * format needs it beforehand (.sav/.dta); SIZE_MAX means unknown (CSV only). */
SX_API sx_status sx_writer_open(sx_writer **out, const sx_ctx *ctx, const char *path, const sx_table *schema,
                                size_t n_rows, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_writer_add(sx_writer *writer, const sx_table *rows, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_writer_close(sx_writer *writer, sx_error *err) SX_NODISCARD; /* completes; frees in any case */
SX_API void sx_writer_abandon(sx_writer *writer);                                /* removes what was written; NULL ok */
SX_API sx_status sx_io_write(const sx_table *table, const char *path, sx_error *err) SX_NODISCARD;

/* The formats, for help and checks: NULL-terminated list of {name, extensions, reads, writes}. */
typedef struct sx_io_format {
  const char *name, *extensions, *title;
  bool reads, writes;
} sx_io_format;
SX_API const sx_io_format *sx_io_formats(size_t *n);

/* ---- structured text: YAML and JSON as one tree (io_doc.c; libfyaml and jansson behind it) ---------------- */

typedef enum sx_node_kind { SX_NODE_NULL, SX_NODE_SCALAR, SX_NODE_LIST, SX_NODE_MAP } sx_node_kind;
/* Read-only; owned by its sx_doc. line and column are 1-based, column in code points; 0 for JSON that came from the store. */
typedef struct sx_node {
  sx_node_kind kind;
  const char *text; /* scalar: NUL-terminated UTF-8 */
  bool quoted;      /* scalar: was written in quotes (so "1" stays text) */
  size_t line, column;
  size_t n;                           /* children of a list or map */
  const struct sx_node *const *items; /* [n] values */
  const struct sx_node *const *keys;  /* [n] map keys (scalars), NULL for a list */
} sx_node;
typedef struct sx_doc sx_doc;
/* name is for messages. Strictly valid UTF-8 is checked before the parser sees the text; duplicate keys, tabs, aliases that blow up
 * (more than 1e6 nodes) and nesting deeper than 100 are errors with line and column. */
SX_API sx_status sx_doc_parse_yaml(sx_doc **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                                   sx_error *err) SX_NODISCARD;
SX_API sx_status sx_doc_parse_json(sx_doc **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                                   sx_error *err) SX_NODISCARD;
SX_API sx_status sx_doc_read_yaml(sx_doc **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* Where the lines of a text that was made from a form came from: of line i + 1 a cell of a sheet. Errors then name it in the place of line and
 * column: "plan.xlsx: sheet indicators, row 12, column base (C12)". sheet NULL: the file as a whole; row 0: the sheet. Copied. */
typedef struct sx_doc_place {
  const char *sheet, *heading; /* heading of its column; NULL: none */
  size_t row, column;          /* from 1 */
} sx_doc_place;
SX_API sx_status sx_doc_set_places(sx_doc *doc, const sx_doc_place *lines, size_t n, sx_error *err) SX_NODISCARD;
SX_API bool sx_doc_has_places(const sx_doc *doc);
SX_API void sx_doc_place_text(char out[SX_ERROR_WHERE_MAX], const char *name, const sx_doc_place *place);
SX_API const sx_node *sx_doc_root(const sx_doc *doc);
SX_API const char *sx_doc_name(const sx_doc *doc);
/* The same document for one more owner, on whatever thread; each frees it, and it is there until the last one has. */
SX_API sx_doc *sx_doc_share(sx_doc *doc) SX_NODISCARD;
SX_API void sx_doc_free(sx_doc *doc);
SX_API const sx_node *sx_node_get(const sx_node *map, const char *key); /* NULL when absent or not a map */
SX_API bool sx_node_number(double *out, const sx_node *node);           /* an unquoted scalar that is a number */
SX_API bool sx_node_bool(bool *out, const sx_node *node);               /* true / false */
/* err with where = "name:line:column" of node. */
SX_API sx_status sx_node_error(sx_error *err, const sx_doc *doc, const sx_node *node, const char *fmt, ...)
    SX_PRINTF(4, 5);
/* Checks that a map has only the given keys; the message suggests the nearest. */
SX_API sx_status sx_node_keys(const sx_doc *doc, const sx_node *map, const char *const *allowed, size_t n,
                              sx_error *err) SX_NODISCARD;
SX_API void sx_node_to_json(sx_buf *out, const sx_node *node); /* unquoted numbers and booleans stay such */
/* A square matrix of numbers in a text: rows on lines, columns separated by commas, semicolons, blanks or tabs, no head; *out
 * [order * order] is the caller's (sx_mem_free). SX_E_DATA for a word that is no number (file:line) or a matrix that is not square. */
SX_API sx_status sx_io_read_matrix(double **out, size_t *order, const sx_ctx *ctx, const char *path,
                                   sx_error *err) SX_NODISCARD;
SX_API void sx_csv_field(sx_buf *out, const char *text); /* RFC 4180: quoted only where it must be; NULL is empty */
/* Comma-separated text of n bytes once more, with an apostrophe before every field that a spreadsheet would compute (=cmd, +1+1, @SUM): for files
 * that people open, never for those that programs read back. Numbers stay. */
SX_API void sx_csv_for_spreadsheet(sx_buf *out, const char *csv, size_t n);
SX_API void sx_json_string(sx_buf *out, const char *text); /* "..." with escapes */

#ifdef __cplusplus
}
#endif
#endif
