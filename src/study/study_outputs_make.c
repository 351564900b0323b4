/* study_outputs_make.c: pages and formats made side by side, each into a list of its own; the lists are joined in one order, so that nothing depends on
 * the number of threads. Formats that paint with Cairo are one job, for Cairo's caches are one for all threads. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "study_outputs.h"

enum { UNITS_MAX = ST_OUTPUTS_MAX + 3, NO_PAGE = 3, BOTH = 2 };

/* A page or a format. */
typedef struct unit {
  const sx_publish_format *format; /* NULL: the page in `lang` */
  int lang;                        /* NO_PAGE of a format */
  sx_publish_files files;
  pthread_t thread;
  bool running; /* by `thread`; under the lock */
} unit;

typedef struct said {
  size_t unit;
  sx_severity severity;
  const char *where, *message;
} said;

typedef struct maker {
  st_run *r;
  sx_publish_options options;
  sx_ctx
      ctx; /* of the units: words go to the lock below, the rest to the caller's context where it is the caller's thread */
  pthread_t caller;
  pthread_mutex_t lock;
  unit units[UNITS_MAX];
  size_t n_units;
  size_t order[UNITS_MAX], first[UNITS_MAX + 1],
      n_jobs; /* job j makes the units order[first[j]] up to order[first[j + 1]] */
  atomic_size_t n_done;
  sx_arena *arena; /* of the notes */
  said *notes;
  size_t n_notes, cap_notes;
  sx_document *pair; /* in two languages; NULL */
  bool failed;       /* out of memory for a note */
} maker;

/* ---- what the units say and ask ------------------------------------------------------------------------------------------- */

static void on_note(void *data, sx_severity severity, const char *where, const char *message) {
  maker *m = data;
  const pthread_t self = pthread_self();
  (void)pthread_mutex_lock(&m->lock);
  size_t of = 0;
  while (of < m->n_units && !(m->units[of].running && pthread_equal(m->units[of].thread, self))) of++;
  said note = {of, severity, sx_arena_strdup(m->arena, where), sx_arena_strdup(m->arena, message)};
  if (note.where && note.message &&
      sx_arena_grow(m->arena, (void **)&m->notes, &m->cap_notes, m->n_notes + 1, sizeof *m->notes))
    m->notes[m->n_notes++] = note;
  else
    m->failed = true;
  (void)pthread_mutex_unlock(&m->lock);
}

static bool on_poll(void *data) {
  const maker *m = data;
  const sx_ctx *ctx = &m->r->ctx;
  return pthread_equal(m->caller, pthread_self()) && ctx->cancelled && ctx->cancelled(ctx->data);
}

static void on_progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  const maker *m = data;
  if (pthread_equal(m->caller, pthread_self())) sx_ctx_progress(&m->r->ctx, stage, done, total);
}

static void repeat_notes(const maker *m) {
  for (size_t u = 0; u <= m->n_units; u++) {
    for (size_t i = 0; i < m->n_notes; i++) {
      const said *note = &m->notes[i];
      if (note->unit == u) sx_ctx_note(&m->r->ctx, note->severity, note->where, "%s", note->message);
    }
  }
}

/* ---- one unit ---------------------------------------------------------------------------------------------------------------- */

static sx_status make_page(unit *u, const maker *m, sx_error *err) {
  const bool both = m->options.zh && m->options.en, chinese = u->lang == SX_LANG_ZH;
  const char *other = chinese ? "report.en.html" : "report.zh.html";
  const char *name = u->lang == BOTH ? "report.zh-en.html" : chinese ? "report.zh.html" : "report.en.html";
  sx_buf page;
  sx_buf_init(&page, &m->ctx);
  sx_status status = u->lang == BOTH ? sx_document_html(&page, m->options.pair, NULL, err)
                                     : sx_document_html(&page, m->options.documents[u->lang], both ? other : NULL, err);
  if (status == SX_OK) status = sx_publish_take(&u->files, name, &page, err);
  sx_buf_clear(&page);
  return status;
}

static void set_running(maker *m, unit *u, bool running) {
  (void)pthread_mutex_lock(&m->lock);
  u->thread = pthread_self();
  u->running = running;
  (void)pthread_mutex_unlock(&m->lock);
}

