/* study_outputs_make.c: pages and formats made side by side, each into a list of its own; the lists are joined in one order, so that nothing depends on
 * the number of threads. Formats that do nothing but paint are one job, for only one thread paints at a time. */
#include <stdio.h>
#include <string.h>

#include "study_names.h"
#include "study_outputs_make.h"

/* ---- what the units say and ask ------------------------------------------------------------------------------------------- */

static void on_note(void *data, sx_severity severity, const char *where, const char *message) {
  st_maker *m = data;
  const pthread_t self = pthread_self();
  (void)pthread_mutex_lock(&m->lock);
  size_t of = 0;
  while (of < m->n_units && !(m->units[of].running && pthread_equal(m->units[of].thread, self))) of++;
  st_said note = {of, severity, sx_arena_strdup(m->arena, where), sx_arena_strdup(m->arena, message)};
  if (note.where && note.message &&
      sx_arena_grow(m->arena, (void **)&m->notes, &m->cap_notes, m->n_notes + 1, sizeof *m->notes))
    m->notes[m->n_notes++] = note;
  else
    m->lost = true;
  (void)pthread_mutex_unlock(&m->lock);
}

static bool on_poll(void *data) {
  const st_maker *m = data;
  const sx_ctx *ctx = &m->r->ctx;
  return pthread_equal(m->caller, pthread_self()) && ctx->cancelled && ctx->cancelled(ctx->data);
}

static void on_progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  const st_maker *m = data;
  if (pthread_equal(m->caller, pthread_self())) sx_ctx_progress(&m->r->ctx, stage, done, total);
}

static void repeat_notes(const st_maker *m) {
  for (size_t u = 0; u <= m->n_units; u++) {
    for (size_t i = 0; i < m->n_notes; i++) {
      const st_said *note = &m->notes[i];
      if (note->unit == u) study__say(m->r, note->severity, note->where, note->message);
    }
  }
}

/* ---- one unit ---------------------------------------------------------------------------------------------------------------- */

static sx_status make_page(st_unit *u, const st_maker *m, sx_error *err) {
  const bool both = m->options.zh && m->options.en, chinese = u->lang == SX_LANG_ZH;
  const char *other = chinese ? "report.en.html" : "report.zh.html";
  const char *name = u->lang == ST_BOTH ? "report.zh-en.html" : chinese ? "report.zh.html" : "report.en.html";
  sx_buf page;
  sx_buf_init(&page, &m->ctx);
  sx_status status = u->lang == ST_BOTH ? sx_document_html(&page, m->pair, NULL, err)
                                        : sx_document_html(&page, m->documents[u->lang], both ? other : NULL, err);
  if (status == SX_OK) status = sx_publish_take(&u->files, name, &page, err);
  sx_buf_clear(&page);
  return status;
}

static void set_running(st_maker *m, st_unit *u, bool running) {
  (void)pthread_mutex_lock(&m->lock);
  u->thread = pthread_self();
  u->running = running;
  (void)pthread_mutex_unlock(&m->lock);
}

static bool is_format(const st_unit *u, const char *name) {
  return u->format && strcmp(u->format->name, name) == 0;
}

static sx_status make_format(st_unit *u, const st_maker *m, sx_error *err) {
  sx_document *documents[2];
  sx_publish_options options = study__share_lend(m, u, documents);
  char *earlier = NULL;
  const bool drawn = is_format(u, "docx") && m->old.pictures && strcmp(m->old.pictures, m->pictures) == 0;
  if (drawn) SX_TRY(study__kept_load_unit(&earlier, &options.n_earlier, &m->old, u->name, &m->ctx, err));
  options.earlier = earlier;
  const sx_status status = u->format->make(&u->files, m->r->store, m->r->run, &options, err);
  sx_mem_free(&m->ctx, earlier);
  return status;
}

