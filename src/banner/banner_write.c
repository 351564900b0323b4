/* banner_write.c: a book as Markdown, JSON and CSV. */
#include <math.h>
#include <string.h>

#include "banner_priv.h"
#include "shuxiao/io.h"

static const char *pick(sx_banner_text text, bool zh) {
  return zh ? text.zh : text.en;
}

static bool is_share(sx_banner_measure m) {
  return m == SX_BANNER_COL_PCT || m == SX_BANNER_ROW_PCT || m == SX_BANNER_TOTAL_PCT;
}

static bool is_average(sx_banner_measure m) {
  return m == SX_BANNER_MEAN || m == SX_BANNER_MEDIAN;
}

static void fixed(sx_buf *out, double x, int decimals) {
  char text[SX_FIXED_TEXT_MAX];
  sx_buf_add_n(out, text, sx_text_fixed(text, x, decimals));
}

int sx_banner_row_decimals(const sx_banner_row *row, size_t n) {
  double largest = 0;
  for (size_t c = 0; c < n; c++)
    if (isfinite(row->cell[c].value)) largest = fmax(largest, fabs(row->cell[c].value));
  return largest >= 1000 ? 0 : largest >= 10 ? 1 : 2;
}

/* The decimals with which x has `digits` that count. */
static int decimals_for(double x, int digits) {
  return x == 0 || !isfinite(x) ? 0 : digits - 1 - (int)floor(log10(fabs(x)));
}

int sx_banner_decimals(const sx_banner_row *row, const sx_banner_cell *cell, int least, bool errors) {
  enum { MOST = 12 };
  const double nothing = 1e-9; /* of its error: a mean of 0 that rounding left */
  int decimals = least;
  if (!is_average(row->measure)) return least;
  const int value = decimals_for(cell->value, 2), error = decimals_for(cell->se, 1);
  if (value > decimals && !(fabs(cell->value) < nothing * cell->se)) decimals = value;
  if (errors && error > decimals) decimals = error;
  return decimals < MOST ? decimals : MOST;
}

static int least_decimals(const sx_banner_row *row, double x) {
  if (is_share(row->measure)) return 1;
  if (!is_average(row->measure)) return 0;
  return fabs(x) >= 1000 ? 0 : fabs(x) >= 100 ? 1 : 2;
}

static void marks(sx_buf *out, const sx_banner_book *book, const sx_banner_row *row, const sx_banner_cell *cell) {
  if (book->mark_low && sx_quality_is_low(cell->quality)) sx_buf_printf(out, " %s", book->mark_low);
  if (row->tested && *cell->letters) {
    sx_buf_add_char(out, ' ');
    sx_buf_add(out, cell->letters);
  }
  if (cell->versus_rest) sx_buf_printf(out, " %s", book->marks_rest[cell->versus_rest < 0]);
  if (cell->versus_wave) sx_buf_printf(out, " %s", book->marks_wave[cell->versus_wave < 0]);
  if (row->tested && cell->flags & SX_BANNER_NOT_TESTED) sx_buf_add(out, " -");
  if (cell->flags & SX_BANNER_SMALL_BASE && (row->kind == SX_BANNER_ROW_ITEM || row->measure == SX_BANNER_BASE_CASES))
    sx_buf_add(out, " *");
}

void sx_banner_cell_text(sx_buf *out, const sx_banner_book *book, const sx_banner_row *row,
                         const sx_banner_cell *cell) {
  const double scale = is_share(row->measure) ? 100 : 1;
  const int decimals = sx_banner_decimals(row, cell, least_decimals(row, cell->value), book->show_se);
  if (isnan(cell->value)) {
    sx_buf_add(out, ".");
    return;
  }
  fixed(out, scale * cell->value, decimals);
  if (is_share(row->measure)) sx_buf_add_char(out, '%');
  if (book->show_se && !isnan(cell->se)) {
    sx_buf_add(out, " (");
    fixed(out, scale * cell->se, decimals);
    sx_buf_add(out, ")");
  } else if (book->show_se && row->measure == SX_BANNER_COUNT && cell->value != 0) {
    sx_buf_add(out, " (-)"); /* too few sampling units for one, as the file says */
  }
  marks(out, book, row, cell);
}

static void heads_of(sx_buf *out, const sx_banner_columns *c, size_t head, bool zh) {
  const sx_banner_head *h = &c->head[head];
  if (h->parent != SIZE_MAX) {
    heads_of(out, c, h->parent, zh);
    sx_buf_add(out, " / ");
  }
  sx_buf_add(out, pick(h->text, zh));
}

static const char *letter_of(const sx_banner_row *row) {
  return row->letter ? row->letter : "";
}

void sx_banner_row_text(sx_buf *out, const sx_banner_row *row, bool zh) {
  sx_buf_add(out, pick(row->label, zh));
  if (*letter_of(row)) sx_buf_printf(out, " (%s)", row->letter);
}

