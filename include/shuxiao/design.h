/* design.h: strata, clusters, weights, fpc, replicate weights; the variance engine. */
#ifndef SX_DESIGN_H
#define SX_DESIGN_H

#include "shuxiao/num.h"
#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to do with a stratum that has one PSU: METHODS sec. 1 item 4. A property of the design, never of the session. */
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

typedef struct sx_design_spec {
  uint32_t version;
  const char *weights;         /* column; or unweighted = true */
  bool unweighted;             /* '--weights none': every weight 1 */
  const char *strata;          /* NULL: one stratum */
  const char *const *clusters; /* first-stage first; NULL: each row is its own PSU. PSU ids are nested in strata */
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
} sx_design_spec;
#define SX_DESIGN_SPEC_INIT                                                                                            \
  {                                                                                                                    \
    1, NULL, false, NULL, NULL, 0, NULL, SX_LONELY_FAIL, NULL, 0, SX_REP_NONE, 0.0, (double)NAN, NULL, false, true,    \
        false, (double)NAN                                                                                             \
  }

/* Immutable; shared by reference count. Keeps its own copies: the table may be freed. */
typedef struct sx_design sx_design;
/* Expected: SX_E_DATA for a negative, missing or infinite weight (names the case), fpc below the sample size or not constant in its
 * stratum, a lonely PSU under SX_LONELY_FAIL; SX_E_ARGUMENT for no weights. */
SX_API sx_status sx_design_new(sx_design **out, const sx_ctx *ctx, const sx_table *table, const sx_design_spec *spec,
                               sx_error *err) SX_NODISCARD;
SX_API sx_design *sx_design_ref(const sx_design *design);
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
 * [rows*replicates, column-major] are the recalibrated replicate weights (then no projection is needed). */
SX_API sx_status sx_design_reweight(sx_design **out, const sx_design *design, const double *w, const double *repw,
                                    const sx_margin *margins, size_t n_margins, const char *note,
                                    sx_error *err) SX_NODISCARD;

/* ---- the variance engine ------------------------------------------------------------------------------- */

/* Length of a carrier on this design: PSUs where the variance needs no more, or replicates. */
SX_API size_t sx_design_carrier_length(const sx_design *design);
/* Projects unit scores u [rows] (0 outside the domain) by the adjustments, weights them and sums to z [carrier_length].
 * Linearised designs only. scratch: [rows]. */
SX_API void sx_design_carry(double *z, const sx_design *design, const double *u, double *scratch);
/* Covariance of two carriers; a == b gives the variance. For replicates centre_a, centre_b are the full-sample values. */
SX_API double sx_design_cov(const sx_design *design, const double *a, const double *b, double centre_a,
                            double centre_b);
/* Stratum and PSU of each row, PSUs numbered by stratum: PSU i of stratum h is in start[h]..start[h+1]-1. */
SX_API const int32_t *sx_design_psu_of_row(const sx_design *design);
SX_API const size_t *sx_design_stratum_start(const sx_design *design); /* [strata+1] */
SX_API const double *sx_design_repweights(const sx_design *design);    /* [rows*replicates] column-major, or NULL */
/* Degrees of freedom over the PSUs marked in the bitmap `in` [(psus+7)/8]: PSUs - strata among the marked (METHODS 1.3). */
SX_API double sx_design_df_of(const sx_design *design, const uint8_t *in);

#ifdef __cplusplus
}
#endif
#endif
