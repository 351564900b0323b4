/* test_accounts_memo.c: an account computed with what was computed before taken again has the bits of one in which everything is computed anew. */
#include "accounts/accounts_priv.h"
#include "accounts_help.h"

static sx_est *of(ah_pool *p, sx_est *a, sx_est *b) {
  const sx_est *const values[] = {a, b};
  sx_est *est = NULL;
  if (sx_est_linear(&est, NULL, NULL, values, 2, NULL) != SX_OK) abort();
  return ah_keep(p, est);
}

/* Three scopes of which two are the whole, a common population, an overlap, a coverage, an amount, a period and a price. */
static sx_account *tree(ah_pool *p) {
  const char *const narrow[] = {"narrow", "middle", "broad"}, *const middle[] = {"middle", "broad"};
  sx_account *account = NULL;
  sx_est *people = ah_figure(p, 900, 20), *pay = ah_figure(p, 0.6, 0.02);
  const sx_account_leaf games = {.population = people, .penetration = pay, .spend = ah_figure(p, 30, 2)};
  const sx_account_leaf video = {
      .population = people, .penetration = ah_figure(p, 0.4, 0.03), .spend = of(p, ah_figure(p, 5, 1), pay)};
  const sx_account_leaf goods = {.total = ah_figure(p, 5000, 300)},
                        food = {.total = of(p, ah_figure(p, 700, 50), people)};
  CHECK_OK(sx_account_new(&account, NULL, err));
  CHECK_OK(sx_account_add(account, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(account, "goods", "total", middle, 2, &goods, err));
  CHECK_OK(sx_account_add(account, "content", "total", narrow, 3, NULL, err));
  CHECK_OK(sx_account_add(account, "games", "content", NULL, 0, &games, err));
  CHECK_OK(sx_account_add(account, "video", "content", NULL, 0, &video, err));
  CHECK_OK(sx_account_add(account, "food", "total", middle, 2, &food, err));
  CHECK_OK(sx_account_adjust(account, "minors", "games", SX_ACCOUNT_COVERAGE, ah_figure(p, 0.98, 0.01), err));
  CHECK_OK(sx_account_adjust(account, "twice", "food", SX_ACCOUNT_OVERLAP, ah_figure(p, 0.05, 0.02), err));
  CHECK_OK(sx_account_adjust(account, "off", "total", SX_ACCOUNT_AMOUNT, ah_figure(p, 10, 2), err));
  CHECK_OK(sx_account_set_period(account, "total", ah_figure(p, 2.1, 0.05), NULL, err));
  CHECK_OK(sx_account_set_price(account, "total", ah_figure(p, 1.02, 0.003), NULL, err));
  return account;
}

static bool same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void twin(void) {
  static ah_pool pool;
  sx_account *account = tree(&pool);
  sx_accounts__memo *memo = NULL;
  sx_account_result *fast = NULL, *again = NULL, *slow = NULL;
  const sx_est *benchmark = ah_figure(&pool, 90000, 900);
  REQUIRE_OK(sx_accounts__memo_new(&memo, &account->ctx, err));
  REQUIRE_OK(sx_accounts__compute(&fast, account, benchmark, memo, err));
  REQUIRE_OK(sx_accounts__compute(&again, account, benchmark, memo, err));
  REQUIRE_OK(sx_accounts__compute(&slow, account, benchmark, NULL, err));
  sx_accounts__memo_free(memo);
  CHECK(fast->n_rows > 100);
  REQUIRE(fast->n_rows == slow->n_rows && again->n_rows == slow->n_rows);
  size_t shared = 0;
  for (size_t i = 0; i < slow->n_rows; i++) {
    const sx_account_row *a = &fast->rows[i], *b = &slow->rows[i];
    CHECK_STR(a->id, b->id);
    CHECK(a->measure == b->measure && a->flags == b->flags && again->rows[i].est == a->est);
    CHECK(same(a->se, b->se) && same(a->second_order, b->second_order));
    CHECK(same(sx_est_value(a->est), sx_est_value(b->est)) && same(sx_est_variance(a->est), sx_est_variance(b->est)));
    CHECK(same(sx_est_df(a->est), sx_est_df(b->est)));
    for (size_t j = 0; j < i; j++) shared += fast->rows[j].est == a->est;
  }
  CHECK(shared > slow->n_rows / 2); /* middle and broad are the whole */
  sx_account_result_free(fast);
  sx_account_result_free(again);
  sx_account_result_free(slow);
  sx_account_free(account);
  ah_clear(&pool);
}

/* Operands, coefficients and operation are the key; a covariance is none of the estimates of the same two. */
static void keys(void) {
  static ah_pool pool;
  const sx_ctx ctx = SX_CTX_INIT;
  sx_accounts__memo *memo = NULL;
  sx_est *a = ah_figure(&pool, 2, 0.5), *b = ah_figure(&pool, 3, 0.25), *made[6] = {NULL};
  const sx_est *const ab[] = {a, b}, *const ba[] = {b, a};
  const double minus[] = {1, -1};
  const char *const text = "a / b";
  double cov = -1;
  REQUIRE_OK(sx_accounts__memo_new(&memo, &ctx, err));
  REQUIRE_OK(sx_accounts__memo_formula(&made[0], memo, &ctx, text, ab, 2, err));
  REQUIRE_OK(sx_accounts__memo_formula(&made[1], memo, &ctx, text, ba, 2, err));
  REQUIRE_OK(sx_accounts__memo_linear(&made[2], memo, &ctx, NULL, ab, 2, err));
  REQUIRE_OK(sx_accounts__memo_linear(&made[3], memo, &ctx, minus, ab, 2, err));
  REQUIRE_OK(sx_accounts__memo_cov(&cov, memo, a, b, err));
  CHECK_NEAR(cov, 0, 0);
  REQUIRE_OK(sx_accounts__memo_cov(&cov, memo, a, a, err));
  CHECK_NEAR(cov, 0.25, 1e-15);
  REQUIRE_OK(sx_accounts__memo_linear(&made[4], memo, &ctx, minus, ab, 2, err));
  REQUIRE_OK(sx_accounts__memo_formula(&made[5], memo, &ctx, text, ab, 2, err));
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < i; j++) CHECK(made[i] != made[j]);
  CHECK(made[4] == made[3] && made[5] == made[0]);
  CHECK_NEAR(sx_est_value(made[0]), 2.0 / 3, 1e-15);
  CHECK_NEAR(sx_est_value(made[1]), 1.5, 1e-15);
  CHECK_NEAR(sx_est_value(made[2]), 5, 0);
  CHECK_NEAR(sx_est_value(made[3]), -1, 0);
  sx_accounts__memo_free(memo); /* what it gave stays */
  for (size_t i = 0; i < 6; i++) {
    CHECK(isfinite(sx_est_variance(made[i])));
    sx_est_free(made[i]);
  }
  ah_clear(&pool);
}

SXT_MAIN(SXT_CASE(twin), SXT_CASE(keys))
