/* study_account_compare.c: why an account is not the same on two sides (groups, accounts, waves): contributions of its nodes and effects of its
 * factors as rows. docs/methods/decompositions.md. */
#include <math.h>
#include <string.h>

#include "study_account.h"
#include "study_names.h"

typedef struct comparison {
  const st_account_run *w;
  const st_compare *c;
  const st_where *where;
  const st_sides *sides;
  sx_account_changes *changes; /* owned, as the effects */
  sx_account_effects *effects; /* NULL: not asked for */
} comparison;

/* What is divided by a difference that is not clear of 0 has no error that its first-order one could stand for. */
static bool near_zero(const sx_est *over) {
  enum { CLEAR = 3 };
  const double se = over ? sqrt(sx_est_variance(over)) : 0;
  return over && !(fabs(sx_est_value(over)) > CLEAR * se);
}

/* over: the difference that it is a share of, or NULL */
static sx_status put_change(const comparison *k, const char *node, const char *stem, const char *word,
                            const sx_est *est, const sx_est *over, sx_error *err) {
  const char *statistic = sx_arena_printf(k->w->r->arena, "%s%s%s", stem, word, k->c->suffix);
  const char *own = k->sides->mark ? k->sides->mark : "", *near = near_zero(over) ? "near 0" : "";
  const char *mark = sx_arena_printf(k->w->r->arena, "%s%s%s", own, *own && *near ? ";" : "", near);
  if (!statistic || !mark) return sx_error_memory(err);
  const st_account_put put = {.node = node,
                              .statistic = statistic,
                              .unit = study__account_unit(k->w->a, statistic),
                              .where = k->where,
                              .est = est,
                              .mark = *mark ? mark : NULL,
                              .method = k->sides->method};
  return study__put_account_row(k->w, &put, err);
}

static sx_status put_contributions(const comparison *k, sx_error *err) {
  const sx_account_changes *changes = k->changes;
  sx_status status = SX_OK;
  const sx_est *whole = NULL;
  for (size_t i = 0; i < changes->n_rows && !whole; i++) {
    const sx_account_change_row *row = &changes->rows[i];
    if (!row->scope && !row->parent && row->measure == SX_ACCOUNT_DIFFERENCE) whole = row->est;
  }
  for (size_t i = 0; i < changes->n_rows && status == SX_OK; i++) {
    const sx_account_change_row *row = &changes->rows[i];
    const char *word = row->measure == SX_ACCOUNT_DIFFERENCE ? "gap" : sx_account_change_measure_name(row->measure);
    const bool of_root = row->measure == SX_ACCOUNT_STRUCTURE_DIFFERENCE || row->measure == SX_ACCOUNT_SHARE_OF_CHANGE;
    if (of_root && !row->parent) continue; /* of the root: 1 - 1, and 1 */
    if (!row->scope)
      status =
          put_change(k, row->id, "", word, row->est, row->measure == SX_ACCOUNT_SHARE_OF_CHANGE ? whole : NULL, err);
  }
  return status;
}

static const sx_est *change_of(const sx_account_effects *effects, const char *id) {
  for (size_t i = 0; i < effects->n_rows; i++) {
    const sx_account_effect_row *row = &effects->rows[i];
    if (!row->scope && row->effect == SX_ACCOUNT_EFFECT_TOTAL && strcmp(row->id, id) == 0) return row->est;
  }
  return NULL;
}

static sx_status put_effects(const comparison *k, sx_error *err) {
  const sx_account_effects *effects = k->effects;
  sx_status status = SX_OK;
  for (size_t i = 0; i < effects->n_rows && status == SX_OK; i++) {
    const sx_account_effect_row *row = &effects->rows[i];
    if (row->scope || row->effect == SX_ACCOUNT_EFFECT_TOTAL) continue; /* the total is the gap */
    const char *word = sx_account_effect_name(row->effect);
    status = put_change(k, row->id, "effect_", word, row->est, NULL, err);
    if (status == SX_OK)
      status = put_change(k, row->id, "effect_share_", word, row->share, change_of(effects, row->id), err);
  }
  return status;
}

/* A task: the contributions or the effects. */
static sx_status compute_one(void *data, size_t i, sx_error *err) {
  comparison *k = data;
  const st_sides *s = k->sides;
  return i == 0 ? sx_account_contributions(&k->changes, s->before, s->after, s->link, err)
                : sx_account_decompose(&k->effects, s->before, s->after, s->link, k->c->weighting, err);
}

sx_status study__put_comparison(const st_account_run *w, const st_compare *c, const st_where *where,
                                const st_sides *sides, sx_error *err) {
  sx_account *before = NULL,
             *after = NULL; /* of the whole: nothing of the scopes is shown, and they are most of the work */
  sx_status status = sx_account_restrict(&before, sides->before, NULL, err);
  if (status == SX_OK) status = sx_account_restrict(&after, sides->after, NULL, err);
  st_sides bare = *sides;
  bare.before = before;
  bare.after = after;
  comparison k = {.w = w, .c = c, .where = where, .sides = &bare};
  if (status == SX_OK) status = sx_parallel_for(&w->r->ctx, c->decompose ? 2 : 1, compute_one, &k, err);
  if (status == SX_OK) status = put_contributions(&k, err);
  if (status == SX_OK && c->decompose) status = put_effects(&k, err);
  sx_account_changes_free(k.changes);
  sx_account_effects_free(k.effects);
  sx_account_free(before);
  sx_account_free(after);
  return status;
}
