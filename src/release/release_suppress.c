/* release_suppress.c: primary cells given, secondary ones found and the outcome attacked. */
#include <math.h>

#include "release_priv.h"

void sx_release_result_free(sx_release_result *r) {
  if (!r) return;
  const sx_ctx ctx = r->ctx;
  sx_release_attacked_free(r->attacked);
  sx_mem_free(&ctx, r);
}

static sx_status search(double *x, sx_release_result *out, const rl_model *m, sx_lp_env *env,
                        const sx_release_options *options, sx_error *err) {
  rl_seek seek = {.m = m};
  rl_greedy greedy;
  sx_status status = sx_release__seek_open(&seek, m, env, err);
  if (status == SX_OK) status = sx_release__greedy_open(&greedy, m, env, &seek, err);
  if (status == SX_OK) status = sx_release__greedy(x, &greedy, m->cost, err);
  if (status == SX_OK) {
    out->greedy_cost = sx_release__cost(m, x);
    out->proven = out->greedy_cost == 0;
    if (options->method == SX_RELEASE_OPTIMAL && !out->proven)
      status = sx_release__optimal(x, out, &greedy, options, err);
  }
  out->n_attacks = seek.n_attacks;
  sx_release__seek_close(&seek);
  return status;
}

static sx_status solve(sx_release_result *out, sx_arena *arena, sx_release_problem *p, const sx_release_rules *rules,
                       const sx_release_options *options, sx_error *err) {
  rl_model m;
  sx_lp_env *env = NULL;
  SX_TRY(sx_release__model(&m, &out->ctx, arena, p, rules, options->cost, err));
  double *x = sx_arena_zalloc(arena, m.n, sizeof *x);
  if (!x) return sx_error_memory(err);
  for (size_t j = 0; j < m.n; j++) x[j] = m.forced[j];
  if (options->method != SX_RELEASE_NONE && m.n_targets) {
    SX_TRY(sx_lp_open(&env, &out->ctx, err));
    const sx_status status = search(x, out, &m, env, options, err);
    sx_lp_close(env);
    SX_TRY(status);
  }
  for (size_t j = 0; j < m.n; j++) {
    sx_release_cell *c = &p->cells[m.cell[j]];
    if (c->mark == SX_RELEASE_OPEN && x[j] > 0.5) {
      c->mark = SX_RELEASE_SECONDARY;
      out->n_secondary++;
    }
  }
  for (size_t i = 0; i < p->n_cells; i++) out->n_primary += p->cells[i].mark == SX_RELEASE_PRIMARY;
  out->cost = sx_release__cost(&m, x);
  return SX_OK;
}

sx_status sx_release_suppress(sx_release_result **out, const sx_ctx *ctx, sx_release_problem *problem,
                              const sx_release_rules *rules, const sx_release_options *options, sx_error *err) {
  const sx_release_options usual = SX_RELEASE_OPTIONS_INIT;
  const sx_ctx standard = SX_CTX_INIT;
  sx_arena *arena = NULL;
  SX_TRY(sx_release_check(problem, 1e-6, err));
  for (size_t i = 0; i < problem->n_cells; i++) {
    if (problem->cells[i].mark == SX_RELEASE_SECONDARY)
      return sx_error_set(err, SX_E_ARGUMENT, problem->cells[i].key,
                          "it is marked secondary before anything was sought");
  }
  sx_release_result *r = sx_mem_zalloc(ctx, 1, sizeof *r);
  if (!r) return sx_error_memory(err);
  r->ctx = ctx ? *ctx : standard;
  sx_status status = sx_arena_new(&arena, &r->ctx, err);
  if (status == SX_OK) status = solve(r, arena, problem, rules, options ? options : &usual, err);
  if (status == SX_OK) status = sx_release_attack(&r->attacked, &r->ctx, problem, rules, err);
  sx_arena_free(arena);
  if (status != SX_OK) {
    sx_release_result_free(r);
    return status;
  }
  *out = r;
  return SX_OK;
}
