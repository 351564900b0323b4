/* publish_book_bars.h: what the library behind publish_book.c leaves out of the charts of a workbook: intervals, for it knows lengths that are the same
 * for every bar, and the values of cells with formulas, which it keeps as zeros. Programs that do not compute show what a chart keeps. */
#ifndef PUBLISH_BOOK_BARS_H
#define PUBLISH_BOOK_BARS_H

#include "publish_priv.h"

/* The interval of a series of a chart: the cells with its length upwards and downwards ("'图1'!$D$5:$D$9"). */
typedef struct pub_bars {
  size_t chart, series; /* from 0 */
  const char *plus, *minus;
} pub_bars;
/* The workbook with intervals and values put into its charts. sheets: the names of its sheets in their order. */
sx_status sx_publish__book_bars(sx_buf *out, const sx_ctx *ctx, const void *data, size_t n, const char *const *sheets,
                                size_t n_sheets, const pub_bars *bars, size_t n_bars, sx_error *err) SX_NODISCARD;

#endif
