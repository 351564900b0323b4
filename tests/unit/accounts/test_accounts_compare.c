/* Contributions and decompositions: published examples, closed forms of the errors, and what is refused. */
#include "accounts_help.h"

/* One leaf under a total. */
static sx_account *one_leaf(ah_pool *p, double population, double penetration, double spend) {
  sx_account *account = NULL;
  const sx_account_leaf leaf = {.population = ah_figure(p, population, 0),
                                .penetration = ah_figure(p, penetration, 0),
                                .spend = ah_figure(p, spend, 0)};
  if (sx_account_new(&account, NULL, NULL) != SX_OK ||
      sx_account_add(account, "total", NULL, NULL, 0, NULL, NULL) != SX_OK ||
      sx_account_add(account, "leaf", "total", NULL, 0, &leaf, NULL) != SX_OK)
    abort();
  return account;
}

#define EFFECT(id, which) sx_est_value(ah_effect(e, id, SX_ACCOUNT_EFFECT_##which)->est)

/* Das Gupta (1993), P23-186: example 2.1 (earnings, two factors), 2.2 (birth rates of Austria and Chile, three), 2.3 (four); as printed
 * by DasGuptR 2.1. */
static void das_gupta(void) {
  ah_pool p = {.n = 0};
  sx_account_effects *e = NULL;
  sx_account *a = one_leaf(&p, 1, .717892, 10930), *b = one_leaf(&p, 1, .825974, 16591);
  CHECK_OK(sx_account_decompose(&e, a, b, NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("total", SPEND), 4369.913, 1e-7);
  CHECK_NEAR(EFFECT("total", PENETRATION), 1487.262, 4e-7);
  CHECK_NEAR(EFFECT("total", TOTAL), 5857.175, 1e-7);
  CHECK(EFFECT("total", POPULATION) == 0);
  CHECK_NEAR(100 * sx_est_value(ah_effect(e, "leaf", SX_ACCOUNT_EFFECT_SPEND)->share), 74.61, 1e-4);
  sx_account_effects_free(e);
  sx_account_free(a);
  sx_account_free(b);
  a = one_leaf(&p, .52638, .45919, 51.78746);
  b = one_leaf(&p, .51065, .75756, 84.90502);
  e = NULL;
  CHECK_OK(sx_account_decompose(&e, a, b, NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("leaf", SPEND), 10.4340333, 1e-8);
  CHECK_NEAR(EFFECT("leaf", PENETRATION), 10.5608476, 1e-8);
  CHECK_NEAR(EFFECT("leaf", POPULATION), -0.6670084, 1e-7);
  CHECK_NEAR(EFFECT("leaf", TOTAL), 20.3278726, 1e-8);
  sx_account_effects_free(e);
  sx_account_free(a);
  sx_account_free(b);
  a = one_leaf(&p, 25.3, .214, .279 * .949); /* the fourth as a price */
  b = one_leaf(&p, 32.7, .290, .473 * .986);
  CHECK_OK(sx_account_set_price(a, "leaf", ah_figure(&p, .949, 0), NULL, err));
  CHECK_OK(sx_account_set_price(b, "total", ah_figure(&p, .986, 0), NULL, err));
  e = NULL;
  CHECK_OK(sx_account_decompose(&e, a, b, NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("leaf", POPULATION), 0.6889411, 1e-7);
  CHECK_NEAR(EFFECT("leaf", PENETRATION), 0.8125381, 1e-7);
  CHECK_NEAR(EFFECT("leaf", SPEND), 1.3829055, 1e-7);
  CHECK_NEAR(EFFECT("leaf", PRICE), 0.1047547, 1e-6);
  CHECK_NEAR(EFFECT("leaf", TOTAL), 2.9891394, 1e-7);
  sx_account_effects_free(e);
  sx_account_free(a);
  sx_account_free(b);
  ah_clear(&p);
}

/* Example 2.4: five factors, the last as an adjustment of the total. */
static void five_factors(void) {
  ah_pool p = {.n = 0};
  sx_account_effects *e = NULL;
  sx_account *a = one_leaf(&p, .58, .76, .84 * .66), *b = one_leaf(&p, .72, .97, .97 * .56);
  CHECK_OK(sx_account_set_price(a, "leaf", ah_figure(&p, .66, 0), NULL, err));
  CHECK_OK(sx_account_set_price(b, "leaf", ah_figure(&p, .56, 0), NULL, err));
  CHECK_OK(sx_account_adjust(a, "fecund", "total", SX_ACCOUNT_FACTOR, ah_figure(&p, 16.573, 0), err));
  CHECK_OK(sx_account_adjust(b, "fecund", "total", SX_ACCOUNT_FACTOR, ah_figure(&p, 16.158, 0), err));
  CHECK_OK(sx_account_decompose(&e, a, b, NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("total", POPULATION), 1.0909785, 1e-7);
  CHECK_NEAR(EFFECT("total", PENETRATION), 1.2298438, 1e-7);
  CHECK_NEAR(EFFECT("total", SPEND), 0.7278399, 1e-7);
  CHECK_NEAR(EFFECT("total", PRICE), -0.8398707, 1e-7);
  CHECK_NEAR(EFFECT("total", ADJUSTMENT), -0.1290187, 1e-6);
  CHECK_NEAR(EFFECT("total", TOTAL), 2.0797729, 1e-7);
  CHECK(EFFECT("leaf", ADJUSTMENT) == 0); /* below the adjustment there is none */
  sx_account_effects_free(e);
  sx_account_free(a);
  sx_account_free(b);
  ah_clear(&p);
}

/* Example 4.3: births per 1,000 as a sum over seven age groups of three factors, 1960 and 1970. */
static void a_sum_of_products(void) {
  static const double bm[2][7] = {{393, 407, 369, 274, 184, 90, 16}, {488, 452, 338, 156, 63, 22, 3}};
  static const double mw[2][7] = {{.122, .622, .903, .930, .916, .873, .800},
                                  {.082, .527, .866, .941, .942, .923, .876}};
  static const double wp[2][7] = {{.043, .041, .036, .032, .026, .020, .018},
                                  {.058, .038, .032, .030, .026, .023, .019}};
  static const char *const ages[] = {"15", "20", "25", "30", "35", "40", "45"};
  ah_pool p = {.n = 0};
  sx_account *account[2] = {NULL, NULL};
  sx_account_effects *e = NULL;
  for (size_t k = 0; k < 2; k++) {
    CHECK_OK(sx_account_new(&account[k], NULL, err));
    CHECK_OK(sx_account_add(account[k], "total", NULL, NULL, 0, NULL, err));
    for (size_t i = 0; i < 7; i++) {
      const sx_account_leaf leaf = {.population = ah_figure(&p, wp[k][i], 0),
                                    .penetration = ah_figure(&p, mw[k][i], 0),
                                    .spend = ah_figure(&p, bm[k][i], 0)};
      CHECK_OK(sx_account_add(account[k], ages[i], "total", NULL, 0, &leaf, err));
    }
  }
  CHECK_OK(sx_account_decompose(&e, account[0], account[1], NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("total", SPEND), -7.285632, 1e-7);
  CHECK_NEAR(EFFECT("total", PENETRATION), -2.720633, 2e-7);
  CHECK_NEAR(EFFECT("total", POPULATION), -1.565181, 3e-7);
  CHECK_NEAR(EFFECT("total", TOTAL), -11.571446, 1e-7);
  sx_account_effects_free(e);
  for (size_t k = 0; k < 2; k++) sx_account_free(account[k]);
  ah_clear(&p);
}

/* Das Gupta (1993) example 5.1: headship rates by age, 1970 and 1985; Kitagawa's two components. */
static void kitagawa(void) {
  static const double size[2][13] = {{12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9},
                                     {10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5}};
  static const double rate[2][13] = {{1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8},
                                     {2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2}};
  static const char *const ages[] = {"15", "20", "25", "30", "35", "40", "45", "50", "55", "60", "65", "70", "75"};
  ah_pool p = {.n = 0};
  sx_account_group groups[13];
  sx_account_parts *parts = NULL;
  for (size_t g = 0; g < 13; g++) {
    groups[g] = (sx_account_group){ages[g],
                                   {ah_figure(&p, size[0][g] / 100, 0), ah_figure(&p, size[1][g] / 100, 0)},
                                   {ah_figure(&p, rate[0][g], 0), ah_figure(&p, rate[1][g], 0)}};
  }
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 13, SX_ACCOUNT_KITAGAWA, 0, err));
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_COMPOSITION)->est), 1.2269, 1e-12);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_RATE)->est), 1.7403, 1e-12);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_TOTAL)->est), 2.9672, 1e-12);
  CHECK_NEAR(100 * sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_RATE)->share), 58.65, 1e-4);
  sx_account_parts_free(parts);
  /* a group that only one of the two has, with no mean there: all of it is composition */
  sx_est *none = NULL;
  CHECK_OK(sx_est_missing(&none, NULL, SX_NA_EMPTY_DOMAIN, err));
  groups[0].share[0] = ah_figure(&p, 0, 0);
  groups[0].mean[0] = ah_keep(&p, none);
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 13, SX_ACCOUNT_KITAGAWA, 0, err));
  CHECK_NEAR(sx_est_value(ah_part(parts, "15", SX_ACCOUNT_COMPONENT_COMPOSITION)->est), 0.101 * 2.2, 1e-13);
  CHECK_NEAR(sx_est_value(ah_part(parts, "15", SX_ACCOUNT_COMPONENT_RATE)->est), 0.0, 1e-15);
  sx_account_parts_free(parts);
  groups[0].share[0] = ah_figure(&p, 0.1, 0);
  REQUIRE_OK(sx_account_decompose_mean(&parts, NULL, groups, 13, SX_ACCOUNT_KITAGAWA, 0, err));
  CHECK(isnan(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_TOTAL)->est)));
  CHECK_INT(sx_est_na(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_TOTAL)->est), SX_NA_EMPTY_DOMAIN);
  sx_account_parts_free(parts);
  ah_clear(&p);
}

