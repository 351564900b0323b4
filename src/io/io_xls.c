/* io_xls.c: Excel 97-2003's .xls: one sheet of a workbook. The stream "Workbook" is a row of records, each a type, a length and so many
 * bytes ([MS-XLS] 2.1.4); read are those of the workbook (sheets, shared texts, formats) and of the cells of one sheet. Formulas give the
 * value that was kept with them. As in io_xlsx.c, a cell with an error is refused, but for #N/A, which stands for missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_compound.h"
#include "io_grid.h"

enum {
  R_FORMULA = 0x0006,
  R_EOF = 0x000A,
  R_DATE_1904 = 0x0022,
  R_FILE_PASS = 0x002F,
  R_CONTINUE = 0x003C,
  R_BOUND_SHEET = 0x0085,
  R_MUL_RK = 0x00BD,
  R_XF = 0x00E0,
  R_SST = 0x00FC,
  R_LABEL_SST = 0x00FD,
  R_NUMBER = 0x0203,
  R_LABEL = 0x0204,
  R_BOOL_ERR = 0x0205,
  R_STRING = 0x0207,
  R_RK = 0x027E,
  R_FORMAT = 0x041E,
  R_BOF = 0x0809
};
enum { HEAD = 4, SHEETS_MAX = 1024, CHARACTERS_MAX = 32767, BIFF8 = 0x0600, NOT_AVAILABLE = 0x2A };

typedef struct record {
  uint32_t type;
  size_t n, next; /* length, and where the one behind it begins */
  const unsigned char *data;
} record;

typedef struct sheet_entry {
  const char *name;
  size_t begin;
  bool hidden;
} sheet_entry;

typedef struct book {
  const sx_io__source *source;
  char *stream;
  size_t n;
  sx_arena *arena;
  sheet_entry *sheets;
  size_t n_sheets, cap_sheets;
  const char **shared;
  size_t n_shared;
  bool *style_dates; /* of each extended format */
  size_t n_styles, cap_styles;
  uint32_t *custom; /* numbers of formats that are dates */
  size_t n_custom, cap_custom;
  bool since_1904;
  sx_io__grid *grid;
  sx_error *err;
} book;

static sx_status broken(const book *b) {
  return sx_error_set(b->err, SX_E_PARSE, b->source->name, "the workbook is damaged: save it again as .xlsx");
}

static bool record_at(record *r, const book *b, size_t at) {
  if (at > b->n || b->n - at < HEAD) return false;
  const unsigned char *p = (const unsigned char *)b->stream + at;
  *r = (record){.type = sx_io__u16(p), .n = sx_io__u16(p + 2), .data = p + HEAD};
  r->next = at + HEAD + r->n;
  return r->next <= b->n;
}

/* ---- texts --------------------------------------------------------------------------------------------------------- */

/* Bytes that run on from a record into the CONTINUE records behind it. */
typedef struct run {
  const book *b;
  record r;
  size_t at; /* in the record */
} run;

static bool run_more(run *u) {
  while (u->at == u->r.n) {
    record next;
    if (!record_at(&next, u->b, u->r.next) || next.type != R_CONTINUE) return false;
    u->r = next;
    u->at = 0;
  }
  return true;
}

static bool run_byte(uint32_t *out, run *u) {
  if (!run_more(u)) return false;
  *out = u->r.data[u->at++];
  return true;
}

static bool run_number(uint32_t *out, run *u, int bytes) {
  uint32_t value = 0, byte;
  for (int i = 0; i < bytes; i++) {
    if (!run_byte(&byte, u)) return false;
    value |= byte << (8 * i);
  }
  *out = value;
  return true;
}

static bool run_skip(run *u, size_t n) {
  while (n) {
    if (!run_more(u)) return false;
    const size_t here = u->r.n - u->at < n ? u->r.n - u->at : n;
    u->at += here;
    n -= here;
  }
  return true;
}

/* n characters of one or two bytes. Where a CONTINUE begins, a byte says anew how wide they are (2.5.293, 2.5.240). */
static bool run_characters(sx_buf *out, run *u, size_t n, bool wide) {
  uint32_t high = 0, c = 0, flags;
  for (size_t i = 0; i < n; i++) {
    if (u->at == u->r.n) {
      if (!run_more(u) || !run_byte(&flags, u)) return false;
      wide = flags & 1;
    }
    if (!run_number(&c, u, wide ? 2 : 1)) return false;
    if (c >= 0xD800 && c < 0xDC00) {
      high = c;
      continue;
    }
    if (c >= 0xDC00 && c < 0xE000) c = high ? 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00) : 0xFFFD;
    high = 0;
    sx_buf_add_code(out, c);
  }
  return true;
}

