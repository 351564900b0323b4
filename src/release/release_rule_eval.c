/* release_rule_eval.c: a rule on a table. The tree is written as an expression of the table room; functions that this lacks are computed first and stand in
 * it as columns of their names. A rule all of whose names are such numbers of whole columns has one verdict, any other one per row.
 *
 * Linear equations and inequalities among numbers hold within a tolerance, as in validate: a == b is |a - b| <= eps, a <= b is a - b <= eps. Whole
 * numbers need none. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/table_arithmetic.h"
#include "release_rule_priv.h"

enum { MAX_SPAN = 1000 };

/* What an expression being written refers to. */
typedef struct uses {
  bool rows;   /* columns of the data or of a function, as against one value */
  bool values; /* of functions */
  const char **names;
  size_t n, cap;
} uses;

typedef struct writer {
  sx_release__bound *b;
  sx_buf *out;
  uses *uses;
  sx_error *err;
} writer;

enum { BIND_OR = 1, BIND_AND, BIND_NOT, BIND_COMPARE, BIND_SUM, BIND_PRODUCT, BIND_MINUS, BIND_POWER, BIND_OPERAND };

static const struct {
  const char *op;
  int level;
} LEVELS[] = {{"or", BIND_OR},      {"and", BIND_AND},   {"not", BIND_NOT},    {"==", BIND_COMPARE},
              {"!=", BIND_COMPARE}, {"<", BIND_COMPARE}, {"<=", BIND_COMPARE}, {">", BIND_COMPARE},
              {">=", BIND_COMPARE}, {"+", BIND_SUM},     {"-", BIND_SUM},      {"*", BIND_PRODUCT},
              {"/", BIND_PRODUCT},  {"^", BIND_POWER}};

static int level_of(const sx_rule_tree *t) {
  if (t->kind == NODE_OP && t->n == 1 && t->text[0] == '-') return BIND_MINUS;
  for (size_t i = 0; t->kind == NODE_OP && i < sizeof LEVELS / sizeof *LEVELS; i++)
    if (strcmp(LEVELS[i].op, t->text) == 0) return LEVELS[i].level;
  return BIND_OPERAND; /* written with its own brackets */
}

static sx_status write_tree(const writer *w, const sx_rule_tree *t, int level);

/* ---- names ---------------------------------------------------------------------------------------------------------------------------- */

static void write_quoted(sx_buf *out, char mark, const char *text) {
  sx_buf_add_char(out, mark);
  for (; *text; text++) {
    if (*text == mark) sx_buf_add_char(out, mark);
    sx_buf_add_char(out, *text);
  }
  sx_buf_add_char(out, mark);
}

static sx_status use(const writer *w, const char *name) {
  void *names = w->uses->names;
  if (!sx_arena_grow(w->b->arena, &names, &w->uses->cap, w->uses->n + 1, sizeof *w->uses->names))
    return sx_error_memory(w->err);
  w->uses->names = names;
  w->uses->names[w->uses->n] = sx_arena_strdup(w->b->arena, name);
  if (!w->uses->names[w->uses->n]) return sx_error_memory(w->err);
  w->uses->n++;
  write_quoted(w->out, '`', name);
  return SX_OK;
}

static sx_status write_name(const writer *w, const char *name) {
  const sx_column *c = NULL;
  if (strcmp(name, ".") == 0)
    return sx_error_set(w->err, SX_E_ARGUMENT, NULL,
                        "'.' stands for all of the data, as in nrow(.) or all_complete(.)");
  if (!sx_table_find_mrset(w->b->table, name)) SX_TRY(sx_table_need(&c, w->b->table, name, w->err));
  w->uses->rows = true;
  return use(w, name);
}

