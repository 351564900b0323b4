/* base_number.c: numbers from and to text, in the C locale whatever the process locale is.
 *
 * Reading. The text is split into a decimal integer w of up to 19 digits and a power of ten e, value = w * 10^e.
 *   1. w <= 2^53 and |e| <= 22: w and 10^|e| are exact doubles and one multiplication or division rounds once
 *      (W. D. Clinger, How to read floating point numbers accurately, PLDI 1990, section 3).
 *   2. w < 2^64 and |e| <= 27, where long double has 64 bits: the same in long double gives the value within half a unit
 *      of the 64th bit. Rounding that to 53 bits is the rounding of the exact value unless the eleven bits cut off are
 *      within one unit of the half-way pattern 10000000000.
 *   3. Otherwise strtod reads "digits e exponent". Without a decimal point in it no locale can change the meaning. Of
 *      more than 780 digits the rest is replaced by one sticky digit: 768 are enough to tell any double from its
 *      neighbours' midpoints.
 * Printing. The shortest digits that read back: the first of the roundings to 15, 16 and 17 digits that does (below the normal range: of 1 to 17).
 *   With value = m 2^e, m < 2^53, and k so that value 10^k has 17 digits before the point,
 *     value 10^k = N / 2^s,  N = m 5^k,  s = -(e + k):
 *   for 0 <= k <= 27 (values from 1e-10 to 1e17) N has at most 116 bits and is exact in 128, and so is each rounding c and its distance from the
 *   value. c reads back where it lies within half a unit in the last place of m, |c 2^s - N| < 5^k / 2, or on that limit and m is even, for a
 *   tie is read as the even one. Powers of two, whose lower limit is nearer, and what is beyond those bounds take printf's
 *   %.{15,16,17}e, with the decimal point of the locale skipped. */
#include "shuxiao/base.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_KEPT = 780, EXPONENT_CLAMP = 100000, EXACT_TEN = 22 };

