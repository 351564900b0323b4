/* design_adjust.c: calibration records: what a raked or post-stratified design remembers.
 *
 * After calibration to X the total of y behaves as the total of its residual e = u - x'b, b = (X'DX)^- X'Du, with d the
 * weights before that calibration: Deville & Sarndal (1992) JASA 87:376-382; Sarndal, Swensson & Wretman (1992) sec. 6.6.
 * X'DX is factored once per design by pivoted Cholesky (margins are rank deficient by their shared total), so that each
 * estimate costs one right-hand side. With several calibrations the last is projected out first: after
 * b_l for l > k, the right-hand side of k is X_k'D_k u - sum_l (X_k'D_k X_l) b_l.
 *
 * A column of X is a cell of a margin and holds 1 or a value per row; with q weights D is diag(d q). A later reweighting by
 * known factors t (trimming) makes the total that of t u: z = w/t (t u - x'b) = w (u - (x/t)'b) with b from X'D t u, so the
 * record keeps x/t for x and d t^2 for d. */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

enum { PIVOT_MAX_CELLS = 20000 };
static const double pivot_tolerance = 1e-11;

/* Weights to check and to bring to positions; pieces of rows, so that the first failure is that of the first case. */
typedef struct copying {
  sx_design *d;
  const double *w;
  bool negative;
  const char *what;
} copying;

static sx_status copy_piece(void *data, size_t piece, sx_error *err) {
  const copying *c = data;
  const size_t end = sx_piece_end(c->d->sample->n_rows, DESIGN_PIECE_ROWS, piece);
  for (size_t i = piece * DESIGN_PIECE_ROWS; i < end; i++) {
    if ((!(c->w[i] >= 0) && !c->negative) || !isfinite(c->w[i])) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", c->what, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the adjusted weight is %g: it must be finite and 0 or more", c->w[i]);
    }
    c->d->w[i] = c->w[i];
  }
  return SX_OK;
}

static sx_status position_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const copying *c = data;
  const uint32_t *order = c->d->sample->order;
  const size_t end = sx_piece_end(c->d->sample->n_rows, DESIGN_PIECE_ROWS, piece);
  for (size_t k = piece * DESIGN_PIECE_ROWS; k < end; k++) c->d->wpos[k] = c->w[order[k]];
  return SX_OK;
}

static sx_status copy_weights(sx_design *d, const double *w, bool negative, const char *what, sx_error *err) {
  copying job = {d, w, negative, what};
  const sx_ctx quiet = sx_ctx_quiet(&d->ctx);
  const size_t pieces = sx_piece_count(d->sample->n_rows, DESIGN_PIECE_ROWS);
  SX_TRY(sx_parallel_for(&quiet, pieces, copy_piece, &job, err));
  return sx_parallel_for(&quiet, pieces, position_piece, &job, err);
}

static sx_status dup(void *out, const sx_ctx *ctx, const void *from, size_t n, size_t size, sx_error *err) {
  if (!from) return SX_OK;
  void *copy = sx_mem_alloc(ctx, n, size);
  if (!copy) return sx_error_memory(err);
  memcpy(copy, from, n * size);
  memcpy(out, &copy, sizeof copy);
  return SX_OK;
}

static sx_status copy_adjust(design_adjust *to, const design_adjust *from, const sx_ctx *ctx, size_t n_rows,
                             sx_error *err) {
  to->n_margins = from->n_margins;
  to->first_margin = from->first_margin;
  to->n_cells = from->n_cells;
  to->first_cell = from->first_cell;
  to->rank = from->rank;
  SX_TRY(dup(&to->d, ctx, from->d, n_rows, sizeof(double), err));
  SX_TRY(dup(&to->ridge, ctx, from->ridge, from->n_cells, sizeof(double), err));
  SX_TRY(dup(&to->factor, ctx, from->factor, from->n_cells * from->n_cells, sizeof(double), err));
  SX_TRY(dup(&to->diag, ctx, from->diag, from->n_cells, sizeof(double), err));
  return dup(&to->piv, ctx, from->piv, from->n_cells, sizeof(size_t), err);
}

