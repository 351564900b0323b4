/* audit_lp.h: linear programs of the audit; GLPK stands behind audit_lp.c and nowhere else. */
#ifndef SX_AUDIT_LP_H
#define SX_AUDIT_LP_H

#include "shuxiao/base.h"

/* row_low <= A x <= row_high, col_low <= x <= col_high; ends may be infinite. A by rows. */
typedef struct au_lp {
  size_t n_cols, n_rows;
  double *col_low, *col_high; /* [n_cols] */
  bool *low_open, *high_open; /* [n_cols]: that end does not belong */
  bool *as_is;                /* [n_cols]: open ends are not moved in */
  double *row_low, *row_high; /* [n_rows] */
  size_t *start;              /* [n_rows + 1] into col and coef */
  uint32_t *col;
  double *coef;
} au_lp;

typedef enum au_lp_answer { AU_LP_YES, AU_LP_NO, AU_LP_LATE } au_lp_answer;

/* GLPK's environment of this thread: opened before the first call below, closed after the last. memory_limit of ctx holds for GLPK too. */
typedef struct au_lp_env {
  bool ours; /* it was not open before */
} au_lp_env;
sx_status sx_audit__lp_open(au_lp_env *env, const sx_ctx *ctx, sx_error *err);
void sx_audit__lp_close(au_lp_env *env);

/* Is there a point inside the closed bounds (open ends moved in by a hundred-thousandth of the width)? In floating point. */
sx_status sx_audit__lp_feasible(au_lp_answer *out, const au_lp *lp, double seconds, sx_error *err);
/* The rows of a proof of infeasibility: proof[n_rows] true where the row has a multiplier. Elastic phase one: least sum of violations. */
sx_status sx_audit__lp_proof(au_lp_answer *out, bool *proof, const au_lp *lp, double seconds, sx_error *err);
/* The same question for open ends as they are, in exact arithmetic (for small programs with whole data): the largest t by which every
 * open end can be kept away from; NO where it is 0 or there is no point at all. */
sx_status sx_audit__lp_exact(au_lp_answer *out, const au_lp *lp, double seconds, sx_error *err);
/* Least and greatest value of one column; infinite where there is none; NO where the program is infeasible. */
sx_status sx_audit__lp_range(au_lp_answer *out, double *low, double *high, const au_lp *lp, size_t col, double seconds,
                             sx_error *err);
/* Is there a point? Without GLPK, for programs of thousands of rows (audit_project.c): YES, or LATE where none was found. weight[n_rows]:
 * how hard each row pulls; where a fault is, it is large. */
sx_status sx_audit__lp_project(au_lp_answer *out, double *weight, const au_lp *lp, const sx_ctx *ctx, int rounds,
                               double seconds, sx_error *err);
/* Minimum hitting set: fewest of n items such that each set has one. LATE: no proof in time; chosen is then whatever was found. */
typedef struct au_hitting {
  size_t n, n_sets;
  const size_t *start;  /* [n_sets + 1] into item */
  const uint32_t *item; /* sorted into sets */
  const double *extra; /* [n] added to the cost 1 of each; all of them together below 1: decides between minimum sets */
  double seconds;
  bool *chosen; /* [n] out */
  bool found;   /* chosen is filled */
  double bound; /* no hitting set costs less */
  au_lp_answer answer;
} au_hitting;
sx_status sx_audit__lp_hit(au_hitting *h, sx_error *err);

#endif
