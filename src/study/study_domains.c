/* study_domains.c: groups of the study as rows of the data: masks of conditions, levels of variables, their crossings. */
#include "study_data.h"
#include "study_names.h"
#include "study_run.h"
#include "study_variables.h"

#include <stdio.h>
#include <string.h>

/* ---- what is computed once ------------------------------------------------------------------------------------- */

static sx_status need_mask(st_run *r, size_t group, sx_error *err) {
  const sx_study *s = r->s;
  if (!r->masks) {
    r->masks = sx_arena_zalloc(r->arena, s->n_groups, sizeof *r->masks);
    if (!r->masks) return sx_error_memory(err);
  }
  if (r->masks[group] || s->groups[group].by) return SX_OK;
  uint8_t *mask = sx_mem_alloc(&r->ctx, sx_table_rows(r->unit), 1);
  if (!mask) return sx_error_memory(err);
  const sx_status status = sx_expr_test(mask, s->groups[group].where.expr, r->unit, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "group %s", s->groups[group].id);
    sx_mem_free(&r->ctx, mask);
    return status;
  }
  r->masks[group] = mask;
  return SX_OK;
}

static const st_crossing *find_crossing(const st_run *r, const size_t *groups, size_t n) {
  for (size_t i = 0; i < r->n_crossings; i++) {
    const st_crossing *c = &r->crossings[i];
    if (c->n == n && memcmp(c->groups, groups, n * sizeof *groups) == 0) return c;
  }
  return NULL;
}

static sx_status need_crossing(st_run *r, const size_t *groups, size_t n, sx_error *err) {
  if (n == 0 || find_crossing(r, groups, n)) return SX_OK;
  if (!sx_mem_grow(&r->ctx, (void **)&r->crossings, &r->cap_crossings, r->n_crossings + 1, sizeof *r->crossings)) {
    return sx_error_memory(err);
  }
  st_crossing c = {.n = n, .index = NULL};
  const char *names[ST_MAX_TERMS];
  for (size_t i = 0; i < n; i++) {
    c.groups[i] = groups[i];
    names[i] = r->s->groups[groups[i]].by;
  }
  SX_TRY(sx_groups_new(&c.index, r->unit, names, n, err));
  r->crossings[r->n_crossings++] = c;
  if (c.index->n_groups > 0) return SX_OK;
  return sx_node_error(err, r->s->doc, r->s->groups[groups[0]].node,
                       n == 1 ? "the group '%s' has no levels: '%s' is missing in every case"
                              : "the group '%s' ('%s') and those that it is crossed with have no case in common",
                       r->s->groups[groups[0]].id, names[0]);
}

/* The groups of d whose levels are all wanted. */
static size_t open_groups(size_t out[ST_MAX_TERMS], const sx_study *s, const st_domain *d) {
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++) {
    if (s->groups[d->terms[i].group].by && !d->terms[i].level) out[n++] = d->terms[i].group;
  }
  return n;
}

sx_status study__prepare_domain(st_run *r, const st_domain *d, sx_error *err) {
  size_t open[ST_MAX_TERMS];
  const size_t n = open_groups(open, r->s, d);
  for (size_t i = 0; i < d->n; i++) {
    SX_TRY(need_mask(r, d->terms[i].group, err));
    if (r->s->groups[d->terms[i].group].by) SX_TRY(need_crossing(r, &d->terms[i].group, 1, err));
  }
  return need_crossing(r, open, n, err);
}

void study__domains_clear(st_run *r) {
  for (size_t i = 0; r->masks && i < r->s->n_groups; i++) sx_mem_free(&r->ctx, r->masks[i]);
  for (size_t i = 0; i < r->n_crossings; i++) sx_groups_free(r->crossings[i].index);
  sx_mem_free(&r->ctx, r->crossings);
  r->masks = NULL;
  r->crossings = NULL;
  r->n_crossings = r->cap_crossings = 0;
}

/* ---- masks ---------------------------------------------------------------------------------------------------------- */

/* The groups of a variable by itself, as a group of the study or not; NULL: the data have no such variable. */
static sx_status need_levels(const sx_groups **out, st_run *r, const char *variable, sx_error *err) {
  *out = NULL;
  for (size_t i = 0; i < r->n_crossings && !*out; i++) {
    const st_crossing *c = &r->crossings[i];
    const char *own = c->n == 0 ? c->variable : r->s->groups[c->groups[0]].by;
    if (c->n < 2 && strcmp(own, variable) == 0) *out = c->index;
  }
  if (*out || !sx_table_find(r->unit, variable)) return SX_OK;
  if (!sx_mem_grow(&r->ctx, (void **)&r->crossings, &r->cap_crossings, r->n_crossings + 1, sizeof *r->crossings))
    return sx_error_memory(err);
  st_crossing c = {.n = 0, .variable = sx_arena_strdup(r->arena, variable)};
  if (!c.variable) return sx_error_memory(err);
  SX_TRY(sx_groups_new(&c.index, r->unit, &variable, 1, err));
  r->crossings[r->n_crossings++] = c;
  *out = c.index;
  return SX_OK;
}

static int32_t level_index(const sx_groups *g, size_t key, const char *level) {
  for (size_t i = 0; i < g->n_levels[key]; i++) {
    if (strcmp(g->level_text[key][i], level) == 0 || strcmp(g->level_label[key][i], level) == 0) return (int32_t)i;
  }
  return -1;
}

static void mask_level(uint8_t *mask, const sx_groups *g, const char *level) {
  const int32_t want = level_index(g, 0, level);
  for (size_t i = 0; i < g->n_rows; i++) {
    const int32_t at = g->group[i];
    if (at < 0 || g->key_level[at] != want) mask[i] = 0;
  }
}

