/* publish_pdf_priv.h: the typesetter: texts laid out by Pango, a list of items from top to bottom (a line, a row, a drawing), pages cut from that list, and the pages
 * drawn by Cairo. Lengths are points. */
#ifndef PUBLISH_PDF_PRIV_H
#define PUBLISH_PDF_PRIV_H

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include "publish_grid.h"
#include "shuxiao/draw_chart.h"

/* ---- the page (A4) ----------------------------------------------------------------------------------------------- */
#define PDF_WIDTH  595.276
#define PDF_HEIGHT 841.890
#define PDF_LEFT   73.7
#define PDF_TOP    79.4
#define PDF_BOTTOM 73.7
#define PDF_TEXT   (PDF_WIDTH - 2 * PDF_LEFT)
#define PDF_PAD    2.3 /* above and below the text of a cell */
#define PDF_DEPTH  (PDF_HEIGHT - PDF_TOP - PDF_BOTTOM)

typedef enum pdf_ink { PDF_BLACK, PDF_SOFT, PDF_BLUE, PDF_LINK, PDF_RED, PDF_INKS } pdf_ink;

/* How a text is set. */
typedef struct pdf_face {
  bool serif, strong;
  double size, leading; /* of type; from line to line */
  pdf_ink ink;
  sx_document_align align;
  bool ellipsis; /* cut to one line */
} pdf_face;

typedef struct pdf_link {
  int from, to;       /* bytes of the layout's text */
  const char *target; /* an anchor of the document; NULL: uri */
  const char *uri;
} pdf_link;

typedef struct pdf_mark {
  int at;        /* byte of the layout's text */
  size_t number; /* of the footnote, from 1 */
} pdf_mark;

typedef struct pdf_digits pdf_digits; /* characters of a font, each shaped once */

typedef struct pdf_digit_line {
  const pdf_digits *digits;
  PangoGlyphString glyphs;
  const char *words; /* [bytes] */
  int bytes, width;  /* width: in units of Pango */
  pdf_ink ink;
} pdf_digit_line;

typedef struct pdf_text {
  PangoLayout *layout;   /* NULL: lines */
  const char *words;     /* the layout's */
  pdf_digit_line *lines; /* [n_lines] of digits alone; NULL: layout */
  int n_lines;
  pdf_face face;
  double width, indent;
  int room; /* of the layout: the width in units of Pango; -1: it is as wide as it likes */
  bool chinese;
  pdf_link *links;
  size_t n_links, cap_links;
  pdf_mark *marks;
  size_t n_marks, cap_marks;
} pdf_text;

typedef struct pdf_cell {
  const pdf_text *text; /* NULL: empty */
  double x, width;      /* of the text */
  double height;        /* of its rows together */
  bool bottom;          /* stands on the row's foot; else at its head */
  int from, to;         /* lines of the text; to 0: all */
} pdf_cell;

typedef struct pdf_rule {
  double x0, x1, y, width; /* y within the row */
} pdf_rule;

typedef struct pdf_row {
  double height;
  pdf_cell *cells;
  size_t n_cells;
  pdf_rule *rules;
  size_t n_rules;
} pdf_row;

/* The head of a table, set again on each page that it reaches. */
typedef struct pdf_head {
  const pdf_row *rows;
  size_t n_rows;
  const pdf_text *caption; /* "表 1（续）"; NULL */
  double height, x;
} pdf_head;

typedef enum pdf_kind { PDF_LINE, PDF_ROW, PDF_DRAWING, PDF_SPACE, PDF_RULE, PDF_PAIR } pdf_kind;

