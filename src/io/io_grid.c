/* io_grid.c: cells of a sheet into delimited text, and places in that text back into cells. */
#include "io_grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sx_status sx_io__grid_init(sx_io__grid *grid, const sx_ctx *ctx, const char *name, const char *sheet, sx_error *err) {
  *grid = (sx_io__grid){.name = name, .ctx = *ctx, .first_column = SIZE_MAX};
  sx_buf_init(&grid->text, &grid->ctx);
  grid->sheet = sx_mem_strdup(&grid->ctx, sheet);
  return grid->sheet ? SX_OK : sx_error_memory(err);
}

void sx_io__grid_clear(sx_io__grid *grid) {
  sx_buf_clear(&grid->text);
  sx_mem_free(&grid->ctx, grid->sheet);
  sx_mem_free(&grid->ctx, grid->row_end);
  sx_mem_free(&grid->ctx, grid->row_cells);
  *grid = (sx_io__grid){0};
}

void sx_io__cell_name(char out[SX_CELL_NAME_MAX], size_t row, size_t column) {
  char letters[8];
  size_t n = sizeof letters;
  letters[--n] = '\0';
  for (size_t c = column + 1; c > 0 && n > 0; c = (c - 1) / 26) letters[--n] = (char)('A' + (c - 1) % 26);
  (void)snprintf(out, SX_CELL_NAME_MAX, "%s%zu", letters + n, row + 1);
}

/* ---- filling ------------------------------------------------------------------------------------------------------- */

static sx_status close_row(sx_io__grid *g, sx_error *err) {
  void *ends = g->row_end, *cells = g->row_cells;
  const bool grown = sx_mem_grow(&g->ctx, &ends, &g->cap_ends, g->rows + 1, sizeof *g->row_end);
  g->row_end = ends;
  if (!grown || !sx_mem_grow(&g->ctx, &cells, &g->cap_cells, g->rows + 1, sizeof *g->row_cells))
    return sx_error_memory(err);
  g->row_cells = cells;
  g->row_end[g->rows] = g->text.n;
  g->row_cells[g->rows++] = (uint32_t)g->cells;
  if (g->cells > g->columns) g->columns = g->cells;
  g->cells = 0;
  return sx_buf_status(&g->text, err);
}

/* Line breaks inside a cell become blanks: a line stays a row. */
static void add_field(sx_buf *text, const char *cell, size_t n) {
  bool quote = n && (cell[0] == ' ' || cell[n - 1] == ' ');
  for (size_t i = 0; i < n; i++) quote = quote || strchr(",\"\n\r", cell[i]) != NULL;
  if (quote) sx_buf_add_char(text, '"');
  for (size_t i = 0; i < n; i++) {
    if (cell[i] == '"') sx_buf_add_char(text, '"');
    sx_buf_add_char(text, cell[i] == '\n' || cell[i] == '\r' || cell[i] == '\0' ? ' ' : cell[i]);
  }
  if (quote) sx_buf_add_char(text, '"');
}

sx_status sx_io__grid_cell(sx_io__grid *g, size_t row, size_t column, const char *text, size_t n, sx_error *err) {
  char cell[SX_CELL_NAME_MAX], where[SX_ERROR_WHERE_MAX];
  sx_io__cell_name(cell, row, column);
  (void)snprintf(where, sizeof where, "%.300s: %.100s!%s", g->name, g->sheet, cell);
  if (row >= SX_GRID_MAX_ROWS || column >= SX_GRID_MAX_COLUMNS)
    return sx_error_set(err, SX_E_LIMIT, where, "a sheet has at most %d rows and %d columns", SX_GRID_MAX_ROWS,
                        SX_GRID_MAX_COLUMNS);
  if (row < g->rows || (row == g->rows && column < g->cells))
    return sx_error_set(err, SX_E_DATA, where, "the cell stands twice, or out of order, in the sheet");
  if (!n) return SX_OK;
  if (g->take) {
    g->rows = row;
    g->cells = column + 1;
    return g->take(g->taker, row, column, g->type, text, n, err);
  }
  if (column < g->first_column) g->first_column = column;
  while (g->rows < row) SX_TRY(close_row(g, err));
  for (; g->cells < column; g->cells++)
    if (g->cells) sx_buf_add_char(&g->text, ',');
  if (g->cells) sx_buf_add_char(&g->text, ',');
  add_field(&g->text, text, n);
  g->cells++;
  return sx_buf_status(&g->text, err);
}

/* ---- places -------------------------------------------------------------------------------------------------------- */

/* The field of a line in which its character `at` (from 1) stands. */
static size_t field_at(const char *line, size_t n, size_t at) {
  size_t field = 0, seen = 0;
  bool quoted = false;
  for (size_t i = 0; i < n && seen + 1 < at; i++) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ',' && !quoted) field++;
    seen += ((unsigned char)line[i] & 0xC0) != 0x80;
  }
  return field;
}

/* The row of the sheet that became a line: those without any cell became none. */
static size_t row_of_line(const sx_io__grid *g, size_t line) {
  size_t row = 0;
  for (; row < g->rows; row++)
    if (g->row_cells[row] && --line == 0) break;
  return row;
}

