/* report_check.c: a number typed by hand beside numbers that are bound is one that will not change when the data do. It is
 * flagged, unless it plainly is no result: a year or date, an ordinal, the number of a section or figure, an age that
 * names a group, a confidence level, part of a word, or in code. */
#include <string.h>

#include "report_expand.h"
#include "report_macro.h"
#include "report_page.h"

typedef struct checker {
  sx_page *page;
  const char *file, *text;
  size_t n, at;
  sx_position now;
  bool bound; /* the sentence has a bound number */
  struct {
    sx_position where;
    const char *text;
    size_t n;
  } found[16];
  size_t n_found;
  sx_error *err;
} checker;

static bool digit(char c) {
  return c >= '0' && c <= '9';
}
static bool letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool starts_with_any(const char *text, size_t n, const char *const *words, size_t n_words) {
  for (size_t i = 0; i < n_words; i++) {
    const size_t k = strlen(words[i]);
    if (n >= k && memcmp(text, words[i], k) == 0) return true;
  }
  return false;
}

static bool ends_with_any(const char *text, size_t n, const char *const *words, size_t n_words) {
  for (size_t i = 0; i < n_words; i++) {
    const size_t k = strlen(words[i]);
    if (n >= k && memcmp(text + n - k, words[i], k) == 0) return true;
  }
  return false;
}
#define COUNT(a) (sizeof(a) / sizeof *(a))

static size_t skip_blanks(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && text[i] == ' ') i++;
  return i;
}

/* What follows makes it a date, an ordinal, an age, a level of confidence. */
static bool exempt_after(const char *text, size_t n, bool whole) {
  static const char *const always[] = {"st", "nd", "rd", "th"};
  static const char *const of_whole[] = {"年",        "月",      "日",        "号",      "时",       "岁",      "届",
                                         "章",        "节",      "条",        "季度",    "世纪",     "周岁",    "-year",
                                         "years old", "January", "February",  "March",   "April",    "May",     "June",
                                         "July",      "August",  "September", "October", "November", "December"};
  static const char *const level[] = {"%置信",  "% 置信",       "%的置信",    "% 的置信", "%区间",
                                      "% 区间", "% confidence", "% interval", "%水平",    "% level"};
  if (starts_with_any(text, n, level, COUNT(level))) return true;
  const size_t blanks = skip_blanks(text, n);
  if (whole && starts_with_any(text + blanks, n - blanks, of_whole, COUNT(of_whole))) return true;
  return starts_with_any(text, n, always, COUNT(always)) || (n && letter(text[0])); /* 5G, 24h */
}

