/* publish_pdf_page.c: pages cut from the list of items. Items that keep together form a chunk; a page takes chunks while they fit, with the footnotes that they bring.
 * A chunk that no page holds is parted where the page ends; a figure or table that a page has no room for may let text come first (publish_pdf_float.c). */
#include <string.h>

#include "publish_pdf_priv.h"

/* ---- footnotes --------------------------------------------------------------------------------------------------- */

static sx_status make_note(pdf_writer *w, const sx_document_node *node) {
  const pdf_face face = {.size = 8, .leading = 12.2};
  pdf_note *note = &w->notes[node->as.footnote.number - 1];
  const pdf_text *text;
  char number[24];
  char digits[24];
  size_t n = 0, k = 0;
  for (size_t v = node->as.footnote.number; v; v /= 10) digits[n++] = (char)('0' + v % 10);
  while (n) number[k++] = digits[--n];
  memcpy(number + k, "  ", 3);
  SX_TRY(sx_publish__pdf_text(&text, w, node, number, &face, PDF_TEXT, 0));
  *note = (pdf_note){node->anchor, text, sx_publish__pdf_lines(text) * face.leading + 1, 0};
  return SX_OK;
}

sx_status sx_publish__pdf_notes(pdf_writer *w) {
  const sx_document_node *root = w->document->root;
  for (const sx_document_node *n = root; n; n = sx_document_next(root, n)) {
    const sx_document_node *note = n->kind == SX_DOC_FOOTNOTE ? n : NULL;
    if (note && note->as.footnote.number > w->n_notes) w->n_notes = note->as.footnote.number;
  }
  w->notes = sx_arena_zalloc(w->arena, w->n_notes + 1, sizeof *w->notes);
  if (!w->notes) return sx_error_memory(w->err);
  for (const sx_document_node *n = root; n; n = sx_document_next(root, n)) {
    if (n->kind == SX_DOC_FOOTNOTE && n->as.footnote.number) SX_TRY(make_note(w, n));
  }
  return SX_OK;
}

/* Notes that an item brings: each is handed over once. */
typedef struct bring {
  pdf_writer *w;
  size_t list[64], n;
  double height;
} bring;

static void bring_marks(bring *b, const pdf_text *text, int from, int to) {
  for (size_t i = 0; i < text->n_marks; i++) {
    const pdf_mark *m = &text->marks[i];
    if (m->at < from || m->at >= to || !m->number || m->number > b->w->n_notes) continue;
    const pdf_note *note = &b->w->notes[m->number - 1];
    bool known = !note->text || note->page || b->n == sizeof b->list / sizeof *b->list;
    for (size_t k = 0; k < b->n; k++) known = known || b->list[k] == m->number;
    if (known) continue;
    b->list[b->n++] = m->number;
    b->height += note->height;
  }
}

