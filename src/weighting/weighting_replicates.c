/* weighting_replicates.c: raking and post-stratification of all replicates at once.
 *
 * Rows that lie in the same category of every margin (a cell of their crossing) are multiplied by the same factor, so that a replicate
 * enters by its sums over those cells, and leaves as a factor per cell. Eight replicates are raked side by side by iterative
 * proportional fitting, w <- w t_c / sum_c margin by margin: Deming & Stephan (1940) Ann. Math. Stat. 11:427-444. A sweep in which
 * no factor differs from 1 by more than the tolerance over SAFETY has met the margins within it. What has not come so far after MAX_SWEEPS, a
 * category that a replicate has lost, and bounds on the factors are left to the general solver, on the cells as its rows. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { WIDTH = 8, MAX_SWEEPS = 30, SAFETY = 4, BANKS = 2 };

typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double))));

void sx_weighting__replicates_clear(wt_replicates *r, const sx_ctx *ctx) {
  sx_mem_free(ctx, r->cell);
  sx_mem_free(ctx, r->factor);
  sx_mem_free(ctx, r->full);
}

/* ---- eight replicates side by side ---------------------------------------------------------------------------------- */

/* One pass: w [n][WIDTH] times factor [categories][WIDTH] of the margin `scaled`, and its sums over the categories of the margin
 * `summed`. Neighbours add to two banks in turn [BANKS][n_sums][WIDTH], so that they need not wait for one another. */
SX_INLINE void pass_cells(double *sum, size_t n_sums, double *w, const double *factor, const int32_t *scaled,
                          const int32_t *summed, size_t n) {
  size_t bank = 0;
  for (size_t k = 0; k < n; k++, bank = n_sums - bank) {
    lanes a, b;
    double *to = sum + (bank + (size_t)summed[k]) * WIDTH;
    memcpy(&a, w + k * WIDTH, sizeof a);
    memcpy(&b, factor + (size_t)scaled[k] * WIDTH, sizeof b);
    a *= b;
    memcpy(w + k * WIDTH, &a, sizeof a);
    memcpy(&b, to, sizeof b);
    b += a;
    memcpy(to, &b, sizeof b);
  }
  for (size_t c = 0; c < n_sums * WIDTH; c++) sum[c] += sum[n_sums * WIDTH + c];
}

#define KERNEL(suffix, attribute)                                                                                      \
  attribute static void pass_##suffix(double *sum, size_t n_sums, double *w, const double *factor,                     \
                                      const int32_t *scaled, const int32_t *summed, size_t n) {                        \
    pass_cells(sum, n_sums, w, factor, scaled, summed, n);                                                             \
  }

typedef void (*kernel)(double *sum, size_t n_sums, double *w, const double *factor, const int32_t *scaled,
                       const int32_t *summed, size_t n);

KERNEL(plain, )
#if defined(__x86_64__) && defined(__GNUC__)
KERNEL(avx2, __attribute__((target("avx2"))))
KERNEL(avx512, __attribute__((target("avx512f"))))

static kernel pick(void) {
  if (__builtin_cpu_supports("avx512f")) return pass_avx512;
  if (__builtin_cpu_supports("avx2")) return pass_avx2;
  return pass_plain;
}
#else
static kernel pick(void) {
  return pass_plain;
}
#endif

typedef struct rep_rake {
  const wt_problem *p; /* over cells */
  const sx_rake_options *options;
  double *a; /* [1 + cells][reps]: sums of the replicates, which become factors */
  size_t reps;
  bool sweeps; /* without bounds */
} rep_rake;

/* Factors of one margin from its sums, the largest distance from 1 of each lane, multipliers. */
static void margin_factors(double *factor, double *mult, double *worst, const double *sum, const wt_problem *p,
                           size_t m) {
  for (size_t c = p->first[m]; c < p->first[m + 1]; c++) {
    const size_t here = (c - p->first[m]) * WIDTH;
    for (size_t j = 0; j < WIDTH; j++) {
      double f = 1;
      if (p->total[c] > 0) {
        f = p->total[c] / sum[here + j]; /* a lost category is infinite, or 0/0, and never within the tolerance */
        const double miss = fabs(f - 1);
        if (!(miss <= worst[j])) worst[j] = miss;
      }
      factor[here + j] = f;
      mult[c * WIDTH + j] *= f;
    }
  }
}

