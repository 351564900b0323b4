/* estimate_lazy.c: what estimates share is kept in file order as the pass found it, in few bytes a case, and brought into the order of
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
  *out = d;
  return SX_OK;
}

void sx_estimate__fill_domains(est_domains *d, const sx_est_request *r, size_t from, size_t end) {
  const uint16_t none = (uint16_t)d->n;
  const int32_t *group = r->by ? r->by->group : NULL;
  for (size_t i = from; i < end; i++) d->of_row[i] = group ? (group[i] < 0 ? none : (uint16_t)group[i]) : 0;
  for (size_t i = from; r->where && i < end; i++)
    if (r->where[i] != 1) d->of_row[i] = none;
}

void sx_estimate__domains_free(est_domains *d) {
  if (!d || atomic_fetch_sub(&d->refs, 1) != 1) return;
  const sx_ctx ctx = d->ctx;
  sx_mem_free(&ctx, d);
}

sx_status sx_estimate__states(est_states **out, const sx_ctx *ctx, size_t bytes, sx_error *err) {
  est_states *s = NULL;
  if (sx_size_add(&bytes, bytes, sizeof *s)) s = sx_mem_alloc(ctx, 1, bytes);
  if (!s) return sx_error_memory(err);
  atomic_init(&s->refs, 1);
  s->ctx = *ctx;
  *out = s;
  return SX_OK;
}

void sx_estimate__states_free(est_states *s) {
  if (!s || atomic_fetch_sub(&s->refs, 1) != 1) return;
  const sx_ctx ctx = s->ctx;
  sx_mem_free(&ctx, s);
}

/* ---- numbers in few bytes ------------------------------------------------------------------------------------------- */

static double kept_at(const est_kept *kept, size_t row) {
  const est_kept *k = kept + row / EST_KEPT_ROWS;
  const size_t i = row % EST_KEPT_ROWS;
  return k->width == 2   ? ((const uint16_t *)k->data)[i]
         : k->width == 4 ? ((const uint32_t *)k->data)[i]
                         : ((const double *)k->data)[i];
}

static void kept_free(const sx_ctx *ctx, est_kept *kept, size_t rows) {
  for (size_t k = 0; kept && k * EST_KEPT_ROWS < rows; k++) sx_mem_free(ctx, kept[k].owned);
  sx_mem_free(ctx, kept);
}

/* ---- the order of the design ---------------------------------------------------------------------------------------- */

static void fill(est_basis *b) {
  const uint32_t *order = sx_design_order(b->design), *psu = sx_design_position_psu(b->design);
  const double *w = sx_design_position_weights(b->design);
  const size_t rows = sx_design_rows(b->design);
  memset(b->bits, 0, b->n_domains * b->bitmap_bytes);
  for (size_t k = 0; k < rows; k++) {
    const size_t row = order[k], v = b->states->of_row[row] / b->step % (b->n_values + 1);
    const size_t g = b->domains ? b->domains->of_row[row] : 0;
    const bool in = w[k] > 0 && v < b->n_values && g < b->n_domains;
    sx_estimate__put_code(b, k, in ? 1 + g * b->n_values + v : 0);
    if (b->y) b->y[k] = in ? kept_at(b->kept_y, row) : 0;
    if (b->x) b->x[k] = in ? kept_at(b->kept_x, row) : 0;
    if (in) b->bits[g * b->bitmap_bytes + psu[k] / 8] |= (uint8_t)(1U << (psu[k] % 8));
  }
}

/* What the pass kept, once the codes are there or nobody will ask for them. */
void sx_estimate__basis_forget(est_basis *b) {
  const size_t rows = sx_design_rows(b->design);
  sx_estimate__states_free(b->states);
  kept_free(&b->ctx, b->kept_y, rows);
  kept_free(&b->ctx, b->kept_x, rows);
  sx_estimate__domains_free(b->domains);
  b->states = NULL;
  b->kept_y = b->kept_x = NULL;
  b->domains = NULL;
}

void sx_estimate__basis_fill(est_basis *b) {
  if (!b->lazy || atomic_load(&b->filled)) return;
  (void)pthread_mutex_lock(&b->lock);
  if (!atomic_load(&b->filled)) {
    fill(b);
    sx_estimate__basis_forget(b);
    atomic_store(&b->filled, true);
  }
  (void)pthread_mutex_unlock(&b->lock);
}
