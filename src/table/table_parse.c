/* table_parse.c: precedence climbing over the tokens. Each operator has a level; parse_level(m) reads an operand and then every
 * operator of level m or higher, so one function serves all of them. Levels, lowest first:
 *   or 1 | and 2 | not 3 | comparisons and `in` 4 (do not chain) | + - 5 | * / 6 | unary minus 7 | ^ 8 (groups to the right) */
#include "shuxiao/table_arithmetic.h"
#include "table_expr_priv.h"

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_MINUS, LEVEL_POWER };

typedef struct parser {
  sx_expr *expr;
  const char *text;
  size_t n;
  sx_table__token token;
  int depth;
  sx_error *err;
} parser;

typedef struct function {
  const char *name;
  sx_table__op op;
  int min_args, max_args; /* max 0: any number */
} function;

static const function FUNCTIONS[] = {
    {"missing", OP_MISSING, 1, 1}, {"valid", OP_VALID, 1, 1}, {"if", OP_IF, 2, 3},       {"any", OP_ANY, 1, 0},
    {"sum", OP_SUM, 1, 0},         {"count", OP_COUNT, 1, 0}, {"min", OP_MIN, 2, 0},     {"max", OP_MAX, 2, 0},
    {"abs", OP_ABS, 1, 1},         {"sqrt", OP_SQRT, 1, 1},   {"exp", OP_EXP, 1, 1},     {"log", OP_LOG, 1, 1},
    {"floor", OP_FLOOR, 1, 1},     {"ceil", OP_CEIL, 1, 1},   {"round", OP_ROUND, 1, 1},
};
enum { N_FUNCTIONS = sizeof FUNCTIONS / sizeof *FUNCTIONS };

static sx_status parse_level(parser *p, int32_t *out, int level);

static sx_status advance(parser *p) {
  return sx_table__next_token(&p->token, p->text, p->n, p->token.end, p->expr->arena, p->err);
}

static sx_status unexpected(const parser *p, const char *wanted) {
  const sx_table__token *t = &p->token;
  if (t->kind == TOKEN_END)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, t->at, "%s is expected, but the expression ends", wanted);
  return sx_table__expr_error(p->err, SX_E_PARSE, p->text, t->at, "%s is expected, not '%.*s'", wanted,
                              (int)sx_utf8_cut(p->text + t->at, t->end - t->at, 60), p->text + t->at);
}

static sx_status emit(parser *p, int32_t *out, sx_table__node node) {
  sx_expr *e = p->expr;
  void *nodes = e->nodes;
  if (!sx_mem_grow(&e->ctx, &nodes, &e->cap_nodes, e->n_nodes + 1, sizeof *e->nodes)) return sx_error_memory(p->err);
  e->nodes = nodes;
  e->nodes[e->n_nodes] = node;
  *out = (int32_t)e->n_nodes++;
  return SX_OK;
}

static sx_status emit_op(parser *p, int32_t *out, sx_table__op op, size_t at, const char *spelt, int32_t a, int32_t b) {
  return emit(p, out, (sx_table__node){.op = op, .a = a, .b = b, .c = -1, .at = at, .spelt = spelt});
}

/* ---- operands ------------------------------------------------------------------------------------------ */

static sx_status emit_name(parser *p, int32_t *out, const sx_table__token *t) {
  int32_t name = 0;
  SX_TRY(sx_dict_add(&name, p->expr->names, t->text, t->n, p->err));
  return emit(p, out, (sx_table__node){.op = OP_NAME, .a = -1, .b = -1, .c = -1, .name = name, .at = t->at});
}

static sx_status find_function(const parser *p, const function **out, const sx_table__token *t) {
  const char *names[N_FUNCTIONS];
  for (int i = 0; i < N_FUNCTIONS; i++) {
    names[i] = FUNCTIONS[i].name;
    if (strcmp(t->text, FUNCTIONS[i].name) != 0) continue;
    *out = &FUNCTIONS[i];
    return SX_OK;
  }
  if (strcmp(t->text, "mean") == 0)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, t->at,
                                "mean() is not given, because it hides what happens to missing values: divide sums");
  const char *near = sx_text_nearest(t->text, names, N_FUNCTIONS);
  return sx_table__expr_error(p->err, SX_E_PARSE, p->text, t->at, "no function called '%s'%s%s%s", t->text,
                              near ? ": did you mean '" : "", near ? near : "", near ? "'" : "");
}