/* Rakes the eight columns of w [n][WIDTH]; mult [n_cells][WIDTH] receives the multipliers. Bit j of the answer: column j has met
 * the margins. space [(BANKS + 1) * n_cells * WIDTH]. */
static unsigned rake_eight(double *w, double *mult, double *space, const rep_rake *r) {
  const wt_problem *p = r->p;
  const kernel pass = pick();
  double *sum = space, *factor = space + BANKS * p->n_cells * WIDTH;
  unsigned met = 0;
  size_t before = 0; /* the margin whose factors wait to be applied */
  for (size_t c = 0; c < p->n_cells * WIDTH; c++) mult[c] = factor[c] = 1;
  for (size_t s = 0; s < MAX_SWEEPS && met != (1U << WIDTH) - 1; s++) {
    double worst[WIDTH] = {0};
    for (size_t m = 0; m < p->n_margins; before = m++) {
      const size_t n_sums = p->first[m + 1] - p->first[m];
      memset(sum, 0, BANKS * n_sums * WIDTH * sizeof *sum);
      pass(sum, n_sums, w, factor, p->cell + before * p->n_rows, p->cell + m * p->n_rows, p->n_rows);
      margin_factors(factor, mult, worst, sum, p, m);
    }
    met = 0;
    for (size_t j = 0; j < WIDTH; j++) met |= worst[j] <= r->options->tolerance / SAFETY ? 1U << j : 0;
  }
  return met;
}

/* The general solver for one replicate. space [2 * cells] */
static sx_status solve_one(const rep_rake *job, size_t r, double *space, sx_error *err) {
  const wt_problem *p = job->p;
  const size_t n = p->n_rows;
  double *d = space, *w = space + n;
  wt_solution solution;
  char who[64];
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  for (size_t k = 0; k < n; k++) d[k] = job->a[(k + 1) * job->reps + r];
  SX_TRY(sx_weighting__solve(w, &solution, p, d, job->options, who, err));
  for (size_t k = 0; k < n; k++) job->a[(k + 1) * job->reps + r] = d[k] > 0 ? w[k] / d[k] : 0;
  return SX_OK;
}

/* Factors of lanes first .. end-1, that are replicates r0 + lane. */
static void write_factors(const rep_rake *job, const double *mult, size_t r0, size_t first, size_t end) {
  const wt_problem *p = job->p;
  for (size_t k = 0; k < p->n_rows; k++) {
    double g[WIDTH];
    for (size_t j = 0; j < WIDTH; j++) g[j] = 1;
    for (size_t m = 0; m < p->n_margins; m++) {
      const double *f = mult + (p->first[m] + (size_t)p->cell[m * p->n_rows + k]) * WIDTH;
      for (size_t j = 0; j < WIDTH; j++) g[j] *= f[j];
    }
    memcpy(job->a + (k + 1) * job->reps + r0 + first, g + first, (end - first) * sizeof *g);
  }
}

static sx_status rake_block(void *data, size_t i, sx_error *err) {
  const rep_rake *job = data;
  const wt_problem *p = job->p;
  const size_t r0 = i * WIDTH, left = job->reps - r0, width = left < WIDTH ? left : WIDTH;
  sx_status st = SX_OK;
  double *w = sx_mem_alloc(p->ctx, p->n_rows + (BANKS + 2) * p->n_cells, WIDTH * sizeof *w);
  if (!w) return sx_error_memory(err);
  double *mult = w + p->n_rows * WIDTH;
  unsigned met = 0;
  if (job->sweeps) {
    for (size_t k = 0; k < p->n_rows; k++) {
      const double *from = job->a + (k + 1) * job->reps + r0;
      memcpy(w + k * WIDTH, from, width * sizeof *w);
      for (size_t j = width; j < WIDTH; j++) w[k * WIDTH + j] = from[0]; /* the last block repeats its first column */
    }
    met = rake_eight(w, mult, mult + p->n_cells * WIDTH, job);
  }
  if (met == (1U << WIDTH) - 1) {
    write_factors(job, mult, r0, 0, width);
  } else {
    for (size_t j = 0; j < width && st == SX_OK; j++) {
      if (met >> j & 1U)
        write_factors(job, mult, r0, j, j + 1);
      else
        st = solve_one(job, r0 + j, w, err);
    }
  }
  sx_mem_free(p->ctx, w);
  return st;
}

