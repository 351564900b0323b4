/* Designs: what is read, what is refused with its place, df, lonely PSUs by closed forms. */
#include "est_help.h"

static const double w8[] = {1, 2, 1, 2, 3, 1, 2, 2};
static const double h8[] = {1, 1, 1, 2, 2, 2, 3, 3};
static const double y8[] = {3, 1, 4, 1, 5, 9, 2, 6};

static sx_table *base(void) {
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", w8);
  eh_number(t, "h", h8);
  eh_number(t, "y", y8);
  return t;
}

static sx_design_spec spec_wh(void) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  return s;
}

static void refuse(sx_table *t, const sx_design_spec *s, sx_status code, const char *where, const char *message) {
  sx_design *d = NULL;
  CHECK_FAILS(sx_design_new(&d, NULL, t, s, err), code, where, message);
  CHECK(d == NULL);
  sx_design_free(d);
}

static void test_reads(void) {
  sx_table *t = base();
  sx_design_spec s = spec_wh();
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_INT(sx_design_rows(d), 8);
  CHECK_INT(sx_design_strata(d), 3);
  CHECK_INT(sx_design_psus(d), 8);
  CHECK_INT(sx_design_replicates(d), 0);
  CHECK_NEAR(sx_design_df(d), 5, 0);
  CHECK_STR(sx_design_describe(d), "stratified, 3 strata, 8 PSUs");
  CHECK_NEAR(sx_design_weights(d)[4], 3, 0);
  sx_table_free(t); /* the design keeps copies */
  CHECK_NEAR(sx_design_weights(d)[7], 2, 0);
  const size_t *start = sx_design_stratum_start(d);
  CHECK_INT(start[3], 8);
  sx_design_free(d);
}

static void test_bad_weights(void) {
  sx_design_spec s = spec_wh();
  const double values[] = {-1, (double)NAN, (double)INFINITY};
  const char *const say[] = {"negative", "missing", "not finite"};
  for (size_t k = 0; k < 3; k++) {
    double w[8];
    memcpy(w, w8, sizeof w);
    w[2] = values[k];
    sx_table *t = eh_table(NULL, 8);
    eh_number(t, "w", w);
    eh_number(t, "h", h8);
    refuse(t, &s, SX_E_DATA, "w: case 3", say[k]);
    sx_table_free(t);
  }
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", NULL);
  eh_number(t, "h", h8);
  refuse(t, &s, SX_E_DATA, "w", "all weights are 0");
  s.weights = NULL;
  refuse(t, &s, SX_E_ARGUMENT, "weights", "no weights");
  s.weights = "wait";
  s.strata = NULL;
  refuse(t, &s, SX_E_ARGUMENT, "", "wait");
  sx_table_free(t);
  t = eh_table(NULL, 0);
  s.weights = NULL;
  s.unweighted = true;
  refuse(t, &s, SX_E_DATA, "", "no cases");
  sx_table_free(t);
}

static void test_unweighted_words(void) {
  sx_design_spec s = spec_wh();
  s.weights = NULL;
  s.unweighted = true;
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "h", h8);
  sx_design *d = eh_design(NULL, t, &s), *reps = NULL;
  CHECK_STR(sx_design_describe(d), "unweighted, stratified, 3 strata, 8 PSUs");
  REQUIRE_OK(sx_design_make_replicates(&reps, d, NULL, err));
  CHECK(strncmp(sx_design_describe(reps), "unweighted, 8 cases, 8 replicate weights", 40) == 0);
  sx_design_free(reps);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_empty_stratum(void) {
  sx_design_spec s = spec_wh();
  double w[8];
  memcpy(w, w8, sizeof w);
  w[6] = w[7] = 0; /* all of stratum 3 */
  sx_table *t = eh_table(NULL, 8);
  eh_number(t, "w", w);
  eh_number(t, "h", h8);
  refuse(t, &s, SX_E_DATA, "h", "stratum '3' is empty");
  sx_table_free(t);
  t = eh_table(NULL, 2); /* a declared level without a case */
  eh_number(t, "w", w8);
  sx_column *h = eh_text(t, "h", SX_CATEGORY, (const char *const[]){"north", "north"});
  int32_t code;
  REQUIRE_OK(sx_dict_add(&code, h->dict, "south", 5, err));
  refuse(t, &s, SX_E_DATA, "h", "'south' is declared and has no case");
  sx_table_free(t);
  t = eh_table(NULL, 3);
  eh_number(t, "w", w8);
  eh_text(t, "h", SX_TEXT, (const char *const[]){"a", NULL, "a"});
  refuse(t, &s, SX_E_DATA, "h: case 2", "the stratum is missing");
  sx_table_free(t);
}

