/* accounts_balance.c: balancing: the request checked, the problem set up, solved without and with bounds.
 *
 * Mathematics: accounts_balance.h, accounts_balance_priv.h and docs/methods/balancing.md. */
#include "accounts_balance_priv.h"

#include <stdlib.h>
#include <string.h>

void *sx_accounts__take(bal *b, size_t n, size_t size, sx_error *err) {
  void *p = sx_arena_zalloc(b->arena, n ? n : 1, size);
  if (!p) (void)sx_error_memory(err);
  return p;
}

const char *sx_balance_at_name(sx_balance_at at) {
  static const char *const names[] = {"free", "fixed", "lower", "upper"};
  const size_t i = (size_t)at;
  return i < sizeof names / sizeof *names ? names[i] : "unknown";
}

/* ---- the request ---------------------------------------------------------------------------------------------------- */

typedef struct named {
  const char *id, *where;
} named;

static int by_id(const void *a, const void *b) {
  const named *x = a, *y = b;
  return strcmp(x->id, y->id);
}

static sx_status check_unique(named *list, size_t n, const char *what, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (!list[i].id || !*list[i].id)
      return sx_error_set(err, SX_E_ARGUMENT, "", "%s %zu has no id: every one needs its own", what, i + 1);
  }
  qsort(list, n, sizeof *list, by_id);
  for (size_t i = 1; i < n; i++) {
    if (strcmp(list[i - 1].id, list[i].id) == 0)
      return sx_error_set(err, SX_E_ARGUMENT, list[i].where, "the id of this %s occurs twice", what);
  }
  return SX_OK;
}

static sx_status check_ids(bal *b, sx_error *err) {
  const sx_balance_request *q = b->q;
  const size_t most = b->n > b->n_ids ? b->n : b->n_ids;
  named *list = sx_accounts__take(b, most, sizeof *list, err);
  b->at_figure = list ? sx_accounts__take(b, b->n, sizeof *b->at_figure, err) : NULL;
  b->at_identity = b->at_figure ? sx_accounts__take(b, b->n_ids, sizeof *b->at_identity, err) : NULL;
  if (!b->at_identity) return SX_E_MEMORY;
  for (size_t j = 0; j < b->n; j++) {
    const char *id = q->figures[j].id;
    if (!(b->at_figure[j] = sx_arena_printf(b->arena, "figure %s", id ? id : ""))) return sx_error_memory(err);
    list[j] = (named){id, b->at_figure[j]};
  }
  SX_TRY(check_unique(list, b->n, "figure", err));
  for (size_t k = 0; k < b->n_ids; k++) {
    const char *id = q->identities[k].id;
    if (!(b->at_identity[k] = sx_arena_printf(b->arena, "identity %s", id ? id : ""))) return sx_error_memory(err);
    list[k] = (named){id, b->at_identity[k]};
  }
  return check_unique(list, b->n_ids, "identity", err);
}

static sx_status check_bounds(const bal *b, sx_error *err) {
  for (size_t j = 0; j < b->n; j++) {
    const sx_balance_figure *f = &b->q->figures[j];
    if (isnan(f->lower) || isnan(f->upper) || f->lower > f->upper || f->lower == (double)INFINITY ||
        f->upper == -(double)INFINITY)
      return sx_error_set(err, SX_E_ARGUMENT, b->at_figure[j], "the bounds %g to %g hold no number", f->lower,
                          f->upper);
  }
  return SX_OK;
}

static sx_status check_identity(const bal *b, size_t k, sx_error *err) {
  const sx_balance_identity *id = &b->q->identities[k];
  if (!isfinite(id->constant))
    return sx_error_set(err, SX_E_ARGUMENT, b->at_identity[k], "its constant is %g: it must be finite", id->constant);
  if (id->n_terms == 0) return sx_error_set(err, SX_E_ARGUMENT, b->at_identity[k], "the identity has no figures");
  for (size_t e = 0; e < id->n_terms; e++) {
    if (id->terms[e].figure >= b->n)
      return sx_error_set(err, SX_E_ARGUMENT, b->at_identity[k], "term %zu names figure %zu of %zu", e + 1,
                          id->terms[e].figure, b->n);
    if (!isfinite(id->terms[e].coefficient))
      return sx_error_set(err, SX_E_ARGUMENT, b->at_identity[k], "the coefficient of '%s' is %g: it must be finite",
                          b->q->figures[id->terms[e].figure].id, id->terms[e].coefficient);
  }
  return SX_OK;
}

static int by_figure(const void *a, const void *b) {
  const sx_balance_term *x = a, *y = b;
  return x->figure < y->figure ? -1 : x->figure > y->figure;
}

