/* study_run.c: a checked study to a finished run: what has not changed is taken from the store, the rest computed, all of it committed at once.
 *
 * Order: generated data, plan and match, rows (reused or new), published figures, blocks, pages rendered, pages in their places, commit. What fails
 * leaves the store and the pages as they were; killed while the pages take their places a run leaves a journal, by which whoever opens the store next
 * puts the old ones back, or keeps the new ones where it was committed (sx_store_files_journal). Where sensitive results would follow from what is published nothing is: neither pages nor run. Where a
 * rule of the data fails, or a number of the report is typed or not its result's, what was made is put aside and nothing published. */
#include "shuxiao/audit_text.h"
#include "study_disclosure.h"
#include "study_names.h"
#include "study_outputs.h"
#include "study_rules.h"
#include "study_seen.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

double study__now(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

static void time_text(char out[32]) {
  const time_t t = time(NULL);
  struct tm parts;
  if (!gmtime_r(&t, &parts) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) out[0] = '\0';
}

/* ---- steps ------------------------------------------------------------------------------------------------------------------ */

static bool makes_rows(st_step_kind kind) {
  return kind == ST_STEP_INDICATOR || kind == ST_STEP_ACCOUNT || kind == ST_STEP_PUBLISHED || kind == ST_STEP_KNOWN ||
         kind == ST_STEP_LINK || kind == ST_STEP_CHANGE || kind == ST_STEP_SIGNIFICANCE || kind == ST_STEP_BALANCE ||
         kind == ST_STEP_RULES || kind == ST_STEP_BANNER;
}

sx_status study__payload_text(const char **out, st_run *r, const char *id, sx_error *err) {
  const size_t at = study__plan_find(r->plan, id);
  void *data = NULL;
  size_t n = 0;
  *out = NULL;
  if (at == ST_NONE) return SX_OK;
  SX_TRY(sx_store_step_payload(&data, &n, r->store, id, r->plan->steps[at].key, err));
  if (data && n > 1) *out = sx_arena_strndup(r->arena, data, n);
  const bool failed = data && n > 1 && !*out;
  sx_mem_free(&r->ctx, data);
  return failed ? sx_error_memory(err) : SX_OK;
}

/* Words that the report needs of steps which are not computed again. */
static sx_status recall(st_run *r, sx_error *err) {
  if (r->design) return SX_OK;
  SX_TRY(study__payload_text(&r->design_text, r, "design", err));
  SX_TRY(study__payload_text(&r->weight_text, r, "weighting", err));
  if (!r->design_text) return study__materialise(r, err); /* an older store without them */
  return SX_OK;
}

static sx_status put_step(st_run *r, const st_step *step, const char *pages_payload, sx_error *err) {
  const char *payload = "1";
  const st_run *of = study__run_of(r, step);
  if (step->kind == ST_STEP_DESIGN && of->design_text) {
    payload = of->design_text;
  } else if (step->kind == ST_STEP_WEIGHTING && of->weight_text && *of->weight_text) {
    payload = of->weight_text;
  } else if (step->kind == ST_STEP_BANNER) {
    payload = r->banners ? r->banners[step->index] : NULL;
  } else if (step->kind == ST_STEP_INDICATOR) {
    payload = of->contributors && of->contributors[step->index] ? of->contributors[step->index] : payload;
  } else if (step->kind == ST_STEP_RULES) {
    payload = of->rules_text && *of->rules_text ? of->rules_text : "1";
  } else if (step->kind == ST_STEP_DISCLOSURE) {
    payload = r->hidden_text;
  } else if (step->kind == ST_STEP_LINK) {
    payload = study__link_payload(r, step->index);
  } else if (step->kind == ST_STEP_REPORT) {
    payload = pages_payload;
  }
  if (!payload) return sx_error_memory(err);
  return sx_store_put_step(r->store, step->id, step->key, payload, strlen(payload), err);
}

static sx_status put_plan(st_run *r, sx_error *err) {
  sx_buf manifest;
  sx_buf_init(&manifest, &r->ctx);
  sx_status status = study__plan_manifest(&manifest, r->plan, err);
  if (status == SX_OK) status = sx_store_put_step(r->store, "plan", "plan", manifest.data, manifest.n, err);
  sx_buf_reset(&manifest);
  if (status == SX_OK) status = study__plan_specs(&manifest, r->plan, err);
  if (status == SX_OK) status = sx_store_put_step(r->store, "specs", "specs", manifest.data, manifest.n, err);
  if (status == SX_OK)
    status = sx_store_put_step(r->store, SX_STORE_PLAN_STEP, r->plan->numbers, r->plan->numbers, SX_HASH_TEXT - 1, err);
  sx_buf_clear(&manifest);
  return status;
}

/* The codebook and its DDI, which cannot be made again out of the store: an audit holds a changed one against what was published. */
static sx_status put_files(st_run *r, const sx_publish_files *files, sx_error *err) {
  for (size_t i = 0; i < files->n; i++) {
    const sx_publish_file *f = &files->items[i];
    bool there = false;
    if (!sx_audit_is_codebook(f->name)) continue;
    const char *step = sx_arena_printf(r->arena, "%s%s", SX_STORE_FILE_STEP, f->name);
    if (!step) return sx_error_memory(err);
    SX_TRY(sx_store_reuse_payload(&there, r->store, step, f->hash, err));
    if (!there) SX_TRY(sx_store_put_step(r->store, step, f->hash, f->data, f->n, err));
  }
  return SX_OK;
}

static sx_status put_steps(st_run *r, const char *pages_payload, const char *record, sx_error *err) {
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (makes_rows(step->kind) && step->reused) continue; /* copied with its rows */
    SX_TRY(put_step(r, step, pages_payload, err));
    const st_run *of = study__run_of(r, step);
    if (step->kind != ST_STEP_GENERATE || !of->generated[step->index].made) continue;
    const char *id = study__step_id(of, "generated", of->s->tables[step->index].id);
    if (!id) return sx_error_memory(err);
    const st_generated *g = &of->generated[step->index];
    SX_TRY(sx_store_put_step(r->store, id, g->file, g->key, SX_HASH_TEXT - 1, err));
  }
  const struct st_series *series = r->waves ? r->s->series : NULL;
  SX_TRY(study__seen_put(r, r, err));
  for (size_t i = 0; series && i < series->n; i++)
    if (series->waves[i].study) SX_TRY(study__seen_put(r, &r->waves->runs[i], err));
  if (r->frequencies)
    SX_TRY(sx_store_put_step(r->store, "codebook", r->frequencies_key, r->frequencies, strlen(r->frequencies), err));
  return sx_store_put_step(r->store, "outputs", "outputs", record, strlen(record), err);
}

