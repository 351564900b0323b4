/* test_estimate_change.c: waves of replicate designs, what a link refuses, waves of one table, p of many tests. */
#include "est_help.h"

#include "shuxiao/estimate_change.h"

enum { ROWS = 24, REPS = 40 };

/* A warning is kept, to be looked at. */
static void on_note(void *data, sx_severity severity, const char *where, const char *message) {
  if (severity == SX_SEV_WARNING) (void)snprintf(data, 600, "%s: %s", where, message);
}

static sx_design *linear(const sx_table *t, const char *cluster) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.clusters = &cluster;
  s.n_clusters = cluster ? 1 : 0;
  return eh_design(NULL, t, &s);
}

/* ---- replicates -------------------------------------------------------------------------------------------------------------- */

static char rep_name[REPS][8];
static const char *rep_names[REPS];

/* Bootstrap-like factors: of case i in replicate r by the seed alone, so that two tables with one seed are made together. */
static void add_replicates(sx_table *t, uint64_t seed) {
  const double *w = sx_table_find(t, "w")->data.f64, *id = sx_table_find(t, "id")->data.f64;
  for (size_t r = 0; r < REPS; r++) {
    (void)snprintf(rep_name[r], sizeof rep_name[r], "r%zu", r);
    rep_names[r] = rep_name[r];
    double *v = eh_number(t, rep_name[r], NULL)->data.f64;
    for (size_t i = 0; i < ROWS; i++) {
      eh_state = seed * 1000003 + (uint64_t)id[i] * 977 + r * 65537;
      (void)eh_uniform();
      v[i] = w[i] * (double)(eh_below(3) + (i % 5 == 0));
    }
  }
}

static sx_design *replicated(const sx_ctx *ctx, const sx_table *t, size_t reps, bool mse) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = rep_names;
  s.n_repweights = reps;
  s.rep_type = SX_REP_BOOTSTRAP;
  s.mse = mse;
  return eh_design(ctx, t, &s);
}

/* ids from `first` on. */
static sx_table *wave_table(uint64_t seed, size_t first) {
  eh_state = seed;
  sx_table *t = eh_sample(ROWS, 1, ROWS);
  double *id = eh_number(t, "id", NULL)->data.f64;
  for (size_t i = 0; i < ROWS; i++) id[i] = (double)(first + i);
  return t;
}

static sx_link *join_with(const sx_design *a, const sx_table *t, const sx_design *b, const sx_table *u,
                          const sx_link_options *o) {
  const sx_column *ia = sx_table_find(t, "id"), *ib = sx_table_find(u, "id");
  const sx_link_side first = {a, &ia, 1}, second = {b, &ib, 1};
  sx_link *link = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_link_new(&link, &first, &second, o, &err) != SX_OK) eh_die(err.message);
  return link;
}

/* Sum over replicates of (theta_r - centre)^2, theta the change of the means. */
static double by_hand(const sx_table *t, const sx_table *u, bool mse, sx_change kind) {
  double theta[REPS + 1], centre = 0, v = 0;
  for (size_t r = 0; r <= REPS; r++) {
    double mean[2];
    for (int k = 0; k < 2; k++) {
      const sx_table *x = k ? u : t;
      const double *w = sx_table_find(x, r < REPS ? rep_name[r] : "w")->data.f64, *y = sx_table_find(x, "y")->data.f64;
      double a = 0, b = 0;
      for (size_t i = 0; i < ROWS; i++) {
        a += w[i] * y[i];
        b += w[i];
      }
      mean[k] = a / b;
    }
    theta[r] = kind == SX_CHANGE_DIFFERENCE ? mean[1] - mean[0] : mean[1] / mean[0];
    if (r < REPS) centre += theta[r] / REPS;
  }
  if (mse) centre = theta[REPS];
  for (size_t r = 0; r < REPS; r++) v += pow(theta[r] - centre, 2);
  return v;
}

