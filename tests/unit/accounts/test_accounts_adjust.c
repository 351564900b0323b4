/* Ratios, adjustments, periods, prices and the second-order term: closed forms; rows that add; what is refused. */
#include "accounts_help.h"

#define VALUE(id, measure) ah_value(result, id, SX_ACCOUNT_##measure)
#define ROW(id, measure)   ah_row(result, id, NULL, SX_ACCOUNT_##measure)
#define ADD(id, up, leaf)  CHECK_OK(sx_account_add(account, id, up, NULL, 0, leaf, err))
#define COMPUTE(result)                                                                                                \
  sx_account_result *result = NULL;                                                                                    \
  REQUIRE_OK(sx_account_compute(&result, account, NULL, err))

/* total = goods (100, se 10) + games; games covered to 80% (se 4), 5% (se 1) counted twice, total less 7. */
static void adjustments(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_account_leaf goods = {.total = ah_figure(&p, 100, 10)}, games = {.total = ah_figure(&p, 60, 3)};
  ADD("total", NULL, NULL);
  ADD("goods", "total", &goods);
  ADD("games", "total", &games);
  CHECK_OK(sx_account_adjust(account, "cover", "games", SX_ACCOUNT_COVERAGE, ah_figure(&p, 0.8, 0.04), err));
  CHECK_OK(sx_account_adjust(account, "double", "games", SX_ACCOUNT_OVERLAP, ah_figure(&p, 0.05, 0.01), err));
  CHECK_OK(sx_account_adjust(account, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&p, 7, 2), err));
  COMPUTE(result);
  CHECK_NEAR(VALUE("games", LEVEL_BEFORE), 60.0, 1e-15);
  CHECK_NEAR(VALUE("cover", LEVEL), 15.0, 1e-14);
  CHECK_NEAR(VALUE("cover", LEVEL_BEFORE), 60.0, 1e-15);
  CHECK_NEAR(VALUE("cover", LEVEL_AFTER), 75.0, 1e-15);
  CHECK_NEAR(VALUE("double", LEVEL), -3.75, 1e-14);
  CHECK_NEAR(VALUE("games", LEVEL), 71.25, 1e-15);
  CHECK_NEAR(VALUE("total", LEVEL_BEFORE), 171.25, 1e-15);
  CHECK_NEAR(VALUE("taken", LEVEL), -7.0, 1e-15);
  CHECK_NEAR(VALUE("total", LEVEL), 164.25, 1e-15);
  /* 60 x 0.95/0.8: relative variances add */
  const double v = 71.25 * 71.25 * (0.05 * 0.05 + 0.05 * 0.05 + pow(0.01 / 0.95, 2));
  CHECK_NEAR(sx_est_variance(ROW("games", LEVEL)->est), v, 1e-13);
  CHECK_NEAR(sx_est_variance(ROW("total", LEVEL)->est), v + 100 + 4, 1e-13);
  CHECK_NEAR(ROW("games", LEVEL)->se, 5.0970, 1e-5); /* docs/methods/accounts.md */
  CHECK_NEAR(ROW("total", LEVEL)->se, 11.4009, 1e-5);
  CHECK(ROW("cover", LEVEL)->kind == SX_ACCOUNT_ADJUSTMENT && ROW("games", LEVEL)->kind == SX_ACCOUNT_LEAF);
  CHECK_STR(ROW("cover", LEVEL)->parent, "games");
  /* shares of the children and the adjustment of the total add up to 1 */
  CHECK_NEAR(VALUE("goods", SHARE_OF_PARENT) + VALUE("games", SHARE_OF_PARENT) + VALUE("taken", SHARE_OF_PARENT), 1.0,
             1e-15);
  CHECK(!ROW("goods", LEVEL_BEFORE) && !ROW("games", MEASURED) && !ROW("games", CONSTANT));
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

