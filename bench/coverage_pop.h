/* coverage_pop.h: the two populations of bench_coverage.c. Every person counts 1; a NaN is a question that was not asked or not
 * answered. Both are a pure function of a seed. */
#ifndef COVERAGE_POP_H
#define COVERAGE_POP_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/num.h"
#include "shuxiao/synth.h"

enum { P_LIGHT, P_AUX, P_SKEW, P_CONTINUOUS, P_HEAPED, P_HEAVY, P_HALF, P_TENTH, P_RARE, P_GROUP, P_SEX, P_COLUMNS };
static const char *const pop_names[P_COLUMNS] = {"light", "aux",   "skew", "continuous", "heaped", "heavy",
                                                 "half",  "tenth", "rare", "g",          "sex"};

typedef struct population {
  const char *name, *label;
  size_t n, n_strata, n_groups, n_clusters;
  uint32_t *stratum, *cluster; /* [n]; rows in order of stratum and cluster; cluster NULL: persons are drawn directly */
  size_t *stratum_start;       /* [n_strata+1] persons, or clusters where there are any */
  size_t *cluster_start;       /* [n_clusters+1] persons */
  double *v[P_COLUMNS];
} population;

static void *pop_take(size_t n, size_t size) {
  void *p = calloc(n ? n : 1, size);
  if (!p) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  return p;
}

static void pop_columns(population *p, size_t n) {
  p->n = n;
  for (int k = 0; k < P_COLUMNS; k++) p->v[k] = pop_take(n, sizeof(double));
}

static void pop_free(population *p) {
  for (int k = 0; k < P_COLUMNS; k++) free(p->v[k]);
  free(p->stratum);
  free(p->cluster);
  free(p->stratum_start);
  free(p->cluster_start);
}

/* ---- clustered normal -------------------------------------------------------------------------------------------- */

enum { CN_STRATA = 20, CN_CLUSTERS = 400 };

/* 20 strata of 400 clusters of 30 to 90 persons; cluster effects of 5% of the variance. Amounts are functions of normals: skew is
 * lognormal with sigma 0.5 (kurtosis 8.9), heavy with sigma 2; heaped is skew rounded up to ten values. */
static void clustered_person(population *p, size_t i, size_t h, double a, sx_rng *rng) {
  const double b = sqrt(0.95), common = sqrt(0.05) * a;
  const double z1 = common + b * sx_rng_normal(rng), z2 = common + b * sx_rng_normal(rng),
               z3 = 0.6 * z1 + 0.8 * sx_rng_normal(rng);
  const double s = exp(0.5 * z2);
  p->v[P_LIGHT][i] = 50 + 0.5 * (double)h + 10 * z1;
  p->v[P_AUX][i] = 20 + 4 * z3;
  p->v[P_SKEW][i] = s;
  p->v[P_CONTINUOUS][i] = s;
  p->v[P_HEAPED][i] = s < 2.5 ? ceil(s * 4) * 50 : 500;
  p->v[P_HEAVY][i] = exp(2 * z2);
  p->v[P_HALF][i] = z1 < 0.1;
  p->v[P_TENTH][i] = z1 < -1.25;
  p->v[P_RARE][i] = z2 < -1.65;
  const double u = sx_rng_uniform(rng) + 0.04 * z1;
  p->v[P_GROUP][i] = u < 0.2 ? 0 : u < 0.6 ? 1 : 2;
  p->v[P_SEX][i] = sx_rng_uniform(rng) < 0.5;
}

static void pop_clustered(population *p, uint64_t seed) {
  sx_rng rng;
  memset(p, 0, sizeof *p);
  p->name = "clustered normal";
  p->label = "20 strata x 400 clusters, two stages";
  p->n_strata = CN_STRATA;
  p->n_clusters = (size_t)CN_STRATA * CN_CLUSTERS;
  p->n_groups = 3;
  p->stratum_start = pop_take(CN_STRATA + 1, sizeof *p->stratum_start);
  p->cluster_start = pop_take(p->n_clusters + 1, sizeof *p->cluster_start);
  sx_rng_init(&rng, seed, 0);
  for (size_t c = 0; c < p->n_clusters; c++)
    p->cluster_start[c + 1] = p->cluster_start[c] + 30 + sx_rng_below(&rng, 61);
  pop_columns(p, p->cluster_start[p->n_clusters]);
  p->stratum = pop_take(p->n, sizeof *p->stratum);
  p->cluster = pop_take(p->n, sizeof *p->cluster);
  for (size_t c = 0; c < p->n_clusters; c++) {
    const size_t h = c / CN_CLUSTERS;
    const double a = sx_rng_normal(&rng);
    for (size_t i = p->cluster_start[c]; i < p->cluster_start[c + 1]; i++) {
      p->stratum[i] = (uint32_t)h;
      p->cluster[i] = (uint32_t)c;
      clustered_person(p, i, h, a, &rng);
    }
  }
  for (size_t h = 0; h <= CN_STRATA; h++) p->stratum_start[h] = h * CN_CLUSTERS;
}

/* ---- the bundled study's model ------------------------------------------------------------------------------------ */