static void test_replicates(void) {
  for (int mse = 0; mse < 2; mse++) {
    sx_table *t = wave_table(3, 1), *u = wave_table(3, 7);
    add_replicates(t, 5);
    add_replicates(u, 5);
    sx_design *a = replicated(NULL, t, REPS, mse), *b = replicated(NULL, u, REPS, mse);
    sx_link *link = join_with(a, t, b, u, NULL);
    CHECK_INT(sx_link_overlap(link), SX_OVERLAP_REPLICATES);
    CHECK_INT(sx_link_units(link), 18);
    sx_est *m1 = eh_one(a, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
    sx_est *m2 = eh_one(b, SX_STAT_MEAN, sx_table_find(u, "y"), NULL, NULL);
    for (int k = 0; k < 2; k++) {
      sx_est *change = NULL;
      REQUIRE_OK(sx_est_change(&change, link, m1, m2, (sx_change)k, err));
      CHECK_NEAR(sx_est_variance(change), sx_design_rep_scale(a) * by_hand(t, u, mse, (sx_change)k), 1e-10);
      CHECK_NEAR(sx_est_df(change), sx_design_df(a), 0);
      sx_est_free(change);
    }
    sx_est_free(m1);
    sx_est_free(m2);
    sx_link_free(link);
    sx_design_free(a);
    sx_design_free(b);
    sx_table_free(t);
    sx_table_free(u);
  }
}

/* Replicates drawn apart, or of two schemes: the overlap is lost, and said to be. */
static void test_replicates_apart(void) {
  char note[600] = "";
  sx_ctx ctx = SX_CTX_INIT;
  ctx.data = note;
  ctx.note = on_note;
  sx_table *t = wave_table(3, 1), *u = wave_table(3, 7), *far = wave_table(9, 100);
  add_replicates(t, 5);
  add_replicates(u, 6);
  add_replicates(far, 5);
  sx_design *a = replicated(&ctx, t, REPS, false), *b = replicated(&ctx, u, REPS, false);
  sx_design *short_one = replicated(&ctx, u, REPS - 1, false), *c = replicated(&ctx, far, REPS, false);
  sx_link *link = join_with(a, t, b, u, NULL);
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_NONE);
  CHECK(strstr(note, "not made together (on the 18 units in both") != NULL);
  sx_est *m1 = eh_one(a, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
  sx_est *m2 = eh_one(b, SX_STAT_MEAN, sx_table_find(u, "y"), NULL, NULL), *change = NULL;
  REQUIRE_OK(sx_est_change(&change, link, m1, m2, SX_CHANGE_DIFFERENCE, err));
  CHECK_NEAR(sx_est_variance(change), sx_est_variance(m1) + sx_est_variance(m2), 1e-14);
  sx_link_free(link);
  link = join_with(a, t, short_one, u, NULL);
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_NONE);
  CHECK(strstr(note, "the schemes of the two waves differ") != NULL);
  sx_link_free(link);
  /* no unit in common: independent without a word, but where the caller knows better */
  note[0] = '\0';
  link = join_with(a, t, c, far, NULL);
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_NONE);
  CHECK_STR(note, "");
  sx_link_free(link);
  sx_link_options o = SX_LINK_OPTIONS_INIT;
  o.coordinated = true;
  link = NULL;
  const sx_link_side first = {a, NULL, 0}, second = {c, NULL, 0}, other = {short_one, NULL, 0};
  REQUIRE_OK(sx_link_new(&link, &first, &second, &o, err));
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_REPLICATES);
  sx_link_free(link);
  link = NULL;
  CHECK_FAILS(sx_link_new(&link, &first, &other, &o, err), SX_E_ARGUMENT, "replicates", "these have 40 and 39");
  sx_est_free(m1);
  sx_est_free(m2);
  sx_est_free(change);
  sx_design *const designs[] = {a, b, c, short_one};
  for (size_t k = 0; k < 4; k++) sx_design_free(designs[k]);
  sx_table_free(t);
  sx_table_free(u);
  sx_table_free(far);
}

/* ---- what a link refuses ------------------------------------------------------------------------------------------------------ */

static sx_status try_link(const sx_design *a, const sx_column *ia, const sx_design *b, const sx_column *ib,
                          sx_error *err) {
  sx_link *link = NULL;
  const sx_link_side first = {a, &ia, 1}, second = {b, &ib, 1};
  const sx_status st = sx_link_new(&link, &first, &second, NULL, err);
  sx_link_free(link);
  return st;
}

