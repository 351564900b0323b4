/* test_accounts_balance.c: closed forms, Karush-Kuhn-Tucker on random bounded problems, carriers, what is refused. */
#include "est_help.h"

#include "shuxiao/accounts_balance.h"
#include "shuxiao/num.h"

#define INF ((double)INFINITY)

static sx_balance_request ask(const sx_balance_figure *f, size_t n, const sx_balance_identity *id, size_t k) {
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  q.figures = f;
  q.n_figures = n;
  q.identities = id;
  q.n_identities = k;
  return q;
}

#define FREE(id, value, se)                                                                                            \
  { id, value, se, -INF, INF }

/* a + b = c with errors 1, 2, 3 and 3 too little on the left: every figure takes its variance's share, 1 : 4 : 9 of 14. */
static void two_and_their_sum(void) {
  const sx_balance_figure f[] = {FREE("a", 10, 1), FREE("b", 20, 2), FREE("c", 33, 3)};
  const sx_balance_term t[] = {{0, 1}, {1, 1}, {2, -1}};
  const sx_balance_identity id = {"sum", t, 3, 0};
  sx_balance_request q = ask(f, 3, &id, 1);
  q.with_covariance = true;
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_NEAR(r->rows[0].after, 10 + 3.0 / 14, 1e-15);
  CHECK_NEAR(r->rows[1].after, 20 + 12.0 / 14, 1e-15);
  CHECK_NEAR(r->rows[2].after, 33 - 27.0 / 14, 1e-15);
  CHECK_NEAR(r->rows[0].se_after, sqrt(1 - 1.0 / 14), 1e-14);
  CHECK_NEAR(r->rows[1].se_after, sqrt(4 - 16.0 / 14), 1e-14);
  CHECK_NEAR(r->rows[2].se_after, sqrt(9 - 81.0 / 14), 1e-14);
  CHECK_NEAR(r->rows[1].moved_se, 6.0 / 14, 1e-14);
  /* one identity: the standardised adjustments all have the size of its z */
  CHECK_NEAR(r->rows[0].standardised, 3 / sqrt(14), 1e-14);
  CHECK_NEAR(r->rows[2].standardised, -3 / sqrt(14), 1e-14);
  CHECK_NEAR(r->chi_square, 9.0 / 14, 1e-14);
  CHECK_INT(r->df, 1);
  CHECK_NEAR(r->p, sx_num_chisq_upper(9.0 / 14, 1), 1e-14);
  CHECK_NEAR(r->checks[0].imbalance, -3, 1e-15);
  CHECK_NEAR(r->checks[0].z, -3 / sqrt(14), 1e-14);
  CHECK_NEAR(r->covariance[0 + 3 * 1], -4.0 / 14, 1e-13);
  CHECK_NEAR(r->covariance[0 + 3 * 2], 9.0 / 14, 1e-13);
  CHECK_STR(r->rows[2].id, "c");
  CHECK_STR(sx_balance_at_name(r->rows[0].at), "free");
  sx_balance_result_free(r);
}

/* A fixed total, correlated parts: y = x + V A' gap / S by hand. The fixed figure stays; an identity three times over is one. */
static void fixed_and_correlated(void) {
  const sx_balance_figure f[] = {FREE("a", 40, 0), FREE("b", 50, 0), FREE("total", 100, 0)};
  const double v[] = {4, 3, 0, 3, 9, 0, 0, 0, 0};
  const sx_balance_term t[] = {{2, 1}, {0, -1}, {1, -1}}, thrice[] = {{0, 3}, {1, 2}, {2, -3}, {1, 1}};
  const sx_balance_identity id[] = {{"sum", t, 3, 0}, {"again", thrice, 4, 0}};
  sx_balance_request q = ask(f, 3, id, 2);
  q.covariance = v;
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_NEAR(r->rows[0].after, 40 + 10 * 7.0 / 19, 1e-14);
  CHECK_NEAR(r->rows[1].after, 50 + 10 * 12.0 / 19, 1e-14);
  CHECK(r->rows[2].after == 100);
  CHECK_NEAR(r->rows[0].se_after, sqrt(4 - 49.0 / 19), 1e-13);
  CHECK(r->rows[2].se_after == 0 && isnan(r->rows[2].moved_se) && isnan(r->rows[2].standardised));
  CHECK_INT(r->rows[2].at, SX_BALANCE_FIXED);
  CHECK_INT(r->df, 1);
  CHECK(r->checks[0].redundant != r->checks[1].redundant);
  CHECK_NEAR(r->chi_square, 100.0 / 19, 1e-13);
  sx_balance_result_free(r);
}

