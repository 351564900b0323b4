/* study_outputs_share.c: what the units of a run's outputs share, who waits for it, and the keys by which a file of the run before is this run's too. */
#include <stdio.h>
#include <string.h>

#include "study_names.h"
#include "study_outputs_make.h"

bool study__wants_report(const st_outputs *o) {
  for (size_t i = 0; i < o->n_formats; i++)
    if (o->formats[i]->kind != SX_PUBLISH_DATA) return true;
  return false;
}

/* ---- hashes ------------------------------------------------------------------------------------------------------------------ */

/* A table whose texts alone hold the word counts too: that costs a book made again, never one that is stale. */
static sx_status put_block(void *data, int64_t order, const char *kind, const char *id, const char *json,
                           sx_error *err) {
  sx_buf *out = data;
  if (strcmp(kind, "table") != 0 || !strstr(json, "\"book\"")) return SX_OK;
  sx_buf_printf(out, "%lld %s %s ", (long long)order, kind, id ? id : "");
  sx_buf_add(out, json);
  return sx_buf_status(out, err);
}

static sx_status hash_blocks(char out[SX_HASH_TEXT], const st_maker *m, sx_error *err) {
  sx_buf all;
  sx_buf_init(&all, &m->r->ctx);
  const sx_status status = sx_store_each_block(m->r->store, m->r->run, put_block, &all, err);
  if (status == SX_OK) sx_hash_bytes(out, all.data ? all.data : "", all.n);
  sx_buf_clear(&all);
  return status;
}

/* Of the parts that a book is made from: hashed by who makes it, for the painters wait for the report. */
static sx_status hash_part(char out[SX_HASH_TEXT], const st_unit *u, const st_maker *m, bool banner, sx_error *err) {
  const sx_document_part part = banner ? SX_DOCUMENT_COVER : SX_DOCUMENT_TABLES;
  out[0] = '\0';
  return m->documents[u->lang] ? sx_document_hash(out, m->documents[u->lang], part, err) : SX_OK;
}

/* ---- what is shared ------------------------------------------------------------------------------------------------------------ */

static sx_status make_document(st_maker *m, int lang, sx_error *err) {
  const bool languages[] = {m->options.zh, m->options.en};
  const sx_report_options how = {.version = 1, .lang = (sx_lang)lang};
  if (!m->o->page[lang] && !(study__wants_report(m->o) && languages[lang])) return SX_OK;
  SX_TRY(sx_report_document(&m->documents[lang], m->r->store, m->r->run, &how, err));
  m->documents[lang]->ctx = m->ctx;
  return sx_document_hash(m->hashes.whole[lang], m->documents[lang], SX_DOCUMENT_WHOLE, err);
}

static sx_status make_pair(st_maker *m, sx_error *err) {
  if (!m->has_pair) return SX_OK;
  SX_TRY(sx_report_document_pair(&m->pair, m->r->store, m->r->run, err));
  m->pair->ctx = m->ctx;
  return sx_document_hash(m->hashes.whole[ST_BOTH], m->pair, SX_DOCUMENT_WHOLE, err);
}

