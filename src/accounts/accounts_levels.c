/* accounts_levels.c: levels as measured, and those of a scope at current prices, at constant prices, without period factors.
 *
 *   as measured   leaf  N p s, or its total; s = R s(other) or R L(other) where there is a ratio R; branch: sum of children
 *   leaf          measured x T      (T period factor; left out of MEASURED), / P (price index) in CONSTANT
 *   adjustments   effect of a factor l (x - 1), coverage l (1/x - 1), overlap -l x, amount -x (x/P, x/T in the other modes)
 *   branch        sum of children in the scope, then its adjustments
 *
 * All of it is the algebra of estimates. An adjusted level is the sum of what was before and the effect, so that rows add in value
 * and in carrier. */
#include "accounts_priv.h"

#include <math.h>
#include <string.h>

sx_status sx_accounts__formula(sx_est **out, const sx_ctx *ctx, const char *text, const sx_est *const *values, size_t n,
                               bool late, sx_error *err) {
  static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
  sx_expr *expr = NULL;
  SX_TRY(sx_expr_parse(&expr, ctx, text, err));
  const sx_status status = late ? sx_est_formula_late(out, ctx, expr, names, values, n, err)
                                : sx_est_formula(out, ctx, expr, names, values, n, err);
  sx_expr_free(expr);
  return status;
}

static sx_est **est_array(const sx_account *account) {
  return sx_mem_zalloc(&account->ctx, account->n_nodes, sizeof(sx_est *));
}

static void free_ests(const sx_account *account, sx_est **list) {
  for (size_t i = 0; list && i < account->n_nodes; i++) sx_est_free(list[i]);
  sx_mem_free(&account->ctx, list);
}

/* ---- as measured ------------------------------------------------------------------------------------------------------------ */

static sx_status measure_spend(sx_accounts__raw *raw, size_t i, sx_error *err) {
  const sx_account *account = raw->account;
  const sx_account_node *node = &account->nodes[i];
  if (!node->ratio_to) {
    if (node->est[SX_ACCOUNTS__SPEND]) raw->spend[i] = sx_est_ref(node->est[SX_ACCOUNTS__SPEND]);
    return SX_OK;
  }
  const size_t to = (size_t)sx_accounts__find(account, node->ratio_to);
  const sx_est *base = node->ratio_base == SX_ACCOUNT_OF_SPEND ? raw->spend[to] : raw->level[to];
  const sx_est *const values[] = {node->est[SX_ACCOUNTS__RATIO], base};
  return sx_accounts__memo_formula(&raw->spend[i], raw->memo, &account->ctx, "a * b", values, 2, err);
}

static sx_status measure_leaf(sx_accounts__raw *raw, size_t i, sx_error *err) {
  const sx_account_node *node = &raw->account->nodes[i];
  if (node->est[SX_ACCOUNTS__TOTAL]) {
    raw->level[i] = sx_est_ref(node->est[SX_ACCOUNTS__TOTAL]);
    return SX_OK;
  }
  SX_TRY(measure_spend(raw, i, err));
  if (!node->est[SX_ACCOUNTS__POPULATION]) { /* the ratio is to a level, and gives one */
    raw->level[i] = raw->spend[i];
    raw->spend[i] = NULL;
    return SX_OK;
  }
  const sx_est *const values[] = {node->est[SX_ACCOUNTS__POPULATION], node->est[SX_ACCOUNTS__PENETRATION],
                                  raw->spend[i]};
  return sx_accounts__memo_formula(&raw->level[i], raw->memo, &raw->account->ctx, "a * b * c", values, 3, err);
}

static sx_status sum_children(sx_est **out, const sx_account *account, sx_accounts__memo *memo, size_t i,
                              sx_est *const *level, sx_error *err) {
  size_t n = 0;
  const sx_est **parts = sx_mem_alloc(&account->ctx, account->n_nodes, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  for (ptrdiff_t j = account->nodes[i].first_child; j >= 0; j = account->nodes[j].next)
    if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT && level[j]) parts[n++] = level[j];
  const sx_status status = n > 0 ? sx_accounts__memo_linear(out, memo, &account->ctx, NULL, parts, n, err) : SX_OK;
  sx_mem_free(&account->ctx, (void *)parts);
  return status;
}

