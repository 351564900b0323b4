/* publish_docx_table.c: real tables: widths of columns, spans both ways, heads that repeat on every page, rows that do not break, numbers under one another by their
 * points. Numbers stand to the right; where those of a column differ in their decimals, the shorter ones are filled up with blanks of the width of a digit. */
#include "publish_docx_said.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 40, WHOLE_ROWS = 14 };

typedef struct rows {
  sx_docx *w;
  const sx_grid *grid;
  const sx_grid_panel *panel;
  const int *decimals; /* [n_columns] of the grid: to fill up to; 0: not */
  bool whole;          /* small enough to stay on one page */
  int size;            /* half points, in the place of the template's, in which numbers would break; 0: its own */
  char heads[SX_SAID_HEADS + 1];
} rows;

static bool is_head(const rows *t, size_t row) {
  return t->grid->rows[row]->as.row.role == SX_DOC_ROW_HEAD;
}

/* Rows that a page does not part: small tables as a whole. LibreOffice loses the body of a table whose head alone has room at the foot of a page, so the
 * first rows are among them. */
static bool keeps(const rows *t, size_t row) {
  return row + 1 < t->grid->n_rows && (t->whole || sx_publish__grid_keeps(t->grid, row));
}

static void cell_properties(rows *t, const sx_document_node *cell, size_t row, size_t k, size_t span) {
  sx_buf *out = t->w->out;
  double width = 0;
  for (size_t i = k; i < k + span; i++) width += t->panel->widths[i];
  sx_buf_printf(out, "<w:tc><w:tcPr><w:tcW w:w=\"%.0f\" w:type=\"dxa\"/>", width);
  if (span > 1) sx_buf_printf(out, "<w:gridSpan w:val=\"%zu\"/>", span);
  if (cell && cell->as.cell->row_span > 1)
    sx_buf_add(out, cell->parent == t->grid->rows[row] ? "<w:vMerge w:val=\"restart\"/>" : "<w:vMerge/>");
  const bool head = is_head(t, row), last_head = head && (row + 1 == t->grid->n_rows || !is_head(t, row + 1));
  const bool group = cell && cell->as.cell->scope == SX_DOC_SCOPE_COLUMNS && !last_head;
  if (last_head || group)
    sx_buf_printf(out,
                  "<w:tcBorders><w:bottom w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"auto\"/></w:tcBorders>",
                  last_head ? 6 : 4);
  const bool lettered = k > 0 && sx_publish__grid_below(t->grid, row + 1); /* near its letters beside a long label */
  sx_buf_printf(out, "<w:vAlign w:val=\"%s\"/></w:tcPr>", head || lettered ? "bottom" : "top");
}

/* What a number lacks of its column's decimals, in blanks of their width. */
static void fill_up(rows *t, const sx_document_node *cell, size_t column) {
  const int most = t->decimals[column];
  const sx_document_node *last = cell->last;
  if (!most || !last || last->kind != SX_DOC_NUMBER || cell->as.cell->align != SX_DOC_ALIGN_END) return;
  const int have = sx_publish__decimals(last->text);
  if (have < 0 || have >= most) return;
  sx_buf_add(t->w->out, "<w:r>");
  if (t->size) sx_buf_printf(t->w->out, "<w:rPr><w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr>", t->size, t->size);
  sx_buf_add(t->w->out, "<w:t xml:space=\"preserve\">");
  if (!have) sx_buf_add(t->w->out, "\xE2\x80\x88");                        /* punctuation space */
  for (int i = have; i < most; i++) sx_buf_add(t->w->out, "\xE2\x80\x87"); /* figure space */
  sx_buf_add(t->w->out, "</w:t></w:r>");
}

/* A head with digits in it is a label, for the audit. */
static const char *label_of(const sx_docx *w, const sx_document_node *cell) {
  sx_buf text;
  sx_buf_init(&text, &w->ctx);
  sx_document_plain(&text, cell);
  const bool digits = text.data && text.data[strcspn(text.data, "0123456789")];
  sx_buf_clear(&text);
  return digits ? "label" : NULL;
}

static sx_status label_in(sx_buf *out, rows *t, size_t row) {
  const sx_document_node *stub = t->grid->rows[row]->first;
  sx_buf_reset(out);
  sx_buf_add(out, "");
  if (stub && (stub->as.cell->scope == SX_DOC_SCOPE_ROW || stub->as.cell->scope == SX_DOC_SCOPE_ROWS))
    sx_document_plain(out, stub);
  return sx_buf_status(out, t->w->err);
}

