/* study_formula.c: indicators that are formulas of others, by the algebra of estimates, in the order in which they rest on each other. */
#include "study_balance.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- operands ---------------------------------------------------------------------------------------------------- */

/* name is kept by the caller's arena; est is referenced. */
sx_status study__keep_value(st_run *r, const char *name, sx_est *est, sx_error *err) {
  int32_t code = 0;
  if (!r->value_names) SX_TRY(sx_dict_new(&r->value_names, &r->ctx, err));
  const size_t names = sx_dict_count(r->value_names);
  if (!sx_mem_grow(&r->ctx, (void **)&r->values, &r->cap_values, r->n_values + 1, sizeof *r->values) ||
      !sx_mem_grow(&r->ctx, (void **)&r->value_at, &r->cap_value_at, names + 1, sizeof *r->value_at))
    return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, r->value_names, name, strlen(name), err));
  if ((size_t)code == names) r->value_at[code] = r->n_values;
  r->values[r->n_values++] = (st_value){name, sx_est_ref(est), false};
  return SX_OK;
}

st_value *study__kept_value(const st_run *r, const char *name) {
  const int32_t code = r->value_names ? sx_dict_find(r->value_names, name, strlen(name)) : -1;
  return code < 0 ? NULL : &r->values[r->value_at[code]];
}

void study__values_clear(st_run *r) {
  for (size_t i = 0; i < r->n_values; i++) sx_est_free(r->values[i].est);
  sx_mem_free(&r->ctx, r->values);
  sx_mem_free(&r->ctx, r->value_at);
  sx_dict_free(r->value_names);
  r->values = NULL;
  r->value_at = NULL;
  r->value_names = NULL;
  r->n_values = r->cap_values = r->cap_value_at = 0;
}

/* An estimate of a reused step: its carrier from the store, onto the same design. */
static sx_status stored_value(sx_est **out, st_run *r, const char *indicator, const char *statistic, const char *domain,
                              sx_error *err) {
  const st_row *row = study__find_row(&r->rows, indicator, statistic, domain);
  void *data = NULL;
  size_t n = 0;
  if (!row)
    return sx_error_set(err, SX_E_DATA, indicator, "there is no estimate of '%s' in the domain '%s'", indicator,
                        domain);
  SX_TRY(sx_store_carrier(&data, &n, r->store, row->id, err));
  if (!data) { /* an estimate that could not be made has none */
    return isnan(row->estimate)
               ? sx_est_missing(out, &r->ctx, row->na, err)
               : sx_error_set(err, SX_E_INTERNAL, indicator, "the carrier of '%s' is not stored", domain);
  }
  const sx_status status = sx_est_unpack(out, &r->ctx, data, n, r->design, err);
  sx_mem_free(&r->ctx, data);
  return status;
}

static sx_status value_of(const sx_est **out, st_run *r, const char *indicator, const char *statistic,
                          const char *domain, sx_error *err) {
  char name[700];
  sx_est *est = NULL;
  (void)snprintf(name, sizeof name, "%s|%s%s%s", indicator, domain, statistic ? "|" : "", statistic ? statistic : "");
  const st_value *there = study__kept_value(r, name);
  if (there) {
    *out = there->est;
    return SX_OK;
  }
  const char *kept = sx_arena_strdup(r->arena, name);
  if (!kept) return sx_error_memory(err);
  SX_TRY(stored_value(&est, r, indicator, statistic, domain, err));
  const sx_status status = study__keep_value(r, kept, est, err);
  if (status == SX_OK) *out = r->values[r->n_values - 1].est;
  sx_est_free(est);
  return status;
}

sx_status study__value(const sx_est **out, st_run *r, const char *indicator, const char *statistic, const char *domain,
                       sx_error *err) {
  return value_of(out, r, indicator, statistic, domain, err);
}

