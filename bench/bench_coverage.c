/* bench_coverage.c: how often a 95% interval covers the truth. bench_coverage MODEL.yaml OUT.md [samples] [threads]
 *
 * From two populations (coverage_pop.h) samples of 1,000, 5,000 and 30,000 are drawn, each sample a pure function of its number, and
 * for every estimate it is counted how often the interval holds the population's value. SRSWOR in strata of persons or of
 * clusters, then 10 persons of a cluster; fpc at every stage. */
#include "bench_help.h"
#include "coverage_pop.h"
#include "shuxiao/estimate_mean.h"
#include "shuxiao/weighting.h"

enum { SEED_CLUSTERED = 20251122, SEED_SYNTHETIC = 20251123, SYNTHETIC_SIZE = 600000, TAKE = 10, BLOCKS = 50 };
static const size_t sizes[] = {1000, 5000, 30000};

enum {
  E_MEAN_LIGHT,
  E_MEAN_SKEW,
  E_GAP_REST,
  E_GAP_WHOLE,
  E_TOTAL,
  E_LINEAR_LIGHT,
  E_LINEAR_SKEW,
  E_RAKED_LIGHT,
  E_RAKED_SKEW,
  E_HALF,
  E_TENTH,
  E_RARE,
  E_TENTH_BETA,
  E_RARE_BETA,
  E_MEDIAN,
  E_MEDIAN_HEAPED,
  E_MEDIAN_HEAPED_R,
  E_P90,
  E_P90_HEAPED,
  E_P90_HEAPED_R,
  E_HEAVY,
  ESTIMATES
};
typedef struct estimate_info {
  const char *name;
  int column;
} estimate_info;
static const estimate_info infos[ESTIMATES] = {
    {"mean, light tails", P_LIGHT},
    {"mean, skewed", P_SKEW},
    {"gap between two groups", P_LIGHT},
    {"gap of a group to the whole", P_LIGHT},
    {"total, not calibrated, light tails", P_LIGHT},
    {"total, calibrated (linear), light tails", P_LIGHT},
    {"total, calibrated (linear), skewed", P_SKEW},
    {"total, raked, light tails", P_LIGHT},
    {"total, raked, skewed", P_SKEW},
    {"proportion (logit)", P_HALF},
    {"proportion (logit)", P_TENTH},
    {"proportion (logit)", P_RARE},
    {"proportion (Korn-Graubard)", P_TENTH},
    {"proportion (Korn-Graubard)", P_RARE},
    {"median, continuous", P_CONTINUOUS},
    {"median, heaped", P_HEAPED},
    {"median, heaped, centred at F (R's)", P_HEAPED},
    {"90th percentile, continuous", P_CONTINUOUS},
    {"90th percentile, heaped", P_HEAPED},
    {"90th percentile, heaped, centred at F (R's)", P_HEAPED},
    {"total, heavy tails", P_HEAVY},
};

typedef struct tally {
  size_t covered, samples, none; /* none: no interval, counted as a miss */
  size_t heavy;                  /* samples whose top 1% of weighted values exceed 20% of the total */
  double sum, sum2, sum_var;
} tally;

typedef struct cell {
  const population *p;
  size_t n;
  double truth[ESTIMATES];
  double group_total[8], sex_total[2], aux_total;
  tally blocks[BLOCKS][ESTIMATES];
  size_t samples;
} cell;

/* ---- drawing -------------------------------------------------------------------------------------------------------- */

typedef struct sample {
  size_t n;
  double *column[P_COLUMNS], *w, *stratum, *cluster, *fpc1, *fpc2;
  sx_table *table;
} sample;

/* k of n without replacement, ascending not needed: Floyd's method would need a set; a partial shuffle of `deck` [n] does. */
static void draw(uint32_t *deck, size_t n, size_t k, sx_rng *rng) {
  for (size_t i = 0; i < n; i++) deck[i] = (uint32_t)i;
  for (size_t i = 0; i < k; i++) {
    const size_t j = i + sx_rng_below(rng, n - i);
    const uint32_t t = deck[i];
    deck[i] = deck[j];
    deck[j] = t;
  }
}

