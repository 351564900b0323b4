/* estimate_inequality.c: measures of inequality and poverty as statistics of weighted cases (estimate_statistic.h).
 *
 * Where a threshold is that of all cases, domains are parts of the cases of their statistic, a value each: the call is over all
 * cases, so that the score of the threshold reaches them. Else a domain is all that its statistic sees. */
#include "shuxiao/estimate_inequality.h"

#include <string.h>

#include "estimate_inequality_priv.h"

static ineq_kernel kernel_of(sx_inequality_stat stat) {
  static const ineq_kernel kernels[] = {
      [SX_INEQUALITY_GINI] = sx_estimate__ineq_gini,
      [SX_INEQUALITY_GE] = sx_estimate__ineq_entropy,
      [SX_INEQUALITY_ATKINSON] = sx_estimate__ineq_atkinson,
      [SX_INEQUALITY_ZENGA] = sx_estimate__ineq_zenga,
      [SX_INEQUALITY_SHARE_RATIO] = sx_estimate__ineq_share_ratio,
      [SX_INEQUALITY_PALMA] = sx_estimate__ineq_palma,
      [SX_INEQUALITY_TOP] = sx_estimate__ineq_part,
      [SX_INEQUALITY_BOTTOM] = sx_estimate__ineq_part,
      [SX_INEQUALITY_QUANTILE_RATIO] = sx_estimate__ineq_quantile_ratio,
      [SX_INEQUALITY_LORENZ] = sx_estimate__ineq_lorenz,
      [SX_POVERTY_LINE] = sx_estimate__pov_line,
      [SX_POVERTY_RATE] = sx_estimate__pov_fgt,
      [SX_POVERTY_FGT] = sx_estimate__pov_fgt,
      [SX_POVERTY_MEDIAN] = sx_estimate__pov_median,
      [SX_POVERTY_MEDIAN_GAP] = sx_estimate__pov_median,
      [SX_POVERTY_WATTS] = sx_estimate__pov_watts,
      [SX_POVERTY_SEN] = sx_estimate__pov_sen,
      [SX_POVERTY_SST] = sx_estimate__pov_sen,
  };
  return kernels[stat];
}

/* What the limits of a measure stay in; FGT's are those of a proportion. */
static est_range range_of(sx_inequality_stat stat) {
  switch (stat) {
  case SX_INEQUALITY_GINI:
  case SX_INEQUALITY_ATKINSON:
  case SX_INEQUALITY_ZENGA:
  case SX_INEQUALITY_TOP:
  case SX_INEQUALITY_BOTTOM:
  case SX_INEQUALITY_LORENZ:
  case SX_POVERTY_RATE:
  case SX_POVERTY_FGT:
  case SX_POVERTY_MEDIAN_GAP:
  case SX_POVERTY_SEN:
  case SX_POVERTY_SST:
    return EST_RANGE_UNIT;
  case SX_INEQUALITY_GE:
  case SX_INEQUALITY_SHARE_RATIO:
  case SX_INEQUALITY_PALMA:
  case SX_INEQUALITY_QUANTILE_RATIO:
  case SX_POVERTY_LINE:
  case SX_POVERTY_MEDIAN:
  case SX_POVERTY_WATTS:
    return EST_RANGE_POSITIVE;
  }
  return EST_RANGE_ANY;
}

/* ---- the statistic ------------------------------------------------------------------------------------------------ */

/* How many values one call has: ordinates, or one per domain. */
static size_t n_values(const ineq_job *job) {
  if (job->request->measure.stat == SX_INEQUALITY_LORENZ) return job->request->n_probs;
  return job->inside ? job->n_domains : 1;
}