typedef struct pdf_item pdf_item;
struct pdf_item {
  pdf_kind kind;
  pdf_item *sides[2];       /* PAIR: items beside each other; NULL: nothing */
  double x, height, before; /* before: white above it, dropped at the head of a page */
  bool keep;                /* with the item after it */
  bool soft;                /* keep, but for want of room */
  bool page_break;          /* begins a page */
  bool of_heading;          /* a line of a heading */
  size_t group;             /* of this figure or table, from 1: it may change places with text; 0: none */
  bool moved;               /* has done so */
  size_t box;               /* on the ground of this box, from 1; 0: none */
  uint32_t bar;             /* of a box: the colour of the bar at its left; 0: ours */
  double tail;              /* of a box: ground below the item */
  const pdf_text *text;     /* LINE: line `line` of it */
  int line;
  const pdf_row *row;
  const pdf_head *head; /* ROW of a body: the head that is set again above it */
  const sx_drawing *drawing;
  double scale;
  const char *anchor;              /* links lead here */
  const sx_document_node *heading; /* enters the outline */
  const char *entry;               /* of the contents: the page of this anchor stands at the right */
  const pdf_text *before_text;     /* set to the left of the line: a bullet */
  double before_x;
  size_t page; /* from 1 */
  double y;    /* on it */
};

typedef struct pdf_note {
  const char *anchor;
  const pdf_text *text;
  double height;
  size_t page; /* where it stands; 0: nowhere yet */
} pdf_note;

typedef struct pdf_page {
  size_t from, to; /* items */
  const pdf_head *head;
  double notes_height;
  size_t *notes, n_notes, cap_notes; /* numbers */
} pdf_page;

typedef struct pdf_place {
  const char *anchor;
  size_t page;
  double x, y;
} pdf_place;

typedef struct pdf_writer {
  sx_ctx ctx;
  sx_arena *arena;
  const sx_document *document;
  bool chinese;
  PangoContext *pango;
  PangoFontDescription *families[2]; /* without and with serifs */
  GHashTable *plain;                 /* texts without inlines of their own: many cells say the same */
  pdf_digits *digits;                /* of the fonts so far */
  GHashTable *charmaps;              /* font: which of its lists of characters was put away, or -1 */
  sx_draw_fonts *fonts;              /* of the drawings; NULL: none yet */
  PangoLayout **layouts;
  size_t n_layouts, cap_layouts;
  sx_drawing **drawings;
  size_t n_drawings, cap_drawings;
  pdf_item *items;
  size_t n_items, cap_items;
  pdf_note *notes; /* [n_notes] by number - 1 */
  size_t n_notes;
  pdf_page *pages;
  size_t n_pages, cap_pages;
  pdf_place *places;
  size_t n_places, cap_places;
  /* where blocks go now */
  double left, width, size; /* size: of the type of paragraphs */
  double pending;           /* white due above the next item */
  size_t box, n_boxes;      /* box: the one that is open; 0: none */
  size_t n_groups;          /* figures and tables */
  uint32_t bar;
  bool tight;
  const char *bullet;
  sx_error *err;
} pdf_writer;

/* ---- texts (publish_pdf_text.c) ---- */
void sx_publish__pdf_fonts_open(pdf_writer *w);
void sx_publish__pdf_fonts_close(pdf_writer *w);
/* Inlines of a node, after `before` (plain; NULL), in width; indent: of the first line. */
sx_status sx_publish__pdf_text(const pdf_text **out, pdf_writer *w, const sx_document_node *node, const char *before,
                               const pdf_face *face, double width, double indent) SX_NODISCARD;
sx_status sx_publish__pdf_plain(const pdf_text **out, pdf_writer *w, const char *text, const pdf_face *face,
                                double width) SX_NODISCARD;
int sx_publish__pdf_lines(const pdf_text *text);
/* Where a line of this width begins in the text's, in units of Pango. */
int sx_publish__pdf_start(const pdf_text *text, bool rtl, int width);
double sx_publish__pdf_width(const pdf_text *text); /* of its longest line */
double sx_publish__pdf_line_width(const pdf_text *text, int line);
uint32_t sx_publish__pdf_ink(pdf_ink ink); /* 0xRRGGBB */
/* The description of the fonts, until it is asked for again; the features that texts of the report's language are set with. */
const PangoFontDescription *sx_publish__pdf_font(pdf_writer *w, bool serif, bool strong, double size);
void sx_publish__pdf_features(const pdf_writer *w, PangoAttrList *attributes);

