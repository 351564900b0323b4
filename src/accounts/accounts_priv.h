/* accounts_priv.h: the tree as the files of the room see it. */
#ifndef SX_ACCOUNTS_PRIV_H
#define SX_ACCOUNTS_PRIV_H

#include "shuxiao/accounts.h"
#include "shuxiao/estimate_change.h"

enum { SX_ACCOUNTS__MAX_SCOPES = 16, SX_ACCOUNTS__NONE = -1 };

/* What a level is made of, in the order of node->est. ADJUST: of an adjustment; PERIOD and PRICE: declared at the node for what is under
 * it. */
typedef enum sx_accounts__factor {
  SX_ACCOUNTS__POPULATION,
  SX_ACCOUNTS__PENETRATION,
  SX_ACCOUNTS__SPEND,
  SX_ACCOUNTS__TOTAL,
  SX_ACCOUNTS__RATIO,
  SX_ACCOUNTS__ADJUST,
  SX_ACCOUNTS__PERIOD,
  SX_ACCOUNTS__PRICE,
  SX_ACCOUNTS__FACTORS
} sx_accounts__factor;
enum { SX_ACCOUNTS__LEAF_FACTORS = SX_ACCOUNTS__RATIO + 1 };

typedef struct sx_account_node {
  char *id;
  ptrdiff_t parent;                        /* index of an earlier node, -1 for the root */
  ptrdiff_t first_child, last_child, next; /* in the order of adding; -1: none. Adjustments are children too */
  size_t depth;
  sx_account_kind kind;
  sx_account_adjustment adjustment; /* of an adjustment */
  bool *in_scope;                   /* [SX_ACCOUNTS__MAX_SCOPES] tags of the node */
  char **codes;                     /* [n_codes] what the leaf counts */
  size_t n_codes;
  sx_est *est[SX_ACCOUNTS__FACTORS]; /* referenced; NULL: none */
  char *input[SX_ACCOUNTS__FACTORS]; /* NULL: the usual name */
  char *ratio_to;
  sx_account_base ratio_base;
} sx_account_node;

struct sx_account {
  sx_ctx ctx;
  sx_account_node *nodes; /* parents before children */
  size_t n_nodes, cap_nodes;
  char **scopes;
  size_t n_scopes, cap_scopes;
};

/* accounts_tree.c */
ptrdiff_t sx_accounts__find(const sx_account *account, const char *id); /* -1 when absent */
/* Adds a node under parent (index, -1: the root), with its scopes inherited; the caller's fields are taken over on success. */
sx_status sx_accounts__append(sx_account *account, sx_account_node *node, sx_error *err) SX_NODISCARD;
void sx_accounts__node_clear(const sx_ctx *ctx, sx_account_node *node);
sx_status sx_accounts__set_leaf(sx_account_node *node, const sx_ctx *ctx, const sx_account_leaf *leaf,
                                sx_error *err) SX_NODISCARD;
sx_status sx_accounts__check_leaf(const char *id, const sx_account_leaf *leaf, sx_error *err) SX_NODISCARD;

/* accounts_check.c: branches and leaves so that what a node rests on comes before it; or the ring. *out is freed by the caller. */
sx_status sx_accounts__order(size_t **out, size_t *n, const sx_account *account, sx_error *err) SX_NODISCARD;
/* The node at or above i that declares PERIOD or PRICE, or -1. */
ptrdiff_t sx_accounts__declares(const sx_account *account, size_t i, sx_accounts__factor factor);
bool sx_accounts__has(const sx_account *account, sx_accounts__factor factor); /* any node declares it */
bool sx_accounts__complete(const sx_account *account, size_t i,
                           ptrdiff_t scope); /* all leaves under i are in the scope */

/* accounts_levels.c */
/* values are called a, b, c, d, e, f. late: sx_est_formula_late */
sx_status sx_accounts__formula(sx_est **out, const sx_ctx *ctx, const char *text, const sx_est *const *values, size_t n,
                               bool late, sx_error *err) SX_NODISCARD;

/* accounts_memo.c: the same as sx_accounts__formula, sx_est_formula and sx_est_linear, but an estimate that was made of the same operands before
 * is given again (referenced; what is marked on it has to follow from its operands). A text is known by its address. memo NULL: computed always.
 * One thread at a time. Free it before the expressions. */
