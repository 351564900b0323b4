/* io_xlsx.c: Excel's .xlsx (ECMA-376 part 1, chapter 18): one sheet of a workbook. Values are those that stand in the cells, dates by
 * the number format of the cell; formulas give the value that was kept with them. A cell with an error value is refused, but for #N/A,
 * which is how Excel writes that a value is missing. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_grid.h"
#include "shuxiao/io_archive.h"

enum { SHEETS_MAX = 1024, FORMATS_MAX = 4096, STYLES_MAX = 65536, TEXT_MAX = 32767 * 4 };
#define PART_MAX  (UINT64_C(256) << 20)
#define SHEET_MAX (UINT64_C(4096) << 20)

typedef struct sheet_entry {
  const char *name, *id, *part; /* id: of the relation that says which part */
  bool hidden;
} sheet_entry;

typedef struct book {
  const sx_io__source *source;
  sx_archive *archive;
  sx_arena *arena;
  sheet_entry *sheets;
  size_t n_sheets, cap_sheets;
  const char **shared; /* shared texts */
  size_t n_shared, cap_shared;
  uint32_t *custom; /* numbers of formats that are dates */
  size_t n_custom, cap_custom;
  bool *style_dates; /* of each cell style */
  size_t n_styles, cap_styles;
  bool since_1904, cell_styles;
  /* of the reading at hand */
  sx_buf text;
  bool take;   /* characters belong to text */
  size_t ruby; /* depth of pronunciation guides, which are no text */
  sx_io__grid *grid;
  size_t row, column;    /* of the cell at hand, from 0 */
  bool in_cell, formula; /* formula: the cell at hand has one */
  char type;             /* of the cell: n number, s shared text, t text, b boolean, e error, d date */
  size_t style;
} book;

static bool is(const char *name, const char *what) {
  return strcmp(name, what) == 0;
}

static sx_status bad(const book *b, const char *part, sx_error *err, const char *message) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.300s: %.150s", b->source->name, part);
  return sx_error_set(err, SX_E_PARSE, where, "%s", message);
}

/* ---- the workbook: its sheets and where they are -------------------------------------------------------------------- */

static sx_status workbook_start(void *data, const char *name, const char *const *a, sx_error *err) {
  book *b = data;
  if (is(name, "workbookPr")) {
    const char *date = sx_xml_attribute(a, "date1904");
    b->since_1904 = date && (is(date, "1") || is(date, "true"));
  }
  if (!is(name, "sheet")) return SX_OK;
  const char *title = sx_xml_attribute(a, "name"), *id = sx_xml_attribute(a, "id");
  const char *state = sx_xml_attribute(a, "state");
  if (!title || !id) return bad(b, "xl/workbook.xml", err, "a sheet has no name or no relation");
  if (b->n_sheets == SHEETS_MAX)
    return sx_error_set(err, SX_E_LIMIT, b->source->name, "more than %d sheets", SHEETS_MAX);
  void *p = b->sheets;
  if (!sx_arena_grow(b->arena, &p, &b->cap_sheets, b->n_sheets + 1, sizeof *b->sheets)) return sx_error_memory(err);
  sheet_entry *s = b->sheets = p;
  s[b->n_sheets] = (sheet_entry){.name = sx_arena_strdup(b->arena, title),
                                 .id = sx_arena_strdup(b->arena, id),
                                 .hidden = state && !is(state, "visible")};
  if (!s[b->n_sheets].name || !s[b->n_sheets].id) return sx_error_memory(err);
  b->n_sheets++;
  return SX_OK;
}

static sx_status relation_start(void *data, const char *name, const char *const *a, sx_error *err) {
  book *b = data;
  const char *id = sx_xml_attribute(a, "Id"), *target = sx_xml_attribute(a, "Target");
  if (!is(name, "Relationship") || !id || !target) return SX_OK;
  for (size_t i = 0; i < b->n_sheets; i++) {
    if (!is(b->sheets[i].id, id)) continue;
    const bool absolute = target[0] == '/';
    char part[512];
    (void)snprintf(part, sizeof part, "%s%.400s", absolute ? "" : "xl/", target + absolute);
    b->sheets[i].part = sx_arena_strdup(b->arena, part);
    if (!b->sheets[i].part) return sx_error_memory(err);
  }
  return SX_OK;
}

/* ---- shared texts --------------------------------------------------------------------------------------------------- */

