/* publish.h: a finished run in the formats that are handed on: workbooks, documents, data files, a bundle. One entry per format, each of which
 * reads the store and nothing else and adds whole files, in memory, to a list; sx_publish_write puts a list into a folder at once. The same
 * run gives the same bytes. docs/outputs.md says what each file holds. */
#ifndef SX_PUBLISH_H
#define SX_PUBLISH_H

#include "shuxiao/banner.h"
#include "shuxiao/report_document.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- files ------------------------------------------------------------------------------------------------------------- */

typedef struct sx_publish_file {
  char *name; /* without a folder: "digital-consumption-2025h1_tables.xlsx" */
  char *data;
  size_t n;
  char hash[SX_HASH_TEXT]; /* of the bytes */
  bool there;              /* the folder has these very bytes: sx_publish_write leaves the file alone */
  char *deflated;          /* as an archive will hold them (sx_publish_deflate); NULL: not yet, or it stores them */
  size_t n_deflated;
  uint32_t crc; /* CRC-32 of the bytes that were deflated */
} sx_publish_file;
/* A caller's list: sx_publish_files_init before, sx_publish_files_clear after. */
typedef struct sx_publish_files {
  sx_ctx ctx;
  sx_publish_file *items;
  size_t n, cap;
} sx_publish_files;
SX_API void sx_publish_files_init(sx_publish_files *files, const sx_ctx *ctx);
SX_API void sx_publish_files_clear(sx_publish_files *files);
/* Adds a copy of the bytes. SX_E_ARGUMENT where the name is empty, has a folder in it, or is there already. */
SX_API sx_status sx_publish_add(sx_publish_files *files, const char *name, const void *data, size_t n,
                                sx_error *err) SX_NODISCARD;
/* A file that the folder has already (`there`), whose hash is known. data: of the list's ctx, and the list's from here on, also on failure. */
SX_API sx_status sx_publish_add_there(sx_publish_files *files, const char *name, char *data, size_t n,
                                      const char hash[SX_HASH_TEXT], sx_error *err) SX_NODISCARD;
/* Takes the bytes of buf, which is empty afterwards (also on failure). */
SX_API sx_status sx_publish_take(sx_publish_files *files, const char *name, sx_buf *buf, sx_error *err) SX_NODISCARD;
/* Moves all files of `from` to the end of the list; `from` is empty afterwards, also on failure. */
SX_API sx_status sx_publish_move(sx_publish_files *files, sx_publish_files *from, sx_error *err) SX_NODISCARD;
/* Lines "SHA-256  name" as sha256sum -c reads them, by name. */
SX_API sx_status sx_publish_manifest(sx_buf *out, const sx_publish_files *files, sx_error *err) SX_NODISCARD;
/* All files into the folder that are not there, or none: every one is written beside its place first, only when all of them are there do they take their
 * places, and where one cannot the old ones are put back. */
SX_API sx_status sx_publish_write(const sx_publish_files *files, const char *folder, sx_error *err) SX_NODISCARD;
/* The same, to be settled or taken back: sx_files_settle, sx_files_undo. gone: names of files that are taken away. journal: as of sx_files_replace. */
SX_API sx_status sx_publish_replace(sx_files_change **out, const sx_publish_files *files, const char *const *gone,
                                    size_t n_gone, const char *folder, const sx_files_journal *journal,
                                    sx_error *err) SX_NODISCARD;
/* Removes what a killed run of the study left while it wrote into the folder: temporary files of processes that are no more. */
SX_API sx_status sx_publish_sweep(const char *folder, const char *study, sx_arena *arena, sx_error *err) SX_NODISCARD;

/* ---- options ----------------------------------------------------------------------------------------------------------- */

/* What stands for a number that is not there, or is not to be relied on. publishing conventions: Chinese yearbooks, the UK's Analysis Function,
 * Destatis. */
typedef enum sx_symbols { SX_SYMBOLS_OF_LANGUAGE, SX_SYMBOLS_CN, SX_SYMBOLS_UK, SX_SYMBOLS_DESTATIS } sx_symbols;
/* The sign of a result that is to be taken with care (few cases, a large error), and what it means in words, in the language. Static. */
SX_API const char *sx_symbols_unreliable(const char **word, sx_symbols scheme, sx_lang lang);

