/* accounts_domains.c: one tree in many domains; what the sample does not allow is said, or a model's estimate stands in. */
#include "shuxiao/accounts_domains.h"

#include <math.h>
#include <string.h>

#include "accounts_priv.h"

static const char *const reason_names[] = {"", "missing", "no_error", "few", "cv"};

const char *sx_account_reason_name(sx_account_reason reason) {
  const size_t i = (size_t)reason;
  return i < sizeof reason_names / sizeof *reason_names ? reason_names[i] : "unknown";
}

typedef struct domain_work {
  const sx_account *tree;
  const sx_account_domain_request *request;
  sx_account_domain_options options;
  size_t *node; /* [n_leaves] of the leaf ids */
  sx_account_domains *result;
} domain_work;

/* ---- leaves --------------------------------------------------------------------------------------------------------------------- */

static bool has_model(const sx_account_leaf *model) {
  return model->population || model->penetration || model->spend || model->total || model->ratio;
}

/* What the model has goes before; a total of either makes the leaf a total. */
static sx_account_leaf overlaid(const sx_account_leaf *direct, const sx_account_leaf *model) {
  sx_account_leaf leaf = *direct;
  if (model->total) {
    leaf = (sx_account_leaf){.total = model->total, .total_input = model->total_input};
    return leaf;
  }
  if (model->population) leaf.population = model->population;
  if (model->penetration) leaf.penetration = model->penetration;
  if (model->spend) {
    leaf.spend = model->spend;
    leaf.ratio = NULL;
  }
  if (model->ratio) {
    leaf.ratio = model->ratio;
    leaf.ratio_to = model->ratio_to ? model->ratio_to : direct->ratio_to;
    leaf.ratio_base = model->ratio_to ? model->ratio_base : direct->ratio_base;
    leaf.spend = NULL;
  }
  return leaf;
}

static double cv_of(const sx_est *level) {
  const double value = sx_est_value(level), se = sx_est_se(level);
  if (value != 0) return se / fabs(value);
  return se == 0 ? 0 : (double)INFINITY;
}

/* A factor without an error of its own (one sampling unit) leaves the product's too small. */
static bool lacks_error(const sx_est *level, const sx_account_node *leaf) {
  if (!(sx_est_df(level) >= 1) || isnan(sx_est_variance(level))) return true;
  for (size_t f = 0; f < SX_ACCOUNTS__LEAF_FACTORS; f++)
    if (leaf->est[f] && !(sx_est_df(leaf->est[f]) >= 1)) return true;
  return false;
}

static sx_account_reason reason_of(const sx_est *level, const sx_account_node *leaf, size_t n,
                                   const sx_account_domain_options *options) {
  if (isnan(sx_est_value(level))) return SX_ACCOUNT_REASON_MISSING;
  if (lacks_error(level, leaf)) return SX_ACCOUNT_REASON_NO_ERROR;
  if (n < options->min_n) return SX_ACCOUNT_REASON_FEW;
  if (!isnan(options->max_cv) && cv_of(level) > options->max_cv) return SX_ACCOUNT_REASON_CV;
  return SX_ACCOUNT_REASON_NONE;
}

static sx_status judge(sx_account_domain *domain, const domain_work *w, const sx_account_cell *cells,
                       sx_accounts__memo *memo, sx_error *err) {
  sx_accounts__raw raw;
  SX_TRY(sx_accounts__raw_init(&raw, domain->account, memo, err));
  for (size_t k = 0; k < w->request->n_leaves; k++) {
    const sx_est *level = raw.level[w->node[k]];
    sx_account_domain_leaf *leaf = &domain->leaves[k];
    leaf->direct = sx_est_value(level);
    leaf->direct_cv = isnan(leaf->direct) ? (double)NAN : cv_of(level);
    leaf->reason = reason_of(level, &domain->account->nodes[w->node[k]], cells[k].n, &w->options);
    leaf->model = has_model(&cells[k].model) && (leaf->reason != SX_ACCOUNT_REASON_NONE || w->options.prefer_model);
  }
  sx_accounts__raw_clear(&raw);
  return SX_OK;
}

/* The direct leaves are judged, then the model's stand in where they are wanted. */
static sx_status fill_leaves(sx_account_domain *domain, const domain_work *w, const sx_account_cell *cells,
                             sx_account_leaf *leaves, sx_accounts__memo *memo, sx_error *err) {
  const sx_account_domain_request *q = w->request;
  size_t models = 0;
  for (size_t k = 0; k < q->n_leaves; k++) leaves[k] = cells[k].direct;
  SX_TRY(sx_account_copy(&domain->account, w->tree, q->leaf_ids, leaves, q->n_leaves, err));
  SX_TRY(sx_account_check(domain->account, err));
  SX_TRY(judge(domain, w, cells, memo, err));
  for (size_t k = 0; k < q->n_leaves; k++) {
    if (!domain->leaves[k].model) continue;
    leaves[k] = overlaid(&cells[k].direct, &cells[k].model);
    models++;
  }
  if (models == 0) return SX_OK;
  sx_account_free(domain->account);
  domain->account = NULL;
  return sx_account_copy(&domain->account, w->tree, q->leaf_ids, leaves, q->n_leaves, err);
}

