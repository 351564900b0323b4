/* estimate_algebra.c: constants, outside figures and smooth formulas over estimates.
 *
 * theta = f(theta_1..theta_k): the carrier is sum_j df/dtheta_j * carrier_j, source by source (delta method; Woodruff 1971,
 * JASA 66:411-414; Binder 1983, ISR 51:279-292). On replicate designs f is evaluated under every replicate, operands of
 * other sources held at their values. Formulas of few domain estimates keep the compact form of their carriers. */
#include <string.h>

#include "estimate_priv.h"

sx_status sx_est_constant(sx_est **out, const sx_ctx *ctx, double value, sx_error *err) {
  if (!isfinite(value)) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a constant must be finite, not %g", value);
  return sx_estimate__est_new(out, ctx, value, 0, err);
}

sx_status sx_est_missing(sx_est **out, const sx_ctx *ctx, sx_na na, sx_error *err) {
  sx_est *e = NULL;
  if (na == SX_NA_NONE) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a missing estimate has a reason");
  SX_TRY(sx_estimate__est_new(&e, ctx, (double)NAN, 0, err));
  e->na = na;
  e->variance = (double)NAN;
  e->df = (double)NAN;
  *out = e;
  return SX_OK;
}

sx_status sx_est_outside(sx_est **out, const sx_ctx *ctx, double value, double se, double df, sx_error *err) {
  if (!isfinite(value))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an outside figure must be finite, not %g", value);
  if (!(se >= 0) || !isfinite(se))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "its standard error is %g: it must be finite and 0 or more", se);
  if (!(df > 0)) return sx_error_set(err, SX_E_ARGUMENT, NULL, "its degrees of freedom are %g", df);
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, ctx, value, 1, err));
  est_figure *f = sx_mem_zalloc(&e->ctx, 1, sizeof *f);
  if (!f) {
    sx_est_free(e);
    return sx_error_memory(err);
  }
  atomic_init(&f->refs, 1);
  f->ctx = e->ctx;
  f->value = value;
  f->se = se;
  f->df = df;
  e->parts[0].figure = f;
  e->parts[0].coef = 1;
  e->parts[0].variance = se * se;
  e->parts[0].df = df;
  sx_estimate__total(e);
  *out = e;
  return SX_OK;
}

/* ---- maps ------------------------------------------------------------------------------------------------ */

typedef struct est_map {
  const sx_expr *formula; /* NULL: linear */
  const char *const *names;
  const double *coefficients; /* NULL: all 1 */
  const sx_est *const *values;
  size_t n;
  double *at, *gradient; /* [n] */
  bool late;
  bool linked; /* with estimates of other waves: the covariance with them reads each part's carrier */
} est_map;

static sx_status evaluate(double *out, double *gradient, const est_map *m, const double *at, sx_error *err) {
  if (m->formula) return sx_expr_scalar(out, gradient, m->formula, m->names, at, m->n, err);
  double sum = 0, comp = 0;
  for (size_t j = 0; j < m->n; j++) {
    const double c = m->coefficients ? m->coefficients[j] : 1, x = c * at[j], s = sum + x;
    comp += fabs(sum) >= fabs(x) ? (sum - s) + x : (x - s) + sum;
    sum = s;
    if (gradient) gradient[j] = c;
  }
  *out = sum + comp;
  return SX_OK;
}

/* The part of operand j on the same source as `source`, or NULL. */
static const est_part *part_of(const est_map *m, size_t j, const est_part *source) {
  for (size_t p = 0; p < m->values[j]->n_parts; p++)
    if (sx_estimate__same_source(&m->values[j]->parts[p], source)) return &m->values[j]->parts[p];
  return NULL;
}

/* Distinct sources over all operands, in order of first occurrence: pointers to an example part of each. */
static size_t sources(const est_part **list, const est_map *m) {
  size_t n = 0;
  for (size_t j = 0; j < m->n; j++)
    for (size_t p = 0; p < m->values[j]->n_parts; p++) {
      const est_part *part = &m->values[j]->parts[p];
      bool known = false;
      for (size_t k = 0; k < n && !known; k++) known = sx_estimate__same_source(list[k], part);
      if (!known) list[n++] = part;
    }
  return n;
}

