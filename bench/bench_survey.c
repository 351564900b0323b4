/* bench_survey.c: the jobs of bench_survey.R here. bench_survey FOLDER THREADS reads names of jobs from standard input and
 * answers "seconds cpu-seconds peak-kB value ..." for each; every job is one call of a public function on data in memory. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_help.h"
#include "shuxiao/estimate_mean.h"
#include "shuxiao/io.h"
#include "shuxiao/weighting.h"

enum { VARIABLES = 15, RUN_MAX = 16, PEER_VARIABLES = 8 };

typedef struct dataset {
  sx_table *table;
  sx_design *design, *raked;
  sx_groups *by_band, *by_prov;
} dataset;

static sx_ctx ctx = SX_CTX_INIT;
static const char *folder;
static dataset big, sorted, small, peer;
static sx_groups *by_cell;
static double answer[8];
static size_t n_answer;

static const char *const names[VARIABLES] = {"u1", "u2",  "u3", "u4", "u5", "u6", "u7", "u8",
                                             "u9", "u10", "s1", "s2", "s3", "s4", "s5"};

static long peak_kb(void) {
  char line[256];
  long kb = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, "VmHWM:", 6) == 0) kb = strtol(line + 6, NULL, 10);
  if (f) (void)fclose(f);
  return kb;
}

/* ---- reading and set-up ---- */

static void read_table(dataset *d, const char *name) {
  sx_error err = SX_ERROR_INIT;
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  sx_table_free(d->table);
  d->table = NULL;
  need(sx_io_read(&d->table, &ctx, path, NULL, &err), &err);
}

static void make_design(dataset *d, const char *strata, const char *psu) {
  sx_error err = SX_ERROR_INIT;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = strata;
  s.clusters = psu ? &psu : NULL;
  s.n_clusters = psu ? 1 : 0;
  sx_design_free(d->design);
  d->design = NULL;
  need(sx_design_new(&d->design, &ctx, d->table, &s, &err), &err);
}

static sx_groups *groups(const dataset *d, const char *const *by, size_t n) {
  sx_error err = SX_ERROR_INIT;
  sx_groups *g = NULL;
  need(sx_groups_new(&g, d->table, by, n, &err), &err);
  return g;
}

static void set_groups(dataset *d) {
  static const char *const band[] = {"band"}, *const prov[] = {"prov"};
  sx_groups_free(d->by_band);
  sx_groups_free(d->by_prov);
  d->by_band = groups(d, band, 1);
  d->by_prov = groups(d, prov, 1);
}

static void job_read(void) {
  read_table(&big, "big.csv");
}
static void job_design(void) {
  make_design(&big, "prov", NULL);
}
static void job_groups(void) {
  set_groups(&big);
}
static void job_sorted_setup(void) {
  read_table(&sorted, "sorted.csv");
  make_design(&sorted, "prov", NULL);
  set_groups(&sorted);
}
static void job_peer_setup(void) {
  read_table(&peer, "peer.csv");
  make_design(&peer, "stratum", "psu");
  static const char *const band[] = {"band"};
  sx_groups_free(peer.by_band);
  peer.by_band = groups(&peer, band, 1);
}

/* ---- estimates ---- */

static void many(const dataset *d, sx_stat stat, size_t n, const sx_groups *by) {
  sx_error err = SX_ERROR_INIT;
  sx_est_request r[RUN_MAX];
  sx_est_set *sets[RUN_MAX];
  for (size_t k = 0; k < n; k++)
    r[k] = (sx_est_request){stat, sx_table_find(d->table, names[k]), NULL, false, NULL, by};
  need(sx_estimate_run_many(sets, d->design, r, n, NULL, &err), &err);
  const sx_est_set *last = sets[n - 1];
  const sx_est_row *a = &sets[0]->rows[0], *b = &last->rows[last->n_rows - 1];
  n_answer = 4;
  memcpy(answer, (double[]){a->estimate, a->se, b->estimate, b->se}, 4 * sizeof *answer);
  for (size_t k = 0; k < n; k++) sx_est_set_free(sets[k]);
}

