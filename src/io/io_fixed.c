/* io_fixed.c: fields at fixed byte columns, one record a line. Blanks around a field are dropped; a field behind the end of
 * a short line is missing. Kinds of columns are found as in delimited text, over the whole column, each field in parallel.
 * Byte columns count in the file's own encoding: text fields are decoded one by one. */
#include "io_csv_priv.h"

#include <math.h>
#include <stdio.h>

typedef struct fixed {
  const sx_io__source *source;
  const sx_ctx *ctx;
  const sx_read_options *options;
  const char *text;
  size_t n;
  const char *encoding; /* to decode text fields from, or NULL */
  size_t *starts;       /* [n_rows] */
  size_t n_rows, cap;
  const sx_fixed_field **fields; /* [n_fields] those wanted */
  sx_column **columns;
  size_t n_fields;
} fixed;

static sx_status place(const fixed *f, size_t row, size_t column, sx_status st, const char *message, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.400s:%zu:%zu", f->source->name, row + 1, column);
  return sx_error_set(err, st, where, "%s", message);
}

/* ---- fields and lines --------------------------------------------------------------------------------------------- */

static sx_status check_field(const fixed *f, size_t i, sx_error *err) {
  const sx_fixed_field *field = &f->options->fields[i];
  const char *name = f->source->name;
  if (!field->name || !*field->name) return sx_error_set(err, SX_E_ARGUMENT, name, "field %zu has no name", i + 1);
  if (field->start < 1 || field->end < field->start)
    return sx_error_set(err, SX_E_ARGUMENT, name,
                        "field '%.200s' is at columns %zu to %zu: they count from 1, the end included", field->name,
                        field->start, field->end);
  for (size_t k = 0; k < i; k++) {
    if (strcmp(f->options->fields[k].name, field->name) == 0)
      return sx_error_set(err, SX_E_DATA, name, "field name '%.200s' stands twice, as fields %zu and %zu", field->name,
                          k + 1, i + 1);
  }
  return SX_OK;
}

static sx_status choose_fields(fixed *f, sx_error *err) {
  const sx_read_options *o = f->options;
  if (!o->n_fields)
    return sx_error_set(err, SX_E_ARGUMENT, f->source->name,
                        "a file of fixed columns needs its fields: name and columns");
  const char **names = sx_mem_alloc(f->ctx, o->n_fields, sizeof *names);
  f->fields = sx_mem_alloc(f->ctx, o->n_fields, sizeof *f->fields);
  f->columns = sx_mem_zalloc(f->ctx, o->n_fields, sizeof *f->columns);
  sx_status st = names && f->fields && f->columns ? SX_OK : sx_error_memory(err);
  for (size_t i = 0; i < o->n_fields && st == SX_OK; i++) {
    st = check_field(f, i, err);
    names[i] = o->fields[i].name;
    if (sx_io__wants(o, o->fields[i].name)) f->fields[f->n_fields++] = &o->fields[i];
  }
  if (st == SX_OK) st = sx_io__check_columns(o, f->source->name, names, o->n_fields, err);
  sx_mem_free(f->ctx, names);
  return st;
}

static sx_status find_lines(fixed *f, sx_error *err) {
  const char *end = f->text + f->n;
  for (const char *p = f->text; p < end;) {
    void *starts = f->starts;
    if (!sx_mem_grow(f->ctx, &starts, &f->cap, f->n_rows + 1, sizeof *f->starts)) return sx_error_memory(err);
    f->starts = starts;
    f->starts[f->n_rows++] = (size_t)(p - f->text);
    const char *feed = memchr(p, '\n', (size_t)(end - p));
    p = feed ? feed + 1 : end;
  }
  return SX_OK;
}

static size_t line_length(const fixed *f, size_t row) {
  const size_t from = f->starts[row];
  size_t to = row + 1 < f->n_rows ? f->starts[row + 1] : f->n;
  if (to > from && f->text[to - 1] == '\n') to--;
  if (to > from && f->text[to - 1] == '\r') to--;
  return to - from;
}

