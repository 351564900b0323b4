/* publish_banner.c: the banner book as a workbook, in the tradition of the tabulation trade: contents with links, merged heads, panes frozen below
 * the banner and right of the stub, a line of column letters, bases, numbers as numbers without a per cent sign, letters and arrows in a column of
 * their own beside them, base, notes and the legend below each table.
 *
 * A table has a sheet of its own up to SHEETS_MAX of them; books with more put the tables of the common banner below one another on one sheet. */
#include <math.h>
#include <string.h>

#include "publish_book.h"

enum { SHEETS_MAX = 250, STUB_WIDTH = 36 };

typedef struct place {
  size_t sheet, row;
} place;

typedef struct bb {
  const sx_banner_book *from;
  pub_book *book;
  sx_lang lang;
  sx_arena *arena;
  bool letters; /* columns for them */
  place *at;    /* [n_tables] */
} bb;

static const char *text_of(const bb *b, sx_banner_text text) {
  const char *own = b->lang == SX_LANG_ZH ? text.zh : text.en;
  return own ? own : "";
}

static const char *say(const bb *b, const char *zh, const char *en) {
  return b->lang == SX_LANG_ZH ? zh : en;
}

static size_t column_at(const bb *b, size_t c) {
  return 1 + c * (b->letters ? 2 : 1);
}

/* ---- heads ------------------------------------------------------------------------------------------------------------- */

static void put_heads(const bb *b, size_t sheet, size_t row, const sx_banner_columns *columns) {
  const pub_style head = {.bold = true, .wrap = true, .centre = true, .bottom = true},
                  letter = {.centre = true, .bottom = true, .soft = true};
  const size_t last = b->letters ? 1 : 0;
  double lines[16] = {0};
  for (size_t i = 0; i < columns->n_heads; i++) {
    const sx_banner_head *h = &columns->head[i];
    const char *text = text_of(b, h->text);
    if (h->n == 0) continue;
    sx_publish__cell_merged(b->book, sheet, row + h->depth, column_at(b, h->first),
                            column_at(b, h->first + h->n - 1) + last, text, &head);
    if (h->depth < 16)
      lines[h->depth] = fmax(lines[h->depth], sx_publish__lines(text, (b->letters ? 12.0 : 9.0) * (double)h->n));
  }
  for (size_t d = 0; d < columns->depth && d < 16; d++) {
    if (lines[d] > 1) sx_publish__row_height(b->book, sheet, row + d, fmin(120, lines[d] * PUB_LINE_POINTS));
  }
  sx_publish__cell_text(b->book, sheet, row + columns->depth, 0, "", &letter);
  for (size_t c = 0; c < columns->n_columns; c++)
    sx_publish__cell_merged(b->book, sheet, row + columns->depth, column_at(b, c), column_at(b, c) + last,
                            columns->column[c].letter ? columns->column[c].letter : "", &letter);
}

static double factor_of(sx_banner_measure measure) {
  return measure == SX_BANNER_COL_PCT || measure == SX_BANNER_ROW_PCT || measure == SX_BANNER_TOTAL_PCT ? 100 : 1;
}

/* Room for the longest number of each column: weighted bases are in the hundreds of millions. */
static double widest(const sx_banner_table *t, size_t c, double width) {
  for (size_t i = 0; i < t->n_rows; i++) {
    const double value = fabs(t->row[i].cell[c].value) * factor_of(t->row[i].measure);
    if (!isfinite(value) || value < 1) continue;
    const double digits = floor(log10(value)) + 1;
    width = fmax(width, digits + floor((digits - 1) / 3) + 2.5);
  }
  return width;
}

static void set_width(const bb *b, size_t sheet, size_t c, double width) {
  sx_publish__column_width(b->book, sheet, column_at(b, c), column_at(b, c), width);
  if (b->letters) sx_publish__column_width(b->book, sheet, column_at(b, c) + 1, column_at(b, c) + 1, 4.5);
}

