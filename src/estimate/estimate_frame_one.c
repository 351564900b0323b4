/* estimate_frame_one.c: the pass of estimate_frame.c for one domain of few values, in blocks of rows that stay in the nearest cache: who is in
 * the domain, who in the base, the codes, the PSUs' bits, then the sums. Each is a loop of its own without a branch; where the cases of
 * a block follow one another in the file, as they do in a file sorted by strata, it is of vectors.
 *
 * A sum of each value, or of w, w y and w x, has a lane of its own, to which a row adds its number or 0. The compensation is the rounding
 * error of each addition, which Neumaier's comparison and Knuth's six additions (TAOCP 2, sec. 4.2.2) both give exactly; adding 0 changes
 * neither it nor the sum: the bits are those of the pass row by row. */
#include <string.h>

#include "estimate_priv.h"

enum { BLOCK = 512, LANES = EST_ONE_LANES };

typedef double four __attribute__((vector_size(32), may_alias, aligned(8)));
typedef int64_t four_bits __attribute__((vector_size(32), may_alias, aligned(8)));
_Static_assert(LANES == 4, "a lane for each number of a vector");

typedef struct block {
  size_t n;
  const uint32_t *row; /* [n] */
  bool in_file_order;  /* row[i] is row[0] + i */
  const double *w;     /* [n] */
  bool positive;       /* all of w */
} block;

bool sx_estimate__suits_one(const est_frame *f) {
  return !f->request->by && f->basis->codes.code8 && f->n_values <= LANES;
}

SX_INLINE bool follow(const uint32_t *x, size_t n) {
  uint32_t other = 0;
  for (size_t i = 0; i < n; i++) other |= x[i] ^ (x[0] + (uint32_t)i);
  return other == 0;
}

/* Calls one(row, of, ...) with the column's place of the first case where the cases follow one another, row then being NULL. */
#define BY_ROWS(one, b, of, ...)                                                                                       \
  do {                                                                                                                 \
    if ((b)->in_file_order)                                                                                            \
      one(NULL, (of) + (b)->row[0], __VA_ARGS__);                                                                      \
    else                                                                                                               \
      one((b)->row, of, __VA_ARGS__);                                                                                  \
  } while (0)

SX_INLINE size_t at(const uint32_t *row, size_t i) {
  return row ? row[i] : i;
}

/* ---- who ------------------------------------------------------------------------------------------------------------ */

SX_INLINE void keep_equal(const uint32_t *row, const uint8_t *restrict of, uint8_t *restrict in, uint8_t value,
                          size_t n) {
  for (size_t i = 0; i < n; i++) in[i] = in[i] & (of[at(row, i)] == value);
}

SX_INLINE void keep_weighted(uint8_t *restrict in, const double *restrict w, size_t n) {
  for (size_t i = 0; i < n; i++) in[i] = in[i] & (w[i] != 0);
}

SX_INLINE size_t count(const uint8_t *restrict in, size_t n) {
  size_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += in[i];
  return sum;
}

SX_INLINE size_t count_positive(const uint8_t *restrict in, const block *b) {
  size_t sum = 0;
  if (b->positive) return count(in, b->n);
  for (size_t i = 0; i < b->n; i++) sum += in[i] & (b->w[i] > 0);
  return sum;
}

/* Eight bytes of 0 and 1 into a byte: each is moved to its own bit of the highest. */
SX_INLINE uint8_t byte_of(const uint8_t *in) {
  uint64_t x;
  memcpy(&x, in, 8);
  return (uint8_t)(x * 0x0102040810204080U >> 56);
}

SX_INLINE void mark_psus(uint8_t *bits, const uint8_t *in, const uint32_t *psu, size_t n) {
  size_t i = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  const bool bytes = psu[0] % 8 == 0 && follow(psu, n);
  for (; bytes && i + 8 <= n; i += 8) bits[psu[i] / 8] = (uint8_t)(bits[psu[i] / 8] | byte_of(in + i));
#endif
  for (; i < n; i++) bits[psu[i] / 8] = (uint8_t)(bits[psu[i] / 8] | in[i] << psu[i] % 8);
}

/* ---- codes ---------------------------------------------------------------------------------------------------------- */

SX_INLINE void take_real(const uint32_t *row, const double *restrict of, double *restrict out,
                         const uint8_t *restrict in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const double x = of[at(row, i)];
    out[i] = in[i] ? x : 0;
  }
}

SX_INLINE void take_whole(const uint32_t *row, const int64_t *restrict of, double *restrict out,
                          const uint8_t *restrict in, size_t n) {
  for (size_t i = 0; i < n; i++) {
    out[i] = (double)(of[at(row, i)] & -(int64_t)in[i]);
  }
}

/* The column's numbers of those in the base, 0 of others. */
SX_INLINE void take_numbers(double *out, const uint8_t *in, const block *b, const sx_column *c) {
  if (c->type == SX_NUMBER)
    BY_ROWS(take_real, b, c->data.f64, out, in, b->n);
  else
    BY_ROWS(take_whole, b, c->data.i64, out, in, b->n);
}

SX_INLINE void take_levels(const uint32_t *row, const int32_t *restrict level, uint8_t *restrict in,
                           uint8_t *restrict code, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const int32_t of = level[at(row, i)];
    in[i] = in[i] & (of >= 0);
    code[i] = (uint8_t)((1 + of) * in[i]);
  }
}

SX_INLINE void add_real_ones(const uint32_t *row, const double *restrict of, uint8_t *restrict code,
                             const uint8_t *restrict in, size_t n) {
  for (size_t i = 0; i < n; i++) code[i] = (uint8_t)(in[i] + (in[i] & (of[at(row, i)] == 1)));
}

