/* audit_published_make.c: a published file once more, out of the store: the report, the Word file and the workbooks are made from it and from nothing else.
 * What the run was told besides (kinds of charts, symbols) is tried; the hash that the run wrote down says which it was. */
#include <string.h>

#include "audit_published.h"
#include "shuxiao/publish.h"

/* One way of making it. */
typedef struct way {
  sx_publish_fn make;
  bool zh, en, pair, pair_alone, native,
      pictures; /* pictures: those of the file at hand where its drawings are the same */
  sx_symbols symbols;
} way;

typedef struct maker {
  const sx_published *p;
  const char *name, *hash;
  sx_document *pair;
  char *data; /* the first that was made */
  size_t n;
  bool certain;
} maker;

static bool has(const char *text, const char *piece) {
  return strstr(text, piece) != NULL;
}

/* The run published a file of such a name. */
static bool recorded(const char *record, size_t n, const char *name) {
  const size_t k = strlen(name);
  for (const char *at = record; n >= k && (size_t)(at - record) <= n - k; at++) {
    at = memchr(at, name[0], n - k + 1 - (size_t)(at - record));
    if (!at) return false;
    if (memcmp(at, name, k) == 0 && at > record && at[-1] == ' ') return true;
  }
  return false;
}

/* Keeps the bytes where they are the published ones, or the first. Owns data. */
static void take(maker *m, char *data, size_t n) {
  char hash[SX_HASH_TEXT];
  sx_hash_bytes(hash, data, n);
  m->certain = strcmp(hash, m->hash) == 0;
  if (m->data && !m->certain) {
    sx_mem_free(&m->p->t->ctx, data);
    return;
  }
  sx_mem_free(&m->p->t->ctx, m->data);
  m->data = data;
  m->n = n;
}

/* What cannot be made of this store is not there; other failures are failures. */
static sx_status unless_missing(const maker *m, sx_status status) {
  if (status != SX_E_DATA && status != SX_E_SUPPORT && status != SX_E_LIMIT && status != SX_E_ARGUMENT) return status;
  *m->p->t->err = (sx_error)SX_ERROR_INIT;
  return SX_OK;
}

/* ---- pages ---- */

static sx_status make_page(maker *m, const sx_document *document, const char *other) {
  sx_buf page;
  sx_buf_init(&page, &m->p->t->ctx);
  const sx_status status = sx_document_html(&page, document, other, m->p->t->err);
  const size_t n = page.n;
  char *data = status == SX_OK && page.data ? sx_buf_take(&page) : NULL;
  sx_buf_clear(&page);
  if (data) take(m, data, n);
  return status;
}

static sx_status make_pages(maker *m, const char *record, size_t n_record) {
  const bool both = has(m->name, ".zh-en."), chinese = has(m->name, ".zh.");
  const char *other = chinese ? "report.en.html" : "report.zh.html";
  const sx_report_options how = {.version = 1, .lang = chinese ? SX_LANG_ZH : SX_LANG_EN};
  const sx_published *p = m->p;
  sx_document *document = NULL;
  sx_status status = both ? sx_report_document_pair(&document, p->t->store, p->t->run, p->t->err)
                          : sx_report_document(&document, p->t->store, p->t->run, &how, p->t->err);
  const bool linked = !both && recorded(record, n_record, other);
  if (status == SX_OK) status = make_page(m, document, linked ? other : NULL);
  if (status == SX_OK && !m->certain && !both) status = make_page(m, document, linked ? NULL : other);
  sx_document_free(document);
  return status;
}

/* ---- formats of the room `publish` ---- */

static sx_status make_way(maker *m, const way *w) {
  const sx_published *p = m->p;
  sx_publish_options options = SX_PUBLISH_OPTIONS_INIT;
  sx_publish_files files;
  sx_publish_files_init(&files, &p->t->ctx);
  options.zh = w->zh;
  options.en = w->en;
  options.symbols = w->symbols;
  options.native_charts = w->native;
  options.pair = w->pair ? m->pair : NULL;
  options.pair_alone = w->pair_alone;
  options.only = w->pair ? 4 : has(m->name, ".zh.") ? 1 : has(m->name, ".en.") ? 2 : 0;
  if (w->pictures) {
    options.earlier = p->have;
    options.n_earlier = p->n_have;
  }
  sx_status status = w->make(&files, p->t->store, p->t->run, &options, p->t->err);
  for (size_t i = 0; i < files.n && status == SX_OK; i++) {
    if (strcmp(files.items[i].name, m->name) != 0) continue;
    take(m, files.items[i].data, files.items[i].n);
    files.items[i].data = NULL;
    break;
  }
  sx_publish_files_clear(&files);
  return status;
}

static bool has_charts(const sx_published *p) {
  static const char part[] = "word/charts/"; /* names stand unpacked in an archive */
  for (size_t i = 0; i + sizeof part - 1 <= p->n_have; i++)
    if (p->have[i] == 'w' && memcmp(p->have + i, part, sizeof part - 1) == 0) return true;
  return false;
}

/* Languages first: a name without one is of a study that writes one. */
static sx_status try_word(maker *m, way w) {
  const bool native = has_charts(m->p);
  for (int i = 0; i < 3 && !m->certain; i++) {
    w.native = i == 1 ? !native : native;
    w.pictures = i < 2;
    SX_TRY(make_way(m, &w));
  }
  return SX_OK;
}

static sx_status try_book(maker *m, way w) {
  for (int s = SX_SYMBOLS_OF_LANGUAGE; s <= SX_SYMBOLS_DESTATIS && !m->certain; s++) {
    w.symbols = (sx_symbols)s;
    SX_TRY(make_way(m, &w));
  }
  return SX_OK;
}

static sx_status make_format(maker *m) {
  const bool word = sx_audit__ends_with(m->name, ".docx");
  const bool pair = has(m->name, ".zh-en."), named = has(m->name, ".zh.") || has(m->name, ".en.");
  way w = {.make = word ? sx_publish_docx : has(m->name, "_banner.") ? sx_publish_banner_tables : sx_publish_xlsx};
  if (pair) SX_TRY(sx_report_document_pair(&m->pair, m->p->t->store, m->p->t->run, m->p->t->err));
  for (int lang = 0; lang < 2 && !m->certain; lang++) {
    w.zh = pair || named || lang == 0;
    w.en = pair || named || lang == 1;
    w.pair = pair;
    SX_TRY(word ? try_word(m, w) : try_book(m, w));
    if (pair || named) break;
  }
  return SX_OK;
}

sx_status sx_audit__published_make(char **data, size_t *n, bool *certain, const sx_published *p, const char *name,
                                   const char *record, size_t n_record, const char *hash) {
  maker m = {.p = p, .name = name, .hash = hash};
  const sx_status status =
      unless_missing(&m, sx_audit__ends_with(name, ".html") ? make_pages(&m, record, n_record) : make_format(&m));
  sx_document_free(m.pair);
  if (status != SX_OK) {
    sx_mem_free(&p->t->ctx, m.data);
    m.data = NULL;
  }
  *data = m.data;
  *n = m.n;
  *certain = m.certain;
  return status;
}
