/* num_rng_below.c: many integers below a bound at once, the same as one by one. Philox blocks (num_rng.c) are functions of their
 * counters alone, so that eight are made side by side where the processor has the instructions. The remainder of 64 bits by
 * the bound n is taken with the estimate x floor((2^64-1)/n) / 2^64 of the quotient, which is short of x/n by less than 1, so that
 * one subtraction of n corrects it: Barrett (1987), CRYPTO '86, LNCS 263:311-323. */
#include "num_priv.h"

#if SX_NUM_BLOCKS
__extension__ typedef unsigned __int128 wide;

static inline uint32_t remainder_of(uint64_t x, uint64_t n, uint64_t inverse) {
  const uint64_t r = x - (uint64_t)((wide)x * inverse >> 64) * n;
  return (uint32_t)(r - (n & (r >= n ? UINT64_MAX : 0)));
}

/* The draws of whole groups of blocks, from a fresh block on; how many were made. Ends before one that would be refused. */
static size_t by_blocks(uint32_t *out, size_t n, uint32_t bound, sx_rng *rng) {
  const uint64_t excess = (UINT64_MAX % bound + 1) % bound, inverse = UINT64_MAX / bound;
  size_t made = 0;
  if (!__builtin_cpu_supports("avx2")) return 0;
  for (; n - made >= 2 * SX_NUM_BLOCKS; made += 2 * SX_NUM_BLOCKS) {
    uint64_t at[SX_NUM_BLOCKS], x[2 * SX_NUM_BLOCKS], largest = 0;
    for (size_t k = 0; k < SX_NUM_BLOCKS; k++) at[k] = rng->counter + k;
    sx_num__blocks(x, rng->seed, rng->stream, at);
    for (size_t k = 0; k < 2 * SX_NUM_BLOCKS; k++) largest = x[k] > largest ? x[k] : largest;
    if (largest > UINT64_MAX - excess) break;
    for (size_t k = 0; k < SX_NUM_BLOCKS; k++) {
      out[made + 2 * k] = remainder_of(x[k], bound, inverse);
      out[made + 2 * k + 1] = remainder_of(x[SX_NUM_BLOCKS + k], bound, inverse);
    }
    rng->counter += SX_NUM_BLOCKS;
  }
  return made;
}
#endif

void sx_rng_below_fill(uint32_t *out, size_t n, uint32_t bound, sx_rng *rng) {
  size_t k = 0;
#if SX_NUM_BLOCKS
  while (k < n && rng->used < 4 && bound > 1) out[k++] = (uint32_t)sx_rng_below(rng, bound);
  if (bound > 1) k += by_blocks(out + k, n - k, bound, rng);
#endif
  for (; k < n; k++) out[k] = (uint32_t)sx_rng_below(rng, bound);
}
