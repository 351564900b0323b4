/* estimate_link.c: the link of two waves: its life, and how their samples hang together. */
#include <stdlib.h>
#include <string.h>

#include "estimate_link_priv.h"

/* Replicates were made together where their factors on the units in common go together. Resampled together they correlate by
 * 0.9 and more (the sizes of strata, which rescale, may differ); apart by 0, or -1/(R - 1) for a jackknife. */
static const double together = 0.5;

const char *sx_overlap_name(sx_overlap overlap) {
  static const char *const names[] = {"none", "partial", "full", "replicates"};
  return (unsigned)overlap < sizeof names / sizeof *names ? names[overlap] : "unknown";
}

sx_link *sx_link_ref(const sx_link *link) {
  union {
    const sx_link *in;
    sx_link *out;
  } u = {link};
  if (u.out) atomic_fetch_add(&u.out->refs, 1);
  return u.out;
}

void sx_link_free(sx_link *link) {
  if (!link || atomic_fetch_sub(&link->refs, 1) != 1) return;
  const sx_ctx ctx = link->ctx;
  sx_design_free(link->first);
  sx_design_free(link->second);
  sx_mem_free(&ctx, link->psu_of);
  sx_mem_free(&ctx, link->class_first);
  sx_mem_free(&ctx, link->class_second);
  sx_mem_free(&ctx, link->by_class);
  sx_mem_free(&ctx, link->class_at);
  sx_mem_free(&ctx, link);
}

sx_overlap sx_link_overlap(const sx_link *link) {
  return link->overlap;
}
size_t sx_link_units(const sx_link *link) {
  return link->n_units;
}
size_t sx_link_psus(const sx_link *link) {
  return link->n_psus;
}

/* ---- classes of PSUs --------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void strata_of(int32_t *stratum, const sx_design *d) {
  const size_t *start = sx_design_stratum_start(d);
  for (size_t h = 0; h < sx_design_strata(d); h++)
    for (size_t p = start[h]; p < start[h + 1]; p++) stratum[p] = (int32_t)h;
}

/* On entry the classes are the strata of each wave. PSUs in both get the classes after those, one per pair of strata. */
static void pair_classes(sx_link *link, uint64_t *pairs) {
  const size_t n_first = sx_design_psus(link->first), before = link->n_classes;
  size_t n = 0, distinct = 0;
  for (size_t p = 0; p < n_first; p++)
    if (link->psu_of[p] >= 0)
      pairs[n++] = (uint64_t)(uint32_t)link->class_first[p] << 32 | (uint32_t)link->class_second[link->psu_of[p]];
  qsort(pairs, n, sizeof *pairs, by_value);
  for (size_t k = 0; k < n; k++)
    if (k == 0 || pairs[k] != pairs[distinct - 1]) pairs[distinct++] = pairs[k];
  for (size_t p = 0; p < n_first; p++) {
    const int32_t q = link->psu_of[p];
    if (q < 0) continue;
    const uint64_t key = (uint64_t)(uint32_t)link->class_first[p] << 32 | (uint32_t)link->class_second[q];
    const uint64_t *at = bsearch(&key, pairs, distinct, sizeof *pairs, by_value);
    link->class_first[p] = link->class_second[q] = (int32_t)(before + (size_t)(at - pairs));
  }
  link->n_classes += distinct;
}

/* Counted, then laid out: on the way class_at [k + 1] is where the next of class k goes. */
static sx_status list_classes(sx_link *link, sx_error *err) {
  const size_t n_first = sx_design_psus(link->first), n_second = sx_design_psus(link->second);
  const int32_t both = (int32_t)(sx_design_strata(link->first) + sx_design_strata(link->second));
  size_t *at = sx_mem_zalloc(&link->ctx, link->n_classes + 2, sizeof *at);
  link->class_at = at;
  link->by_class = sx_mem_alloc(&link->ctx, n_first + n_second, sizeof *link->by_class);
  if (!at || !link->by_class) return sx_error_memory(err);
  for (size_t p = 0; p < n_first; p++) at[link->class_first[p] + 2]++;
  for (size_t q = 0; q < n_second; q++) at[link->class_second[q] + 2] += link->class_second[q] < both;
  for (size_t k = 0; k < link->n_classes; k++) at[k + 2] += at[k + 1];
  for (size_t p = 0; p < n_first; p++) link->by_class[at[link->class_first[p] + 1]++] = (uint32_t)p;
  for (size_t q = 0; q < n_second; q++)
    if (link->class_second[q] < both) link->by_class[at[link->class_second[q] + 1]++] = (uint32_t)q;
  return SX_OK;
}

static sx_status make_classes(sx_link *link, sx_error *err) {
  const sx_ctx *ctx = &link->ctx;
  const size_t n_first = sx_design_psus(link->first), n_second = sx_design_psus(link->second);
  uint64_t *pairs = sx_mem_alloc(ctx, link->n_psus, sizeof *pairs);
  link->class_first = sx_mem_alloc(ctx, n_first, sizeof *link->class_first);
  link->class_second = sx_mem_alloc(ctx, n_second, sizeof *link->class_second);
  if (!pairs || !link->class_first || !link->class_second) {
    sx_mem_free(ctx, pairs);
    return sx_error_memory(err);
  }
  strata_of(link->class_first, link->first);
  strata_of(link->class_second, link->second);
  for (size_t q = 0; q < n_second; q++) link->class_second[q] += (int32_t)sx_design_strata(link->first);
  link->n_classes = sx_design_strata(link->first) + sx_design_strata(link->second);
  pair_classes(link, pairs);
  sx_mem_free(ctx, pairs);
  return list_classes(link, err);
}