/* A textbook table of four industries (Krumme, University of Washington, Geography 350): national growth 290, composition -80,
 * differential 420; by industry 450, -20, -10, 0 and -95, -9, 2, 22. */
static void shift_share(void) {
  static const double r0[] = {500, 100, 200, 200}, r1[] = {1000, 100, 250, 280}, w0[] = {10, 20, 40, 30},
                      growth[] = {.10, .20, .30, .40}, differential[] = {450, -20, -10, 0}, mix[] = {-95, -9, 2, 22};
  static const char *const names[] = {"I", "II", "III", "IV"};
  ah_pool p = {.n = 0};
  const sx_est *region[4][2], *whole[4][2];
  sx_account_item items[4];
  sx_account_parts *parts = NULL;
  for (size_t i = 0; i < 4; i++) {
    region[i][0] = ah_figure(&p, r0[i], 0);
    region[i][1] = ah_figure(&p, r1[i], 0);
    whole[i][0] = ah_figure(&p, w0[i], 0);
    whole[i][1] = ah_figure(&p, w0[i] * (1 + growth[i]), 0);
    items[i] = (sx_account_item){names[i], region[i], whole[i]};
  }
  REQUIRE_OK(sx_account_shift_share(&parts, NULL, items, 4, 2, SX_ACCOUNT_CLASSICAL, err));
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_TOTAL)->est), 630.0, 1e-14);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_NATIONAL)->est), 290.0, 1e-13);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_MIX)->est), -80.0, 1e-12);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_COMPETITIVE)->est), 420.0, 1e-13);
  for (size_t i = 0; i < 4; i++) {
    CHECK(fabs(sx_est_value(ah_part(parts, names[i], SX_ACCOUNT_COMPONENT_COMPETITIVE)->est) - differential[i]) <
          1e-10);
    CHECK(fabs(sx_est_value(ah_part(parts, names[i], SX_ACCOUNT_COMPONENT_MIX)->est) - mix[i]) < 1e-10);
  }
  sx_account_parts_free(parts);
  /* Esteban-Marquillas: homothetic 1000 x 0.1, 0.2, 0.4, 0.3; competitive 100(1-.1)+200(0-.2)+400(.25-.3)+300(.4-.4) */
  REQUIRE_OK(sx_account_shift_share(&parts, NULL, items, 4, 2, SX_ACCOUNT_ESTEBAN_MARQUILLAS, err));
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_COMPETITIVE)->est), 90.0 - 40 - 20, 1e-12);
  CHECK_NEAR(sx_est_value(ah_part(parts, NULL, SX_ACCOUNT_COMPONENT_ALLOCATION)->est), 420.0 - 30, 1e-12);
  CHECK_NEAR(sx_est_value(ah_part(parts, "I", SX_ACCOUNT_COMPONENT_ALLOCATION)->est), (500 - 100) * 0.9, 1e-12);
  sx_account_parts_free(parts);
  ah_clear(&p);
}

