/* publish_docx_chart.c: a figure as a chart of Word's own: its XML, the workbook behind it, and the frame in the text (ECMA-376 part 1, 21.2 and 20.4.2). */
#include "publish_docx_priv.h"

#include <stdio.h>
#include <string.h>

#include "publish_xlsx.h"

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

/* c:externalData comes before c:printSettings (21.2.2.63). */
sx_status sx_publish__docx_chart_xml(sx_buf *out, const sx_buf *chart, const char *relation, sx_error *err) {
  const char *at = strstr(chart->data, "<c:printSettings>");
  if (!at) at = strstr(chart->data, "</c:chartSpace>");
  if (!at) return sx_error_set(err, SX_E_INTERNAL, "chart", "a chart without an end");
  sx_buf_add_n(out, chart->data, (size_t)(at - chart->data));
  sx_buf_printf(out, "<c:externalData r:id=\"%s\"><c:autoUpdate val=\"0\"/></c:externalData>", relation);
  sx_buf_add(out, at);
  return sx_buf_status(out, err);
}

/* The chart finds its workbook by a relationship of its own. */
static sx_status link_book(sx_docx *w, sx_buf *chart) {
  char name[64];
  sx_buf out;
  sx_buf_init(&out, &w->ctx);
  sx_status status = sx_publish__docx_chart_xml(&out, chart, "rId1", w->err);
  (void)snprintf(name, sizeof name, "word/charts/sxchart%zu.xml", w->n_charts);
  if (status == SX_OK) status = sx_publish__package_take(&w->package, name, &out, w->err);
  sx_buf_printf(&out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships "
                "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" "
                "Type=\"" OFFICE "package\" Target=\"../embeddings/sxchart%zu.xlsx\"/></Relationships>\n",
                w->n_charts);
  if (status == SX_OK) status = sx_buf_status(&out, w->err);
  (void)snprintf(name, sizeof name, "word/charts/_rels/sxchart%zu.xml.rels", w->n_charts);
  if (status == SX_OK) status = sx_publish__package_take(&w->package, name, &out, w->err);
  sx_buf_clear(&out);
  return status;
}

static void frame_xml(sx_docx *w, const sx_document_node *drawing, double cx, double cy, const char *relation) {
  const sx_document_figure *f = drawing->as.figure;
  sx_buf *out = w->out;
  sx_buf_printf(out,
                "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"%.0f\" "
                "cy=\"%.0f\"/><wp:docPr id=\"%zu\" name=\"",
                cx, cy, ++w->n_drawings);
  sx_publish__docx_figure_name(out, w->document, f);
  sx_buf_add(out, "\" descr=\"");
  if (drawing->text) sx_publish__xml_text(out, drawing->text);
  sx_buf_add(out, "\" title=\"");
  if (f->title) sx_publish__xml_text(out, f->title);
  sx_buf_printf(out,
                "\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData "
                "uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart "
                "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"%s\"/></a:graphicData>"
                "</a:graphic></wp:inline></w:drawing></w:r>",
                relation);
}

/* Charts whose values stand upright are broad, whatever height the drawing takes for its rows: a taller frame stretches their letters. */
static double frame_height(const sx_chart *chart, double cx, double cy) {
  const bool upright = chart->type == SX_CHART_DOTS || chart->type == SX_CHART_LINES ||
                       chart->type == SX_CHART_SLOPES || chart->type == SX_CHART_WATERFALL;
  return upright ? cx / 2 : cy;
}

sx_status sx_publish__docx_chart(bool *done, sx_docx *w, const sx_document_node *figure,
                                 const sx_document_node *drawing, double cx, double cy) {
  char name[64], relation[24] = "";
  sx_buf book, chart;
  sx_buf_init(&book, &w->ctx);
  sx_buf_init(&chart, &w->ctx);
  *done = false;
  sx_status status = sx_publish__figure_book(&book, &chart, w->document, figure, w->err);
  if (status != SX_OK || !chart.n) goto end;
  w->n_charts++;
  (void)snprintf(name, sizeof name, "word/embeddings/sxchart%zu.xlsx", w->n_charts);
  SX_TRY_GOTO(status, sx_publish__package_take(&w->package, name, &book, w->err), end);
  SX_TRY_GOTO(status, link_book(w, &chart), end);
  (void)snprintf(name, sizeof name, "charts/sxchart%zu.xml", w->n_charts);
  SX_TRY_GOTO(status, sx_publish__docx_relate(relation, w, OFFICE "chart", name, false), end);
  sx_publish__docx_open(w, DS_FIGURE, &(sx_docx_paragraph){.keep_next = true});
  frame_xml(w, drawing, cx, frame_height(figure->as.figure->chart, cx, cy), relation);
  sx_publish__docx_close(w);
  *done = true;
end:
  sx_buf_clear(&book);
  sx_buf_clear(&chart);
  return status;
}
