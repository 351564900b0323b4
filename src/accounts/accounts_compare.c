/* accounts_compare.c: what each node contributes to the change of the total between two accounts of one tree.
 *
 * With levels L0, L1 and totals T0, T1:  L1 - L0;  L1/L0 - 1;  (L1 - L0)/T0;  (L1 - L0)/(T1 - T0);  L1/T1 - L0/T0;  and at constant prices.
 * Every row is one formula of the algebra over the levels of both accounts, so that shared sources (one design, linked waves, a common
 * outside figure) are in its error. */
#include "accounts_compare_priv.h"

#include <string.h>

static const char *const measure_names[] = {
    "difference",          "growth",          "contribution",          "share_of_change", "structure_difference",
    "constant_difference", "constant_growth", "constant_contribution", "price_difference"};

const char *sx_account_change_measure_name(sx_account_change_measure measure) {
  const size_t i = (size_t)measure;
  return i < sizeof measure_names / sizeof *measure_names ? measure_names[i] : "unknown";
}

/* ---- two accounts of one tree -------------------------------------------------------------------------------------------------- */

static const char *parent_of(const sx_account *account, size_t i) {
  const ptrdiff_t up = account->nodes[i].parent;
  return up >= 0 ? account->nodes[up].id : "";
}

/* A leaf is a product in both, or a total in both; scopes are the same. */
static sx_status check_same_node(const sx_account *a, size_t i, const sx_account *b, size_t j, sx_error *err) {
  const sx_account_node *x = &a->nodes[i], *y = &b->nodes[j];
  if (strcmp(parent_of(a, i), parent_of(b, j)) != 0)
    return sx_error_set(err, SX_E_DATA, x->id, "is under '%s' in one account and under '%s' in the other",
                        parent_of(a, i), parent_of(b, j));
  if (x->kind != y->kind || (x->kind == SX_ACCOUNT_ADJUSTMENT && x->adjustment != y->adjustment))
    return sx_error_set(err, SX_E_DATA, x->id, "is of another kind in the other account");
  if (!x->est[SX_ACCOUNTS__POPULATION] != !y->est[SX_ACCOUNTS__POPULATION])
    return sx_error_set(err, SX_E_DATA, x->id,
                        "is a product in one account and a total in the other: give both the same way");
  for (size_t s = 0; s < a->n_scopes; s++)
    if (x->kind == SX_ACCOUNT_LEAF && x->in_scope[s] != y->in_scope[s])
      return sx_error_set(err, SX_E_DATA, x->id, "is in the scope '%s' in one account only", a->scopes[s]);
  return SX_OK;
}

static sx_status check_has_all(const sx_account *a, const sx_account *b, sx_error *err) {
  for (size_t i = 0; i < a->n_nodes; i++)
    if (sx_accounts__find(b, a->nodes[i].id) < 0)
      return sx_error_set(err, SX_E_DATA, a->nodes[i].id,
                          "is in one of the two accounts only: declare it in the "
                          "other with an amount of 0 (an adjustment: without effect)");
  return SX_OK;
}

/* The order of a node's adjustments is part of what is compared. */
static sx_status check_order(const sx_account *a, const size_t *of, sx_error *err) {
  for (size_t i = 0; i < a->n_nodes; i++) {
    ptrdiff_t last = SX_ACCOUNTS__NONE;
    for (ptrdiff_t j = a->nodes[i].first_child; j >= 0; j = a->nodes[j].next) {
      if (a->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT) continue;
      if ((ptrdiff_t)of[j] < last)
        return sx_error_set(err, SX_E_DATA, a->nodes[j].id,
                            "the adjustments of '%s' stand in another order in the other account", a->nodes[i].id);
      last = (ptrdiff_t)of[j];
    }
  }
  return SX_OK;
}

static sx_status check_scopes(const sx_account *a, const sx_account *b, sx_error *err) {
  bool same = a->n_scopes == b->n_scopes;
  for (size_t s = 0; same && s < a->n_scopes; s++) same = strcmp(a->scopes[s], b->scopes[s]) == 0;
  if (same) return SX_OK;
  return sx_error_set(err, SX_E_DATA, "", "the two accounts do not have the same scopes in the same order");
}

