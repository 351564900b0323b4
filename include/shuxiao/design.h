/* design.h: strata, clusters, weights, fpc, replicate weights; the variance engine. */
#ifndef SX_DESIGN_H
#define SX_DESIGN_H

#include "shuxiao/num.h"
#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to do with a stratum that has one PSU (docs/methods/variance.md). A property of the design, never of the session. */
typedef enum sx_lonely {
  SX_LONELY_FAIL,      /* SX_E_DATA naming the strata (default) */
  SX_LONELY_REMOVE,    /* contributes 0 */
  SX_LONELY_CERTAINTY, /* contributes 0, said to be selected with certainty */
  SX_LONELY_ADJUST,    /* centred at the mean of all PSU totals */
  SX_LONELY_AVERAGE    /* the other strata's variance is scaled by H/(H - lonely) */
} sx_lonely;

typedef enum sx_rep_type {
  SX_REP_NONE,
  SX_REP_BRR,
  SX_REP_FAY,
  SX_REP_JK1,
  SX_REP_JKN,
  SX_REP_BOOTSTRAP,
  SX_REP_SDR,
  SX_REP_OTHER
} sx_rep_type;

/* Sampling without replacement with unequal probabilities (docs/methods/pps.md): how the variance is approximated. */
typedef enum sx_pps {
  SX_PPS_NONE,
  SX_PPS_BREWER,  /* (1 - pi_i) n/(n-1) (z_i - zbar)^2 */
  SX_PPS_OVERTON, /* Horvitz-Thompson form with Overton's joint probabilities */
  SX_PPS_HR,      /* ... with Hartley and Rao's, Berger's sample form unless psum is given */
  SX_PPS_HT,      /* ... with the joint probabilities of `joint` */
  SX_PPS_YG,      /* Yates-Grundy-Sen form with the joint probabilities of `joint`: samples of fixed size */
  SX_PPS_POISSON  /* (1 - pi_i) z_i^2: every PSU drawn by itself, the size of the sample varies */
} sx_pps;

/* The words that commands and study files use, in the order of the enums: one list, from which messages follow. Static texts. */
SX_API const char *const *sx_lonely_names(size_t *n);
SX_API const char *const *sx_rep_type_names(size_t *n); /* "none" first */

/* "WTREP[01-44]" stands for WTREP01 ... WTREP44: as many digits as the first number is written with. */
typedef struct sx_name_range {
  const char *pattern, *tail; /* borrowed from the pattern */
  int stem, digits;
  int64_t first, last;
} sx_name_range;
/* False where the text has no NAME[a-b] with a <= b. How long a range may be is the caller's to say. */
SX_API bool sx_name_range_parse(sx_name_range *out, const char *pattern);
SX_API char *sx_name_range_at(const sx_name_range *range, int64_t number,
                              sx_arena *arena) SX_NODISCARD; /* NULL: no memory */

