/* accounts_copy.c: the same tree with other leaves; nodes in any order; estimates linked to those of an earlier wave. */
#include "accounts_priv.h"

#include <string.h>

/* ---- copies ------------------------------------------------------------------------------------------------------------------ */

static sx_status copy_est(sx_est **out, const sx_est *est, const sx_link *link, sx_error *err) {
  *out = NULL;
  if (!est) return SX_OK;
  if (link) return sx_link_est(out, link, est, err);
  *out = sx_est_ref(est);
  return SX_OK;
}

static sx_status copy_text(char **out, const sx_ctx *ctx, const char *text, sx_error *err) {
  *out = text ? sx_mem_strdup(ctx, text) : NULL;
  return text && !*out ? sx_error_memory(err) : SX_OK;
}

static sx_status copy_codes(sx_account_node *to, const sx_account_node *from, const sx_ctx *ctx, sx_error *err) {
  to->codes = sx_mem_zalloc(ctx, from->n_codes, sizeof *to->codes);
  if (!to->codes) return sx_error_memory(err);
  for (; to->n_codes < from->n_codes; to->n_codes++)
    SX_TRY(copy_text(&to->codes[to->n_codes], ctx, from->codes[to->n_codes], err));
  return SX_OK;
}

static sx_status fill_node(sx_account_node *to, const sx_account_node *from, const sx_ctx *ctx, const sx_link *link,
                           sx_error *err) {
  SX_TRY(copy_text(&to->id, ctx, from->id, err));
  SX_TRY(copy_text(&to->ratio_to, ctx, from->ratio_to, err));
  SX_TRY(copy_codes(to, from, ctx, err));
  to->in_scope = sx_mem_alloc(ctx, SX_ACCOUNTS__MAX_SCOPES, sizeof(bool));
  if (!to->in_scope) return sx_error_memory(err);
  memcpy(to->in_scope, from->in_scope, SX_ACCOUNTS__MAX_SCOPES * sizeof(bool));
  for (size_t f = 0; f < SX_ACCOUNTS__FACTORS; f++) {
    SX_TRY(copy_est(&to->est[f], from->est[f], link, err));
    SX_TRY(copy_text(&to->input[f], ctx, from->input[f], err));
  }
  return SX_OK;
}

static sx_status copy_node(sx_account *to, const sx_account_node *from, const sx_link *link, sx_error *err) {
  sx_account_node node = {
      .parent = from->parent, .kind = from->kind, .adjustment = from->adjustment, .ratio_base = from->ratio_base};
  sx_status status = fill_node(&node, from, &to->ctx, link, err);
  if (status != SX_OK) sx_error_add_where(err, "%s", from->id);
  if (status == SX_OK) status = sx_accounts__append(to, &node, err);
  if (status != SX_OK) sx_accounts__node_clear(&to->ctx, &node);
  return status;
}

static sx_status copy_scopes(sx_account *to, const sx_account *from, sx_error *err) {
  for (size_t s = 0; s < from->n_scopes; s++) {
    if (!sx_mem_grow(&to->ctx, (void **)&to->scopes, &to->cap_scopes, s + 1, sizeof(char *)))
      return sx_error_memory(err);
    SX_TRY(copy_text(&to->scopes[s], &to->ctx, from->scopes[s], err));
    to->n_scopes++;
  }
  return SX_OK;
}

sx_status sx_accounts__linked(sx_account **out, const sx_account *account, const sx_link *link, sx_error *err) {
  sx_account *copy = NULL;
  SX_TRY(sx_account_new(&copy, &account->ctx, err));
  sx_status status = copy_scopes(copy, account, err);
  for (size_t i = 0; status == SX_OK && i < account->n_nodes; i++)
    status = copy_node(copy, &account->nodes[i], link, err);
  if (status != SX_OK) {
    sx_account_free(copy);
    return status;
  }
  *out = copy;
  return SX_OK;
}

sx_status sx_account_copy(sx_account **out, const sx_account *account, const char *const *ids,
                          const sx_account_leaf *leaves, size_t n, sx_error *err) {
  if (!out || !account || (n > 0 && (!ids || !leaves)))
    return sx_error_set(err, SX_E_ARGUMENT, "", "out, account, ids and leaves are needed");
  sx_account *copy = NULL;
  SX_TRY(sx_accounts__linked(&copy, account, NULL, err));
  sx_status status = SX_OK;
  for (size_t k = 0; status == SX_OK && k < n; k++) {
    const ptrdiff_t at = ids[k] ? sx_accounts__find(copy, ids[k]) : SX_ACCOUNTS__NONE;
    if (at < 0 || copy->nodes[at].kind != SX_ACCOUNT_LEAF)
      status = sx_error_set(err, SX_E_DATA, ids[k], "no leaf '%s' in the account", ids[k] ? ids[k] : "");
    else
      status = sx_accounts__check_leaf(ids[k], &leaves[k], err);
    if (status == SX_OK) status = sx_accounts__set_leaf(&copy->nodes[at], &copy->ctx, &leaves[k], err);
  }
  if (status != SX_OK) {
    sx_account_free(copy);
    return status;
  }
  *out = copy;
  return SX_OK;
}

