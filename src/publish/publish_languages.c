/* publish_languages.c: the report as a document of pages, Word or PDF, in the languages of its study. */
#include "publish_priv.h"

typedef struct pages {
  pub_run *run;
  const sx_document *documents[3]; /* by language; [2]: both side by side; NULL: not so */
  sx_buf files[3];
  sx_status (*make)(sx_buf *out, const sx_document *document, const sx_publish_options *options, sx_error *err);
} pages;

/* One after the other: Cairo's caches are one for all threads, and what two languages leave in them in turn shows in the bytes of a PDF file. */
static sx_status make_all(pages *p, sx_error *err) {
  for (int lang = 0; lang < 3; lang++) {
    if (p->documents[lang]) SX_TRY(p->make(&p->files[lang], p->documents[lang], &p->run->options, err));
  }
  return SX_OK;
}

/* "NAME.zh-en.docx" */
static const char *both_name(const pub_run *run, const char *tail) {
  const char *name = sx_arena_printf(run->arena, ".zh-en%s", tail);
  return name ? sx_publish__name(run, name) : NULL;
}

static sx_status deliver(sx_publish_files *files, pages *p, const char *tail, sx_error *err) {
  const size_t before = files->n;
  sx_status status = SX_OK;
  for (int lang = 0; lang < 3 && status == SX_OK; lang++) {
    const char *name = lang < 2 ? sx_publish__name_in(p->run, tail, (sx_lang)lang) : both_name(p->run, tail);
    if (!name)
      status = sx_error_memory(err);
    else if (p->documents[lang])
      status = sx_publish_take(files, name, &p->files[lang], err);
  }
  if (status != SX_OK) sx_publish__cut(files, before);
  return status;
}

static sx_status by_language(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                             pages *p, const char *tail, sx_error *err) {
  pub_run r;
  sx_status status = SX_OK;
  SX_TRY(sx_publish__open(&r, store, run, options, false, err));
  p->run = &r;
  for (int lang = 0; lang < 3; lang++) sx_buf_init(&p->files[lang], &r.ctx);
  const unsigned only = r.options.only;
  p->documents[2] = !only || only & 4 ? r.options.pair : NULL;
  for (int lang = 0; lang < 2 && status == SX_OK; lang++) {
    if (sx_publish__makes(&r, (sx_lang)lang) && !r.options.pair_alone)
      status = sx_publish__report(&p->documents[lang], &r, (sx_lang)lang, err);
  }
  if (status == SX_OK) status = make_all(p, err);
  if (status == SX_OK) status = deliver(files, p, tail, err);
  for (int lang = 0; lang < 3; lang++) sx_buf_clear(&p->files[lang]);
  sx_publish__close(&r);
  return status;
}

/* ---- the formats ------------------------------------------------------------------------------------------------- */

static sx_status make_docx(sx_buf *out, const sx_document *document, const sx_publish_options *options, sx_error *err) {
  return sx_publish__docx_document(out, document, options->docx_template, options->native_charts, options->earlier,
                                   options->n_earlier, err);
}

sx_status sx_publish_docx(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                          sx_error *err) {
  pages p = {.make = make_docx};
  return by_language(files, store, run, options, &p, ".docx", err);
}

static sx_status make_pdf(sx_buf *out, const sx_document *document, const sx_publish_options *options, sx_error *err) {
  (void)options;
  return sx_publish_pdf_document(out, document, err);
}

sx_status sx_publish_pdf(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                         sx_error *err) {
  pages p = {.make = make_pdf};
  return by_language(files, store, run, options, &p, ".pdf", err);
}
