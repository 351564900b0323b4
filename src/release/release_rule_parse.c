/* release_rule_parse.c: the text of a rule as a tree: R's operators and ours in one grammar, by precedence climbing. R's levels, lowest first:
 *   := 0 | ~ %->% 1 | | or 2 | & and 3 | ! not 4 | comparisons, in 5 (do not chain) | + - 6 | * / 7 | %in% %vin% %% %/% 8 | : 9 | unary minus 10 |
 *   ^ 11 (groups to the right). "if (A) B else C" stands where an operand may and reaches as far as it can. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "release_rule_priv.h"

enum { MAX_DEPTH = 150, MAX_OPERATORS = 10000 };
enum { LEVEL_ASSIGN, LEVEL_TILDE, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT };
enum { LEVEL_SPECIAL = LEVEL_PRODUCT + 1, LEVEL_COLON, LEVEL_MINUS, LEVEL_POWER };

typedef enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_NAME, TOKEN_QUOTED, TOKEN_SIGN } token_kind;
typedef struct token {
  token_kind kind;
  const char *at, *end;
  const char *text; /* a sign as in SIGNS; a name; a text without its quotes */
} token;

typedef struct parser {
  const sx_ctx *ctx;
  sx_arena *arena;
  const char *text;
  token token;
  int depth, n_operators;
  sx_error *err;
} parser;

static const char *const SIGNS[] = {
    "%->%", "%vin%", "%in%", "%/%", "%%", ":=", "==", "!=", "<=", ">=", "..", "&&", "||", "&", "|",
    "!",    "<",     ">",    "+",   "-",  "*",  "/",  "^",  "~",  ":",  "(",  ")",  ",",  "=", NULL};

static sx_status fail(const parser *p, const char *at, const char *fmt, ...) SX_PRINTF(3, 4);
static sx_status fail(const parser *p, const char *at, const char *fmt, ...) {
  char where[48], message[SX_ERROR_MESSAGE_MAX];
  va_list args;
  (void)snprintf(where, sizeof where, "column %zu", sx_utf8_count(p->text, (size_t)(at - p->text)) + 1);
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(p->err, SX_E_PARSE, where, "%s", message);
}

/* ---- tokens ------------------------------------------------------------------------------------------------------------------------ */

/* What an input method for Chinese types in place of a sign: no part of a name. */
static bool full_width(uint32_t c) {
  return (c >= 0xFF01 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) || (c >= 0x3000 && c <= 0x3002) ||
         (c >= 0x2018 && c <= 0x201D) || (c >= 0x2260 && c <= 0x2265) || c == 0xD7 || c == 0xF7 || c == 0xFF5E;
}

static bool is_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '@' || c == '#' || c == '$' || (signed char)c < 0;
}

/* "a..b" is a range: a name and a number end before two dots. */
static const char *name_end(const parser *p, const char *at, sx_status *status) {
  while (*at && is_name(*at) && !(at[0] == '.' && at[1] == '.')) {
    uint32_t code = 0;
    const size_t n = sx_utf8_next(&code, at, strlen(at));
    if (code >= 0x80 && full_width(code)) {
      *status = fail(p, at, "'%.*s' is a full-width sign: type it as on an English keyboard", (int)n, at);
      break;
    }
    at += n ? n : 1;
  }
  return at;
}

static sx_status number_token(parser *p, token *t) {
  const char *at = t->at;
  while (isdigit((unsigned char)*at)) at++;
  if (*at == '.' && at[1] != '.') {
    at++;
    while (isdigit((unsigned char)*at)) at++;
  }
  if ((*at == 'e' || *at == 'E') &&
      (isdigit((unsigned char)at[1]) || ((at[1] == '+' || at[1] == '-') && isdigit((unsigned char)at[2])))) {
    at += 2;
    while (isdigit((unsigned char)*at)) at++;
  }
  t->kind = TOKEN_NUMBER;
  t->text = sx_arena_strndup(p->arena, t->at, (size_t)(at - t->at));
  t->end = at + (*at == 'L'); /* R's whole numbers */
  if (is_name(*t->end) && !(t->end[0] == '.' && t->end[1] == '.'))
    return fail(p, t->at,
                "'%.20s' is neither a number nor a name: a name that begins with a digit stands in backquotes", t->at);
  return t->text ? SX_OK : sx_error_memory(p->err);
}

