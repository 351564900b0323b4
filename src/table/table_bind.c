/* table_bind.c: an expression meets a table: names become columns, every operation's types are checked, text literals become
 * values, and the nodes become a straight program of steps over blocks of rows. Nothing is computed here. */
#include "table_expr_priv.h"

#include <stdio.h>

/* What is known of a node's value. */
typedef struct value {
  sx_table__kind kind;
  enum { FORM_STEP, FORM_NUMBER, FORM_LITERAL, FORM_COLUMN, FORM_SET } form;
  int32_t step;            /* FORM_STEP, and FORM_COLUMN once loaded (else -1) */
  double number;           /* FORM_NUMBER */
  const char *text;        /* FORM_LITERAL */
  size_t n;                /* bytes of text */
  sx_dict *dict;           /* KIND_TEXT but for literals: borrowed */
  const sx_column *column; /* FORM_COLUMN */
  const sx_mrset *set;     /* FORM_SET */
  size_t at;
} value;

typedef struct binder {
  sx_table__program *p;
  value *values;   /* [n_nodes] */
  int32_t *loaded; /* [columns of the table] step that loads it, or -1 */
  const char *text;
  sx_error *err;
} binder;

#define FAIL(b, at, ...) sx_table__expr_error((b)->err, SX_E_ARGUMENT, (b)->text, at, __VA_ARGS__)

/* ---- steps --------------------------------------------------------------------------------------------- */

static sx_status add_step(binder *b, int32_t *out, sx_table__step step) {
  void *steps = b->p->steps;
  if (!sx_mem_grow(&b->p->table->ctx, &steps, &b->p->cap_steps, b->p->n_steps + 1, sizeof step))
    return sx_error_memory(b->err);
  b->p->steps = steps;
  step.infinite = b->p->expr->infinite;
  b->p->steps[b->p->n_steps] = step;
  *out = (int32_t)b->p->n_steps++;
  return SX_OK;
}

static sx_status add_op(binder *b, int32_t *out, sx_table__code code, int32_t x, int32_t y) {
  return add_step(b, out, (sx_table__step){.code = code, .a = x, .b = y, .c = -1});
}

static sx_status new_dict(binder *b, sx_dict **out) {
  sx_table__program *p = b->p;
  void *dicts = p->dicts;
  if (!sx_mem_grow(&p->table->ctx, &dicts, &p->cap_dicts, p->n_dicts + 1, sizeof *p->dicts))
    return sx_error_memory(b->err);
  p->dicts = dicts;
  SX_TRY(sx_dict_new(&p->dicts[p->n_dicts], &p->table->ctx, b->err));
  *out = p->dicts[p->n_dicts++];
  return SX_OK;
}

static size_t column_index(const sx_table *table, const sx_column *c) {
  size_t i = 0;
  while (table->columns[i] != c) i++;
  return i;
}

static sx_status load_column(binder *b, int32_t *out, const sx_column *c) {
  int32_t *known = &b->loaded[column_index(b->p->table, c)];
  if (*known < 0) {
    const sx_table__code code = sx_table__is_coded(c->type) ? CODE_LOAD_CODE
                                : c->type == SX_NUMBER      ? CODE_LOAD_F64
                                                            : CODE_LOAD_I64;
    SX_TRY(add_step(b, known, (sx_table__step){.code = code, .a = -1, .b = -1, .c = -1, .column = c}));
  }
  *out = *known;
  return SX_OK;
}

static sx_table__kind kind_of(const sx_column *c) {
  switch (c->type) {
  case SX_CATEGORY:
  case SX_TEXT:
    return KIND_TEXT;
  case SX_DATE:
    return KIND_DATE;
  case SX_PERIOD:
    return KIND_PERIOD;
  case SX_NUMBER:
  case SX_INTEGER:
    break;
  }
  return KIND_NUMBER;
}

static const char *kind_name(sx_table__kind kind) {
  static const char *const names[] = {"true or false", "a number", "text", "a date", "a period"};
  return names[kind];
}

static value column_value(const sx_column *c, size_t at) {
  return (value){.kind = kind_of(c), .form = FORM_COLUMN, .step = -1, .dict = c->dict, .column = c, .at = at};
}

/* ---- a value as a step of some kind ----------------------------------------------------------------------- */

/* "`age`", or "this" where the value has no name. */
static const char *called(char out[96], const value *v) {
  if (v->form == FORM_COLUMN)
    (void)snprintf(out, 96, "'%.*s'", (int)sx_utf8_cut(v->column->name, strlen(v->column->name), 80), v->column->name);
  else
    (void)snprintf(out, 96, "%s", "this");
  return out;
}

