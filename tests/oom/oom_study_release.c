/* Every allocation fails once in a study with rules, marks of a standard, and results that are not published. */
#include <unistd.h>

#include "oom.h"
#include "shuxiao/study.h"

static char folder[400];

static const char *in_folder(const char *file) {
  static char path[600];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  return path;
}

static void put(const char *file, const char *text) {
  FILE *f = fopen(in_folder(file), "wb");
  if (!f || fputs(text, f) < 0) SXT_FAIL("cannot write %s", file);
  if (f) fclose(f);
}

static const char study_text[] = "study: r\ntitle: R\nlanguages: [en]\n"
                                 "data: {p: {file: p.csv}}\n"
                                 "design: {weights: none}\n"
                                 "rules: {file: r.yaml, id: id}\n"
                                 "quality: {min_n: 2, standard: nchs}\n"
                                 "disclosure: {min_n: 2, secondary: greedy}\n"
                                 "groups: {g: {by: g}}\n"
                                 "indicators:\n"
                                 "  t: {total: x, by: g}\n"
                                 "  s: {prop: x > 2, by: g, gap: g}\n"
                                 "  f: {formula: t / s, by: g}\n"
                                 "tables: [{id: a, title: A, indicators: [t, s, f], domains: [total, g]}]\n"
                                 "annex: [design, rules]\n";

static void make(void) {
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(folder, sizeof folder, "%s/oom-release-%d", build ? build : "/tmp", (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", folder, folder);
  if (system(command) != 0) SXT_FAIL("cannot make %s", folder);
  put("study.yaml", study_text);
  put("r.yaml", "rules:\n- {expr: x < 6, name: small, label: {zh: a, en: b}}\n- {expr: 'if (x > 1) id > 0', meta: "
                "{severity: info}}\n");
  put("p.csv", "id,g,x\n1,a,1\n2,a,3\n3,b,2\n4,b,5\n5,c,7\n");
}

static void drop(void) {
  char command[900];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) SXT_FAIL("cannot remove %s", folder);
}

static sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = true;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK) status = sx_study_run(&result, study, &options, err);
  if (status == SX_OK) CHECK(result->n_failed_rules == 1 && result->n_open_results == 0);
  sx_run_result_free(result);
  sx_study_free(study);
  return status;
}

static sx_status load_only(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  sx_study_free(study);
  return status;
}

static void running(void) {
  make();
  CHECK_OK(run_study(NULL, NULL, err));
  const long loads = oom_run("load", load_only, NULL);
  const int before = sxt_failures;
  bool over = false;
  oom_say("run");
  for (long k = loads; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, loads))
    over = oom_try("run", run_study, NULL, 1, k, k % 2 == 0);
  CHECK(loads > 50 && over);
  drop();
}

SXT_MAIN(SXT_CASE(running))