void sx_banner_column_text(sx_buf *out, const sx_banner_columns *c, size_t column, bool zh) {
  heads_of(out, c, c->column[column].head, zh);
  if (*c->column[column].letter) sx_buf_printf(out, " (%s)", c->column[column].letter);
}

/* ---- texts of the file ----------------------------------------------------------------------------------------------------------- */

/* A control character as its picture (U+2400...), as in the banner book; nothing else is written. Line ends and tabs are the caller's. */
static bool put_picture(sx_buf *out, uint32_t code) {
  const bool low = code < ' ' && code != '\n' && code != '\r' && code != '\t';
  if (!low && !(code >= 0x7f && code < 0xa0)) return false;
  sx_buf_add_code(out, low ? 0x2400 + code : code == 0x7f ? 0x2421 : 0xfffd);
  return true;
}

/* ---- Markdown ------------------------------------------------------------------------------------------------------------------- */

/* Text of the file inside a line of a table: no bars, no line ends, no markup. */
static void md_text(sx_buf *out, const char *text) {
  for (size_t i = 0, n = strlen(text), k = 0; i < n; i += k) {
    uint32_t code = 0;
    k = sx_utf8_next(&code, text + i, n - i);
    if (!k) k = 1;
    if (put_picture(out, code)) continue;
    if (code == '\n' || code == '\r' || code == '\t') {
      sx_buf_add_char(out, ' ');
      continue;
    }
    if (strchr("|\\`*_[]<>#", text[i])) sx_buf_add_char(out, '\\');
    sx_buf_add_n(out, text + i, k);
  }
}

static void md_cell(sx_buf *out, sx_buf *text) {
  sx_buf_add(out, " ");
  md_text(out, text->data ? text->data : "");
  sx_buf_add(out, " |");
  sx_buf_reset(text);
}

static void md_line(sx_buf *out, const sx_banner_book *book, const sx_banner_row *row, size_t n, bool zh,
                    sx_buf *text) {
  sx_buf_add(out, "|");
  if (!row->continued) sx_banner_row_text(text, row, zh);
  md_cell(out, text);
  sx_buf_add(text, pick(sx_banner_measure_label(row->measure), zh));
  md_cell(out, text);
  for (size_t c = 0; c < n; c++) {
    sx_banner_cell_text(text, book, row, &row->cell[c]);
    md_cell(out, text);
  }
  sx_buf_add(out, "\n");
}

static void md_table(sx_buf *out, const sx_banner_book *book, const sx_banner_table *t, bool zh, sx_buf *text) {
  const size_t n = t->columns->n_columns;
  sx_buf_add(out, "## ");
  md_text(out, t->title);
  sx_buf_add(out, "\n\n");
  if (*pick(t->question, zh)) {
    md_text(out, pick(t->question, zh));
    sx_buf_add(out, "\n\n");
  }
  md_text(out, pick(t->base, zh));
  sx_buf_add(out, "\n\n| | |");
  for (size_t c = 0; c < n; c++) {
    sx_banner_column_text(text, t->columns, c, zh);
    md_cell(out, text);
  }
  sx_buf_add(out, "\n|---|---|");
  for (size_t c = 0; c < n; c++) sx_buf_add(out, "---:|");
  sx_buf_add(out, "\n");
  for (size_t r = 0; r < t->n_rows; r++) md_line(out, book, &t->row[r], n, zh, text);
  for (size_t k = 0; k < t->n_notes; k++) {
    sx_buf_add(out, "\n");
    md_text(out, pick(t->note[k], zh));
    sx_buf_add(out, "\n");
  }
  if (*pick(book->legend, zh)) {
    sx_buf_add(out, "\n");
    md_text(out, pick(book->legend, zh));
    sx_buf_add(out, "\n");
  }
}

sx_status sx_banner_markdown(sx_buf *out, const sx_banner_book *book, bool zh, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &book->ctx);
  for (size_t k = 0; k < book->n_tables; k++) {
    if (k) sx_buf_add(out, "\n");
    md_table(out, book, &book->table[k], zh, &text);
  }
  sx_status st = sx_buf_status(&text, err);
  if (st == SX_OK) st = sx_buf_status(out, err);
  sx_buf_clear(&text);
  return st;
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------------------- */

static const char *const kind_names[] = {"base", "category", "member", "net", "box", "statistic", "item"};

static void key(sx_buf *out, const char *name) {
  sx_json_string(out, name);
  sx_buf_add_char(out, ':');
}

static void json_text(sx_buf *out, const char *name, const char *text) {
  key(out, name);
  sx_json_string(out, text);
}

static void json_both(sx_buf *out, const char *name, sx_banner_text text) {
  key(out, name);
  sx_buf_add_char(out, '{');
  json_text(out, "zh", text.zh);
  sx_buf_add_char(out, ',');
  json_text(out, "en", text.en);
  sx_buf_add_char(out, '}');
}

