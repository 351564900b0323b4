/* estimate_test_tail.c: small symmetric algebra of the tests, and the tail of a sum of chi-squares.
 *
 * Eigenvalues of den^-1 num: with den = L L', those of L^-1 num L'^-1, by Jacobi's rotations (Golub & Van Loan, sec. 8.5).
 *
 * Saddlepoint: Q = sum lambda_i chi^2_1 - (x/d2) chi^2_d2, P(Q > 0) = 1 - Phi(w + log(v/w)/w), K(s) = -1/2 sum log(1 - 2 s a_i),
 * K'(s) = 0, w = sign(s) sqrt(-2 K(s)), v = s sqrt(K''(s)): Lugannani & Rice, as Kuonen (1999) Biometrika 86:929-935. The
 * denominator's df are rounded down, as in R. Near the mean, where the formula loses its digits, Satterthwaite's F. */
#include "estimate_test_priv.h"

/* Pivots below this part of the largest are a singular matrix. */
static const double SINGULAR = 1e-13;

/* a = L L' in its lower triangle. */
static bool factor(double *a, size_t m) {
  double largest = 0;
  for (size_t i = 0; i < m; i++) largest = a[i + i * m] > largest ? a[i + i * m] : largest;
  for (size_t k = 0; k < m; k++) {
    double d = a[k + k * m];
    for (size_t j = 0; j < k; j++) d -= a[k + j * m] * a[k + j * m];
    if (!(d > SINGULAR * largest)) return false;
    a[k + k * m] = sqrt(d);
    for (size_t i = k + 1; i < m; i++) {
      double s = a[i + k * m];
      for (size_t j = 0; j < k; j++) s -= a[i + j * m] * a[k + j * m];
      a[i + k * m] = s / a[k + k * m];
    }
  }
  return true;
}

/* x = L^-1 x, the elements of x `step` apart. */
static void forward(const double *l, double *x, size_t m, size_t step) {
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < i; j++) x[i * step] -= l[i + j * m] * x[j * step];
    x[i * step] /= l[i + i * m];
  }
}

static void rotate(double *a, size_t m, size_t p, size_t q) {
  const double apq = a[p + q * m];
  if (apq == 0) return;
  const double theta = (a[q + q * m] - a[p + p * m]) / (2 * apq);
  const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
  for (size_t k = 0; k < m; k++) {
    const double x = a[k + p * m], y = a[k + q * m];
    a[k + p * m] = c * x - s * y;
    a[k + q * m] = s * x + c * y;
  }
  for (size_t k = 0; k < m; k++) {
    const double x = a[p + k * m], y = a[q + k * m];
    a[p + k * m] = c * x - s * y;
    a[q + k * m] = s * x + c * y;
  }
}

static void jacobi(double *lambda, double *a, size_t m) {
  enum { SWEEPS = 60 }; /* quadratic convergence: a dozen is plenty */
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    double off = 0, all = 0;
    for (size_t i = 0; i < m * m; i++) {
      all += a[i] * a[i];
      if (i % (m + 1) != 0) off += a[i] * a[i];
    }
    if (!(off > 1e-34 * all)) break;
    for (size_t p = 0; p < m; p++)
      for (size_t q = p + 1; q < m; q++) rotate(a, m, p, q);
  }
  for (size_t i = 0; i < m; i++) lambda[i] = a[i + i * m];
}

bool sx_estimate__generalised(double *lambda, double *num, double *den, size_t m) {
  if (!factor(den, m)) return false;
  for (size_t j = 0; j < m; j++) forward(den, num + j * m, m, 1);
  for (size_t i = 0; i < m; i++) forward(den, num + i, m, m);
  for (size_t i = 0; i < m * m; i++)
    if (!isfinite(num[i])) return false;
  jacobi(lambda, num, m);
  return true;
}

bool sx_estimate__quadratic(double *out, double *v, const double *y, double *work, size_t m) {
  if (!factor(v, m)) return false;
  for (size_t i = 0; i < m; i++) work[i] = y[i];
  forward(v, work, m, 1);
  *out = 0;
  for (size_t i = 0; i < m; i++) *out += work[i] * work[i];
  return true;
}

/* Coefficients lambda/largest and -b (count times). */
typedef struct chisq_sum {
  const double *lambda;
  size_t m;
  double largest, b, count;
} chisq_sum;

static double slope(const chisq_sum *q, double s) {
  double k = -q->b / (1 + 2 * s * q->b) * q->count;
  for (size_t i = 0; i < q->m; i++) {
    const double a = q->lambda[i] / q->largest;
    k += a / (1 - 2 * s * a);
  }
  return k;
}

static double by_f(double x, const double *lambda, size_t m, double d2) {
  double sum = 0, square = 0;
  for (size_t i = 0; i < m; i++) {
    sum += lambda[i];
    square += lambda[i] * lambda[i];
  }
  return sx_num_f_upper(x / sum, sum * sum / square, d2);
}

double sx_estimate__saddlepoint(double x, const double *lambda, size_t m, double d2) {
  chisq_sum q = {lambda, m, 0, 0, floor(d2)};
  for (size_t i = 0; i < m; i++) q.largest = lambda[i] > q.largest ? lambda[i] : q.largest;
  if (!(x > 0) || !(q.largest > 0) || q.count < 1) return by_f(x, lambda, m, d2);
  q.b = x / d2 / q.largest;
  double lo = -1 / (2 * q.b) * 0.99999, hi = 0.5 * 0.99999;
  if (!(slope(&q, lo) < 0 && slope(&q, hi) > 0)) return by_f(x, lambda, m, d2);
  for (int k = 0; k < 200; k++) { /* K' rises */
    const double mid = lo + (hi - lo) / 2;
    if (mid == lo || mid == hi) break;
    if (slope(&q, mid) < 0)
      lo = mid;
    else
      hi = mid;
  }
  const double s = lo + (hi - lo) / 2;
  if (fabs(s) < 1e-4) return by_f(x, lambda, m, d2);
  double k0 = -q.count * log(1 + 2 * s * q.b) / 2,
         k2 = 2 * q.count * q.b * q.b / ((1 + 2 * s * q.b) * (1 + 2 * s * q.b));
  for (size_t i = 0; i < m; i++) {
    const double a = lambda[i] / q.largest, d = 1 - 2 * s * a;
    k0 -= log(d) / 2;
    k2 += 2 * a * a / (d * d);
  }
  const double w = (s > 0 ? 1 : -1) * sqrt(-2 * k0), v = s * sqrt(k2);
  return 0.5 * erfc((w + log(v / w) / w) / sqrt(2.0));
}
