/* estimate_cells.c: one block of rows into sums by slot and state. No branch depends on the data: rows outside go to a slot or a
 * state of their own that nobody reads. The order of the sums depends on the data alone, so results do not depend on threads. */
#include <string.h>

#include "estimate_cells.h"

#define WIDEST static SX_WIDEST

size_t sx_estimate__cells_doubles(cells_kind kind) {
  return kind == CELLS_VALUES ? 4 : kind == CELLS_ONE ? 8 : 16;
}

size_t sx_estimate__cells_own(cells_kind kind) {
  return kind == CELLS_VALUES ? 0 : kind == CELLS_ONE ? 4 : 12;
}

/* ---- rows and slots ------------------------------------------------------------------------------------------------- */

#define FOUR_AT(x) (*(const cells_four *)(const void *)(x))

/* Four rows of four columns from the columns. */
#define TURN(row, a, b, c, d)                                                                                          \
  do {                                                                                                                 \
    const __typeof__(a) a_ = (a), b_ = (b), c_ = (c), d_ = (d);                                                        \
    const __typeof__(a) ab0 = __builtin_shufflevector(a_, b_, 0, 4, 2, 6),                                             \
                        ab1 = __builtin_shufflevector(a_, b_, 1, 5, 3, 7),                                             \
                        cd0 = __builtin_shufflevector(c_, d_, 0, 4, 2, 6),                                             \
                        cd1 = __builtin_shufflevector(c_, d_, 1, 5, 3, 7);                                             \
    (row)[0] = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);                                                          \
    (row)[1] = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);                                                          \
    (row)[2] = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);                                                          \
    (row)[3] = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);                                                          \
  } while (0)

/* x in quanta, |x| < 2^51, to the nearest whole number: added to 3 * 2^51 it is in the last bits. */
static const double NEAREST = 6755399441055744.0;
static const uint64_t NEAREST_BITS = UINT64_C(0x4338000000000000);

SX_INLINE uint64_t nearest(double *rest, double x) {
  const double moved = x + NEAREST;
  uint64_t bits;
  memcpy(&bits, &moved, sizeof bits);
  *rest = x - (moved - NEAREST);
  return bits - NEAREST_BITS;
}

SX_INLINE void whole_row(uint64_t out[4], double e, const cells_quanta q) {
  const double lo = (double)(UINT64_C(1) << CELLS_LO_BITS);
  double rest, none;
  out[0] = nearest(&rest, e * q.per_e);
  out[1] = nearest(&none, rest * lo) + (UINT64_C(1) << CELLS_COUNT_BIT);
  out[2] = nearest(&rest, e * e * q.per_ee);
  out[3] = nearest(&none, rest * lo);
}

#define WHOLE_AT(x) (*(const cells_whole *)(const void *)(x))

WIDEST void widest_rows(cells_block *b, const double *shift, const cells_quanta *quanta) {
  enum { COLUMN = 64 };
  uint64_t col[4][COLUMN];
  const cells_quanta q = *quanta;
  const size_t n = b->n;
  const double *restrict w = b->w;
  double *restrict e = b->e;
  uint64_t zero = 0;
  for (size_t i = 0; i < n; i++) e[i] = w[i] - shift[b->unit[i]];
  for (size_t i = 0; i < n; i++) zero |= (uint64_t) - (int64_t)(w[i] == 0);
  for (size_t from = 0; from < n; from += COLUMN) {
    const size_t rows = n - from < COLUMN ? n - from : COLUMN;
    for (size_t i = 0; i < rows; i++) {
      uint64_t row[4];
      whole_row(row, e[from + i], q);
      col[0][i] = row[0];
      col[1][i] = row[1];
      col[2][i] = row[2];
      col[3][i] = row[3];
    }
    size_t i = 0;
    for (; i + 4 <= rows; i += 4)
      TURN(b->row + from + i, WHOLE_AT(col[0] + i), WHOLE_AT(col[1] + i), WHOLE_AT(col[2] + i), WHOLE_AT(col[3] + i));
    for (; i < rows; i++) b->row[from + i] = (cells_whole){col[0][i], col[1][i], col[2][i], col[3][i]};
  }
  b->zero = zero != 0;
}

