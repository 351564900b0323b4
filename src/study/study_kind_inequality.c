/* study_kind_inequality.c: inequality and poverty by the words of `shuxiao inequality` and `shuxiao poverty`: a word for one measure
 * (`gini: x`, `arpr: {of: x, threshold: 0.6*mean}`), or several of one variable (`inequality: {of: x, give: [gini, qsr]}`). */
#include <string.h>

#include "shuxiao/estimate_inequality.h"
#include "study_kind.h"

typedef struct spread {
  sx_inequality_measure *measures;
  size_t n;
  sx_inequality_options options; /* est is the job's */
  const double *probs;
  size_t n_probs;
} spread;

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static void read_threshold(st_load *l, sx_poverty_threshold *t, const sx_node *map) {
  static const char *const populations[] = {"all", "domain"};
  const sx_node *node = sx_node_get(map, "threshold");
  const char *text = node ? study__scalar(l, node, "a threshold, as in 0.6*median or 10000") : NULL;
  size_t of = 0;
  sx_error err = SX_ERROR_INIT;
  if (text && sx_poverty_threshold_parse(t, text, &err) != SX_OK) study__problem(l, node, "%s", err.message);
  (void)study__choice(&of, l, map, "threshold_of", populations, 2, "population of the threshold");
  t->of_domain = of == 1;
}

static void read_options(st_load *l, spread *s, const sx_node *map, bool poverty) {
  static const char *const forms[] = {"plain", "convey"};
  size_t form = 0, n = 0;
  (void)study__choice(&form, l, map, "form", forms, 2, "form of the measures");
  s->options.form = (sx_inequality_form)form;
  const double *bandwidth = study__numbers(&n, l, map, "bandwidth", "a bandwidth");
  if (n == 1 && bandwidth[0] > 0)
    s->options.bandwidth = bandwidth[0];
  else if (n)
    study__problem(l, sx_node_get(map, "bandwidth"), "a bandwidth is one number above 0");
  if (poverty) read_threshold(l, &s->options.threshold, map);
}

/* What is measured and how; NULL where memory is short. */
static spread *read_spread(const sx_node **map, st_load *l, st_indicator *ind, const sx_node *node, bool poverty) {
  (void)study__of(map, l, ind, node, ST_NUMBER);
  spread *s = study__take(l, 1, sizeof *s);
  if (!s) return NULL;
  s->options = (sx_inequality_options)SX_INEQUALITY_OPTIONS_INIT;
  ind->of_kind = s;
  if (*map) read_options(l, s, *map, poverty);
  return s;
}

/* One measure, named by the kind's word. */
static spread *read_word(const sx_node **map, st_load *l, st_indicator *ind, const sx_node *node, bool poverty) {
  spread *s = read_spread(map, l, ind, node, poverty);
  if (!s) return NULL;
  sx_error err = SX_ERROR_INIT;
  s->measures = study__take(l, 1, sizeof *s->measures);
  if (s->measures && sx_inequality_parse(s->measures, ind->kind->word, &err) != SX_OK)
    study__problem(l, node, "%s", err.message);
  s->n = 1;
  return s;
}

static void read_one(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  (void)read_word(&map, l, ind, node, false);
  if (map) ST_KEYS(l, map, "of", "form", "bandwidth");
}

static void read_one_poverty(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  (void)read_word(&map, l, ind, node, true);
  if (map) ST_KEYS(l, map, "of", "form", "bandwidth", "threshold", "threshold_of");
}

static void name_ordinates(st_load *l, st_indicator *ind, const spread *s) {
  const char **names = study__take(l, s->n_probs, sizeof *names);
  for (size_t k = 0; names && k < s->n_probs; k++) {
    char number[SX_DOUBLE_TEXT_MAX];
    (void)sx_text_from_double(number, s->probs[k]);
    names[k] = sx_arena_printf(l->s->arena, "lorenz_%s", number);
    l->oom = l->oom || !names[k];
    for (size_t i = 0; i < k; i++)
      if (s->probs[i] == s->probs[k]) study__problem(l, ind->node, "the probability %g stands twice", s->probs[k]);
  }
  if (names && !l->oom) study__set_stats(l, ind, names, s->n_probs);
}

