/* Every allocation fails once in what oom_study.c does not have: indicators of several statistics, tests, calibration, trimming, fpc by
 * stage, replicates made, and a study's data and design opened by a caller. */
#include "oom_study.h"
#include "shuxiao/io.h"

static const char study_text[] =
    "study: words\ntitle: W\nlanguages: [en]\nlevel: 0.9\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s, make: {type: jkn}}\n"
    "weighting:\n"
    "  - calibrate: {distance: raking, totals: {(intercept): 60, g: {a: 35}, x: \"110~0.1\"}, q: w}\n"
    "  - trim: [1, 40]\n"
    "groups: {g: {by: g}}\n"
    "indicators:\n"
    "  q: {quantile: {of: x, probs: [0.4, 0.5], rule: school}, by: g, gap: g}\n"
    "  m: {median: x, deff: wor}\n"
    "  v: {mean: x, deff: wor, ci: wald}\n"
    "  c: {correlation: [x, y]}\n"
    "  t: {test: [g, y]}\n"
    "  f: {formula: \"`q.total.quantile_0.5` - m\"}\n"
    "tables: [{id: a, title: A, indicators: [q, t], domains: [total, g], show: [gap]}]\n"
    "annex: [design]\n";

static const char stages_text[] = "derived: {big: x > 1}\n"
                                  "design: {strata: s, clusters: [u], fpc: [n1, n2], lonely: certainty}\n";

static const char phases_text[] =
    "design: {base: {persons: \"x<=2\"}, strata: s, phase2: {where: u < 6, strata: [s], method: full}}\n";

static void make(const char *name) {
  make_folder(name);
  put("study.yaml", study_text);
  put("stages.yaml", stages_text);
  put("phases.yaml", phases_text);
  put("p.csv",
      "s,u,w,g,x,y,n1,n2\n1,1,10,a,1,1,4,2\n1,2,10,b,2,0,4,3\n1,3,10,a,3,1,4,3\n2,4,10,b,1,0,5,2\n2,5,10,a,2,1,5,"
      "2\n2,6,10,b,3,0,5,4\n");
  put("joint.csv", ".5,.2\n.2,.5\n");
}

static sx_status open_data(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL;
  sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (status == SX_OK) status = sx_study_open_data(&table, &design, study, err);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  return status;
}

static sx_status open_design(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *table = NULL;
  sx_design *design = NULL;
  double *matrix = NULL;
  size_t order = 0;
  sx_status status = sx_io_read(&table, ctx, in_folder("p.csv"), NULL, err);
  if (status == SX_OK) status = sx_study_open_design(&design, table, in_folder("stages.yaml"), err);
  sx_design_free(design);
  design = NULL;
  if (status == SX_OK) status = sx_study_open_design(&design, table, in_folder("phases.yaml"), err);
  if (status == SX_OK) status = sx_io_read_matrix(&matrix, &order, ctx, in_folder("joint.csv"), err);
  sx_mem_free(ctx, matrix);
  sx_design_free(design);
  sx_table_free(table);
  return status;
}

static void opening(void) {
  make("words-open");
  CHECK(oom_run("data", open_data, NULL) > 100);
  CHECK(oom_run("design", open_design, NULL) > 100);
  drop_folder();
}

static void running(void) {
  make("words-run");
  load_and_then("run", (target){false, true, NULL});
  drop_folder();
}

SXT_MAIN(SXT_CASE(opening), SXT_CASE(running))
