/* publish_docx_figure.c: figures as drawings that stay sharp at any size (SVG), with a picture for programs that do not know them (PNG), and the words of the
 * alternative text; or, where asked for, as charts of Word's own (publish_docx_chart.c). ECMA-376 part 1, 20.4; the SVG extension: [MS-ODRAWXML] 2.3.2.8. */
#include "publish_docx_priv.h"
#include "publish_symbols.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/draw_chart.h"

static const double EMU = 635; /* of a twentieth of a point */
#define IMAGE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"

void sx_publish__docx_figure_name(sx_buf *out, const sx_document *document, const sx_document_figure *figure) {
  sx_buf_printf(out, "figure:%s:", document->second ? "zh+en" : document->lang == SX_LANG_ZH ? "zh" : "en");
  if (figure->id) sx_publish__xml_text(out, figure->id);
}

static void picture_xml(sx_docx *w, const sx_document_node *node, double cx, double cy, const char *png,
                        const char *svg) {
  const sx_document_figure *f = node->as.figure;
  sx_buf *out = w->out;
  const size_t id = ++w->n_drawings;
  sx_buf_printf(out,
                "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%.0f\" "
                "cy=\"%.0f\"/><wp:docPr id=\"%zu\" name=\"",
                cx, cy, id);
  sx_publish__docx_figure_name(out, w->document, f);
  sx_buf_add(out, "\" descr=\"");
  if (node->text) sx_publish__xml_text(out, node->text);
  sx_buf_add(out, "\" title=\"");
  if (f->title) sx_publish__xml_text(out, f->title);
  sx_buf_printf(
      out,
      "\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr><a:graphic>"
      "<a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>"
      "<pic:cNvPr id=\"%zu\" name=\"%s\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"%s\">"
      "<a:extLst><a:ext uri=\"{96DAC541-7B7A-43D3-8B79-37D633B846F1}\"><asvg:svgBlip r:embed=\"%s\"/></a:ext>"
      "</a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" "
      "y=\"0\"/><a:ext cx=\"%.0f\" cy=\"%.0f\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>"
      "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
      id, "drawing", png, svg, cx, cy);
}

/* The picture that an earlier document has of the same drawing; NULL. */
static const sx_package_part *earlier_png(const sx_docx *w, const sx_buf *svg) {
  for (size_t i = 0; i < w->earlier.n; i++) {
    const sx_package_part *part = &w->earlier.parts[i];
    const char *dot = strrchr(part->name, '.');
    char name[64];
    if (!dot || strcmp(dot, ".svg") != 0 || part->n != svg->n || memcmp(part->data, svg->data, svg->n) != 0) continue;
    (void)snprintf(name, sizeof name, "%.*s.png", (int)(dot - part->name), part->name);
    return sx_publish__package_get(&w->earlier, name);
  }
  return NULL;
}

/* 150 dots an inch: programs that show it know no SVG. */
static sx_status paint(sx_buf *out, sx_docx *w, const sx_drawing *drawing) {
  if (!w->fonts) {
    sx_draw_take();
    const sx_status status = sx_draw_fonts_new(&w->fonts, w->err);
    sx_draw_give();
    SX_TRY(status);
  }
  const sx_paint_options coarse = {.version = 1, .scale = 1.3, .fonts = w->fonts};
  return sx_drawing_png(out, drawing, &coarse, w->err);
}

sx_status sx_publish__docx_pictures(sx_docx *w) {
  sx_status status = SX_OK;
  sx_buf bytes;
  sx_buf_init(&bytes, &w->ctx);
  for (size_t i = 0; i < w->n_pictures && status == SX_OK; i++) {
    status = paint(&bytes, w, w->pictures[i].drawing);
    if (status == SX_OK) status = sx_publish__package_take(&w->package, w->pictures[i].name, &bytes, w->err);
  }
  sx_buf_clear(&bytes);
  return status;
}

/* Its part stands in its place in the archive, empty until it is painted. */
static sx_status paint_later(sx_docx *w, const char *name, sx_drawing **drawing) {
  void *list = w->pictures;
  const bool grown = sx_arena_grow(w->arena, &list, &w->cap_pictures, w->n_pictures + 1, sizeof *w->pictures);
  w->pictures = list;
  if (!grown) return sx_error_memory(w->err);
  sx_docx_picture *picture = &w->pictures[w->n_pictures++];
  picture->drawing = *drawing;
  *drawing = NULL;
  (void)snprintf(picture->name, sizeof picture->name, "%s", name);
  return sx_publish__package_put(&w->package, name, "", 0, w->err);
}

