/* estimate_run.c: requests to rows: frame, points, carriers, variances, intervals. */
#include <string.h>

#include "estimate_priv.h"

/* Working memory of one request. */
typedef struct run {
  const sx_design *design;
  const sx_est_options *options;
  est_frame frame;
  sx_est_set *set;
  size_t n_levels; /* rows per domain */
  double *residual;
  est_point *points; /* [rows of the set] */
  double *a;         /* [rows][n_values] scores */
  double *cross, *cross_y, *cross_x;
  double *beta; /* [rows][beta_length+1] */
  double *work;
} run;

static sx_status set_new(sx_est_set **out, run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const est_frame *f = &r->frame;
  sx_est_set *set = sx_mem_zalloc(ctx, 1, sizeof *set);
  if (!set) return sx_error_memory(err);
  set->ctx = *ctx;
  size_t n = 0;
  set->rows = sx_size_mul(&n, f->n_domains, r->n_levels) ? sx_mem_zalloc(ctx, n, sizeof *set->rows) : NULL;
  if (!set->rows) {
    sx_mem_free(ctx, set);
    return sx_error_memory(err);
  }
  set->n_rows = n;
  *out = set;
  return SX_OK;
}

void sx_est_set_free(sx_est_set *set) {
  if (!set) return;
  const sx_ctx ctx = set->ctx;
  for (size_t i = 0; i < set->n_rows; i++) sx_est_free(set->rows[i].est);
  sx_mem_free(&ctx, set->rows);
  sx_estimate__free_texts(&ctx, set->level_text, set->n_levels);
  sx_estimate__free_texts(&ctx, set->level_label, set->n_levels);
  sx_mem_free(&ctx, set);
}

static size_t level_of(const run *r, size_t row) {
  return r->frame.request->prop_of_one ? 1 : row % r->n_levels;
}

static sx_status points(run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const est_frame *f = &r->frame;
  const size_t rows = r->set->n_rows;
  size_t size = 0;
  r->residual = sx_mem_alloc(ctx, f->n_domains, sizeof *r->residual);
  r->points = sx_mem_alloc(ctx, rows, sizeof *r->points);
  r->a = sx_size_mul(&size, rows, f->n_values) ? sx_mem_zalloc(ctx, size, sizeof *r->a) : NULL;
  if (!r->residual || !r->points || !r->a) return sx_error_memory(err);
  sx_estimate__residuals(r->residual, f);
  const bool by_level = f->request->stat == SX_STAT_PROP && !f->request->prop_of_one;
  for (size_t i = 0; i < rows; i++) {
    const size_t g = i / r->n_levels;
    est_point *p = &r->points[i];
    sx_estimate__point(p, r->a + i * f->n_values, f, g, level_of(r, i), r->residual);
    sx_est_row *row = &r->set->rows[i];
    row->group = g;
    row->level = by_level ? (int32_t)(i % r->n_levels) : -1;
    row->estimate = p->value;
    row->n = f->n[g];
    row->na = p->na;
    row->se = row->low = row->high = row->df = row->n_eff = row->deff = row->cv = (double)NAN;
    row->ci_level = r->options->ci_level;
  }
  return SX_OK;
}

/* Coefficients on the margins of every row's score: X'Du from the codes' cross totals, then one solve each. */
static sx_status project(run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const est_frame *f = &r->frame;
  const size_t q = sx_design_beta_length(r->design), codes = f->basis->codes.n_codes, rows = r->set->n_rows;
  if (q == 0) return SX_OK;
  size_t size = 0, beta = 0;
  if (!sx_size_mul(&size, codes, q) || !sx_size_mul(&beta, rows, q + 1)) return sx_error_memory(err);
  r->cross = sx_mem_alloc(ctx, size, sizeof *r->cross);
  r->cross_y = f->basis->y ? sx_mem_alloc(ctx, size, sizeof *r->cross_y) : NULL;
  r->cross_x = f->basis->x ? sx_mem_alloc(ctx, size, sizeof *r->cross_x) : NULL;
  r->beta = sx_mem_zalloc(ctx, beta, sizeof *r->beta);
  r->work = sx_mem_alloc(ctx, q, sizeof *r->work);
  if (!r->cross || (f->basis->y && !r->cross_y) || (f->basis->x && !r->cross_x) || !r->beta || !r->work)
    return sx_error_memory(err);
  sx_design_cross(r->cross, r->design, &f->basis->codes, NULL);
  if (r->cross_y) sx_design_cross(r->cross_y, r->design, &f->basis->codes, f->basis->y);
  if (r->cross_x) sx_design_cross(r->cross_x, r->design, &f->basis->codes, f->basis->x);
  for (size_t i = 0; i < rows; i++) {
    const est_point *p = &r->points[i];
    if (isnan(p->value)) continue;
    const size_t first = 1 + i / r->n_levels * f->n_values;
    double *b = r->beta + i * (q + 1);
    for (size_t v = 0; v < f->n_values; v++) {
      const double a = r->a[i * f->n_values + v];
      const double *c = r->cross + (first + v) * q;
      for (size_t j = 0; a != 0 && j < q; j++) b[j] += a * c[j];
    }
    for (size_t j = 0; r->cross_y && j < q; j++) b[j] += p->b * r->cross_y[first * q + j];
    for (size_t j = 0; r->cross_x && j < q; j++) b[j] += p->c * r->cross_x[first * q + j];
    sx_design_project(b, r->design, r->work);
  }
  return SX_OK;
}

