/* study_accounts.c: the accounts of a study computed: leaves from formulas or from the data, adjustments, periods and prices; then the
 * tree's own algebra, its groups, comparisons and sensitivity. */
#include "study_account.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
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

/* ---- leaves from formulas -------------------------------------------------------------------------------------------- */

static sx_status times(const sx_est **est, const sx_ctx *ctx, const sx_est *scale, sx_error *err) {
  const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {*est, scale};
  sx_expr *product = NULL;
  sx_est *scaled = NULL;
  SX_TRY(sx_expr_parse(&product, ctx, "a * b", err));
  const sx_status status = sx_est_formula(&scaled, ctx, product, names, values, 2, err);
  sx_expr_free(product);
  if (status != SX_OK) return status;
  sx_est_free((sx_est *)(uintptr_t)*est);
  *est = scaled;
  return SX_OK;
}

static sx_status factor(const sx_est **out, st_run *r, const st_formula *f, const char *domain, sx_error *err) {
  sx_est *est = NULL;
  if (!f->value.expr) return SX_OK;
  SX_TRY(study__formula_value(&est, r, f, domain, err));
  *out = est;
  return SX_OK;
}

static sx_status expand(const sx_est **est, sx_error *err) {
  sx_est *whole = NULL;
  if (!*est) return SX_OK;
  SX_TRY(sx_est_expand(&whole, *est, err)); /* shares, effects and sensitivities all rest on it */
  sx_est_free((sx_est *)(uintptr_t)*est);
  *est = whole;
  return SX_OK;
}

/* The fewest interviews behind an indicator of the formula, where it is estimated in the domain. */
static void count_interviews(size_t *n, const st_run *r, const st_formula *f, const char *domain) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_INDICATOR || op->fixed) continue;
    const st_indicator *ind = &r->s->indicators[op->index];
    const st_row *row = study__find_row(&r->rows, ind->id, op->statistic ? op->statistic : "", domain);
    if (row && row->n >= 0 && !study__is_formula(ind) && (size_t)row->n < *n) *n = (size_t)row->n;
  }
}

static sx_status name_inputs(sx_account_leaf *leaf, st_run *r, const st_account *a, const st_node *n, sx_error *err) {
  const struct {
    const st_formula *f;
    const char *factor, **out;
  } list[] = {{&n->population, "population", &leaf->population_input},
              {&n->penetration, "penetration", &leaf->penetration_input},
              {&n->spend, "spend", &leaf->spend_input},
              {&n->total, "total", &leaf->total_input},
              {&n->ratio, "ratio", &leaf->ratio_input}};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    if (!list[i].f->value.node) continue;
    *list[i].out = study__input_name(a, n, list[i].f, list[i].factor, r->arena);
    if (!*list[i].out) return sx_error_memory(err);
  }
  return SX_OK;
}

void study__leaf_clear(st_leaf *leaf) {
  const sx_est *const own[] = {leaf->leaf.population, leaf->leaf.penetration, leaf->leaf.spend, leaf->leaf.total,
                               leaf->leaf.ratio};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) sx_est_free((sx_est *)(uintptr_t)own[i]);
  sx_est_free(leaf->scale);
  leaf->scale = NULL;
  leaf->leaf = (sx_account_leaf){.total = NULL};
}

sx_status study__leaf_find(st_leaf *out, st_run *r, const st_account *a, const st_node *n, const char *domain,
                           sx_error *err) {
  const st_formula *const formulas[] = {&n->population, &n->penetration, &n->spend, &n->total, &n->ratio};
  sx_status status = SX_OK;
  *out = (st_leaf){.leaf = {.ratio_to = n->ratio_to, .ratio_base = n->ratio_base}, .n = SIZE_MAX};
  const sx_est **const values[] = {&out->leaf.population, &out->leaf.penetration, &out->leaf.spend, &out->leaf.total,
                                   &out->leaf.ratio};
  for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
    SX_TRY_GOTO(status, factor(values[i], r, formulas[i], domain, err), done);
    count_interviews(&out->n, r, formulas[i], domain);
  }
  SX_TRY_GOTO(status, name_inputs(&out->leaf, r, a, n, err), done);
  if (!a->scale.value.expr || (n->ratio_to && !n->population.value.expr)) goto done; /* a ratio to a scaled level */
  status = study__formula_value(&out->scale, r, &a->scale, domain, err);
done:
  if (status != SX_OK) study__leaf_clear(out);
  return status;
}

