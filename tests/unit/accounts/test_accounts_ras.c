/* test_accounts_ras.c: a printed example, invariants, zeros, margins that cannot be met, both signs, what is refused. */
#include "est_help.h"

#include "shuxiao/accounts_ras.h"

static const size_t row[] = {0}, col[] = {1};

static sx_ras_request two_way(const size_t dims[2], const double *table, sx_ras_margin margins[2], const double *u,
                              const double *v) {
  sx_ras_request q = SX_RAS_REQUEST_INIT;
  q.n_dims = 2;
  q.dims = dims;
  q.table = table;
  margins[0] = (sx_ras_margin){"rows", row, 1, u};
  margins[1] = (sx_ras_margin){"columns", col, 1, v};
  q.margins = margins;
  q.n_margins = 2;
  return q;
}

/* Wikipedia, "Iterative proportional fitting": printed to two decimals, and stopped where its rows still miss by up to 0.15. */
static void printed(void) {
  const size_t dims[] = {4, 4};
  const double a[] = {40, 30, 20, 10, 35, 50, 100, 75, 30, 80, 70, 120, 20, 30, 40, 50};
  const double u[] = {150, 300, 400, 150}, v[] = {200, 300, 400, 100};
  const double want[] = {64.61, 46.28,  35.42,  3.83,  49.95, 68.15, 156.49, 25.37,
                         56.70, 144.40, 145.06, 53.76, 28.74, 41.18, 63.03,  17.03};
  sx_ras_margin m[2];
  const sx_ras_request q = two_way(dims, a, m, u, v);
  sx_ras_result *r = NULL;
  REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
  for (size_t i = 0; i < 16; i++)
    if (fabs(r->table[i] - want[i]) > 0.06) SXT_FAIL("cell %zu: %.4f, printed %.2f", i, r->table[i], want[i]);
  CHECK(r->worst <= 1e-10 && r->iterations < 20 && !r->negative && r->n_forced == 0);
  CHECK(r->smallest < 1 && r->largest > 1);
  sx_ras_result_free(r);
}

/* Cross ratios stay, zeros stay, a total of 0 empties its row; a table that fits already is not touched. */
static void invariants(void) {
  const size_t dims[] = {3, 4};
  for (int trial = 0; trial < 200; trial++) {
    double a[12], b[12], u[3] = {0}, v[4] = {0};
    for (size_t i = 0; i < 12; i++) {
      a[i] = eh_uniform() < 0.2 ? 0 : 0.1 + 10 * eh_uniform();
      b[i] = a[i] > 0 ? 0.1 + 5 * eh_uniform() : 0;
      if (trial % 3 == 0 && i / 4 == 1) b[i] = 0;
      u[i / 4] += b[i];
      v[i % 4] += b[i];
    }
    sx_ras_margin m[2];
    sx_ras_request q = two_way(dims, a, m, u, v);
    sx_ras_result *r = NULL, *again = NULL;
    REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
    double us[3] = {0}, vs[4] = {0};
    for (size_t i = 0; i < 12; i++) {
      us[i / 4] += r->table[i];
      vs[i % 4] += r->table[i];
      CHECK(r->table[i] >= 0 && (a[i] > 0 || r->table[i] == 0));
    }
    for (size_t i = 0; i < 3; i++) CHECK(fabs(us[i] - u[i]) <= 1e-9 * (1 + u[i]));
    for (size_t j = 0; j < 4; j++) CHECK(fabs(vs[j] - v[j]) <= 1e-9 * (1 + v[j]));
    const double *x = r->table;
    for (size_t j = 0; j < 3; j++)
      if (x[j] > 0 && x[j + 1] > 0 && x[8 + j] > 0 && x[9 + j] > 0)
        CHECK_NEAR(x[j] * x[9 + j] / (x[j + 1] * x[8 + j]), a[j] * a[9 + j] / (a[j + 1] * a[8 + j]), 1e-9);
    q.table = x;
    REQUIRE_OK(sx_account_ras(&again, NULL, &q, err));
    for (size_t i = 0; i < 12; i++) CHECK(fabs(again->table[i] - x[i]) <= 1e-9 * (1 + x[i]));
    sx_ras_result_free(again);
    sx_ras_result_free(r);
  }
}

