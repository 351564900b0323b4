/* bench_survey.c: the jobs of bench_survey.R here, on the same file: bench_survey DATA.csv OUT.tsv [threads].
 * Each job is run `REPEATS` times and the shortest is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "shuxiao/weighting.h"

enum { REPEATS = 5, VARIABLES = 8 };

static sx_ctx ctx = SX_CTX_INIT;
static sx_table *table;
static sx_design *design, *raked;
static sx_groups *by_prov, *by_cell;
static FILE *out;

static void need(sx_status st, const sx_error *err) {
  if (st == SX_OK) return;
  fprintf(stderr, "%s: %s\n", err->where, err->message);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void job_design(void) {
  sx_error err = SX_ERROR_INIT;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "prov";
  sx_design_free(design);
  design = NULL;
  need(sx_design_new(&design, &ctx, table, &s, &err), &err);
}

static void estimate(const sx_design *d, sx_stat stat, const char *y, const char *x, const sx_groups *by) {
  sx_error err = SX_ERROR_INIT;
  const sx_est_request r = {stat, sx_table_find(table, y), x ? sx_table_find(table, x) : NULL, false, NULL, by};
  sx_est_set *set = NULL;
  need(sx_estimate_run(&set, d, &r, NULL, &err), &err);
  sx_est_set_free(set);
}

static void job_mean(void) {
  estimate(design, SX_STAT_MEAN, "u", NULL, NULL);
}
static void job_total(void) {
  estimate(design, SX_STAT_TOTAL, "u", NULL, NULL);
  estimate(design, SX_STAT_TOTAL, "y", NULL, NULL);
}
static void job_prop(void) {
  estimate(design, SX_STAT_PROP, "sat", NULL, NULL);
}
static void job_ratio(void) {
  estimate(design, SX_STAT_RATIO, "y", "u", NULL);
}
static void job_by_prov(void) {
  estimate(design, SX_STAT_MEAN, "u", NULL, by_prov);
}
static void job_by_cell(void) {
  estimate(design, SX_STAT_MEAN, "u", NULL, by_cell);
}
static void job_raked_mean(void) {
  estimate(raked, SX_STAT_MEAN, "u", NULL, NULL);
}
static void job_raked_prov(void) {
  estimate(raked, SX_STAT_MEAN, "u", NULL, by_prov);
}
static void job_raked_cell(void) {
  estimate(raked, SX_STAT_MEAN, "u", NULL, by_cell);
}

/* Eight variables by 372 cells: 2,976 domain estimates with their carriers. */
static void job_many(void) {
  sx_error err = SX_ERROR_INIT;
  sx_est_request r[VARIABLES];
  sx_est_set *sets[VARIABLES];
  for (size_t k = 0; k < VARIABLES; k++)
    r[k] = (sx_est_request){
        k % 2 ? SX_STAT_TOTAL : SX_STAT_MEAN, sx_table_find(table, k < 4 ? "u" : "y"), NULL, false, NULL, by_cell};
  need(sx_estimate_run_many(sets, raked, r, VARIABLES, NULL, &err), &err);
  for (size_t k = 0; k < VARIABLES; k++) sx_est_set_free(sets[k]);
}

/* Margins: the sample's own province and education, sex x age shifted, as in the R script. */
static void job_rake(void) {
  static const char *const names[3][2] = {{"prov", NULL}, {"sex", "age"}, {"edu", NULL}};
  sx_error err = SX_ERROR_INIT;
  sx_groups *g[3] = {NULL, NULL, NULL};
  sx_target targets[3];
  static double totals[3][64];
  static const char *text[3][64][2];
  static const char *const *levels[3][64];
  double sum = 0;
  for (size_t m = 0; m < 3; m++) {
    const size_t keys = m == 1 ? 2 : 1;
    need(sx_groups_new(&g[m], table, names[m], keys, &err), &err);
    memset(totals[m], 0, sizeof totals[m]);
    for (size_t i = 0; i < g[m]->n_rows; i++) totals[m][g[m]->group[i]] += sx_design_weights(design)[i];
    double here = 0;
    for (size_t c = 0; c < g[m]->n_groups; c++) {
      const size_t r = m == 1 ? (size_t)g[m]->key_level[2 * c + 1] * 2 + (size_t)g[m]->key_level[2 * c] + 1 : 0;
      if (m == 1) totals[m][c] *= .9 + .2 * (double)(r * 7 % 12) / 12;
      here += totals[m][c];
      for (size_t k = 0; k < keys; k++) text[m][c][k] = g[m]->level_text[k][g[m]->key_level[c * keys + k]];
      levels[m][c] = text[m][c];
    }
    if (m == 0) sum = here;
    for (size_t c = 0; c < g[m]->n_groups; c++) totals[m][c] *= sum / here;
    targets[m] = (sx_target){names[m], keys, levels[m], totals[m], g[m]->n_groups, NULL};
  }
  sx_design_free(raked);
  raked = NULL;
  need(sx_weighting_rake(&raked, design, table, targets, 3, NULL, NULL, &err), &err);
  for (size_t m = 0; m < 3; m++) sx_groups_free(g[m]);
}

static void run(const char *name, void (*job)(void)) {
  double best = 1e9;
  for (int k = 0; k < REPEATS; k++) {
    const double t = now();
    job();
    const double s = now() - t;
    if (s < best) best = s;
  }
  fprintf(out, "%s\t%.6f\n", name, best);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  sx_error err = SX_ERROR_INIT;
  ctx.n_threads = argc > 3 ? atoi(argv[3]) : 1;
  out = fopen(argv[2], "w");
  if (!out) return 1;
  need(sx_io_read(&table, &ctx, argv[1], NULL, &err), &err);
  static const char *const cell[] = {"prov", "sex", "age"};
  need(sx_groups_new(&by_prov, table, cell, 1, &err), &err);
  need(sx_groups_new(&by_cell, table, cell, 3, &err), &err);
  run("design", job_design);
  run("mean u", job_mean);
  run("total u y", job_total);
  run("prop sat", job_prop);
  run("ratio y u", job_ratio);
  run("mean u by prov", job_by_prov);
  run("mean u by prov sex age", job_by_cell);
  run("rake", job_rake);
  run("raked: mean u", job_raked_mean);
  run("raked: mean u by prov", job_raked_prov);
  run("raked: mean u by prov sex age", job_raked_cell);
  run("raked: 8 variables by prov sex age, 2976 estimates", job_many);
  fclose(out);
  sx_design_free(design);
  sx_design_free(raked);
  sx_groups_free(by_prov);
  sx_groups_free(by_cell);
  sx_table_free(table);
  return 0;
}