static void test_fpc(void) {
  sx_table *t = base();
  sx_design_spec s = spec_wh();
  s.fpc = "N";
  const double below[] = {30, 30, 30, 2, 2, 2, 20, 20};
  eh_number(t, "N", below);
  refuse(t, &s, SX_E_DATA, "N: case 4", "stratum '2' has 3 PSUs in the sample");
  const double varies[] = {30, 30, 31, 20, 20, 20, 20, 20};
  eh_number(t, "N2", varies);
  s.fpc = "N2";
  refuse(t, &s, SX_E_DATA, "N2: case 3", "varies within stratum '1'");
  const double zero[] = {0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0, 0};
  eh_number(t, "f0", zero);
  s.fpc = "f0";
  refuse(t, &s, SX_E_DATA, "f0: case 7", "not above 0");
  eh_text(t, "ft", SX_TEXT, (const char *const[]){"a", "a", "a", "a", "a", "a", "a", "a"});
  s.fpc = "ft";
  refuse(t, &s, SX_E_ARGUMENT, "ft", "number");
  /* counts and fractions are the same design */
  const double counts[] = {30, 30, 30, 12, 12, 12, 4, 4}, fractions[] = {.1, .1, .1, .25, .25, .25, .5, .5};
  eh_number(t, "C", counts);
  eh_number(t, "F", fractions);
  s.fpc = "C";
  sx_design *a = eh_design(NULL, t, &s);
  s.fpc = "F";
  sx_design *b = eh_design(NULL, t, &s);
  sx_est *ea = eh_one(a, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  sx_est *eb = eh_one(b, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_se(ea), sx_est_se(eb), 1e-15);
  /* by hand: w y = 3 2 4 | 2 15 9 | 4 12 */
  CHECK_NEAR(sx_est_variance(ea),
             0.9 * 1.5 * 2 + 0.75 * 1.5 * (20.0 / 3 * 20 / 3 + 19.0 / 3 * 19 / 3 + 1.0 / 9) + 0.5 * 2 * 32, 1e-14);
  sx_est_free(ea);
  sx_est_free(eb);
  sx_design_free(a);
  sx_design_free(b);
  sx_table_free(t);
}

static void test_nesting(void) {
  sx_table *t = base();
  const double psu[] = {1, 1, 2, 1, 2, 2, 1, 2};
  eh_number(t, "p", psu);
  sx_design_spec s = spec_wh();
  const char *p = "p";
  s.clusters = &p;
  s.n_clusters = 1;
  refuse(t, &s, SX_E_DATA, "p: case 4", "PSU '1' lies in strata '1' and '2'");
  s.nest = true;
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_INT(sx_design_psus(d), 6);
  CHECK_NEAR(sx_design_df(d), 3, 0);
  CHECK_STR(sx_design_describe(d), "stratified, 3 strata, 6 PSUs, 8 cases");
  const int32_t *of = sx_design_psu_of_row(d);
  CHECK(of[0] == of[1] && of[0] != of[2] && of[3] != of[0]);
  sx_design_free(d);
  sx_table_free(t);
}

/* Stratum 3 has one PSU of total z3; the policies differ only in what it adds. */
static void test_lonely(void) {
  sx_table *t = eh_table(NULL, 7);
  eh_number(t, "w", w8);
  eh_number(t, "h", h8);
  sx_column *y = eh_number(t, "y", y8);
  sx_design_spec s = spec_wh();
  refuse(t, &s, SX_E_DATA, "h", "1 stratum has a single PSU ('3'), so its variance");
  const double z[] = {3, 2, 4, 2, 15, 9, 4}; /* w y */
  const double rest = 1.5 * 2 + 1.5 * (20.0 / 3 * 20 / 3 + 19.0 / 3 * 19 / 3 + 1.0 / 9);
  double mean = 0;
  for (size_t i = 0; i < 7; i++) mean += z[i] / 7;
  const struct {
    sx_lonely policy;
    double variance;
  } cases[] = {{SX_LONELY_REMOVE, rest},
               {SX_LONELY_CERTAINTY, rest},
               {SX_LONELY_ADJUST, rest + (4 - mean) * (4 - mean)},
               {SX_LONELY_AVERAGE, rest * 3 / 2}};
  for (size_t k = 0; k < 4; k++) {
    s.lonely = cases[k].policy;
    sx_design *d = eh_design(NULL, t, &s);
    sx_est *e = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL);
    CHECK_NEAR(sx_est_variance(e), cases[k].variance, 1e-14);
    /* the bulk kernel, as used for long carriers, agrees */
    const uint8_t code[7] = {1, 1, 1, 1, 1, 1, 1};
    const sx_codes codes = {2, code, NULL, NULL, y8, NULL};
    const double zero = 0;
    const sx_score score[3] = {{1, 1, &zero, 1, 0, NULL}, {1, 1, &zero, 2, 0, NULL}, {1, 1, &zero, 0, 0, NULL}};
    double v[3];
    CHECK_OK(sx_design_var_scores(v, d, &codes, score, 3, err));
    CHECK_NEAR(v[0], cases[k].variance, 1e-14);
    CHECK_NEAR(v[1], 4 * cases[k].variance, 1e-14);
    CHECK_NEAR(v[2], 0, 0);
    const double first = v[0], second = v[1];
    CHECK_OK(sx_design_var_scores(v, d, &codes, score, 2, err));
    CHECK(v[0] == first && v[1] == second); /* the bits of those that are made together */
    sx_est_free(e);
    sx_design_free(d);
  }
  /* taken with certainty: not lonely */
  const double f[] = {.5, .5, .5, .5, .5, .5, 1};
  eh_number(t, "f", f);
  s.lonely = SX_LONELY_FAIL;
  s.fpc = "f";
  sx_design *d = eh_design(NULL, t, &s);
  sx_est *e = eh_one(d, SX_STAT_TOTAL, y, NULL, NULL);
  CHECK_NEAR(sx_est_variance(e), rest / 2, 1e-14);
  sx_est_free(e);
  sx_design_free(d);
  /* nothing but lonely strata */
  s = spec_wh();
  s.strata = "y"; /* 3 1 4 1 5 9 2 */
  s.lonely = SX_LONELY_AVERAGE;
  double each[7] = {1, 2, 3, 4, 5, 6, 7};
  eh_number(t, "each", each);
  s.strata = "each";
  refuse(t, &s, SX_E_DATA, "each", "every stratum has a single PSU");
  sx_table_free(t);
}

