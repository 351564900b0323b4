/* num_hadamard.c: matrices of +1 and -1 with orthogonal rows, row 0 all ones.
 *
 *   Sylvester  H_2m = [H H; H -H]
 *   Paley I    order q+1, q a prime power = 3 (mod 4):  H = I + [0 1'; -1 Q],  Q_ij = chi(i - j)
 *   Paley II   order 2(q+1), q = 1 (mod 4): C = [0 1'; 1 Q], each 0 replaced by [1 -1; -1 -1], each +-1 by +-[1 1; 1 -1]
 *   Goethals-Seidel  order 4m, four circulants A, B, C, D of order m with AA' + BB' + CC' + DD' = 4m I, R the reversal:
 *              [A BR CR DR; -BR A D'R -C'R; -CR -D'R A B'R; -DR C'R -B'R A], for m = 23, 29, 39, 43: first rows
 *              below (symmetric for 23 and 29: Williamson's; for 39 and 43 the same at i and 16 i, 4 i), found by search
 *
 * chi is the quadratic character of GF(q): 0, +1 on squares, -1 otherwise; q = p or p^2. Paley (1933) J. Math. Phys.
 * 12:311-320; Williamson (1944) Duke Math. J. 11:65-81; Goethals & Seidel (1967) Canad. J. Math. 19:1001-1010; Hedayat &
 * Wallis (1978) Ann. Stat. 6:1184-1238. Powers of 2 are Sylvester's, so that their rows are the Walsh functions that the
 * field's tables print. Multiples of 4 up to 400 that need other constructions and are passed over: 188, 236, 260, 268, 292, 324, 356, 372, 376. */
#include "shuxiao/num.h"

#include <string.h>

/* q = p or p^2 for a prime p: p and the degree, else 0. */
static size_t prime_power(size_t q, unsigned *degree) {
  if (q < 3) return 0;
  size_t p = 2;
  while (p * p <= q && q % p) p++;
  if (p * p > q) p = q;
  *degree = p == q ? 1 : 2;
  return p == q || p * p == q ? p : 0;
}

/* First rows of four circulants. */
static const char *const circulants[][4] = {
    {"+-----++-+-++-+-++-----", "+++++----+-++-+----++++", "++-+--+++--++--+++--+-+", "++-+-+++-++--++-+++-+-+"},
    {"+++-++-+--+++-++-+++--+-++-++", "+--+-+++++--++--++--+++++-+--", "+++--++-+-+--------+-+-++--++",
     "+++---+++-+-+----+-+-+++---++"},
    {"+-+-+++++-++++-+--+-+----+----+-+-+-++-", "++-+-----+--+-+-+-----+---++-++----++--",
     "+---+-+++-++--++-++++--+-+--++-+--++-++", "+--++---+++++++----++----+++++++---++--"},
    {"+-+----+++---+++-++---+--++++++-+-+-+--+--+", "+-+-----++---+++-+----+--+-+----+---+--+--+",
     "++-+++---+-+++++++-+++---+-------+-+++---+-", "+--+-+++--+-+-----+++--++-+-++++-++--++-+--"},
};

static const char *const *circulants_of(size_t order) {
  for (size_t k = 0; k < sizeof circulants / sizeof *circulants; k++)
    if (order == 4 * strlen(circulants[k][0])) return circulants[k];
  return NULL;
}

typedef enum way { WAY_NONE, WAY_UNIT, WAY_DOUBLE, WAY_PALEY1, WAY_PALEY2, WAY_CIRCULANTS } way;

static way way_of(size_t order) {
  unsigned degree = 0;
  if (order == 1) return WAY_UNIT;
  if ((order & (order - 1)) == 0) return WAY_DOUBLE;
  if (order % 4 != 0) return WAY_NONE;
  if ((order - 1) % 4 == 3 && prime_power(order - 1, &degree)) return WAY_PALEY1;
  if ((order / 2 - 1) % 4 == 1 && prime_power(order / 2 - 1, &degree)) return WAY_PALEY2;
  if (circulants_of(order)) return WAY_CIRCULANTS;
  return way_of(order / 2) == WAY_NONE ? WAY_NONE : WAY_DOUBLE;
}

size_t sx_num_hadamard_order(size_t n) {
  for (size_t order = n < 1 ? 1 : n; order <= SX_HADAMARD_MAX; order++)
    if (way_of(order) != WAY_NONE) return order;
  return 0;
}

/* Arithmetic of GF(q); of degree 2 as a + b x with x^2 = c, c the least non-residue of p. Element a + b p. */
typedef struct field {
  size_t q, p, c;
  int8_t chi[SX_HADAMARD_MAX];
} field;

