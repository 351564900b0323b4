/* publish_pdf_float.c: what is done where a figure or a table does not fit into the rest of its page. A figure is drawn a little smaller; or text that
 * follows comes first, and the figure or table heads the next page; or a table that would rather stay whole is parted. Their order among
 * themselves stays, no text moves over a heading of a chapter or section, and over one smaller heading at most. */
#include <math.h>
#include <string.h>

#include "publish_pdf_priv.h"

static const double SMALLEST = 0.85; /* of a drawing's size */
static const double ENOUGH = 0.6;    /* of the room: text that is worth more than a table in one piece */
static const double PART_ROOM = 0.2; /* of a page: that a table is parted for */
static const double PARAGRAPH = 7;   /* points between paragraphs */
enum {
  ROWS = 3,
  LINES = 2,
  GROUPS = 2,
  HEADING_LEVEL = 3
}; /* rows on either side; lines worth a move; moved over at once */

static size_t group_end(const pdf_writer *w, size_t i) {
  const size_t group = w->items[i].group;
  while (i < w->n_items && w->items[i].group == group) i++;
  return i;
}

/* The figure or table of a chunk: at its head, or after headings alone. SIZE_MAX: neither. */
static size_t group_of(const pdf_writer *w, size_t i, size_t to) {
  for (; i < to; i++) {
    if (w->items[i].group) return i;
    if (!w->items[i].of_heading) return SIZE_MAX;
  }
  return SIZE_MAX;
}

/* ---- smaller ----------------------------------------------------------------------------------------------------- */

static bool shrink(pdf_writer *w, const pdf_page *page, size_t i, size_t to, double y) {
  for (size_t k = i; k < to; k++) {
    pdf_item *item = &w->items[k];
    if (item->kind != PDF_DRAWING) continue;
    const pdf_item before = *item;
    for (double times = 0.95; times > SMALLEST - 0.01; times -= 0.05) {
      item->height = before.height * times;
      item->scale = before.scale * times;
      item->x = before.x + before.scale * (1 - times) * before.drawing->width / 2;
      if (sx_publish__pdf_fits(w, page, i, to, y)) return true;
    }
    *item = before;
    return false;
  }
  return false;
}

/* ---- text first -------------------------------------------------------------------------------------------------- */

/* Text that may come before what stands at `from`: [from, result) of lines, while they fit with items [i, at) before them. */
static size_t text_end(pdf_writer *w, const pdf_page *page, size_t i, size_t at, size_t from, double y) {
  const size_t count = at - i;
  size_t headings = count > 0; /* its own heading is the only one */
  size_t end = from;
  while (end < w->n_items) {
    const size_t to = sx_publish__pdf_chunk(w, end);
    for (size_t k = end; k < to; k++) {
      const pdf_item *item = &w->items[k];
      if (item->kind != PDF_LINE || item->group || item->box || item->page_break || item->entry) return end;
      if (!item->heading) continue;
      if (item->heading->as.heading.level < HEADING_LEVEL || headings++ > 0) return end;
    }
    /* as if they stood there already */
    double height = y;
    for (size_t k = i; k < at; k++) height += w->items[k].height + (k == page->from ? 0 : w->items[k].before);
    if (!sx_publish__pdf_fits(w, page, from, to, height)) return end;
    end = to;
  }
  return end;
}

static double height_of(const pdf_writer *w, size_t from, size_t to) {
  double height = 0;
  for (size_t k = from; k < to; k++) height += w->items[k].height + w->items[k].before;
  return height;
}

static bool has_notes(const pdf_writer *w, size_t from, size_t to) {
  for (size_t k = from; k < to; k++) {
    const pdf_item *item = &w->items[k];
    if (item->kind == PDF_LINE && item->text->n_marks) return true;
    for (size_t i = 0; item->kind == PDF_ROW && i < item->row->n_cells; i++) {
      if (item->row->cells[i].text && item->row->cells[i].text->n_marks) return true;
    }
  }
  return false;
}

/* Brings text before what stands at `at`, when it takes that share of the room. */
static sx_status text_first(bool *done, pdf_writer *w, const pdf_page *page, size_t i, size_t at, double y,
                            double share) {
  size_t from = group_end(w, at), end;
  const double room = PDF_DEPTH - page->notes_height - y;
  for (int n = 1; n < GROUPS && from < w->n_items && w->items[from].group && !w->items[from].page_break; n++)
    from = group_end(w, from);
  *done = false;
  if (w->items[at].moved || has_notes(w, at, from)) return SX_OK; /* the numbers of notes go on down the page */
  end = text_end(w, page, i, at, from, y);
  if (end < from + LINES || height_of(w, from, end) < share * room) return SX_OK;
  pdf_item *moved = sx_arena_alloc(w->arena, from - at, sizeof *moved);
  if (!moved) return sx_error_memory(w->err);
  memcpy(moved, w->items + at, (from - at) * sizeof *moved);
  memmove(w->items + at, w->items + from, (end - from) * sizeof *moved);
  for (size_t k = 0; k < from - at; k++) moved[k].moved = true;
  if (!w->items[from].of_heading) w->items[from].before = fmin(w->items[from].before, PARAGRAPH);
  if (end < w->n_items)
    w->items[end].before = fmax(w->items[end].before, moved[0].before); /* the rest of a paragraph */
  memcpy(w->items + at + (end - from), moved, (from - at) * sizeof *moved);
  *done = true;
  return SX_OK;
}

/* ---- in parts ---------------------------------------------------------------------------------------------------- */

static bool is_body(const pdf_item *item) {
  return item->kind == PDF_ROW && item->head;
}

/* Where a table that would rather stay whole is parted: as late as it fits, some rows on either side. SIZE_MAX: nowhere. */
static size_t part_at(pdf_writer *w, const pdf_page *page, size_t i, size_t at, size_t to, double y) {
  size_t found = SIZE_MAX, above = 0, below = 0;
  for (size_t k = at; k < to; k++) below += is_body(&w->items[k]);
  for (size_t k = at; k < to; k++) {
    if (!is_body(&w->items[k])) continue;
    above++, below--;
    if (above >= ROWS && below >= ROWS && w->items[k].soft && sx_publish__pdf_fits(w, page, i, k + 1, y)) found = k + 1;
  }
  return found;
}

sx_status sx_publish__pdf_make_room(bool *done, pdf_writer *w, const pdf_page *page, size_t i, size_t to, double y) {
  const size_t at = group_of(w, i, to);
  const double room = PDF_DEPTH - page->notes_height - y;
  *done = false;
  if (at == SIZE_MAX) return SX_OK;
  const size_t part = room > PART_ROOM * PDF_DEPTH ? part_at(w, page, i, at, to, y) : SIZE_MAX;
  *done = shrink(w, page, i, to, y);
  if (!*done) SX_TRY(text_first(done, w, page, i, at, y, part == SIZE_MAX ? 0 : ENOUGH));
  if (*done || part == SIZE_MAX) return SX_OK;
  w->items[part - 1].keep = false;
  *done = true;
  return SX_OK;
}
