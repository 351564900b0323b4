/* Fields at fixed byte columns. */
#include "io_csv_help.h"

static sx_read_options with_fields(const sx_fixed_field *fields, size_t n) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.format = "fixed";
  o.fields = fields;
  o.n_fields = n;
  return o;
}

static const sx_fixed_field three[] = {{"id", 1, 3}, {"name", 5, 10}, {"v", 11, 15}};

static void test_values(void) {
  const sx_read_options o = with_fields(three, 3);
  CHECK_READS("  1 北京  2.50\n 22 x y   3   \r\n333       -1\n\n\n", &o,
              "id integer: 1|22|333\nname text: 北京|x y|~ {北京,x y}\nv number: 2.5|3|-1\n");
  /* a line that ends early has its last fields missing; a field may overlap another or skip bytes */
  CHECK_READS("  1\n 22 abc\n333 abcdef12\n", &o,
              "id integer: 1|22|333\nname text: ~|abc|abcdef {abc,abcdef}\nv integer: ~|~|12\n");
  const sx_fixed_field more[] = {{"d", 1, 10}, {"year", 1, 4}, {"code", 12, 13}};
  const sx_read_options m = with_fields(more, 3);
  CHECK_READS("2024-01-31 07\n1999-12-31 12", &m,
              "d date: 2024-01-31|1999-12-31\nyear integer: 2024|1999\ncode text: 07|12 {07,12}\n");
}

static void test_options(void) {
  static const char *const missing[] = {"-9", "NA"}, *const id[] = {"id"}, *const v[] = {"v"},
                           *const wrong[] = {"nmae"};
  sx_read_options o = with_fields(three, 3);
  o.missing = missing;
  o.n_missing = 2;
  CHECK_READS(" -9 NA    NA\n  1 x     -9\n", &o, "id integer: !-9|1\nname text: !NA|x {NA,x}\nv integer: ~|!-9\n");
  o = with_fields(three, 3);
  o.as_text = id;
  o.n_as_text = 1;
  o.columns = id;
  o.n_columns = 1;
  CHECK_READS("  1 abcdef 2\n", &o, "id text: 1 {1}\n");
  o = with_fields(three, 3);
  o.as_number = v;
  o.n_as_number = 1;
  CHECK_BAD("  1 abcdef 2\n  1 abcdef x2\n", &o, SX_E_DATA, "t.csv:2:11", "no number");
  o = with_fields(three, 3);
  o.columns = wrong;
  o.n_columns = 1;
  CHECK_BAD("  1 abcdef 2\n", &o, SX_E_DATA, "t.csv", "no column 'nmae': did you mean 'name'");
}

static void test_encodings(void) {
  sx_fixed_field f[] = {{"a", 1, 4}, {"b", 5, 5}};
  sx_read_options o = with_fields(f, 2);
  const char *want = "a text: 北京|上海 {北京,上海}\nb integer: 1|2\n";
  CHECK_READS("\xB1\xB1\xBE\xA9"
              "1\n\xC9\xCF\xBA\xA3"
              "2\n",
              &o, want); /* GB18030: two bytes a character */
  o.encoding = "GBK";
  CHECK_READS("\xB1\xB1\xBE\xA9"
              "1\n\xC9\xCF\xBA\xA3"
              "2\n",
              &o, want);
  f[0].end = 3;
  CHECK_BAD("\xB1\xB1\xBE\xA9"
            "1\n",
            &o, SX_E_DATA, "t.csv:1:1", "does not decode");
  f[0].end = 4;
  o.encoding = NULL;
  CHECK_BAD("北京1\n", &o, SX_E_DATA, "t.csv:1:1", "cut a UTF-8 character in two");
  o.encoding = "UTF-8";
  CHECK_BAD("\xB1\xB1\xBE\xA9"
            "1\n",
            &o, SX_E_DATA, "t.csv", "not valid UTF-8");
}