static sx_status take_text(void *data, const char *text, size_t n, sx_error *err) {
  book *b = data;
  if (!b->take || b->ruby) return SX_OK;
  if (b->text.n + n > TEXT_MAX)
    return sx_error_set(err, SX_E_LIMIT, b->source->name, "a cell holds more than %d bytes", TEXT_MAX);
  sx_buf_add_n(&b->text, text, n);
  return SX_OK;
}

static sx_status shared_start(void *data, const char *name, const char *const *a, sx_error *err) {
  book *b = data;
  (void)a, (void)err;
  if (is(name, "si")) sx_buf_reset(&b->text);
  b->ruby += is(name, "rPh");
  b->take = is(name, "t");
  return SX_OK;
}

static sx_status shared_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  b->take = false;
  if (is(name, "rPh")) b->ruby--;
  if (!is(name, "si")) return SX_OK;
  void *p = b->shared;
  SX_TRY(sx_buf_status(&b->text, err));
  if (!sx_arena_grow(b->arena, &p, &b->cap_shared, b->n_shared + 1, sizeof *b->shared)) return sx_error_memory(err);
  b->shared = p;
  b->shared[b->n_shared] = sx_arena_strndup(b->arena, b->text.n ? b->text.data : "", b->text.n);
  return b->shared[b->n_shared++] ? SX_OK : sx_error_memory(err);
}

/* ---- styles: which cells are dates ---------------------------------------------------------------------------------- */

static bool is_date(const book *b, unsigned long id) {
  for (size_t i = 0; i < b->n_custom; i++)
    if (b->custom[i] == id) return true;
  return sx_io__built_in_date(id);
}

static sx_status style_start(void *data, const char *name, const char *const *a, sx_error *err) {
  book *b = data;
  const char *id = sx_xml_attribute(a, "numFmtId"), *code = sx_xml_attribute(a, "formatCode");
  if (is(name, "cellXfs")) b->cell_styles = true;
  if (is(name, "numFmt") && id && code && sx_io__format_is_date(code) && b->n_custom < FORMATS_MAX) {
    void *p = b->custom;
    if (!sx_arena_grow(b->arena, &p, &b->cap_custom, b->n_custom + 1, sizeof *b->custom)) return sx_error_memory(err);
    b->custom = p;
    b->custom[b->n_custom++] = (uint32_t)strtoul(id, NULL, 10);
  }
  if (is(name, "xf") && b->cell_styles && b->n_styles < STYLES_MAX) {
    void *p = b->style_dates;
    if (!sx_arena_grow(b->arena, &p, &b->cap_styles, b->n_styles + 1, sizeof *b->style_dates))
      return sx_error_memory(err);
    b->style_dates = p;
    b->style_dates[b->n_styles++] = id && is_date(b, strtoul(id, NULL, 10));
  }
  return SX_OK;
}

static sx_status style_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  (void)err;
  if (is(name, "cellXfs")) b->cell_styles = false;
  return SX_OK;
}

/* ---- the sheet ------------------------------------------------------------------------------------------------------ */

/* before and behind: the words around the value that is wrong. */
static sx_status cell_error(const book *b, sx_error *err, const char *before, const char *value, const char *behind) {
  char where[SX_ERROR_WHERE_MAX], cell[SX_CELL_NAME_MAX];
  sx_io__cell_name(cell, b->row, b->column);
  (void)snprintf(where, sizeof where, "%.300s: %.100s!%s", b->source->name, b->grid->sheet, cell);
  return sx_error_set(err, SX_E_DATA, where, "%s%.40s%s", before, value, behind);
}

/* "AB12" to column 27, row 11. */
static bool parse_place(size_t *row, size_t *column, const char *text) {
  size_t c = 0, r = 0;
  const char *p = text;
  for (; *p >= 'A' && *p <= 'Z' && c <= SX_GRID_MAX_COLUMNS; p++) c = c * 26 + (size_t)(*p - 'A' + 1);
  if (!c) return false;
  for (; *p >= '0' && *p <= '9' && r <= SX_GRID_MAX_ROWS; p++) r = r * 10 + (size_t)(*p - '0');
  if (!r || *p) return false;
  *column = c - 1;
  *row = r - 1;
  return true;
}

static char type_of(const char *t) {
  if (!t || is(t, "n")) return 'n';
  return is(t, "s") ? 's' : is(t, "b") ? 'b' : is(t, "e") ? 'e' : is(t, "d") ? 'd' : 't';
}