sx_status study__leaf_finish(st_leaf *leaf, const sx_ctx *ctx, sx_error *err) {
  const sx_est **const own[] = {&leaf->leaf.population, &leaf->leaf.penetration, &leaf->leaf.spend, &leaf->leaf.total,
                                &leaf->leaf.ratio};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) SX_TRY(expand(own[i], err));
  if (!leaf->scale) return SX_OK;
  SX_TRY(times(leaf->leaf.total ? &leaf->leaf.total : &leaf->leaf.population, ctx, leaf->scale, err));
  sx_est_free(leaf->scale);
  leaf->scale = NULL;
  return SX_OK;
}

sx_status study__share_population(st_leaf *leaf, st_shared_population *shared, sx_error *err) {
  const sx_est **own = &leaf->leaf.population;
  if (!*own) return SX_OK;
  if (!shared->found) {
    SX_TRY(sx_est_expand(&shared->whole, *own, err));
    shared->found = sx_est_ref(*own);
  }
  if (!sx_est_same(shared->found, *own)) return SX_OK;
  sx_est_free((sx_est *)(uintptr_t)*own);
  *own = sx_est_ref(shared->whole);
  return SX_OK;
}

sx_status study__leaf(st_leaf *out, st_run *r, const st_account *a, const st_node *n, const char *domain,
                      sx_error *err) {
  SX_TRY(study__leaf_find(out, r, a, n, domain, err));
  const sx_status status = study__leaf_finish(out, &r->ctx, err);
  if (status != SX_OK) study__leaf_clear(out);
  return status;
}

/* ---- the tree ---------------------------------------------------------------------------------------------------------- */

/* A plain number with an error is an outside figure: one and the same in every wave and account that reads it from here. */
static sx_status given_value(sx_est **out, st_run *r, const st_given *g, sx_error *err) {
  sx_est *est = NULL;
  SX_TRY(study__formula_value(&est, r, &g->value, "total", err));
  if (!(g->se > 0)) {
    *out = est;
    return SX_OK;
  }
  const double value = sx_est_value(est);
  sx_est_free(est);
  st_run *first = r;
  while (first->following) first = first->following;
  for (size_t i = 0; i < first->n_givens; i++) {
    if (first->givens[i].node != g->node) continue;
    *out = sx_est_ref(first->givens[i].est);
    return SX_OK;
  }
  if (!sx_mem_grow(&first->ctx, (void **)&first->givens, &first->cap_givens, first->n_givens + 1,
                   sizeof *first->givens))
    return sx_error_memory(err);
  SX_TRY(sx_est_outside(&est, &r->ctx, value, g->se, g->df, err));
  first->givens[first->n_givens++] = (struct st_given_value){g->node, sx_est_ref(est)};
  *out = est;
  return SX_OK;
}

static sx_status set_period(sx_account *account, st_run *r, const char *node, const st_given *period,
                            const st_given *price, sx_error *err) {
  sx_est *est = NULL;
  sx_status status = SX_OK;
  const char *input = sx_arena_printf(r->arena, "%s_factor", node);
  if (!input) return sx_error_memory(err);
  if (period->value.value.expr) {
    SX_TRY_GOTO(status, given_value(&est, r, period, err), done);
    SX_TRY_GOTO(status, sx_account_set_period(account, node, est, input, err), done);
  }
  if (price->value.value.expr) {
    sx_est_free(est);
    est = NULL;
    SX_TRY_GOTO(status, given_value(&est, r, price, err), done);
    status = sx_account_set_price(account, node, est, NULL, err);
  }
done:
  sx_est_free(est);
  return status;
}

static sx_status add_adjustment(sx_account *account, st_run *r, const st_node *n, sx_error *err) {
  sx_est *est = NULL;
  SX_TRY(given_value(&est, r, &n->given, err));
  const sx_status status = sx_account_adjust(account, n->id, n->parent, n->kind, est, err);
  sx_est_free(est);
  return status;
}

static sx_status add_node(sx_account *account, st_run *r, const st_account *a, const st_node *n, sx_est *from_data,
                          sx_error *err) {
  st_leaf own = {.n = 0};
  sx_status status = SX_OK;
  if (n->adjustment) return add_adjustment(account, r, n, err);
  if (from_data) {
    sx_est *scale = NULL;
    own.leaf.total = sx_est_ref(from_data);
    if (a->scale.value.expr) {
      SX_TRY_GOTO(status, study__formula_value(&scale, r, &a->scale, "total", err), done);
      status = times(&own.leaf.total, &r->ctx, scale, err);
      sx_est_free(scale);
      if (status != SX_OK) goto done;
    }
  } else if (n->leaf) {
    SX_TRY_GOTO(status, study__leaf(&own, r, a, n, "total", err), done);
  }
  SX_TRY_GOTO(status,
              sx_account_add(account, n->id, n->parent, n->scopes.items, n->scopes.n, n->leaf ? &own.leaf : NULL, err),
              done);
  if (n->codes.n) SX_TRY_GOTO(status, sx_account_set_codes(account, n->id, n->codes.items, n->codes.n, err), done);
  status = set_period(account, r, n->id, &n->period, &n->price, err);
done:
  study__leaf_clear(&own);
  return status;
}