static void test_bad(void) {
  const sx_fixed_field zero[] = {{"a", 0, 1}}, back[] = {{"a", 5, 4}}, twice[] = {{"a", 1, 1}, {"a", 2, 2}},
                       unnamed[] = {{"", 1, 1}};
  sx_read_options o = with_fields(zero, 1);
  CHECK_BAD("12\n", &o, SX_E_ARGUMENT, "t.csv", "field 'a' is at columns 0 to 1");
  o = with_fields(back, 1);
  CHECK_BAD("12\n", &o, SX_E_ARGUMENT, "t.csv", "field 'a' is at columns 5 to 4");
  o = with_fields(twice, 2);
  CHECK_BAD("12\n", &o, SX_E_DATA, "t.csv", "field name 'a' stands twice, as fields 1 and 2");
  o = with_fields(unnamed, 1);
  CHECK_BAD("12\n", &o, SX_E_ARGUMENT, "t.csv", "field 1 has no name");
  o = with_fields(NULL, 0);
  CHECK_BAD("12\n", &o, SX_E_ARGUMENT, "t.csv", "needs its fields");
  o = with_fields(three, 3);
  CHECK_BAD("", &o, SX_E_PARSE, "t.csv", "file is empty");
  check_bad(__LINE__, "1\0\n", 3, &o, SX_E_PARSE, "t.csv", "NUL byte at byte 2");
}

/* Against the delimited reader: the same random values laid out both ways. */
static void test_agrees_with_csv(void) {
  uint64_t s = 77;
  for (int i = 0; i < 200; i++) {
    sx_buf fixed, csv;
    sx_buf_init(&fixed, NULL);
    sx_buf_init(&csv, NULL);
    sx_buf_add(&csv, "a,b,c\n");
    const uint32_t rows = 1 + roll(&s, 30);
    uint32_t kinds[3];
    for (int c = 0; c < 3; c++) kinds[c] = roll(&s, 4);
    for (uint32_t r = 0; r < rows; r++) {
      for (int c = 0; c < 3; c++) {
        char value[16] = "";
        const uint32_t kind = roll(&s, 30) ? kinds[c] : roll(&s, 5);
        if (kind == 0) (void)snprintf(value, sizeof value, "%d", (int)roll(&s, 2000) - 1000);
        if (kind == 1) (void)snprintf(value, sizeof value, "%u.%u", roll(&s, 1000), roll(&s, 1000));
        if (kind == 2) (void)snprintf(value, sizeof value, "2021-%02u-%02u", roll(&s, 12) + 1, roll(&s, 28) + 1);
        if (kind == 3) (void)snprintf(value, sizeof value, "%c%02u", 'a' + (int)roll(&s, 5), roll(&s, 9));
        sx_buf_printf(&csv, "%s%s", value, c < 2 ? "," : "\n");
        sx_buf_printf(&fixed, roll(&s, 2) ? "%-10s" : "%10s", value);
      }
      sx_buf_add(&fixed, "\n");
    }
    const sx_fixed_field fields[] = {{"a", 1, 10}, {"b", 11, 20}, {"c", 21, 30}};
    const sx_read_options o = with_fields(fields, 3);
    sx_table *x = NULL, *y = NULL;
    REQUIRE_OK(read_text(&x, fixed.data, &o, err));
    REQUIRE_OK(read_text(&y, csv.data, NULL, err));
    char *got = dump(x), *want = dump(y);
    CHECK_STR(got, want);
    sx_mem_free(NULL, got);
    sx_mem_free(NULL, want);
    sx_table_free(x);
    sx_table_free(y);
    sx_buf_clear(&fixed);
    sx_buf_clear(&csv);
  }
}

SXT_MAIN(SXT_CASE(test_values), SXT_CASE(test_options), SXT_CASE(test_encodings), SXT_CASE(test_bad),
         SXT_CASE(test_agrees_with_csv))
