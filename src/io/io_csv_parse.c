/* io_csv_parse.c: the hot loop of the delimited-text reader: rows of known kinds into column arrays.
 *
 * Digits are read eight bytes at a time. With w = the bytes xor "00000000", a byte of w is 0..9 exactly where the text has
 * a digit, so
 *     m = (w | w + 0x0606...) & 0xF0F0...
 * has a bit in every byte that is no digit (a carry out of a byte above 0xF9 touches only bytes behind the first such
 * byte, which are not used), and the number of digits is ctz(m)/8. k digits, shifted to the top so that zeros come before
 * them, become a number by three multiplications: pairs, fours, eight.
 * A decimal of up to eight bytes has its point cut out of w first. Values of up to 19 digits and 22 decimals with the digits
 * below 2^53 are one exact integer divided by one exact power of ten, so the quotient is correctly rounded (Clinger 1990,
 * section 3); everything else goes to sx_text_to_double.
 *
 * Cells are gathered in a block of rows that stays in the first-level cache and are then copied column by column: writing
 * nineteen arrays directly makes their equal page offsets compete for the same cache sets. */
#include "io_csv_priv.h"

#include <math.h>

enum { BLOCK_CELLS = 2560, BLOCK_ROWS = 128 };

typedef struct loop {
  csv_job *job;
  const sx_ctx *ctx;
  const char *end;
  uint64_t *block; /* [n_columns * rows] */
  csv_kind *kinds; /* [n_columns], a column that misfits becomes CSV_SKIP */
  size_t n_columns, rows;
  char delimiter;
} loop;

static const double TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* ---- numbers ------------------------------------------------------------------------------------------------- */

SX_INLINE uint64_t load8(const char *p) {
  uint64_t w;
  memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  w = __builtin_bswap64(w);
#endif
  return w ^ UINT64_C(0x3030303030303030);
}

SX_INLINE uint64_t not_digits(uint64_t w) {
  return (w | (w + UINT64_C(0x0606060606060606))) & UINT64_C(0xF0F0F0F0F0F0F0F0);
}

