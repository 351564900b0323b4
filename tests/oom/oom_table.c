/* Every public function of table that allocates, with each allocation failing once. The inputs reach every branch of success. */
#include "oom/oom.h"
#include "shuxiao/table.h"
#include "shuxiao/table_order.h"

/* A small table with every type, class of missing, labels, ranges, a dictionary and a set; n >= 4 rows. */
static sx_status build(sx_table **out, const sx_ctx *ctx, size_t n, sx_error *err) {
  static const struct {
    const char *name;
    sx_type type;
  } columns[] = {{"x", SX_NUMBER}, {"i", SX_INTEGER}, {"c", SX_CATEGORY},
                 {"w", SX_TEXT},   {"d", SX_DATE},    {"p", SX_PERIOD}};
  static const char *const words[] = {"low", "high", "mid"};
  sx_table *t = NULL;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_table_new(&t, ctx, n, err));
  for (int k = 0; k < 6; k++) {
    SX_TRY_GOTO(st, sx_table_add(&c, t, columns[k].name, columns[k].type, err), done);
    for (size_t i = 0; i < n; i++) {
      if (c->dict)
        SX_TRY_GOTO(
            st, sx_dict_add(&c->data.code[i], c->dict, words[(i + (size_t)k) % 3], 3 + (i + (size_t)k) % 3 % 2, err),
            done);
      else if (k == 0)
        c->data.f64[i] = (double)i / 2;
      else if (k != 5)
        c->data.i64[i] = (int64_t)i;
      else
        (void)sx_period_make(&c->data.i64[i], 'S', 2025, 1 + (int)(i % 2));
    }
    SX_TRY_GOTO(st, sx_column_set_missing(ctx, c, 1, k % 2 ? SX_MISS_SYSTEM : 'a', err), done);
    SX_TRY_GOTO(st, sx_column_set_label(ctx, c, "label", err), done);
    SX_TRY_GOTO(st, sx_column_set_format(ctx, c, "F8.2", err), done);
    SX_TRY_GOTO(st, sx_column_add_label(ctx, c, 0, c->dict ? "low" : NULL, 0, "lowest", err), done);
    SX_TRY_GOTO(st, sx_column_add_label(ctx, c, 0, NULL, 'a', "lost", err), done);
    SX_TRY_GOTO(st, sx_column_add_label(ctx, c, 0, NULL, 'a', "not asked", err), done);
    SX_TRY_GOTO(st, sx_column_add_range(ctx, c, 1, 1, c->dict ? "mid" : NULL, err), done);
  }
  SX_TRY_GOTO(st, sx_table_set_meta(t, "title", "T", err), done);
  SX_TRY_GOTO(st, sx_table_set_meta(t, "title", "U", err), done);
  char *members[] = {(char[]){"x"}, (char[]){"i"}};
  const sx_mrset set = {(char[]){"$s"}, (char[]){"Set"}, true, 1, NULL, members, 2};
  SX_TRY_GOTO(st, sx_table_add_mrset(t, &set, err), done);
  char *texts[] = {(char[]){"c"}, (char[]){"w"}};
  const sx_mrset low = {(char[]){"$low"}, NULL, true, 0, (char[]){"low"}, texts, 2};
  SX_TRY_GOTO(st, sx_table_add_mrset(t, &low, err), done);
  *out = t;
  t = NULL;
done:
  sx_table_free(t);
  return st;
}

static sx_status call_build(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *t = NULL;
  sx_status st = build(&t, ctx, 4, err);
  if (st == SX_OK) st = sx_table_drop(t, "x", err);
  sx_table_free(t);
  return st;
}

static sx_status call_dict(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_dict *d = NULL;
  int32_t code = 0;
  sx_status st = sx_dict_new(&d, ctx, err);
  char word[5000];
  memset(word, 'x', sizeof word);
  for (size_t i = 0; i < 40 && st == SX_OK; i++) {
    st = sx_dict_add(&code, d, word, i * 120, err); /* indices and chunks grow */
    if (st == SX_OK) CHECK_INT(code, i);
    if (st != SX_OK) { /* a failure leaves it usable */
      CHECK_INT(sx_dict_count(d), i);
      CHECK_INT(sx_dict_find(d, word, i * 120), -1);
    }
  }
  sx_dict_free(d);
  return st;
}

static sx_status call_select(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *t = NULL, *out = NULL;
  sx_status st = build(&t, ctx, 4, err);
  if (st == SX_OK) st = sx_table_select(&out, t, (const uint8_t[]){1, 1, 0, 1}, err);
  sx_table_free(out);
  sx_table_free(t);
  return st;
}

