/* Rows and tables together: select, append, join, pivot. */
#include "shuxiao/table.h"
#include "sxt.h"

#include <stdint.h>

static sx_table *table_of(size_t n) {
  sx_table *t = NULL;
  CHECK_OK(sx_table_new(&t, NULL, n, err));
  return t;
}

/* A column from text: "1 2 . 4", "." missing; words for coded columns. */
static sx_column *fill(sx_table *t, const char *name, sx_type type, const char *values) {
  sx_column *c = NULL;
  CHECK_OK(sx_table_add(&c, t, name, type, err));
  for (size_t i = 0; c && i < c->n; i++) {
    while (*values == ' ') values++;
    const size_t n = strcspn(values, " ");
    if (n == 1 && *values == '.')
      CHECK_OK(sx_column_set_missing(sx_table_ctx(t), c, i, SX_MISS_SYSTEM, err));
    else if (c->dict)
      CHECK_OK(sx_dict_add(&c->data.code[i], c->dict, values, n, err));
    else if (type == SX_NUMBER)
      CHECK(sx_text_to_double(&c->data.f64[i], values, n));
    else
      CHECK(sx_text_to_int64(&c->data.i64[i], values, n));
    values += n;
  }
  return c;
}

static void check_column(const sx_table *t, const char *name, sx_type type, const char *want) {
  const sx_column *c = sx_table_find(t, name);
  REQUIRE(c != NULL);
  sx_buf got;
  sx_buf_init(&got, NULL);
  sx_buf_add(&got, "");
  for (size_t i = 0; i < c->n; i++) {
    char item[SX_DOUBLE_TEXT_MAX] = "";
    if (i) sx_buf_add_char(&got, ' ');
    if (sx_column_missing(c, i) && c->miss[i] != SX_MISS_SYSTEM)
      sx_buf_printf(&got, ".%c", c->miss[i] == SX_MISS_USER ? 'U' : c->miss[i]);
    else if (sx_column_missing(c, i))
      sx_buf_add_char(&got, '.');
    else if (c->dict)
      sx_buf_add(&got, sx_dict_get(c->dict, c->data.code[i], NULL));
    else
      sx_buf_add_n(&got, item, sx_text_from_double(item, sx_column_number(c, i)));
  }
  CHECK_INT(c->n, sx_table_rows(t));
  CHECK_INT(c->type, type);
  CHECK_STR(got.data, want);
  sx_buf_clear(&got);
}

static void select_keeps_everything(void) {
  sx_table *t = table_of(4), *out = NULL;
  const sx_ctx *ctx = sx_table_ctx(t);
  sx_column *c = fill(t, "x", SX_NUMBER, "1 2 9 4");
  CHECK_OK(sx_column_add_label(ctx, c, 1, NULL, 0, "one", err));
  CHECK_OK(sx_column_add_label(ctx, c, 0, NULL, 'k', "lost", err));
  CHECK_OK(sx_column_add_range(ctx, c, 9, 9, NULL, err));
  CHECK_OK(sx_column_set_missing(ctx, c, 3, 'k', err));
  CHECK_OK(sx_column_set_label(ctx, c, "The x", err));
  CHECK_OK(sx_column_set_format(ctx, c, "F8.2", err));
  c->measure = SX_MEASURE_ORDINAL;
  fill(t, "w", SX_TEXT, "a b . a");
  CHECK_OK(sx_table_set_meta(t, "title", "T", err));
  char *x[] = {(char[]){"x"}};
  const sx_mrset set = {(char[]){"$s"}, (char[]){"S"}, true, 1, NULL, x, 1};
  CHECK_OK(sx_table_add_mrset(t, &set, err));
  REQUIRE_OK(sx_table_select(&out, t, (const uint8_t[]){0, 1, 7, 1}, err));
  check_column(out, "x", SX_NUMBER, "2 .U .k");
  check_column(out, "w", SX_TEXT, "b . a");
  const sx_column *y = sx_table_find(out, "x");
  CHECK(y->data.f64[1] == 9);
  CHECK_STR(y->label, "The x");
  CHECK_STR(y->format, "F8.2");
  CHECK_INT(y->measure, SX_MEASURE_ORDINAL);
  CHECK_INT(y->n_labels, 2);
  CHECK_INT(y->n_ranges, 1);
  CHECK(sx_table_find(out, "w")->dict == sx_table_find(t, "w")->dict); /* shared */
  CHECK_STR(sx_table_meta(out, "title"), "T");
  CHECK_INT(sx_table_mrsets(out), 1);
  sx_table_free(t);
  check_column(out, "w", SX_TEXT, "b . a");
  sx_table *none = NULL;
  REQUIRE_OK(sx_table_select(&none, out, (const uint8_t[]){0, 0, 0}, err));
  CHECK_INT(sx_table_rows(none), 0);
  CHECK_INT(sx_table_columns(none), 2);
  sx_table_free(none);
  sx_table_free(out);
}

