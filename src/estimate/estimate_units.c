/* estimate_units.c: many requests in one pass of the file, in file order, where the variance needs sums by unit only
 * (design_units.c): counts, sums and sums of squares of weights and weighted values by unit, domain and value. The pass itself:
 * estimate_units_pass.c.
 *
 * Where cases are PSUs, with z = w (a + b y) = a w + b p in a cell,
 *   sum (z - zbar)^2 = sum over cells [a^2 See + 2ab Sep + b^2 Spp + n (zmean - zbar)^2],  See = sum e^2 - (sum e)^2/n, ...
 * e being the weight less its stratum's shift and p the weight times the value less a shift, so that few digits cancel; where
 * many do the request is left to the two passes of estimate_run.c. Where units are PSUs, z = a sum w + b sum p.
 *
 * Values are looked for in the first rows; where a later row has another, the request is planned anew from all rows. */
#include <string.h>

#include "estimate_units.h"

enum { PROBE = 4096, PROBE_ENOUGH = 1000, TASK_ROWS = 8192, MAX_LEVELS = 254 };
enum { MIN_ROWS = 1024, SHIFT_CASES = 64 };

/* ---- plan ----------------------------------------------------------------------------------------------------------- */

static double number_at(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

static bool in_domain(const est_domains *d, size_t row) {
  return !d || d->of_row[row] < d->n;
}

/* A whole number near the mean of the first cases, so that taking it off whole numbers is exact. */
static double whole(double sum, size_t n) {
  const double mean = n ? sum / (double)n : 0;
  return fabs(mean) < 4e15 ? (double)(int64_t)mean : 0;
}

/* Bytes that keep the number (est_kept). */
static uint8_t bytes_of(double x) {
  if (!(x >= 0) || x > UINT32_MAX || x != (double)(uint32_t)x) return 8;
  return x <= UINT16_MAX ? 2 : 4;
}

/* Values and shifts from the first rows; false where they tell too little. */
static bool probe(pass_one *one, const est_domains *domains, size_t rows) {
  est_frame *f = &one->frame;
  const sx_column *y = one->request->y, *x = one->request->stat == SX_STAT_RATIO ? one->request->x : NULL;
  size_t n = 0, cases = 0;
  double sum_y = 0, sum_x = 0;
  bool few = !x;
  for (size_t i = 0; i < rows && i < PROBE; i++) {
    if (!in_domain(domains, i) || sx_column_missing(y, i) || (x && sx_column_missing(x, i))) continue;
    const double v = number_at(y, i) + 0.0, u = x ? number_at(x, i) : 0;
    if (!isfinite(v) || !isfinite(u)) return false;
    cases++;
    sum_y += v;
    sum_x += u;
    if (bytes_of(v) > one->width_y) one->width_y = bytes_of(v);
    if (bytes_of(u) > one->width_x) one->width_x = bytes_of(u);
    size_t k = 0;
    while (few && k < n && f->values[k] != v) k++;
    if (!few || k < n) continue;
    if (n == EST_MAX_VALUES) {
      few = false;
      continue;
    }
    for (k = n++; k > 0 && f->values[k - 1] > v; k--) f->values[k] = f->values[k - 1];
    f->values[k] = v;
  }
  one->shift_y = whole(sum_y, cases);
  one->shift_x = whole(sum_x, cases);
  f->continuous = !few;
  f->n_values = few ? n : 1;
  return !few || cases >= PROBE_ENOUGH;
}

static sx_status plan_values(est_pass *p, pass_one *one, sx_error *err) {
  est_frame *f = &one->frame;
  const sx_est_request *r = one->request;
  f->n_values = r->stat == SX_STAT_PROP ? 2 : 1;
  if (r->stat == SX_STAT_COUNT || (r->stat == SX_STAT_PROP && r->prop_of_one)) return SX_OK;
  if (r->stat == SX_STAT_PROP) {
    one->level = sx_mem_alloc(p->ctx, p->rows, sizeof *one->level);
    if (!one->level) return sx_error_memory(err);
    return sx_estimate__levels(one->level, &f->n_values, &f->level_text, &f->level_label, p->ctx, r->y, err);
  }
  f->values = sx_mem_alloc(p->ctx, EST_MAX_VALUES, sizeof *f->values);
  if (!f->values) return sx_error_memory(err);
  one->width_y = one->width_x = 2;
  if (probe(one, f->basis->domains, p->rows)) return SX_OK;
  one->exact = true;
  sx_mem_free(p->ctx, f->values);
  f->values = NULL;
  return sx_estimate__find_values(f, err);
}

/* Memory of the basis in file order, and of the codes that may be made from it. */
static sx_status plan_memory(est_pass *p, pass_one *one, sx_error *err) {
  est_frame *f = &one->frame;
  est_basis *b = f->basis;
  const bool pair = f->continuous && one->request->stat == SX_STAT_RATIO;
  f->n_in = sx_mem_zalloc(p->ctx, f->n_domains, sizeof *f->n_in);
  f->n = sx_mem_zalloc(p->ctx, f->n_domains, sizeof *f->n);
  f->sum_w = sx_mem_zalloc(p->ctx, f->n_domains * f->n_values + 1, sizeof *f->sum_w);
  f->sum_y = sx_mem_zalloc(p->ctx, f->n_domains, sizeof *f->sum_y);
  f->sum_x = sx_mem_zalloc(p->ctx, f->n_domains, sizeof *f->sum_x);
  f->residual = sx_mem_zalloc(p->ctx, f->n_domains, sizeof *f->residual);
  one->cells = sx_mem_zalloc(p->ctx, one->size, 2 * sizeof *one->cells);
  one->comp = one->cells ? one->cells + one->size : NULL;
  if (!f->n_in || !f->n || !f->sum_w || !f->sum_y || !f->sum_x || !f->residual || !one->cells)
    return sx_error_memory(err);
  b->n_values = f->n_values;
  if (!p->keep) return SX_OK;
  const size_t blocks = p->rows / EST_KEPT_ROWS + 1;
  b->kept_y = f->continuous ? sx_mem_zalloc(p->ctx, blocks, sizeof *b->kept_y) : NULL;
  b->kept_x = pair ? sx_mem_zalloc(p->ctx, blocks, sizeof *b->kept_x) : NULL;
  if ((f->continuous && !b->kept_y) || (pair && !b->kept_x)) return sx_error_memory(err);
  return sx_estimate__alloc_codes(f, f->n_domains * f->n_values + 1, err);
}

/* After the values are known: whether a table by unit and code is small beside the file. */
static sx_status plan_table(est_pass *p, pass_one *one, sx_error *err) {
  est_frame *f = &one->frame;
  size_t codes = 0;
  one->suits = f->n_values <= MAX_LEVELS && sx_size_mul(&codes, f->n_domains, f->n_values) && codes < UINT16_MAX;
  /* whole numbers are matched as such: they must be doubles too */
  for (size_t v = 0; one->suits && f->values && !f->continuous && v < f->n_values; v++)
    one->suits = one->request->y->type == SX_NUMBER || fabs(f->values[v]) < 9e15;
  if (!one->suits) return SX_OK;
  one->kind = !f->continuous ? CELLS_VALUES : one->request->stat == SX_STAT_RATIO ? CELLS_TWO : CELLS_ONE;
  one->n_codes = codes + 1;
  one->doubles = sx_estimate__cells_doubles(one->kind);
  one->suits = sx_size_mul(&one->size, p->units.n_units * one->doubles, one->n_codes) && one->size <= p->rows / 3;
  return one->suits ? plan_memory(p, one, err) : SX_OK;
}

static void forget(const est_pass *p, pass_one *one) {
  if (one->frame.design) sx_estimate__frame_clear(&one->frame);
  sx_mem_free(p->ctx, one->level);
  sx_mem_free(p->ctx, one->cells);
  memset(&one->frame, 0, sizeof one->frame);
  one->level = NULL;
  one->cells = one->comp = NULL;
}

/* exact: the values from all rows. What is wrong with a request stays with it. */
static void plan(est_pass *p, pass_one *one, est_domains *domains, bool exact) {
  est_frame *f = &one->frame;
  const sx_est_request *r = one->request;
  memset(f, 0, sizeof *f);
  f->design = p->design;
  f->request = r;
  f->n_domains = r->by ? r->by->n_groups : 1;
  one->exact = exact;
  one->width_y = one->width_x = 8;
  one->suits = false;
  one->st = sx_estimate__basis_new(f, true, &one->err);
  if (one->st != SX_OK) return;
  f->basis->domains = domains;
  if (domains) atomic_fetch_add(&domains->refs, 1);
  one->st = exact ? sx_estimate__find_values(f, &one->err) : plan_values(p, one, &one->err);
  if (one->st == SX_OK) one->st = plan_table(p, one, &one->err);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

/* The mean weight of the first cases of each stratum: exact where all are the same. Units that are PSUs keep their weights. */
static void set_shifts(est_pass *p) {
  const size_t *start = sx_design_stratum_start(p->design);
  const double *w = sx_design_position_weights(p->design);
  for (size_t u = 0; p->units.strata && u < p->units.n_units; u++) {
    const size_t n = start[u + 1] - start[u] < SHIFT_CASES ? start[u + 1] - start[u] : SHIFT_CASES;
    double extra = 0;
    for (size_t k = 0; k < n; k++) extra += w[start[u] + k] - w[start[u]];
    p->shift[u] = n ? w[start[u]] + extra / (double)n : 0;
  }
}

typedef struct planning {
  est_pass *pass;
  const bool *marked;
  bool exact;
} planning;

static sx_status plan_task(void *data, size_t i, sx_error *err) {
  (void)err;
  const planning *t = data;
  est_pass *p = t->pass;
  pass_one *one = &p->one[i];
  if (!t->marked[i] || one->st != SX_OK) return SX_OK;
  if (t->exact) forget(p, one);
  plan(p, one, p->slots[one->slots].domains, t->exact);
  return SX_OK;
}

static sx_status run_all(est_pass *p, sx_error *err) {
  sx_status st = SX_OK;
  bool *flags = sx_mem_zalloc(p->ctx, 3 * p->n, sizeof *flags), *marked = flags;
  if (!flags) return sx_error_memory(err);
  bool *again = flags + p->n, *third = again + p->n;
  for (size_t i = 0; i < p->n; i++) marked[i] = p->one[i].slots != SIZE_MAX;
  planning job = {p, marked, false};
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n, plan_task, &job, err), done);
  SX_TRY_GOTO(st, sx_estimate__pass_run(p, marked, again, err), done);
  job.marked = again;
  job.exact = true;
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n, plan_task, &job, err), done);
  SX_TRY_GOTO(st, sx_estimate__pass_run(p, again, third, err), done);