static sx_status step_of(binder *b, int32_t *out, const value *v) {
  switch (v->form) {
  case FORM_STEP:
    *out = v->step;
    return SX_OK;
  case FORM_COLUMN:
    return load_column(b, out, v->column);
  case FORM_NUMBER:
    return add_step(b, out, (sx_table__step){.code = CODE_FILL_NUMBER, .a = -1, .b = -1, .c = -1, .number = v->number});
  case FORM_LITERAL:
  case FORM_SET:
    break;
  }
  return sx_error_set(b->err, SX_E_INTERNAL, NULL, "a literal or set reached a step");
}

typedef struct word_text {
  char text[300];
} word_text;

/* Of a column of numbers that a few words made text: which word and where. Empty for others. */
static word_text stray_word(const value *v) {
  word_text out = {""};
  const sx_column *c = v->form == FORM_COLUMN ? v->column : NULL;
  if (!c || !c->dict || !sx_column_mostly_numbers(c)) return out;
  for (size_t i = 0; i < c->n; i++) {
    size_t n = 0;
    double number = 0;
    const char *text = c->data.code[i] >= 0 ? sx_dict_get(c->dict, c->data.code[i], &n) : NULL;
    if (!text || !n || sx_text_to_double(&number, text, n)) continue;
    n = sx_utf8_cut(text, n, 40);
    (void)snprintf(out.text, sizeof out.text,
                   " (words stand among its numbers, the first is '%.*s' in case %zu: correct it, or declare it "
                   "missing, as in missing: [\"%.*s\"])",
                   (int)n, text, i + 1, (int)n, text);
    break;
  }
  return out;
}

static sx_status as_number(binder *b, int32_t *out, const value *v, const char *spelt) {
  char name[96];
  if (v->kind == KIND_LOGIC) {
    int32_t x = -1;
    SX_TRY(step_of(b, &x, v));
    return add_op(b, out, CODE_TO_NUMBER, x, -1);
  }
  if (v->kind != KIND_NUMBER)
    return FAIL(b, v->at, "'%s' needs numbers, and %s is %s%s", spelt, called(name, v), kind_name(v->kind),
                stray_word(v).text);
  return step_of(b, out, v);
}

static sx_status as_logic(binder *b, int32_t *out, const value *v, const char *spelt) {
  char name[96];
  if (v->kind == KIND_LOGIC) return step_of(b, out, v);
  if (v->kind != KIND_NUMBER)
    return FAIL(b, v->at, "'%s' needs conditions, and %s is %s: compare it with something", spelt, called(name, v),
                kind_name(v->kind));
  if (v->form == FORM_NUMBER && v->number != 0 && v->number != 1)
    return FAIL(b, v->at, "'%s' needs conditions, and this is a number other than 0 and 1", spelt);
  int32_t x = -1;
  SX_TRY(step_of(b, &x, v));
  return add_step(b, out,
                  (sx_table__step){.code = CODE_TO_LOGIC,
                                   .a = x,
                                   .b = -1,
                                   .c = -1,
                                   .at = v->at,
                                   .column = v->form == FORM_COLUMN ? v->column : NULL});
}

static value result(sx_table__kind kind, int32_t step, size_t at) {
  return (value){.kind = kind, .form = FORM_STEP, .step = step, .at = at};
}

/* ---- names --------------------------------------------------------------------------------------------- */

static sx_status bind_name(binder *b, value *out, const sx_table__node *node) {
  const sx_table *table = b->p->table;
  const char *name = sx_dict_get(b->p->expr->names, node->name, NULL);
  const sx_mrset *set = sx_table_find_mrset(table, name);
  const sx_column *c = sx_table_find(table, name);
  if (node->member && set) {
    *out = (value){.kind = KIND_LOGIC, .form = FORM_SET, .step = -1, .set = set, .at = node->at};
    return SX_OK;
  }
  if (c) {
    *out = column_value(c, node->at);
    return SX_OK;
  }
  if (set)
    return FAIL(b, node->at, "'%s' is a multiple-response set: use any(), sum(), count(), missing() or valid()", name);
  char where[48];
  (void)snprintf(where, sizeof where, "column %zu", sx_utf8_count(b->text, node->at) + 1);
  return sx_table__unknown(table, name, true, where, b->err);
}

/* ---- text literals ------------------------------------------------------------------------------------- */

