/* Expressions: truth tables in full, precedence, every function, literals and labels, missing classes, places of errors. */
#include "shuxiao/table.h"
#include "sxt.h"

#include <stdint.h>

enum { N = 6 };
/* sex 男 女 男 女 . 9(refused); age 59 60 . 75 18 33; residence rural urban . rural town(no row) ... */
static sx_table *people(void) {
  sx_table *t = NULL;
  sx_column *c = NULL;
  int32_t code = 0;
  CHECK_OK(sx_table_new(&t, NULL, N, err));
  const sx_ctx *ctx = sx_table_ctx(t);
  CHECK_OK(sx_table_add(&c, t, "年龄", SX_NUMBER, err));
  memcpy(c->data.f64, (double[]){59, 60, 0, 75, 18, 33}, N * sizeof(double));
  CHECK_OK(sx_column_set_missing(ctx, c, 2, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_table_add(&c, t, "sex", SX_INTEGER, err));
  memcpy(c->data.i64, (int64_t[]){1, 2, 1, 2, 0, 9}, N * sizeof(int64_t));
  CHECK_OK(sx_column_set_missing(ctx, c, 4, 'b', err));
  CHECK_OK(sx_column_add_label(ctx, c, 1, NULL, 0, "男", err));
  CHECK_OK(sx_column_add_label(ctx, c, 2, NULL, 0, "女", err));
  CHECK_OK(sx_column_add_label(ctx, c, 9, NULL, 0, "refused", err));
  CHECK_OK(sx_column_add_label(ctx, c, 0, NULL, 'b', "not asked", err));
  CHECK_OK(sx_column_add_range(ctx, c, 8, 9, NULL, err));
  CHECK_OK(sx_table_add(&c, t, "residence", SX_CATEGORY, err));
  CHECK_OK(sx_dict_add(&code, c->dict, "urban", 5, err));
  CHECK_OK(sx_dict_add(&code, c->dict, "town", 4, err));
  CHECK_OK(sx_dict_add(&code, c->dict, "rural", 5, err));
  memcpy(c->data.code, (int32_t[]){2, 0, -1, 2, 1, 0}, N * sizeof(int32_t));
  CHECK_OK(sx_column_set_missing(ctx, c, 2, SX_MISS_SYSTEM, err));
  CHECK_OK(sx_column_add_label(ctx, c, 0, "rural", 0, "countryside", err));
  CHECK_OK(sx_table_add(&c, t, "word", SX_TEXT, err));
  for (int i = 0; i < N; i++)
    CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, i % 2 ? "town" : "x", i % 2 ? 4 : 1, err));
  CHECK_OK(sx_table_add(&c, t, "day", SX_DATE, err));
  for (int i = 0; i < N; i++) CHECK(sx_date_parse(&c->data.i64[i], i < 3 ? "2025-06-30" : "2024-12-31", 10));
  CHECK_OK(sx_table_add(&c, t, "wave", SX_PERIOD, err));
  for (int i = 0; i < N; i++) CHECK(sx_period_parse(&c->data.i64[i], i < 3 ? "2025-S1" : "2024-S2", 7));
  static const char *const members[] = {"q1", "q2", "q3"};
  static const double answers[3][N] = {{1, 2, 0, 1, 2, 0}, {2, 2, 0, 1, 0, 0}, {1, 2, 0, 1, 2, 1}};
  for (int k = 0; k < 3; k++) { /* 1 yes, 2 no, 0 missing */
    CHECK_OK(sx_table_add(&c, t, members[k], SX_NUMBER, err));
    memcpy(c->data.f64, answers[k], sizeof answers[k]);
    for (size_t i = 0; i < N; i++)
      if (answers[k][i] == 0) CHECK_OK(sx_column_set_missing(ctx, c, i, SX_MISS_SYSTEM, err));
  }
  char *variables[] = {(char[]){"q1"}, (char[]){"q2"}, (char[]){"q3"}};
  const sx_mrset yes = {(char[]){"$used"}, (char[]){"Used"}, true, 1, NULL, variables, 3};
  const sx_mrset codes = {(char[]){"$codes"}, NULL, false, 0, NULL, variables, 3};
  CHECK_OK(sx_table_add_mrset(t, &yes, err));
  CHECK_OK(sx_table_add_mrset(t, &codes, err));
  return t;
}