static void one_row(sx_est_set *set) {
  n_answer = 2;
  answer[0] = set->rows[0].estimate;
  answer[1] = set->rows[0].se;
  sx_est_set_free(set);
}

static void ratio(const dataset *d) {
  sx_error err = SX_ERROR_INIT;
  const sx_est_request r = {SX_STAT_RATIO, sx_table_find(d->table, "s1"), sx_table_find(d->table, "u1"), false, NULL,
                            NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_run(&set, d->design, &r, NULL, &err), &err);
  one_row(set);
}

static void median(const dataset *d) {
  sx_error err = SX_ERROR_INIT;
  const double half = 0.5;
  const sx_quantile_request r = {sx_table_find(d->table, "y"), &half, 1, NULL, NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_quantile(&set, d->design, &r, NULL, &err), &err);
  one_row(set);
}

static void geometric(const dataset *d) {
  sx_error err = SX_ERROR_INIT;
  const sx_mean_spec spec = SX_MEAN_SPEC_INIT;
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(d->table, "y"), NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_mean(&set, d->design, &spec, &r, NULL, &err), &err);
  one_row(set);
}

static void job_means(void) {
  many(&big, SX_STAT_MEAN, VARIABLES, NULL);
}
static void job_totals(void) {
  many(&big, SX_STAT_TOTAL, VARIABLES, NULL);
}
static void job_by6(void) {
  many(&big, SX_STAT_MEAN, VARIABLES, big.by_band);
}
static void job_by31(void) {
  many(&big, SX_STAT_MEAN, VARIABLES, big.by_prov);
}
static void job_ratio(void) {
  ratio(&big);
}
static void job_median(void) {
  median(&big);
}
static void job_geometric(void) {
  geometric(&big);
}
static void job_sorted_means(void) {
  many(&sorted, SX_STAT_MEAN, VARIABLES, NULL);
}
static void job_sorted_totals(void) {
  many(&sorted, SX_STAT_TOTAL, VARIABLES, NULL);
}
static void job_sorted_by6(void) {
  many(&sorted, SX_STAT_MEAN, VARIABLES, sorted.by_band);
}
static void job_sorted_by31(void) {
  many(&sorted, SX_STAT_MEAN, VARIABLES, sorted.by_prov);
}
static void job_sorted_ratio(void) {
  ratio(&sorted);
}
static void job_sorted_median(void) {
  median(&sorted);
}
static void job_sorted_geometric(void) {
  geometric(&sorted);
}
static void job_peer_mean(void) {
  many(&peer, SX_STAT_MEAN, 1, NULL);
}
static void job_peer_means(void) {
  many(&peer, SX_STAT_MEAN, PEER_VARIABLES, NULL);
}
static void job_peer_by(void) {
  many(&peer, SX_STAT_MEAN, PEER_VARIABLES, peer.by_band);
}

/* What the rows are checked by: each variable's own base. */
static void job_check(void) {
  sx_error err = SX_ERROR_INIT;
  static const size_t which[4] = {0, 1, 10, 11};
  n_answer = 8;
  for (size_t k = 0; k < 4; k++) {
    const sx_est_request r = {SX_STAT_MEAN, sx_table_find(big.table, names[which[k]]), NULL, false, NULL, NULL};
    sx_est_set *set = NULL;
    need(sx_estimate_run(&set, big.design, &r, NULL, &err), &err);
    answer[2 * k] = set->rows[0].estimate;
    answer[2 * k + 1] = set->rows[0].se;
    sx_est_set_free(set);
  }
}

/* ---- raking ---- */

typedef struct margin {
  const char *names[2];
  size_t n_names, n_cells;
  double totals[64];
  char text[64][2][16];
  const char *pointers[64][2];
  const char *const *levels[64];
} margin;

