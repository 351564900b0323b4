/* The whole report of the sample store: both languages, its promises, its errors. The pages are left in SX_BUILD/sample-report
 * for tests/report and tests/golden. */
#include "unit/report/report_sample.h"
#include "sxt.h"

#include <sys/stat.h>

static char path[300];

static void save(const char *name, const sx_report_result *r) {
  char file[400];
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(file, sizeof file, "%s/sample-report", dir ? dir : "/tmp");
  (void)mkdir(file, 0777);
  (void)snprintf(file, sizeof file, "%s/sample-report/%s", dir ? dir : "/tmp", name);
  CHECK_OK(sx_file_write(NULL, file, r->html, r->n, err));
}

static void sample(void) {
  sx_store *store = NULL;
  int64_t run = 0;
  REQUIRE_OK(sample_store(&store, &run, NULL, sample_path(path, sizeof path, "report_html"), NULL, NULL, err));
  for (int lang = 0; lang < 2; lang++) {
    const sx_report_options options = {1, lang ? SX_LANG_EN : SX_LANG_ZH, lang ? "report.zh.html" : "report.en.html"};
    sx_report_result *r = NULL;
    REQUIRE_OK(sx_report_html(&r, store, run, &options, err));
    for (size_t i = 0; i < r->n_warnings; i++) SXT_FAIL("%s: %s", r->warnings[i].where, r->warnings[i].message);
    save(lang ? "report.en.html" : "report.zh.html", r);
    sx_report_result_free(r);
  }
  sx_store_close(store);
  (void)remove(path);
}

/* ---- one text at a time ---- */

typedef struct made {
  sx_status status;
  sx_error error;
  sx_report_result *result;
} made;

/* The report of the sample with another narrative; `zh` and `en` NULL leave the sample's. */
static made make(const char *zh, const char *en, sx_lang lang) {
  made m = {SX_OK, SX_ERROR_INIT, NULL};
  sx_store *store = NULL;
  int64_t run = 0;
  const sx_report_options options = {1, lang, NULL};
  m.status = sample_store(&store, &run, NULL, sample_path(path, sizeof path, "report_one"), zh, en, &m.error);
  if (m.status == SX_OK) m.status = sx_report_html(&m.result, store, run, &options, &m.error);
  sx_store_close(store);
  (void)remove(path);
  return m;
}

static bool has(const made *m, const char *text) {
  return m->result && strstr(m->result->html, text) != NULL;
}

static void expect(const char *zh, const char *html) {
  made m = make(zh, "x", SX_LANG_ZH);
  if (m.status != SX_OK) {
    SXT_FAIL("'%s': %s: %s", zh, m.error.where, m.error.message);
  } else if (!has(&m, html)) {
    SXT_FAIL("'%s' does not give '%s'", zh, html);
  }
  sx_report_result_free(m.result);
}

static void fails(const char *zh, sx_status status, const char *where, const char *message) {
  made m = make(zh, "x", SX_LANG_ZH);
  if (m.status != status || !strstr(m.error.where, where) || !strstr(m.error.message, message)) {
    SXT_FAIL("'%s': status %d, where '%s', message '%s'", zh, (int)m.status, m.error.where, m.error.message);
  }
  sx_report_result_free(m.result);
}

static void bound_numbers(void) {
  expect("用户 {{users.total | 亿人 2}}。",
         "<p>用户 <span class=\"num\" tabindex=\"0\" "
         "title=\"估计值：9.581亿人；标准误：0.023；95% 置信区间：9.535至9.627；n = "
         "30,000\" data-what=\"结果：users.total\" data-ref=\"users.total\">9.58亿人</span>。</p>");
  /* reached by the keys, shown on focus and on a click */
  expect("用户 {{users.total | 亿人 2}}。", ".num[data-what]:focus::after{content:attr(title) \"\\A\" attr(data-what)");
  expect("甲[^1]\n\n[^1]: source: 某局\n", "资料来源：某局");
  expect("{{ users.total.estimate | 亿人 2 unit:none }}", " data-ref=\"users.total\" data-unit=\"亿人\">9.58</span>");
  expect("{{user_rate.island | % 1}}", "<span class=\"num missing\" tabindex=\"0\" title=\"无法估计：该群体无样本\" "
                                       "data-what=\"结果：user_rate.island\">—</span>");
  expect("{{users.total.n | plain 0}}", ">30,000</span>");
  expect("{{user_rate.z.gap.se | pp 2 sign:none}}", ">0.27个百分点</span>");
  expect("`{{users.nobody}}`", "<code>{{users.nobody}}</code>"); /* code is left alone */
}