static void append_by_name(void) {
  sx_table *a = table_of(2), *b = table_of(3);
  fill(a, "i", SX_INTEGER, "1 2");
  fill(a, "w", SX_CATEGORY, "low high");
  fill(a, "above", SX_NUMBER, "0.5 .");
  fill(a, "d", SX_DATE, "5 6");
  fill(a, "n", SX_NUMBER, "1 2");
  fill(b, "w", SX_CATEGORY, "high . new");
  sx_column *c = fill(b, "i", SX_NUMBER, "2.5 . 4");
  CHECK_OK(sx_column_set_missing(sx_table_ctx(b), c, 1, 'q', err));
  CHECK_OK(sx_column_add_label(sx_table_ctx(b), c, 4, NULL, 0, "four", err));
  fill(b, "below", SX_TEXT, "x y x");
  fill(b, "d", SX_DATE, "7 8 9");
  fill(b, "n", SX_INTEGER, "3 4 .");
  sx_dict *kept = sx_dict_ref(sx_table_find(a, "w")->dict);
  REQUIRE_OK(sx_table_append(a, b, err));
  CHECK_INT(sx_table_rows(a), 5);
  CHECK_INT(sx_table_columns(a), 6);
  check_column(a, "i", SX_NUMBER, "1 2 2.5 .q 4"); /* widened */
  check_column(a, "n", SX_NUMBER, "1 2 3 4 .");
  check_column(a, "w", SX_CATEGORY, "low high high . new");
  check_column(a, "above", SX_NUMBER, "0.5 . . . .");
  check_column(a, "below", SX_TEXT, ". . x y x");
  check_column(a, "d", SX_DATE, "5 6 7 8 9");
  CHECK_STR(sx_column_value_label(sx_table_find(a, "i"), 4), "four");
  CHECK_INT(sx_dict_count(kept), 2); /* a dictionary that others hold did not grow */
  sx_dict_free(kept);
  check_column(b, "w", SX_CATEGORY, "high . new"); /* what was appended is as before */
  sx_table_free(b);
  check_column(a, "below", SX_TEXT, ". . x y x");
  b = table_of(1);
  fill(b, "i", SX_INTEGER, "1");
  fill(b, "w", SX_NUMBER, "1");
  CHECK_FAILS(sx_table_append(a, b, err), SX_E_DATA, "w", "category above and number below");
  CHECK_FAILS(sx_table_append(a, a, err), SX_E_ARGUMENT, "", "itself");
  CHECK_INT(sx_table_rows(a), 5);
  check_column(a, "i", SX_NUMBER, "1 2 2.5 .q 4");
  sx_table_free(a);
  sx_table_free(b);
  a = table_of(0);
  b = table_of(2);
  fill(b, "x", SX_TEXT, "p q");
  REQUIRE_OK(sx_table_append(a, b, err)); /* onto nothing */
  REQUIRE_OK(sx_table_append(a, b, err));
  check_column(a, "x", SX_TEXT, "p q p q");
  sx_table_free(a);
  sx_table_free(b);
}

static void join_brings_columns(void) {
  sx_table *t = table_of(5), *r = table_of(4);
  fill(t, "id", SX_INTEGER, "3 1 . 3 9");
  fill(t, "w", SX_TEXT, "a b a x a");
  fill(r, "w", SX_CATEGORY, "a b z a");
  fill(r, "id", SX_NUMBER, "3 1 3 .");
  sx_column *c = fill(r, "v", SX_NUMBER, "10 20 30 40");
  CHECK_OK(sx_column_add_label(sx_table_ctx(r), c, 10, NULL, 0, "ten", err));
  CHECK_OK(sx_column_add_range(sx_table_ctx(r), c, 20, 20, NULL, err));
  fill(r, "u", SX_TEXT, "k l m n");
  const char *keys[] = {"id", "w"}, *columns[] = {"v", "u"};
  REQUIRE_OK(sx_table_join(t, r, keys, 2, columns, 2, err));
  check_column(t, "v", SX_NUMBER, "10 .U . . ."); /* missing keys meet nothing */
  check_column(t, "u", SX_TEXT, "k l . . .");
  CHECK_STR(sx_column_value_label(sx_table_find(t, "v"), 10), "ten");
  CHECK_FAILS(sx_table_join(t, r, keys, 2, columns, 2, err), SX_E_ARGUMENT, "", "already has a variable called 'v'");
  CHECK_FAILS(sx_table_join(t, r, keys, 1, columns, 2, err), SX_E_DATA, "", "the key id = 3 stands twice");
  CHECK_FAILS(sx_table_join(t, r, keys, 1, columns, 2, err), SX_E_DATA, "", "rows 1 and 3");
  CHECK_FAILS(sx_table_join(t, r, (const char *[]){"w"}, 1, (const char *[]){"id"}, 1, err), SX_E_DATA, "", "w = a");
  CHECK_FAILS(sx_table_join(t, r, keys, 2, (const char *[]){"vv"}, 1, err), SX_E_ARGUMENT, "",
              "no variable called 'vv'");
  CHECK_FAILS(sx_table_join(t, r, (const char *[]){"idd"}, 1, columns, 1, err), SX_E_ARGUMENT, "", "did you mean 'id'");
  CHECK_FAILS(sx_table_join(t, r, keys, 0, columns, 1, err), SX_E_ARGUMENT, "", "key");
  fill(r, "v2", SX_NUMBER, "1 2 3 4");
  CHECK_FAILS(sx_table_join(t, r, keys, 2, (const char *[]){"v2", "u"}, 2, err), SX_E_ARGUMENT, "", "'u'");
  CHECK(sx_table_find(t, "v2") == NULL); /* all or none */
  CHECK_INT(sx_table_columns(t), 4);
  sx_table *s = table_of(1);
  fill(s, "id", SX_TEXT, "3");
  CHECK_FAILS(sx_table_join(t, s, keys, 1, NULL, 0, err), SX_E_DATA, "id",
              "integer in one table and text in the other");
  sx_table_free(s);
  sx_table_free(r);
  check_column(t, "u", SX_TEXT, "k l . . .");
  sx_table_free(t);
}