/* A name that nothing has: the function's, numbered where it stands more than once. */
static sx_status value_name(char out[64], const sx_release__bound *b, const char *function, sx_error *err) {
  for (int i = 1; i < 100000; i++) {
    (void)snprintf(out, 64, i > 1 ? "%.40s() %d" : "%.40s()", function, i);
    if (!sx_table_find(b->table, out) && !(b->wide && sx_table_find(b->wide, out)) &&
        !(b->narrow && sx_table_find(b->narrow, out)))
      return SX_OK;
  }
  return sx_error_set(err, SX_E_LIMIT, NULL, "a rule of too many functions");
}

static sx_status need_table(sx_table **where, const sx_release__bound *b, bool one, sx_error *err) {
  return *where ? SX_OK : sx_table_new(where, b->ctx, one ? 1 : sx_table_rows(b->table), err);
}

static sx_status write_value(const writer *w, const sx_release__function *f, const sx_rule_tree *t) {
  sx_release__bound *b = w->b;
  sx_table **where = f->scalar ? &b->narrow : &b->wide;
  sx_column *column = NULL;
  char name[64];
  SX_TRY(sx_release__call_run(&column, b, f, t, w->err));
  sx_status status = need_table(where, b, f->scalar, w->err);
  if (status == SX_OK) status = value_name(name, b, f->name, w->err);
  char *own = status == SX_OK ? sx_mem_strdup(b->ctx, name) : NULL;
  if (status == SX_OK && !own) status = sx_error_memory(w->err);
  if (own) {
    sx_mem_free(b->ctx, column->name);
    column->name = own;
  }
  if (status == SX_OK) status = sx_table_take(*where, column, w->err);
  if (status != SX_OK) {
    sx_column_free(b->ctx, column);
    return status;
  }
  w->uses->values = true;
  if (!f->scalar) w->uses->rows = true;
  return use(w, name);
}

/* ---- lists ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct items {
  const sx_rule_tree **of;
  size_t n, cap;
  bool na;
} items;

static sx_status add_item(const writer *w, items *list, const sx_rule_tree *t) {
  double lo = 0, hi = 0;
  void *of = list->of;
  if (t->kind == NODE_NA) {
    list->na = true;
    return SX_OK;
  }
  if (sx_release__is_call(t, "c")) {
    for (size_t i = 0; i < t->n; i++) SX_TRY(add_item(w, list, t->args[i]));
    return SX_OK;
  }
  if (sx_release__is_op(t, ":")) { /* 2018:2020 */
    if (!sx_release__tree_number(&lo, t->args[0]) || !sx_release__tree_number(&hi, t->args[1]) ||
        !(fabs(hi - lo) <= MAX_SPAN))
      return sx_error_set(w->err, SX_E_ARGUMENT, NULL, "a:b in a list has two plain numbers, at most %d apart",
                          MAX_SPAN);
    for (double x = lo; lo <= hi ? x <= hi : x >= hi; x += lo <= hi ? 1 : -1) {
      sx_rule_tree *number = sx_arena_zalloc(w->b->arena, 1, sizeof *number);
      char text[SX_DOUBLE_TEXT_MAX];
      sx_text_from_double(text, x);
      if (number) number->text = sx_arena_strdup(w->b->arena, text);
      if (!number || !number->text) return sx_error_memory(w->err);
      number->number = x;
      SX_TRY(add_item(w, list, number));
    }
    return SX_OK;
  }
  if (!sx_arena_grow(w->b->arena, &of, &list->cap, list->n + 1, sizeof *list->of)) return sx_error_memory(w->err);
  list->of = of;
  list->of[list->n++] = t;
  return SX_OK;
}

/* A text variable, and "" that none of its cases has: an empty field of a file is a missing value. */
static bool is_empty_text(const writer *w, const sx_rule_tree *x, const sx_rule_tree *text) {
  const sx_column *c = x->kind == NODE_NAME ? sx_table_find(w->b->table, x->text) : NULL;
  return c && c->dict && text->kind == NODE_TEXT && !*text->text && sx_dict_find(c->dict, "", 0) < 0;
}

