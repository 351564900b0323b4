/* accounts_compare.h: why two accounts differ: two waves, two groups, two definitions. docs/methods/decompositions.md.
 *
 * before and after are accounts of one tree: the same ids under the same parents, leaves of the same kind, the same adjustments; else
 * SX_E_DATA naming the node ("is in one of the two only: declare it with an amount of 0"). sx_account_copy makes the second from the first.
 * link: of the two waves' designs, where their samples share units (sx_link_new; after is the second wave); NULL: two groups of one design,
 * or independent samples, or estimates that were linked before. Every error is that of the algebra. Sums of components equal the
 * total in value to rounding (1e-12 of the level) and in carrier. */
#ifndef SX_ACCOUNTS_COMPARE_H
#define SX_ACCOUNTS_COMPARE_H

#include "shuxiao/accounts.h"
#include "shuxiao/estimate_change.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- contributions of the nodes --------------------------------------------------------------------------------------------- */

/* L is a level, T that of the root in the scope, 0 before and 1 after; C and D the same at constant prices. */
typedef enum sx_account_change_measure {
  SX_ACCOUNT_DIFFERENCE,            /* L1 - L0 */
  SX_ACCOUNT_GROWTH,                /* L1/L0 - 1; not for adjustments */
  SX_ACCOUNT_CONTRIBUTION,          /* (L1 - L0)/T0: adds up to the growth of the total; times 100: percentage points */
  SX_ACCOUNT_SHARE_OF_CHANGE,       /* (L1 - L0)/(T1 - T0): adds up to 1 */
  SX_ACCOUNT_STRUCTURE_DIFFERENCE,  /* L1/T1 - L0/T0: adds up to 0; times 100: percentage points */
  SX_ACCOUNT_CONSTANT_DIFFERENCE,   /* C1 - C0; this and what follows only where either account has prices */
  SX_ACCOUNT_CONSTANT_GROWTH,       /* C1/C0 - 1; not for adjustments */
  SX_ACCOUNT_CONSTANT_CONTRIBUTION, /* (C1 - C0)/D0 */
  SX_ACCOUNT_PRICE_DIFFERENCE,      /* (L1 - L0) - (C1 - C0) */
  SX_ACCOUNT_CHANGE_MEASURE_LAST = SX_ACCOUNT_PRICE_DIFFERENCE
} sx_account_change_measure;
/* "difference" "growth" "contribution" "share_of_change" "structure_difference" "constant_difference" "constant_growth"
 * "constant_contribution" "price_difference" */
SX_API const char *sx_account_change_measure_name(sx_account_change_measure measure);

typedef struct sx_account_change_row {
  const char *id, *parent; /* borrowed from `before`, which must outlive the rows */
  size_t depth;
  const char *scope; /* NULL: the whole tree */
  sx_account_kind kind;
  sx_account_change_measure measure;
  sx_est *est; /* owned */
} sx_account_change_row;
typedef struct sx_account_changes {
  sx_ctx ctx;
  sx_account_change_row *rows;
  size_t n_rows;
} sx_account_changes;
/* Every node x measure, whole tree and scopes. A gap between two groups is the same with the groups in the places of the waves. */
SX_API sx_status sx_account_contributions(sx_account_changes **out, const sx_account *before, const sx_account *after,
                                          const sx_link *link, sx_error *err) SX_NODISCARD;
SX_API void sx_account_changes_free(sx_account_changes *changes);

/* ---- effects of the factors --------------------------------------------------------------------------------------------------- */

/* A leaf's level is a product: population, penetration, spend per head at constant prices, price, and all that multiplies it on the way up
 * (period factors, adjustments that are factors). */
typedef enum sx_account_effect {
  SX_ACCOUNT_EFFECT_TOTAL, /* the change of the node: the sum of the others */
  SX_ACCOUNT_EFFECT_POPULATION,
  SX_ACCOUNT_EFFECT_PENETRATION,
  SX_ACCOUNT_EFFECT_SPEND,      /* per head; where there are prices, at constant prices */
  SX_ACCOUNT_EFFECT_PRICE,      /* where there are prices */
  SX_ACCOUNT_EFFECT_ADJUSTMENT, /* where there are adjustments or periods; amounts taken off are in it whole */
  SX_ACCOUNT_EFFECT_LEVEL, /* of leaves given as totals: their amount (at constant prices where there are prices) */
  SX_ACCOUNT_EFFECT_INTERACTION, /* only with SX_ACCOUNT_AT_BEFORE */
  SX_ACCOUNT_EFFECT_LAST = SX_ACCOUNT_EFFECT_INTERACTION
} sx_account_effect;
SX_API const char *sx_account_effect_name(
    sx_account_effect effect); /* "total" "population" "penetration" "spend" ... */

typedef enum sx_account_weighting {
  /* Each factor's change at the average of the others over all orders of change: Kitagawa (1955) for two factors, Das Gupta (1978,
   * 1993) for three and more, which is Shapley's value. */
  SX_ACCOUNT_AVERAGED,
  SX_ACCOUNT_AT_BEFORE /* each factor's change at the others' values before, and what is left as interaction */
} sx_account_weighting;

