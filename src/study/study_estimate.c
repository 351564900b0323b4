/* study_estimate.c: indicators from the data, many at once, their gaps, and their rows into the store.
 *
 * Indicators go in batches: the carriers of a batch (a number per PSU and estimate) are alive together, those of the whole study never are. */
#include "shuxiao/estimate_mean.h"
#include "study_blocks.h"
#include "study_disclosure.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BATCH_BYTES = 48 << 20, BATCH_MAX = 64 };

/* ---- one indicator prepared for the estimators ---------------------------------------------------------------------- */

typedef struct job {
  const st_indicator *ind;
  size_t step;
  sx_column **own;           /* [n_measures] evaluated; a plain name is borrowed from the table */
  const sx_column **columns; /* [n_measures] */
  uint8_t *masks;            /* [(1 + n_by) * rows] */
  const sx_groups **by;
  bool all; /* the first mask is everything */
} job;

typedef struct batch {
  st_run *r;
  job jobs[BATCH_MAX];
  size_t n;
} batch;

static void job_clear(const sx_ctx *ctx, job *j) {
  for (size_t k = 0; j->own && k < j->ind->n_measures; k++) sx_column_free(ctx, j->own[k]);
  sx_mem_free(ctx, j->own);
  sx_mem_free(ctx, (void *)(uintptr_t)j->columns);
  sx_mem_free(ctx, j->masks);
  sx_mem_free(ctx, (void *)(uintptr_t)j->by);
  *j = (job){.ind = NULL};
}

