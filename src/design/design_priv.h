/* design_priv.h: what the files of the design room share. */
#ifndef SX_DESIGN_PRIV_H
#define SX_DESIGN_PRIV_H

#include <stdatomic.h>

#include "design_factor.h"
#include "shuxiao/design.h"

/* One stage of a design with an fpc at every stage. Units lie by group; groups are strata, then strata within the units before. */
typedef struct design_stage {
  size_t n_groups, n_units;
  size_t *first;  /* [units of the stage before + 1] first group within each; NULL at the first stage */
  size_t *start;  /* [groups+1] first unit of each group */
  size_t *leaf;   /* [units+1] first unit of the last stage below each unit */
  double *frac;   /* [units] sampling fraction (Brewer: inclusion probability) */
  double *coef;   /* [groups] product of the fractions above */
  double average; /* H/(H - lonely) for SX_LONELY_AVERAGE, else 1 */
} design_stage;
typedef struct design_tree {
  sx_ctx ctx;
  size_t n_stages;
  design_stage *stages;
} design_tree;

typedef struct design_phase design_phase; /* design_twophase.c */

/* Joint probabilities of PSUs of unequal probabilities: d_ij = (pi_ij - pi_i pi_j)/pi_ij, given or by formula. */
typedef struct design_pps {
  sx_pps method;
  double *joint;       /* [psus^2] d, or NULL */
  double *alpha;       /* [strata] d_ij = alpha + beta (pi_i + pi_j) for i != j, or NULL */
  double *beta;        /* [strata] */
  design_phase *phase; /* a design of two phases, and none of the above; else NULL */
} design_pps;

/* What stays when weights are adjusted: strata, PSUs, fpc, replicate scheme. Shared by reference count. */
typedef struct design_sample {
  atomic_size_t refs;
  sx_ctx ctx;
  size_t n_rows, n_strata, n_psus;
  int32_t *psu;        /* [rows] */
  uint32_t *order;     /* [rows] row at each position */
  uint32_t *psu_at;    /* [rows] PSU at each position */
  uint32_t *psu_start; /* [psus+1] first position of each PSU; where each row is a PSU of its own it is psu_at, too */
  size_t *start;       /* [strata+1] first PSU of each stratum */
  double *fraction;    /* [strata] f_h, or NULL */
  double *factor;      /* [strata] (1-f_h) n_h/(n_h-1); 0 where the stratum contributes nothing of its own */
  size_t max_psus;     /* largest n_h */
  uint32_t *slot_at;   /* [rows] element of a carrier at each position: psu_at itself but for trees */
  size_t n_slots;      /* PSUs, or units of the last stage */
  design_tree *tree;   /* fpc at several stages, or Brewer; else NULL */
  double *prob;        /* [psus] inclusion probabilities (PPS), or NULL */
  design_pps *pps;     /* Overton, HR, HT, YG; else NULL */
  bool has_strata, has_clusters;
  bool unweighted; /* the base weights are all 1, asked for so */
  sx_lonely lonely;
  size_t n_lonely;     /* strata with one PSU that was not taken with certainty */
  double lonely_scale; /* H/(H - lonely) for SX_LONELY_AVERAGE, else 1 */
  double df_declared;  /* NaN: counted */
  uint16_t *unit;      /* [rows] design_units.c, or NULL */
  size_t n_units;
  bool unit_is_stratum; /* every case its own PSU; else units are PSUs */
  /* replicates */
  sx_rep_type rep_type;
  size_t n_reps;
  double rep_scale;
  double *rscales; /* [reps] */
  bool mse;
  uint64_t fingerprint;
} design_sample;

/* Weights by position, which the record of a later calibration shares with the design that it is made from. */
typedef struct design_vector {
  atomic_size_t refs;
  sx_ctx ctx;
  double x[];
} design_vector;

/* The rows of a design by the tuples of their cells: of many rows few are distinct. */
typedef struct design_tuples {
  sx_ctx ctx;
  size_t n;        /* 0: too many to be of use */
  uint16_t *of;    /* [rows] by position: the tuple */
  uint32_t *cells; /* [n_margins][n] the column of X, n_cells for none */
} design_tuples;
typedef struct design_memo { /* what a design and its copies within other contexts make when it is of use */
  _Atomic(design_tuples *) tuples;
  atomic_uint asked; /* how often for tuples that were not there */
} design_memo;