static sx_status make_source(st_maker *m, sx_error *err) {
  st_hashes *h = &m->hashes;
  sx_buf all;
  SX_TRY(sx_publish_source_new(&m->source, m->r->store, m->r->run, err));
  SX_TRY(sx_publish_source_hash(h->data, m->source, err));
  SX_TRY(hash_blocks(h->books, m, err));
  if (m->options.docx_template) SX_TRY(sx_hash_file(h->template_file, &m->r->ctx, m->options.docx_template, err));
  sx_buf_init(&all, &m->r->ctx);
  sx_buf_printf(&all, "%s %s", sx_version(), h->data);
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(m->pictures, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

/* Where that fails the pages are traced from the disk, and what is wrong is told then. */
static void begin_audit(st_maker *m) {
  sx_error err = SX_ERROR_INIT;
  if (!m->o->audit || !m->o->html || sx_page_audit_new(&m->audit, m->r->store, m->r->run, 3, &err) != SX_OK)
    m->audit = NULL;
  if (m->audit && sx_page_audit_hash(m->hashes.facts, m->audit, &err) != SX_OK) m->hashes.facts[0] = '\0';
}

sx_status study__share_make(st_maker *m, st_shared what, sx_error *err) {
  sx_status status = SX_OK;
  switch (what) {
  case ST_SHARED_ZH:
  case ST_SHARED_EN:
    status = make_document(m, (int)what, err);
    break;
  case ST_SHARED_PAIR:
    status = make_pair(m, err);
    break;
  case ST_SHARED_DATA:
    status = make_source(m, err);
    break;
  case ST_SHARED_AUDIT:
    begin_audit(m);
    break;
  case ST_SHARED_ARCHIVE:
    if (m->o->zip && atomic_load(&m->anew))
      status = study__kept_load(&m->archive.data, &m->archive.n, &m->old, m->archive.name, &m->ctx, err);
    break;
  case ST_SHARED_COUNTS:
  case ST_SHARED_KINDS:
  default:
    status = study__frequencies_count(&m->counts, m->r, &m->ctx, err);
    break;
  }
  (void)pthread_mutex_lock(&m->lock);
  if (status == SX_OK) m->shared |= 1U << what;
  (void)pthread_cond_broadcast(&m->more);
  (void)pthread_mutex_unlock(&m->lock);
  return status;
}

bool study__share_wait(st_maker *m, unsigned needs, size_t j) {
  (void)pthread_mutex_lock(&m->lock);
  while ((m->shared & needs) != needs && m->failed > j) (void)pthread_cond_wait(&m->more, &m->lock);
  const bool there = (m->shared & needs) == needs;
  (void)pthread_mutex_unlock(&m->lock);
  return there;
}

/* Nothing but what it has waited for: the rest may be made just now. */
sx_publish_options study__share_lend(const st_maker *m, const st_unit *u, sx_document *documents[2]) {
  sx_publish_options options = m->options;
  for (int lang = 0; lang < 2; lang++) documents[lang] = u->needs >> lang & 1 ? m->documents[lang] : NULL;
  options.documents = documents;
  if (u->needs >> ST_SHARED_PAIR & 1) options.pair = m->pair;
  if (u->needs >> ST_SHARED_DATA & 1) options.source = m->source;
  if (u->needs >> ST_SHARED_COUNTS & 1) options.frequencies = m->counts.all, options.words = m->counts.words;
  if (u->lang != ST_ALL_LANGUAGES) options.only = 1U << u->lang;
  return options;
}

static void repeat(const st_maker *m, const sx_document *document) {
  for (size_t i = 0; i < document->n_warnings; i++)
    study__say(m->r, SX_SEV_WARNING, document->warnings[i].where, document->warnings[i].message);
}

/* Those of the report in two languages are those of the single ones, said here where there are none. */
void study__share_repeat(const st_maker *m) {
  for (int lang = 0; lang < 2; lang++)
    if (m->documents[lang] && m->o->page[lang]) repeat(m, m->documents[lang]);
  if (!m->pair || !m->r->s->both_alone) return;
  repeat(m, m->pair);
  repeat(m, m->pair->second);
}

static void free_document(sx_document *document, const sx_ctx *ctx) {
  if (document) document->ctx = *ctx;
  sx_document_free(document);
}

void study__share_clear(st_maker *m) {
  const sx_ctx *ctx = &m->r->ctx;
  sx_page_audit_free(m->audit);
  sx_publish_source_free(m->source);
  free_document(m->documents[SX_LANG_ZH], ctx);
  free_document(m->documents[SX_LANG_EN], ctx);
  free_document(m->pair, ctx);
  study__frequencies_clear(&m->counts);
  sx_mem_free(ctx, m->archive.data);
}

/* ---- keys ---------------------------------------------------------------------------------------------------------------------- */

/* What the audit says of a page follows from its bytes, the rows, the report, the facts and the program. */
sx_status study__share_verdict_key(st_unit *u, const st_maker *m, sx_error *err) {
  const st_hashes *h = &m->hashes;
  sx_buf all;
  if (!h->facts[0]) return SX_OK;
  sx_buf_init(&all, &m->r->ctx);
  sx_buf_printf(&all, "%s\n%s\n%s\n", sx_version(), u->name, u->files.items[0].hash);
  sx_buf_printf(&all, "%s\n%s\n%s\n", h->data, h->whole[u->lang], h->facts);
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(u->verdict_key, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}

/* "" of what is made every time: the codebook, which describes the data files. */
sx_status study__share_key(st_unit *u, const st_maker *m, sx_error *err) {
  const st_hashes *h = &m->hashes;
  const char *name = u->format ? u->format->name : "html";
  const bool book = u->format && u->format->kind == SX_PUBLISH_BOOK, data = u->lang == ST_ALL_LANGUAGES;
  const bool banner = strcmp(name, "banner") == 0;
  const char *whole = data || book ? "" : h->whole[u->lang];
  char tables[SX_HASH_TEXT] = "";
  if (book) SX_TRY(hash_part(tables, u, m, banner, err));
  if (strcmp(name, "ddi") == 0 || (!data && !*whole && !*tables)) return SX_OK;
  sx_buf all;
  sx_buf_init(&all, &m->r->ctx);
  sx_buf_printf(&all, "%s\n%s\n%d%d%d%d%d\n", sx_version(), u->name, m->options.zh, m->options.en, m->has_pair,
                (int)m->options.symbols, m->options.native_charts);
  sx_buf_printf(&all, "%s\n%s\n%s\n", whole, tables, data || book ? h->data : "");
  sx_buf_printf(&all, "%s\n%s\n", strcmp(name, "docx") == 0 ? h->template_file : "", banner ? h->books : "");
  const sx_status status = sx_buf_status(&all, err);
  if (status == SX_OK) sx_hash_bytes(u->key, all.data, all.n);
  sx_buf_clear(&all);
  return status;
}