WIDEST void widest_slots(cells_block *b, const uint16_t *domain, size_t n_domains, const uint32_t *of, size_t n_slots) {
  const size_t n = b->n;
  const uint32_t domains = (uint32_t)n_domains, outside = (uint32_t)n_slots;
  uint32_t *restrict slot = b->slot;
  if (domain)
    for (size_t i = 0; i < n; i++) slot[i] = b->unit[i] * domains + (domain[i] < domains ? domain[i] : 0U);
  else
    for (size_t i = 0; i < n; i++) slot[i] = b->unit[i];
  for (size_t i = 0; of && i < n; i++) slot[i] = of[slot[i]];
  for (size_t i = 0; domain && i < n; i++) slot[i] = domain[i] < domains ? slot[i] : outside;
  for (size_t i = 0; b->zero && i < n; i++) slot[i] = b->w[i] == 0 ? outside : slot[i];
  uint32_t changes = 0;
  for (size_t i = 1; i < n; i++) changes += slot[i] != slot[i - 1];
  b->runs = changes < n / 4;
  b->n_runs = 0;
  if (changes > n / CELLS_RUN) return;
  for (size_t i = 0; i < n; i++)
    if (i == 0 || slot[i] != slot[i - 1]) b->run[b->n_runs++] = i;
  b->run[b->n_runs] = n;
}

/* ---- the sums ------------------------------------------------------------------------------------------------------- */

SX_INLINE void ask(cells_ahead *ahead) {
  const char *at = ahead->at, *end = ahead->end;
  for (size_t left = ahead->lines; left > 0;) {
    if (at < end) {
      __builtin_prefetch(at, 0, 2);
      at += CELLS_LINE;
      left--;
      continue;
    }
    if (ahead->next == ahead->n_streams) break;
    const cells_stream *s = &ahead->stream[ahead->next++];
    at = s->data + ahead->row * s->bytes;
    end = at + ahead->n * s->bytes;
  }
  ahead->at = at;
  ahead->end = end;
}

SX_INLINE size_t chunk_end(size_t from, size_t n) {
  return n - from < CELLS_CHUNK ? n : from + CELLS_CHUNK;
}

SX_INLINE void count_row(cells_whole *table, const cells_whole *row, size_t at) {
  table[at] += *row;
}

SX_INLINE void count_rows(const cells_block b, const cells_counts t, const uint8_t *state, size_t n_states, bool banks,
                          cells_ahead *ahead) {
  cells_whole *const t0 = t.bank[0], *const t1 = t.bank[banks ? 1 : 0], *const t2 = t.bank[banks ? 2 : 0],
                     *const t3 = t.bank[banks ? 3 : 0];
  for (size_t from = 0, end; from < b.n; from = end) {
    size_t i = from;
    end = chunk_end(from, b.n);
    ask(ahead);
    for (; i + 4 <= end; i += 4) {
      count_row(t0, &b.row[i], b.slot[i] * n_states + state[i]);
      count_row(t1, &b.row[i + 1], b.slot[i + 1] * n_states + state[i + 1]);
      count_row(t2, &b.row[i + 2], b.slot[i + 2] * n_states + state[i + 2]);
      count_row(t3, &b.row[i + 3], b.slot[i + 3] * n_states + state[i + 3]);
    }
    for (; i < end; i++) count_row(t0, &b.row[i], b.slot[i] * n_states + state[i]);
  }
}

/* A run of rows in one slot, in four small tables that take turns. */
SX_INLINE void count_run(const cells_block *b, const cells_counts *t, const uint8_t *state, size_t n_states,
                         size_t first, size_t last, cells_ahead *ahead) {
  cells_whole *const t0 = b->local, *const t1 = t0 + n_states, *const t2 = t1 + n_states, *const t3 = t2 + n_states;
  const cells_whole *row = b->row;
  memset(t0, 0, CELLS_BANKS * n_states * sizeof *t0);
  for (size_t from = first, end; from < last; from = end) {
    size_t i = from;
    end = chunk_end(from, last);
    ask(ahead);
    for (; i + 4 <= end; i += 4) {
      t0[state[i]] += row[i];
      t1[state[i + 1]] += row[i + 1];
      t2[state[i + 2]] += row[i + 2];
      t3[state[i + 3]] += row[i + 3];
    }
    for (; i < end; i++) t0[state[i]] += row[i];
  }
  cells_whole *cell = t->bank[0] + b->slot[first] * n_states;
  for (size_t c = 0; c < n_states; c++) cell[c] += (t0[c] + t1[c]) + (t2[c] + t3[c]);
}

