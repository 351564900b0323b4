/* Every allocation fails once in a study's other means, standardised rates, sets, rankings and boxes: read, checked, run. */
#include <unistd.h>

#include "oom.h"
#include "shuxiao/io.h"
#include "unit/study/tiny.h"

static const char yaml[] =
    "study: kinds\ntitle: K\nlanguages: [en]\ndata: {p: {file: p.sav}}\ndesign: {weights: w}\n"
    "indicators:\n"
    "  t: {trimmed: {of: w, tails: [0.1, 0.2]}}\n"
    "  g: {geometric: w}\n"
    "  s: {share_of_set: {of: $set, share: answers}}\n"
    "  r: {rank: {items: [a, b], score: first}}\n"
    "  sc: {share_of_set: {of: $cat, members: [1, 2]}}\n"
    "  sm: {share_of_set: {of: \"multi(a, b)\", counted: 2}}\n"
    "  p: {rank: {places: [a, b], items: [1, 2], score: borda}}\n"
    "  b: {box: {of: a, score: net, top: [2], bottom: [1]}}\n"
    "  m: {standardized: {mean: w, cells: [a, b], standard: {1/1: 1, 1/2: 1, 2/1: 0, 2/2: 1}}}\n";

static void make(void) {
  const char *build = getenv("SX_BUILD");
  char command[900], path[600];
  sx_table *t = NULL;
  sx_column *c = NULL;
  snprintf(tiny_dir, sizeof tiny_dir, "%s/oom-kinds-%d", build ? build : "/tmp", (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", tiny_dir, tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot make %s", tiny_dir);
  tiny_write("study.yaml", yaml);
  REQUIRE_OK(sx_table_new(&t, NULL, 5, err));
  static const char *const names[] = {"w", "a", "b"};
  static const double values[3][5] = {{1, 2, 3, 4, 5}, {1, 2, 1, 2, 1}, {1, 1, 2, 2, 1}};
  for (size_t k = 0; k < 3; k++) {
    REQUIRE_OK(sx_table_add(&c, t, names[k], SX_NUMBER, err));
    for (size_t i = 0; i < 5; i++) c->data.f64[i] = values[k][i];
  }
  char *members[] = {(char[]){"a"}, (char[]){"b"}};
  const sx_mrset set = {.name = (char[]){"$set"},
                        .label = (char[]){""},
                        .dichotomous = true,
                        .counted = 1,
                        .variables = members,
                        .n_variables = 2};
  REQUIRE_OK(sx_table_add_mrset(t, &set, err));
  const sx_mrset categories = {.name = (char[]){"$cat"}, .label = (char[]){""}, .variables = members, .n_variables = 2};
  REQUIRE_OK(sx_table_add_mrset(t, &categories, err));
  tiny_path(path, "p.sav");
  REQUIRE_OK(sx_io_write(t, path, err));
  sx_table_free(t);
}

static sx_status load_only(const sx_ctx *ctx, void *data, sx_error *err) {
  char path[600];
  sx_study *study = NULL;
  (void)data;
  tiny_path(path, "study.yaml");
  const sx_status status = sx_study_load(&study, ctx, path, NULL, err);
  sx_study_free(study);
  return status;
}

static sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  char path[600];
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  (void)data;
  options.force = true;
  tiny_path(path, "study.yaml");
  sx_status status = sx_study_load(&study, ctx, path, NULL, err);
  if (status == SX_OK) status = sx_study_run(&result, study, &options, err);
  sx_run_result_free(result);
  sx_study_free(study);
  return status;
}

/* From the first allocation after the load on; every other try fails all that follow too. */
static void test_all(void) {
  make();
  CHECK_OK(run_study(NULL, NULL, err));
  const long loads = oom_run("load", load_only, NULL);
  const int before = sxt_failures;
  bool over = false;
  oom_say("run");
  for (long k = loads; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, loads))
    over = oom_try("run", run_study, NULL, 1, k, k % 2 == 0);
  CHECK(loads > 50 && over);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_all))