/* Errors a million times apart: nothing is lost where the matrix of the imbalances would be singular in double precision. */
static void far_apart(void) {
  const sx_balance_figure f[] = {FREE("a", 1000, 1e6), FREE("b", 1000, 1e6), FREE("c", 2500, 1e-3),
                                 FREE("d", 2501, 2e-3)};
  const sx_balance_term t1[] = {{0, 1}, {1, 1}, {2, -1}}, t2[] = {{0, 1}, {1, 1}, {3, -1}};
  const sx_balance_identity id[] = {{"one", t1, 3, 0}, {"two", t2, 3, 0}};
  sx_balance_request q = ask(f, 4, id, 2);
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_INT(r->df, 2);
  CHECK_NEAR(r->rows[2].after, 2500.2, 1e-12); /* c and d averaged by 1/variance: 4 to 1 */
  CHECK_NEAR(r->rows[3].after, 2500.2, 1e-12);
  CHECK_NEAR(r->rows[0].after, 1250.1, 1e-12);
  CHECK_NEAR(r->rows[2].se_after, sqrt(4e-6 / 5), 1e-6);
  sx_balance_result_free(r);
}

/* The relative distance: a b-c split of 110 against parts 40 and 60 with the same relative error: both grow by about 10 %. */
static void relative(void) {
  const sx_balance_figure f[] = {FREE("a", 50, 5), FREE("b", 50, 5), FREE("total", 110, 0)};
  const sx_balance_term t[] = {{0, 1}, {1, 1}, {2, -1}};
  const sx_balance_identity id = {"sum", t, 3, 0};
  sx_balance_request q = ask(f, 3, &id, 1);
  q.distance = SX_BALANCE_RELATIVE;
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_NEAR(r->rows[0].after, 55, 1e-14); /* by symmetry */
  CHECK_NEAR(r->chi_square, 2 * pow(log(1.1) / 0.1, 2), 1e-12);
  CHECK_NEAR(r->rows[1].se_after, 5.5 / sqrt(2), 1e-12);
  sx_balance_result_free(r);
  /* far below 0 under the absolute distance, positive under this one */
  const sx_balance_figure g[] = {FREE("a", 2, 1), FREE("b", 100, 1), FREE("total", 60, 0)};
  q = ask(g, 3, &id, 1);
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_NEAR(r->rows[0].after, -19, 1e-13);
  sx_balance_result_free(r);
  q.distance = SX_BALANCE_RELATIVE;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK(r->rows[0].after > 0 && r->rows[1].after > 0);
  CHECK_NEAR(r->rows[0].after + r->rows[1].after, 60, 1e-12);
  sx_balance_result_free(r);
}

static void bounds(void) {
  const sx_balance_figure f[] = {{"a", 2, 10, 0, INF}, FREE("b", 100, 10), FREE("total", 60, 0)};
  const sx_balance_term t[] = {{0, 1}, {1, 1}, {2, -1}};
  const sx_balance_identity id = {"sum", t, 3, 0};
  sx_balance_request q = ask(f, 3, &id, 1);
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK(r->rows[0].after == 0);
  CHECK_NEAR(r->rows[0].unbounded, -19, 1e-13);
  CHECK_NEAR(r->rows[1].after, 60, 1e-13);
  CHECK_INT(r->rows[0].at, SX_BALANCE_AT_LOWER);
  CHECK_INT(r->n_active, 1);
  CHECK_NEAR(r->rows[0].se_after, sqrt(50), 1e-13); /* that of the identity alone: the bound does not lower it */
  CHECK(r->rows[0].se_at_bounds == 0 && r->rows[1].se_at_bounds == 0);
  CHECK_NEAR(r->chi_square, 42 * 42 / 200.0, 1e-13);
  sx_balance_result_free(r);
  /* the relative distance with an upper bound below its solution */
  const sx_balance_figure g[] = {{"a", 50, 5, 1, 52}, FREE("b", 50, 5), FREE("total", 110, 0)};
  q = ask(g, 3, &id, 1);
  q.distance = SX_BALANCE_RELATIVE;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK(r->rows[0].after == 52);
  CHECK_NEAR(r->rows[1].after, 58, 1e-13);
  sx_balance_result_free(r);
}

