/* estimate_units.c: many requests in one pass of the file, in file order, where the variance needs sums by unit only
 * (design_units.c): counts, sums and sums of squares of weights and weighted values by unit, domain and value.
 *
 * A block of rows is read once for all requests while it lies in the cache. Tasks are fixed pieces of the file, so sums do not depend
 * on threads; pieces are added with compensation (Neumaier). Where cases are PSUs, with z = w (a + b y) = a w + b p in a cell,
 *   sum (z - zbar)^2 = sum over cells [a^2 See + 2ab Sep + b^2 Spp + n (zmean - zbar)^2],  See = sum e^2 - (sum e)^2/n, ...
 * e being the weight less its stratum's shift and p the weight times the value less a shift, so that few digits cancel; where
 * many do the request is left to the two passes of estimate_run.c. Where units are PSUs, z = a sum w + b sum p.
 *
 * Values are looked for in the first rows; where a later row has another, the request is planned anew from all rows. */
#include <string.h>

#include "estimate_units.h"

enum { PROBE = 4096, PROBE_ENOUGH = 1000, TASK_ROWS = 8192, MAX_TASKS = 16, BANK_BYTES = 65536, MAX_LEVELS = 254 };
enum { MIN_ROWS = 1024, SHIFT_CASES = 64 };
static const size_t WAVE_DOUBLES = (size_t)1 << 22; /* tables of all tasks held at once */

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
  one->cells = sx_mem_zalloc(p->ctx, one->size, sizeof *one->cells);
  if (!f->n_in || !f->n || !f->sum_w || !f->sum_y || !f->sum_x || !f->residual || !one->cells)
    return sx_error_memory(err);
  b->n_values = f->n_values;
  if (!p->keep) return SX_OK;
  b->raw = sx_mem_alloc(p->ctx, p->rows, 1);
  b->raw_y = f->continuous ? sx_mem_alloc(p->ctx, p->rows, sizeof *b->raw_y) : NULL;
  b->raw_x = pair ? sx_mem_alloc(p->ctx, p->rows, sizeof *b->raw_x) : NULL;
  if (!b->raw || (f->continuous && !b->raw_y) || (pair && !b->raw_x)) return sx_error_memory(err);
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
  one->cells = NULL;
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
  one->suits = false;
  one->st = sx_estimate__basis_new(f, true, &one->err);
  if (one->st != SX_OK) return;
  f->basis->domains = domains;
  if (domains) atomic_fetch_add(&domains->refs, 1);
  one->st = exact ? sx_estimate__find_values(f, &one->err) : plan_values(p, one, &one->err);
  if (one->st == SX_OK) one->st = plan_table(p, one, &one->err);
}

/* ---- the pass ------------------------------------------------------------------------------------------------------- */

typedef struct scratch {
  cells_four *row;
  uint16_t *code;
  uint8_t *code8, *code8x;
  double *y, *x, *banks;
} scratch;

static size_t banks_of(const pass_one *one) {
  return one->size * sizeof(double) * 4 <= BANK_BYTES ? 4 : 1;
}

/* The value of each row of a block as a byte: n_values where it is outside the base. */
static bool block_values(uint8_t *out, const pass_one *one, const scratch *s, size_t from, size_t n) {
  const sx_est_request *r = one->request;
  const size_t k = one->frame.n_values;
  if (r->stat == SX_STAT_COUNT) {
    memset(out, 0, n);
    return true;
  }
  if (one->level) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(one->level[from + i] < 0 ? k : (size_t)one->level[from + i]);
    return true;
  }
  if (r->stat == SX_STAT_PROP) {
    sx_estimate__cells_numbers(s->y, r->y, from, n);
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(sx_column_missing(r->y, from + i) ? 2 : s->y[i] == 1);
    return true;
  }
  if (!one->frame.continuous) return sx_estimate__cells_code(out, r->y, from, n, one->frame.values, k);
  if (r->y->miss)
    for (size_t i = 0; i < n; i++) out[i] = r->y->miss[from + i] != 0;
  else
    memset(out, 0, n);
  for (size_t i = 0; one->kind == CELLS_TWO && r->x->miss && i < n; i++) out[i] |= r->x->miss[from + i] != 0;
  return true;
}

static bool add_block(pass_one *one, const scratch *s, cells_block *b, size_t from, double *banks) {
  est_basis *basis = one->frame.basis;
  uint8_t *value = basis->raw ? basis->raw + from : s->code8;
  const bool known = block_values(value, one, s, from, b->n) || one->exact;
  b->code8 = value;
  b->code = NULL;
  if (basis->domains || b->zero) {
    const uint16_t *domain = basis->domains ? basis->domains->of_row + from : NULL;
    sx_estimate__cells_domains(s->code, value, domain, b, one->frame.n_domains, one->frame.n_values);
    b->code = s->code;
  }
  if (one->kind != CELLS_VALUES) {
    double *y = basis->raw_y ? basis->raw_y + from : s->y, *x = basis->raw_x ? basis->raw_x + from : s->x;
    sx_estimate__cells_numbers(y, one->request->y, from, b->n);
    if (one->kind == CELLS_TWO) sx_estimate__cells_numbers(x, one->request->x, from, b->n);
    b->y = y;
    b->x = x;
  }
  b->shift_y = one->shift_y;
  b->shift_x = one->shift_x;
  b->n_codes = one->n_codes;
  const size_t n_banks = banks_of(one);
  for (size_t k = 0; k < 4; k++) b->bank[k] = banks + (k < n_banks ? k : 0) * one->size;
  sx_estimate__cells_add(b, one->kind);
  return known;
}

