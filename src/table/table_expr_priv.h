/* table_expr_priv.h: the stages of an expression: tokens -> nodes (parse) -> a program for one table (bind) -> blocks of rows (run). */
#ifndef SX_TABLE_EXPR_PRIV_H
#define SX_TABLE_EXPR_PRIV_H

#include "table_priv.h"

enum { SX_EXPR_MAX_DEPTH = 200, SX_EXPR_MAX_BYTES = 1 << 20 };

/* ---- tokens (table_lex.c) ------------------------------------------------------------------------------- */

typedef enum sx_table__token_kind {
  TOKEN_END,
  TOKEN_NUMBER,
  TOKEN_TEXT,
  TOKEN_NAME,   /* a bare word, never a keyword */
  TOKEN_QUOTED, /* a name in backquotes */
  TOKEN_OR,
  TOKEN_AND,
  TOKEN_NOT,
  TOKEN_IN,
  TOKEN_EQ,
  TOKEN_NE,
  TOKEN_LT,
  TOKEN_LE,
  TOKEN_GT,
  TOKEN_GE,
  TOKEN_RANGE,
  TOKEN_PLUS,
  TOKEN_MINUS,
  TOKEN_TIMES,
  TOKEN_OVER,
  TOKEN_POWER,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_COMMA
} sx_table__token_kind;

typedef struct sx_table__token {
  sx_table__token_kind kind;
  size_t at, end;   /* bytes of the text */
  double number;    /* TOKEN_NUMBER */
  const char *text; /* TOKEN_TEXT, TOKEN_NAME, TOKEN_QUOTED: unescaped, in the arena */
  size_t n;
} sx_table__token;

sx_status sx_table__next_token(sx_table__token *out, const char *text, size_t n, size_t at, sx_arena *arena,
                               sx_error *err) SX_NODISCARD;
/* err with where "column C", C in code points of text up to byte `at`. */
sx_status sx_table__expr_error(sx_error *err, sx_status status, const char *text, size_t at, const char *fmt, ...)
    SX_PRINTF(5, 6);

/* ---- nodes (table_parse.c) ------------------------------------------------------------------------------ */

/* Nodes stand in post-order: operands before operators, so that every later stage is a loop and only the parser recurses.
 * `in` is written out by the parser: x in a..b is x >= a and x <= b, x in (a, b) is x == a or x == b, x being one shared node.
 * Functions of any number of arguments become chains of two: min(a, b, c) is MIN(MIN(a, b), c). */
typedef enum sx_table__op {
  OP_NUMBER,
  OP_TEXT,
  OP_NAME,
  OP_NEG,
  OP_NOT,
  OP_OR,
  OP_AND,
  OP_EQ,
  OP_NE,
  OP_LT,
  OP_LE,
  OP_GT,
  OP_GE,
  OP_ADD,
  OP_SUB,
  OP_MUL,
  OP_DIV,
  OP_POW,
  OP_MIN,
  OP_MAX,
  OP_IF,      /* a ? b : c; c < 0: missing */
  OP_MISSING, /* a may be a set */
  OP_VALID,
  OP_ABS,
  OP_SQRT,
  OP_EXP,
  OP_LOG,
  OP_FLOOR,
  OP_CEIL,
  OP_ROUND,
  OP_ANY, /* a: the chain so far or -1; b: the next member, a set or an expression */
  OP_SUM,
  OP_COUNT
} sx_table__op;

typedef struct sx_table__node {
  sx_table__op op;
  int32_t a, b, c;   /* operands, -1 where absent */
  int32_t name;      /* OP_NAME: code in expr->names */
  bool member;       /* OP_NAME: a set is allowed here */
  double number;     /* OP_NUMBER */
  const char *text;  /* OP_TEXT */
  size_t n;          /* bytes of text */
  size_t at;         /* place in the expression */
  const char *spelt; /* the operator or function as written, for messages */
} sx_table__node;

struct sx_expr {
  sx_ctx ctx;
  sx_arena *arena;
  char *text;
  sx_dict *names;
  sx_table__node *nodes;
  size_t n_nodes, cap_nodes; /* the last node is the root */
  bool infinite;             /* results may be infinite (sx_expr_keep_infinite) */
};

/* ---- programs (table_bind.c) ---------------------------------------------------------------------------- */

