/* draw_cairo.c: a drawing onto a cairo context, and as a PNG picture. The only file that knows Cairo and Pango.
 *
 * A text is one line of Pango's layout, left to right as a paragraph, so that a label in Arabic or Hebrew keeps its place beside its mark. The drawing was
 * laid out by a table of widths; where the font at hand is wider, the text is drawn smaller, to the width it was given. Hinting is off, so that a
 * text has the same width at every size. */
#include "draw_png.h"
#include "shuxiao/draw.h"

#include <pthread.h>
#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

typedef struct painter {
  cairo_t *cr;
  const sx_drawing *d;
  PangoLayout *layout;
  PangoFontDescription *font;
} painter;

/* ---- fonts ------------------------------------------------------------------------------------------------------- */

static bool is_han(uint32_t code) {
  return (code >= 0x2E80 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE4F) || (code >= 0xFF00 && code <= 0xFFEF) ||
         (code >= 0x20000 && code <= 0x323AF);
}

/* The first character of the layout's text for which there is no glyph. */
static uint32_t missing_character(PangoLayout *layout) {
  uint32_t found = 0;
  const char *text = pango_layout_get_text(layout);
  PangoLayoutIter *iter = pango_layout_get_iter(layout);
  do {
    PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
    for (int i = 0; run && !found && i < run->glyphs->num_glyphs; i++) {
      if (!(run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)) continue;
      const char *at = text + run->item->offset + run->glyphs->log_clusters[i];
      (void)sx_utf8_next(&found, at, strlen(at));
    }
  } while (!found && pango_layout_iter_next_run(iter));
  pango_layout_iter_free(iter);
  return found;
}

static sx_status font_error(uint32_t code, sx_error *err) {
  if (is_han(code))
    return sx_error_set(
        err, SX_E_SUPPORT, "fonts",
        "no font of this machine has the Chinese character U+%04X: install one (apt install fonts-noto-cjk)",
        (unsigned)code);
  return sx_error_set(err, SX_E_SUPPORT, "fonts",
                      "no font of this machine has the character U+%04X: install one (apt install fonts-noto-core "
                      "fonts-noto-extra)",
                      (unsigned)code);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static void set_size(painter *p, double size) {
  pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
  pango_layout_set_font_description(p->layout, p->font);
}

/* What Pango gets is valid and without characters that it would draw as boxes. */
static sx_status set_text(painter *p, const sx_draw_item *item, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &p->d->ctx);
  for (size_t i = 0; i < item->n_text;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, item->text + i, item->n_text - i);
    if (k == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF)
      sx_buf_add(&text, "\xEF\xBF\xBD");
    else
      sx_buf_add_n(&text, item->text + i, k);
    i += k ? k : 1;
  }
  if (!text.failed) pango_layout_set_text(p->layout, text.data, (int)text.n);
  const sx_status status = sx_buf_status(&text, err);
  sx_buf_clear(&text);
  if (status != SX_OK) return status;
  pango_font_description_set_weight(p->font, item->strong ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  set_size(p, item->size);
  return pango_layout_get_unknown_glyphs_count(p->layout) > 0 ? font_error(missing_character(p->layout), err) : SX_OK;
}

static void set_ink(cairo_t *cr, sx_ink ink, double opacity) {
  const uint32_t rgb = sx_ink_rgb(ink);
  cairo_set_source_rgba(cr, (double)(rgb >> 16 & 255) / 255, (double)(rgb >> 8 & 255) / 255, (double)(rgb & 255) / 255,
                        opacity > 0 ? opacity : 1);
}

static bool overlap(const sx_draw_box *a, double x0, double y0, double x1, double y1) {
  return a->x0 < x1 && x0 < a->x1 && a->y0 < y1 && y0 < a->y1;
}

typedef enum beneath { ON_NOTHING, ON_LINES, ON_MARKS } beneath;

