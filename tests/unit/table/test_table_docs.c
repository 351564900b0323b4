/* The worked example of docs/methods/expressions.md: its first table is the data, its second what comes out. */
#include "shuxiao/table.h"
#include "sxt.h"

enum { ROWS_MAX = 16, CELLS_MAX = 8 };

/* Splits "| a | b |" into trimmed cells; blanks within a cell stay. */
static size_t split(char *line, char *cells[CELLS_MAX]) {
  size_t n = 0;
  char *at = strchr(line, '|');
  while (at && n < CELLS_MAX) {
    char *from = at + 1, *to = strchr(from, '|');
    if (!to) break;
    at = to;
    *to = '\0';
    while (*from == ' ') from++;
    while (to > from && to[-1] == ' ') *--to = '\0';
    cells[n++] = from;
  }
  return n;
}

static void fill_cell(sx_table *t, const char *name, sx_type type, size_t row, const char *text) {
  sx_column *c = NULL;
  const size_t n = strlen(text);
  for (size_t i = 0; i < sx_table_columns(t); i++)
    if (strcmp(sx_table_get(t, i)->name, name) == 0) c = (sx_column *)(uintptr_t)sx_table_get(t, i);
  if (!c) REQUIRE_OK(sx_table_add(&c, t, name, type, err));
  if (strcmp(text, ".") == 0)
    REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), c, row, SX_MISS_SYSTEM, err));
  else if (c->dict)
    REQUIRE_OK(sx_dict_add(&c->data.code[row], c->dict, text, n, err));
  else
    CHECK(sx_text_to_double(&c->data.f64[row], text, n));
  if (strcmp(name, "sex") == 0 && row == 0) {
    REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), c, 1, NULL, 0, "男", err));
    REQUIRE_OK(sx_column_add_label(sx_table_ctx(t), c, 2, NULL, 0, "女", err));
  }
}

static void check_expression(const sx_table *t, char *code, const char *want) {
  const size_t n = strlen(code);
  REQUIRE(n > 2 && code[0] == '`' && code[n - 1] == '`');
  code[n - 1] = '\0';
  sx_expr *e = NULL;
  sx_column *y = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, code + 1, err));
  REQUIRE_OK(sx_expr_eval(&y, e, t, "y", err));
  sx_buf got;
  sx_buf_init(&got, NULL);
  for (size_t i = 0; i < y->n; i++) {
    char item[SX_DOUBLE_TEXT_MAX] = ".";
    if (!sx_column_missing(y, i) && !y->dict) (void)sx_text_from_double(item, sx_column_number(y, i));
    sx_buf_printf(&got, "%s%s", i ? " " : "",
                  !sx_column_missing(y, i) && y->dict ? sx_dict_get(y->dict, y->data.code[i], NULL) : item);
  }
  if (strcmp(got.data, want) != 0) SXT_FAIL("%s: '%s', the page says '%s'", code + 1, got.data, want);
  sx_buf_clear(&got);
  sx_column_free(sx_table_ctx(t), y);
  sx_expr_free(e);
}

static void worked_example(void) {
  char *page = NULL, *cells[CELLS_MAX], *header[CELLS_MAX];
  size_t size = 0, rows = 0, n_header = 0, checked = 0;
  REQUIRE_OK(sx_file_read(&page, &size, NULL, "docs/methods/expressions.md", err));
  char *at = strstr(page, "## Worked example");
  REQUIRE(at != NULL);
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 5, err));
  for (char *line = at, *next; line && *line; line = next) {
    next = strchr(line, '\n');
    if (next) *next++ = '\0';
    if (line[0] != '|' || line[1] == '-') continue;
    const size_t n = split(line, cells);
    if (n == 2 && cells[0][0] == '`') {
      check_expression(t, cells[0], cells[1]);
      checked++;
    } else if (n == 5 && n_header) {
      for (size_t k = 0; k < n; k++) fill_cell(t, header[k], k == 2 ? SX_CATEGORY : SX_NUMBER, rows, cells[k]);
      rows++;
    } else if (n == 5) {
      memcpy(header, cells, sizeof header);
      n_header = n;
    }
  }
  CHECK_INT(rows, 5);
  CHECK_INT(checked, 12);
  sx_table_free(t);
  sx_mem_free(NULL, page);
}

SXT_MAIN(SXT_CASE(worked_example))
