/* Every allocation of a study with banner tables fails once: words, plan, rows, block, and a second run that copies them. */
#include <sys/stat.h>
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
    "study: banners\ntitle: B\nlanguages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s, clusters: [u]}\n"
    "banner: {std: [total, g]}\n"
    "tables: [{id: a, title: A, rows: [x, y], cols: $std, stats: [col_pct, mean], net: {low: [1, 2]},\n"
    "          note: N., sig: {profile: spss, compare: [within_span, versus_rest], min_base: 1}}]\n";

static void make(void) {
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(folder, sizeof folder, "%s/oom-banner-%d", build ? build : "/tmp", (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", folder, folder);
  if (system(command) != 0) SXT_FAIL("cannot make %s", folder);
  put("study.yaml", study_text);
  put("p.csv", "s,u,w,g,x,y\n1,1,10,a,1,1\n1,2,10,b,2,2\n1,3,10,a,3,1\n2,4,10,b,1,2\n2,5,10,a,2,1\n2,6,10,b,3,3\n");
}

static void drop(void) {
  char command[900];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) SXT_FAIL("cannot remove %s", folder);
}

static sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  const bool *force = data;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = *force;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK) status = sx_study_run(&result, study, &options, err);
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

/* From the first allocation after the load on; every other try fails all that follow too. */
static void each(const char *what, bool force) {
  const long loads = oom_run("load", load_only, NULL);
  const int before = sxt_failures;
  bool over = false;
  oom_say(what);
  for (long k = loads; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, loads))
    over = oom_try(what, run_study, &force, 1, k, k % 2 == 0);
  CHECK(loads > 50 && over);
}

static void computing(void) {
  make();
  each("run", true);
  drop();
}

/* The cells are copied from the run before: only the title differs. */
static void copying(void) {
  const bool yes = true;
  make();
  CHECK_OK(run_study(NULL, (void *)(uintptr_t)&yes, err));
  char text[sizeof study_text];
  memcpy(text, study_text, sizeof text);
  char *title = strstr(text, "title: B");
  if (title) title[7] = 'C';
  put("study.yaml", text);
  each("run again", false);
  drop();
}

SXT_MAIN(SXT_CASE(computing), SXT_CASE(copying))