/* The number that the eight digits of w (first in the low byte) write. */
SX_INLINE uint64_t eight_digits(uint64_t w) {
  w = (w * 10 + (w >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
  w = (w * 100 + (w >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
  return (w * 10000 + (w >> 32)) & UINT64_C(0xFFFFFFFF);
}

/* Behind the field's end at p; NULL where the field does not end there as it should. */
SX_INLINE const char *behind(const char *p, char want) {
  if (*p == want) return p + 1;
  if (want == '\n' && p[0] == '\r' && p[1] == '\n') return p + 2;
  return NULL;
}

SX_INLINE uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* 8 to 15 digits. */
static const char *long_integer(const char *p, char want, bool minus, uint64_t *cell) {
  if (*p == '0') return NULL;
  uint64_t v = eight_digits(load8(p));
  const uint64_t w = load8(p + 8), m = not_digits(w);
  if (!m) return NULL;
  const unsigned k = (unsigned)__builtin_ctzll(m) >> 3;
  static const uint64_t ten[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
  if (k) v = v * ten[k] + eight_digits(w << (64 - 8 * k));
  *cell = minus ? (uint64_t)0 - v : v;
  return behind(p + 8 + k, want);
}

/* The usual integers; NULL sends the field to the slow way. */
SX_INLINE const char *fast_integer(const char *p, char want, uint64_t *cell) {
  const unsigned first = (unsigned char)*p - (unsigned)'0';
  if (first <= 9 && p[1] == want) {
    *cell = first;
    return p + 2;
  }
  const bool minus = *p == '-';
  p += minus;
  const uint64_t w = load8(p), m = not_digits(w);
  if (!m) return long_integer(p, want, minus, cell);
  const unsigned k = (unsigned)__builtin_ctzll(m) >> 3;
  if (!k || (!(w & 0xFF) && (k > 1 || minus))) return NULL;
  const uint64_t v = eight_digits(w << (64 - 8 * k));
  *cell = minus ? (uint64_t)0 - v : v;
  return behind(p + k, want);
}

/* Up to 19 digits with or without a point, one by one. */
static const char *long_number(const char *p, char want, bool minus, uint64_t *cell) {
  const char *start = p;
  uint64_t v = 0;
  unsigned d;
  while ((d = (unsigned char)*p - (unsigned)'0') <= 9) v = v * 10 + d, p++;
  const size_t whole = (size_t)(p - start);
  size_t part = 0;
  if (whole > 1 && *start == '0') return NULL;
  if (*p == '.') {
    const char *point = p++;
    while ((d = (unsigned char)*p - (unsigned)'0') <= 9) v = v * 10 + d, p++;
    part = (size_t)(p - point) - 1;
  }
  if (whole + part == 0 || whole + part > 19 || v > (uint64_t)1 << 53) return NULL;
  const double x = (double)v / TEN[part];
  *cell = bits_of(minus ? -x : x);
  return behind(p, want);
}

/* The usual numbers; NULL sends the field to the slow way. */
SX_INLINE const char *fast_number(const char *p, char want, uint64_t *cell) {
  const unsigned first = (unsigned char)*p - (unsigned)'0';
  if (first <= 9 && p[1] == want) {
    *cell = bits_of((double)first);
    return p + 2;
  }
  const bool minus = *p == '-';
  p += minus;
  const uint64_t w = load8(p), m = not_digits(w);
  if (!m) return long_number(p, want, minus, cell);
  const unsigned k = (unsigned)__builtin_ctzll(m) >> 3;
  if (k > 1 && !(w & 0xFF)) return NULL;
  double x;
  if (p[k] == '.') {
    const uint64_t rest = m & ~((uint64_t)0xFF << (8 * k));
    if (!rest) return long_number(p, want, minus, cell);
    const unsigned j = (unsigned)__builtin_ctzll(rest) >> 3;
    if (j == 1 && k == 0) return NULL; /* a point alone */
    const uint64_t low = w & (((uint64_t)1 << (8 * k)) - 1), high = (w >> 8) & ~(((uint64_t)1 << (8 * k)) - 1);
    x = (double)(int64_t)eight_digits((low | high) << (64 - 8 * (j - 1))) / TEN[j - k - 1];
    p += j;
  } else {
    if (!k) return NULL;
    x = (double)(int64_t)eight_digits(w << (64 - 8 * k));
    p += k;
  }
  *cell = bits_of(minus ? -x : x);
  return behind(p, want);
}

/* ---- the other kinds ----------------------------------------------------------------------------------------- */

SX_INLINE const char *fast_skip(const char *p, char delimiter, char want) {
  if (*p == '"') return NULL;
  p = sx_io__csv_find_end(p, delimiter);
  return *p == want ? p + 1 : NULL;
}

static const char *fast_date(const char *p, char want, uint64_t *cell) {
  if (p[0] == '\n' || p[4] != '-' || p[7] != '-') return NULL;
  int64_t days;
  if (!sx_date_parse(&days, p, 10)) return NULL;
  *cell = (uint64_t)days;
  return behind(p + 10, want);
}

static const char *fast_text(loop *l, size_t c, const char *p, char want, uint64_t *cell, bool *no_memory) {
  if (*p == '"') return NULL;
  const char *stop = sx_io__csv_find_end(p, l->delimiter);
  if (*stop != want) return NULL;
  size_t n = (size_t)(stop - p);
  if (want == '\n' && n && stop[-1] == '\r') n--;
  if (!n) {
    *cell = (uint64_t)-1;
    l->job->state[c] |= CSV_COLUMN_MISSING;
    return stop + 1;
  }
  if (!l->job->dicts) return stop + 1;
  const int32_t code = sx_io__csv_dict_code(&l->job->dicts[c], l->ctx, &l->job->arena, p, n, false);
  if (code < 0) *no_memory = true;
  *cell = (uint64_t)(int64_t)code;
  return stop + 1;
}

/* ---- the slow way -------------------------------------------------------------------------------------------- */

static uint64_t missing_cell(csv_kind kind) {
  if (kind == CSV_NUMBER) return bits_of((double)NAN);
  return kind == CSV_TEXT ? (uint64_t)-1 : (uint64_t)CSV_NO_INTEGER;
}

static void misfit(loop *l, size_t c) {
  l->job->state[c] |= CSV_COLUMN_MISFIT;
  l->kinds[c] = CSV_SKIP;
}

/* A field of a number, integer or date column. Declared missing texts keep their value where the column can hold it: the
 * ranges of the column mark them later. */
static void slow_value(loop *l, size_t c, const csv_field *field, uint64_t *cell) {
  const csv_kind kind = l->kinds[c];
  const char *text = field->text;
  size_t n = field->n;
  sx_io__csv_trim(&text, &n);
  int64_t integer = 0;
  double number = 0;
  const unsigned has = field->doubled ? CSV_HAS_TEXT : sx_io__csv_classify(text, n, &integer, &number);
  const unsigned numeric = CSV_HAS_INTEGER | CSV_HAS_NUMBER | CSV_HAS_BIG;
  if (kind == CSV_INTEGER && has == CSV_HAS_INTEGER) {
    *cell = (uint64_t)integer;
  } else if (kind == CSV_NUMBER && (has & numeric)) {
    *cell = bits_of(number);
  } else if (kind == CSV_DATE && has == CSV_HAS_DATE) {
    *cell = (uint64_t)integer;
  } else if (!has || sx_io__csv_is_missing_text(l->job->file->options, text, n)) {
    *cell = missing_cell(kind);
    l->job->state[c] |= CSV_COLUMN_MISSING;
  } else {
    misfit(l, c);
  }
}

static sx_status slow_text(loop *l, size_t c, const csv_field *field, uint64_t *cell) {
  csv_job *job = l->job;
  if (!field->n && !field->quoted) {
    *cell = (uint64_t)-1;
    job->state[c] |= CSV_COLUMN_MISSING;
    return SX_OK;
  }
  if (!job->dicts) return SX_OK;
  const char *text = field->text;
  size_t n = field->n;
  char *inner = NULL;
  if (field->doubled) {
    inner = sx_mem_alloc(l->ctx, n, 1);
    if (!inner) return SX_E_MEMORY;
    n = sx_io__csv_undouble(inner, field);
    text = inner;
  }
  const int32_t code = sx_io__csv_dict_code(&job->dicts[c], l->ctx, &job->arena, text, n, inner != NULL);
  sx_mem_free(l->ctx, inner);
  *cell = (uint64_t)(int64_t)code;
  return code < 0 ? SX_E_MEMORY : SX_OK;
}

static size_t count_fields(const loop *l, const char *row) {
  for (size_t n = 1;; n++) {
    csv_field field;
    csv_fault fault;
    if (sx_io__csv_field(&field, &row, l->end, l->delimiter, &fault) != CSV_AFTER_FIELD) return n;
  }
}

/* The whole field at *p, whatever it is. False: job->fault tells, or there was no memory. */
static bool slow_cell(loop *l, size_t c, const char *row, const char **p, uint64_t *cell, bool *no_memory) {
  csv_field field;
  const csv_after after = sx_io__csv_field(&field, p, l->end, l->delimiter, &l->job->fault);
  if (after == CSV_AFTER_FAULT) return false;
  if ((after == CSV_AFTER_ROW) != (c + 1 == l->n_columns)) {
    l->job->fault = (csv_fault){CSV_RAGGED, row, count_fields(l, row)};
    return false;
  }
  if (l->kinds[c] == CSV_SKIP) return true;
  if (l->kinds[c] != CSV_TEXT)
    slow_value(l, c, &field, cell);
  else if (slow_text(l, c, &field, cell) != SX_OK)
    *no_memory = true;
  return !*no_memory;
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

/* One cell; `want` is what ends it: the delimiter, or a line feed in the last column. NULL as slow_cell. */
SX_INLINE const char *one_cell(loop *l, size_t c, const char *row, const char *p, char want, uint64_t *cell,
                               bool *no_memory) {
  const char *q = NULL;
  switch (l->kinds[c]) {
  case CSV_INTEGER:
    if (*p == want) {
      *cell = (uint64_t)CSV_NO_INTEGER;
      l->job->state[c] |= CSV_COLUMN_MISSING;
      return p + 1;
    }
    q = fast_integer(p, want, cell);
    break;
  case CSV_NUMBER:
    if (*p == want) {
      *cell = bits_of((double)NAN);
      l->job->state[c] |= CSV_COLUMN_MISSING;
      return p + 1;
    }
    q = fast_number(p, want, cell);
    break;
  case CSV_DATE:
    q = fast_date(p, want, cell);
    break;
  case CSV_TEXT:
    q = fast_text(l, c, p, want, cell, no_memory);
    break;
  case CSV_SKIP:
    q = fast_skip(p, l->delimiter, want);
    break;
  }
  if (q) return *no_memory ? NULL : q;
  return slow_cell(l, c, row, &p, cell, no_memory) ? p : NULL;
}

/* Up to l->rows rows into the block; *p moves behind the last whole one. Returns their number; *stopped on a fault. */
static size_t block_of_rows(loop *l, const char **p, size_t max_rows, bool *stopped, bool *no_memory) {
  const size_t last = l->n_columns - 1, stride = l->rows;
  const char *q = *p;
  size_t r = 0;
  for (; r < max_rows && q < l->end; r++) {
    const char *row = q;
    uint64_t *cell = l->block + r;
    for (size_t c = 0; c < last; c++, cell += stride) {
      q = one_cell(l, c, row, q, l->delimiter, cell, no_memory);
      if (!q) goto stop;
    }
    q = one_cell(l, last, row, q, '\n', cell, no_memory);
    if (!q) goto stop;
    *p = q;
  }
  return r;
stop:
  *stopped = true;
  return r;
}

static void store(const loop *l, size_t n_rows) {
  const csv_job *job = l->job;
  const size_t at = job->first_row + job->n_rows;
  for (size_t c = 0; c < l->n_columns; c++) {
    const uint64_t *from = l->block + c * l->rows;
    if (l->kinds[c] == CSV_SKIP || !job->out[c]) continue;
    if (l->kinds[c] != CSV_TEXT) {
      memcpy((uint64_t *)job->out[c] + at, from, n_rows * sizeof *from);
      continue;
    }
    int32_t *code = (int32_t *)job->out[c] + at;
    for (size_t r = 0; r < n_rows; r++) code[r] = (int32_t)from[r];
  }
}

static sx_status run(loop *l, sx_error *err) {
  csv_job *job = l->job;
  bool stopped = false, no_memory = false;
  job->stop = job->begin;
  while (!stopped && job->n_rows < job->max_rows && job->stop < l->end) {
    const size_t left = job->max_rows - job->n_rows;
    const size_t n = block_of_rows(l, &job->stop, left < l->rows ? left : l->rows, &stopped, &no_memory);
    if (no_memory) return sx_error_memory(err);
    if (job->out) store(l, n);
    job->n_rows += n;
  }
  return SX_OK;
}

sx_status sx_io__csv_parse(csv_job *job, sx_error *err) {
  loop l = {.job = job, .ctx = job->file->ctx, .end = job->end, .n_columns = job->file->n_columns};
  l.delimiter = job->file->delimiter;
  l.rows = BLOCK_CELLS / l.n_columns;
  if (l.rows > BLOCK_ROWS) l.rows = BLOCK_ROWS;
  if (l.rows < 1) l.rows = 1;
  sx_status st = SX_E_MEMORY;
  l.kinds = sx_mem_alloc(l.ctx, l.n_columns, sizeof *l.kinds);
  l.block = sx_mem_alloc(l.ctx, l.n_columns * l.rows, sizeof *l.block);
  if (l.kinds && l.block) {
    memcpy(l.kinds, job->kinds, l.n_columns * sizeof *l.kinds);
    st = run(&l, err);
  } else {
    st = sx_error_memory(err);
  }
  sx_mem_free(l.ctx, l.kinds);
  sx_mem_free(l.ctx, l.block);
  return st;
}
