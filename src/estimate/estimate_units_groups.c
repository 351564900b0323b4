/* estimate_units_groups.c: what of a pass is counted together: pairs of unit and domain become slots, variables over the same domains
 * groups whose states make one joint state (estimate_units_pass.c), and weights whole numbers of quanta. */
#include <string.h>

#include "estimate_units.h"

enum { JOINT_BYTES = 98304, MAX_PAIRS = 16384 };

/* ---- quanta --------------------------------------------------------------------------------------------------------- */

typedef struct largest {
  const double *w;
  size_t rows, step;
  double *most; /* [tasks] */
} largest;

static sx_status largest_task(void *data, size_t t, sx_error *err) {
  (void)err;
  const largest *job = data;
  const size_t end = job->rows - t * job->step < job->step ? job->rows : (t + 1) * job->step;
  double most[4] = {0, 0, 0, 0};
  size_t i = t * job->step;
  for (; i + 4 <= end; i += 4)
    for (size_t k = 0; k < 4; k++) most[k] = fabs(job->w[i + k]) > most[k] ? fabs(job->w[i + k]) : most[k];
  for (; i < end; i++) most[0] = fmax(most[0], fabs(job->w[i]));
  job->most[t] = fmax(fmax(most[0], most[1]), fmax(most[2], most[3]));
  return SX_OK;
}

/* |e| < 2 max|w| <= 2^(x+1), so that 2^(CELLS_HI_BITS - x - 1) quanta in 1 are enough; twice as many places for e^2. */
sx_status sx_estimate__pass_quanta(bool *fit, est_pass *p, sx_error *err) {
  enum { MOST = 400 }; /* squares, and the quanta of squares, are far from the ends of the exponent */
  double most[PASS_TASKS], all = 0;
  const size_t step = (p->rows - 1) / PASS_TASKS + 1;
  largest job = {sx_design_weights(p->design), p->rows, step, most};
  const size_t tasks = (p->rows - 1) / step + 1;
  SX_TRY(sx_parallel_for(p->ctx, tasks, largest_task, &job, err));
  for (size_t t = 0; t < tasks; t++) all = fmax(all, most[t]);
  int x = 0;
  (void)frexp(all, &x);
  *fit = all > 0 && x < MOST && x > -MOST;
  p->quanta = (cells_quanta){ldexp(1, CELLS_HI_BITS - x - 1), ldexp(1, CELLS_HI_BITS - 2 * (x + 1))};
  return SX_OK;
}

/* ---- slots ---------------------------------------------------------------------------------------------------------- */

typedef struct slotting {
  const est_pass *p;
  const sx_est_request *request;
  pass_slots *s;
  size_t n_pairs;
  uint8_t *seen; /* [tasks][n_pairs] or NULL */
} slotting;

static sx_status slots_task(void *data, size_t t, sx_error *err) {
  (void)err;
  const slotting *job = data;
  const est_pass *p = job->p;
  est_domains *d = job->s->domains;
  const size_t from = t * p->task_rows, end = sx_estimate__task_end(p, t), domains = job->s->n_domains;
  sx_estimate__fill_domains(d, job->request, from, end);
  uint8_t *seen = job->seen ? job->seen + t * job->n_pairs : NULL;
  for (size_t i = from; seen && i < end; i++)
    if (d->of_row[i] < domains) seen[p->units.unit[i] * domains + d->of_row[i]] = 1;
  return SX_OK;
}

/* Numbers the pairs that occur, in their order. */
static sx_status number_slots(slotting *job, sx_error *err) {
  const est_pass *p = job->p;
  pass_slots *s = job->s;
  s->of = sx_mem_alloc(p->ctx, job->n_pairs, sizeof *s->of);
  s->pair = sx_mem_alloc(p->ctx, job->n_pairs, sizeof *s->pair);
  if (!s->of || !s->pair) return sx_error_memory(err);
  s->n = 0;
  for (size_t k = 0; k < job->n_pairs; k++) {
    bool here = false;
    for (size_t t = 0; t < p->n_tasks; t++) here = here || job->seen[t * job->n_pairs + k];
    s->of[k] = (uint32_t)s->n;
    if (here) s->pair[s->n++] = (uint32_t)k;
  }
  return SX_OK;
}

static sx_status slots_new(est_pass *p, pass_slots *s, const sx_est_request *r, sx_error *err) {
  sx_status st = SX_OK;
  s->n_domains = r->by ? r->by->n_groups : 1;
  slotting job = {p, r, s, 0, NULL};
  if (!sx_size_mul(&job.n_pairs, p->units.n_units, s->n_domains)) return sx_error_memory(err);
  s->n = job.n_pairs;
  if (!r->by && !r->where) return SX_OK;
  SX_TRY(sx_estimate__domains(&s->domains, p->ctx, r, p->rows, err));
  if (job.n_pairs <= MAX_PAIRS) {
    job.seen = sx_mem_zalloc(p->ctx, job.n_pairs * p->n_tasks + 1, 1);
    if (!job.seen) return sx_error_memory(err);
  }
  SX_TRY_GOTO(st, sx_parallel_for(p->ctx, p->n_tasks, slots_task, &job, err), done);
  if (job.seen) st = number_slots(&job, err);
done:
  sx_mem_free(p->ctx, job.seen);
  return st;
}

