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

typedef struct wt_solution {
  size_t iterations, worst_cell, n_at_bound;
  double worst;
} wt_solution;
/* w [rows] from d [rows]. `who` is put into messages ("", "replicate 12"). */
sx_status sx_weighting__solve(double *w, wt_solution *solution, const wt_problem *problem, const double *d,
                              const sx_rake_options *options, const char *who, sx_error *err) SX_NODISCARD;

#endif