/* A long line below a table, across its columns. */
static void put_foot(const bb *b, size_t sheet, size_t *row, size_t n_columns, const char *text) {
  const pub_style style = {.soft = true, .wrap = true};
  const size_t last = column_at(b, n_columns > 12 ? 11 : n_columns - 1) + (b->letters ? 1 : 0);
  const double width = STUB_WIDTH + (double)(n_columns > 12 ? 12 : n_columns) * (b->letters ? 13 : 8.5);
  if (!*text) return;
  sx_publish__row_height(b->book, sheet, *row, fmin(400, sx_publish__lines(text, width) * PUB_LINE_POINTS));
  sx_publish__cell_merged(b->book, sheet, (*row)++, 0, last, text, &style);
}

/* ---- rows -------------------------------------------------------------------------------------------------------------- */

/* Means have as many decimals as their size wants. */
static pub_style style_of(const sx_banner_row *row, double largest, bool error) {
  pub_style style = {.right = true, .top = true, .soft = error};
  const bool mean = row->measure == SX_BANNER_MEAN || row->measure == SX_BANNER_MEDIAN;
  const char *format = mean ? (largest >= 1000 ? "#,##0" : largest >= 10 ? "#,##0.0" : "0.00") : "#,##0";
  if (error) format = mean ? (largest >= 1000 ? "#,##0.0" : "0.00") : "0.0";
  memcpy(style.number, format, strlen(format) + 1);
  style.bold = row->kind == SX_BANNER_ROW_NET || row->kind == SX_BANNER_ROW_BOX;
  style.italic = row->kind == SX_BANNER_ROW_BASE || error;
  return style;
}

static double largest_of(const sx_banner_row *row, size_t n) {
  double largest = 0;
  for (size_t c = 0; c < n; c++) {
    if (isfinite(row->cell[c].value)) largest = fmax(largest, fabs(row->cell[c].value));
  }
  return largest;
}

/* Letters, arrows, "-" not tested, "*" a small base. */
static sx_status put_signs(const bb *b, size_t sheet, size_t row, size_t column, const sx_banner_row *from,
                           const sx_banner_cell *cell, sx_error *err) {
  const sx_banner_book *book = b->from;
  const char *rest = cell->versus_rest > 0 ? book->marks_rest[0] : cell->versus_rest < 0 ? book->marks_rest[1] : "";
  const char *wave = cell->versus_wave > 0 ? book->marks_wave[0] : cell->versus_wave < 0 ? book->marks_wave[1] : "";
  const char *dash = from->tested && (cell->flags & SX_BANNER_NOT_TESTED) ? "-" : "";
  const char *star = from->kind == SX_BANNER_ROW_BASE && (cell->flags & SX_BANNER_SMALL_BASE) ? "*" : "";
  const char *text = sx_arena_printf(b->arena, "%s%s%s%s%s", cell->letters ? cell->letters : "", rest ? rest : "",
                                     wave ? wave : "", dash, star);
  if (!text) return sx_error_memory(err);
  const pub_style style = {.soft = true, .top = true};
  if (*text) sx_publish__cell_text(b->book, sheet, row, column, text, &style);
  return SX_OK;
}

static sx_status put_row(const bb *b, size_t sheet, size_t row, const sx_banner_row *from, size_t n, sx_error *err) {
  const pub_style style = style_of(from, largest_of(from, n), false), dot = {.right = true, .top = true, .soft = true};
  pub_style stub = {.wrap = true, .top = true, .bold = style.bold, .italic = style.italic};
  const char *label = text_of(b, from->label);
  if (from->continued) {
    label = text_of(b, sx_banner_measure_label(from->measure));
    stub.soft = true;
    stub.indent = 1;
  }
  const double lines = sx_publish__lines(label, STUB_WIDTH);
  if (lines > 1) sx_publish__row_height(b->book, sheet, row, fmin(200, lines * PUB_LINE_POINTS));
  sx_publish__cell_text(b->book, sheet, row, 0, label, &stub);
  for (size_t c = 0; c < n; c++) {
    const sx_banner_cell *cell = &from->cell[c];
    if (isfinite(cell->value))
      sx_publish__cell_number(b->book, sheet, row, column_at(b, c), cell->value * factor_of(from->measure), &style);
    else
      sx_publish__cell_text(b->book, sheet, row, column_at(b, c), "-", &dot);
    if (b->letters) SX_TRY(put_signs(b, sheet, row, column_at(b, c) + 1, from, cell, err));
  }
  return SX_OK;
}