/* The same verdict in every case that has a value. */
static sx_status write_constant(const writer *w, const sx_rule_tree *x, bool verdict) {
  sx_buf_add(w->out, "(if(missing(");
  SX_TRY(write_tree(w, x, BIND_OR));
  sx_buf_printf(w->out, "), 0 / 0, %d) == 1)", verdict);
  return SX_OK;
}

/* Texts that a list gives and that do not occur among plain texts: they match nothing, unless all of them do not, which is a slip; "" is none. */
static void drop_absent(const writer *w, items *list, const sx_rule_tree *x) {
  const sx_column *c = x->kind == NODE_NAME ? sx_table_find(w->b->table, x->text) : NULL;
  size_t kept = 0;
  for (size_t i = 0; i < list->n; i++)
    if (!is_empty_text(w, x, list->of[i])) list->of[kept++] = list->of[i];
  list->n = kept;
  kept = 0;
  if (!c || c->type != SX_TEXT || c->n_labels || c->n_ranges) return;
  for (size_t i = 0; i < list->n; i++)
    kept += list->of[i]->kind != NODE_TEXT || sx_dict_find(c->dict, list->of[i]->text, strlen(list->of[i]->text)) >= 0;
  if (!kept) return;
  kept = 0;
  for (size_t i = 0; i < list->n; i++)
    if (list->of[i]->kind != NODE_TEXT || sx_dict_find(c->dict, list->of[i]->text, strlen(list->of[i]->text)) >= 0)
      list->of[kept++] = list->of[i];
  list->n = kept;
}

static sx_status write_in(const writer *w, const sx_rule_tree *t) {
  items list = {NULL, 0, 0, false};
  SX_TRY(add_item(w, &list, t->args[1]));
  if (!list.n) return sx_error_set(w->err, SX_E_ARGUMENT, NULL, "the list of %%in%% is empty");
  drop_absent(w, &list, t->args[0]);
  sx_buf_add(w->out, list.na ? "((" : "(");
  if (list.n) SX_TRY(write_tree(w, t->args[0], BIND_SUM));
  if (list.n)
    sx_buf_add(w->out, " in (");
  else
    SX_TRY(write_constant(w, t->args[0], false));
  for (size_t i = 0; i < list.n; i++) {
    const sx_rule_tree *item = list.of[i];
    const bool range = sx_release__is_op(item, "..");
    if (i) sx_buf_add(w->out, ", ");
    SX_TRY(write_tree(w, range ? item->args[0] : item, BIND_SUM));
    if (!range) continue;
    sx_buf_add(w->out, "..");
    SX_TRY(write_tree(w, item->args[1], BIND_SUM));
  }
  if (list.n) sx_buf_add_char(w->out, ')');
  sx_buf_add(w->out, list.na ? ") or 0 / 0 == 0)" : ")"); /* what matches nothing may still be the missing one */
  return SX_OK;
}

/* ---- functions -------------------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *of_r, *ours;
} WORDS[] = {{"is.na", "missing"}, {"ceiling", "ceil"}, {"ifelse", "if"},   {"pmin", "min"},
             {"pmax", "max"},      {"as.Date", ""},     {"as.numeric", ""}, {"identity", ""}};
static const char *const FRAMES[] = {"c", "list", "data.frame", "expand.grid", "glob", "rx", "var_group"};

/* sum(a, b) and the like go by case, as in other expressions; sum(a) and sum(a, b, na.rm=TRUE) are of whole columns; sum(set) is of a set. */
static bool by_case(const writer *w, const sx_rule_tree *t) {
  static const char *const names[] = {"sum", "min", "max", "any"};
  bool ours = false, named = false;
  for (size_t i = 0; i < 4; i++) ours = ours || strcmp(t->text, names[i]) == 0;
  for (size_t i = 0; i < t->n; i++) named = named || t->keys[i];
  if (!ours || named) return false;
  return t->n > 1 || (t->n == 1 && t->args[0]->kind == NODE_NAME && !sx_table_find(w->b->table, t->args[0]->text) &&
                      sx_table_find_mrset(w->b->table, t->args[0]->text));
}

