/* estimate_frame.c: from a request to codes by position, and the sums that every statistic needs, in one pass.
 *
 * A variable of at most EST_MAX_VALUES distinct values becomes a code; the scores of a domain are then a table of that
 * many numbers. Else the values are kept beside the domain code. Sums of weights are compensated (Neumaier), so that point
 * estimates do not depend on the order of rows beyond the last digit. */
#include <stdio.h>
#include <string.h>

#include "estimate_priv.h"

static bool is_numeric(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

static sx_status check_column(const sx_column *c, const char *role, size_t rows, bool numeric, sx_error *err) {
  if (!c) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the statistic needs %s", role);
  if (c->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "the variable has %zu cases, the design %zu", c->n, rows);
  if (numeric && !is_numeric(c))
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "%s is %s: this statistic needs a number", role,
                        sx_type_name(c->type));
  return SX_OK;
}

sx_status sx_estimate__check_request(const sx_design *design, const sx_est_request *r, sx_error *err) {
  const size_t rows = sx_design_rows(design);
  switch (r->stat) {
  case SX_STAT_TOTAL:
  case SX_STAT_MEAN:
    SX_TRY(check_column(r->y, "a variable", rows, true, err));
    break;
  case SX_STAT_PROP:
    SX_TRY(check_column(r->y, "a variable", rows, r->prop_of_one, err));
    break;
  case SX_STAT_RATIO:
    SX_TRY(check_column(r->y, "a numerator", rows, true, err));
    SX_TRY(check_column(r->x, "a denominator", rows, true, err));
    break;
  case SX_STAT_COUNT:
    break;
  default:
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "unknown statistic %d", (int)r->stat);
  }
  if (r->by && r->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, rows);
  return SX_OK;
}

static double number_at(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

/* Domain of a row, -1 outside. */
static int32_t domain_at(const sx_est_request *r, size_t row) {
  if (r->where && r->where[row] != 1) return -1;
  return r->by ? r->by->group[row] : 0;
}

static bool in_base(const sx_est_request *r, size_t row) {
  if (r->stat == SX_STAT_COUNT) return true;
  if (sx_column_missing(r->y, row)) return false;
  return r->stat != SX_STAT_RATIO || !sx_column_missing(r->x, row);
}

/* Values of a numeric y over the base, ascending; n_values 0 where there are more than the maximum. */
sx_status sx_estimate__find_values(est_frame *f, sx_error *err) {
  const sx_est_request *r = f->request;
  double found[EST_MAX_VALUES];
  size_t n = 0;
  bool few = r->stat != SX_STAT_RATIO;
  for (size_t i = 0; i < r->y->n; i++) {
    if (domain_at(r, i) < 0 || !in_base(r, i)) continue;
    const double x = number_at(r->y, i) + 0.0;
    if (!isfinite(x) || (r->stat == SX_STAT_RATIO && !isfinite(number_at(r->x, i)))) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", isfinite(x) ? r->x->name : r->y->name, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the value is not finite: make it missing, or correct it");
    }
    if (!few) continue;
    size_t k = 0;
    while (k < n && found[k] != x) k++;
    if (k < n) continue;
    if (n == EST_MAX_VALUES) {
      few = false;
      continue;
    }
    for (k = n++; k > 0 && found[k - 1] > x; k--) found[k] = found[k - 1];
    found[k] = x;
  }
  f->continuous = !few;
  f->n_values = few ? n : 1;
  f->values = sx_mem_alloc(sx_design_ctx(f->design), EST_MAX_VALUES, sizeof *f->values);
  if (!f->values) return sx_error_memory(err);
  memcpy(f->values, found, n * sizeof *found);
  return SX_OK;
}

/* What the rows' values are coded by. *level is set for PROP with levels. */
static sx_status find_codes(est_frame *f, int32_t **level, sx_error *err) {
  const sx_est_request *r = f->request;
  const sx_ctx *ctx = sx_design_ctx(f->design);
  if (r->stat == SX_STAT_COUNT) {
    f->n_values = 1;
    return SX_OK;
  }
  if (r->stat != SX_STAT_PROP) return sx_estimate__find_values(f, err);
  if (r->prop_of_one) {
    f->n_values = 2;
    return SX_OK;
  }
  *level = sx_mem_alloc(ctx, r->y->n, sizeof **level);
  if (!*level) return sx_error_memory(err);
  return sx_estimate__levels(*level, &f->n_values, &f->level_text, &f->level_label, ctx, r->y, err);
}

