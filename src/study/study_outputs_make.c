/* study_outputs_make.c: pages and formats made side by side, each into a list of its own; the lists are joined in one order, so that nothing depends on
 * the number of threads. Formats that do nothing but paint are one job, for only one thread paints at a time. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "study_names.h"
#include "shuxiao/audit_text.h"
#include "study_outputs_keep.h"

enum { UNITS_MAX = 3 * ST_OUTPUTS_MAX + 3, ALL = 3, BOTH = 2 };

/* A page, a format, or a format in one language. */
typedef struct unit {
  const sx_publish_format *format; /* NULL: the page in `lang` */
  int lang;                        /* ALL: of a format whose languages are made together */
  char name[32];                   /* "docx.zh" */
  char key[SX_HASH_TEXT];          /* of what it is made from; "": made every time */
  bool kept;
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
  sx_document *pair;           /* in two languages; NULL */
  st_kept old;                 /* of the run before */
  char pictures[SX_HASH_TEXT]; /* of program and results: what a drawing's picture is made from, beside the drawing */
  bool failed;                 /* out of memory for a note */
  sx_page_audit *audit;        /* of the pages, by their languages; NULL */
  const char *const *pages;    /* [3], of the outputs */
  atomic_bool unaudited;       /* a page could not be traced: who asks traces them from the disk */
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

static bool is_book(const char *name) {
  return strcmp(name, "xlsx") == 0 || strcmp(name, "banner") == 0;
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

static sx_status make_format(unit *u, const maker *m, sx_error *err) {
  sx_publish_options options = m->options;
  if (u->lang != ALL) options.only = 1u << u->lang;
  char *earlier = NULL;
  const bool drawn =
      strcmp(u->format->name, "docx") == 0 && m->old.pictures && strcmp(m->old.pictures, m->pictures) == 0;
  if (drawn) SX_TRY(study__kept_load_unit(&earlier, &options.n_earlier, &m->old, u->name, &m->ctx, err));
  options.earlier = earlier;
  const sx_status status = u->format->make(&u->files, m->r->store, m->r->run, &options, err);
  sx_mem_free(&m->ctx, earlier);
  return status;
}

static sx_status make_unit(maker *m, unit *u, sx_error *err) {
  set_running(m, u, true);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  sx_status status = sx_ctx_poll(&m->ctx, err);
  if (status == SX_OK) status = study__kept_take(&u->kept, &u->files, &m->old, u->name, u->key, err);
  if (status == SX_OK && !u->kept) status = u->format ? make_format(u, m, err) : make_page(u, m, err);
  if (status == SX_OK && !u->kept) status = study__kept_mark(&u->files, &m->old, err);
  atomic_fetch_add(&m->n_done, 1);
  on_progress(m, "writing the report", atomic_load(&m->n_done), m->n_units);
  set_running(m, u, false);
  return status;
}

/* A page is traced as soon as it is made, while others are made; it is found out later whether it lies in the folder so. */
static void trace_page(maker *m, const unit *u) {
  sx_error err = SX_ERROR_INIT;
  if (u->format || !m->audit) return;
  if (u->files.n != 1 || sx_page_audit_trace(m->audit, (size_t)u->lang, m->pages[u->lang], u->files.items[0].data,
                                             u->files.items[0].n, &err) != SX_OK)
    atomic_store(&m->unaudited, true);
}

static sx_status make_job(void *data, size_t j, sx_error *err) {
  maker *m = data;
  for (size_t i = m->first[j]; i < m->first[j + 1]; i++) {
    SX_TRY(make_unit(m, &m->units[m->order[i]], err));
    trace_page(m, &m->units[m->order[i]]);
  }
  return SX_OK;
}

/* ---- all of them -------------------------------------------------------------------------------------------------------------- */

static void add_unit(maker *m, const sx_publish_format *format, int lang) {
  static const char *const tails[] = {".zh", ".en", ".zh-en", ""};
  unit *u = &m->units[m->n_units++];
  *u = (unit){.format = format, .lang = lang};
  (void)snprintf(u->name, sizeof u->name, "%s%s", format ? format->name : "html", tails[lang]);
  sx_publish_files_init(&u->files, &m->r->ctx);
}

/* Formats of which each language is a unit: those made from the report. */
static bool is_by_language(const char *name) {
  return strcmp(name, "docx") == 0 || strcmp(name, "pdf") == 0 || is_book(name);
}

static void add_format(maker *m, const sx_publish_format *format) {
  const bool languages[] = {m->options.zh, m->options.en}, book = is_book(format->name);
  if (!is_by_language(format->name)) {
    add_unit(m, format, ALL);
    return;
  }
  for (int lang = 0; lang < 2; lang++)
    if (languages[lang] && (book || !m->options.pair_alone)) add_unit(m, format, lang);
  if (!book && m->options.pair) add_unit(m, format, BOTH);
}

/* The longest first, so that no thread waits for the last: painters, which are one job, books, the rest. */
static void plan_jobs(maker *m) {
  size_t n = 0;
  for (size_t u = 0; u < m->n_units; u++)
    if (m->units[u].format && m->units[u].format->paints) m->order[n++] = u;
  if (n) m->n_jobs = 1;
  for (int books = 1; books >= 0; books--) {
    for (size_t u = 0; u < m->n_units; u++) {
      const sx_publish_format *format = m->units[u].format;
      if ((format && format->paints) || (format && is_book(format->name)) != (books == 1)) continue;
      m->first[m->n_jobs++] = n;
      m->order[n++] = u;
    }
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

static bool wants_documents(const st_outputs *o) {
  for (size_t i = 0; i < o->n_formats; i++)
    if (wants_document(o->formats[i])) return true;
  return false;
}

static sx_status build_document(maker *m, const st_outputs *o, int lang, sx_error *err) {
  const bool languages[] = {m->options.zh, m->options.en};
  const sx_report_options how = {.version = 1, .lang = (sx_lang)lang};
  if (!o->page[lang] && !(wants_documents(o) && languages[lang])) return SX_OK;
  return sx_report_document(&m->options.documents[lang], m->r->store, m->r->run, &how, err);
}

/* What was said while they were built, in the order of the languages. */
static void take_documents(maker *m, const st_outputs *o) {
  for (int lang = 0; lang < 2; lang++) {
    sx_document *document = m->options.documents[lang];
    if (!document) continue;
    for (size_t i = 0; o->page[lang] && i < document->n_warnings; i++)
      sx_ctx_note(&m->r->ctx, SX_SEV_WARNING, document->warnings[i].where, "%s", document->warnings[i].message);
    document->ctx = m->ctx;
  }
}

/* ---- what a unit is made from ------------------------------------------------------------------------------------------------ */

typedef struct hashes {
  char data[SX_HASH_TEXT], whole[3][SX_HASH_TEXT], tables[2][SX_HASH_TEXT], cover[2][SX_HASH_TEXT];
  char template_file[SX_HASH_TEXT];
  char books[SX_HASH_TEXT]; /* of the tables that have a banner book: blocks with the key "book" */
} hashes;

/* A table whose texts alone hold the word counts too: that costs a book made again, never one that is stale. */
static sx_status put_block(void *data, int64_t order, const char *kind, const char *id, const char *json,
                           sx_error *err) {
  sx_buf *out = data;
  if (strcmp(kind, "table") != 0 || !strstr(json, "\"book\"")) return SX_OK;
  sx_buf_printf(out, "%lld %s %s ", (long long)order, kind, id ? id : "");
  sx_buf_add(out, json);
  return sx_buf_status(out, err);
}

static sx_status hash_blocks(char out[SX_HASH_TEXT], const maker *m, sx_error *err) {
  sx_buf all;
  sx_buf_init(&all, &m->r->ctx);
  const sx_status status = sx_store_each_block(m->r->store, m->r->run, put_block, &all, err);
  if (status == SX_OK) sx_hash_bytes(out, all.data ? all.data : "", all.n);
  sx_buf_clear(&all);
  return status;
}

static sx_status hash_document(hashes *h, const maker *m, int lang, sx_error *err) {
  const sx_document *document = lang == BOTH ? m->pair : m->options.documents[lang];
  if (!document) return SX_OK;
  SX_TRY(sx_document_hash(h->whole[lang], document, SX_DOCUMENT_WHOLE, err));
  if (lang == BOTH) return SX_OK;
  SX_TRY(sx_document_hash(h->tables[lang], document, SX_DOCUMENT_TABLES, err));
  return sx_document_hash(h->cover[lang], document, SX_DOCUMENT_COVER, err);
}

static sx_status hash_source(hashes *h, maker *m, sx_error *err) {
  SX_TRY(sx_publish_source_new(&m->options.source, m->r->store, m->r->run, err));
  SX_TRY(sx_publish_source_hash(h->data, m->options.source, err));
  SX_TRY(hash_blocks(h->books, m, err));
  return m->options.docx_template ? sx_hash_file(h->template_file, &m->r->ctx, m->options.docx_template, err) : SX_OK;
}

/* The key of a unit; "" of what is made every time: the codebook, which describes the data files. */
static sx_status set_key(unit *u, const maker *m, const hashes *h, sx_error *err) {
  const char *name = u->format ? u->format->name : "html";
  const bool book = is_book(name), data = u->lang == ALL;
  const bool banner = strcmp(name, "banner") == 0;
  const char *whole = data || book ? "" : h->whole[u->lang];
  const char *tables = banner ? h->cover[u->lang] : book ? h->tables[u->lang] : "";
  if (strcmp(name, "ddi") == 0 || (!data && !*whole && !*tables)) return SX_OK;
  sx_buf all;
  sx_buf_init(&all, &m->r->ctx);
  sx_buf_printf(&all, "%s\n%s\n%d%d%d%d%d\n", sx_version(), u->name, m->options.zh, m->options.en,
                m->options.pair != NULL, (int)m->options.symbols, m->options.native_charts);
  sx_buf_printf(&all, "%s\n%s\n%s\n", whole, tables, data || book ? h->data : "");
  sx_buf_printf(&all, "%s\n%s\n", strcmp(name, "docx") == 0 ? h->template_file : "", banner ? h->books : "");
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(u->key, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

static sx_status set_keys(maker *m, const hashes *h, sx_error *err) {
  for (size_t u = 0; u < m->n_units; u++) SX_TRY(set_key(&m->units[u], m, h, err));
  sx_buf all;
  sx_buf_init(&all, &m->r->ctx);
  sx_buf_printf(&all, "%s %s", sx_version(), h->data);
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(m->pictures, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

/* Where that fails the pages are traced from the disk, and what is wrong is told then. */
static void begin_audit(maker *m, const st_outputs *o) {
  sx_error err = SX_ERROR_INIT;
  if (!o->audit || !o->html || sx_page_audit_new(&m->audit, m->r->store, m->r->run, 3, &err) != SX_OK) m->audit = NULL;
  m->pages = o->page;
}

/* What was found of the pages, with the hashes of their bytes. */
static sx_status take_audit(st_outputs *o, maker *m, sx_error *err) {
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

/* ---- what all units share, made before any of them begins ------------------------------------------------------------------ */

typedef struct shared {
  maker *m;
  const st_outputs *o;
  hashes h;
} shared;

enum { SHARED_DATA = 2, SHARED_AUDIT = 3, SHARED = 4 }; /* after the documents of two languages */

static sx_status make_shared(void *data, size_t i, sx_error *err) {
  shared *s = data;
  if (i == SHARED_DATA) return hash_source(&s->h, s->m, err);
  if (i == SHARED_AUDIT) {
    begin_audit(s->m, s->o);
    return SX_OK;
  }
  SX_TRY(build_document(s->m, s->o, (int)i, err));
  return hash_document(&s->h, s->m, (int)i, err);
}

static sx_status make_all_shared(hashes *h, maker *m, const st_outputs *o, sx_error *err) {
  shared s = {.m = m, .o = o};
  SX_TRY(sx_parallel_for(&m->r->ctx, SHARED, make_shared, &s, err));
  take_documents(m, o);
  if (m->r->s->both && (wants_documents(o) || o->page[BOTH])) SX_TRY(build_pair(m, err));
  *h = s.h;
  return hash_document(h, m, BOTH, err);
}

static sx_status make_units(maker *m, const st_outputs *o, sx_error *err) {
  hashes h;
  SX_TRY(sx_arena_new(&m->arena, &m->r->ctx, err));
  SX_TRY(make_all_shared(&h, m, o, err));
  for (int lang = 0; lang < 3; lang++)
    if (o->page[lang]) add_unit(m, NULL, lang);
  for (size_t i = 0; i < o->n_formats; i++) add_format(m, o->formats[i]);
  SX_TRY(set_keys(m, &h, err));
  plan_jobs(m);
  if (m->n_jobs > 1) m->ctx.n_threads = 1; /* within a unit */
  const sx_status status = sx_parallel_for(&m->r->ctx, m->n_jobs, make_job, m, err);
  if (status != SX_OK) return status;
  return m->failed ? sx_error_memory(err) : SX_OK;
}

/* ---- the archive ---------------------------------------------------------------------------------------------------------- */

static sx_status pack(sx_publish_files *files, const st_run *r, const st_kept *old, sx_error *err) {
  char *before = NULL;
  size_t n = 0;
  const char *name = sx_arena_printf(r->arena, "%s.zip", r->s->id);
  if (!name) return sx_error_memory(err);
  SX_TRY(study__kept_load(&before, &n, old, name, &r->ctx, err));
  const sx_status status = sx_publish_bundle_from(files, r->s->id, before, n, err);
  sx_mem_free(&r->ctx, before);
  return status;
}

/* The hashes of all files beside them, and all of it once more in one archive: kept where every hash is the same. */
static sx_status make_bundle(sx_publish_files *files, const st_run *r, const st_kept *old, sx_buf *record,
                             sx_error *err) {
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
  if (status == SX_OK && !kept) status = pack(files, r, old, err);
  const sx_publish_files last = {.ctx = files->ctx, .items = files->items + first, .n = files->n - first};
  if (status == SX_OK) study__kept_put(record, "zip", key, &last);
  sx_publish_files_clear(&own);
  sx_buf_clear(&manifest);
  return status;
}

static void maker_clear(maker *m, const sx_ctx *ctx) {
  for (size_t i = 0; i < m->n_units; i++) sx_publish_files_clear(&m->units[i].files);
  sx_page_audit_free(m->audit);
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
  atomic_init(&m->unaudited, false);
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

/* A unit that had something to say is made again next time, so that it is said again. */
static void drop_keys(maker *m) {
  for (size_t i = 0; i < m->n_notes; i++)
    if (m->notes[i].unit < m->n_units) m->units[m->notes[i].unit].key[0] = '\0';
}

static sx_status gather(sx_publish_files *files, maker *m, sx_buf *record, sx_error *err) {
  const sx_publish_files none = {.n = 0};
  drop_keys(m);
  study__kept_put(record, "pictures", m->pictures, &none);
  for (size_t i = 0; i < m->n_units; i++) {
    unit *u = &m->units[i];
    study__kept_put(record, u->name, u->key, &u->files);
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

sx_status study__outputs_make(sx_publish_files *files, st_run *r, st_outputs *o, sx_error *err) {
  sx_document *documents[2] = {NULL, NULL};
  maker *m = NULL;
  sx_buf record;
  st_kept old;
  SX_TRY(maker_new(&m, r, documents, err));
  sx_buf_init(&record, &r->ctx);
  sx_status status = study__kept_read(&m->old, r, o, err);
  if (r->s->docx_template && status == SX_OK) {
    m->options.docx_template = study__path(r->s, r->arena, r->s->docx_template);
    if (!m->options.docx_template) status = sx_error_memory(err);
  }
  for (size_t i = 0; i < o->n_formats && status == SX_OK; i++) {
    if (strcmp(o->formats[i]->name, "ddi") == 0) status = study__frequencies(&m->options.frequencies, r, err);
  }
  if (status == SX_OK) status = sx_store_hold(r->store, err); /* of a run that is there already */
  if (status == SX_OK) status = sx_store_keep_rows(r->store, r->run, err);
  if (status == SX_OK) status = make_units(m, o, err);
  sx_store_let(r->store);
  repeat_notes(m);
  if (status == SX_OK) status = take_audit(o, m, err);
  if (status == SX_OK) status = gather(files, m, &record, err);
  old = m->old;
  maker_clear(m, &r->ctx);
  if (status == SX_OK && o->zip) status = make_bundle(files, r, &old, &record, err);
  if (status == SX_OK) status = study__kept_mark(files, &old, err);
  if (status == SX_OK) status = say_made(o, files, r, &record, err);
  sx_buf_clear(&record);
  return status;
}