/* One escape of R, behind the backslash; where it goes on, NULL for none that there is. */
static const char *escape(sx_buf *out, const char *at) {
  static const char from[] = "ntrabfv\\\"'` \n", to[] = "\n\t\r\a\b\f\v\\\"'` \n";
  const char *found = *at ? strchr(from, *at) : NULL;
  if (found) {
    sx_buf_add_char(out, to[found - from]);
    return at + 1;
  }
  if (*at != 'u' && *at != 'U' && *at != 'x') return NULL;
  const int most = *at == 'x' ? 2 : *at == 'u' ? 4 : 8;
  const bool braced = at[1] == '{';
  unsigned long code = 0;
  int n = 0;
  at += braced ? 2 : 1;
  for (; n < most && isxdigit((unsigned char)*at); n++, at++)
    code =
        16 * code + (unsigned long)(isdigit((unsigned char)*at) ? *at - '0' : tolower((unsigned char)*at) - 'a' + 10);
  if (!n || (braced && *at++ != '}')) return NULL;
  sx_buf_add_code(out, (uint32_t)code);
  return at;
}

/* Text in quotes with R's escapes; the quote written twice is one, as in our expressions. */
static sx_status quoted_token(parser *p, token *t) {
  const char mark = *t->at, *at = t->at + 1;
  sx_status status = SX_OK;
  sx_buf own;
  sx_buf_init(&own, p->ctx);
  while (status == SX_OK && *at && (*at != mark || at[1] == mark)) {
    const char *next = at + (*at == mark ? 2 : 1);
    if (*at == '\\' && mark != '`') {
      next = escape(&own, at + 1);
      if (!next)
        status = fail(p, at, "'\\%.1s' is no escape of R: a backslash is written twice, as in \"\\\\d\"", at + 1);
    } else {
      sx_buf_add_char(&own, *at);
    }
    at = next;
  }
  if (status == SX_OK && !*at)
    status = fail(p, t->at, "the %s that begins here has no closing %c", mark == '`' ? "name" : "text", mark);
  if (status == SX_OK) status = sx_buf_status(&own, p->err);
  if (status == SX_OK) {
    t->kind = mark == '`' ? TOKEN_QUOTED : TOKEN_TEXT;
    t->end = at + 1;
    t->text = sx_arena_strdup(p->arena, own.data ? own.data : "");
    if (!t->text) status = sx_error_memory(p->err);
  }
  sx_buf_clear(&own);
  return status;
}

/* r"(...)", as R writes patterns without escapes. */
static sx_status raw_token(parser *p, token *t) {
  const char tail[] = {')', t->at[1], '\0'};
  const char *end = strstr(t->at + 3, tail);
  if (!end) return fail(p, t->at, "the raw text that begins here has no closing %s", tail);
  t->kind = TOKEN_TEXT;
  t->end = end + 2;
  t->text = sx_arena_strndup(p->arena, t->at + 3, (size_t)(end - t->at - 3));
  return t->text ? SX_OK : sx_error_memory(p->err);
}

static sx_status advance(parser *p) {
  token t = {.kind = TOKEN_END, .at = p->token.end};
  sx_status status = SX_OK;
  while (isspace((unsigned char)*t.at)) t.at++;
  t.end = t.at;
  p->token = t;
  if (!*t.at) return SX_OK;
  if (isdigit((unsigned char)*t.at) || (*t.at == '.' && isdigit((unsigned char)t.at[1]))) {
    status = number_token(p, &t);
  } else if (*t.at == '"' || *t.at == '\'' || *t.at == '`') {
    status = quoted_token(p, &t);
  } else if ((*t.at == 'r' || *t.at == 'R') && (t.at[1] == '"' || t.at[1] == '\'') && t.at[2] == '(') {
    status = raw_token(p, &t);
  } else if (is_name(*t.at) && !(t.at[0] == '.' && t.at[1] == '.')) {
    t.kind = TOKEN_NAME;
    t.end = name_end(p, t.at, &status);
    t.text = sx_arena_strndup(p->arena, t.at, (size_t)(t.end - t.at));
    if (!t.text) return sx_error_memory(p->err);
  } else {
    for (size_t i = 0; SIGNS[i] && t.kind == TOKEN_END; i++) {
      if (strncmp(t.at, SIGNS[i], strlen(SIGNS[i])) != 0) continue;
      t.kind = TOKEN_SIGN;
      t.text = SIGNS[i];
      t.end = t.at + strlen(SIGNS[i]);
    }
    if (t.kind == TOKEN_END) return fail(p, t.at, "unexpected '%.1s'", t.at);
  }
  p->token = t;
  return status;
}

static bool sign(const parser *p, const char *text) {
  return p->token.kind == TOKEN_SIGN && strcmp(p->token.text, text) == 0;
}
static bool word(const parser *p, const char *text) {
  return p->token.kind == TOKEN_NAME && strcmp(p->token.text, text) == 0;
}