sx_status sx_estimate__pass_slots(est_pass *p, sx_error *err) {
  p->slots = sx_mem_zalloc(p->ctx, p->n, sizeof *p->slots);
  if (!p->slots) return sx_error_memory(err);
  for (size_t i = 0; i < p->n; i++) {
    pass_one *one = &p->one[i];
    const sx_est_request *r = one->request;
    if (one->st != SX_OK || (r->by && r->by->n_groups >= UINT16_MAX)) continue;
    size_t j = 0;
    while (j < i &&
           (p->one[j].slots == SIZE_MAX || p->one[j].request->by != r->by || p->one[j].request->where != r->where))
      j++;
    if (j < i) {
      one->slots = p->one[j].slots;
      continue;
    }
    one->slots = p->n_slots++;
    SX_TRY(slots_new(p, &p->slots[one->slots], r, err));
  }
  return SX_OK;
}

void sx_estimate__pass_slots_free(est_pass *p) {
  for (size_t k = 0; p->slots && k < p->n_slots; k++) {
    sx_estimate__domains_free(p->slots[k].domains);
    sx_mem_free(p->ctx, p->slots[k].of);
    sx_mem_free(p->ctx, p->slots[k].pair);
  }
  sx_mem_free(p->ctx, p->slots);
  p->slots = NULL;
}

/* ---- groups --------------------------------------------------------------------------------------------------------- */

/* The first group that can take the request: the table of joint states stays in the cache. */
static pass_group *group_for(est_pass *p, const pass_one *one) {
  for (size_t k = 0; k < p->n_groups; k++) {
    pass_group *g = &p->group[k];
    const size_t states = g->n_states * sx_estimate__states_of(one);
    if (g->slots == one->slots && g->n_members < GROUP_MAX && states <= CELLS_STATES &&
        (p->slots[g->slots].n + 1) * states * sizeof(cells_whole) <= JOINT_BYTES)
      return g;
  }
  pass_group *g = &p->group[p->n_groups++];
  memset(g, 0, sizeof *g);
  g->slots = one->slots;
  g->n_states = 1;
  return g;
}

/* Where the numbers of the members are kept behind the states; bytes of all. */
static bool place_numbers(size_t *bytes, est_pass *p, const pass_group *g) {
  enum { LARGEST = sizeof(double) };
  size_t all = 0;
  if (!sx_size_mul(&all, p->rows + LARGEST, 1 + 2 * LARGEST * g->n_members))
    return false; /* none of the next overflows */
  all = (p->rows / LARGEST + 1) * LARGEST;
  for (size_t m = 0; m < g->n_members; m++) {
    pass_one *one = &p->one[g->member[m]];
    if (one->kind == CELLS_VALUES) continue;
    one->kept_y = all;
    all += (p->rows * one->width_y / LARGEST + 1) * LARGEST;
    one->kept_x = all;
    all += one->kind == CELLS_TWO ? (p->rows * one->width_x / LARGEST + 1) * LARGEST : 0;
  }
  *bytes = all;
  return true;
}

sx_status sx_estimate__pass_groups(est_pass *p, const bool *marked, sx_error *err) {
  p->group = sx_mem_zalloc(p->ctx, p->n, sizeof *p->group);
  p->n_groups = 0;
  if (!p->group) return sx_error_memory(err);
  for (size_t i = 0; i < p->n; i++) {
    pass_one *one = &p->one[i];
    if (!marked[i] || !one->suits || one->st != SX_OK) continue;
    pass_group *g = group_for(p, one);
    g->member[g->n_members++] = i;
    one->step = g->n_states;
    g->n_states *= sx_estimate__states_of(one);
  }
  for (size_t k = 0; p->keep && k < p->n_groups; k++) {
    pass_group *g = &p->group[k];
    size_t bytes = 0;
    if (!place_numbers(&bytes, p, g)) return sx_error_memory(err);
    SX_TRY(sx_estimate__states(&g->kept, p->ctx, bytes, err));
    for (size_t m = 0; m < g->n_members; m++) {
      est_basis *b = p->one[g->member[m]].frame.basis;
      atomic_fetch_add(&g->kept->refs, 1);
      b->states = g->kept;
      b->step = p->one[g->member[m]].step;
    }
  }
  return SX_OK;
}

void sx_estimate__pass_groups_free(est_pass *p) {
  for (size_t k = 0; p->group && k < p->n_groups; k++) sx_estimate__states_free(p->group[k].kept);
  sx_mem_free(p->ctx, p->group);
  p->group = NULL;
}
