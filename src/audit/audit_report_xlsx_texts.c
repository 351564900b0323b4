/* audit_report_xlsx_texts.c: what a workbook says besides its numbers: texts of cells, heads of tables, charts and shapes with their alternative texts,
 * comments, heads and feet of sheets, number formats, the file's title; names of cells, each against the result that its cell holds; formulas that take a
 * cell or the difference of two, against the number that is kept for them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_report_xlsx.h"

enum { PART_MAX = 256 << 20, NAME_MAX_BYTES = 240, WORD_MAX = 240, FIT_MAX = 90 };

/* ---- texts of cells ------------------------------------------------------------------------------------------------ */

static sx_status begin_words(sx_book *b) {
  if (b->maker) return SX_OK;
  SX_TRY(sx_audit__text_new(&b->words, &b->t->ctx, SX_TEXT_DOCX, b->t->file, b->t->err));
  b->maker = sx_arena_zalloc(b->arena, 1, sizeof *b->maker);
  if (!b->maker) return sx_error_memory(b->t->err);
  sx_audit__text_maker_init(b->maker, b->words, b->t->err);
  return SX_OK;
}

sx_status sx_audit__book_text(sx_book *b, const char *sheet, const char *cell, const char *text, size_t n) {
  char within[NAME_MAX_BYTES];
  sx_part_maker *maker = NULL;
  SX_TRY(begin_words(b));
  (void)snprintf(within, sizeof within, "%.120s!%.100s", sheet, cell);
  SX_TRY(sx_audit__text_beside(&maker, b->maker, within));
  return sx_audit__text_one(maker, SX_PART_HEAD, text, n, 0, 0, NULL);
}

/* ---- other parts --------------------------------------------------------------------------------------------------- */

typedef struct owner { /* a part that a sheet shows */
  const char *part, *sheet;
} owner;

typedef struct owners {
  sx_book *b;
  owner *items;
  size_t n, cap;
  const char *sheet;
} owners;

static sx_status related(void *data, const char *id, const char *type, const char *target, sx_error *err) {
  owners *o = data;
  (void)id;
  (void)type;
  if (!sx_arena_grow(o->b->arena, (void **)&o->items, &o->cap, o->n + 1, sizeof *o->items)) return sx_error_memory(err);
  owner *item = &o->items[o->n++];
  item->sheet = o->sheet;
  item->part = sx_arena_strdup(o->b->arena, target);
  return item->part ? SX_OK : sx_error_memory(err);
}

/* What the part names as its own. */
static sx_status follow(owners *o, const char *part, const char *sheet) {
  o->sheet = sheet;
  return part ? sx_audit__relations(&o->b->t->ctx, o->b->archive, part, false, related, o, o->b->t->err) : SX_OK;
}

static sx_status find_owners(owners *o) {
  for (size_t i = 0; i < o->b->n_sheets; i++) SX_TRY(follow(o, o->b->parts[i], o->b->names[i]));
  const size_t first = o->n;
  for (size_t i = 0; i < first; i++) SX_TRY(follow(o, o->items[i].part, o->items[i].sheet));
  return SX_OK;
}

static bool is_cells(const sx_book *b, const char *part) {
  for (size_t i = 0; i < b->n_sheets; i++)
    if (b->parts[i] && strcmp(b->parts[i], part) == 0) return true;
  return strcmp(part, "xl/sharedStrings.xml") == 0 || strcmp(part, "xl/workbook.xml") == 0;
}

static sx_status other_part(const owners *o, const char *part) {
  char within[NAME_MAX_BYTES];
  const sx_book *b = o->b;
  if (strcmp(part, "xl/styles.xml") == 0)
    return sx_audit__office_texts(b->maker, b->archive, part, part, SX_OFFICE_ATTRIBUTES);
  if (sx_audit__office_silent(part) || is_cells(b, part)) return SX_OK;
  (void)snprintf(within, sizeof within, "%.200s", part);
  for (size_t i = 0; i < o->n; i++)
    if (strcmp(o->items[i].part, part) == 0)
      (void)snprintf(within, sizeof within, "%.100s (%.120s)", o->items[i].sheet, part);
  return sx_audit__office_texts(b->maker, b->archive, part, within, 0);
}

sx_status sx_audit__book_texts(sx_book *b) {
  owners o = {.b = b};
  const char *part;
  SX_TRY(begin_words(b));
  SX_TRY(find_owners(&o));
  for (size_t i = 0; (part = sx_archive_part(b->archive, i)) != NULL; i++) SX_TRY(other_part(&o, part));
  SX_TRY(sx_audit__qualities(b->t));
  if (b->words->beside) sx_audit__languages(b->t, b->words->beside);
  return sx_audit__beside(b->t, b->words->beside);
}

/* ---- formulas ------------------------------------------------------------------------------------------------------ */

