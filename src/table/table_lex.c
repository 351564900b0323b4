/* table_lex.c: the words of an expression. */
#include "table_expr_priv.h"

#include <stdarg.h>
#include <stdio.h>

sx_status sx_table__expr_error(sx_error *err, sx_status status, const char *text, size_t at, const char *fmt, ...) {
  if (!err) return status;
  char where[48], message[SX_ERROR_MESSAGE_MAX];
  (void)snprintf(where, sizeof where, "column %zu", sx_utf8_count(text, at) + 1);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  size_t bad = 0;
  if (!sx_utf8_valid(message, strlen(message), &bad)) message[bad] = '\0';
  return sx_error_set(err, status, where, "%s", message);
}

/* What an input method for Chinese types in place of an ASCII sign. */
static const struct {
  uint32_t code;
  const char *ascii;
} FULL_WIDTH[] = {
    {0xFF08, "("},   {0xFF09, ")"},  {0xFF0C, ","},  {0x3001, ","},  {0xFF1D, "=="}, {0xFF1E, ">"},
    {0xFF1C, "<"},   {0x2265, ">="}, {0x2264, "<="}, {0x2260, "!="}, {0xFF0B, "+"},  {0xFF0D, "-"},
    {0x2212, "-"},   {0x2013, "-"},  {0x00D7, "*"},  {0xFF0A, "*"},  {0x00F7, "/"},  {0xFF0F, "/"},
    {0x201C, "\""},  {0x201D, "\""}, {0xFF02, "\""}, {0x2018, "'"},  {0x2019, "'"},  {0xFF07, "'"},
    {0x2026, ".."},  {0xFF5E, ".."}, {0x301C, ".."}, {0x3000, " "},  {0x00A0, " "},  {0xFF01, "not"},
    {0x2227, "and"}, {0x2228, "or"}, {0x2208, "in"}, {0xFF3E, "^"},  {0xFF40, "`"},  {0xFF0E, "."},
};

/* Signs of other languages and what they are called here. */
static const struct {
  const char *sign, *here;
} FOREIGN[] = {{"&&", "and"}, {"||", "or"}, {"&", "and"}, {"|", "or"}, {"<>", "!="},
               {"=", "=="},   {"!", "not"}, {"~=", "!="}, {"**", "^"}, {"%", "a remainder is not offered"}};

static const struct {
  const char *sign;
  sx_table__token_kind kind;
} SIGNS[] = {{"==", TOKEN_EQ},  {"!=", TOKEN_NE},   {"<=", TOKEN_LE},  {">=", TOKEN_GE},   {"..", TOKEN_RANGE},
             {"<", TOKEN_LT},   {">", TOKEN_GT},    {"+", TOKEN_PLUS}, {"-", TOKEN_MINUS}, {"*", TOKEN_TIMES},
             {"/", TOKEN_OVER}, {"^", TOKEN_POWER}, {"(", TOKEN_OPEN}, {")", TOKEN_CLOSE}, {",", TOKEN_COMMA}};

static const struct {
  const char *word;
  sx_table__token_kind kind;
} KEYWORDS[] = {{"or", TOKEN_OR}, {"and", TOKEN_AND}, {"not", TOKEN_NOT}, {"in", TOKEN_IN}};

#define N_OF(array) (sizeof(array) / sizeof *(array))

static const char *full_width(uint32_t code) {
  for (size_t i = 0; i < N_OF(FULL_WIDTH); i++)
    if (FULL_WIDTH[i].code == code) return FULL_WIDTH[i].ascii;
  return NULL;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Beyond ASCII a name may hold anything but punctuation, signs and blanks. */
static bool is_name_code(uint32_t c) {
  if (c < 0x80)
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' ||
           c == '#' || c == '$';
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x23FF)) return false;
  if (c >= 0x3000 && c <= 0x303F) return c == 0x3005 || c == 0x3007;
  if (c == 0xFEFF || (c >= 0xFE30 && c <= 0xFE6F)) return false;
  if (c >= 0xFF00 && c <= 0xFFEF)
    return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A) ||
           (c >= 0xFF66 && c <= 0xFFDC);
  return true;
}

/* Bytes of the name at `at`: name characters, and single dots between them. */
static size_t name_length(const char *text, size_t n, size_t at) {
  size_t i = at;
  while (i < n) {
    uint32_t code = 0, after = 0;
    const size_t step = sx_utf8_next(&code, text + i, n - i);
    if (step && is_name_code(code)) {
      i += step;
      continue;
    }
    if (code != '.' || i == at || i + 1 >= n) break;
    if (!sx_utf8_next(&after, text + i + 1, n - i - 1) || !is_name_code(after)) break;
    i++;
  }
  return i - at;
}