static sx_status write_call(const writer *w, const sx_rule_tree *t) {
  const sx_release__function *f = sx_release__find_function(t->text);
  const char *name = t->text;
  double digits = 0;
  if (f && !by_case(w, t)) return write_value(w, f, t);
  for (size_t i = 0; i < sizeof FRAMES / sizeof *FRAMES; i++)
    if (strcmp(FRAMES[i], name) == 0)
      return sx_error_set(w->err, SX_E_ARGUMENT, NULL,
                          "%s() has no place here: it stands behind %%in%%, in by= and in lists of keys", name);
  for (size_t i = 0; i < t->n; i++)
    if (t->keys[i])
      return sx_error_set(w->err, SX_E_ARGUMENT, NULL, "%s() has no argument called '%s'", name, t->keys[i]);
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
    if (strcmp(WORDS[i].of_r, name) == 0) name = WORDS[i].ours;
  if (strcmp(name, "xor") == 0 && t->n == 2) {
    sx_buf_add(w->out, "((");
    SX_TRY(write_tree(w, t->args[0], BIND_OR));
    sx_buf_add(w->out, ") + (");
    SX_TRY(write_tree(w, t->args[1], BIND_OR));
    sx_buf_add(w->out, ") == 1)");
    return SX_OK;
  }
  const bool infinite = strcmp(name, "is.infinite") == 0;
  if ((infinite || strcmp(name, "is.finite") == 0) && t->n == 1) { /* false of what is missing */
    sx_buf_add(w->out, "(not missing(");
    SX_TRY(write_tree(w, t->args[0], BIND_OR));
    sx_buf_add(w->out, ") and abs(");
    SX_TRY(write_tree(w, t->args[0], BIND_OR));
    sx_buf_printf(w->out, ") %s 1 / 0)", infinite ? "==" : "<");
    return SX_OK;
  }
  if (strcmp(name, "round") == 0 && t->n == 2 && sx_release__tree_number(&digits, t->args[1]) && fabs(digits) <= 15) {
    sx_buf_add(w->out, "(round((");
    SX_TRY(write_tree(w, t->args[0], BIND_OR));
    sx_buf_printf(w->out, ") * 10 ^ %d) / 10 ^ %d)", (int)digits, (int)digits);
    return SX_OK;
  }
  sx_buf_add(w->out, name);
  sx_buf_add_char(w->out, '(');
  for (size_t i = 0; i < t->n; i++) {
    if (i) sx_buf_add(w->out, ", ");
    SX_TRY(write_tree(w, t->args[i], BIND_OR));
  }
  sx_buf_add_char(w->out, ')');
  return SX_OK;
}

/* ---- tolerance ------------------------------------------------------------------------------------------------------------------------- */

/* Sums of numbers and of multiples of numeric variables. whole: of whole numbers alone. */
static bool is_linear(const writer *w, const sx_rule_tree *t, bool *whole) {
  double k = 0;
  if (sx_release__tree_number(&k, t)) {
    *whole = *whole && floor(k) == k;
    return true;
  }
  if (t->kind == NODE_NAME) {
    const sx_column *c = sx_table_find(w->b->table, t->text);
    *whole = *whole && c && c->type == SX_INTEGER;
    return c && (c->type == SX_NUMBER || c->type == SX_INTEGER);
  }
  if (t->kind != NODE_OP) return false;
  const bool product = strcmp(t->text, "*") == 0;
  if (!product && strcmp(t->text, "+") != 0 && strcmp(t->text, "-") != 0) return false;
  if (product && !sx_release__tree_number(&k, t->args[0]) && !sx_release__tree_number(&k, t->args[1])) return false;
  for (size_t i = 0; i < t->n; i++)
    if (!is_linear(w, t->args[i], whole)) return false;
  return true;
}

