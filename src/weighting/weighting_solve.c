/* weighting_solve.c: raking weights by the kernel of num_rake.c, and what is said where it cannot.
 *
 * Rows in the same category of every margin share their factor, so that all this is done on the crossings of the margins with the sums
 * of d where those are fewer than the rows. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { CELLS_ROWS = 200 };

/* A cell that no factor within the bounds can reach. sum, comp [cells]; g [rows] is scratch. */
static sx_status check_cells(double *sum, double *comp, double *g, const sx_num_rake *k, const wt_problem *p,
                             const char *who, sx_error *err) {
  for (size_t i = 0; i < p->n_rows; i++) g[i] = k->d[i] > 0 && !p->excluded[i] ? 1 : 0;
  for (size_t m = 0; m < p->n_margins; m++) sx_num_rake_sums(sum, comp, k, g, m);
  for (size_t c = 0; c < p->n_cells; c++) {
    char name[256];
    if (p->total[c] == 0) continue;
    sx_weighting__cell_name(name, p, c);
    if (!(sum[c] > 0))
      return sx_error_set(err, SX_E_DATA, name, "%s%sthe category has no case with a weight above 0", who,
                          who[0] ? ": " : "");
    const double need = p->total[c] / sum[c];
    if (need < k->lower * (1 - 1e-12) || need > k->upper * (1 + 1e-12))
      return sx_error_set(
          err, SX_E_DATA, name,
          "%s%sthe category needs an average factor of %.6g, the bounds are %g to %g: widen them or merge "
          "categories",
          who, who[0] ? ": " : "", need, k->lower, k->upper);
  }
  return SX_OK;
}

static sx_status check_bounds(double *g, const sx_num_rake *k, const wt_problem *p, const char *who, sx_error *err) {
  double *sums = sx_mem_alloc(p->ctx, p->n_cells, 2 * sizeof *sums);
  if (!sums) return sx_error_memory(err);
  const sx_status st = check_cells(sums, sums + p->n_cells, g, k, p, who, err);
  sx_mem_free(p->ctx, sums);
  return st;
}

/* g [rows] by row, 0 for those that take no part. */
static sx_status solve(double *g, wt_solution *solution, const wt_problem *p, const double *d,
                       const sx_rake_options *options, const char *who, sx_error *err) {
  const sx_num_rake k = {.n_rows = p->n_rows,
                         .n_margins = p->n_margins,
                         .n_cells = p->n_cells,
                         .first = p->first,
                         .cell = p->cell,
                         .total = p->total,
                         .excluded = p->excluded,
                         .d = d,
                         .lower = options->lower,
                         .upper = options->upper,
                         .tolerance = options->tolerance,
                         .max_iterations = options->max_iterations};
  sx_num_rake_end end;
  SX_TRY(check_bounds(g, &k, p, who, err));
  SX_TRY(sx_num_rake_solve(g, &end, &k, p->ctx, err));
  if (!end.converged) {
    char name[256];
    sx_weighting__cell_name(name, p, end.worst_cell);
    return sx_error_set(
        err, SX_E_NUMERIC, name,
        "%s%sraking did not converge in %zu iterations: this category is still off by %.3g of its total; "
        "the margins may contradict each other in this sample",
        who, who[0] ? ": " : "", end.iterations, end.worst);
  }
  *solution = (wt_solution){end.iterations, end.worst_cell, 0, end.worst};
  return SX_OK;
}

/* The sums of d over the cells: of pieces of the rows, and these added with compensation. */
typedef struct summing {
  const wt_problem *p;
  const wt_factors *f;
  const double *d;
  double *sum; /* [pieces][n] */
} summing;

static void add(double *sum, double *comp, double x) {
  const double a = *sum, s = a + x;
  *comp += a >= x ? (a - s) + x : (x - s) + a;
  *sum = s;
}

/* sum, comp [n + 1] */
static void sum_rows(double *sum, double *comp, const summing *job, size_t from, size_t end) {
  for (size_t i = from; i < end; i++)
    if (job->d[i] > 0) add(&sum[job->f->cell[i]], &comp[job->f->cell[i]], job->d[i]);
  for (size_t c = 0; c < job->f->n; c++) sum[c] += comp[c];
}

static sx_status sum_piece(void *data, size_t piece, sx_error *err) {
  const summing *job = data;
  const size_t n = job->f->n;
  double *comp = sx_mem_zalloc(job->p->ctx, n, sizeof *comp);
  if (!comp) return sx_error_memory(err);
  sum_rows(job->sum + piece * n, comp, job, piece * WT_PIECE_ROWS, sx_piece_end(job->p->n_rows, WT_PIECE_ROWS, piece));
  sx_mem_free(job->p->ctx, comp);
  return SX_OK;
}