static sx_score score_of(const run *r, size_t i) {
  const est_frame *f = &r->frame;
  const size_t q = sx_design_beta_length(r->design);
  const est_point *p = &r->points[i];
  return (sx_score){(uint32_t)(1 + i / r->n_levels * f->n_values),
                    (uint32_t)f->n_values,
                    r->a + i * f->n_values,
                    p->b,
                    p->c,
                    q ? r->beta + i * (q + 1) : NULL};
}

/* An estimate of one design part, its df set; *part is to be completed. */
static sx_status est_of(sx_est **out, est_part **part, const run *r, size_t i, sx_error *err) {
  sx_est *e = NULL;
  SX_TRY(sx_estimate__est_new(&e, sx_design_ctx(r->design), r->points[i].value, 1, err));
  e->parts[0].design = sx_design_ref(r->design);
  *part = &e->parts[0];
  *out = e;
  return SX_OK;
}

static sx_status attach_leaf(est_part *part, const run *r, size_t i, sx_error *err) {
  const size_t q = sx_design_beta_length(r->design), values = r->frame.n_values;
  const sx_score score = score_of(r, i);
  part->terms = sx_mem_alloc(sx_design_ctx(r->design), 1, sizeof *part->terms);
  est_leaf *leaf = sx_estimate__leaf_new(r->frame.basis, values, q ? q + 1 : 0);
  if (!part->terms || !leaf) {
    sx_estimate__leaf_free(leaf);
    return sx_error_memory(err);
  }
  memcpy(leaf->numbers, score.a, values * sizeof(double));
  if (q) memcpy(leaf->numbers + values, score.beta, (q + 1) * sizeof(double));
  leaf->score.lo = score.lo;
  leaf->score.b = score.b;
  leaf->score.c = score.c;
  leaf->domain = i / r->n_levels;
  part->terms[0] = (est_term){1, leaf};
  part->n_terms = 1;
  return SX_OK;
}

/* Short carriers are expanded at once. */
static sx_status attach_dense(est_part *part, const run *r, size_t i, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const est_basis *b = r->frame.basis;
  const sx_score score = score_of(r, i);
  part->z = sx_mem_zalloc(ctx, sx_design_carrier_length(r->design), sizeof *part->z);
  part->bits = sx_mem_alloc(ctx, b->bitmap_bytes, 1);
  if (!part->z || !part->bits) return sx_error_memory(err);
  memcpy(part->bits, b->bits + i / r->n_levels * b->bitmap_bytes, b->bitmap_bytes);
  sx_design_expand(part->z, r->design, &b->codes, &score, 1);
  return SX_OK;
}

static sx_status linearised(run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const est_basis *b = r->frame.basis;
  const size_t rows = r->set->n_rows;
  const bool compact = sx_design_carrier_length(r->design) >= EST_COMPACT_LENGTH;
  sx_status st = SX_OK;
  size_t n = 0;
  sx_score *scores = sx_mem_alloc(ctx, rows, sizeof *scores);
  size_t *at = sx_mem_alloc(ctx, rows, sizeof *at);
  double *var = sx_mem_alloc(ctx, rows, sizeof *var);
  if (!scores || !at || !var) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, project(r, err), done);
  for (size_t i = 0; i < rows; i++) {
    if (isnan(r->points[i].value)) continue;
    scores[n] = score_of(r, i);
    at[n++] = i;
  }
  if (compact) SX_TRY_GOTO(st, sx_design_var_scores(var, r->design, &b->codes, scores, n, err), done);
  double df = 0;
  size_t df_domain = SIZE_MAX;
  for (size_t k = 0; k < n; k++) {
    const size_t i = at[k], g = i / r->n_levels;
    est_part *part = NULL;
    SX_TRY_GOTO(st, est_of(&r->set->rows[i].est, &part, r, i, err), done);
    SX_TRY_GOTO(st, compact ? attach_leaf(part, r, i, err) : attach_dense(part, r, i, err), done);
    part->variance = compact ? var[k] : sx_design_cov(r->design, part->z, part->z, 0, 0);
    if (g != df_domain) {
      df = sx_design_df_of(r->design, b->bits + g * b->bitmap_bytes);
      df_domain = g;
    }
    part->df = df;
    SX_TRY_GOTO(st, sx_estimate__add_figures(r->set->rows[i].est, r->design, scores[k].beta, err), done);
    sx_estimate__total(r->set->rows[i].est);
  }
