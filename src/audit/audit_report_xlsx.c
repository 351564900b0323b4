/* audit_report_xlsx.c: the publication workbook of a run, cell by cell against the store. Its sheet of checks says which result every number is
 * and by which factor it stands there; nothing else of that sheet is believed: the value comes from the store. A number that the sheet does not list was
 * typed; a listed one that is gone, or is not the result, differs; of formulas of cells it is computed what they come to.
 * The book's texts (cells, heads and feet of sheets, charts, comments, names, formats) are read as a page's are (audit_report_xlsx_texts.c). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_report_xlsx.h"
#include "shuxiao/report_number_key.h"

enum { PART_MAX = 256 << 20, CHECK_COLUMNS = 8, HEAD_ROWS = 3, CHARTS_MAX = 1000 };

static sx_status memory(const sx_book *b) {
  return sx_error_memory(b->t->err);
}

static bool is(const char *a, const char *b) {
  return strcmp(a, b) == 0;
}

/* ---- names of sheets, shared texts --------------------------------------------------------------------------------- */

static sx_status book_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  sx_book *b = data;
  const char *title = sx_xml_attribute(attributes, "name"), *id = sx_xml_attribute(attributes, "id");
  (void)err;
  if (!is(name, "sheet") || !title || !id) return SX_OK;
  const size_t n = b->n_sheets;
  if (!sx_arena_grow(b->arena, (void **)&b->names, &b->cap_names, n + 1, sizeof *b->names) ||
      !sx_arena_grow(b->arena, (void **)&b->ids, &b->cap_ids, n + 1, sizeof *b->ids) ||
      !sx_arena_grow(b->arena, (void **)&b->parts, &b->cap_parts, n + 1, sizeof *b->parts))
    return memory(b);
  b->names[n] = sx_arena_strdup(b->arena, title);
  b->ids[n] = sx_arena_strdup(b->arena, id);
  b->parts[n] = NULL;
  if (!b->names[n] || !b->ids[n]) return memory(b);
  b->n_sheets++;
  if (is(title, "核对") || is(title, "Checks")) b->checks = b->names[n];
  return SX_OK;
}

static sx_status name_part(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  sx_book *b = data;
  (void)type;
  (void)err;
  for (size_t i = 0; id && i < b->n_sheets; i++) {
    if (!is(b->ids[i], id)) continue;
    b->parts[i] = sx_arena_strdup(b->arena, target);
    if (!b->parts[i]) return memory(b);
  }
  return SX_OK;
}

static sx_status shared_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  sx_book *b = data;
  (void)attributes;
  (void)err;
  if (is(name, "si")) sx_buf_reset(&b->text);
  if (is(name, "rPh")) b->skip = true;
  b->take = is(name, "t") && !b->skip;
  return SX_OK;
}

static sx_status shared_end(void *data, const char *name, sx_error *err) {
  sx_book *b = data;
  b->take = false;
  if (is(name, "rPh")) b->skip = false;
  if (!is(name, "si")) return SX_OK;
  SX_TRY(sx_buf_status(&b->text, err));
  if (!sx_arena_grow(b->arena, (void **)&b->shared, &b->cap_shared, b->n_shared + 1, sizeof *b->shared))
    return memory(b);
  b->shared[b->n_shared] = sx_arena_strndup(b->arena, b->text.n ? b->text.data : "", b->text.n);
  return b->shared[b->n_shared++] ? SX_OK : memory(b);
}

static sx_status characters(void *data, const char *text, size_t n, sx_error *err) {
  sx_book *b = data;
  (void)err;
  if (b->take) sx_buf_add_n(b->in_code ? &b->code : &b->text, text, n);
  return SX_OK;
}

/* ---- the sheet of checks ------------------------------------------------------------------------------------------- */

static size_t row_of(const char *cell) {
  size_t row = 0;
  for (const char *c = cell; *c; c++) {
    if (*c >= '0' && *c <= '9' && row < 100000000) row = 10 * row + (size_t)(*c - '0');
  }
  return row;
}

