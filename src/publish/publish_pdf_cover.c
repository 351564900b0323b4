/* publish_pdf_cover.c: the cover, and the lists of contents behind it; their page numbers are set when the pages are known. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "publish_pdf_priv.h"

/* ---- the cover --------------------------------------------------------------------------------------------------- */

static sx_status line(pdf_writer *w, const sx_document_node *node, const pdf_face *face, double above) {
  const pdf_text *text;
  SX_TRY(sx_publish__pdf_text(&text, w, node, NULL, face, w->width, 0));
  sx_publish__pdf_space(w, above);
  return sx_publish__pdf_put(w, text, w->left, true, NULL);
}

/* A word that says what it is, then the text. */
static sx_status named(pdf_writer *w, const sx_document_node *node, const pdf_face *face) {
  char before[120] = "";
  const pdf_text *text;
  if (node->text) (void)snprintf(before, sizeof before, "%.90s%s", node->text, w->chinese ? "　" : "  ");
  SX_TRY(sx_publish__pdf_text(&text, w, node, before, face, w->width, 0));
  return sx_publish__pdf_put(w, text, w->left, true, NULL);
}

static sx_status synthetic(pdf_writer *w, const sx_document_node *node) {
  const pdf_face face = {.size = 9.5, .leading = 15, .ink = PDF_RED};
  const double left = w->left, width = w->width;
  sx_publish__pdf_space(w, 22);
  const size_t first = w->n_items;
  w->left += 14;
  w->width -= 28;
  w->box = ++w->n_boxes;
  const sx_status status = named(w, node, &face);
  w->left = left;
  w->width = width;
  w->box = 0;
  if (w->n_items > first) {
    w->items[w->n_items - 1].tail = 8;
    w->items[w->n_items - 1].height += 8;
  }
  sx_publish__pdf_space(w, 22);
  return status;
}

/* Up to four beside one another, as a row without rules. */
static sx_status key_row(pdf_writer *w, const sx_document_node *first, size_t n) {
  static const sx_document_kind parts[] = {SX_DOC_KEY_LABEL, SX_DOC_KEY_VALUE, SX_DOC_KEY_NOTE};
  static const pdf_face faces[] = {{.size = 9, .leading = 14, .ink = PDF_SOFT},
                                   {.strong = true, .size = 18, .leading = 27, .ink = PDF_BLUE},
                                   {.size = 8, .leading = 12, .ink = PDF_SOFT}};
  const double width = w->width / (double)n;
  for (size_t k = 0; k < 3; k++) {
    pdf_row *row = sx_arena_zalloc(w->arena, 1, sizeof *row);
    if (row) row->cells = sx_arena_zalloc(w->arena, n, sizeof *row->cells);
    if (!row || !row->cells) return sx_error_memory(w->err);
    const sx_document_node *figure = first;
    for (size_t i = 0; i < n && figure; i++, figure = figure->next) {
      const sx_document_node *part = sx_document_child(figure, parts[k]);
      const pdf_text *text;
      if (!part) continue;
      SX_TRY(sx_publish__pdf_text(&text, w, part, NULL, &faces[k], width - 8, 0));
      const double height = sx_publish__pdf_lines(text) * faces[k].leading;
      if (height > row->height) row->height = height;
      row->cells[row->n_cells++] = (pdf_cell){.text = text, .x = (double)i * width, .width = width - 8};
    }
    for (size_t i = 0; i < row->n_cells; i++) row->cells[i].height = row->height;
    pdf_item *item = sx_publish__pdf_item(w, PDF_ROW, row->height);
    if (!item) return SX_E_MEMORY;
    item->row = row;
    item->keep = true;
  }
  return SX_OK;
}

static sx_status key_figures(pdf_writer *w, const sx_document_node *node) {
  size_t n = 0;
  for (const sx_document_node *figure = node->first; figure; figure = figure->next) n++;
  sx_publish__pdf_space(w, 24);
  const sx_document_node *figure = node->first;
  while (n) {
    const size_t across = n > 4 ? 4 : n;
    SX_TRY(key_row(w, figure, across));
    for (size_t i = 0; i < across; i++) figure = figure->next;
    n -= across;
    sx_publish__pdf_space(w, 12);
  }
  sx_publish__pdf_space(w, 24);
  return SX_OK;
}

/* The title on one line where that asks for no type smaller than its least. */
static sx_status title_line(pdf_writer *w, const sx_document_node *node) {
  const double most = 26, least = 19;
  pdf_face face = {.strong = true, .size = most, .leading = 38, .ink = PDF_BLUE};
  const pdf_text *text;
  SX_TRY(sx_publish__pdf_text(&text, w, node, NULL, &face, 10 * w->width, 0));
  const double one = sx_publish__pdf_width(text);
  if (one > w->width && one * least <= 0.99 * w->width * most)
    face.size = floor(0.99 * most * w->width / one * 10) / 10;
  return line(w, node, &face, sx_document_child(node->parent, SX_DOC_PUBLISHER) ? 120 : 0);
}