typedef struct sx_design_spec {
  uint32_t version;
  const char *weights;         /* column; or unweighted = true */
  bool unweighted;             /* '--weights none': every weight 1 */
  const char *strata;          /* NULL: one stratum */
  const char *const *clusters; /* first-stage first; NULL: each row is its own PSU. Without an fpc for the later stages
                                  they are read for their existence only: the ultimate-cluster variance needs the first */
  size_t n_clusters;
  const char *fpc; /* first stage: population PSU counts (>= n_h) or fractions (<= 1), constant in a stratum */
  sx_lonely lonely;
  const char *const *repweights; /* replicate weight columns */
  size_t n_repweights;
  sx_rep_type rep_type;
  double rho;            /* Fay */
  double scale;          /* NaN: the type's own */
  const double *rscales; /* [n_repweights] or NULL: the type's own */
  bool mse;              /* centre at the full-sample estimate, else at the mean of the replicates (R's default) */
  bool combined;         /* replicate columns are full weights (default true), else factors on the weight */
  bool rep_missing_zero; /* a missing replicate weight is 0 (half-sample files) */
  double df;             /* NaN: counted; else declared */
  bool nest;        /* PSU ids are numbered within strata: the same id in two strata is two PSUs. Else it is an error */
  size_t n_rscales; /* length of rscales where the caller knows it (checked against n_repweights); 0: not stated */
  /* An fpc per stage, in place of `fpc`: with two or more the variance is that of every stage (docs/methods/stages.md),
   * stage s+1 being clusters[s], or the cases after the last cluster. Without weights they are the product of the
   * inverse sampling fractions (of one stage also). With SX_PPS_BREWER these are the stages after the first. */
  const char *const *fpcs;
  size_t n_fpcs;
  sx_pps pps;
  const char *prob;    /* PPS: inclusion probability of the PSU; without weights they are its inverse */
  const double *joint; /* [n_joint*n_joint] symmetric joint probabilities, PSUs in the order of the file; copied */
  size_t n_joint;
  double psum; /* SX_PPS_HR: sum of pi^2 over the population, divided by n; NaN: estimated by the mean of pi */
  /* Strata of the stages after the first, within the units of the stage before; NULL where a stage has none. Only with an
   * fpc for their stage; at most one per stage after the first. */
  const char *const *later_strata;
  size_t n_later_strata;
} sx_design_spec;
#define SX_DESIGN_SPEC_INIT                                                                                            \
  {                                                                                                                    \
    1, NULL, false, NULL, NULL, 0, NULL, SX_LONELY_FAIL, NULL, 0, SX_REP_NONE, 0.0, (double)NAN, NULL, false, true,    \
        false, (double)NAN, false, 0, NULL, 0, SX_PPS_NONE, NULL, NULL, 0, (double)NAN, NULL, 0                        \
  }

/* Immutable; shared by reference count. Keeps its own copies: the table may be freed. docs/methods/variance.md. */
typedef struct sx_design sx_design;
/* The default scales are those of docs/methods/replicates.md; JKN needs rscales, OTHER needs scale.
 * Expected: SX_E_ARGUMENT for no weights, or for a specification that contradicts itself (replicates without a type, a
 * count of rscales that differs, stages without their fpc, PPS without probabilities); SX_E_DATA for a negative, missing
 * or infinite weight (names the case), weights that are all zero, a stratum whose weights are all zero or a declared
 * level without a case, a PSU id in two strata without `nest`, an fpc below the sample size or not constant in its
 * stratum (later stages: in its unit), a lonely PSU under SX_LONELY_FAIL, an inclusion probability outside (0, 1], a
 * joint matrix that is not symmetric or does not carry them. */
SX_API sx_status sx_design_new(sx_design **out, const sx_ctx *ctx, const sx_table *table, const sx_design_spec *spec,
                               sx_error *err) SX_NODISCARD;
SX_API sx_design *sx_design_ref(const sx_design *design);
/* The same design, that works by another context: on another thread, say. All but the context is shared; both have the same allocator. */
SX_API sx_status sx_design_within(sx_design **out, const sx_design *design, const sx_ctx *ctx,
                                  sx_error *err) SX_NODISCARD;
SX_API void sx_design_free(sx_design *design); /* drops one reference */

SX_API const sx_ctx *sx_design_ctx(const sx_design *design);
SX_API size_t sx_design_rows(const sx_design *design);
SX_API size_t sx_design_strata(const sx_design *design);
SX_API size_t sx_design_psus(const sx_design *design);
SX_API size_t sx_design_replicates(const sx_design *design);     /* 0 for a linearised design */
SX_API const double *sx_design_weights(const sx_design *design); /* [rows], current (after adjustments) */
SX_API double sx_design_df(const sx_design *design);
SX_API const char *sx_design_describe(
    const sx_design *design); /* "stratified, 31 strata, 30000 PSUs, raked to 3 margins" */

