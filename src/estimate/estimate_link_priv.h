/* estimate_link_priv.h: the link of two waves, as estimate_link.c makes it and estimate_cross.c uses it. */
#ifndef SX_ESTIMATE_LINK_PRIV_H
#define SX_ESTIMATE_LINK_PRIV_H

#include "estimate_priv.h"
#include "shuxiao/estimate_change.h"

struct sx_link {
  atomic_size_t refs;
  sx_ctx ctx;
  sx_overlap overlap;
  sx_design *first, *second;
  size_t n_units, n_psus; /* in both */
  /* Of linearised designs with units in common. Classes of PSUs: strata of wave 1 not in wave 2, strata of wave 2 not in
   * wave 1, pairs of strata in both. */
  int32_t *psu_of; /* [PSUs of first] the same PSU of second, or -1 */
  size_t n_classes;
  int32_t *class_first, *class_second; /* [PSUs of each] */
  uint32_t *by_class; /* PSUs by class, each once, ascending in it: of first, but where the class is of second alone */
  size_t *class_at;   /* [n_classes + 1] where a class begins there */
};

/* estimate_link_units.c: units matched by id; fills n_units and, where both designs are linearised, n_psus and psu_of; *row_of [rows of
 * second] receives the row of the first wave with the same id, or -1 (caller frees). */
sx_status sx_estimate__match_units(sx_link *link, int32_t **row_of, const sx_link_side *first,
                                   const sx_link_side *second, sx_error *err) SX_NODISCARD;

/* estimate_cross.c: SX_E_ARGUMENT for an estimate of the second wave in the place of one of the first. */
sx_status sx_estimate__check_first(const sx_link *link, const sx_est *first, sx_error *err) SX_NODISCARD;

#endif
