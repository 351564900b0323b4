/* design_estimated.c: records of adjustments to totals of the sample itself (nonresponse, unknown eligibility), and the outside
 * figures that a calibration's totals rest on.
 *
 * An adjustment k takes the weights w_{k-1} to w_k = g_k w_{k-1} so that X_k'w_k is a given total (t_k = 0) or the total X_k'w_{k-1}
 * of the sample before it (t_k = 1). With s_K = u the score of the final weights, the score of those before k is
 *   s_{k-1} = g_k (s_k - x_k'b_k) + t_k x_k'b_k,   b_k = H_k^- X_k'R_k s_k,
 * R_k the weights d q of the regression, H_k = X'DX (or with q_hess): Kim & Kim (2007) Can. J. Stat. 35:501-514; Beaumont (2005)
 * Survey Methodology 31:227-231; Sarndal & Lundstrom (2005) ch. 11. Multiplied out,
 *   z = w_0 s_0 = w_K u - sum_k c_k b_k,   c_k = (w_k - t_k w_{k-1}) x_k,
 *   b_k = H_k^- (X_k'P_k u - sum_{l>k} L_kl b_l),
 *   P_k = R_k g_{k+1} ... g_K,   L_kl = X_k' R_k g_{k+1} ... g_{l-1} (g_l - t_l) X_l.
 * A known factor g (trimming) changes P_k alone. g may be 0, so that c is kept in full. */
#include <string.h>

#include "design_priv.h"

bool sx_design__exact(const sx_design *old, const sx_adjustment *given) {
  return old->carried || given->estimated;
}

static double factor_at(const sx_design *d, const sx_design *old, size_t k) {
  return old->wpos[k] != 0 ? d->wpos[k] / old->wpos[k] : 0;
}

/* The c of the margins before, and of the new ones. */
static sx_status join_carried(sx_design *d, const sx_design *old, bool estimated, sx_error *err) {
  const size_t n = d->sample->n_rows;
  d->carried = sx_mem_zalloc(&d->ctx, d->n_margins, sizeof *d->carried);
  if (!d->carried) return sx_error_memory(err);
  for (size_t m = 0; m < d->n_margins; m++) {
    double *c = d->carried[m] = sx_mem_alloc(&d->ctx, n, sizeof *c);
    if (!c) return sx_error_memory(err);
    const bool new = m >= old->n_margins;
    for (size_t k = 0; k < n; k++) {
      if (!new)
        c[k] = sx_design__carried(old, m, k);
      else
        c[k] = (d->wpos[k] - (estimated ? old->wpos[k] : 0)) * sx_design__value(d, m, k);
    }
  }
  return SX_OK;
}

/* L of an earlier adjustment with the columns of the new one at the end, and its P for the new weights. */
static sx_status widen(design_adjust *a, const design_adjust *was, const sx_design *d, const sx_design *old,
                       bool estimated, sx_error *err) {
  const size_t n = d->sample->n_rows, had = was->n_later, wide = d->n_cells - a->first_cell - a->n_cells;
  size_t size = 0;
  a->n_later = wide;
  a->later = sx_size_mul(&size, a->n_cells, wide) ? sx_mem_zalloc(&d->ctx, size, sizeof *a->later) : NULL;
  if (!a->later) return sx_error_memory(err);
  for (size_t j = 0; j < a->n_cells && had; j++)
    memcpy(a->later + j * wide, was->later + j * had, had * sizeof *a->later);
  for (size_t m = a->first_margin; m < a->first_margin + a->n_margins; m++)
    for (size_t l = old->n_margins; l < d->n_margins; l++)
      for (size_t k = 0; k < n; k++) {
        const size_t i = sx_design__cell(d, m * n + k), j = sx_design__cell(d, l * n + k);
        if (i == d->n_cells || j == d->n_cells) continue;
        const double g = factor_at(d, old, k) - (estimated ? 1 : 0);
        a->later[(i - a->first_cell) * wide + (j - a->first_cell - a->n_cells)] +=
            was->d[k] * g * sx_design__value(d, m, k) * sx_design__value(d, l, k);
      }
  for (size_t k = 0; k < n; k++) a->d[k] = was->d[k] * factor_at(d, old, k);
  return SX_OK;
}

sx_status sx_design__add_exact(sx_design *d, const sx_design *old, const sx_adjustment *given, sx_error *err) {
  SX_TRY(join_carried(d, old, given->estimated, err));
  for (size_t k = 0; k < old->n_adjusts; k++)
    SX_TRY(widen(&d->adjusts[k], &old->adjusts[k], d, old, given->estimated, err));
  return SX_OK;
}

sx_status sx_design__keep_exact(sx_design *d, const sx_design *old, sx_error *err) {
  const size_t n = d->sample->n_rows;
  for (size_t k = 0; k < n; k++)
    if (old->wpos[k] == 0 && d->wpos[k] != 0)
      return sx_error_set(err, SX_E_SUPPORT, "weights",
                          "case %zu: an adjusted weight is brought from 0 to %g: change weights before adjusting",
                          (size_t)d->sample->order[k] + 1, d->wpos[k]);
  SX_TRY(join_carried(d, old, false, err));
  for (size_t k = 0; k < old->n_adjusts; k++) SX_TRY(widen(&d->adjusts[k], &old->adjusts[k], d, old, false, err));
  return SX_OK;
}

/* ---- outside figures --------------------------------------------------------------------------------------- */

static sx_status copy_figure(design_figure *to, const design_figure *from, const sx_ctx *ctx, sx_error *err) {
  *to = *from;
  to->coef = sx_mem_alloc(ctx, from->n_cells, sizeof *to->coef);
  if (!to->coef) return sx_error_memory(err);
  memcpy(to->coef, from->coef, from->n_cells * sizeof *to->coef);
  return SX_OK;
}

sx_status sx_design__copy_figures(sx_design *d, const sx_design *old, const sx_adjustment *given, sx_error *err) {
  const sx_figures *more = given->figures;
  const size_t n = old->n_figures + (more ? more->n : 0);
  if (n == 0) return SX_OK;
  d->figures = sx_mem_zalloc(&d->ctx, n, sizeof *d->figures);
  if (!d->figures) return sx_error_memory(err);
  for (size_t f = 0; f < old->n_figures; f++, d->n_figures++)
    SX_TRY(copy_figure(&d->figures[f], &old->figures[f], &d->ctx, err));
  const size_t cells = d->n_cells - old->n_cells;
  for (size_t f = 0; more && f < more->n; f++, d->n_figures++) {
    design_figure *to = &d->figures[d->n_figures];
    *to = (design_figure){more->id[f], more->value[f], more->se[f], more->df, old->n_cells, cells, NULL};
    to->coef = sx_mem_alloc(&d->ctx, cells, sizeof *to->coef);
    if (!to->coef) return sx_error_memory(err);
    for (size_t j = 0; j < cells; j++) to->coef[j] = more->coef[j * more->n + f];
  }
  return SX_OK;
}

size_t sx_design_figures(const sx_design *d) {
  return d->n_figures;
}

double sx_design_figure(uint64_t *id, double *value, double *se, double *df, const sx_design *d, size_t i,
                        const double *beta) {
  const design_figure *f = &d->figures[i];
  double sum = 0;
  for (size_t j = 0; j < f->n_cells; j++) sum += beta[f->first_cell + j] * f->coef[j];
  *id = f->id;
  *value = f->value;
  *se = f->se;
  *df = f->df;
  return sum;
}
