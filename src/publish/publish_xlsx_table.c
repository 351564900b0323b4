/* publish_xlsx_table.c: a table of the report as one flat Excel table: one line of heads, one column per value. A cell of the report that holds an
 * estimate with its error below it becomes several columns, an interval becomes two, headings of rows become a column. */
#include <math.h>
#include <string.h>

#include "publish_xlsx.h"

enum { STUB_WIDTH = 34, TEXT_WIDTH = 60 };

typedef enum field_kind { F_MAIN, F_LOW, F_HIGH, F_SE, F_N, F_OTHER, F_KINDS } field_kind;

typedef struct flat_column {
  const char *head; /* joined from the lines of heads */
  bool has[F_KINDS];
  bool words; /* some cell holds a text */
  size_t at[F_KINDS];
} flat_column;

typedef struct flat {
  xl *x;
  const sx_document_node *node;
  flat_column *columns; /* [n]: of the report's table; the first is the stub */
  size_t n, n_out, n_rows;
  bool groups, marks;
  size_t stub;   /* column of the stub in the sheet */
  double *texts; /* [n_out] the widest text of each column of the sheet */
} flat;

static bool is_field(const sx_document_number *number, const char *name) {
  return number->field && strcmp(number->field, name) == 0;
}

/* The k-th number of a cell: the first is what the cell is about, the others are its errors and base. */
static field_kind kind_of(const sx_document_number *number, size_t k) {
  if (is_field(number, "interval")) return F_LOW;
  if (k == 0) return F_MAIN;
  return is_field(number, "se") ? F_SE : is_field(number, "n") ? F_N : F_OTHER;
}

static bool is_threshold(const sx_document_node *cell) {
  for (const sx_document_node *n = cell; n; n = sx_document_next(cell, n)) {
    if (n->kind == SX_DOC_NUMBER && n->as.number->exempt && strcmp(n->as.number->exempt, "threshold") == 0) return true;
  }
  return false;
}

static bool is_data(const sx_document_node *cell) {
  return cell->kind == SX_DOC_CELL && cell->as.cell->scope == SX_DOC_SCOPE_NONE;
}

/* ---- first pass: which columns ----------------------------------------------------------------------------------------- */

/* The words of a head with its unit in brackets. */
static const char *head_text(const flat *f, const sx_document_node *cell) {
  sx_buf out;
  sx_buf_init(&out, &f->x->run.ctx);
  sx_buf_add(&out, "");
  for (const sx_document_node *n = cell->first; n; n = n->next) {
    const char *text = sx_publish__plain(f->x, n);
    if (!text) out.failed = true;
    const bool own =
        n->kind == SX_DOC_UNIT && text && (*text == '(' || strncmp(text, "（", strlen("（")) == 0); /* brackets */
    const bool unit = n->kind == SX_DOC_UNIT && text && *text && text[strlen(text) - 1] != ')' && !own;
    if (own && *text == '(') sx_buf_add(&out, " ");
    if (unit) sx_buf_add(&out, sx_publish__say(f->x, "（", " ("));
    if (text) sx_buf_add(&out, text);
    if (unit) sx_buf_add(&out, sx_publish__say(f->x, "）", ")"));
  }
  const char *kept = out.failed ? NULL : sx_arena_strdup(f->x->arena, out.data);
  sx_buf_clear(&out);
  return kept;
}

static sx_status join_head(flat *f, const sx_document_node *cell, sx_error *err) {
  const sx_document_cell *c = cell->as.cell;
  const char *text = head_text(f, cell);
  if (!text) return sx_error_memory(err);
  for (size_t k = c->column; k < c->column + c->column_span && k < f->n; k++) {
    const char *old = f->columns[k].head;
    f->columns[k].head =
        old && *old ? sx_arena_printf(f->x->arena, "%s%s%s", old, sx_publish__say(f->x, "：", ": "), text) : text;
    if (!f->columns[k].head) return sx_error_memory(err);
  }
  return SX_OK;
}