/* Suggests the nearest of the column's labels (labels of numbers, or of texts after the levels). */
static sx_status no_such_level(binder *b, const value *lit, const value *other) {
  const sx_dict *dict = other->dict;
  const sx_column *c = other->form == FORM_COLUMN ? other->column : NULL;
  const size_t n_levels = sx_dict_count(dict), n_labels = c ? c->n_labels : 0;
  const char **names = sx_mem_alloc(&b->p->table->ctx, n_levels + n_labels + 1, sizeof *names);
  if (!names) return sx_error_memory(b->err);
  for (size_t i = 0; i < n_levels; i++) names[i] = sx_dict_get(dict, (int32_t)i, NULL);
  for (size_t i = 0; i < n_labels; i++) names[n_levels + i] = c->labels[i].label;
  const char *near = sx_text_nearest(lit->text, names, n_levels + n_labels);
  char name[96];
  (void)called(name, other);
  const char *what = dict ? "level" : "value label";
  if (near)
    (void)FAIL(b, lit->at, "%s has no %s '%s': did you mean '%s'", name, what, lit->text, near);
  else if (n_levels + n_labels)
    (void)FAIL(b, lit->at, "%s has no %s '%s' (there are %zu, such as '%s')", name, what, lit->text,
               n_levels + n_labels, names[0]);
  else
    (void)FAIL(b, lit->at, "%s has no %ss", name, what);
  sx_mem_free(&b->p->table->ctx, names);
  return SX_E_ARGUMENT;
}

/* The one label of the column that reads as the literal; *found is NULL where none does. */
static sx_status find_label(binder *b, const sx_label **found, const sx_column *c, const value *lit) {
  *found = NULL;
  for (size_t i = 0; i < c->n_labels; i++) {
    if (strcmp(c->labels[i].label, lit->text) != 0) continue;
    if (*found)
      return FAIL(b, lit->at, "several values of '%s' are labelled '%s': write the value instead", c->name, lit->text);
    *found = &c->labels[i];
  }
  return SX_OK;
}

static sx_status missing_level(binder *b, const value *lit, const sx_column *c) {
  return FAIL(b, lit->at, "'%s' is declared missing for '%s', so no comparison is true: use missing(`%s`)", lit->text,
              c->name, c->name);
}

static sx_status literal_number(binder *b, double *out, const value *lit, const value *other) {
  char name[96];
  const sx_column *c = other->form == FORM_COLUMN ? other->column : NULL;
  const sx_label *label = NULL;
  if (!c || !c->n_labels)
    return FAIL(b, lit->at, "%s is a number without value labels: compare it with a number, not with '%s'",
                called(name, other), lit->text);
  SX_TRY(find_label(b, &label, c, lit));
  if (!label) return no_such_level(b, lit, other);
  if (sx_column_missing_label(c, label)) return missing_level(b, lit, c);
  *out = label->value;
  return SX_OK;
}

/* The code of the literal among the levels of other, then among its value labels; -2 for a labelled text that never occurs. */
static sx_status literal_code(binder *b, int32_t *out, const value *lit, const value *other) {
  const sx_column *c = other->form == FORM_COLUMN ? other->column : NULL;
  *out = sx_dict_find(other->dict, lit->text, lit->n);
  const char *level = *out >= 0 ? lit->text : NULL;
  if (!level && c) {
    const sx_label *label = NULL;
    SX_TRY(find_label(b, &label, c, lit));
    if (label && label->tag) return missing_level(b, lit, c);
    if (label && label->text) {
      level = label->text;
      *out = sx_dict_find(other->dict, level, strlen(level));
      if (*out < 0) *out = -2;
    }
  }
  if (!level && c && sx_table__text_label(c, lit->text)) { /* a labelled text without a row */
    level = lit->text;
    *out = -2;
  }
  if (!level) return no_such_level(b, lit, other);
  return c && sx_column_find_range(c, 0, level) < c->n_ranges ? missing_level(b, lit, c) : SX_OK;
}

static sx_status literal_time(binder *b, double *out, const value *lit, sx_table__kind kind) {
  int64_t v = 0;
  if (kind == KIND_DATE ? sx_date_parse(&v, lit->text, lit->n) : sx_period_parse(&v, lit->text, lit->n)) {
    *out = (double)v;
    return SX_OK;
  }
  return FAIL(b, lit->at, "'%s' is not %s (%s)", lit->text, kind_name(kind),
              kind == KIND_DATE ? "2025-06-30" : "2025, 2025-S1, 2025-Q3 or 2025-07");
}

/* ---- comparisons --------------------------------------------------------------------------------------- */

static sx_table__op mirrored(sx_table__op op) {
  switch ((int)op) {
  case OP_LT:
    return OP_GT;
  case OP_LE:
    return OP_GE;
  case OP_GT:
    return OP_LT;
  case OP_GE:
    return OP_LE;
  default:
    return op;
  }
}