SX_INLINE void add_whole_ones(const uint32_t *row, const int64_t *restrict of, uint8_t *restrict code,
                              const uint8_t *restrict in, size_t n) {
  for (size_t i = 0; i < n; i++) code[i] = (uint8_t)(in[i] + (in[i] & (of[at(row, i)] == 1)));
}

SX_INLINE void add_where_above(uint8_t *restrict code, const uint8_t *restrict in, const double *restrict x,
                               double value, size_t n) {
  for (size_t i = 0; i < n; i++) code[i] = (uint8_t)(code[i] + (in[i] & (value < x[i])));
}

SX_INLINE void code_block(uint8_t *code, uint8_t *in, const block *b, const est_frame *f, const int32_t *level) {
  const sx_est_request *r = f->request;
  double number[BLOCK];
  if (level) {
    BY_ROWS(take_levels, b, level, in, code, b->n);
    return;
  }
  if (r->stat == SX_STAT_PROP && r->y->type == SX_NUMBER) {
    BY_ROWS(add_real_ones, b, r->y->data.f64, code, in, b->n);
    return;
  }
  if (r->stat == SX_STAT_PROP) {
    BY_ROWS(add_whole_ones, b, r->y->data.i64, code, in, b->n);
    return;
  }
  memcpy(code, in, b->n);
  if (f->continuous || r->stat == SX_STAT_COUNT) return;
  take_numbers(number, in, b, r->y);
  for (size_t v = 0; v + 1 < f->n_values; v++) add_where_above(code, in, number, f->values[v], b->n);
}

/* ---- sums ----------------------------------------------------------------------------------------------------------- */

/* By address: a vector as an argument would have another ABI in a build without AVX, which clang refuses. */
SX_INLINE void add_four(four *sum, four *comp, const four *x) {
  const four s = *sum + *x, of_x = s - *sum;
  *comp += (*sum - (s - of_x)) + (*x - of_x);
  *sum = s;
}

/* The lane of a code; 0 is of none. */
SX_INLINE void add_weights(est_one *o, const double *w, const uint8_t *code, size_t n) {
  static const int64_t lane[LANES + 1][LANES] = {{0}, {-1}, {0, -1}, {0, 0, -1}, {0, 0, 0, -1}};
  four sum = *(four *)o->sum, comp = *(four *)o->comp;
  for (size_t i = 0; i < n; i++) {
    const four all = {w[i], w[i], w[i], w[i]}, x = (four)((four_bits)all & *(const four_bits *)lane[code[i]]);
    add_four(&sum, &comp, &x);
  }
  *(four *)o->sum = sum;
  *(four *)o->comp = comp;
}

/* y, x are 0 where the code is. */
SX_INLINE void add_products(est_one *o, const double *w, const uint8_t *code, const double *y, const double *x,
                            size_t n) {
  four sum = *(four *)o->sum, comp = *(four *)o->comp;
  for (size_t i = 0; i < n; i++) {
    const four of = {code[i] ? w[i] : 0, w[i] * y[i], x ? w[i] * x[i] : 0, 0};
    add_four(&sum, &comp, &of);
  }
  *(four *)o->sum = sum;
  *(four *)o->comp = comp;
}

/* ---- the pass ------------------------------------------------------------------------------------------------------- */

SX_INLINE void fill_block(est_one *out, const est_frame *f, const int32_t *level, const block *b, size_t first) {
  const sx_est_request *r = f->request;
  const est_basis *basis = f->basis;
  const bool keep_zero = sx_design_replicates(f->design) > 0; /* its replicate weights may differ from 0 */
  uint8_t in[BLOCK], *code = (uint8_t *)basis->code_memory + first;
  memset(in, 1, b->n);
  if (r->where) BY_ROWS(keep_equal, b, r->where, in, 1, b->n);
  if (!b->positive && !keep_zero) keep_weighted(in, b->w, b->n);
  out->n_in += count_positive(in, b);
  if (r->stat != SX_STAT_COUNT && r->y->miss) BY_ROWS(keep_equal, b, r->y->miss, in, 0, b->n);
  if (r->stat == SX_STAT_RATIO && r->x->miss) BY_ROWS(keep_equal, b, r->x->miss, in, 0, b->n);
  code_block(code, in, b, f, level);
  double *y = basis->y ? basis->y + first : NULL, *x = basis->x ? basis->x + first : NULL;
  if (y) take_numbers(y, in, b, r->y);
  if (x) take_numbers(x, in, b, r->x);
  if (y)
    add_products(out, b->w, code, y, x, b->n);
  else
    add_weights(out, b->w, code, b->n);
  if (!b->positive) keep_weighted(in, b->w, b->n);
  out->n += count(in, b->n);
  if (basis->bits) mark_psus(basis->bits, in, sx_design_position_psu(f->design) + first, b->n);
}

SX_WIDEST
static void fill_blocks(est_one *out, const est_frame *f, const int32_t *level, size_t from, size_t end) {
  const uint32_t *order = sx_design_order(f->design);
  const double *w = sx_design_position_weights(f->design);
  for (size_t first = from; first < end; first += BLOCK) {
    const size_t n = end - first < BLOCK ? end - first : BLOCK;
    size_t positive = 0;
    for (size_t i = first; i < first + n; i++) positive += w[i] > 0;
    const block b = {n, order + first, follow(order + first, n), w + first, positive == n};
    fill_block(out, f, level, &b, first);
  }
}

void sx_estimate__fill_one(est_one *out, const est_frame *f, const int32_t *level, size_t from, size_t end) {
  memset(out, 0, sizeof *out);
  fill_blocks(out, f, level, from, end);
}
