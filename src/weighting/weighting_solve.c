/* weighting_solve.c: raking weights w = d g, g = prod over margins of the multiplier of the row's cell, clipped to bounds.
 *
 * Raking minimises sum d (g log g - g + 1) subject to X'w = t: Deming & Stephan (1940) Ann. Math. Stat. 11:427-444;
 * Deville, Sarndal & Sautory (1993) JASA 88:1013-1020. With bounds g = min(max(exp(x'l), L), U), which minimises the same
 * distance within the bounds. A few sweeps of iterative proportional fitting give a start; Newton's method on the
 * logarithms of the multipliers, with step halving, then converges quadratically; where a Newton step does not reduce the
 * largest miss a further sweep is made. The Hessian X' diag(w) X (rows at a bound left out) is factored by pivoted
 * Cholesky, being rank deficient by the margins' shared total.
 *
 * Rows in the same category of every margin share their factor, so that all this is done on the crossings of the margins with the sums
 * of d where those are fewer than the rows. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { NEWTON_MAX_CELLS = 2000, FIRST_SWEEPS = 3, MAX_HALVINGS = 12, CELLS_ROWS = 200 };

typedef struct rake {
  const wt_problem *p;
  const double *d;
  const sx_rake_options *o;
  const char *who;
  double *mult, *trial; /* [cells] multipliers */
  double *sum, *comp;   /* [cells] achieved totals, compensated */
  double *step, *work;  /* [cells] */
  double *hess;         /* [cells^2], or NULL: sweeps only */
  size_t *piv;
  double *g; /* [rows] */
} rake;

static double clip(const rake *r, double g) {
  return g < r->o->lower ? r->o->lower : g > r->o->upper ? r->o->upper : g;
}

static bool takes_part(const rake *r, size_t i) {
  return r->d[i] > 0 && !r->p->excluded[i];
}

static void set_factors(rake *r, const double *mult) {
  const wt_problem *p = r->p;
  for (size_t i = 0; i < p->n_rows; i++) {
    if (!takes_part(r, i)) {
      r->g[i] = 0;
      continue;
    }
    double g = 1;
    for (size_t m = 0; m < p->n_margins; m++) g *= mult[p->first[m] + (size_t)p->cell[m * p->n_rows + i]];
    r->g[i] = clip(r, g);
  }
}

static void margin_sums(rake *r, size_t m) {
  const wt_problem *p = r->p;
  const int32_t *cell = p->cell + m * p->n_rows;
  double *sum = r->sum + p->first[m], *comp = r->comp + p->first[m];
  const size_t n = p->first[m + 1] - p->first[m];
  memset(sum, 0, n * sizeof *sum);
  memset(comp, 0, n * sizeof *comp);
  for (size_t i = 0; i < p->n_rows; i++) {
    if (cell[i] < 0 || !takes_part(r, i)) continue;
    const double x = r->d[i] * r->g[i], a = sum[cell[i]], s = a + x;
    comp[cell[i]] += a >= x ? (a - s) + x : (x - s) + a;
    sum[cell[i]] = s;
  }
  for (size_t c = 0; c < n; c++) sum[c] += comp[c];
}

/* Largest |achieved/target - 1| with the given multipliers; sums are left in r->sum. */
static double miss(rake *r, const double *mult, size_t *worst_cell) {
  const wt_problem *p = r->p;
  double worst = 0;
  set_factors(r, mult);
  for (size_t m = 0; m < p->n_margins; m++) margin_sums(r, m);
  for (size_t c = 0; c < p->n_cells; c++) {
    if (p->total[c] == 0) continue;
    const double x = fabs(r->sum[c] / p->total[c] - 1);
    if (!(x <= worst)) {
      worst = x;
      *worst_cell = c;
    }
  }
  return worst;
}

static void sweep(rake *r) {
  const wt_problem *p = r->p;
  for (size_t m = 0; m < p->n_margins; m++) {
    set_factors(r, r->mult);
    margin_sums(r, m);
    for (size_t c = p->first[m]; c < p->first[m + 1]; c++)
      if (p->total[c] > 0 && r->sum[c] > 0) r->mult[c] *= p->total[c] / r->sum[c];
  }
}

/* X' diag(w) X over rows inside the bounds, from r->g. */
static void hessian(rake *r) {
  const wt_problem *p = r->p;
  const size_t q = p->n_cells;
  memset(r->hess, 0, q * q * sizeof *r->hess);
  for (size_t i = 0; i < p->n_rows; i++) {
    if (!takes_part(r, i) || r->g[i] <= r->o->lower || r->g[i] >= r->o->upper) continue;
    const double w = r->d[i] * r->g[i];
    for (size_t m = 0; m < p->n_margins; m++) {
      double *col = r->hess + (p->first[m] + (size_t)p->cell[m * p->n_rows + i]) * q;
      for (size_t l = 0; l < p->n_margins; l++) col[p->first[l] + (size_t)p->cell[l * p->n_rows + i]] += w;
    }
  }
}