static sx_status check_margins(size_t *n_cells, const sx_margin *margins, size_t n_margins, size_t n_rows,
                               sx_error *err) {
  *n_cells = 0;
  for (size_t m = 0; m < n_margins; m++) {
    *n_cells += margins[m].n_cells;
    for (size_t i = 0; i < n_rows; i++)
      if (margins[m].cell[i] < -1 || margins[m].cell[i] >= (int64_t)margins[m].n_cells)
        return sx_error_set(err, SX_E_ARGUMENT, margins[m].name, "case %zu has cell %d of %zu", i + 1,
                            (int)margins[m].cell[i], margins[m].n_cells);
  }
  if (n_margins > 1 && *n_cells > PIVOT_MAX_CELLS)
    return sx_error_set(err, SX_E_LIMIT, NULL, "%zu margin cells are more than %d", *n_cells, (int)PIVOT_MAX_CELLS);
  return SX_OK;
}

static sx_status new_values(double **out, const sx_design *d, const double *by_row, sx_error *err) {
  const design_sample *s = d->sample;
  double *v = sx_mem_alloc(&d->ctx, s->n_rows, sizeof *v);
  if (!v) return sx_error_memory(err);
  for (size_t k = 0; k < s->n_rows; k++) v[k] = by_row[s->order[k]];
  *out = v;
  return SX_OK;
}

/* The values of the old design and the new margins, by position; none where every one is 1. */
static sx_status join_values(sx_design *d, const sx_design *old, const double *const *values, size_t n_margins,
                             sx_error *err) {
  bool any = old->values != NULL;
  for (size_t m = 0; values && m < n_margins; m++) any = any || values[m];
  if (!any) return SX_OK;
  d->values = sx_mem_zalloc(&d->ctx, d->n_margins, sizeof *d->values);
  if (!d->values) return sx_error_memory(err);
  for (size_t m = 0; old->values && m < old->n_margins; m++)
    SX_TRY(dup(&d->values[m], &d->ctx, old->values[m], d->sample->n_rows, sizeof(double), err));
  for (size_t m = 0; values && m < n_margins; m++)
    if (values[m]) SX_TRY(new_values(&d->values[old->n_margins + m], d, values[m], err));
  return SX_OK;
}

/* The cells of one new margin brought to positions. */
typedef struct joining {
  sx_design *d;
  const sx_margin *margins;
  const size_t *first;
  size_t before; /* margins of the old design */
} joining;

/* Task: a piece of the rows of a margin. */
static sx_status join_margin(void *data, size_t task, sx_error *err) {
  (void)err;
  const joining *j = data;
  sx_design *d = j->d;
  const size_t n = d->sample->n_rows, m = task / sx_piece_count(n, DESIGN_PIECE_ROWS),
               piece = task % sx_piece_count(n, DESIGN_PIECE_ROWS);
  const size_t end = sx_piece_end(n, DESIGN_PIECE_ROWS, piece), at = (j->before + m) * n;
  const uint32_t *order = d->sample->order;
  const int32_t *from = j->margins[m].cell;
  for (size_t k = piece * DESIGN_PIECE_ROWS; k < end; k++) {
    const int32_t cell = from[order[k]];
    sx_design__put_cell(d, at + k, cell < 0 ? d->n_cells : j->first[m] + (size_t)cell);
  }
  return SX_OK;
}

static sx_status join_margins(sx_design *d, const sx_design *old, const sx_margin *margins, size_t n_margins,
                              sx_error *err) {
  const size_t n = d->sample->n_rows;
  size_t *first = sx_mem_alloc(&d->ctx, n_margins, sizeof *first), at = old->n_cells;
  if (!first) return sx_error_memory(err);
  for (size_t m = 0; m < n_margins; m++) {
    first[m] = at;
    at += margins[m].n_cells;
  }
  joining job = {d, margins, first, old->n_margins};
  const sx_status st =
      sx_parallel_for(&d->ctx, n_margins * sx_piece_count(n, DESIGN_PIECE_ROWS), join_margin, &job, err);
  sx_mem_free(&d->ctx, first);
  return st;
}

