/* estimate_sources.c: whether two estimates rest on a common source of error. */
#include "estimate_link_priv.h"

static bool has_error(const est_part *part) {
  return part->variance != 0; /* NaN is an error that is not known */
}

static bool rests_on(const sx_est *e, const sx_design *design) {
  for (size_t p = 0; p < e->n_parts; p++) {
    const est_part *part = &e->parts[p];
    if (part->design && has_error(part) && sx_design_same_sample(part->design, design)) return true;
  }
  return false;
}

static bool joined(const sx_est *owner, const sx_est *a, const sx_est *b) {
  for (size_t k = 0; k < owner->n_links; k++) {
    const sx_link *link = owner->links[k];
    if ((rests_on(a, link->first) && rests_on(b, link->second)) ||
        (rests_on(b, link->first) && rests_on(a, link->second)))
      return true;
  }
  return false;
}

bool sx_est_independent(const sx_est *a, const sx_est *b) {
  for (size_t p = 0; p < a->n_parts; p++)
    for (size_t q = 0; q < b->n_parts; q++)
      if (has_error(&a->parts[p]) && has_error(&b->parts[q]) && sx_estimate__same_source(&a->parts[p], &b->parts[q]))
        return false;
  return !joined(a, a, b) && !joined(b, a, b);
}
