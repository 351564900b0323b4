/* design_expand.c: passes over codes: sums of margins by code, and a carrier written out from the table over codes that it is kept as: z += coef w (u - X beta), u = a[code] + b y + c x in the
 * codes of the score, else 0.
 *
 * A block of rows stays in the nearest cache while it goes through one loop for the codes, one for each margin and one for the weights: each is of
 * one width of codes or cells and of nothing that a row decides, so that a processor takes several rows at once. A row's own operations and their
 * order are those of the formula read from left to right, whatever the block. */
#include <string.h>

#include "design_priv.h"

enum { BLOCK = 512 };

/* One of the widths; the others NULL. */
typedef struct numbers {
  const uint8_t *of8;
  const uint16_t *of16;
  const uint32_t *of32;
} numbers;

SX_INLINE uint32_t at(numbers x, size_t i) {
  return x.of8 ? x.of8[i] : x.of16 ? x.of16[i] : x.of32[i];
}

static numbers codes_from(const sx_codes *c, size_t first) {
  return (numbers){c->code8 ? c->code8 + first : NULL, c->code16 ? c->code16 + first : NULL,
                   c->code32 ? c->code32 + first : NULL};
}

static numbers cells_from(const sx_design *d, size_t first) {
  return (numbers){d->cells8 ? d->cells8 + first : NULL, d->cells16 ? d->cells16 + first : NULL,
                   d->cells32 ? d->cells32 + first : NULL};
}

/* Calls one(args, x) with the widths that x has not as constants. */
#define BY_WIDTH(one, x, ...)                                                                                          \
  do {                                                                                                                 \
    if ((x).of8)                                                                                                       \
      one(((numbers){(x).of8, NULL, NULL}), __VA_ARGS__);                                                              \
    else if ((x).of16)                                                                                                 \
      one(((numbers){NULL, (x).of16, NULL}), __VA_ARGS__);                                                             \
    else                                                                                                               \
      one(((numbers){NULL, NULL, (x).of32}), __VA_ARGS__);                                                             \
  } while (0)

/* ---- scores ------------------------------------------------------------------------------------------------------------------ */

SX_INLINE void add_values(numbers codes, double *restrict u, const double *restrict y, double b, const sx_score *s,
                          size_t n) {
  const uint32_t lo = s->lo, n_codes = s->n;
  for (size_t i = 0; i < n; i++) {
    const double with = u[i] + b * y[i];
    u[i] = at(codes, i) - lo < n_codes ? with : u[i];
  }
}

SX_INLINE void take_table(numbers codes, double *restrict u, const sx_score *s, size_t n) {
  const uint32_t lo = s->lo, n_codes = s->n;
  const double *restrict a = s->a;
  for (size_t i = 0; i < n; i++) {
    const uint32_t k = at(codes, i) - lo;
    const double value = a[k < n_codes ? k : 0];
    u[i] = k < n_codes ? value : 0;
  }
}

SX_INLINE void take_scores(numbers codes, double *u, const double *y, const double *x, const sx_score *s, size_t n) {
  if (!codes.of8) take_table(codes, u, s, n);
  if (y) add_values(codes, u, y, s->b, s, n);
  if (x) add_values(codes, u, x, s->c, s, n);
}

SX_WIDEST
static void scores(double *u, const sx_codes *codes, const sx_score *s, size_t first, size_t n) {
  const numbers x = codes_from(codes, first);
  BY_WIDTH(take_scores, x, u, codes->y ? codes->y + first : NULL, codes->x ? codes->x + first : NULL, s, n);
}

/* A loop of look-ups in small tables is faster one by one than by vectors that are put together of them: a statement that no vector has. */
#if defined(__GNUC__)
#define ONE_BY_ONE() __asm__ volatile("")
#else
#define ONE_BY_ONE() (void)0
#endif

/* Codes of a byte: `of` has the value of each, so that nothing is compared. */
enum { BYTES = UINT8_MAX + 1 };
static void take_bytes(double *restrict u, const uint8_t *restrict code, const double *restrict of, size_t n) {
  for (size_t i = 0; i < n; i++) {
    u[i] = of[code[i]];
    ONE_BY_ONE();
  }
}

/* ---- margins ------------------------------------------------------------------------------------------------------------------ */

SX_INLINE void take_cells(numbers cells, double *restrict u, const double *restrict beta, const double *restrict value,
                          size_t n) {
  if (value)
    for (size_t i = 0; i < n; i++) u[i] -= beta[at(cells, i)] * value[i];
  else
    for (size_t i = 0; i < n; i++) u[i] -= beta[at(cells, i)];
}