static void exact_keys(void) {
  sx_table *t = table_of(4), *r = table_of(3);
  fill(t, "k", SX_INTEGER, "9007199254740993 9007199254740992 0 5");
  fill(r, "k", SX_INTEGER, "9007199254740992 9007199254740993 5");
  fill(r, "v", SX_INTEGER, "1 2 3");
  REQUIRE_OK(sx_table_join(t, r, (const char *[]){"k"}, 1, (const char *[]){"v"}, 1, err));
  check_column(t, "v", SX_INTEGER, "2 1 . 3");
  sx_table_free(r);
  r = table_of(2);
  sx_column *c = fill(r, "k", SX_NUMBER, "5 1");
  c->data.f64[1] = -0.0;
  fill(r, "u", SX_TEXT, "five zero");
  REQUIRE_OK(sx_table_join(t, r, (const char *[]){"k"}, 1, (const char *[]){"u"}, 1, err));
  check_column(t, "u", SX_TEXT, ". . zero five"); /* -0 is 0; integers that no double holds meet none */
  sx_table_free(r);
  sx_table_free(t);
}

static void pivot_sums(void) {
  sx_table *t = table_of(4), *r = table_of(8);
  fill(t, "id", SX_INTEGER, "1 2 3 1");
  fill(r, "id", SX_INTEGER, "1 1 2 1 9 . 2 1");
  sx_column *c = fill(r, "ucc", SX_INTEGER, "20 10 10 20 10 10 30 .");
  CHECK_OK(sx_column_add_label(sx_table_ctx(r), c, 10, NULL, 0, "bread", err));
  fill(r, "cost", SX_NUMBER, "1.5 2 4 3 100 100 . 100");
  REQUIRE_OK(sx_table_pivot_sum(t, r, "id", "ucc", "cost", "u_", NULL, 0, err));
  CHECK_INT(sx_table_columns(t), 4);
  check_column(t, "u_10", SX_NUMBER, "2 4 0 2");
  check_column(t, "u_20", SX_NUMBER, "4.5 0 0 4.5"); /* a key that stands twice here gets the sum twice */
  check_column(t, "u_30", SX_NUMBER, "0 . 0 0");     /* an unknown part leaves the sum unknown */
  CHECK_STR(sx_table_get(t, 1)->name, "u_10");
  CHECK_STR(sx_table_find(t, "u_10")->label, "bread");
  const char *codes[] = {"20", "77", "10"};
  REQUIRE_OK(sx_table_pivot_sum(t, r, "id", "ucc", "cost", "p", codes, 3, err));
  CHECK_STR(sx_table_get(t, 4)->name, "p20");
  check_column(t, "p20", SX_NUMBER, "4.5 0 0 4.5");
  check_column(t, "p77", SX_NUMBER, "0 0 0 0");
  check_column(t, "p10", SX_NUMBER, "2 4 0 2");
  CHECK(sx_table_find(t, "p30") == NULL);
  const size_t before = sx_table_columns(t);
  CHECK_FAILS(sx_table_pivot_sum(t, r, "id", "ucc", "cost", "p", (const char *[]){"5", "10"}, 2, err), SX_E_ARGUMENT,
              "", "'p10'");
  CHECK_INT(sx_table_columns(t), before);
  CHECK_FAILS(sx_table_pivot_sum(t, r, "id", "uc", "cost", "p", NULL, 0, err), SX_E_ARGUMENT, "", "did you mean 'ucc'");
  fill(r, "w", SX_TEXT, "a b a b a b a b");
  CHECK_FAILS(sx_table_pivot_sum(t, r, "id", "ucc", "w", "p", NULL, 0, err), SX_E_DATA, "w",
              "text column cannot be summed");
  REQUIRE_OK(sx_table_pivot_sum(t, r, "id", "w", "ucc", "w_", NULL, 0, err));
  check_column(t, "w_a", SX_NUMBER, "20 40 0 20");
  check_column(t, "w_b", SX_NUMBER, ". 0 0 .");
  sx_table_free(r);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(select_keeps_everything), SXT_CASE(append_by_name), SXT_CASE(join_brings_columns),
         SXT_CASE(exact_keys), SXT_CASE(pivot_sums))