/* Degenerate: bounds that hold with equality at the solution, one bound twice through an identity, a figure between equal bounds. */
static void degenerate(void) {
  const sx_balance_figure f[] = {
      {"a", 1, 1, 5, 5}, {"b", 2, 1, 5, INF}, {"c", 9, 1, -INF, 10}, {"d", 9, 1, 10, 12}, {"e", 0, 1, 0, 0}};
  const sx_balance_term t1[] = {{0, 1}, {1, 1}, {2, -1}}, t2[] = {{2, 1}, {3, -1}}, t3[] = {{0, 1}, {1, -1}};
  const sx_balance_identity id[] = {{"sum", t1, 3, 0}, {"same", t2, 2, 0}, {"pair", t3, 2, 0}};
  sx_balance_request q = ask(f, 5, id, 3);
  sx_balance_result *r = NULL;
  REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
  CHECK_NEAR(r->rows[0].after, 5, 1e-13);
  CHECK_NEAR(r->rows[1].after, 5, 1e-13);
  CHECK_NEAR(r->rows[2].after, 10, 1e-13);
  CHECK_NEAR(r->rows[3].after, 10, 1e-13);
  CHECK(r->rows[4].after == 0);
  sx_balance_result_free(r);
}

/* ---- Karush-Kuhn-Tucker on random problems ---------------------------------------------------------------------------- */

enum { N = 24, K = 8 };

/* The part of d that the columns V a_k and V e_j (held) do not explain, and the multipliers of the held. */
static double unexplained(double *multiplier, const double *v, const double *a, size_t k, const sx_balance_result *r,
                          size_t n, const double *x) {
  static double m[N * (K + N)], tri[(K + N) * (K + N)], work[2 * (K + N)];
  size_t piv[K + N], rank = 0, cols = 0;
  double d[N], c[K + N];
  for (size_t p = 0; p < k; p++, cols++)
    for (size_t i = 0; i < n; i++) {
      m[i + cols * n] = 0;
      for (size_t j = 0; j < n; j++) m[i + cols * n] += v[i + j * n] * a[p * n + j];
    }
  for (size_t j = 0; j < n; j++) {
    if (r->rows[j].at != SX_BALANCE_AT_LOWER && r->rows[j].at != SX_BALANCE_AT_UPPER) continue;
    for (size_t i = 0; i < n; i++) m[i + cols * n] = v[i + j * n];
    cols++;
  }
  if (sx_num_qr_pivot(m, n, cols, NULL, 1e-10, tri, piv, &rank, work, NULL, NULL) != SX_OK) return INF;
  for (size_t i = 0; i < n; i++) d[i] = r->rows[i].after - x[i];
  for (size_t p = 0; p < rank; p++) {
    c[p] = 0;
    for (size_t i = 0; i < n; i++) c[p] += m[i + p * n] * d[i];
    for (size_t i = 0; i < n; i++) d[i] -= c[p] * m[i + p * n];
  }
  sx_num_qr_back(c, tri, cols, rank);
  for (size_t p = 0; p < cols; p++) multiplier[p] = (double)NAN;
  if (rank == cols)
    for (size_t p = 0; p < cols; p++) multiplier[piv[p]] = c[p];
  double worst = 0;
  for (size_t i = 0; i < n; i++) worst = fmax(worst, fabs(d[i]));
  return worst;
}