static void margin(double *u, const sx_design *d, size_t m, const double *beta, size_t first, size_t n) {
  const numbers x = cells_from(d, m * d->sample->n_rows + first);
  const double *value = d->carried ? d->carried[m] : d->values ? d->values[m] : NULL;
  BY_WIDTH(take_cells, x, u, beta, value ? value + first : NULL, n);
}

/* Three margins whose values are 1, `rows` apart. */
SX_INLINE void take_three(numbers cells, double *restrict u, const double *restrict beta, size_t rows, size_t n) {
  for (size_t i = 0; i < n; i++) {
    u[i] = ((u[i] - beta[at(cells, i)]) - beta[at(cells, rows + i)]) - beta[at(cells, 2 * rows + i)];
    ONE_BY_ONE();
  }
}

static void take_margins(double *u, const sx_design *d, const double *beta, size_t first, size_t n) {
  const size_t rows = d->sample->n_rows;
  size_t m = 0;
  for (; m + 3 <= d->n_margins && !d->carried && !d->values; m += 3) {
    const numbers x = cells_from(d, m * rows + first);
    BY_WIDTH(take_three, x, u, beta, rows, n);
  }
  for (; m < d->n_margins; m++) margin(u, d, m, beta, first, n);
}

/* Through the tuples of cells. Where the scores are of a code alone, `table` has what is left of each value for each tuple, a stretch of tuples for each
 * value; else it has the coefficients of each tuple side by side. */
enum { TABLE = DESIGN_MOST_TUPLES };

typedef struct by_tuple {
  const design_tuples *t; /* NULL: by the cells themselves */
  bool whole;             /* the table has the values, too */
  uint32_t at[BYTES];     /* whole: where the stretch of a code begins */
  double table[TABLE];
} by_tuple;

static void values_by_tuple(double *restrict out, const sx_design *d, const design_tuples *t, const double *beta,
                            double value) {
  for (size_t k = 0; k < t->n; k++) out[k] = value;
  for (size_t m = 0; m < d->n_margins; m++) {
    const uint32_t *cells = t->cells + m * t->n;
    for (size_t k = 0; k < t->n; k++) out[k] -= beta[cells[k]];
  }
}

static void begin_tuples(by_tuple *x, const sx_design *d, const sx_codes *codes, const sx_score *score) {
  const size_t n_values = codes ? (size_t)score->n + 1 : 1;
  const design_tuples *t = score->beta ? sx_design__tuples(d) : NULL;
  x->t = NULL;
  if (!t) return;
  x->whole = !codes || (codes->code8 && !codes->y && !codes->x && n_values * t->n <= TABLE);
  if (!x->whole && d->n_margins * t->n > TABLE) return;
  x->t = t;
  if (!x->whole) {
    for (size_t k = 0; k < t->n; k++)
      for (size_t m = 0; m < d->n_margins; m++) x->table[k * d->n_margins + m] = score->beta[t->cells[m * t->n + k]];
    return;
  }
  memset(x->at, 0, sizeof x->at);
  values_by_tuple(x->table, d, t, score->beta, 0);
  for (size_t k = 1; k < n_values; k++) {
    values_by_tuple(x->table + k * t->n, d, t, score->beta, score->a[k - 1]);
    x->at[score->lo + k - 1] = (uint32_t)(k * t->n);
  }
}

/* code NULL: all of code 0. */
static void take_whole(double *restrict u, const by_tuple *x, const uint8_t *restrict code, size_t first, size_t n) {
  const uint16_t *restrict tuple = x->t->of + first;
  for (size_t i = 0; code && i < n; i++) {
    u[i] = x->table[x->at[code[i]] + tuple[i]];
    ONE_BY_ONE();
  }
  for (size_t i = 0; !code && i < n; i++) u[i] = x->table[tuple[i]];
}

SX_INLINE void take_each(double *restrict u, const by_tuple *x, size_t first, size_t margins, size_t n) {
  const uint16_t *restrict tuple = x->t->of + first;
  for (size_t i = 0; i < n; i++) {
    const double *beta = x->table + tuple[i] * margins;
    double left = u[i];
    for (size_t m = 0; m < margins; m++) left -= beta[m];
    u[i] = left;
    ONE_BY_ONE();
  }
}

/* ---- weights and units -------------------------------------------------------------------------------------------------------- */

/* w NULL: the scores are weighted already; slot NULL: each row has the place of its own in z. */
SX_WIDEST
static void put(double *z, const uint32_t *slot, const double *w, const double *u, double coef, size_t n) {
  uint32_t other = 0;
  for (size_t i = 0; slot && i < n; i++) other |= slot[i] ^ (slot[0] + (uint32_t)i);
  double *restrict out = slot ? z + slot[0] : z;
  if (other && w)
    for (size_t i = 0; i < n; i++) z[slot[i]] += coef * (w[i] * u[i]);
  else if (other)
    for (size_t i = 0; i < n; i++) z[slot[i]] += coef * u[i];
  else if (w)
    for (size_t i = 0; i < n; i++) out[i] += coef * (w[i] * u[i]);
  else
    for (size_t i = 0; i < n; i++) out[i] += coef * u[i];
}