static double *add_column(sx_table *t, const char *name) {
  sx_error err = SX_ERROR_INIT;
  sx_column *c = NULL;
  need(sx_table_add(&c, t, name, SX_NUMBER, &err), &err);
  return c->data.f64;
}

static void add_person(sample *s, const population *p, size_t i, double w, double fpc1, double fpc2) {
  for (int k = 0; k < P_COLUMNS; k++) s->column[k][s->n] = p->v[k][i];
  s->w[s->n] = w;
  s->stratum[s->n] = (double)p->stratum[i];
  s->cluster[s->n] = p->cluster ? (double)p->cluster[i] : (double)s->n;
  s->fpc1[s->n] = fpc1;
  s->fpc2[s->n++] = fpc2;
}

static void draw_clusters(sample *s, const population *p, size_t n, sx_rng *rng, uint32_t *deck) {
  const size_t take = n / TAKE / p->n_strata;
  uint32_t *inner = pop_take(200, sizeof *inner);
  for (size_t h = 0; h < p->n_strata; h++) {
    const size_t first = p->stratum_start[h], clusters = p->stratum_start[h + 1] - first;
    draw(deck, clusters, take, rng);
    for (size_t k = 0; k < take; k++) {
      const size_t c = first + deck[k], from = p->cluster_start[c], m = p->cluster_start[c + 1] - from;
      draw(inner, m, TAKE, rng);
      const double w = (double)clusters / (double)take * (double)m / TAKE;
      for (size_t i = 0; i < TAKE; i++) add_person(s, p, from + inner[i], w, (double)clusters, (double)m);
    }
  }
  free(inner);
}

/* n_h in proportion to the root of N_h. */
static void draw_persons(sample *s, const population *p, size_t n, sx_rng *rng, uint32_t *deck) {
  double roots = 0;
  for (size_t h = 0; h < p->n_strata; h++) roots += sqrt((double)(p->stratum_start[h + 1] - p->stratum_start[h]));
  double due = 0;
  size_t done = 0;
  for (size_t h = 0; h < p->n_strata; h++) {
    const size_t first = p->stratum_start[h], size = p->stratum_start[h + 1] - first;
    due += (double)n * sqrt((double)size) / roots;
    const size_t take = (size_t)(due + 0.5) - done;
    done += take;
    draw(deck, size, take, rng);
    for (size_t i = 0; i < take; i++) add_person(s, p, first + deck[i], (double)size / (double)take, (double)size, 0);
  }
}

static void mark_missing(const sample *s) {
  sx_error err = SX_ERROR_INIT;
  for (size_t k = 0; k < sx_table_columns(s->table); k++) {
    sx_column *c = (sx_column *)(uintptr_t)sx_table_get(s->table, k);
    for (size_t i = 0; i < c->n; i++)
      if (isnan(c->data.f64[i])) need(sx_column_set_missing(NULL, c, i, SX_MISS_SYSTEM, &err), &err);
  }
}

static void draw_sample(sample *s, const population *p, size_t n, uint64_t number) {
  sx_error err = SX_ERROR_INIT;
  sx_rng rng;
  memset(s, 0, sizeof *s);
  sx_rng_init(&rng, 7 + n, number);
  need(sx_table_new(&s->table, NULL, n, &err), &err);
  for (int k = 0; k < P_COLUMNS; k++) s->column[k] = add_column(s->table, pop_names[k]);
  s->w = add_column(s->table, "w");
  s->stratum = add_column(s->table, "stratum");
  s->cluster = add_column(s->table, "psu");
  s->fpc1 = add_column(s->table, "fpc1");
  s->fpc2 = add_column(s->table, "fpc2");
  uint32_t *deck = pop_take(p->cluster ? CN_CLUSTERS : p->n, sizeof *deck);
  if (p->cluster)
    draw_clusters(s, p, n, &rng, deck);
  else
    draw_persons(s, p, n, &rng, deck);
  free(deck);
  if (s->n != n) {
    fprintf(stderr, "%zu persons drawn, not %zu\n", s->n, n);
    exit(1);
  }
  mark_missing(s);
}

