/* Random expressions over random data: the block evaluator against a slow twin that walks a tree, one row at a time.
 * The twin makes the tree, prints it with no more parentheses than the grammar needs, and knows nothing of sx_expr. */
#include "shuxiao/table.h"
#include "sxt.h"

#include <stdint.h>

static uint64_t state = 20250630;
static uint32_t rnd(uint32_t n) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % n);
}

/* ---- data ---------------------------------------------------------------------------------------------- */

enum { F1, F2, I1, B1, LAB, C1, C2, T1, N_COLUMNS };
static const char *const NAMES[] = {"f1", "f2", "i1", "b1", "年龄段", "c1", "c 2", "t1"};
static const char *const LEVELS1[] = {"low", "mid", "high", "村"};
static const char *const LEVELS2[] = {"high", "none", "low"};
static const char *const WORDS[] = {"it's", "say \"x\"", "", "low", "b"};
static const char *const LABELS[] = {"young", "middle", "old"};

typedef struct cell {
  bool gone;
  double v;
  const char *text;
} cell;

static void set_cell(sx_table *t, sx_column *c, size_t i, int which, uint8_t miss) {
  const double numbers[] = {0, 1, -1, 2.5, -0.75, 3, 60, 1e300, 1e-8, 7};
  const double v = numbers[rnd(10)];
  switch (which) {
  case F1:
  case F2:
    c->data.f64[i] = v;
    break;
  case I1:
    c->data.i64[i] = (int64_t)rnd(9) - 4;
    break;
  case B1:
    c->data.i64[i] = rnd(2);
    break;
  case LAB:
    c->data.f64[i] = 1 + rnd(4);
    break;
  case C1:
    c->data.code[i] = (int32_t)rnd(4);
    break;
  case C2:
    c->data.code[i] = (int32_t)rnd(3);
    break;
  default: {
    const char *word = WORDS[rnd(5)];
    CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, word, strlen(word), err));
    break;
  }
  }
  if (miss) CHECK_OK(sx_column_set_missing(sx_table_ctx(t), c, i, miss, err));
}

static sx_table *random_table(const sx_ctx *ctx, size_t n) {
  static const sx_type types[] = {SX_NUMBER,  SX_NUMBER,   SX_INTEGER,  SX_INTEGER,
                                  SX_INTEGER, SX_CATEGORY, SX_CATEGORY, SX_TEXT};
  static const uint8_t classes[] = {SX_MISS_SYSTEM, SX_MISS_USER, 'a', 'z'};
  sx_table *t = NULL;
  CHECK_OK(sx_table_new(&t, ctx, n, err));
  for (int k = 0; k < N_COLUMNS; k++) {
    sx_column *c = NULL;
    int32_t code = 0;
    CHECK_OK(sx_table_add(&c, t, NAMES[k], k == LAB ? SX_NUMBER : types[k], err));
    for (int j = 0; k == C1 && j < 4; j++) CHECK_OK(sx_dict_add(&code, c->dict, LEVELS1[j], strlen(LEVELS1[j]), err));
    for (int j = 0; k == C2 && j < 3; j++) CHECK_OK(sx_dict_add(&code, c->dict, LEVELS2[j], strlen(LEVELS2[j]), err));
    for (int j = 0; k == T1 && j < 5; j++) CHECK_OK(sx_dict_add(&code, c->dict, WORDS[j], strlen(WORDS[j]), err));
    for (int j = 0; k == LAB && j < 3; j++)
      CHECK_OK(sx_column_add_label(sx_table_ctx(t), c, j + 1, NULL, 0, LABELS[j], err));
    const uint32_t gaps = rnd(3) ? rnd(40) : 0; /* per cent missing */
    for (size_t i = 0; i < n; i++) set_cell(t, c, i, k, rnd(100) < gaps ? classes[rnd(4)] : 0);
  }
  return t;
}

static cell read_cell(const sx_table *t, int which, size_t i) {
  const sx_column *c = sx_table_get(t, (size_t)which);
  if (sx_column_missing(c, i)) return (cell){.gone = true};
  if (c->dict) return (cell){.text = sx_dict_get(c->dict, c->data.code[i], NULL)};
  return (cell){.v = sx_column_number(c, i)};
}

