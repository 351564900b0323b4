/* num_lp.c: GLPK (GNU Linear Programming Kit 5.0): the primal simplex method, and branch and cut with rows of the caller's.
 *
 * GLPK ends the program on its own errors (memory included) unless a hook leaves by longjmp: guarded() is the one place that does. Calls
 * from inside the search's callbacks are inside its guard already. After an error the environment is discarded, as its manual asks. */
#include "shuxiao/num_lp.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <string.h>

struct sx_lp_env {
  const sx_ctx *ctx;
  jmp_buf out;
  bool ours, inside, dead;
};
struct sx_lp {
  sx_lp_env *env;
  glp_prob *p;
  size_t n_cols, n_rows;
  int *index;
  double *value; /* [n_cols + 1] */
  double *x;     /* [n_cols] */
  bool fresh;    /* no basis yet */
};

static int swallow(void *info, const char *text) {
  (void)info;
  (void)text;
  return 1;
}
static void leave(void *info) {
  longjmp(((sx_lp_env *)info)->out, 1);
}

typedef void (*lp_body)(void *);
/* Runs body(data); SX_E_MEMORY when GLPK gave up. */
static sx_status guarded(sx_lp_env *env, lp_body body, void *data, sx_error *err) {
  if (env->dead) return sx_error_memory(err);
  if (env->inside) {
    body(data);
    return SX_OK;
  }
  if (setjmp(env->out) != 0) {
    (void)glp_free_env();
    env->dead = true;
    env->inside = false;
    return sx_error_memory(err);
  }
  env->inside = true;
  (void)glp_term_out(GLP_OFF);
  glp_term_hook(swallow, NULL);
  glp_error_hook(leave, env);
  body(data);
  glp_error_hook(NULL, NULL);
  glp_term_hook(NULL, NULL);
  env->inside = false;
  return SX_OK;
}

static void set_limit(void *data) {
  const size_t *limit = data;
  const size_t mb = *limit >> 20;
  if (*limit) glp_mem_limit(mb < 1 ? 1 : mb > INT32_MAX ? INT32_MAX : (int)mb);
}

sx_status sx_lp_open(sx_lp_env **out, const sx_ctx *ctx, sx_error *err) {
  sx_lp_env *env = sx_mem_zalloc(ctx, 1, sizeof *env);
  if (!env) return sx_error_memory(err);
  const int state = glp_init_env();
  env->ctx = ctx;
  env->ours = state == 0;
  env->dead = state > 1;
  size_t limit = ctx ? ctx->memory_limit : 0;
  const sx_status status = guarded(env, set_limit, &limit, err);
  if (status != SX_OK) {
    sx_lp_close(env);
    return status;
  }
  *out = env;
  return SX_OK;
}

void sx_lp_close(sx_lp_env *env) {
  if (!env) return;
  if (env->ours && !env->dead) (void)glp_free_env();
  sx_mem_free(env->ctx, env);
}

/* ---- programs -------------------------------------------------------------------------------------------------------------- */

static int bound_kind(double low, double high) {
  if (isinf(low)) return isinf(high) ? GLP_FR : GLP_UP;
  if (isinf(high)) return GLP_LO;
  return low >= high ? GLP_FX : GLP_DB;
}

typedef struct making {
  sx_lp *lp;
  const sx_lp_spec *spec;
} making;

static void make(void *data) {
  const making *m = data;
  const sx_lp_spec *s = m->spec;
  sx_lp *lp = m->lp;
  lp->p = glp_create_prob();
  glp_set_obj_dir(lp->p, GLP_MIN);
  if (s->n_cols) glp_add_cols(lp->p, (int)s->n_cols);
  if (s->n_rows) glp_add_rows(lp->p, (int)s->n_rows);
  for (size_t c = 0; c < s->n_cols; c++) {
    const int j = (int)c + 1;
    if (s->binary && s->binary[c])
      glp_set_col_kind(lp->p, j, GLP_BV);
    else
      glp_set_col_bnds(lp->p, j, bound_kind(s->col_low[c], s->col_high[c]), s->col_low[c], s->col_high[c]);
    if (s->cost) glp_set_obj_coef(lp->p, j, s->cost[c]);
  }
  for (size_t r = 0; r < s->n_rows; r++) {
    const size_t n = s->start[r + 1] - s->start[r];
    for (size_t k = 0; k < n; k++) {
      lp->index[k + 1] = (int)s->col[s->start[r] + k] + 1;
      lp->value[k + 1] = s->coef[s->start[r] + k];
    }
    glp_set_mat_row(lp->p, (int)r + 1, (int)n, lp->index, lp->value);
    glp_set_row_bnds(lp->p, (int)r + 1, bound_kind(s->row_low[r], s->row_high[r]), s->row_low[r], s->row_high[r]);
  }
}

