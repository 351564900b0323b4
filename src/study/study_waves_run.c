/* study_waves_run.c: earlier waves in a run: their data, estimates and published figures, and the links of their samples. */
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- whose is it -------------------------------------------------------------------------------------------------------- */

char *study__step_id(const st_run *r, const char *kind, const char *id) {
  const st_wave *w = r->s->as_wave;
  return sx_arena_printf(r->arena, "%s%s%s:%s", w ? w->id : "", w ? "/" : "", kind, id);
}

const st_run *study__run_of(const st_run *r, const st_step *step) {
  return step->wave == 0 ? r : &r->waves->runs[step->wave - 1];
}

static sx_store_term wave_term(const st_wave *w) {
  return (sx_store_term){"wave", w->id, {"期", "wave"}, w->label};
}

size_t study__wave_terms(sx_store_term terms[ST_MAX_TERMS + 1], const st_run *r, const st_where *where) {
  size_t n = where->n;
  for (size_t i = 0; i < n; i++) terms[i] = where->terms[i];
  if (r->s->as_wave) terms[n++] = wave_term(r->s->as_wave);
  return n;
}

bool study__own_row(sx_store_row *row, sx_store_term terms[8], const st_run *r) {
  const st_wave *w = r->s->as_wave;
  size_t n = 0;
  bool own = false;
  if (!w) return true;
  for (size_t i = 0; i < row->n_terms && n < 8; i++) {
    if (strcmp(row->terms[i].variable, "wave") == 0 && strcmp(row->terms[i].level, w->id) == 0)
      own = true;
    else
      terms[n++] = row->terms[i];
  }
  row->terms = terms;
  row->n_terms = n;
  return own && row->method && strcmp(row->method, "published") != 0;
}

bool study__to_compute(const st_run *r, const st_step *step) {
  if (step->wave != r->wave) return false;
  return r->again ? step->again : !step->reused;
}

/* ---- life ------------------------------------------------------------------------------------------------------------------- */

sx_status study__waves_begin(st_run *r, sx_error *err) {
  const struct st_series *series = r->s->series;
  if (!series) return SX_OK;
  struct st_wave_runs *waves = sx_arena_zalloc(r->arena, 1, sizeof *waves);
  if (!waves) return sx_error_memory(err);
  waves->runs = sx_arena_zalloc(r->arena, series->n, sizeof *waves->runs);
  waves->links = sx_arena_zalloc(r->arena, series->n_pairs, sizeof *waves->links);
  if (!waves->runs || !waves->links) return sx_error_memory(err);
  r->waves = waves;
  for (size_t i = 0; i < series->n; i++) {
    const sx_study *s = series->waves[i].study;
    st_run *own = &waves->runs[i];
    if (!s) continue;
    *own = (st_run){.s = s, .ctx = r->ctx, .arena = r->arena, .store = r->store, .wave = i + 1, .following = r};
    const sx_table *head = s->schemas && s->n_tables ? s->schemas[s->unit] : NULL;
    const char *synthetic = head ? sx_table_meta(head, "synthetic") : NULL;
    if (!r->synthetic && synthetic && *synthetic) r->synthetic = synthetic;
  }
  return SX_OK;
}

void study__waves_clear(st_run *r) {
  const struct st_series *series = r->s->series;
  if (!r->waves || !series) return;
  for (size_t i = 0; i < series->n_pairs; i++) sx_link_free(r->waves->links[i].link);
  for (size_t i = 0; i < series->n; i++) {
    st_run *own = &r->waves->runs[i];
    if (!own->s) continue;
    study__built_clear(own);
    study__domains_clear(own);
    study__values_clear(own);
    study__benchmarks_clear(own);
    sx_design_free(own->design);
    study__ahead_clear(own);
    sx_table_free(own->unit);
  }
  r->waves = NULL;
}

/* ---- estimates ---------------------------------------------------------------------------------------------------------------- */

static bool has_work(const st_run *r, size_t wave) {
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    const bool estimates = step->kind == ST_STEP_INDICATOR || step->kind == ST_STEP_ACCOUNT;
    if (estimates && step->wave == wave && !step->reused) return true;
  }
  return false;
}

static sx_status estimate_wave(st_run *own, sx_error *err) {
  const st_wave *w = own->s->as_wave;
  if (has_work(own, own->wave)) {
    sx_status status = study__materialise(own, err);
    if (status == SX_OK) status = study__run_indicators(own, err);
    if (status == SX_OK) status = study__index_rows(own, err);
    if (status == SX_OK) status = study__run_formulas(own, err);
    if (status != SX_OK) {
      sx_error_add_where(err, "wave %s", w->id);
      return status;
    }
  }
  return study__index_rows(own, err);
}

