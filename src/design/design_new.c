/* design_new.c: from a specification to a design; its life and its description. */
#include <string.h>

#include "design_priv.h"

void sx_design__sample_free(design_sample *s) {
  if (!s || atomic_fetch_sub(&s->refs, 1) != 1) return;
  const sx_ctx ctx = s->ctx;
  if (s->slot_at != s->psu_at) sx_mem_free(&ctx, s->slot_at);
  sx_design__tree_free(s->tree);
  sx_design__pps_free(s);
  sx_mem_free(&ctx, s->psu);
  sx_mem_free(&ctx, s->order);
  if (s->psu_at != s->psu_start) sx_mem_free(&ctx, s->psu_at);
  sx_mem_free(&ctx, s->psu_start);
  sx_mem_free(&ctx, s->start);
  sx_mem_free(&ctx, s->fraction);
  sx_mem_free(&ctx, s->factor);
  sx_mem_free(&ctx, s->rscales);
  sx_mem_free(&ctx, s->unit);
  sx_mem_free(&ctx, s);
}

sx_status sx_design__sample_new(design_sample **out, const sx_ctx *ctx, size_t n_rows, sx_error *err) {
  design_sample *s = sx_mem_zalloc(ctx, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  atomic_init(&s->refs, 1);
  s->ctx = *ctx;
  s->n_rows = n_rows;
  s->lonely_scale = 1;
  s->df_declared = (double)NAN;
  *out = s;
  return SX_OK;
}

void sx_design__vector_free(design_vector *v) {
  if (!v || atomic_fetch_sub(&v->refs, 1) != 1) return;
  const sx_ctx ctx = v->ctx;
  sx_mem_free(&ctx, v);
}

static design_vector *vector_new(const sx_ctx *ctx, size_t n) {
  size_t bytes = 0;
  if (!sx_size_mul(&bytes, n, sizeof(double)) || !sx_size_add(&bytes, bytes, sizeof(design_vector))) return NULL;
  design_vector *v = sx_mem_alloc(ctx, 1, bytes);
  if (!v) return NULL;
  atomic_init(&v->refs, 1);
  v->ctx = *ctx;
  return v;
}

sx_status sx_design__alloc(sx_design **out, design_sample *sample, sx_error *err) {
  const sx_ctx *ctx = &sample->ctx;
  sx_design *d = sx_mem_zalloc(ctx, 1, sizeof *d);
  double *w = sx_mem_alloc(ctx, sample->n_rows, sizeof *w);
  design_vector *positions = vector_new(ctx, sample->n_rows);
  design_memo *memo = sx_mem_zalloc(ctx, 1, sizeof *memo);
  if (!d || !w || !positions || !memo) {
    sx_mem_free(ctx, d);
    sx_mem_free(ctx, memo);
    sx_mem_free(ctx, w);
    sx_design__vector_free(positions);
    return sx_error_memory(err);
  }
  atomic_init(&d->refs, 1);
  d->ctx = *ctx;
  d->sample = sample;
  d->w = w;
  d->positions = positions;
  d->wpos = positions->x;
  atomic_init(&memo->tuples, NULL);
  atomic_init(&memo->asked, 0);
  d->memo = memo;
  *out = d;
  return SX_OK;
}

sx_design *sx_design_ref(const sx_design *design) {
  union {
    const sx_design *in;
    sx_design *out;
  } u = {design};
  if (u.out) atomic_fetch_add(&u.out->refs, 1);
  return u.out;
}

sx_status sx_design_within(sx_design **out, const sx_design *design, const sx_ctx *ctx, sx_error *err) {
  sx_design *d = sx_mem_alloc(ctx, 1, sizeof *d);
  if (!d) return sx_error_memory(err);
  *d = *design;
  atomic_init(&d->refs, 1);
  d->ctx = *ctx;
  d->of = sx_design_ref(design);
  *out = d;
  return SX_OK;
}

void sx_design_free(sx_design *d) {
  if (!d || atomic_fetch_sub(&d->refs, 1) != 1) return;
  const sx_ctx ctx = d->ctx;
  if (d->of) {
    sx_design_free(d->of);
    sx_mem_free(&ctx, d);
    return;
  }
  for (size_t k = 0; k < d->n_adjusts; k++) {
    if (!d->adjusts[k].shared) sx_mem_free(&ctx, d->adjusts[k].d);
    sx_design__vector_free(d->adjusts[k].shared);
    sx_mem_free(&ctx, d->adjusts[k].ridge);
    sx_mem_free(&ctx, d->adjusts[k].factor);
    sx_mem_free(&ctx, d->adjusts[k].diag);
    sx_mem_free(&ctx, d->adjusts[k].piv);
    sx_mem_free(&ctx, d->adjusts[k].later);
  }
  sx_mem_free(&ctx, d->adjusts);
  sx_mem_free(&ctx, d->cells8);
  sx_mem_free(&ctx, d->cells16);
  sx_mem_free(&ctx, d->cells32);
  sx_design__tuples_free(atomic_load(&d->memo->tuples));
  sx_mem_free(&ctx, d->memo);
  for (size_t m = 0; d->values && m < d->n_margins; m++) sx_mem_free(&ctx, d->values[m]);
  sx_mem_free(&ctx, d->values);
  for (size_t m = 0; d->carried && m < d->n_margins; m++) sx_mem_free(&ctx, d->carried[m]);
  sx_mem_free(&ctx, d->carried);
  for (size_t f = 0; f < d->n_figures; f++) sx_mem_free(&ctx, d->figures[f].coef);
  sx_mem_free(&ctx, d->figures);
  sx_mem_free(&ctx, d->w);
  sx_design__vector_free(d->positions);
  sx_design__reps_free(d->reps);
  sx_mem_free(&ctx, d->text);
  sx_design__sample_free(d->sample);
  sx_mem_free(&ctx, d);
}

static const char *rep_name(sx_rep_type type) {
  static const char *const names[] = {"none", "BRR", "Fay", "JK1", "JKn", "bootstrap", "SDR", "own scale"};
  return names[type];
}

void sx_design__describe(sx_buf *buf, const sx_design *d) {
  const design_sample *s = d->sample;
  if (s->unweighted) sx_buf_add(buf, "unweighted, ");
  if (s->n_reps) {
    sx_buf_printf(buf, "%zu cases, %zu replicate weights (%s)", s->n_rows, s->n_reps, rep_name(s->rep_type));
    return;
  }
  if (s->has_strata)
    sx_buf_printf(buf, "stratified, %zu strata, ", s->n_strata);
  else
    sx_buf_add(buf, "unstratified, ");
  sx_buf_printf(buf, "%zu PSUs", s->n_psus);
  if (s->has_clusters) sx_buf_printf(buf, ", %zu cases", s->n_rows);
  static const char *const pps[] = {"",       "Brewer", "Overton", "Hartley-Rao", "Horvitz-Thompson", "Yates-Grundy",
                                    "Poisson"};
  const sx_pps method = s->pps ? s->pps->method : s->prob ? SX_PPS_BREWER : SX_PPS_NONE;
  if (method != SX_PPS_NONE) sx_buf_printf(buf, ", unequal probabilities without replacement (%s)", pps[method]);
  if (s->pps && s->pps->phase) sx_design__phase_describe(buf, s->pps->phase);
  if (s->tree && s->tree->n_stages > 1)
    sx_buf_printf(buf, ", finite population correction at %zu stages", s->tree->n_stages);
  else if (s->fraction)
    sx_buf_add(buf, ", finite population correction");
}

uint64_t sx_design__hash(uint64_t h, const void *data, size_t n) {
  const unsigned char *p = data;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t x;
    memcpy(&x, p, 8);
    h = (h ^ x) * 0x9fb21c651e98df25U;
    h ^= h >> 32;
  }
  for (; n > 0; n--, p++) h = (h ^ *p) * 0x100000001b3U;
  return h;
}