static size_t value_at(const est_frame *f, const int32_t *level, size_t row) {
  const sx_est_request *r = f->request;
  if (level) return (size_t)level[row];
  if (r->stat == SX_STAT_PROP) return number_at(r->y, row) == 1 ? 1 : 0;
  if (f->continuous || r->stat == SX_STAT_COUNT) return 0;
  const double x = number_at(r->y, row);
  size_t k = 0;
  while (k + 1 < f->n_values && f->values[k] < x) k++;
  return k;
}

/* Memory that a lazy basis may never use is not touched. */
static double *values_new(const est_basis *b, size_t rows) {
  return b->lazy ? sx_mem_alloc(&b->ctx, rows, sizeof(double)) : sx_mem_zalloc(&b->ctx, rows, sizeof(double));
}

sx_status sx_estimate__alloc_codes(est_frame *f, size_t n_codes, sx_error *err) {
  est_basis *b = f->basis;
  const size_t rows = sx_design_rows(f->design);
  const size_t size = n_codes <= UINT8_MAX + 1U ? 1 : n_codes <= UINT16_MAX + 1U ? 2 : 4;
  b->codes.n_codes = n_codes;
  b->code_memory = sx_mem_alloc(&b->ctx, rows, size);
  if (!b->code_memory) return sx_error_memory(err);
  if (f->continuous) {
    b->codes.y = b->y = values_new(b, rows);
    if (!b->y) return sx_error_memory(err);
    if (f->request->stat == SX_STAT_RATIO) {
      b->codes.x = b->x = values_new(b, rows);
      if (!b->x) return sx_error_memory(err);
    }
  }
  if (size == 1) b->codes.code8 = b->code_memory;
  if (size == 2) b->codes.code16 = b->code_memory;
  if (size == 4) b->codes.code32 = b->code_memory;
  return SX_OK;
}

static void add(double *sum, double *comp, double x) {
  const double a = *sum, s = a + x;
  *comp += fabs(a) >= fabs(x) ? (a - s) + x : (x - s) + a;
  *sum = s;
}

/* ---- the pass ---------------------------------------------------------------------------------------------------- */

/* Large files on replicate designs are passed in PARTS stretches of rows by the threads, and the parts added in their order. */
enum { PARTS = 8, PART_ROWS = 100000 };

/* What a part counts and sums; the compensations of a sum stand `shift` after it. */
typedef struct frame_part {
  size_t *n_in, *n;              /* [G] */
  double *sum_w, *sum_y, *sum_x; /* [n_codes], [G], [G] */
  double *residual;              /* [G] */
} frame_part;

typedef struct frame_pass {
  est_frame *f;
  const int32_t *level;
  size_t n_parts, shift;
  size_t *counts; /* [parts][2G] */
  double *sums;   /* [parts][2 (n_codes + 2G) + G] */
} frame_pass;

static frame_part part_of(const frame_pass *t, size_t i) {
  const size_t domains = t->f->n_domains, codes = t->f->basis->codes.n_codes;
  size_t *n = t->counts + i * 2 * domains;
  double *sum = t->sums + i * (2 * t->shift + domains);
  return (frame_part){n, n + domains, sum, sum + codes, sum + codes + domains, sum + 2 * t->shift};
}

static void fill_one(const frame_pass *t, const frame_part *p, size_t from, size_t end) {
  const est_frame *f = t->f;
  est_one one;
  sx_estimate__fill_one(&one, f, t->level, from, end);
  p->n_in[0] = one.n_in;
  p->n[0] = one.n;
  for (size_t v = 0; v < f->n_values; v++) {
    p->sum_w[1 + v] = one.sum[v];
    p->sum_w[1 + v + t->shift] = one.comp[v];
  }
  if (!f->continuous) return;
  p->sum_y[0] = one.sum[1];
  p->sum_y[t->shift] = one.comp[1];
  p->sum_x[0] = one.sum[2];
  p->sum_x[t->shift] = one.comp[2];
}