/* Room for the cells of all margins, with those of the old design. */
static sx_status old_cells(sx_design *d, const sx_design *old, size_t n_margins, size_t n_new, sx_error *err) {
  const size_t n = d->sample->n_rows;
  size_t total = 0;
  d->n_margins = old->n_margins + n_margins;
  d->n_cells = old->n_cells + n_new;
  if (!sx_size_mul(&total, d->n_margins, n)) return sx_error_memory(err);
  if (d->n_cells <= UINT8_MAX)
    d->cells8 = sx_mem_alloc(&d->ctx, total, sizeof *d->cells8);
  else if (d->n_cells <= UINT16_MAX)
    d->cells16 = sx_mem_alloc(&d->ctx, total, sizeof *d->cells16);
  else
    d->cells32 = sx_mem_alloc(&d->ctx, total, sizeof *d->cells32);
  if (!d->cells8 && !d->cells16 && !d->cells32) return sx_error_memory(err);
  for (size_t k = 0; k < old->n_margins * n; k++) {
    const size_t cell = sx_design__cell(old, k);
    sx_design__put_cell(d, k, cell == old->n_cells ? d->n_cells : cell);
  }
  return SX_OK;
}

/* X'DX of two margins, a block of its own and its mirror image. */
typedef struct pair_sums {
  design_adjust *a;
  const sx_design *d;
  const double *h;
} pair_sums;

static sx_status pair_task(void *data, size_t task, sx_error *err) {
  (void)err;
  const pair_sums *job = data;
  design_adjust *a = job->a;
  const sx_design *d = job->d;
  const size_t n = d->sample->n_rows, p = a->n_cells, m = task / a->n_margins, l = task % a->n_margins;
  if (m > l) return SX_OK;
  const size_t at_m = (a->first_margin + m) * n, at_l = (a->first_margin + l) * n;
  const bool ones = !d->values || (!d->values[a->first_margin + m] && !d->values[a->first_margin + l]);
  for (size_t k = 0; k < n; k++) {
    const size_t i = sx_design__cell(d, at_m + k), j = sx_design__cell(d, at_l + k);
    if (i == d->n_cells || j == d->n_cells) continue;
    const double h = job->h[k];
    a->factor[(i - a->first_cell) + (j - a->first_cell) * p] +=
        ones ? h : h * sx_design__value(d, a->first_margin + m, k) * sx_design__value(d, a->first_margin + l, k);
  }
  return SX_OK;
}

/* Room for X'DX, zeroed. */
static sx_status cross_new(design_adjust *a, const sx_design *d, sx_error *err) {
  const size_t p = a->n_cells;
  size_t size = 0;
  a->diag = sx_mem_zalloc(&d->ctx, p, sizeof *a->diag);
  if (!a->diag) return sx_error_memory(err);
  if (a->n_margins == 1) return SX_OK; /* post-stratification: X'DX is diagonal */
  a->factor = sx_size_mul(&size, p, p) ? sx_mem_zalloc(&d->ctx, size, sizeof *a->factor) : NULL;
  a->piv = sx_mem_alloc(&d->ctx, p, sizeof *a->piv);
  return a->factor && a->piv ? SX_OK : sx_error_memory(err);
}

/* X'DX of one calibration, D the weights h by position: the diagonal, or what lies on and above it. */
static sx_status cross(design_adjust *a, const sx_design *d, const double *h, sx_error *err) {
  const size_t n = d->sample->n_rows;
  if (a->n_margins > 1) {
    pair_sums job = {a, d, h};
    return sx_parallel_for(&d->ctx, a->n_margins * a->n_margins, pair_task, &job, err);
  }
  const size_t m = a->first_margin;
  for (size_t k = 0; k < n; k++) {
    const double x = sx_design__value(d, m, k);
    const size_t cell = sx_design__cell(d, m * n + k);
    if (cell != d->n_cells) a->diag[cell - a->first_cell] += h[k] * x * x;
  }
  return SX_OK;
}

