/* design_match.c: two designs side by side, for estimates of two waves. */
#include <string.h>

#include "design_priv.h"

/* Fractions written in another way (a count, a rate) may differ by rounding; no two populations differ by so little. */
static const double fraction_tolerance = 1e-12;

static bool same_fraction(const design_sample *a, size_t h, const design_sample *b, size_t g) {
  const double fa = a->fraction ? a->fraction[h] : 0, fb = b->fraction ? b->fraction[g] : 0;
  return fabs(fa - fb) <= fraction_tolerance;
}

static bool same_strata(const design_sample *a, const design_sample *b, const int32_t *psu_of) {
  for (size_t h = 0; h < a->n_strata; h++) {
    const size_t first = a->start[h], n = a->start[h + 1] - first;
    size_t low = 0, high = b->n_strata; /* the stratum of b in which the first PSU lies */
    for (const size_t p = (size_t)psu_of[first]; high - low > 1;) {
      const size_t middle = low + (high - low) / 2;
      if (b->start[middle] <= p)
        low = middle;
      else
        high = middle;
    }
    if (b->start[low + 1] - b->start[low] != n || !same_fraction(a, h, b, low)) return false;
    for (size_t p = first; p < first + n; p++)
      if ((size_t)psu_of[p] < b->start[low] || (size_t)psu_of[p] >= b->start[low + 1]) return false;
  }
  return true;
}

static bool same_replicates(const design_sample *a, const design_sample *b) {
  return a->n_reps == b->n_reps && a->rep_type == b->rep_type && a->mse == b->mse && a->rep_scale == b->rep_scale &&
         memcmp(a->rscales, b->rscales, a->n_reps * sizeof *a->rscales) == 0;
}

bool sx_design_same_plan(const sx_design *a, const sx_design *b, const int32_t *psu_of) {
  const design_sample *s = a->sample, *t = b->sample;
  if (s->n_reps || t->n_reps) return s->n_reps && t->n_reps && same_replicates(s, t);
  if (s->tree || t->tree || s->pps || t->pps || s->prob || t->prob) return false;
  if (s->n_psus != t->n_psus || s->n_strata != t->n_strata || s->lonely != t->lonely) return false;
  for (size_t p = 0; p < s->n_psus; p++)
    if (psu_of[p] < 0) return false;
  return same_strata(s, t, psu_of);
}

void sx_design_psu_totals(double *out, const sx_design *d, const double *z) {
  const design_sample *s = d->sample;
  if (!s->tree) {
    memcpy(out, z, s->n_psus * sizeof *out);
    return;
  }
  const size_t *leaf = s->tree->stages[0].leaf; /* the units of the first stage are the PSUs */
  for (size_t p = 0; p < s->n_psus; p++) {
    out[p] = 0;
    for (size_t k = leaf[p]; k < leaf[p + 1]; k++) out[p] += z[k];
  }
}
