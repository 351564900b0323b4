/* num_exact.c: exp, log, normal cdf and quantile from + - * / sqrt alone, so that every x86-64 machine gives the same bits.
 *
 * The C library's versions differ in the last bit between releases and processors; here every operation is one IEEE
 * operation in a fixed order, compiled without contraction. Measured against long double over dense grids
 * (tests/unit/num/test_num_exact.c): exp and log below 1 ulp, cdf and quantile as said with each. */
#include <string.h>

#include "shuxiao/num.h"

/* ln 2 in two parts; the first has 21 trailing zero bits, so that k * LN2_HI is exact for |k| < 2^21. */
static const double LN2_HI = 0x1.62e42fee00000p-1, LN2_LO = 0x1.a39ef35793c76p-33;
static const double INV_LN2 = 0x1.71547652b82fep+0;

static inline uint64_t bits_of(double x) {
  uint64_t u;
  memcpy(&u, &x, sizeof u);
  return u;
}
static inline double double_of(uint64_t u) {
  double x;
  memcpy(&x, &u, sizeof x);
  return x;
}
static inline double power_of_2(int k) { /* -1022 <= k <= 1023 */
  return double_of((uint64_t)(k + 1023) << 52);
}

/* exp x = 2^k exp r, r = x - k ln 2 in [-0.347, 0.347], exp r by Taylor to r^13/13! (next term below 5e-18).
 * The rounding error of r's low part is carried into the sum. Overflows to infinity, underflows through the subnormals to 0. */