/* Where no step that makes rows has changed, the run has those of the run before: nothing is copied. */
static sx_status share_rows(st_run *r, sx_error *err) {
  size_t n = 0;
  sx_store_step *steps = sx_arena_alloc(r->arena, r->plan->n, sizeof *steps);
  if (!steps) return sx_error_memory(err);
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (!makes_rows(step->kind)) continue;
    if (!step->reused) return SX_OK;
    steps[n++] = (sx_store_step){step->id, step->key};
  }
  return sx_store_share_rows(&r->shares_rows, r->store, steps, n, err);
}

/* Rows of unchanged steps are copied; one that the store turns out not to have is computed after all. */
static sx_status reuse_rows(st_run *r, bool *compute, sx_error *err) {
  *compute = false;
  SX_TRY(share_rows(r, err));
  if (r->shares_rows) return SX_OK;
  sx_store_leave_ahead(r->store);
  for (size_t i = 0; i < r->plan->n; i++) {
    st_step *step = &r->plan->steps[i];
    if (!makes_rows(step->kind)) continue;
    if (step->reused) SX_TRY(sx_store_reuse(&step->reused, r->store, step->id, step->key, err));
    const bool estimates =
        step->kind == ST_STEP_INDICATOR || step->kind == ST_STEP_ACCOUNT || step->kind == ST_STEP_BALANCE;
    const bool banner = step->kind == ST_STEP_BANNER && !step->reused && step->wave == r->wave;
    if (banner) r->whole = true; /* its rows may name any variable of the file */
    if ((!step->reused && estimates && step->wave == r->wave) || banner) *compute = true;
  }
  return SX_OK;
}

static void clock_steps(st_run *r, st_step_kind kind, bool formulas, double seconds) {
  size_t n = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < r->plan->n; i++) {
      st_step *step = &r->plan->steps[i];
      if (step->kind != kind || step->reused || step->wave != r->wave) continue;
      if (kind == ST_STEP_INDICATOR && study__is_formula(&r->s->indicators[step->index]) != formulas) continue;
      if (pass == 0) n++;
      if (pass == 1 && n) step->seconds = seconds / (double)n;
    }
  }
}