/* goods 100 -> 130 (se 5, 6), games 50 -> 45 (se 2, 3) at prices 1 -> 1.25 for goods; growth and its parts, errors by hand. */
static void contributions(void) {
  ah_pool p = {.n = 0};
  sx_account *a = NULL, *b = NULL;
  sx_account_changes *d = NULL;
  const char *const ids[] = {"goods", "games"};
  const sx_account_leaf before[] = {{.total = ah_figure(&p, 100, 5)}, {.total = ah_figure(&p, 50, 2)}},
                        after[] = {{.total = ah_figure(&p, 130, 6)}, {.total = ah_figure(&p, 45, 3)}};
  CHECK_OK(sx_account_new(&a, NULL, err));
  CHECK_OK(sx_account_add(a, "total", NULL, NULL, 0, NULL, err));
  for (size_t i = 0; i < 2; i++) CHECK_OK(sx_account_add(a, ids[i], "total", NULL, 0, &before[i], err));
  REQUIRE_OK(sx_account_copy(&b, a, ids, after, 2, err));
  CHECK_OK(sx_account_contributions(&d, a, b, NULL, err));
#define CHANGE(id, measure) ah_change(d, id, SX_ACCOUNT_##measure)
  CHECK_NEAR(sx_est_value(CHANGE("total", GROWTH)), 25.0 / 150, 1e-14);
  CHECK_NEAR(sx_est_value(CHANGE("goods", CONTRIBUTION)), 30.0 / 150, 1e-14);
  CHECK_NEAR(sx_est_value(CHANGE("games", CONTRIBUTION)), -5.0 / 150, 1e-14);
  CHECK_NEAR(sx_est_value(CHANGE("goods", SHARE_OF_CHANGE)), 1.2, 1e-14);
  CHECK_NEAR(sx_est_value(CHANGE("total", SHARE_OF_CHANGE)), 1.0, 1e-15);
  CHECK_NEAR(sx_est_variance(CHANGE("total", SHARE_OF_CHANGE)), 0.0, 1e-25);
  CHECK_NEAR(sx_est_value(CHANGE("goods", STRUCTURE_DIFFERENCE)), 130.0 / 175 - 100.0 / 150, 1e-13);
  CHECK_NEAR(sx_est_variance(CHANGE("goods", DIFFERENCE)), 61.0, 1e-14);
  /* (g1 - g0)/(g0 + v0): d/dg1 1/150, d/dg0 -1/150 - 30/150^2, d/dv0 -30/150^2 */
  const double g1 = 1 / 150.0, v0 = -30 / 22500.0, g0 = -g1 + v0;
  CHECK_NEAR(sx_est_variance(CHANGE("goods", CONTRIBUTION)), g1 * g1 * 36 + g0 * g0 * 25 + v0 * v0 * 4, 1e-13);
  CHECK(!CHANGE("goods", PRICE_DIFFERENCE));
  sx_account_changes_free(d);
  d = NULL;
  CHECK_OK(sx_account_set_price(b, "goods", ah_figure(&p, 1.25, 0), NULL, err));
  CHECK_OK(sx_account_contributions(&d, a, b, NULL, err));
  CHECK_NEAR(sx_est_value(CHANGE("goods", CONSTANT_DIFFERENCE)), 4.0, 1e-13);
  CHECK_NEAR(sx_est_value(CHANGE("goods", PRICE_DIFFERENCE)), 26.0, 1e-13);
  CHECK_NEAR(sx_est_value(CHANGE("goods", CONSTANT_GROWTH)), 0.04, 1e-13);
  CHECK_NEAR(sx_est_value(CHANGE("total", CONSTANT_CONTRIBUTION)), -1.0 / 150, 1e-12);
  CHECK_NEAR(sx_est_value(CHANGE("total", DIFFERENCE)), 25.0, 1e-14);
  sx_account_changes_free(d);
  sx_account_free(a);
  sx_account_free(b);
  ah_clear(&p);
}

