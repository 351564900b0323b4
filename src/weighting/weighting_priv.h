/* weighting_priv.h: population margins matched to the rows of a sample. */
#ifndef SX_WEIGHTING_PRIV_H
#define SX_WEIGHTING_PRIV_H

#include "shuxiao/weighting.h"

/* Margins over the rows. Cells of all margins are numbered together: first[m] + cell. */
typedef struct wt_problem {
  const sx_ctx *ctx;
  const sx_target *targets;
  size_t n_rows, n_margins, n_cells;
  size_t *first;     /* [margins+1] */
  int32_t *cell;     /* [margins][rows]: cell within its margin; -1 where the row takes no part */
  double *total;     /* [n_cells], scaled to one grand total */
  uint8_t *excluded; /* [rows] 1: in a cell whose target is 0, so the weight becomes 0 */
} wt_problem;

/* d [rows]: the weights to be adjusted; rows of weight 0 take no part. */
sx_status sx_weighting__problem(wt_problem *out, const sx_ctx *ctx, const sx_table *table, const sx_target *targets,
                                size_t n_targets, const double *d, double total_tolerance, sx_error *err) SX_NODISCARD;
void sx_weighting__problem_clear(wt_problem *problem);
/* "province x residence" and "'Tibet', 'rural'" of a cell in the joint numbering. */
void sx_weighting__cell_name(char out[256], const wt_problem *problem, size_t cell);
const char *sx_weighting__margin_name(char out[256], const sx_target *target);
/* Index of a level named by its value or its label; -1 when the sample lacks it. */
int64_t sx_weighting__find_level(const sx_groups *g, size_t key, const char *text);

typedef struct wt_solution {
  size_t iterations, worst_cell, n_at_bound;
  double worst;
} wt_solution;
/* The factors of raking by joint cells: w = d factor[cell of the row]. */
typedef struct wt_factors {
  uint32_t *cell; /* [rows] 0 for rows that take no part */
  double *factor; /* [n], the first 0 */
  size_t n;       /* 0: the cells are too many */
} wt_factors;
sx_status sx_weighting__factors(wt_factors *out, wt_solution *solution, const wt_problem *problem, const double *d,
                                const sx_rake_options *options, const char *who, sx_error *err) SX_NODISCARD;
void sx_weighting__factors_clear(wt_factors *factors, const sx_ctx *ctx);
enum { WT_PIECE_ROWS = 65536 }; /* of the pieces in which the threads pass the rows */
/* w [rows] from d [rows]. `who` is put into messages ("", "replicate 12"). */
sx_status sx_weighting__solve(double *w, wt_solution *solution, const wt_problem *problem, const double *d,
                              const sx_rake_options *options, const char *who, sx_error *err) SX_NODISCARD;

/* weighting_diagnosis.c: raking did not converge: where the margins cannot be met, says which, by how much, and the nearest that can. */
sx_status sx_weighting__rake_diagnosis(const sx_design *design, const sx_table *table, const wt_problem *problem,
                                       const sx_rake_options *options, sx_error *err) SX_NODISCARD;

/* weighting_cells.c. id [rows]: 0 for rows that take no part, else 1 + the row's cell in the crossing of all margins; *n cells, 0
 * where they are too many to be worth it. Then the problem with the cells for rows: its cell and excluded are the caller's to free
 * (also after a failure), the rest is borrowed. */
sx_status sx_weighting__joint_cells(uint32_t *id, size_t *n, const wt_problem *problem, sx_error *err) SX_NODISCARD;
sx_status sx_weighting__cell_problem(wt_problem *out, const wt_problem *problem, const uint32_t *id, size_t n,
                                     sx_error *err) SX_NODISCARD;

/* Recalibrated replicate weights: the old ones times factor[cell[i]][r], or full. */
typedef struct wt_replicates {
  uint32_t *cell; /* [rows] */
  double *factor; /* [n_cells][replicates], or NULL */
  size_t n_cells;
  double *full; /* [rows][replicates] where the cells are too many, or NULL */
} wt_replicates;
sx_status sx_weighting__rake_replicates(wt_replicates *out, const wt_problem *problem, const sx_design *design,
                                        const sx_rake_options *options, sx_error *err) SX_NODISCARD;
