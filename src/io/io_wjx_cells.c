/* io_wjx_cells.c: what stands in the cells of an export: missing answers, several answers in one cell, texts beside an option, times. */
#include "io_wjx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char sx_io__wjx_skipped[] = "(跳过)", sx_io__wjx_empty[] = "(空)";

sx_status sx_io__wjx_error(const wjx_sheet *sheet, const wjx_slot *slot, size_t row, sx_error *err, const char *fmt,
                           ...) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  (void)snprintf(where, sizeof where, "%.200s: case %zu (row %zu), column '%.100s'", sheet->name, row + 1, row + 2,
                 slot->from->name);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(err, SX_E_DATA, where, "%s", message);
}

/* ---- spans ----------------------------------------------------------------------------------------------------------- */

static wjx_span trim(const char *text, size_t n) {
  static const char wide[] = "\xE3\x80\x80";
  for (bool more = true; more && n;) {
    more = false;
    if (*text == ' ' || *text == '\t') text++, n--, more = true;
    if (n >= 3 && memcmp(text, wide, 3) == 0) text += 3, n -= 3, more = true;
    if (n && (text[n - 1] == ' ' || text[n - 1] == '\t')) n--, more = true;
    if (n >= 3 && memcmp(text + n - 3, wide, 3) == 0) n -= 3, more = true;
  }
  return (wjx_span){text, n};
}

bool sx_io__wjx_same(wjx_span a, wjx_span b) {
  return a.n == b.n && memcmp(a.text, b.text, a.n) == 0;
}

bool sx_io__wjx_only_digits(const char *text) {
  return text[strspn(text, "0123456789")] == '\0';
}

static bool is(wjx_span a, const char *text) {
  return a.n == strlen(text) && memcmp(a.text, text, a.n) == 0;
}

static const char *find(wjx_span in, const char *mark) {
  const size_t k = strlen(mark);
  for (const char *p = in.text; (size_t)(in.text + in.n - p) >= k; p++) {
    p = memchr(p, mark[0], (size_t)(in.text + in.n - p));
    if (!p || (size_t)(in.text + in.n - p) < k) return NULL;
    if (memcmp(p, mark, k) == 0) return p;
  }
  return NULL;
}

static bool begins(const char *at, const char *end, const char *mark) {
  const size_t k = strlen(mark);
  return (size_t)(end - at) >= k && memcmp(at, mark, k) == 0;
}

static const char text_open[] = "〖", text_close[] = "〗";

/* Behind the text in brackets that begins at `at`, brackets within it in pairs; NULL: it does not end. */
static const char *behind(const char *at, const char *end) {
  size_t depth = 0;
  for (; at < end; at++) {
    if (begins(at, end, text_open)) depth++;
    if (begins(at, end, text_close) && --depth == 0) return at + strlen(text_close);
  }
  return NULL;
}

/* The mark outside of texts beside options: "其他〖a┋b〗" is one answer. */
static const char *find_outside(wjx_span in, const char *mark) {
  const char *end = in.text + in.n;
  if (!find(in, mark)) return NULL; /* as most cells */
  for (const char *p = in.text; p < end; p++) {
    const char *next = begins(p, end, text_open) ? behind(p, end) : NULL;
    if (next) p = next;
    if (p < end && begins(p, end, mark)) return p;
    if (next) p--; /* another text may follow at once */
  }
  return NULL;
}

/* ---- cells ----------------------------------------------------------------------------------------------------------- */

static sx_status cell_text(wjx_span *out, const sx_column *c, size_t row, sx_arena *arena, sx_error *err) {
  char text[SX_DOUBLE_TEXT_MAX > 32 ? SX_DOUBLE_TEXT_MAX : 32];
  size_t n = 0;
  if (c->type == SX_TEXT || c->type == SX_CATEGORY) {
    out->text = sx_dict_get(c->dict, c->data.code[row], &out->n);
    return SX_OK;
  }
  if (c->type == SX_NUMBER)
    n = sx_text_from_double(text, c->data.f64[row]);
  else if (c->type == SX_DATE)
    n = sx_date_text(text, c->data.i64[row]);
  else
    n = (size_t)snprintf(text, sizeof text, "%lld", (long long)c->data.i64[row]);
  const char *copy = sx_arena_strndup(arena, text, n);
  if (!copy) return sx_error_memory(err);
  *out = (wjx_span){copy, n};
  return SX_OK;
}

static wjx_state state_of(wjx_span all) {
  if (!all.n) return WJX_NOTHING;
  if (is(all, "-3") || is(all, sx_io__wjx_skipped) || is(all, "（跳过）")) return WJX_SKIPPED;
  if (is(all, "-2") || is(all, sx_io__wjx_empty) || is(all, "（空）")) return WJX_EMPTY;
  return WJX_VALUE;
}