static sx_table__code number_code(sx_table__op op) {
  return (sx_table__code)((int)CODE_EQ + ((int)op - (int)OP_EQ));
}
static sx_table__code text_code(sx_table__op op) {
  return (sx_table__code)((int)CODE_TEXT_EQ + ((int)op - (int)OP_EQ));
}

static sx_status need_order(binder *b, const sx_table__node *node, const value *v) {
  char name[96];
  if (node->op == OP_EQ || node->op == OP_NE) return SX_OK;
  if (v->form == FORM_COLUMN && v->column->type == SX_CATEGORY) return SX_OK;
  return FAIL(b, node->at, "%s is text without an order of levels: only ==, != and 'in (...)' apply to it",
              called(name, v));
}

static sx_status compare_text(binder *b, int32_t *out, const sx_table__node *node, const value *x, const value *y) {
  int32_t a = -1, c = -1;
  SX_TRY(need_order(b, node, x));
  SX_TRY(need_order(b, node, y));
  SX_TRY(step_of(b, &a, x));
  SX_TRY(step_of(b, &c, y));
  if (x->dict != y->dict) {
    if (node->op != OP_EQ && node->op != OP_NE)
      return FAIL(b, node->at, "the two categories have different levels: they can be equal, not ordered");
    int32_t *map = sx_arena_alloc(b->p->arena, sx_dict_count(y->dict) + 1, sizeof *map);
    if (!map) return sx_error_memory(b->err);
    sx_table__dict_map(map, y->dict, x->dict);
    for (size_t i = 0; i < sx_dict_count(y->dict); i++)
      if (map[i] < 0) map[i] = -2;
    SX_TRY(add_step(b, &c, (sx_table__step){.code = CODE_MAP, .a = c, .b = -1, .c = -1, .map = map}));
  }
  return add_op(b, out, text_code(node->op), a, c);
}

/* Comparison with a constant number. */
static sx_status compare_constant(binder *b, int32_t *out, sx_table__op op, const value *x, double k) {
  int32_t a = -1;
  if (x->kind == KIND_LOGIC)
    SX_TRY(as_number(b, &a, x, "=="));
  else
    SX_TRY(step_of(b, &a, x));
  return add_step(b, out, (sx_table__step){.code = number_code(op), .a = a, .b = -1, .c = -1, .number = k});
}

static sx_status compare_literal(binder *b, int32_t *out, const sx_table__node *node, sx_table__op op, const value *x,
                                 const value *lit) {
  double k = 0;
  int32_t word = -1, a = -1;
  switch (x->kind) {
  case KIND_TEXT:
    if (x->form == FORM_LITERAL) return FAIL(b, lit->at, "two texts are compared, and no variable");
    SX_TRY(need_order(b, node, x));
    SX_TRY(literal_code(b, &word, lit, x));
    if (word == -2 && op != OP_EQ && op != OP_NE)
      return FAIL(b, lit->at, "'%s' is labelled but is no level, so it has no place in the order", lit->text);
    SX_TRY(step_of(b, &a, x));
    return add_step(b, out, (sx_table__step){.code = text_code(op), .a = a, .b = -1, .c = -1, .word = word});
  case KIND_NUMBER:
    SX_TRY(literal_number(b, &k, lit, x));
    break;
  case KIND_DATE:
  case KIND_PERIOD:
    SX_TRY(literal_time(b, &k, lit, x->kind));
    break;
  case KIND_LOGIC:
    return FAIL(b, lit->at, "a condition cannot be compared with the text '%s'", lit->text);
  }
  return compare_constant(b, out, op, x, k);
}

static sx_status mismatch(binder *b, const sx_table__node *node, const value *x, const value *y) {
  char xn[96], yn[96];
  const value *text = x->kind == KIND_TEXT ? x : y, *number = text == x ? y : x;
  if (text->kind == KIND_TEXT && number->form == FORM_NUMBER)
    return FAIL(b, number->at, "%s is text: %s%s", called(xn, text),
                *stray_word(text).text ? "numbers are compared with numbers" : "put the value in quotes",
                stray_word(text).text);
  return FAIL(b, node->at, "'%s' between %s, which is %s, and %s, which is %s", node->spelt, called(xn, x),
              kind_name(x->kind), called(yn, y), kind_name(y->kind));
}

static bool is_numeric(const value *v) {
  return v->kind == KIND_NUMBER || v->kind == KIND_LOGIC;
}

