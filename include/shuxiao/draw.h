/* draw.h: a drawing as a list of marks, made once and given to every back end: SVG with real text, PNG and any cairo context (a page of a
 * PDF file). Units are CSS pixels (1/96 inch) from the upper left corner.
 *
 * What a drawing looks like does not depend on the fonts of the machine that makes it: the width of a text is taken from a table (ems by
 * class of character, a little on the wide side of the usual sans-serif faces); a back end that has a real font draws the text
 * narrower where it would leave that width. Colours are roles (sx_ink), turned into colours by the back ends.
 *
 * Adding to a drawing cannot be refused: like sx_buf, a drawing that ran out of memory remembers it, later additions do nothing,
 * and sx_drawing_status and every back end say so. */
#ifndef SX_DRAW_H
#define SX_DRAW_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- colours ----------------------------------------------------------------------------------------------------- */

enum { SX_INK_SERIES_COUNT = 8, SX_INK_HEAT_COUNT = 9, SX_INK_SCALE_COUNT = 7 };

/* What a colour is for. The series are those of Okabe and Ito (Color Universal Design, 2008), ordered so that neighbours differ in grey. */
typedef enum sx_ink {
  SX_INK_NONE,
  SX_INK_TEXT,  /* text and whiskers */
  SX_INK_SOFT,  /* secondary text */
  SX_INK_RULE,  /* grid */
  SX_INK_AXIS,  /* zero line */
  SX_INK_PAPER, /* the page */
  SX_INK_EMPTY, /* the part of a bar that nothing fills, a tile without a value */
  SX_INK_SERIES_0,
  SX_INK_HEAT_0 = SX_INK_SERIES_0 + SX_INK_SERIES_COUNT, /* light to dark */
  SX_INK_SCALE_0 = SX_INK_HEAT_0 + SX_INK_HEAT_COUNT,    /* orange through grey to blue: opposite opinions, signs */
  SX_INK_COUNT = SX_INK_SCALE_0 + SX_INK_SCALE_COUNT
} sx_ink;
SX_API sx_ink sx_ink_series(size_t series); /* repeats after SX_INK_SERIES_COUNT */
SX_API sx_ink sx_ink_on(sx_ink ink); /* the ink of a text on a series, heat or scale colour; SX_INK_TEXT on others */
SX_API const char *sx_ink_colour(sx_ink ink); /* "#rrggbb"; NULL for SX_INK_NONE */
SX_API uint32_t sx_ink_rgb(sx_ink ink);       /* 0xrrggbb */
/* Lightness L* of CIE 1976 (0 black, 100 white) from the relative luminance of sRGB (IEC 61966-2-1): what is left of a colour in a
 * black-and-white print. */
SX_API double sx_ink_lightness(sx_ink ink);

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Advance width at a font size: CJK one em, Latin by class of letter, combining marks 0. */
SX_API double sx_draw_text_width(const char *text, size_t n, double size);

enum { SX_DRAW_LINES = 24 };
typedef struct sx_draw_lines {
  const char *start[SX_DRAW_LINES]; /* into the text that was wrapped */
  size_t length[SX_DRAW_LINES];
  size_t n;
  double width;   /* of the widest */
  bool shortened; /* more lines than there is room for: an ellipsis ends the last */
} sx_draw_lines;
/* Breaks between words and between Chinese characters; no closing mark at a line's start, no opening one at its end (GB/T 15834-2011,
 * 5.1); a word that is too long for a line is cut. max_lines <= SX_DRAW_LINES. */
SX_API void sx_draw_wrap(sx_draw_lines *out, const char *text, double size, double max_width, size_t max_lines);

/* ---- the list ---------------------------------------------------------------------------------------------------- */

typedef enum sx_anchor { SX_ANCHOR_START, SX_ANCHOR_MIDDLE, SX_ANCHOR_END } sx_anchor;

typedef struct sx_draw_box {
  double x0, y0, x1, y1;
} sx_draw_box;

typedef enum sx_draw_kind {
  SX_DRAW_RECT,    /* at (x, y), width x height, corners of `radius` */
  SX_DRAW_LINE,    /* (x, y) to (x1, y1) */
  SX_DRAW_CIRCLE,  /* around (x, y), of `radius` */
  SX_DRAW_POLYGON, /* points */
  SX_DRAW_PATH,    /* points, each reached by a line unless it begins a piece; closed: back to the first at the end */
  SX_DRAW_TEXT,    /* baseline at y, from x on, around it or up to it */
  SX_DRAW_GROUP,   /* opens a group: title (a tip where the reader's program shows one), clip, attributes */
  SX_DRAW_END      /* closes it */
} sx_draw_kind;