static void bring_item(bring *b, const pdf_item *item) {
  for (int s = 0; s < 2; s++) {
    if (item->sides[s]) bring_item(b, item->sides[s]);
  }
  if (item->kind == PDF_LINE && item->text->n_marks) {
    const PangoLayoutLine *line = pango_layout_get_line_readonly(item->text->layout, item->line);
    if (line) bring_marks(b, item->text, line->start_index, line->start_index + line->length + 1);
  }
  for (size_t i = 0; item->kind == PDF_ROW && i < item->row->n_cells; i++) {
    if (item->row->cells[i].text) bring_marks(b, item->row->cells[i].text, 0, 1 << 30);
  }
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static sx_status place(pdf_writer *w, const char *anchor, size_t page, double x, double y) {
  void *p = w->places;
  const bool grown = sx_mem_grow(&w->ctx, &p, &w->cap_places, w->n_places + 1, sizeof *w->places);
  w->places = p;
  if (!grown) return sx_error_memory(w->err);
  w->places[w->n_places++] = (pdf_place){anchor, page, x, y};
  return SX_OK;
}

const pdf_place *sx_publish__pdf_place(const pdf_writer *w, const char *anchor) {
  for (size_t i = 0; i < w->n_places; i++) {
    if (strcmp(w->places[i].anchor, anchor) == 0) return &w->places[i];
  }
  return NULL;
}

static sx_status open_page(pdf_page **out, pdf_writer *w, size_t from, double *y) {
  void *p = w->pages;
  const bool grown = sx_mem_grow(&w->ctx, &p, &w->cap_pages, w->n_pages + 1, sizeof *w->pages);
  w->pages = p;
  if (!grown) return sx_error_memory(w->err);
  *out = &w->pages[w->n_pages++];
  **out = (pdf_page){.from = from, .to = from, .head = w->items[from].head};
  *y = (*out)->head ? (*out)->head->height : 0;
  return SX_OK;
}

size_t sx_publish__pdf_chunk(const pdf_writer *w, size_t i) {
  while (i + 1 < w->n_items && w->items[i].keep && !w->items[i + 1].page_break) i++;
  return i + 1;
}

static double item_height(const pdf_item *item, bool first) {
  return item->height + (first ? 0 : item->before);
}

static sx_status take_item(pdf_writer *w, pdf_page *page, size_t i, double *y) {
  pdf_item *item = &w->items[i];
  bring b = {.w = w};
  if (i != page->from) *y += item->before;
  item->page = w->n_pages;
  item->y = *y;
  *y += item->height;
  page->to = i + 1;
  for (int s = 0; s < 2; s++) {
    if (item->sides[s] && item->sides[s]->anchor)
      SX_TRY(place(w, item->sides[s]->anchor, item->page, PDF_LEFT, PDF_TOP + item->y));
  }
  if (item->anchor) SX_TRY(place(w, item->anchor, item->page, PDF_LEFT, PDF_TOP + item->y));
  bring_item(&b, item);
  for (size_t k = 0; k < b.n; k++) {
    if (!sx_arena_grow(w->arena, (void **)&page->notes, &page->cap_notes, page->n_notes + 1, sizeof *page->notes))
      return sx_error_memory(w->err);
    page->notes[page->n_notes++] = b.list[k];
    w->notes[b.list[k] - 1].page = w->n_pages;
    page->notes_height += w->notes[b.list[k] - 1].height + (page->n_notes == 1 ? PDF_NOTES_GAP : 0);
  }
  return SX_OK;
}

bool sx_publish__pdf_fits(pdf_writer *w, const pdf_page *page, size_t i, size_t to, double y) {
  bring b = {.w = w};
  for (size_t k = i; k < to; k++) {
    y += item_height(&w->items[k], k == page->from);
    bring_item(&b, &w->items[k]);
  }
  const double gap = b.n && !page->n_notes ? PDF_NOTES_GAP : 0;
  return y + page->notes_height + b.height + gap <= PDF_DEPTH + 0.01;
}

static sx_status fill_page(pdf_writer *w, pdf_page *page, size_t *i, double y) {
  size_t settled = 0;
  while (*i < w->n_items) {
    if (*i != page->from && w->items[*i].page_break) return SX_OK;
    const size_t to = sx_publish__pdf_chunk(w, *i);
    if (sx_publish__pdf_fits(w, page, *i, to, y)) {
      for (; *i < to; ++*i) SX_TRY(take_item(w, page, *i, &y));
      continue;
    }
    bool more = false;
    if (*i != page->from && *i >= settled) {
      SX_TRY(sx_publish__pdf_make_room(&more, w, page, *i, to, y));
      if (more) settled = sx_publish__pdf_chunk(w, *i); /* each chunk once: what has moved does not move on */
    }
    if (more) continue;
    if (*i != page->from) return SX_OK;
    /* too much for any page: as much as there is room for, at least one item */
    do {
      SX_TRY(take_item(w, page, *i, &y));
      ++*i;
    } while (*i < to && sx_publish__pdf_fits(w, page, *i, *i + 1, y));
    return SX_OK;
  }
  return SX_OK;
}

sx_status sx_publish__pdf_cut(pdf_writer *w) {
  for (size_t i = 0; i < w->n_items;) {
    pdf_page *page = NULL;
    double y = 0;
    SX_TRY(open_page(&page, w, i, &y));
    SX_TRY(fill_page(w, page, &i, y));
    double at = PDF_TOP + PDF_DEPTH - page->notes_height + PDF_NOTES_GAP;
    for (size_t k = 0; k < page->n_notes; k++) {
      const pdf_note *note = &w->notes[page->notes[k] - 1];
      if (note->anchor) SX_TRY(place(w, note->anchor, w->n_pages, PDF_LEFT, at));
      at += note->height;
    }
  }
  return SX_OK;
}
