/* publish_pdf_flow.c: blocks of the document as items from top to bottom. A paragraph is its lines: the first two and the last two stay together. */
#include <stdio.h>
#include <string.h>

#include "publish_pdf_priv.h"

/* ---- items ------------------------------------------------------------------------------------------------------- */

pdf_item *sx_publish__pdf_item(pdf_writer *w, pdf_kind kind, double height) {
  void *items = w->items;
  const bool grown = sx_mem_grow(&w->ctx, &items, &w->cap_items, w->n_items + 1, sizeof *w->items);
  w->items = items;
  if (!grown) {
    (void)sx_error_memory(w->err);
    return NULL;
  }
  pdf_item *item = &w->items[w->n_items++];
  *item = (pdf_item){.kind = kind, .x = w->left, .height = height, .before = w->pending, .box = w->box, .bar = w->bar};
  w->pending = 0;
  return item;
}

void sx_publish__pdf_space(pdf_writer *w, double points) {
  if (points > w->pending) w->pending = points;
}

sx_status sx_publish__pdf_put(pdf_writer *w, const pdf_text *text, double x, bool keep, size_t *first) {
  const int n = sx_publish__pdf_lines(text);
  if (first) *first = w->n_items;
  for (int line = 0; line < n; line++) {
    pdf_item *item = sx_publish__pdf_item(w, PDF_LINE, text->face.leading);
    if (!item) return SX_E_MEMORY;
    item->x = x;
    item->text = text;
    item->line = line;
    item->keep = keep || (n > 1 && (line == 0 || line == n - 2));
  }
  return SX_OK;
}

void sx_publish__pdf_group(pdf_writer *w, size_t first) {
  if (w->box || first >= w->n_items) return; /* a box keeps its order */
  w->n_groups++;
  for (size_t i = first; i < w->n_items; i++) w->items[i].group = w->n_groups;
}

/* ---- paragraphs -------------------------------------------------------------------------------------------------- */

static sx_status paragraph(pdf_writer *w, const sx_document_node *node) {
  const double em = w->size;
  const pdf_face face = {.serif = true, .size = em, .leading = em * (w->chinese ? 1.75 : 1.5)};
  const bool indent = w->chinese && !w->box && !w->bullet && !node->as.paragraph.tight && !w->tight;
  const pdf_text *text;
  size_t first;
  SX_TRY(sx_publish__pdf_text(&text, w, node, NULL, &face, w->width, indent ? 2 * em : 0));
  SX_TRY(sx_publish__pdf_put(w, text, w->left, false, &first));
  if (w->bullet && first < w->n_items) {
    const pdf_text *bullet;
    const pdf_face sans = {.size = em, .leading = face.leading};
    SX_TRY(sx_publish__pdf_plain(&bullet, w, w->bullet, strlen(w->bullet) > 3 ? &face : &sans, 40));
    w->items[first].before_text = bullet;
    w->items[first].before_x = w->left - (strlen(w->bullet) > 3 ? 22 : 14);
    w->bullet = NULL;
  }
  sx_publish__pdf_space(w, w->tight || node->as.paragraph.tight ? 2 : w->chinese ? 4 : 7);
  return SX_OK;
}

/* No part of the contents, never at the head of a page of its own. */
static sx_status heading_of_box(pdf_writer *w, const sx_document_node *node) {
  const pdf_face face = {.strong = true, .size = w->size, .leading = w->size * 1.6, .ink = PDF_BLUE};
  const pdf_text *text;
  size_t first;
  SX_TRY(sx_publish__pdf_text(&text, w, node, NULL, &face, w->width, 0));
  sx_publish__pdf_space(w, 6);
  SX_TRY(sx_publish__pdf_put(w, text, w->left, true, &first));
  if (first < w->n_items) w->items[first].anchor = node->anchor;
  sx_publish__pdf_space(w, 3);
  return SX_OK;
}