/* 1 where the number is 1, 0 where it is 0: what prop counts. Anything else is no condition. */
static sx_status as_logical(sx_column **out, const sx_ctx *ctx, const sx_column *from, const char *word,
                            const char *text, sx_error *err) {
  sx_column *c = NULL;
  SX_TRY(sx_column_new(&c, ctx, "y", SX_INTEGER, from->n, err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < from->n; i++) {
    if (sx_column_missing(from, i)) {
      SX_TRY_GOTO(status, sx_column_set_missing(ctx, c, i, from->miss[i], err), done);
      continue;
    }
    const double x = sx_column_number(from, i);
    if (x != 0 && x != 1) {
      status = sx_error_set(err, SX_E_DATA, "", "%s needs a condition: '%s' is %g in case %zu, neither 0 nor 1", word,
                            text, x, i + 1);
      goto done;
    }
    c->data.i64[i] = x == 1;
  }
  *out = c;
  c = NULL;
done:
  sx_column_free(ctx, c);
  return status;
}

static sx_status measure(const sx_column **y, sx_column **own, const st_run *r, const st_indicator *ind,
                         const st_measure *m, sx_error *err) {
  if (m->type == ST_SET) return SX_OK;
  const sx_ctx *ctx = sx_table_ctx(r->unit);
  const st_expr *e = &m->e;
  const char *text = sx_expr_text(e->expr);
  const sx_column *plain = sx_table_find(r->unit, text);
  if (!plain) {
    SX_TRY(sx_expr_eval(own, e->expr, r->unit, "y", err));
    plain = *own;
  }
  if (m->type == ST_CONDITION) {
    bool whole = plain->type == SX_INTEGER;
    for (size_t i = 0; whole && i < plain->n; i++) whole = plain->data.i64[i] == 0 || plain->data.i64[i] == 1;
    if (!whole) {
      sx_column *converted = NULL;
      SX_TRY(as_logical(&converted, ctx, plain, ind->kind->word, text, err));
      sx_column_free(ctx, *own);
      *own = converted;
      plain = converted;
    }
  }
  *y = plain;
  return SX_OK;
}

sx_status study__base_mask(uint8_t *mask, bool *all, const st_run *r, const st_indicator *ind, uint8_t *scratch,
                           sx_error *err) {
  const size_t n = sx_table_rows(r->unit);
  *all = !ind->base.expr && !ind->where.expr;
  memset(mask, 1, n);
  if (ind->base.expr) {
    SX_TRY(sx_expr_test(mask, ind->base.expr, r->unit, err));
    for (size_t i = 0; i < n; i++) mask[i] = mask[i] == 1;
  }
  if (ind->where.expr) {
    SX_TRY(sx_expr_test(scratch, ind->where.expr, r->unit, err));
    for (size_t i = 0; i < n; i++) mask[i] = mask[i] && scratch[i] == 1;
  }
  return SX_OK;
}

static sx_status prepare_job(void *data, size_t i, sx_error *err) {
  batch *b = data;
  job *j = &b->jobs[i];
  st_run *r = b->r;
  const st_indicator *ind = j->ind;
  const size_t rows = sx_table_rows(r->unit);
  sx_status status = SX_OK;
  j->masks = sx_mem_alloc(&r->ctx, (ind->n_by + 2) * rows, 1);
  j->by = sx_mem_zalloc(&r->ctx, ind->n_by + 1, sizeof *j->by);
  j->own = sx_mem_zalloc(&r->ctx, ind->n_measures, sizeof *j->own);
  j->columns = sx_mem_zalloc(&r->ctx, ind->n_measures, sizeof *j->columns);
  if (!j->masks || !j->by || (ind->n_measures && (!j->own || !j->columns))) return sx_error_memory(err);
  for (size_t k = 0; k < ind->n_measures; k++)
    SX_TRY_GOTO(status, measure(&j->columns[k], &j->own[k], r, ind, &ind->measures[k], err), done);
  SX_TRY_GOTO(status, study__base_mask(j->masks, &j->all, r, ind, j->masks + rows, err), done);
  for (size_t k = 0; k < ind->n_by; k++) {
    SX_TRY_GOTO(status, study__domain_mask(j->masks + (k + 1) * rows, &j->by[k], r, &ind->by[k], j->masks, err), done);
  }
done:
  if (status != SX_OK) {
    sx_error_add_where(err, "indicator %s", ind->id);
    study__add_place(err, r->s, ind->node);
  }
  return status;
}

static st_job job_of(const st_run *r, const job *j, size_t k) {
  const size_t rows = sx_table_rows(r->unit);
  return (st_job){.ind = j->ind,
                  .design = r->design,
                  .unit = r->unit,
                  .columns = j->columns,
                  .where = k == 0 && j->all ? NULL : j->masks + k * rows,
                  .by = k == 0 ? NULL : j->by[k - 1],
                  .options = &j->ind->est};
}

/* ---- gaps and rows ------------------------------------------------------------------------------------------------------ */

static const st_result *result_of(const st_result *results, size_t n, const char *domain, size_t stat) {
  for (size_t i = 0; i < n; i++) {
    if (results[i].stat == stat && strcmp(results[i].where->name, domain) == 0) return &results[i];
  }
  return NULL;
}

static sx_status put_gap(st_run *r, const st_indicator *ind, const char *step, const st_gap *gap, const st_result *of,
                         const st_result *to, sx_error *err) {
  const sx_est_options options = ind->est;
  const char *statistic = gap->statistic;
  if (of->stat) statistic = sx_arena_printf(r->arena, "%s_%s", gap->statistic, study__stat_at(ind, of->stat));
  if (!statistic) return sx_error_memory(err);
  sx_est_row row = {.estimate = (double)NAN, .na = SX_NA_OPERAND};
  sx_est *difference = NULL;
  sx_status status = SX_OK;
  row.se = row.low = row.high = row.df = row.n_eff = row.deff = row.cv = (double)NAN;
  row.ci_level = options.ci_level;
  if (!of->row.est) {
    row.na = of->row.na;
  } else if (to && !to->row.est) {
    row.na = to->row.na;
  }
  if (of->row.est && to && to->row.est) {
    const double signs[] = {1, -1};
    const sx_est *const sides[] = {of->row.est, to->row.est};
    SX_TRY(sx_est_linear(&difference, &r->ctx, signs, sides, 2, err));
    sx_est_need_errors(difference, sides, 2);
    status = sx_est_describe(&row, difference, false, &options, err);
  }
  if (status == SX_OK) {
    row.n = of->row.n;
    row.deff = row.n_eff = (double)NAN;
    const bool points = !ind->unit && study__is_share(r->s, ind->id, statistic);
    status = study__put_est(NULL, r, step, ind->id, statistic, points ? "pp" : ind->unit, of->where, &row, err);
  }
  sx_est_free(row.est);
  sx_est_free(difference);
  return status;
}

/* "; there are 'sex:1', 'sex:2'": results of the groups that the domain crosses, once each. */
static const char *levels_of(st_run *r, const st_result *results, size_t n, const st_domain *d) {
  enum { MOST = 12 };
  const char *text = "", *before = "";
  size_t found = 0;
  for (size_t i = 0; text && i < n; i++) {
    const st_where *where = results[i].where;
    bool same = results[i].by != ST_NONE && where->n == d->n && strcmp(where->name, before) != 0;
    for (size_t k = 0; same && k < d->n; k++)
      same = strcmp(where->terms[k].variable, r->s->groups[d->terms[k].group].id) == 0;
    if (!same) continue;
    before = where->name;
    if (found++ < MOST) text = sx_arena_printf(r->arena, "%s%s'%s'", text, *text ? ", " : "; there are ", before);
  }
  if (text && found > MOST) text = sx_arena_printf(r->arena, "%s and %zu more", text, found - MOST);
  return text ? text : "";
}

static sx_status put_gaps(st_run *r, const st_indicator *ind, const char *step, const st_result *results, size_t n,
                          sx_error *err) {
  for (size_t g = 0; g < ind->n_gaps; g++) {
    const st_gap *gap = &ind->gaps[g];
    const char *to_name = study__domain_text(r->s, &gap->to, r->arena);
    const char *of_name = study__domain_text(r->s, &gap->of, r->arena);
    if (!to_name || !of_name) return sx_error_memory(err);
    bool found = false, to_found = false;
    for (size_t i = 0; i < n; i++) {
      if (results[i].by == ST_NONE) continue;
      const st_domain *spec = &ind->by[results[i].by];
      const bool same = study__same_domain(spec, &gap->of);
      if (!same && strcmp(results[i].where->name, of_name) != 0) continue;
      const st_result *to = result_of(results, n, to_name, results[i].stat);
      SX_TRY(put_gap(r, ind, step, gap, &results[i], to, err));
      found = true;
      to_found = to != NULL;
    }
    if ((!found || !to_found) && !r->s->as_wave) {
      const st_domain *side = found ? &gap->to : &gap->of;
      (void)sx_node_error(err, r->s->doc, side->node ? side->node : gap->node,
                          "the gap of '%s' to '%s': the data have no '%s'%s", of_name, to_name,
                          found ? to_name : of_name, levels_of(r, results, n, side));
      err->status = SX_E_DATA;
      return SX_E_DATA;
    }
  }
  return SX_OK;
}

sx_status study__put_carrier(st_run *r, int64_t id, const sx_est *est, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  SX_TRY(sx_est_pack(&data, &n, &r->ctx, est, err));
  const sx_status status = sx_store_put_carrier(r->store, id, "design", data, n, err);
  sx_mem_free(&r->ctx, data);
  return status;
}

sx_status study__put_results(st_run *r, const st_indicator *ind, const st_result *results, size_t n, sx_error *err) {
  const char *step = study__step_id(r, "indicator", ind->id);
  if (!step) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const st_result *res = &results[i];
    int64_t id = 0;
    const char *stat = study__stat_at(ind, res->stat);
    const st_put put = {.step = step,
                        .indicator = ind->id,
                        .statistic = stat,
                        .unit = ind->unit,
                        .where = res->where,
                        .row = &res->row,
                        .tail = res->tail};
    if (!r->again) SX_TRY(study__put(&id, r, &put, err));
    const bool needed = res->by == ST_NONE ? ind->total_needed : ind->by[res->by].needed;
    const bool passed = res->by != ST_NONE && ind->by[res->by].passed;
    if (!res->row.est) continue;
    if (!r->again && (needed || ind->keep)) SX_TRY(study__put_carrier(r, id, res->row.est, err));
    if (!needed && !passed && !ind->followed) continue;
    const char *name =
        sx_arena_printf(r->arena, "%s|%s%s%s", ind->id, res->where->name, res->stat ? "|" : "", res->stat ? stat : "");
    if (!name) return sx_error_memory(err);
    SX_TRY(study__keep_value(r, name, res->row.est, err));
  }
  return r->again ? SX_OK : put_gaps(r, ind, step, results, n, err);
}

