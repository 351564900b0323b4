/* Reading delimited text: values and kinds, quotes, missing values, encodings, options. */
#include "io_csv_help.h"

#include <iconv.h>

static void test_kinds(void) {
  CHECK_READS("a,b,c,d\n1,1.5,2024-02-29,x\n-20,3,1969-12-31,y\n", NULL,
              "a integer: 1|-20\nb number: 1.5|3\nc date: 2024-02-29|1969-12-31\nd text: x|y {x,y}\n");
  /* the whole column decides, not its beginning */
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "a,b,c\n");
  for (int i = 0; i < 5000; i++) sx_buf_printf(&text, "%d,%d,2024-01-01\n", i, i);
  sx_buf_add(&text, "0.5,x,1\n");
  sx_table *t = NULL;
  REQUIRE_OK(read_text(&t, text.data, NULL, err));
  CHECK_INT(sx_table_get(t, 0)->type, SX_NUMBER);
  CHECK(sx_table_get(t, 0)->data.f64[4999] == 4999 && sx_table_get(t, 0)->data.f64[5000] == 0.5);
  CHECK_INT(sx_table_get(t, 1)->type, SX_TEXT);
  CHECK_STR(sx_dict_get(sx_table_get(t, 1)->dict, 4999, NULL), "4999");
  CHECK_INT(sx_table_get(t, 2)->type, SX_TEXT);
  sx_table_free(t);
  sx_buf_clear(&text);
}

static void test_integers(void) {
  CHECK_READS(
      "a\n0\n7\n12\n123\n1234567\n12345678\n123456789012345\n1234567890123456\n999999999999999999\n-1\n-12345678\n",
      NULL,
      "a integer: 0|7|12|123|1234567|12345678|123456789012345|1234567890123456|999999999999999999|-1|-12345678\n");
  CHECK_READS("a\n9223372036854775807\n-9223372036854775807\n", NULL,
              "a integer: 9223372036854775807|-9223372036854775807\n");
  /* too long for 64 bits: digits of a code, not to be rounded; but a number among numbers */
  CHECK_READS("a\n9223372036854775808\n5\n", NULL, "a text: 9223372036854775808|5 {9223372036854775808,5}\n");
  CHECK_READS("a\n-9223372036854775808\n", NULL, "a text: -9223372036854775808 {-9223372036854775808}\n");
  CHECK_READS("a\n100000000000000000000\n0.5\n", NULL, "a number: 1e20|0.5\n");
  CHECK_READS("a\n-0\n1\n", NULL, "a number: -0|1\n");
}

static void test_codes_stay_text(void) {
  CHECK_READS("a,b,c\n01,007,1\n11,8,00\n", NULL,
              "a text: 01|11 {01,11}\nb text: 007|8 {007,8}\nc text: 1|00 {1,00}\n");
}

static void test_numbers(void) {
  CHECK_READS("a\n.5\n5.\n0.5\n-0.25\n1e3\n1.5E-3\n12345678.5\n0.1234567890123456789\n179769313486231570000e288\n",
              NULL, "a number: 0.5|5|0.5|-0.25|1000|0.0015|12345678.5|0.12345678901234568|1.7976931348623157e308\n");
  CHECK_READS("a\n 1\n2 \n\t3\n", NULL, "a integer: 1|2|3\n");
  /* not numbers */
  static const char *const texts[] = {"1e999", "inf", "nan",  "NaN", "1.2.3", ".",   "-",   "--1",
                                      "1e",    "1e+", "0x10", "1,5", "00.5",  "-01", "1_0", "e5"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[64], want[64];
    (void)snprintf(text, sizeof text, "a;b\n%s;1\n", texts[i]);
    (void)snprintf(want, sizeof want, "a text: %s {%s}\nb integer: 1\n", texts[i], texts[i]);
    CHECK_READS(text, NULL, want);
  }
}

