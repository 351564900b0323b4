/* publish_book.c: workbooks through libxlsxwriter 1.1.4, their sheets, cells, tables and names; charts are in publish_book_chart.c. Everything
 * that it would refuse with a line on stderr is made fit or refused here. It writes to a path alone, so the path is that of a file in memory; what it
 * leaves is read back and given what its charts lack (publish_book_bars.c). The date of creation is a constant, which makes the bytes depend on the content alone. */
#define _GNU_SOURCE
#include "publish_book_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
  CREATED = 1735689600, /* 2025-01-01, in every book */
  TEXT_UNITS = 32767,   /* of UTF-16, in one cell */
  HEAD_CHARACTERS = 255,
  NAME_BYTES = 100 /* of a defined name: the library's field has 128 */
};
static const double ROOM_FOR_PARTS = 1e9; /* bytes: the largest sheet that Excel takes, unpacked, and some */

/* ---- failure ----------------------------------------------------------------------------------------------------------- */

bool sx_publish__book_failed(const pub_book *book) {
  return book->error.status != SX_OK;
}

void sx_publish__book_fail(pub_book *book, sx_status status, const char *where, const char *message) {
  if (sx_publish__book_failed(book)) return;
  if (status == SX_E_MEMORY)
    (void)sx_error_memory(&book->error);
  else
    (void)sx_error_set(&book->error, status, where, "%s", message);
}

void sx_publish__book_check(pub_book *book, lxw_error code, const char *where) {
  if (code == LXW_NO_ERROR) return;
  if (code == LXW_ERROR_MEMORY_MALLOC_FAILED)
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  else
    sx_publish__book_fail(book, SX_E_INTERNAL, where, lxw_strerror(code));
}

lxw_worksheet *sx_publish__book_sheet(pub_book *book, size_t sheet, size_t row, size_t column) {
  if (sx_publish__book_failed(book)) return NULL;
  if (sheet >= book->n_sheets) {
    sx_publish__book_fail(book, SX_E_INTERNAL, "workbook", "a sheet that is not there");
    return NULL;
  }
  if (row >= PUB_ROWS_MAX || column >= PUB_COLUMNS_MAX) {
    sx_publish__book_fail(book, SX_E_LIMIT, book->sheets[sheet].name,
                          "a sheet holds 1,048,576 rows and 16,384 columns");
    return NULL;
  }
  return book->sheets[sheet].sheet;
}

/* ---- the book ---------------------------------------------------------------------------------------------------------- */

/* Where the library leaves the parts of a book while it makes them, a file each: in memory, where there is plenty of it for files; NULL: wherever it likes.
 * Files of a disk take a tenth of the time of a book. */
static char *folder_of_parts(char out[16]) {
  struct statvfs room;
  (void)snprintf(out, 16, "/dev/shm");
  if (access(out, W_OK | X_OK) != 0 || statvfs(out, &room) != 0) return NULL;
  return (double)room.f_bavail * (double)room.f_frsize >= ROOM_FOR_PARTS ? out : NULL;
}

sx_status sx_publish__book_new(pub_book **out, const sx_ctx *ctx, const char *title, const char *author,
                               sx_error *err) {
  pub_book *book = sx_mem_zalloc(ctx, 1, sizeof *book);
  if (!book) return sx_error_memory(err);
  char path[64], folder[16];
  sx_status status = SX_OK;
  book->ctx = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  book->fd = memfd_create("book", MFD_CLOEXEC);
  if (book->fd < 0) {
    status = sx_error_set(err, SX_E_IO, "workbook", "no file in memory: %s", strerror(errno));
    goto done;
  }
  SX_TRY_GOTO(status, sx_arena_new(&book->arena, &book->ctx, err), done);
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
  lxw_workbook_options how = {.tmpdir = folder_of_parts(folder)}; /* copied */
  book->workbook = workbook_new_opt(path, &how);
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
  sx_publish__book_check(book, workbook_set_properties(book->workbook, &properties), "workbook");
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
  sx_dict_free(book->names);
  sx_arena_free(book->arena);
  sx_mem_free(&ctx, book);
}

