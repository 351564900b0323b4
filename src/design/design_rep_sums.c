/* design_rep_sums.c: sums by code under every replicate weight.
 *
 *   Z_cr = sum over the rows i of code c of v_i base_i f(unit_i, r) g(cell_i, r),   v = 1, y or x
 *
 * The rows of a code are brought together (a counting sort; within a code by calibration cell), so that for each pair (code, cell)
 *   T_r = sum v_i base_i f(unit_i, r)
 * is summed along r, where the values of f lie side by side, and g enters once per pair: Z_cr = sum over the cells of g T. Where units
 * hold many rows the v base are first summed by (code, unit), so that the product with f costs replicates per pair of them instead of
 * per row: a matrix product. Counts with a step, f = low + step c, are summed as counts with the weights v base step, and the sum of
 * v base low is where T starts.
 *
 * Threads take stretches of replicates, and the order of the additions within one is that of the rows: the same bits whatever the
 * threads and the processor (no fused multiplication). */
#include <string.h>

#include "design_priv.h"

enum {
  SLICE = 512,  /* replicates summed at a time: their sums stay in the first cache */
  TASK = 64,    /* replicates of a task, about, where there are threads */
  DECODED = 16, /* entries whose codes are turned into values together */
  COLUMNS = DESIGN_REP_COLUMNS,
  WIDTH = 8, /* slices are multiples of it */
  PARALLEL_WORK = 1 << 25,
  PARTS = 8, /* stretches of rows that threads sum by unit */
  PART_ROWS = 100000
};

/* What is summed: for each entry a unit and a value per column; runs of entries of the same code and cell. */
typedef struct rep_run {
  uint32_t code, cell;
  size_t start;
} rep_run;

typedef struct rep_sums {
  const sx_design *design;
  const sx_codes *codes;
  double *out[COLUMNS]; /* the wanted ones */
  const double *by[COLUMNS];
  size_t n_columns, n_entries, n_runs;
  uint32_t *unit;
  double *v[COLUMNS];
  rep_run *run; /* [n_runs+1] */
  double *low;  /* [n_runs][n_columns] what the sums start from, or NULL: 0 */
  size_t slice;
} rep_sums;

/* ---- entries ------------------------------------------------------------------------------------------------------ */

static size_t unit_of(const design_factor *f, size_t row) {
  return f->unit ? f->unit[row] : row;
}

/* The value of column j at a row, with the base weight; the base comes first as in the weights written out. */
static double value_of(const rep_sums *s, size_t j, size_t row) {
  const design_factor *f = s->design->reps->f;
  const double base = f->base ? f->base[row] : 1;
  return s->by[j] ? base * s->by[j][row] : base;
}

/* Rows by cell, which the sort by code keeps within a code; NULL where there are no cells. */
static sx_status rows_by_cell(uint32_t **out, const design_reps *reps, sx_error *err) {
  const size_t rows = reps->f->n_rows;
  if (!reps->cell) return SX_OK;
  size_t *at = sx_mem_zalloc(&reps->ctx, reps->n_cells + 1, sizeof *at);
  uint32_t *row = sx_mem_alloc(&reps->ctx, rows, sizeof *row);
  if (!at || !row) {
    sx_mem_free(&reps->ctx, at);
    sx_mem_free(&reps->ctx, row);
    return sx_error_memory(err);
  }
  for (size_t i = 0; i < rows; i++) at[reps->cell[i] + 1]++;
  for (size_t c = 0; c < reps->n_cells; c++) at[c + 1] += at[c];
  for (size_t i = 0; i < rows; i++) row[at[reps->cell[i]]++] = (uint32_t)i;
  sx_mem_free(&reps->ctx, at);
  *out = row;
  return SX_OK;
}

