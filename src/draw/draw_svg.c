/* draw_svg.c: a drawing as SVG with real text. */
#include "shuxiao/draw.h"

#include <math.h>
#include <string.h>

/* ---- text and numbers -------------------------------------------------------------------------------------------- */

static void escape_char(sx_buf *out, const char *text, size_t n) {
  switch (text[0]) {
  case '&':
    sx_buf_add(out, "&amp;");
    return;
  case '<':
    sx_buf_add(out, "&lt;");
    return;
  case '>':
    sx_buf_add(out, "&gt;");
    return;
  case '"':
    sx_buf_add(out, "&quot;");
    return;
  case '\'':
    sx_buf_add(out, "&#39;");
    return;
  default:
    break;
  }
  const unsigned char c = (unsigned char)text[0];
  const bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  const bool no_character = n == 3 && memcmp(text, "\xEF\xBF", 2) == 0 && (unsigned char)text[2] >= 0xBE;
  if (control || no_character)
    sx_buf_add(out, "\xEF\xBF\xBD"); /* neither HTML nor XML has them */
  else
    sx_buf_add_n(out, text, n);
}

/* Bytes of the text's beginning that stand for themselves. */
static size_t plain(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && text[i] >= 0x20 && text[i] < 0x7f && text[i] != '&' && text[i] != '<' && text[i] != '>' &&
         text[i] != '"' && text[i] != '\'')
    i++;
  return i;
}

void sx_draw_escape(sx_buf *out, const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    uint32_t code;
    const size_t run = plain(text + i, n - i);
    if (run) {
      sx_buf_add_n(out, text + i, run);
      i += run;
      continue;
    }
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) {
      sx_buf_add(out, "\xEF\xBF\xBD");
      k = 1;
    } else {
      escape_char(out, text + i, k);
    }
    i += k;
  }
}

void sx_draw_number(sx_buf *out, double value) {
  char text[SX_FIXED_TEXT_MAX];
  size_t n = sx_text_fixed(text, value, 2);
  while (n && text[n - 1] == '0') n--;
  if (n && text[n - 1] == '.') n--;
  if (n == 2 && text[0] == '-' && text[1] == '0')
    sx_buf_add_char(out, '0');
  else
    sx_buf_add_n(out, text, n);
}

static void attribute(sx_buf *out, const char *name, double value) {
  sx_buf_printf(out, " %s=\"", name);
  sx_draw_number(out, value);
  sx_buf_add_char(out, '"');
}

/* ---- style ------------------------------------------------------------------------------------------------------- */

/* Edges of the page's colour are written short. */
static const char *stroke_colour(sx_ink ink) {
  return ink == SX_INK_PAPER ? "#fff" : sx_ink_colour(ink);
}

static void put_dash(sx_buf *out, sx_draw_dash dash) {
  double lengths[4];
  const size_t n = sx_draw_dash_lengths(lengths, dash);
  if (!n) return;
  sx_buf_add(out, " stroke-dasharray=\"");
  for (size_t i = 0; i < n; i++) {
    if (i) sx_buf_add_char(out, ' ');
    sx_draw_number(out, lengths[i]);
  }
  sx_buf_add_char(out, '"');
}

static void put_ends(sx_buf *out, const sx_draw_style *style) {
  if (style->round_joins) sx_buf_add(out, " stroke-linejoin=\"round\"");
  if (style->round_caps) sx_buf_add(out, " stroke-linecap=\"round\"");
  put_dash(out, style->dash);
}

static void put_fill(sx_buf *out, const sx_draw_style *style, double radius, const char *pattern) {
  const char *fill = pattern ? pattern : sx_ink_colour(style->fill);
  sx_buf_printf(out, " fill=\"%s\"", fill ? fill : "none");
  if (style->opacity > 0 && style->opacity < 1) attribute(out, "fill-opacity", style->opacity);
  if (radius > 0) attribute(out, "rx", radius);
}