/* out [n]: the sums; those of few cells in pieces. */
static sx_status sum_cells(double *out, const wt_problem *p, const wt_factors *f, const double *d, sx_error *err) {
  const size_t pieces = sx_piece_count(p->n_rows, WT_PIECE_ROWS);
  const bool few = f->n * pieces <= p->n_rows;
  const sx_ctx quiet = sx_ctx_quiet(p->ctx);
  sx_status st = SX_OK;
  summing job = {p, f, d, sx_mem_zalloc(p->ctx, f->n * (few ? pieces : 1), sizeof *job.sum)};
  double *comp = sx_mem_zalloc(p->ctx, f->n, sizeof *comp);
  if (!job.sum || !comp) {
    st = sx_error_memory(err);
    goto done;
  }
  if (few) {
    SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, sum_piece, &job, err), done);
    memset(out, 0, f->n * sizeof *out);
    for (size_t k = 0; k < pieces; k++)
      for (size_t c = 0; c < f->n; c++) add(&out[c], &comp[c], job.sum[k * f->n + c]);
    for (size_t c = 0; c < f->n; c++) out[c] += comp[c];
  } else {
    sum_rows(job.sum, comp, &job, 0, p->n_rows);
    memcpy(out, job.sum, f->n * sizeof *out);
  }
done:
  sx_mem_free(p->ctx, job.sum);
  sx_mem_free(p->ctx, comp);
  return st;
}

void sx_weighting__factors_clear(wt_factors *f, const sx_ctx *ctx) {
  sx_mem_free(ctx, f->cell);
  sx_mem_free(ctx, f->factor);
  *f = (wt_factors){NULL, NULL, 0};
}

static bool at_bound(double g, const sx_rake_options *o) {
  return g <= o->lower || g >= o->upper;
}

static void count_at_bound(wt_solution *s, const wt_problem *p, const wt_factors *f, const double *d,
                           const sx_rake_options *o) {
  bool any = false;
  s->n_at_bound = 0;
  for (size_t c = 1; c < f->n; c++) any = any || at_bound(f->factor[c], o);
  for (size_t i = 0; any && i < p->n_rows; i++)
    s->n_at_bound += d[i] > 0 && f->cell[i] && at_bound(f->factor[f->cell[i]], o);
}

/* Rows of one cell have one factor: solved on the cells. */
sx_status sx_weighting__factors(wt_factors *out, wt_solution *solution, const wt_problem *p, const double *d,
                                const sx_rake_options *options, const char *who, sx_error *err) {
  sx_status st = SX_OK;
  wt_problem cells;
  wt_solution s = {0, 0, 0, 0};
  size_t n = 0;
  double *sum = NULL;
  wt_factors f = {NULL, NULL, 0};
  memset(&cells, 0, sizeof cells);
  *out = f;
  if (p->n_rows < CELLS_ROWS) return SX_OK;
  f.cell = sx_mem_alloc(p->ctx, p->n_rows, sizeof *f.cell);
  if (!f.cell) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_weighting__joint_cells(f.cell, &n, p, err), done);
  if (n == 0) goto done;
  SX_TRY_GOTO(st, sx_weighting__cell_problem(&cells, p, f.cell, n, err), done);
  f.n = n + 1;
  f.factor = sx_mem_zalloc(p->ctx, f.n, sizeof *f.factor);
  sum = sx_mem_alloc(p->ctx, f.n, sizeof *sum);
  if (!f.factor || !sum) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sum_cells(sum, p, &f, d, err), done);
  SX_TRY_GOTO(st, solve(f.factor + 1, &s, &cells, sum + 1, options, who, err), done);
  count_at_bound(&s, p, &f, d, options);
  *solution = s;
  *out = f;
  f = (wt_factors){NULL, NULL, 0};
done:
  sx_weighting__factors_clear(&f, p->ctx);
  sx_mem_free(p->ctx, sum);
  sx_mem_free(p->ctx, cells.cell);
  sx_mem_free(p->ctx, cells.excluded);
  return st;
}

sx_status sx_weighting__solve(double *w, wt_solution *solution, const wt_problem *p, const double *d,
                              const sx_rake_options *options, const char *who, sx_error *err) {
  wt_solution s = {0, 0, 0, 0};
  wt_factors f = {NULL, NULL, 0};
  SX_TRY(sx_weighting__factors(&f, &s, p, d, options, who, err));
  if (f.n == 0) SX_TRY(solve(w, &s, p, d, options, who, err));
  for (size_t i = 0; i < p->n_rows; i++) {
    const bool in = d[i] > 0 && !p->excluded[i];
    const double g = f.n ? f.factor[f.cell[i]] : w[i];
    if (f.n == 0 && in && at_bound(g, options)) s.n_at_bound++;
    w[i] = in ? d[i] * g : 0;
  }
  sx_weighting__factors_clear(&f, p->ctx);
  *solution = s;
  return SX_OK;
}
