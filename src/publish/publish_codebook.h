/* publish_codebook.h: what a codebook tells, and its page. */
#ifndef PUBLISH_CODEBOOK_H
#define PUBLISH_CODEBOOK_H

#include "publish_priv.h"

typedef struct sx_code_indicator {
  const char *id, *unit, *statistics;
  sx_text2 label, question, base;
  bool assumed;
} sx_code_indicator;

typedef struct sx_codebook {
  pub_run *run;
  const sx_table *table; /* NULL: indicators alone */
  sx_code_indicator *items;
  size_t n, cap;
} sx_codebook;

/* The value that a label names: a number, a text, or the letter of a tagged missing value (".a"). */
void sx_publish__code(sx_buf *out, const sx_label *label, bool in_xml);
/* What the column is called, and its label i. */
sx_text2 sx_publish__variable_words(const sx_codebook *b, size_t column);
sx_text2 sx_publish__value_words(const sx_codebook *b, size_t column, size_t i);
/* Of the column; NULL where nothing was counted. */
const sx_publish_frequency *sx_publish__frequency_of(const sx_codebook *b, size_t column);
/* A page of HTML in one language, without script and without anything from outside. */
void sx_publish__codebook_html(sx_buf *out, const sx_codebook *b, sx_lang lang);

#endif
