/* weighting_calibrate.c: calibration of a design, replicate by replicate where it has replicate weights, and what it
 * remembers for the variance: the columns, the weights d q, the ridge of soft totals. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

static sx_status check_options(const sx_calibrate_options *o, sx_error *err) {
  if (!(o->lower < o->upper) || !(o->lower <= 1) || !(o->upper >= 1))
    return sx_error_set(err, SX_E_ARGUMENT, "bounds", "bounds %g to %g: they must enclose 1", o->lower, o->upper);
  if (o->distance == SX_DISTANCE_LOGIT &&
      (!isfinite(o->lower) || !isfinite(o->upper) || !(o->lower < 1) || !(o->upper > 1)))
    return sx_error_set(err, SX_E_ARGUMENT, "bounds",
                        "the logit distance needs bounds on both sides of 1, as in 0.5,2");
  if (!(o->tolerance >= 0) || o->max_iterations == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "options", "tolerance %g and %zu iterations: 0 or more, and 1 or more",
                        o->tolerance, o->max_iterations);
  return SX_OK;
}

sx_status sx_weighting__check_weights(const double *d, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++)
    if (d[i] < 0) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "case %zu", i + 1);
      return sx_error_set(err, SX_E_SUPPORT, where, "the weight is %g: negative weights cannot be calibrated again",
                          d[i]);
    }
  return SX_OK;
}

/* ---- the record ------------------------------------------------------------------------------------------------ */

/* Everything that sx_design_adjust borrows. */
typedef struct record {
  sx_margin *margins;
  int32_t *cell;  /* [margins][rows] */
  double *ones;   /* [controls] totals, which the record does not use */
  double **value; /* [margins], centred where an intercept allows it, or NULL */
  double *ridge;  /* [controls] in the order of the margins, or NULL */
  size_t n_margins;
} record;

static void record_clear(record *r, const sx_ctx *ctx) {
  for (size_t a = 0; r->value && a < r->n_margins; a++) sx_mem_free(ctx, r->value[a]);
  sx_mem_free(ctx, r->value);
  sx_mem_free(ctx, r->margins);
  sx_mem_free(ctx, r->cell);
  sx_mem_free(ctx, r->ones);
  sx_mem_free(ctx, r->ridge);
}

static bool has_intercept(const wt_model *m) {
  for (size_t k = 0; k < m->n_controls; k++)
    if (m->controls[k].n_factors == 0 && !m->controls[k].variable) return true;
  return false;
}

/* x - mean spans the same space beside an intercept and loses no digits in X'DX. Not for soft totals. */
static sx_status record_value(double **out, const wt_model *m, size_t a, const double *d, bool centre, sx_error *err) {
  double *v = sx_mem_zalloc(m->ctx, m->n_rows, sizeof *v), sum = 0, sum_d = 0;
  if (!v) return sx_error_memory(err);
  const int32_t *col = m->col + a * m->n_rows;
  for (size_t i = 0; i < m->n_rows; i++) {
    if (col[i] < 0) continue;
    sum += d[i] * m->value[a][i];
    sum_d += d[i];
  }
  for (size_t i = 0; i < m->n_rows; i++)
    if (col[i] >= 0) v[i] = m->value[a][i] - (centre && sum_d > 0 ? sum / sum_d : 0);
  *out = v;
  return SX_OK;
}

/* The margin spans every row that takes part, so that its column may be centred. */
static bool whole(const wt_model *m, size_t a) {
  for (size_t i = 0; i < m->n_rows; i++)
    if (m->part[i] && m->col[a * m->n_rows + i] < 0) return false;
  return m->cells[a] == 1;
}