static sx_status match(sx_accounts__two *two, sx_error *err) {
  const sx_account *a = two->account[0], *b = two->account[1];
  SX_TRY(sx_account_check(a, err));
  SX_TRY(sx_account_check(b, err));
  SX_TRY(check_has_all(a, b, err));
  SX_TRY(check_has_all(b, a, err));
  SX_TRY(check_scopes(a, b, err));
  for (size_t i = 0; i < a->n_nodes; i++) {
    two->of[i] = (size_t)sx_accounts__find(b, a->nodes[i].id);
    SX_TRY(check_same_node(a, i, b, two->of[i], err));
  }
  return check_order(a, two->of, err);
}

sx_status sx_accounts__two_init(sx_accounts__two *two, const sx_account *before, const sx_account *after,
                                const sx_link *link, sx_error *err) {
  *two = (sx_accounts__two){.account = {before, after}};
  if (!before || !after) return sx_error_set(err, SX_E_ARGUMENT, "", "two accounts are needed");
  const sx_ctx *ctx = &before->ctx;
  two->ctx = ctx;
  two->of = sx_mem_zalloc(ctx, before->n_nodes, sizeof *two->of);
  if (!two->of) return sx_error_memory(err);
  SX_TRY(match(two, err));
  SX_TRY(sx_accounts__memo_new(&two->memo, ctx, err));
  if (link) SX_TRY(sx_accounts__linked(&two->linked, after, link, err));
  if (link) two->account[1] = two->linked;
  for (size_t k = 0; k < 2; k++) {
    SX_TRY(sx_accounts__raw_init(&two->raw[k], two->account[k], two->memo, err));
    two->prices = two->prices || sx_accounts__has(two->account[k], SX_ACCOUNTS__PRICE);
  }
  return SX_OK;
}

void sx_accounts__two_clear(sx_accounts__two *two) {
  for (size_t k = 0; k < 2; k++) {
    for (size_t m = 0; m < 2; m++) {
      sx_accounts__levels_clear(&two->whole[k][m]);
      sx_accounts__levels_clear(&two->part[k][m]);
    }
    if (two->raw[k].account) sx_accounts__raw_clear(&two->raw[k]);
  }
  sx_accounts__memo_free(two->memo);
  sx_account_free(two->linked);
  if (two->ctx) sx_mem_free(two->ctx, two->of);
}

sx_status sx_accounts__two_scope(sx_accounts__two *two, ptrdiff_t scope, sx_error *err) {
  for (size_t k = 0; k < 2; k++) {
    for (size_t m = 0; m < (two->prices ? 2U : 1U); m++) {
      sx_accounts__levels *to = scope < 0 ? &two->whole[k][m] : &two->part[k][m];
      sx_accounts__levels_clear(to);
      SX_TRY(sx_accounts__levels_init(to, &two->raw[k], scope, (sx_accounts__mode)m, &two->whole[k][m], err));
      two->levels[k][m] = to;
    }
  }
  return SX_OK;
}