static void eval(sx_column **out, const sx_table *t, const char *text) {
  sx_expr *e = NULL;
  *out = NULL;
  CHECK_OK(sx_expr_parse(&e, NULL, text, err));
  if (e) CHECK_OK(sx_expr_eval(out, e, t, "y", err));
  sx_expr_free(e);
}

static sx_status fails(const sx_table *t, const char *text, sx_error *err) {
  sx_expr *e = NULL;
  sx_column *c = NULL;
  sx_status st = sx_expr_parse(&e, NULL, text, err);
  if (st == SX_OK) st = sx_expr_eval(&c, e, t, "y", err);
  if (c) sx_column_free(sx_table_ctx(t), c);
  sx_expr_free(e);
  return st;
}

/* The rows as "1 0 . 2.5"; texts bare. */
static void check_rows(const sx_table *t, const char *text, sx_type type, const char *want) {
  sx_column *c = NULL;
  sx_buf got;
  eval(&c, t, text);
  if (!c) return;
  sx_buf_init(&got, NULL);
  for (size_t i = 0; i < c->n; i++) {
    char item[64] = ".";
    if (!sx_column_missing(c, i)) {
      if (c->dict)
        (void)snprintf(item, sizeof item, "%s", sx_dict_get(c->dict, c->data.code[i], NULL));
      else if (c->type == SX_DATE)
        (void)sx_date_text(item, c->data.i64[i]);
      else
        (void)snprintf(item, sizeof item, "%.6g", sx_column_number(c, i));
    }
    sx_buf_printf(&got, i ? " %s" : "%s", item);
  }
  if (strcmp(got.data, want) != 0 || c->type != type)
    SXT_FAIL("%s: %s '%s', not %s '%s'", text, sx_type_name(c->type), got.data, sx_type_name(type), want);
  CHECK_STR(c->name, "y");
  sx_buf_clear(&got);
  sx_column_free(sx_table_ctx(t), c);
}

/* Kleene's tables: every pair of false, true and missing. */
static void truth_tables(void) {
  static const int value[9][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {2, 0}, {2, 1}, {2, 2}};
  sx_table *t = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 9, err));
  for (int k = 0; k < 2; k++) {
    REQUIRE_OK(sx_table_add(&c, t, k ? "b" : "a", SX_INTEGER, err));
    for (size_t i = 0; i < 9; i++) {
      c->data.i64[i] = value[i][k];
      if (value[i][k] == 2) REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), c, i, SX_MISS_SYSTEM, err));
    }
  }
  check_rows(t, "a and b", SX_INTEGER, "0 0 0 0 1 . 0 . .");
  check_rows(t, "a or b", SX_INTEGER, "0 1 . 1 1 1 . 1 .");
  check_rows(t, "not a", SX_INTEGER, "1 1 1 0 0 0 . . .");
  check_rows(t, "any(a, b)", SX_INTEGER, "0 1 0 1 1 1 0 1 .");
  check_rows(t, "count(a, b)", SX_NUMBER, "0 1 0 1 2 1 0 1 .");
  check_rows(t, "sum(a, b)", SX_NUMBER, "0 1 0 1 2 1 0 1 .");
  check_rows(t, "a == b", SX_INTEGER, "1 0 . 0 1 . . . .");
  check_rows(t, "a != b", SX_INTEGER, "0 1 . 1 0 . . . .");
  check_rows(t, "a < b", SX_INTEGER, "0 1 . 0 0 . . . .");
  check_rows(t, "a <= b", SX_INTEGER, "1 1 . 0 1 . . . .");
  check_rows(t, "a > b", SX_INTEGER, "0 0 . 1 0 . . . .");
  check_rows(t, "a >= b", SX_INTEGER, "1 0 . 1 1 . . . .");
  check_rows(t, "a in b..1", SX_INTEGER, "1 0 . 1 1 . . . .");
  check_rows(t, "a in (b, 1)", SX_INTEGER, "1 0 . 1 1 1 . . .");
  check_rows(t, "a not in (b, 1)", SX_INTEGER, "0 1 . 0 0 0 . . .");
  check_rows(t, "if(a, b, 5)", SX_NUMBER, "5 5 5 0 1 . . . .");
  check_rows(t, "if(a, b == 1, b == 0)", SX_INTEGER, "1 0 . 0 1 . . . .");
  check_rows(t, "a + b", SX_NUMBER, "0 1 . 1 2 . . . .");
  check_rows(t, "min(a, b)", SX_NUMBER, "0 0 . 0 1 . . . .");
  check_rows(t, "max(a, b)", SX_NUMBER, "0 1 . 1 1 . . . .");
  uint8_t keep[9];
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, "a or b", err));
  REQUIRE_OK(sx_expr_test(keep, e, t, err));
  CHECK(memcmp(keep, (uint8_t[]){0, 1, 2, 1, 1, 1, 2, 1, 2}, 9) == 0);
  sx_expr_free(e);
  REQUIRE_OK(sx_expr_parse(&e, NULL, "a", err)); /* a column of 0 and 1 is a condition */
  REQUIRE_OK(sx_expr_test(keep, e, t, err));
  CHECK(memcmp(keep, (uint8_t[]){0, 0, 0, 1, 1, 1, 2, 2, 2}, 9) == 0);
  sx_expr_free(e);
  sx_table_free(t);
}