static sx_design *design_of(const sample *s, const population *p) {
  static const char *const clusters[] = {"psu"}, *const fpcs[] = {"fpc1", "fpc2"};
  sx_error err = SX_ERROR_INIT;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  sx_design *d = NULL;
  spec.weights = "w";
  spec.strata = "stratum";
  spec.clusters = clusters;
  spec.n_clusters = p->cluster ? 1 : 0;
  spec.fpcs = fpcs;
  spec.n_fpcs = p->cluster ? 2 : 1;
  need(sx_design_new(&d, NULL, s->table, &spec, &err), &err);
  return d;
}

/* ---- estimating ------------------------------------------------------------------------------------------------------ */

static void note(tally *t, const sx_est_row *row, double truth) {
  t->samples++;
  if (isnan(row->low) || isnan(row->high)) {
    t->none++;
    return;
  }
  t->covered += row->low <= truth && truth <= row->high;
  t->sum += row->estimate - truth;
  t->sum2 += (row->estimate - truth) * (row->estimate - truth);
  t->sum_var += row->se * row->se;
}

static sx_est_set *ask(const sx_design *d, const sample *s, sx_stat stat, int column, sx_ci ci, const sx_groups *by) {
  sx_error err = SX_ERROR_INIT;
  sx_est_options o = SX_EST_OPTIONS_INIT;
  sx_est_set *set = NULL;
  /* the shares are of 0/1 variables, held as numbers: their means, with the interval of a share */
  o.ci = ci;
  const sx_est_request r = {stat, sx_table_find(s->table, pop_names[column]), NULL, false, NULL, by};
  need(sx_estimate_run(&set, d, &r, &o, &err), &err);
  return set;
}

static void single(tally *tallies, const cell *c, const sx_design *d, const sample *s, int e, sx_stat stat) {
  sx_est_set *set = ask(d, s, stat, infos[e].column, SX_CI_DEFAULT, NULL);
  note(&tallies[e], &set->rows[0], c->truth[e]);
  sx_est_set_free(set);
}

static void share(tally *tallies, const cell *c, const sx_design *d, const sample *s, int e, sx_ci ci) {
  sx_est_set *set = ask(d, s, SX_STAT_PROP, infos[e].column, ci, NULL);
  for (size_t k = 0; k < set->n_rows; k++)
    if (strcmp(set->level_text[set->rows[k].level], "1") == 0) note(&tallies[e], &set->rows[k], c->truth[e]);
  sx_est_set_free(set);
}

static void gap(tally *t, const sx_est *a, const sx_est *b, double truth) {
  sx_error err = SX_ERROR_INIT;
  static const double sign[] = {1, -1};
  const sx_est *const pair[] = {a, b};
  sx_est *e = NULL;
  sx_est_row row;
  need(sx_est_linear(&e, NULL, sign, pair, 2, &err), &err);
  need(sx_est_describe(&row, e, false, NULL, &err), &err);
  note(t, &row, truth);
  sx_est_free(row.est);
  sx_est_free(e);
}

static void gaps(tally *tallies, const cell *c, const sx_design *d, const sample *s) {
  sx_error err = SX_ERROR_INIT;
  const char *by = "g";
  sx_groups *g = NULL;
  need(sx_groups_new(&g, s->table, &by, 1, &err), &err);
  sx_est_set *groups = ask(d, s, SX_STAT_MEAN, P_LIGHT, SX_CI_DEFAULT, g),
             *whole = ask(d, s, SX_STAT_MEAN, P_LIGHT, SX_CI_DEFAULT, NULL);
  gap(&tallies[E_GAP_REST], groups->rows[1].est, groups->rows[2].est, c->truth[E_GAP_REST]);
  gap(&tallies[E_GAP_WHOLE], groups->rows[1].est, whole->rows[0].est, c->truth[E_GAP_WHOLE]);
  sx_est_set_free(groups);
  sx_est_set_free(whole);
  sx_groups_free(g);
}

