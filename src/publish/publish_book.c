/* publish_book.c: workbooks through libxlsxwriter 1.1.4, the only file that includes it. Everything that it would refuse with a line on stderr is
 * made fit or refused here. It writes to a path alone, so the path is that of a file in memory; what it leaves is read back and given its
 * intervals (publish_book_bars.c). The date of creation is a constant, which makes the bytes depend on the content alone. */
#define _GNU_SOURCE
#include "publish_book.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "publish_book_bars.h"

enum {
  CREATED = 1735689600, /* 2025-01-01, in every book */
  TEXT_UNITS = 32767,   /* of UTF-16, in one cell */
  HEAD_CHARACTERS = 255,
  NAME_BYTES = 100 /* of a defined name: the library's field has 128 */
};

typedef struct kept_style {
  pub_style style;
  lxw_format *format;
} kept_style;

typedef struct kept_sheet {
  lxw_worksheet *sheet;
  char name[PUB_SHEET_NAME];
} kept_sheet;

struct pub_book {
  sx_ctx ctx;
  sx_arena *arena; /* names */
  lxw_workbook *workbook;
  int fd;
  kept_sheet *sheets;
  size_t n_sheets, cap_sheets;
  kept_style *styles;
  size_t n_styles, cap_styles;
  const char **names; /* of tables and cells: one space */
  size_t n_names, cap_names;
  pub_bars *bars; /* intervals of charts, put in at the end */
  size_t n_bars, cap_bars, n_charts;
  sx_error error; /* the first */
};

/* ---- failure ----------------------------------------------------------------------------------------------------------- */

static bool failed(const pub_book *book) {
  return book->error.status != SX_OK;
}

static void fail(pub_book *book, sx_status status, const char *where, const char *message) {
  if (failed(book)) return;
  if (status == SX_E_MEMORY)
    (void)sx_error_memory(&book->error);
  else
    (void)sx_error_set(&book->error, status, where, "%s", message);
}

static void check(pub_book *book, lxw_error code, const char *where) {
  if (code == LXW_NO_ERROR) return;
  if (code == LXW_ERROR_MEMORY_MALLOC_FAILED)
    fail(book, SX_E_MEMORY, "", "");
  else
    fail(book, SX_E_INTERNAL, where, lxw_strerror(code));
}

static lxw_worksheet *sheet_at(pub_book *book, size_t sheet, size_t row, size_t column) {
  if (failed(book)) return NULL;
  if (sheet >= book->n_sheets) {
    fail(book, SX_E_INTERNAL, "workbook", "a sheet that is not there");
    return NULL;
  }
  if (row >= PUB_ROWS_MAX || column >= PUB_COLUMNS_MAX) {
    fail(book, SX_E_LIMIT, book->sheets[sheet].name, "a sheet holds 1,048,576 rows and 16,384 columns");
    return NULL;
  }
  return book->sheets[sheet].sheet;
}

/* ---- the book ---------------------------------------------------------------------------------------------------------- */

sx_status sx_publish__book_new(pub_book **out, const sx_ctx *ctx, const char *title, const char *author,
                               sx_error *err) {
  pub_book *book = sx_mem_zalloc(ctx, 1, sizeof *book);
  if (!book) return sx_error_memory(err);
  char path[64];
  sx_status status = SX_OK;
  book->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  book->fd = memfd_create("book", MFD_CLOEXEC);
  if (book->fd < 0) {
    status = sx_error_set(err, SX_E_IO, "workbook", "no file in memory: %s", strerror(errno));
    goto done;
  }
  SX_TRY_GOTO(status, sx_arena_new(&book->arena, &book->ctx, err), done);
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
  book->workbook = workbook_new(path);
  if (!book->workbook) {
    status = sx_error_memory(err);
    goto done;
  }
  char *title_copy = sx_arena_strdup(book->arena, title ? title : "");
  char *author_copy = sx_arena_strdup(book->arena, author ? author : "");
  if (!title_copy || !author_copy) {
    status = sx_error_memory(err);
    goto done;
  }
  title_copy[sx_utf8_cut(title_copy, strlen(title_copy), 250)] = '\0';
  author_copy[sx_utf8_cut(author_copy, strlen(author_copy), 250)] = '\0';
  lxw_doc_properties properties = {.title = title_copy, .author = author_copy, .created = CREATED};
  check(book, workbook_set_properties(book->workbook, &properties), "workbook");
  *out = book;
  book = NULL;
done:
  sx_publish__book_free(book);
  return status;
}