typedef struct sx_draw_point {
  double x, y;
  bool begin; /* begins a piece of a path: no line leads to it */
} sx_draw_point;

/* Patterns over a fill, so that it is told from its neighbour without colour. */
typedef enum sx_draw_hatch {
  SX_HATCH_NONE,
  SX_HATCH_RISING,
  SX_HATCH_FALLING,
  SX_HATCH_DOTS,
  SX_HATCH_COUNT
} sx_draw_hatch;

typedef enum sx_draw_dash {
  SX_DASH_SOLID,
  SX_DASH_LONG,   /* 7 3 */
  SX_DASH_SHORT,  /* 2 3 */
  SX_DASH_MIXED,  /* 9 3 2 3 */
  SX_DASH_DOTTED, /* 1 3 */
  SX_DASH_FINE,   /* 2 2 */
  SX_DASH_COUNT
} sx_draw_dash;
SX_API size_t sx_draw_dash_lengths(double out[4], sx_draw_dash dash); /* how many: 0 for a solid line */

typedef struct sx_draw_style {
  sx_ink fill, stroke;
  double stroke_width;
  double opacity; /* of the fill; 0 means 1 */
  sx_draw_dash dash;
  bool round_caps, round_joins;
  sx_draw_hatch hatch;
  sx_ink hatch_ink;
} sx_draw_style;

typedef struct sx_draw_item {
  sx_draw_kind kind;
  double x, y, width, height, radius, x1, y1;
  sx_draw_style style;
  const sx_draw_point *points; /* the drawing's */
  size_t n_points;
  bool closed;
  /* texts */
  const char *
      text; /* UTF-8, [n_text] bytes and NUL; the drawing's. May hold what a back end cannot draw: it shows U+FFFD there */
  size_t n_text;
  double size; /* of the font */
  sx_anchor anchor;
  bool strong;     /* weight 600 */
  bool halo;       /* a white edge, where it lies on something */
  sx_draw_box box; /* by the table of widths */
  /* texts and groups */
  const char *attributes; /* for SVG, written and escaped already, each with a blank before it: which result a number is
                             (` data-ref="users.total"`); NULL: none */
  const char *title;      /* groups: NULL: none */
  bool clip;              /* groups: to x, y, width, height */
} sx_draw_item;

typedef struct sx_drawing {
  sx_ctx ctx;
  sx_arena *arena;
  double width, height; /* the maker of the drawing sets the height */
  sx_draw_item *items;  /* [n_items] in the order in which they are painted */
  size_t n_items, cap_items;
  const char *attributes; /* of the texts added next; NULL: none. Copied with each text */
  bool on_mark;           /* texts added now lie on a mark and get no white edge */
  bool failed;            /* out of memory */
} sx_drawing;

SX_API sx_status sx_drawing_new(sx_drawing **out, const sx_ctx *ctx, double width, sx_error *err) SX_NODISCARD;
SX_API void sx_drawing_free(sx_drawing *drawing);
SX_API sx_status sx_drawing_status(const sx_drawing *drawing, sx_error *err) SX_NODISCARD; /* SX_OK or SX_E_MEMORY */

SX_API void sx_draw_rect(sx_drawing *d, double x, double y, double width, double height, double radius,
                         const sx_draw_style *style); /* a negative width reaches to the left */
SX_API void sx_draw_line(sx_drawing *d, double x0, double y0, double x1, double y1, const sx_draw_style *style);
SX_API void sx_draw_circle(sx_drawing *d, double x, double y, double radius, const sx_draw_style *style);
SX_API void sx_draw_polygon(sx_drawing *d, const sx_draw_point *points, size_t n, const sx_draw_style *style);
SX_API void sx_draw_path(sx_drawing *d, const sx_draw_point *points, size_t n, bool closed, const sx_draw_style *style);
SX_API void sx_draw_text(sx_drawing *d, double x, double baseline, sx_anchor anchor, double size, sx_ink ink,
                         bool strong, const char *text, size_t n); /* an empty text adds nothing */
/* Wrapped text, the block centred on `middle`; the line height is 1.35 size. */
SX_API void sx_draw_block(sx_drawing *d, double x, double middle, sx_anchor anchor, double size, sx_ink ink,
                          const sx_draw_lines *lines);
SX_API void sx_draw_group(sx_drawing *d, const char *title, const char *attributes,
                          const sx_draw_box *clip); /* each may be NULL */
