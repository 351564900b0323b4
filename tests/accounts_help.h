/* accounts_help.h: figures and look-ups for the tests of accounts. */
#ifndef ACCOUNTS_HELP_H
#define ACCOUNTS_HELP_H

#include "shuxiao/accounts_compare.h"
#include "shuxiao/accounts_domains.h"
#include "shuxiao/accounts_sensitivity.h"
#include "sxt.h"

/* Estimates of a test, freed together. */
enum { AH_POOL = 4096 };
typedef struct ah_pool {
  sx_est *list[AH_POOL];
  size_t n;
} ah_pool;

static inline sx_est *ah_keep(ah_pool *pool, sx_est *est) {
  if (!est || pool->n == sizeof pool->list / sizeof *pool->list) {
    fprintf(stderr, "no estimate, or the pool is full\n");
    exit(1);
  }
  return pool->list[pool->n++] = est;
}

static inline sx_est *ah_figure(ah_pool *pool, double value, double se) {
  sx_est *est = NULL;
  if (sx_est_outside(&est, NULL, value, se, (double)INFINITY, NULL) != SX_OK) est = NULL;
  return ah_keep(pool, est);
}

static inline void ah_clear(ah_pool *pool) {
  while (pool->n) sx_est_free(pool->list[--pool->n]);
}

static inline bool ah_same(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline const sx_account_row *ah_row(const sx_account_result *result, const char *id, const char *scope,
                                           sx_account_measure measure) {
  for (size_t i = 0; i < result->n_rows; i++) {
    const sx_account_row *row = &result->rows[i];
    if (row->measure == measure && ah_same(row->id, id) && ah_same(row->scope, scope)) return row;
  }
  return NULL;
}

static inline double ah_value(const sx_account_result *result, const char *id, sx_account_measure measure) {
  const sx_account_row *row = ah_row(result, id, NULL, measure);
  if (!row) SXT_FAIL("no row %s %s", id, sx_account_measure_name(measure));
  return row ? sx_est_value(row->est) : (double)NAN;
}

static inline const sx_est *ah_change(const sx_account_changes *changes, const char *id,
                                      sx_account_change_measure measure) {
  for (size_t i = 0; i < changes->n_rows; i++) {
    const sx_account_change_row *row = &changes->rows[i];
    if (row->measure == measure && ah_same(row->id, id) && !row->scope) return row->est;
  }
  return NULL;
}

static inline const sx_account_effect_row *ah_effect(const sx_account_effects *effects, const char *id,
                                                     sx_account_effect effect) {
  for (size_t i = 0; i < effects->n_rows; i++) {
    const sx_account_effect_row *row = &effects->rows[i];
    if (row->effect == effect && ah_same(row->id, id) && !row->scope) return row;
  }
  return NULL;
}

static inline const sx_account_part *ah_part(const sx_account_parts *parts, const char *name,
                                             sx_account_component component) {
  for (size_t i = 0; i < parts->n_rows; i++)
    if (parts->rows[i].component == component && ah_same(parts->rows[i].name, name)) return &parts->rows[i];
  return NULL;
}

static inline const sx_account_input *ah_input(const sx_account_sensitivity *s, const char *id) {
  for (size_t i = 0; i < s->n_rows; i++)
    if (strcmp(s->rows[i].id, id) == 0) return &s->rows[i];
  return NULL;
}

#endif
