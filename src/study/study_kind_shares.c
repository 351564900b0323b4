/* study_kind_shares.c: statistics that are the levels of variables; the shares of every level of a variable at once: `shares: region`,
 * as `shuxiao prop FILE region`; and what `mean` and `total` of texts stand for. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/table_order.h"
#include "study_data.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_variables.h"

static void read_shares(st_load *l, st_indicator *ind, const sx_node *node) {
  (void)study__measure(l, ind, node, ST_ANY);
}

/* The levels that are known before the data are read: texts of a text variable, values with a label of a number. */
static size_t known_levels(const char **levels, const char **labels, st_load *l, const sx_column *c) {
  const size_t n_dict = c->dict ? sx_dict_count(c->dict) : 0;
  size_t n = 0;
  for (size_t k = 0; k < n_dict; k++, n++) levels[n] = labels[n] = sx_dict_get(c->dict, (int32_t)k, NULL);
  for (size_t k = 0; k < c->n_labels; k++) {
    if (c->labels[k].tag) continue; /* of a missing value */
    char text[SX_DOUBLE_TEXT_MAX];
    if (c->labels[k].text) { /* of a text's value */
      for (size_t i = 0; i < n_dict; i++) {
        if (strcmp(levels[i], c->labels[k].text) == 0) labels[i] = c->labels[k].label;
      }
      continue;
    }
    const size_t length = sx_text_from_double(text, c->labels[k].value);
    levels[n] = sx_arena_strndup(l->s->arena, text, length);
    labels[n++] = c->labels[k].label;
    if (!levels[n - 1]) l->oom = true;
  }
  return n;
}

/* As tables show them; several: the levels come of several columns, c is the first. */
static void order_known(const char **levels, const char **labels, size_t n, st_load *l, const sx_column *c,
                        bool several) {
  size_t *order = study__take(l, n + 1, sizeof *order);
  const char **before = study__take(l, 2 * n + 1, sizeof *before);
  sx_error err = SX_ERROR_INIT;
  if (!order || !before || n < 2) return;
  if ((several ? sx_member_order : sx_level_order)(order, &l->s->ctx, c, levels, n, &err) != SX_OK) {
    l->oom = true;
    return;
  }
  memcpy(before, levels, n * sizeof *before);
  memcpy(before + n, labels, n * sizeof *before);
  for (size_t i = 0; i < n; i++) {
    levels[i] = before[order[i]];
    labels[i] = before[n + order[i]];
  }
}

/* The levels of several variables, each once. */
typedef struct levels {
  const char **text, **label;
  size_t n;
} levels;

static bool room_for(levels *out, st_load *l, const sx_table *unit, const char *const *names, size_t n, size_t more) {
  size_t most = more;
  for (size_t i = 0; i < n; i++) {
    const sx_column *c = sx_table_find(unit, names[i]);
    most += c ? (c->dict ? sx_dict_count(c->dict) : 0) + c->n_labels : 0;
  }
  *out = (levels){study__take(l, most + 1, sizeof(char *)), study__take(l, most + 1, sizeof(char *)), 0};
  return out->text && out->label;
}

static size_t find_text(const levels *v, const char *text) {
  size_t i = 0;
  while (i < v->n && strcmp(v->text[i], text) != 0) i++;
  return i;
}

/* False where the variable's levels cannot be known. */
static bool add_levels(levels *v, st_load *l, const sx_table *unit, const char *name) {
  const size_t derived = study__find_derived(l->s, name), from = v->n;
  const sx_column *c = sx_table_find(unit, name);
  if (!c || (derived != ST_NONE && !l->s->derived[derived].cut)) return false;
  const size_t n = known_levels(v->text + from, v->label + from, l, c);
  order_known(v->text + from, v->label + from, n, l, c, false);
  for (size_t i = from; i < from + n && !l->oom; i++) {
    const char *text = v->text[i], *label = v->label[i];
    const size_t at = find_text(v, text);
    if (at < v->n) continue;
    v->text[v->n] = text;
    v->label[v->n++] = label ? label : text;
  }
  return true;
}

/* variable: the one whose levels they are, NULL: of several. */
static void set_level_stats(st_load *l, const char *variable, st_indicator *ind, const levels *v, const char *prefix) {
  const size_t derived = variable ? study__find_derived(l->s, variable) : ST_NONE;
  const st_derived *cut = derived == ST_NONE ? NULL : &l->s->derived[derived];
  const char **names = study__take(l, v->n, sizeof *names);
  sx_text2 *words = study__take(l, v->n, sizeof *words);
  if (!names || !words) return;
  for (size_t i = 0; i < v->n && !l->oom; i++) {
    names[i] = sx_arena_printf(l->s->arena, "%s_%s", prefix, v->text[i]);
    const char *label = study__copy(l, v->label[i]);
    words[i] = (sx_text2){label, label};
    l->oom = l->oom || !names[i];
    const sx_text2 *said = study__variable_words(l->s, variable, v->text[i]);
    if (said) words[i] = *said;
    for (size_t k = 0; cut && k <= cut->n_breaks; k++) {
      if (strcmp(study__cut_level(cut, k), v->text[i]) == 0) words[i] = cut->labels[k];
    }
  }
  if (l->oom) return;
  study__set_stats(l, ind, names, v->n);
  ind->stat_words = words;
}