static const char *shared_text(const sx_book *b, const char *number) {
  int64_t at = -1;
  if (!sx_text_to_int64(&at, number, strlen(number)) || at < 0 || (size_t)at >= b->n_shared) return "";
  return b->shared[at];
}

/* Excel shares texts, other programs set them into their cells. */
static bool is_text(const sx_book *b) {
  return is(b->type, "s") || is(b->type, "inlineStr") || is(b->type, "str");
}

/* In the book's arena; NULL: no memory. */
static const char *text_of(const sx_book *b, const char *value) {
  return is(b->type, "s") ? shared_text(b, value) : sx_arena_strdup(b->arena, value);
}

/* Columns A sheet, B cell, C result, D factor, E published. */
static sx_status check_cell(sx_book *b, const char *value) {
  const char column = b->cell[0];
  const bool text = is_text(b);
  const char *words = text ? text_of(b, value) : NULL;
  double number = (double)NAN;
  if (b->cell[1] < '0' || b->cell[1] > '9') return SX_OK;
  if (column == 'A') b->line = (sx_book_line){.row = row_of(b->cell), .factor = (double)NAN, .published = (double)NAN};
  if (b->line.row <= HEAD_ROWS || b->line.row != row_of(b->cell)) return SX_OK;
  if (text && !words) return memory(b);
  if (!text && !sx_text_to_double(&number, value, strlen(value))) return SX_OK;
  if (column == 'A' && text) b->line.sheet = words;
  if (column == 'B' && text) b->line.cell = words;
  if (column == 'C' && text) b->line.reference = words;
  if (column == 'D') b->line.factor = number;
  if (column != 'E' || !b->line.sheet || !b->line.cell || !b->line.reference) return SX_OK;
  b->line.published = number;
  b->line.outside = is(b->line.reference, "外部数字") || is(b->line.reference, "outside figure");
  if (!sx_arena_grow(b->arena, (void **)&b->items, &b->cap, b->n + 1, sizeof *b->items)) return memory(b);
  b->items[b->n++] = b->line;
  return SX_OK;
}

static int by_place(const void *a, const void *b) {
  const sx_book_line *x = a, *y = b;
  const int sheet = strcmp(x->sheet, y->sheet);
  return sheet ? sheet : strcmp(x->cell, y->cell);
}

/* ---- numbers against results --------------------------------------------------------------------------------------- */

sx_status sx_audit__book_tell(sx_book *b, sx_audit_trace *trace, const char *sheet, const char *cell,
                              const char *printed) {
  b->t->place = sx_arena_printf(b->t->out->arena, "%s: %s!%s", b->t->file, sheet, cell);
  if (!b->t->place) return memory(b);
  const sx_status status = sx_audit__trace(b->t, trace, printed, strlen(printed));
  b->t->place = NULL;
  return status;
}

static sx_status result_of(bool *found, double *value, const sx_book *b, const sx_book_line *item) {
  sx_number_key key = {.decimals = 0};
  double high;
  const size_t n = strlen(item->reference);
  *found = false;
  *value = (double)NAN;
  if (n >= sizeof key.reference) return SX_OK;
  memcpy(key.reference, item->reference, n + 1);
  return sx_number_key_look_up(found, value, &high, &key, b->t->store, b->t->run, b->t->err);
}

/* Cells hold 16 digits of what the report rounds by their format alone. */
static bool book_same(double cell, double result) {
  return isfinite(cell) && isfinite(result) && fabs(cell - result) <= 1e-12 * fabs(result);
}