/* Half-years doubled, one leaf by a seasonal factor; prices 1.25 for one leaf and 1.05 for the rest. */
static void periods_and_prices(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_account_leaf goods = {.total = ah_figure(&p, 100, 10)}, games = {.total = ah_figure(&p, 60, 3)};
  ADD("total", NULL, NULL);
  ADD("goods", "total", &goods);
  ADD("games", "total", &games);
  CHECK_OK(sx_account_set_period(account, "total", ah_figure(&p, 2, 0), NULL, err));
  CHECK_OK(sx_account_set_period(account, "games", ah_figure(&p, 1.9, 0.19), "season", err));
  CHECK_OK(sx_account_set_price(account, "total", ah_figure(&p, 1.05, 0), NULL, err));
  CHECK_OK(sx_account_set_price(account, "goods", ah_figure(&p, 1.25, 0.0125), NULL, err));
  CHECK_OK(sx_account_adjust(account, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&p, 21, 0), err));
  COMPUTE(result);
  CHECK_NEAR(VALUE("goods", LEVEL), 200.0, 1e-15);
  CHECK_NEAR(VALUE("games", LEVEL), 114.0, 1e-15);
  CHECK_NEAR(sx_est_variance(ROW("games", LEVEL)->est), 114 * 114 * (0.0025 + 0.01), 1e-13);
  CHECK_NEAR(VALUE("games", MEASURED), 60.0, 1e-15);
  CHECK_NEAR(VALUE("total", MEASURED), 160.0 - 10.5, 1e-15);
  CHECK_NEAR(VALUE("goods", CONSTANT), 160.0, 1e-15);
  CHECK_NEAR(sx_est_variance(ROW("goods", CONSTANT)->est), 160 * 160 * (0.01 + 0.0001), 1e-13);
  CHECK_NEAR(VALUE("goods", PRICE_EFFECT), 40.0, 1e-14);
  /* L (1 - 1/P): variances of L (1 - 1/P)^2 and (L/P^2)^2 V(P) */
  CHECK_NEAR(sx_est_variance(ROW("goods", PRICE_EFFECT)->est), 400 * 0.04 + 160.0 * 160.0 * 0.0001, 1e-12);
  CHECK_NEAR(VALUE("total", CONSTANT), 160.0 + 114.0 / 1.05 - 20.0, 1e-15);
  CHECK_NEAR(VALUE("total", PRICE_EFFECT),
             VALUE("goods", PRICE_EFFECT) + VALUE("games", PRICE_EFFECT) + VALUE("taken", PRICE_EFFECT), 1e-13);
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

