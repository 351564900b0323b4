/* accounts_check.c: what a tree must be before anything is computed: whole branches, nested scopes, ratios without a ring.
 *
 * What rests on what is a graph: a branch rests on its children, a leaf with a ratio on the node that it refers to. A depth-first walk
 * with its own stack gives an order in which everything comes after what it rests on, or the ring that it runs into. */
#include "accounts_priv.h"

#include <string.h>

ptrdiff_t sx_accounts__declares(const sx_account *account, size_t i, sx_accounts__factor factor) {
  ptrdiff_t at = (ptrdiff_t)i;
  while (at >= 0 && !account->nodes[at].est[factor]) at = account->nodes[at].parent;
  return at;
}

bool sx_accounts__has(const sx_account *account, sx_accounts__factor factor) {
  for (size_t i = 0; i < account->n_nodes; i++)
    if (account->nodes[i].est[factor]) return true;
  return false;
}

bool sx_accounts__complete(const sx_account *account, size_t i, ptrdiff_t scope) {
  if (scope < 0) return true;
  for (size_t j = i; j < account->n_nodes; j++) {
    if (account->nodes[j].kind != SX_ACCOUNT_LEAF || account->nodes[j].in_scope[scope]) continue;
    ptrdiff_t up = (ptrdiff_t)j;
    while (up > (ptrdiff_t)i) up = account->nodes[up].parent;
    if (up == (ptrdiff_t)i) return false;
  }
  return true;
}

/* ---- rings ------------------------------------------------------------------------------------------------------------------ */

typedef struct walk {
  const sx_account *account;
  ptrdiff_t *refers; /* [n_nodes] what a leaf's ratio refers to; -1 none */
  ptrdiff_t *next;   /* [n_nodes] what is to be looked at next under it */
  size_t *stack, depth;
  char *state; /* [n_nodes] 0 new, 1 on the stack, 2 done */
  size_t *order, n;
} walk;

/* The first node from `at` on, along the children, that is no adjustment. */
static ptrdiff_t skip(const sx_account *account, ptrdiff_t at) {
  while (at >= 0 && account->nodes[at].kind == SX_ACCOUNT_ADJUSTMENT) at = account->nodes[at].next;
  return at;
}

static sx_status ring(const walk *w, size_t to, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &w->account->ctx);
  size_t from = 0;
  while (w->stack[from] != to) from++;
  for (size_t k = from; k < w->depth; k++) sx_buf_printf(&text, "%s -> ", w->account->nodes[w->stack[k]].id);
  sx_buf_add(&text, w->account->nodes[to].id);
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK)
    status =
        sx_error_set(err, SX_E_DATA, w->account->nodes[to].id, "the node rests on itself by its ratios: %s", text.data);
  sx_buf_clear(&text);
  return status;
}

static void push(walk *w, size_t i) {
  const sx_account_node *node = &w->account->nodes[i];
  w->state[i] = 1;
  w->stack[w->depth++] = i;
  w->next[i] = node->kind == SX_ACCOUNT_LEAF ? w->refers[i] : skip(w->account, node->first_child);
}

static sx_status visit(walk *w, size_t root, sx_error *err) {
  push(w, root);
  while (w->depth) {
    const size_t i = w->stack[w->depth - 1];
    const ptrdiff_t to = w->next[i];
    if (to < 0) {
      w->state[i] = 2;
      w->order[w->n++] = i;
      w->depth--;
      continue;
    }
    w->next[i] =
        w->account->nodes[i].kind == SX_ACCOUNT_LEAF ? SX_ACCOUNTS__NONE : skip(w->account, w->account->nodes[to].next);
    if (w->state[to] == 1) return ring(w, (size_t)to, err);
    if (w->state[to] == 0) push(w, (size_t)to);
  }
  return SX_OK;
}