static sx_status unexpected(const parser *p, const char *wanted) {
  const token *t = &p->token;
  if (t->kind == TOKEN_END) return fail(p, t->at, "%s is expected, but the expression ends", wanted);
  return fail(p, t->at, "%s is expected, not '%.*s'", wanted, (int)sx_utf8_cut(t->at, (size_t)(t->end - t->at), 60),
              t->at);
}

static sx_status expect(parser *p, const char *text) {
  char wanted[16];
  (void)snprintf(wanted, sizeof wanted, "'%s'", text);
  return sign(p, text) ? advance(p) : unexpected(p, wanted);
}

/* ---- nodes -------------------------------------------------------------------------------------------------------------------------- */

static sx_status node(parser *p, sx_rule_tree **out, sx_release__node_kind kind, const char *text, size_t n) {
  sx_rule_tree *t = sx_arena_zalloc(p->arena, 1, sizeof *t);
  if (t) t->args = sx_arena_zalloc(p->arena, n ? n : 1, sizeof(sx_rule_tree *));
  if (!t || !t->args) return sx_error_memory(p->err);
  t->kind = kind;
  t->text = text;
  t->n = n;
  *out = t;
  return SX_OK;
}

static sx_status op2(parser *p, sx_rule_tree **out, const char *op, sx_rule_tree *a, sx_rule_tree *b) {
  SX_TRY(node(p, out, NODE_OP, op, b ? 2 : 1));
  (*out)->args[0] = a;
  if (b) (*out)->args[1] = b;
  return SX_OK;
}

static sx_status parse_level(parser *p, sx_rule_tree **out, int level);

static sx_status push(parser *p, sx_rule_tree *call, size_t *cap, const char *key, sx_rule_tree *arg) {
  void *args = call->args, *keys = call->keys;
  size_t cap_keys = *cap;
  if (!sx_arena_grow(p->arena, &args, cap, call->n + 1, sizeof(sx_rule_tree *)) ||
      !sx_arena_grow(p->arena, &keys, &cap_keys, call->n + 1, sizeof(char *)))
    return sx_error_memory(p->err);
  call->args = args;
  call->keys = keys;
  call->args[call->n] = arg;
  call->keys[call->n++] = key;
  return SX_OK;
}

/* The arguments up to ')', the token being behind '('. ranges: "a..b" may be an item. */
static sx_status parse_args(parser *p, sx_rule_tree **out, const char *name, sx_rule_tree *first, bool ranges) {
  size_t cap = 0;
  SX_TRY(node(p, out, NODE_CALL, name, 0));
  (*out)->args = NULL;
  if (first) {
    SX_TRY(push(p, *out, &cap, NULL, first));
    if (sign(p, ",")) SX_TRY(advance(p));
  }
  while (!sign(p, ")")) {
    sx_rule_tree *arg = NULL, *hi = NULL;
    const char *key = NULL;
    const parser before = *p;
    if (p->token.kind == TOKEN_NAME || p->token.kind == TOKEN_TEXT) {
      const char *text = p->token.text;
      SX_TRY(advance(p));
      if (sign(p, "=")) {
        key = text;
        SX_TRY(advance(p));
      } else {
        p->token = before.token;
      }
    }
    SX_TRY(parse_level(p, &arg, ranges ? LEVEL_SUM : LEVEL_TILDE));
    if (ranges && sign(p, "..")) {
      SX_TRY(advance(p));
      SX_TRY(parse_level(p, &hi, LEVEL_SUM));
      SX_TRY(op2(p, &arg, "..", arg, hi));
    }
    SX_TRY(push(p, *out, &cap, key, arg));
    if (sign(p, ")")) break;
    if (!sign(p, ",")) return unexpected(p, "',' or ')'");
    SX_TRY(advance(p));
    if (sign(p, ")")) return unexpected(p, "an argument");
  }
  return advance(p);
}

/* Behind the word if: the function if(c, a, b), or the condition of R. */
static sx_status parse_if(parser *p, sx_rule_tree **out) {
  sx_rule_tree *test = NULL, *yes = NULL, *no = NULL;
  SX_TRY(expect(p, "("));
  SX_TRY(parse_level(p, &test, LEVEL_TILDE));
  if (sign(p, ",")) return parse_args(p, out, "if", test, false);
  SX_TRY(expect(p, ")"));
  SX_TRY(parse_level(p, &yes, LEVEL_TILDE));
  if (word(p, "else")) {
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &no, LEVEL_TILDE));
  }
  SX_TRY(node(p, out, NODE_IF, "if", no ? 3 : 2));
  (*out)->args[0] = test;
  (*out)->args[1] = yes;
  if (no) (*out)->args[2] = no;
  return SX_OK;
}

