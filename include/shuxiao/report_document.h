/* report_document.h: a finished run of the store as a tree that knows nothing of pages: what the report says, in which order, and which
 * result every number is. HTML, DOCX and PDF are back ends of this one tree; a back end is a recursive switch over `kind`:
 *
 *   static void put(writer *w, const sx_document_node *node) {
 *     switch (node->kind) {
 *     case SX_DOC_PARAGRAPH: open_paragraph(w); each(w, node); close_paragraph(w); break;     each(): put() for every child
 *     case SX_DOC_TEXT: add_text(w, node->text, node->lang); break;
 *     ...
 *
 * What holds everywhere:
 *   - Text is valid UTF-8 without control characters but '\n' and '\t', and is not escaped for anything.
 *   - A block holds blocks or inlines, never both; an inline holds inlines. Which, is said at every kind.
 *   - Every printed number of the run is a NUMBER, wherever it stands; numbers inside TEXT are words of the author, or stand below a
 *     node with `exempt`.
 *   - `lang` of a TEXT is the language of its letters: on an English report runs of Han characters are TEXTs with SX_LANG_ZH.
 *   - Nodes, texts and payloads belong to the document and live as long as it does; a back end changes nothing.
 *   - The same run gives the same tree. */
#ifndef SX_REPORT_DOCUMENT_H
#define SX_REPORT_DOCUMENT_H

#include "shuxiao/draw_chart.h"
#include "shuxiao/report.h"
#include "shuxiao/report_style.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_document_node sx_document_node;

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

/* One list yields the enum and its names. X(NAME, block). Children in brackets: [blocks], [inlines], [KIND...], [] none. A kind's payload is
 * the member of `as` that is named; kinds without one have none.
 *
 * Blocks
 *   DOCUMENT      [COVER, blocks of the text, ANNEXES or none, PROVENANCE or none] the root
 *   COVER         [PUBLISHER TITLE SUBTITLE DATE SYNTHETIC KEY_FIGURES ABOUT DESIGN: those that there are, in this order]
 *   PUBLISHER TITLE SUBTITLE DATE ABOUT   [inlines] lines of the cover; ABOUT: a note below them
 *   SYNTHETIC     [inlines] says that the data are made up; text: the short word for it ("合成数据"), which captions carry as a TAG.
 *                 No back end may leave it out
 *   KEY_FIGURES   [KEY_FIGURE...] the figures that stand large
 *   KEY_FIGURE    [KEY_LABEL, KEY_VALUE, KEY_NOTE; label and note may be absent]
 *   KEY_LABEL KEY_VALUE KEY_NOTE   [inlines] KEY_VALUE: a NUMBER and its MARKs
 *   DESIGN        [inlines] the design in words; text: the word before it ("调查设计"). Exempt
 *   HEADING       [inlines] as.heading; anchor
 *   PARAGRAPH     [inlines] as.paragraph
 *   LIST          [ITEM...] as.list
 *   ITEM          [blocks] first a tight PARAGRAPH as a rule
 *   QUOTE         [blocks] text set apart
 *   BOX           [CAPTION or none, blocks] as.box; anchor; a box of its own: a policy, a method, a case
 *   PAIR          [SIDE, SIDE] of a report in two languages: Chinese and English beside each other
 *   SIDE          [blocks] lang: which
 *   CODE_BLOCK    [TEXT...] lines as they are, '\n' between them
 *   RULE          [] a line across
 *   TABLE         [CAPTION, ROW... or EMPTY, NOTE, SOURCE; all but the rows may be absent] as.table; anchor where it is numbered
 *   CAPTION       [inlines] as.caption; the title. A TAG at its end where the data are made up; of a box, the word of its kind
 *   ROW           [CELL...] as.row
 *   CELL          [inlines] as.cell
 *   FIGURE        [CAPTION, then UNIT_LINE, DRAWING and TABLE (role DATA), or EMPTY; then NOTE, SOURCE] as.figure; anchor
 *   UNIT_LINE     [inlines] "单位：亿元" above a drawing; absent for per cent
 *   DRAWING       [] as.figure, the figure's own: its chart is drawn here; text: the alternative text, every value in words
 *   EMPTY         [inlines] stands where a table has no rows, a figure no data
 *   NOTE SOURCE   [inlines] the foot of a table or figure; the word before it ("注：") is the first TEXT
 *   FOOTNOTES     [FOOTNOTE...] of the text that ends here, for media without feet of pages; text: its title ("注释")
 *   FOOTNOTE      [blocks: tight PARAGRAPHs] as.footnote; anchor
 *   ANNEXES       [HEADING (level 1, anchor "annex"), ANNEX...]
 *   ANNEX         [blocks] exempt: what the run itself writes
 *   PROVENANCE    [HEADING (level 1, anchor "provenance"), PARAGRAPH, LIST or none, TABLE of role FILES or none] what the report rests on
 *
 * Inlines
 *   TEXT          [] text
 *   NUMBER        [TEXT...: the printed text by language] as.number; text: the whole of it
 *   MARK          [TEXT] a sign that belongs to the number before it († ‡), set high; text: what it means
 *   STRONG EMPHASIS CODE   [inlines]
 *   LINK          [inlines] as.link
 *   FOOTNOTE_REF  [] as.footnote_ref; text: the number
 *   MENTION       [TEXT] as.mention: "图 1" in a text (the blank is a no-break one)
 *   LINE_BREAK    [] forced
 *   SOFT_BREAK    [] prints as one blank (HTML: as a line feed); there is none between Chinese lines
 *   UNIT          [TEXT...] the unit of a column in its head, on a line of its own where there is room
 *   SMALL         [inlines] secondary, in smaller or softer type: the error below an estimate
 *   TAG           [TEXT] a label in a small frame at the end of a caption
 *   RUN           [inlines] nothing but its `exempt` or `lang`; of a figure's NOTE, text: what stands in its place under a chart that an
 *                 office program draws, "" for nothing; NULL: the same
 *   SAID          [] as.said: words that follow from numbers ("rose by", a branch of {{if}}, an order) begin or end here. Nobody sees it */
