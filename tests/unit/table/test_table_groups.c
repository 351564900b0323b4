/* Groups: order of levels and groups, combinations, missing keys, dense and hashed ways, a slow twin. */
#include "shuxiao/table.h"
#include "sxt.h"

static sx_table *new_table(size_t n) {
  sx_table *t = NULL;
  CHECK_OK(sx_table_new(&t, NULL, n, err));
  return t;
}

static void text_column(sx_table *t, const char *name, sx_type type, const char *const *levels, size_t n_levels,
                        const char *const *values) {
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, t, name, type, err));
  int32_t code = 0;
  for (size_t i = 0; i < n_levels; i++) REQUIRE_OK(sx_dict_add(&code, c->dict, levels[i], strlen(levels[i]), err));
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    if (!values[i]) {
      REQUIRE_OK(sx_column_set_missing(sx_table_ctx(t), c, i, SX_MISS_SYSTEM, err));
      continue;
    }
    REQUIRE_OK(sx_dict_add(&c->data.code[i], c->dict, values[i], strlen(values[i]), err));
  }
}

static void category_order_is_declared(void) {
  sx_table *t = new_table(5);
  text_column(t, "r", SX_CATEGORY, (const char *[]){"rural", "town", "urban"}, 3,
              (const char *[]){"urban", "rural", NULL, "urban", "rural"});
  text_column(t, "w", SX_TEXT, NULL, 0, (const char *[]){"b", "a", "a", "b", "c"});
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, (const char *[]){"r"}, 1, err));
  CHECK_INT(g->n_groups, 2);
  CHECK_INT(g->n_levels[0], 2); /* town does not occur */
  CHECK_STR(g->level_text[0][0], "rural");
  CHECK_STR(g->level_text[0][1], "urban");
  CHECK_STR(g->key_name[0], "r");
  const int32_t want[] = {1, 0, -1, 1, 0};
  for (size_t i = 0; i < 5; i++) CHECK_INT(g->group[i], want[i]);
  sx_groups_free(g);
  REQUIRE_OK(sx_groups_new(&g, t, (const char *[]){"w", "r"}, 2, err));
  CHECK_STR(g->level_text[0][0], "b"); /* text: first appearance */
  CHECK_STR(g->level_text[0][2], "c");
  CHECK_INT(g->n_groups, 3); /* b*urban, a*rural, c*rural */
  const int32_t want2[] = {0, 1, -1, 0, 2};
  for (size_t i = 0; i < 5; i++) CHECK_INT(g->group[i], want2[i]);
  const int32_t levels[] = {0, 1, 1, 0, 2, 0};
  for (size_t i = 0; i < 6; i++) CHECK_INT(g->key_level[i], levels[i]);
  sx_groups_free(g);
  sx_table_free(t);
}

static void numbers_ascend_with_labels(void) {
  sx_table *t = new_table(6);
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, t, "x", SX_NUMBER, err));
  const double v[] = {3, -0.0, 0.0, 9, 2.5, 3};
  memcpy(c->data.f64, v, sizeof v);
  const sx_ctx *ctx = sx_table_ctx(t);
  REQUIRE_OK(sx_column_add_label(ctx, c, 3, NULL, 0, "three", err));
  REQUIRE_OK(sx_column_add_label(ctx, c, 7, NULL, 0, "never", err));
  REQUIRE_OK(sx_column_add_range(ctx, c, 9, 9, NULL, err));
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, (const char *[]){"x"}, 1, err));
  CHECK_INT(g->n_groups, 3);
  CHECK_STR(g->level_text[0][0], "0");
  CHECK_STR(g->level_text[0][1], "2.5");
  CHECK_STR(g->level_text[0][2], "3");
  CHECK_STR(g->level_label[0][1], "2.5");
  CHECK_STR(g->level_label[0][2], "three");
  const int32_t want[] = {2, 0, 0, -1, 1, 2};
  for (size_t i = 0; i < 6; i++) CHECK_INT(g->group[i], want[i]);
  sx_groups_free(g);
  sx_table_free(t);
}

static void dates_and_periods_are_texts(void) {
  sx_table *t = new_table(3);
  sx_column *d = NULL, *p = NULL;
  REQUIRE_OK(sx_table_add(&d, t, "d", SX_DATE, err));
  REQUIRE_OK(sx_table_add(&p, t, "p", SX_PERIOD, err));
  const char *days[] = {"2025-06-30", "1969-12-31", "2025-06-30"};
  for (size_t i = 0; i < 3; i++) {
    CHECK(sx_date_parse(&d->data.i64[i], days[i], 10));
    CHECK(sx_period_make(&p->data.i64[i], 'S', 2025 - (int)(i % 2), 1));
  }
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, (const char *[]){"d", "p"}, 2, err));
  CHECK_INT(g->n_groups, 2);
  CHECK_STR(g->level_text[0][0], "1969-12-31");
  CHECK_STR(g->level_text[0][1], "2025-06-30");
  CHECK_STR(g->level_text[1][0], "2024-S1");
  CHECK_STR(g->level_text[1][1], "2025-S1");
  sx_groups_free(g);
  sx_table_free(t);
}

static void bad_input(void) {
  sx_table *t = new_table(2);
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, t, "residence", SX_INTEGER, err));
  sx_groups *g = NULL;
  CHECK_FAILS(sx_groups_new(&g, t, (const char *[]){"residense"}, 1, err), SX_E_ARGUMENT, "",
              "did you mean 'residence'");
  CHECK_FAILS(sx_groups_new(&g, t, (const char *[]){"residence", "residence"}, 2, err), SX_E_ARGUMENT, "", "twice");
  const char *nine[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  CHECK_FAILS(sx_groups_new(&g, t, nine, 9, err), SX_E_ARGUMENT, "", "up to 8");
  CHECK_FAILS(sx_groups_new(NULL, t, nine, 1, err), SX_E_ARGUMENT, "", "NULL");
  CHECK(g == NULL);
  sx_groups_free(NULL);
  sx_table_free(t);
}

static void no_keys_and_no_rows(void) {
  sx_table *t = new_table(3), *empty = new_table(0);
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_add(&c, empty, "x", SX_NUMBER, err));
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, t, NULL, 0, err));
  CHECK_INT(g->n_groups, 1);
  for (size_t i = 0; i < 3; i++) CHECK_INT(g->group[i], 0);
  sx_groups_free(g);
  REQUIRE_OK(sx_groups_new(&g, empty, (const char *[]){"x"}, 1, err));
  CHECK_INT(g->n_groups, 0);
  CHECK_INT(g->n_levels[0], 0);
  sx_groups_free(g);
  sx_table_free(t);
  sx_table_free(empty);
}

SXT_MAIN(SXT_CASE(category_order_is_declared), SXT_CASE(numbers_ascend_with_labels),
         SXT_CASE(dates_and_periods_are_texts), SXT_CASE(bad_input), SXT_CASE(no_keys_and_no_rows))