/* A cell as a number: its sheet, row and column; 0: none. */
static uint64_t place_of(size_t sheet, const char **text) {
  const char *c = *text;
  uint64_t column = 0, row = 0;
  c += *c == '$';
  for (; *c >= 'A' && *c <= 'Z' && column < 16384; c++) column = 26 * column + (uint64_t)(*c - 'A' + 1);
  c += *c == '$';
  for (; *c >= '0' && *c <= '9' && row < 1048577; c++) row = 10 * row + (uint64_t)(*c - '0');
  if (!column || column > 16384 || !row || row > 1048576) return 0;
  *text = c;
  return (uint64_t)(sheet + 1) << 36 | row << 15 | column;
}

uint64_t sx_audit__book_place(const sx_book *b, const char *sheet, const char *cell) {
  for (size_t i = 0; i < b->n_sheets; i++)
    if (b->names[i] == sheet || strcmp(b->names[i], sheet) == 0 ||
        (b->were && b->were[i] && strcmp(b->were[i], sheet) == 0))
      return place_of(i, &cell);
  return 0;
}

/* 'Table_1'!$B$6, Table_1!B6, B6 (of the sheet that says so). */
static uint64_t reference(const sx_book *b, const char *sheet, const char **text) {
  char name[WORD_MAX];
  const char *mark = strchr(*text, '!'), *end = *text;
  size_t n = 0;
  if (**text == '\'') {
    for (end = *text + 1; *end && !(*end == '\'' && end[1] != '\''); end++) {
      if (*end == '\'') end++;
      if (n + 1 < sizeof name) name[n++] = *end;
    }
    if (*end != '\'' || end[1] != '!') return 0;
    end++;
  } else if (mark && strcspn(*text, "-+*/(),: ") > (size_t)(mark - *text)) {
    for (end = mark; *text + n < mark && n + 1 < sizeof name; n++) name[n] = (*text)[n];
  }
  name[n] = '\0';
  const char *cell = *end == '!' ? end + 1 : *text;
  const uint64_t place = n ? sx_audit__book_place(b, name, "A1") : sx_audit__book_place(b, sheet, "A1");
  const uint64_t found = place ? place_of((size_t)(place >> 36) - 1, &cell) : 0;
  if (found) *text = cell;
  return found;
}

static int by_key(const void *a, const void *b) {
  const sx_book_number *x = a, *y = b;
  return (x->place > y->place) - (x->place < y->place);
}

void sx_audit__book_sort(sx_book *b) {
  if (b->n_numbers) qsort(b->numbers, b->n_numbers, sizeof *b->numbers, by_key);
}

sx_book_number *sx_audit__book_number(const sx_book *b, uint64_t place) {
  const sx_book_number key = {.place = place};
  return b->n_numbers ? bsearch(&key, b->numbers, b->n_numbers, sizeof key, by_key) : NULL;
}

/* Whether a line of the checks says that a number stands there. */
static bool is_listed(const sx_book *b, uint64_t place) {
  char cell[24], letters[8];
  size_t n = 0, used = 0;
  for (uint64_t c = place & 0x7FFF; c && n < sizeof letters; c = (c - 1) / 26)
    letters[n++] = (char)('A' + (c - 1) % 26);
  while (n) cell[used++] = letters[--n];
  (void)snprintf(cell + used, sizeof cell - used, "%u", (unsigned)(place >> 15 & 0x1FFFFF));
  return sx_audit__book_line(b, b->names[(place >> 36) - 1], cell) != NULL;
}

/* An empty cell counts 0. False: its number is wrong itself, or gone, which was told. */
static bool number_at(double *out, const sx_book *b, uint64_t place) {
  const sx_book_number *found = sx_audit__book_number(b, place);
  *out = found ? found->value : 0;
  return found ? !found->wrong : !is_listed(b, place);
}

typedef struct reader { /* of a formula: sums and products of cells and numbers, MAX and MIN */
  const sx_book *b;
  const char *sheet, *at;
  int depth;
} reader;

static bool read_sum(double *out, reader *r);

static bool read_extreme(double *out, reader *r, bool greatest) {
  bool first = true;
  enum { DEPTH_MAX = 20 };
  if (++r->depth > DEPTH_MAX) return false;
  do {
    double value = 0;
    r->at += first ? strlen("MAX(") : 1;
    if (!read_sum(&value, r)) return false;
    if (first || (greatest ? value > *out : value < *out)) *out = value;
    first = false;
  } while (*r->at == ',');
  r->depth--;
  return *r->at++ == ')';
}

static bool read_primary(double *out, reader *r) {
  if (strncmp(r->at, "MAX(", 4) == 0 || strncmp(r->at, "MIN(", 4) == 0) return read_extreme(out, r, r->at[1] == 'A');
  const uint64_t place = reference(r->b, r->sheet, &r->at);
  if (place) return number_at(out, r->b, place);
  const size_t n = strspn(r->at, "0123456789.");
  if (!n || !sx_text_to_double(out, r->at, n)) return false;
  r->at += n;
  return true;
}

static bool read_product(double *out, reader *r) {
  if (!read_primary(out, r)) return false;
  while (*r->at == '*' || *r->at == '/') {
    double factor = 0;
    const bool times = *r->at++ == '*';
    if (!read_primary(&factor, r)) return false;
    *out = times ? *out * factor : *out / factor;
  }
  return true;
}