static int last_first(const void *a, const void *b) {
  return strcasecmp(((const kept_name *)b)->name, ((const kept_name *)a)->name);
}

/* The library seeks the place of each in a sorted list from its beginning: the last goes first, so that each place is the first. */
static void define_cells(pub_book *book) {
  if (book->n_cells) qsort(book->cells, book->n_cells, sizeof *book->cells, last_first);
  for (size_t i = 0; i < book->n_cells && !sx_publish__book_failed(book); i++)
    sx_publish__book_check(book, workbook_define_name(book->workbook, book->cells[i].name, book->cells[i].formula),
                           book->cells[i].name);
}

static sx_status read_back(char **data, size_t *n, pub_book *book, sx_error *err) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", book->fd);
  return sx_file_read(data, n, &book->ctx, path, err);
}

sx_status sx_publish__book_finish(sx_buf *out, pub_book *book, sx_error *err) {
  char *data = NULL;
  size_t n = 0;
  if (!sx_publish__book_failed(book) && book->n_sheets == 0)
    sx_publish__book_fail(book, SX_E_INTERNAL, "workbook", "a workbook without a sheet");
  define_cells(book);
  if (!sx_publish__book_failed(book)) {
    const lxw_error code = workbook_close(book->workbook); /* frees it */
    book->workbook = NULL;
    sx_publish__book_check(book, code, "workbook");
  }
  if (sx_publish__book_failed(book)) {
    if (err) *err = book->error;
    return book->error.status;
  }
  const char **names = sx_arena_alloc(book->arena, book->n_sheets, sizeof *names);
  if (!names) return sx_error_memory(err);
  for (size_t i = 0; i < book->n_sheets; i++) names[i] = book->sheets[i].name;
  SX_TRY(read_back(&data, &n, book, err));
  sx_status status = SX_OK;
  if (book->n_charts) {
    status = sx_publish__book_bars(out, &book->ctx, data, n, names, book->n_sheets, book->bars, book->n_bars, err);
  } else {
    sx_buf_add_n(out, data, n);
    status = sx_buf_status(out, err);
  }
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

/* Bytes from the text's beginning that a cell holds as they are, each a unit. */
static size_t plain(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && text[i] >= 0x20 && text[i] < 0x7f && text[i] != '_') i++;
  return i;
}

/* What the cell holds: at most `units` of UTF-16. */
bool sx_publish__book_clean(sx_buf *out, const char *text, size_t units, bool in_cell) {
  size_t used = 0, n = strlen(text);
  sx_buf_add(out, "");
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    const size_t run = plain(text + i, n - i);
    if (run && run < units - used) {
      sx_buf_add_n(out, text + i, run);
      used += run;
      i += run;
      continue;
    }
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
  if (sx_publish__book_failed(book)) return 0;
  void *sheets = book->sheets;
  const bool grown = sx_mem_grow(&book->ctx, &sheets, &book->cap_sheets, book->n_sheets + 1, sizeof *book->sheets);
  book->sheets = sheets;
  if (!grown) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
    return 0;
  }
  kept_sheet *s = &book->sheets[book->n_sheets];
  sheet_name(book, s->name, wanted);
  s->sheet = workbook_add_worksheet(book->workbook, s->name);
  if (!s->sheet) {
    sx_publish__book_fail(book, SX_E_INTERNAL, s->name, "the sheet was not taken");
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
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, 0, last);
  if (s)
    sx_publish__book_check(book, worksheet_set_column(s, (lxw_col_t)first, (lxw_col_t)last, characters, NULL),
                           "columns");
}