/* ---- trees --------------------------------------------------------------------------------------------- */

typedef enum kind { NUM, LOGIC, TEXT } kind;
typedef struct tree {
  kind kind;
  const char *op; /* as printed; "col" "num" "text" for leaves */
  int column, n;
  double number;
  const char *text;
  struct tree *kid[5];
} tree;

static tree pool[4000];
static int used;
static tree *new_tree(kind k, const char *op) {
  tree *t = &pool[used++];
  *t = (tree){.kind = k, .op = op};
  return t;
}
static tree *with(tree *t, tree *kid) {
  t->kid[t->n++] = kid;
  return t;
}
static tree *grow(kind k, int depth);

static tree *leaf(kind k) {
  tree *t = new_tree(k, "col");
  if (k == LOGIC) {
    t->column = B1;
  } else if (k == NUM) {
    static const int columns[] = {F1, F2, I1, B1, LAB};
    static const double numbers[] = {0, 1, 2, 60, 0.5, 1e10, 3.25};
    t->column = columns[rnd(5)];
    if (rnd(3) == 0) {
      t->op = "num";
      t->number = numbers[rnd(7)];
    }
  } else {
    static const int columns[] = {C1, C2, T1};
    t->column = columns[rnd(3)];
  }
  return t;
}

/* A comparison of a text column with a literal that it has. */
static tree *text_test(void) {
  static const char *const all[] = {"==", "!=", "<", "<=", ">", ">="};
  tree *col = leaf(TEXT), *lit = new_tree(TEXT, "text"), *t = NULL;
  const int ordered = col->column == C1 || col->column == C2;
  if (rnd(4) == 0) {
    col->column = LAB;
    col->kind = NUM;
    lit->text = LABELS[rnd(3)];
  } else {
    lit->text = col->column == C1 ? LEVELS1[rnd(4)] : col->column == C2 ? LEVELS2[rnd(3)] : WORDS[rnd(5)];
  }
  t = new_tree(LOGIC, all[rnd(ordered ? 6 : 2)]);
  return rnd(2) ? with(with(t, col), lit) : with(with(t, lit), col);
}

static tree *grow_logic(int depth) {
  static const char *const compare[] = {"==", "!=", "<", "<=", ">", ">="};
  static const char *const words[] = {"and", "or"};
  tree *t = NULL;
  switch (rnd(9)) {
  case 0:
    return with(new_tree(LOGIC, "not"), grow(LOGIC, depth - 1));
  case 1:
  case 2:
    return with(with(new_tree(LOGIC, words[rnd(2)]), grow(LOGIC, depth - 1)), grow(LOGIC, depth - 1));
  case 3:
    return with(with(new_tree(LOGIC, compare[rnd(6)]), grow(NUM, depth - 1)), grow(NUM, depth - 1));
  case 4:
    return text_test();
  case 5:
    return with(new_tree(LOGIC, rnd(2) ? "missing" : "valid"), grow((kind)rnd(3), depth - 1));
  case 6:
    t = new_tree(LOGIC, "any");
    for (uint32_t i = 0, n = 1 + rnd(3); i < n; i++) with(t, grow(LOGIC, depth - 1));
    return t;
  case 7:
    t = with(new_tree(LOGIC, rnd(2) ? "in" : "not in"), grow(NUM, depth - 1));
    for (uint32_t i = 0, n = 1 + rnd(3); i < n; i++) with(t, leaf(NUM));
    return t;
  default:
    t = with(new_tree(LOGIC, "range"), grow(NUM, depth - 1));
    return with(with(t, leaf(NUM)), leaf(NUM));
  }
}