static sx_status compute_rows(st_run *r, sx_error *err) {
  bool compute = false;
  SX_TRY(reuse_rows(r, &compute, err));
  SX_TRY(study__run_rules(r, err));
  if (!r->rules_text) SX_TRY(study__payload_text(&r->rules_text, r, "rules", err));
  if (compute) {
    SX_TRY(study__materialise(r, err));
    study__begin_banners(r);
    double since = study__now();
    SX_TRY(study__run_indicators(r, err));
    clock_steps(r, ST_STEP_INDICATOR, false, study__now() - since);
    SX_TRY(study__index_rows(r, err));
    since = study__now();
    SX_TRY(study__run_formulas(r, err));
    clock_steps(r, ST_STEP_INDICATOR, true, study__now() - since);
    since = study__now();
    SX_TRY(study__run_banners(r, err));
    clock_steps(r, ST_STEP_BANNER, false, study__now() - since);
  }
  SX_TRY(study__recall_banners(r, err));
  SX_TRY(study__run_waves(r, err));
  SX_TRY(recall(r, err));
  if (r->shares_rows) SX_TRY(sx_store_keep_rows(r->store, r->run, err)); /* none will be written; read meanwhile */
  SX_TRY(study__index_rows(r, err));
  const double since = study__now();
  SX_TRY(study__run_published(r, err));
  clock_steps(r, ST_STEP_PUBLISHED, false, study__now() - since);
  return SX_OK;
}

/* No step after the rows asks for an estimate: their carriers are most of the memory, which the outputs need. */
static void drop_estimates(st_run *r) {
  const struct st_series *series = r->s->series;
  study__built_clear(r);
  study__values_clear(r);
  for (size_t i = 0; r->waves && series && i < series->n; i++) {
    study__built_clear(&r->waves->runs[i]);
    study__values_clear(&r->waves->runs[i]);
  }
}

/* ---- the run ------------------------------------------------------------------------------------------------------------------ */

static sx_status begin(st_run *r, const sx_run_options *options, sx_error *err) {
  const sx_study *s = r->s;
  sx_store_input *inputs = sx_arena_alloc(r->arena, r->plan->n_files, sizeof *inputs);
  if (!inputs) return sx_error_memory(err);
  for (size_t i = 0; i < r->plan->n_files; i++) {
    inputs[i] = (sx_store_input){r->plan->files[i].shown, r->plan->files[i].sha256, r->plan->files[i].bytes};
  }
  const sx_store_run info = {.study = s->id,
                             .wave = s->wave,
                             .title_zh = s->title.zh ? s->title.zh : s->title.en,
                             .title_en = s->title.en ? s->title.en : s->title.zh,
                             .version = sx_version(),
                             .options_json = options && options->force ? "{\"force\":true}" : "{}",
                             .started = r->started,
                             .synthetic = r->synthetic};
  SX_TRY(sx_store_begin(&r->run, r->store, &info, inputs, r->plan->n_files, err));
  for (size_t i = 0; i < r->plan->n; i++)
    if (makes_rows(r->plan->steps[i].kind)) SX_TRY(sx_store_put_place(r->store, r->plan->steps[i].id, i, err));
  return SX_OK;
}

/* What is not published, decided or as it was; from here on the store gives the view for release. */
static sx_status disclose(st_run *r, sx_error *err) {
  const size_t at = study__plan_find(r->plan, "disclosure");
  if (at != ST_NONE && r->plan->steps[at].reused) SX_TRY(study__payload_text(&r->hidden_text, r, "disclosure", err));
  return study__run_disclosure(r, err);
}

/* Files and run both, or neither. The files first: whether they can take their places shows only there. */
static sx_status publish(st_run *r, const sx_publish_files *files, const st_outputs *o, sx_error *err) {
  sx_files_change *change = NULL;
  sx_files_journal journal;
  SX_TRY(sx_store_files_journal(&journal, r->store, err));
  SX_TRY(sx_publish_replace(&change, files, o->gone, o->n_gone, o->dir, &journal, err));
  const sx_status status = sx_store_finish(r->store, err);
  if (status == SX_OK) {
    sx_files_settle(change);
    return SX_OK;
  }
  sx_error lost = SX_ERROR_INIT;
  if (sx_files_undo(change, &lost) == SX_OK || !err) return status;
  const sx_error why = *err;
  return sx_error_set(err, status, why.where, "%s; nor can %s be put back as it was", why.message, lost.where);
}