sx_status sx_lp_new(sx_lp **out, sx_lp_env *env, const sx_lp_spec *spec, sx_error *err) {
  if (spec->n_cols > INT32_MAX / 4 || spec->n_rows > INT32_MAX / 4)
    return sx_error_set(err, SX_E_LIMIT, NULL, "the linear program is too large");
  sx_lp *lp = sx_mem_zalloc(env->ctx, 1, sizeof *lp);
  if (!lp) return sx_error_memory(err);
  lp->env = env;
  lp->n_cols = spec->n_cols;
  lp->n_rows = spec->n_rows;
  lp->fresh = true;
  lp->index = sx_mem_alloc(env->ctx, spec->n_cols + 1, sizeof *lp->index);
  lp->value = sx_mem_alloc(env->ctx, spec->n_cols + 1, sizeof *lp->value);
  lp->x = sx_mem_zalloc(env->ctx, spec->n_cols + 1, sizeof *lp->x);
  making m = {lp, spec};
  const sx_status status = lp->index && lp->value && lp->x ? guarded(env, make, &m, err) : sx_error_memory(err);
  if (status != SX_OK) {
    sx_lp_free(lp);
    return status;
  }
  *out = lp;
  return SX_OK;
}

static void drop(void *data) {
  glp_delete_prob(data);
}

void sx_lp_free(sx_lp *lp) {
  if (!lp) return;
  const sx_ctx *ctx = lp->env->ctx;
  if (lp->p && !lp->env->dead) (void)!guarded(lp->env, drop, lp->p, NULL);
  sx_mem_free(ctx, lp->index);
  sx_mem_free(ctx, lp->value);
  sx_mem_free(ctx, lp->x);
  sx_mem_free(ctx, lp);
}

typedef struct setting {
  sx_lp *lp;
  const double *low, *high, *cost, *row_low, *row_high;
} setting;

static void set(void *data) {
  const setting *s = data;
  for (size_t c = 0; c < s->lp->n_cols; c++) {
    const int j = (int)c + 1;
    if (s->low) glp_set_col_bnds(s->lp->p, j, bound_kind(s->low[c], s->high[c]), s->low[c], s->high[c]);
    if (s->cost) glp_set_obj_coef(s->lp->p, j, s->cost[c]);
  }
  for (size_t r = 0; s->row_low && r < s->lp->n_rows; r++)
    glp_set_row_bnds(s->lp->p, (int)r + 1, bound_kind(s->row_low[r], s->row_high[r]), s->row_low[r], s->row_high[r]);
}

sx_status sx_lp_set_rows(sx_lp *lp, const double *low, const double *high, sx_error *err) {
  setting s = {.lp = lp, .row_low = low, .row_high = high};
  return guarded(lp->env, set, &s, err);
}

sx_status sx_lp_set_bounds(sx_lp *lp, const double *low, const double *high, sx_error *err) {
  setting s = {.lp = lp, .low = low, .high = high};
  return guarded(lp->env, set, &s, err);
}

sx_status sx_lp_set_cost(sx_lp *lp, const double *cost, sx_error *err) {
  setting s = {.lp = lp, .cost = cost};
  return guarded(lp->env, set, &s, err);
}

/* ---- the simplex method ------------------------------------------------------------------------------------------------------ */

typedef struct solving {
  sx_lp *lp;
  bool maximise;
  sx_lp_answer answer;
} solving;

static int simplex(sx_lp *lp, bool from_scratch) {
  glp_smcp how;
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  if (from_scratch) glp_adv_basis(lp->p, 0);
  lp->fresh = false;
  return glp_simplex(lp->p, &how);
}

static void solve(void *data) {
  solving *s = data;
  glp_set_obj_dir(s->lp->p, s->maximise ? GLP_MAX : GLP_MIN);
  const bool fresh = s->lp->fresh;
  int failed = simplex(s->lp, fresh);
  if (failed || (!fresh && glp_get_status(s->lp->p) == GLP_NOFEAS))
    failed = simplex(s->lp, true); /* a basis that went bad; a program is not called infeasible by such a one */
  const int status = failed ? 0 : glp_get_status(s->lp->p);
  s->answer = status == GLP_OPT      ? SX_LP_OPTIMAL
              : status == GLP_NOFEAS ? SX_LP_INFEASIBLE
              : status == GLP_UNBND  ? SX_LP_UNBOUNDED
                                     : SX_LP_UNDECIDED;
}

sx_status sx_lp_solve(sx_lp_answer *out, sx_lp *lp, bool maximise, sx_error *err) {
  solving s = {lp, maximise, SX_LP_UNDECIDED};
  SX_TRY(guarded(lp->env, solve, &s, err));
  *out = s.answer;
  return SX_OK;
}

double sx_lp_objective(const sx_lp *lp) {
  return lp->env->dead ? (double)NAN : glp_get_obj_val(lp->p);
}

void sx_lp_solution(const sx_lp *lp, double *x, double *row_dual) {
  if (lp->env->dead) return;
  for (size_t c = 0; x && c < lp->n_cols; c++) x[c] = glp_get_col_prim(lp->p, (int)c + 1);
  for (size_t r = 0; row_dual && r < lp->n_rows; r++) row_dual[r] = glp_get_row_dual(lp->p, (int)r + 1);
}

/* ---- branch and cut ------------------------------------------------------------------------------------------------------------ */

