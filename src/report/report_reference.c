/* report_reference.c: INDICATOR.DOMAIN[.STATISTIC][.FIELD] taken apart; bindings found in a Markdown text. */
#include "shuxiao/report.h"

#include <ctype.h>
#include <string.h>

#include "report_macro.h"

static const char *const field_names[] = {"estimate", "se", "low", "high", "n", "n_eff", "deff", "cv", "df"};

typedef struct cursor {
  const char *text;
  size_t n, at;
} cursor;

static bool plain_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Beyond ASCII a name holds anything but punctuation, signs and blanks, as names of variables do. */
static bool plain_code(uint32_t c) {
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) return false;
  if ((c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x23FF) || (c >= 0xFE30 && c <= 0xFE6F)) return false;
  if (c >= 0x3000 && c <= 0x303F) return c == 0x3005 || c == 0x3007;
  if (c >= 0xFF00 && c <= 0xFFEF)
    return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A) ||
           (c >= 0xFF66 && c <= 0xFFDC);
  return true;
}

/* Bytes of the plain character at the cursor, 0 where none stands there. */
static size_t plain_length(const cursor *c) {
  uint32_t code = 0;
  if (c->at >= c->n) return 0;
  if ((unsigned char)c->text[c->at] < 0x80) return plain_char(c->text[c->at]);
  const size_t n = sx_utf8_next(&code, c->text + c->at, c->n - c->at);
  return n && plain_code(code) ? n : 0;
}

static sx_status syntax(const cursor *c, sx_error *err, const char *what) {
  char text[160];
  const size_t n = sx_utf8_cut(c->text, c->n, sizeof text - 1);
  memcpy(text, c->text, n);
  text[n] = '\0';
  return sx_error_set(
      err, SX_E_PARSE, NULL,
      "the reference '%s': %s; a reference is INDICATOR.DOMAIN[.STATISTIC][.FIELD], as in users.total or "
      "user_rate.z.gap.se; other text stands in backquotes",
      text, what);
}

/* What some page cannot hold as it is: controls, line breaks, marks that turn the direction, what XML does not have. */
static bool needs_signs(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xFFFE || c == 0xFFFF;
}

/* What "``" at `text` (`left` bytes) stands for in a name between backquotes, as the bytes of `out` (4): a backquote, or with "^A" or "^(85)" behind it the
 * character of that sign or number. Returns how much of the text it is; 0: the name ends here. */
static size_t take_signs(char *out, size_t *n_out, const char *text, size_t left) {
  uint32_t code = 0;
  size_t n = 0;
  out[0] = '`';
  *n_out = 1;
  if (left < 2 || text[1] != '`') return 0;
  if (left < 4 || text[2] != '^') return 2;
  if (text[3] == ' ' || (text[3] >= '?' && text[3] <= '_' && text[3] != '@')) {
    out[0] = (char)(text[3] ^ 0x40);
    return 4;
  }
  if (text[3] != '(') return 2;
  for (n = 4; n < left && n < 10 && isxdigit((unsigned char)text[n]); n++)
    code = code * 16 + (uint32_t)(isdigit((unsigned char)text[n]) ? text[n] - '0' : (text[n] | 0x20) - 'a' + 10);
  if (n == 4 || n == left || text[n] != ')' || code < 0x80 || !needs_signs(code)) return 2;
  *n_out = code < 0x800 ? 2 : 3;
  out[0] = (char)(code < 0x800 ? 0xC0 | code >> 6 : 0xE0 | code >> 12);
  if (code >= 0x800) out[1] = (char)(0x80 | (code >> 6 & 0x3F));
  out[*n_out - 1] = (char)(0x80 | (code & 0x3F));
  return n + 1;
}

static void put_signs(sx_buf *out, uint32_t c) {
  if (c < 0x80) {
    sx_buf_add(out, "``^");
    sx_buf_add_char(out, (char)(c ^ 0x40));
  } else {
    sx_buf_printf(out, "``^(%X)", (unsigned)c);
  }
}

void sx_reference_put_name(sx_buf *out, const char *name, size_t n) {
  bool plain = n > 0;
  for (size_t i = 0; i < n; i++) plain = plain && plain_char(name[i]);
  if (plain) {
    sx_buf_add_n(out, name, n);
    return;
  }
  sx_buf_add_char(out, '`');
  for (size_t i = 0; i < n;) {
    uint32_t c = 0;
    const size_t bytes = sx_utf8_next(&c, name + i, n - i);
    if (bytes && (needs_signs(c) || (c == '`' && i + 1 < n && name[i + 1] == '^')))
      put_signs(out, c);
    else if (c == '`')
      sx_buf_add(out, "``");
    else
      sx_buf_add_n(out, name + i, bytes ? bytes : 1);
    i += bytes ? bytes : 1;
  }
  sx_buf_add_char(out, '`');
}

