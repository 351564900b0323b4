/* report_html.h: the HTML back end: what its files share. Everything that comes from outside passes sx_draw_escape. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report_format.h"
#include "report_words.h"
#include "shuxiao/report_document.h"

typedef struct sx_html {
  const sx_document *document;
  sx_buf *out;
  sx_status *status; /* the first failure of a drawing */
  sx_error *err;
} sx_html;

/* What the parts of the page are made of: each writes its node and what stands below it. */
void sx_html__node(const sx_html *html, const sx_document_node *node);
void sx_html__children(const sx_html *html, const sx_document_node *node);
void sx_html__table(const sx_html *html, const sx_document_node *table);
void sx_html__drawing(const sx_html *html, const sx_document_node *drawing);
/* A heading as it stands inside a link of the contents: its text only, for a link holds no links. */
void sx_html__heading_text(const sx_html *html, const sx_document_node *node);
const char *sx_html__word(const sx_html *html, sx_word word);
/* " data-exempt="input"" where the node says so. */
void sx_html__exempt(const sx_html *html, const sx_document_node *node);
/* The attributes that say which result a number is, for the audit of the page: data-ref="NAME[.FIELD]", data-unit where the number is printed
 * without its unit, data-zeros for zeros that are rounding; of a number that is no result data-ref="=VALUE" data-exempt="WHY". */
void sx_html__trace(const sx_html *html, const sx_document_number *number);

/* The panel behind numbers: its data and its script, at the end of the page; the hash of the script, for the policy. */
void sx_html__panel(const sx_html *html);
void sx_html__script_hash(const sx_html *html);

extern const char *const sx_html__script[]; /* the same */
extern const char *const sx_html__style[];  /* lines, NULL at the end */

#endif