static tree *grow_number(int depth) {
  static const char *const two[] = {"+", "-", "*", "/", "^"};
  static const char *const one[] = {"abs", "sqrt", "exp", "log", "floor", "ceil", "round", "neg"};
  static const char *const many[] = {"min", "max", "sum", "count"};
  tree *t = NULL;
  switch (rnd(6)) {
  case 0:
  case 1:
    return with(with(new_tree(NUM, two[rnd(5)]), grow(NUM, depth - 1)), grow(NUM, depth - 1));
  case 2:
    return with(new_tree(NUM, one[rnd(8)]), grow(NUM, depth - 1));
  case 3:
    t = new_tree(NUM, many[rnd(4)]);
    for (uint32_t i = 0, n = 2 + rnd(3); i < n; i++)
      with(t, grow(strcmp(t->op, "count") == 0 ? LOGIC : rnd(3) ? NUM : LOGIC, depth - 1));
    return t;
  case 4:
    t = with(with(new_tree(NUM, "if"), grow(LOGIC, depth - 1)), grow(NUM, depth - 1));
    return rnd(3) ? with(t, grow(NUM, depth - 1)) : t;
  default:
    return grow(LOGIC, depth - 1); /* conditions are numbers too */
  }
}

static tree *grow_text(int depth) {
  tree *t = with(new_tree(TEXT, "if"), grow(LOGIC, depth - 1)), *lit = NULL;
  for (int i = 0; i < 2; i++) {
    if (i == 1 && rnd(4) == 0) break;
    if (rnd(2)) {
      with(t, grow(TEXT, depth - 1));
    } else {
      lit = new_tree(TEXT, "text");
      lit->text = rnd(2) ? WORDS[rnd(5)] : LEVELS1[rnd(4)];
      with(t, lit);
    }
  }
  return t;
}

static tree *grow(kind k, int depth) {
  if (depth <= 0 || rnd(5) == 0) return leaf(k);
  return k == NUM ? grow_number(depth) : k == LOGIC ? grow_logic(depth) : grow_text(depth);
}

/* ---- printing ------------------------------------------------------------------------------------------ */

static int level_of(const tree *t) {
  static const struct {
    const char *op;
    int level;
  } levels[] = {{"or", 1}, {"and", 2}, {"not", 3}, {"==", 4}, {"!=", 4},     {"<", 4},
                {"<=", 4}, {">", 4},   {">=", 4},  {"in", 4}, {"not in", 4}, {"range", 4},
                {"+", 5},  {"-", 5},   {"*", 6},   {"/", 6},  {"neg", 7},    {"^", 8}};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if (strcmp(levels[i].op, t->op) == 0) return levels[i].level;
  return 9;
}

static void print_tree(sx_buf *b, const tree *t);
static void blank(sx_buf *b) {
  static const char *const blanks[] = {" ", "  ", "\t", "\n"};
  sx_buf_add(b, blanks[rnd(4)]);
}
static void print_kid(sx_buf *b, const tree *t, int least) {
  const bool wrap = level_of(t) < least || rnd(20) == 0;
  if (wrap) sx_buf_add(b, "(");
  print_tree(b, t);
  if (wrap) sx_buf_add(b, ")");
}
static void print_text(sx_buf *b, const char *text) {
  const char quote = rnd(2) ? '"' : '\'';
  sx_buf_add_char(b, quote);
  for (; *text; text++) {
    if (*text == quote) sx_buf_add_char(b, quote);
    sx_buf_add_char(b, *text);
  }
  sx_buf_add_char(b, quote);
}
static void print_args(sx_buf *b, const tree *t, int from) {
  sx_buf_add(b, "(");
  for (int i = from; i < t->n; i++) {
    if (i > from) sx_buf_add(b, ", ");
    print_kid(b, t->kid[i], from ? 5 : 1);
  }
  sx_buf_add(b, ")");
}

