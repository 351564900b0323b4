/* estimate_mean.c: geometric and harmonic means, as functions g(m) of the mean m of h(y):
 *
 *   geometric  h = log, g = exp        se = g |m's se|,  limits exp(m -+ t se_m)
 *   harmonic   h = g = 1/x             se = se_m / m^2,  limits 1/(m +- t se_m)
 *
 * The carrier is g'(m) times that of m; under replicate weights it is g of the replicate's mean. The trimmed kinds are in
 * estimate_mean_trim.c. Woodruff (1971), JASA 66:411-414, for g; docs/methods/means.md. */
#include "shuxiao/estimate_mean.h"

#include <stdio.h>
#include <string.h>

#include "estimate_mean_priv.h"

static const char *const kinds[] = {"geometric", "harmonic", "trimmed", "winsorised"};
enum { N_KINDS = sizeof kinds / sizeof *kinds, LOG_BLOCK = 4096 };

const char *sx_mean_name(sx_mean_kind kind) {
  return (unsigned)kind < N_KINDS ? kinds[kind] : "unknown";
}

sx_status sx_mean_parse(sx_mean_kind *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < N_KINDS; k++) {
    if (strcmp(text, kinds[k]) != 0) continue;
    *out = (sx_mean_kind)k;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is not a mean: geometric, harmonic, trimmed or winsorised", text);
}

static sx_status check(const sx_design *design, const sx_mean_spec *spec, const sx_est_request *r, sx_error *err) {
  const sx_column *y = r->y;
  if ((unsigned)spec->kind >= N_KINDS)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "unknown mean %d", (int)spec->kind);
  if (!y) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the statistic needs a variable");
  if (y->n != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, y->name, "the variable has %zu cases, the design %zu", y->n,
                        sx_design_rows(design));
  if (y->type != SX_NUMBER && y->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, y->name, "it is %s: this statistic needs a number", sx_type_name(y->type));
  if (r->by && r->by->n_rows != y->n)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, y->n);
  if (spec->kind != SX_MEAN_TRIMMED && spec->kind != SX_MEAN_WINSORISED) return SX_OK;
  if (!(spec->lower >= 0 && spec->upper >= 0 && spec->lower + spec->upper < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "tails", "%g and %g: each is 0 or more, and together they are below 1",
                        spec->lower, spec->upper);
  return SX_OK;
}

/* ---- the transformed variable ------------------------------------------------------------------------------------ */

typedef struct transformed {
  const sx_est_request *request;
  sx_mean_kind kind;
  double *out; /* [rows] */
} transformed;

static sx_status not_positive(const transformed *t, size_t row, double x, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: case %zu", t->request->y->name, row + 1);
  return sx_error_set(err, SX_E_DATA, where,
                      "the value is %g: a %s mean needs values above 0; leave such cases out (--where), or ask for "
                      "another mean",
                      x, sx_mean_name(t->kind));
}

static bool in_base(const sx_est_request *r, size_t row) {
  if (r->where && r->where[row] != 1) return false;
  return !(r->by && r->by->group[row] < 0) && !sx_column_missing(r->y, row);
}

/* Values of a block, 1 where the case has none; true where all are above 0. */
static bool take_block(double *out, const sx_column *y, size_t from, size_t n) {
  const uint8_t *miss = y->miss ? y->miss + from : NULL;
  if (y->type == SX_NUMBER)
    memcpy(out, y->data.f64 + from, n * sizeof *out);
  else
    for (size_t i = 0; i < n; i++) out[i] = (double)y->data.i64[from + i];
  for (size_t i = 0; miss && i < n; i++) out[i] = miss[i] ? 1 : out[i];
  int good = 1;
  for (size_t i = 0; i < n; i++) good &= out[i] > 0;
  return good;
}

static sx_status transform_block(const transformed *t, size_t block, sx_error *err) {
  const sx_column *y = t->request->y;
  const size_t from = block * LOG_BLOCK, n = y->n - from < LOG_BLOCK ? y->n - from : LOG_BLOCK;
  double *out = t->out + from;
  const bool good = take_block(out, y, from, n);
  for (size_t i = 0; !good && i < n; i++) {
    if (!(out[i] <= 0)) continue; /* NaN stays, and is refused as in any mean */
    if (in_base(t->request, from + i)) return not_positive(t, from + i, out[i], err);
    out[i] = 1;
  }
  if (t->kind == SX_MEAN_GEOMETRIC)
    sx_num_log(out, out, n);
  else
    for (size_t i = 0; i < n; i++) out[i] = 1 / out[i];
  return SX_OK;
}