/* Lines without a byte at the end are no records. */
static void drop_empty_end(fixed *f) {
  while (f->n_rows && line_length(f, f->n_rows - 1) == 0) f->n = f->starts[--f->n_rows];
}

/* The field without the blanks around it. */
static csv_field cut(const fixed *f, const sx_fixed_field *field, size_t row) {
  const size_t n = line_length(f, row);
  csv_field out = {.text = f->text + f->starts[row], .n = 0};
  if (n < field->start) return out;
  out.text += field->start - 1;
  out.n = (n < field->end ? n : field->end) - field->start + 1;
  sx_io__csv_trim(&out.text, &out.n);
  return out;
}

/* ---- columns ------------------------------------------------------------------------------------------------------ */

static sx_status find_kind(csv_kind *kind, const fixed *f, const sx_fixed_field *field, sx_error *err) {
  const bool number = sx_io__listed(f->options->as_number, f->options->n_as_number, field->name);
  unsigned has = 0;
  *kind = CSV_TEXT;
  if (sx_io__listed(f->options->as_text, f->options->n_as_text, field->name)) return SX_OK;
  for (size_t r = 0; r < f->n_rows && (number || !(has & CSV_HAS_TEXT)); r++) {
    const csv_field value = cut(f, field, r);
    int64_t integer;
    double x;
    if (!value.n || sx_io__csv_is_missing_text(f->options, value.text, value.n)) continue;
    const unsigned one = sx_io__csv_classify(value.text, value.n, &integer, &x);
    has |= one;
    if (number && (one & (CSV_HAS_TEXT | CSV_HAS_DATE)))
      return place(f, r, field->start, SX_E_DATA, "a value that is no number in a column that must hold numbers", err);
  }
  *kind = sx_io__csv_kind_of(has);
  if (number && *kind == CSV_TEXT) *kind = CSV_NUMBER;
  return SX_OK;
}

static sx_status set_text(const fixed *f, const sx_fixed_field *field, sx_column *c, size_t row, const csv_field *value,
                          sx_error *err) {
  const char *text = value->text;
  size_t n = value->n, bad = 0;
  char *decoded = NULL;
  if (f->encoding) {
    const sx_status st = sx_io__decode(&decoded, &n, &bad, f->ctx, f->encoding, text, n, err);
    if (st == SX_E_DATA)
      return place(f, row, field->start, st, "the field does not decode: do its columns cut a character in two", err);
    SX_TRY(st);
    text = decoded;
  } else if (!sx_utf8_valid(text, n, &bad)) {
    return place(f, row, field->start, SX_E_DATA, "the field's columns cut a UTF-8 character in two", err);
  }
  const sx_status st = sx_dict_add(&c->data.code[row], c->dict, text, n, err);
  sx_mem_free(f->ctx, decoded);
  return st;
}

static sx_status set_value(const fixed *f, const sx_fixed_field *field, sx_column *c, size_t row, sx_error *err) {
  const csv_field value = cut(f, field, row);
  if (!value.n) return sx_column_set_missing(f->ctx, c, row, SX_MISS_SYSTEM, err);
  if (c->type == SX_TEXT) return set_text(f, field, c, row, &value, err);
  int64_t integer = 0;
  double number = 0;
  const unsigned has = sx_io__csv_classify(value.text, value.n, &integer, &number);
  const unsigned numeric = CSV_HAS_INTEGER | CSV_HAS_NUMBER | CSV_HAS_BIG;
  if (c->type == SX_NUMBER && (has & numeric))
    c->data.f64[row] = number;
  else if (c->type == SX_INTEGER && has == CSV_HAS_INTEGER)
    c->data.i64[row] = integer;
  else if (c->type == SX_DATE && has == CSV_HAS_DATE)
    c->data.i64[row] = integer;
  else
    return sx_column_set_missing(f->ctx, c, row, SX_MISS_SYSTEM, err); /* declared missing, no value of this type */
  return SX_OK;
}