typedef struct search {
  sx_lp *lp;
  const sx_lp_branch *how;
  double *x;
  sx_lp_found *out;
  sx_status status;
  sx_error *err;
  bool stopped;
} search;

sx_status sx_lp_node_cut(sx_lp_node *node, size_t n, const uint32_t *col, const double *coef, double low,
                         sx_error *err) {
  sx_lp *lp = node->lp;
  if (n > lp->n_cols) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a cut names a column twice");
  glp_prob *p = glp_ios_get_prob(node->tree);
  for (size_t k = 0; k < n; k++) {
    lp->index[k + 1] = (int)col[k] + 1;
    lp->value[k + 1] = coef[k];
  }
  const int row = glp_add_rows(p, 1);
  glp_set_row_bnds(p, row, GLP_LO, low, 0);
  glp_set_mat_row(p, row, (int)n, lp->index, lp->value);
  return SX_OK;
}

void sx_lp_node_propose(sx_lp_node *node, const double *x) {
  for (size_t c = 0; c < node->lp->n_cols; c++) node->lp->value[c + 1] = x[c];
  (void)glp_ios_heur_sol(node->tree, node->lp->value);
}

static void look(sx_lp_node *node, search *s, glp_tree *tree) {
  glp_prob *p = glp_ios_get_prob(tree);
  const int here = glp_ios_curr_node(tree), best = glp_ios_best_node(tree);
  for (size_t c = 0; c < s->lp->n_cols; c++) s->lp->x[c] = glp_get_col_prim(p, (int)c + 1);
  const int mip = glp_mip_status(p);
  *node = (sx_lp_node){.x = s->lp->x,
                       .bound = glp_get_obj_val(p),
                       .best_bound = best ? glp_ios_node_bound(tree, best) : -(double)INFINITY,
                       .has_best = mip == GLP_FEAS || mip == GLP_OPT,
                       .depth = here ? (size_t)glp_ios_node_level(tree, here) : 0,
                       .tree = tree,
                       .lp = s->lp};
  node->best = node->has_best ? glp_mip_obj_val(p) : (double)INFINITY;
}

static void on_event(glp_tree *tree, void *info) {
  search *s = info;
  const int reason = glp_ios_reason(tree), best = glp_ios_best_node(tree);
  int total = 0;
  glp_ios_tree_size(tree, NULL, NULL, &total);
  s->out->n_nodes = (size_t)total;
  if (best) s->out->bound = fmax(s->out->bound, glp_ios_node_bound(tree, best));
  if (s->status == SX_OK && (reason == GLP_IROWGEN || (reason == GLP_IHEUR && s->how->propose))) {
    sx_lp_node node;
    look(&node, s, tree);
    s->status = reason == GLP_IROWGEN ? s->how->separate(s->how->data, &node, s->err)
                                      : s->how->propose(s->how->data, &node, s->err);
  }
  if (!s->stopped && s->how->stop && s->how->stop(s->how->data, (size_t)total)) s->stopped = true;
  if (s->stopped || s->status != SX_OK) glp_ios_terminate(tree);
}

static void run(void *data) {
  search *s = data;
  glp_prob *p = s->lp->p;
  glp_set_obj_dir(p, GLP_MIN);
  (void)simplex(s->lp, true);
  if (glp_get_status(p) == GLP_NOFEAS) {
    s->out->proven = true;
    return;
  }
  if (glp_get_status(p) == GLP_OPT) s->out->bound = glp_get_obj_val(p);
  glp_iocp how;
  glp_init_iocp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.cb_func = on_event;
  how.cb_info = s;
  how.br_tech = GLP_BR_PCH;
  how.bt_tech = GLP_BT_BLB;
  how.cov_cuts = GLP_ON;
  how.mir_cuts = GLP_ON;
  how.gmi_cuts = GLP_ON;
  how.sr_heur = GLP_OFF; /* it knows the first rows only, and may break a cut */
  if (s->how->seconds > 0) how.tm_lim = s->how->seconds > 1e6 ? INT32_MAX : (int)(1000 * s->how->seconds) + 1;
  const int failed = glp_intopt(p, &how), mip = glp_mip_status(p);
  if (mip == GLP_OPT || mip == GLP_FEAS) {
    s->out->found = true;
    s->out->cost = glp_mip_obj_val(p);
    for (size_t c = 0; c < s->lp->n_cols; c++) s->x[c] = glp_mip_col_val(p, (int)c + 1);
  }
  s->out->proven = failed == 0 && !s->stopped && (mip == GLP_OPT || mip == GLP_NOFEAS);
  if (s->out->proven && s->out->found) s->out->bound = s->out->cost;
}

sx_status sx_lp_search(sx_lp_found *out, double *x, sx_lp *lp, const sx_lp_branch *how, sx_error *err) {
  sx_lp_found found = {.cost = (double)INFINITY, .bound = -(double)INFINITY};
  search s = {.lp = lp, .how = how, .x = x, .out = &found, .err = err};
  SX_TRY(guarded(lp->env, run, &s, err));
  SX_TRY(s.status);
  *out = found;
  return SX_OK;
}
