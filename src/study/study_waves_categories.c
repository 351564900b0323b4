/* study_waves_categories.c: the categories of an earlier wave are those of the study, or the study file says what becomes of them. */
#include "study_banner.h"
#include "study_names.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

/* ---- variables whose categories matter ------------------------------------------------------------------------------ */

typedef struct names {
  const char **items;
  size_t n, cap;
  bool failed;
} names;

static void add(names *out, sx_arena *arena, const char *name) {
  for (size_t i = 0; i < out->n; i++)
    if (strcmp(out->items[i], name) == 0) return;
  if (sx_arena_grow(arena, (void **)&out->items, &out->cap, out->n + 1, sizeof *out->items))
    out->items[out->n++] = name;
  else
    out->failed = true;
}

static void add_expr(names *out, sx_arena *arena, const st_expr *e) {
  for (size_t i = 0; e->expr && i < sx_expr_names(e->expr); i++) add(out, arena, sx_expr_name(e->expr, i));
}

/* The variables of a set; another name is one of a variable. */
static void add_set(names *out, sx_arena *arena, const sx_study *s, const char *name) {
  const sx_table *t = s->n_tables && s->schemas ? s->schemas[s->unit] : NULL;
  const sx_mrset *set = t ? sx_table_find_mrset(t, name) : NULL;
  for (size_t i = 0; set && i < set->n_variables; i++) add(out, arena, set->variables[i]);
}

/* What indicators, groups, accounts, derived variables and the study's banner tables with arrows compare: not ids, strata, clusters or weights. */
static bool collect(names *out, const sx_study *s, sx_arena *arena) {
  const sx_study *of = s->follower;
  for (size_t i = 0; i < s->n_groups; i++) {
    add_expr(out, arena, &s->groups[i].where);
    if (s->groups[i].by) add(out, arena, s->groups[i].by);
  }
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    for (size_t k = 0; k < ind->n_measures; k++) {
      add_expr(out, arena, &ind->measures[k].e);
      if (ind->measures[k].type == ST_SET) add_set(out, arena, s, ind->measures[k].name);
    }
    add_expr(out, arena, &ind->base);
    add_expr(out, arena, &ind->where);
  }
  for (size_t i = 0; i < s->n_accounts; i++)
    for (size_t k = 0; k < s->accounts[i].n_nodes; k++) add_expr(out, arena, &s->accounts[i].nodes[k].data_total);
  for (size_t i = 0; i < s->n_derived; i++) add_expr(out, arena, &s->derived[i].value);
  if (!of || study__bw_pair(of) == ST_NONE ||
      of->series->waves[of->series->pairs[study__bw_pair(of)].earlier].study != s)
    return !out->failed; /* arrows are against the wave before alone */
  for (size_t i = 0; i < of->n_arrow_names; i++)
    if (!study__bw_break(of, of->arrow_names[i])) add(out, arena, of->arrow_names[i]); /* else it has no arrow */
  return !out->failed;
}

/* ---- comparing ----------------------------------------------------------------------------------------------------------- */

static bool is_text(const sx_column *c) {
  return c->type == SX_TEXT || c->type == SX_CATEGORY;
}

/* Mapped by hand, or said to be the same. */
static bool is_settled(const st_wave *w, const char *variable) {
  for (size_t i = 0; i < w->n_maps; i++) {
    const st_recode *r = &w->maps[i];
    if (strcmp(r->variable, variable) == 0) return r->absent || r->same;
  }
  return false;
}

typedef struct difference {
  char text[400];
  bool serious; /* a category that the study has not; else one that the wave has not */
} difference;

/* The categories of a variable, and what they are called. */
typedef struct levels {
  const char *const *text, *const *label;
  size_t n;
} levels;

static levels levels_of(const sx_groups *g) {
  return (levels){(const char *const *)g->level_text[0], (const char *const *)g->level_label[0], g->n_levels[0]};
}

