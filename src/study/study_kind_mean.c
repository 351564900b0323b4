/* study_kind_mean.c: geometric, harmonic, trimmed and winsorised means; standardised means, shares and ratios. */
#include <string.h>

#include "shuxiao/estimate_mean.h"
#include "study_kind.h"

/* ---- other means -------------------------------------------------------------------------------------------------- */

static void read_plain(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)study__measure(l, ind, node, ST_NUMBER);
}

static void read_tails(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  sx_mean_spec *spec = study__take(l, 1, sizeof *spec);
  (void)study__of(&map, l, ind, node, ST_NUMBER);
  if (!spec) return;
  *spec = (sx_mean_spec)SX_MEAN_SPEC_INIT;
  ind->of_kind = spec;
  if (!map) return;
  ST_KEYS(l, map, "of", "tails");
  size_t n = 0;
  const double *tails = study__numbers(&n, l, map, "tails", "a tail");
  if (!tails) return;
  spec->lower = tails[0];
  spec->upper = tails[n - 1]; /* one number is for both */
  if (n > 2 || !(spec->lower >= 0 && spec->upper >= 0 && spec->lower + spec->upper < 1))
    study__problem(l, sx_node_get(map, "tails"),
                   "tails are two shares, 0 or more and together below 1: '[0.05, 0.05]'");
}

static sx_status run_mean(sx_est_set **out, const st_job *job, sx_mean_kind kind, sx_error *err) {
  sx_mean_spec spec = SX_MEAN_SPEC_INIT;
  const sx_est_request request = {.stat = SX_STAT_MEAN, .y = job->columns[0], .where = job->where, .by = job->by};
  if (job->ind->of_kind) spec = *(const sx_mean_spec *)job->ind->of_kind;
  spec.kind = kind;
  return sx_estimate_mean(out, job->design, &spec, &request, job->options, err);
}

static sx_status run_geometric(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_mean(out, job, SX_MEAN_GEOMETRIC, err);
}
static sx_status run_harmonic(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_mean(out, job, SX_MEAN_HARMONIC, err);
}
static sx_status run_trimmed(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_mean(out, job, SX_MEAN_TRIMMED, err);
}
static sx_status run_winsorised(sx_est_set **out, const st_job *job, sx_error *err) {
  return run_mean(out, job, SX_MEAN_WINSORISED, err);
}

const st_kind study__kind_geometric = {
    .word = "geometric", .format = "auto plain", .read = read_plain, .run = run_geometric};
const st_kind study__kind_harmonic = {
    .word = "harmonic", .format = "auto plain", .read = read_plain, .run = run_harmonic};
const st_kind study__kind_trimmed = {.word = "trimmed", .format = "auto plain", .read = read_tails, .run = run_trimmed};
const st_kind study__kind_winsorised = {
    .word = "winsorised", .format = "auto plain", .read = read_tails, .run = run_winsorised};

/* ---- standardised ----------------------------------------------------------------------------------------------------- */

typedef struct standardized {
  sx_stat stat;
  const char *const *cells; /* [n_cells] variables, measures after what is estimated */
  size_t n_cells;
  const char *const *names; /* [n_names] levels, level/level */
  const double *shares;
  size_t n_names;
} standardized;

static void read_shares(st_load *l, standardized *s, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "standard");
  if (!node) {
    study__problem(l, map, "it needs the standard population: 'standard: {LEVEL: SHARE, ...}'");
    return;
  }
  if (!study__is_map(l, node, "standard")) return;
  const char **names = study__take(l, node->n, sizeof *names);
  double *shares = study__take(l, node->n, sizeof *shares);
  for (size_t i = 0; names && shares && i < node->n; i++) {
    names[i] = node->keys[i]->text;
    if (sx_node_number(&shares[i], node->items[i]) && shares[i] >= 0) continue;
    study__problem(l, node->items[i], "the share of '%s' is a number, 0 or more", names[i]);
  }
  if (!names || !shares) return;
  s->names = names;
  s->shares = shares;
  s->n_names = node->n;
}

