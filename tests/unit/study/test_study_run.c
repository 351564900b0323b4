/* A run from end to end: its numbers against closed forms of each other, what is recomputed when one thing changes, and what a kill leaves. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tiny.h"

/* ---- helpers --------------------------------------------------------------------------------------------------------- */

static sx_study *load(void) {
  char path[600];
  sx_study *study = NULL;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "study.yaml");
  if (sx_study_load(&study, NULL, path, NULL, &err) != SX_OK) SXT_FAIL("load: %s: %s", err.where, err.message);
  return study;
}

static sx_run_result *run(bool force) {
  sx_study *study = load();
  sx_run_result *result = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = force;
  if (study && sx_study_run(&result, study, &options, &err) != SX_OK) SXT_FAIL("run: %s: %s", err.where, err.message);
  sx_study_free(study);
  return result;
}

/* The ids of the steps that were computed, by blanks, into out. */
static void computed(char *out, size_t cap, const sx_run_result *result) {
  out[0] = '\0';
  for (size_t i = 0; result && i < result->n_steps; i++) {
    if (result->steps[i].reused) continue;
    const size_t used = strlen(out);
    snprintf(out + used, cap - used, "%s%s", used ? " " : "", result->steps[i].id);
  }
}

typedef struct found {
  const char *indicator, *statistic, *domain;
  sx_store_row row;
  size_t n;
} found;

static sx_status match(void *data, const sx_store_row *row, sx_error *err) {
  (void)err;
  found *f = data;
  char domain[200] = "total";
  for (size_t i = 0; i < row->n_terms; i++) {
    snprintf(domain + (i ? strlen(domain) : 0), sizeof domain - (i ? strlen(domain) : 0), "%s%s:%s", i ? "*" : "",
             row->terms[i].variable, row->terms[i].level);
  }
  if (strcmp(row->indicator, f->indicator) == 0 && strcmp(row->statistic, f->statistic) == 0 &&
      strcmp(domain, f->domain) == 0) {
    f->row.estimate = row->estimate;
    f->row.se = row->se;
    f->row.df = row->df;
    f->row.n = row->n;
    f->n++;
  }
  return SX_OK;
}