static void scan_cell(flat *f, const sx_document_node *cell) {
  size_t k = 0;
  if (!is_data(cell) || cell->as.cell->column >= f->n) return;
  flat_column *c = &f->columns[cell->as.cell->column];
  if (is_threshold(cell)) {
    c->has[F_MAIN] = true;
    return;
  }
  for (const sx_document_node *n = cell; n; n = sx_document_next(cell, n)) {
    if (n->kind != SX_DOC_NUMBER) continue;
    const field_kind kind = kind_of(n->as.number, k++);
    c->has[kind] = true;
    if (kind == F_LOW) c->has[F_HIGH] = true;
  }
  if (k == 0 && cell->first) c->words = true;
}

static sx_status scan(flat *f, sx_error *err) {
  const sx_document_table *table = f->node->as.table;
  f->n = table->n_columns;
  f->columns = sx_arena_zalloc(f->x->arena, f->n + 1, sizeof *f->columns);
  if (!f->columns) return sx_error_memory(err);
  for (const sx_document_node *row = f->node->first; row; row = row->next) {
    if (row->kind != SX_DOC_ROW) continue;
    const sx_document_row_role role = row->as.row.role;
    if (role == SX_DOC_ROW_GROUP) f->groups = true;
    if (role == SX_DOC_ROW_BODY) f->n_rows++;
    for (const sx_document_node *cell = row->first; cell; cell = cell->next) {
      if (role == SX_DOC_ROW_HEAD) SX_TRY(join_head(f, cell, err));
      if (role == SX_DOC_ROW_BODY) scan_cell(f, cell);
    }
  }
  return SX_OK;
}

/* ---- heads ------------------------------------------------------------------------------------------------------------- */

static const char *head_of(const flat *f, const flat_column *c, field_kind kind) {
  const xl *x = f->x;
  const char *head = c->head ? c->head : "";
  const bool several = c->has[F_MAIN] || kind == F_LOW || kind == F_HIGH;
  const char *tail = kind == F_LOW     ? sx_publish__say(x, "下限", "lower")
                     : kind == F_HIGH  ? sx_publish__say(x, "上限", "upper")
                     : kind == F_SE    ? sx_publish__say(x, "标准误", "standard error")
                     : kind == F_N     ? sx_publish__say(x, "样本量", "cases")
                     : kind == F_OTHER ? sx_publish__say(x, "其他", "other")
                                       : NULL;
  return tail && several ? sx_arena_printf(x->arena, "%s: %s", head, tail) : head;
}

static sx_status layout(flat *f, const char ***heads, sx_error *err) {
  xl *x = f->x;
  const char **list = sx_arena_zalloc(x->arena, f->n * F_KINDS + 3, sizeof *list);
  if (!list) return sx_error_memory(err);
  size_t n = 0;
  if (f->groups) list[n++] = sx_publish__say(x, "组", "Group");
  f->stub = n;
  list[n++] =
      f->n && f->columns[0].head && *f->columns[0].head ? f->columns[0].head : sx_publish__say(x, "项目", "Item");
  for (size_t k = 1; k < f->n; k++) {
    flat_column *c = &f->columns[k];
    bool any = false;
    for (size_t i = 0; i < F_KINDS; i++) any = any || c->has[i];
    if (!any || c->words) c->has[F_MAIN] = true;
    for (size_t i = 0; i < F_KINDS; i++) {
      if (!c->has[i]) continue;
      c->at[i] = n;
      list[n++] = head_of(f, c, (field_kind)i);
    }
  }
  if (f->marks) list[n++] = sx_publish__say(x, "标记", "Marks");
  f->n_out = n;
  *heads = list;
  for (size_t i = 0; i < n; i++) {
    if (!list[i]) return sx_error_memory(err);
  }
  return sx_publish__unique_heads(list, n, x->arena) ? SX_OK : sx_error_memory(err);
}

/* ---- second pass: cells ------------------------------------------------------------------------------------------------ */