/* "其他〖text〗": what stands before is the option. A cell that begins with 〖 is a text as any other. */
static void cut_fill(wjx_part *out, wjx_span all) {
  out->option = all;
  out->fill = (wjx_span){NULL, 0};
  const char *at = find(all, text_open);
  if (!at || at == all.text || all.n < 3 || memcmp(all.text + all.n - 3, text_close, 3) != 0) return;
  const size_t before = (size_t)(at - all.text);
  out->option = trim(all.text, before);
  out->fill = trim(at + 3, all.n - before - 6);
}

bool sx_io__wjx_next(wjx_part *out, size_t *at, const wjx_column *column, size_t row) {
  const wjx_cell *cell = &column->cells[row];
  while (cell->state == WJX_VALUE && *at < cell->all.n) {
    wjx_span rest = {cell->all.text + *at, cell->all.n - *at};
    const char *cut = column->cut ? find_outside(rest, column->cut) : NULL;
    *at = cut ? (size_t)(cut - cell->all.text) + strlen(column->cut) : cell->all.n;
    if (cut) rest.n = (size_t)(cut - rest.text);
    rest = trim(rest.text, rest.n);
    if (!rest.n) continue;
    if (column->cut || column->filled)
      cut_fill(out, rest);
    else
      *out = (wjx_part){.option = rest};
    out->integer = sx_text_to_int64(&out->code, out->option.text, out->option.n);
    return true;
  }
  return false;
}

/* ---- kinds ----------------------------------------------------------------------------------------------------------- */

/* "1;3": several codes, though a semicolon among texts is a character like any other. */
static bool codes_in_list(const wjx_column *c, size_t rows, const char *cut) {
  wjx_column as = *c;
  bool some = false;
  as.cut = cut;
  as.filled = true;
  for (size_t r = 0; r < rows; r++) {
    wjx_part part;
    if (c->cells[r].state != WJX_VALUE) continue;
    some = some || find_outside(c->cells[r].all, cut) != NULL;
    for (size_t at = 0; sx_io__wjx_next(&part, &at, &as, r);)
      if (!part.integer) return false;
  }
  return some;
}

bool sx_io__wjx_twice(const wjx_column *c, size_t row) {
  wjx_part one, other;
  for (size_t at = 0; sx_io__wjx_next(&one, &at, c, row);)
    for (size_t next = at; sx_io__wjx_next(&other, &next, c, row);)
      if (sx_io__wjx_same(one.option, other.option)) return true;
  return false;
}

/* Rankings in one cell: most answers are lists, and hardly a list (one in ten) names an option twice. */
static bool is_order(wjx_column *c, size_t rows, const char *arrow) {
  size_t lists = 0, valid = 0;
  wjx_column as = *c;
  as.cut = arrow;
  for (size_t r = 0; r < rows; r++) {
    if (c->cells[r].state != WJX_VALUE) continue;
    valid++;
    lists += find_outside(c->cells[r].all, arrow) != NULL;
    if (sx_io__wjx_twice(&as, r) && !c->n_twice++) c->twice = r;
  }
  const bool most = lists && 2 * lists >= valid;
  if (!most) c->n_twice = 0; /* a text in which arrows occur */
  return most && 10 * c->n_twice <= lists;
}

static void find_kind(wjx_column *c, size_t rows) {
  static const char several[] = "┋", thin[] = "│", arrow[] = "→";
  bool integers = true, numbers = true, semicolon = false;
  size_t marks = 0, lines = 0, arrows = 0;
  c->kind = WJX_TEXTS;
  for (size_t r = 0; r < rows; r++) {
    const wjx_span all = c->cells[r].all;
    if (c->cells[r].state != WJX_VALUE) continue;
    marks += find_outside(all, several) != NULL;
    lines += find_outside(all, thin) != NULL;
    arrows += find_outside(all, arrow) != NULL;
    wjx_part part;
    cut_fill(&part, all);
    c->filled = c->filled || part.fill.text;
    int64_t i;
    double x;
    integers = integers && sx_text_to_int64(&i, part.option.text, part.option.n);
    numbers = numbers && !part.fill.text && sx_text_to_double(&x, all.text, all.n);
  }
  if (marks || lines)
    c->kind = WJX_SEVERAL, c->cut = marks ? several : thin;
  else if (arrows && is_order(c, rows, arrow))
    c->kind = WJX_ORDER, c->cut = arrow;
  else if (integers)
    c->kind = WJX_CODES;
  else if ((semicolon = codes_in_list(c, rows, ";")) || codes_in_list(c, rows, "；"))
    c->kind = WJX_SEVERAL, c->cut = semicolon ? ";" : "；";
  else if (numbers)
    c->kind = WJX_NUMBERS;
}

