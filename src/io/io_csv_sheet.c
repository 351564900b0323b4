/* io_csv_sheet.c: delimited text for a spreadsheet, in which no text of the data is computed. */
#include <string.h>

#include "shuxiao/io.h"

/* A spreadsheet computes a field that begins with = + - @, a tab or a carriage return, whatever quotes stand around it: such a text of the data gets
 * an apostrophe before it, as a cell of text has. Numbers are left alone. */
static bool is_formula(const char *field, size_t n) {
  double number;
  if (!n || !strchr("=+-@\t\r", field[0])) return false;
  return !sx_text_to_double(&number, field, n);
}

static bool ends_field(char c) {
  return c == ',' || c == '\r' || c == '\n';
}

void sx_csv_for_spreadsheet(sx_buf *out, const char *csv, size_t n) {
  for (size_t i = 0; i < n;) {
    const bool quoted = csv[i] == '"';
    const size_t from = i + quoted;
    size_t end = from;
    while (end < n && (quoted ? !(csv[end] == '"' && (end + 1 == n || csv[end + 1] != '"')) : !ends_field(csv[end])))
      end += quoted && csv[end] == '"' ? 2 : 1;
    if (quoted) sx_buf_add_char(out, '"');
    if (is_formula(csv + from, end - from)) sx_buf_add_char(out, '\'');
    sx_buf_add_n(out, csv + from, end - from);
    i = end;
    if (quoted && i < n) sx_buf_add_char(out, csv[i++]);
    while (i < n && ends_field(csv[i])) { /* a comma ends one field, a line's end the last */
      sx_buf_add_char(out, csv[i]);
      if (csv[i++] == ',') break;
    }
  }
}
