/* publish_csv.c: every row of a run as tidy CSV, and once more with a byte order mark for spreadsheets that take a file without one for the
 * local code page. */
#include <stdio.h>
#include <string.h>

#include "publish_priv.h"

/* A spreadsheet computes a field that begins with = + - @, a tab or a carriage return, whatever quotes stand around it: such a text of the data gets
 * an apostrophe before it, as a cell of text has. Numbers are left alone. */
static bool is_formula(const char *field, size_t n) {
  double number;
  if (!n || !strchr("=+-@\t\r", field[0])) return false;
  return !sx_text_to_double(&number, field, n);
}

static void add_for_spreadsheet(sx_buf *out, const char *csv, size_t n) {
  for (size_t i = 0; i < n;) {
    const bool quoted = csv[i] == '"';
    const size_t from = i + quoted;
    size_t end = from;
    while (end < n &&
           (quoted ? !(csv[end] == '"' && (end + 1 == n || csv[end + 1] != '"')) : !strchr(",\r\n", csv[end])))
      end += quoted && csv[end] == '"' ? 2 : 1;
    if (quoted) sx_buf_add_char(out, '"');
    if (is_formula(csv + from, end - from)) sx_buf_add_char(out, '\'');
    sx_buf_add_n(out, csv + from, end - from);
    i = end;
    if (quoted && i < n) sx_buf_add_char(out, csv[i++]);
    while (i < n && strchr(",\r\n", csv[i])) { /* a comma ends one field, a line's end the last */
      sx_buf_add_char(out, csv[i]);
      if (csv[i++] == ',') break;
    }
  }
}

sx_status sx_publish_csv(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                         sx_error *err) {
  pub_run r;
  sx_buf plain, marked;
  char number[24];
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_buf_init(&plain, &r.ctx);
  sx_buf_init(&marked, &r.ctx);
  (void)snprintf(number, sizeof number, "%lld", (long long)run);
  sx_status status = sx_store_rows_csv(&plain, r.rows, r.n_rows, number, err);
  const char *name = sx_publish__name(&r, ".csv"), *excel = sx_publish__name(&r, ".excel.csv");
  if (status == SX_OK && (!name || !excel)) status = sx_error_memory(err);
  if (status == SX_OK) {
    sx_buf_add(&marked, "\xEF\xBB\xBF");
    add_for_spreadsheet(&marked, plain.data, plain.n);
    status = sx_publish_take(files, name, &plain, err);
  }
  if (status == SX_OK) status = sx_publish_take(files, excel, &marked, err);
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_buf_clear(&plain);
  sx_buf_clear(&marked);
  sx_publish__close(&r);
  return status;
}
