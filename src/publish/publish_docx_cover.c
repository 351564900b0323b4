/* publish_docx_cover.c: the cover of a Word document and its lists of contents: fields that Word brings up to date, filled already for who does not ask it to. */
#include "publish_docx_priv.h"

#include <stdio.h>
#include <string.h>

/* ---- the cover --------------------------------------------------------------------------------------------------- */

static sx_status line(sx_docx *w, const sx_document_node *node, sx_docx_style style, const char *tail) {
  sx_publish__docx_open(w, style, &(sx_docx_paragraph){.rtl = sx_publish__docx_rtl(w, node), .tail = tail});
  SX_TRY(sx_publish__docx_inlines(w, node));
  sx_publish__docx_close(w);
  return SX_OK;
}

/* One key figure: what it is, the number, what lies behind it. */
static sx_status key_cell(sx_docx *w, const sx_document_node *figure, double width) {
  static const char close_[] = "<w:spacing w:before=\"20\" w:after=\"20\"/>";
  const sx_docx_look before = w->look;
  sx_buf_printf(w->out, "<w:tc><w:tcPr><w:tcW w:w=\"%.0f\" w:type=\"dxa\"/></w:tcPr>", width);
  size_t n = 0;
  for (const sx_document_node *part = figure->first; part; part = part->next, n++) {
    w->look = before;
    if (part->kind == SX_DOC_KEY_VALUE) {
      w->look = (sx_docx_look){.strong = true, .color = "1F3864", .size = 32};
    } else {
      w->look.color = "595959";
      w->look.size = part->kind == SX_DOC_KEY_NOTE ? 17 : 20;
    }
    SX_TRY(line(w, part, DS_CELL, close_));
  }
  if (!n) sx_buf_add(w->out, "<w:p/>");
  sx_buf_add(w->out, "</w:tc>");
  w->look = before;
  return SX_OK;
}

static sx_status key_figures(sx_docx *w, const sx_document_node *node) {
  size_t n = 0;
  for (const sx_document_node *figure = node->first; figure; figure = figure->next) n++;
  if (!n) return SX_OK;
  const size_t across = n > 4 ? 4 : n;
  const double width = w->width / (double)across;
  sx_buf_printf(w->out,
                "<w:tbl><w:tblPr><w:tblW w:w=\"%.0f\" w:type=\"dxa\"/><w:tblBorders><w:top w:val=\"single\" w:sz=\"8\" "
                "w:space=\"0\" w:color=\"1F3864\"/><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" "
                "w:color=\"1F3864\"/></w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>",
                w->width);
  for (size_t i = 0; i < across; i++) sx_buf_printf(w->out, "<w:gridCol w:w=\"%.0f\"/>", width);
  sx_buf_add(w->out, "</w:tblGrid>");
  size_t i = 0;
  for (const sx_document_node *figure = node->first; figure; figure = figure->next, i++) {
    if (i % across == 0) sx_buf_add(w->out, i ? "</w:tr><w:tr>" : "<w:tr>");
    SX_TRY(key_cell(w, figure, width));
  }
  for (; i % across; i++) sx_buf_add(w->out, "<w:tc><w:p/></w:tc>");
  sx_buf_add(w->out, "</w:tr></w:tbl>\n<w:p/>\n");
  return SX_OK;
}

/* The open paragraph: the node's own words in front, then what it says; closed. */
static sx_status led(sx_docx *w, const sx_document_node *node, const sx_docx_look *look) {
  const char *gap = w->chinese ? "　" : "  ";
  if (node->text) {
    sx_publish__docx_run(w->out, look, w->chinese, node->text, strlen(node->text));
    sx_publish__docx_run(w->out, look, w->chinese, gap, strlen(gap));
  }
  SX_TRY(sx_publish__docx_inlines(w, node));
  sx_publish__docx_close(w);
  return SX_OK;
}