static sx_status judge(sx_book *b, const sx_book_line *item, const char *sheet, const char *cell, const char *printed) {
  char expected[SX_DOUBLE_TEXT_MAX] = "";
  double number = (double)NAN, result = (double)NAN;
  bool found = false;
  sx_audit_trace trace = {.verdict = SX_TRACE_AGREES, .reference = item->reference};
  (void)sx_text_to_double(&number, printed, strlen(printed));
  if (item->outside) {
    trace.verdict = number == item->published ? SX_TRACE_EXEMPT : SX_TRACE_DIFFERS;
    trace.reference = NULL;
    trace.reason = number == item->published ? "outside" : "not the outside figure of the report";
    result = item->published;
  } else {
    SX_TRY(result_of(&found, &result, b, item));
    result *= item->factor;
    if (!found || !book_same(number, result)) {
      trace.verdict = SX_TRACE_DIFFERS;
      trace.reason = !found ? "the run has no such result" : "not the result";
    }
  }
  if (trace.verdict == SX_TRACE_DIFFERS && isfinite(result)) {
    (void)sx_text_from_double(expected, result);
    trace.expected = expected;
  }
  return sx_audit__book_tell(b, &trace, sheet, cell, printed);
}

sx_book_line *sx_audit__book_line(const sx_book *b, const char *sheet, const char *cell) {
  const sx_book_line key = {.sheet = sheet, .cell = cell};
  return b->n ? bsearch(&key, b->items, b->n, sizeof *b->items, by_place) : NULL;
}

static sx_status number_cell(sx_book *b, const char *value) {
  sx_book_line *item = sx_audit__book_line(b, b->sheet, b->cell);
  if (item) {
    item->seen = true;
    return judge(b, item, b->sheet, b->cell, value);
  }
  sx_audit_trace typed = {.verdict = SX_TRACE_UNBOUND};
  return sx_audit__book_tell(b, &typed, b->sheet, b->cell, value);
}

/* ---- sheets -------------------------------------------------------------------------------------------------------- */

static void copy(char *out, size_t size, const char *text) {
  const size_t n = text ? strlen(text) : 0;
  const size_t keep = n < size ? n : size - 1;
  if (keep) memcpy(out, text, keep);
  out[keep] = '\0';
}

/* What a sheet shows besides its cells. */
static bool is_margin(const char *name) {
  static const char *const margins[] = {"oddHeader",  "oddFooter",   "evenHeader",
                                        "evenFooter", "firstHeader", "firstFooter"};
  return SX_ONE_OF(name, margins);
}

/* &C, &"Arial,Bold", &12 say how a head is set: blanks. && is the sign. */
static void without_codes(char *text) {
  for (char *c = text; *c; c++) {
    if (*c != '&' || !c[1]) continue;
    char *end = c + 2;
    if (c[1] == '"') end += strcspn(end, "\"") + (strchr(end, '"') != NULL);
    if (c[1] >= '0' && c[1] <= '9') end = c + 1 + strspn(c + 1, "0123456789");
    memset(c, ' ', (size_t)(end - c));
    c = end - 1;
  }
}

static sx_status sheet_attributes(sx_book *b, const char *name, const char *const *attributes) {
  static const char *const prompts[] = {"prompt", "promptTitle", "error", "errorTitle", "tooltip"};
  if (!is(name, "dataValidation") && !is(name, "hyperlink")) return SX_OK;
  for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
    const char *text = sx_xml_attribute(attributes, prompts[i]), *cell = sx_xml_attribute(attributes, "ref");
    if (text && *text) SX_TRY(sx_audit__book_text(b, b->sheet, cell ? cell : prompts[i], text, strlen(text)));
  }
  return SX_OK;
}

static sx_status sheet_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  sx_book *b = data;
  (void)err;
  if (is(name, "c")) {
    copy(b->cell, sizeof b->cell, sx_xml_attribute(attributes, "r"));
    copy(b->type, sizeof b->type, sx_xml_attribute(attributes, "t"));
    b->in_cell = true;
    b->formula = false;
    sx_buf_reset(&b->text);
    sx_buf_reset(&b->code);
  }
  b->in_code = b->in_cell && is(name, "f");
  b->formula = b->formula || b->in_code;
  if (is_margin(name)) sx_buf_reset(&b->text);
  b->take = (b->in_cell && (is(name, "v") || is(name, "f") || is(name, "t"))) || is_margin(name);
  return b->in_cell ? SX_OK : sheet_attributes(b, name, attributes);
}

