/* Validation rules: R's words in ours, counts by hand, rules that cannot be computed, what is refused. */
#include "sxt.h"

#include "shuxiao/release_rules.h"

static void check_translation(const char *text, const char *want) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  CHECK_OK(sx_rules_translate(&out, text, err));
  CHECK_STR(out.data ? out.data : "", want);
  sx_buf_clear(&out);
}

static void test_translate(void) {
  check_translation("a >= 1 | b == 2", "a >= 1  or  b == 2");
  check_translation("a&&b||!c", "a and b or  not c");
  check_translation("a != 1 and not b", "a != 1 and not b");
  check_translation("x %in% c(1, 2)", "x  in (1, 2)");
  check_translation("x %in%(1,2)", "x  in (1,2)");
  check_translation("s == \"a | b & !c\" | is.na(y)", "s == \"a | b & !c\"  or  missing(y)");
  check_translation("`a|b` > 0", "`a|b` > 0");
  check_translation("if (a > 0) b > 0 & c", "(not (a > 0)) or (b > 0  and  c)");
  check_translation("if (a %in% c(1,2)) if (b) c", "(not (a  in (1,2))) or ((not (b)) or (c))");
  check_translation("if(a > 0, 1, 0) == b", "if(a > 0, 1, 0) == b");
  check_translation("if (a", "if (a");
  check_translation("is.na_x == TRUE", "is.na_x == (1 == 1)");
  check_translation("国家 == '中国' | \"", "国家 == '中国'  or  \"");
  check_translation("", "");
}

static sx_status read_rules(sx_rules **out, sx_doc **doc, const char *yaml, sx_error *err) {
  SX_TRY(sx_doc_parse_yaml(doc, NULL, "r.yaml", yaml, strlen(yaml), err));
  return sx_rules_read(out, NULL, *doc, sx_doc_root(*doc), err);
}

static void test_check(void) {
  static const char csv[] = "id,a,b,c\n1,1,1,x\n2,2,,y\n3,0,5,x\n4,7,7,\n";
  static const char yaml[] =
      "rules:\n- expr: a == b\n  name: same\n- expr: if (a > 0) b > 0\n  name: cond\n  meta: {severity: info}\n"
      "- expr: is.na(c) | c == \"x\"\n- expr: nosuch > 1\n  name: absent\n  meta: {severity: warning}\n"
      "  label: {zh: 无, en: none}\noptions: {raise: none}\n";
  sx_table *t = NULL;
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  sx_rules_outcome *o = NULL;
  REQUIRE_OK(sx_io_read_memory(&t, NULL, "t.csv", csv, sizeof csv - 1, NULL, err));
  REQUIRE_OK(read_rules(&rules, &doc, yaml, err));
  REQUIRE_OK(sx_rules_check(&o, rules, t, 1, err));
  static const size_t want[3][4] = {{4, 2, 1, 1}, {4, 3, 0, 1}, {4, 3, 1, 0}};
  for (size_t i = 0; i < 3; i++) {
    const sx_rule_outcome *r = &o->items[i];
    CHECK(r->items == want[i][0] && r->passes == want[i][1] && r->fails == want[i][2] && r->n_na == want[i][3]);
    CHECK(!r->error);
  }
  CHECK_INT(o->items[0].n_cases, 1);
  CHECK_INT(o->items[0].cases[0], 2);
  CHECK_STR(rules->items[2].name, "V3");
  CHECK_STR(rules->items[3].label_zh, "无");
  CHECK(o->items[3].error && strstr(o->items[3].error, "nosuch"));
  CHECK_INT(o->items[3].items, 0);
  CHECK(o->n_failed[SX_RULE_ERROR] == 2 && o->n_failed[SX_RULE_WARNING] == 1 && o->n_failed[SX_RULE_INFO] == 0);
  sx_rules_outcome_free(o);
  sx_rules_free(rules);
  sx_doc_free(doc);
  sx_table_free(t);
}

static void refused(const char *yaml, const char *where, const char *message) {
  sx_doc *doc = NULL;
  sx_rules *rules = NULL;
  CHECK_FAILS(read_rules(&rules, &doc, yaml, err), SX_E_PARSE, where, message);
  CHECK(rules == NULL);
  sx_doc_free(doc);
}

static void test_refused(void) {
  refused("rules:\n- name: a\n", "r.yaml:2", "no expr");
  refused("rules: 3\n", "r.yaml:1", "rules are a list");
  refused("rules: []\n", "r.yaml:1", "rules are a list");
  refused("- expr: a > 1\n  nam: x\n", "r.yaml:2", "name");
  refused("- expr: a >\n", "r.yaml:1", "V1");
  refused("- {expr: a > 1, name: x}\n- {expr: b > 1, name: x}\n", "r.yaml:2", "two rules");
  refused("- {expr: a > 1, meta: {severity: eror}}\n", "r.yaml:1", "did you mean error");
  refused("- [a]\n", "r.yaml:1", "a rule is");
  refused("options: {include: x}\nrules: [{expr: a > 1}]\n", "r.yaml:1", "include is not supported");
}

SXT_MAIN(SXT_CASE(test_translate), SXT_CASE(test_check), SXT_CASE(test_refused))
