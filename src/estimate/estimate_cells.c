/* estimate_cells.c: one block of rows into sums by unit and code. No branch depends on the data: what is outside the base goes to a
 * code of its own that nobody reads. Up to four tables take turns row by row, so that runs of rows with the same cell, as in a
 * file sorted by stratum, need not wait for one another; their order is fixed, so results are. */
#include <string.h>

#include "estimate_cells.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The same arithmetic in the widest registers at hand; without fused operations, so that numbers do not depend on the machine. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WIDEST static __attribute__((target_clones("avx2", "default")))
#else
#define WIDEST static
#endif

size_t sx_estimate__cells_doubles(cells_kind kind) {
  return kind == CELLS_VALUES ? 4 : kind == CELLS_ONE ? 8 : 16;
}

WIDEST void widest_rows(cells_block *b, const double *shift) {
  bool zero = false;
  for (size_t i = 0; i < b->n; i++) {
    const double e = b->w[i] - shift[b->unit[i]];
    b->row[i] = (cells_four){1, e, e * e, 0};
    zero |= b->w[i] == 0;
  }
  b->zero = zero;
}

/* ---- the sums ------------------------------------------------------------------------------------------------------- */

/* Row i into its cell. The block is a copy: cells may lie anywhere in memory, its fields are then known not to change. */
ALWAYS_INLINE void add_row(const cells_block b, size_t i, double *table, cells_kind kind, bool wide) {
  const size_t code = wide ? b.code[i] : b.code8[i];
  const size_t at = b.unit[i] * b.n_codes + code;
  if (kind == CELLS_VALUES) {
    cells_four *cell = (cells_four *)(void *)(table + 4 * at);
    *cell += b.row[i];
    return;
  }
  const double *row = (const double *)(const void *)&b.row[i];
  const double e = row[1], ee = row[2], d = b.y[i] - b.shift_y, p = b.w[i] * d;
  if (kind == CELLS_ONE) {
    cells_four *cell = (cells_four *)(void *)(table + 8 * at);
    cell[0] += (cells_four){1, e, p, p * d};
    cell[1] += (cells_four){ee, e * p, p * p, 0};
    return;
  }
  const double g = b.x[i] - b.shift_x, q = b.w[i] * g;
  cells_four *cell = (cells_four *)(void *)(table + 16 * at);
  cell[0] += (cells_four){1, e, p, q};
  cell[1] += (cells_four){ee, e * p, e * q, p * p};
  cell[2] += (cells_four){p * q, q * q, p * d, p * g};
  cell[3] += (cells_four){q * g, 0, 0, 0};
}

ALWAYS_INLINE void add_rows(const cells_block *block, cells_kind kind, bool wide) {
  const cells_block b = *block;
  double *const t0 = b.bank[0], *const t1 = b.bank[1], *const t2 = b.bank[2], *const t3 = b.bank[3];
  size_t i = 0;
  for (; i + 4 <= b.n; i += 4) {
    add_row(b, i, t0, kind, wide);
    add_row(b, i + 1, t1, kind, wide);
    add_row(b, i + 2, t2, kind, wide);
    add_row(b, i + 3, t3, kind, wide);
  }
  for (; i < b.n; i++) add_row(b, i, t0, kind, wide);
}

WIDEST void widest_add(const cells_block *b, cells_kind kind) {
  const bool wide = b->code != NULL;
  if (kind == CELLS_VALUES && wide) add_rows(b, CELLS_VALUES, true);
  if (kind == CELLS_VALUES && !wide) add_rows(b, CELLS_VALUES, false);
  if (kind == CELLS_ONE && wide) add_rows(b, CELLS_ONE, true);
  if (kind == CELLS_ONE && !wide) add_rows(b, CELLS_ONE, false);
  if (kind == CELLS_TWO && wide) add_rows(b, CELLS_TWO, true);
  if (kind == CELLS_TWO && !wide) add_rows(b, CELLS_TWO, false);
}

/* ---- codes ---------------------------------------------------------------------------------------------------------- */

enum { FOUND = 0x80 }; /* beside the number of the value */

/* Marks the rows that have the value; one value at a time, so that the loops are simple enough for wide registers. */
#define MARK(name, type)                                                                                               \
  ALWAYS_INLINE void name(uint8_t *restrict code, const type *restrict x, size_t n, type value, uint8_t mark) {        \
    for (size_t i = 0; i < n; i++) code[i] |= (uint8_t)(x[i] == value ? mark : 0);                                     \
  }
MARK(mark_f64, double)
MARK(mark_i64, int64_t)