/* A text that lies on nothing needs no white edge, which is an outline of every glyph; one on lines alone, of a grid or an axis, needs a gap in them. */
static beneath lies_on(const sx_drawing *d, size_t text) {
  const sx_draw_box *box = &d->items[text].box;
  beneath most = ON_NOTHING;
  for (size_t i = 0; i < text && most != ON_MARKS; i++) {
    const sx_draw_item *m = &d->items[i];
    double x0 = m->x, y0 = m->y, x1 = m->x + m->width, y1 = m->y + m->height;
    if (m->kind == SX_DRAW_TEXT || m->kind == SX_DRAW_GROUP || m->kind == SX_DRAW_END) continue;
    if (m->kind == SX_DRAW_LINE) {
      x0 = fmin(m->x, m->x1) - 1, x1 = fmax(m->x, m->x1) + 1;
      y0 = fmin(m->y, m->y1) - 1, y1 = fmax(m->y, m->y1) + 1;
    } else if (m->kind == SX_DRAW_CIRCLE) {
      x0 -= m->radius, x1 = m->x + m->radius, y0 -= m->radius, y1 = m->y + m->radius;
    } else if (m->kind != SX_DRAW_RECT) {
      x0 = y0 = (double)INFINITY, x1 = y1 = -(double)INFINITY;
      for (size_t k = 0; k < m->n_points; k++) {
        x0 = fmin(x0, m->points[k].x), x1 = fmax(x1, m->points[k].x);
        y0 = fmin(y0, m->points[k].y), y1 = fmax(y1, m->points[k].y);
      }
    }
    if (overlap(box, x0, y0, x1, y1))
      most = m->kind == SX_DRAW_LINE && m->style.stroke_width <= 1 ? ON_LINES : ON_MARKS;
  }
  return most;
}

static const double EDGE = 1.5;

static void paint_edge(painter *p, beneath what) {
  double x, y;
  cairo_get_current_point(p->cr, &x, &y);
  set_ink(p->cr, SX_INK_PAPER, 1);
  if (what == ON_LINES) {
    PangoRectangle ink;
    pango_layout_get_extents(p->layout, &ink, NULL);
    cairo_new_path(p->cr);
    cairo_rectangle(p->cr, x + (double)ink.x / PANGO_SCALE - EDGE, y + (double)ink.y / PANGO_SCALE - EDGE,
                    (double)ink.width / PANGO_SCALE + 2 * EDGE, (double)ink.height / PANGO_SCALE + 2 * EDGE);
    cairo_fill(p->cr);
  } else {
    pango_cairo_layout_path(p->cr, p->layout);
    cairo_set_line_width(p->cr, 2 * EDGE);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(p->cr, NULL, 0, 0);
    cairo_stroke(p->cr);
  }
  cairo_move_to(p->cr, x, y);
}

static const double STEP_OF_SIZE = 0.5;

static double layout_width(const painter *p) {
  PangoRectangle extents;
  pango_layout_get_extents(p->layout, NULL, &extents);
  return (double)extents.width / PANGO_SCALE;
}