/* A text with its length (2 bytes; 1 for names of sheets), flags, and what formats and pronunciation bring along. */
static bool run_text(sx_buf *out, run *u, int length_bytes) {
  uint32_t n, flags, runs = 0, extra = 0;
  sx_buf_reset(out);
  if (!run_number(&n, u, length_bytes) || !run_byte(&flags, u) || n > CHARACTERS_MAX) return false;
  if ((flags & 8) && !run_number(&runs, u, 2)) return false;
  if ((flags & 4) && !run_number(&extra, u, 4)) return false;
  return run_characters(out, u, n, flags & 1) && run_skip(u, 4 * (size_t)runs + extra);
}

static sx_status keep(const char **out, const book *b, const sx_buf *text) {
  SX_TRY(sx_buf_status(text, b->err));
  *out = sx_arena_strndup(b->arena, text->n ? text->data : "", text->n);
  return *out ? SX_OK : sx_error_memory(b->err);
}

/* ---- the workbook -------------------------------------------------------------------------------------------------- */

static sx_status add_sheet(book *b, const record *r, sx_buf *text) {
  void *p = b->sheets;
  run u = {.b = b, .r = *r, .at = 6};
  if (r->n < 8 || !run_text(text, &u, 1)) return broken(b);
  if (b->n_sheets == SHEETS_MAX)
    return sx_error_set(b->err, SX_E_LIMIT, b->source->name, "more than %d sheets", SHEETS_MAX);
  if (!sx_arena_grow(b->arena, &p, &b->cap_sheets, b->n_sheets + 1, sizeof *b->sheets)) return sx_error_memory(b->err);
  b->sheets = p;
  sheet_entry *s = &b->sheets[b->n_sheets++];
  *s = (sheet_entry){.begin = sx_io__u32(r->data), .hidden = (r->data[4] & 3) != 0 || r->data[5] != 0};
  return keep(&s->name, b, text);
}

static sx_status add_shared(book *b, const record *r, sx_buf *text) {
  run u = {.b = b, .r = *r, .at = 8};
  if (r->n < 8) return broken(b);
  const size_t n = sx_io__u32(r->data + 4);
  if (n > b->n / 3) return broken(b); /* a text takes three bytes or more */
  b->shared = sx_arena_alloc(b->arena, n, sizeof *b->shared);
  if (!b->shared) return sx_error_memory(b->err);
  for (size_t i = 0; i < n; i++) {
    if (!run_text(text, &u, 2)) return broken(b);
    SX_TRY(keep(&b->shared[i], b, text));
    b->n_shared = i + 1;
  }
  return SX_OK;
}

static sx_status add_format(book *b, const record *r, sx_buf *text) {
  void *p = b->custom;
  run u = {.b = b, .r = *r, .at = 2};
  if (r->n < 5 || !run_text(text, &u, 2)) return broken(b);
  SX_TRY(sx_buf_status(text, b->err));
  if (!text->n || !sx_io__format_is_date(text->data)) return SX_OK;
  if (!sx_arena_grow(b->arena, &p, &b->cap_custom, b->n_custom + 1, sizeof *b->custom)) return sx_error_memory(b->err);
  b->custom = p;
  b->custom[b->n_custom++] = sx_io__u16(r->data);
  return SX_OK;
}

/* Formats stand before the extended formats that refer to them. */
static sx_status add_style(book *b, const record *r) {
  void *p = b->style_dates;
  if (r->n < 4) return broken(b);
  const uint32_t id = sx_io__u16(r->data + 2);
  bool date = sx_io__built_in_date(id);
  for (size_t i = 0; i < b->n_custom; i++) date = date || b->custom[i] == id;
  if (!sx_arena_grow(b->arena, &p, &b->cap_styles, b->n_styles + 1, sizeof *b->style_dates))
    return sx_error_memory(b->err);
  b->style_dates = p;
  b->style_dates[b->n_styles++] = date;
  return SX_OK;
}

