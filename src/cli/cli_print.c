/* cli_print.c: results on stdout: aligned tables (by display width, so that Chinese lines up), Markdown, CSV, JSON. */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "shuxiao/io.h"

void cli_grid_init(cli_grid *grid, sx_arena *arena, size_t n_cols) {
  *grid = (cli_grid){.arena = arena, .n_cols = n_cols};
}

static bool grow(cli_grid *grid) {
  if (grid->n_rows < grid->cap) return true;
  const size_t cap = grid->cap ? 2 * grid->cap : 64;
  const char **cells = sx_arena_alloc(grid->arena, cap, sizeof *cells);
  bool *numbers = sx_arena_zalloc(grid->arena, cap, sizeof *numbers);
  if (!cells || !numbers) return false;
  if (grid->n_rows > 0) {
    memcpy(cells, grid->cells, grid->n_rows * sizeof *cells);
    memcpy(numbers, grid->numbers, grid->n_rows * sizeof *numbers);
  }
  grid->cells = cells;
  grid->numbers = numbers;
  grid->cap = cap;
  return true;
}

void cli_grid_add(cli_grid *grid, const char *text) {
  const char *copy = grid->failed ? NULL : sx_arena_strdup(grid->arena, text ? text : "");
  if (!copy || !grow(grid)) {
    grid->failed = true;
    return;
  }
  grid->cells[grid->n_rows++] = copy; /* n_rows counts cells while the grid is being filled */
}

static void add_number_text(cli_grid *grid, const char *text) {
  cli_grid_add(grid, text);
  if (!grid->failed) grid->numbers[grid->n_rows - 1] = true;
}

void cli_grid_add_number(cli_grid *grid, double value, int significant) {
  char text[64] = "";
  if (!isnan(value)) snprintf(text, sizeof text, "%.*g", significant, value);
  add_number_text(grid, isnan(value) ? "." : text);
}

void cli_grid_add_count(cli_grid *grid, double value) {
  char digits[SX_FIXED_TEXT_MAX], text[2 * SX_FIXED_TEXT_MAX];
  if (isnan(value)) {
    add_number_text(grid, ".");
    return;
  }
  const size_t n = sx_text_fixed(digits, value, 0);
  if (grid->machine) {
    add_number_text(grid, digits);
    return;
  }
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    const bool boundary = i > 0 && digits[i - 1] != '-' && (n - i) % 3 == 0;
    if (boundary) text[used++] = ',';
    text[used++] = digits[i];
  }
  text[used] = '\0';
  add_number_text(grid, text);
}

bool cli_is_machine(const cli_app *app) {
  return strcmp(app->format, "csv") == 0 || strcmp(app->format, "json") == 0;
}

/* ---- texts for eyes --------------------------------------------------------------------------------------------- */

static bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

/* One character as it is shown; the bytes written (at most 8). */
static size_t show_char(char *out, const char *text, size_t n, uint32_t code) {
  if (!is_control(code)) {
    memcpy(out, text, n);
    return n;
  }
  const int wrote = code == '\n'   ? snprintf(out, 9, "\\n")
                    : code == '\r' ? snprintf(out, 9, "\\r")
                    : code == '\t' ? snprintf(out, 9, "\\t")
                    : code < 0x100 ? snprintf(out, 9, "\\x%02x", (unsigned)code)
                                   : snprintf(out, 9, "\\u%04x", (unsigned)code);
  return wrote > 0 ? (size_t)wrote : 0;
}

const char *cli_clean(sx_arena *arena, const char *text, size_t max) {
  const size_t n = strlen(text);
  char *out = sx_arena_alloc(arena, 6 * n + 8, 1);
  if (!out) return NULL;
  size_t used = 0, width = 0, cut = 0; /* cut: where an ellipsis still fits */
  for (size_t i = 0; i < n;) {
    uint32_t code = '?';
    char shown[16] = "?";
    const size_t k = sx_utf8_next(&code, text + i, n - i);
    const size_t bytes = k ? show_char(shown, text + i, k, code) : 1;
    const size_t columns = sx_utf8_width(shown, bytes);
    if (max > 0 && width + columns > max) {
      memcpy(out + cut, "…", sizeof "…");
      return out;
    }
    memcpy(out + used, shown, bytes);
    used += bytes;
    width += columns;
    if (max > 0 && width < max) cut = used;
    i += k ? k : 1;
  }
  out[used] = '\0';
  return out;
}