/* One more argument of a function; chains those of any number. */
static sx_status take_argument(parser *p, sx_table__node *call, int i, int32_t arg) {
  sx_table__node *node = &p->expr->nodes[arg];
  switch ((int)call->op) {
  case OP_ANY:
  case OP_SUM:
  case OP_COUNT: {
    if (node->op == OP_NAME) node->member = true;
    int32_t chain = -1;
    SX_TRY(emit_op(p, &chain, call->op, call->at, call->spelt, call->a, arg));
    call->a = chain;
    return SX_OK;
  }
  case OP_MIN:
  case OP_MAX: {
    int32_t chain = arg;
    if (i > 0) SX_TRY(emit_op(p, &chain, call->op, call->at, call->spelt, call->a, arg));
    call->a = chain;
    return SX_OK;
  }
  default:
    break;
  }
  if ((call->op == OP_MISSING || call->op == OP_VALID) && node->op == OP_NAME) node->member = true;
  if (i == 0)
    call->a = arg;
  else if (i == 1)
    call->b = arg;
  else
    call->c = arg;
  return SX_OK;
}

static sx_status parse_call(parser *p, int32_t *out, const sx_table__token *name) {
  const function *f = NULL;
  int n = 0;
  SX_TRY(find_function(p, &f, name));
  sx_table__node call = {.op = f->op, .a = -1, .b = -1, .c = -1, .at = name->at, .spelt = f->name};
  SX_TRY(advance(p)); /* over ( */
  while (p->token.kind != TOKEN_CLOSE) {
    int32_t arg = -1;
    if (n > 0) {
      if (p->token.kind != TOKEN_COMMA) return unexpected(p, "',' or ')'");
      SX_TRY(advance(p));
    }
    if (f->max_args && n == f->max_args)
      return sx_table__expr_error(p->err, SX_E_PARSE, p->text, p->token.at, "%s() takes %s%d argument%s", f->name,
                                  f->min_args == f->max_args ? "" : "up to ", f->max_args, f->max_args > 1 ? "s" : "");
    SX_TRY(parse_level(p, &arg, LEVEL_OR));
    SX_TRY(take_argument(p, &call, n++, arg));
  }
  if (n < f->min_args)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, p->token.at, "%s() needs %s%d argument%s", f->name,
                                f->min_args == f->max_args ? "" : "at least ", f->min_args, f->min_args > 1 ? "s" : "");
  SX_TRY(advance(p)); /* over ) */
  if (f->op == OP_ANY || f->op == OP_SUM || f->op == OP_COUNT || f->op == OP_MIN || f->op == OP_MAX) {
    *out = call.a;
    return SX_OK;
  }
  return emit(p, out, call);
}

static sx_status parse_close(parser *p, size_t open) {
  if (p->token.kind == TOKEN_CLOSE) return advance(p);
  if (p->token.kind == TOKEN_END)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, p->token.at, "')' is expected, for the '(' in column %zu",
                                sx_utf8_count(p->text, open) + 1);
  return unexpected(p, "an operator or ')'");
}

static sx_status parse_operand(parser *p, int32_t *out) {
  const sx_table__token t = p->token;
  switch ((int)t.kind) {
  case TOKEN_NUMBER:
    SX_TRY(advance(p));
    return emit(p, out, (sx_table__node){.op = OP_NUMBER, .a = -1, .b = -1, .c = -1, .number = t.number, .at = t.at});
  case TOKEN_TEXT:
    SX_TRY(advance(p));
    return emit(p, out,
                (sx_table__node){.op = OP_TEXT, .a = -1, .b = -1, .c = -1, .text = t.text, .n = t.n, .at = t.at});
  case TOKEN_QUOTED:
    SX_TRY(advance(p));
    return emit_name(p, out, &t);
  case TOKEN_NAME:
    SX_TRY(advance(p));
    return p->token.kind == TOKEN_OPEN ? parse_call(p, out, &t) : emit_name(p, out, &t);
  case TOKEN_OPEN:
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, out, LEVEL_OR));
    return parse_close(p, t.at);
  case TOKEN_NOT:
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, t.at, "put 'not ...' in parentheses here");
  default:
    return unexpected(p, "a number, a text, a variable or '('");
  }
}

/* ---- in ------------------------------------------------------------------------------------------------ */

static sx_status check_range(const parser *p, int32_t lo, int32_t hi, size_t at) {
  const sx_table__node *a = &p->expr->nodes[lo], *b = &p->expr->nodes[hi];
  if (a->op == OP_NUMBER && b->op == OP_NUMBER && a->number > b->number)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, at, "the range is empty: its first end is above its last");
  return SX_OK;
}

/* x >= lo and x <= hi, the token being `..` */
static sx_status parse_range(parser *p, int32_t *out, int32_t x, int32_t lo, size_t at) {
  int32_t hi = -1, above = -1, below = -1;
  SX_TRY(advance(p));
  SX_TRY(parse_level(p, &hi, LEVEL_SUM));
  SX_TRY(check_range(p, lo, hi, p->expr->nodes[lo].at));
  SX_TRY(emit_op(p, &above, OP_GE, at, "in", x, lo));
  SX_TRY(emit_op(p, &below, OP_LE, at, "in", x, hi));
  return emit_op(p, out, OP_AND, at, "in", above, below);
}

