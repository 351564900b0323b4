/* report_own.h: the numbers of what the run itself writes (the words on the design on the cover, the annexes but the one on definitions), each with a name under
 * which another run has it. No result of the store stands behind such a number: a name says in which sentence it stands, so a sentence that
 * says something else in the other run has no number of that name.
 *
 *   @LANGUAGE.SENTENCE.WHICH.PLACE          @en.5c1f09ab.1.2: the second number of the first sentence that reads so in the English report
 *
 * LANGUAGE: zh, en, zh-en; SENTENCE: the first eight digits of the SHA-256 of the words of the paragraph or the row of a table, "#" for each number.
 * A sum of a file (64 digits) counts as a number. Its key (report_number_key.h) is the name and " | e0 .0;"; it prints as the other run prints it. */
#ifndef SX_REPORT_OWN_H
#define SX_REPORT_OWN_H

#include "shuxiao/report_document.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_own_number {
  const sx_document_node *node; /* the TEXT that it stands in */
  size_t at, n;                 /* bytes of it */
  const char *name, *text;
} sx_own_number;

typedef struct sx_own_numbers sx_own_numbers;

/* Those of a document, which must outlive the nodes' use; names and texts are the list's own. */
SX_API sx_status sx_own_numbers_new(sx_own_numbers **out, const sx_document *document, sx_error *err) SX_NODISCARD;
SX_API void sx_own_numbers_free(sx_own_numbers *numbers); /* NULL ok */
/* Of a TEXT, in their order; NULL: it has none. */
SX_API const sx_own_number *sx_own_numbers_of(const sx_own_numbers *numbers, size_t *n, const sx_document_node *text);
/* What the document prints under a name; NULL: it has no such number. */
SX_API const char *sx_own_numbers_find(const sx_own_numbers *numbers, const char *name);
/* Whether a name is one of these; *lang: 0 Chinese, 1 English, 2 both. */
SX_API bool sx_own_number_is(int *lang, const char *name);

#ifdef __cplusplus
}
#endif
#endif