static void test_bad_units(void) {
  sx_table *t = wave_table(3, 1), *u = wave_table(4, 9);
  double *psu = eh_number(t, "c", NULL)->data.f64, *psu2 = eh_number(u, "c", NULL)->data.f64;
  for (size_t i = 0; i < ROWS; i++) {
    psu[i] = (double)((1 + i) / 4);  /* ids 1..24 in fours */
    psu2[i] = (double)((9 + i) / 4); /* the same clusters */
  }
  sx_design *a = linear(t, NULL), *b = linear(u, NULL), *ca = linear(t, "c"), *cb = linear(u, "c");
  sx_column *ia = eh_number(t, "ia", sx_table_find(t, "id")->data.f64);
  sx_column *ib = eh_number(u, "ib", sx_table_find(u, "id")->data.f64);
  CHECK_OK(try_link(a, ia, b, ib, err));
  CHECK_OK(try_link(ca, ia, cb, ib, err));
  ia->data.f64[7] = 3;
  CHECK_FAILS(try_link(a, ia, b, ib, err), SX_E_DATA, "ia: case 8 of the first wave", "twice, first as case 3");
  CHECK_FAILS(try_link(ca, ia, cb, ib, err), SX_E_DATA, "ia: case 8 of the first wave", "twice, first as case 3");
  ia->data.f64[7] = 8;
  ib->data.f64[23] = 31; /* of its own cluster */
  CHECK_FAILS(try_link(ca, ia, cb, ib, err), SX_E_DATA, "ib: case 24 of the second wave", "twice, first as case 23");
  ib->data.f64[23] = 32;
  ib->data.f64[20] = 1; /* a unit of cluster 0 of wave 1 in cluster 7 of wave 2 */
  CHECK_OK(try_link(ca, ia, cb, ib, err));
  ib->data.f64[12] = 2; /* and another in cluster 5, which is also that of 20..23 */
  CHECK_FAILS(try_link(ca, ia, cb, ib, err), SX_E_DATA, "of the ", "lie in two PSUs");
  ib->data.f64[12] = 21;
  ib->data.f64[20] = 29;
  CHECK_OK(sx_column_set_missing(NULL, ib, 4, SX_MISS_SYSTEM, err));
  CHECK_FAILS(try_link(a, ia, b, ib, err), SX_E_DATA, "ib: case 5 of the second wave", "no id");
  sx_design *const designs[] = {a, b, ca, cb};
  for (size_t k = 0; k < 4; k++) sx_design_free(designs[k]);
  sx_table_free(t);
  sx_table_free(u);
}

/* Numbers meet integers, texts meet texts with other codes. */
static void test_id_types(void) {
  sx_table *t = wave_table(3, 1), *u = wave_table(4, 9);
  const char *one[ROWS], *two[ROWS];
  char texts[2 * ROWS][8];
  sx_column *whole = NULL;
  REQUIRE_OK(sx_table_add(&whole, u, "whole", SX_INTEGER, err));
  for (size_t i = 0; i < ROWS; i++) {
    whole->data.i64[i] = (int64_t)(9 + i);
    (void)snprintf(texts[i], 8, "p%zu", 1 + i);
    (void)snprintf(texts[ROWS + i], 8, "p%zu", 9 + i);
    one[i] = texts[i];
    two[i] = texts[ROWS + i];
  }
  sx_column *ta = eh_text(t, "name", SX_TEXT, one), *tb = eh_text(u, "name", SX_CATEGORY, two);
  sx_design *a = linear(t, NULL), *b = linear(u, NULL);
  const sx_column *n = sx_table_find(t, "id"), *pairs[2][2] = {{n, ta}, {whole, tb}};
  const sx_link_side first = {a, pairs[0], 2}, second = {b, pairs[1], 2}, less = {b, pairs[1], 1}, none = {b, NULL, 0};
  sx_link *link = NULL;
  REQUIRE_OK(sx_link_new(&link, &first, &second, NULL, err));
  CHECK_INT(sx_link_units(link), 16);
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_PARTIAL);
  sx_link *again = sx_link_ref(link);
  sx_link_free(again);
  sx_link_free(link);
  link = NULL;
  CHECK_FAILS(sx_link_new(&link, &first, &less, NULL, err), SX_E_ARGUMENT, "id", "2 and 1 columns");
  CHECK_FAILS(sx_link_new(&link, &first, &none, NULL, err), SX_E_ARGUMENT, "id", "the second wave has no id");
  CHECK_FAILS(sx_link_new(&link, &first, &first, NULL, err), SX_E_ARGUMENT, "", "both waves are one design");
  CHECK_FAILS(try_link(a, n, b, tb, err), SX_E_ARGUMENT, "name", "number in the first wave and category in the second");
  sx_table *small = eh_table(NULL, 3);
  CHECK_FAILS(try_link(a, eh_number(small, "s", NULL), b, whole, err), SX_E_ARGUMENT, "s", "3 values for the 24 cases");
  add_replicates(u, 1);
  sx_design *r = replicated(NULL, u, REPS, false);
  CHECK_FAILS(try_link(a, n, r, whole, err), SX_E_ARGUMENT, "replicates", "one wave has replicate weights");
  sx_link_options o = SX_LINK_OPTIONS_INIT;
  o.coordinated = true;
  CHECK_FAILS(sx_link_new(&link, &first, &second, &o, err), SX_E_ARGUMENT, "coordinated", "replicate weights");
  o = (sx_link_options)SX_LINK_OPTIONS_INIT;
  o.independent = true; /* nothing is asked of the units then */
  const sx_link_side reps = {r, NULL, 0};
  REQUIRE_OK(sx_link_new(&link, &first, &reps, &o, err));
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_NONE);
  sx_link_free(link);
  CHECK_STR(sx_overlap_name(SX_OVERLAP_PARTIAL), "partial");
  CHECK_STR(sx_change_name(SX_CHANGE_RELATIVE), "relative");
  sx_design_free(r);
  sx_design_free(a);
  sx_design_free(b);
  sx_table_free(small);
  sx_table_free(t);
  sx_table_free(u);
}