/* One calibration: the margins' cells are in design.cells, this holds d and the factored X'DX. */
typedef struct design_adjust {
  size_t n_margins, first_margin; /* rows of design.cells */
  size_t n_cells, first_cell;     /* columns of X within beta */
  double *d;                      /* [rows] by position: weights before this calibration, times q */
  design_vector *shared;          /* d is its x, not to be written; NULL: d is the record's own */
  double *ridge;                  /* [n_cells] or NULL */
  double *factor;                 /* [n_cells^2] pivoted Cholesky, or NULL for one margin: then diag */
  double *diag;                   /* [n_cells] */
  size_t *piv;                    /* [n_cells] */
  size_t rank;
  double *later; /* [n_cells][n_later]: X_k' D_k X_l for the calibrations l after this, n_later columns in all */
  size_t n_later;
} design_adjust;

/* Figures of one calibration to estimated totals, by value so that designs made from this one copy them. */
typedef struct design_figure {
  uint64_t id;
  double value, se, df;
  size_t first_cell, n_cells;
  double *coef; /* [n_cells] */
} design_figure;

struct sx_design {
  atomic_size_t refs;
  sx_ctx ctx;
  sx_design *of; /* sx_design_within: whose all that follows is; else NULL */
  design_sample *sample;
  double *w;    /* [rows] */
  double *wpos; /* [rows] by position: positions->x */
  design_vector *positions;
  design_reps *reps; /* replicate weights, or NULL */
  double df;
  size_t n_margins, n_cells;
  /* [n_margins][rows] by position: column of X, n_cells for none. One of the three: as many bits as are enough */
  uint8_t *cells8;
  uint16_t *cells16;
  uint32_t *cells32;
  double **values; /* [n_margins], each [rows] by position or NULL: the value in that column, 1 where NULL */
  design_memo *memo;
  design_adjust *adjusts;
  size_t n_adjusts;
  /* Designs with an adjustment to totals of their own sample keep c = (w - w_old) x (or w x) per margin, [rows] by position:
   * z = w u - sum c beta. NULL: c = w x. design_estimated.c */
  double **carried; /* [n_margins] or NULL */
  design_figure *figures;
  size_t n_figures;
  char *text;
};

/* The column of X at a place of the cells; n_cells for none. */
static inline size_t sx_design__cell(const sx_design *d, size_t at) {
  return d->cells8 ? d->cells8[at] : d->cells16 ? d->cells16[at] : d->cells32[at];
}
static inline void sx_design__put_cell(sx_design *d, size_t at, size_t column) {
  if (d->cells8)
    d->cells8[at] = (uint8_t)column;
  else if (d->cells16)
    d->cells16[at] = (uint16_t)column;
  else
    d->cells32[at] = (uint32_t)column;
}

/* The value of margin m at a position. */
static inline double sx_design__value(const sx_design *d, size_t m, size_t i) {
  return d->values && d->values[m] ? d->values[m][i] : 1;
}

/* What margin m takes from z per unit of its coefficient. */
static inline double sx_design__carried(const sx_design *d, size_t m, size_t i) {
  return d->carried ? d->carried[m][i] : d->wpos[i] * sx_design__value(d, m, i);
}

/* design_tuples.c: those of a design whose margins all have values of 1. NULL: none that are of use, asked for too seldom yet, or no memory. Safe from
 * several threads. */
enum { DESIGN_MOST_TUPLES = 4096 };
const design_tuples *sx_design__tuples(const sx_design *d);
void sx_design__tuples_free(design_tuples *tuples);

enum { DESIGN_PIECE_ROWS = 65536 }; /* of the pieces in which the threads pass the rows */
void sx_design__vector_free(design_vector *vector);

/* design_cells.c: adjustments that are given by cells of the rows. */
sx_status sx_design__check_cells(const sx_design *old, const sx_adjustment *given, sx_error *err) SX_NODISCARD;
sx_status sx_design__weigh_cells(sx_design *d, const sx_design *old, const sx_adjustment *given,
                                 sx_error *err) SX_NODISCARD;
/* The cells of the new margins by position, the weights by position, and X'DX into a->factor or a->diag (zeroed) where the cells are
 * few (*done). first [n_margins]: column of the first cell of each margin. */
sx_status sx_design__join_cells(bool *done, sx_design *d, const sx_design *old, const sx_adjustment *given,
                                design_adjust *a, sx_error *err) SX_NODISCARD;