static sx_status put_cell(flat *f, size_t sheet, size_t row, const sx_document_node *cell, unsigned *symbols,
                          sx_buf *marks, sx_error *err) {
  xl *x = f->x;
  const flat_column *c = &f->columns[cell->as.cell->column];
  size_t k = 0;
  const bool threshold = is_threshold(cell);
  for (const sx_document_node *n = cell; n && !threshold; n = sx_document_next(cell, n)) {
    const char *reliable = x->symbols->word[PUB_SYMBOL_UNRELIABLE][x->lang]; /* the number brings it, with its reason */
    if (n->kind == SX_DOC_MARK && n->text && strcmp(n->text, reliable) != 0) {
      const char *sign = sx_publish__plain(x, n);
      if (!sign) return sx_error_memory(err);
      sx_buf_printf(marks, "%s%s %s", marks->n ? "; " : "", sign, n->text);
    }
    if (n->kind != SX_DOC_NUMBER) continue;
    const field_kind kind = kind_of(n->as.number, k++);
    SX_TRY(sx_publish__put_number(x, sheet, row, c->at[kind], n->as.number, kind == F_LOW ? XL_LOW : XL_MAIN, symbols,
                                  marks, err));
    if (kind == F_LOW)
      SX_TRY(sx_publish__put_number(x, sheet, row, c->at[F_HIGH], n->as.number, XL_HIGH, symbols, marks, err));
  }
  if (k > 0) return SX_OK;
  const char *text = sx_publish__plain(x, cell);
  if (!text) return sx_error_memory(err);
  const pub_style style = {.wrap = true};
  if (*text) sx_publish__cell_text(x->book, sheet, row, c->at[F_MAIN], text, &style);
  f->texts[c->at[F_MAIN]] = fmax(f->texts[c->at[F_MAIN]], (double)sx_utf8_width(text, strlen(text)));
  return SX_OK;
}

/* The marks of a cell say whose they are. */
static sx_status put_marked(flat *f, size_t sheet, size_t row, const sx_document_node *cell, unsigned *symbols,
                            sx_buf *marks, sx_error *err) {
  sx_buf own;
  sx_buf_init(&own, &f->x->run.ctx);
  sx_status status = put_cell(f, sheet, row, cell, symbols, &own, err);
  if (status == SX_OK) status = sx_buf_status(&own, err);
  if (status == SX_OK && own.n) {
    const char *head = f->columns[cell->as.cell->column].head;
    sx_buf_printf(marks, "%s%s%s%s", marks->n ? "; " : "", head ? head : "", head && *head ? ": " : "", own.data);
  }
  sx_buf_clear(&own);
  return status;
}

static sx_status put_row(flat *f, size_t sheet, size_t row, const sx_document_node *node, const char *group,
                         unsigned *symbols, sx_error *err) {
  xl *x = f->x;
  sx_buf marks;
  sx_status status = SX_OK;
  sx_buf_init(&marks, &x->run.ctx);
  if (f->groups && group) sx_publish__cell_text(x->book, sheet, row, 0, group, NULL);
  for (const sx_document_node *cell = node->first; cell && status == SX_OK; cell = cell->next) {
    if (cell->kind != SX_DOC_CELL) continue;
    if (is_data(cell) && cell->as.cell->column < f->n && cell->as.cell->column > 0) {
      status = put_marked(f, sheet, row, cell, symbols, &marks, err);
      continue;
    }
    const char *text = sx_publish__plain(x, cell);
    const pub_style style = {.indent = cell->as.cell->indent, .wrap = true};
    if (!text) status = sx_error_memory(err);
    if (text && cell->as.cell->column == 0)
      sx_publish__put_wrapped(x, sheet, row, f->stub, text, STUB_WIDTH - 1.5 * cell->as.cell->indent, &style);
  }
  if (status == SX_OK) status = sx_buf_status(&marks, err);
  if (status == SX_OK && marks.n && f->marks)
    sx_publish__cell_text(x->book, sheet, row, f->n_out - 1, marks.data, &(pub_style){.top = true});
  sx_buf_clear(&marks);
  return status;
}

