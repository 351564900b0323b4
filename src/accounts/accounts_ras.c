/* accounts_ras.c: RAS of a table with any number of dimensions: the request checked, margins numbered, the kernel of num_rake.c asked.
 *
 * Before anything is iterated the margins are held against each other (totals over what they share), against empty rows, and in two-way
 * tables against the zeros (accounts_ras_flow.c), because an infeasible table does not fail but creeps for ever. */
#include "accounts_ras_priv.h"

#include <stdio.h>
#include <string.h>

void *sx_accounts__ras_take(ras *r, size_t n, size_t size, sx_error *err) {
  void *p = sx_arena_zalloc(r->arena, n ? n : 1, size);
  if (!p) (void)sx_error_memory(err);
  return p;
}

/* ---- names ------------------------------------------------------------------------------------------------------------ */

const char *sx_accounts__ras_dim(char out[64], const ras *r, size_t dim) {
  if (r->q->dim_names && r->q->dim_names[dim])
    (void)snprintf(out, 64, "%s", r->q->dim_names[dim]);
  else if (dim < 2)
    (void)snprintf(out, 64, "%s", dim ? "columns" : "rows");
  else
    (void)snprintf(out, 64, "dimension %zu", dim + 1);
  return out;
}

void sx_accounts__ras_level(char out[128], const ras *r, size_t dim, size_t level) {
  if (r->q->labels && r->q->labels[dim])
    (void)snprintf(out, 128, "'%.120s'", r->q->labels[dim][level]);
  else
    (void)snprintf(out, 128, "%zu", level + 1);
}

static size_t margin_of(const ras *r, size_t cell) {
  size_t m = 0;
  while (cell >= r->first[m + 1]) m++;
  return m;
}

void sx_accounts__ras_cell(char out[256], const ras *r, size_t cell) {
  const size_t m = margin_of(r, cell);
  const sx_ras_margin *margin = &r->q->margins[m];
  size_t rest = cell - r->first[m], size = 1, used = 0;
  for (size_t k = 0; k < margin->n_over; k++) size *= r->q->dims[margin->over[k]];
  for (size_t k = 0; k < margin->n_over && used < 120; k++) {
    char dim[64], level[128];
    size /= r->q->dims[margin->over[k]];
    sx_accounts__ras_level(level, r, margin->over[k], rest / size);
    rest %= size;
    const int wrote = snprintf(out + used, 256 - used, "%s%s %s", k ? ", " : "",
                               sx_accounts__ras_dim(dim, r, margin->over[k]), level);
    used += wrote > 0 ? (size_t)wrote : 0;
  }
}

static const char *margin_name(char out[64], const ras *r, size_t m) {
  if (r->q->margins[m].name) {
    (void)snprintf(out, 64, "%s", r->q->margins[m].name);
    return out;
  }
  (void)snprintf(out, 64, "margin %zu", m + 1);
  return out;
}

/* ---- the request ------------------------------------------------------------------------------------------------------- */

static sx_status check_table(ras *r, sx_error *err) {
  const sx_ras_request *q = r->q;
  if (q->n_dims < 2 || !q->dims || !q->table)
    return sx_error_set(err, SX_E_ARGUMENT, "", "a table of at least two dimensions is needed");
  if (q->n_margins == 0 || !q->margins) return sx_error_set(err, SX_E_ARGUMENT, "", "there are no margins to fit to");
  if (!(q->tolerance > 0) || !(q->total_tolerance >= 0))
    return sx_error_set(err, SX_E_ARGUMENT, "", "tolerance %g must be above 0, total_tolerance %g 0 or more",
                        q->tolerance, q->total_tolerance);
  r->n = 1;
  for (size_t d = 0; d < q->n_dims; d++) {
    char dim[64];
    if (q->dims[d] == 0)
      return sx_error_set(err, SX_E_ARGUMENT, sx_accounts__ras_dim(dim, r, d), "this dimension of the table is empty");
    if (!sx_size_mul(&r->n, r->n, q->dims[d]) || r->n > INT32_MAX)
      return sx_error_set(err, SX_E_LIMIT, "", "the table has more than %d cells", INT32_MAX);
  }
  for (size_t i = 0; i < r->n; i++) {
    if (!isfinite(q->table[i]))
      return sx_error_set(err, SX_E_ARGUMENT, "", "cell %zu of the table is %g: it must be finite", i + 1, q->table[i]);
    r->negative = r->negative || q->table[i] < 0;
  }
  return SX_OK;
}

