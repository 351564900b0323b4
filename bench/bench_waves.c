/* bench_waves.c: how often a 95% interval of a change between two waves covers the truth, by the overlap of their samples.
 * bench_waves OUT.md [samples] [threads]
 *
 * One population that is asked twice: 20 strata of 800 clusters of 20 persons, clusters with 5% of the variance, correlation 0.7 of a
 * person with itself. Samples of 0, 30, 70 and 100% overlap, drawn without replacement within strata: persons; or clusters of which
 * 10 persons are drawn anew each time, linked by the cluster. Every sample is a pure function of its number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/estimate_change.h"
#include "shuxiao/num.h"
#include "shuxiao/weighting.h"

enum {
  SEED = 20251124,
  STRATA = 20,
  CLUSTERS = 800,
  SIZE = 20,
  TAKE = 10,
  BLOCKS = 40,
  OVERLAPS = 4,
  ROOM = STRATA * CLUSTERS * SIZE
};
static const int overlaps[OVERLAPS] = {0, 30, 70, 100};

enum { Y_LIGHT, Y_SKEW, Y_SHARE, Y_COUNT };
static const char *const y_names[Y_COUNT] = {"light", "skew", "share"};
enum { E_MEAN, E_SHARE, E_TOTAL, E_GROWTH, E_GAP, E_GROUP, E_RAKED, ESTIMATES };
static const char *const e_names[ESTIMATES] = {"mean",
                                               "share, percentage points",
                                               "total of a skewed amount",
                                               "growth of that total, per cent",
                                               "gap between two groups",
                                               "mean of a group",
                                               "mean, raked in both waves"};

static double y[2][Y_COUNT][ROOM];
static uint8_t group[ROOM], sex[ROOM];

typedef struct tally {
  size_t covered, samples;
  double sum, sum2, sum_var;
} tally;

typedef struct cell {
  bool clustered;
  size_t take; /* units per stratum and wave: persons, or clusters */
  int overlap;
  size_t samples;
  double truth[ESTIMATES], group_total[3], sex_total[2];
  tally blocks[BLOCKS][ESTIMATES];
} cell;

static void need(sx_status status, const sx_error *err) {
  if (status == SX_OK) return;
  fprintf(stderr, "%s: %s\n", err->where, err->message);
  exit(1);
}

/* ---- the population ---------------------------------------------------------------------------------------------------- */

static void populate(void) {
  sx_rng rng;
  sx_rng_init(&rng, SEED, 0);
  for (size_t c = 0; c < (size_t)STRATA * CLUSTERS; c++) {
    const double level = 50 + 0.5 * (double)(c / CLUSTERS), a = sqrt(0.05) * sx_rng_normal(&rng);
    for (size_t i = c * SIZE; i < (c + 1) * SIZE; i++) {
      const double first = sqrt(0.95) * sx_rng_normal(&rng), fresh = sqrt(0.95) * sx_rng_normal(&rng);
      const double z[2] = {a + first, a + 0.7 * first + sqrt(1 - 0.49) * fresh};
      const double u = sx_rng_uniform(&rng) + 0.04 * first;
      group[i] = u < 0.3 ? 0 : u < 0.65 ? 1 : 2;
      sex[i] = sx_rng_uniform(&rng) < 0.5;
      for (int w = 0; w < 2; w++) {
        y[w][Y_LIGHT][i] = level + w + 10 * z[w];
        y[w][Y_SKEW][i] = exp(0.5 * z[w] + 0.03 * w);
        y[w][Y_SHARE][i] = z[w] < -0.2 + 0.1 * w;
      }
    }
  }
}

static double mean_of(int wave, int column, int g) {
  double sum = 0, n = 0;
  for (size_t i = 0; i < ROOM; i++) {
    if (g >= 0 && group[i] != g) continue;
    sum += y[wave][column][i];
    n++;
  }
  return sum / n;
}

