/* report_html_figure.c: the drawing of a figure as SVG at two widths, of which the style sheet shows the one that fits. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_html.h"

static void put_head(const sx_html *html, const sx_drawing *drawing, const sx_document_node *node, const char *class,
                     const char *id) {
  sx_buf *out = html->out;
  const sx_document_figure *figure = node->as.figure;
  sx_buf_printf(out, "<svg class=\"%s\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", class);
  sx_draw_number(out, drawing->width);
  sx_buf_add_char(out, ' ');
  sx_draw_number(out, ceil(drawing->height));
  sx_buf_printf(out, "\" role=\"img\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">", id, id, id);
  sx_draw_escape(out, figure->title, strlen(figure->title));
  sx_buf_printf(out, "</title>\n<desc id=\"%s-d\" data-ref=\"figure:", id);
  sx_draw_escape(out, figure->id, strlen(figure->id));
  sx_buf_add(out, "\">");
  sx_draw_escape(out, node->text, strlen(node->text));
  sx_buf_add(out, "</desc>\n");
}

static sx_status put_svg(const sx_html *html, const sx_document_node *node, double width, const char *class) {
  sx_drawing *drawing = NULL;
  char id[64];
  SX_TRY(sx_chart_draw(&drawing, &html->document->ctx, node->as.figure->chart, width, html->err));
  (void)snprintf(id, sizeof id, "f%zu%s", node->as.figure->number, class);
  put_head(html, drawing, node, class, id);
  sx_drawing_svg_items(html->out, drawing, id);
  sx_buf_add(html->out, "</svg>\n");
  sx_drawing_free(drawing);
  return SX_OK;
}

void sx_html__drawing(const sx_html *html, const sx_document_node *drawing) {
  if (*html->status != SX_OK) return;
  sx_status status = put_svg(html, drawing, SX_CHART_WIDE_WIDTH, "wide");
  if (status == SX_OK) status = put_svg(html, drawing, SX_CHART_NARROW_WIDTH, "narrow");
  if (status != SX_OK) sx_error_add_where(html->err, "figure %s", drawing->as.figure->id);
  *html->status = status;
}