/* A run read once: several formats of it may then be made by several threads at once, which read the store as it is then
 * (sx_store_keep_rows, which this does): nobody writes it before the source is freed. Borrows the store. */
typedef struct sx_publish_source sx_publish_source;
SX_API sx_status sx_publish_source_new(sx_publish_source **out, sx_store *store, int64_t run,
                                       sx_error *err) SX_NODISCARD;
/* SHA-256 of what the data files of the run are made from: its rows, indicators, and the block `document` but for its
 * list of input files. */
SX_API sx_status sx_publish_source_hash(char out[SX_HASH_TEXT], sx_publish_source *source, sx_error *err) SX_NODISCARD;
SX_API void sx_publish_source_free(sx_publish_source *source); /* NULL ok */

typedef struct sx_publish_answer { /* a text and the cases that have it */
  const char *text;
  size_t cases;
  double weight;
} sx_publish_answer;

/* How often the values of a variable occur in the data, for the codebook: descriptions of the file, without errors. Shares are of the cases with a value. */
typedef struct sx_publish_frequency {
  size_t valid, missing;            /* cases */
  double weight;                    /* of the valid ones; NaN: no weights */
  double mean;                      /* weighted, of a variable of numbers; NaN: none */
  const size_t *cases;              /* [n_labels] of the column: cases with each labelled value */
  const double *weights;            /* [n_labels] */
  bool identifier;                  /* of cases or of units of the design: its mean says nothing and is NaN */
  size_t distinct;                  /* of a text without labels: its different values; else 0 */
  const sx_publish_answer *answers; /* [n_answers] the most frequent of them, where many cases share few */
  size_t n_answers;
} sx_publish_frequency;

/* What a variable and its values are called, where that is known in both languages: a file has one label for each. A text that is NULL leaves the other,
 * and where both are NULL the label of the file. */
typedef struct sx_publish_words {
  sx_text2 label;
  const sx_text2 *values; /* [labels of the column] */
} sx_publish_words;

typedef struct sx_publish_options {
  uint32_t version;
  bool zh, en; /* the languages that the run's study writes; a format of one language makes a file for each */
  sx_symbols symbols;
  /* SDMX: NULL: "SHUXIAO", the study's id as "DF_...", "1.0.0". A part `publish` of the run's document block comes after these. */
  const char *agency, *dataflow, *dataflow_version;
  /* Data of the run's unit table for the codebook: its variables with labels, values and missing codes; rows are not looked at. NULL: the
   * codebook has the indicators alone. */
  const sx_table *variables;
  const char *docx_template; /* a .docx whose styles, page and headers the Word documents take; NULL: our own */
  /* Figures in the Word documents are charts of Word's own, each with its workbook, where Word has such a chart (none for heat tables and tiles);
   * else drawings, which look the same everywhere. */
  bool native_charts;
  /* [2] by sx_lang: where given, the first format that needs the report in a language builds it there and the others take it from there; the
   * caller begins with NULLs and frees what he finds. NULL: every format builds its own. */
  sx_document **documents;
  const sx_document *pair; /* the report in two languages: Word and PDF have it too, as NAME.zh-en.docx; NULL: not */
  bool pair_alone;         /* and in no single language */
  sx_publish_source
      *source; /* of this run, for formats side by side (documents are then there before); NULL: read from the store */
  const sx_ctx *ctx;                       /* NULL: the store's */
  const sx_publish_frequency *frequencies; /* [columns of `variables`], or NULL: the codebook counts nothing */
  unsigned only; /* of the languages above, bit 0 Chinese, 1 English, 2 side by side: these alone are made; 0: all */
  /* A Word document of the same results by the same program, in the one language of `only`: its pictures of drawings that are the same
   * are taken over. NULL: none. */
  const void *earlier;
  size_t n_earlier;
  const sx_publish_words *words; /* [columns of `variables`], or NULL: the codebook has the labels of the file */
} sx_publish_options;
#define SX_PUBLISH_OPTIONS_INIT                                                                                        \
  {                                                                                                                    \
    1, true, true, SX_SYMBOLS_OF_LANGUAGE, NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, false, NULL, NULL, NULL,   \
        0, NULL, 0, NULL                                                                                               \
  }

/* ---- formats ----------------------------------------------------------------------------------------------------------- */

