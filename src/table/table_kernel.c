/* table_kernel.c: one step over one block of SX_TABLE_BLOCK elements.
 *
 * Numbers: NaN is missing. An operation whose exact or rounded result is not finite (x/0, log of what is not positive, overflow)
 * is missing. Truth values: 0 false, 1 missing, 2 true, so that Kleene's `and` is min, `or` max and `not` 2 - x.
 * Every loop has a constant trip count and no branch, so that the compiler can vectorise it. */
#include "table_expr_priv.h"

#include <assert.h>
#include <float.h>

/* The kernels are vectorised in every build that optimises at all: gcc 12 does so from -O3 on only. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#pragma GCC optimize("O3")
#endif

enum { N = SX_TABLE_BLOCK };

static inline double finite_or_missing(double v) {
  return fabs(v) <= DBL_MAX ? v : (double)NAN;
}
static inline double op_add(double a, double b) {
  return finite_or_missing(a + b);
}
static inline double op_sub(double a, double b) {
  return finite_or_missing(a - b);
}
static inline double op_mul(double a, double b) {
  return finite_or_missing(a * b);
}
static inline double op_div(double a, double b) {
  return finite_or_missing(a / b);
}
/* pow(x, 0) and pow(1, y) are 1 even where the other operand is missing: not here */
static inline double op_pow(double a, double b) {
  return isnan(a) || isnan(b) ? (double)NAN : finite_or_missing(pow(a, b));
}
static inline double op_min(double a, double b) {
  return a != a ? a : b != b ? b : b < a ? b : a;
}
static inline double op_max(double a, double b) {
  return a != a ? a : b != b ? b : b > a ? b : a;
}
static inline double op_skip_add(double a, double b) {
  return a != a ? b : b != b ? a : finite_or_missing(a + b);
}

/* The same where results may be infinite. */
static inline double open_add(double a, double b) {
  return a + b;
}
static inline double open_sub(double a, double b) {
  return a - b;
}
static inline double open_mul(double a, double b) {
  return a * b;
}
static inline double open_div(double a, double b) {
  return a / b;
}
static inline double open_pow(double a, double b) {
  return pow(a, b);
}
static inline double open_skip_add(double a, double b) {
  return a != a ? b : b != b ? a : a + b;
}

/* 1 where either is missing, else 0 or 2: as a double, which the compiler selects and then narrows in vectors */
static inline double truth(double yes, double a, double b) {
  yes = a != a ? 1.0 : yes;
  return b != b ? 1.0 : yes;
}
static inline double op_eq(double a, double b) {
  return truth(a == b ? 2.0 : 0.0, a, b);
}
static inline double op_ne(double a, double b) {
  return truth(a == b ? 0.0 : 2.0, a, b);
}
static inline double op_lt(double a, double b) {
  return truth(a < b ? 2.0 : 0.0, a, b);
}
static inline double op_le(double a, double b) {
  return truth(a <= b ? 2.0 : 0.0, a, b);
}
static inline double op_gt(double a, double b) {
  return truth(a > b ? 2.0 : 0.0, a, b);
}
static inline double op_ge(double a, double b) {
  return truth(a >= b ? 2.0 : 0.0, a, b);
}

static inline uint8_t text_truth(uint8_t yes, int32_t a, int32_t b) {
  yes = a == -1 ? 1 : yes;
  return b == -1 ? 1 : yes;
}
static inline uint8_t text_eq(int32_t a, int32_t b) {
  return text_truth(a == b ? 2 : 0, a, b);
}
static inline uint8_t text_ne(int32_t a, int32_t b) {
  return text_truth(a != b ? 2 : 0, a, b);
}
static inline uint8_t text_lt(int32_t a, int32_t b) {
  return text_truth(a < b ? 2 : 0, a, b);
}
static inline uint8_t text_le(int32_t a, int32_t b) {
  return text_truth(a <= b ? 2 : 0, a, b);
}
static inline uint8_t text_gt(int32_t a, int32_t b) {
  return text_truth(a > b ? 2 : 0, a, b);
}
static inline uint8_t text_ge(int32_t a, int32_t b) {
  return text_truth(a >= b ? 2 : 0, a, b);
}

static inline uint8_t op_and(uint8_t a, uint8_t b) {
  return a < b ? a : b;
}
static inline uint8_t op_or(uint8_t a, uint8_t b) {
  return a > b ? a : b;
}
static inline uint8_t op_any(uint8_t a, uint8_t b) {
  return a == 1 ? b : b == 1 ? a : a > b ? a : b;
}

static inline void narrow(uint8_t *restrict dst, const double *restrict told) {
  for (int i = 0; i < N; i++) dst[i] = (uint8_t)(int32_t)told[i];
}

