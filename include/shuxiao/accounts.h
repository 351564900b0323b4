/* accounts.h: a tree of submarkets summed over exclusive children, with adjustments, periods and prices. docs/methods/accounts.md.
 *
 *   level of a leaf     L0 = N p s    population x penetration x spend per head, or a total, or a ratio to another node
 *   level of a branch   L0 = sum of its children
 *   after adjustments   L  = ((L0 f1) f2 - a3) ...   in the order in which they were declared; L - L0 is the sum of their effects
 *
 *   sx_account_new(&account, ctx, err);
 *   sx_account_add(account, "total", NULL, NULL, 0, NULL, err);
 *   sx_account_add(account, "games", "total", NULL, 0, &leaf, err);
 *   sx_account_adjust(account, "coverage", "games", SX_ACCOUNT_COVERAGE, share_reached, err);
 *   sx_account_compute(&result, account, benchmark, err);
 *
 * Two accounts are compared in accounts_compare.h, what the total hangs on is in accounts_sensitivity.h, one tree in many groups or
 * provinces in accounts_domains.h. All errors are those of the algebra of estimates (docs/methods/carriers.md): factors of the same
 * interviews bring their covariances, factors of other sources are independent. */
#ifndef SX_ACCOUNTS_H
#define SX_ACCOUNTS_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the tree ------------------------------------------------------------------------------------------------------------- */

/* What a leaf's ratio is a ratio to: the other leaf's spend per head, or the other node's level as it was measured: before its period
 * factor and adjustments, in the whole tree whatever the scope. */
typedef enum sx_account_base { SX_ACCOUNT_OF_SPEND, SX_ACCOUNT_OF_LEVEL } sx_account_base;

/* A leaf is population x penetration x spend per head, or a direct total. Instead of spend, or instead of total:
 * ratio x (spend or level of the node ratio_to), which may be added later. Estimates may come from the same interviews or from
 * independent sources; a population is a constant (sx_est_constant) or has an error (sx_est_outside). The texts name inputs for
 * sx_account_sensitivity; equal names are one input; NULL: "<id>.population" ... "<id>.ratio". */
typedef struct sx_account_leaf {
  const sx_est *population, *penetration, *spend; /* all three, or */
  const sx_est *total;                            /* this one */
  const sx_est *ratio;                            /* in the place of spend, or of total */
  const char *ratio_to;
  sx_account_base ratio_base;
  const char *population_input, *penetration_input, *spend_input, *total_input, *ratio_input;
} sx_account_leaf;