/* Codes, counts, bitmaps, compensated sums of one part. */
static sx_status fill_part(void *data, size_t i, sx_error *err) {
  const frame_pass *t = data;
  const est_frame *f = t->f;
  const sx_design *design = f->design;
  const sx_est_request *r = f->request;
  est_basis *b = f->basis;
  const frame_part p = part_of(t, i);
  const uint32_t *order = sx_design_order(design), *psu = sx_design_position_psu(design);
  const double *w = sx_design_position_weights(design);
  const size_t rows = sx_design_rows(design), shift = t->shift, step = rows / t->n_parts;
  const size_t end = i + 1 < t->n_parts ? (i + 1) * step : rows;
  const bool keep_zero = sx_design_replicates(design) > 0; /* its replicate weights may differ from 0 */
  (void)err;
  if (sx_estimate__suits_one(f)) {
    fill_one(t, &p, i * step, end);
    return SX_OK;
  }
  for (size_t k = i * step; k < end; k++) {
    const size_t row = order[k];
    const int32_t g = domain_at(r, row);
    sx_estimate__put_code(b, k, 0);
    if (g < 0 || (w[k] == 0 && !keep_zero)) continue;
    p.n_in[g] += w[k] > 0 ? 1 : 0;
    if (!in_base(r, row) || (t->level && t->level[row] < 0)) continue;
    const size_t code = 1 + (size_t)g * f->n_values + value_at(f, t->level, row);
    sx_estimate__put_code(b, k, code);
    if (b->y) b->y[k] = number_at(r->y, row);
    if (b->x) b->x[k] = number_at(r->x, row);
    if (w[k] == 0) continue;
    p.n[g]++;
    if (b->bits) b->bits[(size_t)g * b->bitmap_bytes + psu[k] / 8] |= (uint8_t)(1U << (psu[k] % 8));
    add(&p.sum_w[code], &p.sum_w[code + shift], w[k]);
    if (b->y) add(&p.sum_y[g], &p.sum_y[(size_t)g + shift], w[k] * b->y[k]);
    if (b->x) add(&p.sum_x[g], &p.sum_x[(size_t)g + shift], w[k] * b->x[k]);
  }
  return SX_OK;
}

static sx_status residual_part(void *data, size_t i, sx_error *err) {
  const frame_pass *t = data;
  const size_t rows = sx_design_rows(t->f->design), step = rows / t->n_parts;
  (void)err;
  sx_estimate__add_residuals(part_of(t, i).residual, t->f, i * step, i + 1 < t->n_parts ? (i + 1) * step : rows);
  return SX_OK;
}

static void add_parts(double *out, const frame_pass *t, size_t from, size_t n) {
  for (size_t c = 0; c < n; c++) {
    double sum = 0, comp = 0;
    for (size_t i = 0; i < t->n_parts; i++) {
      const double *part = t->sums + i * (2 * t->shift + t->f->n_domains) + from + c;
      add(&sum, &comp, part[0]);
      comp += part[t->shift];
    }
    out[c] = sum + comp;
  }
}

static sx_status residuals_of_parts(frame_pass *t, const sx_ctx *ctx, sx_error *err) {
  est_frame *f = t->f;
  f->residual = sx_mem_zalloc(ctx, f->n_domains, sizeof *f->residual);
  if (!f->residual) return sx_error_memory(err);
  SX_TRY(sx_parallel_for(ctx, t->n_parts, residual_part, t, err));
  for (size_t i = 0; i < t->n_parts; i++)
    for (size_t g = 0; g < f->n_domains; g++) f->residual[g] += part_of(t, i).residual[g];
  return SX_OK;
}

static sx_status fill(est_frame *f, const int32_t *level, sx_error *err) {
  sx_ctx ctx = *sx_design_ctx(f->design);
  ctx.cancelled = NULL; /* this may be one of several threads: it does not call back */
  const size_t rows = sx_design_rows(f->design), codes = f->basis->codes.n_codes, domains = f->n_domains;
  frame_pass t = {f, level, 1, codes + 2 * domains, NULL, NULL};
  if (sx_design_replicates(f->design) && rows >= PART_ROWS && t.shift <= rows / 64) t.n_parts = PARTS;
  sx_status st = SX_OK;
  t.counts = sx_mem_zalloc(&ctx, t.n_parts * 2 * domains, sizeof *t.counts);
  t.sums = sx_mem_zalloc(&ctx, t.n_parts * (2 * t.shift + domains), sizeof *t.sums);
  if (!t.counts || !t.sums) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_parallel_for(&ctx, t.n_parts, fill_part, &t, err), done);
  add_parts(f->sum_w, &t, 0, codes);
  add_parts(f->sum_y, &t, codes, domains);
  add_parts(f->sum_x, &t, codes + domains, domains);
  for (size_t i = 0; i < t.n_parts; i++)
    for (size_t g = 0; g < domains; g++) {
      f->n_in[g] += t.counts[i * 2 * domains + g];
      f->n[g] += t.counts[i * 2 * domains + domains + g];
    }
  if (t.n_parts > 1 && f->continuous) SX_TRY_GOTO(st, residuals_of_parts(&t, &ctx, err), done);
