/* table_levels.c: the levels of a column: its distinct values that occur, ordered, and the level of every row.
 *
 * In the declared order where the column has one. Else a category: in the order of the dictionary; text: in that of table_order.h; everything else:
 * ascending. Only values that occur on a row that is not missing are levels; a NaN that no missing class marks counts as missing. */
#include "shuxiao/table_order.h"
#include "table_priv.h"

/* Doubles and signed integers as unsigned words that sort alike, and back. Minus zero is zero. */
static uint64_t word_of_double(double v) {
  v += 0.0;
  uint64_t w;
  memcpy(&w, &v, 8);
  return w >> 63 ? ~w : w | UINT64_C(1) << 63;
}

static double double_of_word(uint64_t w) {
  w = w >> 63 ? w & ~(UINT64_C(1) << 63) : ~w;
  double v;
  memcpy(&v, &w, 8);
  return v;
}

static uint64_t word_of_int(int64_t v) {
  return (uint64_t)v ^ UINT64_C(1) << 63;
}
static int64_t int_of_word(uint64_t w) {
  return (int64_t)(w ^ UINT64_C(1) << 63);
}

/* How the words of the ranking turn back into values. */
typedef struct ranking {
  uint64_t *word;
  size_t n;
  bool dense;
  int64_t base; /* dense: value = base + word */
} ranking;

static void rows_of_codes(int32_t *row, const sx_column *c) {
  if (!c->miss) {
    memcpy(row, c->data.code, c->n * sizeof *row);
    return;
  }
  for (size_t i = 0; i < c->n; i++) row[i] = c->miss[i] ? -1 : c->data.code[i];
}

/* Large columns are passed in pieces by the threads. */
enum { PIECE_ROWS = 131072 };

typedef struct scan {
  const sx_column *c;
  int32_t *row;
  int64_t base;
  int64_t *lo, *hi; /* [pieces] of the values; lo > hi where there are none */
  bool *whole;      /* [pieces] doubles: whole numbers far below 2^31 */
} scan;

static size_t pieces_of(size_t n) {
  return n ? sx_piece_count(n, PIECE_ROWS) : 1;
}

static sx_status span_ints(void *data, size_t piece, sx_error *err) {
  (void)err;
  const scan *s = data;
  const int64_t *x = s->c->data.i64;
  const uint8_t *miss = s->c->miss;
  int64_t a = INT64_MAX, b = INT64_MIN;
  for (size_t i = piece * PIECE_ROWS, end = sx_piece_end(s->c->n, PIECE_ROWS, piece); i < end; i++) {
    const bool in = !miss || miss[i] == 0;
    a = in && x[i] < a ? x[i] : a;
    b = in && x[i] > b ? x[i] : b;
  }
  s->lo[piece] = a;
  s->hi[piece] = b;
  return SX_OK;
}

static sx_status span_doubles(void *data, size_t piece, sx_error *err) {
  (void)err;
  const scan *s = data;
  const double limit = 1073741824.0; /* 2^30: exact in int32, and no span of two such overflows */
  double a = (double)INFINITY, b = -(double)INFINITY;
  s->whole[piece] = false;
  for (size_t i = piece * PIECE_ROWS, end = sx_piece_end(s->c->n, PIECE_ROWS, piece); i < end; i++) {
    const double v = s->c->data.f64[i];
    if (sx_column_missing(s->c, i) || isnan(v)) continue;
    if (!(fabs(v) < limit) || v != (double)(int32_t)v) return SX_OK;
    a = v < a ? v : a;
    b = v > b ? v : b;
  }
  s->whole[piece] = true;
  s->lo[piece] = a > b ? INT64_MAX : (int64_t)a;
  s->hi[piece] = a > b ? INT64_MIN : (int64_t)b;
  return SX_OK;
}

