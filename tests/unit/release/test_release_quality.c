/* Reliability marks: Korn and Graubard's interval as R 4.2.2 gives it (tests/reference/release_quality.R), each criterion of the NCHS standards, thresholds. */
#include "sxt.h"

#include "shuxiao/release_quality.h"

static void test_interval(void) {
  static const double cases[][6] = {{0.2, 0.05, 100, 20, 0.106407498026277, 0.325878994181272},
                                    {0.5, 0.01, 5000, 400, 0.480154317841353, 0.519845682158647},
                                    {0.01, 0.004, 900, 60, 0.00366165813811551, 0.0216953703526965},
                                    {0, 0, 60, 30, 0, 0.0596294922861669},
                                    {0.3, 0.03, 50, 12, 0.178617845664147, 0.446082325661178}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const double *c = cases[i];
    double low = 0, high = 0;
    sx_quality_korn_graubard(&low, &high, c[0], c[1], c[2], c[3], 0.95);
    CHECK_NEAR(low, c[4], 1e-9);
    CHECK_NEAR(high, c[5], 1e-9);
  }
}

static void judge(double p, double se, double n, double df, sx_quality_verdict verdict, const char *marks) {
  const sx_quality_options nchs = {1, SX_QUALITY_NCHS, 0, 0, 0, 0};
  const sx_quality_input in = {.estimate = p, .se = se, .cv = se / p, .df = df, .n = n, .proportion = true};
  sx_quality out;
  sx_quality_judge(&out, &in, &nchs);
  CHECK_INT(out.verdict, verdict);
  CHECK_STR(out.marks, marks);
}

static void test_nchs(void) {
  judge(0.5, 0.01, 5000, 400, SX_QUALITY_SHOW, "");                           /* width 0.04 */
  judge(0.2, 0.02, 500, 40, SX_QUALITY_SHOW, "");                             /* width 0.08, relative 41% */
  judge(0.5, 0.05, 25, 20, SX_QUALITY_SUPPRESS, "nchs suppress: n<30");       /* sample */
  judge(0.5, 0.1, 100, 40, SX_QUALITY_SUPPRESS, "nchs suppress: n_eff<30");   /* 0.25 / 0.01 = 25 */
  judge(0.5, 0.08, 45, 40, SX_QUALITY_SUPPRESS, "nchs suppress: width 0.33"); /* n_eff 39 */
  judge(0.05, 0.02, 200, 40, SX_QUALITY_SUPPRESS, "nchs suppress: relative width 180%");
  judge(0.01, 0.004, 900, 60, SX_QUALITY_SHOW, ""); /* relative width above 130%, but 0.018 wide */
  judge(0.5, 0.01, 5000, 6, SX_QUALITY_REVIEW, "nchs review: df<8");
  judge(0, 0, 200, 30, SX_QUALITY_REVIEW, "nchs review: 0 or 100%");
  sx_quality out;
  const sx_quality_options nchs = {1, SX_QUALITY_NCHS, 0, 0, 0, 0};
  const sx_quality_input in = {.estimate = 0.95, .se = 0.02, .df = 40, .n = 200, .proportion = true};
  sx_quality_judge(&out, &in, &nchs);
  CHECK(out.verdict == SX_QUALITY_SHOW && out.complement); /* 95% may stand, 5% not */
  const sx_quality_input gap = {.estimate = 0.05, .se = 0.05, .df = 4, .n = 20, .proportion = true, .difference = true};
  sx_quality_judge(&out, &gap, &nchs);
  CHECK_STR(out.marks, "");
}

