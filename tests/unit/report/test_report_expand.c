/* Macros of sentences written out: options, parts that may be left out, bundled patterns in a report, places that stay those of the calls. */
#include "unit/report/report_small.h"

static const char *const params[] = {"unit", "亿人", "d", "2", NULL};
static const sx_report_macro macros[] = {
    {"m", {"[$1$[，$x$]]{{value $1 | $unit $d}}$$5", "<$1>"}, params},
    {"zh_only", {"只有中文", NULL}, NULL},
    {"two", {"{{m $2}}{{m $1 x=\"a b\"}}", NULL}, NULL},
    {"loop", {"{{loop}}", "{{loop}}"}, NULL},
    {"scale", {"我的$1", "mine $1"}, NULL}, /* stands before the bundled one */
    {"open", {"a $[ b", NULL}, NULL},
    {"lone", {"a $ b", NULL}, NULL},
};
enum { N_MACROS = sizeof macros / sizeof *macros };

/* What comes out, without the marks. */
static void gives(const char *text, sx_lang lang, const char *want) {
  sx_buf out, plain;
  sx_buf_init(&out, NULL);
  sx_buf_init(&plain, NULL);
  sx_buf_add(&plain, "");
  REQUIRE_OK(sx_report_expand(&out, text, strlen(text), macros, N_MACROS, lang, err));
  for (const char *p = out.data; *p; p++) {
    if (strncmp(p, "\xEE\x80\x82", 3) == 0) {
      p += 2;
    } else if (strncmp(p, "\xEE\x80\x83", 3) == 0) {
      p = strstr(p + 3, "\xEE\x80\x83") + 2;
    } else {
      sx_buf_add_char(&plain, *p);
    }
  }
  CHECK_STR(plain.data, want);
  sx_buf_clear(&out);
  sx_buf_clear(&plain);
}

static void bodies(void) {
  gives("甲{{m users}}乙", SX_LANG_ZH, "甲[users]{{value users | 亿人 2}}$5乙");
  gives("{{m users x=1 unit=万人 d=0}}", SX_LANG_ZH, "[users，1]{{value users | 万人 0}}$5");
  gives("{{m `a b`}}", SX_LANG_EN, "<`a b`>");
  gives("{{two b a}}", SX_LANG_ZH, "[a]{{value a | 亿人 2}}$5[b，a b]{{value b | 亿人 2}}$5");
  gives("{{scale users}}", SX_LANG_EN, "mine users");
  gives("`{{m users}}` {{users.total | % 1}}", SX_LANG_ZH, "`{{m users}}` {{users.total | % 1}}");
  gives("\xEE\x80\x82 {{x", SX_LANG_ZH, "\xEF\xBF\xBD {{x"); /* our own signs of an author are none */
}

static void fails(const char *text, const char *where, const char *message) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_FAILS(sx_report_expand(&out, text, strlen(text), macros, N_MACROS, SX_LANG_ZH, err), SX_E_PARSE, where,
              message);
  sx_buf_clear(&out);
}

static void mistakes(void) {
  fails("a\n {{m}}", "2:2", "{{m}} wants 1 result");
  fails("{{two a}}", "1:1", "{{two}} wants 2 results");
  fails("{{m users y=1}}", "1:1", "{{m}} has no use for y=");
  fails("{{m users | % 1}}", "1:1", "{{m}} has no use for format=");
  fails("{{level_and_change users}}", "1:1", "{{level_and_change}} wants a format after a bar");
  fails("{{lead x}}", "1:1", "{{lead}} wants than=");
  fails("{{loop}}", "1:1", "macros call each other more than 8 deep: {{loop}}");
  fails("{{open}}", "1:1", "a $[ is not closed");
  fails("{{lone}}", "1:1", "a $ stands alone");
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_FAILS(sx_report_expand(&out, "{{zh_only}}", 11, macros, N_MACROS, SX_LANG_EN, err), SX_E_PARSE, "1:1",
              "the macro {{zh_only}} has no text in English");
  sx_buf_clear(&out);
  CHECK(sx_report_macro_name("my_pattern2") && !sx_report_macro_name("if") && !sx_report_macro_name("value") &&
        !sx_report_macro_name("2a") && !sx_report_macro_name("") && !sx_report_macro_name("a.b") &&
        !sx_report_macro_name("figure"));
}