void sx_publish__book_free(pub_book *book) {
  if (!book) return;
  const sx_ctx ctx = book->ctx;
  if (book->workbook) lxw_workbook_free(book->workbook);
  if (book->fd >= 0) close(book->fd);
  sx_mem_free(&ctx, book->sheets);
  sx_mem_free(&ctx, book->styles);
  sx_mem_free(&ctx, book->bars);
  sx_arena_free(book->arena);
  sx_mem_free(&ctx, book);
}

static sx_status read_back(char **data, size_t *n, pub_book *book, sx_error *err) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
  return sx_file_read(data, n, &book->ctx, path, err);
}

sx_status sx_publish__book_finish(sx_buf *out, pub_book *book, sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  if (!failed(book) && book->n_sheets == 0) fail(book, SX_E_INTERNAL, "workbook", "a workbook without a sheet");
  if (!failed(book)) {
    const lxw_error code = workbook_close(book->workbook); /* frees it */
    book->workbook = NULL;
    check(book, code, "workbook");
  }
  if (failed(book)) {
    if (err) *err = book->error;
    return book->error.status;
  }
  SX_TRY(read_back(&data, &n, book, err));
  const sx_status status = sx_publish__book_bars(out, &book->ctx, data, n, book->bars, book->n_bars, err);
  sx_mem_free(&book->ctx, data);
  return status;
}

/* ---- text -------------------------------------------------------------------------------------------------------------- */

/* "_x0041_" in a cell is read as the character: its first "_" is written as "_x005F_". */
static bool is_escape(const char *text, size_t n) {
  if (n < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_') return false;
  for (size_t i = 2; i < 6; i++) {
    if (!strchr("0123456789abcdefABCDEF", text[i])) return false;
  }
  return true;
}

static void put_code(sx_buf *out, uint32_t code, const char *bytes, size_t n) {
  if (code == '\n' || code >= 0x20) {
    if (code == 0x7f)
      sx_buf_add(out, "\xE2\x90\xA1");
    else if (code >= 0x80 && code < 0xa0)
      sx_buf_add(out, "\xEF\xBF\xBD"); /* U+FFFD */
    else if (code == 0xfffe || code == 0xffff)
      sx_buf_add(out, "\xEF\xBF\xBD");
    else
      sx_buf_add_n(out, bytes, n);
  } else if (code == '\t' || code == '\r') {
    sx_buf_add_char(out, ' ');
  } else {
    const char picture[] = {(char)0xE2, (char)0x90, (char)(0x80 + code), '\0'};
    sx_buf_add(out, picture);
  }
}

/* What the cell holds: at most `units` of UTF-16. */
static bool clean(sx_buf *out, const char *text, size_t units, bool in_cell) {
  size_t used = 0, n = strlen(text);
  sx_buf_add(out, "");
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) code = 0xfffe, step = 1;
    used += code > 0xffff ? 2 : 1;
    if (in_cell && is_escape(text + i, n - i)) {
      sx_buf_add(out, "_x005F");
      used += 6;
    }
    if (used >= units && i + step < n) {
      sx_buf_add(out, "\xE2\x80\xA6");
      break;
    }
    put_code(out, code, text + i, step);
    i += step;
  }
  return !out->failed;
}

/* ---- sheets ------------------------------------------------------------------------------------------------------------ */

static bool same_sheet(const pub_book *book, const char *name) {
  for (size_t i = 0; i < book->n_sheets; i++) {
    if (strcasecmp(book->sheets[i].name, name) == 0) return true;
  }
  return false;
}

/* The first `characters` of the text, without what Excel forbids in the name of a sheet. */
static size_t fit_name(char out[PUB_SHEET_NAME], const char *text, size_t characters) {
  size_t n = strlen(text), used = 0, count = 0;
  for (size_t i = 0; i < n && count < characters;) {
    uint32_t code = 0;
    const size_t step = sx_utf8_next(&code, text + i, n - i);
    const bool bad =
        !step || code < 0x20 || code == 0x7f || code >= 0xfffe || (code < 0x80 && strchr("[]:*?/\\", (int)code));
    const bool quote = code == '\'' && (used == 0 || i + step >= n || count + 1 == characters);
    if (bad || quote) {
      out[used++] = '_';
    } else {
      memcpy(out + used, text + i, step);
      used += step;
    }
    count += step && code > 0xffff ? 2 : 1;
    i += step ? step : 1;
  }
  out[used] = '\0';
  return used;
}

