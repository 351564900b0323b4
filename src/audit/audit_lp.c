/* audit_lp.c: GLPK (GNU Linear Programming Kit 5.0): the simplex method in floating point and in exact arithmetic, and branch and cut.
 *
 * GLPK ends the program on its own errors (memory included) unless a hook leaves by longjmp: guarded() is the one place that does. Its
 * environment is per thread. After an error the environment is discarded, as its manual asks. */
#include "audit_lp.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <string.h>

/* Open ends are moved in by this share of the width; a hundred times GLPK's tolerance of bounds. */
static const double SHRINK = 1e-5;
/* Sums of violations above this are violations: in units of a tenth of a last digit. */
static const double VIOLATED = 1e-6;

static int swallow(void *info, const char *text) {
  (void)info;
  (void)text;
  return 1;
}

static void leave(void *info) {
  longjmp(*(jmp_buf *)info, 1);
}

/* Runs body(data); false when GLPK gave up. */
static bool guarded(void (*body)(void *), void *data) {
  jmp_buf here;
  if (setjmp(here) != 0) {
    (void)glp_free_env();
    return false;
  }
  (void)glp_term_out(GLP_OFF);
  glp_term_hook(swallow, NULL);
  glp_error_hook(leave, &here);
  body(data);
  glp_error_hook(NULL, NULL);
  glp_term_hook(NULL, NULL);
  return true;
}

static void set_limit(void *data) {
  const size_t *limit = data;
  const size_t mb = *limit >> 20;
  if (*limit) glp_mem_limit(mb < 1 ? 1 : mb > INT32_MAX ? INT32_MAX : (int)mb);
}

sx_status sx_audit__lp_open(au_lp_env *env, const sx_ctx *ctx, sx_error *err) {
  size_t limit = ctx->memory_limit;
  const int status = glp_init_env();
  if (status > 1) return sx_error_memory(err);
  env->ours = status == 0;
  return guarded(set_limit, &limit) ? SX_OK : sx_error_memory(err);
}

void sx_audit__lp_close(au_lp_env *env) {
  if (env->ours) (void)glp_free_env();
  env->ours = false;
}

/* ---- building -------------------------------------------------------------------------------------------------------- */

static int bound_kind(double low, double high) {
  if (isinf(low)) return isinf(high) ? GLP_FR : GLP_UP;
  if (isinf(high)) return GLP_LO;
  return low == high ? GLP_FX : GLP_DB;
}

/* Columns 1..n_cols, then `more` for the caller. Rows 1..n_rows. */
static glp_prob *build(const au_lp *lp, bool shrink, int more) {
  glp_prob *p = glp_create_prob();
  int *index = glp_alloc((int)lp->n_cols + 2 + more, sizeof *index);
  double *value = glp_alloc((int)lp->n_cols + 2 + more, sizeof *value);
  if (lp->n_cols + (size_t)more) glp_add_cols(p, (int)lp->n_cols + more);
  if (lp->n_rows) glp_add_rows(p, (int)lp->n_rows);
  for (size_t c = 0; c < lp->n_cols; c++) {
    const double width = lp->col_high[c] - lp->col_low[c], by = isfinite(width) ? SHRINK * width : SHRINK;
    double low = lp->col_low[c], high = lp->col_high[c];
    if (shrink && lp->low_open[c] && !lp->as_is[c]) low += by;
    if (shrink && lp->high_open[c] && !lp->as_is[c]) high -= by;
    glp_set_col_bnds(p, (int)c + 1, bound_kind(low, high), low, high);
  }
  for (size_t r = 0; r < lp->n_rows; r++) {
    const size_t n = lp->start[r + 1] - lp->start[r];
    for (size_t k = 0; k < n; k++) {
      index[k + 1] = (int)lp->col[lp->start[r] + k] + 1;
      value[k + 1] = lp->coef[lp->start[r] + k];
    }
    glp_set_mat_row(p, (int)r + 1, (int)n, index, value);
    glp_set_row_bnds(p, (int)r + 1, bound_kind(lp->row_low[r], lp->row_high[r]), lp->row_low[r], lp->row_high[r]);
  }
  glp_free(index);
  glp_free(value);
  return p;
}

static int milliseconds(double seconds) {
  if (!(seconds > 0)) return 1;
  return seconds > 1e6 ? INT32_MAX : (int)(1000 * seconds) + 1;
}

static int simplex(glp_prob *p, double seconds, bool presolve) {
  glp_smcp how;
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.tm_lim = milliseconds(seconds);
  how.presolve = presolve ? GLP_ON : GLP_OFF;
  if (!presolve) {
    glp_scale_prob(p, GLP_SF_AUTO);
    glp_adv_basis(p, 0);
  }
  return glp_simplex(p, &how);
}

/* ---- the questions ---------------------------------------------------------------------------------------------------- */