/* ---- back to the scale of the variable --------------------------------------------------------------------------- */

static double back(sx_mean_kind kind, double m) {
  return kind == SX_MEAN_GEOMETRIC ? exp(m) : 1 / m;
}

/* One source's share of g(e): a design's carrier, or the coefficient of an outside figure. */
static sx_status part_back(est_part *part, const est_part *from, const sx_ctx *ctx, sx_mean_kind kind, double value,
                           double derivative, sx_error *err) {
  part->df = from->df;
  part->variance = derivative * derivative * from->variance;
  if (!from->design) {
    part->figure = from->figure;
    atomic_fetch_add(&from->figure->refs, 1);
    part->coef = derivative * from->coef;
    return SX_OK;
  }
  const size_t length = sx_design_carrier_length(from->design), bytes = sx_design_bitmap_bytes(from->design);
  part->design = sx_design_ref(from->design);
  const double *own = sx_estimate__carrier(from);
  if (!own && from->late) return sx_error_memory(err);
  if (own) part->z = sx_mem_alloc(ctx, length, sizeof *part->z);
  if (from->n_terms) part->terms = sx_mem_alloc(ctx, from->n_terms, sizeof *part->terms);
  if (from->bits) part->bits = sx_mem_alloc(ctx, bytes, 1);
  if ((own && !part->z) || (from->n_terms && !part->terms) || (from->bits && !part->bits)) return sx_error_memory(err);
  for (size_t k = 0; k < from->n_terms; k++) {
    part->terms[k] = (est_term){derivative * from->terms[k].coef, from->terms[k].leaf};
    atomic_fetch_add(&from->terms[k].leaf->refs, 1);
  }
  part->n_terms = from->n_terms;
  if (from->bits) memcpy(part->bits, from->bits, bytes);
  const bool replicates = sx_design_replicates(from->design) > 0;
  for (size_t i = 0; own && i < length; i++) part->z[i] = replicates ? back(kind, own[i]) : derivative * own[i];
  if (replicates) part->variance = sx_design_cov(from->design, part->z, part->z, value, value);
  return SX_OK;
}

/* g(e), with the derivative at its value. */
static sx_status map_back(sx_est **out, const sx_est *e, sx_mean_kind kind, double derivative, sx_error *err) {
  const double value = back(kind, e->value);
  sx_est *n = NULL;
  SX_TRY(sx_estimate__est_new(&n, &e->ctx, value, e->n_parts, err));
  sx_status st = SX_OK;
  for (size_t p = 0; st == SX_OK && p < e->n_parts; p++)
    st = part_back(&n->parts[p], &e->parts[p], &e->ctx, kind, value, derivative, err);
  if (st != SX_OK) {
    sx_est_free(n);
    return st;
  }
  sx_estimate__total(n);
  *out = n;
  return SX_OK;
}

/* The limits on the scale of m, taken back. */
static void limits_back(sx_est_row *row, sx_mean_kind kind, double low, double high) {
  row->low = kind == SX_MEAN_GEOMETRIC ? exp(low) : 1 / high;
  row->high = kind == SX_MEAN_GEOMETRIC ? exp(high) : low > 0 ? 1 / low : (double)NAN;
}

static sx_status row_back(sx_est_row *row, sx_mean_kind kind, const sx_est_options *o, sx_error *err) {
  if (!row->est || isnan(row->estimate)) return SX_OK;
  const double m = row->estimate, low = row->low, high = row->high, g = back(kind, m);
  sx_est *est = NULL;
  if (!isfinite(g)) { /* logs so large that the mean is no number */
    sx_est_free(row->est);
    row->est = NULL;
    row->estimate = row->se = row->low = row->high = row->cv = row->deff = row->n_eff = (double)NAN;
    row->na = SX_NA_ZERO_DENOMINATOR;
    return SX_OK;
  }
  SX_TRY(map_back(&est, row->est, kind, kind == SX_MEAN_GEOMETRIC ? g : -g * g, err));
  sx_est_free(row->est);
  row->est = est;
  row->estimate = g;
  if (isnan(row->se)) return SX_OK; /* the reason stands in na */
  est_t cache = {0, 0, 0};
  const double deff = row->deff, n_eff = row->n_eff;
  sx_estimate__interval(row, est->variance, false, o, &cache);
  row->deff = deff;
  row->n_eff = n_eff;
  if (o->ci != SX_CI_WALD && !isnan(row->se)) limits_back(row, kind, low, high);
  return SX_OK;
}

