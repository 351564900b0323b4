/* publish_docx_body.c: paragraphs, headings, lists and boxes of a Word document. */
#include "publish_docx_priv.h"

#include <stdio.h>
#include <string.h>

const char *sx_publish__docx_id(const sx_docx *w, sx_docx_style style) {
  return w->template.ids[style] ? w->template.ids[style] : sx_publish__docx_style_id(style);
}

sx_status sx_publish__docx_relate(char id[24], sx_docx *w, const char *type, const char *target, bool external) {
  sx_buf *list = w->in_note ? &w->note_relations : &w->relations;
  (void)snprintf(id, 24, "rIdSx%zu", ++w->n_relations);
  sx_buf_printf(list, "<Relationship Id=\"%s\" Type=\"%s\" Target=\"", id, type);
  sx_publish__xml_text(list, target);
  sx_buf_add(list, external ? "\" TargetMode=\"External\"/>" : "\"/>");
  return sx_buf_status(list, w->err);
}

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

void sx_publish__docx_open(sx_docx *w, sx_docx_style style, const sx_docx_paragraph *p) {
  sx_buf *out = w->out;
  sx_buf_printf(out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>", sx_publish__docx_id(w, style));
  if (p->keep_next) sx_buf_add(out, "<w:keepNext/>");
  if (p->let_go) sx_buf_add(out, "<w:keepNext w:val=\"0\"/>");
  if (p->page_break) sx_buf_add(out, "<w:pageBreakBefore/>");
  if (p->list)
    sx_buf_printf(out, "<w:numPr><w:ilvl w:val=\"%d\"/><w:numId w:val=\"%u\"/></w:numPr>", p->list_level, p->list);
  else if (p->unnumbered)
    sx_buf_add(out, "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"0\"/></w:numPr>");
  if (p->rtl) sx_buf_add(out, "<w:bidi/>");
  if (p->tail) sx_buf_add(out, p->tail);
  sx_buf_add(out, "</w:pPr>");
}

void sx_publish__docx_close(sx_docx *w) {
  sx_buf_add(w->out, "</w:p>\n");
}

bool sx_publish__docx_rtl(const sx_docx *w, const sx_document_node *node) {
  sx_buf text;
  sx_buf_init(&text, &w->ctx);
  sx_document_plain(&text, node);
  const bool rtl = text.data && sx_publish__starts_rtl(text.data, text.n);
  sx_buf_clear(&text);
  return rtl;
}

static sx_status paragraph(sx_docx *w, const sx_document_node *node, sx_docx_style style) {
  sx_docx_paragraph p = {.keep_next = node->kind == SX_DOC_UNIT_LINE, .rtl = sx_publish__docx_rtl(w, node)};
  char tail[120];
  sx_buf bullet;
  sx_buf_init(&bullet, &w->ctx);
  if (w->list) {
    const int left = 420 * (w->list_level + 1);
    if (w->list_fresh) {
      p.list = w->list;
      p.list_level = w->list_level;
    }
    (void)snprintf(tail, sizeof tail,
                   w->list_fresh ? "<w:ind w:left=\"%d\" w:hanging=\"420\"/>"
                                 : "<w:ind w:left=\"%d\" w:firstLine=\"0\" w:firstLineChars=\"0\"/>",
                   left);
    p.tail = tail;
    style = w->style == DS_BODY ? DS_LIST : w->style;
    if (!w->list_fresh) p.unnumbered = true;
    if (style == DS_BOX) { /* one indent for all of a box, or its frame breaks */
      if (!p.unnumbered) sx_buf_printf(&bullet, "%s", "•　");
      p = (sx_docx_paragraph){.rtl = p.rtl};
    }
    w->list_fresh = false;
  }
  if ((node->kind == SX_DOC_NOTE || node->kind == SX_DOC_SOURCE) && !node->next)
    p.tail = "<w:spacing w:before=\"40\" w:after=\"280\"/>"; /* the foot of a figure or table ends */
  sx_publish__docx_open(w, style, &p);
  if (bullet.n) sx_publish__docx_run(w->out, &w->look, w->chinese, bullet.data, bullet.n);
  sx_buf_clear(&bullet);
  SX_TRY(sx_publish__docx_inlines(w, node));
  sx_publish__docx_close(w);
  return SX_OK;
}

static sx_status heading(sx_docx *w, const sx_document_node *node) {
  const int level = node->as.heading.level < 1 ? 1 : node->as.heading.level > 4 ? 4 : node->as.heading.level;
  const char *number = node->as.heading.number;
  size_t toc = 0, link = 0;
  char name[48];
  if (w->in_box) { /* no part of the contents */
    sx_publish__docx_open(w, w->style == DS_BOX ? DS_BOXTITLE : DS_BOXHEAD, &(sx_docx_paragraph){.keep_next = true});
    SX_TRY(sx_publish__docx_inlines(w, node));
    sx_publish__docx_close(w);
    return SX_OK;
  }
  sx_publish__docx_open(w, (sx_docx_style)(DS_HEADING1 + level - 1),
                        &(sx_docx_paragraph){.unnumbered = w->template.present, .rtl = sx_publish__docx_rtl(w, node)});
  if (node->anchor) {
    (void)snprintf(name, sizeof name, "_Toc_%.30s", node->anchor);
    sx_publish__docx_begin_mark(w, &toc, name);
    (void)snprintf(name, sizeof name, "_Sx_%.30s", node->anchor);
    sx_publish__docx_begin_mark(w, &link, name);
  }
  if (number && *number) {
    const sx_docx_look look = {0};
    size_t id;
    sx_publish__docx_begin_word(w, &id, "section");
    sx_publish__docx_run(w->out, &look, false, number, strlen(number));
    sx_publish__docx_end_exempt(w, id);
    sx_publish__docx_run(w->out, &look, w->chinese, w->chinese ? "　" : "  ", strlen(w->chinese ? "　" : "  "));
  }
  SX_TRY(sx_publish__docx_inlines(w, node));
  if (node->anchor) {
    sx_publish__docx_end_mark(w, link);
    sx_publish__docx_end_mark(w, toc);
  }
  sx_publish__docx_close(w);
  return SX_OK;
}

/* ---- lists and boxes --------------------------------------------------------------------------------------------- */

static sx_status list(sx_docx *w, const sx_document_node *node) {
  const unsigned outer = w->list;
  const int level = w->list_level;
  unsigned own = 9001;
  if (outer && w->list_level < 3) w->list_level++;
  if (node->as.list.ordered) {
    own = 9100 + (unsigned)w->n_lists++;
    sx_buf_printf(
        &w->nums,
        "<w:num w:numId=\"%u\"><w:abstractNumId w:val=\"9002\"/><w:lvlOverride w:ilvl=\"%d\"><w:startOverride "
        "w:val=\"%u\"/></w:lvlOverride></w:num>",
        own, w->list_level, node->as.list.start);
  }
  sx_status status = SX_OK;
  for (const sx_document_node *item = node->first; item && status == SX_OK; item = item->next) {
    size_t id;
    w->list = own;
    w->list_fresh = true;
    sx_publish__docx_begin_exempt(w, &id, item);
    status = sx_publish__docx_blocks(w, item);
    sx_publish__docx_end_exempt(w, id);
  }
  w->list = outer;
  w->list_level = level;
  w->list_fresh = false;
  return status;
}

static sx_status quote(sx_docx *w, const sx_document_node *node) {
  const sx_docx_style before = w->style;
  w->style = DS_BOX;
  const sx_status status = sx_publish__docx_blocks(w, node);
  w->style = before;
  return status;
}

/* Lines as they are. */
static sx_status code_block(sx_docx *w, const sx_document_node *node) {
  sx_buf text;
  sx_buf_init(&text, &w->ctx);
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->text) sx_buf_add(&text, child->text);
  }
  const sx_docx_look look = {.style = sx_publish__docx_id(w, DS_CODE), .size = 18};
  for (const char *p = text.data ? text.data : ""; *p;) {
    const size_t n = strcspn(p, "\n");
    sx_publish__docx_open(w, DS_NORMAL, &(sx_docx_paragraph){.tail = "<w:ind w:left=\"420\"/>"});
    sx_publish__docx_run(w->out, &look, false, p, n);
    sx_publish__docx_close(w);
    p += n + (p[n] == '\n');
  }
  const sx_status status = sx_buf_status(&text, w->err);
  sx_buf_clear(&text);
  return status;
}

