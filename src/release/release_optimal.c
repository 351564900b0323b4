/* release_optimal.c: least cost. min sum cost_i x_i over x in {0,1}^n with all capacity cuts (release_cut.c), which are found as they are
 * broken: at each node of the tree the attacker is asked, by one linear program per target, how far x lets each target move, and a target that
 * is not met gives the cut of the program's multipliers. Fischetti and Salazar (2001), Management Science 47:1008. Beside the capacity cuts,
 * x_i <= sum of the x of a relation's other cells (a cell suppressed alone is given away, so some optimum has none). */
#include <math.h>
#include <string.h>

#include "release_priv.h"

enum { ROUNDS = 3, PROPOSE_EVERY = 25 };
static const double BROKEN = 1e-4; /* a cut short by less is left at an x that is not whole */
static const double LEAST = 5e-7;  /* and at one that is: above the simplex method's tolerance, below that of RL_MET */

typedef struct rl_search {
  rl_greedy *g;
  const rl_model *m;
  rl_cuts cuts;
  const sx_release_options *options;
  double *whole, *trial, *weight, *best; /* [n] */
  double best_cost;
  uint32_t *var_of, *col_of; /* program column of a cell that is not forced; back */
  uint32_t *col;
  double *coef, *vars;
  size_t n_vars, n_added, last_depth, rounds, n_calls, attacks_before;
  bool fresh; /* best is not told yet */
} rl_search;

static bool whole_numbers(const double *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (fabs(x[i] - round(x[i])) > 1e-5) return false;
  return true;
}

/* ---- cuts at a node ------------------------------------------------------------------------------------------------------------ */

static sx_status tell(rl_search *s, sx_lp_node *node, size_t k, sx_error *err) {
  const rl_cuts *c = &s->cuts;
  size_t n = 0;
  for (size_t i = c->start[k]; i < c->start[k + 1]; i++) {
    s->col[n] = s->var_of[c->col[i]];
    s->coef[n++] = c->coef[i];
  }
  s->n_added++;
  return sx_lp_node_cut(node, n, s->col, s->coef, 1, err);
}

/* Cuts that are known and broken here: they may have been added in another part of the tree. */
static sx_status known_cuts(size_t *n_told, rl_search *s, sx_lp_node *node, bool whole, sx_error *err) {
  for (size_t k = 0; k < s->cuts.n; k++) {
    if (sx_release__cut_at(&s->cuts, k, s->whole) > 1 - (whole ? LEAST : BROKEN)) continue;
    SX_TRY(tell(s, node, k, err));
    ++*n_told;
  }
  return SX_OK;
}

/* A cell that is suppressed alone in a relation. */
static sx_status lonely_cuts(size_t *n_told, rl_search *s, sx_lp_node *node, sx_error *err) {
  const rl_model *m = s->m;
  for (size_t r = 0; r < m->n_rows; r++) {
    double sum = 0, most = 0;
    size_t who = 0, n = 0;
    bool forced = m->row_low[r] != m->row_high[r];
    for (size_t k = m->start[r]; k < m->start[r + 1] && !forced; k++) {
      const size_t j = m->col[k];
      forced = m->forced[j];
      sum += s->whole[j];
      if (s->whole[j] > most) who = j;
      most = fmax(most, s->whole[j]);
    }
    if (forced || 2 * most - sum < 1e-3) continue;
    for (size_t k = m->start[r]; k < m->start[r + 1]; k++) {
      s->col[n] = s->var_of[m->col[k]];
      s->coef[n++] = m->col[k] == who ? -1 : 1;
    }
    SX_TRY(sx_lp_node_cut(node, n, s->col, s->coef, 0, err));
    ++*n_told;
  }
  return SX_OK;
}

/* Does some point met before show that target k is met too? */
static bool shown(const rl_target *t, double need, const double *z) {
  double sum = 0;
  for (size_t k = 0; k < t->n; k++) sum += t->sign * z[t->col[k]];
  return sum * need >= t->need * RL_MET;
}

