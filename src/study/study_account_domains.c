/* study_account_domains.c: one account in many groups, and why it is not the same in two of them. */
#include <math.h>
#include <string.h>

#include "study_account.h"
#include "study_names.h"

enum { GROUPS_AT_ONCE = 8 };

typedef struct domains {
  const st_account_run *w;
  sx_account *tree; /* the account without its scopes, whose rows no group has */
  st_where *wheres; /* [n] the concrete groups, in the order of the account's list */
  size_t n;
  size_t *leaves; /* [n_leaves] nodes */
  size_t n_leaves;
  const char **ids;             /* [n_leaves] */
  sx_est **model;               /* [n * n_leaves] small areas, NULL where there is none */
  sx_account **kept;            /* [n] the accounts that comparisons want */
  st_leaf *direct;              /* [GROUPS_AT_ONCE * n_leaves] of the groups at hand */
  st_shared_population *shared; /* [n] */
  size_t first;                 /* of the groups at hand */
} domains;

/* ---- before the computation -------------------------------------------------------------------------------------------------- */

static sx_status expand(domains *d, sx_error *err) {
  const st_account_run *w = d->w;
  size_t cap = 0;
  for (size_t k = 0; k < w->a->n_domains; k++) {
    st_where *list = NULL;
    size_t n = 0;
    SX_TRY(study__expand(&list, &n, w->r, &w->a->domains[k], err));
    if (!sx_arena_grow(w->r->arena, (void **)&d->wheres, &cap, d->n + n, sizeof *d->wheres))
      return sx_error_memory(err);
    memcpy(d->wheres + d->n, list, n * sizeof *list);
    d->n += n;
  }
  return SX_OK;
}

static sx_status list_leaves(domains *d, sx_error *err) {
  const st_account *a = d->w->a;
  sx_arena *arena = d->w->r->arena;
  d->leaves = sx_arena_alloc(arena, a->n_nodes, sizeof *d->leaves);
  d->ids = sx_arena_alloc(arena, a->n_nodes, sizeof *d->ids);
  if (!d->leaves || !d->ids) return sx_error_memory(err);
  for (size_t i = 0; i < a->n_nodes; i++) {
    if (!a->nodes[i].leaf) continue;
    d->ids[d->n_leaves] = a->nodes[i].id;
    d->leaves[d->n_leaves++] = i;
  }
  d->direct = sx_mem_zalloc(&d->w->r->ctx, GROUPS_AT_ONCE * d->n_leaves, sizeof *d->direct);
  d->model = sx_mem_zalloc(&d->w->r->ctx, d->n * d->n_leaves, sizeof *d->model);
  d->kept = sx_mem_zalloc(&d->w->r->ctx, d->n, sizeof *d->kept);
  d->shared = sx_mem_zalloc(&d->w->r->ctx, d->n, sizeof *d->shared);
  return d->direct && d->model && d->kept && d->shared ? SX_OK : sx_error_memory(err);
}

static void drop_leaves(const domains *d) {
  for (size_t k = 0; d->direct && k < GROUPS_AT_ONCE * d->n_leaves; k++) study__leaf_clear(&d->direct[k]);
}

static sx_status make_leaves(st_leaf *leaves, const domains *d, const char *domain, sx_error *err) {
  for (size_t k = 0; k < d->n_leaves; k++) {
    const st_node *node = &d->w->a->nodes[d->leaves[k]];
    const sx_status status = study__leaf_find(&leaves[k], d->w->r, d->w->a, node, domain, err);
    if (status == SX_OK) continue;
    study__add_place(err, d->w->r->s, node->node);
    return status;
  }
  return SX_OK;
}

/* A task: of one group. */
static sx_status share_population(void *data, size_t k, sx_error *err) {
  const domains *d = data;
  for (size_t i = 0; i < d->n_leaves; i++)
    SX_TRY(study__share_population(&d->direct[k * d->n_leaves + i], &d->shared[d->first + k], err));
  return SX_OK;
}

static void drop_population(const domains *d, size_t i) {
  sx_est_free(d->shared[i].found);
  sx_est_free(d->shared[i].whole);
  d->shared[i] = (st_shared_population){NULL, NULL};
}

/* A task: of the run it takes its memory alone. */
static sx_status finish_leaf(void *data, size_t i, sx_error *err) {
  const domains *d = data;
  const sx_status status = study__leaf_finish(&d->direct[i], &d->w->r->ctx, err);
  if (status != SX_OK) study__add_place(err, d->w->r->s, d->w->a->nodes[d->leaves[i % d->n_leaves]].node);
  return status;
}

