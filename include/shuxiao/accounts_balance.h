/* accounts_balance.h: figures adjusted so that identities hold (docs/methods/balancing.md). */
#ifndef SX_ACCOUNTS_BALANCE_H
#define SX_ACCOUNTS_BALANCE_H

#include "shuxiao/estimate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* n figures x with covariance V, K identities A x = b. The adjusted figures are those nearest to x in the metric of V:
 *   y = x + V A' (A V A')^- (b - A x),   V(y) = V - V A' (A V A')^- A V,   chi-square = (b - A x)' (A V A')^- (b - A x), df = rank(A V A')
 * Stone, Champernowne & Meade (1942) Rev. Econ. Stud. 9:111-135; Byron (1978) JRSS A 141:359-367. A figure without variance stays. */
typedef struct sx_balance_figure {
  const char *id;      /* unique; for messages and rows */
  double value, se;    /* ignored where the request has estimates */
  double lower, upper; /* -INFINITY, INFINITY: none */
} sx_balance_figure;

typedef struct sx_balance_term {
  size_t figure; /* index; one that occurs twice is added up */
  double coefficient;
} sx_balance_term;
/* sum of coefficient * figure == constant */
typedef struct sx_balance_identity {
  const char *id;
  const sx_balance_term *terms;
  size_t n_terms;
  double constant;
} sx_balance_identity;

typedef enum sx_balance_distance {
  SX_BALANCE_ABSOLUTE, /* (y-x)' V^- (y-x) */
  SX_BALANCE_RELATIVE /* the same of log y - log x with the relative covariances V_ij/(x_i x_j): positive figures stay positive */
} sx_balance_distance;

typedef struct sx_balance_request {
  uint32_t version;
  const sx_balance_figure *figures; /* [n_figures] */
  size_t n_figures;
  /* [n_figures] or NULL: the figures are estimates, V from their carriers; a fixed figure is one without variance (sx_est_constant,
   * sx_est_outside with se 0). */
  const sx_est *const *estimates;
  const double *covariance; /* [n_figures * n_figures], symmetric, or NULL: that of the estimates, else diag(se^2) */
  const sx_balance_identity *identities; /* [n_identities] */
  size_t n_identities;
  sx_balance_distance distance;
  double tolerance;      /* 1e-9: an identity holds within this times the sum of its terms' sizes */
  size_t max_iterations; /* 500: of the bounds' active set and of the relative distance */
  bool with_covariance;  /* result->covariance is filled */
  /* [n_figures] or NULL: figures that stay as they are though they have an error; the others are brought to them. With estimates the
   * errors of the adjusted figures, the chi-square and p take the error of the held figures into account; standardised is NaN then. */
  const bool *held;
} sx_balance_request;
#define SX_BALANCE_REQUEST_INIT                                                                                        \
  { 1, NULL, 0, NULL, NULL, NULL, 0, SX_BALANCE_ABSOLUTE, 1e-9, 500, false, NULL }

typedef enum sx_balance_at {
  SX_BALANCE_FREE,
  SX_BALANCE_FIXED,
  SX_BALANCE_AT_LOWER,
  SX_BALANCE_AT_UPPER
} sx_balance_at;
SX_API const char *sx_balance_at_name(sx_balance_at at); /* "free" "fixed" "lower" "upper" */

typedef struct sx_balance_row {
  const char *id; /* owned by the result */
  double before, se_before;
  double after;
  double se_after; /* by the identities alone: bounds do not lower it, so it is not too small where one is active */
  double moved_se; /* (after - before) / se_before; NaN for a fixed figure */
  /* The identities' adjustment over its own standard error, (y - x)/sqrt(V_jj - V(y)_jj): about normal where all figures are
   * as good as their errors say; the largest points to a wrong one. NaN where no identity can move the figure. */
  double standardised;
  double unbounded;    /* by the identities alone; equals after where no bound is active */
  double se_at_bounds; /* as if the active bounds were identities: 0 at a bound; equals se_after where none is active */
  sx_balance_at at;
  sx_est *
      est; /* owned; NULL without estimates. Its carrier is the linear map of the inputs' carriers, its value `after` */
} sx_balance_row;

typedef struct sx_balance_check {
  const char *id;       /* owned by the result */
  double imbalance, se; /* before: A_k x - b_k, with its standard error */
  double z;             /* imbalance/se; NaN where se is 0 */
  double after;         /* what is left: rounding */
  bool redundant;       /* follows from the others (or from fixed figures) */
} sx_balance_check;

typedef struct sx_balance_result {
  sx_ctx ctx;
  sx_balance_row *rows; /* [n_rows] in the order of the figures */
  size_t n_rows;
  sx_balance_check *checks; /* [n_checks] in the order of the identities */
  size_t n_checks;
  double chi_square, p; /* of the imbalances; bounds play no part. p is NaN where df is 0 */
  size_t df;            /* rank of A V A' */
  size_t n_active;      /* figures held at a bound */
  size_t n_iterations;  /* steps of the active set, or of the relative distance */
  double *covariance;   /* [n*n] of the adjusted figures (identities alone), where asked for; else NULL */
} sx_balance_result;

/* Expected: SX_E_ARGUMENT for a request without sense (NaN, a negative error, an unknown figure, crossed bounds; `where` is
 * "figure ID" or "identity ID"); SX_E_DATA for a covariance that is not positive semidefinite, an estimate without a value or an error, an identity
 * that contradicts the others or the fixed figures (named, by how much), bounds that cannot hold together with the identities (named), a
 * figure that is not positive under the relative distance; SX_E_NUMERIC where the iterations end unfinished.
 * Memory 8 (n K + n^2) bytes, without the n^2 for a diagonal V; cost about 4 n K^2 for the identities. */
SX_API sx_status sx_account_balance(sx_balance_result **out, const sx_ctx *ctx, const sx_balance_request *request,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_balance_result_free(sx_balance_result *result);

/* "total == goods + services - refunds", linear on both sides, into terms over the figures' ids (`ids with blanks` in backquotes);
 * *terms [*n_terms] is the caller's (sx_mem_free). Expected: SX_E_PARSE without exactly one ==, SX_E_DATA for an unknown figure (with
 * the nearest) or a formula that is not linear. */
SX_API sx_status sx_balance_parse(sx_balance_term **terms, size_t *n_terms, double *constant, const sx_ctx *ctx,
                                  const char *formula, const sx_balance_figure *figures, size_t n_figures,
                                  sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
