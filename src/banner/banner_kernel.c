/* banner_kernel.c: what the fast engine knows of the design and the columns, made once and read by all threads.
 *
 * The carrier of a mean p of y in the domain d is, by PSU i (docs/methods/variance.md, calibration.md),
 *
 *   z_i = (Y_i - p N_i)/N - sum_j beta_j T_ij        Y_i, N_i: sums of w y and w over the cases of the base in d and i
 *                                                    T_ij: sum of w x_j over all cases of i; beta: of u on x, weights d
 *
 * so that tables need sums of cells by PSU, and, for beta, by margin cell. Cases with the same columns have the same pattern; a pattern is
 * the list of the domains that the case is in. */
#include "banner_kernel.h"

#include <math.h>
#include <string.h>

/* Whether carriers are sums over PSUs without outside figures. */
static bool suits(const sx_design *d) {
  return sx_design_replicates(d) == 0 && sx_design_figures(d) == 0 && sx_design_carrier_length(d) == sx_design_psus(d);
}

/* Whether a carrier's element is the PSU of the positions: the carrier of random values, as the engine sums it and by PSU. */
static sx_status same_places(bool *same, const banner_kernel *k, sx_error *err) {
  const double zero = 0;
  double *z = sx_mem_zalloc(&k->ctx, 2 * k->n_psus, sizeof *z), *y = sx_mem_alloc(&k->ctx, k->n, sizeof *y);
  uint8_t *code = sx_mem_alloc(&k->ctx, k->n, 1);
  sx_status st = z && y && code ? SX_OK : sx_error_memory(err);
  *same = st == SX_OK;
  if (st == SX_OK) {
    const sx_codes codes = {2, code, NULL, NULL, y, NULL};
    const sx_score score = {1, 1, &zero, 1, 0, NULL};
    sx_rng rng;
    sx_rng_init(&rng, 2, 0);
    memset(code, 1, k->n);
    for (size_t i = 0; i < k->n; i++) {
      y[i] = sx_rng_uniform(&rng);
      z[k->n_psus + sx_design_position_psu(k->design)[i]] += k->w[i] * y[i];
    }
    sx_design_expand(z, k->design, &codes, &score, 1);
    for (size_t p = 0; p < k->n_psus; p++)
      *same = *same && fabs(z[p] - z[k->n_psus + p]) <= 1e-9 * fabs(z[k->n_psus + p]);
  }
  sx_mem_free(&k->ctx, z);
  sx_mem_free(&k->ctx, y);
  sx_mem_free(&k->ctx, code);
  return st;
}

/* ---- patterns ----------------------------------------------------------------------------------------------------------------- */

static uint64_t hash_list(const uint16_t *list, size_t n) {
  uint64_t h = 1469598103934665603U;
  for (size_t k = 0; k < n; k++) h = (h ^ list[k]) * 1099511628211U;
  return h ^ h >> 29;
}

typedef struct patterns {
  banner_kernel *k;
  size_t *slot; /* [n_slots] pattern + 1 */
  size_t n_slots, cap_first, cap_list;
} patterns;

static bool same_list(const banner_kernel *k, size_t pattern, const uint16_t *list, size_t n) {
  const size_t from = k->first[pattern];
  return k->first[pattern + 1] - from == n && memcmp(k->list + from, list, n * sizeof *list) == 0;
}

static sx_status rehash(patterns *p, sx_error *err) {
  banner_kernel *k = p->k;
  const size_t n = p->n_slots ? 2 * p->n_slots : 256;
  size_t *slot = sx_mem_zalloc(&k->ctx, n, sizeof *slot);
  if (!slot) return sx_error_memory(err);
  for (size_t i = 0; i < k->n_patterns; i++) {
    size_t at = hash_list(k->list + k->first[i], k->first[i + 1] - k->first[i]) % n;
    while (slot[at]) at = (at + 1) % n;
    slot[at] = i + 1;
  }
  sx_mem_free(&k->ctx, p->slot);
  p->slot = slot;
  p->n_slots = n;
  return SX_OK;
}