static void sheet_name(const pub_book *book, char out[PUB_SHEET_NAME], const char *wanted) {
  if (fit_name(out, wanted && *wanted ? wanted : "sheet", 31) == 0) (void)fit_name(out, "sheet", 31);
  if (strcasecmp(out, "history") == 0) (void)fit_name(out, "history_", 31); /* reserved */
  for (size_t i = 2; same_sheet(book, out); i++) {
    char tail[24];
    const int n = snprintf(tail, sizeof tail, "~%zu", i);
    const size_t used = fit_name(out, wanted && *wanted ? wanted : "sheet", 31 - (size_t)n);
    memcpy(out + used, tail, (size_t)n + 1);
  }
}

size_t sx_publish__sheet(pub_book *book, const char *wanted) {
  if (failed(book)) return 0;
  void *sheets = book->sheets;
  const bool grown = sx_mem_grow(&book->ctx, &sheets, &book->cap_sheets, book->n_sheets + 1, sizeof *book->sheets);
  book->sheets = sheets;
  if (!grown) {
    fail(book, SX_E_MEMORY, "", "");
    return 0;
  }
  kept_sheet *s = &book->sheets[book->n_sheets];
  sheet_name(book, s->name, wanted);
  s->sheet = workbook_add_worksheet(book->workbook, s->name);
  if (!s->sheet) {
    fail(book, SX_E_INTERNAL, s->name, "the sheet was not taken");
    return 0;
  }
  worksheet_gridlines(s->sheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_set_paper(s->sheet, 9); /* A4 */
  worksheet_fit_to_pages(s->sheet, 1, 0);
  return book->n_sheets++;
}

const char *sx_publish__sheet_name(const pub_book *book, size_t sheet) {
  return sheet < book->n_sheets ? book->sheets[sheet].name : "";
}

void sx_publish__column_width(pub_book *book, size_t sheet, size_t first, size_t last, double characters) {
  lxw_worksheet *s = sheet_at(book, sheet, 0, last);
  if (s) check(book, worksheet_set_column(s, (lxw_col_t)first, (lxw_col_t)last, characters, NULL), "columns");
}

void sx_publish__row_height(pub_book *book, size_t sheet, size_t row, double points) {
  lxw_worksheet *s = sheet_at(book, sheet, row, 0);
  if (s) check(book, worksheet_set_row(s, (lxw_row_t)row, points, NULL), "rows");
}

double sx_publish__lines(const char *text, double characters) {
  double lines = 0;
  for (const char *at = text;; at++) {
    const size_t n = strcspn(at, "\n");
    lines += fmax(1, ceil(1.1 * (double)sx_utf8_width(at, n) / fmax(1, characters - 1)));
    at += n;
    if (!*at) return lines;
  }
}

void sx_publish__freeze(pub_book *book, size_t sheet, size_t row, size_t column) {
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  if (s) worksheet_freeze_panes(s, (lxw_row_t)row, (lxw_col_t)column);
}

void sx_publish__landscape(pub_book *book, size_t sheet) {
  lxw_worksheet *s = sheet_at(book, sheet, 0, 0);
  if (s) worksheet_set_landscape(s);
}

/* ---- styles ------------------------------------------------------------------------------------------------------------ */

static bool same_style(const pub_style *a, const pub_style *b) {
  return strcmp(a->number, b->number) == 0 && a->bold == b->bold && a->italic == b->italic && a->wrap == b->wrap &&
         a->centre == b->centre && a->right == b->right && a->link == b->link && a->top == b->top &&
         a->bottom == b->bottom && a->soft == b->soft && a->size == b->size && a->indent == b->indent;
}

static void fill_format(lxw_format *format, const pub_style *style) {
  if (style->number[0]) format_set_num_format(format, style->number);
  if (style->bold) format_set_bold(format);
  if (style->italic) format_set_italic(format);
  if (style->wrap) format_set_text_wrap(format);
  if (style->wrap || style->top) format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
  if (style->centre) format_set_align(format, LXW_ALIGN_CENTER);
  if (style->right) format_set_align(format, LXW_ALIGN_RIGHT);
  if (style->indent) format_set_indent(format, (uint8_t)style->indent);
  if (style->size) format_set_font_size(format, style->size);
  if (style->soft) format_set_font_color(format, 0x595959); /* 7:1 on white */
  if (style->link) {
    format_set_font_color(format, 0x0B4F94);
    format_set_underline(format, LXW_UNDERLINE_SINGLE);
  }
  if (style->bottom) format_set_bottom(format, LXW_BORDER_THIN);
}

static lxw_format *format_of(pub_book *book, const pub_style *style) {
  if (!style || failed(book)) return NULL;
  for (size_t i = 0; i < book->n_styles; i++) {
    if (same_style(&book->styles[i].style, style)) return book->styles[i].format;
  }
  void *styles = book->styles;
  const bool grown = sx_mem_grow(&book->ctx, &styles, &book->cap_styles, book->n_styles + 1, sizeof *book->styles);
  book->styles = styles;
  lxw_format *format = grown ? workbook_add_format(book->workbook) : NULL;
  if (!format) {
    fail(book, SX_E_MEMORY, "", "");
    return NULL;
  }
  fill_format(format, style);
  book->styles[book->n_styles++] = (kept_style){*style, format};
  return format;
}

/* ---- cells ------------------------------------------------------------------------------------------------------------- */

typedef void (*put_text_fn)(pub_book *book, lxw_worksheet *s, const char *text, void *data);

static void with_text(pub_book *book, lxw_worksheet *s, const char *text, size_t units, bool in_cell, put_text_fn put,
                      void *data) {
  sx_buf buf;
  sx_buf_init(&buf, &book->ctx);
  if (clean(&buf, text ? text : "", units, in_cell))
    put(book, s, buf.data, data);
  else
    fail(book, SX_E_MEMORY, "", "");
  sx_buf_clear(&buf);
}

typedef struct place {
  size_t row, column, last, to, to_row;
  const pub_style *style;
} place;

static void put_string(pub_book *book, lxw_worksheet *s, const char *text, void *data) {
  const place *p = data;
  lxw_format *format = format_of(book, p->style);
  const lxw_row_t row = (lxw_row_t)p->row;
  const lxw_col_t column = (lxw_col_t)p->column;
  check(book,
        *text ? worksheet_write_string(s, row, column, text, format) : worksheet_write_blank(s, row, column, format),
        "cell");
}

void sx_publish__cell_text(pub_book *book, size_t sheet, size_t row, size_t column, const char *text,
                           const pub_style *style) {
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  place p = {row, column, 0, 0, 0, style};
  if (s) with_text(book, s, text, TEXT_UNITS, true, put_string, &p);
}

void sx_publish__cell_number(pub_book *book, size_t sheet, size_t row, size_t column, double value,
                             const pub_style *style) {
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  if (!s) return;
  if (!isfinite(value))
    fail(book, SX_E_INTERNAL, sx_publish__sheet_name(book, sheet), "a number that is not finite has no cell");
  else
    check(book, worksheet_write_number(s, (lxw_row_t)row, (lxw_col_t)column, value, format_of(book, style)), "cell");
}

void sx_publish__cell_formula(pub_book *book, size_t sheet, size_t row, size_t column, const char *formula,
                              double value, const char *text, const pub_style *style) {
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  if (!s) return;
  lxw_format *format = format_of(book, style);
  check(book,
        text ? worksheet_write_formula_str(s, (lxw_row_t)row, (lxw_col_t)column, formula, format, text)
             : worksheet_write_formula_num(s, (lxw_row_t)row, (lxw_col_t)column, formula, format, value),
        "formula");
}

static void put_link(pub_book *book, lxw_worksheet *s, const char *text, void *data) {
  const place *p = data;
  sx_buf url;
  sx_buf_init(&url, &book->ctx);
  sx_buf_add(&url, "internal:");
  sx_publish__cell_reference(&url, book, p->to, p->to_row, 0);
  if (url.failed)
    fail(book, SX_E_MEMORY, "", "");
  else
    check(book,
          worksheet_write_url_opt(s, (lxw_row_t)p->row, (lxw_col_t)p->column, url.data, format_of(book, p->style), text,
                                  NULL),
          "link");
  sx_buf_clear(&url);
}

void sx_publish__cell_link(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                           const pub_style *style) {
  sx_publish__cell_link_to(book, sheet, row, column, text, to, 0, style);
}

void sx_publish__cell_link_to(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                              size_t to_row, const pub_style *style) {
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  pub_style linked = style ? *style : (pub_style){.link = true};
  linked.link = true;
  place p = {row, column, 0, to, to_row, &linked};
  if (s) with_text(book, s, text, 1000, true, put_link, &p);
}

static void put_merged(pub_book *book, lxw_worksheet *s, const char *text, void *data) {
  const place *p = data;
  check(book,
        worksheet_merge_range(s, (lxw_row_t)p->row, (lxw_col_t)p->column, (lxw_row_t)p->row, (lxw_col_t)p->last, text,
                              format_of(book, p->style)),
        "merged cells");
}

void sx_publish__cell_merged(pub_book *book, size_t sheet, size_t row, size_t first, size_t last, const char *text,
                             const pub_style *style) {
  lxw_worksheet *s = sheet_at(book, sheet, row, last);
  place p = {row, first, last, 0, 0, style};
  if (last <= first)
    sx_publish__cell_text(book, sheet, row, first, text, style);
  else if (s)
    with_text(book, s, text, TEXT_UNITS, true, put_merged, &p);
}

/* ---- names ------------------------------------------------------------------------------------------------------------- */

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "A1", "XFD7", "R1C1", "R", "C": Excel would take the name for a cell. Longer words of letters with digits are none. */
static bool like_cell(const char *name) {
  size_t letters = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  size_t digits = strspn(name + letters, "0123456789");
  if (letters >= 1 && letters <= 3 && digits >= 1 && name[letters + digits] == '\0') return true;
  if (name[0] != 'R' && name[0] != 'r' && name[0] != 'C' && name[0] != 'c') return false;
  const char *c = name + 1 + strspn(name + 1, "0123456789");
  if (*c == 'C' || *c == 'c') c += 1 + strspn(c + 1, "0123456789");
  return *c == '\0';
}

/* Letters beyond ASCII are kept out: not every reader of workbooks takes them in names. They become their code points. */
static size_t fit_word(char out[NAME_BYTES + 40], const char *wanted) {
  size_t used = 0, n = strlen(wanted);
  for (size_t i = 0; i < n && used < NAME_BYTES;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, wanted + i, n - i);
    if (!step) step = 1;
    if (step == 1)
      out[used++] = is_word(wanted[i]) ? wanted[i] : '_';
    else
      used += (size_t)snprintf(out + used, 12, "u%X", (unsigned)code);
    i += step;
  }
  out[used] = '\0';
  return used;
}