/* ---- the replicates of a design --------------------------------------------------------------------------------------- */

static sx_status by_cells(wt_replicates *out, const wt_problem *p, const sx_design *design,
                          const sx_rake_options *options, size_t n, sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  size_t size = 0;
  wt_problem cells;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, sx_weighting__cell_problem(&cells, p, out->cell, n, err), done);
  out->n_cells = n + 1;
  out->factor = sx_size_mul(&size, out->n_cells, reps) ? sx_mem_alloc(p->ctx, size, sizeof *out->factor) : NULL;
  if (!out->factor) {
    st = sx_error_memory(err);
    goto done;
  }
  sx_codes codes;
  memset(&codes, 0, sizeof codes);
  codes.n_codes = out->n_cells;
  codes.code32 = out->cell;
  SX_TRY_GOTO(st, sx_design_replicate_sums(out->factor, NULL, NULL, design, &codes, err), done);
  rep_rake job = {&cells, options, out->factor, reps, !(options->lower > 0) && !isfinite(options->upper)};
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, (reps + WIDTH - 1) / WIDTH, rake_block, &job, err), done);
done:
  sx_mem_free(p->ctx, cells.cell);
  sx_mem_free(p->ctx, cells.excluded);
  return st;
}

/* Each replicate is a task of its own, writing its own column. */
typedef struct rep_rows {
  const wt_problem *p;
  const sx_design *design;
  const sx_rake_options *options;
  double *to;
} rep_rows;

static sx_status rake_rows(void *data, size_t r, sx_error *err) {
  const rep_rows *job = data;
  const wt_problem *p = job->p;
  const size_t n = p->n_rows, reps = sx_design_replicates(job->design);
  sx_status st = SX_OK;
  wt_solution s;
  char who[64];
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  double *d = sx_mem_alloc(p->ctx, n, sizeof *d), *w = sx_mem_alloc(p->ctx, n, sizeof *w);
  if (!d || !w) {
    st = sx_error_memory(err);
    goto done;
  }
  sx_design_replicate(d, job->design, r);
  for (size_t i = 0; i < n; i++) /* a case outside the full sample takes no part: its cells are not known */
    for (size_t m = 0; m < p->n_margins; m++)
      if (p->cell[m * n + i] < 0) d[i] = 0;
  SX_TRY_GOTO(st, sx_weighting__solve(w, &s, p, d, job->options, who, err), done);
  for (size_t i = 0; i < n; i++) job->to[i * reps + r] = w[i];
done:
  sx_mem_free(p->ctx, d);
  sx_mem_free(p->ctx, w);
  return st;
}

static sx_status by_rows(wt_replicates *out, const wt_problem *p, const sx_design *design,
                         const sx_rake_options *options, sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  size_t size = 0;
  out->full = sx_size_mul(&size, p->n_rows, reps) ? sx_mem_alloc(p->ctx, size, sizeof *out->full) : NULL;
  if (!out->full) return sx_error_memory(err);
  rep_rows job = {p, design, options, out->full};
  return sx_parallel_for(p->ctx, reps, rake_rows, &job, err);
}

sx_status sx_weighting__no_negative(const sx_design *design, const char *what, sx_error *err) {
  size_t row = 0, r = 0;
  char who[64];
  if (!sx_design_replicate_negative(&row, &r, design)) return SX_OK;
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  return sx_error_set(err, SX_E_SUPPORT, who, "case %zu has a negative weight, which cannot be %s", row + 1, what);
}

sx_status sx_weighting__rake_replicates(wt_replicates *out, const wt_problem *p, const sx_design *design,
                                        const sx_rake_options *options, sx_error *err) {
  sx_status st = SX_OK;
  size_t n = 0;
  wt_replicates r = {NULL, NULL, 0, NULL};
  SX_TRY(sx_weighting__no_negative(design, "raked", err));
  r.cell = sx_mem_alloc(p->ctx, p->n_rows, sizeof *r.cell);
  if (!r.cell) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__joint_cells(r.cell, &n, p, err), done);
  SX_TRY_GOTO(st, n ? by_cells(&r, p, design, options, n, err) : by_rows(&r, p, design, options, err), done);
  *out = r;
  r = (wt_replicates){NULL, NULL, 0, NULL};
done:
  sx_weighting__replicates_clear(&r, p->ctx);
  return st;
}