static sx_status parse_name(parser *p, sx_rule_tree **out) {
  static const char *const truths[] = {"FALSE", "TRUE"};
  const token t = p->token;
  SX_TRY(advance(p));
  if (t.kind == TOKEN_NAME && strcmp(t.text, "if") == 0) return parse_if(p, out);
  if (t.kind == TOKEN_NAME && sign(p, "(")) {
    SX_TRY(advance(p));
    return parse_args(p, out, t.text, NULL, false);
  }
  for (size_t i = 0; i < 2 && t.kind == TOKEN_NAME; i++) {
    if (strcmp(t.text, truths[i]) != 0) continue;
    SX_TRY(node(p, out, NODE_TRUTH, truths[i], 0));
    (*out)->number = (double)(i & 1);
    return SX_OK;
  }
  if (t.kind == TOKEN_NAME && strcmp(t.text, "Inf") == 0) {
    SX_TRY(node(p, out, NODE_NUMBER, "(1 / 0)", 0));
    (*out)->number = (double)INFINITY;
    return SX_OK;
  }
  const bool na = t.kind == TOKEN_NAME &&
                  (strcmp(t.text, "NaN") == 0 || (strncmp(t.text, "NA", 2) == 0 && (!t.text[2] || t.text[2] == '_')));
  return node(p, out, na ? NODE_NA : NODE_NAME, t.text, 0);
}

static sx_status parse_operand(parser *p, sx_rule_tree **out) {
  const token t = p->token;
  switch ((int)t.kind) {
  case TOKEN_NUMBER:
    SX_TRY(node(p, out, NODE_NUMBER, t.text, 0));
    if (!sx_text_to_double(&(*out)->number, t.text, strlen(t.text) - (t.text[strlen(t.text) - 1] == '.')))
      return fail(p, t.at, "the number '%s' is out of range", t.text);
    return advance(p);
  case TOKEN_TEXT:
    SX_TRY(node(p, out, NODE_TEXT, t.text, 0));
    return advance(p);
  case TOKEN_NAME:
  case TOKEN_QUOTED:
    return parse_name(p, out);
  default:
    break;
  }
  if (!sign(p, "(")) return unexpected(p, "a number, a text, a variable or '('");
  SX_TRY(advance(p));
  SX_TRY(parse_level(p, out, LEVEL_TILDE));
  return expect(p, ")");
}

/* ---- operators ------------------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *sign, *op;
  int level;
  bool is_word;
} BINARY[] = {
    {":=", ":=", LEVEL_ASSIGN, false},    {"~", "~", LEVEL_TILDE, false},         {"%->%", "~", LEVEL_TILDE, false},
    {"|", "or", LEVEL_OR, false},         {"||", "or", LEVEL_OR, false},          {"or", "or", LEVEL_OR, true},
    {"&", "and", LEVEL_AND, false},       {"&&", "and", LEVEL_AND, false},        {"and", "and", LEVEL_AND, true},
    {"==", "==", LEVEL_COMPARE, false},   {"!=", "!=", LEVEL_COMPARE, false},     {"<", "<", LEVEL_COMPARE, false},
    {"<=", "<=", LEVEL_COMPARE, false},   {">", ">", LEVEL_COMPARE, false},       {">=", ">=", LEVEL_COMPARE, false},
    {"in", "in", LEVEL_COMPARE, true},    {"not", "not in", LEVEL_COMPARE, true}, {"+", "+", LEVEL_SUM, false},
    {"-", "-", LEVEL_SUM, false},         {"*", "*", LEVEL_PRODUCT, false},       {"/", "/", LEVEL_PRODUCT, false},
    {"%in%", "in", LEVEL_SPECIAL, false}, {"%vin%", "in", LEVEL_SPECIAL, false},  {"%%", "%%", LEVEL_SPECIAL, false},
    {"%/%", "%/%", LEVEL_SPECIAL, false}, {":", ":", LEVEL_COLON, false},         {"^", "^", LEVEL_POWER, false}};

static int find_binary(const parser *p) {
  for (int i = 0; i < (int)(sizeof BINARY / sizeof *BINARY); i++)
    if (BINARY[i].is_word ? word(p, BINARY[i].sign) : sign(p, BINARY[i].sign)) return i;
  return -1;
}

/* Ours: x in (a, b, c..d), x in a..b, x not in ... */
static sx_status parse_in(parser *p, sx_rule_tree **left, bool negated) {
  sx_rule_tree *list = NULL, *lo = NULL, *hi = NULL;
  if (negated && !word(p, "in")) return unexpected(p, "'in' after 'not'");
  if (negated) SX_TRY(advance(p));
  if (sign(p, "(")) {
    SX_TRY(advance(p));
    SX_TRY(parse_args(p, &list, "c", NULL, true));
    if (sign(p, "..") && list->n == 1) lo = list->args[0]; /* "(a)..b" is a range after all */
  } else {
    SX_TRY(parse_level(p, &lo, LEVEL_SUM));
    if (!sign(p, "..")) return unexpected(p, "'..' or a list in parentheses after 'in'");
  }
  if (lo) {
    sx_rule_tree *range = NULL;
    size_t cap = 0;
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &hi, LEVEL_SUM));
    SX_TRY(op2(p, &range, "..", lo, hi));
    SX_TRY(node(p, &list, NODE_CALL, "c", 0));
    list->args = NULL;
    SX_TRY(push(p, list, &cap, NULL, range));
  }
  SX_TRY(op2(p, left, "in", *left, list));
  return negated ? op2(p, left, "not", *left, NULL) : SX_OK;
}