ALWAYS_INLINE bool settle(uint8_t *restrict code, const uint8_t *restrict miss, size_t n, uint8_t outside) {
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

WIDEST bool widest_code(uint8_t *code, const sx_column *c, size_t from, size_t n, const double *values,
                        size_t n_values) {
  const uint8_t *miss = c->miss ? c->miss + from : NULL;
  memset(code, 0, n);
  if (n_values == 0) return true; /* nothing in the base: 0 is outside */
  for (size_t v = 0; v < n_values; v++) {
    const uint8_t mark = (uint8_t)(FOUND | v);
    if (c->type == SX_NUMBER)
      mark_f64(code, c->data.f64 + from, n, values[v], mark);
    else
      mark_i64(code, c->data.i64 + from, n, (int64_t)values[v], mark);
  }
  return settle(code, miss, n, (uint8_t)n_values);
}

ALWAYS_INLINE void codes_of(uint16_t *restrict out, const uint8_t *restrict value, const uint16_t *restrict domain,
                            size_t n, uint16_t n_domains, uint16_t n_values, uint16_t outside) {
  for (size_t i = 0; i < n; i++) {
    const uint16_t g = domain ? domain[i] : 0, v = value[i], code = (uint16_t)(g * n_values + v);
    const uint16_t in = (uint16_t) - (uint16_t)((g < n_domains) & (v < n_values));
    out[i] = (uint16_t)((code & in) | (outside & ~in));
  }
}

WIDEST void widest_domains(uint16_t *out, const uint8_t *value, const uint16_t *domain, const cells_block *b,
                           size_t n_domains, size_t n_values) {
  const uint16_t outside = (uint16_t)(n_domains * n_values);
  if (domain)
    codes_of(out, value, domain, b->n, (uint16_t)n_domains, (uint16_t)n_values, outside);
  else
    codes_of(out, value, NULL, b->n, (uint16_t)n_domains, (uint16_t)n_values, outside);
  for (size_t i = 0; b->zero && i < b->n; i++)
    if (b->w[i] == 0) out[i] = outside;
}

/* Whole numbers below 2^51 in size: added to the bits of 3 * 2^51 they are its last bits, so that no conversion is needed one by
 * one. False where one is larger. */
ALWAYS_INLINE bool whole_numbers(double *restrict out, const int64_t *restrict x, size_t n) {
  const int64_t bits = INT64_C(0x4338000000000000);
  uint64_t large = 0;
  for (size_t i = 0; i < n; i++) {
    const int64_t sum = (int64_t)((uint64_t)x[i] + (uint64_t)bits);
    large |= ((uint64_t)x[i] + (UINT64_C(1) << 50)) >> 51;
    double d;
    memcpy(&d, &sum, sizeof d);
    out[i] = d - 6755399441055744.0;
  }
  return large == 0;
}

WIDEST void widest_numbers(double *out, const sx_column *c, size_t from, size_t n) {
  if (c->type == SX_NUMBER)
    memcpy(out, c->data.f64 + from, n * sizeof *out);
  else if (!whole_numbers(out, c->data.i64 + from, n))
    for (size_t i = 0; i < n; i++) out[i] = (double)c->data.i64[from + i];
}

void sx_estimate__cells_prefetch(const sx_column *c, size_t from, size_t n) {
  if (!c) return;
  const char *data = (const char *)(c->data.i64 + from);
  for (size_t k = 0; k < n * sizeof(int64_t); k += 64) __builtin_prefetch(data + k, 0, 2);
  for (size_t k = 0; c->miss && k < n; k += 64) __builtin_prefetch(c->miss + from + k, 0, 2);
}

/* ---- as the other files call them: the clones and their resolvers stay in this one ------------------------------------- */

void sx_estimate__cells_rows(cells_block *b, const double *shift) {
  widest_rows(b, shift);
}

void sx_estimate__cells_add(const cells_block *b, cells_kind kind) {
  widest_add(b, kind);
}

bool sx_estimate__cells_code(uint8_t *code, const sx_column *c, size_t from, size_t n, const double *values,
                             size_t n_values) {
  return widest_code(code, c, from, n, values, n_values);
}

void sx_estimate__cells_domains(uint16_t *out, const uint8_t *value, const uint16_t *domain, const cells_block *b,
                                size_t n_domains, size_t n_values) {
  widest_domains(out, value, domain, b, n_domains, n_values);
}

void sx_estimate__cells_numbers(double *out, const sx_column *c, size_t from, size_t n) {
  widest_numbers(out, c, from, n);
}