static uint64_t fingerprint(const sx_design *d) {
  const design_sample *s = d->sample;
  const uint64_t head[6] = {s->n_rows, s->n_strata,         s->n_psus,
                            s->n_reps, (uint64_t)s->lonely, ((uint64_t)s->rep_type << 1) | (s->mse ? 1 : 0)};
  uint64_t h = sx_design__hash(0xcbf29ce484222325U, head, sizeof head);
  if (s->n_reps) {
    h = sx_design__hash(h, &s->rep_scale, sizeof s->rep_scale);
    h = sx_design__hash(h, s->rscales, s->n_reps * sizeof *s->rscales);
    return sx_design__factor_hash(h, d->reps->f);
  }
  h = sx_design__hash(h, s->psu, s->n_rows * sizeof *s->psu);
  h = sx_design__hash(h, s->start, (s->n_strata + 1) * sizeof *s->start);
  for (size_t k = 0; s->tree && k < s->tree->n_stages; k++) {
    const design_stage *g = &s->tree->stages[k];
    h = sx_design__hash(h, g->leaf, (g->n_units + 1) * sizeof *g->leaf);
    h = sx_design__hash(h, g->frac, g->n_units * sizeof *g->frac);
  }
  if (s->tree) h = sx_design__hash(h, s->slot_at, s->n_rows * sizeof *s->slot_at);
  if (s->prob) h = sx_design__hash(h, s->prob, s->n_psus * sizeof *s->prob);
  if (s->pps && s->pps->joint) h = sx_design__hash(h, s->pps->joint, s->n_psus * s->n_psus * sizeof *s->pps->joint);
  if (s->pps && s->pps->alpha) h = sx_design__hash(h, s->pps->alpha, s->n_strata * sizeof *s->pps->alpha);
  if (s->pps && s->pps->phase) h = sx_design__phase_hash(h, s->pps->phase);
  return sx_design__hash(h, s->factor, s->n_strata * sizeof *s->factor);
}

