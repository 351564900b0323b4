/* weighting_estimated.c: calibration to totals that are themselves estimates.
 *
 * theta = theta_cal(t) + b'(t* - t) to first order, b the coefficients of the score of theta on the controls; t* independent of the
 * sample with covariance V_t: V(theta) = V_cal + b'V_t b: Dever & Valliant (2010) Survey Methodology 36:45-56; Opsomer & Erciulescu
 * (2021) Survey Methodology 47:265-277. V_t = LL' by pivoted Cholesky: each column of L is an independent outside figure.
 * Replicates (Fuller 1998, Statistica Sinica 8:1153-1164): replicate r is calibrated to t + sum_k L_k v_kr with
 * scale sum_r rscale_r v_kr v_lr = 1 (k = l) or 0 and sum_r v_kr = 0, from random numbers of the context's seed, so that the replicate
 * covariance of the calibrated controls is V_t. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"
#include "weighting_response_priv.h"

static const double pivot_tolerance = 1e-12;

typedef struct estimated {
  const sx_ctx *ctx;
  const sx_control *controls;
  size_t n, rank;
  double *root;  /* [n][rank] row-major: L */
  double *shift; /* [replicates][n] of the totals, or NULL */
} estimated;

/* ---- the root of the covariance -------------------------------------------------------------------------------- */

static sx_status check_cov(const sx_control *controls, size_t n, const double *cov, double df, sx_error *err) {
  char name[256];
  if (!cov) return sx_error_set(err, SX_E_ARGUMENT, "covariance", "the totals need their covariance");
  if (!(df > 0)) return sx_error_set(err, SX_E_ARGUMENT, "covariance", "the degrees of freedom are %g", df);
  for (size_t i = 0; i < n; i++) {
    sx_weighting__control_name(name, &controls[i]);
    if (controls[i].slack > 0)
      return sx_error_set(err, SX_E_ARGUMENT, name, "a soft total has no standard error: give one or the other");
    const double v = cov[i * n + i];
    if (!(v >= 0) || !isfinite(v))
      return sx_error_set(err, SX_E_ARGUMENT, name, "the variance of the total is %g: it must be finite and 0 or more",
                          v);
    for (size_t j = 0; j < i; j++) {
      const double a = cov[i * n + j], b = cov[j * n + i], most = sqrt(v * cov[j * n + j]);
      if (!(fabs(a - b) <= 1e-9 * most) || !(fabs(a) <= most * (1 + 1e-9)))
        return sx_error_set(err, SX_E_ARGUMENT, name,
                            "the covariance with total %zu is %g and %g: it is symmetric and within the variances",
                            j + 1, a, b);
    }
  }
  return SX_OK;
}

/* Pivoted Cholesky on a copy; the columns of root in the order found. A negative remainder is no covariance. */
static sx_status take_root(estimated *e, const double *cov, sx_error *err) {
  const size_t n = e->n;
  sx_status st = SX_OK;
  double largest = 0;
  double *left = sx_mem_alloc(e->ctx, n * n, sizeof *left), *columns = sx_mem_zalloc(e->ctx, n * n, sizeof *columns);
  if (!left || !columns) {
    st = sx_error_memory(err);
    goto done;
  }
  /* of correlations, so that totals of any size count alike */
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const double s = sqrt(cov[i * n + i]) * sqrt(cov[j * n + j]);
      left[i * n + j] = s > 0 ? cov[i * n + j] / s : 0;
    }
  for (; e->rank < n; e->rank++) {
    size_t p = 0;
    for (size_t i = 1; i < n; i++)
      if (left[i * n + i] > left[p * n + p]) p = i;
    largest = left[p * n + p];
    if (!(largest > pivot_tolerance)) break;
    double *l = columns + e->rank * n;
    for (size_t i = 0; i < n; i++) l[i] = left[i * n + p] / sqrt(largest);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) left[i * n + j] -= l[i] * l[j];
    for (size_t j = 0; j < n; j++) left[p * n + j] = left[j * n + p] = 0;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      if (left[i * n + j] < -1e-7 || (i != j && left[i * n + j] > 1e-7)) {
        char name[256];
        st =
            sx_error_set(err, SX_E_ARGUMENT, sx_weighting__control_name(name, &e->controls[i]),
                         "the covariance of the totals is not one: some combination of totals has a negative variance");
        goto done;
      }
  e->root = sx_mem_alloc(e->ctx, n * e->rank, sizeof *e->root);
  if (!e->root) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < e->rank; k++) e->root[i * e->rank + k] = columns[k * n + i] * sqrt(cov[i * n + i]);
