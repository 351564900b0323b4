/* audit_report_pages.c: the files of a publication, one after the other in the list of what was found. Pages are read and traced side by side, each by a tracer
 * of its own over the same facts, so that nothing depends on the number of threads. */
#include <string.h>

#include "audit_report_priv.h"

typedef enum output_kind { OUTPUT_PAGE, OUTPUT_CSV, OUTPUT_BOOK, OUTPUT_WORD } output_kind;

static output_kind kind_of(const char *file) {
  const char *dot = strrchr(file, '.');
  if (dot && strcmp(dot, ".csv") == 0) return OUTPUT_CSV;
  if (dot && strcmp(dot, ".xlsx") == 0) return OUTPUT_BOOK;
  return dot && strcmp(dot, ".docx") == 0 ? OUTPUT_WORD : OUTPUT_PAGE;
}

typedef struct pages {
  sx_tracer *t;
  sx_ctx ctx; /* of the threads */
  const sx_file_parts *files;
  sx_audit_traces **found; /* [n] of pages; NULL: another kind of file */
  size_t n;
} pages;

static sx_status copy_typed(sx_tracer *own, const sx_tracer *t) {
  for (int lang = 0; lang < 2; lang++) {
    const size_t n = t->n_typed[lang];
    own->typed[lang] = n ? sx_mem_alloc(&own->ctx, n, sizeof *own->typed[lang]) : NULL;
    if (n && !own->typed[lang]) return sx_error_memory(own->err);
    if (n) memcpy(own->typed[lang], t->typed[lang], n * sizeof *own->typed[lang]);
  }
  return SX_OK;
}

/* The facts of `t`, which nobody changes meanwhile, and a list and a memory of its own. */
static sx_status begin_page(sx_tracer *own, const pages *p, sx_error *err) {
  *own = *p->t;
  own->ctx = p->ctx;
  own->err = err;
  own->asked = own->read = own->quoted = own->named = NULL;
  own->answers = NULL;
  own->shown = NULL;
  own->readings = NULL;
  own->indicators = NULL;
  own->quotations = NULL;
  own->cap_answers = own->cap_readings = own->cap_indicators = own->cap_quotations = 0;
  own->typed[0] = own->typed[1] = NULL;
  own->out = sx_mem_zalloc(&own->ctx, 1, sizeof *own->out);
  if (!own->out) return sx_error_memory(err);
  own->out->ctx = own->ctx;
  SX_TRY(sx_arena_new(&own->out->arena, &own->ctx, err));
  return copy_typed(own, p->t);
}

/* What was found stays. */
static void end_page(sx_tracer *own) {
  sx_audit__memo_clear(own);
  sx_mem_free(&own->ctx, own->typed[0]);
  sx_mem_free(&own->ctx, own->typed[1]);
}

/* One page, from the disk or (data not NULL) as it will lie there. */
static sx_status trace_page(const pages *p, size_t i, const char *path, const void *data, size_t n, sx_error *err) {
  sx_audit_text *read = NULL;
  sx_tracer own;
  sx_status status = begin_page(&own, p, err);
  p->found[i] = own.out;
  if (status == SX_OK)
    status = data ? sx_audit_text_parse(&read, &p->ctx, SX_TEXT_HTML, data, n, path, err)
                  : sx_audit_text_read(&read, &p->ctx, path, err);
  if (status == SX_OK) status = sx_audit__page(&own, path, read);
  sx_audit_text_free(read);
  end_page(&own);
  return status;
}

static sx_status one_page(void *data, size_t i, sx_error *err) {
  const pages *p = data;
  const sx_file_parts *file = &p->files[i];
  return kind_of(file->path) == OUTPUT_PAGE ? trace_page(p, i, file->path, file->data, file->n, err) : SX_OK;
}

/* What was found of a page goes to the end of the list, which keeps its texts. */
static sx_status append(sx_tracer *t, sx_audit_traces *found) {
  sx_audit_traces *out = t->out;
  void *p = out->items;
  const bool grown = sx_mem_grow(&out->ctx, &p, &out->cap, out->n + found->n + 1, sizeof *out->items);
  out->items = p;
  if (!grown) return sx_error_memory(t->err);
  if (found->n) memcpy(out->items + out->n, found->items, found->n * sizeof *out->items);
  out->n += found->n;
  out->n_agree += found->n_agree;
  out->n_exempt += found->n_exempt;
  out->n_differ += found->n_differ;
  out->n_unbound += found->n_unbound;
  sx_mem_free(&found->ctx, found->items);
  found->items = NULL;
  found->more = out->more;
  out->more = found;
  return SX_OK;
}

static sx_status one_file(pages *p, size_t i) {
  sx_tracer *t = p->t;
  sx_audit_traces *found = p->found[i];
  const sx_file_parts *file = &p->files[i];
  switch (kind_of(file->path)) {
  case OUTPUT_CSV:
    return sx_audit__results_csv(t, file);
  case OUTPUT_BOOK:
    return sx_audit__workbook(t, file);
  case OUTPUT_WORD:
    return sx_audit__word_file(t, file);
  case OUTPUT_PAGE:
  default:
    SX_TRY(append(t, found));
    p->found[i] = NULL; /* the list's */
    return SX_OK;
  }
}