static bool any_level_ratio(const sx_account *account) {
  for (size_t i = 0; i < account->n_nodes; i++)
    if (account->nodes[i].ratio_to && account->nodes[i].ratio_base == SX_ACCOUNT_OF_LEVEL) return true;
  return false;
}

sx_status sx_accounts__raw_init(sx_accounts__raw *raw, const sx_account *account, sx_accounts__memo *memo,
                                sx_error *err) {
  size_t *order = NULL, n = 0;
  *raw = (sx_accounts__raw){account, NULL, NULL, memo};
  SX_TRY(sx_accounts__order(&order, &n, account, err));
  sx_status status = SX_OK;
  const bool branches = any_level_ratio(account);
  raw->level = est_array(account);
  raw->spend = est_array(account);
  if (!raw->level || !raw->spend) status = sx_error_memory(err);
  for (size_t k = 0; status == SX_OK && k < n; k++) {
    const size_t i = order[k];
    if (account->nodes[i].kind == SX_ACCOUNT_LEAF)
      status = measure_leaf(raw, i, err);
    else if (branches)
      status = sum_children(&raw->level[i], account, memo, i, raw->level, err);
    if (status != SX_OK) sx_error_add_where(err, "%s", account->nodes[i].id);
  }
  sx_mem_free(&account->ctx, order);
  if (status != SX_OK) sx_accounts__raw_clear(raw);
  return status;
}

void sx_accounts__raw_clear(sx_accounts__raw *raw) {
  free_ests(raw->account, raw->level);
  free_ests(raw->account, raw->spend);
  raw->level = raw->spend = NULL;
}

/* ---- levels of a scope -------------------------------------------------------------------------------------------------------- */

static const sx_est *declared(const sx_account *account, size_t i, sx_accounts__factor factor) {
  const ptrdiff_t at = sx_accounts__declares(account, i, factor);
  return at >= 0 ? account->nodes[at].est[factor] : NULL;
}

static sx_status leaf_level(sx_accounts__levels *out, const sx_accounts__raw *raw, size_t i, sx_error *err) {
  const sx_account *account = out->account;
  const sx_est *period = out->mode == SX_ACCOUNTS__MEASURED ? NULL : declared(account, i, SX_ACCOUNTS__PERIOD);
  const sx_est *price = out->mode == SX_ACCOUNTS__CONSTANT ? declared(account, i, SX_ACCOUNTS__PRICE) : NULL;
  if (!period && !price) {
    out->level[i] = sx_est_ref(raw->level[i]);
    return SX_OK;
  }
  const sx_est *const values[] = {raw->level[i], period ? period : price, price};
  const char *text = period && price ? "a * b / c" : period ? "a * b" : "a / b";
  return sx_accounts__memo_formula(&out->level[i], out->memo, &account->ctx, text, values, period && price ? 3 : 2,
                                   err);
}

/* What is taken off, in the prices and the period of the mode; only a part in a scope that leaves out leaves of the node. */
static sx_status amount_effect(sx_est **out, const sx_accounts__levels *levels, const sx_est *level, size_t a,
                               const sx_accounts__levels *whole, sx_error *err) {
  const sx_account *account = levels->account;
  const sx_est *amount = account->nodes[a].est[SX_ACCOUNTS__ADJUST];
  if (levels->scope >= 0 && !sx_accounts__complete(account, (size_t)account->nodes[a].parent, levels->scope)) {
    const sx_est *const values[] = {whole->level[a], level, whole->before[a]};
    return sx_accounts__memo_formula(out, levels->memo, &account->ctx, "a * b / c", values, 3, err);
  }
  const sx_est *by = levels->mode == SX_ACCOUNTS__MEASURED   ? declared(account, a, SX_ACCOUNTS__PERIOD)
                     : levels->mode == SX_ACCOUNTS__CONSTANT ? declared(account, a, SX_ACCOUNTS__PRICE)
                                                             : NULL;
  const sx_est *const values[] = {amount, by};
  return sx_accounts__memo_formula(out, levels->memo, &account->ctx, by ? "-a / b" : "-a", values, by ? 2 : 1, err);
}

