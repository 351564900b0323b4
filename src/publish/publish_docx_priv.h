/* publish_docx_priv.h: what the parts of the Word writer share: styles by role, text runs, fields, relationships, properties. */
#ifndef PUBLISH_DOCX_PRIV_H
#define PUBLISH_DOCX_PRIV_H

#include "publish_grid.h"
#include "publish_package.h"
#include "shuxiao/report_document.h"
#include "shuxiao/report_own.h"
#include "shuxiao/table.h"

/* ---- XML (publish_docx_xml.c) ---- */

/* Text into XML 1.0: markup is escaped, blanks of all kinds but the non-breaking are kept, what XML cannot hold prints as U+FFFD. */
void sx_publish__xml(sx_buf *out, const char *text, size_t n);
void sx_publish__xml_text(sx_buf *out, const char *text);
bool sx_publish__is_rtl(uint32_t code);
/* Whether the first letter with a direction runs from right to left. */
bool sx_publish__starts_rtl(const char *text, size_t n);

/* How a run of text looks. */
typedef struct sx_docx_look {
  bool strong, emphasis, superscript;
  int size;          /* half points; 0: the paragraph's */
  const char *style; /* id of a character style; NULL */
  const char *color; /* "595959"; NULL */
} sx_docx_look;
/* Runs of one look; pieces that run from right to left are runs of their own. Tabs and line ends of the text become blanks. */
void sx_publish__docx_run(sx_buf *out, const sx_docx_look *look, bool chinese, const char *text, size_t n);
/* A field: its code and what it shows now. */
void sx_publish__docx_field(sx_buf *out, const sx_docx_look *look, bool chinese, const char *code, const char *shown,
                            size_t n);

/* ---- styles (publish_docx_styles.c) ---- */

/* id, name in the file, needed from a template, other names that a template may have. */
#define SX_DOCX_STYLES(X)                                                                                              \
  X(NORMAL, "Normal", "Normal", true, "正文|Standard")                                                                 \
  X(HEADING1, "Heading1", "heading 1", true, "标题 1|标题1")                                                           \
  X(HEADING2, "Heading2", "heading 2", true, "标题 2|标题2")                                                           \
  X(HEADING3, "Heading3", "heading 3", true, "标题 3|标题3")                                                           \
  X(HEADING4, "Heading4", "heading 4", false, "标题 4|标题4")                                                          \
  X(BODY, "BodyText", "Body Text", false, "正文文本|Body Text First Indent|正文首行缩进|正文缩进")                     \
  X(TITLE, "Title", "Title", false, "标题")                                                                            \
  X(SUBTITLE, "Subtitle", "Subtitle", false, "副标题")                                                                 \
  X(COVER, "SxCover", "封面文字", false, "")                                                                           \
  X(CAPTION, "Caption", "caption", false, "题注|图题")                                                                 \
  X(FIGURE, "SxFigure", "图", false, "Figure")                                                                         \
  X(CELL, "SxCell", "表文字", false, "表格文字|Table Text|Table Contents")                                             \
  X(HEAD, "SxHead", "表头", false, "Table Heading|表格标题")                                                           \
  X(NOTE, "SxNote", "注", false, "图表注|Table Note|Note")                                                             \
  X(LIST, "SxList", "List Bullet", false, "列表项目符号|列表")                                                         \
  X(QUOTE, "SxQuote", "Quote", false, "引用")                                                                          \
  X(BOX, "SxBox", "专栏", false, "Box")                                                                                \
  X(BOXTITLE, "SxBoxTitle", "专栏标题", false, "Box Title")                                                            \
  X(BOXTEXT, "SxBoxText", "专栏正文", false, "Box Text")                                                               \
  X(BOXHEAD, "SxBoxHead", "专栏题目", false, "Box Heading")                                                            \
  X(FOOTNOTE, "FootnoteText", "footnote text", false, "脚注文本")                                                      \
  X(FOOTREF, "FootnoteReference", "footnote reference", false, "脚注引用")                                             \
  X(TOCHEAD, "TOCHeading", "TOC Heading", false, "目录标题|TOC 标题")                                                  \
  X(TOC1, "TOC1", "toc 1", false, "目录 1")                                                                            \
  X(TOC2, "TOC2", "toc 2", false, "目录 2")                                                                            \
  X(TOC3, "TOC3", "toc 3", false, "目录 3")                                                                            \
  X(TOF, "TableofFigures", "table of figures", false, "图表目录")                                                      \
  X(HEADER, "Header", "header", false, "页眉")                                                                         \
  X(FOOTER, "Footer", "footer", false, "页脚")                                                                         \
  X(LINK, "Hyperlink", "Hyperlink", false, "超链接")                                                                   \
  X(CODE, "SxCode", "代码", false, "HTML Code|Verbatim Char")                                                          \
  X(TABLE, "SxTable", "三线表", false, "Three-line Table")

