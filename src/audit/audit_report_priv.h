/* audit_report_priv.h: what the audit of a run's own outputs shares: what the store says, what is exempt, and the list that grows. */
#ifndef AUDIT_REPORT_PRIV_H
#define AUDIT_REPORT_PRIV_H

#include "audit_text_priv.h"
#include "shuxiao/io.h"
#include "shuxiao/table.h"

typedef struct sx_typed {
  const char *piece, *where; /* "1.96 倍", "narrative/zh/06.md:5:12" */
  bool used;
} sx_typed;

/* The names of a list of references: what one figure may print. */
typedef struct sx_traced_drawing {
  const char *id;
  const char *const *references;
  size_t n;
} sx_traced_drawing;

typedef struct sx_tracer {
  sx_ctx ctx;
  sx_audit_traces *out;
  sx_store *store;
  int64_t run;
  const char **exempt; /* the study's own words */
  size_t n_exempt, cap_exempt;
  const char **labels; /* texts of figures and tables that name things */
  size_t n_labels, cap_labels;
  sx_dict *label_set; /* each is kept once */
  sx_traced_drawing *drawings;
  size_t n_drawings, cap_drawings;
  struct sx_drawn *shown; /* [n_drawings] what each shows, in out's arena; NULL: nobody asked yet */
  const char **codes;     /* what the run's texts set as code */
  size_t n_codes, cap_codes;
  const char **inputs, **hashes; /* names of the run's files, and their sums */
  size_t n_inputs, cap_inputs, n_hashes, cap_hashes;
  char plan[SX_HASH_TEXT]; /* of the computations, which stands for the study file; "": it has its own */
  const char **provenance; /* texts of the document's list */
  size_t n_provenance, cap_provenance;
  const char **defined; /* texts of what the run's names stand for: whose ("": of all), text, whose, text ... */
  size_t n_defined, cap_defined;
  double *definitions;
  size_t n_definitions, cap_definitions;
  const char **quotes; /* the run's own texts, as Markdown */
  size_t n_quotes, cap_quotes;
  const char **qualities; /* why results ask for care, each once */
  size_t n_qualities, cap_qualities;
  bool has_qualities; /* they are read */
  double levels[8];   /* of the intervals of the run's results, each once */
  size_t n_levels;
  bool has_levels; /* they are read */
  double *values;  /* numbers that stand in blocks themselves, and sizes of files */
  size_t n_values, cap_values;
  sx_typed *typed[2]; /* by language */
  size_t n_typed[2], cap_typed[2];
  struct sx_answer *answers; /* of the store, by the code of the reference in `asked`; in out's arena */
  size_t cap_answers;
  sx_dict *asked;
  struct sx_reading *readings; /* of texts, by their code in `read`; in out's arena */
  size_t cap_readings;
  sx_dict *read;
  bool *quotations; /* by the code of the text in `quoted` */
  size_t cap_quotations;
  sx_dict *quoted;
  struct sx_known *indicators; /* by the code of the name in `named`; in out's arena */
  size_t cap_indicators;
  sx_dict *named;
  struct sx_own_numbers *own[3]; /* of the run's reports in Chinese, English, both; has_own: asked for */
  bool has_own[3];
  const sx_audit_text *page; /* at hand; NULL */
  const char *file, *place;  /* place: of a part without lines; NULL */
  sx_lang lang;
  bool both; /* the page is in two languages */
  sx_error *err;
} sx_tracer;