static sx_status sheet_start(void *data, const char *name, const char *const *a, sx_error *err) {
  book *b = data;
  if (is(name, "row")) {
    const char *r = sx_xml_attribute(a, "r");
    const size_t row = r ? strtoul(r, NULL, 10) : 0;
    b->row = row ? row - 1 : b->row + 1; /* before the first row it stands at -1 */
    b->column = SIZE_MAX;
  } else if (is(name, "c")) {
    const char *r = sx_xml_attribute(a, "r"), *s = sx_xml_attribute(a, "s");
    b->column++;
    b->type = type_of(sx_xml_attribute(a, "t"));
    b->style = s ? strtoul(s, NULL, 10) : 0;
    b->in_cell = true;
    b->formula = false;
    sx_buf_reset(&b->text);
    if (r && !parse_place(&b->row, &b->column, r)) return cell_error(b, err, "no cell is called '", r, "'");
  }
  b->ruby += is(name, "rPh");
  b->take = b->in_cell && (is(name, "v") || is(name, "t"));
  b->formula = b->formula || is(name, "f");
  return SX_OK;
}

static sx_status put_number(book *b, const char *text, size_t n, sx_error *err) {
  char date[32];
  double value;
  if (b->style < b->n_styles && b->style_dates[b->style] && sx_text_to_double(&value, text, n) &&
      sx_io__cell_date(date, value, b->since_1904))
    return sx_io__grid_cell(b->grid, b->row, b->column, date, strlen(date), err);
  return sx_io__grid_cell(b->grid, b->row, b->column, text, n, err);
}

static sx_status put_cell(book *b, sx_error *err) {
  SX_TRY(sx_buf_status(&b->text, err));
  const char *text = b->text.n ? b->text.data : "";
  size_t n = b->text.n;
  if (b->type == 's') {
    char *end = NULL;
    const unsigned long k = n ? strtoul(text, &end, 10) : ULONG_MAX;
    if (n && (*end || k >= b->n_shared)) return cell_error(b, err, "no shared text has the number '", text, "'");
    if (!n) return SX_OK;
    text = b->shared[k];
    n = strlen(text);
  }
  if (!n && b->formula && b->type == 'n')
    return cell_error(b, err, "the formula", "", " has no value with it: open the workbook in Excel and save it");
  if (!n || (b->type == 'e' && is(text, "#N/A"))) return SX_OK;
  if (b->type == 'e') return cell_error(b, err, "the cell holds the error ", text, ": correct it, or empty the cell");
  b->grid->type = b->type;
  return b->type == 'n' ? put_number(b, text, n, err) : sx_io__grid_cell(b->grid, b->row, b->column, text, n, err);
}

static sx_status sheet_end(void *data, const char *name, sx_error *err) {
  book *b = data;
  b->take = false;
  if (is(name, "rPh")) b->ruby--;
  if (!is(name, "c") || !b->in_cell) return SX_OK;
  b->in_cell = false;
  return put_cell(b, err);
}

/* ---- the door ------------------------------------------------------------------------------------------------------- */

static sx_status part(book *b, const char *name, bool needed, uint64_t limit, sx_xml_handler handler, sx_error *err) {
  handler.data = b;
  if (!needed && !sx_archive_has(b->archive, name)) return SX_OK;
  return sx_archive_xml(b->archive, name, limit, &handler, err);
}

static sx_status open_book(book *b, sx_error *err) {
  SX_TRY(sx_arena_new(&b->arena, b->source->ctx, err));
  sx_buf_init(&b->text, b->source->ctx);
  if (!b->source->n) return sx_error_set(err, SX_E_PARSE, b->source->name, "the file is empty: 0 bytes");
  SX_TRY(sx_archive_open(&b->archive, b->source->ctx, b->source->name, b->source->data, b->source->n, err));
  if (!sx_archive_has(b->archive, "xl/workbook.xml"))
    return sx_error_set(err, SX_E_PARSE, b->source->name, "no workbook in it (no xl/workbook.xml): %s",
                        sx_archive_has(b->archive, "word/document.xml")
                            ? "this is a Word document"
                            : "the file is no .xlsx, or not all of it; save it anew from the spreadsheet");
  SX_TRY(part(b, "xl/workbook.xml", true, PART_MAX, (sx_xml_handler){.start = workbook_start}, err));
  SX_TRY(part(b, "xl/_rels/workbook.xml.rels", true, PART_MAX, (sx_xml_handler){.start = relation_start}, err));
  SX_TRY(part(b, "xl/styles.xml", false, PART_MAX, (sx_xml_handler){.start = style_start, .end = style_end}, err));
  return part(b, "xl/sharedStrings.xml", false, SHEET_MAX,
              (sx_xml_handler){.start = shared_start, .end = shared_end, .text = take_text}, err);
}