static void random_problem(double *v, double *x, double *truth, double *a, size_t n, size_t k, bool dense) {
  static double l[N * N];
  for (size_t i = 0; i < n * n; i++) l[i] = dense ? eh_uniform() - 0.5 : 0;
  for (size_t i = 0; i < n; i++) l[i + i * n] = 0.5 + 2 * eh_uniform();
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      v[i + j * n] = 0;
      for (size_t p = 0; p < n; p++) v[i + j * n] += l[i + p * n] * l[j + p * n];
    }
  for (size_t j = 0; j < n; j++) {
    truth[j] = 10 * eh_uniform();
    x[j] = truth[j] + 4 * (eh_uniform() - 0.5) * sqrt(v[j + j * n]);
  }
  if (eh_uniform() < 0.3) { /* a fixed figure */
    const size_t j = eh_below(n);
    x[j] = truth[j];
    for (size_t i = 0; i < n; i++) v[i + j * n] = v[j + i * n] = 0;
  }
  for (size_t p = 0; p < k * n; p++) a[p] = (double)eh_below(4) - 1;
}

static void kkt(void) {
  static double v[N * N], a[K * N];
  double x[N], truth[N], multiplier[N + K];
  size_t held = 0, multipliers = 0;
  for (int trial = 0; trial < 400; trial++) {
    const size_t n = 3 + eh_below(N - 2), k = 1 + eh_below(n / 3 < K ? n / 3 : K);
    sx_balance_figure f[N];
    sx_balance_term t[K * N];
    sx_balance_identity id[K];
    char names[N + K][8];
    random_problem(v, x, truth, a, n, k, trial % 2 == 0);
    for (size_t j = 0; j < n; j++) {
      const double s = sqrt(v[j + j * n]);
      snprintf(names[j], 8, "f%zu", j);
      f[j] = (sx_balance_figure)FREE(names[j], x[j], s);
      if (eh_uniform() < 0.6) f[j].lower = truth[j] - s * eh_uniform();
      if (eh_uniform() < 0.6) f[j].upper = truth[j] + s * eh_uniform() * (eh_uniform() < 0.8);
    }
    for (size_t p = 0; p < k; p++) {
      double b = 0;
      snprintf(names[N + p], 8, "i%zu", p);
      for (size_t j = 0; j < n; j++) {
        t[p * n + j] = (sx_balance_term){j, a[p * n + j]};
        b += a[p * n + j] * truth[j];
      }
      id[p] = (sx_balance_identity){names[N + p], t + p * n, n, b};
    }
    sx_balance_request q = ask(f, n, id, k);
    q.covariance = trial % 2 == 0 ? v : NULL;
    sx_balance_result *r = NULL;
    REQUIRE_OK(sx_account_balance(&r, NULL, &q, err));
    for (size_t j = 0; j < n; j++) {
      CHECK(r->rows[j].after >= f[j].lower - 1e-9 && r->rows[j].after <= f[j].upper + 1e-9);
      CHECK(r->rows[j].se_after >= 0 && r->rows[j].se_after <= r->rows[j].se_before * (1 + 1e-12));
      CHECK(r->rows[j].se_at_bounds <= r->rows[j].se_after * (1 + 1e-9) + 1e-9);
    }
    for (size_t p = 0; p < k; p++) CHECK(fabs(r->checks[p].after) < 1e-9);
    CHECK(unexplained(multiplier, v, a, k, r, n, x) < 1e-8);
    size_t at = k;
    for (size_t j = 0; j < n; j++) {
      if (r->rows[j].at != SX_BALANCE_AT_LOWER && r->rows[j].at != SX_BALANCE_AT_UPPER) continue;
      held++;
      const double m = multiplier[at++];
      if (isnan(m)) continue;
      multipliers++;
      CHECK(r->rows[j].at == SX_BALANCE_AT_LOWER ? m >= -1e-8 : m <= 1e-8);
    }
    sx_balance_result_free(r);
  }
  CHECK(held > 1000 && multipliers > 500);
}

/* ---- carriers ------------------------------------------------------------------------------------------------------------ */