/* A name for a table with these heads: letters speak of columns, and are none of another order of them. The run has it on record. */
static sx_status name_heads(rows *t) {
  const sx_document_table *table = t->grid->table->as.table;
  char hash[SX_SAID_HASH];
  sx_buf heads;
  if (table->role != SX_DOC_TABLE_RESULTS || !table->id[0]) return SX_OK;
  sx_buf_init(&heads, &t->w->ctx);
  sx_buf_add(&heads, table->id);
  for (size_t r = 0; r < t->grid->n_rows && is_head(t, r); r++) {
    for (const sx_document_node *cell = t->grid->rows[r]->first; cell; cell = cell->next) {
      sx_buf_add_char(&heads, '|');
      sx_document_plain(&heads, cell);
    }
  }
  const sx_status status = sx_buf_status(&heads, t->w->err);
  if (status == SX_OK) {
    sx_publish__said_hash(hash, heads.data, heads.n);
    memcpy(t->heads, hash, SX_SAID_HEADS);
  }
  sx_buf_clear(&heads);
  return status == SX_OK ? sx_publish__docx_record_heads(t->w, t->heads) : status;
}

/* A cell of words in a table of results: its key is its place, by the label of its row (the nearest above that has one, and which of those that read so), so
 * that it stays the same when other rows come or go. *key "": the cell is none. */
static sx_status key_of(char key[SX_SAID_KEY], rows *t, const sx_document_node *cell, size_t row, size_t column) {
  const sx_document_table *table = t->grid->table->as.table;
  sx_buf label, other;
  size_t at = row, same = 0;
  bool number = false;
  key[0] = '\0';
  for (const sx_document_node *n = cell; n; n = sx_document_next(cell, n)) number = number || n->kind == SX_DOC_NUMBER;
  if (table->role != SX_DOC_TABLE_RESULTS || !table->id[0] || cell->as.cell->scope != SX_DOC_SCOPE_NONE || number ||
      cell->exempt || t->grid->rows[row]->as.row.role != SX_DOC_ROW_BODY)
    return SX_OK;
  sx_buf_init(&label, &t->w->ctx);
  sx_buf_init(&other, &t->w->ctx);
  sx_status status = label_in(&label, t, at);
  while (status == SX_OK && !label.n && at > 0) status = label_in(&label, t, --at);
  for (size_t i = 0; i < at && status == SX_OK; i++) {
    status = label_in(&other, t, i);
    if (status == SX_OK && strcmp(label.data, other.data) == 0) same++;
  }
  char here[SX_SAID_HASH];
  sx_buf_reset(&other);
  sx_buf_printf(&other, "%s %zu %zu %zu", label.data ? label.data : "", same, row - at, column);
  if (status == SX_OK) status = sx_buf_status(&other, t->w->err);
  if (status == SX_OK) {
    sx_publish__said_hash(here, other.data, other.n);
    (void)snprintf(key, SX_SAID_KEY, "t%s%.8s", t->heads, here);
  }
  sx_buf_clear(&label);
  sx_buf_clear(&other);
  return status;
}

static sx_status cell_text(rows *t, const sx_document_node *cell, size_t row, size_t column) {
  static const char *const sides[] = {"left", "right", "center"};
  sx_docx *w = t->w;
  char tail[160], key[SX_SAID_KEY];
  size_t id;
  const sx_document_cell *c = cell->as.cell;
  const bool head = is_head(t, row), group = t->grid->rows[row]->as.row.role == SX_DOC_ROW_GROUP;
  const bool stub = c->scope == SX_DOC_SCOPE_ROW || c->scope == SX_DOC_SCOPE_ROWS;
  const sx_docx_look before = w->look;
  (void)snprintf(tail, sizeof tail, "<w:ind w:left=\"%d\"%s/><w:jc w:val=\"%s\"/>", stub ? 200 * c->indent : 0,
                 w->template.present ? " w:right=\"0\" w:firstLineChars=\"0\" w:firstLine=\"0\"" : "",
                 sides[c->align <= SX_DOC_ALIGN_CENTRE ? c->align : 0]);
  sx_publish__docx_open(
      w, head ? DS_HEAD : DS_CELL,
      &(sx_docx_paragraph){.keep_next = keeps(t, row), .rtl = sx_publish__docx_rtl(w, cell), .tail = tail});
  if (group) w->look.strong = true;
  if (t->size) w->look.size = t->size;
  if (c->hash) w->look.size = 13;
  if (c->interval) w->look.color = "404040";
  sx_publish__docx_begin_word(w, &id,
                              cell->exempt                    ? cell->exempt
                              : c->scope != SX_DOC_SCOPE_NONE ? label_of(w, cell)
                                                              : NULL);
  SX_TRY(key_of(key, t, cell, row, column));
  if (*key) SX_TRY(sx_publish__docx_begin_said(w, key));
  SX_TRY(sx_publish__docx_inlines(w, cell));
  if (*key) SX_TRY(sx_publish__docx_end_said(w, key));
  sx_publish__docx_end_exempt(w, id);
  fill_up(t, cell, column);
  w->look = before;
  sx_publish__docx_close(w);
  return SX_OK;
}