/* Whole numbers of a small span go to rank_dense; *span is 0 for others. */
static sx_status span_of(int64_t *lo, size_t *span, const sx_column *c, const sx_ctx *ctx, sx_error *err) {
  const size_t pieces = pieces_of(c->n);
  int64_t *ends = sx_mem_alloc(ctx, pieces, 2 * sizeof *ends);
  bool *whole = sx_mem_alloc(ctx, pieces, sizeof *whole);
  sx_status st = SX_OK;
  *span = 0;
  if (!ends || !whole) {
    st = sx_error_memory(err);
    goto done;
  }
  scan s = {c, NULL, 0, ends, ends + pieces, whole};
  const bool number = c->type == SX_NUMBER;
  SX_TRY_GOTO(st, sx_parallel_for(ctx, pieces, number ? span_doubles : span_ints, &s, err), done);
  int64_t a = INT64_MAX, b = INT64_MIN;
  for (size_t k = 0; k < pieces; k++) {
    if (number && !whole[k]) goto done;
    a = s.lo[k] < a ? s.lo[k] : a;
    b = s.hi[k] > b ? s.hi[k] : b;
  }
  if (a > b) a = b = 0;
  const uint64_t width = (uint64_t)b - (uint64_t)a;
  if (width >= sx_table__dense_limit(c->n)) goto done;
  *lo = a;
  *span = (size_t)width + 1;
done:
  sx_mem_free(ctx, ends);
  sx_mem_free(ctx, whole);
  return st;
}

static sx_status rows_of_numbers(void *data, size_t piece, sx_error *err) {
  (void)err;
  const scan *s = data;
  const sx_column *c = s->c;
  const double base = (double)s->base;
  const size_t from = piece * PIECE_ROWS, end = sx_piece_end(s->c->n, PIECE_ROWS, piece);
  for (size_t i = from; c->type != SX_NUMBER && i < end; i++)
    s->row[i] = sx_column_missing(c, i) ? -1 : (int32_t)(c->data.i64[i] - s->base);
  for (size_t i = from; c->type == SX_NUMBER && i < end; i++) {
    const double v = c->data.f64[i];
    s->row[i] = sx_column_missing(c, i) || isnan(v) ? -1 : (int32_t)(v - base);
  }
  return SX_OK;
}

static sx_status rank_words(ranking *r, int32_t *row, const sx_column *c, const sx_ctx *ctx, sx_error *err) {
  uint64_t *key = sx_mem_alloc(ctx, c->n, sizeof *key);
  if (!key) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++) {
    const bool gone = sx_column_missing(c, i) || (c->type == SX_NUMBER && isnan(c->data.f64[i]));
    row[i] = gone ? -1 : 0;
    key[i] = c->type == SX_NUMBER ? word_of_double(c->data.f64[i]) : word_of_int(c->data.i64[i]);
  }
  const sx_status st = sx_table__rank(&r->word, &r->n, row, key, c->n, ctx, err);
  sx_mem_free(ctx, key);
  return st;
}

static sx_status rank_column(ranking *r, int32_t *row, const sx_column *c, const sx_ctx *ctx, sx_error *err) {
  size_t span = 0;
  r->dense = true;
  if (sx_table__is_coded(c->type)) {
    rows_of_codes(row, c);
    return sx_table__rank_dense(&r->word, &r->n, row, c->n, sx_dict_count(c->dict), ctx, err);
  }
  const sx_ctx quiet = sx_ctx_quiet(ctx);
  SX_TRY(span_of(&r->base, &span, c, &quiet, err));
  if (span > 0) {
    scan job = {c, row, r->base, NULL, NULL, NULL};
    SX_TRY(sx_parallel_for(&quiet, pieces_of(c->n), rows_of_numbers, &job, err));
    return sx_table__rank_dense(&r->word, &r->n, row, c->n, span, ctx, err);
  }
  r->dense = false;
  return rank_words(r, row, c, ctx, err);
}

static void unpack(sx_table__levels *l, const ranking *r, const sx_column *c) {
  for (size_t i = 0; i < r->n; i++) {
    if (l->code)
      l->code[i] = (int32_t)r->word[i];
    else if (l->i64)
      l->i64[i] = r->dense ? r->base + (int64_t)r->word[i] : int_of_word(r->word[i]);
    else
      l->value[i] = r->dense ? (double)(r->base + (int64_t)r->word[i]) : double_of_word(r->word[i]);
  }
  (void)c;
}

static void take_levels(sx_table__levels *l, const size_t *order, void *room) {
  for (size_t i = 0; i < l->n; i++) {
    if (l->code)
      ((int32_t *)room)[i] = l->code[order[i]];
    else if (l->value)
      ((double *)room)[i] = l->value[order[i]];
    else
      ((int64_t *)room)[i] = l->i64[order[i]];
  }
  if (l->code)
    l->code = room;
  else if (l->value)
    l->value = room;
  else
    l->i64 = room;
}