/* Adjustment record: a calibration to categorical margins. The variance engine projects every score by it before summing to PSUs.
 * X has one 0/1 column per margin category; `cell` [n_margins][rows] is each row's category within each margin (-1: in none).
 * The residual of u is from the weighted regression of u on X with weights d (before calibration); z = w e with w the new weight. */
typedef struct sx_margin {
  const char *name;
  size_t n_cells;
  const int32_t *cell; /* [rows] */
  const double *total; /* [n_cells] */
} sx_margin;
/* A new design with the weights `w` [rows] in place of the old, remembering margins and d; for replicate designs repw
 * [rows*replicates, row-major: all replicates of a row together] are the recalibrated replicate weights (then no
 * projection is needed). Several adjustments are projected out last first. SX_E_DATA: a weight that is negative or not
 * finite. Cost O(rows * margins^2 + cells^3/3), once per design. */
SX_API sx_status sx_design_reweight(sx_design **out, const sx_design *design, const double *w, const double *repw,
                                    const sx_margin *margins, size_t n_margins, const char *note,
                                    sx_error *err) SX_NODISCARD;
/* The general form. Column j of X is a cell of a margin; its value in a row of that cell is values[m][row], or 1. So a
 * continuous variable is a margin of one cell, and an intercept one of one cell without values. The regression of the
 * residuals has the weights d q and, for soft margins, `ridge` added to the diagonal of X'DqX. Without margins the new
 * weights are t times the old and t counts as known: the residual of t u is taken by the adjustments before it (trimming;
 * t > 0 then, or SX_E_SUPPORT). docs/methods/calibration.md. */
/* Totals of a calibration that are themselves estimates from outside the sample, as independent figures: the error of figure k
 * enters an estimate with sum_j beta_j coef[j][k], beta_j being its coefficient on cell j. The same id is the same figure. */
typedef struct sx_figures {
  size_t n;
  const uint64_t *id;       /* [n], not 0 */
  const double *value, *se; /* [n] */
  const double *coef;       /* [cells of all margins][n] */
  double df;
} sx_figures;
typedef struct sx_adjustment {
  uint32_t version;
  const double *w;    /* [rows] new weights, or NULL: cell and factor */
  const double *repw; /* [rows*replicates] or NULL: those of the old design */
  const sx_margin *margins;
  size_t n_margins;
  const double *const *values; /* [n_margins], each [rows] or NULL (1); NULL: all 1 */
  const double *q;             /* [rows] or NULL: 1 */
  const double *ridge;         /* [cells of all margins] or NULL: 0 */
  bool negative;               /* negative weights are accepted (linear calibration without bounds) */
  const char *note;
  /* Totals are those of this sample before the adjustment (nonresponse): z = w (u - x'b) + w_old x'b, b from the rows with
   * the weights d q, X'DX with d q_hess where that is given. docs/methods/nonresponse.md. */
  bool estimated;
  const double *q_hess;      /* [rows] or NULL: q */
  const sx_figures *figures; /* or NULL; linearised designs only */
  /* In place of repw: the replicate weights are those of the old design times rep_factor [n_rep_cells*replicates, row-major]
   * in the row rep_cell [rows] of each case. Kept in that form. */
  const uint32_t *rep_cell;
  const double *rep_factor;
  size_t n_rep_cells;
  /* In place of w: the new weights are the old ones times factor [n_cells] in the row `cell` [rows] of each case, and cases of one cell
   * are in the same cell of every margin. Linearised designs; margins without values, q, q_hess, not estimated: else
   * SX_E_ARGUMENT. The same numbers in fewer passes over the rows. */
  const uint32_t *cell;
  const double *factor;
  size_t n_cells;
} sx_adjustment;
#define SX_ADJUSTMENT_INIT                                                                                             \
  { 1, NULL, NULL, NULL, 0, NULL, NULL, NULL, false, NULL, false, NULL, NULL, NULL, NULL, 0, NULL, NULL, 0 }
