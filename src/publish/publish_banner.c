/* publish_banner.c: the banner book as a workbook, in the tradition of the tabulation trade: contents with links, merged heads, panes frozen below
 * the banner and right of the stub, a line of column letters, bases, numbers as numbers without a per cent sign, letters and arrows in a column of
 * their own beside them, base, notes and the legend below each table.
 *
 * A table has a sheet of its own up to SHEETS_MAX of them; books with more put the tables of the common banner below one another on one sheet. */
#include "publish_banner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHEETS_MAX = 250, STUB_WIDTH = 36 };

typedef struct place {
  size_t sheet, row;
} place;

typedef struct bb {
  const pub_banner *books;
  size_t n_books;
  pub_book *book;
  sx_lang lang;
  sx_arena *arena;
  xl *x;      /* of a study's run: numbers leave their traces; NULL: of a table file */
  place **at; /* [n_books] of [n_tables] */
  size_t now; /* the book at hand, which these are of */
  const sx_banner_book *from;
  bool letters; /* columns for them */
  bool suppressed;
  const char *low; /* sign of cells of low reliability; "" none: none of the book is */
} bb;

static bool is_low(const sx_banner_row *row, size_t n) {
  for (size_t c = 0; c < n; c++) {
    if (sx_quality_is_low(row->cell[c].quality)) return true;
  }
  return false;
}

static bool table_is_low(const sx_banner_table *t) {
  for (size_t i = 0; i < t->n_rows; i++) {
    if (is_low(&t->row[i], t->columns->n_columns)) return true;
  }
  return false;
}

/* The sign of the study's shorthand: the asterisk, which is that of a small base here, is doubled. */
static const char *sign_of(const bb *b) {
  const char *own = b->x ? b->x->symbols->text[PUB_SYMBOL_UNRELIABLE] : b->from->mark_low ? b->from->mark_low : "";
  return strcmp(own, "*") == 0 ? "**" : own;
}

static void choose(bb *b, size_t book) {
  b->now = book;
  b->from = b->books[book].book;
  b->low = "";
  for (size_t i = 0; i < b->from->n_tables && !*b->low; i++)
    if (table_is_low(&b->from->table[i])) b->low = sign_of(b);
  b->letters = *b->low || *(b->lang == SX_LANG_ZH ? b->from->legend.zh : b->from->legend.en) != '\0';
}

/* What a cell of the table is a result of; NULL: of none. */
static const char *reference_of(const bb *b, const sx_banner_table *t, size_t row, size_t c) {
  const char *const *const *all = b->books[b->now].reference;
  return all ? all[t - b->from->table][row * t->columns->n_columns + c] : NULL;
}

const char *sx_publish__banner_title(const sx_banner_table *t, sx_lang lang) {
  const char *own = lang == SX_LANG_EN && t->title_en ? t->title_en : t->title;
  return own ? own : "";
}

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
  if (b->letters) sx_publish__column_width(b->book, sheet, column_at(b, c) + 1, column_at(b, c) + 1, *b->low ? 7 : 4.5);
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

/* The errors of a row stand below it, where the book wants them. */
static bool has_errors(const bb *b, const sx_banner_row *row, size_t n) {
  for (size_t c = 0; b->from->show_se && c < n; c++) {
    if (isfinite(row->cell[c].se)) return true;
  }
  return false;
}

/* What the cells of a row share. */
typedef struct row_look {
  pub_style style; /* without the number's format */
  int least;       /* decimals */
  bool mean, errors;
} row_look;

static row_look look_of(const bb *b, const sx_banner_row *row, size_t n, bool error) {
  row_look look = {.style = {.right = true, .top = true, .soft = error},
                   .mean = row->measure == SX_BANNER_MEAN || row->measure == SX_BANNER_MEDIAN,
                   .errors = has_errors(b, row, n)};
  look.least = look.mean ? sx_banner_row_decimals(row, n) : look.errors;
  look.style.bold = row->kind == SX_BANNER_ROW_NET || row->kind == SX_BANNER_ROW_BOX;
  look.style.italic = row->kind == SX_BANNER_ROW_BASE || error;
  return look;
}

/* Means have as many decimals as the size of their row wants, and a cell more where that would leave nothing of it. Other numbers are whole, with
 * errors below them to one decimal. An error has the decimals of its value. */