static void unknown_names(void) {
  fails("第一行\n\n用户 {{user.total | 亿人 2}}", SX_E_DATA, "narrative/zh.md:3:4", "did you mean 'users.total'");
  fails("{{users.elsewhere}}", SX_E_DATA, "narrative/zh.md:1:1", "no result 'users.elsewhere'");
  fails("{{users.total | 亿匹 2}}", SX_E_PARSE, "narrative/zh.md:1:1", "unknown unit '亿匹'");
  fails("{{figure part}}", SX_E_DATA, "narrative/zh.md:1:1", "did you mean 'parts'");
  fails("{{figure parts}}\n\n{{figure parts}}", SX_E_DATA, "narrative/zh.md:3:1", "a second time");
  fails("[@table nix]", SX_E_DATA, "narrative/zh.md", "does not exist");
  fails("{{users.total", SX_E_PARSE, "narrative/zh.md:1:1", "not closed");
}

static void placing(void) {
  /* numbers follow the order of appearance; what no text places comes after */
  expect("见[@figure waves]。\n\n{{figure waves}}\n\n{{figure parts}}\n", "见<a class=\"ref\" href=\"#f1\">图\xC2\xA0"
                                                                          "1</a>。");
  expect("前文\n{{figure parts}}\n后文", "<p>前文</p>\n<figure class=\"fig\" id=\"f1\">");
  expect("前文\n{{figure parts}}\n后文", "</figure>\n<p>后文</p>");
  expect("x",
         "<figure class=\"fig\" id=\"f1\">\n<figcaption id=\"c-f1\"><span class=\"no\">图 1</span>数字消费额的构成");
}

static void markdown(void) {
  expect("比**“Z世代”**高", "比<strong>“Z世代”</strong>高"); /* CommonMark alone would leave the stars */
  expect("我**重点**是", "我<strong>重点</strong>是");
  expect("中文\n换行", "中文换行"); /* no blank where a Chinese line ends */
  expect("a\nb", "<p>a\nb</p>");
  expect("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
  expect("[x](javascript:alert)", "<a>x</a>");
  expect("[x](https://example.org/?a=1&b=2)", "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>");
  expect("甲[^n]乙\n\n[^n]: 注文 {{users.total | 亿人 2}}\n",
         "甲<sup class=\"fn\"><a href=\"#n1\" id=\"r1-1\">1</a></sup>乙");
  expect("甲[^n]乙\n\n[^n]: 注文\n", "<li value=\"1\" id=\"n1\">注文</li>");
  expect("| 甲 | 乙 |\n|---|--:|\n| {{users.total | 亿人 1}} | b |\n", "<td class=\"r\">b</td>");
  expect("# 甲\n\n## 乙\n\n# 第二章 丙\n\n# 丁\n", "<h2 id=\"s4\"><span class=\"no\">2</span> 丁</h2>");
  expect("# 甲\n\n# 第二章 丙\n", "<h2 id=\"s2\">第二章 丙</h2>");
}

/* Numbers typed by hand beside bound ones. */
static void typed(const char *zh, size_t n, const char *where) {
  made m = make(zh, "x", SX_LANG_ZH);
  if (!m.result || m.result->n_warnings != n) {
    SXT_FAIL("'%s': %zu warnings, not %zu (%s)", zh, m.result ? m.result->n_warnings : 0, n,
             m.result && m.result->n_warnings ? m.result->warnings[0].message : m.error.message);
  } else if (n) {
    CHECK_STR(m.result->warnings[0].where, where);
    CHECK(strstr(m.result->warnings[0].message, "typed by hand") != NULL);
  }
  sx_report_result_free(m.result);
}

static void hand_typed(void) {
  typed("用户达 {{users.total | 亿人 2}}，增长 5.3%。", 1, "narrative/zh.md:1:31");
  typed("用户达 {{users.total | 亿人 2}}。\n\n增长 5.3%。", 0, NULL); /* another sentence */
  typed("甲。用户 3.2 亿，占 {{user_rate.z | % 1}}。", 1, "narrative/zh.md:1:6");
  typed("2025年上半年，用户达 {{users.total | 亿人 2}}。", 0, NULL);
  typed("截至 2025 年 6 月 30 日（2025-06-30），第 3 次调查，见图 2、第2章、5G，20-29岁，`12`：{{users.total | 亿人 "
        "2}}。",
        0, NULL);
  typed("95% 置信区间为 {{users.total.low | 亿人 2}}。", 0, NULL);
  typed("1. 甲 {{users.total | 亿人 2}}\n2. 乙 {{users.z | 亿人 2}}\n", 0, NULL);
  typed("## 2.1 节 {{users.total | 亿人 2}} 与 77\n", 0, NULL);
  typed("2025 亿元与 {{users.total | 亿人 2}}", 1, "narrative/zh.md:1:1"); /* an amount that looks like a year */
  typed("共 1,234 人，{{users.total | 亿人 2}}；另 12 人。", 1, "narrative/zh.md:1:3");
}

/* ---- the page as a whole ---- */

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what)) n++;
  return n;
}