/* Totals of three groups of a survey against the survey's own total, a benchmark with an error and a fixed one. */
static void check_carriers(const sx_design *d, const sx_table *t, sx_balance_distance distance) {
  const sx_column *y = sx_table_find(t, "y"), *g = sx_table_find(t, "g");
  uint8_t *where = calloc(sx_table_rows(t), 1);
  const sx_est *e[6];
  sx_est *own[6];
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < sx_table_rows(t); i++) where[i] = g->data.f64[i] == (double)k;
    own[k] = eh_one(d, SX_STAT_TOTAL, y, NULL, where);
  }
  own[3] = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL);
  CHECK_OK(sx_est_outside(&own[4], NULL, sx_est_value(own[3]) * 1.03, 0.02 * sx_est_value(own[3]), INF, err));
  CHECK_OK(sx_est_outside(&own[5], NULL, sx_est_value(own[0]) * 1.05, 0, INF, err));
  for (size_t k = 0; k < 6; k++) e[k] = own[k];
  const sx_balance_figure f[] = {FREE("g0", 0, 0),  FREE("g1", 0, 0),      FREE("g2", 0, 0),
                                 FREE("all", 0, 0), FREE("outside", 0, 0), FREE("known", 0, 0)};
  const sx_balance_term sum[] = {{3, 1}, {0, -1}, {1, -1}, {2, -1}}, total[] = {{3, 1}, {4, -1}},
                        first[] = {{0, 1}, {5, -1}};
  const sx_balance_term direct[] = {{4, 1}, {0, -1}, {1, -1}, {2, -1}};
  const bool logs = distance == SX_BALANCE_RELATIVE; /* there an identity that holds by construction is one too many */
  const sx_balance_identity id[] = {{"groups", sum, 4, 0}, {"benchmark", total, 2, 0}, {"known", first, 2, 0}};
  const sx_balance_identity direct_id[] = {{"direct", direct, 4, 0}, {"known", first, 2, 0}};
  sx_balance_request q = logs ? ask(f, 6, direct_id, 2) : ask(f, 6, id, 3);
  q.estimates = e;
  q.distance = distance;
  q.with_covariance = true;
  sx_balance_result *r = NULL;
  CHECK_OK(sx_account_balance(&r, NULL, &q, err));
  if (r) {
    CHECK_INT(r->df, 2); /* the groups add up to the total by construction */
    CHECK(logs || (r->checks[0].redundant && r->checks[0].se == 0));
    double big = 0;
    for (size_t i = 0; i < 6; i++) big = fmax(big, r->covariance[i + 6 * i]);
    for (size_t i = 0; i < 6; i++) {
      CHECK_NEAR(sx_est_value(r->rows[i].est), r->rows[i].after, 1e-12);
      CHECK(fabs(sx_est_variance(r->rows[i].est) - pow(r->rows[i].se_after, 2)) <= 1e-9 * big);
      for (size_t j = 0; j < 6; j++)
        CHECK(fabs(sx_est_cov(r->rows[i].est, r->rows[j].est) - r->covariance[i + 6 * j]) <= 1e-9 * big);
    }
    CHECK(r->rows[0].se_after <= 1e-6 * r->rows[0].se_before);
    CHECK_NEAR(r->rows[0].after, sx_est_value(own[5]), 1e-12);
  }
  sx_balance_result_free(r);
  /* a bound moves the value, not the carrier */
  sx_balance_figure bounded[6];
  memcpy(bounded, f, sizeof bounded);
  bounded[1].lower = sx_est_value(own[1]) * 1.2;
  q.figures = bounded;
  r = NULL;
  CHECK_OK(sx_account_balance(&r, NULL, &q, err));
  if (r) {
    CHECK(r->rows[1].after == bounded[1].lower);
    CHECK_INT(r->n_active, 1);
    for (size_t i = 0; i < 6; i++) {
      CHECK_NEAR(sx_est_value(r->rows[i].est), r->rows[i].after, 1e-12);
      CHECK(fabs(sx_est_se(r->rows[i].est) - r->rows[i].se_after) <= 1e-7 * (1 + r->rows[i].se_before));
    }
  }
  sx_balance_result_free(r);
  for (size_t k = 0; k < 6; k++) sx_est_free(own[k]);
  free(where);
}

static void carriers(void) {
  sx_table *t = eh_sample(300, 5, 6);
  const char *psu = "psu";
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  spec.strata = "h";
  spec.clusters = &psu;
  spec.n_clusters = 1;
  sx_design *d = eh_design(NULL, t, &spec);
  check_carriers(d, t, SX_BALANCE_ABSOLUTE);
  check_carriers(d, t, SX_BALANCE_RELATIVE);
  sx_design_free(d);
  sx_table_free(t);
}