static bool name_taken(const pub_book *book, const char *name) {
  for (size_t i = 0; i < book->n_names; i++) {
    if (strcasecmp(book->names[i], name) == 0) return true;
  }
  return false;
}

static const char *take_name(pub_book *book, const char *wanted) {
  char word[NAME_BYTES + 40], name[NAME_BYTES + 80];
  const size_t n = fit_word(word, wanted);
  const bool prefix = n == 0 || (word[0] >= '0' && word[0] <= '9') || like_cell(word);
  (void)snprintf(name, sizeof name, "%s%s", prefix ? "_" : "", word);
  for (size_t i = 2; name_taken(book, name); i++)
    (void)snprintf(name, sizeof name, "%s%s_%zu", prefix ? "_" : "", word, i);
  const char *copy = sx_arena_strdup(book->arena, name);
  if (!copy ||
      !sx_arena_grow(book->arena, (void **)&book->names, &book->cap_names, book->n_names + 1, sizeof *book->names)) {
    fail(book, SX_E_MEMORY, "", "");
    return "";
  }
  book->names[book->n_names++] = copy;
  return copy;
}

void sx_publish__cell_name(sx_buf *out, size_t row, size_t column, bool absolute) {
  char letters[8];
  size_t n = 0;
  for (size_t c = column + 1; c; c = (c - 1) / 26) letters[n++] = (char)('A' + (c - 1) % 26);
  if (absolute) sx_buf_add_char(out, '$');
  while (n) sx_buf_add_char(out, letters[--n]);
  sx_buf_printf(out, "%s%zu", absolute ? "$" : "", row + 1);
}