static sx_status record_fill(record *r, const wt_model *m, const double *d, sx_error *err) {
  const size_t n = m->n_rows;
  bool soft = false;
  for (size_t k = 0; k < m->n_controls; k++) soft = soft || m->controls[k].slack > 0;
  const bool centre = has_intercept(m) && !soft;
  r->n_margins = m->n_margins;
  r->margins = sx_mem_zalloc(m->ctx, m->n_margins, sizeof *r->margins);
  r->cell = sx_mem_alloc(m->ctx, m->n_margins * n, sizeof *r->cell);
  r->ones = sx_mem_zalloc(m->ctx, m->n_controls, sizeof *r->ones);
  r->value = sx_mem_zalloc(m->ctx, m->n_margins, sizeof *r->value);
  r->ridge = soft ? sx_mem_alloc(m->ctx, m->n_controls, sizeof *r->ridge) : NULL;
  if (!r->margins || !r->cell || !r->ones || !r->value || (soft && !r->ridge)) return sx_error_memory(err);
  size_t first = 0;
  for (size_t a = 0; a < m->n_margins; a++) {
    int32_t *cell = r->cell + a * n;
    for (size_t i = 0; i < n; i++) {
      const int32_t k = m->col[a * n + i];
      cell[i] = k < 0 ? -1 : (int32_t)m->within[k];
    }
    r->margins[a] = (sx_margin){NULL, m->cells[a], cell, r->ones};
    if (m->value[a]) SX_TRY(record_value(&r->value[a], m, a, d, centre && whole(m, a), err));
    for (size_t k = 0; soft && k < m->n_controls; k++)
      if (m->margin_of[k] == a) r->ridge[first + m->within[k]] = sx_weighting__ridge(m, k, d);
    first += m->cells[a];
  }
  return SX_OK;
}

/* ---- replicates ------------------------------------------------------------------------------------------------- */

typedef struct rep_job {
  const wt_model *m;
  const sx_calibrate_options *options;
  const sx_design *design;
  wt_replicates *to;
  size_t reps;
} rep_job;

static sx_status calibrate_replicate(void *data, size_t r, sx_error *err) {
  const rep_job *job = data;
  const wt_model *m = job->m;
  const wt_replicates *to = job->to;
  const size_t n = m->n_rows;
  sx_status st = SX_OK;
  wt_result result;
  memset(&result, 0, sizeof result);
  char who[64];
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  double *d = sx_mem_alloc(m->ctx, n, sizeof *d), *w = sx_mem_alloc(m->ctx, n, sizeof *w);
  if (!d || !w) {
    st = sx_error_memory(err);
    goto done;
  }
  sx_design_replicate(d, job->design, r);
  for (size_t i = 0; i < n; i++)
    if (!m->part[i]) d[i] = 0;
  SX_TRY_GOTO(st, sx_weighting__check_units(m, d, who, err), done);
  SX_TRY_GOTO(st, sx_weighting__calibrate(w, &result, m, d, job->options, who, err), done);
  for (size_t i = 0; i < n && to->full; i++) to->full[i * job->reps + r] = w[i];
  for (size_t i = 0; i < n && to->factor; i++) /* the same in all rows of a cell */
    if (d[i] > 0) to->factor[to->cell[i] * job->reps + r] = w[i] / d[i];
done:
  sx_mem_free(m->ctx, d);
  sx_mem_free(m->ctx, w);
  return st;
}