static void map_figure(est_part *out, const est_part *source, const est_map *m) {
  out->figure = source->figure;
  atomic_fetch_add(&source->figure->refs, 1);
  for (size_t j = 0; j < m->n; j++) {
    const est_part *part = part_of(m, j, source);
    if (part) out->coef += m->gradient[j] * part->coef;
  }
  out->variance = out->coef * out->coef * source->figure->se * source->figure->se;
  out->df = source->figure->df;
}

static sx_status map_replicates(est_part *out, const est_part *source, const est_map *m, double value,
                                const sx_ctx *ctx, sx_error *err) {
  const size_t reps = sx_design_carrier_length(source->design);
  sx_status st = SX_OK;
  double *at = sx_mem_alloc(ctx, m->n, sizeof *at);
  out->z = sx_mem_alloc(ctx, reps, sizeof *out->z);
  if (!at || !out->z) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t r = 0; r < reps; r++) {
    for (size_t j = 0; j < m->n; j++) {
      const est_part *part = part_of(m, j, source);
      at[j] = part ? part->z[r] : m->at[j];
    }
    SX_TRY_GOTO(st, evaluate(&out->z[r], NULL, m, at, err), done);
  }
  out->variance = sx_design_cov(source->design, out->z, out->z, value, value);
  out->df = sx_design_df(source->design);
done:
  sx_mem_free(ctx, at);
  return st;
}

/* Merges the operands' terms into out->terms; false where they are too many or one is expanded already. */
static sx_status merge_terms(bool *merged, est_part *out, const est_part *source, const est_map *m, const sx_ctx *ctx,
                             sx_error *err) {
  est_term list[EST_MAX_TERMS];
  size_t n = 0;
  *merged = false;
  for (size_t j = 0; j < m->n; j++) {
    const est_part *part = part_of(m, j, source);
    if (!part) continue;
    if (!sx_estimate__in_terms(part)) return SX_OK;
    for (size_t k = 0; k < part->n_terms; k++) {
      size_t at = 0;
      while (at < n && list[at].leaf != part->terms[k].leaf) at++;
      if (at == EST_MAX_TERMS) return SX_OK;
      if (at == n) list[n++] = (est_term){0, part->terms[k].leaf};
      list[at].coef += m->gradient[j] * part->terms[k].coef;
    }
  }
  out->terms = sx_mem_alloc(ctx, n, sizeof *out->terms);
  if (!out->terms) return sx_error_memory(err);
  out->n_terms = n;
  for (size_t k = 0; k < n; k++) {
    out->terms[k] = list[k];
    atomic_fetch_add(&list[k].leaf->refs, 1);
  }
  *merged = true;
  return SX_OK;
}

static void add_bits(uint8_t *restrict to, const uint8_t *restrict bits, size_t bytes) {
  for (size_t k = 0; k < bytes; k++) to[k] |= bits[k];
}

static sx_status merge_bits(est_part *out, const est_part *source, const est_map *m, const sx_ctx *ctx, sx_error *err) {
  const size_t bytes = sx_design_bitmap_bytes(source->design);
  out->bits = sx_mem_zalloc(ctx, bytes, 1);
  if (!out->bits) return sx_error_memory(err);
  for (size_t j = 0; j < m->n; j++) {
    const est_part *part = part_of(m, j, source);
    const uint8_t *bits = part ? sx_estimate__bits(part) : NULL;
    if (bits) add_bits(out->bits, bits, bytes);
  }
  return SX_OK;
}

/* One operand: its carrier times the derivative, its variance times the square. Nothing is expanded. */
static sx_status map_one(est_part *out, const est_part *from, double gradient, const sx_ctx *ctx, sx_error *err) {
  const size_t bytes = sx_design_bitmap_bytes(from->design);
  if (from->bits) out->bits = sx_mem_alloc(ctx, bytes, 1);
  out->terms = sx_mem_alloc(ctx, from->n_terms, sizeof *out->terms);
  if (!out->terms || (from->bits && !out->bits)) return sx_error_memory(err);
  if (from->bits) memcpy(out->bits, from->bits, bytes);
  out->n_terms = from->n_terms;
  for (size_t k = 0; k < from->n_terms; k++) {
    out->terms[k] = (est_term){gradient * from->terms[k].coef, from->terms[k].leaf};
    atomic_fetch_add(&from->terms[k].leaf->refs, 1);
  }
  out->variance = gradient * gradient * from->variance;
  out->df = from->df;
  return SX_OK;
}

