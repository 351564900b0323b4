/* study_kind_set.c: shares of a multiple-response set, rankings, and the ends of a scale. */
#include <string.h>

#include "shuxiao/estimate_set.h"
#include "study_kind.h"

/* ---- multiple response ----------------------------------------------------------------------------------------------- */

typedef struct set_share {
  sx_set_of of;
  sx_set_base base;
} set_share;

static void read_set(st_load *l, st_indicator *ind, const sx_node *node) {
  static const char *const shares[] = {"cases", "answers"}, *const bases[] = {"chosen", "valid", "all"};
  const sx_node *map = NULL;
  set_share *s = study__take(l, 1, sizeof *s);
  (void)study__of(&map, l, ind, node, ST_SET);
  if (!s) return;
  ind->of_kind = s;
  if (!map) return;
  ST_KEYS(l, map, "of", "share", "among");
  size_t of = SX_SET_OF_CASES, base = SX_SET_BASE_CHOSEN;
  (void)study__choice(&of, l, map, "share", shares, 2, "share");
  (void)study__choice(&base, l, map, "among", bases, 3, "base of a set");
  s->of = (sx_set_of)of;
  s->base = (sx_set_base)base;
}

/* The statistics are the members, which the set names; those of categories would be known from the data alone. */
static void check_set(st_load *l, const sx_table *unit, st_indicator *ind) {
  const sx_mrset *set = unit && ind->n_measures ? sx_table_find_mrset(unit, ind->measures[0].name) : NULL;
  if (!set) return;
  if (!set->dichotomous) {
    study__problem(l, ind->node, "'%s' is a set of categories: write 'prop: any(%s) ...' for each that is wanted",
                   set->name, set->name);
    return;
  }
  sx_text2 *words = study__take(l, set->n_variables, sizeof *words);
  for (size_t k = 0; words && k < set->n_variables; k++) {
    const sx_column *c = sx_table_find(unit, set->variables[k]);
    const char *label = study__copy(l, c && c->label && *c->label ? c->label : set->variables[k]);
    words[k] = (sx_text2){label, label};
  }
  study__set_stats(l, ind, (const char *const *)set->variables, set->n_variables);
  ind->stat_words = words;
}

static sx_status run_set(sx_est_set **out, const st_job *job, sx_error *err) {
  const set_share *s = job->ind->of_kind;
  sx_set_request request = SX_SET_REQUEST_INIT;
  request.set = sx_table_find_mrset(job->unit, job->ind->measures[0].name);
  request.of = s->of;
  request.base = s->base;
  request.where = job->where;
  request.by = job->by;
  return sx_estimate_set(out, job->design, job->unit, &request, job->options, err);
}

const st_kind study__kind_share_of_set = {
    .word = "share_of_set", .format = "% 1", .shares = true, .read = read_set, .check = check_set, .run = run_set};

/* ---- rankings -------------------------------------------------------------------------------------------------------- */

typedef struct ranking {
  sx_rank_stat stat;
  size_t top;
} ranking;

static void read_rank(st_load *l, st_indicator *ind, const sx_node *node) {
  static const char *const stats[] = {"mean", "first", "borda", "top"};
  ranking *r = study__take(l, 1, sizeof *r);
  if (!r || !study__is_map(l, node, "rank")) return;
  ST_KEYS(l, node, "items", "score", "top");
  const sx_node *items = sx_node_get(node, "items");
  size_t stat = 0, n = 0;
  const double *top = study__numbers(&n, l, node, "top", "top");
  (void)study__choice(&stat, l, node, "score", stats, 4, "score of a ranking");
  if (!items || items->kind != SX_NODE_LIST || items->n == 0) {
    study__problem(l, node, "a ranking is 'rank: {items: [A, B, C], score: mean}', a variable of ranks for each item");
    return;
  }
  r->stat = stat == 0 ? SX_RANK_MEAN : stat == 2 ? SX_RANK_BORDA : SX_RANK_TOP;
  r->top = stat == 3 && n == 1 ? (size_t)*top : 1;
  if ((stat == 3) != (n == 1) || (n == 1 && !(*top >= 1 && *top <= (double)items->n && *top == (double)r->top)))
    study__problem(l, node, "'score: top' needs 'top: N', N from 1 to %zu; no other score has it", items->n);
  const char **names = study__take(l, items->n, sizeof *names);
  for (size_t i = 0; names && i < items->n; i++) {
    names[i] = items->items[i]->text;
    if (!study__measure(l, ind, items->items[i], ST_NUMBER)) return;
  }
  ind->of_kind = r;
  if (names) study__set_stats(l, ind, names, items->n);
}

static sx_status run_rank(sx_est_set **out, const st_job *job, sx_error *err) {
  const ranking *r = job->ind->of_kind;
  sx_rank_request request = SX_RANK_REQUEST_INIT;
  request.columns = job->columns;
  request.n_columns = job->ind->n_measures;
  request.stat = r->stat;
  request.top = r->top;
  request.where = job->where;
  request.by = job->by;
  return sx_estimate_rank(out, job->design, &request, job->options, err);
}

const st_kind study__kind_rank = {
    .word = "rank", .format = "plain 2", .shares = true, .read = read_rank, .run = run_rank};

/* ---- scales ------------------------------------------------------------------------------------------------------------ */

static const char *const *levels_of(size_t *n, st_load *l, const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  if (!node) return NULL;
  if (node->kind != SX_NODE_LIST || node->n == 0) {
    study__problem(l, node, "'%s' is a list of levels: [4, 5]", key);
    return NULL;
  }
  const char **levels = study__take(l, node->n, sizeof *levels);
  for (size_t i = 0; levels && i < node->n; i++) {
    levels[i] = study__scalar(l, node->items[i], "a level");
    if (!levels[i]) return NULL;
  }
  *n = levels ? node->n : 0;
  return levels;
}

static void read_box(st_load *l, st_indicator *ind, const sx_node *node) {
  static const char *const boxes[] = {"top", "bottom", "net"};
  const sx_node *map = NULL;
  sx_box_request *r = study__take(l, 1, sizeof *r);
  (void)study__of(&map, l, ind, node, ST_ANY);
  if (!r) return;
  *r = (sx_box_request)SX_BOX_REQUEST_INIT;
  ind->of_kind = r;
  if (!map) return;
  ST_KEYS(l, map, "of", "score", "top", "bottom");
  size_t box = SX_BOX_TOP;
  (void)study__choice(&box, l, map, "score", boxes, 3, "score of a scale");
  r->box = (sx_box)box;
  r->top = levels_of(&r->n_top, l, map, "top");
  r->bottom = levels_of(&r->n_bottom, l, map, "bottom");
}

static sx_status run_box(sx_est_set **out, const st_job *job, sx_error *err) {
  sx_box_request request = *(const sx_box_request *)job->ind->of_kind;
  request.y = job->columns[0];
  request.where = job->where;
  request.by = job->by;
  return sx_estimate_box(out, job->design, &request, job->options, err);
}

const st_kind study__kind_box = {.word = "box", .format = "% 1", .shares = true, .read = read_box, .run = run_box};
