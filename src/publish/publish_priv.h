/* publish_priv.h: what the formats share: the run with its rows, its study's name, the names of files. */
#ifndef PUBLISH_PRIV_H
#define PUBLISH_PRIV_H

#include "shuxiao/io.h"
#include "shuxiao/publish.h"

/* A run read into an arena. */
typedef struct pub_run {
  sx_store *store;           /* between sx_publish__lock and sx_publish__unlock */
  sx_publish_source *source; /* whose rows and document these are; NULL: our own */
  int64_t id;
  sx_ctx ctx;
  sx_arena *arena;
  sx_publish_options options;
  const char *study, *wave, *version; /* "" where the run says none */
  sx_text2 title;
  sx_doc *document;        /* of the block `document`; NULL: none */
  sx_document *reports[2]; /* built here, where options.documents is NULL */
  sx_store_row *rows;
  size_t n_rows, cap_rows;
} pub_run;
/* with_rows: also every row. */
sx_status sx_publish__open(pub_run *run, sx_store *store, int64_t id, const sx_publish_options *options, bool with_rows,
                           sx_error *err) SX_NODISCARD;
void sx_publish__close(pub_run *run);
/* The store is for one thread at a time, and what it lends for as long as it is locked. Nothing where the run has no source. */
/* What the store says of an indicator; texts in the run's arena. */
sx_status sx_publish__indicator(bool *found, sx_store_indicator *out, const pub_run *run, const char *id,
                                sx_error *err) SX_NODISCARD;
/* "STUDYtail", with ".zh" or ".en" before the tail's last extension where the study writes two languages ("_tables.xlsx" -> "x_tables.zh.xlsx").
 * Arena memory; NULL: out of memory. */
const char *sx_publish__name(const pub_run *run, const char *tail);
const char *sx_publish__name_in(const pub_run *run, const char *tail, sx_lang lang);
/* The report in a language: built once, in options.documents where that is given, else until sx_publish__close. */
sx_status sx_publish__report(const sx_document **out, pub_run *run, sx_lang lang, sx_error *err) SX_NODISCARD;
bool sx_publish__has_lang(const pub_run *run, sx_lang lang);
bool sx_publish__makes(const pub_run *run, sx_lang lang); /* has it, and options.only leaves it */
bool sx_publish__blank(const char *text);                 /* nothing, or blanks and line ends alone */
/* The text in a language, the other one standing in where it is blank; "" for none. */
const char *sx_publish__text(sx_text2 text, sx_lang lang);
/* sx_publish_add without a copy: data, of the list's ctx, is its own from here on, also on failure. */
sx_status sx_publish__own(sx_publish_files *files, const char *name, char *data, size_t n, sx_error *err) SX_NODISCARD;
/* Takes back what was added beyond the first n files. */
void sx_publish__cut(sx_publish_files *files, size_t n);

/* publish_docx.c: as sx_publish_docx_document; `earlier`, a .docx of ours or NULL, has pictures of drawings that serve where the drawing is the same. */
sx_status sx_publish__docx_document(sx_buf *out, const sx_document *document, const char *template_file,
                                    bool native_charts, const void *earlier, size_t n_earlier,
                                    sx_error *err) SX_NODISCARD;

#endif