/* ---- replicates -------------------------------------------------------------------------------------------------- */

/* The correlation over replicates of the factors (replicate weight over weight) of the units in common, pooled. */
static sx_status factor_correlation(double *out, const sx_link *link, const int32_t *row_of, sx_error *err) {
  const sx_ctx *ctx = &link->ctx;
  const size_t reps = sx_design_replicates(link->first);
  const double *wa = sx_design_weights(link->first), *wb = sx_design_weights(link->second);
  double *a = sx_mem_alloc(ctx, 2 * reps, sizeof *a), *b = a ? a + reps : NULL;
  if (!a) return sx_error_memory(err);
  double saa = 0, sbb = 0, sab = 0;
  for (size_t i = 0; i < sx_design_rows(link->second); i++) {
    if (row_of[i] < 0 || !(wb[i] > 0) || !(wa[row_of[i]] > 0)) continue;
    sx_design_replicate_rows(a, link->first, (size_t)row_of[i], 1);
    sx_design_replicate_rows(b, link->second, i, 1);
    double ma = 0, mb = 0;
    for (size_t r = 0; r < reps; r++) {
      ma += a[r] / (double)reps;
      mb += b[r] / (double)reps;
    }
    const double scale = 1 / (wa[row_of[i]] * wb[i]);
    for (size_t r = 0; r < reps; r++) {
      sab += (a[r] - ma) * (b[r] - mb) * scale;
      saa += (a[r] - ma) * (a[r] - ma) / (wa[row_of[i]] * wa[row_of[i]]);
      sbb += (b[r] - mb) * (b[r] - mb) / (wb[i] * wb[i]);
    }
  }
  sx_mem_free(ctx, a);
  *out = saa > 0 && sbb > 0 ? sab / sqrt(saa * sbb) : 0;
  return SX_OK;
}

static sx_status pair_replicates(sx_link *link, const int32_t *row_of, bool coordinated, sx_error *err) {
  const bool same = sx_design_same_plan(link->first, link->second, NULL);
  if (coordinated && !same)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "replicates made together have one method, number and scale in both waves: these have %zu and "
                        "%zu",
                        sx_design_replicates(link->first), sx_design_replicates(link->second));
  link->overlap = coordinated ? SX_OVERLAP_REPLICATES : SX_OVERLAP_NONE;
  if (coordinated || link->n_units == 0) return SX_OK;
  if (!same) {
    sx_ctx_note(
        &link->ctx, SX_SEV_WARNING, "replicates",
        "the schemes of the two waves differ, so that the %zu units in both cannot be taken into account: errors "
        "of changes are too large",
        link->n_units);
    return SX_OK;
  }
  double r = 0;
  SX_TRY(factor_correlation(&r, link, row_of, err));
  if (r >= together)
    link->overlap = SX_OVERLAP_REPLICATES;
  else
    sx_ctx_note(
        &link->ctx, SX_SEV_WARNING, "replicates",
        "those of the two waves were not made together (on the %zu units in both they correlate by %.2f), so that "
        "the overlap cannot be taken into account: errors of changes are too large",
        link->n_units, r);
  return SX_OK;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static sx_status pair_units(sx_link *link, const sx_link_side *first, const sx_link_side *second,
                            const sx_link_options *o, sx_error *err) {
  int32_t *row_of = NULL;
  const bool reps = sx_design_replicates(link->first) > 0;
  if (o->coordinated && first->n_id == 0 && second->n_id == 0) return pair_replicates(link, NULL, true, err);
  SX_TRY(sx_estimate__match_units(link, &row_of, first, second, err));
  sx_status st = SX_OK;
  if (reps) {
    st = pair_replicates(link, row_of, o->coordinated, err);
  } else if (link->n_psus > 0) {
    const bool full = sx_design_same_plan(link->first, link->second, link->psu_of);
    link->overlap = full ? SX_OVERLAP_FULL : SX_OVERLAP_PARTIAL;
    st = make_classes(link, err);
  }
  sx_mem_free(&link->ctx, row_of);
  return st;
}

sx_status sx_link_new(sx_link **out, const sx_link_side *first, const sx_link_side *second,
                      const sx_link_options *options, sx_error *err) {
  const sx_link_options plain = SX_LINK_OPTIONS_INIT, *o = options ? options : &plain;
  if (!out || !first || !second || !first->design || !second->design)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a link is of two designs");
  if (sx_design_same_sample(first->design, second->design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL,
                        "both waves are one design: its estimates are compared by sx_est_linear without a link");
  const bool reps = sx_design_replicates(first->design) > 0;
  if (reps != (sx_design_replicates(second->design) > 0) && !o->independent)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "one wave has replicate weights and the other has not: give both the same kind of design, or "
                        "compare them as independent");
  if (o->coordinated && (!reps || o->independent))
    return sx_error_set(err, SX_E_ARGUMENT, "coordinated",
                        "it is said of replicate weights, and not of independent waves");
  const sx_ctx *ctx = sx_design_ctx(first->design);
  sx_link *link = sx_mem_zalloc(ctx, 1, sizeof *link);
  if (!link) return sx_error_memory(err);
  atomic_init(&link->refs, 1);
  link->ctx = *ctx;
  link->first = sx_design_ref(first->design);
  link->second = sx_design_ref(second->design);
  const sx_status st = o->independent ? SX_OK : pair_units(link, first, second, o, err);
  if (st != SX_OK) {
    sx_link_free(link);
    return st;
  }
  *out = link;
  return SX_OK;
}