/* Rows that have a code, by code, then as given (NULL: as they lie). */
static sx_status sort_by_code(uint32_t *row, size_t *n, const rep_sums *s, const uint32_t *given, sx_error *err) {
  const size_t rows = s->design->sample->n_rows, codes = s->codes->n_codes;
  size_t *at = sx_mem_zalloc(&s->design->ctx, codes + 1, sizeof *at);
  if (!at) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) at[sx_codes_at(s->codes, i) + 1]++;
  at[1] = 0; /* code 0 is left out */
  for (size_t c = 1; c < codes; c++) at[c + 1] += at[c];
  *n = at[codes];
  for (size_t k = 0; k < rows; k++) {
    const size_t i = given ? given[k] : k, code = sx_codes_at(s->codes, i);
    if (code) row[at[code]++] = (uint32_t)i;
  }
  sx_mem_free(&s->design->ctx, at);
  return SX_OK;
}

static sx_status alloc_entries(rep_sums *s, size_t n, size_t runs, sx_error *err) {
  const sx_ctx *ctx = &s->design->ctx;
  bool ok = true;
  s->unit = sx_mem_zalloc(ctx, n + DESIGN_REP_AHEAD, sizeof *s->unit);
  s->run = sx_mem_alloc(ctx, runs + 1, sizeof *s->run);
  for (size_t j = 0; j < s->n_columns; j++) {
    s->v[j] = sx_mem_alloc(ctx, n, sizeof *s->v[j]);
    ok = ok && s->v[j];
  }
  return ok && s->unit && s->run ? SX_OK : sx_error_memory(err);
}

static bool run_begins(const rep_sums *s, const uint32_t *row, size_t k) {
  const uint32_t *cell = s->design->reps->cell;
  return k == 0 || sx_codes_at(s->codes, row[k]) != sx_codes_at(s->codes, row[k - 1]) ||
         (cell && cell[row[k]] != cell[row[k - 1]]);
}

/* An entry per row. */
static sx_status entries_of_rows(rep_sums *s, sx_error *err) {
  const design_reps *reps = s->design->reps;
  const sx_ctx *ctx = &reps->ctx;
  sx_status st = SX_OK;
  size_t n = 0, runs = 0;
  uint32_t *given = NULL, *row = sx_mem_alloc(ctx, reps->f->n_rows, sizeof *row);
  if (!row) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, rows_by_cell(&given, reps, err), done);
  SX_TRY_GOTO(st, sort_by_code(row, &n, s, given, err), done);
  for (size_t k = 0; k < n; k++) runs += run_begins(s, row, k);
  SX_TRY_GOTO(st, alloc_entries(s, n, runs, err), done);
  for (size_t k = 0; k < n; k++) {
    if (run_begins(s, row, k))
      s->run[s->n_runs++] = (rep_run){sx_codes_at(s->codes, row[k]), reps->cell ? reps->cell[row[k]] : 0, k};
    s->unit[k] = (uint32_t)unit_of(reps->f, row[k]);
    for (size_t j = 0; j < s->n_columns; j++) s->v[j][k] = value_of(s, j, row[k]);
  }
  s->n_entries = n;
  s->run[s->n_runs].start = n;
done:
  sx_mem_free(ctx, given);
  sx_mem_free(ctx, row);
  return st;
}

/* sum [codes][units][columns] over rows from .. to-1. */
static void sum_units(double *restrict sum, const rep_sums *s, size_t from, size_t to) {
  const design_factor *f = s->design->reps->f;
  const size_t columns = s->n_columns, units = f->n_units;
  for (size_t i = from; i < to; i++) {
    const size_t code = sx_codes_at(s->codes, i);
    if (code == 0) continue;
    double *at = sum + (code * units + unit_of(f, i)) * columns;
    const double base = f->base ? f->base[i] : 1;
    for (size_t j = 0; j < columns; j++) at[j] += s->by[j] ? base * s->by[j][i] : base;
  }
}

/* Large files: the sums of PARTS stretches of rows, added in their order. */
typedef struct unit_parts {
  const rep_sums *s;
  double *sum; /* [PARTS][size] */
  size_t size, n_parts;
} unit_parts;

static sx_status sum_part(void *data, size_t i, sx_error *err) {
  const unit_parts *t = data;
  const size_t rows = t->s->design->sample->n_rows;
  (void)err;
  sum_units(t->sum + i * t->size, t->s, rows / t->n_parts * i, i + 1 < t->n_parts ? rows / t->n_parts * (i + 1) : rows);
  return SX_OK;
}