static sx_status keep_number(sx_book *b) {
  sx_book_number number = {.place = sx_audit__book_place(b, b->sheet, b->cell)};
  if (!number.place || !sx_text_to_double(&number.value, b->text.data, b->text.n)) return SX_OK;
  if (!sx_arena_grow(b->arena, (void **)&b->numbers, &b->cap_numbers, b->n_numbers + 1, sizeof *b->numbers))
    return memory(b);
  b->numbers[b->n_numbers++] = number;
  return SX_OK;
}

static sx_status keep_formula(sx_book *b) {
  if (!sx_arena_grow(b->arena, (void **)&b->formulas, &b->cap_formulas, b->n_formulas + 1, sizeof *b->formulas))
    return memory(b);
  SX_TRY(sx_buf_status(&b->code, b->t->err));
  const sx_book_formula c = {b->sheet, sx_arena_strdup(b->arena, b->cell),
                             sx_arena_strndup(b->arena, b->code.n ? b->code.data : "", b->code.n),
                             sx_arena_strndup(b->arena, b->text.n ? b->text.data : "", b->text.n)};
  if (!c.cell || !c.value || !c.code) return memory(b);
  b->formulas[b->n_formulas++] = c;
  return SX_OK;
}

/* A text that several cells share is read at the first. Of the checks only the head: its lines are the checks themselves. */
static sx_status text_cell(sx_book *b) {
  const char *text = b->text.data;
  size_t n = b->text.n;
  int64_t at = -1;
  if (!is_text(b) || (b->is_checks && row_of(b->cell) > HEAD_ROWS)) return SX_OK;
  if (is(b->type, "s")) {
    if (!sx_text_to_int64(&at, text, n) || at < 0 || (size_t)at >= b->n_shared) return SX_OK;
    if (!b->told) b->told = sx_arena_zalloc(b->arena, b->n_shared, sizeof *b->told);
    if (!b->told) return memory(b);
    if (b->told[at]) return SX_OK;
    b->told[at] = true;
    text = b->shared[at];
    n = strlen(text);
  }
  return sx_audit__book_text(b, b->sheet, b->cell, text, n);
}

static sx_status cell_end(sx_book *b) {
  const bool number = b->type[0] == '\0' || is(b->type, "n");
  b->in_cell = false;
  SX_TRY(sx_buf_status(&b->text, b->t->err));
  if (!b->cell[0]) return SX_OK;
  if (!b->text.n) return b->formula && number && !b->scanning ? keep_formula(b) : SX_OK; /* left to Excel to compute */
  const size_t own = b->n_numbers;
  if (number) SX_TRY(keep_number(b));
  if (b->scanning) return SX_OK;
  if (!number) SX_TRY(text_cell(b));
  if (b->formula) return number ? keep_formula(b) : SX_OK;
  if (b->is_checks) return check_cell(b, b->text.data);
  if (!number) return SX_OK;
  const size_t before = b->t->out->n_differ;
  SX_TRY(number_cell(b, b->text.data));
  if (own < b->n_numbers) b->numbers[own].wrong = b->t->out->n_differ > before;
  return SX_OK;
}

static sx_status sheet_end(void *data, const char *name, sx_error *err) {
  sx_book *b = data;
  b->take = b->in_code = false;
  if (is(name, "c")) return cell_end(b);
  if (!is_margin(name)) return SX_OK;
  SX_TRY(sx_buf_status(&b->text, err));
  if (!b->text.n) return SX_OK;
  without_codes(b->text.data);
  return sx_audit__book_text(b, b->sheet, name, b->text.data, b->text.n);
}

