/* test_num_rake.c: the kernel of raking on a two by two table by hand, both signs, bounds, and when it stops. */
#include "shuxiao/num.h"
#include "sxt.h"

static const size_t first[] = {0, 2, 4};
static const int32_t cell[] = {0, 0, 1, 1, 0, 1, 0, 1}; /* rows, then columns */
static const uint8_t none[4];

static sx_num_rake problem(const double *d, const double *total) {
  return (sx_num_rake){.n_rows = 4,
                       .n_margins = 2,
                       .n_cells = 4,
                       .first = first,
                       .cell = cell,
                       .total = total,
                       .excluded = none,
                       .d = d,
                       .upper = (double)INFINITY,
                       .tolerance = 1e-13,
                       .max_iterations = 100};
}

/* Cross ratio 1 and margins 30/70, 40/60: independence. */
static void by_hand(void) {
  const double d[] = {1, 1, 1, 1}, total[] = {30, 70, 40, 60};
  const sx_num_rake p = problem(d, total);
  sx_num_rake_end end;
  double g[4];
  REQUIRE_OK(sx_num_rake_solve(g, &end, &p, NULL, err));
  CHECK(end.converged && end.worst <= 1e-13);
  CHECK_NEAR(g[0], 12, 1e-12);
  CHECK_NEAR(g[1], 18, 1e-12);
  CHECK_NEAR(g[2], 28, 1e-12);
  CHECK_NEAR(g[3], 42, 1e-12);
  double sum[4], scratch[4];
  sx_num_rake_sums(sum, scratch, &p, g, 1);
  CHECK_NEAR(sum[2], 40, 1e-12);
}

/* A row below 0 has the inverse factor: x = a r s, or a/(r s). */
static void both_signs(void) {
  const double d[] = {10, -2, 5, 5}, total[] = {12, 8, 17, 3}, scale[] = {12, 8, 17, 3};
  sx_num_rake p = problem(d, total);
  p.negative = true;
  p.scale = scale;
  sx_num_rake_end end;
  double g[4];
  REQUIRE_OK(sx_num_rake_solve(g, &end, &p, NULL, err));
  CHECK(end.converged);
  CHECK_NEAR(10 * g[0] - 2 * g[1], 12, 1e-11);
  CHECK_NEAR(5 * g[2] + 5 * g[3], 8, 1e-11);
  CHECK_NEAR(g[0] * g[3], g[2] / g[1], 1e-10);
  p.negative = false; /* then it takes no part */
  p.scale = NULL;
  const double others[] = {12, 8, 16, 4};
  p.total = others;
  REQUIRE_OK(sx_num_rake_solve(g, &end, &p, NULL, err));
  CHECK(g[1] == 0);
  CHECK_NEAR(10 * g[0], 12, 1e-11);
}

static void stops(void) {
  const double d[] = {1, 0, 0, 1}, total[] = {30, 70, 40, 60}; /* cannot be met */
  sx_num_rake p = problem(d, total);
  sx_num_rake_end end;
  double g[4];
  REQUIRE_OK(sx_num_rake_solve(g, &end, &p, NULL, err));
  CHECK(!end.converged && end.iterations == 100 && end.worst > 0.1 && end.worst_cell < 4);
  const double one[] = {1, 1, 1, 1}, near[] = {1.9, 2.1, 2.05, 1.95};
  p = problem(one, near);
  p.lower = 0.9;
  p.upper = 1.1;
  REQUIRE_OK(sx_num_rake_solve(g, &end, &p, NULL, err));
  CHECK(end.converged);
  for (size_t i = 0; i < 4; i++) CHECK(g[i] >= 0.9 && g[i] <= 1.1);
}

SXT_MAIN(SXT_CASE(by_hand), SXT_CASE(both_signs), SXT_CASE(stops))