void sx_publish__cell_reference(sx_buf *out, const pub_book *book, size_t sheet, size_t row, size_t column) {
  sx_buf_add_char(out, '\'');
  for (const char *c = sx_publish__sheet_name(book, sheet); *c; c++) {
    if (*c == '\'') sx_buf_add_char(out, '\'');
    sx_buf_add_char(out, *c);
  }
  sx_buf_add(out, "'!");
  sx_publish__cell_name(out, row, column, true);
}

const char *sx_publish__define(pub_book *book, const char *wanted, size_t sheet, size_t row, size_t column) {
  if (!sheet_at(book, sheet, row, column)) return "";
  const char *name = take_name(book, wanted);
  sx_buf formula;
  sx_buf_init(&formula, &book->ctx);
  sx_buf_add_char(&formula, '=');
  sx_publish__cell_reference(&formula, book, sheet, row, column);
  if (formula.failed)
    fail(book, SX_E_MEMORY, "", "");
  else if (!failed(book) && formula.n < LXW_DEFINED_NAME_LENGTH) /* a longer one the library would cut */
    check(book, workbook_define_name(book->workbook, name, formula.data), name);
  sx_buf_clear(&formula);
  return name;
}

/* ---- tables ------------------------------------------------------------------------------------------------------------ */

bool sx_publish__unique_heads(const char **heads, size_t n, sx_arena *arena) {
  for (size_t i = 0; i < n; i++) {
    char *own = sx_arena_strdup(arena, heads[i] && *heads[i] ? heads[i] : "-");
    if (!own) return false;
    for (char *c = own; *c; c++) {
      if (*c == '\n') *c = ' ';
    }
    heads[i] = own;
    if (sx_utf8_count(own, strlen(own)) > HEAD_CHARACTERS - 8)
      own[sx_utf8_cut(own, strlen(own), HEAD_CHARACTERS - 8)] = '\0';
    for (size_t k = 2, j = 0; j < i; j++) {
      if (strcasecmp(heads[j], heads[i]) != 0) continue;
      heads[i] = sx_arena_printf(arena, "%s (%zu)", own, k++);
      if (!heads[i]) return false;
      j = SIZE_MAX; /* from the start again */
    }
  }
  return true;
}