/* One name: letters and digits of any script, '_', '-' (and `extra`), or anything in backquotes. */
static sx_status take_name(char *out, size_t cap, cursor *c, const char *extra, sx_error *err) {
  size_t n = 0;
  const bool quoted = c->at < c->n && c->text[c->at] == '`';
  if (quoted) c->at++;
  while (c->at < c->n) {
    const char ch = c->text[c->at];
    char sign[4];
    size_t n_sign = 0;
    const size_t plain = plain_length(c), bytes = quoted || !plain ? 1 : plain,
                 signs = quoted && ch == '`' ? take_signs(sign, &n_sign, c->text + c->at, c->n - c->at) : 0;
    if (signs) {
      if (n + n_sign >= cap) return syntax(c, err, "a name in it is too long");
      memcpy(out + n, sign, n_sign);
      n += n_sign;
      c->at += signs;
      continue;
    }
    if (quoted ? ch == '`' : !plain && !(ch && strchr(extra, ch))) break;
    if (n + bytes >= cap) return syntax(c, err, "a name in it is too long");
    memcpy(out + n, c->text + c->at, bytes);
    n += bytes;
    c->at += bytes;
  }
  if (quoted && c->at == c->n) return syntax(c, err, "a backquote is not closed");
  if (quoted) c->at++;
  out[n] = '\0';
  return n || quoted ? SX_OK : syntax(c, err, "a name is missing");
}

static bool take(cursor *c, char ch) {
  if (c->at >= c->n || c->text[c->at] != ch) return false;
  c->at++;
  return true;
}

static sx_status take_domain(sx_reference *out, cursor *c, sx_error *err) {
  const size_t max = sizeof out->variable / sizeof *out->variable;
  do {
    if (out->n_terms == max) return syntax(c, err, "a domain crosses at most four terms");
    const size_t i = out->n_terms;
    SX_TRY(take_name(out->variable[i], sizeof out->variable[i], c, "", err));
    if (take(c, ':')) {
      SX_TRY(take_name(out->level[i], sizeof out->level[i], c, "", err));
    } else {
      memcpy(out->level[i], "1", 2);
    }
    out->n_terms++;
  } while (take(c, '*'));
  if (out->n_terms == 1 && strcmp(out->variable[0], "total") == 0 && strcmp(out->level[0], "1") == 0) out->n_terms = 0;
  return SX_OK;
}

static bool is_field(const char *name) {
  for (size_t i = 0; i < sizeof field_names / sizeof *field_names; i++) {
    if (strcmp(name, field_names[i]) == 0) return true;
  }
  return false;
}

static sx_status take_tail(sx_reference *out, cursor *c, sx_error *err) {
  char name[sizeof out->statistic];
  bool field = false;
  while (c->at < c->n) {
    if (!take(c, '.')) return syntax(c, err, "something stands after its end");
    SX_TRY(take_name(name, sizeof name, c, ":", err));
    if (!field && is_field(name)) {
      memcpy(out->field, name, strlen(name) + 1);
      field = true;
    } else if (!field && !out->statistic[0]) {
      memcpy(out->statistic, name, strlen(name) + 1);
    } else if (field) {
      return syntax(c, err, "something stands after its end");
    } else {
      return syntax(c, err, "its field is none of estimate, se, low, high, n, n_eff, deff, cv, df");
    }
  }
  return SX_OK;
}

