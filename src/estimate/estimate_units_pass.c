/* estimate_units_pass.c: the sums of many requests in one pass of the file, in file order.
 *
 * A block of rows is read once for all requests while it lies in the cache. Requests over the same domains go in groups: the states
 * of up to a few variables (which of its few values a case has, or that it is outside the base) make one joint state, counts and
 * sums of weights are taken over slots x joint states, and the variables' own are their margins. So a row is added once for
 * several variables. Numbers have sums of their own over slots.
 *
 * The sums of weights are exact (estimate_cells.h): a variable has the same bits alone and beside any others. Tasks are fixed pieces
 * of the file, so sums do not depend on threads; pieces are added with compensation (Knuth's, without a branch). */
#include <string.h>

#include "estimate_units.h"

enum { BANK_BYTES = 32768 };
static const size_t WAVE_DOUBLES = (size_t)1 << 22; /* tables of all tasks held at once */

/* ---- a task --------------------------------------------------------------------------------------------------------- */

typedef struct scratch {
  cells_block block;
  uint8_t *joint, *state;
  double *d, *g, *banks;
  cells_whole *counts;
  size_t from, end; /* the rows of the task */
  size_t slots;     /* of which block.slot is */
  cells_stream *streams;
  cells_ahead ahead;
} scratch;

static size_t banks_of(size_t bytes) {
  return bytes * CELLS_BANKS <= BANK_BYTES ? CELLS_BANKS : 1;
}

/* The tables of the wave, each in as many copies as it has banks. */
static void bank_sizes(size_t *doubles, size_t *counts, const est_pass *p) {
  *doubles = *counts = 0;
  for (size_t k = p->first; k < p->end; k++) {
    const pass_group *g = &p->group[k];
    *counts += sx_estimate__counts_of(p, g) * banks_of(sx_estimate__counts_of(p, g) * sizeof(cells_whole));
    for (size_t m = 0; m < g->n_members; m++) {
      const size_t own = sx_estimate__own_doubles(p, &p->one[g->member[m]]);
      *doubles += own * banks_of(own * sizeof(double));
    }
  }
}

/* A table at *at, which moves behind it. */
static cells_table table_at(double **at, size_t doubles) {
  cells_table t;
  const size_t banks = banks_of(doubles * sizeof(double));
  for (size_t k = 0; k < CELLS_BANKS; k++) t.bank[k] = *at + (k < banks ? k : 0) * doubles;
  *at += banks * doubles;
  return t;
}

static cells_counts counts_at(cells_whole **at, size_t n) {
  cells_counts t;
  const size_t banks = banks_of(n * sizeof(cells_whole));
  for (size_t k = 0; k < CELLS_BANKS; k++) t.bank[k] = *at + (k < banks ? k : 0) * n;
  *at += banks * n;
  return t;
}

static sx_status scratch_new(scratch *s, const est_pass *p, sx_error *err) {
  memset(s, 0, sizeof *s);
  s->slots = SIZE_MAX;
  s->block.row = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->block.row);
  s->block.slot = sx_mem_alloc(p->ctx, CELLS_BLOCK, sizeof *s->block.slot);
  s->joint = sx_mem_alloc(p->ctx, CELLS_BLOCK, 2);
  s->block.e = sx_mem_alloc(p->ctx, CELLS_BLOCK, 3 * sizeof *s->d);
  s->block.local = sx_mem_alloc(p->ctx, CELLS_BANKS * CELLS_STATES, sizeof *s->block.local);
  size_t doubles = 0, counts = 0;
  bank_sizes(&doubles, &counts, p);
  s->banks = sx_mem_zalloc(p->ctx, doubles, sizeof *s->banks);
  s->counts = sx_mem_zalloc(p->ctx, counts, sizeof *s->counts);
  if (!s->block.row || !s->block.slot || !s->joint || !s->block.e || !s->block.local || !s->banks || !s->counts)
    return sx_error_memory(err);
  s->state = s->joint + CELLS_BLOCK;
  s->d = s->block.e + CELLS_BLOCK;
  s->g = s->d + CELLS_BLOCK;
  return SX_OK;
}

static void scratch_clear(const est_pass *p, scratch *s) {
  sx_mem_free(p->ctx, s->block.row);
  sx_mem_free(p->ctx, s->block.slot);
  sx_mem_free(p->ctx, s->joint);
  sx_mem_free(p->ctx, s->block.e);
  sx_mem_free(p->ctx, s->block.local);
  sx_mem_free(p->ctx, s->banks);
  sx_mem_free(p->ctx, s->counts);
  sx_mem_free(p->ctx, s->streams);
}