/* ( item, item, ... ) with items v or a..b; "(a)..b" is a range after all. */
static sx_status parse_list(parser *p, int32_t *out, int32_t x, size_t at) {
  int32_t chain = -1, value = -1;
  size_t items = 0;
  bool plain = true;
  do {
    int32_t test = -1;
    SX_TRY(advance(p)); /* over ( or , */
    SX_TRY(parse_level(p, &value, LEVEL_SUM));
    plain = p->token.kind != TOKEN_RANGE;
    if (plain)
      SX_TRY(emit_op(p, &test, OP_EQ, at, "in", x, value));
    else
      SX_TRY(parse_range(p, &test, x, value, at));
    if (items++)
      SX_TRY(emit_op(p, &chain, OP_OR, at, "in", chain, test));
    else
      chain = test;
  } while (p->token.kind == TOKEN_COMMA);
  if (p->token.kind != TOKEN_CLOSE) return unexpected(p, "',' or ')'");
  SX_TRY(advance(p));
  if (p->token.kind == TOKEN_RANGE && items == 1 && plain) return parse_range(p, out, x, value, at);
  *out = chain;
  return SX_OK;
}

static sx_status parse_in(parser *p, int32_t *out, int32_t x, bool negated, size_t at) {
  int32_t found = -1, lo = -1;
  if (p->token.kind == TOKEN_OPEN) {
    SX_TRY(parse_list(p, &found, x, at));
  } else {
    SX_TRY(parse_level(p, &lo, LEVEL_SUM));
    if (p->token.kind != TOKEN_RANGE) return unexpected(p, "'..' or a list in parentheses after 'in'");
    SX_TRY(parse_range(p, &found, x, lo, at));
  }
  if (negated) return emit_op(p, out, OP_NOT, at, "not in", found, -1);
  *out = found;
  return SX_OK;
}

/* ---- operators ----------------------------------------------------------------------------------------- */

typedef struct binary {
  sx_table__token_kind kind;
  int level;
  sx_table__op op;
  const char *spelt;
} binary;

static const binary BINARY[] = {
    {TOKEN_OR, LEVEL_OR, OP_OR, "or"},
    {TOKEN_AND, LEVEL_AND, OP_AND, "and"},
    {TOKEN_EQ, LEVEL_COMPARE, OP_EQ, "=="},
    {TOKEN_NE, LEVEL_COMPARE, OP_NE, "!="},
    {TOKEN_LT, LEVEL_COMPARE, OP_LT, "<"},
    {TOKEN_LE, LEVEL_COMPARE, OP_LE, "<="},
    {TOKEN_GT, LEVEL_COMPARE, OP_GT, ">"},
    {TOKEN_GE, LEVEL_COMPARE, OP_GE, ">="},
    {TOKEN_PLUS, LEVEL_SUM, OP_ADD, "+"},
    {TOKEN_MINUS, LEVEL_SUM, OP_SUB, "-"},
    {TOKEN_TIMES, LEVEL_PRODUCT, OP_MUL, "*"},
    {TOKEN_OVER, LEVEL_PRODUCT, OP_DIV, "/"},
    {TOKEN_POWER, LEVEL_POWER, OP_POW, "^"},
    {TOKEN_IN, LEVEL_COMPARE, OP_EQ, "in"},
    {TOKEN_NOT, LEVEL_COMPARE, OP_NOT, "not in"},
};

static const binary *find_binary(sx_table__token_kind kind) {
  for (size_t i = 0; i < sizeof BINARY / sizeof *BINARY; i++)
    if (BINARY[i].kind == kind) return &BINARY[i];
  return NULL;
}

static sx_status parse_prefix(parser *p, int32_t *out, int level) {
  const sx_table__token t = p->token;
  int32_t x = -1;
  if (t.kind == TOKEN_NOT && level <= LEVEL_NOT) {
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &x, LEVEL_NOT));
    return emit_op(p, out, OP_NOT, t.at, "not", x, -1);
  }
  if (t.kind == TOKEN_MINUS) {
    SX_TRY(advance(p));
    SX_TRY(parse_level(p, &x, LEVEL_MINUS));
    sx_table__node *node = &p->expr->nodes[x];
    if (node->op == OP_NUMBER && (size_t)x + 1 == p->expr->n_nodes && !signbit(node->number)) { /* a negative number */
      node->number = -node->number;
      node->at = t.at;
      *out = x;
      return SX_OK;
    }
    return emit_op(p, out, OP_NEG, t.at, "-", x, -1);
  }
  return parse_operand(p, out);
}

