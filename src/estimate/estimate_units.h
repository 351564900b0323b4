/* estimate_units.h: the pass over the file, shared by estimate_units.c (plan), estimate_units_pass.c (sums) and
 * estimate_units_var.c (frames, variances). */
#ifndef SX_ESTIMATE_UNITS_H
#define SX_ESTIMATE_UNITS_H

#include "estimate_cells.h"

/* The pairs of unit and domain that occur, numbered; shared by the requests that have the same domains. */
typedef struct pass_slots {
  est_domains *domains; /* NULL: all cases in domain 0 */
  size_t n_domains, n;
  uint32_t *of;   /* [units * n_domains] slot of a pair, or NULL: its own number */
  uint32_t *pair; /* [n] pair of a slot, or NULL */
} pass_slots;

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
  double *comp;  /* [size] compensations of cells */
  size_t slots;  /* in pass.slots */
  size_t step;   /* of its state in the joint state of its group */
  size_t own_at; /* its own sums in the tables of a task */
} pass_one;

/* Tasks at a time; requests whose states are counted at once. */
enum { PASS_TASKS = 16, GROUP_MAX = 8 };
typedef struct pass_group {
  size_t slots, n_members, member[GROUP_MAX];
  size_t n_states, at; /* at: its counts among those of a task */
  est_states *kept;    /* NULL: carriers need no cases */
} pass_group;

struct est_pass {
  const sx_ctx *ctx;
  const sx_design *design;
  sx_design_units units;
  size_t n, rows, n_tasks, task_rows;
  bool keep; /* carriers are kept as codes: the basis needs the cases */
  double *shift;
  pass_one *one;
  pass_slots *slots; /* [n_slots] */
  size_t n_slots;
  pass_group *group; /* [n_groups] */
  size_t n_groups;
  cells_quanta quanta;
  /* the wave that runs, its tasks some at a time */
  size_t first, end; /* groups */
  size_t wave_doubles, wave_counts, first_task;
  double *tables;      /* [PASS_TASKS][wave_doubles] */
  cells_whole *counts; /* [PASS_TASKS][wave_counts] */
  uint8_t *stray;      /* [PASS_TASKS][n] */
};

/* estimate_units_pass.c */
/* The quanta of the weights; false where they are beyond what can be counted in whole numbers. */
sx_status sx_estimate__pass_quanta(bool *fit, est_pass *pass, sx_error *err) SX_NODISCARD;
/* Slots of the requests, as their domains are. */
sx_status sx_estimate__pass_slots(est_pass *pass, sx_error *err) SX_NODISCARD;
void sx_estimate__pass_slots_free(est_pass *pass);
/* The sums of all requests that are marked and suit; again [n] is set for those that met a value which was not planned. */
sx_status sx_estimate__pass_run(est_pass *pass, const bool *marked, bool *again, sx_error *err) SX_NODISCARD;

#endif
