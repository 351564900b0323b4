/* study_kind_rank.c: rankings, `rank: {items: [r1, r2]}` or `{places: [p1, p2]}`, and the ends of a scale, `box: sat`. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/estimate_set.h"
#include "study_kind.h"

/* ---- rankings -------------------------------------------------------------------------------------------------------- */

typedef struct ranking {
  sx_rank_stat stat;
  size_t top;
  bool places;
  const sx_node *items; /* of places: the levels that are listed; NULL: all that are known */
} ranking;

static void read_score(ranking *r, st_load *l, const sx_node *node, size_t n_columns) {
  static const char *const stats[] = {"mean", "first", "borda", "top"};
  size_t stat = 0, n = 0;
  const double *top = study__numbers(&n, l, node, "top", "top");
  (void)study__choice(&stat, l, node, "score", stats, 4, "score of a ranking");
  r->stat = stat == 0 ? SX_RANK_MEAN : stat == 2 ? SX_RANK_BORDA : SX_RANK_TOP;
  r->top = stat == 3 && n == 1 && *top >= 1 && *top <= (double)n_columns ? (size_t)*top : 1;
  if ((stat == 3) != (n == 1) || (n == 1 && *top != (double)r->top))
    study__problem(l, node, "'score: top' needs 'top: N', N from 1 to %zu; no other score has it", n_columns);
}

static void read_rank(st_load *l, st_indicator *ind, const sx_node *node) {
  ranking *r = study__take(l, 1, sizeof *r);
  if (!r || !study__is_map(l, node, "rank")) return;
  ST_KEYS(l, node, "items", "places", "score", "top");
  const sx_node *places = sx_node_get(node, "places"), *items = sx_node_get(node, "items");
  const sx_node *columns = places ? places : items;
  if (!columns || columns->kind != SX_NODE_LIST || columns->n == 0) {
    study__problem(l, node,
                   "a ranking is 'rank: {items: [A, B, C], score: mean}', a variable of ranks for each item, or "
                   "'rank: {places: [P1, P2]}', a variable of items for each place");
    return;
  }
  r->places = places != NULL;
  r->items = places ? items : NULL;
  read_score(r, l, node, columns->n);
  const char **names = study__take(l, columns->n, sizeof *names);
  for (size_t i = 0; names && i < columns->n; i++) {
    names[i] = columns->items[i]->text;
    if (!study__measure(l, ind, columns->items[i], places ? ST_ANY : ST_NUMBER)) return;
  }
  ind->of_kind = r;
  if (names && !places) study__set_stats(l, ind, names, columns->n);
}

/* The statistics of places are the items, which are levels of the variables. */
static void check_rank(st_load *l, const sx_table *unit, st_indicator *ind) {
  const ranking *r = ind->of_kind;
  if (!r || !r->places) return;
  const char **names = study__take(l, ind->n_measures, sizeof *names);
  for (size_t k = 0; names && k < ind->n_measures; k++) names[k] = ind->measures[k].name;
  if (!names) return;
  if (r->items)
    study__listed_stats(l, unit, ind, names, ind->n_measures, "rank", r->items);
  else
    (void)study__level_stats(l, unit, ind, names, ind->n_measures, "rank", "list the items, as 'items: [tea, milk]'");
}

static sx_status run_rank(sx_est_set **out, const st_job *job, sx_error *err) {
  const ranking *r = job->ind->of_kind;
  sx_est_set *set = NULL;
  sx_rank_request request = SX_RANK_REQUEST_INIT;
  request.columns = job->columns;
  request.n_columns = job->ind->n_measures;
  request.places = r->places;
  request.stat = r->stat;
  request.top = r->top;
  request.where = job->where;
  request.by = job->by;
  if (!r->places) return sx_estimate_rank(out, job->design, &request, job->options, err);
  SX_TRY(sx_estimate_rank(&set, job->design, &request, job->options, err));
  return study__place_levels(out, job, set, "rank",
                             "is no item that is known before the data are read: list all under 'items'", err);
}

const st_kind study__kind_rank = {
    .word = "rank", .format = "plain 2", .shares = true, .read = read_rank, .check = check_rank, .run = run_rank};

/* ---- scales ------------------------------------------------------------------------------------------------------------ */

static const char *const *levels_of(size_t *n, st_load *l, const sx_node *map, const char *key) {
  const sx_node *node = sx_node_get(map, key);
  if (!node) return NULL;
  if (node->kind != SX_NODE_LIST || node->n == 0) {
    study__problem(l, node, "'%s' is a list of levels: [4, 5]; how many is said by 'score: top3'", key);
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

/* "top3": the score and how many levels, as in `--box` of the commands; *levels is 0 where none are named. */
static bool parse_score(size_t *box, size_t *levels, const char *text) {
  static const char *const boxes[] = {"top", "bottom", "net", "nps"};
  double n = 0;
  for (*box = 0; *box < sizeof boxes / sizeof *boxes; (*box)++) {
    const size_t k = strlen(boxes[*box]);
    if (strncmp(text, boxes[*box], k) != 0) continue;
    *levels = 0;
    if (!text[k]) return true;
    if (*box == SX_BOX_NPS || !sx_text_to_double(&n, text + k, strlen(text + k)) || !(n >= 1 && n < 1000)) return false;
    *levels = (size_t)n;
    return n == (double)*levels;
  }
  return false;
}

static void read_score_of_scale(sx_box_request *r, st_load *l, const sx_node *map) {
  const sx_node *node = sx_node_get(map, "score");
  const char *text = node ? study__scalar(l, node, "score") : "top";
  size_t box = SX_BOX_TOP, levels = 0;
  if (!text) return;
  if (!parse_score(&box, &levels, text)) {
    study__problem(l, node, "'%s' is no score of a scale: top, bottom, net (of two levels, or top3, ...) or nps", text);
    return;
  }
  r->box = (sx_box)box;
  if (levels) r->n_top = r->n_bottom = levels;
  if (levels && (sx_node_get(map, "top") || sx_node_get(map, "bottom")))
    study__problem(l, node, "'%s' says how many levels: leave 'top' and 'bottom' out, or name the levels there", text);
  if (r->box == SX_BOX_NPS && (sx_node_get(map, "top") || sx_node_get(map, "bottom")))
    study__problem(l, node, "nps is the net of 9, 10 and 0 to 6: leave 'top' and 'bottom' out");
}

static void read_box(st_load *l, st_indicator *ind, const sx_node *node) {
  const sx_node *map = NULL;
  sx_box_request *r = study__take(l, 1, sizeof *r);
  (void)study__of(&map, l, ind, node, ST_ANY);
  if (!r) return;
  *r = (sx_box_request)SX_BOX_REQUEST_INIT;
  ind->of_kind = r;
  if (!map) return;
  ST_KEYS(l, map, "of", "score", "top", "bottom");
  read_score_of_scale(r, l, map);
  if (r->box == SX_BOX_NPS) return;
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
