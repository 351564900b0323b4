/* estimate_carrier.c: the forms of a carrier and their life. */
#include <string.h>

#include "estimate_priv.h"

void sx_estimate__basis_free(est_basis *b) {
  if (!b || atomic_fetch_sub(&b->refs, 1) != 1) return;
  const sx_ctx ctx = b->ctx;
  (void)pthread_mutex_destroy(&b->lock);
  sx_estimate__basis_forget(b);
  sx_mem_free(&ctx, b->code_memory);
  sx_mem_free(&ctx, b->y);
  sx_mem_free(&ctx, b->x);
  sx_mem_free(&ctx, b->bits);
  sx_design_free(b->design);
  sx_mem_free(&ctx, b);
}

est_leaf *sx_estimate__leaf_new(est_basis *basis, size_t n_a, size_t n_beta) {
  const size_t numbers = (n_a + n_beta) * sizeof(double);
  est_leaf *leaf = sx_mem_alloc(&basis->ctx, 1, sizeof *leaf + numbers);
  if (!leaf) return NULL;
  atomic_init(&leaf->refs, 1);
  atomic_fetch_add(&basis->refs, 1);
  leaf->basis = basis;
  leaf->score = (sx_score){0, (uint32_t)n_a, leaf->numbers, 0, 0, n_beta ? leaf->numbers + n_a : NULL};
  leaf->domain = 0;
  return leaf;
}

void sx_estimate__leaf_free(est_leaf *leaf) {
  if (!leaf || atomic_fetch_sub(&leaf->refs, 1) != 1) return;
  const sx_ctx ctx = leaf->basis->ctx;
  sx_estimate__basis_free(leaf->basis);
  sx_mem_free(&ctx, leaf);
}

void sx_estimate__figure_free(est_figure *f) {
  if (!f || atomic_fetch_sub(&f->refs, 1) != 1) return;
  const sx_ctx ctx = f->ctx;
  sx_mem_free(&ctx, f);
}

static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

bool sx_estimate__same_source(const est_part *a, const est_part *b) {
  if (a->design && b->design) return sx_design_same_sample(a->design, b->design);
  if (a->design || b->design) return false;
  const est_figure *f = a->figure, *g = b->figure;
  if (f == g || (f->id && f->id == g->id)) return true;
  if (f->id || g->id) return false;
  return (f->unpacked || g->unpacked) && same_bits(f->value, g->value) && same_bits(f->se, g->se) &&
         same_bits(f->df, g->df);
}

const uint8_t *sx_estimate__bits(const est_part *part) {
  if (part->bits) return part->bits;
  if (part->n_terms != 1) return NULL;
  const est_leaf *leaf = part->terms[0].leaf;
  sx_estimate__basis_fill(leaf->basis);
  return leaf->basis->bits + leaf->domain * leaf->basis->bitmap_bytes;
}

/* The projections of several terms on one design are added first, so that the margins are visited once. */
static sx_status add_terms(double *z, const est_part *part, double coef, sx_error *err) {
  const sx_design *design = part->terms[0].leaf->basis->design;
  const size_t n_beta = sx_design_beta_length(design);
  bool one = part->n_terms > 1 && n_beta > 0;
  for (size_t k = 1; k < part->n_terms; k++) one = one && part->terms[k].leaf->basis->design == design;
  double *beta = NULL;
  if (one) {
    beta = sx_mem_zalloc(sx_design_ctx(design), n_beta + 1, sizeof *beta);
    if (!beta) return sx_error_memory(err);
  }
  for (size_t k = 0; k < part->n_terms; k++) {
    const est_leaf *leaf = part->terms[k].leaf;
    sx_estimate__basis_fill(leaf->basis);
    sx_score score = leaf->score;
    if (one) {
      for (size_t j = 0; j < n_beta; j++) beta[j] += part->terms[k].coef * score.beta[j];
      score.beta = NULL;
    }
    sx_design_expand(z, leaf->basis->design, &leaf->basis->codes, &score, coef * part->terms[k].coef);
  }
  if (one) {
    const sx_score margins = {0, 0, NULL, 0, 0, beta};
    sx_design_expand(z, design, NULL, &margins, coef);
    sx_mem_free(sx_design_ctx(design), beta);
  }
  return SX_OK;
}

sx_status sx_estimate__add_carrier(double *z, const est_part *part, double coef, sx_error *err) {
  if (sx_estimate__in_terms(part)) return add_terms(z, part, coef, err);
  const double *own = sx_estimate__carrier(part);
  const size_t n = sx_design_carrier_length(part->design);
  if (!own) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) z[i] += coef * own[i];
  return SX_OK;
}

