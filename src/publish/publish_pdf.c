/* publish_pdf.c: a run as PDF: A4, contents with page numbers, outline, links, fonts embedded as subsets. The date in the file is the one that the report declares, so
 * that the same run gives the same bytes. */
#include <stdio.h>
#include <string.h>

#include "publish_date.h"
#include "publish_pdf_priv.h"
#include "shuxiao/publish.h"

/* ---- what the file says of itself --------------------------------------------------------------------------------- */

static sx_status plain_of(sx_buf *out, const pdf_writer *w, sx_document_kind kind) {
  const sx_document_node *cover = sx_document_child(w->document->root, SX_DOC_COVER);
  const sx_document_node *part = cover ? sx_document_child(cover, kind) : NULL;
  sx_buf_reset(out);
  sx_buf_add(out, "");
  if (part) sx_document_plain(out, part);
  return sx_buf_status(out, w->err);
}

static sx_status metadata(pdf_writer *w, cairo_surface_t *surface) {
  char date[48];
  sx_buf text;
  sx_buf_init(&text, &w->ctx);
  sx_status status = plain_of(&text, w, SX_DOC_DATE);
  if (status == SX_OK) {
    const sx_publish_date day = sx_publish__date(text.data, w->document->wave);
    (void)snprintf(date, sizeof date, "%04ld-%02ld-%02ldT00:00:00Z", day.year, day.month, day.day);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, w->document->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Shuxiao");
    status = plain_of(&text, w, SX_DOC_PUBLISHER);
  }
  if (status == SX_OK) {
    if (text.n) cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, text.data);
    status = plain_of(&text, w, SX_DOC_SUBTITLE);
  }
  if (status == SX_OK && text.n) cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, text.data);
  sx_buf_clear(&text);
  return status;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* Never says that it failed: Cairo 1.16 crashes when it finishes a file after that. The buffer remembers. */
static cairo_status_t receive(void *closure, const unsigned char *data, unsigned int n) {
  sx_buf *out = closure;
  sx_buf_add_n(out, (const char *)data, n);
  return CAIRO_STATUS_SUCCESS;
}

static sx_status cairo_error(cairo_status_t status, const sx_buf *out, sx_error *err) {
  if (out->failed || status == CAIRO_STATUS_NO_MEMORY) return sx_error_memory(err);
  if (status == CAIRO_STATUS_SUCCESS) return SX_OK;
  return sx_error_set(err, SX_E_INTERNAL, "PDF", "Cairo: %s", cairo_status_to_string(status));
}

static sx_status flow(pdf_writer *w) {
  SX_TRY(sx_arena_new(&w->arena, &w->ctx, w->err));
  w->left = PDF_LEFT;
  w->width = PDF_TEXT;
  w->size = w->chinese ? 10.5 : 10;
  SX_TRY(sx_publish__pdf_blocks(w, w->document->root));
  SX_TRY(sx_publish__pdf_notes(w));
  return sx_publish__pdf_cut(w);
}

static PangoContext *text_context(cairo_t *cr, bool chinese) {
  PangoContext *pango = pango_cairo_create_context(cr);
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(pango, options);
  pango_cairo_context_set_resolution(pango, 72);
  pango_context_set_language(pango, pango_language_from_string(chinese ? "zh-cn" : "en"));
  pango_context_set_round_glyph_positions(pango, FALSE);
  cairo_font_options_destroy(options);
  return pango;
}

static void clear(pdf_writer *w) {
  for (size_t i = 0; i < w->n_layouts; i++) g_object_unref(w->layouts[i]);
  for (size_t i = 0; i < w->n_drawings; i++) sx_drawing_free(w->drawings[i]);
  sx_publish__pdf_digits_close(w);
  sx_publish__pdf_fonts_close(w);
  if (w->pango) g_object_unref(w->pango);
  sx_draw_fonts_free(w->fonts);
  sx_mem_free(&w->ctx, w->layouts);
  sx_mem_free(&w->ctx, w->drawings);
  sx_mem_free(&w->ctx, w->items);
  sx_mem_free(&w->ctx, w->pages);
  sx_mem_free(&w->ctx, w->places);
  sx_arena_free(w->arena);
}

static sx_status make(sx_buf *out, const sx_document *document, sx_error *err) {
  pdf_writer w = {.ctx = document->ctx, .document = document, .chinese = document->lang == SX_LANG_ZH, .err = err};
  const size_t before = out->n;
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(receive, out, PDF_WIDTH, PDF_HEIGHT);
  cairo_t *cr = cairo_create(surface);
  sx_status status = cairo_error(cairo_status(cr), out, err);
  if (status == SX_OK) {
    w.pango = text_context(cr, w.chinese);
    sx_publish__pdf_fonts_open(&w);
    status = metadata(&w, surface);
  }
  if (status == SX_OK) status = flow(&w);
  if (status == SX_OK) {
    sx_publish__pdf_charmaps_hide(&w);
    status = sx_publish__pdf_draw(&w, surface, cr);
    sx_publish__pdf_charmaps_restore(&w);
  }
  if (status == SX_OK) status = cairo_error(cairo_status(cr), out, err);
  clear(&w);
  cairo_destroy(cr);
  cairo_surface_finish(surface);
  if (status == SX_OK) status = cairo_error(cairo_surface_status(surface), out, err);
  cairo_surface_destroy(surface);
  if (status != SX_OK && out->data) out->n = before;
  return status;
}

sx_status sx_publish_pdf_document(sx_buf *out, const sx_document *document, sx_error *err) {
  sx_draw_take();
  const sx_status status = make(out, document, err);
  sx_draw_give();
  return status;
}