static sx_store *open_store(void) {
  char path[600];
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "out/results.db");
  if (sx_store_open(&store, NULL, path, SX_STORE_READ, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return store;
}

static sx_store_row row_of(sx_store *store, int64_t run_id, const char *indicator, const char *statistic,
                           const char *domain) {
  found f = {indicator, statistic, domain, {.estimate = (double)NAN, .se = (double)NAN}, 0};
  sx_error err = SX_ERROR_INIT;
  if (sx_store_each_row(store, run_id, NULL, match, &f, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  if (f.n != 1) SXT_FAIL("%zu rows of %s %s %s", f.n, indicator, statistic, domain);
  return f.row;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------------ */

static void numbers(void) {
  tiny_copy("run");
  sx_run_result *result = run(false);
  REQUIRE(result != NULL);
  CHECK(result->report_zh && sx_file_exists(result->report_zh));
  CHECK(result->report_en && sx_file_exists(result->report_en));
  sx_store *store = open_store();
  REQUIRE(store != NULL);
  const int64_t id = result->run;
  /* margins: the population of the raking totals, with no error left in them */
  CHECK_NEAR(row_of(store, id, "people", "count", "total").estimate, 6000, 1e-10);
  CHECK_NEAR(row_of(store, id, "people", "count", "region:north").estimate, 3100, 1e-10);
  CHECK(row_of(store, id, "people", "count", "region:north").se == 0);
  /* users / people by the algebra is the proportion by the estimator */
  const sx_store_row rate = row_of(store, id, "rate", "prop", "total"),
                     share = row_of(store, id, "user_share", "formula", "total");
  CHECK_NEAR(share.estimate, rate.estimate, 1e-12);
  CHECK_NEAR(share.se, rate.se, 1e-9);
  const sx_store_row old = row_of(store, id, "rate", "prop", "old:1");
  CHECK_NEAR(row_of(store, id, "user_share", "formula", "old:1").se, old.se, 1e-9);
  /* a level of a variable and the condition that says the same */
  CHECK_NEAR(row_of(store, id, "rate", "prop", "age:old").se, old.se, 1e-12);
  /* gaps, by either way, and between groups in both directions */
  const sx_store_row gap = row_of(store, id, "rate", "gap", "old:1");
  CHECK_NEAR(gap.estimate, old.estimate - rate.estimate, 1e-12);
  CHECK_NEAR(row_of(store, id, "user_share", "gap", "old:1").se, gap.se, 1e-9);
  const sx_store_row there = row_of(store, id, "rate", "gap_young", "old:1"),
                     back = row_of(store, id, "rate", "gap_age:old", "age:young");
  CHECK_NEAR(there.estimate, -back.estimate, 1e-12);
  CHECK_NEAR(there.se, back.se, 1e-12);
  /* users / population, two sources: the delta method by hand */
  const sx_store_row users = row_of(store, id, "users", "total", "total"),
                     pen = row_of(store, id, "penetration", "formula", "total");
  CHECK_NEAR(pen.estimate, users.estimate / 10000, 1e-12);
  CHECK_NEAR(pen.se, sqrt(users.se * users.se / 1e8 + users.estimate * users.estimate * 1e4 / 1e16), 1e-9);
  CHECK_NEAR(row_of(store, id, "twice", "formula", "total").se, 2 * pen.se, 1e-12);
  /* the account: product, sum, share of a benchmark; children add up in each scope */
  const sx_store_row phone = row_of(store, id, "money/phone", "level", "total"),
                     rest = row_of(store, id, "money/rest", "level", "total");
  const sx_store_row all = row_of(store, id, "money/all", "level", "total");
  CHECK_NEAR(phone.estimate, 6000 * rate.estimate * row_of(store, id, "spend", "mean", "total").estimate, 1e-10);
  CHECK_NEAR(rest.estimate, 10 * users.estimate, 1e-12);
  CHECK_NEAR(all.estimate, phone.estimate + rest.estimate, 1e-12);
  CHECK_NEAR(row_of(store, id, "money/all", "share_of_benchmark", "total").estimate, all.estimate / 5e6, 1e-12);
  CHECK_NEAR(row_of(store, id, "money/all", "level", "scope:narrow").estimate, phone.estimate, 1e-12);
  CHECK_NEAR(row_of(store, id, "spend_k", "mean", "total").se * 1000, row_of(store, id, "spend", "mean", "total").se,
             1e-12);
  /* published: 4000 +- 500 agrees, 99.0% does not, "below 0" is met */
  CHECK_NEAR(row_of(store, id, "published/compared", "count", "total").estimate, 3, 0);
  CHECK_NEAR(row_of(store, id, "published/agreeing", "count", "total").estimate, 2, 0);
  CHECK_NEAR(row_of(store, id, "published/share", "share", "total").estimate, 2.0 / 3, 1e-15);
  CHECK_NEAR(row_of(store, id, "published/P6", "estimate", "total").estimate,
             row_of(store, id, "rate", "prop", "young:1").estimate, 0);
  sx_store_close(store);
  sx_run_result_free(result);
  tiny_remove();
}

/* A formula recomputed from stored carriers has the bits of the first run. */
static void carriers(void) {
  tiny_copy("run");
  sx_run_result *first = run(false);
  tiny_replace("study.yaml", "formula: users / population,", "formula: 1 * users / population,");
  sx_run_result *second = run(false);
  REQUIRE(first && second);
  sx_store *store = open_store();
  REQUIRE(store != NULL);
  const sx_store_row a = row_of(store, first->run, "penetration", "formula", "total"),
                     b = row_of(store, second->run, "penetration", "formula", "total");
  CHECK_NEAR(b.estimate, a.estimate, 0);
  CHECK_NEAR(b.se, a.se, 1e-15);
  CHECK_NEAR(b.df, a.df, 1e-15);
  const sx_store_row c = row_of(store, first->run, "rate", "gap", "old:1"),
                     d = row_of(store, second->run, "rate", "gap", "old:1");
  CHECK_NEAR(d.se, c.se, 0);
  sx_store_close(store);
  sx_run_result_free(first);
  sx_run_result_free(second);
  tiny_remove();
}

/* ---- staleness ------------------------------------------------------------------------------------------------------------ */

/* After one change exactly these steps are computed. */
static void after(const char *file, const char *old, const char *with, const char *want) {
  char got[4000];
  tiny_copy("stale");
  sx_run_result_free(run(false));
  sx_run_result *again = run(false);
  computed(got, sizeof got, again);
  CHECK_STR(got, "");
  sx_run_result_free(again);
  tiny_replace(file, old, with);
  sx_run_result *result = run(false);
  computed(got, sizeof got, result);
  if (strcmp(got, want) != 0)
    SXT_FAIL("'%s' for '%s' in %s:\n  computed %s\n  not      %s", with, old, file, got, want);
  sx_run_result_free(result);
  tiny_remove();
}

#define ALL_ROWS                                                                                                       \
  "indicator:users indicator:people indicator:rate indicator:spend indicator:spend_k indicator:per_head "              \
  "indicator:penetration indicator:user_share indicator:twice account:money published"
#define WORDS                                                                                                          \
  " document figure:ages figure:parts table:t1 table:t2 table:t3 table:t4 annex:assumptions annex:design "             \
  "annex:provenance report"

static void staleness(void) {
  /* one byte of the data: everything that rests on it. The benchmark's formula does not */
  after("people.csv", "P01,A,A1,145.7", "P01,A,A1,145.8",
        "data:people join derive:older derive:age3 derive:spend_k derive:double_k design weighting " ALL_ROWS WORDS);
  /* the totals: nothing before the weights */
  after("pop.csv", "3100\nsouth,2900", "3200\nsouth,2800", "weighting " ALL_ROWS WORDS);
  /* one derived variable: those who use it, and the document, which says what it is */
  after("study.yaml", "spend_k: spend / 1000", "spend_k: spend / 1001",
        "derive:spend_k derive:double_k indicator:spend_k document annex:provenance report");
  /* one indicator, and what rests on it */
  after("study.yaml", "mean: spend, base: user == 1", "mean: spend, base: user > 0",
        "indicator:spend account:money document figure:parts table:t2 annex:provenance report");
  /* one table of the report: that alone */
  after("study.yaml", "domains: [total, old, age], show", "domains: [total, old], show", "table:t1 report");
  /* one byte of the narrative */
  after("narrative/en.md", "A tiny study", "A tiny studY", "text:narrative/zh.md annex:provenance report");
  /* one printed figure */
  after("published.csv", "P2,使用率,Rate of use,99.0", "P2,使用率,Rate of use,98.0",
        "published table:t3 annex:provenance report");
  /* a comment: the provenance has the hash of what the study file plans to compute */
  after("study.yaml", "# A tiny study", "# A tiny Study", "");
}

static void back_again(void) {
  char got[4000];
  tiny_copy("stale");
  sx_run_result_free(run(false));
  tiny_replace("pop.csv", "3100\nsouth,2900", "3200\nsouth,2800");
  sx_run_result_free(run(false));
  tiny_replace("pop.csv", "3200\nsouth,2800", "3100\nsouth,2900");
  sx_run_result *result = run(false);
  computed(got, sizeof got, result);
  CHECK_STR(got, ""); /* all of it is in the first run */
  CHECK(result && result->run > 2);
  sx_run_result_free(result);
  result = run(true);
  computed(got, sizeof got, result);
  CHECK(strstr(got, "data:people") && strstr(got, "report"));
  /* a page that went missing or was altered is written again, nothing else */
  REQUIRE(result != NULL);
  char page[600];
  tiny_path(page, "out/report.en.html");
  char *before = tiny_read(page);
  tiny_write("out/report.en.html", "spoilt");
  sx_run_result_free(result);
  result = run(false);
  computed(got, sizeof got, result);
  CHECK_STR(got, "report");
  char *now = tiny_read(page);
  CHECK(before && now && strcmp(before, now) == 0);
  free(before);
  free(now);
  sx_run_result_free(result);
  tiny_remove();
}

static void explain(void) {
  tiny_copy("plan");
  sx_study *study = load();
  char *text = NULL;
  REQUIRE(study != NULL);
  CHECK_OK(sx_study_explain(&text, study, NULL, err));
  CHECK(text && strstr(text, "(no earlier run)"));
  sx_mem_free(NULL, text);
  sx_study_free(study);
  sx_run_result_free(run(false));
  tiny_replace("study.yaml", "prop: user == 1", "prop: user > 0");
  study = load();
  REQUIRE(study != NULL);
  text = NULL;
  CHECK_OK(sx_study_explain(&text, study, NULL, err));
  CHECK(text && strstr(text, "its own specification changed"));
  CHECK(text && strstr(text, "(indicator:rate changed)"));
  CHECK(text && strstr(text, "reuse   indicator:users") == NULL);
  CHECK(text && strstr(text, "reuse    indicator:users"));
  sx_mem_free(NULL, text);
  sx_study_free(study);
  tiny_remove();
}

/* ---- kill ------------------------------------------------------------------------------------------------------------------ */

static void nap(long nanoseconds) {
  struct timespec t = {0, nanoseconds};
  while (nanosleep(&t, &t) != 0 && errno == EINTR) {
  }
}

/* At 50 instants spread over a run: the store opens, its last run is whole, the next run finishes. */
static void killed(void) {
  tiny_copy("kill");
  sx_run_result *first = run(false);
  REQUIRE(first != NULL);
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  sx_run_result_free(run(true));
  clock_gettime(CLOCK_MONOTONIC, &b);
  const double whole = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
  sx_store *store = open_store();
  REQUIRE(store != NULL);
  const double want = row_of(store, first->run, "money/all", "level", "total").estimate;
  sx_store_close(store);
  uint32_t draw = 12345;
  for (int i = 0; i < 50; i++) {
    const pid_t child = fork();
    if (child == 0) {
      sx_run_result *result = run(true);
      _exit(result ? 0 : 1);
    }
    draw = draw * 1664525u + 1013904223u;
    nap((long)(1.2 * whole * (double)(draw >> 8) / 16777216.0));
    kill(child, SIGKILL);
    int state = 0;
    CHECK(waitpid(child, &state, 0) == child);
    store = open_store();
    REQUIRE(store != NULL);
    sx_store_run latest;
    CHECK_OK(sx_store_latest(&latest, store, err));
    CHECK_NEAR(row_of(store, latest.id, "money/all", "level", "total").estimate, want, 0);
    CHECK_NEAR(row_of(store, latest.id, "published/share", "share", "total").estimate, 2.0 / 3, 1e-15);
    sx_store_close(store);
  }
  sx_run_result *last = run(true);
  CHECK(last != NULL && last->n_steps > 0);
  sx_run_result_free(last);
  sx_run_result_free(first);
  tiny_remove();
}

/* ---- bad data ---------------------------------------------------------------------------------------------------------------- */

static void fails(const char *file, const char *old, const char *with, const char *where, const char *message) {
  tiny_copy("bad");
  tiny_replace(file, old, with);
  sx_study *study = load();
  sx_run_result *result = NULL;
  REQUIRE(study != NULL);
  CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_DATA, where, message);
  sx_study_free(study);
  char page[600];
  tiny_path(page, "out/report.en.html");
  CHECK(!sx_file_exists(page));
  tiny_remove();
}

/* A key that stands twice only beyond the rows that the check reads. */
static void bad_join(void) {
  tiny_copy("bad");
  char path[600];
  tiny_path(path, "extra.csv");
  char *text = tiny_read(path), *longer = calloc(1, 1 << 16);
  REQUIRE(text && longer);
  strcpy(longer, text);
  for (int i = 0; i < 300; i++) snprintf(longer + strlen(longer), 40, "Z%d,0\n", i);
  strcat(longer, "Z1,1\n");
  tiny_write("extra.csv", longer);
  free(text);
  free(longer);
  sx_study *study = load();
  sx_run_result *result = NULL;
  REQUIRE(study != NULL);
  CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_DATA, "study.yaml:11:5: extra.csv", "the key psu = Z1");
  sx_study_free(study);
  tiny_remove();
}

static void bad_data(void) {
  fails("people.csv", "P02,A,A1,83.0", "P02,A,A1,-83.0", "weight: case 2", "negative");
  fails("pop.csv", "north,3100", "east,3100", "region: case 1", "no total in the margin");
  fails("study.yaml", "prop: user == 1", "prop: age", "indicator rate", "neither 0 nor 1");
  /* the place in the study, then the file and the case */
  fails("people.csv", "P02,A,A1,83.0", "P02,A,A1,-83.0", "study.yaml:17:9: people.csv: weight: case 2", "negative");
  fails("pop.csv", "north,3100", "east,3100", "study.yaml:19:5: people.csv: region: case 1", "no total in the margin");
  fails("study.yaml", "prop: user == 1", "prop: age", "study.yaml:32:9: indicator rate", "neither 0 nor 1");
}

SXT_MAIN(SXT_CASE(numbers), SXT_CASE(carriers), SXT_CASE(staleness), SXT_CASE(back_again), SXT_CASE(explain),
         SXT_CASE(killed), SXT_CASE(bad_data), SXT_CASE(bad_join))