static sx_status heading(pdf_writer *w, const sx_document_node *node) {
  if (node->parent && node->parent->kind == SX_DOC_BOX) return heading_of_box(w, node);
  static const double sizes[] = {18, 14, 12, 11};
  const int level = node->as.heading.level < 1 ? 1 : node->as.heading.level > 4 ? 4 : node->as.heading.level;
  const double size = sizes[level - 1];
  const pdf_face face = {
      .strong = true, .size = size, .leading = size * 1.45, .ink = level <= 2 ? PDF_BLUE : PDF_BLACK};
  const char *number = node->as.heading.number;
  char before[48] = "";
  const pdf_text *text;
  size_t first;
  if (number && *number) (void)snprintf(before, sizeof before, "%.36s%s", number, w->chinese ? "　" : "  ");
  SX_TRY(sx_publish__pdf_text(&text, w, node, before, &face, w->width, 0));
  sx_publish__pdf_space(w, level == 1 ? 0 : 26 - 4 * level);
  SX_TRY(sx_publish__pdf_put(w, text, w->left, true, &first));
  for (size_t i = first; i < w->n_items; i++) w->items[i].of_heading = true;
  if (first < w->n_items) {
    w->items[first].page_break = level == 1;
    w->items[first].anchor = node->anchor;
    w->items[first].heading = node;
  }
  sx_publish__pdf_space(w, level == 1 ? 14 : 7);
  return SX_OK;
}

static sx_status list(pdf_writer *w, const sx_document_node *node) {
  const double left = w->left, width = w->width;
  const bool tight = w->tight;
  unsigned number = node->as.list.start;
  sx_status status = SX_OK;
  w->left += node->as.list.ordered ? 24 : 18;
  w->width = width - (w->left - left);
  w->tight = true;
  for (const sx_document_node *item = node->first; item && status == SX_OK; item = item->next) {
    w->bullet = node->as.list.ordered ? sx_arena_printf(w->arena, "%u.  ", number++) : "•";
    if (!w->bullet) return sx_error_memory(w->err);
    status = sx_publish__pdf_blocks(w, item);
  }
  w->bullet = NULL;
  w->left = left;
  w->width = width;
  w->tight = tight;
  sx_publish__pdf_space(w, 6);
  return status;
}

/* A box or quotation: a ground behind its lines, a bar at their left. */
static sx_status box(pdf_writer *w, const sx_document_node *node, uint32_t bar) {
  const double left = w->left, width = w->width, size = w->size;
  sx_publish__pdf_space(w, 12);
  const size_t first = w->n_items;
  w->box = ++w->n_boxes;
  w->bar = bar;
  w->left += 14;
  w->width -= 28;
  w->size -= 0.8;
  const sx_status status = sx_publish__pdf_blocks(w, node);
  w->left = left;
  w->width = width;
  w->size = size;
  w->box = 0;
  w->bar = 0;
  if (w->n_items > first) {
    w->items[first].keep = true;
    if (w->n_items > first + 1) w->items[w->n_items - 2].keep = true; /* no last line alone */
    if (!w->items[first].anchor) w->items[first].anchor = node->anchor;
    w->items[w->n_items - 1].tail = 8;
    w->items[w->n_items - 1].height += 8;
  }
  w->pending = 0;
  sx_publish__pdf_space(w, 14);
  return status;
}

