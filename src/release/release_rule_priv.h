/* release_rule_priv.h: a validation rule as a tree, and what its functions over whole columns need.
 * text -> tree (release_rule_parse.c) -> without assignments and groups of variables (release_rule_expand.c) -> expressions of the table room,
 * functions that these do not have being computed first (release_rule_eval.c) by the kernels of release_rule_sum.c, _keys.c and _match.c. */
#ifndef SX_RELEASE_RULE_PRIV_H
#define SX_RELEASE_RULE_PRIV_H

#include "shuxiao/release_rules.h"

typedef enum sx_release__node_kind {
  NODE_NUMBER, /* text: as written, number */
  NODE_TEXT,
  NODE_NAME,
  NODE_TRUTH, /* number: 1 or 0 */
  NODE_NA,
  NODE_CALL, /* text: the function; args with their keys */
  NODE_OP, /* text: the operator in one spelling (operators below); 1 or 2 args; "in": the second is c(...), whose items may be ".." */
  NODE_IF  /* 2 or 3 args: if (a) b else c */
} sx_release__node_kind;

struct sx_rule_tree {
  sx_release__node_kind kind;
  const char *text;
  double number;
  size_t n;
  struct sx_rule_tree **args;
  const char **keys; /* NODE_CALL: the name before '=', else NULL */
};
typedef struct sx_rule_tree sx_rule_tree;

/* "or" "and" "not" "==" "!=" "<" "<=" ">" ">=" "in" ".." "+" "-" "*" "/" "^" "%%" "%/%" ":" "~" ":=". Error: where "column C". */
sx_status sx_release__rule_parse(sx_rule_tree **out, const sx_ctx *ctx, sx_arena *arena, const char *text,
                                 sx_error *err) SX_NODISCARD;
static inline bool sx_release__is_op(const sx_rule_tree *t, const char *op) {
  return t->kind == NODE_OP && strcmp(t->text, op) == 0;
}
static inline bool sx_release__is_call(const sx_rule_tree *t, const char *name) {
  return t->kind == NODE_CALL && strcmp(t->text, name) == 0;
}
bool sx_release__tree_number(double *out, const sx_rule_tree *t); /* a number, or one with a minus */

/* ---- functions that the table room lacks --------------------------------------------------------------------------------------- */

enum { SX_RULE_MAX_SLOTS = 8 };

/* The value of an argument: a column of the table's length, or of one row where scalar. Borrowed. */
typedef struct sx_release__value {
  const sx_column *column;
  bool scalar;
} sx_release__value;

/* One rule meets one table. Values of functions are columns of two tables of its own: `narrow` of one row, `wide` of all rows, where columns of the
 * data that are used beside them are copied. */
typedef struct sx_release__bound {
  const sx_ctx *ctx;
  const sx_table *table;
  const sx_rules *rules; /* tolerances */
  sx_arena *arena;
  sx_table *narrow, *wide; /* NULL until needed */
  bool inside;             /* in a condition of exists_any(), where no number of the whole column has a place */
} sx_release__bound;
typedef struct sx_release__call {
  const sx_ctx *ctx;
  const sx_table *table;
  sx_release__bound *bound; /* evaluates arguments */
  const char *name;         /* of the function */
  const sx_rule_tree
      *slot[SX_RULE_MAX_SLOTS]; /* arguments by their places in the function's list, NULL where not given */
  const sx_rule_tree **rest;    /* [n_rest] those that stand for "..." */
  size_t n_rest;
  sx_column *out; /* to be filled: the table's rows, or one */
  sx_error *err;
} sx_release__call;

typedef struct sx_release__function {
  const char *name;
  const char *list; /* of arguments: "x,na.rm"; "..." before them takes any number */
  sx_type type;     /* of the result: SX_INTEGER is a truth value or a count */
  bool scalar;      /* one value for the data set */
  sx_status (*run)(sx_release__call *c);
} sx_release__function;

extern const sx_release__function sx_release__sums[], sx_release__keys[],
    sx_release__matches[]; /* a NULL name ends each */

const sx_release__function *sx_release__find_function(const char *name); /* NULL: it is none of these */
/* Runs it on its arguments: *out is the caller's, and its name. */
sx_status sx_release__call_run(sx_column **out, sx_release__bound *b, const sx_release__function *f,
                               const sx_rule_tree *tree, sx_error *err) SX_NODISCARD;
/* Evaluation (release_rule_eval.c): a value borrowed from b; a condition, whose verdicts (1, 0, 2 missing) are one
 * or the table's rows. */
