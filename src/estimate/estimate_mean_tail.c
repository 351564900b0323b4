/* estimate_mean_tail.c: how much of a total its largest cases hold, and the design effect without replacement.
 *
 * Of the contributions |w_k y_k| of n cases, descending c_1 >= c_2 >= ..., the share of the top p is
 *   (c_1 + ... + c_m + (pn - m) c_{m+1}) / sum c,   m = floor(pn)
 * a point of the Lorenz curve of the contributions. A min-heap of m + 1 of them finds the largest in one pass. docs/methods/heavy-tails.md. */
#include <string.h>

#include "estimate_priv.h"
#include "shuxiao/estimate_mean.h"

int32_t sx_estimate__mean_domain(const sx_est_request *r, size_t row) {
  if (r->where && r->where[row] != 1) return -1;
  if (r->y && sx_column_missing(r->y, row)) return -1;
  if (r->x && r->stat == SX_STAT_RATIO && sx_column_missing(r->x, row)) return -1;
  return r->by ? r->by->group[row] : 0;
}

double sx_estimate__mean_number(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

sx_status sx_estimate__mean_check(const sx_design *design, const sx_est_request *r, sx_error *err) {
  const size_t rows = sx_design_rows(design);
  if (r->y && r->y->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, r->y->name, "the variable has %zu cases, the design %zu", r->y->n, rows);
  if (r->by && r->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, rows);
  return SX_OK;
}

/* ---- the largest --------------------------------------------------------------------------------------------------- */

static void sift_down(double *heap, size_t n, size_t i) {
  for (;;) {
    size_t least = i, l = 2 * i + 1;
    if (l < n && heap[l] < heap[least]) least = l;
    if (l + 1 < n && heap[l + 1] < heap[least]) least = l + 1;
    if (least == i) return;
    const double swap = heap[i];
    heap[i] = heap[least];
    heap[least] = swap;
    i = least;
  }
}

/* Share of the sum of c [n] that its largest `top` hold; heap [n]. */
static double top_share(const double *c, size_t n, double top, double *heap) {
  const double exact = top * (double)n, whole = floor(exact);
  size_t room = (size_t)whole + 1;
  if (room > n) room = n;
  memcpy(heap, c, room * sizeof *heap);
  for (size_t i = room / 2; i-- > 0;) sift_down(heap, room, i);
  for (size_t i = room; i < n; i++) {
    if (!(c[i] > heap[0])) continue;
    heap[0] = c[i];
    sift_down(heap, room, 0);
  }
  const double all = sx_num_sum(c, n), least = heap[0];
  heap[0] = least * (exact - (double)(room - 1)); /* the case at the border */
  return all > 0 ? sx_num_sum(heap, room) / all : (double)NAN;
}

/* Whether any case, of whatever domain, has something other than 0 and 1; true as well where what is missing is no number. */
static bool has_amounts(const sx_column *y) {
  size_t other = 0;
  if (y->type == SX_NUMBER)
    for (size_t i = 0; i < y->n; i++) other += y->data.f64[i] != 0 && y->data.f64[i] != 1;
  else
    for (size_t i = 0; i < y->n; i++) other += y->data.i64[i] != 0 && y->data.i64[i] != 1;
  return other > 0;
}

sx_status sx_estimate_tail_share(double *share, const sx_design *design, const sx_est_request *request, double top,
                                 sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t domains = request->by ? request->by->n_groups : 1, rows = sx_design_rows(design);
  const sx_column *y = request->y;
  const double *w = sx_design_weights(design);
  if (!y || (y->type != SX_NUMBER && y->type != SX_INTEGER))
    return sx_error_set(err, SX_E_ARGUMENT, y ? y->name : NULL, "the share of the largest values needs a number");
  if (!(top > 0 && top < 1)) return sx_error_set(err, SX_E_ARGUMENT, "top", "%g is not between 0 and 1", top);
  SX_TRY(sx_estimate__mean_check(design, request, err));
  if (!has_amounts(y)) {
    for (size_t g = 0; g < domains; g++) share[g] = (double)NAN;
    return SX_OK;
  }
  sx_status st = SX_OK;
  size_t *start = sx_mem_zalloc(ctx, domains + 2, sizeof *start);
  double *c = sx_mem_alloc(ctx, rows, sizeof *c), *heap = sx_mem_alloc(ctx, rows, sizeof *heap);
  if (!start || !c || !heap) {
    st = sx_error_memory(err);
    goto done;
  }
  bool amount = false; /* something other than 0 and 1 */
  for (size_t i = 0; i < rows; i++) {
    const int32_t g = sx_estimate__mean_domain(request, i);
    if (g < 0 || w[i] == 0) continue;
    start[(size_t)g + 2]++;
    const double value = sx_estimate__mean_number(y, i);
    amount = amount || (value != 0 && value != 1);
  }
  for (size_t g = 0; g < domains; g++) start[g + 2] += start[g + 1];
  for (size_t i = 0; i < rows; i++) { /* start[g+1] moves from the domain's first place to its end */
    const int32_t g = sx_estimate__mean_domain(request, i);
    if (g >= 0 && w[i] != 0) c[start[(size_t)g + 1]++] = fabs(w[i] * sx_estimate__mean_number(y, i));
  }
  for (size_t g = 0; g < domains; g++) {
    const size_t n = start[g + 1] - start[g];
    share[g] = n && amount ? top_share(c + start[g], n, top, heap) : (double)NAN;
  }
done:
  sx_mem_free(ctx, start);
  sx_mem_free(ctx, c);
  sx_mem_free(ctx, heap);
  return st;
}

/* ---- the design effect without replacement ------------------------------------------------------------------------- */

sx_status sx_estimate_deff_wor(sx_est_set *set, const sx_design *design, const sx_est_request *request, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t domains = request->by ? request->by->n_groups : 1, rows = sx_design_rows(design);
  const double *w = sx_design_weights(design);
  if (request->stat == SX_STAT_COUNT || !request->y)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a count has no design effect");
  SX_TRY(sx_estimate__mean_check(design, request, err));
  double *n_hat = sx_mem_zalloc(ctx, domains, sizeof *n_hat), *comp = sx_mem_zalloc(ctx, domains, sizeof *comp);
  sx_status st = n_hat && comp ? SX_OK : sx_error_memory(err);
  for (size_t i = 0; st == SX_OK && i < rows; i++) {
    const int32_t g = sx_estimate__mean_domain(request, i);
    if (g < 0) continue;
    const double a = n_hat[g], s = a + w[i];
    comp[g] += fabs(a) >= fabs(w[i]) ? (a - s) + w[i] : (w[i] - s) + a;
    n_hat[g] = s;
  }
  for (size_t i = 0; st == SX_OK && i < set->n_rows; i++) {
    sx_est_row *row = &set->rows[i];
    const double rest = 1 - (double)row->n / (n_hat[row->group] + comp[row->group]);
    row->deff = rest > 0 ? row->deff / rest : (double)NAN;
  }
  sx_mem_free(ctx, n_hat);
  sx_mem_free(ctx, comp);
  return st;
}