static sx_status attack(size_t *n_told, rl_search *s, sx_lp_node *node, bool tight, sx_error *err) {
  const rl_model *m = s->m;
  const double enough = tight ? 1 - BROKEN : 1 - LEAST;
  bool *met = sx_arena_zalloc(m->arena, m->n_targets, sizeof *met);
  if (!met) return sx_error_memory(err);
  for (size_t k = 0; k < m->n_targets; k++) {
    const rl_target *t = &m->targets[k];
    double reached = 0;
    bool added = false;
    if (met[k]) continue;
    SX_TRY(sx_release__seek(&reached, s->g->seek, t, s->whole, tight, err));
    for (size_t q = k + 1; q < m->n_targets && !tight; q++)
      met[q] = met[q] || shown(&m->targets[q], t->need, s->g->seek->z);
    if (reached >= (tight ? enough : RL_MET)) continue;
    SX_TRY(sx_release__cut_from(&added, &s->cuts, t, s->g->seek->dual, err));
    if (!added) continue;
    if (sx_release__cut_at(&s->cuts, s->cuts.n - 1, s->whole) > enough) {
      s->cuts.n--; /* rounding: it cuts nothing off */
      s->cuts.n_terms = s->cuts.start[s->cuts.n];
      continue;
    }
    SX_TRY(tell(s, node, s->cuts.n - 1, err));
    ++*n_told;
  }
  return SX_OK;
}

static void take_x(rl_search *s, const sx_lp_node *node) {
  for (size_t j = 0; j < s->m->n; j++) {
    const double v = s->m->forced[j] ? 1 : node->x[s->var_of[j]];
    s->whole[j] = v < 1e-9 ? 0 : v > 1 - 1e-9 ? 1 : v;
  }
}

static sx_status separate(void *data, sx_lp_node *node, sx_error *err) {
  rl_search *s = data;
  size_t n_told = 0;
  SX_TRY(sx_ctx_poll(s->m->ctx, err));
  take_x(s, node);
  const bool whole = whole_numbers(node->x, s->n_vars);
  if (whole)
    for (size_t j = 0; j < s->m->n; j++) s->whole[j] = round(s->whole[j]);
  SX_TRY(known_cuts(&n_told, s, node, whole, err));
  if (!whole) SX_TRY(lonely_cuts(&n_told, s, node, err));
  if (n_told) return SX_OK;
  s->rounds = node->depth == s->last_depth ? s->rounds + 1 : 0;
  s->last_depth = node->depth;
  const sx_arena_mark mark = sx_arena_get_mark(s->m->arena);
  sx_status status = SX_OK;
  if (!whole && (node->depth == 0 || s->rounds < ROUNDS)) status = attack(&n_told, s, node, true, err);
  if (status == SX_OK && whole) status = attack(&n_told, s, node, false, err);
  sx_arena_release(s->m->arena, mark);
  return status;
}

/* ---- solutions ------------------------------------------------------------------------------------------------------------------- */

static void keep(rl_search *s, const double *x) {
  const double cost = sx_release__cost(s->m, x);
  if (cost >= s->best_cost) return;
  s->best_cost = cost;
  s->fresh = true;
  memcpy(s->best, x, s->m->n * sizeof *x);
}

/* The greedy way with what the relaxation likes made cheap. */
static sx_status propose(void *data, sx_lp_node *node, sx_error *err) {
  rl_search *s = data;
  if (s->n_calls++ % PROPOSE_EVERY == 0 && s->n_calls > 1) {
    take_x(s, node);
    for (size_t j = 0; j < s->m->n; j++) s->weight[j] = s->m->cost[j] * (1 - 0.99 * s->whole[j]);
    SX_TRY(sx_release__greedy(s->trial, s->g, s->weight, err));
    keep(s, s->trial);
  }
  if (!s->fresh || (node->has_best && node->best <= s->best_cost * (1 + 1e-12))) return SX_OK;
  s->fresh = false;
  for (size_t v = 0; v < s->n_vars; v++) s->vars[v] = s->best[s->col_of[v]];
  sx_lp_node_propose(node, s->vars);
  return SX_OK;
}

static bool stop(void *data, size_t n_nodes) {
  const rl_search *s = data;
  const size_t work = s->g->seek->n_attacks - s->attacks_before;
  const size_t all = work + 4 * n_nodes; /* nodes cost too, even where they ask nobody */
  return s->options->max_attacks > 0 && all > s->options->max_attacks;
}

/* ---- the program -------------------------------------------------------------------------------------------------------------------- */

/* Cuts of one relation each, before anything is asked. */
static sx_status first_cuts(rl_search *s, sx_error *err) {
  const rl_model *m = s->m;
  double *dual = sx_arena_zalloc(m->arena, m->n_rows, sizeof *dual);
  bool added = false;
  if (!dual) return sx_error_memory(err);
  for (size_t k = 0; k < m->n_targets; k++) {
    const rl_target *t = &m->targets[k];
    for (size_t r = 0; r < m->n_rows; r++) {
      for (size_t i = m->start[r]; i < m->start[r + 1]; i++) {
        if (m->col[i] != t->col[0]) continue;
        dual[r] = t->sign / m->coef[i];
        SX_TRY(sx_release__cut_from(&added, &s->cuts, t, dual, err));
        dual[r] = 0;
      }
    }
  }
  return SX_OK;
}

