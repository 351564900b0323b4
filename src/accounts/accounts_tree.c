/* accounts_tree.c: building an account: nodes, scopes, exclusive codes.
 *
 * The tree is a list in the order of adding, parents before children, so that every later pass is one sweep. */
#include "accounts_priv.h"

#include <string.h>

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

void sx_accounts__node_clear(const sx_ctx *ctx, sx_account_node *node) {
  sx_mem_free(ctx, node->id);
  free_texts(ctx, node->codes, node->n_codes);
  sx_mem_free(ctx, node->in_scope);
  sx_mem_free(ctx, node->ratio_to);
  for (size_t f = 0; f < SX_ACCOUNTS__FACTORS; f++) {
    sx_est_free(node->est[f]);
    sx_mem_free(ctx, node->input[f]);
  }
}

void sx_account_free(sx_account *account) {
  if (!account) return;
  const sx_ctx ctx = account->ctx;
  for (size_t i = 0; i < account->n_nodes; i++) sx_accounts__node_clear(&ctx, &account->nodes[i]);
  sx_mem_free(&ctx, account->nodes);
  free_texts(&ctx, account->scopes, account->n_scopes);
  sx_mem_free(&ctx, account);
}

ptrdiff_t sx_accounts__find(const sx_account *account, const char *id) {
  for (size_t i = 0; i < account->n_nodes; i++) {
    if (strcmp(account->nodes[i].id, id) == 0) return (ptrdiff_t)i;
  }
  return SX_ACCOUNTS__NONE;
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

/* ---- leaves ---------------------------------------------------------------------------------------------------------------- */

static sx_status leaf_problem(const char *id, const char *what, sx_error *err) {
  return sx_error_set(
      err, SX_E_ARGUMENT, id,
      "a leaf is population, penetration and spend (or a ratio to another node's), all three, or a total alone: %s",
      what);
}

sx_status sx_accounts__check_leaf(const char *id, const sx_account_leaf *leaf, sx_error *err) {
  if (leaf->total) {
    if (leaf->population || leaf->penetration || leaf->spend || leaf->ratio)
      return leaf_problem(id, "there are factors beside the total", err);
    return SX_OK;
  }
  if (leaf->spend && leaf->ratio) return leaf_problem(id, "there are a spend and a ratio", err);
  if (leaf->ratio && (!leaf->ratio_to || !*leaf->ratio_to))
    return leaf_problem(id, "the ratio does not say to which node", err);
  if ((unsigned)leaf->ratio_base > SX_ACCOUNT_OF_LEVEL)
    return sx_error_set(err, SX_E_ARGUMENT, id, "%d is no base of a ratio", (int)leaf->ratio_base);
  if (leaf->ratio && leaf->ratio_base == SX_ACCOUNT_OF_LEVEL && !leaf->population && !leaf->penetration) return SX_OK;
  if (!leaf->population) return leaf_problem(id, "the population is missing", err);
  if (!leaf->penetration) return leaf_problem(id, "the penetration is missing", err);
  if (!leaf->spend && !leaf->ratio) return leaf_problem(id, "the spend is missing", err);
  return SX_OK;
}

sx_status sx_accounts__set_leaf(sx_account_node *node, const sx_ctx *ctx, const sx_account_leaf *leaf, sx_error *err) {
  const sx_est *const est[SX_ACCOUNTS__LEAF_FACTORS] = {leaf->population, leaf->penetration, leaf->spend, leaf->total,
                                                        leaf->ratio};
  const char *const input[SX_ACCOUNTS__LEAF_FACTORS] = {leaf->population_input, leaf->penetration_input,
                                                        leaf->spend_input, leaf->total_input, leaf->ratio_input};
  sx_mem_free(ctx, node->ratio_to);
  node->ratio_to = NULL;
  node->ratio_base = leaf->ratio_base;
  for (size_t f = 0; f < SX_ACCOUNTS__LEAF_FACTORS; f++) {
    sx_est_free(node->est[f]);
    node->est[f] = est[f] ? sx_est_ref(est[f]) : NULL;
    sx_mem_free(ctx, node->input[f]);
    node->input[f] = input[f] ? sx_mem_strdup(ctx, input[f]) : NULL;
    if (input[f] && !node->input[f]) return sx_error_memory(err);
  }
  if (!leaf->ratio) return SX_OK;
  node->ratio_to = sx_mem_strdup(ctx, leaf->ratio_to);
  return node->ratio_to ? SX_OK : sx_error_memory(err);
}

/* ---- nodes ----------------------------------------------------------------------------------------------------------------- */

static sx_status duplicate(const sx_account *account, size_t at, const char *id, const char *parent, sx_error *err) {
  const ptrdiff_t up = account->nodes[at].parent;
  const char *first = up >= 0 ? account->nodes[up].id : NULL;
  if (first && parent && strcmp(first, parent) != 0)
    return sx_error_set(err, SX_E_DATA, id,
                        "occurs twice, under '%s' and under '%s': a child in two parents would be counted twice", first,
                        parent);
  return sx_error_set(err, SX_E_DATA, id, "the node '%s' occurs twice in the account: give each an id of its own", id);
}

static sx_status find_parent(ptrdiff_t *out, const sx_account *account, const char *id, const char *parent,
                             sx_error *err) {
  *out = SX_ACCOUNTS__NONE;
  const ptrdiff_t same = sx_accounts__find(account, id);
  if (same >= 0) return duplicate(account, (size_t)same, id, parent, err);
  if (parent && strcmp(parent, id) == 0) return sx_error_set(err, SX_E_DATA, id, "the node '%s' is its own parent", id);
  if (!parent) {
    if (account->n_nodes == 0) return SX_OK;
    return sx_error_set(err, SX_E_DATA, id, "a second root beside '%s': name its parent", account->nodes[0].id);
  }
  *out = sx_accounts__find(account, parent);
  if (*out < 0) return sx_error_set(err, SX_E_DATA, id, "unknown parent '%s': add it before its children", parent);
  if (account->nodes[*out].kind == SX_ACCOUNT_LEAF)
    return sx_error_set(err, SX_E_DATA, id, "its parent '%s' is a leaf with an amount of its own", parent);
  if (account->nodes[*out].kind == SX_ACCOUNT_ADJUSTMENT)
    return sx_error_set(err, SX_E_DATA, id, "its parent '%s' is an adjustment: put the node under what is adjusted",
                        parent);
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

sx_status sx_accounts__append(sx_account *account, sx_account_node *node, sx_error *err) {
  const sx_ctx *ctx = &account->ctx;
  if (!sx_mem_grow(ctx, (void **)&account->nodes, &account->cap_nodes, account->n_nodes + 1, sizeof *account->nodes))
    return sx_error_memory(err);
  const ptrdiff_t at = (ptrdiff_t)account->n_nodes;
  node->first_child = node->last_child = node->next = SX_ACCOUNTS__NONE;
  node->depth = 0;
  if (node->parent >= 0) {
    sx_account_node *parent = &account->nodes[node->parent];
    node->depth = parent->depth + 1;
    if (parent->last_child >= 0)
      account->nodes[parent->last_child].next = at;
    else
      parent->first_child = at;
    parent->last_child = at;
  }
  account->nodes[account->n_nodes++] = *node;
  return SX_OK;
}

sx_status sx_account_add(sx_account *account, const char *id, const char *parent, const char *const *scopes,
                         size_t n_scopes, const sx_account_leaf *leaf, sx_error *err) {
  if (!account || !id || !*id) return sx_error_set(err, SX_E_ARGUMENT, "", "a node needs an account and an id");
  sx_account_node node = {.kind = leaf ? SX_ACCOUNT_LEAF : SX_ACCOUNT_BRANCH};
  if (leaf) SX_TRY(sx_accounts__check_leaf(id, leaf, err));
  SX_TRY(find_parent(&node.parent, account, id, parent, err));
  const sx_ctx *ctx = &account->ctx;
  sx_status status = SX_OK;
  node.id = sx_mem_strdup(ctx, id);
  node.in_scope = sx_mem_zalloc(ctx, SX_ACCOUNTS__MAX_SCOPES, sizeof(bool));
  if (!node.id || !node.in_scope) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, set_scopes(account, &node, scopes, n_scopes, err), done);
  if (leaf) SX_TRY_GOTO(status, sx_accounts__set_leaf(&node, ctx, leaf, err), done);
  status = sx_accounts__append(account, &node, err);
done:
  if (status != SX_OK) sx_accounts__node_clear(ctx, &node);
  return status;
}

/* ---- codes ----------------------------------------------------------------------------------------------------------------- */

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
  if (node->kind != SX_ACCOUNT_LEAF)
    return sx_error_set(err, SX_E_DATA, id, "only a leaf has codes: '%s' is a sum of children", id);
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