static void truths(cell *c) {
  const double before = mean_of(0, Y_SKEW, -1) * ROOM, after = mean_of(1, Y_SKEW, -1) * ROOM;
  c->truth[E_MEAN] = c->truth[E_RAKED] = mean_of(1, Y_LIGHT, -1) - mean_of(0, Y_LIGHT, -1);
  c->truth[E_SHARE] = mean_of(1, Y_SHARE, -1) - mean_of(0, Y_SHARE, -1);
  c->truth[E_TOTAL] = after - before;
  c->truth[E_GROWTH] = after / before - 1;
  c->truth[E_GROUP] = mean_of(1, Y_LIGHT, 1) - mean_of(0, Y_LIGHT, 1);
  c->truth[E_GAP] = c->truth[E_GROUP] - (mean_of(1, Y_LIGHT, 2) - mean_of(0, Y_LIGHT, 2));
  for (size_t i = 0; i < ROOM; i++) {
    c->group_total[group[i]]++;
    c->sex_total[sex[i]]++;
  }
}

/* ---- one pair of samples ------------------------------------------------------------------------------------------------- */

typedef struct wave {
  sx_table *table;
  sx_design *design, *raked;
  const sx_column *id;
  sx_groups *groups;
} wave;

static double *add(sx_table *t, const char *name) {
  sx_error err = SX_ERROR_INIT;
  sx_column *c = NULL;
  need(sx_table_add(&c, t, name, SX_NUMBER, &err), &err);
  return c->data.f64;
}

/* The first n of a shuffle of 0..size-1. */
static void shuffle(uint32_t *deck, size_t size, size_t n, sx_rng *rng) {
  for (size_t i = 0; i < size; i++) deck[i] = (uint32_t)i;
  for (size_t i = 0; i < n; i++) {
    const size_t k = i + (size_t)sx_rng_below(rng, size - i);
    const uint32_t kept = deck[i];
    deck[i] = deck[k];
    deck[k] = kept;
  }
}

static void fill_wave(wave *out, const cell *c, int w, uint32_t *const *deck, size_t from, sx_rng *rng) {
  sx_error err = SX_ERROR_INIT;
  const size_t persons = c->clustered ? TAKE : 1, n = STRATA * c->take * persons;
  need(sx_table_new(&out->table, NULL, n, &err), &err);
  double *id = add(out->table, "id"), *h = add(out->table, "h"), *weight = add(out->table, "w"),
         *g = add(out->table, "g"), *s = add(out->table, "sex"), *v[Y_COUNT];
  for (int k = 0; k < Y_COUNT; k++) v[k] = add(out->table, y_names[k]);
  uint32_t inner[SIZE];
  const size_t in_stratum = c->clustered ? CLUSTERS : (size_t)CLUSTERS * SIZE;
  size_t row = 0;
  for (size_t stratum = 0; stratum < STRATA; stratum++) {
    for (size_t k = 0; k < c->take; k++) {
      const size_t unit = stratum * in_stratum + deck[stratum][from + k];
      shuffle(inner, SIZE, c->clustered ? TAKE : 0, rng);
      for (size_t j = 0; j < persons; j++, row++) {
        const size_t i = c->clustered ? unit * SIZE + inner[j] : unit;
        id[row] = (double)unit;
        h[row] = (double)stratum;
        weight[row] = (double)in_stratum / (double)c->take * (c->clustered ? (double)SIZE / TAKE : 1);
        g[row] = group[i];
        s[row] = sex[i];
        for (int m = 0; m < Y_COUNT; m++) v[m][row] = y[w][m][i];
      }
    }
  }
}

static void design_wave(wave *out, const cell *c) {
  static const char *const clusters[] = {"id"}, *const by = "g", *const other = "sex";
  static const char *const level[] = {"0", "1", "2"};
  static const char *const *const cells[] = {&level[0], &level[1], &level[2]};
  sx_error err = SX_ERROR_INIT;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  spec.strata = "h";
  spec.clusters = clusters;
  spec.n_clusters = c->clustered ? 1 : 0;
  need(sx_design_new(&out->design, NULL, out->table, &spec, &err), &err);
  const sx_target targets[] = {{&by, 1, cells, c->group_total, 3, "g"}, {&other, 1, cells, c->sex_total, 2, "sex"}};
  need(sx_weighting_rake(&out->raked, out->design, out->table, targets, 2, NULL, NULL, &err), &err);
  need(sx_groups_new(&out->groups, out->table, &by, 1, &err), &err);
  out->id = sx_table_find(out->table, "id");
}