/* y is an array, or NULL for the constant k */
#define BINARY(name, in, out_type, op)                                                                                 \
  static void name(out_type *restrict dst, const in *x, const in *y, in k) {                                           \
    if (y)                                                                                                             \
      for (int i = 0; i < N; i++) dst[i] = op(x[i], y[i]);                                                             \
    else                                                                                                               \
      for (int i = 0; i < N; i++) dst[i] = op(x[i], k);                                                                \
  }
#define COMPARE(name, op)                                                                                              \
  static void name(uint8_t *restrict dst, const double *x, const double *y, double k) {                                \
    double told[N];                                                                                                    \
    if (y)                                                                                                             \
      for (int i = 0; i < N; i++) told[i] = op(x[i], y[i]);                                                            \
    else                                                                                                               \
      for (int i = 0; i < N; i++) told[i] = op(x[i], k);                                                               \
    narrow(dst, told);                                                                                                 \
  }
#define UNARY(name, type, expression)                                                                                  \
  static void name(type *restrict dst, const type *restrict x) {                                                       \
    for (int i = 0; i < N; i++) {                                                                                      \
      const type v = x[i];                                                                                             \
      dst[i] = (type)(expression);                                                                                     \
    }                                                                                                                  \
  }
#define IS_MISSING(name, type, test)                                                                                   \
  static void name(uint8_t *restrict dst, const type *restrict x) {                                                    \
    for (int i = 0; i < N; i++) {                                                                                      \
      const type v = x[i];                                                                                             \
      dst[i] = (test) ? 2 : 0;                                                                                         \
    }                                                                                                                  \
  }
#define CHOOSE(name, type, gone)                                                                                       \
  static void name(type *restrict dst, const uint8_t *restrict test, const type *restrict x, const type *restrict y) { \
    for (int i = 0; i < N; i++) {                                                                                      \
      const type yes = x[i], no = y[i], other = test[i] == 0 ? no : (type)(gone);                                      \
      dst[i] = test[i] == 2 ? yes : other;                                                                             \
    }                                                                                                                  \
  }
#define FILL(name, type)                                                                                               \
  static void name(type *restrict dst, type k) {                                                                       \
    for (int i = 0; i < N; i++) dst[i] = k;                                                                            \
  }

BINARY(do_add, double, double, op_add)
BINARY(do_sub, double, double, op_sub)
BINARY(do_mul, double, double, op_mul)
BINARY(do_div, double, double, op_div)
BINARY(do_pow, double, double, op_pow)
BINARY(do_min, double, double, op_min)
BINARY(do_max, double, double, op_max)
BINARY(do_skip_add, double, double, op_skip_add)
COMPARE(do_eq, op_eq)
COMPARE(do_ne, op_ne)
COMPARE(do_lt, op_lt)
COMPARE(do_le, op_le)
COMPARE(do_gt, op_gt)
COMPARE(do_ge, op_ge)
BINARY(do_open_add, double, double, open_add)
BINARY(do_open_sub, double, double, open_sub)
BINARY(do_open_mul, double, double, open_mul)
BINARY(do_open_div, double, double, open_div)
BINARY(do_open_pow, double, double, open_pow)
BINARY(do_open_skip_add, double, double, open_skip_add)
BINARY(do_text_eq, int32_t, uint8_t, text_eq)
BINARY(do_text_ne, int32_t, uint8_t, text_ne)
BINARY(do_text_lt, int32_t, uint8_t, text_lt)
BINARY(do_text_le, int32_t, uint8_t, text_le)
BINARY(do_text_gt, int32_t, uint8_t, text_gt)
BINARY(do_text_ge, int32_t, uint8_t, text_ge)
BINARY(do_and, uint8_t, uint8_t, op_and)
BINARY(do_or, uint8_t, uint8_t, op_or)
BINARY(do_any, uint8_t, uint8_t, op_any)
UNARY(do_neg, double, -v)
UNARY(do_abs, double, fabs(v))
UNARY(do_sqrt, double, v >= 0 ? finite_or_missing(sqrt(v)) : (double)NAN)
UNARY(do_exp, double, finite_or_missing(exp(v)))
UNARY(do_log, double, v > 0 ? finite_or_missing(log(v)) : (double)NAN)
UNARY(do_open_sqrt, double, v >= 0 ? sqrt(v) : (double)NAN)
UNARY(do_open_exp, double, exp(v))
UNARY(do_open_log, double, v >= 0 ? log(v) : (double)NAN)
UNARY(do_floor, double, floor(v))
UNARY(do_ceil, double, ceil(v))
UNARY(do_round, double, round(v))
UNARY(do_not, uint8_t, 2 - v)
IS_MISSING(number_missing, double, v != v)
IS_MISSING(logic_missing, uint8_t, v == 1)
IS_MISSING(text_missing, int32_t, v == -1)
CHOOSE(choose_number, double, (double)NAN)
CHOOSE(choose_logic, uint8_t, 1)
CHOOSE(choose_text, int32_t, -1)
FILL(fill_number, double)
FILL(fill_logic, uint8_t)
FILL(fill_text, int32_t)

