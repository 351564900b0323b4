/* bench_replicates.c: the jobs of bench_replicates.R here, on the same file: bench_replicates DATA.csv OUT.tsv [threads] [repeats] [part of a name].
 * Each line of OUT.tsv is a job, its shortest time in seconds, and the most memory that its results and work held at once, in MB
 * (counted in a run of its own). Means and errors of the first job are written to OUT.tsv.numbers for comparison. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_help.h"
#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "shuxiao/weighting.h"

enum {
  VARIABLES = 15,
  REPS = 200,
  RAKED_REPS = 500,
  PEER_ROWS = 1000000,
  PEER_STRATA = 50,
  PEER_PSUS = 40,
  PEER_REPS = 40
};

static atomic_size_t held, most;

static void *count_memory(void *unused, void *ptr, size_t old_size, size_t new_size) {
  (void)unused;
  const size_t now = atomic_fetch_add(&held, new_size - old_size) + new_size - old_size;
  size_t seen = atomic_load(&most);
  while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now)) {
  }
  if (new_size > 0) return realloc(ptr, new_size);
  free(ptr);
  return NULL;
}

typedef struct bench {
  sx_ctx ctx;
  sx_table *table, *peer;
  sx_groups *by_prov;
  sx_design *base, *reps, *base500, *raked, *peer_reps; /* not timed unless the job makes it */
  sx_target targets[3];
  FILE *numbers; /* NULL: not wanted */
} bench;

static void variable_name(char out[8], size_t k) {
  (void)snprintf(out, 8, "%c%zu", k < 10 ? 'u' : 's', k < 10 ? k + 1 : k - 9);
}

static void make(sx_design **out, const sx_design *from, size_t n) {
  sx_error err = SX_ERROR_INIT;
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  spec.method = SX_MAKE_BOOTSTRAP;
  spec.n_reps = n;
  sx_design_free(*out);
  *out = NULL;
  need(sx_design_make_replicates(out, from, &spec, &err), &err);
}

/* Fifteen means by province. */
static void use(bench *b, const sx_design *design) {
  sx_error err = SX_ERROR_INIT;
  sx_est_request r[VARIABLES];
  sx_est_set *sets[VARIABLES];
  for (size_t k = 0; k < VARIABLES; k++) {
    char name[8];
    variable_name(name, k);
    r[k] = (sx_est_request){SX_STAT_MEAN, sx_table_find(b->table, name), NULL, false, NULL, b->by_prov};
  }
  need(sx_estimate_run_many(sets, design, r, VARIABLES, NULL, &err), &err);
  for (size_t k = 0; k < VARIABLES; k++) {
    for (size_t i = 0; b->numbers && i < sets[k]->n_rows; i++) {
      char name[8];
      variable_name(name, k);
      fprintf(b->numbers, "%s\t%s\t%.17g\t%.17g\n", name, b->by_prov->level_text[0][b->by_prov->key_level[i]],
              sets[k]->rows[i].estimate, sets[k]->rows[i].se);
    }
    sx_est_set_free(sets[k]);
  }
}

static void job_make(bench *b) {
  make(&b->reps, b->base, REPS);
}
static void job_use(bench *b) {
  use(b, b->reps);
}
static void job_both(bench *b) {
  job_make(b);
  job_use(b);
}
static void job_written(bench *b) {
  make(&b->reps, b->base, REPS);
  if (!sx_design_repweights(b->reps)) exit(1);
}
static void job_rake(bench *b) {
  sx_error err = SX_ERROR_INIT;
  sx_design_free(b->raked);
  b->raked = NULL;
  need(sx_weighting_rake(&b->raked, b->base500, b->table, b->targets, 3, NULL, NULL, &err), &err);
}
static void job_use_raked(bench *b) {
  use(b, b->raked);
}
static void job_peer(bench *b) {
  sx_error err = SX_ERROR_INIT;
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(b->peer, "y"), NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_run(&set, b->peer_reps, &r, NULL, &err), &err);
  sx_est_set_free(set);
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

/* The sample's own province and education, sex x age shifted as in the R script. */
static void targets(bench *b) {
  static const char *const names[3][2] = {{"prov", NULL}, {"sex", "age"}, {"edu", NULL}};
  static double totals[3][64];
  static const char *text[3][64][2];
  static const char *const *levels[3][64];
  static sx_groups *g[3]; /* the texts are theirs */
  double sum = 0;
  for (size_t m = 0; m < 3; m++) {
    sx_error err = SX_ERROR_INIT;
    const size_t keys = m == 1 ? 2 : 1;
    need(sx_groups_new(&g[m], b->table, names[m], keys, &err), &err);
    for (size_t i = 0; i < g[m]->n_rows; i++) totals[m][g[m]->group[i]] += sx_design_weights(b->base)[i];
    double here = 0;
    for (size_t c = 0; c < g[m]->n_groups; c++) {
      for (size_t k = 0; k < keys; k++) text[m][c][k] = g[m]->level_text[k][g[m]->key_level[c * keys + k]];
      const long r = m == 1 ? (strtol(text[m][c][1], NULL, 10) - 1) * 2 + strtol(text[m][c][0], NULL, 10) : 0;
      if (m == 1) totals[m][c] *= .9 + .2 * (double)(r * 7 % 12) / 12;
      here += totals[m][c];
      levels[m][c] = text[m][c];
    }
    if (m == 0) sum = here;
    for (size_t c = 0; c < g[m]->n_groups; c++) totals[m][c] *= sum / here;
    b->targets[m] = (sx_target){names[m], keys, levels[m], totals[m], g[m]->n_groups, NULL};
  }
}

