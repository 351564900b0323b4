/* audit_text.h: the numbers of a text in Chinese or English, with their units and places; the same numbers held against the results of a store; and
 * the numbers of a run's own report traced to their estimates. docs/methods/audit-text.md says how numbers are read and matched. */
#ifndef SX_AUDIT_TEXT_H
#define SX_AUDIT_TEXT_H

#include "shuxiao/report.h"
#include "shuxiao/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the text and its numbers -------------------------------------------------------------------------------------- */

typedef enum sx_text_form { SX_TEXT_PLAIN, SX_TEXT_MARKDOWN, SX_TEXT_HTML, SX_TEXT_DOCX } sx_text_form;

/* A stretch of text that is read as one: a line of a plain text, a paragraph, a heading, a cell. */
typedef enum sx_part_kind {
  SX_PART_PARAGRAPH,
  SX_PART_HEADING,
  SX_PART_ITEM, /* of a list */
  SX_PART_CELL,
  SX_PART_HEAD, /* a cell that heads a row or a column */
  SX_PART_CAPTION,
  SX_PART_FIGURE, /* a text of a drawing */
  SX_PART_NOTE    /* a footnote */
} sx_part_kind;
SX_API const char *sx_part_kind_name(sx_part_kind kind);

/* Where a piece of a part's text stands in the file, and what the file says of it: HTML's data-ref, data-unit and data-exempt. */
typedef struct sx_text_run {
  size_t at;           /* bytes into the part's text; the run goes on to the next one's `at` */
  size_t line, column; /* of its first character, in characters from 1; 0 in a .docx, whose lines nobody sees */
  const char *reference, *unit, *exempt, *tip; /* NULL */
  const char *key; /* of a field of a .docx: how its number is printed (report_number_key.h); NULL */
  int zeros;       /* data-zeros: that many zeros at the end are rounding */
  bool magnitude;  /* data-sign="none": printed without its sign */
} sx_text_run;

typedef struct sx_text_part {
  sx_part_kind kind;
  const char *text; /* UTF-8, white space as single blanks, soft line ends of a paragraph kept as blanks */
  size_t n;
  const sx_text_run *runs;
  size_t n_runs;
  int level;                  /* of a heading, from 1 */
  size_t paragraph;           /* of the document, from 1; cells are not counted */
  size_t table, row, column;  /* of a cell, from 1; 0 elsewhere */
  size_t first_mark, n_marks; /* its numbers */
  const char *language;       /* "zh", "en": what most of its letters are */
  const char *within; /* of a part that is not of the text itself: "word/header1.xml", "figure 2", "alt"; NULL */
} sx_text_part;

/* What a number is. Only quantities are held against results. */
#define SX_MARK_KINDS(X)                                                                                               \
  X(QUANTITY, "quantity", "数量")                                                                                      \
  X(DATE, "date", "日期")       /* a year, a month, a day, a half-year, "1990s" */                                     \
  X(SECTION, "section", "编号") /* the number of a chapter, list item, figure, table, page */                          \
  X(NOTE, "note", "注号")       /* the mark of a footnote or of a reference */                                         \
  X(ORDINAL, "ordinal", "序数")                                                                                        \
  X(AGE, "age", "年龄")         /* an age or a cohort that names a group */                                            \
  X(NAME, "name", "名称")       /* 5G, Z世代, “95后”, "315" */                                                  \
  X(LEVEL, "level", "置信水平") /* of an interval */                                                                   \
  X(ADDRESS, "address", "网址")

typedef enum sx_mark_kind {
#define SX_MARK_ENUM(name, en, zh) SX_MARK_##name,
  SX_MARK_KINDS(SX_MARK_ENUM)
#undef SX_MARK_ENUM
} sx_mark_kind;
SX_API const char *sx_mark_kind_name(sx_mark_kind kind, sx_lang lang);

typedef enum sx_mark_range { SX_RANGE_NONE, SX_RANGE_LOW, SX_RANGE_HIGH } sx_mark_range;

