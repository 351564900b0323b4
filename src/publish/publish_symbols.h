/* publish_symbols.h: what stands in a table for a number that is not there or is to be taken with care, in three traditions. */
#ifndef PUBLISH_SYMBOLS_H
#define PUBLISH_SYMBOLS_H

#include "publish_priv.h"
#include "shuxiao/report_document.h"

typedef enum pub_symbol {
  PUB_SYMBOL_MISSING,    /* not available */
  PUB_SYMBOL_SUPPRESSED, /* kept back so that no one is recognised */
  PUB_SYMBOL_LOW,        /* rounds to nothing and is something */
  PUB_SYMBOL_UNRELIABLE, /* sx_quality_is_low */
  PUB_SYMBOL_KINDS
} pub_symbol;
/* Among the bits of symbols that a table uses: something is said of a number without a sign ("significant", "product term 1.4%"). */
enum { PUB_REMARKS = 1 << PUB_SYMBOL_KINDS };
typedef struct pub_symbols {
  const char *text[PUB_SYMBOL_KINDS];
  const char *word[PUB_SYMBOL_KINDS][2]; /* by sx_lang */
} pub_symbols;
const pub_symbols *sx_publish__symbols(sx_symbols scheme, sx_lang lang);
/* What a row of the store is marked with; PUB_SYMBOL_KINDS: nothing. */
pub_symbol sx_publish__symbol_of(const sx_store_row *row);
/* What else is to be said of an estimate; NULL: nothing. A model has a mark of its own in the report's tables. */
const char *sx_publish__remark(const sx_store_row *row);
/* Whether a reason for a missing estimate is disclosure control. */
bool sx_publish__suppressed(const sx_store_row *row);
/* Whether nothing is left of a figure's note under a chart that an office program draws, but its word. */
bool sx_publish__bare_note(const sx_document_node *note);
/* The row behind a reference without a field ("users.total.gap"); *found false where the run has none. */
sx_status sx_publish__find(bool *found, sx_store_row *out, const pub_run *run, const char *reference,
                           sx_error *err) SX_NODISCARD;

#endif
