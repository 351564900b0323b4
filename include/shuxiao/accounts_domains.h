/* accounts_domains.h: one tree in many groups or provinces at once. docs/methods/accounts.md. */
#ifndef SX_ACCOUNTS_DOMAINS_H
#define SX_ACCOUNTS_DOMAINS_H

#include "shuxiao/accounts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One leaf in one domain. */
typedef struct sx_account_cell {
  sx_account_leaf direct; /* from the domain's interviews; factors may be missing estimates */
  /* Estimates that stand in where `direct` does not do: each one that is not NULL takes the place of its like, total that of all (a
   * small-area estimate is sx_est_outside(estimate, root MSE)). All NULL: none. */
  sx_account_leaf model;
  size_t n; /* interviews behind `direct`; SIZE_MAX: not known */
} sx_account_cell;

/* Why the direct estimate of a leaf does not do. */
typedef enum sx_account_reason {
  SX_ACCOUNT_REASON_NONE,
  SX_ACCOUNT_REASON_MISSING,  /* no value */
  SX_ACCOUNT_REASON_NO_ERROR, /* df < 1: too few sampling units */
  SX_ACCOUNT_REASON_FEW,      /* n < min_n */
  SX_ACCOUNT_REASON_CV        /* cv of the leaf's level > max_cv */
} sx_account_reason;
SX_API const char *sx_account_reason_name(sx_account_reason reason); /* "" "missing" "no_error" "few" "cv" */

typedef struct sx_account_domain_options {
  uint32_t version;
  size_t min_n;      /* 30 */
  double max_cv;     /* 0.30; NaN: not looked at */
  bool prefer_model; /* stands in wherever it is given */
} sx_account_domain_options;
#define SX_ACCOUNT_DOMAIN_OPTIONS_INIT                                                                                 \
  { 1, 30, 0.30, false }

typedef struct sx_account_domain_leaf {
  sx_account_reason reason;
  double direct, direct_cv; /* level of the leaf by its interviews, before periods and adjustments; NaN: none */
  bool model;               /* the model's stands in */
} sx_account_domain_leaf;
typedef struct sx_account_domain {
  char *name;                     /* owned */
  sx_account *account;            /* the tree with the leaves of the domain, for comparisons and sensitivity; owned */
  sx_account_result *result;      /* rows have MODEL_BASED, WEAK, NO_VALUE in their flags; owned */
  sx_account_domain_leaf *leaves; /* [n_leaves] in the order of leaf_ids; owned */
} sx_account_domain;
typedef struct sx_account_domains {
  sx_ctx ctx;
  size_t n, n_leaves;
  sx_account_domain *domains; /* [n] */
} sx_account_domains;
/* tree: structure, adjustments, periods and prices (and leaves that leaf_ids does not name: common to all domains). cells [n_domains * n_leaves],
 * domain by domain. benchmarks [n_domains] or NULL, and NULL in it: no share of the benchmark. In parallel over domains; results do not depend on the thread count.
 * Expected: SX_E_DATA for an id that is not a leaf, an adjustment by an amount (it belongs to one level, not to each domain's: declare
 * a share), what sx_account_compute refuses (where: "domain: node"). */
typedef struct sx_account_domain_request {
  const char *const *leaf_ids;
  size_t n_leaves;
  const char *const *domains;
  size_t n_domains;
  const sx_account_cell *cells;
  const sx_est *const *benchmarks;
} sx_account_domain_request;
SX_API sx_status sx_account_compute_domains(sx_account_domains **out, const sx_account *tree,
                                            const sx_account_domain_request *request,
                                            const sx_account_domain_options *options, sx_error *err) SX_NODISCARD;
SX_API void sx_account_domains_free(sx_account_domains *domains);

#ifdef __cplusplus
}
#endif
#endif