static sx_status sum_parts(const unit_parts *t, sx_error *err) {
  unit_parts work = *t;
  sx_ctx ctx = t->s->design->ctx; /* this may be one of several threads: it does not call back */
  ctx.cancelled = NULL;
  SX_TRY(sx_parallel_for(&ctx, t->n_parts, sum_part, &work, err));
  for (size_t p = 1; p < t->n_parts; p++)
    for (size_t k = 0; k < t->size; k++) t->sum[k] += t->sum[p * t->size + k];
  return SX_OK;
}

static bool any(const double *v, size_t n) {
  for (size_t j = 0; j < n; j++)
    if (v[j] != 0) return true;
  return false;
}

/* An entry per code and unit. */
static sx_status entries_of_units(rep_sums *s, sx_error *err) {
  const sx_ctx *ctx = &s->design->ctx;
  const size_t columns = s->n_columns, units = s->design->reps->f->n_units, codes = s->codes->n_codes;
  const size_t rows = s->design->sample->n_rows;
  size_t n = 0, k = 0;
  unit_parts t = {s, NULL, codes * units * columns, rows >= PART_ROWS && codes * units <= rows / 16 ? PARTS : 1};
  double *sum = t.sum = sx_mem_zalloc(ctx, t.size * t.n_parts, sizeof *sum);
  if (!sum) return sx_error_memory(err);
  sx_status st = sum_parts(&t, err);
  for (size_t i = 0; i < codes * units; i++) n += any(sum + i * columns, columns);
  if (st == SX_OK) st = alloc_entries(s, n, codes, err);
  for (size_t c = 1; c < codes && st == SX_OK; c++) {
    s->run[s->n_runs++] = (rep_run){(uint32_t)c, 0, k};
    for (size_t u = 0; u < units; u++) {
      const double *v = sum + (c * units + u) * columns;
      if (!any(v, columns)) continue;
      s->unit[k] = (uint32_t)u;
      for (size_t j = 0; j < columns; j++) s->v[j][k] = v[j];
      k++;
    }
  }
  if (st == SX_OK) s->run[s->n_runs].start = s->n_entries = n;
  sx_mem_free(ctx, sum);
  return st;
}

/* The counts' own weights, and what the runs start from. */
static double take_low(rep_sums *s, size_t j, const rep_run *run) {
  const design_factor *f = s->design->reps->f;
  double low = 0;
  for (size_t k = run[0].start; k < run[1].start; k++) {
    low += s->v[j][k] * f->low[s->unit[k]];
    s->v[j][k] *= f->step[s->unit[k]];
  }
  return low;
}

/* ---- sums --------------------------------------------------------------------------------------------------------- */

/* The codes of a few entries at a time into values, as units 0, 1, ... of a table of their own. */
static void add_decoded(design_rep_sum job, const design_factor *f) {
  double space[DECODED * SLICE];
  uint32_t own[DECODED + DESIGN_REP_AHEAD] = {0};
  const uint32_t *unit = job.unit;
  const size_t n = job.n, r0 = job.r0;
  for (uint32_t i = 0; i < DECODED; i++) own[i] = i;
  job.unit = own;
  job.value = space;
  job.stride = job.width;
  job.r0 = 0;
  for (size_t k = 0; k < n; k += DECODED) {
    job.n = n - k < DECODED ? n - k : DECODED;
    for (size_t i = 0; i < job.n; i++) sx_design__factor_row(space + i * job.width, f, unit[k + i], r0, job.width);
    sx_design__rep_sum(&job);
    for (size_t j = 0; j < job.columns; j++) job.v[j] += job.n;
  }
}

