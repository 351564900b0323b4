/* report_figure.h: a figure block while its nodes are made: the chart, and the results behind its cells. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "report_tree.h"
#include "shuxiao/draw_chart.h"

typedef struct sx_figure {
  sx_page *page;
  sx_block *block;
  sx_document_figure *drawn;
  sx_document_point *points; /* beside chart.cells */
  sx_chart chart;
  sx_spec spec; /* of every number of the drawing */
  sx_format format;
  sx_bound *bounds; /* beside chart.cells */
  sx_chart_cell *cells;
  sx_bound centre; /* of a tornado */
  double ci_level;
  bool any_interval;
} sx_figure;

/* Fills all but `drawn` from figure->block: labels, results, format, how the drawing prints its numbers. */
sx_status sx_report__load_figure(sx_figure *figure, sx_error *err) SX_NODISCARD;
/* How the value of a cell is printed. */
sx_spec sx_report__figure_spec(const sx_figure *figure, size_t cell);

#endif