static void add_cell(margin *m, int a, int b, double total) {
  const size_t c = m->n_cells++;
  (void)snprintf(m->text[c][0], sizeof m->text[c][0], "%d", a);
  (void)snprintf(m->text[c][1], sizeof m->text[c][1], "%d", b);
  m->pointers[c][0] = m->text[c][0];
  m->pointers[c][1] = m->text[c][1];
  m->levels[c] = m->pointers[c];
  m->totals[c] = total;
}

static sx_target target_of(const margin *m) {
  return (sx_target){m->names, m->n_names, m->levels, m->totals, m->n_cells, NULL};
}

static void rake(dataset *d, const margin *m) {
  sx_error err = SX_ERROR_INIT;
  const sx_target t[3] = {target_of(&m[0]), target_of(&m[1]), target_of(&m[2])};
  sx_design_free(d->raked);
  d->raked = NULL;
  need(sx_weighting_rake(&d->raked, d->design, d->table, t, 3, NULL, NULL, &err), &err);
}

static void rake_big(dataset *d) {
  static margin m[3];
  memset(m, 0, sizeof m);
  m[0].names[0] = "prov";
  m[1].names[0] = "sex";
  m[2].names[0] = "urban";
  for (int k = 0; k < 3; k++) m[k].n_names = 1;
  for (int p = 1; p <= 31; p++) add_cell(&m[0], p, 0, 45e6);
  add_cell(&m[1], 1, 0, 31 * 45e6 * .51);
  add_cell(&m[1], 2, 0, 31 * 45e6 * .49);
  add_cell(&m[2], 1, 0, 31 * 45e6 * .67);
  add_cell(&m[2], 2, 0, 31 * 45e6 * .33);
  rake(d, m);
  n_answer = 1;
  answer[0] = sx_num_sum(sx_design_weights(d->raked), sx_design_rows(d->raked));
}
static void job_rake(void) {
  rake_big(&big);
}
static void job_sorted_rake(void) {
  rake_big(&sorted);
}

/* The sample's own province and education, sex x age shifted, as in the R script. */
static void job_raked_setup(void) {
  static margin m[3];
  static const char *const cell[] = {"prov", "sex", "age"};
  memset(m, 0, sizeof m);
  read_table(&small, "raked.csv");
  make_design(&small, "prov", NULL);
  sx_groups_free(by_cell);
  by_cell = groups(&small, cell, 3);
  m[0].names[0] = "prov";
  m[1].names[0] = "sex";
  m[1].names[1] = "age";
  m[2].names[0] = "edu";
  double sum[3] = {0, 0, 0};
  for (size_t k = 0; k < 3; k++) {
    m[k].n_names = k == 1 ? 2 : 1;
    for (int b = 1; b <= (k == 1 ? 6 : 1); b++)
      for (int a = 1; a <= (k == 0 ? 31 : k == 1 ? 2 : 5); a++) add_cell(&m[k], a, b, 0);
    const sx_column *x = sx_table_find(small.table, m[k].names[0]);
    const sx_column *z = k == 1 ? sx_table_find(small.table, "age") : NULL;
    for (size_t i = 0; i < x->n; i++) {
      const size_t c = (size_t)sx_column_number(x, i) - 1 + (z ? 2 * ((size_t)sx_column_number(z, i) - 1) : 0);
      m[k].totals[c] += sx_design_weights(small.design)[i];
    }
    for (size_t c = 0; c < m[k].n_cells; c++) {
      if (k == 1) m[k].totals[c] *= .9 + .2 * (double)((c + 1) * 7 % 12) / 12;
      sum[k] += m[k].totals[c];
    }
    for (size_t c = 0; c < m[k].n_cells; c++) m[k].totals[c] *= sum[0] / sum[k];
  }
  rake(&small, m);
}
static void job_raked372(void) {
  sx_error err = SX_ERROR_INIT;
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(small.table, "u"), NULL, false, NULL, by_cell};
  sx_est_set *set = NULL;
  need(sx_estimate_run(&set, small.raked, &r, NULL, &err), &err);
  const sx_est_row *a = &set->rows[0], *b = &set->rows[set->n_rows - 1];
  n_answer = 4;
  memcpy(answer, (double[]){a->estimate, a->se, b->estimate, b->se}, 4 * sizeof *answer);
  sx_est_set_free(set);
}

