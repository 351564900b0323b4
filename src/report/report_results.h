/* report_results.h: what stands behind the numbers of a page: every result that was bound, once, and what its formula rests on. */
#ifndef REPORT_RESULTS_H
#define REPORT_RESULTS_H

#include "report_page.h"

/* Keeps a row under the name that a text has for it, where it is not kept yet. */
sx_status sx_report__keep_result(sx_page *page, const char *name, const sx_store_row *row, sx_error *err) SX_NODISCARD;
/* The lists of the document, once all is built. */
sx_status sx_report__list_results(sx_document *document, sx_page *page, sx_error *err) SX_NODISCARD;
/* The formula of an indicator as the study has it; NULL. Borrowed from the document block. */
const char *sx_report__formula(const sx_page *page, const char *indicator);

#endif