static sx_status scratch_new(scratch *s, const est_pass *p, size_t banks, sx_error *err) {
  memset(s, 0, sizeof *s);
  s->row = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->row);
  s->code = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->code);
  s->code8 = sx_mem_alloc(p->ctx, CELLS_BLOCK, 1);
  s->y = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->y);
  s->x = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->x);
  s->banks = sx_mem_zalloc(p->ctx, banks, sizeof *s->banks);
  return s->row && s->code && s->code8 && s->y && s->x && s->banks ? SX_OK : sx_error_memory(err);
}

static void scratch_clear(const est_pass *p, scratch *s) {
  sx_mem_free(p->ctx, s->row);
  sx_mem_free(p->ctx, s->code);
  sx_mem_free(p->ctx, s->code8);
  sx_mem_free(p->ctx, s->y);
  sx_mem_free(p->ctx, s->x);
  sx_mem_free(p->ctx, s->banks);
}

/* The next request's numbers are on their way while this one's are summed. */
static void ask_ahead(const pass_one *next, size_t from, size_t n) {
  if (next->level || next->request->stat == SX_STAT_COUNT) return;
  sx_estimate__cells_prefetch(next->request->y, from, n);
}

static sx_status pass_task(void *data, size_t t, sx_error *err) {
  est_pass *p = data;
  scratch s;
  size_t banks = 0;
  for (size_t m = 0; m < p->n_members; m++) banks += p->one[p->member[m]].size * banks_of(&p->one[p->member[m]]);
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, scratch_new(&s, p, banks, err), done);
  const size_t end = t + 1 == p->n_tasks ? p->rows : (t + 1) * p->task_rows;
  for (size_t from = t * p->task_rows; from < end; from += CELLS_BLOCK) {
    cells_block b = {0};
    b.n = end - from < CELLS_BLOCK ? end - from : CELLS_BLOCK;
    b.unit = p->units.unit + from;
    b.w = sx_design_weights(p->design) + from;
    b.row = s.row;
    sx_estimate__cells_rows(&b, p->shift);
    double *bank = s.banks;
    for (size_t m = 0; m < p->n_members; m++) {
      pass_one *one = &p->one[p->member[m]];
      if (m + 1 < p->n_members) ask_ahead(&p->one[p->member[m + 1]], from, b.n);
      if (!add_block(one, &s, &b, from, bank)) p->stray[t * p->n_members + m] = 1;
      bank += one->size * banks_of(one);
    }
  }
  const double *bank = s.banks;
  for (size_t m = 0; m < p->n_members; m++) {
    const pass_one *one = &p->one[p->member[m]];
    double *table = p->tables + t * p->wave_doubles + p->offset[m];
    memcpy(table, bank, one->size * sizeof *table);
    for (size_t k = 1; k < banks_of(one); k++)
      for (size_t i = 0; i < one->size; i++) table[i] += bank[k * one->size + i];
    bank += one->size * banks_of(one);
  }
done:
  scratch_clear(p, &s);
  return st;
}

/* The tasks' tables added in order, each cell with its compensation. */
static sx_status gather(void *data, size_t m, sx_error *err) {
  est_pass *p = data;
  pass_one *one = &p->one[p->member[m]];
  double *comp = sx_mem_zalloc(p->ctx, one->size, sizeof *comp);
  if (!comp) return sx_error_memory(err);
  for (size_t t = 0; t < p->n_tasks; t++) {
    const double *table = p->tables + t * p->wave_doubles + p->offset[m];
    for (size_t i = 0; i < one->size; i++) {
      const double a = one->cells[i], x = table[i], s = a + x;
      comp[i] += fabs(a) >= fabs(x) ? (a - s) + x : (x - s) + a;
      one->cells[i] = s;
    }
  }
  for (size_t i = 0; i < one->size; i++) one->cells[i] += comp[i];
  sx_mem_free(p->ctx, comp);
  return SX_OK;
}

/* Runs the members of a wave; those with a stray value are no more in the pass and marked for a second plan. */
static sx_status run_wave(est_pass *p, bool *again, sx_error *err) {
  sx_status st = SX_OK;
  p->tables = sx_mem_alloc(p->ctx, p->n_tasks * p->wave_doubles, sizeof *p->tables);
  p->stray = sx_mem_zalloc(p->ctx, p->n_tasks * p->n_members, 1);
  if (!p->tables || !p->stray) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n_tasks, pass_task, p, err), done);
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n_members, gather, p, err), done);
  for (size_t m = 0; m < p->n_members; m++)
    for (size_t t = 0; t < p->n_tasks; t++)
      if (p->stray[t * p->n_members + m]) again[p->member[m]] = true;
