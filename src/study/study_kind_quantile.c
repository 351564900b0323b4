/* study_kind_quantile.c: quantiles and medians by the words of `shuxiao quantile`. */
#include <stdio.h>
#include <string.h>

#include "study_kind.h"

typedef struct quantile {
  sx_quantile_options options; /* level and df are the indicator's */
  const double *probs;
  size_t n;
} quantile;

static void read_method(st_load *l, quantile *q, const sx_node *map) {
  static const char *const intervals[] = {"mean", "score", "beta", "xlogit", "asin", "replicate"};
  static const char *const centres[] = {"auto", "share", "p"};
  enum { N_RULES = SX_QRULE_SHAHVAISH_SCALED + 1 };
  const char *rules[N_RULES];
  size_t rule = q->options.rule, interval = q->options.interval, centre = q->options.centre;
  for (int i = 0; i < N_RULES; i++) rules[i] = sx_qrule_name((sx_qrule)i);
  (void)study__choice(&rule, l, map, sx_node_get(map, "qrule") ? "qrule" : "rule", rules, N_RULES, "rule of quantiles");
  (void)study__choice(&interval, l, map, "interval", intervals, 6, "interval of quantiles");
  (void)study__choice(&centre, l, map, "centre", centres, 3, "centre of the interval");
  q->options.rule = (sx_qrule)rule;
  q->options.interval = (sx_qinterval)interval;
  q->options.centre = (sx_qcentre)centre;
}

/* Names in the store as the command has them, "quantile_0.25", and words for tables. */
static void name_stats(st_load *l, st_indicator *ind, const quantile *q) {
  const char **names = study__take(l, q->n, sizeof *names);
  sx_text2 *words = study__take(l, q->n, sizeof *words);
  for (size_t i = 0; names && words && i < q->n; i++) {
    char number[SX_DOUBLE_TEXT_MAX], percent[SX_DOUBLE_TEXT_MAX];
    const size_t n = sx_text_from_double(number, q->probs[i]);
    names[i] = sx_arena_printf(l->s->arena, "quantile_%.*s", (int)n, number);
    (void)snprintf(percent, sizeof percent, "%.6g", 100 * q->probs[i]);
    const bool median = q->probs[i] == 0.5;
    words[i].zh = median ? "中位数" : sx_arena_printf(l->s->arena, "%s%% 分位数", percent);
    words[i].en = median ? "median" : sx_arena_printf(l->s->arena, "%s%% quantile", percent);
    l->oom = l->oom || !names[i] || !words[i].zh || !words[i].en;
    for (size_t k = 0; k < i && !l->oom; k++) {
      if (q->probs[k] == q->probs[i]) study__problem(l, ind->node, "the probability %g stands twice", q->probs[i]);
    }
  }
  if (names && words && !l->oom) study__set_stats(l, ind, names, q->n);
  ind->stat_words = words;
}

static quantile *read_quantile(st_load *l, st_indicator *ind, const sx_node *node, const sx_node **options) {
  static const double half[] = {0.5};
  (void)study__of(options, l, ind, node, ST_NUMBER);
  quantile *q = study__take(l, 1, sizeof *q);
  if (!q) return NULL;
  *q = (quantile){.options = SX_QUANTILE_OPTIONS_INIT, .probs = half, .n = 1};
  ind->of_kind = q;
  if (*options) read_method(l, q, *options);
  return q;
}

static void read_median(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  const quantile *q = read_quantile(l, ind, node, &map);
  if (map) ST_KEYS(l, map, "of", "rule", "qrule", "interval", "centre");
  if (q) name_stats(l, ind, q);
}

static void read_probs(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  quantile *q = read_quantile(l, ind, node, &map);
  if (!map || !q) {
    study__problem(l, node, "a quantile is {of: EXPRESSION, probs: [0.25, 0.5, 0.75]}; 'median: EXPRESSION' is short");
    return;
  }
  ST_KEYS(l, map, "of", "probs", "rule", "qrule", "interval", "centre");
  size_t n = 0;
  const double *probs = study__numbers(&n, l, map, "probs", "a probability");
  if (!sx_node_get(map, "probs")) study__problem(l, map, "a quantile needs its probabilities: 'probs: [0.25, 0.5]'");
  for (size_t i = 0; i < n; i++) {
    if (probs[i] >= 0 && probs[i] <= 1) continue;
    study__problem(l, sx_node_get(map, "probs"), "the probability %g is not between 0 and 1", probs[i]);
    return;
  }
  if (!n) return;
  q->probs = probs;
  q->n = n;
  name_stats(l, ind, q);
}

static void check(st_load *l, const sx_table *unit, st_indicator *ind) {
  (void)unit;
  const quantile *q = ind->of_kind;
  const st_design *d = &l->s->design;
  if (q && q->options.interval == SX_QINTERVAL_REPLICATE && d->replicates.n == 0 && !d->make.given)
    study__problem(l, ind->node, "the interval 'replicate' needs replicate weights: the design has none");
}

static sx_status run(sx_est_set **out, const st_job *job, sx_error *err) {
  const quantile *q = job->ind->of_kind;
  sx_quantile_options options = q->options;
  options.ci_level = job->options->ci_level;
  options.df = job->options->df;
  const sx_quantile_request request = {
      .y = job->columns[0], .probs = q->probs, .n_probs = q->n, .where = job->where, .by = job->by};
  return sx_estimate_quantile(out, job->design, &request, &options, err);
}

const st_kind study__kind_quantile = {
    .word = "quantile", .format = "auto plain", .read = read_probs, .check = check, .run = run};
const st_kind study__kind_median = {
    .word = "median", .format = "auto plain", .read = read_median, .check = check, .run = run};