/* design_estimated.c: adding to, and reweighting by known factors, a design whose records are exact. */
bool sx_design__exact(const sx_design *old, const sx_adjustment *given);
sx_status sx_design__add_exact(sx_design *d, const sx_design *old, const sx_adjustment *given,
                               sx_error *err) SX_NODISCARD;
sx_status sx_design__keep_exact(sx_design *d, const sx_design *old, sx_error *err) SX_NODISCARD;
sx_status sx_design__copy_figures(sx_design *d, const sx_design *old, const sx_adjustment *given,
                                  sx_error *err) SX_NODISCARD;

/* Codes 0.. in order of first appearance for the values of a column, crossed with `within` (NULL: alone). */
typedef struct design_index {
  sx_ctx ctx;
  int32_t *code; /* [rows] */
  size_t *first; /* [n] first row of each code */
  size_t n;
} design_index;
sx_status sx_design__index(design_index *out, const sx_ctx *ctx, const sx_column *column, const int32_t *within,
                           const char *what, sx_error *err) SX_NODISCARD;
void sx_design__index_clear(design_index *index);
/* The value of a row for messages: "3", "rural"; cut to fit. */
enum { DESIGN_VALUE_TEXT = 80 };
void sx_design__value_text(char out[DESIGN_VALUE_TEXT], const sx_column *column, size_t row);

/* Numeric column as [rows] numbers; errors name column and case. zero_missing: missing is 0. */
sx_status sx_design__read_weights(double *out, const sx_column *column, bool zero_missing, bool negative,
                                  const char *what, sx_error *err) SX_NODISCARD;

sx_status sx_design__strata(design_sample *sample, const sx_table *table, const sx_design_spec *spec, const double *w,
                            sx_error *err) SX_NODISCARD;
sx_status sx_design__replicates(sx_design *design, const sx_table *table, const sx_design_spec *spec,
                                sx_error *err) SX_NODISCARD;
sx_status sx_design__check_rep_spec(const sx_design_spec *spec, sx_error *err) SX_NODISCARD;
sx_status sx_design__rep_df(sx_design *design, sx_error *err) SX_NODISCARD;
sx_status sx_design__units(design_sample *sample, sx_error *err) SX_NODISCARD;
void sx_design__sample_free(design_sample *sample);
void sx_design__describe(sx_buf *buf, const sx_design *design);
double sx_design__full_df(const sx_design *design);
/* Stages of s from spec->fpcs, after sx_design__strata. */
sx_status sx_design__tree(design_sample *s, const sx_table *table, const sx_design_spec *spec,
                          sx_error *err) SX_NODISCARD;
void sx_design__tree_free(design_tree *tree);
double sx_design__tree_cov(const design_sample *s, const double *a, const double *b);
/* Inclusion probabilities by PSU; then the joint ones. */
sx_status sx_design__prob(design_sample *s, const sx_column *column, sx_error *err) SX_NODISCARD;
sx_status sx_design__pps(design_sample *s, const sx_design_spec *spec, sx_error *err) SX_NODISCARD;
sx_status sx_design__check_stages(const sx_design_spec *spec, sx_error *err) SX_NODISCARD;
void sx_design__pps_free(design_sample *s);
double sx_design__pps_cov(const design_sample *s, const double *a, const double *b);
void sx_design__phase_free(design_phase *phase);
double sx_design__phase_cov(const design_phase *phase, const double *a, const double *b);
uint64_t sx_design__phase_hash(uint64_t h, const design_phase *phase);
void sx_design__phase_describe(sx_buf *buf, const design_phase *phase);
/* Product of the inverse sampling fractions or probabilities, by row. */
void sx_design__inverse_fractions(double *w, const design_sample *s);

sx_status sx_design__sample_new(design_sample **out, const sx_ctx *ctx, size_t n_rows, sx_error *err) SX_NODISCARD;
/* Rows are their own order and PSUs: what a replicate design needs of a sample. */
sx_status sx_design__one_psu_each(design_sample *s, sx_error *err) SX_NODISCARD;
/* df, fingerprint and description of a design whose weights are in place. */
sx_status sx_design__finish(sx_design *design, sx_error *err) SX_NODISCARD;
/* Factors of the random methods, units in carrier order: design_make_boot.c. */
sx_status sx_design__boot(design_factor *f, const design_sample *s, const sx_make_spec *spec,
                          sx_error *err) SX_NODISCARD;

/* An empty design on the sample (its reference is taken over on success). */
sx_status sx_design__alloc(sx_design **out, design_sample *sample, sx_error *err) SX_NODISCARD;

#endif
