/* num_rake.c: raking: weights w = d g on the rows, g = prod over margins of the multiplier of the row's cell, clipped to bounds.
 *
 * Raking minimises sum d (g log g - g + 1) subject to X'w = t: Deming & Stephan (1940) Ann. Math. Stat. 11:427-444;
 * Deville, Sarndal & Sautory (1993) JASA 88:1013-1020. With bounds g = min(max(exp(x'l), L), U), which minimises the same
 * distance within the bounds. A few sweeps of iterative proportional fitting give a start; Newton's method on the
 * logarithms of the multipliers, with step halving, then converges quadratically; where a Newton step does not reduce the
 * largest miss a further sweep is made. The Hessian X' diag(|w|) X (rows at a bound left out) is factored by pivoted
 * Cholesky, being rank deficient by the margins' shared total.
 *
 * Rows below 0 (`negative`) have the inverse factor: the generalised RAS of Junius & Oosterhaven (2003) Econ. Syst. Res. 15:87-96 with the
 * correction of Lenzen, Wood & Gallego (2007) ESR 19:461-465. A cell whose rows sum to P above and -N below 0 then has the multiplier t of
 * P t - N/t = total. */
#include <string.h>

#include "shuxiao/num.h"

enum { NEWTON_MAX_CELLS = 2000, FIRST_SWEEPS = 3, MAX_HALVINGS = 12 };

typedef struct rake {
  const sx_num_rake *p;
  double *mult, *trial; /* [cells] multipliers */
  double *sum, *comp;   /* [cells] achieved totals, compensated */
  double *below;        /* [cells] with `negative`: the part of the sum below 0, without its sign */
  double *step, *work;  /* [cells] */
  double *hess;         /* [cells^2], or NULL: sweeps only */
  size_t *piv;
  double *g; /* [rows] */
} rake;

static double clip(const sx_num_rake *p, double g) {
  return g < p->lower ? p->lower : g > p->upper ? p->upper : g;
}

static bool takes_part(const sx_num_rake *p, size_t i) {
  return (p->d[i] > 0 || (p->negative && p->d[i] < 0)) && !p->excluded[i];
}

static void set_factors(rake *r, const double *mult) {
  const sx_num_rake *p = r->p;
  for (size_t i = 0; i < p->n_rows; i++) {
    if (!takes_part(p, i)) {
      r->g[i] = 0;
      continue;
    }
    double g = 1;
    for (size_t m = 0; m < p->n_margins; m++) g *= mult[p->first[m] + (size_t)p->cell[m * p->n_rows + i]];
    r->g[i] = clip(p, p->d[i] < 0 ? 1 / g : g);
  }
}

void sx_num_rake_sums(double *sum, double *comp, const sx_num_rake *p, const double *g, size_t m) {
  const int32_t *cell = p->cell + m * p->n_rows;
  const size_t n = p->first[m + 1] - p->first[m];
  sum += p->first[m];
  comp += p->first[m];
  memset(sum, 0, n * sizeof *sum);
  memset(comp, 0, n * sizeof *comp);
  for (size_t i = 0; i < p->n_rows; i++) {
    if (cell[i] < 0 || !takes_part(p, i)) continue;
    const double x = p->d[i] * g[i], a = sum[cell[i]], s = a + x;
    comp[cell[i]] += fabs(a) >= fabs(x) ? (a - s) + x : (x - s) + a;
    sum[cell[i]] = s;
  }
  for (size_t c = 0; c < n; c++) sum[c] += comp[c];
}

static void sums_below(rake *r, size_t m) {
  const sx_num_rake *p = r->p;
  const int32_t *cell = p->cell + m * p->n_rows;
  double *below = r->below + p->first[m];
  memset(below, 0, (p->first[m + 1] - p->first[m]) * sizeof *below);
  for (size_t i = 0; i < p->n_rows; i++)
    if (cell[i] >= 0 && p->d[i] < 0 && takes_part(p, i)) below[cell[i]] -= p->d[i] * r->g[i];
}

