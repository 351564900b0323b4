/* bench_scale.c: how time grows with the file. bench_scale ROWS THREADS makes a table of ROWS cases x 20 columns in memory (31 strata,
 * 2% of every answer missing), runs each job five times and prints its median in seconds and in nanoseconds a case; last the peak of
 * resident memory. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_help.h"
#include "shuxiao/estimate.h"

enum { FLAGS = 10, AMOUNTS = 5, VARIABLES = FLAGS + AMOUNTS, REPEATS = 5 };

static sx_ctx ctx = SX_CTX_INIT;
static sx_table *table;
static sx_design *design;
static sx_groups *by_stratum;

static sx_column *column(const char *name, sx_type type) {
  sx_error err = SX_ERROR_INIT;
  sx_column *c = NULL;
  need(sx_table_add(&c, table, name, type, &err), &err);
  return c;
}

static void lose(sx_column *c) {
  sx_error err = SX_ERROR_INIT;
  for (size_t i = 0; i < c->n; i++)
    if (uniform() < 0.02) need(sx_column_set_missing(&ctx, c, i, SX_MISS_SYSTEM, &err), &err);
}

static void make(size_t rows) {
  sx_error err = SX_ERROR_INIT;
  need(sx_table_new(&table, &ctx, rows, &err), &err);
  static const char *const plain[] = {"stratum", "sex", "age", "band", "w"};
  for (size_t k = 0; k < 5; k++) {
    sx_column *c = column(plain[k], k == 4 ? SX_NUMBER : SX_INTEGER);
    for (size_t i = 0; i < rows; i++) {
      if (k == 4)
        c->data.f64[i] = 1e3 + 9e4 * uniform();
      else
        c->data.i64[i] = 1 + (int64_t)(uniform() * (double[]){31, 2, 74, 6}[k]);
    }
  }
  for (size_t k = 0; k < VARIABLES; k++) {
    char name[16];
    (void)snprintf(name, sizeof name, "%c%zu", k < FLAGS ? 'u' : 's', k < FLAGS ? k + 1 : k - FLAGS + 1);
    sx_column *c = column(name, SX_NUMBER);
    for (size_t i = 0; i < rows; i++)
      c->data.f64[i] = k < FLAGS         ? uniform() < 0.1 + 0.04 * (double)k
                       : uniform() < 0.8 ? 0
                                         : (double)(int64_t)(400 / uniform());
    lose(c);
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  static const char *const stratum[] = {"stratum"};
  s.weights = "w";
  s.strata = stratum[0];
  need(sx_design_new(&design, &ctx, table, &s, &err), &err);
  need(sx_groups_new(&by_stratum, table, stratum, 1, &err), &err);
}

static void means(const sx_groups *by) {
  sx_error err = SX_ERROR_INIT;
  sx_est_request r[VARIABLES];
  sx_est_set *sets[VARIABLES];
  for (size_t k = 0; k < VARIABLES; k++)
    r[k] = (sx_est_request){SX_STAT_MEAN, sx_table_get(table, 5 + k), NULL, false, NULL, by};
  need(sx_estimate_run_many(sets, design, r, VARIABLES, NULL, &err), &err);
  for (size_t k = 0; k < VARIABLES; k++) sx_est_set_free(sets[k]);
}
static void job_means(void) {
  means(NULL);
}
static void job_groups(void) {
  means(by_stratum);
}
static void job_median(void) {
  sx_error err = SX_ERROR_INIT;
  const double half = 0.5;
  const sx_quantile_request r = {sx_table_find(table, "w"), &half, 1, NULL, NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_quantile(&set, design, &r, NULL, &err), &err);
  sx_est_set_free(set);
}

static int smaller(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void run(const char *name, void (*job)(void), size_t rows) {
  double t[REPEATS];
  for (int k = 0; k < REPEATS; k++) {
    const double start = now(CLOCK_MONOTONIC);
    job();
    t[k] = now(CLOCK_MONOTONIC) - start;
  }
  qsort(t, REPEATS, sizeof *t, smaller);
  printf("%s\t%.6f\t%.3f\n", name, t[REPEATS / 2], 1e9 * t[REPEATS / 2] / (double)rows);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: bench_scale ROWS THREADS\n"), 2;
  const size_t rows = strtoul(argv[1], NULL, 10);
  ctx.n_threads = atoi(argv[2]);
  make(rows);
  run("15 means", job_means, rows);
  run("15 means by 31 groups", job_groups, rows);
  run("median", job_median, rows);
  char line[256];
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, "VmHWM:", 6) == 0) printf("peak\t%.3f\tGiB\n", strtod(line + 6, NULL) / 1048576);
  if (f) (void)fclose(f);
  sx_groups_free(by_stratum);
  sx_design_free(design);
  sx_table_free(table);
  return 0;
}
