#include "shuxiao/num.h"
#include "sxt.h"

/* Two strata by hand: {1,3,8} and {2,4}: 3/2 * (9+1+16) = 39, 2 * (1+1) = 4. */
static void test_by_hand(void) {
  const double a[] = {1, 3, 8, 2, 4}, b[] = {0, 0, 1, 5, 5};
  const size_t start[] = {0, 3, 5};
  CHECK_NEAR(sx_num_cov_strata(a, a, start, 2, NULL), 43, 1e-15);
  const double fpc[] = {0.5, 1};
  CHECK_NEAR(sx_num_cov_strata(a, a, start, 2, fpc), 19.5, 1e-15);
  /* b in stratum 1: deviations -1/3, -1/3, 2/3 against -3, -1, 4: 3/2 * (1 + 1/3 + 8/3) = 6; constant in stratum 2 */
  CHECK_NEAR(sx_num_cov_strata(a, b, start, 2, NULL), 6, 1e-15);
  CHECK_NEAR(sx_num_cov_strata(b, a, start, 2, NULL), 6, 1e-15);
}

static void test_edges(void) {
  const double a[] = {5, 1e9 + 1, 1e9 + 2, 1e9 + 3};
  const size_t lonely[] = {0, 1, 4};
  CHECK_NEAR(sx_num_cov_strata(a, a, lonely, 2, NULL), 3,
             1e-12); /* the single PSU adds 0; a large mean does not cancel */
  CHECK_NEAR(sx_num_cov_strata(a, a, lonely, 0, NULL), 0, 0);
}

/* The same bits as the terms added one after the other and the variance taken then, for strata of every length around the four lanes. */
static void test_mix(void) {
  enum { STRATA = 12, PSUS = STRATA * (STRATA - 1) / 2 };
  double x[3][PSUS], slow[PSUS], out[PSUS], fpc[STRATA];
  size_t start[STRATA + 1] = {0};
  uint64_t state = 7;
  for (size_t h = 0; h < STRATA; h++) {
    start[h + 1] = start[h] + h; /* the first stratum has none, the second one */
    fpc[h] = h == 5 ? 1 : 0.01 * (double)h;
  }
  for (size_t i = 0; i < 3 * PSUS; i++) {
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    x[i / PSUS][i % PSUS] = (double)(state >> 40) * 1e-3 - 7000;
  }
  x[0][3] = -0.0;
  const double coef[] = {1.0 / 3, -2.7, 0.1};
  const double *const carriers[] = {x[0], x[1], x[2]};
  for (size_t n = 1; n <= 3; n++) {
    for (size_t i = 0; i < PSUS; i++) slow[i] = 0;
    for (size_t j = 0; j < n; j++)
      for (size_t i = 0; i < PSUS; i++) slow[i] += coef[j] * x[j][i];
    for (size_t with = 0; with < 2; with++) {
      const double v = sx_num_mix_strata(out, carriers, coef, n, start, STRATA, with ? fpc : NULL);
      const double expected = sx_num_cov_strata(slow, slow, start, STRATA, with ? fpc : NULL);
      CHECK(memcmp(&v, &expected, sizeof v) == 0);
      CHECK(memcmp(out, slow, sizeof out) == 0);
    }
  }
}

/* Centred first: the bits of both at once, for strata of every length, the same vector twice too; one of one PSU adds nothing. */
static void test_centred(void) {
  enum { STRATA = 12, PSUS = STRATA * (STRATA - 1) / 2 };
  double x[2][PSUS], z[2][PSUS], fpc[STRATA];
  size_t start[STRATA + 1] = {0};
  uint64_t state = 11;
  for (size_t h = 0; h < STRATA; h++) {
    start[h + 1] = start[h] + h;
    fpc[h] = h == 7 ? 1 : 0.03 * (double)h;
  }
  for (size_t i = 0; i < 2 * PSUS; i++) {
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    x[i / PSUS][i % PSUS] = (double)(state >> 40) * 1e-3 - 7000;
  }
  memcpy(z, x, sizeof z);
  for (size_t k = 0; k < 2; k++) sx_num_centre_strata(z[k], start, STRATA);
  CHECK(z[0][0] == x[0][0]); /* alone in its stratum */
  CHECK(z[0][1] != x[0][1]);
  for (size_t k = 0; k < 2; k++)
    for (size_t with = 0; with < 2; with++) {
      const double v = sx_num_cov_centred(z[0], z[k], start, STRATA, with ? fpc : NULL);
      const double expected = sx_num_cov_strata(x[0], x[k], start, STRATA, with ? fpc : NULL);
      CHECK(memcmp(&v, &expected, sizeof v) == 0);
    }
}

/* The four lanes as they are told: x_i goes to lane i mod 4 but for the last few, which go to the first. */
static void test_lanes(void) {
  enum { PSUS = 11 };
  double a[PSUS], s[4] = {0, 0, 0, 0}, c[4] = {0, 0, 0, 0};
  const size_t start[] = {0, PSUS};
  for (size_t i = 0; i < PSUS; i++) a[i] = 1.0 / (double)(i + 1) + (i % 3 ? 1e5 : 0);
  for (size_t i = 0; i < PSUS; i++) s[i < 8 ? i % 4 : 0] += a[i];
  const double mean = ((s[0] + s[1]) + (s[2] + s[3])) / PSUS;
  for (size_t i = 0; i < PSUS; i++) c[i < 8 ? i % 4 : 0] += (a[i] - mean) * (a[i] - mean);
  const double expected = (double)PSUS / (PSUS - 1) * ((c[0] + c[1]) + (c[2] + c[3]));
  const double v = sx_num_cov_strata(a, a, start, 1, NULL);
  CHECK(memcmp(&v, &expected, sizeof v) == 0);
}

SXT_MAIN(SXT_CASE(test_by_hand), SXT_CASE(test_edges), SXT_CASE(test_mix), SXT_CASE(test_centred), SXT_CASE(test_lanes))