done:
  sx_mem_free(e->ctx, left);
  sx_mem_free(e->ctx, columns);
  return st;
}

/* ---- linearised designs: outside figures -------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, const void *data, size_t n) {
  const unsigned char *at = data;
  for (size_t i = 0; i < n; i++) h = (h ^ at[i]) * 0x100000001b3U; /* FNV-1a */
  return h;
}

/* Of a control alone where its total is independent of the others, else of all: the same totals are the same figure everywhere. */
static uint64_t figure_id(const estimated *e, const double *cov, size_t k) {
  size_t only = SIZE_MAX, used = 0;
  for (size_t i = 0; i < e->n; i++)
    if (e->root[i * e->rank + k] != 0) {
      used++;
      only = i;
    }
  bool alone = used == 1;
  for (size_t j = 0; alone && j < e->n; j++) alone = j == only || cov[only * e->n + j] == 0;
  uint64_t h = 0xcbf29ce484222325U;
  char name[256];
  for (size_t i = 0; i < e->n; i++) {
    if (alone && i != only) continue;
    sx_weighting__control_name(name, &e->controls[i]);
    h = mix(h, name, strlen(name));
    h = mix(h, &e->controls[i].total, sizeof(double));
    h = mix(h, alone ? &cov[i * e->n + i] : &cov[i * e->n], (alone ? 1 : e->n) * sizeof(double));
  }
  if (!alone) h = mix(h, &k, sizeof k);
  return h ? h : 1;
}

/* Everything that sx_design_adjust borrows. */
typedef struct record {
  sx_margin *margins;
  int32_t *cell;
  double *ones, *coef, *value, *se;
  const double **values;
  uint64_t *id;
  sx_figures figures;
} record;

static void record_clear(record *r, const sx_ctx *ctx) {
  sx_mem_free(ctx, r->margins);
  sx_mem_free(ctx, r->cell);
  sx_mem_free(ctx, r->ones);
  sx_mem_free(ctx, r->coef);
  sx_mem_free(ctx, r->value);
  sx_mem_free(ctx, r->se);
  sx_mem_free(ctx, (void *)r->values);
  sx_mem_free(ctx, r->id);
}

static sx_status record_fill(record *r, const wt_model *m, const estimated *e, const double *cov, double df,
                             sx_error *err) {
  const size_t n = m->n_rows, k_all = e->rank;
  r->margins = sx_mem_zalloc(m->ctx, m->n_margins, sizeof *r->margins);
  r->cell = sx_mem_alloc(m->ctx, m->n_margins * n, sizeof *r->cell);
  r->values = sx_mem_zalloc(m->ctx, m->n_margins, sizeof *r->values);
  r->ones = sx_mem_zalloc(m->ctx, m->n_controls, sizeof *r->ones);
  r->coef = sx_mem_zalloc(m->ctx, m->n_controls * (k_all + 1), sizeof *r->coef);
  r->value = sx_mem_zalloc(m->ctx, k_all + 1, sizeof *r->value);
  r->se = sx_mem_zalloc(m->ctx, k_all + 1, sizeof *r->se);
  r->id = sx_mem_zalloc(m->ctx, k_all + 1, sizeof *r->id);
  if (!r->margins || !r->cell || !r->values || !r->ones || !r->coef || !r->value || !r->se || !r->id)
    return sx_error_memory(err);
  size_t first = 0;
  for (size_t a = 0; a < m->n_margins; a++) {
    for (size_t i = 0; i < n; i++) {
      const int32_t k = m->col[a * n + i];
      r->cell[a * n + i] = k < 0 ? -1 : (int32_t)m->within[k];
    }
    r->margins[a] = (sx_margin){NULL, m->cells[a], r->cell + a * n, r->ones};
    r->values[a] = m->value[a];
    for (size_t k = 0; k < m->n_controls; k++)
      for (size_t j = 0; m->margin_of[k] == a && j < k_all; j++)
        r->coef[(first + m->within[k]) * k_all + j] = e->root[k * k_all + j] / m->scale[a];
    first += m->cells[a];
  }
  for (size_t j = 0; j < k_all; j++) {
    r->id[j] = figure_id(e, cov, j);
    r->se[j] = 1;
    for (size_t k = 0; k < m->n_controls; k++) r->value[j] += e->root[k * k_all + j] * m->controls[k].total;
  }
  r->figures = (sx_figures){k_all, r->id, r->value, r->se, r->coef, df};
  return SX_OK;
}

