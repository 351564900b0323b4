/* accounts_priv.h: the tree as its two files see it. */
#ifndef SX_ACCOUNTS_PRIV_H
#define SX_ACCOUNTS_PRIV_H

#include "shuxiao/accounts.h"

enum { SX_ACCOUNTS__MAX_SCOPES = 16 };

typedef struct sx_account_node {
  char *id;
  ptrdiff_t parent; /* index of an earlier node, -1 for the root */
  size_t depth;
  bool is_leaf;
  bool *in_scope; /* [SX_ACCOUNTS__MAX_SCOPES] tags of the node */
  char **codes;   /* [n_codes] what the leaf counts */
  size_t n_codes;
  sx_est *population, *penetration, *spend, *total; /* leaf: three, or the last; referenced */
} sx_account_node;

struct sx_account {
  sx_ctx ctx;
  sx_account_node *nodes; /* parents before children */
  size_t n_nodes, cap_nodes;
  char **scopes;
  size_t n_scopes, cap_scopes;
};

ptrdiff_t sx_accounts__find(const sx_account *account, const char *id); /* -1 when absent */

#endif