/* The identities by rows, each figure once. */
static sx_status set_identities(bal *b, sx_error *err) {
  size_t n_all = 0, longest = 0;
  for (size_t k = 0; k < b->n_ids; k++) {
    SX_TRY(check_identity(b, k, err));
    const size_t n = b->q->identities[k].n_terms;
    if (!sx_size_add(&n_all, n_all, n)) return sx_error_memory(err);
    if (n > longest) longest = n;
  }
  b->start = sx_accounts__take(b, b->n_ids + 1, sizeof *b->start, err);
  b->figure = b->start ? sx_accounts__take(b, n_all, sizeof *b->figure, err) : NULL;
  b->coef = b->figure ? sx_accounts__take(b, n_all, sizeof *b->coef, err) : NULL;
  sx_balance_term *row = b->coef ? sx_accounts__take(b, longest, sizeof *row, err) : NULL;
  if (!row) return SX_E_MEMORY;
  size_t at = 0;
  for (size_t k = 0; k < b->n_ids; k++) {
    const sx_balance_identity *id = &b->q->identities[k];
    memcpy(row, id->terms, id->n_terms * sizeof *row);
    qsort(row, id->n_terms, sizeof *row, by_figure);
    b->start[k] = at;
    for (size_t e = 0; e < id->n_terms; e++) {
      if (at > b->start[k] && b->figure[at - 1] == row[e].figure) {
        b->coef[at - 1] += row[e].coefficient;
        continue;
      }
      b->figure[at] = row[e].figure;
      b->coef[at++] = row[e].coefficient;
    }
  }
  b->start[b->n_ids] = at;
  return SX_OK;
}

static sx_status check_options(const sx_balance_request *q, sx_error *err) {
  if (!q->figures || q->n_figures == 0) return sx_error_set(err, SX_E_ARGUMENT, "", "there are no figures to balance");
  if (q->n_identities && !q->identities)
    return sx_error_set(err, SX_E_ARGUMENT, "", "%zu identities are announced, but the array is NULL", q->n_identities);
  if (!(q->tolerance > 0) || !(q->tolerance < 1) || q->max_iterations == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "tolerance %g and %zu iterations: both must be above 0, the first below 1", q->tolerance,
                        q->max_iterations);
  return SX_OK;
}

static sx_status set_up(bal *b, sx_error *err) {
  SX_TRY(check_ids(b, err));
  SX_TRY(check_bounds(b, err));
  SX_TRY(set_identities(b, err));
  b->x = sx_accounts__take(b, b->n, sizeof *b->x, err);
  b->se = b->x ? sx_accounts__take(b, b->n, sizeof *b->se, err) : NULL;
  if (!b->se) return SX_E_MEMORY;
  SX_TRY(sx_accounts__balance_factor(b, err));
  size_t cells = 0, triangle = 0;
  if (!sx_size_mul(&cells, b->r, b->n_ids) || !sx_size_mul(&triangle, b->n_ids, b->n_ids)) return sx_error_memory(err);
  b->basis = sx_accounts__take(b, cells, sizeof *b->basis, err);
  b->tri = b->basis ? sx_accounts__take(b, triangle, sizeof *b->tri, err) : NULL;
  b->scale = b->tri ? sx_accounts__take(b, 3 * b->n_ids, sizeof *b->scale, err) : NULL;
  b->piv = b->scale ? sx_accounts__take(b, b->n_ids, sizeof *b->piv, err) : NULL;
  b->s = b->piv ? sx_accounts__take(b, 2 * b->n, sizeof *b->s, err) : NULL;
  b->z = b->s ? sx_accounts__take(b, b->r, sizeof *b->z, err) : NULL;
  b->side = b->z ? sx_accounts__take(b, b->n, sizeof *b->side, err) : NULL;
  if (!b->side) return SX_E_MEMORY;
  b->work = b->scale + b->n_ids;
  b->y = b->s + b->n;
  return SX_OK;
}

/* ---- the call --------------------------------------------------------------------------------------------------------- */

sx_status sx_account_balance(sx_balance_result **out, const sx_ctx *ctx, const sx_balance_request *request,
                             sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!out || !request) return sx_error_set(err, SX_E_ARGUMENT, "", "out and request are needed");
  bal b = {.ctx = ctx ? ctx : &plain, .q = request, .n = request->n_figures, .n_ids = request->n_identities};
  sx_balance_result *result = NULL;
  SX_TRY(check_options(request, err));
  sx_status status = sx_arena_new(&b.arena, b.ctx, err);
  if (status != SX_OK) return status;
  SX_TRY_GOTO(status, set_up(&b, err), done);
  result = sx_mem_zalloc(b.ctx, 1, sizeof *result);
  if (!result) {
    status = sx_error_memory(err);
    goto done;
  }
  result->ctx = *b.ctx;
  SX_TRY_GOTO(status, sx_accounts__balance_solve(&b, false, err), done);
  SX_TRY_GOTO(status, sx_accounts__balance_identities(result, &b, err), done);
  if (!sx_accounts__all_within(&b)) SX_TRY_GOTO(status, sx_accounts__balance_solve(&b, true, err), done);
  SX_TRY_GOTO(status, sx_accounts__balance_bounded(result, &b, err), done);
  *out = result;
  result = NULL;
done:
  sx_balance_result_free(result);
  sx_arena_free(b.arena);
  return status;
}

void sx_balance_result_free(sx_balance_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  for (size_t i = 0; result->rows && i < result->n_rows; i++) {
    sx_est_free(result->rows[i].est);
    sx_mem_free(&ctx, (void *)(uintptr_t)result->rows[i].id);
  }
  for (size_t i = 0; result->checks && i < result->n_checks; i++)
    sx_mem_free(&ctx, (void *)(uintptr_t)result->checks[i].id);
  sx_mem_free(&ctx, result->rows);
  sx_mem_free(&ctx, result->checks);
  sx_mem_free(&ctx, result->covariance);
  sx_mem_free(&ctx, result);
}
