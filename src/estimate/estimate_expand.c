/* estimate_expand.c: an estimate with its carrier written out. Estimates keep the carrier of a large sample as terms over codes, a few hundred
 * bytes; each formula over them writes it out anew. What many formulas rest on is written out once. */
#include <string.h>

#include "estimate_priv.h"

static sx_status copy_part(est_part *out, const est_part *from, const sx_ctx *ctx, sx_error *err) {
  *out = (est_part){.coef = from->coef, .variance = from->variance, .df = from->df};
  if (!from->design) {
    out->figure = from->figure;
    atomic_fetch_add(&out->figure->refs, 1);
    return SX_OK;
  }
  out->design = sx_design_ref(from->design);
  const size_t length = sx_design_carrier_length(from->design);
  out->z = sx_mem_alloc(ctx, length, sizeof *out->z);
  if (!out->z) return sx_error_memory(err);
  memset(out->z, 0, length * sizeof *out->z);
  SX_TRY(sx_estimate__add_carrier(out->z, from, 1, err));
  const uint8_t *bits = sx_estimate__bits(from);
  const size_t bytes = bits ? sx_design_bitmap_bytes(from->design) : 0;
  if (!bits) return SX_OK;
  out->bits = sx_mem_alloc(ctx, bytes, 1);
  if (!out->bits) return sx_error_memory(err);
  memcpy(out->bits, bits, bytes);
  return SX_OK;
}

sx_status sx_est_expand(sx_est **out, const sx_est *est, sx_error *err) {
  if (!out || !est) return sx_error_set(err, SX_E_ARGUMENT, "", "out and est are needed");
  bool terms = false;
  for (size_t p = 0; p < est->n_parts; p++)
    terms = terms || (est->parts[p].design && sx_estimate__in_terms(&est->parts[p]));
  if (!terms) {
    *out = sx_est_ref(est);
    return SX_OK;
  }
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, &est->ctx, est->value, est->n_parts, err));
  e->na = est->na;
  sx_status status = SX_OK;
  for (size_t p = 0; p < est->n_parts && status == SX_OK; p++)
    status = copy_part(&e->parts[p], &est->parts[p], &est->ctx, err);
  if (status == SX_OK) status = sx_estimate__link(e, &est, 1, err);
  if (status != SX_OK) {
    sx_est_free(e);
    return status;
  }
  sx_estimate__total(e);
  e->withheld = est->withheld;
  if (est->withheld) e->df = 0;
  *out = e;
  return SX_OK;
}

static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

static bool same_marks(const est_part *a, const est_part *b) {
  if (!a->bits || !b->bits) return a->bits == b->bits;
  return memcmp(a->bits, b->bits, sx_design_bitmap_bytes(a->design)) == 0;
}

static bool same_part(const est_part *a, const est_part *b) {
  bool same = a->design == b->design && a->figure == b->figure && a->z == b->z && a->late == b->late &&
              a->n_terms == b->n_terms && a->linked == b->linked && same_bits(a->coef, b->coef) &&
              same_bits(a->variance, b->variance) && same_bits(a->df, b->df);
  for (size_t k = 0; same && k < a->n_terms; k++)
    same = a->terms[k].leaf == b->terms[k].leaf && same_bits(a->terms[k].coef, b->terms[k].coef);
  return same && same_marks(a, b);
}

bool sx_est_same(const sx_est *a, const sx_est *b) {
  if (!a || !b || a == b) return a == b;
  bool same = same_bits(a->value, b->value) && same_bits(a->variance, b->variance) && same_bits(a->df, b->df) &&
              a->na == b->na && a->withheld == b->withheld && a->n_parts == b->n_parts && a->n_links == 0 &&
              b->n_links == 0;
  for (size_t p = 0; same && p < a->n_parts; p++) same = same_part(&a->parts[p], &b->parts[p]);
  return same;
}