/* ---- batches ---------------------------------------------------------------------------------------------------------------- */

/* Shares of the largest cases in each domain of a mean or total, [domains] owned by the caller; NULL for other statistics. */
static sx_status tails_of(double **out, const st_run *r, const job *j, size_t k, size_t domains, sx_error *err) {
  sx_est_request request = {.stat = SX_STAT_COUNT};
  const st_job one = job_of(r, j, k);
  *out = NULL;
  if (j->ind->kind->request) j->ind->kind->request(&request, &one);
  if (request.stat != SX_STAT_TOTAL && request.stat != SX_STAT_MEAN) return SX_OK;
  double *tail = sx_mem_alloc(&r->ctx, domains, sizeof *tail);
  if (!tail) return sx_error_memory(err);
  const sx_status status = sx_estimate_tail_share(tail, r->design, &request, SX_TAIL_TOP, err);
  if (status == SX_OK)
    *out = tail;
  else
    sx_mem_free(&r->ctx, tail);
  return status;
}

/* A task: of one indicator, for all its domains. */
typedef struct tails {
  const batch *b;
  sx_est_set *const *sets;
  double **out; /* beside the sets */
} tails;

static size_t first_set(const batch *b, size_t i) {
  size_t at = 0;
  for (size_t k = 0; k < i; k++) at += 1 + b->jobs[k].ind->n_by;
  return at;
}

