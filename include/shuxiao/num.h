/* num.h: kernels on plain arrays. No tables, files, missing values, allocation or globals; workspaces are the caller's. */
#ifndef SX_NUM_H
#define SX_NUM_H

#include <math.h>

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sums with a fixed order (num_sum.c) --------------------------------------------------------------- */

/* Neumaier-compensated sum of x[n] and of x[n]*y[n]; the order is 0..n-1 whatever the thread count. */
SX_API double sx_num_sum(const double *x, size_t n);
SX_API double sx_num_dot(const double *x, const double *y, size_t n);

/* out[i] = log x[i], several at a time, below 1 ulp; the same bits on every machine for positive normal numbers, else what the C
 * library gives (num_log.c). out may be x. */
SX_API void sx_num_log(double *out, const double *x, size_t n);

/* ---- variance engine kernels (num_var.c) --------------------------------------------------------------- */

/* Hansen-Hurwitz (with-replacement, ultimate-cluster) covariance of two totals.
 *   c = sum_h (1 - f_h) * n_h/(n_h - 1) * sum_i (a_hi - abar_h)(b_hi - bbar_h)
 * a, b   [n_psu]       weighted PSU totals, grouped by stratum (a == b gives the variance)
 * start  [n_strata+1]  first PSU of each stratum; start[n_strata] == n_psu
 * fpc    [n_strata]    sampling fraction f_h in [0,1]; NULL means 0
 * *out   unit(a)*unit(b). Strata of one PSU contribute 0: the lonely-PSU policy is the caller's.
 * Two passes per stratum. Cost O(n_psu). Sarndal, Swensson & Wretman (1992) sec. 4.5; Wolter (2007) sec. 2.4. */
SX_API double sx_num_cov_strata(const double *a, const double *b, const size_t *start, size_t n_strata,
                                const double *fpc);
/* The same in two steps, for vectors that are met by many others: each z [n_psu] less its mean in each stratum (one of one PSU stays as it is), then the
 * covariance of two such, to the bits of sx_num_cov_strata on what they were. One pass of the memory in the place of two. */
SX_API void sx_num_centre_strata(double *z, const size_t *start, size_t n_strata);
SX_API double sx_num_cov_centred(const double *a, const double *b, const size_t *start, size_t n_strata,
                                 const double *fpc);
/* out [n_psu] = sum_j coef_j x_j over n >= 1 vectors [n_psu], added to 0 in their order, and its variance as sx_num_cov_strata(out, out) gives
 * it: the same bits, one pass of the memory. out is none of the x. */
SX_API double sx_num_mix_strata(double *out, const double *const *x, const double *coef, size_t n, const size_t *start,
                                size_t n_strata, const double *fpc);
/* The same number alone; scratch [largest stratum]. */
SX_API double sx_num_mix_variance(double *scratch, const double *const *x, const double *coef, size_t n,
                                  const size_t *start, size_t n_strata, const double *fpc);

/* ---- distributions (num_dist.c, GSL behind it) ---------------------------------------------------------- */

SX_API double sx_num_norm_quantile(double p);
SX_API double sx_num_t_quantile(double p, double df); /* df = INFINITY gives the normal */
SX_API double sx_num_t_cdf(double x, double df);
SX_API double sx_num_beta_quantile(double p, double a, double b);
SX_API double sx_num_f_upper(double x, double df1, double df2);
SX_API double sx_num_chisq_upper(double x, double df);

/* ---- probabilities of intervals (num_interval.c) --------------------------------------------------------- */

/* log(1 - Phi(z)) and log(Phi(z2) - Phi(z1)), z1 < z2 (infinite ends allowed), to full relative precision in the tails. */
SX_API double sx_num_norm_log_upper(double z);
SX_API double sx_num_norm_log_interval(double z1, double z2);
/* The beta(p, q) distribution function, or its upper tail, at 1/(1 + exp(-t)). */
SX_API double sx_num_beta_logit(double t, double p, double q, bool upper);
SX_API double sx_num_log1p_exp(double t); /* log(1 + exp(t)) */
SX_API double sx_num_log_gamma(double x); /* x > 0 */
SX_API double sx_num_digamma(double x);   /* x > 0 */

/* ---- dense symmetric systems (num_linear.c) ------------------------------------------- */

/* Pivoted Cholesky of the symmetric positive semidefinite a [n*n, column-major, both triangles filled; overwritten]:
 * columns whose pivot falls to `tol` times the largest diagonal or below are dropped. piv [n] receives the order,
 * *rank the number kept. Raking margins are always rank deficient by their shared total. */
SX_API sx_status sx_num_chol_pivot(double *a, size_t n, size_t *piv, size_t *rank, double tol,
                                   sx_error *err) SX_NODISCARD;
/* Solves a x = b for the kept columns with the factor above; dropped coefficients are 0. b [n] is overwritten; work [n]. */
SX_API void sx_num_chol_solve(const double *a, size_t n, const size_t *piv, size_t rank, double *b, double *work);
/* Rank of a general matrix a [m*n column-major, overwritten] by QR with column pivoting, relative tolerance tol. */
SX_API sx_status sx_num_rank(size_t *rank, double *a, size_t m, size_t n, double tol, const sx_ctx *ctx,
                             sx_error *err) SX_NODISCARD;