static void zeros_in_the_way(void) {
  const size_t dims[] = {3, 3};
  const char *const rows[] = {"north", "south", "west"}, *const cols[] = {"x", "y", "z"};
  const char *const *const labels[] = {rows, cols};
  const double u[] = {30, 20, 50}, v[] = {40, 30, 30};
  const double a[] = {1, 0, 0, 2, 0, 0, 1, 1, 1}; /* north and south have cells in x only: 50 into 40 */
  sx_ras_margin m[2];
  sx_ras_request q = two_way(dims, a, m, u, v);
  q.labels = labels;
  sx_ras_result *r = NULL;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "rows",
              "rows 'north', 'south' must add up to 50, but they have cells only in columns 'x', which add up to 40: "
              "10 too little");
  /* exactly enough: west is forced out of x */
  const double just[] = {50, 30, 20};
  q = two_way(dims, a, m, u, just);
  REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
  CHECK_INT(r->n_forced, 1);
  CHECK_INT(r->first_forced, 6);
  CHECK(r->table[6] == 0);
  CHECK_NEAR(r->table[0], 30, 1e-12);
  CHECK_NEAR(r->table[3], 20, 1e-12);
  CHECK_NEAR(r->table[7], 30, 1e-12);
  CHECK_NEAR(r->table[8], 20, 1e-12);
  sx_ras_result_free(r);
  r = NULL;
  /* an empty row */
  const double empty[] = {1, 2, 3, 0, 0, 0, 1, 1, 1};
  q = two_way(dims, empty, m, u, v);
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "rows 2", "must add up to 20, but all of them are 0");
  CHECK(r == NULL);
}

/* The slow twin of the flow: over every set of rows, sum u <= sum of v over the columns they have cells in (Hall's condition). */
static void feasible_as_hall_says(void) {
  const size_t dims[] = {4, 4};
  size_t refused = 0, forced = 0;
  for (int trial = 0; trial < 2000; trial++) {
    double a[16], u[4], v[4], su = 0, sv = 0, best = 0;
    for (size_t i = 0; i < 16; i++) a[i] = eh_uniform() < 0.5 ? 0 : 1 + (double)eh_below(9);
    for (size_t i = 0; i < 4; i++) {
      su += u[i] = (double)(1 + eh_below(4));
      sv += v[i] = (double)(1 + eh_below(4));
    }
    if (su > sv) v[0] += su - sv;
    if (sv > su) u[0] += sv - su;
    bool full = true;
    for (size_t i = 0; i < 4; i++) {
      full = full && a[4 * i] + a[4 * i + 1] + a[4 * i + 2] + a[4 * i + 3] > 0;
      full = full && a[i] + a[4 + i] + a[8 + i] + a[12 + i] > 0;
    }
    for (unsigned set = 1; set < 16; set++) {
      double need = 0, have = 0;
      for (size_t i = 0; i < 4; i++)
        if (set >> i & 1) need += u[i];
      for (size_t j = 0; j < 4; j++) {
        bool reached = false;
        for (size_t i = 0; i < 4; i++) reached = reached || ((set >> i & 1) && a[4 * i + j] > 0);
        if (reached) have += v[j];
      }
      best = fmax(best, need - have);
    }
    sx_ras_margin m[2];
    const sx_ras_request q = two_way(dims, a, m, u, v);
    sx_ras_result *r = NULL;
    sx_error err = SX_ERROR_INIT;
    const sx_status st = sx_account_ras(&r, NULL, &q, &err);
    if ((st == SX_OK) != (full && best <= 0))
      SXT_FAIL("trial %d: status %d, short by %g: %s", trial, (int)st, best, err.message);
    if (st == SX_OK) forced += r->n_forced > 0;
    refused += st != SX_OK && full;
    sx_ras_result_free(r);
  }
  CHECK(refused > 100 && forced > 100);
}

