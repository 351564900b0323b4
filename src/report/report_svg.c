/* report_svg.c: SVG primitives. Text widths are estimated, for the fonts are the reader's: ems by class of character, from the
 * widest of the usual sans-serif faces. */
#include "report_svg.h"

#include <math.h>
#include <string.h>

#include "report_page.h"

void sx_svg__init(sx_svg *svg, const sx_ctx *ctx, double width) {
  *svg = (sx_svg){.ctx = ctx, .width = width};
  sx_buf_init(&svg->body, ctx);
}

void sx_svg__clear(sx_svg *svg) {
  sx_buf_clear(&svg->body);
  sx_mem_free(svg->ctx, svg->texts);
  svg->texts = NULL;
}

const char *sx_svg__colour(size_t series) {
  static const char *const colours[] = {"#0072B2", "#E69F00", "#17324D", "#009E73",
                                        "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C"};
  return colours[series % (sizeof colours / sizeof *colours)];
}

const char *sx_svg__on_colour(size_t series) {
  static const char *const inks[] = {"#ffffff", SX_INK, "#ffffff", "#ffffff", SX_INK, SX_INK, "#ffffff", SX_INK};
  return inks[series % (sizeof inks / sizeof *inks)];
}

/* ---- width of text ----------------------------------------------------------------------------------------------- */

static double em(uint32_t code, const char *text, size_t n) {
  if (code < 0x80) {
    const char c = (char)code;
    if (c == ' ') return 0.29;
    if (strchr("ijl.,:;'|!()[]", c)) return 0.33;
    if (strchr("ftrI-/", c)) return 0.41;
    if (strchr("mwMW%@", c)) return 0.90;
    if (c >= 'A' && c <= 'Z') return 0.69;
    return 0.58;
  }
  const size_t columns = sx_utf8_width(text, n);
  if (columns == 0) return 0;
  if (columns >= 2 || code == 0x2014 || code == 0x2026 || (code >= 0x2018 && code <= 0x201D)) return 1.0;
  return 0.62;
}

double sx_svg__text_width(const char *text, size_t n, double size) {
  double width = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) k = 1;
    width += em(code, text + i, k);
    i += k;
  }
  return width * size;
}

/* ---- wrapping ---------------------------------------------------------------------------------------------------- */

static bool one_of(uint32_t code, const uint32_t *set, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (set[i] == code) return true;
  }
  return false;
}

/* Marks that must not begin, and that must not end, a line. */
static bool no_start(uint32_t code) {
  static const uint32_t set[] = {0x3001, 0x3002, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF01, 0xFF1F, 0xFF09,
                                 0x300B, 0x300D, 0x300F, 0x3011, 0x201D, 0x2019, ')',    ']',    '}',
                                 ',',    '.',    ':',    ';',    '!',    '?',    '%',    0xFF05, 0x2026};
  return one_of(code, set, sizeof set / sizeof *set);
}

static bool no_end(uint32_t code) {
  static const uint32_t set[] = {0xFF08, 0x300A, 0x300C, 0x300E, 0x3010, 0x201C, 0x2018, '(', '[', '{'};
  return one_of(code, set, sizeof set / sizeof *set);
}

static bool may_break(uint32_t before, uint32_t after, bool wide_before, bool wide_after) {
  if (before == ' ') return after != ' ';
  if (after == ' ' || no_start(after) || no_end(before)) return false;
  if (wide_before || wide_after) return true;
  return before == '-' || before == '/' || before == 0x2013;
}

static void add_line(sx_svg_lines *out, const char *text, size_t from, size_t to, double size) {
  while (to > from && text[to - 1] == ' ') to--;
  out->start[out->n] = text + from;
  out->length[out->n] = to - from;
  const double width = sx_svg__text_width(text + from, to - from, size);
  if (width > out->width) out->width = width;
  out->n++;
}

/* The end of the line that begins at `from`: the last break that fits, or as many characters as fit. */
static size_t line_end(const char *text, size_t n, size_t from, double size, double max_width) {
  double width = 0;
  size_t good = 0, i = from;
  uint32_t before = 0;
  bool wide_before = false;
  while (i < n) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0) k = 1;
    const bool wide = sx_utf8_width(text + i, k) >= 2;
    if (i > from && may_break(before, code, wide_before, wide)) good = i;
    width += em(code, text + i, k) * size;
    if (width > max_width + 1e-6 && code != ' ' && i > from) return good > from ? good : i;
    before = code;
    wide_before = wide;
    i += k;
  }
  return n;
}