typedef struct head_text {
  char **out;
  sx_arena *arena;
} head_text;

static void keep_text(pub_book *book, lxw_worksheet *s, const char *text, void *data) {
  const head_text *h = data;
  (void)s;
  *h->out = sx_arena_strdup(h->arena, text);
  if (!*h->out) fail(book, SX_E_MEMORY, "", "");
}

static void add_table(pub_book *book, lxw_worksheet *s, lxw_table_column **columns, size_t n_columns,
                      const char *const *heads, lxw_format *format) {
  lxw_table_column *each = sx_arena_zalloc(book->arena, n_columns, sizeof *each);
  if (!each) {
    fail(book, SX_E_MEMORY, "", "");
    return;
  }
  for (size_t i = 0; i < n_columns; i++) {
    char *text = NULL;
    head_text h = {&text, book->arena};
    with_text(book, s, heads[i], TEXT_UNITS, false, keep_text, &h);
    each[i] = (lxw_table_column){.header = text, .header_format = format};
    columns[i] = &each[i];
  }
  columns[n_columns] = NULL;
}

void sx_publish__table(pub_book *book, size_t sheet, size_t row, size_t column, size_t n_rows, const char *const *heads,
                       size_t n_columns, const char *name, const pub_style *head) {
  lxw_worksheet *s = sheet_at(book, sheet, row + n_rows, column + n_columns - 1);
  if (!s) return;
  lxw_table_column **columns = sx_arena_zalloc(book->arena, n_columns + 1, sizeof(lxw_table_column *));
  char *own = sx_arena_strdup(book->arena, take_name(book, name));
  if (!columns || !own) {
    fail(book, SX_E_MEMORY, "", "");
    return;
  }
  add_table(book, s, columns, n_columns, heads, format_of(book, head));
  lxw_table_options options = {.name = own,
                               .no_autofilter = LXW_TRUE,
                               .no_banded_rows = LXW_TRUE,
                               .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                               .style_type_number = 1,
                               .columns = columns};
  if (!failed(book))
    check(book,
          worksheet_add_table(s, (lxw_row_t)row, (lxw_col_t)column, (lxw_row_t)(row + n_rows),
                              (lxw_col_t)(column + n_columns - 1), &options),
          own);
}