static sx_status tails_of_job(void *data, size_t i, sx_error *err) {
  const tails *t = data;
  const job *j = &t->b->jobs[i];
  const size_t first = first_set(t->b, i);
  for (size_t k = 0; k <= j->ind->n_by; k++)
    SX_TRY(tails_of(&t->out[first + k], t->b->r, j, k, t->sets[first + k]->n_rows, err));
  return SX_OK;
}

/* Who the results of the job are made of, where the study controls disclosure. */
static sx_status put_contributors(sx_buf *out, st_run *r, const job *j, size_t k, const st_where *where, size_t domains,
                                  sx_error *err) {
  sx_est_request request = {.stat = SX_STAT_RATIO};
  const st_job one = job_of(r, j, k);
  if (!study__disclosure_of(r->s) || !j->ind->kind->request) return SX_OK;
  j->ind->kind->request(&request, &one);
  if (request.stat == SX_STAT_RATIO) return SX_OK;
  return study__put_contributors(out, r, &request, where, domains, err);
}

static sx_status finish_job(st_run *r, const job *j, sx_est_set *const *sets, double *const *tail, sx_error *err) {
  const st_indicator *ind = j->ind;
  size_t n = 0, at = 0;
  for (size_t k = 0; k <= ind->n_by; k++) n += sets[k]->n_rows;
  st_result *results = sx_mem_zalloc(&r->ctx, n, sizeof *results);
  if (!results) return sx_error_memory(err);
  sx_status status = SX_OK;
  const st_domain total = {.n = 0};
  sx_buf made_of;
  sx_buf_init(&made_of, &r->ctx);
  for (size_t k = 0; k <= ind->n_by; k++) {
    st_where *where = NULL;
    size_t cells = 0;
    SX_TRY_GOTO(status, study__expand(&where, &cells, r, k ? &ind->by[k - 1] : &total, err), done);
    SX_TRY_GOTO(status, put_contributors(&made_of, r, j, k, where, cells, err), done);
    for (size_t i = 0; i < sets[k]->n_rows; i++) {
      const sx_est_row *row = &sets[k]->rows[i];
      if (row->group >= cells) {
        status = sx_error_set(err, SX_E_INTERNAL, ind->id, "an estimate of an unknown group");
        goto done;
      }
      const size_t stat = study__stat_count(ind) > 1 && row->level > 0 ? (size_t)row->level : 0;
      if (stat >= study__stat_count(ind)) {
        status = sx_error_set(err, SX_E_INTERNAL, ind->id, "an estimate of an unknown statistic");
        goto done;
      }
      results[at++] = (st_result){.where = &where[row->group],
                                  .by = k ? k - 1 : ST_NONE,
                                  .stat = stat,
                                  .row = *row,
                                  .tail = tail[k] ? tail[k][row->group] : 0};
    }
  }
  if (made_of.n) status = study__keep_contributors(r, ind, &made_of, err);
  if (status == SX_OK) status = study__put_results(r, ind, results, n, err);
done:
  sx_buf_clear(&made_of);
  sx_mem_free(&r->ctx, results);
  return status;
}