/* What the words make of a number: a change in time (增长, fell), a gap (高于, points higher) or neither. */
typedef enum sx_mark_move { SX_MOVE_NONE, SX_MOVE_CHANGE, SX_MOVE_GAP } sx_mark_move;

/* A number found. It stands for value * scale units. */
typedef struct sx_text_mark {
  size_t part, at, n;          /* the part and the bytes in its text, number and unit */
  size_t line, column, length; /* in characters; 0, 0 in a .docx */
  sx_mark_kind kind;
  double value; /* as printed: 9.58 of 9.58亿人; 6 of 六成; 0.333... of 三分之一 */
  double scale; /* 1e8; 0.01 of a per cent, 0.1 of a tenth (成) */
  int decimals; /* printed behind the point; -1 where the number is a word (一半, 三分之一) */
  int zeros;    /* zeros at the end of a whole number, which may be rounding */
  int sign;     /* -1 where a minus is printed, 1 where a plus is */
  int direction; /* of a change or gap, from the words before or behind it: 1 up or above, -1 down or below, 0 not said */
  sx_mark_move move;     /* that the direction is of */
  sx_mark_range range;   /* 1001-3000元: two numbers */
  const char *unit;      /* the canonical word: 人 元 % 百分点 倍 ...; "" for none */
  const char *qualifier; /* over near about at_least at_most, "" for none */
} sx_text_mark;

typedef struct sx_audit_text sx_audit_text;

/* Reads a text. name: for errors. SX_E_PARSE: not UTF-8 (where: line:column), malformed XML, an unclosed part; SX_E_LIMIT: a packed file that
 * unpacks beyond reason; SX_E_SUPPORT: not a form that is read. The data are not kept. */
SX_API sx_status sx_audit_text_parse(sx_audit_text **out, const sx_ctx *ctx, sx_text_form form, const void *data,
                                     size_t n, const char *name, sx_error *err) SX_NODISCARD;