static sx_status bind_comparison(binder *b, value *out, const sx_table__node *node, const value *x, const value *y) {
  int32_t step = -1, a = -1, c = -1;
  if (y->form == FORM_LITERAL) {
    SX_TRY(compare_literal(b, &step, node, node->op, x, y));
  } else if (x->form == FORM_LITERAL) {
    SX_TRY(compare_literal(b, &step, node, mirrored(node->op), y, x));
  } else if (x->kind == KIND_TEXT && y->kind == KIND_TEXT) {
    SX_TRY(compare_text(b, &step, node, x, y));
  } else if (is_numeric(x) && is_numeric(y)) {
    if (y->form == FORM_NUMBER) {
      SX_TRY(compare_constant(b, &step, node->op, x, y->number));
    } else if (x->form == FORM_NUMBER) {
      SX_TRY(compare_constant(b, &step, mirrored(node->op), y, x->number));
    } else {
      SX_TRY(as_number(b, &a, x, node->spelt));
      SX_TRY(as_number(b, &c, y, node->spelt));
      SX_TRY(add_op(b, &step, number_code(node->op), a, c));
    }
  } else if (x->kind == y->kind) { /* dates, periods */
    SX_TRY(step_of(b, &a, x));
    SX_TRY(step_of(b, &c, y));
    SX_TRY(add_op(b, &step, number_code(node->op), a, c));
  } else {
    return mismatch(b, node, x, y);
  }
  *out = result(KIND_LOGIC, step, node->at);
  return SX_OK;
}

/* ---- arithmetic ---------------------------------------------------------------------------------------- */

static sx_table__code arithmetic_code(sx_table__op op) {
  switch ((int)op) {
  case OP_NEG:
    return CODE_NEG;
  case OP_ADD:
    return CODE_ADD;
  case OP_SUB:
    return CODE_SUB;
  case OP_MUL:
    return CODE_MUL;
  case OP_DIV:
    return CODE_DIV;
  case OP_POW:
    return CODE_POW;
  case OP_MIN:
    return CODE_MIN;
  case OP_MAX:
    return CODE_MAX;
  case OP_ABS:
    return CODE_ABS;
  case OP_SQRT:
    return CODE_SQRT;
  case OP_EXP:
    return CODE_EXP;
  case OP_LOG:
    return CODE_LOG;
  case OP_FLOOR:
    return CODE_FLOOR;
  case OP_CEIL:
    return CODE_CEIL;
  default:
    return CODE_ROUND;
  }
}

/* Dates: date - date is days, date +- number a date; min and max of two dates or two periods stay such. */
static bool time_kind(sx_table__kind *kind, sx_table__op op, const value *x, const value *y) {
  const bool same = x->kind == y->kind && x->form != FORM_LITERAL && y->form != FORM_LITERAL;
  *kind = x->kind == KIND_PERIOD || y->kind == KIND_PERIOD ? KIND_PERIOD : KIND_DATE;
  if (op == OP_MIN || op == OP_MAX) return same && (x->kind == KIND_DATE || x->kind == KIND_PERIOD);
  if (*kind == KIND_PERIOD) return false;
  if (op == OP_ADD) return (x->kind == KIND_DATE && is_numeric(y)) || (is_numeric(x) && y->kind == KIND_DATE);
  if (op != OP_SUB || x->kind != KIND_DATE) return false;
  if (y->kind == KIND_DATE) *kind = KIND_NUMBER;
  return y->kind == KIND_DATE || is_numeric(y);
}

static sx_status any_number(binder *b, int32_t *out, const value *v, const char *spelt) {
  return is_numeric(v) ? as_number(b, out, v, spelt) : step_of(b, out, v);
}

static sx_status bind_arithmetic(binder *b, value *out, const sx_table__node *node, const value *x, const value *y) {
  int32_t a = -1, c = -1, step = -1;
  sx_table__kind kind = KIND_NUMBER;
  if (y && !(is_numeric(x) && is_numeric(y)) && time_kind(&kind, node->op, x, y)) {
    SX_TRY(any_number(b, &a, x, node->spelt));
    SX_TRY(any_number(b, &c, y, node->spelt));
  } else {
    SX_TRY(as_number(b, &a, x, node->spelt));
    kind = KIND_NUMBER;
    if (y && y->form != FORM_NUMBER) SX_TRY(as_number(b, &c, y, node->spelt));
  }
  SX_TRY(add_step(b, &step,
                  (sx_table__step){.code = arithmetic_code(node->op),
                                   .a = a,
                                   .b = c,
                                   .c = -1,
                                   .number = y && y->form == FORM_NUMBER ? y->number : 0}));
  *out = result(kind, step, node->at);
  return SX_OK;
}