done:
  sx_mem_free(p->ctx, p->tables);
  sx_mem_free(p->ctx, p->stray);
  p->tables = NULL;
  p->stray = NULL;
  return st;
}

/* All requests that are marked, in waves of bounded memory. */
static sx_status run_marked(est_pass *p, const bool *marked, bool *again, sx_error *err) {
  for (size_t i = 0; i < p->n;) {
    p->n_members = p->wave_doubles = 0;
    for (; i < p->n; i++) {
      if (!marked[i] || !p->one[i].suits || p->one[i].st != SX_OK) continue;
      if (p->n_members && (p->wave_doubles + p->one[i].size) * p->n_tasks > WAVE_DOUBLES) break;
      p->offset[p->n_members] = p->wave_doubles;
      p->member[p->n_members++] = i;
      p->wave_doubles += p->one[i].size;
    }
    if (p->n_members) SX_TRY(run_wave(p, again, err));
  }
  return SX_OK;
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
  est_domains **domains; /* [n], shared pointers */
  const bool *marked;
  bool exact;
} planning;

static sx_status plan_task(void *data, size_t i, sx_error *err) {
  (void)err;
  const planning *t = data;
  pass_one *one = &t->pass->one[i];
  if (!t->marked[i] || one->st != SX_OK) return SX_OK;
  if (t->exact) forget(t->pass, one);
  plan(t->pass, one, t->domains[i], t->exact);
  return SX_OK;
}

/* Requests with the same groups and condition share a list of domains. */
static sx_status share_domains(est_domains **domains, bool *owner, const est_pass *p, sx_error *err) {
  for (size_t i = 0; i < p->n; i++) {
    const sx_est_request *r = p->one[i].request;
    if (p->one[i].st != SX_OK || (!r->by && !r->where) || (r->by && r->by->n_groups >= UINT16_MAX)) continue;
    for (size_t j = 0; j < i && !domains[i]; j++)
      if (domains[j] && domains[j]->by == r->by && domains[j]->where == r->where) domains[i] = domains[j];
    if (domains[i]) continue;
    SX_TRY(sx_estimate__domains(&domains[i], p->ctx, r, p->rows, err));
    owner[i] = true;
  }
  return SX_OK;
}

static sx_status run_all(est_pass *p, sx_error *err) {
  sx_status st = SX_OK;
  est_domains **domains = sx_mem_zalloc(p->ctx, p->n, sizeof(est_domains *));
  bool *flags = sx_mem_zalloc(p->ctx, 3 * p->n, sizeof *flags), *owner = flags, *marked = flags ? flags + p->n : NULL;
  if (!domains || !flags) {
    st = sx_error_memory(err);
    goto done;
  }
  bool *again = marked + p->n;
  SX_TRY_GOTO(st, share_domains(domains, owner, p, err), done);
  for (size_t i = 0; i < p->n; i++) {
    const sx_est_request *r = p->one[i].request;
    marked[i] = !r->by || r->by->n_groups < UINT16_MAX;
  }
  planning job = {p, domains, marked, false};
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n, plan_task, &job, err), done);
  SX_TRY_GOTO(st, run_marked(p, marked, again, err), done);
  job.marked = again;
  job.exact = true;
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n, plan_task, &job, err), done);
  SX_TRY_GOTO(st, run_marked(p, again, marked, err), done);
done:
  for (size_t i = 0; domains && owner && i < p->n; i++)
    if (owner[i]) sx_estimate__domains_free(domains[i]);
  sx_mem_free(p->ctx, domains);
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
  p->n_tasks = p->rows / TASK_ROWS < 1 ? 1 : p->rows / TASK_ROWS > MAX_TASKS ? MAX_TASKS : p->rows / TASK_ROWS;
  p->task_rows = p->rows / p->n_tasks;
  p->shift = sx_mem_zalloc(ctx, units.n_units, sizeof *p->shift);
  p->one = sx_mem_zalloc(ctx, n, sizeof *p->one);
  p->member = sx_mem_alloc(ctx, n, sizeof *p->member);
  p->offset = sx_mem_alloc(ctx, n, sizeof *p->offset);
  if (!p->shift || !p->one || !p->member || !p->offset) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    p->one[i].request = &requests[i];
    p->one[i].st = sx_estimate__check_request(design, &requests[i], &p->one[i].err);
  }
  set_shifts(p);
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
  sx_mem_free(ctx, p->one);
  sx_mem_free(ctx, p->shift);
  sx_mem_free(ctx, p->member);
  sx_mem_free(ctx, p->offset);
  sx_mem_free(ctx, p);
}
