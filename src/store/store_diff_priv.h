/* store_diff_priv.h: what the files of a comparison of runs share. */
#ifndef STORE_DIFF_PRIV_H
#define STORE_DIFF_PRIV_H

#include "shuxiao/io.h"
#include "shuxiao/store_diff.h"

/* The plan that a run kept: its steps, what each rests on, and their specifications. */
typedef struct sx_store_plan_step {
  const char *id, *spec; /* spec: hash */
  const size_t *deps;
  size_t n_deps;
  const char *text; /* the specification; NULL where the run kept none */
} sx_store_plan_step;
typedef struct sx_store_plan {
  sx_store_plan_step *steps;
  size_t n;
} sx_store_plan;

/* n 0 where the run has no plan; *linked false where it does not say what steps rest on. */
sx_status sx_store__plan_read(sx_store_plan *out, bool *linked, sx_store *store, int64_t run, sx_arena *arena,
                              sx_error *err);
size_t sx_store__plan_find(const sx_store_plan *plan, const char *id); /* SIZE_MAX when absent */

/* Fills causes of the diff and of its rows. */
sx_status sx_store__diff_causes(sx_diff *diff, const sx_store_plan *before, const sx_store_plan *after, sx_error *err);

/* Whether the term only says again of which wave the row is. */
bool sx_store__is_own_wave(const sx_store_row *row, size_t term);
/* A copy of a row and its texts in the arena; *key names it: wave, indicator, statistic, domain as a set, without such a term. */
sx_status sx_store__keep_row(sx_store_row **out, const char **key, sx_store *store, sx_arena *arena,
                             const sx_store_row *row, sx_error *err);

/* A map from texts to positions, in an arena. */
typedef struct sx_store_index {
  const char **keys;
  size_t *values;
  size_t size; /* a power of two */
} sx_store_index;
sx_status sx_store__index_new(sx_store_index *out, sx_arena *arena, size_t n, sx_error *err);
/* The place of the key: *there whether it was in the map (else it is added with `value`). */
size_t *sx_store__index_at(sx_store_index *index, const char *key, size_t value, bool *there);

#endif
