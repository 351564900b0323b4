/* num_priv.h: what the kernels of the room share. */
#ifndef NUM_PRIV_H
#define NUM_PRIV_H

#include "shuxiao/num.h"

/* Sum of x[i] y[i] in four sums side by side, which the compiler makes wide; the order is fixed. For orthogonalisation, which is done
 * twice; sx_num_dot is the compensated one. */
static inline double sx_num__dot(const double *x, const double *y, size_t m) {
  double s[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= m; i += 4)
    for (size_t k = 0; k < 4; k++) s[k] += x[i + k] * y[i + k];
  for (; i < m; i++) s[0] += x[i] * y[i];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

/* Blocks of the generator that are made side by side, 0 where that is not written; only where the processor has AVX2. out: words 0 and 1
 * of the blocks at these counters as 64-bit numbers, first word above; then words 2 and 3. */
#if defined(__x86_64__) && defined(__GNUC__)
#define SX_NUM_BLOCKS 8
void sx_num__blocks(uint64_t out[2 * SX_NUM_BLOCKS], uint64_t seed, uint64_t stream, const uint64_t at[SX_NUM_BLOCKS]);
#else
#define SX_NUM_BLOCKS 0
#endif

#endif