typedef enum sx_docx_style {
#define SX_DOCX_STYLE_ENUM(id, xml, name, needed, others) DS_##id,
  SX_DOCX_STYLES(SX_DOCX_STYLE_ENUM)
#undef SX_DOCX_STYLE_ENUM
      DS_COUNT
} sx_docx_style;

/* The style sheet of documents without a template. */
void sx_publish__docx_styles(sx_buf *out, sx_lang lang);
/* One definition of it under an id: what a template lacks. */
void sx_publish__docx_style(sx_buf *out, sx_docx_style style, const char *id, sx_lang lang);
const char *sx_publish__docx_style_id(sx_docx_style style);
const char *sx_publish__docx_style_name(sx_docx_style style);
bool sx_publish__docx_style_needed(sx_docx_style style); /* of a template */
bool sx_publish__docx_style_is(sx_docx_style style, const char *name, bool also_others);
void sx_publish__docx_fonts(sx_buf *out);                  /* fontTable.xml */
void sx_publish__docx_settings(sx_buf *out, sx_lang lang); /* settings.xml */
/* The parts of numbering.xml: kinds of lists, and the one list of bullets. */
void sx_publish__docx_numbering(sx_buf *out);

/* ---- a template (publish_docx_template.c) ---- */

/* What cells are set in. Our own: 9 points, 7 points of white. */
enum { SX_DOCX_EM = 180, SX_DOCX_PADDING = 140 }; /* twentieths of a point */
typedef struct sx_docx_type {
  double em;    /* the size of type, larger where letters are bold or apart; twentieths of a point */
  double latin; /* width of a Latin letter, 1 in Times New Roman */
} sx_docx_type;

typedef struct sx_docx_template {
  char *ids[DS_COUNT];     /* of its styles; NULL: it has none */
  char *section;           /* its last section's properties, "<w:sectPr ...>...</w:sectPr>"; NULL */
  char *namespaces;        /* of its document element, to stand beside ours; "" */
  sx_docx_type cell, head; /* of tables, by its styles */
  double padding;          /* of their cells, both sides together */
  bool present;
} sx_docx_template;
/* Reads styles and section of an archive. name: for errors. SX_E_DATA names a needed style that is missing. */
sx_status sx_publish__docx_template(sx_docx_template *out, sx_package *package, const char *name,
                                    sx_error *err) SX_NODISCARD;