static void precedence(void) {
  static const struct {
    const char *text;
    double want;
  } cases[] = {
      {"1 + 2 * 3", 7},         {"(1 + 2) * 3", 9},   {"2 - 3 - 4", -5},
      {"16 / 4 / 2", 2},        {"2 ^ 3 ^ 2", 512},   {"-2 ^ 2", -4},
      {"(-2) ^ 2", 4},          {"2 ^ -1", 0.5},      {"- - 3", 3},
      {"2 * -3", -6},           {"1 - -1", 2},        {"-2 * 3 + 10", 4},
      {"2 * 3 ^ 2", 18},        {"1.5e1 + .5", 15.5}, {"1e2", 100},
      {"7 - 2 * 3 ^ 2 / 9", 5}, {"abs(-3) ^ 2", 9},   {"2.", 2},
      {"1 + (2 - (3 - 4))", 4},
  };
  static const struct {
    const char *text;
    int want;
  } truths[] = {
      {"1 == 1 or 1 == 2 and 1 == 2", 1},
      {"(1 == 1 or 1 == 2) and 1 == 2", 0},
      {"not 1 == 2 and 1 == 2", 0},
      {"not (1 == 2 and 1 == 2)", 1},
      {"not not 1 == 1", 1},
      {"1 + 1 == 2", 1},
      {"3 > 1 + 1", 1},
      {"not 1 > 2 or 1 > 2", 1},
      {"5 in 1 + 1..2 * 3", 1},
      {"5 in (1, 2, 4..6)", 1},
      {"5 not in 4..6", 0},
      {"2 in (1)..(3)", 1},
      {"3 in 1..2 or 3 in 3..4", 1},
      {"not 3 in 1..2", 1},
      {"-1 in -2..-1", 1},
      {"1 == 1 == 0", -1},
      {"2 in (2)", 1},
      {"(1 == 1) == (2 == 2)", 1},
  };
  sx_table *t = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 1, err));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_column *c = NULL;
    eval(&c, t, cases[i].text);
    if (c && sx_column_number(c, 0) != cases[i].want)
      SXT_FAIL("%s is %g, not %g", cases[i].text, sx_column_number(c, 0), cases[i].want);
    sx_column_free(sx_table_ctx(t), c);
  }
  for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
    sx_column *c = NULL;
    if (truths[i].want < 0) {
      CHECK_FAILS(fails(t, truths[i].text, err), SX_E_PARSE, "column 8", "do not chain");
      continue;
    }
    eval(&c, t, truths[i].text);
    if (c && sx_column_number(c, 0) != truths[i].want) SXT_FAIL("%s is not %d", truths[i].text, truths[i].want);
    sx_column_free(sx_table_ctx(t), c);
  }
  sx_table_free(t);
}

