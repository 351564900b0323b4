/* The order of levels: the declared one, of a text also by labels, by the number behind the same words, else as they are. */
#include "shuxiao/table_order.h"
#include "sxt.h"

static const sx_ctx *ctx(void) {
  static const sx_ctx own = SX_CTX_INIT;
  return &own;
}

/* Texts of a column without labels, in their order, joined by '|'. */
static const char *ordered(const sx_column *c, const char *const *text, size_t n) {
  static char out[400];
  size_t order[16], used = 0;
  sx_error err = SX_ERROR_INIT;
  out[0] = '\0';
  if (sx_level_order(order, ctx(), c, text, n, &err) != SX_OK) return "failed";
  for (size_t i = 0; i < n; i++)
    used += (size_t)snprintf(out + used, sizeof out - used, "%s%s", i ? "|" : "", text[order[i]]);
  return out;
}

static void test_numbers(void) {
  const sx_column c = {.type = SX_TEXT};
  CHECK_STR(ordered(&c, (const char *const[]){"65+", "10-19", "6-9", "20-64"}, 4), "6-9|10-19|20-64|65+");
  CHECK_STR(ordered(&c, (const char *const[]){"Wave 10", "Wave 2", "Wave 11"}, 3), "Wave 2|Wave 10|Wave 11");
  CHECK_STR(ordered(&c, (const char *const[]){"第10类", "第2类"}, 2), "第2类|第10类");
  CHECK_STR(ordered(&c, (const char *const[]){"5+", "1", "5-", "3"}, 4), "1|3|5+|5-"); /* equal ones as they are */
  CHECK_STR(ordered(&c, (const char *const[]){"q2b", "q10a", "q2a"}, 3), "q2b|q2a|q10a");
  CHECK_STR(ordered(&c, (const char *const[]){"x"}, 1), "x");
  CHECK_STR(ordered(&c, NULL, 0), "");
}

static void test_words(void) {
  const sx_column c = {.type = SX_TEXT}, category = {.type = SX_CATEGORY};
  CHECK_STR(ordered(&c, (const char *const[]){"low", "high", "middle"}, 3), "low|high|middle");
  CHECK_STR(ordered(&c, (const char *const[]){"10-19", "none", "6-9"}, 3), "10-19|none|6-9"); /* one without a number */
  CHECK_STR(ordered(&c, (const char *const[]){"Wave 10", "Round 2"}, 2), "Wave 10|Round 2");
  CHECK_STR(ordered(&category, (const char *const[]){"10", "9"}, 2), "10|9"); /* has an order of its own */
}

static void test_labels(void) {
  char low[] = "l", middle[] = "m", high[] = "h", word[] = "Word";
  sx_label labels[] = {{.text = low, .label = word}, {.text = middle, .label = word}, {.text = high, .label = word}};
  const sx_column c = {.type = SX_TEXT, .labels = labels, .n_labels = 3};
  CHECK_STR(ordered(&c, (const char *const[]){"h", "l", "m"}, 3), "l|m|h");
  CHECK_STR(ordered(&c, (const char *const[]){"h", "l"}, 2), "l|h");
  CHECK_STR(ordered(&c, (const char *const[]){"h", "other", "l"}, 3), "h|other|l");
}

/* Categories that several columns bring, column by column. */
static void test_members(void) {
  const struct {
    sx_type type;
    const char *text[4], *want;
  } cases[] = {{SX_INTEGER, {"1", "99", "12", "-3"}, "-3|1|12|99"},
               {SX_NUMBER, {"1.5", "10", "2", "0.25"}, "0.25|1.5|2|10"},
               {SX_TEXT, {"tea", "milk", "wine", "cola"}, "tea|milk|wine|cola"},
               {SX_TEXT, {"10", "9", "2", "1"}, "1|2|9|10"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const sx_column c = {.type = cases[i].type};
    size_t order[4];
    char got[80] = "";
    REQUIRE_OK(sx_member_order(order, ctx(), &c, cases[i].text, 4, err));
    for (size_t k = 0; k < 4; k++)
      snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k ? "|" : "", cases[i].text[order[k]]);
    CHECK_STR(got, cases[i].want);
  }
}

static void test_declared(void) {
  char low[] = "l", high[] = "h", ten[] = "10", nine[] = "9", word[] = "Word";
  char *words[] = {high, low}, *numbers[] = {nine, ten};
  sx_label labels[] = {{.text = low, .label = word}, {.text = high, .label = word}};
  const sx_column c = {.type = SX_TEXT, .labels = labels, .n_labels = 2, .order = words, .n_order = 2};
  CHECK_STR(ordered(&c, (const char *const[]){"l", "h"}, 2), "h|l");                /* before the labels */
  CHECK_STR(ordered(&c, (const char *const[]){"l", "other", "h"}, 3), "l|other|h"); /* leaves one out: does not count */
  const sx_type types[] = {SX_TEXT, SX_CATEGORY, SX_NUMBER, SX_INTEGER};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    const sx_column d = {.type = types[i], .order = numbers, .n_order = 2};
    CHECK_STR(ordered(&d, (const char *const[]){"10", "9"}, 2), "9|10");
  }
}

/* Groups of numbers and categories stand in it too, and copies of the column have it. */
static void test_groups(void) {
  sx_table *t = NULL, *half = NULL;
  sx_column *c = NULL;
  sx_groups *g = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *name = "x";
  uint8_t keep[4] = {1, 1, 1, 0};
  CHECK(sx_table_new(&t, ctx(), 4, &err) == SX_OK && sx_table_add(&c, t, name, SX_NUMBER, &err) == SX_OK);
  const double x[4] = {1, 2.5, 7, 2.5};
  memcpy(c->data.f64, x, sizeof x);
  CHECK(sx_column_set_order(ctx(), c, (const char *const[]){"7", "1", "2.5", "9"}, 4, &err) == SX_OK);
  CHECK(sx_table_select(&half, t, keep, &err) == SX_OK && sx_groups_new(&g, half, &name, 1, &err) == SX_OK);
  CHECK(g->n_groups == 3 && g->group[0] == 1 && g->group[1] == 2 && g->group[2] == 0);
  CHECK_STR(g->level_text[0][0], "7");
  CHECK_STR(g->level_text[0][2], "2.5");
  sx_groups_free(g);
  CHECK(sx_column_set_order(ctx(), c, NULL, 0, &err) == SX_OK && sx_groups_new(&g, t, &name, 1, &err) == SX_OK);
  CHECK_STR(g->level_text[0][0], "1");
  sx_groups_free(g);
  sx_table_free(half);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_numbers), SXT_CASE(test_words), SXT_CASE(test_labels), SXT_CASE(test_members),
         SXT_CASE(test_declared), SXT_CASE(test_groups))