static sx_status read_sheet(sx_book *b, size_t i, bool checks) {
  const sx_xml_handler handler = {b, sheet_start, sheet_end, characters};
  b->sheet = b->names[i];
  b->is_checks = checks;
  if (!b->parts[i] || !sx_archive_has(b->archive, b->parts[i]))
    return sx_error_set(b->t->err, SX_E_PARSE, b->t->file, "the workbook has lost its sheet '%s'", b->names[i]);
  return sx_archive_xml(b->archive, b->parts[i], PART_MAX, &handler, b->t->err);
}

/* ---- sheets that were renamed --------------------------------------------------------------------------------------- */

static size_t sheet_called(const sx_book *b, const char *name) {
  size_t i = 0;
  while (i < b->n_sheets && !is(b->names[i], name)) i++;
  return i;
}

/* Of the lines [from, to) of the checks, those whose number stands in the same cell of sheet i. */
static size_t lines_in(const sx_book *b, size_t from, size_t to, size_t i) {
  size_t n = 0;
  for (size_t k = from; k < to; k++) {
    const sx_book_number *number = sx_audit__book_number(b, sx_audit__book_place(b, b->names[i], b->items[k].cell));
    n += number && number->value == b->items[k].published;
  }
  return n;
}

/* The lines [from, to) name a sheet that is not there: they are of the one that has most of their numbers, where that is most of them. */
static sx_status find_renamed(sx_book *b, size_t from, size_t to) {
  size_t best = b->n_sheets, most = (to - from) / 2;
  for (size_t i = 0; i < b->n_sheets; i++) {
    if (b->names[i] == b->checks || b->were[i]) continue;
    const size_t n = lines_in(b, from, to, i);
    if (n <= most) continue;
    most = n;
    best = i;
  }
  if (best == b->n_sheets) return SX_OK;
  b->were[best] = b->items[from].sheet;
  for (size_t k = from; k < to; k++) b->items[k].sheet = b->names[best];
  return SX_OK;
}

/* Sheets that the checks call otherwise are told where the book is held against the published one; here their lines are found. */
static sx_status find_all_renamed(sx_book *b) {
  bool lost = false;
  for (size_t k = 0; k < b->n && !lost; k++) lost = sheet_called(b, b->items[k].sheet) == b->n_sheets;
  if (!lost) return SX_OK;
  b->were = sx_arena_zalloc(b->arena, b->n_sheets, sizeof *b->were);
  if (!b->were) return memory(b);
  b->scanning = true;
  for (size_t i = 0; i < b->n_sheets; i++)
    if (b->names[i] != b->checks) SX_TRY(read_sheet(b, i, false));
  b->scanning = false;
  sx_audit__book_sort(b);
  for (size_t from = 0, to; from < b->n; from = to) {
    const char *sheet = b->items[from].sheet;
    for (to = from + 1; to < b->n && is(b->items[to].sheet, sheet);) to++;
    if (sheet_called(b, sheet) == b->n_sheets) SX_TRY(find_renamed(b, from, to));
  }
  b->n_numbers = 0;
  qsort(b->items, b->n, sizeof *b->items, by_place);
  return SX_OK;
}

/* What the checks list and no sheet holds. */
static sx_status missing_numbers(sx_book *b) {
  for (size_t i = 0; i < b->n; i++) {
    if (b->items[i].seen) continue;
    sx_audit_trace gone = {.verdict = SX_TRACE_DIFFERS,
                           .reference = b->items[i].outside ? NULL : b->items[i].reference,
                           .reason = "no number stands in its cell"};
    SX_TRY(sx_audit__book_tell(b, &gone, b->items[i].sheet, b->items[i].cell, ""));
  }
  return SX_OK;
}

/* The checks' own column of published values. */
static sx_status check_published(sx_book *b) {
  for (size_t i = 0; i < b->n; i++) {
    char text[SX_DOUBLE_TEXT_MAX];
    const char *cell = sx_arena_printf(b->arena, "E%zu", b->items[i].row);
    if (!cell) return memory(b);
    if (b->items[i].outside || !isfinite(b->items[i].published)) continue;
    text[sx_text_from_double(text, b->items[i].published)] = '\0';
    const size_t before = b->t->out->n_differ;
    SX_TRY(judge(b, &b->items[i], b->checks, cell, text));
    sx_book_number *number = sx_audit__book_number(b, sx_audit__book_place(b, b->checks, cell));
    if (number) number->wrong = b->t->out->n_differ > before;
  }
  return SX_OK;
}

