/* House styles: each value byte by byte in each style and language, the words of a style, a report in a style: its sentences, tables, keys
 * and what stands for numbers that are not there. */
#include "shuxiao/report_number_key.h"
#include "shuxiao/report_style.h"
#include "unit/report/report_small.h"

static void is(double value, const char *format, sx_lang lang, const char *style, const char *want) {
  sx_style s;
  sx_buf out;
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_style_parse(&s, style, strlen(style), err));
  REQUIRE_OK(sx_report_format_style(&out, value, format, (int)lang, &s, err));
  if (strcmp(out.data, want) != 0)
    SXT_FAIL("%.17g as '%s' in '%s' is '%s', not '%s'", value, format, style, out.data, want);
  sx_buf_clear(&out);
}

#define NNBSP "\xE2\x80\xAF"

/* value, format; then Chinese and English: the language's own, cn, uk, iso, and one of its own. */
static void bytes(void) {
  static const char *const styles[] = {"", "cn", "uk", "iso",
                                       "uk minus=hyphen per_cent=words points=short missing=ellipsis"};
  static const struct {
    double value;
    const char *format, *zh[5], *en[5];
  } table[] = {
      {1234, "plain 0", {"1234", "1234", "1,234", "1234", "1,234"}, {"1,234", "1234", "1,234", "1234", "1,234"}},
      {1234567.5,
       "plain 1",
       {"1,234,567.5", "1234567.5", "1,234,567.5", "1" NNBSP "234" NNBSP "567.5", "1,234,567.5"},
       {"1,234,567.5", "1234567.5", "1,234,567.5", "1" NNBSP "234" NNBSP "567.5", "1,234,567.5"}},
      {957600000,
       "亿人 2",
       {"9.58亿人", "9.58亿人", "9.58亿人", "9.58亿人", "9.58亿人"},
       {"958 million people", "958 million people", "958 million people", "958 million people", "958 million people"}},
      {-0.0123,
       "% 1",
       {"−1.2%", "−1.2%", "−1.2%", "−1.2%", "-1.2%"},
       {"−1.2%", "−1.2%", "−1.2%", "−1.2%", "-1.2 per cent"}},
      {-0.1234,
       "pp 1",
       {"−12.3个百分点", "−12.3个百分点", "−12.3个百分点", "−12.3个百分点", "-12.3百分点"},
       {"−12.3 percentage points", "−12.3 percentage points", "−12.3 percentage points", "−12.3 percentage points",
        "-12.3 pp"}},
      {-0.0004, "% 1", {"0.0%", "0.0%", "0.0%", "0.0%", "0.0%"}, {"0.0%", "0.0%", "0.0%", "0.0%", "0.0 per cent"}},
      {(double)NAN, "% 1", {"—", "—", "[x]", "—", "…"}, {"—", "—", "[x]", "—", "…"}},
      {-INFINITY, "plain 0", {"−∞", "−∞", "−∞", "−∞", "-∞"}, {"−∞", "−∞", "−∞", "−∞", "-∞"}},
      {-123456,
       "元 0",
       {"−123,456元", "−123456元", "−123,456元", "−123" NNBSP "456元", "-123,456元"},
       {"−123,456 yuan", "−123456 yuan", "−123,456 yuan", "−123" NNBSP "456 yuan", "-123,456 yuan"}},
      {2345000000,
       "million dollars 0",
       {"23.45亿美元", "23.45亿美元", "23.45亿美元", "23.45亿美元", "23.45亿美元"},
       {"$2,345 million", "$2345 million", "$2,345 million", "$2345 million", "$2,345 million"}},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    for (size_t k = 0; k < 5; k++) {
      is(table[i].value, table[i].format, SX_LANG_ZH, styles[k], table[i].zh[k]);
      is(table[i].value, table[i].format, SX_LANG_EN, styles[k], table[i].en[k]);
    }
  }
}

static void refused(const char *style, const char *message) {
  sx_style s;
  CHECK_FAILS(sx_style_parse(&s, style, strlen(style), err), SX_E_PARSE, "", message);
}

static void words(void) {
  sx_style s;
  REQUIRE_OK(sx_style_parse(&s, " uk,  range=tilde between=dash ", 30, err));
  CHECK(s.separators == SX_STYLE_SEPARATORS_COMMA && s.range == SX_STYLE_RANGE_TILDE && s.between && !s.per_cent);
  refused("ukk", "unknown house style 'ukk', did you mean 'uk'?: one of cn, uk, iso, language");
  refused("uk cn", "a style is named first");
  refused("minus=dash", "unknown minus 'dash': one of sign, hyphen");
  refused("minu=sign", "unknown word of a house style 'minu', did you mean 'minus'?");
}