static sx_status bind_logic(binder *b, value *out, const sx_table__node *node, const value *x, const value *y) {
  int32_t a = -1, c = -1, step = -1;
  SX_TRY(as_logic(b, &a, x, node->spelt));
  if (y) SX_TRY(as_logic(b, &c, y, node->spelt));
  SX_TRY(add_op(b, &step, !y ? CODE_NOT : node->op == OP_AND ? CODE_AND : CODE_OR, a, c));
  *out = result(KIND_LOGIC, step, node->at);
  return SX_OK;
}

/* ---- if ------------------------------------------------------------------------------------------------ */

/* A text value as codes of `into`, which takes in its levels. */
static sx_status recode(binder *b, int32_t *out, sx_dict *into, const value *v) {
  if (v->form == FORM_LITERAL) {
    int32_t word = 0;
    SX_TRY(sx_dict_add(&word, into, v->text, v->n, b->err));
    return add_step(b, out, (sx_table__step){.code = CODE_FILL_CODE, .a = -1, .b = -1, .c = -1, .word = word});
  }
  const size_t n = sx_dict_count(v->dict);
  int32_t *map = sx_arena_alloc(b->p->arena, n + 1, sizeof *map), x = -1;
  if (!map) return sx_error_memory(b->err);
  for (size_t i = 0; i < n; i++) {
    size_t length = 0;
    const char *text = sx_dict_get(v->dict, (int32_t)i, &length);
    SX_TRY(sx_dict_add(&map[i], into, text, length, b->err));
  }
  SX_TRY(step_of(b, &x, v));
  return add_step(b, out, (sx_table__step){.code = CODE_MAP, .a = x, .b = -1, .c = -1, .map = map});
}

/* Both branches over one dictionary; y may be NULL (missing). */
static sx_status text_branches(binder *b, int32_t *a, int32_t *c, sx_dict **dict, const value *x, const value *y) {
  const bool shared = x->form != FORM_LITERAL && (!y || (y->form != FORM_LITERAL && y->dict == x->dict));
  if (shared) {
    *dict = x->dict;
    SX_TRY(step_of(b, a, x));
    if (y) SX_TRY(step_of(b, c, y));
  } else {
    SX_TRY(new_dict(b, dict));
    SX_TRY(recode(b, a, *dict, x));
    if (y) SX_TRY(recode(b, c, *dict, y));
  }
  if (!y) SX_TRY(add_step(b, c, (sx_table__step){.code = CODE_FILL_CODE, .a = -1, .b = -1, .c = -1, .word = -1}));
  return SX_OK;
}

static sx_status bind_if(binder *b, value *out, const sx_table__node *node, const value *cond, const value *x,
                         const value *y) {
  int32_t test = -1, a = -1, c = -1, step = -1;
  sx_dict *dict = NULL;
  sx_table__kind kind = x->kind;
  sx_table__code code = CODE_IF_NUMBER;
  SX_TRY(as_logic(b, &test, cond, "if"));
  if (kind == KIND_TEXT && (!y || y->kind == KIND_TEXT)) {
    code = CODE_IF_TEXT;
    SX_TRY(text_branches(b, &a, &c, &dict, x, y));
  } else if (kind == KIND_LOGIC && (!y || y->kind == KIND_LOGIC)) {
    code = CODE_IF_LOGIC;
    SX_TRY(step_of(b, &a, x));
    if (y)
      SX_TRY(step_of(b, &c, y));
    else
      SX_TRY(add_step(b, &c, (sx_table__step){.code = CODE_FILL_LOGIC, .a = -1, .b = -1, .c = -1, .word = 1}));
  } else if (!y || kind == y->kind || (is_numeric(x) && is_numeric(y))) {
    if (is_numeric(x)) kind = KIND_NUMBER;
    SX_TRY(any_number(b, &a, x, "if"));
    if (y)
      SX_TRY(any_number(b, &c, y, "if"));
    else
      SX_TRY(step_of(b, &c, &(value){.kind = KIND_NUMBER, .form = FORM_NUMBER, .number = (double)NAN}));
  } else {
    return FAIL(b, y->at, "the branches of 'if' differ: %s and %s", kind_name(x->kind), kind_name(y->kind));
  }
  SX_TRY(add_step(b, &step, (sx_table__step){.code = code, .a = test, .b = a, .c = c}));
  *out = result(kind, step, node->at);
  out->dict = dict;
  return SX_OK;
}

/* ---- missing, and functions of sets ------------------------------------------------------------------------ */