/* 0: compared exactly. */
static double tolerance(const writer *w, const sx_rule_tree *t) {
  const bool equal = strcmp(t->text, "==") == 0, other = strcmp(t->text, "<=") == 0 || strcmp(t->text, ">=") == 0;
  bool whole = true;
  if (t->n != 2 || (!equal && !other)) return 0;
  if (!is_linear(w, t->args[0], &whole) || !is_linear(w, t->args[1], &whole)) return 0;
  const double eps = equal ? w->b->rules->eq_eps : w->b->rules->ineq_eps;
  return whole && eps < 1 ? 0 : eps;
}

static sx_status write_tolerant(const writer *w, const sx_rule_tree *t, double eps) {
  const bool equal = t->text[0] == '=';
  char text[SX_DOUBLE_TEXT_MAX];
  sx_buf_add(w->out, equal ? "(abs(" : "(");
  SX_TRY(write_tree(w, t->args[0], BIND_SUM));
  sx_buf_add(w->out, " - ");
  SX_TRY(write_tree(w, t->args[1], BIND_PRODUCT));
  sx_text_from_double(text, t->text[0] == '>' ? -eps : eps);
  sx_buf_printf(w->out, "%s %s %s)", equal ? ")" : "", equal ? "<=" : t->text, text);
  return SX_OK;
}

/* ---- trees ------------------------------------------------------------------------------------------------------------------------------ */

static sx_status write_op(const writer *w, const sx_rule_tree *t) {
  const double eps = tolerance(w, t);
  const int level = level_of(t);
  if (eps > 0) return write_tolerant(w, t, eps);
  const bool differ = strcmp(t->text, "!=") == 0;
  for (size_t i = 0; i < 2 && t->n == 2 && (differ || strcmp(t->text, "==") == 0); i++)
    if (is_empty_text(w, t->args[i], t->args[1 - i])) return write_constant(w, t->args[i], differ);
  if (t->n == 1) {
    sx_buf_add(w->out, t->text[0] == '-' ? "-" : "not ");
    return write_tree(w, t->args[0], level);
  }
  const bool right = t->text[0] == '^', compare = level == BIND_COMPARE;
  SX_TRY(write_tree(w, t->args[0], right ? BIND_OPERAND : compare ? BIND_SUM : level));
  sx_buf_printf(w->out, " %s ", t->text);
  return write_tree(w, t->args[1], right ? BIND_MINUS : compare ? BIND_SUM : level + 1);
}

/* Behind %% a value that may be infinite, where a is its own rest, or b where the signs differ. */
static sx_status write_rest_of_infinite(const writer *w, const sx_rule_tree *a, const sx_rule_tree *b) {
  enum { PLACES = 8 };
  static const char *const between[PLACES + 1] = {
      "if(abs(", ") == 1 / 0 and abs(", ") < 1 / 0, if(", " < 0 and ", " > 0 or ", " > 0 and ", " < 0, ", ", ", "), "};
  const sx_rule_tree *const of[PLACES] = {b, a, a, b, a, b, b, a};
  for (size_t i = 0; i < PLACES; i++) {
    sx_buf_add(w->out, between[i]);
    SX_TRY(write_tree(w, of[i], BIND_SUM));
  }
  sx_buf_add(w->out, between[PLACES]);
  return SX_OK;
}

/* a %% b is a - floor(a / b) * b. */
static sx_status write_division(const writer *w, const sx_rule_tree *t) {
  const bool rest = strcmp(t->text, "%%") == 0;
  double b = 0;
  const bool plain = t->args[1]->kind == NODE_NAME || (sx_release__tree_number(&b, t->args[1]) && isfinite(b));
  if (rest && !plain) SX_TRY(write_rest_of_infinite(w, t->args[0], t->args[1]));
  sx_buf_add_char(w->out, '(');
  if (rest) SX_TRY(write_tree(w, t->args[0], BIND_PRODUCT));
  sx_buf_add(w->out, rest ? " - floor((" : "floor((");
  SX_TRY(write_tree(w, t->args[0], BIND_OR));
  sx_buf_add(w->out, ") / (");
  SX_TRY(write_tree(w, t->args[1], BIND_OR));
  sx_buf_add(w->out, "))");
  if (rest) {
    sx_buf_add(w->out, " * ");
    SX_TRY(write_tree(w, t->args[1], BIND_POWER));
  }
  sx_buf_add(w->out, rest && !plain ? "))" : ")");
  return SX_OK;
}

