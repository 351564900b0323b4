/* estimate_covariances.c: the covariance matrix of many estimates. Each carrier is expanded once per block of those that fit into memory
 * together, not once per pair as sx_est_cov does. */
#include <string.h>

#include "estimate_priv.h"

enum { BLOCK_BYTES = 32 << 20 };

typedef struct matrix {
  double *out; /* [n*n] */
  const sx_est *const *est;
  size_t n;
  const sx_ctx *ctx;
} matrix;

static const est_part *part_on(const sx_est *e, const est_part *source) {
  for (size_t p = 0; p < e->n_parts; p++)
    if (sx_estimate__same_source(&e->parts[p], source)) return &e->parts[p];
  return NULL;
}

/* Whether an estimate before j, or an earlier part of j, is of this source. */
static bool seen(const matrix *m, size_t j, size_t part) {
  const est_part *source = &m->est[j]->parts[part];
  for (size_t p = 0; p < part; p++)
    if (sx_estimate__same_source(&m->est[j]->parts[p], source)) return true;
  for (size_t i = 0; i < j; i++)
    if (part_on(m->est[i], source)) return true;
  return false;
}

/* The carrier of e on the source, or NULL; in z where it has to be expanded. */
static sx_status carrier(const double **out, double *z, size_t length, const sx_est *e, const est_part *source,
                         sx_error *err) {
  const est_part *part = part_on(e, source);
  *out = part ? part->z : NULL;
  if (!part || part->z) return SX_OK;
  memset(z, 0, length * sizeof *z);
  SX_TRY(sx_estimate__add_carrier(z, part, 1, err));
  *out = z;
  return SX_OK;
}

static sx_status add_design(const matrix *m, const est_part *source, sx_error *err) {
  const sx_design *design = source->design;
  const size_t length = sx_design_carrier_length(design), n = m->n;
  const bool replicates = sx_design_replicates(design);
  size_t block = BLOCK_BYTES / (8 * (length ? length : 1));
  if (block < 1) block = 1;
  if (block > n) block = n;
  sx_status st = SX_OK;
  double *z = sx_mem_alloc(m->ctx, block + 1, length * sizeof *z);
  const double **at = sx_mem_alloc(m->ctx, block, sizeof *at);
  if (!z || !at) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t first = 0; first < n; first += block) {
    const size_t last = first + block < n ? first + block : n;
    for (size_t i = first; i < last; i++)
      SX_TRY_GOTO(st, carrier(&at[i - first], z + (i - first) * length, length, m->est[i], source, err), done);
    for (size_t j = first; j < n; j++) {
      const double *own = NULL;
      SX_TRY_GOTO(st, sx_ctx_poll(m->ctx, err), done);
      if (j < last)
        own = at[j - first];
      else
        SX_TRY_GOTO(st, carrier(&own, z + block * length, length, m->est[j], source, err), done);
      for (size_t i = first; own && i < last && i <= j; i++) {
        if (at[i - first])
          m->out[i + j * n] += sx_design_cov(design, at[i - first], own, replicates ? m->est[i]->value : 0,
                                             replicates ? m->est[j]->value : 0);
      }
    }
  }
done:
  sx_mem_free(m->ctx, z);
  sx_mem_free(m->ctx, (void *)at);
  return st;
}

static void add_figure(const matrix *m, const est_part *source) {
  const double v = source->figure->se * source->figure->se;
  for (size_t j = 0; j < m->n; j++) {
    const est_part *b = part_on(m->est[j], source);
    for (size_t i = 0; b && i <= j; i++) {
      const est_part *a = part_on(m->est[i], source);
      if (a) m->out[i + j * m->n] += a->coef * b->coef * v;
    }
  }
}

static void add_links(const matrix *m) {
  for (size_t j = 0; j < m->n; j++) {
    for (size_t i = 0; i <= j; i++) {
      if (m->est[i]->n_links || m->est[j]->n_links)
        m->out[i + j * m->n] += sx_estimate__linked_cov(m->est[i], m->est[j]);
    }
  }
}

sx_status sx_est_covariances(double *out, const sx_ctx *ctx, const sx_est *const *estimates, size_t n, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  const matrix m = {out, estimates, n, ctx ? ctx : &plain};
  if (!out || (n && !estimates)) return sx_error_set(err, SX_E_ARGUMENT, "", "out and estimates are needed");
  for (size_t j = 0; j < n; j++)
    if (!estimates[j]) return sx_error_set(err, SX_E_ARGUMENT, "", "estimate %zu is NULL", j + 1);
  memset(out, 0, n * n * sizeof *out);
  for (size_t j = 0; j < n; j++) {
    for (size_t p = 0; p < estimates[j]->n_parts; p++) {
      const est_part *source = &estimates[j]->parts[p];
      if (seen(&m, j, p)) continue;
      if (source->design)
        SX_TRY(add_design(&m, source, err));
      else
        add_figure(&m, source);
    }
  }
  add_links(&m);
  for (size_t j = 0; j < n; j++) {
    for (size_t i = 0; i <= j; i++) {
      const bool missing = isnan(estimates[i]->value) || isnan(estimates[j]->value);
      if (missing) out[i + j * n] = (double)NAN;
      out[j + i * n] = out[i + j * n];
    }
  }
  return SX_OK;
}
