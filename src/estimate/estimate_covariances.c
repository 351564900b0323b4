/* estimate_covariances.c: the covariance matrix of many estimates. Each carrier is expanded once per block of those that fit into memory
 * together, not once per pair as sx_est_cov does. Carriers, and columns of the matrix, are made side by side: each is of one task alone. */
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

/* The estimates first .. first + count - 1, whose carriers on the source are together in memory. */
typedef struct block_job {
  const matrix *m;
  const est_part *source;
  size_t first, length;
  double *z;         /* [count + 1][length] */
  const double **at; /* [count] */
  bool centred;      /* the design has it: each carrier meets all the others */
} block_job;

/* The carrier of estimate j on the source, or NULL; in the k-th place of z where it has to be expanded or centred. */
static sx_status carrier(const double **out, const block_job *b, size_t k, size_t j, sx_error *err) {
  const est_part *part = part_on(b->m->est[j], b->source);
  double *z = b->z + k * b->length;
  *out = part ? sx_estimate__carrier(part) : NULL;
  if (!part || (*out && !b->centred)) return SX_OK;
  if (*out) {
    memcpy(z, *out, b->length * sizeof *z);
  } else {
    memset(z, 0, b->length * sizeof *z);
    SX_TRY(sx_estimate__add_carrier(z, part, 1, err));
  }
  if (b->centred) sx_design_centre(z, b->source->design);
  *out = z;
  return SX_OK;
}

static sx_status expand_one(void *data, size_t k, sx_error *err) {
  block_job *b = data;
  return carrier(&b->at[k], b, k, b->first + k, err);
}

/* Rows first .. first + count - 1 of column j. */
static void add_column(const block_job *b, size_t j, const double *own, size_t count) {
  const matrix *m = b->m;
  const sx_design *design = b->source->design;
  const bool replicates = sx_design_replicates(design);
  for (size_t k = 0; own && k < count && b->first + k <= j; k++) {
    const size_t i = b->first + k;
    if (b->at[k] && b->centred)
      m->out[i + j * m->n] += sx_design_cov_centred(design, b->at[k], own);
    else if (b->at[k])
      m->out[i + j * m->n] +=
          sx_design_cov(design, b->at[k], own, replicates ? m->est[i]->value : 0, replicates ? m->est[j]->value : 0);
  }
}

static sx_status column_of_block(void *data, size_t k, sx_error *err) {
  const block_job *b = data;
  (void)err;
  add_column(b, b->first + k, b->at[k], k + 1);
  return SX_OK;
}

static sx_status add_design(const matrix *m, const est_part *source, sx_error *err) {
  const sx_design *design = source->design;
  const size_t length = sx_design_carrier_length(design), n = m->n;
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
    block_job b = {m, source, first, length, z, at, sx_design_has_centres(design)};
    SX_TRY_GOTO(st, sx_parallel_for(m->ctx, last - first, expand_one, &b, err), done);
    SX_TRY_GOTO(st, sx_parallel_for(m->ctx, last - first, column_of_block, &b, err), done);
    for (size_t j = last; j < n; j++) {
      const double *own = NULL;
      SX_TRY_GOTO(st, sx_ctx_poll(m->ctx, err), done);
      SX_TRY_GOTO(st, carrier(&own, &b, block, j, err), done);
      add_column(&b, j, own, last - first);
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