static void print_tree(sx_buf *b, const tree *t) {
  const int level = level_of(t);
  if (strcmp(t->op, "col") == 0) {
    sx_buf_printf(b, t->column == C2 || rnd(8) == 0 ? "`%s`" : "%s", NAMES[t->column]);
  } else if (strcmp(t->op, "num") == 0) {
    sx_buf_printf(b, "%.17g", t->number);
  } else if (strcmp(t->op, "text") == 0) {
    print_text(b, t->text);
  } else if (strcmp(t->op, "not") == 0) {
    sx_buf_add(b, "not ");
    print_kid(b, t->kid[0], 3);
  } else if (strcmp(t->op, "neg") == 0) {
    sx_buf_add(b, "-");
    print_kid(b, t->kid[0], 7);
  } else if (level == 9) {
    sx_buf_add(b, t->op);
    print_args(b, t, 0);
  } else if (strcmp(t->op, "range") == 0) {
    print_kid(b, t->kid[0], 5);
    sx_buf_add(b, " in ");
    print_kid(b, t->kid[1], 5);
    sx_buf_add(b, "..");
    print_kid(b, t->kid[2], 5);
  } else if (strcmp(t->op, "in") == 0 || strcmp(t->op, "not in") == 0) {
    print_kid(b, t->kid[0], 5);
    sx_buf_printf(b, " %s ", t->op);
    print_args(b, t, 1);
  } else {
    const bool power = strcmp(t->op, "^") == 0;
    print_kid(b, t->kid[0], power ? 9 : level == 4 ? 5 : level);
    blank(b);
    sx_buf_add(b, t->op);
    blank(b);
    print_kid(b, t->kid[1], power ? 7 : level + 1);
  }
}

/* ---- the twin ------------------------------------------------------------------------------------------ */

static cell none(void) {
  return (cell){.gone = true};
}
static cell number(double v) {
  return isfinite(v) ? (cell){.v = v} : none();
}
static cell truth(bool yes) {
  return (cell){.v = yes};
}
static cell walk(const tree *t, const sx_table *table, size_t row);

static int rank_in(const char *text, const char *const *levels, int n) {
  for (int i = 0; i < n; i++)
    if (strcmp(levels[i], text) == 0) return i;
  return -1;
}

static bool holds(const char *op, double order) {
  if (strcmp(op, "==") == 0) return order == 0;
  if (strcmp(op, "!=") == 0) return order != 0;
  if (strcmp(op, "<") == 0) return order < 0;
  if (strcmp(op, "<=") == 0) return order <= 0;
  if (strcmp(op, ">") == 0) return order > 0;
  return order >= 0;
}

static double order_of(double a, double b) {
  return (a > b) - (a < b);
}

static cell walk_comparison(const tree *t, const sx_table *table, size_t row) {
  const tree *x = t->kid[0], *y = t->kid[1];
  const bool left_lit = strcmp(x->op, "text") == 0, right_lit = strcmp(y->op, "text") == 0;
  if (!left_lit && !right_lit) {
    const cell a = walk(x, table, row), b = walk(y, table, row);
    return a.gone || b.gone ? none() : truth(holds(t->op, order_of(a.v, b.v)));
  }
  const tree *col = left_lit ? y : x, *lit = left_lit ? x : y;
  const cell c = walk(col, table, row);
  double order = 0;
  if (c.gone) return none();
  if (col->column == LAB)
    order = order_of(c.v, rank_in(lit->text, LABELS, 3) + 1);
  else if (col->column == C1)
    order = order_of(rank_in(c.text, LEVELS1, 4), rank_in(lit->text, LEVELS1, 4));
  else if (col->column == C2)
    order = order_of(rank_in(c.text, LEVELS2, 3), rank_in(lit->text, LEVELS2, 3));
  else
    order = strcmp(c.text, lit->text);
  return truth(holds(t->op, left_lit ? -order : order));
}

static cell both(cell a, cell b) {
  if ((!a.gone && a.v == 0) || (!b.gone && b.v == 0)) return truth(false);
  return a.gone || b.gone ? none() : truth(true);
}
static cell invert(cell a) {
  return a.gone ? a : truth(a.v == 0);
}
static cell either(cell a, cell b) {
  return invert(both(invert(a), invert(b)));
}

static cell walk_in(const tree *t, const sx_table *table, size_t row) {
  const cell x = walk(t->kid[0], table, row);
  cell found = truth(false);
  for (int i = 1; i < t->n; i++) {
    const cell v = walk(t->kid[i], table, row);
    found = either(found, x.gone || v.gone ? none() : truth(x.v == v.v));
  }
  return strcmp(t->op, "not in") == 0 ? invert(found) : found;
}