static sx_status check_margin(const ras *r, size_t m, size_t *cells, sx_error *err) {
  const sx_ras_margin *margin = &r->q->margins[m];
  char name[64];
  *cells = 1;
  (void)margin_name(name, r, m);
  if (margin->n_over == 0 || margin->n_over >= r->q->n_dims || !margin->over || !margin->totals)
    return sx_error_set(err, SX_E_ARGUMENT, name,
                        "a margin is over some dimensions of the table, not none and not all");
  for (size_t k = 0; k < margin->n_over; k++) {
    if (margin->over[k] >= r->q->n_dims || (k && margin->over[k] <= margin->over[k - 1]))
      return sx_error_set(err, SX_E_ARGUMENT, name, "its dimensions must be those of the table, in their order");
    *cells *= r->q->dims[margin->over[k]];
  }
  for (size_t c = 0; c < *cells; c++) {
    if (!isfinite(margin->totals[c]))
      return sx_error_set(err, SX_E_ARGUMENT, name, "total %zu is %g: it must be finite", c + 1, margin->totals[c]);
    if (margin->totals[c] < 0 && !r->negative)
      return sx_error_set(err, SX_E_DATA, name, "total %zu is %g, but the table has no entry below 0", c + 1,
                          margin->totals[c]);
  }
  return SX_OK;
}

/* The cell of margin m of every cell of the table. */
static void number_cells(const ras *r, size_t m, int32_t *out) {
  const sx_ras_margin *margin = &r->q->margins[m];
  for (size_t i = 0; i < r->n; i++) {
    size_t rest = i, step = 1, cell = 0, k = margin->n_over;
    for (size_t d = r->q->n_dims; d-- > 0;) { /* the last dimension is the fastest, of table and margin */
      const size_t level = rest % r->q->dims[d];
      rest /= r->q->dims[d];
      if (k == 0 || margin->over[k - 1] != d) continue;
      cell += level * step;
      step *= r->q->dims[d];
      k--;
    }
    out[i] = (int32_t)cell;
  }
}

static sx_status set_margins(ras *r, sx_error *err) {
  const sx_ras_request *q = r->q;
  size_t all = 0;
  r->first = sx_accounts__ras_take(r, q->n_margins + 1, sizeof *r->first, err);
  if (!r->first) return SX_E_MEMORY;
  for (size_t m = 0; m < q->n_margins; m++) {
    size_t cells = 0;
    SX_TRY(check_margin(r, m, &cells, err));
    r->first[m + 1] = r->first[m] + cells;
  }
  r->n_cells = r->first[q->n_margins];
  if (!sx_size_mul(&all, q->n_margins, r->n)) return sx_error_memory(err);
  r->cell = sx_accounts__ras_take(r, all, sizeof *r->cell, err);
  r->total = r->cell ? sx_accounts__ras_take(r, r->n_cells, sizeof *r->total, err) : NULL;
  r->excluded = r->total ? sx_accounts__ras_take(r, r->n, 1, err) : NULL;
  if (!r->excluded) return SX_E_MEMORY;
  for (size_t m = 0; m < q->n_margins; m++) {
    number_cells(r, m, r->cell + m * r->n);
    memcpy(r->total + r->first[m], q->margins[m].totals, (r->first[m + 1] - r->first[m]) * sizeof *r->total);
  }
  return SX_OK;
}

/* ---- margins against each other ------------------------------------------------------------------------------------------- */

static bool is_over(const sx_ras_margin *m, size_t dim) {
  for (size_t k = 0; k < m->n_over; k++)
    if (m->over[k] == dim) return true;
  return false;
}

/* Cell of what two margins share, for each cell of the table; *n how many there are. */
static size_t shared_cell(const ras *r, size_t a, size_t b, size_t i, size_t *n) {
  size_t rest = i, cell = 0;
  *n = 1;
  for (size_t d = r->q->n_dims; d-- > 0;) {
    const size_t level = rest % r->q->dims[d];
    rest /= r->q->dims[d];
    if (!is_over(&r->q->margins[a], d) || !is_over(&r->q->margins[b], d)) continue;
    cell += level * *n;
    *n *= r->q->dims[d];
  }
  return cell;
}