static sx_status parse_comparison(parser *p, int32_t *left, const binary *op, size_t at) {
  int32_t right = -1;
  if (op->kind == TOKEN_NOT) {
    if (p->token.kind != TOKEN_IN) return unexpected(p, "'in' after 'not'");
    SX_TRY(advance(p));
  }
  if (op->kind == TOKEN_NOT || op->kind == TOKEN_IN) {
    SX_TRY(parse_in(p, left, *left, op->kind == TOKEN_NOT, at));
  } else {
    SX_TRY(parse_level(p, &right, LEVEL_SUM));
    SX_TRY(emit_op(p, left, op->op, at, op->spelt, *left, right));
  }
  const binary *next = find_binary(p->token.kind);
  if (next && next->level == LEVEL_COMPARE)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, p->token.at,
                                "comparisons do not chain: write 'a < b and b < c', or use parentheses");
  return SX_OK;
}

static sx_status parse_binaries(parser *p, int32_t *left, int level) {
  for (;;) {
    const binary *op = find_binary(p->token.kind);
    const size_t at = p->token.at;
    int32_t right = -1;
    if (!op || op->level < level) return SX_OK;
    SX_TRY(advance(p));
    if (op->level == LEVEL_COMPARE) {
      SX_TRY(parse_comparison(p, left, op, at));
      continue;
    }
    SX_TRY(parse_level(p, &right, op->op == OP_POW ? LEVEL_MINUS : op->level + 1));
    SX_TRY(emit_op(p, left, op->op, at, op->spelt, *left, right));
  }
}

static sx_status parse_level(parser *p, int32_t *out, int level) {
  if (p->depth >= SX_EXPR_MAX_DEPTH)
    return sx_table__expr_error(p->err, SX_E_PARSE, p->text, p->token.at, "the expression is nested deeper than %d",
                                SX_EXPR_MAX_DEPTH);
  int32_t left = -1;
  p->depth++;
  SX_TRY(parse_prefix(p, &left, level));
  SX_TRY(parse_binaries(p, &left, level));
  p->depth--;
  *out = left;
  return SX_OK;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static sx_status parse_all(sx_expr *e, size_t n, sx_error *err) {
  parser p = {.expr = e, .text = e->text, .n = n, .err = err};
  int32_t root = -1;
  SX_TRY(advance(&p));
  if (p.token.kind == TOKEN_END) return sx_error_set(err, SX_E_PARSE, "column 1", "the expression is empty");
  SX_TRY(parse_level(&p, &root, LEVEL_OR));
  if (p.token.kind != TOKEN_END) return unexpected(&p, "an operator or the end");
  if ((size_t)root + 1 != e->n_nodes) return sx_error_set(err, SX_E_INTERNAL, NULL, "the root is not the last node");
  return SX_OK;
}

sx_status sx_expr_parse(sx_expr **out, const sx_ctx *ctx, const char *text, sx_error *err) {
  if (!out || !text) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_expr_parse: an argument is NULL");
  const sx_ctx own = ctx ? *ctx : (sx_ctx)SX_CTX_INIT;
  const size_t n = strlen(text);
  size_t bad = 0;
  sx_status st = SX_OK;
  if (n > SX_EXPR_MAX_BYTES)
    return sx_error_set(err, SX_E_LIMIT, NULL, "an expression of more than %d bytes", SX_EXPR_MAX_BYTES);
  if (!sx_utf8_valid(text, n, &bad))
    return sx_table__expr_error(err, SX_E_PARSE, text, bad, "the expression is not valid UTF-8 from here on");
  sx_expr *e = sx_mem_zalloc(&own, 1, sizeof *e);
  if (!e) return sx_error_memory(err);
  e->ctx = own;
  SX_TRY_GOTO(st, sx_arena_new(&e->arena, &own, err), done);
  SX_TRY_GOTO(st, sx_dict_new(&e->names, &own, err), done);
  e->text = sx_mem_strdup(&own, text);
  if (!e->text) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, parse_all(e, n, err), done);
  *out = e;
  e = NULL;
done:
  sx_expr_free(e);
  return st;
}

void sx_expr_free(sx_expr *e) {
  if (!e) return;
  const sx_ctx ctx = e->ctx;
  sx_arena_free(e->arena);
  sx_dict_free(e->names);
  sx_mem_free(&ctx, e->text);
  sx_mem_free(&ctx, e->nodes);
  sx_mem_free(&ctx, e);
}

void sx_expr_keep_infinite(sx_expr *e) {
  if (e) e->infinite = true;
}

size_t sx_expr_names(const sx_expr *e) {
  return e ? sx_dict_count(e->names) : 0;
}

const char *sx_expr_name(const sx_expr *e, size_t i) {
  return e && i < sx_dict_count(e->names) ? sx_dict_get(e->names, (int32_t)i, NULL) : NULL;
}

const char *sx_expr_text(const sx_expr *e) {
  return e ? e->text : NULL;
}