static void clear_wave(wave *w) {
  sx_groups_free(w->groups);
  sx_design_free(w->raked);
  sx_design_free(w->design);
  sx_table_free(w->table);
}

static sx_est *estimate(const wave *w, const sx_design *d, sx_stat stat, int column, int g) {
  sx_error err = SX_ERROR_INIT;
  sx_est_set *set = NULL;
  const sx_est_request r = {
      .stat = stat, .y = sx_table_find(w->table, y_names[column]), .by = g < 0 ? NULL : w->groups};
  need(sx_estimate_run(&set, d, &r, NULL, &err), &err);
  sx_est *out = sx_est_ref(set->rows[g < 0 ? 0 : g].est);
  sx_est_set_free(set);
  return out;
}

static void note(tally *t, const sx_est *change, double truth) {
  const double miss = sx_est_value(change) - truth, se = sx_est_se(change);
  t->samples++;
  t->covered += fabs(miss) <= sx_num_t_quantile(0.975, sx_est_df(change)) * se;
  t->sum += miss;
  t->sum2 += miss * miss;
  t->sum_var += se * se;
}

static void change(tally *t, const sx_link *link, sx_est *before, sx_est *after, sx_change kind, double truth) {
  sx_error err = SX_ERROR_INIT;
  sx_est *e = NULL;
  need(sx_est_change(&e, link, before, after, kind, &err), &err);
  note(t, e, truth);
  sx_est_free(e);
  sx_est_free(before);
  sx_est_free(after);
}

static sx_est *gap(const wave *w) {
  static const double sign[] = {1, -1};
  sx_error err = SX_ERROR_INIT;
  sx_est *a = estimate(w, w->design, SX_STAT_MEAN, Y_LIGHT, 1), *b = estimate(w, w->design, SX_STAT_MEAN, Y_LIGHT, 2);
  sx_est *out = NULL;
  const sx_est *const sides[] = {a, b};
  need(sx_est_linear(&out, NULL, sign, sides, 2, &err), &err);
  sx_est_free(a);
  sx_est_free(b);
  return out;
}

static void one_sample(tally *t, const cell *c, uint64_t number, uint32_t *const *deck) {
  sx_error err = SX_ERROR_INIT;
  sx_rng rng;
  wave w[2];
  sx_link_side side[2];
  sx_link *link = NULL;
  const size_t shared = (c->take * (size_t)c->overlap + 50) / 100;
  memset(w, 0, sizeof w);
  sx_rng_init(&rng, SEED + 1 + (uint64_t)c->overlap + 1000 * c->take + c->clustered, number);
  for (size_t h = 0; h < STRATA; h++)
    shuffle(deck[h], c->clustered ? CLUSTERS : (size_t)CLUSTERS * SIZE, 2 * c->take, &rng);
  for (int k = 0; k < 2; k++) {
    fill_wave(&w[k], c, k, deck, k ? c->take - shared : 0, &rng);
    design_wave(&w[k], c);
    side[k] = (sx_link_side){w[k].design, &w[k].id, 1};
  }
  need(sx_link_new(&link, &side[0], &side[1], NULL, &err), &err);
  static const struct {
    int estimate, column;
    sx_stat stat;
    sx_change kind;
  } plain[] = {{E_MEAN, Y_LIGHT, SX_STAT_MEAN, SX_CHANGE_DIFFERENCE},
               {E_SHARE, Y_SHARE, SX_STAT_MEAN, SX_CHANGE_DIFFERENCE},
               {E_TOTAL, Y_SKEW, SX_STAT_TOTAL, SX_CHANGE_DIFFERENCE},
               {E_GROWTH, Y_SKEW, SX_STAT_TOTAL, SX_CHANGE_RELATIVE}};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    change(&t[plain[i].estimate], link, estimate(&w[0], w[0].design, plain[i].stat, plain[i].column, -1),
           estimate(&w[1], w[1].design, plain[i].stat, plain[i].column, -1), plain[i].kind,
           c->truth[plain[i].estimate]);
  change(&t[E_GAP], link, gap(&w[0]), gap(&w[1]), SX_CHANGE_DIFFERENCE, c->truth[E_GAP]);
  change(&t[E_GROUP], link, estimate(&w[0], w[0].design, SX_STAT_MEAN, Y_LIGHT, 1),
         estimate(&w[1], w[1].design, SX_STAT_MEAN, Y_LIGHT, 1), SX_CHANGE_DIFFERENCE, c->truth[E_GROUP]);
  change(&t[E_RAKED], link, estimate(&w[0], w[0].raked, SX_STAT_MEAN, Y_LIGHT, -1),
         estimate(&w[1], w[1].raked, SX_STAT_MEAN, Y_LIGHT, -1), SX_CHANGE_DIFFERENCE, c->truth[E_RAKED]);
  sx_link_free(link);
  clear_wave(&w[0]);
  clear_wave(&w[1]);
}

