/* Outcome rates: AAPOR's definitions by hand, the example of the R package outcomerate, errors against a naive ratio and the delta
 * method, domains, replicates; codes read and refused. */
#include "est_help.h"
#include "shuxiao/estimate_response.h"

/* One case per count: I P R NC O UH UO NE. */
static sx_table *cases_of(const size_t *counts, uint8_t *disposition, size_t *n) {
  *n = 0;
  for (size_t k = 0; k < 8; k++)
    for (size_t i = 0; i < counts[k]; i++) disposition[(*n)++] = (uint8_t)k;
  return eh_table(NULL, *n);
}

static sx_est_set *rates_of(const sx_design *d, const uint8_t *disposition, double e) {
  sx_est_set *set = NULL;
  sx_response_rates_options o = SX_RESPONSE_RATES_OPTIONS_INIT;
  o.e = e;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_response_rates(&set, d, disposition, NULL, NULL, &o, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return set;
}

static sx_design *unweighted(const sx_table *t) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.unweighted = true;
  return eh_design(NULL, t, &s);
}

/* The README of ropensci/outcomerate 1.1.0 prints these, e by eligibility_rate(): three decimals. */
static void test_outcomerate(void) {
  static const size_t counts[8] = {4, 2, 1, 1, 1, 1, 1, 1};
  static const double want[16] = {0.364, 0.545, 0.370, 0.556, 0.444, 0.667, 0.500, 0.750,
                                  0.571, 0.857, 0.091, 0.093, 0.111, 0.727, 0.741, 0.889};
  uint8_t disposition[64];
  size_t n = 0;
  sx_table *t = cases_of(counts, disposition, &n);
  sx_design *d = unweighted(t);
  sx_est_set *set = rates_of(d, disposition, (double)NAN);
  CHECK_INT(set->n_rows, SX_N_RESPONSE_RATES);
  for (size_t k = 0; k < 16; k++)
    if (fabs(set->rows[k].estimate - want[k]) > 0.0005001)
      SXT_FAIL("%s is %.6f, not %.3f", set->level_text[k], set->rows[k].estimate, want[k]);
  CHECK_NEAR(set->rows[16].estimate, 0.9, 1e-15);
  sx_est_set_free(set);
  sx_design_free(d);
  sx_table_free(t);
}

/* docs/methods/response-rates.md: 2,400 cases. */
static void test_by_hand(void) {
  static const size_t counts[8] = {1000, 50, 200, 300, 50, 300, 100, 400};
  const double e = 1600.0 / 2000, x = 1600 + e * 400;
  const double want[17] = {1000 / 2000.0,
                           1050 / 2000.0,
                           1000 / x,
                           1050 / x,
                           1000 / 1600.0,
                           1050 / 1600.0,
                           1000 / 1300.0,
                           1050 / 1300.0,
                           1000 / 1250.0,
                           1050 / 1250.0,
                           200 / 2000.0,
                           200 / x,
                           200 / 1600.0,
                           1300 / 2000.0,
                           1300 / x,
                           1300 / 1600.0,
                           e};
  static uint8_t disposition[2400];
  size_t n = 0;
  sx_table *t = cases_of(counts, disposition, &n);
  sx_design *d = unweighted(t);
  sx_est_set *set = rates_of(d, disposition, (double)NAN);
  for (size_t k = 0; k < 17; k++) CHECK_NEAR(set->rows[k].estimate, want[k], 1e-14);
  CHECK_STR(set->level_text[2], "rr3");
  /* a simple proportion of fixed size: rr1 is among the 2,000 that are not ineligible */
  CHECK_NEAR(set->rows[0].se, sqrt(0.25 / 2000 * 2400 / 2399), 1e-12);
  sx_est_set_free(set);
  set = rates_of(d, disposition, 0.5);
  CHECK_NEAR(set->rows[2].estimate, 1000.0 / 1800, 1e-14);
  CHECK_NEAR(set->rows[16].estimate, 0.5, 0);
  CHECK(set->rows[16].se == 0);
  sx_est_set_free(set);
  CHECK_FAILS(
      sx_estimate_response_rates(&set, d, disposition, NULL, NULL, &(sx_response_rates_options){1, 1.5}, NULL, err),
      SX_E_ARGUMENT, "e", "between 0 and 1");
  disposition[5] = 9;
  CHECK_FAILS(sx_estimate_response_rates(&set, d, disposition, NULL, NULL, NULL, NULL, err), SX_E_ARGUMENT, "",
              "case 6");
  sx_design_free(d);
  sx_table_free(t);
}