/* ---- the read loop: the bytes of the fifteen variables, their missing classes and the weights, read once on all threads ---- */

enum { READ_PIECES = 16 };
typedef struct reading {
  double sum[READ_PIECES];
} reading;

static uint64_t sum_words(const void *data, size_t n) {
  const uint64_t *x = data;
  uint64_t s = 0;
  for (size_t i = 0; i < n; i++) s += x[i];
  return s;
}

static sx_status read_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  reading *r = data;
  uint64_t s = 0;
  for (size_t k = 0; k <= VARIABLES; k++) {
    const sx_column *c = sx_table_find(big.table, k < VARIABLES ? names[k] : "w");
    const size_t lo = c->n / READ_PIECES * piece, n = c->n / READ_PIECES;
    s += sum_words(c->data.i64 + lo, n);
    if (c->miss) s += sum_words(c->miss + lo / 8 * 8, n / 8);
  }
  r->sum[piece] = (double)s;
  return SX_OK;
}
static void job_loop(void) {
  sx_error err = SX_ERROR_INIT;
  reading r;
  need(sx_parallel_for(&ctx, READ_PIECES, read_piece, &r, &err), &err);
  n_answer = 1;
  answer[0] = r.sum[0];
}

typedef struct job {
  const char *name;
  void (*run)(void);
} job;
static const job jobs[] = {{"read", job_read},
                           {"design", job_design},
                           {"groups", job_groups},
                           {"loop", job_loop},
                           {"means", job_means},
                           {"totals", job_totals},
                           {"by6", job_by6},
                           {"by31", job_by31},
                           {"ratio", job_ratio},
                           {"median", job_median},
                           {"geometric", job_geometric},
                           {"rake", job_rake},
                           {"check", job_check},
                           {"sorted_setup", job_sorted_setup},
                           {"sorted_means", job_sorted_means},
                           {"sorted_totals", job_sorted_totals},
                           {"sorted_by6", job_sorted_by6},
                           {"sorted_by31", job_sorted_by31},
                           {"sorted_ratio", job_sorted_ratio},
                           {"sorted_median", job_sorted_median},
                           {"sorted_geometric", job_sorted_geometric},
                           {"sorted_rake", job_sorted_rake},
                           {"raked_setup", job_raked_setup},
                           {"raked372", job_raked372},
                           {"peer_setup", job_peer_setup},
                           {"peer_mean", job_peer_mean},
                           {"peer_means", job_peer_means},
                           {"peer_by", job_peer_by}};

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: bench_survey FOLDER THREADS\n"), 2;
  folder = argv[1];
  ctx.n_threads = atoi(argv[2]);
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    const job *j = NULL;
    for (size_t k = 0; k < sizeof jobs / sizeof *jobs; k++)
      if (strcmp(jobs[k].name, line) == 0) j = &jobs[k];
    if (!j) return fprintf(stderr, "no job '%s'\n", line), 2;
    n_answer = 0;
    const double t = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    j->run();
    printf("%.6f %.6f %ld", now(CLOCK_MONOTONIC) - t, now(CLOCK_PROCESS_CPUTIME_ID) - cpu, peak_kb());
    for (size_t k = 0; k < n_answer; k++) printf(" %.17g", answer[k]);
    printf("\n");
    (void)fflush(stdout);
  }
  dataset *const all[] = {&big, &sorted, &small, &peer};
  for (size_t k = 0; k < 4; k++) {
    sx_design_free(all[k]->design);
    sx_design_free(all[k]->raked);
    sx_groups_free(all[k]->by_band);
    sx_groups_free(all[k]->by_prov);
    sx_table_free(all[k]->table);
  }
  sx_groups_free(by_cell);
  return 0;
}