static sx_status call_kernel(double *value, double *score, sx_na *na, const sx_cases *cases, const ineq_job *job,
                             sx_error *err) {
  const ineq_kernel kernel = kernel_of(job->request->measure.stat);
  ineq_view v;
  SX_TRY(sx_estimate__ineq_view(&v, job, cases, score != NULL, err));
  sx_status st = SX_OK;
  if (!job->inside) st = kernel(value, score, na, &v, err);
  for (size_t d = 0; st == SX_OK && job->inside && d < job->n_domains; d++) {
    sx_na own = SX_NA_NONE; /* own_cases says why a domain is without cases */
    sx_estimate__ineq_enter(&v, job->first + d);
    st = kernel(value + d, score ? score + d * v.n : NULL, &own, &v, err);
  }
  sx_estimate__ineq_view_clear(&v);
  return st;
}

static sx_status value_of(double *value, sx_na *na, const sx_cases *cases, const void *data, sx_error *err) {
  return call_kernel(value, NULL, na, cases, data, err);
}

static sx_status score_of(double *score, const double *value, const sx_cases *cases, const void *data, sx_error *err) {
  const ineq_job *job = data;
  sx_na na = SX_NA_NONE;
  (void)value;
  double *again = sx_mem_alloc(&job->ctx, n_values(job), sizeof *again);
  if (!again) return sx_error_memory(err);
  const sx_status st = call_kernel(again, score, &na, cases, job, err);
  sx_mem_free(&job->ctx, again);
  return st;
}

/* ---- checks ------------------------------------------------------------------------------------------------------- */