void sx_weighting__replicates_clear(wt_replicates *replicates, const sx_ctx *ctx);
/* SX_E_SUPPORT where a replicate weight is negative, which cannot be `what` ("raked"). */
sx_status sx_weighting__no_negative(const sx_design *design, const char *what, sx_error *err) SX_NODISCARD;

/* ---- general calibration (weighting_calibrate*.c) ---- */

/* The controls as columns of a matrix X over the rows. Controls of the same crossing share a margin: a row is in one of
 * its columns at most. Values are divided by the margin's scale, so that the columns are of one size. */
typedef struct wt_model {
  const sx_ctx *ctx;
  const sx_control *controls;
  size_t n_rows, n_controls, n_margins;
  int32_t *col;      /* [margins][rows] control, -1 for none */
  double **value;    /* [margins], each [rows] or NULL: 1 */
  double *scale;     /* [margins] */
  size_t *margin_of; /* [controls] */
  size_t *within;    /* [controls] place in its margin */
  size_t *cells;     /* [margins] */
  double *q;         /* [rows] or NULL */
  int32_t *unit;     /* [rows] household or cluster of equal weights, or NULL */
  uint8_t *part;     /* [rows] takes part: weight above 0, not in a control whose total is 0 */
} wt_model;
/* A total that is given twice is an error, or, with `twice`, a column of its own. */
sx_status sx_weighting__model(wt_model *out, const sx_ctx *ctx, const sx_table *table, const sx_control *controls,
                              size_t n_controls, const sx_calibrate_options *options, const double *d, bool twice,
                              sx_error *err) SX_NODISCARD;
void sx_weighting__model_clear(wt_model *model);
/* "stype=H*api99", "(intercept)" */
const char *sx_weighting__control_name(char out[256], const sx_control *control);
/* Weights of a unit must be the same. */
sx_status sx_weighting__check_units(const wt_model *model, const double *d, const char *who,
                                    sx_error *err) SX_NODISCARD;
static inline double sx_weighting__x(const wt_model *m, size_t margin, size_t row) {
  return m->value[margin] ? m->value[margin][row] : 1;
}

typedef struct wt_result {
  size_t iterations, worst, n_at_bound, n_dropped;
  double worst_miss;
  double *achieved; /* [controls] or NULL */
  char dropped[256];
} wt_result;
/* w [rows] from d [rows]. */
sx_status sx_weighting__calibrate(double *w, wt_result *result, const wt_model *model, const double *d,
                                  const sx_calibrate_options *options, const char *who, sx_error *err) SX_NODISCARD;
/* Of totals that no weights meet: SX_E_NUMERIC, with which, by how much, and the nearest that can be met. Totals may contradict each
 * other; *found is false where the nearest miss by nothing worth telling. */
sx_status sx_weighting__calibrate_nearest(bool *found, const wt_model *model, const double *d,
                                          const sx_calibrate_options *options, size_t iterations,
                                          sx_error *err) SX_NODISCARD;
/* weighting_calibrate.c: what calibration to estimated totals shares with it. */
/* The checks of a calibration of this design, and its model. */
sx_status sx_weighting__calibration(wt_model *out, const sx_design *design, const sx_table *table,
                                    const sx_control *controls, size_t n_controls, const sx_calibrate_options *options,
                                    sx_error *err) SX_NODISCARD;
sx_status sx_weighting__check_weights(const double *d, size_t n, sx_error *err) SX_NODISCARD;
const char *sx_weighting__distance_name(const sx_calibrate_options *options);
void sx_weighting__calibrate_report(sx_calibrate_report *report, const wt_model *model, const wt_result *result,
                                    const double *d, const double *w);
/* Rows with the same controls, values and q, whose factors are the same: cell [rows] of 0..n-1, 0 for those that take no part; n is 0
 * where they are too many. */
sx_status sx_weighting__model_cells(uint32_t *cell, size_t *n, const wt_model *model, sx_error *err) SX_NODISCARD;
/* Ridge of each control of soft totals, in the scaled columns; 0 for exact ones. */
double sx_weighting__ridge(const wt_model *model, size_t control, const double *d);

#endif
