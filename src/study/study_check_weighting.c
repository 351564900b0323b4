/* study_check_weighting.c: the margins of a study before its weights are made: their variables, files and levels. */
#include "study_adjust.h"
#include "study_names.h"

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

void study__check_level(st_load *l, const sx_table *unit, const sx_node *node, const char *variable,
                        const char *level) {
  const sx_column *c = leveled(l->s, unit, variable);
  const char *near = NULL;
  /* numbers without labels have levels only when all cases are read */
  if (!c || (c->type != SX_TEXT && c->type != SX_CATEGORY)) return;
  if (study__known_level(l, c, level, &near)) return;
  study__problem(l, node, "the variable '%s' has no level '%s'%s%s%s", variable, level, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "");
}

/* Levels that no case can have, unless their total is 0. */
static void check_levels(st_load *l, const sx_table *unit, const st_margin *m, const sx_target *t) {
  for (size_t v = 0; v < t->n_variables; v++) {
    for (size_t k = 0; k < t->n_cells && !study__stop(l); k++) {
      if (t->totals[k] != 0) study__check_level(l, unit, m->totals->keys[k], t->variables[v], t->levels[k][v]);
    }
  }
}

const sx_column *study__need_column(st_load *l, const sx_table *unit, const sx_node *node, const char *name) {
  const sx_column *column = NULL;
  sx_error err = SX_ERROR_INIT;
  if (!unit || !name || sx_table_need(&column, unit, name, &err) == SX_OK) return column;
  study__problem(l, node, "%s", err.message);
  return NULL;
}

/* False where something is missing that the reader has told already, or was told now. */
static bool check_margin(st_load *l, const sx_table *unit, const st_margin *m) {
  const size_t before = l->problems->n;
  for (size_t v = 0; unit && v < m->by.n; v++) (void)study__need_column(l, unit, m->by.nodes[v], m->by.items[v]);
  const char *path = m->file ? study__path(l->s, l->s->arena, m->file) : NULL;
  if (m->file && !path) {
    l->oom = true;
  } else if (path && !sx_file_exists(path)) {
    study__problem(l, m->node, "there is no file '%s'", path);
  }
  const bool given = m->file ? m->value != NULL : m->totals != NULL;
  return given && m->by.n > 0 && m->by.n <= 4 && l->problems->n == before && !study__stop(l);
}

bool study__check_margins(st_load *l, const sx_table *unit, const st_weighting *w, st_targets *targets) {
  bool whole = true;
  sx_error err = SX_ERROR_INIT;
  for (size_t k = 0; k < w->n_margins; k++) whole = check_margin(l, unit, &w->margins[k]) && whole;
  if (!whole || study__stop(l)) return false;
  if (study__targets(targets, l->s, w, l->s->arena, &err) != SX_OK) {
    study__error_problem(l, w->node, &err);
    return false;
  }
  const size_t before = l->problems->n;
  for (size_t k = 0; unit && k < w->n_margins; k++) {
    if (!w->margins[k].file) check_levels(l, unit, &w->margins[k], &targets->items[k]);
  }
  return l->problems->n == before;
}