static sx_status code_block(pdf_writer *w, const sx_document_node *node) {
  const pdf_face face = {.size = 8.5, .leading = 12.5};
  for (const sx_document_node *child = node->first; child; child = child->next) {
    const pdf_text *text;
    const size_t n = strlen(child->text);
    char *lines = sx_arena_strndup(w->arena, child->text, n && child->text[n - 1] == '\n' ? n - 1 : n);
    if (!lines) return sx_error_memory(w->err);
    SX_TRY(sx_publish__pdf_plain(&text, w, lines, &face, w->width - 24));
    SX_TRY(sx_publish__pdf_put(w, text, w->left + 24, false, NULL));
  }
  sx_publish__pdf_space(w, 8);
  return SX_OK;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

sx_status sx_publish__pdf_caption(pdf_writer *w, const sx_document_node *node, bool keep) {
  const pdf_face face = {.strong = true, .size = 9.5, .leading = 15};
  char before[64] = "";
  const pdf_text *text;
  size_t first;
  if (node->as.caption.number)
    (void)snprintf(before, sizeof before, "%.24s %zu%s", node->as.caption.word ? node->as.caption.word : "",
                   node->as.caption.number, w->chinese ? "　" : "  ");
  SX_TRY(sx_publish__pdf_text(&text, w, node, before, &face, w->width, 0));
  return sx_publish__pdf_put(w, text, w->left, keep, &first);
}

static sx_status box_title(pdf_writer *w, const sx_document_node *node) {
  SX_TRY(sx_publish__pdf_caption(w, node, true));
  sx_publish__pdf_space(w, 5);
  return SX_OK;
}

sx_status sx_publish__pdf_foot(pdf_writer *w, const sx_document_node *node, bool keep) {
  const pdf_face face = {.size = 8, .leading = 12, .ink = PDF_SOFT};
  const pdf_text *text;
  SX_TRY(sx_publish__pdf_text(&text, w, node, NULL, &face, w->width, 0));
  return sx_publish__pdf_put(w, text, w->left, keep, NULL);
}

static sx_status drawing(pdf_writer *w, const sx_document_node *node, bool keep) {
  sx_drawing *d = NULL;
  void *list = w->drawings;
  const bool grown = sx_mem_grow(&w->ctx, &list, &w->cap_drawings, w->n_drawings + 1, sizeof *w->drawings);
  w->drawings = list;
  if (!grown) return sx_error_memory(w->err);
  SX_TRY(sx_chart_draw(&d, &w->ctx, node->as.figure->chart, SX_CHART_WIDE_WIDTH, w->err));
  w->drawings[w->n_drawings++] = d;
  double scale = w->width / d->width;
  if (d->height * scale > 0.8 * PDF_DEPTH) scale = 0.8 * PDF_DEPTH / d->height;
  pdf_item *item = sx_publish__pdf_item(w, PDF_DRAWING, d->height * scale);
  if (!item) return SX_E_MEMORY;
  item->drawing = d;
  item->scale = scale;
  item->keep = keep;
  item->x = w->left + (w->width - d->width * scale) / 2;
  return SX_OK;
}

/* The caption stands below a figure. */
static sx_status figure(pdf_writer *w, const sx_document_node *node) {
  static const sx_document_kind order[] = {SX_DOC_UNIT_LINE, SX_DOC_DRAWING, SX_DOC_EMPTY,
                                           SX_DOC_CAPTION,   SX_DOC_NOTE,    SX_DOC_SOURCE};
  const bool tight = w->tight;
  sx_publish__pdf_space(w, 12);
  const size_t first = w->n_items;
  w->tight = true;
  for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
    for (const sx_document_node *child = node->first; child; child = child->next) {
      if (child->kind != order[k]) continue;
      if (child->kind == SX_DOC_DRAWING)
        SX_TRY(drawing(w, child, true));
      else if (child->kind == SX_DOC_CAPTION)
        SX_TRY(sx_publish__pdf_caption(w, child, true));
      else
        SX_TRY(sx_publish__pdf_foot(w, child, true));
      sx_publish__pdf_space(w, child->kind == SX_DOC_DRAWING ? 3 : 0);
    }
  }
  w->tight = tight;
  if (w->n_items > first) {
    w->items[first].anchor = node->anchor;
    w->items[w->n_items - 1].keep = false;
    sx_publish__pdf_group(w, first);
  }
  sx_publish__pdf_space(w, 14);
  return SX_OK;
}

/* ---- two languages ----------------------------------------------------------------------------------------------- */

/* The items of one side, taken out of the list. */
static sx_status side_items(pdf_item **out, size_t *n, pdf_writer *w, const sx_document_node *side) {
  const size_t first = w->n_items;
  w->pending = 0;
  SX_TRY(sx_publish__pdf_blocks(w, side));
  *n = w->n_items - first;
  *out = sx_arena_alloc(w->arena, *n + 1, sizeof **out);
  if (!*out) return sx_error_memory(w->err);
  if (*n) memcpy(*out, w->items + first, *n * sizeof **out);
  w->n_items = first;
  return SX_OK;
}

