/* publish_pdf_draw.c: the pages drawn: texts line by line, rows with their rules, drawings, the grounds of boxes; links, their places and the outline. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "publish_pdf_priv.h"

static void colour(cairo_t *cr, uint32_t rgb) {
  cairo_set_source_rgb(cr, (double)(rgb >> 16 & 0xFF) / 255, (double)(rgb >> 8 & 0xFF) / 255,
                       (double)(rgb & 0xFF) / 255);
}

static void stroke(cairo_t *cr, double x0, double x1, double y, double width, uint32_t rgb) {
  colour(cr, rgb);
  cairo_set_line_width(cr, width);
  cairo_move_to(cr, x0, y);
  cairo_line_to(cr, x1, y);
  cairo_stroke(cr);
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void quoted(sx_buf *out, const char *text) {
  for (; *text; text++) {
    if (*text == '\'' || *text == '\\') sx_buf_add_char(out, '\\');
    if ((unsigned char)*text >= 0x20) sx_buf_add_char(out, *text);
  }
}

static sx_status link_over(pdf_writer *w, cairo_t *cr, const pdf_link *link, double x, double y, double width,
                           double height) {
  sx_buf tag;
  if (link->target && !sx_publish__pdf_place(w, link->target)) return SX_OK;
  sx_buf_init(&tag, &w->ctx);
  sx_buf_printf(&tag, "rect=[%.2f %.2f %.2f %.2f] %s='", x, y, width, height, link->target ? "dest" : "uri");
  quoted(&tag, link->target ? link->target : link->uri);
  sx_buf_add_char(&tag, '\'');
  const sx_status status = sx_buf_status(&tag, w->err);
  if (status == SX_OK) {
    cairo_tag_begin(cr, CAIRO_TAG_LINK, tag.data);
    cairo_tag_end(cr, CAIRO_TAG_LINK);
  }
  sx_buf_clear(&tag);
  return status;
}

static sx_status links_of_line(pdf_writer *w, cairo_t *cr, const pdf_text *text, PangoLayoutLine *line, double x,
                               double y) {
  for (size_t i = 0; i < text->n_links; i++) {
    const pdf_link *link = &text->links[i];
    const int from = link->from > line->start_index ? link->from : line->start_index;
    const int end = line->start_index + line->length, to = link->to < end ? link->to : end;
    int *ranges = NULL, n = 0;
    if (from >= to) continue;
    pango_layout_line_get_x_ranges(line, from, to, &ranges, &n);
    sx_status status = SX_OK;
    for (int k = 0; k < n && status == SX_OK; k++)
      status = link_over(w, cr, link, x + (double)ranges[2 * k] / PANGO_SCALE, y,
                         (double)(ranges[2 * k + 1] - ranges[2 * k]) / PANGO_SCALE, text->face.leading);
    g_free(ranges);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static double baseline(const pdf_text *text, int line) {
  return (line + 0.5) * text->face.leading + 0.36 * text->face.size;
}

static void draw_digits(cairo_t *cr, const pdf_text *text, int from, int to, double x, double y) {
  for (int i = from; i < to && i < text->n_lines; i++) {
    const pdf_digit_line *line = &text->lines[i];
    colour(cr, sx_publish__pdf_ink(line->ink));
    cairo_move_to(cr, x + (double)sx_publish__pdf_start(text, false, line->width) / PANGO_SCALE,
                  y + baseline(text, i - from));
    sx_publish__pdf_digits_show(cr, line);
  }
}

/* Lines [from, to) of a text, the first with its upper edge at y. */
static sx_status draw_lines(pdf_writer *w, cairo_t *cr, const pdf_text *text, int from, int to, double x, double y) {
  if (text->lines) {
    draw_digits(cr, text, from, to, x, y);
    return SX_OK;
  }
  PangoLayoutIter *iter = pango_layout_get_iter(text->layout);
  sx_status status = SX_OK;
  colour(cr, 0x1A1A1A);
  int line = 0;
  do {
    if (line >= from && line < to) {
      PangoRectangle logical;
      PangoLayoutLine *l = pango_layout_iter_get_line_readonly(iter);
      const double top = y + (line - from) * text->face.leading;
      pango_layout_iter_get_line_extents(iter, NULL, &logical);
      const bool rtl = l->resolved_dir == PANGO_DIRECTION_RTL;
      const int start = text->indent > 0 ? logical.x : sx_publish__pdf_start(text, rtl, logical.width);
      cairo_move_to(cr, x + (double)start / PANGO_SCALE, y + baseline(text, line - from));
      pango_cairo_show_layout_line(cr, l);
      status = links_of_line(w, cr, text, l, x + (double)(start - logical.x) / PANGO_SCALE, top);
    }
    line++;
  } while (status == SX_OK && line < to && pango_layout_iter_next_line(iter));
  pango_layout_iter_free(iter);
  return status;
}