/* 0, 1, missing; anything else was refused before. */
static void to_logic(uint8_t *restrict dst, const double *x) {
  double told[N];
  for (int i = 0; i < N; i++) told[i] = truth(x[i] == 1 ? 2.0 : 0.0, x[i], 0.0);
  narrow(dst, told);
}

static void to_number(double *restrict dst, const uint8_t *x) {
  for (int i = 0; i < N; i++) {
    const double v = (double)(x[i] >> 1);
    dst[i] = x[i] == 1 ? (double)NAN : v;
  }
}

static void map_codes(int32_t *restrict dst, const int32_t *x, const int32_t *map) {
  for (int i = 0; i < N; i++) dst[i] = x[i] < 0 ? x[i] : map[x[i]];
}

/* The steps whose results may be infinite; false: any other. */
static bool open_kernel(const sx_table__step *s, void *dst, const void *a, const void *b) {
  switch ((int)s->code) {
  case CODE_ADD:
    do_open_add(dst, a, b, s->number);
    return true;
  case CODE_SUB:
    do_open_sub(dst, a, b, s->number);
    return true;
  case CODE_MUL:
    do_open_mul(dst, a, b, s->number);
    return true;
  case CODE_DIV:
    do_open_div(dst, a, b, s->number);
    return true;
  case CODE_POW:
    do_open_pow(dst, a, b, s->number);
    return true;
  case CODE_SKIP_ADD:
    do_open_skip_add(dst, a, b, s->number);
    return true;
  case CODE_SQRT:
    do_open_sqrt(dst, a);
    return true;
  case CODE_EXP:
    do_open_exp(dst, a);
    return true;
  case CODE_LOG:
    do_open_log(dst, a);
    return true;
  default:
    return false;
  }
}

void sx_table__kernel(const sx_table__step *s, void *dst, const void *a, const void *b, const void *c) {
  if (s->infinite && open_kernel(s, dst, a, b)) return;
  switch (s->code) {
  case CODE_LOAD_F64:
  case CODE_LOAD_I64:
  case CODE_LOAD_CODE:
    return; /* table_eval.c */
  case CODE_FILL_NUMBER:
    fill_number(dst, s->number);
    return;
  case CODE_FILL_LOGIC:
    fill_logic(dst, (uint8_t)s->word);
    return;
  case CODE_FILL_CODE:
    fill_text(dst, s->word);
    return;
  case CODE_TO_LOGIC:
    to_logic(dst, a);
    return;
  case CODE_TO_NUMBER:
    to_number(dst, a);
    return;
  case CODE_MAP:
    map_codes(dst, a, s->map);
    return;
  case CODE_NEG:
    do_neg(dst, a);
    return;
  case CODE_ABS:
    do_abs(dst, a);
    return;
  case CODE_SQRT:
    do_sqrt(dst, a);
    return;
  case CODE_EXP:
    do_exp(dst, a);
    return;
  case CODE_LOG:
    do_log(dst, a);
    return;
  case CODE_FLOOR:
    do_floor(dst, a);
    return;
  case CODE_CEIL:
    do_ceil(dst, a);
    return;
  case CODE_ROUND:
    do_round(dst, a);
    return;
  case CODE_ADD:
    do_add(dst, a, b, s->number);
    return;
  case CODE_SUB:
    do_sub(dst, a, b, s->number);
    return;
  case CODE_MUL:
    do_mul(dst, a, b, s->number);
    return;
  case CODE_DIV:
    do_div(dst, a, b, s->number);
    return;
  case CODE_POW:
    do_pow(dst, a, b, s->number);
    return;
  case CODE_MIN:
    do_min(dst, a, b, s->number);
    return;
  case CODE_MAX:
    do_max(dst, a, b, s->number);
    return;
  case CODE_SKIP_ADD:
    do_skip_add(dst, a, b, s->number);
    return;
  case CODE_EQ:
    do_eq(dst, a, b, s->number);
    return;
  case CODE_NE:
    do_ne(dst, a, b, s->number);
    return;
  case CODE_LT:
    do_lt(dst, a, b, s->number);
    return;
  case CODE_LE:
    do_le(dst, a, b, s->number);
    return;
  case CODE_GT:
    do_gt(dst, a, b, s->number);
    return;
  case CODE_GE:
    do_ge(dst, a, b, s->number);
    return;
  case CODE_TEXT_EQ:
    do_text_eq(dst, a, b, s->word);
    return;
  case CODE_TEXT_NE:
    do_text_ne(dst, a, b, s->word);
    return;
  case CODE_TEXT_LT:
    do_text_lt(dst, a, b, s->word);
    return;
  case CODE_TEXT_LE:
    do_text_le(dst, a, b, s->word);
    return;
  case CODE_TEXT_GT:
    do_text_gt(dst, a, b, s->word);
    return;
  case CODE_TEXT_GE:
    do_text_ge(dst, a, b, s->word);
    return;
  case CODE_NOT:
    do_not(dst, a);
    return;
  case CODE_AND:
    do_and(dst, a, b, 0);
    return;
  case CODE_OR:
    do_or(dst, a, b, 0);
    return;
  case CODE_ANY:
    do_any(dst, a, b, 0);
    return;
  case CODE_NUMBER_MISSING:
    number_missing(dst, a);
    return;
  case CODE_LOGIC_MISSING:
    logic_missing(dst, a);
    return;
  case CODE_TEXT_MISSING:
    text_missing(dst, a);
    return;
  case CODE_IF_NUMBER:
    choose_number(dst, a, b, c);
    return;
  case CODE_IF_LOGIC:
    choose_logic(dst, a, b, c);
    return;
  case CODE_IF_TEXT:
    choose_text(dst, a, b, c);
    return;
  }
}

