/* audit_big.c: exact decimal arithmetic in a fixed width. Schoolbook: the numbers are a few limbs long. */
#include "audit_big.h"

#include <math.h>
#include <string.h>

void sx_audit__big_set(au_big *out, au_num a) {
  const uint64_t m = a.m < 0 ? 0 - (uint64_t)a.m : (uint64_t)a.m;
  out->sign = a.m < 0 ? -1 : a.m > 0;
  out->bad = false;
  out->e = a.m ? a.e : 0;
  out->d[0] = (uint32_t)m;
  out->d[1] = (uint32_t)(m >> 32);
  out->n = out->d[1] ? 2 : out->d[0] != 0;
}

void sx_audit__big_copy(au_big *out, const au_big *a) {
  out->sign = a->sign;
  out->bad = a->bad;
  out->n = a->n;
  out->e = a->e;
  memcpy(out->d, a->d, a->n * sizeof a->d[0]);
}

void sx_audit__big_mul(au_big *out, const au_big *a, const au_big *b) {
  out->bad = a->bad || b->bad || a->n + b->n > AU_LIMBS;
  out->sign = a->sign * b->sign;
  out->e = out->sign ? a->e + b->e : 0;
  out->n = 0;
  if (out->bad || !out->sign) return;
  memset(out->d, 0, (a->n + b->n) * sizeof out->d[0]);
  for (uint32_t i = 0; i < a->n; i++) {
    uint64_t carry = 0;
    for (uint32_t j = 0; j < b->n; j++) {
      carry += (uint64_t)a->d[i] * b->d[j] + out->d[i + j];
      out->d[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    out->d[i + b->n] = (uint32_t)carry;
  }
  out->n = a->n + b->n;
  while (out->n && !out->d[out->n - 1]) out->n--;
}

static void times_small(au_big *a, uint32_t by) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < a->n; i++) {
    carry += (uint64_t)a->d[i] * by;
    a->d[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (!carry) return;
  if (a->n == AU_LIMBS) {
    a->bad = true;
  } else {
    a->d[a->n++] = (uint32_t)carry;
  }
}

/* The same number with a smaller exponent. */
static void lower(au_big *a, int32_t e) {
  while (a->e > e && !a->bad) {
    const bool nine = a->e - e >= 9;
    times_small(a, nine ? 1000000000U : 10U);
    a->e -= nine ? 9 : 1;
  }
}

static int compare_digits(const au_big *a, const au_big *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (uint32_t i = a->n; i-- > 0;) {
    if (a->d[i] != b->d[i]) return a->d[i] < b->d[i] ? -1 : 1;
  }
  return 0;
}

static void add_digits(au_big *out, const au_big *a) {
  uint64_t carry = 0;
  const uint32_t n = a->n > out->n ? a->n : out->n;
  for (uint32_t i = 0; i < n; i++) {
    carry += (i < out->n ? (uint64_t)out->d[i] : 0) + (i < a->n ? a->d[i] : 0);
    out->d[i] = (uint32_t)carry;
    carry >>= 32;
  }
  out->n = n;
  if (carry && n == AU_LIMBS) out->bad = true;
  if (carry && n < AU_LIMBS) out->d[out->n++] = (uint32_t)carry;
}

/* out = big - small, in digits; out may be either. */
static void sub_digits(au_big *out, const au_big *big, const au_big *small) {
  int64_t borrow = 0;
  const uint32_t n = big->n;
  for (uint32_t i = 0; i < n; i++) {
    borrow += (int64_t)big->d[i] - (i < small->n ? (int64_t)small->d[i] : 0);
    out->d[i] = (uint32_t)borrow;
    borrow >>= 32;
  }
  out->n = n;
  while (out->n && !out->d[out->n - 1]) out->n--;
}

void sx_audit__big_add(au_big *out, const au_big *a) {
  if (a->bad) out->bad = true;
  if (out->bad || !a->sign) return;
  if (!out->sign) {
    sx_audit__big_copy(out, a);
    return;
  }
  au_big other;
  sx_audit__big_copy(&other, a);
  if (other.e > out->e) lower(&other, out->e);
  if (out->e > other.e) lower(out, other.e);
  out->bad = out->bad || other.bad;
  if (out->bad) return;
  if (out->sign == other.sign) {
    add_digits(out, &other);
    return;
  }
  const int order = compare_digits(out, &other);
  if (order >= 0) {
    sub_digits(out, out, &other);
  } else {
    sub_digits(out, &other, out);
    out->sign = other.sign;
  }
  if (order == 0) {
    out->sign = 0;
    out->e = 0;
  }
}

long double sx_audit__ten(int32_t e) {
  long double out = 1, by = 10;
  for (; e > 0; e >>= 1, by *= by) {
    if (e & 1) out *= by;
  }
  return out;
}

long double sx_audit__big_value(const au_big *a) {
  long double value = 0;
  if (a->bad) return (long double)NAN;
  for (uint32_t i = a->n; i-- > 0;) value = value * 4294967296.0L + (long double)a->d[i];
  return (long double)a->sign * (a->e < 0 ? value / sx_audit__ten(-a->e) : value * sx_audit__ten(a->e));
}

bool sx_audit__num_mul(au_num *out, au_num a, au_num b) {
  int64_t m;
  if (__builtin_mul_overflow(a.m, b.m, &m)) return false;
  *out = (au_num){m, a.e + b.e};
  return true;
}

bool sx_audit__num_add(au_num *out, au_num a, au_num b) {
  if (!a.m || !b.m) {
    *out = a.m ? a : b;
    return true;
  }
  au_num high = a.e > b.e ? a : b;
  const au_num low = a.e > b.e ? b : a;
  for (; high.e > low.e; high.e--) {
    if (__builtin_mul_overflow(high.m, 10, &high.m)) return false;
  }
  int64_t m;
  if (__builtin_add_overflow(high.m, low.m, &m)) return false;
  *out = (au_num){m, low.e};
  return true;
}

int sx_audit__num_cmp(au_num a, au_num b) {
  au_big difference, other;
  sx_audit__big_set(&difference, a);
  sx_audit__big_set(&other, b);
  other.sign = -other.sign;
  sx_audit__big_add(&difference, &other);
  return difference.sign;
}

long double sx_audit__num_value(au_num a) {
  return a.e < 0 ? (long double)a.m / sx_audit__ten(-a.e) : (long double)a.m * sx_audit__ten(a.e);
}

bool sx_audit__num_read(au_num *out, int *decimals, const char *text) {
  const bool minus = *text == '-';
  int64_t m = 0;
  int digits = 0, after = 0;
  bool point = false;
  for (const char *p = text + (minus || *text == '+'); *p; p++) {
    if (*p == '.' && !point && digits) {
      point = true;
      continue;
    }
    if (*p < '0' || *p > '9' || digits >= 18) return false;
    m = m * 10 + (*p - '0');
    digits++;
    after += point;
  }
  if (!digits || (point && !after)) return false;
  *out = (au_num){minus ? -m : m, -after};
  *decimals = after;
  return true;
}
