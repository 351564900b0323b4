/* design_rep_kernel.c: the inner loops of sums under all replicates (design_rep_sums.c), for the kinds of processor.
 *
 *   sum_j[r] += sum over the entries k of v_jk m(unit_k, r),   r in a stretch of replicates
 *
 * A stretch of the sums stays in registers while the entries pass: each takes the counts of its unit, which lie side by side, as
 * doubles and adds v times them. The additions to one sum are in the order of the entries, products are rounded before they are added,
 * and lanes do not mix: the same bits on every processor. */
#include <string.h>

#include "design_priv.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE 1
#else
#define WIDE 0
#endif
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

typedef design_rep_sum job;

static void plain(const job *t, size_t from, size_t to) {
  for (size_t k = 0; k < t->n; k++) {
    const size_t at = t->unit[k] * t->stride + t->r0;
    for (size_t j = 0; j < t->columns; j++) {
      const double v = t->v[j][k];
      if (t->count)
        for (size_t r = from; r < to; r++) t->sum[j][r] += v * t->count[at + r];
      else
        for (size_t r = from; r < to; r++) t->sum[j][r] += v * t->value[at + r];
    }
  }
}

#if WIDE
#define INLINE(isa) static inline __attribute__((always_inline, target(isa)))

INLINE("avx512f")
void stretch512(const job *t, size_t from, const size_t columns, const size_t vectors, const bool counts) {
  __m512d s[DESIGN_REP_COLUMNS][4];
  UNROLL for (size_t j = 0; j < columns; j++) UNROLL for (size_t q = 0; q < vectors; q++) s[j][q] =
      _mm512_loadu_pd(t->sum[j] + from + 8 * q);
  const size_t r0 = t->r0 + from;
  for (size_t k = 0; k < t->n; k++) {
    const size_t at = t->unit[k] * t->stride + r0;
    if (counts) __builtin_prefetch(t->count + t->unit[k + DESIGN_REP_AHEAD] * t->stride + r0);
    __m512d v[DESIGN_REP_COLUMNS];
    UNROLL for (size_t j = 0; j < columns; j++) v[j] = _mm512_set1_pd(t->v[j][k]);
    UNROLL for (size_t q = 0; q < vectors; q++) {
      const __m512d c = counts ? _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(
                                     _mm_loadl_epi64((const __m128i *)(const void *)(t->count + at + 8 * q))))
                               : _mm512_loadu_pd(t->value + at + 8 * q);
      UNROLL for (size_t j = 0; j < columns; j++) s[j][q] = _mm512_add_pd(s[j][q], _mm512_mul_pd(v[j], c));
    }
  }
  UNROLL for (size_t j = 0; j < columns; j++) UNROLL for (size_t q = 0; q < vectors; q++)
      _mm512_storeu_pd(t->sum[j] + from + 8 * q, s[j][q]);
}

INLINE("avx2")
void stretch256(const job *t, size_t from, const size_t columns, const size_t vectors, const bool counts) {
  __m256d s[DESIGN_REP_COLUMNS][4];
  UNROLL for (size_t j = 0; j < columns; j++) UNROLL for (size_t q = 0; q < vectors; q++) s[j][q] =
      _mm256_loadu_pd(t->sum[j] + from + 4 * q);
  const size_t r0 = t->r0 + from;
  for (size_t k = 0; k < t->n; k++) {
    const size_t at = t->unit[k] * t->stride + r0;
    if (counts) __builtin_prefetch(t->count + t->unit[k + DESIGN_REP_AHEAD] * t->stride + r0);
    __m256d v[DESIGN_REP_COLUMNS];
    UNROLL for (size_t j = 0; j < columns; j++) v[j] = _mm256_set1_pd(t->v[j][k]);
    UNROLL for (size_t q = 0; q < vectors; q++) {
      int four = 0;
      if (counts) memcpy(&four, t->count + at + 4 * q, sizeof four);
      const __m256d c = counts ? _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)))
                               : _mm256_loadu_pd(t->value + at + 4 * q);
      UNROLL for (size_t j = 0; j < columns; j++) s[j][q] = _mm256_add_pd(s[j][q], _mm256_mul_pd(v[j], c));
    }
  }
  UNROLL for (size_t j = 0; j < columns; j++) UNROLL for (size_t q = 0; q < vectors; q++)
      _mm256_storeu_pd(t->sum[j] + from + 4 * q, s[j][q]);
}

