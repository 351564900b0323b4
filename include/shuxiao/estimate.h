/* estimate.h: estimators and the algebra of estimates. An estimate is a value plus a carrier (docs/methods/carriers.md). */
#ifndef SX_ESTIMATE_H
#define SX_ESTIMATE_H

#include "shuxiao/design.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the algebra ----------------------------------------------------------------------------------------- */

typedef enum sx_na {
  SX_NA_NONE,
  SX_NA_EMPTY_DOMAIN,
  SX_NA_ALL_MISSING,
  SX_NA_TOO_FEW_PSU,      /* df < 1, or a replicate without the domain: value without error */
  SX_NA_ZERO_DENOMINATOR, /* also a formula without a finite value at its estimates */
  SX_NA_OPERAND,
  SX_NA_OUTSIDE,           /* a quantile's interval reaches beyond the data: value without error */
  SX_NA_NEGATIVE_VARIANCE, /* joint probabilities gave a variance below 0: value without error */
  SX_NA_FEW_BANDS,         /* banded amounts: no more bands with cases than the fit has parameters */
  SX_NA_NO_FIT,            /* a fit that has no solution inside its range */
  SX_NA_NO_MEAN,           /* a fitted tail so heavy that the mean does not exist */
  SX_NA_EMPTY_CELL,        /* a cell of the standard population without an answer in the domain */
  SX_NA_TOO_LARGE,         /* values or weights whose squares are beyond the numbers: no error, perhaps no value */
  SX_NA_LAST = SX_NA_TOO_LARGE
} sx_na;
SX_API const char *sx_na_text(sx_na na); /* "" for none; "empty domain", ... */

/* A value with its error. Immutable, shared by reference count. Its carrier has one part per source: a design
 * (scores summed to PSUs, or replicate values) or an outside figure (coefficient on that figure's deviation). */
typedef struct sx_est sx_est;
SX_API sx_est *sx_est_ref(const sx_est *est);
SX_API void sx_est_free(sx_est *est);          /* drops one reference */
SX_API double sx_est_value(const sx_est *est); /* NaN when missing */
SX_API double sx_est_variance(const sx_est *est);
SX_API double sx_est_se(const sx_est *est);
SX_API double sx_est_df(
    const sx_est *est); /* one design: over its PSUs; several sources: Satterthwaite; none: INFINITY */
SX_API sx_na sx_est_na(const sx_est *est); /* why the value is missing; SX_NA_NONE where it is not */
/* Covariance over the sources they share; 0 when they share none. Designs made from one another by adjusting weights
 * are one source. NaN when memory is short. */
SX_API double sx_est_cov(const sx_est *a, const sx_est *b);
/* True where no source of error is in both: no sample (of designs made from one another, of linked waves), no outside figure. A part
 * without an error, such as a calibrated total's, is no source of error. */
SX_API bool sx_est_independent(const sx_est *a, const sx_est *b);
/* All of them at once: out [n*n] symmetric, the same numbers up to rounding; each carrier is expanded once where they fit into 32 MB
 * together. Rows and columns of missing estimates are NaN. */
SX_API sx_status sx_est_covariances(double *out, const sx_ctx *ctx, const sx_est *const *estimates, size_t n,
                                    sx_error *err) SX_NODISCARD;

SX_API sx_status sx_est_constant(sx_est **out, const sx_ctx *ctx, double value, sx_error *err) SX_NODISCARD;
/* An estimate without a value, for the reason na (not SX_NA_NONE): formulas, sums and accounts over it are missing for the same
 * reason. */
SX_API sx_status sx_est_missing(sx_est **out, const sx_ctx *ctx, sx_na na, sx_error *err) SX_NODISCARD;
/* A benchmark with a standard error of its own (0 allowed). Estimates built from the same sx_est share its error. */
SX_API sx_status sx_est_outside(sx_est **out, const sx_ctx *ctx, double value, double se, double df,
                                sx_error *err) SX_NODISCARD;
/* Any smooth formula over named estimates, in the expression language: linearised by its gradient; replicate carriers are
 * mapped replicate by replicate. A missing operand (NULL: SX_NA_OPERAND) gives a missing estimate with that operand's
 * reason. docs/methods/carriers.md. */
