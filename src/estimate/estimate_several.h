/* estimate_several.h: estimates of columns that are made from others one at a time: the members of a set, the items of a ranking. */
#ifndef SX_ESTIMATE_SEVERAL_H
#define SX_ESTIMATE_SEVERAL_H

#include "estimate_priv.h"

typedef struct est_several {
  const sx_design *design;
  const char *name; /* of the made columns, for messages */
  size_t n_members;
  sx_stat stat; /* PROP: the share of 1 */
  bool is_prop; /* intervals as for proportions, whatever stat */
  /* y [rows] of one member; miss [rows], zeroed, may be set where the case has no value. */
  void (*fill)(int64_t *y, uint8_t *miss, const void *data, size_t member);
  const void *data;
  const sx_column *x;   /* RATIO */
  const uint8_t *where; /* [rows] */
  const sx_groups *by;
  const sx_est_options *options;
  /* Borrowed texts of a member. */
  const char *(*text)(const void *data, size_t member);
  const char *(*label)(const void *data, size_t member);
} est_several;

/* Rows by group, then member. Members run in parallel, each with a column of its own. */
sx_status sx_estimate__several(sx_est_set **out, const est_several *several, sx_error *err) SX_NODISCARD;

#endif
