/* study_kind_banded.c: means, totals and quantiles of amounts asked in bands, by the words of `shuxiao banded`. */
#include <stdint.h>
#include <string.h>

#include "shuxiao/estimate_banded.h"
#include "study_kind.h"

typedef struct banded {
  const char *bands; /* NULL: the value labels */
  bool exact;        /* the last measure is the amount where it was told */
  sx_banded_fit fit;
  const double *probs;
  size_t n_probs;
  double tail_bands, open_factor;
} banded;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* "1=0, 2=0..100" from a scalar or from a map {1: 0, 2: 0..100}. */
static const char *read_bands(st_load *l, const sx_node *node) {
  if (!node) return NULL;
  const char *text = node->kind == SX_NODE_MAP ? "" : study__scalar(l, node, "bands, as in \"1=0, 2=0..100, 3=100..\"");
  if (!text || strcmp(text, "labels") == 0) return NULL;
  for (size_t i = 0; text && node->kind == SX_NODE_MAP && i < node->n; i++) {
    const char *limits = study__scalar(l, node->items[i], "the limits of a band");
    if (!limits) return NULL;
    text = sx_arena_printf(l->s->arena, "%s%s%s=%s", text, i ? "," : "", node->keys[i]->text, limits);
  }
  if (!text) {
    l->oom = true;
    return NULL;
  }
  sx_bands *bands = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_bands_parse(&bands, &l->s->ctx, text, &err) != SX_OK) study__problem(l, node, "%s", err.message);
  sx_bands_free(bands);
  return text;
}

static double read_number(st_load *l, const sx_node *map, const char *key, double least, double plain) {
  size_t n = 0;
  const double *value = study__numbers(&n, l, map, key, "this");
  if (n != 1) return plain;
  if (value[0] >= least && value[0] <= 1000) return value[0];
  study__problem(l, sx_node_get(map, key), "%s is a number between %g and 1000", key, least);
  return plain;
}

/* The name of a statistic as the store has it, and its probability where it is a quantile. */
static const char *read_statistic(st_load *l, const sx_node *node, double *p) {
  static const char *const names[] = {"mean",
                                      "total",
                                      "median",
                                      "share_zero",
                                      "mean_positive",
                                      "open_share",
                                      "tail_index",
                                      "mean_midpoint",
                                      "mean_rpme",
                                      "mu",
                                      "sigma",
                                      "a",
                                      "b",
                                      "p",
                                      "q"};
  enum { N_NAMES = sizeof names / sizeof *names };
  const char *text = study__scalar(l, node, "the name of a result");
  *p = (double)NAN;
  if (!text) return NULL;
  if (strcmp(text, "median") == 0) {
    *p = 0.5;
    return "quantile_0.5";
  }
  if (strncmp(text, "quantile_", 9) == 0 && sx_text_to_double(p, text + 9, strlen(text + 9)) && *p > 0 && *p < 1) {
    char number[SX_DOUBLE_TEXT_MAX];
    sx_text_from_double(number, *p);
    const char *name = sx_arena_printf(l->s->arena, "quantile_%s", number);
    l->oom = l->oom || !name;
    return name;
  }
  for (size_t i = 0; i < N_NAMES; i++)
    if (strcmp(text, names[i]) == 0) return names[i];
  const char *near = sx_text_nearest(text, names, N_NAMES);
  if (near)
    study__problem(l, node, "there is no result '%s': did you mean '%s'?", text, near);
  else
    study__problem(l, node,
                   "there is no result '%s': mean, total, median, quantile_0.9, share_zero, open_share are some", text);
  return NULL;
}

static void read_give(st_load *l, st_indicator *ind, banded *b, const sx_node *give) {
  const bool list = give && give->kind == SX_NODE_LIST;
  const size_t n = list ? give->n : 1;
  const char **names = study__take(l, n, sizeof *names);
  double *probs = study__take(l, n, sizeof *probs);
  if (!names || !probs) return;
  names[0] = "mean";
  if (list && n == 0) study__problem(l, give, "give at least one result, as in 'give: [mean, total]'");
  for (size_t i = 0; give && i < n; i++) {
    double p = 0;
    names[i] = read_statistic(l, list ? give->items[i] : give, &p);
    if (!names[i]) return;
    for (size_t k = 0; k < i; k++)
      if (strcmp(names[k], names[i]) == 0) study__problem(l, give->items[i], "the result '%s' stands twice", names[i]);
    if (!isnan(p)) probs[b->n_probs++] = p;
  }
  b->probs = probs;
  if (n && !l->oom) study__set_stats(l, ind, names, n);
}

