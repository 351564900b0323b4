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

/* The sums of d over the cells, compensated. sum, comp [n] */
static void sum_cells(double *sum, double *comp, const wt_problem *p, const uint32_t *id, const double *d, size_t n) {
  memset(sum, 0, n * sizeof *sum);
  memset(comp, 0, n * sizeof *comp);
  for (size_t i = 0; i < p->n_rows; i++) {
    if (id[i] == 0 || !(d[i] > 0)) continue;
    const size_t c = id[i] - 1;
    const double a = sum[c], s = a + d[i];
    comp[c] += a >= d[i] ? (a - s) + d[i] : (d[i] - s) + a;
    sum[c] = s;
  }
  for (size_t c = 0; c < n; c++) sum[c] += comp[c];
}

/* Rows of one cell have one factor: solved on the cells. *done false where there are too many of them. */
static sx_status solve_cells(bool *done, double *g, wt_solution *solution, const wt_problem *p, const double *d,
                             const sx_rake_options *options, const char *who, sx_error *err) {
  sx_status st = SX_OK;
  wt_problem cells;
  size_t n = 0;
  double *sum = NULL;
  uint32_t *id = sx_mem_alloc(p->ctx, p->n_rows, sizeof *id);
  memset(&cells, 0, sizeof cells);
  if (!id) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__joint_cells(id, &n, p, err), done);
  *done = n > 0;
  if (n == 0) goto done;
  SX_TRY_GOTO(st, sx_weighting__cell_problem(&cells, p, id, n, err), done);
  sum = sx_mem_alloc(p->ctx, n, 3 * sizeof *sum);
  if (!sum) {
    st = sx_error_memory(err);
    goto done;
  }
  sum_cells(sum, sum + n, p, id, d, n);
  SX_TRY_GOTO(st, solve(sum + 2 * n, solution, &cells, sum, options, who, err), done);
  for (size_t i = 0; i < p->n_rows; i++) g[i] = id[i] && d[i] > 0 ? sum[2 * n + id[i] - 1] : 0;
done:
  sx_mem_free(p->ctx, id);
  sx_mem_free(p->ctx, sum);
  sx_mem_free(p->ctx, cells.cell);
  sx_mem_free(p->ctx, cells.excluded);
  return st;
}

sx_status sx_weighting__solve(double *w, wt_solution *solution, const wt_problem *p, const double *d,
                              const sx_rake_options *options, const char *who, sx_error *err) {
  bool done = false;
  wt_solution s = {0, 0, 0, 0};
  if (p->n_rows >= CELLS_ROWS) SX_TRY(solve_cells(&done, w, &s, p, d, options, who, err));
  if (!done) SX_TRY(solve(w, &s, p, d, options, who, err));
  for (size_t i = 0; i < p->n_rows; i++) {
    const bool in = d[i] > 0 && !p->excluded[i];
    if (in && (w[i] <= options->lower || w[i] >= options->upper)) s.n_at_bound++;
    w[i] = in ? d[i] * w[i] : 0;
  }
  *solution = s;
  return SX_OK;
}