static sx_ctx quiet(const sx_ctx *ctx) {
  sx_ctx own = sx_ctx_quiet(ctx);
  own.progress = NULL;
  return own;
}

sx_status sx_audit__bytes(char **data, size_t *n, const sx_tracer *t, const sx_file_parts *file) {
  size_t size;
  if (!file->data) return sx_file_read(data, n, &t->ctx, file->path, t->err);
  char *copy = sx_size_add(&size, file->n, 1) ? sx_mem_alloc(&t->ctx, size, 1) : NULL; /* who reads cuts it up */
  if (!copy) return sx_error_memory(t->err);
  if (file->n) memcpy(copy, file->data, file->n);
  copy[file->n] = '\0';
  *data = copy;
  *n = file->n;
  return SX_OK;
}

sx_status sx_audit__trace_files(sx_tracer *t, const sx_file_parts *files, size_t n) {
  pages p = {.t = t, .ctx = quiet(&t->ctx), .files = files, .n = n};
  p.found = sx_mem_zalloc(&t->ctx, n, sizeof *p.found);
  if (!p.found) return sx_error_memory(t->err);
  sx_status status = sx_parallel_for(&t->ctx, n, one_page, &p, t->err);
  for (size_t i = 0; i < n && status == SX_OK; i++) status = one_file(&p, i);
  for (size_t i = 0; i < n; i++) sx_audit_traces_free(p.found[i]);
  sx_mem_free(&t->ctx, (void *)p.found);
  return status;
}

/* ---- pages as they are made ---------------------------------------------------------------------------------------------- */

struct sx_page_audit {
  sx_tracer t;
  pages p;
};

sx_status sx_page_audit_new(sx_page_audit **out, sx_store *store, int64_t run, size_t n_pages, sx_error *err) {
  if (!out || !store || !n_pages) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out, a store and pages are needed");
  const sx_ctx *ctx = sx_store_ctx(store);
  sx_page_audit *audit = sx_mem_zalloc(ctx, 1, sizeof *audit);
  if (!audit) return sx_error_memory(err);
  sx_status status = sx_audit__tracer_begin(&audit->t, store, run, err);
  audit->p = (pages){.t = &audit->t, .ctx = quiet(ctx), .n = n_pages};
  audit->p.found = sx_mem_zalloc(ctx, n_pages, sizeof *audit->p.found);
  if (!audit->p.found && status == SX_OK) status = sx_error_memory(err);
  if (status == SX_OK)
    *out = audit;
  else
    sx_page_audit_free(audit);
  return status;
}

sx_status sx_page_audit_trace(sx_page_audit *audit, size_t i, const char *path, const void *data, size_t n,
                              sx_error *err) {
  return trace_page(&audit->p, i, path, data ? data : "", n, err);
}

sx_status sx_page_audit_hash(char out[SX_HASH_TEXT], const sx_page_audit *audit, sx_error *err) {
  return sx_audit__facts_hash(out, &audit->t, err);
}

void sx_page_audit_put(sx_buf *out, const sx_page_audit *audit, size_t i) {
  if (audit->p.found[i]) sx_audit__put_verdict(out, audit->p.found[i]);
}

sx_status sx_page_audit_recall(sx_page_audit *audit, size_t i, const char *path, const char *text, size_t n,
                               sx_error *err) {
  sx_tracer own;
  sx_status status = begin_page(&own, &audit->p, err);
  if (status == SX_OK) status = sx_audit__take_verdict(&own, path, text, n);
  if (status == SX_OK)
    audit->p.found[i] = own.out;
  else
    sx_audit_traces_free(own.out);
  end_page(&own);
  return status;
}

sx_status sx_page_audit_take(sx_audit_traces **out, sx_page_audit *audit, sx_error *err) {
  sx_status status = SX_OK;
  audit->t.err = err;
  for (size_t i = 0; i < audit->p.n && status == SX_OK; i++) {
    if (!audit->p.found[i]) continue;
    status = append(&audit->t, audit->p.found[i]);
    if (status == SX_OK) audit->p.found[i] = NULL;
  }
  if (status != SX_OK) return status;
  *out = audit->t.out;
  audit->t.out = NULL;
  return SX_OK;
}

void sx_page_audit_free(sx_page_audit *audit) {
  if (!audit) return;
  const sx_ctx ctx = audit->t.ctx;
  for (size_t i = 0; audit->p.found && i < audit->p.n; i++) sx_audit_traces_free(audit->p.found[i]);
  sx_mem_free(&ctx, (void *)audit->p.found);
  sx_audit__facts_clear(&audit->t);
  sx_audit_traces_free(audit->t.out);
  sx_mem_free(&ctx, audit);
}