/* What a carrier is mixed of: [n] the operands whose derivative is not 0. */
typedef struct mixture {
  double *coef;
  const double **carriers;
  const est_part **parts;
  const sx_est **ests;
  size_t n;
} mixture;

/* n is 0 where an operand is not written out, nor late. */
static sx_status find_mixture(mixture *x, const est_part *source, const est_map *m, sx_error *err) {
  x->n = 0;
  for (size_t j = 0; j < m->n; j++) {
    const est_part *part = part_of(m, j, source);
    if (part && sx_estimate__in_terms(part)) return SX_OK;
  }
  for (size_t j = 0; j < m->n; j++) {
    const est_part *part = part_of(m, j, source);
    if (!part || m->gradient[j] == 0) continue;
    x->coef[x->n] = m->gradient[j];
    x->parts[x->n] = part;
    x->ests[x->n] = m->values[j];
    x->carriers[x->n] = sx_estimate__carrier(part);
    if (!x->carriers[x->n]) return sx_error_memory(err);
    x->n++;
  }
  return SX_OK;
}

static sx_status mix_late(est_part *out, const mixture *x, bool linked, const sx_ctx *ctx, sx_error *err) {
  double *z = sx_mem_alloc(ctx, sx_design_carrier_length(out->design), sizeof *z);
  if (!z) return sx_error_memory(err);
  if (linked) {
    out->variance = sx_design_mix(z, out->design, x->carriers, x->coef, x->n);
    out->lent = z;
  } else {
    out->variance = sx_design_mix_variance(z, out->design, x->carriers, x->coef, x->n);
    sx_mem_free(ctx, z);
  }
  SX_TRY(sx_estimate__late_new(&out->late, ctx, x->n, err));
  for (size_t k = 0; k < x->n; k++) sx_estimate__late_add(out->late, x->coef[k], x->parts[k], x->ests[k]);
  return SX_OK;
}

static sx_status mix_now(est_part *out, const mixture *x, const sx_ctx *ctx, sx_error *err) {
  out->z = sx_mem_alloc(ctx, sx_design_carrier_length(out->design), sizeof *out->z);
  if (!out->z) return sx_error_memory(err);
  out->variance = sx_design_mix(out->z, out->design, x->carriers, x->coef, x->n);
  return SX_OK;
}

/* The whole of it in one pass where carriers are written out; *done tells whether. */
static sx_status mix(bool *done, est_part *out, const est_part *source, const est_map *m, const sx_ctx *ctx,
                     sx_error *err) {
  sx_status st = SX_OK;
  mixture x = {.coef = sx_mem_alloc(ctx, m->n, sizeof *x.coef),
               .carriers = sx_mem_alloc(ctx, m->n, sizeof *x.carriers),
               .parts = sx_mem_alloc(ctx, m->n, sizeof *x.parts),
               .ests = sx_mem_alloc(ctx, m->n, sizeof *x.ests)};
  *done = false;
  if (!x.coef || !x.carriers || !x.parts || !x.ests) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, find_mixture(&x, source, m, err), done);
  if (x.n == 0) goto done;
  SX_TRY_GOTO(st, m->late ? mix_late(out, &x, m->linked, ctx, err) : mix_now(out, &x, ctx, err), done);
  out->df = sx_design_df_of(source->design, out->bits);
  *done = true;
done:
  sx_mem_free(ctx, x.coef);
  sx_mem_free(ctx, (void *)x.carriers);
  sx_mem_free(ctx, (void *)x.parts);
  sx_mem_free(ctx, (void *)x.ests);
  return st;
}