/* One Newton step from r->mult (whose sums are current) if it reduces the miss; *worst is updated. */
static bool newton(rake *r, double *worst, size_t *worst_cell) {
  const wt_problem *p = r->p;
  size_t rank = 0;
  hessian(r);
  for (size_t c = 0; c < p->n_cells; c++) r->step[c] = p->total[c] - r->sum[c];
  if (sx_num_chol_pivot(r->hess, p->n_cells, r->piv, &rank, 1e-13, NULL) != SX_OK || rank == 0) return false;
  sx_num_chol_solve(r->hess, p->n_cells, r->piv, rank, r->step, r->work);
  double scale = 1;
  for (size_t k = 0; k < MAX_HALVINGS; k++, scale /= 2) {
    bool sane = true;
    for (size_t c = 0; c < p->n_cells; c++) {
      const double s = scale * r->step[c];
      sane = sane && fabs(s) < 20;
      r->trial[c] = r->mult[c] * exp(s);
    }
    if (!sane) continue;
    size_t cell = 0;
    const double now = miss(r, r->trial, &cell);
    if (now < *worst) {
      memcpy(r->mult, r->trial, p->n_cells * sizeof *r->mult);
      *worst = now;
      *worst_cell = cell;
      return true;
    }
  }
  return false;
}

/* A cell that no factor within the bounds can reach. */
static sx_status check_bounds(rake *r, sx_error *err) {
  const wt_problem *p = r->p;
  for (size_t i = 0; i < p->n_rows; i++) r->g[i] = takes_part(r, i) ? 1 : 0;
  for (size_t m = 0; m < p->n_margins; m++) margin_sums(r, m);
  for (size_t c = 0; c < p->n_cells; c++) {
    char name[256];
    if (p->total[c] == 0) continue;
    sx_weighting__cell_name(name, p, c);
    if (!(r->sum[c] > 0))
      return sx_error_set(err, SX_E_DATA, name, "%s%sthe category has no case with a weight above 0", r->who,
                          r->who[0] ? ": " : "");
    const double need = p->total[c] / r->sum[c];
    if (need < r->o->lower * (1 - 1e-12) || need > r->o->upper * (1 + 1e-12))
      return sx_error_set(
          err, SX_E_DATA, name,
          "%s%sthe category needs an average factor of %.6g, the bounds are %g to %g: widen them or merge "
          "categories",
          r->who, r->who[0] ? ": " : "", need, r->o->lower, r->o->upper);
  }
  return SX_OK;
}

static sx_status rake_alloc(rake *r, sx_error *err) {
  const sx_ctx *ctx = r->p->ctx;
  const size_t q = r->p->n_cells;
  r->mult = sx_mem_alloc(ctx, q * 6, sizeof *r->mult);
  r->g = sx_mem_alloc(ctx, r->p->n_rows, sizeof *r->g);
  r->piv = sx_mem_alloc(ctx, q, sizeof *r->piv);
  const bool small = q <= NEWTON_MAX_CELLS && r->p->n_margins > 1;
  r->hess = small ? sx_mem_alloc(ctx, q * q, sizeof *r->hess) : NULL;
  if (!r->mult || !r->g || !r->piv || (small && !r->hess)) return sx_error_memory(err);
  r->trial = r->mult + q;
  r->sum = r->trial + q;
  r->comp = r->sum + q;
  r->step = r->comp + q;
  r->work = r->step + q;
  for (size_t c = 0; c < q; c++) r->mult[c] = 1;
  return SX_OK;
}

static sx_status iterate(rake *r, wt_solution *s, sx_error *err) {
  s->worst = miss(r, r->mult, &s->worst_cell);
  for (s->iterations = 0; !(s->worst <= r->o->tolerance); s->iterations++) {
    if (s->iterations >= r->o->max_iterations) {
      char name[256];
      sx_weighting__cell_name(name, r->p, s->worst_cell);
      return sx_error_set(
          err, SX_E_NUMERIC, name,
          "%s%sraking did not converge in %zu iterations: this category is still off by %.3g of its total; "
          "the margins may contradict each other in this sample",
          r->who, r->who[0] ? ": " : "", s->iterations, s->worst);
    }
    if (s->iterations >= FIRST_SWEEPS && r->hess && newton(r, &s->worst, &s->worst_cell)) continue;
    sweep(r);
    s->worst = miss(r, r->mult, &s->worst_cell);
  }
  (void)miss(r, r->mult, &s->worst_cell); /* g of the accepted multipliers */
  return SX_OK;
}

/* g [rows] by row, 0 for those that take no part. */
static sx_status solve(double *g, wt_solution *solution, const wt_problem *p, const double *d,
                       const sx_rake_options *options, const char *who, sx_error *err) {
  sx_status st = SX_OK;
  rake r = {p, d, options, who, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
  wt_solution s = {0, 0, 0, 0};
  SX_TRY_GOTO(st, rake_alloc(&r, err), done);
  SX_TRY_GOTO(st, check_bounds(&r, err), done);
  SX_TRY_GOTO(st, iterate(&r, &s, err), done);
  memcpy(g, r.g, p->n_rows * sizeof *g);
  *solution = s;
done:
  sx_mem_free(p->ctx, r.mult);
  sx_mem_free(p->ctx, r.g);
  sx_mem_free(p->ctx, r.piv);
  sx_mem_free(p->ctx, r.hess);
  return st;
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