sx_status sx_reference_parse(sx_reference *out, const char *text, size_t n, sx_error *err) {
  while (n && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r')) text++, n--;
  while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\n' || text[n - 1] == '\r')) n--;
  cursor c = {text, n, 0};
  sx_reference reference = {.field = "estimate"};
  SX_TRY(take_name(reference.indicator, sizeof reference.indicator, &c, "/", err));
  if (!reference.indicator[0]) return syntax(&c, err, "its indicator has no name");
  if (!take(&c, '.')) return syntax(&c, err, "its domain is missing (the whole is 'total')");
  SX_TRY(take_domain(&reference, &c, err));
  SX_TRY(take_tail(&reference, &c, err));
  *out = reference;
  return SX_OK;
}

void sx_reference_terms(sx_store_term out[SX_REFERENCE_TERMS], const sx_reference *reference) {
  for (size_t i = 0; i < reference->n_terms; i++)
    out[i] = (sx_store_term){.variable = reference->variable[i], .level = reference->level[i]};
}

sx_status sx_reference_find(bool *found, sx_store_row *out, sx_store *store, int64_t run, const sx_reference *reference,
                            sx_error *err) {
  sx_store_term terms[SX_REFERENCE_TERMS];
  sx_reference_terms(terms, reference);
  return sx_store_find(found, out, store, run, reference->indicator,
                       reference->statistic[0] ? reference->statistic : NULL, terms, reference->n_terms, err);
}

/* ---- bindings in a text ------------------------------------------------------------------------------------------ */

/* Length of the code span or fence that opens at `at`, 0 when it is not closed. */
static size_t code_span(const char *text, size_t n, size_t at) {
  size_t ticks = 0;
  while (at + ticks < n && text[at + ticks] == '`') ticks++;
  for (size_t i = at + ticks; i < n;) {
    if (text[i] != '`') {
      i++;
      continue;
    }
    size_t run = 0;
    while (i + run < n && text[i + run] == '`') run++;
    if (run == ticks) return i + run - at;
    i += run;
  }
  return 0;
}

/* Length of the fence of tildes that opens at `at`, which begins a line but for up to three blanks; to the end where it is not closed
 * (CommonMark 4.5); 0: none opens. */
static size_t tilde_fence(const char *text, size_t n, size_t at) {
  size_t run = 0, before = at;
  while (at + run < n && text[at + run] == '~') run++;
  while (before > 0 && at - before < 3 && text[before - 1] == ' ') before--;
  if (run < 3 || (before > 0 && text[before - 1] != '\n')) return 0;
  const char *line = memchr(text + at, '\n', n - at);
  while (line && ++line < text + n) {
    const size_t left = (size_t)(text + n - line);
    size_t k = 0, tildes = 0;
    while (k < 3 && k < left && line[k] == ' ') k++;
    while (k + tildes < left && line[k + tildes] == '~') tildes++;
    k += tildes;
    while (k < left && (line[k] == ' ' || line[k] == '\t' || line[k] == '\r')) k++;
    if (tildes >= run && (k == left || line[k] == '\n')) return (size_t)(line - text) + k - at;
    line = memchr(line, '\n', left);
  }
  return n - at;
}

static void advance(sx_binding *b, const char *text, size_t n, size_t to) {
  if (to > b->at) sx_report__walk(&b->now, text, n, b->at, to);
  b->at = to > b->at ? to : b->at;
  b->line = b->now.line;
  b->column = b->now.column;
}

static size_t trimmed(const char **text, size_t n) {
  while (n && strchr(" \t\r\n", (*text)[0])) (*text)++, n--;
  while (n && strchr(" \t\r\n", (*text)[n - 1])) n--;
  return n;
}

/* "figure ID" / "table ID" */
static sx_binding_kind placement(const char **text, size_t *n) {
  static const struct {
    const char *word;
    sx_binding_kind kind;
  } words[] = {{"figure", SX_BIND_FIGURE}, {"table", SX_BIND_TABLE}};
  for (size_t i = 0; i < 2; i++) {
    const size_t k = strlen(words[i].word);
    if (*n <= k || memcmp(*text, words[i].word, k) != 0 || !strchr(" \t", (*text)[k])) continue;
    *text += k;
    *n = trimmed(text, *n - k);
    return words[i].kind;
  }
  return SX_BIND_VALUE;
}

/* The bar that parts reference and format: the first one outside backquotes. */
static size_t find_bar(const char *text, size_t n) {
  bool quoted = false;
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '`') quoted = !quoted;
    if (text[i] == '|' && !quoted) return i;
  }
  return n;
}

static void fill(sx_binding *b, const char *inner, size_t n) {
  n = trimmed(&inner, n);
  b->kind = placement(&inner, &n);
  b->format = inner + n;
  b->n_format = 0;
  b->name = inner;
  b->n_name = n;
  if (b->kind != SX_BIND_VALUE) return;
  const sx_macro_kind macro = sx_report__macro_kind(inner, n);
  if (macro != SX_MACRO_NONE) b->kind = SX_BIND_MACRO;
  const size_t bar = macro == SX_MACRO_BOX ? n : find_bar(inner, n);
  if (bar < n) {
    b->format = inner + bar + 1;
    b->n_format = trimmed(&b->format, n - bar - 1);
  }
  b->n_name = trimmed(&b->name, bar);
}

size_t sx_report__code(const char *text, size_t n, size_t at) {
  size_t ticks = 0;
  if (text[at] == '~') return tilde_fence(text, n, at);
  while (at + ticks < n && text[at + ticks] == '`') ticks++;
  const size_t span = ticks ? code_span(text, n, at) : 0;
  return span ? span : ticks;
}