static void read_banded(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  size_t n = 0, fit = SX_BANDED_LOGNORMAL;
  (void)study__of(&map, l, ind, node, ST_ANY);
  banded *b = study__take(l, 1, sizeof *b);
  if (!b) return;
  *b = (banded){.tail_bands = 2, .open_factor = 1.5};
  ind->of_kind = b;
  if (map) {
    ST_KEYS(l, map, "of", "bands", "fit", "exact", "give", "tail_bands", "open_factor");
    const char *const *fits = sx_banded_fit_names(&n);
    (void)study__choice(&fit, l, map, "fit", fits, n, "fit");
    b->bands = read_bands(l, sx_node_get(map, "bands"));
    b->tail_bands = read_number(l, map, "tail_bands", 2, 2);
    b->open_factor = read_number(l, map, "open_factor", 1, 1.5);
    const sx_node *exact = sx_node_get(map, "exact");
    b->exact = exact && study__measure(l, ind, exact, ST_NUMBER);
  }
  b->fit = (sx_banded_fit)fit;
  read_give(l, ind, b, map ? sx_node_get(map, "give") : NULL);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* The rows of the statistics that are asked for, in that order. */
static sx_status choose(sx_est_set **out, const sx_banded_result *r, const st_job *job, sx_error *err) {
  const st_indicator *ind = job->ind;
  sx_est_set *set = sx_mem_zalloc(&r->ctx, 1, sizeof *set);
  if (!set) return sx_error_memory(err);
  set->ctx = r->ctx;
  sx_status st = SX_OK;
  set->rows = sx_mem_zalloc(&r->ctx, r->n_domains * ind->n_stats, sizeof *set->rows);
  if (!set->rows) {
    st = sx_error_memory(err);
    goto done;
  }
  set->n_rows = r->n_domains * ind->n_stats;
  for (size_t i = 0; i < set->n_rows; i++) {
    const size_t stat = i % ind->n_stats, at = sx_banded_find(r, ind->stats[stat]);
    if (at == SIZE_MAX) {
      st = sx_error_set(err, SX_E_ARGUMENT, NULL, "the %s fit of these bands has no '%s'", sx_banded_fit_name(r->fit),
                        ind->stats[stat]);
      goto done;
    }
    const sx_est_row *from = &r->set->rows[i / ind->n_stats * r->set->n_levels + at];
    set->rows[i] = *from;
    set->rows[i].level = (int32_t)stat;
    set->rows[i].est = from->est ? sx_est_ref(from->est) : NULL;
  }
  *out = set;
  set = NULL;
done:
  sx_est_set_free(set);
  return st;
}

static sx_status run_banded(sx_est_set **out, const st_job *job, sx_error *err) {
  const banded *b = job->ind->of_kind;
  const sx_ctx *ctx = sx_design_ctx(job->design);
  sx_bands *bands = NULL;
  sx_banded_result *result = NULL;
  SX_TRY(b->bands ? sx_bands_parse(&bands, ctx, b->bands, err) : sx_bands_of_labels(&bands, ctx, job->columns[0], err));
  sx_banded_request request = SX_BANDED_REQUEST_INIT;
  request.codes = job->columns[0];
  request.bands = bands;
  request.exact = b->exact ? job->columns[1] : NULL;
  request.fit = b->fit;
  request.probs = b->probs;
  request.n_probs = b->n_probs;
  request.tail_bands = (size_t)b->tail_bands;
  request.open_factor = b->open_factor;
  request.where = job->where;
  request.by = job->by;
  sx_status st = sx_estimate_banded(&result, job->design, &request, job->options, err);
  if (st == SX_OK) st = choose(out, result, job, err);
  sx_banded_result_free(result);
  sx_bands_free(bands);
  return st;
}

const st_kind study__kind_banded = {.word = "banded", .format = "auto plain", .read = read_banded, .run = run_banded};