static void functions(void) {
  sx_table *t = people();
  check_rows(t, "missing(年龄)", SX_INTEGER, "0 0 1 0 0 0");
  check_rows(t, "valid(年龄)", SX_INTEGER, "1 1 0 1 1 1");
  check_rows(t, "missing(sex)", SX_INTEGER, "0 0 0 0 1 1"); /* tagged and user-declared are missing too */
  check_rows(t, "missing(residence)", SX_INTEGER, "0 0 1 0 0 0");
  check_rows(t, "missing(年龄 > 59)", SX_INTEGER, "0 0 1 0 0 0");
  check_rows(t, "missing(1 / (年龄 - 60))", SX_INTEGER, "0 1 1 0 0 0");
  check_rows(t, "if(年龄 >= 60, \"old\", \"young\")", SX_CATEGORY, "young old . old young young");
  check_rows(t, "if(年龄 >= 60, \"old\")", SX_CATEGORY, ". old . old . .");
  check_rows(t, "if(年龄 >= 60, 年龄)", SX_NUMBER, ". 60 . 75 . .");
  check_rows(t, "if(年龄 < 60, residence, if(sex == 2, word, \"m\"))", SX_CATEGORY, "rural town . town town urban");
  check_rows(t, "if(年龄 < 60, residence)", SX_CATEGORY, "rural . . . town urban");
  check_rows(t, "if(年龄 < 60, day, day + 1)", SX_DATE, "2025-06-30 2025-07-01 . 2025-01-01 2024-12-31 2024-12-31");
  check_rows(t, "if(residence == \"rural\", sex == 1)", SX_INTEGER, "1 . . 0 . .");
  check_rows(t, "abs(年龄 - 60)", SX_NUMBER, "1 0 . 15 42 27");
  check_rows(t, "sqrt(年龄 - 59)", SX_NUMBER, "0 1 . 4 . .");
  check_rows(t, "exp(年龄 * 0)", SX_NUMBER, "1 1 . 1 1 1");
  check_rows(t, "exp(年龄 * 1e9)", SX_NUMBER, ". . . . . ."); /* no finite answer */
  check_rows(t, "log(年龄 - 59)", SX_NUMBER, ". 0 . 2.77259 . .");
  check_rows(t, "floor(年龄 / 7)", SX_NUMBER, "8 8 . 10 2 4");
  check_rows(t, "ceil(年龄 / 7)", SX_NUMBER, "9 9 . 11 3 5");
  check_rows(t, "round(年龄 / 6)", SX_NUMBER, "10 10 . 13 3 6"); /* 12.5 and 5.5: away from zero */
  check_rows(t, "round(-年龄 / 6)", SX_NUMBER, "-10 -10 . -13 -3 -6");
  check_rows(t, "min(年龄, 40, 20)", SX_NUMBER, "20 20 . 20 18 20");
  check_rows(t, "max(年龄, 40, 20)", SX_NUMBER, "59 60 . 75 40 40");
  check_rows(t, "min(day, day - 1)", SX_DATE, "2025-06-29 2025-06-29 2025-06-29 2024-12-30 2024-12-30 2024-12-30");
  check_rows(t, "年龄 / 0", SX_NUMBER, ". . . . . .");
  check_rows(t, "0 ^ 0 + 年龄 * 0", SX_NUMBER, "1 1 . 1 1 1");
  check_rows(t, "1 ^ 年龄", SX_NUMBER, "1 1 . 1 1 1");
  check_rows(t, "(年龄 == 59) + (年龄 < 70)", SX_NUMBER, "2 1 . 0 1 1");
  sx_table_free(t);
}