static bool exempt_before(const char *text, size_t n) {
  static const char *const words[] = {
      "第",       "图",    "表",    "注",  "附录", "§",    "Figure", "Table",     "Section", "Chapter",  "Note",
      "Annex",    "aged",  "Aged",  "age", "Age",  "ages", "No.",    "Step",      "under",   "over",     "January",
      "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
  while (n && text[n - 1] == ' ') n--;
  return ends_with_any(text, n, words, COUNT(words)) || (n && text[n - 1] == '#');
}

/* 1900 to 2100 alone, unless a unit makes it an amount. */
static bool is_year(const char *text, size_t n, const char *after, size_t n_after) {
  static const char *const units[] = {"万",      "亿",      "人",       "元",         "个",   "家",     "户",
                                      "次",      "件",      "名",       "%",          "％",   "people", "yuan",
                                      "million", "billion", "trillion", "households", "cases"};
  int64_t year;
  if (n != 4 || !sx_text_to_int64(&year, text, n) || year < 1900 || year > 2100) return false;
  const size_t blanks = skip_blanks(after, n_after);
  return !starts_with_any(after + blanks, n_after - blanks, units, COUNT(units));
}

/* The end of "1,234.5", and of ranges and dates "20-29", "2025-06-30". */
static size_t number_end(const char *text, size_t n, bool *whole) {
  static const char *const dashes[] = {"-", "–", "—", "~", "～", "至", " to "};
  size_t i = 0;
  *whole = true;
  for (;;) {
    while (i < n && digit(text[i])) i++;
    if (i + 1 < n && (text[i] == '.' || text[i] == ',') && digit(text[i + 1])) {
      *whole = *whole && text[i] == ',';
      i++;
      continue;
    }
    size_t k = 0;
    for (size_t d = 0; d < COUNT(dashes) && !k; d++) {
      const size_t w = strlen(dashes[d]);
      if (i + w < n && memcmp(text + i, dashes[d], w) == 0 && digit(text[i + w])) k = w;
    }
    if (!k) return i;
    i += k;
  }
}

static void step(checker *c, size_t n) {
  sx_report__walk(&c->now, c->text, c->n, c->at, c->at + n);
  c->at += n;
}

static void take_number(checker *c) {
  const char *text = c->text + c->at;
  const size_t left = c->n - c->at;
  bool whole;
  const size_t n = number_end(text, left, &whole);
  const char *dash = memchr(text, '-', n);
  if (!dash) dash = memchr(text, ' ', n); /* "1995 to 2009" */
  const bool exempt = (c->at && letter(c->text[c->at - 1])) || exempt_before(c->text, c->at) ||
                      exempt_after(text + n, left - n, whole) || is_year(text, n, text + n, left - n) ||
                      (dash && is_year(text, (size_t)(dash - text), "", 0));
  if (!exempt && c->n_found < COUNT(c->found)) {
    const size_t percent = n < left && text[n] == '%';
    c->found[c->n_found].where = c->now;
    c->found[c->n_found].text = text;
    c->found[c->n_found++].n = n + percent;
  }
  step(c, n);
}

static sx_status end_sentence(checker *c) {
  char at[64], where[300];
  for (size_t i = 0; c->bound && i < c->n_found; i++) {
    sx_report__place(at, sizeof at, c->found[i].where.line, c->found[i].where.column);
    const size_t n = strlen(c->file) < sizeof where - 70 ? strlen(c->file) : sizeof where - 70;
    memcpy(where, c->file, n);
    where[n] = ':';
    memcpy(where + n + 1, at, strlen(at) + 1);
    SX_TRY(sx_report__warn(
        c->page, where, c->err,
        "the number %.*s is typed by hand in a sentence whose other numbers are bound: bind it, or put it "
        "in backquotes",
        (int)(c->found[i].n < 40 ? c->found[i].n : 40), c->found[i].text));
  }
  c->n_found = 0;
  c->bound = false;
  return SX_OK;
}

/* The marks that open a line: headings are skipped whole, list numbers alone. Gives the bytes to skip. */
static size_t line_start(const char *text, size_t n) {
  size_t i = skip_blanks(text, n);
  if (i < n && text[i] == '#') {
    const char *end = memchr(text, '\n', n);
    return end ? (size_t)(end - text) : n;
  }
  size_t k = i;
  while (k < n && digit(text[k])) k++;
  if (k > i && k < n && (text[k] == '.' || text[k] == ')' || strncmp(text + k, "、", 3) == 0)) {
    if (text[k] != '.' || (k + 1 < n && text[k + 1] == ' ')) return k;
  }
  return 0;
}

static bool new_block(const char *text, size_t n) {
  const size_t i = skip_blanks(text, n);
  return i == n || strchr("\r\n#|>", text[i]) ||
         ((text[i] == '-' || text[i] == '*' || text[i] == '+') && i + 1 < n && text[i + 1] == ' ') ||
         line_start(text, n) > 0 || (text[i] == '[' && i + 1 < n && text[i + 1] == '^');
}

/* A phrase that the study lists as no result ("audit: exempt"); 0: none begins here. */
static size_t listed(const checker *c) {
  const sx_node *list = sx_node_get(c->page->document, "exempt");
  if (!list || list->kind != SX_NODE_LIST || (c->at && digit(c->text[c->at - 1]))) return 0;
  size_t longest = 0;
  for (size_t i = 0; i < list->n; i++) {
    const char *phrase = list->items[i]->text;
    const size_t k = phrase && phrase[0] == c->text[c->at] ? strlen(phrase) : 0;
    if (k > longest && k <= c->n - c->at && memcmp(c->text + c->at, phrase, k) == 0) longest = k;
  }
  return longest;
}

static size_t skipped(const checker *c) {
  const char *text = c->text + c->at;
  const size_t n = c->n - c->at;
  const size_t own = listed(c);
  if (own) return own;
  if (text[0] == '`') {
    size_t ticks = 0;
    while (ticks < n && text[ticks] == '`') ticks++;
    for (size_t i = ticks; i + ticks <= n; i++) {
      if (memcmp(text + i, text, ticks) == 0) return i + ticks;
    }
    return ticks;
  }
  if (n > 2 && text[0] == ']' && text[1] == '(') {
    const char *end = memchr(text, ')', n);
    return end ? (size_t)(end - text) : 0;
  }
  if (n > 1 && text[0] == '[' && (text[1] == '^' || text[1] == '@')) {
    const char *end = memchr(text, ']', n);
    return end ? (size_t)(end - text) : 0;
  }
  return 0;
}

static bool sentence_ends(const checker *c, size_t *n_mark) {
  static const char *const marks[] = {"。", "！", "？", "；"};
  const char *text = c->text + c->at;
  const size_t n = c->n - c->at;
  *n_mark = 3;
  if (starts_with_any(text, n, marks, COUNT(marks))) return true;
  *n_mark = 1;
  if (text[0] == '\n') return new_block(text + 1, n - 1);
  return (text[0] == '.' || text[0] == '!' || text[0] == '?') && (n == 1 || text[1] == ' ' || text[1] == '\n');
}

static bool prints_number(const sx_binding *b) {
  const sx_macro_kind kind = b->kind == SX_BIND_MACRO ? sx_report__macro_kind(b->name, b->n_name) : SX_MACRO_NONE;
  return kind == SX_MACRO_CHANGE || kind == SX_MACRO_CI || (kind >= SX_MACRO_VALUE && kind < SX_MACRO_NONE);
}

static sx_status check(checker *c, sx_binding *b) {
  sx_status status = SX_OK;
  bool more = sx_report__next_binding(b, c->text, c->n, &status, NULL);
  while (c->at < c->n) {
    size_t k, lines, columns;
    if (c->at == 0 || c->text[c->at - 1] == '\n') step(c, line_start(c->text + c->at, c->n - c->at));
    if (c->at >= c->n) break;
    while (more && b->at < c->at) more = sx_report__next_binding(b, c->text, c->n, &status, NULL);
    if (more && c->at == b->at) {
      c->bound = c->bound || b->kind == SX_BIND_VALUE || prints_number(b);
      step(c, b->end - b->at);
      more = sx_report__next_binding(b, c->text, c->n, &status, NULL);
    } else if ((k = sx_report__mark(&lines, &columns, c->text + c->at, c->n - c->at)) > 0 || (k = skipped(c)) > 0) {
      step(c, k);
    } else if (sentence_ends(c, &k)) {
      SX_TRY(end_sentence(c));
      step(c, k);
    } else if (digit(c->text[c->at])) {
      take_number(c);
    } else if (letter(c->text[c->at])) {
      while (c->at < c->n && (letter(c->text[c->at]) || digit(c->text[c->at]))) step(c, 1);
    } else {
      step(c, 1);
    }
  }
  return end_sentence(c);
}

sx_status sx_report__check_numbers(sx_page *page, const char *file, const char *text, size_t n, sx_error *err) {
  checker c = {.page = page, .file = file, .text = text, .n = n, .now = {.line = 1, .column = 1}, .err = err};
  sx_binding b = {0};
  return check(&c, &b);
}
