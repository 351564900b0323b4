/* accounts_tree.c: building an account: nodes, scopes, exclusive codes.
 *
 * The tree is a list in the order of adding, parents before children, so that every later pass is one sweep. */
#include "accounts_priv.h"

#include <string.h>

enum { NO_NODE = -1 };

sx_status sx_account_new(sx_account **out, const sx_ctx *ctx, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is NULL");
  sx_account *account = sx_mem_zalloc(ctx, 1, sizeof *account);
  if (!account) return sx_error_memory(err);
  account->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  *out = account;
  return SX_OK;
}

static void free_texts(const sx_ctx *ctx, char **texts, size_t n) {
  for (size_t i = 0; i < n; i++) sx_mem_free(ctx, texts[i]);
  sx_mem_free(ctx, texts);
}

static void node_clear(const sx_ctx *ctx, sx_account_node *node) {
  sx_mem_free(ctx, node->id);
  free_texts(ctx, node->codes, node->n_codes);
  sx_mem_free(ctx, node->in_scope);
  sx_est_free(node->population);
  sx_est_free(node->penetration);
  sx_est_free(node->spend);
  sx_est_free(node->total);
}

void sx_account_free(sx_account *account) {
  if (!account) return;
  const sx_ctx ctx = account->ctx;
  for (size_t i = 0; i < account->n_nodes; i++) node_clear(&ctx, &account->nodes[i]);
  sx_mem_free(&ctx, account->nodes);
  free_texts(&ctx, account->scopes, account->n_scopes);
  sx_mem_free(&ctx, account);
}

ptrdiff_t sx_accounts__find(const sx_account *account, const char *id) {
  for (size_t i = 0; i < account->n_nodes; i++) {
    if (strcmp(account->nodes[i].id, id) == 0) return (ptrdiff_t)i;
  }
  return NO_NODE;
}

/* The index of a scope, added to the account when it is new. */
static sx_status intern_scope(size_t *index, sx_account *account, const char *scope, sx_error *err) {
  for (size_t s = 0; s < account->n_scopes; s++) {
    if (strcmp(account->scopes[s], scope) == 0) {
      *index = s;
      return SX_OK;
    }
  }
  if (account->n_scopes == SX_ACCOUNTS__MAX_SCOPES) {
    return sx_error_set(err, SX_E_LIMIT, scope, "an account has at most %d scopes", SX_ACCOUNTS__MAX_SCOPES);
  }
  if (!sx_mem_grow(&account->ctx, (void **)&account->scopes, &account->cap_scopes, account->n_scopes + 1,
                   sizeof(char *))) {
    return sx_error_memory(err);
  }
  char *copy = sx_mem_strdup(&account->ctx, scope);
  if (!copy) return sx_error_memory(err);
  account->scopes[account->n_scopes] = copy;
  *index = account->n_scopes++;
  return SX_OK;
}

static sx_est *ref_or_null(const sx_est *est) {
  return est ? sx_est_ref(est) : NULL;
}

static sx_status check_leaf(const char *id, const sx_account_leaf *leaf, sx_error *err) {
  if (!leaf) return SX_OK;
  const bool product = leaf->population && leaf->penetration && leaf->spend;
  const bool any = leaf->population || leaf->penetration || leaf->spend;
  if ((leaf->total && any) || (!leaf->total && !product)) {
    return sx_error_set(err, SX_E_ARGUMENT, id,
                        "a leaf is population, penetration and spend, all three, or a total alone");
  }
  return SX_OK;
}

static sx_status find_parent(ptrdiff_t *out, const sx_account *account, const char *id, const char *parent,
                             sx_error *err) {
  *out = NO_NODE;
  if (sx_accounts__find(account, id) >= 0) {
    return sx_error_set(err, SX_E_DATA, id, "the node '%s' occurs twice in the account: give each an id of its own",
                        id);
  }
  if (!parent) {
    if (account->n_nodes == 0) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id, "a second root beside '%s': name its parent", account->nodes[0].id);
  }
  *out = sx_accounts__find(account, parent);
  if (*out < 0) return sx_error_set(err, SX_E_DATA, id, "unknown parent '%s': add it before its children", parent);
  if (account->nodes[*out].is_leaf) {
    return sx_error_set(err, SX_E_DATA, id, "its parent '%s' is a leaf with an amount of its own", parent);
  }
  return SX_OK;
}