static const double TEN[EXACT_TEN + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A scanned decimal: value = (first 19 significant digits) * 10^exponent, sign apart. */
typedef struct decimal {
  bool negative;
  uint64_t w;         /* at most 19 significant digits */
  long exponent;      /* of ten, for w */
  size_t n_digits;    /* significant digits in the text (leading zeros not counted) */
  const char *first;  /* first significant digit */
  size_t span;        /* bytes from it to the last digit, a point included */
  long tail_exponent; /* of ten, for all n_digits digits as one integer */
} decimal;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* [+-]digits[.digits][(e|E)[+-]digits], at least one digit before the exponent; the whole text. */
static bool scan(decimal *d, const char *s, size_t n) {
  const char *const end = s + n;
  *d = (decimal){0};
  if (s < end && (*s == '-' || *s == '+')) d->negative = *s++ == '-';
  const char *point = NULL, *last = NULL;
  bool any = false;
  long dropped = 0, decimals = 0;
  for (; s < end; s++) {
    if (*s == '.') {
      if (point) return false;
      point = s;
      continue;
    }
    if (!is_digit(*s)) break;
    any = true;
    if (point) decimals++;
    if (!d->n_digits && *s == '0') continue;
    if (!d->first) d->first = s;
    last = s;
    d->n_digits++;
    if (d->n_digits <= 19)
      d->w = d->w * 10 + (uint64_t)(*s - '0');
    else
      dropped++;
  }
  if (!any) return false;
  long e = 0;
  if (s < end && (*s == 'e' || *s == 'E')) {
    s++;
    bool minus = false;
    if (s < end && (*s == '-' || *s == '+')) minus = *s++ == '-';
    if (s == end) return false;
    for (; s < end && is_digit(*s); s++)
      if (e < EXPONENT_CLAMP) e = e * 10 + (*s - '0');
    if (minus) e = -e;
  }
  d->tail_exponent = e - decimals;
  d->exponent = d->tail_exponent + dropped;
  d->span = last ? (size_t)(last - d->first) + 1 : 0;
  return s == end;
}

#if LDBL_MANT_DIG == 64
/* Step 2; false where the answer is not certain. */
static bool long_double_path(double *out, uint64_t w, long e) {
  static const long double tens[28] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                       1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                       1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
  if (e < -27 || e > 27) return false;
  const long double x = e < 0 ? (long double)w / tens[-e] : (long double)w * tens[e];
  uint64_t mantissa;
  memcpy(&mantissa, &x, sizeof mantissa);
  const uint64_t low = mantissa & 0x7FFu;
  if (low >= 0x3FFu && low <= 0x401u) return false;
  *out = (double)x;
  return true;
}
#else
static bool long_double_path(double *out, uint64_t w, long e) {
  (void)out, (void)w, (void)e;
  return false;
}
#endif

/* Step 3. */
static bool strtod_path(double *out, const decimal *d) {
  char text[DIGITS_KEPT + 32];
  size_t kept = 0, seen = 0;
  bool sticky = false;
  for (size_t i = 0; i < d->span; i++) {
    const char c = d->first[i];
    if (c == '.') continue;
    seen++;
    if (kept < DIGITS_KEPT)
      text[kept++] = c;
    else if (c != '0')
      sticky = true;
  }
  long e = d->tail_exponent + (long)(seen - kept);
  if (sticky) {
    text[kept++] = '1';
    e--;
  }
  snprintf(text + kept, sizeof text - kept, "e%ld", e);
  const int saved = errno;
  const double value = strtod(text, NULL);
  errno = saved;
  if (!(value <= DBL_MAX)) return false;
  *out = value;
  return true;
}

bool sx_text_to_double(double *out, const char *text, size_t n) {
  decimal d;
  if (!scan(&d, text, n)) return false;
  double value;
  if (!d.n_digits) {
    value = 0;
  } else if (d.n_digits <= 19 && d.w <= UINT64_C(1) << 53 && d.exponent >= -EXACT_TEN && d.exponent <= EXACT_TEN) {
    value = d.exponent < 0 ? (double)d.w / TEN[-d.exponent] : (double)d.w * TEN[d.exponent];
  } else if (d.n_digits > 19 || !long_double_path(&value, d.w, d.exponent)) {
    if (!strtod_path(&value, &d)) return false;
  }
  *out = d.negative ? -value : value;
  return true;
}

bool sx_text_to_int64(int64_t *out, const char *text, size_t n) {
  size_t i = 0;
  bool negative = false;
  if (n && (text[0] == '-' || text[0] == '+')) negative = text[i++] == '-';
  if (i == n) return false;
  int64_t value = 0; /* kept negative: the negative range is one longer */
  for (; i < n; i++) {
    if (!is_digit(text[i])) return false;
    if (__builtin_mul_overflow(value, (int64_t)10, &value)) return false;
    if (__builtin_sub_overflow(value, (int64_t)(text[i] - '0'), &value)) return false;
  }
  if (!negative) {
    if (value == INT64_MIN) return false;
    value = -value;
  }
  *out = value;
  return true;
}

/* ---- printing ---- */

/* value = 0.d1 d2 ... dn * 10^point, no trailing zeros; n == 0 for zero. */
typedef struct digits {
  char d[18];
  int n;
  int point;
} digits;

static double digits_value(const digits *g) {
  decimal dec = {.n_digits = (size_t)g->n, .first = g->d, .span = (size_t)g->n, .tail_exponent = g->point - g->n};
  for (int i = 0; i < g->n; i++) dec.w = dec.w * 10 + (uint64_t)(g->d[i] - '0');
  dec.exponent = dec.tail_exponent;
  double value = (double)INFINITY;
  if (dec.w <= UINT64_C(1) << 53 && dec.exponent >= -EXACT_TEN && dec.exponent <= EXACT_TEN)
    return dec.exponent < 0 ? (double)dec.w / TEN[-dec.exponent] : (double)dec.w * TEN[dec.exponent];
  if (long_double_path(&value, dec.w, dec.exponent)) return value;
  if (!strtod_path(&value, &dec)) return (double)INFINITY;
  return value;
}

static void trim(digits *g) {
  while (g->n > 0 && g->d[g->n - 1] == '0') g->n--;
}

/* The n significant digits nearest to value > 0, from printf; whatever the locale puts for a point is skipped. */
static void rounded_digits(digits *g, double value, int n) {
  char text[64];
  snprintf(text, sizeof text, "%.*e", n - 1, value);
  const char *s = text;
  g->n = 0;
  for (; *s && *s != 'e'; s++)
    if (is_digit(*s) && g->n < n) g->d[g->n++] = *s;
  long e = 0;
  if (*s == 'e') e = strtol(s + 1, NULL, 10);
  g->point = (int)e + 1;
  trim(g);
}

/* One more in the last of n places; n digits stay n digits except after a carry out. */
static void next_up(digits *g, int n) {
  while (g->n < n) g->d[g->n++] = '0';
  int i = n - 1;
  while (i >= 0 && g->d[i] == '9') g->d[i--] = '0';
  if (i >= 0) {
    g->d[i]++;
  } else {
    memmove(g->d + 1, g->d, (size_t)(n - 1));
    g->d[0] = '1';
    g->point++;
  }
  trim(g);
}

static void from_integer(digits *g, uint64_t w, int point_shift) {
  char text[20];
  int n = 0;
  for (; w; w /= 10) text[n++] = (char)('0' + w % 10);
  g->n = n < 18 ? n : 18;
  for (int i = 0; i < g->n; i++) g->d[i] = text[n - 1 - i];
  g->point = n - point_shift;
  trim(g);
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static const uint64_t FIVE[28] = {UINT64_C(1),
                                  UINT64_C(5),
                                  UINT64_C(25),
                                  UINT64_C(125),
                                  UINT64_C(625),
                                  UINT64_C(3125),
                                  UINT64_C(15625),
                                  UINT64_C(78125),
                                  UINT64_C(390625),
                                  UINT64_C(1953125),
                                  UINT64_C(9765625),
                                  UINT64_C(48828125),
                                  UINT64_C(244140625),
                                  UINT64_C(1220703125),
                                  UINT64_C(6103515625),
                                  UINT64_C(30517578125),
                                  UINT64_C(152587890625),
                                  UINT64_C(762939453125),
                                  UINT64_C(3814697265625),
                                  UINT64_C(19073486328125),
                                  UINT64_C(95367431640625),
                                  UINT64_C(476837158203125),
                                  UINT64_C(2384185791015625),
                                  UINT64_C(11920928955078125),
                                  UINT64_C(59604644775390625),
                                  UINT64_C(298023223876953125),
                                  UINT64_C(1490116119384765625),
                                  UINT64_C(7450580596923828125)};

/* N / 2^s of a value, as above. */
typedef struct at_17 {
  wide n;
  uint64_t m, whole; /* whole: what is before the point */
  int k, s;
} at_17;

static bool scale_to_17(at_17 *x, double value) {
  static const uint64_t least = UINT64_C(10000000000000000); /* 10^16 */
  int exponent;
  const double fraction = frexp(value, &exponent);
  if (exponent < -32 || exponent > 56 || fraction == 0.5) return false;
  x->m = (uint64_t)ldexp(fraction, 53);
  int k = 16 - (int)floor((exponent - 1) * 0.30102999566398120); /* log10 2: one too many at most */
  for (int tries = 0; tries < 3; tries++) {
    const int s = 53 - exponent - k;
    if (k < 0 || k > 27 || s < 1 || s > 100) return false;
    x->n = (wide)x->m * FIVE[k];
    const wide whole = x->n >> s;
    if (whole >= least * (wide)10) {
      k--;
    } else if (whole < least) {
      k++;
    } else {
      x->whole = (uint64_t)whole;
      x->k = k;
      x->s = s;
      return true;
    }
  }
  return false;
}

/* The value to the nearest multiple of `unit` (1, 10, 100), a tie to the even one, in such multiples. */
static uint64_t nearest(const at_17 *x, uint64_t unit) {
  const uint64_t down = x->whole / unit, rest = x->whole % unit;
  const wide over = ((wide)rest << x->s) + (x->n & (((wide)1 << x->s) - 1)), half = ((wide)unit << x->s) / 2;
  return down + (over > half || (over == half && down % 2 == 1));
}

static bool reads_back(const at_17 *x, wide c) {
  const wide at = c << x->s, apart = at > x->n ? at - x->n : x->n - at;
  return 2 * apart < FIVE[x->k] || (2 * apart == FIVE[x->k] && x->m % 2 == 0);
}

static bool exact_shortest(digits *g, double value) {
  at_17 x;
  if (!scale_to_17(&x, value)) return false;
  for (uint64_t unit = 100, dropped = 2; unit > 1; unit /= 10, dropped--) {
    const uint64_t w = nearest(&x, unit);
    if (!reads_back(&x, (wide)w * unit)) continue;
    from_integer(g, w, x.k - (int)dropped);
    return true;
  }
  from_integer(g, nearest(&x, 1), x.k);
  return true;
}
#else
static bool exact_shortest(digits *g, double value) {
  (void)g, (void)value;
  return false;
}
#endif

/* Values of few decimals: value * 10^k is an integer r <= 10^15 and r / 10^k reads back. At most 15 digits name
 * at most one double each, so the smallest k gives the shortest text. */
static bool few_decimals(digits *g, double value) {
  if (!(value < 1e15 && value >= 1e-5)) return false;
  for (int k = 0; k <= 7; k++) {
    const double scaled = value * TEN[k];
    if (scaled >= 1e15) return false;
    const double r = nearbyint(scaled);
    if (r / TEN[k] == value) { /* NOLINT: exact on purpose */
      from_integer(g, (uint64_t)r, k);
      return true;
    }
  }
  return false;
}

/* The shortest digits that read back to value > 0 (finite). */
static void shortest(digits *g, double value) {
  if (value < 1e15 && value == (double)(uint64_t)value) { /* NOLINT: exact on purpose */
    from_integer(g, (uint64_t)value, 0);
    return;
  }
  if (exact_shortest(g, value) || few_decimals(g, value)) return;
  /* Below the normal range fewer digits may do; above it 15 always survive the way there and back. */
  int exponent;
  const bool power_of_two = frexp(value, &exponent) == 0.5;
  for (int n = value < DBL_MIN ? 1 : 15; n < 17; n++) {
    rounded_digits(g, value, n);
    if (digits_value(g) == value) return;
    /* Above a power of two the spacing is twice that below: the next decimal up may still read back. */
    if (power_of_two) {
      next_up(g, n);
      if (digits_value(g) == value) return;
    }
  }
  rounded_digits(g, value, 17);
}

static size_t put(char *out, const char *text) {
  const size_t n = strlen(text);
  memcpy(out, text, n + 1);
  return n;
}

static size_t put_special(char *out, double value) {
  if (isnan(value)) return put(out, "nan");
  return put(out, value < 0 ? "-inf" : "inf");
}

static size_t put_exponent(char *out, int e) {
  size_t n = 0;
  out[n++] = 'e';
  if (e < 0) out[n++] = '-';
  if (e < 0) e = -e;
  if (e >= 100) out[n++] = (char)('0' + e / 100);
  if (e >= 10) out[n++] = (char)('0' + e / 10 % 10);
  out[n++] = (char)('0' + e % 10);
  out[n] = '\0';
  return n;
}

size_t sx_text_from_double(char out[SX_DOUBLE_TEXT_MAX], double value) {
  enum { PLAIN_MIN = -4, PLAIN_MAX = 17 }; /* where the point may stand without an exponent being shorter to read */
  if (!isfinite(value)) return put_special(out, value);
  size_t n = 0;
  if (signbit(value)) out[n++] = '-';
  if (value == 0) return n + put(out + n, "0");
  digits g;
  shortest(&g, fabs(value));
  if (g.point < PLAIN_MIN || g.point > PLAIN_MAX) {
    out[n++] = g.d[0];
    if (g.n > 1) out[n++] = '.';
    for (int i = 1; i < g.n; i++) out[n++] = g.d[i];
    return n + put_exponent(out + n, g.point - 1);
  }
  if (g.point <= 0) {
    out[n++] = '0';
    out[n++] = '.';
    for (int i = g.point; i < 0; i++) out[n++] = '0';
  }
  for (int i = 0; i < g.n || i < g.point; i++) {
    if (i == g.point && i > 0) out[n++] = '.';
    out[n++] = i < g.n ? g.d[i] : '0';
  }
  out[n] = '\0';
  return n;
}

/* Rounds g half away from zero to `decimals` places after the point. */
static void round_digits(digits *g, int decimals) {
  const int keep = g->point + decimals; /* digits that stay */
  if (keep >= g->n) return;
  if (keep < 0) {
    g->n = 0;
    return;
  }
  const bool up = g->d[keep] >= '5';
  g->n = keep;
  if (!up) {
    trim(g);
  } else if (keep == 0) { /* 0.07 at one decimal: becomes one unit of the last place */
    g->d[0] = '1';
    g->n = 1;
    g->point++;
  } else {
    next_up(g, keep);
  }
}

size_t sx_text_fixed(char out[SX_FIXED_TEXT_MAX], double value, int decimals) {
  if (!isfinite(value)) return put_special(out, value);
  if (decimals < 0) decimals = 0;
  if (decimals > 17) decimals = 17;
  digits g = {.n = 0};
  if (value != 0) {
    shortest(&g, fabs(value));
    round_digits(&g, decimals);
  }
  size_t n = 0;
  if (g.n == 0)
    g.point = 0; /* rounded to zero: no sign */
  else if (value < 0)
    out[n++] = '-';
  if (g.point <= 0) out[n++] = '0';
  for (int i = 0; i < g.point; i++) out[n++] = i < g.n ? g.d[i] : '0';
  if (decimals > 0) out[n++] = '.';
  for (int i = g.point; i < g.point + decimals; i++) out[n++] = i >= 0 && i < g.n ? g.d[i] : '0';
  out[n] = '\0';
  return n;
}