/* ---- requests, a batch at a time ----------------------------------------------------------------------------------- */

/* Variables transformed and estimated together, in memory that the next batch uses again: fresh pages cost more than logarithms. */
enum { BATCH = 4 };

typedef struct batch {
  const sx_design *design;
  const sx_est_request *requests;
  sx_mean_kind kind;
  double *space[BATCH]; /* [rows] each */
  size_t n, n_blocks;
} batch;

static sx_status transform(void *data, size_t i, sx_error *err) {
  const batch *b = data;
  const size_t k = i / b->n_blocks;
  const transformed t = {&b->requests[k], b->kind, b->space[k]};
  return transform_block(&t, i % b->n_blocks, err);
}

static sx_status run_batch(sx_est_set **out, batch *b, const sx_est_options *o, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(b->design);
  sx_est_options wald = *o;
  wald.ci = SX_CI_WALD;
  sx_est_request of[BATCH];
  sx_column column[BATCH];
  for (size_t k = 0; k < b->n; k++) {
    const sx_est_request *r = &b->requests[k];
    column[k] = sx_estimate__column_like(r->y, SX_NUMBER);
    column[k].miss = r->y->miss;
    column[k].data.f64 = b->space[k];
    of[k] = (sx_est_request){SX_STAT_MEAN, &column[k], NULL, false, r->where, r->by};
  }
  SX_TRY(sx_parallel_for(ctx, b->n * b->n_blocks, transform, b, err));
  SX_TRY(sx_estimate_run_many(out, b->design, of, b->n, &wald, err));
  for (size_t k = 0; k < b->n; k++)
    for (size_t i = 0; i < out[k]->n_rows; i++) SX_TRY(row_back(&out[k]->rows[i], b->kind, o, err));
  return SX_OK;
}

/* sets [n], NULL where a batch was not reached. */
static sx_status run_batches(sx_est_set **sets, const sx_design *design, const sx_mean_spec *spec,
                             const sx_est_request *requests, size_t n, const sx_est_options *o, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t rows = sx_design_rows(design);
  batch b = {.design = design, .kind = spec->kind, .n_blocks = (rows + LOG_BLOCK - 1) / LOG_BLOCK};
  sx_status st = SX_OK;
  for (size_t k = 0; st == SX_OK && k < BATCH && k < n; k++) {
    b.space[k] = sx_mem_alloc(ctx, rows, sizeof(double));
    if (!b.space[k]) st = sx_error_memory(err);
  }
  for (size_t from = 0; st == SX_OK && from < n; from += BATCH) {
    b.requests = requests + from;
    b.n = n - from < BATCH ? n - from : BATCH;
    st = run_batch(sets + from, &b, o, err);
  }
  for (size_t k = 0; k < BATCH; k++) sx_mem_free(ctx, b.space[k]);
  return st;
}

/* ---- the public functions -------------------------------------------------------------------------------------------- */

typedef struct trimmed_means {
  const sx_design *design;
  const sx_mean_spec *spec;
  const sx_est_request *requests;
  const sx_est_options *options;
} trimmed_means;

static sx_status one_trimmed(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const trimmed_means *m = data;
  return sx_estimate__trimmed(out, m->design, m->spec, &m->requests[i], m->options, err);
}

sx_status sx_estimate_mean_many(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                                const sx_est_request *requests, size_t n, const sx_est_options *options,
                                sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT, *o = options ? options : &plain;
  const sx_ctx *ctx = sx_design_ctx(design);
  for (size_t i = 0; i < n; i++) SX_TRY(check(design, spec, &requests[i], err));
  if (spec->kind == SX_MEAN_TRIMMED || spec->kind == SX_MEAN_WINSORISED) {
    const trimmed_means data = {design, spec, requests, o};
    return sx_estimate__many(out, ctx, n, one_trimmed, &data, err);
  }
  sx_est_set **sets = sx_mem_zalloc(ctx, n, sizeof(sx_est_set *));
  if (!sets) return sx_error_memory(err);
  const sx_status st = run_batches(sets, design, spec, requests, n, o, err);
  for (size_t i = 0; i < n; i++) {
    if (st == SX_OK)
      out[i] = sets[i];
    else
      sx_est_set_free(sets[i]);
  }
  sx_mem_free(ctx, (void *)sets);
  return st;
}

sx_status sx_estimate_mean(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                           const sx_est_request *request, const sx_est_options *options, sx_error *err) {
  return sx_estimate_mean_many(out, design, spec, request, 1, options, err);
}