/* The factor of X'DX. */
static sx_status factor(design_adjust *a, sx_error *err) {
  const size_t p = a->n_cells;
  for (size_t j = 0; a->n_margins == 1 && a->ridge && j < p; j++) a->diag[j] += a->ridge[j];
  if (a->n_margins == 1) return SX_OK;
  for (size_t j = 0; j < p; j++) /* what was summed lies above the diagonal, but within a margin on it */
    for (size_t i = 0; i < j; i++) a->factor[j + i * p] = a->factor[i + j * p];
  for (size_t j = 0; a->ridge && j < p; j++) a->factor[j + j * p] += a->ridge[j];
  return sx_num_chol_pivot(a->factor, p, a->piv, &a->rank, pivot_tolerance, err);
}

/* X_k'D_k X_l for the calibrations l after k. */
static sx_status cross_later(design_adjust *a, const sx_design *d, sx_error *err) {
  const size_t n = d->sample->n_rows, end = a->first_cell + a->n_cells;
  sx_mem_free(&d->ctx, a->later);
  a->later = NULL;
  a->n_later = d->n_cells - end;
  if (a->n_later == 0) return SX_OK;
  size_t size = 0;
  a->later = sx_size_mul(&size, a->n_cells, a->n_later) ? sx_mem_zalloc(&d->ctx, size, sizeof *a->later) : NULL;
  if (!a->later) return sx_error_memory(err);
  for (size_t m = 0; m < a->n_margins; m++) {
    for (size_t l = a->first_margin + a->n_margins; l < d->n_margins; l++)
      for (size_t k = 0; k < n; k++) {
        const size_t i = sx_design__cell(d, (a->first_margin + m) * n + k), j = sx_design__cell(d, l * n + k);
        if (i != d->n_cells && j != d->n_cells)
          a->later[(i - a->first_cell) * a->n_later + (j - end)] +=
              a->d[k] * sx_design__value(d, a->first_margin + m, k) * sx_design__value(d, l, k);
      }
  }
  return SX_OK;
}

static sx_status cross_of(design_adjust *a, const sx_design *d, const sx_design *old, const sx_adjustment *given,
                          sx_error *err) {
  if (!given->q_hess) return cross(a, d, a->d, err);
  const size_t n = d->sample->n_rows;
  double *h = sx_mem_alloc(&d->ctx, n, sizeof *h);
  if (!h) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) h[k] = old->wpos[k] * given->q_hess[d->sample->order[k]];
  const sx_status st = cross(a, d, h, err);
  sx_mem_free(&d->ctx, h);
  return st;
}

/* d of the new record: the weights before, which are shared where there is no q. */
static sx_status weights_before(design_adjust *a, const sx_design *d, const sx_design *old, const double *q,
                                sx_error *err) {
  const size_t n = d->sample->n_rows;
  if (!q) {
    atomic_fetch_add(&old->positions->refs, 1);
    a->shared = old->positions;
    a->d = old->wpos;
    return SX_OK;
  }
  SX_TRY(dup(&a->d, &d->ctx, old->wpos, n, sizeof(double), err));
  for (size_t k = 0; k < n; k++) a->d[k] *= q[d->sample->order[k]];
  return SX_OK;
}

static sx_status add_adjust(sx_design *d, const sx_design *old, const sx_adjustment *given, sx_error *err) {
  const sx_ctx *ctx = &d->ctx;
  const size_t n = d->sample->n_rows;
  const size_t n_margins = given->n_margins;
  size_t n_new = 0;
  bool done = false;
  SX_TRY(check_margins(&n_new, given->margins, n_margins, given->cell ? 0 : n, err));
  SX_TRY(old_cells(d, old, n_margins, n_new, err));
  if (!given->cell) SX_TRY(join_margins(d, old, given->margins, n_margins, err));
  SX_TRY(join_values(d, old, given->values, n_margins, err));
  d->adjusts = sx_mem_zalloc(ctx, old->n_adjusts + 1, sizeof *d->adjusts);
  if (!d->adjusts) return sx_error_memory(err);
  d->n_adjusts = old->n_adjusts + 1;
  for (size_t k = 0; k < old->n_adjusts; k++) SX_TRY(copy_adjust(&d->adjusts[k], &old->adjusts[k], ctx, n, err));
  design_adjust *a = &d->adjusts[old->n_adjusts];
  a->n_margins = n_margins;
  a->first_margin = old->n_margins;
  a->n_cells = n_new;
  a->first_cell = old->n_cells;
  SX_TRY(weights_before(a, d, old, given->q, err));
  SX_TRY(dup(&a->ridge, ctx, given->ridge, n_new, sizeof(double), err));
  SX_TRY(cross_new(a, d, err));
  if (given->cell) SX_TRY(sx_design__join_cells(&done, d, old, given, a, err));
  if (!done) SX_TRY(cross_of(a, d, old, given, err));
  SX_TRY(factor(a, err));
  if (sx_design__exact(old, given)) return sx_design__add_exact(d, old, given, err);
  for (size_t k = 0; k < d->n_adjusts; k++) SX_TRY(cross_later(&d->adjusts[k], d, err));
  return SX_OK;
}