static void test_replicate_spec(void) {
  sx_table *t = base();
  eh_number(t, "r1", w8);
  eh_number(t, "r2", h8);
  const char *const names[] = {"r1", "r2", "r9"};
  const double rscales[] = {1, 1, -1};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = names;
  s.n_repweights = 2;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "without their type");
  s.rep_type = SX_REP_JKN;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "needs rscales");
  s.rscales = rscales;
  s.n_rscales = 3;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "3 rscales are given for 2 replicate weights");
  s.n_rscales = 0;
  s.n_repweights = 3;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "rscales 3");
  s.rscales = NULL;
  s.rep_type = SX_REP_JK1;
  refuse(t, &s, SX_E_ARGUMENT, "", "r9");
  s.scale = 0;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "the scale is 0: it must be above 0");
  s.scale = -1;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "must be above 0");
  s.scale = (double)NAN;
  s.n_repweights = 1;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "2 replicate weights or more");
  s.n_repweights = 0;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "with 0 replicate weights");
  s.n_repweights = 2;
  s.rep_type = SX_REP_FAY;
  s.rho = 1;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "rho between 0 and 1 (it is 1)");
  s.rho = 0; /* not given: BRR under another name */
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "rho between 0 and 1 (it is 0)");
  s.rep_type = SX_REP_OTHER;
  refuse(t, &s, SX_E_ARGUMENT, "replicates", "scale");
  double gap[8];
  memcpy(gap, w8, sizeof gap);
  gap[5] = (double)NAN;
  eh_number(t, "r9", gap);
  s.rep_type = SX_REP_JK1;
  s.n_repweights = 3;
  refuse(t, &s, SX_E_DATA, "r9: case 6", "missing");
  s.rep_missing_zero = true;
  sx_design *d = eh_design(NULL, t, &s);
  CHECK_INT(sx_design_replicates(d), 3);
  CHECK_NEAR(sx_design_repweights(d)[5 * 3 + 2], 0, 0);
  CHECK_NEAR(sx_design_repweights(d)[4 * 3 + 1], 2, 0);
  CHECK_NEAR(sx_design_df(d), 2, 0);
  CHECK_STR(sx_design_describe(d), "8 cases, 3 replicate weights (JK1)");
  sx_design_free(d);
  s.combined = false; /* factors on the weight */
  s.df = 1.5;
  d = eh_design(NULL, t, &s);
  CHECK_NEAR(sx_design_repweights(d)[4 * 3 + 1], 2 * 3, 0);
  CHECK_NEAR(sx_design_df(d), 1.5, 0);
  sx_design_free(d);
  sx_table_free(t);
}

