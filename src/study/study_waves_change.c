/* study_waves_change.c: changes from an earlier wave, row by row, with the covariance of both samples; and their significance over
 * the declared family.
 *
 *   change = after - before,  relative = after / before - 1,  ratio = after / before,  V by estimate_change.h
 *
 * A change across a break, and one from a figure without an error, is not tested.
 *
 * What is compared is looked up in order, the changes of many rows are computed side by side, and their rows go into the store in order: the
 * bytes are the same for any number of threads. */
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- rows of the store ------------------------------------------------------------------------------------------------ */

typedef struct kept {
  st_run *r;
  const char *indicator; /* "spend/": every node */
  bool tests;            /* p values that are to be adjusted; else what changes */
  sx_store_row *items;
  size_t n, cap;
} kept;

static bool in_wave(const sx_store_row *row) {
  for (size_t i = 0; i < row->n_terms; i++)
    if (strcmp(row->terms[i].variable, "wave") == 0) return true;
  return false;
}

static bool is_raw_p(const char *statistic) {
  return strncmp(statistic, "p_raw_", 6) == 0;
}

/* Statistics of an account that have a carrier of their own. */
static bool is_measure(const char *statistic) {
  for (int m = SX_ACCOUNT_LEVEL; m <= SX_ACCOUNT_SHARE_OF_BENCHMARK; m++)
    if (strcmp(statistic, sx_account_measure_name((sx_account_measure)m)) == 0) return true;
  return strcmp(statistic, sx_account_measure_name(SX_ACCOUNT_CONSTANT)) == 0;
}

/* An adjustment moves with the node that it adjusts: its change adds up with those of its siblings, and is no test of its own. */
static bool is_adjustment(const sx_study *s, const char *indicator) {
  const char *slash = strchr(indicator, '/');
  const size_t a = study__find_account(s, indicator, (size_t)(slash - indicator));
  const size_t node = a == ST_NONE ? ST_NONE : study__find_node(&s->accounts[a], slash + 1);
  return node != ST_NONE && s->accounts[a].nodes[node].adjustment;
}

static bool changes(const st_run *r, const sx_store_row *row) {
  const sx_study *s = r->s;
  if (strchr(row->indicator, '/')) {
    const bool plain = row->n_terms == 0 || (row->n_terms == 1 && strcmp(row->terms[0].variable, "scope") == 0);
    const bool amount = strncmp(row->statistic, "level", 5) == 0;
    return plain && is_measure(row->statistic) && (amount || !is_adjustment(s, row->indicator));
  }
  const size_t i = study__find_indicator(s, row->indicator, strlen(row->indicator));
  if (i == ST_NONE || study__is_change(s, row->statistic)) return false;
  return strncmp(row->statistic, "gap", 3) == 0 || study__stat_find(&s->indicators[i], row->statistic) != ST_NONE;
}

static bool is_mine(const kept *k, const sx_store_row *row) {
  if (k->tests) return is_raw_p(row->statistic);
  const size_t n = strlen(k->indicator);
  const bool account = k->indicator[n - 1] == '/';
  const bool named =
      account ? strncmp(row->indicator, k->indicator, n) == 0 : strcmp(row->indicator, k->indicator) == 0;
  return named && changes(k->r, row);
}

static sx_status keep(void *data, const sx_store_row *row, sx_error *err) {
  kept *k = data;
  st_run *r = k->r;
  if (in_wave(row) || !is_mine(k, row)) return SX_OK;
  if (!sx_arena_grow(r->arena, (void **)&k->items, &k->cap, k->n + 1, sizeof *k->items)) return sx_error_memory(err);
  sx_store_row *out = &k->items[k->n];
  SX_TRY(sx_store_row_copy(out, r->arena, row, err));
  out->wave = r->s->wave;
  out->method = out->quality = NULL;
  k->n++;
  return SX_OK;
}

/* ---- both sides -------------------------------------------------------------------------------------------------------------- */

typedef struct side {
  sx_est *est;  /* owned; NULL: the wave has no such figure */
  sx_est *less; /* owned; a gap: what is still to be taken from est; else NULL */
  bool known, no_error;
} side;

static const st_known *known_figure(const st_wave *w, const char *indicator, const char *statistic,
                                    const char *domain) {
  for (size_t i = 0; i < w->n_known; i++) {
    const st_known *k = &w->known[i];
    if (strcmp(k->indicator, indicator) != 0 || strcmp(k->domain, domain) != 0) continue;
    if (strcmp(k->statistic, statistic ? statistic : "") == 0) return k;
  }
  return NULL;
}