static sx_status draw_all(pdf_writer *w, cairo_t *cr, const pdf_text *text, double x, double y) {
  return draw_lines(w, cr, text, 0, sx_publish__pdf_lines(text), x, y);
}

static sx_status draw_row(pdf_writer *w, cairo_t *cr, const pdf_row *row, double x, double y) {
  for (size_t i = 0; i < row->n_cells; i++) {
    const pdf_cell *c = &row->cells[i];
    const int to = c->text && !c->to ? sx_publish__pdf_lines(c->text) : c->to;
    const double own = c->text ? (to - c->from) * c->text->face.leading : 0;
    const double above = c->bottom ? c->height - own - PDF_PAD : fmin(PDF_PAD, (c->height - own) / 2);
    if (c->text) SX_TRY(draw_lines(w, cr, c->text, c->from, to, x + c->x, y + fmax(0, above)));
  }
  for (size_t i = 0; i < row->n_rules; i++)
    stroke(cr, x + row->rules[i].x0, x + row->rules[i].x1, y + row->rules[i].y, row->rules[i].width, 0x1A1A1A);
  return SX_OK;
}

static sx_status draw_head(pdf_writer *w, cairo_t *cr, const pdf_head *head) {
  double y = PDF_TOP;
  if (head->caption) {
    SX_TRY(draw_all(w, cr, head->caption, head->x, y));
    y += head->caption->face.leading;
  }
  for (size_t i = 0; i < head->n_rows; i++) {
    SX_TRY(draw_row(w, cr, &head->rows[i], head->x, y));
    y += head->rows[i].height;
  }
  return SX_OK;
}

