/* Philox against the known answers that Random123 1.14 (D. E. Shaw Research) ships for philox4x32-10 (kat_vectors), and the laws
 * that the draws must follow. */
#include "shuxiao/num.h"
#include "sxt.h"

static void known_answers(void) {
  static const struct {
    uint64_t seed, stream, counter;
    uint32_t want[4];
  } cases[] = {
      {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint32_t got[4];
    sx_rng_block(got, cases[i].seed, cases[i].stream, cases[i].counter);
    for (int k = 0; k < 4; k++) CHECK_INT(got[k], cases[i].want[k]);
  }
}

static void a_generator_reads_the_blocks_in_order(void) {
  sx_rng rng;
  uint32_t block[4];
  sx_rng_init(&rng, 7, 9);
  for (uint64_t counter = 0; counter < 5; counter++) {
    sx_rng_block(block, 7, 9, counter);
    for (int k = 0; k < 4; k++) CHECK_INT(sx_rng_u32(&rng), block[k]);
  }
}

static void fill_is_a_function_of_the_counter(void) {
  double a[100], b[100], c[40];
  sx_rng_fill(a, b, 100, 3, 4, 1000);
  sx_rng_fill(c, NULL, 40, 3, 4, 1030);
  for (int i = 0; i < 40; i++) CHECK(c[i] == a[i + 30]);
  sx_rng rng;
  sx_rng_init(&rng, 3, 4);
  rng.counter = 1000;
  CHECK(sx_rng_uniform(&rng) == a[0]);
  CHECK(sx_rng_uniform(&rng) == b[0]);
}

/* Blocks are made side by side: each must be that of its counter alone, wherever a group ends, and across 2^32. */
static void a_fill_is_its_blocks_one_by_one(void) {
  enum { MOST = 37 };
  const uint64_t first[] = {0, 1000, UINT32_MAX - 5U, UINT64_MAX - 3U};
  double a[MOST], b[MOST], c[MOST], d[MOST];
  uint64_t at[MOST];
  for (size_t k = 0; k < sizeof first / sizeof *first; k++)
    for (size_t n = 0; n <= MOST; n++) {
      for (size_t i = 0; i < n; i++) at[i] = (first[k] + (n - i) * 7919U) ^ (i % 3 == 0 ? (uint64_t)i << 40 : 0);
      sx_rng_fill(a, b, n, 11, UINT64_MAX - 1, first[k]);
      sx_rng_fill_at(c, d, n, 11, UINT64_MAX - 1, at);
      for (size_t i = 0; i < n; i++) {
        sx_rng one;
        sx_rng_init(&one, 11, UINT64_MAX - 1);
        one.counter = first[k] + i;
        CHECK(sx_rng_uniform(&one) == a[i]);
        CHECK(sx_rng_uniform(&one) == b[i]);
        sx_rng_init(&one, 11, UINT64_MAX - 1);
        one.counter = at[i];
        CHECK(sx_rng_uniform(&one) == c[i]);
        CHECK(sx_rng_uniform(&one) == d[i]);
      }
      sx_rng_fill_at(a, NULL, n, 11, UINT64_MAX - 1, at);
      for (size_t i = 0; i < n; i++) CHECK(a[i] == c[i]);
    }
}

static void uniforms_are_inside_and_even(void) {
  enum { N = 200000, BINS = 50 };
  size_t count[BINS] = {0};
  double chisq = 0;
  sx_rng rng;
  sx_rng_init(&rng, 1, 2);
  for (size_t i = 0; i < N; i++) {
    const double u = sx_rng_uniform(&rng);
    if (!(u > 0 && u < 1)) SXT_FAIL("uniform %g is outside (0,1)", u);
    count[(size_t)(u * BINS)]++;
  }
  for (size_t i = 0; i < BINS; i++) {
    const double d = (double)count[i] - (double)N / BINS;
    chisq += d * d / ((double)N / BINS);
  }
  CHECK(chisq > 22 && chisq < 86); /* 0.0005 and 0.9995 quantiles of chi-square with 49 degrees of freedom */
}

static void below_is_unbiased_and_in_range(void) {
  enum { N = 120000 };
  size_t count[6] = {0};
  sx_rng rng;
  sx_rng_init(&rng, 5, 6);
  for (size_t i = 0; i < N; i++) {
    const uint64_t x = sx_rng_below(&rng, 6);
    if (x > 5) SXT_FAIL("%llu is not below 6", (unsigned long long)x);
    count[x]++;
  }
  for (int i = 0; i < 6; i++) CHECK(fabs((double)count[i] - 20000) < 600); /* 4.6 standard deviations */
  CHECK_INT(sx_rng_below(&rng, 1), 0);
  CHECK_INT(sx_rng_below(&rng, 0), 0);
  size_t high = 0; /* modulo 3 * 2^62 without rejection would put half of the draws into the lowest third */
  for (size_t i = 0; i < 30000; i++) high += sx_rng_below(&rng, 3ULL << 62) >= 1ULL << 63;
  CHECK(fabs((double)high / 30000 - 1.0 / 3) < 0.013);
}

static void many_below_are_those_of_one_by_one(void) {
  enum { N = 1003 };
  static const uint32_t bounds[] = {1, 2, 3, 7, 64, 1000, 65537, 2147483647U, 2147483649U, 4294967291U, UINT32_MAX};
  uint32_t many[N];
  for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++)
    for (size_t before = 0; before < 5; before++) { /* words taken first: the fill begins within a block */
      sx_rng one, all;
      sx_rng_init(&one, 0x123456789abcdefU, 99 + b);
      if (b == 5) one.counter = UINT32_MAX - 40; /* the low half of the counter runs over */
      all = one;
      for (size_t k = 0; k < before; k++) CHECK_INT(sx_rng_u32(&one), sx_rng_u32(&all));
      sx_rng_below_fill(many, N, bounds[b], &all);
      size_t differ = 0;
      for (size_t k = 0; k < N; k++) differ += sx_rng_below(&one, bounds[b]) != many[k];
      CHECK_INT(differ, 0);
      CHECK_INT(sx_rng_u32(&one), sx_rng_u32(&all)); /* and both go on alike */
    }
}