static sx_status part_of(pdf_writer *w, const sx_document_node *part) {
  static const pdf_face subtitle = {.size = 13, .leading = 20, .ink = PDF_SOFT},
                        plain = {.size = 9.5, .leading = 15, .ink = PDF_SOFT}, publisher = {.size = 11, .leading = 17};
  switch ((int)part->kind) {
  case SX_DOC_PUBLISHER:
    return line(w, part, &publisher, 0);
  case SX_DOC_TITLE:
    return title_line(w, part);
  case SX_DOC_SUBTITLE:
    return line(w, part, &subtitle, 8);
  case SX_DOC_DATE:
    return line(w, part, &publisher, 14);
  case SX_DOC_SYNTHETIC:
    return synthetic(w, part);
  case SX_DOC_KEY_FIGURES:
    return key_figures(w, part);
  case SX_DOC_DESIGN:
    sx_publish__pdf_space(w, 10);
    return named(w, part, &plain);
  default:
    return line(w, part, &plain, 10);
  }
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

/* A word of ours: of both languages where the report is. */
static const char *in_words(pdf_writer *w, const char *zh, const char *en) {
  const char *both = w->document->second ? sx_arena_printf(w->arena, "%s %s", zh, en) : NULL;
  return both ? both : w->chinese ? zh : en;
}

static sx_status list_title(pdf_writer *w, const char *zh, const char *en, bool page_break) {
  const pdf_face face = {.strong = true, .size = 15, .leading = 22, .ink = PDF_BLUE};
  const pdf_text *text;
  size_t first;
  SX_TRY(sx_publish__pdf_plain(&text, w, in_words(w, zh, en), &face, w->width));
  sx_publish__pdf_space(w, 20);
  SX_TRY(sx_publish__pdf_put(w, text, w->left, true, &first));
  w->items[first].page_break = page_break;
  sx_publish__pdf_space(w, 8);
  return SX_OK;
}

/* One entry: its lines end before the page number, which stands on the last. A copy of the node without tags and footnotes is read. */
static sx_status entry(pdf_writer *w, const sx_document_node *node, const char *before, const char *anchor,
                       double indent, bool strong) {
  const pdf_face face = {.strong = strong, .size = 9.8, .leading = 16.5};
  sx_buf plain;
  const pdf_text *text;
  size_t first;
  sx_buf_init(&plain, &w->ctx);
  sx_buf_add(&plain, before);
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->kind != SX_DOC_TAG) sx_document_plain(&plain, child);
  }
  sx_status status = sx_buf_status(&plain, w->err);
  if (status == SX_OK) status = sx_publish__pdf_plain(&text, w, plain.data, &face, w->width - indent - 36);
  sx_buf_clear(&plain);
  SX_TRY(status);
  if (strong) sx_publish__pdf_space(w, 4);
  SX_TRY(sx_publish__pdf_put(w, text, w->left + indent, false, &first));
  if (w->n_items > first) w->items[w->n_items - 1].entry = anchor;
  return SX_OK;
}

static sx_status headings(pdf_writer *w) {
  const sx_document *d = w->document;
  bool any = false;
  for (size_t i = 0; i < d->n_headings; i++) {
    const sx_document_node *h = d->headings[i];
    char before[48] = "";
    if (h->as.heading.level > 2 || !h->anchor) continue;
    if (!any) SX_TRY(list_title(w, "目录", "Contents", true));
    any = true;
    if (h->as.heading.number && *h->as.heading.number)
      (void)snprintf(before, sizeof before, "%.36s%s", h->as.heading.number, w->chinese ? "　" : "  ");
    SX_TRY(entry(w, h, before, h->anchor, h->as.heading.level == 1 ? 0 : 18, h->as.heading.level == 1));
  }
  return SX_OK;
}

static sx_status captions(pdf_writer *w, const sx_document_node *const *blocks, size_t n, const char *zh,
                          const char *en) {
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    const sx_document_node *caption = sx_document_child(blocks[i], SX_DOC_CAPTION);
    char before[64];
    if (!caption || !caption->as.caption.number || !blocks[i]->anchor) continue;
    if (!any) SX_TRY(list_title(w, zh, en, false));
    any = true;
    (void)snprintf(before, sizeof before, "%.24s %zu%s", caption->as.caption.word ? caption->as.caption.word : "",
                   caption->as.caption.number, w->chinese ? "　" : "  ");
    SX_TRY(entry(w, caption, before, blocks[i]->anchor, 0, false));
  }
  return SX_OK;
}

sx_status sx_publish__pdf_cover(pdf_writer *w, const sx_document_node *node) {
  pdf_item *above = sx_publish__pdf_item(w, PDF_SPACE, sx_document_child(node, SX_DOC_PUBLISHER) ? 10 : 140);
  if (!above) return SX_E_MEMORY;
  above->keep = true;
  for (const sx_document_node *part = node->first; part; part = part->next) SX_TRY(part_of(w, part));
  if (w->n_items) w->items[w->n_items - 1].keep = false;
  SX_TRY(headings(w));
  SX_TRY(captions(w, w->document->figures, w->document->n_figures, "图目录", "Figures"));
  SX_TRY(captions(w, w->document->tables, w->document->n_tables, "表目录", "Tables"));
  return captions(w, w->document->boxes, w->document->n_boxes, "专栏目录", "Boxes");
}
