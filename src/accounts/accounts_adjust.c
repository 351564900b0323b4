/* accounts_adjust.c: adjustments as nodes of the tree, periods and prices. docs/methods/accounts.md. */
#include "accounts_priv.h"

#include <math.h>
#include <string.h>

static const char *const adjustment_names[] = {"factor", "coverage", "overlap", "amount"};

const char *sx_account_adjustment_name(sx_account_adjustment kind) {
  const size_t i = (size_t)kind;
  return i < sizeof adjustment_names / sizeof *adjustment_names ? adjustment_names[i] : "unknown";
}

/* A missing estimate (NaN) is no bad value: what is made of it is missing. */
static sx_status check_value(const char *id, sx_account_adjustment kind, double value, sx_error *err) {
  if (isnan(value)) return SX_OK;
  switch (kind) {
  case SX_ACCOUNT_FACTOR:
    if (value > 0) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id, "the factor is %g: it must be above 0", value);
  case SX_ACCOUNT_COVERAGE:
    if (value > 0 && value <= 1) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id,
                        "the coverage is %g: it is a share above 0 and up to 1 (too much is an overlap)", value);
  case SX_ACCOUNT_OVERLAP:
    if (value >= 0 && value < 1) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id, "the share counted twice is %g: it must be from 0 to below 1", value);
  case SX_ACCOUNT_AMOUNT:
    if (value >= 0) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id, "the amount counted twice is %g: it must be 0 or more", value);
  }
  return sx_error_set(err, SX_E_ARGUMENT, id, "%d is no kind of adjustment", (int)kind);
}

static sx_status find_node(ptrdiff_t *out, const sx_account *account, const char *id, const char *node, sx_error *err) {
  *out = sx_accounts__find(account, node);
  if (*out < 0) return sx_error_set(err, SX_E_DATA, id, "no node '%s' in the account: add it before", node);
  if (account->nodes[*out].kind == SX_ACCOUNT_ADJUSTMENT)
    return sx_error_set(err, SX_E_DATA, id, "'%s' is an adjustment: name the leaf or branch that it adjusts", node);
  return SX_OK;
}

sx_status sx_account_adjust(sx_account *account, const char *id, const char *node, sx_account_adjustment kind,
                            const sx_est *est, sx_error *err) {
  if (!account || !id || !*id || !node || !est)
    return sx_error_set(err, SX_E_ARGUMENT, id, "account, id, node and an estimate are needed");
  SX_TRY(check_value(id, kind, sx_est_value(est), err));
  sx_account_node added = {.kind = SX_ACCOUNT_ADJUSTMENT, .adjustment = kind};
  SX_TRY(find_node(&added.parent, account, id, node, err));
  if (sx_accounts__find(account, id) >= 0)
    return sx_error_set(err, SX_E_DATA, id, "the node '%s' occurs twice in the account: give each an id of its own",
                        id);
  const sx_ctx *ctx = &account->ctx;
  sx_status status = SX_OK;
  added.id = sx_mem_strdup(ctx, id);
  added.in_scope = sx_mem_zalloc(ctx, SX_ACCOUNTS__MAX_SCOPES, sizeof(bool));
  added.est[SX_ACCOUNTS__ADJUST] = sx_est_ref(est);
  if (!added.id || !added.in_scope)
    status = sx_error_memory(err);
  else
    status = sx_accounts__append(account, &added, err);
  if (status != SX_OK) sx_accounts__node_clear(ctx, &added);
  return status;
}

static sx_status declare(sx_account *account, const char *node, sx_accounts__factor factor, const sx_est *est,
                         const char *input, sx_error *err) {
  ptrdiff_t at = SX_ACCOUNTS__NONE;
  SX_TRY(find_node(&at, account, node, node, err));
  char *name = input ? sx_mem_strdup(&account->ctx, input) : NULL;
  if (input && !name) return sx_error_memory(err);
  sx_account_node *to = &account->nodes[at];
  sx_est_free(to->est[factor]);
  sx_mem_free(&account->ctx, to->input[factor]);
  to->est[factor] = sx_est_ref(est);
  to->input[factor] = name;
  return SX_OK;
}

sx_status sx_account_set_period(sx_account *account, const char *node, const sx_est *factor, const char *input,
                                sx_error *err) {
  if (!account || !node || !factor)
    return sx_error_set(err, SX_E_ARGUMENT, node, "account, node and a factor are needed");
  const double value = sx_est_value(factor);
  if (value <= 0)
    return sx_error_set(err, SX_E_DATA, node, "the factor of the period is %g: it must be above 0 (2 for half-years)",
                        value);
  return declare(account, node, SX_ACCOUNTS__PERIOD, factor, input, err);
}

sx_status sx_account_set_price(sx_account *account, const char *node, const sx_est *index, const char *input,
                               sx_error *err) {
  if (!account || !node || !index)
    return sx_error_set(err, SX_E_ARGUMENT, node, "account, node and an index are needed");
  const double value = sx_est_value(index);
  if (value <= 0)
    return sx_error_set(err, SX_E_DATA, node,
                        "an index of %s (%g) is no price: it must be above 0, with 1 for the base period",
                        value < 0 ? "less than zero" : "zero", value);
  return declare(account, node, SX_ACCOUNTS__PRICE, index, input, err);
}