/* Whether it may be published; what may not is put aside. */
static sx_status judge(bool *good, st_run *r, const sx_publish_files *files, st_outputs *o, sx_error *err) {
  SX_TRY(study__outputs_judge(good, r, files, o, err));
  return *good ? SX_OK : study__outputs_refuse(r, files, o, err);
}

static sx_status new_run(st_run *r, st_outputs *o, const sx_run_options *options, sx_error *err) {
  sx_publish_files files;
  sx_buf payload;
  bool good = true;
  sx_status status = begin(r, options, err);
  if (status != SX_OK) return status;
  sx_publish_files_init(&files, &r->ctx);
  sx_buf_init(&payload, &r->ctx);
  SX_TRY_GOTO(status, study__put_labels(r, err), done);
  SX_TRY_GOTO(status, study__put_published_labels(r, err), done);
  SX_TRY_GOTO(status, study__put_rule_labels(r, err), done);
  SX_TRY_GOTO(status, compute_rows(r, err), done);
  drop_estimates(r);
  double since = study__now();
  SX_TRY_GOTO(status, disclose(r, err), done);
  clock_steps(r, ST_STEP_DISCLOSURE, false, study__now() - since);
  if (study__open_results(r)) goto done; /* the run is not finished: closing the store takes it back */
  since = study__now();
  SX_TRY_GOTO(status, study__run_blocks(r, err), done);
  clock_steps(r, ST_STEP_BLOCK, false, study__now() - since);
  since = study__now();
  SX_TRY_GOTO(status, put_plan(r, err), done);
  SX_TRY_GOTO(status, study__outputs_make(&files, r, o, err), done);
  SX_TRY_GOTO(status, judge(&good, r, &files, o, err), done);
  if (!good) goto done; /* as above */
  SX_TRY_GOTO(status, study__outputs_payload(&payload, &files, o, err), done);
  SX_TRY_GOTO(status, put_steps(r, payload.data, o->record, err), done);
  SX_TRY_GOTO(status, put_files(r, &files, err), done);
  SX_TRY_GOTO(status, study__put_said(r, err), done);
  SX_TRY_GOTO(status, sx_ctx_poll(&r->ctx, err), done);
  SX_TRY_GOTO(status, publish(r, &files, o, err), done);
  r->plan->steps[r->plan->n - 1].seconds = study__now() - since;
done:
  sx_publish_files_clear(&files);
  sx_buf_clear(&payload);
  return status;
}

static sx_status write_again(st_run *r, const sx_publish_files *files, const st_outputs *o, sx_error *err) {
  sx_files_change *change = NULL;
  sx_files_journal journal;
  SX_TRY(sx_store_files_journal(&journal, r->store, err));
  SX_TRY(sx_publish_replace(&change, files, o->gone, o->n_gone, o->dir, &journal, err));
  sx_files_settle(change);
  return SX_OK;
}

/* Nothing changed since the newest finished run, and it was asked for the same formats: only files that went missing or were altered are made again from it. */
static sx_status old_run(st_run *r, st_outputs *o, sx_error *err) {
  sx_store_run latest;
  st_step *report = &r->plan->steps[r->plan->n - 1];
  sx_publish_files files;
  bool there = false, good = true;
  sx_store_leave_ahead(r->store); /* mostly nothing is made */
  SX_TRY(sx_store_latest(&latest, r->store, err));
  r->run = latest.id;
  SX_TRY(study__payload_text(&r->rules_text, r, "rules", err));
  SX_TRY(disclose(r, err));
  if (study__open_results(r)) return SX_OK;
  SX_TRY(study__outputs_there(&there, r, report, o, err));
  if (there) return study__repeat_said(r, latest.id, NULL, err);
  report->reused = false;
  sx_publish_files_init(&files, &r->ctx);
  sx_status status = study__outputs_make(&files, r, o, err);
  if (status == SX_OK) status = judge(&good, r, &files, o, err);
  if (status == SX_OK && good) status = write_again(r, &files, o, err);
  sx_publish_files_clear(&files);
  return status;
}

/* The newest finished run has exactly these steps with these keys. */
static sx_status is_unchanged(bool *unchanged, const st_run *r, sx_error *err) {
  void *payload = NULL;
  size_t n = 0;
  sx_buf manifest;
  *unchanged = false;
  SX_TRY(sx_store_step_payload(&payload, &n, r->store, "plan", "plan", err));
  sx_buf_init(&manifest, &r->ctx);
  const sx_status status = study__plan_manifest(&manifest, r->plan, err);
  *unchanged = status == SX_OK && payload && n == manifest.n && memcmp(payload, manifest.data, n) == 0;
  sx_buf_clear(&manifest);
  sx_mem_free(&r->ctx, payload);
  return status;
}

