/* estimate_late.c: a carrier that is written out when something first reads it. Most of what accounts and comparisons come to is printed with
 * its error and never combined: its variance is that of the mix, stratum by stratum, and the mix is made again, to the same bits, for those few that
 * are. Until then the operands are held. */
#include <string.h>

#include "estimate_priv.h"

typedef struct late_term {
  double coef;
  const est_part *part;
  sx_est *est; /* referenced: its part */
} late_term;

struct est_late {
  sx_ctx ctx;
  pthread_mutex_t lock;
  double *z; /* NULL: not written yet */
  size_t n;
  late_term terms[];
};

sx_status sx_estimate__late_new(est_late **out, const sx_ctx *ctx, size_t n, sx_error *err) {
  size_t bytes = 0;
  est_late *late = NULL;
  if (sx_size_mul(&bytes, n, sizeof *late->terms) && sx_size_add(&bytes, bytes, sizeof *late))
    late = sx_mem_zalloc(ctx, 1, bytes);
  if (!late) return sx_error_memory(err);
  if (pthread_mutex_init(&late->lock, NULL) != 0) {
    sx_mem_free(ctx, late);
    return sx_error_memory(err);
  }
  late->ctx = *ctx;
  *out = late;
  return SX_OK;
}

void sx_estimate__late_add(est_late *late, double coef, const est_part *part, const sx_est *est) {
  late->terms[late->n++] = (late_term){coef, part, sx_est_ref(est)};
}

static void let_go(est_late *late) {
  while (late->n > 0) sx_est_free(late->terms[--late->n].est);
}

void sx_estimate__late_free(est_late *late) {
  if (!late) return;
  const sx_ctx ctx = late->ctx;
  let_go(late);
  sx_mem_free(&ctx, late->z);
  (void)pthread_mutex_destroy(&late->lock);
  sx_mem_free(&ctx, late);
}

static double *write_out(const est_late *late, const sx_design *design) {
  const sx_ctx *ctx = &late->ctx;
  double *z = sx_mem_alloc(ctx, sx_design_carrier_length(design), sizeof *z);
  double *coef = sx_mem_alloc(ctx, late->n, sizeof *coef);
  const double **carriers = sx_mem_alloc(ctx, late->n, sizeof *carriers);
  bool known = z && coef && carriers;
  for (size_t k = 0; known && k < late->n; k++) {
    coef[k] = late->terms[k].coef;
    carriers[k] = sx_estimate__carrier(late->terms[k].part);
    known = carriers[k];
  }
  if (known) {
    (void)sx_design_mix(z, design, carriers, coef, late->n);
  } else {
    sx_mem_free(ctx, z);
    z = NULL;
  }
  sx_mem_free(ctx, coef);
  sx_mem_free(ctx, (void *)carriers);
  return z;
}

const double *sx_estimate__carrier(const est_part *part) {
  est_late *late = part->late;
  if (!late) return part->z;
  (void)pthread_mutex_lock(&late->lock);
  if (!late->z) {
    late->z = write_out(late, part->design);
    if (late->z) let_go(late);
  }
  const double *z = late->z;
  (void)pthread_mutex_unlock(&late->lock);
  return z;
}