/* The cells as they stand in a table: cleaned; in Markdown with their bars escaped. */
static bool clean_cells(cli_grid *shown, const cli_grid *grid, bool md) {
  *shown = *grid;
  shown->cells = sx_arena_alloc(grid->arena, grid->n_rows ? grid->n_rows : 1, sizeof *shown->cells);
  if (!shown->cells) return false;
  for (size_t i = 0; i < grid->n_rows; i++) {
    const size_t max = grid->max_cols && !md ? grid->max_cols[i % grid->n_cols] : 0;
    const char *cell = cli_clean(grid->arena, grid->cells[i], max);
    if (cell && md && strchr(cell, '|')) {
      char *escaped = sx_arena_alloc(grid->arena, 2 * strlen(cell) + 1, 1), *at = escaped;
      for (; escaped && *cell; *at++ = *cell++) {
        if (*cell == '|') *at++ = '\\';
      }
      if (escaped) *at = '\0';
      cell = escaped;
    }
    if (!cell) return false;
    shown->cells[i] = cell;
  }
  return true;
}

static size_t width_of(const char *text) {
  return sx_utf8_width(text, strlen(text));
}

static bool looks_numeric(const char *text) {
  return *text && strspn(text, "0123456789.,-+e%NaInf") == strlen(text);
}

/* A column is set right where every cell under its head is a number or empty. */
static void measure(const cli_grid *grid, size_t rows, size_t *width, bool *right) {
  for (size_t c = 0; c < grid->n_cols; c++) {
    width[c] = 0;
    right[c] = rows > 1;
    for (size_t r = 0; r < rows; r++) {
      const char *cell = grid->cells[r * grid->n_cols + c];
      const size_t w = width_of(cell);
      if (w > width[c]) width[c] = w;
      if (r > 0 && *cell && !looks_numeric(cell)) right[c] = false;
    }
  }
}

static void pad(FILE *to, size_t n) {
  for (size_t i = 0; i < n; i++) fputc(' ', to);
}

static void print_line(FILE *to, const cli_grid *grid, size_t row, const size_t *width, const bool *right, bool md) {
  for (size_t c = 0; c < grid->n_cols; c++) {
    const char *cell = grid->cells[row * grid->n_cols + c];
    const size_t fill = width[c] - width_of(cell);
    const bool last = c + 1 == grid->n_cols;
    if (md) fputs("| ", to);
    if (right[c]) pad(to, fill);
    fputs(cell, to);
    if (!right[c] && (md || !last)) pad(to, fill);
    if (md) {
      fputc(' ', to);
    } else if (!last) {
      fputs("  ", to);
    }
  }
  fputs(md ? "|\n" : "\n", to);
}

static void print_rule(FILE *to, size_t n_cols, const size_t *width, const bool *right, bool md) {
  for (size_t c = 0; c < n_cols; c++) {
    if (md) fputs("| ", to);
    for (size_t i = 0; i < width[c]; i++) fputs(md ? (right[c] && i + 1 == width[c] ? ":" : "-") : "─", to);
    fputs(md ? " " : (c + 1 == n_cols ? "" : "  "), to);
  }
  fputs(md ? "|\n" : "\n", to);
}

/* Records: a CSV line (RFC 4180) per row, or a JSON object per row with the head's names as keys. */
static void csv_grid(sx_buf *out, const cli_grid *grid, size_t rows) {
  for (size_t i = 0; i < rows * grid->n_cols; i++) {
    sx_csv_field(out, grid->cells[i]);
    sx_buf_add_char(out, (i + 1) % grid->n_cols == 0 ? '\n' : ',');
  }
}

static void json_grid(sx_buf *out, const cli_grid *grid, size_t rows) {
  for (size_t r = 1; r < rows; r++) {
    for (size_t c = 0; c < grid->n_cols; c++) {
      sx_buf_add(out, c == 0 ? (r == 1 ? "[{" : ",\n {") : ",");
      sx_json_string(out, grid->cells[c]);
      sx_buf_add_char(out, ':');
      const char *cell = grid->cells[r * grid->n_cols + c];
      if (grid->numbers[r * grid->n_cols + c])
        sx_buf_add(out, strcmp(cell, ".") == 0 || strpbrk(cell, "nN") ? "null" : cell);
      else
        sx_json_string(out, cell);
    }
    sx_buf_add_char(out, '}');
  }
  sx_buf_add(out, rows > 1 ? "]\n" : "[]\n");
}