/* df over the PSUs that hold a case with a weight above 0. */
double sx_design__full_df(const sx_design *d) {
  const design_sample *s = d->sample;
  if (!isnan(s->df_declared)) return s->df_declared;
  size_t psus = 0, strata = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    size_t here = 0;
    for (size_t p = s->start[h]; s->n_psus == s->n_rows && p < s->start[h + 1]; p++) here += d->wpos[p] > 0;
    for (size_t p = s->start[h]; s->n_psus < s->n_rows && p < s->start[h + 1]; p++) {
      bool used = false;
      for (size_t k = s->psu_start[p]; k < s->psu_start[p + 1] && !used; k++) used = d->wpos[k] > 0;
      here += used ? 1 : 0;
    }
    psus += here;
    strata += here > 0 ? 1 : 0;
  }
  return (double)psus - (double)strata;
}

sx_status sx_design__one_psu_each(design_sample *s, sx_error *err) {
  s->n_strata = 1;
  s->n_psus = s->n_rows;
  s->order = sx_mem_alloc(&s->ctx, s->n_rows, sizeof *s->order);
  s->psu = sx_mem_alloc(&s->ctx, s->n_rows, sizeof *s->psu);
  s->psu_at = sx_mem_alloc(&s->ctx, s->n_rows, sizeof *s->psu_at);
  s->start = sx_mem_zalloc(&s->ctx, 2, sizeof *s->start);
  if (!s->order || !s->psu || !s->psu_at || !s->start) return sx_error_memory(err);
  s->start[1] = s->n_rows;
  for (size_t i = 0; i < s->n_rows; i++) {
    s->order[i] = s->psu_at[i] = (uint32_t)i;
    s->psu[i] = (int32_t)i;
  }
  s->slot_at = s->psu_at;
  s->n_slots = s->n_psus;
  return SX_OK;
}

static sx_status read_base_weights(sx_design *d, const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  const size_t n = d->sample->n_rows;
  if (!spec->weights) { /* unweighted, or from the fractions, which come later */
    for (size_t i = 0; i < n; i++) d->w[i] = 1;
    return SX_OK;
  }
  const sx_column *column = NULL;
  SX_TRY(sx_table_need(&column, table, spec->weights, err));
  SX_TRY(sx_design__read_weights(d->w, column, false, false, "weight", err));
  double sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    sum += d->w[i];
    squares += d->w[i] * d->w[i];
  }
  if (!(sum > 0)) return sx_error_set(err, SX_E_DATA, column->name, "all weights are 0");
  if (!isfinite(squares))
    return sx_error_set(err, SX_E_DATA, column->name, "the weights are too large: the sum of their squares overflows");
  return SX_OK;
}

static sx_status check_spec(const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  if (!table || !spec) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a table and a design specification are needed");
  if (!spec->weights && !spec->unweighted && !spec->n_fpcs && !spec->prob)
    return sx_error_set(err, SX_E_ARGUMENT, "weights",
                        "no weights: name the weight variable, or say 'none' for an unweighted estimate");
  if (spec->weights && spec->unweighted)
    return sx_error_set(err, SX_E_ARGUMENT, "weights", "both '%s' and unweighted are asked for", spec->weights);
  if (sx_table_rows(table) == 0) return sx_error_set(err, SX_E_DATA, NULL, "the table has no cases");
  if (sx_table_rows(table) > INT32_MAX / 2)
    return sx_error_set(err, SX_E_LIMIT, NULL, "%zu cases are more than a design takes", sx_table_rows(table));
  if (spec->n_clusters && !spec->clusters) return sx_error_set(err, SX_E_ARGUMENT, "clusters", "the names are missing");
  if (!isnan(spec->df) && !(spec->df > 0))
    return sx_error_set(err, SX_E_ARGUMENT, "df", "the declared degrees of freedom are %g", spec->df);
  SX_TRY(sx_design__check_stages(spec, err));
  return sx_design__check_rep_spec(spec, err);
}