WIDEST void widest_count(const cells_block *b, const cells_counts *t, const uint8_t *state, size_t n_states,
                         cells_ahead *ahead) {
  for (size_t r = 0; r < b->n_runs; r++) count_run(b, t, state, n_states, b->run[r], b->run[r + 1], ahead);
  if (b->n_runs) return;
  if (b->runs)
    count_rows(*b, *t, state, n_states, true, ahead);
  else
    count_rows(*b, *t, state, n_states, false, ahead);
}

SX_INLINE cells_four *own_of(double *table, size_t slot, size_t own) {
  return (cells_four *)(void *)(table + own * slot);
}

/* ONE: rows of p, pd, ep, p^2. */
SX_INLINE void sum_one(const cells_block b, const cells_table t, const double *d, bool banks, cells_ahead *ahead) {
  double *const t0 = t.bank[0], *const t1 = t.bank[banks ? 1 : 0], *const t2 = t.bank[banks ? 2 : 0],
                *const t3 = t.bank[banks ? 3 : 0];
  for (size_t from = 0, end; from < b.n; from = end) {
    size_t i = from;
    end = chunk_end(from, b.n);
    ask(ahead);
    for (; i + 4 <= end; i += 4) {
      const cells_four x = FOUR_AT(d + i), p = FOUR_AT(b.w + i) * x, px = p * x, ep = FOUR_AT(b.e + i) * p, pp = p * p;
      cells_four row[4];
      TURN(row, p, px, ep, pp);
      *own_of(t0, b.slot[i], 4) += row[0];
      *own_of(t1, b.slot[i + 1], 4) += row[1];
      *own_of(t2, b.slot[i + 2], 4) += row[2];
      *own_of(t3, b.slot[i + 3], 4) += row[3];
    }
    for (; i < end; i++) {
      const double p = b.w[i] * d[i];
      *own_of(t0, b.slot[i], 4) += (cells_four){p, p * d[i], b.e[i] * p, p * p};
    }
  }
}

/* The same of a run of rows in one slot: lanes until its end. */
SX_INLINE void sum_run(const cells_block *b, const cells_table *t, const double *d, size_t first, size_t last,
                       cells_ahead *ahead) {
  cells_four sum[2][4], row[4], *cell = own_of(t->bank[0], b->slot[first], 4);
  const double *w = b->w, *e = b->e;
  memset(sum, 0, sizeof sum);
  for (size_t from = first, end; from < last; from = end) {
    size_t i = from;
    end = chunk_end(from, last);
    ask(ahead);
    for (; i + 8 <= end; i += 8)
      for (size_t k = 0; k < 2; k++) {
        const cells_four x = FOUR_AT(d + i + 4 * k), p = FOUR_AT(w + i + 4 * k) * x;
        sum[k][0] += p;
        sum[k][1] += p * x;
        sum[k][2] += FOUR_AT(e + i + 4 * k) * p;
        sum[k][3] += p * p;
      }
    for (; i < end; i++) {
      const double p = w[i] * d[i];
      *cell += (cells_four){p, p * d[i], e[i] * p, p * p};
    }
  }
  for (size_t k = 0; k < 4; k++) sum[0][k] += sum[1][k];
  TURN(row, sum[0][0], sum[0][1], sum[0][2], sum[0][3]);
  *cell += (row[0] + row[1]) + (row[2] + row[3]);
}