/* ---- nodes in any order ------------------------------------------------------------------------------------------------------- */

static size_t find_entry(const sx_account_entry *entries, size_t n, const char *id) {
  size_t i = 0;
  while (i < n && !(entries[i].id && strcmp(entries[i].id, id) == 0)) i++;
  return i;
}

/* From an entry whose ancestors lead back to itself: the ring, child before parent. */
static sx_status ancestor_ring(const sx_account_entry *entries, size_t n, size_t from, const sx_ctx *ctx,
                               sx_error *err) {
  size_t at = from;
  for (size_t k = 0; k < n; k++) at = find_entry(entries, n, entries[at].parent); /* now surely in the ring */
  const size_t start = at;
  sx_buf text;
  sx_buf_init(&text, ctx);
  do {
    sx_buf_printf(&text, "%s -> ", entries[at].id);
    at = find_entry(entries, n, entries[at].parent);
  } while (at != start);
  sx_buf_add(&text, entries[start].id);
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK)
    status = sx_error_set(err, SX_E_DATA, entries[start].id, "the node is its own ancestor: %s", text.data);
  sx_buf_clear(&text);
  return status;
}

/* Some entries are left and none of them can be added: an unknown parent, a double id, or a ring. */
static sx_status stuck(sx_account *account, const sx_account_entry *entries, size_t n, const bool *done,
                       sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (done[i]) continue;
    const sx_account_entry *e = &entries[i];
    if (find_entry(entries, n, e->parent) == n)
      return sx_account_add(account, e->id, e->parent, e->scopes, e->n_scopes, e->leaf, err);
  }
  size_t first = 0;
  while (done[first]) first++;
  return ancestor_ring(entries, n, first, &account->ctx, err);
}

static sx_status add_ready(sx_account *account, const sx_account_entry *entries, size_t n, bool *done, size_t *n_done,
                           sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    const sx_account_entry *e = &entries[i];
    if (done[i] || (e->parent && sx_accounts__find(account, e->parent) < 0)) continue;
    SX_TRY(sx_account_add(account, e->id, e->parent, e->scopes, e->n_scopes, e->leaf, err));
    done[i] = true;
    ++*n_done;
  }
  return SX_OK;
}

static sx_status check_ids(const sx_account_entry *entries, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    const sx_account_entry *e = &entries[i];
    if (!e->id || !*e->id) return sx_error_set(err, SX_E_ARGUMENT, "", "entry %zu has no id", i + 1);
    if (e->parent && strcmp(e->parent, e->id) == 0)
      return sx_error_set(err, SX_E_DATA, e->id, "the node '%s' is its own parent", e->id);
    const size_t first = find_entry(entries, n, e->id);
    if (first == i) continue;
    const char *a = entries[first].parent, *b = e->parent;
    if (a && b && strcmp(a, b) != 0)
      return sx_error_set(err, SX_E_DATA, e->id,
                          "occurs twice, under '%s' and under '%s': a child in two parents would be counted twice", a,
                          b);
    return sx_error_set(err, SX_E_DATA, e->id, "the node '%s' occurs twice in the account: give each an id of its own",
                        e->id);
  }
  return SX_OK;
}

/* Takes away the nodes from n on and the scopes from n_scopes on; what they were linked to is mended. */
static void cut(sx_account *account, size_t n, size_t n_scopes) {
  while (account->n_scopes > n_scopes) sx_mem_free(&account->ctx, account->scopes[--account->n_scopes]);
  while (account->n_nodes > n) sx_accounts__node_clear(&account->ctx, &account->nodes[--account->n_nodes]);
  for (size_t i = 0; i < n; i++) {
    sx_account_node *node = &account->nodes[i];
    node->first_child = node->last_child = node->next = SX_ACCOUNTS__NONE;
    if (node->parent < 0) continue;
    sx_account_node *parent = &account->nodes[node->parent];
    if (parent->last_child >= 0)
      account->nodes[parent->last_child].next = (ptrdiff_t)i;
    else
      parent->first_child = (ptrdiff_t)i;
    parent->last_child = (ptrdiff_t)i;
  }
}

sx_status sx_account_add_all(sx_account *account, const sx_account_entry *entries, size_t n, sx_error *err) {
  if (!account || (n > 0 && !entries)) return sx_error_set(err, SX_E_ARGUMENT, "", "account and entries are needed");
  SX_TRY(check_ids(entries, n, err));
  const size_t before = account->n_nodes, scopes = account->n_scopes;
  bool *done = sx_mem_zalloc(&account->ctx, n, sizeof *done);
  if (!done) return sx_error_memory(err);
  sx_status status = SX_OK;
  for (size_t n_done = 0, last = SIZE_MAX; status == SX_OK && n_done < n;) {
    last = n_done;
    status = add_ready(account, entries, n, done, &n_done, err);
    if (status == SX_OK && n_done == last) status = stuck(account, entries, n, done, err);
  }
  if (status != SX_OK) cut(account, before, scopes);
  sx_mem_free(&account->ctx, done);
  return status;
}