static sx_status calibrate_replicates(wt_replicates *out, const wt_model *m, const sx_design *design,
                                      const sx_calibrate_options *options, sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  size_t n = 0, size = 0;
  SX_TRY(sx_weighting__no_negative(design, "calibrated", err));
  out->cell = sx_mem_alloc(m->ctx, m->n_rows, sizeof *out->cell);
  if (!out->cell) return sx_error_memory(err);
  SX_TRY(sx_weighting__model_cells(out->cell, &n, m, err));
  if (n) {
    out->n_cells = n;
    out->factor = sx_size_mul(&size, n, reps) ? sx_mem_zalloc(m->ctx, size, sizeof *out->factor) : NULL;
  } else {
    out->full = sx_size_mul(&size, m->n_rows, reps) ? sx_mem_alloc(m->ctx, size, sizeof *out->full) : NULL;
  }
  if (!out->factor && !out->full) return sx_error_memory(err);
  rep_job job = {m, options, design, out, reps};
  return sx_parallel_for(m->ctx, reps, calibrate_replicate, &job, err);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

const char *sx_weighting__distance_name(const sx_calibrate_options *o) {
  if (o->distance == SX_DISTANCE_RAKING) return "raking";
  if (o->distance == SX_DISTANCE_LOGIT) return "logit";
  return isfinite(o->lower) || isfinite(o->upper) ? "truncated linear" : "linear";
}

static sx_status finish(sx_design **out, const sx_design *design, const wt_model *m, const double *w,
                        const sx_calibrate_options *options, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status st = SX_OK;
  wt_replicates replicates = {NULL, NULL, 0, NULL};
  char note[128];
  record r;
  memset(&r, 0, sizeof r);
  SX_TRY_GOTO(st, record_fill(&r, m, sx_design_weights(design), err), done);
  if (sx_design_replicates(design)) SX_TRY_GOTO(st, calibrate_replicates(&replicates, m, design, options, err), done);
  (void)snprintf(note, sizeof note, "calibrated to %zu total%s (%s)%s", m->n_controls, m->n_controls == 1 ? "" : "s",
                 sx_weighting__distance_name(options), m->unit ? ", equal weights within a unit" : "");
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  a.repw = replicates.full;
  a.rep_cell = replicates.cell;
  a.rep_factor = replicates.factor;
  a.n_rep_cells = replicates.n_cells;
  a.margins = r.margins;
  a.n_margins = r.n_margins;
  a.values = (const double *const *)r.value;
  a.q = m->q;
  a.ridge = r.ridge;
  a.negative = true;
  a.note = note;
  st = sx_design_adjust(out, design, &a, err);
done:
  record_clear(&r, ctx);
  sx_weighting__replicates_clear(&replicates, ctx);
  return st;
}

void sx_weighting__calibrate_report(sx_calibrate_report *report, const wt_model *m, const wt_result *result,
                                    const double *d, const double *w) {
  sx_weight_report *r = &report->weights;
  memset(r, 0, sizeof *r);
  r->iterations = result->iterations;
  r->worst = result->worst_miss;
  r->n_at_bound = result->n_at_bound;
  sx_weighting__control_name(r->worst_cell, &m->controls[result->worst]);
  r->min_weight = r->min_factor = (double)INFINITY;
  r->max_weight = r->max_factor = -(double)INFINITY;
  r->kish_deff = sx_weighting_kish_deff(w, m->n_rows);
  report->n_negative = 0;
  for (size_t i = 0; i < m->n_rows; i++) {
    if (!m->part[i]) continue;
    r->min_weight = fmin(r->min_weight, w[i]);
    r->max_weight = fmax(r->max_weight, w[i]);
    r->min_factor = fmin(r->min_factor, w[i] / d[i]);
    r->max_factor = fmax(r->max_factor, w[i] / d[i]);
    report->n_negative += w[i] < 0;
  }
  report->n_dropped = result->n_dropped;
  memcpy(report->dropped, result->dropped, sizeof report->dropped);
}

sx_status sx_weighting__calibration(wt_model *out, const sx_design *design, const sx_table *table,
                                    const sx_control *controls, size_t n_controls, const sx_calibrate_options *o,
                                    sx_error *err) {
  const double *d = sx_design_weights(design);
  if (n_controls && !controls)
    return sx_error_set(err, SX_E_ARGUMENT, "controls", "%zu totals are announced, but the array is NULL", n_controls);
  if (sx_table_rows(table) != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                        sx_design_rows(design));
  SX_TRY(check_options(o, err));
  SX_TRY(sx_weighting__check_weights(d, sx_design_rows(design), err));
  return sx_weighting__model(out, sx_design_ctx(design), table, controls, n_controls, o, d, false, err);
}

sx_status sx_weighting_calibrate(sx_design **out, const sx_design *design, const sx_table *table,
                                 const sx_control *controls, size_t n_controls, const sx_calibrate_options *options,
                                 sx_calibrate_report *report, sx_error *err) {
  const sx_calibrate_options plain = SX_CALIBRATE_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  const double *d = sx_design_weights(design);
  const sx_calibrate_options *o = options ? options : &plain;
  wt_model m;
  SX_TRY(sx_weighting__calibration(&m, design, table, controls, n_controls, o, err));
  sx_status st = SX_OK;
  wt_result result;
  memset(&result, 0, sizeof result);
  result.achieved = report ? report->achieved : NULL;
  double *w = sx_mem_alloc(ctx, m.n_rows, sizeof *w);
  if (!w) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__calibrate(w, &result, &m, d, o, "", err), done);
  SX_TRY_GOTO(st, finish(out, design, &m, w, o, err), done);
  if (report) sx_weighting__calibrate_report(report, &m, &result, d, w);
done:
  sx_weighting__model_clear(&m);
  sx_mem_free(ctx, w);
  return st;
}