/* Fills what cells are set in, with the style sheet whose ids are known (publish_docx_measure.c). */
sx_status sx_publish__docx_measure(sx_docx_template *t, const char *styles, size_t n, const char *name,
                                   const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
void sx_publish__docx_template_clear(sx_docx_template *t, const sx_ctx *ctx);

/* ---- the document (publish_docx.c and those below) ---- */

typedef struct sx_docx_property {
  const char *name, *value;
} sx_docx_property;

/* Words that follow from numbers, which begin at byte `at` of a buffer and have not ended. */
typedef struct sx_docx_said {
  const char *key;
  size_t id, at;
} sx_docx_said;
enum { SX_DOCX_SAID_DEPTH = 16 };

/* A drawing whose picture is still to be painted, as the part `name`. */
typedef struct sx_docx_picture {
  sx_drawing *drawing;
  char name[64];
} sx_docx_picture;

typedef struct sx_docx {
  sx_ctx ctx;
  sx_arena *arena;
  const sx_document *document;
  sx_own_numbers *own; /* of the words that the run itself writes */
  bool chinese;
  sx_docx_template template;
  sx_package package;
  sx_draw_fonts *fonts;      /* of the pictures; NULL: none yet */
  sx_docx_picture *pictures; /* to be painted; the arena's, their drawings ours */
  size_t n_pictures, cap_pictures;
  sx_package earlier;               /* the drawings of an earlier document whose pictures serve; empty: none */
  sx_buf body, notes, nums;         /* nums: of numbered lists */
  sx_buf relations, note_relations; /* elements */
  sx_buf *out;                      /* where it is written now: body or notes */
  sx_dict *names;                   /* of the properties, by code */
  sx_docx_property *properties;
  size_t n_properties, cap_properties;
  bool *noted; /* [n_noted] footnotes that are there already */
  size_t n_noted, n_bookmarks, n_drawings, n_charts, n_relations, n_lists, n_unbound;
  bool native;          /* figures are charts of Word's own where it has such a chart */
  bool native_figure;   /* the one at hand is */
  double width, height; /* of the text area, twentieths of a point */
  sx_docx_style style;  /* of paragraphs here */
  bool in_box;
  sx_docx_look look;
  unsigned list; /* number of the list that an item is of; 0: none */
  int list_level;
  bool list_fresh; /* its first paragraph is to come */
  bool in_note, in_cell;
  sx_docx_said said[SX_DOCX_SAID_DEPTH];
  size_t n_said;
  bool words_only; /* drawings are left out: what the run says is looked at, no file is made */
  sx_error *err;
} sx_docx;

/* The text of a document at hand, without its pictures: body, notes and properties of *w, which the caller clears. */
sx_status sx_publish__docx_words(sx_docx *w, const sx_document *document, bool native, sx_error *err) SX_NODISCARD;
void sx_publish__docx_clear(sx_docx *w);
sx_status sx_publish__docx_property(sx_docx *w, const char *name, const char *value) SX_NODISCARD; /* once per name */

const char *sx_publish__docx_id(const sx_docx *w, sx_docx_style style); /* of a style in this document */
/* Relationship of the part at hand; *id is "rIdSx7". external: a link. */
sx_status sx_publish__docx_relate(char id[24], sx_docx *w, const char *type, const char *target,
                                  bool external) SX_NODISCARD;

/* What a paragraph has beside its style. */
typedef struct sx_docx_paragraph {
  bool keep_next, page_break, unnumbered, rtl;
  bool let_go; /* the style keeps with what follows, this does not */
  unsigned list;
  int list_level;
  const char *tail; /* elements of w:pPr from w:spacing on; NULL */
} sx_docx_paragraph;
void sx_publish__docx_open(sx_docx *w, sx_docx_style style, const sx_docx_paragraph *p);
void sx_publish__docx_close(sx_docx *w);
bool sx_publish__docx_rtl(const sx_docx *w, const sx_document_node *node);
void sx_publish__docx_begin_mark(sx_docx *w, size_t *id, const char *name);
void sx_publish__docx_end_mark(sx_docx *w, size_t id);
/* Marks what is exempt from the audit; *id is SIZE_MAX where the node says nothing. */
void sx_publish__docx_begin_exempt(sx_docx *w, size_t *id, const sx_document_node *node);
void sx_publish__docx_begin_word(sx_docx *w, size_t *id,
                                 const char *word); /* the same with a word of our own; NULL: none */
void sx_publish__docx_end_exempt(sx_docx *w, size_t id);

sx_status sx_publish__docx_block(sx_docx *w, const sx_document_node *node) SX_NODISCARD;  /* publish_docx_body.c */
sx_status sx_publish__docx_blocks(sx_docx *w, const sx_document_node *node) SX_NODISCARD; /* its children */
sx_status sx_publish__docx_cover(sx_docx *w, const sx_document_node *node) SX_NODISCARD;  /* publish_docx_cover.c */
sx_status sx_publish__docx_contents(sx_docx *w) SX_NODISCARD;
sx_status sx_publish__docx_inlines(sx_docx *w, const sx_document_node *node) SX_NODISCARD; /* publish_docx_inline.c */
sx_status sx_publish__docx_number(sx_docx *w, const sx_document_node *node) SX_NODISCARD;
sx_status sx_publish__docx_table(sx_docx *w, const sx_document_node *node) SX_NODISCARD;  /* publish_docx_table.c */
sx_status sx_publish__docx_figure(sx_docx *w, const sx_document_node *node) SX_NODISCARD; /* publish_docx_figure.c */
/* The name of a drawing, by which refill knows it again: "figure:zh:ID", "figure:zh+en:ID". */
/* Paints what figures left to be painted: only one thread paints at a time, and all else of a document need not wait for its turn. */
sx_status sx_publish__docx_pictures(sx_docx *w) SX_NODISCARD;
void sx_publish__docx_figure_name(sx_buf *out, const sx_document *document, const sx_document_figure *figure);
/* The XML of a chart with the relationship that leads to its workbook. */
sx_status sx_publish__docx_chart_xml(sx_buf *out, const sx_buf *chart, const char *relation,
                                     sx_error *err) SX_NODISCARD;
/* publish_docx_chart.c: *done: the figure stands there as a chart of Word's own; else Word has none of that kind. cx, cy: in EMU. */
sx_status sx_publish__docx_chart(bool *done, sx_docx *w, const sx_document_node *figure,
                                 const sx_document_node *drawing, double cx, double cy) SX_NODISCARD;
/* A caption stands above its table or box, below its figure, and there before a foot or last. */
typedef enum sx_docx_place { DOCX_ABOVE, DOCX_BELOW, DOCX_LAST } sx_docx_place;
sx_status sx_publish__docx_caption(sx_docx *w, const sx_document_node *node, sx_docx_style style,
                                   sx_docx_place place) SX_NODISCARD;
sx_status sx_publish__docx_pair(sx_docx *w, const sx_document_node *node) SX_NODISCARD;
sx_status sx_publish__docx_box(sx_docx *w, const sx_document_node *node) SX_NODISCARD; /* publish_docx_box.c */
sx_status sx_publish__docx_properties(sx_docx *w) SX_NODISCARD;                        /* publish_docx_parts.c */
sx_status sx_publish__docx_assemble(sx_docx *w) SX_NODISCARD;

#endif