/* Every value is rounded as strtod rounds it (glibc's is correct to the last bit), whatever loop it went through. */
static void test_rounding(void) {
  uint64_t s = 5;
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "a\n0.5\n");
  enum { N = 20000 };
  for (int i = 1; i < N; i++) {
    const uint32_t whole = roll(&s, 10), part = roll(&s, 19);
    if (roll(&s, 5) == 0) sx_buf_add(&text, "-");
    if (whole) sx_buf_printf(&text, "%u", roll(&s, 9) + 1);
    for (uint32_t k = 1; k < whole; k++) sx_buf_printf(&text, "%u", roll(&s, 10));
    if (!whole) sx_buf_add(&text, "0");
    if (part) sx_buf_add(&text, ".");
    for (uint32_t k = 0; k < part; k++) sx_buf_printf(&text, "%u", roll(&s, 10));
    if (roll(&s, 20) == 0) sx_buf_printf(&text, "e%d", (int)roll(&s, 40) - 20);
    sx_buf_add(&text, "\n");
  }
  sx_table *t = NULL;
  REQUIRE_OK(read_text(&t, text.data, NULL, err));
  const sx_column *c = sx_table_get(t, 0);
  CHECK_INT(c->type, SX_NUMBER);
  CHECK_INT(c->n, N);
  const char *p = text.data + 2;
  int wrong = 0;
  for (size_t r = 0; r < c->n; r++) {
    const double want = strtod(p, NULL);
    if (memcmp(&want, &c->data.f64[r], sizeof want) != 0 && wrong++ < 5)
      SXT_FAIL("row %zu: %.17g, not %.17g (%.30s)", r, c->data.f64[r], want, p);
    p = strchr(p, '\n') + 1;
  }
  sx_table_free(t);
  sx_buf_clear(&text);
}

/* A value met only after the sample that kinds are guessed from, in a column that looked like `usual`. */
static void late_value(const char *usual, const char *late, sx_type type, const char *cell) {
  sx_buf text, got;
  sx_buf_init(&text, NULL);
  sx_buf_init(&got, NULL);
  sx_buf_add(&text, "a,b\n");
  for (int i = 0; i < 600; i++) sx_buf_printf(&text, "%s,1\n", usual);
  sx_buf_printf(&text, "%s,2\n", late);
  sx_table *t = NULL;
  REQUIRE_OK(read_text(&t, text.data, NULL, err));
  dump_cell(&got, sx_table_get(t, 0), 600);
  if (sx_table_get(t, 0)->type != type || strcmp(got.data, cell) != 0)
    SXT_FAIL("%s after %s: %s '%s'", late, usual, sx_type_name(sx_table_get(t, 0)->type), got.data);
  CHECK_INT(sx_table_get(t, 1)->data.i64[600], 2);
  sx_table_free(t);
  sx_buf_clear(&text);
  sx_buf_clear(&got);
}

static void test_late_values(void) {
  static const char *const codes[] = {"01",         "-01",  "012345678",   "0123456789012345",
                                      "-012345678", "01.5", "012345678.5", "00.5",
                                      "1x",         "x",    "12345678x",   "1.5.2",
                                      "-",          ".",    "1-2"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    late_value("7", codes[i], SX_TEXT, codes[i]);
    late_value("7.5", codes[i], SX_TEXT, codes[i]);
    late_value("2020-01-01", codes[i], SX_TEXT, codes[i]);
  }
  late_value("7", "-0", SX_NUMBER, "-0");
  late_value("7", "1.", SX_NUMBER, "1");
  late_value("7", ".5", SX_NUMBER, "0.5");
  late_value("7", "9223372036854775808", SX_TEXT, "9223372036854775808");
  late_value("7", "2020-01-01", SX_TEXT, "2020-01-01");
  late_value("7.5", "2020-01-01", SX_TEXT, "2020-01-01");
  late_value("7.5", "-0", SX_NUMBER, "-0");
  late_value("7.5", "-0.0", SX_NUMBER, "-0");
  late_value("7.5", "9007199254740993", SX_NUMBER, "9007199254740992");
  late_value("7.5", "9007199254740993.0", SX_NUMBER, "9007199254740992");
  late_value("7.5", "9223372036854775808", SX_NUMBER, "9.223372036854776e18");
  late_value("", "0x", SX_TEXT, "0x");
  late_value("2020-01-01", "2020-02-30", SX_TEXT, "2020-02-30");
  late_value("2020-01-01", " 2020-02-03", SX_DATE, "2020-02-03");
}

static void test_dates(void) {
  CHECK_READS("a\n2000-02-29\n1600-01-01\n\n", NULL, "a date: 2000-02-29|1600-01-01|~\n");
  CHECK_READS("a\n2001-02-29\n", NULL, "a text: 2001-02-29 {2001-02-29}\n");
  CHECK_READS("a\n2001-2-9\n", NULL, "a text: 2001-2-9 {2001-2-9}\n");
  CHECK_READS("a,b\n2001-02-09,1\n5,1\n", NULL, "a text: 2001-02-09|5 {2001-02-09,5}\nb integer: 1|1\n");
}