static void read_lorenz(st_load *l, st_indicator *ind, const sx_node *node) {
  static const double deciles[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  const sx_node *map = NULL;
  spread *s = read_word(&map, l, ind, node, false);
  if (!s) return;
  size_t n = 0;
  const double *probs = NULL;
  if (map) {
    ST_KEYS(l, map, "of", "probs", "form", "bandwidth");
    probs = study__numbers(&n, l, map, "probs", "a probability");
  }
  s->probs = n ? probs : deciles;
  s->n_probs = n ? n : sizeof deciles / sizeof *deciles;
  for (size_t k = 0; k < n; k++) {
    if (probs[k] >= 0 && probs[k] <= 1) continue;
    study__problem(l, sx_node_get(map, "probs"), "the probability %g is not between 0 and 1", probs[k]);
    return;
  }
  name_ordinates(l, ind, s);
}

/* give: the measures by name. */
static void read_give(st_load *l, st_indicator *ind, spread *s, const sx_node *give, bool poverty) {
  const bool list = give && give->kind == SX_NODE_LIST;
  const size_t n = list ? give->n : give ? 1 : 0;
  const char **names = study__take(l, n + 1, sizeof *names);
  s->measures = study__take(l, n + 1, sizeof *s->measures);
  if (!names || !s->measures) return;
  if (n == 0)
    study__problem(l, give ? give : ind->node, "name the measures: 'give: [%s]'", poverty ? "arpr, rmpg" : "gini, qsr");
  for (size_t k = 0; k < n; k++) {
    const sx_node *item = list ? give->items[k] : give;
    const char *text = study__scalar(l, item, "the name of a measure");
    sx_error err = SX_ERROR_INIT;
    char name[SX_INEQUALITY_TEXT_MAX];
    if (!text) return;
    if (sx_inequality_parse(&s->measures[k], text, &err) != SX_OK) {
      study__problem(l, item, "'%s': %s", text, err.message);
      return;
    }
    if (sx_inequality_is_poverty(s->measures[k].stat) != poverty || s->measures[k].stat == SX_INEQUALITY_LORENZ) {
      study__problem(l, item, "'%s' is not given by %s%s", text, ind->kind->word,
                     s->measures[k].stat == SX_INEQUALITY_LORENZ ? ": it is a word of its own" : "");
      return;
    }
    names[k] = sx_arena_strdup(l->s->arena, sx_inequality_statistic(name, &s->measures[k]));
    l->oom = l->oom || !names[k];
    for (size_t i = 0; i < k && !l->oom; i++)
      if (strcmp(names[i], names[k]) == 0) study__problem(l, item, "the measure '%s' stands twice", text);
  }
  s->n = n;
  if (n && !l->oom) study__set_stats(l, ind, names, n);
}

static void read_many(st_load *l, st_indicator *ind, const sx_node *node, bool poverty) {
  const sx_node *map = NULL;
  spread *s = read_spread(&map, l, ind, node, poverty);
  if (!s) return;
  if (map && poverty)
    ST_KEYS(l, map, "of", "give", "form", "bandwidth", "threshold", "threshold_of");
  else if (map)
    ST_KEYS(l, map, "of", "give", "form", "bandwidth");
  read_give(l, ind, s, map ? sx_node_get(map, "give") : NULL, poverty);
}

static void read_inequality(st_load *l, st_indicator *ind, const sx_node *node) {
  read_many(l, ind, node, false);
}
static void read_poverty(st_load *l, st_indicator *ind, const sx_node *node) {
  read_many(l, ind, node, true);
}

/* ---- running ------------------------------------------------------------------------------------------------------ */

/* The rows of n sets of one value each, by group, then by set; the estimates move. */
static sx_status combine(sx_est_set **out, const sx_ctx *ctx, sx_est_set **sets, size_t n, sx_error *err) {
  const size_t groups = sets[0]->n_rows;
  size_t rows = 0;
  sx_est_set *all = sx_mem_zalloc(ctx, 1, sizeof *all);
  if (!all) return sx_error_memory(err);
  all->ctx = *ctx;
  all->rows = sx_size_mul(&rows, groups, n) ? sx_mem_zalloc(ctx, rows, sizeof *all->rows) : NULL;
  if (!all->rows) {
    sx_est_set_free(all);
    return sx_error_memory(err);
  }
  all->n_rows = rows;
  for (size_t g = 0; g < groups; g++)
    for (size_t k = 0; k < n; k++) {
      all->rows[g * n + k] = sets[k]->rows[g];
      all->rows[g * n + k].level = (int32_t)k;
      sets[k]->rows[g].est = NULL;
    }
  *out = all;
  return SX_OK;
}

static sx_status run(sx_est_set **out, const st_job *job, sx_error *err) {
  const spread *s = job->ind->of_kind;
  const sx_ctx *ctx = sx_design_ctx(job->design);
  sx_inequality_options options = s->options;
  options.est = *job->options;
  sx_status st = SX_OK;
  sx_inequality_request *requests = sx_mem_alloc(ctx, s->n, sizeof *requests);
  sx_est_set **sets = sx_mem_zalloc(ctx, s->n, sizeof(sx_est_set *));
  if (!requests || !sets) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < s->n; k++) {
    requests[k] = (sx_inequality_request)SX_INEQUALITY_REQUEST_INIT;
    requests[k].measure = s->measures[k];
    requests[k].y = job->columns[0];
    requests[k].probs = s->probs;
    requests[k].n_probs = s->n_probs;
    requests[k].where = job->where;
    requests[k].by = job->by;
  }
  SX_TRY_GOTO(st, sx_estimate_inequality_many(sets, job->design, requests, s->n, &options, err), done);
  if (job->ind->n_stats && !s->probs) {
    st = combine(out, ctx, sets, s->n, err);
  } else {
    *out = sets[0];
    sets[0] = NULL;
  }
done:
  for (size_t k = 0; sets && k < s->n; k++) sx_est_set_free(sets[k]);
  sx_mem_free(ctx, sets);
  sx_mem_free(ctx, requests);
  return st;
}

const st_kind study__kind_inequality = {.word = "inequality", .format = "plain 3", .read = read_inequality, .run = run};
const st_kind study__kind_gini = {.word = "gini", .format = "plain 3", .read = read_one, .run = run};
const st_kind study__kind_theil = {.word = "theil", .format = "plain 3", .read = read_one, .run = run};
const st_kind study__kind_mld = {.word = "mld", .format = "plain 3", .read = read_one, .run = run};
const st_kind study__kind_qsr = {.word = "qsr", .format = "plain 2", .read = read_one, .run = run};
const st_kind study__kind_lorenz = {.word = "lorenz", .format = "% 1", .read = read_lorenz, .run = run};
const st_kind study__kind_poverty = {.word = "poverty", .format = "plain 3", .read = read_poverty, .run = run};
const st_kind study__kind_arpt = {.word = "arpt", .format = "auto plain", .read = read_one_poverty, .run = run};
const st_kind study__kind_arpr = {
    .word = "arpr", .format = "% 1", .shares = true, .read = read_one_poverty, .run = run};
const st_kind study__kind_rmpg = {.word = "rmpg", .format = "% 1", .read = read_one_poverty, .run = run};