/* The statistic as formulas and known figures name it: NULL for the indicator's own. */
static const char *own_name(const sx_study *s, const char *indicator, const char *statistic) {
  if (strchr(indicator, '/')) return statistic;
  const size_t i = study__find_indicator(s, indicator, strlen(indicator));
  return i != ST_NONE && strcmp(study__stat_name(&s->indicators[i]), statistic) == 0 ? NULL : statistic;
}

static sx_status plain_value(sx_est **out, st_run *r, const char *indicator, const char *statistic, const char *domain,
                             sx_error *err) {
  const sx_est *est = NULL;
  *out = NULL;
  if (!study__find_row(&r->rows, indicator, statistic, domain)) return SX_OK;
  SX_TRY(study__value(&est, r, indicator, own_name(r->s, indicator, statistic), domain, err));
  *out = sx_est_ref(est);
  return SX_OK;
}

/* Which gap a statistic is: its other side, and the statistic whose values differ. */
static const st_gap *gap_of(const st_indicator *ind, const char *statistic, const char **of) {
  for (size_t g = 0; g < ind->n_gaps; g++) {
    const size_t n = strlen(ind->gaps[g].statistic);
    if (strncmp(ind->gaps[g].statistic, statistic, n) != 0) continue;
    if (statistic[n] == '\0') {
      *of = study__stat_name(ind);
      return &ind->gaps[g];
    }
    if (statistic[n] == '_' && study__stat_find(ind, statistic + n + 1) != ST_NONE) {
      *of = statistic + n + 1;
      return &ind->gaps[g];
    }
  }
  return NULL;
}

static void side_clear(side *s) {
  sx_est_free(s->est);
  sx_est_free(s->less);
  s->est = s->less = NULL;
}

static sx_status gap_value(side *out, st_run *r, const st_indicator *ind, const char *statistic, const char *domain,
                           sx_error *err) {
  const char *of = NULL;
  const st_gap *gap = gap_of(ind, statistic, &of);
  if (!gap) return SX_OK;
  const char *to_name = study__domain_text(r->s, &gap->to, r->arena);
  if (!to_name) return sx_error_memory(err);
  sx_status status = plain_value(&out->est, r, ind->id, of, domain, err);
  if (status == SX_OK) status = plain_value(&out->less, r, ind->id, of, to_name, err);
  if (status == SX_OK && out->est && out->less) return SX_OK;
  side_clear(out);
  return status;
}

/* Reads nothing but the estimates: on any thread. */
static sx_status take_gap(side *out, const sx_ctx *ctx, sx_error *err) {
  const double signs[] = {1, -1};
  const sx_est *const sides[] = {out->est, out->less};
  sx_est *gap = NULL;
  if (!out->less) return SX_OK;
  SX_TRY(sx_est_linear(&gap, ctx, signs, sides, 2, err));
  sx_est_need_errors(gap, sides, 2);
  side_clear(out);
  out->est = gap;
  return SX_OK;
}

static sx_status value_in(side *out, st_run *r, const char *indicator, const char *statistic, const char *domain,
                          sx_error *err) {
  const sx_study *s = r->s;
  const size_t i = strchr(indicator, '/') ? ST_NONE : study__find_indicator(s, indicator, strlen(indicator));
  if (i != ST_NONE && strncmp(statistic, "gap", 3) == 0)
    return gap_value(out, r, &s->indicators[i], statistic, domain, err);
  return plain_value(&out->est, r, indicator, statistic, domain, err);
}

static sx_status before_of(side *out, st_run *r, size_t wave, const sx_store_row *row, const char *domain,
                           sx_error *err) {
  const st_wave *w = &r->s->series->waves[wave];
  st_run *earlier = &r->waves->runs[wave];
  if (earlier->s) SX_TRY(value_in(out, earlier, row->indicator, row->statistic, domain, err));
  if (out->est) return SX_OK;
  const char *own = own_name(r->s, row->indicator, row->statistic);
  if (own && strchr(row->indicator, '/') && strcmp(own, "level") == 0) own = NULL;
  const st_known *k = known_figure(w, row->indicator, own, domain);
  if (!k && strchr(row->indicator, '/')) k = known_figure(w, row->indicator, row->statistic, domain);
  if (!k) return SX_OK;
  out->known = true;
  out->no_error = isnan(k->se);
  return sx_est_outside(&out->est, &r->ctx, k->value, out->no_error ? 0 : k->se, k->df, err);
}