#define SX_DOCUMENT_KIND_LIST(X)                                                                                       \
  X(DOCUMENT, true)                                                                                                    \
  X(COVER, true)                                                                                                       \
  X(PUBLISHER, true)                                                                                                   \
  X(TITLE, true)                                                                                                       \
  X(SUBTITLE, true)                                                                                                    \
  X(DATE, true)                                                                                                        \
  X(SYNTHETIC, true)                                                                                                   \
  X(KEY_FIGURES, true)                                                                                                 \
  X(KEY_FIGURE, true)                                                                                                  \
  X(KEY_LABEL, true)                                                                                                   \
  X(KEY_VALUE, true)                                                                                                   \
  X(KEY_NOTE, true)                                                                                                    \
  X(ABOUT, true)                                                                                                       \
  X(DESIGN, true)                                                                                                      \
  X(HEADING, true)                                                                                                     \
  X(PARAGRAPH, true)                                                                                                   \
  X(LIST, true)                                                                                                        \
  X(ITEM, true)                                                                                                        \
  X(QUOTE, true)                                                                                                       \
  X(BOX, true)                                                                                                         \
  X(PAIR, true)                                                                                                        \
  X(SIDE, true)                                                                                                        \
  X(CODE_BLOCK, true)                                                                                                  \
  X(RULE, true)                                                                                                        \
  X(TABLE, true)                                                                                                       \
  X(CAPTION, true)                                                                                                     \
  X(ROW, true)                                                                                                         \
  X(CELL, true)                                                                                                        \
  X(FIGURE, true)                                                                                                      \
  X(UNIT_LINE, true)                                                                                                   \
  X(DRAWING, true)                                                                                                     \
  X(EMPTY, true)                                                                                                       \
  X(NOTE, true)                                                                                                        \
  X(SOURCE, true)                                                                                                      \
  X(FOOTNOTES, true)                                                                                                   \
  X(FOOTNOTE, true)                                                                                                    \
  X(ANNEXES, true)                                                                                                     \
  X(ANNEX, true)                                                                                                       \
  X(PROVENANCE, true)                                                                                                  \
  X(TEXT, false)                                                                                                       \
  X(NUMBER, false)                                                                                                     \
  X(MARK, false)                                                                                                       \
  X(STRONG, false)                                                                                                     \
  X(EMPHASIS, false)                                                                                                   \
  X(CODE, false)                                                                                                       \
  X(LINK, false)                                                                                                       \
  X(FOOTNOTE_REF, false)                                                                                               \
  X(MENTION, false)                                                                                                    \
  X(LINE_BREAK, false)                                                                                                 \
  X(SOFT_BREAK, false)                                                                                                 \
  X(UNIT, false)                                                                                                       \
  X(SMALL, false)                                                                                                      \
  X(TAG, false)                                                                                                        \
  X(RUN, false)                                                                                                        \
  X(SAID, false)

typedef enum sx_document_kind {
#define SX_DOCUMENT_ENUM(name, block) SX_DOC_##name,
  SX_DOCUMENT_KIND_LIST(SX_DOCUMENT_ENUM)
#undef SX_DOCUMENT_ENUM
      SX_DOC_KINDS
} sx_document_kind;