static sx_status parse_prefix(parser *p, sx_rule_tree **out, int level) {
  sx_rule_tree *x = NULL;
  if ((sign(p, "!") || word(p, "not")) && level <= LEVEL_NOT) {
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &x, LEVEL_NOT));
    return op2(p, out, "not", x, NULL);
  }
  if (sign(p, "!") || word(p, "not")) return fail(p, p->token.at, "put 'not ...' in parentheses here");
  if (sign(p, "-") || sign(p, "+")) {
    const bool minus = sign(p, "-");
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &x, LEVEL_MINUS));
    *out = x;
    return minus ? op2(p, out, "-", x, NULL) : SX_OK;
  }
  return parse_operand(p, out);
}

static sx_status parse_binaries(parser *p, sx_rule_tree **left, int level) {
  for (;;) {
    const int i = find_binary(p);
    sx_rule_tree *right = NULL;
    if (i < 0 || BINARY[i].level < level) return SX_OK;
    if (++p->n_operators > MAX_OPERATORS) /* a + b + c ... is a tree as deep as it is long */
      return fail(p, p->token.at, "the expression has more than %d operators: make several rules of it", MAX_OPERATORS);
    SX_TRY(advance(p));
    if (BINARY[i].is_word && BINARY[i].level == LEVEL_COMPARE) {
      SX_TRY(parse_in(p, left, BINARY[i].op[0] == 'n'));
    } else {
      SX_TRY(parse_level(p, &right, BINARY[i].level == LEVEL_POWER ? LEVEL_MINUS : BINARY[i].level + 1));
      SX_TRY(op2(p, left, BINARY[i].op, *left, right));
    }
    const int next = find_binary(p);
    if (BINARY[i].level == LEVEL_COMPARE && next >= 0 && BINARY[next].level == LEVEL_COMPARE)
      return fail(p, p->token.at, "comparisons do not chain: write 'a < b & b < c', or use parentheses");
  }
}

static sx_status parse_level(parser *p, sx_rule_tree **out, int level) {
  sx_rule_tree *left = NULL;
  if (p->depth >= MAX_DEPTH) return fail(p, p->token.at, "the expression is nested deeper than %d", MAX_DEPTH);
  p->depth++;
  SX_TRY(parse_prefix(p, &left, level));
  SX_TRY(parse_binaries(p, &left, level));
  p->depth--;
  *out = left;
  return SX_OK;
}

sx_status sx_release__rule_parse(sx_rule_tree **out, const sx_ctx *ctx, sx_arena *arena, const char *text,
                                 sx_error *err) {
  parser p = {.ctx = ctx, .arena = arena, .text = text, .token = {.end = text}, .err = err};
  size_t bad = 0;
  if (!sx_utf8_valid(text, strlen(text), &bad)) return fail(&p, text + bad, "not valid UTF-8 from here on");
  SX_TRY(advance(&p));
  if (p.token.kind == TOKEN_END) return fail(&p, text, "the expression is empty");
  SX_TRY(parse_level(&p, out, LEVEL_ASSIGN));
  return p.token.kind == TOKEN_END ? SX_OK : unexpected(&p, "an operator or the end");
}

bool sx_release__tree_number(double *out, const sx_rule_tree *t) {
  const bool minus = sx_release__is_op(t, "-") && t->n == 1;
  const sx_rule_tree *x = minus ? t->args[0] : t;
  if (x->kind != NODE_NUMBER) return false;
  *out = minus ? -x->number : x->number;
  return true;
}
