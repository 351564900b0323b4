/* study_accounts.c: the accounts of a study computed: leaves from formulas or from the data, then the tree's own algebra. */
#include "study_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAVES_AT_ONCE = 64 };

/* ---- leaves from the data ------------------------------------------------------------------------------------------ */

typedef struct leaf_batch {
  st_run *r;
  const st_account *a;
  size_t node[LEAVES_AT_ONCE], n;
  sx_column *y[LEAVES_AT_ONCE];
} leaf_batch;

static sx_status evaluate_leaf(void *data, size_t i, sx_error *err) {
  leaf_batch *b = data;
  return sx_expr_eval(&b->y[i], b->a->nodes[b->node[i]].data_total.expr, b->r->unit, "y", err);
}

static sx_status run_leaves(leaf_batch *b, sx_est **totals, sx_error *err) {
  st_run *r = b->r;
  sx_est_options options = SX_EST_OPTIONS_INIT;
  options.ci_level = r->s->est.ci_level;
  options.df = r->s->est.df;
  sx_est_request requests[LEAVES_AT_ONCE];
  sx_est_set *sets[LEAVES_AT_ONCE] = {NULL};
  sx_status status = sx_parallel_for(&r->ctx, b->n, evaluate_leaf, b, err);
  for (size_t i = 0; i < b->n; i++) requests[i] = (sx_est_request){.stat = SX_STAT_TOTAL, .y = b->y[i]};
  if (status == SX_OK) status = sx_estimate_run_many(sets, r->design, requests, b->n, &options, err);
  for (size_t i = 0; i < b->n; i++) {
    if (status == SX_OK && sets[i]->n_rows == 1 && sets[i]->rows[0].est) {
      totals[b->node[i]] = sx_est_ref(sets[i]->rows[0].est);
    } else if (status == SX_OK) {
      const sx_na na = sets[i]->n_rows == 1 ? sets[i]->rows[0].na : SX_NA_NONE;
      status = sx_est_missing(&totals[b->node[i]], &r->ctx, na == SX_NA_NONE ? SX_NA_OPERAND : na, err);
    }
    sx_est_set_free(sets[i]);
    sx_column_free(sx_table_ctx(r->unit), b->y[i]);
    b->y[i] = NULL;
  }
  b->n = 0;
  return status;
}

static sx_status data_leaves(st_run *r, const st_account *a, sx_est **totals, sx_error *err) {
  leaf_batch *b = sx_mem_zalloc(&r->ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  b->r = r;
  b->a = a;
  sx_status status = SX_OK;
  for (size_t i = 0; i < a->n_nodes && status == SX_OK; i++) {
    if (!a->nodes[i].data_total.expr) continue;
    b->node[b->n++] = i;
    if (b->n == LEAVES_AT_ONCE) status = run_leaves(b, totals, err);
  }
  if (status == SX_OK && b->n) status = run_leaves(b, totals, err);
  sx_mem_free(&r->ctx, b);
  return status;
}

/* ---- the tree ---------------------------------------------------------------------------------------------------------- */

static sx_status times(sx_est **est, st_run *r, const sx_expr *product, const sx_est *scale, sx_error *err) {
  const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {*est, scale};
  sx_est *scaled = NULL;
  SX_TRY(sx_est_formula(&scaled, &r->ctx, product, names, values, 2, err));
  sx_est_free(*est);
  *est = scaled;
  return SX_OK;
}

typedef struct parts {
  sx_est *population, *penetration, *spend, *total;
} parts;

static sx_status leaf_parts(parts *p, st_run *r, const st_node *n, sx_est *from_data, const sx_expr *product,
                            const sx_est *scale, sx_error *err) {
  if (from_data) {
    p->total = sx_est_ref(from_data);
  } else if (n->total.value.expr) {
    SX_TRY(study__formula_value(&p->total, r, &n->total, "total", err));
  } else {
    SX_TRY(study__formula_value(&p->population, r, &n->population, "total", err));
    SX_TRY(study__formula_value(&p->penetration, r, &n->penetration, "total", err));
    SX_TRY(study__formula_value(&p->spend, r, &n->spend, "total", err));
  }
  if (!scale) return SX_OK;
  return times(p->total ? &p->total : &p->population, r, product, scale, err);
}

static sx_status add_node(sx_account *account, st_run *r, const st_node *n, sx_est *from_data, const sx_expr *product,
                          const sx_est *scale, sx_error *err) {
  parts p = {NULL, NULL, NULL, NULL};
  sx_status status = SX_OK;
  if (n->leaf) SX_TRY_GOTO(status, leaf_parts(&p, r, n, from_data, product, scale, err), done);
  const sx_account_leaf leaf = {
      .population = p.population, .penetration = p.penetration, .spend = p.spend, .total = p.total};
  SX_TRY_GOTO(status,
              sx_account_add(account, n->id, n->parent, n->scopes.items, n->scopes.n, n->leaf ? &leaf : NULL, err),
              done);
  if (n->codes.n) status = sx_account_set_codes(account, n->id, n->codes.items, n->codes.n, err);
done:
  sx_est_free(p.population);
  sx_est_free(p.penetration);
  sx_est_free(p.spend);
  sx_est_free(p.total);
  return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------ */

static bool asks_for(const st_formula *f, size_t account, const char *node, const char *scope, const char *measure,
                     const sx_study *s) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_ACCOUNT && op->index == account &&
        strcmp(s->accounts[account].nodes[op->node].id, node) == 0 && strcmp(op->statistic, measure) == 0 &&
        (scope ? op->scope && strcmp(op->scope, scope) == 0 : !op->scope)) {
      return true;
    }
  }
  return false;
}