sx_status sx_estimate__est_new(sx_est **out, const sx_ctx *ctx, double value, size_t n_parts, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  sx_est *e = sx_mem_zalloc(ctx, 1, sizeof *e);
  est_part *parts = sx_mem_zalloc(ctx, n_parts, sizeof *parts);
  if (!e || !parts) {
    sx_mem_free(ctx, e);
    sx_mem_free(ctx, parts);
    return sx_error_memory(err);
  }
  atomic_init(&e->refs, 1);
  e->ctx = *ctx;
  e->value = value;
  e->df = (double)INFINITY;
  e->n_parts = n_parts;
  e->parts = parts;
  *out = e;
  return SX_OK;
}

sx_status sx_estimate__add_figures(sx_est *e, const sx_design *design, const double *beta, sx_error *err) {
  const size_t n = sx_design_figures(design);
  if (n == 0 || sx_design_replicates(design)) return SX_OK;
  est_part *parts = sx_mem_resize(&e->ctx, e->parts, e->n_parts + n, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  e->parts = parts;
  for (size_t k = 0; k < n; k++) {
    est_figure *f = sx_mem_zalloc(&e->ctx, 1, sizeof *f);
    if (!f) return sx_error_memory(err);
    atomic_init(&f->refs, 1);
    f->ctx = e->ctx;
    est_part *part = &parts[e->n_parts];
    memset(part, 0, sizeof *part);
    part->figure = f;
    part->coef = sx_design_figure(&f->id, &f->value, &f->se, &f->df, design, k, beta);
    part->variance = part->coef * part->coef * f->se * f->se;
    part->df = f->df;
    e->n_parts++;
  }
  return SX_OK;
}

sx_est *sx_est_ref(const sx_est *est) {
  union {
    const sx_est *in;
    sx_est *out;
  } u = {est};
  if (u.out) atomic_fetch_add(&u.out->refs, 1);
  return u.out;
}

void sx_estimate__take_lent(sx_est *e) {
  for (size_t p = 0; p < e->n_parts; p++) {
    sx_mem_free(&e->ctx, e->parts[p].lent);
    e->parts[p].lent = NULL;
  }
}

void sx_est_free(sx_est *e) {
  if (!e || atomic_fetch_sub(&e->refs, 1) != 1) return;
  const sx_ctx ctx = e->ctx;
  for (size_t p = 0; p < e->n_parts; p++) {
    est_part *part = &e->parts[p];
    for (size_t k = 0; k < part->n_terms; k++) sx_estimate__leaf_free(part->terms[k].leaf);
    sx_mem_free(&ctx, part->terms);
    sx_mem_free(&ctx, part->z);
    sx_mem_free(&ctx, part->lent);
    sx_estimate__late_free(part->late);
    sx_mem_free(&ctx, part->bits);
    sx_design_free(part->design);
    sx_estimate__figure_free(part->figure);
  }
  sx_mem_free(&ctx, e->parts);
  sx_estimate__links_free(e);
  sx_mem_free(&ctx, e);
}

typedef struct total {
  double v, below, df;
  size_t with_error;
} total;

static void add_source(total *t, double variance, double df) {
  t->v += variance;
  if (!(variance > 0)) return;
  t->with_error++;
  t->below += variance * variance / df;
  t->df = df;
}

/* df: the one source's; between sources with an error Satterthwaite (1946), Biometrics Bull. 2:110-114:
 * V^2 / sum_s (V_s^2 / df_s). Linked parts are one source. */
void sx_estimate__total(sx_est *e) {
  total t = {0, 0, (double)INFINITY, 0};
  double linked = e->cross, scale = 0;
  for (size_t p = 0; p < e->n_parts; p++) {
    const est_part *part = &e->parts[p];
    if (part->linked) {
      linked += part->variance;
      scale += part->variance;
    } else {
      add_source(&t, part->variance, part->df);
    }
  }
  if (scale > 0) add_source(&t, fabs(linked) < 1e-15 * scale ? 0 : linked, e->linked_df);
  if (t.with_error == 0)
    for (size_t p = e->n_parts; p-- > 0;)
      if (e->parts[p].design) t.df = e->parts[p].df;
  if (t.with_error > 1) t.df = t.v * t.v / t.below;
  e->variance = isfinite(t.v) ? t.v : (double)NAN;
  e->df = t.df;
}

double sx_est_value(const sx_est *e) {
  return e->value;
}
double sx_est_variance(const sx_est *e) {
  return e->variance;
}
double sx_est_se(const sx_est *e) {
  return sqrt(e->variance);
}
double sx_est_df(const sx_est *e) {
  return e->df;
}
sx_na sx_est_na(const sx_est *e) {
  return e->na;
}
