/* publish_book_bars.h: intervals for the charts of a finished workbook, which the library behind publish_book.c cannot draw: it knows lengths that
 * are the same for every bar. */
#ifndef PUBLISH_BOOK_BARS_H
#define PUBLISH_BOOK_BARS_H

#include "publish_priv.h"

/* The interval of a series of a chart: the cells with its length upwards and downwards ("'图1'!$D$5:$D$9"). */
typedef struct pub_bars {
  size_t chart, series; /* from 0 */
  const char *plus, *minus;
} pub_bars;
/* The workbook with the intervals put into its charts. n_bars 0: as it is. */
sx_status sx_publish__book_bars(sx_buf *out, const sx_ctx *ctx, const void *data, size_t n, const pub_bars *bars,
                                size_t n_bars, sx_error *err) SX_NODISCARD;

#endif
