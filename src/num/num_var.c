/* num_var.c: the stratified with-replacement covariance of two totals.
 *
 *   c = sum_h (1 - f_h) * n_h/(n_h - 1) * sum_i (a_hi - abar_h)(b_hi - bbar_h)
 *
 * Hansen & Hurwitz (1943); Sarndal, Swensson & Wretman (1992) sec. 4.5. Two passes per stratum, so that a large mean does
 * not cancel. Four partial sums with a fixed assignment keep the processor busy and are the lanes of one register where there is one as
 * wide; the order depends on the data's order alone. A linear combination is made stratum by stratum, so that its own passes find it in the
 * nearest cache. */
#include "shuxiao/num.h"

typedef double four __attribute__((vector_size(32), may_alias, aligned(8)));

SX_INLINE double lanes(const four *s) {
  return ((*s)[0] + (*s)[1]) + ((*s)[2] + (*s)[3]);
}

SX_INLINE double sum4(const double *x, size_t n) {
  four s = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4) s += *(const four *)(x + i);
  for (; i < n; i++) s[0] += x[i];
  return lanes(&s);
}

SX_INLINE double cross4(const double *a, double ma, const double *b, double mb, size_t n) {
  four s = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4) s += (*(const four *)(a + i) - ma) * (*(const four *)(b + i) - mb);
  for (; i < n; i++) s[0] += (a[i] - ma) * (b[i] - mb);
  return lanes(&s);
}

/* One stratum of n PSUs. */
SX_INLINE double stratum(const double *a, const double *b, size_t n, double factor) {
  if (n < 2 || factor <= 0) return 0;
  const double nd = (double)n;
  const double ma = sum4(a, n) / nd, mb = a == b ? ma : sum4(b, n) / nd;
  return factor * nd / (nd - 1) * cross4(a, ma, b, mb, n);
}

SX_WIDEST
static double cov_strata(const double *a, const double *b, const size_t *start, size_t n_strata, const double *fpc) {
  double total = 0;
  for (size_t h = 0; h < n_strata; h++)
    total += stratum(a + start[h], b + start[h], start[h + 1] - start[h], fpc ? 1 - fpc[h] : 1);
  return total;
}

SX_INLINE double dot4(const double *a, const double *b, size_t n) {
  four s = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4) s += *(const four *)(a + i) * *(const four *)(b + i);
  for (; i < n; i++) s[0] += a[i] * b[i];
  return lanes(&s);
}

/* The steps of `stratum`: the deviations kept, then their products alone. */
SX_WIDEST
static void centre_strata(double *z, const size_t *start, size_t n_strata) {
  for (size_t h = 0; h < n_strata; h++) {
    const size_t n = start[h + 1] - start[h];
    double *at = z + start[h];
    const double mean = n > 1 ? sum4(at, n) / (double)n : 0;
    for (size_t i = 0; n > 1 && i < n; i++) at[i] -= mean;
  }
}

SX_WIDEST
static double cov_centred(const double *a, const double *b, const size_t *start, size_t n_strata, const double *fpc) {
  double total = 0;
  for (size_t h = 0; h < n_strata; h++) {
    const size_t n = start[h + 1] - start[h];
    const double factor = fpc ? 1 - fpc[h] : 1, nd = (double)n;
    total += n < 2 || factor <= 0 ? 0 : factor * nd / (nd - 1) * dot4(a + start[h], b + start[h], n);
  }
  return total;
}

/* out += from the first term on: 0 + c x, as a sum that begins at 0 does it. */
SX_INLINE void mix(double *restrict out, const double *const *x, const double *coef, size_t n_terms, size_t lo,
                   size_t n) {
  const double c = coef[0], d = n_terms > 1 ? coef[1] : 0;
  const double *restrict a = x[0] + lo, *restrict b = n_terms > 1 ? x[1] + lo : NULL;
  if (b)
    for (size_t i = 0; i < n; i++) out[i] = (0 + c * a[i]) + d * b[i];
  else
    for (size_t i = 0; i < n; i++) out[i] = 0 + c * a[i];
  for (size_t j = 2; j < n_terms; j++) {
    const double *restrict next = x[j] + lo;
    for (size_t i = 0; i < n; i++) out[i] += coef[j] * next[i];
  }
}

/* keep: out is the whole combination; else each stratum's is written over that before. */
SX_INLINE double strata_of_mix(double *out, bool keep, const double *const *x, const double *coef, size_t n,
                               const size_t *start, size_t n_strata, const double *fpc) {
  double total = 0;
  for (size_t h = 0; h < n_strata; h++) {
    const size_t lo = start[h], n_psus = start[h + 1] - lo;
    double *at = keep ? out + lo : out;
    mix(at, x, coef, n, lo, n_psus);
    total += stratum(at, at, n_psus, fpc ? 1 - fpc[h] : 1);
  }
  return total;
}

SX_WIDEST
static double mix_strata(double *out, const double *const *x, const double *coef, size_t n, const size_t *start,
                         size_t n_strata, const double *fpc) {
  return strata_of_mix(out, true, x, coef, n, start, n_strata, fpc);
}

SX_WIDEST
static double mix_variance(double *scratch, const double *const *x, const double *coef, size_t n, const size_t *start,
                           size_t n_strata, const double *fpc) {
  return strata_of_mix(scratch, false, x, coef, n, start, n_strata, fpc);
}

double sx_num_cov_strata(const double *a, const double *b, const size_t *start, size_t n_strata, const double *fpc) {
  return cov_strata(a, b, start, n_strata, fpc);
}

void sx_num_centre_strata(double *z, const size_t *start, size_t n_strata) {
  centre_strata(z, start, n_strata);
}

double sx_num_cov_centred(const double *a, const double *b, const size_t *start, size_t n_strata, const double *fpc) {
  return cov_centred(a, b, start, n_strata, fpc);
}

double sx_num_mix_strata(double *out, const double *const *x, const double *coef, size_t n, const size_t *start,
                         size_t n_strata, const double *fpc) {
  return mix_strata(out, x, coef, n, start, n_strata, fpc);
}

double sx_num_mix_variance(double *scratch, const double *const *x, const double *coef, size_t n, const size_t *start,
                           size_t n_strata, const double *fpc) {
  return mix_variance(scratch, x, coef, n, start, n_strata, fpc);
}