/* The state of each row of a block; false where a value was not planned. */
static bool block_states(uint8_t *out, const pass_one *one, size_t from, size_t n) {
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
    const bool number = r->y->type == SX_NUMBER;
    for (size_t i = from; i < from + n; i++) {
      const bool yes = number ? r->y->data.f64[i] == 1 : r->y->data.i64[i] == 1;
      out[i - from] = (uint8_t)(sx_column_missing(r->y, i) ? 2 : yes);
    }
    return true;
  }
  if (!one->frame.continuous) return sx_estimate__cells_code(out, r->y, from, n, one->frame.values, k);
  const uint8_t *gone = r->y->miss, *also = one->kind == CELLS_TWO ? r->x->miss : NULL;
  sx_estimate__cells_outside(out, gone ? gone + from : NULL, also ? also + from : NULL, n);
  return true;
}

/* A column's numbers of one block, in the room for `width` bytes a number that the states have from `at` on, or, where those are too
 * few, in memory of their own. */
static sx_status keep_block(est_kept *kept, const est_pass *p, est_basis *b, const sx_column *c, size_t at,
                            uint8_t width, const scratch *s, size_t from, const uint8_t *state, uint64_t bits,
                            sx_error *err) {
  est_kept *k = kept + from / EST_KEPT_ROWS;
  k->width = bits <= UINT16_MAX ? 2 : bits <= UINT32_MAX ? 4 : 8;
  if (k->width <= width) {
    k->data = b->states->of_row + at + from * width;
  } else {
    k->data = k->owned = sx_mem_alloc(p->ctx, s->block.n, k->width);
    if (!k->owned) return sx_error_memory(err);
  }
  sx_estimate__cells_keep(k->data, k->width, c, from, s->block.n, state);
  return SX_OK;
}

/* The sums of the numbers of a variable, and what is kept of them. */
static sx_status add_numbers(const est_pass *p, const pass_one *one, scratch *s, const uint8_t *state, size_t from,
                             const cells_table *table, sx_error *err) {
  const sx_column *y = one->request->y, *x = one->kind == CELLS_TWO ? one->request->x : NULL;
  est_basis *b = one->frame.basis;
  const uint64_t bits = sx_estimate__cells_numbers(s->d, y, from, s->block.n, state, one->shift_y);
  if (b->kept_y) SX_TRY(keep_block(b->kept_y, p, b, y, one->kept_y, one->width_y, s, from, state, bits, err));
  if (x) {
    const uint64_t of_x = sx_estimate__cells_numbers(s->g, x, from, s->block.n, state, one->shift_x);
    if (b->kept_x) SX_TRY(keep_block(b->kept_x, p, b, x, one->kept_x, one->width_x, s, from, state, of_x, err));
  }
  sx_estimate__cells_sums(&s->block, table, one->kind, s->d, s->g, &s->ahead);
  return SX_OK;
}

/* What a block reads: weights, units, and the columns of the wave. */
static sx_status streams_new(cells_stream **out, cells_ahead *ahead, const est_pass *p, sx_error *err) {
  size_t n = 0, sums = 0, bytes = 0;
  cells_stream *s = sx_mem_alloc(p->ctx, 4 * p->n + 2, sizeof *s);
  *out = s;
  if (!s) return sx_error_memory(err);
  s[n++] = (cells_stream){(const char *)sx_design_weights(p->design), sizeof(double)};
  s[n++] = (cells_stream){(const char *)p->units.unit, sizeof *p->units.unit};
  for (size_t k = p->first; k < p->end; k++) {
    sums++;
    for (size_t m = 0; m < p->group[k].n_members; m++) {
      const pass_one *one = &p->one[p->group[k].member[m]];
      const sx_est_request *r = one->request;
      if (one->level) s[n++] = (cells_stream){(const char *)one->level, sizeof *one->level};
      if (one->level || r->stat == SX_STAT_COUNT) continue;
      s[n++] = (cells_stream){(const char *)r->y->data.i64, sizeof(int64_t)};
      if (r->y->miss) s[n++] = (cells_stream){(const char *)r->y->miss, 1};
      if (one->kind != CELLS_VALUES) sums++;
      if (one->kind != CELLS_TWO) continue;
      s[n++] = (cells_stream){(const char *)r->x->data.i64, sizeof(int64_t)};
      if (r->x->miss) s[n++] = (cells_stream){(const char *)r->x->miss, 1};
    }
  }
  for (size_t k = 0; k < n; k++) bytes += s[k].bytes;
  *ahead = (cells_ahead){s, n, 0, 0, bytes / (sums ? sums : 1) + 1, n, NULL, NULL};
  return SX_OK;
}