SX_API sx_status sx_design_adjust(sx_design **out, const sx_design *design, const sx_adjustment *adjustment,
                                  sx_error *err) SX_NODISCARD;

/* Replicates made from a linearised design (docs/methods/replicates.md). */
typedef enum sx_make {
  SX_MAKE_JK1,       /* drop one PSU; unstratified; scale (R-1)/R (1-f) */
  SX_MAKE_JKN,       /* drop one PSU of one stratum; rscales (n_h-1)/n_h (1-f_h); no replicate where f_h = 1 */
  SX_MAKE_BRR,       /* two PSUs in every stratum: half-samples by a Hadamard matrix, its row of ones unused */
  SX_MAKE_FAY,       /* BRR with factors rho and 2 - rho */
  SX_MAKE_BOOTSTRAP, /* n_h of n_h PSUs; of a population of N_h where there is an fpc: Canty & Davison (1999) */
  SX_MAKE_RAOWU,     /* n_h - 1 of n_h PSUs, rescaled; with fpc: Rao, Wu & Yue (1992) */
  SX_MAKE_PRESTON,   /* half of the units without replacement at every stage, rescaled: Preston (2009) */
  SX_MAKE_SDR        /* successive differences over PSUs in the order of the file: Fay & Train (1995) */
} sx_make;

typedef struct sx_make_spec {
  uint32_t version;
  sx_make method;
  /* 0: the method's own (jackknife: one per PSU; BRR: the smallest Hadamard order above the strata; SDR 80; bootstraps
   * 200). BRR, Fay, SDR: a Hadamard order; jackknives take no other number */
  size_t n_reps;
  double rho; /* Fay */
  bool mse;
} sx_make_spec;
#define SX_MAKE_SPEC_INIT                                                                                              \
  { 1, SX_MAKE_JKN, 0, 0.0, false }
/* A replicate design over the same cases in file order. Random methods draw from a stream of their own per replicate and
 * stratum of the seed in the design's context: the same whatever the threads. BRR, Fay and SDR drop an fpc, all but
 * Preston drop those after the first stage (a note says so). df: that of the design, at most replicates - 1.
 * Expected: SX_E_ARGUMENT for a design that has replicates, a replicate count that does not fit, rho outside [0, 1);
 * SX_E_DATA for JK1 with strata or a stratum that BRR cannot halve; SX_E_SUPPORT for calibrated designs (make the
 * replicates first, then calibrate), unequal probabilities without replacement, the lonely-PSU policy adjust in JKn;
 * SX_E_LIMIT for more factors than fit. Memory: 12 bytes per case, PSUs * replicates bytes; cost PSUs * replicates. */
SX_API sx_status sx_design_make_replicates(sx_design **out, const sx_design *design, const sx_make_spec *spec,
                                           sx_error *err) SX_NODISCARD;
SX_API sx_rep_type sx_design_rep_type(const sx_design *design);
SX_API double sx_design_rep_scale(const sx_design *design);          /* NaN for a linearised design */
SX_API const double *sx_design_rep_rscales(const sx_design *design); /* [replicates], or NULL */

/* ---- the variance engine ------------------------------------------------------------------------------- */

/* Length of a carrier on this design: PSUs (units of the last stage where every stage has an fpc), or replicates. */
SX_API size_t sx_design_carrier_length(const sx_design *design);
/* Projects unit scores u [rows] (0 outside the domain) by the adjustments, weights them and sums to z [carrier_length].
 * Linearised designs only. scratch: [sx_design_scratch_length]; from scratch[rows] on stand the coefficients afterwards. */
SX_API size_t sx_design_scratch_length(const sx_design *design);
SX_API void sx_design_carry(double *z, const sx_design *design, const double *u, double *scratch);
/* Covariance of two carriers; a == b gives the variance. For replicates centre_a, centre_b are the full-sample values. */
SX_API double sx_design_cov(const sx_design *design, const double *a, const double *b, double centre_a,
                            double centre_b);