static sx_status choose(size_t *out, const book *b, const char *wanted, sx_error *err) {
  const char **names = sx_arena_alloc(b->arena, b->n_sheets, sizeof *names);
  bool *hidden = sx_arena_alloc(b->arena, b->n_sheets, sizeof *hidden);
  if (!names || !hidden) return sx_error_memory(err);
  for (size_t i = 0; i < b->n_sheets; i++) {
    names[i] = b->sheets[i].name;
    hidden[i] = b->sheets[i].hidden;
  }
  SX_TRY(sx_io__sheet_choose(out, names, hidden, b->n_sheets, wanted, b->source->name, err));
  return b->sheets[*out].part ? SX_OK : bad(b, "xl/_rels/workbook.xml.rels", err, "the sheet has no part");
}

static void close_book(book *b) {
  sx_archive_close(b->archive);
  sx_buf_clear(&b->text);
  sx_arena_free(b->arena);
}

static sx_status xlsx_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  book b = {.source = source, .row = SIZE_MAX};
  sx_io__grid grid = {0};
  size_t sheet = 0;
  sx_status status;
  SX_TRY_GOTO(status, open_book(&b, err), done);
  SX_TRY_GOTO(status, choose(&sheet, &b, options->sheet, err), done);
  SX_TRY_GOTO(status, sx_io__grid_init(&grid, source->ctx, source->name, b.sheets[sheet].name, err), done);
  b.grid = &grid;
  SX_TRY_GOTO(status,
              part(&b, b.sheets[sheet].part, true, SHEET_MAX,
                   (sx_xml_handler){.start = sheet_start, .end = sheet_end, .text = take_text}, err),
              done);
  close_book(&b);
  b = (book){0};
  status = sx_io__grid_read(out, &grid, options, err);
done:
  close_book(&b);
  sx_io__grid_clear(&grid);
  return status;
}

static sx_status visit_sheet(book *b, const sheet_entry *s, const sx_io__visitor *v, sx_error *err) {
  sx_io__grid grid = {0};
  SX_TRY(v->sheet(v->data, s->name, s->hidden, err));
  if (!v->take) return SX_OK;
  if (!s->part) return bad(b, "xl/_rels/workbook.xml.rels", err, "the sheet has no part");
  SX_TRY(sx_io__grid_init(&grid, b->source->ctx, b->source->name, s->name, err));
  grid.take = v->take;
  grid.taker = v->data;
  b->grid = &grid;
  b->row = SIZE_MAX;
  b->in_cell = b->take = false;
  const sx_status status = part(b, s->part, true, SHEET_MAX,
                                (sx_xml_handler){.start = sheet_start, .end = sheet_end, .text = take_text}, err);
  b->grid = NULL;
  sx_io__grid_clear(&grid);
  return status;
}

sx_status sx_io__xlsx_visit(const sx_io__source *source, const sx_io__visitor *visitor, sx_error *err) {
  book b = {.source = source, .row = SIZE_MAX};
  sx_status status = open_book(&b, err);
  for (size_t i = 0; i < b.n_sheets && status == SX_OK; i++) status = visit_sheet(&b, &b.sheets[i], visitor, err);
  close_book(&b);
  return status;
}

/* A zip archive whose parts are those of a workbook: the name is looked for in the bytes, where it stands plain. */
bool sx_io__is_xlsx(const sx_io__source *s) {
  static const char part[] = "xl/workbook.xml";
  if (s->n < 4 || memcmp(s->data, "PK\3\4", 4) != 0) return false;
  const unsigned char *at = s->data, *end = s->data + s->n;
  while (at < end && (at = memchr(at, 'x', (size_t)(end - at))) != NULL) {
    if ((size_t)(end - at) >= sizeof part - 1 && memcmp(at, part, sizeof part - 1) == 0) return true;
    at++;
  }
  return false;
}

const sx_io__backend sx_io__xlsx = {.sniff = sx_io__is_xlsx, .read = xlsx_read};