/* All covariances at once are those of sx_est_cov, also where a carrier is as long as the file and there are two designs. */
static void covariances(void) {
  sx_table *t = eh_sample(3000, 5, 6);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  spec.strata = "h";
  sx_design *d = eh_design(NULL, t, &spec), *d2 = eh_design(NULL, t, &spec);
  sx_est *own[5];
  const sx_est *e[5];
  double v[25];
  own[0] = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  own[1] = eh_one(d, SX_STAT_RATIO, sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
  own[2] = eh_one(d2, SX_STAT_MEAN, sx_table_find(t, "x"), NULL, NULL);
  CHECK_OK(sx_est_outside(&own[3], NULL, 5, 2, 9, err));
  const sx_est *const two[] = {own[0], own[3]};
  CHECK_OK(sx_est_linear(&own[4], NULL, NULL, two, 2, err));
  for (size_t k = 0; k < 5; k++) e[k] = own[k];
  CHECK_OK(sx_est_covariances(v, NULL, e, 5, err));
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 5; j++) CHECK_NEAR(v[i + 5 * j], sx_est_cov(e[i], e[j]), 1e-12);
  CHECK(v[0 + 5 * 1] != 0 && v[0 + 5 * 2] == 0 && v[3 + 5 * 4] == 4);
  for (size_t k = 0; k < 5; k++) sx_est_free(own[k]);
  sx_design_free(d);
  sx_design_free(d2);
  sx_table_free(t);
}

/* ---- what is refused -------------------------------------------------------------------------------------------------------- */

#define REFUSED(code, in_where, in_message)                                                                            \
  CHECK_FAILS(sx_account_balance(&r, NULL, &q, err), code, in_where, in_message)

static void refusals(void) {
  const sx_balance_term t[] = {{0, 1}, {1, 1}, {2, -1}}, bad[] = {{0, 1}, {7, 1}};
  sx_balance_identity id[] = {{"sum", t, 3, 0}, {"more", t, 3, 5}};
  sx_balance_figure f[] = {FREE("a", 10, 1), FREE("b", 20, 2), FREE("c", 33, 3)};
  sx_balance_request q = ask(f, 3, id, 1);
  sx_balance_result *r = NULL;
  f[1].se = -2;
  REFUSED(SX_E_ARGUMENT, "b", "standard error is -2");
  f[1].se = (double)NAN;
  REFUSED(SX_E_ARGUMENT, "b", "standard error is nan");
  f[1].se = 2;
  f[2].value = (double)NAN;
  REFUSED(SX_E_ARGUMENT, "c", "value is nan");
  f[2].value = 33;
  f[0].id = "b";
  REFUSED(SX_E_ARGUMENT, "b", "occurs twice");
  f[0].id = "";
  REFUSED(SX_E_ARGUMENT, "", "figure 1 has no id");
  f[0].id = "a";
  f[0].lower = 5;
  f[0].upper = 4;
  REFUSED(SX_E_ARGUMENT, "a", "5 to 4 hold no number");
  f[0].upper = INF;
  id[0].terms = bad;
  id[0].n_terms = 2;
  REFUSED(SX_E_ARGUMENT, "sum", "names figure 7 of 3");
  id[0] = (sx_balance_identity){"sum", t, 3, (double)NAN};
  REFUSED(SX_E_ARGUMENT, "sum", "constant is nan");
  id[0] = (sx_balance_identity){"sum", t, 0, 0};
  REFUSED(SX_E_ARGUMENT, "sum", "no figures");
  id[0] = (sx_balance_identity){"sum", t, 3, 0};
  q.n_identities = 2;
  REFUSED(SX_E_DATA, "", "is off by");
  for (size_t j = 0; j < 3; j++) f[j].se = 0;
  q.n_identities = 1;
  REFUSED(SX_E_DATA, "sum", "holds only fixed figures and is off by -3: they give -3, not 0");
  f[0].se = f[1].se = f[2].se = 1;
  f[0].upper = 11;
  f[1].upper = 12;
  f[2].lower = 30;
  REFUSED(SX_E_DATA, "", "the bounds cannot hold");
  f[2] = (sx_balance_figure){"c", 33, 0, 40, 50};
  f[0].upper = f[1].upper = INF;
  REFUSED(SX_E_DATA, "c", "fixed at 33, its bound wants at least 40");
  f[2] = (sx_balance_figure)FREE("c", 33, 1);
  const double beyond[] = {1, 2, 0, 2, 1, 0, 0, 0, 1};
  q.covariance = beyond;
  REFUSED(SX_E_DATA, "a", "correlation with 'b' is 2");
  const double indefinite[] = {1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1};
  q.covariance = indefinite;
  REFUSED(SX_E_DATA, "", "not positive semidefinite");
  const double odd[] = {1, 0.5, 0, 0.4, 1, 0, 0, 0, 1};
  q.covariance = odd;
  REFUSED(SX_E_ARGUMENT, "", "here and");
  const double negative[] = {-1, 0, 0, 0, 1, 0, 0, 0, 1};
  q.covariance = negative;
  REFUSED(SX_E_ARGUMENT, "a", "variance is -1");
  q.covariance = NULL;
  q.distance = SX_BALANCE_RELATIVE;
  f[1].value = -20;
  REFUSED(SX_E_DATA, "b", "for positive figures");
  q.n_figures = 0;
  REFUSED(SX_E_ARGUMENT, "", "no figures to balance");
  CHECK(r == NULL);
}

