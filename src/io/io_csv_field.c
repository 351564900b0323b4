/* io_csv_field.c: one field of delimited text, complete and unhurried: quotes (RFC 4180), what kind of value it is, and
 * where in the file a byte stands. The fast loop of io_csv_parse.c comes here for everything out of the ordinary. */
#include "io_csv_priv.h"

#include <math.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

const char *sx_io__csv_find_end(const char *p, char delimiter) {
#ifdef __SSE2__
  const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n');
  for (;; p += 16) {
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    const int hit = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, lf)));
    if (hit) return p + __builtin_ctz((unsigned)hit);
  }
#else
  while (*p != delimiter && *p != '\n') p++;
  return p;
#endif
}

/* The same where nothing is known about what is behind `end`. */
static const char *find_end_bounded(const char *p, const char *end, char delimiter) {
  while (p < end && *p != delimiter && *p != '\n') p++;
  return p;
}

/* Steps over the delimiter or line end at *p. */
static csv_after step(const char **p, const char *end, char delimiter, csv_fault *fault) {
  if (*p == end) return CSV_AFTER_ROW;
  if (**p == delimiter) return ++*p, CSV_AFTER_FIELD;
  if (**p == '\n') return ++*p, CSV_AFTER_ROW;
  if (**p == '\r' && *p + 1 == end) return ++*p, CSV_AFTER_ROW;
  if (**p == '\r' && (*p)[1] == '\n') return *p += 2, CSV_AFTER_ROW;
  *fault = (csv_fault){CSV_AFTER_QUOTE, *p, 0};
  return CSV_AFTER_FAULT;
}

static csv_after quoted_field(csv_field *out, const char **p, const char *end, char delimiter, csv_fault *fault) {
  const char *open = *p, *q = open + 1;
  *out = (csv_field){.text = q, .quoted = true};
  for (;;) {
    q = q < end ? memchr(q, '"', (size_t)(end - q)) : NULL;
    if (!q) {
      *fault = (csv_fault){CSV_UNCLOSED, open, 0};
      return CSV_AFTER_FAULT;
    }
    if (q + 1 == end || q[1] != '"') break;
    out->doubled = true;
    q += 2;
  }
  out->n = (size_t)(q - out->text);
  *p = q + 1;
  return step(p, end, delimiter, fault);
}

csv_after sx_io__csv_field(csv_field *out, const char **p, const char *end, char delimiter, csv_fault *fault) {
  if (*p < end && **p == '"') return quoted_field(out, p, end, delimiter, fault);
  const char *stop = find_end_bounded(*p, end, delimiter);
  *out = (csv_field){.text = *p, .n = (size_t)(stop - *p)};
  if ((stop == end || *stop == '\n') && out->n && stop[-1] == '\r') out->n--;
  *p = stop;
  return step(p, end, delimiter, fault);
}

size_t sx_io__csv_undouble(char *out, const csv_field *field) {
  size_t n = 0;
  for (size_t i = 0; i < field->n; i++) {
    out[n++] = field->text[i];
    if (field->text[i] == '"') i++;
  }
  return n;
}

