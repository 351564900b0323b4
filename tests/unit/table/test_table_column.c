/* Dictionaries, columns with their missing classes and labels, tables, metadata, sets. */
#include "shuxiao/table.h"
#include "sxt.h"

#include <stdint.h>

static void dictionaries(void) {
  sx_dict *d = NULL;
  int32_t code = -5;
  REQUIRE_OK(sx_dict_new(&d, NULL, err));
  CHECK_INT(sx_dict_find(d, "", 0), -1);
  char word[32];
  const char *kept = NULL;
  for (int i = 0; i < 50000; i++) {
    const int n = snprintf(word, sizeof word, "词%d", i);
    REQUIRE_OK(sx_dict_add(&code, d, word, (size_t)n, err));
    REQUIRE(code == i);
    if (i == 7) kept = sx_dict_get(d, 7, NULL);
  }
  CHECK_INT(sx_dict_count(d), 50000);
  CHECK(kept == sx_dict_get(d, 7, NULL)); /* a borrowed text stays where it is */
  CHECK_STR(kept, "词7");
  for (int i = 0; i < 50000; i += 7) {
    const int n = snprintf(word, sizeof word, "词%d", i);
    REQUIRE_OK(sx_dict_add(&code, d, word, (size_t)n, err));
    CHECK_INT(code, i);
    CHECK_INT(sx_dict_find(d, word, (size_t)n), i);
    CHECK_INT(sx_dict_find(d, word, (size_t)n - 1), n == 4 ? -1 : i / 10);
  }
  REQUIRE_OK(sx_dict_add(&code, d, "a\0b", 3, err)); /* texts may hold NUL */
  size_t n = 0;
  CHECK(memcmp(sx_dict_get(d, code, &n), "a\0b", 4) == 0);
  CHECK_INT(n, 3);
  CHECK_INT(sx_dict_find(d, "a", 1), -1);
  CHECK(sx_dict_get(d, -1, &n) == NULL && n == 0);
  CHECK(sx_dict_get(d, 50001, NULL) == NULL);
  sx_dict *same = sx_dict_ref(d);
  CHECK(same == d);
  sx_dict_free(d);
  CHECK_STR(sx_dict_get(same, 0, NULL), "词0"); /* one reference is left */
  sx_dict_free(same);
  sx_dict_free(NULL);
  CHECK(sx_dict_ref(NULL) == NULL);
}

static void types_and_classes(void) {
  static const char *const names[] = {"number", "integer", "category", "text", "date", "period"};
  for (int i = 0; i < 6; i++) CHECK_STR(sx_type_name((sx_type)i), names[i]);
  static const uint8_t classes[] = {SX_MISS_SYSTEM, SX_MISS_USER, 'a', 'z'};
  for (int type = 0; type < 6; type++) {
    sx_column *c = NULL;
    REQUIRE_OK(sx_column_new(&c, NULL, "变量", (sx_type)type, 6, err));
    CHECK(c->miss == NULL);
    REQUIRE_OK(sx_column_set_missing(NULL, c, 0, SX_MISS_NONE, err));
    CHECK(c->miss == NULL); /* nothing missing, no byte per row */
    if (c->dict) {
      CHECK_INT(c->data.code[5], -1);
      REQUIRE_OK(sx_dict_add(&c->data.code[1], c->dict, "x", 1, err));
    } else {
      CHECK(c->data.i64[5] == 0);
      if (type == SX_NUMBER)
        c->data.f64[1] = 8;
      else
        c->data.i64[1] = 8;
    }
    for (size_t k = 0; k < 4; k++) {
      REQUIRE_OK(sx_column_set_missing(NULL, c, k + 1, classes[k], err));
      CHECK(sx_column_missing(c, k + 1));
      CHECK_INT(c->miss[k + 1], classes[k]);
      CHECK(isnan(sx_column_number(c, k + 1)));
    }
    CHECK(!sx_column_missing(c, 0));
    CHECK(c->dict ? isnan(sx_column_number(c, 0)) : sx_column_number(c, 0) == 0);
    CHECK_FAILS(sx_column_set_missing(NULL, c, 0, 3, err), SX_E_ARGUMENT, "变量", "class");
    CHECK_FAILS(sx_column_set_missing(NULL, c, 0, 'A', err), SX_E_ARGUMENT, "变量", "class");
    CHECK_FAILS(sx_column_set_missing(NULL, c, 6, 1, err), SX_E_ARGUMENT, "变量", "row");
    sx_column_free(NULL, c);
  }
  sx_column *c = NULL;
  CHECK_FAILS(sx_column_new(&c, NULL, "", SX_NUMBER, 1, err), SX_E_ARGUMENT, "", "needs a name");
  CHECK_FAILS(sx_column_new(&c, NULL, "a\xff", SX_NUMBER, 1, err), SX_E_ARGUMENT, "", "UTF-8 (byte 2)");
  CHECK_FAILS(sx_column_new(&c, NULL, "a", (sx_type)9, 1, err), SX_E_ARGUMENT, "", "type");
  CHECK_FAILS(sx_column_new(&c, NULL, "a", SX_NUMBER, SIZE_MAX / 4, err), SX_E_MEMORY, "", "");
  CHECK(c == NULL);
}