/* Whether some formula or other account rests on this very row. */
static bool is_operand(const sx_study *s, size_t account, const sx_account_row *row) {
  const char *measure = sx_account_measure_name(row->measure);
  for (size_t i = 0; i < s->n_indicators; i++) {
    if (asks_for(&s->indicators[i].formula, account, row->id, row->scope, measure, s)) return true;
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    bool asked = asks_for(&a->benchmark, account, row->id, row->scope, measure, s) ||
                 asks_for(&a->scale, account, row->id, row->scope, measure, s);
    for (size_t k = 0; k < a->n_nodes && !asked; k++) {
      const st_node *n = &a->nodes[k];
      asked = asks_for(&n->population, account, row->id, row->scope, measure, s) ||
              asks_for(&n->penetration, account, row->id, row->scope, measure, s) ||
              asks_for(&n->spend, account, row->id, row->scope, measure, s) ||
              asks_for(&n->total, account, row->id, row->scope, measure, s);
    }
    if (asked) return true;
  }
  const st_formula *f = NULL;
  for (size_t i = 0; (f = study__balance_formula(s, i)) != NULL; i++)
    if (asks_for(f, account, row->id, row->scope, measure, s)) return true;
  return false;
}

static sx_status put_account_row(st_run *r, size_t account, const char *step, const sx_account_row *row,
                                 sx_error *err) {
  const st_account *a = &r->s->accounts[account];
  sx_est_options options = SX_EST_OPTIONS_INIT;
  options.ci_level = r->s->est.ci_level;
  options.df = r->s->est.df;
  sx_est_row out = {.estimate = (double)NAN};
  st_where where = {.n = 0, .name = "total"};
  const char *id = sx_arena_printf(r->arena, "%s/%s", a->id, row->id);
  const char *measure = sx_account_measure_name(row->measure);
  if (!id) return sx_error_memory(err);
  if (row->scope) {
    where.terms[where.n++] = (sx_store_term){"scope", row->scope, {"范围", "scope"}, {row->scope, row->scope}};
    where.name = sx_arena_printf(r->arena, "scope:%s", row->scope);
    if (!where.name) return sx_error_memory(err);
  }
  SX_TRY(sx_est_describe(&out, row->est, false, &options, err));
  out.n = 0;
  out.deff = out.n_eff = (double)NAN;
  int64_t row_id = 0;
  const char *unit = row->measure == SX_ACCOUNT_LEVEL ? a->unit : NULL;
  sx_status status = r->again ? SX_OK : study__put_est(&row_id, r, step, id, measure, unit, &where, &out, err);
  const bool operand = is_operand(r->s, account, row);
  if (status == SX_OK && operand && !r->again) status = study__put_carrier(r, row_id, row->est, err);
  if (status == SX_OK && (operand || a->followed)) {
    const char *name = sx_arena_printf(r->arena, "%s|%s|%s", id, where.name, measure);
    status = name ? study__keep_value(r, name, row->est, err) : sx_error_memory(err);
  }
  sx_est_free(out.est);
  return status;
}

static sx_status fill_account(sx_account *account, st_run *r, const st_account *a, sx_est *const *totals,
                              const sx_est *scale, sx_error *err) {
  sx_expr *product = NULL;
  SX_TRY(sx_expr_parse(&product, &r->ctx, "a * b", err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < a->n_nodes && status == SX_OK; i++) {
    status = add_node(account, r, &a->nodes[i], totals[i], product, scale, err);
  }
  sx_expr_free(product);
  return status;
}

sx_status study__run_account(st_run *r, size_t index, sx_error *err) {
  const st_account *a = &r->s->accounts[index];
  sx_account *account = NULL;
  sx_account_result *result = NULL;
  sx_est *scale = NULL, *base = NULL;
  sx_status status = SX_OK;
  const char *step = study__step_id(r, "account", a->id);
  sx_est **totals = sx_mem_zalloc(&r->ctx, a->n_nodes, sizeof *totals);
  if (!totals || !step) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, data_leaves(r, a, totals, err), done);
  if (a->scale.value.expr) SX_TRY_GOTO(status, study__formula_value(&scale, r, &a->scale, "total", err), done);
  if (a->benchmark.value.expr) SX_TRY_GOTO(status, study__formula_value(&base, r, &a->benchmark, "total", err), done);
  SX_TRY_GOTO(status, sx_account_new(&account, &r->ctx, err), done);
  SX_TRY_GOTO(status, fill_account(account, r, a, totals, scale, err), done);
  SX_TRY_GOTO(status, sx_account_compute(&result, account, base, err), done);
  for (size_t i = 0; i < result->n_rows; i++) {
    SX_TRY_GOTO(status, put_account_row(r, index, step, &result->rows[i], err), done);
  }
done:
  if (status != SX_OK) {
    sx_error_add_where(err, "account %s", a->id);
    study__add_place(err, r->s, a->node);
  }
  for (size_t i = 0; totals && i < a->n_nodes; i++) sx_est_free(totals[i]);
  sx_mem_free(&r->ctx, totals);
  sx_account_result_free(result);
  sx_account_free(account);
  sx_est_free(scale);
  sx_est_free(base);
  return status;
}