/* ---- flags ------------------------------------------------------------------------------------------------------------------------ */

/* What is said of a leaf is said of what is referred to it, of its adjustments and of the nodes above, in the scopes that have it. */
static void spread(const sx_account *account, const size_t *order, size_t n_order, const unsigned *own, ptrdiff_t scope,
                   unsigned *flags) {
  for (size_t i = 0; i < account->n_nodes; i++) flags[i] = 0;
  for (size_t k = 0; k < n_order; k++) { /* as measured, whatever the scope */
    const size_t i = order[k];
    const sx_account_node *node = &account->nodes[i];
    flags[i] |= own[i];
    if (node->ratio_to) flags[i] |= flags[sx_accounts__find(account, node->ratio_to)];
    for (ptrdiff_t j = node->first_child; j >= 0; j = account->nodes[j].next)
      if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT) flags[i] |= flags[j];
  }
  if (scope < 0) return;
  for (size_t i = account->n_nodes; i-- > 0;) {
    const sx_account_node *node = &account->nodes[i];
    if (node->kind == SX_ACCOUNT_LEAF && !node->in_scope[scope]) flags[i] = 0;
    if (node->kind != SX_ACCOUNT_BRANCH) continue;
    flags[i] = 0;
    for (ptrdiff_t j = node->first_child; j >= 0; j = account->nodes[j].next) flags[i] |= flags[j];
  }
}

static ptrdiff_t scope_of(const sx_account *account, const char *scope) {
  for (size_t s = 0; scope && s < account->n_scopes; s++)
    if (strcmp(account->scopes[s], scope) == 0) return (ptrdiff_t)s;
  return SX_ACCOUNTS__NONE;
}

/* Of a share: also what the whole rests on. */
static unsigned flags_of_row(const sx_account *account, const sx_account_row *row, const unsigned *flags) {
  size_t i = (size_t)sx_accounts__find(account, row->id);
  if (account->nodes[i].kind == SX_ACCOUNT_ADJUSTMENT) i = (size_t)account->nodes[i].parent;
  unsigned all = flags[i];
  if (row->measure == SX_ACCOUNT_SHARE_OF_PARENT) all |= flags[sx_accounts__find(account, row->parent)];
  if (row->measure == SX_ACCOUNT_SHARE_OF_TOTAL) all |= flags[0];
  return all;
}

static sx_status flag_rows(sx_account_domain *domain, const domain_work *w, const sx_ctx *ctx, sx_error *err) {
  const sx_account *account = domain->account;
  size_t *order = NULL, n_order = 0;
  SX_TRY(sx_accounts__order(&order, &n_order, account, err));
  sx_status status = SX_OK;
  ptrdiff_t last = SX_ACCOUNTS__NONE;
  unsigned *own = sx_mem_zalloc(ctx, account->n_nodes, sizeof *own);
  unsigned *flags = sx_mem_zalloc(ctx, account->n_nodes, sizeof *flags);
  if (!own || !flags) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < w->request->n_leaves; k++) {
    const sx_account_domain_leaf *leaf = &domain->leaves[k];
    own[w->node[k]] = leaf->model                              ? SX_ACCOUNT_MODEL_BASED
                      : leaf->reason != SX_ACCOUNT_REASON_NONE ? SX_ACCOUNT_WEAK
                                                               : 0;
  }
  spread(account, order, n_order, own, last, flags);
  for (size_t r = 0; r < domain->result->n_rows; r++) {
    sx_account_row *row = &domain->result->rows[r];
    const ptrdiff_t scope = scope_of(account, row->scope);
    if (scope != last) spread(account, order, n_order, own, scope, flags);
    last = scope;
    row->flags |= flags_of_row(account, row, flags);
  }
done:
  sx_mem_free(ctx, order);
  sx_mem_free(ctx, own);
  sx_mem_free(ctx, flags);
  return status;
}

/* ---- domains ---------------------------------------------------------------------------------------------------------------------- */