static void labels_and_ranges(void) {
  sx_column *c = NULL;
  REQUIRE_OK(sx_column_new(&c, NULL, "q", SX_NUMBER, 6, err));
  memcpy(c->data.f64, (double[]){1, 97, 98.5, 99, -1, 2}, 6 * sizeof(double));
  REQUIRE_OK(sx_column_set_missing(NULL, c, 5, 'c', err));
  REQUIRE_OK(sx_column_add_label(NULL, c, 1, NULL, 0, "yes", err));
  REQUIRE_OK(sx_column_add_label(NULL, c, 99, NULL, 0, "refused", err));
  REQUIRE_OK(sx_column_add_label(NULL, c, 0, NULL, 'c', "not asked", err));
  REQUIRE_OK(sx_column_add_label(NULL, c, 1, NULL, 0, "Yes", err)); /* replaces */
  CHECK_INT(c->n_labels, 3);
  CHECK_STR(sx_column_value_label(c, 1), "Yes");
  CHECK(sx_column_value_label(c, 0) == NULL); /* a tag's label is no label of a value */
  CHECK(sx_column_value_label(c, (double)NAN) == NULL);
  REQUIRE_OK(sx_column_add_range(NULL, c, 97, 98.5, NULL, err));
  REQUIRE_OK(sx_column_add_range(NULL, c, -(double)INFINITY, -1, NULL, err));
  CHECK_INT(c->n_ranges, 2);
  static const uint8_t want[] = {0, SX_MISS_USER, SX_MISS_USER, 0, SX_MISS_USER, 'c'};
  for (size_t i = 0; i < 6; i++) CHECK_INT(c->miss[i], want[i]);
  CHECK(c->data.f64[2] == 98.5); /* still readable */
  CHECK(isnan(sx_column_number(c, 2)));
  CHECK_INT(sx_column_find_range(c, 97, NULL), 0);
  CHECK_INT(sx_column_find_range(c, -7, NULL), 1);
  CHECK_INT(sx_column_find_range(c, 0, NULL), c->n_ranges);
  CHECK_INT(sx_column_find_range(c, 97, "97"), c->n_ranges); /* no text is declared */
  const sx_label labels[] = {{.value = 98.5}, {.value = 99}, {.tag = 'a'}};
  CHECK(sx_column_missing_label(c, &labels[0]) && !sx_column_missing_label(c, &labels[1]) &&
        sx_column_missing_label(c, &labels[2]));
  CHECK_FAILS(sx_column_add_range(NULL, c, 5, 4, NULL, err), SX_E_ARGUMENT, "q", "empty");
  CHECK_FAILS(sx_column_add_range(NULL, c, 1, (double)NAN, NULL, err), SX_E_ARGUMENT, "q", "empty");
  CHECK_FAILS(sx_column_add_range(NULL, c, 1, 1, "x", err), SX_E_ARGUMENT, "q", "range of numbers");
  CHECK_FAILS(sx_column_add_label(NULL, c, 1, "x", 0, "l", err), SX_E_ARGUMENT, "q", "numbers");
  CHECK_FAILS(sx_column_add_label(NULL, c, 1, NULL, 'Z', "l", err), SX_E_ARGUMENT, "q", "a..z");
  CHECK_FAILS(sx_column_add_label(NULL, c, (double)NAN, NULL, 0, "l", err), SX_E_ARGUMENT, "q", "value");
  CHECK_INT(c->n_labels, 3);
  REQUIRE_OK(sx_column_set_label(NULL, c, "Question 1", err));
  REQUIRE_OK(sx_column_set_format(NULL, c, "F8.2", err));
  CHECK_STR(c->label, "Question 1");
  CHECK_STR(c->format, "F8.2");
  REQUIRE_OK(sx_column_set_label(NULL, c, NULL, err));
  CHECK_STR(c->label, "");
  sx_column_free(NULL, c);
  REQUIRE_OK(sx_column_new(&c, NULL, "t", SX_TEXT, 3, err));
  REQUIRE_OK(sx_dict_add(&c->data.code[0], c->dict, "NA", 2, err));
  REQUIRE_OK(sx_dict_add(&c->data.code[2], c->dict, "x", 1, err));
  REQUIRE_OK(sx_column_add_range(NULL, c, 0, 0, "none such", err));
  CHECK(c->miss == NULL);
  REQUIRE_OK(sx_column_add_range(NULL, c, 0, 0, "NA", err));
  CHECK_INT(c->miss[0], SX_MISS_USER);
  CHECK_INT(c->miss[2], 0);
  CHECK_INT(c->data.code[0], 0);
  CHECK_FAILS(sx_column_add_range(NULL, c, 0, 1, NULL, err), SX_E_ARGUMENT, "t", "a text");
  CHECK_FAILS(sx_column_add_label(NULL, c, 0, NULL, 0, "l", err), SX_E_ARGUMENT, "t", "texts");
  sx_column_free(NULL, c);
  sx_column_free(NULL, NULL);
}