/* Of a text variable of which the first rows are kept: its dictionary has those of the whole file. */
static bool levels_read(levels *out, sx_arena *arena, const sx_column *c) {
  const size_t most = sx_dict_count(c->dict);
  const char **text = sx_arena_alloc(arena, most + 1, sizeof *text),
             **label = sx_arena_alloc(arena, most + 1, sizeof *label);
  size_t n = 0;
  if (!text || !label) return false;
  for (size_t i = 0; i < most; i++) {
    const char *level = sx_dict_get(c->dict, (int32_t)i, NULL);
    if (sx_column_find_range(c, 0, level) < c->n_ranges) continue; /* declared missing */
    text[n] = label[n] = level;
    for (size_t k = 0; k < c->n_labels; k++)
      if (c->labels[k].text && strcmp(c->labels[k].text, level) == 0) label[n] = c->labels[k].label;
    n++;
  }
  *out = (levels){text, label, n};
  return true;
}

static void list_levels(char out[160], const levels *l) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; i < l->n && used < 120; i++)
    used += (size_t)snprintf(out + used, 160 - used, "%s%.30s", i ? ", " : "", l->label[i]);
  out[sx_utf8_cut(out, strlen(out), 159)] = '\0';
}

static size_t level_at(const levels *l, const char *level) {
  for (size_t i = 0; i < l->n; i++)
    if (strcmp(l->text[i], level) == 0) return i;
  return ST_NONE;
}

/* Levels that occur. A level without a label of a number is an amount. */
static void compare_levels(difference *out, const levels *own, const levels *wave, const char *name,
                           const char *study_wave, bool text) {
  char known[160];
  list_levels(known, own);
  for (size_t i = 0; i < wave->n; i++) {
    const char *level = wave->text[i], *label = wave->label[i];
    const bool labelled = strcmp(level, label) != 0;
    if (!text && !labelled) continue;
    const size_t at = level_at(own, level);
    if (at != ST_NONE && (!labelled || strcmp(own->label[at], label) == 0)) continue;
    out->serious = true;
    if (at == ST_NONE) {
      (void)snprintf(out->text, sizeof out->text,
                     "'%.60s' has the category '%.60s', which %.40s has not (there: %s): map it under 'map'", name,
                     label, study_wave, known);
    } else {
      (void)snprintf(out->text, sizeof out->text,
                     "'%.60s' calls %.20s '%.60s', %.40s calls it '%.60s': map it under 'map', or say 'same: true'",
                     name, level, label, study_wave, own->label[at]);
    }
    return;
  }
  for (size_t i = 0; text && i < own->n; i++) {
    if (level_at(wave, own->text[i]) != ST_NONE) continue;
    (void)snprintf(out->text, sizeof out->text, "'%.60s' has no case in the category '%.60s': its changes are missing",
                   name, own->label[i]);
    return;
  }
}

/* Labels alone, where not all cases were read: one value called two things. */
static void compare_labels(difference *out, const sx_column *own, const sx_column *wave, const char *name,
                           const char *study_wave) {
  for (size_t i = 0; i < wave->n_labels; i++) {
    const sx_label *l = &wave->labels[i];
    if (l->tag || l->text || own->n_labels == 0) continue;
    const char *mine = sx_column_value_label(own, l->value);
    char value[SX_DOUBLE_TEXT_MAX];
    value[sx_text_from_double(value, l->value)] = '\0';
    if (mine && strcmp(mine, l->label) == 0) continue;
    out->serious = true;
    if (mine) {
      (void)snprintf(out->text, sizeof out->text,
                     "'%.60s' calls %.20s '%.60s', %.40s calls it '%.60s': map it under 'map', or say 'same: true'",
                     name, value, l->label, study_wave, mine);
    } else {
      (void)snprintf(out->text, sizeof out->text,
                     "'%.60s' has the category '%.60s' (%.20s), which %.40s has not: map it under 'map'", name,
                     l->label, value, study_wave);
    }
    return;
  }
}

