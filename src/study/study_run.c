/* study_run.c: a checked study to a finished run: what has not changed is taken from the store, the rest computed, all of it committed at once.
 *
 * Order: generated data, plan and match, rows (reused or new), published figures, blocks, pages rendered, commit, pages written. A crash before the
 * commit leaves the store as it was; one after it leaves pages that the next run finds different from what it rendered, and writes again. */
#include "study_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

/* ---- folders and names ----------------------------------------------------------------------------------------------- */

static sx_status make_folder(const char *path, sx_arena *arena, sx_error *err) {
  char *copy = sx_arena_strdup(arena, path);
  if (!copy) return sx_error_memory(err);
  for (char *at = copy + 1;; at++) {
    if (*at != '/' && *at != '\0') continue;
    const char kept = *at;
    *at = '\0';
    if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
      return sx_error_set(err, SX_E_IO, copy, "the output folder cannot be made: %s", strerror(errno));
    }
    *at = kept;
    if (!kept) return SX_OK;
  }
}

typedef struct outputs {
  const char *dir, *db, *page[2];
} outputs;

static sx_status find_outputs(outputs *o, const sx_study *s, const sx_run_options *options, sx_arena *arena,
                              sx_error *err) {
  o->dir = options && options->out_dir ? options->out_dir : study__path(s, arena, "out");
  if (!o->dir || !*o->dir)
    return o->dir ? sx_error_set(err, SX_E_ARGUMENT, "", "the output folder has an empty name") : sx_error_memory(err);
  o->db = sx_arena_printf(arena, "%s/results.db", o->dir);
  o->page[SX_LANG_ZH] = s->zh ? sx_arena_printf(arena, "%s/report.zh.html", o->dir) : NULL;
  o->page[SX_LANG_EN] = s->en ? sx_arena_printf(arena, "%s/report.en.html", o->dir) : NULL;
  if (!o->db || (s->zh && !o->page[SX_LANG_ZH]) || (s->en && !o->page[SX_LANG_EN])) return sx_error_memory(err);
  return make_folder(o->dir, arena, err);
}

static void time_text(char out[32]) {
  const time_t t = time(NULL);
  struct tm parts;
  if (!gmtime_r(&t, &parts) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) out[0] = '\0';
}

/* ---- pages ---------------------------------------------------------------------------------------------------------------- */

typedef struct page {
  sx_report_result *result;
  char hash[SX_HASH_TEXT];
} page;

static sx_status render(page *out, st_run *r, sx_lang lang, sx_error *err) {
  const bool both = r->s->zh && r->s->en;
  const sx_report_options options = {1, lang, !both ? NULL : lang == SX_LANG_ZH ? "report.en.html" : "report.zh.html"};
  SX_TRY(sx_report_html(&out->result, r->store, r->run, &options, err));
  sx_hash_bytes(out->hash, out->result->html, out->result->n);
  for (size_t i = 0; i < out->result->n_warnings; i++) {
    sx_ctx_note(&r->ctx, SX_SEV_WARNING, out->result->warnings[i].where, "%s", out->result->warnings[i].message);
  }
  return SX_OK;
}

static sx_status render_pages(page pages[2], st_run *r, const outputs *o, sx_error *err) {
  sx_ctx_progress(&r->ctx, "writing the report", 0, 0);
  for (int lang = 0; lang < 2; lang++) {
    if (o->page[lang]) SX_TRY(render(&pages[lang], r, (sx_lang)lang, err));
  }
  return SX_OK;
}

static sx_status write_pages(const page pages[2], const st_run *r, const outputs *o, sx_error *err) {
  for (int lang = 0; lang < 2; lang++) {
    if (o->page[lang])
      SX_TRY(sx_file_write(&r->ctx, o->page[lang], pages[lang].result->html, pages[lang].result->n, err));
  }
  return SX_OK;
}

/* The pages on disk are those that the step's payload names. */
static sx_status pages_there(bool *there, st_run *r, const st_step *step, const outputs *o, sx_error *err) {
  void *payload = NULL;
  size_t n = 0;
  *there = false;
  SX_TRY(sx_store_step_payload(&payload, &n, r->store, step->id, step->key, err));
  *there = payload != NULL;
  sx_status status = SX_OK;
  for (int lang = 0; lang < 2 && *there && status == SX_OK; lang++) {
    char hash[SX_HASH_TEXT];
    if (!o->page[lang]) continue;
    *there = sx_file_exists(o->page[lang]) && n >= (size_t)(lang + 1) * (SX_HASH_TEXT - 1);
    if (*there) status = sx_hash_file(hash, &r->ctx, o->page[lang], err);
    if (*there && status == SX_OK) {
      *there = memcmp(hash, (const char *)payload + (size_t)lang * (SX_HASH_TEXT - 1), SX_HASH_TEXT - 1) == 0;
    }
  }
  sx_mem_free(&r->ctx, payload);
  return status;
}

