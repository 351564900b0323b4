/* num_sum.c: compensated sums with a fixed order.
 *
 * Neumaier's variant of Kahan summation: the error of the result is about one rounding of the exact sum plus
 * n^2 eps^2 sum|x|, whatever the order of the terms. Neumaier (1974), ZAMM 54:39-51. The product form splits x*y exactly
 * with Dekker's two-product, so that no fused multiply-add is needed: Ogita, Rump & Oishi (2005), SIAM J. Sci. Comput.
 * 26:1955-1988. */
#include "shuxiao/num.h"

static double two_sum_error(double a, double b, double s) {
  return fabs(a) >= fabs(b) ? (a - s) + b : (b - s) + a;
}

double sx_num_sum(const double *x, size_t n) {
  double sum = 0, comp = 0;
  for (size_t i = 0; i < n; i++) {
    const double s = sum + x[i];
    comp += two_sum_error(sum, x[i], s);
    sum = s;
  }
  return isfinite(sum) ? sum + comp : sum;
}

/* x*y == p + error exactly, barring overflow in the splitting (|x| below 1e300). */
static double two_product_error(double x, double y, double p) {
  const double split = 134217729.0; /* 2^27 + 1 */
  const double cx = split * x, cy = split * y;
  const double xh = cx - (cx - x), yh = cy - (cy - y);
  const double xl = x - xh, yl = y - yh;
  return xl * yl - (((p - xh * yh) - xl * yh) - xh * yl);
}

double sx_num_dot(const double *x, const double *y, size_t n) {
  double sum = 0, comp = 0;
  for (size_t i = 0; i < n; i++) {
    const double p = x[i] * y[i];
    const double s = sum + p;
    comp += two_sum_error(sum, p, s) + two_product_error(x[i], y[i], p);
    sum = s;
  }
  return isfinite(comp) && isfinite(sum) ? sum + comp : sum;
}
