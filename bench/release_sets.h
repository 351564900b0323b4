/* release_sets.h: random sets of linked tables with totals, as a business survey leaves them: contributors of lognormal size in up to four
 * classifications, two to four tables of two classifications each, which share margins. 5 to 15 per cent of the cells that are not empty fail a
 * p% rule whose p is chosen so. The same set for the same number on every machine. */
#ifndef RELEASE_SETS_H
#define RELEASE_SETS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/num.h"
#include "shuxiao/release_disclosure.h"

enum { RS_VARS = 4, RS_MAX = 12, RS_TABLES = 4, RS_CELLS = 1 + RS_VARS * RS_MAX + RS_TABLES * RS_MAX * RS_MAX };

typedef struct rs_set {
  size_t dim[RS_VARS], n_tables, table[RS_TABLES][2];
  size_t margin[RS_VARS][RS_MAX], inner[RS_TABLES][RS_MAX][RS_MAX];
  char key[RS_CELLS][32];
  double top[RS_CELLS][2];
  sx_release_cell cell[RS_CELLS];
  size_t n_cells, n_full;
  sx_release_relation relation[RS_VARS + 2 * RS_TABLES * RS_MAX];
  sx_release_term term[RS_TABLES * 2 * RS_MAX * (RS_MAX + 1) + RS_VARS * (RS_MAX + 1)];
  char id[RS_VARS + 2 * RS_TABLES * RS_MAX][24];
  size_t n_relations, n_terms;
  sx_release_rules rules;
  sx_release_problem problem;
} rs_set;

static size_t rs_cell(rs_set *s) {
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  const size_t i = s->n_cells++;
  s->cell[i] = none;
  s->cell[i].key = s->key[i];
  s->cell[i].top = s->top[i];
  s->cell[i].n = 0;
  return i;
}

static void rs_put(rs_set *s, size_t i, double x) {
  sx_release_cell *c = &s->cell[i];
  double *top = s->top[i];
  c->value += x;
  c->n += 1;
  if (x > top[0]) {
    top[1] = top[0];
    top[0] = x;
  } else if (x > top[1]) {
    top[1] = x;
  }
  c->n_top = c->n < 2 ? (size_t)c->n : 2;
}