static void tables_find_by_name(void) {
  sx_table *t = NULL;
  sx_column *c = NULL, *first = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 2, err));
  CHECK(sx_table_find(t, "v0") == NULL);
  char name[16];
  for (int i = 0; i < 1000; i++) {
    (void)snprintf(name, sizeof name, "v%d", i);
    REQUIRE_OK(sx_table_add(&c, t, name, SX_INTEGER, err));
    if (i == 0) first = c;
  }
  CHECK(sx_table_find(t, "v0") == first); /* columns stay where they are */
  CHECK_INT(sx_table_columns(t), 1000);
  CHECK_INT(sx_table_rows(t), 2);
  CHECK(sx_table_find(t, "V0") == NULL); /* case matters */
  CHECK(sx_table_get(t, 1000) == NULL);
  CHECK_STR(sx_table_get(t, 17)->name, "v17");
  CHECK_FAILS(sx_table_add(&c, t, "v5", SX_NUMBER, err), SX_E_ARGUMENT, "", "already has a variable called 'v5'");
  CHECK_FAILS(sx_table_add(&c, t, "", SX_NUMBER, err), SX_E_ARGUMENT, "", "name");
  const sx_column *found = NULL;
  CHECK_FAILS(sx_table_need(&found, t, "v5x", err), SX_E_ARGUMENT, "", "did you mean");
  CHECK_FAILS(sx_table_need(&found, t, "something else", err), SX_E_ARGUMENT, "", "among the 1000");
  CHECK(found == NULL);
  REQUIRE_OK(sx_table_drop(t, "v0", err));
  CHECK_FAILS(sx_table_drop(t, "v0", err), SX_E_ARGUMENT, "", "no variable");
  for (int i = 1; i < 1000; i++) {
    (void)snprintf(name, sizeof name, "v%d", i);
    const sx_column *at = sx_table_find(t, name);
    REQUIRE(at && strcmp(at->name, name) == 0);
  }
  sx_column *mine = NULL;
  REQUIRE_OK(sx_column_new(&mine, NULL, "mine", SX_NUMBER, 3, err));
  CHECK_FAILS(sx_table_take(t, mine, err), SX_E_ARGUMENT, "mine", "3 rows, the table 2");
  sx_column_free(NULL, mine); /* not taken: still the caller's */
  sx_table_free(t);
  sx_table_free(NULL);
}