/* Prints what was gathered, if all of it was, and frees it. */
static sx_status emit(sx_buf *text, FILE *to, sx_status status, sx_error *err) {
  if (status == SX_OK) status = sx_buf_status(text, err);
  if (status == SX_OK) fwrite(text->data, 1, text->n, to);
  sx_buf_clear(text);
  return status;
}

sx_status cli_write_csv(const sx_ctx *ctx, const char *path, const sx_buf *csv, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  sx_csv_for_spreadsheet(&out, csv->data, csv->n);
  sx_status status = sx_buf_status(&out, err);
  if (status == SX_OK) status = sx_file_write(ctx, path, out.data ? out.data : "", out.n, err);
  sx_buf_clear(&out);
  return status;
}

static sx_status print_records(FILE *to, const cli_grid *grid, size_t rows, bool json, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  if (json) {
    json_grid(&out, grid, rows);
  } else {
    csv_grid(&out, grid, rows);
  }
  return emit(&out, to, SX_OK, err);
}

sx_status cli_grid_print(const cli_grid *grid, FILE *to, const char *format, sx_error *err) {
  if (grid->failed) return sx_error_memory(err);
  const size_t rows = grid->n_rows / grid->n_cols;
  const bool json = strcmp(format, "json") == 0;
  if (json || strcmp(format, "csv") == 0) return print_records(to, grid, rows, json, err);
  size_t *width = sx_arena_alloc(grid->arena, grid->n_cols, sizeof *width);
  bool *right = sx_arena_alloc(grid->arena, grid->n_cols, sizeof *right);
  if (!width || !right) return sx_error_memory(err);
  const bool md = strcmp(format, "md") == 0;
  cli_grid shown;
  if (!clean_cells(&shown, grid, md)) return sx_error_memory(err);
  grid = &shown;
  measure(grid, rows, width, right);
  for (size_t c = 0; md && c < grid->n_cols; c++) {
    if (width[c] < 3) width[c] = 3;
  }
  for (size_t r = 0; r < rows; r++) {
    print_line(to, grid, r, width, right, md);
    if (r == 0) print_rule(to, grid->n_cols, width, right, md);
  }
  return SX_OK;
}

/* ---- result rows ------------------------------------------------------------------------------------- */

static void json_number(sx_buf *out, const char *name, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  sx_text_from_double(text, value);
  sx_buf_printf(out, ",\"%s\":%s", name, isfinite(value) ? text : "null");
}

static void json_row(sx_buf *out, const sx_store_row *row) {
  sx_buf_add_char(out, '{');
  if (row->wave && *row->wave) {
    sx_buf_add(out, "\"wave\":");
    sx_json_string(out, row->wave);
    sx_buf_add_char(out, ',');
  }
  sx_buf_add(out, "\"indicator\":");
  sx_json_string(out, row->indicator);
  sx_buf_add(out, ",\"statistic\":");
  sx_json_string(out, row->statistic);
  sx_buf_add(out, ",\"domain\":{");
  for (size_t t = 0; t < row->n_terms; t++) {
    if (t > 0) sx_buf_add_char(out, ',');
    sx_json_string(out, row->terms[t].variable);
    sx_buf_add_char(out, ':');
    sx_json_string(out, row->terms[t].level);
  }
  sx_buf_add_char(out, '}');
  json_number(out, "estimate", row->estimate);
  json_number(out, "std.error", row->se);
  json_number(out, "conf.low", row->low);
  json_number(out, "conf.high", row->high);
  json_number(out, "conf.level", row->ci_level);
  json_number(out, "df", row->df);
  json_number(out, "n", (double)row->n);
  json_number(out, "n_eff", row->n_eff);
  json_number(out, "deff", row->deff);
  json_number(out, "cv", row->cv);
  if (row->unit && *row->unit) {
    sx_buf_add(out, ",\"unit\":");
    sx_json_string(out, row->unit);
  }
  if (row->quality && *row->quality) {
    sx_buf_add(out, ",\"quality\":");
    sx_json_string(out, row->quality);
  }
  if (row->na_reason && *row->na_reason) {
    sx_buf_add(out, ",\"na_reason\":");
    sx_json_string(out, row->na_reason);
  }
  if (row->method && *row->method) {
    sx_buf_add(out, ",\"method\":");
    sx_json_string(out, row->method);
  }
  sx_buf_add_char(out, '}');
}