static sx_status made_once(sx_est **out, st_run *r, double value, double se, double df, sx_error *err) {
  return *out ? SX_OK : sx_est_outside(out, &r->ctx, value, se, df, err);
}

/* In a group its value there: each an outside figure of its own. The figure of the whole does not stand in for a group: a formula that means
 * it says so (population.total). A figure that an earlier wave takes from the study is the same figure there: its error is one. */
static sx_status benchmark(const sx_est **out, st_run *r, size_t i, const char *domain, sx_error *err) {
  if (!r->benchmarks) {
    r->benchmarks = sx_arena_zalloc(r->arena, r->s->n_benchmarks, sizeof *r->benchmarks);
    r->benchmarks_by = sx_arena_zalloc(r->arena, r->s->n_benchmarks, sizeof *r->benchmarks_by);
    if (!r->benchmarks || !r->benchmarks_by) return sx_error_memory(err);
  }
  const st_benchmark *b = &r->s->benchmarks[i];
  const size_t at = r->following ? study__find_benchmark(r->following->s, b->id) : ST_NONE;
  if (at != ST_NONE && r->following->s->benchmarks[at].node == b->node)
    return benchmark(out, r->following, at, domain, err);
  if (b->n_by && !r->benchmarks_by[i]) {
    r->benchmarks_by[i] = sx_arena_zalloc(r->arena, b->n_by, sizeof *r->benchmarks_by[i]);
    if (!r->benchmarks_by[i]) return sx_error_memory(err);
  }
  for (size_t k = 0; k < b->n_by; k++) {
    if (strcmp(b->by[k].domain, domain) != 0) continue;
    SX_TRY(made_once(&r->benchmarks_by[i][k], r, b->by[k].value, b->by[k].se, b->by[k].df, err));
    *out = r->benchmarks_by[i][k];
    return SX_OK;
  }
  if (strcmp(domain, "total") != 0)
    return sx_error_set(err, SX_E_DATA, b->id,
                        "the benchmark '%s' has no value for the group '%s': give it 'by: {\"%s\": ...}', or write "
                        "%s.total where the figure of the whole is meant",
                        b->id, domain, domain, b->id);
  SX_TRY(made_once(&r->benchmarks[i], r, b->value, b->se, b->df, err));
  *out = r->benchmarks[i];
  return SX_OK;
}

void study__benchmarks_clear(st_run *r) {
  for (size_t i = 0; r->benchmarks && i < r->s->n_benchmarks; i++) {
    sx_est_free(r->benchmarks[i]);
    for (size_t k = 0; r->benchmarks_by && r->benchmarks_by[i] && k < r->s->benchmarks[i].n_by; k++)
      sx_est_free(r->benchmarks_by[i][k]);
  }
}

static sx_status operand(const sx_est **out, st_run *r, const st_operand *op, const char *domain, sx_error *err) {
  const sx_study *s = r->s;
  if (op->kind == ST_OPERAND_BENCHMARK) {
    const char *there = op->fixed ? study__domain_text(s, &op->domain, r->arena) : domain;
    return there ? benchmark(out, r, op->index, there, err) : sx_error_memory(err);
  }
  if (op->kind == ST_OPERAND_BALANCE) return study__balance_value(out, r, op, domain, err);
  if (op->kind == ST_OPERAND_ACCOUNT) {
    const st_account *a = &s->accounts[op->index];
    const char *id = sx_arena_printf(r->arena, "%s/%s", a->id, a->nodes[op->node].id);
    const char *where = op->levels || op->own ? domain
                        : op->scope           ? sx_arena_printf(r->arena, "scope:%s", op->scope)
                                              : study__domain_text(s, &op->domain, r->arena);
    return id && where ? value_of(out, r, id, op->statistic, where, err) : sx_error_memory(err);
  }
  const char *where = op->fixed ? study__domain_text(r->s, &op->domain, r->arena) : domain;
  return where ? value_of(out, r, s->indicators[op->index].id, op->statistic, where, err) : sx_error_memory(err);
}