static void mark_generated(st_run *r) {
  for (size_t i = 0; i < r->plan->n; i++) {
    st_step *step = &r->plan->steps[i];
    if (step->kind != ST_STEP_GENERATE) continue;
    const st_generated *g = &study__run_of(r, step)->generated[step->index];
    step->reused = !g->made;
    step->seconds = g->seconds;
  }
}

static sx_status run_all(st_run *r, st_outputs *o, const sx_run_options *options, sx_error *err) {
  bool unchanged = false;
  SX_TRY(sx_store_open(&r->store, &r->ctx, o->db, SX_STORE_WRITE, err));
  if (!(options && options->force)) sx_store_read_ahead(r->store); /* most runs change words alone */
  SX_TRY(sx_publish_sweep(o->dir, r->s->id, r->arena, err));       /* of a run that was killed while it wrote */
  SX_TRY(study__waves_begin(r, err));
  SX_TRY(study__generate(r, err));
  SX_TRY(study__plan_new(&r->plan, r->s, err));
  SX_TRY(study__plan_match(r->plan, r->store, options && options->force, err));
  mark_generated(r);
  if (!(options && options->force)) SX_TRY(is_unchanged(&unchanged, r, err));
  /* what the run before says of its files is what they are held against: other formats are a run of their own */
  st_step *report = &r->plan->steps[r->plan->n - 1];
  if (!unchanged) return new_run(r, o, options, err);
  SX_TRY(study__outputs_asked(&unchanged, r, report, o, err));
  if (unchanged) return old_run(r, o, err);
  report->reused = false;
  return new_run(r, o, options, err);
}

void study__run_clear(st_run *r) {
  study__banners_clear(r); /* first: a thread reads what follows */
  study__waves_clear(r);
  study__built_clear(r);
  study__domains_clear(r);
  study__values_clear(r);
  for (size_t i = 0; i < r->n_givens; i++) sx_est_free(r->givens[i].est);
  sx_mem_free(&r->ctx, r->givens);
  study__benchmarks_clear(r);
  sx_design_free(r->design);
  study__ahead_clear(r);
  sx_table_free(r->unit);
  sx_store_close(r->store);
  study__plan_free(r->plan);
  sx_arena_free(r->arena);
}

/* ---- the result ------------------------------------------------------------------------------------------------------------------ */

void sx_run_result_free(sx_run_result *result) {
  if (!result) return;
  const sx_ctx ctx = result->ctx;
  for (size_t i = 0; i < result->n_steps; i++) {
    sx_mem_free(&ctx, (void *)(uintptr_t)result->steps[i].id);
  }
  sx_mem_free(&ctx, result->steps);
  sx_mem_free(&ctx, result->store_path);
  sx_mem_free(&ctx, result->report_zh);
  sx_mem_free(&ctx, result->report_both);
  sx_mem_free(&ctx, result->report_en);
  sx_mem_free(&ctx, result->skipped);
  sx_mem_free(&ctx, result->files_written);
  sx_mem_free(&ctx, result->files_stale);
  sx_mem_free(&ctx, result->files_removed);
  sx_mem_free(&ctx, result->files);
  sx_mem_free(&ctx, result->refused);
  sx_mem_free(&ctx, result->refused_lost);
  sx_audit_traces_free(result->traces);
  sx_mem_free(&ctx, result);
}