void sx_svg__wrap(sx_svg_lines *out, const char *text, double size, double max_width, size_t max_lines) {
  const size_t n = strlen(text);
  *out = (sx_svg_lines){.n = 0};
  if (max_lines > SX_SVG_LINES) max_lines = SX_SVG_LINES;
  for (size_t from = 0; from < n;) {
    size_t end = line_end(text, n, from, size, max_width);
    if (out->n + 1 == max_lines && end < n) {
      out->shortened = true;
      end = line_end(text, n, from, size, max_width - size);
      add_line(out, text, from, end, size);
      out->width = out->width + size < max_width ? out->width + size : max_width;
      return;
    }
    add_line(out, text, from, end, size);
    while (end < n && text[end] == ' ') end++;
    from = end;
  }
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

void sx_svg__number(sx_buf *out, double value) {
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
  sx_svg__number(out, value);
  sx_buf_add_char(out, '"');
}

static void remember(sx_svg *svg, sx_svg_box box) {
  void *p = svg->texts;
  const bool grown = sx_mem_grow(svg->ctx, &p, &svg->cap_texts, svg->n_texts + 1, sizeof *svg->texts);
  svg->texts = p;
  if (grown)
    svg->texts[svg->n_texts++] = box;
  else
    svg->failed = true;
}

static void text_element(sx_svg *svg, double x, double baseline, sx_anchor anchor, double size, const char *colour,
                         bool strong) {
  static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  sx_buf_add(&svg->body, "<text");
  attribute(&svg->body, "x", x);
  attribute(&svg->body, "y", baseline);
  attribute(&svg->body, "font-size", size);
  sx_buf_printf(&svg->body, "%s fill=\"%s\"%s%s%s>", svg->on_mark ? "" : " class=\"e\"", colour, anchors[anchor],
                strong ? " font-weight=\"600\"" : "", svg->trace ? svg->trace : "");
}

void sx_svg__text(sx_svg *svg, double x, double baseline, sx_anchor anchor, double size, const char *colour,
                  bool strong, const char *text, size_t n) {
  if (!n) return;
  const double width = sx_svg__text_width(text, n, size);
  const double left = anchor == SX_ANCHOR_START ? x : anchor == SX_ANCHOR_END ? x - width : x - width / 2;
  remember(svg, (sx_svg_box){left, baseline - 0.82 * size, left + width, baseline + 0.2 * size});
  text_element(svg, x, baseline, anchor, size, colour, strong);
  sx_report__escape(&svg->body, text, n);
  sx_buf_add(&svg->body, "</text>\n");
}

void sx_svg__block(sx_svg *svg, double x, double middle, sx_anchor anchor, double size, const char *colour,
                   const sx_svg_lines *lines) {
  const double step = 1.35 * size;
  double baseline = middle - step * ((double)lines->n - 1) / 2 + 0.35 * size;
  for (size_t i = 0; i < lines->n; i++, baseline += step) {
    const bool cut = lines->shortened && i + 1 == lines->n;
    if (!cut) {
      sx_svg__text(svg, x, baseline, anchor, size, colour, false, lines->start[i], lines->length[i]);
      continue;
    }
    char text[512];
    const size_t n = sx_utf8_cut(lines->start[i], lines->length[i], sizeof text - 4);
    memcpy(text, lines->start[i], n);
    memcpy(text + n, "…", 4);
    sx_svg__text(svg, x, baseline, anchor, size, colour, false, text, n + 3);
  }
}

void sx_svg__rect(sx_svg *svg, double x, double y, double width, double height, const char *fill, const char *extra) {
  sx_buf_add(&svg->body, "<rect");
  attribute(&svg->body, "x", width < 0 ? x + width : x);
  attribute(&svg->body, "y", y);
  attribute(&svg->body, "width", fabs(width));
  attribute(&svg->body, "height", height);
  sx_buf_printf(&svg->body, " fill=\"%s\"%s/>\n", fill, extra);
}

void sx_svg__line(sx_svg *svg, double x0, double y0, double x1, double y1, const char *stroke, double width,
                  const char *extra) {
  sx_buf_add(&svg->body, "<line");
  attribute(&svg->body, "x1", x0);
  attribute(&svg->body, "y1", y0);
  attribute(&svg->body, "x2", x1);
  attribute(&svg->body, "y2", y1);
  attribute(&svg->body, "stroke-width", width);
  sx_buf_printf(&svg->body, " stroke=\"%s\"%s/>\n", stroke, extra);
}

static void polygon(sx_svg *svg, const double (*points)[2], size_t n, const char *fill) {
  sx_buf_add(&svg->body, "<polygon points=\"");
  for (size_t i = 0; i < n; i++) {
    if (i) sx_buf_add_char(&svg->body, ' ');
    sx_svg__number(&svg->body, points[i][0]);
    sx_buf_add_char(&svg->body, ',');
    sx_svg__number(&svg->body, points[i][1]);
  }
  sx_buf_printf(&svg->body, "\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"1.5\"/>\n", fill);
}

void sx_svg__marker(sx_svg *svg, double x, double y, double radius, size_t series) {
  const double r = radius;
  const double diamond[][2] = {{x, y - 1.3 * r}, {x + 1.3 * r, y}, {x, y + 1.3 * r}, {x - 1.3 * r, y}};
  const double square[][2] = {{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}};
  const double triangle[][2] = {{x, y - 1.25 * r}, {x + 1.2 * r, y + r}, {x - 1.2 * r, y + r}};
  const char *fill = sx_svg__colour(series);
  switch (series % 4) {
  case 1:
    polygon(svg, diamond, 4, fill);
    return;
  case 2:
    polygon(svg, square, 4, fill);
    return;
  case 3:
    polygon(svg, triangle, 3, fill);
    return;
  default:
    break;
  }
  sx_buf_add(&svg->body, "<circle");
  attribute(&svg->body, "cx", x);
  attribute(&svg->body, "cy", y);
  attribute(&svg->body, "r", r);
  sx_buf_printf(&svg->body, " fill=\"%s\" stroke=\"#fff\" stroke-width=\"1.5\"/>\n", fill);
}

void sx_svg__whisker(sx_svg *svg, double from, double to, double at, bool upright, const char *colour) {
  const double cap = 3.5;
  const double x[2] = {upright ? at : from, upright ? at : to}, y[2] = {upright ? from : at, upright ? to : at};
  sx_svg__line(svg, x[0], y[0], x[1], y[1], colour, 1.5, "");
  for (int i = 0; i < 2; i++) {
    if (upright)
      sx_svg__line(svg, x[i] - cap, y[i], x[i] + cap, y[i], colour, 1.5, "");
    else
      sx_svg__line(svg, x[i], y[i] - cap, x[i], y[i] + cap, colour, 1.5, "");
  }
}
