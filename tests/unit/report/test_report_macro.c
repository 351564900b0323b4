/* The words of an author inside {{...}}: what each comes to in Chinese and in English, branches, and every mistake with its place. The
 * store is small: levels, a share and their changes, tested, not significant and not tested. */
#include "unit/report/report_small.h"

static size_t said = 0; /* warnings of the next texts */

/* What the first paragraph reads, and how many of its numbers are results. */
static void says(const char *text, sx_lang lang, size_t numbers, const char *want) {
  sx_document *doc = NULL;
  sx_buf got;
  size_t n = 0;
  sx_buf_init(&got, NULL);
  REQUIRE_OK(small_make(&doc, text, lang, err));
  const sx_document_node *p = sx_document_child(doc->root, SX_DOC_PARAGRAPH);
  if (p) {
    sx_document_plain(&got, p);
    for (const sx_document_node *node = p; node; node = sx_document_next(p, node))
      n += node->kind == SX_DOC_NUMBER && node->as.number->reference;
  }
  CHECK_STR(got.data ? got.data : "", want);
  CHECK_INT(n, numbers);
  CHECK_INT(doc->n_warnings, said);
  sx_buf_clear(&got);
  sx_document_free(doc);
}

static void both(const char *text, size_t numbers, const char *zh, const char *en) {
  says(text, SX_LANG_ZH, numbers, zh);
  says(text, SX_LANG_EN, numbers, en);
}

static void change(void) {
  both("{{change users unit=万人 d=0}}", 1, "增加1109万人", "rose by 11.09 million people");
  both("{{change users.total | 万人 0}}", 1, "增加1109万人", "rose by 11.09 million people");
  both("{{change users of=yoy unit=万人 d=0}}", 1, "减少320万人", "fell by 3.20 million people");
  both("{{change users.total.change_relative}}", 1, "增长1.2%", "grew by 1.2%");
  both("{{change rate}}", 1, "下降0.3个百分点", "fell by 0.3 percentage points"); /* of a share: points */
  both("{{change rate.z}}", 1, "提高2.1个百分点†", "rose by 2.1 percentage points†");
  both("{{change rate d=2 unit=pp}}", 1, "下降0.32个百分点", "fell by 0.32 percentage points");
  both("{{change rate.z.gap}}", 0, "基本持平", "was little changed"); /* of the gap: 0.04 points print as 0.0 */
  both("{{change rate.z.gap | pp 2}}", 1, "提高0.04个百分点", "rose by 0.04 percentage points");
  both("{{change users.z | 万人 0}}", 0, "基本持平", "was little changed");
  both("{{change rate.none}}", 1, "变动—", "changed by —");
}

static void interval(void) {
  both("x{{ci users | 亿人 2}}", 2, "x（95% 置信区间 9.53至9.63亿人）",
       "x (95% confidence interval 953 to 963 million people)");
  both("x {{ci users | 亿人 2}}", 2, "x （95% 置信区间 9.53至9.63亿人）", /* one blank, the author's */
       "x (95% confidence interval 953 to 963 million people)");
  said = 1; /* none is printed: nor the author's blank, or second comma, around it */
  both("x {{ci rate.none | % 1}}, y", 0, "x, y", "x, y");
  both("x {{ci rate.none | % 1}}。", 0, "x。", "x。");
  both("x {{ci rate.none | % 1}} y", 0, "x y", "x y");
  both("x，{{ci rate.none | % 1}}，y", 0, "x，y", "x，y");
  both("x，{{ci rate.none | % 1}}。", 0, "x，。", "x，。");
  both("{{ci rate.none | % 1}}, y", 0, ", y", ", y");
  said = 0;
  both("x{{ci rate | % 1}}", 2, "x（95% 置信区间 84.7%至85.5%）", "x (95% confidence interval 84.7% to 85.5%)");
  both("x{{ci rate.z.gap}}", 2, "x（95% 置信区间 +9.5至+10.6个百分点）",
       "x (95% confidence interval +9.5 to +10.6 percentage points)");
  /* one scale word for both ends, money with its sign */
  both("x{{ci spend unit=亿美元 d=3}}", 2, "x（95% 置信区间 9.972至10.012亿美元）",
       "x (95% confidence interval $0.9972 billion to $1.0012 billion)");
}