static sx_status missing_step(binder *b, int32_t *out, const value *v) {
  int32_t x = -1;
  if (v->form == FORM_LITERAL) return FAIL(b, v->at, "a text is never missing");
  SX_TRY(step_of(b, &x, v));
  const sx_table__code code = v->kind == KIND_LOGIC  ? CODE_LOGIC_MISSING
                              : v->kind == KIND_TEXT ? CODE_TEXT_MISSING
                                                     : CODE_NUMBER_MISSING;
  return add_op(b, out, code, x, -1);
}

static sx_status member_value(binder *b, value *out, const sx_mrset *set, size_t i, size_t at) {
  const sx_column *c = sx_table_find(b->p->table, set->variables[i]);
  if (!c) return FAIL(b, at, "the set '%s' names '%s', which the data do not have", set->name, set->variables[i]);
  *out = column_value(c, at);
  return SX_OK;
}

/* A set is missing where all its members are. */
static sx_status bind_missing(binder *b, value *out, const sx_table__node *node, const value *v) {
  int32_t step = -1;
  if (v->form == FORM_SET) {
    for (size_t i = 0; i < v->set->n_variables; i++) {
      value member;
      int32_t one = -1;
      SX_TRY(member_value(b, &member, v->set, i, node->at));
      SX_TRY(missing_step(b, &one, &member));
      if (i == 0)
        step = one;
      else
        SX_TRY(add_op(b, &step, CODE_AND, step, one));
    }
  } else {
    SX_TRY(missing_step(b, &step, v));
  }
  if (node->op == OP_VALID) SX_TRY(add_op(b, &step, CODE_NOT, step, -1));
  *out = result(KIND_LOGIC, step, node->at);
  return SX_OK;
}

/* Whether one member of a set counts: true, false or missing. */
static sx_status member_counts(binder *b, int32_t *out, const sx_mrset *set, size_t i, size_t at) {
  value v;
  int32_t x = -1, nothing = -1, valid = -1;
  SX_TRY(member_value(b, &v, set, i, at));
  SX_TRY(step_of(b, &x, &v));
  if (set->dichotomous) {
    if ((v.kind == KIND_TEXT) != (set->counted_text != NULL))
      return FAIL(b, at, "the set '%s' counts %s, and '%s' is %s", set->name, set->counted_text ? "a text" : "a number",
                  v.column->name, kind_name(v.kind));
    if (v.kind != KIND_TEXT)
      return add_step(b, out, (sx_table__step){.code = CODE_EQ, .a = x, .b = -1, .c = -1, .number = set->counted});
    int32_t word = sx_dict_find(v.dict, set->counted_text, strlen(set->counted_text));
    if (word < 0) word = -2;
    return add_step(b, out, (sx_table__step){.code = CODE_TEXT_EQ, .a = x, .b = -1, .c = -1, .word = word});
  }
  /* a set of categories: a member counts where it holds any category; an unused place is missing */
  SX_TRY(missing_step(b, &x, &v));
  SX_TRY(add_op(b, &valid, CODE_NOT, x, -1));
  SX_TRY(add_step(b, &nothing, (sx_table__step){.code = CODE_FILL_LOGIC, .a = -1, .b = -1, .c = -1, .word = 1}));
  return add_step(b, out, (sx_table__step){.code = CODE_IF_LOGIC, .a = valid, .b = valid, .c = nothing});
}

/* chain = chain with one more member, which is a condition (any, count) or a number (sum). */
static sx_status chain_on(binder *b, int32_t *chain, sx_table__op op, int32_t member, bool is_logic) {
  if (op != OP_ANY && is_logic) SX_TRY(add_op(b, &member, CODE_TO_NUMBER, member, -1));
  if (*chain < 0)
    *chain = member;
  else
    SX_TRY(add_op(b, chain, op == OP_ANY ? CODE_ANY : CODE_SKIP_ADD, *chain, member));
  return SX_OK;
}

static sx_status bind_fold(binder *b, value *out, const sx_table__node *node, const value *so_far, const value *next) {
  int32_t chain = so_far ? so_far->step : -1, member = -1;
  if (next->form == FORM_SET) {
    if (node->op == OP_SUM && !next->set->dichotomous)
      return FAIL(b, next->at, "'%s' is a set of categories, whose codes have no sum: use count() or any()",
                  next->set->name);
    for (size_t i = 0; i < next->set->n_variables; i++) {
      SX_TRY(member_counts(b, &member, next->set, i, next->at));
      SX_TRY(chain_on(b, &chain, node->op, member, true));
    }
  } else if (node->op == OP_SUM) {
    SX_TRY(as_number(b, &member, next, "sum"));
    SX_TRY(chain_on(b, &chain, node->op, member, false));
  } else {
    SX_TRY(as_logic(b, &member, next, node->spelt));
    SX_TRY(chain_on(b, &chain, node->op, member, true));
  }
  *out = result(node->op == OP_ANY ? KIND_LOGIC : KIND_NUMBER, chain, node->at);
  return SX_OK;
}