/* The levels as they are shown. */
static sx_status order_levels(sx_table__levels *l, const sx_ctx *ctx, const sx_column *c, sx_error *err) {
  if (l->n < 2) return SX_OK;
  char **text = sx_mem_zalloc(ctx, l->n, sizeof *text);
  size_t *order = sx_mem_alloc(ctx, l->n, sizeof *order);
  int32_t *place = sx_mem_alloc(ctx, l->n, sizeof *place);
  void *room = sx_mem_alloc(ctx, l->n, sx_table__width(c->type)), *before = NULL;
  sx_status st = text && order && place && room ? SX_OK : sx_error_memory(err);
  for (size_t i = 0; st == SX_OK && i < l->n; i++)
    if (!(text[i] = sx_table__level_text(ctx, c, l, i))) st = sx_error_memory(err);
  if (st == SX_OK) st = sx_level_order(order, ctx, c, (const char *const *)text, l->n, err);
  bool same = true;
  for (size_t i = 0; st == SX_OK && i < l->n; i++) {
    place[order[i]] = (int32_t)i;
    same = same && order[i] == i;
  }
  if (st == SX_OK && !same) {
    before = l->code ? (void *)l->code : l->value ? (void *)l->value : (void *)l->i64;
    take_levels(l, order, room);
    room = NULL;
    for (size_t i = 0; i < c->n; i++)
      if (l->row[i] >= 0) l->row[i] = place[l->row[i]];
  }
  for (size_t i = 0; text && i < l->n; i++) sx_mem_free(ctx, text[i]);
  sx_mem_free(ctx, text);
  sx_mem_free(ctx, order);
  sx_mem_free(ctx, place);
  sx_mem_free(ctx, room);
  sx_mem_free(ctx, before);
  return st;
}

sx_status sx_table__levels_init(sx_table__levels *out, const sx_ctx *ctx, const sx_column *c, sx_error *err) {
  ranking r = {0};
  sx_table__levels l = {0};
  sx_status st = SX_OK;
  l.row = sx_mem_alloc(ctx, c->n, sizeof *l.row);
  if (!l.row) return sx_error_memory(err);
  SX_TRY_GOTO(st, rank_column(&r, l.row, c, ctx, err), done);
  l.n = r.n;
  void *values = sx_mem_alloc(ctx, r.n, sx_table__width(c->type));
  if (!values) {
    st = sx_error_memory(err);
    goto done;
  }
  if (sx_table__is_coded(c->type))
    l.code = values;
  else if (c->type == SX_NUMBER)
    l.value = values;
  else
    l.i64 = values;
  unpack(&l, &r, c);
  if (c->type == SX_TEXT || c->n_order) SX_TRY_GOTO(st, order_levels(&l, ctx, c, err), done);
  *out = l;
  l = (sx_table__levels){0};
done:
  sx_mem_free(ctx, r.word);
  sx_table__levels_clear(ctx, &l);
  return st;
}

void sx_table__levels_clear(const sx_ctx *ctx, sx_table__levels *l) {
  sx_mem_free(ctx, l->row);
  sx_mem_free(ctx, l->code);
  sx_mem_free(ctx, l->i64);
  sx_mem_free(ctx, l->value);
  *l = (sx_table__levels){0};
}

char *sx_table__level_text(const sx_ctx *ctx, const sx_column *c, const sx_table__levels *l, size_t i) {
  char text[SX_DOUBLE_TEXT_MAX + 16] = "";
  switch (c->type) {
  case SX_CATEGORY:
  case SX_TEXT:
    return sx_mem_strdup(ctx, sx_dict_get(c->dict, l->code[i], NULL));
  case SX_NUMBER:
    (void)sx_text_from_double(text, l->value[i]);
    break;
  case SX_INTEGER:
    sx_table__int_text(text, l->i64[i]);
    break;
  case SX_DATE:
    (void)sx_date_text(text, l->i64[i]);
    break;
  case SX_PERIOD:
    (void)sx_period_text(text, l->i64[i]);
    break;
  }
  return sx_mem_strdup(ctx, text);
}

const char *sx_table__level_label(const sx_column *c, const sx_table__levels *l, size_t i) {
  if (!c->n_labels) return NULL;
  if (l->code) return sx_table__text_label(c, sx_dict_get(c->dict, l->code[i], NULL));
  return sx_column_value_label(c, l->value ? l->value[i] : (double)l->i64[i]);
}
