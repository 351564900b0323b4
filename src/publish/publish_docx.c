/* publish_docx.c: a run as a Word document: one per language, from the document tree, in the styles of a template or in our own. */
#include "publish_docx_priv.h"
#include "publish_docx_said_blocks.h"
#include "publish_priv.h"

#include <string.h>

#include "shuxiao/publish.h"

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static double attribute(const char *section, const char *element, const char *name, double otherwise) {
  const char *p = strstr(section, element), *end = p ? strchr(p, '>') : NULL, *at = p ? strstr(p, name) : NULL;
  int64_t value;
  if (!at || !end || at > end) return otherwise;
  at += strlen(name);
  return sx_text_to_int64(&value, at, strspn(at, "0123456789")) ? (double)value : otherwise;
}

/* The area of the text: A4 with our margins, or the template's. */
static void text_area(sx_docx *w) {
  const char *s = w->template.section;
  w->width = 11906 - 2 * 1474;
  w->height = 16838 - 1474 - 1361;
  if (!s) return;
  const double width = attribute(s, "<w:pgSz", "w:w=\"", 11906), height = attribute(s, "<w:pgSz", "w:h=\"", 16838);
  const double across =
                   width - attribute(s, "<w:pgMar", "w:left=\"", 1474) - attribute(s, "<w:pgMar", "w:right=\"", 1474),
               down =
                   height - attribute(s, "<w:pgMar", "w:top=\"", 1474) - attribute(s, "<w:pgMar", "w:bottom=\"", 1361);
  if (across > 2000) w->width = across;
  if (down > 2000) w->height = down;
}

/* ---- a template -------------------------------------------------------------------------------------------------- */

/* Parts of the template that belong to its text and not to its look. */
static void drop_text(sx_package *package) {
  static const char *const parts[] = {"docProps/core.xml", "docProps/app.xml", "word/footnotes.xml",
                                      "word/_rels/footnotes.xml.rels"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sx_publish__package_drop(package, parts[i]);
}

static sx_status read_template(sx_docx_template *out, sx_package *package, const char *path, sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  SX_TRY(sx_file_read(&data, &n, &package->ctx, path, err));
  sx_status status = sx_publish__package_read(package, data, n, path, err);
  sx_mem_free(&package->ctx, data);
  return status == SX_OK ? sx_publish__docx_template(out, package, path, err) : status;
}

static sx_status open_template(sx_docx *w, const char *path) {
  SX_TRY(read_template(&w->template, &w->package, path, w->err));
  drop_text(&w->package);
  return SX_OK;
}

sx_status sx_publish_docx_check(const char *template_file, const sx_ctx *ctx, sx_error *err) {
  sx_docx_template template = {.present = false};
  sx_package package;
  sx_publish__package_init(&package, ctx);
  const sx_status status = read_template(&template, &package, template_file, err);
  sx_publish__docx_template_clear(&template, &package.ctx);
  sx_publish__package_clear(&package);
  return status;
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

static size_t greatest_footnote(const sx_document *document) {
  size_t greatest = 0;
  for (const sx_document_node *n = document->root; n; n = sx_document_next(document->root, n)) {
    if (n->kind == SX_DOC_FOOTNOTE_REF && n->as.footnote_ref.number > greatest) greatest = n->as.footnote_ref.number;
  }
  return greatest;
}

/* The text: body, notes, and the properties behind both. */
static sx_status write(sx_docx *w) {
  w->n_noted = greatest_footnote(w->document);
  SX_TRY(sx_own_numbers_new(&w->own, w->document, w->err));
  w->noted = sx_arena_zalloc(w->arena, w->n_noted + 1, sizeof *w->noted);
  if (!w->noted) return sx_error_memory(w->err);
  w->style = DS_BODY;
  w->out = &w->body;
  SX_TRY(sx_publish__docx_blocks(w, w->document->root));
  SX_TRY(sx_publish__docx_conditions(w));
  return sx_publish__docx_blocks_said(w);
}

static sx_status make(sx_docx *w, const char *template_file) {
  SX_TRY(sx_arena_new(&w->arena, &w->ctx, w->err));
  SX_TRY(sx_dict_new(&w->names, &w->ctx, w->err));
  if (template_file) SX_TRY(open_template(w, template_file));
  /* The kinds of content come first in the archive, as programs that sniff it expect. */
  if (!template_file) SX_TRY(sx_publish__package_put(&w->package, "[Content_Types].xml", "", 0, w->err));
  text_area(w);
  SX_TRY(write(w));
  SX_TRY(sx_publish__docx_pictures(w));
  return sx_publish__docx_assemble(w);
}

void sx_publish__docx_clear(sx_docx *w) {
  sx_publish__docx_template_clear(&w->template, &w->ctx);
  sx_publish__package_clear(&w->package);
  sx_publish__package_clear(&w->earlier);
  for (size_t i = 0; i < w->n_pictures; i++) sx_drawing_free(w->pictures[i].drawing);
  if (w->fonts) {
    sx_draw_take();
    sx_draw_fonts_free(w->fonts);
    sx_draw_give();
  }
  sx_own_numbers_free(w->own);
  sx_buf *const bufs[] = {&w->body, &w->notes, &w->nums, &w->relations, &w->note_relations};
  for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) sx_buf_clear(bufs[i]);
  sx_dict_free(w->names);
  sx_mem_free(&w->ctx, w->properties);
  sx_arena_free(w->arena);
}

sx_status sx_publish_docx_document(sx_buf *out, const sx_document *document, const char *template_file,
                                   bool native_charts, sx_error *err) {
  return sx_publish__docx_document(out, document, template_file, native_charts, NULL, 0, err);
}

static void begin(sx_docx *w, const sx_document *document, bool native, sx_error *err) {
  *w = (sx_docx){.ctx = document->ctx,
                 .document = document,
                 .chinese = document->lang == SX_LANG_ZH,
                 .native = native,
                 .err = err};
  sx_buf *const bufs[] = {&w->body, &w->notes, &w->nums, &w->relations, &w->note_relations};
  for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) sx_buf_init(bufs[i], &w->ctx);
  sx_publish__package_init(&w->package, &w->ctx);
  w->package.level = 4; /* four fifths of the time of the usual level, 3 % more bytes: most of them are drawings */
  sx_publish__package_init(&w->earlier, &w->ctx);
  w->earlier.only = "word/media/";
}

sx_status sx_publish__docx_words(sx_docx *w, const sx_document *document, bool native, sx_error *err) {
  begin(w, document, native, err);
  w->words_only = true;
  text_area(w);
  SX_TRY(sx_arena_new(&w->arena, &w->ctx, err));
  SX_TRY(sx_dict_new(&w->names, &w->ctx, err));
  return write(w);
}

sx_status sx_publish__docx_document(sx_buf *out, const sx_document *document, const char *template_file,
                                    bool native_charts, const void *earlier, size_t n_earlier, sx_error *err) {
  sx_docx w;
  char *data = NULL;
  size_t n = 0;
  begin(&w, document, native_charts, err);
  sx_status status = earlier ? sx_publish__package_read(&w.earlier, earlier, n_earlier, "earlier", err) : SX_OK;
  if (status == SX_OK) status = make(&w, template_file);
  if (status == SX_OK) status = sx_publish__package_write(&data, &n, &w.package, err);
  if (status == SX_OK) {
    sx_buf_add_n(out, data, n);
    status = sx_buf_status(out, err);
  }
  sx_mem_free(&w.ctx, data);
  sx_publish__docx_clear(&w);
  return status;
}