/* A spend of 0.5 of another's; a level of 0.1 of a branch's, as measured. */
static void ratios(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_est *n = ah_figure(&p, 1000, 0), *spend = ah_figure(&p, 20, 1), *half = ah_figure(&p, 0.5, 0.05);
  const sx_account_leaf games = {.population = n, .penetration = ah_figure(&p, 0.4, 0.02), .spend = spend};
  const sx_account_leaf video = {
      .population = n, .penetration = ah_figure(&p, 0.6, 0.03), .ratio = half, .ratio_to = "games"};
  const sx_account_leaf fees = {
      .ratio = ah_figure(&p, 0.1, 0.01), .ratio_to = "content", .ratio_base = SX_ACCOUNT_OF_LEVEL};
  ADD("total", NULL, NULL);
  ADD("fees", "total", &fees); /* refers to what comes after */
  ADD("content", "total", NULL);
  ADD("video", "content", &video);
  ADD("games", "content", &games);
  CHECK_OK(sx_account_adjust(account, "cover", "games", SX_ACCOUNT_COVERAGE, ah_figure(&p, 0.5, 0), err));
  COMPUTE(result);
  CHECK_NEAR(VALUE("games", LEVEL), 16000.0, 1e-15);
  CHECK_NEAR(VALUE("video", LEVEL), 6000.0, 1e-15);
  CHECK_NEAR(sx_est_variance(ROW("video", LEVEL)->est), 6000.0 * 6000.0 * (0.0025 + 0.0025 + 0.01), 1e-13);
  CHECK_NEAR(VALUE("fees", LEVEL), 0.1 * 14000, 1e-14);
  /* games and video share the spend: Cov = 1000^2 x 0.4 x 2 x 0.6 x 0.5 x V(spend) */
  CHECK_NEAR(sx_est_cov(ROW("games", LEVEL)->est, ROW("video", LEVEL)->est), 1e6 * 0.8 * 0.3, 1e-12);
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

/* Independent factors, exactly: prod (m^2 + v) - prod m^2. */
static void second_order(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_est *n = ah_figure(&p, 500, 50);
  const sx_account_leaf games = {
      .population = n, .penetration = ah_figure(&p, 0.4, 0.08), .spend = ah_figure(&p, 20, 4)};
  const sx_account_leaf video = {
      .population = n, .penetration = ah_figure(&p, 0.6, 0.06), .spend = ah_figure(&p, 10, 1)};
  const sx_account_leaf goods = {
      .population = ah_figure(&p, 800, 0), .penetration = ah_figure(&p, 0.9, 0), .spend = ah_figure(&p, 40, 4)};
  ADD("total", NULL, NULL);
  ADD("games", "total", &games);
  ADD("video", "total", &video);
  ADD("goods", "total", &goods);
  COMPUTE(result);
  const double m[] = {250000, 0.16, 400}, v[] = {2500, 0.0064, 16};
  double exact_g = 1, mean_g = 1;
  for (int k = 0; k < 3; k++) {
    exact_g *= m[k] + v[k];
    mean_g *= m[k];
  }
  const sx_account_row *row = ROW("games", LEVEL);
  CHECK_NEAR(row->se * row->se, exact_g - mean_g, 1e-10);
  CHECK_NEAR(row->second_order, exact_g - mean_g - mean_g * (0.01 + 0.04 + 0.04), 1e-9);
  CHECK_NEAR(row->se, 1216.0, 1e-4);
  CHECK(row->flags & SX_ACCOUNT_SECOND_ORDER);
  CHECK(ROW("goods", LEVEL)->second_order == 0 && !(ROW("goods", LEVEL)->flags & SX_ACCOUNT_SECOND_ORDER));
  /* N is shared: Cov(N a, N b) = (N^2 + V(N)) ab - N^2 ab is linear, so of two leaves only their own parts and no more:
   * V(N (u + w)) with u = 8 (v = 0.16 x 16 + 400 x 0.0064 + 0.0064 x 16) and w = 6 */
  const double vu = (0.16 + 0.0064) * (400 + 16) - 64, vw = (0.36 + 0.0036) * (100 + 1) - 36;
  const double exact = (250000.0 + 2500.0) * (14.0 * 14.0 + vu + vw) - 250000.0 * 14.0 * 14.0 + 800 * 800 * 0.81 * 16;
  row = ROW("total", LEVEL);
  CHECK_NEAR(row->se * row->se, exact, 1e-10);
  sx_est_row described;
  CHECK_OK(sx_account_describe(&described, row, NULL, err));
  CHECK_NEAR(described.se, row->se, 1e-15);
  CHECK_NEAR(described.high - described.low, 2 * 1.959963984540054 * row->se, 1e-9);
  sx_est_free(described.est);
  CHECK(isnan(ROW("games", SHARE_OF_TOTAL)->second_order));
  CHECK_NEAR(ROW("games", SHARE_OF_TOTAL)->se, sx_est_se(ROW("games", SHARE_OF_TOTAL)->est), 1e-15);
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

/* Amounts, factors and prices with errors in the second order, against the product written out. */
static void second_order_on_the_way(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_account_leaf games = {.total = ah_figure(&p, 100, 20)}, video = {.total = ah_figure(&p, 50, 5)};
  ADD("total", NULL, NULL);
  ADD("games", "total", &games);
  ADD("video", "total", &video);
  CHECK_OK(sx_account_adjust(account, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&p, 30, 3), err));
  CHECK_OK(sx_account_adjust(account, "grossed", "total", SX_ACCOUNT_FACTOR, ah_figure(&p, 1.5, 0.3), err));
  CHECK_OK(sx_account_set_price(account, "games", ah_figure(&p, 2, 0.2), NULL, err));
  COMPUTE(result);
  /* (g + v - a) f: (m^2 + s)(f^2 + t) - m^2 f^2 with m = 120, s = 400 + 25 + 9 */
  const double level = (14400.0 + 434.0) * (2.25 + 0.09) - 14400.0 * 2.25;
  CHECK_NEAR(pow(ROW("total", LEVEL)->se, 2), level, 1e-12);
  CHECK_NEAR(ROW("grossed", LEVEL)->second_order, 434 * 0.09, 1e-10); /* m (f - 1) */
  CHECK_NEAR(ROW("grossed", LEVEL_AFTER)->second_order, 434 * 0.09, 1e-10);
  CHECK(ROW("grossed", LEVEL_BEFORE)->second_order == 0 && ROW("total", LEVEL_BEFORE)->second_order == 0);
  CHECK(ROW("taken", LEVEL)->second_order == 0);
  /* constant: (g q + v - a) f, q = 1/P with V(q) = V(P)/P^4 by the linear formula */
  const double vq = 0.04 / 16, m = 50 + 20, s = (10000.0 + 400) * (0.25 + vq) - 2500 + 34;
  CHECK_NEAR(pow(ROW("total", CONSTANT)->se, 2), (m * m + s) * (2.25 + 0.09) - m * m * 2.25, 1e-10);
  CHECK_NEAR(ROW("games", CONSTANT)->second_order, 400 * vq, 1e-12);
  CHECK_NEAR(ROW("games", PRICE_EFFECT)->second_order, 400 * vq, 1e-12);
  CHECK(ROW("video", PRICE_EFFECT)->second_order == 0);
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

/* An amount in a scope that has only a part of the node: in proportion. */
static void scopes(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  const char *const narrow[] = {"narrow"};
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  const sx_account_leaf games = {.total = ah_figure(&p, 60, 3)}, goods = {.total = ah_figure(&p, 140, 10)};
  ADD("total", NULL, NULL);
  CHECK_OK(sx_account_add(account, "games", "total", narrow, 1, &games, err));
  ADD("goods", "total", &goods);
  CHECK_OK(sx_account_adjust(account, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&p, 10, 1), err));
  CHECK_OK(sx_account_adjust(account, "more", "total", SX_ACCOUNT_FACTOR, ah_figure(&p, 2, 0), err));
  COMPUTE(result);
  CHECK_NEAR(sx_est_value(ah_row(result, "taken", "narrow", SX_ACCOUNT_LEVEL)->est), -3.0, 1e-14);
  CHECK_NEAR(sx_est_value(ah_row(result, "total", "narrow", SX_ACCOUNT_LEVEL)->est), 114.0, 1e-14);
  CHECK_NEAR(VALUE("total", LEVEL), 380.0, 1e-15);
  sx_account_result_free(result);
  sx_account_free(account);
  ah_clear(&p);
}

static void refusals(void) {
  ah_pool p = {.n = 0};
  sx_account *a = NULL;
  REQUIRE_OK(sx_account_new(&a, NULL, err));
  const sx_est *x = ah_figure(&p, 10, 1), *zero = ah_figure(&p, 0, 0), *minus = ah_figure(&p, -0.2, 0);
  const sx_account_leaf total = {.total = x}, no_spend = {.population = x, .penetration = x};
  const sx_account_leaf no_pop = {.penetration = x, .spend = x}, no_pen = {.population = x, .spend = x};
  const sx_account_leaf nowhere = {.population = x, .penetration = x, .ratio = x};
  const sx_account_leaf two = {.population = x, .penetration = x, .spend = x, .ratio = x, .ratio_to = "a"};
  CHECK_OK(sx_account_add(a, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(a, "other", "total", NULL, 0, NULL, err));
  CHECK_FAILS(sx_account_add(a, "b", "total", NULL, 0, &no_spend, err), SX_E_ARGUMENT, "b", "spend is missing");
  CHECK_FAILS(sx_account_add(a, "b", "total", NULL, 0, &no_pop, err), SX_E_ARGUMENT, "b", "population is missing");
  CHECK_FAILS(sx_account_add(a, "b", "total", NULL, 0, &no_pen, err), SX_E_ARGUMENT, "b", "penetration is missing");
  CHECK_FAILS(sx_account_add(a, "b", "total", NULL, 0, &nowhere, err), SX_E_ARGUMENT, "b", "to which node");
  CHECK_FAILS(sx_account_add(a, "b", "total", NULL, 0, &two, err), SX_E_ARGUMENT, "b", "a spend and a ratio");
  CHECK_OK(sx_account_add(a, "goods", "total", NULL, 0, &total, err));
  CHECK_FAILS(sx_account_add(a, "goods", "other", NULL, 0, &total, err), SX_E_DATA, "goods", "child in two parents");
  CHECK_FAILS(sx_account_add(a, "ring", "ring", NULL, 0, NULL, err), SX_E_DATA, "ring", "its own parent");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_COVERAGE, minus, err), SX_E_DATA, "c", "coverage is -0.2");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_COVERAGE, zero, err), SX_E_DATA, "c", "coverage is 0");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_COVERAGE, x, err), SX_E_DATA, "c", "up to 1");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_OVERLAP, x, err), SX_E_DATA, "c", "below 1");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_FACTOR, zero, err), SX_E_DATA, "c", "above 0");
  CHECK_FAILS(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_AMOUNT, minus, err), SX_E_DATA, "c", "0 or more");
  CHECK_FAILS(sx_account_adjust(a, "c", "nobody", SX_ACCOUNT_AMOUNT, x, err), SX_E_DATA, "c", "no node 'nobody'");
  CHECK_FAILS(sx_account_adjust(a, "other", "goods", SX_ACCOUNT_AMOUNT, x, err), SX_E_DATA, "other", "occurs twice");
  CHECK_FAILS(sx_account_set_price(a, "goods", zero, NULL, err), SX_E_DATA, "goods", "index of zero");
  CHECK_FAILS(sx_account_set_price(a, "nobody", x, NULL, err), SX_E_DATA, "nobody", "no node");
  CHECK_FAILS(sx_account_set_period(a, "goods", minus, NULL, err), SX_E_DATA, "goods", "above 0");
  CHECK_OK(sx_account_adjust(a, "c", "goods", SX_ACCOUNT_AMOUNT, ah_figure(&p, 11, 0), err));
  CHECK_FAILS(sx_account_adjust(a, "d", "c", SX_ACCOUNT_AMOUNT, x, err), SX_E_DATA, "d", "is an adjustment");
  CHECK_FAILS(sx_account_add(a, "e", "c", NULL, 0, &total, err), SX_E_DATA, "e", "is an adjustment");
  CHECK_FAILS(sx_account_check(a, err), SX_E_DATA, "other", "no children");
  CHECK_OK(sx_account_add(a, "last", "other", NULL, 0, &total, err));
  sx_account_result *result = NULL;
  CHECK_FAILS(sx_account_compute(&result, a, NULL, err), SX_E_DATA, "c", "takes 11 off 'goods', which is only 10");
  CHECK(!result);
  sx_account_free(a);
  ah_clear(&p);
}