static void sets(void) {
  sx_table *t = people();
  check_rows(t, "any(`$used`)", SX_INTEGER, "1 0 . 1 0 1");
  check_rows(t, "any($used)", SX_INTEGER, "1 0 . 1 0 1");
  check_rows(t, "sum($used)", SX_NUMBER, "2 0 . 3 0 1");
  check_rows(t, "count($used)", SX_NUMBER, "2 0 . 3 0 1");
  check_rows(t, "missing($used)", SX_INTEGER, "0 0 1 0 0 0");
  check_rows(t, "valid($used)", SX_INTEGER, "1 1 0 1 1 1");
  check_rows(t, "sum(q1, q2, q3)", SX_NUMBER, "4 6 . 3 4 1");
  check_rows(t, "any(q1 == 2, q2 == 2)", SX_INTEGER, "1 1 . 0 1 .");
  check_rows(t, "any($used, 年龄 == 60)", SX_INTEGER, "1 1 . 1 0 1");
  check_rows(t, "count($codes)", SX_NUMBER, "3 3 . 3 2 1"); /* places in use */
  check_rows(t, "any($codes)", SX_INTEGER, "1 1 . 1 1 1");
  CHECK_FAILS(fails(t, "1 + sum($codes)", err), SX_E_ARGUMENT, "column 9", "no sum");
  CHECK_FAILS(fails(t, "$used == 1", err), SX_E_ARGUMENT, "column 1", "multiple-response set");
  CHECK_FAILS(fails(t, "any($use)", err), SX_E_ARGUMENT, "column 5", "did you mean '$used'");
  CHECK_FAILS(fails(t, "any(q1)", err), SX_E_DATA, "column 5: case 2", "'q1' is used as a condition but is 2");
  sx_table_free(t);
}

static void texts_and_labels(void) {
  sx_table *t = people();
  check_rows(t, "sex == \"女\"", SX_INTEGER, "0 1 0 1 . .");
  check_rows(t, "\"女\" != sex", SX_INTEGER, "1 0 1 0 . .");
  check_rows(t, "sex in ('男', '女')", SX_INTEGER, "1 1 1 1 . .");
  check_rows(t, "sex >= '女'", SX_INTEGER, "0 1 0 1 . .");
  check_rows(t, "residence == 'rural'", SX_INTEGER, "1 0 . 1 0 0");
  check_rows(t, "residence == 'countryside'", SX_INTEGER, "1 0 . 1 0 0");
  check_rows(t, "residence < 'rural'", SX_INTEGER, "0 1 . 0 1 1"); /* order of levels */
  check_rows(t, "'town' < residence", SX_INTEGER, "1 0 . 1 0 0");
  check_rows(t, "residence in 'town'..'rural'", SX_INTEGER, "1 0 . 1 1 0");
  check_rows(t, "residence == word", SX_INTEGER, "0 0 . 0 0 0");
  check_rows(t, "residence != word", SX_INTEGER, "1 1 . 1 1 1");
  check_rows(t, "word == residence or word == word", SX_INTEGER, "1 1 1 1 1 1");
  check_rows(t, "if(年龄 > 0, 'town', 'x') == word", SX_INTEGER, "0 1 . 1 0 1");
  check_rows(t, "day == '2025-06-30'", SX_INTEGER, "1 1 1 0 0 0");
  check_rows(t, "day in '2025-01-01'..'2025-12-31'", SX_INTEGER, "1 1 1 0 0 0");
  check_rows(t, "day - day", SX_NUMBER, "0 0 0 0 0 0");
  check_rows(t, "wave > '2024-S2'", SX_INTEGER, "1 1 1 0 0 0");
  check_rows(t, "wave == wave", SX_INTEGER, "1 1 1 1 1 1");
  check_rows(t, "\"it''s \"\"x\"\"\"", SX_CATEGORY,
             "it''s \"x\" it''s \"x\" it''s \"x\" it''s \"x\" it''s \"x\" it''s \"x\"");
  CHECK_FAILS(fails(t, "sex == \"refused\"", err), SX_E_ARGUMENT, "column 8", "missing(`sex`)");
  CHECK_FAILS(fails(t, "sex == \"not asked\"", err), SX_E_ARGUMENT, "column 8", "declared missing");
  CHECK_FAILS(fails(t, "residence == 'rurla'", err), SX_E_ARGUMENT, "column 14", "did you mean 'rural'");
  CHECK_FAILS(fails(t, "年龄 > 1 and residence == '农村'", err), SX_E_ARGUMENT, "column 25", "no level '农村'");
  CHECK_FAILS(fails(t, "sex == 'refusd'", err), SX_E_ARGUMENT, "column 8", "did you mean 'refused'");
  CHECK_FAILS(fails(t, "年龄 == '60'", err), SX_E_ARGUMENT, "column 7", "'年龄' is a number without value labels");
  CHECK_FAILS(fails(t, "residence == 1", err), SX_E_ARGUMENT, "column 14", "put the value in quotes");
  CHECK_FAILS(fails(t, "word < 'x'", err), SX_E_ARGUMENT, "column 6", "without an order");
  CHECK_FAILS(fails(t, "day == '30.6.2025'", err), SX_E_ARGUMENT, "column 8", "not a date (2025-06-30)");
  CHECK_FAILS(fails(t, "wave == '2025-H1'", err), SX_E_ARGUMENT, "column 9", "not a period");
  CHECK_FAILS(fails(t, "'a' == 'b'", err), SX_E_ARGUMENT, "column 8", "no variable");
  CHECK_FAILS(fails(t, "(年龄 > 1) == 'x'", err), SX_E_ARGUMENT, "column 13", "a condition cannot be compared");
  sx_table_free(t);
}