static pub_style style_of(const row_look *look, const sx_banner_row *row, const sx_banner_cell *cell) {
  pub_style style = look->style;
  const int decimals = sx_banner_decimals(row, cell, look->least, look->errors);
  (void)snprintf(style.number, sizeof style.number, "%s%s%.*s", look->mean && look->least == 2 ? "0" : "#,##0",
                 decimals ? "." : "", decimals, "000000000000");
  return style;
}

/* Letters, arrows, "-" not tested, "*" a small base. */
static sx_status put_signs(const bb *b, size_t sheet, size_t row, size_t column, const sx_banner_row *from,
                           const sx_banner_cell *cell, sx_error *err) {
  const sx_banner_book *book = b->from;
  const char *rest = cell->versus_rest > 0 ? book->marks_rest[0] : cell->versus_rest < 0 ? book->marks_rest[1] : "";
  const char *wave = cell->versus_wave > 0 ? book->marks_wave[0] : cell->versus_wave < 0 ? book->marks_wave[1] : "";
  const char *dash = from->tested && (cell->flags & SX_BANNER_NOT_TESTED) ? "-" : "";
  const char *star = from->kind == SX_BANNER_ROW_BASE && (cell->flags & SX_BANNER_SMALL_BASE) ? "*" : "";
  const char *low = sx_quality_is_low(cell->quality) ? b->low : "";
  const char *letters = cell->letters ? cell->letters : "";
  const char *text = sx_arena_printf(b->arena, "%s%s%s%s%s%s%s", low, *low && *letters ? " " : "", letters,
                                     rest ? rest : "", wave ? wave : "", dash, star);
  if (!text) return sx_error_memory(err);
  const pub_style style = {.soft = true, .top = true};
  if (*text) sx_publish__cell_text(b->book, sheet, row, column, text, &style);
  return SX_OK;
}

/* A number, with its trace where it is a result of a run. field: "" or "se". */
static sx_status put_value(const bb *b, place at, size_t column, double value, double factor, const pub_style *style,
                           const char *reference, const char *field, sx_error *err) {
  const xl_shape shape = {factor, *style};
  if (b->x && reference)
    return sx_publish__put_traced(b->x, at.sheet, at.row, column, value * factor, &shape, reference, field, err);
  sx_publish__cell_number(b->book, at.sheet, at.row, column, value * factor, style);
  return SX_OK;
}

static void put_nothing(bb *b, place at, size_t column, const sx_banner_cell *cell) {
  const pub_style dot = {.right = true, .top = true, .soft = true};
  const bool suppressed = b->x && cell->flags & PUB_BANNER_SUPPRESSED;
  b->suppressed = b->suppressed || suppressed;
  sx_publish__cell_text(b->book, at.sheet, at.row, column,
                        suppressed ? b->x->symbols->text[PUB_SYMBOL_SUPPRESSED] : "-", &dot);
}

static sx_status put_row(bb *b, place at, const sx_banner_table *t, size_t index, sx_error *err) {
  const sx_banner_row *from = &t->row[index];
  const size_t n = t->columns->n_columns, sheet = at.sheet, row = at.row;
  const row_look look = look_of(b, from, n, false);
  pub_style stub = {.wrap = true, .top = true, .bold = look.style.bold, .italic = look.style.italic};
  const char *label = text_of(b, from->label);
  if (from->continued) {
    label = text_of(b, sx_banner_measure_label(from->measure));
    stub.soft = true;
    stub.indent = 1;
  }
  if (from->letter && *from->letter) {
    label = sx_arena_printf(b->arena, "%s (%s)", label, from->letter);
    if (!label) return sx_error_memory(err);
  }
  const double lines = sx_publish__lines(label, STUB_WIDTH);
  if (lines > 1) sx_publish__row_height(b->book, sheet, row, fmin(200, lines * PUB_LINE_POINTS));
  sx_publish__cell_text(b->book, sheet, row, 0, label, &stub);
  for (size_t c = 0; c < n; c++) {
    const sx_banner_cell *cell = &from->cell[c];
    const pub_style style = style_of(&look, from, cell);
    if (isfinite(cell->value))
      SX_TRY(put_value(b, at, column_at(b, c), cell->value, factor_of(from->measure), &style,
                       reference_of(b, t, index, c), "", err));
    else
      put_nothing(b, at, column_at(b, c), cell);
    if (b->letters) SX_TRY(put_signs(b, sheet, row, column_at(b, c) + 1, from, cell, err));
  }
  return SX_OK;
}

