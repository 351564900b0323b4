/* estimate_priv.h: what the files of the estimate room share. docs/methods/carriers.md describes the forms of a carrier. */
#ifndef SX_ESTIMATE_PRIV_H
#define SX_ESTIMATE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "shuxiao/estimate.h"

/* The domain of every case in file order, shared by the requests that have the same `by` and `where`: n where in none. */
typedef struct est_domains {
  atomic_size_t refs;
  sx_ctx ctx;
  const sx_groups *by;  /* identity only: the caller's may be gone */
  const uint8_t *where; /* identity only */
  size_t n;
  uint16_t of_row[];
} est_domains;

/* What a pass of the file keeps of the values of its cases: the states of a few variables in one byte of each case, shared by
 * their requests; then the numbers of those that have numbers (est_kept). A state is the number of the value, or the number of
 * values where the case is outside the base. */
typedef struct est_states {
  atomic_size_t refs;
  sx_ctx ctx;
  uint8_t of_row[];
} est_states;

/* Numbers of EST_KEPT_ROWS cases (the last block: of the rest), in about as many bytes as they need. */
enum { EST_KEPT_ROWS = 2048 };
typedef struct est_kept {
  void *data;    /* uint16_t, uint32_t or double */
  void *owned;   /* what is to be freed, or NULL: it lies behind the states */
  uint8_t width; /* 2, 4 or 8 */
} est_kept;

/* What the estimates of one request share: a code (and perhaps values) per position. */
typedef struct est_basis {
  atomic_size_t refs;
  sx_ctx ctx;
  sx_design *design;
  sx_codes codes;
  void *code_memory;
  double *y, *x;
  size_t n_domains, bitmap_bytes;
  uint8_t *bits; /* [n_domains][bitmap_bytes]: PSUs that hold a unit of the domain */
  /* In file order: codes, y, x and bits are filled from these by sx_estimate__basis_fill when they are asked for first
   * (estimate_lazy.c). */
  bool lazy;          /* made by a pass */
  atomic_bool filled; /* lazy: codes, y, x, bits are there */
  pthread_mutex_t lock;
  est_states *states;
  size_t step, n_values;     /* the state of a case: of_row / step % (n_values + 1) */
  est_kept *kept_y, *kept_x; /* [rows / EST_KEPT_ROWS, rounded up] */
  est_domains *domains;      /* NULL: all in domain 0 */
} est_basis;

/* The code of a position, in the width that the basis has. */
static inline void sx_estimate__put_code(est_basis *b, size_t at, size_t code) {
  if (b->codes.code8)
    ((uint8_t *)b->code_memory)[at] = (uint8_t)code;
  else if (b->codes.code16)
    ((uint16_t *)b->code_memory)[at] = (uint16_t)code;
  else
    ((uint32_t *)b->code_memory)[at] = (uint32_t)code;
}

/* A carrier kept as a table over the codes of its basis: a few hundred bytes where the expanded one has 8 per PSU. */
typedef struct est_leaf {
  atomic_size_t refs;
  est_basis *basis;
  sx_score score; /* a and beta point into `numbers` */
  size_t domain;
  double numbers[];
} est_leaf;

typedef struct est_term {
  double coef;
  est_leaf *leaf;
} est_term;

/* An outside figure: identity is the pointer, or the content where one side was unpacked. */
typedef struct est_figure {
  atomic_size_t refs;
  sx_ctx ctx;
  double value, se, df;
  uint64_t id; /* not 0: the same id is the same figure, wherever it was made (totals of a calibration) */
  bool unpacked;
} est_figure;

typedef struct est_late est_late; /* estimate_late.c */

/* One source's share of a carrier: a design (z, late or terms) or a figure. */
typedef struct est_part {
  sx_design *design; /* NULL: figure */
  double *z;         /* [carrier_length], or NULL: late, or the sum of the terms. Read by sx_estimate__carrier */
  est_late *late;    /* z is written out when it is read first */
  double *lent;      /* of an estimate in the making: z, until the covariances with linked parts are found; NULL */
  est_term *terms;
  size_t n_terms;
  uint8_t *bits; /* own bitmap, or NULL: the single term's; NULL on replicate designs */
  est_figure *figure;
  double coef;
  double variance, df;
  bool linked; /* its error is counted with that of a part of a linked design: sx_est.cross, linked_df */
} est_part;