static void metadata_and_sets(void) {
  sx_table *t = NULL;
  sx_column *c = NULL;
  REQUIRE_OK(sx_table_new(&t, NULL, 1, err));
  CHECK(sx_table_meta(t, "title") == NULL);
  REQUIRE_OK(sx_table_set_meta(t, "title", "A", err));
  REQUIRE_OK(sx_table_set_meta(t, "synthetic", "model", err));
  REQUIRE_OK(sx_table_set_meta(t, "title", "B", err));
  CHECK_STR(sx_table_meta(t, "title"), "B");
  CHECK_INT(sx_table_metas(t), 2);
  const char *key = NULL;
  CHECK_STR(sx_table_meta_at(t, 1, &key), "model");
  CHECK_STR(key, "synthetic");
  CHECK(sx_table_meta_at(t, 2, &key) == NULL);
  CHECK_FAILS(sx_table_set_meta(t, "", "x", err), SX_E_ARGUMENT, "", "empty");
  REQUIRE_OK(sx_table_add(&c, t, "a", SX_NUMBER, err));
  REQUIRE_OK(sx_table_add(&c, t, "b", SX_NUMBER, err));
  REQUIRE_OK(sx_table_add(&c, t, "w", SX_TEXT, err));
  char *ab[] = {(char[]){"a"}, (char[]){"b"}}, *ax[] = {(char[]){"a"}, (char[]){"x"}},
       *aw[] = {(char[]){"a"}, (char[]){"w"}};
  sx_mrset set = {(char[]){"$s"}, (char[]){"Set"}, true, 1, NULL, ab, 2};
  REQUIRE_OK(sx_table_add_mrset(t, &set, err));
  CHECK_FAILS(sx_table_add_mrset(t, &set, err), SX_E_ARGUMENT, "$s", "already");
  set.name = (char[]){"$t"};
  set.variables = ax;
  CHECK_FAILS(sx_table_add_mrset(t, &set, err), SX_E_ARGUMENT, "set $t", "'x'");
  set.variables = aw;
  CHECK_FAILS(sx_table_add_mrset(t, &set, err), SX_E_ARGUMENT, "$t", "'w' is a text column");
  set.n_variables = 0;
  CHECK_FAILS(sx_table_add_mrset(t, &set, err), SX_E_ARGUMENT, "$t", "no variables");
  CHECK_INT(sx_table_mrsets(t), 1);
  CHECK_STR(sx_table_find_mrset(t, "$s")->label, "Set");
  CHECK_STR(sx_table_mrset(t, 0)->variables[1], "b");
  CHECK(sx_table_mrset(t, 1) == NULL && sx_table_find_mrset(t, "$t") == NULL);
  REQUIRE_OK(sx_table_drop(t, "a", err)); /* a dropped variable leaves its sets */
  CHECK_INT(sx_table_mrset(t, 0)->n_variables, 1);
  REQUIRE_OK(sx_table_drop(t, "b", err));
  CHECK_INT(sx_table_mrsets(t), 0);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(dictionaries), SXT_CASE(types_and_classes), SXT_CASE(labels_and_ranges),
         SXT_CASE(tables_find_by_name), SXT_CASE(metadata_and_sets))
