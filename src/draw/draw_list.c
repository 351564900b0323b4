/* draw_list.c: a drawing as a list of marks: adding to it, putting marks behind others, looking for texts that collide. */
#include "shuxiao/draw.h"

#include <math.h>
#include <string.h>

sx_status sx_drawing_new(sx_drawing **out, const sx_ctx *ctx, double width, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  sx_drawing *d = sx_mem_zalloc(ctx, 1, sizeof *d);
  if (!d) return sx_error_memory(err);
  d->ctx = ctx ? *ctx : standard;
  d->width = width;
  const sx_status status = sx_arena_new(&d->arena, &d->ctx, err);
  if (status != SX_OK) {
    sx_mem_free(ctx, d);
    return status;
  }
  *out = d;
  return SX_OK;
}

void sx_drawing_free(sx_drawing *d) {
  if (!d) return;
  const sx_ctx ctx = d->ctx;
  sx_arena_free(d->arena);
  sx_mem_free(&ctx, d->items);
  sx_mem_free(&ctx, d);
}

sx_status sx_drawing_status(const sx_drawing *d, sx_error *err) {
  return d->failed ? sx_error_memory(err) : SX_OK;
}

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static sx_draw_item *add(sx_drawing *d, sx_draw_kind kind) {
  void *items = d->items;
  if (d->failed) return NULL;
  const bool grown = sx_mem_grow(&d->ctx, &items, &d->cap_items, d->n_items + 1, sizeof *d->items);
  d->items = items;
  if (!grown) {
    d->failed = true;
    return NULL;
  }
  sx_draw_item *item = &d->items[d->n_items++];
  *item = (sx_draw_item){.kind = kind};
  return item;
}

static const char *keep(sx_drawing *d, const char *text, size_t n) {
  if (!text) return NULL;
  const char *copy = sx_arena_strndup(d->arena, text, n);
  if (!copy) d->failed = true;
  return copy;
}

void sx_draw_rect(sx_drawing *d, double x, double y, double width, double height, double radius,
                  const sx_draw_style *style) {
  sx_draw_item *item = add(d, SX_DRAW_RECT);
  if (!item) return;
  item->x = width < 0 ? x + width : x;
  item->y = y;
  item->width = fabs(width);
  item->height = height;
  item->radius = radius;
  item->style = *style;
}

void sx_draw_line(sx_drawing *d, double x0, double y0, double x1, double y1, const sx_draw_style *style) {
  sx_draw_item *item = add(d, SX_DRAW_LINE);
  if (!item) return;
  item->x = x0;
  item->y = y0;
  item->x1 = x1;
  item->y1 = y1;
  item->style = *style;
}

void sx_draw_circle(sx_drawing *d, double x, double y, double radius, const sx_draw_style *style) {
  sx_draw_item *item = add(d, SX_DRAW_CIRCLE);
  if (!item) return;
  item->x = x;
  item->y = y;
  item->radius = radius;
  item->style = *style;
}

static sx_draw_item *add_points(sx_drawing *d, sx_draw_kind kind, const sx_draw_point *points, size_t n,
                                const sx_draw_style *style) {
  sx_draw_item *item = add(d, kind);
  sx_draw_point *copy = item ? sx_arena_alloc(d->arena, n + 1, sizeof *copy) : NULL;
  if (!copy) {
    d->failed = true;
    if (item) d->n_items--;
    return NULL;
  }
  if (n) memcpy(copy, points, n * sizeof *copy);
  item->points = copy;
  item->n_points = n;
  item->style = *style;
  return item;
}

void sx_draw_polygon(sx_drawing *d, const sx_draw_point *points, size_t n, const sx_draw_style *style) {
  sx_draw_item *item = add_points(d, SX_DRAW_POLYGON, points, n, style);
  if (item) item->closed = true;
}

void sx_draw_path(sx_drawing *d, const sx_draw_point *points, size_t n, bool closed, const sx_draw_style *style) {
  sx_draw_item *item = add_points(d, SX_DRAW_PATH, points, n, style);
  if (item) item->closed = closed;
}

void sx_draw_text(sx_drawing *d, double x, double baseline, sx_anchor anchor, double size, sx_ink ink, bool strong,
                  const char *text, size_t n) {
  if (!n) return;
  const double width = sx_draw_text_width(text, n, size);
  const double left = anchor == SX_ANCHOR_START ? x : anchor == SX_ANCHOR_END ? x - width : x - width / 2;
  sx_draw_item *item = add(d, SX_DRAW_TEXT);
  if (!item) return;
  item->x = x;
  item->y = baseline;
  item->text = keep(d, text, n);
  item->n_text = n;
  item->size = size;
  item->anchor = anchor;
  item->strong = strong;
  item->halo = !d->on_mark;
  item->style.fill = ink;
  item->box = (sx_draw_box){left, baseline - 0.82 * size, left + width, baseline + 0.2 * size};
  item->attributes = d->attributes ? keep(d, d->attributes, strlen(d->attributes)) : NULL;
  if (!item->text) d->n_items--;
}

void sx_draw_block(sx_drawing *d, double x, double middle, sx_anchor anchor, double size, sx_ink ink,
                   const sx_draw_lines *lines) {
  const double step = 1.35 * size;
  double baseline = middle - step * ((double)lines->n - 1) / 2 + 0.35 * size;
  for (size_t i = 0; i < lines->n; i++, baseline += step) {
    const bool cut = lines->shortened && i + 1 == lines->n;
    if (!cut) {
      sx_draw_text(d, x, baseline, anchor, size, ink, false, lines->start[i], lines->length[i]);
      continue;
    }
    char text[512];
    const size_t n = sx_utf8_cut(lines->start[i], lines->length[i], sizeof text - 4);
    memcpy(text, lines->start[i], n);
    memcpy(text + n, "…", 4);
    sx_draw_text(d, x, baseline, anchor, size, ink, false, text, n + 3);
  }
}