double sx_exact_exp(double x) {
  if (!(x == x)) return x;
  if (x > 709.79) return (double)INFINITY;
  if (x < -745.2) return 0;
  const double kd = (x * INV_LN2 + 0x1.8p52) - 0x1.8p52; /* to nearest integer */
  const double hi = x - kd * LN2_HI, lo = kd * LN2_LO;
  const double r = hi - lo, tail = (hi - r) - lo;
  static const double c[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                             1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                             1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
  double q = c[0];
  for (size_t i = 1; i < sizeof c / sizeof *c; i++) q = q * r + c[i];
  const double y = 1.0 + (r + (r * r * q + tail));
  const int k = (int)kd;
  const int half = k / 2;
  return y * power_of_2(half) * power_of_2(k - half);
}

/* log x = k ln 2 + log(1+f), 1+f in [sqrt(1/2), sqrt 2). With s = f/(2+f), z = s*s:
 *   log(1+f) = 2 atanh s = f - (f*f/2 - s*(f*f/2 + R)),  R = 2z/3 + 2z^2/5 + ... (z <= 0.0295; to z^11) */
double sx_exact_log(double x) {
  if (!(x == x)) return x;
  if (x < 0) return (double)NAN;
  if (x == 0) return -(double)INFINITY;
  if (x > 0x1.fffffffffffffp+1023) return x;
  int k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  uint64_t u = bits_of(x);
  k += (int)(u >> 52) - 1023;
  u = (u & 0x000fffffffffffffU) | 0x3ff0000000000000U;
  double m = double_of(u);
  if (m >= 0x1.6a09e667f3bcdp+0) {
    m *= 0.5;
    k++;
  }
  const double f = m - 1.0, s = f / (2.0 + f), z = s * s;
  double series = 2.0 / 23.0;
  for (int i = 10; i >= 1; i--) series = series * z + 2.0 / (double)(2 * i + 1);
  series *= z;
  const double half_square = 0.5 * f * f, kd = (double)k;
  return kd * LN2_HI - ((half_square - (s * (half_square + series) + kd * LN2_LO)) - f);
}

/* exp(-x*x/2) with x split so that the leading square is exact: relative error stays near 1 ulp in the far tail. */
static double half_square_exp(double x) {
  const double head = (double)(int64_t)(x * 16.0) / 16.0;
  return sx_exact_exp(-0.5 * head * head) * sx_exact_exp(-0.5 * (x - head) * (x + head));
}

/* Phi(-x), x >= 1, as erfc(z)/2, z = x/sqrt 2, by the trapezoid rule of step h = 1/2:
 *   erfc z = (2 h z e^{-z^2} / pi) * (1/(2 z^2) + sum_{n>=1} e^{-n^2 h^2} / (n^2 h^2 + z^2)) - 2/(e^{2 pi z/h} - 1),
 * error of order e^{-(pi/h)^2} = 7e-18. Matta & Reichel (1971), Math. Comp. 25, 339-344. */
static double upper_tail(double x) {
  static const double w[] = {0.7788007830714048682,    0.3678794411714423216,    0.1053992245618643368,
                             0.01831563888873418029,   0.001930454136227709242,  0.0001234098040866795495,
                             4.785117392129009089e-6,  1.125351747192591145e-7,  1.605228055185611609e-9,
                             1.388794386496402059e-11, 7.287724095819692419e-14, 2.319522830243569388e-16,
                             4.477732441718301199e-19};
  const double zz = 0.5 * x * x;
  double sum = 0;
  for (int n = (int)(sizeof w / sizeof *w); n >= 1; n--) sum += w[n - 1] / (0.25 * n * n + zz);
  sum += 0.5 / zz;
  const double z = x * 0.70710678118654752440, pi = 3.14159265358979323846;
  double erfc = z * half_square_exp(x) / pi * sum;
  if (x < 8) erfc -= 2.0 / (sx_exact_exp(4.0 * pi * z) - 1.0);
  return 0.5 * erfc;
}

/* Within |x| < 1 the all-positive series Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3*5) + ...), Abramowitz & Stegun 26.2.11;
 * beyond, the tail above. Relative error below 10 ulp (the sum 1/2 + phi * series loses three bits near -1). */
double sx_exact_norm_cdf(double x) {
  if (!(x == x)) return x;
  if (x >= 1) return x > 9 ? 1.0 : 1.0 - upper_tail(x);
  if (x <= -1) return x < -39 ? 0.0 : upper_tail(-x);
  const double zz = x * x;
  double term = x, sum = x;
  for (int n = 3; n < 41; n += 2) {
    term *= zz / (double)n;
    sum += term;
  }
  return 0.5 + 0.39894228040143267794 * sx_exact_exp(-0.5 * zz) * sum;
}

static double ratio7(const double *a, const double *b, double r) {
  double top = a[7], bottom = b[7];
  for (int i = 6; i >= 0; i--) {
    top = top * r + a[i];
    bottom = bottom * r + b[i];
  }
  return top / bottom;
}

/* Algorithm AS 241 (PPND16): rational functions of degree 7 in three ranges, relative error below 4 ulp of the value, from the logarithm in the far tail.
 * Wichura (1988), Applied Statistics 37, 477-484. 0 gives -inf, 1 gives +inf, outside NaN. */
double sx_exact_norm_quantile(double p) {
  static const double a[] = {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
                             13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                             33430.575583588128105, 2509.0809287301226727};
  static const double b[] = {1.0,
                             42.313330701600911252,
                             687.18700749205790830,
                             5394.1960214247511077,
                             21213.794301586595867,
                             39307.895800092710610,
                             28729.085735721942674,
                             5226.4952788528545610};
  static const double c[] = {1.42343711074968357734,   4.63033784615654529590,   5.76949722146069140550,
                             3.64784832476320460504,   1.27045825245236838258,   0.241780725177450611770,
                             0.0227238449892691845833, 7.74545014278341407640e-4};
  static const double d[] = {1.0,
                             2.05319162663775882187,
                             1.67638483018380384940,
                             0.689767334985100004550,
                             0.148103976427480074590,
                             0.0151986665636164571966,
                             5.47593808499534494600e-4,
                             1.05075007164441684324e-9};
  static const double e[] = {6.65790464350110377720,    5.46378491116411436990,   1.78482653991729133580,
                             0.296560571828504891230,   0.0265321895265761230930, 0.00124266094738807843860,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[] = {1.0,
                             0.599832206555887937690,
                             0.136929880922735805310,
                             0.0148753612908506148525,
                             7.86869131145613259100e-4,
                             1.84631831751005468180e-5,
                             1.42151175831644588870e-7,
                             2.04426310338993978564e-15};
  if (!(p >= 0 && p <= 1)) return (double)NAN;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) return q * ratio7(a, b, 0.180625 - q * q);
  const double tail = q < 0 ? p : 1.0 - p;
  if (tail == 0) return q < 0 ? -(double)INFINITY : (double)INFINITY;
  const double r = sqrt(-sx_exact_log(tail));
  const double x = r <= 5 ? ratio7(c, d, r - 1.6) : ratio7(e, f, r - 5.0);
  return q < 0 ? -x : x;
}