bool study__level_stats(st_load *l, const sx_table *unit, st_indicator *ind, const char *const *names, size_t n,
                        const char *prefix, const char *otherwise) {
  levels v;
  if (!room_for(&v, l, unit, names, n, 0)) return false;
  for (size_t i = 0; i < n; i++) {
    if (add_levels(&v, l, unit, names[i]) && (v.n || i + 1 < n)) continue;
    study__problem(l, ind->n_measures ? ind->measures[0].e.node : ind->node,
                   "'%s' has no levels that are known before its data are read: %s", names[i], otherwise);
    return false;
  }
  if (n > 1) order_known(v.text, v.label, v.n, l, sx_table_find(unit, names[0]), true);
  set_level_stats(l, n == 1 ? names[0] : NULL, ind, &v, prefix);
  return !l->oom;
}

void study__listed_stats(st_load *l, const sx_table *unit, st_indicator *ind, const char *const *names, size_t n,
                         const char *prefix, const sx_node *list) {
  levels known, v;
  if (list->kind != SX_NODE_LIST || list->n == 0) {
    study__problem(l, list, "the levels are a list: [tea, milk]");
    return;
  }
  if (!room_for(&known, l, unit, names, n, 0) || !room_for(&v, l, unit, NULL, 0, list->n)) return;
  for (size_t i = 0; i < n; i++) (void)add_levels(&known, l, unit, names[i]);
  for (size_t i = 0; i < list->n; i++) {
    const char *text = study__scalar(l, list->items[i], "a level");
    if (!text || l->oom) return;
    if (find_text(&v, text) < v.n) {
      study__problem(l, list->items[i], "the level '%s' is listed twice", text);
      return;
    }
    const size_t at = find_text(&known, text);
    v.label[v.n] = at < known.n ? known.label[at] : text;
    v.text[v.n++] = text;
  }
  set_level_stats(l, NULL, ind, &v, prefix);
}

static void name_levels(st_load *l, const sx_table *unit, st_indicator *ind, const char *prefix) {
  (void)study__level_stats(l, unit, ind, &ind->measures[0].name, 1, prefix,
                           "shares are of a variable of texts, of labelled values, or of a derived 'cut'; "
                           "'prop: CONDITION' is of one share");
}

static void check_shares(st_load *l, const sx_table *unit, st_indicator *ind) {
  name_levels(l, unit, ind, "prop");
}

/* The statistic PREFIX_LEVEL. */
static size_t find_level_stat(const st_indicator *ind, const char *prefix, const char *level) {
  const size_t n = strlen(prefix);
  for (size_t i = 0; i < study__stat_count(ind); i++) {
    const char *name = study__stat_at(ind, i);
    if (strncmp(name, prefix, n) == 0 && name[n] == '_' && strcmp(name + n + 1, level) == 0) return i;
  }
  return ST_NONE;
}

sx_status study__place_levels(sx_est_set **out, const st_job *job, sx_est_set *set, const char *prefix,
                              const char *otherwise, sx_error *err) {
  for (size_t i = 0; i < set->n_rows; i++) {
    const size_t stat = find_level_stat(job->ind, prefix, set->level_text[set->rows[i].level]);
    if (stat == ST_NONE) {
      const sx_status status = sx_error_set(err, SX_E_DATA, job->ind->measures[0].name, "the value '%.100s' %s",
                                            set->level_text[set->rows[i].level], otherwise);
      sx_est_set_free(set);
      return status;
    }
    set->rows[i].level = (int32_t)stat;
  }
  *out = set;
  return SX_OK;
}

static const char *const no_label = "has no label: give it one, or leave it out by 'where'";

static sx_status run_shares(sx_est_set **out, const st_job *job, sx_error *err) {
  const sx_est_request request = {.stat = SX_STAT_PROP, .y = job->columns[0], .where = job->where, .by = job->by};
  sx_est_set *set = NULL;
  SX_TRY(sx_estimate_run(&set, job->design, &request, job->options, err));
  return study__place_levels(out, job, set, "prop", no_label, err);
}

const st_kind study__kind_shares = {
    .word = "shares", .format = "% 1", .shares = true, .read = read_shares, .check = check_shares, .run = run_shares};

static sx_status run_counts(sx_est_set **out, const st_job *job, sx_error *err) {
  const char *const name = job->ind->measures[0].name;
  sx_groups *by_level = NULL;
  sx_est_set *set = NULL;
  SX_TRY(sx_groups_new(&by_level, job->unit, &name, 1, err));
  const sx_status status =
      sx_estimate_level_totals(&set, job->design, by_level, job->where, job->by, job->options, false, err);
  sx_groups_free(by_level);
  return status == SX_OK ? study__place_levels(out, job, set, "total", no_label, err) : status;
}

/* What `total` of a text becomes; no word of its own. */
static const st_kind counts_of_levels = {.word = "total", .run = run_counts};

void study__text_levels(st_load *l, const sx_table *unit, st_indicator *ind) {
  if (ind->n_measures == 0) return; /* told already */
  const st_measure *m = &ind->measures[0];
  const sx_column *named = sx_table_find(unit, m->name);
  sx_column *column = NULL;
  sx_error err = SX_ERROR_INIT;
  if (!m->e.expr || sx_expr_eval(&column, m->e.expr, unit, "y", &err) != SX_OK) return; /* told already */
  const bool text = column->type == SX_TEXT || column->type == SX_CATEGORY;
  sx_column_free(sx_table_ctx(unit), column);
  if (!text) return;
  if (!named || sx_column_mostly_numbers(named)) {
    study__problem(
        l, m->e.node,
        named
            ? "'%s' is text, not a number: words stand among its numbers; correct them, name them under 'missing', or "
              "take 'shares'"
            : "'%s' is text, not a number: name a variable, whose levels are then counted",
        sx_expr_text(m->e.expr));
    return;
  }
  const bool total = strcmp(ind->kind->word, "total") == 0;
  ind->kind = total ? &counts_of_levels : &study__kind_shares;
  name_levels(l, unit, ind, total ? "total" : "prop");
}