static sx_status map_linearised(est_part *out, const est_part *source, const est_map *m, const sx_ctx *ctx,
                                sx_error *err) {
  const sx_design *design = source->design;
  const size_t length = sx_design_carrier_length(design);
  sx_status st = SX_OK;
  bool merged = false, mixed = false;
  double *z = NULL;
  if (m->n == 1 && sx_estimate__in_terms(source) && source->n_terms > 0)
    return map_one(out, source, m->gradient[0], ctx, err);
  SX_TRY(merge_bits(out, source, m, ctx, err));
  SX_TRY(mix(&mixed, out, source, m, ctx, err));
  if (mixed) return SX_OK;
  SX_TRY_GOTO(st, merge_terms(&merged, out, source, m, ctx, err), done);
  z = sx_mem_zalloc(ctx, length, sizeof *z);
  if (!z) {
    st = sx_error_memory(err);
    goto done;
  }
  if (merged) {
    SX_TRY_GOTO(st, sx_estimate__add_carrier(z, out, 1, err), done);
  } else {
    for (size_t j = 0; j < m->n; j++) {
      const est_part *part = part_of(m, j, source);
      if (part && m->gradient[j] != 0) SX_TRY_GOTO(st, sx_estimate__add_carrier(z, part, m->gradient[j], err), done);
    }
  }
  out->variance = sx_design_cov(design, z, z, 0, 0);
  out->df = sx_design_df_of(design, out->bits);
  if (!merged || m->linked) {
    *(merged ? &out->lent : &out->z) = z;
    z = NULL;
  }
done:
  sx_mem_free(ctx, z);
  return st;
}

static void withhold(sx_est *e) {
  e->withheld = true;
  e->df = 0;
}

void sx_est_need_errors(sx_est *est, const sx_est *const *operands, size_t n) {
  if (!est || isnan(est->value)) return;
  for (size_t j = 0; j < n; j++)
    if (operands[j] && !(operands[j]->df >= 1)) withhold(est);
}

static sx_status map_sources(sx_est **out, const sx_ctx *ctx, const est_map *m, double value, sx_error *err) {
  size_t n_all = 0;
  for (size_t j = 0; j < m->n; j++) n_all += m->values[j]->n_parts;
  sx_est *e = NULL;
  const est_part **list = sx_mem_alloc(ctx, n_all, sizeof *list);
  if (!list) return sx_error_memory(err);
  const size_t n = sources(list, m);
  sx_status st = sx_estimate__est_new(&e, ctx, value, n, err);
  for (size_t p = 0; st == SX_OK && p < n; p++) {
    est_part *part = &e->parts[p];
    if (!list[p]->design) {
      map_figure(part, list[p], m);
      continue;
    }
    part->design = sx_design_ref(list[p]->design);
    st = sx_design_replicates(part->design) ? map_replicates(part, list[p], m, value, ctx, err)
                                            : map_linearised(part, list[p], m, ctx, err);
  }
  if (st == SX_OK) st = sx_estimate__link(e, m->values, m->n, err);
  if (st == SX_OK) sx_estimate__take_lent(e);
  sx_mem_free(ctx, (void *)list);
  if (st != SX_OK) {
    sx_est_free(e);
    return st;
  }
  sx_estimate__total(e);
  for (size_t j = 0; j < m->n; j++)
    if (m->values[j]->withheld) withhold(e);
  *out = e;
  return SX_OK;
}

static sx_status map(sx_est **out, const sx_ctx *ctx, est_map *m, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  for (size_t j = 0; j < m->n; j++) {
    if (!m->values[j]) return sx_est_missing(out, ctx, SX_NA_OPERAND, err);
    if (isnan(m->values[j]->value))
      return sx_est_missing(out, ctx, m->values[j]->na == SX_NA_NONE ? SX_NA_OPERAND : m->values[j]->na, err);
  }
  sx_status st = SX_OK;
  double value = 0;
  double *numbers = sx_mem_zalloc(ctx, 2 * m->n, sizeof *numbers);
  if (!numbers) return sx_error_memory(err);
  m->at = numbers;
  m->gradient = numbers + m->n;
  for (size_t j = 0; j < m->n; j++) {
    m->at[j] = m->values[j]->value;
    m->linked = m->linked || m->values[j]->n_links > 0;
  }
  SX_TRY_GOTO(st, evaluate(&value, m->gradient, m, m->at, err), done);
  st = isfinite(value) ? map_sources(out, ctx, m, value, err) : sx_est_missing(out, ctx, SX_NA_ZERO_DENOMINATOR, err);
done:
  sx_mem_free(ctx, numbers);
  return st;
}

