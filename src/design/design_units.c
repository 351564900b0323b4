/* design_units.c: the unit of every case, in file order, over which sums are enough for a variance.
 *
 * Where every case is a PSU of its own the unit is its stratum: V = sum_h f_h sum_i (z_i - zbar_h)^2 needs of a stratum only counts,
 * sums and sums of squares of weights and weighted values. Else it is the element of a carrier: z_p needs the sums in p. Units are
 * 16 bits, so that a pass over the file reads two bytes beside the weight. */
#include "design_priv.h"

sx_status sx_design__units(design_sample *s, sx_error *err) {
  const size_t n = s->n_rows;
  if (s->tree) return SX_OK; /* the elements of its carriers are not PSUs */
  const bool elements = s->n_psus == n;
  const bool joint = s->pps != NULL || (s->n_lonely && s->lonely == SX_LONELY_ADJUST);
  const size_t units = elements ? s->n_strata : s->n_psus;
  if (units > UINT16_MAX || (elements && joint)) return SX_OK;
  s->unit = sx_mem_alloc(&s->ctx, n, sizeof *s->unit);
  if (!s->unit) return sx_error_memory(err);
  s->n_units = units;
  s->unit_is_stratum = elements;
  for (size_t h = 0; elements && h < units; h++)
    for (size_t k = s->start[h]; k < s->start[h + 1]; k++) s->unit[s->order[k]] = (uint16_t)h;
  for (size_t k = 0; !elements && k < n; k++) s->unit[s->order[k]] = (uint16_t)s->psu_at[k];
  return SX_OK;
}

bool sx_design_get_units(sx_design_units *out, const sx_design *d) {
  const design_sample *s = d->sample;
  if (!s->unit || s->n_reps || d->n_adjusts || d->carried || d->n_figures) return false;
  *out = (sx_design_units){s->n_units, s->unit, s->unit_is_stratum, s->factor, s->lonely_scale, s->df_declared};
  return true;
}