static void words(void) {
  both("{{updown users}}", 0, "上升", "rose");
  both("{{updown rate}}", 0, "下降", "fell");
  both("{{updown users.z}}", 0, "持平", "was unchanged");
  both("{{updown rate.z.gap up=高于 down=低于}}", 0, "高于", "高于"); /* a gap is a difference by itself */
  both("{{updown rate up=\"went up\" down=\"went down\"}}", 0, "went down", "went down");
  both("{{significance users}}", 0, "显著", "significant");
  both("{{significance rate}}", 0, "不显著", "not significant");
  both("{{significance rate.z}}", 0, "未作检验", "not tested");  /* across a break */
  both("{{significance rate.z.gap}}", 0, "显著", "significant"); /* by its interval */
}

/* Other verbs: named in either language, both directions, in both languages. */
static void verbs(void) {
  both("{{change users word=扩大 | 万人 0}}", 1, "扩大1109万人", "widened by 11.09 million people");
  both("{{change users word=grow of=yoy | 万人 0}}", 1, "下降320万人", "shrank by 3.20 million people");
  both("{{change rate word=advance}}", 1, "降低0.3个百分点", "declined by 0.3 percentage points");
  both("{{change rate.z.gap word=climb}}", 0, "基本持平", "was little changed");
  both("{{updown users word=climb}}", 0, "提升", "climbed");
  both("{{updown rate word=increase}}", 0, "下降", "decreased");
  both("{{updown users.z word=increase}}", 0, "持平", "was unchanged");
  both("{{change users of=relative}}", 1, "增长1.2%", "grew by 1.2%");
}

static void values(void) {
  both("{{value users | 亿人 2}}", 1, "9.58亿人", "958 million people");
  both("{{value rate}}", 1, "85.1%", "85.1%");
  both("{{value rate.z.gap}} {{value users.total.se | 万人 0}}", 2, "+10.1个百分点 230万人",
       "+10.1 percentage points 2.30 million people");
}

static void lists(void) {
  both("{{rank rate.total rate.z}}", 2, "Z世代和总体位列前二，分别为95.1%和85.1%",
       "Gen Z and everyone are the first two, at 95.1% and 85.1%");
  both("{{rank rate.age:a `rate`.`age`:`b c` rate.age:d}}", 3, "中年|、青年、老年位列前三，分别为62.0%、41.0%和41.0%",
       "Middle, Young and Old are the first three, at 62.0%, 41.0% and 41.0%"); /* a tie keeps its order */
  both("{{rank rate.age:a `rate`.`age`:`b c` n=1 | % 0}}", 1, "中年|居首，为62%", "Middle leads, at 62%");
  both("{{rank rate by=kind n=2 | % 0}}", 2, "女和男位列前二，分别为60%和40%",
       "Women and Men are the first two, at 60% and 40%"); /* the level coded 1 is a level as any other */
  both("{{parts rate.kind:1 rate.kind:2 | % 0}}", 2, "其中，男40%，女60%", "of which Men 40% and Women 60%");
  both("{{parts users spend share=share_of_parent | 亿 2}}", 4, "其中，用户9.58亿（占75.0%），spend9.99亿（占25.0%）",
       "of which Users 958 million (75.0%) and spend 999 million (25.0%)");
  both("{{parts rate | % 0}}", 1, "其中，使用率[1]85%", "of which Rate of use 85%"); /* signs of a label are letters */
}

/* What is missing or held back may be the greatest: no order, no lead and no direction is told. */
static void not_known(void) {
  static const char none_zh[] = "有结果缺失或未公布，不能排序",
                    none_en[] = "no order can be told, as a result is missing or not published";
  said = 1; /* each with a warning */
  both("{{rank rate by=age n=1 | % 0}}", 0, none_zh, none_en);
  both("{{rank rate by=age n=3}}", 0, none_zh, none_en);
  both("{{rank rate.z rate.none n=1 | % 0}}", 0, none_zh, none_en);
  both("{{updown rate.none up=above down=below same=equal}}", 1, "—", "—");
  both("{{updown rate.none word=climb}}", 1, "—", "—");
  both("{{lead rate.none than=x}}", 1, "—", "—");
  both("{{parts rate.z rate.none | % 0}}", 2, "其中，Z世代95%，Gen Z—", "of which Gen Z 95% and Gen Z —");
  small_style = "uk";
  both("{{updown rate.none}}", 1, "[x]", "[x]");
  both("{{updown rate.held}}", 1, "[c]", "[c]");
  small_style = "";
  both("{{updown rate.held up=above down=below same=equal}}", 1, "—×", "—×");
  /* a test that is held back may have found either: neither is said */
  both("{{if significant rate.held}}a{{else}}b{{end}}c", 0, "c", "c");
  both("{{if not significant rate.held}}a{{else}}b{{end}}c", 0, "c", "c");
  both("x {{if significant rate.held}}{{if up users}}a{{end}}{{else}}b {{rate.total | % 1}}{{end}}.", 0, "x .", "x .");
  said = 0;
  both("{{if tested rate.held}}a{{else}}b{{end}}", 0, "a", "a");
  both("{{significance rate.held}}", 0, "检验结果未公布", "test not published");
}