/* Line beside line, so that a page may end after any. */
static sx_status zip(pdf_writer *w, pdf_item *const items[2], const size_t n[2]) {
  for (size_t k = 0; k < n[0] || k < n[1]; k++) {
    pdf_item *sides[2] = {k < n[0] ? &items[0][k] : NULL, k < n[1] ? &items[1][k] : NULL};
    double height = 0, before = 0;
    bool keep = false;
    for (int s = 0; s < 2; s++) {
      if (!sides[s]) continue;
      if (sides[s]->height > height) height = sides[s]->height;
      if (sides[s]->before > before) before = sides[s]->before;
      keep = keep || sides[s]->keep;
    }
    pdf_item *item = sx_publish__pdf_item(w, PDF_PAIR, height);
    if (!item) return SX_E_MEMORY;
    if (k) item->before = before;
    item->sides[0] = sides[0];
    item->sides[1] = sides[1];
    item->keep = keep;
  }
  return SX_OK;
}

static sx_status pair(pdf_writer *w, const sx_document_node *node) {
  const double left = w->left, width = w->width, size = w->size, half = (width - 20) / 2, due = w->pending;
  const bool chinese = w->chinese;
  pdf_item *items[2] = {NULL, NULL};
  size_t n[2] = {0, 0};
  int s = 0;
  w->width = half;
  w->size = size - 0.8;
  for (const sx_document_node *side = node->first; side && s < 2; side = side->next, s++) {
    w->left = left + s * (half + 20);
    w->chinese = side->lang == SX_LANG_ZH;
    SX_TRY(side_items(&items[s], &n[s], w, side));
  }
  w->left = left;
  w->width = width;
  w->size = size;
  w->chinese = chinese;
  w->pending = due;
  SX_TRY(zip(w, items, n));
  sx_publish__pdf_space(w, 6);
  return SX_OK;
}

/* ---- all blocks -------------------------------------------------------------------------------------------------- */

static sx_status rule(pdf_writer *w) {
  sx_publish__pdf_space(w, 8);
  if (!sx_publish__pdf_item(w, PDF_RULE, 1)) return SX_E_MEMORY;
  sx_publish__pdf_space(w, 8);
  return SX_OK;
}

static sx_status block(pdf_writer *w, const sx_document_node *node) {
  static const uint32_t bars[] = {0x1F4E9E, 0x1F3864, 0x00664B, 0xB34700};
  switch ((int)node->kind) {
  case SX_DOC_COVER:
    return sx_publish__pdf_cover(w, node);
  case SX_DOC_HEADING:
    return heading(w, node);
  case SX_DOC_PARAGRAPH:
    return paragraph(w, node);
  case SX_DOC_LIST:
    return list(w, node);
  case SX_DOC_QUOTE:
    return box(w, node, 0);
  case SX_DOC_BOX:
    return box(w, node, bars[node->as.box.kind]);
  case SX_DOC_PAIR:
    return pair(w, node);
  case SX_DOC_CAPTION: /* of a box: others are placed by what they belong to */
    return box_title(w, node);
  case SX_DOC_CODE_BLOCK:
    return code_block(w, node);
  case SX_DOC_RULE:
    return rule(w);
  case SX_DOC_TABLE:
    return node->as.table->role == SX_DOC_TABLE_DATA ? SX_OK : sx_publish__pdf_table(w, node);
  case SX_DOC_FIGURE:
    return figure(w, node);
  case SX_DOC_FOOTNOTES:
    return SX_OK; /* at the foot of the page of each */
  default:
    return sx_document_is_block(node->kind) ? sx_publish__pdf_blocks(w, node) : SX_OK;
  }
}

sx_status sx_publish__pdf_blocks(pdf_writer *w, const sx_document_node *node) {
  for (const sx_document_node *child = node->first; child; child = child->next) {
    SX_TRY(sx_ctx_poll(&w->ctx, w->err));
    SX_TRY(block(w, child));
  }
  return SX_OK;
}