static sx_status put_errors(const bb *b, place at, const sx_banner_table *t, size_t index, sx_error *err) {
  const sx_banner_row *from = &t->row[index];
  const size_t n = t->columns->n_columns;
  const row_look look = look_of(b, from, n, true);
  const pub_style stub = {.soft = true, .indent = 1, .italic = true};
  sx_publish__cell_text(b->book, at.sheet, at.row, 0, say(b, "标准误", "Standard error"), &stub);
  for (size_t c = 0; c < n; c++) {
    const pub_style style = style_of(&look, from, &from->cell[c]);
    if (isfinite(from->cell[c].se))
      SX_TRY(put_value(b, at, column_at(b, c), from->cell[c].se, factor_of(from->measure), &style,
                       reference_of(b, t, index, c), "se", err));
  }
  return SX_OK;
}

/* ---- a table ----------------------------------------------------------------------------------------------------------- */

/* "b1 q1"; of a list of variables, mean(q7_*), its word alone, and nothing where the study's table has one list. NULL: no memory. */
static const char *name_of(const bb *b, const pub_banner *of, const sx_banner_table *t) {
  const char *open = strchr(t->id, '(');
  if (!*of->name) return t->id;
  if (!open) return sx_arena_printf(b->arena, "%s %s", of->name, t->id);
  if (of->book->n_tables == 1) return of->name;
  return sx_arena_printf(b->arena, "%s %.*s", of->name, (int)(open - t->id), t->id);
}

static sx_status put_above(const bb *b, size_t sheet, size_t *row, const sx_banner_table *t, sx_error *err) {
  const pub_style heading = {.bold = true, .size = 12}, soft = {.soft = true};
  const pub_banner *of = &b->books[b->now];
  const char *name = name_of(b, of, t), *own = sx_publish__banner_title(t, b->lang);
  const bool same = name && strcmp(name, own) == 0;
  const char *title = name ? sx_arena_printf(b->arena, "%s%s%s", name, same ? "" : "  ", same ? "" : own) : NULL;
  if (!title) return sx_error_memory(err);
  sx_publish__cell_text(b->book, sheet, (*row)++, 0, title, &heading);
  if (*of->title) sx_publish__cell_text(b->book, sheet, (*row)++, 0, of->title, NULL);
  const char *question = text_of(b, t->question);
  if (*question) sx_publish__cell_text(b->book, sheet, (*row)++, 0, question, NULL);
  sx_publish__cell_text(b->book, sheet, (*row)++, 0, text_of(b, t->base), &soft);
  if (b->from->filter && *b->from->filter) {
    const char *filter = sx_arena_printf(b->arena, "%s%s", say(b, "筛选：", "Filter: "), b->from->filter);
    sx_publish__cell_text(b->book, sheet, (*row)++, 0, filter ? filter : "", &soft);
  }
  return SX_OK;
}

static sx_status put_body(bb *b, size_t sheet, size_t *row, const sx_banner_table *t, sx_error *err) {
  const size_t n = t->columns->n_columns;
  for (size_t i = 0; i < t->n_rows; i++) {
    SX_TRY(put_row(b, (place){sheet, (*row)++}, t, i, err));
    if (has_errors(b, &t->row[i], n)) SX_TRY(put_errors(b, (place){sheet, (*row)++}, t, i, err));
  }
  for (size_t i = 0; i < t->n_notes; i++) put_foot(b, sheet, row, n, text_of(b, t->note[i]));
  put_foot(b, sheet, row, n, text_of(b, b->from->legend));
  if (b->x && table_is_low(t)) {
    const char *word = b->x->symbols->word[PUB_SYMBOL_UNRELIABLE][b->lang];
    const char *line = sx_arena_printf(b->arena, "%s%s%s", b->low, say(b, "：", ": "), word);
    if (!line) return sx_error_memory(err);
    put_foot(b, sheet, row, n, line);
  }
  put_foot(b, sheet, row, n, b->books[b->now].note);
  return SX_OK;
}