static void bare_columns_keep_everything(void) {
  sx_table *t = people();
  sx_column *c = NULL;
  eval(&c, t, "sex");
  REQUIRE(c);
  CHECK_INT(c->type, SX_INTEGER);
  CHECK_INT(c->miss[4], 'b');
  CHECK_INT(c->miss[5], SX_MISS_USER);
  CHECK_INT(c->data.i64[5], 9);
  CHECK_STR(sx_column_value_label(c, 2), "女");
  CHECK_INT(c->n_ranges, 1);
  sx_column_free(sx_table_ctx(t), c);
  eval(&c, t, "(residence)");
  REQUIRE(c);
  CHECK_INT(c->type, SX_CATEGORY);
  CHECK_INT(sx_dict_count(c->dict), 3);
  sx_column_free(sx_table_ctx(t), c);
  sx_table_free(t);
}

static void places_of_errors(void) {
  static const struct {
    const char *text;
    sx_status status;
    const char *where, *message;
  } cases[] = {
      {"", SX_E_PARSE, "column 1", "empty"},
      {"   ", SX_E_PARSE, "column 1", "empty"},
      {"年龄 +", SX_E_PARSE, "column 5", "the expression ends"},
      {"年龄 + * 3", SX_E_PARSE, "column 6", "not '*'"},
      {"(年龄 + 3", SX_E_PARSE, "column 8", "for the '(' in column 1"},
      {"年龄 + 3)", SX_E_PARSE, "column 7", "not ')'"},
      {"年龄 = 3", SX_E_PARSE, "column 4", "'=' is written '==' here"},
      {"年龄 <> 3", SX_E_PARSE, "column 4", "'!='"},
      {"年龄 > 1 && sex == 1", SX_E_PARSE, "column 8", "'and'"},
      {"年龄 > 1 || sex == 1", SX_E_PARSE, "column 8", "'or'"},
      {"!missing(sex)", SX_E_PARSE, "column 1", "'not'"},
      {"年龄 ** 2", SX_E_PARSE, "column 4", "'^'"},
      {"年龄 ≥ 3", SX_E_PARSE, "column 4", "type '>='"},
      {"missing（sex）", SX_E_PARSE, "column 8", "type '('"},
      {"sex == “女”", SX_E_PARSE, "column 8", "type '\"'"},
      {"sex == \"女", SX_E_PARSE, "column 8", "no closing \""},
      {"`sex == 1", SX_E_PARSE, "column 1", "no closing `"},
      {"`` == 1", SX_E_PARSE, "column 1", "empty"},
      {"1 < 年龄 < 3", SX_E_PARSE, "column 8", "do not chain"},
      {"年龄 in 3", SX_E_PARSE, "column 8", "'..'"},
      {"年龄 in 5..1", SX_E_PARSE, "column 7", "range is empty"},
      {"年龄 in (1, 2", SX_E_PARSE, "column 12", "',' or ')'"},
      {"年龄 not 3", SX_E_PARSE, "column 8", "'in' after 'not'"},
      {"1 + not 年龄 > 2", SX_E_PARSE, "column 5", "parentheses"},
      {"sqr(年龄)", SX_E_PARSE, "column 1", "did you mean 'sqrt'"},
      {"1 + mean(年龄)", SX_E_PARSE, "column 5", "mean() is not given"},
      {"sqrt(年龄, 2)", SX_E_PARSE, "column 10", "takes 1 argument"},
      {"if(sex == 1)", SX_E_PARSE, "column 12", "at least 2"},
      {"if(1, 2, 3, 4)", SX_E_PARSE, "column 13", "up to 3"},
      {"min(1)", SX_E_PARSE, "column 6", "at least 2"},
      {"missing()", SX_E_PARSE, "column 9", "needs 1 argument"},
      {"2025年 + 1", SX_E_PARSE, "column 1", "backquotes"},
      {"1e999", SX_E_PARSE, "column 1", "out of range"},
      {"sex % 2", SX_E_PARSE, "column 5", "remainder"},
      {"sex \x01", SX_E_PARSE, "column 5", "U+0001"},
      {"sex ; 2", SX_E_PARSE, "column 5", "unexpected ';'"},
      {"年龄 + \xff", SX_E_PARSE, "column 6", "UTF-8"},
      {"年令 + 1", SX_E_ARGUMENT, "column 1", "no variable or set called '年令'"},
      {"1 + residense", SX_E_ARGUMENT, "column 5", "did you mean 'residence'"},
      {"residence + 1", SX_E_ARGUMENT, "column 1", "'residence' is text"},
      {"1 + -residence", SX_E_ARGUMENT, "column 6", "'residence' is text"},
      {"年龄 > 1 and word", SX_E_ARGUMENT, "column 12", "'word' is text"},
      {"not day", SX_E_ARGUMENT, "column 5", "'day' is a date"},
      {"wave + 1", SX_E_ARGUMENT, "column 1", "'wave' is a period"},
      {"day + day", SX_E_ARGUMENT, "column 1", "'day' is a date"},
      {"day == wave", SX_E_ARGUMENT, "column 5", "'day', which is a date, and 'wave', which is a period"},
      {"if(sex == 1, 'a', 2)", SX_E_ARGUMENT, "column 19", "text and a number"},
      {"missing('a')", SX_E_ARGUMENT, "column 9", "never missing"},
      {"1 == 1 and 2", SX_E_ARGUMENT, "column 12", "other than 0 and 1"},
      {"sex == 1 and 年龄", SX_E_DATA, "column 14: case 1", "'年龄' is used as a condition but is 59"},
      {"if(sex / 2, 1, 2)", SX_E_DATA, "case 1", "is 0.5"},
  };
  sx_table *t = people();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_error got = SX_ERROR_INIT;
    const sx_status st = fails(t, cases[i].text, &got);
    if (st != cases[i].status || !strstr(got.where, cases[i].where) || !strstr(got.message, cases[i].message))
      SXT_FAIL("'%s': %s, '%s': '%s'; wanted %s, '%s': '%s'", cases[i].text, sx_status_name(st), got.where, got.message,
               sx_status_name(cases[i].status), cases[i].where, cases[i].message);
    const size_t n = strlen(got.where);
    if (cases[i].status == SX_E_PARSE) CHECK_INT(n, strlen(cases[i].where)); /* column 1 is not column 12 */
  }
  sx_table_free(t);
}