static sx_status one_row(rows *t, size_t row) {
  sx_docx *w = t->w;
  sx_buf_add(w->out, "<w:tr><w:trPr><w:cantSplit/>");
  if (is_head(t, row)) sx_buf_add(w->out, "<w:tblHeader/>");
  sx_buf_add(w->out, "</w:trPr>");
  for (size_t k = 0; k < t->panel->n;) {
    const size_t column = t->panel->columns[k];
    const sx_document_node *cell = sx_grid_at(t->grid, row, column);
    const size_t span = sx_publish__grid_span(t->grid, t->panel, row, k);
    cell_properties(t, cell, row, k, span);
    if (cell && cell->parent == t->grid->rows[row])
      SX_TRY(cell_text(t, cell, row, column));
    else
      sx_buf_printf(w->out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s</w:pPr></w:p>", sx_publish__docx_id(w, DS_CELL),
                    keeps(t, row) ? "<w:keepNext/>" : "");
    sx_buf_add(w->out, "</w:tc>");
    k += span;
  }
  sx_buf_add(w->out, "</w:tr>\n");
  return SX_OK;
}

static sx_status panel(rows *t) {
  sx_docx *w = t->w;
  sx_buf_printf(w->out,
                "<w:tbl><w:tblPr><w:tblStyle w:val=\"%s\"/><w:tblW w:w=\"%.0f\" w:type=\"dxa\"/><w:tblLayout "
                "w:type=\"fixed\"/><w:tblLook w:val=\"0420\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" "
                "w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"1\"/>",
                sx_publish__docx_id(w, DS_TABLE), w->width);
  if (t->grid->table->as.table->title && *t->grid->table->as.table->title) {
    sx_buf_add(w->out, "<w:tblCaption w:val=\"");
    sx_publish__xml_text(w->out, t->grid->table->as.table->title);
    sx_buf_add(w->out, "\"/>");
  }
  sx_buf_add(w->out, "</w:tblPr><w:tblGrid>");
  for (size_t k = 0; k < t->panel->n; k++) sx_buf_printf(w->out, "<w:gridCol w:w=\"%.0f\"/>", t->panel->widths[k]);
  sx_buf_add(w->out, "</w:tblGrid>\n");
  for (size_t r = 0; r < t->grid->n_rows; r++) SX_TRY(one_row(t, r));
  sx_buf_add(w->out, "</w:tbl>\n");
  return SX_OK;
}

/* The columns by the type of the template's cells; where its numbers would break on the page even so, by our own size, which the cells are given then. */
static sx_status lay_out(sx_grid *grid, int *size, sx_docx *w, const sx_document_node *node) {
  const sx_docx_template *t = &w->template;
  sx_grid_type type = {
      .width = w->width, .em = SX_DOCX_EM, .padding = SX_DOCX_PADDING, .max_columns = COLUMNS_MAX, .any_font = true};
  *size = 0;
  if (t->present) {
    type.em = t->cell.em;
    type.head = t->head.em / t->cell.em;
    type.latin = fmax(t->cell.latin, t->head.latin);
    type.padding = t->padding;
  }
  SX_TRY(sx_publish__grid(grid, w->arena, node, &type, w->err));
  if (!grid->tight || type.em <= SX_DOCX_EM) return SX_OK;
  *size = SX_DOCX_EM / 10;
  type.em = SX_DOCX_EM;
  type.head = 1;
  return sx_publish__grid(grid, w->arena, node, &type, w->err);
}

static sx_status grid_of(sx_docx *w, const sx_document_node *node) {
  sx_grid grid;
  int size;
  SX_TRY(lay_out(&grid, &size, w, node));
  for (size_t p = 0; p < grid.n_panels && grid.n_rows; p++) {
    rows t = {w, &grid, &grid.panels[p], grid.decimals, grid.n_rows <= WHOLE_ROWS, size, ""};
    SX_TRY(name_heads(&t));
    if (p) sx_publish__docx_open(w, DS_NOTE, &(sx_docx_paragraph){.keep_next = true}), sx_publish__docx_close(w);
    SX_TRY(panel(&t));
  }
  return SX_OK;
}

sx_status sx_publish__docx_table(sx_docx *w, const sx_document_node *node) {
  bool empty = false, foot = false;
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->kind == SX_DOC_CAPTION) SX_TRY(sx_publish__docx_caption(w, child, DS_CAPTION, DOCX_ABOVE));
    if (child->kind == SX_DOC_EMPTY) {
      SX_TRY(sx_publish__docx_block(w, child));
      empty = true;
    }
  }
  if (!empty) SX_TRY(grid_of(w, node));
  for (const sx_document_node *child = node->first; child; child = child->next) {
    if (child->kind != SX_DOC_NOTE && child->kind != SX_DOC_SOURCE) continue;
    size_t id;
    sx_publish__docx_begin_exempt(w, &id, child);
    SX_TRY(sx_publish__docx_block(w, child));
    sx_publish__docx_end_exempt(w, id);
    foot = true;
  }
  if (!foot) { /* two tables that touch are one to Word */
    sx_publish__docx_open(w, DS_NOTE, &(sx_docx_paragraph){0});
    sx_publish__docx_close(w);
  }
  return sx_buf_status(w->out, w->err);
}