/* Every entry: files of one format of the run are added. options NULL: SX_PUBLISH_OPTIONS_INIT. Expected: SX_E_DATA where the run has no
 * document block, or nothing that the format can hold. On failure the list is as it was. */
typedef sx_status (*sx_publish_fn)(sx_publish_files *files, sx_store *store, int64_t run,
                                   const sx_publish_options *options, sx_error *err);
typedef enum sx_publish_kind {
  SX_PUBLISH_DATA,   /* from the rows, its languages together */
  SX_PUBLISH_REPORT, /* the report as pages, one file by language and one of both */
  SX_PUBLISH_BOOK    /* a workbook by language, from rows and report */
} sx_publish_kind;
typedef struct sx_publish_format {
  const char *name;     /* as `outputs` of a study file says it: "xlsx" */
  const char *title[2]; /* by sx_lang */
  sx_publish_fn make;
  sx_publish_kind kind;
  bool paints; /* holds sx_draw_take all the while: such formats are made one after the other */
} sx_publish_format;
SX_API const sx_publish_format *sx_publish_formats(size_t *n);
SX_API const sx_publish_format *sx_publish_find(const char *name); /* NULL: none of that name */

/* STUDY.csv, every row of the run in the columns of sx_store_rows_csv; STUDY.excel.csv, the same after a byte order mark. */
SX_API sx_status sx_publish_csv(sx_publish_files *files, sx_store *store, int64_t run,
                                const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* STUDY_tables.xlsx, the publication workbook: cover, contents, notes, a sheet for every table and figure of the report, checks. */
SX_API sx_status sx_publish_xlsx(sx_publish_files *files, sx_store *store, int64_t run,
                                 const sx_publish_options *options, sx_error *err) SX_NODISCARD;

/* STUDY.docx: the report for Word, one per language. Every number is a field of a document property whose name is its key
 * (report_number_key.h), so that an edited document can be filled anew and audited. Expected besides: SX_E_DATA naming the style that the
 * template lacks (heading 1 to 3 and Normal are needed, others are added with a note), SX_E_PARSE where it is no Word file. */
SX_API sx_status sx_publish_docx(sx_publish_files *files, sx_store *store, int64_t run,
                                 const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* The same of a document at hand; the bytes are appended. template_file: NULL: none. native_charts: as in the options. */
SX_API sx_status sx_publish_docx_document(sx_buf *out, const sx_document *document, const char *template_file,
                                          bool native_charts, sx_error *err) SX_NODISCARD;
/* Whether a file serves as a template: what the two above would say of it, before anything is computed. Expected besides: SX_E_DATA for one with
 * macros. ctx NULL: the standard one. */
SX_API sx_status sx_publish_docx_check(const char *template_file, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
/* STUDY.sdmx.csv, SDMX-CSV 2.1; STUDY.sdmx10.csv, SDMX-CSV 1.0: every row of the run with coded dimensions; STUDY.sdmx.xml, SDMX-ML 2.1:
 * their structure, in which the codes have names. */
SX_API sx_status sx_publish_sdmx(sx_publish_files *files, sx_store *store, int64_t run,
                                 const sx_publish_options *options, sx_error *err) SX_NODISCARD;

/* STUDY.jsonstat.json: JSON-stat 2.0, a collection of a dataset for each set of variables that rows are crossed by. */
SX_API sx_status sx_publish_jsonstat(sx_publish_files *files, sx_store *store, int64_t run,
                                     const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* STUDY_VARIABLES.px: PC-Axis, a file for each such set, in both languages. */
SX_API sx_status sx_publish_px(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                               sx_error *err) SX_NODISCARD;

/* STUDY.pdf: the report on A4 pages, one file per language: contents with page numbers, outline, links, footnotes at the foot of their page, fonts
 * embedded as subsets, vector drawings. The file's date is the one on the cover. Expected besides: SX_E_SUPPORT naming the package where no font
 * of the machine has a character. */
SX_API sx_status sx_publish_pdf(sx_publish_files *files, sx_store *store, int64_t run,
                                const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* The same of a document at hand; the bytes are appended. */
SX_API sx_status sx_publish_pdf_document(sx_buf *out, const sx_document *document, sx_error *err) SX_NODISCARD;

/* STUDY.ddi.xml: DDI-Codebook 2.5: variables of the data (options->variables) with their values, indicators with question and base;
 * with how often each occurs; STUDY_codebook.html and STUDY_codebook.md: the same to read. */
SX_API sx_status sx_publish_ddi(sx_publish_files *files, sx_store *store, int64_t run,
                                const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* Deflates the files that are not `there` as the archive will hold them, so that it need not: while other files are made. */
SX_API sx_status sx_publish_deflate(sx_publish_files *files, sx_error *err) SX_NODISCARD;
/* Adds NAME.zip, an archive of all files of the list in their order, every one with the same fixed date. */
SX_API sx_status sx_publish_bundle(sx_publish_files *files, const char *name, sx_error *err) SX_NODISCARD;
/* The same bytes: files that are `there` are taken as `before`, the archive of the release in the folder, has them packed; NULL: none. */
SX_API sx_status sx_publish_bundle_from(sx_publish_files *files, const char *name, const void *before, size_t n_before,
                                        sx_error *err) SX_NODISCARD;

/* ---- an edited document filled anew ---------------------------------------------------------------------------------- */

/* One key of a number (report_number_key.h) that the document has. */
typedef struct sx_refill_item {
  const char *key;
  const char *before, *after; /* as printed; after: NULL where the run has no such result, and the text stays */
  size_t n_places;            /* fields with this key */
  size_t n_by_hand;           /* of them with a text that a person had changed; it is replaced */
} sx_refill_item;
/* One figure of the document. */
typedef struct sx_refill_figure {
  const char *id;     /* of the study's figures */
  const char *reason; /* why it could not be drawn anew, in English; NULL: it was */
} sx_refill_figure;
/* Words of the document that follow from numbers and are not what the run says: a person changed them, or they cannot be known again. */
typedef struct sx_refill_word {
  const char *place;         /* how the paragraph begins; "" where nothing like it is there */
  const char *stands, *says; /* in the document ("" for nothing), and by the run; "" for none */
} sx_refill_word;
typedef struct sx_refill {
  sx_ctx ctx;
  sx_arena *arena;
  sx_refill_item *items;                                    /* in the order of the document */
  size_t n, cap, n_fields, n_changed, n_missing, n_by_hand; /* fields, and keys whose text changed or is missing */
  size_t n_figures;                                         /* pictures and charts in the document */
  sx_refill_figure *figures; /* [n_drawn + n_not_drawn] those that bear the name of a figure of the study */
  size_t n_drawn, n_not_drawn, cap_figures;
  sx_refill_word *words;                                       /* [n_words] to be read again */
  size_t n_words, cap_words, n_words_changed, n_marks_changed; /* changed: written anew; marks: signs behind numbers */
} sx_refill;
/* Gives the fields of an edited .docx, and the properties behind them, the numbers of a run, and draws its figures anew: the files of a picture (SVG and
 * PNG), or the XML and workbook of a chart, its alternative text, and its height for its width. Words that follow from numbers (verbs of changes, branches
 * of conditions, orders, notes, signs of reliability) are written anew where the document has what a run wrote, and listed where a person changed them and
 * the run says otherwise than then; everything else stays as the person left it. The file is appended to out. name: for errors. run < 0: the newest finished one. Expected: SX_E_PARSE where it is no Word file, SX_E_DATA where
 * it has no bound number. *report is the caller's. */
SX_API sx_status sx_publish_refill(sx_buf *out, sx_refill **report, const void *docx, size_t n, const char *name,
                                   sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
/* The words that follow from numbers alone, nothing written: *report lists in `words` all that the run says otherwise. A file that has no bound number or is
 * no Word document gives an empty list. */
SX_API sx_status sx_publish_refill_words(sx_refill **report, const void *docx, size_t n, const char *name,
                                         sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
SX_API void sx_refill_free(sx_refill *report); /* NULL ok */
/* STUDY_banner.xlsx: the banner tables of the run's blocks, laid out as below, one file per language, with a sheet of checks; no file where the run has
 * none. */
SX_API sx_status sx_publish_banner_tables(sx_publish_files *files, sx_store *store, int64_t run,
                                          const sx_publish_options *options, sx_error *err) SX_NODISCARD;
/* A book of banner tables as a workbook; the bytes are appended. Expected: SX_E_DATA for a book without tables. */
SX_API sx_status sx_publish_banner(sx_buf *out, const sx_banner_book *book, sx_lang lang, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