SX_API void sx_draw_group_end(sx_drawing *d);
/* The area of a series: its colour, and from the ninth series on, where the colours come again, a pattern over it: 32 are told apart. */
SX_API sx_draw_style sx_draw_series_style(size_t series);
/* The dash of its line: another one where the colour comes again. */
SX_API sx_draw_dash sx_draw_series_dash(size_t series);
/* A point in one of four shapes, another one where the colour comes again. */
SX_API void sx_draw_marker(sx_drawing *d, double x, double y, double radius, size_t series);
/* An interval: a line with ends, across or upright. */
SX_API void sx_draw_whisker(sx_drawing *d, double from, double to, double at, bool upright, sx_ink ink);
/* Items [from, middle) go behind items [middle, n_items): both keep their order. */
SX_API void sx_draw_turn(sx_drawing *d, size_t from, size_t middle);

/* The first two texts of which one lies on the other by more than `slack`, or a text that leaves the drawing (*b is then *a); false when
 * there are none. */
SX_API bool sx_drawing_collision(const sx_drawing *drawing, double slack, size_t *a, size_t *b);

/* ---- SVG --------------------------------------------------------------------------------------------------------- */

/* Text as text and quoted attribute of XML and HTML; what neither may hold becomes U+FFFD. */
SX_API void sx_draw_escape(sx_buf *out, const char *text, size_t n);
SX_API void sx_draw_number(sx_buf *out, double value); /* at most two decimals */
/* The items alone, for who writes the <svg> element; texts with a halo have class="e". `id` begins the names of patterns and clips
 * (unique in the page). */
SX_API void sx_drawing_svg_items(sx_buf *out, const sx_drawing *drawing, const char *id);
typedef struct sx_svg_options {
  uint32_t version;
  const char *id;           /* begins every id inside; NULL: "c" */
  const char *title, *text; /* the name of the drawing, and what it shows in words (sx_chart_text); NULL: none */
  const char *font;         /* font-family; NULL: the usual sans-serif faces */
} sx_svg_options;
/* A file of its own. */
SX_API sx_status sx_drawing_svg(sx_buf *out, const sx_drawing *drawing, const sx_svg_options *options,
                                sx_error *err) SX_NODISCARD;

/* ---- Cairo and Pango --------------------------------------------------------------------------------------------- */

/* The texts' font family where options have none: a list for fontconfig. */
#define SX_DRAW_FONT "Noto Sans CJK SC, Source Han Sans SC, DejaVu Sans, sans-serif"

/* Cairo, Pango and Fontconfig have caches that are one for the whole process: who paints, makes or frees fonts while another thread may do so does it between these
 * two. They do not nest. */
SX_API void sx_draw_take(void);
SX_API void sx_draw_give(void);

/* Fonts that were looked up, kept for further drawings: finding them costs more than drawing. For one thread at a time. */
typedef struct sx_draw_fonts sx_draw_fonts;
SX_API sx_status sx_draw_fonts_new(sx_draw_fonts **out, sx_error *err) SX_NODISCARD;
SX_API void sx_draw_fonts_free(sx_draw_fonts *fonts); /* NULL ok */

typedef struct sx_paint_options {
  uint32_t version;
  const char *font;     /* NULL: SX_DRAW_FONT */
  double scale;         /* PNG: pixels per CSS pixel; 0 means 2 */
  sx_draw_fonts *fonts; /* NULL: looked up for this drawing alone; the same bytes */
} sx_paint_options;
/* Whether some font of this machine has every character of the text. Expected: SX_E_SUPPORT naming the character and the package that
 * has it (fonts-noto-cjk for Chinese). */
SX_API sx_status sx_draw_font_check(const char *text, size_t n, const char *font, sx_error *err) SX_NODISCARD;
/* A picture file, appended to out. The same drawing, fonts and versions of Cairo and FreeType give the same bytes. Takes turns with who else paints by itself, so
 * never between sx_draw_take and sx_draw_give. Expected: SX_E_SUPPORT where a font is missing, SX_E_LIMIT above 32,767 pixels. */
SX_API sx_status sx_drawing_png(sx_buf *out, const sx_drawing *drawing, const sx_paint_options *options,
                                sx_error *err) SX_NODISCARD;
/* Draws onto a context (cairo_t *) whose unit is a CSS pixel and whose origin is the drawing's corner; text stays text in PDF. The context's
 * state is as before afterwards. */
SX_API sx_status sx_drawing_paint(void *cairo, const sx_drawing *drawing, const sx_paint_options *options,
                                  sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
