/* report_branch.h: an {{if}} of a text as it is written: where it ends, whether it stands in a line of other words, what its branches say. */
#ifndef REPORT_BRANCH_H
#define REPORT_BRANCH_H

#include "report_page.h"
#include "report_reference.h"

typedef struct sx_branch_text {
  size_t end;           /* behind its {{end}} */
  bool within;          /* in a line, with words in it whatever the branches print */
  const char *words[2]; /* where it holds, and where not: the longest stretch of plain words, of n_words bytes */
  size_t n_words[2];
} sx_branch_text;

/* Of the {{if}} that b is in text; false: it has no {{end}}. */
bool sx_report__branch_text(sx_branch_text *out, const char *text, const sx_binding *b);
/* A name for an author's expression on this page: the same wherever he writes the same. The page's arena; NULL: no memory. */
const char *sx_report__said_key(sx_page *page, const char *source, size_t n);

#endif