/* The domain of a known figure, with the labels that the study has for it. */
static sx_status known_terms(sx_store_term terms[ST_MAX_TERMS + 1], size_t *n, st_run *r, const st_wave *w,
                             const st_known *k, sx_error *err) {
  const sx_study *s = r->s;
  sx_reference ref;
  SX_TRY(sx_reference_parse(&ref, k->reference, strlen(k->reference), err));
  const st_row *row = study__find_row(&r->rows, k->indicator, NULL, k->domain);
  *n = 0;
  for (size_t i = 0; i < ref.n_terms && i < ST_MAX_TERMS; i++) {
    const size_t g = study__find_group(s, ref.variable[i], strlen(ref.variable[i]));
    sx_store_term *t = &terms[(*n)++];
    *t = (sx_store_term){sx_arena_strdup(r->arena, ref.variable[i]),
                         sx_arena_strdup(r->arena, ref.level[i]),
                         {"范围", "scope"},
                         {NULL, NULL}};
    if (!t->variable || !t->level) return sx_error_memory(err);
    if (g != ST_NONE) t->variable_label = s->groups[g].label;
    t->level_label = row && ref.n_terms == 1 ? row->label : (sx_text2){t->level, t->level};
  }
  terms[(*n)++] = wave_term(w);
  return SX_OK;
}

static sx_status put_known(st_run *r, const st_wave *w, const char *step, const st_known *k, sx_error *err) {
  const sx_study *s = r->s;
  sx_store_term terms[ST_MAX_TERMS + 1];
  size_t n = 0;
  SX_TRY(known_terms(terms, &n, r, w, k, err));
  const bool account = strchr(k->indicator, '/') != NULL;
  const size_t i = account ? ST_NONE : study__find_indicator(s, k->indicator, strlen(k->indicator));
  const char *own = account ? "level" : study__stat_name(&s->indicators[i]);
  const double nan = (double)NAN, half = isnan(k->se) ? nan : 1.959963984540054 * k->se;
  const sx_store_row row = {.wave = w->id,
                            .indicator = k->indicator,
                            .statistic = *k->statistic ? k->statistic : own,
                            .terms = terms,
                            .n_terms = n,
                            .estimate = k->value,
                            .se = k->se,
                            .low = k->value - half,
                            .high = k->value + half,
                            .ci_level = 0.95,
                            .df = k->df,
                            .n = -1,
                            .n_eff = nan,
                            .deff = nan,
                            .cv = nan,
                            .unit = account ? NULL : s->indicators[i].unit,
                            .quality = isnan(k->se) ? "published, no error" : "published",
                            .method = "published"};
  return sx_store_put_row(NULL, r->store, step, &row, err);
}

static sx_status put_all_known(st_run *r, const st_step *step, sx_error *err) {
  const st_wave *w = &r->s->series->waves[step->index];
  const st_run *own = &r->waves->runs[step->index];
  for (size_t i = 0; i < w->n_known; i++) {
    const st_known *k = &w->known[i];
    /* what the wave's own data give stands before what was published of it */
    if (own->s && study__find_row(&own->rows, k->indicator, k->statistic, k->domain)) continue;
    SX_TRY(put_known(r, w, step->id, k, err));
  }
  return SX_OK;
}

/* ---- carriers of reused steps ---------------------------------------------------------------------------------------- */

static bool is_followed_step(const sx_study *s, const st_step *step) {
  if (step->kind == ST_STEP_INDICATOR) return s->indicators[step->index].followed;
  return step->kind == ST_STEP_ACCOUNT && s->accounts[step->index].followed;
}

static const char *followed_id(const sx_study *s, const st_step *step) {
  return step->kind == ST_STEP_INDICATOR ? s->indicators[step->index].id : s->accounts[step->index].id;
}

/* Whether the changes of what the step estimates are computed in this run. */
static bool changes_anew(const st_run *r, const st_step *step, const char *id) {
  const sx_study *s = r->s;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *other = &r->plan->steps[i];
    if (other->kind != ST_STEP_CHANGE || other->reused) continue;
    const bool account = other->index >= s->n_indicators;
    if (account != (step->kind == ST_STEP_ACCOUNT)) continue;
    const char *own = account ? s->accounts[other->index - s->n_indicators].id : s->indicators[other->index].id;
    if (strcmp(own, id) == 0) return true;
  }
  return false;
}