static void branches(void) {
  both("{{if significant users}}a{{else}}b{{end}}", 0, "a", "a");
  both("{{if significant rate}}a{{else}}b{{end}}", 0, "b", "b");
  both("{{if not significant rate}}a{{end}}c", 0, "ac", "ac");
  both("{{if significant users of=yoy}}a{{else}}b{{end}}", 0, "b", "b");
  both("{{if up users}}a{{end}}{{if down users}}b{{end}}", 0, "a", "a");
  both("{{if missing rate.none}}a{{else}}{{rate.none | % 1}}{{end}}", 0, "a", "a");
  both("{{if tested rate.z}}a{{else}}b{{end}}", 0, "b", "b");
  both("{{if changed users | 万人 0}}a{{else}}b{{end}}", 0, "a", "a");
  both("{{if changed users.z | 万人 0}}a{{else}}b{{end}}", 0, "b", "b");
  both("{{if not changed rate.z.gap | pp 2}}a{{else}}b{{end}}", 0, "b", "b");
  both("{{if significant users}}{{if significant rate}}a{{else}}b {{rate.total | % 1}}{{end}}{{else}}c{{end}}", 1,
       "b 85.1%", "b 85.1%");
  both("{{if significant rate}}{{if significant users}}a{{else}}b{{end}}{{else}}c{{end}}", 0, "c", "c");
  both("{{if significant rate}}\n\n# A\n\n{{else}}\n\nb\n\n{{end}}", 0, "b", "b"); /* blocks too */
  both("`{{if x}}` {{updown users}}", 0, "{{if x}} 上升", "{{if x}} rose");
}

static void mistakes(void) {
  small_fails("a {{if significant users}}", SX_E_PARSE, "1:3", "has no {{end}}");
  small_fails("a\n\n{{end}}", SX_E_PARSE, "3:1", "without an {{if}}");
  small_fails("{{else}}", SX_E_PARSE, "1:1", "without an {{if}}");
  small_fails("{{if up users}}{{else}}{{else}}{{end}}", SX_E_PARSE, "1:24", "a second {{else}}");
  small_fails("{{if signifcant users}}a{{end}}", SX_E_PARSE, "1:1", "did you mean significant");
  small_fails("{{if users}}a{{end}}", SX_E_PARSE, "1:1", "it asks significant");
  small_fails("{{if up users}}\n\n{{table t1}}\n\n{{end}}", SX_E_PARSE, "3:1", "cannot stand between");
  small_fails("{{if down users}}\n\n{{table t1}}\n\n{{end}}", SX_E_PARSE, "3:1", "cannot stand between");
  small_fails("{{change}}", SX_E_PARSE, "1:1", "says of no result");
  small_fails("{{end x}}", SX_E_PARSE, "1:1", "stands alone");
  small_fails("{{change users unit=万人 | % 1}}", SX_E_PARSE, "1:1", "say the format once");
  small_fails("{{change users d=1}}", SX_E_PARSE, "1:1", "d= wants unit=");
  small_fails("{{change users of=month}}", SX_E_PARSE, "1:1", "yoy");
  small_fails("{{change users word=jump}}", SX_E_PARSE, "1:1", "word=jump is no verb of change");
  small_fails("{{change users word=climbs}}", SX_E_PARSE, "1:1", "did you mean climb");
  small_fails("{{ci users word=grow}}", SX_E_PARSE, "1:1", "word= is of {{change}}");
  small_fails("{{rank users n=0}}", SX_E_PARSE, "1:1", "names the first 1 to 20");
  small_fails("{{change users n=2}}", SX_E_PARSE, "1:1", "n=2: {{rank}}");
  small_fails("{{parts users by=age}}", SX_E_PARSE, "1:1", "by= is of {{rank}}");
  small_fails("{{rank users rate by=age}}", SX_E_PARSE, "1:1", "by= ranks the levels of one");
  small_fails("{{rank users share=x}}", SX_E_PARSE, "1:1", "share= is of {{parts}}");
  small_fails("{{rank}}", SX_E_PARSE, "1:1", "says of no result");
  small_fails("{{change users fast}}", SX_E_PARSE, "1:1", "'fast' is not understood");
  small_fails("{{change users.total.se | 万人 0}}", SX_E_PARSE, "1:1", "leave .se out");
}