typedef struct question {
  const au_lp *lp;
  double seconds;
  au_lp_answer answer;
  bool *proof;
  size_t col;
  double low, high;
} question;

static sx_status ask(question *q, void (*body)(void *), au_lp_answer *out, sx_error *err) {
  q->answer = AU_LP_LATE;
  if (q->lp->n_cols > INT32_MAX / 4 || q->lp->n_rows > INT32_MAX / 4)
    return sx_error_set(err, SX_E_LIMIT, NULL, "too many figures in one group of identities");
  if (!guarded(body, q)) return sx_error_memory(err);
  *out = q->answer;
  return SX_OK;
}

static void feasible(void *data) {
  question *q = data;
  glp_prob *p = build(q->lp, true, 0);
  const int status = simplex(p, q->seconds, true);
  if (status == GLP_ENOPFS || (status == 0 && glp_get_status(p) == GLP_NOFEAS)) {
    q->answer = AU_LP_NO;
  } else if (status == 0 && glp_get_status(p) == GLP_OPT) {
    q->answer = AU_LP_YES;
  } else { /* the presolver may call a feasible program without objective anything else: ask again without it */
    const int again = simplex(p, q->seconds, false);
    if (again == 0) q->answer = glp_get_prim_stat(p) == GLP_FEAS ? AU_LP_YES : AU_LP_NO;
    if (again == 0 && glp_get_prim_stat(p) != GLP_FEAS && glp_get_prim_stat(p) != GLP_NOFEAS) q->answer = AU_LP_LATE;
  }
  glp_delete_prob(p);
}

sx_status sx_audit__lp_feasible(au_lp_answer *out, const au_lp *lp, double seconds, sx_error *err) {
  question q = {.lp = lp, .seconds = seconds};
  return ask(&q, feasible, out, err);
}

/* Every row gets a shortfall and an excess, each >= 0; least sum of them. At the optimum the multipliers of the rows prove it. */
static void prove(void *data) {
  question *q = data;
  const int n = (int)q->lp->n_cols, m = (int)q->lp->n_rows;
  glp_prob *p = build(q->lp, true, 2 * m);
  int *index = glp_alloc(n + 2 * m + 3, sizeof *index);
  double *value = glp_alloc(n + 2 * m + 3, sizeof *value);
  glp_set_obj_dir(p, GLP_MIN);
  for (int r = 1; r <= m; r++) {
    int k = glp_get_mat_row(p, r, index, value);
    double size = HUGE_VAL;
    for (int i = 1; i <= k; i++) size = fmin(size, fabs(value[i]));
    for (int side = 0; side < 2; side++) {
      const int c = n + 2 * (r - 1) + side + 1;
      glp_set_col_bnds(p, c, GLP_LO, 0, 0);
      glp_set_obj_coef(p, c, 1);
      index[++k] = c;
      value[k] = side ? -size : size; /* violations in units of the row's finest figure */
    }
    glp_set_mat_row(p, r, k, index, value);
  }
  if (simplex(p, q->seconds, false) == 0 && glp_get_status(p) == GLP_OPT) {
    q->answer = glp_get_obj_val(p) > VIOLATED ? AU_LP_NO : AU_LP_YES;
    for (int r = 1; r <= m; r++) q->proof[r - 1] = fabs(glp_get_row_dual(p, r)) > 1e-12;
  }
  glp_free(index);
  glp_free(value);
  glp_delete_prob(p);
}

sx_status sx_audit__lp_proof(au_lp_answer *out, bool *proof, const au_lp *lp, double seconds, sx_error *err) {
  question q = {.lp = lp, .seconds = seconds, .proof = proof};
  memset(proof, 0, lp->n_rows * sizeof *proof);
  return ask(&q, prove, out, err);
}

/* Greatest t <= 1 with x + t <= high for open high ends and x - t >= low for open low ends. */
static void decide_exactly(void *data) {
  question *q = data;
  const au_lp *lp = q->lp;
  glp_prob *p = build(lp, false, 1);
  const int t = (int)lp->n_cols + 1;
  glp_set_obj_dir(p, GLP_MAX);
  glp_set_col_bnds(p, t, GLP_DB, 0, 1);
  glp_set_obj_coef(p, t, 1);
  for (size_t c = 0; c < lp->n_cols; c++) {
    for (int high = 0; high < 2; high++) {
      const double end = high ? lp->col_high[c] : lp->col_low[c];
      if (!(high ? lp->high_open[c] : lp->low_open[c]) || isinf(end)) continue;
      const int index[3] = {0, (int)c + 1, t};
      const double value[3] = {0, 1, high ? 1 : -1};
      const int row = glp_add_rows(p, 1);
      glp_set_mat_row(p, row, 2, index, value);
      glp_set_row_bnds(p, row, high ? GLP_UP : GLP_LO, end, end);
    }
  }
  glp_smcp how;
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.tm_lim = milliseconds(q->seconds);
  glp_adv_basis(p, 0);
  if (glp_exact(p, &how) == 0) {
    const int status = glp_get_status(p);
    if (status == GLP_NOFEAS) q->answer = AU_LP_NO;
    if (status == GLP_OPT) q->answer = glp_get_obj_val(p) > 0 ? AU_LP_YES : AU_LP_NO;
  }
  glp_delete_prob(p);
}

