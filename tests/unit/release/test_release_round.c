/* Rounding and cell keys: totals hold, expectations are kept, moments are as asked, the form is that of largest entropy. */
#include "sxt.h"

#include "../bench/release_sets.h"

static void test_controlled(void) {
  static rs_set s;
  double out[RS_CELLS], off = 0, most = 0;
  rs_make(&s, 2, 3, 6);
  REQUIRE_OK(sx_release_round(out, NULL, &s.problem, SX_ROUND_CONTROLLED, 50, 1, 0, err));
  for (size_t i = 0; i < s.n_cells; i++) {
    CHECK_NEAR(fmod(out[i], 50), 0, 1e-12);
    CHECK(fabs(out[i] - s.cell[i].value) < 50);
    most = fmax(most, fabs(out[i] - s.cell[i].value));
  }
  for (size_t r = 0; r < s.n_relations; r++) {
    double sum = 0;
    for (size_t k = 0; k < s.relation[r].n_terms; k++)
      sum += s.relation[r].terms[k].coef * out[s.relation[r].terms[k].cell];
    off = fmax(off, fabs(sum));
  }
  CHECK_NEAR(off, 0, 1e-9);
  CHECK(most > 25); /* not to the nearest everywhere: the totals ask for it */
  REQUIRE_OK(sx_release_round(out, NULL, &s.problem, SX_ROUND_CONVENTIONAL, 50, 1, 0, err));
  for (size_t i = 0; i < s.n_cells; i++) CHECK(fabs(out[i] - s.cell[i].value) <= 25);
  CHECK_FAILS(sx_release_round(out, NULL, &s.problem, SX_ROUND_RANDOM, 0, 1, 0, err), SX_E_ARGUMENT, "base", "above 0");
}

static void test_random(void) {
  sx_release_cell cells[2] = {SX_RELEASE_CELL_INIT, SX_RELEASE_CELL_INIT};
  sx_release_problem p = {cells, 2, NULL, 0}, alone = {cells + 1, 1, NULL, 0};
  double out[2], same[1], sum = 0;
  enum { N = 4000 };
  cells[0].key = "a";
  cells[1].key = "b";
  cells[0].value = 10;
  cells[1].value = 7;
  for (uint64_t seed = 0; seed < N; seed++) {
    REQUIRE_OK(sx_release_round(out, NULL, &p, SX_ROUND_RANDOM, 5, seed, 0, err));
    REQUIRE_OK(sx_release_round(same, NULL, &alone, SX_ROUND_RANDOM, 5, seed, 0, err));
    CHECK(out[0] == 10 && (out[1] == 5 || out[1] == 10) && same[0] == out[1]);
    sum += out[1];
  }
  CHECK(fabs(sum / N - 7) < 4 * sqrt(25 * 0.24 / N)); /* four standard errors */
}

static void test_ptable(void) {
  const sx_release_ptable table = {1, 5, 2, 0}, gap = {1, 5, 3, 2};
  double p[11];
  for (uint64_t count = 1; count <= 12; count++) {
    double sum = 0, mean = 0, variance = 0;
    REQUIRE_OK(sx_release_ptable_row(p, &table, count, err));
    for (int v = -5; v <= 5; v++) {
      const double q = p[v + 5];
      sum += q;
      mean += v * q;
      variance += v * v * q;
      if (v < 0 && (uint64_t)-v > count) CHECK(q == 0);
    }
    CHECK_NEAR(sum, 1, 1e-12);
    CHECK_NEAR(mean, 0, 1e-9);
    CHECK_NEAR(variance, 2, 1e-9);
    if (count >= 3) { /* log p is a parabola: its third difference is 0 */
      const double d = log(p[8]) - 3 * log(p[7]) + 3 * log(p[6]) - log(p[5]);
      CHECK_NEAR(d, 0, 1e-6);
    }
  }
  REQUIRE_OK(sx_release_ptable_row(p, &gap, 4, err)); /* 4 - 2 and 4 - 3 are small results */
  CHECK(p[3] == 0 && p[2] == 0 && p[1] > 0 && p[4] > 0);
  int64_t noise = 9;
  REQUIRE_OK(sx_release_perturb(&noise, &gap, 0, 0.99, err));
  CHECK_INT(noise, 0);
  const sx_release_ptable wild = {1, 2, 9, 0};
  CHECK_FAILS(sx_release_perturb(&noise, &wild, 5, 0.5, err), SX_E_ARGUMENT, "ptable", "another variance");
  CHECK_FAILS(sx_release_perturb(&noise, &table, 5, 1.5, err), SX_E_ARGUMENT, "key", "[0, 1)");
}

/* The same records, in whatever order and table, get the same noise; keys are uniform enough that the noise has its moments. */
static void test_keys(void) {
  const sx_release_ptable table = SX_RELEASE_PTABLE_INIT;
  enum { N = 3000 };
  double sum = 0, squares = 0;
  for (uint64_t k = 0; k < N; k++) {
    char id[3][24];
    double keys[3], back[3];
    int64_t noise = 0, again = 0;
    for (int i = 0; i < 3; i++) {
      (void)snprintf(id[i], sizeof id[i], "r%llu", (unsigned long long)(3 * k + (uint64_t)i));
      keys[i] = back[2 - i] = sx_release_record_key(42, id[i]);
    }
    REQUIRE_OK(sx_release_perturb(&noise, &table, 3, sx_release_cell_key(keys, 3), err));
    REQUIRE_OK(sx_release_perturb(&again, &table, 3, sx_release_cell_key(back, 3), err));
    CHECK_INT(noise, again);
    sum += (double)noise;
    squares += (double)(noise * noise);
  }
  CHECK(fabs(sum / N) < 4 * sqrt(2.0 / N));
  CHECK(fabs(squares / N - 2) < 0.3);
  CHECK(sx_release_record_key(42, "r1") != sx_release_record_key(43, "r1"));
}

SXT_MAIN(SXT_CASE(test_controlled), SXT_CASE(test_random), SXT_CASE(test_ptable), SXT_CASE(test_keys))
