/* banner_groups.c: designs where each case is its own unit: cases of one stratum, the same columns and the same margin cells make a group, over
 * which the carrier of a code is one number times the weight, z_i = w_i v. Hence
 *
 *   V = sum_h f_h ( sum_i z_i^2 - (sum_i z_i)^2 / n_h ),   sum_i z_i^2 = sum_gk Q_gk v_gk^2,   sum_i z_i = sum_gk W_gk v_gk
 *
 * with W and Q the sums of w and w^2 in the group and code: the vectors of banner_sums.c are over groups and codes instead of cases. f_h is read
 * off the engine's own variance, and a probe of that variance says whether the design has this form at all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "banner_kernel.h"

/* ---- the form of the variance ----------------------------------------------------------------------------------------------- */

/* f_h: the variance of a vector that is 1 at one unit of the stratum is f_h (1 - 1/n_h). */
static void find_factors(banner_kernel *k, double *z) {
  const size_t *start = sx_design_stratum_start(k->design);
  memset(z, 0, k->n_psus * sizeof *z);
  for (size_t h = 0; h < k->n_strata; h++) {
    const size_t n = start[h + 1] - start[h];
    z[start[h]] = 1;
    const double v = sx_design_cov(k->design, z, z, 0, 0);
    z[start[h]] = 0;
    k->factor[h] = n > 1 ? v / (1 - 1 / (double)n) : 0;
    k->n_h[h] = (double)n;
  }
}

static bool probe(const banner_kernel *k, double *z) {
  const size_t *start = sx_design_stratum_start(k->design);
  double v = 0;
  sx_rng rng;
  sx_rng_init(&rng, 1, 0);
  for (size_t i = 0; i < k->n_psus; i++) z[i] = sx_rng_uniform(&rng) - 0.4;
  for (size_t h = 0; h < k->n_strata; h++) {
    double sum = 0, square = 0;
    for (size_t i = start[h]; i < start[h + 1]; i++) {
      sum += z[i];
      square += z[i] * z[i];
    }
    v += k->factor[h] * (square - sum * sum / k->n_h[h]);
  }
  const double want = sx_design_cov(k->design, z, z, 0, 0);
  return fabs(v - want) <= 1e-9 * fabs(want);
}

/* x_j is 1 wherever it is not 0: then w x_j, which is T, is the weight. */
static bool plain_margins(const banner_kernel *k) {
  for (size_t i = 0; k->n_beta && i < k->n; i++)
    for (size_t e = k->entry[i]; e < k->entry[i + 1]; e++) {
      const double x = k->total[k->entry_cell[e] * k->n_psus + sx_design_position_psu(k->design)[i]];
      if (fabs(x - k->w[i]) > 1e-12 * fabs(k->w[i])) return false;
    }
  return true;
}

/* ---- the groups --------------------------------------------------------------------------------------------------------------- */

typedef struct sorter {
  const banner_kernel *k;
  uint32_t at; /* position */
  uint32_t stratum;
} sorter;

static int by_group(const void *a, const void *b) {
  const sorter *x = a, *y = b;
  const banner_kernel *k = x->k;
  if (x->stratum != y->stratum) return x->stratum < y->stratum ? -1 : 1;
  const uint32_t p = k->pattern[x->at], q = k->pattern[y->at];
  if (p != q) return p < q ? -1 : 1;
  if (!k->n_beta) return 0;
  const size_t n = k->entry[x->at + 1] - k->entry[x->at], m = k->entry[y->at + 1] - k->entry[y->at];
  if (n != m) return n < m ? -1 : 1;
  for (size_t e = 0; e < n; e++) {
    const uint32_t c = k->entry_cell[k->entry[x->at] + e], d = k->entry_cell[k->entry[y->at] + e];
    if (c != d) return c < d ? -1 : 1;
  }
  return 0;
}

static int by_group_then_place(const void *a, const void *b) {
  const int c = by_group(a, b);
  const sorter *x = a, *y = b;
  return c ? c : (x->at > y->at) - (x->at < y->at);
}