/* What the report reads in a style, and that its keys print the same again. */
static void says(const char *style, const char *text, sx_lang lang, const char *want, const char *key) {
  sx_document *doc = NULL;
  sx_buf got, keys;
  sx_buf_init(&keys, NULL);
  small_style = style;
  REQUIRE_OK(small_make(&doc, text, lang, err));
  small_style = "";
  small_plain(&got, sx_document_child(doc->root, SX_DOC_PARAGRAPH));
  CHECK_STR(got.data, want);
  for (const sx_document_node *n = doc->root; n; n = sx_document_next(doc->root, n)) {
    sx_number_key parsed;
    sx_buf again;
    if (n->kind != SX_DOC_NUMBER || isnan(n->as.number->value)) continue;
    sx_buf_init(&again, NULL);
    sx_buf_reset(&keys);
    sx_number_key_put(&keys, n->as.number);
    REQUIRE_OK(sx_number_key_parse(&parsed, keys.data, keys.n, err));
    sx_number_key_print(&again, &parsed, n->as.number->value, n->as.number->high);
    CHECK_STR(again.data, n->text);
    sx_buf_clear(&again);
    if (key) CHECK_STR(keys.data, key);
    key = NULL;
  }
  sx_buf_clear(&got);
  sx_buf_clear(&keys);
  sx_document_free(doc);
}

static void reports(void) {
  says("uk", "{{users.total | plain 0}} {{rate.none | % 1}}{{ci rate | % 1}}", SX_LANG_ZH,
       "958,000,000 [x]（95% 置信区间 84.7%至85.5%）", "users.total | e0 .0 ~2042;");
  says("cn", "{{users.total | plain 0}} {{ci rate | % 1}}", SX_LANG_EN,
       "958000000 (95% confidence interval 84.7% to 85.5%)", "users.total | e0 .0 , ~1010;");
  says("between=dash", "{{ci users | 亿人 2}}", SX_LANG_ZH, "（95% 置信区间 9.53—9.63亿人）", NULL);
  says("between=dash per_cent=words", "{{ci rate | % 1}}", SX_LANG_EN,
       "(95% confidence interval 84.7 per cent–85.5 per cent)", NULL);
  says("minus=hyphen", "{{rate.total.change | pp 1}}", SX_LANG_EN, "-0.3 percentage points",
       "rate.total.change | e2 .1 + , ~0100; percentage points");
}

/* A table: intervals, what is missing, held back, and where no number belongs. */
static void tables(void) {
  sx_document *doc = NULL;
  sx_buf got;
  small_style = "uk";
  REQUIRE_OK(small_make(&doc, "a", SX_LANG_EN, err));
  small_style = "";
  REQUIRE(doc->n_tables == 1);
  small_plain(&got, doc->tables[0]);
  CHECK(strstr(got.data, "84.65 to 85.49") || strstr(got.data, "84.7 to 85.5"));
  CHECK(strstr(got.data, "[z]") != NULL && strstr(got.data, "[z]: does not apply.") != NULL);
  CHECK(strstr(got.data, "[x]") != NULL && strstr(got.data, "[x]: not available.") != NULL);
  CHECK(strstr(got.data, "—") == NULL && strstr(got.data, "–") == NULL);
  sx_buf_clear(&got);
  sx_document_free(doc);
}

static void bad_style(void) {
  sx_document *doc = NULL;
  small_style = "nope";
  CHECK_FAILS(small_make(&doc, "a", SX_LANG_EN, err), SX_E_PARSE, "", "unknown house style 'nope'");
  small_style = "";
}

/* Keys that are none. */
static void keys(void) {
  static const char *const bad[] = {"x.total | e0 .0 ~1;", "x.total | e0 .0 ~9000;", "x.total | e0 .0 ~00000;"};
  sx_number_key key;
  for (size_t i = 0; i < 3; i++)
    CHECK_FAILS(sx_number_key_parse(&key, bad[i], strlen(bad[i]), err), SX_E_PARSE, "", "is not the key of a number");
}

SXT_MAIN(SXT_CASE(bytes), SXT_CASE(words), SXT_CASE(reports), SXT_CASE(tables), SXT_CASE(bad_style), SXT_CASE(keys))