/* The two files of a drawing and their relationships. What is painted later is taken over. */
static sx_status files_of(char png[24], char svg[24], sx_docx *w, const sx_document_node *node, sx_drawing **taken) {
  const sx_drawing *drawing = *taken;
  const sx_svg_options look = {.version = 1, .title = node->as.figure->title, .text = node->text};
  sx_buf bytes;
  char name[64];
  sx_buf_init(&bytes, &w->ctx);
  sx_status status = sx_drawing_svg(&bytes, drawing, &look, w->err);
  (void)snprintf(name, sizeof name, "word/media/figure%zu.svg", w->n_drawings + 1);
  const sx_package_part *picture = status == SX_OK ? earlier_png(w, &bytes) : NULL;
  if (status == SX_OK) status = sx_publish__package_take(&w->package, name, &bytes, w->err);
  if (status == SX_OK) status = sx_publish__docx_relate(svg, w, IMAGE, name + strlen("word/"), false);
  (void)snprintf(name, sizeof name, "word/media/figure%zu.png", w->n_drawings + 1);
  if (status == SX_OK && !picture) status = paint_later(w, name, taken);
  if (status == SX_OK && picture)
    status = sx_publish__package_put(&w->package, name, picture->data, picture->n, w->err);
  if (status == SX_OK) status = sx_publish__docx_relate(png, w, IMAGE, name + strlen("word/"), false);
  sx_buf_clear(&bytes);
  return status;
}

static sx_status drawing_of(sx_docx *w, const sx_document_node *figure, const sx_document_node *node) {
  sx_drawing *drawing = NULL;
  char png[24] = "", svg[24] = "";
  bool done = false;
  SX_TRY(sx_chart_draw(&drawing, &w->ctx, node->as.figure->chart, SX_CHART_WIDE_WIDTH, w->err));
  const double height = w->width * drawing->height / drawing->width, most = 0.8 * w->height;
  const double scale = height > most ? most / height : 1;
  sx_status status = SX_OK;
  if (w->native) /* its legend and axes take room of their own */
    status =
        sx_publish__docx_chart(&done, w, figure, node, w->width * EMU, fmax(scale * height, 0.45 * w->width) * EMU);
  w->native_figure = done;
  done = done || w->words_only;
  if (status == SX_OK && !done) status = files_of(png, svg, w, node, &drawing);
  if (status == SX_OK && !done) {
    sx_publish__docx_open(w, DS_FIGURE, &(sx_docx_paragraph){.keep_next = true});
    picture_xml(w, node, scale * w->width * EMU, scale * height * EMU, png, svg);
    sx_publish__docx_close(w);
  }
  sx_drawing_free(drawing);
  return status;
}

static bool has_foot(const sx_docx *w, const sx_document_node *figure) {
  for (const sx_document_node *n = figure->first; n; n = n->next) {
    const bool bare = w->native_figure && sx_publish__bare_note(n);
    if ((n->kind == SX_DOC_NOTE && !bare) || n->kind == SX_DOC_SOURCE) return true;
  }
  return false;
}

/* The caption stands below a figure, above a table. */
sx_status sx_publish__docx_figure(sx_docx *w, const sx_document_node *node) {
  static const sx_document_kind order[] = {SX_DOC_UNIT_LINE, SX_DOC_DRAWING, SX_DOC_EMPTY,
                                           SX_DOC_CAPTION,   SX_DOC_NOTE,    SX_DOC_SOURCE};
  for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
    for (const sx_document_node *child = node->first; child; child = child->next) {
      size_t id;
      if (child->kind != order[k] || (w->native_figure && sx_publish__bare_note(child))) continue;
      sx_publish__docx_begin_exempt(w, &id, child);
      if (child->kind == SX_DOC_DRAWING)
        SX_TRY(drawing_of(w, node, child));
      else if (child->kind == SX_DOC_CAPTION)
        SX_TRY(sx_publish__docx_caption(w, child, DS_CAPTION, has_foot(w, node) ? DOCX_BELOW : DOCX_LAST));
      else
        SX_TRY(sx_publish__docx_block(w, child));
      sx_publish__docx_end_exempt(w, id);
    }
  }
  w->native_figure = false;
  return sx_buf_status(w->out, w->err);
}