static bool same_options(const sx_est_options *a, const sx_est_options *b) {
  return a->ci_level == b->ci_level && a->ci == b->ci && (a->df == b->df || (isnan(a->df) && isnan(b->df)));
}

/* The first request that is not made yet and every later one of a common engine with the same options, together. */
static sx_status run_together(sx_est_set **sets, const st_run *r, const st_job *jobs, size_t n,
                              sx_est_request *requests, sx_est_set **made, sx_error *err) {
  for (size_t first = 0; first < n; first++) {
    if (sets[first] || !jobs[first].ind->kind->request) continue;
    const sx_est_options *options = jobs[first].options;
    size_t count = 0, at = 0;
    for (size_t i = first; i < n; i++) {
      if (!sets[i] && jobs[i].ind->kind->request && same_options(jobs[i].options, options))
        jobs[i].ind->kind->request(&requests[count++], &jobs[i]);
    }
    SX_TRY(sx_estimate_run_many(made, r->design, requests, count, options, err));
    for (size_t i = first; i < n; i++) {
      if (!sets[i] && jobs[i].ind->kind->request && same_options(jobs[i].options, options)) sets[i] = made[at++];
    }
  }
  return SX_OK;
}

/* Design effects without replacement, where they are asked for and the statistic has them. */
static sx_status without_replacement(sx_est_set **sets, const st_run *r, const st_job *jobs, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    const st_indicator *ind = jobs[i].ind;
    sx_est_request request = {.y = NULL};
    if (!ind->deff_wor || !ind->kind->request) continue;
    ind->kind->request(&request, &jobs[i]);
    if (request.y) SX_TRY(sx_estimate_deff_wor(sets[i], r->design, &request, err));
  }
  return SX_OK;
}

static sx_status run_alone(sx_est_set **sets, const st_run *r, const st_job *jobs, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    const st_indicator *ind = jobs[i].ind;
    if (!ind->kind->run) continue;
    sx_status status = ind->kind->run(&sets[i], &jobs[i], err);
    if (status == SX_OK) status = study__miss_levels(r, ind, sets[i], err);
    if (status == SX_OK) continue;
    sx_error_add_where(err, "indicator %s", ind->id);
    study__add_place(err, r->s, ind->node);
    return status;
  }
  return SX_OK;
}