/* What one group of a few brings: its leaves, and its benchmark where everything in it that comes from outside has a value of the group's own. */
static sx_status fill_group(sx_account_cell *cells, sx_est **benchmark, const domains *d, size_t first, size_t k,
                            sx_error *err) {
  const st_account *a = d->w->a;
  st_run *r = d->w->r;
  const char *name = d->wheres[first + k].name;
  const st_leaf *leaves = &d->direct[k * d->n_leaves];
  for (size_t i = 0; i < d->n_leaves; i++) {
    sx_account_cell *cell = &cells[k * d->n_leaves + i];
    cell->direct = leaves[i].leaf;
    cell->n = leaves[i].n;
    cell->model.total = d->model[(first + k) * d->n_leaves + i];
  }
  if (!a->benchmark.value.expr || !study__formula_in(r->s, &a->benchmark, name)) return SX_OK;
  return study__formula_value(benchmark, r, &a->benchmark, name, err);
}

/* The trees of groups first to first + n, n at most GROUPS_AT_ONCE, side by side. */
static sx_status compute(sx_account_domains **out, domains *d, size_t first, size_t n, sx_error *err) {
  const st_account *a = d->w->a;
  st_run *r = d->w->r;
  sx_account_cell *cells = sx_mem_zalloc(&r->ctx, n * d->n_leaves, sizeof *cells);
  sx_est *own[GROUPS_AT_ONCE] = {NULL};
  const sx_est *benchmarks[GROUPS_AT_ONCE];
  const char *names[GROUPS_AT_ONCE];
  sx_status status = SX_OK;
  if (!cells) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++)
    SX_TRY_GOTO(status, make_leaves(&d->direct[k * d->n_leaves], d, d->wheres[first + k].name, err), done);
  d->first = first;
  SX_TRY_GOTO(status, sx_parallel_for(&r->ctx, n, share_population, d, err), done);
  SX_TRY_GOTO(status, sx_parallel_for(&r->ctx, n * d->n_leaves, finish_leaf, d, err), done);
  for (size_t k = 0; k < n; k++) {
    SX_TRY_GOTO(status, fill_group(cells, &own[k], d, first, k, err), done);
    benchmarks[k] = own[k];
    names[k] = d->wheres[first + k].name;
  }
  const sx_account_domain_request request = {.leaf_ids = d->ids,
                                             .n_leaves = d->n_leaves,
                                             .domains = names,
                                             .n_domains = n,
                                             .cells = cells,
                                             .benchmarks = benchmarks};
  sx_account_domain_options options = SX_ACCOUNT_DOMAIN_OPTIONS_INIT;
  options.min_n = a->min_n;
  options.max_cv = a->max_cv;
  status = sx_account_compute_domains(out, d->tree, &request, &options, err);
done:
  drop_leaves(d);
  for (size_t k = 0; k < n; k++) drop_population(d, first + k);
  for (size_t k = 0; k < n; k++) sx_est_free(own[k]);
  sx_mem_free(&r->ctx, cells);
  return status;
}

/* ---- rows -------------------------------------------------------------------------------------------------------------------------- */

static const char *reason_mark(sx_account_reason reason) {
  switch (reason) {
  case SX_ACCOUNT_REASON_FEW:
    return "few interviews";
  case SX_ACCOUNT_REASON_CV:
    return "large cv";
  case SX_ACCOUNT_REASON_NO_ERROR:
    return "no error";
  case SX_ACCOUNT_REASON_MISSING:
  case SX_ACCOUNT_REASON_NONE:
  default:
    return "";
  }
}

/* What the interviews alone say of a leaf for which a model stands in. */
static sx_status put_direct(const domains *d, const sx_account_domain_leaf *made, const st_where *where, size_t leaf,
                            sx_error *err) {
  sx_est *est = NULL;
  if (!made->model || isnan(made->direct)) return SX_OK;
  const double se = made->direct * made->direct_cv;
  SX_TRY(sx_est_outside(&est, &d->w->r->ctx, made->direct, isfinite(se) ? se : 0, (double)INFINITY, err));
  const st_account_put put = {.node = d->ids[leaf],
                              .statistic = "direct",
                              .unit = d->w->a->unit,
                              .where = where,
                              .est = est,
                              .mark = reason_mark(made->reason)};
  const sx_status status = study__put_account_row(d->w, &put, err);
  sx_est_free(est);
  return status;
}

static bool compared(const domains *d, size_t i) {
  for (size_t k = 0; k < d->w->a->n_compares; k++) {
    const st_domain *const sides[] = {&d->w->a->compares[k].from, &d->w->a->compares[k].to};
    for (size_t side = 0; side < 2; side++) {
      const char *name = sides[side]->n ? study__domain_text(d->w->r->s, sides[side], d->w->r->arena) : NULL;
      if (name && strcmp(name, d->wheres[i].name) == 0) return true;
    }
  }
  return false;
}

