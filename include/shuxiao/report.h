/* report.h: a finished run of the store as a self-contained HTML page. Shows what is in the store and nothing else. */
#ifndef SX_REPORT_H
#define SX_REPORT_H

#include "shuxiao/store.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_report_options {
  uint32_t version;
  sx_lang lang;
  const char *other_language_file; /* link, or NULL */
} sx_report_options;

typedef struct sx_report_warning {
  char *where, *message;
} sx_report_warning; /* a number typed by hand in a bound sentence, ... */
typedef struct sx_report_result {
  sx_ctx ctx;
  char *html;
  size_t n;
  sx_report_warning *warnings;
  size_t n_warnings;
} sx_report_result;
/* Expected: SX_E_DATA when a bound name does not exist (where: block and line; suggests the nearest). */
SX_API sx_status sx_report_html(sx_report_result **out, sx_store *store, int64_t run, const sx_report_options *options,
                                sx_error *err) SX_NODISCARD;
SX_API void sx_report_result_free(sx_report_result *result);

/* A reference "indicator.domain[.field]" taken apart and looked up: docs/dev/blocks.md. Used by study to check names before a run
 * and by report to bind them. */
enum { SX_REFERENCE_TERMS = 4 };
typedef struct sx_reference {
  char indicator[256], field[32],
      statistic[1024]; /* levels are texts of the data: 200 characters of four bytes, and what stands before them */
  char variable[SX_REFERENCE_TERMS][128], level[SX_REFERENCE_TERMS][1024];
  size_t n_terms;
} sx_reference;
SX_API sx_status sx_reference_parse(sx_reference *out, const char *text, size_t n, sx_error *err) SX_NODISCARD;
/* The domain of a reference as the store asks for it: n_terms terms, without labels, that borrow its texts. */
SX_API void sx_reference_terms(sx_store_term out[SX_REFERENCE_TERMS], const sx_reference *reference);
/* The row it names, as sx_store_find: no statistic is the main one. */
SX_API sx_status sx_reference_find(bool *found, sx_store_row *out, sx_store *store, int64_t run,
                                   const sx_reference *reference, sx_error *err) SX_NODISCARD;
/* A name as it stands in a reference: letters, digits, '_' and '-' as they are, anything else in backquotes, where `` is a backquote, ``^ with the
 * character 64 above it a control character ("``^G"), and ``^(85) another character that pages do not carry. */
SX_API void sx_reference_put_name(sx_buf *out, const char *name, size_t n);
/* A field of a row as references name it ("estimate", "se", "low", "high", "n", "n_eff", "deff", "cv", "df"); NaN for another, and for an n that
 * does not apply. */
SX_API double sx_reference_field(const sx_store_row *row, const char *field);
/* Every {{reference | format}} of a Markdown text, in order; where errors carry line:column of the text. */
typedef sx_status (*sx_reference_fn)(void *data, const sx_reference *reference, const char *format, size_t line,
                                     size_t column, sx_error *err);
SX_API sx_status sx_report_each_reference(const char *markdown, size_t n, sx_reference_fn fn, void *data,
                                          sx_error *err) SX_NODISCARD;
/* A macro of sentences, {{NAME results option=value | format}}: docs/authoring.md. */
typedef struct sx_report_macro {
  const char *name;
  sx_text2 text;             /* its body by language; either may be NULL */
  const char *const *params; /* option, what it is where a call says nothing, ..., NULL; NULL: none */
} sx_report_macro;
/* Whether a macro may have this name: letters, digits and _, not a word that has a meaning. */
SX_API bool sx_report_macro_name(const char *name);
/* A Markdown text with its macros written out: those given, and the bundled ones. Places in what comes out are those of the calls.
 * Expected: SX_E_PARSE (where "line:column"), SX_E_LIMIT. */
SX_API sx_status sx_report_expand(sx_buf *out, const char *markdown, size_t n, const sx_report_macro *macros,
                                  size_t n_macros, sx_lang lang, sx_error *err) SX_NODISCARD;
/* Each place of a text (NUL behind it) that looks like a mark of the text language and is none, so that it would be printed as it stands: "[@fig f1]", "}}" without
 * "{{", ":::", a footnote that is not defined. error: it cannot be meant as text. Not inside code, nor behind a backslash. */
typedef void (*sx_leftover_fn)(void *data, size_t line, size_t column, bool error, const char *message);
SX_API void sx_report_each_leftover(const char *markdown, size_t n, sx_leftover_fn fn, void *data);
/* Whether a Markdown text has a numbered box of this name, {{box id=ID ...}}. */
SX_API bool sx_report_has_box(const char *markdown, size_t n, const char *id, size_t n_id);
/* Formats a value: "亿人 2", "% 1", "pp 1 sign:none", "trillion yuan 2", "plain 0" (docs/dev/blocks.md). lang decides the words; the resolution is
 * kept between languages: 亿人 2 of 957,600,000 is 9.58亿人 and 958 million people. Rounds once, from full precision; NaN prints as a dash.
 * Expected: SX_E_PARSE with the nearest unit. */
SX_API sx_status sx_report_format(sx_buf *out, double value, const char *format, sx_lang lang,
                                  sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
