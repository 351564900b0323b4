/* publish_docx_box.c: boxes of a Word document, and texts in two languages beside each other. With a template that has a style for boxes ("专栏" or "Box") and none for the text in them, its
 * paragraphs are set in it, frame and all; else a box is a table of one
 * cell, whose frame goes round paragraphs, lists, tables and figures alike and breaks across pages. */
#include "publish_docx_priv.h"

enum { PADDING = 170 };

static sx_status framed(sx_docx *w, const sx_document_node *node) {
  static const char *const bars[] = {"1F4E9E", "1F3864", "00664B", "B34700"};
  static const char *const sides[] = {"top", "left", "bottom", "right"};
  const double width = w->width;
  sx_buf_printf(w->out, "<w:tbl><w:tblPr><w:tblW w:w=\"%.0f\" w:type=\"dxa\"/><w:tblBorders>", width);
  for (size_t i = 0; i < 4; i++)
    sx_buf_printf(w->out, "<w:%s w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"%s\"/>", sides[i],
                  i == 1 ? 24 : 4, i == 1 ? bars[node->as.box.kind] : "D9E2F3");
  sx_buf_printf(w->out,
                "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"80\" "
                "w:type=\"dxa\"/><w:left w:w=\"%d\" w:type=\"dxa\"/><w:bottom w:w=\"80\" w:type=\"dxa\"/><w:right "
                "w:w=\"%d\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol "
                "w:w=\"%.0f\"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w=\"%.0f\" w:type=\"dxa\"/><w:shd "
                "w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F5FA\"/></w:tcPr>\n",
                (int)PADDING, (int)PADDING, width, width);
  w->style = DS_BOXTEXT;
  w->width = width - 2 * PADDING;
  const sx_status status = sx_publish__docx_blocks(w, node);
  w->width = width;
  /* a cell ends with a paragraph, and so does what stands between two tables */
  const bool ends = node->last && (node->last->kind == SX_DOC_PARAGRAPH || node->last->kind == SX_DOC_CAPTION);
  if (!ends)
    sx_buf_add(w->out, "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" "
                       "w:lineRule=\"exact\"/></w:pPr></w:p>");
  sx_buf_add(w->out, "</w:tc></w:tr></w:tbl>\n<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"120\"/></w:pPr></w:p>\n");
  return status;
}

sx_status sx_publish__docx_box(sx_docx *w, const sx_document_node *node) {
  const sx_docx_style before = w->style;
  sx_status status;
  w->in_box = true;
  if (w->template.ids[DS_BOX] && !w->template.ids[DS_BOXTEXT]) {
    w->style = DS_BOX;
    status = sx_publish__docx_blocks(w, node);
  } else {
    status = framed(w, node);
  }
  w->in_box = false;
  w->style = before;
  return status;
}

/* ---- two languages ----------------------------------------------------------------------------------------------- */

/* A row of two cells without rules: Chinese at the left, English at the right. */
sx_status sx_publish__docx_pair(sx_docx *w, const sx_document_node *node) {
  const double width = w->width, half = width / 2;
  const bool chinese = w->chinese;
  sx_status status = SX_OK;
  sx_buf_printf(w->out,
                "<w:tbl><w:tblPr><w:tblW w:w=\"%.0f\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblCellMar>"
                "<w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"%d\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>"
                "<w:tblGrid><w:gridCol w:w=\"%.0f\"/><w:gridCol w:w=\"%.0f\"/></w:tblGrid><w:tr>",
                width, (int)PADDING, half, half);
  w->width = half - PADDING;
  for (const sx_document_node *side = node->first; side && status == SX_OK; side = side->next) {
    sx_buf_printf(w->out, "<w:tc><w:tcPr><w:tcW w:w=\"%.0f\" w:type=\"dxa\"/></w:tcPr>\n", half);
    w->chinese = side->lang == SX_LANG_ZH;
    status = sx_publish__docx_blocks(w, side);
    if (!side->first) sx_buf_add(w->out, "<w:p/>");
    sx_buf_add(w->out, "</w:tc>");
  }
  w->chinese = chinese;
  w->width = width;
  sx_buf_add(w->out, "</w:tr></w:tbl>\n<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"60\" "
                     "w:lineRule=\"exact\"/></w:pPr></w:p>\n");
  return status;
}