/* For carriers that are met by many others: z less its means in the strata, and the covariance of two such, to the bits of sx_design_cov on what they were.
 * Not for designs with replicates, several stages, unequal probabilities, lonely PSUs adjusted. */
SX_API bool sx_design_has_centres(const sx_design *design);
SX_API void sx_design_centre(double *z, const sx_design *design);
SX_API double sx_design_cov_centred(const sx_design *design, const double *a, const double *b);
/* z [carrier_length] = sum_j coef_j carrier_j over n >= 1 carriers, added to 0 in their order; its variance. Linearised designs only. */
SX_API double sx_design_mix(double *z, const sx_design *design, const double *const *carriers, const double *coef,
                            size_t n);
/* The variance alone, to the same bits; scratch [carrier_length] is overwritten, mostly in its beginning only. */
SX_API double sx_design_mix_variance(double *scratch, const sx_design *design, const double *const *carriers,
                                     const double *coef, size_t n);
/* True for designs made from one another by adjusting weights: their carriers are over the same PSUs or replicates. */
SX_API bool sx_design_same_sample(const sx_design *a, const sx_design *b);
/* True where PSU psu_of[i] of b being PSU i of a makes them one sampling plan: the same strata of the same PSUs, fractions and
 * lonely-PSU policy, one stage of fpc at most, equal probabilities. psu_of [PSUs of a], all different, -1 for none. For replicate
 * designs (psu_of is not read): the same method, number, scales and centre of replicates. */
SX_API bool sx_design_same_plan(const sx_design *a, const sx_design *b, const int32_t *psu_of);
/* out [PSUs]: a carrier of a linearised design summed to PSUs. */
SX_API void sx_design_psu_totals(double *out, const sx_design *design, const double *carrier);
/* Strata, PSUs, fpc and replicate scheme (not the weights) as a number: the same for the same data in the same order. */
SX_API uint64_t sx_design_fingerprint(const sx_design *design);
/* Stratum and PSU of each row, PSUs numbered by stratum: PSU i of stratum h is in start[h]..start[h+1]-1. */
SX_API const int32_t *sx_design_psu_of_row(const sx_design *design);
SX_API const size_t *sx_design_stratum_start(const sx_design *design); /* [strata+1] */
/* Replicate weights are kept as products of a base weight, a factor per PSU and a factor per calibration cell where they repeat
 * so. [rows*replicates] row-major, written out at the first call and kept (8 bytes each); NULL for a linearised design, or where
 * there is no memory for it. Safe from several threads. The next ones do without. */
SX_API const double *sx_design_repweights(const sx_design *design);
/* Weights of replicate r (0-based) of every row into w [rows]; for all replicates of n rows from `row` on into w
 * [n*replicates, row-major]. Replicate designs only. Safe from several threads. Cost O(rows), O(n * replicates). */
SX_API void sx_design_replicate(double *w, const sx_design *design, size_t r);
SX_API void sx_design_replicate_rows(double *w, const sx_design *design, size_t row, size_t n);
/* True where a replicate weight is negative: the first such replicate, and its first row. */
SX_API bool sx_design_replicate_negative(size_t *row, size_t *replicate, const sx_design *design);
/* Degrees of freedom over the PSUs marked in the bitmap `in` [sx_design_bitmap_bytes]: PSUs - strata among the marked
 * (docs/methods/df.md); for replicate designs and a declared df that df. */
SX_API size_t sx_design_bitmap_bytes(const sx_design *design); /* a multiple of 8 */
SX_API double sx_design_df_of(const sx_design *design, const uint8_t *in);

/* Units over which sums are enough for the variance of any estimate of an uncalibrated linearised design; false where there are
 * none (calibrated, replicates, several stages, joint probabilities over cases, more than 65,535 units). Borrowed. */
