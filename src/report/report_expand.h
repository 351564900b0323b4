/* report_expand.h: the marks that macros leave in a text that was written out, so that places are those of the calls. */
#ifndef REPORT_EXPAND_H
#define REPORT_EXPAND_H

#include "report_reference.h"

#define SX_MARK_BEGIN "\xEE\x80\x82"
#define SX_MARK_END   "\xEE\x80\x83"

/* Bytes of a mark at the text's beginning, 0: none; what a mark of an end adds to the place. */
size_t sx_report__mark(size_t *lines, size_t *columns, const char *text, size_t n);

#endif