/* publish_pdf_digits.c. Sets the lines of t where its words are digits that fit its width: from byte `small` on (the begin of a line, or past the end) they are
 * small and soft. Else t stays as it is. */
#define PDF_SMALL 0.88
sx_status sx_publish__pdf_digits(pdf_writer *w, pdf_text *t, const char *words, size_t n, size_t small) SX_NODISCARD;
void sx_publish__pdf_digits_show(cairo_t *cr, const pdf_digit_line *line); /* from Cairo's point on */
PangoFont *sx_publish__pdf_digits_font(const pdf_digits *digits);          /* NULL: none */
const pdf_digits *sx_publish__pdf_digits_next(const pdf_writer *w,
                                              const pdf_digits *digits); /* NULL: the first; none */
void sx_publish__pdf_digits_close(pdf_writer *w);

/* publish_pdf_fonts.c: between the two, drawing is faster. */
void sx_publish__pdf_charmaps_hide(pdf_writer *w);
void sx_publish__pdf_charmaps_restore(pdf_writer *w);

/* ---- the list of items (publish_pdf_flow.c, publish_pdf_table.c, publish_pdf_cover.c) ---- */
pdf_item *sx_publish__pdf_item(pdf_writer *w, pdf_kind kind, double height); /* NULL: out of memory */
/* All lines of a text; keep: with what follows. *first: index of the first item. */
sx_status sx_publish__pdf_put(pdf_writer *w, const pdf_text *text, double x, bool keep, size_t *first) SX_NODISCARD;
void sx_publish__pdf_space(pdf_writer *w, double points); /* white, the greater of what is due */
sx_status sx_publish__pdf_blocks(pdf_writer *w, const sx_document_node *node) SX_NODISCARD;
sx_status sx_publish__pdf_caption(pdf_writer *w, const sx_document_node *node, bool keep) SX_NODISCARD;
sx_status sx_publish__pdf_foot(pdf_writer *w, const sx_document_node *node, bool keep) SX_NODISCARD;
sx_status sx_publish__pdf_table(pdf_writer *w, const sx_document_node *node) SX_NODISCARD;
sx_status sx_publish__pdf_cover(pdf_writer *w, const sx_document_node *node) SX_NODISCARD;

/* ---- pages (publish_pdf_page.c), drawn (publish_pdf_draw.c) ---- */
enum { PDF_NOTES_GAP = 14 };                                 /* the line above the footnotes, and the white around it */
sx_status sx_publish__pdf_notes(pdf_writer *w) SX_NODISCARD; /* lays the footnotes out */
sx_status sx_publish__pdf_cut(pdf_writer *w) SX_NODISCARD;
/* The end of the items that keep together with item i. */
size_t sx_publish__pdf_chunk(const pdf_writer *w, size_t i);
/* Whether items [i, to) fit below y with the footnotes that they bring. */
bool sx_publish__pdf_fits(pdf_writer *w, const pdf_page *page, size_t i, size_t to, double y);
/* publish_pdf_float.c: items [i, to) that keep together do not fit below y: where they hold a figure or table, *done says that something was changed so
 * that more of what stands at i now fits. */
sx_status sx_publish__pdf_make_room(bool *done, pdf_writer *w, const pdf_page *page, size_t i, size_t to,
                                    double y) SX_NODISCARD;
/* The items from `first` on are a figure or table. */
void sx_publish__pdf_group(pdf_writer *w, size_t first);
const pdf_place *sx_publish__pdf_place(const pdf_writer *w, const char *anchor); /* NULL */
sx_status sx_publish__pdf_draw(pdf_writer *w, cairo_surface_t *surface, cairo_t *cr) SX_NODISCARD;

#endif