static sx_status pattern_of(uint32_t *out, patterns *p, const uint16_t *list, size_t n, sx_error *err) {
  banner_kernel *k = p->k;
  if (2 * (k->n_patterns + 1) > p->n_slots) SX_TRY(rehash(p, err));
  size_t at = hash_list(list, n) % p->n_slots;
  for (; p->slot[at]; at = (at + 1) % p->n_slots)
    if (same_list(k, p->slot[at] - 1, list, n)) {
      *out = (uint32_t)(p->slot[at] - 1);
      return SX_OK;
    }
  const size_t from = k->n_patterns ? k->first[k->n_patterns] : 0;
  if (!sx_mem_grow(&k->ctx, (void **)&k->first, &p->cap_first, k->n_patterns + 2, sizeof *k->first) ||
      !sx_mem_grow(&k->ctx, (void **)&k->list, &p->cap_list, from + n + 1, sizeof *k->list))
    return sx_error_memory(err);
  if (n) memcpy(k->list + from, list, n * sizeof *list);
  k->first[k->n_patterns] = from;
  k->first[k->n_patterns + 1] = from + n;
  p->slot[at] = k->n_patterns + 1;
  *out = (uint32_t)k->n_patterns++;
  return SX_OK;
}

static sx_status find_patterns(banner_kernel *k, const banner_plan *plan, sx_error *err) {
  patterns p = {k, NULL, 0, 0, 0};
  sx_status st = SX_OK;
  const uint32_t *order = sx_design_order(k->design);
  uint16_t *list = sx_mem_alloc(&k->ctx, k->n_domains, sizeof *list);
  k->pattern = sx_mem_alloc(&k->ctx, k->n, sizeof *k->pattern);
  if (!list || !k->pattern) st = sx_error_memory(err);
  for (size_t i = 0; st == SX_OK && i < k->n; i++) {
    const size_t row = order[i];
    size_t n = 0;
    const bool in = plan->in[row] && k->w[i] != 0;
    for (size_t d = 0; in && d < k->n_domains; d++)
      if (!plan->domains.mask[d] || plan->domains.mask[d][row]) list[n++] = (uint16_t)d;
    st = pattern_of(&k->pattern[i], &p, list, n, err);
  }
  sx_mem_free(&k->ctx, list);
  sx_mem_free(&k->ctx, p.slot);
  return st;
}

/* ---- margins ------------------------------------------------------------------------------------------------------------------- */

enum { PART_ROWS = 4096 };

/* d x_j of every case, as the entries that are not 0: the sums of codes that a case each has alone. */
static sx_status find_entries(banner_kernel *k, sx_error *err) {
  sx_status st = SX_OK;
  const size_t J = k->n_beta;
  size_t cap_cell = 0, cap_value = 0, n = 0;
  uint32_t *code = sx_mem_zalloc(&k->ctx, k->n, sizeof *code);
  double *dx = sx_mem_alloc(&k->ctx, PART_ROWS + 1, J * sizeof *dx);
  k->entry = sx_mem_alloc(&k->ctx, k->n + 1, sizeof *k->entry);
  if (!code || !dx || !k->entry) st = sx_error_memory(err);
  for (size_t from = 0; st == SX_OK && from < k->n; from += PART_ROWS) {
    const size_t part = k->n - from < PART_ROWS ? k->n - from : PART_ROWS;
    const sx_codes codes = {part + 1, NULL, NULL, code, NULL, NULL};
    for (size_t i = 0; i < part; i++) code[from + i] = (uint32_t)i + 1;
    sx_design_cross(dx, k->design, &codes, NULL);
    for (size_t i = 0; st == SX_OK && i < part; i++) {
      k->entry[from + i] = n;
      code[from + i] = 0;
      for (size_t j = 0; j < J; j++) {
        const double x = dx[(i + 1) * J + j];
        if (x == 0) continue;
        if (!sx_mem_grow(&k->ctx, (void **)&k->entry_cell, &cap_cell, n + 1, sizeof *k->entry_cell) ||
            !sx_mem_grow(&k->ctx, (void **)&k->entry_value, &cap_value, n + 1, sizeof *k->entry_value)) {
          st = sx_error_memory(err);
          break;
        }
        k->entry_cell[n] = (uint32_t)j;
        k->entry_value[n++] = x;
      }
    }
  }
  if (st == SX_OK) k->entry[k->n] = n;
  sx_mem_free(&k->ctx, code);
  sx_mem_free(&k->ctx, dx);
  return st;
}