static sx_status make_unit(st_maker *m, st_unit *u, sx_error *err) {
  set_running(m, u, true);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  sx_status status = sx_ctx_poll(&m->ctx, err);
  if (status == SX_OK) status = study__share_key(u, m, err);
  if (status == SX_OK) status = study__kept_take(&u->kept, &u->files, &m->old, u->name, u->key, err);
  if (!u->kept) atomic_store(&m->anew, true);
  if (status == SX_OK && !u->kept) status = u->format ? make_format(u, m, err) : make_page(u, m, err);
  if (status == SX_OK && !u->kept) status = study__kept_mark(&u->files, &m->old, err);
  if (status == SX_OK && m->o->zip) status = sx_publish_deflate(&u->files, err);
  atomic_fetch_add(&m->n_done, 1);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  set_running(m, u, false);
  return status;
}

/* A page is traced as soon as it is made, while others are made; it is found out later whether it lies in the folder so. What was found of the same page before,
 * by the same facts, holds. */
static sx_status find_verdict(st_maker *m, st_unit *u, sx_error *err) {
  const sx_publish_file *file = &u->files.items[0];
  const char *path = m->o->page[u->lang];
  SX_TRY(study__share_verdict_key(u, m, err));
  const char *known = study__kept_verdict(&m->old, u->name, u->verdict_key);
  sx_error lost = SX_ERROR_INIT;
  if (!known || sx_page_audit_recall(m->audit, (size_t)u->lang, path, known, strlen(known), &lost) != SX_OK)
    SX_TRY(sx_page_audit_trace(m->audit, (size_t)u->lang, path, file->data, file->n, err));
  sx_page_audit_put(&u->verdict, m->audit, (size_t)u->lang);
  return sx_buf_status(&u->verdict, err);
}

static void trace_page(st_maker *m, st_unit *u) {
  sx_error err = SX_ERROR_INIT;
  if (u->format || !m->audit) return;
  if (u->files.n != 1 || find_verdict(m, u, &err) != SX_OK) atomic_store(&m->unaudited, true);
}

/* ---- jobs ---------------------------------------------------------------------------------------------------------------------- */

static sx_status do_job(st_maker *m, size_t j, sx_error *err) {
  const st_job *job = &m->jobs[j];
  if (job->shared >= 0) {
    SX_TRY(sx_ctx_poll(&m->ctx, err));
    return study__share_make(m, (st_shared)job->shared, err);
  }
  for (size_t i = job->from; i < job->to; i++) {
    st_unit *u = &m->units[m->order[i]];
    if (!study__share_wait(m, u->needs, j)) return SX_OK; /* a job before this one failed, and says why */
    SX_TRY(make_unit(m, u, err));
    trace_page(m, u);
  }
  return SX_OK;
}

/* Who waits for what will not come is told before the loop is. */
static sx_status make_job(void *data, size_t j, sx_error *err) {
  st_maker *m = data;
  const sx_status status = do_job(m, j, err);
  if (status == SX_OK) return SX_OK;
  (void)pthread_mutex_lock(&m->lock);
  if (j < m->failed) m->failed = j;
  (void)pthread_cond_broadcast(&m->more);
  (void)pthread_mutex_unlock(&m->lock);
  return status;
}

static sx_publish_kind kind_of(const st_unit *u) {
  return u->format ? u->format->kind : SX_PUBLISH_REPORT;
}

/* A page is traced with the facts of the audit, a Word file takes over pictures of the same results, a codebook has the counts of values; a PDF is the report
 * and nothing else. */
static unsigned needs_of(const st_unit *u) {
  unsigned needs = 0;
  if (kind_of(u) != SX_PUBLISH_DATA) needs |= 1U << (u->lang == ST_BOTH ? (int)ST_SHARED_PAIR : u->lang);
  if (!u->format) needs |= 1U << ST_SHARED_AUDIT | 1U << ST_SHARED_DATA;
  if (kind_of(u) != SX_PUBLISH_REPORT || is_format(u, "docx")) needs |= 1U << ST_SHARED_DATA;
  if (is_format(u, "ddi")) needs |= 1U << ST_SHARED_COUNTS;
  return needs;
}

static void add_unit(st_maker *m, const sx_publish_format *format, int lang) {
  static const char *const tails[] = {".zh", ".en", ".zh-en", ""};
  st_unit *u = &m->units[m->n_units++];
  *u = (st_unit){.format = format, .lang = lang};
  u->needs = needs_of(u);
  (void)snprintf(u->name, sizeof u->name, "%s%s", format ? format->name : "html", tails[lang]);
  sx_publish_files_init(&u->files, &m->r->ctx);
  sx_buf_init(&u->verdict, &m->r->ctx);
}