static cell walk_many(const tree *t, const sx_table *table, size_t row) {
  cell all = none(), x = none();
  for (int i = 0; i < t->n; i++) {
    x = walk(t->kid[i], table, row);
    const bool strict = strcmp(t->op, "min") == 0 || strcmp(t->op, "max") == 0;
    if (strict && x.gone) return none();
    if (x.gone) continue;
    if (all.gone)
      all = x;
    else if (strcmp(t->op, "min") == 0)
      all.v = fmin(all.v, x.v);
    else if (strcmp(t->op, "max") == 0)
      all.v = fmax(all.v, x.v);
    else if (strcmp(t->op, "any") == 0)
      all.v = all.v != 0 || x.v != 0;
    else
      all = number(all.v + x.v);
  }
  return all;
}

static cell walk_one(const char *op, cell x) {
  if (x.gone) return x;
  if (strcmp(op, "neg") == 0) return number(-x.v);
  if (strcmp(op, "abs") == 0) return number(fabs(x.v));
  if (strcmp(op, "sqrt") == 0) return number(sqrt(x.v));
  if (strcmp(op, "exp") == 0) return number(exp(x.v));
  if (strcmp(op, "log") == 0) return number(log(x.v));
  if (strcmp(op, "floor") == 0) return number(floor(x.v));
  if (strcmp(op, "ceil") == 0) return number(ceil(x.v));
  return number(round(x.v));
}

static cell walk_two(const char *op, cell x, cell y) {
  if (x.gone || y.gone) return none();
  switch (op[0]) {
  case '+':
    return number(x.v + y.v);
  case '-':
    return number(x.v - y.v);
  case '*':
    return number(x.v * y.v);
  case '/':
    return number(x.v / y.v);
  default:
    return number(pow(x.v, y.v));
  }
}

static cell walk(const tree *t, const sx_table *table, size_t row) {
  const int level = level_of(t);
  if (strcmp(t->op, "col") == 0) return read_cell(table, t->column, row);
  if (strcmp(t->op, "num") == 0) return number(t->number);
  if (strcmp(t->op, "text") == 0) return (cell){.text = t->text};
  if (strcmp(t->op, "in") == 0 || strcmp(t->op, "not in") == 0) return walk_in(t, table, row);
  if (level == 4 && strcmp(t->op, "range") != 0) return walk_comparison(t, table, row);
  if (strcmp(t->op, "any") == 0 || strcmp(t->op, "sum") == 0 || strcmp(t->op, "count") == 0 ||
      strcmp(t->op, "min") == 0 || strcmp(t->op, "max") == 0)
    return walk_many(t, table, row);
  const cell x = walk(t->kid[0], table, row);
  if (strcmp(t->op, "missing") == 0) return truth(x.gone);
  if (strcmp(t->op, "valid") == 0) return truth(!x.gone);
  if (strcmp(t->op, "not") == 0) return invert(x);
  if (strcmp(t->op, "if") == 0) {
    if (x.gone || (x.v == 0 && t->n < 3)) return none();
    return walk(t->kid[x.v == 0 ? 2 : 1], table, row);
  }
  if (t->n == 1) return walk_one(t->op, x);
  const cell y = walk(t->kid[1], table, row);
  if (strcmp(t->op, "and") == 0) return both(x, y);
  if (strcmp(t->op, "or") == 0) return either(x, y);
  if (strcmp(t->op, "range") == 0) {
    const cell z = walk(t->kid[2], table, row);
    return both(x.gone || y.gone ? none() : truth(x.v >= y.v), x.gone || z.gone ? none() : truth(x.v <= z.v));
  }
  return walk_two(t->op, x, y);
}

/* ---- the comparison ------------------------------------------------------------------------------------ */

