/* accounts.h: a tree of submarkets summed over exclusive children. */
#ifndef SX_ACCOUNTS_H
#define SX_ACCOUNTS_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A leaf is population x penetration x spend per head, or a direct total; a branch is the sum of its children. */
typedef struct sx_account_leaf {
  const sx_est *population, *penetration, *spend; /* all three, or */
  const sx_est *total;                            /* this one */
} sx_account_leaf;

typedef struct sx_account sx_account;
SX_API sx_status sx_account_new(sx_account **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API void sx_account_free(sx_account *account);
/* parent NULL: the root (exactly one). scopes: tags of nested definitions ("broad", "narrow", ...), inherited by children that declare none;
 * a node without a tag is in no scope, only in the whole tree. leaf NULL: a branch. Ids are unique. Estimates are referenced.
 * Expected: SX_E_DATA for a duplicate id, an unknown parent, a second root, a leaf with children, a scope that is not nested. */
SX_API sx_status sx_account_add(sx_account *account, const char *id, const char *parent, const char *const *scopes,
                                size_t n_scopes, const sx_account_leaf *leaf, sx_error *err) SX_NODISCARD;
/* Declares what makes leaves exclusive: each leaf's set of codes (questions or category codes). Two leaves that share one overlap: SX_E_DATA naming
 * both and the code. */
SX_API sx_status sx_account_set_codes(sx_account *account, const char *id, const char *const *codes, size_t n,
                                      sx_error *err) SX_NODISCARD;

typedef enum sx_account_measure {
  SX_ACCOUNT_LEVEL,
  SX_ACCOUNT_SHARE_OF_PARENT,
  SX_ACCOUNT_SHARE_OF_TOTAL,
  SX_ACCOUNT_SHARE_OF_BENCHMARK
} sx_account_measure;
SX_API const char *sx_account_measure_name(sx_account_measure measure); /* "level" "share_of_parent" ... */

typedef struct sx_account_row {
  const char *id, *parent; /* borrowed from the account */
  size_t depth;
  const char *scope; /* NULL: the whole tree */
  sx_account_measure measure;
  sx_est *est; /* owned */
} sx_account_row;
typedef struct sx_account_result {
  sx_ctx ctx;
  sx_account_row *rows;
  size_t n_rows;
} sx_account_result;
/* Every node x measure for the whole tree and for each scope (a node outside a scope is left out; a branch sums what is in it).
 * benchmark NULL: no share of benchmark. Children add to parents exactly, in value and in carrier. */
SX_API sx_status sx_account_compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_account_result_free(sx_account_result *result);

#ifdef __cplusplus
}
#endif
#endif