typedef struct sx_account_effect_row {
  const char *id, *parent; /* borrowed from `before` */
  size_t depth;
  const char *scope;
  sx_account_kind kind; /* branches and leaves; effects of adjustments are in those of their nodes */
  sx_account_effect effect;
  sx_est *est;   /* the effect, in units of the level; owned */
  sx_est *share; /* est / change of this node: adds up to 1 over effects; owned. NULL for SX_ACCOUNT_EFFECT_TOTAL */
  sx_est *root;  /* T0, the level of the root before, in the scope; owned */
} sx_account_effect_row;
typedef struct sx_account_effects {
  sx_ctx ctx;
  sx_account_effect_row *rows;
  size_t n_rows;
} sx_account_effects;
/* Every branch and leaf x effect that occurs under the root, whole tree and scopes; an effect that a node does not have is a row of value 0. Effects add up
 * over effects to the change of the node, over children to the parent's effect (save where the parent has adjustments). */
SX_API sx_status sx_account_decompose(sx_account_effects **out, const sx_account *before, const sx_account *after,
                                      const sx_link *link, sx_account_weighting weighting, sx_error *err) SX_NODISCARD;
SX_API void sx_account_effects_free(sx_account_effects *effects);
/* est / T0 of a row: adds up to the growth of the total. The caller's. */
SX_API sx_status sx_account_effect_contribution(sx_est **out, const sx_account_effects *effects,
                                                const sx_account_effect_row *row, sx_error *err) SX_NODISCARD;

/* ---- a mean by the composition of groups; shift-share ------------------------------------------------------------------------- */

typedef enum sx_account_component {
  SX_ACCOUNT_COMPONENT_TOTAL,       /* the change: the sum of the others */
  SX_ACCOUNT_COMPONENT_COMPOSITION, /* of a mean: the shares of the groups changed (explained, endowments) */
  SX_ACCOUNT_COMPONENT_RATE,        /* of a mean: the means within groups changed (unexplained, coefficients) */
  SX_ACCOUNT_COMPONENT_INTERACTION, /* of a mean, threefold */
  SX_ACCOUNT_COMPONENT_NATIONAL,    /* shift-share: growth of the whole */
  SX_ACCOUNT_COMPONENT_MIX,         /* shift-share: growth of the item in the whole above it */
  SX_ACCOUNT_COMPONENT_COMPETITIVE, /* shift-share: growth of the item here above that in the whole */
  SX_ACCOUNT_COMPONENT_ALLOCATION,  /* shift-share, Esteban-Marquillas: specialisation x advantage */
  SX_ACCOUNT_COMPONENT_LAST = SX_ACCOUNT_COMPONENT_ALLOCATION
} sx_account_component;
SX_API const char *sx_account_component_name(sx_account_component component); /* "total" "composition" ... */

typedef struct sx_account_part {
  const char *name; /* of the group or item, borrowed; NULL: all of them together */
  sx_account_component component;
  sx_est *est;   /* owned */
  sx_est *share; /* est / the change of all; owned; missing where that is 0 */
} sx_account_part;
typedef struct sx_account_parts {
  sx_ctx ctx;
  sx_account_part *rows; /* first all together, then each group; TOTAL first */
  size_t n_rows;
} sx_account_parts;
SX_API void sx_account_parts_free(sx_account_parts *parts);

/* A mean, rate or share M = sum_g c_g m_g over exclusive groups: their shares c and means m, [0] before (or group A), [1] after (B). A group with
 * a share of exactly 0 in one of them may have a missing mean there: it takes the other's (its entry is composition). */
typedef struct sx_account_group {
  const char *name;
  const sx_est *share[2], *mean[2];
} sx_account_group;
typedef enum sx_account_mean_form {
  SX_ACCOUNT_KITAGAWA, /* composition sum dc (m0 + m1)/2, rate sum dm (c0 + c1)/2: Kitagawa (1955) */
  SX_ACCOUNT_TWOFOLD,  /* Oaxaca-Blinder with m* = (1 - w) m0 + w m1: sum dc m*, and sum c1 (m1 - m*) + c0 (m* - m0) */
  SX_ACCOUNT_THREEFOLD /* sum dc m0, sum c0 dm, sum dc dm */
} sx_account_mean_form;
/* reference: w of TWOFOLD in [0, 1] (0: m* = m0; 1: m1; 1/2 is Kitagawa's), not read for the others. Expected: SX_E_ARGUMENT for no groups,
 * a missing pointer (names the group), a form or reference that does not exist. Rows: per group and for all, TOTAL and the components. */
SX_API sx_status sx_account_decompose_mean(sx_account_parts **out, const sx_ctx *ctx, const sx_account_group *groups,
                                           size_t n, sx_account_mean_form form, double reference,
                                           sx_error *err) SX_NODISCARD;

/* An item (submarket) in a region or group, and in the whole, at n_times points of time. */
typedef struct sx_account_item {
  const char *name;
  const sx_est *const *region, *const *whole; /* [n_times] levels */
} sx_account_item;
typedef enum sx_account_shift {
  /* e the item's level in the region, E in the whole, r and G their growth, g the growth of the whole:
   * e g + e (G - g) + e (r - G). Dunn (1960), Creamer (1943) */
  SX_ACCOUNT_CLASSICAL,
  /* e' = (sum e) E/(sum E) as if the region had the structure of the whole: competitive e' (r - G), allocation (e - e')(r - G).
   * Esteban-Marquillas (1972) */
  SX_ACCOUNT_ESTEBAN_MARQUILLAS
} sx_account_shift;
/* One pair of times is static. More are dynamic: each period's components with its own base, summed (Barff & Knight 1988). Expected:
 * SX_E_ARGUMENT for no items or fewer than two times, a missing pointer (names the item). A level of 0 at the start of a period has
 * no growth: missing, SX_NA_ZERO_DENOMINATOR. */
SX_API sx_status sx_account_shift_share(sx_account_parts **out, const sx_ctx *ctx, const sx_account_item *items,
                                        size_t n, size_t n_times, sx_account_shift kind, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