/* ---- waves of one table ------------------------------------------------------------------------------------------------------- */

static void test_split(void) {
  static const char *const waves[] = {"2025-S1", "2024-S2", "2025-S1", NULL, "2025-S2", "2024-S2"};
  sx_table *t = eh_table(NULL, 6), *out[2] = {NULL, NULL};
  eh_text(t, "wave", SX_TEXT, waves);
  const double two[] = {1, 2, 1, NAN, 2, 2}, values[] = {10, 20, 30, 40, 50, 60};
  sx_column *half = eh_number(t, "half", two);
  eh_number(t, "y", values);
  REQUIRE_OK(sx_column_add_label(NULL, half, 2, NULL, 0, "second half", err));
  REQUIRE_OK(sx_change_split(out, t, "half", NULL, NULL, err));
  CHECK_INT(sx_table_rows(out[0]), 2);
  CHECK_INT(sx_table_rows(out[1]), 3);
  CHECK_NEAR(sx_table_find(out[1], "y")->data.f64[1], 50, 0);
  sx_table_free(out[0]);
  sx_table_free(out[1]);
  REQUIRE_OK(sx_change_split(out, t, "half", "second half", "1", err));
  CHECK_INT(sx_table_rows(out[0]), 3);
  sx_table_free(out[0]);
  sx_table_free(out[1]);
  REQUIRE_OK(sx_change_split(out, t, "wave", "2024-S2", "2025-S2", err));
  CHECK_NEAR(sx_table_find(out[0], "y")->data.f64[1], 60, 0);
  sx_table_free(out[0]);
  sx_table_free(out[1]);
  out[0] = out[1] = NULL;
  CHECK_FAILS(sx_change_split(out, t, "wave", NULL, NULL, err), SX_E_ARGUMENT, "wave", "of 3 waves: name the two");
  CHECK_FAILS(sx_change_split(out, t, "wave", "2024-S2", NULL, err), SX_E_ARGUMENT, "wave", "name both waves");
  CHECK_FAILS(sx_change_split(out, t, "wave", "2024-S2", "2025-S3", err), SX_E_ARGUMENT, "wave",
              "no case is of wave '2025-S3': did you mean '2025-S");
  CHECK_FAILS(sx_change_split(out, t, "wave", "2024-S2", "2024-S2", err), SX_E_ARGUMENT, "wave", "both waves are");
  CHECK_FAILS(sx_change_split(out, t, "wav", NULL, NULL, err), SX_E_ARGUMENT, "", "did you mean 'wave'");
  for (size_t i = 0; i < 6; i++) half->data.f64[i] = 1;
  CHECK_FAILS(sx_change_split(out, t, "half", NULL, NULL, err), SX_E_ARGUMENT, "half", "of 1 wave:");
  CHECK(!out[0] && !out[1]);
  sx_table_free(t);
}