/* ---- charts ------------------------------------------------------------------------------------------------------------ */

static void range_text(sx_buf *out, const pub_book *book, const pub_range *r) {
  sx_publish__cell_reference(out, book, r->sheet, r->row, r->column);
  sx_buf_add_char(out, ':');
  sx_publish__cell_name(out, r->row + r->n - 1, r->column, true);
}

static void keep_bars(pub_book *book, size_t series, const pub_series *from) {
  void *bars = book->bars;
  const bool grown = sx_mem_grow(&book->ctx, &bars, &book->cap_bars, book->n_bars + 1, sizeof *book->bars);
  book->bars = bars;
  sx_buf plus, minus;
  sx_buf_init(&plus, &book->ctx);
  sx_buf_init(&minus, &book->ctx);
  range_text(&plus, book, &from->plus);
  range_text(&minus, book, &from->minus);
  const char *plus_copy = plus.failed ? NULL : sx_arena_strdup(book->arena, plus.data);
  const char *minus_copy = minus.failed ? NULL : sx_arena_strdup(book->arena, minus.data);
  if (!grown || !plus_copy || !minus_copy)
    fail(book, SX_E_MEMORY, "", "");
  else
    book->bars[book->n_bars++] = (pub_bars){book->n_charts, series, plus_copy, minus_copy};
  sx_buf_clear(&plus);
  sx_buf_clear(&minus);
}

/* Okabe and Ito's colours, told apart by the colour-blind; their greys differ as well. */
static const lxw_color_t colours[] = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x595959, 0xF0E442};

static void style_series(const pub_chart *chart, const pub_series *from, lxw_chart_series *series, size_t i) {
  const lxw_color_t colour = colours[i % (sizeof colours / sizeof *colours)];
  lxw_chart_fill fill = {.color = colour}, none = {.none = LXW_TRUE};
  lxw_chart_line line = {.color = colour, .width = 2}, no_line = {.none = LXW_TRUE};
  if (chart->kind == PUB_CHART_LINES) {
    chart_series_set_line(series, from->marks_only ? &no_line : &line);
    chart_series_set_marker_type(series, (uint8_t)(LXW_CHART_MARKER_SQUARE + i % 3));
    chart_series_set_marker_size(series, 7);
    chart_series_set_marker_fill(series, &fill);
    chart_series_set_marker_line(series, &(lxw_chart_line){.color = colour});
  } else {
    chart_series_set_fill(series, from->hidden ? &none : &fill);
    if (from->hidden) chart_series_set_line(series, &no_line);
  }
}

static bool add_series(pub_book *book, lxw_chart *made, const pub_chart *chart, size_t i) {
  const pub_series *from = &chart->series[i];
  sx_buf values, categories, name;
  sx_buf_init(&values, &book->ctx);
  sx_buf_init(&categories, &book->ctx);
  sx_buf_init(&name, &book->ctx);
  sx_buf_add_char(&values, '=');
  range_text(&values, book, &from->values);
  sx_buf_add_char(&categories, '=');
  range_text(&categories, book, &chart->categories);
  if (from->name && (from->name[0] == '=')) sx_buf_add_char(&name, ' '); /* a name is no formula */
  (void)clean(&name, from->name ? from->name : "", 200, false);
  lxw_chart_series *series = NULL;
  if (!values.failed && !categories.failed && !name.failed)
    series = chart_add_series(made, categories.data, values.data);
  if (series) {
    if (name.n) chart_series_set_name(series, name.data);
    style_series(chart, from, series, i);
    if (from->plus.n && from->minus.n) keep_bars(book, i, from);
  }
  sx_buf_clear(&values);
  sx_buf_clear(&categories);
  sx_buf_clear(&name);
  return series != NULL;
}

/* The library turns bars by exchanging the axes: their values run along x. */
static lxw_chart_axis *value_axis(lxw_chart *made, const pub_chart *chart) {
  return chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED ? made->x_axis : made->y_axis;
}