done:
  sx_mem_free(ctx, scores);
  sx_mem_free(ctx, at);
  sx_mem_free(ctx, var);
  return st;
}

static sx_status replicated(run *r, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const size_t reps = sx_design_replicates(r->design), rows = r->set->n_rows;
  sx_status st = SX_OK;
  size_t size = 0;
  double *z = sx_size_mul(&size, rows, reps) ? sx_mem_alloc(ctx, size, sizeof *z) : NULL;
  if (!z) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_estimate__replicate_values(z, &r->frame, r->n_levels, err), done);
  for (size_t i = 0; i < rows; i++) {
    if (isnan(r->points[i].value)) continue;
    est_part *part = NULL;
    SX_TRY_GOTO(st, est_of(&r->set->rows[i].est, &part, r, i, err), done);
    part->z = sx_mem_alloc(ctx, reps, sizeof *part->z);
    if (!part->z) {
      st = sx_error_memory(err);
      goto done;
    }
    memcpy(part->z, z + i * reps, reps * sizeof *z);
    part->variance = sx_design_cov(r->design, part->z, part->z, r->points[i].value, r->points[i].value);
    part->df = sx_design_df(r->design);
    sx_estimate__total(r->set->rows[i].est);
  }
done:
  sx_mem_free(ctx, z);
  return st;
}

static void describe_rows(run *r) {
  const bool is_prop = r->frame.request->stat == SX_STAT_PROP;
  est_t cache = {0, 0, 0};
  for (size_t i = 0; i < r->set->n_rows; i++) {
    sx_est_row *row = &r->set->rows[i];
    if (!row->est) continue;
    const double v = row->est->variance, srs = r->points[i].srs;
    row->df = row->est->df;
    sx_estimate__interval(row, v, is_prop, r->options, &cache);
    if (isnan(row->se) || !(srs > 0) || !isfinite(srs)) continue;
    row->deff = (row->se > 0 ? v : 0) / srs;
    if (row->deff > 0) row->n_eff = (double)row->n / row->deff;
  }
}

/* ---- from the sums of a pass ------------------------------------------------------------------------------------- */

/* Carrier and variance of row i; false where the sums are not good enough. */
static sx_status by_sums(bool *good, run *r, const est_pass *pass, size_t index, size_t i, est_unit_var *v,
                         sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const size_t length = sx_design_carrier_length(r->design), bytes = sx_design_bitmap_bytes(r->design);
  const sx_score score = score_of(r, i);
  est_part *part = NULL;
  *good = sx_estimate__pass_variance(v, pass, index, i / r->n_levels, &score);
  if (!*good) return SX_OK;
  SX_TRY(est_of(&r->set->rows[i].est, &part, r, i, err));
  if (length >= EST_COMPACT_LENGTH) {
    SX_TRY(attach_leaf(part, r, i, err));
  } else {
    part->z = sx_mem_alloc(ctx, length, sizeof *part->z);
    part->bits = sx_mem_alloc(ctx, bytes, 1);
    if (!part->z || !part->bits) return sx_error_memory(err);
    memcpy(part->z, v->z, length * sizeof *part->z);
    memcpy(part->bits, v->bits, bytes);
  }
  part->variance = v->variance;
  part->df = v->df;
  sx_estimate__total(r->set->rows[i].est);
  return SX_OK;
}

static sx_status summed(bool *good, run *r, const est_pass *pass, size_t index, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const bool strata = sx_estimate__pass_is_strata(pass);
  sx_status st = SX_OK;
  est_unit_var v = {0, 0, NULL, NULL};
  v.z = strata ? NULL : sx_mem_alloc(ctx, sx_design_carrier_length(r->design), sizeof *v.z);
  v.bits = strata ? NULL : sx_mem_alloc(ctx, sx_design_bitmap_bytes(r->design), 1);
  if (!strata && (!v.z || !v.bits)) {
    st = sx_error_memory(err);
    goto done;
  }
  *good = true;
  for (size_t i = 0; i < r->set->n_rows && *good; i++) {
    if (isnan(r->points[i].value)) continue;
    SX_TRY_GOTO(st, by_sums(good, r, pass, index, i, &v, err), done);
  }
done:
  sx_mem_free(ctx, v.z);
  sx_mem_free(ctx, v.bits);
  return st;
}

