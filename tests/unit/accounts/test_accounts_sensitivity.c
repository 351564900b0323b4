/* Elasticities, shares of the variance and swings: closed forms, inputs that several leaves share, ends of what an input may be. */
#include "accounts_help.h"

#define ADD(id, up, leaf)                                                                                              \
  if (sx_account_add(account, id, up, NULL, 0, leaf, NULL) != SX_OK) abort()

/* total = games (N 500, p 0.4, s 20) + video (N the same, p 0.95, s half of games') + goods 5000; games covered to 80%, all doubled. */
static sx_account *sample(ah_pool *p) {
  sx_account *account = NULL;
  if (sx_account_new(&account, NULL, NULL) != SX_OK) abort();
  const sx_account_leaf games = {.population = ah_figure(p, 500, 10),
                                 .penetration = ah_figure(p, 0.4, 0.02),
                                 .spend = ah_figure(p, 20, 1),
                                 .population_input = "people"};
  const sx_account_leaf video = {.population = games.population,
                                 .penetration = ah_figure(p, 0.95, 0.01),
                                 .ratio = ah_figure(p, 0.5, 0.05),
                                 .ratio_to = "games",
                                 .population_input = "people"};
  const sx_account_leaf goods = {.total = ah_figure(p, 5000, 0)};
  ADD("total", NULL, NULL);
  ADD("games", "total", &games);
  ADD("video", "total", &video);
  ADD("goods", "total", &goods);
  if (sx_account_adjust(account, "cover", "games", SX_ACCOUNT_COVERAGE, ah_figure(p, 0.8, 0.04), NULL) != SX_OK ||
      sx_account_set_period(account, "total", ah_figure(p, 2, 0.1), NULL, NULL) != SX_OK)
    abort();
  return account;
}

/* games 4000 x 2 / 0.8 = 10000, video 4750 x 2 = 9500, goods 10000: total 29500. */
static void closed_forms(void) {
  ah_pool p = {.n = 0};
  sx_account *a = sample(&p);
  sx_account_sensitivity *s = NULL;
  REQUIRE_OK(sx_account_get_sensitivity(&s, a, NULL, NULL, err));
  const double total = 29500, cv[] = {0.02, 0.05, 0.05, 0.01 / 0.95, 0.1, 0.05, 0.05};
  const char *const id[] = {"people", "games.penetration", "games.spend", "video.penetration", "video.ratio",
                            "cover",  "total.period"};
  const double elasticity[] = {
      19500 / total, 10000 / total, 19500 / total, 9500 / total, 9500 / total, -10000 / total, 1};
  double variance = 0;
  for (int k = 0; k < 7; k++) variance += pow(total * elasticity[k] * cv[k], 2);
  CHECK_NEAR(s->level, total, 1e-14);
  CHECK_NEAR(s->se * s->se, variance, 1e-12);
  CHECK_INT(s->n_rows, 8);
  for (int k = 0; k < 7; k++) {
    const sx_account_input *row = ah_input(s, id[k]);
    REQUIRE(row);
    CHECK_NEAR(row->elasticity, elasticity[k], 1e-13);
    CHECK_NEAR(row->derivative, elasticity[k] * total / row->value, 1e-13);
    CHECK_NEAR(row->variance_share, pow(total * elasticity[k] * cv[k], 2) / variance, 1e-12);
    CHECK_NEAR(row->variance_alone, row->variance_share, 1e-12); /* independent inputs */
  }
  const sx_account_input *people = ah_input(s, "people"), *cover = ah_input(s, "cover"),
                         *goods = ah_input(s, "goods.total");
  CHECK_NEAR(s->rows[0].variance_share, 0.4638, 1e-4); /* docs/methods/sensitivity.md */
  CHECK_NEAR(people->variance_share, 0.0324, 2e-3);
  CHECK_NEAR(cover->high_se, 29023.8, 1e-5);
  CHECK_NEAR(cover->low_tenth, 30611.1, 1e-5);
  CHECK_INT(people->n_uses, 2);
  CHECK_STR(people->node, "games");
  CHECK_STR(people->factor, "population");
  CHECK_NEAR(people->low_se, total - 390, 1e-14);
  CHECK_NEAR(people->high_tenth, total + 1950, 1e-14);
  CHECK_NEAR(cover->low_se, 19500 + 8000 / 0.76, 1e-14);
  CHECK_NEAR(cover->high_tenth, 19500 + 8000 / 0.88, 1e-14);
  CHECK(goods && goods->variance_share == 0 && goods->low_se == total && goods->high_se == total);
  CHECK_NEAR(goods->elasticity, 10000 / total, 1e-14);
  /* a penetration goes no further than 1 */
  CHECK_NEAR(ah_input(s, "video.penetration")->high_tenth, total + 9500 * 0.05 / 0.95, 1e-14);
  /* the widest swing first: the period 0.1/2, 2950; the last has none */
  CHECK_STR(s->rows[0].id, "total.period");
  CHECK_STR(s->rows[7].id, "goods.total");
  sx_account_sensitivity_free(s);
  /* of one node: what it rests on, and no more */
  REQUIRE_OK(sx_account_get_sensitivity(&s, a, "video", NULL, err));
  CHECK_INT(s->n_rows, 5); /* people, penetration, ratio, the other's spend, period */
  CHECK(ah_input(s, "games.spend") && !ah_input(s, "games.penetration") && !ah_input(s, "cover"));
  CHECK_INT(ah_input(s, "people")->n_uses, 1);
  CHECK_NEAR(ah_input(s, "games.spend")->elasticity, 1.0, 1e-14);
  sx_account_sensitivity_free(s);
  sx_account_free(a);
  ah_clear(&p);
}