static sx_status effect(sx_est **out, const sx_accounts__levels *levels, const sx_est *level, size_t a,
                        const sx_accounts__levels *whole, sx_error *err) {
  const sx_account_node *node = &levels->account->nodes[a];
  if (node->adjustment == SX_ACCOUNT_AMOUNT) return amount_effect(out, levels, level, a, whole, err);
  const sx_est *const values[] = {level, node->est[SX_ACCOUNTS__ADJUST]};
  const char *text = node->adjustment == SX_ACCOUNT_FACTOR     ? "a * (b - 1)"
                     : node->adjustment == SX_ACCOUNT_COVERAGE ? "a * (1 / b - 1)"
                                                               : "-a * b";
  return sx_accounts__memo_formula(out, levels->memo, &levels->account->ctx, text, values, 2, err);
}

static sx_status check_amount(const sx_accounts__levels *levels, size_t a, sx_error *err) {
  const sx_account_node *node = &levels->account->nodes[a];
  const double before = sx_est_value(levels->before[a]), after = sx_est_value(levels->after[a]);
  if (node->adjustment != SX_ACCOUNT_AMOUNT || levels->mode != SX_ACCOUNTS__CURRENT || !(before >= 0 && after < 0))
    return SX_OK;
  return sx_error_set(err, SX_E_DATA, node->id, "takes %g off '%s', which is only %g", before - after,
                      levels->account->nodes[node->parent].id, before);
}

static sx_status adjust(sx_accounts__levels *levels, size_t i, const sx_accounts__levels *whole, sx_error *err) {
  const sx_account *account = levels->account;
  for (ptrdiff_t j = account->nodes[i].first_child; j >= 0; j = account->nodes[j].next) {
    if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT) continue;
    if (!levels->before[i]) levels->before[i] = sx_est_ref(levels->level[i]);
    levels->before[j] = levels->level[i];
    levels->level[i] = NULL;
    SX_TRY(effect(&levels->level[j], levels, levels->before[j], (size_t)j, whole, err));
    const sx_est *const parts[] = {levels->before[j], levels->level[j]};
    SX_TRY(sx_accounts__memo_linear(&levels->after[j], levels->memo, &account->ctx, NULL, parts, 2, err));
    levels->level[i] = sx_est_ref(levels->after[j]);
    SX_TRY(check_amount(levels, (size_t)j, err));
  }
  return SX_OK;
}

static sx_status node_level(sx_accounts__levels *levels, const sx_accounts__raw *raw, size_t i,
                            const sx_accounts__levels *whole, sx_error *err) {
  const sx_account_node *node = &levels->account->nodes[i];
  if (node->kind == SX_ACCOUNT_ADJUSTMENT) return SX_OK; /* comes with its node */
  if (node->kind == SX_ACCOUNT_LEAF) {
    if (levels->scope >= 0 && !node->in_scope[levels->scope]) return SX_OK;
    SX_TRY(leaf_level(levels, raw, i, err));
  } else {
    SX_TRY(sum_children(&levels->level[i], levels->account, levels->memo, i, levels->level, err));
  }
  return levels->level[i] ? adjust(levels, i, whole, err) : SX_OK;
}

sx_status sx_accounts__levels_init(sx_accounts__levels *out, const sx_accounts__raw *raw, ptrdiff_t scope,
                                   sx_accounts__mode mode, const sx_accounts__levels *whole, sx_error *err) {
  const sx_account *account = raw->account;
  *out = (sx_accounts__levels){account, scope, mode, NULL, NULL, NULL, raw->memo};
  sx_status status = SX_OK;
  out->level = est_array(account);
  out->before = est_array(account);
  out->after = est_array(account);
  if (!out->level || !out->before || !out->after) status = sx_error_memory(err);
  for (size_t i = account->n_nodes; status == SX_OK && i-- > 0;) {
    status = node_level(out, raw, i, whole, err);
    if (status != SX_OK && (!err || !err->where[0])) sx_error_add_where(err, "%s", account->nodes[i].id);
  }
  if (status != SX_OK) sx_accounts__levels_clear(out);
  return status;
}

void sx_accounts__levels_clear(sx_accounts__levels *levels) {
  if (!levels->account) return;
  free_ests(levels->account, levels->level);
  free_ests(levels->account, levels->before);
  free_ests(levels->account, levels->after);
  levels->level = levels->before = levels->after = NULL;
}
