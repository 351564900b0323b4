/* release_priv.h: the disclosure problem as the solvers share it.
 *
 * Everything is told as deviations z from the true values. The attacker's room at a suppression x in [0,1]^n is
 *   M z within [row_low, row_high] (0 and 0 for a total),  -down_i x_i <= z_i <= up_i x_i;
 * a target (v, need) is met where max v'z >= need. A cell's two levels are two targets, e_p with `upper` and -e_p with `lower`. */
#ifndef SX_RELEASE_PRIV_H
#define SX_RELEASE_PRIV_H

#include "shuxiao/num_lp.h"
#include "shuxiao/release_disclosure.h"
#include "shuxiao/table.h"

typedef struct rl_target {
  size_t n; /* cells of it: 1, or those of a union */
  const uint32_t *col;
  double sign, need; /* v = sign on each */
  size_t cell;       /* of the problem, for messages */
} rl_target;

typedef struct rl_union {
  size_t relation, n;
  uint32_t *cell; /* [n] of the problem */
  double value, need;
} rl_union;

typedef struct rl_model {
  const sx_ctx *ctx;
  sx_arena *arena;
  const sx_release_problem *p;
  size_t n;                 /* cells that may move */
  size_t *cell;             /* [n] of the problem */
  uint32_t *col_of;         /* [n_cells]; UINT32_MAX: it cannot move */
  bool *forced;             /* [n] suppressed in any case */
  double *up, *down, *cost; /* [n] */
  size_t n_rows;
  size_t *start; /* [n_rows + 1] */
  uint32_t *col;
  double *coef, *row_low, *row_high;
  bool ranged; /* some row is no total: its room is not 0 */
  rl_target *targets;
  size_t n_targets;
  rl_union *unions;
  size_t n_unions;
} rl_model;

/* release_primary.c: does it fail the rules? need: the level that this asks for. */
bool sx_release__fails(double *need, const char **why, const sx_release_rules *rules, const sx_release_cell *cell);
/* The level of a sensitive cell of 0; rules may be NULL. */
double sx_release__zero(const sx_release_problem *p, const sx_release_rules *rules);
/* The least level of a sensitive value, whatever the rule asks; zero: of sx_release__zero. */
double sx_release__least(double value, double zero);
/* A primary cell's levels as search and attack both hold to them: those that it has, or the least where it has none. */
void sx_release__levels(double *lower, double *upper, const sx_release_cell *c, double zero);
/* release_union.c: the relations' primary cells whose sum fails the rules itself. */
sx_status sx_release__unions(rl_union **out, size_t *n, sx_arena *arena, const sx_release_problem *p,
                             const sx_release_rules *rules, sx_error *err);
/* release_model.c; the problem is checked before. */
sx_status sx_release__model(rl_model *out, const sx_ctx *ctx, sx_arena *arena, const sx_release_problem *p,
                            const sx_release_rules *rules, sx_release_cost cost, sx_error *err);

/* release_seek.c: the attacks of the search: one program, kept warm. */
typedef struct rl_seek {
  const rl_model *m;
  sx_lp *lp;
  double *low, *high, *v, *z, *row_low, *row_high, *dual; /* [n], [n_rows] */
  size_t n_attacks;
} rl_seek;
sx_status sx_release__seek_open(rl_seek *seek, const rl_model *m, sx_lp_env *env, sx_error *err);
void sx_release__seek_close(rl_seek *seek);
/* max v'z / need at x [n], not above RL_ENOUGH; seek->z / need is where, seek->dual the multipliers. tight: no cell may move by more than the
 * target's need, which finds stronger cuts at an x that is not whole. */
sx_status sx_release__seek(double *out, rl_seek *seek, const rl_target *t, const double *x, bool tight, sx_error *err);
static const double RL_MET = 1 - 1e-6; /* of the need: a target is met; the simplex method works to 1e-7 */

/* release_attack.c: the error where neither answers, though no deviation at all is a solution: the numbers were too much for it. */
sx_status sx_release__unanswered(const sx_release_problem *p, size_t cell, sx_error *err);

/* release_cut.c: cuts sum coef x >= 1 over the cells that are not forced. */
typedef struct rl_cuts {
  const rl_model *m;
  size_t n, cap, n_terms, cap_terms, cap_col;
  size_t *start; /* [n + 1] */
  uint32_t *col;
  double *coef;
  double *d; /* [m->n] workspace */
} rl_cuts;
sx_status sx_release__cuts_open(rl_cuts *cuts, const rl_model *m, sx_error *err);
void sx_release__cuts_close(rl_cuts *cuts);
/* From the multipliers of the rows: valid whatever they are. *added false where it says nothing. */
sx_status sx_release__cut_from(bool *added, rl_cuts *cuts, const rl_target *t, const double *dual, sx_error *err);
double sx_release__cut_at(const rl_cuts *cuts, size_t k, const double *x); /* its left side */

/* release_greedy.c: x [n] 0 or 1, forced ones 1. */
typedef struct rl_greedy {
  const rl_model *m;
  sx_lp_env *env;
  rl_seek *seek;
  double *witness; /* [n_targets * n] where each target is met; in units of its need */
  double *trial;   /* [n] */
  uint32_t *order; /* of the targets */
  uint32_t *by_cost;
} rl_greedy;
sx_status sx_release__greedy_open(rl_greedy *g, const rl_model *m, sx_lp_env *env, rl_seek *seek, sx_error *err);
/* weight [n]: what suppressing a cell costs this time. SX_E_DATA where a target cannot be met at all. */
sx_status sx_release__greedy(double *x, rl_greedy *g, const double *weight, sx_error *err);
double sx_release__cost(const rl_model *m, const double *x);

/* release_optimal.c: from x on; x is the best found. */
sx_status sx_release__optimal(double *x, sx_release_result *out, rl_greedy *g, const sx_release_options *options,
                              sx_error *err);

/* release_tables.c: the text of a cell, "" where it is missing; a number's in `number`. */
const char *sx_release__text(char number[SX_DOUBLE_TEXT_MAX], const sx_column *c, size_t row);

#endif