sx_status study__term_mask(bool *known, uint8_t *mask, st_run *r, const char *name, const char *level, sx_error *err) {
  const size_t at = study__find_group(r->s, name, strlen(name)), rows = sx_table_rows(r->unit);
  const sx_groups *g = NULL;
  *known = true;
  if (at != ST_NONE && !r->s->groups[at].by) {
    SX_TRY(need_mask(r, at, err));
    for (size_t i = 0; i < rows; i++) mask[i] = mask[i] && r->masks[at][i] == 1;
    return SX_OK;
  }
  SX_TRY(need_levels(&g, r, at != ST_NONE ? r->s->groups[at].by : name, err));
  *known = g && level_index(g, 0, level) >= 0;
  if (*known) mask_level(mask, g, level);
  return SX_OK;
}

sx_status study__domain_mask(uint8_t *mask, const sx_groups **by, st_run *r, const st_domain *d, const uint8_t *base,
                             sx_error *err) {
  size_t open[ST_MAX_TERMS];
  const size_t n = sx_table_rows(r->unit), n_open = open_groups(open, r->s, d);
  if (base) {
    for (size_t i = 0; i < n; i++) mask[i] = base[i] == 1;
  } else {
    memset(mask, 1, n);
  }
  for (size_t k = 0; k < d->n; k++) {
    const size_t group = d->terms[k].group;
    if (d->terms[k].level) {
      const st_crossing *c = find_crossing(r, &group, 1);
      if (!c) return sx_error_set(err, SX_E_INTERNAL, "", "levels of a group were not prepared");
      mask_level(mask, c->index, d->terms[k].level);
    } else if (!r->s->groups[group].by) {
      for (size_t i = 0; i < n; i++) mask[i] = mask[i] && r->masks[group][i] == 1;
    }
  }
  const st_crossing *c = n_open ? find_crossing(r, open, n_open) : NULL;
  if (n_open && !c) return sx_error_set(err, SX_E_INTERNAL, "", "a crossing was not prepared");
  *by = c ? c->index : NULL;
  return SX_OK;
}

/* ---- concrete domains --------------------------------------------------------------------------------------------------- */

/* The words of a level: from the study's own list, from the classes of a cut, else from the data. */
static sx_text2 level_words(const sx_study *s, const st_group *g, const char *level, const char *label) {
  const sx_node *own = sx_node_get(g->levels, level);
  if (own && own->kind == SX_NODE_SCALAR) return (sx_text2){own->text, own->text};
  if (own && own->kind == SX_NODE_MAP) {
    const sx_node *zh = sx_node_get(own, "zh"), *en = sx_node_get(own, "en");
    return (sx_text2){zh ? zh->text : NULL, en ? en->text : NULL};
  }
  const size_t d = study__find_derived(s, g->by);
  if (d != ST_NONE && s->derived[d].cut) {
    for (size_t i = 0; i <= s->derived[d].n_breaks; i++) {
      if (strcmp(study__cut_level(&s->derived[d], i), level) == 0) return s->derived[d].labels[i];
    }
  }
  const sx_text2 *said = study__variable_words(s, g->by, level);
  return said ? *said : (sx_text2){label, label};
}

static sx_status add_term(st_where *w, st_run *r, size_t group, const char *level, const char *label, sx_error *err) {
  const st_group *g = &r->s->groups[group];
  sx_store_term *t = &w->terms[w->n++];
  t->variable = g->id;
  t->variable_label = g->label;
  t->level = level ? sx_arena_strdup(r->arena, level) : "1";
  t->level_label = g->label;
  if (level) {
    const char *kept = sx_arena_strdup(r->arena, label ? label : level);
    if (!kept) return sx_error_memory(err);
    t->level_label = level_words(r->s, g, level, kept);
  }
  if (!t->level) return sx_error_memory(err);
  w->name = sx_arena_printf(r->arena, "%s%s%s%s%s", w->n > 1 ? w->name : "", w->n > 1 ? "*" : "", g->id,
                            level ? ":" : "", level ? level : "");
  return w->name ? SX_OK : sx_error_memory(err);
}

static sx_status concrete(st_where *w, st_run *r, const st_domain *d, const sx_groups *by, size_t cell, sx_error *err) {
  size_t key = 0;
  for (size_t i = 0; i < d->n; i++) {
    const st_term *t = &d->terms[i];
    if (!r->s->groups[t->group].by) {
      SX_TRY(add_term(w, r, t->group, NULL, NULL, err));
    } else if (t->level) {
      const st_crossing *c = find_crossing(r, &t->group, 1);
      const int32_t at = c ? level_index(c->index, 0, t->level) : -1;
      SX_TRY(add_term(w, r, t->group, t->level, at >= 0 ? c->index->level_label[0][at] : NULL, err));
    } else {
      const int32_t at = by->key_level[cell * by->n_keys + key];
      SX_TRY(add_term(w, r, t->group, by->level_text[key][at], by->level_label[key][at], err));
      key++;
    }
  }
  return SX_OK;
}

sx_status study__expand(st_where **out, size_t *n, st_run *r, const st_domain *d, sx_error *err) {
  size_t open[ST_MAX_TERMS];
  const size_t n_open = open_groups(open, r->s, d);
  SX_TRY(study__prepare_domain(r, d, err));
  const st_crossing *c = n_open ? find_crossing(r, open, n_open) : NULL;
  const size_t cells = c ? c->index->n_groups : 1;
  st_where *list = sx_arena_zalloc(r->arena, cells, sizeof *list);
  if (!list) return sx_error_memory(err);
  for (size_t i = 0; i < cells; i++) {
    list[i].name = "total";
    if (d->n) SX_TRY(concrete(&list[i], r, d, c ? c->index : NULL, i, err));
  }
  *out = list;
  *n = cells;
  return SX_OK;
}