/* if (a) b: not a, or b. else c: and a, or c. */
static sx_status write_if(const writer *w, const sx_rule_tree *t) {
  sx_buf_add(w->out, t->n > 2 ? "((not (" : "(not (");
  SX_TRY(write_tree(w, t->args[0], BIND_OR));
  sx_buf_add(w->out, ") or (");
  SX_TRY(write_tree(w, t->args[1], BIND_OR));
  sx_buf_add(w->out, "))");
  if (t->n < 3) return SX_OK;
  sx_buf_add(w->out, " and ((");
  SX_TRY(write_tree(w, t->args[0], BIND_OR));
  sx_buf_add(w->out, ") or (");
  SX_TRY(write_tree(w, t->args[2], BIND_OR));
  sx_buf_add(w->out, ")))");
  return SX_OK;
}

static sx_status write_plain(const writer *w, const sx_rule_tree *t) {
  switch (t->kind) {
  case NODE_NUMBER:
    sx_buf_add(w->out, t->text);
    return SX_OK;
  case NODE_TEXT:
    write_quoted(w->out, '"', t->text);
    return SX_OK;
  case NODE_NAME:
    return write_name(w, t->text);
  case NODE_TRUTH:
    sx_buf_add(w->out, t->number != 0 ? "(1 == 1)" : "(1 == 0)");
    return SX_OK;
  case NODE_NA:
    sx_buf_add(w->out, "(0 / 0)");
    return SX_OK;
  case NODE_CALL:
    return write_call(w, t);
  case NODE_IF:
    return write_if(w, t);
  case NODE_OP:
    break;
  }
  if (strcmp(t->text, "in") == 0) return write_in(w, t);
  if (t->text[0] == '%') return write_division(w, t);
  if (strcmp(t->text, "~") == 0) return write_value(w, sx_release__find_function("~"), t);
  if (t->text[0] == ':' || t->text[0] == '.')
    return sx_error_set(w->err, SX_E_ARGUMENT, NULL, "'%s' has no place here", t->text);
  return write_op(w, t);
}

static sx_status write_tree(const writer *w, const sx_rule_tree *t, int level) {
  const bool brackets = level_of(t) < level;
  if (brackets) sx_buf_add_char(w->out, '(');
  SX_TRY(write_plain(w, t));
  if (brackets) sx_buf_add_char(w->out, ')');
  return SX_OK;
}

/* ---- the table that an expression is evaluated on --------------------------------------------------------------------------------------- */

/* One value for every row. */
static sx_status spread(sx_table *wide, const sx_column *one, sx_error *err) {
  sx_column *c = NULL;
  SX_TRY(sx_table_add(&c, wide, one->name, one->type, err));
  for (size_t i = 0; i < c->n; i++) {
    if (sx_column_missing(one, 0))
      SX_TRY(sx_column_set_missing(sx_table_ctx(wide), c, i, SX_MISS_SYSTEM, err));
    else if (one->type == SX_NUMBER)
      c->data.f64[i] = one->data.f64[0];
    else
      c->data.i64[i] = one->data.i64[0];
  }
  return SX_OK;
}

static sx_status copy_column(sx_release__bound *b, const char *name, sx_error *err) {
  sx_column *c = NULL;
  sx_expr *e = NULL;
  sx_buf text;
  if (sx_table_find(b->wide, name)) return SX_OK;
  sx_buf_init(&text, b->ctx);
  write_quoted(&text, '`', name);
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK) status = sx_expr_parse(&e, b->ctx, text.data, err);
  if (status == SX_OK) status = sx_expr_eval(&c, e, b->table, name, err);
  if (status == SX_OK) status = sx_table_take(b->wide, c, err);
  if (status != SX_OK) sx_column_free(b->ctx, c);
  sx_expr_free(e);
  sx_buf_clear(&text);
  return status;
}

