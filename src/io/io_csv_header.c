/* io_csv_header.c: the delimiter, the names of the columns and which of them are wanted. */
#include "io_csv_priv.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- delimiter ----------------------------------------------------------------------------------------- */

enum { LOOK_BYTES = 1 << 16, LOOK_ROWS = 32 };

/* Fields of the first row, 0 where any of the rows looked at has another number or the quotes do not come out. */
static size_t fields_per_row(const char *text, size_t n, bool whole, char delimiter, size_t *first_row) {
  const char *p = text, *end = text + n;
  size_t first = 0, fields = 0, rows = 0;
  *first_row = 0;
  while (p < end && rows < LOOK_ROWS) {
    csv_field field;
    csv_fault fault;
    const csv_after after = sx_io__csv_field(&field, &p, end, delimiter, &fault);
    if (after == CSV_AFTER_FAULT) return 0;
    fields++;
    if (after == CSV_AFTER_FIELD && p < end) continue;
    if (after == CSV_AFTER_FIELD) fields++;
    if (p == end && !whole && rows) break; /* the last row is cut off */
    if (!rows)
      *first_row = first = fields;
    else if (fields != first)
      return 0;
    rows++;
    fields = 0;
  }
  return first;
}

char sx_io__csv_find_delimiter(const char *text, size_t n, char fallback) {
  static const char candidates[] = {',', ';', '\t', '|'};
  const bool whole = n <= LOOK_BYTES;
  if (!whole) n = LOOK_BYTES;
  size_t best = 1, best_first = 1;
  char even = 0, most = fallback;
  for (size_t i = 0; i < sizeof candidates; i++) {
    size_t first;
    const size_t k = fields_per_row(text, n, whole, candidates[i], &first);
    if (k > best) best = k, even = candidates[i];
    if (first > best_first) best_first = first, most = candidates[i];
  }
  return even ? even : most;
}

/* ---- names ----------------------------------------------------------------------------------------------- */

/* Wider tables are damaged files: a column costs about 500 bytes before its first value. */
enum { MAX_COLUMNS = 100000 };

static sx_status add_column(csv_file *file, const csv_field *field, const char *at, size_t *cap, sx_error *err) {
  void *columns = file->columns;
  if (file->n_columns == MAX_COLUMNS)
    return sx_io__csv_error(file, SX_E_LIMIT, at, true, err, "more than %d columns: is the delimiter right?",
                            MAX_COLUMNS);
  if (!sx_mem_grow(file->ctx, &columns, cap, file->n_columns + 1, sizeof *file->columns)) return sx_error_memory(err);
  file->columns = columns;
  csv_column *c = &file->columns[file->n_columns];
  *c = (csv_column){.kind = CSV_INTEGER};
  const char *text = field ? field->text : "";
  size_t n = field ? field->n : 0;
  sx_io__csv_trim(&text, &n);
  if (field && memchr(text, '\r', n))
    return sx_io__csv_error(file, SX_E_PARSE, at, true, err,
                            "carriage return inside a column name: end lines with LF or CRLF");
  char number[32];
  if (!n) n = (size_t)snprintf(number, sizeof number, "V%zu", file->n_columns + 1), text = number;
  char *name = sx_mem_strndup(file->ctx, text, n);
  if (!name) return sx_error_memory(err);
  if (field && field->doubled) {
    const csv_field inner = {text, n, true, true};
    name[sx_io__csv_undouble(name, &inner)] = '\0';
  }
  c->name = name;
  file->n_columns++;
  return SX_OK;
}

/* A table of names by hash would be quicker for many thousands of columns; this sorts indices. */
typedef struct name_ref {
  const char *name;
  size_t i;
} name_ref;

static int by_name(const void *a, const void *b) {
  const name_ref *x = a, *y = b;
  const int order = strcmp(x->name, y->name);
  return order ? order : (x->i > y->i) - (x->i < y->i);
}