/* Tags of the node: its own, or its parent's where it declares none. */
static sx_status set_scopes(sx_account *account, sx_account_node *node, const char *const *scopes, size_t n,
                            sx_error *err) {
  if (n == 0 && node->parent >= 0) {
    memcpy(node->in_scope, account->nodes[node->parent].in_scope, SX_ACCOUNTS__MAX_SCOPES * sizeof(bool));
  }
  for (size_t i = 0; i < n; i++) {
    size_t s = 0;
    SX_TRY(intern_scope(&s, account, scopes[i], err));
    node->in_scope[s] = true;
  }
  return SX_OK;
}

sx_status sx_account_add(sx_account *account, const char *id, const char *parent, const char *const *scopes,
                         size_t n_scopes, const sx_account_leaf *leaf, sx_error *err) {
  if (!account || !id || !*id) return sx_error_set(err, SX_E_ARGUMENT, "", "a node needs an account and an id");
  ptrdiff_t parent_index = NO_NODE;
  SX_TRY(check_leaf(id, leaf, err));
  SX_TRY(find_parent(&parent_index, account, id, parent, err));
  const sx_ctx *ctx = &account->ctx;
  if (!sx_mem_grow(ctx, (void **)&account->nodes, &account->cap_nodes, account->n_nodes + 1, sizeof *account->nodes)) {
    return sx_error_memory(err);
  }
  sx_status status = SX_OK;
  sx_account_node node = {.parent = parent_index, .is_leaf = leaf != NULL};
  node.id = sx_mem_strdup(ctx, id);
  node.in_scope = sx_mem_zalloc(ctx, SX_ACCOUNTS__MAX_SCOPES, sizeof(bool));
  if (!node.id || !node.in_scope) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, set_scopes(account, &node, scopes, n_scopes, err), done);
  node.depth = parent_index >= 0 ? account->nodes[parent_index].depth + 1 : 0;
  if (leaf) {
    node.population = ref_or_null(leaf->population);
    node.penetration = ref_or_null(leaf->penetration);
    node.spend = ref_or_null(leaf->spend);
    node.total = ref_or_null(leaf->total);
  }
  account->nodes[account->n_nodes++] = node;
done:
  if (status != SX_OK) node_clear(ctx, &node);
  return status;
}

/* The first node other than `self` that already has `code`, or NULL. */
static const sx_account_node *owner_of_code(const sx_account *account, const sx_account_node *self, const char *code) {
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    if (node == self) continue;
    for (size_t c = 0; c < node->n_codes; c++) {
      if (strcmp(node->codes[c], code) == 0) return node;
    }
  }
  return NULL;
}

sx_status sx_account_set_codes(sx_account *account, const char *id, const char *const *codes, size_t n, sx_error *err) {
  if (!account || !id || (n > 0 && !codes))
    return sx_error_set(err, SX_E_ARGUMENT, "", "account, id and codes are needed");
  const ptrdiff_t index = sx_accounts__find(account, id);
  if (index < 0) return sx_error_set(err, SX_E_DATA, id, "no node '%s' in the account", id);
  sx_account_node *node = &account->nodes[index];
  if (!node->is_leaf) return sx_error_set(err, SX_E_DATA, id, "only a leaf has codes: '%s' is a sum of children", id);
  for (size_t c = 0; c < n; c++) {
    const sx_account_node *other = owner_of_code(account, node, codes[c]);
    if (other) {
      return sx_error_set(err, SX_E_DATA, id, "overlaps '%s': both hold the code '%s', which would be counted twice",
                          other->id, codes[c]);
    }
  }
  char **copy = sx_mem_zalloc(&account->ctx, n, sizeof *copy);
  if (!copy) return sx_error_memory(err);
  for (size_t c = 0; c < n; c++) {
    copy[c] = sx_mem_strdup(&account->ctx, codes[c]);
    if (!copy[c]) {
      free_texts(&account->ctx, copy, n);
      return sx_error_memory(err);
    }
  }
  free_texts(&account->ctx, node->codes, node->n_codes);
  node->codes = copy;
  node->n_codes = n;
  return SX_OK;
}
