/* publish_grid.h: a table of the document as a grid of cells with widths of columns, for media whose pages have an edge: Word and PDF. */
#ifndef PUBLISH_GRID_H
#define PUBLISH_GRID_H

#include "shuxiao/report_document.h"

/* Columns that stand beside one another on paper. A table that is too wide comes in several, each with the stub. */
typedef struct sx_grid_panel {
  size_t *columns; /* [n] of the grid */
  double *widths;  /* [n] adding to the width that was asked for */
  size_t n;
} sx_grid_panel;

typedef struct sx_grid {
  const sx_document_node *table;
  const sx_document_node **rows;  /* [n_rows] */
  const sx_document_node **cells; /* [n_rows * n_columns] the CELL that covers a place; NULL: none */
  size_t n_rows, n_columns, n_head;
  const int *decimals; /* [n_columns] that numbers are set under one another with; 0: they do not differ */
  sx_grid_panel *panels;
  size_t n_panels;
  bool tight; /* some panel is too narrow for its numbers */
} sx_grid;

/* What a table is set in. width, em (the size of type) and padding (of a cell, both sides together) in one unit, as the widths come. */
typedef struct sx_grid_type {
  double width, em, padding;
  size_t max_columns; /* of a panel */
  double head;        /* size of type of heads, in ems; 0: 1 */
  double latin;       /* width of a Latin letter, 1 in Times New Roman; 0: 1 */
  bool any_font;      /* a reader's program may set another font: columns hold their numbers in the widest too */
} sx_grid_type;

sx_status sx_publish__grid(sx_grid *out, sx_arena *arena, const sx_document_node *table, const sx_grid_type *type,
                           sx_error *err) SX_NODISCARD;
static inline const sx_document_node *sx_grid_at(const sx_grid *grid, size_t row, size_t column) {
  return grid->cells[row * grid->n_columns + column];
}
/* Columns of a panel, from the k-th on, that one cell of a row covers. */
size_t sx_publish__grid_span(const sx_grid *grid, const sx_grid_panel *panel, size_t row, size_t k);
/* A row without a label of its own: letters and marks that stand right below the numbers of the row above, however long its label is. */
bool sx_publish__grid_below(const sx_grid *grid, size_t row);
/* A row that may not be parted from the one below: heads, heads of groups, rows under one cell, numbers with letters below, the first and the last two. */
bool sx_publish__grid_keeps(const sx_grid *grid, size_t row);
/* Digits behind the point of the number that ends a text; -1: the text ends in none. */
int sx_publish__decimals(const char *text);
/* The most decimals of a column's numbers where they differ, so that shorter ones can be filled up; 0: nothing to align. */
int sx_publish__grid_decimals(const sx_grid *grid, size_t column);

#endif