static sx_status print_json(const sx_ctx *ctx, const sx_store_row *rows, size_t n, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  sx_buf_add_char(&out, '[');
  for (size_t i = 0; i < n; i++) {
    if (i > 0) sx_buf_add(&out, ",\n ");
    json_row(&out, &rows[i]);
  }
  sx_buf_add(&out, "]\n");
  return emit(&out, stdout, SX_OK, err);
}

static sx_status print_csv(const sx_ctx *ctx, const sx_store_row *rows, size_t n, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, ctx);
  return emit(&out, stdout, sx_store_rows_csv(&out, rows, n, err), err);
}

/* Level and label of a term, once where they are the same. */
static const char *term_text(sx_arena *arena, const sx_store_term *term, bool chinese) {
  const char *label = chinese && term->level_label.zh ? term->level_label.zh : term->level_label.en;
  if (!label) label = term->level_label.zh;
  if (!label || !*label || strcmp(label, term->level) == 0) return term->level;
  const char *both = sx_arena_printf(arena, "%s %s", term->level, label);
  return both ? both : term->level;
}

static sx_status fill_rows(cli_grid *grid, const cli_app *app, const sx_store_row *rows, size_t n) {
  const size_t n_terms = n > 0 ? rows[0].n_terms : 0;
  cli_grid_add(grid, "indicator");
  for (size_t t = 0; t < n_terms; t++) cli_grid_add(grid, rows[0].terms[t].variable);
  static const char *const heads[] = {"statistic", "estimate", "std.error", "conf.low", "conf.high", "n", "deff", "cv"};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) cli_grid_add(grid, heads[i]);
  for (size_t i = 0; i < n; i++) {
    const sx_store_row *row = &rows[i];
    cli_grid_add(grid, row->indicator);
    for (size_t t = 0; t < n_terms; t++) cli_grid_add(grid, term_text(grid->arena, &row->terms[t], app->chinese));
    cli_grid_add(grid, row->statistic);
    cli_grid_add_number(grid, row->estimate, 7);
    const bool exact = fabs(row->se) < 1e-12 * fabs(row->estimate); /* a calibrated total: what is left is rounding */
    cli_grid_add_number(grid, exact ? 0.0 : row->se, 5);
    cli_grid_add_number(grid, row->low, 7);
    cli_grid_add_number(grid, row->high, 7);
    cli_grid_add_count(grid, row->n < 0 ? (double)NAN : (double)row->n);
    cli_grid_add_number(grid, exact ? 0.0 : row->deff, 4);
    cli_grid_add_number(grid, exact ? 0.0 : row->cv, 3);
  }
  return SX_OK;
}

/* Below a table: why a row has no value or no error, and what asks for care in it, with its domain. */
static void print_notes(const cli_app *app, sx_arena *arena, const sx_store_row *row) {
  const char *const notes[] = {row->na_reason, row->quality};
  for (size_t k = 0; k < 2; k++) {
    if (!notes[k] || !*notes[k]) continue;
    printf("  %s", row->indicator);
    for (size_t t = 0; k == 1 && t < row->n_terms; t++) printf(", %s", term_text(arena, &row->terms[t], app->chinese));
    printf(": %s\n", notes[k]);
  }
}

sx_status cli_print_rows(const cli_app *app, const sx_store_row *rows, size_t n, sx_error *err) {
  if (strcmp(app->format, "csv") == 0) return print_csv(&app->ctx, rows, n, err);
  if (strcmp(app->format, "json") == 0) return print_json(&app->ctx, rows, n, err);
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  cli_grid grid;
  cli_grid_init(&grid, arena, 9 + (n > 0 ? rows[0].n_terms : 0));
  sx_status status = fill_rows(&grid, app, rows, n);
  if (status == SX_OK) status = cli_grid_print(&grid, stdout, app->format, err);
  for (size_t i = 0; i < n; i++) print_notes(app, arena, &rows[i]);
  sx_arena_free(arena);
  return status;
}