/* TWO: p, q, pd, pg | qg, ep, eq, p^2 | pq, q^2. */
SX_INLINE void sum_two(const cells_block b, const cells_table t, const double *d, const double *g, bool banks,
                       cells_ahead *ahead) {
  for (size_t i = 0; i < b.n; i++) {
    if (i % CELLS_CHUNK == 0) ask(ahead);
    const double e = b.e[i], p = b.w[i] * d[i], q = b.w[i] * g[i];
    cells_four *cell = own_of(t.bank[banks ? i % CELLS_BANKS : 0], b.slot[i], 12);
    cell[0] += (cells_four){p, q, p * d[i], p * g[i]};
    cell[1] += (cells_four){q * g[i], e * p, e * q, p * p};
    cell[2] += (cells_four){p * q, q * q, 0, 0};
  }
}

WIDEST void widest_sums(const cells_block *b, const cells_table *t, cells_kind kind, const double *d, const double *g,
                        cells_ahead *ahead) {
  if (kind == CELLS_ONE && b->n_runs)
    for (size_t r = 0; r < b->n_runs; r++) sum_run(b, t, d, b->run[r], b->run[r + 1], ahead);
  else if (kind == CELLS_ONE && b->runs)
    sum_one(*b, *t, d, true, ahead);
  else if (kind == CELLS_ONE)
    sum_one(*b, *t, d, false, ahead);
  else if (b->runs)
    sum_two(*b, *t, d, g, true, ahead);
  else
    sum_two(*b, *t, d, g, false, ahead);
}

/* ---- codes ---------------------------------------------------------------------------------------------------------- */

enum { FOUND = 0x80, BYTE_VALUES = 256 }; /* FOUND: beside the number of the value */

/* Marks the rows that have the value; one value at a time, so that the loops are simple enough for wide registers. */
#define MARK(name, type)                                                                                               \
  SX_INLINE void name(uint8_t *restrict code, const type *restrict x, size_t n, type value, uint8_t mark) {            \
    for (size_t i = 0; i < n; i++) code[i] |= (uint8_t)(x[i] == value ? mark : 0);                                     \
  }
MARK(mark_f64, double)
MARK(mark_i64, int64_t)
MARK(mark_byte, uint8_t)

SX_INLINE bool settle(uint8_t *restrict code, const uint8_t *restrict miss, size_t n, uint8_t outside) {
  uint8_t stray = 0;
  for (size_t i = 0; miss && i < n; i++) {
    const uint8_t gone = miss[i] != 0 ? 0xFF : 0;
    stray |= (uint8_t)(~code[i] & ~gone);
    code[i] = (uint8_t)((gone & outside) | (~gone & code[i] & ~FOUND));
  }
  for (size_t i = 0; !miss && i < n; i++) {
    stray |= (uint8_t)~code[i];
    code[i] = (uint8_t)(code[i] & ~FOUND);
  }
  return (stray & FOUND) == 0;
}

/* The whole numbers of a block less the first value as bytes; false where one is not within 255 of it. */
SX_INLINE bool narrow(uint8_t *restrict out, const int64_t *restrict x, size_t n, int64_t first) {
  uint64_t beyond = 0;
  for (size_t i = 0; i < n; i++) {
    const uint64_t v = (uint64_t)x[i] - (uint64_t)first;
    beyond |= v;
    out[i] = (uint8_t)v;
  }
  return beyond < BYTE_VALUES;
}

/* The same with 0 where a number is missing. */
SX_INLINE bool narrow_answers(uint8_t *restrict out, const int64_t *restrict x, const uint8_t *restrict miss, size_t n,
                              int64_t first) {
  uint64_t beyond = 0;
  for (size_t i = 0; i < n; i++) {
    const uint64_t v = miss[i] != 0 ? 0 : (uint64_t)x[i] - (uint64_t)first;
    beyond |= v;
    out[i] = (uint8_t)v;
  }
  return beyond < BYTE_VALUES;
}

