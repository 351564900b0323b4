/* num_rng_below.c: many integers below a bound at once, the same as one by one. Philox blocks (num_rng.c) are functions of their
 * counters alone, so that eight are made side by side where the processor has the instructions. The remainder of 64 bits by
 * the bound n is taken with the estimate x floor((2^64-1)/n) / 2^64 of the quotient, which is short of x/n by less than 1, so that
 * one subtraction of n corrects it: Barrett (1987), CRYPTO '86, LNCS 263:311-323. */
#include "shuxiao/num.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_BLOCKS 1
#else
#define HAVE_BLOCKS 0
#endif

enum { BLOCKS = 8 };

#if HAVE_BLOCKS
__extension__ typedef unsigned __int128 wide;

/* Words 0 and 1, and 2 and 3, of blocks counter .. counter+7 as 64-bit numbers, first word above. */
__attribute__((target("avx2"))) static void eight_blocks(uint64_t out[2 * BLOCKS], uint64_t seed, uint64_t stream,
                                                         uint64_t counter) {
  const __m256i m0 = _mm256_set1_epi64x(0xD2511F53), m1 = _mm256_set1_epi64x(0xCD9E8D57);
  const __m256i low = _mm256_set1_epi64x(0xffffffff);
  const long long c = (long long)counter;
  const __m256i at = _mm256_set1_epi64x(c);
  const __m256i a = _mm256_add_epi64(at, _mm256_set_epi64x(3, 2, 1, 0));
  const __m256i b = _mm256_add_epi64(at, _mm256_set_epi64x(7, 6, 5, 4));
  __m256i a0 = a, a1 = _mm256_srli_epi64(a, 32), b0 = b, b1 = _mm256_srli_epi64(b, 32);
  __m256i a2 = _mm256_set1_epi64x((long long)stream), a3 = _mm256_set1_epi64x((long long)(stream >> 32));
  __m256i b2 = a2, b3 = a3;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) { /* the upper halves of the lanes hold nothing of meaning */
    const __m256i x0 = _mm256_set1_epi64x(k0), x1 = _mm256_set1_epi64x(k1);
    const __m256i p0 = _mm256_mul_epu32(m0, a0), p1 = _mm256_mul_epu32(m1, a2);
    const __m256i q0 = _mm256_mul_epu32(m0, b0), q1 = _mm256_mul_epu32(m1, b2);
    a0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), a1), x0);
    a2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), a3), x1);
    b0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(q1, 32), b1), x0);
    b2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(q0, 32), b3), x1);
    a1 = p1;
    a3 = p0;
    b1 = q1;
    b3 = q0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  __m256i *to = (__m256i *)(void *)out;
  _mm256_storeu_si256(to, _mm256_or_si256(_mm256_slli_epi64(a0, 32), _mm256_and_si256(a1, low)));
  _mm256_storeu_si256(to + 1, _mm256_or_si256(_mm256_slli_epi64(b0, 32), _mm256_and_si256(b1, low)));
  _mm256_storeu_si256(to + 2, _mm256_or_si256(_mm256_slli_epi64(a2, 32), _mm256_and_si256(a3, low)));
  _mm256_storeu_si256(to + 3, _mm256_or_si256(_mm256_slli_epi64(b2, 32), _mm256_and_si256(b3, low)));
}

static inline uint32_t remainder_of(uint64_t x, uint64_t n, uint64_t inverse) {
  const uint64_t r = x - (uint64_t)((wide)x * inverse >> 64) * n;
  return (uint32_t)(r - (n & (r >= n ? UINT64_MAX : 0)));
}

/* The draws of whole groups of blocks, from a fresh block on; how many were made. Ends before one that would be refused. */
static size_t by_blocks(uint32_t *out, size_t n, uint32_t bound, sx_rng *rng) {
  const uint64_t excess = (UINT64_MAX % bound + 1) % bound, inverse = UINT64_MAX / bound;
  size_t made = 0;
  if (!__builtin_cpu_supports("avx2")) return 0;
  for (; n - made >= 2 * BLOCKS; made += 2 * BLOCKS) {
    uint64_t x[2 * BLOCKS], largest = 0;
    eight_blocks(x, rng->seed, rng->stream, rng->counter);
    for (size_t k = 0; k < 2 * BLOCKS; k++) largest = x[k] > largest ? x[k] : largest;
    if (largest > UINT64_MAX - excess) break;
    for (size_t k = 0; k < BLOCKS; k++) {
      out[made + 2 * k] = remainder_of(x[k], bound, inverse);
      out[made + 2 * k + 1] = remainder_of(x[BLOCKS + k], bound, inverse);
    }
    rng->counter += BLOCKS;
  }
  return made;
}
#endif

void sx_rng_below_fill(uint32_t *out, size_t n, uint32_t bound, sx_rng *rng) {
  size_t k = 0;
#if HAVE_BLOCKS
  while (k < n && rng->used < 4 && bound > 1) out[k++] = (uint32_t)sx_rng_below(rng, bound);
  if (bound > 1) k += by_blocks(out + k, n - k, bound, rng);
#endif
  for (; k < n; k++) out[k] = (uint32_t)sx_rng_below(rng, bound);
}