sx_status sx_audit__lp_exact(au_lp_answer *out, const au_lp *lp, double seconds, sx_error *err) {
  question q = {.lp = lp, .seconds = seconds};
  return ask(&q, decide_exactly, out, err);
}

static void find_range(void *data) {
  question *q = data;
  glp_prob *p = build(q->lp, false, 0);
  q->low = -HUGE_VAL;
  q->high = HUGE_VAL;
  glp_set_obj_coef(p, (int)q->col + 1, 1);
  q->answer = AU_LP_YES;
  for (int up = 0; up < 2 && q->answer == AU_LP_YES; up++) {
    glp_set_obj_dir(p, up ? GLP_MAX : GLP_MIN);
    const int failed = simplex(p, q->seconds, false), status = failed ? 0 : glp_get_status(p);
    if (status == GLP_OPT) {
      *(up ? &q->high : &q->low) = glp_get_obj_val(p);
    } else if (status == GLP_NOFEAS) {
      q->answer = AU_LP_NO;
    } else if (status != GLP_UNBND) {
      q->answer = AU_LP_LATE;
    }
  }
  glp_delete_prob(p);
}

sx_status sx_audit__lp_range(au_lp_answer *out, double *low, double *high, const au_lp *lp, size_t col, double seconds,
                             sx_error *err) {
  question q = {.lp = lp, .seconds = seconds, .col = col};
  SX_TRY(ask(&q, find_range, out, err));
  *low = q.low;
  *high = q.high;
  return SX_OK;
}

/* ---- hitting set --------------------------------------------------------------------------------------------------------- */

static void remember_bound(glp_tree *tree, void *info) {
  au_hitting *h = info;
  const int node = glp_ios_best_node(tree);
  if (node) h->bound = fmax(h->bound, glp_ios_node_bound(tree, node));
}

static void hit(void *data) {
  au_hitting *h = data;
  glp_prob *p = glp_create_prob();
  size_t longest = 0;
  for (size_t s = 0; s < h->n_sets; s++) {
    if (h->start[s + 1] - h->start[s] > longest) longest = h->start[s + 1] - h->start[s];
  }
  int *index = glp_alloc((int)longest + 2, sizeof *index);
  double *value = glp_alloc((int)longest + 2, sizeof *value);
  glp_set_obj_dir(p, GLP_MIN);
  glp_add_cols(p, (int)h->n);
  glp_add_rows(p, (int)h->n_sets);
  for (int c = 1; c <= (int)h->n; c++) {
    glp_set_col_kind(p, c, GLP_BV);
    glp_set_obj_coef(p, c, 1 + h->extra[c - 1]);
  }
  for (size_t s = 0; s < h->n_sets; s++) {
    const size_t k = h->start[s + 1] - h->start[s];
    for (size_t i = 0; i < k; i++) {
      index[i + 1] = (int)h->item[h->start[s] + i] + 1;
      value[i + 1] = 1;
    }
    glp_set_mat_row(p, (int)s + 1, (int)k, index, value);
    glp_set_row_bnds(p, (int)s + 1, GLP_LO, 1, 1);
  }
  glp_iocp how;
  glp_init_iocp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.tm_lim = milliseconds(h->seconds);
  how.presolve = GLP_ON;
  how.cb_func = remember_bound;
  how.cb_info = h;
  const int status = glp_intopt(p, &how), mip = glp_mip_status(p);
  if (mip == GLP_OPT || mip == GLP_FEAS) {
    h->found = true;
    for (size_t c = 0; c < h->n; c++) h->chosen[c] = glp_mip_col_val(p, (int)c + 1) > 0.5;
  }
  if (status == 0 && mip == GLP_OPT) {
    h->answer = AU_LP_YES;
    h->bound = glp_mip_obj_val(p);
  }
  glp_free(index);
  glp_free(value);
  glp_delete_prob(p);
}

sx_status sx_audit__lp_hit(au_hitting *h, sx_error *err) {
  if (h->n > INT32_MAX / 4 || h->n_sets > INT32_MAX / 4)
    return sx_error_set(err, SX_E_LIMIT, NULL, "too many figures in what fails");
  h->found = false;
  h->bound = 1;
  h->answer = AU_LP_LATE;
  return guarded(hit, h) ? SX_OK : sx_error_memory(err);
}