/* ---- steps ------------------------------------------------------------------------------------------------------------------ */

static bool makes_rows(st_step_kind kind) {
  return kind == ST_STEP_INDICATOR || kind == ST_STEP_ACCOUNT || kind == ST_STEP_PUBLISHED || kind == ST_STEP_KNOWN ||
         kind == ST_STEP_LINK || kind == ST_STEP_CHANGE || kind == ST_STEP_SIGNIFICANCE || kind == ST_STEP_BALANCE ||
         kind == ST_STEP_RULES;
}

static sx_status payload_text(const char **out, st_run *r, const char *id, sx_error *err) {
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
  SX_TRY(payload_text(&r->design_text, r, "design", err));
  SX_TRY(payload_text(&r->weight_text, r, "weighting", err));
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
  } else if (step->kind == ST_STEP_RULES) {
    payload = of->rules_text && *of->rules_text ? of->rules_text : "1";
  } else if (step->kind == ST_STEP_LINK) {
    payload = study__link_payload(r, step->index);
  } else if (step->kind == ST_STEP_REPORT) {
    payload = pages_payload;
  }
  if (!payload) return sx_error_memory(err);
  return sx_store_put_step(r->store, step->id, step->key, payload, strlen(payload), err);
}

static sx_status put_steps(st_run *r, const char *pages_payload, sx_error *err) {
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
  sx_buf manifest;
  sx_buf_init(&manifest, &r->ctx);
  sx_status status = study__plan_manifest(&manifest, r->plan, err);
  if (status == SX_OK) status = sx_store_put_step(r->store, "plan", "plan", manifest.data, manifest.n, err);
  sx_buf_reset(&manifest);
  if (status == SX_OK) status = study__plan_specs(&manifest, r->plan, err);
  if (status == SX_OK) status = sx_store_put_step(r->store, "specs", "specs", manifest.data, manifest.n, err);
  sx_buf_clear(&manifest);
  return status;
}

