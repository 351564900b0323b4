/* accounts_compare_priv.h: two accounts of one tree side by side. */
#ifndef SX_ACCOUNTS_COMPARE_PRIV_H
#define SX_ACCOUNTS_COMPARE_PRIV_H

#include "accounts_priv.h"
#include "shuxiao/accounts_compare.h"

typedef struct sx_accounts__two {
  const sx_ctx *ctx;            /* of the first */
  const sx_account *account[2]; /* before, and after (linked where there is a link) */
  sx_account *linked;           /* owned */
  size_t *of;                   /* [n_nodes] the node of the second account with the id of the first's */
  bool prices;                  /* one of them has prices */
  sx_accounts__memo *memo;
  sx_accounts__raw raw[2];
  sx_accounts__levels whole[2][2], part[2][2]; /* [which][mode]: CURRENT, and CONSTANT where there are prices */
  const sx_accounts__levels *levels[2][2];     /* of the scope at hand */
} sx_accounts__two;
/* Clear it also after a failure. */
sx_status sx_accounts__two_init(sx_accounts__two *two, const sx_account *before, const sx_account *after,
                                const sx_link *link, sx_error *err) SX_NODISCARD;
void sx_accounts__two_clear(sx_accounts__two *two);
/* The levels of a scope; -1 first. */
sx_status sx_accounts__two_scope(sx_accounts__two *two, ptrdiff_t scope, sx_error *err) SX_NODISCARD;
/* Of node i of the first account; NULL outside the scope. */
const sx_est *sx_accounts__two_level(const sx_accounts__two *two, size_t which, sx_accounts__mode mode, size_t i);

/* accounts_shapley.c: the part of y_1 ... y_n - x_1 ... x_n that factor k has, as a formula over x (a, b, ...) and y (A, B, ...); names
 * [2 * SX_ACCOUNTS__SHAPLEY_MAX] are x's then y's in the order of use. */
enum { SX_ACCOUNTS__SHAPLEY_MAX = 6 };
sx_status sx_accounts__shapley(sx_expr **out, const sx_ctx *ctx, size_t n, size_t k, sx_account_weighting weighting,
                               sx_error *err) SX_NODISCARD;
extern const char *const sx_accounts__shapley_before[SX_ACCOUNTS__SHAPLEY_MAX];
extern const char *const sx_accounts__shapley_after[SX_ACCOUNTS__SHAPLEY_MAX];

#endif