SX_API const char *sx_document_kind_name(sx_document_kind kind); /* "PARAGRAPH"; never NULL */
SX_API bool sx_document_is_block(sx_document_kind kind);

/* ---- payloads ---------------------------------------------------------------------------------------------------- */

/* A printed number. It prints as: round(value * 10^scale, decimals), then `zeros` zeros (957,600,000 at a resolution of a million: scale -6,
 * "958", unit " million people"), grouped, with prefix and unit unless it is bare. An interval ("5.90 – 6.14") prints two values so. */
typedef struct sx_document_number {
  const char *
      reference; /* the result with its field: "users.total", "users.total.se", "user_rate.z.interval"; NULL: no result */
  const char *result; /* the same without the field: what the number belongs to; NULL */
  const char *field;  /* "", "se", "low", "high", "n", "interval", or another field of the reference */
  /* Why a number need not be a result: "outside" (printed elsewhere, typed into the study file), "threshold" ("< 0.001": value is the limit,
   * reference the result that lies below it), "bytes", "axis"; NULL for a result. */
  const char *exempt;
  double value; /* in full precision, unscaled; of an interval its low end. NaN: missing, printed as a dash */
  double high;  /* of an interval its high end; else NaN */
  int scale, decimals, zeros;
  int sign;       /* 1: always printed, 0: minus only, -1: never (a magnitude: "fell by 0.3") */
  sx_style style; /* of the house: separators, minus, range, missing */
  bool chinese;   /* the language's words in it: a range in words */
  bool grouped;   /* separators from 1,000 on; else from 10,000 on */
  bool bare; /* prefix and unit are not in the text: the head of the column has them, or the author left them out */
  const char *prefix; /* "$" or ""; with the unit also where the text is bare */
  const char *unit;   /* "亿人", " million people", "%", ""; a leading blank is the language's */
  const char *what;   /* in running text: what it measures, its base, method and plan step, in words; NULL */
  const char *tip;    /* estimate, standard error, interval, n, reasons in words, one decimal finer; NULL: none */
} sx_document_number;

/* What a box is about: its colour and the word at the end of its title ("方法"); PLAIN says nothing. */
typedef enum sx_document_box_kind {
  SX_DOC_BOX_PLAIN,
  SX_DOC_BOX_POLICY,
  SX_DOC_BOX_METHOD,
  SX_DOC_BOX_CASE
} sx_document_box_kind;

typedef enum sx_document_table_role {
  SX_DOC_TABLE_RESULTS, /* a numbered table of the study */
  SX_DOC_TABLE_PLAIN,   /* typed into a text */
  SX_DOC_TABLE_DATA,    /* the data behind a figure: a page may fold it away, paper leave it out */
  SX_DOC_TABLE_FILES    /* the input files with their hashes */
} sx_document_table_role;

typedef struct sx_document_table {
  sx_document_table_role role;
  size_t number;     /* 0: not numbered */
  const char *id;    /* of its block; "" for none */
  const char *title; /* plain; "" for none. DATA: the word that folds it out ("查看数据") */
  size_t n_rows;     /* ROWs, the head included */
  size_t n_head_rows, n_columns;
} sx_document_table;

typedef enum sx_document_row_role {
  SX_DOC_ROW_BODY,
  SX_DOC_ROW_HEAD, /* repeated on every page that the table reaches */
  SX_DOC_ROW_GROUP /* one cell across: a heading of the rows below */
} sx_document_row_role;

typedef enum sx_document_scope {
  SX_DOC_SCOPE_NONE, /* a cell of data */
  SX_DOC_SCOPE_COLUMN,
  SX_DOC_SCOPE_COLUMNS, /* head of a group of columns */
  SX_DOC_SCOPE_ROW,     /* the stub */
  SX_DOC_SCOPE_ROWS     /* head of a group of rows */
} sx_document_scope;

typedef enum sx_document_align { SX_DOC_ALIGN_START, SX_DOC_ALIGN_END, SX_DOC_ALIGN_CENTRE } sx_document_align;

typedef struct sx_document_cell {
  sx_document_scope scope;
  sx_document_align align; /* as it is meant, defaults resolved */
  size_t column;           /* of the grid, from 0: cells above that span rows are counted */
  size_t column_span, row_span;
  int indent;    /* of a stub, 0..4 */
  bool own_unit; /* its number brings its unit and may break before it */
  bool interval; /* holds an interval beside its estimate: softer type */
  bool hash;     /* holds a SHA-256: breaks anywhere */
} sx_document_cell;