/* Where the ratios lead. */
static sx_status find_ratios(walk *w, sx_error *err) {
  const sx_account *account = w->account;
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    w->refers[i] = SX_ACCOUNTS__NONE;
    if (node->kind != SX_ACCOUNT_LEAF || !node->ratio_to) continue;
    const ptrdiff_t to = sx_accounts__find(account, node->ratio_to);
    if (to < 0 || account->nodes[to].kind == SX_ACCOUNT_ADJUSTMENT)
      return sx_error_set(err, SX_E_DATA, node->id, "its ratio is to '%s', which is no node of the account",
                          node->ratio_to);
    const sx_account_node *other = &account->nodes[to];
    const bool has_spend = other->kind == SX_ACCOUNT_LEAF && other->est[SX_ACCOUNTS__POPULATION];
    if (node->ratio_base == SX_ACCOUNT_OF_SPEND && !has_spend)
      return sx_error_set(
          err, SX_E_DATA, node->id,
          "its ratio is to the spend of '%s', which has none: refer to its level, or to a leaf with a spend",
          node->ratio_to);
    w->refers[i] = to;
  }
  return SX_OK;
}

sx_status sx_accounts__order(size_t **out, size_t *n, const sx_account *account, sx_error *err) {
  const sx_ctx *ctx = &account->ctx;
  const size_t m = account->n_nodes;
  sx_status status = SX_OK;
  walk w = {.account = account};
  w.refers = sx_mem_alloc(ctx, m, sizeof *w.refers);
  w.next = sx_mem_alloc(ctx, m, sizeof *w.next);
  w.stack = sx_mem_alloc(ctx, m, sizeof *w.stack);
  w.state = sx_mem_zalloc(ctx, m, sizeof *w.state);
  w.order = sx_mem_alloc(ctx, m, sizeof *w.order);
  if (!w.refers || !w.next || !w.stack || !w.state || !w.order) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, find_ratios(&w, err), done);
  for (size_t i = 0; i < m; i++) {
    if (w.state[i] || account->nodes[i].kind == SX_ACCOUNT_ADJUSTMENT) continue;
    SX_TRY_GOTO(status, visit(&w, i, err), done);
  }
  *out = w.order;
  *n = w.n;
  w.order = NULL;
done:
  sx_mem_free(ctx, w.refers);
  sx_mem_free(ctx, w.next);
  sx_mem_free(ctx, w.stack);
  sx_mem_free(ctx, w.state);
  sx_mem_free(ctx, w.order);
  return status;
}

/* ---- branches and scopes ---------------------------------------------------------------------------------------------------- */

/* Scopes are definitions of growing width: of any two, one must hold all leaves of the other. */
static sx_status check_nested(const sx_account *account, size_t a, size_t b, sx_error *err) {
  const char *only_a = NULL, *only_b = NULL;
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    if (node->kind != SX_ACCOUNT_LEAF) continue;
    if (node->in_scope[a] && !node->in_scope[b]) only_a = node->id;
    if (node->in_scope[b] && !node->in_scope[a]) only_b = node->id;
  }
  if (!only_a || !only_b) return SX_OK;
  return sx_error_set(err, SX_E_DATA, account->scopes[a],
                      "the scopes '%s' and '%s' are not nested: '%s' is only in the first, '%s' only in the second",
                      account->scopes[a], account->scopes[b], only_a, only_b);
}

static sx_status check_branches(const sx_account *account, sx_error *err) {
  if (account->n_nodes == 0) return sx_error_set(err, SX_E_DATA, "", "the account has no nodes");
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    if (node->kind == SX_ACCOUNT_BRANCH && skip(account, node->first_child) < 0)
      return sx_error_set(err, SX_E_DATA, node->id, "the branch has no children: give it an amount or remove it");
  }
  return SX_OK;
}

sx_status sx_account_check(const sx_account *account, sx_error *err) {
  if (!account) return sx_error_set(err, SX_E_ARGUMENT, "", "an account is needed");
  SX_TRY(check_branches(account, err));
  for (size_t a = 0; a < account->n_scopes; a++)
    for (size_t b = a + 1; b < account->n_scopes; b++) SX_TRY(check_nested(account, a, b, err));
  size_t *order = NULL, n = 0;
  SX_TRY(sx_accounts__order(&order, &n, account, err));
  sx_mem_free(&account->ctx, order);
  return SX_OK;
}
