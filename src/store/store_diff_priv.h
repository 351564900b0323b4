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

/* A row as the publication of its own wave has it: a row of an earlier wave says so twice, in its wave and in a term of its domain
 * (study_waves.h), which is left out. terms [n_terms of the row] is room for the others; all texts are those of the row. */
sx_store_row sx_store__own_row(sx_store_term *terms, const sx_store_row *row);
/* Names a row among those of a run: wave, indicator, statistic (NULL: none) and domain as a set. Its number in the dictionary;
 * *new_one where it was added. */
sx_status sx_store__row_number(size_t *number, bool *new_one, sx_dict *names, sx_store *store, const sx_store_row *row,
                               const char *statistic, sx_error *err);

#endif