static void rs_frame(rs_set *s, sx_rng *rng, size_t smallest, size_t largest) {
  static const size_t plans[5][RS_TABLES][2] = {{{0, 1}, {0, 2}},
                                                {{0, 1}, {0, 2}, {1, 2}},
                                                {{0, 1}, {0, 2}, {0, 3}},
                                                {{0, 1}, {0, 2}, {1, 2}, {0, 3}},
                                                {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};
  static const size_t sizes[5] = {2, 3, 3, 4, 4};
  const size_t plan = (size_t)sx_rng_below(rng, 5);
  memset(s, 0, sizeof *s);
  s->n_tables = sizes[plan];
  memcpy(s->table, plans[plan], sizeof s->table);
  for (size_t v = 0; v < RS_VARS; v++) s->dim[v] = smallest + (size_t)sx_rng_below(rng, largest - smallest + 1);
  (void)snprintf(s->key[rs_cell(s)], 32, "total");
  for (size_t v = 0; v < RS_VARS; v++) {
    bool used = false;
    for (size_t t = 0; t < s->n_tables; t++) used = used || s->table[t][0] == v || s->table[t][1] == v;
    for (size_t i = 0; i < s->dim[v] && used; i++) {
      s->margin[v][i] = rs_cell(s);
      (void)snprintf(s->key[s->margin[v][i]], 32, "%c%zu", (int)('a' + v), i);
    }
    if (!used) s->dim[v] = 0;
  }
  for (size_t t = 0; t < s->n_tables; t++) {
    const size_t a = s->table[t][0], b = s->table[t][1];
    for (size_t i = 0; i < s->dim[a]; i++) {
      for (size_t j = 0; j < s->dim[b]; j++) {
        s->inner[t][i][j] = rs_cell(s);
        (void)snprintf(s->key[s->inner[t][i][j]], 32, "%c%zu*%c%zu", (int)('a' + a), i, (int)('a' + b), j);
      }
    }
  }
}

static void rs_fill(rs_set *s, sx_rng *rng) {
  size_t most = 0;
  for (size_t t = 0; t < s->n_tables; t++) {
    const size_t n = s->dim[s->table[t][0]] * s->dim[s->table[t][1]];
    if (n > most) most = n;
  }
  for (size_t k = 0; k < 14 * most; k++) {
    size_t at[RS_VARS] = {0};
    const double x = ceil(exp(3 + 1.1 * sx_rng_normal(rng)));
    for (size_t v = 0; v < RS_VARS; v++) {
      const double u = sx_rng_uniform(rng);
      at[v] = (size_t)((double)s->dim[v] * u * sqrt(u)); /* the first levels are larger */
    }
    rs_put(s, 0, x);
    for (size_t v = 0; v < RS_VARS; v++)
      if (s->dim[v]) rs_put(s, s->margin[v][at[v]], x);
    for (size_t t = 0; t < s->n_tables; t++) rs_put(s, s->inner[t][at[s->table[t][0]]][at[s->table[t][1]]], x);
  }
}

static void rs_relation(rs_set *s, size_t total, size_t n, const size_t *parts) {
  sx_release_relation *r = &s->relation[s->n_relations];
  (void)snprintf(s->id[s->n_relations], 24, "r%zu", s->n_relations);
  *r = (sx_release_relation){s->id[s->n_relations++], s->term + s->n_terms, n + 1, 0, 0};
  s->term[s->n_terms++] = (sx_release_term){total, 1};
  for (size_t k = 0; k < n; k++) s->term[s->n_terms++] = (sx_release_term){parts[k], -1};
}

static void rs_relations(rs_set *s) {
  size_t parts[RS_MAX];
  for (size_t v = 0; v < RS_VARS; v++)
    if (s->dim[v]) rs_relation(s, 0, s->dim[v], s->margin[v]);
  for (size_t t = 0; t < s->n_tables; t++) {
    const size_t a = s->table[t][0], b = s->table[t][1];
    for (size_t i = 0; i < s->dim[a]; i++) rs_relation(s, s->margin[a][i], s->dim[b], s->inner[t][i]);
    for (size_t j = 0; j < s->dim[b]; j++) {
      for (size_t i = 0; i < s->dim[a]; i++) parts[i] = s->inner[t][i][j];
      rs_relation(s, s->margin[b][j], s->dim[a], parts);
    }
  }
}

static int rs_up(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* p so that the share that fails of the cells that are not empty is as drawn. */
static void rs_sensitive(rs_set *s, sx_rng *rng) {
  static const sx_release_rules none = SX_RELEASE_RULES_INIT;
  double ratio[RS_CELLS];
  size_t n = 0;
  for (size_t i = 0; i < s->n_cells; i++) {
    sx_release_cell *c = &s->cell[i];
    if (c->n == 0) c->mark = SX_RELEASE_KEEP;
    if (c->n > 0) ratio[n++] = (c->value - c->top[0] - c->top[1]) / c->top[0];
  }
  qsort(ratio, n, sizeof *ratio, rs_up);
  s->n_full = n;
  s->rules = none;
  const double share = 0.055 + 0.09 * sx_rng_uniform(rng);
  const size_t k = (size_t)fmax(1, share * (double)n);
  const double p = (ratio[k - 1] + ratio[k]) / 2;
  s->rules.p = fmin(100, 100 * p);
}

static void rs_make(rs_set *s, uint64_t number, size_t smallest, size_t largest) {
  sx_rng rng;
  sx_rng_init(&rng, 20250630, number);
  rs_frame(s, &rng, smallest, largest);
  rs_fill(s, &rng);
  rs_relations(s);
  rs_sensitive(s, &rng);
  s->problem = (sx_release_problem){s->cell, s->n_cells, s->relation, s->n_relations};
}

#endif