sx_status study__build_account(sx_account **out, st_run *r, const st_account *a, sx_error *err) {
  sx_account *account = NULL;
  sx_status status = SX_OK;
  sx_est **totals = sx_mem_zalloc(&r->ctx, a->n_nodes, sizeof *totals);
  if (!totals) return sx_error_memory(err);
  SX_TRY_GOTO(status, data_leaves(r, a, totals, err), done);
  SX_TRY_GOTO(status, sx_account_new(&account, &r->ctx, err), done);
  for (size_t i = 0; i < a->n_nodes; i++) {
    status = add_node(account, r, a, &a->nodes[i], totals[i], err);
    if (status == SX_OK && i == 0) status = set_period(account, r, a->nodes[0].id, &a->period, &a->price, err);
    if (status == SX_OK) continue;
    study__add_place(err, r->s, a->nodes[i].node);
    goto done;
  }
  *out = account;
  account = NULL;
done:
  for (size_t i = 0; i < a->n_nodes; i++) sx_est_free(totals[i]);
  sx_mem_free(&r->ctx, totals);
  sx_account_free(account);
  return status;
}

/* Whether the account, of this wave or of the study that follows it, is compared between the two. */
static bool meets_waves(const st_run *r, const st_account *a) {
  const sx_study *s = r->following ? r->following->s : r->s;
  const size_t at = study__find_account(s, a->id, strlen(a->id));
  bool any = false;
  for (size_t i = 0; at != ST_NONE && i < s->accounts[at].n_compares; i++)
    any = any || s->accounts[at].compares[i].wave;
  return any;
}

static sx_status keep_built(st_account_run *w, sx_error *err) {
  st_run *r = w->r;
  if (!meets_waves(r, w->a)) return SX_OK;
  if (!r->built) r->built = sx_arena_zalloc(r->arena, r->s->n_accounts, sizeof *r->built);
  if (!r->built) return sx_error_memory(err);
  sx_account_free(r->built[w->index]);
  r->built[w->index] = w->account;
  w->account = NULL;
  return SX_OK;
}

void study__built_clear(st_run *r) {
  for (size_t i = 0; r->built && i < r->s->n_accounts; i++) sx_account_free(r->built[i]);
  r->built = NULL;
}

sx_status study__run_account(st_run *r, size_t index, sx_error *err) {
  const st_account *a = &r->s->accounts[index];
  st_account_run w = {.r = r, .a = a, .index = index, .options = SX_EST_OPTIONS_INIT};
  sx_account_result *result = NULL;
  sx_est *base = NULL;
  sx_status status = SX_OK;
  const st_where whole = {.n = 0, .name = "total"};
  w.options.ci_level = r->s->est.ci_level;
  w.options.df = r->s->est.df;
  w.step = study__step_id(r, "account", a->id);
  if (!w.step) {
    status = sx_error_memory(err);
    goto done;
  }
  if (a->benchmark.value.expr) SX_TRY_GOTO(status, study__formula_value(&base, r, &a->benchmark, "total", err), done);
  SX_TRY_GOTO(status, study__build_account(&w.account, r, a, err), done);
  SX_TRY_GOTO(status, sx_account_compute(&result, w.account, base, err), done);
  SX_TRY_GOTO(status, study__put_account_result(&w, result, &whole, err), done);
  if (!r->again) { /* else: for the changes between waves, which are of the whole */
    SX_TRY_GOTO(status, study__account_domains(&w, err), done);
    SX_TRY_GOTO(status, study__account_sensitivity(&w, err), done);
  }
  sx_account_result_free(result); /* its rows name the account's nodes */
  result = NULL;
  status = keep_built(&w, err);
done:
  if (status != SX_OK) {
    const size_t at = err ? study__find_node(a, err->where) : ST_NONE;
    sx_error_add_where(err, "account %s", a->id);
    study__add_place(err, r->s, at == ST_NONE ? a->node : a->nodes[at].node);
  }
  sx_account_result_free(result);
  sx_account_free(w.account);
  sx_est_free(base);
  return status;
}