static void quantiles(tally *tallies, const cell *c, const sx_design *d, const sample *s, int column, int median,
                      int p90, sx_qcentre centre) {
  static const double probs[] = {0.5, 0.9};
  sx_error err = SX_ERROR_INIT;
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
  o.centre = centre;
  const sx_quantile_request r = {sx_table_find(s->table, pop_names[column]), probs, 2, NULL, NULL};
  sx_est_set *set = NULL;
  need(sx_estimate_quantile(&set, d, &r, &o, &err), &err);
  note(&tallies[median], &set->rows[0], c->truth[median]);
  note(&tallies[p90], &set->rows[1], c->truth[p90]);
  sx_est_set_free(set);
}

static sx_design *calibrated(const sx_design *d, const sample *s, const cell *c) {
  static const char *const g = "g", *const levels[] = {"0", "1", "2", "3"};
  sx_error err = SX_ERROR_INIT;
  sx_control controls[8];
  size_t n = 0;
  for (size_t k = 0; k < c->p->n_groups; k++)
    controls[n++] = (sx_control){&g, &levels[k], 1, NULL, c->group_total[k], 0};
  controls[n++] = (sx_control){NULL, NULL, 0, "aux", c->aux_total, 0};
  sx_design *out = NULL;
  need(sx_weighting_calibrate(&out, d, s->table, controls, n, NULL, NULL, &err), &err);
  return out;
}

static sx_design *raked(const sx_design *d, const sample *s, const cell *c) {
  static const char *const g = "g", *const sex = "sex", *const level[] = {"0", "1", "2", "3"};
  static const char *const *const cells[] = {&level[0], &level[1], &level[2], &level[3]};
  sx_error err = SX_ERROR_INIT;
  const sx_target targets[] = {{&g, 1, cells, c->group_total, c->p->n_groups, "g"},
                               {&sex, 1, cells, c->sex_total, 2, "sex"}};
  sx_design *out = NULL;
  need(sx_weighting_rake(&out, d, s->table, targets, 2, NULL, NULL, &err), &err);
  return out;
}

/* Whether the sample says itself that a total is heavy-tailed. */
static void flag(tally *tallies, const sx_design *d, const sample *s, int e) {
  sx_error err = SX_ERROR_INIT;
  double top = 0;
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(s->table, pop_names[infos[e].column]), NULL, false, NULL,
                            NULL};
  need(sx_estimate_tail_share(&top, d, &r, SX_TAIL_TOP, &err), &err);
  tallies[e].heavy += top > SX_TAIL_HEAVY;
}

static void one_sample(tally *tallies, const cell *c, uint64_t number) {
  sample s;
  draw_sample(&s, c->p, c->n, number);
  sx_design *d = design_of(&s, c->p), *linear = calibrated(d, &s, c), *rake = raked(d, &s, c);
  single(tallies, c, d, &s, E_MEAN_LIGHT, SX_STAT_MEAN);
  single(tallies, c, d, &s, E_MEAN_SKEW, SX_STAT_MEAN);
  gaps(tallies, c, d, &s);
  single(tallies, c, d, &s, E_TOTAL, SX_STAT_TOTAL);
  single(tallies, c, linear, &s, E_LINEAR_LIGHT, SX_STAT_TOTAL);
  single(tallies, c, linear, &s, E_LINEAR_SKEW, SX_STAT_TOTAL);
  single(tallies, c, rake, &s, E_RAKED_LIGHT, SX_STAT_TOTAL);
  single(tallies, c, rake, &s, E_RAKED_SKEW, SX_STAT_TOTAL);
  share(tallies, c, d, &s, E_HALF, SX_CI_DEFAULT);
  share(tallies, c, d, &s, E_TENTH, SX_CI_DEFAULT);
  share(tallies, c, d, &s, E_RARE, SX_CI_DEFAULT);
  share(tallies, c, d, &s, E_TENTH_BETA, SX_CI_BETA);
  share(tallies, c, d, &s, E_RARE_BETA, SX_CI_BETA);
  quantiles(tallies, c, d, &s, P_CONTINUOUS, E_MEDIAN, E_P90, SX_QCENTRE_AUTO);
  quantiles(tallies, c, d, &s, P_HEAPED, E_MEDIAN_HEAPED, E_P90_HEAPED, SX_QCENTRE_AUTO);
  quantiles(tallies, c, d, &s, P_HEAPED, E_MEDIAN_HEAPED_R, E_P90_HEAPED_R, SX_QCENTRE_AT_SHARE);
  single(tallies, c, d, &s, E_HEAVY, SX_STAT_TOTAL);
  flag(tallies, d, &s, E_MEAN_LIGHT);
  flag(tallies, d, &s, E_MEAN_SKEW);
  flag(tallies, d, &s, E_HEAVY);
  sx_design_free(linear);
  sx_design_free(rake);
  sx_design_free(d);
  sx_table_free(s.table);
}