/* x/t for x and d t^2 for d, t the new weight over the old. Where nothing changes nothing is kept. */
static sx_status scale_records(sx_design *d, const sx_design *old, sx_error *err) {
  const size_t n = d->sample->n_rows;
  bool same = true;
  for (size_t k = 0; k < n; k++) {
    same = same && d->wpos[k] == old->wpos[k];
    if (old->wpos[k] == 0 ? d->wpos[k] == 0 : d->wpos[k] / old->wpos[k] > 0) continue;
    return sx_error_set(err, SX_E_SUPPORT, "weights",
                        "case %zu: a calibrated weight is brought from %g to %g, which the record of the calibration "
                        "cannot follow: change weights before calibrating",
                        (size_t)d->sample->order[k] + 1, old->wpos[k], d->wpos[k]);
  }
  if (same) return SX_OK;
  if (!d->values) d->values = sx_mem_zalloc(&d->ctx, d->n_margins, sizeof *d->values);
  if (!d->values) return sx_error_memory(err);
  for (size_t m = 0; m < d->n_margins; m++) {
    if (!d->values[m]) {
      double *ones = sx_mem_alloc(&d->ctx, n, sizeof *ones);
      if (!ones) return sx_error_memory(err);
      for (size_t k = 0; k < n; k++) ones[k] = 1;
      d->values[m] = ones;
    }
    for (size_t k = 0; k < n; k++)
      if (old->wpos[k] != 0) d->values[m][k] /= d->wpos[k] / old->wpos[k];
  }
  for (size_t a = 0; a < d->n_adjusts; a++)
    for (size_t k = 0; k < n; k++) {
      const double t = old->wpos[k] != 0 ? d->wpos[k] / old->wpos[k] : 1;
      d->adjusts[a].d[k] *= t * t;
    }
  return SX_OK;
}

/* Weights changed, margins none: keep the old records. */
static sx_status keep_adjusts(sx_design *d, const sx_design *old, sx_error *err) {
  const size_t n = d->sample->n_rows;
  d->n_margins = old->n_margins;
  d->n_cells = old->n_cells;
  SX_TRY(dup(&d->cells8, &d->ctx, old->cells8, n * old->n_margins, sizeof *old->cells8, err));
  SX_TRY(dup(&d->cells16, &d->ctx, old->cells16, n * old->n_margins, sizeof *old->cells16, err));
  SX_TRY(dup(&d->cells32, &d->ctx, old->cells32, n * old->n_margins, sizeof *old->cells32, err));
  SX_TRY(join_values(d, old, NULL, 0, err));
  d->adjusts = sx_mem_zalloc(&d->ctx, old->n_adjusts, sizeof *d->adjusts);
  if (!d->adjusts) return sx_error_memory(err);
  d->n_adjusts = old->n_adjusts;
  for (size_t k = 0; k < old->n_adjusts; k++) SX_TRY(copy_adjust(&d->adjusts[k], &old->adjusts[k], &d->ctx, n, err));
  if (old->carried) return sx_design__keep_exact(d, old, err);
  SX_TRY(scale_records(d, old, err));
  for (size_t k = 0; k < d->n_adjusts; k++) SX_TRY(cross_later(&d->adjusts[k], d, err));
  return SX_OK;
}