/* ---- replicates ------------------------------------------------------------------------------------------------------ */

/* u [rank][reps] orthonormal, each orthogonal to 1/sqrt(rscale), 0 where the rscale is 0: Gram and Schmidt, twice. */
static void orthonormal(double *u, size_t rank, size_t reps, const double *rscales, uint64_t seed) {
  double norm = 0;
  for (size_t r = 0; r < reps; r++) norm += rscales[r] > 0 ? 1 / rscales[r] : 0;
  for (size_t k = 0; k < rank; k++) {
    sx_rng rng;
    double *x = u + k * reps, square = 0;
    sx_rng_init(&rng, seed, 0x746f74616c73U + k);
    for (size_t r = 0; r < reps; r++) {
      const double z = sx_rng_normal(&rng);
      x[r] = rscales[r] > 0 ? z : 0;
    }
    for (int pass = 0; pass < 2; pass++) {
      double dot = 0;
      for (size_t r = 0; r < reps; r++) dot += rscales[r] > 0 ? x[r] / sqrt(rscales[r]) : 0;
      for (size_t r = 0; r < reps; r++) x[r] -= rscales[r] > 0 ? dot / norm / sqrt(rscales[r]) : 0;
      for (size_t l = 0; l < k; l++) {
        const double *y = u + l * reps, along = sx_num_dot(x, y, reps);
        for (size_t r = 0; r < reps; r++) x[r] -= along * y[r];
      }
    }
    for (size_t r = 0; r < reps; r++) square += x[r] * x[r];
    for (size_t r = 0; r < reps; r++) x[r] /= sqrt(square);
  }
}

static sx_status make_shifts(estimated *e, const sx_design *design, sx_error *err) {
  const size_t reps = sx_design_replicates(design), n = e->n;
  const double *rscales = sx_design_rep_rscales(design), scale = sx_design_rep_scale(design);
  size_t used = 0, size = 0;
  for (size_t r = 0; r < reps; r++) used += rscales[r] > 0;
  if (e->rank + 1 > used)
    return sx_error_set(err, SX_E_SUPPORT, "replicates",
                        "%zu replicates cannot carry the errors of %zu totals: they need one more than the totals",
                        used, e->rank);
  e->shift = sx_size_mul(&size, reps, n) ? sx_mem_zalloc(e->ctx, size, sizeof *e->shift) : NULL;
  double *u = sx_size_mul(&size, reps, e->rank) ? sx_mem_alloc(e->ctx, size, sizeof *u) : NULL;
  if (!e->shift || !u) {
    sx_mem_free(e->ctx, u);
    return sx_error_memory(err);
  }
  orthonormal(u, e->rank, reps, rscales, e->ctx->seed);
  for (size_t r = 0; r < reps; r++)
    for (size_t k = 0; k < e->rank && rscales[r] > 0; k++)
      for (size_t i = 0; i < n; i++)
        e->shift[r * n + i] += e->root[i * e->rank + k] * u[k * reps + r] / sqrt(scale * rscales[r]);
  sx_mem_free(e->ctx, u);
  return SX_OK;
}

typedef struct rep_job {
  const sx_design *design;
  const wt_model *m;
  const estimated *e;
  const sx_calibrate_options *options;
  double *to;
} rep_job;