static void number(sx_buf *out, double x) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (isfinite(x)) sx_buf_add_n(out, text, sx_text_from_double(text, x));
}

static void json_number(sx_buf *out, const char *name, double x) {
  key(out, name);
  if (isfinite(x))
    number(out, x);
  else
    sx_buf_add(out, "null");
}

static void json_columns(sx_buf *out, const sx_banner_columns *c) {
  key(out, "heads");
  for (size_t k = 0; k < c->n_heads; k++) {
    const sx_banner_head *h = &c->head[k];
    sx_buf_add(out, k ? ",\n  {" : "[{");
    json_both(out, "text", h->text);
    sx_buf_add(out, ",");
    json_text(out, "variable", h->variable);
    sx_buf_add(out, ",");
    json_text(out, "level", h->level);
    sx_buf_printf(out, ",\"depth\":%zu,\"first\":%zu,\"n\":%zu}", h->depth, h->first, h->n);
  }
  sx_buf_add(out, c->n_heads ? "],\n " : "[],\n ");
  key(out, "columns");
  for (size_t k = 0; k < c->n_columns; k++) {
    sx_buf_add(out, k ? ",\n  {" : "[{");
    json_text(out, "key", c->column[k].key);
    sx_buf_add(out, ",");
    json_text(out, "letter", c->column[k].letter);
    sx_buf_printf(out, ",\"head\":%zu,\"span\":%zu}", c->column[k].head, c->column[k].span);
  }
  sx_buf_add(out, c->n_columns ? "]" : "[]");
}

static void json_cell(sx_buf *out, const sx_banner_cell *cell) {
  sx_buf_add(out, "{");
  json_number(out, "value", cell->value);
  if (isfinite(cell->se)) {
    sx_buf_add(out, ",");
    json_number(out, "se", cell->se);
    sx_buf_add(out, ",");
    json_number(out, "df", cell->df);
  }
  if (isfinite(cell->n_eff)) {
    sx_buf_add(out, ",");
    json_number(out, "n_eff", cell->n_eff);
  }
  if (isfinite(cell->interpolated)) {
    sx_buf_add(out, ",");
    json_number(out, "interpolated", cell->interpolated);
  }
  if (*cell->letters) {
    sx_buf_add(out, ",");
    json_text(out, "letters", cell->letters);
  }
  if (cell->versus_rest) sx_buf_printf(out, ",\"versus_rest\":%d", cell->versus_rest);
  if (cell->versus_wave) sx_buf_printf(out, ",\"versus_wave\":%d", cell->versus_wave);
  if (cell->flags & SX_BANNER_NOT_TESTED) sx_buf_add(out, ",\"not_tested\":true");
  if (cell->flags & SX_BANNER_NO_WAVE) sx_buf_add(out, ",\"no_wave\":true");
  if (cell->flags & SX_BANNER_SMALL_BASE) sx_buf_add(out, ",\"small_base\":true");
  if (cell->quality && *cell->quality) {
    sx_buf_add(out, ",");
    json_text(out, "quality", cell->quality);
  }
  if (cell->na != SX_NA_NONE) {
    sx_buf_add(out, ",");
    json_text(out, "na", sx_na_text(cell->na));
  }
  sx_buf_add(out, "}");
}

static void json_row(sx_buf *out, const sx_banner_row *row, size_t n) {
  sx_buf_add(out, "{");
  json_text(out, "kind", kind_names[row->kind]);
  sx_buf_add(out, ",");
  json_text(out, "measure", sx_banner_measure_name(row->measure));
  sx_buf_add(out, ",");
  json_text(out, "key", row->key);
  sx_buf_add(out, ",");
  json_both(out, "label", row->label);
  if (*letter_of(row)) {
    sx_buf_add(out, ",");
    json_text(out, "letter", row->letter);
  }
  sx_buf_add(out, ",\n    \"cells\":[");
  for (size_t c = 0; c < n; c++) {
    if (c) sx_buf_add(out, ",");
    json_cell(out, &row->cell[c]);
  }
  sx_buf_add(out, "]}");
}

