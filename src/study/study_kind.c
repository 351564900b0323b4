/* study_kind.c: the table of kinds of indicators, and what their readers share. */
#include "study_kind.h"
#include "study_names.h"

#include <stdio.h>
#include <string.h>

/* In the order in which messages list them. */
static const st_kind *const kinds[] = {
    &study__kind_total,      &study__kind_mean,         &study__kind_prop,         &study__kind_ratio,
    &study__kind_count,      &study__kind_formula,      &study__kind_quantile,     &study__kind_median,
    &study__kind_variance,   &study__kind_covariance,   &study__kind_correlation,  &study__kind_test,
    &study__kind_shares,     &study__kind_geometric,    &study__kind_harmonic,     &study__kind_trimmed,
    &study__kind_winsorised, &study__kind_standardized, &study__kind_share_of_set, &study__kind_rank,
    &study__kind_box,        &study__kind_banded,       &study__kind_inequality,   &study__kind_gini,
    &study__kind_theil,      &study__kind_mld,          &study__kind_qsr,          &study__kind_lorenz,
    &study__kind_poverty,    &study__kind_arpt,         &study__kind_arpr,         &study__kind_rmpg,
};

const st_kind *study__kind_at(size_t i) {
  return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const st_kind *study__kind_named(const char *word) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i]->word, word) == 0) return kinds[i];
  }
  return NULL;
}

bool study__is_formula(const st_indicator *ind) {
  return ind->kind->formula;
}

size_t study__stat_count(const st_indicator *ind) {
  return ind->n_stats ? ind->n_stats : 1;
}

const char *study__stat_at(const st_indicator *ind, size_t i) {
  return ind->n_stats ? ind->stats[i] : ind->kind->word;
}

const char *study__stat_name(const st_indicator *ind) {
  return study__stat_at(ind, 0);
}

size_t study__stat_find(const st_indicator *ind, const char *name) {
  for (size_t i = 0; i < study__stat_count(ind); i++) {
    if (strcmp(study__stat_at(ind, i), name) == 0) return i;
  }
  return ST_NONE;
}

/* ---- readers ------------------------------------------------------------------------------------------------------ */

bool study__measure(st_load *l, st_indicator *ind, const sx_node *node, st_measure_type type) {
  return study__measure_text(l, ind, node, study__scalar(l, node, "an expression"), type);
}

bool study__measure_text(st_load *l, st_indicator *ind, const sx_node *node, const char *text, st_measure_type type) {
  if (!text) return false;
  st_measure *more = study__take(l, ind->n_measures + 1, sizeof *more);
  if (!more) return false;
  if (ind->n_measures) memcpy(more, ind->measures, ind->n_measures * sizeof *more);
  st_measure m = {.type = type, .name = text};
  m.e = type == ST_SET ? (st_expr){.node = node} : study__expr_of(l, node, text);
  more[ind->n_measures] = m;
  ind->measures = more;
  ind->n_measures++;
  return type == ST_SET || m.e.expr;
}

bool study__of(const sx_node **options, st_load *l, st_indicator *ind, const sx_node *node, st_measure_type type) {
  *options = NULL;
  if (node->kind != SX_NODE_MAP) return study__measure(l, ind, node, type);
  *options = node;
  const sx_node *of = sx_node_get(node, "of");
  if (of) return study__measure(l, ind, of, type);
  study__problem(l, node, "%s needs what it is of: '%s: {of: EXPRESSION, ...}'", ind->kind->word, ind->kind->word);
  return false;
}

const double *study__numbers(size_t *n, st_load *l, const sx_node *map, const char *key, const char *what) {
  const sx_node *node = sx_node_get(map, key);
  *n = 0;
  if (!node) return NULL;
  const bool list = node->kind == SX_NODE_LIST;
  const size_t count = list ? node->n : 1;
  double *values = study__take(l, count, sizeof *values);
  for (size_t i = 0; values && i < count; i++) {
    const sx_node *item = list ? node->items[i] : node;
    if (sx_node_number(&values[i], item)) continue;
    study__problem(l, item, "%s is a number", what);
    return NULL;
  }
  *n = values ? count : 0;
  return count ? values : NULL;
}

void study__set_stats(st_load *l, st_indicator *ind, const char *const *names, size_t n) {
  const char **copy = study__take(l, n, sizeof *copy);
  for (size_t i = 0; copy && i < n; i++) {
    if (!names[i] || !(copy[i] = study__copy(l, names[i]))) {
      l->oom = true;
      return;
    }
  }
  ind->stats = copy;
  ind->n_stats = copy ? n : 0;
}