static void test_quotes(void) {
  CHECK_READS("a,b\n\"x,y\",1\n\"say \"\"no\"\"\",2\n\"two\nlines\",3\n\"\r\n\",4\n", NULL,
              "a text: x,y|say \"no\"|two\nlines|\r\n {x,y,say \"no\",two\nlines,\r\n}\nb integer: 1|2|3|4\n");
  CHECK_READS("\"a\",\"b \"\"x\"\"\"\n\"1\",\"2.5\"\n", NULL, "a integer: 1\nb \"x\" number: 2.5\n");
  /* a quote that does not begin the field is a character like any other */
  CHECK_READS("a,b\n5\" pipe,1\nx\"y\"z,2\n", NULL, "a text: 5\" pipe|x\"y\"z {5\" pipe,x\"y\"z}\nb integer: 1|2\n");
  CHECK_READS("a,b\n\"\",1\n,2\nx,3\n", NULL, "a text: |~|x {,x}\nb integer: 1|2|3\n");
  CHECK_READS("a,b\n\"\",1\n7,2\n", NULL, "a integer: ~|7\nb integer: 1|2\n");
}

static void test_line_ends(void) {
  CHECK_READS("a,b\r\n1,x\r\n2,y\r\n", NULL, "a integer: 1|2\nb text: x|y {x,y}\n");
  CHECK_READS("a,b\r\nx,1\r\ny,22\r\n\r\n\r\n", NULL, "a text: x|y {x,y}\nb integer: 1|22\n");
  CHECK_READS("a,b\n1,2\n3,4", NULL, "a integer: 1|3\nb integer: 2|4\n");
  CHECK_READS("a,b\n1,2\n3,", NULL, "a integer: 1|3\nb integer: 2|~\n");
  CHECK_READS("a,b\n1,2.5\r\n3,1\n\n\n\n", NULL, "a integer: 1|3\nb number: 2.5|1\n");
  CHECK_READS("a\n1\n\n3\n", NULL, "a integer: 1|~|3\n"); /* one column: an empty line is an empty field */
  CHECK_READS("a,b\n", NULL, "a integer:\nb integer:\n");
  CHECK_READS("a,b", NULL, "a integer:\nb integer:\n");
}