/* audit_report.c: a tracer over a run (below 0: the latest) with its facts; `end` always follows, and gives the traces where status is SX_OK. */
/* The study's own word (audit: exempt) that covers the mark wholly; NULL. */
const char *sx_audit__own_word(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m);
sx_status sx_audit__tracer_begin(sx_tracer *t, sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
sx_status sx_audit__tracer_end(sx_audit_traces **out, sx_tracer *t, sx_status status) SX_NODISCARD;

/* A number that names no result: exempt for a reason, or unbound. */
sx_status sx_audit__free_number(sx_tracer *t, const sx_text_part *part, const sx_text_mark *m) SX_NODISCARD;
/* A page of ours, and what stands beside it. */
sx_status sx_audit__page(sx_tracer *t, const char *path, const sx_audit_text *page) SX_NODISCARD;
sx_status sx_audit__page_part(sx_tracer *t, const sx_audit_text *page, size_t at) SX_NODISCARD;
sx_status sx_audit__sum(sx_tracer *t, const sx_text_part *part) SX_NODISCARD;
/* Which languages the text is in. */
void sx_audit__languages(sx_tracer *t, const sx_audit_text *page);

/* audit_report_facts.c: exempt words, labels, drawings and typed numbers out of the run's blocks. */
sx_status sx_audit__facts(sx_tracer *t) SX_NODISCARD;
void sx_audit__facts_clear(sx_tracer *t);

/* audit_report_bound.c: a number that says which result it is. */
typedef struct sx_printed {
  double value; /* as printed, signed, in units */
  double unit;  /* of the last printed digit */
  double scale;
  int decimals;
  int zeros; /* at the end of a whole number */
  size_t at; /* in the text */
  bool negative;
} sx_printed;
/* What a text prints: up to max numbers, with the unit that they are printed without (NULL: none). Read once: a page prints the same time and again. */
sx_status sx_audit__printed(sx_printed *out, size_t *n, size_t max, sx_tracer *t, const char *text, size_t n_text,
                            const sx_text_run *run) SX_NODISCARD;
/* The same of the bytes from..to of a part: one of the page at hand is not read again where they are all of it. */
sx_status sx_audit__printed_part(sx_printed *out, size_t *n, size_t max, sx_tracer *t, const sx_text_part *part,
                                 size_t from, size_t to, const sx_text_run *run) SX_NODISCARD;
bool sx_audit__rounds_to(const sx_printed *p, double value, bool magnitude);
sx_status sx_audit__bound(sx_tracer *t, const sx_audit_text *page, const sx_text_part *part, const sx_text_run *run,
                          size_t from, size_t to) SX_NODISCARD;
/* The row of a reference and the field that it names; asked once. */
sx_status sx_audit__look_up(bool *found, sx_store_row *row, char field[32], sx_tracer *t, const char *name,
                            size_t n) SX_NODISCARD;
/* The numbers that a reference allows, in order: one, or two for an interval. 0: there is no such result. *found: row is it; a literal ("=12") has none. */
sx_status sx_audit__wanted(double out[2], size_t *n, sx_store_row *row, bool *found, sx_tracer *t,
                           const char *reference) SX_NODISCARD;
/* audit_report_said.c: a text beside the page of which its reader says what it is: said of a result, a tooltip below a limit. */
sx_status sx_audit__said(sx_tracer *t, const sx_text_part *part) SX_NODISCARD;
/* The first digits of a text that the run does not say of a result or a name; *out NULL: it says all. */
sx_status sx_audit__said_wrongly(const char **out, sx_tracer *t, const char *name, const char *text,
                                 bool labels) SX_NODISCARD; /* labels: those of the report are its words too */
bool sx_audit__is_defined(const sx_tracer *t, double value);
/* audit_report_panel.c: the data behind the numbers of a page. */
sx_status sx_audit__panel(sx_tracer *t, const sx_audit_text *page) SX_NODISCARD;
sx_status sx_audit__limited(sx_tracer *t, const sx_text_part *part) SX_NODISCARD;
/* audit_report_csv.c: a file of results, number by number; a file whose data are NULL is read from the disk. */
sx_status sx_audit__results_csv(sx_tracer *t, const sx_file_parts *file) SX_NODISCARD;
/* audit_report_xlsx.c: the publication workbook, cell by cell. */
sx_status sx_audit__workbook(sx_tracer *t, const sx_file_parts *file) SX_NODISCARD;
/* A number that a chart keeps of a cell: sheet, "B5". */
typedef struct sx_kept_number {
  const char *sheet, *cell, *value;
  bool shown; /* value is what a label says, as it is printed */
} sx_kept_number;
/* The workbook behind a chart, in memory, and what the chart keeps of it. A workbook without checks is somebody's own: nothing is said. */
sx_status sx_audit__chart_book(sx_tracer *t, const void *data, size_t n, const sx_kept_number *kept,
                               size_t n_kept) SX_NODISCARD;
/* audit_report_chart.c: the charts of a Word file; what the XML of any chart keeps, in the arena. */
sx_status sx_audit__chart_kept(sx_kept_number **out, size_t *n, sx_arena *arena, sx_tracer *t, const char *xml,
                               size_t n_xml) SX_NODISCARD;
sx_status sx_audit__charts(sx_tracer *t, const sx_audit_text *text) SX_NODISCARD;
sx_status sx_audit__described(sx_tracer *t, const sx_audit_text *page, size_t part) SX_NODISCARD;
/* audit_report_own.c: a field of a number of the run's own words (report_own.h); *is false: the run's reference is none of these. */
sx_status sx_audit__own_number(bool *is, sx_tracer *t, const sx_text_part *part, const sx_text_run *run,
                               size_t to) SX_NODISCARD;
void sx_audit__own_clear(sx_tracer *t);
bool sx_audit__is_typed(const sx_tracer *t, const char *piece, size_t n);
bool sx_audit__is_code(const sx_tracer *t, const char *text, size_t n);
/* A number that the run's blocks print as it stands there, or the size of a file. */
bool sx_audit__is_value(const sx_tracer *t, double value);
/* The name of a file of the run, a part of its sum, a part of what the document says of where it comes from. */
bool sx_audit__is_file(const sx_tracer *t, const char *text, size_t n);
/* A text that the run has as it is, blanks and marks of Markdown aside: of its design, its quotations, its notes. */
bool sx_audit__is_quoted(const sx_tracer *t, const char *text, size_t n);
/* audit_report_memo.c: what a tracer found out is kept for the next time that it is asked. */
sx_status sx_audit__quoted(bool *quoted, sx_tracer *t, const char *text, size_t n) SX_NODISCARD;
/* The scale of a unit that a column's head has: of "亿元", " million people", "$ billion". */
sx_status sx_audit__unit_scale(double *out, sx_tracer *t, const char *unit) SX_NODISCARD;
/* The indicator's texts, in out's arena. */
sx_status sx_audit__indicator(bool *found, sx_store_indicator *out, sx_tracer *t, const char *id) SX_NODISCARD;
void sx_audit__memo_clear(sx_tracer *t);
/* audit_report_pages.c: the files of a publication, pages side by side. */
sx_status sx_audit__trace_files(sx_tracer *t, const sx_file_parts *files, size_t n) SX_NODISCARD;
/* The bytes of a file, the caller's to free; from the disk where its data are NULL. */
sx_status sx_audit__bytes(char **data, size_t *n, const sx_tracer *t, const sx_file_parts *file) SX_NODISCARD;
/* audit_report_kept.c: SHA-256 of the facts; a page's verdict in few lines (nothing where it is not a clean one), and read again. */
sx_status sx_audit__facts_hash(char out[SX_HASH_TEXT], const sx_tracer *t, sx_error *err) SX_NODISCARD;
void sx_audit__put_verdict(sx_buf *out, const sx_audit_traces *found);
sx_status sx_audit__take_verdict(sx_tracer *t, const char *path, const char *text, size_t n) SX_NODISCARD;
bool sx_audit__is_hash(const sx_tracer *t, const char *text, size_t n);
bool sx_audit__is_provenance(const sx_tracer *t, const char *text, size_t n);
/* Why the run's results ask for care; then a number inside such a reason, as it stands in a table. */
sx_status sx_audit__qualities(sx_tracer *t) SX_NODISCARD;
/* The level of an interval of the run: "95%". */
sx_status sx_audit__is_level(bool *is, sx_tracer *t, const sx_text_mark *m) SX_NODISCARD;
bool sx_audit__is_quality(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m);
/* A number of a part that some label has, whole; where a drawing breaks a label into lines, a piece of one. */
/* The label stands whole in the part, over its bytes from .. to. */
bool sx_audit__stands_over(const sx_text_part *part, const char *label, size_t from, size_t to);
bool sx_audit__is_label(const sx_tracer *t, const sx_text_part *part, const sx_text_mark *m);
/* Adds a line to the list. Texts are copied. */
sx_status sx_audit__trace(sx_tracer *t, const sx_audit_trace *what, const char *printed, size_t n) SX_NODISCARD;

/* audit_report_docx.c: what stands beside a text, at its places; and the bound fields of a .docx. */
sx_status sx_audit__beside(sx_tracer *t, const sx_audit_text *beside) SX_NODISCARD;
sx_status sx_audit__word_file(sx_tracer *t, const sx_file_parts *file) SX_NODISCARD;

/* audit_report_link.c: references to figures and tables of a Word file, and its captions' own numbers. */
sx_status sx_audit__links(sx_tracer *t, const sx_audit_text *text) SX_NODISCARD;
/* Why a typed number of a figure, a table or a chapter is that of none in the Word file at hand; *reason NULL: it is there, or it is no such number. */
sx_status sx_audit__names_nothing(const char **reason, sx_tracer *t, const sx_text_part *part,
                                  const sx_text_mark *m) SX_NODISCARD;

/* audit_report_files.c: what the run (below 0: the latest, which *run is then) wrote down when it published: lines as in the manifest. *record, the caller's to free;
 * *lines NULL: nothing. */
sx_status sx_audit__own_record(void **record, const char **lines, size_t *n, int64_t *run, sx_store *store,
                               sx_error *err) SX_NODISCARD;

#endif