sx_status study__formula_value(sx_est **out, st_run *r, const st_formula *f, const char *domain, sx_error *err) {
  const char **names = sx_arena_alloc(r->arena, f->n, sizeof *names);
  const sx_est **values = sx_arena_alloc(r->arena, f->n, sizeof *values);
  if (!names || !values) return sx_error_memory(err);
  bool compares = false; /* domains with one another */
  for (size_t i = 0; i < f->n; i++) {
    names[i] = f->operands[i].name;
    compares = compares || (f->operands[i].kind == ST_OPERAND_INDICATOR && f->operands[i].fixed);
    SX_TRY(operand(&values[i], r, &f->operands[i], domain, err));
  }
  SX_TRY(sx_est_formula(out, &r->ctx, f->value.expr, names, values, f->n, err));
  if (compares) sx_est_need_errors(*out, values, f->n);
  return SX_OK;
}

/* ---- formula indicators --------------------------------------------------------------------------------------------- */

typedef struct results {
  st_result *items;
  size_t n, cap;
} results;

static sx_status add_domain(results *out, st_run *r, const st_indicator *ind, size_t by, sx_error *err) {
  const st_domain total = {.n = 0};
  st_where *where = NULL;
  size_t n = 0;
  SX_TRY(study__expand(&where, &n, r, by == ST_NONE ? &total : &ind->by[by], err));
  if (!sx_mem_grow(&r->ctx, (void **)&out->items, &out->cap, out->n + n, sizeof *out->items))
    return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    sx_est *est = NULL;
    SX_TRY(study__formula_value(&est, r, &ind->formula, where[i].name, err));
    st_result res = {.where = &where[i], .by = by};
    const sx_status status = sx_est_describe(&res.row, est, false, &ind->est, err);
    sx_est_free(est); /* the row holds its own reference */
    if (status != SX_OK) return status;
    res.row.n = 0;
    res.row.deff = res.row.n_eff = (double)NAN;
    out->items[out->n++] = res;
  }
  return SX_OK;
}

static sx_status run_formula(st_run *r, const st_indicator *ind, sx_error *err) {
  results out = {NULL, 0, 0};
  sx_status status = add_domain(&out, r, ind, ST_NONE, err);
  for (size_t k = 0; k < ind->n_by && status == SX_OK; k++) status = add_domain(&out, r, ind, k, err);
  if (status == SX_OK) status = study__put_results(r, ind, out.items, out.n, err);
  for (size_t i = 0; i < out.n; i++) sx_est_free(out.items[i].row.est);
  sx_mem_free(&r->ctx, out.items);
  if (status != SX_OK) {
    sx_error_add_where(err, "indicator %s", ind->id);
    study__add_place(err, r->s, ind->node);
  }
  return status;
}

static bool is_formula_step(const st_run *r, const st_step *step) {
  if (!study__to_compute(r, step)) return false;
  return step->kind == ST_STEP_ACCOUNT || step->kind == ST_STEP_BALANCE ||
         (step->kind == ST_STEP_INDICATOR && study__is_formula(&r->s->indicators[step->index]));
}

sx_status study__run_formulas(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  size_t n = 0, done = 0;
  for (size_t i = 0; i < r->plan->n; i++) n += is_formula_step(r, &r->plan->steps[i]);
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (!is_formula_step(r, step)) continue;
    sx_ctx_progress(&r->ctx, "accounts", done++, n);
    if (step->kind == ST_STEP_ACCOUNT) {
      SX_TRY(study__run_account(r, step->index, err));
    } else if (step->kind == ST_STEP_BALANCE) {
      SX_TRY(study__run_balance(r, step->index, err));
    } else {
      SX_TRY(run_formula(r, &s->indicators[step->index], err));
    }
    SX_TRY(sx_ctx_poll(&r->ctx, err));
  }
  return SX_OK;
}