static sx_status read_book(sx_book *b) {
  const sx_xml_handler book = {b, book_start, NULL, NULL};
  const sx_xml_handler shared = {b, shared_start, shared_end, characters};
  SX_TRY(sx_archive_xml(b->archive, "xl/workbook.xml", PART_MAX, &book, b->t->err));
  SX_TRY(sx_audit__relations(&b->t->ctx, b->archive, "xl/workbook.xml", true, name_part, b, b->t->err));
  if (sx_archive_has(b->archive, "xl/sharedStrings.xml"))
    SX_TRY(sx_archive_xml(b->archive, "xl/sharedStrings.xml", PART_MAX, &shared, b->t->err));
  if (!b->checks && b->of_chart) return SX_OK;
  if (!b->checks)
    return sx_error_set(b->t->err, SX_E_DATA, b->t->file,
                        "the workbook has no sheet 'Checks' (核对): it is not a publication workbook");
  for (size_t i = 0; i < b->n_sheets; i++) {
    if (b->names[i] == b->checks) SX_TRY(read_sheet(b, i, true));
  }
  if (b->n) qsort(b->items, b->n, sizeof *b->items, by_place);
  SX_TRY(find_all_renamed(b));
  for (size_t i = 0; i < b->n_sheets; i++) {
    if (b->names[i] != b->checks) SX_TRY(read_sheet(b, i, false));
  }
  sx_audit__book_sort(b);
  SX_TRY(check_published(b));
  SX_TRY(missing_numbers(b));
  SX_TRY(sx_audit__book_formulas(b));
  SX_TRY(sx_audit__book_names(b));
  return sx_audit__book_texts(b);
}

/* ---- what a chart keeps of the cells ------------------------------------------------------------------------------- */

static sx_status judge_computed(sx_book *b, const sx_kept_number *kept, const char *sheet) {
  sx_audit_trace trace = {.verdict = SX_TRACE_UNBOUND};
  double here = (double)NAN, there = (double)NAN;
  for (size_t i = 0; i < b->n_formulas; i++) {
    const sx_book_formula *c = &b->formulas[i];
    if (!is(c->sheet, kept->sheet) || !is(c->cell, kept->cell)) continue;
    const bool computes = *c->value ? sx_text_to_double(&there, c->value, strlen(c->value))
                                    : sx_audit__book_computed(&there, b, c->sheet, c->code);
    if (!computes || !sx_text_to_double(&here, kept->value, strlen(kept->value))) continue;
    if (fabs(here - there) <= 1e-9 * fabs(there) + 1e-12)
      return SX_OK; /* no result of its own: a help of the drawing */
    trace = (sx_audit_trace){.verdict = SX_TRACE_DIFFERS,
                             .expected = c->value,
                             .reason = "the chart draws another number than its workbook computes"};
  }
  return sx_audit__book_tell(b, &trace, sheet, kept->cell, kept->value);
}

/* What a label prints of a cell's result, in the cell's unit or its own. */
static sx_status judge_shown(sx_book *b, const sx_kept_number *kept, const sx_book_line *item, const char *sheet) {
  sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS, .reason = "the label is not the result of its cell"};
  sx_printed printed[2];
  char expected[SX_DOUBLE_TEXT_MAX] = "";
  double result = (double)NAN;
  bool found = false;
  size_t n = 0;
  const sx_text_run plain = {0};
  SX_TRY(sx_audit__printed(printed, &n, 2, b->t, kept->value, strlen(kept->value), &plain));
  if (!n) return SX_OK; /* a symbol */
  if (item && !item->outside) {
    trace.reference = item->reference;
    SX_TRY(result_of(&found, &result, b, item));
  } else if (item) {
    result = item->published;
    found = true;
  }
  if (found && n == 1 &&
      (sx_audit__rounds_to(printed, result, false) || sx_audit__rounds_to(printed, result * item->factor, false)))
    trace = (sx_audit_trace){.verdict = SX_TRACE_AGREES, .reference = trace.reference};
  if (trace.verdict == SX_TRACE_DIFFERS && isfinite(result)) {
    (void)sx_text_from_double(expected, result);
    trace.expected = expected;
  }
  if (item && item->outside && trace.verdict == SX_TRACE_AGREES) return SX_OK;
  return sx_audit__book_tell(b, &trace, sheet, kept->cell, kept->value);
}