static sx_status put_group(const domains *d, sx_account_domain *own, size_t i, sx_error *err) {
  SX_TRY(study__put_account_result(d->w, own->result, &d->wheres[i], err));
  for (size_t k = 0; k < d->n_leaves; k++) SX_TRY(put_direct(d, &own->leaves[k], &d->wheres[i], k, err));
  if (compared(d, i)) {
    d->kept[i] = own->account;
    own->account = NULL;
  }
  return SX_OK;
}

/* As many groups at a time as there are threads: the rows of all of them together would be as many as there are groups. */
static sx_status all_groups(domains *d, sx_error *err) {
  size_t step = (size_t)sx_ctx_threads(&d->w->r->ctx);
  if (step > GROUPS_AT_ONCE) step = GROUPS_AT_ONCE;
  for (size_t first = 0; first < d->n; first += step) {
    const size_t n = d->n - first < step ? d->n - first : step;
    sx_account_domains *made = NULL;
    SX_TRY(compute(&made, d, first, n, err));
    sx_status status = SX_OK;
    for (size_t k = 0; k < n && status == SX_OK; k++) status = put_group(d, &made->domains[k], first + k, err);
    sx_account_domains_free(made);
    if (status != SX_OK) return status;
  }
  return SX_OK;
}

/* ---- comparisons -------------------------------------------------------------------------------------------------------------------- */

/* The account of a group among those that were made, or of the whole. */
static sx_status find_side(const sx_account **account, const st_where **where, const domains *d, const st_domain *side,
                           sx_error *err) {
  static const st_where whole = {.n = 0, .name = "total"};
  const char *name = study__domain_text(d->w->r->s, side, d->w->r->arena);
  if (!name) return sx_error_memory(err);
  if (side->n == 0) {
    *account = d->w->account;
    *where = &whole;
    return SX_OK;
  }
  for (size_t i = 0; i < d->n; i++) {
    if (strcmp(d->wheres[i].name, name) != 0 || !d->kept[i]) continue;
    *account = d->kept[i];
    *where = &d->wheres[i];
    return SX_OK;
  }
  return sx_error_set(err, SX_E_DATA, name, "the data have no cases of the group '%s'", name);
}

static sx_status compare(const domains *d, const st_compare *c, sx_error *err) {
  const sx_account *before = NULL, *after = NULL;
  const st_where *from = NULL, *to = NULL;
  sx_account *other = NULL;
  sx_status status = find_side(&after, &to, d, &c->to, err);
  if (status == SX_OK && c->with != ST_NONE) {
    status = study__build_account(&other, d->w->r, &d->w->r->s->accounts[c->with], err);
    before = other;
  } else if (status == SX_OK) {
    status = find_side(&before, &from, d, &c->from, err);
  }
  const st_sides sides = {.before = before, .after = after};
  if (status == SX_OK) status = study__put_comparison(d->w, c, to, &sides, err);
  if (status != SX_OK) study__add_place(err, d->w->r->s, c->node);
  sx_account_free(other);
  return status;
}

sx_status study__account_domains(const st_account_run *w, sx_error *err) {
  const st_account *a = w->a;
  domains d = {.w = w};
  sx_status status = SX_OK;
  if (a->n_domains) {
    SX_TRY_GOTO(status, expand(&d, err), done);
    SX_TRY_GOTO(status, list_leaves(&d, err), done);
    if (a->area.node)
      SX_TRY_GOTO(status, study__account_areas(d.model, d.shared, w, d.wheres, d.n, d.leaves, d.n_leaves, err), done);
    SX_TRY_GOTO(status, sx_account_restrict(&d.tree, w->account, NULL, err), done);
    SX_TRY_GOTO(status, all_groups(&d, err), done);
  }
  for (size_t i = 0; i < a->n_compares; i++) {
    if (!a->compares[i].wave) SX_TRY_GOTO(status, compare(&d, &a->compares[i], err), done);
  }
done:
  for (size_t i = 0; d.model && i < d.n * d.n_leaves; i++) sx_est_free(d.model[i]);
  for (size_t i = 0; d.kept && i < d.n; i++) sx_account_free(d.kept[i]);
  for (size_t i = 0; d.shared && i < d.n; i++) drop_population(&d, i);
  sx_account_free(d.tree);
  sx_mem_free(&w->r->ctx, d.direct);
  sx_mem_free(&w->r->ctx, d.model);
  sx_mem_free(&w->r->ctx, d.kept);
  sx_mem_free(&w->r->ctx, d.shared);
  return status;
}