struct sx_est {
  atomic_size_t refs;
  sx_ctx ctx;
  double value, variance, df;
  sx_na na;
  bool withheld; /* a comparison with what has no error of its own: sx_est_need_errors */
  size_t n_parts;
  est_part *parts;
  struct sx_link **links; /* [n_links] waves that overlap in part: estimate_cross.c */
  size_t n_links;
  double cross, linked_df; /* twice the covariances between linked parts; df of these parts together */
};

/* Carriers of at least this length are kept as terms over codes. */
enum { EST_COMPACT_LENGTH = 1024, EST_MAX_TERMS = 4 };

/* estimate_lazy.c */
/* of_row is the caller's to fill (sx_estimate__fill_domains). */
sx_status sx_estimate__domains(est_domains **out, const sx_ctx *ctx, const sx_est_request *request, size_t rows,
                               sx_error *err) SX_NODISCARD;
void sx_estimate__fill_domains(est_domains *domains, const sx_est_request *request, size_t from, size_t end);
void sx_estimate__domains_free(est_domains *domains);
/* With room for `bytes` from of_row on. */
sx_status sx_estimate__states(est_states **out, const sx_ctx *ctx, size_t bytes, sx_error *err) SX_NODISCARD;
void sx_estimate__states_free(est_states *states);
void sx_estimate__basis_fill(est_basis *basis);
void sx_estimate__basis_forget(est_basis *basis);

/* estimate_late.c */
/* With room for n terms: the mix of the carriers of these parts, which are written out or late themselves, in their order. */
sx_status sx_estimate__late_new(est_late **out, const sx_ctx *ctx, size_t n, sx_error *err) SX_NODISCARD;
void sx_estimate__late_add(est_late *late, double coef, const est_part *part, const sx_est *est); /* references est */
void sx_estimate__late_free(est_late *late);
/* z, written out now where it is late. NULL: the part is its terms, or (it is late) there is no memory. Safe from several threads. */
const double *sx_estimate__carrier(const est_part *part);
static inline bool sx_estimate__in_terms(const est_part *part) {
  return !part->z && !part->late;
}

/* estimate_carrier.c */
void sx_estimate__basis_free(est_basis *basis);
est_leaf *sx_estimate__leaf_new(est_basis *basis, size_t n_a, size_t n_beta) SX_NODISCARD; /* references basis */
void sx_estimate__leaf_free(est_leaf *leaf);
void sx_estimate__figure_free(est_figure *figure);
bool sx_estimate__same_source(const est_part *a, const est_part *b);
const uint8_t *sx_estimate__bits(const est_part *part);
/* z [carrier_length] += coef * carrier. */
sx_status sx_estimate__add_carrier(double *z, const est_part *part, double coef, sx_error *err) SX_NODISCARD;
sx_status sx_estimate__est_new(sx_est **out, const sx_ctx *ctx, double value, size_t n_parts,
                               sx_error *err) SX_NODISCARD;
/* Appends what an estimate of a linearised design owes the outside figures of its calibrations; beta its coefficients there. */
sx_status sx_estimate__add_figures(sx_est *est, const sx_design *design, const double *beta,
                                   sx_error *err) SX_NODISCARD;
void sx_estimate__take_lent(sx_est *e); /* frees what its parts were lent */
/* Sums variances of the parts and combines their df. */
void sx_estimate__total(sx_est *est);

/* estimate_cross.c: takes over the links of values, and the covariances between linked parts; before sx_estimate__total. */
sx_status sx_estimate__link(sx_est *est, const sx_est *const *values, size_t n, sx_error *err) SX_NODISCARD;
void sx_estimate__links_free(sx_est *est);
double sx_estimate__linked_cov(const sx_est *a, const sx_est *b); /* between parts of linked designs */

