/* test_store_measure.c: what is per cent, by kind of statistic, unit and what the study says of the indicator. */
#include "shuxiao/store.h"
#include "sxt.h"

#define N SX_ROW_NUMBER
#define C SX_ROW_PERCENT
#define P SX_ROW_POINTS

typedef struct expected {
  const char *statistic, *unit;
  sx_row_measure measure;
  double factor;
} expected;

static void check_all(const expected *e, size_t n, const sx_store_indicator *indicator) {
  for (size_t i = 0; i < n; i++) {
    double factor = -1;
    const sx_row_measure measure = sx_store_measure(&factor, e[i].statistic, e[i].unit, indicator);
    if (measure != e[i].measure || factor != e[i].factor)
      SXT_FAIL("%s in '%s': %d times %g", e[i].statistic, e[i].unit ? e[i].unit : "(none)", (int)measure, factor);
  }
}
#define CHECK_ALL(list, indicator) check_all(list, sizeof(list) / sizeof *(list), indicator)

/* Nothing is known but the row. */
static void by_row(void) {
  static const expected e[] = {{"count", NULL, N, 1},
                               {"count", "", N, 1},
                               {"mean", "", N, 1},
                               {"total", "", N, 1},
                               {"formula", "", N, 1},
                               {"ratio", "", N, 1},
                               {"median", "", N, 1},
                               {"gap", "", N, 1},
                               {"change", "", N, 1},
                               {"chi_square", "", N, 1},
                               {"p", "", N, 1},
                               {"p_change", "", N, 1},
                               {"p_raw_change_share_of_parent", "", N, 1},
                               {"p_share", "", N, 1},
                               {"test_F", "", N, 1},
                               {"test_p", "", N, 1},
                               {"moved_se", "", N, 1},
                               {"elasticity", "", N, 1},
                               {"input_value", "", N, 1},
                               {"units", "", N, 1},
                               {"change_ratio", "", N, 1},
                               {"change_ratio_level_constant", "", N, 1},
                               {"base_cases", "", N, 1},
                               {"base_weighted", "", N, 1},
                               {"prop", NULL, C, 100},
                               {"prop", "", C, 100},
                               {"prop_5", "", C, 100},
                               {"share", "", C, 100},
                               {"share_of_total", "", C, 100},
                               {"variance_share", "", C, 100},
                               {"share_zero", "", C, 100},
                               {"col_pct", "", C, 100},
                               {"change_relative", "%", C, 100},
                               {"growth_previous", "%", C, 100},
                               {"share_of_change_old", "%", C, 100},
                               {"effect_share_price_old", "%", C, 100},
                               {"gap", "pp", P, 100},
                               {"change_share_of_parent", "pp", P, 100},
                               {"difference", "百分点", P, 100},
                               {"total", "人", N, 1},
                               {"gap", "元", N, 1},
                               {"prop", "人", N, 1}};
  CHECK_ALL(e, NULL);
  const sx_store_indicator plain = {.id = "i", .scale = 1};
  CHECK_ALL(e, &plain);
}

/* The study prints it in per cent, or in points. */
static void by_format(void) {
  static const expected e[] = {{"formula", "", C, 100},     {"mean", NULL, C, 100},
                               {"ratio", "", C, 100},       {"gap", "", P, 100},
                               {"gap", "pp", P, 100},       {"p_change", "", N, 1},
                               {"test_p", "", N, 1},        {"change_relative", "%", C, 100},
                               {"change_ratio", "", N, 1},  {"published", "", C, 100},
                               {"difference", "pp", P, 100}};
  const sx_store_indicator percent = {.id = "i", .scale = 100}, printed = {.id = "i", .unit = "%", .scale = 100};
  CHECK_ALL(e, &percent);
  CHECK_ALL(e, &printed);
  static const expected lead[] = {{"formula", "", P, 100}, {"gap", "pp", P, 100}, {"p_change", "", N, 1}};
  const sx_store_indicator points = {.id = "i", .unit = "pp", .scale = 100};
  CHECK_ALL(lead, &points);
}

/* The study's own unit says that its numbers are from 0 to 100: they are per cent as they are, their growth is not. */
static void by_own_unit(void) {
  static const expected e[] = {
      {"mean", "%", C, 1}, {"gap", "%", C, 1}, {"change_relative", "%", C, 100}, {"p_change", "", N, 1}};
  const sx_store_indicator own = {.id = "i", .unit = "%", .scale = 1};
  CHECK_ALL(e, &own);
}

SXT_MAIN(SXT_CASE(by_row), SXT_CASE(by_format), SXT_CASE(by_own_unit))
