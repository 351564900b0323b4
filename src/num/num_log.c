/* num_log.c: the natural logarithm of an array, several values at a time.
 *
 * log x = k ln 2 + log(1+f), 1+f in [sqrt(1/2), sqrt 2). With s = f/(2+f), z = s*s:
 *   log(1+f) = 2 atanh s = f - (f*f/2 - s*(f*f/2 + R)),  R = 2z/3 + 2z^2/5 + ... + 2z^10/21 (z <= 0.0295; the next term is below 6e-18)
 * k comes from the exponent as a double by way of 2^52 + k. Every lane takes the same IEEE operations in the same order, without
 * contraction, so that the bits do not depend on the width: below 1 ulp (tests/unit/num/test_num_log.c). Values that are not
 * positive normal numbers are left to the C library. */
#include <float.h>
#include <string.h>

#include "shuxiao/num.h"

static const double LN2_HI = 0x1.62e42fee00000p-1, LN2_LO = 0x1.a39ef35793c76p-33; /* as in num_exact.c */
static const double MAGIC = 0x1.00000000003ffp+52;                                 /* 2^52 + 1023 */
enum { SPECIAL_STEP = 64 };
#define SQRT_HALF UINT64_C(0x3fe6a09e667f3bcd)
#define ONE       UINT64_C(0x3ff0000000000000)
#define MANTISSA  UINT64_C(0x000fffffffffffff)
#define TWO_52    UINT64_C(0x4330000000000000)

/* out, x [n], n a multiple of the lanes. The lanes of a vector are one value each. */
#define LOG_LANES(name, lanes, ...)                                                                                    \
  typedef double name##_f __attribute__((vector_size((lanes) * sizeof(double)), may_alias, aligned(8)));               \
  typedef uint64_t name##_u __attribute__((vector_size((lanes) * sizeof(double))));                                    \
  __VA_ARGS__ static void name(double *out, const double *x, size_t n) {                                               \
    for (size_t i = 0; i < n; i += (lanes)) {                                                                          \
      const name##_f v = *(const name##_f *)(x + i);                                                                   \
      const name##_u u = (name##_u)v + (ONE - SQRT_HALF);                                                              \
      const name##_f k = (name##_f)((u >> 52) | TWO_52) - MAGIC;                                                       \
      const name##_f f = (name##_f)((u & MANTISSA) + SQRT_HALF) - 1.0;                                                 \
      const name##_f s = f / (2.0 + f), z = s * s, zz = z * z, h = 0.5 * f * f;                                        \
      const name##_f odd = 2.0 / 3 + zz * (2.0 / 7 + zz * (2.0 / 11 + zz * (2.0 / 15 + zz * (2.0 / 19))));             \
      const name##_f even = 2.0 / 5 + zz * (2.0 / 9 + zz * (2.0 / 13 + zz * (2.0 / 17 + zz * (2.0 / 21))));            \
      const name##_f r = z * (odd + z * even);                                                                         \
      *(name##_f *)(out + i) = k * LN2_HI - ((h - (s * (h + r) + k * LN2_LO)) - f);                                    \
    }                                                                                                                  \
  }
LOG_LANES(log2_lanes, 2, __attribute__((unused)))
#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE 1
LOG_LANES(log4_lanes, 4, __attribute__((target("avx2"))))
LOG_LANES(log8_lanes, 8, __attribute__((target("avx512f"))))
#else
#define WIDE 0
#endif

static void plain(double *out, const double *x, size_t n) {
#if WIDE
  if (__builtin_cpu_supports("avx512f")) {
    log8_lanes(out, x, n);
    return;
  }
  if (__builtin_cpu_supports("avx2")) {
    log4_lanes(out, x, n);
    return;
  }
#endif
  log2_lanes(out, x, n);
}

static bool is_plain(double x) {
  return x >= DBL_MIN && x <= DBL_MAX;
}

void sx_num_log(double *out, const double *x, size_t n) {
  double in[SPECIAL_STEP], logs[SPECIAL_STEP];
  for (size_t i = 0; i < n; i += SPECIAL_STEP) {
    const size_t m = n - i < SPECIAL_STEP ? n - i : SPECIAL_STEP;
    bool all = m == SPECIAL_STEP;
    for (size_t k = 0; k < m; k++) all &= is_plain(x[i + k]);
    if (all) {
      plain(out + i, x + i, SPECIAL_STEP);
      continue;
    }
    for (size_t k = 0; k < SPECIAL_STEP; k++) in[k] = k < m && is_plain(x[i + k]) ? x[i + k] : 1;
    plain(logs, in, SPECIAL_STEP);
    for (size_t k = 0; k < m; k++) out[i + k] = is_plain(x[i + k]) ? logs[k] : log(x[i + k]);
  }
}