/* Totals of margin m over what a and b share; each cell of the margin once. */
static void collapse(double *out, uint8_t *seen, const ras *r, size_t m, size_t a, size_t b) {
  size_t n = 0;
  memset(seen, 0, r->first[m + 1] - r->first[m]);
  for (size_t i = 0; i < r->n; i++) {
    const size_t c = (size_t)r->cell[m * r->n + i];
    if (seen[c]) continue;
    seen[c] = 1;
    out[shared_cell(r, a, b, i, &n)] += r->total[r->first[m] + c];
  }
}

static sx_status differ(const ras *r, size_t a, size_t b, double one, double other, bool whole, sx_error *err) {
  char name[64], with[64];
  (void)margin_name(name, r, b);
  (void)margin_name(with, r, a);
  return sx_error_set(
      err, SX_E_DATA, name,
      "the totals%s add up to %.10g, those of '%s' to %.10g: %.6g apart; margins must agree in what they "
      "share",
      whole ? "" : " over what both share", other, with, one, fabs(one - other));
}

static sx_status compare(ras *r, size_t a, size_t b, sx_error *err) {
  size_t n = 0;
  (void)shared_cell(r, a, b, 0, &n);
  double *sums = sx_accounts__ras_take(r, 2 * n, sizeof *sums, err);
  uint8_t *seen = sums ? sx_accounts__ras_take(r, r->n_cells, 1, err) : NULL;
  if (!seen) return SX_E_MEMORY;
  collapse(sums, seen, r, a, a, b);
  collapse(sums + n, seen, r, b, a, b);
  double size = 0;
  for (size_t c = r->first[a]; c < r->first[a + 1]; c++) size += fabs(r->total[c]);
  for (size_t c = 0; c < n; c++) {
    const double one = sums[c], other = sums[n + c];
    if (fabs(one - other) > r->q->total_tolerance * (n == 1 ? size : fmax(fabs(one), 1e-3 * size)))
      return differ(r, a, b, one, other, n == 1, err);
  }
  if (n == 1 && !r->negative && sums[1] > 0) /* the last rounding goes to the later margin */
    for (size_t c = r->first[b]; c < r->first[b + 1]; c++) r->total[c] *= sums[0] / sums[1];
  return SX_OK;
}

/* ---- cells against margins -------------------------------------------------------------------------------------------------- */

typedef struct sides {
  double *above, *below; /* [n_cells] sums of the entries that take part, by sign */
} sides;

static void sum_sides(sides *s, const ras *r) {
  memset(s->above, 0, r->n_cells * sizeof *s->above);
  memset(s->below, 0, r->n_cells * sizeof *s->below);
  for (size_t m = 0; m < r->q->n_margins; m++) {
    for (size_t i = 0; i < r->n; i++) {
      const double x = r->q->table[i];
      if (r->excluded[i] || x == 0) continue;
      (x > 0 ? s->above : s->below)[r->first[m] + (size_t)r->cell[m * r->n + i]] += fabs(x);
    }
  }
}

/* A total of 0 over entries of one sign makes them 0. True while there is something to exclude. */
static bool exclude(ras *r, const sides *s) {
  bool more = false;
  for (size_t m = 0; m < r->q->n_margins; m++) {
    for (size_t i = 0; i < r->n; i++) {
      const size_t c = r->first[m] + (size_t)r->cell[m * r->n + i];
      if (r->excluded[i] || r->q->table[i] == 0 || r->total[c] != 0 || (s->above[c] > 0 && s->below[c] > 0)) continue;
      r->excluded[i] = 1;
      more = true;
    }
  }
  return more;
}

static sx_status check_cells(ras *r, sx_error *err) {
  sides s;
  s.above = sx_accounts__ras_take(r, r->n_cells, sizeof *s.above, err);
  s.below = s.above ? sx_accounts__ras_take(r, r->n_cells, sizeof *s.below, err) : NULL;
  r->scale = s.below && r->negative ? sx_accounts__ras_take(r, r->n_cells, sizeof *r->scale, err) : NULL;
  if (!s.below || (r->negative && !r->scale)) return SX_E_MEMORY;
  do {
    sum_sides(&s, r);
  } while (exclude(r, &s));
  for (size_t c = 0; c < r->n_cells; c++) {
    char name[256];
    if (r->scale) r->scale[c] = fmax(fabs(r->total[c]), 1e-4 * (s.above[c] + s.below[c]));
    if (!(r->total[c] > 0 && !(s.above[c] > 0)) && !(r->total[c] < 0 && !(s.below[c] > 0))) continue;
    sx_accounts__ras_cell(name, r, c);
    return sx_error_set(err, SX_E_DATA, name, "the cells must add up to %.10g, but %s", r->total[c],
                        s.above[c] + s.below[c] > 0 ? "all that are not 0 have the other sign"
                                                    : "all of them are 0, and zeros stay");
  }
  return SX_OK;
}