static bool read_sum(double *out, reader *r) {
  double sum = 0;
  bool minus = *r->at == '-';
  r->at += minus;
  for (;;) {
    double value = 0;
    if (!read_product(&value, r)) return false;
    sum = minus ? sum - value : sum + value;
    if (*r->at != '+' && *r->at != '-') break;
    minus = *r->at++ == '-';
  }
  *out = sum;
  return true;
}

bool sx_audit__book_computed(double *out, const sx_book *b, const char *sheet, const char *code) {
  reader r = {b, sheet, code, 0};
  return read_sum(out, &r) && !*r.at;
}

sx_status sx_audit__book_formulas(sx_book *b) {
  for (size_t i = 0; i < b->n_formulas; i++) {
    const sx_book_formula *f = &b->formulas[i];
    char text[SX_DOUBLE_TEXT_MAX];
    double kept = 0, right = 0;
    if (!sx_text_to_double(&kept, f->value, strlen(f->value)) || !sx_audit__book_computed(&right, b, f->sheet, f->code))
      continue;
    if (fabs(kept - right) <= 1e-9 * fabs(right) + 1e-12) continue;
    (void)sx_text_from_double(text, right);
    sx_audit_trace trace = {
        .verdict = SX_TRACE_DIFFERS, .expected = text, .reason = "not what the formula of its cell computes"};
    SX_TRY(sx_audit__book_tell(b, &trace, f->sheet, f->cell, f->value));
  }
  return SX_OK;
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

/* The letters and digits of a name or a reference, others as their code points: what a name keeps of its result. */
static void fitted(char out[WORD_MAX], const char *text) {
  size_t used = 0, n = strlen(text);
  for (size_t i = 0; i < n && used + 12 < WORD_MAX;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) step = 1;
    const char c = text[i];
    if (step > 1)
      used += (size_t)snprintf(out + used, 12, "u%X", (unsigned)code);
    else if (sx_is_latin((unsigned char)c) || sx_is_digit((unsigned char)c))
      out[used++] = c;
    i += step;
  }
  out[used] = '\0';
}

static bool names_result(const char *name, const char *result) {
  char a[WORD_MAX], b[WORD_MAX];
  fitted(a, name);
  fitted(b, result);
  const size_t n = strlen(b) < FIT_MAX ? strlen(b) : FIT_MAX; /* long names are cut */
  return strncmp(a, b, n) == 0;
}

typedef struct names {
  sx_book *b;
  const char *name;
  bool take;
} names;

static sx_status name_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  names *n = data;
  const char *own = sx_xml_attribute(attributes, "name");
  n->take = strcmp(name, "definedName") == 0 && own && strncmp(own, "_xlnm", 5) != 0;
  if (!n->take) return SX_OK;
  sx_buf_reset(&n->b->text);
  n->name = sx_arena_strdup(n->b->arena, own);
  return n->name ? SX_OK : sx_error_memory(err);
}

static sx_status name_text(void *data, const char *text, size_t n, sx_error *err) {
  const names *own = data;
  (void)err;
  if (own->take) sx_buf_add_n(&own->b->text, text, n);
  return SX_OK;
}

/* A cell that no line lists, or one of another result, under the name of a result that is listed. */
static sx_status wrong_name(const names *n, const char *target) {
  sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS, .reason = "the name leads to another cell than its result's"};
  bool known = false;
  for (size_t i = 0; i < n->b->n && !known; i++) {
    known = !n->b->items[i].outside && names_result(n->name, n->b->items[i].reference);
    if (known) trace.reference = n->b->items[i].reference;
  }
  return known ? sx_audit__book_tell(n->b, &trace, "name", n->name, target) : SX_OK;
}

static sx_status name_end(void *data, const char *name, sx_error *err) {
  names *n = data;
  sx_book *b = n->b;
  char cell[16];
  if (strcmp(name, "definedName") != 0 || !n->take) return SX_OK;
  n->take = false;
  SX_TRY(sx_buf_status(&b->text, err));
  if (!b->text.n) return SX_OK;
  const char *at = b->text.data;
  const char *mark = strchr(at, '!');
  if (!mark) return sx_audit__book_text(b, "name", n->name, b->text.data, b->text.n);
  const uint64_t place = reference(b, "", &at);
  if (!place || *at) return place ? SX_OK : wrong_name(n, b->text.data);
  size_t k = 0;
  for (const char *c = mark + 1; *c && k + 1 < sizeof cell; c++)
    if (*c != '$') cell[k++] = *c;
  cell[k] = '\0';
  const sx_book_line *line = sx_audit__book_line(b, b->names[(place >> 36) - 1], cell);
  return line && (line->outside || names_result(n->name, line->reference)) ? SX_OK : wrong_name(n, b->text.data);
}

sx_status sx_audit__book_names(sx_book *b) {
  names n = {.b = b};
  const sx_xml_handler handler = {&n, name_start, name_end, name_text};
  return sx_archive_xml(b->archive, "xl/workbook.xml", PART_MAX, &handler, b->t->err);
}
