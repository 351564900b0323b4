/* Every allocation of loading and running a study with a section `balance` fails once. */
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

static const char study_text[] =
    "study: b\ntitle: B\nlanguages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s}\n"
    "benchmarks: {k: {value: 70, se: 2}}\n"
    "groups: {g: {by: g}}\n"
    "indicators: {x: {total: x}, f: {formula: \"`agreed/part` / `agreed/t`\"}}\n"
    "accounts: {a: {domains: [g], nodes: [{id: t}, {id: l, parent: t, total: x}]}}\n"
    "balance:\n"
    "  levels:\n"
    "    figures: {n: {value: \"`a/t`\", held: true}, l: {value: \"`a/l`\", by: g}, m: {value: \"`a/t`\", by: g}}\n"
    "    identities: [{id: a, sum: n, of: [l]}, {id: b, each: true, formula: m == l}]\n"
    "  agreed:\n"
    "    figures: {t: x, part: {value: x, by: g}, k: {value: k, upper: 71}}\n"
    "    identities: [{id: a, sum: t, of: [part]}, {id: b, formula: t == k}]\n"
    "tables: [{id: a, title: A, note: N., balance: agreed}, {id: b, title: B, columns: [{label: c}],\n"
    "  rows: [{label: r, cells: [{ref: agreed/t.total.moved_se}]}]}, {id: c, title: C, balance: levels, by: g}]\n";

static sx_status load_only(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  sx_study_free(study);
  return status;
}

static sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = true;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK) status = sx_study_run(&result, study, &options, err);
  sx_run_result_free(result);
  sx_study_free(study);
  return status;
}

/* From the first allocation after the load on; every other try fails all that follow too. */
static void running(void) {
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(folder, sizeof folder, "%s/oom-balance-%d", build ? build : "/tmp", (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", folder, folder);
  if (system(command) != 0) SXT_FAIL("cannot make %s", folder);
  put("study.yaml", study_text);
  put("p.csv", "s,w,g,x\n1,10,a,1\n1,10,b,2\n1,10,a,3\n2,10,b,1\n2,10,a,2\n2,10,b,3\n");
  const long loads = oom_run("load", load_only, NULL);
  const int before = sxt_failures;
  bool over = false;
  oom_say("run");
  for (long k = loads; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, loads))
    over = oom_try("run", run_study, NULL, 1, k, k % 2 == 0);
  CHECK(loads > 50 && over);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) SXT_FAIL("cannot remove %s", folder);
}

SXT_MAIN(SXT_CASE(running))