void sx_publish__row_height(pub_book *book, size_t sheet, size_t row, double points) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, 0);
  if (s) sx_publish__book_check(book, worksheet_set_row(s, (lxw_row_t)row, points, NULL), "rows");
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
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  if (s) worksheet_freeze_panes(s, (lxw_row_t)row, (lxw_col_t)column);
}

void sx_publish__pages_wide(pub_book *book, size_t sheet, size_t pages) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, 0, 0);
  if (!s || pages < 2) return;
  worksheet_fit_to_pages(s, pages > 100 ? 100 : (uint16_t)pages, 0);
  (void)worksheet_repeat_columns(s, 0, 0);
}

void sx_publish__landscape(pub_book *book, size_t sheet) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, 0, 0);
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
  if (!style || sx_publish__book_failed(book)) return NULL;
  for (size_t i = 0; i < book->n_styles; i++) {
    if (same_style(&book->styles[i].style, style)) return book->styles[i].format;
  }
  void *styles = book->styles;
  const bool grown = sx_mem_grow(&book->ctx, &styles, &book->cap_styles, book->n_styles + 1, sizeof *book->styles);
  book->styles = styles;
  lxw_format *format = grown ? workbook_add_format(book->workbook) : NULL;
  if (!format) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
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
  if (sx_publish__book_clean(&buf, text ? text : "", units, in_cell))
    put(book, s, buf.data, data);
  else
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
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
  sx_publish__book_check(book,
                         *text ? worksheet_write_string(s, row, column, text, format)
                               : worksheet_write_blank(s, row, column, format),
                         "cell");
}

void sx_publish__cell_text(pub_book *book, size_t sheet, size_t row, size_t column, const char *text,
                           const pub_style *style) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  place p = {row, column, 0, 0, 0, style};
  if (s) with_text(book, s, text, TEXT_UNITS, true, put_string, &p);
}

void sx_publish__cell_number(pub_book *book, size_t sheet, size_t row, size_t column, double value,
                             const pub_style *style) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  if (!s) return;
  if (!isfinite(value))
    sx_publish__book_fail(book, SX_E_INTERNAL, sx_publish__sheet_name(book, sheet),
                          "a number that is not finite has no cell");
  else
    sx_publish__book_check(
        book, worksheet_write_number(s, (lxw_row_t)row, (lxw_col_t)column, value, format_of(book, style)), "cell");
}

void sx_publish__cell_formula(pub_book *book, size_t sheet, size_t row, size_t column, const char *formula,
                              double value, const char *text, const pub_style *style) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  if (!s) return;
  lxw_format *format = format_of(book, style);
  sx_publish__book_check(
      book,
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
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  else
    sx_publish__book_check(book,
                           worksheet_write_url_opt(s, (lxw_row_t)p->row, (lxw_col_t)p->column, url.data,
                                                   format_of(book, p->style), text, NULL),
                           "link");
  sx_buf_clear(&url);
}

void sx_publish__cell_link(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                           const pub_style *style) {
  sx_publish__cell_link_to(book, sheet, row, column, text, to, 0, style);
}

void sx_publish__cell_link_to(pub_book *book, size_t sheet, size_t row, size_t column, const char *text, size_t to,
                              size_t to_row, const pub_style *style) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, column);
  pub_style linked = style ? *style : (pub_style){.link = true};
  linked.link = true;
  place p = {row, column, 0, to, to_row, &linked};
  if (s) with_text(book, s, text, 1000, true, put_link, &p);
}

static void put_merged(pub_book *book, lxw_worksheet *s, const char *text, void *data) {
  const place *p = data;
  sx_publish__book_check(book,
                         worksheet_merge_range(s, (lxw_row_t)p->row, (lxw_col_t)p->column, (lxw_row_t)p->row,
                                               (lxw_col_t)p->last, text, format_of(book, p->style)),
                         "merged cells");
}

void sx_publish__cell_merged(pub_book *book, size_t sheet, size_t row, size_t first, size_t last, const char *text,
                             const pub_style *style) {
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row, last);
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