/* Rows of unchanged steps are copied; one that the store turns out not to have is computed after all. */
static sx_status reuse_rows(st_run *r, bool *compute, sx_error *err) {
  *compute = false;
  for (size_t i = 0; i < r->plan->n; i++) {
    st_step *step = &r->plan->steps[i];
    if (!makes_rows(step->kind)) continue;
    if (step->reused) SX_TRY(sx_store_reuse(&step->reused, r->store, step->id, step->key, err));
    const bool estimates =
        step->kind == ST_STEP_INDICATOR || step->kind == ST_STEP_ACCOUNT || step->kind == ST_STEP_BALANCE;
    if (!step->reused && estimates && step->wave == r->wave) *compute = true;
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
  if (!r->rules_text) SX_TRY(payload_text(&r->rules_text, r, "rules", err));
  if (compute) {
    SX_TRY(study__materialise(r, err));
    double since = now();
    SX_TRY(study__run_indicators(r, err));
    clock_steps(r, ST_STEP_INDICATOR, false, now() - since);
    SX_TRY(study__index_rows(r, err));
    since = now();
    SX_TRY(study__run_formulas(r, err));
    clock_steps(r, ST_STEP_INDICATOR, true, now() - since);
  }
  SX_TRY(study__run_waves(r, err));
  SX_TRY(recall(r, err));
  SX_TRY(study__index_rows(r, err));
  const double since = now();
  SX_TRY(study__run_published(r, err));
  clock_steps(r, ST_STEP_PUBLISHED, false, now() - since);
  return SX_OK;
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
  return sx_store_begin(&r->run, r->store, &info, inputs, r->plan->n_files, err);
}

static sx_status new_run(st_run *r, const outputs *o, const sx_run_options *options, sx_error *err) {
  page pages[2] = {{NULL, ""}, {NULL, ""}};
  char payload[2 * SX_HASH_TEXT];
  sx_status status = begin(r, options, err);
  if (status != SX_OK) return status;
  SX_TRY_GOTO(status, study__put_labels(r, err), done);
  SX_TRY_GOTO(status, compute_rows(r, err), done);
  double since = now();
  SX_TRY_GOTO(status, study__run_blocks(r, err), done);
  clock_steps(r, ST_STEP_BLOCK, false, now() - since);
  since = now();
  SX_TRY_GOTO(status, render_pages(pages, r, o, err), done);
  (void)snprintf(payload, sizeof payload, "%-64s%-64s", pages[SX_LANG_ZH].hash, pages[SX_LANG_EN].hash);
  SX_TRY_GOTO(status, put_steps(r, payload, err), done);
  SX_TRY_GOTO(status, sx_ctx_poll(&r->ctx, err), done);
  SX_TRY_GOTO(status, sx_store_finish(r->store, err), done);
  SX_TRY_GOTO(status, write_pages(pages, r, o, err), done);
  r->plan->steps[r->plan->n - 1].seconds = now() - since;
done:
  sx_report_result_free(pages[0].result);
  sx_report_result_free(pages[1].result);
  return status;
}

/* Nothing changed since the newest finished run: only pages that went missing or were altered are rendered again from it. */
static sx_status old_run(st_run *r, const outputs *o, sx_error *err) {
  sx_store_run latest;
  st_step *report = &r->plan->steps[r->plan->n - 1];
  page pages[2] = {{NULL, ""}, {NULL, ""}};
  bool there = false;
  SX_TRY(sx_store_latest(&latest, r->store, err));
  r->run = latest.id;
  SX_TRY(payload_text(&r->rules_text, r, "rules", err));
  SX_TRY(pages_there(&there, r, report, o, err));
  if (there) return SX_OK;
  report->reused = false;
  sx_status status = render_pages(pages, r, o, err);
  if (status == SX_OK) status = write_pages(pages, r, o, err);
  sx_report_result_free(pages[0].result);
  sx_report_result_free(pages[1].result);
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

static sx_status run_all(st_run *r, const outputs *o, const sx_run_options *options, sx_error *err) {
  bool unchanged = false;
  SX_TRY(sx_store_open(&r->store, &r->ctx, o->db, SX_STORE_WRITE, err));
  for (int lang = 0; lang < 2; lang++) {
    if (o->page[lang]) sx_file_sweep(&r->ctx, o->page[lang]); /* of a run that was killed while it wrote */
  }
  SX_TRY(study__generate(r, err));
  SX_TRY(study__waves_begin(r, err));
  SX_TRY(study__plan_new(&r->plan, r->s, err));
  SX_TRY(study__plan_match(r->plan, r->store, options && options->force, err));
  mark_generated(r);
  if (!(options && options->force)) SX_TRY(is_unchanged(&unchanged, r, err));
  return unchanged ? old_run(r, o, err) : new_run(r, o, options, err);
}

void study__run_clear(st_run *r) {
  study__waves_clear(r);
  study__built_clear(r);
  study__domains_clear(r);
  for (size_t i = 0; i < r->n_values; i++) sx_est_free(r->values[i].est);
  sx_mem_free(&r->ctx, r->values);
  for (size_t i = 0; i < r->n_givens; i++) sx_est_free(r->givens[i].est);
  sx_mem_free(&r->ctx, r->givens);
  for (size_t i = 0; r->benchmarks && i < r->s->n_benchmarks; i++) {
    sx_est_free(r->benchmarks[i]);
    for (size_t k = 0; r->benchmarks_by && r->benchmarks_by[i] && k < r->s->benchmarks[i].n_by; k++)
      sx_est_free(r->benchmarks_by[i][k]);
  }
  sx_design_free(r->design);
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
  sx_mem_free(&ctx, result->report_en);
  sx_mem_free(&ctx, result->skipped);
  sx_mem_free(&ctx, result);
}

static sx_status copy_text(char **out, const sx_ctx *ctx, const char *text, sx_error *err) {
  if (!text) return SX_OK;
  *out = sx_mem_strdup(ctx, text);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status fill_result(sx_run_result *out, const st_run *r, const outputs *o, sx_error *err) {
  out->run = r->run;
  out->n_failed_rules = study__rules_failed(r);
  SX_TRY(copy_text(&out->store_path, &out->ctx, o->db, err));
  SX_TRY(copy_text(&out->report_zh, &out->ctx, o->page[SX_LANG_ZH], err));
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

sx_status sx_study_run(sx_run_result **out, const sx_study *study, const sx_run_options *options, sx_error *err) {
  if (!out || !study) return sx_error_set(err, SX_E_ARGUMENT, "", "out and study are needed");
  sx_run_result *result = sx_mem_zalloc(&study->ctx, 1, sizeof *result);
  if (!result) return sx_error_memory(err);
  result->ctx = study->ctx;
  st_run r = {.s = study, .ctx = study->ctx, .run = -1};
  outputs o = {NULL, NULL, {NULL, NULL}};
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
  SX_TRY_GOTO(status, find_outputs(&o, study, options, r.arena, err), done);
  SX_TRY_GOTO(status, run_all(&r, &o, options, err), done);
  status = fill_result(result, &r, &o, err);
done:
  study__run_clear(&r);
  if (status != SX_OK) {
    sx_run_result_free(result);
    return status;
  }
  *out = result;
  return SX_OK;
}
