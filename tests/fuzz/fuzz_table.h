/* fuzz_table.h: whether a table that a reader made of outside bytes hangs together: names and labels are UTF-8, codes are in their dictionaries, the
 * members of sets are there, and those of a set of choices are 0 or 1. Else the program traps. */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H

#include <string.h>

#include "shuxiao/table.h"

static inline void must(bool holds) {
  if (!holds) __builtin_trap();
}

static inline void must_be_set(const sx_table *t, const sx_mrset *set) {
  for (size_t i = 0; i < set->n_variables; i++) {
    const sx_column *c = sx_table_find(t, set->variables[i]);
    must(c && (c->type == SX_INTEGER || !set->dichotomous));
    for (size_t r = 0; set->dichotomous && r < c->n; r++)
      must(sx_column_missing(c, r) || c->data.i64[r] == 0 || c->data.i64[r] == 1);
  }
}

static inline void must_hang_together(const sx_table *t) {
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    const sx_column *c = sx_table_get(t, i);
    must(c->n == sx_table_rows(t) && sx_utf8_valid(c->name, strlen(c->name), NULL) &&
         sx_utf8_valid(c->label, strlen(c->label), NULL));
    for (size_t r = 0; r < c->n; r++)
      must(!c->dict || sx_column_missing(c, r) || (size_t)c->data.code[r] < sx_dict_count(c->dict));
  }
  for (size_t k = 0; k < sx_table_mrsets(t); k++) must_be_set(t, sx_table_mrset(t, k));
}

#endif