/* ---- between columns and blocks ------------------------------------------------------------------------ */

static void load_f64(double *restrict dst, const double *restrict x, const uint8_t *restrict miss, size_t n) {
  if (!miss) {
    memcpy(dst, x, n * sizeof *dst);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const double v = x[i];
    dst[i] = miss[i] ? (double)NAN : v;
  }
}

static void load_i64(double *restrict dst, const int64_t *restrict x, const uint8_t *restrict miss, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = (double)x[i];
  for (size_t i = 0; miss && i < n; i++)
    if (miss[i]) dst[i] = (double)NAN;
}

static void load_code(int32_t *restrict dst, const int32_t *restrict x, const uint8_t *restrict miss, size_t n) {
  if (!miss) {
    memcpy(dst, x, n * sizeof *dst);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const int32_t v = x[i];
    dst[i] = miss[i] ? -1 : v;
  }
}

void sx_table__load(void *dst, const sx_column *c, size_t from, size_t n) {
  const uint8_t *miss = c->miss ? c->miss + from : NULL;
  if (sx_table__is_coded(c->type)) {
    int32_t *codes = dst;
    load_code(codes, c->data.code + from, miss, n);
    for (size_t i = n; i < N; i++) codes[i] = -1;
    return;
  }
  double *numbers = dst;
  if (c->type == SX_NUMBER)
    load_f64(numbers, c->data.f64 + from, miss, n);
  else
    load_i64(numbers, c->data.i64 + from, miss, n);
  for (size_t i = n; i < N; i++) numbers[i] = (double)NAN;
}

static bool any_set(const uint8_t *miss, size_t n) {
  unsigned all = 0;
  for (size_t i = 0; i < n; i++) all |= miss[i];
  return all != 0;
}

/* Dates and periods: whole numbers. */
static void store_int(int64_t *restrict to, uint8_t *restrict miss, const double *restrict x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const bool gone = !(fabs(x[i]) < 9007199254740992.0);
    to[i] = gone ? 0 : (int64_t)floor(x[i]);
    miss[i] = gone ? SX_MISS_SYSTEM : SX_MISS_NONE;
  }
}

static_assert(SX_MISS_NONE == 0 && SX_MISS_SYSTEM == 1, "a test is a class");

bool sx_table__store(sx_column *out, sx_table__kind kind, const void *block, size_t from, size_t n) {
  uint8_t *restrict miss = out->miss + from;
  const double *restrict numbers = block;
  const uint8_t *restrict truths = block;
  const int32_t *restrict codes = block;
  switch (kind) {
  case KIND_NUMBER:
    memcpy(out->data.f64 + from, numbers, n * sizeof *numbers);
    for (size_t i = 0; i < n; i++) miss[i] = (uint8_t)(numbers[i] != numbers[i]);
    break;
  case KIND_DATE:
  case KIND_PERIOD:
    store_int(out->data.i64 + from, miss, numbers, n);
    break;
  case KIND_LOGIC:
    for (size_t i = 0; i < n; i++) out->data.i64[from + i] = truths[i] >> 1;
    for (size_t i = 0; i < n; i++) miss[i] = (uint8_t)(truths[i] & SX_MISS_SYSTEM);
    break;
  case KIND_TEXT:
    for (size_t i = 0; i < n; i++) {
      out->data.code[from + i] = codes[i] < 0 ? -1 : codes[i];
      miss[i] = (uint8_t)(codes[i] < 0);
    }
    break;
  }
  return any_set(miss, n);
}