static sx_status make_unit(maker *m, unit *u, sx_error *err) {
  set_running(m, u, true);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  sx_status status = sx_ctx_poll(&m->ctx, err);
  if (status == SX_OK)
    status = u->format ? u->format->make(&u->files, m->r->store, m->r->run, &m->options, err) : make_page(u, m, err);
  atomic_fetch_add(&m->n_done, 1);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  set_running(m, u, false);
  return status;
}

static sx_status make_job(void *data, size_t j, sx_error *err) {
  maker *m = data;
  for (size_t i = m->first[j]; i < m->first[j + 1]; i++) SX_TRY(make_unit(m, &m->units[m->order[i]], err));
  return SX_OK;
}

/* ---- all of them -------------------------------------------------------------------------------------------------------------- */

static void add_unit(maker *m, const sx_publish_format *format, int lang) {
  unit *u = &m->units[m->n_units++];
  *u = (unit){.format = format, .lang = lang};
  sx_publish_files_init(&u->files, &m->r->ctx);
}

/* The painters first, which take longest. */
static void plan_jobs(maker *m) {
  size_t n = 0;
  for (size_t u = 0; u < m->n_units; u++)
    if (m->units[u].format && m->units[u].format->paints) m->order[n++] = u;
  if (n) m->n_jobs = 1;
  for (size_t u = 0; u < m->n_units; u++) {
    if (m->units[u].format && m->units[u].format->paints) continue;
    m->first[m->n_jobs++] = n;
    m->order[n++] = u;
  }
  m->first[m->n_jobs] = n;
}

static bool wants_document(const sx_publish_format *format) {
  static const char *const plain[] = {"csv", "sdmx", "json-stat", "px", "ddi"};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (strcmp(format->name, plain[i]) == 0) return false;
  return true;
}

/* The report in two languages; its warnings are those of the single ones, said here where there are none. */
static sx_status build_pair(maker *m, sx_error *err) {
  st_run *r = m->r;
  SX_TRY(sx_report_document_pair(&m->pair, r->store, r->run, err));
  const sx_document *halves[] = {m->pair, m->pair->second};
  for (int lang = 0; lang < 2 && r->s->both_alone; lang++) {
    for (size_t i = 0; i < halves[lang]->n_warnings; i++)
      sx_ctx_note(&r->ctx, SX_SEV_WARNING, halves[lang]->warnings[i].where, "%s", halves[lang]->warnings[i].message);
  }
  m->pair->ctx = m->ctx;
  m->options.pair = m->pair;
  m->options.pair_alone = r->s->both_alone;
  return SX_OK;
}

/* The documents that the units share, built before any of them begins. */
static sx_status build_documents(maker *m, const st_outputs *o, sx_error *err) {
  const bool languages[] = {m->options.zh, m->options.en};
  st_run *r = m->r;
  bool any = false;
  for (size_t i = 0; i < o->n_formats; i++) any = any || wants_document(o->formats[i]);
  for (int lang = 0; lang < 2; lang++) {
    const sx_report_options how = {.version = 1, .lang = (sx_lang)lang};
    sx_document **document = &m->options.documents[lang];
    if (!o->page[lang] && !(any && languages[lang])) continue;
    SX_TRY(sx_report_document(document, r->store, r->run, &how, err));
    for (size_t i = 0; o->page[lang] && i < (*document)->n_warnings; i++)
      sx_ctx_note(&r->ctx, SX_SEV_WARNING, (*document)->warnings[i].where, "%s", (*document)->warnings[i].message);
    (*document)->ctx = m->ctx;
  }
  return r->s->both && (any || o->page[BOTH]) ? build_pair(m, err) : SX_OK;
}