static sx_status put_rows(flat *f, size_t sheet, size_t first, unsigned *symbols, sx_error *err) {
  const char *group = NULL;
  size_t row = first;
  for (const sx_document_node *node = f->node->first; node; node = node->next) {
    if (node->kind != SX_DOC_ROW) continue;
    if (node->as.row.role == SX_DOC_ROW_GROUP) {
      group = sx_publish__plain(f->x, node->first);
      if (!group) return sx_error_memory(err);
    }
    if (node->as.row.role == SX_DOC_ROW_BODY) SX_TRY(put_row(f, sheet, row++, node, group, symbols, err));
  }
  return SX_OK;
}

/* Whether some row has something to say of itself: it costs a column. */
static bool wants_marks(const sx_document_node *node, unsigned symbols) {
  if (symbols & (1u << PUB_SYMBOL_UNRELIABLE | 1u << PUB_SYMBOL_LOW | PUB_REMARKS)) return true;
  for (const sx_document_node *n = node; n; n = sx_document_next(node, n)) {
    if (n->kind == SX_DOC_MARK) return true;
  }
  return false;
}

static void widths(const flat *f, size_t sheet, size_t head, const char *const *heads) {
  pub_book *book = f->x->book;
  double lines = 1;
  for (size_t i = 0; i < f->n_out; i++) {
    const double wide = (double)sx_utf8_width(heads[i], strlen(heads[i]));
    const bool stub = i <= f->stub, last = f->marks && i + 1 == f->n_out;
    const double width = stub   ? STUB_WIDTH
                         : last ? 40
                                : fmax(fmin(20, fmax(12, wide + 2)), fmin(TEXT_WIDTH, f->texts[i] + 2));
    sx_publish__column_width(book, sheet, i, i, width);
    lines = fmax(lines, sx_publish__lines(heads[i], width));
  }
  if (lines > 1) sx_publish__row_height(book, sheet, head, lines * PUB_LINE_POINTS);
}

sx_status sx_publish__table_sheet(xl *x, const sx_document_node *node, sx_error *err) {
  flat f = {.x = x, .node = node};
  const char **heads = NULL, *title = node->as.table->title ? node->as.table->title : "";
  unsigned symbols = 0;
  size_t row = 0;
  const sx_document_node *caption = sx_document_child(node, SX_DOC_CAPTION);
  const char *word = caption && caption->as.caption.word ? caption->as.caption.word : sx_publish__say(x, "表", "Table");
  const char *id = node->as.table->id ? node->as.table->id : "";
  const char *name =
      sx_arena_printf(x->arena, "%s%s%zu", word, x->lang == SX_LANG_ZH ? "" : "_", node->as.table->number);
  const char *object = sx_arena_printf(x->arena, "table_%s", *id ? id : "results");
  if (!name || !object) return sx_error_memory(err);
  SX_TRY(scan(&f, err));
  if (f.n == 0 || f.n_rows == 0) return SX_OK; /* the report says why it is empty */
  title =
      sx_arena_printf(x->arena, "%s%s%zu  %s", word, x->lang == SX_LANG_ZH ? "" : " ", node->as.table->number, title);
  if (!title) return sx_error_memory(err);
  SX_TRY(sx_publish__symbols_of(&symbols, x, node, err));
  f.marks = wants_marks(node, symbols);
  SX_TRY(layout(&f, &heads, err));
  f.texts = sx_arena_zalloc(x->arena, f.n_out + 1, sizeof *f.texts);
  if (!f.texts) return sx_error_memory(err);
  const size_t sheet = sx_publish__sheet(x->book, name);
  SX_TRY(sx_publish__entry(x, sheet, title, err));
  SX_TRY(sx_publish__above(&row, x, sheet, node, title, symbols, err));
  const pub_style head = {.bold = true, .wrap = true, .bottom = true};
  sx_publish__table(x->book, sheet, row, 0, f.n_rows, heads, f.n_out, object, &head);
  SX_TRY(put_rows(&f, sheet, row + 1, &symbols, err));
  widths(&f, sheet, row, heads);
  if (f.n_out > 7) sx_publish__landscape(x->book, sheet);
  return SX_OK;
}