/* ---- captions ---------------------------------------------------------------------------------------------------- */

sx_status sx_publish__docx_caption(sx_docx *w, const sx_document_node *node, sx_docx_style style, sx_docx_place place) {
  static const char *const spaces[] = {NULL, "<w:spacing w:before=\"40\" w:after=\"60\"/>",
                                       "<w:spacing w:before=\"40\" w:after=\"280\"/>"};
  const sx_document_node *block = node->parent;
  const char *word = node->as.caption.word ? node->as.caption.word : "";
  char number[24], code[64], name[48];
  size_t ref = 0, link = 0;
  sx_publish__docx_open(
      w, style,
      &(sx_docx_paragraph){.keep_next = place == DOCX_ABOVE, .let_go = place == DOCX_LAST, .tail = spaces[place]});
  if (node->as.caption.number) {
    const sx_docx_look look = {0};
    if (block->anchor) {
      (void)snprintf(name, sizeof name, "_Sx_%.30s", block->anchor);
      sx_publish__docx_begin_mark(w, &link, name);
      (void)snprintf(name, sizeof name, "_Ref_%.30s", block->anchor);
      sx_publish__docx_begin_mark(w, &ref, name);
    }
    (void)snprintf(number, sizeof number, "%zu", node->as.caption.number);
    (void)snprintf(code, sizeof code, "SEQ %.24s \\* ARABIC", word);
    size_t id;
    sx_publish__docx_run(w->out, &look, w->chinese, word, strlen(word));
    sx_publish__docx_run(w->out, &look, w->chinese, " ", strlen(" "));
    sx_publish__docx_begin_word(w, &id, "section");
    sx_publish__docx_field(w->out, &look, false, code, number, strlen(number));
    sx_publish__docx_end_exempt(w, id);
    if (block->anchor) {
      sx_publish__docx_end_mark(w, ref);
      sx_publish__docx_end_mark(w, link);
    }
    sx_publish__docx_run(w->out, &look, w->chinese, w->chinese ? "　" : "  ", strlen(w->chinese ? "　" : "  "));
  }
  SX_TRY(sx_publish__docx_inlines(w, node));
  sx_publish__docx_close(w);
  return SX_OK;
}

