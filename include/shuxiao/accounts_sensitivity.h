/* accounts_sensitivity.h: which inputs the level of a node hangs on, and by how much. docs/methods/sensitivity.md. */
#ifndef SX_ACCOUNTS_SENSITIVITY_H
#define SX_ACCOUNTS_SENSITIVITY_H

#include "shuxiao/accounts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One input X of the level L: a factor of one leaf, or of several where they give it the same name. */
typedef struct sx_account_input {
  char *id;           /* "games.population", or the name given; owned */
  const char *node;   /* the first node that has it; borrowed from the account */
  const char *factor; /* "population" "penetration" "spend" "total" "ratio" "adjustment" "period" */
  size_t n_uses;
  double value, se;
  double elasticity; /* d ln L / d ln X = (X/L) dL/dX: L moves so many per cent where X moves one */
  double derivative; /* dL/dX */
  /* dL/dX Cov(X, L)/V(L): adds up to 1 over inputs; may be negative or above 1 where inputs covary. NaN where L has no error */
  double variance_share;
  double variance_alone; /* (dL/dX)^2 V(X)/V(L): what V(L) would be of if only X had an error */
  /* L with X moved by one se, and by a tenth, the others as they are, without linearisation. X goes no further than it may: a penetration, a
   * coverage or an overlap to 1, an amount or an overlap to 0. NaN where a coverage, factor or period would be 0 or below */
  double low_se, high_se;       /* at value - se and value + se */
  double low_tenth, high_tenth; /* at 0.9 and 1.1 of its value */
} sx_account_input;
typedef struct sx_account_sensitivity {
  sx_ctx ctx;
  double level, se; /* of the node; se linear */
  /* By |high_se - low_se| descending, then |elasticity|, then id: the order of a tornado figure. */
  sx_account_input *rows;
  size_t n_rows;
} sx_account_sensitivity;
/* node NULL: the root. scope NULL: the whole tree. Inputs that do not enter the level are left out; prices do not enter it. Constants are
 * inputs with se 0. A level that is missing gives rows with NaN but value and se. Expected: SX_E_DATA for an unknown node or scope, an
 * adjustment in the place of a node, a node outside the scope, one name for two different values (names both), what sx_account_check refuses. */
SX_API sx_status sx_account_get_sensitivity(sx_account_sensitivity **out, const sx_account *account, const char *node,
                                            const char *scope, sx_error *err) SX_NODISCARD;
SX_API void sx_account_sensitivity_free(sx_account_sensitivity *sensitivity);

#ifdef __cplusplus
}
#endif
#endif
