/* io_csv_kind.c: what kind each column is: guessed from a sample of every part of the file, and settled over the whole
 * column where the guess did not hold. */
#include "io_csv_priv.h"

enum { SAMPLE_CHUNKS = 64, SAMPLE_ROWS = 32, SAMPLE_FIRST_ROWS = 512 };

/* What was seen in one column. */
typedef struct seen {
  unsigned has;
  size_t n_numeric, n_other; /* other: neither a number nor digits with leading zeros */
  const char *first_bad;     /* the first value that is no number */
  const char *culprit;       /* the first of the n_other */
} seen;

static bool all_digits(const char *text, size_t n) {
  sx_io__csv_trim(&text, &n);
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

static void look_at(const csv_file *file, seen *s, const csv_field *field) {
  int64_t integer;
  double number;
  const unsigned has = sx_io__csv_classify_field(file, field, &integer, &number);
  s->has |= has;
  if (has & (CSV_HAS_INTEGER | CSV_HAS_NUMBER | CSV_HAS_BIG)) s->n_numeric++;
  if (!(has & (CSV_HAS_TEXT | CSV_HAS_DATE))) return;
  if (!s->first_bad) s->first_bad = field->text;
  if (all_digits(field->text, field->n)) return;
  s->n_other++;
  if (!s->culprit) s->culprit = field->text;
}

/* Adds the first max_rows rows of a chunk to seen[n_columns], only the columns with want[c] (NULL: all). */
static void look_at_rows(const csv_file *file, const csv_chunk *chunk, size_t max_rows, const bool *want, seen *s) {
  const char *p = chunk->begin;
  for (size_t r = 0; r < max_rows && p < chunk->end; r++) {
    csv_after after = CSV_AFTER_FIELD;
    for (size_t c = 0; after == CSV_AFTER_FIELD; c++) {
      csv_field field;
      csv_fault fault;
      after = sx_io__csv_field(&field, &p, chunk->end, file->delimiter, &fault);
      if (after == CSV_AFTER_FAULT || c >= file->n_columns) return; /* the parser reports it */
      if (!want || want[c]) look_at(file, &s[c], &field);
    }
  }
}

static csv_kind number_only(unsigned has) {
  return has & (CSV_HAS_NUMBER | CSV_HAS_BIG) ? CSV_NUMBER : CSV_INTEGER;
}

/* Length of the value at p as it stands in the file, for messages. */
static int shown(const csv_file *file, const char *p) {
  const bool quoted = p != file->text && p != file->tail && p[-1] == '"';
  size_t n = 0;
  while (n < 40 && p[n] != '\n' && p[n] != '\r' && p[n] != (quoted ? '"' : file->delimiter)) n++;
  return (int)sx_utf8_cut(p, n, n < 40 ? n : 36);
}

/* What other programs write where nothing was answered. */
static bool means_missing(const csv_file *file, const char *p) {
  static const char *const words[] = {"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", ".", "-"};
  const size_t n = (size_t)shown(file, p);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) == n && memcmp(p, words[i], n) == 0) return true;
  }
  return false;
}

/* Told of a few words among numbers, and of any number of what stands for missing elsewhere. */
static bool worth_telling(const csv_file *file, const seen *s) {
  if (!s->culprit || !s->n_numeric) return false;
  return s->n_other * 10 < s->n_numeric || means_missing(file, s->culprit);
}

/* Sets the kind that the sample suggests. */
static void guess(const csv_file *file, csv_column *column, const seen *s) {
  if (column->kind == CSV_SKIP || column->fixed_text) return;
  if (column->fixed_number) {
    column->kind = number_only(s->has);
    return;
  }
  column->kind = sx_io__csv_kind_of(s->has);
  if (column->kind != CSV_TEXT) return;
  const bool for_certain = s->has & (CSV_HAS_TEXT | CSV_HAS_DATE);
  column->open_text = !for_certain || worth_telling(file, s); /* worth a look for the first culprit */
}

sx_status sx_io__csv_guess(csv_file *file, sx_error *err) {
  seen *s = sx_mem_zalloc(file->ctx, file->n_columns, sizeof *s);
  if (!s) return sx_error_memory(err);
  const size_t step = (file->n_chunks + SAMPLE_CHUNKS - 1) / SAMPLE_CHUNKS;
  for (size_t k = 0; k < file->n_chunks; k += step)
    look_at_rows(file, &file->chunks[k], k ? SAMPLE_ROWS : SAMPLE_FIRST_ROWS, NULL, s);
  for (size_t c = 0; c < file->n_columns; c++) guess(file, &file->columns[c], &s[c]);
  sx_mem_free(file->ctx, s);
  return SX_OK;
}

/* ---- settling --------------------------------------------------------------------------------------------- */

typedef struct survey {
  const csv_file *file;
  const bool *want;
  seen *s; /* [n_chunks * n_columns] */
} survey;

static sx_status survey_chunk(void *data, size_t k, sx_error *err) {
  (void)err;
  const survey *v = data;
  look_at_rows(v->file, &v->file->chunks[k], SIZE_MAX, v->want, v->s + k * v->file->n_columns);
  return SX_OK;
}

static seen sum(const survey *v, size_t c) {
  seen all = {0};
  for (size_t k = 0; k < v->file->n_chunks; k++) {
    const seen *s = &v->s[k * v->file->n_columns + c];
    all.has |= s->has;
    all.n_numeric += s->n_numeric;
    all.n_other += s->n_other;
    if (!all.first_bad) all.first_bad = s->first_bad;
    if (!all.culprit) all.culprit = s->culprit;
  }
  return all;
}

static sx_status decide(const csv_file *file, csv_column *column, const seen *s, sx_error *err) {
  if (column->fixed_number) {
    if (s->first_bad)
      return sx_io__csv_error(file, SX_E_DATA, s->first_bad, true, err,
                              "'%.*s' in column '%.200s', which must hold numbers: correct it or declare it missing",
                              shown(file, s->first_bad), s->first_bad, column->name);
    column->kind = number_only(s->has);
    return SX_OK;
  }
  column->kind = sx_io__csv_kind_of(s->has);
  column->open_text = false;
  if (column->kind != CSV_TEXT || !worth_telling(file, s)) return SX_OK;
  char where[SX_ERROR_WHERE_MAX];
  sx_io__csv_place(where, sizeof where, file, s->culprit, true);
  sx_ctx_note(file->ctx, SX_SEV_WARNING, where,
              "column '%s' is read as text because of '%.*s' (values that are no numbers: %zu; numbers: %zu): correct "
              "it or declare it missing, as in missing: [\"%.*s\"]",
              column->name, shown(file, s->culprit), s->culprit, s->n_other, s->n_numeric, shown(file, s->culprit),
              s->culprit);
  return SX_OK;
}

sx_status sx_io__csv_settle(csv_file *file, const bool *want, sx_error *err) {
  size_t n;
  if (!sx_size_mul(&n, file->n_chunks, file->n_columns)) return sx_error_memory(err);
  survey v = {file, want, sx_mem_zalloc(file->ctx, n, sizeof *v.s)};
  if (!v.s) return sx_error_memory(err);
  sx_status st = sx_parallel_for(file->ctx, file->n_chunks, survey_chunk, &v, err);
  for (size_t c = 0; c < file->n_columns && st == SX_OK; c++) {
    const seen s = sum(&v, c);
    if (want[c]) st = decide(file, &file->columns[c], &s, err);
  }
  sx_mem_free(file->ctx, v.s);
  return st;
}