/* estimate_frame.c: a request as domains, codes and sums. Code 0 is outside; value v of domain g has code 1 + g K + v. */
typedef struct est_frame {
  const sx_design *design;
  const sx_est_request *request;
  est_basis *basis;
  size_t n_domains, n_values;       /* G, K */
  bool continuous;                  /* K = 1 and the values are basis->y (and x) */
  double *values;                   /* [K] discrete numeric: the values, ascending */
  size_t *n_in;                     /* [G] rows in the domain, before missing y */
  size_t *n;                        /* [G] rows in the base with non-zero weight */
  double *sum_w;                    /* [n_codes] */
  double *sum_y, *sum_x;            /* [G] continuous: weighted sums */
  double *residual;                 /* [G] continuous: sums of squares, where the pass has them; else NULL */
  char **level_text, **level_label; /* PROP: [K], owned until handed over */
} est_frame;
sx_status sx_estimate__frame(est_frame *out, const sx_design *design, const sx_est_request *request,
                             sx_error *err) SX_NODISCARD;
/* Its steps, for estimate_units.c: the request fits the design; basis; values (ascending, over the base; n_values 0 where there
 * are more than EST_MAX_VALUES); codes of n_codes codes. */
enum { EST_MAX_VALUES = 8 };
sx_status sx_estimate__check_request(const sx_design *design, const sx_est_request *request,
                                     sx_error *err) SX_NODISCARD;
sx_status sx_estimate__basis_new(est_frame *frame, bool lazy, sx_error *err) SX_NODISCARD;
sx_status sx_estimate__find_values(est_frame *frame, sx_error *err) SX_NODISCARD;
sx_status sx_estimate__alloc_codes(est_frame *frame, size_t n_codes, sx_error *err) SX_NODISCARD;
void sx_estimate__frame_clear(est_frame *frame);

/* estimate_frame_one.c: the pass over positions from .. end-1 for one domain, where codes are bytes and values at most EST_ONE_LANES. Sums
 * and compensations: of the weights of each value; or of w, w y, w x where the values are numbers. */
enum { EST_ONE_LANES = 4 };
typedef struct est_one {
  size_t n_in, n;
  double sum[EST_ONE_LANES], comp[EST_ONE_LANES];
} est_one;
bool sx_estimate__suits_one(const est_frame *frame);
void sx_estimate__fill_one(est_one *out, const est_frame *frame, const int32_t *level, size_t from, size_t end);

/* A column of the same length and names for values made from it: nothing missing, no data yet, borrowing its texts. */
sx_column sx_estimate__column_like(const sx_column *column, sx_type type);

/* one(&set, data, i) for i in 0..n-1 over the threads of ctx; out [n] is filled when all succeed, else nothing is. */
typedef sx_status (*sx_estimate__one)(sx_est_set **out, const void *data, size_t i, sx_error *err);
sx_status sx_estimate__many(sx_est_set **out, const sx_ctx *ctx, size_t n, sx_estimate__one one, const void *data,
                            sx_error *err) SX_NODISCARD;

/* estimate_levels.c: the levels of a discrete column. level [n] index or -1; texts owned by the caller. */
enum { EST_MAX_LEVELS = 1000 };
sx_status sx_estimate__levels(int32_t *level, size_t *n_levels, char ***text, char ***label, const sx_ctx *ctx,
                              const sx_column *column, sx_error *err) SX_NODISCARD;
void sx_estimate__free_texts(const sx_ctx *ctx, char **texts, size_t n);

/* estimate_point.c: one row's point estimate and score table. */
typedef struct est_point {
  double value;
  double b, c; /* continuous scores */
  double srs;  /* variance of the estimate under simple random sampling with replacement of n; NaN or 0: none */
  sx_na na;
} est_point;
/* a [K] receives the scores of the domain's codes. residual [G]: continuous, sum of w (y - m)^2 or w (y - R x)^2. */
void sx_estimate__point(est_point *out, double *a, const est_frame *frame, size_t domain, size_t level,
                        const double *residual);
void sx_estimate__residuals(double *residual, const est_frame *frame);
/* residual [G] += those of positions from .. to-1. */
void sx_estimate__add_residuals(double *residual, const est_frame *frame, size_t from, size_t to);

/* estimate_units.c: requests in one pass of the file by sums over the units of the design (design_units.c). */
typedef struct est_pass est_pass;
/* Plans, and runs, the pass for those of the n requests that it suits; *out NULL where the design has no units. */
sx_status sx_estimate__pass_new(est_pass **out, const sx_design *design, const sx_est_request *requests, size_t n,
                                sx_error *err) SX_NODISCARD;