static sx_status check(const sx_design *design, const sx_inequality_request *r, const sx_inequality_options *o,
                       sx_error *err) {
  const size_t rows = sx_design_rows(design);
  SX_TRY(sx_estimate__ineq_check_measure(&r->measure, err));
  if (!r->y) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a measure of inequality needs a variable");
  if (r->y->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, r->y->name, "the variable has %zu cases, the design %zu", r->y->n, rows);
  if (r->y->type != SX_NUMBER && r->y->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, r->y->name, "it is %s: a measure of inequality needs a number",
                        sx_type_name(r->y->type));
  if (r->by && r->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", r->by->n_rows, rows);
  if (r->measure.stat == SX_INEQUALITY_LORENZ && (!r->probs || r->n_probs == 0))
    return sx_error_set(err, SX_E_ARGUMENT, "probs", "give at least one probability");
  for (size_t k = 0; r->measure.stat == SX_INEQUALITY_LORENZ && k < r->n_probs; k++)
    if (!(r->probs[k] >= 0 && r->probs[k] <= 1))
      return sx_error_set(err, SX_E_ARGUMENT, "probs", "%g is not between 0 and 1", r->probs[k]);
  if (sx_inequality_is_poverty(r->measure.stat)) SX_TRY(sx_estimate__ineq_check_threshold(&o->threshold, err));
  if ((unsigned)o->form > SX_INEQUALITY_CONVEY)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an unknown form of the measures");
  if (!isnan(o->bandwidth) && !(o->bandwidth > 0 && isfinite(o->bandwidth)))
    return sx_error_set(err, SX_E_ARGUMENT, "bandwidth", "%g is no bandwidth: it is above 0", o->bandwidth);
  return SX_OK;
}

/* ---- running ------------------------------------------------------------------------------------------------------ */

typedef struct ineq_run {
  const sx_design *design;
  const sx_inequality_request *request;
  const sx_inequality_options *options;
  char **texts; /* [n_texts] of LORENZ: the probabilities; of domains inside: nothing */
  size_t n_texts;
  size_t n_domains, chunk; /* inside: domains, and how many share a call */
} ineq_run;

static sx_status texts_new(ineq_run *run, sx_error *err) {
  const sx_inequality_request *r = run->request;
  const sx_ctx *ctx = sx_design_ctx(run->design);
  const bool lorenz = r->measure.stat == SX_INEQUALITY_LORENZ;
  if (!lorenz && run->chunk < 2) return SX_OK;
  const size_t n = lorenz ? r->n_probs : run->chunk;
  run->texts = sx_mem_zalloc(ctx, n, sizeof *run->texts);
  if (!run->texts) return sx_error_memory(err);
  run->n_texts = n;
  for (size_t k = 0; k < n; k++) {
    char text[SX_DOUBLE_TEXT_MAX] = "";
    if (lorenz) (void)sx_text_from_double(text, r->probs[k]);
    run->texts[k] = sx_mem_strdup(ctx, text);
    if (!run->texts[k]) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status one_call(sx_est_set **out, const ineq_run *run, const ineq_job *job, sx_error *err) {
  const sx_inequality_request *r = run->request;
  const bool lorenz = r->measure.stat == SX_INEQUALITY_LORENZ;
  const bool share = r->measure.stat == SX_POVERTY_RATE || (r->measure.stat == SX_POVERTY_FGT && r->measure.a == 0);
  char name[SX_INEQUALITY_TEXT_MAX];
  const sx_statistic statistic = {.version = 1,
                                  .name = sx_inequality_text(name, &r->measure),
                                  .n_values = n_values(job),
                                  .value_text = n_values(job) > 1 || lorenz ? (const char *const *)run->texts : NULL,
                                  .is_prop = share,
                                  .data = job,
                                  .value = value_of,
                                  .score = score_of};
  const sx_column *columns[] = {r->y};
  sx_statistic_request request = SX_STATISTIC_REQUEST_INIT;
  request.columns = columns;
  request.n_columns = 1;
  request.sort = r->y;
  request.where = job->inside ? NULL : r->where;
  request.by = job->inside ? NULL : r->by;
  return sx_estimate_statistic(out, run->design, &statistic, &request, &run->options->est, err);
}

/* What the row of a domain inside all cases says of itself: its own cases. */
static void own_cases(sx_est_row *row, const ineq_run *run, size_t g) {
  const sx_inequality_request *r = run->request;
  const double *w = sx_design_weights(run->design);
  size_t n = 0, present = 0;
  for (size_t i = 0; i < r->y->n; i++) {
    if ((r->where && r->where[i] != 1) || (r->by && r->by->group[i] != (int32_t)g)) continue;
    present++;
    n += w[i] != 0 && !sx_column_missing(r->y, i);
  }
  row->group = g;
  row->n = n;
  if (row->deff > 0) row->n_eff = (double)n / row->deff;
  if (isnan(row->estimate) && n == 0) row->na = present ? SX_NA_ALL_MISSING : SX_NA_EMPTY_DOMAIN;
}

/* Limits in the range of the measure; those of a rate of 0 or 1 by the cases of the row. */
static void set_limits(sx_est_set *set, const ineq_run *run) {
  const sx_inequality_stat stat = run->request->measure.stat;
  const sx_est_options *o = &run->options->est;
  est_t cache = {0, 0, 0};
  for (size_t i = 0; i < set->n_rows; i++) {
    sx_est_row *row = &set->rows[i];
    if (!row->est) continue;
    if (stat == SX_POVERTY_RATE || stat == SX_POVERTY_FGT)
      sx_estimate__interval(row, row->est->variance, true, o, &cache);
    else
      sx_estimate__interval_in(row, range_of(stat), o);
  }
}

/* Domains chunk * i and following, as a set of a row each. */
static sx_status one_chunk(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const ineq_run *run = data;
  const size_t first = i * run->chunk, left = run->n_domains - first;
  const ineq_job job = {*sx_design_ctx(run->design),          run->request, run->options, true, first,
                        left < run->chunk ? left : run->chunk};
  SX_TRY(one_call(out, run, &job, err));
  for (size_t d = 0; d < job.n_domains; d++) own_cases(&(*out)->rows[d], run, first + d);
  return SX_OK;
}

/* Moves the rows of the chunks' sets into one set of a row per domain. */
static sx_status gather(sx_est_set **out, const ineq_run *run, sx_est_set **sets, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(run->design);
  sx_est_set *all = sx_mem_zalloc(ctx, 1, sizeof *all);
  if (!all) return sx_error_memory(err);
  all->ctx = *ctx;
  all->rows = sx_mem_zalloc(ctx, run->n_domains, sizeof *all->rows);
  if (!all->rows) {
    sx_est_set_free(all);
    return sx_error_memory(err);
  }
  all->n_rows = run->n_domains;
  for (size_t g = 0; g < run->n_domains; g++) {
    sx_est_row *from = &sets[g / run->chunk]->rows[g % run->chunk];
    all->rows[g] = *from;
    all->rows[g].level = -1;
    from->est = NULL;
  }
  *out = all;
  return SX_OK;
}

static sx_status inside_domains(sx_est_set **out, const ineq_run *run, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(run->design);
  const size_t chunks = (run->n_domains + run->chunk - 1) / run->chunk;
  sx_est_set **sets = sx_mem_zalloc(ctx, chunks, sizeof(sx_est_set *));
  if (!sets) return sx_error_memory(err);
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, sx_estimate__many(sets, ctx, chunks, one_chunk, run, err), done);
  SX_TRY_GOTO(st, gather(out, run, sets, err), done);
done:
  for (size_t k = 0; k < chunks; k++) sx_est_set_free(sets[k]);
  sx_mem_free(ctx, sets);
  return st;
}

/* Domains per call: they share the sort and the threshold; their scores together stay below 64 MB. */
static size_t chunk_of(const sx_design *design, size_t n_domains) {
  enum { MOST_SCORES = 8000000 };
  const size_t rows = sx_design_rows(design), most = rows ? MOST_SCORES / rows : 1;
  return most < 1 ? 1 : most < n_domains ? most : n_domains;
}

sx_status sx_estimate_inequality(sx_est_set **out, const sx_design *design, const sx_inequality_request *request,
                                 const sx_inequality_options *options, sx_error *err) {
  const sx_inequality_options plain = SX_INEQUALITY_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  ineq_run run = {.design = design, .request = request, .options = options ? options : &plain};
  SX_TRY(check(design, request, run.options, err));
  const sx_poverty_threshold *t = &run.options->threshold;
  const bool inside = sx_inequality_is_poverty(request->measure.stat) && t->kind != SX_POVERTY_ABSOLUTE &&
                      !t->of_domain && (request->where || request->by);
  sx_status st = SX_OK;
  if (inside) {
    run.n_domains = request->by ? request->by->n_groups : 1;
    run.chunk = chunk_of(design, run.n_domains ? run.n_domains : 1);
  }
  SX_TRY_GOTO(st, texts_new(&run, err), done);
  if (inside) {
    SX_TRY_GOTO(st, inside_domains(out, &run, err), done);
  } else {
    const ineq_job job = {*ctx, request, run.options, false, 0, 0};
    SX_TRY_GOTO(st, one_call(out, &run, &job, err), done);
  }
  set_limits(*out, &run);
done:
  for (size_t k = 0; k < run.n_texts; k++) sx_mem_free(ctx, run.texts[k]);
  sx_mem_free(ctx, run.texts);
  return st;
}

typedef struct ineq_requests {
  const sx_design *design;
  const sx_inequality_request *requests;
  const sx_inequality_options *options;
} ineq_requests;

static sx_status run_one(sx_est_set **out, const void *data, size_t i, sx_error *err) {
  const ineq_requests *r = data;
  return sx_estimate_inequality(out, r->design, &r->requests[i], r->options, err);
}

sx_status sx_estimate_inequality_many(sx_est_set **out, const sx_design *design, const sx_inequality_request *requests,
                                      size_t n, const sx_inequality_options *options, sx_error *err) {
  const ineq_requests data = {design, requests, options};
  return sx_estimate__many(out, sx_design_ctx(design), n, run_one, &data, err);
}