void sx_draw_group(sx_drawing *d, const char *title, const char *attributes, const sx_draw_box *clip) {
  sx_draw_item *item = add(d, SX_DRAW_GROUP);
  if (!item) return;
  item->title = title ? keep(d, title, strlen(title)) : NULL;
  item->attributes = attributes ? keep(d, attributes, strlen(attributes)) : NULL;
  if (!clip) return;
  item->clip = true;
  item->x = clip->x0;
  item->y = clip->y0;
  item->width = clip->x1 - clip->x0;
  item->height = clip->y1 - clip->y0;
}

void sx_draw_group_end(sx_drawing *d) {
  (void)add(d, SX_DRAW_END);
}

/* ---- shapes ------------------------------------------------------------------------------------------------------ */

sx_draw_style sx_draw_series_style(size_t series) {
  const size_t round = series / SX_INK_SERIES_COUNT;
  sx_draw_style style = {.fill = sx_ink_series(series)};
  if (!round) return style;
  style.hatch = (sx_draw_hatch)(1 + (round - 1) % (SX_HATCH_COUNT - 1));
  style.hatch_ink = SX_INK_PAPER;
  return style;
}

/* One of four, another one for the same colour. */
static size_t form_of(size_t series) {
  return (series + series / SX_INK_SERIES_COUNT) % 4;
}

sx_draw_dash sx_draw_series_dash(size_t series) {
  static const sx_draw_dash dashes[] = {SX_DASH_SOLID, SX_DASH_LONG, SX_DASH_SHORT, SX_DASH_MIXED};
  return dashes[form_of(series)];
}

void sx_draw_marker(sx_drawing *d, double x, double y, double radius, size_t series) {
  const double r = radius;
  const sx_draw_style style = {.fill = sx_ink_series(series), .stroke = SX_INK_PAPER, .stroke_width = 1.5};
  const sx_draw_point diamond[] = {
      {x, y - 1.3 * r, true}, {x + 1.3 * r, y, false}, {x, y + 1.3 * r, false}, {x - 1.3 * r, y, false}};
  const sx_draw_point square[] = {
      {x - r, y - r, true}, {x + r, y - r, false}, {x + r, y + r, false}, {x - r, y + r, false}};
  const sx_draw_point triangle[] = {{x, y - 1.25 * r, true}, {x + 1.2 * r, y + r, false}, {x - 1.2 * r, y + r, false}};
  switch (form_of(series)) {
  case 1:
    sx_draw_polygon(d, diamond, 4, &style);
    return;
  case 2:
    sx_draw_polygon(d, square, 4, &style);
    return;
  case 3:
    sx_draw_polygon(d, triangle, 3, &style);
    return;
  default:
    sx_draw_circle(d, x, y, r, &style);
    return;
  }
}

void sx_draw_whisker(sx_drawing *d, double from, double to, double at, bool upright, sx_ink ink) {
  const double cap = 3.5;
  const sx_draw_style style = {.stroke = ink, .stroke_width = 1.5};
  const double x[2] = {upright ? at : from, upright ? at : to}, y[2] = {upright ? from : at, upright ? to : at};
  sx_draw_line(d, x[0], y[0], x[1], y[1], &style);
  for (int i = 0; i < 2; i++) {
    if (upright)
      sx_draw_line(d, x[i] - cap, y[i], x[i] + cap, y[i], &style);
    else
      sx_draw_line(d, x[i], y[i] - cap, x[i], y[i] + cap, &style);
  }
}

size_t sx_draw_dash_lengths(double out[4], sx_draw_dash dash) {
  static const struct {
    size_t n;
    double length[4];
  } dashes[SX_DASH_COUNT] = {{0, {0}}, {2, {7, 3}}, {2, {2, 3}}, {4, {9, 3, 2, 3}}, {2, {1, 3}}, {2, {2, 2}}};
  if (dash >= SX_DASH_COUNT) return 0;
  memcpy(out, dashes[dash].length, sizeof dashes[dash].length);
  return dashes[dash].n;
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static void reverse(sx_draw_item *items, size_t from, size_t to) {
  while (from + 1 < to) {
    const sx_draw_item swapped = items[from];
    items[from++] = items[--to];
    items[to] = swapped;
  }
}

void sx_draw_turn(sx_drawing *d, size_t from, size_t middle) {
  if (d->failed || from > middle || middle > d->n_items) return;
  reverse(d->items, from, middle);
  reverse(d->items, middle, d->n_items);
  reverse(d->items, from, d->n_items);
}

/* ---- collisions -------------------------------------------------------------------------------------------------- */

static bool outside(const sx_drawing *d, const sx_draw_box *b, double slack) {
  return b->x0 < -slack || b->y0 < -slack || b->x1 > d->width + slack || b->y1 > d->height + slack;
}

bool sx_drawing_collision(const sx_drawing *d, double slack, size_t *a, size_t *b) {
  for (size_t i = 0; i < d->n_items; i++) {
    if (d->items[i].kind != SX_DRAW_TEXT) continue;
    const sx_draw_box *p = &d->items[i].box;
    *a = *b = i;
    if (outside(d, p, slack)) return true;
    for (size_t k = i + 1; k < d->n_items; k++) {
      if (d->items[k].kind != SX_DRAW_TEXT) continue;
      const sx_draw_box *q = &d->items[k].box;
      *b = k;
      if (p->x0 < q->x1 - slack && q->x0 < p->x1 - slack && p->y0 < q->y1 - slack && q->y0 < p->y1 - slack) return true;
    }
  }
  return false;
}