static sx_status block(void *data, size_t b, sx_error *err) {
  cell *c = data;
  uint32_t *deck[STRATA];
  uint32_t *all = malloc(sizeof *all * ROOM);
  (void)err;
  if (!all) exit(1);
  for (size_t h = 0; h < STRATA; h++) deck[h] = all + h * CLUSTERS * SIZE;
  for (size_t k = b; k < c->samples; k += BLOCKS) one_sample(c->blocks[b], c, k, deck);
  free(all);
  return SX_OK;
}

/* ---- report -------------------------------------------------------------------------------------------------------------------- */

static size_t report(FILE *out, const cell cells[OVERLAPS], int e) {
  size_t missed = 0;
  fprintf(out, "| %s |", e_names[e]);
  for (int k = 0; k < OVERLAPS; k++) {
    tally t = {0};
    for (size_t b = 0; b < BLOCKS; b++) {
      const tally *x = &cells[k].blocks[b][e];
      t.covered += x->covered;
      t.samples += x->samples;
      t.sum += x->sum;
      t.sum2 += x->sum2;
      t.sum_var += x->sum_var;
    }
    const double n = (double)t.samples, coverage = (double)t.covered / n;
    const double sd = sqrt(t.sum2 / n - t.sum / n * (t.sum / n));
    const bool ok = coverage >= 0.935 && coverage <= 0.965;
    missed += !ok;
    fprintf(out, " %s%.1f%s (%.2f) |", ok ? "" : "**", 100 * coverage, ok ? "" : "** falls short",
            sqrt(t.sum_var / n) / sd);
  }
  fprintf(out, "\n");
  return missed;
}

static size_t run(FILE *out, bool clustered, size_t take, size_t samples, int threads) {
  sx_error err = SX_ERROR_INIT;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  cell *cells = calloc(OVERLAPS, sizeof *cells);
  if (!cells) exit(1);
  for (int k = 0; k < OVERLAPS; k++) {
    cells[k] = (cell){.clustered = clustered, .take = take, .overlap = overlaps[k], .samples = samples};
    truths(&cells[k]);
    need(sx_parallel_for(&ctx, BLOCKS, block, &cells[k], &err), &err);
    fprintf(stderr, "%s, %zu per stratum, overlap %d%%\n", clustered ? "clusters" : "persons", take, overlaps[k]);
  }
  if (clustered)
    fprintf(out, "\n### Clusters asked again with new persons: %zu clusters, %zu persons a wave\n\n", STRATA * take,
            STRATA * take * TAKE);
  else
    fprintf(out, "\n### Persons asked again: %zu persons a wave\n\n", STRATA * take);
  fprintf(out, "| change of | 0%% | 30%% | 70%% | 100%% |\n|---|---:|---:|---:|---:|\n");
  size_t missed = 0;
  for (int e = 0; e < ESTIMATES; e++) missed += report(out, cells, e);
  free(cells);
  return missed;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("use: bench_waves OUT.md [samples] [threads]\n", stderr);
    return 2;
  }
  const size_t samples = argc > 2 ? strtoull(argv[2], NULL, 10) : 4000;
  const int threads = argc > 3 ? atoi(argv[3]) : 2;
  FILE *out = fopen(argv[1], "w");
  if (!out) {
    perror(argv[1]);
    return 1;
  }
  populate();
  size_t missed = run(out, false, 20, samples, threads);
  missed += run(out, false, 60, samples, threads);
  missed += run(out, true, 10, samples, threads);
  fprintf(out, "\n%zu samples per cell; %zu cells fall short.\n", samples, missed);
  if (fclose(out) != 0) return 1;
  printf("%zu cells fall short\n", missed);
  return 0;
}