typedef struct sx_accounts__memo sx_accounts__memo;
sx_status sx_accounts__memo_new(sx_accounts__memo **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
void sx_accounts__memo_free(sx_accounts__memo *memo);
sx_status sx_accounts__memo_formula(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const char *text,
                                    const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
/* For rows that are seldom combined: sx_est_formula_late, sx_est_linear_late. */
sx_status sx_accounts__memo_formula_late(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const char *text,
                                         const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
sx_status sx_accounts__memo_linear_late(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const double *coef,
                                        const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
sx_status sx_accounts__memo_expr(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const sx_expr *expr,
                                 const char *const *names, const sx_est *const *values, size_t n,
                                 sx_error *err) SX_NODISCARD;
sx_status sx_accounts__memo_linear(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const double *coef,
                                   const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
/* sx_est_cov; NaN of known variances is an error. */
sx_status sx_accounts__memo_cov(double *out, sx_accounts__memo *memo, const sx_est *a, const sx_est *b,
                                sx_error *err) SX_NODISCARD;

/* As measured: leaves by their own factors, and their spend per head, in the whole tree. */
typedef struct sx_accounts__raw {
  const sx_account *account;
  sx_est **level, **spend; /* [n_nodes]; NULL where there is none */
  sx_accounts__memo *memo; /* borrowed, also by levels and second; NULL: none */
} sx_accounts__raw;
sx_status sx_accounts__raw_init(sx_accounts__raw *raw, const sx_account *account, sx_accounts__memo *memo,
                                sx_error *err) SX_NODISCARD;
void sx_accounts__raw_clear(sx_accounts__raw *raw);

typedef enum sx_accounts__mode { SX_ACCOUNTS__CURRENT, SX_ACCOUNTS__CONSTANT, SX_ACCOUNTS__MEASURED } sx_accounts__mode;

/* The levels of one scope (-1: the whole tree) in one mode. */
typedef struct sx_accounts__levels {
  const sx_account *account;
  ptrdiff_t scope;
  sx_accounts__mode mode;
  sx_est **level;  /* [n_nodes] after adjustments, of an adjustment its effect; NULL outside the scope */
  sx_est **before; /* [n_nodes] of adjusted nodes and of adjustments; NULL else */
  sx_est **after;  /* [n_nodes] of adjustments; NULL else */
  sx_accounts__memo *memo;
} sx_accounts__levels;
/* whole: the levels of scope -1 in this mode; read where scope >= 0. */
sx_status sx_accounts__levels_init(sx_accounts__levels *out, const sx_accounts__raw *raw, ptrdiff_t scope,
                                   sx_accounts__mode mode, const sx_accounts__levels *whole,
                                   sx_error *err) SX_NODISCARD;
void sx_accounts__levels_clear(sx_accounts__levels *levels);

/* accounts_second.c: what the linear variance of sums of products leaves out. */
typedef struct sx_accounts__second sx_accounts__second;
sx_status sx_accounts__second_new(sx_accounts__second **out, const sx_accounts__raw *raw, sx_error *err) SX_NODISCARD;
void sx_accounts__second_free(sx_accounts__second *second);
/* Of the level of a node, of an adjustment's effect, or before it; price_effect: of level - level at constant prices. */
typedef struct sx_accounts__place {
  size_t node;
  sx_account_measure measure;
  const sx_accounts__levels *levels; /* of the scope and mode: amounts and memberships are read from it */
} sx_accounts__place;
sx_status sx_accounts__second_of(double *out, sx_accounts__second *second, const sx_accounts__place *place,
                                 sx_error *err) SX_NODISCARD;

/* accounts_compute.c: sx_account_compute with what was computed of these estimates before; memo NULL: nothing is kept. */
sx_status sx_accounts__compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                               sx_accounts__memo *memo, sx_error *err) SX_NODISCARD;

/* accounts_copy.c: a copy in which every estimate is made ready for formulas with those of the first wave. link NULL: a plain copy. */
sx_status sx_accounts__linked(sx_account **out, const sx_account *account, const sx_link *link,
                              sx_error *err) SX_NODISCARD;

#endif