/* One value of a figure. */
typedef struct sx_document_point {
  bool present;                 /* a reference stood there */
  const sx_document_node *node; /* NUMBER as printed beside the mark; NULL where not present */
  double value, low, high;      /* unscaled; NaN: missing, no interval */
  double ci_level;              /* 0.95 */
} sx_document_point;

/* A figure as data, and as what is drawn. */
typedef struct sx_document_figure {
  size_t number;
  const char *id, *title; /* title: plain */
  const sx_chart
      *chart; /* labels, values, intervals, how its numbers are printed; sx_chart_draw draws it at any width */
  const sx_document_point *points; /* [n_categories * n_series] as chart->cells: which result each is */
  const sx_document_node *centre;  /* tornado: NUMBER where the bars begin; NULL */
  const char *unit;                /* of all values, "%" included; "" for none */
} sx_document_figure;

struct sx_document_node {
  sx_document_kind kind;
  sx_lang lang;
  const char *text;   /* of the kinds that say so; NULL */
  const char *anchor; /* unique name for links and bookmarks: "s3", "f1", "t2", "n1", "annex"; NULL */
  const char *
      exempt; /* why numbers in the texts below need not be results, for the audit: "input", "quoted", "provenance", "file",
                         "hash"; NULL */
  const char *place; /* of a block of a narrative: "narrative/zh/01.md:12"; NULL */
  sx_document_node *parent, *first, *last, *next;
  union {
    struct {
      int level;          /* 1 chapter, 2 section, ... 6; headings of annexes begin at 2 */
      const char *number; /* "2.1", "A"; "" where the author counts or nobody does */
    } heading;
    struct {
      bool tight; /* stands close to what is around it: the text of an item, of a footnote */
    } paragraph;
    struct {
      bool ordered;
      unsigned start;
    } list;
    struct {
      const char *word; /* "图", "Table" */
      size_t number;
    } caption;
    struct {
      sx_document_box_kind kind;
      size_t number; /* of boxes; 0: not numbered */
      int level;     /* of its title among the headings: one below the heading that it stands under */
    } box;
    struct {
      sx_document_row_role role;
    } row;
    struct {
      const char *href; /* http, https, mailto or of the document; NULL: not to be followed */
    } link;
    struct {
      size_t number; /* in the report, from 1 */
    } footnote;
    struct {
      size_t number, ordinal;       /* ordinal: of the reference in the report, from 1 */
      const sx_document_node *note; /* the FOOTNOTE */
    } footnote_ref;
    struct {
      const sx_document_node *target; /* the FIGURE, TABLE or BOX; NULL where it is not placed in this document */
      const char *word;               /* "图", "Table" */
      size_t number;
    } mention;
    struct {
      const char *key; /* of the author's expression: the same in another run of the same text; not unique */
      bool end;
    } said;
    const sx_document_number *number;
    const sx_document_table *table;
    const sx_document_cell *cell;
    const sx_document_figure *figure;
  } as;
};

/* ---- what stands behind a number --------------------------------------------------------------------------------- */

/* What an indicator, a benchmark or a node of an account is, as the study has it; texts NULL where it says nothing. */
typedef struct sx_document_definition {
  const char *id, *label, *question, *base;
  const char *kind;              /* "total", "prop", "formula", "benchmark", "account"; "" */
  const char *of, *where;        /* expressions over the variables: what is measured, whose it is; as written */
  const char *formula;           /* "users / population" */
  const char *variables, *files; /* of a table of the data: "spend, age3 = cut(age, 30, 60)", "people.csv" */
  const char *unit, *source;     /* of a benchmark */
  double value, se;              /* the same; NaN */
} sx_document_definition;

/* A result that some number of the document is, or that the formula behind one rests on. */
typedef struct sx_document_result {
  const char *name;                           /* as sx_document_number.result: "users.total" */
  const char *statistic, *domain;             /* domain: in words ("Age: 20-29"); "" for the whole */
  const char *group;                          /* how the study defines its groups ("older == 1"); "" */
  const char *unit, *quality, *method, *step; /* "" */
  const char *reason;                         /* why it has no value, in words; NULL */
  double estimate, se, low, high, ci_level, df, n_eff, deff;
  int64_t n;         /* -1: does not apply */
  size_t definition; /* among the definitions; their number: none */
  const size_t
      *terms; /* [n_terms] results that its formula rests on; from n_results on benchmarks: definitions + n_results */
  size_t n_terms;
} sx_document_result;

