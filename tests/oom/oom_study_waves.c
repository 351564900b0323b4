/* Every allocation of checking, explaining and running a study of three waves fails once: one with data, mapped and broken, one known as
 * published figures; overlap, changes, gaps, formulas, accounts, significance, series in a table and a figure. */
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
    "study: waves\n"
    "wave: 2025-S1\n"
    "languages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "derived: {old: x >= 3, unused: x + 1}\n"
    "design: {weights: w, strata: s}\n"
    "benchmarks: {pop: {value: 100, se: 1}}\n"
    "groups: {g: {by: g}, old: {where: old == 1}}\n"
    "indicators:\n"
    "  n: {total: y, by: [g], change: true}\n"
    "  r: {prop: y == 1, by: [old], gap: [old]}\n"
    "  f: {formula: n / pop}\n"
    "  other: {mean: z}\n"
    "accounts: {k: {benchmark: pop, change: true, nodes: [{id: t}, {id: l, parent: t, total: n * 2}]}}\n"
    "waves:\n"
    "  unit: id\n"
    "  changes: [r, f]\n"
    "  previous: 2024-S2\n"
    "  series:\n"
    "    - {wave: 2024-S1, published: [{reference: n.total, value: 2, se: 1}, {reference: \"n.g:a\", value: 1}]}\n"
    "    - {wave: 2024-S2, data: {p: {file: q.csv}}, map: {g: {from: area, codes: {1: a, 2: b}, break: {why: new "
    "words}}, u: {absent: true}}, "
    "breaks: [{indicators: [r], why: asked anew}], published: {file: known.csv}}\n"
    "tables: [{id: t, indicators: [n, r], domains: [total], show: [estimate, change, change_se, p, yoy]}, {id: u, "
    "indicators: [n], "
    "domains: [total, g], waves: all, show: [change]}]\n"
    "figures: [{id: v, type: lines, title: V, indicators: [n], waves: all}]\n"
    "narrative: {en: [en.md]}\n"
    "annex: [design]\n";

/* Two waves and an account that is compared with the one before, nothing else. */
static const char compare_text[] =
    "study: waves\n"
    "wave: 2025-S1\n"
    "languages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s}\n"
    "indicators: {n: {total: y}}\n"
    "accounts: {k: {price_index: {value: 1.1, why: w}, compare: [{wave: previous, decompose: true}], nodes: [{id: t}, "
    "{id: l, parent: t, total: n}]}}\n"
    "waves: {unit: id, changes: [k], series: [{wave: 2024-S2, data: {p: {file: q.csv}}}]}\n"
    "tables: [{id: x, account: k, decompose: {wave: previous}, measures: [gap, effect_level]}]\n"
    "figures: [{id: w, type: waterfall, title: W, account: k, decompose: {wave: previous}}]\n";

static void make_study(void) {
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(folder, sizeof folder, "%s/oom-waves-%d", build ? build : "/tmp", (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", folder, folder);
  if (system(command) != 0) SXT_FAIL("cannot make %s", folder);
  put("study.yaml", study_text);
  put("p.csv",
      "id,s,w,g,x,y,z,u\n1,1,10,a,1,1,1,1\n2,1,10,b,3,0,1,1\n3,1,10,a,3,1,2,1\n4,2,10,b,1,1,1,2\n5,2,10,a,2,1,1,1\n"
      "6,2,10,b,3,0,3,1\n");
  put("q.csv", "id,s,w,area,x,y\n1,1,10,1,1,0\n2,1,10,2,3,0\n8,1,10,1,3,1\n4,2,10,2,1,1\n9,2,10,1,2,1\n7,2,10,2,3,0\n");
  put("known.csv", "reference,value,unit,se\nother.total,15,,0.5\nk/l.total,90,,\n");
  put("en.md", "{{ n.total.change | plain 0 }} since {{ n.wave:2024-S2 | plain 0 }}, {{ r.total.change | pp 1 }}\n");
}

static void remove_study(void) {
  char command[900];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) SXT_FAIL("cannot remove %s", folder);
}

static sx_status load_only(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  sx_study_free(study);
  return status;
}

static sx_status load_faulty(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  const sx_status status = sx_study_load(&study, ctx, in_folder("faulty.yaml"), NULL, err);
  sx_study_free(study);
  if (status != SX_E_PARSE) return status == SX_OK ? SX_E_INTERNAL : status;
  err->status = SX_OK;
  return SX_OK;
}

typedef struct target {
  bool explain, force;
} target;

static sx_status run_study(const sx_ctx *ctx, void *data, sx_error *err) {
  const target *t = data;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  char *text = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.force = t->force;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK && t->explain) {
    status = sx_study_explain(&text, study, &options, err);
  } else if (status == SX_OK) {
    status = sx_study_run(&result, study, &options, err);
  }
  sx_mem_free(ctx, text);
  sx_run_result_free(result);
  sx_study_free(study);
  return status;
}

static void loading(void) {
  make_study();
  CHECK(oom_run("load", load_only, NULL) > 100);
  put("faulty.yaml",
      "study: x\nwave: b\ndata: {p: {file: p.csv}}\ndesign: {weights: w}\nindicators: {i: {total: y, change: true}, j: "
      "{mean: z}}\nwaves: {unit: idd, changes: [k, j], series: [{wave: a, data: {p: {file: q.csv}}, map: {g: {codes: "
      "{1: "
      "[a, b]}}}, breaks: [{groups: [h]}], published: [{reference: l.total, value: 1}]}, {wave: b}]}\n");
  CHECK(oom_run("faulty", load_faulty, NULL) > 50);
  remove_study();
}

/* From the first allocation after the load on; every other try fails all that follow too, which halves the time. */
static void from_there(const char *name, target *t, long from, long skipped) {
  const int before = sxt_failures;
  bool over = false;
  oom_say(name);
  for (long k = from; k < OOM_TRIES_MAX && !over && sxt_failures < before + 20; k = oom_next(k, from) + skipped)
    over = oom_try(name, run_study, t, 1, k, k % 2 == 0);
  CHECK(over);
}

static void running(void) {
  make_study();
  const long loads = oom_run_threads("load", load_only, NULL, 1);
  target t = {false, true};
  from_there("run", &t, loads, 0);
  t = (target){true, false};
  from_there("explain", &t, loads, 0);
  remove_study();
}

static void comparing(void) {
  make_study();
  put("study.yaml", compare_text);
  const long loads = oom_run_threads("load", load_only, NULL, 1);
  target t = {false, true};
  from_there("compare", &t, loads, 2); /* every third: the run is that of `running` but for the comparison */
  remove_study();
}

SXT_MAIN(SXT_CASE(loading), SXT_CASE(running), SXT_CASE(comparing))