static sx_status own_sheet(bb *b, size_t i, sx_error *err) {
  const sx_banner_table *t = &b->from->table[i];
  size_t row = 0;
  const pub_style link = {.link = true};
  const char *name = name_of(b, &b->books[b->now], t);
  if (!name) return sx_error_memory(err);
  const size_t sheet = sx_publish__sheet(b->book, name);
  b->at[b->now][i] = (place){sheet, 0};
  SX_TRY(put_above(b, sheet, &row, t, err));
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
  const char *name = b->books[b->now].name;
  const size_t sheet = sx_publish__sheet(b->book, *name ? name : say(b, "横幅表", "Tables"));
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
    b->at[b->now][i] = (place){sheet, row};
    SX_TRY(put_above(b, sheet, &row, t, err));
    SX_TRY(put_body(b, sheet, &row, t, err));
  }
  return SX_OK;
}

/* ---- contents ---------------------------------------------------------------------------------------------------------- */

/* A long text across the three columns of the contents. */
static void say_wide(const bb *b, size_t *row, const char *text) {
  const pub_style wrapped = {.soft = true, .wrap = true};
  if (!text || !*text) return;
  sx_publish__row_height(b->book, 0, *row, fmin(400, sx_publish__lines(text, 142) * PUB_LINE_POINTS));
  sx_publish__cell_merged(b->book, 0, (*row)++, 0, 2, text, &wrapped);
}

/* What the book is of: of a study its title and period, and what its cover says of made-up data. */
static sx_status above_contents(const bb *b, size_t *row, sx_error *err) {
  const pub_style heading = {.bold = true, .size = 14}, strong = {.bold = true}, soft = {.soft = true};
  const sx_banner_book *first = b->books[0].book;
  sx_publish__cell_text(b->book, 0, (*row)++, 0, say(b, "横幅表", "Banner tables"), &heading);
  if (b->x) {
    const sx_document_node *cover = sx_document_child(b->x->document->root, SX_DOC_COVER);
    const char *made_up = sx_publish__plain(b->x, cover ? sx_document_child(cover, SX_DOC_SYNTHETIC) : NULL);
    if (!made_up) return sx_error_memory(err);
    sx_publish__cell_text(b->book, 0, (*row)++, 0, b->x->document->title, &strong);
    if (*b->x->run.wave) sx_publish__cell_text(b->book, 0, (*row)++, 0, b->x->run.wave, NULL);
    say_wide(b, row, made_up);
  } else {
    sx_publish__cell_text(b->book, 0, (*row)++, 0, first->design ? first->design : "", &soft);
  }
  if (b->n_books == 1) say_wide(b, row, text_of(b, first->legend));
  if (!b->suppressed) return SX_OK;
  const char *symbol = sx_arena_printf(b->arena, "%s = %s", b->x->symbols->text[PUB_SYMBOL_SUPPRESSED],
                                       b->x->symbols->word[PUB_SYMBOL_SUPPRESSED][b->lang]);
  if (!symbol) return sx_error_memory(err);
  say_wide(b, row, symbol);
  return SX_OK;
}

enum { NAME_WIDTH = 22, NAME_WIDEST = 44 };

/* Room for the names of the tables, within bounds; longer ones are broken. */
static double name_width(const bb *b) {
  size_t widest = NAME_WIDTH;
  for (size_t k = 0; k < b->n_books; k++)
    for (size_t i = 0; i < b->books[k].book->n_tables; i++) {
      const char *name = name_of(b, &b->books[k], &b->books[k].book->table[i]);
      const size_t n = name ? strlen(name) + 2 : 0;
      widest = n > widest ? n : widest;
    }
  return widest < NAME_WIDEST ? (double)widest : (double)NAME_WIDEST;
}

static sx_status list_tables(const bb *b, size_t book, size_t *row, double width, sx_error *err) {
  const pub_style plain = {.wrap = true, .top = true}, link = {.link = true, .top = true, .wrap = true};
  const pub_banner *of = &b->books[book];
  for (size_t i = 0; i < of->book->n_tables; i++) {
    const sx_banner_table *t = &of->book->table[i];
    const char *id = name_of(b, of, t);
    const char *words = sx_publish__banner_title(t, b->lang);
    const char *own = id && strcmp(id, words) == 0 ? "" : words; /* a list without a title is not called so twice */
    const char *title = *of->title && !*own ? of->title
                        : *of->title        ? sx_arena_printf(b->arena, "%s: %s", of->title, own)
                                            : own;
    if (!id || !title) return sx_error_memory(err);
    const double lines = fmax(sx_publish__lines(title, 60), sx_publish__lines(id, width));
    if (lines > 1) sx_publish__row_height(b->book, 0, *row, fmin(200, lines * PUB_LINE_POINTS));
    sx_publish__cell_link_to(b->book, 0, *row, 0, id, b->at[book][i].sheet, b->at[book][i].row, &link);
    sx_publish__cell_text(b->book, 0, *row, 1, title, &plain);
    sx_publish__cell_text(b->book, 0, (*row)++, 2, text_of(b, t->base), &plain);
  }
  return SX_OK;
}

