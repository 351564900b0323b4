/* Every allocation fails once in the steps of weighting for response: eligibility, nonresponse by classes and by propensity, frames, and
 * totals that are estimates. */
#include "oom_study.h"

static const char head[] =
    "study: r\ntitle: R\nlanguages: [en]\ndata: {p: {file: p.csv}}\ndesign: {weights: w, strata: s}\n"
    "indicators: {m: {mean: y}}\nannex: [design]\nweighting:\n";
static const char *const steps[] = {
    "  - eligibility: {disposition: d, codes: {complete: 1, refusal: [2, 3], unknown_other: 8, ineligible: 9}, "
    "classes: []}\n"
    "  - nonresponse: {disposition: d, codes: {complete: 1, refusal: [2, 3], unknown_other: 8, ineligible: 9}, "
    "classes: [g], "
    "min_respondents: 2, max_factor: 9}\n",
    "  - eligibility: {respondent: d == 1, eligible: \"if(d < 8, 1, if(d == 9, 0))\", classes: [g]}\n"
    "  - nonresponse: {respondent: d == 1, eligible: \"if(d < 8, 1, if(d == 9, 0))\", propensity: [x, g], factors: "
    "[g]}\n"
    "  - frames: {frame: s, overlap: o, lambda: 0.4}\n"
    "  - calibrate: {totals: {(intercept): 300, x: \"900±9\"}, df: 20}\n"};

static void make(const char *text) {
  make_folder("response");
  char whole[2000], csv[2000] = "s,w,g,x,o,d,y\n";
  static const int d[] = {1, 2, 1, 8, 1, 3, 1, 1, 9, 2, 1, 1, 2, 1, 8, 1, 1, 3, 2, 1};
  for (int i = 0; i < 20; i++) {
    const size_t n = strlen(csv);
    snprintf(csv + n, sizeof csv - n, "%d,%d,%d,%d,%d,%d,%d\n", 1 + i / 10, 10 + i % 3, i % 2, 1 + (i * 7) % 5,
             i % 3 == 0, d[i], i * i % 7);
  }
  snprintf(whole, sizeof whole, "%s%s", head, text);
  put("study.yaml", whole);
  put("p.csv", csv);
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL;
  sx_status st = sx_study_load(&study, ctx, in_folder("study.yaml"), NULL, err);
  if (st == SX_OK) st = sx_study_open_data(&table, &design, study, err);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  return st;
}

static void test_steps(void) {
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
    char name[32];
    make(steps[k]);
    snprintf(name, sizeof name, "steps %zu", k);
    oom_run(name, call, NULL);
    drop_folder();
  }
}

SXT_MAIN(SXT_CASE(test_steps))