static sx_status lex_number(sx_table__token *t, const char *text, size_t n, sx_error *err) {
  size_t i = t->at;
  while (i < n && is_digit(text[i])) i++;
  if (i < n && text[i] == '.' && !(i + 1 < n && text[i + 1] == '.')) {
    i++;
    while (i < n && is_digit(text[i])) i++;
  }
  if (i < n && (text[i] == 'e' || text[i] == 'E')) {
    size_t k = i + 1;
    if (k < n && (text[k] == '+' || text[k] == '-')) k++;
    if (k < n && is_digit(text[k])) {
      while (k < n && is_digit(text[k])) k++;
      i = k;
    }
  }
  const size_t tail = name_length(text, n, i);
  if (tail)
    return sx_table__expr_error(err, SX_E_PARSE, text, t->at,
                                "'%.*s' is neither a number nor a name: a name that begins with a digit stands in "
                                "backquotes, `%.*s`",
                                (int)(i + tail - t->at), text + t->at, (int)(i + tail - t->at), text + t->at);
  size_t digits = i - t->at;
  if (text[i - 1] == '.') digits--; /* "2." */
  if (!sx_text_to_double(&t->number, text + t->at, digits) || !isfinite(t->number))
    return sx_table__expr_error(err, SX_E_PARSE, text, t->at, "the number '%.*s' is out of range", (int)(i - t->at),
                                text + t->at);
  t->kind = TOKEN_NUMBER;
  t->end = i;
  return SX_OK;
}

/* Text or name between quotes; the quote itself is written twice. */
static sx_status lex_quoted(sx_table__token *t, const char *text, size_t n, sx_arena *arena, sx_error *err) {
  const char quote = text[t->at];
  const size_t start = t->at + 1;
  size_t i = start;
  while (i < n && (text[i] != quote || (i + 1 < n && text[i + 1] == quote))) i += text[i] == quote ? 2 : 1;
  if (i >= n)
    return sx_table__expr_error(err, SX_E_PARSE, text, t->at, "the %s that begins here has no closing %c",
                                quote == '`' ? "name" : "text", quote);
  if (quote == '`' && i == start) return sx_table__expr_error(err, SX_E_PARSE, text, t->at, "the name is empty");
  char *copy = sx_arena_alloc(arena, i - start + 1, 1);
  if (!copy) return sx_error_memory(err);
  size_t used = 0;
  for (size_t k = start; k < i; k += text[k] == quote ? 2 : 1) copy[used++] = text[k];
  copy[used] = '\0';
  t->kind = quote == '`' ? TOKEN_QUOTED : TOKEN_TEXT;
  t->text = copy;
  t->n = used;
  t->end = i + 1;
  return SX_OK;
}

static sx_status lex_name(sx_table__token *t, const char *text, size_t length, sx_arena *arena, sx_error *err) {
  t->end = t->at + length;
  for (size_t i = 0; i < N_OF(KEYWORDS); i++) {
    if (strlen(KEYWORDS[i].word) != length || memcmp(KEYWORDS[i].word, text + t->at, length) != 0) continue;
    t->kind = KEYWORDS[i].kind;
    return SX_OK;
  }
  t->kind = TOKEN_NAME;
  t->text = sx_arena_strndup(arena, text + t->at, length);
  t->n = length;
  return t->text ? SX_OK : sx_error_memory(err);
}

static bool lex_sign(sx_table__token *t, const char *text, size_t n) {
  for (size_t i = 0; i < N_OF(SIGNS); i++) {
    const size_t length = strlen(SIGNS[i].sign);
    if (length > n - t->at || memcmp(SIGNS[i].sign, text + t->at, length) != 0) continue;
    t->kind = SIGNS[i].kind;
    t->end = t->at + length;
    return true;
  }
  return false;
}

static sx_status unknown_sign(const char *text, size_t n, size_t at, sx_error *err) {
  uint32_t code = 0;
  const size_t length = sx_utf8_next(&code, text + at, n - at);
  const char *ascii = full_width(code);
  if (ascii)
    return sx_table__expr_error(err, SX_E_PARSE, text, at, "'%.*s' is a full-width sign: type '%s'", (int)length,
                                text + at, ascii);
  for (size_t i = 0; i < N_OF(FOREIGN); i++) {
    const size_t m = strlen(FOREIGN[i].sign);
    if (m <= n - at && memcmp(FOREIGN[i].sign, text + at, m) == 0)
      return sx_table__expr_error(err, SX_E_PARSE, text, at, "'%s' is written '%s' here", FOREIGN[i].sign,
                                  FOREIGN[i].here);
  }
  if (code < 0x20 || code == 0x7F)
    return sx_table__expr_error(err, SX_E_PARSE, text, at, "unexpected control character U+%04X", (unsigned)code);
  return sx_table__expr_error(err, SX_E_PARSE, text, at, "unexpected '%.*s' (U+%04X)", (int)length, text + at,
                              (unsigned)code);
}

sx_status sx_table__next_token(sx_table__token *out, const char *text, size_t n, size_t at, sx_arena *arena,
                               sx_error *err) {
  while (at < n && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) at++;
  *out = (sx_table__token){.kind = TOKEN_END, .at = at, .end = at};
  if (at >= n) return SX_OK;
  const char c = text[at];
  if (is_digit(c) || (c == '.' && at + 1 < n && is_digit(text[at + 1]))) return lex_number(out, text, n, err);
  if (c == '"' || c == '\'' || c == '`') return lex_quoted(out, text, n, arena, err);
  const size_t length = name_length(text, n, at);
  if (length) return lex_name(out, text, length, arena, err);
  if (n - at >= 2 && (memcmp(text + at, "<>", 2) == 0 || memcmp(text + at, "**", 2) == 0))
    return unknown_sign(text, n, at, err);
  return lex_sign(out, text, n) ? SX_OK : unknown_sign(text, n, at, err);
}
