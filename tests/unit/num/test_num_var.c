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

SXT_MAIN(SXT_CASE(test_by_hand), SXT_CASE(test_edges))
