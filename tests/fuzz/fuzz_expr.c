/* fuzz_expr.c: any bytes as an expression, evaluated over a small fixed table and over named numbers. What must hold whatever the
 * text: an error has a place and a message, a result has the table's rows and sound codes, an evaluation repeats itself. */
#include "shuxiao/table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ROWS = 5 };

static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static sx_column *add(sx_table *t, const char *name, sx_type type) {
  sx_column *c = NULL;
  must(sx_table_add(&c, t, name, type, NULL) == SX_OK);
  must(sx_column_set_missing(sx_table_ctx(t), c, 3, 'a', NULL) == SX_OK);
  return c;
}

static sx_table *fixed_table(void) {
  static const char *const words[] = {"low", "high", "村", ""};
  sx_table *t = NULL;
  must(sx_table_new(&t, NULL, ROWS, NULL) == SX_OK);
  sx_column *x = add(t, "x", SX_NUMBER), *i = add(t, "i", SX_INTEGER), *c = add(t, "c", SX_CATEGORY);
  sx_column *w = add(t, "年龄", SX_TEXT), *d = add(t, "d", SX_DATE), *p = add(t, "p", SX_PERIOD);
  for (int k = 0; k < ROWS; k++) {
    if (k == 3) continue;
    x->data.f64[k] = k - 1.5;
    i->data.i64[k] = k % 2;
    must(sx_dict_add(&c->data.code[k], c->dict, words[k % 3], strlen(words[k % 3]), NULL) == SX_OK);
    must(sx_dict_add(&w->data.code[k], w->dict, words[k % 4], strlen(words[k % 4]), NULL) == SX_OK);
    d->data.i64[k] = 20000 + k;
    must(sx_period_make(&p->data.i64[k], 'Q', 2025, 1 + k % 4));
  }
  must(sx_column_add_label(NULL, i, 1, NULL, 0, "yes", NULL) == SX_OK);
  must(sx_column_add_label(NULL, c, 0, "low", 0, "Low", NULL) == SX_OK);
  char *members[] = {(char[]){"x"}, (char[]){"i"}};
  const sx_mrset set = {(char[]){"$s"}, NULL, true, 1, NULL, members, 2};
  must(sx_table_add_mrset(t, &set, NULL) == SX_OK);
  return t;
}

static void check_column(const sx_column *y) {
  must(y->n == ROWS && strcmp(y->name, "y") == 0);
  for (size_t k = 0; k < ROWS; k++) {
    if (sx_column_missing(y, k)) continue;
    if (y->dict)
      must(y->data.code[k] >= 0 && (size_t)y->data.code[k] < sx_dict_count(y->dict));
    else
      must(sx_column_number(y, k) == sx_column_number(y, k));
  }
}

static void evaluate(const sx_expr *e, const sx_table *t) {
  sx_error err = SX_ERROR_INIT;
  sx_column *y = NULL, *again = NULL;
  const sx_status st = sx_expr_eval(&y, e, t, "y", &err);
  must((st == SX_OK) == (y != NULL));
  if (st != SX_OK) {
    must(err.status == st && err.message[0] && strncmp(err.where, "column ", 7) == 0);
    must(sx_utf8_valid(err.message, strlen(err.message), NULL));
    return;
  }
  check_column(y);
  must(sx_expr_eval(&again, e, t, "y", NULL) == SX_OK);
  must(again->type == y->type && !again->miss == !y->miss);
  must(memcmp(again->data.i64, y->data.i64, y->dict ? 4 * ROWS : 8 * ROWS) == 0);
  uint8_t keep[ROWS];
  if (sx_expr_test(keep, e, t, NULL) == SX_OK)
    for (size_t k = 0; k < ROWS; k++) must(keep[k] == (sx_column_missing(y, k) ? 2 : sx_column_number(y, k) == 1));
  sx_column_free(NULL, y);
  sx_column_free(NULL, again);
}

static void formula(const sx_expr *e) {
  static const char *const names[] = {"x", "i", "a.b"};
  const double value[] = {1.5, -2, 0.25};
  double out = 0, plain = 0, gradient[3];
  sx_error err = SX_ERROR_INIT;
  if (sx_expr_scalar(&out, gradient, e, names, value, 3, &err) != SX_OK) {
    must(err.message[0] && strncmp(err.where, "column ", 7) == 0);
    return;
  }
  must(sx_expr_scalar(&plain, NULL, e, names, value, 3, NULL) == SX_OK);
  must(memcmp(&out, &plain, sizeof out) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n > 20000) return 0;
  char *text = malloc(n + 1);
  must(text != NULL);
  if (n) memcpy(text, data, n);
  text[n] = '\0';
  sx_expr *e = NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_status st = sx_expr_parse(&e, NULL, text, &err);
  must((st == SX_OK) == (e != NULL));
  if (st == SX_OK) {
    sx_table *t = fixed_table();
    must(strcmp(sx_expr_text(e), text) == 0);
    for (size_t i = 0; i < sx_expr_names(e); i++) must(sx_expr_name(e, i) != NULL);
    evaluate(e, t);
    formula(e);
    sx_table_free(t);
  } else {
    must(err.status == st && err.message[0] && strncmp(err.where, "column ", 7) == 0);
    must(sx_utf8_valid(err.message, strlen(err.message), NULL));
  }
  sx_expr_free(e);
  free(text);
  return 0;
}