/* In a report: what the first paragraph reads, its bound numbers. */
static void says(const char *text, sx_lang lang, size_t numbers, const char *want) {
  sx_document *doc = NULL;
  sx_buf got;
  size_t n = 0;
  REQUIRE_OK(small_make(&doc, text, lang, err));
  const sx_document_node *p = sx_document_child(doc->root, SX_DOC_PARAGRAPH);
  small_plain(&got, p);
  for (const sx_document_node *node = p; node; node = sx_document_next(p, node))
    n += node->kind == SX_DOC_NUMBER && node->as.number->reference;
  CHECK_STR(got.data, want);
  CHECK_INT(n, numbers);
  CHECK_INT(doc->n_warnings, 0);
  sx_buf_clear(&got);
  sx_document_free(doc);
}

static void patterns(void) {
  says("{{scale users share=rate | 亿人 2}}。", SX_LANG_ZH, 4, "达9.58亿人，较上期增加0.11亿人，增长1.2%，占比85.1%。");
  says("{{scale users change=\"万人 0\" | 亿人 2}}。", SX_LANG_ZH, 3, "达9.58亿人，较上期增加1109万人，增长1.2%。");
  says("Users {{scale users share=rate | 亿人 2}}.", SX_LANG_EN, 4,
       "Users reached 958 million people; since the previous wave it rose by 11 million people and grew by 1.2%; it "
       "makes up "
       "85.1% of the whole.");
  /* what prints as zero is said once */
  says("{{scale users.z share=rate | 亿人 2}}。", SX_LANG_ZH, 2, "达2.61亿人，较上期基本持平，占比85.1%。");
  says("It {{scale users.z | 亿人 2}}.", SX_LANG_EN, 1,
       "It reached 261 million people; since the previous wave it was little changed.");
  says("{{level_and_change users | 亿人 2}}", SX_LANG_ZH, 2, "为9.58亿人，较上期增加0.11亿人");
  says("{{level_and_change rate change=\"pp 2\" | % 1}}", SX_LANG_EN, 2,
       "stood at 85.1% and fell by 0.32 percentage points since the previous wave");
  says("{{penetration users rate | 亿人 2}}", SX_LANG_ZH, 3,
       "用户规模达9.58亿人，使用率为85.1%，较上期下降0.3个百分点");
  says("{{penetration users rate | 亿人 2}}", SX_LANG_EN, 3,
       "was used by 958 million people: a rate of use of 85.1%, which fell by 0.3 percentage points since the previous "
       "wave");
  says("{{tested_change users | 万人 0}}", SX_LANG_ZH, 1, "较上期增加1109万人，变化显著");
  says("{{tested_change rate}}", SX_LANG_EN, 1,
       "fell by 0.3 percentage points since the previous wave (not significant)");
  says("{{tested_change rate.z}}", SX_LANG_ZH, 1, "较上期提高2.1个百分点†（未作检验）");
  says("{{lead rate.z.gap than=总体}}", SX_LANG_ZH, 1, "比总体高10.1个百分点");
  says("{{lead rate.z.gap than=everyone}}", SX_LANG_EN, 1, "10.1 percentage points above everyone");
  says("{{mine users}}", SX_LANG_ZH, 1, "本研究的9.58亿人"); /* of the document block */
}

/* Errors and warnings behind a macro have the places of the text, also over lines. */
static void places(void) {
  sx_document *doc = NULL;
  CHECK_FAILS(small_make(&doc, "a {{level_and_change users\n  | 亿人 2}} b {{usres.total | % 1}}", SX_LANG_ZH, err),
              SX_E_DATA, "n.md:2:14", "no result 'usres.total'");
  CHECK_FAILS(small_make(&doc, "甲{{lead nope than=x}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:2", "nope.total");
  CHECK_FAILS(small_make(&doc, "甲\n乙 {{scale users}}", SX_LANG_ZH, err), SX_E_PARSE, "n.md:2:3", "wants a format");
  REQUIRE_OK(small_make(&doc, "甲{{level_and_change users | 亿人 2}}，乙为 7 个。", SX_LANG_ZH, err));
  CHECK_INT(doc->n_warnings, 1);
  if (doc->n_warnings) CHECK_STR(doc->warnings[0].where, "n.md:1:39");
  sx_document_free(doc);
}

SXT_MAIN(SXT_CASE(bodies), SXT_CASE(mistakes), SXT_CASE(patterns), SXT_CASE(places))