static sx_status contents(const bb *b, sx_error *err) {
  const pub_style head = {.bold = true, .bottom = true}, link = {.link = true, .top = true};
  size_t row = 0, n = 0;
  SX_TRY(above_contents(b, &row, err));
  sx_publish__cell_text(b->book, 0, row, 0, say(b, "表", "Table"), &head);
  sx_publish__cell_text(b->book, 0, row, 1, say(b, "题目", "Title"), &head);
  sx_publish__cell_text(b->book, 0, row++, 2, say(b, "基数", "Base"), &head);
  const double width = name_width(b);
  sx_publish__column_width(b->book, 0, 0, 0, width);
  sx_publish__column_width(b->book, 0, 1, 2, 60);
  sx_publish__freeze(b->book, 0, row, 1);
  for (size_t k = 0; k < b->n_books; k++) {
    SX_TRY(list_tables(b, k, &row, width, err));
    n += b->books[k].book->n_tables;
  }
  for (size_t i = 0; b->x && i < b->x->n_entries; i++) /* the sheet of checks */
    sx_publish__cell_link(b->book, 0, row++, 0, b->x->entries[i].title, b->x->entries[i].sheet, &link);
  return n ? SX_OK : sx_error_set(err, SX_E_DATA, "banner book", "there are no tables to write");
}

static sx_status fill(bb *b, sx_error *err) {
  size_t n = 0;
  b->at = sx_arena_zalloc(b->arena, b->n_books, sizeof *b->at);
  if (!b->at) return sx_error_memory(err);
  (void)sx_publish__sheet(b->book, say(b, "目录", "Contents"));
  for (size_t k = 0; k < b->n_books; k++) n += b->books[k].book->n_tables;
  const bool together = n > SHEETS_MAX;
  for (size_t k = 0; k < b->n_books; k++) {
    choose(b, k);
    b->at[k] = sx_arena_zalloc(b->arena, b->from->n_tables + 1, sizeof **b->at);
    if (!b->at[k]) return sx_error_memory(err);
    if (together) SX_TRY(common_sheet(b, err));
    for (size_t i = 0; i < b->from->n_tables; i++)
      if (!together || b->from->table[i].columns != b->from->columns) SX_TRY(own_sheet(b, i, err));
  }
  if (b->x) SX_TRY(sx_publish__checks_sheet(b->x, err));
  return contents(b, err);
}

sx_status sx_publish__banner_book(pub_book *book, const pub_banner *books, size_t n, sx_lang lang, xl *x,
                                  sx_arena *arena, sx_error *err) {
  bb b = {.books = books, .n_books = n, .book = book, .lang = lang, .x = x, .arena = arena};
  return fill(&b, err);
}

sx_status sx_publish_banner(sx_buf *out, const sx_banner_book *book, sx_lang lang, sx_error *err) {
  if (!out || !book) return sx_error_set(err, SX_E_ARGUMENT, "", "out and book are needed");
  const pub_banner one = {book, "", "", "", NULL};
  const char *title = lang == SX_LANG_ZH ? "横幅表" : "Banner tables";
  sx_arena *arena = NULL;
  pub_book *file = NULL;
  sx_status status = SX_OK;
  SX_TRY(sx_arena_new(&arena, &book->ctx, err));
  SX_TRY_GOTO(status, sx_publish__book_new(&file, &book->ctx, title, "", err), done);
  SX_TRY_GOTO(status, sx_publish__banner_book(file, &one, 1, lang, NULL, arena, err), done);
  status = sx_publish__book_finish(out, file, err);
done:
  sx_publish__book_free(file);
  sx_arena_free(arena);
  return status;
}