static void read_cells(st_load *l, st_indicator *ind, standardized *s, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "cells");
  const bool list = node && node->kind == SX_NODE_LIST;
  const size_t n = list ? node->n : 1;
  const char **cells = study__take(l, n, sizeof *cells);
  if (!node || n == 0) {
    study__problem(l, map, "it needs the variables whose levels have shares: 'cells: age6' or 'cells: [age6, sex]'");
    return;
  }
  for (size_t i = 0; cells && i < n; i++) {
    const sx_node *item = list ? node->items[i] : node;
    if (!study__measure(l, ind, item, ST_ANY)) return;
    cells[i] = item->text;
  }
  s->cells = cells;
  s->n_cells = cells ? n : 0;
}

static void read_standardized(st_load *l, st_indicator *ind, const sx_node *node) {
  standardized *s = study__take(l, 1, sizeof *s);
  if (!s || !study__is_map(l, node, "standardized")) return;
  ST_KEYS(l, node, "mean", "prop", "ratio", "cells", "standard");
  const sx_node *mean = sx_node_get(node, "mean"), *prop = sx_node_get(node, "prop"),
                *ratio = sx_node_get(node, "ratio");
  if ((mean != NULL) + (prop != NULL) + (ratio != NULL) != 1 ||
      (ratio && (ratio->kind != SX_NODE_LIST || ratio->n != 2))) {
    study__problem(l, node, "standardized is of one of 'mean: X', 'prop: CONDITION', 'ratio: [X, Y]'");
    return;
  }
  s->stat = mean ? SX_STAT_MEAN : prop ? SX_STAT_PROP : SX_STAT_RATIO;
  for (size_t i = 0; ratio && i < 2; i++) (void)study__measure(l, ind, ratio->items[i], ST_NUMBER);
  if (mean) (void)study__measure(l, ind, mean, ST_NUMBER);
  if (prop) (void)study__measure(l, ind, prop, ST_CONDITION);
  ind->of_kind = s;
  read_cells(l, ind, s, node);
  read_shares(l, s, node);
}

/* Cells are variables by name: an expression makes its own in `derived`. */
static void check_standardized(st_load *l, const sx_table *unit, st_indicator *ind) {
  const standardized *s = ind->of_kind;
  for (size_t i = 0; unit && s && i < s->n_cells; i++) {
    if (!sx_table_find(unit, s->cells[i]))
      study__problem(l, ind->node, "cells are variables: derive '%s' first", s->cells[i]);
  }
}

static sx_status run_standardized(sx_est_set **out, const st_job *job, sx_error *err) {
  const standardized *s = job->ind->of_kind;
  const sx_ctx *ctx = sx_design_ctx(job->design);
  sx_groups *cells = NULL;
  double *share = NULL;
  SX_TRY(sx_groups_new(&cells, job->unit, s->cells, s->n_cells, err));
  sx_standard standard = SX_STANDARD_INIT;
  const sx_est_request request = {.stat = s->stat,
                                  .y = job->columns[0],
                                  .x = s->stat == SX_STAT_RATIO ? job->columns[1] : NULL,
                                  .prop_of_one = s->stat == SX_STAT_PROP,
                                  .where = job->where,
                                  .by = job->by};
  standard.cells = cells;
  share = sx_mem_alloc(ctx, cells->n_groups, sizeof *share);
  sx_status status = share ? sx_estimate_standard_shares(&standard, share, s->names, s->shares, s->n_names, err)
                           : sx_error_memory(err);
  if (status == SX_OK) status = sx_estimate_standardized(out, job->design, &request, &standard, job->options, err);
  sx_mem_free(ctx, share);
  sx_groups_free(cells);
  return status;
}

const st_kind study__kind_standardized = {.word = "standardized",
                                          .format = "plain 3",
                                          .shares = true,
                                          .read = read_standardized,
                                          .check = check_standardized,
                                          .run = run_standardized};