/* Largest miss with the given multipliers, |achieved/target - 1| or over its scale; sums are left in r->sum. */
static double miss(rake *r, const double *mult, size_t *worst_cell) {
  const sx_num_rake *p = r->p;
  double worst = 0;
  set_factors(r, mult);
  for (size_t m = 0; m < p->n_margins; m++) sx_num_rake_sums(r->sum, r->comp, p, r->g, m);
  for (size_t c = 0; c < p->n_cells; c++) {
    if (p->scale ? !(p->scale[c] > 0) : p->total[c] == 0) continue;
    const double x = p->scale ? fabs(r->sum[c] - p->total[c]) / p->scale[c] : fabs(r->sum[c] / p->total[c] - 1);
    if (!(x <= worst)) {
      worst = x;
      *worst_cell = c;
    }
  }
  return worst;
}

/* The factor t of P t - N/t = total; 1 where no t > 0 is. */
static double two_signs(double above, double below, double total) {
  if (!(above > 0)) return below > 0 && total < 0 ? -below / total : 1;
  if (!(below > 0)) return total > 0 ? total / above : 1;
  const double root = sqrt(total * total + 4 * above * below);
  return total >= 0 ? (total + root) / (2 * above) : 2 * below / (root - total);
}

static void sweep(rake *r) {
  const sx_num_rake *p = r->p;
  for (size_t m = 0; m < p->n_margins; m++) {
    set_factors(r, r->mult);
    sx_num_rake_sums(r->sum, r->comp, p, r->g, m);
    if (p->negative) sums_below(r, m);
    for (size_t c = p->first[m]; c < p->first[m + 1]; c++) {
      if (p->negative)
        r->mult[c] *= two_signs(r->sum[c] + r->below[c], r->below[c], p->total[c]);
      else if (p->total[c] > 0 && r->sum[c] > 0)
        r->mult[c] *= p->total[c] / r->sum[c];
    }
  }
}

/* X' diag(|w|) X over rows inside the bounds, from r->g. */
static void hessian(rake *r) {
  const sx_num_rake *p = r->p;
  const size_t q = p->n_cells;
  memset(r->hess, 0, q * q * sizeof *r->hess);
  for (size_t i = 0; i < p->n_rows; i++) {
    if (!takes_part(p, i) || r->g[i] <= p->lower || r->g[i] >= p->upper) continue;
    const double w = fabs(p->d[i] * r->g[i]);
    for (size_t m = 0; m < p->n_margins; m++) {
      double *col = r->hess + (p->first[m] + (size_t)p->cell[m * p->n_rows + i]) * q;
      for (size_t l = 0; l < p->n_margins; l++) col[p->first[l] + (size_t)p->cell[l * p->n_rows + i]] += w;
    }
  }
}

/* One Newton step from r->mult (whose sums are current) if it reduces the miss; *worst is updated. */
static bool newton(rake *r, double *worst, size_t *worst_cell) {
  const sx_num_rake *p = r->p;
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

static sx_status rake_alloc(rake *r, const sx_ctx *ctx, sx_error *err) {
  const size_t q = r->p->n_cells;
  r->mult = sx_mem_alloc(ctx, q * 7, sizeof *r->mult);
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
  r->below = r->work + q;
  for (size_t c = 0; c < q; c++) r->mult[c] = 1;
  return SX_OK;
}

static void iterate(rake *r, sx_num_rake_end *s) {
  s->converged = true;
  s->worst = miss(r, r->mult, &s->worst_cell);
  for (s->iterations = 0; !(s->worst <= r->p->tolerance); s->iterations++) {
    if (s->iterations >= r->p->max_iterations) {
      s->converged = false;
      return;
    }
    if (s->iterations >= FIRST_SWEEPS && r->hess && newton(r, &s->worst, &s->worst_cell)) continue;
    sweep(r);
    s->worst = miss(r, r->mult, &s->worst_cell);
  }
  (void)miss(r, r->mult, &s->worst_cell); /* g of the accepted multipliers */
}

sx_status sx_num_rake_solve(double *g, sx_num_rake_end *end, const sx_num_rake *problem, const sx_ctx *ctx,
                            sx_error *err) {
  rake r = {.p = problem};
  sx_num_rake_end s = {false, 0, 0, 0};
  sx_status st = rake_alloc(&r, ctx, err);
  if (st == SX_OK) {
    iterate(&r, &s);
    memcpy(g, r.g, problem->n_rows * sizeof *g);
    *end = s;
  }
  sx_mem_free(ctx, r.mult);
  sx_mem_free(ctx, r.g);
  sx_mem_free(ctx, r.piv);
  sx_mem_free(ctx, r.hess);
  return st;
}