static void promises(void) {
  for (int lang = 0; lang < 2; lang++) {
    made a = make(NULL, NULL, lang ? SX_LANG_EN : SX_LANG_ZH), b = make(NULL, NULL, lang ? SX_LANG_EN : SX_LANG_ZH);
    REQUIRE(a.result && b.result);
    CHECK(a.result->n == b.result->n && memcmp(a.result->html, b.result->html, a.result->n) == 0);
    const char *html = a.result->html;
    CHECK(sx_utf8_valid(html, a.result->n, NULL));
    /* what the panel shows, and the one script, which the policy names by its hash */
    CHECK_INT(count(html, "<script"), 2);
    CHECK_INT(count(html, "<script type=\"application/json\" id=\"results\">"), 1);
    CHECK_INT(count(html, "; script-src 'sha256-"), 1);
    CHECK_INT(count(html, " onclick"), 0);
    CHECK_INT(count(html, " src="), 0);
    CHECK_INT(count(html, "@import"), 0);
    CHECK_INT(count(html, "url("), 0);
    CHECK_INT(count(html, "http"), count(html, "xmlns=\"http") + count(html, "http-equiv"));
    CHECK_INT(count(html, "<svg"), 12);
    CHECK_INT(count(html, "role=\"img\""), 12);
    CHECK_INT(count(html, "<desc"), 12);
    CHECK_INT(count(html, "<table"), count(html, "</table>"));
    CHECK_INT(count(html, "<figure"), count(html, "</figure>"));
    CHECK_INT(count(html, "<span"), count(html, "</span>"));
    CHECK_INT(count(html, "<p>") + count(html, "<p "), count(html, "</p>"));
    /* every figure and table with a result is marked as synthetic, and the foot; the table without rows has none */
    CHECK_INT(count(html, "class=\"tag\""), 6 + 2 + 1);
    sx_report_result_free(a.result);
    sx_report_result_free(b.result);
  }
}

/* No Han in the English report but in what is marked as Chinese. */
static void english_is_english(void) {
  made m = make(NULL, NULL, SX_LANG_EN);
  REQUIRE(m.result);
  CHECK(has(&m, "<html lang=\"en\">"));
  size_t n_marked = 0;
  for (size_t i = 0; i < m.result->n;) {
    uint32_t code = 0;
    const size_t k = sx_utf8_next(&code, m.result->html + i, m.result->n - i);
    if (code >= 0x3400 && code <= 0x9FFF) n_marked++;
    i += k ? k : 1;
  }
  CHECK_INT(n_marked, 0); /* the sample gives no link to the other language here */
  sx_report_result_free(m.result);
  m = make("x", "The word 消费 means consumption.", SX_LANG_EN);
  CHECK(has(&m, "The word <span lang=\"zh-CN\">消费</span> means"));
  sx_report_result_free(m.result);
}