static void compare(const tree *t, const char *text, const sx_table *table, const sx_column *got) {
  for (size_t i = 0; i < sx_table_rows(table); i++) {
    const cell want = walk(t, table, i);
    const bool gone = sx_column_missing(got, i);
    bool same = gone == want.gone;
    if (same && !gone && t->kind == TEXT)
      same = strcmp(sx_dict_get(got->dict, got->data.code[i], NULL), want.text) == 0;
    else if (same && !gone)
      same = sx_column_number(got, i) == want.v;
    if (same) continue;
    SXT_FAIL("%s: row %zu of %zu: %s %.17g, the twin says %s %.17g", text, i, sx_table_rows(table),
             gone ? "missing" : "", sx_column_number(got, i), want.gone ? "missing" : "", want.v);
    return;
  }
}

/* True unless the range of two constants is empty, which the parser refuses. */
static bool allowed(const tree *t) {
  if (strcmp(t->op, "range") == 0 && strcmp(t->kid[1]->op, "num") == 0 && strcmp(t->kid[2]->op, "num") == 0 &&
      t->kid[1]->number > t->kid[2]->number)
    return false;
  for (int i = 0; i < t->n; i++)
    if (!allowed(t->kid[i])) return false;
  return true;
}

static void one_round(const sx_table *table) {
  used = 0;
  tree *t = grow((kind)rnd(3), 1 + (int)rnd(5));
  if (!allowed(t)) return;
  sx_buf text;
  sx_buf_init(&text, NULL);
  print_tree(&text, t);
  sx_expr *e = NULL;
  sx_column *got = NULL;
  sx_error fault = SX_ERROR_INIT;
  if (sx_expr_parse(&e, NULL, text.data, &fault) != SX_OK || sx_expr_eval(&got, e, table, "y", &fault) != SX_OK)
    SXT_FAIL("%s\n  %s: %s", text.data, fault.where, fault.message);
  else
    compare(t, text.data, table, got);
  if (got && t->kind == LOGIC && strcmp(t->op, "col") != 0) { /* the test of a condition says the same */
    uint8_t *keep = malloc(sx_table_rows(table) + 1);
    CHECK_OK(sx_expr_test(keep, e, table, err));
    for (size_t i = 0; keep && i < sx_table_rows(table); i++)
      CHECK_INT(keep[i], sx_column_missing(got, i) ? 2 : (int)sx_column_number(got, i));
    free(keep);
  }
  sx_column_free(sx_table_ctx(table), got);
  sx_expr_free(e);
  sx_buf_clear(&text);
}

static void twin_agrees(void) {
  static const size_t sizes[] = {0, 1, 7, 60, 1023, 1024, 1025, 2500};
  for (int r = 0; r < 240 && sxt_failures < 5; r++) {
    sx_table *t = random_table(NULL, sizes[r % 8]);
    for (int k = 0; k < (r % 8 < 4 ? 60 : 8) && sxt_failures < 5; k++) one_round(t);
    sx_table_free(t);
  }
}

static void threads_do_not_matter(void) {
  sx_ctx ctx = SX_CTX_INIT;
  sx_table *t = random_table(&ctx, 200001);
  for (int k = 0; k < 4; k++) one_round(t);
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, "if(f1 > 1 and c1 != \"low\", exp(f2 / 61) + i1 ^ 2, sum(f1, b1))", err));
  sx_column *first = NULL;
  static const int threads[] = {1, 2, 8};
  for (int k = 0; k < 3; k++) {
    sx_ctx many = ctx;
    many.n_threads = threads[k];
    sx_table *same = NULL;
    uint8_t *all = malloc(200001);
    memset(all, 1, 200001);
    state = 7;
    sx_table *source = random_table(&many, 200001);
    REQUIRE_OK(sx_table_select(&same, source, all, err));
    sx_column *y = NULL;
    REQUIRE_OK(sx_expr_eval(&y, e, same, "y", err));
    if (first) {
      CHECK(memcmp(first->data.f64, y->data.f64, 200001 * sizeof(double)) == 0);
      CHECK(memcmp(first->miss, y->miss, 200001) == 0);
      sx_column_free(&ctx, y);
    } else {
      first = y;
    }
    sx_table_free(same);
    sx_table_free(source);
    free(all);
  }
  sx_column_free(&ctx, first);
  sx_expr_free(e);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(twin_agrees), SXT_CASE(threads_do_not_matter))