/* The rows of a reused step were copied; a change wants its carriers too, which are not stored: they would be most of the store. The
 * data are read for the link in any case, so that estimating again costs little. */
static sx_status estimate_again(st_run *r, st_run *own, sx_error *err) {
  size_t n = 0;
  for (size_t i = 0; i < r->plan->n; i++) {
    st_step *step = &r->plan->steps[i];
    step->again = step->wave == own->wave && step->reused && is_followed_step(own->s, step) &&
                  changes_anew(r, step, followed_id(own->s, step));
    n += step->again;
  }
  if (n == 0) return SX_OK;
  own->again = true;
  sx_status status = study__run_indicators(own, err);
  if (status == SX_OK) status = study__run_formulas(own, err);
  own->again = false;
  return status;
}

/* ---- links -------------------------------------------------------------------------------------------------------------------- */

static sx_status make_side(sx_link_side *side, const sx_column **id, const st_run *r, sx_error *err) {
  const st_list *unit = &r->s->unit_ids;
  *side = (sx_link_side){r->design, id, unit->n};
  for (size_t i = 0; i < unit->n; i++) SX_TRY(sx_table_need(&id[i], r->unit, unit->items[i], err));
  return SX_OK;
}

static void read_payload(st_link *link) {
  static const char *const names[] = {"none", "partial", "full", "replicates"};
  char word[16] = "";
  link->overlap = names[0];
  if (!link->text || sscanf(link->text, "%15s %lu %lu %lu", word, &link->units, &link->cases[0], &link->cases[1]) != 4)
    return;
  for (size_t i = 0; i < 4; i++)
    if (strcmp(word, names[i]) == 0) link->overlap = names[i];
}

/* Replicates that each wave made for itself know nothing of the units in both: the error of a change would be too large. */
static sx_status refuse_made(const st_run *r, const st_run *earlier, const st_link *link, sx_error *err) {
  const st_design *own = &r->s->design, *other = &earlier->s->design;
  if (!own->make.given && !other->make.given) return SX_OK;
  if (sx_link_units(link->link) == 0 || sx_link_overlap(link->link) == SX_OVERLAP_REPLICATES) return SX_OK;
  const st_wave *w = earlier->s->as_wave;
  return sx_node_error(err, r->s->doc, own->make.given ? own->node : other->node,
                       "%zu units are in '%s' and in '%s', and replicates made for each wave by itself know nothing of "
                       "them: leave 'make' out (linearised errors hold the covariance of the waves), or say "
                       "'independent: true' of the wave '%s' to leave it aside",
                       sx_link_units(link->link), w->id, r->s->wave, w->id);
}

sx_status study__make_link(st_run *r, st_link *out, st_run *earlier, sx_error *err) {
  const st_wave *w = earlier->s->as_wave;
  const size_t n = r->s->unit_ids.n;
  const sx_column **ids = sx_arena_zalloc(r->arena, 2 * n, sizeof *ids);
  sx_link_side sides[2];
  sx_link_options options = SX_LINK_OPTIONS_INIT;
  if (!ids) return sx_error_memory(err);
  options.independent = n == 0 || w->independent;
  sx_status status = make_side(&sides[0], ids, earlier, err);
  if (status == SX_OK) status = make_side(&sides[1], ids + n, r, err);
  if (status == SX_OK && options.independent) sides[0].n_id = sides[1].n_id = 0;
  if (status == SX_OK) status = sx_link_new(&out->link, &sides[0], &sides[1], &options, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "wave %s", w->id);
    study__add_place(err, r->s, r->s->series->node);
    return status;
  }
  SX_TRY(refuse_made(r, earlier, out, err));
  out->text = sx_arena_printf(r->arena, "%s\t%zu\t%zu\t%zu", sx_overlap_name(sx_link_overlap(out->link)),
                              sx_link_units(out->link), sx_table_rows(earlier->unit), sx_table_rows(r->unit));
  if (!out->text) return sx_error_memory(err);
  read_payload(out);
  return SX_OK;
}

/* Counts that texts can bind: `waves/change`.total.units, .earlier, .later; `waves/change`.total.tests */
sx_status study__put_count(st_run *r, const char *step, const char *indicator, const char *statistic, size_t count,
                           sx_error *err) {
  const double nan = (double)NAN;
  const sx_store_row row = {.wave = r->s->wave,
                            .indicator = indicator,
                            .statistic = statistic,
                            .estimate = (double)count,
                            .se = nan,
                            .low = nan,
                            .high = nan,
                            .ci_level = nan,
                            .df = nan,
                            .n = -1,
                            .n_eff = nan,
                            .deff = nan,
                            .cv = nan,
                            .method = "count"};
  return sx_store_put_row(NULL, r->store, step, &row, err);
}