static sx_status copy_text(char **out, const sx_ctx *ctx, const char *text, sx_error *err) {
  if (!text) return SX_OK;
  *out = sx_mem_strdup(ctx, text);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status fill_result(sx_run_result *out, const st_run *r, const st_outputs *o, sx_error *err) {
  out->run = r->run;
  out->n_failed_rules = study__rules_failed(r);
  out->n_open_results = study__open_results(r);
  SX_TRY(copy_text(&out->refused, &out->ctx, o->refused, err));
  SX_TRY(copy_text(&out->refused_lost, &out->ctx, o->refused_lost, err));
  if (out->n_open_results || o->refused) { /* nothing was published */
    out->run = -1;
    return SX_OK;
  }
  out->n_files = o->n_files;
  out->n_files_kept = o->n_kept;
  SX_TRY(copy_text(&out->files_written, &out->ctx, o->written, err));
  const char *stale = "";
  SX_TRY(study__outputs_stale(&stale, r, o, err));
  SX_TRY(copy_text(&out->files, &out->ctx, o->names, err));
  SX_TRY(copy_text(&out->files_removed, &out->ctx, o->removed, err));
  SX_TRY(copy_text(&out->files_stale, &out->ctx, stale, err));
  SX_TRY(copy_text(&out->store_path, &out->ctx, o->db, err));
  SX_TRY(copy_text(&out->report_zh, &out->ctx, o->page[SX_LANG_ZH], err));
  SX_TRY(copy_text(&out->report_both, &out->ctx, o->page[2], err));
  SX_TRY(copy_text(&out->report_en, &out->ctx, o->page[SX_LANG_EN], err));
  out->steps = sx_mem_zalloc(&out->ctx, r->plan->n, sizeof *out->steps);
  if (!out->steps) return sx_error_memory(err);
  for (size_t i = 0; i < r->plan->n; i++) {
    char *id = NULL;
    SX_TRY(copy_text(&id, &out->ctx, r->plan->steps[i].id, err));
    out->steps[out->n_steps++] = (sx_run_step){id, id, r->plan->steps[i].reused, r->plan->steps[i].seconds};
  }
  return SX_OK;
}

/* An earlier run's files that were not published are gone when a run is published; that they cannot be removed is no failure of this one. */
static sx_status settle_refused(const st_run *r, const st_outputs *o, sx_error *err) {
  sx_error left = SX_ERROR_INIT;
  const sx_status status = study__outputs_clear_refused(r, o, &left);
  if (status == SX_E_IO) sx_ctx_note(&r->ctx, SX_SEV_WARNING, left.where, "%s", left.message);
  if (status == SX_OK || status == SX_E_IO) return SX_OK;
  return sx_error_set(err, status, left.where, "%s", left.message);
}

/* What was found of the pages holds for those that lie in the folder where these have the bytes that were traced; else nothing was found. */
static sx_status check_traced(st_outputs *o, const st_run *r, sx_error *err) {
  bool same = o->traces != NULL;
  for (int lang = 0; lang < 3 && same; lang++) {
    char hash[SX_HASH_TEXT];
    if (!o->page[lang]) continue;
    same = o->traced[lang] && sx_file_exists(o->page[lang]);
    if (same) SX_TRY(sx_hash_file(hash, &r->ctx, o->page[lang], err));
    same = same && strcmp(hash, o->traced[lang]) == 0;
  }
  if (same) return SX_OK;
  sx_audit_traces_free(o->traces);
  o->traces = NULL;
  return SX_OK;
}

sx_status sx_study_run(sx_run_result **out, const sx_study *study, const sx_run_options *options, sx_error *err) {
  if (!out || !study) return sx_error_set(err, SX_E_ARGUMENT, "", "out and study are needed");
  sx_run_result *result = sx_mem_zalloc(&study->ctx, 1, sizeof *result);
  if (!result) return sx_error_memory(err);
  result->ctx = study->ctx;
  st_run r = {.s = study, .ctx = study->ctx, .run = -1};
  st_outputs o = {.dir = NULL};
  sx_status status = SX_OK;
  time_text(r.started);
  const sx_table *head = study->schemas && study->n_tables ? study->schemas[study->unit] : NULL;
  const char *synthetic = head ? sx_table_meta(head, "synthetic") : NULL;
  if (synthetic && *synthetic) r.synthetic = synthetic;
  if (study->skipped) {
    status = copy_text(&result->skipped, &result->ctx, study->skipped, err);
    goto done;
  }
  SX_TRY_GOTO(status, sx_arena_new(&r.arena, &r.ctx, err), done);
  SX_TRY_GOTO(status, study__outputs_find(&o, study, options, r.arena, err), done);
  o.audit = options && options->audit;
  SX_TRY_GOTO(status, run_all(&r, &o, options, err), done);
  r.ctx.cancelled = NULL; /* what was asked for is done: to be told of it too late is no interruption */
  if (!o.refused && !study__open_results(&r)) {
    SX_TRY_GOTO(status, settle_refused(&r, &o, err), done);
    SX_TRY_GOTO(status, check_traced(&o, &r, err), done);
  }
  status = fill_result(result, &r, &o, err);
  result->traces = o.traces;
  o.traces = NULL;
done:
  sx_audit_traces_free(o.traces);
  study__run_clear(&r);
  if (status != SX_OK) {
    sx_run_result_free(result);
    return status;
  }
  *out = result;
  return SX_OK;
}