/* Where the next tables of the task are. */
typedef struct places {
  double *bank;
  cells_whole *counts;
} places;

static sx_status add_group(est_pass *p, size_t k, scratch *s, size_t t, size_t from, places *at, sx_error *err) {
  const pass_group *g = &p->group[k];
  const pass_slots *slots = &p->slots[g->slots];
  cells_block *b = &s->block;
  if (s->slots != g->slots)
    sx_estimate__cells_slots(b, slots->domains ? slots->domains->of_row + from : NULL, slots->n_domains, slots->of,
                             slots->n);
  s->slots = g->slots;
  const cells_counts counts = counts_at(&at->counts, sx_estimate__counts_of(p, g));
  uint8_t *joint = g->kept ? g->kept->of_row + from : s->joint;
  for (size_t m = 0; m < g->n_members; m++) {
    const pass_one *one = &p->one[g->member[m]];
    uint8_t *state = m ? s->state : joint;
    if (!block_states(state, one, from, b->n) && !one->exact) p->stray[t * p->n + g->member[m]] = 1;
    if (one->kind != CELLS_VALUES) {
      const cells_table own = table_at(&at->bank, sx_estimate__own_doubles(p, one));
      SX_TRY(add_numbers(p, one, s, state, from, &own, err));
    }
    if (m) sx_estimate__cells_join(joint, state, b->n, one->step);
  }
  sx_estimate__cells_count(b, &counts, joint, g->n_states, &s->ahead);
  return SX_OK;
}

static void take_apart(pass_whole *to, const cells_whole *from) {
  const cells_whole x = *from;
  const uint64_t bits = 64 - CELLS_COUNT_BIT, lo = x[1] << bits;
  const int64_t low = (int64_t)lo >> bits; /* its sign, too */
  to->n += (int64_t)((x[1] - (uint64_t)low) >> CELLS_COUNT_BIT);
  to->hi += (int64_t)x[0];
  to->lo += low;
  to->hi2 += (int64_t)x[2];
  to->lo2 += (int64_t)x[3];
}

/* The sums of the banks to those of all tasks, and to the tables of this one. */
static void put_tables(est_pass *p, const pass_group *g, size_t t, places *at) {
  const size_t n = sx_estimate__counts_of(p, g);
  const cells_counts c = counts_at(&at->counts, n);
  for (size_t k = 1; k < banks_of(n * sizeof(cells_whole)); k++)
    for (size_t i = 0; i < n; i++) c.bank[0][i] += c.bank[k][i];
  (void)pthread_mutex_lock(&p->lock);
  for (size_t i = 0; i < n; i++) take_apart(&g->sums[i], &c.bank[0][i]);
  (void)pthread_mutex_unlock(&p->lock);
  for (size_t m = 0; m < g->n_members; m++) {
    const pass_one *one = &p->one[g->member[m]];
    const size_t own = sx_estimate__own_doubles(p, one);
    if (own == 0) continue;
    const cells_table sums = table_at(&at->bank, own);
    double *to = p->tables + t * p->wave_doubles + one->own_at;
    memcpy(to, sums.bank[0], own * sizeof *to);
    for (size_t k = 1; k < banks_of(own * sizeof *to); k++)
      for (size_t i = 0; i < own; i++) to[i] += sums.bank[k][i];
  }
}

