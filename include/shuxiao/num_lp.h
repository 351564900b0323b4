/* num_lp.h: linear and integer programs with rows added as they are needed. GLPK stands behind it (num_lp.c).
 *
 * An environment belongs to one thread, and programs to their environment. Where GLPK gives up (its memory is out, or the limit of the
 * context is reached) the call returns SX_E_MEMORY and every program of the environment is gone: only sx_lp_free and sx_lp_close remain. */
#ifndef SX_NUM_LP_H
#define SX_NUM_LP_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_lp_env sx_lp_env;
typedef struct sx_lp sx_lp;
/* memory_limit of ctx holds for GLPK too. ctx is borrowed until the environment is closed. */
SX_API sx_status sx_lp_open(sx_lp_env **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API void sx_lp_close(sx_lp_env *env); /* after its programs; NULL ok */

/* low <= A x <= high, col_low <= x <= col_high; ends may be infinite. A by rows. */
typedef struct sx_lp_spec {
  size_t n_cols, n_rows;
  const double *col_low, *col_high; /* [n_cols] */
  const double *cost;               /* [n_cols]; NULL: all 0 */
  const bool *binary;               /* [n_cols]: 0 or 1, col_low and col_high are not read; NULL: none */
  const double *row_low, *row_high; /* [n_rows] */
  const size_t *start;              /* [n_rows + 1] into col and coef */
  const uint32_t *col;
  const double *coef;
} sx_lp_spec;
SX_API sx_status sx_lp_new(sx_lp **out, sx_lp_env *env, const sx_lp_spec *spec, sx_error *err) SX_NODISCARD;
SX_API void sx_lp_free(sx_lp *lp); /* NULL ok */

/* All bounds of columns, [n_cols] each. The basis of the last solution is kept for the next. */
SX_API sx_status sx_lp_set_bounds(sx_lp *lp, const double *low, const double *high, sx_error *err) SX_NODISCARD;
/* All bounds of rows, [n_rows] each: of those that it was made with. */
SX_API sx_status sx_lp_set_rows(sx_lp *lp, const double *low, const double *high, sx_error *err) SX_NODISCARD;
/* Costs, [n_cols]. */
SX_API sx_status sx_lp_set_cost(sx_lp *lp, const double *cost, sx_error *err) SX_NODISCARD;

typedef enum sx_lp_answer {
  SX_LP_OPTIMAL,
  SX_LP_INFEASIBLE,
  SX_LP_UNBOUNDED,
  SX_LP_UNDECIDED /* the simplex method came to no end */
} sx_lp_answer;
/* The linear program (integrality left aside) from the last basis by the primal simplex method. */
SX_API sx_status sx_lp_solve(sx_lp_answer *out, sx_lp *lp, bool maximise, sx_error *err) SX_NODISCARD;
SX_API double sx_lp_objective(const sx_lp *lp);
/* [n_cols] values; [n_rows] multipliers y: d objective / d right-hand side, cost = A'y + reduced costs. Either may be NULL. */
SX_API void sx_lp_solution(const sx_lp *lp, double *x, double *row_dual);

/* ---- branch and cut ------------------------------------------------------------------------------------------------------ */

/* The tree at a node, for the functions below. */
typedef struct sx_lp_node {
  const double *x;   /* [n_cols] the solution of the node's relaxation */
  double bound;      /* of the node's relaxation */
  double best_bound; /* no solution costs less */
  bool has_best;
  double best; /* cost of the best solution so far */
  size_t depth;
  void *tree; /* GLPK's */
  sx_lp *lp;
} sx_lp_node;
/* A row that every wanted solution meets, in this node and below it: sum coef x >= low. Only in `separate`. */
SX_API sx_status sx_lp_node_cut(sx_lp_node *node, size_t n, const uint32_t *col, const double *coef, double low,
                                sx_error *err) SX_NODISCARD;
/* A solution of the caller's, [n_cols]; it must meet every row that can be asked for. Only in `propose`. */
SX_API void sx_lp_node_propose(sx_lp_node *node, const double *x);

typedef struct sx_lp_branch {
  uint32_t version;
  void *data;
  /* Adds cuts that node->x breaks; a node without new ones is solved: where x is whole it is then a solution. */
  sx_status (*separate)(void *data, sx_lp_node *node, sx_error *err);
  sx_status (*propose)(void *data, sx_lp_node *node, sx_error *err); /* NULL: none */
  bool (*stop)(void *data, size_t n_nodes);                          /* true ends the search; NULL: never */
  double seconds;                                                    /* 0: no limit */
} sx_lp_branch;
typedef struct sx_lp_found {
  bool found, proven; /* proven: x is best, or there is none */
  double cost, bound; /* no solution costs less than bound */
  size_t n_nodes;
} sx_lp_found;
/* Least cost with the binary columns whole; x [n_cols] is filled where found. */
SX_API sx_status sx_lp_search(sx_lp_found *out, double *x, sx_lp *lp, const sx_lp_branch *how,
                              sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