static sx_status call_append(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *a = NULL, *b = NULL;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, build(&a, ctx, 4, err), done);
  SX_TRY_GOTO(st, build(&b, ctx, 5, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, b, "fresh", SX_TEXT, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, b, "number", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_column_add_label(ctx, c, 5, NULL, 0, "five", err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, a, "number", SX_INTEGER, err), done);
  SX_TRY_GOTO(st, sx_table_append(a, b, err), done);
  CHECK_INT(sx_table_rows(a), 9);
done:
  if (st != SX_OK && a && sx_table_columns(a) == 7) CHECK_INT(sx_table_rows(a), 4); /* a failure leaves the rows */
  sx_table_free(a);
  sx_table_free(b);
  return st;
}

static sx_status call_join(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *a = NULL, *b = NULL;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  const char *keys[] = {"i", "w"}, *columns[] = {"v", "u"};
  SX_TRY_GOTO(st, build(&a, ctx, 6, err), done);
  SX_TRY_GOTO(st, build(&b, ctx, 4, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, b, "v", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, b, "u", SX_TEXT, err), done);
  SX_TRY_GOTO(st, sx_table_join(a, b, keys, 2, columns, 2, err), done);
done:
  if (st != SX_OK && a) CHECK(!sx_table_find(a, "v")); /* all columns or none */
  sx_table_free(a);
  sx_table_free(b);
  return st;
}

static sx_status call_pivot(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *a = NULL, *b = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, build(&a, ctx, 4, err), done);
  SX_TRY_GOTO(st, build(&b, ctx, 8, err), done);
  SX_TRY_GOTO(st, sx_table_pivot_sum(a, b, "i", "c", "x", "s_", NULL, 0, err), done);
  SX_TRY_GOTO(st, sx_table_pivot_sum(a, b, "i", "c", "x", "t_", (const char *[]){"low", "none"}, 2, err), done);
done:
  sx_table_free(a);
  sx_table_free(b);
  return st;
}

static sx_status call_groups(const sx_ctx *ctx, void *data, sx_error *err) {
  const char *names[] = {"c", "x", "i", "w", "d", "p", "wide", "wider"};
  sx_table *t = NULL;
  sx_groups *g = NULL;
  sx_column *c = NULL;
  sx_status st = SX_OK;
  const size_t n = *(const size_t *)data;
  SX_TRY_GOTO(st, build(&t, ctx, n, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, t, "wide", SX_NUMBER, err), done); /* hashed levels and crossings */
  for (size_t i = 0; i < n; i++) c->data.f64[i] = 1e9 * (double)i + 0.5;
  SX_TRY_GOTO(st, sx_table_add(&c, t, "wider", SX_INTEGER, err), done);
  for (size_t i = 0; i < n; i++) c->data.i64[i] = (int64_t)i * 1000000007;
  SX_TRY_GOTO(st, sx_groups_new(&g, t, names, 8, err), done);
done:
  sx_groups_free(g);
  sx_table_free(t);
  return st;
}

static sx_status call_expr(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  sx_expr *e = NULL;
  sx_column *y = NULL;
  uint8_t keep[5] = {9, 9, 9, 9, 9};
  const char *text = data;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, sx_expr_parse(&e, ctx, text, err), done);
  SX_TRY_GOTO(st, build(&t, ctx, 5, err), done);
  SX_TRY_GOTO(st, sx_expr_eval(&y, e, t, "y", err), done);
  if (y->type != SX_INTEGER) goto done;
  SX_TRY_GOTO(st, sx_expr_test(keep, e, t, err), done);
  CHECK(keep[4] != 9);
done:
  CHECK((st == SX_OK) == (y != NULL) || keep[0] == 9);
  if (y) sx_column_free(ctx, y);
  sx_expr_free(e);
  sx_table_free(t);
  return st;
}

/* More rows than one task takes, on two threads. */
static sx_status call_parallel(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *t = NULL;
  sx_expr *e = NULL;
  sx_column *c = NULL, *y = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, sx_table_new(&t, ctx, 140000, err), done);
  SX_TRY_GOTO(st, sx_table_add(&c, t, "x", SX_NUMBER, err), done);
  SX_TRY_GOTO(st, sx_expr_parse(&e, ctx, "x + 1 > 0", err), done);
  SX_TRY_GOTO(st, sx_expr_eval(&y, e, t, "y", err), done);
