/* oom_study.h: a study in a folder of its own, for tests in which every allocation of loading or running it fails once. */
#ifndef OOM_STUDY_H
#define OOM_STUDY_H

#include <unistd.h>

#include "oom.h"
#include "shuxiao/study.h"

static char folder[400];

/* Two may be in use at once. */
static inline const char *in_folder(const char *file) {
  static char path[2][600];
  static int turn;
  turn = !turn;
  snprintf(path[turn], sizeof path[turn], "%s/%s", folder, file);
  return path[turn];
}

static inline void put(const char *file, const char *text) {
  FILE *f = fopen(in_folder(file), "wb");
  if (!f || fputs(text, f) < 0) SXT_FAIL("cannot write %s", file);
  if (f) fclose(f);
}

/* `what` on the folder. */
static inline void in_shell(const char *what) {
  char command[900];
  snprintf(command, sizeof command, "%s '%s'", what, folder);
  if (system(command) != 0) SXT_FAIL("not done: %s", command);
}

static inline void make_folder(const char *name) {
  const char *build = getenv("SX_BUILD");
  snprintf(folder, sizeof folder, "%s/oom-%s-%d", build ? build : "/tmp", name, (int)getpid());
  in_shell("rm -rf");
  in_shell("mkdir -p");
}

static inline void drop_folder(void) {
  in_shell("rm -rf");
}

/* study.yaml, whose problems go nowhere. */
static inline sx_status load_only(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  sx_study_free(study);
  return status;
}

/* faulty.yaml: each fault is a problem, and running out of memory while noting them is not one of them. */
static inline sx_status load_faulty(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("faulty.yaml"), NULL, err);
  sx_study_free(study);
  if (status != SX_E_PARSE) return status == SX_OK ? SX_E_INTERNAL : status;
  err->status = SX_OK; /* what it should be */
  return SX_OK;
}

typedef struct target {
  bool explain, force;
  void (*check)(const sx_run_result *result); /* of a run that succeeds; NULL: nothing */
} target;

/* data: a target. */
static inline sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  const target *t = data;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  char *text = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = t->force;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK && t->explain)
    status = sx_study_explain(&text, study, &options, err);
  else if (status == SX_OK)
    status = sx_study_run(&result, study, &options, err);
  if (status == SX_OK && t->check) t->check(result);
  sx_mem_free(ctx, text);
  sx_run_result_free(result);
  sx_study_free(study);
  return status;
}

/* From the first allocation after the load on, `skipped` left out each time; every other try fails all that follow too, which halves the time. */
static inline void from_there(const char *name, target *t, long from, long skipped) {
  const int before = sxt_failures;
  bool over = false;
  oom_say(name);
  for (long k = from; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, from) + skipped)
    over = oom_try(name, run_study, t, 1, k, k % 2 == 0);
  CHECK(over);
}

/* Loading, then what `t` does after it. */
static inline void load_and_then(const char *name, target t) {
  const long loads = oom_run("load", load_only, NULL);
  CHECK(loads > 50);
  from_there(name, &t, loads, 0);
}

/* A run over an earlier one: of the study text, whose title is B, but the title differs. */
static inline void then_again(const char *name, const char *study_text) {
  target first = {false, true, NULL};
  char text[4000];
  CHECK_OK(run_study(NULL, &first, err));
  snprintf(text, sizeof text, "%s", study_text);
  char *title = strstr(text, "title: B");
  if (title) title[7] = 'C';
  put("study.yaml", text);
  load_and_then(name, (target){false, false, NULL});
}

#endif