static sx_status number_groups(banner_kernel *k, sx_error *err) {
  const size_t *start = sx_design_stratum_start(k->design);
  sorter *s = sx_mem_alloc(&k->ctx, k->n, sizeof *s);
  k->group = sx_mem_alloc(&k->ctx, k->n, sizeof *k->group);
  k->member = sx_mem_alloc(&k->ctx, k->n, sizeof *k->member);
  k->stratum_end = sx_mem_zalloc(&k->ctx, k->n_strata, sizeof *k->stratum_end);
  if (!s || !k->group || !k->member || !k->stratum_end) {
    sx_mem_free(&k->ctx, s);
    return sx_error_memory(err);
  }
  size_t h = 0;
  for (size_t i = 0; i < k->n; i++) {
    while (sx_design_position_psu(k->design)[i] >= start[h + 1]) h++;
    s[i] = (sorter){k, (uint32_t)i, (uint32_t)h};
  }
  qsort(s, k->n, sizeof *s, by_group_then_place);
  for (size_t i = 0; i < k->n; i++) {
    if (i == 0 || by_group(&s[i - 1], &s[i]) != 0) k->member[k->n_groups++] = s[i].at;
    k->group[s[i].at] = (uint32_t)(k->n_groups - 1);
    k->stratum_end[s[i].stratum] = k->n_groups;
  }
  for (size_t g = 1; g < k->n_strata; g++)
    if (k->stratum_end[g] == 0) k->stratum_end[g] = k->stratum_end[g - 1];
  sx_mem_free(&k->ctx, s);
  return SX_OK;
}

sx_status sx_banner__groups(banner_kernel *k, sx_error *err) {
  if (k->n_psus != k->n || k->n > UINT32_MAX) return SX_OK;
  k->n_strata = sx_design_strata(k->design);
  k->factor = sx_mem_alloc(&k->ctx, k->n_strata, sizeof *k->factor);
  k->n_h = sx_mem_alloc(&k->ctx, k->n_strata, sizeof *k->n_h);
  double *z = sx_mem_alloc(&k->ctx, k->n, sizeof *z);
  uint8_t *none = sx_mem_zalloc(&k->ctx, sx_design_bitmap_bytes(k->design), 1);
  sx_status st = k->factor && k->n_h && z && none ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) {
    find_factors(k, z);
    const double declared = sx_design_df_of(k->design, none); /* 0 where it is counted */
    k->df = declared > 0 ? declared : (double)NAN;
    if (probe(k, z) && plain_margins(k)) st = number_groups(k, err);
  }
  sx_mem_free(&k->ctx, z);
  sx_mem_free(&k->ctx, none);
  return st;
}

/* ---- a line -------------------------------------------------------------------------------------------------------------------- */

bool sx_banner__grouped_suits(const banner_kernel *k, const banner_line *line) {
  return k->n_groups > 0 && !line->y && k->n_groups * (line->n_codes + 1) <= k->n;
}

void sx_banner__grouped_pass(const banner_kernel *k, const banner_line *line, banner_cells *c) {
  const uint32_t *order = sx_design_order(k->design);
  const size_t L = c->L, codes = line->n_codes;
  memset(c->w, 0, L * sizeof *c->w);
  memset(c->q, 0, L * sizeof *c->q);
  memset(c->n, 0, L * sizeof *c->n);
  memset(c->d, 0, L * c->margins * sizeof *c->d);
  for (size_t i = 0; i < k->n; i++) {
    const size_t code = line->code[order[i]];
    const double w = k->w[i];
    if (w == 0) continue;
    const size_t l = k->group[i] * (codes + 1) + (code == BANNER_OUTSIDE ? codes : code);
    c->w[l] += w;
    c->q[l] += w * w;
    c->n[l]++;
    if (!c->margins || code == BANNER_OUTSIDE) continue;
    const double *d = k->entry_value + k->entry[i];
    const size_t m = k->entry[i + 1] - k->entry[i];
    for (size_t e = 0; e < m; e++) c->d[e * L + l] += d[e];
  }
}

double sx_banner__grouped_variance(const banner_kernel *k, const banner_cells *c, const double *v) {
  const size_t width = c->L / k->n_groups;
  double all = 0;
  size_t l = 0;
  for (size_t h = 0; h < k->n_strata; h++) {
    const size_t end = k->stratum_end[h] * width;
    double sum = 0, square = 0;
    for (; l < end; l++) {
      const double z = c->w[l] * v[l];
      sum += z;
      square += c->q[l] * v[l] * v[l];
    }
    all += k->factor[h] * (square - sum * sum / k->n_h[h]);
  }
  return all > 0 ? all : 0;
}

/* Cases with in[l] not 0, less strata that have one. */
double sx_banner__grouped_df(const banner_kernel *k, const banner_cells *c, const double *in, const double *or_in) {
  const size_t width = c->L / k->n_groups;
  size_t cases = 0, strata = 0, l = 0;
  if (!isnan(k->df)) return k->df;
  for (size_t h = 0; h < k->n_strata; h++) {
    const size_t end = k->stratum_end[h] * width;
    size_t here = 0;
    for (; l < end; l++)
      if (in[l] != 0 || (or_in && or_in[l] != 0)) here += c->n[l];
    cases += here;
    strata += here > 0;
  }
  return (double)cases - (double)strata;
}