static const sx_column *pop_need(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) {
    fprintf(stderr, "the model has no variable %s\n", name);
    exit(1);
  }
  return c;
}

static int pop_is(const sx_column *c, size_t row, const char *text) {
  return strcmp(sx_dict_get(c->dict, c->data.code[row], NULL), text) == 0;
}

/* Number of services used, by internet users. */
static double pop_services(const sx_table *t, size_t row) {
  static const char *const names[] = {"short_video",     "online_music",  "online_game",   "online_literature",
                                      "online_shopping", "food_delivery", "online_travel", "search"};
  double sum = 0;
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) sum += sx_column_number(pop_need(t, names[k]), row);
  return sum;
}

static void synthetic_person(population *p, size_t i, const sx_table *t, size_t row, sx_rng *rng) {
  const double age = sx_column_number(pop_need(t, "age"), row), goods = sx_column_number(pop_need(t, "amt_goods"), row);
  const double game = sx_column_number(pop_need(t, "amt_game"), row);
  p->v[P_LIGHT][i] = pop_services(t, row);
  p->v[P_AUX][i] = age;
  p->v[P_SKEW][i] = goods > 0 ? sqrt(goods) : goods;
  p->v[P_HEAPED][i] = goods > 0 ? goods : (double)NAN;
  p->v[P_CONTINUOUS][i] = p->v[P_HEAPED][i] * (0.9 + 0.2 * sx_rng_uniform(rng));
  p->v[P_HEAVY][i] = isnan(game) ? 0 : game;
  p->v[P_HALF][i] = sx_column_number(pop_need(t, "genai"), row);
  p->v[P_TENTH][i] = sx_column_number(pop_need(t, "knowledge_pay"), row);
  p->v[P_RARE][i] = sx_column_number(pop_need(t, "emo_blindbox"), row);
  p->v[P_GROUP][i] = age < 15 ? 0 : age < 30 ? 1 : age < 60 ? 2 : 3;
  p->v[P_SEX][i] = pop_is(pop_need(t, "sex"), row, "male");
}

/* n interviews of the model, taken as a population of n persons in 31 provinces. */
static void pop_synthetic(population *p, const char *model_path, size_t n, uint64_t seed) {
  sx_error err = SX_ERROR_INIT;
  sx_synth_model *model = NULL;
  sx_table *t = NULL;
  memset(p, 0, sizeof *p);
  p->name = "study's model";
  p->label = "31 provinces, one stage";
  p->n_groups = 4;
  if (sx_synth_load(&model, NULL, model_path, &err) != SX_OK ||
      sx_synth_generate(&t, model, &(sx_synth_sample){.n = n, .seed = seed}, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  const sx_column *province = pop_need(t, "province");
  size_t count[100] = {0}, at[100], strata = 0;
  uint32_t number[100] = {0};
  for (size_t i = 0; i < n; i++) count[(size_t)province->data.i64[i]]++;
  p->stratum_start = pop_take(101, sizeof *p->stratum_start);
  size_t sum = 0;
  for (size_t c = 0; c < 100; c++) {
    if (!count[c]) continue;
    at[c] = sum;
    number[c] = (uint32_t)strata;
    sum += count[c];
    p->stratum_start[++strata] = sum;
  }
  p->n_strata = strata;
  pop_columns(p, n);
  p->stratum = pop_take(n, sizeof *p->stratum);
  sx_rng rng;
  sx_rng_init(&rng, seed, 1);
  for (size_t i = 0; i < n; i++) {
    const size_t c = (size_t)province->data.i64[i], to = at[c]++;
    p->stratum[to] = number[c];
    synthetic_person(p, to, t, i, &rng);
  }
  sx_table_free(t);
  sx_synth_free(model);
}

/* ---- what is true of it ------------------------------------------------------------------------------------------- */

typedef struct pop_facts {
  double total, mean, kurtosis;
  size_t n;
} pop_facts;

/* Over the answered; group < 0: everybody. The kurtosis is the fourth central moment over the squared variance. */
static pop_facts pop_about(const population *p, int column, int group) {
  pop_facts f = {0, 0, 0, 0};
  double m2 = 0, m4 = 0;
  for (size_t i = 0; i < p->n; i++) {
    if (isnan(p->v[column][i]) || (group >= 0 && p->v[P_GROUP][i] != group)) continue;
    f.total += p->v[column][i];
    f.n++;
  }
  f.mean = f.total / (double)f.n;
  for (size_t i = 0; i < p->n; i++) {
    if (isnan(p->v[column][i]) || (group >= 0 && p->v[P_GROUP][i] != group)) continue;
    const double d = p->v[column][i] - f.mean;
    m2 += d * d;
    m4 += d * d * d * d;
  }
  f.kurtosis = m4 * (double)f.n / (m2 * m2);
  return f;
}

static int pop_compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The smallest value whose share at or below it reaches q. */
static double pop_quantile(const population *p, int column, double q) {
  double *x = pop_take(p->n, sizeof *x);
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++)
    if (!isnan(p->v[column][i])) x[n++] = p->v[column][i];
  qsort(x, n, sizeof *x, pop_compare);
  const double value = x[(size_t)ceil(q * (double)n) - 1];
  free(x);
  return value;
}

#endif