/* The page number of an entry of the contents, with dots up to it. */
static sx_status draw_entry(pdf_writer *w, cairo_t *cr, const pdf_item *item, double y) {
  const pdf_place *place = sx_publish__pdf_place(w, item->entry);
  const pdf_face face = {.size = item->text->face.size, .leading = item->text->face.leading, .align = SX_DOC_ALIGN_END};
  char number[24];
  const pdf_text *text;
  if (!place) return SX_OK;
  (void)snprintf(number, sizeof number, "%zu", place->page);
  SX_TRY(sx_publish__pdf_plain(&text, w, number, &face, 36));
  SX_TRY(draw_all(w, cr, text, PDF_LEFT + PDF_TEXT - 36, y));
  const double from = item->x + sx_publish__pdf_line_width(item->text, item->line) + 6,
               to = PDF_LEFT + PDF_TEXT - sx_publish__pdf_width(text) - 6;
  const double dots[] = {0.1, 3.4};
  cairo_save(cr);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_dash(cr, dots, 2, 0);
  if (to > from) stroke(cr, from, to, y + 0.5 * face.leading + 0.34 * face.size, 0.8, 0x8C8C8C);
  cairo_restore(cr);
  const pdf_link link = {0, 0, item->entry, NULL};
  return link_over(w, cr, &link, item->x, y, PDF_LEFT + PDF_TEXT - item->x, face.leading);
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

static void ground(cairo_t *cr, const pdf_page *page, const pdf_item *items, size_t i) {
  const pdf_item *item = &items[i];
  const bool joined = i > page->from && items[i - 1].box == item->box;
  const bool whole = i == page->from && page->head; /* a table's head stands above, on the same ground */
  const double top = whole ? PDF_TOP - 7 : PDF_TOP + item->y - (joined ? item->before + 0.2 : 7);
  const bool goes_on = i + 1 < page->to && items[i + 1].box == item->box;
  const double bottom = PDF_TOP + item->y + item->height + (goes_on || item->tail > 0 ? 0 : 4);
  colour(cr, 0xF2F5FA);
  cairo_rectangle(cr, PDF_LEFT, top, PDF_TEXT, bottom - top);
  cairo_fill(cr);
  colour(cr, item->bar ? item->bar : 0x1F3864);
  cairo_rectangle(cr, PDF_LEFT, top, 3, bottom - top);
  cairo_fill(cr);
  if (!item->bar) return;
  const uint32_t hair = 0xC9D3E3;
  if (!joined) stroke(cr, PDF_LEFT + 3, PDF_LEFT + PDF_TEXT, top, 0.4, hair);
  if (!goes_on) stroke(cr, PDF_LEFT + 3, PDF_LEFT + PDF_TEXT, bottom, 0.4, hair);
  colour(cr, hair);
  cairo_rectangle(cr, PDF_LEFT + PDF_TEXT - 0.4, top, 0.4, bottom - top);
  cairo_fill(cr);
}

static sx_status draw_item(pdf_writer *w, cairo_t *cr, const pdf_item *item) {
  const double y = PDF_TOP + item->y;
  switch (item->kind) {
  case PDF_LINE:
    if (item->before_text) SX_TRY(draw_all(w, cr, item->before_text, item->before_x, y));
    SX_TRY(draw_lines(w, cr, item->text, item->line, item->line + 1, item->x, y));
    return item->entry ? draw_entry(w, cr, item, y) : SX_OK;
  case PDF_ROW:
    return draw_row(w, cr, item->row, item->x, y);
  case PDF_DRAWING: {
    if (!w->fonts) SX_TRY(sx_draw_fonts_new(&w->fonts, w->err));
    const sx_paint_options paint = {.version = 1, .fonts = w->fonts};
    cairo_save(cr);
    cairo_translate(cr, item->x, y);
    cairo_scale(cr, item->scale, item->scale);
    const sx_status status = sx_drawing_paint(cr, item->drawing, &paint, w->err);
    cairo_restore(cr);
    return status;
  }
  case PDF_RULE:
    stroke(cr, item->x, item->x + PDF_TEXT, y, 0.5, 0xBFBFBF);
    return SX_OK;
  case PDF_PAIR:
    for (int s = 0; s < 2; s++) {
      if (!item->sides[s]) continue;
      pdf_item side = *item->sides[s];
      side.y = item->y;
      SX_TRY(draw_item(w, cr, &side));
    }
    return SX_OK;
  case PDF_SPACE:
  default:
    return SX_OK;
  }
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static sx_status draw_frame(pdf_writer *w, cairo_t *cr, size_t number) {
  static const pdf_face title = {.size = 8, .leading = 12, .ink = PDF_SOFT, .ellipsis = true},
                        red = {.size = 8, .leading = 12, .ink = PDF_RED, .align = SX_DOC_ALIGN_END},
                        foot = {.size = 8, .leading = 12, .ink = PDF_SOFT, .align = SX_DOC_ALIGN_CENTRE};
  const sx_document_node *cover = sx_document_child(w->document->root, SX_DOC_COVER);
  const sx_document_node *made_up = cover ? sx_document_child(cover, SX_DOC_SYNTHETIC) : NULL;
  char page[24];
  const pdf_text *text;
  if (number == 1 && cover) return SX_OK;
  SX_TRY(sx_publish__pdf_plain(&text, w, w->document->title, &title, PDF_TEXT - 120));
  SX_TRY(draw_all(w, cr, text, PDF_LEFT, PDF_TOP - 38));
  if (made_up && made_up->text) {
    SX_TRY(sx_publish__pdf_plain(&text, w, made_up->text, &red, 110));
    SX_TRY(draw_all(w, cr, text, PDF_LEFT + PDF_TEXT - 110, PDF_TOP - 38));
  }
  stroke(cr, PDF_LEFT, PDF_LEFT + PDF_TEXT, PDF_TOP - 23, 0.4, 0xBFBFBF);
  (void)snprintf(page, sizeof page, "%zu", number);
  SX_TRY(sx_publish__pdf_plain(&text, w, page, &foot, PDF_TEXT));
  return draw_all(w, cr, text, PDF_LEFT, PDF_HEIGHT - PDF_BOTTOM + 26);
}

static sx_status draw_notes(pdf_writer *w, cairo_t *cr, const pdf_page *page) {
  double y = PDF_TOP + PDF_DEPTH - page->notes_height + PDF_NOTES_GAP;
  if (page->n_notes) stroke(cr, PDF_LEFT, PDF_LEFT + 100, y - 5, 0.5, 0x595959);
  for (size_t k = 0; k < page->n_notes; k++) {
    const pdf_note *note = &w->notes[page->notes[k] - 1];
    SX_TRY(draw_all(w, cr, note->text, PDF_LEFT, y));
    y += note->height;
  }
  return SX_OK;
}

static sx_status destinations(pdf_writer *w, cairo_t *cr, size_t number) {
  for (size_t i = 0; i < w->n_places; i++) {
    const pdf_place *p = &w->places[i];
    sx_buf tag;
    if (p->page != number || sx_publish__pdf_place(w, p->anchor) != p) continue;
    sx_buf_init(&tag, &w->ctx);
    sx_buf_add(&tag, "name='");
    quoted(&tag, p->anchor);
    sx_buf_printf(&tag, "' x=%.2f y=%.2f", p->x, p->y > 6 ? p->y - 6 : 0);
    const sx_status status = sx_buf_status(&tag, w->err);
    if (status == SX_OK) {
      cairo_tag_begin(cr, CAIRO_TAG_DEST, tag.data);
      cairo_tag_end(cr, CAIRO_TAG_DEST);
    }
    sx_buf_clear(&tag);
    SX_TRY(status);
  }
  return SX_OK;
}

static sx_status draw_page(pdf_writer *w, cairo_t *cr, size_t number) {
  const pdf_page *page = &w->pages[number - 1];
  SX_TRY(destinations(w, cr, number));
  SX_TRY(draw_frame(w, cr, number));
  for (size_t i = page->from; i < page->to; i++) {
    if (w->items[i].box) ground(cr, page, w->items, i);
  }
  if (page->head) SX_TRY(draw_head(w, cr, page->head));
  for (size_t i = page->from; i < page->to; i++) SX_TRY(draw_item(w, cr, &w->items[i]));
  /* a table that goes on overleaf is closed here */
  const pdf_item *last = &w->items[page->to - 1];
  if (last->kind == PDF_ROW && page->to < w->n_items && w->items[page->to].kind == PDF_ROW && w->items[page->to].head &&
      last->head == w->items[page->to].head)
    stroke(cr, last->x, 2 * PDF_LEFT + PDF_TEXT - last->x, PDF_TOP + last->y + last->height, 0.6, 0x1A1A1A);
  SX_TRY(draw_notes(w, cr, page));
  cairo_show_page(cr);
  return SX_OK;
}

/* ---- the outline ------------------------------------------------------------------------------------------------- */

static sx_status outline(pdf_writer *w, cairo_surface_t *surface) {
  int parents[8] = {CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT,
                    CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT};
  for (size_t i = 0; i < w->n_items; i++) {
    const sx_document_node *h = w->items[i].heading;
    sx_buf name, target;
    if (!h || !h->anchor) continue;
    const int level = h->as.heading.level < 1 ? 1 : h->as.heading.level > 6 ? 6 : h->as.heading.level;
    sx_buf_init(&name, &w->ctx);
    sx_buf_init(&target, &w->ctx);
    if (h->as.heading.number && *h->as.heading.number) sx_buf_printf(&name, "%s  ", h->as.heading.number);
    sx_document_plain(&name, h);
    sx_buf_add(&target, "dest='");
    quoted(&target, h->anchor);
    sx_buf_add(&target, "'");
    sx_status status = sx_buf_status(&name, w->err);
    if (status == SX_OK) status = sx_buf_status(&target, w->err);
    if (status == SX_OK) {
      const int id = cairo_pdf_surface_add_outline(surface, parents[level - 1], name.data ? name.data : "", target.data,
                                                   level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
      for (int k = level; k < 8; k++) parents[k] = id;
    }
    sx_buf_clear(&name);
    sx_buf_clear(&target);
    SX_TRY(status);
  }
  return SX_OK;
}

sx_status sx_publish__pdf_draw(pdf_writer *w, cairo_surface_t *surface, cairo_t *cr) {
  for (size_t number = 1; number <= w->n_pages; number++) {
    sx_ctx_progress(&w->ctx, "PDF", number, w->n_pages);
    SX_TRY(sx_ctx_poll(&w->ctx, w->err));
    SX_TRY(draw_page(w, cr, number));
  }
  return outline(w, surface);
}
