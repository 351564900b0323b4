/* num_var.c: the stratified with-replacement covariance of two totals.
 *
 *   c = sum_h (1 - f_h) * n_h/(n_h - 1) * sum_i (a_hi - abar_h)(b_hi - bbar_h)
 *
 * Hansen & Hurwitz (1943); Sarndal, Swensson & Wretman (1992) sec. 4.5. Two passes per stratum, so that a large mean does
 * not cancel. Four partial sums with a fixed assignment keep the processor busy; the order depends on the data's order
 * alone. */
#include "shuxiao/num.h"

static double sum4(const double *x, size_t n) {
  double s[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t k = 0; k < 4; k++) s[k] += x[i + k];
  for (; i < n; i++) s[0] += x[i];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

static double cross4(const double *a, double ma, const double *b, double mb, size_t n) {
  double s[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t k = 0; k < 4; k++) s[k] += (a[i + k] - ma) * (b[i + k] - mb);
  for (; i < n; i++) s[0] += (a[i] - ma) * (b[i] - mb);
  return (s[0] + s[1]) + (s[2] + s[3]);
}

double sx_num_cov_strata(const double *a, const double *b, const size_t *start, size_t n_strata, const double *fpc) {
  double total = 0;
  for (size_t h = 0; h < n_strata; h++) {
    const size_t lo = start[h], n = start[h + 1] - lo;
    const double factor = fpc ? 1 - fpc[h] : 1;
    if (n < 2 || factor <= 0) continue;
    const double nd = (double)n;
    const double ma = sum4(a + lo, n) / nd;
    const double mb = a == b ? ma : sum4(b + lo, n) / nd;
    total += factor * nd / (nd - 1) * cross4(a + lo, ma, b + lo, mb, n);
  }
  return total;
}