static lxw_chart_axis *category_axis(lxw_chart *made, const pub_chart *chart) {
  return chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED ? made->y_axis : made->x_axis;
}

static void title_and_axes(pub_book *book, lxw_chart *made, const pub_chart *chart) {
  sx_buf title, axis;
  sx_buf_init(&title, &book->ctx);
  sx_buf_init(&axis, &book->ctx);
  if (chart->title[0] == '=') sx_buf_add_char(&title, ' ');
  if (chart->axis[0] == '=') sx_buf_add_char(&axis, ' ');
  if (clean(&title, chart->title, 250, false) && clean(&axis, chart->axis, 100, false)) {
    lxw_chart_font font = {.size = 12, .bold = LXW_EXPLICIT_FALSE}, small = {.size = 9, .bold = LXW_EXPLICIT_FALSE};
    if (title.n) {
      chart_title_set_name(made, title.data);
      chart_title_set_name_font(made, &font);
    } else {
      chart_title_off(made);
    }
    if (axis.n) {
      chart_axis_set_name(value_axis(made, chart), axis.data);
      chart_axis_set_name_font(value_axis(made, chart), &small);
    }
  } else {
    fail(book, SX_E_MEMORY, "", "");
  }
  if (chart->number && *chart->number) chart_axis_set_num_format(value_axis(made, chart), chart->number);
  sx_buf_clear(&title);
  sx_buf_clear(&axis);
}

static void place_chart(pub_book *book, lxw_worksheet *s, size_t row, size_t column, lxw_chart *made,
                        const pub_chart *chart) {
  sx_buf words;
  sx_buf_init(&words, &book->ctx);
  const bool bars = chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED;
  const double height =
      bars ? fmin(900, fmax(260, 110 + 24.0 * (double)(chart->categories.n *
                                                       (chart->overlapping || chart->kind == PUB_CHART_STACKED
                                                            ? 1
                                                            : chart->n_series))))
           : 320;
  if (clean(&words, chart->words ? chart->words : chart->title, 2000, false)) {
    lxw_chart_options options = {.x_scale = 640.0 / 480.0, .y_scale = height / 288.0, .description = words.data};
    check(book, worksheet_insert_chart_opt(s, (lxw_row_t)row, (lxw_col_t)column, made, &options), "chart");
  } else {
    fail(book, SX_E_MEMORY, "", "");
  }
  sx_buf_clear(&words);
}

void sx_publish__chart(pub_book *book, size_t sheet, size_t row, size_t column, const pub_chart *chart) {
  static const uint8_t types[] = {LXW_CHART_BAR, LXW_CHART_BAR_STACKED, LXW_CHART_COLUMN_STACKED, LXW_CHART_LINE};
  lxw_worksheet *s = sheet_at(book, sheet, row, column);
  if (!s || chart->n_series == 0 || chart->categories.n == 0) return;
  lxw_chart *made = workbook_add_chart(book->workbook, types[chart->kind]);
  if (!made) {
    fail(book, SX_E_MEMORY, "", "");
    return;
  }
  for (size_t i = 0; i < chart->n_series; i++) {
    if (!add_series(book, made, chart, i)) fail(book, SX_E_MEMORY, "", "");
  }
  title_and_axes(book, made, chart);
  const bool bars = chart->kind == PUB_CHART_BARS || chart->kind == PUB_CHART_STACKED;
  chart_axis_set_interval_unit(category_axis(made, chart), 1); /* every label */
  lxw_chart_line grid = {.color = 0xD9D9D9, .width = 0.5};
  chart_axis_major_gridlines_set_line(value_axis(made, chart), &grid);
  if (bars) chart_axis_set_reverse(category_axis(made, chart)); /* the first category on top */
  if (chart->overlapping) chart_set_series_overlap(made, 100);
  if (isfinite(chart->crossing)) {
    chart_axis_set_crossing(value_axis(made, chart), chart->crossing);
    chart_axis_set_label_position(category_axis(made, chart), LXW_CHART_AXIS_LABEL_POSITION_LOW);
  }
  if (chart->n_series < 2)
    chart_legend_set_position(made, LXW_CHART_LEGEND_NONE);
  else
    chart_legend_set_position(made, LXW_CHART_LEGEND_BOTTOM);
  place_chart(book, s, row, column, made, chart);
  book->n_charts++;
}