static sx_status paint_text(painter *p, size_t i, sx_error *err) {
  const sx_draw_item *item = &p->d->items[i];
  SX_TRY(set_text(p, item, err));
  const double room = item->box.x1 - item->box.x0;
  double width = layout_width(p);
  /* smaller by whole steps: each size is a font of its own, which takes longer to open than its texts to draw */
  if (width > 1.005 * room) {
    const double fits = item->size * room / width;
    set_size(p, fits > 2 * STEP_OF_SIZE ? floor(fits / STEP_OF_SIZE) * STEP_OF_SIZE : fits);
    width = layout_width(p);
  }
  const double x = item->anchor == SX_ANCHOR_START ? item->x
                   : item->anchor == SX_ANCHOR_END ? item->x - width
                                                   : item->x - width / 2;
  const double baseline = (double)pango_layout_get_baseline(p->layout) / PANGO_SCALE;
  cairo_move_to(p->cr, x, item->y - baseline);
  const beneath what = item->halo ? lies_on(p->d, i) : ON_NOTHING;
  if (what != ON_NOTHING) paint_edge(p, what);
  set_ink(p->cr, item->style.fill, 1);
  pango_cairo_show_layout(p->cr, p->layout);
  cairo_new_path(p->cr);
  return SX_OK;
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static void rounded(cairo_t *cr, const sx_draw_item *item) {
  const double r = fmin(item->radius, fmin(item->width, item->height) / 2), quarter = acos(0.0);
  const double x0 = item->x, y0 = item->y, x1 = x0 + item->width, y1 = y0 + item->height;
  if (r <= 0) {
    cairo_rectangle(cr, x0, y0, item->width, item->height);
    return;
  }
  cairo_new_sub_path(cr);
  cairo_arc(cr, x1 - r, y0 + r, r, -quarter, 0);
  cairo_arc(cr, x1 - r, y1 - r, r, 0, quarter);
  cairo_arc(cr, x0 + r, y1 - r, r, quarter, 2 * quarter);
  cairo_arc(cr, x0 + r, y0 + r, r, 2 * quarter, 3 * quarter);
  cairo_close_path(cr);
}

static void outline(cairo_t *cr, const sx_draw_item *item) {
  cairo_new_path(cr);
  switch (item->kind) {
  case SX_DRAW_RECT:
    rounded(cr, item);
    break;
  case SX_DRAW_LINE:
    cairo_move_to(cr, item->x, item->y);
    cairo_line_to(cr, item->x1, item->y1);
    break;
  case SX_DRAW_CIRCLE:
    cairo_new_sub_path(cr);
    cairo_arc(cr, item->x, item->y, item->radius, 0, 4 * acos(0.0));
    cairo_close_path(cr);
    break;
  case SX_DRAW_POLYGON:
  case SX_DRAW_PATH:
    for (size_t i = 0; i < item->n_points; i++) {
      const sx_draw_point *point = &item->points[i];
      if (point->begin || i == 0)
        cairo_move_to(cr, point->x, point->y);
      else
        cairo_line_to(cr, point->x, point->y);
    }
    if (item->closed) cairo_close_path(cr);
    break;
  case SX_DRAW_TEXT:
  case SX_DRAW_GROUP:
  case SX_DRAW_END:
    break;
  }
}

/* Lines over the current path, which is kept: a pattern of lines is vector art in PDF too. */
static void paint_hatch(cairo_t *cr, const sx_draw_style *style) {
  double x0, y0, x1, y1;
  enum { STEP = 6 };
  cairo_path_extents(cr, &x0, &y0, &x1, &y1);
  cairo_path_t *path = cairo_copy_path(cr);
  cairo_save(cr);
  cairo_clip(cr);
  cairo_new_path(cr);
  set_ink(cr, style->hatch_ink, 1);
  cairo_set_line_width(cr, 1.1);
  cairo_set_dash(cr, NULL, 0, 0);
  const double height = y1 - y0;
  if (style->hatch == SX_HATCH_DOTS) {
    for (double y = floor(y0 / STEP) * STEP + STEP / 2.0; y < y1 + 1; y += STEP) {
      for (double x = floor(x0 / STEP) * STEP + STEP / 2.0; x < x1 + 1; x += STEP) {
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, 1, 0, 4 * acos(0.0));
      }
    }
    cairo_fill(cr);
  } else {
    const bool rising = style->hatch == SX_HATCH_RISING;
    const double offset = fmod(rising ? y0 : -y0, STEP); /* the lines of two marks meet */
    for (double x = floor((x0 - height - offset) / STEP) * STEP + offset; x < x1 + height; x += STEP) {
      cairo_move_to(cr, rising ? x + height : x, y0);
      cairo_line_to(cr, rising ? x : x + height, y1);
    }
    cairo_stroke(cr);
  }
  cairo_restore(cr);
  cairo_new_path(cr);
  cairo_append_path(cr, path);
  cairo_path_destroy(path);
}

