/* References taken apart, and found in Markdown with their places. */
#include "shuxiao/report.h"
#include "sxt.h"

static sx_status parse(sx_reference *r, const char *text, sx_error *err) {
  return sx_reference_parse(r, text, strlen(text), err);
}

static void good(void) {
  sx_reference r;
  REQUIRE_OK(parse(&r, "users.total", err));
  CHECK_STR(r.indicator, "users");
  CHECK_STR(r.field, "estimate");
  CHECK_STR(r.statistic, "");
  CHECK_INT(r.n_terms, 0);
  REQUIRE_OK(parse(&r, "  user_rate.z*age:20-29.gap.se ", err));
  CHECK_INT(r.n_terms, 2);
  CHECK_STR(r.variable[0], "z");
  CHECK_STR(r.level[0], "1");
  CHECK_STR(r.variable[1], "age");
  CHECK_STR(r.level[1], "20-29");
  CHECK_STR(r.statistic, "gap");
  CHECK_STR(r.field, "se");
  REQUIRE_OK(parse(&r, "users.z.n_eff", err));
  CHECK_STR(r.statistic, "");
  CHECK_STR(r.field, "n_eff");
  REQUIRE_OK(parse(&r, "spend/goods.total.share_of_parent", err));
  CHECK_STR(r.indicator, "spend/goods");
  CHECK_STR(r.statistic, "share_of_parent");
  REQUIRE_OK(parse(&r, "spend/goods.scope:narrow", err));
  CHECK_STR(r.variable[0], "scope");
  CHECK_STR(r.level[0], "narrow");
  REQUIRE_OK(parse(&r, "users.province:`11`", err));
  CHECK_STR(r.level[0], "11");
  REQUIRE_OK(parse(&r, "users.`年龄 组`:`<20 | x.y`", err));
  CHECK_STR(r.variable[0], "年龄 组");
  CHECK_STR(r.level[0], "<20 | x.y");
  REQUIRE_OK(parse(&r, "mx.by_h:华东.gap.se", err));
  CHECK_STR(r.variable[0], "by_h");
  CHECK_STR(r.level[0], "华东");
  CHECK_STR(r.statistic, "gap");
  CHECK_STR(r.field, "se");
  REQUIRE_OK(parse(&r, "用户.性别:男*région:Île-de-France", err));
  CHECK_STR(r.indicator, "用户");
  CHECK_STR(r.variable[0], "性别");
  CHECK_STR(r.level[0], "男");
  CHECK_STR(r.level[1], "Île-de-France");
  REQUIRE_OK(parse(&r, "users.a*b*c*d", err));
  CHECK_INT(r.n_terms, 4);
}

static void bad(void) {
  sx_reference r;
  char text[400];
  CHECK_FAILS(parse(&r, "users", err), SX_E_PARSE, "", "its domain is missing");
  CHECK_FAILS(parse(&r, "", err), SX_E_PARSE, "", "a name is missing");
  CHECK_FAILS(parse(&r, "users.", err), SX_E_PARSE, "", "a name is missing");
  CHECK_FAILS(parse(&r, "users.z.gap.sd", err), SX_E_PARSE, "", "none of estimate, se");
  CHECK_FAILS(parse(&r, "users.z.se.gap", err), SX_E_PARSE, "", "after its end");
  CHECK_FAILS(parse(&r, "users.z x", err), SX_E_PARSE, "", "after its end");
  CHECK_FAILS(parse(&r, "users.`z", err), SX_E_PARSE, "", "not closed");
  CHECK_FAILS(parse(&r, "users.a*b*c*d*e", err), SX_E_PARSE, "", "at most four");
  CHECK_FAILS(parse(&r, "用户。total", err), SX_E_PARSE, "", "its domain is missing");
  CHECK_FAILS(parse(&r, "mx.性别：男", err), SX_E_PARSE, "", "other text stands in backquotes");
  CHECK_FAILS(parse(&r, "mx.by_h:华东 地区", err), SX_E_PARSE, "", "backquotes");
  memset(text, 'a', sizeof text);
  memcpy(text + 300, ".total", 7);
  CHECK_FAILS(parse(&r, text, err), SX_E_PARSE, "", "too long");
}

static sx_status collect(void *data, const sx_reference *r, const char *format, size_t line, size_t column,
                         sx_error *err) {
  (void)err;
  char *out = data;
  (void)snprintf(out + strlen(out), 200, "%s|%s@%zu:%zu;", r->indicator, format, line, column);
  return SX_OK;
}