enum { SX_TABLE_BLOCK = 1024 };

/* What a value is. Inside a program a number that is missing is NaN, a truth value is 0 false, 1 missing, 2 true (so that
 * `and` is min, `or` is max, `not` is 2 - x), a text is a code of its dictionary, -1 missing, -2 a word the dictionary lacks. */
typedef enum sx_table__kind { KIND_LOGIC, KIND_NUMBER, KIND_TEXT, KIND_DATE, KIND_PERIOD } sx_table__kind;

typedef enum sx_table__code {
  CODE_LOAD_F64,
  CODE_LOAD_I64,
  CODE_LOAD_CODE,
  CODE_FILL_NUMBER,
  CODE_FILL_LOGIC,
  CODE_FILL_CODE,
  CODE_TO_LOGIC, /* fails on a number other than 0 and 1 */
  CODE_TO_NUMBER,
  CODE_MAP, /* codes through map[] */
  CODE_NEG,
  CODE_ABS,
  CODE_SQRT,
  CODE_EXP,
  CODE_LOG,
  CODE_FLOOR,
  CODE_CEIL,
  CODE_ROUND,
  CODE_ADD,
  CODE_SUB,
  CODE_MUL,
  CODE_DIV,
  CODE_POW,
  CODE_MIN,
  CODE_MAX,
  CODE_SKIP_ADD, /* missing operands are skipped; missing only if both are */
  CODE_EQ,       /* numbers */
  CODE_NE,
  CODE_LT,
  CODE_LE,
  CODE_GT,
  CODE_GE,
  CODE_TEXT_EQ, /* codes of one dictionary */
  CODE_TEXT_NE,
  CODE_TEXT_LT,
  CODE_TEXT_LE,
  CODE_TEXT_GT,
  CODE_TEXT_GE,
  CODE_NOT,
  CODE_AND,
  CODE_OR,
  CODE_ANY, /* as or, but missing operands are skipped */
  CODE_NUMBER_MISSING,
  CODE_LOGIC_MISSING,
  CODE_TEXT_MISSING,
  CODE_IF_NUMBER,
  CODE_IF_LOGIC,
  CODE_IF_TEXT
} sx_table__code;

/* One operation over a block. Operands are earlier steps; b < 0 with a binary operation means the constant. */
typedef struct sx_table__step {
  sx_table__code code;
  int32_t a, b, c;
  double number; /* constant operand */
  int32_t word;  /* constant operand of text operations */
  const int32_t *map;
  const sx_column *column;
  int32_t reg;
  uint32_t uses;
  size_t at;     /* place in the expression, for errors of rows */
  bool infinite; /* of the expression */
} sx_table__step;

typedef struct sx_table__program {
  const sx_expr *expr;
  const sx_table *table;
  sx_arena *arena;
  sx_table__step *steps;
  size_t n_steps, cap_steps;
  int32_t n_regs;
  sx_table__kind kind;     /* of the last step */
  sx_dict *dict;           /* of a text result, borrowed from dicts or a column */
  const sx_column *column; /* the expression is this column and nothing else: n_steps is 0 */
  sx_dict **dicts;         /* owned */
  size_t n_dicts, cap_dicts;
} sx_table__program;

/* as_condition: the result must be true or false. */
sx_status sx_table__bind(sx_table__program *out, const sx_expr *expr, const sx_table *table, bool as_condition,
                         sx_error *err) SX_NODISCARD;
/* Gives every step that is used a register (table_program.c). SX_E_MEMORY alone. */
sx_status sx_table__program_registers(sx_table__program *program, sx_error *err);
void sx_table__program_clear(sx_table__program *program);

/* ---- running (table_kernel.c, table_eval.c) ------------------------------------------------------------- */

/* sx_table__kernel: one step over one block. dst and the operands hold SX_TABLE_BLOCK elements of their kind; NULL for a constant. */
/* Rows from..from+n-1 of a column as a block, filled up with missing values. */
void sx_table__load(void *dst, const sx_column *column, size_t from, size_t n);
/* The first n elements of a block into a result column, whose miss exists; true where any is missing. */
bool sx_table__store(sx_column *out, sx_table__kind kind, const void *block, size_t from, size_t n);
void sx_table__kernel(const sx_table__step *step, void *dst, const void *a, const void *b, const void *c);

#endif