static void contradictions_are_named(void) {
  const sx_balance_figure f[] = {FREE("a", 10, 1), FREE("b", 20, 2), FREE("c", 33, 3), FREE("d", 4, 0)};
  const sx_balance_term t1[] = {{0, 1}, {1, 1}}, t2[] = {{2, 1}, {3, 1}}, t3[] = {{0, 1}, {1, 1}, {2, 1}};
  const sx_balance_identity id[] = {{"ab", t1, 2, 31}, {"cd", t2, 2, 36}, {"abc", t3, 3, 70}};
  sx_balance_request q = ask(f, 4, id, 3);
  sx_balance_result *r = NULL;
  sx_error err = SX_ERROR_INIT;
  CHECK_INT(sx_account_balance(&r, NULL, &q, &err), SX_E_DATA); /* 31 + 32 is not 70 */
  CHECK(strstr(err.message, "contradicts") && strstr(err.message, "off by"));
  CHECK(strstr(err.message, "'ab'") || strcmp(err.where, "ab") == 0);
  CHECK(strstr(err.message, "'cd'") || strcmp(err.where, "cd") == 0);
  CHECK(strstr(err.message, "7"));
}

static void formulas(void) {
  const sx_balance_figure f[] = {FREE("total", 0, 1), FREE("goods", 0, 1), FREE("on line", 0, 1)};
  sx_balance_term *t = NULL;
  size_t n = 0;
  double constant = 0;
  REQUIRE_OK(sx_balance_parse(&t, &n, &constant, NULL, "total - 3 == 2 * (goods + `on line` / 4) - 1", f, 3, err));
  CHECK_INT(n, 3);
  CHECK_NEAR(constant, 2, 1e-15);
  double c[3] = {0, 0, 0};
  for (size_t i = 0; i < n; i++) c[t[i].figure] += t[i].coefficient;
  CHECK(c[0] == 1 && c[1] == -2 && c[2] == -0.5);
  sx_mem_free(NULL, t);
  t = NULL;
#define BAD(text, code, where, message)                                                                                \
  CHECK_FAILS(sx_balance_parse(&t, &n, &constant, NULL, text, f, 3, err), code, where, message)
  BAD("total = goods", SX_E_PARSE, "", "one ==");
  BAD("total == goods == 3", SX_E_PARSE, "", "one ==");
  BAD("total == good", SX_E_DATA, "good", "did you mean 'goods'");
  BAD("total == goods * total", SX_E_DATA, "", "not linear");
  BAD("total == abs(goods)", SX_E_DATA, "", "not linear");
  BAD("total == 3 / goods", SX_E_DATA, "", "not linear");
  BAD("total == goods +", SX_E_PARSE, "column", "");
  CHECK(t == NULL);
}

SXT_MAIN(SXT_CASE(two_and_their_sum), SXT_CASE(fixed_and_correlated), SXT_CASE(far_apart), SXT_CASE(relative),
         SXT_CASE(bounds), SXT_CASE(degenerate), SXT_CASE(kkt), SXT_CASE(carriers), SXT_CASE(covariances),
         SXT_CASE(refusals), SXT_CASE(contradictions_are_named), SXT_CASE(formulas))