void sx_estimate__pass_free(est_pass *pass);
/* Whether the pass served request i; then its frame, taken over by the caller. SX_OK, or what is wrong with the request. */
sx_status sx_estimate__pass_frame(bool *served, est_frame *frame, est_pass *pass, size_t i, sx_error *err) SX_NODISCARD;
/* The variance of a score of domain g; false where too many digits cancel. z [PSUs] and bits [bitmap] where units are PSUs
 * (bits of the last domain asked for), df over the PSUs of the domain. */
typedef struct est_unit_var {
  double variance, df;
  double *z;
  uint8_t *bits;
} est_unit_var;
bool sx_estimate__pass_variance(est_unit_var *out, const est_pass *pass, size_t i, size_t domain,
                                const sx_score *score);
bool sx_estimate__pass_is_strata(const est_pass *pass);

/* estimate_rep.c: z [n_rows][replicates] values of every row of the request under every replicate weight. */
sx_status sx_estimate__replicate_values(double *z, const est_frame *frame, size_t n_levels, sx_error *err) SX_NODISCARD;

/* estimate_share.c: limits of a proportion; NaN where the method has none for p = 0 or 1. DEFAULT is logit. */
typedef struct est_share {
  double p, variance, n, df, t, level; /* n: cases in the base, 0 when not known */
} est_share;
void sx_estimate__share(double *low, double *high, sx_ci method, const est_share *share);

/* estimate_interval.c: se, low, high, cv from estimate, variance, df, n. */
typedef struct est_t {
  double level, df, t;
} est_t; /* the last t quantile */
void sx_estimate__interval(sx_est_row *row, double variance, bool is_prop, const sx_est_options *options, est_t *cache);
/* The limits again, of what lies in [0, 1] or above 0, from the row's estimate, se and df, unless Wald's are asked for. An estimate
 * at an end or outside keeps what it has. */
typedef enum est_range { EST_RANGE_ANY, EST_RANGE_UNIT, EST_RANGE_POSITIVE } est_range;
void sx_estimate__interval_in(sx_est_row *row, est_range range, const sx_est_options *options);

/* estimate_sorted.c: the cases of a base sorted by domain, value and row, with cumulated weights. Positions of domain g are
 * start[g] .. start[g+1]-1. */
typedef struct est_sorted {
  sx_ctx ctx;
  size_t n_domains;
  size_t *start; /* [n_domains+1] */
  uint32_t *row;
  double *x, *w, *cum; /* cum [k]: the weights of the domain up to and with k, correctly summed */
  bool negative;       /* some weight is below 0: cum falls there */
} est_sorted;
/* keep_zero: cases of weight 0 stay (their replicate weights may not be 0). */
sx_status sx_estimate__sort(est_sorted *out, const sx_design *design, const sx_quantile_request *request,
                            bool keep_zero, sx_error *err) SX_NODISCARD;
void sx_estimate__sorted_clear(est_sorted *sorted);
/* cum [n] from w [n]; true where some weight is below 0, so that cum falls. */
bool sx_estimate__cumulate(double *cum, const double *w, size_t n);

/* estimate_qrule.c: the quantile of sorted x [n] with weights w cumulated to cum, n > 0; NaN where they add up to nothing above 0.
 * negative: cum may fall. */
typedef struct est_view {
  const double *x, *w, *cum;
  size_t n;
  bool negative;
} est_view;
double sx_estimate__quantile(sx_qrule rule, const est_view *view, double p);
bool sx_estimate__rule_weighs(sx_qrule rule); /* reads w; else it may be NULL */
bool sx_estimate__rule_rises(sx_qrule rule);  /* has no meaning where cum falls */

/* estimate_mean_tail.c: who the largest cases of a request are looked for among. */
int32_t sx_estimate__mean_domain(const sx_est_request *r, size_t row); /* -1: none */
double sx_estimate__mean_number(const sx_column *c, size_t row);
sx_status sx_estimate__mean_check(const sx_design *design, const sx_est_request *r, sx_error *err) SX_NODISCARD;

#endif