/* ---- one change --------------------------------------------------------------------------------------------------------------- */

enum { CHANGES_AT_ONCE = 64, KINDS = 3 };

typedef struct change {
  st_run *r;
  const char *step;
  const sx_store_row *row;
  const st_wave *wave;
  const st_link *link;
  st_versus versus;
  const char *of; /* "_gap_urban", "" for the indicator's own statistic */
  sx_est_options options;
  size_t broken;
  bool share;
  side before, after;
  size_t n_kinds;           /* sx_change 0 .. n_kinds - 1; kinds_of */
  sx_est_row row_of[KINDS]; /* with no estimate of their own */
  double p;
} change;

static const char *quality_of(char out[160], const change *c, const sx_est_row *row) {
  size_t used = 0;
  out[0] = '\0';
  if (c->broken != ST_NONE) used += (size_t)snprintf(out, 160, "break");
  if (c->before.no_error)
    used += (size_t)snprintf(out + used, 160 - used, "%searlier figure without error", used ? ";" : "");
  if (row->df < 8 && row->se > 0) (void)snprintf(out + used, 160 - used, "%sdf<8", used ? ";" : "");
  return out;
}

static const char *method_of(const change *c) {
  const char *how = c->r->design && sx_design_replicates(c->r->design) ? "replicates" : "linearisation";
  if (c->before.known) return sx_arena_printf(c->r->arena, "%s; against %s as published", how, c->wave->id);
  return sx_arena_printf(c->r->arena, "%s; against %s, overlap %s, %lu units in both", how, c->wave->id,
                         c->link->overlap, c->link->units);
}

static sx_status put_row(const change *c, const char *statistic, const char *unit, const sx_est_row *row,
                         const char *na_reason, sx_error *err) {
  char quality[160];
  const double nan = (double)NAN;
  const sx_store_row out = {.wave = c->r->s->wave,
                            .indicator = c->row->indicator,
                            .statistic = statistic,
                            .terms = c->row->terms,
                            .n_terms = c->row->n_terms,
                            .estimate = row->estimate,
                            .se = row->se,
                            .low = row->low,
                            .high = row->high,
                            .ci_level = row->ci_level,
                            .df = row->df,
                            .n = -1,
                            .n_eff = nan,
                            .deff = nan,
                            .cv = nan,
                            .unit = unit,
                            .quality = quality_of(quality, c, row),
                            .na_reason = na_reason ? na_reason : sx_na_text(row->na),
                            .method = method_of(c)};
  if (!out.method || !statistic) return sx_error_memory(err);
  return sx_store_put_row(NULL, c->r->store, c->step, &out, err);
}

static sx_status put_p(const change *c, sx_error *err) {
  const char *why = NULL;
  sx_est_row row = {.estimate = c->p, .na = c->row_of[0].na};
  row.se = row.low = row.high = row.df = (double)NAN;
  row.ci_level = c->options.ci_level;
  if (c->broken != ST_NONE)
    why = "not tested across a break";
  else if (c->before.no_error)
    why = "not tested: the earlier figure has no error";
  else if (isnan(row.estimate) && row.na == SX_NA_NONE)
    why = "not tested: no error";
  const char *name = sx_arena_printf(c->r->arena, "p_raw_%s%s", study__versus_name(c->versus), c->of);
  return put_row(c, name, NULL, &row, why, err);
}

/* Of an account the levels, the shares of what is above and of the benchmark, once: scopes and shares of the whole say the same again. */
static bool is_tested(const sx_study *s, const sx_store_row *row) {
  if (!strchr(row->indicator, '/')) return true;
  return !is_adjustment(s, row->indicator) && row->n_terms == 0 && strcmp(row->statistic, "share_of_total") != 0 &&
         strcmp(row->statistic, "level_constant") != 0;
}

/* A share has no growth: it changes in percentage points alone. A gap may change its sign. */
static const sx_change kinds_of[KINDS] = {SX_CHANGE_DIFFERENCE, SX_CHANGE_RELATIVE, SX_CHANGE_RATIO};

static size_t count_kinds(const change *c) {
  const bool adjustment = strchr(c->row->indicator, '/') && is_adjustment(c->r->s, c->row->indicator);
  return !c->share && !adjustment && strncmp(c->row->statistic, "gap", 3) != 0 ? KINDS : 1;
}