/* The same of a file; the form is told by its name: .txt .md .html .htm .docx. */
SX_API sx_status sx_audit_text_read(sx_audit_text **out, const sx_ctx *ctx, const char *path,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_audit_text_free(sx_audit_text *text);
SX_API size_t sx_audit_text_n_parts(const sx_audit_text *text);
SX_API const sx_text_part *sx_audit_text_part(const sx_audit_text *text, size_t i); /* borrowed */
SX_API size_t sx_audit_text_n_marks(const sx_audit_text *text);
SX_API const sx_text_mark *sx_audit_text_mark(const sx_audit_text *text, size_t i); /* borrowed, in order */
SX_API const char *sx_audit_text_name(const sx_audit_text *text);
/* "report.md:12:8", "report.docx: paragraph 4", "report.docx: table 1, row 2, column 3". */
SX_API void sx_audit_text_where(sx_buf *out, const sx_audit_text *text, const sx_text_mark *mark);

/* ---- someone's text against results -------------------------------------------------------------------------------- */

typedef enum sx_match_verdict { SX_MATCH_AGREES, SX_MATCH_DIFFERS, SX_MATCH_NONE } sx_match_verdict;
SX_API const char *sx_match_verdict_name(sx_match_verdict verdict);

/* What became of one quantity of the text. */
typedef struct sx_audit_match {
  size_t mark; /* of the text */
  sx_match_verdict verdict;
  const char *reference;        /* "users.total", the result it was matched to; NULL */
  double printed;               /* value * scale, signed by its direction */
  double result, se, low, high; /* of the store; NaN where there is none */
  const char *expected;         /* the result at the printed precision, "9.57亿人"; NULL */
  double score, second;         /* evidence for the match, and for the next best one: 0 to 1 */
  const char *reason;           /* why it is not matched; DIFFERS: what is wrong with its scale; NULL */
} sx_audit_match;
typedef struct sx_audit_matches {
  sx_ctx ctx;
  sx_arena *arena;
  sx_audit_match *items;
  size_t n, n_agree, n_differ, n_none;
} sx_audit_matches;
/* run < 0: the newest finished one. */
SX_API sx_status sx_audit_text_against(sx_audit_matches **out, const sx_audit_text *text, sx_store *store, int64_t run,
                                       sx_error *err) SX_NODISCARD;
SX_API void sx_audit_matches_free(sx_audit_matches *matches);

/* ---- a run's own report -------------------------------------------------------------------------------------------- */

typedef enum sx_trace_verdict { SX_TRACE_AGREES, SX_TRACE_EXEMPT, SX_TRACE_DIFFERS, SX_TRACE_UNBOUND } sx_trace_verdict;
SX_API const char *sx_trace_verdict_name(sx_trace_verdict verdict);

/* What became of one number of one output. */
typedef struct sx_audit_trace {
  sx_trace_verdict verdict;
  const char *file; /* as it was given */
  size_t line, column;
  const char *printed;   /* "9.58亿人" */
  const char *reference; /* "users.total"; NULL */
  const char *expected;  /* where it differs: what the store says at that precision */
  const char *reason;    /* EXEMPT: date, section, label, axis, ..., or the study's own word; DIFFERS: what is wrong */
  const char *source;    /* UNBOUND: "narrative/zh/06.md:5:12", where the number was typed; NULL */
  size_t times;          /* of numbers that are told together: how many; 0: it is one (sx_page_audit_recall) */
  const char *
      place; /* in a .docx or .xlsx, which has no lines: "a.docx: table 1, row 2, column 3", "a.xlsx: Table_1!C7"; else NULL */
} sx_audit_trace;
/* The reason of a number of a .docx whose field is gone (EXEMPT: deleting a sentence is no error). */
#define SX_NOT_SHOWN "no field of the document shows it any more"
/* Reasons that are told of files as a whole. */
#define SX_NO_RECORD    "not checked: neither the store nor a SHA256SUMS says which files were published"
#define SX_AS_PUBLISHED "byte for byte as it was published; its numbers were not read"
/* A file that differs from the published one in bytes, where that is neither in the folder nor can be made again byte for byte. */
#define SX_NOT_MADE_AGAIN                                                                                              \
  "not compared with what was published: this program does not make that file again byte for byte"
/* Words of an edited document in which no number changed. */
#define SX_REWORDED "its words changed since it was published"
typedef struct sx_audit_traces {
  sx_ctx ctx;
  sx_arena *arena;
  sx_audit_trace *items;
  size_t n, cap, n_agree, n_exempt, n_differ, n_unbound;
  struct sx_audit_traces *more; /* lists without items whose texts these items borrow; NULL */
} sx_audit_traces;
/* Every number of the files (report pages .html, result tables .csv, publication workbooks .xlsx) of a run. What the study exempts is in the run's document block:
 * "exempt": ["1.96", ...]. A file that is not there is an error. */
SX_API sx_status sx_audit_outputs(sx_audit_traces **out, sx_store *store, int64_t run, const char *const *files,
                                  size_t n_files, sx_error *err) SX_NODISCARD;
/* The same of files that are being made: their bytes are in memory, their paths name them in what is told; data NULL: from the disk. */
SX_API sx_status sx_audit_made(sx_audit_traces **out, sx_store *store, int64_t run, const sx_file_parts *files,
                               size_t n_files, sx_error *err) SX_NODISCARD;
/* The pages of a run that is being written, each traced when it is made, while nobody writes rows (sx_store_keep_rows, which `new` does). `new` and `take` are for
 * one thread; sx_page_audit_trace is for any, once for each i below n_pages: path names the page in what is told, its
 * bytes are in memory. `take` gives what sx_audit_outputs gives of the same pages in the order of i, those that were not traced left out. */
typedef struct sx_page_audit sx_page_audit;
SX_API sx_status sx_page_audit_new(sx_page_audit **out, sx_store *store, int64_t run, size_t n_pages,
                                   sx_error *err) SX_NODISCARD;
SX_API sx_status sx_page_audit_trace(sx_page_audit *audit, size_t i, const char *path, const void *data, size_t n,
                                     sx_error *err) SX_NODISCARD;
/* SHA-256 of all that the verdict on a page rests on beside its bytes, the run's rows and the report that it shows. */
SX_API sx_status sx_page_audit_hash(char out[SX_HASH_TEXT], const sx_page_audit *audit, sx_error *err) SX_NODISCARD;
/* What was found of page i, told in few lines ("TIMES VERDICT REASON"); nothing is added where a number differs or is unbound: such a page is traced again. */
SX_API void sx_page_audit_put(sx_buf *out, const sx_page_audit *audit, size_t i);
/* Instead of sx_page_audit_trace: what was put of the same page before. SX_E_PARSE: that is not what `text` [n] is, and the page is to be traced. */
SX_API sx_status sx_page_audit_recall(sx_page_audit *audit, size_t i, const char *path, const char *text, size_t n,
                                      sx_error *err) SX_NODISCARD;
SX_API sx_status sx_page_audit_take(sx_audit_traces **out, sx_page_audit *audit, sx_error *err) SX_NODISCARD;
SX_API void sx_page_audit_free(sx_page_audit *audit); /* NULL ok */
/* The files of a folder that the run published, each against the SHA-256 that the run's own record has of it (a store without that record:
 * the folder's SHA256SUMS; with neither SX_NO_RECORD is told). One that is changed or gone is added to the traces: DIFFERS, the place is the file.
 * run < 0: the newest finished one. */
SX_API sx_status sx_audit_files(sx_audit_traces *traces, sx_store *store, int64_t run, const char *folder,
                                sx_error *err) SX_NODISCARD;
/* A codebook by its name: STUDY_codebook.html and .md, of a language or not, and STUDY.ddi.xml. */
SX_API bool sx_audit_is_codebook(const char *path);
/* One file as a whole, of a format that is not read number by number, against that record by its name: DIFFERS where it is changed, UNBOUND where the
 * run published none of that name, else EXEMPT (SX_AS_PUBLISHED). Where a changed codebook differs is told place by place, as sx_audit_published does, which may
 * find the published one in the folder (NULL: none); one that has another name is held against the most alike. */
SX_API sx_status sx_audit_file(sx_audit_traces **out, sx_store *store, int64_t run, const char *path,
                               const char *folder, sx_error *err) SX_NODISCARD;
/* What a page, Word file, publication workbook, banner book or codebook shows against what the run published, place by place: labels, number formats, names of sheets, formulas,
 * scripts, numbers of lists, numerals of any script. The published file is taken from the folder (NULL: none; of the hash that the run wrote down) or made
 * again out of the store (a codebook is kept there), and is found by its name or, where the file has another one, by likeness. Adds to the traces of the file: DIFFERS with the
 * place, the text at hand and the published one, where no trace names the place yet; EXEMPT: SX_REWORDED, SX_NOT_MADE_AGAIN. A file that is as published, and
 * one of another format, adds nothing. A Word file that a program saved anew is compared by the labels of its tables' numbers. */
SX_API sx_status sx_audit_published(sx_audit_traces *traces, sx_store *store, int64_t run, const char *path,
                                    const char *folder, sx_error *err) SX_NODISCARD;
/* The numbers of a .docx of ours, one that has properties of the report's numbers (report_number_key.h): those in fields of these, each against its
 * result; the others, exempt for a reason or UNBOUND, as on a page. A field whose number was deleted differs; a number that no field shows any more
 * is told (SX_NOT_SHOWN). run < 0: the newest finished one. A text without properties and fields gives an empty list. A page of ours, whose
 * numbers say which results they are, is traced as by sx_audit_outputs. */
SX_API sx_status sx_audit_text_bound(sx_audit_traces **out, const sx_audit_text *text, sx_store *store, int64_t run,
                                     sx_error *err) SX_NODISCARD;
SX_API void sx_audit_traces_free(sx_audit_traces *traces);

#ifdef __cplusplus
}
#endif
#endif