static sx_status block(void *data, size_t b, sx_error *err) {
  cell *c = data;
  (void)err;
  for (size_t k = b; k < c->samples; k += BLOCKS) one_sample(c->blocks[b], c, k);
  return SX_OK;
}

/* ---- truth and report -------------------------------------------------------------------------------------------------- */

static void truths(cell *c) {
  const population *p = c->p;
  for (int e = 0; e < ESTIMATES; e++) {
    const pop_facts f = pop_about(p, infos[e].column, -1);
    const int total = (e >= E_TOTAL && e <= E_RAKED_SKEW) || e == E_HEAVY;
    c->truth[e] = total ? f.total : f.mean;
  }
  const double g1 = pop_about(p, P_LIGHT, 1).mean, g2 = pop_about(p, P_LIGHT, 2).mean;
  c->truth[E_GAP_REST] = g1 - g2;
  c->truth[E_GAP_WHOLE] = g1 - pop_about(p, P_LIGHT, -1).mean;
  c->truth[E_MEDIAN] = pop_quantile(p, P_CONTINUOUS, 0.5);
  c->truth[E_P90] = pop_quantile(p, P_CONTINUOUS, 0.9);
  c->truth[E_MEDIAN_HEAPED] = c->truth[E_MEDIAN_HEAPED_R] = pop_quantile(p, P_HEAPED, 0.5);
  c->truth[E_P90_HEAPED] = c->truth[E_P90_HEAPED_R] = pop_quantile(p, P_HEAPED, 0.9);
  c->aux_total = pop_about(p, P_AUX, -1).total;
  for (size_t i = 0; i < p->n; i++) {
    c->group_total[(size_t)p->v[P_GROUP][i]]++;
    c->sex_total[(size_t)p->v[P_SEX][i]]++;
  }
}

/* What the row must reach; "" where coverage is only reported. */
static const char *wanted(int e, double cases, double kurtosis) {
  if (e >= E_MEDIAN && e <= E_P90_HEAPED_R) return e == E_MEDIAN_HEAPED_R || e == E_P90_HEAPED_R ? "" : ">= 93.5";
  if (e == E_TENTH_BETA || e == E_RARE_BETA) return ">= 94.5";
  if (e >= E_HALF && e <= E_RARE) return cases >= 30 ? "93.5-96.5" : "";
  return kurtosis < 10 ? "93.5-96.5" : "";
}

static int meets(const char *want, double coverage) {
  if (strcmp(want, "93.5-96.5") == 0) return coverage >= 0.935 && coverage <= 0.965;
  if (strcmp(want, ">= 94.5") == 0) return coverage >= 0.945;
  if (strcmp(want, ">= 93.5") == 0) return coverage >= 0.935;
  return 1;
}

static tally sum_of(const cell *c, int e) {
  tally t = {0};
  for (size_t b = 0; b < BLOCKS; b++) {
    const tally *x = &c->blocks[b][e];
    t.covered += x->covered;
    t.samples += x->samples;
    t.none += x->none;
    t.heavy += x->heavy;
    t.sum += x->sum;
    t.sum2 += x->sum2;
    t.sum_var += x->sum_var;
  }
  return t;
}