bool sx_report__next_binding(sx_binding *b, const char *text, size_t n, sx_status *status, sx_error *err) {
  *status = SX_OK;
  if (!b->line) b->now = (sx_position){.line = 1, .column = 1};
  advance(b, text, n, b->end);
  for (size_t i = b->at; i < n; i++) {
    const size_t code = sx_report__code(text, n, i);
    if (code) {
      i += code - 1;
      continue;
    }
    if (text[i] != '{' || i + 1 >= n || text[i + 1] != '{') continue;
    advance(b, text, n, i);
    for (size_t k = i + 2; k + 1 < n; k++) {
      if (text[k] != '}' || text[k + 1] != '}') continue;
      b->end = k + 2;
      fill(b, text + i + 2, k - i - 2);
      return true;
    }
    char where[64];
    sx_report__place(where, sizeof where, b->line, b->column);
    *status = sx_error_set(err, SX_E_PARSE, where, "{{ is not closed by }}");
    return false;
  }
  return false;
}

void sx_report__place(char *out, size_t cap, size_t line, size_t column) {
  char digits[2][24];
  const size_t numbers[2] = {line, column};
  size_t at = 0;
  for (size_t i = 0; i < 2; i++) {
    size_t d = 0, rest = numbers[i];
    do digits[i][d++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (i && at + 1 < cap) out[at++] = ':';
    while (d && at + 1 < cap) out[at++] = digits[i][--d];
  }
  out[at] = '\0';
}

void sx_report__in_file(sx_error *err, const char *file) {
  char place[64];
  if (!err || strlen(err->where) >= sizeof place) return;
  const size_t n_place = strlen(err->where);
  memcpy(place, err->where, n_place + 1);
  const size_t n = sx_utf8_cut(file, strlen(file), sizeof err->where - 2 - n_place);
  memcpy(err->where, file, n);
  err->where[n] = ':';
  memcpy(err->where + n + 1, place, n_place + 1);
}

/* The result that a macro speaks of; branches are opened and closed. `out` is a copy of b whose name and format are the macro's. */
static sx_status follow_macro(sx_binding *out, sx_macro *macro, sx_branches *branches, const sx_binding *b,
                              sx_error *err) {
  SX_TRY(sx_report__macro_parse(macro, b, err));
  if (macro->kind <= SX_MACRO_END) SX_TRY(sx_report__branch(branches, macro, b, SX_HOLDS, err));
  *out = *b;
  out->kind = SX_BIND_VALUE;
  out->name = macro->reference;
  out->n_name = strlen(macro->reference);
  out->format = macro->format;
  out->n_format = strlen(macro->format);
  return SX_OK;
}

static sx_status report_binding(const sx_binding *b, sx_reference_fn fn, void *data, sx_error *err) {
  sx_reference reference;
  char format[128], where[64];
  sx_status status;
  sx_report__place(where, sizeof where, b->line, b->column);
  if (b->n_format >= sizeof format) {
    status = sx_error_set(err, SX_E_PARSE, NULL, "the format is too long");
  } else {
    if (b->n_format) memcpy(format, b->format, b->n_format);
    format[b->n_format] = '\0';
    status = sx_reference_parse(&reference, b->name, b->n_name, err);
  }
  if (status == SX_OK) return fn(data, &reference, format, b->line, b->column, err);
  sx_error_add_where(err, "%s", where);
  return status;
}

/* The results of {{rank}} and {{parts}}, one after the other. */
static sx_status report_results(const sx_macro *macro, const sx_binding *b, sx_reference_fn fn, void *data,
                                sx_error *err) {
  sx_binding one = *b;
  one.kind = SX_BIND_VALUE;
  one.format = macro->format;
  one.n_format = strlen(macro->format);
  for (size_t i = 0; i < macro->n_results; i++) {
    one.name = sx_report__macro_result(macro, i);
    one.n_name = strlen(one.name);
    SX_TRY(report_binding(&one, fn, data, err));
  }
  return SX_OK;
}

sx_status sx_report_each_reference(const char *markdown, size_t n, sx_reference_fn fn, void *data, sx_error *err) {
  sx_binding b = {0}, spoken;
  sx_branches branches = {0};
  sx_macro macro;
  sx_status status = SX_OK;
  while (status == SX_OK && sx_report__next_binding(&b, markdown, n, &status, err)) {
    status = sx_report__place_outside(&branches, &b, err);
    if (b.kind == SX_BIND_VALUE) status = report_binding(&b, fn, data, err);
    if (b.kind != SX_BIND_MACRO) continue;
    status = follow_macro(&spoken, &macro, &branches, &b, err);
    if (status != SX_OK) {
      char where[64];
      sx_report__place(where, sizeof where, b.line, b.column);
      sx_error_add_where(err, "%s", where);
    } else if (macro.n_results) {
      status = report_results(&macro, &b, fn, data, err);
    } else if (macro.reference[0]) {
      status = report_binding(&spoken, fn, data, err);
    }
  }
  return status == SX_OK ? sx_report__branches_closed(&branches, err) : status;
}