/* Q R of a [m*n column-major, overwritten] by modified Gram-Schmidt with column pivoting and reorthogonalisation (num_qr.c). The first
 * *rank columns of a become the orthonormal Q, r [n*n] the upper triangle over the columns in the order piv [n] (its first *rank rows
 * stand for all columns). Columns are dropped whose rest falls to tol * scale[j] or below; scale NULL: their norms. work [2n].
 * Cost 4 m n rank. */
SX_API sx_status sx_num_qr_pivot(double *a, size_t m, size_t n, const double *scale, double tol, double *r, size_t *piv,
                                 size_t *rank, double *work, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
/* x [rank] overwritten with the solution of R'y = x, and of R y = x, R the leading rank * rank of r [n*n]. */
SX_API void sx_num_qr_forward(double *x, const double *r, size_t n, size_t rank);
SX_API void sx_num_qr_back(double *x, const double *r, size_t n, size_t rank);

/* ---- raking (num_rake.c) --------------------------------------------------------------------------------- */

/* Rows with a start d and their cell in each margin: d g is wanted whose sums over the cells are total. */
typedef struct sx_num_rake {
  size_t n_rows, n_margins, n_cells;
  const size_t *first;     /* [margins+1] cells of all margins are numbered together */
  const int32_t *cell;     /* [margins][rows]: cell within its margin; -1 where the row takes no part */
  const double *total;     /* [n_cells] */
  const double *scale;     /* [n_cells] what a miss is measured by (0: not at all); NULL: the total */
  const uint8_t *excluded; /* [rows] 1: g becomes 0 */
  const double *d;         /* [rows]; rows of 0 take no part, nor those below 0 unless `negative` */
  bool negative;           /* rows below 0 have the inverse factor (generalised RAS) */
  double lower, upper;     /* of g */
  double tolerance;        /* largest miss */
  size_t max_iterations;
} sx_num_rake;
typedef struct sx_num_rake_end {
  bool converged;
  size_t iterations, worst_cell;
  double worst; /* the largest miss left */
} sx_num_rake_end;
/* g [rows], 0 for rows that take no part. Not to converge is no error: end says so. Cost per iteration: rows * margins, and up to 2000
 * cells their cube. */
SX_API sx_status sx_num_rake_solve(double *g, sx_num_rake_end *end, const sx_num_rake *problem, const sx_ctx *ctx,
                                   sx_error *err) SX_NODISCARD;
/* sum[first[m]..] of d g over the cells of margin m, compensated; comp is scratch of the same length. */
SX_API void sx_num_rake_sums(double *sum, double *comp, const sx_num_rake *problem, const double *g, size_t m);

/* ---- Hadamard matrices (num_hadamard.c) ------------------------------------------------------------------ */

enum { SX_HADAMARD_MAX = 4096 };
/* The smallest order >= n (1 <= n <= SX_HADAMARD_MAX) that can be built, by Sylvester's doubling, Paley's two
 * constructions and four circulants; 0 where there is none. The multiples of 4 that are missing up to 400 are listed in the code. */
SX_API size_t sx_num_hadamard_order(size_t n);
/* h [order*order] row-major, +1 and -1, rows orthogonal, row 0 all ones. SX_E_ARGUMENT: an order that cannot be built. */
SX_API sx_status sx_num_hadamard(int8_t *h, size_t order, sx_error *err) SX_NODISCARD;

/* ---- random numbers and elementary functions, the same bits on every x86-64 machine (num_rng.c, num_exact.c) -- */

/* Philox4x32-10, counter based: draw (stream, i) is a pure function of seed, stream and i, so results do not depend on
 * threads or order. Salmon, Moraes, Dror & Shaw (2011) SC'11. */
typedef struct sx_rng {
  uint64_t seed, stream, counter;
  uint32_t buffer[4];
  unsigned used;
} sx_rng;
SX_API void sx_rng_init(sx_rng *rng, uint64_t seed, uint64_t stream);
SX_API uint32_t sx_rng_u32(sx_rng *rng);
SX_API double sx_rng_uniform(sx_rng *rng);             /* (k + 1/2) / 2^52: in (0,1), never 0 or 1 */
SX_API uint64_t sx_rng_below(sx_rng *rng, uint64_t n); /* unbiased in 0..n-1 (rejection, no modulo bias) */
/* out [n]: what n calls of sx_rng_below give, faster. */
SX_API void sx_rng_below_fill(uint32_t *out, size_t n, uint32_t bound, sx_rng *rng);
SX_API double sx_rng_normal(sx_rng *rng); /* inverse-cdf of one uniform */
/* The block of four words at a counter, without state; and the two uniforms of the blocks first .. first+n-1 (b may be NULL). */
SX_API void sx_rng_block(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t counter);
SX_API void sx_rng_fill(double *a, double *b, size_t n, uint64_t seed, uint64_t stream, uint64_t first);
/* The same at the counters at[0] .. at[n-1]. */
SX_API void sx_rng_fill_at(double *a, double *b, size_t n, uint64_t seed, uint64_t stream, const uint64_t *at);

/* Own implementations in IEEE double arithmetic only (+ - * / sqrt fma-free), error below 1 ulp-ish as documented with the
 * code; no libm, so that synthetic files are bit-identical everywhere. */
SX_API double sx_exact_exp(double x);
SX_API double sx_exact_log(double x);
SX_API double sx_exact_norm_cdf(double x);
SX_API double sx_exact_norm_quantile(double p);

#ifdef __cplusplus
}
#endif
#endif
