/* design_cells.c: adjustments whose factors and margins are given by cells of the rows, as raking finds them: all that is needed by row
 * is one number, from which weights, cells of the margins and X'DX follow in two passes.
 *
 * X'DX has in row i and column j the sum of d over the rows in cells i and j: the sums of d over the joint cells are enough. They are
 * taken in fixed pieces of the positions and added in their order. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

enum { FEW_CELLS = 8192 }; /* a table of sums per piece of the rows */

typedef struct cells_job {
  sx_design *d;
  const sx_design *old;
  const sx_adjustment *given;
  const uint32_t *column; /* [n_margins][n_cells]: column of X, or d->n_cells */
  const double *before;   /* d of the record */
  double *sum;            /* [pieces][n_cells] of d, or NULL */
} cells_job;

sx_status sx_design__check_cells(const sx_design *old, const sx_adjustment *g, sx_error *err) {
  if (!g->w && g->factor && !g->values && !g->q && !g->q_hess && !g->estimated && g->n_margins && !old->sample->n_reps)
    return SX_OK;
  return sx_error_set(
      err, SX_E_ARGUMENT, "cell",
      "weights by cell are for calibrations of linearised designs without values, q and weights by row");
}

static sx_status weigh_piece(void *data, size_t piece, sx_error *err) {
  const cells_job *job = data;
  const sx_adjustment *g = job->given;
  const double *from = job->old->w;
  double *to = job->d->w, sum = 0;
  const size_t first = piece * DESIGN_PIECE_ROWS, end = sx_piece_end(job->d->sample->n_rows, DESIGN_PIECE_ROWS, piece);
  bool bad = false;
  for (size_t i = first; i < end; i++) {
    const uint32_t c = g->cell[i];
    bad |= c >= g->n_cells;
    to[i] = c < g->n_cells ? from[i] * g->factor[c] : 0;
    bad |= !(to[i] >= 0);
    sum += to[i];
  }
  if (!bad && isfinite(sum)) return SX_OK;
  for (size_t i = first; i < end; i++) {
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%s: case %zu", g->note ? g->note : "weights", i + 1);
    if (g->cell[i] >= g->n_cells)
      return sx_error_set(err, SX_E_ARGUMENT, where, "the cell is %u of %zu", (unsigned)g->cell[i], g->n_cells);
    if ((!(to[i] >= 0) && !g->negative) || !isfinite(to[i]))
      return sx_error_set(err, SX_E_DATA, where, "the adjusted weight is %g: it must be finite and 0 or more", to[i]);
  }
  return SX_OK;
}

sx_status sx_design__weigh_cells(sx_design *d, const sx_design *old, const sx_adjustment *given, sx_error *err) {
  cells_job job = {d, old, given, NULL, NULL, NULL};
  const sx_ctx quiet = sx_ctx_quiet(&d->ctx);
  return sx_parallel_for(&quiet, sx_piece_count(d->sample->n_rows, DESIGN_PIECE_ROWS), weigh_piece, &job, err);
}

/* The cells of a stretch of positions lie all over the file: they are brought together, asked for in time, and then used in order. */
static void gather(uint32_t *out, const uint32_t *cell, const uint32_t *order, size_t n, size_t ahead) {
  enum { AHEAD = 24 };
  for (size_t k = 0; k < n; k++) {
    if (k + AHEAD < n + ahead) __builtin_prefetch(&cell[order[k + AHEAD]]);
    out[k] = cell[order[k]];
  }
}

static void join_stretch(const cells_job *job, size_t from, size_t end, double *sum) {
  enum { STRETCH = 512 };
  const sx_adjustment *g = job->given;
  sx_design *d = job->d;
  const size_t rows = d->sample->n_rows;
  uint32_t cell[STRETCH];
  for (size_t n; from < end; from += n) {
    n = end - from < STRETCH ? end - from : STRETCH;
    gather(cell, g->cell, d->sample->order + from, n, rows - from - n);
    for (size_t k = 0; k < n; k++) d->wpos[from + k] = job->old->wpos[from + k] * g->factor[cell[k]];
    for (size_t m = 0; m < g->n_margins; m++) {
      const uint32_t *column = job->column + m * g->n_cells;
      const size_t at = (job->old->n_margins + m) * rows + from;
      for (size_t k = 0; k < n; k++) sx_design__put_cell(d, at + k, column[cell[k]]);
    }
    for (size_t k = 0; sum && k < n; k++) sum[cell[k]] += job->before[from + k];
  }
}