/* ---- tests -------------------------------------------------------------------------------------------------------------------- */

static void test_p(void) {
  sx_est *e = NULL, *exact = NULL, *none = NULL;
  REQUIRE_OK(sx_est_outside(&e, NULL, 5, 2, 1, err));
  const double pi = acos(-1);
  CHECK_NEAR(sx_est_p(e, 1, (double)NAN), 1 - 2 / pi * atan(2), 1e-12); /* one df: Cauchy */
  CHECK_NEAR(sx_est_p(e, 9, (double)NAN), 1 - 2 / pi * atan(2), 1e-12);
  CHECK_NEAR(sx_est_p(e, 1, 2), 1 - 2 / sqrt(6), 1e-12); /* two df: 1 - t/sqrt(2 + t^2) */
  CHECK_NEAR(sx_est_p(e, 1, (double)INFINITY), erfc(sqrt(2)), 1e-12);
  REQUIRE_OK(sx_est_constant(&exact, NULL, 3, err));
  CHECK_NEAR(sx_est_p(exact, 3, (double)NAN), 1, 0);
  CHECK_NEAR(sx_est_p(exact, 2, (double)NAN), 0, 0);
  REQUIRE_OK(sx_est_missing(&none, NULL, SX_NA_OPERAND, err));
  CHECK(isnan(sx_est_p(none, 0, (double)NAN)) && isnan(sx_est_p(NULL, 0, (double)NAN)));
  sx_est_free(e);
  sx_est_free(exact);
  sx_est_free(none);
}

/* R: p.adjust(c(0.04, 0.01, NA, 0.03, 0.02, 0.8), "holm"), "bonferroni", "BH". */
static void test_adjust(void) {
  const double p[] = {0.04, 0.01, NAN, 0.03, 0.02, 0.8};
  const double holm[] = {0.09, 0.05, NAN, 0.09, 0.08, 0.8}, bonferroni[] = {0.2, 0.05, NAN, 0.15, 0.1, 1};
  double x[6];
  memcpy(x, p, sizeof x);
  REQUIRE_OK(sx_p_adjust(x, 6, SX_ADJUST_P_HOLM, NULL, err));
  for (size_t i = 0; i < 6; i++) CHECK_NEAR(x[i], holm[i], 1e-15);
  memcpy(x, p, sizeof x);
  REQUIRE_OK(sx_p_adjust(x, 6, SX_ADJUST_P_BONFERRONI, NULL, err));
  for (size_t i = 0; i < 6; i++) CHECK_NEAR(x[i], bonferroni[i], 1e-15);
  memcpy(x, p, sizeof x);
  REQUIRE_OK(sx_p_adjust(x, 6, SX_ADJUST_P_BH, NULL, err));
  const double bh[] = {0.05, 0.05, NAN, 0.05, 0.05, 0.8};
  for (size_t i = 0; i < 6; i++) CHECK_NEAR(x[i], bh[i], 1e-15);
  memcpy(x, p, sizeof x);
  REQUIRE_OK(sx_p_adjust(x, 6, SX_ADJUST_P_NONE, NULL, err));
  for (size_t i = 0; i < 6; i++) CHECK_NEAR(x[i], p[i], 0);
  sx_adjust_p method = SX_ADJUST_P_NONE;
  REQUIRE_OK(sx_adjust_p_parse(&method, "holm", err));
  CHECK_STR(sx_adjust_p_name(method), "holm");
  CHECK_FAILS(sx_adjust_p_parse(&method, "sidak", err), SX_E_ARGUMENT, "",
              "'sidak' is not holm, bonferroni, bh or none");
}

SXT_MAIN(SXT_CASE(test_replicates), SXT_CASE(test_replicates_apart), SXT_CASE(test_bad_units), SXT_CASE(test_id_types),
         SXT_CASE(test_split), SXT_CASE(test_p), SXT_CASE(test_adjust))
