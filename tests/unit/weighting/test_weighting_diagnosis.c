/* Margins that raking cannot meet are named, with what can be met; margins that it can but slowly are told as before. */
#include "est_help.h"

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"};
static const char *const v0[] = {"0"}, *const v1[] = {"1"};
static const char *const *const levels[] = {v0, v1};

/* No case has a = 1 and b = 1, so that the count of a = 1 cannot exceed that of b = 0. */
static void test_contradiction(void) {
  static const double a[] = {0, 0, 0, 0, 1, 1, 1, 0}, b[] = {0, 1, 1, 0, 0, 0, 0, 1};
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "a", a);
  eh_number(t, "b", b);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s), *out = NULL;
  const double ta[] = {30, 70}, tb[] = {30, 70};
  const sx_target bad[] = {{a_name, 1, levels, ta, 2, NULL}, {b_name, 1, levels, tb, 2, NULL}};
  sx_error e = SX_ERROR_INIT;
  CHECK_INT(sx_weighting_rake(&out, d, t, bad, 2, NULL, NULL, &e), SX_E_NUMERIC);
  CHECK(strstr(e.message, "no positive weights meet the totals") != NULL);
  CHECK(strstr(e.message, "the nearest that can be met: ") != NULL);
  /* the nearest: a = 1 and b = 0 meet halfway between 70 and 30 */
  double near = 0;
  const char *at = strstr(e.message, "a=1 ");
  if (at) near = strtod(at + 4, NULL);
  CHECK(at != NULL && near > 31 && near < 69 && strstr(at, " for 70 ("));
  if (!strstr(e.message, "a=1")) SXT_FAIL("%s: %s", e.where, e.message);
  CHECK_FAILS(sx_weighting_rake(&out, d, t, bad, 2, NULL, NULL, err), SX_E_NUMERIC, "=", "nearest");
  CHECK(sx_weighting_rake(&out, d, t, bad, 2, NULL, NULL, NULL) == SX_E_NUMERIC && out == NULL);
  /* too few iterations for margins that can be met: the worst cell, as it was */
  const double fa[] = {60, 40}, fb[] = {70, 30};
  const sx_target good[] = {{a_name, 1, levels, fa, 2, NULL}, {b_name, 1, levels, fb, 2, NULL}};
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  o.max_iterations = 1;
  CHECK_FAILS(sx_weighting_rake(&out, d, t, good, 2, &o, NULL, err), SX_E_NUMERIC, "",
              "did not converge in 1 iterations");
  sx_design_free(d);
  sx_table_free(t);
}

/* Bounds that no single category shows to be too narrow, but the margins together do. */
static void test_bounds(void) {
  static const double a[] = {0, 0, 0, 1, 1, 1, 1, 1}, b[] = {0, 0, 1, 0, 1, 1, 1, 1};
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "a", a);
  eh_number(t, "b", b);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s), *out = NULL;
  const double ta[] = {4.4, 3.6}, tb[] = {1.9, 6.1};
  const sx_target target[] = {{a_name, 1, levels, ta, 2, NULL}, {b_name, 1, levels, tb, 2, NULL}};
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  REQUIRE_OK(sx_weighting_rake(&out, d, t, target, 2, &o, NULL, err));
  sx_design_free(out);
  out = NULL;
  o.lower = 0.6;
  o.upper = 1.6;
  CHECK_FAILS(sx_weighting_rake(&out, d, t, target, 2, &o, NULL, err), SX_E_NUMERIC, "=",
              "no factors within 0.6 to 1.6 meet the totals");
  sx_design_free(d);
  sx_table_free(t);
}

/* One variable with two margins that contradict each other. The squares of the relative misses are least at
 * x = (1/40 + 1/60) / (1/40^2 + 1/60^2) = 600/13; likewise where one margin is implied by a crossing. */
static void test_two_margins_of_one_variable(void) {
  static const double a[] = {0, 0, 0, 1, 1, 1, 1, 1}, b[] = {0, 1, 1, 0, 1, 0, 0, 1};
  static const char *const ab_name[] = {"a", "b"};
  static const char *const c00[] = {"0", "0"}, *const c01[] = {"0", "1"}, *const c10[] = {"1", "0"},
                           *const c11[] = {"1", "1"};
  static const char *const *const crossed[] = {c00, c01, c10, c11};
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "a", a);
  eh_number(t, "b", b);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  sx_design *d = eh_design(NULL, t, &s), *out = NULL;
  const double t1[] = {40, 60}, t2[] = {60, 40}, tc[] = {20, 20, 30, 30};
  const sx_target twice[] = {{a_name, 1, levels, t1, 2, NULL}, {a_name, 1, levels, t2, 2, NULL}};
  const sx_target implied[] = {{ab_name, 2, crossed, tc, 4, NULL}, {a_name, 1, levels, t2, 2, NULL}};
  sx_error e = SX_ERROR_INIT;
  CHECK_INT(sx_weighting_rake(&out, d, t, twice, 2, NULL, NULL, &e), SX_E_NUMERIC);
  if (!strstr(e.message, "the nearest that can be met: a=") || !strstr(e.message, "46.1538") ||
      !strstr(e.message, " for 40 (+15.4%)") || !strstr(e.message, " for 60 (-23.1%)"))
    SXT_FAIL("%s: %s", e.where, e.message);
  CHECK_FAILS(sx_weighting_rake(&out, d, t, implied, 2, NULL, NULL, err), SX_E_NUMERIC, "a=", "the nearest that can");
  CHECK(out == NULL);
  const sx_target alike[] = {{a_name, 1, levels, t1, 2, NULL}, {a_name, 1, levels, t1, 2, NULL}};
  REQUIRE_OK(sx_weighting_rake(&out, d, t, alike, 2, NULL, NULL, err)); /* the same margin again says nothing new */
  sx_design_free(out);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_two_margins_of_one_variable), SXT_CASE(test_contradiction), SXT_CASE(test_bounds))