static void nesting_is_limited(void) {
  char deep[1300], wide[60000];
  memset(deep, '(', 600);
  (void)snprintf(deep + 600, sizeof deep - 600, "1");
  sx_expr *e = NULL;
  CHECK_FAILS(sx_expr_parse(&e, NULL, deep, err), SX_E_PARSE, "column 201", "deeper than 200");
  memset(deep, '-', 600);
  CHECK_FAILS(sx_expr_parse(&e, NULL, deep, err), SX_E_PARSE, "column 201", "deeper than 200");
  memset(deep, '(', 199);
  deep[199] = '1';
  memset(deep + 200, ')', 199);
  deep[399] = '\0';
  REQUIRE_OK(sx_expr_parse(&e, NULL, deep, err));
  sx_expr_free(e);
  size_t n = 0;
  for (int i = 0; i < 9999; i++) n += (size_t)snprintf(wide + n, sizeof wide - n, "1 + ");
  (void)snprintf(wide + n, sizeof wide - n, "1"); /* a long sum is not deep */
  sx_table *t = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 2, err));
  eval(&c, t, wide);
  REQUIRE(c);
  CHECK(sx_column_number(c, 1) == 10000);
  sx_column_free(NULL, c);
  sx_table_free(t);
}

static void names(void) {
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, "users.z / 人口 + users.z * any(`a b``c`, 人口) + log(log)", err));
  CHECK_INT(sx_expr_names(e), 4);
  CHECK_STR(sx_expr_name(e, 0), "users.z");
  CHECK_STR(sx_expr_name(e, 1), "人口");
  CHECK_STR(sx_expr_name(e, 2), "a b`c");
  CHECK_STR(sx_expr_name(e, 3), "log");
  CHECK(sx_expr_name(e, 4) == NULL);
  CHECK(strncmp(sx_expr_text(e), "users.z /", 9) == 0);
  sx_expr_free(e);
  CHECK_INT(sx_expr_names(NULL), 0);
  sx_expr_free(NULL);
  e = NULL;
  CHECK_FAILS(sx_expr_parse(&e, NULL, NULL, err), SX_E_ARGUMENT, "", "NULL");
  CHECK(e == NULL);
}