const sx_est *sx_accounts__two_level(const sx_accounts__two *two, size_t which, sx_accounts__mode mode, size_t i) {
  return two->levels[which][mode]->level[which ? two->of[i] : i];
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------- */

typedef struct change_work {
  sx_accounts__two two;
  sx_account_changes *result;
  size_t cap_rows;
} change_work;

typedef struct change_formula {
  sx_account_change_measure measure;
  const char *text; /* a, b: the node before and after; c, d: the total; e, f: the node at constant prices */
  bool not_adjustment;
} change_formula;

static const change_formula current_formulas[] = {
    {SX_ACCOUNT_DIFFERENCE, "b - a", false},
    {SX_ACCOUNT_GROWTH, "b / a - 1", true},
    {SX_ACCOUNT_CONTRIBUTION, "(b - a) / c", false},
    {SX_ACCOUNT_SHARE_OF_CHANGE, "(b - a) / (d - c)", false},
    {SX_ACCOUNT_STRUCTURE_DIFFERENCE, "b / d - a / c", false},
};
static const change_formula constant_formulas[] = {
    {SX_ACCOUNT_CONSTANT_DIFFERENCE, "b - a", false},
    {SX_ACCOUNT_CONSTANT_GROWTH, "b / a - 1", true},
    {SX_ACCOUNT_CONSTANT_CONTRIBUTION, "(b - a) / c", false},
    {SX_ACCOUNT_PRICE_DIFFERENCE, "(f - e) - (b - a)", false},
};

static sx_status add_row(change_work *w, size_t i, ptrdiff_t scope, const change_formula *f,
                         const sx_est *const *values, sx_error *err) {
  sx_account_changes *result = w->result;
  const sx_account *account = w->two.account[0];
  const sx_account_node *node = &account->nodes[i];
  sx_est *est = NULL;
  if (f->not_adjustment && node->kind == SX_ACCOUNT_ADJUSTMENT) return SX_OK;
  SX_TRY(sx_accounts__memo_formula_late(&est, w->two.memo, w->two.ctx, f->text, values, 6, err));
  sx_est_need_errors(est, values, 2);
  if (!sx_mem_grow(w->two.ctx, (void **)&result->rows, &w->cap_rows, result->n_rows + 1, sizeof *result->rows)) {
    sx_est_free(est);
    return sx_error_memory(err);
  }
  result->rows[result->n_rows++] = (sx_account_change_row){
      .id = node->id,
      .parent = node->parent >= 0 ? account->nodes[node->parent].id : NULL,
      .depth = node->depth,
      .scope = scope >= 0 ? account->scopes[scope] : NULL,
      .kind = node->kind,
      .measure = f->measure,
      .est = est,
  };
  return SX_OK;
}

static sx_status add_rows(change_work *w, size_t i, ptrdiff_t scope, sx_error *err) {
  const sx_est *values[2][6];
  for (size_t m = 0; m < (w->two.prices ? 2U : 1U); m++) {
    for (size_t v = 0; v < 6; v++) {
      const sx_accounts__mode mode = v < 4 ? (sx_accounts__mode)m : SX_ACCOUNTS__CURRENT;
      values[m][v] = sx_accounts__two_level(&w->two, v % 2, mode, v == 2 || v == 3 ? 0 : i);
    }
  }
  for (size_t k = 0; k < sizeof current_formulas / sizeof *current_formulas; k++)
    SX_TRY(add_row(w, i, scope, &current_formulas[k], values[0], err));
  if (!w->two.prices) return SX_OK;
  for (size_t k = 0; k < sizeof constant_formulas / sizeof *constant_formulas; k++)
    SX_TRY(add_row(w, i, scope, &constant_formulas[k], values[1], err));
  return SX_OK;
}

static sx_status change_scope(change_work *w, ptrdiff_t scope, sx_error *err) {
  SX_TRY(sx_accounts__two_scope(&w->two, scope, err));
  for (size_t i = 0; i < w->two.account[0]->n_nodes; i++) {
    if (!sx_accounts__two_level(&w->two, 0, SX_ACCOUNTS__CURRENT, i)) continue;
    SX_TRY(add_rows(w, i, scope, err));
  }
  return SX_OK;
}

sx_status sx_account_contributions(sx_account_changes **out, const sx_account *before, const sx_account *after,
                                   const sx_link *link, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is NULL");
  change_work w = {.result = NULL};
  sx_status status = sx_accounts__two_init(&w.two, before, after, link, err);
  if (status == SX_OK) {
    w.result = sx_mem_zalloc(w.two.ctx, 1, sizeof *w.result);
    if (w.result)
      w.result->ctx = *w.two.ctx;
    else
      status = sx_error_memory(err);
  }
  for (ptrdiff_t s = -1; status == SX_OK && s < (ptrdiff_t)before->n_scopes; s++) status = change_scope(&w, s, err);
  sx_accounts__two_clear(&w.two);
  if (status != SX_OK) {
    sx_account_changes_free(w.result);
    return status;
  }
  *out = w.result;
  return SX_OK;
}

void sx_account_changes_free(sx_account_changes *changes) {
  if (!changes) return;
  const sx_ctx ctx = changes->ctx;
  for (size_t i = 0; i < changes->n_rows; i++) sx_est_free(changes->rows[i].est);
  sx_mem_free(&ctx, changes->rows);
  sx_mem_free(&ctx, changes);
}