static void each(void) {
  char out[600] = "";
  const char *md = "用户 {{ users.total | 亿人 2 }}，`{{ code.total }}`\n\n{{figure f1}}\n{{a.total}} {{ b.p:`x|y` | % "
                   "1 }}\n```\n{{in.fence}}\n```\n{{table t}} "
                   "{{c.total|plain 0}}";
  CHECK_OK(sx_report_each_reference(md, strlen(md), collect, out, err));
  CHECK_STR(out, "users|亿人 2@1:4;a|@4:1;b|% 1@4:13;c|plain 0@8:13;");
  const char *open = "a\nb {{ users.total | x";
  CHECK_FAILS(sx_report_each_reference(open, strlen(open), collect, out, err), SX_E_PARSE, "2:3", "not closed");
  const char *wrong = "a {{ users }}";
  CHECK_FAILS(sx_report_each_reference(wrong, strlen(wrong), collect, out, err), SX_E_PARSE, "1:3",
              "domain is missing");
}

/* Any text is a name of a reference, and comes back from what stands for it, which has no character that a page changes. */
static void any_name(void) {
  static const char *const names[] = {
      "a",    "",      "`",        "``",      "`^",           "`^G",        "``^(85)",    "a`",
      "^",    "\x01",  "\x1f\x7f", "x\x07y",  "a\nb\tc",      "u\xC2\x85v", "`\xC2\x85`", "\xEF\xBF\xBE",
      "|.:*", "{{u}}", "<b>&\"'",  "\u202Ex", "\xE9\x95\xBF", "`^(85)",     "`\x07`"};
  const sx_ctx *ctx = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    sx_buf text;
    sx_reference r;
    sx_buf_init(&text, ctx);
    sx_buf_add(&text, "p.g:");
    sx_reference_put_name(&text, names[i], strlen(names[i]));
    sx_buf_add(&text, "*");
    sx_reference_put_name(&text, names[i], strlen(names[i]));
    sx_buf_add(&text, ":x.se");
    CHECK_OK(sx_reference_parse(&r, text.data, text.n, err));
    CHECK_STR(r.level[0], names[i]);
    CHECK_STR(r.variable[1], names[i]);
    CHECK_STR(r.level[1], "x");
    CHECK_STR(r.field, "se");
    for (size_t k = 0; k < text.n; k++) CHECK((unsigned char)text.data[k] >= 0x20 && text.data[k] != 0x7F);
    CHECK(!strstr(text.data, "\xC2\x85") && !strstr(text.data, "\xEF\xBF\xBE") && !strstr(text.data, "\xE2\x80\xAE"));
    sx_buf_clear(&text);
  }
}

static void put_leftover(void *data, size_t line, size_t column, bool error, const char *message) {
  char *out = data;
  (void)snprintf(out + strlen(out), 300, "%s%zu:%zu %.16s;", error ? "!" : "", line, column, message);
}

/* What looks like a mark and is none is told with its place; marks, code and what stands behind a backslash are not. */
static void leftovers(void) {
  static const struct {
    const char *text, *told;
  } cases[] = {
      {"a [@figure f1], [@table t], [@box b] {{p.total}} [^1]\n[^1]: x\n", ""},
      {"用户 [@fig f1] x", "!1:4 '[@fig f1]' refe;"},
      {"\n[@Figure f1] [@figuref]", "!2:1 '[@Figure f1]' r;!2:14 '[@figuref]' ref;"},
      {"[@figure f1\n]", "!1:1 '[@figure f1' is;"},
      {"[@", "!1:1 '[@' is not clos;"},
      {"a }} b }}}", "1:3 }} stands withou;1:8 }} stands withou;"},
      {"::: note\nx\n  :::::\na ::: b", "1:1 ::: is no mark o;3:3 ::: is no mark o;"},
      {"x [^1]\n[^2]: y", "1:3 the footnote [^1;"},
      {"`[@fig f1]` ``}}`` \\[@fig f] \\}} \\[^a]\n\n~~~\n[@fig f1] }}\n:::\n~~~\n", ""},
      {"{{a.b `[@x` }} {{ not closed [@fig", ""},
      {"", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[1200] = "";
    sx_report_each_leftover(cases[i].text, strlen(cases[i].text), put_leftover, out);
    CHECK_STR(out, cases[i].told);
  }
}

SXT_MAIN(SXT_CASE(good), SXT_CASE(bad), SXT_CASE(each), SXT_CASE(any_name), SXT_CASE(leftovers))
