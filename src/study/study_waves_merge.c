/* study_waves_merge.c: categories of the study that an earlier wave has not, because a mapping merges or leaves out its codes: what they
 * touch is another quantity in that wave. "low" with "mid" in it is not the study's "low": a break. */
#include "study_kind.h"
#include "study_waves.h"

#include <math.h>
#include <string.h>

/* ---- what a mapping merges --------------------------------------------------------------------------------------------- */

static bool is_text(const sx_column *c) {
  return c->type == SX_TEXT || c->type == SX_CATEGORY;
}

static bool is_level(const sx_groups *g, size_t i, const char *text) {
  return strcmp(g->level_text[0][i], text) == 0 || strcmp(g->level_label[0][i], text) == 0;
}

/* Codes of the wave that become the level. */
static size_t codes_to(const st_recode *r, const sx_groups *g, size_t i) {
  size_t n = 0;
  for (size_t k = 0; k < r->codes->n; k++) {
    const sx_node *to = r->codes->items[k];
    n += to->kind == SX_NODE_SCALAR && is_level(g, i, to->text);
  }
  return n;
}

/* With `other: keep` a code may be a level already: only those that are codes of another level are gone. */
static bool may_stay(const st_recode *r, const sx_groups *g, size_t i) {
  if (r->other != ST_OTHER_KEEP) return false;
  for (size_t k = 0; k < r->codes->n; k++)
    if (is_level(g, i, r->codes->keys[k]->text)) return false;
  return true;
}

static sx_status find_merge(const sx_study *s, st_recode *r, const sx_groups *g, sx_error *err) {
  const size_t n = g->n_levels[0];
  size_t gone = 0, merged = 0;
  r->n_touched = 0;
  r->narrowed = false;
  for (size_t i = 0; i < n; i++) {
    const size_t codes = codes_to(r, g, i);
    gone += codes == 0 && !may_stay(r, g, i);
    merged += codes > 1 ? codes - 1 : 0;
    if (codes == 1 && may_stay(r, g, i)) merged++; /* the level's own code is kept beside the one that becomes it */
  }
  r->narrowed = gone > merged && r->other == ST_OTHER_MISSING;
  if (gone == 0 || (merged == 0 && !r->narrowed)) return SX_OK;
  r->touched = sx_arena_alloc(s->arena, n, sizeof *r->touched);
  if (!r->touched) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const size_t codes = codes_to(r, g, i);
    if (codes == 1 && !may_stay(r, g, i)) continue;
    if (codes == 0 && may_stay(r, g, i)) continue;
    const char *level = sx_arena_strdup(s->arena, g->level_text[0][i]);
    if (!level) return sx_error_memory(err);
    r->touched[r->n_touched++] = level;
  }
  r->why = merged ? (sx_text2){"该期把这里的几类合并为一类", "categories of this wave are one in that wave"}
                  : (sx_text2){"该期没有这里的一些类别", "categories of this wave are left out of that wave"};
  return SX_OK;
}

sx_status study__find_merges(const sx_study *s, st_wave *w, const sx_table *own, bool whole, sx_error *err) {
  for (size_t i = 0; i < w->n_maps; i++) {
    st_recode *r = &w->maps[i];
    const sx_column *c = sx_table_find(own, r->variable);
    sx_groups *g = NULL;
    if (!r->codes || !c || (!whole && !is_text(c)) || sx_node_get(r->node, "break")) continue;
    SX_TRY(sx_groups_new(&g, own, &r->variable, 1, err));
    const sx_status status = find_merge(s, r, g, err);
    sx_groups_free(g);
    if (status != SX_OK) return status;
  }
  return SX_OK;
}

/* ---- what it touches ------------------------------------------------------------------------------------------------------ */

size_t study__merge_of(const st_wave *w, const char *variable) {
  for (size_t i = 0; i < w->n_maps; i++)
    if (w->maps[i].n_touched && strcmp(w->maps[i].variable, variable) == 0) return i;
  return ST_NONE;
}

size_t study__merge_of_level(const st_wave *w, const char *variable, const char *level, size_t n) {
  const size_t at = study__merge_of(w, variable);
  for (size_t i = 0; at != ST_NONE && i < w->maps[at].n_touched; i++) {
    const char *touched = w->maps[at].touched[i];
    if (strlen(touched) == n && memcmp(touched, level, n) == 0) return at;
  }
  return ST_NONE;
}

bool study__is_levels(const st_indicator *ind) {
  return ind->n_measures == 1 && ind->n_stats &&
         (ind->kind == &study__kind_shares || strncmp(ind->stats[0], "total_", 6) == 0);
}

/* "prop_low" of "prop_low", "gap_sex:male_prop_low". */
size_t study__merge_of_shares(const st_wave *w, const st_indicator *ind, const char *statistic) {
  if (!study__is_levels(ind)) return ST_NONE;
  const size_t at = study__merge_of(w, ind->measures[0].name);
  if (at == ST_NONE || w->maps[at].narrowed || !statistic) return at;
  const char *own = statistic;
  if (strncmp(statistic, "gap", 3) == 0) own = ind->stats[0]; /* of the first, unless it names another */
  const size_t length = strlen(statistic);
  for (size_t i = 0; i < ind->n_stats && own != statistic; i++) {
    const size_t n = strlen(ind->stats[i]);
    if (length > n && statistic[length - n - 1] == '_' && strcmp(statistic + length - n, ind->stats[i]) == 0) {
      own = ind->stats[i];
      break;
    }
  }
  const char *level = strchr(own, '_');
  return level ? study__merge_of_level(w, ind->measures[0].name, level + 1, strlen(level + 1)) : ST_NONE;
}

/* ---- categories without a case ---------------------------------------------------------------------------------------------- */

static size_t stat_of_level(const st_indicator *ind, const char *level) {
  for (size_t i = 0; i < ind->n_stats; i++) {
    const char *own = strchr(ind->stats[i], '_');
    if (own && strcmp(own + 1, level) == 0) return i;
  }
  return ST_NONE;
}

sx_status study__miss_levels(const st_run *r, const st_indicator *ind, sx_est_set *set, sx_error *err) {
  if (!r->s->as_wave || !study__is_levels(ind)) return SX_OK;
  const char *const name = ind->measures[0].name;
  sx_groups *g = NULL;
  bool *met = sx_arena_zalloc(r->arena, ind->n_stats, sizeof *met);
  if (!met) return sx_error_memory(err);
  SX_TRY(sx_groups_new(&g, r->unit, &name, 1, err));
  for (size_t row = 0; row < sx_table_rows(r->unit); row++) {
    if (g->group[row] < 0) continue;
    const size_t stat = stat_of_level(ind, g->level_text[0][g->key_level[g->group[row]]]);
    if (stat != ST_NONE) met[stat] = true;
  }
  sx_groups_free(g);
  for (size_t i = 0; i < set->n_rows; i++) {
    sx_est_row *row = &set->rows[i];
    const size_t stat = row->level > 0 ? (size_t)row->level : 0;
    if (stat >= ind->n_stats || met[stat] || row->na != SX_NA_NONE) continue;
    sx_est_free(row->est);
    row->est = NULL;
    row->na = SX_NA_EMPTY_DOMAIN;
    row->estimate = row->se = row->low = row->high = row->df = row->n_eff = row->deff = row->cv = (double)NAN;
  }
  return SX_OK;
}