static void rings(void) {
  ah_pool p = {.n = 0};
  sx_account *a = NULL;
  REQUIRE_OK(sx_account_new(&a, NULL, err));
  const sx_est *x = ah_figure(&p, 10, 1);
  const sx_account_leaf total = {.total = x},
                        to_content = {.ratio = x, .ratio_to = "content", .ratio_base = SX_ACCOUNT_OF_LEVEL};
  const sx_account_leaf to_b = {.population = x, .penetration = x, .ratio = x, .ratio_to = "b"},
                        to_a = {.population = x, .penetration = x, .ratio = x, .ratio_to = "a"},
                        to_sum = {.population = x, .penetration = x, .ratio = x, .ratio_to = "content"},
                        lost = {.population = x, .penetration = x, .ratio = x, .ratio_to = "nobody"};
  const sx_account_entry entries[] = {
      {"games", "content", NULL, 0, &to_content}, {"content", "total", NULL, 0, NULL}, {"total", NULL, NULL, 0, NULL}};
  CHECK_OK(sx_account_add_all(a, entries, 3, err));
  CHECK_FAILS(sx_account_check(a, err), SX_E_DATA, "content", "content -> games -> content");
  const sx_account_leaf *const one[] = {&total};
  const char *const games[] = {"games"}, *const content[] = {"content"};
  sx_account *b = NULL, *none = NULL;
  CHECK_OK(sx_account_copy(&b, a, games, one[0], 1, err));
  CHECK_OK(sx_account_check(b, err));
  CHECK_FAILS(sx_account_copy(&none, a, content, one[0], 1, err), SX_E_DATA, "content", "no leaf 'content'");
  CHECK_OK(sx_account_add(b, "a", "total", NULL, 0, &to_b, err));
  CHECK_FAILS(sx_account_check(b, err), SX_E_DATA, "a", "'b', which is no node");
  CHECK_OK(sx_account_add(b, "b", "total", NULL, 0, &to_a, err));
  CHECK_FAILS(sx_account_check(b, err), SX_E_DATA, "a", "a -> b -> a");
  const char *const both[] = {"a", "b"};
  const sx_account_leaf sums[] = {to_sum, total}, losts[] = {lost, total};
  sx_account *c = NULL;
  CHECK_OK(sx_account_copy(&c, b, both, sums, 2, err));
  CHECK_FAILS(sx_account_check(c, err), SX_E_DATA, "a", "spend of 'content', which has none");
  sx_account_free(c);
  c = NULL;
  CHECK_OK(sx_account_copy(&c, b, both, losts, 2, err));
  CHECK_FAILS(sx_account_check(c, err), SX_E_DATA, "a", "'nobody'");
  sx_account_free(c);
  const sx_account_entry ring[] = {
      {"x", "z", NULL, 0, NULL}, {"y", "x", NULL, 0, NULL}, {"z", "y", NULL, 0, NULL}, {"w", "x", NULL, 0, &total}};
  CHECK_FAILS(sx_account_add_all(b, ring, 4, err), SX_E_DATA, "", "own ancestor: ");
  const sx_account_entry twice[] = {{"x", "total", NULL, 0, &total}, {"x", "content", NULL, 0, &total}};
  CHECK_FAILS(sx_account_add_all(b, twice, 2, err), SX_E_DATA, "x", "child in two parents");
  const sx_account_entry orphan[] = {{"x", "total", NULL, 0, &total}, {"y", "nobody", NULL, 0, &total}};
  CHECK_FAILS(sx_account_add_all(b, orphan, 2, err), SX_E_DATA, "y", "unknown parent 'nobody'");
  CHECK_OK(sx_account_add_all(b, orphan, 1, err)); /* nothing stayed of the failed calls */
  sx_account_free(a);
  sx_account_free(b);
  ah_clear(&p);
}

SXT_MAIN(SXT_CASE(adjustments), SXT_CASE(periods_and_prices), SXT_CASE(ratios), SXT_CASE(second_order),
         SXT_CASE(second_order_on_the_way), SXT_CASE(scopes), SXT_CASE(refusals), SXT_CASE(rings))
