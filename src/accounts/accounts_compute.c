/* accounts_compute.c: the rows of every node, for the whole tree and for each scope.
 *
 *   share of parent      L / L(parent);  share of total  L / L(root);  share of benchmark  L / B
 *
 * Levels are made in accounts_levels.c, what their linear variance leaves out in accounts_second.c. The error of a share carries the
 * covariance of part and whole. Binder (1983) ISR 51:279-292. */
#include "accounts_priv.h"

#include <math.h>

static const char *const measure_names[] = {"level",        "share_of_parent", "share_of_total", "share_of_benchmark",
                                            "level_before", "level_after",     "level_measured", "level_constant",
                                            "price_effect"};

const char *sx_account_measure_name(sx_account_measure measure) {
  const size_t i = (size_t)measure;
  return i < sizeof measure_names / sizeof *measure_names ? measure_names[i] : "unknown";
}

enum { N_MODES = SX_ACCOUNTS__MEASURED + 1 };

/* What one call works with; everything here is freed at its end. */
typedef struct work {
  const sx_account *account;
  const sx_est *benchmark;
  sx_accounts__raw raw;
  sx_accounts__second *second;
  bool uses[N_MODES];
  sx_accounts__levels whole[N_MODES], part[N_MODES]; /* of the whole tree; of the scope at hand */
  sx_account_result *result;
  size_t cap_rows;
} work;

/* Above this part of the linear variance a row says that the linear error is too small. */
static const double second_order_note = 0.01;

/* ---- one row ---------------------------------------------------------------------------------------------------------------- */

static void set_error(sx_account_row *row, double second) {
  const double linear = sx_est_variance(row->est);
  row->second_order = isnan(linear) ? (double)NAN : second;
  row->se = isnan(second) ? sqrt(linear) : sqrt(linear + second);
  if (second > second_order_note * linear) row->flags |= SX_ACCOUNT_SECOND_ORDER;
}

/* Takes est, also on failure. levels NULL: a share. */
static sx_status add_row(work *w, size_t node, ptrdiff_t scope, sx_account_measure measure, sx_est *est,
                         const sx_accounts__levels *levels, sx_error *err) {
  sx_account_result *result = w->result;
  const sx_account_node *nodes = w->account->nodes;
  double second = (double)NAN;
  sx_status status = SX_OK;
  if (levels) {
    const sx_accounts__place place = {node, measure, levels};
    status = sx_accounts__second_of(&second, w->second, &place, err);
  }
  if (status == SX_OK &&
      !sx_mem_grow(&w->account->ctx, (void **)&result->rows, &w->cap_rows, result->n_rows + 1, sizeof *result->rows))
    status = sx_error_memory(err);
  if (status != SX_OK) {
    sx_est_free(est);
    return status;
  }
  sx_account_row *row = &result->rows[result->n_rows++];
  *row = (sx_account_row){
      .id = nodes[node].id,
      .parent = nodes[node].parent >= 0 ? nodes[nodes[node].parent].id : NULL,
      .depth = nodes[node].depth,
      .scope = scope >= 0 ? w->account->scopes[scope] : NULL,
      .measure = measure,
      .est = est,
      .kind = nodes[node].kind,
      .flags = isnan(sx_est_value(est)) ? SX_ACCOUNT_NO_VALUE : 0,
  };
  set_error(row, second);
  return SX_OK;
}

static sx_status add_share(work *w, size_t node, ptrdiff_t scope, sx_account_measure measure, const sx_est *level,
                           const sx_est *whole, sx_error *err) {
  const sx_est *const values[] = {level, whole};
  sx_est *share = NULL;
  SX_TRY(sx_accounts__memo_formula_late(&share, w->raw.memo, &w->account->ctx, "a / b", values, 2, err));
  return add_row(w, node, scope, measure, share, NULL, err);
}

/* ---- one node --------------------------------------------------------------------------------------------------------------- */

static sx_status add_levels(work *w, size_t i, ptrdiff_t scope, const sx_accounts__levels *all, sx_error *err) {
  const sx_accounts__levels *now = &all[SX_ACCOUNTS__CURRENT];
  if (now->before[i]) SX_TRY(add_row(w, i, scope, SX_ACCOUNT_LEVEL_BEFORE, sx_est_ref(now->before[i]), now, err));
  if (now->after[i]) SX_TRY(add_row(w, i, scope, SX_ACCOUNT_LEVEL_AFTER, sx_est_ref(now->after[i]), now, err));
  const sx_accounts__levels *measured = &all[SX_ACCOUNTS__MEASURED], *constant = &all[SX_ACCOUNTS__CONSTANT];
  if (measured->level) SX_TRY(add_row(w, i, scope, SX_ACCOUNT_MEASURED, sx_est_ref(measured->level[i]), measured, err));
  if (!constant->level) return SX_OK;
  SX_TRY(add_row(w, i, scope, SX_ACCOUNT_CONSTANT, sx_est_ref(constant->level[i]), constant, err));
  const sx_est *const values[] = {now->level[i], constant->level[i]};
  const double coefficients[] = {1, -1};
  sx_est *price = NULL;
  SX_TRY(sx_accounts__memo_linear_late(&price, w->raw.memo, &w->account->ctx, coefficients, values, 2, err));
  return add_row(w, i, scope, SX_ACCOUNT_PRICE_EFFECT, price, now, err);
}