static void normals_have_their_moments(void) {
  enum { N = 200000 };
  double sum = 0, square = 0, fourth = 0;
  sx_rng rng;
  sx_rng_init(&rng, 11, 12);
  for (size_t i = 0; i < N; i++) {
    const double z = sx_rng_normal(&rng);
    sum += z;
    square += z * z;
    fourth += z * z * z * z;
  }
  CHECK(fabs(sum / N) < 4.5 / sqrt(N));
  CHECK(fabs(square / N - 1) < 4.5 * sqrt(2.0 / N));
  CHECK(fabs(fourth / N - 3) < 4.5 * sqrt(96.0 / N));
}

static void streams_and_seeds_are_unrelated(void) {
  enum { N = 50000 };
  double a[1000], b[1000], c[1000];
  double ab = 0, ac = 0;
  for (size_t k = 0; k < N / 1000; k++) {
    sx_rng_fill(a, NULL, 1000, 1, 1, k * 1000);
    sx_rng_fill(b, NULL, 1000, 1, 2, k * 1000);
    sx_rng_fill(c, NULL, 1000, 2, 1, k * 1000);
    for (int i = 0; i < 1000; i++) {
      ab += (a[i] - 0.5) * (b[i] - 0.5) * 12;
      ac += (a[i] - 0.5) * (c[i] - 0.5) * 12;
    }
  }
  CHECK(fabs(ab / N) < 4.5 / sqrt(N));
  CHECK(fabs(ac / N) < 4.5 / sqrt(N));
}

SXT_MAIN(SXT_CASE(known_answers), SXT_CASE(a_generator_reads_the_blocks_in_order),
         SXT_CASE(fill_is_a_function_of_the_counter), SXT_CASE(a_fill_is_its_blocks_one_by_one),
         SXT_CASE(uniforms_are_inside_and_even), SXT_CASE(below_is_unbiased_and_in_range),
         SXT_CASE(many_below_are_those_of_one_by_one), SXT_CASE(normals_have_their_moments),
         SXT_CASE(streams_and_seeds_are_unrelated))