static bool stop(void *data) {
  (void)data;
  return true;
}

static void cancelled(void) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.cancelled = stop;
  sx_table *t = NULL;
  sx_expr *e = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, &ctx, 3, err));
  REQUIRE_OK(sx_expr_parse(&e, NULL, "1", err));
  CHECK_FAILS(sx_expr_eval(&c, e, t, "y", err), SX_E_CANCELLED, "", "");
  CHECK(c == NULL);
  sx_expr_free(e);
  sx_table_free(t);
}

/* Of several wrong rows the first is named, whichever thread meets one first. */
static void first_wrong_case(void) {
  enum { ROWS = 300000 };
  for (int threads = 1; threads <= 8; threads *= 2) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = threads;
    sx_table *t = NULL;
    sx_column *c = NULL, *y = NULL;
    sx_expr *e = NULL;
    REQUIRE_OK(sx_table_new(&t, &ctx, ROWS, err));
    REQUIRE_OK(sx_table_add(&c, t, "flag", SX_INTEGER, err));
    c->data.i64[70000] = 2;
    c->data.i64[70001] = 3;
    c->data.i64[299999] = -1;
    REQUIRE_OK(sx_expr_parse(&e, &ctx, "not flag", err));
    CHECK_FAILS(sx_expr_eval(&y, e, t, "y", err), SX_E_DATA, "column 5: case 70001",
                "'flag' is used as a condition but is 2");
    CHECK(y == NULL);
    sx_expr_free(e);
    sx_table_free(t);
  }
}

SXT_MAIN(SXT_CASE(truth_tables), SXT_CASE(precedence), SXT_CASE(functions), SXT_CASE(sets), SXT_CASE(texts_and_labels),
         SXT_CASE(bare_columns_keep_everything), SXT_CASE(places_of_errors), SXT_CASE(nesting_is_limited),
         SXT_CASE(names), SXT_CASE(cancelled), SXT_CASE(first_wrong_case))