/* A branch of {{if}} that is a paragraph or several, or may be: no place of the text is its own. */
typedef struct sx_document_condition {
  const char *key; /* as.said.key */
  const char *live,
      *dead; /* the longest stretch of plain words that it prints, and that it would print otherwise; "" */
} sx_document_condition;

/* ---- the document ------------------------------------------------------------------------------------------------ */

typedef struct sx_document {
  sx_ctx ctx;
  sx_arena *arena; /* holds the tree */
  sx_lang lang;
  const char *study, *wave; /* of the run; "" */
  const char *title;        /* plain; "" */
  const char *synthetic;    /* says that the data are made up, plain; NULL: they are real */
  const sx_document_node *root;
  sx_document_node *tree;     /* the same, for who made it */
  struct sx_document *second; /* of a report in two languages: the English half, whose nodes stand in this tree; NULL */
  /* Lists as data, in the order of the document: contents (HEADINGs of every level but those of boxes), figures, numbered tables, numbered
   * boxes. */
  const sx_document_node *const *headings, *const *figures, *const *tables, *const *boxes;
  size_t n_headings, n_figures, n_tables, n_boxes;
  const sx_document_result *results; /* [n_results] by name */
  size_t n_results;
  const sx_document_definition *definitions; /* [n_definitions] by id */
  size_t n_definitions;
  const char *design;             /* in words, plain; "" */
  const char *program;            /* version that made the run; "" */
  const char *inputs;             /* SHA-256 over the hashes of the run's inputs: the same inputs, the same text; "" */
  const char *definitions_anchor; /* of the annex of definitions; NULL: there is none */
  const sx_document_condition *conditions; /* [n_conditions] in the order of the texts */
  size_t n_conditions;
  sx_report_warning *warnings;
  size_t n_warnings;
} sx_document;

/* Builds the tree of a finished run in options->lang (NULL: Chinese); options->other_language_file plays no part.
 * Expected: SX_E_DATA when a bound name does not exist (where: block and line; suggests the nearest), SX_E_PARSE for a format.
 * The caller owns *out; nothing of it depends on the store afterwards. */
SX_API sx_status sx_report_document(sx_document **out, sx_store *store, int64_t run, const sx_report_options *options,
                                    sx_error *err) SX_NODISCARD;
/* The report in Chinese and English side by side: texts in PAIRs, headings, tables and figures with the words of both. lang is Chinese.
 * Expected besides: SX_E_DATA where a narrative has other blocks in one language than in the other, with both places. */
SX_API sx_status sx_report_document_pair(sx_document **out, sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
SX_API void sx_document_free(sx_document *document); /* NULL ok */
/* The document as one self-contained HTML page, appended to out; sx_report_html is the two in one. other_language_file: linked from the
 * cover; NULL: none. Expected: SX_E_DATA, SX_E_LIMIT where a figure cannot be drawn (where: "figure ID"). */
SX_API sx_status sx_document_html(sx_buf *out, const sx_document *document, const char *other_language_file,
                                  sx_error *err) SX_NODISCARD;

/* ---- walking ----------------------------------------------------------------------------------------------------- */

/* Node after `node` in reading order (before its children, after what precedes it), within the tree below `root`; NULL at the end:
 *   for (const sx_document_node *n = root; n; n = sx_document_next(root, n)) */
SX_API const sx_document_node *sx_document_next(const sx_document_node *root, const sx_document_node *node);
/* First child of a kind; NULL. */
SX_API const sx_document_node *sx_document_child(const sx_document_node *node, sx_document_kind kind);
/* What is read in a node, as plain text: numbers as printed, breaks as a blank, footnote references left out. */
SX_API void sx_document_plain(sx_buf *out, const sx_document_node *node);
/* The tree in lines, indented, for tests and for who writes a back end: KIND, text, payload. */
SX_API void sx_document_dump(sx_buf *out, const sx_document_node *node);
/* What a file is made of: the whole report; cover, tables and figures (a workbook); the cover alone (a banner book, whose tables are the store's). */
typedef enum sx_document_part { SX_DOCUMENT_WHOLE, SX_DOCUMENT_TABLES, SX_DOCUMENT_COVER } sx_document_part;
/* SHA-256 of everything that a back end may read of that part: with one hash, the same files. */
SX_API sx_status sx_document_hash(char out[SX_HASH_TEXT], const sx_document *document, sx_document_part part,
                                  sx_error *err) SX_NODISCARD;
/* The nearest reason of `node` or of what it stands in; NULL: its numbers must be results. */
SX_API const char *sx_document_exempt(const sx_document_node *node);

#ifdef __cplusplus
}
#endif
#endif
