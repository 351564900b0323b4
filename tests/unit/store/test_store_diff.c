/* Two runs side by side, and revisions: kinds of difference, causes through what steps rest on, runs that kept no plan, and the
 * summary of revisions against numbers worked out by hand. */
#include "shuxiao/store_diff.h"
#include "sxt.h"

#include <math.h>
#include <unistd.h>

static char path[256];

static sx_store *fresh(void) {
  const char *dir = getenv("SX_BUILD");
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  (void)snprintf(path, sizeof path, "%s/test_store_diff.%ld.sqlite", dir ? dir : "/tmp", (long)getpid());
  (void)remove(path);
  if (sx_store_open(&store, NULL, path, SX_STORE_WRITE, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return store;
}

static void put(sx_store *store, const char *step, const char *indicator, double estimate, double se,
                const char *quality) {
  const sx_store_row row = {.wave = "2025-S1",
                            .indicator = indicator,
                            .statistic = "mean",
                            .estimate = estimate,
                            .se = se,
                            .low = estimate - 2 * se,
                            .high = estimate + 2 * se,
                            .ci_level = 0.95,
                            .df = 10,
                            .n = 5,
                            .n_eff = 5,
                            .deff = 1,
                            .cv = 0.1,
                            .quality = quality};
  CHECK_OK(sx_store_put_row(NULL, store, step, &row, err));
}

static int64_t begin(sx_store *store, const char *study, const char *version, const char *sha) {
  const sx_store_run info = {.study = study, .wave = "2025-S1", .version = version};
  const sx_store_input inputs[] = {{"a.sav", sha, 1}, {"same.csv", "11", 1}};
  int64_t run = 0;
  CHECK_OK(sx_store_begin(&run, store, &info, inputs, 2, err));
  return run;
}

/* A plan: data -> weighting -> indicator:a; data -> indicator:b. Hashes are short here; only their equality counts. */
static void plan(sx_store *store, const char *weights) {
  char text[512], specs[256];
  (void)snprintf(
      text, sizeof text,
      "data:t\taa\tk1\t\nweighting\t%s\tk2\t0\nindicator:a\tbb\tk3\t1\nindicator:b\tcc\tk4\t0\ntable:x\t%s\tk5\t2,3\n",
      weights, weights);
  (void)snprintf(specs, sizeof specs,
                 "{\"data:t\":\"d\",\"weighting\":\"trim %s\\nrake\",\"indicator:a\":\"a\",\"indicator:b\":\"b\"}",
                 weights);
  CHECK_OK(sx_store_put_step(store, "plan", "plan", text, strlen(text), err));
  CHECK_OK(sx_store_put_step(store, "specs", "specs", specs, strlen(specs), err));
}

static void rows_and_their_causes(void) {
  sx_store *store = fresh();
  const int64_t one = begin(store, "s", "1", "00");
  put(store, "indicator:a", "a", 10, 2, NULL);
  put(store, "indicator:a", "gone", 1, 1, NULL);
  put(store, "indicator:b", "b", 5, 1, NULL);
  put(store, "indicator:b", "wider", 5, 1, NULL);
  put(store, "indicator:b", "marked", 5, 1, NULL);
  put(store, "indicator:b", "lost", 5, 1, NULL);
  put(store, "indicator:b", "still", (double)NAN, (double)NAN, NULL);
  plan(store, "w1");
  REQUIRE_OK(sx_store_finish(store, err));
  const int64_t two = begin(store, "s", "1", "01");
  put(store, "indicator:a", "a", 13, 2, NULL);
  put(store, "indicator:b", "b", 5 + 1e-13, 1, NULL);
  put(store, "indicator:b", "wider", 5, 3, NULL);
  put(store, "indicator:b", "marked", 5, 1, "n<30");
  put(store, "indicator:b", "lost", (double)NAN, (double)NAN, NULL);
  put(store, "indicator:b", "still", (double)NAN, (double)NAN, NULL);
  put(store, "indicator:a", "new", 1, 1, NULL);
  plan(store, "w2");
  REQUIRE_OK(sx_store_finish(store, err));
  sx_diff *diff = NULL;
  REQUIRE_OK(sx_store_diff(&diff, store, one, store, two, 1e-12, err));
  CHECK(diff->explained);
  CHECK_INT(diff->n_same, 2); /* b within the tolerance, still missing in both */
  static const struct {
    const char *indicator;
    sx_diff_kind kind;
    size_t causes;
  } want[] = {{"a", SX_DIFF_VALUE, 1},    {"wider", SX_DIFF_ERROR, 0}, {"marked", SX_DIFF_MARK, 0},
              {"lost", SX_DIFF_VALUE, 0}, {"new", SX_DIFF_ADDED, 1},   {"gone", SX_DIFF_REMOVED, 1}};
  REQUIRE(diff->n_rows == sizeof want / sizeof *want);
  for (size_t i = 0; i < diff->n_rows; i++) {
    const sx_diff_row *row = &diff->rows[i];
    CHECK_STR((row->after ? row->after : row->before)->indicator, want[i].indicator);
    CHECK_INT(row->kind, want[i].kind);
    CHECK_INT(row->n_causes, want[i].causes);
  }
  CHECK_NEAR(diff->rows[0].change, 3, 0);
  CHECK_NEAR(diff->rows[0].moved, 1.5, 0);
  CHECK(isnan(diff->rows[3].change) && isnan(diff->rows[5].moved));
  REQUIRE(diff->n_causes == 1); /* the table differs too, and decides no number */
  CHECK_STR(diff->causes[0].step, "weighting");
  CHECK_INT(diff->causes[0].area, SX_DIFF_WEIGHTS);
  CHECK_STR(diff->causes[0].details, "- trim w1\n+ trim w2\n");
  REQUIRE(diff->n_inputs == 1);
  CHECK_STR(diff->inputs[0].path, "a.sav");
  sx_diff_free(diff);
  REQUIRE_OK(sx_store_diff(&diff, store, one, store, two, 0, err));
  CHECK_INT(diff->n_same, 1); /* any bit counts */
  sx_diff_free(diff);
  diff = NULL;
  CHECK_FAILS(sx_store_diff(&diff, store, one, store, 99, 0, err), SX_E_ARGUMENT, "sqlite", "no finished run 99");
  CHECK_FAILS(sx_store_diff(&diff, store, one, store, two, (double)NAN, err), SX_E_ARGUMENT, "", "tolerance");
  CHECK(diff == NULL);
  sx_store_close(store);
}

static void what_cannot_be_explained_says_so(void) {
  static const char old[] = "data:t\taa\tk1\nindicator:a\tbb\tk3\n", broken[] = "data:t\n\n\t\t\t9,x,,1\n";
  sx_store *store = fresh();
  int64_t runs[5];
  const char *const plans[] = {NULL, old, broken, NULL, NULL};
  for (size_t i = 0; i < 5; i++) {
    runs[i] = begin(store, i == 4 ? "other" : "s", i == 3 ? "2" : "1", "00");
    put(store, "indicator:a", "a", (double)i, 1, NULL);
    if (plans[i]) CHECK_OK(sx_store_put_step(store, "plan", "plan", plans[i], strlen(plans[i]), err));
    if (i >= 3) plan(store, "w1");
    REQUIRE_OK(sx_store_finish(store, err));
  }
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 5; j++) {
      sx_diff *diff = NULL;
      REQUIRE_OK(sx_store_diff(&diff, store, runs[i], store, runs[j], 0, err));
      CHECK_INT(diff->explained, (i == 3 && j == 3) || (i == 4 && j == 4));
      CHECK_INT(diff->n_rows, i != j);
      if (!diff->explained) CHECK_INT(diff->n_causes, 0);
      sx_diff_free(diff);
    }
  const int64_t next = begin(store, "s", "3", "00"); /* another program and nothing else: that is the cause */
  put(store, "indicator:a", "a", 7, 1, NULL);
  plan(store, "w1");
  REQUIRE_OK(sx_store_finish(store, err));
  sx_diff *diff = NULL;
  REQUIRE_OK(sx_store_diff(&diff, store, runs[3], store, next, 0, err));
  REQUIRE(diff->explained && diff->n_causes == 1 && diff->n_rows == 1);
  CHECK_STR(diff->causes[0].step, "program");
  CHECK_STR(diff->causes[0].details, "- 2\n+ 3\n");
  CHECK_INT(diff->rows[0].n_causes, 1);
  sx_diff_free(diff);
  sx_store_close(store);
}

/* Three waves of one indicator: 10 -> 11 -> 12, 20 -> 18, 30 (once). R = 2, -2: mean 0, mean absolute 2, root mean square 2. And of
 * another 5 -> 8 and 1 -> 1: mean 1.5, mean absolute 1.5, root mean square 3/sqrt(2). */
static void revisions(void) {
  sx_store *store = fresh();
  const double a[3][3] = {{10, 20, (double)NAN}, {11, (double)NAN, (double)NAN}, {12, 18, 30}};
  const double b[3][2] = {{5, 1}, {5, 1}, {8, 1}};
  int64_t runs[3];
  char wave[16];
  for (size_t v = 0; v < 3; v++) {
    runs[v] = begin(store, "s", "1", "00");
    for (size_t w = 0; w < 3; w++) {
      (void)snprintf(wave, sizeof wave, "202%zu-S1", w);
      sx_store_row row = {.wave = wave, .indicator = "a", .statistic = "mean", .estimate = a[v][w], .se = 0.5, .n = 1};
      if (!isnan(a[v][w])) CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
      row.statistic = "gap"; /* not the main one */
      row.estimate = 1e6;
      CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
      row.indicator = "b";
      row.statistic = "total";
      row.se = 0;
      if (w < 2) row.estimate = b[v][w];
      if (w < 2) CHECK_OK(sx_store_put_row(NULL, store, NULL, &row, err));
    }
    REQUIRE_OK(sx_store_finish(store, err));
  }
  sx_revisions *r = NULL;
  REQUIRE_OK(sx_store_revisions(&r, store, NULL, err));
  CHECK_INT(r->n_vintages, 3);
  REQUIRE(r->n_rows == 5 && r->n_summaries == 2);
  CHECK_STR(r->rows[0].indicator, "a");
  CHECK_STR(r->rows[0].wave, "2020-S1");
  CHECK_NEAR(r->rows[0].revision, 2, 0);
  CHECK_NEAR(r->rows[0].in_se, 4, 0);
  CHECK_NEAR(r->rows[0].value[1], 11, 0);
  const sx_revision_summary *s = &r->summaries[0];
  CHECK_INT(s->n, 2);
  CHECK(s->mean == 0 && s->mean_absolute == 2 && s->root_mean_square == 2 && fabs(s->largest) == 2);
  s = &r->summaries[1];
  CHECK_STR(s->indicator, "b");
  CHECK_NEAR(s->mean, 1.5, 0);
  CHECK_NEAR(s->root_mean_square, 3 / sqrt(2), 1e-15);
  size_t once = 0;
  for (size_t i = 0; i < r->n_rows; i++) once += r->rows[i].n_values == 1 && isnan(r->rows[i].revision);
  CHECK_INT(once, 1); /* the wave that was published once has no revision, and is in no summary */
  for (size_t i = 0; i < r->n_rows; i++)
    if (strcmp(r->rows[i].indicator, "b") == 0) CHECK(isnan(r->rows[i].in_se));
  sx_revisions_free(r);

  CHECK_OK(sx_store_publish(store, runs[0], "flash", err));
  CHECK_OK(sx_store_publish(store, runs[1], "final", err));
  CHECK_OK(sx_store_publish(store, runs[2], "final", err)); /* the label moves */
  const char *const only[] = {"b"};
  const sx_revision_options options = {only, 1, NULL, false, true};
  REQUIRE_OK(sx_store_revisions(&r, store, &options, err));
  CHECK_INT(r->n_vintages, 2);
  CHECK_STR(r->vintages[0].label, "flash");
  CHECK_INT(r->vintages[1].run, runs[2]);
  REQUIRE(r->n_rows == 1 && r->n_summaries == 1); /* the other was not revised */
  CHECK_NEAR(r->rows[0].revision, 3, 0);
  CHECK_INT(r->summaries[0].n, 2);
  sx_revisions_free(r);
  r = NULL;
  const char *const wrong[] = {"c"};
  CHECK_FAILS(sx_store_revisions(&r, store, &(sx_revision_options){wrong, 1, NULL, false, false}, err), SX_E_ARGUMENT,
              "c", "no indicator 'c'");
  CHECK_FAILS(sx_store_publish(store, 99, "x", err), SX_E_ARGUMENT, "sqlite", "no finished run 99");
  CHECK_FAILS(sx_store_publish(store, runs[0], "", err), SX_E_ARGUMENT, "", "label");
  CHECK(r == NULL);
  sx_store_close(store);
  store = fresh();
  CHECK_FAILS(sx_store_revisions(&r, store, NULL, err), SX_E_DATA, "sqlite", "run the study first");
  sx_store_close(store);
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(rows_and_their_causes), SXT_CASE(what_cannot_be_explained_says_so), SXT_CASE(revisions))
