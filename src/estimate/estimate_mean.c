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
enum { N_KINDS = sizeof kinds / sizeof *kinds, LOG_BLOCK = 65536 };

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

static sx_status transform_block(void *data, size_t block, sx_error *err) {
  const transformed *t = data;
  const sx_column *y = t->request->y;
  const size_t from = block * LOG_BLOCK, to = y->n - from < LOG_BLOCK ? y->n : from + LOG_BLOCK;
  for (size_t i = from; i < to; i++) t->out[i] = y->type == SX_NUMBER ? y->data.f64[i] : (double)y->data.i64[i];
  for (size_t i = from; i < to; i++) {
    if (t->out[i] > 0) continue;
    if (t->out[i] <= 0 && in_base(t->request, i)) return not_positive(t, i, t->out[i], err);
    if (t->out[i] <= 0) t->out[i] = 1; /* outside the base; NaN stays, and is refused or missing as in any mean */
  }
  if (t->kind == SX_MEAN_GEOMETRIC)
    for (size_t i = from; i < to; i++) t->out[i] = log(t->out[i]);
  else
    for (size_t i = from; i < to; i++) t->out[i] = 1 / t->out[i];
  return SX_OK;
}

/* ---- back to the scale of the variable --------------------------------------------------------------------------- */

static double back(sx_mean_kind kind, double m) {
  return kind == SX_MEAN_GEOMETRIC ? exp(m) : 1 / m;
}

/* g(e) for an estimate of one design, with the derivative at its value. */
static sx_status map_back(sx_est **out, const sx_est *e, sx_mean_kind kind, double derivative, sx_error *err) {
  const est_part *from = &e->parts[0];
  const double value = back(kind, e->value);
  const size_t length = sx_design_carrier_length(from->design);
  sx_est *n = NULL;
  SX_TRY(sx_estimate__est_new(&n, &e->ctx, value, 1, err));
  est_part *part = &n->parts[0];
  part->design = sx_design_ref(from->design);
  part->df = from->df;
  if (from->z) part->z = sx_mem_alloc(&e->ctx, length, sizeof *part->z);
  if (from->n_terms) part->terms = sx_mem_alloc(&e->ctx, from->n_terms, sizeof *part->terms);
  if (from->bits) part->bits = sx_mem_alloc(&e->ctx, sx_design_bitmap_bytes(from->design), 1);
  if ((from->z && !part->z) || (from->n_terms && !part->terms) || (from->bits && !part->bits)) {
    sx_est_free(n);
    return sx_error_memory(err);
  }
  for (size_t k = 0; k < from->n_terms; k++) {
    part->terms[k] = (est_term){derivative * from->terms[k].coef, from->terms[k].leaf};
    atomic_fetch_add(&from->terms[k].leaf->refs, 1);
  }
  part->n_terms = from->n_terms;
  if (from->bits) memcpy(part->bits, from->bits, sx_design_bitmap_bytes(from->design));
  const bool replicates = sx_design_replicates(from->design) > 0;
  for (size_t i = 0; from->z && i < length; i++)
    part->z[i] = replicates ? back(kind, from->z[i]) : derivative * from->z[i];
  part->variance = replicates ? sx_design_cov(from->design, part->z, part->z, value, value)
                              : derivative * derivative * from->variance;
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

sx_status sx_estimate_mean(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                           const sx_est_request *request, const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  sx_est_options o = options ? *options : plain;
  SX_TRY(check(design, spec, request, err));
  if (spec->kind == SX_MEAN_TRIMMED || spec->kind == SX_MEAN_WINSORISED)
    return sx_estimate__trimmed(out, design, spec, request, &o, err);
  const sx_ctx *ctx = sx_design_ctx(design);
  const sx_column *y = request->y;
  transformed t = {request, spec->kind, sx_mem_alloc(ctx, y->n, sizeof(double))};
  if (!t.out) return sx_error_memory(err);
  sx_est_set *set = NULL;
  sx_column h = sx_estimate__column_like(y, SX_NUMBER);
  h.data.f64 = t.out;
  h.miss = y->miss;
  const sx_est_request of = {SX_STAT_MEAN, &h, NULL, false, request->where, request->by};
  sx_est_options wald = o;
  wald.ci = SX_CI_WALD;
  sx_status st = sx_parallel_for(ctx, (y->n + LOG_BLOCK - 1) / LOG_BLOCK, transform_block, &t, err);
  if (st == SX_OK) st = sx_estimate_run(&set, design, &of, &wald, err);
  for (size_t i = 0; st == SX_OK && i < set->n_rows; i++) st = row_back(&set->rows[i], spec->kind, &o, err);
  sx_mem_free(ctx, t.out);
  if (st == SX_OK)
    *out = set;
  else
    sx_est_set_free(set);
  return st;
}

/* ---- many at once ------------------------------------------------------------------------------------------------ */

typedef struct many_means {
  const sx_design *design;
  const sx_mean_spec *spec;
  const sx_est_request *requests;
  const sx_est_options *options;
} many_means;

static sx_status one_mean(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const many_means *m = data;
  return sx_estimate_mean(out, m->design, m->spec, &m->requests[i], m->options, err);
}

sx_status sx_estimate_mean_many(sx_est_set **out, const sx_design *design, const sx_mean_spec *spec,
                                const sx_est_request *requests, size_t n, const sx_est_options *options,
                                sx_error *err) {
  const many_means data = {design, spec, requests, options};
  return sx_estimate__many(out, sx_design_ctx(design), n, one_mean, &data, err);
}