static sx_status put_link(st_run *r, const st_link *link, const st_step *step, sx_error *err) {
  const char *id = sx_arena_printf(r->arena, "waves/%s", study__versus_name(r->s->series->pairs[step->index].versus));
  if (!id) return sx_error_memory(err);
  SX_TRY(study__put_count(r, step->id, id, "units", link->units, err));
  SX_TRY(study__put_count(r, step->id, id, "earlier", link->cases[0], err));
  return study__put_count(r, step->id, id, "later", link->cases[1], err);
}

static sx_status recall_link(st_run *r, st_link *link, const st_step *step, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  SX_TRY(sx_store_step_payload(&data, &n, r->store, step->id, step->key, err));
  if (data) link->text = sx_arena_strndup(r->arena, data, n);
  const bool failed = data && !link->text;
  sx_mem_free(&r->ctx, data);
  if (failed) return sx_error_memory(err);
  read_payload(link);
  return SX_OK;
}

const char *study__link_payload(st_run *r, size_t pair) {
  const char *text = r->waves ? r->waves->links[pair].text : NULL;
  return text ? text : "1";
}

/* Everything that a change needs of both sides: designs, rows, the link. */
static sx_status make_sides(st_run *r, sx_error *err) {
  const struct st_series *series = r->s->series;
  SX_TRY(study__materialise(r, err));
  SX_TRY(estimate_again(r, r, err));
  for (size_t i = 0; i < series->n_pairs; i++) {
    const size_t at = series->pairs[i].earlier;
    st_run *earlier = &r->waves->runs[at];
    if (!earlier->s) continue;
    SX_TRY(study__materialise(earlier, err));
    SX_TRY(study__same_categories(r, earlier, err));
    SX_TRY(estimate_again(r, earlier, err));
    if (!r->waves->links[i].link) SX_TRY(study__make_link(r, &r->waves->links[i], earlier, err));
    const st_link *link = &r->waves->links[i];
    sx_ctx_note(&r->ctx, SX_SEV_NOTE, "waves", "%s and %s: overlap %s, %lu units in both", series->waves[at].id,
                r->s->wave, link->overlap, link->units);
  }
  return SX_OK;
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------- */

static bool needs_sides(const st_run *r) {
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if ((step->kind == ST_STEP_CHANGE || step->kind == ST_STEP_LINK) && !step->reused) return true;
  }
  return false;
}

static bool is_change(const st_step *step) {
  return step->kind == ST_STEP_CHANGE && !step->reused;
}

static sx_status run_step(st_run *r, const st_step *step, sx_error *err) {
  if (step->kind == ST_STEP_LINK) {
    st_link *link = &r->waves->links[step->index];
    if (!link->link) return recall_link(r, link, step, err);
    return step->reused ? SX_OK : put_link(r, link, step, err);
  }
  if (step->reused) return SX_OK;
  if (step->kind == ST_STEP_CHANGE) return study__run_change(r, step->index, err);
  if (step->kind == ST_STEP_SIGNIFICANCE) return study__run_significance(r, err);
  return SX_OK;
}

sx_status study__run_waves(st_run *r, sx_error *err) {
  const struct st_series *series = r->s->series;
  if (!series || !r->waves) return SX_OK;
  for (size_t i = 0; i < series->n; i++) {
    st_run *own = &r->waves->runs[i];
    if (!own->s) continue;
    own->plan = r->plan;
    own->run = r->run;
    if (!r->shares_rows) SX_TRY(estimate_wave(own, err));
    SX_TRY(sx_ctx_poll(&r->ctx, err));
  }
  if (!r->shares_rows) SX_TRY(study__index_rows(r, err));
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind == ST_STEP_KNOWN && !step->reused) SX_TRY(put_all_known(r, step, err));
  }
  if (needs_sides(r)) SX_TRY(make_sides(r, err));
  size_t n = 0, done = 0;
  for (size_t i = 0; i < r->plan->n; i++) n += is_change(&r->plan->steps[i]);
  for (size_t i = 0; i < r->plan->n; i++) {
    if (is_change(&r->plan->steps[i])) sx_ctx_progress(&r->ctx, "changes", done++, n);
    SX_TRY(sx_ctx_poll(&r->ctx, err));
    SX_TRY(run_step(r, &r->plan->steps[i], err));
  }
  return SX_OK;
}