static sx_status check_finite(const double *w, size_t n, size_t reps, const char *what, sx_error *err) {
  for (size_t k = 0; k < n * reps; k++)
    if (!isfinite(w[k]))
      return sx_error_set(err, SX_E_DATA, "replicates", "%s %zu, replicate %zu: the weight is not finite", what,
                          k / reps + 1, k % reps + 1);
  return SX_OK;
}

static sx_status new_replicates(sx_design *d, const sx_design *old, const sx_adjustment *a, sx_error *err) {
  const size_t rows = d->sample->n_rows, reps = d->sample->n_reps;
  if (a->repw) {
    SX_TRY(check_finite(a->repw, rows, reps, "case", err));
    return sx_design__reps_full(&d->reps, &d->ctx, a->repw, rows, reps, err);
  }
  if (a->rep_factor) {
    for (size_t i = 0; i < rows; i++)
      if (a->rep_cell[i] >= a->n_rep_cells)
        return sx_error_set(err, SX_E_ARGUMENT, "replicates", "case %zu has cell %zu of %zu", i + 1,
                            (size_t)a->rep_cell[i], a->n_rep_cells);
    SX_TRY(check_finite(a->rep_factor, a->n_rep_cells, reps, "cell", err));
    return sx_design__reps_times(&d->reps, old->reps, a->rep_cell, a->rep_factor, a->n_rep_cells, err);
  }
  d->reps = sx_design__reps_ref(old->reps);
  return SX_OK;
}

sx_status sx_design_reweight(sx_design **out, const sx_design *old, const double *w, const double *repw,
                             const sx_margin *margins, size_t n_margins, const char *note, sx_error *err) {
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  a.repw = repw;
  a.margins = margins;
  a.n_margins = n_margins;
  a.note = note;
  return sx_design_adjust(out, old, &a, err);
}

sx_status sx_design_adjust(sx_design **out, const sx_design *old, const sx_adjustment *a, sx_error *err) {
  sx_design *d = NULL;
  sx_buf buf;
  if (old->sample->pps && old->sample->pps->phase)
    return sx_error_set(
        err, SX_E_SUPPORT, "weights",
        "weights of a design of two phases cannot be adjusted here: adjust those of the first phase before");
  sx_buf_init(&buf, &old->ctx);
  sx_status st = sx_design__alloc(&d, old->sample, err);
  if (st != SX_OK) goto done;
  atomic_fetch_add(&old->sample->refs, 1);
  if (a->cell) {
    SX_TRY_GOTO(st, sx_design__check_cells(old, a, err), done);
    SX_TRY_GOTO(st, sx_design__weigh_cells(d, old, a, err), done);
  } else {
    SX_TRY_GOTO(st, copy_weights(d, a->w, a->negative, a->note ? a->note : "weights", err), done);
  }
  if (old->sample->n_reps)
    SX_TRY_GOTO(st, new_replicates(d, old, a, err), done);
  else if (a->n_margins)
    SX_TRY_GOTO(st, add_adjust(d, old, a, err), done);
  else if (old->n_adjusts)
    SX_TRY_GOTO(st, keep_adjusts(d, old, err), done);
  if (!old->sample->n_reps) SX_TRY_GOTO(st, sx_design__copy_figures(d, old, a, err), done);
  d->df = old->df; /* the same PSUs */
  if (!old->sample->n_reps) d->df = sx_design__full_df(d);
  static const char unweighted[] = "unweighted, "; /* no longer: its weights were equal, these need not be */
  const bool equal = a->note && a->note[0] && strncmp(old->text, unweighted, sizeof unweighted - 1) == 0;
  if (equal) sx_buf_add(&buf, "equal base weights, ");
  sx_buf_add(&buf, old->text + (equal ? sizeof unweighted - 1 : 0));
  if (a->note && a->note[0]) sx_buf_printf(&buf, ", %s", a->note);
  SX_TRY_GOTO(st, sx_buf_status(&buf, err), done);
  d->text = sx_buf_take(&buf);
  *out = d;
  d = NULL;
done:
  sx_buf_clear(&buf);
  sx_design_free(d);
  return st;
}