/* An amount that is taken off is adjustment whole; a factor that stays has no effect of its own. */
static void amounts(void) {
  ah_pool p = {.n = 0};
  sx_account *a = one_leaf(&p, 10, 1, 5), *b = one_leaf(&p, 10, 1, 8);
  sx_account_effects *e = NULL;
  const sx_est *twice = ah_figure(&p, 2, 0.1);
  CHECK_OK(sx_account_adjust(a, "taken", "leaf", SX_ACCOUNT_AMOUNT, ah_figure(&p, 10, 1), err));
  CHECK_OK(sx_account_adjust(b, "taken", "leaf", SX_ACCOUNT_AMOUNT, ah_figure(&p, 20, 2), err));
  CHECK_OK(sx_account_adjust(a, "twice", "total", SX_ACCOUNT_FACTOR, twice, err));
  CHECK_OK(sx_account_adjust(b, "twice", "total", SX_ACCOUNT_FACTOR, twice, err));
  CHECK_OK(sx_account_decompose(&e, a, b, NULL, SX_ACCOUNT_AVERAGED, err));
  CHECK_NEAR(EFFECT("leaf", SPEND), 30.0, 1e-14);
  CHECK_NEAR(EFFECT("leaf", ADJUSTMENT), -10.0, 1e-14);
  CHECK_NEAR(EFFECT("total", SPEND), 60.0, 1e-14);
  CHECK_NEAR(EFFECT("total", ADJUSTMENT), -20.0, 1e-14);
  CHECK_NEAR(EFFECT("total", TOTAL), 40.0, 1e-14);
  /* the factor is one figure in both: 40 = 2 (20), V = 20^2 0.01 + 4 (1 + 4) */
  CHECK_NEAR(sx_est_variance(ah_effect(e, "total", SX_ACCOUNT_EFFECT_TOTAL)->est), 4.0 + 20.0, 1e-13);
  sx_est *part = NULL;
  CHECK_OK(sx_account_effect_contribution(&part, e, ah_effect(e, "total", SX_ACCOUNT_EFFECT_SPEND), err));
  CHECK_NEAR(sx_est_value(part), 60.0 / 80, 1e-14);
  sx_est_free(part);
  CHECK(!ah_effect(e, "total", SX_ACCOUNT_EFFECT_TOTAL)->share);
  CHECK_FAILS(sx_account_effect_contribution(&part, e, NULL, err), SX_E_ARGUMENT, "", "one of their rows");
  sx_account_effects_free(e);
  sx_account_free(a);
  sx_account_free(b);
  ah_clear(&p);
}