static void sum_run(const rep_sums *s, const rep_run *run, const double *low, size_t r0, size_t n) {
  const design_reps *reps = s->design->reps;
  const design_factor *f = reps->f;
  double space[COLUMNS][SLICE];
  design_rep_sum job = {.columns = s->n_columns,
                        .unit = s->unit + run[0].start,
                        .n = run[1].start - run[0].start,
                        .stride = f->n_reps,
                        .r0 = r0,
                        .width = n};
  for (size_t j = 0; j < s->n_columns; j++) {
    job.sum[j] = space[j];
    job.v[j] = s->v[j] + run[0].start;
    for (size_t r = 0; r < n; r++) space[j][r] = low ? low[j] : 0;
  }
  if (f->code8 && !f->table)
    job.count = f->code8;
  else if (f->value)
    job.value = f->value;
  if (job.count || job.value)
    sx_design__rep_sum(&job);
  else
    add_decoded(job, f);
  const double *g = reps->cell ? reps->g + run->cell * f->n_reps + r0 : NULL;
  for (size_t j = 0; j < s->n_columns; j++) sx_design__rep_add(s->out[j] + run->code * f->n_reps + r0, space[j], g, n);
}

static sx_status sum_slice(void *data, size_t i, sx_error *err) {
  const rep_sums *s = data;
  const size_t reps = s->design->sample->n_reps, r0 = i * s->slice, left = reps - r0;
  (void)err;
  for (size_t k = 0; k < s->n_runs; k++)
    sum_run(s, s->run + k, s->low ? s->low + k * s->n_columns : NULL, r0, left < s->slice ? left : s->slice);
  return SX_OK;
}

static sx_status take_lows(rep_sums *s, sx_error *err) {
  if (!s->design->reps->f->low) return SX_OK;
  s->low = sx_mem_alloc(&s->design->ctx, s->n_runs, s->n_columns * sizeof *s->low);
  if (!s->low) return sx_error_memory(err);
  for (size_t k = 0; k < s->n_runs; k++)
    for (size_t j = 0; j < s->n_columns; j++) s->low[k * s->n_columns + j] = take_low(s, j, &s->run[k]);
  return SX_OK;
}

static sx_status sum_all(rep_sums *s, sx_error *err) {
  const design_factor *f = s->design->reps->f;
  const size_t reps = f->n_reps, pairs = f->n_units * s->codes->n_codes;
  const bool by_unit = !s->design->reps->cell && pairs / s->codes->n_codes == f->n_units && pairs <= f->n_rows;
  SX_TRY(by_unit ? entries_of_units(s, err) : entries_of_rows(s, err));
  SX_TRY(take_lows(s, err));
  sx_ctx ctx = s->design->ctx; /* this may be one of several threads: it does not call back */
  ctx.cancelled = NULL;
  const size_t work = s->n_entries * reps * s->n_columns;
  if (work < PARALLEL_WORK) ctx.n_threads = 1;
  const size_t tasks = work < PARALLEL_WORK ? (reps + SLICE - 1) / SLICE : (reps + TASK - 1) / TASK;
  s->slice = ((reps + tasks - 1) / tasks + WIDTH - 1) / WIDTH * WIDTH;
  return sx_parallel_for(&ctx, (reps + s->slice - 1) / s->slice, sum_slice, s, err);
}

sx_status sx_design_replicate_sums(double *w, double *y, double *x, const sx_design *d, const sx_codes *codes,
                                   sx_error *err) {
  rep_sums s;
  memset(&s, 0, sizeof s);
  s.design = d;
  s.codes = codes;
  double *const out[COLUMNS] = {w, y, x};
  const double *const by[COLUMNS] = {NULL, codes->y, codes->x};
  for (size_t j = 0; j < COLUMNS; j++) {
    if (!out[j]) continue;
    memset(out[j], 0, codes->n_codes * d->sample->n_reps * sizeof *out[j]);
    s.out[s.n_columns] = out[j];
    s.by[s.n_columns++] = by[j];
  }
  const sx_status st = s.n_columns ? sum_all(&s, err) : SX_OK;
  sx_mem_free(&d->ctx, s.unit);
  sx_mem_free(&d->ctx, s.run);
  sx_mem_free(&d->ctx, s.low);
  for (size_t j = 0; j < COLUMNS; j++) sx_mem_free(&d->ctx, s.v[j]);
  return st;
}
