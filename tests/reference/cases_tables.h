/* cases_tables.h: part of test_cases.c: variances (A04, G02), tests of independence (H01) and of goodness of fit (H08). */
#ifndef CASES_TABLES_H
#define CASES_TABLES_H

static void check_variance(const char *id, const char *name, const sx_design *d, const sx_column *y) {
  const sx_est_request r = {SX_STAT_MEAN, y, NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_moment(&set, d, SX_MOMENT_VARIANCE, &r, NULL, err));
  expect_est(id, name, &set->rows[0]);
  sx_est_set_free(set);
}

static void test_table_cases(void) {
  sx_table *t = load("apiclus1");
  sx_design *d = simple(t, "pw", NULL, "dnum", "fpc");
  static const struct {
    const char *name, *statistic, *df1, *df2, *p;
  } cases[] = {{"F", "F", "ndf", "ddf", "p.X-squared"},  {"Chisq", "X-squared", "df", NULL, "p.X-squared"},
               {"Wald", "F", "ndf", "ddf", "p"},         {"adjWald", "F", "ndf", "ddf", "p"},
               {"lincom", "X-squared", NULL, NULL, "p"}, {"saddlepoint", "X-squared", NULL, NULL, "p"}};
  for (size_t k = 0; k < 6; k++) {
    char id[40];
    snprintf(id, sizeof id, "H01.%s", cases[k].name);
    sx_test_stat stat = SX_TEST_F;
    sx_test_result r;
    REQUIRE_OK(sx_test_parse(&stat, cases[k].name, err));
    REQUIRE_OK(sx_estimate_independence(&r, d, col(t, "sch.wide"), col(t, "stype"), NULL, stat, NULL, err));
    expect(id, cases[k].statistic, r.statistic);
    if (cases[k].df1) expect(id, cases[k].df1, r.df1);
    if (cases[k].df2) expect(id, cases[k].df2, r.df2);
    expect(id, cases[k].p, r.p);
    CHECK_INT(r.n, 183);
  }
  static const char *const level[] = {"E", "H", "M"};
  static const double share[] = {4421, 755, 1018};
  const sx_given_shares given = {level, share, 3};
  sx_test_result r;
  REQUIRE_OK(sx_estimate_goodness(&r, d, col(t, "stype"), &given, NULL, err));
  expect("H08", "X-squared", r.statistic);
  expect("H08", "scale", r.scale);
  expect("H08", "df", r.df1);
  expect("H08", "p", r.p);
  sx_design_free(d);
  sx_table_free(t);
}

#endif
