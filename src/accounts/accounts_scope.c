/* accounts_scope.c: one scope of an account as an account of the same tree, so that two definitions can be compared like two waves. */
#include "accounts_priv.h"

#include <string.h>

/* What the copy is made of, and from. */
typedef struct scope_work {
  const sx_account *from;
  sx_account *to;
  ptrdiff_t scope;
  sx_accounts__raw raw;
  sx_accounts__levels whole, part;
  sx_est *zero;
} scope_work;

static void put(sx_est **slot, const sx_est *est) {
  sx_est *now = sx_est_ref(est);
  sx_est_free(*slot);
  *slot = now;
}

/* Ratios become what they give, as other leaves may be 0 now; a leaf outside the scope has no population, or a total of 0. */
static void restrict_leaf(const scope_work *w, size_t i) {
  const sx_account_node *from = &w->from->nodes[i];
  sx_account_node *to = &w->to->nodes[i];
  const bool in = from->in_scope[w->scope];
  sx_mem_free(&w->to->ctx, to->ratio_to);
  to->ratio_to = NULL;
  sx_est_free(to->est[SX_ACCOUNTS__RATIO]);
  to->est[SX_ACCOUNTS__RATIO] = NULL;
  if (from->est[SX_ACCOUNTS__POPULATION]) {
    put(&to->est[SX_ACCOUNTS__SPEND], w->raw.spend[i]);
    if (!in) put(&to->est[SX_ACCOUNTS__POPULATION], w->zero);
  } else {
    put(&to->est[SX_ACCOUNTS__TOTAL], in ? w->raw.level[i] : w->zero);
  }
}

static sx_status restrict_amount(const scope_work *w, size_t i, sx_error *err) {
  const sx_est *effect = w->part.level[i];
  sx_est *amount = NULL, **slot = &w->to->nodes[i].est[SX_ACCOUNTS__ADJUST];
  if (!effect) {
    put(slot, w->zero);
    return SX_OK;
  }
  SX_TRY(sx_accounts__formula(&amount, &w->to->ctx, "-a", &effect, 1, false, err));
  sx_est_free(*slot);
  *slot = amount;
  return SX_OK;
}

static sx_status restrict_nodes(scope_work *w, sx_error *err) {
  SX_TRY(sx_accounts__raw_init(&w->raw, w->from, NULL, err));
  SX_TRY(sx_accounts__levels_init(&w->whole, &w->raw, -1, SX_ACCOUNTS__CURRENT, NULL, err));
  SX_TRY(sx_accounts__levels_init(&w->part, &w->raw, w->scope, SX_ACCOUNTS__CURRENT, &w->whole, err));
  SX_TRY(sx_est_constant(&w->zero, &w->from->ctx, 0, err));
  SX_TRY(sx_accounts__linked(&w->to, w->from, NULL, err));
  for (size_t i = 0; i < w->from->n_nodes; i++) {
    const sx_account_node *node = &w->from->nodes[i];
    if (node->kind == SX_ACCOUNT_LEAF) restrict_leaf(w, i);
    if (node->kind == SX_ACCOUNT_ADJUSTMENT && node->adjustment == SX_ACCOUNT_AMOUNT)
      SX_TRY(restrict_amount(w, i, err));
  }
  return SX_OK;
}

static sx_status without_scopes(sx_account **out, const sx_account *account, sx_error *err) {
  sx_account *to = NULL;
  SX_TRY(sx_accounts__linked(&to, account, NULL, err));
  while (to->n_scopes) sx_mem_free(&to->ctx, to->scopes[--to->n_scopes]);
  *out = to;
  return SX_OK;
}

sx_status sx_account_restrict(sx_account **out, const sx_account *account, const char *scope, sx_error *err) {
  if (!out || !account) return sx_error_set(err, SX_E_ARGUMENT, "", "out and account are needed");
  SX_TRY(sx_account_check(account, err));
  if (!scope) return without_scopes(out, account, err);
  scope_work w = {.from = account, .scope = SX_ACCOUNTS__NONE};
  for (size_t s = 0; s < account->n_scopes; s++)
    if (strcmp(account->scopes[s], scope) == 0) w.scope = (ptrdiff_t)s;
  if (w.scope < 0) return sx_error_set(err, SX_E_DATA, scope, "no scope '%s' in the account", scope);
  sx_status status = restrict_nodes(&w, err);
  if (status == SX_OK) {
    *out = w.to;
    w.to = NULL;
  }
  sx_account_free(w.to);
  sx_est_free(w.zero);
  sx_accounts__levels_clear(&w.part);
  sx_accounts__levels_clear(&w.whole);
  if (w.raw.account) sx_accounts__raw_clear(&w.raw);
  return status;
}