static void test_missing(void) {
  static const char *const missing[] = {"NA", "-99", "1999-09-09"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.missing = missing;
  o.n_missing = 3;
  const char *text = "a,b,c,d\n1,NA,NA,1.5\n-99,x,2024-01-01,-99\nNA,-99,1999-09-09,NA\n,,,\n";
  CHECK_READS(text, &o,
              "a integer: 1|!-99|~|~\nb text: !NA|x|!-99|~ {NA,x,-99}\nc date: ~|2024-01-01|!1999-09-09|~\n"
              "d number: 1.5|!-99|~|~\n");
  /* undeclared, "NA" is a text like others */
  CHECK_READS("a,b\nNA,1\n2,2\n", NULL, "a text: NA|2 {NA,2}\nb integer: 1|2\n");
  sx_table *t = NULL;
  REQUIRE_OK(read_text(&t, text, &o, err));
  const sx_column *a = sx_table_find(t, "a"), *b = sx_table_find(t, "b");
  CHECK_INT(a->n_ranges, 1);
  CHECK(a->ranges[0].lo == -99 && a->ranges[0].hi == -99);
  CHECK_INT(b->n_ranges, 3);
  CHECK_STR(b->ranges[0].text, "NA");
  CHECK(isnan(sx_column_number(a, 1)));
  CHECK(isnan(sx_table_find(t, "d")->data.f64[3]));
  sx_table_free(t);
  CHECK_READS("a,b\n1,\n2,\n", NULL, "a integer: 1|2\nb integer: ~|~\n");
}

static void test_options(void) {
  static const char *const text[] = {"a"}, *const columns[] = {"c", "a"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.as_text = text;
  o.n_as_text = 1;
  CHECK_READS("a,b\n1,2\n3,4\n", &o, "a text: 1|3 {1,3}\nb integer: 2|4\n");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.columns = columns;
  o.n_columns = 2;
  CHECK_READS("a,b,c\n1,\"q\n\",x\n3,4,y\n", &o, "a integer: 1|3\nc text: x|y {x,y}\n");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.no_header = true;
  CHECK_READS("1,x\n3,y\n", &o, "V1 integer: 1|3\nV2 text: x|y {x,y}\n");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.as_number = text;
  o.n_as_number = 1;
  CHECK_READS("a,b\n1,2\n100000000000000000000,4\n", &o, "a number: 1|1e20\nb integer: 2|4\n");
  CHECK_READS("a,b\n,2\n3,4\n", &o, "a integer: ~|3\nb integer: 2|4\n");
}

static void test_delimiters(void) {
  const char *want = "a integer: 1|3\nb text: x, y|z; {x, y,z;}\n";
  CHECK_READS("a\tb\n1\tx, y\n3\tz;\n", NULL, want);
  CHECK_READS("a|b\n1|x, y\n3|z;\n", NULL, want);
  CHECK_READS("a;b\n1;\"x, y\"\n3;\"z;\"\n", NULL, want);
  CHECK_READS("a,b\n1,\"x, y\"\n3,z;\n", NULL, want);
  CHECK_READS("a\nx y\n", NULL, "a text: x y {x y}\n");
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.delimiter = ':';
  CHECK_READS("a:b\n1:2,5\n", &o, "a integer: 1\nb text: 2,5 {2,5}\n");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.format = "tsv";
  CHECK_READS("a,b\tc\n1,2\t3\n", &o, "a,b text: 1,2 {1,2}\nc integer: 3\n");
}

static void test_names(void) {
  CHECK_READS("\xEF\xBB\xBF 省份 ,b\n1,2\n", NULL, "省份 integer: 1\nb integer: 2\n");
  CHECK_READS("a,,c\n1,2,3\n", NULL, "a integer: 1\nV2 integer: 2\nc integer: 3\n");
  CHECK_READS("a,\"b\nb\"\n1,2\n", NULL, "a integer: 1\nb\nb integer: 2\n");
}

/* ---- encodings ------------------------------------------------------------------------------------------------ */

static char *encode(const char *encoding, const char *text, size_t *n) {
  iconv_t cd = iconv_open(encoding, "UTF-8");
  if (cd == (iconv_t)-1) return NULL;
  size_t left = strlen(text), room = 4 * left + 16;
  char *out = malloc(room), *o = out, *in = malloc(left + 1), *i = in;
  memcpy(in, text, left + 1);
  const size_t result = iconv(cd, &i, &left, &o, &room);
  (void)iconv_close(cd);
  free(in);
  *n = (size_t)(o - out);
  if (result != (size_t)-1) return out;
  free(out);
  return NULL;
}

static const char twin[] =
    "编号,省份,\"看法, 一句话\",金额\n1,北京,\"好,很好\",12.5\n2,新疆维吾尔自治区,\"他说\"\"行\"\"\n第二行\",\n"
    "3,北京,丂亐㐀𠀀,0.01\n";
static const char twin_dump[] =
    "编号 integer: 1|2|3\n省份 text: 北京|新疆维吾尔自治区|北京 {北京,新疆维吾尔自治区}\n"
    "看法, 一句话 text: 好,很好|他说\"行\"\n第二行|丂亐㐀𠀀 {好,很好,他说\"行\"\n第二行,丂亐㐀𠀀}\n"
    "金额 number: 12.5|~|0.01\n";

typedef struct notes {
  int n;
  char last[256];
} notes;

static void take_note(void *data, sx_severity severity, const char *where, const char *message) {
  (void)severity;
  notes *all = data;
  all->n++;
  (void)snprintf(all->last, sizeof all->last, "%s: %s", where, message);
}

static void test_encodings(void) {
  static const char *const encodings[] = {"GB18030", "UTF-16LE", "UTF-16BE"}, *const marks[] = {"", "\xFF\xFE",
                                                                                                "\xFE\xFF"};
  CHECK_READS(twin, NULL, twin_dump);
  for (int i = 0; i < 3; i++) {
    size_t n;
    char *text = encode(encodings[i], twin, &n);
    REQUIRE(text != NULL);
    const size_t m = strlen(marks[i]);
    char *marked = malloc(n + m);
    memcpy(marked, marks[i], m);
    memcpy(marked + m, text, n);
    check_reads(__LINE__, marked, n + m, NULL, twin_dump);
    sx_read_options o = SX_READ_OPTIONS_INIT;
    o.encoding = i ? "UTF-16" : "gbk";
    if (!i) check_reads(__LINE__, marked, n + m, &o, twin_dump);
    notes all = {0};
    sx_ctx ctx = SX_CTX_INIT;
    ctx.data = &all;
    ctx.note = take_note;
    sx_table *t = NULL;
    REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", marked, n + m, NULL, err));
    CHECK_INT(all.n, i == 0); /* a guess is told */
    if (!i) CHECK_STR(all.last, "t.csv: not UTF-8: read as GB18030");
    sx_table_free(t);
    free(text);
    free(marked);
  }
}

static void test_note_on_odd_value(void) {
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "id,spend\n");
  for (int i = 0; i < 300; i++) sx_buf_printf(&text, "%d,%s\n", i, i == 200 ? "拒答" : "12.5");
  notes all = {0};
  sx_ctx ctx = SX_CTX_INIT;
  ctx.data = &all;
  ctx.note = take_note;
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", text.data, text.n, NULL, err));
  CHECK_INT(sx_table_get(t, 1)->type, SX_TEXT);
  CHECK_INT(all.n, 1);
  CHECK(strstr(all.last, "t.csv:202:5: column 'spend' is read as text because of '拒答'") != NULL);
  sx_table_free(t);
  sx_buf_clear(&text);
}

/* What stands for missing elsewhere is told however often it stands there; declared, it is missing and nothing is told. */
static void test_note_on_na(void) {
  static const char text[] = "id,x\n1,2\n2,NA\n3,NA\n4,5\n";
  static const char *const missing[] = {"NA"};
  sx_read_options declared = SX_READ_OPTIONS_INIT;
  declared.missing = missing;
  declared.n_missing = 1;
  notes all = {0};
  sx_ctx ctx = SX_CTX_INIT;
  ctx.data = &all;
  ctx.note = take_note;
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", text, sizeof text - 1, NULL, err));
  CHECK_INT(sx_table_get(t, 1)->type, SX_TEXT);
  CHECK_INT(all.n, 1);
  CHECK(strstr(all.last, "t.csv:3:3: column 'x' is read as text because of 'NA'") != NULL);
  CHECK(strstr(all.last, "missing: [\"NA\"]") != NULL);
  sx_table_free(t);
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", text, sizeof text - 1, &declared, err));
  CHECK_INT(sx_table_get(t, 1)->type, SX_INTEGER);
  CHECK_INT(all.n, 1);
  sx_table_free(t);
}

static void test_no_dictionary_leaks_between_columns(void) {
  CHECK_READS("a,b\nx,y\ny,x\nx,y\n", NULL, "a text: x|y|x {x,y}\nb text: y|x|y {y,x}\n");
}

/* Levels that print alike are told once a column, whatever the blanks; texts stay as they are. Free texts are left alone. */
static void test_note_on_blanks(void) {
  static const char text[] =
      "id,city,town,word\n1,上海,a, x\n2, 上海,b,y\n3,上海\xE3\x80\x80,a ,z\n4,北京, a,x y\n5,上海,a\xC2\xA0,xy\n";
  notes all = {0};
  sx_ctx ctx = SX_CTX_INIT;
  ctx.data = &all;
  ctx.note = take_note;
  sx_table *t = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", text, sizeof text - 1, NULL, err));
  CHECK_INT(all.n, 2);
  CHECK(strstr(all.last, "t.csv: column 'town': \"a\" and \"a \" differ in blanks at their ends alone") != NULL);
  CHECK(strstr(all.last, "(as do 2 more)") != NULL);
  CHECK_INT(sx_dict_count(sx_table_get(t, 1)->dict), 4);
  sx_table_free(t);
  sx_buf many;
  sx_buf_init(&many, NULL);
  sx_buf_add(&many, "id,words\n");
  for (int i = 0; i < 1200; i++) sx_buf_printf(&many, "%d,said %d%s\n", i, i / 2, i % 2 ? " " : "");
  all = (notes){0};
  REQUIRE_OK(sx_io_read_memory(&t, &ctx, "t.csv", many.data, many.n, NULL, err));
  CHECK_INT(all.n, 0);
  sx_table_free(t);
  sx_buf_clear(&many);
}

SXT_MAIN(SXT_CASE(test_kinds), SXT_CASE(test_integers), SXT_CASE(test_codes_stay_text), SXT_CASE(test_numbers),
         SXT_CASE(test_rounding), SXT_CASE(test_late_values), SXT_CASE(test_dates), SXT_CASE(test_quotes),
         SXT_CASE(test_line_ends), SXT_CASE(test_missing), SXT_CASE(test_options), SXT_CASE(test_delimiters),
         SXT_CASE(test_names), SXT_CASE(test_encodings), SXT_CASE(test_note_on_odd_value), SXT_CASE(test_note_on_na),
         SXT_CASE(test_note_on_blanks), SXT_CASE(test_no_dictionary_leaks_between_columns))