void sx_io__csv_trim(const char **text, size_t *n) {
  while (*n && (**text == ' ' || **text == '\t')) ++*text, --*n;
  while (*n && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t')) --*n;
}

bool sx_io__csv_is_missing_text(const sx_read_options *options, const char *text, size_t n) {
  for (size_t i = 0; i < options->n_missing; i++) {
    const char *m = options->missing[i];
    if (strlen(m) == n && memcmp(m, text, n) == 0) return true;
  }
  return false;
}

/* ---- kinds of values --------------------------------------------------------------------------------------- */

static size_t digits(const char *text, size_t n) {
  size_t k = 0;
  while (k < n && (unsigned char)(text[k] - '0') <= 9) k++;
  return k;
}

static unsigned integer_kind(const char *text, size_t n, int64_t *integer, double *number) {
  if (n == 2 && text[0] == '-' && text[1] == '0') {
    *number = -0.0;
    return CSV_HAS_NUMBER;
  }
  if (sx_text_to_int64(integer, text, n) && *integer != CSV_NO_INTEGER) {
    *number = (double)*integer;
    return CSV_HAS_INTEGER;
  }
  return sx_text_to_double(number, text, n) && isfinite(*number) ? CSV_HAS_BIG : CSV_HAS_TEXT;
}

/* -? digits [. digits] [e [+-] digits], at least one digit before the exponent, no leading zero. */
static unsigned number_kind(const char *text, size_t n, int64_t *integer, double *number) {
  size_t i = text[0] == '-';
  const size_t whole = digits(text + i, n - i);
  if (whole > 1 && text[i] == '0') return CSV_HAS_TEXT;
  i += whole;
  if (i == n) return whole ? integer_kind(text, n, integer, number) : CSV_HAS_TEXT;
  size_t part = 0;
  if (text[i] == '.') {
    part = digits(text + i + 1, n - i - 1);
    i += 1 + part;
  }
  if (!whole && !part) return CSV_HAS_TEXT;
  if (i < n && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    if (i < n && (text[i] == '+' || text[i] == '-')) i++;
    const size_t power = digits(text + i, n - i);
    if (!power) return CSV_HAS_TEXT;
    i += power;
  }
  if (i != n || !sx_text_to_double(number, text, n) || !isfinite(*number)) return CSV_HAS_TEXT;
  return CSV_HAS_NUMBER;
}

unsigned sx_io__csv_classify(const char *text, size_t n, int64_t *integer, double *number) {
  sx_io__csv_trim(&text, &n);
  if (!n) return 0;
  const unsigned char c = (unsigned char)text[0];
  if ((c < '0' || c > '9') && c != '-' && c != '.') return CSV_HAS_TEXT;
  if (n == 10 && text[4] == '-' && sx_date_parse(integer, text, n)) return CSV_HAS_DATE;
  return number_kind(text, n, integer, number);
}

unsigned sx_io__csv_classify_field(const csv_file *file, const csv_field *field, int64_t *integer, double *number) {
  const char *text = field->text;
  size_t n = field->n;
  sx_io__csv_trim(&text, &n);
  if (!n || sx_io__csv_is_missing_text(file->options, text, n)) return 0;
  if (field->doubled) return CSV_HAS_TEXT;
  return sx_io__csv_classify(text, n, integer, number);
}

csv_kind sx_io__csv_kind_of(unsigned has) {
  const unsigned numeric = CSV_HAS_INTEGER | CSV_HAS_NUMBER | CSV_HAS_BIG;
  if (has & CSV_HAS_TEXT) return CSV_TEXT;
  if (has & CSV_HAS_DATE) return has & numeric ? CSV_TEXT : CSV_DATE;
  if (has & CSV_HAS_NUMBER) return CSV_NUMBER;
  return has & CSV_HAS_BIG ? CSV_TEXT : CSV_INTEGER;
}

sx_status sx_io__csv_declare_missing(const sx_ctx *ctx, const sx_read_options *options, sx_column *column,
                                     sx_error *err) {
  for (size_t i = 0; i < options->n_missing; i++) {
    const char *text = options->missing[i];
    int64_t integer = 0;
    double number = 0;
    if (column->type == SX_TEXT) {
      SX_TRY(sx_column_add_range(ctx, column, 0, 0, text, err));
      continue;
    }
    const unsigned has = sx_io__csv_classify(text, strlen(text), &integer, &number);
    const bool date = column->type == SX_DATE;
    if (!has || has == CSV_HAS_TEXT || date != (has == CSV_HAS_DATE)) continue;
    if (date) number = (double)integer;
    SX_TRY(sx_column_add_range(ctx, column, number, number, NULL, err));
  }
  return SX_OK;
}

/* ---- places ------------------------------------------------------------------------------------------------ */

/* Column in code points; an undecodable rest counts by the byte. */
static size_t column_of(const char *line, const char *at) {
  size_t column = 1;
  while (line < at) {
    uint32_t code;
    const size_t k = sx_utf8_next(&code, line, (size_t)(at - line));
    line += k ? k : 1;
    column++;
  }
  return column;
}

void sx_io__csv_place(char *out, size_t size, const csv_file *file, const char *at, bool with_column) {
  if (file->tail && at >= file->tail && at <= file->tail + file->tail_n) at = file->tail_origin + (at - file->tail);
  size_t line = 1;
  const char *start = file->text;
  for (const char *p; start < at && (p = memchr(start, '\n', (size_t)(at - start))); start = p + 1) line++;
  if (with_column)
    (void)snprintf(out, size, "%.400s:%zu:%zu", file->name, line, column_of(start, at));
  else
    (void)snprintf(out, size, "%.400s:%zu", file->name, line);
}

sx_status sx_io__csv_error(const csv_file *file, sx_status status, const char *at, bool with_column, sx_error *err,
                           const char *fmt, ...) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  sx_io__csv_place(where, sizeof where, file, at, with_column);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(err, status, where, "%s", message);
}

sx_status sx_io__csv_fault_error(const csv_file *file, const csv_fault *fault, sx_error *err) {
  switch (fault->kind) {
  case CSV_RAGGED:
    return sx_io__csv_error(file, SX_E_PARSE, fault->at, false, err, "row has %zu %s, header has %zu", fault->number,
                            fault->number == 1 ? "field" : "fields", file->n_columns);
  case CSV_UNCLOSED:
    return sx_io__csv_error(file, SX_E_PARSE, fault->at, true, err,
                            "the quoted field that begins here has no closing quote");
  case CSV_AFTER_QUOTE:
    return sx_io__csv_error(file, SX_E_PARSE, fault->at, true, err,
                            "text after a closing quote: a quote inside a quoted field is written twice");
  case CSV_FINE:
    break;
  }
  return sx_error_set(err, SX_E_INTERNAL, file->name, "no fault to report");
}