static sx_status make_program(sx_lp **lp, rl_search *s, sx_error *err) {
  const rl_model *m = s->m;
  const rl_cuts *c = &s->cuts;
  double *cost = sx_arena_alloc(m->arena, s->n_vars, sizeof *cost),
         *zero = sx_arena_zalloc(m->arena, s->n_vars, sizeof *zero);
  bool *binary = sx_arena_alloc(m->arena, s->n_vars, sizeof *binary);
  double *low = sx_arena_alloc(m->arena, c->n, sizeof *low), *high = sx_arena_alloc(m->arena, c->n, sizeof *high);
  uint32_t *col = sx_arena_alloc(m->arena, c->n_terms, sizeof *col);
  if (!cost || !zero || !binary || !low || !high || !col) return sx_error_memory(err);
  for (size_t v = 0; v < s->n_vars; v++) {
    cost[v] = m->cost[s->col_of[v]];
    binary[v] = true;
  }
  for (size_t k = 0; k < c->n; k++) {
    low[k] = 1;
    high[k] = (double)INFINITY;
  }
  for (size_t i = 0; i < c->n_terms; i++) col[i] = s->var_of[c->col[i]];
  const sx_lp_spec spec = {s->n_vars, c->n, zero, zero, cost, binary, low, high, c->start, col, c->coef};
  return sx_lp_new(lp, s->g->env, &spec, err);
}

static sx_status prepare(rl_search *s, const double *x, sx_error *err) {
  const rl_model *m = s->m;
  double **const arrays[] = {&s->whole, &s->trial, &s->weight, &s->best, &s->coef, &s->vars};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    *arrays[i] = sx_arena_zalloc(m->arena, m->n, sizeof(double));
    if (!*arrays[i]) return sx_error_memory(err);
  }
  s->var_of = sx_arena_zalloc(m->arena, m->n, sizeof *s->var_of);
  s->col_of = sx_arena_zalloc(m->arena, m->n, sizeof *s->col_of);
  s->col = sx_arena_zalloc(m->arena, m->n, sizeof *s->col);
  if (!s->var_of || !s->col_of || !s->col) return sx_error_memory(err);
  for (size_t j = 0; j < m->n; j++) {
    if (m->forced[j]) continue;
    s->var_of[j] = (uint32_t)s->n_vars;
    s->col_of[s->n_vars++] = (uint32_t)j;
  }
  s->best_cost = (double)INFINITY;
  keep(s, x);
  return sx_release__cuts_open(&s->cuts, m, err);
}

sx_status sx_release__optimal(double *x, sx_release_result *out, rl_greedy *g, const sx_release_options *options,
                              sx_error *err) {
  rl_search s = {.g = g, .m = g->m, .options = options, .attacks_before = g->seek->n_attacks};
  sx_lp *lp = NULL;
  sx_lp_found found = {.bound = 0};
  sx_status status = prepare(&s, x, err);
  if (status == SX_OK) status = first_cuts(&s, err);
  if (status == SX_OK && s.n_vars) status = make_program(&lp, &s, err);
  if (status == SX_OK && s.n_vars) {
    const sx_lp_branch how = {1, &s, separate, propose, stop, options->seconds};
    status = sx_lp_search(&found, s.vars, lp, &how, err);
  }
  if (status == SX_OK) {
    for (size_t v = 0; found.found && v < s.n_vars; v++) s.trial[s.col_of[v]] = round(s.vars[v]);
    for (size_t j = 0; found.found && j < s.m->n; j++) s.trial[j] = s.m->forced[j] ? 1 : s.trial[j];
    if (found.found) keep(&s, s.trial);
    memcpy(x, s.best, s.m->n * sizeof *x);
    out->n_cuts = s.n_added;
    out->n_nodes = found.n_nodes;
    out->proven = found.proven || s.n_vars == 0 || found.bound >= s.best_cost * (1 - 1e-9);
    out->bound = out->proven ? s.best_cost : fmax(0, fmin(found.bound, s.best_cost));
  }
  sx_lp_free(lp);
  sx_release__cuts_close(&s.cuts);
  return status;
}