/* Names are told apart without regard to the case of ASCII's letters, which is all that they have. */
static bool take_key(bool *taken, pub_book *book, const char *name) {
  char key[NAME_BYTES + 80];
  const size_t n = strlen(name), before = book->names ? sx_dict_count(book->names) : 0;
  int32_t code;
  for (size_t i = 0; i < n; i++) key[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
  const bool good = (book->names || sx_dict_new(&book->names, &book->ctx, NULL) == SX_OK) &&
                    sx_dict_add(&code, book->names, key, n, NULL) == SX_OK;
  *taken = good && sx_dict_count(book->names) == before;
  return good;
}

static const char *take_name(pub_book *book, const char *wanted) {
  char word[NAME_BYTES + 40], name[NAME_BYTES + 80];
  const size_t n = fit_word(word, wanted);
  const bool prefix = n == 0 || (word[0] >= '0' && word[0] <= '9') || like_cell(word);
  bool taken = false;
  (void)snprintf(name, sizeof name, "%s%s", prefix ? "_" : "", word);
  bool good = take_key(&taken, book, name);
  for (size_t i = 2; good && taken; i++) {
    (void)snprintf(name, sizeof name, "%s%s_%zu", prefix ? "_" : "", word, i);
    good = take_key(&taken, book, name);
  }
  const char *copy = good ? sx_arena_strdup(book->arena, name) : NULL;
  if (!copy) sx_publish__book_fail(book, SX_E_MEMORY, "", "");
  return copy ? copy : "";
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

static void keep_cell(pub_book *book, const char *name, const char *formula) {
  const char *copy = sx_arena_strdup(book->arena, formula);
  if (copy &&
      sx_arena_grow(book->arena, (void **)&book->cells, &book->cap_cells, book->n_cells + 1, sizeof *book->cells))
    book->cells[book->n_cells++] = (kept_name){name, copy};
  else
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
}

const char *sx_publish__define(pub_book *book, const char *wanted, size_t sheet, size_t row, size_t column) {
  if (!sx_publish__book_sheet(book, sheet, row, column)) return "";
  const char *name = take_name(book, wanted);
  sx_buf formula;
  sx_buf_init(&formula, &book->ctx);
  sx_buf_add_char(&formula, '=');
  sx_publish__cell_reference(&formula, book, sheet, row, column);
  if (!formula.failed && formula.n < LXW_DEFINED_NAME_LENGTH) /* a longer one the library would cut */
    keep_cell(book, name, formula.data);
  else if (formula.failed)
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
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
  if (!*h->out) sx_publish__book_fail(book, SX_E_MEMORY, "", "");
}

static void add_table(pub_book *book, lxw_worksheet *s, lxw_table_column **columns, size_t n_columns,
                      const char *const *heads, lxw_format *format) {
  lxw_table_column *each = sx_arena_zalloc(book->arena, n_columns, sizeof *each);
  if (!each) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
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
  lxw_worksheet *s = sx_publish__book_sheet(book, sheet, row + n_rows, column + n_columns - 1);
  if (!s) return;
  lxw_table_column **columns = sx_arena_zalloc(book->arena, n_columns + 1, sizeof(lxw_table_column *));
  char *own = sx_arena_strdup(book->arena, take_name(book, name));
  if (!columns || !own) {
    sx_publish__book_fail(book, SX_E_MEMORY, "", "");
    return;
  }
  add_table(book, s, columns, n_columns, heads, format_of(book, head));
  lxw_table_options options = {.name = own,
                               .no_autofilter = LXW_TRUE,
                               .no_banded_rows = LXW_TRUE,
                               .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                               .style_type_number = 1,
                               .columns = columns};
  if (!sx_publish__book_failed(book))
    sx_publish__book_check(book,
                           worksheet_add_table(s, (lxw_row_t)row, (lxw_col_t)column, (lxw_row_t)(row + n_rows),
                                               (lxw_col_t)(column + n_columns - 1), &options),
                           own);
}