/* Task i of those that run at a time. */
static sx_status pass_task(void *data, size_t i, sx_error *err) {
  est_pass *p = data;
  scratch s;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, scratch_new(&s, p, err), done);
  SX_TRY_GOTO(st, streams_new(&s.streams, &s.ahead, p, err), done);
  s.from = (p->first_task + i) * p->task_rows;
  s.end = sx_estimate__task_end(p, p->first_task + i);
  for (size_t from = s.from; from < s.end; from += CELLS_BLOCK) {
    s.block.n = s.end - from < CELLS_BLOCK ? s.end - from : CELLS_BLOCK;
    s.block.unit = p->units.unit + from;
    s.block.w = sx_design_weights(p->design) + from;
    sx_estimate__cells_rows(&s.block, p->shift, &p->quanta);
    s.slots = SIZE_MAX;
    s.ahead.row = from + s.block.n; /* the block after this one */
    s.ahead.n = s.end - s.ahead.row < CELLS_BLOCK ? s.end - s.ahead.row : CELLS_BLOCK;
    s.ahead.next = 0;
    s.ahead.at = s.ahead.end = NULL;
    places at = {s.banks, s.counts};
    for (size_t k = p->first; k < p->end; k++) SX_TRY_GOTO(st, add_group(p, k, &s, i, from, &at, err), done);
  }
  places at = {s.banks, s.counts};
  for (size_t k = p->first; k < p->end; k++) put_tables(p, &p->group[k], i, &at);
done:
  scratch_clear(p, &s);
  return st;
}

/* ---- all tasks ------------------------------------------------------------------------------------------------------ */

static void add(double *sum, double *comp, double x) {
  const double a = *sum, s = a + x, back = s - a;
  *comp += (a - (s - back)) + (x - back);
  *sum = s;
}

/* hi + lo 2^-31 in quanta, rounded about once. */
static double number_of(int64_t hi, int64_t lo, double quanta) {
  const int64_t step = INT64_C(1) << CELLS_LO_BITS, carry = lo / step;
  hi += carry;
  lo -= carry * step;
  const int64_t high = hi / step * step, low = hi - high; /* each is exact as a double */
  return ((double)high + ((double)low + (double)lo / (double)step)) / quanta;
}

static size_t cell_at(const est_pass *p, const pass_one *one, size_t slot, size_t value) {
  const pass_slots *s = &p->slots[one->slots];
  const size_t pair = s->pair ? s->pair[slot] : slot, unit = pair / s->n_domains, g = pair % s->n_domains;
  return (unit * one->n_codes + g * one->frame.n_values + value) * one->doubles;
}

/* The counts of a variable are the margins of the joint ones. */
static void spread_counts(const est_pass *p, const pass_group *g, pass_one *one) {
  const size_t n_states = sx_estimate__states_of(one), block = one->step * n_states;
  for (size_t s = 0; s < p->slots[g->slots].n; s++)
    for (size_t v = 0; v + 1 < n_states; v++) {
      pass_whole t = {0, 0, 0, 0, 0};
      for (size_t from = v * one->step; from < g->n_states; from += block)
        for (size_t c = from; c < from + one->step; c++) {
          const pass_whole *x = &g->sums[s * g->n_states + c];
          t.n += x->n;
          t.hi += x->hi;
          t.lo += x->lo;
          t.hi2 += x->hi2;
          t.lo2 += x->lo2;
        }
      if (t.n == 0) continue;
      const size_t at = cell_at(p, one, s, v), ee = at + (one->kind == CELLS_VALUES ? 2 : 4);
      add(one->cells + at, one->comp + at, (double)t.n);
      add(one->cells + at + 1, one->comp + at + 1, number_of(t.hi, t.lo, p->quanta.per_e));
      add(one->cells + ee, one->comp + ee, number_of(t.hi2, t.lo2, p->quanta.per_ee));
    }
}

/* From sums of the numbers (estimate_cells.h) to cells. */
static void spread_sums(const est_pass *p, pass_one *one, size_t n_tasks) {
  static const uint8_t of_one[4] = {2, 3, 5, 6}, of_two[10] = {2, 3, 10, 11, 12, 5, 6, 7, 8, 9};
  const size_t own = sx_estimate__cells_own(one->kind), n = one->kind == CELLS_ONE ? 4 : 10;
  const uint8_t *to = one->kind == CELLS_ONE ? of_one : of_two;
  for (size_t s = 0; s < p->slots[one->slots].n; s++) {
    const size_t at = cell_at(p, one, s, 0);
    for (size_t t = 0; t < n_tasks; t++) {
      const double *x = p->tables + t * p->wave_doubles + one->own_at + s * own;
      for (size_t k = 0; k < n; k++) add(one->cells + at + to[k], one->comp + at + to[k], x[k]);
    }
  }
}

static size_t tasks_now(const est_pass *p) {
  return p->n_tasks - p->first_task < PASS_TASKS ? p->n_tasks - p->first_task : PASS_TASKS;
}