static sx_status check_unique(const csv_file *file, const char *header, sx_error *err) {
  name_ref *refs = sx_mem_alloc(file->ctx, file->n_columns, sizeof *refs);
  if (!refs) return sx_error_memory(err);
  for (size_t i = 0; i < file->n_columns; i++) refs[i] = (name_ref){file->columns[i].name, i};
  qsort(refs, file->n_columns, sizeof *refs, by_name);
  sx_status st = SX_OK;
  for (size_t i = 1; i < file->n_columns && st == SX_OK; i++) {
    if (strcmp(refs[i - 1].name, refs[i].name) != 0) continue;
    st = sx_io__csv_error(file, SX_E_DATA, header, false, err,
                          "column name '%.200s' stands twice, in columns %zu and %zu: names must differ", refs[i].name,
                          refs[i - 1].i + 1, refs[i].i + 1);
  }
  sx_mem_free(file->ctx, refs);
  return st;
}

static sx_status plan(csv_file *file, sx_error *err) {
  const sx_read_options *o = file->options;
  const char **names = sx_mem_alloc(file->ctx, file->n_columns, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t i = 0; i < file->n_columns; i++) names[i] = file->columns[i].name;
  const sx_status st = sx_io__check_columns(o, file->name, names, file->n_columns, err);
  sx_mem_free(file->ctx, names);
  SX_TRY(st);
  for (size_t i = 0; i < file->n_columns; i++) {
    csv_column *c = &file->columns[i];
    c->fixed_text = sx_io__listed(o->as_text, o->n_as_text, c->name);
    c->fixed_number = !c->fixed_text && sx_io__listed(o->as_number, o->n_as_number, c->name);
    if (!sx_io__wants(o, c->name))
      c->kind = CSV_SKIP;
    else if (c->fixed_text)
      c->kind = CSV_TEXT;
  }
  return SX_OK;
}

/* Reads the names from the first chunk; *p moves behind the header row. */
static sx_status names(csv_file *file, const char **p, csv_fault *fault, sx_error *err) {
  const csv_chunk *chunk = &file->chunks[0];
  size_t cap = file->n_columns;
  for (csv_after after = CSV_AFTER_FIELD; after == CSV_AFTER_FIELD;) {
    csv_field field;
    const char *at = *p;
    after = sx_io__csv_field(&field, p, chunk->end, file->delimiter, fault);
    if (after == CSV_AFTER_FAULT) return SX_OK;
    SX_TRY(add_column(file, file->options->no_header ? NULL : &field, at, &cap, err));
    if (after == CSV_AFTER_ROW && file->n_columns == 1 && !field.n && !field.quoted && !file->options->no_header)
      return sx_io__csv_error(file, SX_E_PARSE, at, false, err, "empty line where the header row should be");
  }
  return SX_OK;
}

static void drop_columns(csv_file *file) {
  for (size_t i = 0; i < file->n_columns; i++) sx_mem_free(file->ctx, file->columns[i].name);
  sx_mem_free(file->ctx, file->columns);
  file->columns = NULL;
  file->n_columns = 0;
}

sx_status sx_io__csv_header(csv_file *file, sx_error *err) {
  if (!file->n_chunks) return sx_error_set(err, SX_E_PARSE, file->name, "file is empty: a header row is needed");
  csv_fault fault = {CSV_FINE, NULL, 0};
  const char *p = file->chunks[0].begin;
  SX_TRY(names(file, &p, &fault, err));
  if (fault.kind != CSV_FINE && !file->exact) { /* quotes were not where they seemed to be */
    drop_columns(file);
    SX_TRY(sx_io__csv_index_exact(file, err));
    fault.kind = CSV_FINE;
    p = file->chunks[0].begin;
    SX_TRY(names(file, &p, &fault, err));
  }
  if (fault.kind != CSV_FINE) return sx_io__csv_fault_error(file, &fault, err);
  SX_TRY(check_unique(file, file->chunks[0].begin, err));
  SX_TRY(plan(file, err));
  if (!file->options->no_header) {
    file->chunks[0].begin = p;
    file->chunks[0].n_rows--;
    file->n_rows--;
  }
  return SX_OK;
}