static void refusals(void) {
  ah_pool p = {.n = 0};
  sx_account *a = one_leaf(&p, 10, 1, 5), *b = one_leaf(&p, 10, 1, 8), *c = NULL, *moved = NULL;
  sx_account_effects *e = NULL;
  sx_account_changes *d = NULL;
  sx_account_parts *parts = NULL;
  const char *const leaf[] = {"leaf"}, *const narrow[] = {"narrow"};
  const sx_account_leaf total = {.total = ah_figure(&p, 50, 1)};
  CHECK_OK(sx_account_copy(&c, a, leaf, &total, 1, err));
  CHECK_FAILS(sx_account_decompose(&e, a, c, NULL, SX_ACCOUNT_AVERAGED, err), SX_E_DATA, "leaf", "a product in one");
  CHECK_FAILS(sx_account_decompose(&e, a, b, NULL, (sx_account_weighting)7, err), SX_E_ARGUMENT, "weighting", "7");
  CHECK_OK(sx_account_add(b, "more", "total", NULL, 0, &total, err));
  CHECK_FAILS(sx_account_contributions(&d, a, b, NULL, err), SX_E_DATA, "more", "one of the two accounts only");
  CHECK_FAILS(sx_account_contributions(&d, b, a, NULL, err), SX_E_DATA, "more", "one of the two accounts only");
  CHECK_FAILS(sx_account_contributions(&d, a, NULL, NULL, err), SX_E_ARGUMENT, "", "two accounts");
  CHECK_OK(sx_account_new(&moved, NULL, err));
  CHECK_OK(sx_account_add(moved, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(moved, "leaf", "total", NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(moved, "more", "leaf", narrow, 1, &total, err));
  CHECK_FAILS(sx_account_contributions(&d, b, moved, NULL, err), SX_E_DATA, "", "same scopes");
  sx_account_free(moved);
  CHECK_OK(sx_account_new(&moved, NULL, err));
  CHECK_OK(sx_account_add(moved, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(moved, "leaf", "total", NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(moved, "more", "leaf", NULL, 0, &total, err));
  CHECK_FAILS(sx_account_contributions(&d, b, moved, NULL, err), SX_E_DATA, "leaf", "another kind");
  const sx_account_group nothing = {"g", {NULL, NULL}, {NULL, NULL}};
  CHECK_FAILS(sx_account_decompose_mean(&parts, NULL, &nothing, 1, SX_ACCOUNT_KITAGAWA, 0, err), SX_E_ARGUMENT, "g",
              "two shares and two means");
  CHECK_FAILS(sx_account_decompose_mean(&parts, NULL, NULL, 0, SX_ACCOUNT_KITAGAWA, 0, err), SX_E_ARGUMENT, "groups",
              "at least one");
  CHECK_FAILS(sx_account_decompose_mean(&parts, NULL, &nothing, 1, SX_ACCOUNT_TWOFOLD, 1.5, err), SX_E_ARGUMENT,
              "reference", "1.5");
  const sx_account_item item = {"i", NULL, NULL};
  CHECK_FAILS(sx_account_shift_share(&parts, NULL, &item, 1, 2, SX_ACCOUNT_CLASSICAL, err), SX_E_ARGUMENT, "i",
              "levels at all 2 times");
  CHECK_FAILS(sx_account_shift_share(&parts, NULL, &item, 1, 1, SX_ACCOUNT_CLASSICAL, err), SX_E_ARGUMENT, "n_times",
              "two times");
  CHECK_FAILS(sx_account_restrict(&c, b, "wide", err), SX_E_DATA, "wide", "no scope 'wide'");
  CHECK(!d && !e && !parts);
  sx_account_free(a);
  sx_account_free(b);
  sx_account_free(c);
  sx_account_free(moved);
  ah_clear(&p);
}

SXT_MAIN(SXT_CASE(das_gupta), SXT_CASE(five_factors), SXT_CASE(a_sum_of_products), SXT_CASE(kitagawa),
         SXT_CASE(shift_share), SXT_CASE(contributions), SXT_CASE(amounts), SXT_CASE(refusals))