done:
  sx_mem_free(&ctx, t.counts);
  sx_mem_free(&ctx, t.sums);
  return st;
}

sx_status sx_estimate__basis_new(est_frame *f, bool lazy, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(f->design);
  est_basis *b = sx_mem_zalloc(ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  atomic_init(&b->refs, 1);
  if (pthread_mutex_init(&b->lock, NULL) != 0) {
    sx_mem_free(ctx, b);
    return sx_error_memory(err);
  }
  b->ctx = *ctx;
  b->lazy = lazy;
  atomic_init(&b->filled, false);
  b->design = sx_design_ref(f->design);
  b->n_domains = f->n_domains;
  b->bitmap_bytes = sx_design_bitmap_bytes(f->design);
  f->basis = b;
  if (sx_design_replicates(f->design)) return SX_OK;
  size_t bytes = 0;
  if (!sx_size_mul(&bytes, f->n_domains, b->bitmap_bytes)) return sx_error_memory(err);
  b->bits = lazy ? sx_mem_alloc(ctx, bytes, 1) : sx_mem_zalloc(ctx, bytes, 1);
  return b->bits ? SX_OK : sx_error_memory(err);
}

sx_status sx_estimate__frame(est_frame *out, const sx_design *design, const sx_est_request *request, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  SX_TRY(sx_estimate__check_request(design, request, err));
  sx_status st = SX_OK;
  est_frame f;
  memset(&f, 0, sizeof f);
  f.design = design;
  f.request = request;
  f.n_domains = request->by ? request->by->n_groups : 1;
  int32_t *level = NULL;
  size_t codes = 0;
  SX_TRY_GOTO(st, sx_estimate__basis_new(&f, false, err), done);
  SX_TRY_GOTO(st, find_codes(&f, &level, err), done);
  if (!sx_size_mul(&codes, f.n_domains, f.n_values) || codes > INT32_MAX / 2) {
    st = sx_error_set(err, SX_E_LIMIT, NULL, "%zu domains of %zu levels are too many", f.n_domains, f.n_values);
    goto done;
  }
  codes++;
  SX_TRY_GOTO(st, sx_estimate__alloc_codes(&f, codes, err), done);
  f.n_in = sx_mem_zalloc(ctx, f.n_domains, sizeof *f.n_in);
  f.n = sx_mem_zalloc(ctx, f.n_domains, sizeof *f.n);
  f.sum_w = sx_mem_zalloc(ctx, codes, sizeof *f.sum_w);
  f.sum_y = sx_mem_zalloc(ctx, f.n_domains, sizeof *f.sum_y);
  f.sum_x = sx_mem_zalloc(ctx, f.n_domains, sizeof *f.sum_x);
  if (!f.n_in || !f.n || !f.sum_w || !f.sum_y || !f.sum_x) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, fill(&f, level, err), done);
  *out = f;
  memset(&f, 0, sizeof f);
  f.design = design;
done:
  sx_mem_free(ctx, level);
  sx_estimate__frame_clear(&f);
  return st;
}

void sx_estimate__frame_clear(est_frame *f) {
  const sx_ctx *ctx = sx_design_ctx(f->design);
  sx_estimate__basis_free(f->basis);
  sx_mem_free(ctx, f->values);
  sx_mem_free(ctx, f->n_in);
  sx_mem_free(ctx, f->n);
  sx_mem_free(ctx, f->sum_w);
  sx_mem_free(ctx, f->sum_y);
  sx_mem_free(ctx, f->sum_x);
  sx_mem_free(ctx, f->residual);
  sx_estimate__free_texts(ctx, f->level_text, f->n_values);
  sx_estimate__free_texts(ctx, f->level_label, f->n_values);
}

sx_column sx_estimate__column_like(const sx_column *column, sx_type type) {
  sx_column out;
  memset(&out, 0, sizeof out);
  out.name = column->name;
  out.label = column->label;
  out.format = column->format;
  out.type = type;
  out.n = column->n;
  return out;
}