static sx_status compare(difference *out, const sx_table *own, const sx_table *wave, const char *name,
                         const char *whose, bool whole, sx_arena *arena, sx_error *err) {
  const sx_column *a = sx_table_find(own, name), *b = sx_table_find(wave, name);
  *out = (difference){.text = ""};
  if (!a || !b || (!is_text(a) && a->n_labels == 0 && b->n_labels == 0)) return SX_OK;
  if (is_text(a) != is_text(b)) {
    out->serious = true;
    (void)snprintf(out->text, sizeof out->text, "'%.60s' is %s, in %.40s it is %s: map its codes under 'map'", name,
                   sx_type_name(b->type), whose, sx_type_name(a->type));
    return SX_OK;
  }
  if (!whole && !is_text(a)) {
    compare_labels(out, a, b, name, whose);
    return SX_OK;
  }
  levels l[2];
  if (!whole) {
    if (!levels_read(&l[0], arena, a) || !levels_read(&l[1], arena, b)) return sx_error_memory(err);
    compare_levels(out, &l[0], &l[1], name, whose, true);
    return SX_OK;
  }
  sx_groups *mine = NULL, *theirs = NULL;
  sx_status status = sx_groups_new(&mine, own, &name, 1, err);
  if (status == SX_OK) status = sx_groups_new(&theirs, wave, &name, 1, err);
  if (status == SX_OK) {
    l[0] = levels_of(mine);
    l[1] = levels_of(theirs);
    compare_levels(out, &l[0], &l[1], name, whose, is_text(a));
  }
  sx_groups_free(mine);
  sx_groups_free(theirs);
  return status;
}

/* The levels are known before a run: the file is there, so that text columns were read whole. */
static bool file_there(const sx_study *s, sx_arena *arena) {
  const st_table *t = &s->tables[s->unit];
  for (size_t i = 0; t->model && i < t->files.n; i++) {
    const char *path = study__data_path(s, arena, t, t->files.items[i]);
    if (!path || !sx_file_exists(path)) return false;
  }
  return true;
}

static const sx_node *place_of(const st_wave *w, const char *variable) {
  for (size_t i = 0; i < w->n_maps; i++)
    if (strcmp(w->maps[i].variable, variable) == 0) return w->maps[i].node;
  return w->node;
}

void study__check_categories(st_load *l, const st_wave *w) {
  const sx_study *s = l->s, *child = w->study;
  const sx_table *own = s->n_tables && s->schemas ? s->schemas[s->unit] : NULL;
  const sx_table *wave = child->n_tables && child->schemas ? child->schemas[child->unit] : NULL;
  names list = {NULL, 0, 0, false};
  if (!own || !wave || !file_there(s, s->arena) || !file_there(child, s->arena)) return;
  if (!collect(&list, child, s->arena)) l->oom = true;
  for (size_t i = 0; i < list.n && !study__stop(l); i++) {
    difference d;
    sx_error err = SX_ERROR_INIT;
    if (is_settled(w, list.items[i])) continue;
    if (compare(&d, own, wave, list.items[i], s->wave ? s->wave : s->id, false, s->arena, &err) != SX_OK) {
      study__error_problem(l, w->node, &err);
    } else if (d.text[0] && d.serious) {
      study__problem(l, place_of(w, list.items[i]), "wave %s: %s", w->id, d.text);
    } else if (d.text[0]) {
      study__warning(l, place_of(w, list.items[i]), "wave %s: %s", w->id, d.text);
    }
  }
}

sx_status study__same_categories(const st_run *following, const st_run *r, sx_error *err) {
  const sx_study *s = following->s, *child = r->s;
  const st_wave *w = child->as_wave;
  names list = {NULL, 0, 0, false};
  if (!collect(&list, child, r->arena)) return sx_error_memory(err);
  for (size_t i = 0; i < list.n; i++) {
    difference d;
    if (is_settled(w, list.items[i])) continue;
    SX_TRY(compare(&d, following->unit, r->unit, list.items[i], s->wave ? s->wave : s->id, true, r->arena, err));
    if (!d.text[0] || !d.serious) continue;
    const sx_status status = sx_error_set(err, SX_E_DATA, "", "wave %s: %s", w->id, d.text);
    study__add_place(err, s, place_of(w, list.items[i]));
    return status;
  }
  st_wave *found = &s->series->waves[r->wave - 1];
  SX_TRY(study__find_merges(s, found, following->unit, true, err));
  study__find_breaks(s, found);
  return SX_OK;
}
