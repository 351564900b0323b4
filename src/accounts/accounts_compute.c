/* accounts_compute.c: levels and shares of every node, for the whole tree and for each scope.
 *
 *   level of a leaf      L = N * p * s  (population x penetration x spend per head), or its direct total
 *   level of a branch    L = sum of the children that are in the scope
 *   share of parent      L / L(parent);  share of total  L / L(root);  share of benchmark  L / B
 *
 * All of it is the algebra of estimates: the error of a product carries the covariances of its factors (they come from the same
 * interviews), and the error of a share the covariance of part and whole. Binder (1983) ISR 51:279-292. */
#include "accounts_priv.h"

#include <math.h>
#include <string.h>

static const char *const measure_names[] = {"level",        "share_of_parent", "share_of_total", "share_of_benchmark",
                                            "level_before", "level_after",     "level_measured", "level_constant",
                                            "price_effect"};

const char *sx_account_measure_name(sx_account_measure measure) {
  const size_t i = (size_t)measure;
  return i < sizeof measure_names / sizeof *measure_names ? measure_names[i] : "unknown";
}

/* What one call works with; everything here is freed at its end. */
typedef struct work {
  const sx_account *account;
  const sx_ctx *ctx;
  const sx_est *benchmark;
  sx_expr *product, *quotient;
  sx_est **level;       /* [n_nodes] of the scope at hand; NULL where the node is outside it */
  const sx_est **parts; /* [n_nodes] scratch */
  sx_account_result *result;
  size_t cap_rows;
} work;

static sx_status formula2(sx_est **out, const work *w, const sx_est *a, const sx_est *b, sx_error *err) {
  const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {a, b};
  return sx_est_formula(out, w->ctx, w->quotient, names, values, 2, err);
}

static sx_status leaf_level(sx_est **out, const work *w, const sx_account_node *node, sx_error *err) {
  if (node->total) {
    *out = sx_est_ref(node->total);
    return SX_OK;
  }
  const char *const names[] = {"population", "penetration", "spend"};
  const sx_est *const values[] = {node->population, node->penetration, node->spend};
  return sx_est_formula(out, w->ctx, w->product, names, values, 3, err);
}

/* Levels of the scope, children before parents by walking the list backwards. A branch without a leaf in scope stays NULL. */
static sx_status compute_levels(work *w, ptrdiff_t scope, sx_error *err) {
  const sx_account *account = w->account;
  for (size_t i = account->n_nodes; i-- > 0;) {
    const sx_account_node *node = &account->nodes[i];
    sx_status status = SX_OK;
    if (node->is_leaf) {
      if (scope < 0 || node->in_scope[scope]) status = leaf_level(&w->level[i], w, node, err);
    } else {
      size_t n = 0;
      for (size_t j = i + 1; j < account->n_nodes; j++) {
        if (account->nodes[j].parent == (ptrdiff_t)i && w->level[j]) w->parts[n++] = w->level[j];
      }
      if (n > 0) status = sx_est_linear(&w->level[i], w->ctx, NULL, w->parts, n, err);
    }
    if (status != SX_OK) {
      sx_error_add_where(err, "%s", node->id);
      return status;
    }
  }
  return SX_OK;
}

static void drop_levels(work *w) {
  for (size_t i = 0; i < w->account->n_nodes; i++) {
    sx_est_free(w->level[i]);
    w->level[i] = NULL;
  }
}

/* Takes est, also on failure. */
static sx_status add_row(work *w, size_t node, ptrdiff_t scope, sx_account_measure measure, sx_est *est,
                         sx_error *err) {
  sx_account_result *result = w->result;
  if (!sx_mem_grow(w->ctx, (void **)&result->rows, &w->cap_rows, result->n_rows + 1, sizeof *result->rows)) {
    sx_est_free(est);
    return sx_error_memory(err);
  }
  const sx_account_node *nodes = w->account->nodes;
  result->rows[result->n_rows++] = (sx_account_row){
      .id = nodes[node].id,
      .parent = nodes[node].parent >= 0 ? nodes[nodes[node].parent].id : NULL,
      .depth = nodes[node].depth,
      .scope = scope >= 0 ? w->account->scopes[scope] : NULL,
      .measure = measure,
      .est = est,
      .kind = nodes[node].is_leaf ? SX_ACCOUNT_LEAF : SX_ACCOUNT_BRANCH,
      .second_order = (double)NAN,
      .se = sx_est_se(est),
      .flags = isnan(sx_est_value(est)) ? SX_ACCOUNT_NO_VALUE : 0,
  };
  return SX_OK;
}