sx_status sx_design__finish(sx_design *d, sx_error *err) {
  sx_buf buf;
  sx_buf_init(&buf, &d->ctx);
  d->sample->fingerprint = fingerprint(d);
  sx_design__describe(&buf, d);
  const sx_status st = sx_buf_status(&buf, err);
  if (st == SX_OK) d->text = sx_buf_take(&buf);
  sx_buf_clear(&buf);
  return st;
}

/* Strata, PSUs, stages, probabilities; the weights that follow from them. */
static sx_status linearised(sx_design *d, const sx_table *table, const sx_design_spec *spec, sx_error *err) {
  sx_design_spec first = *spec; /* the first stage's fpc under its old name */
  if (spec->n_fpcs > 0 && spec->pps == SX_PPS_NONE) first.fpc = spec->fpcs[0];
  design_sample *s = d->sample;
  SX_TRY(sx_design__strata(s, table, &first, d->w, err));
  if (spec->pps == SX_PPS_BREWER || (spec->pps == SX_PPS_NONE && spec->n_fpcs > 1))
    SX_TRY(sx_design__tree(s, table, spec, err));
  else if (spec->pps != SX_PPS_NONE)
    SX_TRY(sx_design__pps(s, spec, err));
  if (!spec->weights && !spec->unweighted) sx_design__inverse_fractions(d->w, s);
  return sx_design__units(s, err);
}

sx_status sx_design_new(sx_design **out, const sx_ctx *ctx, const sx_table *table, const sx_design_spec *spec,
                        sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  SX_TRY(check_spec(table, spec, err));
  design_sample *s = NULL;
  sx_design *d = NULL;
  sx_status st = sx_design__sample_new(&s, ctx, sx_table_rows(table), err);
  if (st != SX_OK) goto done;
  s->lonely = spec->lonely;
  s->unweighted = spec->unweighted;
  s->df_declared = spec->df;
  SX_TRY_GOTO(st, sx_design__alloc(&d, s, err), done);
  s = NULL; /* d's */
  SX_TRY_GOTO(st, read_base_weights(d, table, spec, err), done);
  if (spec->rep_type == SX_REP_NONE) {
    SX_TRY_GOTO(st, linearised(d, table, spec, err), done);
  } else {
    SX_TRY_GOTO(st, sx_design__one_psu_each(d->sample, err), done);
    SX_TRY_GOTO(st, sx_design__replicates(d, table, spec, err), done);
  }
  for (size_t k = 0; k < d->sample->n_rows; k++) d->wpos[k] = d->w[d->sample->order[k]];
  d->df = d->sample->df_declared;
  if (isnan(d->df)) {
    if (d->sample->n_reps)
      SX_TRY_GOTO(st, sx_design__rep_df(d, err), done);
    else
      d->df = sx_design__full_df(d);
  }
  SX_TRY_GOTO(st, sx_design__finish(d, err), done);
  *out = d;
  d = NULL;
done:
  sx_design__sample_free(s);
  sx_design_free(d);
  return st;
}

const sx_ctx *sx_design_ctx(const sx_design *d) {
  return &d->ctx;
}
size_t sx_design_rows(const sx_design *d) {
  return d->sample->n_rows;
}
size_t sx_design_strata(const sx_design *d) {
  return d->sample->n_strata;
}
size_t sx_design_psus(const sx_design *d) {
  return d->sample->n_psus;
}
size_t sx_design_replicates(const sx_design *d) {
  return d->sample->n_reps;
}
const double *sx_design_weights(const sx_design *d) {
  return d->w;
}
double sx_design_df(const sx_design *d) {
  return d->df;
}
const char *sx_design_describe(const sx_design *d) {
  return d->text;
}
const int32_t *sx_design_psu_of_row(const sx_design *d) {
  return d->sample->psu;
}
const size_t *sx_design_stratum_start(const sx_design *d) {
  return d->sample->start;
}
const uint32_t *sx_design_order(const sx_design *d) {
  return d->sample->order;
}
const double *sx_design_position_weights(const sx_design *d) {
  return d->wpos;
}
const uint32_t *sx_design_position_psu(const sx_design *d) {
  return d->sample->psu_at;
}
bool sx_design_same_sample(const sx_design *a, const sx_design *b) {
  return a->sample == b->sample;
}
uint64_t sx_design_fingerprint(const sx_design *d) {
  return d->sample->fingerprint;
}
