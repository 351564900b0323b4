/* study_check_weighting.c: the margins of a study before its weights are made: their variables, files, levels and totals. */
#include "study_priv.h"

#include <math.h>
#include <string.h>

/* ---- levels --------------------------------------------------------------------------------------------------------- */

bool study__known_level(st_load *l, const sx_column *c, const char *level, const char **near) {
  *near = NULL;
  if (!c->dict && c->n_labels == 0) return true;
  const size_t n_dict = c->dict ? sx_dict_count(c->dict) : 0;
  const char **names = study__take(l, n_dict + c->n_labels, sizeof *names);
  for (size_t k = 0; names && k < n_dict + c->n_labels; k++) {
    names[k] = k < n_dict ? sx_dict_get(c->dict, (int32_t)k, NULL) : c->labels[k - n_dict].label;
    if (strcmp(names[k], level) == 0) return true;
  }
  double value = 0;
  for (size_t k = 0; k < c->n_labels && sx_text_to_double(&value, level, strlen(level)); k++) {
    if (!c->labels[k].text && c->labels[k].value == value) return true;
  }
  if (!names) return true;
  *near = sx_text_nearest(level, names, n_dict + c->n_labels);
  return false;
}

/* The column of the margin's variable where all of its levels are in sight: not for a derived expression, which was computed for the
 * first rows only. */
static const sx_column *leveled(const sx_study *s, const sx_table *unit, const char *name) {
  const size_t d = study__find_derived(s, name);
  if (d != ST_NONE && !s->derived[d].cut) return NULL;
  return sx_table_find(unit, name);
}

/* A level that no case can have, unless its total is 0. Numbers without labels have levels only when all cases are read. */
static void check_levels(st_load *l, const sx_table *unit, const st_margin *m, const sx_target *t) {
  for (size_t v = 0; v < t->n_variables; v++) {
    const sx_column *c = leveled(l->s, unit, t->variables[v]);
    if (!c || (c->type != SX_TEXT && c->type != SX_CATEGORY)) continue;
    for (size_t k = 0; k < t->n_cells && !study__stop(l); k++) {
      const char *near = NULL;
      if (t->totals[k] == 0 || study__known_level(l, c, t->levels[k][v], &near)) continue;
      study__problem(l, m->totals->keys[k], "the variable '%s' has no level '%s'%s%s%s", t->variables[v],
                     t->levels[k][v], near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
  }
}

/* ---- totals --------------------------------------------------------------------------------------------------------- */

static double sum_of(const sx_target *t) {
  double sum = 0;
  for (size_t k = 0; k < t->n_cells; k++) sum += t->totals[k];
  return sum;
}

static const sx_node *totals_node(const st_margin *m) {
  return m->totals ? m->totals : m->node;
}

/* All margins sum to one population, by the rule of raking: the first margin's. */
static void check_sums(st_load *l, const st_weighting *w, const st_targets *targets) {
  const double first = targets->n ? sum_of(&targets->items[0]) : 0;
  for (size_t k = 1; k < targets->n; k++) {
    const double sum = sum_of(&targets->items[k]);
    if (fabs(sum / first - 1) <= w->total_tolerance) continue;
    const bool inline_first = w->margins[k].file && !w->margins[0].file; /* the one whose numbers stand in the study */
    study__problem(l, totals_node(&w->margins[inline_first ? 0 : k]),
                   "the margins disagree in total: '%s' sums to %.15g, '%s' to %.15g", targets->items[0].name, first,
                   targets->items[k].name, sum);
  }
}

/* ---- one adjustment -------------------------------------------------------------------------------------------------- */

/* False where something is missing that the reader has told already, or was told now. */
static bool check_margin(st_load *l, const sx_table *unit, const st_margin *m) {
  const size_t before = l->problems->n;
  for (size_t v = 0; unit && v < m->by.n; v++) {
    const sx_column *column = NULL;
    sx_error err = SX_ERROR_INIT;
    if (sx_table_need(&column, unit, m->by.items[v], &err) != SX_OK)
      study__problem(l, m->by.nodes[v], "%s", err.message);
  }
  const char *path = m->file ? study__path(l->s, l->s->arena, m->file) : NULL;
  if (m->file && !path) {
    l->oom = true;
  } else if (path && !sx_file_exists(path)) {
    study__problem(l, m->node, "there is no file '%s'", path);
  }
  const bool given = m->file ? m->value != NULL : m->totals != NULL;
  return given && m->by.n > 0 && m->by.n <= 4 && l->problems->n == before && !study__stop(l);
}

static void check_adjustment(st_load *l, const sx_table *unit, const st_weighting *w) {
  bool whole = true;
  st_targets targets;
  sx_error err = SX_ERROR_INIT;
  for (size_t k = 0; k < w->n_margins; k++) whole = check_margin(l, unit, &w->margins[k]) && whole;
  if (!whole || study__stop(l)) return;
  if (study__targets(&targets, l->s, w, l->s->arena, &err) != SX_OK) {
    study__error_problem(l, w->node, &err);
    return;
  }
  const size_t before = l->problems->n;
  for (size_t k = 0; unit && k < w->n_margins; k++) {
    if (!w->margins[k].file) check_levels(l, unit, &w->margins[k], &targets.items[k]);
  }
  if (w->rake && l->problems->n == before) check_sums(l, w, &targets);
}

void study__check_weighting(st_load *l, const sx_table *unit) {
  for (size_t i = 0; i < l->s->n_weightings && !study__stop(l); i++) check_adjustment(l, unit, &l->s->weightings[i]);
}
