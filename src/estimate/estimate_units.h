/* estimate_units.h: the pass over the file, shared by estimate_units.c (plan, sums) and estimate_units_var.c (frames, variances). */
#ifndef SX_ESTIMATE_UNITS_H
#define SX_ESTIMATE_UNITS_H

#include "estimate_cells.h"

/* One request. */
typedef struct pass_one {
  const sx_est_request *request;
  sx_status st;
  sx_error err;
  bool suits, exact; /* in the pass; values from all rows */
  est_frame frame;
  int32_t *level; /* PROP by levels */
  cells_kind kind;
  size_t n_codes, doubles, size; /* size: doubles of a table */
  double shift_y, shift_x;
  double *cells; /* [units][n_codes][doubles], of all tasks */
} pass_one;

struct est_pass {
  const sx_ctx *ctx;
  const sx_design *design;
  sx_design_units units;
  size_t n, rows, n_tasks, task_rows;
  bool keep; /* carriers are kept as codes: the basis needs the cases */
  double *shift;
  pass_one *one;
  /* the wave that runs */
  size_t *member, n_members, *offset, wave_doubles;
  double *tables; /* [tasks][wave_doubles] */
  uint8_t *stray; /* [tasks][members] */
};

#endif