/* T: the carrier of -x_j is what the engine takes away per unit of beta_j. */
static sx_status find_totals(banner_kernel *k, sx_error *err) {
  const size_t J = k->n_beta, P = k->n_psus;
  size_t size = 0;
  double *beta = sx_mem_zalloc(&k->ctx, J + 1, sizeof *beta);
  k->total = sx_size_mul(&size, J, P) ? sx_mem_alloc(&k->ctx, size, sizeof *k->total) : NULL;
  k->range = sx_mem_alloc(&k->ctx, J, sizeof *k->range);
  const bool room = beta && k->total && k->range;
  for (size_t j = 0; room && j < J; j++) {
    const sx_score score = {0, 0, NULL, 0, 0, beta};
    double *t = k->total + j * P;
    beta[j] = 1;
    memset(t, 0, P * sizeof *t); /* written first: what is read first of the system's memory is given out twice */
    sx_design_expand(t, k->design, NULL, &score, -1);
    beta[j] = 0;
    size_t lo = 0, hi = P;
    while (lo < hi && t[lo] == 0) lo++;
    while (hi > lo && t[hi - 1] == 0) hi--;
    k->range[j][0] = lo;
    k->range[j][1] = hi;
  }
  sx_mem_free(&k->ctx, beta);
  return room ? SX_OK : sx_error_memory(err);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

void sx_banner__kernel_free(banner_kernel *k) {
  if (!k) return;
  const sx_ctx ctx = k->ctx;
  sx_mem_free(&ctx, k->pattern);
  sx_mem_free(&ctx, k->first);
  sx_mem_free(&ctx, k->list);
  sx_mem_free(&ctx, k->entry);
  sx_mem_free(&ctx, k->entry_cell);
  sx_mem_free(&ctx, k->entry_value);
  sx_mem_free(&ctx, k->total);
  sx_mem_free(&ctx, k->range);
  sx_mem_free(&ctx, k->group);
  sx_mem_free(&ctx, k->member);
  sx_mem_free(&ctx, k->stratum_end);
  sx_mem_free(&ctx, k->factor);
  sx_mem_free(&ctx, k->n_h);
  sx_mem_free(&ctx, k);
}

sx_status sx_banner__kernel_new(banner_kernel **out, const banner_plan *plan, sx_error *err) {
  const sx_design *d = plan->design;
  *out = NULL;
  if (!suits(d)) return SX_OK;
  sx_status st = SX_OK;
  banner_kernel *k = sx_mem_zalloc(plan->ctx, 1, sizeof *k);
  if (!k) return sx_error_memory(err);
  k->ctx = *plan->ctx;
  k->design = d;
  k->n = sx_design_rows(d);
  k->n_psus = sx_design_psus(d);
  k->n_beta = sx_design_beta_length(d);
  k->n_domains = plan->domains.n;
  k->w = sx_design_position_weights(d);
  bool same = false;
  SX_TRY_GOTO(st, same_places(&same, k, err), done);
  if (!same) goto done;
  SX_TRY_GOTO(st, find_patterns(k, plan, err), done);
  if (k->n_beta) SX_TRY_GOTO(st, find_entries(k, err), done);
  if (k->n_beta) SX_TRY_GOTO(st, find_totals(k, err), done);
  SX_TRY_GOTO(st, sx_banner__groups(k, err), done);
  *out = k;
  k = NULL;
done:
  sx_banner__kernel_free(k);
  return st;
}