/* Stretches of 4, then of 1 vector; what is left of them goes one by one. */
#define STRETCHES(name, isa, stretch, lanes, columns, counts)                                                          \
  __attribute__((target(isa))) static size_t name(const job *t) {                                                      \
    size_t r = 0;                                                                                                      \
    for (; r + 4 * (lanes) <= t->width; r += 4 * (lanes)) stretch(t, r, columns, 4, counts);                           \
    for (; r + (lanes) <= t->width; r += (lanes)) stretch(t, r, columns, 1, counts);                                   \
    return r;                                                                                                          \
  }
STRETCHES(count1_512, "avx512f", stretch512, 8, 1, true)
STRETCHES(count2_512, "avx512f", stretch512, 8, 2, true)
STRETCHES(count3_512, "avx512f", stretch512, 8, 3, true)
STRETCHES(value1_512, "avx512f", stretch512, 8, 1, false)
STRETCHES(value2_512, "avx512f", stretch512, 8, 2, false)
STRETCHES(value3_512, "avx512f", stretch512, 8, 3, false)
STRETCHES(count1_256, "avx2", stretch256, 4, 1, true)
STRETCHES(count2_256, "avx2", stretch256, 4, 2, true)
STRETCHES(count3_256, "avx2", stretch256, 4, 3, true)
STRETCHES(value1_256, "avx2", stretch256, 4, 1, false)
STRETCHES(value2_256, "avx2", stretch256, 4, 2, false)
STRETCHES(value3_256, "avx2", stretch256, 4, 3, false)

static size_t wide(const job *t) {
  static size_t (*const all[2][2][DESIGN_REP_COLUMNS])(const job *) = {
      {{count1_512, count2_512, count3_512}, {value1_512, value2_512, value3_512}},
      {{count1_256, count2_256, count3_256}, {value1_256, value2_256, value3_256}}};
  const size_t kind = t->count ? 0 : 1;
  if (__builtin_cpu_supports("avx512f")) return all[0][kind][t->columns - 1](t);
  if (__builtin_cpu_supports("avx2")) return all[1][kind][t->columns - 1](t);
  return 0;
}
#else
static size_t wide(const job *t) {
  (void)t;
  return 0;
}
#endif

void sx_design__rep_sum(const design_rep_sum *t) {
  const size_t done = wide(t);
  if (done < t->width) plain(t, done, t->width);
}

typedef double lanes __attribute__((vector_size(8 * sizeof(double))));

SX_INLINE void add_product(double *out, const double *sum, const double *g, size_t n) {
  size_t r = 0;
  for (; r + 8 <= n; r += 8) {
    lanes a, b, c;
    memcpy(&a, out + r, sizeof a);
    memcpy(&b, sum + r, sizeof b);
    if (g) {
      memcpy(&c, g + r, sizeof c);
      b *= c;
    }
    a += b;
    memcpy(out + r, &a, sizeof a);
  }
  for (; r < n; r++) out[r] += g ? g[r] * sum[r] : sum[r];
}

#if WIDE
__attribute__((target("avx512f"))) static void add_product512(double *out, const double *sum, const double *g,
                                                              size_t n) {
  add_product(out, sum, g, n);
}
__attribute__((target("avx2"))) static void add_product256(double *out, const double *sum, const double *g, size_t n) {
  add_product(out, sum, g, n);
}
#endif

void sx_design__rep_add(double *out, const double *sum, const double *g, size_t n) {
#if WIDE
  if (__builtin_cpu_supports("avx512f")) {
    add_product512(out, sum, g, n);
    return;
  }
  if (__builtin_cpu_supports("avx2")) {
    add_product256(out, sum, g, n);
    return;
  }
#endif
  add_product(out, sum, g, n);
}