static sx_status bring(sx_release__bound *b, const char *name, sx_error *err) {
  const sx_column *one = b->narrow ? sx_table_find(b->narrow, name) : NULL;
  const sx_mrset *set = sx_table_find_mrset(b->table, name);
  if (sx_table_find(b->wide, name) || sx_table_find_mrset(b->wide, name)) return SX_OK;
  if (one) return spread(b->wide, one, err);
  if (sx_table_find(b->table, name)) return copy_column(b, name, err);
  for (size_t i = 0; set && i < set->n_variables; i++) SX_TRY(copy_column(b, set->variables[i], err));
  return set ? sx_table_add_mrset(b->wide, set, err) : SX_OK;
}

static sx_status pick_table(const sx_table **out, sx_release__bound *b, const uses *u, sx_error *err) {
  if (u->rows && !u->values) {
    *out = b->table;
    return SX_OK;
  }
  SX_TRY(need_table(u->rows ? &b->wide : &b->narrow, b, !u->rows, err));
  for (size_t i = 0; i < u->n && u->rows; i++) SX_TRY(bring(b, u->names[i], err));
  *out = u->rows ? b->wide : b->narrow;
  return SX_OK;
}

static sx_status prepare(sx_expr **expr, const sx_table **table, sx_release__bound *b, const sx_rule_tree *t,
                         bool *rows, sx_error *err) {
  uses u = {.rows = false};
  sx_buf text;
  sx_buf_init(&text, b->ctx);
  const writer w = {b, &text, &u, err};
  sx_status status = write_tree(&w, t, BIND_OR);
  if (status == SX_OK) status = sx_buf_status(&text, err);
  if (status == SX_OK) status = sx_expr_parse(expr, b->ctx, text.data ? text.data : "", err);
  if (status == SX_OK) sx_expr_keep_infinite(*expr); /* as R computes */
  if (status == SX_OK) status = pick_table(table, b, &u, err);
  sx_buf_clear(&text);
  *rows = u.rows;
  return status;
}

sx_status sx_release__eval(sx_release__value *out, sx_release__bound *b, const sx_rule_tree *t, sx_error *err) {
  const sx_table *table = NULL;
  sx_expr *e = NULL;
  sx_column *c = NULL;
  bool rows = false;
  char name[64];
  if (t->kind == NODE_NAME && strcmp(t->text, ".") != 0) { /* a variable as it is */
    out->scalar = false;
    return sx_table_need(&out->column, b->table, t->text, err);
  }
  sx_status status = prepare(&e, &table, b, t, &rows, err);
  sx_table **where = rows ? &b->wide : &b->narrow;
  if (status == SX_OK) status = need_table(where, b, !rows, err);
  if (status == SX_OK) status = value_name(name, b, "value", err);
  if (status == SX_OK) status = sx_expr_eval(&c, e, table, name, err);
  if (status == SX_OK) status = sx_table_take(*where, c, err);
  if (status == SX_OK)
    *out = (sx_release__value){c, !rows};
  else
    sx_column_free(b->ctx, c);
  sx_expr_free(e);
  return status;
}

sx_status sx_release__eval_test(uint8_t *held, bool *one, sx_release__bound *b, const sx_rule_tree *t, sx_error *err) {
  const sx_table *table = NULL;
  sx_expr *e = NULL;
  bool rows = false;
  sx_status status = prepare(&e, &table, b, t, &rows, err);
  if (status == SX_OK) status = sx_expr_test(held, e, table, err);
  if (status == SX_OK) *one = !rows;
  sx_expr_free(e);
  return status;
}

void sx_release__bound_clear(sx_release__bound *b) {
  sx_table_free(b->narrow);
  sx_table_free(b->wide);
  b->narrow = b->wide = NULL;
}
