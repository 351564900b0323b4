/* estimate_units.h: the pass over the file, shared by estimate_units.c (plan), estimate_units_groups.c (what is counted together),
 * estimate_units_pass.c (sums) and estimate_units_var.c (frames, variances). */
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
  uint8_t width_y, width_x; /* bytes of a number, by the first rows */
  size_t kept_y, kept_x;    /* where the numbers are kept, from of_row of the states on */
  double *cells;            /* [units][n_codes][doubles], of all tasks */
  double *comp;             /* [size] compensations of cells */
  size_t slots;             /* in pass.slots */
  size_t step;              /* of its state in the joint state of its group */
  size_t own_at;            /* its own sums in the tables of a task */
} pass_one;

/* Counts and sums of weights in whole numbers, taken apart (estimate_cells.h). */
typedef struct pass_whole {
  int64_t n, hi, lo, hi2, lo2;
} pass_whole;

/* Tasks at a time; requests whose states are counted at once. */
enum { PASS_TASKS = 16, GROUP_MAX = 8 };
typedef struct pass_group {
  size_t slots, n_members, member[GROUP_MAX];
  size_t n_states;
  est_states *kept; /* NULL: carriers need no cases */
  pass_whole *sums; /* [slots + 1][n_states] of the tasks that run at a time */
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
  size_t wave_doubles, first_task;
  double *tables;       /* [PASS_TASKS][wave_doubles] */
  uint8_t *stray;       /* [PASS_TASKS][n] */
  pthread_mutex_t lock; /* of the groups' sums: exact, so that it does not matter who adds first */
};

static inline size_t sx_estimate__task_end(const est_pass *p, size_t task) {
  return task + 1 == p->n_tasks ? p->rows : (task + 1) * p->task_rows;
}
/* States of a variable: its values, and outside the base. */
static inline size_t sx_estimate__states_of(const pass_one *one) {
  return one->frame.n_values + 1;
}
/* Cells of a group's table of counts, doubles of a variable's own sums; the last slot is for cases outside. */
static inline size_t sx_estimate__counts_of(const est_pass *p, const pass_group *g) {
  return (p->slots[g->slots].n + 1) * g->n_states;
}
static inline size_t sx_estimate__own_doubles(const est_pass *p, const pass_one *one) {
  return (p->slots[one->slots].n + 1) * sx_estimate__cells_own(one->kind);
}

/* estimate_units_groups.c */
/* The quanta of the weights; false where they are beyond what can be counted in whole numbers. */
sx_status sx_estimate__pass_quanta(bool *fit, est_pass *pass, sx_error *err) SX_NODISCARD;
/* Slots of the requests, as their domains are. */
sx_status sx_estimate__pass_slots(est_pass *pass, sx_error *err) SX_NODISCARD;
void sx_estimate__pass_slots_free(est_pass *pass);
/* The groups of the requests that are marked and suit, with room for what is kept. */
sx_status sx_estimate__pass_groups(est_pass *pass, const bool *marked, sx_error *err) SX_NODISCARD;
void sx_estimate__pass_groups_free(est_pass *pass);
/* estimate_units_pass.c */
/* The sums of all requests that are marked and suit; again [n] is set for those that met a value which was not planned. */
sx_status sx_estimate__pass_run(est_pass *pass, const bool *marked, bool *again, sx_error *err) SX_NODISCARD;

#endif