static sx_status add_share(work *w, size_t node, ptrdiff_t scope, sx_account_measure measure, const sx_est *whole,
                           sx_error *err) {
  sx_est *share = NULL;
  SX_TRY(formula2(&share, w, w->level[node], whole, err));
  return add_row(w, node, scope, measure, share, err);
}

static sx_status compute_scope(work *w, ptrdiff_t scope, sx_error *err) {
  SX_TRY(compute_levels(w, scope, err));
  for (size_t i = 0; i < w->account->n_nodes; i++) {
    if (!w->level[i]) continue;
    const ptrdiff_t parent = w->account->nodes[i].parent;
    SX_TRY(add_row(w, i, scope, SX_ACCOUNT_LEVEL, sx_est_ref(w->level[i]), err));
    if (parent >= 0) {
      SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_PARENT, w->level[parent], err));
      SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_TOTAL, w->level[0], err));
    }
    if (w->benchmark) SX_TRY(add_share(w, i, scope, SX_ACCOUNT_SHARE_OF_BENCHMARK, w->benchmark, err));
  }
  return SX_OK;
}

/* Scopes are definitions of growing width: of any two, one must hold all leaves of the other. */
static sx_status check_nested(const sx_account *account, size_t a, size_t b, sx_error *err) {
  const char *only_a = NULL, *only_b = NULL;
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    if (!node->is_leaf) continue;
    if (node->in_scope[a] && !node->in_scope[b]) only_a = node->id;
    if (node->in_scope[b] && !node->in_scope[a]) only_b = node->id;
  }
  if (!only_a || !only_b) return SX_OK;
  return sx_error_set(err, SX_E_DATA, account->scopes[a],
                      "the scopes '%s' and '%s' are not nested: '%s' is only in the first, '%s' only in the second",
                      account->scopes[a], account->scopes[b], only_a, only_b);
}

static sx_status check_tree(const sx_account *account, sx_error *err) {
  if (account->n_nodes == 0) return sx_error_set(err, SX_E_DATA, "", "the account has no nodes");
  for (size_t i = 0; i < account->n_nodes; i++) {
    bool has_child = account->nodes[i].is_leaf;
    for (size_t j = i + 1; j < account->n_nodes && !has_child; j++)
      has_child = account->nodes[j].parent == (ptrdiff_t)i;
    if (!has_child) {
      return sx_error_set(err, SX_E_DATA, account->nodes[i].id,
                          "the branch has no children: give it an amount or remove it");
    }
  }
  for (size_t a = 0; a < account->n_scopes; a++) {
    for (size_t b = a + 1; b < account->n_scopes; b++) SX_TRY(check_nested(account, a, b, err));
  }
  return SX_OK;
}

static sx_status work_init(work *w, const sx_account *account, const sx_est *benchmark, sx_error *err) {
  const sx_ctx *ctx = &account->ctx;
  *w = (work){.account = account, .ctx = ctx, .benchmark = benchmark};
  SX_TRY(sx_expr_parse(&w->product, ctx, "population * penetration * spend", err));
  SX_TRY(sx_expr_parse(&w->quotient, ctx, "a / b", err));
  w->result = sx_mem_zalloc(ctx, 1, sizeof *w->result);
  if (!w->result) return sx_error_memory(err);
  w->result->ctx = *ctx;
  w->level = sx_mem_zalloc(ctx, account->n_nodes, sizeof *w->level);
  w->parts = sx_mem_zalloc(ctx, account->n_nodes, sizeof *w->parts);
  return w->level && w->parts ? SX_OK : sx_error_memory(err);
}

sx_status sx_account_compute(sx_account_result **out, const sx_account *account, const sx_est *benchmark,
                             sx_error *err) {
  if (!out || !account) return sx_error_set(err, SX_E_ARGUMENT, "", "out and account are needed");
  SX_TRY(check_tree(account, err));
  work w;
  sx_status status = work_init(&w, account, benchmark, err);
  for (ptrdiff_t scope = -1; status == SX_OK && scope < (ptrdiff_t)account->n_scopes; scope++) {
    status = compute_scope(&w, scope, err);
    drop_levels(&w);
  }
  if (status == SX_OK) {
    *out = w.result;
    w.result = NULL;
  }
  sx_account_result_free(w.result);
  sx_expr_free(w.product);
  sx_expr_free(w.quotient);
  sx_mem_free(&account->ctx, w.level);
  sx_mem_free(&account->ctx, w.parts);
  return status;
}

void sx_account_result_free(sx_account_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  for (size_t i = 0; i < result->n_rows; i++) sx_est_free(result->rows[i].est);
  sx_mem_free(&ctx, result->rows);
  sx_mem_free(&ctx, result);
}
