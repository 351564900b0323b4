/* design_rep.c: replicate weights.
 *
 *   V = scale * sum_r rscales_r (theta_r - c)^2,  c = mean of the replicates with rscales > 0, or theta (mse)
 *
 * Scales: BRR 1/R; Fay 1/(R (1-rho)^2), Judkins (1990) JOS 6:223-239; JK1 (R-1)/R; JKn rscales of the file; bootstrap
 * 1/(R-1); SDR 4/R, Fay & Train (1995). Wolter (2007). docs/methods/replicates.md. */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

sx_status sx_design__check_rep_spec(const sx_design_spec *spec, sx_error *err) {
  if ((spec->rep_type == SX_REP_NONE) != (spec->n_repweights == 0))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        spec->n_repweights ? "%zu replicate weights are given without their type"
                                           : "a replicate type is given with %zu replicate weights",
                        spec->n_repweights);
  if (spec->rep_type == SX_REP_NONE) return SX_OK;
  if (spec->n_repweights < 2)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "a variance needs 2 replicate weights or more");
  if (spec->n_rscales && spec->n_rscales != spec->n_repweights)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "%zu rscales are given for %zu replicate weights",
                        spec->n_rscales, spec->n_repweights);
  if (spec->rep_type == SX_REP_FAY && !(spec->rho > 0 && spec->rho < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "Fay's method needs its coefficient rho between 0 and 1 (it is %g); with rho 0 it would be BRR",
                        spec->rho);
  if (spec->rep_type == SX_REP_JKN && !spec->rscales)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "type JKn needs rscales: (n_h - 1)/n_h of the stratum that each replicate drops a PSU of");
  if (spec->rep_type == SX_REP_OTHER && isnan(spec->scale))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "replicates of type 'other' need a scale");
  if (!isnan(spec->scale) && !(spec->scale >= 0 && isfinite(spec->scale)))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "the scale is %g: it must be 0 or more", spec->scale);
  for (size_t r = 0; spec->rscales && r < spec->n_repweights; r++)
    if (!(spec->rscales[r] >= 0 && isfinite(spec->rscales[r])))
      return sx_error_set(err, SX_E_ARGUMENT, "replicates", "rscales %zu is %g: it must be 0 or more", r + 1,
                          spec->rscales[r]);
  return SX_OK;
}

static double own_scale(const sx_design_spec *spec) {
  const double r = (double)spec->n_repweights;
  switch (spec->rep_type) {
  case SX_REP_BRR:
    return 1 / r;
  case SX_REP_FAY:
    return 1 / (r * (1 - spec->rho) * (1 - spec->rho));
  case SX_REP_JK1:
    return (r - 1) / r;
  case SX_REP_JKN:
    return 1;
  case SX_REP_BOOTSTRAP:
    return 1 / (r - 1);
  case SX_REP_SDR:
    return 4 / r;
  case SX_REP_OTHER:
  case SX_REP_NONE:
    break;
  }
  return (double)NAN;
}

sx_status sx_design__replicates(sx_design *design, const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  design_sample *s = design->sample;
  const sx_ctx *ctx = &s->ctx;
  sx_status st = SX_OK;
  const size_t n = s->n_rows, reps = spec->n_repweights;
  double *column_w = sx_mem_alloc(ctx, n, sizeof *column_w);
  size_t total = 0;
  s->rscales = sx_mem_alloc(ctx, reps, sizeof *s->rscales);
  design->repw = sx_size_mul(&total, n, reps) ? sx_mem_alloc(ctx, total, sizeof *design->repw) : NULL;
  if (!column_w || !s->rscales || !design->repw) {
    st = sx_error_memory(err);
    goto done;
  }
  s->rep_type = spec->rep_type;
  s->n_reps = reps;
  s->mse = spec->mse;
  s->rep_scale = isnan(spec->scale) ? own_scale(spec) : spec->scale;
  for (size_t r = 0; r < reps; r++) {
    const sx_column *column = NULL;
    SX_TRY_GOTO(st, sx_table_need(&column, table, spec->repweights[r], err), done);
    SX_TRY_GOTO(st,
                sx_design__read_weights(column_w, column, spec->rep_missing_zero, spec->rep_type == SX_REP_OTHER,
                                        "replicate weight", err),
                done);
    for (size_t i = 0; i < n; i++)
      design->repw[i * reps + r] = spec->combined ? column_w[i] : column_w[i] * design->w[i];
    s->rscales[r] = spec->rscales ? spec->rscales[r] : 1;
  }
done:
  sx_mem_free(ctx, column_w);
  return st;
}

/* Rank of the matrix of replicate weights minus one, at the tolerance that R survey uses. */
sx_status sx_design__rep_df(sx_design *design, sx_error *err) {
  const design_sample *s = design->sample;
  const size_t n = s->n_rows, reps = s->n_reps;
  double *a = sx_mem_alloc(&s->ctx, n * reps, sizeof *a);
  if (!a) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++)
    for (size_t r = 0; r < reps; r++) a[i + r * n] = design->repw[i * reps + r];
  size_t rank = 0;
  const sx_status st = sx_num_rank(&rank, a, n, reps, 1e-5, &s->ctx, err);
  if (st == SX_OK) design->df = (double)rank - 1;
  sx_mem_free(&s->ctx, a);
  return st;
}

void sx_design_replicate(double *w, const sx_design *d, size_t r) {
  const size_t reps = d->sample->n_reps;
  for (size_t i = 0; i < d->sample->n_rows; i++) w[i] = d->repw[i * reps + r];
}

void sx_design_replicate_rows(double *w, const sx_design *d, size_t row, size_t n) {
  const size_t reps = d->sample->n_reps;
  memcpy(w, d->repw + row * reps, n * reps * sizeof *w);
}