static void add_format(st_maker *m, const sx_publish_format *format) {
  const bool languages[] = {m->options.zh, m->options.en}, book = format->kind == SX_PUBLISH_BOOK;
  if (format->kind == SX_PUBLISH_DATA) {
    add_unit(m, format, ST_ALL_LANGUAGES);
    return;
  }
  for (int lang = 0; lang < 2; lang++)
    if (languages[lang] && (book || !m->options.pair_alone)) add_unit(m, format, lang);
  if (!book && m->has_pair) add_unit(m, format, ST_BOTH);
}

static void add_shared(st_maker *m, st_shared what) {
  m->jobs[m->n_jobs++] = (st_job){.shared = (int)what};
}

typedef enum turn { PAINTER, BOOK, PLAIN, WORD } turn;

static turn turn_of(const st_unit *u) {
  if (u->format && u->format->paints) return PAINTER;
  if (kind_of(u) == SX_PUBLISH_BOOK) return BOOK;
  return is_format(u, "docx") ? WORD : PLAIN;
}

/* Units of a turn: jobs of their own, or one. */
static void add_jobs(st_maker *m, size_t *n, turn which, bool together) {
  const size_t before = *n;
  for (size_t u = 0; u < m->n_units; u++) {
    if (turn_of(&m->units[u]) != which) continue;
    m->order[(*n)++] = u;
    if (!together) m->jobs[m->n_jobs++] = (st_job){-1, *n - 1, *n};
  }
  if (together && *n > before) m->jobs[m->n_jobs++] = (st_job){-1, before, *n};
}

/* Everything behind what it waits for, and the longest first, so that no thread waits for the last: the painters, which are one job and need the report alone, begin
 * when it is there, done by who has it first in one language; then the rows, by who has it in the other; books and the rest; Word files, which paint between, when the
 * painters are done; last the archive of the run before, for the next. */
static void plan_jobs(st_maker *m) {
  size_t n = 0;
  for (int what = ST_SHARED_ZH; what <= ST_SHARED_PAIR; what++) add_shared(m, (st_shared)what);
  add_jobs(m, &n, PAINTER, true);
  add_shared(m, ST_SHARED_DATA);
  add_shared(m, ST_SHARED_AUDIT);
  add_shared(m, ST_SHARED_COUNTS);
  add_jobs(m, &n, BOOK, false);
  add_jobs(m, &n, PLAIN, false);
  add_jobs(m, &n, WORD, false);
  add_shared(m, ST_SHARED_ARCHIVE);
}

static sx_status make_units(st_maker *m, sx_error *err) {
  const st_outputs *o = m->o;
  SX_TRY(sx_arena_new(&m->arena, &m->r->ctx, err));
  for (int lang = 0; lang < 3; lang++)
    if (o->page[lang]) add_unit(m, NULL, lang);
  for (size_t i = 0; i < o->n_formats; i++) add_format(m, o->formats[i]);
  plan_jobs(m);
  if (m->n_units > 1) m->ctx.n_threads = 1; /* within a unit */
  sx_ctx loop = m->r->ctx;
  loop.cancelled = NULL; /* asked by the jobs: one that is not begun leaves others waiting */
  SX_TRY(sx_parallel_for(&loop, m->n_jobs, make_job, m, err));
  return m->lost ? sx_error_memory(err) : SX_OK;
}

/* What was found of the pages, with the hashes of their bytes. */
static sx_status take_audit(st_outputs *o, st_maker *m, sx_error *err) {
  sx_error lost = SX_ERROR_INIT;
  for (size_t u = 0; m->audit && u < m->n_units; u++) {
    if (m->units[u].format) continue;
    const char *hash = sx_arena_strdup(m->r->arena, m->units[u].files.items[0].hash);
    if (!hash) return sx_error_memory(err);
    o->traced[m->units[u].lang] = hash;
  }
  if (m->audit && !atomic_load(&m->unaudited) && sx_page_audit_take(&o->traces, m->audit, &lost) != SX_OK)
    o->traces = NULL;
  return SX_OK;
}

/* ---- the archive ---------------------------------------------------------------------------------------------------------- */