static void json_table(sx_buf *out, const sx_banner_book *book, const sx_banner_table *t) {
  sx_buf_add(out, "{");
  json_text(out, "id", t->id);
  sx_buf_add(out, ",");
  json_text(out, "title", t->title);
  sx_buf_add(out, ",");
  json_both(out, "question", t->question);
  sx_buf_add(out, ",");
  json_both(out, "base", t->base);
  sx_buf_printf(out, ",\"cases\":%zu,\n ", t->n_cases);
  if (t->columns != book->columns) {
    json_columns(out, t->columns);
    sx_buf_add(out, ",\n ");
  }
  sx_buf_add(out, "\"notes\":[");
  for (size_t k = 0; k < t->n_notes; k++) {
    sx_buf_add(out, k ? ",{" : "{");
    json_text(out, "zh", t->note[k].zh);
    sx_buf_add(out, ",");
    json_text(out, "en", t->note[k].en);
    sx_buf_add(out, "}");
  }
  sx_buf_add(out, "],\n  \"rows\":[");
  for (size_t r = 0; r < t->n_rows; r++) {
    if (r) sx_buf_add(out, ",\n   ");
    json_row(out, &t->row[r], t->columns->n_columns);
  }
  sx_buf_add(out, "]}");
}

sx_status sx_banner_json(sx_buf *out, const sx_banner_book *book, sx_error *err) {
  sx_buf_add(out, "{");
  json_text(out, "design", book->design);
  sx_buf_add(out, ",");
  json_text(out, "where", book->filter);
  sx_buf_add(out, ",");
  json_text(out, "rows", book->rows);
  sx_buf_add(out, ",");
  json_text(out, "cols", book->spec);
  sx_buf_add(out, ",\n ");
  json_both(out, "legend", book->legend);
  sx_buf_add(out, ",\n ");
  json_columns(out, book->columns);
  sx_buf_add(out, ",\n \"tables\":[");
  for (size_t k = 0; k < book->n_tables; k++) {
    if (k) sx_buf_add(out, ",\n ");
    json_table(out, book, &book->table[k]);
  }
  sx_buf_add(out, "]}\n");
  return sx_buf_status(out, err);
}

/* ---- CSV ------------------------------------------------------------------------------------------------------------------------ */

static void csv_text(sx_buf *out, const char *text) {
  sx_buf shown;
  sx_buf_init(&shown, out->ctx);
  for (size_t i = 0, n = text ? strlen(text) : 0, k = 0; i < n; i += k) {
    uint32_t code = 0;
    k = sx_utf8_next(&code, text + i, n - i);
    if (!k) k = 1;
    if (!put_picture(&shown, code)) sx_buf_add_n(&shown, text + i, k);
  }
  out->failed = out->failed || shown.failed;
  sx_csv_field(out, shown.data);
  sx_buf_clear(&shown);
  sx_buf_add_char(out, ',');
}

static void csv_number(sx_buf *out, double x) {
  number(out, x);
  sx_buf_add_char(out, ',');
}

static void csv_sign(sx_buf *out, int sign) {
  if (sign) sx_buf_printf(out, "%d", sign);
  sx_buf_add_char(out, ',');
}

static void csv_cell(sx_buf *out, const sx_banner_table *t, const sx_banner_row *row, size_t c, bool zh, sx_buf *text) {
  const sx_banner_cell *cell = &row->cell[c];
  csv_text(out, t->id);
  csv_text(out, row->key);
  csv_text(out, pick(row->label, zh));
  csv_text(out, kind_names[row->kind]);
  csv_text(out, sx_banner_measure_name(row->measure));
  csv_text(out, t->columns->column[c].key);
  heads_of(text, t->columns, t->columns->column[c].head, zh);
  csv_text(out, text->data ? text->data : "");
  sx_buf_reset(text);
  csv_text(out, *letter_of(row) ? row->letter : t->columns->column[c].letter);
  csv_number(out, cell->value);
  csv_number(out, cell->se);
  csv_number(out, cell->df);
  csv_number(out, cell->n_eff);
  csv_text(out, cell->letters);
  csv_sign(out, cell->versus_rest);
  csv_sign(out, cell->versus_wave);
  csv_text(out, cell->flags & SX_BANNER_NOT_TESTED ? "not_tested" : cell->flags & SX_BANNER_NO_WAVE ? "no_wave" : "");
  csv_text(out, cell->flags & SX_BANNER_SMALL_BASE ? "small_base" : "");
  csv_text(out, sx_na_text(cell->na));
  sx_csv_field(out, cell->quality ? cell->quality : "");
  sx_buf_add_char(out, '\n');
}

sx_status sx_banner_csv(sx_buf *out, const sx_banner_book *book, bool zh, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, &book->ctx);
  sx_buf_add(out,
             "table,row,row_label,kind,measure,column,column_label,letter,estimate,std.error,df,n_effective,letters,"
             "versus_rest,versus_wave,tested,base,na,quality\n");
  for (size_t k = 0; k < book->n_tables; k++) {
    const sx_banner_table *t = &book->table[k];
    for (size_t r = 0; r < t->n_rows; r++)
      for (size_t c = 0; c < t->columns->n_columns; c++) csv_cell(out, t, &t->row[r], c, zh, &text);
  }
  sx_status st = sx_buf_status(&text, err);
  if (st == SX_OK) st = sx_buf_status(out, err);
  sx_buf_clear(&text);
  return st;
}