/* Balanced half-samples and successive differences come in orders of Hadamard matrices; a column is read once. */
static void test_replicate_count(void) {
  sx_table *t = base();
  static char name[84][8];
  const char *names[84];
  for (size_t r = 0; r < 84; r++) {
    (void)snprintf(name[r], sizeof name[r], "c%zu", r);
    names[r] = name[r];
    eh_number(t, name[r], w8);
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = names;
  s.rho = 0.3;
  static const size_t right[] = {2, 4, 44, 80, 84}, wrong[] = {3, 5, 6, 42, 79, 81};
  for (sx_rep_type type = SX_REP_BRR; type <= SX_REP_SDR; type++) {
    const bool balanced = type == SX_REP_BRR || type == SX_REP_FAY || type == SX_REP_SDR;
    if (type == SX_REP_JKN) continue;
    s.rep_type = type;
    for (size_t k = 0; k < sizeof right / sizeof *right; k++) {
      s.n_repweights = right[k];
      sx_design_free(eh_design(NULL, t, &s));
    }
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
      s.n_repweights = wrong[k];
      if (balanced)
        refuse(t, &s, SX_E_ARGUMENT, "replicates", "order of a Hadamard matrix");
      else
        sx_design_free(eh_design(NULL, t, &s));
    }
  }
  s.n_repweights = 4;
  names[3] = "c1";
  refuse(t, &s, SX_E_ARGUMENT, "c1", "given twice");
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_replicate_count), SXT_CASE(test_unweighted_words), SXT_CASE(test_reads),
         SXT_CASE(test_bad_weights), SXT_CASE(test_empty_stratum), SXT_CASE(test_fpc), SXT_CASE(test_nesting),
         SXT_CASE(test_lonely), SXT_CASE(test_replicate_spec))