static sx_status judge_kept(sx_book *b, const sx_kept_number *kept) {
  const sx_book_line *item = sx_audit__book_line(b, kept->sheet, kept->cell);
  const char *sheet = sx_arena_printf(b->t->out->arena, "drawn, %s", kept->sheet);
  if (!sheet) return memory(b);
  if (kept->shown) return judge_shown(b, kept, item, sheet);
  return item ? judge(b, item, sheet, kept->cell, kept->value) : judge_computed(b, kept, sheet);
}

/* The charts of the workbook itself: Excel draws what they keep until it computes anew. */
static sx_status own_charts(sx_book *b) {
  for (int i = 1; i <= CHARTS_MAX; i++) {
    char part[40], *xml = NULL;
    sx_kept_number *kept = NULL;
    size_t n = 0, n_kept = 0;
    (void)snprintf(part, sizeof part, "xl/charts/chart%d.xml", i);
    if (!sx_archive_has(b->archive, part)) continue;
    SX_TRY(sx_archive_read(&xml, &n, b->archive, part, PART_MAX, b->t->err));
    sx_status status = sx_audit__chart_kept(&kept, &n_kept, b->arena, b->t, xml, n);
    sx_mem_free(&b->t->ctx, xml);
    for (size_t k = 0; k < n_kept && status == SX_OK; k++) status = judge_kept(b, &kept[k]);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- workbooks ------------------------------------------------------------------------------------------------------ */

static sx_status open_and_read(sx_book *b, const void *data, size_t n, const sx_kept_number *kept, size_t n_kept) {
  sx_status status = SX_OK;
  sx_buf_init(&b->text, &b->t->ctx);
  sx_buf_init(&b->code, &b->t->ctx);
  SX_TRY_GOTO(status, sx_arena_new(&b->arena, &b->t->ctx, b->t->err), done);
  SX_TRY_GOTO(status, sx_archive_open(&b->archive, &b->t->ctx, b->t->file, data, n, b->t->err), done);
  SX_TRY_GOTO(status, read_book(b), done);
  for (size_t i = 0; i < n_kept && b->checks && status == SX_OK; i++) status = judge_kept(b, &kept[i]);
  if (status == SX_OK && b->checks) status = own_charts(b);
done:
  sx_archive_close(b->archive);
  if (b->maker) sx_audit__text_maker_clear(b->maker);
  sx_audit_text_free(b->words);
  sx_arena_free(b->arena);
  sx_buf_clear(&b->text);
  sx_buf_clear(&b->code);
  return status;
}

sx_status sx_audit__chart_book(sx_tracer *t, const void *data, size_t n, const sx_kept_number *kept, size_t n_kept) {
  sx_book b = {.t = t, .of_chart = true};
  return open_and_read(&b, data, n, kept, n_kept);
}

sx_status sx_audit__workbook(sx_tracer *t, const sx_file_parts *file) {
  sx_book b = {.t = t};
  char *data = NULL;
  size_t n = 0;
  t->file = sx_arena_strdup(t->out->arena, file->path);
  if (!t->file) return sx_error_memory(t->err);
  SX_TRY(sx_audit__bytes(&data, &n, t, file));
  const sx_status status = open_and_read(&b, data, n, NULL, 0);
  sx_mem_free(&t->ctx, data);
  return status;
}