/* The hashes of all files beside them, and all of it once more in one archive, which takes over what that of the run before has packed: kept where every hash is
 * the same. */
static sx_status make_bundle(sx_publish_files *files, const st_run *r, const st_kept *old, st_archive *before,
                             sx_buf *record, sx_error *err) {
  char key[SX_HASH_TEXT];
  bool kept = false;
  sx_buf manifest;
  sx_publish_files own;
  sx_publish_files_init(&own, &r->ctx);
  sx_buf_init(&manifest, &r->ctx);
  sx_buf_printf(&manifest, "%s\n", sx_version());
  sx_status status = sx_publish_manifest(&manifest, files, err);
  if (status == SX_OK) sx_hash_bytes(key, manifest.data, manifest.n);
  if (status == SX_OK) status = study__kept_take(&kept, &own, old, "zip", key, err);
  const size_t first = files->n;
  if (status == SX_OK && kept) status = sx_publish_move(files, &own, err);
  sx_buf_reset(&manifest);
  if (status == SX_OK && !kept) status = sx_publish_manifest(&manifest, files, err);
  if (status == SX_OK && !kept) status = sx_publish_take(files, "SHA256SUMS", &manifest, err);
  if (status == SX_OK && !kept && !before->data)
    status = study__kept_load(&before->data, &before->n, old, before->name, &r->ctx, err);
  if (status == SX_OK && !kept) status = sx_publish_bundle_from(files, r->s->id, before->data, before->n, err);
  const sx_publish_files last = {.ctx = files->ctx, .items = files->items + first, .n = files->n - first};
  if (status == SX_OK) study__kept_put(record, "zip", key, &last);
  sx_publish_files_clear(&own);
  sx_buf_clear(&manifest);
  return status;
}

/* ---- all of them -------------------------------------------------------------------------------------------------------------- */

static void maker_free(st_maker *m) {
  const sx_ctx ctx = m->r->ctx;
  for (size_t i = 0; i < m->n_units; i++) {
    sx_publish_files_clear(&m->units[i].files);
    sx_buf_clear(&m->units[i].verdict);
  }
  study__share_clear(m);
  sx_arena_free(m->arena);
  (void)pthread_cond_destroy(&m->more);
  (void)pthread_mutex_destroy(&m->lock);
  sx_mem_free(&ctx, m);
}

static void set_context(st_maker *m) {
  m->caller = pthread_self();
  m->ctx = m->r->ctx;
  m->ctx.data = m;
  m->ctx.cancelled = on_poll;
  m->ctx.progress = on_progress;
  m->ctx.note = on_note;
}

static sx_status set_options(st_maker *m, sx_error *err) {
  const st_run *r = m->r;
  const sx_publish_options usual = SX_PUBLISH_OPTIONS_INIT;
  m->options = usual;
  m->options.zh = r->s->zh;
  m->options.en = r->s->en;
  m->options.symbols = (sx_symbols)r->s->symbols;
  m->options.variables = r->s->schemas ? r->s->schemas[r->s->unit] : NULL;
  m->options.native_charts = r->s->native_charts;
  m->options.pair_alone = r->s->both_alone;
  m->options.ctx = &m->ctx;
  m->has_pair = r->s->both && (study__wants_report(m->o) || m->o->page[ST_BOTH]);
  if (!r->s->docx_template) return SX_OK;
  m->options.docx_template = study__path(r->s, r->arena, r->s->docx_template);
  return m->options.docx_template ? SX_OK : sx_error_memory(err);
}

static sx_status maker_new(st_maker **out, st_run *r, st_outputs *o, sx_error *err) {
  st_maker *m = sx_mem_zalloc(&r->ctx, 1, sizeof *m);
  if (!m) return sx_error_memory(err);
  if (pthread_mutex_init(&m->lock, NULL) != 0) {
    sx_mem_free(&r->ctx, m);
    return sx_error_memory(err);
  }
  if (pthread_cond_init(&m->more, NULL) != 0) {
    (void)pthread_mutex_destroy(&m->lock);
    sx_mem_free(&r->ctx, m);
    return sx_error_memory(err);
  }
  m->r = r;
  m->o = o;
  m->failed = SIZE_MAX;
  atomic_init(&m->n_done, 0);
  atomic_init(&m->unaudited, false);
  atomic_init(&m->anew, false);
  set_context(m);
  sx_status status = set_options(m, err);
  m->archive.name = sx_arena_printf(r->arena, "%s.zip", r->s->id);
  if (status == SX_OK && !m->archive.name) status = sx_error_memory(err);
  if (status == SX_OK) status = study__kept_read(&m->old, r, o, err);
  if (status == SX_OK)
    *out = m;
  else
    maker_free(m);
  return status;
}