/* 96 cases of 0, 100% and between, judged by a program in R (tests/reference/release_quality_nchs.R). */
static void test_nchs_oracle(void) {
  static const char *const verdicts[] = {"show", "review", "suppress"};
  const sx_quality_options nchs = {1, SX_QUALITY_NCHS, 0, 0, 0, 0};
  FILE *f = fopen("tests/reference/release_quality_nchs.csv", "r");
  char line[256], verdict[16];
  double p, se, n, df, low, high;
  size_t cases = 0, nothing = 0;
  REQUIRE(f);
  while (fgets(line, sizeof line, f)) {
    if (sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%15[a-z]", &p, &se, &n, &df, &low, &high, verdict) != 7) continue;
    const sx_quality_input in = {.estimate = p, .se = se, .df = df, .n = n, .proportion = true};
    sx_quality out;
    sx_quality_judge(&out, &in, &nchs);
    if (strcmp(verdicts[out.verdict], verdict) != 0)
      SXT_FAIL("p %g, se %g, n %g, df %g: %s (%s), not %s", p, se, n, df, verdicts[out.verdict], out.marks, verdict);
    CHECK(fabs(out.low - low) < 1e-9 && fabs(out.high - high) < 1e-9);
    cases++;
    nothing += p == 0 && out.verdict == SX_QUALITY_REVIEW;
  }
  fclose(f);
  CHECK_INT(cases, 96);
  CHECK_INT(nothing, 14); /* all of 30 cases and more: no width of 0 of them reaches 0.30, and none is relative to 0 */
}

static void test_thresholds(void) {
  const sx_quality_options own = {1, SX_QUALITY_PLAIN, 50, 0.165, 12, 40};
  const sx_quality_input in = {.estimate = 10, .se = 4, .cv = 0.4, .df = 5, .n = 29, .n_eff = 20};
  sx_quality out;
  sx_quality_judge(&out, &in, NULL);
  CHECK_STR(out.marks, "n<30;cv>0.3;df<8");
  sx_quality_judge(&out, &in, &own);
  CHECK_STR(out.marks, "n<50;n_eff<40;cv>0.165;df<12");
  CHECK(out.verdict == SX_QUALITY_SHOW && isnan(out.low));
  const sx_quality_input bare = {
      .estimate = 10, .se = (double)NAN, .cv = (double)NAN, .df = (double)NAN, .n_eff = (double)NAN};
  sx_quality_judge(&out, &bare, &own);
  CHECK_STR(out.marks, "");
}

/* Marks that ask for care, and those that say something else. */
static void test_low(void) {
  static const char *const low[] = {"n<30",   "product term 1.4%;cv>0.3", "df<8;model", "n_eff<40",
                                    "weak",   "nchs review: df<8",        "near 0",     "heavy tail: top 1% hold 34%",
                                    "x;cv>1", "few interviews",           "large cv"};
  static const char *const other[] = {
      "",      "model",  "product term 1.4%", "significant", "agrees", "break", "earlier figure without error",
      "range", "in n<30"};
  for (size_t i = 0; i < sizeof low / sizeof *low; i++)
    if (!sx_quality_is_low(low[i])) SXT_FAIL("%s", low[i]);
  for (size_t i = 0; i < sizeof other / sizeof *other; i++)
    if (sx_quality_is_low(other[i])) SXT_FAIL("%s", other[i]);
  CHECK(!sx_quality_is_low(NULL));
}

static void test_parse(void) {
  sx_quality_options o = SX_QUALITY_OPTIONS_INIT;
  sx_error err = SX_ERROR_INIT;
  CHECK(sx_quality_parse(&o, "min_n=50, max_cv=0.2,standard=nchs", &err) == SX_OK);
  CHECK(o.min_n == 50 && o.max_cv == 0.2 && o.min_df == 8 && o.min_n_eff == 0 && o.standard == SX_QUALITY_NCHS);
  CHECK(sx_quality_parse(&o, "standard=plain min_n_eff=40 min_df=0", &err) == SX_OK);
  CHECK(o.standard == SX_QUALITY_PLAIN && o.min_n_eff == 40 && o.min_df == 0);
  CHECK(sx_quality_parse(&o, "min_n=-1", &err) == SX_E_ARGUMENT && strstr(err.message, "from 0 on"));
  CHECK(sx_quality_parse(&o, "min_n=1, n=30", &err) == SX_E_ARGUMENT && strstr(err.message, "'n=30' is none of"));
  CHECK(sx_quality_parse(&o, "standard=nchs2", &err) == SX_E_ARGUMENT);
  CHECK(o.min_n == 50); /* untouched by what failed */
}

SXT_MAIN(SXT_CASE(test_interval), SXT_CASE(test_nchs), SXT_CASE(test_nchs_oracle), SXT_CASE(test_thresholds),
         SXT_CASE(test_low), SXT_CASE(test_parse))
