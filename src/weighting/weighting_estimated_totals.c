/* weighting_estimated_totals.c: totals of controls and their covariance from another sample, to calibrate to.
 *
 * t_k = sum w x_k over the other sample; cov by its design from the carriers of the scores x_k (Sarndal, Swensson & Wretman 1992
 * sec. 5.4), or from the totals under its replicates. */
#include <string.h>

#include "weighting_priv.h"
#include "weighting_response_priv.h"

typedef struct totals {
  const sx_design *design;
  const wt_model *m;
  size_t length; /* of a carrier */
  double *z;     /* [controls][length] */
  double *u, *w, *scratch;
} totals;

/* x_k of every row. */
static void column(double *u, const wt_model *m, size_t k) {
  const size_t a = m->margin_of[k];
  for (size_t i = 0; i < m->n_rows; i++)
    u[i] = m->col[a * m->n_rows + i] == (int32_t)k ? sx_weighting__x(m, a, i) * m->scale[a] : 0;
}

static void by_replicates(totals *t, double *total, size_t k) {
  const size_t n = t->m->n_rows;
  *total = sx_num_dot(sx_design_weights(t->design), t->u, n);
  for (size_t r = 0; r < t->length; r++) {
    sx_design_replicate(t->w, t->design, r);
    t->z[k * t->length + r] = sx_num_dot(t->w, t->u, n);
  }
}

static sx_status fill(totals *t, double *total, double *cov, sx_error *err) {
  const sx_ctx *ctx = t->m->ctx;
  const size_t n = t->m->n_controls, rows = t->m->n_rows;
  size_t size = 0;
  t->length = sx_design_carrier_length(t->design);
  t->z = sx_size_mul(&size, n, t->length) ? sx_mem_zalloc(ctx, size, sizeof *t->z) : NULL;
  t->u = sx_mem_alloc(ctx, rows, sizeof *t->u);
  t->w = sx_mem_alloc(ctx, rows, sizeof *t->w);
  t->scratch = sx_mem_alloc(ctx, sx_design_scratch_length(t->design), sizeof *t->scratch);
  if (!t->z || !t->u || !t->w || !t->scratch) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    column(t->u, t->m, k);
    if (sx_design_replicates(t->design)) {
      by_replicates(t, &total[k], k);
      continue;
    }
    total[k] = sx_num_dot(sx_design_weights(t->design), t->u, rows);
    sx_design_carry(t->z + k * t->length, t->design, t->u, t->scratch);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      cov[i * n + j] = cov[j * n + i] =
          sx_design_cov(t->design, t->z + i * t->length, t->z + j * t->length, total[i], total[j]);
  return SX_OK;
}

sx_status sx_weighting_estimate_totals(double *total, double *cov, const sx_design *design, const sx_table *table,
                                       const sx_control *controls, size_t n_controls, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const sx_calibrate_options plain = SX_CALIBRATE_OPTIONS_INIT;
  if (sx_table_rows(table) != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                        sx_design_rows(design));
  if (sx_design_figures(design))
    return sx_error_set(err, SX_E_SUPPORT, "totals",
                        "the other sample is itself calibrated to totals that are estimates: their covariance is not "
                        "that of its design alone");
  sx_status st = SX_OK;
  wt_model m;
  totals t;
  memset(&t, 0, sizeof t);
  sx_control *open = sx_mem_alloc(ctx, n_controls, sizeof *open);
  double *sum = sx_mem_alloc(ctx, n_controls, sizeof *sum);
  if (!open || !sum) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < n_controls; k++) {
    open[k] = controls[k];
    open[k].total = 1;
    open[k].slack = 0;
  }
  SX_TRY_GOTO(st, sx_weighting__model(&m, ctx, table, open, n_controls, &plain, sx_design_weights(design), false, err),
              done);
  t.design = design;
  t.m = &m;
  st = fill(&t, sum, cov, err);
  sx_weighting__model_clear(&m);
  if (st == SX_OK) memcpy(total, sum, n_controls * sizeof *sum);
done:
  sx_mem_free(ctx, open);
  sx_mem_free(ctx, sum);
  sx_mem_free(ctx, t.z);
  sx_mem_free(ctx, t.u);
  sx_mem_free(ctx, t.w);
  sx_mem_free(ctx, t.scratch);
  return st;
}