static sx_status add_node(work *w, size_t i, ptrdiff_t scope, const sx_accounts__levels *all, sx_error *err) {
  const sx_accounts__levels *now = &all[SX_ACCOUNTS__CURRENT];
  const ptrdiff_t parent = w->account->nodes[i].parent;
  const sx_est *level = now->level[i];
  SX_TRY(add_row(w, i, scope, SX_ACCOUNT_LEVEL, sx_est_ref(level), now, err));
  if (parent >= 0) {
    SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_PARENT, level, now->level[parent], err));
    SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_TOTAL, level, now->level[0], err));
  }
  if (w->benchmark) SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_BENCHMARK, level, w->benchmark, err));
  return add_levels(w, i, scope, all, err);
}

/* ---- the tree ----------------------------------------------------------------------------------------------------------------- */

static void clear_levels(sx_accounts__levels *all) {
  for (size_t m = 0; m < N_MODES; m++) sx_accounts__levels_clear(&all[m]);
}

static sx_status make_levels(work *w, sx_accounts__levels *all, ptrdiff_t scope, sx_error *err) {
  for (size_t m = 0; m < N_MODES; m++)
    if (w->uses[m]) SX_TRY(sx_accounts__levels_init(&all[m], &w->raw, scope, (sx_accounts__mode)m, &w->whole[m], err));
  return SX_OK;
}

static sx_status compute_scope(work *w, ptrdiff_t scope, sx_error *err) {
  sx_accounts__levels *all = scope < 0 ? w->whole : w->part;
  SX_TRY(make_levels(w, all, scope, err));
  for (size_t i = 0; i < w->account->n_nodes; i++) {
    if (!all[SX_ACCOUNTS__CURRENT].level[i]) continue;
    const sx_status status = add_node(w, i, scope, all, err);
    if (status == SX_OK) continue;
    if (err && !err->where[0]) sx_error_add_where(err, "%s", w->account->nodes[i].id);
    return status;
  }
  if (scope >= 0) clear_levels(w->part);
  return SX_OK;
}

static sx_status work_init(work *w, const sx_account *account, const sx_est *benchmark, sx_accounts__memo *memo,
                           sx_error *err) {
  *w = (work){.account = account, .benchmark = benchmark};
  w->uses[SX_ACCOUNTS__CURRENT] = true;
  w->uses[SX_ACCOUNTS__CONSTANT] = sx_accounts__has(account, SX_ACCOUNTS__PRICE);
  w->uses[SX_ACCOUNTS__MEASURED] = sx_accounts__has(account, SX_ACCOUNTS__PERIOD);
  SX_TRY(sx_accounts__raw_init(&w->raw, account, memo, err));
  SX_TRY(sx_accounts__second_new(&w->second, &w->raw, err));
  w->result = sx_mem_zalloc(&account->ctx, 1, sizeof *w->result);
  if (!w->result) return sx_error_memory(err);
  w->result->ctx = account->ctx;
  return SX_OK;
}

sx_status sx_accounts__compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                               sx_accounts__memo *memo, sx_error *err) {
  SX_TRY(sx_account_check(account, err));
  work w;
  sx_status status = work_init(&w, account, benchmark, memo, err);
  for (ptrdiff_t scope = -1; status == SX_OK && scope < (ptrdiff_t)account->n_scopes; scope++)
    status = compute_scope(&w, scope, err);
  if (status == SX_OK) {
    *out = w.result;
    w.result = NULL;
  }
  sx_account_result_free(w.result);
  clear_levels(w.part);
  clear_levels(w.whole);
  sx_accounts__second_free(w.second);
  sx_accounts__raw_clear(&w.raw);
  return status;
}

sx_status sx_account_compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                             sx_error *err) {
  if (!out || !account) return sx_error_set(err, SX_E_ARGUMENT, "", "out and account are needed");
  sx_accounts__memo *memo = NULL;
  SX_TRY(sx_accounts__memo_new(&memo, &account->ctx, err));
  const sx_status status = sx_accounts__compute(out, account, benchmark, memo, err);
  sx_accounts__memo_free(memo);
  return status;
}

sx_status sx_account_describe(sx_est_row *out, const sx_account_row *row, const sx_est_options *options,
                              sx_error *err) {
  if (!out || !row || !row->est) return sx_error_set(err, SX_E_ARGUMENT, "", "out and a row are needed");
  SX_TRY(sx_est_describe(out, row->est, false, options, err));
  if (!(row->second_order > 0) || !(out->se > 0)) return SX_OK;
  const double wider = row->se / out->se;
  out->se = row->se;
  out->low = out->estimate - wider * (out->estimate - out->low);
  out->high = out->estimate + wider * (out->high - out->estimate);
  out->cv *= wider;
  return SX_OK;
}

void sx_account_result_free(sx_account_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  for (size_t i = 0; i < result->n_rows; i++) sx_est_free(result->rows[i].est);
  sx_mem_free(&ctx, result->rows);
  sx_mem_free(&ctx, result);
}
