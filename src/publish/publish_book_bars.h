/* publish_book_bars.h: what the library behind publish_book.c leaves out of the charts of a workbook: intervals, for it knows lengths that are the same
 * for every bar; the values of cells with formulas, which it keeps as zeros (programs that do not compute show what a chart keeps); labels that give the
 * text of cells; what a label does not show and that bars below zero keep their colour, which it does not say: programs differ in what they take then. */
#ifndef PUBLISH_BOOK_BARS_H
#define PUBLISH_BOOK_BARS_H

#include "publish_priv.h"

/* Labels that are the texts of cells, in the middle of their marks. */
typedef struct pub_shown {
  const char *cells;        /* "'图1'!$D$5:$D$9" */
  const char *const *texts; /* [n] what they say */
  const bool *hidden;       /* [n] NULL: none */
  size_t n;
  uint32_t ink; /* 0xRRGGBB */
} pub_shown;
/* What a series of a chart gets. The interval: the cells with its length upwards and downwards ("'图1'!$D$5:$D$9"); NULL: none. */
typedef struct pub_bars {
  size_t chart, series; /* from 0 */
  const char *plus, *minus;
  const pub_shown *shown; /* NULL: none */
} pub_bars;
/* The workbook with intervals, labels and values put into its charts. sheets: the names of its sheets in their order. */
sx_status sx_publish__book_bars(sx_buf *out, const sx_ctx *ctx, const void *data, size_t n, const char *const *sheets,
                                size_t n_sheets, const pub_bars *bars, size_t n_bars, sx_error *err) SX_NODISCARD;

#endif