static void three_ways(void) {
  const size_t dims[] = {2, 2, 3}, ab[] = {0, 1}, c[] = {2}, bc[] = {1, 2};
  double a[12], tab[4] = {10, 20, 30, 40}, tc[3] = {25, 35, 40}, wrong[6] = {1, 2, 3, 4, 5, 6};
  for (size_t i = 0; i < 12; i++) a[i] = 1;
  sx_ras_margin m[] = {{"ab", ab, 2, tab}, {"c", c, 1, tc}};
  sx_ras_request q = SX_RAS_REQUEST_INIT;
  q.n_dims = 3;
  q.dims = dims;
  q.table = a;
  q.margins = m;
  q.n_margins = 2;
  sx_ras_result *r = NULL;
  REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
  for (size_t i = 0; i < 12; i++) CHECK_NEAR(r->table[i], tab[i / 3] * tc[i % 3] / 100, 1e-12); /* independence */
  sx_ras_result_free(r);
  r = NULL;
  m[1] = (sx_ras_margin){"bc", bc, 2, wrong};
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "bc",
              "over what both share add up to 6, those of 'ab' to 40");
}

static void both_signs(void) {
  const size_t dims[] = {2, 2};
  const double a[] = {10, -2, 5, 5}, u[] = {12, 8}, v[] = {17, 3};
  sx_ras_margin m[2];
  sx_ras_request q = two_way(dims, a, m, u, v);
  sx_ras_result *r = NULL;
  REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
  const double *x = r->table;
  CHECK(r->negative && x[1] < 0);
  CHECK_NEAR(x[0] + x[1], 12, 1e-10);
  CHECK_NEAR(x[2] + x[3], 8, 1e-10);
  CHECK_NEAR(x[0] + x[2], 17, 1e-10);
  /* r_i s_j of the four cells: (1,1)(2,2) = (1,2)(2,1), the factor below 0 being 1/(r s) */
  CHECK_NEAR(x[0] / a[0] * (x[3] / a[3]), a[1] / x[1] * (x[2] / a[2]), 1e-9);
  sx_ras_result_free(r);
  r = NULL;
  /* a margin of 0 over both signs can be met, over one sign empties it */
  const double zero_u[] = {0, 20}, zero_v[] = {17, 3};
  q = two_way(dims, a, m, zero_u, zero_v);
  REQUIRE_OK(sx_account_ras(&r, NULL, &q, err));
  CHECK(r->table[0] > 0 && fabs(r->table[0] + r->table[1]) < 1e-8);
  sx_ras_result_free(r);
  r = NULL;
  const double minus_u[] = {25, -5};
  q = two_way(dims, a, m, minus_u, v);
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "rows 2", "other sign");
}

static void refusals(void) {
  const size_t dims[] = {2, 2}, none[] = {2, 0};
  double a[] = {1, 2, 3, 4}, u[] = {4, 6}, v[] = {5, 6};
  sx_ras_margin m[2];
  sx_ras_request q = two_way(dims, a, m, u, v);
  sx_ras_result *r = NULL;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "columns", "add up to 11, those of 'rows' to 10: 1 apart");
  v[1] = -6;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_DATA, "columns", "no entry below 0");
  v[1] = (double)NAN;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "columns", "total 2 is nan");
  v[1] = 5;
  a[2] = (double)INFINITY;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "", "cell 3 of the table is inf");
  a[2] = 3;
  q.dims = none;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "columns", "is empty");
  q.dims = dims;
  q.n_margins = 0;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "", "no margins");
  q.n_margins = 2;
  q.n_dims = 1;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "", "two dimensions");
  q.n_dims = 2;
  m[1].n_over = 2;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_ARGUMENT, "columns", "not none and not all");
  m[1].n_over = 1;
  q.max_iterations = 0;
  u[0] = 8;
  u[1] = 2;
  CHECK_FAILS(sx_account_ras(&r, NULL, &q, err), SX_E_NUMERIC, "", "not fitted in 0 iterations");
  CHECK(r == NULL);
}

SXT_MAIN(SXT_CASE(printed), SXT_CASE(invariants), SXT_CASE(zeros_in_the_way), SXT_CASE(feasible_as_hall_says),
         SXT_CASE(three_ways), SXT_CASE(both_signs), SXT_CASE(refusals))