static void paint_shape(cairo_t *cr, const sx_draw_item *item) {
  const sx_draw_style *style = &item->style;
  double dash[4];
  outline(cr, item);
  if (style->fill != SX_INK_NONE && item->kind != SX_DRAW_LINE) {
    set_ink(cr, style->fill, style->opacity);
    cairo_fill_preserve(cr);
    if (style->hatch != SX_HATCH_NONE) paint_hatch(cr, style);
  }
  if (style->stroke != SX_INK_NONE) {
    const size_t n = sx_draw_dash_lengths(dash, style->dash);
    set_ink(cr, style->stroke, 1);
    cairo_set_line_width(cr, style->stroke_width);
    cairo_set_line_join(cr, style->round_joins ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
    cairo_set_line_cap(cr, style->round_caps ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(cr, dash, (int)n, 0);
    cairo_stroke_preserve(cr);
  }
  cairo_new_path(cr);
}

static void open_group(cairo_t *cr, const sx_draw_item *item) {
  cairo_save(cr);
  if (!item->clip) return;
  cairo_rectangle(cr, item->x, item->y, item->width, item->height);
  cairo_clip(cr);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static pthread_mutex_t painting = PTHREAD_MUTEX_INITIALIZER; /* of all threads: so are the caches */

void sx_draw_take(void) {
  (void)pthread_mutex_lock(&painting);
}

void sx_draw_give(void) {
  (void)pthread_mutex_unlock(&painting);
}

sx_status sx_draw_fonts_new(sx_draw_fonts **out, sx_error *err) {
  PangoFontMap *map = pango_cairo_font_map_new();
  if (!map) return sx_error_memory(err);
  *out = (sx_draw_fonts *)map;
  return SX_OK;
}

void sx_draw_fonts_free(sx_draw_fonts *fonts) {
  if (fonts) g_object_unref(fonts);
}

/* A layout with its own map of fonts where none is given, so that nothing outlives the call. */
static sx_status make_layout(PangoLayout **layout, PangoFontDescription **font, const sx_paint_options *o,
                             sx_error *err) {
  PangoFontMap *map = o && o->fonts ? g_object_ref((PangoFontMap *)o->fonts) : pango_cairo_font_map_new();
  PangoContext *context = map ? pango_font_map_create_context(map) : NULL;
  const char *family = o ? o->font : NULL;
  if (!context) {
    if (map) g_object_unref(map);
    return sx_error_memory(err);
  }
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  pango_cairo_context_set_resolution(context, 96);
  pango_context_set_round_glyph_positions(context, FALSE);
  pango_context_set_language(context, pango_language_from_string("zh-CN")); /* Han in the forms of mainland China */
  pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
  *layout = pango_layout_new(context);
  pango_layout_set_single_paragraph_mode(*layout, TRUE);
  pango_layout_set_auto_dir(*layout, FALSE);
  *font = pango_font_description_new();
  pango_font_description_set_family(*font, family ? family : SX_DRAW_FONT);
  g_object_unref(context);
  g_object_unref(map);
  return SX_OK;
}

static sx_status cairo_error(cairo_status_t status, sx_error *err) {
  if (status == CAIRO_STATUS_NO_MEMORY) return sx_error_memory(err);
  return sx_error_set(err, SX_E_IO, NULL, "drawing stopped: %s", cairo_status_to_string(status));
}

sx_status sx_drawing_paint(void *cairo, const sx_drawing *d, const sx_paint_options *options, sx_error *err) {
  painter p = {.cr = cairo, .d = d};
  size_t open = 0;
  SX_TRY(sx_drawing_status(d, err));
  SX_TRY(make_layout(&p.layout, &p.font, options, err));
  sx_status status = SX_OK;
  cairo_save(p.cr);
  pango_cairo_update_layout(p.cr, p.layout);
  for (size_t i = 0; i < d->n_items && status == SX_OK; i++) {
    switch (d->items[i].kind) {
    case SX_DRAW_TEXT:
      status = paint_text(&p, i, err);
      break;
    case SX_DRAW_GROUP:
      open_group(p.cr, &d->items[i]);
      open++;
      break;
    case SX_DRAW_END:
      if (open) cairo_restore(p.cr), open--;
      break;
    case SX_DRAW_RECT:
    case SX_DRAW_LINE:
    case SX_DRAW_CIRCLE:
    case SX_DRAW_POLYGON:
    case SX_DRAW_PATH:
      paint_shape(p.cr, &d->items[i]);
      break;
    }
  }
  for (; open; open--) cairo_restore(p.cr);
  cairo_restore(p.cr);
  if (status == SX_OK && cairo_status(p.cr) != CAIRO_STATUS_SUCCESS) status = cairo_error(cairo_status(p.cr), err);
  pango_font_description_free(p.font);
  g_object_unref(p.layout);
  return status;
}

sx_status sx_draw_font_check(const char *text, size_t n, const char *font, sx_error *err) {
  PangoLayout *layout;
  PangoFontDescription *description;
  size_t bad = 0;
  if (!sx_utf8_valid(text, n, &bad)) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the text is no UTF-8");
  SX_TRY(make_layout(&layout, &description, &(sx_paint_options){.version = 1, .font = font}, err));
  pango_layout_set_font_description(layout, description);
  pango_layout_set_text(layout, text, (int)n);
  const bool missing = pango_layout_get_unknown_glyphs_count(layout) > 0;
  const sx_status status = missing ? font_error(missing_character(layout), err) : SX_OK;
  pango_font_description_free(description);
  g_object_unref(layout);
  return status;
}

/* Between sx_draw_take and sx_draw_give: nothing of Cairo is left afterwards but the pixels. */
static sx_status paint_pixels(unsigned char *pixels, int width, int height, int stride, const sx_drawing *d,
                              const sx_paint_options *options, double scale, sx_error *err) {
  cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24, width, height, stride);
  cairo_t *cr = cairo_create(surface);
  sx_status status = SX_OK;
  if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
    status = cairo_error(cairo_status(cr), err);
    goto done;
  }
  set_ink(cr, SX_INK_PAPER, 1);
  cairo_paint(cr);
  cairo_scale(cr, scale, scale);
  SX_TRY_GOTO(status, sx_drawing_paint(cr, d, options, err), done);
  cairo_surface_flush(surface);
done:
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  return status;
}

/* Packing takes longer than painting, and has nothing of Cairo's: another thread paints meanwhile. */
sx_status sx_drawing_png(sx_buf *out, const sx_drawing *d, const sx_paint_options *options, sx_error *err) {
  enum { MOST = 32767 };
  const double scale = options && options->scale > 0 ? options->scale : 2;
  const double width = ceil(d->width * scale), height = ceil(d->height * scale);
  SX_TRY(sx_drawing_status(d, err));
  if (!(width <= MOST && height <= MOST))
    return sx_error_set(err, SX_E_LIMIT, NULL,
                        "a picture of %.0f by %.0f pixels is too large (%d): a smaller scale, or fewer rows", width,
                        height, (int)MOST);
  const int columns = (int)fmax(width, 1), rows = (int)fmax(height, 1);
  const int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, columns);
  unsigned char *pixels = sx_mem_zalloc(&d->ctx, (size_t)rows, (size_t)stride);
  if (!pixels) return sx_error_memory(err);
  sx_draw_take();
  sx_status status = paint_pixels(pixels, columns, rows, stride, d, options, scale, err);
  sx_draw_give();
  if (status == SX_OK) status = sx_draw__png(out, &d->ctx, pixels, (size_t)stride, (size_t)columns, (size_t)rows, err);
  sx_mem_free(&d->ctx, pixels);
  return status;
}
