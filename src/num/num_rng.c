/* num_rng.c: Philox4x32-10, a counter-based generator.
 *
 * A block is ten rounds of a keyed bijection of the 128-bit counter; each round multiplies two of the four words by odd
 * constants, keeps both halves of the products and adds Weyl constants to the key:
 *   (h0,l0) = M0*c0, (h1,l1) = M1*c2;  c = (h1^c1^k0, l1, h0^c3^k1, l0);  k += W
 * The key is the seed, the counter is (counter, stream). Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as
 * 1, 2, 3, SC'11, sec. 3.3. Integer arithmetic only, so the same bits on every machine. */
#include "num_priv.h"

static const uint32_t MUL0 = 0xD2511F53U, MUL1 = 0xCD9E8D57U;
static const uint32_t WEYL0 = 0x9E3779B9U, WEYL1 = 0xBB67AE85U;

static inline void philox(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t counter) {
  uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32);
  uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)MUL0 * c0, p1 = (uint64_t)MUL1 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    k0 += WEYL0;
    k1 += WEYL1;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/* (k + 1/2) / 2^52 with 52 random bits: exact in a double, never 0 or 1, symmetric about 1/2. */
static inline double unit(uint32_t hi, uint32_t lo) {
  const uint64_t bits = ((uint64_t)hi << 32) | lo;
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

void sx_rng_block(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t counter) {
  philox(out, seed, stream, counter);
}

/* One block, by counter. */
static inline void one_block(double *a, double *b, uint64_t seed, uint64_t stream, uint64_t counter) {
  uint32_t x[4];
  philox(x, seed, stream, counter);
  *a = unit(x[0], x[1]);
  if (b) *b = unit(x[2], x[3]);
}

#if SX_NUM_BLOCKS
/* `unit` of eight 64-bit numbers: 52 bits behind the exponent of 2^52 are that number more than 2^52. */
__attribute__((target("avx2"))) static void units(double *out, const uint64_t *x) {
  for (size_t k = 0; k < SX_NUM_BLOCKS; k++) {
    const union {
      uint64_t bits;
      double number;
    } above = {x[k] >> 12 | 0x4330000000000000U};
    out[k] = ((above.number - 0x1p52) + 0.5) * 0x1p-52;
  }
}

/* Whole groups of blocks, at the counters `at` or from `first` on; how many. */
static size_t by_blocks(double *a, double *b, size_t n, const uint64_t *at, uint64_t first, uint64_t seed,
                        uint64_t stream) {
  if (n < SX_NUM_BLOCKS || !__builtin_cpu_supports("avx2")) return 0;
  uint64_t counter[SX_NUM_BLOCKS], x[2 * SX_NUM_BLOCKS];
  size_t i = 0;
  for (; i + SX_NUM_BLOCKS <= n; i += SX_NUM_BLOCKS) {
    for (size_t k = 0; k < SX_NUM_BLOCKS; k++) counter[k] = at ? at[i + k] : first + i + k;
    sx_num__blocks(x, seed, stream, counter);
    units(a + i, x);
    if (b) units(b + i, x + SX_NUM_BLOCKS);
  }
  return i;
}
#else
static size_t by_blocks(double *a, double *b, size_t n, const uint64_t *at, uint64_t first, uint64_t seed,
                        uint64_t stream) {
  (void)a, (void)b, (void)n, (void)at, (void)first, (void)seed, (void)stream;
  return 0;
}
#endif

void sx_rng_fill(double *a, double *b, size_t n, uint64_t seed, uint64_t stream, uint64_t first) {
  for (size_t i = by_blocks(a, b, n, NULL, first, seed, stream); i < n; i++)
    one_block(a + i, b ? b + i : NULL, seed, stream, first + i);
}

void sx_rng_fill_at(double *a, double *b, size_t n, uint64_t seed, uint64_t stream, const uint64_t *at) {
  for (size_t i = by_blocks(a, b, n, at, 0, seed, stream); i < n; i++)
    one_block(a + i, b ? b + i : NULL, seed, stream, at[i]);
}

void sx_rng_init(sx_rng *rng, uint64_t seed, uint64_t stream) {
  *rng = (sx_rng){.seed = seed, .stream = stream, .counter = 0, .used = 4};
}

uint32_t sx_rng_u32(sx_rng *rng) {
  if (rng->used >= 4) {
    philox(rng->buffer, rng->seed, rng->stream, rng->counter++);
    rng->used = 0;
  }
  return rng->buffer[rng->used++];
}

double sx_rng_uniform(sx_rng *rng) {
  const uint32_t hi = sx_rng_u32(rng);
  return unit(hi, sx_rng_u32(rng));
}

/* Draws 64 bits and refuses the incomplete last run of n values; at most half of the draws are refused. */
uint64_t sx_rng_below(sx_rng *rng, uint64_t n) {
  if (n < 2) return 0;
  const uint64_t excess = (UINT64_MAX % n + 1) % n; /* 2^64 mod n */
  for (;;) {
    const uint64_t hi = sx_rng_u32(rng);
    const uint64_t x = (hi << 32) | sx_rng_u32(rng);
    if (x <= UINT64_MAX - excess) return x % n;
  }
}

double sx_rng_normal(sx_rng *rng) {
  return sx_exact_norm_quantile(sx_rng_uniform(rng));
}