/* ---- the call --------------------------------------------------------------------------------------------------------------- */

static sx_status solve(sx_ras_result *out, ras *r, sx_error *err) {
  const sx_ras_request *q = r->q;
  const sx_num_rake k = {.n_rows = r->n,
                         .n_margins = q->n_margins,
                         .n_cells = r->n_cells,
                         .first = r->first,
                         .cell = r->cell,
                         .total = r->total,
                         .scale = r->scale,
                         .excluded = r->excluded,
                         .d = q->table,
                         .negative = r->negative,
                         .lower = 0,
                         .upper = (double)INFINITY,
                         .tolerance = q->tolerance,
                         .max_iterations = q->max_iterations};
  sx_num_rake_end end;
  SX_TRY(sx_num_rake_solve(out->table, &end, &k, r->ctx, err));
  sx_accounts__ras_cell(out->worst_cell, r, end.worst_cell);
  if (!end.converged)
    return sx_error_set(
        err, SX_E_NUMERIC, out->worst_cell,
        "the table was not fitted in %zu iterations: this margin is still off by %.3g of its total; the "
        "zeros%s may not allow these margins",
        end.iterations, end.worst, r->negative ? " and signs" : "");
  out->iterations = end.iterations;
  out->worst = end.worst;
  out->smallest = (double)INFINITY;
  for (size_t i = 0; i < r->n; i++) {
    if (q->table[i] != 0 && !r->excluded[i]) {
      out->smallest = fmin(out->smallest, out->table[i]);
      out->largest = fmax(out->largest, out->table[i]);
    }
    out->table[i] = r->excluded[i] ? 0 : out->table[i] * q->table[i];
  }
  return SX_OK;
}

static bool is_two_way(const sx_ras_request *q) {
  return q->n_dims == 2 && q->n_margins == 2 && q->margins[0].over[0] != q->margins[1].over[0];
}

static sx_status fit(sx_ras_result *out, ras *r, sx_error *err) {
  for (size_t b = 1; b < r->q->n_margins; b++)
    for (size_t a = 0; a < b; a++) SX_TRY(compare(r, a, b, err));
  SX_TRY(check_cells(r, err));
  if (!r->negative && is_two_way(r->q)) SX_TRY(sx_accounts__ras_feasible(r, err));
  out->negative = r->negative;
  out->n_forced = r->n_forced;
  out->first_forced = r->first_forced;
  return solve(out, r, err);
}

sx_status sx_account_ras(sx_ras_result **out, const sx_ctx *ctx, const sx_ras_request *request, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!out || !request) return sx_error_set(err, SX_E_ARGUMENT, "", "out and request are needed");
  ras r = {.ctx = ctx ? ctx : &plain, .q = request};
  sx_ras_result *result = NULL;
  SX_TRY(check_table(&r, err));
  sx_status status = sx_arena_new(&r.arena, r.ctx, err);
  if (status != SX_OK) return status;
  SX_TRY_GOTO(status, set_margins(&r, err), done);
  result = sx_mem_zalloc(r.ctx, 1, sizeof *result);
  if (!result) {
    status = sx_error_memory(err);
    goto done;
  }
  result->ctx = *r.ctx;
  result->n_cells = r.n;
  result->table = sx_mem_alloc(r.ctx, r.n, sizeof *result->table);
  status = result->table ? fit(result, &r, err) : sx_error_memory(err);
  if (status != SX_OK) goto done;
  *out = result;
  result = NULL;
done:
  sx_ras_result_free(result);
  sx_arena_free(r.arena);
  return status;
}

void sx_ras_result_free(sx_ras_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  sx_mem_free(&ctx, result->table);
  sx_mem_free(&ctx, result);
}