done:
  if (y) sx_column_free(ctx, y);
  sx_expr_free(e);
  sx_table_free(t);
  return st;
}

static sx_status call_scalar(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_buf text;
  sx_expr *e = NULL;
  const char *names[] = {"a", "b"};
  double value[] = {2, 3}, gradient[2] = {0, 0}, out = 0;
  sx_buf_init(&text, ctx);
  sx_buf_add(&text, "a / b"); /* more nodes than stand on the stack */
  for (int i = 0; i < 40; i++) sx_buf_add(&text, " + a * b");
  sx_status st = sx_buf_status(&text, err);
  if (st == SX_OK) st = sx_expr_parse(&e, ctx, text.data, err);
  if (st == SX_OK) st = sx_expr_scalar(&out, gradient, e, names, value, 2, err);
  if (st == SX_OK) CHECK_NEAR(gradient[0], 40 * 3 + 1.0 / 3, 1e-14);
  sx_expr_free(e);
  sx_buf_clear(&text);
  return st;
}

/* A wrong name: the suggestion needs memory too, and its absence is told as such. */
static sx_status call_unknown(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_table *t = NULL;
  sx_expr *e = NULL;
  sx_column *y = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, build(&t, ctx, 4, err), done);
  SX_TRY_GOTO(st, sx_expr_parse(&e, ctx, data, err), done);
  st = sx_expr_eval(&y, e, t, "y", err);
  if (st == SX_E_ARGUMENT) {
    CHECK(strstr(err->message, "did you mean") != NULL);
    *err = (sx_error)SX_ERROR_INIT;
    st = SX_OK;
  }
done:
  sx_expr_free(e);
  sx_table_free(t);
  return st;
}

static void tables(void) {
  oom_run("build", call_build, NULL);
  oom_run("dict", call_dict, NULL);
  oom_run("select", call_select, NULL);
  oom_run("append", call_append, NULL);
  oom_run("join", call_join, NULL);
  oom_run("pivot", call_pivot, NULL);
}

/* Levels in declared orders, and copies of the columns that have them. */
static sx_status call_order(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  static const char *const text[] = {"w", "x", "c"};
  sx_table *t = NULL, *copy = NULL;
  sx_groups *g = NULL;
  sx_status st = SX_OK;
  const uint8_t keep[4] = {1, 1, 1, 1};
  SX_TRY_GOTO(st, build(&t, ctx, 4, err), done);
  for (size_t k = 0; k < 3; k++) {
    sx_column *c = (sx_column *)(uintptr_t)sx_table_find(t, text[k]);
    const char *level[2] = {c->dict ? sx_dict_get(c->dict, 1, NULL) : "1",
                            c->dict ? sx_dict_get(c->dict, 0, NULL) : "0"};
    SX_TRY_GOTO(st, sx_column_set_order(ctx, c, level, 2, err), done);
    SX_TRY_GOTO(st, sx_column_set_order(ctx, c, level, 2, err), done); /* in the place of the first */
  }
  SX_TRY_GOTO(st, sx_table_select(&copy, t, keep, err), done);
  SX_TRY_GOTO(st, sx_groups_new(&g, copy, text, 3, err), done);
done:
  sx_groups_free(g);
  sx_table_free(copy);
  sx_table_free(t);
  return st;
}

static void groups(void) {
  oom_run("groups", call_groups, &(size_t){6});
  oom_run("declared order", call_order, NULL);
}

static void expressions(void) {
  static char texts[][160] = {
      "x",
      "\"text\"",
      "x + i * 2 > 1 and not (c == \"low\" or w in (\"low\", 'high')) or any($s, x == 1) and valid($s)",
      "missing($low) or 1 == 1",
      "if(x > 1, c, if(c == w, w, \"other\"))",
      "if(any($low), x ^ i, sqrt(abs(-x)) + sum(x, i, count($s)))",
      "if(p == '2025-S1' and d in '1970-01-01'..'1970-01-03', d)",
      "c != w",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) oom_run(texts[i], call_expr, texts[i]);
  oom_run("scalar", call_scalar, NULL);
  oom_run("unknown variable", call_unknown, (char[]){"1 + cc"});
  oom_run("unknown level", call_unknown, (char[]){"c == 'hihg'"});
  oom_run_threads("parallel", call_parallel, NULL, 2);
}

SXT_MAIN(SXT_CASE(tables), SXT_CASE(groups), SXT_CASE(expressions))
