/* publish_docx_format.c: the Word documents of a run, one per language that its study writes. */
#include "publish_priv.h"

static sx_status one_language(sx_publish_files *files, const pub_run *r, sx_lang lang, sx_error *err) {
  const sx_report_options options = {.version = 1, .lang = lang};
  const char *name = sx_publish__name_in(r, ".docx", lang);
  sx_document *document = NULL;
  sx_buf out;
  if (!name) return sx_error_memory(err);
  sx_buf_init(&out, &r->ctx);
  sx_status status = sx_report_document(&document, r->store, r->id, &options, err);
  if (status == SX_OK) status = sx_publish_docx_document(&out, document, r->options.docx_template, err);
  if (status == SX_OK) status = sx_publish_take(files, name, &out, err);
  sx_buf_clear(&out);
  sx_document_free(document);
  return status;
}

sx_status sx_publish_docx(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                          sx_error *err) {
  pub_run r;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, false, err));
  sx_status status = SX_OK;
  static const sx_lang langs[] = {SX_LANG_ZH, SX_LANG_EN};
  for (size_t i = 0; i < 2 && status == SX_OK; i++) {
    if (sx_publish__has_lang(&r, langs[i])) status = one_language(files, &r, langs[i], err);
  }
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