static sx_status run_batch(batch *b, sx_error *err) {
  st_run *r = b->r;
  st_job *jobs = NULL;
  sx_est_request *requests = NULL;
  sx_est_set **sets = NULL, **made = NULL;
  double **tail = NULL;
  size_t n = 0, at = 0;
  sx_status status = sx_parallel_for(&r->ctx, b->n, prepare_job, b, err);
  if (status != SX_OK) return status;
  for (size_t i = 0; i < b->n; i++) n += 1 + b->jobs[i].ind->n_by;
  jobs = sx_mem_zalloc(&r->ctx, n, sizeof *jobs);
  requests = sx_mem_zalloc(&r->ctx, n, sizeof *requests);
  sets = sx_mem_zalloc(&r->ctx, n, sizeof *sets);
  made = sx_mem_zalloc(&r->ctx, n, sizeof *made);
  tail = sx_mem_zalloc(&r->ctx, n, sizeof *tail);
  if (!jobs || !requests || !sets || !made || !tail) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < b->n; i++) {
    for (size_t k = 0; k <= b->jobs[i].ind->n_by; k++) jobs[at++] = job_of(r, &b->jobs[i], k);
  }
  SX_TRY_GOTO(status, run_together(sets, r, jobs, n, requests, made, err), done);
  SX_TRY_GOTO(status, without_replacement(sets, r, jobs, n, err), done);
  SX_TRY_GOTO(status, run_alone(sets, r, jobs, n, err), done);
  tails largest = {b, sets, tail};
  SX_TRY_GOTO(status, sx_parallel_for(&r->ctx, b->n, tails_of_job, &largest, err), done);
  at = 0;
  for (size_t i = 0; i < b->n; i++) {
    SX_TRY_GOTO(status, finish_job(r, &b->jobs[i], sets + at, tail + at, err), done);
    at += 1 + b->jobs[i].ind->n_by;
  }
done:
  for (size_t i = 0; tail && i < n; i++) sx_mem_free(&r->ctx, tail[i]);
  sx_mem_free(&r->ctx, (void *)tail);
  for (size_t i = 0; sets && i < n; i++) sx_est_set_free(sets[i]);
  sx_mem_free(&r->ctx, made);
  sx_mem_free(&r->ctx, sets);
  sx_mem_free(&r->ctx, requests);
  sx_mem_free(&r->ctx, jobs);
  return status;
}

static void batch_clear(batch *b) {
  for (size_t i = 0; i < b->n; i++) job_clear(&b->r->ctx, &b->jobs[i]);
  b->n = 0;
}

static size_t estimates_of(const st_run *r, const st_indicator *ind) {
  size_t n = 1;
  for (size_t k = 0; k < ind->n_by; k++) {
    size_t cells = 1;
    for (size_t i = 0; i < r->n_crossings; i++) {
      if (r->crossings[i].n == ind->by[k].n && r->crossings[i].groups[0] == ind->by[k].terms[0].group) {
        cells = r->crossings[i].index->n_groups;
      }
    }
    n += cells;
  }
  return n * study__stat_count(ind);
}

sx_status study__run_indicators(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  const size_t bytes = sx_design_carrier_length(r->design) * sizeof(double) + 1;
  sx_status status = SX_OK;
  batch *b = sx_mem_zalloc(&r->ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  b->r = r;
  size_t carried = 0, done_count = 0;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind != ST_STEP_INDICATOR || !study__to_compute(r, step)) continue;
    if (study__is_formula(&s->indicators[step->index])) continue;
    const st_indicator *ind = &s->indicators[step->index];
    for (size_t k = 0; k < ind->n_by; k++) SX_TRY_GOTO(status, study__prepare_domain(r, &ind->by[k], err), done);
    const size_t more = estimates_of(r, ind) * bytes;
    if (b->n == BATCH_MAX || (b->n && carried + more > BATCH_BYTES)) {
      SX_TRY_GOTO(status, run_batch(b, err), done);
      batch_clear(b);
      carried = 0;
      sx_ctx_progress(&r->ctx, "estimating", done_count, s->n_indicators);
      SX_TRY_GOTO(status, sx_ctx_poll(&r->ctx, err), done);
    }
    b->jobs[b->n++] = (job){.ind = ind, .step = i};
    carried += more;
    done_count++;
  }
  if (b->n) status = run_batch(b, err);
done:
  batch_clear(b);
  sx_mem_free(&r->ctx, b);
  return status;
}