/* rr3 on a stratified clustered weighted sample: the same as the formula over the totals of the categories. */
static void test_formula(void) {
  eh_state = 77;
  enum { M = 400 };
  sx_table *t = eh_sample(M, 5, 8);
  uint8_t disposition[M];
  double one[8][M];
  for (size_t i = 0; i < M; i++) {
    disposition[i] = (uint8_t)eh_below(8);
    for (size_t k = 0; k < 8; k++) one[k][i] = disposition[i] == k;
  }
  const char *const psu = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  sx_design *d = eh_design(NULL, t, &s), *jk = NULL;
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  REQUIRE_OK(sx_design_make_replicates(&jk, d, &make, err));
  static const char *const names[8] = {"i", "p", "r", "nc", "o", "uh", "uo", "ne"};
  static const char *const text[3] = {"i/(i+p+r+nc+o+(uh+uo)*(i+p+r+nc+o)/(i+p+r+nc+o+ne))", "(i+p)/(i+p+r+o)",
                                      "(i+p+r+o)/(i+p+r+nc+o+uh+uo)"};
  static const size_t which[3] = {2, 7, 13};
  for (int k = 0; k < 8; k++) eh_number(t, names[k], one[k]);
  for (int reps = 0; reps < 2; reps++) {
    const sx_design *use = reps ? jk : d;
    sx_est_set *set = rates_of(use, disposition, (double)NAN);
    sx_est *total[8];
    for (size_t k = 0; k < 8; k++) total[k] = eh_one(use, SX_STAT_TOTAL, sx_table_find(t, names[k]), NULL, NULL);
    for (int f = 0; f < 3; f++) {
      sx_expr *expr = NULL;
      sx_est *e = NULL;
      REQUIRE_OK(sx_expr_parse(&expr, NULL, text[f], err));
      REQUIRE_OK(sx_est_formula(&e, NULL, expr, names, (const sx_est *const *)total, 8, err));
      CHECK_NEAR(set->rows[which[f]].estimate, sx_est_value(e), 1e-13);
      CHECK_NEAR(set->rows[which[f]].se, sx_est_se(e), 1e-10);
      sx_est_free(e);
      sx_expr_free(expr);
    }
    for (size_t k = 0; k < 8; k++) sx_est_free(total[k]);
    sx_est_set_free(set);
  }
  /* a domain without a case that could respond */
  sx_groups *g = NULL;
  const char *const by = "g";
  REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
  for (size_t i = 0; i < M; i++)
    if (g->group[i] == 1) disposition[i] = SX_DISPOSITION_INELIGIBLE;
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_response_rates(&set, d, disposition, NULL, g, NULL, NULL, err));
  CHECK_INT(set->n_rows, 3 * 17);
  CHECK(isnan(set->rows[17].estimate) && set->rows[17].na == SX_NA_ZERO_DENOMINATOR);
  CHECK(set->rows[17 + 16].estimate == 0 && set->rows[0].estimate > 0 && set->rows[34].group == 2);
  sx_est_set_free(set);
  sx_groups_free(g);
  sx_design_free(jk);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_codes(void) {
  const double v[] = {1.1, 1.2, 2.112, 2.2, 2.36, 3.11, 3.21, 3.9, 4.5, 2.0, 4, 110, 2112, 320};
  static const uint8_t want[] = {0, 1, 2, 3, 4, 5, 6, 6, 7, 4, 7, 0, 2, 6};
  enum { M = sizeof v / sizeof *v };
  sx_table *t = eh_table(NULL, M);
  sx_column *c = eh_number(t, "d", v);
  uint8_t out[M];
  memset(out, 99, M);
  REQUIRE_OK(sx_disposition_read(out, c, NULL, 0, err));
  for (size_t i = 0; i < M; i++) CHECK_INT(out[i], want[i]);
  sx_response_status(out, M, false);
  CHECK(out[0] == SX_RESPONSE_RESPONDENT && out[1] == SX_RESPONSE_RESPONDENT && out[2] == SX_RESPONSE_NONRESPONDENT &&
        out[5] == SX_RESPONSE_UNKNOWN && out[8] == SX_RESPONSE_INELIGIBLE);
  /* own codes: whole values, labels, and the longest head */
  const char *const texts[] = {"1", "1.2", "1.25", "R", "gone", "1", "R", "1", "1", "1", "1", "1", "1", "1"};
  sx_column *own = eh_text(t, "own", SX_TEXT, texts);
  const sx_disposition_code codes[] = {{SX_DISPOSITION_COMPLETE, "1"},
                                       {SX_DISPOSITION_PARTIAL, "1.2"},
                                       {SX_DISPOSITION_REFUSAL, "R"},
                                       {SX_DISPOSITION_NONCONTACT, "gone"},
                                       {SX_DISPOSITION_COMPLETE, "1.25"}};
  REQUIRE_OK(sx_disposition_read(out, own, codes, 5, err));
  CHECK(out[0] == 0 && out[1] == 1 && out[2] == 0 && out[3] == 2 && out[4] == 3);
  memset(out, 99, M);
  CHECK_FAILS(sx_disposition_read(out, own, codes, 3, err), SX_E_DATA, "own: case 5", "'gone' is none of those given");
  CHECK_FAILS(sx_disposition_read(out, own, NULL, 0, err), SX_E_DATA, "own: case 1", "'1' is none of AAPOR's");
  const sx_disposition_code twice[] = {{SX_DISPOSITION_COMPLETE, "1"}, {SX_DISPOSITION_PARTIAL, "1"}};
  CHECK_FAILS(sx_disposition_read(out, own, twice, 2, err), SX_E_ARGUMENT, "", "'1' is given to 'complete' and to");
  REQUIRE_OK(sx_column_set_missing(NULL, c, 2, SX_MISS_SYSTEM, err));
  CHECK_FAILS(sx_disposition_read(out, c, NULL, 0, err), SX_E_DATA, "d: case 3", "missing");
  CHECK(out[0] == 99);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_outcomerate), SXT_CASE(test_by_hand), SXT_CASE(test_formula), SXT_CASE(test_codes))
