/* io_csv_write.c: delimited text, RFC 4180 with LF line ends, UTF-8 without BOM.
 *
 * Quoted only where the field holds the delimiter, a quote or a line end, and where an empty text must differ from a missing
 * value. Numbers are the shortest text that reads back to the same bits, dates and periods their ISO text, codes of
 * declared missing values the code, system missing values empty, tagged ones a point and the letter (".a").
 *
 * Rows are formatted in blocks of a fixed number of rows, several blocks in parallel, and written in order: the bytes
 * depend on neither threads nor batches, and memory on neither rows nor batches. */
#include "io_csv_write_priv.h"

#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 2048, BLOCKS_MAX = 32, CELL_MAX = 64 };

typedef struct text_out {
  char *data;
  size_t n, cap;
} text_out;

typedef struct writer {
  sx_io__sink *sink;
  const sx_ctx *ctx;
  char delimiter;
  bool told; /* the note on tagged missing values */
  text_out *blocks;
  size_t n_blocks;
} writer;

/* One round of blocks. */
typedef struct round_of {
  writer *w;
  const sx_table *rows;
  const sx_column **columns;
  size_t n_columns, first, n_rows; /* of the round */
} round_of;

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static bool reserve(const sx_ctx *ctx, text_out *o, size_t more) {
  if (o->cap - o->n >= more) return true;
  void *data = o->data;
  if (!sx_mem_grow(ctx, &data, &o->cap, o->n + more, 1)) return false;
  o->data = data;
  return true;
}

static size_t put_integer(char *out, int64_t value) {
  char digits[20];
  size_t n = 0, k = 0;
  uint64_t v = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
  do digits[k++] = (char)('0' + v % 10);
  while (v /= 10);
  if (value < 0) out[n++] = '-';
  while (k) out[n++] = digits[--k];
  return n;
}

static size_t put_number(char *out, double value) {
  if (isnan(value)) return 0;
  if (fabs(value) < 1e15) {
    const int64_t whole = (int64_t)value;
    if ((double)whole == value && (whole || !signbit(value))) return put_integer(out, whole);
  }
  return sx_text_from_double(out, value);
}