/* ---- one request --------------------------------------------------------------------------------------------------- */

/* pass NULL: by two passes over positions. *good false: the sums of the pass were not good enough, nothing was made. */
static sx_status run_frame(bool *good, sx_est_set **out, run *r, const est_pass *pass, size_t index, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(r->design);
  const sx_est_request *request = r->frame.request;
  sx_status st = SX_OK;
  const bool by_level = request->stat == SX_STAT_PROP && !request->prop_of_one;
  *good = true;
  r->n_levels = by_level ? r->frame.n_values : 1;
  SX_TRY_GOTO(st, set_new(&r->set, r, err), done);
  SX_TRY_GOTO(st, points(r, err), done);
  if (pass)
    SX_TRY_GOTO(st, summed(good, r, pass, index, err), done);
  else
    SX_TRY_GOTO(st, sx_design_replicates(r->design) ? replicated(r, err) : linearised(r, err), done);
  if (!*good) goto done;
  describe_rows(r);
  if (by_level) {
    r->set->level_text = r->frame.level_text;
    r->set->level_label = r->frame.level_label;
    r->set->n_levels = r->frame.n_values;
    r->frame.level_text = r->frame.level_label = NULL;
  }
  *out = r->set;
  r->set = NULL;
done:
  sx_mem_free(ctx, r->residual);
  sx_mem_free(ctx, r->points);
  sx_mem_free(ctx, r->a);
  sx_mem_free(ctx, r->cross);
  sx_mem_free(ctx, r->cross_y);
  sx_mem_free(ctx, r->cross_x);
  sx_mem_free(ctx, r->beta);
  sx_mem_free(ctx, r->work);
  sx_est_set_free(r->set);
  sx_estimate__frame_clear(&r->frame);
  return st;
}

static run run_new(const sx_design *design, const sx_est_options *options) {
  run r;
  memset(&r, 0, sizeof r);
  r.design = design;
  r.options = options;
  return r;
}

sx_status sx_estimate_run(sx_est_set **out, const sx_design *design, const sx_est_request *request,
                          const sx_est_options *options, sx_error *err) {
  return sx_estimate_run_many(out, design, request, 1, options, err);
}

/* ---- many at once ------------------------------------------------------------------------------------------------ */

typedef struct many {
  sx_est_set **sets;
  sx_estimate__one one;
  const void *data;
} many;

static sx_status task(void *data, size_t i, sx_error *err) {
  const many *m = data;
  return m->one(&m->sets[i], m->data, i, err);
}

sx_status sx_estimate__many(sx_est_set **out, const sx_ctx *ctx, size_t n, sx_estimate__one one, const void *data,
                            sx_error *err) {
  sx_est_set **sets = sx_mem_zalloc(ctx, n, sizeof(sx_est_set *));
  if (!sets) return sx_error_memory(err);
  many m = {sets, one, data};
  const sx_status st = sx_parallel_for(ctx, n, task, &m, err);
  for (size_t i = 0; i < n; i++) {
    if (st == SX_OK)
      out[i] = sets[i];
    else
      sx_est_set_free(sets[i]);
  }
  sx_mem_free(ctx, sets);
  return st;
}

typedef struct requests {
  const sx_design *design;
  const sx_est_request *requests;
  const sx_est_options *options;
  est_pass *pass; /* NULL: the design has no units to sum over */
} requests;

static sx_status run_one(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const requests *q = data;
  bool good = false;
  run r = run_new(q->design, q->options);
  if (q->pass) {
    bool served = false;
    SX_TRY(sx_estimate__pass_frame(&served, &r.frame, q->pass, i, err));
    if (served) SX_TRY(run_frame(&good, out, &r, q->pass, i, err));
    if (good) return SX_OK;
    r = run_new(q->design, q->options);
  }
  SX_TRY(sx_estimate__frame(&r.frame, q->design, &q->requests[i], err));
  return run_frame(&good, out, &r, NULL, 0, err);
}

sx_status sx_estimate_run_many(sx_est_set **out, const sx_design *design, const sx_est_request *list, size_t n,
                               const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  requests data = {design, list, options ? options : &plain, NULL};
  if (!(data.options->ci_level > 0 && data.options->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1",
                        data.options->ci_level);
  SX_TRY(sx_estimate__pass_new(&data.pass, design, list, n, err));
  const sx_status st = sx_estimate__many(out, sx_design_ctx(design), n, run_one, &data, err);
  sx_estimate__pass_free(data.pass);
  return st;
}