static sx_status join_piece(void *data, size_t piece, sx_error *err) {
  (void)err;
  const cells_job *job = data;
  join_stretch(job, piece * DESIGN_PIECE_ROWS, sx_piece_end(job->d->sample->n_rows, DESIGN_PIECE_ROWS, piece),
               job->sum ? job->sum + piece * job->given->n_cells : NULL);
  return SX_OK;
}

/* The columns of each cell, from the first row that is in it; a cell without rows has none. */
static sx_status columns_of(uint32_t *column, const sx_design *d, const sx_design *old, const sx_adjustment *g,
                            sx_error *err) {
  const uint32_t none = (uint32_t)d->n_cells;
  size_t known = 0;
  uint8_t *seen = sx_mem_zalloc(&d->ctx, g->n_cells, 1);
  if (!seen) return sx_error_memory(err);
  sx_status st = SX_OK;
  for (size_t k = 0; k < g->n_margins * g->n_cells; k++) column[k] = none;
  for (size_t i = 0; i < d->sample->n_rows && known < g->n_cells; i++) {
    const uint32_t c = g->cell[i];
    if (seen[c]) continue;
    seen[c] = 1;
    known++;
    size_t first = old->n_cells;
    for (size_t m = 0; m < g->n_margins; first += g->margins[m++].n_cells) {
      const int32_t cell = g->margins[m].cell[i];
      if (cell < -1 || cell >= (int64_t)g->margins[m].n_cells) {
        st = sx_error_set(err, SX_E_ARGUMENT, g->margins[m].name, "case %zu has cell %d of %zu", i + 1, (int)cell,
                          g->margins[m].n_cells);
        goto done;
      }
      if (cell >= 0) column[m * g->n_cells + c] = (uint32_t)(first + (size_t)cell);
    }
  }
done:
  sx_mem_free(&d->ctx, seen);
  return st;
}

/* X'DX from the sums of the joint cells. */
static void cross_cells(design_adjust *a, const sx_design *d, const cells_job *job, size_t pieces) {
  const sx_adjustment *g = job->given;
  const size_t p = a->n_cells;
  for (size_t c = 0; c < g->n_cells; c++) {
    double sum = 0, comp = 0;
    for (size_t k = 0; k < pieces; k++) {
      const double x = job->sum[k * g->n_cells + c], s = sum + x;
      comp += fabs(sum) >= fabs(x) ? (sum - s) + x : (x - s) + sum;
      sum = s;
    }
    sum += comp;
    for (size_t m = 0; m < g->n_margins; m++) {
      const size_t i = job->column[m * g->n_cells + c];
      if (i == d->n_cells) continue;
      if (!a->factor) a->diag[i - a->first_cell] += sum;
      for (size_t l = m; a->factor && l < g->n_margins; l++) {
        const size_t j = job->column[l * g->n_cells + c];
        if (j != d->n_cells) a->factor[(i - a->first_cell) + (j - a->first_cell) * p] += sum;
      }
    }
  }
}

sx_status sx_design__join_cells(bool *done, sx_design *d, const sx_design *old, const sx_adjustment *g,
                                design_adjust *a, sx_error *err) {
  const size_t pieces = sx_piece_count(d->sample->n_rows, DESIGN_PIECE_ROWS);
  const sx_ctx quiet = sx_ctx_quiet(&d->ctx);
  sx_status st = SX_OK;
  *done = g->n_cells <= FEW_CELLS;
  uint32_t *column = sx_mem_alloc(&d->ctx, g->n_cells, g->n_margins * sizeof *column);
  cells_job job = {d, old, g, column, a->d, NULL};
  if (*done) job.sum = sx_mem_zalloc(&d->ctx, pieces * g->n_cells, sizeof *job.sum);
  if (!column || (*done && !job.sum)) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, columns_of(column, d, old, g, err), done);
  SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, join_piece, &job, err), done);
  if (*done) cross_cells(a, d, &job, pieces);
done:
  sx_mem_free(&d->ctx, column);
  sx_mem_free(&d->ctx, job.sum);
  return st;
}