static sx_status make_units(maker *m, const st_outputs *o, sx_error *err) {
  SX_TRY(sx_arena_new(&m->arena, &m->r->ctx, err));
  SX_TRY(build_documents(m, o, err));
  SX_TRY(sx_publish_source_new(&m->options.source, m->r->store, m->r->run, err));
  for (int lang = 0; lang < 3; lang++)
    if (o->page[lang]) add_unit(m, NULL, lang);
  for (size_t i = 0; i < o->n_formats; i++) add_unit(m, o->formats[i], NO_PAGE);
  plan_jobs(m);
  if (m->n_jobs > 1) m->ctx.n_threads = 1; /* within a unit */
  const sx_status status = sx_parallel_for(&m->r->ctx, m->n_jobs, make_job, m, err);
  if (status != SX_OK) return status;
  return m->failed ? sx_error_memory(err) : SX_OK;
}

/* The hashes of all files beside them, and all of it once more in one archive. */
static sx_status make_bundle(sx_publish_files *files, const st_run *r, sx_error *err) {
  sx_buf manifest;
  sx_buf_init(&manifest, &r->ctx);
  sx_status status = sx_publish_manifest(&manifest, files, err);
  if (status == SX_OK) status = sx_publish_take(files, "SHA256SUMS", &manifest, err);
  if (status == SX_OK) status = sx_publish_bundle(files, r->s->id, err);
  sx_buf_clear(&manifest);
  return status;
}

static void maker_clear(maker *m, const sx_ctx *ctx) {
  for (size_t i = 0; i < m->n_units; i++) sx_publish_files_clear(&m->units[i].files);
  sx_publish_source_free(m->options.source);
  for (int lang = 0; lang < 2; lang++) {
    if (m->options.documents[lang]) m->options.documents[lang]->ctx = *ctx;
    sx_document_free(m->options.documents[lang]);
  }
  if (m->pair) m->pair->ctx = *ctx;
  sx_document_free(m->pair);
  sx_arena_free(m->arena);
  (void)pthread_mutex_destroy(&m->lock);
  sx_mem_free(ctx, m);
}

static sx_status maker_new(maker **out, st_run *r, sx_document **documents, sx_error *err) {
  maker *m = sx_mem_zalloc(&r->ctx, 1, sizeof *m);
  if (!m) return sx_error_memory(err);
  if (pthread_mutex_init(&m->lock, NULL) != 0) {
    sx_mem_free(&r->ctx, m);
    return sx_error_memory(err);
  }
  m->r = r;
  m->caller = pthread_self();
  atomic_init(&m->n_done, 0);
  m->ctx = r->ctx;
  m->ctx.data = m;
  m->ctx.cancelled = on_poll;
  m->ctx.progress = on_progress;
  m->ctx.note = on_note;
  const sx_publish_options usual = SX_PUBLISH_OPTIONS_INIT;
  m->options = usual;
  m->options.zh = r->s->zh;
  m->options.en = r->s->en;
  m->options.symbols = (sx_symbols)r->s->symbols;
  m->options.variables = r->s->schemas ? r->s->schemas[r->s->unit] : NULL;
  m->options.documents = documents;
  m->options.native_charts = r->s->native_charts;
  m->options.ctx = &m->ctx;
  *out = m;
  return SX_OK;
}

sx_status study__outputs_make(sx_publish_files *files, st_run *r, const st_outputs *o, sx_error *err) {
  sx_document *documents[2] = {NULL, NULL};
  maker *m = NULL;
  SX_TRY(maker_new(&m, r, documents, err));
  sx_status status = SX_OK;
  if (r->s->docx_template) {
    m->options.docx_template = study__path(r->s, r->arena, r->s->docx_template);
    if (!m->options.docx_template) status = sx_error_memory(err);
  }
  for (size_t i = 0; i < o->n_formats && status == SX_OK; i++) {
    if (strcmp(o->formats[i]->name, "ddi") == 0) status = study__frequencies(&m->options.frequencies, r, err);
  }
  if (status == SX_OK) status = sx_store_hold(r->store, err); /* of a run that is there already */
  if (status == SX_OK) status = make_units(m, o, err);
  sx_store_let(r->store);
  repeat_notes(m);
  for (size_t i = 0; i < m->n_units && status == SX_OK; i++) status = sx_publish_move(files, &m->units[i].files, err);
  maker_clear(m, &r->ctx);
  if (status == SX_OK && o->zip) status = make_bundle(files, r, err);
  return status;
}