static sx_status calibrate_replicate(void *data, size_t r, sx_error *err) {
  const rep_job *job = data;
  const sx_ctx *ctx = job->m->ctx;
  const size_t n = job->m->n_rows, reps = sx_design_replicates(job->design), controls = job->m->n_controls;
  sx_status st = SX_OK;
  wt_result result;
  memset(&result, 0, sizeof result);
  wt_model own = *job->m;
  char who[64];
  (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
  double *d = sx_mem_alloc(ctx, n, sizeof *d), *w = sx_mem_alloc(ctx, n, sizeof *w);
  sx_control *moved = sx_mem_alloc(ctx, controls, sizeof *moved);
  if (!d || !w || !moved) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < controls; k++) {
    moved[k] = own.controls[k];
    moved[k].total += job->e->shift[r * controls + k];
  }
  own.controls = moved;
  sx_design_replicate(d, job->design, r);
  for (size_t i = 0; i < n; i++)
    if (!own.part[i]) d[i] = 0;
  SX_TRY_GOTO(st, sx_weighting__check_weights(d, n, err), done);
  SX_TRY_GOTO(st, sx_weighting__check_units(&own, d, who, err), done);
  SX_TRY_GOTO(st, sx_weighting__calibrate(w, &result, &own, d, job->options, who, err), done);
  for (size_t i = 0; i < n; i++) job->to[i * reps + r] = w[i];
done:
  sx_mem_free(ctx, d);
  sx_mem_free(ctx, w);
  sx_mem_free(ctx, moved);
  return st;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------------- */

static sx_status finish(sx_design **out, const sx_design *design, const wt_model *m, estimated *e, const double *cov,
                        double df, const double *w, const sx_calibrate_options *options, sx_error *err) {
  const sx_ctx *ctx = m->ctx;
  const size_t reps = sx_design_replicates(design);
  sx_status st = SX_OK;
  size_t size = 0;
  double *repw = NULL;
  char note[128];
  record r;
  memset(&r, 0, sizeof r);
  SX_TRY_GOTO(st, record_fill(&r, m, e, cov, df, err), done);
  if (reps) {
    SX_TRY_GOTO(st, make_shifts(e, design, err), done);
    repw = sx_size_mul(&size, m->n_rows, reps) ? sx_mem_alloc(ctx, size, sizeof *repw) : NULL;
    if (!repw) {
      st = sx_error_memory(err);
      goto done;
    }
    rep_job job = {design, m, e, options, repw};
    SX_TRY_GOTO(st, sx_parallel_for(ctx, reps, calibrate_replicate, &job, err), done);
  }
  (void)snprintf(note, sizeof note, "calibrated to %zu estimated total%s (%s)", m->n_controls,
                 m->n_controls == 1 ? "" : "s", sx_weighting__distance_name(options));
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  a.repw = repw;
  a.margins = r.margins;
  a.n_margins = m->n_margins;
  a.values = r.values;
  a.q = m->q;
  a.negative = true;
  a.note = note;
  a.figures = &r.figures;
  st = sx_design_adjust(out, design, &a, err);
done:
  record_clear(&r, ctx);
  sx_mem_free(ctx, repw);
  return st;
}

sx_status sx_weighting_calibrate_estimated(sx_design **out, const sx_design *design, const sx_table *table,
                                           const sx_control *controls, size_t n_controls, const double *cov, double df,
                                           const sx_calibrate_options *options, sx_calibrate_report *report,
                                           sx_error *err) {
  const sx_calibrate_options plain = SX_CALIBRATE_OPTIONS_INIT, *o = options ? options : &plain;
  const sx_ctx *ctx = sx_design_ctx(design);
  const double *d = sx_design_weights(design);
  wt_model m;
  SX_TRY(sx_weighting__calibration(&m, design, table, controls, n_controls, o, err));
  sx_status st = SX_OK;
  wt_result result;
  memset(&result, 0, sizeof result);
  result.achieved = report ? report->achieved : NULL;
  estimated e = {ctx, controls, n_controls, 0, NULL, NULL};
  double *w = NULL;
  SX_TRY_GOTO(st, check_cov(controls, n_controls, cov, df, err), done);
  SX_TRY_GOTO(st, take_root(&e, cov, err), done);
  w = sx_mem_alloc(ctx, m.n_rows, sizeof *w);
  if (!w) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__calibrate(w, &result, &m, d, o, "", err), done);
  SX_TRY_GOTO(st, finish(out, design, &m, &e, cov, df, w, o, err), done);
  if (report) sx_weighting__calibrate_report(report, &m, &result, d, w);
done:
  sx_weighting__model_clear(&m);
  sx_mem_free(ctx, e.root);
  sx_mem_free(ctx, e.shift);
  sx_mem_free(ctx, w);
  return st;
}
