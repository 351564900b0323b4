/* report_svg.h: drawing in SVG: text that knows its size, lines, boxes. Units are CSS pixels at full size. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include "report_format.h"

typedef struct sx_svg_box {
  double x0, y0, x1, y1;
} sx_svg_box;

typedef enum sx_anchor { SX_ANCHOR_START, SX_ANCHOR_MIDDLE, SX_ANCHOR_END } sx_anchor;

typedef struct sx_svg {
  const sx_ctx *ctx;
  sx_buf body;
  double width, height;
  bool on_mark;      /* texts drawn now lie on a mark and get no white edge */
  sx_svg_box *texts; /* of every text drawn, so that a test can see whether any two collide */
  size_t n_texts, cap_texts;
  const char *trace; /* attributes of the next texts: which result they are, or why they need not be one; NULL */
  bool failed;
} sx_svg;
void sx_svg__init(sx_svg *svg, const sx_ctx *ctx, double width);
void sx_svg__clear(sx_svg *svg);

/* Advance width of a text at a font size, a little on the wide side: CJK one em, Latin by class of letter. */
double sx_svg__text_width(const char *text, size_t n, double size);

enum { SX_SVG_LINES = 24 };
typedef struct sx_svg_lines {
  const char *start[SX_SVG_LINES];
  size_t length[SX_SVG_LINES];
  size_t n;
  double width;   /* of the widest */
  bool shortened; /* more lines than there is room for: an ellipsis ends the last */
} sx_svg_lines;
/* Breaks between words and between Chinese characters, no closing mark at a line's start, no opening one at its end. */
void sx_svg__wrap(sx_svg_lines *out, const char *text, double size, double max_width, size_t max_lines);

#define SX_INK   "#1d2733" /* text */
#define SX_SOFT  "#5b6876" /* secondary text */
#define SX_RULE  "#dfe4ea"
#define SX_AXIS  "#8592a0"
#define SX_PAPER "#ffffff"
const char *sx_svg__colour(size_t series);    /* Okabe and Ito's, ordered so that neighbours differ in grey */
const char *sx_svg__on_colour(size_t series); /* text on it */

void sx_svg__text(sx_svg *svg, double x, double baseline, sx_anchor anchor, double size, const char *colour,
                  bool strong, const char *text, size_t n);
/* Wrapped text, the block centred on `middle`; the line height is 1.35 size. */
void sx_svg__block(sx_svg *svg, double x, double middle, sx_anchor anchor, double size, const char *colour,
                   const sx_svg_lines *lines);
void sx_svg__rect(sx_svg *svg, double x, double y, double width, double height, const char *fill, const char *extra);
void sx_svg__line(sx_svg *svg, double x0, double y0, double x1, double y1, const char *stroke, double width,
                  const char *extra);
/* A point in one of four shapes. */
void sx_svg__marker(sx_svg *svg, double x, double y, double radius, size_t series);
/* An interval: a line with ends, across or upright. */
void sx_svg__whisker(sx_svg *svg, double from, double to, double at, bool upright, const char *colour);
void sx_svg__number(sx_buf *out, double value); /* at most two decimals */

#endif