/* Inputs that covary: shares of the variance add up to 1, and one may be negative. */
static void covarying(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  sx_account_sensitivity *s = NULL;
  const sx_est *x = ah_figure(&p, 100, 10), *u = ah_figure(&p, 30, 2);
  const sx_est *const values[] = {x, u};
  const double coefficients[] = {-0.5, 1};
  sx_est *minus = NULL;
  REQUIRE_OK(sx_est_linear(&minus, NULL, coefficients, values, 2, err));
  const sx_account_leaf games = {.total = x}, video = {.total = ah_keep(&p, minus)};
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  ADD("total", NULL, NULL);
  ADD("games", "total", &games);
  ADD("video", "total", &video);
  REQUIRE_OK(sx_account_get_sensitivity(&s, account, NULL, NULL, err));
  /* L = x/2 + u: V = 25 + 4; Cov(games, L) = 50, Cov(video, L) = -25 + 4 */
  CHECK_NEAR(ah_input(s, "games.total")->variance_share, 50.0 / 29, 1e-13);
  CHECK_NEAR(ah_input(s, "video.total")->variance_share, -21.0 / 29, 1e-13);
  CHECK_NEAR(ah_input(s, "games.total")->variance_alone, 100.0 / 29, 1e-13);
  sx_account_sensitivity_free(s);
  sx_account_free(account);
  ah_clear(&p);
}

/* An amount in proportion: what is outside the scope enters through the whole level. */
static void scopes(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  sx_account_sensitivity *s = NULL;
  const char *const narrow[] = {"narrow"};
  const sx_account_leaf games = {.total = ah_figure(&p, 60, 3)}, goods = {.total = ah_figure(&p, 140, 10)};
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  ADD("total", NULL, NULL);
  CHECK_OK(sx_account_add(account, "games", "total", narrow, 1, &games, err));
  ADD("goods", "total", &goods);
  CHECK_OK(sx_account_adjust(account, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&p, 10, 1), err));
  REQUIRE_OK(sx_account_get_sensitivity(&s, account, "total", "narrow", err));
  /* L = g - a g/(g + o) = 57: dL/do = a g/(g + o)^2 = 0.015 */
  CHECK_NEAR(s->level, 57.0, 1e-14);
  CHECK_NEAR(ah_input(s, "goods.total")->derivative, 10 * 60 / 40000.0, 1e-13);
  CHECK_NEAR(ah_input(s, "games.total")->derivative, 1 - 10 * 140 / 40000.0, 1e-13);
  CHECK_NEAR(ah_input(s, "taken")->derivative, -0.3, 1e-13);
  double sum = 0;
  for (size_t k = 0; k < s->n_rows; k++) sum += s->rows[k].variance_share;
  CHECK_NEAR(sum, 1.0, 1e-12);
  sx_account_sensitivity_free(s);
  s = NULL;
  CHECK_FAILS(sx_account_get_sensitivity(&s, account, "goods", "narrow", err), SX_E_DATA, "goods",
              "nothing in the scope");
  CHECK_FAILS(sx_account_get_sensitivity(&s, account, NULL, "wide", err), SX_E_DATA, "wide", "no scope");
  CHECK_FAILS(sx_account_get_sensitivity(&s, account, "nobody", NULL, err), SX_E_DATA, "nobody", "no node");
  CHECK_FAILS(sx_account_get_sensitivity(&s, account, "taken", NULL, err), SX_E_DATA, "taken", "is an adjustment");
  CHECK(!s);
  sx_account_free(account);
  ah_clear(&p);
}

static void names(void) {
  ah_pool p = {.n = 0};
  sx_account *account = NULL;
  sx_account_sensitivity *s = NULL;
  const sx_account_leaf games = {.total = ah_figure(&p, 60, 3), .total_input = "x"},
                        goods = {.total = ah_figure(&p, 61, 3), .total_input = "x"};
  REQUIRE_OK(sx_account_new(&account, NULL, err));
  ADD("total", NULL, NULL);
  ADD("games", "total", &games);
  ADD("goods", "total", &goods);
  CHECK_FAILS(sx_account_get_sensitivity(&s, account, NULL, NULL, err), SX_E_DATA, "goods",
              "the input 'x' is 61 here and 60 at 'games'");
  /* a level without a value: rows, without numbers but value and se */
  sx_est *none = NULL;
  REQUIRE_OK(sx_est_missing(&none, NULL, SX_NA_EMPTY_DOMAIN, err));
  const char *const id[] = {"goods"};
  const sx_account_leaf missing = {.total = ah_keep(&p, none)};
  sx_account *copy = NULL;
  REQUIRE_OK(sx_account_copy(&copy, account, id, &missing, 1, err));
  REQUIRE_OK(sx_account_get_sensitivity(&s, copy, NULL, NULL, err));
  CHECK(isnan(s->level) && s->n_rows == 2);
  CHECK_NEAR(ah_input(s, "x")->value, 60.0, 1e-15);
  CHECK(isnan(ah_input(s, "x")->elasticity) && isnan(ah_input(s, "x")->low_se));
  sx_account_sensitivity_free(s);
  sx_account_free(copy);
  sx_account_free(account);
  ah_clear(&p);
}

SXT_MAIN(SXT_CASE(closed_forms), SXT_CASE(covarying), SXT_CASE(scopes), SXT_CASE(names))