typedef struct sx_account sx_account;
SX_API sx_status sx_account_new(sx_account **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API void sx_account_free(sx_account *account);
/* parent NULL: the root (exactly one). scopes: tags of nested definitions ("broad", "narrow", ...), inherited by children that declare none;
 * a node without a tag is in no scope, only in the whole tree. leaf NULL: a branch. Ids are unique. Estimates are referenced.
 * Expected: SX_E_DATA for a duplicate id, a child in two parents, a node that is its own parent, an unknown parent, a second root, a leaf
 * with children, a scope that is not nested; SX_E_ARGUMENT for a leaf without one of its factors. `where` is the id. */
SX_API sx_status sx_account_add(sx_account *account, const char *id, const char *parent, const char *const *scopes,
                                size_t n_scopes, const sx_account_leaf *leaf, sx_error *err) SX_NODISCARD;
/* Declares what makes leaves exclusive: each leaf's set of codes (questions or category codes). Two leaves that share one overlap: SX_E_DATA naming
 * both and the code. */
SX_API sx_status sx_account_set_codes(sx_account *account, const char *id, const char *const *codes, size_t n,
                                      sx_error *err) SX_NODISCARD;

/* Many nodes in any order (children before parents too). Expected, besides those of sx_account_add: SX_E_DATA naming the ring for
 * nodes that are their own ancestors ("a -> b -> a"). Nodes are added parents first, else in the order given; none on failure. */
typedef struct sx_account_entry {
  const char *id, *parent;
  const char *const *scopes;
  size_t n_scopes;
  const sx_account_leaf *leaf;
} sx_account_entry;
SX_API sx_status sx_account_add_all(sx_account *account, const sx_account_entry *entries, size_t n,
                                    sx_error *err) SX_NODISCARD;

/* ---- adjustments, periods, prices ----------------------------------------------------------------------------------------- */

/* What an adjustment does to the level L of its node. est may have an error of its own (sx_est_outside). */
typedef enum sx_account_adjustment {
  SX_ACCOUNT_FACTOR,   /* L est; est > 0 */
  SX_ACCOUNT_COVERAGE, /* partial non-coverage: L / est, est the share that is covered, in (0, 1] */
  SX_ACCOUNT_OVERLAP,  /* double counting: L (1 - est), est the share that is counted twice, in [0, 1) */
  SX_ACCOUNT_AMOUNT /* double counting: L - est, est >= 0 in the unit and period of the level; in a scope that leaves out part of the
                        * node, est x (level in scope / level) */
} sx_account_adjustment;
SX_API const char *sx_account_adjustment_name(sx_account_adjustment kind); /* "factor" "coverage" "overlap" "amount" */
/* An adjustment is a node of the tree with an id of its own, under the leaf or branch that it adjusts; its level is its effect (after -
 * before). Those of one node work in the order in which they were declared. id is also the name of the input.
 * Expected: SX_E_DATA for a value out of the range above (a negative coverage), a duplicate id, an unknown node, an adjustment of an
 * adjustment. A missing estimate gives missing levels. */
SX_API sx_status sx_account_adjust(sx_account *account, const char *id, const char *node, sx_account_adjustment kind,
                                   const sx_est *est, sx_error *err) SX_NODISCARD;
/* The leaves at and under `node` are multiplied by this factor: from the period that was asked about to that of the account (2: half-years
 * to years; a seasonal factor, perhaps with an error). Inherited; the nearest node above a leaf wins; 1 undoes it. factor > 0, else
 * SX_E_DATA. input: its name for the sensitivity, NULL: "<node>.period". Setting it again replaces it; so for prices. */
SX_API sx_status sx_account_set_period(sx_account *account, const char *node, const sx_est *factor, const char *input,
                                       sx_error *err) SX_NODISCARD;
/* The price index of what is bought at and under `node`, 1 = prices of the base period: the level at constant prices is the level
 * divided by it, leaf by leaf. Inherited like the period. index > 0, else SX_E_DATA ("an index of zero ..."). input: "<node>.price". */
SX_API sx_status sx_account_set_price(sx_account *account, const char *node, const sx_est *index, const char *input,
                                      sx_error *err) SX_NODISCARD;

/* A copy (of structure, scopes, codes, adjustments, periods, prices) in which the leaf ids[i] is leaves[i]: the same tree for another group,
 * wave or province. Leaves that are not named stay. Expected: SX_E_DATA for an id that is not a leaf. */
SX_API sx_status sx_account_copy(sx_account **out, const sx_account *account, const char *const *ids,
                                 const sx_account_leaf *leaves, size_t n, sx_error *err) SX_NODISCARD;
/* A copy that has the levels (at current prices) of one scope: leaves outside it are 0, amounts have their part, ratios are what they give. With the account itself, or
 * another scope, it makes a pair for accounts_compare.h: what the wider definition adds. scope NULL: a copy of the whole tree that has no scopes. Expected: SX_E_DATA for an unknown scope. */
SX_API sx_status sx_account_restrict(sx_account **out, const sx_account *account, const char *scope,
                                     sx_error *err) SX_NODISCARD;
/* What sx_account_compute refuses, without computing: no nodes, a branch without children, scopes that are not nested, a ratio to an unknown
 * node or to the spend of a node that has none, a ring of ratios (SX_E_DATA: "games -> content -> games"). */
SX_API sx_status sx_account_check(const sx_account *account, sx_error *err) SX_NODISCARD;

/* ---- rows ------------------------------------------------------------------------------------------------------------------ */

typedef enum sx_account_measure {
  SX_ACCOUNT_LEVEL, /* after adjustments; of an adjustment: its effect */
  SX_ACCOUNT_SHARE_OF_PARENT,
  SX_ACCOUNT_SHARE_OF_TOTAL,
  SX_ACCOUNT_SHARE_OF_BENCHMARK,
  SX_ACCOUNT_LEVEL_BEFORE, /* of an adjusted node: before all; of an adjustment: before this one */
  SX_ACCOUNT_LEVEL_AFTER,  /* of an adjustment */
  SX_ACCOUNT_MEASURED, /* the level without period factors (amounts are divided by the node's own), where there are any */
  SX_ACCOUNT_CONSTANT,     /* the level at constant prices, where there are prices */
  SX_ACCOUNT_PRICE_EFFECT, /* level - level at constant prices */
  SX_ACCOUNT_MEASURE_LAST = SX_ACCOUNT_PRICE_EFFECT
} sx_account_measure;
/* "level" "share_of_parent" "share_of_total" "share_of_benchmark" "level_before" "level_after" "level_measured" "level_constant"
 * "price_effect" */
SX_API const char *sx_account_measure_name(sx_account_measure measure);

typedef enum sx_account_kind { SX_ACCOUNT_BRANCH, SX_ACCOUNT_LEAF, SX_ACCOUNT_ADJUSTMENT } sx_account_kind;

/* Bits of a row. The last three are set by sx_account_domains. */
enum {
  SX_ACCOUNT_SECOND_ORDER = 1, /* second_order is above 1% of the linear variance: say so beside the number */
  SX_ACCOUNT_MODEL_BASED = 2,  /* a small-area estimate stands in for a leaf at or under the node */
  SX_ACCOUNT_WEAK = 4,         /* a leaf at or under it is below what was asked of the sample, and nothing stands in */
  SX_ACCOUNT_NO_VALUE = 8      /* missing: na of the estimate says why */
};

typedef struct sx_account_row {
  const char *id, *parent; /* borrowed from the account */
  size_t depth;
  const char *scope; /* NULL: the whole tree */
  sx_account_measure measure;
  sx_est *est; /* owned; its error is the linear one */
  sx_account_kind kind;
  /* Variance that the linear one leaves out because factors with errors are multiplied: for two independent factors V(a) V(b) (Goodman
   * 1960), beside a^2 V(b) + b^2 V(a); for sums also between leaves that share a factor. 0 where nothing is left out; NaN for shares
   * and where the linear error is missing. Which factors are independent is read from their sources (sx_est_independent). */
  double second_order;
  double se; /* sqrt(linear + second_order); for shares the linear one. The one to print */
  unsigned flags;
} sx_account_row;
typedef struct sx_account_result {
  sx_ctx ctx;
  sx_account_row *rows;
  size_t n_rows;
} sx_account_result;
/* Every node x measure for the whole tree and for each scope (a node outside a scope is left out; a branch sums what is in it).
 * benchmark NULL: no share of benchmark. Children (adjustments among them) add to parents exactly, in value and in carrier; so does each
 * other measure of amounts but LEVEL_BEFORE and LEVEL_AFTER. Expected: what sx_account_check refuses; SX_E_DATA for an amount above the
 * level that it is taken from. The account must outlive the result. */
SX_API sx_status sx_account_compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_account_result_free(sx_account_result *result);
/* sx_est_describe of a row, with the row's se in the place of the linear one (interval and cv with it). */
SX_API sx_status sx_account_describe(sx_est_row *out, const sx_account_row *row, const sx_est_options *options,
                                     sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