typedef struct sx_design_units {
  size_t n_units;
  const uint16_t *unit; /* [rows] in file order */
  bool strata;          /* the unit is the stratum, each case a PSU; else the PSU, an element of a carrier */
  const double *factor; /* strata: [n_units] (1-f) n/(n-1), 0 where the stratum adds nothing */
  double scale;         /* of the whole */
  double df;            /* declared; NaN: counted */
} sx_design_units;
SX_API bool sx_design_get_units(sx_design_units *out, const sx_design *design);

/* ---- the engine in bulk: many domain estimates of one variable ------------------------------------------ */

/* Positions are the rows sorted by stratum, PSU and row: order[k] is the row at position k. */
SX_API const uint32_t *sx_design_order(const sx_design *design);
SX_API const double *sx_design_position_weights(const sx_design *design); /* [rows] current weights by position */
SX_API const uint32_t *sx_design_position_psu(const sx_design *design);   /* [rows] */

/* A code per position (0: outside every domain), a few distinct ones, and optionally values: what the scores of all
 * domains of a request have in common. One of code8, code16, code32 is not NULL. */
typedef struct sx_codes {
  size_t n_codes; /* codes are 0..n_codes-1 */
  const uint8_t *code8;
  const uint16_t *code16;
  const uint32_t *code32;
  const double *y, *x; /* [rows] by position, or NULL */
} sx_codes;
static inline uint32_t sx_codes_at(const sx_codes *codes, size_t i) {
  return codes->code8 ? codes->code8[i] : codes->code16 ? codes->code16[i] : codes->code32[i];
}
/* Sums over the rows of each code under every replicate weight, [n_codes*replicates] row-major: of the weights into w, of weight
 * times codes->y into y and times codes->x into x (each NULL: not wanted); those of code 0 are 0. Replicate designs only, whose
 * positions are their rows. The same bits whatever the threads. Cost: rows + replicates times the different pairs of code and
 * PSU, where weights repeat by PSU, else rows * replicates. */
SX_API sx_status sx_design_replicate_sums(double *w, double *y, double *x, const sx_design *design,
                                          const sx_codes *codes, sx_error *err) SX_NODISCARD;
/* The score of one estimate: u = a[code - lo] + b y + c x where lo <= code < lo + n, else 0; and its coefficients on the
 * adjustments' margins, so that the carrier is z = w (u - X beta). beta NULL means no projection. */
typedef struct sx_score {
  uint32_t lo, n;
  const double *a; /* [n] */
  double b, c;
  const double *beta; /* [sx_design_beta_length + 1], the last 0 */
} sx_score;
SX_API size_t sx_design_beta_length(const sx_design *design); /* margin cells of all adjustments; 0: none */
/* The outside figures that the totals of its calibrations rest on, and what an estimate with coefficients beta owes each. */
SX_API size_t sx_design_figures(const sx_design *design);
SX_API double sx_design_figure(uint64_t *id, double *value, double *se, double *df, const sx_design *design, size_t i,
                               const double *beta);
/* out [n_codes * beta_length], filled with sum over the positions of each code of d x_j v; v [rows] or NULL for 1. */
SX_API void sx_design_cross(double *out, const sx_design *design, const sx_codes *codes, const double *v);
/* From right-hand sides X'Du [beta_length] in place to coefficients [beta_length + 1]; work [beta_length]. */
SX_API void sx_design_project(double *beta, const sx_design *design, double *work);
/* z [carrier_length] += coef * carrier of the score. */
SX_API void sx_design_expand(double *z, const sx_design *design, const sx_codes *codes, const sx_score *score,
                             double coef);
/* var [n]: the variances of n scores over the same codes, eight at a time in one pass. */
SX_API sx_status sx_design_var_scores(double *var, const sx_design *design, const sx_codes *codes,
                                      const sx_score *scores, size_t n, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