sx_status sx_io__wjx_column(wjx_column *out, const wjx_sheet *sheet, size_t slot, sx_error *err) {
  const sx_column *from = sheet->slots[slot].from;
  *out = (wjx_column){.slot = &sheet->slots[slot]};
  out->cells = sx_arena_zalloc(sheet->arena, sheet->rows, sizeof *out->cells);
  if (!out->cells) return sx_error_memory(err);
  SX_TRY(sx_ctx_poll(sheet->ctx, err));
  for (size_t r = 0; r < sheet->rows; r++) {
    wjx_cell *cell = &out->cells[r];
    cell->state = WJX_NOTHING;
    if (sx_column_missing(from, r)) continue;
    SX_TRY(cell_text(&cell->all, from, r, sheet->arena, err));
    cell->all = trim(cell->all.text, cell->all.n);
    cell->state = state_of(cell->all);
  }
  find_kind(out, sheet->rows);
  return SX_OK;
}

/* ---- times ----------------------------------------------------------------------------------------------------------- */

static bool digits(int64_t *out, wjx_span *in, size_t max) {
  size_t k = 0;
  int64_t value = 0;
  for (; k < in->n && k < max && in->text[k] >= '0' && in->text[k] <= '9'; k++)
    value = value * 10 + (in->text[k] - '0');
  if (!k) return false;
  in->text += k;
  in->n -= k;
  *out = value;
  return true;
}

static bool mark(wjx_span *in, const char *text) {
  const size_t k = strlen(text);
  if (in->n < k || memcmp(in->text, text, k) != 0) return false;
  in->text += k;
  in->n -= k;
  return true;
}

/* h:mm or h:mm:ss. */
static bool clock(double *out, wjx_span *in) {
  int64_t h, m, s = 0;
  if (!digits(&h, in, 4) || !mark(in, ":") || !digits(&m, in, 2)) return false;
  if (mark(in, ":") && !digits(&s, in, 2)) return false;
  if (m > 59 || s > 59) return false;
  *out = (double)(h * 3600 + m * 60 + s);
  return true;
}

bool sx_io__wjx_seconds(double *out, wjx_span text) {
  static const struct {
    const char *unit;
    double seconds;
  } units[] = {{"天", 86400}, {"小时", 3600}, {"时", 3600}, {"分钟", 60}, {"分", 60}, {"秒", 1}};
  wjx_span in = text;
  if (clock(out, &in)) return in.n == 0;
  in = text;
  if (sx_text_to_double(out, text.text, text.n)) return *out >= 0;
  *out = 0;
  for (size_t least = 0; in.n;) {
    int64_t value;
    size_t u = least;
    if (!digits(&value, &in, 9)) return false;
    while (mark(&in, " ")) continue;
    while (u < sizeof units / sizeof *units && !mark(&in, units[u].unit)) u++;
    if (u == sizeof units / sizeof *units) return false;
    *out += (double)value * units[u].seconds;
    least = u + 1;
    while (mark(&in, " ")) continue;
  }
  return text.n > 0;
}

bool sx_io__wjx_moment(double *out, int64_t *day, wjx_span text) {
  enum { DAYS_BEFORE_1970 = 141428, DAY = 86400 }; /* since 14 October 1582, the first day of .sav */
  int64_t y, m, d;
  double seconds = 0;
  char iso[16];
  wjx_span in = text;
  if (!digits(&y, &in, 4) || !(mark(&in, "/") || mark(&in, "-") || mark(&in, "年")) || !digits(&m, &in, 2))
    return false;
  if (!(mark(&in, "/") || mark(&in, "-") || mark(&in, "月")) || !digits(&d, &in, 2)) return false;
  (void)mark(&in, "日");
  if (y > 9999 || m > 12 || d > 31) return false;
  (void)snprintf(iso, sizeof iso, "%04d-%02d-%02d", (int)y, (int)m, (int)d);
  if (!sx_date_parse(day, iso, strlen(iso))) return false;
  if (in.n) {
    if (!mark(&in, "T") && !mark(&in, " ")) return false;
    while (mark(&in, " ")) continue;
    if (!clock(&seconds, &in) || in.n || seconds >= DAY) return false;
  }
  *out = (double)(*day + DAYS_BEFORE_1970) * DAY + seconds;
  return true;
}