static sx_status read_field(void *data, size_t i, sx_error *err) {
  const fixed *f = data;
  const sx_fixed_field *field = f->fields[i];
  static const sx_type types[] = {[CSV_SKIP] = SX_INTEGER,
                                  [CSV_INTEGER] = SX_INTEGER,
                                  [CSV_NUMBER] = SX_NUMBER,
                                  [CSV_DATE] = SX_DATE,
                                  [CSV_TEXT] = SX_TEXT};
  csv_kind kind;
  SX_TRY(find_kind(&kind, f, field, err));
  SX_TRY(sx_column_new(&f->columns[i], f->ctx, field->name, types[kind], f->n_rows, err));
  for (size_t r = 0; r < f->n_rows; r++) SX_TRY(set_value(f, field, f->columns[i], r, err));
  return sx_io__csv_declare_missing(f->ctx, f->options, f->columns[i], err);
}

/* ---- the file ----------------------------------------------------------------------------------------------------- */

static sx_status check_text(fixed *f, sx_error *err) {
  const char *given = f->options->encoding ? sx_io__encoding_name(f->options->encoding) : NULL;
  if (f->n >= 3 && memcmp(f->text, "\xEF\xBB\xBF", 3) == 0) f->text += 3, f->n -= 3;
  if (!f->n) return sx_error_set(err, SX_E_PARSE, f->source->name, "file is empty");
  const char *nul = memchr(f->text, '\0', f->n);
  if (nul)
    return sx_error_set(err, SX_E_PARSE, f->source->name, "NUL byte at byte %zu: this is no text of fixed columns",
                        (size_t)(nul - f->text) + 1);
  if (given && strcmp(given, "UTF-8") != 0) {
    f->encoding = given;
  } else if (!sx_utf8_valid(f->text, f->n, NULL)) {
    if (given) return sx_error_set(err, SX_E_DATA, f->source->name, "not valid UTF-8, which the file is said to be");
    f->encoding = "GB18030";
    sx_ctx_note(f->ctx, SX_SEV_NOTE, f->source->name, "not UTF-8: read as GB18030");
  }
  return SX_OK;
}

static sx_status into_table(sx_table **out, fixed *f, sx_error *err) {
  sx_table *table = NULL;
  SX_TRY(sx_table_new(&table, f->ctx, f->n_rows, err));
  for (size_t i = 0; i < f->n_fields; i++) {
    const sx_status st = sx_table_take(table, f->columns[i], err);
    if (st != SX_OK) {
      sx_table_free(table);
      return st;
    }
    f->columns[i] = NULL;
  }
  *out = table;
  return SX_OK;
}

static sx_status read_fixed(sx_table **out, const sx_io__source *source, const sx_read_options *options,
                            sx_error *err) {
  fixed f = {.source = source, .ctx = source->ctx, .options = options, .text = (const char *)source->data};
  f.n = source->n;
  sx_status st;
  SX_TRY_GOTO(st, choose_fields(&f, err), done);
  SX_TRY_GOTO(st, check_text(&f, err), done);
  SX_TRY_GOTO(st, find_lines(&f, err), done);
  drop_empty_end(&f);
  SX_TRY_GOTO(st, sx_parallel_for(f.ctx, f.n_fields, read_field, &f, err), done);
  st = into_table(out, &f, err);
done:
  for (size_t i = 0; f.columns && i < f.n_fields; i++) sx_column_free(f.ctx, f.columns[i]);
  sx_mem_free(f.ctx, f.columns);
  sx_mem_free(f.ctx, f.fields);
  sx_mem_free(f.ctx, f.starts);
  return st;
}

const sx_io__backend sx_io__fixed = {.read = read_fixed};