/* Where the values follow one another the bytes are the codes. */
SX_INLINE bool settle_bytes(uint8_t *restrict code, const uint8_t *restrict byte, const uint8_t *restrict miss,
                            size_t n, uint8_t outside) {
  uint8_t stray = 0;
  for (size_t i = 0; miss && i < n; i++) {
    const uint8_t gone = miss[i] != 0 ? 0xFF : 0, bad = byte[i] >= outside ? 0xFF : 0;
    stray |= (uint8_t)(bad & ~gone);
    code[i] = gone | bad ? outside : byte[i];
  }
  for (size_t i = 0; !miss && i < n; i++) {
    const uint8_t bad = byte[i] >= outside ? 0xFF : 0;
    stray |= bad;
    code[i] = bad ? outside : byte[i];
  }
  return stray == 0;
}

WIDEST bool widest_code(uint8_t *code, const sx_column *c, size_t from, size_t n, const double *values,
                        size_t n_values) {
  const uint8_t *miss = c->miss ? c->miss + from : NULL;
  uint8_t byte[CELLS_BLOCK];
  memset(code, 0, n);
  if (n_values == 0) return true; /* nothing in the base: 0 is outside */
  if (c->type == SX_NUMBER) {
    for (size_t v = 0; v < n_values; v++) mark_f64(code, c->data.f64 + from, n, values[v], (uint8_t)(FOUND | v));
    return settle(code, miss, n, (uint8_t)n_values);
  }
  const int64_t *x = c->data.i64 + from, first = (int64_t)values[0];
  const double range = values[n_values - 1] - values[0];
  const bool bytes =
      range < BYTE_VALUES && (narrow(byte, x, n, first) || (miss && narrow_answers(byte, x, miss, n, first)));
  if (bytes && range == (double)(n_values - 1)) return settle_bytes(code, byte, miss, n, (uint8_t)n_values);
  for (size_t v = 0; v < n_values; v++) {
    const int64_t value = (int64_t)values[v];
    if (bytes)
      mark_byte(code, byte, n, (uint8_t)(value - first), (uint8_t)(FOUND | v));
    else
      mark_i64(code, x, n, value, (uint8_t)(FOUND | v));
  }
  return settle(code, miss, n, (uint8_t)n_values);
}

WIDEST void widest_outside(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a && a[i] != 0;
  for (size_t i = 0; b && i < n; i++) out[i] |= b[i] != 0;
}

WIDEST void widest_join(uint8_t *restrict joint, const uint8_t *restrict state, size_t n, uint8_t step) {
  for (size_t i = 0; i < n; i++) joint[i] = (uint8_t)(joint[i] + step * state[i]);
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

/* Whole numbers below 2^51 in size: added to the bits of 3 * 2^51 they are its last bits, so that no conversion is needed one by
 * one. */
SX_INLINE double whole_number(int64_t x) {
  const int64_t sum = (int64_t)((uint64_t)x + UINT64_C(0x4338000000000000));
  double d;
  memcpy(&d, &sum, sizeof d);
  return d - 6755399441055744.0;
}

SX_INLINE uint64_t whole_numbers(double *restrict d, const int64_t *restrict x, const uint8_t *restrict state, size_t n,
                                 double shift) {
  uint64_t any = 0, large = 0;
  for (size_t i = 0; i < n; i++) {
    const int64_t v = state[i] ? 0 : x[i];
    any |= (uint64_t)v;
    large |= ((uint64_t)v + (UINT64_C(1) << 50)) >> 51;
    const double value = whole_number(v) - shift;
    d[i] = state[i] ? 0 : value;
  }
  for (size_t i = 0; large && i < n; i++) d[i] = state[i] ? 0 : (double)x[i] - shift;
  return any;
}

/* A number from 0 on below 2^32 added to 2^52 has its whole part in the last bits; what it loses by that is its fraction. */
static const double WHOLE = 4503599627370496.0;
static const uint64_t WHOLE_BITS = UINT64_C(0x4330000000000000);

SX_INLINE uint64_t whole_of(double x) {
  const double moved = x + WHOLE;
  uint64_t bits;
  memcpy(&bits, &moved, sizeof bits);
  return bits - WHOLE_BITS;
}

SX_INLINE uint64_t numbers(double *restrict d, const double *restrict x, const uint8_t *restrict state, size_t n,
                           double shift) {
  enum { FIRST = 16 };
  uint64_t any = 0;
  for (size_t i = 0; i < n && i < FIRST; i++)
    if (!state[i] && (x[i] + WHOLE) - WHOLE != x[i]) any = UINT64_MAX;
  for (size_t i = 0; any && i < n; i++) {
    const double value = x[i] - shift;
    d[i] = state[i] ? 0 : value;
  }
  if (any) return any;
  for (size_t i = 0; i < n; i++) {
    const double v = state[i] ? 0 : x[i], value = x[i] - shift;
    any |= whole_of(v) | (uint64_t) - (int64_t)((v + WHOLE) - WHOLE != v);
    d[i] = state[i] ? 0 : value;
  }
  return any;
}

WIDEST uint64_t widest_numbers(double *d, const sx_column *c, size_t from, size_t n, const uint8_t *state,
                               double shift) {
  if (c->type == SX_NUMBER) return numbers(d, c->data.f64 + from, state, n, shift);
  return whole_numbers(d, c->data.i64 + from, state, n, shift);
}

#define KEEP(name, to, from, make)                                                                                     \
  SX_INLINE void name(to *restrict out, const from *restrict x, const uint8_t *restrict state, size_t n) {             \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      const to value = (to)(make);                                                                                     \
      out[i] = state[i] ? 0 : value;                                                                                   \
    }                                                                                                                  \
  }