/* What only a run can know. */
static void unknown(void) {
  sx_document *doc = NULL;
  CHECK_FAILS(small_make(&doc, "{{change spend | 亿元 1}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:1",
              "no result 'spend.total.change'");
  CHECK_FAILS(small_make(&doc, "{{ci users}}", SX_LANG_ZH, err), SX_E_PARSE, "n.md:1:1",
              "how is users.total to be printed");
  CHECK_FAILS(small_make(&doc, "{{ci users | 亿匹 1}}", SX_LANG_ZH, err), SX_E_PARSE, "n.md:1:1", "unknown unit");
  CHECK_FAILS(small_make(&doc, "{{updown usres}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:1", "no result");
}

static void unknown_lists(void) {
  sx_document *doc = NULL;
  CHECK_FAILS(small_make(&doc, "{{rank rate by=sex}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:1", "no results by 'sex'");
  CHECK_FAILS(small_make(&doc, "{{rank rate.none}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:1", "none can be ranked");
  CHECK_FAILS(small_make(&doc, "{{rank users spend}}", SX_LANG_ZH, err), SX_E_PARSE, "n.md:1:1",
              "how is spend.total to be printed");
  CHECK_FAILS(small_make(&doc, "{{parts users share=share_of | 亿人 1}}", SX_LANG_ZH, err), SX_E_DATA, "n.md:1:1",
              "no result 'users.total.share_of'");
}

static void warns(const char *text, const char *message) {
  sx_document *doc = NULL;
  REQUIRE_OK(small_make(&doc, text, SX_LANG_EN, err));
  CHECK_INT(doc->n_warnings, 1);
  if (doc->n_warnings) {
    CHECK_STR(doc->warnings[0].where, "n.md:1:1");
    if (!strstr(doc->warnings[0].message, message)) SXT_FAIL("'%s'", doc->warnings[0].message);
  }
  sx_document_free(doc);
}

static void warnings(void) {
  warns("{{if significant rate.z}}a{{else}}b{{end}}", "is not tested");
  warns("{{if significant rate.held}}a{{else}}b{{end}}", "neither branch of {{if significant}} is printed");
  warns("{{ci rate.none | % 1}}", "has no interval");
  warns("{{rank rate.total rate.z n=9}}", "asks for 9 and has 2");
  warns("{{rank rate by=age n=1}}", "`rate`.`age`:`e` is missing or not published, and may be the greatest");
  warns("{{updown rate.none}}", "rate.none.change is missing or not published: {{updown}}");
  warns("{{parts rate.z rate.none | % 0}}", "names rate.none, which is missing or not published");
  warns("{{if up rate.none}}a{{else}}b{{end}}", "neither up nor down");
  warns("8 {{value rate}}", "typed by hand");
  warns("8 {{rank rate.total rate.z}}", "typed by hand");
  warns("8 {{change users | 万人 0}}", "typed by hand");
}

/* The checker of a study sees the results that the words look up. */
static sx_status collect(void *data, const sx_reference *r, const char *format, size_t line, size_t column,
                         sx_error *err) {
  sx_buf *out = data;
  (void)err;
  sx_buf_printf(out, "%s/%zu/%s|%s@%zu:%zu;", r->indicator, r->n_terms, r->statistic, format, line, column);
  return SX_OK;
}

static void looked_up(void) {
  static const char text[] =
      "{{if significant rate.z.gap}}{{change users unit=万人 d=0}}{{else}}{{ci rate | % 1}}{{end}} {{updown rate.z "
      "of=yoy}}";
  sx_buf got;
  sx_buf_init(&got, NULL);
  REQUIRE_OK(sx_report_each_reference(text, strlen(text), collect, &got, err));
  CHECK_STR(got.data, "rate/1/gap|@1:1;users/0/change|万人 0@1:30;rate/0/|% 1@1:66;rate/1/yoy|@1:91;");
  sx_buf_reset(&got);
  static const char more[] = "{{rank rate.z users n=1 | % 0}}{{parts x/y.z.level}}{{value rate}}";
  REQUIRE_OK(sx_report_each_reference(more, strlen(more), collect, &got, err));
  CHECK_STR(got.data, "rate/1/|% 0@1:1;users/0/|% 0@1:1;x/y/1/level|@1:32;rate/0/|@1:53;");
  sx_buf_clear(&got);
}

SXT_MAIN(SXT_CASE(change), SXT_CASE(interval), SXT_CASE(words), SXT_CASE(verbs), SXT_CASE(values), SXT_CASE(lists),
         SXT_CASE(not_known), SXT_CASE(unknown_lists), SXT_CASE(branches), SXT_CASE(mistakes), SXT_CASE(unknown),
         SXT_CASE(warnings), SXT_CASE(looked_up))
