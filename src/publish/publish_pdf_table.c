/* publish_pdf_table.c: tables as rows that pages may part: the head is set again on each page, small tables stay whole, numbers stand under one another by their points. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "publish_pdf_priv.h"

enum { COLUMNS_MAX = 40 };
static const double SIZE = 8.5, LEADING = 11.4, PAD_X = 3.5, PAD_Y = PDF_PAD;
static const double TALL = 0.6;   /* of a page: a row above this height is parted */
static const double WHOLE = 0.42; /* of a page: a table up to this height is not parted but for want of room */

typedef struct tab {
  pdf_writer *w;
  const sx_grid *grid;
  const sx_grid_panel *panel;
  const int *decimals;
  double digit, point; /* widths */
  pdf_row *rows;       /* [n_rows] */
} tab;

static bool is_head(const tab *t, size_t row) {
  return t->grid->rows[row]->as.row.role == SX_DOC_ROW_HEAD;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* White to the right of a number that has fewer decimals than its column. */
static double lack(const tab *t, const sx_document_node *cell, size_t column) {
  const int most = t->decimals[column];
  const sx_document_node *last = cell->last;
  if (!most || !last || last->kind != SX_DOC_NUMBER || cell->as.cell->align != SX_DOC_ALIGN_END) return 0;
  const int have = sx_publish__decimals(last->text);
  if (have < 0 || have >= most) return 0;
  return (most - have) * t->digit + (have ? 0 : t->point);
}

static sx_status make_cell(pdf_cell *out, const tab *t, size_t row, size_t k, double x, double width) {
  const size_t column = t->panel->columns[k];
  const sx_document_node *cell = sx_grid_at(t->grid, row, column);
  const sx_document_cell *c = cell->as.cell;
  const bool head = is_head(t, row), group = t->grid->rows[row]->as.row.role == SX_DOC_ROW_GROUP;
  const bool stub = c->scope == SX_DOC_SCOPE_ROW || c->scope == SX_DOC_SCOPE_ROWS;
  const double indent = stub ? 9.0 * c->indent : 0, right = lack(t, cell, column);
  const pdf_face face = {.strong = head || group,
                         .size = c->hash ? 6 : SIZE,
                         .leading = c->hash ? 8.5 : LEADING,
                         .ink = c->interval ? PDF_SOFT : PDF_BLACK,
                         .align = c->align};
  const pdf_text *text;
  const double room = fmax(10, width - 2 * PAD_X - indent - right);
  SX_TRY(sx_publish__pdf_text(&text, t->w, cell, NULL, &face, room, 0));
  *out = (pdf_cell){.text = text, .x = x + PAD_X + indent, .width = room, .bottom = head};
  return SX_OK;
}

static double cell_height(const pdf_cell *cell) {
  return cell->text ? sx_publish__pdf_lines(cell->text) * cell->text->face.leading + 2 * PAD_Y : 0;
}

/* Rows that a cell reaches over. */
static size_t reach(const tab *t, const sx_document_cell *c, const pdf_cell *cell, size_t row) {
  if (c->row_span > 1) return c->row_span;
  return c->column == 0 && sx_publish__grid_below(t->grid, row + 1) && cell_height(cell) <= TALL * PDF_DEPTH ? 2 : 1;
}

static sx_status make_row(tab *t, size_t row) {
  pdf_row *r = &t->rows[row];
  const bool head = is_head(t, row);
  double x = 0;
  r->cells = sx_arena_zalloc(t->w->arena, t->panel->n + 1, sizeof *r->cells);
  r->rules = sx_arena_zalloc(t->w->arena, t->panel->n + 3, sizeof *r->rules);
  if (!r->cells || !r->rules) return sx_error_memory(t->w->err);
  r->height = LEADING + 2 * PAD_Y;
  for (size_t k = 0; k < t->panel->n;) {
    const sx_document_node *cell = sx_grid_at(t->grid, row, t->panel->columns[k]);
    const size_t span = sx_publish__grid_span(t->grid, t->panel, row, k);
    double width = 0;
    for (size_t i = k; i < k + span; i++) width += t->panel->widths[i];
    if (cell && cell->parent == t->grid->rows[row]) {
      pdf_cell *c = &r->cells[r->n_cells++];
      SX_TRY(make_cell(c, t, row, k, x, width));
      const size_t rows = reach(t, cell->as.cell, c, row);
      if (rows <= 1) r->height = fmax(r->height, cell_height(c));
      c->height = (double)rows; /* for now */
      if (head && cell->as.cell->scope == SX_DOC_SCOPE_COLUMNS)
        r->rules[r->n_rules++] = (pdf_rule){x + PAD_X, x + width - PAD_X, -1, 0.4};
    }
    x += width;
    k += span;
  }
  return SX_OK;
}

/* Heights of cells that reach over rows; the last of these rows grows where they need more. */
static void settle(tab *t) {
  const size_t n = t->grid->n_rows;
  for (size_t row = 0; row < n; row++) {
    for (size_t i = 0; i < t->rows[row].n_cells; i++) {
      pdf_cell *c = &t->rows[row].cells[i];
      size_t last = row + (size_t)c->height - 1;
      if (last >= n) last = n - 1;
      double height = 0;
      for (size_t r = row; r <= last; r++) height += t->rows[r].height;
      if (cell_height(c) > height) {
        t->rows[last].height += cell_height(c) - height;
        height = cell_height(c);
      }
      c->height = height;
    }
    for (size_t i = 0; i < t->rows[row].n_rules; i++) t->rows[row].rules[i].y = t->rows[row].height;
  }
}

static void frame(tab *t, double width) {
  const size_t n = t->grid->n_rows;
  for (size_t row = 0; row < n; row++) {
    pdf_row *r = &t->rows[row];
    if (row == 0) r->rules[r->n_rules++] = (pdf_rule){0, width, 0, 1.2};
    if (is_head(t, row) && row + 1 < n && !is_head(t, row + 1))
      r->rules[r->n_rules++] = (pdf_rule){0, width, r->height, 0.6};
    if (row + 1 == n) r->rules[r->n_rules++] = (pdf_rule){0, width, r->height, 1.2};
  }
}

/* ---- rows in the list -------------------------------------------------------------------------------------------- */

static sx_status make_head(const pdf_head **out, tab *t) {
  size_t n = 0;
  const sx_document_node *caption = sx_document_child(t->grid->table, SX_DOC_CAPTION);
  *out = NULL;
  while (n < t->grid->n_rows && is_head(t, n)) n++;
  pdf_head *head = sx_arena_zalloc(t->w->arena, 1, sizeof *head);
  if (!head) return sx_error_memory(t->w->err);
  head->rows = t->rows;
  head->x = t->w->left;
  head->n_rows = n;
  if (caption && caption->as.caption.number) {
    const pdf_face face = {.strong = true, .size = 9.5, .leading = 15};
    char words[80];
    const pdf_text *text;
    (void)snprintf(words, sizeof words, t->w->chinese ? "%.24s %zu（续）" : "%.24s %zu (continued)",
                   caption->as.caption.word ? caption->as.caption.word : "", caption->as.caption.number);
    SX_TRY(sx_publish__pdf_plain(&text, t->w, words, &face, t->w->width));
    head->caption = text;
    head->height += face.leading;
  }
  for (size_t row = 0; row < n; row++) head->height += t->rows[row].height;
  *out = head->n_rows || head->caption ? head : NULL;
  return SX_OK;
}

static sx_status put_row(tab *t, const pdf_row *row, const pdf_head *head, bool keep, bool soft) {
  pdf_item *item = sx_publish__pdf_item(t->w, PDF_ROW, row->height);
  if (!item) return SX_E_MEMORY;
  item->row = row;
  item->head = head;
  item->keep = keep || soft;
  item->soft = soft && !keep;
  return SX_OK;
}

/* A row that fills most of a page comes in pieces of some lines each, so that every line finds a page. */
static sx_status put_pieces(tab *t, const pdf_row *row, const pdf_head *head) {
  const int lines = (int)(TALL / 2 * PDF_DEPTH / LEADING);
  int most = 0;
  for (size_t i = 0; i < row->n_cells; i++) {
    const int n = row->cells[i].text ? sx_publish__pdf_lines(row->cells[i].text) : 0;
    most = n > most ? n : most;
  }
  for (int from = 0; from < most; from += lines) {
    pdf_row *piece = sx_arena_zalloc(t->w->arena, 1, sizeof *piece);
    if (piece) piece->cells = sx_arena_zalloc(t->w->arena, row->n_cells, sizeof *piece->cells);
    if (piece) piece->rules = sx_arena_zalloc(t->w->arena, row->n_rules + 1, sizeof *piece->rules);
    if (!piece || !piece->cells || !piece->rules) return sx_error_memory(t->w->err);
    const int to = from + lines < most ? from + lines : most;
    piece->height = (to - from) * LEADING + 2 * PAD_Y;
    for (size_t i = 0; i < row->n_cells; i++) {
      const int n = row->cells[i].text ? sx_publish__pdf_lines(row->cells[i].text) : 0;
      if (n <= from) continue;
      pdf_cell *c = &piece->cells[piece->n_cells++];
      *c = row->cells[i];
      c->from = from;
      c->to = n < to ? n : to;
      c->height = (c->to - from) * c->text->face.leading + 2 * PAD_Y; /* at the row's head */
    }
    for (size_t i = 0; i < row->n_rules; i++) { /* the upper ones above the first piece, the lower below the last */
      const bool above = row->rules[i].y <= 0;
      if (above ? from > 0 : to < most) continue;
      piece->rules[piece->n_rules] = row->rules[i];
      piece->rules[piece->n_rules++].y = above ? 0 : piece->height;
    }
    SX_TRY(put_row(t, piece, head, false, false));
  }
  return SX_OK;
}

static sx_status put_rows(tab *t, bool foot) {
  const pdf_head *head;
  double height = 0;
  SX_TRY(make_head(&head, t));
  for (size_t row = 0; row < t->grid->n_rows; row++) height += t->rows[row].height;
  const bool whole = height <= WHOLE * PDF_DEPTH;
  for (size_t row = 0; row < t->grid->n_rows; row++) {
    const pdf_head *above = is_head(t, row) ? NULL : head;
    if (t->rows[row].height > TALL * PDF_DEPTH && !is_head(t, row))
      SX_TRY(put_pieces(t, &t->rows[row], above));
    else
      SX_TRY(put_row(t, &t->rows[row], above,
                     sx_publish__grid_keeps(t->grid, row) || (foot && row + 1 == t->grid->n_rows),
                     whole && row + 1 < t->grid->n_rows));
  }
  return SX_OK;
}

static sx_status digit_widths(tab *t) {
  const pdf_face face = {.size = SIZE, .leading = LEADING};
  const pdf_text *digit, *point;
  SX_TRY(sx_publish__pdf_plain(&digit, t->w, "0", &face, 100));
  SX_TRY(sx_publish__pdf_plain(&point, t->w, ".", &face, 100));
  t->digit = sx_publish__pdf_width(digit);
  t->point = sx_publish__pdf_width(point);
  return SX_OK;
}

static sx_status grid_of(pdf_writer *w, const sx_document_node *node, bool foot) {
  sx_grid grid;
  const sx_grid_type type = {.width = w->width, .em = SIZE * 1.12, .padding = 2 * PAD_X, .max_columns = COLUMNS_MAX};
  SX_TRY(sx_publish__grid(&grid, w->arena, node, &type, w->err));
  for (size_t p = 0; p < grid.n_panels && grid.n_rows; p++) {
    tab t = {.w = w, .grid = &grid, .panel = &grid.panels[p], .decimals = grid.decimals};
    t.rows = sx_arena_zalloc(w->arena, grid.n_rows, sizeof *t.rows);
    if (!t.rows) return sx_error_memory(w->err);
    SX_TRY(digit_widths(&t));
    for (size_t row = 0; row < grid.n_rows; row++) SX_TRY(make_row(&t, row));
    settle(&t);
    frame(&t, w->width);
    SX_TRY(put_rows(&t, foot && p + 1 == grid.n_panels));
    sx_publish__pdf_space(w, 12);
  }
  return SX_OK;
}

sx_status sx_publish__pdf_table(pdf_writer *w, const sx_document_node *node) {
  const sx_document_node *caption = sx_document_child(node, SX_DOC_CAPTION),
                         *empty = sx_document_child(node, SX_DOC_EMPTY);
  const bool foot = sx_document_child(node, SX_DOC_NOTE) || sx_document_child(node, SX_DOC_SOURCE);
  sx_publish__pdf_space(w, 14);
  const size_t first = w->n_items;
  if (caption) SX_TRY(sx_publish__pdf_caption(w, caption, true));
  sx_publish__pdf_space(w, 3);
  if (empty)
    SX_TRY(sx_publish__pdf_foot(w, empty, foot));
  else
    SX_TRY(grid_of(w, node, foot));
  if (foot) w->pending = 3;
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->kind != SX_DOC_NOTE && child->kind != SX_DOC_SOURCE) continue;
    SX_TRY(sx_publish__pdf_foot(w, child, child->next != NULL));
  }
  if (w->n_items > first) w->items[first].anchor = node->anchor;
  sx_publish__pdf_group(w, first);
  sx_publish__pdf_space(w, 14);
  return SX_OK;
}