/* Rows that fall short are marked; returns their number. */
static size_t report(FILE *out, cell *cells, size_t n_cells) {
  size_t missed = 0;
  for (int e = 0; e < ESTIMATES; e++) {
    const population *p = cells[0].p;
    const pop_facts f = pop_about(p, infos[e].column, -1);
    fprintf(out, "| %s | %.3g | %.1f |", infos[e].name, f.mean, f.kurtosis);
    const char *want = "";
    for (size_t k = 0; k < n_cells; k++) {
      const tally t = sum_of(&cells[k], e);
      const double n = (double)t.samples, coverage = (double)t.covered / n, with = n - (double)t.none;
      const double share_in = f.mean > 0.5 ? 1 - f.mean : f.mean;
      const double cases = share_in * (double)cells[k].n * (double)f.n / (double)p->n;
      const double sd = sqrt(t.sum2 / with - t.sum / with * (t.sum / with)), ratio = sqrt(t.sum_var / with) / sd;
      const char *here = wanted(e, cases, f.kurtosis);
      const int ok = meets(here, coverage);
      if (*here) want = here;
      missed += !ok;
      fprintf(out, " %s%.1f%s", ok ? "" : "**", 100 * coverage, ok ? "" : "** falls short");
      if (isfinite(ratio))
        fprintf(out, " (%.2f) |", ratio);
      else
        fprintf(out, " (-) |");
    }
    fprintf(out, " %s |\n", want);
  }
  return missed;
}

static void report_flags(FILE *out, const cell *cells, size_t n_cells) {
  static const int flagged[] = {E_MEAN_LIGHT, E_MEAN_SKEW, E_HEAVY};
  static const char *const names[] = {"light tails", "skewed", "heavy tails"};
  fprintf(out, "\nMarked as heavy-tailed, share of the samples (n =");
  for (size_t k = 0; k < n_cells; k++) fprintf(out, "%s %zu", k ? "," : "", cells[k].n);
  fprintf(out, "):");
  for (int i = 0; i < 3; i++) {
    fprintf(out, "%s %s", i ? ";" : "", names[i]);
    for (size_t k = 0; k < n_cells; k++) {
      const tally t = sum_of(&cells[k], flagged[i]);
      fprintf(out, "%s %.1f%%", k ? "," : "", 100 * (double)t.heavy / (double)t.samples);
    }
  }
  fprintf(out, ".\n");
}

static size_t run_population(FILE *out, const population *p, size_t samples, int threads) {
  sx_error err = SX_ERROR_INIT;
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  enum { N_SIZES = sizeof sizes / sizeof *sizes };
  cell *cells = pop_take(N_SIZES, sizeof *cells);
  for (size_t k = 0; k < N_SIZES; k++) {
    cells[k].p = p;
    cells[k].n = sizes[k];
    cells[k].samples = samples;
    truths(&cells[k]);
    need(sx_parallel_for(&ctx, BLOCKS, block, &cells[k], &err), &err);
    fprintf(stderr, "%s, n = %zu: %zu samples\n", p->name, sizes[k], samples);
  }
  fprintf(out, "\n### Population: %s (%zu persons, %s)\n\n", p->name, p->n, p->label);
  fprintf(out, "| estimate | mean of the variable | kurtosis |");
  for (size_t k = 0; k < N_SIZES; k++) fprintf(out, " n = %zu |", sizes[k]);
  fprintf(out, " wanted |\n|---|---:|---:|---:|---:|---:|---|\n");
  const size_t missed = report(out, cells, N_SIZES);
  report_flags(out, cells, N_SIZES);
  free(cells);
  return missed;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fputs("use: bench_coverage MODEL.yaml OUT.md [samples] [threads]\n", stderr);
    return 2;
  }
  const size_t samples = argc > 3 ? strtoull(argv[3], NULL, 10) : 4000;
  const int threads = argc > 4 ? atoi(argv[4]) : 2;
  FILE *out = fopen(argv[2], "w");
  if (!out) {
    perror(argv[2]);
    return 1;
  }
  population p;
  pop_clustered(&p, SEED_CLUSTERED);
  size_t missed = run_population(out, &p, samples, threads);
  pop_free(&p);
  pop_synthetic(&p, argv[1], SYNTHETIC_SIZE, SEED_SYNTHETIC);
  missed += run_population(out, &p, samples, threads);
  pop_free(&p);
  fprintf(out, "\n%zu samples per cell; %zu cells fall short.\n", samples, missed);
  if (fclose(out) != 0) return 1;
  printf("%zu cells fall short\n", missed);
  return 0;
}
