/* report_html_table.c: tables of the document tree as HTML. A number that stands alone in its cell gives its attributes to the cell. */
#include <math.h>

#include "report_html.h"
#include "report_page.h"

/* The tables differ in what is around them and in where lines end. */
typedef struct frame {
  const char *head_open, *head_row_end, *head_close, *body_open, *body_close, *close;
} frame;

static const frame frames[] = {
    [SX_DOC_TABLE_RESULTS] = {"<thead>\n", "\n", "</thead>\n", "<tbody>\n", "</tbody>\n", "</table></div>\n"},
    [SX_DOC_TABLE_PLAIN] = {"<thead>\n", "\n", "</thead>\n", "<tbody>\n", "</tbody>\n", "</table></div>\n"},
    [SX_DOC_TABLE_DATA] = {"<thead>", "", "</thead>\n", "<tbody>\n", "</tbody>", "</table></div></details>\n"},
    [SX_DOC_TABLE_FILES] = {"<thead>", "", "</thead>", "<tbody>\n", "</tbody>", "</table></div>\n"}};

/* A table that is wider than the screen is scrolled by keys as well: its box takes the focus and says what it is. */
static void open_table(const sx_html *html, const sx_document_node *node) {
  static const char box[] = "<div class=\"scroll\" tabindex=\"0\" role=\"%s\" aria-label%s=\"%s%s\"><table%s>";
  const sx_document_table *table = node->as.table;
  const char *word = sx_html__word(html, W_TABLE);
  switch (table->role) {
  case SX_DOC_TABLE_RESULTS:
    sx_buf_printf(html->out, box, "region", "ledby", "c-", node->anchor, "");
    sx_buf_add_char(html->out, '\n');
    break;
  case SX_DOC_TABLE_PLAIN:
    sx_buf_printf(html->out, box, "group", "", word, "", " class=\"plain\"");
    sx_buf_add_char(html->out, '\n');
    break;
  case SX_DOC_TABLE_DATA:
    sx_buf_printf(html->out, "<details class=\"data\"><summary>%s</summary>\n", table->title);
    sx_buf_printf(html->out, box, "group", "", table->title, "", "");
    sx_buf_add_char(html->out, '\n');
    break;
  case SX_DOC_TABLE_FILES:
    sx_buf_printf(html->out, box, "group", "", word, "", " class=\"files\"");
    break;
  }
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* In a table of a text cells read from the left; in the others, but for the first of a row, from the right. */
static void put_class(const sx_html *html, const sx_document_cell *cell, bool plain) {
  static const char *const aligns[] = {"", " class=\"r\"", " class=\"c\""};
  sx_buf *out = html->out;
  if (plain)
    sx_buf_add(out, aligns[cell->align]);
  else if (cell->indent)
    sx_buf_printf(out, " class=\"in%d\"", cell->indent);
  else if (cell->hash)
    sx_buf_add(out, " class=\"hash l\"");
  else if (cell->align == SX_DOC_ALIGN_CENTRE)
    sx_buf_add(out, " class=\"c\"");
  else if (cell->align == SX_DOC_ALIGN_START && cell->column)
    sx_buf_add(out, " class=\"l\"");
  else if (cell->own_unit || cell->interval)
    sx_buf_add(out, cell->own_unit ? " class=\"w\"" : " class=\"i\"");
}

static void put_cell(const sx_html *html, const sx_document_node *node, bool plain) {
  static const char *const scopes[] = {"", "col", "colgroup", "row", "rowgroup"};
  const sx_document_cell *cell = node->as.cell;
  const sx_document_node *only = node->first && !node->first->next ? node->first : NULL;
  const bool number = only && only->kind == SX_DOC_NUMBER && !only->as.number->tip;
  const bool head =
      cell->scope && !(cell->scope == SX_DOC_SCOPE_ROW && !node->first); /* one without a text heads nothing */
  const char *tag = head ? "th" : "td";
  sx_buf_printf(html->out, "<%s", tag);
  if (head) sx_buf_printf(html->out, " scope=\"%s\"", scopes[cell->scope]);
  if (cell->column_span > 1) sx_buf_printf(html->out, " colspan=\"%zu\"", cell->column_span);
  if (cell->row_span > 1) sx_buf_printf(html->out, " rowspan=\"%zu\"", cell->row_span);
  put_class(html, cell, plain);
  sx_html__exempt(html, node);
  if (number) sx_html__trace(html, only->as.number);
  sx_buf_add_char(html->out, '>');
  sx_html__children(html, number ? only : node);
  sx_buf_printf(html->out, "</%s>", tag);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void put_row(const sx_html *html, const sx_document_node *row, bool plain, const char *class, const char *end) {
  sx_buf_printf(html->out, "<tr%s>", class);
  for (const sx_document_node *cell = row->first; cell; cell = cell->next) put_cell(html, cell, plain);
  sx_buf_printf(html->out, "</tr>%s", end);
}

static void put_rows(const sx_html *html, const sx_document_node *node, bool head) {
  const sx_document_table_role role = node->as.table->role;
  const frame *f = &frames[role];
  size_t n = 0;
  for (const sx_document_node *row = node->first; row; row = row->next) {
    if (row->kind != SX_DOC_ROW || (row->as.row.role == SX_DOC_ROW_HEAD) != head) continue;
    if (!n++) sx_buf_add(html->out, head ? f->head_open : f->body_open);
    put_row(html, row, role == SX_DOC_TABLE_PLAIN,
            head && n > 1                          ? " class=\"two\""
            : row->as.row.role == SX_DOC_ROW_GROUP ? " class=\"sub\""
                                                   : "",
            head ? f->head_row_end : "\n");
  }
  if (n) sx_buf_add(html->out, head ? f->head_close : f->body_close);
}

void sx_html__table(const sx_html *html, const sx_document_node *table) {
  bool rows = false;
  for (const sx_document_node *child = table->first; child; child = child->next) {
    if (child->kind != SX_DOC_ROW) {
      sx_html__node(html, child);
    } else if (!rows) {
      rows = true;
      open_table(html, table);
      put_rows(html, table, true);
      put_rows(html, table, false);
      sx_buf_add(html->out, frames[table->as.table->role].close);
    }
  }
}