sx_status sx_release__eval(sx_release__value *out, sx_release__bound *b, const sx_rule_tree *t,
                           sx_error *err) SX_NODISCARD;
sx_status sx_release__eval_test(uint8_t *held, bool *one, sx_release__bound *b, const sx_rule_tree *t,
                                sx_error *err) SX_NODISCARD;
void sx_release__bound_clear(sx_release__bound *b);
/* A rule without assignments and groups of variables (release_rule_expand.c). */
typedef struct sx_release__names {
  const char **names;
  sx_rule_tree **trees;
  size_t n, cap;
} sx_release__names;
void sx_release__substitute(sx_rule_tree **tree, const sx_release__names *known);
sx_status sx_release__groups(sx_rule_tree ***out, const char ***marks, size_t *n, sx_arena *arena, sx_rule_tree *tree,
                             sx_error *err) SX_NODISCARD;

/* What the kernels ask of the evaluation (release_rule_call.c). */
sx_status sx_release__call_value(sx_release__value *out, const sx_release__call *c, const sx_rule_tree *t) SX_NODISCARD;
sx_status sx_release__call_error(const sx_release__call *c, const char *fmt, ...) SX_PRINTF(2, 3);
/* Literal arguments; t NULL: *out stays. */
sx_status sx_release__call_truth(bool *out, const sx_release__call *c, const sx_rule_tree *t) SX_NODISCARD;
sx_status sx_release__call_number(double *out, const sx_release__call *c, const sx_rule_tree *t) SX_NODISCARD;
sx_status sx_release__call_text(const char **out, const sx_release__call *c, const sx_rule_tree *t) SX_NODISCARD;
sx_status sx_release__call_result(const sx_release__call *c, size_t row, double value) SX_NODISCARD; /* NaN: missing */
sx_status sx_release__call_retype(sx_release__call *c, sx_type type) SX_NODISCARD; /* another type of result */
/* The variables of "...": columns; a dot stands for all of the data. Allocated. */
sx_status sx_release__call_columns(sx_release__value **out, size_t *n, const sx_release__call *c,
                                   const sx_rule_tree *const *trees, size_t n_trees) SX_NODISCARD;
static inline size_t sx_release__row(const sx_release__value *v, size_t row) {
  return v->scalar ? 0 : row;
}

/* Classes of rows that agree in all columns; what is missing is a value of its own. (release_rule_classes.c) */
typedef struct sx_release__classes {
  uint32_t *of; /* [rows] */
  size_t n;
  uint8_t *gone; /* [rows] some column is missing */
} sx_release__classes;
sx_status sx_release__classes_new(sx_release__classes *out, const sx_ctx *ctx, size_t rows, sx_error *err) SX_NODISCARD;
sx_status sx_release__classes_split(sx_release__classes *c, const sx_ctx *ctx, const sx_release__value *by, size_t rows,
                                    sx_error *err) SX_NODISCARD;
void sx_release__classes_clear(sx_release__classes *c, const sx_ctx *ctx);
/* `by`: a variable or list(a, b); NULL: one class. */
sx_status sx_release__classes_by(sx_release__classes *out, const sx_release__call *c,
                                 const sx_rule_tree *by) SX_NODISCARD;

/* ---- texts (release_rule_pattern.c) ---------------------------------------------------------------------------------------------------- */

enum { SX_RULE_NUMBER_TEXT = 40 };
/* A cell as R's as.character(): numbers with up to 15 digits, whole numbers of integer columns plainly; NULL where missing. own holds numbers. */
const char *sx_release__cell_text(char own[SX_RULE_NUMBER_TEXT], const sx_column *column, size_t row);

typedef enum sx_release__pattern_kind { PATTERN_FIXED, PATTERN_EXTENDED, PATTERN_PERL } sx_release__pattern_kind;
typedef struct sx_release__pattern sx_release__pattern;
sx_status sx_release__pattern_new(sx_release__pattern **out, const sx_ctx *ctx, const char *text,
                                  sx_release__pattern_kind kind, bool ignore_case, sx_error *err) SX_NODISCARD;
void sx_release__pattern_free(sx_release__pattern *p);
sx_status sx_release__pattern_match(bool *out, const sx_release__pattern *p, const char *text,
                                    sx_error *err) SX_NODISCARD;
void sx_release__glob(sx_buf *out, const char *glob); /* as utils::glob2rx: * any text, ? one character */

#endif