static sx_status compute_domain(void *data, size_t d, sx_error *err) {
  domain_work *w = data;
  const sx_account_domain_request *q = w->request;
  const sx_ctx *ctx = &w->result->ctx;
  sx_account_domain *domain = &w->result->domains[d];
  sx_status status = SX_OK;
  sx_accounts__memo *memo = NULL;
  sx_account_leaf *leaves = sx_mem_zalloc(ctx, q->n_leaves, sizeof *leaves);
  domain->name = sx_mem_strdup(ctx, q->domains[d]);
  domain->leaves = sx_mem_zalloc(ctx, q->n_leaves, sizeof *domain->leaves);
  if (!leaves || !domain->name || !domain->leaves) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, sx_accounts__memo_new(&memo, ctx, err), done);
  SX_TRY_GOTO(status, fill_leaves(domain, w, &q->cells[d * q->n_leaves], leaves, memo, err), done);
  SX_TRY_GOTO(
      status,
      sx_accounts__compute(&domain->result, domain->account, q->benchmarks ? q->benchmarks[d] : NULL, memo, err), done);
  status = flag_rows(domain, w, ctx, err);
done:
  if (status != SX_OK) sx_error_add_where(err, "%s", q->domains[d]);
  sx_accounts__memo_free(memo);
  sx_mem_free(ctx, leaves);
  return status;
}

static sx_status check_request(const sx_account *tree, const sx_account_domain_request *q, sx_error *err) {
  if (!q->leaf_ids || q->n_leaves == 0 || !q->domains || q->n_domains == 0 || !q->cells)
    return sx_error_set(err, SX_E_ARGUMENT, "", "leaves, domains and a cell for each of both are needed");
  for (size_t d = 0; d < q->n_domains; d++)
    if (!q->domains[d]) return sx_error_set(err, SX_E_ARGUMENT, "", "domain %zu has no name", d + 1);
  for (size_t i = 0; i < tree->n_nodes; i++) {
    const sx_account_node *node = &tree->nodes[i];
    if (node->kind == SX_ACCOUNT_ADJUSTMENT && node->adjustment == SX_ACCOUNT_AMOUNT)
      return sx_error_set(err, SX_E_DATA, node->id,
                          "an amount belongs to one level, not to that of each domain: declare a share instead");
  }
  return SX_OK;
}

static sx_status find_leaves(domain_work *w, sx_error *err) {
  const sx_account_domain_request *q = w->request;
  for (size_t k = 0; k < q->n_leaves; k++) {
    const ptrdiff_t at = q->leaf_ids[k] ? sx_accounts__find(w->tree, q->leaf_ids[k]) : SX_ACCOUNTS__NONE;
    if (at < 0 || w->tree->nodes[at].kind != SX_ACCOUNT_LEAF)
      return sx_error_set(err, SX_E_DATA, q->leaf_ids[k], "no leaf '%s' in the account",
                          q->leaf_ids[k] ? q->leaf_ids[k] : "");
    w->node[k] = (size_t)at;
  }
  return SX_OK;
}

sx_status sx_account_compute_domains(sx_account_domains **out, const sx_account *tree,
                                     const sx_account_domain_request *request, const sx_account_domain_options *options,
                                     sx_error *err) {
  if (!out || !tree || !request) return sx_error_set(err, SX_E_ARGUMENT, "", "out, a tree and a request are needed");
  SX_TRY(check_request(tree, request, err));
  const sx_ctx *ctx = &tree->ctx;
  const sx_account_domain_options usual = SX_ACCOUNT_DOMAIN_OPTIONS_INIT;
  domain_work w = {.tree = tree, .request = request, .options = options ? *options : usual};
  sx_status status = SX_OK;
  w.node = sx_mem_alloc(ctx, request->n_leaves, sizeof *w.node);
  w.result = sx_mem_zalloc(ctx, 1, sizeof *w.result);
  if (w.result) w.result->ctx = *ctx;
  if (!w.node || !w.result) {
    status = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(status, find_leaves(&w, err), done);
  w.result->domains = sx_mem_zalloc(ctx, request->n_domains, sizeof *w.result->domains);
  if (!w.result->domains) {
    status = sx_error_memory(err);
    goto done;
  }
  w.result->n = request->n_domains;
  w.result->n_leaves = request->n_leaves;
  status = sx_parallel_for(ctx, request->n_domains, compute_domain, &w, err);
  if (status == SX_OK) {
    *out = w.result;
    w.result = NULL;
  }
done:
  sx_mem_free(ctx, w.node);
  sx_account_domains_free(w.result);
  return status;
}

void sx_account_domains_free(sx_account_domains *domains) {
  if (!domains) return;
  const sx_ctx ctx = domains->ctx;
  for (size_t d = 0; d < domains->n; d++) {
    sx_account_domain *domain = &domains->domains[d];
    sx_account_result_free(domain->result);
    sx_account_free(domain->account);
    sx_mem_free(&ctx, domain->leaves);
    sx_mem_free(&ctx, domain->name);
  }
  sx_mem_free(&ctx, domains->domains);
  sx_mem_free(&ctx, domains);
}