static sx_status synthetic(sx_docx *w, const sx_document_node *node) {
  sx_buf_printf(w->out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/><w:pBdr>", sx_publish__docx_id(w, DS_COVER));
  static const char *const sides[] = {"top", "left", "bottom", "right"};
  for (size_t i = 0; i < 4; i++)
    sx_buf_printf(w->out, "<w:%s w:val=\"single\" w:sz=\"8\" w:space=\"6\" w:color=\"9C2A00\"/>", sides[i]);
  sx_buf_add(w->out, "</w:pBdr><w:ind w:left=\"140\" w:right=\"140\"/></w:pPr>");
  const sx_docx_look strong = {.strong = true, .color = "9C2A00"};
  return led(w, node, &strong);
}

static sx_status design(sx_docx *w, const sx_document_node *node) {
  const sx_docx_look strong = {.strong = true};
  sx_publish__docx_open(w, DS_COVER, &(sx_docx_paragraph){0});
  return led(w, node, &strong);
}

/* The title on one line where that asks for no type smaller than its least; sizes in half points, widths of letters for a sans serif. */
static sx_status title(sx_docx *w, const sx_document_node *node) {
  const double most = 56, least = 42, wide = 1.0, narrow = 0.58;
  const sx_docx_look before = w->look;
  sx_buf text;
  double ems = 0;
  sx_buf_init(&text, &w->ctx);
  sx_document_plain(&text, node);
  for (size_t i = 0, k; i < text.n; i += k) {
    uint32_t c;
    k = sx_utf8_next(&c, text.data + i, text.n - i);
    if (!k) k = 1;
    ems += sx_utf8_width(text.data + i, k) > 1 ? wide : narrow;
  }
  const sx_status status = sx_buf_status(&text, w->err);
  sx_buf_clear(&text);
  if (status != SX_OK) return status;
  const double fits = ems > 0 ? 2 * w->width / 20 / ems : most;
  if (fits < most && fits >= least) w->look.size = (int)fits;
  const sx_status done = line(w, node, DS_TITLE, NULL);
  w->look = before;
  return done;
}

static sx_status cover_part(sx_docx *w, const sx_document_node *part) {
  switch ((int)part->kind) {
  case SX_DOC_TITLE:
    return title(w, part);
  case SX_DOC_SUBTITLE:
    return line(w, part, DS_SUBTITLE, NULL);
  case SX_DOC_SYNTHETIC:
    return synthetic(w, part);
  case SX_DOC_KEY_FIGURES:
    return key_figures(w, part);
  case SX_DOC_DESIGN:
    return design(w, part);
  default:
    return line(w, part, DS_COVER, NULL);
  }
}

sx_status sx_publish__docx_cover(sx_docx *w, const sx_document_node *node) {
  for (const sx_document_node *part = node->first; part; part = part->next) {
    size_t id;
    sx_publish__docx_begin_exempt(w, &id, part);
    SX_TRY(cover_part(w, part));
    sx_publish__docx_end_exempt(w, id);
  }
  return sx_publish__docx_contents(w);
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

/* The field begins in the first entry and ends behind the last. */
static void open_field(sx_docx *w, const char *code) {
  sx_buf_add(w->out, "<w:r><w:fldChar w:fldCharType=\"begin\" w:dirty=\"true\"/></w:r><w:r><w:instrText "
                     "xml:space=\"preserve\"> ");
  sx_publish__xml_text(w->out, code);
  sx_buf_add(w->out, " </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>");
}

/* A page number is Word's to find: until it brings the field up to date an entry is a link without leader dots that lead nowhere. */
static sx_status entry(sx_docx *w, sx_docx_style style, const char *mark, const char *before,
                       const sx_document_node *text, const char *field) {
  const sx_docx_look look = {0};
  sx_buf plain;
  sx_buf_init(&plain, &w->ctx);
  for (const sx_document_node *child = text->first; child; child = child->next) {
    if (child->kind != SX_DOC_TAG) sx_document_plain(&plain, child);
  }
  sx_publish__docx_open(w, style, &(sx_docx_paragraph){0});
  if (field) open_field(w, field);
  sx_buf_printf(w->out, "<w:hyperlink w:anchor=\"%s\" w:history=\"1\">", mark);
  if (*before) sx_publish__docx_run(w->out, &look, w->chinese, before, strlen(before));
  sx_publish__docx_run(w->out, &look, w->chinese, plain.data ? plain.data : "", plain.n);
  sx_buf_add(w->out, "</w:hyperlink>");
  const sx_status status = sx_buf_status(&plain, w->err);
  sx_buf_clear(&plain);
  return status;
}

static void title_of(sx_docx *w, const char *zh, const char *en, bool page_break) {
  const sx_docx_look look = {0};
  const char *both = w->document->second ? sx_arena_printf(w->arena, "%s %s", zh, en) : NULL;
  const char *text = both ? both : w->chinese ? zh : en;
  sx_publish__docx_open(w, DS_TOCHEAD, &(sx_docx_paragraph){.page_break = page_break});
  sx_publish__docx_run(w->out, &look, w->chinese, text, strlen(text));
  sx_publish__docx_close(w);
}

static void close_field(sx_docx *w) {
  sx_buf_add(w->out, "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>");
}

static sx_status headings(sx_docx *w) {
  const sx_document *d = w->document;
  size_t n = 0, last = 0;
  for (size_t i = 0; i < d->n_headings; i++) {
    if (d->headings[i]->as.heading.level <= 2 && d->headings[i]->anchor) last = i, n++;
  }
  if (!n) return SX_OK;
  title_of(w, "目录", "Contents", true);
  bool first = true;
  for (size_t i = 0; i < d->n_headings; i++) {
    const sx_document_node *h = d->headings[i];
    char mark[48], number[40] = "";
    if (h->as.heading.level > 2 || !h->anchor) continue;
    (void)snprintf(mark, sizeof mark, "_Toc_%.30s", h->anchor);
    if (h->as.heading.number && *h->as.heading.number)
      (void)snprintf(number, sizeof number, "%.30s%s", h->as.heading.number, w->chinese ? "　" : "  ");
    SX_TRY(entry(w, h->as.heading.level == 1 ? DS_TOC1 : DS_TOC2, mark, number, h,
                 first ? "TOC \\o \"1-2\" \\h \\z \\u" : NULL));
    if (i == last) close_field(w);
    sx_publish__docx_close(w);
    first = false;
  }
  return SX_OK;
}

/* top: the list begins a page. */
static sx_status captions(sx_docx *w, const sx_document_node *const *blocks, size_t n, const char *zh, const char *en,
                          bool top) {
  bool open = false;
  for (size_t i = 0; i < n; i++) {
    const sx_document_node *caption = sx_document_child(blocks[i], SX_DOC_CAPTION);
    char mark[48], before[64], code[64];
    if (!caption || !blocks[i]->anchor || !caption->as.caption.number) continue;
    if (!open) title_of(w, zh, en, top);
    (void)snprintf(mark, sizeof mark, "_Sx_%.30s", blocks[i]->anchor);
    (void)snprintf(before, sizeof before, "%.24s %zu%s", caption->as.caption.word, caption->as.caption.number,
                   w->chinese ? "　" : "  ");
    (void)snprintf(code, sizeof code, "TOC \\h \\z \\c \"%.24s\"", caption->as.caption.word);
    if (open) sx_publish__docx_close(w); /* the field's end stands in the last entry */
    SX_TRY(entry(w, DS_TOF, mark, before, caption, open ? NULL : code));
    open = true;
  }
  if (open) {
    close_field(w);
    sx_publish__docx_close(w);
  }
  return SX_OK;
}

/* Of figures and tables, on one page. Not every program keeps a title with the field below it: a list that goes on overleaf anyway begins there. */
enum { ENTRIES_MOST = 40 };

sx_status sx_publish__docx_contents(sx_docx *w) {
  const sx_document *d = w->document;
  size_t id;
  sx_publish__docx_begin_word(w, &id, "contents");
  SX_TRY(headings(w));
  SX_TRY(captions(w, d->figures, d->n_figures, "图目录", "Figures", false));
  SX_TRY(captions(w, d->tables, d->n_tables, "表目录", "Tables",
                  d->n_figures > 0 && d->n_figures + d->n_tables > ENTRIES_MOST));
  SX_TRY(captions(w, d->boxes, d->n_boxes, "专栏目录", "Boxes", false));
  sx_publish__docx_end_exempt(w, id);
  return sx_buf_status(w->out, w->err);
}