static void put_style(sx_buf *out, const sx_draw_style *style, double radius, const char *pattern) {
  put_fill(out, style, radius, pattern);
  if (style->stroke != SX_INK_NONE) {
    sx_buf_printf(out, " stroke=\"%s\"", stroke_colour(style->stroke));
    attribute(out, "stroke-width", style->stroke_width);
    put_ends(out, style);
  }
  sx_buf_add(out, "/>\n");
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static void put_line(sx_buf *out, const sx_draw_item *item) {
  sx_buf_add(out, "<line");
  attribute(out, "x1", item->x);
  attribute(out, "y1", item->y);
  attribute(out, "x2", item->x1);
  attribute(out, "y2", item->y1);
  attribute(out, "stroke-width", item->style.stroke_width);
  sx_buf_printf(out, " stroke=\"%s\"", sx_ink_colour(item->style.stroke));
  put_ends(out, &item->style);
  sx_buf_add(out, "/>\n");
}

static void put_points(sx_buf *out, const sx_draw_item *item) {
  const bool path = item->kind == SX_DRAW_PATH;
  sx_buf_add(out, path ? "<path d=\"" : "<polygon points=\"");
  for (size_t i = 0; i < item->n_points; i++) {
    const sx_draw_point *p = &item->points[i];
    if (path)
      sx_buf_add_char(out, p->begin ? 'M' : 'L');
    else if (i)
      sx_buf_add_char(out, ' ');
    sx_draw_number(out, p->x);
    sx_buf_add_char(out, path ? ' ' : ',');
    sx_draw_number(out, p->y);
  }
  sx_buf_add(out, path && item->closed ? "Z\"" : "\"");
}

static void put_shape(sx_buf *out, const sx_draw_item *item, const char *pattern) {
  if (item->kind == SX_DRAW_RECT) {
    sx_buf_add(out, "<rect");
    attribute(out, "x", item->x);
    attribute(out, "y", item->y);
    attribute(out, "width", item->width);
    attribute(out, "height", item->height);
  } else if (item->kind == SX_DRAW_CIRCLE) {
    sx_buf_add(out, "<circle");
    attribute(out, "cx", item->x);
    attribute(out, "cy", item->y);
    attribute(out, "r", item->radius);
  } else {
    put_points(out, item);
  }
  put_style(out, &item->style, item->kind == SX_DRAW_RECT ? item->radius : 0, pattern);
}

/* The fill, then the pattern over it. */
static void put_hatched(sx_buf *out, const sx_draw_item *item, const char *id) {
  put_shape(out, item, NULL);
  if (item->style.hatch == SX_HATCH_NONE) return;
  sx_buf url;
  sx_buf_init(&url, out->ctx);
  sx_buf_printf(&url, "url(#%s-h%d-%d)", id, (int)item->style.hatch, (int)item->style.hatch_ink);
  if (url.failed)
    out->failed = true;
  else
    put_shape(out, item, url.data);
  sx_buf_clear(&url);
}

static void put_text(sx_buf *out, const sx_draw_item *item) {
  static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  sx_buf_add(out, "<text");
  attribute(out, "x", item->x);
  attribute(out, "y", item->y);
  attribute(out, "font-size", item->size);
  sx_buf_printf(out, "%s fill=\"%s\"%s%s%s>", item->halo ? " class=\"e\"" : "", sx_ink_colour(item->style.fill),
                anchors[item->anchor], item->strong ? " font-weight=\"600\"" : "",
                item->attributes ? item->attributes : "");
  sx_draw_escape(out, item->text, item->n_text);
  sx_buf_add(out, "</text>\n");
}

static void put_group(sx_buf *out, const sx_draw_item *item, const char *id, size_t number) {
  if (item->clip) {
    sx_buf_printf(out, "<clipPath id=\"%s-c%zu\"><rect", id, number);
    attribute(out, "x", item->x);
    attribute(out, "y", item->y);
    attribute(out, "width", item->width);
    attribute(out, "height", item->height);
    sx_buf_add(out, "/></clipPath>\n");
  }
  sx_buf_add(out, "<g");
  if (item->clip) sx_buf_printf(out, " clip-path=\"url(#%s-c%zu)\"", id, number);
  sx_buf_printf(out, "%s>\n", item->attributes ? item->attributes : "");
  if (!item->title) return;
  sx_buf_add(out, "<title>");
  sx_draw_escape(out, item->title, strlen(item->title));
  sx_buf_add(out, "</title>\n");
}

/* ---- patterns ---------------------------------------------------------------------------------------------------- */

static void put_pattern(sx_buf *out, sx_draw_hatch hatch, sx_ink ink, const char *id) {
  static const char *const shapes[SX_HATCH_COUNT] = {
      [SX_HATCH_NONE] = "",
      [SX_HATCH_RISING] = "<path d=\"M-1.5 1.5L1.5 -1.5M0 6L6 0M4.5 7.5L7.5 4.5\" fill=\"none\" stroke-width=\"1.1\"/>",
      [SX_HATCH_FALLING] =
          "<path d=\"M-1.5 4.5L1.5 7.5M0 0L6 6M4.5 -1.5L7.5 1.5\" fill=\"none\" stroke-width=\"1.1\"/>",
      [SX_HATCH_DOTS] = "<circle cx=\"3\" cy=\"3\" r=\"0.9\" stroke-width=\"0.6\"/>",
  };
  sx_buf_printf(out,
                "<pattern id=\"%s-h%d-%d\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" stroke=\"%s\">%s"
                "</pattern>\n",
                id, (int)hatch, (int)ink, sx_ink_colour(ink), shapes[hatch]);
}

static void put_patterns(sx_buf *out, const sx_drawing *d, const char *id) {
  bool put[SX_HATCH_COUNT][SX_INK_COUNT] = {{false}};
  for (size_t i = 0; i < d->n_items; i++) {
    const sx_draw_style *style = &d->items[i].style;
    if (style->hatch == SX_HATCH_NONE || put[style->hatch][style->hatch_ink]) continue;
    put[style->hatch][style->hatch_ink] = true;
    put_pattern(out, style->hatch, style->hatch_ink, id);
  }
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

void sx_drawing_svg_items(sx_buf *out, const sx_drawing *d, const char *id) {
  if (d->failed) {
    out->failed = true;
    return;
  }
  put_patterns(out, d, id);
  for (size_t i = 0; i < d->n_items; i++) {
    const sx_draw_item *item = &d->items[i];
    switch (item->kind) {
    case SX_DRAW_LINE:
      put_line(out, item);
      break;
    case SX_DRAW_TEXT:
      put_text(out, item);
      break;
    case SX_DRAW_GROUP:
      put_group(out, item, id, i);
      break;
    case SX_DRAW_END:
      sx_buf_add(out, "</g>\n");
      break;
    case SX_DRAW_RECT:
    case SX_DRAW_CIRCLE:
    case SX_DRAW_POLYGON:
    case SX_DRAW_PATH:
      put_hatched(out, item, id);
      break;
    }
  }
}

static void put_words(sx_buf *out, const char *tag, const char *id, const char *text) {
  if (!text) return;
  sx_buf_printf(out, "<%s id=\"%s-%s\">", tag, id, tag);
  sx_draw_escape(out, text, strlen(text));
  sx_buf_printf(out, "</%s>\n", tag);
}

sx_status sx_drawing_svg(sx_buf *out, const sx_drawing *d, const sx_svg_options *options, sx_error *err) {
  const sx_svg_options standard = {1, NULL, NULL, NULL, NULL};
  const sx_svg_options *o = options ? options : &standard;
  const char *id = o->id ? o->id : "c", *font = o->font ? o->font : SX_DRAW_FONT;
  SX_TRY(sx_drawing_status(d, err));
  sx_buf_add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
  attribute(out, "width", d->width);
  attribute(out, "height", ceil(d->height));
  sx_buf_add(out, " viewBox=\"0 0 ");
  sx_draw_number(out, d->width);
  sx_buf_add_char(out, ' ');
  sx_draw_number(out, ceil(d->height));
  sx_buf_add(out, "\" role=\"img\"");
  if (o->title && o->text)
    sx_buf_printf(out, " aria-labelledby=\"%s-title %s-desc\"", id, id);
  else if (o->title || o->text)
    sx_buf_printf(out, " aria-labelledby=\"%s-%s\"", id, o->title ? "title" : "desc");
  sx_buf_add(out, " font-family=\"");
  sx_draw_escape(out, font, strlen(font));
  sx_buf_add(out, "\">\n");
  put_words(out, "title", id, o->title);
  put_words(out, "desc", id, o->text);
  sx_buf_add(out, "<style>.e{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}</style>\n");
  sx_drawing_svg_items(out, d, id);
  sx_buf_add(out, "</svg>\n");
  return sx_buf_status(out, err);
}