static size_t minus(const field *f, size_t i, size_t j) {
  if (f->q == f->p) return (i + f->p - j) % f->p;
  const size_t a = (i % f->p + f->p - j % f->p) % f->p, b = (i / f->p + f->p - j / f->p) % f->p;
  return a + b * f->p;
}

static void field_init(field *f, size_t q) {
  unsigned degree = 0;
  f->q = q;
  f->p = prime_power(q, &degree);
  f->c = 0;
  for (size_t i = 0; i < q; i++) f->chi[i] = -1;
  for (size_t i = 1; i < f->p; i++) f->chi[i * i % f->p] = 1;
  if (degree == 2) {
    for (f->c = 2; f->chi[f->c] == 1;) f->c++;
    for (size_t i = 0; i < q; i++) {
      const size_t a = i % f->p, b = i / f->p;
      f->chi[(a * a + f->c * b * b) % f->p + 2 * a * b % f->p * f->p] = 1;
    }
  }
  f->chi[0] = 0;
}

/* Entry of the bordered matrix [0 1'; +-1 Q] of order q+1. */
static int8_t bordered(const field *f, size_t i, size_t j) {
  if (i == 0) return j == 0 ? 0 : 1;
  if (j == 0) return f->q % 4 == 3 ? -1 : 1;
  return f->chi[minus(f, i - 1, j - 1)];
}

static void paley(int8_t *h, size_t order, bool second) {
  field f;
  field_init(&f, second ? order / 2 - 1 : order - 1);
  for (size_t i = 0; i < order; i++) {
    for (size_t j = 0; j < order; j++) {
      if (!second) {
        h[i * order + j] = i == j ? 1 : bordered(&f, i, j);
        continue;
      }
      const int8_t c = bordered(&f, i / 2, j / 2);
      const bool corner = i % 2 && j % 2;
      h[i * order + j] = c == 0 ? (i % 2 || j % 2 ? -1 : 1) : corner ? (int8_t)-c : c;
    }
  }
}

/* Goethals and Seidel's array. Row i, column j of a circulant: x[(j - i) mod m]; of its transpose (i - j); times R: column m - 1 - j. */
static void goethals_seidel(int8_t *h, size_t order) {
  static const int8_t block[4][4] = {
      {1, 2, 3, 4}, {-2, 1, 4, -3}, {-3, -4, 1, 2}, {-4, 3, -2, 1}}; /* 1 + which, its sign */
  const char *const *x = circulants_of(order);
  const size_t m = order / 4;
  for (size_t i = 0; i < order; i++) {
    for (size_t j = 0; j < order; j++) {
      const size_t bi = i / m, bj = j / m, r = i % m, c = bi == bj ? j % m : m - 1 - j % m;
      const int8_t b = block[bi][bj];
      const bool turned = bi && bj && bi != bj;
      const size_t at = turned ? (r + m - c) % m : (c + m - r) % m;
      h[i * order + j] = (x[(b < 0 ? -b : b) - 1][at] == '+') == (b > 0) ? 1 : -1;
    }
  }
}

/* Fills the top left m*m of an order*order matrix by doubling its top left m/2 * m/2. */
static void double_up(int8_t *h, size_t order, size_t m) {
  for (size_t i = 0; i < m / 2; i++) {
    for (size_t j = 0; j < m / 2; j++) {
      const int8_t x = h[i * order + j];
      h[i * order + j + m / 2] = h[(i + m / 2) * order + j] = x;
      h[(i + m / 2) * order + j + m / 2] = (int8_t)-x;
    }
  }
}

sx_status sx_num_hadamard(int8_t *h, size_t order, sx_error *err) {
  if (order < 1 || order > SX_HADAMARD_MAX || way_of(order) == WAY_NONE)
    return sx_error_set(err, SX_E_ARGUMENT, "hadamard", "there is no matrix of order %zu here: the next is %zu", order,
                        sx_num_hadamard_order(order));
  size_t seed = order;
  while (way_of(seed) == WAY_DOUBLE) seed /= 2;
  h[0] = 1;
  if (seed > 1) {
    if (way_of(seed) == WAY_CIRCULANTS)
      goethals_seidel(h, seed);
    else
      paley(h, seed, way_of(seed) == WAY_PALEY2);
    for (size_t j = 0; j < seed; j++) /* row 0 to ones */
      for (size_t i = seed; i-- > 0;) h[i * seed + j] = (int8_t)(h[i * seed + j] * h[j]);
    for (size_t i = seed; order > seed && i-- > 1;) /* to rows of the whole matrix */
      for (size_t j = seed; j-- > 0;) h[i * order + j] = h[i * seed + j];
  }
  for (size_t m = seed * 2; m <= order; m *= 2) double_up(h, order, m);
  return SX_OK;
}