done:
  sx_mem_free(p->ctx, flags);
  return st;
}

sx_status sx_estimate__pass_new(est_pass **out, const sx_design *design, const sx_est_request *requests, size_t n,
                                sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_design_units units;
  *out = NULL;
  const bool small = sx_design_rows(design) < MIN_ROWS;
  if (n == 0 || small || !sx_design_get_units(&units, design)) return SX_OK;
  sx_status st = SX_OK;
  est_pass *p = sx_mem_zalloc(ctx, 1, sizeof *p);
  if (!p) return sx_error_memory(err);
  p->ctx = ctx;
  p->design = design;
  p->units = units;
  p->n = n;
  p->rows = sx_design_rows(design);
  p->keep = sx_design_carrier_length(design) >= EST_COMPACT_LENGTH;
  /* pieces of whole blocks: at most PASS_TASKS, or as large as may be */
  const size_t tasks = p->rows / TASK_ROWS < 1            ? 1
                       : p->rows / TASK_ROWS > PASS_TASKS ? PASS_TASKS
                                                          : p->rows / TASK_ROWS;
  const size_t blocks = (p->rows - 1) / tasks / CELLS_BLOCK + 1, most = CELLS_ROWS / CELLS_BLOCK;
  p->task_rows = (blocks < most ? blocks : most) * CELLS_BLOCK;
  p->n_tasks = (p->rows - 1) / p->task_rows + 1;
  p->shift = sx_mem_zalloc(ctx, units.n_units, sizeof *p->shift);
  p->one = sx_mem_zalloc(ctx, n, sizeof *p->one);
  if (!p->shift || !p->one) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    p->one[i].slots = SIZE_MAX;
    p->one[i].request = &requests[i];
    p->one[i].st = sx_estimate__check_request(design, &requests[i], &p->one[i].err);
  }
  set_shifts(p);
  bool fit = false;
  SX_TRY_GOTO(st, sx_estimate__pass_quanta(&fit, p, err), done);
  if (!fit) goto done;
  SX_TRY_GOTO(st, sx_estimate__pass_slots(p, err), done);
  SX_TRY_GOTO(st, run_all(p, err), done);
  *out = p;
  p = NULL;
done:
  sx_estimate__pass_free(p);
  return st;
}

void sx_estimate__pass_free(est_pass *p) {
  if (!p) return;
  const sx_ctx *ctx = p->ctx;
  for (size_t i = 0; p->one && i < p->n; i++) forget(p, &p->one[i]);
  sx_estimate__pass_slots_free(p);
  sx_mem_free(ctx, p->one);
  sx_mem_free(ctx, p->shift);
  sx_mem_free(ctx, p);
}