static sx_status formula_of(sx_est **out, const sx_ctx *ctx, const sx_expr *formula, const char *const *names,
                            const sx_est *const *values, size_t n, bool late, sx_error *err) {
  est_map m = {formula, names, NULL, values, n, NULL, NULL, late, false};
  return map(out, ctx, &m, err);
}

static sx_status linear(sx_est **out, const sx_ctx *ctx, const double *coefficients, const sx_est *const *values,
                        size_t n, bool late, sx_error *err) {
  for (size_t j = 0; coefficients && j < n; j++)
    if (!isfinite(coefficients[j]))
      return sx_error_set(err, SX_E_ARGUMENT, NULL, "coefficient %zu is %g: it must be finite", j + 1, coefficients[j]);
  est_map m = {NULL, NULL, coefficients, values, n, NULL, NULL, late, false};
  return map(out, ctx, &m, err);
}

sx_status sx_est_formula(sx_est **out, const sx_ctx *ctx, const sx_expr *formula, const char *const *names,
                         const sx_est *const *values, size_t n, sx_error *err) {
  return formula_of(out, ctx, formula, names, values, n, false, err);
}
sx_status sx_est_formula_late(sx_est **out, const sx_ctx *ctx, const sx_expr *formula, const char *const *names,
                              const sx_est *const *values, size_t n, sx_error *err) {
  return formula_of(out, ctx, formula, names, values, n, true, err);
}

sx_status sx_est_linear(sx_est **out, const sx_ctx *ctx, const double *coefficients, const sx_est *const *values,
                        size_t n, sx_error *err) {
  return linear(out, ctx, coefficients, values, n, false, err);
}
sx_status sx_est_linear_late(sx_est **out, const sx_ctx *ctx, const double *coefficients, const sx_est *const *values,
                             size_t n, sx_error *err) {
  return linear(out, ctx, coefficients, values, n, true, err);
}

/* ---- covariance ------------------------------------------------------------------------------------------ */

/* The carrier of a part: its own, or spelled out in *made, which the caller frees; NULL: out of memory. */
static const double *carrier_of(double **made, const est_part *part, size_t length, const sx_ctx *ctx) {
  if (!sx_estimate__in_terms(part)) return sx_estimate__carrier(part);
  *made = sx_mem_zalloc(ctx, length, sizeof **made);
  return *made && sx_estimate__add_carrier(*made, part, 1, NULL) == SX_OK ? *made : NULL;
}

static double part_cov(const est_part *a, const est_part *b, double value_a, double value_b, const sx_ctx *ctx) {
  if (!a->design) return a->coef * b->coef * a->figure->se * a->figure->se;
  if (sx_design_replicates(a->design)) return sx_design_cov(a->design, a->z, b->z, value_a, value_b);
  const size_t length = sx_design_carrier_length(a->design);
  double *made[2] = {NULL, NULL};
  const double *za = carrier_of(&made[0], a, length, ctx), *zb = za ? carrier_of(&made[1], b, length, ctx) : NULL;
  const double v = za && zb ? sx_design_cov(a->design, za, zb, 0, 0) : (double)NAN;
  sx_mem_free(ctx, made[0]);
  sx_mem_free(ctx, made[1]);
  return v;
}

double sx_est_cov(const sx_est *a, const sx_est *b) {
  if (isnan(a->value) || isnan(b->value)) return (double)NAN;
  double v = 0;
  for (size_t p = 0; p < a->n_parts; p++)
    for (size_t q = 0; q < b->n_parts; q++)
      if (sx_estimate__same_source(&a->parts[p], &b->parts[q]))
        v += part_cov(&a->parts[p], &b->parts[q], a->value, b->value, &a->ctx);
  if (a->n_links || b->n_links) v += sx_estimate__linked_cov(a, b);
  return v;
}