/* A unit that had something to say is made again next time, so that it is said again. */
static void drop_keys(st_maker *m) {
  for (size_t i = 0; i < m->n_notes; i++)
    if (m->notes[i].unit < m->n_units) m->units[m->notes[i].unit].key[0] = '\0';
}

static sx_status gather(sx_publish_files *files, st_maker *m, sx_buf *record, sx_error *err) {
  const sx_publish_files none = {.n = 0};
  drop_keys(m);
  study__kept_put(record, "pictures", m->pictures, &none);
  for (size_t i = 0; i < m->n_units; i++) {
    st_unit *u = &m->units[i];
    study__kept_put(record, u->name, u->key, &u->files);
    if (u->verdict.n) study__kept_put_verdict(record, u->name, u->verdict_key, u->verdict.data);
    SX_TRY(sx_publish_move(files, &u->files, err));
  }
  return sx_buf_status(record, err);
}

/* What was made, for who asks, and what the next run keeps of it. */
static sx_status say_made(st_outputs *o, const sx_publish_files *files, const st_run *r, const sx_buf *record,
                          sx_error *err) {
  o->n_files = files->n;
  o->n_kept = 0;
  o->written = "";
  o->names = "\n";
  for (size_t i = 0; i < files->n && o->names; i++)
    o->names = sx_arena_printf(r->arena, "%s%s\n", o->names, files->items[i].name);
  o->record = sx_arena_strndup(r->arena, record->data ? record->data : "", record->n);
  for (size_t i = 0; i < files->n && o->written; i++) {
    if (files->items[i].there)
      o->n_kept++;
    else
      o->written = sx_arena_printf(r->arena, "%s%s%s", o->written, *o->written ? " " : "", files->items[i].name);
  }
  return o->written && o->record && o->names ? SX_OK : sx_error_memory(err);
}

static sx_status prepare(st_maker *m, sx_error *err) {
  for (size_t i = 0; i < m->o->n_formats; i++) {
    if (strcmp(m->o->formats[i]->name, "ddi") == 0) SX_TRY(study__frequencies_find(&m->counts, m->r, err));
  }
  SX_TRY(sx_store_hold(m->r->store, err)); /* of a run that is there already */
  if (m->o->html || study__wants_report(m->o)) SX_TRY(sx_store_keep_blocks(m->r->store, m->r->run, err));
  return sx_store_keep_rows(m->r->store, m->r->run, err);
}

sx_status study__outputs_make(sx_publish_files *files, st_run *r, st_outputs *o, sx_error *err) {
  st_maker *m = NULL;
  sx_buf record;
  SX_TRY(maker_new(&m, r, o, err));
  sx_buf_init(&record, &r->ctx);
  const st_kept old = m->old;
  st_archive before = {.data = NULL};
  sx_status status = prepare(m, err);
  if (status == SX_OK) status = make_units(m, err);
  sx_store_let(r->store);
  study__share_repeat(m);
  repeat_notes(m);
  if (status == SX_OK) status = study__frequencies_keep(&m->counts, r, err);
  if (status == SX_OK) status = take_audit(o, m, err);
  if (status == SX_OK) status = gather(files, m, &record, err);
  before = m->archive;
  m->archive.data = NULL;
  maker_free(m);
  if (status == SX_OK && o->zip) status = make_bundle(files, r, &old, &before, &record, err);
  sx_mem_free(&r->ctx, before.data);
  if (status == SX_OK) status = study__kept_mark(files, &old, err);
  if (status == SX_OK) status = study__outputs_leave(o, r, &old, files, &record, err);
  if (status == SX_OK) status = say_made(o, files, r, &record, err);
  sx_buf_clear(&record);
  return status;
}