/* ---- all nodes ----------------------------------------------------------------------------------------- */

static sx_status bind_node(binder *b, value *out, const sx_table__node *node) {
  const value *x = node->a >= 0 ? &b->values[node->a] : NULL, *y = node->b >= 0 ? &b->values[node->b] : NULL;
  switch (node->op) {
  case OP_NUMBER:
    *out = (value){.kind = KIND_NUMBER, .form = FORM_NUMBER, .step = -1, .number = node->number, .at = node->at};
    return SX_OK;
  case OP_TEXT:
    *out =
        (value){.kind = KIND_TEXT, .form = FORM_LITERAL, .step = -1, .text = node->text, .n = node->n, .at = node->at};
    return SX_OK;
  case OP_NAME:
    return bind_name(b, out, node);
  case OP_NOT:
  case OP_OR:
  case OP_AND:
    return bind_logic(b, out, node, x, y);
  case OP_EQ:
  case OP_NE:
  case OP_LT:
  case OP_LE:
  case OP_GT:
  case OP_GE:
    return bind_comparison(b, out, node, x, y);
  case OP_IF:
    return bind_if(b, out, node, x, y, node->c >= 0 ? &b->values[node->c] : NULL);
  case OP_MISSING:
  case OP_VALID:
    return bind_missing(b, out, node, x);
  case OP_ANY:
  case OP_SUM:
  case OP_COUNT:
    return bind_fold(b, out, node, x, y);
  case OP_NEG:
  case OP_ADD:
  case OP_SUB:
  case OP_MUL:
  case OP_DIV:
  case OP_POW:
  case OP_MIN:
  case OP_MAX:
  case OP_ABS:
  case OP_SQRT:
  case OP_EXP:
  case OP_LOG:
  case OP_FLOOR:
  case OP_CEIL:
  case OP_ROUND:
    return bind_arithmetic(b, out, node, x, y);
  }
  return sx_error_set(b->err, SX_E_INTERNAL, NULL, "unknown node");
}

/* The root becomes the last step; a bare column of a value stays a column. */
static sx_status finish(binder *b, const value *root, bool as_condition) {
  sx_table__program *p = b->p;
  int32_t step = -1;
  if (root->form == FORM_SET)
    return FAIL(b, root->at, "'%s' is a multiple-response set: use any(), sum() or count()", root->set->name);
  p->kind = root->kind;
  p->dict = root->dict;
  if (as_condition) {
    SX_TRY(as_logic(b, &step, root, "where"));
    p->kind = KIND_LOGIC;
  } else if (root->form == FORM_LITERAL) {
    SX_TRY(new_dict(b, &p->dict));
    SX_TRY(recode(b, &step, p->dict, root));
  } else if (root->form == FORM_COLUMN) {
    p->column = root->column;
    p->n_steps = 0;
    return SX_OK;
  } else {
    SX_TRY(step_of(b, &step, root));
  }
  p->n_steps = (size_t)step + 1; /* what comes after cannot be needed */
  return SX_OK;
}

sx_status sx_table__bind(sx_table__program *out, const sx_expr *expr, const sx_table *table, bool as_condition,
                         sx_error *err) {
  sx_table__program p = {.expr = expr, .table = table};
  binder b = {.p = &p, .text = expr->text, .err = err};
  sx_status st = SX_OK;
  SX_TRY(sx_arena_new(&p.arena, &table->ctx, err));
  b.values = sx_arena_alloc(p.arena, expr->n_nodes, sizeof *b.values);
  b.loaded = sx_arena_alloc(p.arena, table->n + 1, sizeof *b.loaded);
  if (!b.values || !b.loaded) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < table->n; i++) b.loaded[i] = -1;
  for (size_t i = 0; i < expr->n_nodes; i++) SX_TRY_GOTO(st, bind_node(&b, &b.values[i], &expr->nodes[i]), done);
  SX_TRY_GOTO(st, finish(&b, &b.values[expr->n_nodes - 1], as_condition), done);
  SX_TRY_GOTO(st, sx_table__program_registers(&p, err), done);
  *out = p;
  return SX_OK;
done:
  sx_table__program_clear(&p);
  return st;
}