static void bad_blocks(void) {
  static const struct {
    const char *kind, *json, *where, *message;
  } cases[] = {
      {"figure", "{\"type\":\"bar\",\"categories\":[],\"cells\":[]}", "figure x", "did you mean bars"},
      {"figure", "{\"type\":\"bars\",\"categories\":[\"a\"],\"cells\":[]}", "figure x", "one row per category"},
      {"figure", "{\"type\":\"bars\",\"categories\":[\"a\"],\"cells\":[[\"users.total\",null]]}", "figure x",
       "one cell per series"},
      {"figure", "{\"type\":\"bars\",\"categories\":[\"a\"],\"cells\":[[\"users.totl\"]]}", "figure x, cell 1,1",
       "did you mean 'users.total'"},
      {"figure", "{\"type\":\"waterfall\",\"series\":[\"s\",\"t\"],\"categories\":[\"a\"],\"cells\":[[null,null]]}",
       "figure x", "a waterfall has one series, not 2"},
      {"figure",
       "{\"type\":\"tornado\",\"series\":[\"s\",\"t\",\"u\"],\"categories\":[\"a\"],\"cells\":[[null,null,null]]}",
       "figure x", "not 3"},
      {"figure", "{\"type\":\"tornado\",\"categories\":[\"a\"],\"cells\":[[null]],\"centre\":\"users.totl\"}",
       "figure x, centre", "did you mean 'users.total'"},
      {"figure", "{\"type\":\"tornedo\",\"categories\":[],\"cells\":[]}", "figure x", "did you mean tornado"},
      {"table",
       "{\"columns\":[{\"label\":\"a\"}],\"rows\":[{\"label\":\"r\",\"cells\":[\"users.total\",\"users.total\"]}]}",
       "table x", "2 cells for 1 columns"},
      {"table", "{\"columns\":[{\"label\":\"a\",\"format\":\"%% 1\"}],\"rows\":[]}", "table x", "unknown unit"},
      {"table", "{\"columns\":[{\"label\":\"a\"}],\"rows\":[{\"label\":\"r\",\"cells\":[{\"ref\":\"users\"}]}]}",
       "table x, row 1, column 1", "domain is missing"},
      {"fig", "{}", "fig", "unknown here"},
  };
  /* each once by itself, and once placed by a text that goes on after it: the failure must not be lost there */
  for (size_t k = 0; k < 2 * (sizeof cases / sizeof *cases); k++) {
    const size_t i = k / 2;
    char text[128];
    (void)snprintf(text, sizeof text, "{\"md\":{\"en\":\"before {{%s x}} after\\n\\n# more\\n\\ntext\"}}",
                   cases[i].kind);
    sx_store *store = NULL;
    int64_t run = 0;
    const sx_report_options options = {1, SX_LANG_EN, NULL};
    sx_report_result *r = NULL;
    static const sx_store_run info = {.study = "s"};
    (void)remove(sample_path(path, sizeof path, "report_bad"));
    REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_WRITE, err));
    REQUIRE_OK(sx_store_begin(&run, store, &info, NULL, 0, err));
    REQUIRE_OK(sample_put_rows(store, err));
    REQUIRE_OK(sx_store_put_block(store, 0, "document", "d", "{\"title\":\"t\"}", err));
    if (k % 2 && strcmp(cases[i].kind, "fig") != 0) REQUIRE_OK(sx_store_put_block(store, 1, "text", "t", text, err));
    REQUIRE_OK(sx_store_put_block(store, 2, cases[i].kind, "x", cases[i].json, err));
    REQUIRE_OK(sx_store_finish(store, err));
    sx_error e = SX_ERROR_INIT;
    const sx_status status = sx_report_html(&r, store, run, &options, &e);
    if (status == SX_OK || !strstr(e.where, cases[i].where) || !strstr(e.message, cases[i].message)) {
      SXT_FAIL("case %zu: status %d, where '%s', message '%s'", i, (int)status, e.where, e.message);
    }
    sx_report_result_free(r);
    sx_store_close(store);
  }
  (void)remove(path);
}

SXT_MAIN(SXT_CASE(sample), SXT_CASE(bound_numbers), SXT_CASE(unknown_names), SXT_CASE(placing), SXT_CASE(markdown),
         SXT_CASE(hand_typed), SXT_CASE(promises), SXT_CASE(english_is_english), SXT_CASE(bad_blocks))