/* The errors of a row below it, where the book wants them. */
static bool has_errors(const bb *b, const sx_banner_row *row, size_t n) {
  for (size_t c = 0; b->from->show_se && c < n; c++) {
    if (isfinite(row->cell[c].se)) return true;
  }
  return false;
}

static void put_errors(const bb *b, size_t sheet, size_t row, const sx_banner_row *from, size_t n) {
  const pub_style style = style_of(from, largest_of(from, n), true), stub = {.soft = true, .indent = 1, .italic = true};
  sx_publish__cell_text(b->book, sheet, row, 0, say(b, "标准误", "Standard error"), &stub);
  for (size_t c = 0; c < n; c++) {
    if (isfinite(from->cell[c].se))
      sx_publish__cell_number(b->book, sheet, row, column_at(b, c), from->cell[c].se * factor_of(from->measure),
                              &style);
  }
}

/* ---- a table ----------------------------------------------------------------------------------------------------------- */

static void put_above(const bb *b, size_t sheet, size_t *row, const sx_banner_table *t) {
  const pub_style heading = {.bold = true, .size = 12}, soft = {.soft = true};
  const char *title = sx_arena_printf(b->arena, "%s  %s", t->id, t->title ? t->title : "");
  sx_publish__cell_text(b->book, sheet, (*row)++, 0, title ? title : t->id, &heading);
  const char *question = text_of(b, t->question);
  if (*question) sx_publish__cell_text(b->book, sheet, (*row)++, 0, question, NULL);
  sx_publish__cell_text(b->book, sheet, (*row)++, 0, text_of(b, t->base), &soft);
  if (b->from->filter && *b->from->filter) {
    const char *filter = sx_arena_printf(b->arena, "%s%s", say(b, "筛选：", "Filter: "), b->from->filter);
    sx_publish__cell_text(b->book, sheet, (*row)++, 0, filter ? filter : "", &soft);
  }
}

static sx_status put_body(const bb *b, size_t sheet, size_t *row, const sx_banner_table *t, sx_error *err) {
  const size_t n = t->columns->n_columns;
  for (size_t i = 0; i < t->n_rows; i++) {
    SX_TRY(put_row(b, sheet, (*row)++, &t->row[i], n, err));
    if (has_errors(b, &t->row[i], n)) put_errors(b, sheet, (*row)++, &t->row[i], n);
  }
  for (size_t i = 0; i < t->n_notes; i++) put_foot(b, sheet, row, n, text_of(b, t->note[i]));
  put_foot(b, sheet, row, n, text_of(b, b->from->legend));
  return SX_OK;
}

static sx_status own_sheet(bb *b, size_t i, sx_error *err) {
  const sx_banner_table *t = &b->from->table[i];
  size_t row = 0;
  const pub_style link = {.link = true};
  b->at[i] = (place){sx_publish__sheet(b->book, t->id), 0};
  const size_t sheet = b->at[i].sheet;
  put_above(b, sheet, &row, t);
  sx_publish__cell_link(b->book, sheet, row++, 0, say(b, "返回目录", "Back to the contents"), 0, &link);
  put_heads(b, sheet, row, t->columns);
  row += t->columns->depth + 1;
  sx_publish__freeze(b->book, sheet, row, 1);
  sx_publish__column_width(b->book, sheet, 0, 0, STUB_WIDTH);
  for (size_t c = 0; c < t->columns->n_columns; c++) set_width(b, sheet, c, widest(t, c, 8.5));
  sx_publish__landscape(b->book, sheet);
  return put_body(b, sheet, &row, t, err);
}

static sx_status common_sheet(bb *b, sx_error *err) {
  const size_t sheet = sx_publish__sheet(b->book, say(b, "横幅表", "Tables"));
  size_t row = b->from->columns->depth + 1;
  put_heads(b, sheet, 0, b->from->columns);
  sx_publish__freeze(b->book, sheet, row, 1);
  sx_publish__column_width(b->book, sheet, 0, 0, STUB_WIDTH);
  for (size_t c = 0; c < b->from->columns->n_columns; c++) {
    double width = 8.5;
    for (size_t i = 0; i < b->from->n_tables; i++) {
      if (b->from->table[i].columns == b->from->columns) width = widest(&b->from->table[i], c, width);
    }
    set_width(b, sheet, c, width);
  }
  sx_publish__landscape(b->book, sheet);
  for (size_t i = 0; i < b->from->n_tables; i++) {
    const sx_banner_table *t = &b->from->table[i];
    if (t->columns != b->from->columns) continue;
    row++;
    b->at[i] = (place){sheet, row};
    put_above(b, sheet, &row, t);
    SX_TRY(put_body(b, sheet, &row, t, err));
  }
  return SX_OK;
}