/* Scores of codes, before the margins. */
static void take_codes(double *u, const double *of, const sx_codes *codes, const sx_score *score, size_t first,
                       size_t n) {
  if (codes->code8) take_bytes(u, codes->code8 + first, of, n);
  if (!codes->code8 || codes->y || codes->x) scores(u, codes, score, first, n);
}

void sx_design_expand(double *z, const sx_design *d, const sx_codes *codes, const sx_score *score, double coef) {
  const design_sample *s = d->sample;
  const bool alone = s->slot_at == s->psu_start; /* each row a PSU, in its order */
  double u[BLOCK], of[BYTES] = {0};
  by_tuple x;
  if (codes && score->n == 0) codes = NULL;
  if (codes && codes->code8) memcpy(of + score->lo, score->a, score->n * sizeof *of);
  begin_tuples(&x, d, codes, score);
  for (size_t first = 0; first < s->n_rows; first += BLOCK) {
    const size_t n = s->n_rows - first < BLOCK ? s->n_rows - first : BLOCK;
    const double *w = d->wpos + first;
    if (x.t && x.whole)
      take_whole(u, &x, codes ? codes->code8 + first : NULL, first, n);
    else if (codes)
      take_codes(u, of, codes, score, first, n);
    else
      memset(u, 0, n * sizeof *u);
    for (size_t i = 0; d->carried && i < n; i++) u[i] *= w[i];
    if (x.t && !x.whole && d->n_margins == 3)
      take_each(u, &x, first, 3, n);
    else if (x.t && !x.whole)
      take_each(u, &x, first, d->n_margins, n);
    else if (!x.t && score->beta)
      take_margins(u, d, score->beta, first, n);
    put(alone ? z + first : z, alone ? NULL : s->slot_at + first, d->carried ? NULL : w, u, coef, n);
  }
}

/* ---- sums of margins ------------------------------------------------------------------------------------------------------------ */

/* Code 0 counts as the others and is taken out afterwards: no branch depends on the rows but for those in no cell. Where there are three
 * margins of values 1 they are added side by side: sums of one cell wait for one another. */
SX_INLINE void cross_cells(numbers cells, numbers codes, double *restrict out, size_t p, const double *restrict d,
                           const double *restrict value, const double *restrict v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const size_t cell = at(cells, i);
    if (cell == p) continue;
    const double dx = value ? d[i] * value[i] : d[i];
    out[at(codes, i) * p + cell] += v ? dx * v[i] : dx;
  }
}

SX_INLINE void cross_three(numbers cells, numbers codes, double *restrict out, size_t p, const double *restrict d,
                           const double *restrict v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    double *of = out + at(codes, i) * p;
    const double dx = v ? d[i] * v[i] : d[i];
    for (size_t m = 0; m < 3; m++) {
      const size_t cell = at(cells, m * n + i);
      if (cell != p) of[cell] += dx;
    }
  }
}

SX_INLINE void cross_codes(numbers codes, numbers cells, double *out, size_t p, const double *d, const double *value,
                           const double *v, size_t n) {
  BY_WIDTH(cross_cells, cells, codes, out, p, d, value, v, n);
}

SX_INLINE void cross_codes_three(numbers codes, numbers cells, double *out, size_t p, const double *d, const double *v,
                                 size_t n) {
  if (v)
    BY_WIDTH(cross_three, cells, codes, out, p, d, v, n);
  else
    BY_WIDTH(cross_three, cells, codes, out, p, d, NULL, n);
}

void sx_design_cross(double *out, const sx_design *d, const sx_codes *codes, const double *v) {
  const size_t n = d->sample->n_rows, p = d->n_cells;
  const numbers code = codes_from(codes, 0);
  memset(out, 0, codes->n_codes * p * sizeof *out);
  for (size_t a = 0; a < d->n_adjusts; a++) {
    const design_adjust *adj = &d->adjusts[a];
    const size_t end = adj->first_margin + adj->n_margins;
    size_t m = adj->first_margin;
    for (; m + 3 <= end && !d->values; m += 3) {
      const numbers cells = cells_from(d, m * n);
      BY_WIDTH(cross_codes_three, code, cells, out, p, adj->d, v, n);
    }
    for (; m < end; m++) {
      const numbers cells = cells_from(d, m * n);
      BY_WIDTH(cross_codes, code, cells, out, p, adj->d, d->values ? d->values[m] : NULL, v, n);
    }
  }
  memset(out, 0, (codes->n_codes ? p : 0) * sizeof *out);
}