static sx_status globals(book *b, sx_buf *text) {
  record r;
  if (!record_at(&r, b, 0) || r.type != R_BOF || r.n < 4) return broken(b);
  if (sx_io__u16(r.data) != BIFF8)
    return sx_error_set(b->err, SX_E_SUPPORT, b->source->name, "a workbook of Excel 95 or older: save it as .xlsx");
  for (size_t at = r.next; record_at(&r, b, at) && r.type != R_EOF; at = r.next) {
    sx_status status = SX_OK;
    switch (r.type) {
    case R_FILE_PASS:
      return sx_error_set(b->err, SX_E_SUPPORT, b->source->name,
                          "the workbook is protected by a password: save it without one");
    case R_DATE_1904:
      b->since_1904 = r.n >= 2 && r.data[0];
      break;
    case R_BOUND_SHEET:
      status = add_sheet(b, &r, text);
      break;
    case R_SST:
      status = add_shared(b, &r, text);
      break;
    case R_FORMAT:
      status = add_format(b, &r, text);
      break;
    case R_XF:
      status = add_style(b, &r);
      break;
    default:
      break;
    }
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- the cells ----------------------------------------------------------------------------------------------------- */

static sx_status put_text(book *b, size_t row, size_t column, const char *text, size_t n) {
  return sx_io__grid_cell(b->grid, row, column, text, n, b->err);
}

static sx_status put_number(book *b, size_t row, size_t column, uint32_t style, double value) {
  char text[SX_DOUBLE_TEXT_MAX], date[32];
  if (style < b->n_styles && b->style_dates[style] && sx_io__cell_date(date, value, b->since_1904))
    return put_text(b, row, column, date, strlen(date));
  const size_t n = sx_text_from_double(text, value);
  return put_text(b, row, column, text, n);
}

static sx_status put_logical(book *b, size_t row, size_t column, uint32_t value, bool error) {
  char where[SX_ERROR_WHERE_MAX], cell[SX_CELL_NAME_MAX];
  if (!error) return put_text(b, row, column, value ? "1" : "0", 1);
  if (value == NOT_AVAILABLE) return SX_OK;
  sx_io__cell_name(cell, row, column);
  (void)snprintf(where, sizeof where, "%.300s: %.100s!%s", b->source->name, b->grid->sheet, cell);
  return sx_error_set(b->err, SX_E_DATA, where, "the cell holds an error: correct it, or empty the cell");
}

static double f64(const unsigned char *p) {
  const uint64_t bits = (uint64_t)sx_io__u32(p) | (uint64_t)sx_io__u32(p + 4) << 32;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* 30 bits of an integer or the upper ones of a double, perhaps a hundred times the value (2.5.217). */
static double rk(const unsigned char *p) {
  const uint32_t bits = sx_io__u32(p);
  double x;
  if (bits & 2) {
    x = (double)((int32_t)bits >> 2);
  } else {
    const uint64_t wide = (uint64_t)(bits & ~UINT32_C(3)) << 32;
    memcpy(&x, &wide, sizeof x);
  }
  return bits & 1 ? x / 100 : x;
}

/* A formula's value: a number, or by the first byte a text (in the STRING record behind), a logical value, an error, nothing. */
static sx_status put_formula(book *b, const record *r, size_t row, size_t column, sx_buf *text) {
  const unsigned char *v = r->data + 6;
  if (r->n < 14) return broken(b);
  if (sx_io__u16(v + 6) != 0xFFFF) return put_number(b, row, column, sx_io__u16(r->data + 4), f64(v));
  if (v[0] == 1 || v[0] == 2) return put_logical(b, row, column, v[2], v[0] == 2);
  record next = *r;
  while (v[0] == 0 && record_at(&next, b, next.next) && next.type != R_STRING && next.type != R_EOF) {
    if (next.type == R_FORMULA) return broken(b); /* shared formulas and arrays may stand between, no other cell */
  }
  run u = {.b = b, .r = next};
  if (v[0] != 0) return SX_OK;
  if (next.type != R_STRING || !run_text(text, &u, 2)) return broken(b);
  SX_TRY(sx_buf_status(text, b->err));
  return put_text(b, row, column, text->n ? text->data : "", text->n);
}

static sx_status put_cell(book *b, const record *r, sx_buf *text) {
  if (r->n < 6) return broken(b);
  const size_t row = sx_io__u16(r->data), column = sx_io__u16(r->data + 2);
  const uint32_t style = sx_io__u16(r->data + 4);
  run u = {.b = b, .r = *r, .at = 6};
  size_t k;
  switch (r->type) {
  case R_LABEL_SST:
    k = r->n >= 10 ? sx_io__u32(r->data + 6) : SIZE_MAX;
    return k < b->n_shared ? put_text(b, row, column, b->shared[k], strlen(b->shared[k])) : broken(b);
  case R_LABEL:
    if (!run_text(text, &u, 2)) return broken(b);
    SX_TRY(sx_buf_status(text, b->err));
    return put_text(b, row, column, text->n ? text->data : "", text->n);
  case R_NUMBER:
    return r->n >= 14 ? put_number(b, row, column, style, f64(r->data + 6)) : broken(b);
  case R_RK:
    return r->n >= 10 ? put_number(b, row, column, style, rk(r->data + 6)) : broken(b);
  case R_BOOL_ERR:
    return r->n >= 8 ? put_logical(b, row, column, r->data[6], r->data[7] != 0) : broken(b);
  case R_FORMULA:
    return put_formula(b, r, row, column, text);
  default: /* several numbers side by side */
    for (k = 0; 4 + 6 * (k + 1) + 2 <= r->n; k++)
      SX_TRY(put_number(b, row, column + k, sx_io__u16(r->data + 4 + 6 * k), rk(r->data + 6 + 6 * k)));
    return SX_OK;
  }
}

static bool is_cell(uint32_t type) {
  return type == R_LABEL_SST || type == R_LABEL || type == R_NUMBER || type == R_RK || type == R_BOOL_ERR ||
         type == R_FORMULA || type == R_MUL_RK;
}

/* A chart inside the sheet has a beginning and an end of its own. */
static sx_status cells(book *b, size_t begin, sx_buf *text) {
  record r;
  size_t depth = 0, count = 0;
  if (!record_at(&r, b, begin) || r.type != R_BOF) return broken(b);
  for (size_t at = begin; record_at(&r, b, at); at = r.next) {
    depth += r.type == R_BOF;
    if (r.type == R_EOF && --depth == 0) return SX_OK;
    if (depth != 1 || !is_cell(r.type)) continue;
    if (count++ % 65536 == 0) SX_TRY(sx_ctx_poll(b->source->ctx, b->err));
    SX_TRY(put_cell(b, &r, text));
  }
  return broken(b);
}

/* ---- the door ------------------------------------------------------------------------------------------------------- */

static sx_status choose(size_t *out, const book *b, const char *wanted) {
  const char **names = sx_arena_alloc(b->arena, b->n_sheets, sizeof *names);
  bool *hidden = sx_arena_alloc(b->arena, b->n_sheets, sizeof *hidden);
  if (!names || !hidden) return sx_error_memory(b->err);
  for (size_t i = 0; i < b->n_sheets; i++) {
    names[i] = b->sheets[i].name;
    hidden[i] = b->sheets[i].hidden;
  }
  return sx_io__sheet_choose(out, names, hidden, b->n_sheets, wanted, b->source->name, b->err);
}

/* What else is called .xls: pages of HTML, and delimited text, which is read as such. */
static sx_status other(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  size_t at = 0;
  while (at < source->n && strchr("\xEF\xBB\xBF \t\r\n", source->data[at])) at++;
  if (at < source->n && source->data[at] == '<')
    return sx_error_set(err, SX_E_SUPPORT, source->name,
                        "a page of HTML or XML under the name of a workbook: open it and save it as .xlsx");
  if (source->n && memchr(source->data, '\0', source->n < 4096 ? source->n : 4096))
    return sx_error_set(err, SX_E_PARSE, source->name, "not a workbook of Excel");
  return sx_io__csv.read(out, source, options, err);
}

static sx_status xls_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  if (!sx_io__is_compound(source)) return other(out, source, options, err);
  book b = {.source = source, .err = err};
  sx_io__grid grid = {0};
  sx_buf text;
  size_t sheet = 0;
  sx_status status;
  sx_buf_init(&text, source->ctx);
  SX_TRY_GOTO(status, sx_arena_new(&b.arena, source->ctx, err), done);
  SX_TRY_GOTO(status, sx_io__compound_stream(&b.stream, &b.n, source, "Workbook", err), done);
  if (!b.stream) {
    status = sx_error_set(err, SX_E_SUPPORT, source->name, "no workbook of Excel 97 to 2003: save it as .xlsx");
    goto done;
  }
  SX_TRY_GOTO(status, globals(&b, &text), done);
  SX_TRY_GOTO(status, choose(&sheet, &b, options->sheet), done);
  SX_TRY_GOTO(status, sx_io__grid_init(&grid, source->ctx, source->name, b.sheets[sheet].name, err), done);
  b.grid = &grid;
  SX_TRY_GOTO(status, cells(&b, b.sheets[sheet].begin, &text), done);
  status = sx_io__grid_read(out, &grid, options, err);
done:
  sx_io__grid_clear(&grid);
  sx_buf_clear(&text);
  sx_mem_free(source->ctx, b.stream);
  sx_arena_free(b.arena);
  return status;
}

const sx_io__backend sx_io__xls = {.sniff = sx_io__is_compound, .read = xls_read};