static sx_status gather(void *data, size_t k, sx_error *err) {
  (void)err;
  est_pass *p = data;
  const pass_group *g = &p->group[p->first + k];
  for (size_t m = 0; m < g->n_members; m++) {
    pass_one *one = &p->one[g->member[m]];
    spread_counts(p, g, one);
    if (one->kind != CELLS_VALUES) spread_sums(p, one, tasks_now(p));
  }
  return SX_OK;
}

/* The groups from `first` on whose tables fit into a wave, with the places of their tables. */
static void next_wave(est_pass *p) {
  size_t counts = 0;
  p->wave_doubles = 0;
  for (p->end = p->first; p->end < p->n_groups; p->end++) {
    const pass_group *g = &p->group[p->end];
    size_t size = 4 * sx_estimate__counts_of(p, g);
    for (size_t m = 0; m < g->n_members; m++) size += sx_estimate__own_doubles(p, &p->one[g->member[m]]);
    if (p->end > p->first && (p->wave_doubles + 4 * counts + size) * PASS_TASKS > WAVE_DOUBLES) return;
    counts += sx_estimate__counts_of(p, g);
    for (size_t m = 0; m < g->n_members; m++) {
      pass_one *one = &p->one[g->member[m]];
      one->own_at = p->wave_doubles;
      p->wave_doubles += sx_estimate__own_doubles(p, one);
    }
  }
}

/* Room for the sums of the wave; those of the tasks that run at a time begin at 0. */
static sx_status wave_new(est_pass *p, size_t tasks, sx_error *err) {
  p->tables = sx_mem_alloc(p->ctx, tasks * p->wave_doubles, sizeof *p->tables);
  if (!p->tables) return sx_error_memory(err);
  for (size_t k = p->first; k < p->end; k++) {
    pass_group *g = &p->group[k];
    g->sums = sx_mem_alloc(p->ctx, sx_estimate__counts_of(p, g), sizeof *g->sums);
    if (!g->sums) return sx_error_memory(err);
  }
  return SX_OK;
}

static void wave_free(est_pass *p) {
  for (size_t k = p->first; k < p->end; k++) {
    sx_mem_free(p->ctx, p->group[k].sums);
    p->group[k].sums = NULL;
  }
  sx_mem_free(p->ctx, p->tables);
  p->tables = NULL;
}

static sx_status run_wave(est_pass *p, sx_error *err) {
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, wave_new(p, p->n_tasks < PASS_TASKS ? p->n_tasks : PASS_TASKS, err), done);
  for (p->first_task = 0; p->first_task < p->n_tasks; p->first_task += PASS_TASKS) {
    for (size_t k = p->first; k < p->end; k++)
      memset(p->group[k].sums, 0, sx_estimate__counts_of(p, &p->group[k]) * sizeof *p->group[k].sums);
    SX_TRY_GOTO(st, sx_parallel_for(p->ctx, tasks_now(p), pass_task, p, err), done);
    SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->end - p->first, gather, p, err), done);
  }
  for (size_t k = p->first; k < p->end; k++)
    for (size_t m = 0; m < p->group[k].n_members; m++) {
      pass_one *one = &p->one[p->group[k].member[m]];
      for (size_t i = 0; i < one->size; i++) one->cells[i] += one->comp[i];
    }
done:
  wave_free(p);
  return st;
}

sx_status sx_estimate__pass_run(est_pass *p, const bool *marked, bool *again, sx_error *err) {
  sx_status st = SX_OK;
  if (pthread_mutex_init(&p->lock, NULL) != 0) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_estimate__pass_groups(p, marked, err), done);
  p->stray = sx_mem_zalloc(p->ctx, PASS_TASKS * p->n, 1);
  if (!p->stray) {
    st = sx_error_memory(err);
    goto done;
  }
  for (p->first = 0; p->first < p->n_groups; p->first = p->end) {
    next_wave(p);
    SX_TRY_GOTO(st, run_wave(p, err), done);
  }
  for (size_t i = 0; i < p->n; i++)
    for (size_t t = 0; t < PASS_TASKS; t++)
      if (p->stray[t * p->n + i]) again[i] = true;
done:
  sx_estimate__pass_groups_free(p);
  sx_mem_free(p->ctx, p->stray);
  p->stray = NULL;
  (void)pthread_mutex_destroy(&p->lock);
  return st;
}