static sx_status compute_kind(change *c, size_t k, sx_error *err) {
  const sx_link *link = c->before.known ? NULL : c->link->link;
  sx_est_row *row = &c->row_of[k];
  sx_est *est = NULL;
  row->estimate = (double)NAN;
  SX_TRY(sx_est_change(&est, link, c->before.est, c->after.est, kinds_of[k], err));
  const sx_status status = sx_est_describe(row, est, false, &c->options, err);
  const bool withheld = c->broken != ST_NONE || c->before.no_error;
  if (kinds_of[k] == SX_CHANGE_DIFFERENCE) c->p = withheld ? (double)NAN : sx_est_p(est, 0, c->options.df);
  sx_est_free(row->est);
  row->est = NULL;
  sx_est_free(est);
  return status;
}

/* A task: of the run it takes its memory alone. */
static sx_status compute_change(void *data, size_t i, sx_error *err) {
  change *c = (change *)data + i;
  side *const sides[] = {&c->before, &c->after};
  for (size_t k = 0; k < 2; k++) {
    SX_TRY(take_gap(sides[k], &c->r->ctx, err));
    if (!sides[k]->est) SX_TRY(sx_est_missing(&sides[k]->est, &c->r->ctx, SX_NA_OPERAND, err));
  }
  for (size_t k = 0; k < c->n_kinds; k++) SX_TRY(compute_kind(c, k, err));
  return SX_OK;
}

static sx_status put_changes(const change *c, sx_error *err) {
  const char *prefix = study__versus_name(c->versus);
  for (size_t k = 0; k < c->n_kinds; k++) {
    const bool difference = kinds_of[k] == SX_CHANGE_DIFFERENCE;
    const char *word = difference ? "" : kinds_of[k] == SX_CHANGE_RATIO ? "_ratio" : "_relative";
    const char *name = sx_arena_printf(c->r->arena, "%s%s%s", prefix, word, c->of);
    const char *unit = difference ? (c->share ? "pp" : c->row->unit) : kinds_of[k] == SX_CHANGE_RATIO ? NULL : "%";
    SX_TRY(put_row(c, name, unit, &c->row_of[k], NULL, err));
    if (difference && is_tested(c->r->s, c->row)) SX_TRY(put_p(c, err));
  }
  return SX_OK;
}

static bool is_left(const st_wave *w, const char *indicator) {
  const size_t n = strcspn(indicator, "/");
  for (size_t i = 0; i < w->without.n; i++)
    if (strlen(w->without.items[i]) == n && memcmp(w->without.items[i], indicator, n) == 0) return true;
  return !w->study;
}

typedef struct change_batch {
  change items[CHANGES_AT_ONCE];
  size_t n;
} change_batch;

static void batch_clear(change_batch *b) {
  for (size_t i = 0; i < b->n; i++) {
    side_clear(&b->items[i].before);
    side_clear(&b->items[i].after);
  }
  b->n = 0;
}

static sx_status run_batch(change_batch *b, const st_run *r, sx_error *err) {
  sx_status status = sx_parallel_for(&r->ctx, b->n, compute_change, b->items, err);
  for (size_t i = 0; i < b->n && status == SX_OK; i++) status = put_changes(&b->items[i], err);
  batch_clear(b);
  return status;
}

/* The batch has room for one more. */
static sx_status add_change(change_batch *b, st_run *r, const char *step, const sx_store_row *row, size_t pair,
                            sx_error *err) {
  const sx_study *s = r->s;
  const st_pair *p = &s->series->pairs[pair];
  const st_wave *w = &s->series->waves[p->earlier];
  const size_t i =
      strchr(row->indicator, '/') ? ST_NONE : study__find_indicator(s, row->indicator, strlen(row->indicator));
  const char *domain = study__row_domain(r, row), *own = own_name(s, row->indicator, row->statistic);
  change *c = &b->items[b->n];
  if (!domain) return sx_error_memory(err);
  if (own && i == ST_NONE && strcmp(own, "level") == 0) own = NULL;
  *c = (change){.r = r,
                .step = step,
                .row = row,
                .wave = w,
                .link = &r->waves->links[pair],
                .versus = p->versus,
                .of = own ? sx_arena_printf(r->arena, "_%s", own) : "",
                .options = i == ST_NONE ? s->est : s->indicators[i].est,
                .broken = study__row_break(s, w, row->indicator, row->statistic, domain),
                .share = study__is_share(s, row->indicator, row->statistic)};
  b->n++; /* from here on the batch frees what it has */
  if (!c->of) return sx_error_memory(err);
  c->n_kinds = count_kinds(c);
  SX_TRY(before_of(&c->before, r, p->earlier, row, domain, err));
  if (!c->before.est && is_left(w, row->indicator)) { /* the wave never had it */
    b->n--;
    return SX_OK;
  }
  return value_in(&c->after, r, row->indicator, row->statistic, domain, err);
}