static bool needs_quotes(const char *text, size_t n, char delimiter) {
  if (!n) return true;
  for (size_t i = 0; i < n; i++) {
    const char c = text[i];
    if (c == delimiter || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

static bool put_text(const sx_ctx *ctx, text_out *o, const char *text, size_t n, char delimiter) {
  size_t room;
  if (!sx_size_mul(&room, n, 2) || !sx_size_add(&room, room, CELL_MAX) || !reserve(ctx, o, room)) return false;
  if (!needs_quotes(text, n, delimiter)) {
    memcpy(o->data + o->n, text, n);
    o->n += n;
    return true;
  }
  char *p = o->data + o->n;
  *p++ = '"';
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '"') *p++ = '"';
    *p++ = text[i];
  }
  *p++ = '"';
  o->n = (size_t)(p - o->data);
  return true;
}

static bool put_cell(const sx_ctx *ctx, text_out *o, const sx_column *c, size_t row, char delimiter) {
  if (!reserve(ctx, o, CELL_MAX)) return false;
  char *p = o->data + o->n;
  const uint8_t miss = c->miss ? c->miss[row] : SX_MISS_NONE;
  if (miss > SX_MISS_USER) {
    p[0] = '.';
    p[1] = (char)miss;
    o->n += 2;
    return true;
  }
  if (miss == SX_MISS_SYSTEM) return true;
  switch (c->type) {
  case SX_NUMBER:
    o->n += put_number(p, c->data.f64[row]);
    return true;
  case SX_INTEGER:
    o->n += put_integer(p, c->data.i64[row]);
    return true;
  case SX_DATE:
    o->n += sx_date_text(p, c->data.i64[row]);
    return true;
  case SX_PERIOD:
    o->n += sx_period_text(p, c->data.i64[row]);
    return true;
  case SX_CATEGORY:
  case SX_TEXT:
    break;
  }
  size_t n = 0;
  const char *text = c->data.code[row] < 0 ? NULL : sx_dict_get(c->dict, c->data.code[row], &n);
  return !text || put_text(ctx, o, text, n, delimiter);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static sx_status format_block(void *data, size_t k, sx_error *err) {
  const round_of *r = data;
  writer *w = r->w;
  text_out *o = &w->blocks[k];
  const size_t from = r->first + k * BLOCK_ROWS, end = r->first + r->n_rows;
  const size_t to = end - from > BLOCK_ROWS ? from + BLOCK_ROWS : end;
  o->n = 0;
  for (size_t row = from; row < to; row++) {
    for (size_t c = 0; c < r->n_columns; c++) {
      if (!put_cell(w->ctx, o, r->columns[c], row, w->delimiter)) return sx_error_memory(err);
      o->data[o->n++] = w->delimiter; /* put_cell left room */
    }
    o->data[o->n - 1] = '\n';
  }
  return SX_OK;
}

/* Every cell reserves CELL_MAX before it writes, and no fixed cell is longer than that less the delimiter. */
_Static_assert(SX_DOUBLE_TEXT_MAX + 2 < CELL_MAX, "room for a number and its delimiter");

static sx_status write_round(round_of *r, sx_error *err) {
  writer *w = r->w;
  const size_t n = (r->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  SX_TRY(sx_parallel_for(w->ctx, n, format_block, r, err));
  for (size_t k = 0; k < n; k++) SX_TRY(sx_io__sink_write(w->sink, w->blocks[k].data, w->blocks[k].n, err));
  return SX_OK;
}

static bool has_tagged(const sx_table *rows) {
  for (size_t c = 0; c < sx_table_columns(rows); c++) {
    const sx_column *column = sx_table_get(rows, c);
    for (size_t i = 0; column->miss && i < column->n; i++) {
      if (column->miss[i] > SX_MISS_USER) return true;
    }
  }
  return false;
}

sx_status sx_io__csv_add(void *state, const sx_table *rows, sx_error *err) {
  writer *w = state;
  round_of r = {.w = w, .rows = rows, .n_columns = sx_table_columns(rows)};
  const size_t total = sx_table_rows(rows), step = w->n_blocks * BLOCK_ROWS;
  if (!w->told && has_tagged(rows)) {
    w->told = true;
    sx_ctx_note(w->ctx, SX_SEV_NOTE, sx_io__sink_name(w->sink),
                "tagged missing values are written as .a to .z: declare these texts missing when reading");
  }
  r.columns = sx_mem_alloc(w->ctx, r.n_columns, sizeof *r.columns);
  if (!r.columns) return sx_error_memory(err);
  for (size_t c = 0; c < r.n_columns; c++) r.columns[c] = sx_table_get(rows, c);
  sx_status st = SX_OK;
  for (r.first = 0; r.first < total && st == SX_OK; r.first += step) {
    r.n_rows = total - r.first > step ? step : total - r.first;
    st = write_round(&r, err);
  }
  sx_mem_free(w->ctx, r.columns);
  return st;
}

/* ---- begin and end ---------------------------------------------------------------------------------------------- */

static sx_status write_header(writer *w, const sx_table *schema, sx_error *err) {
  text_out *o = &w->blocks[0];
  for (size_t c = 0; c < sx_table_columns(schema); c++) {
    const char *name = sx_table_get(schema, c)->name;
    if (!put_text(w->ctx, o, name, strlen(name), w->delimiter)) return sx_error_memory(err);
    o->data[o->n++] = w->delimiter;
  }
  o->data[o->n - 1] = '\n';
  return sx_io__sink_write(w->sink, o->data, o->n, err);
}

static sx_status create(void **state, sx_io__sink *sink, const sx_table *schema, char delimiter, sx_error *err) {
  const sx_ctx *ctx = sx_io__sink_ctx(sink);
  writer *w = sx_mem_zalloc(ctx, 1, sizeof *w);
  if (!w) return sx_error_memory(err);
  const size_t threads = (size_t)sx_ctx_threads(ctx);
  *w = (writer){.sink = sink, .ctx = ctx, .delimiter = delimiter, .n_blocks = 4 * threads};
  if (w->n_blocks > BLOCKS_MAX) w->n_blocks = BLOCKS_MAX;
  w->blocks = sx_mem_zalloc(ctx, w->n_blocks, sizeof *w->blocks);
  const sx_status st = w->blocks ? write_header(w, schema, err) : sx_error_memory(err);
  if (st != SX_OK) {
    sx_io__csv_discard(w);
    return st;
  }
  *state = w;
  return SX_OK;
}

sx_status sx_io__csv_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err) {
  (void)n_rows;
  return create(state, sink, schema, ',', err);
}

sx_status sx_io__tsv_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err) {
  (void)n_rows;
  return create(state, sink, schema, '\t', err);
}

sx_status sx_io__csv_finish(void *state, sx_error *err) {
  (void)state, (void)err;
  return SX_OK;
}

void sx_io__csv_discard(void *state) {
  writer *w = state;
  if (!w) return;
  for (size_t k = 0; k < w->n_blocks && w->blocks; k++) sx_mem_free(w->ctx, w->blocks[k].data);
  sx_mem_free(w->ctx, w->blocks);
  sx_mem_free(w->ctx, w);
}