/* ---- contents ---------------------------------------------------------------------------------------------------------- */

static sx_status contents(const bb *b, sx_error *err) {
  const pub_style heading = {.bold = true, .size = 14}, head = {.bold = true, .bottom = true},
                  plain = {.wrap = true, .top = true}, soft = {.soft = true}, link = {.link = true, .top = true};
  const sx_banner_book *from = b->from;
  size_t row = 0;
  sx_publish__cell_text(b->book, 0, row++, 0, say(b, "横幅表", "Banner tables"), &heading);
  sx_publish__cell_text(b->book, 0, row++, 0, from->design ? from->design : "", &soft);
  const char *legend = text_of(b, from->legend);
  if (*legend) {
    const pub_style wrapped = {.soft = true, .wrap = true};
    sx_publish__row_height(b->book, 0, row, fmin(400, sx_publish__lines(legend, 142) * PUB_LINE_POINTS));
    sx_publish__cell_merged(b->book, 0, row++, 0, 2, legend, &wrapped);
  }
  sx_publish__cell_text(b->book, 0, row, 0, say(b, "表", "Table"), &head);
  sx_publish__cell_text(b->book, 0, row, 1, say(b, "题目", "Title"), &head);
  sx_publish__cell_text(b->book, 0, row++, 2, say(b, "基数", "Base"), &head);
  sx_publish__column_width(b->book, 0, 0, 0, 22);
  sx_publish__column_width(b->book, 0, 1, 2, 60);
  sx_publish__freeze(b->book, 0, row, 1);
  for (size_t i = 0; i < from->n_tables; i++) {
    const sx_banner_table *t = &from->table[i];
    const double lines = sx_publish__lines(t->title ? t->title : "", 60);
    if (lines > 1) sx_publish__row_height(b->book, 0, row, fmin(200, lines * PUB_LINE_POINTS));
    sx_publish__cell_link_to(b->book, 0, row, 0, t->id, b->at[i].sheet, b->at[i].row, &link);
    sx_publish__cell_text(b->book, 0, row, 1, t->title ? t->title : "", &plain);
    sx_publish__cell_text(b->book, 0, row++, 2, text_of(b, t->base), &plain);
  }
  if (from->n_tables == 0) return sx_error_set(err, SX_E_DATA, "banner book", "there are no tables to write");
  return SX_OK;
}

static sx_status fill(bb *b, sx_error *err) {
  const sx_banner_book *from = b->from;
  b->at = sx_arena_zalloc(b->arena, from->n_tables + 1, sizeof *b->at);
  if (!b->at) return sx_error_memory(err);
  (void)sx_publish__sheet(b->book, say(b, "目录", "Contents"));
  const bool together = from->n_tables > SHEETS_MAX;
  if (together) SX_TRY(common_sheet(b, err));
  for (size_t i = 0; i < from->n_tables; i++) {
    if (!together || from->table[i].columns != from->columns) SX_TRY(own_sheet(b, i, err));
  }
  return contents(b, err);
}

sx_status sx_publish_banner(sx_buf *out, const sx_banner_book *book, sx_lang lang, sx_error *err) {
  if (!out || !book) return sx_error_set(err, SX_E_ARGUMENT, "", "out and book are needed");
  bb b = {.from = book, .lang = lang, .letters = false};
  sx_status status = SX_OK;
  b.letters = *text_of(&b, book->legend) != '\0';
  SX_TRY(sx_arena_new(&b.arena, &book->ctx, err));
  SX_TRY_GOTO(status, sx_publish__book_new(&b.book, &book->ctx, say(&b, "横幅表", "Banner tables"), "", err), done);
  SX_TRY_GOTO(status, fill(&b, err), done);
  status = sx_publish__book_finish(out, b.book, err);
done:
  sx_publish__book_free(b.book);
  sx_arena_free(b.arena);
  return status;
}