/* ---- all blocks -------------------------------------------------------------------------------------------------- */

sx_status sx_publish__docx_block(sx_docx *w, const sx_document_node *node) {
  switch ((int)node->kind) {
  case SX_DOC_COVER:
    return sx_publish__docx_cover(w, node);
  case SX_DOC_HEADING:
    return heading(w, node);
  case SX_DOC_PARAGRAPH:
    return paragraph(w, node, w->style);
  case SX_DOC_LIST:
    return list(w, node);
  case SX_DOC_QUOTE:
    return quote(w, node);
  case SX_DOC_BOX:
    return sx_publish__docx_box(w, node);
  case SX_DOC_PAIR:
    return sx_publish__docx_pair(w, node);
  case SX_DOC_CAPTION: /* of a box: others are placed by what they belong to */
    return sx_publish__docx_caption(w, node, w->style == DS_BOX ? DS_BOXTITLE : DS_BOXHEAD, DOCX_ABOVE);
  case SX_DOC_CODE_BLOCK:
    return code_block(w, node);
  case SX_DOC_RULE:
    sx_buf_add(w->out, "<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"1\" "
                       "w:color=\"BFBFBF\"/></w:pBdr></w:pPr></w:p>\n");
    return SX_OK;
  case SX_DOC_TABLE:
    return node->as.table->role == SX_DOC_TABLE_DATA ? SX_OK : sx_publish__docx_table(w, node);
  case SX_DOC_FIGURE:
    return sx_publish__docx_figure(w, node);
  case SX_DOC_NOTE:
  case SX_DOC_SOURCE:
    return paragraph(w, node, DS_NOTE);
  case SX_DOC_EMPTY:
  case SX_DOC_UNIT_LINE:
    return paragraph(w, node, DS_NOTE);
  case SX_DOC_FOOTNOTES:
    return SX_OK; /* at the foot of the page of each */
  default:
    return sx_document_is_block(node->kind) ? sx_publish__docx_blocks(w, node) : SX_OK;
  }
}

sx_status sx_publish__docx_blocks(sx_docx *w, const sx_document_node *node) {
  for (const sx_document_node *child = node->first; child; child = child->next) {
    size_t id;
    sx_publish__docx_begin_exempt(w, &id, child);
    SX_TRY(sx_publish__docx_block(w, child));
    sx_publish__docx_end_exempt(w, id);
    if (w->out->failed) return sx_error_memory(w->err);
  }
  return SX_OK;
}
