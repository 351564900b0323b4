/* num_rng_blocks.c: eight blocks of the generator (num_rng.c) side by side, at any eight counters: four of them to a register of four
 * lanes of 64 bits, which a product of 32 bits fills. */
#include "num_priv.h"

#if SX_NUM_BLOCKS
#include <immintrin.h>

__attribute__((target("avx2"))) void sx_num__blocks(uint64_t out[2 * SX_NUM_BLOCKS], uint64_t seed, uint64_t stream,
                                                    const uint64_t at[SX_NUM_BLOCKS]) {
  const __m256i m0 = _mm256_set1_epi64x(0xD2511F53), m1 = _mm256_set1_epi64x(0xCD9E8D57);
  const __m256i low = _mm256_set1_epi64x(0xffffffff);
  const __m256i *from = (const __m256i *)(const void *)at;
  const __m256i a = _mm256_loadu_si256(from), b = _mm256_loadu_si256(from + 1);
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
#endif