SX_API sx_status sx_est_formula(sx_est **out, const sx_ctx *ctx, const sx_expr *formula, const char *const *names,
                                const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
/* sum_i coefficient[i] * values[i]; coefficients NULL means 1. */
SX_API sx_status sx_est_linear(sx_est **out, const sx_ctx *ctx, const double *coefficients, const sx_est *const *values,
                               size_t n, sx_error *err) SX_NODISCARD;
/* The same, to the same bits, for results that are mostly printed and seldom combined: the carrier is written out when something first
 * reads it, and the operands are held until then. */
SX_API sx_status sx_est_formula_late(sx_est **out, const sx_ctx *ctx, const sx_expr *formula, const char *const *names,
                                     const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_est_linear_late(sx_est **out, const sx_ctx *ctx, const double *coefficients,
                                    const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
/* For comparisons (differences, ratios, contrasts, standardised means), called on `est` right after it was made of `operands` [n]: where
 * one of them has no error of its own (sx_est_df < 1: its cases are of too few sampling units), the design holds no variance for it
 * and that of the comparison is of the other operands alone. Then est keeps its value and has df 0, hence no error and no p, and so
 * has whatever is made of it. Sums do not need it. NULL among the operands is passed over. */
SX_API void sx_est_need_errors(sx_est *est, const sx_est *const *operands, size_t n);
/* The same estimate with its carrier written out (8 bytes a PSU or replicate), once and for all: for what many formulas will rest on. Large
 * samples keep carriers as short tables otherwise, which each formula writes out anew. Numbers are the same bits. *out is owned by the
 * caller; where nothing has to be written out it is a reference to est. */
SX_API sx_status sx_est_expand(sx_est **out, const sx_est *est, sx_error *err) SX_NODISCARD;
/* Whether both are the same value with the same carrier, of the same cases: one can stand for the other, to the bit. False also where it would take work to
 * know. */
SX_API bool sx_est_same(const sx_est *a, const sx_est *b);
/* For the store: the carrier as bytes, and back onto the same design (checked by length and fingerprint). *data is freed
 * with sx_mem_free. Outside figures that were unpacked are one figure where value, se and df are the same. Expected from
 * unpack: SX_E_DATA for bytes that are damaged or of another design. */
SX_API sx_status sx_est_pack(void **data, size_t *n, const sx_ctx *ctx, const sx_est *est, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_est_unpack(sx_est **out, const sx_ctx *ctx, const void *data, size_t n, const sx_design *design,
                               sx_error *err) SX_NODISCARD;

/* ---- estimators ------------------------------------------------------------------------------------------ */

typedef enum sx_stat {
  SX_STAT_TOTAL,
  SX_STAT_MEAN,
  SX_STAT_PROP,
  SX_STAT_RATIO,
  SX_STAT_COUNT /* population of the domain */
} sx_stat;
SX_API const char *sx_stat_name(sx_stat stat); /* "total" "mean" "prop" "ratio" "count" */

/* Formulas: docs/methods/proportions.md. Those after LOGIT are for proportions; other estimates get wald under them. */
typedef enum sx_ci {
  SX_CI_DEFAULT, /* logit for proportions, wald with t(df) else */
  SX_CI_WALD,
  SX_CI_LOGIT,
  SX_CI_XLOGIT, /* the same numbers as LOGIT, by R's name */
  SX_CI_WILSON,
  SX_CI_BETA, /* Korn and Graubard */
  SX_CI_ASIN,
  SX_CI_LIKELIHOOD
} sx_ci;
SX_API const char *sx_ci_name(sx_ci ci);                                                /* "wald", "logit", ... */
SX_API sx_status sx_ci_parse(sx_ci *out, const char *text, sx_error *err) SX_NODISCARD; /* by that name */

typedef struct sx_est_options {
  uint32_t version;
  double ci_level; /* 0.95 */
  sx_ci ci;
  double df; /* NaN: the domain's own */
} sx_est_options;
#define SX_EST_OPTIONS_INIT                                                                                            \
  { 1, 0.95, SX_CI_DEFAULT, (double)NAN }

typedef struct sx_est_request {
  sx_stat stat;
  const sx_column
      *y; /* number, integer; for PROP any discrete column (levels), or an integer 0/1 column with prop_of_one */
  const sx_column *x;   /* RATIO: denominator */
  bool prop_of_one;     /* PROP: a single row, the share of y == 1 (y logical) */
  const uint8_t *where; /* [rows] 1 = in; NULL all. Rows with 0 or 2 are outside the domain but stay in the design */
  const sx_groups *by;  /* NULL: one domain */
} sx_est_request;

typedef struct sx_est_row {
  size_t group;  /* index in by, 0 without */
  int32_t level; /* PROP: level index of y, else -1 */
  double estimate, se, low, high, ci_level, df;
  size_t n;               /* rows in the base with non-zero weight */
  double n_eff, deff, cv; /* deff: V / (S^2/n) with replacement; n_eff = n/deff. NaN where S^2 is 0, as for a count */
  sx_na na;
  sx_est *est; /* the carrier, owned by the row; NULL only when na says there is no value */
} sx_est_row;

typedef struct sx_est_set {
  sx_ctx ctx;
  size_t n_rows;
  sx_est_row *rows;                 /* by group, then level; combinations without cases are present with na */
  char **level_text, **level_label; /* PROP: [n_levels] */
  size_t n_levels;
} sx_est_set;
SX_API void sx_est_set_free(sx_est_set *set);

/* Missing y (of any class) drops out of that variable's base alone. Thread-safe on a shared design.
 * A proportion of 0 or 1 has se 0 and a Clopper-Pearson interval on its n (docs/methods/proportions.md).
 * Expected: SX_E_ARGUMENT for a column that does not suit the statistic or has another length, SX_E_DATA for a value that is
 * not finite (names the case). Cost: one pass over the rows, which all requests share, where the design has units to sum over
 * (sx_design_get_units) and they are few beside the rows; else a pass for the sums and, for a linearised design, about
 * 1.5 ns * rows per estimate for the variances. */
SX_API sx_status sx_estimate_run(sx_est_set **out, const sx_design *design, const sx_est_request *request,
                                 const sx_est_options *options, sx_error *err) SX_NODISCARD;
/* Many at once, in parallel over ctx threads of the design; out [n]. Results do not depend on the thread count. */
SX_API sx_status sx_estimate_run_many(sx_est_set **out, const sx_design *design, const sx_est_request *requests,
                                      size_t n, const sx_est_options *options, sx_error *err) SX_NODISCARD;
/* The population of every level of one variable, `levels` being its groups: totals of its 0/1 variables over the cases that answered, rows by
 * group and level as PROP has them. deff_wor: design effects without replacement (sx_estimate_deff_wor). */
SX_API sx_status sx_estimate_level_totals(sx_est_set **out, const sx_design *design, const sx_groups *levels,
                                          const uint8_t *where, const sx_groups *by, const sx_est_options *options,
                                          bool deff_wor, sx_error *err) SX_NODISCARD;
/* Interval and derived fields of an estimate made by the algebra (gap, share, formula): se, low, high, df, cv. is_prop selects logit where it lies
 * strictly inside (0,1). n, n_eff, deff are left 0/NaN. est is referenced. */
SX_API sx_status sx_est_describe(sx_est_row *row, const sx_est *est, bool is_prop, const sx_est_options *options,
                                 sx_error *err) SX_NODISCARD;

/* ---- quantiles (docs/methods/quantiles.md) --------------------------------------------------------------------- */

/* Rules by the names of R's svyquantile. MATH (= HF1) is the smallest value whose share at or below it reaches p. SHAHVAISH is R's
 * form, which depends on the scale of the weights; SHAHVAISH_SCALED has the weights scaled to sum to n. */
typedef enum sx_qrule {
  SX_QRULE_MATH,
  SX_QRULE_SCHOOL,
  SX_QRULE_SHAHVAISH,
  SX_QRULE_HF1,
  SX_QRULE_HF2,
  SX_QRULE_HF3,
  SX_QRULE_HF4,
  SX_QRULE_HF5,
  SX_QRULE_HF6,
  SX_QRULE_HF7,
  SX_QRULE_HF8,
  SX_QRULE_HF9,
  SX_QRULE_SHAHVAISH_SCALED
} sx_qrule;
/* How the interval is made: of the share at or below the estimate by one of four methods and inverted (Woodruff), by inverting
 * a score test, or of the estimate itself under the replicates. */
typedef enum sx_qinterval {
  SX_QINTERVAL_MEAN,
  SX_QINTERVAL_SCORE,
  SX_QINTERVAL_BETA,
  SX_QINTERVAL_XLOGIT,
  SX_QINTERVAL_ASIN,
  SX_QINTERVAL_REPLICATE /* R's interval.type = "quantile"; replicate designs only */
} sx_qinterval;
/* Where Woodruff's interval is centred: at p where the estimate is a value that several cases share or the largest, else at the
 * share at or below the estimate; or always at one of the two. AT_SHARE is R's, and misses on heaped data. */
typedef enum sx_qcentre { SX_QCENTRE_AUTO, SX_QCENTRE_AT_SHARE, SX_QCENTRE_AT_P } sx_qcentre;
SX_API const char *sx_qrule_name(sx_qrule rule); /* "math" ... "hf9" */
SX_API sx_status sx_qrule_parse(sx_qrule *out, const char *text, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_qinterval_parse(sx_qinterval *out, const char *text, sx_error *err) SX_NODISCARD; /* "mean" ... */

typedef struct sx_quantile_options {
  uint32_t version;
  double ci_level; /* 0.95 */
  double df;       /* NaN: the domain's own */
  sx_qrule rule;
  sx_qinterval interval;
  sx_qcentre centre;
} sx_quantile_options;
#define SX_QUANTILE_OPTIONS_INIT                                                                                       \
  { 1, 0.95, (double)NAN, SX_QRULE_MATH, SX_QINTERVAL_MEAN, SX_QCENTRE_AUTO }

typedef struct sx_quantile_request {
  const sx_column *y;  /* number or integer */
  const double *probs; /* [n_probs], each in 0..1 */
  size_t n_probs;
  const uint8_t *where; /* as in sx_est_request */
  const sx_groups *by;
} sx_quantile_request;
/* Rows by group, then by probability (row.level is its index; set->level_text its text). se = (high - low)/(2 t); the carrier is
 * that of the share at or below the estimate, scaled to this se, so that gaps between quantiles have errors. deff and n_eff are
 * the share's. Where a limit lies beyond the data, se and that limit are NaN and na is SX_NA_OUTSIDE.
 * Expected: SX_E_ARGUMENT for a variable that is not a number, a probability outside 0..1, REPLICATE without replicates;
 * SX_E_DATA for a value that is not finite. Cost: one radix sort of the variable, then one pass of the engine per probability;
 * SCORE takes some 2 log2(n) passes. */
SX_API sx_status sx_estimate_quantile(sx_est_set **out, const sx_design *design, const sx_quantile_request *request,
                                      const sx_quantile_options *options, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_estimate_quantile_many(sx_est_set **out, const sx_design *design,
                                           const sx_quantile_request *requests, size_t n,
                                           const sx_quantile_options *options, sx_error *err) SX_NODISCARD;

/* ---- variance, covariance, correlation (docs/methods/moments.md) ------------------------------------------------- */

typedef enum sx_moment { SX_MOMENT_VARIANCE, SX_MOMENT_COVARIANCE, SX_MOMENT_CORRELATION } sx_moment;
SX_API const char *sx_moment_name(sx_moment moment); /* "variance" "covariance" "correlation" */
/* n/(n-1) sum w (y - ybar)(x - xbar)/sum w over the cases that have both, by domain; the correlation is the covariance over the
 * root of both variances, its interval by Fisher's z unless options ask for wald. request: y, x (not for VARIANCE), where, by;
 * the rest is ignored. A domain of one case has no value: SX_NA_ZERO_DENOMINATOR. Statuses as sx_estimate_run. */
SX_API sx_status sx_estimate_moment(sx_est_set **out, const sx_design *design, sx_moment moment,
                                    const sx_est_request *request, const sx_est_options *options,
                                    sx_error *err) SX_NODISCARD;

/* ---- tests of tables (docs/methods/tests-of-tables.md) ------------------------------------------------------------ */

/* By the names of R's svychisq. LINCOM and SADDLEPOINT are one: the tail of a sum of chi-squares by saddlepoint. */
typedef enum sx_test_stat {
  SX_TEST_F,     /* second-order Rao-Scott (default) */
  SX_TEST_CHISQ, /* first-order Rao-Scott */
  SX_TEST_WALD,
  SX_TEST_ADJWALD,
  SX_TEST_LINCOM,
  SX_TEST_SADDLEPOINT
} sx_test_stat;
SX_API sx_status sx_test_parse(sx_test_stat *out, const char *text, sx_error *err) SX_NODISCARD; /* "F" "Chisq" ... */
SX_API const char *sx_test_name(sx_test_stat stat);

typedef struct sx_test_result {
  double statistic; /* F for F, WALD and ADJWALD, else Pearson's X^2 */
  double df1, df2;  /* df2 INFINITY where the reference is a chi-square */
  double scale; /* what X^2 is divided by before it is referred to a chi-square with df1; NaN for F, WALD, ADJWALD */
  double p;
  double pearson; /* X^2 of the weighted shares on n cases (goodness: on the estimated population) */
  size_t n;       /* cases in the table */
  size_t n_rows, n_cols;
  sx_na na; /* why p is missing */
} sx_test_result;
/* Independence of two discrete variables over the cases that have both. Rows and columns without a case are left out.
 * SX_E_DATA where one row or column is left. df of the design: those of the table's cases, or options->df. */
SX_API sx_status sx_estimate_independence(sx_test_result *out, const sx_design *design, const sx_column *row,
                                          const sx_column *col, const uint8_t *where, sx_test_stat stat,
                                          const sx_est_options *options, sx_error *err) SX_NODISCARD;
/* The shares of y's levels against given ones (scaled to sum to 1): X^2 referred to scale * chi-square(df1), both by
 * Satterthwaite. Every level that occurs must be named (SX_E_ARGUMENT); shares are positive. */
typedef struct sx_given_shares {
  const char *const *level;
  const double *share;
  size_t n;
} sx_given_shares;
SX_API sx_status sx_estimate_goodness(sx_test_result *out, const sx_design *design, const sx_column *y,
                                      const sx_given_shares *given, const uint8_t *where, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