KEEP(keep_i16, uint16_t, int64_t, x[i])
KEEP(keep_i32, uint32_t, int64_t, x[i])
KEEP(keep_i64, double, int64_t, x[i])
KEEP(keep_f16, uint16_t, double, whole_of(x[i]))
KEEP(keep_f32, uint32_t, double, whole_of(x[i]))
KEEP(keep_f64, double, double, x[i])

WIDEST void widest_keep(void *out, size_t width, const sx_column *c, size_t from, size_t n, const uint8_t *state) {
  const int64_t *whole = c->data.i64 + from;
  const double *x = c->data.f64 + from;
  const bool number = c->type == SX_NUMBER;
  if (width == 2 && !number) keep_i16(out, whole, state, n);
  if (width == 4 && !number) keep_i32(out, whole, state, n);
  if (width == 8 && !number) keep_i64(out, whole, state, n);
  if (width == 2 && number) keep_f16(out, x, state, n);
  if (width == 4 && number) keep_f32(out, x, state, n);
  if (width == 8 && number) keep_f64(out, x, state, n);
}

/* ---- as the other files call them: the clones and their resolvers stay in this one ------------------------------------- */

void sx_estimate__cells_rows(cells_block *b, const double *shift, const cells_quanta *quanta) {
  widest_rows(b, shift, quanta);
}

void sx_estimate__cells_slots(cells_block *b, const uint16_t *domain, size_t n_domains, const uint32_t *of,
                              size_t n_slots) {
  widest_slots(b, domain, n_domains, of, n_slots);
}

void sx_estimate__cells_count(const cells_block *b, const cells_counts *t, const uint8_t *state, size_t n_states,
                              cells_ahead *ahead) {
  widest_count(b, t, state, n_states, ahead);
}

void sx_estimate__cells_sums(const cells_block *b, const cells_table *t, cells_kind kind, const double *d,
                             const double *g, cells_ahead *ahead) {
  widest_sums(b, t, kind, d, g, ahead);
}

bool sx_estimate__cells_code(uint8_t *code, const sx_column *c, size_t from, size_t n, const double *values,
                             size_t n_values) {
  return widest_code(code, c, from, n, values, n_values);
}

void sx_estimate__cells_join(uint8_t *joint, const uint8_t *state, size_t n, size_t step) {
  widest_join(joint, state, n, (uint8_t)step);
}

void sx_estimate__cells_outside(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n) {
  widest_outside(out, a, b, n);
}

uint64_t sx_estimate__cells_numbers(double *d, const sx_column *c, size_t from, size_t n, const uint8_t *state,
                                    double shift) {
  return widest_numbers(d, c, from, n, state, shift);
}

void sx_estimate__cells_keep(void *out, size_t width, const sx_column *c, size_t from, size_t n, const uint8_t *state) {
  widest_keep(out, width, c, from, n, state);
}