static sx_status change_rows(st_run *r, const char *step, const kept *k, sx_error *err) {
  const size_t n_pairs = r->s->series->n_pairs;
  change_batch *b = sx_mem_zalloc(&r->ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  sx_status status = SX_OK;
  for (size_t i = 0; i < k->n * n_pairs && status == SX_OK; i++) {
    status = add_change(b, r, step, &k->items[i / n_pairs], i % n_pairs, err);
    if (status == SX_OK && b->n == CHANGES_AT_ONCE) status = run_batch(b, r, err);
  }
  if (status == SX_OK && b->n) status = run_batch(b, r, err);
  batch_clear(b);
  sx_mem_free(&r->ctx, b);
  return status;
}

sx_status study__run_change(st_run *r, size_t index, sx_error *err) {
  const sx_study *s = r->s;
  const bool account = index >= s->n_indicators;
  const char *id = account ? s->accounts[index - s->n_indicators].id : s->indicators[index].id;
  const sx_node *node = account ? s->accounts[index - s->n_indicators].node : s->indicators[index].node;
  const char *step = study__step_id(r, "change", id);
  kept k = {.r = r, .indicator = account ? sx_arena_printf(r->arena, "%s/", id) : id};
  if (!step || !k.indicator) return sx_error_memory(err);
  sx_status status = sx_store_each_row(r->store, r->run, account ? NULL : id, keep, &k, err);
  if (status == SX_OK) status = change_rows(r, step, &k, err);
  if (account && status == SX_OK) status = study__compare_waves(r, index - s->n_indicators, step, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "change of %s", id);
    study__add_place(err, s, node);
  }
  return status;
}

/* ---- significance ---------------------------------------------------------------------------------------------------------------- */

static bool same_family(const struct st_series *series, const char *a, const char *b) {
  if (series->family == ST_FAMILY_ALL) return true;
  const size_t n = strcspn(a, "/"), m = strcspn(b, "/");
  return n == m && memcmp(a, b, n) == 0;
}

static sx_status adjust_family(st_run *r, kept *k, bool *done, double *p, size_t first, sx_error *err) {
  const struct st_series *series = r->s->series;
  size_t n = 0, tests = 0;
  size_t *at = sx_arena_alloc(r->arena, k->n, sizeof *at);
  if (!at) return sx_error_memory(err);
  for (size_t i = first; i < k->n; i++) {
    if (done[i] || !same_family(series, k->items[first].indicator, k->items[i].indicator)) continue;
    done[i] = true;
    tests += isnan(k->items[i].estimate) ? 0 : 1;
    at[n] = i;
    p[n++] = k->items[i].estimate;
  }
  SX_TRY(sx_p_adjust(p, n, series->adjust, &r->ctx, err));
  for (size_t i = 0; i < n; i++) {
    sx_store_row row = k->items[at[i]];
    row.estimate = p[i];
    row.statistic = sx_arena_printf(r->arena, "p_%s", row.statistic + strlen("p_raw_"));
    row.quality = p[i] < series->level ? "significant" : "";
    row.method = sx_arena_printf(r->arena, "%s over %zu tests, level %g", sx_adjust_p_name(series->adjust), tests,
                                 series->level);
    if (!row.statistic || !row.method) return sx_error_memory(err);
    SX_TRY(sx_store_put_row(NULL, r->store, "significance", &row, err));
  }
  return SX_OK;
}

sx_status study__run_significance(st_run *r, sx_error *err) {
  kept k = {.r = r, .tests = true};
  SX_TRY(sx_store_each_row(r->store, r->run, NULL, keep, &k, err));
  size_t tests = 0;
  for (size_t i = 0; i < k.n; i++) tests += isnan(k.items[i].estimate) ? 0 : 1;
  SX_TRY(study__put_count(r, "significance", "waves/tests", "count", tests, err));
  bool *done = sx_arena_zalloc(r->arena, k.n, sizeof *done);
  double *p = sx_arena_alloc(r->arena, k.n, sizeof *p);
  if (!done || !p) return sx_error_memory(err);
  for (size_t i = 0; i < k.n; i++) {
    if (!done[i]) SX_TRY(adjust_family(r, &k, done, p, i, err));
  }
  return SX_OK;
}