/* 1,000,000 rows in random order, 50 strata of 40 PSUs, y continuous. */
static void peer_design(bench *b) {
  sx_error err = SX_ERROR_INIT;
  static const char *const names[] = {"h", "psu", "w", "y"}, *const clusters[] = {"psu"};
  double *column[4];
  need(sx_table_new(&b->peer, &b->ctx, PEER_ROWS, &err), &err);
  for (size_t j = 0; j < 4; j++) {
    sx_column *c = NULL;
    need(sx_table_add(&c, b->peer, names[j], SX_NUMBER, &err), &err);
    column[j] = c->data.f64;
  }
  sx_rng rng;
  sx_rng_init(&rng, 1, 1);
  for (size_t i = 0; i < PEER_ROWS; i++) {
    const uint64_t psu = sx_rng_below(&rng, PEER_STRATA * PEER_PSUS);
    column[0][i] = (double)(psu / PEER_PSUS);
    column[1][i] = (double)psu;
    column[2][i] = 1 + 9 * sx_rng_uniform(&rng);
    column[3][i] = sx_rng_normal(&rng) + (double)(psu % 7);
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = clusters;
  s.n_clusters = 1;
  sx_design *d = NULL;
  need(sx_design_new(&d, &b->ctx, b->peer, &s, &err), &err);
  make(&b->peer_reps, d, PEER_REPS);
  sx_design_free(d);
}

static void open_bench(bench *b, const char *path, int threads, bool counted) {
  sx_error err = SX_ERROR_INIT;
  sx_ctx ctx = SX_CTX_INIT;
  memset(b, 0, sizeof *b);
  ctx.n_threads = threads;
  if (counted) ctx.alloc.resize = count_memory;
  b->ctx = ctx;
  need(sx_io_read(&b->table, &b->ctx, path, NULL, &err), &err);
  static const char *const prov[] = {"prov"};
  need(sx_groups_new(&b->by_prov, b->table, prov, 1, &err), &err);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "prov";
  need(sx_design_new(&b->base, &b->ctx, b->table, &s, &err), &err);
  targets(b);
  make(&b->base500, b->base, RAKED_REPS);
  peer_design(b);
}

typedef struct timed_job {
  const char *name;
  void (*run)(bench *);
} timed_job;

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  static const timed_job jobs[] = {{"200 bootstrap replicates made and used: 15 means by 31 groups", job_both},
                                   {"  made", job_make},
                                   {"  used", job_use},
                                   {"  made and written out", job_written},
                                   {"500 replicates raked on 3 margins", job_rake},
                                   {"  15 means by 31 groups on them", job_use_raked},
                                   {"peer: a mean over 40 PSU-level replicates, 1,000,000 rows", job_peer}};
  enum { JOBS = sizeof jobs / sizeof *jobs };
  const int threads = argc > 3 ? atoi(argv[3]) : 2, repeats = argc > 4 ? atoi(argv[4]) : 5;
  double best[JOBS], memory[JOBS];
  FILE *out = fopen(argv[2], "w");
  if (!out) return 1;
  bench b;
  open_bench(&b, argv[1], threads, false);
  for (size_t j = 0; j < JOBS; j++) best[j] = 1e9;
  for (int k = 0; k < repeats; k++)
    for (size_t j = 0; j < JOBS; j++) {
      if (argc > 5 && !strstr(jobs[j].name, argv[5])) continue;
      const double t = now(CLOCK_MONOTONIC);
      jobs[j].run(&b);
      const double s = now(CLOCK_MONOTONIC) - t;
      if (s < best[j]) best[j] = s;
    }
  if (argc > 5) { /* for a profile of one job: no memory, no numbers */
    for (size_t j = 0; j < JOBS; j++)
      if (best[j] < 1e9) fprintf(out, "%s\t%.6f\t0\n", jobs[j].name, best[j]);
    fclose(out);
    return 0;
  }
  char path[4096];
  (void)snprintf(path, sizeof path, "%s.numbers", argv[2]);
  b.numbers = fopen(path, "w");
  if (!b.numbers) return 1;
  use(&b, b.reps);
  fclose(b.numbers);
  open_bench(&b, argv[1], threads, true); /* what the first one holds is left to the end of the program */
  for (size_t j = 0; j < JOBS; j++) {
    if (jobs[j].run == job_both || jobs[j].run == job_make || jobs[j].run == job_written) {
      sx_design_free(b.reps);
      b.reps = NULL;
    }
    const size_t before = atomic_load(&held);
    atomic_store(&most, before);
    jobs[j].run(&b);
    memory[j] = (double)(atomic_load(&most) - before) / 1048576;
  }
  for (size_t j = 0; j < JOBS; j++) fprintf(out, "%s\t%.6f\t%.1f\n", jobs[j].name, best[j], memory[j]);
  fclose(out);
  return 0;
}
