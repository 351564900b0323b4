/* study_kind_test.c: tests of tables as indicators: independence of two variables, or the shares of one against given ones.
 * Rows as `shuxiao tab --format csv` has them: the statistic (df: its first), and test_p (df: the second). */
#include <math.h>
#include <string.h>

#include "study_kind.h"

typedef struct table_test {
  sx_test_stat stat;
  bool goodness;
  sx_given_shares given;
} table_test;

static void read_shares(st_load *l, table_test *t, const sx_node *map) {
  if (!study__is_map(l, map, "shares")) return;
  const char **level = study__take(l, map->n, sizeof *level);
  double *share = study__take(l, map->n, sizeof *share);
  for (size_t i = 0; level && share && i < map->n; i++) {
    level[i] = map->keys[i]->text;
    if (sx_node_number(&share[i], map->items[i]) && share[i] > 0) continue;
    study__problem(l, map->items[i], "the share of '%s' is a number above 0", level[i]);
  }
  if (level && share) t->given = (sx_given_shares){level, share, map->n};
}

/* "Income by age": what the rows are called in a table. */
static void name_stats(st_load *l, st_indicator *ind, const table_test *t) {
  const char *name = sx_arena_printf(l->s->arena, "test_%s", t->goodness ? "goodness" : sx_test_name(t->stat));
  const char *const names[] = {name, "test_p"};
  sx_text2 *words = study__take(l, 2, sizeof *words);
  if (!name || !words) {
    l->oom = true;
    return;
  }
  words[0] = (sx_text2){"检验统计量", "statistic"};
  words[1] = (sx_text2){"p 值", "p"};
  study__set_stats(l, ind, names, 2);
  ind->stat_words = words;
}

static void read_test(st_load *l, st_indicator *ind, const sx_node *node) {
  static const char *const stats[] = {"F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"};
  const sx_node *map = node->kind == SX_NODE_MAP ? node : NULL, *of = map ? sx_node_get(map, "of") : node;
  const sx_node *shares = map ? sx_node_get(map, "shares") : NULL;
  table_test *t = study__take(l, 1, sizeof *t);
  if (!t) return;
  if (map) ST_KEYS(l, map, "of", "statistic", "shares");
  size_t stat = SX_TEST_F;
  if (map) (void)study__choice(&stat, l, map, "statistic", stats, 6, "test statistic");
  t->stat = (sx_test_stat)stat;
  t->goodness = shares != NULL;
  const bool pair = of && of->kind == SX_NODE_LIST && of->n == 2;
  if (!of || (t->goodness ? of->kind != SX_NODE_SCALAR : !pair)) {
    study__problem(l, of ? of : node,
                   "a test is 'test: [ROW, COLUMN]', or 'test: {of: VARIABLE, shares: {LEVEL: SHARE, ...}}'");
    return;
  }
  if (t->goodness) {
    read_shares(l, t, shares);
    (void)study__measure(l, ind, of, ST_ANY);
  }
  for (size_t i = 0; !t->goodness && i < 2; i++) (void)study__measure(l, ind, of->items[i], ST_ANY);
  ind->of_kind = t;
  name_stats(l, ind, t);
}

/* A domain of one row or column has no test: that is no failure of the study. */
static sx_status test_domain(sx_test_result *out, const st_job *job, const uint8_t *where, sx_error *err) {
  const table_test *t = job->ind->of_kind;
  sx_error why = SX_ERROR_INIT;
  const sx_status status = t->goodness ? sx_estimate_goodness(out, job->design, job->columns[0], &t->given, where, &why)
                                       : sx_estimate_independence(out, job->design, job->columns[0], job->columns[1],
                                                                  where, t->stat, job->options, &why);
  if (status == SX_E_DATA && !t->goodness) {
    *out = (sx_test_result){.na = SX_NA_ZERO_DENOMINATOR};
    out->statistic = out->p = out->df1 = out->df2 = (double)NAN;
    return SX_OK;
  }
  if (status != SX_OK && err) *err = why;
  return status;
}

static void fill_rows(sx_est_row rows[2], const sx_test_result *r, size_t group, double level) {
  for (int32_t i = 0; i < 2; i++) {
    rows[i] = (sx_est_row){.group = group, .level = i, .ci_level = level, .n = r->n, .na = r->na};
    rows[i].estimate = i ? r->p : r->statistic;
    rows[i].df = i ? r->df2 : r->df1;
    rows[i].se = rows[i].low = rows[i].high = rows[i].n_eff = rows[i].deff = rows[i].cv = (double)NAN;
  }
}

static sx_status run_test(sx_est_set **out, const st_job *job, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(job->design);
  const size_t n_rows = sx_table_rows(job->unit), cells = job->by ? job->by->n_groups : 1;
  uint8_t *where = sx_mem_alloc(ctx, n_rows, 1);
  sx_est_set *set = sx_mem_zalloc(ctx, 1, sizeof *set);
  sx_status status = SX_OK;
  if (set) set->ctx = *ctx;
  if (set) set->rows = sx_mem_zalloc(ctx, 2 * cells, sizeof *set->rows);
  if (!where || !set || !set->rows) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t g = 0; g < cells; g++) {
    sx_test_result r;
    for (size_t i = 0; i < n_rows; i++)
      where[i] = (!job->where || job->where[i] == 1) && (!job->by || job->by->group[i] == (int32_t)g);
    SX_TRY_GOTO(status, test_domain(&r, job, where, err), done);
    fill_rows(set->rows + 2 * g, &r, g, job->options->ci_level);
  }
  set->n_rows = 2 * cells;
  *out = set;
  set = NULL;
done:
  sx_mem_free(ctx, where);
  sx_est_set_free(set);
  return status;
}

const st_kind study__kind_test = {
    .word = "test", .format = "plain 3", .no_algebra = true, .read = read_test, .run = run_test};
