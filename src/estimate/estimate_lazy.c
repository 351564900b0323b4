/* estimate_lazy.c: what estimates share is kept in file order as the pass found it, one byte a case, and brought into the order of
 * the design only when a carrier is expanded: most estimates are printed and never combined. Filling cannot fail: its memory is
 * taken, not touched, beforehand. */
#include <string.h>

#include "estimate_priv.h"

sx_status sx_estimate__domains(est_domains **out, const sx_ctx *ctx, const sx_est_request *r, size_t rows,
                               sx_error *err) {
  est_domains *d = NULL;
  size_t bytes = 0;
  if (sx_size_mul(&bytes, rows, sizeof *d->of_row) && sx_size_add(&bytes, bytes, sizeof *d))
    d = sx_mem_alloc(ctx, 1, bytes);
  if (!d) return sx_error_memory(err);
  atomic_init(&d->refs, 1);
  d->ctx = *ctx;
  d->by = r->by;
  d->where = r->where;
  d->n = r->by ? r->by->n_groups : 1;
  for (size_t i = 0; i < rows; i++) {
    const int32_t g = r->by ? r->by->group[i] : 0;
    d->of_row[i] = (uint16_t)(g < 0 ? d->n : (size_t)g);
  }
  for (size_t i = 0; r->where && i < rows; i++)
    if (r->where[i] != 1) d->of_row[i] = (uint16_t)d->n;
  *out = d;
  return SX_OK;
}

void sx_estimate__domains_free(est_domains *d) {
  if (!d || atomic_fetch_sub(&d->refs, 1) != 1) return;
  const sx_ctx ctx = d->ctx;
  sx_mem_free(&ctx, d);
}

static void fill(est_basis *b) {
  const uint32_t *order = sx_design_order(b->design), *psu = sx_design_position_psu(b->design);
  const double *w = sx_design_position_weights(b->design);
  const size_t rows = sx_design_rows(b->design);
  memset(b->bits, 0, b->n_domains * b->bitmap_bytes);
  for (size_t k = 0; k < rows; k++) {
    const size_t row = order[k], v = b->raw[row], g = b->domains ? b->domains->of_row[row] : 0;
    const bool in = w[k] > 0 && v < b->n_values && g < b->n_domains;
    sx_estimate__put_code(b, k, in ? 1 + g * b->n_values + v : 0);
    if (b->y) b->y[k] = in ? b->raw_y[row] : 0;
    if (b->x) b->x[k] = in ? b->raw_x[row] : 0;
    if (in) b->bits[g * b->bitmap_bytes + psu[k] / 8] |= (uint8_t)(1U << (psu[k] % 8));
  }
}

void sx_estimate__basis_fill(est_basis *b) {
  if (!b->lazy || atomic_load(&b->filled)) return;
  (void)pthread_mutex_lock(&b->lock);
  if (!atomic_load(&b->filled)) {
    fill(b);
    sx_mem_free(&b->ctx, b->raw);
    sx_mem_free(&b->ctx, b->raw_y);
    sx_mem_free(&b->ctx, b->raw_x);
    sx_estimate__domains_free(b->domains);
    b->raw = NULL;
    b->raw_y = b->raw_x = NULL;
    b->domains = NULL;
    atomic_store(&b->filled, true);
  }
  (void)pthread_mutex_unlock(&b->lock);
}