/* "book.xlsx:12:7", a line and character of the text, as "book.xlsx: Sheet1!C14". */
static void place_of_cell(const sx_io__grid *g, const char *text, size_t n, sx_error *err) {
  const size_t name = strlen(g->name);
  char *end = NULL, cell[SX_CELL_NAME_MAX];
  if (!err || strncmp(err->where, g->name, name) != 0 || err->where[name] != ':') return;
  const size_t line = strtoul(err->where + name + 1, &end, 10);
  if (!line || (*end && *end != ':')) return;
  const size_t at = *end ? strtoul(end + 1, NULL, 10) : 0, row = row_of_line(g, line);
  size_t from = 0;
  for (size_t k = 1; k < line && from < n; k++) {
    const char *next = memchr(text + from, '\n', n - from);
    from = next ? (size_t)(next - text) + 1 : n;
  }
  const char *stop = from < n ? memchr(text + from, '\n', n - from) : NULL;
  const size_t length = stop ? (size_t)(stop - text) - from : n - from;
  if (at) {
    sx_io__cell_name(cell, row, g->first_column + field_at(text + from, length, at));
    (void)snprintf(err->where, sizeof err->where, "%.300s: %.100s!%s", g->name, g->sheet, cell);
  } else {
    (void)snprintf(err->where, sizeof err->where, "%.300s: %.100s, row %zu", g->name, g->sheet, row + 1);
  }
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

/* Every row that has a cell, from the first column that has one to the last. */
static sx_status pad(sx_buf *out, const sx_io__grid *g, sx_error *err) {
  for (size_t r = 0; r < g->rows; r++) {
    const size_t from = (r ? g->row_end[r - 1] : 0) + g->first_column; /* a comma for each column before */
    if (!g->row_cells[r]) continue;
    sx_buf_add_n(out, g->text.data + from, g->row_end[r] - from);
    for (size_t c = g->row_cells[r]; c < g->columns; c++) sx_buf_add_char(out, ',');
    sx_buf_add_char(out, '\n');
  }
  return sx_buf_status(out, err);
}

sx_status sx_io__grid_read(sx_table **out, sx_io__grid *g, const sx_read_options *options, sx_error *err) {
  sx_read_options o = *options;
  sx_buf text;
  if (g->cells) SX_TRY(close_row(g, err));
  if (!g->columns) return sx_error_set(err, SX_E_DATA, g->name, "the sheet '%.100s' is empty", g->sheet);
  sx_buf_init(&text, &g->ctx);
  sx_status status = pad(&text, g, err);
  if (status == SX_OK) {
    const sx_io__source source = {
        .ctx = &g->ctx, .name = g->name, .data = (const unsigned char *)text.data, .n = text.n};
    char name[SX_ERROR_WHERE_MAX];
    const bool asked = o.format ? strcmp(o.format, "wjx") == 0 : o.labels_from != NULL;
    const bool answers = asked || (!o.format && !o.no_header && sx_io__wjx_line(text.data, text.n));
    (void)snprintf(name, sizeof name, "%.300s: %.100s", g->name, g->sheet);
    if (!answers) o.format = "csv";
    o.encoding = "UTF-8";
    o.delimiter = ',';
    status = answers ? sx_io__wjx_text(out, &source, name, &o, err) : sx_io__csv.read(out, &source, &o, err);
    if (status != SX_OK) place_of_cell(g, text.data, text.n, err);
  }
  sx_buf_clear(&text);
  return status;
}

/* ---- what workbooks say -------------------------------------------------------------------------------------------- */

bool sx_io__cell_date(char out[32], double serial, bool since_1904) {
  enum { DAYS_1900 = 25569, DAYS_1904 = 24107, SECONDS = 86400, LAST = 2958465 };
  char date[16];
  if (!(serial >= 1) || serial > LAST) return false;
  int64_t days = (int64_t)floor(serial);
  int64_t seconds = (int64_t)floor((serial - (double)days) * SECONDS + 0.5);
  if (seconds == SECONDS) days++, seconds = 0;
  if (!since_1904 && days == 60) return false; /* 29 February 1900, which there was not */
  (void)sx_date_text(date, days + (!since_1904 && days < 60) - (since_1904 ? DAYS_1904 : DAYS_1900));
  if (seconds)
    (void)snprintf(out, 32, "%sT%02d:%02d:%02d", date, (int)(seconds / 3600), (int)(seconds / 60 % 60),
                   (int)(seconds % 60));
  else
    (void)snprintf(out, 32, "%s", date);
  return true;
}

bool sx_io__format_is_date(const char *code) {
  bool quoted = false;
  for (const char *p = code; *p && *p != ';'; p++) {
    if (*p == '"') quoted = !quoted;
    if (quoted) continue;
    if ((*p == '\\' || *p == '_' || *p == '*') && p[1]) {
      p++;
    } else if (*p == '[') {
      const char *end = strchr(p, ']');
      if (!end) return false;
      if (end == p + 2 || (end == p + 3 && p[1] == p[2])) {
        if (strchr("hmsHMS", p[1])) return false; /* a length of time */
      }
      p = end;
    } else if (strchr("ydYD", *p)) {
      return true;
    } else if (strchr("hH", *p)) {
      return true;
    }
  }
  return false;
}

bool sx_io__built_in_date(unsigned long id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
}

sx_status sx_io__sheet_choose(size_t *out, const char *const *names, const bool *hidden, size_t n, const char *wanted,
                              const char *file, sx_error *err) {
  if (wanted) {
    for (size_t i = 0; i < n; i++)
      if (strcmp(names[i], wanted) == 0) return *out = i, SX_OK;
    const char *near = sx_text_nearest(wanted, names, n);
    return sx_error_set(err, SX_E_DATA, file, "no sheet '%.100s'%s%.100s%s", wanted, near ? ": did you mean '" : "",
                        near ? near : " in the workbook", near ? "'" : "");
  }
  for (size_t i = 0; i < n; i++)
    if (!hidden[i]) return *out = i, SX_OK;
  return sx_error_set(err, SX_E_DATA, file, "the workbook has no sheet that is shown");
}
